//! Boot options: one slot, one copy, many references.

use std::{io::Read, sync::Arc};

use imapi_errors::fs as codes;
use imapi_fsimage::{BootOptions, Data, EmulationType, PlatformId};
use rstest::rstest;

use super::{code, image};

fn options(bytes: usize) -> Arc<BootOptions> {
    let options = BootOptions::new();
    options.assign_boot_image(vec![0xB0; bytes]).expect("it has bytes");
    Arc::new(options)
}

#[rstest]
#[case(1_228_800, EmulationType::FLOPPY_1200)]
#[case(1_474_560, EmulationType::FLOPPY_1440)]
#[case(2_949_120, EmulationType::FLOPPY_2880)]
#[case(1_474_561, EmulationType::NONE)]
#[case(2048, EmulationType::NONE)]
fn the_very_size_of_a_floppy_disk_makes_one(#[case] bytes: usize, #[case] expected: EmulationType) {
    let options = options(bytes);
    assert_eq!((options.emulation(), options.platform_id()), (expected, PlatformId::X86));
    assert_eq!(options.image_size() as usize, bytes);
    for emulation in [EmulationType::NONE, EmulationType::HARD_DISK, expected] {
        options.set_emulation(emulation).expect("it fits");
    }
    for other in [EmulationType::FLOPPY_1200, EmulationType::FLOPPY_1440, EmulationType::FLOPPY_2880] {
        let outcome = options.set_emulation(other);
        assert_eq!(outcome.is_ok(), other == expected);
        if let Err(error) = outcome {
            assert_eq!(code::<()>(Err(error)), codes::IMAPI_E_BOOT_EMULATION_IMAGE_SIZE_MISMATCH);
        }
    }
    options.assign_boot_image(vec![0; 512]).expect("it has bytes");
    assert_eq!(options.emulation(), EmulationType::NONE, "it is no floppy disk any more");
    assert_eq!(code(options.set_emulation(EmulationType(5))), codes::IMAPI_E_INVALID_PARAM);
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
    one.set_platform_id(PlatformId::EFI);
    assert_eq!(copy.platform_id(), PlatformId::X86, "it is a copy");
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
    assert_eq!(code(image.set_session_start_block(1)), codes::IMAPI_E_BOOT_OBJECT_CONFLICT);
    image.set_boot_image_options_array([]).expect("none");
    image.set_session_start_block(1).expect("nothing boots");
    assert_eq!(code(image.set_boot_image_options(Some(&many[0]))), codes::IMAPI_E_BOOT_OBJECT_CONFLICT);
    image.set_boot_image_options(None).expect("none is none");
}
