//! Whether a file can be recorded as an image: each of the four codes by its cause, and images that can.

use std::{fs, path::PathBuf, sync::Arc};

use imapi_disc_types::{SECTOR_SIZE, Zero};
use imapi_errors::{Coded, HResult, Lang, Report, fs as codes};
use imapi_fsimage::{Data, FileSystems, ImageManagerError, IsoImageManager, UdfRevision};

use super::image;

/// The code of a refusal, which can be said in all languages.
#[track_caller]
fn refused(outcome: Result<(), ImageManagerError>) -> HResult {
    let error = outcome.expect_err("it has to be refused");
    for lang in Lang::ALL {
        let report = Report::new(&error, lang).to_string();
        assert!(!report.contains('‹'), "{report}");
    }
    error.code()
}

fn validated(data: impl Into<Data>) -> Result<(), ImageManagerError> {
    let manager = IsoImageManager::new();
    manager.set_stream(Some(data.into())).expect("it is kept");
    manager.validate()
}

/// An image with a descriptor at sector 16.
fn with_head(head: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 20 * 2048];
    bytes[16 * 2048..16 * 2048 + head.len()].copy_from_slice(head);
    bytes
}

#[test]
fn nothing_was_chosen() {
    let manager = IsoImageManager::new();
    assert_eq!(refused(manager.validate()), codes::IMAPI_E_IMAGEMANAGER_NO_IMAGE);
    assert_eq!((manager.path(), manager.stream().is_none()), (None, true));
    manager.set_stream(Some(vec![0; 2048].into())).expect("bytes");
    manager.set_stream(None).expect("nothing");
    assert_eq!(refused(manager.validate()), codes::IMAPI_E_IMAGEMANAGER_NO_IMAGE);
}

#[test]
fn a_length_that_is_not_whole() {
    for len in [1, 2047, 20 * 2048 + 1] {
        assert_eq!(refused(validated(vec![0; len])), codes::IMAPI_E_IMAGEMANAGER_IMAGE_NOT_ALIGNED, "{len}");
    }
}

#[test]
fn a_length_that_is_too_large() {
    let of_sectors = |sectors: u64| Data::blocks(Arc::new(Zero::new(SECTOR_SIZE, sectors)), sectors * 2048, "huge");
    assert_eq!(refused(validated(of_sectors(1 << 31))), codes::IMAPI_E_IMAGEMANAGER_IMAGE_TOO_BIG);
    // One less is looked at, and is all zeros.
    let largest = of_sectors((1 << 31) - 1);
    assert_eq!(refused(validated(largest)), codes::IMAPI_E_IMAGEMANAGER_NO_VALID_VD_FOUND);
}

#[test]
fn no_volume_descriptor() {
    let none: [&[u8]; 6] = [b"", b"\x01CD002\x01", b"\xFFCD001\x01", b"\0BEA01\x01", b"\0TEA01\x01", b"\0NSR04\x01"];
    for head in none {
        let found = refused(validated(with_head(head)));
        assert_eq!(found, codes::IMAPI_E_IMAGEMANAGER_NO_VALID_VD_FOUND, "{}", head.escape_ascii());
    }
    for len in [0, 16 * 2048] {
        assert_eq!(refused(validated(vec![0; len])), codes::IMAPI_E_IMAGEMANAGER_NO_VALID_VD_FOUND, "{len}");
    }
    // A descriptor elsewhere is none.
    let mut late = vec![0; 20 * 2048];
    late[18 * 2048..18 * 2048 + 7].copy_from_slice(b"\0NSR02\x01");
    assert_eq!(refused(validated(late)), codes::IMAPI_E_IMAGEMANAGER_NO_VALID_VD_FOUND);
}

#[test]
fn what_we_make_can_be_recorded() {
    let udf = FileSystems { udf: true, ..FileSystems::NONE };
    let iso = FileSystems { iso9660: true, ..FileSystems::NONE };
    for systems in [udf, iso, FileSystems { udf: true, ..iso }] {
        for revision in [UdfRevision::R102, UdfRevision::R250] {
            let made = image();
            let _ = made.set_file_systems_to_create(systems).expect("these can be made");
            let _ = made.set_udf_revision(revision).expect("one of them");
            let result = made.create_result_image().expect("it can be made");
            let stream = Arc::clone(result.image_stream());
            let bytes = result.total_blocks() * 2048;
            validated(Data::blocks(stream, bytes, "image")).expect("it can be recorded");
        }
    }
    validated(with_head(b"\0CDW02\x01")).expect("ECMA-168 has one, too");
}

#[test]
fn a_path_is_a_stream_too_and_a_stream_is_no_path() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.iso");
    fs::write(&path, with_head(b"\0NSR02\x01")).expect("a file");
    let manager = IsoImageManager::new();
    manager.set_path(&path).expect("it is there");
    manager.validate().expect("it can be recorded");
    assert_eq!(manager.path(), Some(path.clone()));
    assert_eq!(manager.stream().expect("it was filled").size(), 20 * 2048);

    // What is refused changes nothing.
    for wrong in [folder.path().join("nothing"), folder.path().to_path_buf(), PathBuf::new()] {
        assert_eq!(refused(manager.set_path(&wrong)), codes::IMAPI_E_INVALID_PATH, "{wrong:?}");
    }
    assert_eq!(manager.path(), Some(path));

    manager.set_stream(Some(vec![0; 2048].into())).expect("bytes");
    assert_eq!((manager.path(), manager.stream().expect("it was set").size()), (None, 2048));
    assert_eq!(refused(manager.validate()), codes::IMAPI_E_IMAGEMANAGER_NO_VALID_VD_FOUND);
}
