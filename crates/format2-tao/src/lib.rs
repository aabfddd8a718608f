//! Writes discs of sound, one track after the other.
//!
//! A [`Session`] is a blank CD-R or CD-RW in a drive that this program has for itself. Each call of
//! [`add_track`](Session::add_track) writes a track, before which the drive leaves two seconds of silence, and
//! [`finish`](Session::finish) writes the table of contents. Whoever drops a session without finishing it leaves a disc that
//! no player knows, and that can still be finished.
//!
//! [`burn_at_once`] writes a whole disc in one go, with pauses, indexes and CD-TEXT that IMAPI does not have here.
//!
//! [`DiscFormat2TrackAtOnce`] is IMAPI's object over it, with the codes of wrong order.

#![forbid(unsafe_code)]

mod at_once;
mod error;
mod event;
mod face;
mod options;
mod session;
mod support;
mod toc;
mod verify;

pub use at_once::{AtOnceError, BurnedAtOnce, burn_at_once};
pub use error::TaoError;
pub use event::{Action, TaoEvent, What};
pub use face::{DiscFormat2TrackAtOnce, Tao2Error};
pub use options::TaoOptions;
pub use session::{Finished, Session, Track};
pub use support::{MEDIA, is_current_media_supported, is_recorder_supported};
pub use verify::disc as verify_disc;
