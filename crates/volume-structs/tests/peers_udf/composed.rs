//! What other programs read of volumes composed here.

use std::{fs, path::PathBuf};

use imapi_volume_structs::udf::{
    Component, Components, FileEntry, FileIdentifiers, FileType, IcbFlags, Revision, TagId, attributes::file_time, text,
};
use rstest::rstest;
use tempfile::TempDir;

use super::{
    BLOCK,
    compose::{self, LABEL, SMALL, STREAM},
    round_trip, run, udfinfo,
};

fn written(revision: Revision, has_link: bool) -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("image.udf");
    fs::write(&path, compose::volume(revision, has_link)).expect("a file");
    (folder, path)
}

#[rstest]
fn udfinfo_accepts_it(
    #[values(Revision::R1_02, Revision::R1_50, Revision::R2_00, Revision::R2_01, Revision::R2_50, Revision::R2_60)]
    revision: Revision,
) {
    let (_folder, path) = written(revision, true);
    let (answers, complaints) = udfinfo(&path, &[]);
    assert_eq!(complaints, "");
    let revision_text = format!("{:x}.{:02x}", revision.0 >> 8, revision.0 & 0xFF);
    let read_text = if revision == Revision::R2_60 { "2.50".to_owned() } else { revision_text.clone() };
    for (name, value) in [
        ("label", LABEL),
        ("lvid", LABEL),
        ("vid", LABEL),
        ("uuid", "3a7a2b4c00000000"),
        ("vsid", "Set"),
        ("fsid", "Files"),
        ("owner", "Owner"),
        ("organization", "Ö"),
        ("contact", "Contact"),
        ("impid", "*imapi"),
        ("blocksize", "2048"),
        ("numfiles", "3"),
        ("numdirs", "1"),
        ("udfrev", &read_text),
        ("udfwriterev", &revision_text),
        ("integrity", "closed"),
        ("accesstype", "readonly"),
        ("hardwriteprotect", "no"),
        ("softwriteprotect", "yes"),
        ("freeblocks", "0"),
        ("VRS", "16, blocks=3"),
        ("MVDS", "32, blocks=16"),
        ("RVDS", "48, blocks=16"),
        ("LVID", "64, blocks=1"),
        ("ANCHOR", "256, blocks=1"),
        ("PSPACE", "257, blocks=256"),
    ] {
        assert_eq!(answers.get(name).map(String::as_str), Some(value), "{name}");
    }
}

/// It follows every pointer, and shows what it found.
#[rstest]
fn udfdump_reads_every_structure(
    #[values(Revision::R1_02, Revision::R1_50, Revision::R2_00, Revision::R2_01, Revision::R2_50, Revision::R2_60)]
    revision: Revision,
) {
    let (_folder, path) = written(revision, true);
    let options = ["-b", "2048", "-t", "-D", "-u", "5"];
    let said = run("udfdump", options.map(AsRef::as_ref).into_iter().chain([path.as_os_str()]));
    // Bytes of Latin letters come as they are, and all others as numbers.
    let words: Vec<String> = said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let has = |line: &str| words.iter().any(|found| found == line);
    for line in [
        "Rootdir/small.txt",
        "Filename `small.txt`",
        "Filename `[26085][26412] [55357][56832].bin`",
        "Filename `link`",
        "marked closed at (2001 02 01 at 03:04:05.06.00.00)",
        "Volume set Id `3A7A2B4C00000000Set`",
        "LV info 1 `Owner`",
        "LV info 3 `Contact`",
        "Partition starts at sector 257 for 256 sectors",
        "Number of free space slots 0",
        "ICB File type 4",
        "ICB File type 5",
        "ICB File type 12",
        "Permissions 7ca5",
        "Permissions 7884",
        "Uid 7",
        "Gid -1",
        "UniqueID 18",
        "Logical blocks recorded 3",
        "Access time (2001 02 05 at 03:04:05.06.00.00)",
        "Modification time (2001 02 03 at 03:04:05.06.00.00)",
        "Attribute time (2001 02 04 at 03:04:05.06.00.00)",
    ] {
        assert!(has(line) || has(&format!(":{line}")), "{line:?} is missing:\n{said}");
    }
    let number = format!("{:x}", revision.0);
    let read = format!("{:x}", revision.min_read().0);
    assert!(has(&format!("Minimum readversion UDFv {read}")), "{said}");
    assert!(has(&format!("Minimum writeversion UDFv {number}")), "{said}");
    assert!(has(&format!("DomainId `*OSTA UDF Compliant` (UDFv {number}; SOFT write protect ) (flags=0)")), "{said}");
    assert_eq!(has("Creation time (2001 02 02 at 03:04:05.06.00.00)"), revision.has_streams());
    let streams_partition = u16::from(revision.has_metadata_partition());
    let streams = format!("Streamdir ICB at at sector 7 within partion space {streams_partition} for 2048 bytes");
    assert_eq!(has(&streams), revision.has_streams());
    for line in ["ICB File type 250", "ICB File type 251", "mapping 1 on 0 as metadata only recording metadata"] {
        assert_eq!(has(line), revision.has_metadata_partition(), "{line}");
    }
    let complaint = ["warning", "error", "bad ", "invalid", "broken", "fail", "can't", "mismatch"]
        .into_iter()
        .find(|word| said.to_lowercase().contains(word));
    assert_eq!(complaint, None, "{said}");
}

