//! Copies in the working directory: of what can be read but once, and of everything when that is asked for.

use std::{fs, io::Read as _};

use imapi_disc_types::{Block, BlockSource as _};
use imapi_errors::{Coded as _, fs as codes};
use imapi_fsimage::Data;
use rstest::rstest;

use super::{image, silent};

#[rstest]
#[case::staged(true)]
#[case::not_staged(false)]
fn staged_files_may_change_on_disk(#[case] stage: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["before", "tree/a", "tree/b"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("room");
        fs::write(path, format!("the text of {name}")).expect("room");
    }
    fs::hard_link(folder.path().join("tree/a"), folder.path().join("tree/c")).expect("room");
    let image = image();
    image.set_stage_files(stage).expect("possible");
    let file = image.root().add_file("file", folder.path().join("before"), &mut silent()).expect("readable");
    image.root().add_tree(folder.path().join("tree"), false, &mut silent()).expect("readable");
    let used = image.used_blocks();
    fs::remove_dir_all(folder.path()).expect("ours");
    let result = image.create_result_image().expect("an image");
    assert!(result.total_blocks() <= used);
    let items = result.progress_items();
    assert_eq!(items.count(), 3, "two names of a file share its blocks");
    for item in items.items() {
        let mut out = [0; 2048];
        let outcome = result.image_stream().read_all(Block(item.first_block()), &mut out);
        if stage {
            outcome.expect("it is kept");
            assert!(out.starts_with(b"the text of "));
        } else {
            assert_eq!(outcome.expect_err("gone").code(), codes::IMAPI_E_DATA_STREAM_CREATE_FAILURE);
        }
    }
    let read = file.data().map(std::io::read_to_string);
    assert_eq!(read.is_ok_and(|text| text.is_ok_and(|text| text == "the text of before")), stage);
}

#[test]
fn copies_move_with_the_working_directory_and_leave_no_name_behind() {
    let (first, second) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let image = image();
    image.set_working_directory(first.path()).expect("a folder");
    let file = image.root().add_file("a", Data::reader(&b"kept"[..]), &mut silent()).expect("new");
    let old = file.data().expect("there");
    image.set_working_directory(second.path()).expect("a folder");
    assert_eq!(image.working_directory(), second.path());
    for folder in [&first, &second] {
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 0);
    }
    drop(first);
    for stream in [old, file.data().expect("there")] {
        assert_eq!(std::io::read_to_string(stream).expect("text"), "kept");
    }
}

/// What failed, or was rolled back, is no room that the image takes.
#[test]
fn what_is_taken_back_takes_no_blocks() {
    let image = image();
    let (empty, point) = (image.used_blocks(), image.change_point());
    image.root().add_file("a", Data::reader(std::io::repeat(1).take(500_000)), &mut silent()).expect("new");
    assert!(image.used_blocks() > empty + 200);
    image.roll_back_to_change_point(point).expect("not locked");
    let outcome = image.root().add_file("a", Data::reader_of(std::io::repeat(1).take(500_000), 4), &mut silent());
    assert_eq!(outcome.expect_err("longer").code(), codes::IMAPI_E_DATA_STREAM_INCONSISTENCY);
    assert_eq!(image.used_blocks(), empty);
    let result = image.create_result_image().expect("an image");
    assert!(result.total_blocks() <= empty);
    assert_eq!(result.progress_items().count(), 0);
}
