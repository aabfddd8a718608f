//! Files and folders: created, added, looked at, changed, and gone.

use std::io::{Read as _, Seek as _, SeekFrom};

use imapi_errors::{common, fs as codes};
use imapi_fsimage::{Data, FileSystem, FileSystems, ImageError, Item, ItemType, Skipping, Timestamp};
use rstest::rstest;

use super::{NOW, code, image, silent};

fn later(seconds: i64) -> Timestamp {
    Timestamp::new(NOW.seconds() + seconds, 0)
}

#[test]
fn an_item_is_made_dressed_and_added() {
    let image = image();
    let file = image.create_file_item("song.flac").expect("a name");
    assert!(!file.is_in_image());
    assert_eq!((file.name().as_str(), file.full_path().as_str()), ("song.flac", "song.flac"));
    file.set_data(b"la la la").expect("in no image yet");
    file.set_hidden(true).expect("in no image yet");
    file.set_creation_time(later(-100)).expect("the first date");
    file.set_last_modified_time(later(-50)).expect("after it");
    assert_eq!((file.data_size(), image.file_count()), (8, 0));

    let music = image.create_directory_item("music").expect("a name");
    assert_eq!(code(music.add(&file, &mut silent())), codes::IMAPI_E_NOT_IN_FILE_SYSTEM);
    image.root().add(&music, &mut silent()).expect("a new name");
    music.add(&file, &mut silent()).expect("a new name");

    assert_eq!(file.full_path(), "/music/song.flac");
    assert_eq!(file.creation_time(), later(-100));
    assert_eq!(file.last_modified_time(), later(-50));
    assert_eq!(file.last_accessed_time(), NOW, "when it was added");
    assert!(file.is_hidden() && file.is_in_image());
    assert_eq!(code(file.set_data(b"other")), codes::IMAPI_E_READONLY);
    assert_eq!(code(music.add(&file, &mut silent())), codes::IMAPI_E_INVALID_PARAM, "it is added once");
    let found = image.root().item("music/song.flac").expect("it is there");
    assert_eq!(found, Item::from(file));
    assert_eq!((image.file_count(), image.directory_count()), (1, 1));
}

#[test]
fn an_item_of_another_image_is_none_of_this() {
    let (one, other) = (image(), image());
    let item = one.create_directory_item("a").expect("a name");
    assert_eq!(code(other.root().add(&item, &mut silent())), codes::IMAPI_E_INVALID_PARAM);
    one.root().add(&item, &mut silent()).expect("it is of this");
}

#[rstest]
#[case("")]
#[case(".")]
#[case("..")]
#[case("a/b")]
#[case("a\\b")]
#[case("a\0b")]
fn what_is_no_name_makes_no_item(#[case] name: &str) {
    assert_eq!(code(image().create_file_item(name)), codes::IMAPI_E_INVALID_PARAM);
    assert_eq!(code(image().create_directory_item(name)), codes::IMAPI_E_INVALID_PARAM);
}

#[test]
fn paths_have_two_separators_and_begin_where_they_are_asked() {
    let image = image();
    let root = image.root();
    root.add_directory("\\docs").expect("the root's may begin with one");
    root.add_directory("docs/old").expect("its folder is there");
    let docs = root.item("docs").expect("there").as_directory().expect("a folder");
    docs.add_file("old\\a.txt", b"a", &mut silent()).expect("its folder is there");
    assert_eq!(root.item("/docs\\old/a.txt").expect("there").full_path(), "/docs/old/a.txt");
    assert_eq!(docs.item("old/a.txt").expect("there").full_path(), "/docs/old/a.txt");
    assert_eq!(code(docs.item("/old")), codes::IMAPI_E_INVALID_PATH);
    assert_eq!(code(docs.item("old/b.txt")), codes::IMAPI_E_ITEM_NOT_FOUND);
    assert_eq!(code(docs.item("older/a.txt")), codes::IMAPI_E_ITEM_NOT_FOUND);
    assert_eq!(code(docs.add_directory("new/newer")), codes::IMAPI_E_DIR_NOT_FOUND);
    assert_eq!(code(docs.add_directory("old/a.txt/b")), codes::IMAPI_E_NOT_DIR);
    assert_eq!(code(docs.add_file("old/a.txt", b"", &mut silent())), codes::IMAPI_E_DUP_NAME);
    assert_eq!(code(docs.add_directory("old/a.txt")), codes::IMAPI_E_DUP_NAME);
}

