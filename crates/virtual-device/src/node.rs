//! [`Node`]: a path at which the device is seen.

use std::path::{Path, PathBuf};

use crate::tree::{Place, plain};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `/dev/srN`.
    Block,
    /// `/dev/sgN`.
    Generic,
    /// A link of ours, which a program has opened for itself (`O_PATH`). The kernel hands no such descriptors on.
    Link,
}

/// A path at which the device is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    path: PathBuf,
    /// What it is.
    pub(crate) kind: Kind,
    /// Minor device number.
    pub(crate) minor: u32,
}

impl Node {
    pub(crate) fn new(path: &Path, kind: Kind) -> Self {
        let mut node = Self { path: plain(path), kind, minor: 0 };
        node.minor = node.name().trim_start_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(0);
        node
    }

    /// A link that is stored there.
    pub(crate) fn link(stored: &Path) -> Self {
        Self { path: stored.to_owned(), kind: Kind::Link, minor: 0 }
    }

    pub(crate) fn path(&self) -> &PathBuf {
        &self.path
    }

    pub(crate) fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// What a descriptor of it is a descriptor of.
    pub(crate) fn place(&self) -> Place {
        match self.kind {
            Kind::Link => Place::Stored(self.path.clone()),
            Kind::Block | Kind::Generic => Place::Node(self.clone()),
        }
    }

    /// Major device number.
    pub(crate) fn major(&self) -> u32 {
        self.kind.major()
    }

    /// The kernel could have given it this name.
    pub(crate) fn is_standard(&self) -> bool {
        let name = match self.kind {
            Kind::Block => format!("/dev/sr{}", self.minor),
            Kind::Generic => format!("/dev/sg{}", self.minor),
            Kind::Link => return false,
        };
        self.path.as_os_str() == name.as_str()
    }
}

impl Kind {
    /// Major device number.
    pub(crate) fn major(self) -> u32 {
        match self {
            Self::Block => 11,
            Self::Generic => 21,
            Self::Link => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_at_the_end_of_the_name() {
        for (path, kind, minor, standard) in [
            ("/dev/sr3", Kind::Block, 3, true),
            ("/dev/sg12", Kind::Generic, 12, true),
            ("/dev/../dev//sr3", Kind::Block, 3, true),
            ("/dev/sr03", Kind::Block, 3, false),
            ("/dev/cdrom", Kind::Block, 0, false),
            ("/tmp/sr1", Kind::Block, 1, false),
        ] {
            let node = Node::new(Path::new(path), kind);
            assert_eq!((node.minor, node.is_standard()), (minor, standard), "{path}");
        }
    }
}
