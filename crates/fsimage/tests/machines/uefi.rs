//! Images that UEFI starts.

use imapi_fsimage::{BootEntry, BootImage, Hybrid, PartitionTable};

use crate::{
    loaders::{Disc, FOUND, boot_hybrid, efi_partition},
    machine::{Drive, Firmware, boots},
};

/// Of 40 MB, whose size El Torito's entry cannot say.
#[test]
fn grub_starts_from_an_image_among_the_files() {
    let image = || {
        let mut disc = Disc::new();
        let efi = BootImage::File(disc.put("efi.img", efi_partition(40_000)));
        disc.options.boot = vec![BootEntry::efi(efi)];
        disc.options.hybrid = Some(Hybrid { table: PartitionTable::Gpt, ..Hybrid::default() });
        disc.image()
    };
    boots(&image(), Firmware::Ovmf, Drive::Cd, FOUND);
    boots(&image(), Firmware::Ovmf, Drive::Disk, FOUND);
}

/// As distributions have it: one image for a BIOS and for UEFI, on CDs and on sticks.
#[test]
fn one_image_starts_everything() {
    let image = || {
        let mut disc = Disc::new();
        disc.options.boot = vec![disc.grub(), BootEntry::efi(BootImage::AppendedPartition)];
        let appended = Some(disc.content(&efi_partition(2048)));
        disc.options.hybrid = Some(Hybrid { code: Some(boot_hybrid()), table: PartitionTable::Gpt, appended });
        disc.image()
    };
    for (firmware, drive) in [
        (Firmware::SeaBios, Drive::Cd),
        (Firmware::SeaBios, Drive::Disk),
        (Firmware::Ovmf, Drive::Cd),
        (Firmware::Ovmf, Drive::Disk),
    ] {
        boots(&image(), firmware, drive, FOUND);
    }
}

/// OVMF looks for El Torito on disks too, so that only an image without it shows that the partition is found.
#[test]
fn the_appended_partition_alone_is_enough_on_a_disk() {
    for table in [PartitionTable::Mbr, PartitionTable::Gpt] {
        let mut disc = Disc::new();
        let appended = Some(disc.content(&efi_partition(2048)));
        disc.options.hybrid = Some(Hybrid { code: None, table, appended });
        boots(&disc.image(), Firmware::Ovmf, Drive::Disk, FOUND);
    }
}
