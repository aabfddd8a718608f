//! Faults of UDF, and of UDF beside ISO 9660.

use crate::{
    base::{BLOCK, Fault, Image, each_is_found},
    udf_images::maker::Shape,
};

const PRIMARY: u16 = 1;
const ANCHOR: u16 = 2;
const LOGICAL: u16 = 6;
const INTEGRITY: u16 = 9;
const ENTRY: u16 = 261;
const BITMAP: u16 = 264;

/// The entry of a file of so many bytes.
fn entry(image: &Image, len: u64) -> usize {
    let at = |block: &usize| image.0[block * BLOCK + 56..block * BLOCK + 64] == len.to_le_bytes();
    image.tagged(ENTRY).into_iter().find(at).expect("there is such a file")
}

/// The byte of a block with an entry at which its first allocation descriptor begins.
fn extents(block: &[u8]) -> usize {
    176 + u32::from_le_bytes(block[168..172].try_into().expect("four bytes")) as usize
}

fn add(block: &mut [u8], at: usize, value: u32) {
    let number = u32::from_le_bytes(block[at..at + 4].try_into().expect("four bytes")).wrapping_add(value);
    block[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

/// Faults of a volume that says which blocks are free.
const OF_A_VOLUME: &[Fault] = &[
    Fault {
        rule: "udf.anchor.count",
        plant: |image| image.tagged(ANCHOR).into_iter().skip(1).for_each(|block| image.block(block).fill(0)),
    },
    Fault {
        rule: "udf.anchor.differ",
        plant: |image| {
            let last = *image.tagged(ANCHOR).last().expect("an anchor");
            image.change(last, |block| add(block, 20, 1));
        },
    },
    Fault {
        rule: "udf.sequence.length",
        plant: |image| {
            for anchor in image.tagged(ANCHOR) {
                image.change(anchor, |block| block[16..20].copy_from_slice(&(8 * 2048_u32).to_le_bytes()));
            }
        },
    },
    Fault {
        rule: "udf.sequence.differ",
        plant: |image| {
            let copy = image.tagged(LOGICAL)[1];
            image.change(copy, |block| block[90] ^= 1);
        },
    },
    Fault {
        rule: "udf.sequence.descriptor",
        plant: |image| {
            let copy = image.tagged(LOGICAL)[1];
            image.block(copy)[90] ^= 1;
        },
    },
    Fault {
        rule: "udf.sequence.damaged",
        plant: |image| {
            let first = image.tagged(PRIMARY)[0];
            image.block(first)[30] ^= 1;
        },
    },
    Fault {
        rule: "udf.tag.reserved",
        plant: |image| {
            let entry = image.tagged(ENTRY)[0];
            image.change(entry, |block| block[5] = 1);
        },
    },
    Fault {
        rule: "udf.tag.crc",
        plant: |image| {
            let entry = image.tagged(ENTRY)[0];
            image.block(entry)[60] ^= 1;
        },
    },
    Fault {
        rule: "udf.tag.location",
        plant: |image| {
            let entry = image.tagged(ENTRY)[0];
            image.change(entry, |block| block[12] ^= 1);
        },
    },
    Fault {
        rule: "udf.integrity.open",
        plant: |image| {
            let last = image.tagged(INTEGRITY)[0];
            image.change(last, |block| block[28] = 0);
        },
    },
    Fault {
        rule: "udf.integrity.files",
        plant: |image| {
            let last = image.tagged(INTEGRITY)[0];
            image.change(last, |block| add(block, 88 + 32, 7));
        },
    },
    Fault {
        rule: "udf.integrity.folders",
        plant: |image| {
            let last = image.tagged(INTEGRITY)[0];
            image.change(last, |block| add(block, 88 + 36, 7));
        },
    },
    Fault {
        rule: "udf.integrity.free",
        plant: |image| {
            let last = image.tagged(INTEGRITY)[0];
            image.change(last, |block| add(block, 80, 7));
        },
    },
    Fault {
        rule: "udf.bitmap.used",
        plant: |image| {
            let bitmap = image.tagged(BITMAP)[0];
            // Its sum covers all of it or its head, and is made right again.
            image.change(bitmap, |block| block[24..100].fill(0xFF));
        },
    },
    Fault {
        rule: "udf.bitmap.damaged",
        plant: |image| {
            let bitmap = image.tagged(BITMAP)[0];
            image.change(bitmap, |block| add(block, 16, 0xFFFF_FF00));
        },
    },
];

#[test]
fn each_fault_of_a_volume_is_found() {
    let good = Image::mkudffs("--media-type=hd --udfrev=1.50");
    assert_eq!(good.errors(), Vec::<String>::new());
    each_is_found(&good, OF_A_VOLUME);
}

/// Faults of files, and of files that ISO 9660 has as well.
const OF_FILES: &[Fault] = &[
    Fault {
        rule: "udf.file.links",
        plant: |image| {
            let block = entry(image, 4096);
            image.change(block, |block| block[48] = 2);
        },
    },
    Fault {
        rule: "udf.file.blocks",
        plant: |image| {
            let block = entry(image, 4096);
            image.change(block, |block| block[64] = 1);
        },
    },
    Fault {
        rule: "udf.unique-id.twice",
        plant: |image| {
            let [one, other] = [4096, 6000].map(|len| entry(image, len));
            let id: [u8; 8] = image.block(one)[160..168].try_into().expect("eight bytes");
            image.change(other, |block| block[160..168].copy_from_slice(&id));
        },
    },
    Fault {
        rule: "udf.unique-id.next",
        plant: |image| {
            let last = image.tagged(INTEGRITY)[0];
            image.change(last, |block| block[40..48].copy_from_slice(&1_u64.to_le_bytes()));
        },
    },
    Fault {
        rule: "bridge.file.bytes",
        plant: |image| {
            let block = entry(image, 4096);
            image.change(block, |block| {
                let at = extents(block) + 4;
                add(block, at, 0_u32.wrapping_sub(1));
            });
        },
    },
    Fault {
        rule: "volume.extent.overlap",
        plant: |image| {
            let block = entry(image, 4096);
            image.change(block, |block| {
                let at = extents(block) + 4;
                add(block, at, 0_u32.wrapping_sub(1));
            });
        },
    },
    Fault {
        rule: "bridge.file.size",
        plant: |image| {
            let block = entry(image, 4096);
            image.change(block, |block| {
                block[56..64].copy_from_slice(&4000_u64.to_le_bytes());
                let at = extents(block);
                block[at..at + 4].copy_from_slice(&4000_u32.to_le_bytes());
            });
        },
    },
    Fault {
        rule: "udf.extent.short",
        plant: |image| {
            let block = entry(image, 4096);
            image.change(block, |block| block[56..64].copy_from_slice(&9000_u64.to_le_bytes()));
        },
    },
    Fault {
        rule: "bridge.file.alone",
        plant: |image| {
            let at = image.record(b"AC.TXT;1");
            let extent = image.u32(at + 2);
            image.both(at + 2, extent + 1);
            image.0[at + 34] = b'X';
            let name = image.0[at..at + 250].windows(6).rposition(|window| window == b"AC.TXT").expect("Rock Ridge");
            image.0[at + name + 1] = b'X';
        },
    },
];

#[test]
fn each_fault_of_a_bridge_is_found() {
    let good = Image::bridge();
    // That the reserve is another one is what genisoimage does.
    assert!(good.errors().iter().all(|error| error.contains("udf.sequence.differ")), "{:#?}", good.errors());
    each_is_found(&good, OF_FILES);
}

#[test]
fn metadata_that_are_not_the_same_twice_are_found() {
    let good = Image::generated(Shape::Metadata, 0x250);
    let names = Fault {
        rule: "udf.metadata.copies",
        plant: |image| {
            let entries = image.tagged(266);
            let is_twice = |one: &usize| entries.iter().any(|other| other < one && image.same(*one, *other));
            let mirrored = *entries.iter().rfind(|one| is_twice(one)).expect("a mirror");
            image.change(mirrored, |block| block[200] ^= 1);
        },
    };
    each_is_found(&good, &[names]);
}

/// What udfinfo and 7-Zip say of the same faults. udfinfo believes what it finds, and looks at no file.
#[test]
fn others_complain_of_the_same() {
    let volume = Image::mkudffs("--media-type=hd --udfrev=1.50");
    let open = OF_A_VOLUME.iter().find(|fault| fault.rule == "udf.integrity.open").expect("it is in the table");
    let mut opened = volume.clone();
    (open.plant)(&mut opened);
    assert!(volume.asked("udfinfo", &["image.iso"]).contains("integrity=closed"));
    let words = opened.asked("udfinfo", &["image.iso"]);
    assert!(words.contains("integrity=opened") && opened.broken().contains(open.rule), "{words}");

    let bridge = Image::bridge();
    let asked = |image: &Image| image.asked("7z", &["t", "-tudf", "image.iso"]);
    assert!(asked(&bridge).contains("Everything is Ok"));
    for rule in ["udf.tag.crc", "udf.tag.location"] {
        let fault = OF_A_VOLUME.iter().find(|fault| fault.rule == rule).expect("it is in the table");
        let mut image = bridge.clone();
        (fault.plant)(&mut image);
        let words = asked(&image);
        assert!(image.broken().contains(rule), "{rule}");
        // It does not ask where a descriptor belongs.
        assert_eq!(words.contains("Can't open"), rule == "udf.tag.crc", "{rule}: {words}");
    }
}
