//! What a disc has comes into the image, and the next session has old and new.

use std::{fs, ops::ControlFlow, process::Command};

use imapi_disc_types::{
    CancelToken, Control, DiscFacts, Lba, MediaState, MediaType, MultisessionInterface, MultisessionKind, SessionFacts,
};
use imapi_errors::fs as codes;
use imapi_fsimage::{BootOptions, FileSystem, FileSystems, Identified, Importing, ItemType, UdfRevision};
use imapi_volumes::{BootCatalog, Names, OpenOptions};
use rstest::rstest;

use super::{
    code, image,
    shelf::{Shelf, listed, put, unheard},
    silent,
};

const ISO: FileSystems = FileSystems { iso9660: true, joliet: true, udf: false };
const UDF: FileSystems = FileSystems { udf: true, ..FileSystems::NONE };
const OLD: &[(&str, &str)] = &[("changes.txt", "before"), ("goes.txt", "not for long"), ("stays.txt", "as it was")];

#[rstest]
fn the_next_session_has_old_and_new(
    #[values(MediaType::CDR, MediaType::BDR, MediaType::DVDPLUSRW, MediaType::BDRE)] medium: MediaType,
    #[values(ISO, UDF, FileSystems::ALL)] file_systems: FileSystems,
) {
    let disc = Shelf::recorded(medium, file_systems, OLD);
    let image = image();
    let _ = image.set_file_systems_to_create(file_systems).expect("nothing is in it");
    image.set_multisession_interfaces([disc.way()]).expect("a session can be added");
    let before = image.used_blocks();
    let expected = if file_systems.udf { FileSystem::Udf } else { FileSystem::Joliet };
    assert_eq!(image.import_file_system(&mut unheard()).expect("there is one"), expected);
    assert_eq!(image.imported_volume_name().as_deref(), Some("FIRST"));
    assert_eq!((image.volume_name(), image.file_count()), (None, 3));
    let start = image.session_start_block();
    let facts = disc.facts_now();
    let room = if facts.is_overwritable() { facts.capacity - start } else { facts.free };
    assert_eq!(image.free_media_blocks(), u64::from(room));
    assert!(start > 0 && start % 32 == 0 || !facts.is_overwritable());
    // What the disc has costs no blocks but those of its names.
    assert!(image.used_blocks() <= before + 64, "{} and {before}", image.used_blocks());

    image.root().remove("goes.txt").expect("there");
    image.root().remove("changes.txt").expect("there");
    put(&image, &[("changes.txt", "and after"), ("comes.txt", "new here")]);
    let result = image.create_result_image().expect("an image");
    // Where a disc was not made to be overwritten, what is beside its descriptors is copied.
    let most = if facts.is_overwritable() && !file_systems.udf { 3 } else { 2 };
    assert!(result.image().files().count() <= most, "old bytes stay where they are");
    assert_eq!(result.modified_blocks().is_some(), facts.is_overwritable());
    assert!(imapi_disc_types::BlockSource::blocks(&**result.image()) <= image.used_blocks());
    for item in 0..result.progress_items().count() {
        let item = result.progress_items().item(item).expect("counted");
        let found = result.progress_items().from_block(item.first_block()).expect("its own");
        assert_eq!(found, item);
        assert_eq!(item.first_block() >= u64::from(start), facts.is_overwritable());
    }
    disc.burn(&result);
    drop((result, image));

    let second = [("changes.txt", "and after"), ("comes.txt", "new here"), ("stays.txt", "as it was")];
    let names = if file_systems.udf { Names::Udf } else { Names::Joliet };
    assert_eq!(disc.list(names), listed(&second));
    let third = disc.continued();
    assert!(third.session_start_block() > start);
    put(&third, &[("last.txt", "the end")]);
    disc.burn(&third.create_result_image().expect("an image"));
    let all = [&second[..2], &[("last.txt", "the end")], &second[2..]].concat();
    assert_eq!(disc.list(names), listed(&all));
}

