//! Directories, names, Rock Ridge and Joliet, as genisoimage and xorriso write them.

use std::{
    cmp::Ordering,
    fs,
    io::Read as _,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{MetadataExt as _, symlink},
    },
    path::Path,
    process::{Command, Stdio},
};

use imapi_volume_structs::{
    iso9660::{FileFlags, Level, SELF, joliet, order},
    rock_ridge::ExtensionReference,
};
use rstest::rstest;
use tempfile::TempDir;

use crate::{
    genisoimage,
    image::{Found, Image, Ridge},
    isoinfo, peer_latin1, write, xorriso, xorriso_mkisofs,
};

#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    Genisoimage,
    Xorriso,
}

/// A folder with awkward files, and the image of it.
fn awkward(by: By) -> (TempDir, Image) {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = folder.path().join("tree");
    write(&tree, "Grüße aus 東京.txt", b"a name of many alphabets");
    // In Joliet genisoimage ends this name before the face, and xorriso replaces it.
    write(&tree, "face 😀.txt", b"a name beyond UCS-2");
    write(&tree, &format!("{}.txt", "m".repeat(90)), b"a long name");
    write(&tree, "empty", b"");
    write(&tree, "a.b.c", b"dots");
    write(&tree, "a", &[7; 5000]);
    write(&tree, "d1/d2/d3/d4/d5/d6/d7/d8/d9/deep.txt", b"deep");
    for number in 0..100 {
        write(&tree, &format!("many/file number {number}.dat"), &[number; 10]);
    }
    fs::create_dir(tree.join("empty folder")).expect("a folder");
    symlink("../a/./b", tree.join("relative")).expect("a link");
    symlink("/usr/../bin", tree.join("absolute")).expect("a link");
    fs::hard_link(tree.join("a"), tree.join("hard")).expect("a link");
    if by == By::Xorriso {
        // genisoimage 1.1.11 runs for ever on these.
        write(&tree, &"n".repeat(250), b"a very long name");
        symlink("part/".repeat(100) + "end", tree.join("long link")).expect("a link");
    }
    let arguments = ["-J", "-joliet-long", "-R", "-iso-level", "3", "-V", "AWKWARD", "-o", "image.iso", "tree"];
    match by {
        By::Genisoimage => genisoimage(&[&["-input-charset", "utf-8"], &arguments[..]].concat(), folder.path()),
        By::Xorriso => xorriso_mkisofs(&arguments, folder.path()),
    };
    let image = Image::read(&folder.path().join("image.iso"));
    (folder, image)
}

/// What both sides say of a file: folder, name, first block, flags, bytes.
type Line = (String, String, u32, u8, u32);

/// What `isoinfo -l` says: `d---------   0    0    0            2048 Nov 21 2026 [     29 02]  BOOT `.
fn listed(text: &str) -> Vec<Line> {
    let mut folder = String::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("Directory listing of ") {
            folder = path.to_string();
        } else if let Some((facts, rest)) = line.split_once(" [") {
            let (place, name) = rest.split_once("]  ").expect("a name");
            let (extent, flags) = place.trim().split_once(' ').expect("block and flags");
            let size = facts.split_whitespace().nth(4).expect("a size");
            lines.push((
                folder.clone(),
                name.strip_suffix(' ').unwrap_or(name).to_string(),
                extent.parse().expect("a block"),
                u8::from_str_radix(flags, 16).expect("flags"),
                size.parse().expect("a size"),
            ));
        }
    }
    lines.sort();
    lines
}

fn lines(found: &[Found], shown: impl Fn(&Found) -> String) -> Vec<Line> {
    let mut lines: Vec<Line> = found
        .iter()
        .map(|found| {
            let name = match &found.identifier[..] {
                [0] => ".".to_string(),
                [1] => "..".to_string(),
                _ => shown(found),
            };
            (found.folder.clone(), name, found.extent, found.flags.0, found.len)
        })
        .collect();
    lines.sort();
    lines
}

