//! What cannot be added leaves an image as it was, and is named.

use std::{
    fs::{self, Permissions},
    ops::ControlFlow,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
};

use imapi_disc_types::{CancelToken, Control};
use imapi_errors::{Coded, HResult, Lang, Report, common, fs as codes};
use imapi_fsimage::{Links, NodeId, ScanError, ScanOptions, Scanned, SkippedBecause, Unreadable, add_tree};

use crate::disk::{Image, as_somebody};

fn write(folder: &Path, path: &str) {
    let whole = folder.join(path);
    fs::create_dir_all(whole.parent().expect("a folder")).expect("room");
    fs::write(whole, path).expect("room");
}

fn close_to_all(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o000)).expect("ours");
}

/// A folder that anyone may enter, with a file and a folder in it that nobody may read.
fn with_closed_ones() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("ours");
    for path in ["a", "b/closed file", "b/open", "c/closed folder/x", "d"] {
        write(folder.path(), path);
    }
    close_to_all(&folder.path().join("b/closed file"));
    close_to_all(&folder.path().join("c/closed folder"));
    folder
}

/// Adds a folder to an image with something in it, which must be refused and change nothing.
fn refused(folder: &Path, options: &ScanOptions, code: HResult, words: &[&str]) -> ScanError {
    let before = tempfile::tempdir().expect("a temporary folder");
    write(before.path(), "a");
    write(before.path(), "z/old");
    let mut image = Image::of(before.path(), &ScanOptions::default());
    let was = (image.listing(), image.contents.len(), image.tree.change_point(), image.tree.counts());
    let error = as_somebody(|| image.add(folder, options)).expect_err("refused");
    assert_eq!((image.listing(), image.contents.len(), image.tree.change_point(), image.tree.counts()), was);
    assert_eq!(error.code(), code, "{error:?}");
    for lang in Lang::ALL {
        let report = Report::new(&error, lang).to_string();
        assert!(!report.contains('‹'), "{report}");
        for word in words {
            assert!(report.contains(word), "{word} in {report}");
        }
    }
    error
}

#[test]
fn what_may_not_be_read_is_named_and_nothing_is_added() {
    let folder = with_closed_ones();
    let options = ScanOptions::default();
    refused(folder.path(), &options, codes::IMAPI_E_DATA_STREAM_CREATE_FAILURE, &["b/closed file"]);
    fs::remove_file(folder.path().join("b/closed file")).expect("ours");
    refused(folder.path(), &options, codes::IMAPI_E_DIRECTORY_READ_FAILURE, &["c/closed folder"]);
}

#[test]
fn or_it_stays_out_and_the_report_names_it() {
    let folder = with_closed_ones();
    let options = ScanOptions { unreadable: Unreadable::Skipped, ..ScanOptions::default() };
    let mut image = Image::new();
    let report = as_somebody(|| image.add(folder.path(), &options)).expect("all else is readable");
    assert_eq!(image.paths(), ["a", "b", "b/open", "c", "d"]);
    assert_eq!((report.files, report.folders), (3, 2));
    let mut skipped: Vec<_> = report
        .skipped
        .iter()
        .map(|skipped| match &skipped.why {
            SkippedBecause::Unreadable(error) => {
                (skipped.path.strip_prefix(folder.path()).expect("in it").display().to_string(), error.kind())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    skipped.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let denied = std::io::ErrorKind::PermissionDenied;
    assert_eq!(skipped, [("b/closed file".to_string(), denied), ("c/closed folder".to_string(), denied)]);
}

#[test]
fn a_file_and_a_folder_of_the_same_name_exclude_each_other() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("ours");
    write(folder.path(), "a/file in a folder");
    refused(folder.path(), &ScanOptions::default(), codes::IMAPI_E_DUP_NAME, &["/a"]);
    fs::remove_dir_all(folder.path().join("a")).expect("ours");
    for make in [|path: &Path| fs::write(path, ""), |path: &Path| symlink("x", path)] {
        make(&folder.path().join("z")).expect("room");
        refused(folder.path(), &ScanOptions::default(), codes::IMAPI_E_DUP_NAME, &["/z"]);
        fs::remove_file(folder.path().join("z")).expect("ours");
    }
}

#[test]
fn links_that_lead_back_or_nowhere_are_not_followed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("ours");
    write(folder.path(), "x/y/file");
    symlink("..", folder.path().join("x/y/back")).expect("room");
    let options = ScanOptions { links: Links::Followed, ..ScanOptions::default() };
    let error = refused(folder.path(), &options, codes::IMAPI_E_DIRECTORY_READ_FAILURE, &["x/y/back"]);
    assert!(matches!(&error, ScanError::Cycle { path } if *path == folder.path().join("x/y/back")), "{error:?}");
    fs::remove_file(folder.path().join("x/y/back")).expect("ours");
    symlink("nothing", folder.path().join("x/nowhere")).expect("room");
    refused(folder.path(), &options, codes::IMAPI_E_DATA_STREAM_CREATE_FAILURE, &["x/nowhere"]);
    let mut image = Image::new();
    let mut options = options;
    options.excludes.add("nowhere").expect("a pattern");
    image.add(folder.path(), &options).expect("what stays out does no harm");
    assert_eq!(image.paths(), ["x", "x/y", "x/y/file"]);
}

#[test]
fn a_source_that_is_none_has_a_code_of_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("ours");
    write(folder.path(), "file");
    let options = ScanOptions::default();
    for (path, code) in [
        ("missing", common::ERROR_FILE_NOT_FOUND),
        ("missing/too", common::ERROR_PATH_NOT_FOUND),
        ("file", codes::IMAPI_E_NOT_DIR),
        ("file/below", common::ERROR_DIRECTORY),
    ] {
        let path = folder.path().join(path);
        refused(&path, &options, code, &[&path.display().to_string()]);
    }
}

#[test]
fn a_node_that_is_no_folder_of_the_tree_takes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "file");
    let mut image = Image::of(folder.path(), &ScanOptions::default());
    let file = image.find("file").expect("added");
    let error = image.add_to(file, folder.path(), &ScanOptions::default()).expect_err("a file");
    assert_eq!(error.code(), codes::IMAPI_E_NOT_DIR);
    image.tree.remove(file).expect("there");
    let error = image.add_to(file, folder.path(), &ScanOptions::default()).expect_err("removed");
    assert_eq!(error.code(), codes::IMAPI_E_NOT_IN_FILE_SYSTEM);
}

#[test]
fn a_scan_that_is_stopped_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for path in ["a/1", "b/2", "c/3"] {
        write(folder.path(), path);
    }
    let mut image = Image::new();
    let mut heard = Vec::new();
    let mut listener = |scanned: &Scanned| {
        heard.push((scanned.folder.strip_prefix(folder.path()).expect("in it").to_path_buf(), scanned.files));
        if scanned.files == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let (tree, contents) = (&mut image.tree, &mut image.contents);
    let outcome = add_tree(tree, contents, NodeId::ROOT, folder.path(), &ScanOptions::default(), &mut control);
    assert!(matches!(outcome, Err(ScanError::Cancelled(_))), "{outcome:?}");
    assert_eq!(heard, [("".into(), 0), ("a".into(), 1), ("b".into(), 2)]);
    assert_eq!((image.paths().len(), image.contents.len()), (0, 0));
}
