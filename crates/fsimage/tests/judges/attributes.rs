//! What is known of files beside their names and bytes.

use std::sync::Arc;

use imapi_disc_types::Control;
use imapi_fsimage::{
    Attributes, Contents, ImageOptions, Kind, NodeId, ResultImage, Timestamp, Tree, WriteOptions, write_image,
};
use imapi_volume_structs::iso9660::{DirectoryRecords, FileFlags};

use crate::{
    decoded,
    folder::{Bench, options, run, text},
};

/// A file of two names, a hidden folder with a folder in it, a device and a pipe.
fn image() -> ResultImage {
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    let content = contents.add_bytes(*b"shared");
    let other = Kind::File { size: 5, content: contents.add_bytes(*b"other") };
    // 2001-02-03 04:05:06 UTC by a clock in Kolkata.
    let modified = Timestamp::new(981_173_106, 0).at(330);
    let known = |mode| Attributes { modified, mode, owner: 1234, group: 56_789, ..Attributes::default() };
    let kind = Kind::File { size: 6, content };
    let mut add =
        |parent, name: &str, kind, attributes| tree.add(parent, name.as_bytes(), kind, attributes).expect(name);
    add(NodeId::ROOT, "one", kind, known(0o100_640));
    add(NodeId::ROOT, "two", kind, known(0o100_640));
    let folder = add(NodeId::ROOT, "folder", Kind::Directory, Attributes { hidden: true, ..known(0o041_777) });
    add(folder, "inside", Kind::Directory, known(0o040_700));
    add(NodeId::ROOT, "device", Kind::Special { device: rustix::fs::makedev(5, 1) }, known(0o020_620));
    add(NodeId::ROOT, "pipe", Kind::Special { device: 0 }, known(0o010_600));
    add(NodeId::ROOT, "nobody said", other, Attributes::default());
    let options = ImageOptions { rock_ridge: true, ..options() };
    ResultImage::new(Arc::new(tree), Arc::new(contents), &options).expect("it can be planned")
}

#[test]
fn xorriso_tells_modes_owners_devices_and_dates_and_isoinfo_links() {
    let bench = Bench::new();
    write_image(&image(), &bench.iso, WriteOptions { sync: false, ..WriteOptions::default() }, &mut Control::silent())
        .expect("written");
    let said = run("xorriso", &["-indev", text(&bench.iso), "-find", "/", "-exec", "lsdl", "--"]);
    let found = |name: &str| {
        let line = said.lines().find(|line| line.ends_with(&format!("'/{name}'"))).unwrap_or_else(|| panic!("{said}"));
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(found("one").starts_with("-rw-r----- 1 1234 56789 6 Feb 3 2001"), "{said}");
    assert!(found("two").starts_with("-rw-r----- 1 1234 56789 6 Feb 3 2001"), "{said}");
    assert!(found("nobody said").starts_with("-rw-r--r-- 1 0 0 5 Jan 1 1970"), "{said}");
    assert!(found("folder").starts_with("drwxrwxrwt 1 1234 56789"), "{said}");
    assert!(found("folder/inside").starts_with("drwx------ 1 1234 56789"), "{said}");
    assert!(found("device").starts_with("crw--w---- 1 1234 56789 5,1"), "{said}");
    assert!(found("pipe").starts_with("prw------- 1 1234 56789"), "{said}");
    // xorriso does not show what was said of links.
    let said = run("isoinfo", &["-R", "-l", "-i", text(&bench.iso)]);
    let links = |name: &str| {
        let line = said
            .lines()
            .find(|line| line.trim_end().ends_with(&format!(" {name}")))
            .unwrap_or_else(|| panic!("{said}"));
        line.split_whitespace().nth(1).and_then(|links| links.parse::<u32>().ok())
    };
    assert_eq!(["one", "two", "nobody said", "folder", "inside"].map(links), [2, 2, 1, 3, 2].map(Some), "{said}");
}

#[test]
fn bsdtar_tells_the_moment_whatever_the_clock() {
    let bench = Bench::new();
    write_image(&image(), &bench.iso, WriteOptions { sync: false, ..WriteOptions::default() }, &mut Control::silent())
        .expect("written");
    run("bsdtar", &["-xf", text(&bench.iso), "-C", text(&bench.out), "one", "two"]);
    let modified = std::fs::metadata(bench.out.join("one")).and_then(|about| about.modified()).expect("unpacked");
    assert_eq!(Timestamp::from(modified).seconds(), 981_173_106);
}

#[test]
fn hidden_folders_are_marked_in_each_volume() {
    let image = image();
    for volume in decoded::volumes(&image) {
        let directory = decoded::blocks(&image, volume.root.extent, volume.root.data_len.into());
        let records: Vec<_> = DirectoryRecords::new(&directory).map(|record| record.expect("a record").1).collect();
        let hidden = records.iter().skip(2).filter(|record| record.flags.contains(FileFlags::HIDDEN)).count();
        assert_eq!(hidden, 1);
    }
}
