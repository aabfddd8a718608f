//! Sessions: images that go behind what a disc has already.
//!
//! [`import`] brings what a disc has into the tree, so that the image of the tree has old and new together. The bytes of
//! old files stay where they are. A disc that is written in sequence gets that image as a session of its own, at the
//! [`start`](Session::start) for which it was planned; on one that can be overwritten it goes behind what is there, and
//! [`Rewritten`] says which blocks have to be written besides so that readers find it.

mod base;
mod boot;
mod error;
mod fragments;
mod import;
mod place;
mod rewritten;
mod store;

pub use base::Base;
pub use boot::EarlierBoot;
pub(crate) use boot::{Started, earlier};
pub use error::{AppendError, ImportError};
pub use import::{Imported, Importing, import};
pub(crate) use import::{Importer, streams};
pub(crate) use place::{end_of, is_empty, newest_start};
pub use rewritten::Rewritten;
pub(crate) use rewritten::descriptors_that_fit;
pub use store::store;

use imapi_volume_structs::SessionLink;

/// Where on its disc an image begins, and what of the disc it may lean on.
///
/// All addresses in an image are those of its disc. In a first session they are the same as those of the image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Session {
    /// The block of the disc at which the image begins.
    #[doc(alias("IFileSystemImage::get_SessionStartBlock", "IFileSystemImage::put_SessionStartBlock"))]
    pub start: u32,
    /// The disc can be overwritten, and more may be added later: nothing of value lies in the same cluster as what is
    /// written again then, the descriptors and the first anchor.
    pub rewritable: bool,
    /// What was on such a disc before, for those who look for earlier states of it.
    pub link: Option<SessionLink>,
}

impl Session {
    /// Where loaders that look for files by themselves have to begin: on a disc that is written over, at its beginning,
    /// which always shows what is newest.
    pub(crate) fn descriptors(&self) -> u32 {
        if self.link.is_some() { 0 } else { self.start }
    }

    /// An image that begins at that block of its disc.
    #[must_use]
    pub fn at(start: u32) -> Self {
        Self { start, ..Self::default() }
    }
}
