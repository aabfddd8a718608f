//! The corpus as a tree: from its folder on disk, and what the disk could not hold from the data.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use imapi_disc_types::Control;
use imapi_fsimage::{Attributes, Contents, Dates, Kind, NodeId, ScanOptions, Timestamp, Tree, Unreadable, add_tree};
use rustix::fs::makedev;

use super::{Corpus, Item, What};

impl Corpus {
    /// The tree of a folder that [`Corpus::put_on_disk`] has filled, with this corpus or a greater one.
    pub fn tree(&self, folder: &Path, named_streams: bool) -> (Tree, Contents) {
        let (seconds, _) = Self::LATEST;
        let options = ScanOptions {
            dates: Dates::NoLaterThan(Timestamp::new(seconds, 0)),
            unreadable: Unreadable::Refused,
            named_streams,
            ..ScanOptions::default()
        };
        let mut contents = Contents::new();
        let mut tree = Tree::new(Attributes { mode: 0o040_755, ..dated((1_000_000_000, 0)) });
        add_tree(&mut tree, &mut contents, NodeId::ROOT, folder, &options, &mut Control::silent()).expect("readable");
        let wanted: HashSet<&[u8]> = self.items.iter().map(|item| &item.path[..]).collect();
        let others: Vec<NodeId> =
            tree.walk(NodeId::ROOT).filter(|&node| !wanted.contains(&path(&tree, node)[..])).collect();
        for node in others.into_iter().filter(|&node| node != NodeId::ROOT) {
            // What is in a folder goes with it.
            if tree.contains(node) {
                tree.remove_tree(node).expect("it is there");
            }
        }
        let files: HashMap<&[u8], &Item> = self.items.iter().map(|item| (&item.path[..], item)).collect();
        for item in &self.items {
            complete(&mut tree, item, files[item.first_path()]);
        }
        (tree, contents)
    }
}

/// Names are bytes, which paths for people are not.
fn path(tree: &Tree, node: NodeId) -> Vec<u8> {
    match tree.parent(node) {
        Some(NodeId::ROOT) => tree.name(node).to_vec(),
        Some(parent) => [&path(tree, parent), &b"/"[..], tree.name(node)].concat(),
        None => Vec::new(),
    }
}

fn dated((seconds, nanoseconds): (i64, u32)) -> Attributes {
    let time = Timestamp::new(seconds, nanoseconds);
    Attributes { created: time, modified: time, accessed: time, ..Attributes::default() }
}

/// Tells the tree what the disk does not know of a file, which may have another name before this one.
fn complete(tree: &mut Tree, item: &Item, first: &Item) {
    let (owner, group) = first.owner;
    let wanted = |kind: u32| Attributes {
        mode: kind | first.mode,
        owner,
        group,
        hidden: item.hidden,
        real_time: first.real_time,
        ..dated(first.modified.expect("all are dated"))
    };
    let find = |tree: &Tree, path: &[u8]| tree.find(path.split(|&byte| byte == b'/'));
    let device = match item.what {
        What::Characters(major, minor) => Some((0o020_000, makedev(major, minor))),
        What::Blocks(major, minor) => Some((0o060_000, makedev(major, minor))),
        _ => None,
    };
    if let Some((kind, device)) = device {
        let (folder, name) = item.path.split_at(item.path.len() - item.name().len() - 1);
        let folder = find(tree, folder).expect("its folder was on disk");
        tree.add(folder, &name[1..], Kind::Special { device }, wanted(kind)).expect("it is new");
        return;
    }
    let node = find(tree, &item.path).unwrap_or_else(|| panic!("{} was on disk", item.path.escape_ascii()));
    let found = tree.attributes(node);
    let wanted = wanted(found.mode & 0o170_000);
    if found != wanted {
        tree.describe(node, wanted);
    }
}
