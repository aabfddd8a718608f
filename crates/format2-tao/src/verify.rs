//! Whether what the drive says of tracks and disc is what was written: all that IMAPI verifies of a disc of sound.

use imapi_format2::{patiently, verify::VerifyError};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{DiscStatus, ReadToc, Toc, TocFormat, TocReply, TrackAddress},
};
use imapi_recorder::{Recorder, RecorderError};

use crate::Track;

fn implausible<T: std::fmt::Display>(what: &'static str, expected: T, found: T) -> VerifyError {
    VerifyError::Implausible { what, expected: expected.to_string(), found: found.to_string() }
}

/// Whether two values are the same, and an error if not.
fn same<T: std::fmt::Display + PartialEq>(what: &'static str, expected: T, found: T) -> Result<(), VerifyError> {
    if expected == found { Ok(()) } else { Err(implausible(what, expected, found)) }
}

/// The track that was just written.
pub(crate) fn track(recorder: &Recorder, track: &Track) -> Result<(), VerifyError> {
    let address = TrackAddress::Track(track.number.into());
    let told = patiently(recorder, || recorder.track_information(address)).map_err(VerifyError::from)?;
    same("the number of the track", u16::from(track.number), told.number)?;
    same("the address of the track", track.start.0, told.start.0)?;
    same("the control field of the track", track.control.bits(), told.mode)?;
    if told.blank || told.damage {
        return Err(implausible("the track", "whole", if told.blank { "blank" } else { "damaged" }));
    }
    match told.size {
        // The drive may count what it ended the track with.
        Some(size) if size < track.sectors => Err(implausible("the length of the track", track.sectors, size)),
        _ => Ok(()),
    }
}

/// Looks whether a finished disc is open or not as it should be, and has the table that it should have.
pub fn disc(recorder: &Recorder, expected: &Toc, finalized: bool) -> Result<(), VerifyError> {
    let disc = patiently(recorder, || recorder.disc_information()).map_err(VerifyError::from)?;
    let status = |complete| if complete { "complete" } else { "appendable" };
    same("the state of the disc", status(finalized), status(disc.state.status == DiscStatus::Complete))?;
    let question = ReadToc::whole(TocFormat::Toc);
    let answer = patiently(recorder, || recorder.device().query_whole(&question)).map_err(RecorderError::from)?;
    let TocReply::Toc(told) = answer.value else { return Ok(()) };
    same("the number of tracks", expected.entries.len(), told.entries.len())?;
    for (expected, told) in expected.entries.iter().zip(&told.entries) {
        same("the number of a track", expected.track, told.track)?;
        same("the control field of a track", expected.control, told.control)?;
        let address = |start: Option<imapi_disc_types::Lba>| start.map_or(-1, |lba| lba.0);
        same("the address of a track", address(expected.start.lba()), address(told.start.lba()))?;
    }
    Ok(())
}
