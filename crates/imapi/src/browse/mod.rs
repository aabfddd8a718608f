//! What there is to read, by the names that people give it: an image file, one of raw sectors, a drive, and the sessions of
//! all of them.
//!
//! A [`Medium`] is that, opened; [`Medium::options`] says where the volumes of a session are, and `imapi_volumes` opens them.
//! A [`Selection`] is the files of a volume that somebody named. [`boot`] has what machines start from.

pub mod boot;
mod chain;
mod error;
mod medium;
mod raw;
mod selection;

pub use error::BrowseError;
pub use medium::{Medium, MediumKind, Session};
pub use raw::{RawImage, RawSectorError};
pub use selection::{Fate, Pattern, Selection};
