//! Faults of ISO 9660, Joliet, Rock Ridge and El Torito.

use crate::base::{BLOCK, Fault, Image, each_is_found};

const PRIMARY: usize = 16 * BLOCK;
const AA: &[u8] = b"AA.TXT;1";
const AB: &[u8] = b"AB.TXT;1";

/// The block of the root.
fn root(image: &Image) -> usize {
    image.u32(PRIMARY + 158) as usize
}

/// The byte at which the boot catalogue begins.
fn catalog(image: &Image) -> usize {
    image.u32(17 * BLOCK + 71) as usize * BLOCK
}

fn loader(image: &Image) -> usize {
    image.u32(image.record(b"LOADER.BIN;1") + 2) as usize * BLOCK
}

const FAULTS: &[Fault] = &[
    Fault { rule: "iso9660.number.halves", plant: |image| image.0[PRIMARY + 87] ^= 1 },
    Fault {
        rule: "iso9660.number.halves",
        plant: |image| {
            let at = image.record(AA);
            image.0[at + 9] ^= 1;
        },
    },
    Fault { rule: "iso9660.descriptor.reserved", plant: |image| image.0[PRIMARY + 882] = 1 },
    Fault { rule: "iso9660.descriptor.reserved", plant: |image| image.0[PRIMARY + 2000] = 1 },
    Fault { rule: "iso9660.descriptor.version", plant: |image| image.0[PRIMARY + 881] = 3 },
    Fault { rule: "iso9660.descriptor.date", plant: |image| image.0[PRIMARY + 813] = b'x' },
    Fault {
        rule: "iso9660.descriptor.set",
        plant: |image| image.0[PRIMARY + 124..][..4].copy_from_slice(&[7, 0, 0, 7]),
    },
    Fault { rule: "iso9660.descriptor.characters", plant: |image| image.0[PRIMARY + 190] = b'{' },
    Fault { rule: "iso9660.descriptor.primary", plant: |image| image.0[PRIMARY] = 3 },
    Fault {
        rule: "iso9660.record.flags",
        plant: |image| {
            let at = image.record(AA);
            image.0[at + 25] |= 0x20;
        },
    },
    Fault {
        rule: "iso9660.record.date",
        plant: |image| {
            let at = image.record(AA);
            image.0[at + 19] = 13;
        },
    },
    Fault {
        rule: "iso9660.record.volume",
        plant: |image| {
            let at = image.record(AA);
            image.0[at + 28..at + 32].copy_from_slice(&[2, 0, 0, 2]);
        },
    },
    Fault {
        rule: "iso9660.record.order",
        plant: |image| {
            let at = image.record(AA);
            image.0[at + 34] = b'Z';
        },
    },
    Fault {
        rule: "iso9660.record.twice",
        plant: |image| {
            let at = image.record(AB);
            image.0[at + 34] = b'A';
        },
    },
    Fault {
        rule: "iso9660.record.length",
        plant: |image| {
            // The records behind it are lost, and told as such.
            let at = image.record(AA);
            image.0[at] += 1;
        },
    },
    Fault {
        // Found by mutation: no even length is longer.
        rule: "iso9660.record.length",
        plant: |image| {
            let at = image.record(AA);
            image.0[at] = 255;
        },
    },
    Fault {
        rule: "iso9660.folder.first",
        plant: |image| {
            let root = root(image);
            let second = usize::from(image.block(root)[0]);
            image.block(root)[second + 33] = b'X';
        },
    },
    Fault {
        rule: "iso9660.folder.blocks",
        plant: |image| {
            let at = image.record(b"SUB");
            image.both(at + 10, 2047);
        },
    },
    Fault {
        rule: "iso9660.descriptor.block-size",
        plant: |image| image.0[PRIMARY + 128..PRIMARY + 132].copy_from_slice(&[0, 3, 3, 0]),
    },
    Fault {
        rule: "volume.unsupported",
        plant: |image| image.0[PRIMARY + 128..PRIMARY + 132].copy_from_slice(&[0, 2, 2, 0]),
    },
    Fault {
        rule: "iso9660.folder.padding",
        plant: |image| {
            let root = root(image);
            image.block(root)[2000] = 1;
        },
    },
    Fault {
        rule: "volume.extent.overlap",
        plant: |image| {
            let (one, other) = (image.record(AA), image.record(AB));
            let extent = image.u32(one + 2);
            image.both(other + 2, extent + 1);
        },
    },
    Fault {
        rule: "volume.extent.structure",
        plant: |image| {
            let (at, root) = (image.record(AB), root(image));
            image.both(at + 2, u32::try_from(root).expect("small"));
        },
    },
    Fault { rule: "iso9660.extent.volume", plant: |image| image.both(PRIMARY + 80, 30) },
    Fault {
        rule: "iso9660.file.outside",
        plant: |image| {
            let at = image.record(AA);
            image.both(at + 2, 1_000_000);
        },
    },
    Fault {
        rule: "iso9660.path-table.name",
        plant: |image| {
            let table = image.u32(PRIMARY + 140) as usize;
            let block = image.block(table);
            let at = block.windows(3).position(|window| window == b"SUB").expect("a folder");
            block[at + 2] = b'C';
        },
    },
    Fault {
        rule: "iso9660.path-table.byte-orders",
        plant: |image| {
            let table = image.u32(PRIMARY + 140) as usize;
            image.block(table)[12] ^= 1;
        },
    },
    Fault {
        rule: "iso9660.folder.self-extent",
        plant: |image| {
            let root = root(image);
            image.both(root * BLOCK + 2, 3);
        },
    },
    Fault {
        rule: "joliet.file.size",
        plant: |image| {
            let at = image.wide_record("AA.TXT");
            image.both(at + 10, 4999);
        },
    },
    Fault {
        rule: "joliet.file.bytes",
        plant: |image| {
            let at = image.wide_record("AA.TXT");
            let extent = image.u32(image.record(AB) + 2);
            image.both(at + 2, extent);
            image.both(at + 10, 4000);
            let plain = image.record(AA);
            image.both(plain + 10, 4000);
        },
    },
    Fault {
        rule: "joliet.file.alone",
        plant: |image| {
            let at = image.wide_record("AA.TXT");
            image.both(at + 10, 4999);
            image.0[at + 34] = b'B';
        },
    },
    Fault {
        rule: "joliet.name.letters",
        plant: |image| {
            let at = image.wide_record("AA.TXT");
            image.0[at + 34] = b'?';
        },
    },
    Fault {
        rule: "rock-ridge.mode.kind",
        plant: |image| {
            let at = image.record(AA);
            let mode =
                image.0[at..at + 200].windows(2).position(|window| window == b"PX").expect("Rock Ridge") + at + 4;
            image.both(mode, 0o040_755);
        },
    },
    Fault {
        rule: "el-torito.catalog.malformed",
        plant: |image| {
            let at = catalog(image);
            image.0[at + 6] ^= 1;
        },
    },
    Fault {
        rule: "el-torito.image.outside",
        plant: |image| {
            let at = catalog(image);
            image.0[at + 32 + 11] = 0x7F;
        },
    },
    Fault {
        rule: "el-torito.image.length",
        plant: |image| {
            let at = catalog(image);
            image.0[at + 32 + 6..at + 32 + 8].fill(0xFF);
        },
    },
    Fault {
        rule: "el-torito.image.none",
        plant: |image| {
            let at = catalog(image);
            image.0[at + 32 + 6..at + 32 + 8].fill(0);
        },
    },
    Fault {
        rule: "el-torito.boot-info.checksum",
        plant: |image| {
            let at = loader(image);
            image.0[at + 100] ^= 1;
        },
    },
    Fault {
        rule: "el-torito.boot-info.length",
        plant: |image| {
            let at = loader(image);
            image.0[at + 16] ^= 1;
        },
    },
    Fault {
        rule: "el-torito.boot-info.block",
        plant: |image| {
            let at = loader(image);
            image.0[at + 12] ^= 1;
        },
    },
    Fault {
        rule: "el-torito.boot-info.volume",
        plant: |image| {
            let at = loader(image);
            image.0[at + 8] ^= 1;
        },
    },
];

