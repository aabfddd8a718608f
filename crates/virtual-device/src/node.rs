//! [`Node`]: a path at which the device is seen, and whether a path that a program says is this one.

use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Component, Path, PathBuf},
};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `/dev/srN`.
    Block,
    /// `/dev/sgN`.
    Generic,
}

/// A path at which the device is seen.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    path: PathBuf,
    /// What it is.
    pub(crate) kind: Kind,
    /// Minor device number.
    pub(crate) minor: u32,
}

impl Node {
    pub(crate) fn new(path: &Path, kind: Kind) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let number = name.trim_start_matches(|c: char| !c.is_ascii_digit());
        Self { path: plain(path), kind, minor: number.parse().unwrap_or(0) }
    }

    pub(crate) fn path(&self) -> &PathBuf {
        &self.path
    }

    /// Major device number.
    pub(crate) fn major(&self) -> u32 {
        match self.kind {
            Kind::Block => 11,
            Kind::Generic => 21,
        }
    }
}

/// Which of the nodes a thread means by a path, relative to its directory or to that descriptor.
pub(crate) fn meant<'a>(nodes: &'a [Node], pid: u32, directory: i32, said: &[u8]) -> Option<&'a Node> {
    // Almost all paths end otherwise, and need no closer look.
    let mut candidates = nodes.iter().filter(|node| {
        let name = node.path.file_name().unwrap_or_default().as_bytes();
        said.ends_with(name)
    });
    let first = candidates.next()?;
    let said = Path::new(OsStr::from_bytes(said));
    let whole = if said.is_absolute() {
        plain(said)
    } else {
        let base = match directory {
            libc::AT_FDCWD => format!("/proc/{pid}/cwd"),
            fd => format!("/proc/{pid}/fd/{fd}"),
        };
        plain(&fs::read_link(base).ok()?.join(said))
    };
    std::iter::once(first).chain(candidates).find(|node| node.path == whole)
}

/// Without `.`, `..` and doubled slashes. Links are not followed.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_device_however_it_is_written() {
        let nodes = [Node::new(Path::new("/dev/sr3"), Kind::Block), Node::new(Path::new("/dev/sg12"), Kind::Generic)];
        assert_eq!((nodes[0].minor, nodes[1].minor), (3, 12));
        let me = std::process::id();
        for (said, kind) in [
            ("/dev/sr3", Some(Kind::Block)),
            ("//dev/./sr3", Some(Kind::Block)),
            ("/dev/../dev/sr3", Some(Kind::Block)),
            ("/dev/sg12", Some(Kind::Generic)),
            ("/dev/sr", None),
            ("/dev/usr3", None),
            ("/tmp/sr3", None),
            ("sr3", None),
            ("", None),
        ] {
            let found = meant(&nodes, me, libc::AT_FDCWD, said.as_bytes());
            assert_eq!(found.map(|node| node.kind), kind, "{said}");
        }
        let here = std::env::current_dir().expect("it works");
        let nodes = [Node::new(&here.join("sr0"), Kind::Block)];
        assert!(meant(&nodes, me, libc::AT_FDCWD, b"sr0").is_some());
        assert!(meant(&nodes, me, libc::AT_FDCWD, b"./sr0").is_some());
    }
}
