//! udfinfo (udftools): reads the descriptors of a volume, and says what they count.

use std::collections::BTreeMap;

use imapi_disc_types::BlockSource as _;

use crate::{
    kinds::{Image, Kind},
    listing::Kind as Entry,
    peers::run,
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
        let needed =
            if revision == imapi_fsimage::UdfRevision::R260 { "2.50".to_string() } else { revision.to_string() };
        let facts = Volume::open(&image.image).facts;
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
            ("blocks", image.image.blocks().to_string()),
            ("freeblocks", "0".to_string()),
            ("behindblocks", "0".to_string()),
            ("integrity", "closed".to_string()),
            ("accesstype", "readonly".to_string()),
        ];
        for (key, value) in expected {
            assert_eq!(told.get(key), Some(&&*value), "{kind:?}: {key}: {out}");
        }
        let last = image.image.blocks() - 1;
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
