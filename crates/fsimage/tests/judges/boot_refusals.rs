//! What no machine could start from is refused, and says why.

use std::fs;

use imapi_disc_types::Control;
use imapi_errors::{Coded as _, HResult, Lang, Report, fs as codes};
use imapi_fsimage::{
    BootEntry, BootError, BootImage, Content, Emulation, Hybrid, HybridCode, Manufacturer, MbrCode, NodeId,
    PartitionTable, ScanOptions, WriteOptions, add_file, write_image,
};

use crate::{
    booting::hard_disk,
    disc::{Disc, bytes},
    folder::Bench,
};

/// The code of an image that cannot be planned, and what is told of it.
fn refused(make: impl FnOnce(&mut Disc)) -> (HResult, String) {
    let mut disc = Disc::new();
    make(&mut disc);
    let error = disc.plan().expect_err("refused");
    let report = Report::new(&error, Lang::EN).to_string();
    assert!(!report.contains('‹'), "{report}");
    (error.code(), report)
}

fn image(disc: &mut Disc, len: usize) -> BootImage {
    BootImage::Content(disc.content(bytes(1, len)))
}

#[test]
fn a_disc_has_at_most_32_entries() {
    let many = |count| move |disc: &mut Disc| disc.options.boot = vec![BootEntry::new(image(disc, 10)); count];
    let (code, report) = refused(many(33));
    assert_eq!(code, codes::IMAPI_E_BOOT_IMAGE_DATA);
    assert!(report.contains("33"), "{report}");
    let mut disc = Disc::new();
    many(32)(&mut disc);
    disc.plan().expect("32 are not too many");
}

#[test]
fn an_image_has_bytes_and_is_a_file() {
    let data = codes::IMAPI_E_BOOT_IMAGE_DATA;
    let one = |disc: &mut Disc, image| disc.options.boot = vec![BootEntry::new(image)];
    let empty = |disc: &mut Disc| {
        let image = BootImage::File(disc.put("empty.bin", Vec::new()));
        one(disc, image);
    };
    let (code, report) = refused(empty);
    assert_eq!(code, data);
    assert!(report.contains("/empty.bin"), "{report}");
    assert_eq!(refused(|disc| one(disc, BootImage::File(NodeId::ROOT))).0, data);
    let removed = |disc: &mut Disc| {
        let node = disc.put("gone", bytes(1, 10));
        disc.tree.remove(node).expect("there");
        one(disc, BootImage::File(node));
    };
    assert_eq!(refused(removed).0, data);
    let unknown = |disc: &mut Disc| one(disc, BootImage::Content(Content(7)));
    assert_eq!(refused(unknown).0, codes::IMAPI_E_FSI_INTERNAL_ERROR);
}

#[test]
fn a_floppy_disk_has_its_very_size() {
    for emulation in [Emulation::Floppy1200, Emulation::Floppy1440, Emulation::Floppy2880] {
        let size = usize::try_from(emulation.floppy_size().expect("a floppy disk")).expect("small");
        for wrong in [size - 1, size + 1, 512] {
            let (code, report) = refused(|disc| {
                disc.options.boot = vec![BootEntry { emulation, ..BootEntry::new(image(disc, wrong)) }];
            });
            assert_eq!(code, codes::IMAPI_E_BOOT_EMULATION_IMAGE_SIZE_MISMATCH);
            assert!(report.contains(&wrong.to_string()) && report.contains(&size.to_string()), "{report}");
        }
    }
}

#[test]
fn a_hard_disk_has_an_mbr_with_one_partition() {
    let of = |bytes: Vec<u8>| {
        move |disc: &mut Disc| {
            let image = BootImage::Content(disc.content(bytes));
            disc.options.boot = vec![BootEntry { emulation: Emulation::HardDisk, ..BootEntry::new(image) }];
        }
    };
    let right = hard_disk(6);
    let changed = |at: usize, byte: u8| {
        let mut bytes = right.clone();
        bytes[at] = byte;
        bytes
    };
    let kind_of = |partition: usize| 446 + 16 * partition + 4;
    let wrong = [changed(511, 0), changed(kind_of(0), 0), changed(kind_of(3), 6), right[..511].to_vec()];
    for bytes in wrong {
        assert_eq!(refused(of(bytes)).0, codes::IMAPI_E_BOOT_IMAGE_DATA);
    }
    let mut disc = Disc::new();
    of(right)(&mut disc);
    disc.plan().expect("it has one");
}

