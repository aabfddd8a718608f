//! Any folder on disk is in the tree as `find` sees it.

use std::{
    collections::{BTreeMap, HashMap},
    ffi::{OsStr, OsString},
    fs::{self, File, Permissions},
    os::unix::{
        ffi::{OsStrExt as _, OsStringExt as _},
        fs::{MetadataExt as _, PermissionsExt as _, symlink},
    },
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};

use imapi_fsimage::{Content, Kind, NodeId, ScanOptions};
use proptest::prelude::*;

use crate::disk::Image;

/// What is made in a folder that was made before.
#[derive(Debug, Clone)]
enum Thing {
    Folder,
    File { size: u16, mode: u16, seconds: i32 },
    Sparse { size: u64 },
    Link { target: Vec<u8> },
    HardLink { to: usize },
    Pipe,
}

fn any_thing() -> impl Strategy<Value = Thing> {
    prop_oneof![
        3 => Just(Thing::Folder),
        4 => (0..9000_u16, 0..0o1000_u16, any::<i32>())
            .prop_map(|(size, mode, seconds)| Thing::File { size, mode: mode | 0o400, seconds }),
        1 => (0..5_u64 << 30).prop_map(|size| Thing::Sparse { size }),
        2 => proptest::collection::vec(1..=255_u8, 1..300).prop_map(|target| Thing::Link { target }),
        1 => any::<usize>().prop_map(|to| Thing::HardLink { to }),
        1 => Just(Thing::Pipe),
    ]
}

/// Names that break programs, and any bytes that the system takes.
fn any_name() -> impl Strategy<Value = Vec<u8>> {
    let nasty = proptest::sample::select(vec![
        "-rf",
        " ",
        "a\nb",
        "*",
        "?",
        "[a]",
        "\\",
        "\u{feff}",
        "CON",
        "con",
        "x.",
        ".hidden",
        "...",
        "ä",
        "a\u{308}",
        "😀",
        "\u{202e}gpj",
        "\u{1}",
        "'",
        "\"",
        "$HOME",
        "~",
        "a;1",
        "A",
        "a",
    ]);
    prop_oneof![
        3 => nasty.prop_map(|name| name.as_bytes().to_vec()),
        2 => proptest::collection::vec(any::<u8>().prop_filter("no name has these", |b| !matches!(b, 0 | b'/')), 1..=255)
            .prop_filter("these are taken", |name| name != b"." && name != b".."),
    ]
}

fn make(top: &Path, things: Vec<(usize, Vec<u8>, Thing)>) {
    let (mut folders, mut files) = (vec![top.to_path_buf()], Vec::<PathBuf>::new());
    for (folder, name, thing) in things {
        let path = folders[folder % folders.len()].join(OsString::from_vec(name));
        if path.as_os_str().len() > 3000 || fs::symlink_metadata(&path).is_ok() {
            continue;
        }
        match thing {
            Thing::Folder => {
                fs::create_dir(&path).expect("room");
                folders.push(path);
            }
            Thing::File { size, mode, seconds } => {
                let bytes: Vec<u8> = (0..size).map(|at| (at % 253) as u8).collect();
                fs::write(&path, bytes).expect("room");
                let time = SystemTime::UNIX_EPOCH + Duration::new(u64::from(seconds.unsigned_abs()), 123_456_789);
                File::open(&path).and_then(|file| file.set_modified(time)).expect("ours");
                fs::set_permissions(&path, Permissions::from_mode(mode.into())).expect("ours");
                files.push(path);
            }
            Thing::Sparse { size } => {
                File::create(&path).and_then(|file| file.set_len(size)).expect("holes need no room");
                files.push(path);
            }
            Thing::Link { target } => symlink(OsString::from_vec(target), &path).expect("room"),
            Thing::HardLink { to } if !files.is_empty() => {
                fs::hard_link(&files[to % files.len()], &path).expect("room");
            }
            Thing::HardLink { .. } => {}
            Thing::Pipe => assert!(Command::new("mkfifo").arg("--").arg(&path).status().expect("coreutils").success()),
        }
    }
}

/// One line of `find`: kind, size, mode, owner, group, time, link's target, inode.
type Line = [Vec<u8>; 8];

fn find(top: &Path) -> BTreeMap<Vec<u8>, Line> {
    let output = Command::new("find")
        .arg(top)
        .args(["-mindepth", "1", "-printf", r"%P\0%y\0%s\0%m\0%U\0%G\0%T@\0%l\0%i\0"])
        .output()
        .expect("findutils");
    assert!(output.status.success());
    let fields: Vec<&[u8]> = output.stdout.split(|&byte| byte == 0).collect();
    let lines = fields.chunks_exact(9);
    lines.map(|line| (line[0].to_vec(), std::array::from_fn(|at| line[at + 1].to_vec()))).collect()
}

