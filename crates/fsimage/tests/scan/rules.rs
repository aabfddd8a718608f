//! How folders come into an image: names, collisions, links, dates, streams, mappings.

use std::{
    fs::{self, File},
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
};

use imapi_disc_types::Control;
use imapi_errors::{Coded, fs as codes};
use imapi_fsimage::{
    Attributes, Dates, Kind, Links, Mapping, NodeId, Owners, ScanError, ScanOptions, SkippedBecause, Timestamp,
    add_file, add_mapping,
};
use rustix::fs::XattrFlags;

use crate::disk::Image;

/// A folder with files of these paths; the bytes of each are its path.
fn folder_of(paths: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for path in paths {
        let whole = folder.path().join(path);
        fs::create_dir_all(whole.parent().expect("a folder")).expect("room");
        fs::write(whole, path).expect("room");
    }
    folder
}

#[test]
fn the_base_comes_along_when_it_is_asked_for() {
    let folder = folder_of(&["base/in/a"]);
    let with_base = ScanOptions { with_base: true, ..ScanOptions::default() };
    let base = folder.path().join("base");
    for path in [base.clone(), base.join("."), base.join("in/.."), folder.path().join("base/")] {
        let image = Image::of(&path, &with_base);
        assert_eq!(image.paths(), ["base", "base/in", "base/in/a"], "{}", path.display());
    }
    assert_eq!(Image::of(&base, &ScanOptions::default()).paths(), ["in", "in/a"]);
    let error = Image::new().add(Path::new("/"), &with_base).expect_err("it has no name");
    assert_eq!(error.code(), codes::IMAPI_E_INVALID_PATH);
}

#[test]
fn what_is_on_disk_wins_and_folders_are_merged() {
    let (first, second) = (folder_of(&["both/same", "both/old", "z"]), folder_of(&["both/same", "both/new"]));
    symlink("elsewhere", second.path().join("z")).expect("room");
    fs::write(second.path().join("both/same"), "from the second").expect("room");
    let mut image = Image::of(first.path(), &ScanOptions::default());
    let old = image.find("both/same").expect("added");
    image.add(second.path(), &ScanOptions::default()).expect("no file meets a folder");
    assert!(!image.tree.contains(old), "a number never means another file");
    let mut paths = image.paths();
    paths.sort();
    assert_eq!(paths, ["both", "both/new", "both/old", "both/same", "z"]);
    assert_eq!(image.tree.link_target(image.find("z").expect("added")), Some(b"elsewhere".as_slice()));
    assert_eq!(image.tree.counts().files, 4);
    let files = image.read();
    assert_eq!(files[b"both/same".as_slice()], b"from the second");
    assert_eq!(files[b"both/old".as_slice()], b"both/old");
}

#[test]
fn links_are_followed_where_that_is_asked_for() {
    let folder = folder_of(&["real/file", "real/deep/er"]);
    let outside = folder_of(&["outside"]);
    symlink("real", folder.path().join("also")).expect("room");
    symlink("file", folder.path().join("real/link")).expect("room");
    symlink(outside.path().join("outside"), folder.path().join("out")).expect("room");
    let kept = Image::of(folder.path(), &ScanOptions::default());
    assert_eq!(kept.paths(), ["also", "out", "real", "real/deep", "real/deep/er", "real/file", "real/link"]);
    let followed = Image::of(folder.path(), &ScanOptions { links: Links::Followed, ..ScanOptions::default() });
    assert_eq!(followed.content("real/link"), followed.content("real/file"), "the bytes are there once");
    let files = followed.read();
    let paths: Vec<&[u8]> = files.keys().map(Vec::as_slice).collect();
    let expected =
        ["also/deep/er", "also/file", "also/link", "out", "real/deep/er", "real/file", "real/link"].map(str::as_bytes);
    assert_eq!(paths, expected);
    assert_eq!(files[b"also/link".as_slice()], b"real/file");
    assert_eq!(files[b"out".as_slice()], b"outside");
}

