//! Path tables.

use std::{fs, path::Path, sync::Arc};

use imapi_disc_types::{BlockSource, BytesSource, SECTOR_SIZE};
use imapi_volume_structs::iso9660::VolumeDescriptor;
use imapi_volumes::{Finding, OpenOptions, check_path_tables};

use crate::{
    makers::{Bench, Maker},
    seen::source,
    tree,
};

/// What is wrong with the path tables of an image.
pub fn judge(image: &Path, maker: &Maker) -> Vec<String> {
    let findings = check_path_tables(&source(image), &OpenOptions::default()).expect("they can be read");
    // In Joliet and with long names xorriso calls every folder its own parent; moved folders it does not sort.
    let by_xorriso = maker.name.starts_with("mkisofs") || maker.name.starts_with("xorriso");
    let moves = maker.name.contains("deep_paths_off");
    let known = |finding: &&Finding| match finding.rule.id {
        "iso9660.folder.parent-extent" => by_xorriso,
        "iso9660.path-table.order" => by_xorriso && moves,
        _ => false,
    };
    findings.iter().filter(|finding| !known(finding)).map(ToString::to_string).collect()
}

#[test]
fn each_difference_between_tables_and_folders_is_found() {
    let bench = Bench::new(tree::plain);
    let image = fs::read(bench.genisoimage("", "image.iso")).expect("an image");
    let sector = image[16 * 2048..].first_chunk().expect("a descriptor");
    let tables = VolumeDescriptor::decode(sector).expect("a descriptor").path_tables;
    let [little, big] = [tables.little, tables.big].map(|block| block as usize * 2048);
    // Root (10 bytes), MANY (12), NOTHING, SUB, DEEPER in little-endian.
    assert_eq!(&image[little + 18..little + 22], b"MANY");
    let found = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut wrong = image.clone();
        change(&mut wrong);
        let source: Arc<dyn BlockSource> = Arc::new(BytesSource::padded(wrong, SECTOR_SIZE));
        let findings = check_path_tables(&source, &OpenOptions::default()).expect("they can be read");
        findings.iter().map(|finding| finding.rule.id).collect::<Vec<_>>()
    };
    assert_eq!(found(&|_| {}), [""; 0]);
    let both = |image: &mut Vec<u8>, at: usize, byte: u8| (image[little + at], image[big + at]) = (byte, byte);
    assert_eq!(found(&|image| image[big + 18] = b'N'), ["iso9660.path-table.byte-orders"]);
    assert_eq!(found(&|image| both(image, 18, b'L')), ["iso9660.path-table.name"]);
    assert_eq!(found(&|image| both(image, 18, b'Z')), ["iso9660.path-table.order", "iso9660.path-table.name"]);
    let elsewhere = |image: &mut Vec<u8>| (image[little + 12], image[big + 15]) = (1, 1);
    assert_eq!(found(&elsewhere), ["iso9660.path-table.extra", "iso9660.path-table.missing"]);
    let other_parent = |image: &mut Vec<u8>| (image[little + 16], image[big + 17]) = (2, 2);
    let rules = found(&other_parent);
    assert_eq!(rules.last(), Some(&"iso9660.path-table.parent"), "{rules:?}");
    let rules = found(&|image| both(image, 0, 0));
    assert_eq!(rules[..3], ["iso9660.path-table.malformed", "iso9660.path-table.malformed", "iso9660.path-table.root"]);
    assert_eq!(rules[3..], ["iso9660.path-table.missing"; 4]);
}
