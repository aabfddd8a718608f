//! Properties of an image: what they are, what they refuse, and what goes back.

use imapi_errors::fs as codes;
use imapi_fsimage::{ChangePoint, FileSystem, FileSystemImage, FileSystems, IsoLevel, UdfRevision};
use rstest::rstest;

use super::{code, image, silent};

const ISO: FileSystems = FileSystems { iso9660: true, ..FileSystems::NONE };
const UDF: FileSystems = FileSystems { udf: true, ..FileSystems::NONE };

#[test]
fn a_new_image_is_what_the_documentation_says() {
    let image = FileSystemImage::default();
    assert_eq!(image.free_media_blocks(), 332_800);
    assert_eq!(image.file_systems_to_create(), FileSystems::ALL);
    assert_eq!(image.file_systems_supported().bits(), 7);
    assert_eq!((image.udf_revision(), image.udf_revisions_supported()), (UdfRevision::R102, &UdfRevision::ALL[..]));
    assert_eq!(image.iso9660_interchange_level(), IsoLevel::Two);
    assert_eq!(image.iso9660_interchange_levels_supported().len(), 3);
    assert!(image.create_redundant_udf_metadata_files());
    assert!(!image.strict_file_system_compliance() && !image.use_restricted_character_set() && !image.stage_files());
    assert_eq!((image.volume_name(), image.session_start_block()), (None, 0));
    assert_eq!((image.file_count(), image.directory_count(), image.change_point()), (0, 0, ChangePoint(0)));
    assert_eq!(image.working_directory(), std::env::temp_dir());
    assert!(image.boot_image_options().is_none() && image.boot_image_options_array().is_empty());
    assert_eq!((image.root().name().as_str(), image.root().full_path().as_str()), ("", "/"));
}

#[rstest]
#[case("Holidays.2024", false, true)]
#[case("HOLIDAYS_2024", true, true)]
#[case("Holidays", true, false)]
#[case("TWO WORDS", false, false)]
fn a_volume_is_called_as_its_file_systems_allow(#[case] name: &str, #[case] strict: bool, #[case] allowed: bool) {
    let image = image();
    image.set_strict_file_system_compliance(strict).expect("empty");
    let outcome = image.set_volume_name(name);
    if !allowed {
        assert_eq!(code(outcome), codes::IMAPI_E_INVALID_VOLUME_NAME);
        assert_eq!(image.volume_name(), None);
        let _ = image.set_file_systems_to_create(UDF).expect("supported");
        assert_eq!(image.set_volume_name(name).is_ok(), strict, "UDF alone is less strict");
        return;
    }
    outcome.expect("allowed");
    assert_eq!(image.volume_name_in(FileSystem::Joliet).as_deref(), Some(name));
    assert_eq!(image.volume_name_in(FileSystem::Iso9660), Some(name.to_uppercase().replace('.', "_")));
    assert_eq!(image.create_result_image().expect("an image").disc_id(), name);
    image.set_volume_name("").expect("none");
    assert_eq!(image.create_result_image().expect("an image").disc_id(), "20241129_1107");
}

/// Which names every file system of the image can have as they are: those of ISO 9660, or of Joliet, or of UDF.
#[rstest]
#[case("README.TXT", true, true, true)]
#[case("NAME_OF_THIRTY_CHARACTERS.A23", true, true, true)]
#[case("readme.txt", false, true, true)]
#[case("TWO WORDS", false, true, true)]
#[case("A.B.C", false, true, true)]
#[case("a*b", false, false, true)]
#[case("\u{65e5}\u{672c}", false, true, true)]
fn strict_names_stand_in_each_file_system_as_they_are(
    #[case] name: &str,
    #[case] iso: bool,
    #[case] joliet: bool,
    #[case] udf: bool,
) {
    let joliet_too = FileSystems { joliet: true, ..ISO };
    for (file_systems, allowed) in [(ISO, iso), (joliet_too, iso && joliet), (UDF, udf)] {
        for strict in [false, true] {
            let image = image();
            image.set_strict_file_system_compliance(strict).expect("empty");
            let _ = image.set_file_systems_to_create(file_systems).expect("supported");
            let added = image.root().add_file(name, b"it", &mut silent()).map(drop);
            if allowed || !strict {
                added.expect(name);
                continue;
            }
            assert_eq!(code(added), codes::IMAPI_E_INVALID_PATH, "{name}");
            assert_eq!(image.file_count(), 0);
            assert_eq!(code(image.root().add_directory(name).map(drop)), codes::IMAPI_E_INVALID_PATH, "{name}");
        }
    }
    // What is there keeps the image from getting a file system that could not have it.
    if !iso && udf {
        let image = image();
        image.set_strict_file_system_compliance(true).expect("empty");
        let _ = image.set_file_systems_to_create(UDF).expect("supported");
        image.root().add_file(name, b"it", &mut silent()).expect(name);
        assert_eq!(code(image.set_file_systems_to_create(FileSystems::ALL).map(drop)), codes::IMAPI_E_INVALID_PATH);
        assert_eq!(image.file_systems_to_create(), UDF);
    }
}

