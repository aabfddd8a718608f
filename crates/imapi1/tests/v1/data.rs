//! Discs of data: what is added, what is on them, and sessions behind each other.

use imapi_errors::{common, v1};
use imapi1::{FolderStorage, MemoryStorage, PropertySet, PropertyValue};

use crate::{
    bench::{Bench, Order, code, joliet, noise, recorder, tree},
    judged::good,
};

#[test]
fn two_sessions_are_read_by_others() {
    for medium in ["cd-r", "cd-rw"] {
        let bench = Order { medium: Some(medium), blocks: 30_000, ..Order::default() }.bench();
        let (master, joliet) = bench.data();
        joliet.add_data(&tree(), false).expect("it fits");
        master.record_disc(false, false).expect("recorded");
        assert_eq!(joliet.used_data_blocks().expect("data"), 0, "the image is empty again");
        master.set_active_disc_recorder(&recorder(&master)).expect("the disc has room");
        // What is on the disc belongs to the image.
        assert_eq!(code(&joliet.add_data(&tree(), false)), v1::IMAPI_E_FILEEXISTS);
        let more = MemoryStorage::new()
            .with_stream("READ ME.TXT", *b"Good evening")
            .with_storage("folder", MemoryStorage::new().with_stream("more.bin", noise(2, 100_000)));
        joliet.add_data(&more, true).expect("it fits");
        master.record_disc(false, false).expect("recorded");
        master.close();

        let listed = good(&bench, "isoinfo -J -l -i /dev/sr0 -T 0");
        assert!(listed.contains("Read me.txt"), "the first session: {listed}");
        let toc = good(&bench, "xorriso -indev /dev/sr0 -toc -lsl / /Folder");
        assert_eq!(toc.matches("ISO session").count(), 2, "{toc}");
        let named = "xorriso -read_fs norock -joliet on -indev /dev/sr0 -osirrox on -extract / out";
        good(&bench, named);
        let out = bench.folder.path().join("out");
        // Names in another case are the same, and the first one stays.
        assert_eq!(std::fs::read(out.join("Read me.txt")).expect("it is there"), b"Good evening");
        assert_eq!(std::fs::read(out.join("Folder/noise.bin")).expect("it is there"), noise(1, 300_000));
        assert_eq!(std::fs::read(out.join("Folder/more.bin")).expect("it is there"), noise(2, 100_000));
        let info = good(&bench, "cdrdao disk-info --device /dev/sr0 --driver generic-mmc");
        assert!(info.contains("Sessions             : 2"), "{info}");
    }
}

#[test]
fn a_simulated_disc_stays_blank_and_empties_the_image() {
    let bench = Bench::new("cd-r");
    let (master, joliet) = bench.data();
    joliet.add_data(&tree(), false).expect("it fits");
    master.record_disc(true, false).expect("simulated");
    assert_eq!(code(&master.record_disc(false, false)), v1::IMAPI_E_INVALIDIMAGE);
    let stash = std::fs::metadata(bench.folder.path().join("CD burning stash file.bin")).expect("it is claimed");
    assert_eq!(stash.len(), 0, "it is wiped");
    // The recorder is still active, and the disc is looked at anew.
    joliet.add_data(&tree(), false).expect("it fits");
    master.record_disc(false, true).expect("recorded");
    let one = master.active_disc_recorder().expect("it was chosen");
    assert_eq!(code(&one.query_media_info()), v1::IMAPI_E_MEDIUM_NOTPRESENT, "it was ejected");
}

#[test]
fn trees_merge_and_files_are_replaced_only_when_that_is_wanted() {
    let bench = Bench::new("cd-r");
    let (_master, joliet) = bench.data();
    joliet.add_data(&tree(), false).expect("it fits");
    let before = joliet.used_data_blocks().expect("data");
    let second = MemoryStorage::new()
        .with_storage("Folder", MemoryStorage::new().with_stream("new.bin", noise(3, 5000)))
        .with_stream("read me.TXT", *b"another");
    assert_eq!(code(&joliet.add_data(&second, false)), v1::IMAPI_E_FILEEXISTS);
    assert_eq!(joliet.used_data_blocks().expect("data"), before, "nothing of it is kept");
    joliet.add_data(&second, true).expect("it fits");
    assert_eq!(joliet.used_data_blocks().expect("data"), before + 3);
    // A file is no folder.
    let file = MemoryStorage::new().with_stream("folder", *b"x");
    assert_eq!(code(&joliet.add_data(&file, true)), v1::IMAPI_E_FILEEXISTS);
    let twice = MemoryStorage::new().with_stream("a", *b"1").with_stream("A", *b"2");
    assert_eq!(code(&joliet.add_data(&twice, false)), v1::IMAPI_E_FILEEXISTS);
}

#[test]
fn what_does_not_fit_leaves_everything_as_it_was() {
    let bench = Bench::new("cd-r");
    let (_master, joliet) = bench.data();
    let total = joliet.total_data_blocks().expect("data");
    assert_eq!((total, joliet.data_block_size().expect("data")), (crate::bench::BLOCKS - 152, 2048));
    joliet.add_data(&tree(), false).expect("it fits");
    let before = joliet.used_data_blocks().expect("data");
    let large = |blocks: u32| MemoryStorage::new().with_stream("large", vec![7; blocks as usize * 2048]);
    assert_eq!(code(&joliet.add_data(&large(total + 1), false)), v1::IMAPI_E_DISCFULL);
    assert_eq!(code(&joliet.add_data(&large(total - before + 1), false)), v1::IMAPI_E_DISCFULL);
    assert_eq!(joliet.used_data_blocks().expect("data"), before);
    joliet.add_data(&large(total - before), false).expect("it fits exactly");
    assert_eq!(joliet.used_data_blocks().expect("data"), total);
}