#[test]
fn each_fault_of_iso_9660_is_found() {
    each_is_found(&Image::iso(), FAULTS);
}

#[test]
fn names_of_a_file_that_are_not_all_there_are_found() {
    let links = Fault {
        rule: "rock-ridge.links",
        plant: |image| {
            let at = image.record(AA);
            let links = image.0[at..at + 250].windows(2).position(|window| window == b"PX").expect("there") + at + 12;
            image.both(links, 2);
        },
    };
    each_is_found(&Image::numbered(), &[links]);
}

/// What other programs say of the same faults.
#[test]
fn others_complain_of_the_same() {
    let good = Image::iso();
    let asked: [(&str, &str, &[&str], &[&str]); 2] = [
        ("iso9660.descriptor.primary", "xorriso", &["-indev", "stdio:image.iso"], &["No ISO 9660 image"]),
        ("iso9660.file.outside", "bsdtar", &["-xOf", "image.iso", "AA.TXT"], &["Truncated", "rror", "nvalid"]),
    ];
    for (rule, program, arguments, complaints) in asked {
        let is_troubled = |words: &str| complaints.iter().any(|complaint| words.contains(complaint));
        let before = good.asked(program, arguments);
        let mut image = good.clone();
        let fault = FAULTS.iter().find(|fault| fault.rule == rule).expect("it is in the table");
        (fault.plant)(&mut image);
        let words = image.asked(program, arguments);
        println!("{rule}: {before}\n----\n{words}");
        assert!(is_troubled(&words) && image.broken().contains(rule), "{rule}: {words}");
        assert_ne!(before, words, "{rule}");
    }
}
