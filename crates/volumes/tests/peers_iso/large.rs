//! Files in several sections: what programs write beyond 4 GiB, put together of small ones here.

use std::fs;

use imapi_volumes::Names;

use crate::{
    makers::Bench,
    odd::{Record, records_named},
    peer,
    seen::{on_disk, ours},
    tree, words, write,
};

#[test]
fn sections_of_a_file_are_one_file_as_others_see_it() {
    let bench = Bench::empty();
    let parts = [tree::contents(4096, 1), tree::contents(6144, 2), tree::contents(77, 3)];
    for (name, part) in ["A.BIN", "B.BIN", "C.BIN"].iter().zip(&parts) {
        write(&bench.files(), name, part);
    }
    write(&bench.files(), "D.BIN", "behind");
    let path = bench.genisoimage("", "image.iso");
    let mut image = fs::read(&path).expect("an image");
    for (name, flags) in [("A.BIN;1", 0x80), ("B.BIN;1", 0x80), ("C.BIN;1", 0)] {
        let [record] = records_named(&image, name)[..] else { panic!("{name} has one record") };
        image[record + Record::FLAGS] = flags;
        image[record + Record::NAME] = b'A';
    }
    fs::write(&path, image).expect("an image");
    peer("libarchive-tools", "bsdtar", &words("-x -f image.iso -C files"), bench.folder());
    let theirs = fs::read(bench.files().join("A.BIN")).expect("a file");
    assert_eq!(theirs, parts.concat(), "bsdtar sees one file");
    fs::remove_dir_all(bench.files()).expect("a folder");
    peer("p7zip-full", "7z", &words("x -bd -y -ofiles image.iso"), bench.folder());
    let unpacked = on_disk(&bench.files());
    let seen = ours(&path, Names::Iso9660);
    assert_eq!(seen.keys().collect::<Vec<_>>(), ["A.BIN", "D.BIN"]);
    for (name, seen) in seen {
        assert_eq!(seen.bytes, unpacked[&name].bytes, "{name}, as 7-Zip sees it");
    }
}
