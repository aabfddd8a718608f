//! Files and directories (ECMA-167, part 4): file sets, names in directories, file entries and what belongs to them.

pub mod attributes;
mod entry;
mod icb;
mod identifier;
mod indirect;
mod path;
mod set;
mod streams;

pub use entry::{FileEntry, FileEntryExtension, Permissions};
pub use icb::{FileType, IcbFlags, IcbStrategy, IcbTag};
pub use identifier::{FileCharacteristics, FileIdentifier, FileIdentifiers, MAX_NAME_LEN};
pub use indirect::{AllocationExtent, IndirectEntry, encode_terminal};
pub use path::{Component, Components};
pub use set::FileSet;
pub use streams::{StreamName, UniqueIdMap, UniqueIdMapEntry};
