//! Named streams, by readers that show no files' streams: a copy of the image has the folder of a file's streams where the
//! volume has a folder that they do show.

use std::{collections::BTreeMap, fs, os::unix::fs::FileExt as _, path::PathBuf};

use imapi_volume_structs::udf::LongAd;

use crate::{
    corpus::What,
    kinds::{Image, Kind, lab},
    peers::run,
    table::{Feature, Reader},
    udf::Volume,
};

/// Bytes of a block.
const BLOCK: usize = 2048;
/// Where a file set's descriptor has the folders of the volume (ECMA-167, 4/14.1).
const ROOT: usize = 400;
const SYSTEM_STREAMS: usize = 464;
/// Where a file entry has the kind of its file (4/14.9, 4/14.6.6).
const FILE_TYPE: usize = 16 + 11;
const DIRECTORY: u8 = 4;
const STREAM_DIRECTORY: u8 = 13;

/// The entry of a folder: its block in the image, and what leads to it.
type Folder = (u64, LongAd);

/// The kinds of images that have named streams.
fn kinds() -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().filter(|kind| kind.revision().is_some_and(imapi_fsimage::UdfRevision::has_named_streams))
}

/// A descriptor gets its sums anew (3/7.2).
fn seal(block: &mut [u8]) {
    let len = usize::from(u16::from_le_bytes([block[10], block[11]]));
    let crc = block[16..16 + len].iter().fold(0_u16, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 })
    });
    block[8..10].copy_from_slice(&crc.to_le_bytes());
    block[4] = 0;
    block[4] = block[..16].iter().fold(0, |sum, &byte| sum.wrapping_add(byte));
}

/// A copy of an image in which one of the folders of the volume is another, which is of a type that readers show there.
fn copy(image: &Image, name: &str, (at, to): (usize, Folder), file_type: u8) -> PathBuf {
    let path = lab().join(format!("{name}-{}.iso", image.name()));
    fs::copy(&image.path, &path).expect("room");
    let file = fs::OpenOptions::new().read(true).write(true).open(&path).expect("ours");
    let change = |block: u64, change: &dyn Fn(&mut [u8])| {
        let mut bytes = [0; BLOCK];
        file.read_exact_at(&mut bytes, block * BLOCK as u64).expect("readable");
        change(&mut bytes);
        seal(&mut bytes);
        file.write_all_at(&bytes, block * BLOCK as u64).expect("writable");
    };
    let (block, reference) = to;
    change(Volume::open(&image.planned).file_set, &|set| set[at..at + 16].copy_from_slice(&reference.encode()));
    change(block, &|entry| {
        assert_eq!(entry[FILE_TYPE], STREAM_DIRECTORY);
        entry[FILE_TYPE] = file_type;
    });
    path
}

/// The folders of streams, by their files, with what belongs into them.
fn folders(image: &Image) -> Vec<(Folder, BTreeMap<String, Vec<u8>>)> {
    let mut found = Volume::open(&image.planned).walk().stream_folders;
    let folders: Vec<_> = image
        .corpus
        .items
        .iter()
        .filter(|item| matches!(item.what, What::File(_)) && !item.streams.is_empty())
        .map(|item| {
            let streams = item.streams.iter().map(|(name, bytes)| ((*name).to_string(), bytes.clone())).collect();
            (found.remove(&item.path).expect("its streams have a folder"), streams)
        })
        .collect();
    assert!(found.is_empty() && folders.len() == 3, "the corpus has three files with streams");
    folders
}

#[test]
fn seven_zip_reads_the_streams_of_a_file_that_are_the_root_of_a_copy() {
    assert!(Reader::SevenZip.judges(Feature::UdfStreams));
    for kind in kinds() {
        // 7-Zip refuses a volume with a file of a kind that it does not know, wherever it is.
        if kind.has_udf_owners() {
            continue;
        }
        let image = Image::of(kind);
        for (number, (folder, expected)) in folders(image).into_iter().enumerate() {
            let copy = copy(image, &format!("streams-{number}"), (ROOT, folder), DIRECTORY);
            let out = lab().join(format!("streams {number} of {}", image.name()));
            let target = format!("-o{}", out.display());
            let said = run("7z", ["x", "-y", "-tudf", &target, copy.to_str().expect("text")]);
            let lines: Vec<String> = said.lines().collect();
            assert!(said.success && lines.iter().any(|line| line == "Everything is Ok"), "{kind:?}: {lines:#?}");
            let found: BTreeMap<String, Vec<u8>> = fs::read_dir(&out)
                .expect("unpacked")
                .map(|entry| entry.expect("readable"))
                .map(|entry| {
                    (entry.file_name().into_string().expect("text"), fs::read(entry.path()).expect("readable"))
                })
                .collect();
            assert_eq!(found, expected, "{kind:?}");
            fs::remove_file(copy).expect("ours");
        }
    }
}

#[test]
fn udfdump_lists_the_streams_of_a_file_that_are_those_of_the_volume_in_a_copy() {
    assert!(Reader::Udfclient.judges(Feature::UdfStreams));
    for kind in kinds() {
        let image = Image::of(kind);
        for (number, (folder, expected)) in folders(image).into_iter().enumerate() {
            let copy = copy(image, &format!("system-{number}"), (SYSTEM_STREAMS, folder), STREAM_DIRECTORY);
            let said = run("udfdump", ["-t", "-b", "2048", copy.to_str().expect("text")]);
            let lines: Vec<String> = said.lines().collect();
            let found: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix(":Streamdir/")).collect();
            assert_eq!(found.len(), expected.len(), "{kind:?}: {lines:#?}");
            // It puts sums in the place of other names.
            for name in expected.keys().filter(|name| name.is_ascii()) {
                assert!(found.contains(&name.as_str()), "{kind:?}: {name}: {found:?}");
            }
            let bad = |line: &&String| {
                ["error", "fail", "wrong", "bad "].iter().any(|word| line.to_lowercase().contains(word))
            };
            assert_eq!(lines.iter().filter(bad).collect::<Vec<_>>(), [""; 0], "{kind:?}");
            fs::remove_file(copy).expect("ours");
        }
    }
}