#[test]
fn a_loader_has_room_for_what_is_written_into_it() {
    for (info_table, grub_info, least) in [(true, false, 64), (false, true, 2556)] {
        let entry = |len| {
            move |disc: &mut Disc| {
                disc.options.boot = vec![BootEntry { info_table, grub_info, ..BootEntry::new(image(disc, len)) }];
            }
        };
        assert_eq!(refused(entry(least - 1)).0, codes::IMAPI_E_BOOT_IMAGE_DATA);
        let mut disc = Disc::new();
        entry(least)(&mut disc);
        disc.plan().expect("it fits");
    }
    let (code, _) = refused(|disc| {
        let appended = Some(disc.content(bytes(1, 5000)));
        disc.options.hybrid = Some(Hybrid { appended, ..Hybrid::default() });
        disc.options.boot = vec![BootEntry { info_table: true, ..BootEntry::new(BootImage::AppendedPartition) }];
    });
    assert_eq!(code, codes::IMAPI_E_BOOT_IMAGE_DATA);
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let invalid = codes::IMAPI_E_INVALID_PARAM;
    let code = || MbrCode::of_kind(&[0x90; 440], Some(HybridCode::Grub)).ok();
    let without_iso = |disc: &mut Disc| {
        disc.options.boot = vec![BootEntry::new(image(disc, 10))];
        let file_systems = &mut disc.options.file_systems;
        (file_systems.iso9660, file_systems.joliet, file_systems.udf) = (false, false, true);
    };
    let (found, report) = refused(without_iso);
    assert_eq!(found, invalid);
    assert!(report.contains("FileSystemsToCreate"), "{report}");
    assert_eq!(refused(|disc| disc.options.boot = vec![BootEntry::efi(BootImage::AppendedPartition)]).0, invalid);
    let without_loader = |disc: &mut Disc| disc.options.hybrid = Some(Hybrid { code: code(), ..Hybrid::default() });
    assert_eq!(refused(without_loader).0, invalid);
    let only_a_floppy = |disc: &mut Disc| {
        without_loader(disc);
        let image = image(disc, 1_474_560);
        disc.options.boot = vec![BootEntry { emulation: Emulation::Floppy1440, ..BootEntry::new(image) }];
        disc.options.boot.push(BootEntry::efi(image));
    };
    assert_eq!(refused(only_a_floppy).0, invalid);
    let empty_partition = |disc: &mut Disc| {
        let appended = Some(disc.content(Vec::new()));
        disc.options.hybrid = Some(Hybrid { appended, table: PartitionTable::Gpt, code: None });
    };
    assert_eq!(refused(empty_partition).0, codes::IMAPI_E_BOOT_IMAGE_DATA);
}

#[test]
fn values_are_refused_where_they_are_made() {
    let told = |error: &BootError| {
        let report = Report::new(error, Lang::EN).to_string();
        assert!(!report.contains('‹'), "{report}");
        error.code()
    };
    let manufacturer = Manufacturer::new(&"x".repeat(25)).expect_err("too long");
    let [unknown, long, none] =
        [&[1; 512][..], &[1; 513], &[]].map(MbrCode::new).map(|code| code.expect_err("no code"));
    for error in [manufacturer, unknown, long, none] {
        assert_eq!(told(&error), codes::IMAPI_E_INVALID_PARAM);
    }
}

#[test]
fn an_appended_partition_that_shrank_is_named() {
    let bench = Bench::new();
    bench.put("efi.img", bytes(1, 70_000));
    let mut disc = Disc::new();
    let path = bench.source.join("efi.img");
    let options = ScanOptions::default();
    let node =
        add_file(&mut disc.tree, &mut disc.contents, NodeId::ROOT, b"efi.img", &path, &options).expect("readable");
    // It stands behind the files only.
    disc.tree.remove(node).expect("there");
    disc.options.hybrid = Some(Hybrid { appended: Some(Content(0)), ..Hybrid::default() });
    let image = disc.image();
    fs::write(&path, bytes(1, 60_000)).expect("writable");
    let error = write_image(
        &image,
        &bench.iso,
        WriteOptions { sync: false, ..WriteOptions::default() },
        &mut Control::silent(),
    );
    let error = error.expect_err("it is shorter");
    assert_eq!(error.code(), codes::IMAPI_E_DATA_STREAM_INCONSISTENCY);
    assert!(Report::new(&error, Lang::EN).to_string().contains("efi.img"));
}
