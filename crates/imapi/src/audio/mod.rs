//! Sound: from files onto discs, and from discs into files.
//!
//! - [`SoundSource`] is a WAV or FLAC file as the sectors that a CD has; what has another rate is refused, or converted when asked.
//! - [`at_once`] is what a drive is told to write for a disc that a sheet of another program describes.
//! - [`text_sheet`] reads the titles of a disc from the sheet that cdrskin and others take.
//! - [`DiscWords`] are numbers and titles that a disc has.
//! - [`indexes`] are the places in tracks that only sub-channel Q tells.
//! - [`rip`] makes WAV files of a disc's tracks, reads again what is in doubt, and has checksums of them.

mod checksum;
mod convert;
mod disc;
mod error;
mod flac;
mod indexes;
mod rip;
mod sheet;
mod tracks;
mod wav;
mod words;

pub use checksum::{Checksums, TrackPlace};
pub use disc::{NotAtOnce, at_once, audio_options, with_plain_data};
pub use error::{AudioError, AudioFormat};
pub use indexes::{TrackIndexes, indexes};
pub use rip::{RipOptions, RipProgress, Ripped, rip};
pub use sheet::{SheetError, TextSheet, text_sheet};
pub use tracks::{DiscTrack, audio_tracks};
pub use wav::SoundSource;
pub use words::{DiscWords, Named};

/// Bytes of a sector of sound.
const SECTOR: usize = 2352;