#[test]
fn a_file_with_several_names_that_was_written_between_two_scans_is_another_one() {
    let folder = folder_of(&["one"]);
    fs::hard_link(folder.path().join("one"), folder.path().join("two")).expect("room");
    let mut image = Image::of(folder.path(), &ScanOptions::default());
    let before = image.content("one");
    assert_eq!(image.content("two"), before);
    image.add(folder.path(), &ScanOptions::default()).expect("readable");
    assert_eq!(image.content("one"), before, "nobody wrote to it");
    fs::write(folder.path().join("one"), "eno").expect("room");
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
    File::open(folder.path().join("one")).and_then(|file| file.set_modified(later)).expect("ours");
    image.add(folder.path(), &ScanOptions::default()).expect("readable");
    assert_ne!(image.content("one"), before);
    assert_eq!(image.read()[b"two".as_slice()], b"eno");
}

#[test]
fn the_order_of_a_disk_does_not_matter() {
    let paths = ["b/2", "a/1", "c", "B", "a.b", "a/\u{1}"];
    let mut backwards = paths;
    backwards.reverse();
    let (one, other) = (folder_of(&paths), folder_of(&backwards));
    let image = |folder: &Path| Image::of(folder, &ScanOptions::default());
    let numbered = |image: Image| image.paths().into_iter().map(|path| (image.find(&path), path)).collect::<Vec<_>>();
    assert_eq!(image(one.path()).paths(), ["B", "a", "a/\u{1}", "a/1", "a.b", "b", "b/2", "c"]);
    assert_eq!(numbered(image(one.path())), numbered(image(other.path())));
}

#[test]
fn the_image_itself_stays_out_of_the_image_whatever_it_is_called() {
    let folder = folder_of(&["a", "out.iso"]);
    fs::hard_link(folder.path().join("out.iso"), folder.path().join("b")).expect("room");
    let leave_out = vec![folder.path().join("./out.iso"), folder.path().join("not there")];
    let mut image = Image::new();
    let report = image.add(folder.path(), &ScanOptions { leave_out, ..ScanOptions::default() }).expect("readable");
    assert_eq!(image.paths(), ["a"]);
    assert!(report.skipped.iter().all(|skipped| matches!(skipped.why, SkippedBecause::LeftOut)));
    assert_eq!(report.skipped.len(), 2);
}

#[test]
fn dates_may_be_kept_from_depending_on_the_machine() {
    let folder = folder_of(&["old", "new"]);
    for (name, seconds) in [("old", 1000), ("new", 3000)] {
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        File::open(folder.path().join(name)).and_then(|file| file.set_modified(time)).expect("ours");
    }
    let latest = Timestamp::new(2000, 0);
    let image = Image::of(folder.path(), &ScanOptions { dates: Dates::NoLaterThan(latest), ..ScanOptions::default() });
    for (name, time) in [("old", Timestamp::new(1000, 0)), ("new", latest)] {
        let Attributes { created, modified, accessed, .. } = image.tree.attributes(image.find(name).expect(name));
        assert_eq!([created, modified, accessed], [time; 3], "{name}");
    }
    assert_eq!(image.read()[b"new".as_slice()], b"new", "the file is still known as it is on disk");
}

#[test]
fn owners_rights_and_dates_may_be_kept_from_depending_on_who_copied_the_files() {
    let folder = folder_of(&["plain", "program", "in/file"]);
    symlink("plain", folder.path().join("link")).expect("room");
    for (name, mode) in [("plain", 0o600), ("program", 0o4710), ("in", 0o700), ("in/file", 0o666)] {
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).expect("ours");
    }
    let time = Timestamp::new(315_532_800, 0);
    let options = ScanOptions { dates: Dates::Fixed(time), owners: Owners::Neutral, ..ScanOptions::default() };
    let mut image = Image::of(folder.path(), &options);
    let mapping = Mapping::new("/made/by=in", folder.path());
    add_mapping(&mut image.tree, &mut image.contents, &mapping.expect("a pair"), &options, &mut Control::silent())
        .expect("readable");
    let expected = [
        ("plain", 0o100_644),
        ("program", 0o100_755),
        ("in", 0o040_755),
        ("in/file", 0o100_644),
        ("link", 0o120_777),
        ("made", 0o040_755),
        ("made/by=in/plain", 0o100_644),
    ];
    for (name, mode) in expected {
        let plain = Attributes { created: time, modified: time, accessed: time, mode, ..Attributes::default() };
        assert_eq!(image.tree.attributes(image.find(name).expect(name)), plain, "{name}");
    }
}