fn plain(identifier: &[u8], _: &Ridge) -> String {
    String::from_utf8_lossy(identifier).into_owned()
}

fn by_ridge(identifier: &[u8], ridge: &Ridge) -> String {
    if ridge.name.is_empty() { plain(identifier, ridge) } else { String::from_utf8_lossy(&ridge.name).into_owned() }
}

#[rstest]
fn isoinfo_sees_the_same_directories(#[values(By::Genisoimage, By::Xorriso)] by: By) {
    let (folder, image) = awkward(by);
    let volume = image.volume(false);

    let found = image.tree(&volume, plain);
    let text = isoinfo(&["-i", "image.iso", "-l"], folder.path());
    assert_eq!(lines(&found, |found| plain(&found.identifier, &found.ridge)), listed(&text));
    assert!(found.len() > 120, "{}", found.len());
    // What stands for a directory that was moved is a file with the name of a directory.
    for found in found.iter().filter(|found| found.identifier.len() > 1 && found.ridge.child.is_none()) {
        let verdict = if found.flags.contains(FileFlags::DIRECTORY) {
            Level::Two.check_directory(&found.identifier)
        } else {
            Level::Two.check_file(&found.identifier)
        };
        assert_eq!(verdict, Ok(()), "{}", found.identifier.escape_ascii());
    }

    let found = image.tree(&volume, by_ridge);
    let text = isoinfo(&["-i", "image.iso", "-l", "-R"], folder.path());
    let with_link = |found: &Found| {
        let name = by_ridge(&found.identifier, &found.ridge);
        if found.ridge.link.is_empty() {
            name
        } else {
            format!("{name} -> {}", String::from_utf8_lossy(&found.ridge.link))
        }
    };
    assert_eq!(lines(&found, with_link), listed(&text));
}

#[rstest]
fn isoinfo_sees_the_same_in_joliet(#[values(By::Genisoimage, By::Xorriso)] by: By) {
    let (folder, image) = awkward(by);
    // isoinfo in a locale of single bytes: what has no such byte is an underscore.
    let narrow = |identifier: &[u8], _: &Ridge| {
        joliet::decode(identifier).map(|c| if u32::from(c) < 0x100 { c } else { '_' }).collect::<String>()
    };
    let found = image.tree(&image.volume(true), narrow);
    let text = peer_latin1("genisoimage", "isoinfo", &["-i", "image.iso", "-l", "-J"], folder.path());
    // It leaves the version out.
    let shown = |found: &Found| {
        let name = narrow(&found.identifier, &found.ridge);
        name.strip_suffix(";1").unwrap_or(&name).to_string()
    };
    let theirs: Vec<Line> = listed(&text)
        .into_iter()
        .map(|(folder, name, extent, flags, len)| {
            (folder, name.strip_suffix(";1").unwrap_or(&name).to_string(), extent, flags, len)
        })
        .collect();
    assert_eq!(lines(&found, shown), theirs);
    let names: Vec<String> = found.iter().map(|found| joliet::decode(&found.identifier).collect()).collect();
    assert!(names.iter().any(|name| name.starts_with("Grüße aus 東京.txt")), "{names:?}");
}

