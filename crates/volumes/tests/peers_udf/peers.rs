//! Volumes that mkudffs and genisoimage make, and that Linux writes to.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use crate::{
    generated::{assert_same, unpacked, without_owners},
    guest, lab,
    listing::{Listing, Seen},
    reader, run,
};

/// An image that somebody else made.
pub struct Image {
    pub name: String,
    pub path: PathBuf,
    /// So many names Linux writes into one of its folders; 0 if it does not write to it.
    pub written: u32,
}

/// Media, revision, and how many names Linux writes into a folder.
const MADE: [(&str, &str, u32); 16] = [
    ("hd", "1.02", 60),
    ("hd", "1.50", 0),
    ("hd", "2.00", 0),
    ("hd", "2.01", 1500),
    ("dvd", "1.02", 0),
    ("dvdram", "2.01", 0),
    ("dvdrw", "1.50", 0),
    ("dvdrw", "2.01", 60),
    ("cdrw", "1.50", 60),
    ("cdrw", "2.00", 0),
    ("cdr", "1.50", 0),
    ("cdr", "2.01", 0),
    ("cdr", "2.60", 0),
    ("dvdr", "1.50", 0),
    ("bdr", "2.50", 0),
    ("bdr", "2.60", 0),
];

/// All of them.
pub fn images() -> &'static [Image] {
    static ALL: LazyLock<Vec<Image>> = LazyLock::new(|| {
        let mut all: Vec<Image> = MADE
            .into_iter()
            .map(|(media, revision, written)| {
                let path = lab().join(format!("{media}-{revision}.udf"));
                let said = mkudffs(&path, media, revision, 2048);
                // What is written once ends with its table.
                if let Some(last) = said.lines().find_map(|line| line.strip_prefix("vatblock=")) {
                    let last: u64 = last.parse().expect("a number");
                    let file = fs::OpenOptions::new().write(true).open(&path).expect("ours");
                    file.set_len((last + 1) * 2048).expect("it can be cut");
                }
                Image { name: format!("{media} {revision}"), path, written }
            })
            .collect();
        all.push(genisoimage());
        all
    });
    &ALL
}

pub fn mkudffs(image: &Path, media: &str, revision: &str, block_len: usize) -> String {
    fs::File::create(image).and_then(|file| file.set_len(12 << 20)).expect("a file");
    let options = [
        "--utf8".into(),
        format!("--blocksize={block_len}"),
        format!("--media-type={media}"),
        format!("--udfrev={revision}"),
        "--label=Tést 😀".into(),
        "--mode=0755".into(),
        "--uid=7".into(),
        "--gid=8".into(),
    ];
    run("mkudffs", options.iter().map(AsRef::as_ref).chain([image.as_os_str()]))
}

/// A bridge of ISO 9660, Joliet and UDF.
fn genisoimage() -> Image {
    let source = lab().join("genisoimage");
    for (name, bytes) in
        [("a file", &b"some bytes"[..]), ("folder/deep/er", b"deep"), ("empty", b""), ("large", &vec![7; 70_000])]
    {
        let path = source.join(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("new");
        fs::write(path, bytes).expect("room");
    }
    for number in 0..300 {
        fs::create_dir_all(source.join("many")).expect("new");
        fs::write(source.join(format!("many/file number {number}")), number.to_string()).expect("room");
    }
    let path = lab().join("genisoimage.udf");
    let [out, from] = [&path, &source].map(|path| path.display().to_string());
    run("genisoimage", ["-quiet", "-udf", "-J", "-R", "-allow-limited-size", "-V", "Bridge", "-o", &out, &from]);
    Image { name: "genisoimage".into(), path, written: 0 }
}

#[test]
fn linux_sees_the_same_in_what_it_wrote_and_what_others_made() {
    for image in images() {
        // Of such a table in its entry, Linux takes the extended attributes for the table.
        if ["cdr 1.50", "dvdr 1.50"].contains(&image.name.as_str()) {
            let ours = reader::listing(&image.path);
            assert_eq!(ours.len(), 0, "there is nothing on it");
            continue;
        }
        let verdict = &guest::verdicts()[&image.name];
        assert_eq!(verdict.said, [""; 0], "{}", image.name);
        let ours: Listing = reader::listing(&image.path)
            .into_iter()
            .map(|(path, seen)| (path, Seen { hidden: None, ..seen }))
            .collect();
        let least = image.written as usize * 2 / 3;
        assert!(image.written == 0 || ours.len() > least + 50, "{}: Linux did not write to it", image.name);
        assert_same(&ours, &verdict.listing, &image.name);
        assert_eq!(reader::complaints(&image.path), [""; 0], "{}", image.name);
    }
}

#[test]
fn seven_zip_takes_the_same_out_of_a_bridge() {
    let image = images().last().expect("genisoimage's");
    let ours = reader::listing(&image.path);
    assert!(ours.len() > 300);
    assert_same(&unpacked(&image.path), &without_owners(ours), &image.name);
}

#[test]
fn labels_and_owners_are_those_that_mkudffs_was_told() {
    for image in images().iter().filter(|image| image.name != "genisoimage") {
        let volume = reader::open(&reader::source(&image.path));
        assert_eq!(volume.facts().label, "Tést 😀", "{}", image.name);
        let root = volume.root().posix.expect("told");
        assert_eq!((root.mode, root.user, root.group), (0o040_755, 7, 8), "{}", image.name);
    }
}
