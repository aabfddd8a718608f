//! El Torito, boot info tables, MBR and GPT, as xorriso and genisoimage write them.

use std::{fs, path::Path};

use imapi_volume_structs::{
    SECTOR,
    el_torito::{
        BOOT_INFO_AT, BootEntry, BootInfoChecksum, BootInfoTable, Catalog, CatalogRecord, CatalogRecords,
        ElToritoRecord, Emulation, GRUB_BOOT_INFO_AT, Platform, Section, SectionEntry, SectionHeader, grub_boot_info,
    },
    gpt::{GptEntry, GptHeader, GptLayout, Guid, PartitionAttributes, entries_crc},
    iso9660::Descriptor,
    mbr::{self, Mbr, PartitionKind, hybrid::HybridCode},
};
use tempfile::TempDir;

use crate::{genisoimage, image::Image, peer, write, xorriso, xorriso_mkisofs};

const ISOLINUX: &str = "/usr/lib/ISOLINUX/isolinux.bin";
const ISOLINUX_MBR: &str = "/usr/lib/ISOLINUX/isohdpfx.bin";
const GRUB_MBR: &str = "/usr/lib/grub/i386-pc/boot_hybrid.img";

fn from_package(package: &str, path: &str) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}; sudo apt-get install {package}"))
}

/// A folder with loaders in it.
fn loaders() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = folder.path().join("tree");
    write(&tree, "isolinux.bin", &from_package("isolinux", ISOLINUX));
    write(&tree, "floppy.img", &vec![0x11; 1_474_560]);
    write(&tree, "efi.img", &vec![0x22; 600 * 1024]);
    // An odd length, so that the checksum has to fill up the last word.
    let grub: Vec<u8> = (0..29_481u32).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1]).collect();
    write(&tree, "grub.img", &grub);
    folder
}

/// The records of an image's catalogue, and its block.
fn catalog(image: &Image) -> (u32, Vec<CatalogRecord>) {
    let record = image.descriptors().into_iter().find_map(|descriptor| match descriptor {
        Descriptor::Boot(record) => ElToritoRecord::of(&record),
        _ => None,
    });
    let block = record.expect("a boot record").catalog;
    let mut out = [0xA5; SECTOR];
    ElToritoRecord { catalog: block }.encode(&mut out);
    assert_eq!(&out, image.block(ElToritoRecord::BLOCK));
    let records = CatalogRecords::new(image.block(block)).map(|record| record.expect("a record")).collect();
    (block, records)
}

/// The fields behind each such label in a report of xorriso.
fn reported<'a>(text: &'a str, label: &str) -> Vec<Vec<&'a str>> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(found, fields)| found.trim() == label && !fields.contains(" N "))
        .map(|(_, fields)| fields.split_whitespace().collect())
        .collect()
}

/// `El Torito boot img :   1  BIOS  y   none  0x0000  0x00      4         754`
fn as_reported(index: usize, platform: Platform, entry: &BootEntry) -> Vec<String> {
    let platform = match platform {
        Platform::X86 => "BIOS",
        Platform::EFI => "UEFI",
        other => panic!("{other:?}"),
    };
    let emulation = match entry.emulation {
        Emulation::NONE => "none",
        Emulation::FLOPPY_1440 => "fd1.4",
        other => panic!("{other:?}"),
    };
    [
        (index + 1).to_string(),
        platform.to_string(),
        if entry.bootable { "y" } else { "n" }.to_string(),
        emulation.to_string(),
        format!("0x{:04x}", entry.load_segment),
        format!("0x{:02x}", entry.system_type),
        entry.sector_count.to_string(),
        entry.block.to_string(),
    ]
    .into()
}

fn el_torito_is_as_reported(image: &Image, text: &str) -> Vec<(Platform, BootEntry)> {
    let (block, records) = catalog(image);
    assert_eq!(reported(text, "El Torito catalog")[0][0], block.to_string());
    let mut platform = Platform::X86;
    let mut entries = Vec::new();
    for record in records {
        match record {
            CatalogRecord::Validation(validation) => platform = validation.platform,
            CatalogRecord::Section(header) => platform = header.platform,
            CatalogRecord::Initial(entry) | CatalogRecord::Entry(entry) => entries.push((platform, entry)),
            CatalogRecord::Extension(_) => panic!("xorriso writes no extensions"),
        }
    }
    let ours: Vec<_> =
        entries.iter().enumerate().map(|(index, (platform, entry))| as_reported(index, *platform, entry)).collect();
    assert_eq!(ours, reported(text, "El Torito boot img"), "{text}");
    entries
}

