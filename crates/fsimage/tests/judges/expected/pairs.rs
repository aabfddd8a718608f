//! Which file of an image is which of the corpus, by what is in it and not by its name.

use std::collections::{BTreeMap, HashMap};

use crate::listing::{Digest, Kind, Listing};

/// Paths in the image and the paths in the corpus that they stand for; each folder's names are shown to a function.
pub fn of(
    corpus: &Listing,
    shown: &Listing,
    mut folder: impl FnMut(&[(&[u8], &[u8], bool)]),
) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut pairs = Vec::new();
    let (source, shown) = (Node::root(corpus), Node::root(shown));
    assert!(source.identity == shown.identity, "{}", difference(&source, &shown, ""));
    let mut waiting = vec![(Vec::new(), Vec::new(), &source, &shown)];
    while let Some((source_path, shown_path, source, shown)) = waiting.pop() {
        let children = paired(source, shown);
        let names: Vec<_> = children.iter().map(|(s, t)| (&s.name[..], &t.name[..], s.is_folder)).collect();
        folder(&names);
        for (source, shown) in children {
            let below =
                |path: &[u8], name: &[u8]| if path.is_empty() { name.to_vec() } else { [path, b"/", name].concat() };
            let paths = (below(&source_path, &source.name), below(&shown_path, &shown.name));
            pairs.push((paths.1.clone(), paths.0.clone()));
            waiting.push((paths.0, paths.1, source, shown));
        }
    }
    pairs
}

/// Of each folder the names in it, and their paths.
type Folders<'a> = BTreeMap<&'a [u8], Vec<(&'a [u8], &'a [u8])>>;

/// A file or folder, known by what is in it.
struct Node {
    name: Vec<u8>,
    is_folder: bool,
    children: Vec<Node>,
    identity: u64,
}

impl Node {
    fn root(listing: &Listing) -> Self {
        let mut folders: Folders<'_> = BTreeMap::new();
        for path in listing.keys() {
            let at = path.iter().rposition(|&byte| byte == b'/');
            let (folder, name) = at.map_or((&b""[..], &path[..]), |at| (&path[..at], &path[at + 1..]));
            folders.entry(folder).or_default().push((name, path));
        }
        Self::folder(listing, &folders, b"", b"")
    }

    fn folder(listing: &Listing, folders: &Folders<'_>, path: &[u8], name: &[u8]) -> Self {
        let node = |&(name, path): &(&[u8], &[u8])| {
            let seen = &listing[path];
            if seen.kind == Some(Kind::Folder) {
                return Self::folder(listing, folders, path, name);
            }
            let mut identity = Digest::new();
            identity.word(seen.size.unwrap_or(u64::MAX));
            identity.word(seen.digest.unwrap_or(u64::MAX));
            identity.word(seen.kind.map_or(u64::MAX, |kind| u64::from(u32::from(kind.letter()))));
            identity.bytes(seen.target.as_deref().unwrap_or_default());
            let (major, minor) = seen.device.unwrap_or_default();
            identity.word(u64::from(major) << 32 | u64::from(minor));
            Self { name: name.to_vec(), is_folder: false, children: Vec::new(), identity: identity.finish() }
        };
        let mut children: Vec<Self> = folders.get(path).into_iter().flatten().map(node).collect();
        children.sort_by(|a, b| (a.identity, &a.name).cmp(&(b.identity, &b.name)));
        let mut identity = Digest::new();
        for child in &children {
            identity.word(child.identity);
        }
        identity.word(children.len() as u64);
        Self { name: name.to_vec(), is_folder: true, children, identity: identity.finish() }
    }
}

/// The first folder in which two trees differ.
fn difference(source: &Node, shown: &Node, path: &str) -> String {
    let missing = source.children.iter().find(|a| shown.children.iter().all(|b| b.identity != a.identity));
    let Some(missing) = missing else { return format!("{path}/ has more than it should") };
    let path = format!("{path}/{}", missing.name.escape_ascii());
    // Where one folder is another, the fault is in it.
    let others: Vec<_> = shown
        .children
        .iter()
        .filter(|b| b.is_folder && source.children.iter().all(|a| a.identity != b.identity))
        .collect();
    match others[..] {
        [other] if missing.is_folder => difference(missing, other, &path),
        _ => format!("{path} is missing, or another"),
    }
}

/// The children of a folder in pairs. Where several have the same in them, those whose names are most alike.
fn paired<'a>(source: &'a Node, shown: &'a Node) -> Vec<(&'a Node, &'a Node)> {
    let mut same_name: HashMap<(u64, &[u8]), &Node> = HashMap::new();
    for node in &shown.children {
        same_name.insert((node.identity, &node.name), node);
    }
    let (mut pairs, mut others) = (Vec::new(), Vec::new());
    for node in &source.children {
        match same_name.remove(&(node.identity, &node.name[..])) {
            Some(other) => pairs.push((node, other)),
            None => others.push(node),
        }
    }
    let mut left: HashMap<u64, Vec<&Node>> = HashMap::new();
    // In the order of their names, so that every run makes the same pairs.
    for node in shown.children.iter().filter(|node| same_name.contains_key(&(node.identity, &node.name[..]))) {
        left.entry(node.identity).or_default().push(node);
    }
    for node in others {
        let same = left.get_mut(&node.identity).expect("the folders are the same");
        let most = (0..same.len()).max_by_key(|&at| alike(node, same[at])).expect("the folders are the same");
        pairs.push((node, same.swap_remove(most)));
    }
    pairs
}

/// How much names are alike: by the letters that they begin with, and by their lengths.
fn alike(node: &Node, other: &Node) -> (usize, std::cmp::Reverse<usize>) {
    let letter = |byte: &u8| if byte.is_ascii_alphanumeric() { byte.to_ascii_uppercase() } else { b'_' };
    let letters = node.name.iter().map(letter).zip(other.name.iter().map(letter));
    let common = letters.take_while(|(a, b)| a == b).count();
    (common, std::cmp::Reverse(node.name.len().abs_diff(other.name.len())))
}
