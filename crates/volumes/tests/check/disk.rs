//! Faults of the partition tables, of which sgdisk complains, too.

use imapi_volume_structs::crc32::Crc32;

use crate::base::{Fault, Image, each_is_found};

/// The byte of the header's copy, which is in the last block.
fn copy(image: &Image) -> usize {
    image.0.len() - 512
}

/// Changes a header, whose sum is made right again.
fn header(image: &mut Image, at: usize, change: impl FnOnce(&mut [u8])) {
    let bytes = &mut image.0[at..at + 92];
    change(bytes);
    bytes[16..20].fill(0);
    let sum = Crc32::of(bytes);
    bytes[16..20].copy_from_slice(&sum.to_le_bytes());
}

const FAULTS: &[Fault] = &[
    Fault {
        rule: "mbr.partition.outside",
        plant: |image| image.0[446 + 12..446 + 16].copy_from_slice(&0x0100_0000_u32.to_le_bytes()),
    },
    Fault { rule: "gpt.header", plant: |image| image.0[512 + 60] ^= 1 },
    Fault { rule: "gpt.header.missing", plant: |image| image.0[512] = 0 },
    Fault {
        rule: "gpt.entries",
        plant: |image| {
            let entries = image.u32(512 + 72) as usize * 512;
            image.0[entries + 20] ^= 1;
        },
    },
    Fault {
        rule: "gpt.backup",
        plant: |image| {
            let at = copy(image);
            image.0[at + 60] ^= 1;
        },
    },
    Fault {
        rule: "gpt.backup",
        plant: |image| {
            let at = copy(image);
            let entries = image.u32(at + 72) as usize * 512;
            image.0[entries + 20] ^= 1;
        },
    },
    Fault { rule: "gpt.header.place", plant: |image| header(image, 512, |bytes| bytes[24] ^= 1) },
    Fault {
        rule: "gpt.backup.differs",
        plant: |image| {
            let at = copy(image);
            header(image, at, |bytes| bytes[40] ^= 1);
        },
    },
    Fault {
        rule: "gpt.partition.outside",
        plant: |image| {
            let entries = image.u32(512 + 72) as usize * 512;
            image.0[entries + 40 + 4] = 1;
            let count = image.u32(512 + 80) as usize;
            let sum = Crc32::of(&image.0[entries..entries + count * 128]);
            header(image, 512, |bytes| bytes[88..92].copy_from_slice(&sum.to_le_bytes()));
        },
    },
    Fault { rule: "gpt.backup.end", plant: |image| image.0.extend([0; 2048]) },
];

#[test]
fn each_fault_of_the_tables_is_found_and_sgdisk_complains_of_those_of_gpt() {
    let good = Image::disk();
    assert_eq!(good.errors(), Vec::<String>::new());
    each_is_found(&good, FAULTS);
    let asked = |image: &Image| image.asked("sgdisk", &["-v", "image.iso"]);
    let words = asked(&good);
    let is_troubled = |words: &str| {
        let words = words.to_lowercase();
        ["invalid", "corrupt", "problem:", "caution", "damaged", "mismatch", "doesn't"]
            .iter()
            .any(|w| words.contains(w))
    };
    assert!(words.contains("No problems found") && !is_troubled(&words), "{words}");
    for fault in FAULTS.iter().filter(|fault| fault.rule.starts_with("gpt")) {
        let mut image = good.clone();
        (fault.plant)(&mut image);
        let words = asked(&image);
        assert!(is_troubled(&words), "{}: {words}", fault.rule);
    }
}