#[test]
fn whether_something_exists_is_asked_from_the_root() {
    let image = image();
    image.root().add_directory("docs").expect("new").add_file("a", b"", &mut silent()).expect("new");
    for (path, expected) in [
        ("/", ItemType::Directory),
        ("\\docs", ItemType::Directory),
        ("/docs/a", ItemType::File),
        ("/docs/b", ItemType::NotFound),
        ("/docs/a/b", ItemType::NotFound),
        ("/DOCS", ItemType::NotFound),
    ] {
        assert_eq!(image.exists(path).expect(path), expected, "{path}");
    }
    assert_eq!(code(image.exists("docs")), codes::IMAPI_E_INVALID_PATH);
    assert_eq!(code(image.exists("/nowhere/a")), codes::IMAPI_E_DIR_NOT_FOUND);
}

#[test]
fn a_removed_item_is_told_and_not_touched() {
    let image = image();
    let before = image.change_point();
    let docs = image.root().add_directory("docs").expect("new");
    let file = docs.add_file("a", b"abc", &mut silent()).expect("new");
    image.root().remove_tree("docs").expect("there");
    assert!(!file.is_in_image() && !docs.is_in_image());
    assert_eq!((file.name().as_str(), file.full_path().as_str(), file.data_size()), ("a", "a", 3));
    for outcome in [
        file.set_hidden(true),
        file.set_creation_time(NOW),
        docs.add_directory("b").map(|_| ()),
        docs.add_file("b", b"", &mut silent()).map(|_| ()),
        docs.remove("a"),
        docs.remove_tree("a"),
        docs.add_tree("/", false, &mut silent()).map(|_| ()),
        file.add_stream("s", b"", &mut silent()).map(|_| ()),
        file.remove_stream("s").map(|_| ()),
        file.set_real_time(true).map(|_| ()),
    ] {
        assert_eq!(code(outcome), codes::IMAPI_E_NOT_IN_FILE_SYSTEM);
    }
    let gone = image.change_point();
    image.root().add_file("docs", b"another", &mut silent()).expect("the name is free");
    assert_eq!(file.data_size(), 3, "it never means another file");
    image.roll_back_to_change_point(gone).expect("not locked");
    image.roll_back_to_change_point(imapi_fsimage::ChangePoint(gone.0 - 1)).expect("not locked");
    assert!(file.is_in_image(), "it came back");
    file.set_hidden(true).expect("it can be changed again");
    image.roll_back_to_change_point(before).expect("not locked");
    assert_eq!(image.root().count(), 0);
}

#[test]
fn a_folder_is_removed_empty_or_with_all() {
    let image = image();
    let root = image.root();
    root.add_directory("a").expect("new").add_directory("b").expect("new");
    root.add_file("c", b"", &mut silent()).expect("new");
    assert_eq!(code(root.remove("a")), codes::IMAPI_E_DIR_NOT_EMPTY);
    root.remove("a/b").expect("empty");
    root.remove("a").expect("empty now");
    root.remove("c").expect("a file");
    root.add_directory("a").expect("free again").add_file("d", b"", &mut silent()).expect("new");
    assert_eq!(code(root.remove("b/c")), codes::IMAPI_E_DIR_NOT_FOUND);
    assert_eq!(code(root.remove_tree("b")), codes::IMAPI_E_DIR_NOT_FOUND);
    assert_eq!(code(root.remove_tree("a/d")), codes::IMAPI_E_NOT_DIR);
    root.add_directory("e").expect("new");
    root.remove_tree("\\").expect("everything");
    assert_eq!((root.count(), image.file_count(), image.directory_count()), (0, 0, 0));
    assert_eq!(code(root.remove("/")), codes::IMAPI_E_INVALID_PATH);
}