/// The catalogue that we make of the records is the one that was read.
fn our_catalog_is_the_same(image: &Image) {
    let (block, records) = catalog(image);
    let [CatalogRecord::Validation(validation), CatalogRecord::Initial(initial), rest @ ..] = &records[..] else {
        panic!("{records:?}");
    };
    let entry_of = |record: &CatalogRecord| match record {
        CatalogRecord::Entry(entry) => SectionEntry { entry: *entry, more_criteria: &[] },
        other => panic!("{other:?}"),
    };
    let pairs: Vec<(SectionHeader, [SectionEntry<'_>; 1])> = rest
        .chunks(2)
        .map(|pair| match pair {
            [CatalogRecord::Section(header), entry] => (*header, [entry_of(entry)]),
            other => panic!("{other:?}"),
        })
        .collect();
    let sections: Vec<Section<'_>> =
        pairs.iter().map(|(header, entries)| Section { platform: header.platform, id: header.id, entries }).collect();
    let mut out = [0xA5; SECTOR];
    Catalog { validation: *validation, initial: *initial, sections: &sections }.encode(&mut out);
    assert_eq!(&out, image.block(block));
}

fn boot_info_is_ours(image: &Image, block: u32, original: &Path, grub: bool) {
    let mut file = fs::read(original).expect("the loader");
    if grub {
        file[GRUB_BOOT_INFO_AT..GRUB_BOOT_INFO_AT + 8].copy_from_slice(&grub_boot_info(block));
    }
    let mut checksum = BootInfoChecksum::new();
    file.chunks(1000).for_each(|chunk| checksum.update(chunk));
    let len = u32::try_from(file.len()).expect("small");
    let table = BootInfoTable { volume_descriptor: 16, block, len, checksum: checksum.finish() };
    let stored = image.extent(block, file.len());
    assert_eq!(BootInfoTable::decode(&stored[BOOT_INFO_AT..]), Ok(table));
    file[BOOT_INFO_AT..BOOT_INFO_AT + BootInfoTable::LEN].copy_from_slice(&table.encode());
    assert!(file == stored, "the loader as we would have written it");
}

#[test]
fn xorriso_reports_the_same_catalogue() {
    let folder = loaders();
    let arguments = [
        "-c",
        "boot.cat",
        "-b",
        "isolinux.bin",
        "-no-emul-boot",
        "-boot-load-size",
        "4",
        "-boot-info-table",
        "-eltorito-alt-boot",
        "-b",
        "floppy.img",
        "-eltorito-alt-boot",
        "-e",
        "efi.img",
        "-no-emul-boot",
        "-o",
        "image.iso",
        "tree",
    ];
    xorriso_mkisofs(&arguments, folder.path());
    let text = xorriso(&["-indev", "image.iso", "-report_el_torito", "plain"], folder.path());
    let image = Image::read(&folder.path().join("image.iso"));
    let entries = el_torito_is_as_reported(&image, &text);
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[1].1.emulation.floppy_len(), Some(1_474_560));
    our_catalog_is_the_same(&image);
    boot_info_is_ours(&image, entries[0].1.block, &folder.path().join("tree/isolinux.bin"), false);
}

#[test]
fn genisoimage_writes_the_same_boot_info() {
    let folder = loaders();
    let arguments = [
        "-c",
        "boot.cat",
        "-b",
        "grub.img",
        "-no-emul-boot",
        "-boot-load-size",
        "4",
        "-boot-info-table",
        "-o",
        "image.iso",
        "tree",
    ];
    genisoimage(&arguments, folder.path());
    let text = xorriso(&["-indev", "image.iso", "-report_el_torito", "plain"], folder.path());
    let image = Image::read(&folder.path().join("image.iso"));
    let entries = el_torito_is_as_reported(&image, &text);
    boot_info_is_ours(&image, entries[0].1.block, &folder.path().join("tree/grub.img"), false);
}

/// The MBR, and the partitions that xorriso reports of it.
fn mbr_is_as_reported(image: &Image, text: &str) -> Mbr {
    let block: &[u8; mbr::BLOCK] = image.bytes.first_chunk().expect("a block");
    let mbr = Mbr::decode(block).expect("an MBR");
    let mut out = [0xA5; mbr::BLOCK];
    mbr.encode(&mut out);
    assert_eq!(&out, block);
    let used = mbr.partitions.iter().enumerate().filter(|(_, partition)| partition.blocks > 0);
    let ours: Vec<Vec<String>> = used
        .map(|(index, partition)| {
            [
                (index + 1).to_string(),
                format!("0x{:02x}", partition.status),
                format!("0x{:02x}", partition.kind.0),
                partition.start.to_string(),
                partition.blocks.to_string(),
            ]
            .into()
        })
        .collect();
    assert_eq!(ours, reported(text, "MBR partition"), "{text}");
    mbr
}

/// Header, copy and entries, and what xorriso reports of them.
fn gpt_is_as_reported(image: &Image, text: &str) -> Vec<GptEntry> {
    let disk_blocks = image.bytes.len() / mbr::BLOCK;
    let block = |index: u64| -> &[u8; mbr::BLOCK] {
        let at = usize::try_from(index).expect("small") * mbr::BLOCK;
        image.bytes[at..].first_chunk().expect("a block")
    };
    let header = GptHeader::decode(block(GptHeader::BLOCK)).expect("a header");
    let copy = GptHeader::decode(block(header.other)).expect("its copy");
    for (header, stored) in [(header, block(header.own)), (copy, block(copy.own))] {
        let mut out = [0xA5; mbr::BLOCK];
        header.encode(&mut out);
        assert_eq!(&out, stored);
        let at = usize::try_from(header.entries).expect("small") * mbr::BLOCK;
        let entries: Vec<GptEntry> = (0..usize::try_from(header.entry_count).expect("small"))
            .map(|index| GptEntry::decode(&image.bytes[at + index * GptEntry::LEN..]).expect("an entry"))
            .collect();
        let used: Vec<GptEntry> = entries.into_iter().take_while(GptEntry::is_used).collect();
        assert_eq!(entries_crc(&used, header.entry_count), header.entries_crc);
    }
    // Where we would have put all of it.
    let layout = GptLayout::new(disk_blocks as u64, header.entry_count).expect("it is large enough");
    assert_eq!(layout.copy_of(layout.header(header.disk, header.entries_crc)).own, copy.own);
    assert_eq!((layout.first_usable(), layout.copied_entries()), (header.first_usable, copy.entries));
    let range = [header.first_usable, header.last_usable, header.other].map(|block| block.to_string());
    assert_eq!(reported(text, "GPT lba range"), [range.to_vec()]);

    let at = usize::try_from(header.entries).expect("small") * mbr::BLOCK;
    let entries: Vec<GptEntry> = image.bytes[at..]
        .chunks(GptEntry::LEN)
        .map(|bytes| GptEntry::decode(bytes).expect("an entry"))
        .take_while(GptEntry::is_used)
        .collect();
    let told = |of: fn(&GptEntry) -> String| -> Vec<Vec<String>> {
        entries.iter().enumerate().map(|(index, entry)| vec![(index + 1).to_string(), of(entry)]).collect()
    };
    let hex = |guid: Guid| format!("{:032x}", u128::from_be_bytes(guid.0));
    assert_eq!(reported(text, "GPT disk GUID"), [[hex(header.disk)]]);
    assert_eq!(reported(text, "GPT type GUID"), told(|entry| format!("{:032x}", u128::from_be_bytes(entry.kind.0))));
    assert_eq!(reported(text, "GPT partition GUID"), told(|entry| format!("{:032x}", u128::from_be_bytes(entry.id.0))));
    assert_eq!(reported(text, "GPT partname local"), told(|entry| entry.name_chars().collect()));
    assert_eq!(reported(text, "GPT partition flags"), told(|entry| format!("0x{:016x}", entry.attributes.0)));
    let places: Vec<Vec<String>> = entries
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            [index as u64 + 1, entry.first, entry.last - entry.first + 1].map(|number| number.to_string()).into()
        })
        .collect();
    assert_eq!(reported(text, "GPT start and size"), places);
    entries
}

