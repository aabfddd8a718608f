//! Boot options: one slot, one copy, many references.

use std::{io::Read, sync::Arc};

use imapi_errors::fs as codes;
use imapi_fsimage::{BootOptions, Data, Emulation, Platform};
use rstest::rstest;

use super::{code, image, silent};

fn options(bytes: usize) -> Arc<BootOptions> {
    let options = BootOptions::new();
    options.assign_boot_image(vec![0xB0; bytes]).expect("it has bytes");
    Arc::new(options)
}

#[rstest]
#[case(1_228_800, Emulation::Floppy1200)]
#[case(1_474_560, Emulation::Floppy1440)]
#[case(2_949_120, Emulation::Floppy2880)]
#[case(1_474_561, Emulation::None)]
#[case(2048, Emulation::None)]
fn the_very_size_of_a_floppy_disk_makes_one(#[case] bytes: usize, #[case] expected: Emulation) {
    let options = options(bytes);
    assert_eq!((options.emulation(), options.platform_id()), (expected, Platform::X86));
    assert_eq!(options.image_size() as usize, bytes);
    for emulation in [Emulation::None, Emulation::HardDisk, expected] {
        options.set_emulation(emulation).expect("it fits");
    }
    for other in [Emulation::Floppy1200, Emulation::Floppy1440, Emulation::Floppy2880] {
        let outcome = options.set_emulation(other);
        assert_eq!(outcome.is_ok(), other == expected);
        if let Err(error) = outcome {
            assert_eq!(code::<()>(Err(error)), codes::IMAPI_E_BOOT_EMULATION_IMAGE_SIZE_MISMATCH);
        }
    }
    options.assign_boot_image(vec![0; 512]).expect("it has bytes");
    assert_eq!(options.emulation(), Emulation::None, "it is no floppy disk any more");
}

#[test]
fn a_boot_image_is_read_when_it_is_assigned() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::TimedOut.into())
        }
    }
    let options = BootOptions::new();
    assert!(options.boot_image().is_none());
    for data in [Data::bytes([]), Data::reader(Broken), Data::file("/nowhere/at all"), Data::reader(&b""[..])] {
        assert_eq!(code(options.assign_boot_image(data)), codes::IMAPI_E_BOOT_IMAGE_DATA);
    }
    let folder = tempfile::tempdir().expect("a folder");
    for bytes in [3000, 5 << 20] {
        let path = folder.path().join("boot.img");
        std::fs::write(&path, vec![7; bytes]).expect("room");
        options.assign_boot_image(path.as_path()).expect("readable");
        std::fs::remove_file(&path).expect("ours");
        let mut all = Vec::new();
        options.boot_image().expect("assigned").read_to_end(&mut all).expect("kept");
        assert!(all == vec![7; bytes]);
    }
    assert_eq!(code(options.assign_boot_image(Data::bytes([]))), codes::IMAPI_E_BOOT_IMAGE_DATA);
    assert_eq!(options.image_size(), 5 << 20, "the old one stays");
}

#[rstest]
#[case("Microsoft", true)]
#[case("", true)]
#[case("24 characters, no more..", true)]
#[case("25 characters, one more..", false)]
#[case("Café", true)]
#[case("光碟", false)]
fn a_manufacturer_has_24_bytes(#[case] name: &str, #[case] fits: bool) {
    let options = BootOptions::new();
    match options.set_manufacturer(name) {
        Ok(()) => assert_eq!((options.manufacturer().as_str(), fits), (name, true)),
        Err(error) => {
            assert!(!fits);
            assert_eq!(code::<()>(Err(error)), codes::IMAPI_E_INVALID_PARAM);
        }
    }
}

#[test]
fn both_setters_fill_one_slot() {
    let image = image();
    let (one, other) = (options(2048), options(4096));
    image.set_boot_image_options(Some(&one)).expect("assigned");
    let copy = image.boot_image_options().expect("set");
    assert!(!Arc::ptr_eq(&copy, &one));
    one.set_platform_id(Platform::EFI);
    assert_eq!(copy.platform_id(), Platform::X86, "it is a copy");
    image.set_boot_image_options_array([Arc::clone(&one), Arc::clone(&other)]).expect("assigned");
    let array = image.boot_image_options_array();
    assert!(Arc::ptr_eq(&array[0], &one) && Arc::ptr_eq(&array[1], &other), "these are no copies");
    assert!(Arc::ptr_eq(&image.boot_image_options().expect("set"), &one));
    image.set_boot_image_options(None).expect("possible");
    assert!(image.boot_image_options_array().is_empty());
}