#[test]
fn what_the_image_has_stays_and_what_does_not_go_together_is_refused_whole() {
    let disc = Shelf::recorded(MediaType::CDR, FileSystems::ALL, OLD);
    let image = image();
    put(&image, &[("stays.txt", "mine")]);
    image.set_multisession_interfaces([disc.way()]).expect("a session can be added");
    let imported = image.import_specific_file_system(FileSystem::Joliet, &mut unheard()).expect("there");
    assert_eq!((imported.files, imported.hidden), (2, 1));
    disc.burn(&image.create_result_image().expect("an image"));
    assert_eq!(disc.list(Names::Udf)[2].1, "mine");

    let other = super::image();
    other.set_multisession_interfaces([disc.way()]).expect("a session can be added");
    other.root().add_directory("stays.txt").expect("new");
    let (point, used, free) = (other.change_point(), other.used_blocks(), other.free_media_blocks());
    let outcome = other.import_file_system(&mut unheard());
    assert_eq!(code(outcome), codes::IMAPI_E_IMPORT_TYPE_COLLISION_FILE_EXISTS_AS_DIRECTORY);
    assert_eq!((other.change_point(), other.used_blocks(), other.free_media_blocks()), (point, used, free));
    assert_eq!((other.session_start_block(), other.imported_volume_name()), (0, None));
    // What was counted for it is no more.
    other.root().add_file("large", vec![0; 1 << 20], &mut silent()).expect("room");
    assert!(other.used_blocks() >= used + 512);
}

