//! Answers that are no failures and yet not simply «done».

use imapi_errors::{Coded, HResult, common, fs};

use crate::{Tree, UdfRevision};

/// Whether the image will have what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Kept {
    /// It will.
    Yes,
    /// It is kept, and comes into the image when UDF of a revision that can have it is chosen.
    NotInThisRevision,
}

impl Kept {
    pub(super) fn when(has: bool) -> Self {
        if has { Self::Yes } else { Self::NotInThisRevision }
    }

    /// Whether an image of that revision has all that a tree has.
    pub(super) fn of(tree: &Tree, udf: Option<UdfRevision>, wants_redundancy: bool) -> Self {
        let can = |has: fn(UdfRevision) -> bool| udf.is_some_and(has);
        let streams = tree.stream_count() == 0 || can(UdfRevision::has_named_streams);
        let redundancy = !wants_redundancy || can(UdfRevision::has_mirror);
        let real_time = can(UdfRevision::has_real_time_files)
            || !tree.walk(crate::NodeId::ROOT).any(|node| tree.attributes(node).real_time);
        Self::when(streams && redundancy && real_time)
    }
}

impl Coded for Kept {
    fn code(&self) -> HResult {
        match self {
            Self::Yes => common::S_OK,
            Self::NotInThisRevision => fs::IMAPI_S_IMAGE_FEATURE_NOT_SUPPORTED,
        }
    }
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias = "FsiItemType")]
pub enum ItemType {
    /// Nothing.
    NotFound,
    /// A folder.
    Directory,
    /// A file, or what else is no folder.
    File,
}
