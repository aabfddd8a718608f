//! MBR: the first 512 bytes of a disk, with code that a BIOS starts and a table of four partitions.
//!
//! An image for optical discs has room for it before its first volume descriptor, so that the same image starts from a
//! USB stick. All addresses here are in blocks of 512 bytes.
//!
//! | structure | type |
//! |---|---|
//! | the sector | [`Mbr`] |
//! | a partition | [`PartitionEntry`], [`PartitionKind`] |
//! | cylinder, head and sector | [`Chs`], [`Geometry`] |
//! | where loaders look for their rest | [`hybrid`] |

mod chs;
pub mod hybrid;
mod sector;

pub use chs::{Chs, Geometry};
pub use sector::{Mbr, PartitionEntry, PartitionKind};

/// Bytes of a block of a disk, here and in GPT.
pub const BLOCK: usize = 512;

/// Blocks of a disk in a sector of an optical disc.
pub const BLOCKS_PER_SECTOR: u32 = 4;