#[test]
fn boot_images_take_room_as_they_are_now() {
    let image = image();
    let empty = image.used_blocks();
    let boot = options(40 * 2048);
    image.set_boot_image_options_array([Arc::clone(&boot)]).expect("assigned");
    let small = image.used_blocks();
    assert!(small >= empty + 32, "{empty} {small}");
    boot.assign_boot_image(vec![0; 400 * 2048]).expect("it has bytes");
    assert!(image.used_blocks() >= small + 320, "what they are now counts");
}

#[test]
fn what_cannot_boot_is_refused() {
    let image = image();
    let many: Vec<Arc<BootOptions>> = (0..33).map(|_| options(512)).collect();
    assert_eq!(code(image.set_boot_image_options_array(many[..33].to_vec())), codes::IMAPI_E_BOOT_IMAGE_DATA);
    image.set_boot_image_options_array(many[..32].to_vec()).expect("as many as there may be");
    let without = [Arc::clone(&many[0]), Arc::new(BootOptions::new())];
    assert_eq!(code(image.set_boot_image_options_array(without)), codes::IMAPI_E_BOOT_IMAGE_DATA);
    assert_eq!(image.boot_image_options_array().len(), 32, "all stays as it was");
    image.set_session_start_block(1).expect("a later session may boot");
    image.set_session_start_block(0).expect("the first");
    image.set_strict_file_system_compliance(true).expect("empty");
    assert_eq!(code(image.set_session_start_block(1)), codes::IMAPI_E_BOOT_OBJECT_CONFLICT);
    image.set_boot_image_options_array([]).expect("none");
    image.set_session_start_block(1).expect("nothing boots");
    assert_eq!(code(image.set_boot_image_options(Some(&many[0]))), codes::IMAPI_E_BOOT_OBJECT_CONFLICT);
    image.set_boot_image_options(None).expect("none is none");
}

/// xorriso finds the boot images as they were described.
#[test]
fn a_machine_finds_what_it_is_to_start() {
    let image = image();
    image.root().add_directory("docs").expect("new").add_file("a", b"a", &mut silent()).expect("new");
    let (bios, floppy, efi) = (options(2048), options(1_474_560), options(40_960));
    bios.set_manufacturer("Nobody in particular").expect("short enough");
    efi.set_platform_id(Platform::EFI);
    image.set_boot_image_options_array([bios, floppy, efi]).expect("assigned");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("image.iso");
    let result = image.create_result_image().expect("an image");
    assert!(result.total_blocks() <= image.used_blocks());
    let stream = result.image();
    let options = imapi_fsimage::WriteOptions { sync: false, ..imapi_fsimage::WriteOptions::default() };
    imapi_fsimage::write_image(stream, &path, options, &mut imapi_disc_types::Control::silent()).expect("room");
    let output = std::process::Command::new("xorriso")
        .args(["-indev".as_ref(), path.as_os_str(), "-report_el_torito".as_ref(), "plain".as_ref()])
        .output()
        .expect("xorriso is needed: apt-get install xorriso");
    let text = String::from_utf8_lossy(&output.stdout);
    let found: Vec<Vec<&str>> = text
        .lines()
        .filter_map(|line| line.strip_prefix("El Torito boot img :"))
        .map(|line| line.split_whitespace().collect())
        .collect();
    // Number, platform, bootable, emulation, load segment, hard disk, load size, block.
    let expected = [("1", "BIOS", "none", "4"), ("2", "BIOS", "fd1.4", "1"), ("3", "UEFI", "none", "80")];
    assert_eq!(found.len(), expected.len(), "{text}");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!((found[0], found[1], found[3], found[6]), expected, "{text}");
    }
    for item in result.progress_items().items() {
        assert!(item.description().starts_with("boot image ") || item.description() == "/docs/a");
    }
}

#[test]
fn what_changes_while_a_result_lives_is_for_the_next_one() {
    let image = image();
    image.set_boot_image_options(Some(&options(2048))).expect("assigned");
    let first = image.create_result_image().expect("an image");
    let second = image.create_result_image().expect("its boot image is there already");
    assert_eq!(first.total_blocks(), second.total_blocks());
    image.set_boot_image_options(Some(&options(99 * 2048))).expect("assigned");
    assert_eq!(code(image.create_result_image()), codes::IMAPI_E_READONLY, "the new one is not");
    drop((first, second));
    assert!(image.create_result_image().expect("an image").total_blocks() > 99 + 16);
    let _ =
        image.set_file_systems_to_create(imapi_fsimage::FileSystems { udf: true, ..imapi_fsimage::FileSystems::NONE });
    assert_eq!(code(image.create_result_image()), codes::IMAPI_E_INVALID_PARAM, "UDF alone does not boot");
}