#[test]
fn children_are_enumerated_in_their_order_and_as_they_were() {
    let image = image();
    let root = image.root();
    for name in ["c", "a", "b"] {
        root.add_directory(name).expect("new");
    }
    let mut items = root.items();
    root.add_directory("d").expect("new");
    let names = |items: &[Item]| items.iter().map(Item::name).collect::<Vec<_>>();
    assert_eq!(names(items.next_items(2)), ["c", "a"]);
    let rest: Vec<String> = items.clone().map(|item| item.name()).collect();
    assert_eq!(rest, ["b"], "what came later is not in it");
    assert_eq!(items.skip_items(2), Skipping::Fewer);
    assert_eq!((root.items().len(), root.count()), (4, 4));
    assert_eq!(image.create_directory_item("x").expect("a name").items().len(), 0);
}

#[test]
fn dates_keep_their_order_only_where_somebody_set_them() {
    let image = image();
    let docs = image.root().add_directory("docs").expect("new");
    docs.set_last_modified_time(later(-100)).expect("nobody said when it was made");
    docs.set_last_accessed_time(later(-200)).expect("nobody said when it was made");
    assert_eq!(code(docs.set_creation_time(later(-150))), codes::IMAPI_E_INVALID_DATE);
    docs.set_creation_time(later(-200)).expect("not after the others");
    let point = image.change_point();
    assert_eq!(code(docs.set_last_accessed_time(later(-201))), codes::IMAPI_E_INVALID_DATE);
    docs.set_last_accessed_time(later(10)).expect("after it");
    docs.set_last_modified_time(later(10)).expect("after it");
    docs.set_creation_time(later(5)).expect("before the others");
    image.roll_back_to_change_point(point).expect("not locked");
    assert_eq!(docs.creation_time(), later(-200));
    docs.set_creation_time(later(-190)).expect_err("the others are old again");
    docs.set_creation_time(later(-210)).expect("earlier");
}

#[test]
fn a_tree_from_disk_brings_dates_that_nobody_set() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("docs")).expect("room");
    let image = image();
    let docs = image.root().add_directory("docs").expect("new");
    docs.set_creation_time(later(0)).expect("the first date");
    image.root().add_tree(folder.path(), false, &mut silent()).expect("readable");
    let on_disk = docs.last_modified_time();
    assert_ne!(on_disk, NOW, "it is as old as the one on disk");
    docs.set_last_modified_time(Timestamp::new(0, 0)).expect("its other dates are from disk");
}

#[rstest]
#[case(FileSystem::Iso9660, "/LONG_FOL/A_FILE_W.TXT", "/LONG_FOL/A_FILE_1.TXT")]
#[case(FileSystem::Joliet, "/Long folder/A file with a name.txt", "/Long folder/A file without.txt")]
#[case(FileSystem::Udf, "/Long folder/A file with a name.txt", "/Long folder/A file without.txt")]
fn each_file_system_has_names_of_its_own(#[case] file_system: FileSystem, #[case] first: &str, #[case] second: &str) {
    let image = image();
    image.set_iso9660_interchange_level(imapi_fsimage::IsoLevel::One).expect("supported");
    let folder = image.root().add_directory("Long folder").expect("new");
    let second_file = folder.add_file("A file without.txt", b"", &mut silent()).expect("new");
    let alone = second_file.file_system_name(file_system).expect("a name");
    let first_file = folder.add_file("A file with a name.txt", b"", &mut silent()).expect("new");
    assert_eq!(first_file.file_system_path(file_system).expect("a path"), first);
    assert_eq!(second_file.file_system_path(file_system).expect("a path"), second);
    let now = second_file.file_system_name(file_system).expect("a name");
    assert_eq!(alone == now, file_system != FileSystem::Iso9660, "a neighbour may take a name");
    image.root().remove("Long folder/A file with a name.txt").expect("there");
    assert_eq!(second_file.file_system_name(file_system).expect("a name"), alone);
    assert_eq!(image.root().file_system_name(file_system).expect("none"), "");
    assert_eq!(image.root().file_system_path(file_system).expect("a path"), "/");
    let detached = image.create_file_item("not yet.html").expect("a name");
    let expected = if file_system == FileSystem::Iso9660 { "NOT_YET.HTM" } else { "not yet.html" };
    assert_eq!(detached.file_system_name(file_system).expect("a name"), expected);
}

