//! The corpus: everything about files that has ever made trouble, as data, on disk, and as a tree.
//!
//! What a reader has to find follows from the data alone. What a disk cannot hold (dates before 1901, owners without being
//! root, hidden files) is told to the tree through its own methods.

mod disk;
mod item;
mod names;
mod shapes;
mod tree;

pub use disk::Order;
pub use item::{Item, What};

use std::collections::HashMap;

use crate::listing::{Kind, Listing, Moment};

/// A set of files.
pub struct Corpus {
    pub items: Vec<Item>,
}

impl Corpus {
    /// All shapes of files, small enough to be read in every kind of image.
    pub fn shapes() -> Self {
        let mut items = names::all();
        items.extend(shapes::all());
        Self::dated(items)
    }

    /// Each file that says nothing of its date gets one that no other has, so that no date can stand in for another.
    pub fn dated(mut items: Vec<Item>) -> Self {
        for (item, number) in items.iter_mut().zip(0..) {
            item.modified.get_or_insert((1_000_000_000 + number * 86_461 % 1_000_000_000, 0));
        }
        Self { items }
    }

    /// What is to be found of it where everything can be told.
    pub fn listing(&self) -> Listing {
        let mut files: HashMap<&[u8], &Item> = HashMap::new();
        let mut names: HashMap<&[u8], u32> = HashMap::new();
        for item in &self.items {
            files.insert(&item.path, item);
            let counted = if item.kind() == Kind::Folder { item.folder_path() } else { item.first_path() };
            *names.entry(counted).or_default() += 1;
        }
        let seen = |item: &Item| {
            let counted = if item.kind() == Kind::Folder { &item.path } else { item.first_path() };
            item.seen(files[item.first_path()], names.get(counted).copied().unwrap_or(0))
        };
        self.items.iter().map(|item| (item.path.clone(), seen(item))).collect()
    }

    /// The latest date of all, for images that are to be the same again.
    pub const LATEST: Moment = (7_000_000_000, 0);
}
