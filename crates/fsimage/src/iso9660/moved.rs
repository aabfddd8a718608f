//! Folders that lie too deep, and are moved for those who know no more than eight levels.
//!
//! They go into one folder of the root, as other programs have it. Which it is called decides whether libarchive can read
//! the image: it knows that folder by its name in Rock Ridge, and takes the first folder of the root that has it.

use std::{cmp::Ordering, collections::HashSet};

use imapi_volume_structs::iso9660::{FileFlags, order};

use super::names::Naming;
use crate::{Kind, NodeId, Tree, named::Named};

/// The deepest level that folders may be on, when the root is on the first.
pub(super) const DEEPEST: u32 = 8;

/// The name by which programs know the folder that others are moved into, and another that they know it by.
const NAMES: [&[u8]; 2] = [b"rr_moved", b".rr_moved"];

/// The folder that others are moved into. It is nobody's node, and stands in lists as the root does in its own.
#[derive(Debug)]
pub(super) struct MovedInto {
    /// Its place among the folders.
    pub folder: u32,
    /// Its name in ISO 9660.
    pub identifier: String,
    /// Its name in Rock Ridge.
    pub name: &'static [u8],
}

impl MovedInto {
    /// How it is called beside what is in the root, and its place in the order of that. None when no name is left for it.
    pub fn new(naming: Naming, tree: &Tree, folder: u32, root: &[Named]) -> Option<(Self, usize)> {
        let all: Vec<Vec<u8>> = root.iter().map(|&named| identifier(naming, tree, named)).collect();
        let taken: HashSet<Vec<u8>> = all.iter().map(|identifier| bare(identifier)).collect();
        // It has to come before folders that have its names in Rock Ridge. In relaxed names a dot comes before everything.
        let dotted = naming == Naming::Relaxed && tree.child(NodeId::ROOT, NAMES[1]).is_some();
        let dot = if dotted { "." } else { "" };
        // Digits come before letters: this comes before what such folders become, too.
        let names = std::iter::once(format!("{dot}RR_MOVED"));
        let mut names = names.chain((0..100).map(|number| format!("{dot}RR_MOV{number:02}")));
        let identifier = names.find(|name| !taken.contains(name.as_bytes()))?;
        let name = NAMES.into_iter().find(|name| tree.child(NodeId::ROOT, name).is_none()).unwrap_or(NAMES[0]);
        let place = all.partition_point(|other| compare(other, identifier.as_bytes()).is_lt());
        Some((Self { folder, identifier, name }, place))
    }
}

/// Writes the identifier of the file that stands where a folder was moved from.
pub(super) fn placeholder(naming: Naming, tree: &Tree, named: Named, out: &mut Vec<u8>) {
    let start = out.len();
    naming.identifier(tree, named, out);
    if naming == Naming::Thirty && out.len() - start == 31 {
        // Files have one character less than folders; numbers stay what they are.
        let digits = if named.number == 0 { 0 } else { named.number.ilog10() as usize + 1 };
        out.remove(start + 30 - digits);
    }
    out.extend(if naming == Naming::Relaxed { &b";1"[..] } else { b".;1" });
}

/// Sees to it that the names of a folder of the deepest level differ also when all folders in it are files.
pub(super) fn as_placeholders(naming: Naming, tree: &Tree, named: &mut Vec<Named>) {
    let name = |named: Named| {
        let mut identifier = Vec::new();
        if is_folder(tree, named.node) {
            placeholder(naming, tree, named, &mut identifier);
        } else {
            naming.identifier(tree, named, &mut identifier);
        }
        identifier
    };
    let mut all: Vec<(Vec<u8>, Named)> = named.iter().map(|&named| (name(named), named)).collect();
    let is_folder = |named: &Named| is_folder(tree, named.node);
    let mut taken: HashSet<Vec<u8>> = HashSet::with_capacity(all.len());
    taken.extend(all.iter().filter(|(_, named)| !is_folder(named)).map(|(identifier, _)| identifier.clone()));
    let mut next = named.iter().map(|named| named.number).max().unwrap_or(0) + 1;
    for (identifier, named) in all.iter_mut().filter(|(_, named)| is_folder(named)) {
        while !taken.insert(identifier.clone()) {
            named.number = next;
            next += 1;
            *identifier = name(*named);
        }
    }
    all.sort_by(|(a, _), (b, _)| compare(a, b).then_with(|| a.cmp(b)));
    named.clear();
    named.extend(all.into_iter().map(|(_, named)| named));
}

fn identifier(naming: Naming, tree: &Tree, named: Named) -> Vec<u8> {
    let mut identifier = Vec::new();
    naming.identifier(tree, named, &mut identifier);
    identifier
}

pub(super) fn is_folder(tree: &Tree, node: NodeId) -> bool {
    matches!(tree.kind(node), Kind::Directory)
}

