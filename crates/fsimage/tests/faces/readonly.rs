//! What is refused while a result lives, what is not, and that it ends.

use imapi_errors::fs as codes;
use imapi_fsimage::{
    ChangePoint, FileItem, FileSystemImage, FileSystemImageResult, FileSystems, ImageError, IsoLevel, Kept, UdfRevision,
};

use super::{NOW, code, image, silent};

fn with_result() -> (FileSystemImage, FileItem, FileSystemImageResult) {
    let image = image();
    let file = image.root().add_file("a", b"abc", &mut silent()).expect("new");
    let result = image.create_result_image().expect("an image");
    (image, file, result)
}

type Change = fn(&FileSystemImage, &FileItem) -> Result<(), ImageError>;

/// All that a result depends on.
const CHANGES: &[Change] = &[
    |image, _| image.set_file_systems_to_create(FileSystems::ALL).map(|_| ()),
    |image, _| image.set_udf_revision(UdfRevision::R201).map(|_| ()),
    |image, _| image.set_iso9660_interchange_level(IsoLevel::One),
    |image, _| image.set_create_redundant_udf_metadata_files(false).map(|_| ()),
    |image, _| image.set_use_restricted_character_set(false),
    |image, _| image.set_working_directory("/tmp"),
    |image, _| image.roll_back_to_change_point(ChangePoint(1)),
    |image, _| image.choose_image_defaults_for_media_type(imapi_disc_types::MediaType::CDR),
    |_, file| file.set_creation_time(NOW),
    |_, file| file.set_last_accessed_time(NOW),
    |_, file| file.set_last_modified_time(NOW),
    |_, file| file.set_hidden(false),
    |_, file| file.set_data(b"x"),
    |_, file| file.add_stream("s", b"", &mut silent()).map(|_| ()),
    |_, file| file.remove_stream("s").map(|_| ()),
    |image, _| image.root().add_directory("b").map(|_| ()),
    |image, _| image.root().add_file("b", b"", &mut silent()).map(|_| ()),
    |image, _| image.root().add(&*image.create_file_item("b")?, &mut silent()),
    |image, _| image.root().add_tree("/proc/self/fd", false, &mut silent()).map(|_| ()),
    |image, _| image.root().add_tree_with_named_streams("/proc/self/fd", false, &mut silent()).map(|_| ()),
    |image, _| image.root().remove("a"),
    |image, _| image.root().remove_tree("/"),
];

#[test]
fn nothing_that_a_result_depends_on_can_be_changed() {
    let (image, file, result) = with_result();
    for (number, change) in CHANGES.iter().enumerate() {
        let outcome = change(&image, &file);
        assert!(outcome.is_err(), "number {number}");
        assert_eq!(code(outcome), codes::IMAPI_E_READONLY, "number {number}");
    }
    drop(result);
    image.root().add_directory("b").expect("it is over");
    file.set_hidden(true).expect("it is over");
}

#[test]
fn what_comes_from_a_result_keeps_the_image_as_the_result_does() {
    let (image, _, result) = with_result();
    let stream = std::sync::Arc::clone(result.image_stream());
    let items = result.progress_items();
    drop(result);
    assert_eq!(code(image.root().remove("a")), codes::IMAPI_E_READONLY);
    drop(stream);
    assert_eq!(code(image.root().remove("a")), codes::IMAPI_E_READONLY);
    drop(items);
    image.root().remove("a").expect("it is over");
}

#[test]
fn what_a_result_has_as_a_copy_is_for_the_next_one() {
    let (image, file, result) = with_result();
    image.set_volume_name("SECOND").expect("a copy");
    image.set_free_media_blocks(image.used_blocks()).expect("not asked any more");
    image.set_session_start_block(0).expect("a copy");
    image.set_stage_files(true).expect("for what is added later");
    assert_eq!(file.set_real_time(true).expect("kept"), Kept::NotInThisRevision);
    assert!(file.is_real_time().expect("a file"));
    image.lock_in_change_point().expect("no change");
    let point = image.change_point();
    let second = image.create_result_image().expect("as many as one likes");
    assert_eq!((second.disc_id(), second.total_blocks()), ("SECOND", result.total_blocks()));
    drop((result, second));
    assert_eq!(code(image.root().add_file("b", vec![0; 99_999], &mut silent())), codes::IMAPI_E_IMAGE_SIZE_LIMIT);
    assert!(file.is_real_time().expect("a file"));
    assert_eq!(code(image.roll_back_to_change_point(ChangePoint(0))), codes::IMAPI_E_INVALID_PARAM, "locked");
    assert!(image.change_point() > point, "the file is a real-time file only now");
}

#[test]
fn an_image_that_could_not_be_made_is_not_read_only() {
    let image = image();
    let _ = image.set_file_systems_to_create(FileSystems::NONE).expect("possible");
    assert_eq!(code(image.create_result_image()), codes::IMAPI_E_NO_OUTPUT);
    image.root().add_directory("a").expect("no result lives");
}

/// What was added while there was no limit, and is beyond one that a change of file systems made too small.
#[test]
fn a_result_is_never_larger_than_the_image_may_be() {
    let image = image();
    let _ = image.set_file_systems_to_create(FileSystems { iso9660: true, ..FileSystems::NONE }).expect("supported");
    image.set_free_media_blocks(image.used_blocks()).expect("exactly");
    let _ = image.set_file_systems_to_create(FileSystems::ALL).expect("what is in it fits");
    assert_eq!(code(image.create_result_image()), codes::IMAPI_E_IMAGE_TOO_BIG);
}
