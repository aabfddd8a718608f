//! Named streams by our own decoders; `rows/streams.rs` has other readers.

use std::collections::BTreeMap;

use imapi_fsimage::UdfRevision;

use crate::{
    corpus::What,
    kinds::{Image, Kind},
    udf::{Stream, Volume},
};

#[test]
fn extended_attributes_of_files_are_named_streams_from_2_00_on() {
    let of_files = |kind: Kind| -> BTreeMap<Vec<u8>, Vec<Stream>> {
        let streams =
            |all: &[(&str, Vec<u8>)]| all.iter().map(|(name, bytes)| ((*name).to_string(), bytes.clone())).collect();
        let items = kind
            .corpus()
            .items
            .into_iter()
            .filter(|item| matches!(item.what, What::File(_)) && !item.streams.is_empty());
        items.map(|item| (item.path, streams(&item.streams))).collect()
    };
    for revision in UdfRevision::ALL {
        let kind = Kind::Udf(revision);
        let found = Volume::open(&Image::of(kind).planned).walk().streams;
        let expected = if revision.has_named_streams() { of_files(kind) } else { BTreeMap::new() };
        assert_eq!(found, expected, "{kind:?}");
    }
    assert_eq!(of_files(Kind::Udf(UdfRevision::R200)).len(), 3, "the corpus has some");
}