#[test]
fn an_isohybrid_image_is_what_we_would_write() {
    let folder = loaders();
    let arguments = [
        "-c",
        "boot.cat",
        "-b",
        "isolinux.bin",
        "-no-emul-boot",
        "-boot-load-size",
        "4",
        "-boot-info-table",
        "-eltorito-alt-boot",
        "-e",
        "efi.img",
        "-no-emul-boot",
        "-isohybrid-gpt-basdat",
        "-isohybrid-mbr",
        ISOLINUX_MBR,
        "-o",
        "image.iso",
        "tree",
    ];
    xorriso_mkisofs(&arguments, folder.path());
    let reports = ["-indev", "image.iso", "-report_el_torito", "plain", "-report_system_area", "plain"];
    let text = xorriso(&reports, folder.path());
    let image = Image::read(&folder.path().join("image.iso"));
    let entries = el_torito_is_as_reported(&image, &text);
    let mbr = mbr_is_as_reported(&image, &text);

    let template = from_package("isolinux", ISOLINUX_MBR);
    assert_eq!(HybridCode::of(&template), Some(HybridCode::Isolinux));
    let mut ours = Mbr::with_code(&template);
    HybridCode::Isolinux.patch(&mut ours, entries[0].1.block);
    assert_eq!(ours.code, mbr.code);
    assert_eq!(mbr.partitions[1].kind, PartitionKind::EFI_SYSTEM);
    assert_eq!(mbr.partitions[1].start, entries[1].1.block * mbr::BLOCKS_PER_SECTOR);

    let partitions = gpt_is_as_reported(&image, &text);
    let read_only = PartitionAttributes::REQUIRED.with(PartitionAttributes::READ_ONLY);
    assert_eq!(
        partitions.iter().map(|entry| (entry.kind, entry.attributes)).collect::<Vec<_>>(),
        [(Guid::BASIC_DATA, read_only), (Guid::BASIC_DATA, read_only)]
    );
}

