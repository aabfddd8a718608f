//! El Torito: how a machine finds what it starts from an optical disc.
//!
//! A [boot record](ElToritoRecord) among the volume descriptors leads to a catalogue, a list of records of 32 bytes: what
//! the disc is and what is started by default, and sections with more of that for other platforms. Some loaders want to
//! know where on the disc they are; what is written into them for this is here too.
//!
//! | structure | type | section of the specification |
//! |---|---|---|
//! | boot record volume descriptor | [`ElToritoRecord`] | 4.0 |
//! | validation entry | [`ValidationEntry`] | 2.1 |
//! | initial or default entry, section entry | [`BootEntry`] | 2.2, 2.4 |
//! | section header | [`SectionHeader`] | 2.3 |
//! | section entry extension | [`EntryExtension`] | 2.5 |
//! | the whole list | [`Catalog`] to write, [`CatalogRecords`] to read | 2.0 |
//! | the table in ISOLINUX and others | [`BootInfoTable`], [`BootInfoChecksum`] | |
//! | the address in GRUB | [`grub_boot_info`] | |

mod boot_info;
mod catalog;
mod entry;
mod header;

pub use boot_info::{BOOT_INFO_AT, BootInfoChecksum, BootInfoTable, GRUB_BOOT_INFO_AT, grub_boot_info};
pub use catalog::{Catalog, CatalogRecord, CatalogRecords, Section, SectionEntry};
pub use entry::{BootEntry, Emulation, EntryExtension, MediaFlags};
pub use header::{ElToritoRecord, Platform, SectionHeader, ValidationEntry};

/// Bytes of each record of a catalogue.
pub const RECORD_LEN: usize = 32;