/// The same line of a node of the tree, but for the inode.
fn line(image: &Image, id: NodeId) -> (Vec<u8>, [Vec<u8>; 7]) {
    let attributes = image.tree.attributes(id);
    let (kind, size) = match image.tree.kind(id) {
        Kind::Directory => ("d", None),
        Kind::File { size, .. } => ("f", Some(size)),
        Kind::Link { .. } => ("l", None),
        Kind::Special { .. } if attributes.mode & 0o170_000 == 0o010_000 => ("p", None),
        Kind::Special { .. } => ("?", None),
    };
    let modified = attributes.modified;
    let line = [
        kind.to_string(),
        size.map(|size| size.to_string()).unwrap_or_default(),
        format!("{:o}", attributes.mode & 0o7777),
        attributes.owner.to_string(),
        attributes.group.to_string(),
        format!("{}.{:09}0", modified.seconds(), modified.subsecond()),
    ];
    let [kind, size, mode, owner, group, time] = line.map(String::into_bytes);
    let target = image.tree.link_target(id).unwrap_or_default().to_vec();
    (image.path(id), [kind, size, mode, owner, group, time, target])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_tree_has_exactly_what_find_sees(
        things in proptest::collection::vec((any::<usize>(), any_name(), any_thing()), 0..40),
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        make(folder.path(), things);
        let image = Image::of(folder.path(), &ScanOptions::default());
        let seen = find(folder.path());
        let mut shared: HashMap<Vec<u8>, Content> = HashMap::new();
        let mut found = 0;
        for id in image.tree.walk(NodeId::ROOT).skip(1) {
            let (path, ours) = line(&image, id);
            prop_assert!(seen.contains_key(&path), "{:?}", OsStr::from_bytes(&path));
            let mut theirs = seen[&path].to_vec();
            let inode = theirs.pop().expect("eight fields");
            if theirs[0] != b"f" {
                theirs[1].clear(); // folders and links have sizes that only their disk knows the meaning of
            }
            prop_assert_eq!(&theirs[..], &ours[..]);
            if let Kind::File { content, .. } = image.tree.kind(id) {
                prop_assert_eq!(*shared.entry(inode).or_insert(content), content, "names of one file share its bytes");
            }
            found += 1;
        }
        prop_assert_eq!(found, seen.len());
        let distinct = shared.values().collect::<std::collections::HashSet<_>>().len();
        prop_assert_eq!(distinct, shared.len(), "and no others do");
        let children = |id| image.tree.children(id).map(|id| image.tree.name(id).to_vec()).collect::<Vec<_>>();
        for id in image.tree.walk(NodeId::ROOT).filter(|&id| image.tree.kind(id) == Kind::Directory) {
            prop_assert!(children(id).is_sorted());
        }
    }

    #[test]
    fn files_are_read_as_they_are_on_disk(
        things in proptest::collection::vec((any::<usize>(), any_name(), any_thing()), 0..20),
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let small = things.into_iter().filter(|(_, _, thing)| !matches!(thing, Thing::Sparse { .. })).collect();
        make(folder.path(), small);
        for (path, bytes) in Image::of(folder.path(), &ScanOptions::default()).read() {
            prop_assert_eq!(fs::read(folder.path().join(OsStr::from_bytes(&path))).expect("readable"), bytes);
        }
    }
}

/// Devices, and file systems inside a folder: `/dev` has both on any Linux.
#[test]
fn special_files_keep_their_numbers_and_other_file_systems_stay_out() {
    let top = Path::new("/dev");
    let options =
        ScanOptions { one_file_system: true, unreadable: imapi_fsimage::Unreadable::Skipped, ..ScanOptions::default() };
    let mut image = Image::new();
    let report = image.add(top, &options).expect("readable");
    let null = image.find("null").expect("every Linux has it");
    let device = fs::metadata("/dev/null").expect("readable").rdev();
    assert_eq!(image.tree.kind(null), Kind::Special { device });
    let here = fs::metadata(top).expect("readable").dev();
    let mut elsewhere = 0;
    for id in image.tree.walk(NodeId::ROOT).filter(|&id| image.tree.kind(id) == Kind::Directory) {
        let path = top.join(OsStr::from_bytes(&image.path(id)));
        if fs::metadata(&path).is_ok_and(|metadata| metadata.dev() != here) {
            assert_eq!(image.tree.count(id), 0, "{}", path.display());
            assert!(report.skipped.iter().any(|skipped| skipped.path == path));
            elsewhere += 1;
        }
    }
    assert!(elsewhere > 0, "/dev has /dev/pts or /dev/shm");
}
