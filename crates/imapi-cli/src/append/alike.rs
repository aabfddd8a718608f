//! Names of plain ISO 9660, which are not those that the files had: `notes.txt` became `NOTES.TXT`, and takes its place
//! again when it comes once more.

use std::collections::{HashMap, HashSet};

use imapi_fsimage::{Kind, NodeId, Tree, TreeError};

/// What came from a disc by names of plain ISO 9660.
pub struct Alike {
    of_disc: HashSet<NodeId>,
}

impl Alike {
    /// All that is in the tree came from there.
    pub fn new(tree: &Tree) -> Self {
        Self { of_disc: tree.walk(NodeId::ROOT).collect() }
    }

    /// What has come since takes the place of what the disc has by such a name.
    pub fn settle(&self, tree: &mut Tree) -> Result<(), TreeError> {
        self.folder(tree, NodeId::ROOT)
    }

    fn folder(&self, tree: &mut Tree, folder: NodeId) -> Result<(), TreeError> {
        let children: Vec<NodeId> = tree.children(folder).collect();
        let (old, new): (Vec<_>, Vec<_>) = children.into_iter().partition(|child| self.of_disc.contains(child));
        let mut old: HashMap<Vec<u8>, NodeId> = old.into_iter().map(|node| (known_as(tree.name(node)), node)).collect();
        for new in new {
            let Some(there) = old.remove(&known_as(tree.name(new))) else { continue };
            match (tree.kind(there) == Kind::Directory, tree.kind(new) == Kind::Directory) {
                (true, true) => {
                    move_into(tree, there, new)?;
                    tree.remove_tree(there)?;
                }
                (false, false) => tree.remove(there)?,
                _ => return Err(TreeError::Exists { path: tree.path(there) }),
            }
        }
        // Folders of the disc that have got something by their own name.
        for there in old.into_values().filter(|&there| tree.kind(there) == Kind::Directory).collect::<Vec<_>>() {
            self.folder(tree, there)?;
        }
        Ok(())
    }
}

/// Puts what is in a folder into another, but for what that has by such a name.
fn move_into(tree: &mut Tree, from: NodeId, to: NodeId) -> Result<(), TreeError> {
    let there: HashMap<Vec<u8>, NodeId> = tree.children(to).map(|node| (known_as(tree.name(node)), node)).collect();
    for old in tree.children(from).collect::<Vec<_>>() {
        let (name, kind, attributes) = (tree.name(old).to_vec(), tree.kind(old), tree.attributes(old));
        match (there.get(&known_as(&name)), kind) {
            (Some(&new), Kind::Directory) if tree.kind(new) == Kind::Directory => move_into(tree, old, new)?,
            (Some(&new), kind) if kind == Kind::Directory || tree.kind(new) == Kind::Directory => {
                return Err(TreeError::Exists { path: tree.path(new) });
            }
            (Some(_), _) => {}
            (None, Kind::Directory) => {
                let folder = tree.add(to, &name, kind, attributes)?;
                move_into(tree, old, folder)?;
            }
            (None, kind) => {
                tree.add(to, &name, kind, attributes)?;
            }
        }
    }
    Ok(())
}

/// As what plain ISO 9660 knows a name.
fn known_as(name: &[u8]) -> Vec<u8> {
    let one = |byte: &u8| match byte.to_ascii_uppercase() {
        kept @ (b'A'..=b'Z' | b'0'..=b'9' | b'.') => kept,
        _ => b'_',
    };
    name.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use imapi_fsimage::{Attributes, Contents};

    use super::*;

    fn add(tree: &mut Tree, contents: &mut Contents, path: &str) {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut at = NodeId::ROOT;
        for step in folders.split('/').filter(|step| !step.is_empty()) {
            at = match tree.child(at, step.as_bytes()) {
                Some(there) => there,
                None => tree.add(at, step.as_bytes(), Kind::Directory, Attributes::default()).expect("new"),
            };
        }
        let kind = Kind::File { size: 1, content: contents.add_bytes(*b"1") };
        tree.add(at, name.as_bytes(), kind, Attributes::default()).expect("new");
    }

    #[test]
    fn what_comes_takes_the_place_of_what_has_such_a_name() {
        let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
        for path in ["A.TXT", "STAYS", "DIR/X", "DIR/Y_Z", "DIR/IN/OLD", "OTHER/Q"] {
            add(&mut tree, &mut contents, path);
        }
        let alike = Alike::new(&tree);
        for path in ["a.txt", "dir/y z", "dir/in/new", "OTHER/q"] {
            add(&mut tree, &mut contents, path);
        }
        alike.settle(&mut tree).expect("nothing is in the way");
        let files = tree.walk(NodeId::ROOT).filter(|&node| tree.kind(node) != Kind::Directory);
        let mut paths: Vec<String> = files.map(|node| tree.path(node)).collect();
        paths.sort();
        assert_eq!(paths, ["/OTHER/q", "/STAYS", "/a.txt", "/dir/X", "/dir/in/OLD", "/dir/in/new", "/dir/y z"]);
        // A file does not become a folder.
        let alike = Alike::new(&tree);
        add(&mut tree, &mut contents, "stays/within");
        assert!(matches!(alike.settle(&mut tree), Err(TreeError::Exists { .. })));
    }
}
