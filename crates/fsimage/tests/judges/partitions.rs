//! Images that start from a disk too: partition tables as those read them who partition disks.

use std::{fs, process::Command};

use imapi_disc_types::{BlockSource as _, conformance};
use imapi_fsimage::{BootEntry, BootImage, Hybrid, HybridCode, MbrCode, PartitionTable, ResultImage, UdfRevision};

use crate::{
    decoded,
    disc::{Disc, bytes, reported, written},
    folder::{Bench, run, text},
};

fn from_package(path: &str) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}; cargo xtask test --setup installs what has it"))
}

/// An image with a loader, a file, and whatever else.
fn hybrid(
    kind: Option<HybridCode>,
    table: PartitionTable,
    appended: Option<usize>,
    more: impl FnOnce(&mut Disc),
) -> ResultImage {
    let mut disc = Disc::new();
    // A loader that code for the MBR is content with.
    let loader = BootImage::File(disc.put("loader.bin", from_package("/usr/lib/ISOLINUX/isolinux.bin")));
    disc.put("file", bytes(2, 300_000));
    disc.options.boot = vec![BootEntry { info_table: true, ..BootEntry::new(loader) }];
    let template = |path: &str| MbrCode::new(&from_package(path)).expect("it is known");
    let code = kind.map(|kind| match kind {
        HybridCode::Isolinux => template("/usr/lib/ISOLINUX/isohdpfx.bin"),
        HybridCode::Grub => template("/usr/lib/grub/i386-pc/boot_hybrid.img"),
    });
    assert_eq!(code.as_ref().and_then(MbrCode::kind), kind);
    let appended = appended.map(|len| disc.content(bytes(3, len)));
    if appended.is_some() {
        disc.options.boot.push(BootEntry::efi(BootImage::AppendedPartition));
    }
    disc.options.hybrid = Some(Hybrid { code, table, appended });
    more(&mut disc);
    disc.image()
}

fn report(bench: &Bench) -> String {
    let reports = ["-report_el_torito", "plain", "-report_system_area", "plain"];
    run("xorriso", &[&["-indev", text(&bench.iso)][..], &reports].concat())
}

/// Device, start, end, sectors and what else `fdisk -l` tells of each partition.
fn fdisk(bench: &Bench) -> (String, Vec<Vec<String>>) {
    let told = run("fdisk", &["-l", text(&bench.iso)]);
    let lines = told.lines().filter(|line| line.starts_with(text(&bench.iso)));
    let fields = |line: &str| line.split_whitespace().skip(1).map(str::to_string).collect();
    let partitions = lines.map(fields).collect();
    (told, partitions)
}

/// What a program says that need not succeed.
fn run_anyhow(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect(program);
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}

fn first_block(image: &ResultImage, path: &str) -> u64 {
    image.files().find(|file| file.path == path).expect("planned").blocks.start
}

#[test]
fn an_isohybrid_image_is_one_to_xorriso_and_fdisk() {
    let image = hybrid(Some(HybridCode::Isolinux), PartitionTable::Mbr, None, |_| {});
    assert_eq!(image.blocks() % 512, 0, "whole cylinders");
    let bench = written(&image);
    let report = report(&bench);
    assert_eq!(reported(&report, "System area summary"), [["MBR", "isohybrid", "cyl-align-on"]], "{report}");
    let sectors = (image.blocks() * 4).to_string();
    assert_eq!(reported(&report, "MBR partition"), [["1", "0x80", "0x17", "0", &sectors]], "{report}");
    let (told, partitions) = fdisk(&bench);
    assert!(told.contains("Disklabel type: dos"), "{told}");
    assert_eq!(partitions[0][..4], ["*", "0", &(image.blocks() * 4 - 1).to_string(), &sectors], "{told}");
    assert_eq!(partitions.len(), 1);
    // Where the code looks for the loader.
    let mbr = decoded::blocks(&image, 0, 512);
    assert_eq!(mbr[432..440], (first_block(&image, "/loader.bin") * 4).to_le_bytes());
}

