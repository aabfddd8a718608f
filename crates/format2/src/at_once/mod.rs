//! A session of a CD that is written at once: what it will be, the cue sheet that tells the drive, and the blocks that follow.
//!
//! [`Session::place`] says where everything goes. [`Placed::cue_sheet`] is what [`announce`] sends to the drive, and
//! [`Placed::parts`] are the blocks that it then wants, exactly those and in this order. Writing them is the business of
//! whoever has an engine.

mod error;
mod joined;
mod lead_in;
mod place;
mod sheet;

use imapi_cd_sector::{cdtext::Pack, subchannel::Mcn};
use imapi_disc_types::{BlockSource, Lba};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{CueEntry, SendCueSheet},
    mode::WriteParameters,
};

pub use error::SessionError;
pub use joined::Joined;
pub use lead_in::{LeadIn, start_of_lead_in};
pub use place::{Placed, PlacedTrack};

use crate::{FormatError, Preparation, audio::AudioOptions, patiently};

/// A session that is written at once.
#[derive(Clone, Default)]
pub struct Session<'a> {
    /// The number of the disc.
    pub catalogue: Option<Mcn>,
    /// CD-TEXT for the lead-in; none where there are no packs.
    pub text: Vec<Pack>,
    /// The tracks, in their order.
    pub tracks: Vec<Track<'a>>,
}

/// What a track has in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Sound, in sectors of 2352 bytes.
    Audio(AudioOptions),
    /// Data of mode 1, in blocks of 2048 bytes.
    Mode1,
}

/// A track of a session.
#[derive(Clone)]
pub struct Track<'a> {
    /// What it has in it.
    pub content: Content,
    /// Blocks of silence, or zeros, before the source: the pause before the track. The first track of a session has one of two
    /// seconds at least, whatever stands here.
    pub pause: u32,
    /// Its blocks.
    pub source: &'a dyn BlockSource,
    /// So many blocks of the source belong to the pause: a player that counts up begins behind them.
    pub begins_at: u32,
    /// Blocks of the source at which further indexes begin, from index 2 on.
    pub indexes: Vec<u32>,
    /// Blocks of silence, or zeros, behind the source.
    pub behind: u32,
}

impl<'a> Track<'a> {
    /// A track with nothing but its blocks.
    #[must_use]
    pub fn new(content: Content, source: &'a dyn BlockSource) -> Self {
        Self { content, pause: 0, source, begins_at: 0, indexes: Vec::new(), behind: 0 }
    }
}

impl Session<'_> {
    /// Where everything goes, in a session whose first track begins at that address.
    pub fn place(&self, first: Lba) -> Result<Placed<'_>, SessionError> {
        place::place(self, first)
    }
}

/// Tells the drive what will come: how it is written, and all that there will be.
///
/// A drive that refuses it has not begun anything, and may write the same in another way.
pub fn announce(preparation: &Preparation, parameters: WriteParameters, sheet: &[CueEntry]) -> Result<(), FormatError> {
    preparation.set_write_parameters(parameters)?;
    let recorder = preparation.recorder();
    let sheet = sheet.to_vec();
    // A hundred tracks with a hundred indexes each have fewer entries than a command can count.
    if let Some(command) = SendCueSheet::of(&sheet) {
        patiently(recorder, || recorder.device().submit(&command, &sheet))?;
    }
    Ok(())
}
