//! What no program can bring about from outside: disks that fail, and folders of ten million files.

use std::fs::File;

use imapi_disc_types::Control;
use imapi_errors::{Coded, HResult, Lang, Report, fs as codes};

use super::*;
use crate::{FileSystems, IsoLevel};

fn refused<T>(outcome: Result<T, ImageError>, code: HResult, word: &str) {
    let error = outcome.err().expect("refused");
    assert_eq!(error.code(), code, "{error:?}");
    for lang in Lang::ALL {
        let report = Report::new(&error, lang).to_string();
        assert!(report.contains(word) && !report.contains('‹'), "{report}");
    }
}

/// An image that has something in its working directory.
fn with_stash() -> (FileSystemImage, FileItem) {
    let image = FileSystemImage::new();
    let data = Data::reader(&b"12345678"[..]);
    let file = image.root().add_file("first", data, &mut Control::silent()).expect("a new name");
    (image, file)
}

fn swap(image: &FileSystemImage, file: File) {
    image.shared().change().expect("no result").parts().1.swap_stash(file);
}

#[test]
fn a_disk_that_takes_nothing_fails_what_is_copied() {
    let (image, _) = with_stash();
    // The device that is always full.
    swap(&image, File::options().write(true).open("/dev/full").expect("Linux"));
    let before = image.change_point();
    for (name, work) in [("second", true), ("third", false)] {
        let data = Data::reader(&b"9"[..]);
        let outcome = if work {
            image.root().add_file(name, data, &mut Control::silent()).map(|_| ())
        } else {
            let item = image.create_file_item(name).expect("a name");
            item.set_data(data).expect("in no image");
            image.root().add(&item, &mut Control::silent())
        };
        refused(outcome, codes::IMAPI_E_STASHFILE_WRITE_FAILURE, "imapi-stash-");
    }
    assert_eq!((image.change_point(), image.root().count()), (before, 1));
}

#[test]
fn a_disk_that_gives_nothing_back_fails_what_is_read() {
    let (image, file) = with_stash();
    let folder = tempfile::tempdir().expect("a folder");
    let writing = File::create(folder.path().join("for writing")).expect("room");
    writing.set_len(8).expect("room");
    swap(&image, writing);
    let outcome = file.data().expect("there").read_at(0, &mut [0; 8]).map_err(ImageError::from);
    refused(outcome, codes::IMAPI_E_STASHFILE_READ_FAILURE, "imapi-stash-");
}

#[test]
fn a_working_directory_needs_room_for_what_is_there() {
    let (image, _) = with_stash();
    image.shared().change().expect("no result").parts().1.pretend_stash(1 << 60);
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = image.set_working_directory(folder.path());
    refused(outcome, codes::IMAPI_E_WORKING_DIRECTORY_SPACE, "1152921504606846976");
    assert_eq!(image.working_directory(), std::env::temp_dir());
}

/// Nine numbers where there are nine million of them.
#[test]
fn a_file_that_no_name_is_left_for_is_refused() {
    let image = FileSystemImage::new();
    let systems = FileSystems { iso9660: true, ..FileSystems::NONE };
    let _ = image.set_file_systems_to_create(systems).expect("supported");
    image.set_iso9660_interchange_level(IsoLevel::One).expect("supported");
    image.shared().set().expect("nothing is under way").settings.same_names = 9;
    let root = image.root();
    for number in 0..20 {
        root.add_directory(number.to_string()).expect("names of their own");
    }
    for tail in 'a'..='i' {
        root.add_file(format!("long name {tail}"), b"", &mut Control::silent()).expect("a number is left");
    }
    let before = image.change_point();
    let item = image.create_file_item("long name j").expect("a name");
    let outcomes = [
        root.add_directory("long name j").map(|_| ()),
        root.add_file("long name j", b"", &mut Control::silent()).map(|_| ()),
        root.add(&item, &mut Control::silent()),
    ];
    for outcome in outcomes {
        refused(outcome, codes::IMAPI_E_NO_UNIQUE_NAME, "/long name j");
    }
    assert_eq!((image.change_point(), root.count()), (before, 29));
    root.add_directory("another").expect("it has a name of its own");
    image.create_result_image().expect("names enough");
}
