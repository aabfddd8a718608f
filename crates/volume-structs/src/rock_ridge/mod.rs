//! Rock Ridge (RRIP 1.09 to 1.12) and what carries it, the System Use Sharing Protocol (SUSP): names, modes, owners,
//! times, links and deep directories of Unix, in the system use areas of directory records.
//!
//! An area holds entries one after the other. When they do not fit into the record, the last entry says where in the
//! volume they go on. [`SystemUse`] reads through all of that; [`Packing`] says what goes where, and writes it.
//!
//! | entry | meaning | type |
//! |---|---|---|
//! | `SP` | SUSP is in use; how many bytes to skip | [`Entry::SharingProtocol`] |
//! | `CE` | where the area goes on | [`Continuation`] |
//! | `PD` | padding | [`Entry::Padding`] |
//! | `ST` | the end of an area | [`Entry::Terminator`] |
//! | `ER` | which extensions are in use | [`ExtensionReference`] |
//! | `ES` | which of them the next entries are of | [`Entry::ExtensionSelector`] |
//! | `PX` | mode, links, owner, group, inode | [`PosixAttributes`] |
//! | `PN` | number of a device | [`Entry::Device`] |
//! | `SL` | where a symbolic link leads | [`SymbolicLink`], [`LinkText`] |
//! | `NM` | the name | [`AlternateName`] |
//! | `CL`, `PL`, `RE` | a directory that was too deep and was moved | [`Entry::ChildLink`], … |
//! | `TF` | times | [`Timestamps`] |
//! | `SF` | a sparse file | [`SparseFile`] |
//! | `RR` | which entries are there (1.09 only) | [`RidgeFlags`] |
//! | `ZF` | a file that is compressed by zisofs | [`Zisofs`] |
//! | others, as `AA`, `AS` | kept as bytes | [`RawEntry`] |

mod entry;
mod link;
mod pack;
mod posix;
mod raw;
mod sharing;
mod system_use;
mod times;

pub use entry::Entry;
pub use link::{LinkComponent, LinkComponents, LinkText, SymbolicLink};
pub use pack::{Item, MAX_AREAS, Packing, TooMuch};
pub use posix::{AlternateName, NameFlags, PosixAttributes, RidgeFlags, SparseFile, Zisofs};
pub use raw::{RawEntries, RawEntry, Signature};
pub use sharing::{Continuation, ExtensionReference};
pub use system_use::SystemUse;
pub use times::{Stamp, TimeKind, Timestamps};