#[test]
fn the_room_of_an_image_is_kept_exactly() {
    let image = image();
    let empty = image.used_blocks();
    assert_eq!(code(image.set_free_media_blocks(empty - 1)), codes::IMAPI_E_IMAGE_TOO_BIG);
    image.set_free_media_blocks(empty + 64).expect("room");
    image.root().add_file("a", vec![0; 33 * 2048], &mut silent()).expect("room");
    let used = image.used_blocks();
    assert!(used > empty && used <= empty + 64, "{empty} {used}");
    let before = (image.change_point(), image.root().count());
    for _ in 0..3 {
        let outcome = image.root().add_file("b", vec![0; 64 * 2048], &mut silent());
        assert_eq!(code(outcome), codes::IMAPI_E_IMAGE_SIZE_LIMIT);
        let outcome = image.root().item("a").expect("there").as_file().expect("a file");
        let _ = image.set_file_systems_to_create(FileSystems::ALL).expect("supported");
        let _ = image.set_udf_revision(UdfRevision::R200).expect("supported");
        assert_eq!(code(outcome.add_stream("s", vec![0; 64 * 2048], &mut silent())), codes::IMAPI_E_IMAGE_SIZE_LIMIT);
        let _ = image.set_udf_revision(UdfRevision::R102).expect("supported");
    }
    assert_eq!((image.change_point(), image.root().count()), before);
    assert_eq!(image.used_blocks(), used);
    image.set_free_media_blocks(0).expect("no limit");
    image.root().add_file("b", vec![0; 64 * 2048], &mut silent()).expect("no limit");
}

#[test]
fn what_is_in_an_image_has_to_fit_into_its_file_systems() {
    let image = image();
    let _ = image.set_file_systems_to_create(UDF).expect("empty");
    let deepest = (1..9).fold(image.root(), |folder, level| folder.add_directory(level.to_string()).expect("UDF"));
    let deep = image.change_point();
    assert_eq!(code(image.set_file_systems_to_create(FileSystems::ALL)), codes::IMAPI_E_ISO9660_LEVELS);
    assert_eq!(image.file_systems_to_create(), UDF, "all stays as it was");
    image.root().remove_tree("1/2").expect("there");
    let _ = image.set_file_systems_to_create(FileSystems::ALL).expect("it fits now");
    assert!(!deepest.is_in_image());
    let shallow = image.change_point();
    assert_eq!(code(image.roll_back_to_change_point(deep)), codes::IMAPI_E_ISO9660_LEVELS);
    assert_eq!((image.change_point(), image.directory_count()), (shallow, 1), "all stays as it was");
    let _ = image.set_file_systems_to_create(UDF).expect("always");
    image.roll_back_to_change_point(deep).expect("UDF has it");
    assert!(deepest.is_in_image());
    assert_eq!(image.directory_count(), 8);
}

#[test]
fn going_back_over_a_stricter_moment_leaves_the_image_watched() {
    let image = image();
    let _ = image.set_file_systems_to_create(UDF).expect("empty");
    image.root().add_directory("a").expect("new");
    let point = image.change_point();
    image.root().add_directory("b").expect("new");
    let _ = image.set_file_systems_to_create(ISO).expect("it fits");
    image.roll_back_to_change_point(point).expect("it fits");
    let mut folder = image.root().item("a").expect("there").as_directory().expect("a folder");
    for _ in 2..8 {
        folder = folder.add_directory("x").expect("not too deep");
    }
    assert_eq!(code(folder.add_directory("x")), codes::IMAPI_E_ISO9660_LEVELS);
}

#[test]
fn nobody_goes_back_behind_a_lock_or_into_the_future() {
    let image = image();
    let start = image.change_point();
    image.root().add_directory("a").expect("new");
    let locked = image.change_point();
    image.lock_in_change_point().expect("possible");
    assert_eq!(image.change_point(), locked, "a lock is no change");
    image.root().add_directory("b").expect("new");
    for point in [start, ChangePoint(99)] {
        assert_eq!(code(image.roll_back_to_change_point(point)), codes::IMAPI_E_INVALID_PARAM);
    }
    image.roll_back_to_change_point(locked).expect("up to the lock");
    assert_eq!(image.root().count(), 1);
}

