//! Corpora that are big, each in one way.

use crate::corpus::{Corpus, Item, What};

/// A hundred thousand files in a thousand folders.
pub fn many_files() -> Corpus {
    let mut items = Vec::new();
    for folder in 0..1000 {
        items.push(Item::folder(format!("folder {folder:03}")));
        items.extend(
            (0..100_u64).map(|file| Item::file(format!("folder {folder:03}/file number {file}.dat"), file % 5)),
        );
    }
    Corpus::dated(items)
}

/// Twenty thousand files in one folder, whose names begin alike.
pub fn crowd() -> Corpus {
    let files =
        (0..20_000_u64).map(|file| Item::file(format!("crowd/one of very many files {file:05}.text"), file % 3));
    Corpus::dated([Item::folder("crowd")].into_iter().chain(files).collect())
}

/// A file of 4 GiB and a byte, between two small ones.
pub fn giant() -> Corpus {
    let size = (4 << 30) + 1;
    let islands = vec![0, 2040, 1 << 30, (4 << 30) - 2048 - 10, (4 << 30) - 26, (4 << 30) - 20_000];
    let giant = Item::other("giant", What::Sparse { size, islands });
    Corpus::dated(vec![Item::file("a", 5000), giant, Item::file("z", 70_000)])
}
