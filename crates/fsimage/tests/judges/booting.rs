//! El Torito's catalogue and what is written into loaders: as other programs report it, and as our decoders read it.

use imapi_fsimage::{BootEntry, BootImage, Emulation, Manufacturer, Platform, ResultImage};
use imapi_volume_structs::{
    el_torito::{
        self, BOOT_INFO_AT, BootInfoChecksum, BootInfoTable, CatalogRecord, CatalogRecords, ElToritoRecord,
        GRUB_BOOT_INFO_AT, MediaFlags, ValidationEntry, grub_boot_info,
    },
    iso9660::BootRecord,
    mbr::{Geometry, Mbr, PartitionEntry, PartitionKind},
};
use proptest::prelude::*;

use crate::{
    decoded,
    disc::{Disc, bytes, reported, written},
    folder::{run, text},
};

/// The image of a hard disk with one partition of that kind.
pub fn hard_disk(kind: u8) -> Vec<u8> {
    let mut mbr = Mbr::EMPTY;
    mbr.partitions[0] = PartitionEntry::new(PartitionKind(kind), 1, 63, Geometry::MEBIBYTE).active();
    let mut disk = bytes(kind, 64 * 512);
    mbr.encode(disk.first_chunk_mut().expect("a sector"));
    disk
}

/// The records of the catalogue that the boot record in block 17 leads to.
fn records(image: &ResultImage) -> Vec<CatalogRecord> {
    let sector = decoded::blocks(image, ElToritoRecord::BLOCK, 2048).try_into().expect("a block");
    let record = ElToritoRecord::of(&BootRecord::decode(&sector).expect("a boot record")).expect("El Torito's");
    let catalog = decoded::blocks(image, record.catalog, 2048);
    CatalogRecords::new(&catalog).map(|record| record.expect("a record")).collect()
}

/// Of every kind one, with everything that can be said of it.
fn everything() -> Disc {
    let mut disc = Disc::new();
    let loader = BootImage::File(disc.put("loader.bin", bytes(1, 5000)));
    let [floppy, efi, mac] =
        [(2, 1_474_560), (3, 600_000), (4, 900)].map(|(number, len)| disc.content(bytes(number, len)));
    let drive = disc.put("disk.img", hard_disk(0x0E));
    let made_by = |name| Manufacturer::new(name).expect("short");
    disc.options.boot = vec![
        BootEntry { info_table: true, manufacturer: made_by("Example Ltd."), ..BootEntry::new(loader) },
        BootEntry { emulation: Emulation::Floppy1440, bootable: false, ..BootEntry::new(BootImage::Content(floppy)) },
        BootEntry { emulation: Emulation::HardDisk, ..BootEntry::new(BootImage::File(drive)) },
        BootEntry { manufacturer: made_by("Firmware"), ..BootEntry::efi(BootImage::Content(efi)) },
        BootEntry { platform: Platform::MAC, ..BootEntry::new(BootImage::Content(mac)) },
        BootEntry { load_segment: 0x1234, load_size: Some(77), ..BootEntry::new(loader) },
    ];
    disc
}

#[test]
fn xorriso_reports_every_entry() {
    let image = everything().image();
    let bench = written(&image);
    let report = run("xorriso", &["-indev", text(&bench.iso), "-report_el_torito", "plain"]);
    let first = |path: &str| image.files().find(|file| file.path == path).expect("planned").blocks.start.to_string();
    // What no file of the tree has comes before what the tree has; the loader and the disk are wanted, too.
    let found = reported(&report, "El Torito boot img");
    let without_block: Vec<String> = found.iter().map(|fields| fields[..7].join(" ")).collect();
    assert_eq!(
        without_block,
        [
            "1 BIOS y none 0x0000 0x00 4",
            "2 BIOS n fd1.4 0x0000 0x00 1",
            "3 BIOS y hd 0x0000 0x0e 1",
            "4 UEFI y none 0x0000 0x00 1172",
            "5 Mac y none 0x0000 0x00 2",
            "6 BIOS y none 0x1234 0x00 77",
        ],
        "{report}"
    );
    assert_eq!(
        [found[0][7], found[2][7], found[5][7]],
        [first("/loader.bin"), first("/disk.img"), first("/loader.bin")]
    );
    assert_eq!(
        reported(&report, "El Torito img path"),
        [["1", "/loader.bin"], ["3", "/disk.img"], ["6", "/loader.bin"]]
    );
    assert_eq!(reported(&report, "El Torito img opts"), [["1", "boot-info-table"]]);
}

