//! Images that a BIOS starts.

use imapi_fsimage::{BootEntry, BootImage, Emulation, Hybrid, PartitionTable};

use crate::{
    loaders::{Disc, FOUND, boot_hybrid, efi_partition, isohybrid},
    machine::{Drive, Firmware, boots},
    sectors,
};

#[test]
fn isolinux_starts_from_a_cd_and_from_a_disk() {
    let image = || {
        let mut disc = Disc::new();
        disc.options.boot = vec![disc.isolinux()];
        disc.options.hybrid = Some(Hybrid { code: Some(isohybrid()), ..Hybrid::default() });
        disc.image()
    };
    boots(&image(), Firmware::SeaBios, Drive::Cd, FOUND);
    boots(&image(), Firmware::SeaBios, Drive::Disk, FOUND);
}

#[test]
fn isolinux_starts_from_a_disk_with_a_gpt() {
    let mut disc = Disc::new();
    disc.options.boot = vec![disc.isolinux()];
    let appended = Some(disc.content(&efi_partition(2048)));
    disc.options.hybrid = Some(Hybrid { code: Some(isohybrid()), table: PartitionTable::Gpt, appended });
    boots(&disc.image(), Firmware::SeaBios, Drive::Disk, FOUND);
}

#[test]
fn grub_starts_from_a_cd_and_from_a_disk() {
    let image = |table| {
        let mut disc = Disc::new();
        disc.options.file_systems.udf = table == PartitionTable::Gpt;
        disc.options.boot = vec![disc.grub()];
        disc.options.hybrid = Some(Hybrid { code: Some(boot_hybrid()), table, appended: None });
        disc.image()
    };
    boots(&image(PartitionTable::Mbr), Firmware::SeaBios, Drive::Cd, FOUND);
    boots(&image(PartitionTable::Mbr), Firmware::SeaBios, Drive::Disk, FOUND);
    boots(&image(PartitionTable::Gpt), Firmware::SeaBios, Drive::Disk, FOUND);
}

#[test]
fn a_floppy_disk_of_each_size_is_emulated() {
    for emulation in [Emulation::Floppy1200, Emulation::Floppy1440, Emulation::Floppy2880] {
        let size = emulation.floppy_size().expect("a floppy disk");
        let text = format!("started as a floppy disk of {size} bytes");
        let mut disc = Disc::new();
        let floppy = sectors::floppy(usize::try_from(size).expect("small"), &text);
        let image = BootImage::Content(disc.content(&floppy));
        disc.options.boot = vec![BootEntry { emulation: Emulation::of_size(size), ..BootEntry::new(image) }];
        boots(&disc.image(), Firmware::SeaBios, Drive::Cd, &text);
    }
}

#[test]
fn a_hard_disk_is_emulated() {
    let text = "started as a hard disk";
    let mut disc = Disc::new();
    let image = BootImage::File(disc.put("disk.img", sectors::hard_disk(text)));
    disc.options.boot = vec![BootEntry { emulation: Emulation::HardDisk, ..BootEntry::new(image) }];
    boots(&disc.image(), Firmware::SeaBios, Drive::Cd, text);
}

#[test]
fn all_of_a_loader_is_loaded_to_its_segment() {
    // Far more than four sectors of code, which is at 41000h.
    let mut disc = Disc::new();
    let image = BootImage::Content(disc.content(&sectors::tells_its_segment(40, "gain, loaded as a whole")));
    disc.options.boot = vec![BootEntry { load_segment: 0x4100, ..BootEntry::new(image) }];
    boots(&disc.image(), Firmware::SeaBios, Drive::Cd, "Again, loaded as a whole");
}
