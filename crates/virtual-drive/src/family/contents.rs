//! READ TOC of discs that have no table of contents: made up from their tracks, so that programs which know only CDs
//! find their way.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{SessionInfo, Toc, TocEntry, TocFormat, TocReply, TocStart},
};

use super::TrackView;

/// Numbers of a table of contents are bytes; what lies beyond is told by READ TRACK INFORMATION alone.
fn byte(number: u16) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

fn entry(track: u8, control: u8, start: i32) -> TocEntry {
    TocEntry { adr: 1, control, track, start: TocStart::Lba(Lba(start)) }
}

/// The answer for these tracks, of which those in sessions up to `closed` can be read everywhere.
pub(super) fn made_up(tracks: &[TrackView], closed: u16, format: TocFormat) -> Result<TocReply, Sense> {
    let tracks: Vec<&TrackView> = tracks.iter().filter(|track| track.session <= closed && !track.blank).collect();
    let not_there = || Sense::from(InvalidField::cdb_bit(2, 3));
    let (Some(first), Some(last)) = (tracks.first(), tracks.last()) else { return Err(not_there()) };
    match format {
        TocFormat::Toc => {
            let mut entries: Vec<TocEntry> =
                tracks.iter().map(|track| entry(byte(track.number), track.mode, track.start)).collect();
            entries.push(entry(TocEntry::LEAD_OUT, last.mode, last.end()));
            Ok(TocReply::Toc(Toc { first: byte(first.number), last: byte(last.number), entries }))
        }
        TocFormat::Sessions => {
            let first_of_last = tracks.iter().find(|track| track.session == last.session).unwrap_or(last);
            let first_of_last = entry(byte(first_of_last.number), first_of_last.mode, first_of_last.start);
            Ok(TocReply::Sessions(SessionInfo { first: 1, last: byte(last.session), first_of_last }))
        }
        TocFormat::Full | TocFormat::Pma | TocFormat::Atip | TocFormat::CdText => Err(not_there()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(number: u16, session: u16, start: u32, size: u32) -> TrackView {
        TrackView { blank: false, ..TrackView::new(number, session, start, size) }
    }

    #[test]
    fn closed_sessions_are_listed_and_nothing_else() {
        let tracks = [track(1, 1, 0, 320), track(2, 1, 320, 64), track(3, 2, 400, 32), track(4, 3, 500, 10)];
        let Ok(TocReply::Toc(toc)) = made_up(&tracks, 2, TocFormat::Toc) else { panic!("a table") };
        let starts: Vec<(u8, Option<i32>)> =
            toc.entries.iter().map(|entry| (entry.track, entry.start.lba().map(|lba| lba.0))).collect();
        assert_eq!(starts, [(1, Some(0)), (2, Some(320)), (3, Some(400)), (0xAA, Some(432))]);
        assert_eq!((toc.first, toc.last), (1, 3));
        let Ok(TocReply::Sessions(sessions)) = made_up(&tracks, 2, TocFormat::Sessions) else { panic!("sessions") };
        assert_eq!((sessions.last, sessions.first_of_last), (2, entry(3, 4, 400)));
    }

    #[test]
    fn what_is_not_there_is_refused_at_the_format() {
        let refused = Err(Sense::from(InvalidField::cdb_bit(2, 3)));
        assert_eq!(made_up(&[TrackView::new(1, 1, 0, 3200)], 0, TocFormat::Toc), refused);
        let written = [track(1, 1, 0, 320)];
        assert_eq!(made_up(&written, 0, TocFormat::Sessions), refused, "the session is open");
        assert_eq!(made_up(&written, 1, TocFormat::Full), refused, "this is no CD");
    }
}