#[test]
fn data_are_read_from_any_place_whatever_becomes_of_the_file() {
    let image = image();
    let bytes: Vec<u8> = (0..10_000_u32).map(|at| u8::try_from(at % 251).expect("small")).collect();
    let file = image.root().add_file("a", bytes.clone(), &mut silent()).expect("new");
    assert_eq!((file.data_size_low(), file.data_size_high()), (10_000, 0));
    let mut stream = file.data().expect("there");
    image.root().remove("a").expect("there");
    let mut all = Vec::new();
    stream.read_to_end(&mut all).expect("readable");
    assert!(all == bytes);
    stream.seek(SeekFrom::End(-3)).expect("in it");
    let mut three = [0; 3];
    stream.read_exact(&mut three).expect("readable");
    assert_eq!(three, bytes[9_997..]);
    assert!(stream.seek(SeekFrom::Current(-20_000)).is_err());
    imapi_disc_types::conformance::check(&stream).expect("blocks as any source has");

    let other = super::image();
    let copy = other.root().add_file("b", stream, &mut silent()).expect("another image takes it");
    let mut all = Vec::new();
    copy.data().expect("there").read_to_end(&mut all).expect("readable");
    assert!(all == bytes);
}

#[test]
fn an_item_in_no_image_has_its_data_too() {
    let image = image();
    let file = image.create_file_item("a").expect("a name");
    assert_eq!((file.data_size(), file.data().expect("none").size()), (0, 0));
    file.set_data(Data::reader_of(&b"from a reader"[..], 13)).expect("in no image");
    assert_eq!(file.data_size(), 13);
    for _ in 0..2 {
        let mut text = String::new();
        file.data().expect("kept").read_to_string(&mut text).expect("text");
        assert_eq!(text, "from a reader");
    }
    image.root().add(&file, &mut silent()).expect("a new name");
    let mut text = String::new();
    file.data().expect("kept").read_to_string(&mut text).expect("text");
    assert_eq!(text, "from a reader");
    let empty = image.create_file_item("b").expect("a name");
    image.root().add(&empty, &mut silent()).expect("a new name");
    assert_eq!(empty.data().expect("there").size(), 0);
}

#[test]
fn a_reader_that_failed_is_not_taken_for_an_empty_file() {
    let image = image();
    let file = image.create_file_item("a").expect("a name");
    file.set_data(Data::reader_of(&b"four"[..], 5)).expect("in no image");
    assert_eq!(code(image.root().add(&file, &mut silent())), codes::IMAPI_E_DATA_STREAM_INCONSISTENCY);
    assert_eq!(code(image.root().add(&file, &mut silent())), codes::IMAPI_E_DATA_STREAM_READ_FAILURE);
    file.set_data(b"five!").expect("in no image");
    image.root().add(&file, &mut silent()).expect("a new name");
}