#[test]
fn an_image_with_grub_is_what_we_would_write() {
    let folder = loaders();
    let arguments = [
        "-c",
        "boot.cat",
        "-b",
        "grub.img",
        "-no-emul-boot",
        "-boot-load-size",
        "4",
        "-boot-info-table",
        "--grub2-boot-info",
        "--grub2-mbr",
        GRUB_MBR,
        "-append_partition",
        "2",
        "0xef",
        "tree/efi.img",
        "-appended_part_as_gpt",
        "-eltorito-alt-boot",
        "-e",
        "--interval:appended_partition_2:all::",
        "-no-emul-boot",
        "-o",
        "image.iso",
        "tree",
    ];
    let template = from_package("grub-pc-bin", GRUB_MBR);
    xorriso_mkisofs(&arguments, folder.path());
    let reports = ["-indev", "image.iso", "-report_el_torito", "plain", "-report_system_area", "plain"];
    let text = xorriso(&reports, folder.path());
    let image = Image::read(&folder.path().join("image.iso"));
    let entries = el_torito_is_as_reported(&image, &text);
    boot_info_is_ours(&image, entries[0].1.block, &folder.path().join("tree/grub.img"), true);

    let mbr = mbr_is_as_reported(&image, &text);
    assert_eq!(HybridCode::of(&template), Some(HybridCode::Grub));
    let mut ours = Mbr::with_code(&template);
    HybridCode::Grub.patch(&mut ours, entries[0].1.block);
    assert_eq!(ours.code, mbr.code);
    let protective = Mbr::protective(image.bytes.len() as u64 / 512).partitions[0];
    assert_eq!((protective.kind, protective.start, protective.blocks), {
        let theirs = mbr.partitions[0];
        (theirs.kind, theirs.start, theirs.blocks)
    });

    let partitions = gpt_is_as_reported(&image, &text);
    let efi = partitions.iter().find(|entry| entry.kind == Guid::EFI_SYSTEM).expect("an EFI system partition");
    let sgdisk = peer("gdisk", "sgdisk", &["-i", "2", "image.iso"], folder.path());
    for told in [
        format!("Partition GUID code: {}", efi.kind),
        format!("Partition unique GUID: {}", efi.id),
        format!("First sector: {} ", efi.first),
        format!("Last sector: {} ", efi.last),
    ] {
        assert!(sgdisk.contains(&told), "{told}\n{sgdisk}");
    }
    let fdisk = peer("fdisk", "fdisk", &["-l", "-o", "Start,End,UUID", "image.iso"], folder.path());
    let line = fdisk.lines().find(|line| line.contains(&efi.id.to_string())).expect("the partition");
    let fields: Vec<_> = line.split_whitespace().map(str::to_string).collect();
    assert_eq!(fields, [efi.first.to_string(), efi.last.to_string(), efi.id.to_string()]);
}
