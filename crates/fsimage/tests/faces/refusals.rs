//! Refusals that have more than one cause, and the success that is not plain.

use std::{fs, os::unix::fs::PermissionsExt as _, sync::Arc};

use imapi_disc_types::{Block, BlockSource as _, BytesSource, SECTOR_SIZE};
use imapi_errors::{Coded, HResult, fs as codes};
use imapi_fsimage::{Data, FileSystems, IsoLevel, Kept, UdfRevision};
use rstest::rstest;
use rustix::{process::geteuid, thread::Uid, thread::set_thread_res_uid};

use super::{
    codes::{ISO, UDF, huge},
    image, silent, told,
};

#[test]
fn the_success_that_means_something_is_a_value() {
    let image = image();
    let file = image.root().add_file("a", b"x", &mut silent()).expect("a new name");
    let _ = image.set_udf_revision(UdfRevision::R102).expect("supported");
    let kept = [
        file.add_stream("s", b"", &mut silent()),
        file.set_real_time(true),
        image.set_create_redundant_udf_metadata_files(true),
        image.set_file_systems_to_create(ISO),
        file.remove_stream("s"),
    ];
    for kept in kept {
        let kept = kept.expect("accepted");
        assert_eq!((kept, kept.code()), (Kept::NotInThisRevision, codes::IMAPI_S_IMAGE_FEATURE_NOT_SUPPORTED));
    }
    let _ = image.set_file_systems_to_create(FileSystems::ALL).expect("all is supported");
    assert_eq!(image.set_udf_revision(UdfRevision::R250).expect("supported"), Kept::Yes);
    assert_eq!(file.add_stream("s", b"", &mut silent()).expect("a new name"), Kept::Yes);
    assert_eq!(file.set_real_time(true).expect("a file"), Kept::Yes);
}

/// What no file can be read because of, where that is not the cause of the case above.
#[rstest]
#[case::a_folder_without_permission(codes::IMAPI_E_DIRECTORY_READ_FAILURE, "closed", true)]
#[case::a_file_without_permission(codes::IMAPI_E_DATA_STREAM_CREATE_FAILURE, "closed", false)]
fn what_may_not_be_read_is_named(#[case] code: HResult, #[case] name: &str, #[case] is_folder: bool) {
    let user = if geteuid().is_root() { Some(Uid::from_raw(65_534)) } else { None };
    // Permissions do not hold for root. Only a thread of its own changes.
    std::thread::scope(|scope| {
        let thread = scope.spawn(move || {
            if user.is_some() {
                set_thread_res_uid(None::<Uid>, user, None::<Uid>).expect("root may");
            }
            closed(code, name, is_folder);
        });
        thread.join().expect("as anybody");
    });
}

fn closed(code: HResult, name: &str, is_folder: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    if is_folder {
        fs::create_dir(&path).expect("room");
    } else {
        fs::write(&path, "secret").expect("room");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("ours");
    let image = image();
    let before = image.change_point();
    let error = image.root().add_tree(folder.path(), true, &mut silent()).expect_err("closed");
    assert_eq!(error.code(), code);
    assert!(told(&error).contains(name) || is_folder, "{error:?}");
    assert_eq!((image.change_point(), image.root().count()), (before, 0), "nothing of it is there");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("ours");
}

/// A bad block is found when the image is read.
#[test]
fn a_source_that_fails_fails_the_block_of_its_file() {
    struct Bad;
    impl imapi_disc_types::BlockSource for Bad {
        fn block_size(&self) -> std::num::NonZeroU32 {
            SECTOR_SIZE
        }
        fn blocks(&self) -> u64 {
            3
        }
        fn read(&self, first: Block, out: &mut [u8]) -> Result<std::num::NonZeroU32, imapi_disc_types::SourceError> {
            let request = imapi_disc_types::Request::admit(self, first, out)?;
            if first.0 > 0 {
                return Err(imapi_disc_types::SourceError::new(first, std::io::Error::from_raw_os_error(5)));
            }
            request.out[..2048].fill(1);
            Ok(std::num::NonZeroU32::MIN)
        }
    }
    let image = image();
    image.root().add_file("bad", Data::blocks(Arc::new(Bad), 6000, "a bad disk"), &mut silent()).expect("a new name");
    let result = image.create_result_image().expect("an image");
    let item = result.progress_items().from_description("/bad").expect("it has blocks");
    assert_eq!(item.block_count(), 3);
    let mut out = [0; 2048];
    result.image_stream().read_all(Block(item.first_block()), &mut out).expect("the first is good");
    let error = result.image_stream().read_all(Block(item.last_block()), &mut out).expect_err("bad");
    assert_eq!(error.code(), codes::IMAPI_E_DATA_STREAM_READ_FAILURE);
    assert!(imapi_errors::Report::new(&error, imapi_errors::Lang::EN).to_string().contains("a bad disk"));
}

/// A level that allows several extents takes what the others refuse, and nobody goes back to them.
#[test]
fn large_files_ask_for_the_third_level() {
    let image = image();
    image.set_free_media_blocks(0).expect("no limit");
    image.set_iso9660_interchange_level(IsoLevel::Three).expect("supported");
    image.root().add_file("large", huge(5 << 30), &mut silent()).expect("in two extents");
    for level in [IsoLevel::One, IsoLevel::Two] {
        let error = image.set_iso9660_interchange_level(level).expect_err("one extent");
        assert_eq!(error.code(), codes::IMAPI_E_DATA_TOO_BIG);
    }
    assert_eq!(image.iso9660_interchange_level(), IsoLevel::Three);
    let _ = image.set_file_systems_to_create(UDF).expect("UDF has no such limit");
    image.set_iso9660_interchange_level(IsoLevel::One).expect("it has no meaning now");
    let error = image.set_file_systems_to_create(FileSystems::ALL).expect_err("too large again");
    assert_eq!(error.code(), codes::IMAPI_E_DATA_TOO_BIG);
    assert_eq!(image.file_systems_to_create(), UDF);
    assert!(image.used_blocks() > (5 << 30) / 2048);
}

/// A source that is shorter than what it was said to have.
#[test]
fn a_source_has_to_have_what_is_said_of_it() {
    let source = Arc::new(BytesSource::padded(*b"1234", SECTOR_SIZE));
    let outcome = image().root().add_file("a", Data::blocks(source, 5000, "short"), &mut silent());
    assert_eq!(outcome.expect_err("too short").code(), codes::IMAPI_E_DATA_STREAM_INCONSISTENCY);
}
