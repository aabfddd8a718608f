//! What a volume of UDF has besides files, by those who look at it.

use std::collections::BTreeMap;

use imapi_disc_types::BlockSource as _;
use imapi_fsimage::UdfRevision;

use crate::{
    expected::Expected,
    kinds::{Image, Kind, View},
    listing::Kind as Entry,
    peers::{
        kernel::{DAMAGED, name, verdicts},
        run,
    },
    table::{Feature, Reader},
    udf::Volume,
};

#[test]
fn udfinfo_tells_names_revisions_places_and_counts() {
    assert!(Reader::Udfinfo.judges(Feature::UdfVolume));
    for kind in Kind::ALL {
        let Some(revision) = kind.revision() else { continue };
        let image = Image::of(kind);
        let said = run("udfinfo", [&image.path]);
        assert!(said.success && said.err.is_empty(), "{kind:?}: {}", String::from_utf8_lossy(&said.err));
        let out = String::from_utf8(said.out).expect("text");
        let told: BTreeMap<&str, &str> = out.lines().filter_map(|line| line.split_once('=')).collect();
        // Links are files to it, unless nobody asked for them.
        let listing = kind.corpus().listing();
        let is_told = |of: Option<Entry>| kind.has_udf_owners() || matches!(of, Some(Entry::Folder | Entry::File));
        let folders = listing.values().filter(|seen| seen.kind == Some(Entry::Folder)).count();
        let files = listing.values().filter(|seen| is_told(seen.kind)).count() - folders;
        // What a reader needs to know is less than what a writer needs to.
        let needed = if revision == UdfRevision::R260 { "2.50".to_string() } else { revision.to_string() };
        let facts = Volume::open(&image.planned).facts;
        let expected = [
            ("label", "TEST".to_string()),
            ("lvid", "TEST".to_string()),
            ("vid", "TEST".to_string()),
            ("fsid", "TEST".to_string()),
            ("fullvsid", facts.volume_set),
            ("numfiles", files.to_string()),
            ("numdirs", (folders + 1).to_string()),
            ("udfrev", needed),
            ("udfwriterev", revision.to_string()),
            ("blocksize", "2048".to_string()),
            ("blocks", image.planned.blocks().to_string()),
            ("freeblocks", "0".to_string()),
            ("behindblocks", "0".to_string()),
            ("integrity", "closed".to_string()),
            ("accesstype", "readonly".to_string()),
        ];
        for (key, value) in expected {
            assert_eq!(told.get(key), Some(&&*value), "{kind:?}: {key}: {out}");
        }
        let last = image.planned.blocks() - 1;
        let reserve = last - 16;
        for place in [
            "start=32, blocks=16, type=MVDS".to_string(),
            "start=48, blocks=1, type=LVID".to_string(),
            "start=256, blocks=1, type=ANCHOR".to_string(),
            format!("start={reserve}, blocks=16, type=RVDS"),
            format!("start={last}, blocks=1, type=ANCHOR"),
        ] {
            assert!(out.lines().any(|line| line == place), "{kind:?}: {place}: {out}");
        }
    }
}

/// It dumps what it finds of a volume, of which it checks every tag.
#[test]
fn udfdump_finds_one_volume_of_two_partitions_in_2_50_and_of_one_before() {
    assert!(Reader::Udfclient.judges(Feature::UdfMetadata));
    for kind in Kind::ALL.into_iter().filter(|kind| kind.revision().is_some()) {
        let image = Image::of(kind);
        let said = run("udfdump", ["-b".as_ref(), "2048".as_ref(), image.path.as_os_str()]);
        let told: Vec<String> = said.lines().map(|line| line.trim().to_string()).collect();
        let facts = Volume::open(&image.planned).facts;
        let volume = format!("Volume set `{}` (1 volume) with 1 partition", facts.volume_set);
        let mut expected = vec![volume];
        if kind.revision().is_some_and(UdfRevision::has_mirror) {
            expected.push("mapping 0 on 0 as direct recording data".to_string());
            expected.push("mapping 1 on 0 as metadata only recording metadata".to_string());
        } else {
            expected.push("mapping 0 on 0 as direct recording data metadata".to_string());
        }
        for line in expected {
            assert!(told.contains(&line), "{kind:?}: {line}: {told:#?}");
        }
        assert!(told.iter().any(|line| line.starts_with("marked closed")), "{kind:?}: {told:#?}");
        let bad =
            |line: &&String| ["error", "fail", "wrong", "bad "].iter().any(|word| line.to_lowercase().contains(word));
        assert_eq!(told.iter().filter(bad).collect::<Vec<_>>(), [""; 0], "{kind:?}");
    }
}

#[test]
fn a_real_time_file_is_a_file_to_linux() {
    assert!(Reader::Kernel.judges(Feature::UdfRealTime));
    for revision in [UdfRevision::R201, UdfRevision::R260] {
        let kind = Kind::Owned(revision);
        let real_time = Volume::open(&Image::of(kind).planned).walk().real_time;
        assert_eq!(real_time.len(), 1, "the corpus has one");
        let expected = Expected::of(kind, View::Udf);
        for path in &real_time {
            let seen = &verdicts()[&name(kind, View::Udf, false)].listing[path];
            assert_eq!(
                (seen.size, seen.digest),
                (expected.entries[path].seen.size, expected.entries[path].seen.digest)
            );
        }
    }
}

#[test]
fn everything_is_read_where_the_first_of_all_copies_is_destroyed() {
    assert!(Reader::Kernel.judges(Feature::UdfCopies));
    for kind in DAMAGED {
        let damaged = &verdicts()[&format!("damaged {}", kind.name())];
        let whole = &verdicts()[&name(kind, View::Udf, false)];
        assert!(!whole.listing.is_empty(), "{kind:?} is read when it is whole");
        assert!(damaged.listing == whole.listing, "{kind:?}: {:?}", damaged.said);
        // It tells what it found destroyed.
        assert!(damaged.said.iter().any(|line| line.contains("UDF-fs")), "{kind:?}: {:?}", damaged.said);
    }
}
