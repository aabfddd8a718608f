//! The structures that stand on optical discs and in their images, as values: each has one type, whose `encode` and
//! `decode` are the only places that know where its bytes lie.
//!
//! No I/O, no allocation where a structure can borrow, no judgement of whether a volume makes sense as a whole: that is
//! for those who write and read file systems.
//!
//! - [`iso9660`]: ISO 9660 and Joliet. [`rock_ridge`]: what Unix puts beside it.
//! - [`udf`]: UDF 1.02 to 2.60.
//! - [`el_torito`]: how machines find what they start from a disc.
//! - [`mbr`], [`gpt`]: partition tables, for images that also start from USB sticks.
//! - [`civil`]: dates and times of day, as discs tell them.
//! - [`crc32`]: the checksum of GPT.
//! - [`SessionLink`]: how the sessions of a disc that can be overwritten find one another.
//! - Integers: [`wire`] reads and writes both byte orders, and both at once as ISO 9660 does.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod civil;
pub mod crc32;
pub mod el_torito;
pub mod gpt;
pub mod iso9660;
pub mod mbr;
pub mod rock_ridge;
mod session_link;
pub mod udf;
pub mod wire;

pub use session_link::SessionLink;

/// Bytes of a logical sector: every structure here is addressed in these.
pub const SECTOR: usize = 2048;
