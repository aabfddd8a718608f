//! CDs written whole: a raw image has everything that will be on the disc, from the lead-in to the lead-out, with P to W
//! beside each sector, and the drive adds nothing.
//!
//! - [`RawCdImageCreator`] makes such an image of tracks; [`imapi_cd_image`] has the same for discs of any kind.
//! - [`Prepared`] is a drive with a blank disc that waits for an image, and [`burn`] does all of it. [`DiscFormat2RawCd`] is
//!   IMAPI's object for the same.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use imapi_disc_types::{BlockSource, Control};
//! use imapi_format2_raw::{DiscFormat2RawCd, RawCdImageCreator, SectorType};
//! use imapi_recorder::Recorder;
//!
//! fn album(recorder: &Recorder, songs: Vec<Arc<dyn BlockSource>>) -> Result<(), Box<dyn std::error::Error>> {
//!     let creator = RawCdImageCreator::new();
//!     for song in songs {
//!         creator.add_track(SectorType::Audio, song)?;
//!     }
//!     let format = DiscFormat2RawCd::new();
//!     format.set_recorder(Some(recorder))?;
//!     format.set_client_name("Album")?;
//!     format.prepare_media(&mut Control::silent())?;
//!     format.write_media(&*creator.create_result_image()?, &mut Control::silent())?;
//!     format.release_media()?;
//!     Ok(())
//! }
//! ```

#![forbid(unsafe_code)]

mod creator;
mod error;
mod event;
mod face;
mod prepared;
mod scan;
mod write;

pub use creator::{CopySetting, RawCdImageCreator, RawCdImageTrackInfo, RawImageError, SectorType};
pub use error::{DiscAfter, RawError};
pub use event::{RawAction, RawEvent};
pub use face::{DiscFormat2RawCd, Raw2Error};
pub use imapi_cd_image::SubCode;
pub use prepared::{Prepared, is_recorder_supported};
pub use write::{RawBurned, RawOptions, burn};
