//! IMAPI2FS in Rust: trees of files, and the images that hold them.
//!
//! From files to an image:
//!
//! - [`Tree`] has the files and folders, with everything that can be done to them and undone.
//! - [`Contents`] knows where the bytes of each file come from, and [`ContentReader`] reads them: from memory, from a
//!   [`BlockSource`](imapi_disc_types::BlockSource), from a file on disk, from a stream that was kept.
//! - [`add_tree`], [`add_file`] and [`add_mapping`] bring in what is on disk.
//! - [`ResultImage`] is the image: ISO 9660, with Joliet and Rock Ridge as [`ImageOptions`] say, made while it is read.
//! - [`BootEntry`] and [`Hybrid`] are what machines start from an image.
//! - [`write_image`] makes it a file.
//!
//! Above these plain values stands IMAPI's own floor, an object for each interface, to be called in any order and from any
//! thread: [`FileSystemImage`] with its [`DirectoryItem`]s, [`FileItem`]s and [`BootOptions`], and the
//! [`FileSystemImageResult`] with its [`ProgressItems`].
//!
//! ```
//! use imapi_fsimage::{Attributes, Content, Kind, NodeId, Tree};
//!
//! let mut tree = Tree::new(Attributes::default());
//! let before = tree.change_point();
//! let music = tree.add(NodeId::ROOT, b"music", Kind::Directory, Attributes::default())?;
//! let song = Kind::File { size: 4_000_000, content: Content(1) };
//! tree.add(music, b"song.flac", song, Attributes::default())?;
//! assert_eq!(tree.counts().bytes, 4_000_000);
//!
//! tree.roll_back(before)?;
//! assert_eq!(tree.counts().files, 0);
//! # Ok::<(), imapi_fsimage::TreeError>(())
//! ```

#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("files are found and read by their folders' descriptors, which is written for Unix only so far");

mod boot;
mod content;
mod estimate;
mod faces;
mod file_system;
mod iso9660;
mod named;
mod options;
mod plan;
mod result;
mod scan;
mod session;
mod tree;
mod udf;
mod write;

pub use boot::{
    BootEntry, BootError, BootImage, Emulation, Hybrid, HybridCode, Manufacturer, MbrCode, PartitionTable, Platform,
};
pub use content::{ContentError, ContentReader, Contents, OpenContent};
pub use faces::{
    BootOptions, Data, DirectoryItem, DiscFailure, Enumeration, FileItem, FileStream, FileSystemImage,
    FileSystemImageResult, Identified, ImageError, ImageManagerError, IsoImageManager, Item, ItemType, Kept,
    NamedStreams, ProgressItem, ProgressItems, Skipping, Update,
};
pub use imapi_disc_types::Timestamp;
pub use imapi_volumes::FileSystem;
pub use options::{AlteredText, FileSystems, ImageOptions, IsoLevel, UdfRevision};
pub use plan::PlanError;
pub use result::{ImageFile, ImageStream, MadeListener, Part, PartOf, ResultImage};
pub use scan::{
    Dates, GlobError, Globs, Links, Mapping, Owners, ScanError, ScanOptions, ScanReport, Scanned, Skipped,
    SkippedBecause, Unreadable, add_file, add_mapping, add_tree,
};
pub use session::{
    AppendError, Base, EarlierBoot, ImportError, Imported, Importing, Rewritten, Session, import, store,
};
pub use tree::{Attributes, ChangePoint, Children, Content, Counts, Kind, NodeId, Span, Stream, Tree, TreeError, Walk};
pub use write::{ImageWritten, WriteError, WriteOptions, write_image};