#[test]
fn streams_are_files_of_a_file() {
    let image = image();
    let file = image.root().add_file("song", b"la", &mut silent()).expect("new");
    let _ = file.add_stream("cover", b"a picture", &mut silent()).expect("new");
    let _ = file.add_stream("text", Data::reader(&b"la la"[..]), &mut silent()).expect("new");
    let streams = file.named_streams().expect("a file");
    assert_eq!((streams.count(), streams.items().len()), (2, 2));
    assert_eq!(code(streams.item(2)), codes::IMAPI_E_INVALID_PARAM);
    let text = streams.item(1).expect("the second");
    assert!(text.is_named_stream() && !file.is_named_stream());
    assert_eq!((text.name().as_str(), text.full_path().as_str(), text.data_size()), ("text", "/song:text", 5));
    let mut words = String::new();
    text.data().expect("there").read_to_string(&mut words).expect("text");
    assert_eq!(words, "la la");
    assert_eq!(text.file_system_name(FileSystem::Udf).expect("only UDF has it"), "text");
    let outcomes: [Result<(), ImageError>; 6] = [
        text.named_streams().map(|_| ()),
        text.is_real_time().map(|_| ()),
        text.set_real_time(true).map(|_| ()),
        text.set_hidden(true),
        text.set_creation_time(NOW),
        text.set_data(b"other"),
    ];
    let expected = [codes::IMAPI_E_PROPERTY_NOT_ACCESSIBLE; 5].into_iter().chain([codes::IMAPI_E_READONLY]);
    for (outcome, expected) in outcomes.into_iter().zip(expected) {
        assert_eq!(code(outcome), expected);
    }
    assert_eq!(code(text.file_system_name(FileSystem::Iso9660)), codes::IMAPI_E_INVALID_PARAM);
    assert_eq!(code(text.add_stream("s", b"", &mut silent())), codes::IMAPI_E_NOT_IN_FILE_SYSTEM);
    assert_eq!(code(file.add_stream("text", b"", &mut silent())), codes::IMAPI_E_DUP_NAME);
    assert_eq!(code(file.add_stream("a/b", b"", &mut silent())), codes::IMAPI_E_INVALID_PARAM);
    assert_eq!(code(file.remove_stream("lost")), codes::IMAPI_E_FILE_NOT_FOUND);
    let _ = file.remove_stream("text").expect("there");
    assert!(!text.is_in_image());
    assert_eq!(streams.count(), 1, "it always tells what there is");
}

#[test]
fn a_name_that_only_a_disk_can_bring_is_found_by_going_through() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a\\b"), "x").expect("room");
    std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"no \xFF text")), "y").expect("room");
    let image = image();
    image.root().add_tree(folder.path(), false, &mut silent()).expect("readable");
    assert_eq!(code(image.root().item("a\\b")), codes::IMAPI_E_ITEM_NOT_FOUND);
    let names: Vec<Vec<u8>> = image.root().items().map(|item| item.name_bytes()).collect();
    assert_eq!(names, [b"a\\b".to_vec(), b"no \xFF text".to_vec()]);
    let second = image.root().item(b"no \xFF text").expect("bytes are a path too");
    assert_eq!(second.name(), "no \u{FFFD} text");
}

#[test]
fn what_no_file_system_here_shows_has_no_name_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink("there", folder.path().join("link")).expect("room");
    let image = image();
    let options = imapi_fsimage::ScanOptions::default();
    image.root().add_tree_with(folder.path(), &options, &mut silent()).expect("links are kept");
    let link = image.root().item("link").expect("there");
    assert_eq!(code(link.file_system_name(FileSystem::Udf)), codes::IMAPI_E_INVALID_PARAM);
    let file = link.as_file().expect("no folder");
    assert_eq!((file.data_size(), file.data().expect("none").size()), (0, 0));
    assert!(link.as_directory().is_none());
    let _ = image.set_file_systems_to_create(FileSystems::ALL).expect("supported");
    assert_eq!(image.exists("/link").expect("a path"), ItemType::File);
    let _ = common::S_OK;
}
