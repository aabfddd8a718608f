//! Booting: El Torito's catalogue, loaders that are told where they are, and the first sector and partition tables of an
//! image that is to start from a disk too.
//!
//! Decisions, where El Torito and IMAPI leave them open:
//!
//! - Entries stand in the order that they are given in. The first is El Torito's default entry; those behind it that
//!   follow each other for the same platform and by the same manufacturer share a section.
//! - A loader for a BIOS that is told where it is loads its own rest, and four sectors of it are loaded, since some
//!   firmware can load no more. Of any other the whole image is loaded. Emulated drives load their first sector.
//! - An EFI image of 32 MiB and more, whose size an entry cannot say, reaches to the end of the disc, as UEFI has it.
//! - A GPT has 248 entries, so that it fills what is before the first descriptor: its first partition begins there. What
//!   is no EFI partition is a read-only one of its own, so that nobody takes it for free.
//! - A BIOS that wants an active partition finds one also in the MBR before a GPT: of one block and of no kind.
//! - Such an image ends on whole 32 KiB, since GRUB takes what comes of a read beyond the end for data; with ISOLINUX's
//!   code in an MBR it ends on a whole mebibyte, a cylinder, as isohybrid has it.
//! - An appended partition begins on a whole mebibyte, as partitions do. An MBR tells of no EFI image among the files: it
//!   would lie in the partition of the image, and firmware takes no partitions that lie in others.
//! - GUIDs come from the date and the name of the volume: the same options make the same bytes.

mod entry;
mod error;
mod hybrid;
mod info;
mod partitions;
mod resolved;
mod writer;

pub use entry::{BootEntry, BootImage, Emulation, Manufacturer};
pub use error::BootError;
pub use hybrid::{Hybrid, MbrCode, PartitionTable};
pub use imapi_volume_structs::{el_torito::Platform, mbr::hybrid::HybridCode};

pub(crate) use writer::Boot;