/// It lists all names, gives all bytes back and warns of nothing. It reads no volume with a symbolic link.
#[rstest]
fn seven_zip_reads_all_files(
    #[values(Revision::R1_02, Revision::R1_50, Revision::R2_00, Revision::R2_01, Revision::R2_50, Revision::R2_60)]
    revision: Revision,
) {
    let (folder, path) = written(revision, false);
    let out = folder.path().join("out");
    let option = format!("-o{}", out.display());
    let said = run("7z", ["x".as_ref(), "-tudf".as_ref(), option.as_ref(), path.as_os_str()]);
    let complaint = said.lines().find(|line| line.to_lowercase().contains("warning") || line.contains("rror"));
    assert_eq!(complaint, None, "{said}");
    let (large, data) = compose::large();
    assert_eq!(fs::read(out.join(SMALL.0)).expect("the small file"), SMALL.1);
    assert_eq!(fs::read(out.join(large)).expect("the large file"), data);
    assert_eq!(fs::read_dir(&out).expect("a folder").count(), 2);
}

/// No program here shows named streams, nor where symbolic links lead; so these are read again by ourselves.
#[test]
fn all_of_it_is_decoded_again() {
    for revision in Revision::ALL {
        let image = compose::volume(revision, true);
        let found = round_trip::all(&image, BLOCK);
        let entries =
            found.iter().filter(|found| matches!(found.tag.id, TagId::FILE_ENTRY | TagId::EXTENDED_FILE_ENTRY));
        let entries: Vec<_> =
            entries.map(|found| FileEntry::decode(&image[found.block * BLOCK..]).expect("a file entry")).collect();
        let of = |kind| entries.iter().find(|entry| entry.icb.file_type == kind);
        let link = of(FileType::SYMLINK).and_then(FileEntry::embedded).expect("a path");
        let mut steps = Components::new(link);
        assert!(matches!(steps.next(), Some(Ok(Component::Name(name)))
            if text::decode(name).is_ok_and(|name| name.eq(SMALL.0.chars()))));
        assert!(steps.next().is_none());

        let names = of(FileType::STREAM_DIRECTORY).and_then(FileEntry::embedded);
        assert_eq!(names.is_some(), revision.has_streams());
        let names = FileIdentifiers::new(names.unwrap_or_default()).map(|found| found.expect("a name").2);
        let streams = names.filter(|name| name.chars().is_ok_and(|name| name.eq(STREAM.0.chars())));
        assert_eq!(streams.count(), usize::from(revision.has_streams()));
        let is_stream = |entry: &&FileEntry<'_>| entry.icb.flags.contains(IcbFlags::STREAM);
        let stream = entries.iter().find(is_stream).and_then(FileEntry::embedded);
        assert_eq!(stream, revision.has_streams().then_some(STREAM.1));

        let small = entries.iter().find(|entry| entry.unique_id == 16 && !entry.attributes.is_empty()).expect("it");
        let created = small
            .attributes()
            .expect("a head")
            .find_map(|found| found.expect("an attribute").file_time(file_time::CREATED));
        assert_eq!(created.map(|time| time.day), (!revision.has_streams()).then_some(2));
    }
}
