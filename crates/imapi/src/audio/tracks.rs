//! The tracks of a disc that have sound in them.

use imapi_disc_types::Lba;
use imapi_format2::{Probe, Way};

use super::AudioError;

/// The bit of a track's control field that says that it has data.
const DATA: u8 = 0b0100;
/// The bit that says that the sound was recorded with emphasis.
const PRE_EMPHASIS: u8 = 0b0001;

/// A track with sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiscTrack {
    /// Its number.
    pub number: u8,
    /// Its first sector.
    pub start: Lba,
    /// Its sectors: up to the beginning of the next one with sound, as programs that read discs have it.
    pub sectors: u32,
    /// The sound was recorded with emphasis.
    pub pre_emphasis: bool,
}

/// The tracks with sound, in their order.
pub fn audio_tracks(probe: &Probe) -> Result<Vec<DiscTrack>, AudioError> {
    if probe.way != Way::Cd && !probe.medium().is_cd() {
        return Err(AudioError::NoSound);
    }
    let mut tracks = Vec::new();
    for (at, track) in probe.tracks.iter().enumerate() {
        let (Ok(number), true) = (u8::try_from(track.number), track.mode & DATA == 0) else { continue };
        // What lies before a track with sound in the same session belongs to the one before it.
        let next = probe.tracks.get(at + 1).filter(|next| next.session == track.session && next.mode & DATA == 0);
        let until_next = next.map(|next| next.start.distance_from(track.start));
        let own = track.size.map(i64::from).or_else(|| Some(track.last_recorded?.distance_from(track.start) + 1));
        let Some(sectors) = until_next.or(own).and_then(|sectors| u32::try_from(sectors).ok()) else { continue };
        let pre_emphasis = track.mode & PRE_EMPHASIS != 0;
        tracks.push(DiscTrack { number, start: track.start, sectors, pre_emphasis });
    }
    if tracks.is_empty() { Err(AudioError::NoSound) } else { Ok(tracks) }
}