#[rstest]
fn path_tables_and_directories_are_in_our_orders(
    #[values(By::Genisoimage, By::Xorriso)] by: By,
    #[values(false, true)] joliet: bool,
) {
    let (folder, image) = awkward(by);
    let filler = if joliet { order::Filler::Zero } else { order::Filler::Space };
    let volume = image.volume(joliet);
    let table = image.path_table(&volume);
    assert_eq!((&table[0].0[..], table[0].1, table[0].2), (SELF, volume.root.extent, 1));
    for pair in table[1..].windows(2) {
        let order = order::compare_path_records((pair[0].2, &pair[0].0), (pair[1].2, &pair[1].0), filler);
        assert_eq!(order, Ordering::Less, "{pair:?}");
    }
    let found = image.tree(&volume, plain);
    for pair in found.windows(2).filter(|pair| pair[0].folder == pair[1].folder) {
        let [a, b] = [&pair[0], &pair[1]].map(|found| (&found.identifier[..], found.flags));
        assert_eq!(order::compare_records(a, b, filler), Ordering::Less, "{a:?} {b:?}");
    }
    if !joliet {
        // isoinfo -p: `   2:    1 1f A`
        let text = isoinfo(&["-i", "image.iso", "-p"], folder.path());
        let theirs: Vec<_> = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(_, record)| record.split_whitespace().collect::<Vec<_>>())
            .map(|fields| {
                (fields.get(2).copied().unwrap_or("\0").to_string(), fields[1].to_string(), fields[0].to_string())
            })
            .collect();
        let ours = table.iter().map(|(name, extent, parent)| {
            (String::from_utf8_lossy(name).into_owned(), format!("{extent:x}"), parent.to_string())
        });
        assert_eq!(ours.collect::<Vec<_>>(), theirs);
    }
}

#[rstest]
fn everything_on_the_disk_is_in_the_image(#[values(By::Genisoimage, By::Xorriso)] by: By) {
    let (folder, image) = awkward(by);
    let found = image.tree(&image.volume(false), by_ridge);
    let root = found.iter().find(|found| found.folder == "/" && found.identifier == SELF).expect("the root");
    let known = [ExtensionReference::RRIP_1991A, ExtensionReference::IEEE_1282]
        .map(|extension| String::from_utf8_lossy(extension.identifier).into_owned());
    assert!(root.ridge.extensions.iter().any(|extension| known.contains(extension)), "{:?}", root.ridge);

    let mut compared = 0;
    compare(&folder.path().join("tree"), "/", &found, &image, &mut compared);
    assert!(compared > 115, "{compared}");
    if by == By::Genisoimage {
        // The eighth level was moved, and says where from.
        let moved: Vec<_> = found.iter().filter(|found| found.ridge.relocated).collect();
        let links: Vec<_> = found.iter().filter_map(|found| found.ridge.child).collect();
        assert_eq!(moved.iter().map(|found| found.extent).filter(|extent| links.contains(extent)).count(), 1);
        assert_eq!(found.iter().filter_map(|found| found.ridge.parent).count(), 1);
    }
}

fn compare(on_disk: &Path, in_image: &str, found: &[Found], image: &Image, compared: &mut usize) {
    for entry in fs::read_dir(on_disk).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        let facts = fs::symlink_metadata(&path).expect("it is there");
        let same = |found: &&Found| found.folder == in_image && found.ridge.name == name.as_bytes();
        let mut record = found.iter().find(same).unwrap_or_else(|| panic!("{} is not in the image", path.display()));
        let posix = record.ridge.posix.expect("attributes");
        assert_eq!(posix.mode >> 12, facts.mode() >> 12, "{}", path.display());
        if !facts.is_dir() {
            assert_eq!(record.ridge.modified, Some(facts.mtime()), "{}", path.display());
            assert_eq!((posix.mode, posix.user, posix.group), (facts.mode(), facts.uid(), facts.gid()));
        }
        *compared += 1;
        if facts.is_symlink() {
            assert_eq!(record.ridge.link, fs::read_link(&path).expect("a link").as_os_str().as_bytes());
        } else if facts.is_dir() {
            let mut inside = format!("{in_image}{}/", name.to_string_lossy());
            if let Some(child) = record.ridge.child {
                record =
                    found.iter().find(|moved| moved.ridge.relocated && moved.extent == child).expect("it was moved");
                inside = format!("{}{}/", record.folder, String::from_utf8_lossy(&record.ridge.name));
            }
            compare(&path, &inside, found, image, compared);
        } else {
            let len = usize::try_from(record.len).expect("small");
            assert_eq!(image.extent(record.extent, len), fs::read(&path).expect("a file"), "{}", path.display());
        }
    }
}

