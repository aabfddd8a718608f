//! Folders on disk come in: merged, whole or not at all.

use std::{fs, os::unix::fs::symlink, path::Path};

use imapi_errors::fs as codes;
use imapi_fsimage::{FileSystemImage, FileSystems, Item, Kept, UdfRevision};

use super::{code, image, silent};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in [("a", "from disk"), ("docs/b", "b"), ("docs/deep/c", "c")] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("room");
        fs::write(path, text).expect("room");
    }
    folder
}

/// All paths of an image, each folder before what is in it.
fn paths(image: &FileSystemImage) -> Vec<String> {
    fn below(item: &Item, out: &mut Vec<String>) {
        for child in item.as_directory().into_iter().flat_map(|folder| folder.items()) {
            out.push(child.full_path());
            below(&child, out);
        }
    }
    let mut out = Vec::new();
    below(&image.root(), &mut out);
    out
}

fn text(image: &FileSystemImage, path: &str) -> String {
    let file = image.root().item(path).expect(path).as_file().expect("a file");
    std::io::read_to_string(file.data().expect("there")).expect("text")
}

#[test]
fn what_is_on_disk_wins_over_files_and_folders_are_merged() {
    let (image, folder) = (image(), folder());
    let old = image.root().add_file("a", b"from memory", &mut silent()).expect("new");
    image.root().add_directory("docs").expect("new").add_file("kept", b"kept", &mut silent()).expect("new");
    let report = image.root().add_tree(folder.path(), false, &mut silent()).expect("readable");
    assert_eq!((report.files, report.folders), (3, 2));
    assert_eq!(paths(&image), ["/docs", "/docs/kept", "/docs/b", "/docs/deep", "/docs/deep/c", "/a"]);
    assert_eq!((text(&image, "a"), text(&image, "docs/kept")), ("from disk".into(), "kept".into()));
    assert!(!old.is_in_image(), "another file has its path now");
}

#[test]
fn a_folder_comes_with_its_name_or_without() {
    let (image, folder) = (image(), folder());
    let base = folder.path().file_name().expect("a name").to_string_lossy().into_owned();
    image.root().add_tree(folder.path(), true, &mut silent()).expect("readable");
    assert_eq!(image.root().items().map(|item| item.name()).collect::<Vec<_>>(), [base]);
    let inner = image.root().add_directory("inner").expect("new");
    inner.add_tree(folder.path(), false, &mut silent()).expect("readable");
    assert_eq!(text(&image, "inner/docs/deep/c"), "c");
}

#[test]
fn a_tree_that_cannot_be_added_whole_is_not_added() {
    let (image, folder) = (image(), folder());
    image.root().add_directory("a").expect("new");
    let before = (image.change_point(), paths(&image), image.used_blocks());
    assert_eq!(code(image.root().add_tree(folder.path(), false, &mut silent())), codes::IMAPI_E_DUP_NAME);
    image.set_free_media_blocks(image.used_blocks() + 1).expect("room");
    image.root().remove("a").expect("empty");
    image.root().add_directory("b").expect("new");
    fs::write(folder.path().join("large"), vec![0; 300_000]).expect("room");
    let error = image.root().add_tree(folder.path(), false, &mut silent()).expect_err("no room");
    assert!(super::told(&error).contains("/large"), "the file is named: {}", super::told(&error));
    assert_eq!(code::<()>(Err(error)), codes::IMAPI_E_IMAGE_SIZE_LIMIT);
    image.roll_back_to_change_point(before.0).expect("not locked");
    assert_eq!((image.change_point(), paths(&image), image.used_blocks()), before);
    assert_eq!(code(image.root().add_tree("", false, &mut silent())), codes::IMAPI_E_INVALID_PARAM);
    let file = folder.path().join("large");
    assert_eq!(code(image.root().add_tree(file, false, &mut silent())), codes::IMAPI_E_NOT_DIR);
}

#[test]
fn deep_folders_on_disk_are_refused_as_others_are() {
    let (image, folder) = (image(), tempfile::tempdir().expect("a folder"));
    fs::create_dir_all(folder.path().join("1/2/3/4/5/6/7")).expect("room");
    image.root().add_tree(folder.path(), false, &mut silent()).expect("eight levels with the root");
    fs::create_dir_all(folder.path().join("1/2/3/4/5/6/7/8")).expect("room");
    assert_eq!(code(image.root().add_tree(folder.path(), false, &mut silent())), codes::IMAPI_E_ISO9660_LEVELS);
    image.create_result_image().expect("what was refused is not in it");
}

#[test]
fn links_are_followed_as_windows_does() {
    let (image, folder) = (image(), folder());
    symlink("docs", folder.path().join("link")).expect("room");
    image.root().add_tree(folder.path(), false, &mut silent()).expect("readable");
    assert_eq!(text(&image, "link/deep/c"), "c");
    symlink("..", folder.path().join("docs/back")).expect("room");
    assert_eq!(code(image.root().add_tree(folder.path(), false, &mut silent())), codes::IMAPI_E_DIRECTORY_READ_FAILURE);
}

/// Where the file system of temporary files has extended attributes.
#[test]
fn extended_attributes_become_streams_when_they_are_asked_for() {
    let (image, folder) = (image(), folder());
    let path = folder.path().join("a");
    let flags = rustix::fs::XattrFlags::empty();
    rustix::fs::setxattr(&path, "user.colour", b"green", flags).expect("extended attributes");
    image.root().add_tree(folder.path(), false, &mut silent()).expect("readable");
    let streams = |image: &FileSystemImage| {
        let file = image.root().item("a").expect("there").as_file().expect("a file");
        file.named_streams().expect("a file").items().map(|stream| stream.name()).collect::<Vec<_>>()
    };
    assert!(streams(&image).is_empty());
    let kept = image.root().add_tree_with_named_streams(folder.path(), false, &mut silent());
    assert_eq!(kept.expect("readable"), Kept::NotInThisRevision);
    assert_eq!(streams(&image), ["colour"]);
    let _ = image.set_udf_revision(UdfRevision::R200).expect("supported");
    let kept = image.root().add_tree_with_named_streams(folder.path(), false, &mut silent());
    assert_eq!(kept.expect("readable"), Kept::Yes);
    assert_eq!(image.set_file_systems_to_create(FileSystems::ALL).expect("supported"), Kept::Yes);
    let result = image.create_result_image().expect("an image");
    drop(result);
    fs::remove_file(Path::new(&path)).expect("ours");
}