#[test]
fn an_appended_partition_stands_behind_the_image_in_an_mbr() {
    let image = hybrid(Some(HybridCode::Grub), PartitionTable::Mbr, Some(1_000_000), |_| {});
    let bench = written(&image);
    let report = report(&bench);
    assert_eq!(reported(&report, "System area summary"), [["MBR", "grub2-mbr", "cyl-align-on"]], "{report}");
    let found = reported(&report, "MBR partition");
    let start: u64 = found[1][3].parse().expect("a number");
    assert_eq!(
        found,
        [
            ["1", "0x80", "0xcd", "0", &start.to_string()],
            ["2", "0x00", "0xef", &start.to_string(), "1956"] // 489 blocks of 2048 bytes
        ]
    );
    assert_eq!(start % 2048, 0, "a whole mebibyte");
    let first = u32::try_from(start / 4).expect("small");
    assert!(decoded::blocks(&image, first, 1_000_000) == bytes(3, 1_000_000));
    // El Torito starts the same.
    let found = reported(&report, "El Torito boot img");
    assert_eq!(found[1], ["2", "UEFI", "y", "none", "0x0000", "0x00", "1954", &first.to_string()], "{report}");
    let mbr = decoded::blocks(&image, 0, 512);
    assert_eq!(mbr[432..440], (first_block(&image, "/loader.bin") * 4 + 4).to_le_bytes());
}

/// sgdisk finds no problem, and these partitions: code, first and last sector, name.
fn sgdisk(bench: &Bench) -> Vec<[String; 4]> {
    let verdict = run("sgdisk", &["-v", text(&bench.iso)]);
    assert!(verdict.contains("No problems found.") && !verdict.contains("Caution"), "{verdict}");
    let listed = run("sgdisk", &["-p", text(&bench.iso)]);
    let numbers = listed.lines().filter_map(|line| line.split_whitespace().next()?.parse::<u32>().ok());
    let fields = numbers.map(|number| {
        let told = run("sgdisk", &["-i", &number.to_string(), text(&bench.iso)]);
        ["Partition GUID code", "First sector", "Last sector", "Partition name"].map(|label| {
            let line = told.lines().find_map(|line| line.strip_prefix(label)?.strip_prefix(": "));
            let word = line.and_then(|line| line.split(" (").next());
            word.unwrap_or_else(|| panic!("{label}: {told}")).trim_matches('\'').to_string()
        })
    });
    fields.collect()
}

const DATA: &str = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7";
const EFI: &str = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

fn partition(code: &str, blocks: std::ops::Range<u64>, name: &str) -> [String; 4] {
    [code.to_string(), (blocks.start * 4).to_string(), (blocks.end * 4 - 1).to_string(), name.to_string()]
}

#[test]
fn a_gpt_tells_of_the_appended_partition() {
    let image = hybrid(Some(HybridCode::Grub), PartitionTable::Gpt, Some(1_000_000), |_| {});
    let (bench, end) = (written(&image), image.blocks() - 16);
    let report = report(&bench);
    let summary = "MBR protective-msdos-label grub2-mbr cyl-align-off GPT";
    assert_eq!(reported(&report, "System area summary"), [summary.split(' ').collect::<Vec<_>>()], "{report}");
    let first = reported(&report, "El Torito boot img")[1][7].parse::<u64>().expect("a number");
    assert_eq!(first % 512, 0);
    let mut expected = vec![partition(DATA, 16..first, "Image"), partition(EFI, first..first + 489, "EFI system")];
    if first + 489 < end {
        expected.push(partition(DATA, first + 489..end, "Image"));
    }
    assert_eq!(sgdisk(&bench), expected);
    let (told, partitions) = fdisk(&bench);
    assert!(told.contains("Disklabel type: gpt"), "{told}");
    assert_eq!(partitions[1][..2], expected[1][1..3], "{told}");
    // Firmware of old finds an active partition, which is none.
    let sectors = (image.blocks() * 4 - 1).to_string();
    assert_eq!(
        reported(&report, "MBR partition"),
        [["1", "0x00", "0xee", "1", &sectors], ["2", "0x80", "0x00", "0", "1"]]
    );
}

