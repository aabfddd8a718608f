//! The plain types that everything about optical discs stands on. No drive and no file system is in here.
//!
//! - **Places**: [`Lba`] on the disc, [`Block`] inside a source, [`Msf`] as a CD counts time. Address and
//!   block have types of their own because they coincide in a disc's first session and never after.
//! - **Data**: [`BlockSource`] is whatever can be read by blocks: an image, a disc, a stream. [`BytesSource`],
//!   [`FileSource`], [`ReaderSource`] and [`SeekableSource`] hold data; [`Concatenate`], [`Interleave`], [`Zero`] and
//!   [`PseudoRandom`] are the streams of IMAPI. Whoever writes a source of their own puts it through [`conformance`].
//! - **Discs**: [`MediaType`] and [`Profile`] name the kind, [`MediaState`] says what it is now, and [`Disc`] is a disc
//!   that someone can ask: its [`DiscFacts`] and its data. [`MultisessionInterface`] is a way to add a session to one.
//! - **Long work**: every long call takes a [`Control`], which hears of progress and may say stop; a [`CancelToken`]
//!   says it from elsewhere. Time comes from a [`Clock`].
//! - **Dates**: [`Timestamp`] is when something happened to a file.
//! - **Drives have owners**: [`ClientName`] is what a program calls itself when it locks one.
//!
//! ```
//! use std::sync::Arc;
//!
//! use imapi_disc_types::{Block, BlockSource, BytesSource, Concatenate, Lba, SECTOR_SIZE, Zero};
//!
//! // A small image, and zeros after it up to the sixteen blocks that a DVD writes at once.
//! let image = BytesSource::padded(b"not a file system yet", SECTOR_SIZE);
//! let filled = Concatenate::new([Arc::new(image) as Arc<dyn BlockSource>, Arc::new(Zero::new(SECTOR_SIZE, 15))])?;
//! assert_eq!(filled.blocks(), 16);
//!
//! let mut sector = [0xA5; 2048];
//! filled.read_all(Block(0), &mut sector)?;
//! assert!(sector.starts_with(b"not a file system yet\0\0"));
//!
//! // Written as the second session of a disc, its last block goes here.
//! assert_eq!(Block(15).on_disc(Lba(11_400))?, Lba(11_415));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Errors
//!
//! Every error is [`Coded`](imapi_errors::Coded): it has the result code that IMAPI returns for the same failure, and
//! the facts. What goes wrong while reading is a [`SourceError`]: the block, and the cause with its own code. Only a
//! [`Violation`](conformance::Violation) has none: it is for tests.

#![forbid(unsafe_code)]

mod address;
mod bytes;
mod client_name;
mod clock;
mod concatenate;
pub mod conformance;
mod control;
mod disc;
mod extent;
mod file;
mod file_kind;
mod interleave;
mod media;
mod msf;
mod multisession;
mod numbers;
mod positioned;
mod profile;
mod pseudo_random;
mod range;
mod reader;
mod request;
mod seekable;
mod source;
mod state;
mod timestamp;
mod zero;

pub use address::{AddressError, Block, Lba};
pub use bytes::BytesSource;
pub use client_name::{ClientName, InvalidClientName, WrongWith};
pub use clock::{Clock, ManualClock, SystemClock};
pub use concatenate::{Concatenate, ConcatenateError};
pub use control::{CancelToken, Cancelled, Control};
pub use disc::{Disc, DiscFacts, SessionFacts};
pub use extent::PartialBlock;
pub use file::{FileError, FileSource};
pub use file_kind::FileKind;
pub use interleave::{Interleave, InterleaveError};
pub use media::MediaType;
pub use msf::Msf;
pub use multisession::{MultisessionInterface, MultisessionKind};
pub use profile::Profile;
pub use pseudo_random::PseudoRandom;
pub use range::BlockRange;
pub use reader::{ReaderError, ReaderSource};
pub use request::{Request, RequestError};
pub use seekable::SeekableSource;
pub use source::{BlockSource, SECTOR_SIZE, SourceError};
pub use state::MediaState;
pub use timestamp::Timestamp;
pub use zero::Zero;