#[test]
fn whoever_hears_of_an_import_may_ask_the_image_and_stop_it() {
    let disc = Shelf::recorded(MediaType::CDR, FileSystems::ALL, OLD);
    let image = image();
    image.set_multisession_interfaces([disc.way()]).expect("a session can be added");
    let mut heard = Vec::new();
    let mut listener = |event: &Importing| {
        let path = event.path.clone();
        assert_eq!(image.exists(&path).expect("a path"), ItemType::File);
        assert_eq!(code(image.root().add_directory("new")), codes::IMAPI_E_READONLY, "one change at a time");
        heard.push((event.file_system, path, event.files));
        if heard.len() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let outcome = image.import_file_system(&mut control);
    assert_eq!(code(outcome), imapi_errors::v2::E_IMAPI_REQUEST_CANCELLED);
    assert_eq!(heard.len(), 2);
    assert_eq!((heard[0].0, heard[1].2), (FileSystem::Udf, 2));
    assert_eq!((image.file_count(), image.session_start_block(), image.free_media_blocks()), (0, 0, 332_800));
}

#[test]
fn a_disc_is_known_again_until_something_is_written_to_it() {
    let disc = Shelf::recorded(MediaType::DVDPLUSRW, FileSystems::ALL, OLD);
    let first = disc.continued();
    let identifier = first.calculate_disc_identifier().expect("a disc");
    assert_eq!(disc.continued().calculate_disc_identifier().expect("a disc"), identifier);
    let second = disc.continued();
    disc.burn(&first.create_result_image().expect("the same disc"));
    assert_ne!(first.calculate_disc_identifier().expect("a disc"), identifier);
    assert_eq!(code(second.create_result_image()), codes::IMAPI_E_DISC_MISMATCH);
    assert_eq!(code(second.import_file_system(&mut unheard())), codes::IMAPI_E_DISC_MISMATCH);
    let other = Shelf::recorded(MediaType::DVDPLUSRW, FileSystems::ALL, &OLD[1..]);
    assert_ne!(other.continued().calculate_disc_identifier().expect("a disc"), identifier);
}

#[test]
fn a_way_is_chosen_that_fits_the_disc() {
    let disc = Shelf::recorded(MediaType::DVDPLUSRW, ISO, OLD);
    let (mut sequential, mut random) =
        (disc.way_of(MultisessionKind::Sequential), disc.way_of(MultisessionKind::RandomWrite));
    let image = image();
    image.set_multisession_interfaces([sequential.clone(), random.clone()]).expect("one fits");
    let kinds: Vec<_> = image.multisession_interfaces().iter().map(MultisessionInterface::kind).collect();
    assert_eq!(kinds, [MultisessionKind::Sequential, MultisessionKind::RandomWrite]);
    random.in_use = true;
    image.set_multisession_interfaces([sequential.clone(), random.clone()]).expect("it fits");
    sequential.in_use = true;
    let both = image.set_multisession_interfaces([sequential.clone(), random]);
    assert_eq!(code(both), codes::IMAPI_E_INCOMPATIBLE_MULTISESSION_TYPE);
    let wrong = image.set_multisession_interfaces([sequential]);
    assert_eq!(code(wrong), codes::IMAPI_E_INCOMPATIBLE_MULTISESSION_TYPE);
    assert_eq!(image.multisession_interfaces().len(), 2, "what was set before still is");
    // A disc that can be overwritten may be empty: there is nothing to import, and nothing in the way of a first session.
    let empty = Shelf::blank(MediaType::DVDPLUSRW, 10_000);
    image.set_multisession_interfaces([empty.way()]).expect("it can be overwritten");
    assert_eq!(code(image.import_file_system(&mut unheard())), codes::IMAPI_E_EMPTY_DISC);
    put(&image, OLD);
    let result = image.create_result_image().expect("an image");
    assert_eq!((image.session_start_block(), result.modified_blocks()), (0, None));
    assert!(result.total_blocks() <= image.used_blocks());
    empty.burn(&result);
    assert_eq!(empty.list(Names::Joliet), listed(OLD));
}

#[test]
fn an_image_knows_what_is_on_a_disc() {
    let bits = |disc: &Shelf| image().identify_file_systems_on_disc(Some(disc)).map(Identified::bits);
    for (file_systems, expected) in [(ISO, 3), (UDF, 4), (FileSystems::ALL, 7)] {
        assert_eq!(bits(&Shelf::recorded(MediaType::CDR, file_systems, OLD)).expect("readable"), expected);
    }
    assert_eq!(bits(&Shelf::blank(MediaType::CDR, 1000)).expect("readable"), 0);
    assert_eq!(bits(&Shelf::blank(MediaType::DVDPLUSRW, 1000)).expect("readable"), 0);
    let other = Shelf::of_bytes(MediaType::DVDPLUSRW, vec![7; 600 * 2048]);
    assert_eq!(bits(&other).expect("readable"), 0x4000_0000);
    let image = image();
    for (among, expected) in [(FileSystems::ALL, FileSystem::Udf), (ISO, FileSystem::Joliet)] {
        assert_eq!(image.default_file_system_for_import(among).expect("one"), expected);
    }
    assert_eq!(code(image.default_file_system_for_import(FileSystems::NONE)), codes::IMAPI_E_INVALID_PARAM);
    assert_eq!(code(image.identify_file_systems_on_disc(None)), codes::IMAPI_E_MULTISESSION_NOT_SET);

    let disc = Shelf::recorded(MediaType::CDR, ISO, OLD);
    image.set_multisession_interfaces([disc.way()]).expect("a session can be added");
    assert_eq!(image.identify_file_systems_on_disc(None).expect("readable").file_systems, ISO);
    assert!(image.probe_specific_file_system(FileSystem::Joliet).expect("readable"));
    assert!(!image.probe_specific_file_system(FileSystem::Udf).expect("readable"));
}

#[test]
fn what_was_imported_says_what_the_image_is() {
    let disc = Shelf::blank(MediaType::BDR, 200_000);
    let first = image();
    first.choose_image_defaults_for_media_type(MediaType::BDR).expect("it can be written");
    put(&first, OLD);
    disc.burn(&first.create_result_image().expect("an image"));
    let image = disc.continued();
    assert_eq!(image.udf_revision(), UdfRevision::R250);
    assert_eq!(code(image.set_udf_revision(UdfRevision::R102)), codes::IMAPI_E_INVALID_PARAM);
    let _ = image.set_udf_revision(UdfRevision::R250).expect("it is");
    assert_eq!(code(image.set_file_systems_to_create(ISO)), codes::IMAPI_E_FILE_SYSTEM_CHANGE_NOT_ALLOWED);
    let outcome = image.choose_image_defaults_for_media_type(MediaType::CDR);
    assert_eq!(code(outcome), codes::IMAPI_E_FILE_SYSTEM_CHANGE_NOT_ALLOWED);
    let start = image.session_start_block();
    image.set_session_start_block(start).expect("it is");
    assert_eq!(code(image.set_session_start_block(start + 32)), codes::IMAPI_E_INVALID_PARAM);
}

/// The catalogue of the last session.
fn catalog(disc: &Shelf) -> Option<BootCatalog> {
    let session = disc.facts_now().previous_data_session().map_or(0, |session| session.first.0);
    let options = OpenOptions::default().session(imapi_disc_types::Block(u64::try_from(session).expect("an address")));
    let source: std::sync::Arc<dyn imapi_disc_types::BlockSource> = std::sync::Arc::new(disc.clone());
    imapi_volumes::boot_catalog(&source, &options).expect("readable")
}

#[rstest]
#[case(MediaType::CDR)]
#[case(MediaType::DVDPLUSRW)]
fn a_bootable_disc_stays_bootable_unless_everything_is_as_imapi_has_it(#[case] medium: MediaType) {
    let disc = Shelf::blank(medium, 20_000);
    let first = image();
    put(&first, OLD);
    let options = BootOptions::new();
    options.assign_boot_image(vec![0xB0; 4096]).expect("in memory");
    first.set_boot_image_options(Some(&options)).expect("a first session");
    disc.burn(&first.create_result_image().expect("an image"));
    let block = catalog(&disc).expect("bootable").images[0].entry.block;

    let image = disc.continued();
    let result = image.create_result_image().expect("an image");
    assert!(imapi_disc_types::BlockSource::blocks(&**result.image()) <= image.used_blocks());
    disc.burn(&result);
    drop(result);
    assert_eq!(catalog(&disc).expect("bootable").images[0].entry.block, block, "the old bytes, where they are");

    let other = disc.continued();
    let start = other.session_start_block();
    other.set_boot_image_options(Some(&options)).expect("not strict");
    disc.burn(&other.create_result_image().expect("an image"));
    assert!(catalog(&disc).expect("bootable").images[0].entry.block > start);

    let strict = super::image();
    strict.set_strict_file_system_compliance(true).expect("empty");
    strict.set_multisession_interfaces([disc.way()]).expect("a session can be added");
    strict.set_boot_image_options(Some(&options)).expect("nothing was imported");
    assert_eq!(code(strict.import_file_system(&mut unheard())), codes::IMAPI_E_BOOT_OBJECT_CONFLICT);
    strict.set_boot_image_options(None).expect("none is always allowed");
    let outcome = strict.import_specific_file_system(FileSystem::Udf, &mut unheard());
    if medium == MediaType::DVDPLUSRW {
        assert_eq!(code(outcome), codes::IMAPI_E_INCOMPATIBLE_PREVIOUS_SESSION);
        return;
    }
    // Names in small letters are none of ISO 9660.
    assert!(outcome.is_err());
    let _ = strict.set_file_systems_to_create(UDF).expect("empty");
    strict.import_specific_file_system(FileSystem::Udf, &mut unheard()).expect("it is UDF's own");
    assert_eq!(code(strict.set_boot_image_options(Some(&options))), codes::IMAPI_E_BOOT_OBJECT_CONFLICT);
    disc.burn(&strict.create_result_image().expect("an image"));
    assert_eq!(disc.list(Names::Udf), listed(OLD));
}

#[test]
fn a_session_is_not_larger_than_what_is_left_of_the_disc() {
    // What the disc has is larger than what is left, and costs nothing.
    let disc = Shelf::recorded(MediaType::CDR, ISO, &[("old", &"x".repeat(2 << 20))]);
    disc.change(|facts| facts.free = 300);
    let image = disc.continued();
    assert_eq!(image.free_media_blocks(), 300);
    let outcome = image.root().add_file("large", vec![0; 1 << 20], &mut silent());
    assert_eq!(code(outcome), codes::IMAPI_E_IMAGE_SIZE_LIMIT);
    disc.change(|facts| facts.free = 20);
    let other = super::image();
    other.set_multisession_interfaces([disc.way()]).expect("there is a little room");
    assert_eq!(code(other.import_file_system(&mut unheard())), codes::IMAPI_E_IMAGE_TOO_BIG);
    assert_eq!((other.file_count(), other.free_media_blocks()), (0, 332_800));

    let over = Shelf::recorded(MediaType::DVDPLUSRW, ISO, OLD);
    let image = over.continued();
    image.set_max_media_blocks_from(&over).expect("room");
    assert_eq!(image.free_media_blocks(), u64::from(200_000 - image.session_start_block()));
}

/// Discs that other programs began.
#[rstest]
#[case("xorriso", &["-as", "mkisofs", "-r", "-o"], FileSystem::Iso9660)]
#[case("xorriso", &["-as", "mkisofs", "-r", "-J", "-o"], FileSystem::Joliet)]
#[case("genisoimage", &["-quiet", "-r", "-J", "-udf", "-o"], FileSystem::Udf)]
fn a_disc_that_others_began_is_continued(
    #[case] program: &str,
    #[case] arguments: &[&str],
    #[case] expected: FileSystem,
    #[values(MediaType::CDR, MediaType::DVDPLUSRW)] medium: MediaType,
) {
    let folder = tempfile::tempdir().expect("a folder");
    let (files, path) = (folder.path().join("files"), folder.path().join("image"));
    fs::create_dir(&files).expect("new");
    for (name, text) in OLD {
        fs::write(files.join(name), text).expect("room");
    }
    let output = Command::new(program).args(arguments).args([&path, &files]).output();
    let output = output.unwrap_or_else(|error| panic!("{program} is needed: apt-get install {program}: {error}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let disc = Shelf::of_bytes(medium, fs::read(&path).expect("made"));
    let image = image();
    image.set_multisession_interfaces([disc.way()]).expect("a session can be added");
    let there = image.identify_file_systems_on_disc(None).expect("readable").file_systems;
    assert_eq!(image.import_file_system(&mut unheard()).expect("there is one"), expected);
    assert_eq!(image.file_systems_to_create(), there, "an image that is to be nothing else is what the disc is");
    image.root().remove("goes.txt").expect("there");
    put(&image, &[("comes.txt", "new here")]);
    let used = image.used_blocks();
    let result = image.create_result_image().expect("an image");
    assert!(imapi_disc_types::BlockSource::blocks(&**result.image()) <= used);
    disc.burn(&result);
    drop(result);
    let found = disc.list(match expected {
        FileSystem::Iso9660 => Names::Iso9660,
        FileSystem::Joliet => Names::Joliet,
        FileSystem::Udf => Names::Udf,
    });
    let found: Vec<_> = found.into_iter().map(|(path, text)| (path.to_lowercase(), text)).collect();
    assert_eq!(found, listed(&[OLD[0], ("comes.txt", "new here"), OLD[2]]));
}

/// Nothing that could be imported is on a disc with music.
#[test]
fn music_is_no_file_system() {
    let mut facts = DiscFacts::blank(MediaType::CDR, 359_849);
    facts.state = MediaState::APPENDABLE;
    facts.sessions.push(SessionFacts::without_data(1, Lba(0), Lba(20_000)));
    facts.next_writable = Some(Lba(31_400));
    let disc = Shelf::new(facts);
    let image = image();
    image.set_multisession_interfaces([disc.way()]).expect("a session can be added");
    assert_eq!(image.identify_file_systems_on_disc(None).expect("readable").bits(), 0);
    assert_eq!(code(image.import_file_system(&mut unheard())), codes::IMAPI_E_NO_SUPPORTED_FILE_SYSTEM);
    assert!(!image.probe_specific_file_system(FileSystem::Udf).expect("readable"));
    assert!(image.calculate_disc_identifier().expect("readable").starts_with("1-"));
}
