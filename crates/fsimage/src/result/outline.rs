//! What is where in an image, and what became of the names: for whoever wants to know before it is written.

use std::ops::Range;

use super::ResultImage;
use crate::{
    Kind, NodeId,
    plan::{Owner, Region, pack::BLOCK},
};

/// What blocks of an image are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartOf {
    /// Nothing: the system's first sixteen blocks where it has no use for them, and gaps. They are zero.
    Nothing,
    /// The descriptors that all file systems share.
    Descriptors,
    /// What is not the bytes of files: of that file system, or of that kind.
    Metadata(&'static str),
    /// The bytes of files.
    Files,
}

/// A run of blocks of an image, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What for.
    pub of: PartOf,
    /// Its blocks.
    pub blocks: Range<u64>,
}

impl ResultImage {
    /// All blocks of the image in their order.
    pub fn parts(&self) -> impl Iterator<Item = Part> + '_ {
        self.plan.regions().iter().map(|region: &Region| {
            let of = match region.owner {
                Owner::Nobody => PartOf::Nothing,
                Owner::Recognition => PartOf::Descriptors,
                Owner::Claim { writer, claim } => PartOf::Metadata(self.writers[writer].claimant(claim)),
                Owner::Data => PartOf::Files,
            };
            Part { of, blocks: region.first..region.end() }
        })
    }

    /// The blocks of a file; `None` where it has none: it is no file, has no bytes, or is small and lies in its metadata,
    /// or the disc has it already.
    /// Files that share their bytes have the same blocks.
    #[must_use]
    pub fn blocks_of(&self, node: NodeId) -> Option<Range<u64>> {
        let Kind::File { size, content } = self.tree.kind(node) else { return None };
        let first = self.plan.data.block_in_image(content)?;
        Some(first..first + size.div_ceil(BLOCK as u64))
    }

    /// The file systems of the image that have names.
    pub fn file_systems(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.writers.iter().flat_map(|writer| writer.file_systems())
    }

    /// Tells of each file system and each file and folder but the root by what name it is there; `None` where the file
    /// system has no such thing, as links and special files are only known where owners are.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// use imapi_fsimage::{Attributes, Contents, ImageOptions, Kind, NodeId, ResultImage, Timestamp, Tree};
    ///
    /// let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    /// let content = contents.add_bytes(*b"1, 2, 3");
    /// tree.add(NodeId::ROOT, b"caf\xC3\xA9.html", Kind::File { size: 7, content }, Attributes::default())?;
    /// tree.add_link(NodeId::ROOT, b"link", b"elsewhere", Attributes::default())?;
    ///
    /// let options = ImageOptions::new(Timestamp::new(1_000_000_000, 0));
    /// let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &options)?;
    /// let mut told = Vec::new();
    /// image.names(|file_system, node, name| told.push((file_system, node, name.map(str::to_string))));
    /// let names: Vec<_> = told.iter().map(|(file_system, _, name)| (*file_system, name.as_deref())).collect();
    /// assert_eq!(
    ///     names,
    ///     [("ISO 9660", Some("CAF_.HTML")), ("ISO 9660", None), ("Joliet", Some("café.html")), ("Joliet", None)]
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn names(&self, mut tell: impl FnMut(&'static str, NodeId, Option<&str>)) {
        for writer in &self.writers {
            for (place, file_system) in writer.file_systems().into_iter().enumerate() {
                let mut told = vec![false; self.tree.numbers()];
                writer.names(&self.tree, place, &mut |node, name| {
                    told[node.place()] = true;
                    tell(file_system, node, Some(name));
                });
                for node in self.tree.walk(NodeId::ROOT).skip(1).filter(|node| !told[node.place()]) {
                    tell(file_system, node, None);
                }
            }
        }
    }
}