#[test]
fn a_gpt_tells_of_an_efi_image_among_the_files() {
    let image = hybrid(None, PartitionTable::Gpt, None, |disc| {
        let efi = disc.put("efi.img", bytes(4, 100_000));
        disc.options.boot.push(BootEntry::efi(BootImage::File(efi)));
    });
    let bench = written(&image);
    let (first, end) = (first_block(&image, "/efi.img"), image.blocks() - 16);
    let expected = [
        partition(DATA, 16..first, "Image"),
        partition(EFI, first..first + 49, "EFI system"),
        partition(DATA, first + 49..end, "Image"),
    ];
    assert_eq!(sgdisk(&bench), expected);
    assert_eq!(reported(&report(&bench), "MBR partition").len(), 1, "nothing a BIOS could start");
}

#[test]
fn a_gpt_that_was_damaged_comes_back_from_its_copy() {
    let image = hybrid(None, PartitionTable::Gpt, Some(50_000), |_| {});
    let bench = written(&image);
    let right = sgdisk(&bench);
    let mut bytes = fs::read(&bench.iso).expect("written");
    bytes[512..1024].fill(0);
    fs::write(&bench.iso, bytes).expect("writable");
    // It writes the copy to where the first was.
    let said = run("sgdisk", &["-e", text(&bench.iso)]);
    assert!(said.contains("backup"), "{said}");
    assert_eq!(sgdisk(&bench), right);
}

#[test]
fn udf_leaves_the_end_to_the_table() {
    for udf_revision in [UdfRevision::R102, UdfRevision::R260] {
        let image = hybrid(Some(HybridCode::Grub), PartitionTable::Gpt, Some(50_000), |disc| {
            disc.options.file_systems.udf = true;
            disc.options.udf_revision = udf_revision;
        });
        let bench = written(&image);
        assert_eq!(sgdisk(&bench)[1][0], EFI);
        let blocks = image.blocks().to_string();
        let told = run("udfinfo", &[text(&bench.iso)]);
        for line in [
            format!("blocks={blocks}"),
            format!("{}={udf_revision}", if udf_revision == UdfRevision::R102 { "udfrev" } else { "udfwriterev" }),
        ] {
            assert!(told.lines().any(|told| told == line), "{line}: {told}");
        }
        // The anchor in block 256 may be lost: the other is found.
        let mut bytes = fs::read(&bench.iso).expect("written");
        bytes[256 * 2048..257 * 2048].fill(0);
        fs::write(&bench.iso, &bytes).expect("writable");
        let told = run("udfinfo", &[text(&bench.iso)]);
        assert!(told.contains("label=TEST"), "{told}");
        let last = bytes.len() - 257 * 2048;
        bytes[last..last + 2048].fill(0);
        fs::write(&bench.iso, &bytes).expect("writable");
        assert!(!run_anyhow("udfinfo", &[text(&bench.iso)]).contains("label=TEST"), "there is no third");
    }
}

#[test]
fn the_same_options_make_the_same_bytes_and_others_another_disk() {
    let image = |volume: &str| {
        let image = hybrid(Some(HybridCode::Grub), PartitionTable::Gpt, Some(50_000), |disc| {
            disc.options.volume = volume.to_string();
        });
        decoded::blocks(&image, 0, image.bytes())
    };
    let one = image("ONE");
    assert!(one == image("ONE"));
    let other = image("TWO");
    let disk = |bytes: &[u8]| bytes[512 + 56..512 + 72].to_vec();
    let partition = |bytes: &[u8]| bytes[1024 + 16..1024 + 32].to_vec();
    assert_ne!(disk(&one), disk(&other));
    assert_ne!(partition(&one), partition(&other));
    assert_ne!(disk(&one), partition(&one));
}

#[test]
fn images_that_start_from_disks_keep_the_contract_of_sources() {
    for table in [PartitionTable::Mbr, PartitionTable::Gpt] {
        let image = hybrid(Some(HybridCode::Isolinux), table, Some(50_001), |_| {});
        conformance::check(&image).expect("the contract is kept");
    }
}
