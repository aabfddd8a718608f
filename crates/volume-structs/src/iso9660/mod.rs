//! ISO 9660 (ECMA-119), with Joliet: volume descriptors, directories, path tables, names and dates.
//!
//! | structure | type | clause |
//! |---|---|---|
//! | what a volume descriptor is | [`DescriptorHead`], [`Descriptor`] | 8.1 |
//! | boot record | [`BootRecord`]; for El Torito see [`el_torito`](crate::el_torito) | 8.2 |
//! | terminator | [`encode_terminator`] | 8.3 |
//! | primary, supplementary and enhanced volume descriptor | [`VolumeDescriptor`] | 8.4, 8.5 |
//! | Joliet's escape sequences | [`JolietLevel`] | |
//! | volume partition descriptor | [`PartitionDescriptor`] | 8.6 |
//! | directory record | [`DirectoryRecord`]; a whole directory: [`DirectoryRecords`] | 9.1 |
//! | path table record | [`PathRecord`]; a whole table: [`PathRecords`] | 9.4 |
//! | extended attribute record | [`ExtendedAttributes`] | 9.5 |
//! | dates | [`RecordingTime`], [`VolumeTime`] | 9.1.5, 8.4.26.1 |
//! | names | [`FileName`], [`Level`], and [`joliet`] | 7.4, 7.5, 7.6, 10 |
//! | orders of names | [`order`] | 6.9.1, 9.3 |
//!
//! Numbers that ISO 9660 writes in both byte orders are read from the little-endian half, as most readers do.

mod descriptor;
mod extended_attributes;
pub mod joliet;
mod name;
pub mod order;
mod padded;
mod path_table;
mod record;
mod time;

pub use descriptor::{
    BootRecord, Descriptor, DescriptorHead, DescriptorKind, Identifiers, JolietLevel, PartitionDescriptor, PathTables,
    VolumeDescriptor, encode_terminator,
};
pub use extended_attributes::ExtendedAttributes;
pub use name::{FileName, Level, NameFault, is_a_character, is_d_character};
pub use padded::Padded;
pub use path_table::{ByteOrder, PathRecord, PathRecords};
pub use record::{DirectoryRecord, DirectoryRecords, FileFlags, PARENT, SELF};
pub use time::{RecordingTime, VolumeTime};

/// The block at which the volume descriptors begin; those before it are the system area.
pub const FIRST_DESCRIPTOR: u32 = 16;
