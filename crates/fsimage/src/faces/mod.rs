//! IMAPI's floor: an object for each interface of `imapi2fs.h`, to be called in any order and from any thread.
//!
//! Below are [`Tree`](crate::Tree), [`Contents`](crate::Contents) and [`ImageOptions`](crate::ImageOptions), plain values of
//! which an image is made. Here they are put together behind one lock, with the rules of IMAPI: what an image cannot have is
//! refused when it is added and not when the image is made, and each refusal has the code that IMAPI has for it.
//!
//! Decisions where IMAPI leaves them open:
//!
//! - *Read-only.* Tree and contents are shared with each result. While one lives, or its stream, whatever would change them
//!   is refused, and so is what the estimate depends on (file systems, revision, level); when the last one is dropped, all
//!   is as before. What a result took as a copy (volume name, boot options, limits) may be changed, and counts for the next.
//! - *While somebody hears of progress* he may ask the image everything; changes are refused, since one is under way. Other
//!   threads that want to change something wait.
//! - *Paths* have `/` where they are told. A name with a backslash, which only a disk can bring, is found by going through
//!   its folder, and not by a path.
//! - *Change points* count what happens to files and folders. Properties of the image have none.
//! - *Dates*: a file is not written or read before it is made; compared are dates that somebody set.
//! - *Import.* What an import says of the disc (start, room, revision of UDF) stays said, also when one goes back behind it.
//!   A bootable disc stays bootable; only with strict compliance a later session has no boot image, and what has ISO 9660
//!   and can be overwritten is not continued. The identifier of a disc is compared when a result is made.
//! - *An item is added once.* Whoever wants the same bytes twice gives a second item the [data](FileItem::data) of the first.

mod adding;
mod boot;
mod building;
mod data;
mod dates;
mod defaults;
mod directory;
mod enumeration;
mod error;
mod file;
mod identify;
mod image;
mod image_manager;
mod importing;
mod item;
mod kept;
mod multisession;
mod path;
mod result;
mod state;
mod streams;
#[cfg(test)]
mod tests;
mod underway;
mod volume;

pub use boot::BootOptions;
pub use data::{Data, FileStream};
pub use directory::DirectoryItem;
pub use enumeration::{Enumeration, Skipping};
pub use error::{DiscFailure, ImageError};
pub use file::FileItem;
pub use identify::Identified;
pub use image::FileSystemImage;
pub use image_manager::{ImageManagerError, IsoImageManager};
pub use item::Item;
pub use kept::{ItemType, Kept};
pub use result::{FileSystemImageResult, ProgressItem, ProgressItems};
pub use streams::NamedStreams;

/// What is told while something is added: before the first sector of a file, after each mebibyte that is copied, and at the
/// end. A file that is not copied is told once, and of a folder on disk each folder in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias("DFileSystemImageEvents", "DFileSystemImageEvents::Update"))]
pub struct Update {
    /// The file's path in the image; of a folder that is read its path on disk.
    pub current_file: String,
    /// Sectors that were copied.
    pub copied_sectors: u64,
    /// Sectors of the file, where that is known.
    pub total_sectors: Option<u64>,
}
