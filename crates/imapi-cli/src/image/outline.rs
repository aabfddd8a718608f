//! What becomes of the files: which are called otherwise in a file system, and which are not there.

use imapi_fsimage::{Kind, NodeId, ResultImage, Tree};
use serde::Serialize;

/// What the file systems of an image made of the files.
#[derive(Debug, Default)]
pub struct Outline {
    pub renamed: Vec<Renamed>,
    pub left_out: Vec<LeftOut>,
    /// What is in one file system at least.
    pub kept: Count,
    /// What is in no file system at all.
    pub lost: Count,
}

/// A file or folder that a file system calls otherwise.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Renamed {
    pub file_system: &'static str,
    pub path: String,
    pub name: String,
}

/// Something that file systems have no place for.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    pub path: String,
    pub kind: Special,
    /// Those that do not have it.
    pub file_systems: Vec<&'static str>,
    /// No file system has it.
    pub everywhere: bool,
    #[serde(skip)]
    node: Option<NodeId>,
}

/// What is neither file nor folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Special {
    Link,
    SpecialFile,
}

/// How many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub files: u64,
    pub folders: u64,
    pub links: u64,
    pub special_files: u64,
}

impl Count {
    /// All that is in a tree, the root not counted.
    fn of(tree: &Tree) -> Self {
        let mut count = Self { folders: tree.counts().directories, ..Self::default() };
        for node in tree.walk(NodeId::ROOT) {
            match tree.kind(node) {
                Kind::Directory => {}
                Kind::File { .. } => count.files += 1,
                Kind::Link { .. } => count.links += 1,
                Kind::Special { .. } => count.special_files += 1,
            }
        }
        count
    }
}

impl Outline {
    /// Looks at the image; at all names where they are wanted, and else only where there is something to leave out.
    pub fn of(image: &ResultImage, names: bool, capitals: bool) -> Self {
        let tree = image.tree();
        let mut outline = Self { kept: Count::of(tree), ..Self::default() };
        if !names && outline.kept.links + outline.kept.special_files == 0 {
            return outline;
        }
        let file_systems = image.file_systems().count();
        let mut left_out: Vec<LeftOut> = Vec::new();
        image.names(|file_system, node, name| match name {
            Some(name) if names && is_other(file_system, tree.name(node), name, capitals) => {
                outline.renamed.push(Renamed { file_system, path: tree.path(node), name: name.to_string() });
            }
            Some(_) => {}
            None => left_out.push(LeftOut {
                path: String::new(),
                kind: special(tree, node).unwrap_or(Special::SpecialFile),
                file_systems: vec![file_system],
                everywhere: false,
                node: Some(node),
            }),
        });
        // One for each thing, whichever file systems do not have it.
        left_out.sort_by_key(|left_out| left_out.node);
        for next in left_out {
            match outline.left_out.last_mut().filter(|last| last.node == next.node) {
                Some(last) => last.file_systems.extend(next.file_systems),
                None => outline.left_out.push(next),
            }
        }
        let (kept, lost) = (&mut outline.kept, &mut outline.lost);
        for left_out in &mut outline.left_out {
            left_out.path = left_out.node.map_or_else(String::new, |node| tree.path(node));
            left_out.everywhere = left_out.file_systems.len() == file_systems;
            let (kept, lost) = match left_out.kind {
                Special::Link => (&mut kept.links, &mut lost.links),
                Special::SpecialFile => (&mut kept.special_files, &mut lost.special_files),
            };
            if left_out.everywhere {
                (*kept, *lost) = (*kept - 1, *lost + 1);
            }
        }
        outline
    }
}

fn special(tree: &Tree, node: NodeId) -> Option<Special> {
    match tree.kind(node) {
        Kind::Link { .. } => Some(Special::Link),
        Kind::Special { .. } => Some(Special::SpecialFile),
        Kind::Directory | Kind::File { .. } => None,
    }
}

/// Whether a name became another. ISO 9660 knows only capitals, which says little of a name.
fn is_other(file_system: &str, before: &[u8], name: &str, capitals: bool) -> bool {
    let only_capitals = !capitals && file_system == "ISO 9660" && before.eq_ignore_ascii_case(name.as_bytes());
    before != name.as_bytes() && !only_capitals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_are_no_other_name_unless_that_is_wanted() {
        assert!(!is_other("ISO 9660", b"read_me.txt", "READ_ME.TXT", false));
        assert!(is_other("ISO 9660", b"read_me.txt", "READ_ME.TXT", true));
        assert!(is_other("ISO 9660", b"read me.txt", "READ_ME.TXT", false));
        assert!(is_other("Joliet", b"a", "A", false));
        assert!(!is_other("UDF", b"a", "a", true));
        assert!(is_other("UDF", b"\xFF", "\u{FFFD}", false));
    }
}