#[rstest]
fn the_volume_descriptors_say_what_others_read(#[values(By::Genisoimage, By::Xorriso)] by: By) {
    let (folder, image) = awkward(by);
    let volume = image.volume(false);
    let text = isoinfo(&["-i", "image.iso", "-d"], folder.path());
    let theirs = |label: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_else(|| panic!("{label}: {text}"));
        line.trim().to_string()
    };
    let ours = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
    let names = &volume.identifiers;
    for (label, field) in [
        ("System id:", names.system.trimmed()),
        ("Volume id:", names.volume.trimmed()),
        ("Volume set id:", names.volume_set.trimmed()),
        ("Publisher id:", names.publisher.trimmed()),
        ("Data preparer id:", names.data_preparer.trimmed()),
        ("Application id:", names.application.trimmed()),
        ("Copyright File id:", names.copyright_file.trimmed()),
        ("Abstract File id:", names.abstract_file.trimmed()),
        ("Bibliographic File id:", names.bibliographic_file.trimmed()),
    ] {
        assert_eq!(theirs(label), ours(field).trim(), "{label}");
    }
    assert_eq!(theirs("Volume set size is:"), volume.set_size.to_string());
    assert_eq!(theirs("Volume set sequence number is:"), volume.sequence_number.to_string());
    assert_eq!(theirs("Logical block size is:"), volume.block_size.to_string());
    assert_eq!(theirs("Volume size is:"), volume.space_size.to_string());
    assert_eq!(theirs("Joliet with UCS level"), "3 found");

    let joliet = image.volume(true);
    assert!(joliet.identifiers.volume.wide_chars().eq("AWKWARD".chars()));

    let text = xorriso(&["-indev", "image.iso", "-pvd_info"], folder.path());
    let digits = |label: &str| {
        text.lines().find_map(|line| line.strip_prefix(label)).map(|digits| digits.trim()[..16].to_string())
    };
    for (label, time) in [("Creation Time:", volume.created), ("Modif. Time  :", volume.modified)] {
        assert_eq!(digits(label), Some(ours(&time.0[..16])), "{text}");
        assert!(time.civil().is_some());
    }
}

#[test]
fn a_file_beyond_4_gib_is_several_records_that_follow_one_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let len = (4 << 30) + 5000;
    write(&folder.path().join("tree"), "small", b"small");
    let big = fs::File::create(folder.path().join("tree/big")).expect("a file");
    big.set_len(len).expect("a file with a hole");
    // The directories come first; of the rest nothing is looked at.
    let mut xorriso = Command::new("xorriso")
        .args(["-as", "mkisofs", "-quiet", "-iso-level", "3", "tree"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("xorriso is missing: sudo apt-get install xorriso, or cargo xtask test --setup");
    let mut bytes = vec![0; 1 << 20];
    xorriso.stdout.take().expect("a pipe").read_exact(&mut bytes).expect("an image");
    // It may have noticed that nobody listens any more.
    let _ = xorriso.kill();
    xorriso.wait().expect("it ended");

    let image = Image { bytes };
    let found = image.tree(&image.volume(false), plain);
    let sections: Vec<&Found> = found.iter().filter(|found| found.identifier == b"BIG.;1").collect();
    assert!(sections.len() > 1);
    let (last, before) = sections.split_last().expect("there are some");
    assert!(before.iter().all(|section| section.flags.contains(FileFlags::MULTI_EXTENT)));
    assert_eq!(last.flags, FileFlags::NONE);
    assert_eq!(sections.iter().map(|section| u64::from(section.len)).sum::<u64>(), len);
    for pair in sections.windows(2) {
        assert_eq!(pair[0].extent + pair[0].len.div_ceil(2048), pair[1].extent);
    }
}