#[test]
fn restricted_names_are_those_of_ascii_and_old_ones_stay() {
    let image = image();
    image.root().add_directory("été").expect("not restricted");
    image.set_use_restricted_character_set(true).expect("possible");
    assert_eq!(code(image.create_file_item("é")), codes::IMAPI_E_RESTRICTED_NAME_VIOLATION);
    assert_eq!(code(image.root().add_file("tab\t", b"", &mut silent())), codes::IMAPI_E_RESTRICTED_NAME_VIOLATION);
    let file = image.root().add_file("plain ~", b"", &mut silent()).expect("plain");
    assert_eq!(code(file.add_stream("é", b"", &mut silent())), codes::IMAPI_E_RESTRICTED_NAME_VIOLATION);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a"), "").expect("room");
    std::fs::write(folder.path().join("Ω"), "").expect("room");
    let outcome = image.root().add_tree(folder.path(), false, &mut silent());
    assert_eq!(code(outcome), codes::IMAPI_E_RESTRICTED_NAME_VIOLATION);
    assert_eq!(image.root().count(), 2, "nothing of it is there");
    assert!(image.root().item("été").is_ok());
    image.set_use_restricted_character_set(false).expect("possible");
    image.root().add_tree(folder.path(), false, &mut silent()).expect("allowed");
}

#[test]
fn a_name_has_255_characters_at_most() {
    let image = image();
    let longest = "日".repeat(255);
    let file = image.root().add_file(&longest, b"", &mut silent()).expect("long enough");
    assert_eq!(file.file_system_name(FileSystem::Joliet).expect("cut").chars().count(), 64);
    assert_eq!(file.file_system_name(FileSystem::Udf).expect("cut").chars().count(), 127);
    assert_eq!(code(image.root().add_file("日".repeat(256), b"", &mut silent())), codes::IMAPI_E_INVALID_PATH);
}

#[test]
fn a_session_begins_where_a_disc_can_have_blocks() {
    let image = image();
    assert_eq!(code(image.set_session_start_block(1 << 31)), codes::IMAPI_E_INVALID_PARAM);
    let _ = image.set_file_systems_to_create(FileSystems::from_bits(3).expect("both")).expect("empty");
    let root_at = |start: u32| {
        image.set_session_start_block(start).expect("a block");
        let result = image.create_result_image().expect("an image");
        let mut descriptor = [0; 2048];
        result.image_stream().read_all(imapi_disc_types::Block(16), &mut descriptor).expect("readable");
        u32::from_le_bytes(descriptor[158..162].try_into().expect("four bytes"))
    };
    assert_eq!(root_at(11_704), root_at(0) + 11_704, "addresses are those of the disc");
}

#[test]
fn a_folder_that_there_is_no_room_for_leaves_nothing() {
    let image = image();
    image.set_free_media_blocks(image.used_blocks() + 100).expect("room");
    let mut count = 0;
    let refused = loop {
        match image.root().add_directory(format!("folder {count}")) {
            Ok(_) => count += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(code::<()>(Err(refused)), codes::IMAPI_E_IMAGE_SIZE_LIMIT);
    assert!(count > 20, "{count}");
    assert_eq!(
        (image.root().count(), image.directory_count(), image.change_point()),
        (count, count.into(), ChangePoint(count.into()))
    );
    assert!(image.used_blocks() <= image.free_media_blocks());
    image.root().remove("folder 0").expect("there");
    image.root().add_directory("another").expect("room again");
}

#[test]
fn names_of_one_folder_are_not_taken_for_those_of_another() {
    let image = image();
    image.set_iso9660_interchange_level(IsoLevel::One).expect("supported");
    let names = ["long name 1", "long name 2"];
    let folders = ["a", "b"].map(|name| image.root().add_directory(name).expect("new"));
    let files = folders.map(|folder| names.map(|name| folder.add_file(name, b"", &mut silent()).expect("new")));
    for _ in 0..2 {
        for [first, second] in &files {
            for (file_system, expected) in [(FileSystem::Iso9660, ["LONG_NAM", "LONG_NA1"]), (FileSystem::Udf, names)] {
                assert_eq!(first.file_system_name(file_system).expect("a name"), expected[0]);
                assert_eq!(second.file_system_name(file_system).expect("a name"), expected[1]);
            }
        }
    }
    assert_eq!(files[1][1].file_system_path(FileSystem::Iso9660).expect("a path"), "/B/LONG_NA1");
}
