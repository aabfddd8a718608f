//! A CD as a whole: its tracks, the raw sectors that it becomes, and the files in which programs keep such discs.
//!
//! - A [`CdDisc`] is tracks with their data and their pauses, indexes, numbers and texts. Nothing of it is on a disc yet, and
//!   its data is read when it is needed.
//! - A [`RawImage`] is what a drive writes that is told everything: sectors with their sub-channels from the lead-in to the
//!   lead-out, made while they are read. [`DiscSectors`] are the sectors alone.
//! - [`files`] reads and writes `.cue`, `.toc` and `.ccd` with the files beside them, and reads `.nrg` and `.wav`.
//!
//! ```
//! use std::sync::Arc;
//!
//! use imapi_cd_image::{CdDisc, CdTrack, RawImage, SectorForm, SubCode};
//! use imapi_disc_types::{Block, BlockSource, Zero};
//!
//! let silence = Arc::new(Zero::new(SectorForm::Audio.block_size(), 300));
//! let disc = CdDisc::new(vec![CdTrack::new(SectorForm::Audio, silence)]);
//! let image = RawImage::new(&disc, SubCode::Raw)?;
//! // Five minutes of lead-in, two seconds of pause, four of silence, and a minute and a half of lead-out.
//! assert_eq!(image.blocks(), 22_500 + 150 + 300 + 6_750);
//! image.read_all(Block(0), &mut [0; 2448])?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod disc;
mod error;
pub mod files;
mod form;
mod packs;
mod part;
mod raw;
mod sectors;
mod slice;

pub use disc::{CdDisc, CdTrack, Rw, STANDARD_PAUSE};
pub use error::DiscError;
pub use form::SectorForm;
pub use packs::SpreadPacks;
pub use part::Part;
pub use raw::{IMAGE_START, RawImage, SubCode};
pub use sectors::DiscSectors;
pub use slice::Slice;