#[test]
fn a_full_disc_can_be_recorded() {
    let bench = Bench::new("cd-r");
    let (master, joliet) = bench.data();
    let total = joliet.total_data_blocks().expect("data");
    joliet.add_data(&tree(), false).expect("it fits");
    let left = total - joliet.used_data_blocks().expect("data");
    let rest = MemoryStorage::new().with_stream("large", vec![7; left as usize * 2048]);
    joliet.add_data(&rest, false).expect("it fits exactly");
    master.record_disc(false, false).expect("it has room for all that belongs to it");
}

#[test]
fn a_folder_on_disk_is_a_tree() {
    let bench = Bench::new("cd-r");
    let (master, joliet) = bench.data();
    let folder = bench.folder.path().join("from");
    let mut deep = folder.clone();
    for level in 1..=9 {
        deep.push(format!("level {level}"));
    }
    std::fs::create_dir_all(&deep).expect("a folder");
    std::fs::write(deep.join("Grüße.txt"), "deep").expect("a file");
    std::fs::write(folder.join("empty"), "").expect("a file");
    joliet.add_data(&FolderStorage(folder), false).expect("it fits");
    master.record_disc(false, false).expect("recorded");
    let said = good(&bench, "xorriso -read_fs norock -joliet on -indev /dev/sr0 -osirrox on -extract / out");
    let out = bench.folder.path().join("out");
    assert_eq!(std::fs::read(out.join("empty")).unwrap_or_else(|error| panic!("{error}: {said}")), b"");
    let found = (1..=9).fold(out, |path, level| path.join(format!("level {level}"))).join("Grüße.txt");
    assert_eq!(std::fs::read(found).expect("it is there"), b"deep");
}

#[test]
fn properties_are_on_the_disc() {
    let bench = Bench::new("cd-r");
    let (master, joliet) = bench.data();
    let told = joliet.joliet_properties().expect("data");
    assert_eq!(told.get("VolumeName"), Some(&PropertyValue::Text("Feb 29 2000".into())));
    assert_eq!(told.get("PlaceBootImageOnDisc"), Some(&PropertyValue::Flag(false)));
    joliet.add_data(&tree(), false).expect("it fits");
    let before = joliet.used_data_blocks().expect("data");
    let boot = noise(9, 1_474_560);
    let set = PropertySet::new()
        .with("VolumeName", PropertyValue::Text("Start me".into()))
        .with("PlaceBootImageOnDisc", PropertyValue::Flag(true))
        .with("BootImageManufacturerIDString", PropertyValue::Text("Someone".into()))
        .with("BootImagePlatform", PropertyValue::Byte(0))
        .with("BootImageEmulationType", PropertyValue::Byte(2))
        .with("BootImage", PropertyValue::Stream(boot.into()));
    assert_eq!(joliet.set_joliet_properties(&set).expect("they can be"), common::S_OK);
    // It is stored once, and not four times.
    let more = joliet.used_data_blocks().expect("data") - before;
    assert!((720..740).contains(&more), "{more}");
    let unknown = PropertySet::new().with("Colour", PropertyValue::Integer(1));
    assert_eq!(joliet.set_joliet_properties(&unknown).expect("nothing"), v1::IMAPI_S_PROPERTIESIGNORED);
    master.record_disc(false, false).expect("recorded");
    let told = good(&bench, "xorriso -indev /dev/sr0 -report_el_torito plain -pvd_info");
    assert!(told.contains("El Torito boot img :   1  BIOS  y  fd1.4"), "{told}");
    assert!(told.contains("START_ME"), "{told}");
    let told = good(&bench, "isoinfo -d -J -i /dev/sr0");
    assert!(told.contains("Joliet with UCS level 3") && told.contains("Eltorito"), "{told}");
}

#[test]
fn other_discs_take_data_for_those_who_ask_for_it() {
    for medium in ["dvd+r", "dvd-r", "bd-r", "bd-re"] {
        let bench = Order { medium: None, strict: false, ..Order::default() }.bench();
        let made: &'static imapi_virtual_drive::Medium = medium.parse().expect("a medium");
        let size = made.geometry(None).expect("its size");
        let disc = imapi_virtual_drive::DiscFile::create(&bench.folder.path().join("disc"), size).expect("a disc");
        bench.drive.insert(disc, made).expect("it takes it");
        let (master, joliet) = bench.data();
        joliet.add_data(&tree(), false).expect("it fits");
        master.record_disc(false, false).unwrap_or_else(|error| panic!("{medium}: {error:?}"));
        let listed = good(&bench, "isoinfo -J -f -i /dev/sr0");
        assert!(listed.contains("/Folder/noise.bin"), "{medium}: {listed}");
        master.set_active_disc_master_format(imapi1::FormatId::REDBOOK).expect("a format");
    }
}

#[test]
fn clearing_leaves_the_mode_of_another_session() {
    let bench = Order { blocks: 30_000, ..Order::default() }.bench();
    let (master, interface) = bench.data();
    interface.add_data(&tree(), false).expect("it fits");
    master.record_disc(false, false).expect("recorded");
    master.set_active_disc_recorder(&recorder(&master)).expect("the disc has room");
    master.clear_format_content().expect("nothing is under way");
    // Nothing of the disc belongs to the image any more, and the image is for a blank disc.
    interface.add_data(&tree(), false).expect("the names are free");
    assert_eq!(code(&master.record_disc(false, false)), v1::IMAPI_E_CANNOT_WRITE_TO_MEDIA);
    bench.insert("cd-r", 30_000);
    master.record_disc(false, false).expect("recorded");
    let _ = joliet(&master);
}
