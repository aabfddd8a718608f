//! [`RedbookDiscMaster`]: the interface by which a session makes a disc of sound.

mod tracks;

use std::sync::Arc;

use imapi_format2::audio::AUDIO_SECTOR;

use tracks::BLOCK;
pub(crate) use tracks::{SoundImage, Track};

use crate::{
    V1Error,
    format::Format,
    master::{Image, Session},
};

/// Blocks that are put into the stash between two events.
const CHUNK: u64 = 448;

/// The interface by which a session makes a disc of sound. It works as long as the session is open and makes such a disc.
#[derive(Debug, Clone)]
#[doc(alias = "IRedbookDiscMaster")]
pub struct RedbookDiscMaster(pub(crate) Arc<Session>);

impl RedbookDiscMaster {
    /// How many tracks there are, with the one that is open.
    #[doc(alias = "IRedbookDiscMaster::GetTotalAudioTracks")]
    pub fn total_audio_tracks(&self) -> Result<u32, V1Error> {
        self.0.counts(Format::Redbook, |counts| counts.tracks)
    }

    /// Blocks of the disc, with what lies between tracks; 0 until a recorder was chosen.
    #[doc(alias = "IRedbookDiscMaster::GetTotalAudioBlocks")]
    pub fn total_audio_blocks(&self) -> Result<u32, V1Error> {
        self.0.counts(Format::Redbook, |counts| counts.total)
    }

    /// Blocks of the tracks, with what lies behind the closed ones.
    #[doc(alias = "IRedbookDiscMaster::GetUsedAudioBlocks")]
    pub fn used_audio_blocks(&self) -> Result<u32, V1Error> {
        self.0.counts(Format::Redbook, |counts| counts.used)
    }

    /// Blocks that still fit into the open track, or that a new one can have.
    #[doc(alias = "IRedbookDiscMaster::GetAvailableAudioTrackBlocks")]
    pub fn available_audio_track_blocks(&self) -> Result<u32, V1Error> {
        self.0.counts(Format::Redbook, |counts| counts.total.saturating_sub(counts.used))
    }

    /// Bytes of a block.
    #[doc(alias = "IRedbookDiscMaster::GetAudioBlockSize")]
    pub fn audio_block_size(&self) -> Result<u32, V1Error> {
        self.0.counts(Format::Redbook, |_| AUDIO_SECTOR.get())
    }

    /// Begins a track. How long it will be is a hint, and nothing depends on it.
    #[doc(alias = "IRedbookDiscMaster::CreateAudioTrack")]
    pub fn create_audio_track(&self, _blocks: u32) -> Result<(), V1Error> {
        let mut work = self.0.begin(|open| {
            open.in_format(Format::Redbook)?;
            open.recorder().map(|_| ())?;
            if open.has_open_track() { Err(V1Error::TrackOpen) } else { Ok(()) }
        })?;
        work.make_ready()?;
        let staged = &mut work.staged;
        match (&mut staged.image, &staged.stash) {
            (Image::Sound(image), Some(stash)) => image.create(stash),
            _ => Err(V1Error::NoActiveRecorder),
        }
    }

    /// Puts sound into the open track: whole blocks of 16-bit stereo samples at 44.1 kHz, the lower byte first. Of what
    /// does not fit on the disc as much is kept as does.
    #[doc(alias = "IRedbookDiscMaster::AddAudioTrackBlocks")]
    pub fn add_audio_track_blocks(&self, sound: &[u8]) -> Result<(), V1Error> {
        let mut work = self.0.begin(|open| {
            open.in_format(Format::Redbook)?;
            if open.has_open_track() { Ok(()) } else { Err(V1Error::TrackNotOpen) }
        })?;
        if sound.len() as u64 % BLOCK != 0 {
            return Err(V1Error::Argument { parameter: "cb", given: sound.len().to_string() });
        }
        let events = work.events();
        let staged = &mut work.staged;
        let (Image::Sound(image), Some(stash)) = (&mut staged.image, &mut staged.stash) else {
            return Err(V1Error::TrackNotOpen);
        };
        let wanted = sound.len() as u64 / BLOCK;
        let (taken, available) = (image.takes(wanted)?, image.available());
        stash.admit(taken * BLOCK)?;
        let begun = stash.end();
        let mut added = 0;
        let outcome = (|| {
            events.adding(0, taken)?;
            while added < taken {
                let next = (added + CHUNK).min(taken);
                let place = |blocks: u64| usize::try_from(blocks * BLOCK).unwrap_or(sound.len());
                stash.append(&sound[place(added)..place(next)])?;
                added = next;
                events.adding(added, taken)?;
            }
            Ok(())
        })();
        match outcome {
            Ok(()) => image.grow(added),
            // Nothing of a call that did not succeed is kept, so that it can be made again.
            Err(error) => {
                stash.cut(begun);
                return Err(error);
            }
        }
        if taken < wanted { Err(V1Error::DiscFull { needed: wanted, free: available }) } else { Ok(()) }
    }

    /// Ends the open track, which must be four seconds long; a shorter one stays open.
    #[doc(alias = "IRedbookDiscMaster::CloseAudioTrack")]
    pub fn close_audio_track(&self) -> Result<(), V1Error> {
        let mut work = self.0.begin(|open| {
            open.in_format(Format::Redbook)?;
            if open.has_open_track() { Ok(()) } else { Err(V1Error::TrackNotOpen) }
        })?;
        match &mut work.staged.image {
            Image::Sound(image) => image.close(),
            _ => Err(V1Error::TrackNotOpen),
        }
    }
}
