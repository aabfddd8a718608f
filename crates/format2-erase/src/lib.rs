//! Makes rewritable discs as good as new.
//!
//! [`erase`] is the floor of values: a drive, a client, [`EraseOptions`], and somebody who hears of it. What is done
//! with a disc is a [plan](Step) that is made before anything is:
//!
//! | disc | quickly | fully |
//! |---|---|---|
//! | CD-RW | BLANK of what says that there is something | BLANK of all |
//! | DVD-RW | the same; it can then only be written at once, which [`Left`] says | BLANK of all |
//! | DVD-RW that [shall be overwritable](Becomes::Overwritable) | a quick format, and its first 128 MiB zeros | the same, and zeros everywhere |
//! | DVD+RW, DVD-RAM, BD-RE | the first and the last 2 MiB zeros, formatted before if it never was | zeros everywhere |
//!
//! Formatting such a disc would not overwrite what is on it, so that zeros do. [`DiscFormat2Erase`] is IMAPI's object,
//! whose methods may be called in any order and from any thread.
//!
//! ```no_run
//! use imapi_disc_types::{ClientName, Control};
//! use imapi_format2_erase::{EraseError, EraseOptions, Left, erase};
//! use imapi_recorder::Recorder;
//!
//! fn recycle(recorder: &Recorder, client: &ClientName) -> Result<Left, EraseError> {
//!     let options = EraseOptions { full: true, ..EraseOptions::default() };
//!     Ok(erase(recorder, client, &options, &mut Control::silent())?.left)
//! }
//! ```

#![forbid(unsafe_code)]

mod erase;
mod error;
mod face;
mod pace;
mod plan;
mod progress;
mod send;
mod support;
mod zeros;

pub use erase::{Erased, Left, erase};
pub use error::EraseError;
pub use face::{DiscFormat2Erase, EraseUpdate};
pub use pace::Pace;
pub use plan::{Becomes, EraseOptions, Step, plan};
pub use progress::{Doing, EraseProgress};
pub use support::{ERASABLE, is_current_media_supported, is_recorder_supported};
