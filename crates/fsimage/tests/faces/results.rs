//! A result: its blocks, and what they are of.

use std::sync::Arc;

use imapi_disc_types::{Block, BlockSource as _, Control};
use imapi_errors::common;
use imapi_fsimage::{Data, WriteOptions, write_image};

use super::{code, image, silent};

#[test]
fn progress_items_say_which_file_has_a_block() {
    let image = image();
    let docs = image.root().add_directory("docs").expect("new");
    docs.add_file("one", vec![1; 2048], &mut silent()).expect("new");
    docs.add_file("empty", b"", &mut silent()).expect("new");
    docs.add_file("three", vec![3; 5000], &mut silent()).expect("new");
    let result = image.create_result_image().expect("an image");
    let items = result.progress_items();
    assert_eq!(items.count(), 2, "what has no blocks is not in it");
    let (one, three) = (items.item(0).expect("the first"), items.item(1).expect("the second"));
    assert_eq!((one.description(), one.block_count()), ("/docs/one", 1));
    assert_eq!((three.description(), three.block_count()), ("/docs/three", 3));
    assert_eq!(three.first_block(), one.last_block() + 1);
    for (block, expected) in [(one.first_block(), &one), (three.first_block(), &three), (three.last_block(), &three)] {
        assert_eq!(&items.from_block(block).expect("a file's"), expected);
        let mut out = [0; 2048];
        result.image_stream().read_all(Block(block), &mut out).expect("readable");
        assert_eq!(u64::from(out[0]), expected.block_count());
    }
    assert_eq!(items.from_description("/docs/three").expect("there"), three);
    for outcome in [
        items.item(2),
        items.from_block(16),
        items.from_block(one.first_block() - 1),
        items.from_block(three.last_block() + 1),
        items.from_block(u64::MAX),
        items.from_description("/docs/empty"),
    ] {
        assert_eq!(code(outcome), common::E_INVALIDARG);
    }
    let all: Vec<String> = items.items().map(|item| item.description().to_string()).collect();
    assert_eq!(all, ["/docs/one", "/docs/three"]);
    assert_eq!(result.block_size().get(), 2048);
    assert_eq!(result.modified_blocks(), None, "all have to be written");
    assert_eq!(result.total_blocks(), result.image_stream().blocks());
}

/// The image outlives the object that made it, and 7-Zip finds in it what was put there.
#[test]
fn a_reader_finds_what_was_put_there() {
    let image = image();
    image.set_volume_name("Holidays").expect("allowed");
    let docs = image.root().add_directory("docs").expect("new");
    docs.add_file("read me.txt", Data::reader(&b"Good morning"[..]), &mut silent()).expect("new");
    let item = image.create_file_item("second").expect("a name");
    item.set_data(b"twice").expect("in no image");
    docs.add(&item, &mut silent()).expect("new");
    let stream = Arc::clone(image.create_result_image().expect("an image").image());
    drop((image, docs, item));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("image.iso");
    write_image(&stream, &path, WriteOptions { sync: false, ..WriteOptions::default() }, &mut Control::silent())
        .expect("room");
    for kind in ["-tiso", "-tudf"] {
        let output = std::process::Command::new("7z")
            .args(["x", "-so", kind])
            .arg(&path)
            .arg("docs/read me.txt")
            .output()
            .expect("7z is needed: apt-get install 7zip");
        assert!(output.status.success(), "{kind}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8_lossy(&output.stdout), "Good morning", "{kind}");
    }
}