#[test]
fn extended_attributes_become_named_streams() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let path = folder.path().join("file");
    fs::write(&path, "bytes").expect("room");
    for (name, value) in [("user.z", "last"), ("user.comment", "hello"), ("user.empty", "")] {
        rustix::fs::setxattr(&path, name, value.as_bytes(), XattrFlags::CREATE).expect("a file system with attributes");
    }
    let image = Image::of(folder.path(), &ScanOptions { named_streams: true, ..ScanOptions::default() });
    let streams = image.tree.streams(image.find("file").expect("added"));
    let told: Vec<(&[u8], u64)> = streams.iter().map(|stream| (&*stream.name, stream.size)).collect();
    assert_eq!(told, [(b"comment".as_slice(), 5), (b"empty", 0), (b"z", 4)]);
    let content = streams[0].content;
    let reader = imapi_fsimage::ContentReader::new(std::sync::Arc::new(image.contents));
    let mut out = [0; 5];
    reader.read_at(content, 0, &mut out).expect("in memory");
    assert_eq!(&out, b"hello");
    assert_eq!(Image::of(folder.path(), &ScanOptions::default()).tree.stream_count(), 0);
}

#[test]
fn a_mapping_takes_a_file_or_what_is_in_a_folder_to_its_path() {
    let folder = folder_of(&["docs/a", "docs/deep/b", "README"]);
    let mut image = Image::new();
    let mut map = |in_image: &str, on_disk: &str| {
        let mapping = Mapping::new(in_image, folder.path().join(on_disk))?;
        let (tree, contents) = (&mut image.tree, &mut image.contents);
        add_mapping(tree, contents, &mapping, &ScanOptions::default(), &mut Control::silent())
    };
    assert_eq!(map("/manual/en", "docs").expect("readable").files, 2);
    assert_eq!(map("/manual/read me.txt", "README").expect("readable").bytes, 6);
    assert_eq!(map("/", "docs/deep").expect("readable").files, 1);
    let before = map("manual/en/a/b", "README").expect_err("a file is no folder");
    assert_eq!(before.code(), codes::IMAPI_E_NOT_DIR);
    let refused = map("manual", "README").expect_err("a file does not take a folder's place");
    assert_eq!(refused.code(), codes::IMAPI_E_DUP_NAME);
    assert_eq!(map("/", "README").map(|_| ()).map_err(|e| e.code()), Err(codes::IMAPI_E_NOT_DIR));
    let paths = ["manual", "manual/en", "manual/en/a", "manual/en/deep", "manual/en/deep/b", "manual/read me.txt", "b"];
    assert_eq!(image.paths(), paths);
}

#[test]
fn a_file_has_the_name_that_is_asked_for_and_replaces_one() {
    let folder = folder_of(&["one", "two"]);
    symlink("two", folder.path().join("link")).expect("room");
    let mut image = Image::new();
    for name in ["one", "link"] {
        let path = folder.path().join(name);
        let options = ScanOptions::default();
        add_file(&mut image.tree, &mut image.contents, NodeId::ROOT, b"same", &path, &options).expect("readable");
    }
    assert_eq!(image.paths(), ["same"]);
    assert!(matches!(image.tree.kind(image.find("same").expect("added")), Kind::File { size: 3, .. }));
    let options = ScanOptions::default();
    let error = add_file(&mut image.tree, &mut image.contents, NodeId::ROOT, b"x", folder.path(), &options);
    assert!(matches!(error, Err(ScanError::NotAFile { .. })), "{error:?}");
    assert_eq!(image.read()[b"same".as_slice()], b"two");
}

#[test]
fn a_path_longer_than_the_system_takes_is_scanned_and_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut at = File::open(folder.path()).expect("readable");
    let name = "a folder in a folder";
    for _ in 0..400 {
        rustix::fs::mkdirat(&at, name, 0o755.into()).expect("room");
        let flags = rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::RDONLY;
        at = rustix::fs::openat(&at, name, flags, 0.into()).expect("just made").into();
    }
    let flags = rustix::fs::OFlags::CREATE | rustix::fs::OFlags::WRONLY;
    let deep = File::from(rustix::fs::openat(&at, "deep", flags, 0o644.into()).expect("room"));
    rustix::io::write(&deep, b"down here").expect("room");
    let image = Image::of(folder.path(), &ScanOptions::default());
    assert_eq!((image.tree.counts().directories, image.tree.counts().files), (400, 1));
    let files = image.read();
    let (path, bytes) = files.iter().next().expect("one file");
    assert_eq!((path.len(), bytes.as_slice()), (400 * (name.len() + 1) + 4, b"down here".as_slice()));
}