#[test]
fn isoinfo_and_7z_find_the_images() {
    let bench = written(&everything().image());
    let told = run("isoinfo", &["-d", "-i", text(&bench.iso)]);
    for line in ["Arch 0 (x86)", "ID 'Example Ltd.'", "Bootid 88 (bootable)", "No Emulation Boot", "Nsect 4"] {
        assert!(told.contains(line), "{line}: {told}");
    }
    run("7z", &["x", "-y", &format!("-o{}", text(&bench.out)), text(&bench.iso)]);
    let taken = |name: &str| std::fs::read(bench.out.join("[BOOT]").join(name)).expect(name);
    assert!(taken("2-NotBoot-1.44M.img") == bytes(2, 1_474_560));
    // 7-Zip takes the first sectors of a hard disk, and of others as many as are loaded.
    let efi = taken("4-Boot-NoEmul.img");
    assert!(efi[..600_000] == bytes(3, 600_000) && efi.len() == 1172 * 512);
}

#[test]
fn entries_of_one_platform_and_manufacturer_share_a_section() {
    let records = records(&everything().image());
    let Some(CatalogRecord::Validation(validation)) = records.first() else { panic!("{records:?}") };
    let manufacturer = Manufacturer::new("Example Ltd.").expect("short").bytes();
    assert_eq!(*validation, ValidationEntry { platform: Platform::X86, manufacturer });
    let headers: Vec<_> = records
        .iter()
        .filter_map(|record| match record {
            CatalogRecord::Section(header) => Some((header.platform, header.entries, header.last, header.id[0])),
            _ => None,
        })
        .collect();
    let (bios, efi, mac) = (Platform::X86, Platform::EFI, Platform::MAC);
    assert_eq!(headers, [(bios, 2, false, 0), (efi, 1, false, b'F'), (mac, 1, false, 0), (bios, 1, true, 0)]);
}

#[test]
fn all_32_entries_fit_into_a_block() {
    let mut disc = Disc::new();
    let image = BootImage::Content(disc.content(bytes(9, 2048)));
    let platform = |number: u8| Platform(number % 2);
    disc.options.boot = (0..32).map(|at| BootEntry { platform: platform(at), ..BootEntry::new(image) }).collect();
    let image = disc.image();
    assert_eq!(records(&image).len(), 64);
    let bench = written(&image);
    let report = run("xorriso", &["-indev", text(&bench.iso), "-report_el_torito", "plain"]);
    assert_eq!(reported(&report, "El Torito boot img").len(), 32, "{report}");
}

/// What of a file is in an image.
fn stored(image: &ResultImage, path: &str) -> (u32, Vec<u8>) {
    let file = image.files().find(|file| file.path == path).expect("planned");
    let block = u32::try_from(file.blocks.start).expect("small");
    (block, decoded::blocks(image, block, file.size))
}

#[test]
fn loaders_are_told_where_they_are() {
    // An odd length, and longer than what is read at once.
    let original = bytes(5, 150_001);
    let mut disc = Disc::new();
    disc.put("before", bytes(6, 9000));
    let loader = BootImage::File(disc.put("loader.bin", original.clone()));
    disc.put("other.bin", original.clone());
    let grub = BootEntry { grub_info: true, ..BootEntry::new(loader) };
    // Both entries are of the same image, which is told both.
    disc.options.boot = vec![grub, BootEntry { info_table: true, ..BootEntry::new(loader) }];
    let image = disc.image();
    let (block, stored_loader) = stored(&image, "/loader.bin");

    let mut expected = original.clone();
    expected[GRUB_BOOT_INFO_AT..][..8].copy_from_slice(&grub_boot_info(block));
    let mut checksum = BootInfoChecksum::new();
    checksum.update(&expected);
    let table = BootInfoTable { volume_descriptor: 16, block, len: 150_001, checksum: checksum.finish() };
    expected[BOOT_INFO_AT..][..BootInfoTable::LEN].copy_from_slice(&table.encode());
    assert!(stored_loader == expected);
    assert!(stored(&image, "/other.bin").1 == original, "the same bytes in another file stay as they are");
    let bench = written(&image);
    let report = run("xorriso", &["-indev", text(&bench.iso), "-report_el_torito", "plain"]);
    let told = reported(&report, "El Torito img opts");
    assert_eq!(told[0], ["1", "boot-info-table", "grub2-boot-info"], "{report}");
}