/// An identifier without what some readers do not show of it.
fn bare(identifier: &[u8]) -> Vec<u8> {
    let name = identifier.strip_suffix(b";1").unwrap_or(identifier);
    name.strip_suffix(b".").unwrap_or(name).to_ascii_uppercase()
}

/// The order of records in ISO 9660.
fn compare(a: &[u8], b: &[u8]) -> Ordering {
    order::compare_records((a, FileFlags::NONE), (b, FileFlags::NONE), order::Filler::Space)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Attributes, Content};

    /// The root of a tree with these folders, as it is written.
    fn root(naming: Naming, folders: &[&str]) -> (Tree, Vec<Named>) {
        let mut tree = Tree::new(Attributes::default());
        for name in folders {
            tree.add(NodeId::ROOT, name.as_bytes(), Kind::Directory, Attributes::default()).expect("a name");
        }
        let named = naming.assign(&tree, tree.children(NodeId::ROOT)).expect("numbers enough");
        (tree, named)
    }

    fn called(naming: Naming, folders: &[&str]) -> (String, &'static [u8], usize) {
        let (tree, named) = root(naming, folders);
        let (moved, place) = MovedInto::new(naming, &tree, 1, &named).expect("a name is left");
        (moved.identifier, moved.name, place)
    }

    #[test]
    fn what_others_know_it_by_is_its_name_when_nothing_else_has_it() {
        for naming in [Naming::Eight, Naming::Thirty, Naming::Relaxed] {
            assert_eq!(called(naming, &["A", "z"]), ("RR_MOVED".to_string(), &b"rr_moved"[..], 1));
        }
    }

    #[test]
    fn it_comes_before_all_that_could_be_taken_for_it() {
        let thirty = called(Naming::Thirty, &["a", "rr_moved", "RR_moved", "z"]);
        assert_eq!(thirty, ("RR_MOV00".to_string(), &b".rr_moved"[..], 1));
        let capitals = called(Naming::Thirty, &["RR_MOVED"]);
        assert_eq!(capitals, ("RR_MOV00".to_string(), &b"rr_moved"[..], 0));
        let numbered = called(Naming::Eight, &["RR_MOVED", "rr_moved", "rr_mov00", "RR_MOVED!"]);
        assert_eq!(numbered, ("RR_MOV01".to_string(), &b".rr_moved"[..], 1));
        let relaxed = called(Naming::Relaxed, &[".rr_moved", "rr_moved", "+"]);
        assert_eq!(relaxed, (".RR_MOV00".to_string(), &b"rr_moved"[..], 0));
    }

    #[test]
    fn no_name_left_is_no_name() {
        let mut folders: Vec<String> = (0..100).map(|number| format!("RR_MOV{number:02}")).collect();
        folders.push("rr_moved".to_string());
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        let (tree, named) = root(Naming::Thirty, &folders);
        assert!(MovedInto::new(Naming::Thirty, &tree, 1, &named).is_none());
    }

    #[test]
    fn placeholders_have_names_of_files() {
        let all = |naming: Naming, names: &[(&str, bool)]| {
            let mut tree = Tree::new(Attributes::default());
            for &(name, folder) in names {
                let kind = if folder { Kind::Directory } else { Kind::File { size: 0, content: Content(0) } };
                tree.add(NodeId::ROOT, name.as_bytes(), kind, Attributes::default()).expect("a name");
            }
            let mut named = naming.assign(&tree, tree.children(NodeId::ROOT)).expect("numbers enough");
            as_placeholders(naming, &tree, &mut named);
            let mut written = Vec::new();
            for named in named {
                let mut identifier = Vec::new();
                if is_folder(&tree, named.node) {
                    placeholder(naming, &tree, named, &mut identifier);
                } else {
                    naming.identifier(&tree, named, &mut identifier);
                }
                written.push(String::from_utf8(identifier).expect("text"));
            }
            written
        };
        let short = [("folder.d", true), ("folder", false)];
        assert_eq!(all(Naming::Eight, &short), ["FOLDER.;1", "FOLDER_D.;1"]);
        assert_eq!(all(Naming::Thirty, &short), ["FOLDER.;1", "FOLDER_D.;1"]);
        assert_eq!(all(Naming::Relaxed, &short), ["folder;1", "folder.d;1"]);
        let a31 = "a".repeat(31);
        let long = [(a31.as_str(), true), (&a31[1..], false), ("aa", true)];
        let [a29, a30] = [29, 30].map(|count| "A".repeat(count));
        assert_eq!(all(Naming::Thirty, &long), ["AA.;1".to_string(), format!("{a29}1.;1"), format!("{a30}.;1")]);
        // Where they had numbers before, these stay.
        let [one, two, three] = ["x", "y", "z"].map(|end| format!("{}{end}", "b".repeat(40)));
        let long = [(one.as_str(), true), (two.as_str(), true), (three.as_str(), true)];
        let b = |end: &str| format!("{}{end}.;1", "B".repeat(30 - end.len()));
        assert_eq!(all(Naming::Thirty, &long), [b("1"), b("2"), b("")]);
    }
}
