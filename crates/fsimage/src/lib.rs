//! IMAPI2FS in Rust: trees of files, and the images that hold them.
//!
//! What stands today is the [`Tree`]: the files and folders of an image, with everything that can be done to them and
//! undone.
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

mod time;
mod tree;

pub use time::Timestamp;
pub use tree::{Attributes, ChangePoint, Children, Content, Counts, Kind, NodeId, Span, Tree, TreeError, Walk};
