//! The sectors of a CD, bit by bit, in both directions. No drive and no file is in here, and no allocation
//! but for CD-TEXT and layouts of discs.
//!
//! - A [`Content`] becomes a [`Sector`] of 2352 bytes, with header, checksum ([`edc`]) and parity ([`ecc`]); a
//!   [`SectorView`] says what a sector is, gives its parts, and says what is wrong with it. [`scramble`] is what lies over
//!   data sectors on the disc itself.
//! - Beside each sector there are 96 bytes in eight [sub-channels](subchannel): Q tells where we are, what track it is, and
//!   the numbers of disc and recordings.
//! - In the lead-in, the channels R to W have the titles: [CD-TEXT](cdtext).
//! - A [disc](layout::DiscLayout) says where its tracks are; what P and Q have beside each of its sectors follows from it.
//!
//! | bytes | mode 0 | mode 1 | mode 2 | form 1 | form 2 |
//! |---|---|---|---|---|---|
//! | 0 | sync | sync | sync | sync | sync |
//! | 12 | time, 0 | time, 1 | time, 2 | time, 2 | time, 2 |
//! | 16 | zeros to the end | data, 2048 | data, 2336, to the end | sub-header, 8 | sub-header, 8 |
//! | 24 | | … | | data, 2048 | data, 2324 |
//! | 2064 | | EDC, 4 | | … | … |
//! | 2068 | | zeros, 8 | | … | … |
//! | 2072 | | … | | EDC, 4 | … |
//! | 2076 | | P, 172 | | P, 172 | … |
//! | 2248 | | Q, 104 | | Q, 104 | … |
//! | 2348 | | … | | … | EDC, 4, or zeros |
//!
//! An audio sector is 2352 bytes of sound and nothing else.
//!
//! ```
//! use imapi_cd_sector::{Content, SECTOR_LEN, SectorView, scramble::scramble};
//! use imapi_disc_types::Lba;
//!
//! let mut sector = [0; SECTOR_LEN];
//! Content::Mode1(&[0x42; 2048]).encode(Lba(16), &mut sector)?;
//! scramble(&mut sector); // as it is recorded
//!
//! scramble(&mut sector); // as it is read
//! let view = SectorView::of(&sector)?;
//! view.verify()?;
//! assert_eq!(view.header().and_then(|header| header.address()), Some(Lba(16)));
//! assert_eq!(view.user_data(), [0x42; 2048]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Errors
//!
//! The errors of this crate have no result code of their own: which one it is depends on the call that was given the bytes
//! or the text, and that call is not here.

#![forbid(unsafe_code)]

mod bcd;
pub mod cdtext;
mod crc16;
pub mod ecc;
pub mod edc;
pub mod layout;
pub mod scramble;
mod sector;
pub mod subchannel;

pub use crc16::{Crc, crc16};
pub use sector::{
    Content, Fault, Header, SECTOR_LEN, SYNC, Sector, SectorKind, SectorView, Subheader, Submode, UnknownMode,
};
