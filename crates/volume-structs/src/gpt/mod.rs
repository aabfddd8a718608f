//! GPT: the partition table of UEFI (UEFI 2.10, 5.3), with its copy at the end of the disk.
//!
//! A header says where the entries are, and has the checksum of them and of itself; before it stands a
//! [protective MBR](crate::mbr::Mbr::protective). All addresses are in blocks of 512 bytes.
//!
//! | structure | type |
//! |---|---|
//! | header, and where everything goes | [`GptHeader`], [`GptLayout`] |
//! | entry | [`GptEntry`], [`PartitionAttributes`] |
//! | the entries' checksum | [`entries_crc`] |
//! | identifiers | [`Guid`] |

mod entry;
mod guid;
mod header;

pub use entry::{GptEntry, PartitionAttributes, entries_crc};
pub use guid::Guid;
pub use header::{GptHeader, GptLayout};