#[derive(Debug, Clone)]
struct Any {
    entry: BootEntry,
    len: usize,
    kind: u8,
    in_tree: bool,
}

fn any_entry() -> impl Strategy<Value = Any> {
    let platform = prop_oneof![Just(0), Just(1), Just(2), Just(0xEF), any::<u8>()].prop_map(Platform);
    let emulation =
        prop_oneof![5 => Just(Emulation::None), 1 => Just(Emulation::Floppy1200), 2 => Just(Emulation::HardDisk)];
    let name = "[ -~éü€]{0,24}".prop_map(|name| Manufacturer::new(&name).expect("as long"));
    let told = (any::<u16>(), any::<Option<u16>>(), any::<bool>(), any::<bool>());
    (platform, emulation, name, told, 1..9000_usize, 1..=255_u8, any::<bool>()).prop_map(
        |(platform, emulation, manufacturer, told, len, kind, in_tree)| {
            let (load_segment, load_size, bootable, info_table) = told;
            let entry = BootEntry::new(BootImage::AppendedPartition);
            let (info_table, len) = (info_table && emulation == Emulation::None && len >= 64, len);
            let entry =
                BootEntry { platform, emulation, manufacturer, bootable, info_table, load_segment, load_size, ..entry };
            Any { entry, len, kind, in_tree }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_entries_are_decoded_again(wanted in proptest::collection::vec(any_entry(), 1..=32)) {
        let mut disc = Disc::new();
        for (any, number) in wanted.iter().zip(0_u8..) {
            let image = match any.entry.emulation.floppy_size() {
                Some(size) => bytes(number, usize::try_from(size).expect("small")),
                None if any.entry.emulation == Emulation::HardDisk => hard_disk(any.kind),
                None => bytes(number, any.len),
            };
            let image = if any.in_tree {
                BootImage::File(disc.put(&format!("image{number}"), image))
            } else {
                BootImage::Content(disc.content(image))
            };
            disc.options.boot.push(BootEntry { image, ..any.entry.clone() });
        }
        let image = disc.image();
        let mut platform = (Platform::X86, [0; 24]);
        let mut found = Vec::new();
        let mut last = false;
        for record in records(&image) {
            prop_assert!(!last || matches!(record, CatalogRecord::Entry(_)));
            match record {
                CatalogRecord::Validation(validation) => platform = (validation.platform, validation.manufacturer),
                CatalogRecord::Section(header) => {
                    platform = (header.platform, *header.id.first_chunk().expect("as long"));
                    last = header.last;
                }
                CatalogRecord::Initial(entry) | CatalogRecord::Entry(entry) => found.push((platform, entry)),
                CatalogRecord::Extension(_) => panic!("nobody asked for one"),
            }
        }
        prop_assert_eq!(found.len(), wanted.len());
        for (((platform, entry), any), number) in found.iter().zip(&wanted).zip(0_u8..) {
            let asked = &any.entry;
            prop_assert_eq!(*platform, (asked.platform, asked.manufacturer.bytes()));
            let hard_disk = asked.emulation == Emulation::HardDisk;
            let expected = el_torito::BootEntry {
                bootable: asked.bootable,
                emulation: el_torito::Emulation(asked.emulation.number()),
                flags: MediaFlags::NONE,
                load_segment: asked.load_segment,
                system_type: if hard_disk { any.kind } else { 0 },
                sector_count: asked.load_size.unwrap_or(entry.sector_count),
                ..el_torito::BootEntry::no_emulation(entry.block, 0)
            };
            prop_assert_eq!(*entry, expected);
            // The image is where the entry says, whatever is written into its first bytes.
            if asked.emulation == Emulation::None && any.len > 64 {
                let stored = decoded::blocks(&image, entry.block, any.len as u64);
                prop_assert!(stored[64..] == bytes(number, any.len)[64..]);
            }
        }
    }
}
