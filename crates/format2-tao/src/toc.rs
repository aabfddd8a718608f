//! The table of contents that the tracks of a session will have.

use imapi_disc_types::Lba;
use imapi_format2::audio::MOST_TRACKS;
use imapi_mmc_transport::commands::{Toc, TocEntry, TocStart};

use crate::Track;

/// The table of these tracks; none of no tracks. The lead-out begins at `end`.
pub(crate) fn expected(tracks: &[Track], end: Lba) -> Option<Toc> {
    let (first, last) = (tracks.first()?, tracks.last()?);
    let entry = |track, control, start| TocEntry { adr: 1, control, track, start: TocStart::Lba(start) };
    let mut entries: Vec<TocEntry> =
        tracks.iter().map(|track| entry(track.number, track.control.bits(), track.start)).collect();
    debug_assert!(entries.len() <= MOST_TRACKS.into());
    entries.push(entry(TocEntry::LEAD_OUT, last.control.bits(), end));
    Some(Toc { first: first.number, last: last.number, entries })
}
