//! El Torito: what xorriso says of boot catalogues is what we say.

use imapi_disc_types::Block;
use imapi_volume_structs::el_torito::{Emulation, Platform};
use imapi_volumes::{OpenOptions, boot_catalog};

use crate::{makers::Bench, peer, seen::source, tree, words, write};

#[test]
fn a_catalogue_of_xorriso_is_told_as_xorriso_tells_it() {
    let bench = Bench::new(tree::plain);
    write(&bench.files(), "boot/bios.img", tree::contents(2048 * 3, 1));
    write(&bench.files(), "boot/efi.img", tree::contents(2048 * 9, 2));
    write(&bench.files(), "boot/floppy.img", vec![0; 1_474_560]);
    let options = "-R -c boot/catalog -b boot/bios.img -no-emul-boot -boot-load-size 4 -boot-info-table \
                   -eltorito-alt-boot -e boot/efi.img -no-emul-boot -eltorito-alt-boot -b boot/floppy.img";
    let image = bench.mkisofs(options, "image.iso");
    let told = peer("xorriso", "xorriso", &words("-indev image.iso -report_el_torito plain"), bench.folder());
    let told = String::from_utf8(told).expect("UTF-8");
    let catalog = boot_catalog(&source(&image), &OpenOptions::default()).expect("it can be read").expect("it has one");

    let place = told.lines().find_map(|line| line.strip_prefix("El Torito catalog  :")).expect("where it is");
    assert_eq!(place.split_whitespace().next().and_then(|block| block.parse().ok()), Some(catalog.block.0), "{told}");
    assert_eq!((catalog.record, catalog.validation.platform), (Block(17), Platform::X86));
    // El Torito boot img :   1  BIOS  y   none  0x0000  0x00      4         288
    let theirs: Vec<Vec<&str>> = told
        .lines()
        .filter_map(|line| line.strip_prefix("El Torito boot img :"))
        .map(|line| line.split_whitespace().collect())
        .filter(|words: &Vec<&str>| words.len() == 8 && words[0] != "N")
        .collect();
    assert_eq!(theirs.len(), 3, "{told}");
    for (ours, theirs) in catalog.images.iter().zip(&theirs) {
        let platform = if ours.platform == Platform::EFI { "UEFI" } else { "BIOS" };
        let emulation = if ours.entry.emulation == Emulation::NONE { "none" } else { "fd1.4" };
        let (sectors, block) = (ours.entry.sector_count.to_string(), ours.entry.block.to_string());
        assert_eq!(&theirs[1..4], [platform, "y", emulation], "{told}");
        assert_eq!(&theirs[6..], [sectors, block], "{told}");
        assert_eq!(ours.start, Some(u64::from(ours.entry.block) * 2048));
    }
    assert_eq!(catalog.images.len(), 3);
    assert_eq!(catalog.images.iter().filter(|image| image.section.is_some()).count(), 2);
}

#[test]
fn where_nothing_can_be_started_there_is_no_catalogue() {
    let bench = Bench::new(tree::plain);
    let image = bench.genisoimage("-R", "image.iso");
    assert_eq!(boot_catalog(&source(&image), &OpenOptions::default()).expect("it can be read"), None);
}
