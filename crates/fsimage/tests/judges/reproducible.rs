//! The same files make the same bytes, wherever they lie and whatever order a disk has them in.

use std::{io::Read as _, path::Path};

use imapi_disc_types::{Block, BlockSource as _};
use imapi_fsimage::{ResultImage, UdfRevision};

use crate::{
    corpus::Order,
    kinds::{self, Image, Kind},
};

/// The first block in which an image and a file differ.
fn first_difference(image: &ResultImage, file: &Path) -> Option<u64> {
    let mut file = std::fs::File::open(file).expect("made");
    let (mut ours, mut other) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    let mut block = 0;
    while block < image.blocks() {
        let count = image.read(Block(block), &mut ours).expect("readable").get() as usize * 2048;
        file.read_exact(&mut other[..count]).expect("as long");
        if let Some(at) = ours[..count].iter().zip(&other[..count]).position(|(a, b)| a != b) {
            return Some(block + at as u64 / 2048);
        }
        block += count as u64 / 2048;
    }
    (file.read(&mut other).expect("readable") > 0).then_some(block)
}

#[test]
fn the_order_of_files_on_a_disk_and_their_place_make_no_difference() {
    let folder = kinds::lab().join("the same corpus elsewhere, in a folder with a longer name");
    let elsewhere = kinds::shapes().in_folder(folder, Order::Backwards);
    let kinds = [
        Kind::Everything,
        Kind::Joliet,
        Kind::Owned(UdfRevision::R102),
        Kind::Owned(UdfRevision::R260),
        Kind::Bridge(UdfRevision::R201),
    ];
    for kind in kinds {
        let first = Image::of(kind);
        let second = kinds::plan(&kind.corpus(), &elsewhere, &kind.options());
        assert_eq!(first_difference(&second, &first.path), None, "{kind:?}");
    }
}

#[test]
fn a_file_that_differs_by_a_second_makes_a_difference() {
    let kind = Kind::Joliet;
    let mut corpus = kind.corpus();
    let item = corpus.items.iter_mut().find(|item| item.path == b"sizes/2048").expect("it is there");
    let (seconds, nanoseconds) = item.modified.expect("all are dated");
    item.modified = Some((seconds + 1, nanoseconds));
    let other = kinds::plan(&corpus, &kinds::disk(), &kind.options());
    assert!(first_difference(&other, &Image::of(kind).path).is_some());
}
