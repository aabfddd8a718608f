//! The third way to write an album: the drive is told every sector, with what stands beside it.

use std::ops::ControlFlow;

use imapi::audio::audio_options;
use imapi_cd_image::{DiscError, IMAGE_START, RawImage, SubCode};
use imapi_cd_sector::cdtext::CdText;
use imapi_disc_types::{ClientName, Control, Lba};
use imapi_errors::{Coded, Fact, HResult, Term, Value};
use imapi_format2::Verification;
use imapi_format2_raw::{Prepared, RawError, RawEvent, RawOptions};
use imapi_format2_tao::{TaoError, TaoOptions, verify_disc};
use imapi_mmc_transport::commands::{Toc, TocEntry, TocStart, TrackControl};
use imapi_recorder::Recorder;

use super::album::Album;
use crate::{drive::work::Work, raw::show};

/// Why it was not burned.
#[derive(Debug, thiserror::Error)]
pub enum RawAlbumError {
    /// The tracks are no disc.
    #[error(transparent)]
    Disc(#[from] DiscError),
    /// The drive did not write it.
    #[error(transparent)]
    Raw(#[from] RawError),
    /// The disc has not the table of contents that it should have.
    #[error(transparent)]
    Verification(TaoError),
}

impl Coded for RawAlbumError {
    fn code(&self) -> HResult {
        match self {
            Self::Disc(error) => error.code(),
            Self::Raw(error) => error.code(),
            Self::Verification(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Disc(error) => error.facts(put),
            Self::Raw(error) => error.facts(put),
            Self::Verification(error) => error.facts(put),
        }
    }
}

/// Burns the album. Tells what table of contents the disc has, and whether its titles are on it.
pub fn burn(
    recorder: &Recorder,
    client: &ClientName,
    album: &Album,
    options: &TaoOptions,
    work: &mut Work<'_>,
) -> Result<(Toc, bool), RawAlbumError> {
    let toc = toc(album)?;
    let token = work.interrupts.token().clone();
    let progress = &mut work.progress;
    let mut doing = Term::BurnPreparing;
    let mut listener = |event: &RawEvent| {
        show(event, &mut doing, progress);
        ControlFlow::Continue(())
    };
    let mut control = Control::new(token, &mut listener);
    let mut prepared = Prepared::new(recorder, client, options.force, &mut control)?;
    let sub_code = prepared.best();
    let with_text = album.has_text() && sub_code != SubCode::PqOnly;
    let mut disc = album.disc.clone();
    if sub_code == SubCode::PqOnly {
        // What stands in R to W has no place.
        disc.text = CdText::default();
        disc.rw.clear();
    }
    let image = RawImage::new(&disc, sub_code)?;
    let raw = RawOptions {
        sub_code,
        underrun_protection: options.underrun_protection,
        speed: options.speed,
        test: options.test,
        ..RawOptions::default()
    };
    prepared.write(&image, IMAGE_START, &raw, &mut control)?;
    drop(prepared);
    if options.verification != Verification::None && !options.test {
        let verified = verify_disc(recorder, &toc, true);
        verified.map_err(|error| RawAlbumError::Verification(TaoError::Verification(error)))?;
    }
    Ok((toc, with_text && !options.test))
}

/// The table of contents that the disc will have.
fn toc(album: &Album) -> Result<Toc, DiscError> {
    let layout = album.disc.layout()?;
    let entry = |track, control: TrackControl, start| TocEntry {
        adr: 1,
        control: control.bits(),
        track,
        start: TocStart::Lba(start),
    };
    let control = |place: usize| match album.disc.tracks.get(place) {
        Some(track) if !track.form.is_data() => audio_options(track).control(),
        _ => TrackControl::DATA,
    };
    let tracks = layout.tracks().iter().enumerate();
    let mut entries: Vec<TocEntry> =
        tracks.map(|(place, track)| entry(track.number.get(), control(place), track.begin)).collect();
    let (first, last) = (entries.first().map_or(1, |entry| entry.track), entries.last().map_or(1, |entry| entry.track));
    let lead_out: Lba = layout.lead_out();
    entries.push(entry(TocEntry::LEAD_OUT, control(album.disc.tracks.len().saturating_sub(1)), lead_out));
    Ok(Toc { first, last, entries })
}
