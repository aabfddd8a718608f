//! Every code of importing is raised by its cause; `codes.rs` goes through them.

use imapi_disc_types::{Lba, MediaState, MediaType, MultisessionKind};
use imapi_errors::{HResult, fs as codes};
use imapi_fsimage::{FileSystem, FileSystemImage, FileSystems, ImageError};
use imapi_volume_structs::udf::{AccessType, DESCRIPTOR_LEN, Integrity, Partition, Revision, Tag, TagId};

use super::{
    codes::{Cause, ISO, Outcome, UDF},
    image,
    shelf::{Shelf, unheard},
    silent,
};

const FILES: &[(&str, &str)] = &[("A.TXT", "a text")];

fn recorded(file_systems: FileSystems) -> Shelf {
    Shelf::recorded(MediaType::CDR, file_systems, FILES)
}

fn of(disc: &Shelf) -> Result<FileSystemImage, ImageError> {
    let image = image();
    image.set_multisession_interfaces([disc.way()])?;
    Ok(image)
}

fn imported(disc: &Shelf) -> Outcome {
    of(disc)?.import_file_system(&mut unheard()).map(|_| ())
}

fn change_not_allowed() -> Outcome {
    let image = recorded(FileSystems::ALL).continued();
    image.set_file_systems_to_create(ISO).map(|_| ())
}

fn incompatible_previous_session() -> Outcome {
    let image = of(&recorded(UDF))?;
    let _ = image.set_file_systems_to_create(ISO)?;
    image.import_specific_file_system(FileSystem::Udf, &mut unheard()).map(|_| ())
}

fn empty_disc() -> Outcome {
    imported(&Shelf::blank(MediaType::DVDPLUSRW, 10_000))
}

fn no_supported_file_system() -> Outcome {
    imported(&Shelf::of_bytes(MediaType::CDR, vec![0xA5; 600 * 2048]))
}

fn file_system_not_found() -> Outcome {
    of(&recorded(ISO))?.import_specific_file_system(FileSystem::Udf, &mut unheard()).map(|_| ())
}

/// Where some bytes stand for the first time.
fn place_of(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).expect("there")
}

fn read_consistency_error() -> Outcome {
    let disc = recorded(UDF);
    disc.spoil(|bytes| {
        let at = place_of(bytes, b"A.TXT");
        bytes[at] = b'B';
    });
    imported(&disc)
}

fn feature_not_supported() -> Outcome {
    let disc = recorded(ISO);
    disc.spoil(|bytes| {
        // A file in pieces of a block with gaps of a block.
        let record = place_of(bytes, b"A.TXT;1") - 33;
        (bytes[record + 26], bytes[record + 27]) = (1, 1);
    });
    imported(&disc)
}

fn file_exists_as_directory() -> Outcome {
    let image = of(&recorded(ISO))?;
    image.root().add_directory("A.TXT")?;
    image.import_file_system(&mut unheard()).map(|_| ())
}

fn directory_exists_as_file() -> Outcome {
    let disc = Shelf::blank(MediaType::CDR, 20_000);
    let first = image();
    first.root().add_directory("docs")?;
    disc.burn(&first.create_result_image()?);
    let image = of(&disc)?;
    image.root().add_file("docs", b"", &mut silent())?;
    image.import_file_system(&mut unheard()).map(|_| ())
}

fn seek_failure() -> Outcome {
    of(&Shelf::blank(MediaType::CDR, 20_000)).map(|_| ())
}

fn read_failure() -> Outcome {
    let disc = recorded(ISO);
    disc.scratch(16);
    imported(&disc)
}

fn disc_mismatch() -> Outcome {
    let disc = recorded(ISO);
    let image = disc.continued();
    disc.burn(&disc.continued().create_result_image()?);
    image.create_result_image().map(|_| ())
}

fn media_not_allowed() -> Outcome {
    of(&Shelf::recorded(MediaType::DVDDASHR_DUALLAYER, ISO, FILES)).map(|_| ())
}

/// The blocks of the disc that have a descriptor of that kind, written again.
fn rewrite(disc: &Shelf, id: TagId, change: impl Fn(&[u8; DESCRIPTOR_LEN], Tag, &mut [u8; DESCRIPTOR_LEN])) {
    disc.spoil(|bytes| {
        for block in bytes.chunks_exact_mut(2048) {
            let Some(out) = block.first_chunk_mut::<DESCRIPTOR_LEN>() else { continue };
            match Tag::decode(&*out) {
                Ok(tag) if tag.id == id => {
                    let before = *out;
                    change(&before, tag, out);
                }
                _ => {}
            }
        }
    });
}

fn not_write_compatible() -> Outcome {
    let disc = recorded(UDF);
    rewrite(&disc, TagId::INTEGRITY, |before, tag, out| {
        let mut integrity = Integrity::decode(before).expect("ours");
        integrity.usage.min_write = Revision(0x0270);
        integrity.encode(tag.stamp, out);
    });
    imported(&disc)
}

fn incompatible_type() -> Outcome {
    let mut way = recorded(ISO).way_of(MultisessionKind::RandomWrite);
    way.in_use = true;
    image().set_multisession_interfaces([way])
}

fn no_compatible_type() -> Outcome {
    let disc = recorded(ISO);
    disc.change(|facts| facts.state = MediaState::FINALIZED);
    of(&disc).map(|_| ())
}

fn multisession_not_set() -> Outcome {
    image().import_file_system(&mut unheard()).map(|_| ())
}

fn bad_parameter() -> Outcome {
    let disc = recorded(ISO);
    disc.change(|facts| facts.next_writable = Some(Lba(5)));
    of(&disc).map(|_| ())
}

/// Each code, and a program that comes to it.
pub const OF_IMPORT: &[(HResult, Cause)] = &[
    (codes::IMAPI_E_FILE_SYSTEM_CHANGE_NOT_ALLOWED, change_not_allowed),
    (codes::IMAPI_E_INCOMPATIBLE_PREVIOUS_SESSION, incompatible_previous_session),
    (codes::IMAPI_E_EMPTY_DISC, empty_disc),
    (codes::IMAPI_E_NO_SUPPORTED_FILE_SYSTEM, no_supported_file_system),
    (codes::IMAPI_E_FILE_SYSTEM_NOT_FOUND, file_system_not_found),
    (codes::IMAPI_E_FILE_SYSTEM_READ_CONSISTENCY_ERROR, read_consistency_error),
    (codes::IMAPI_E_FILE_SYSTEM_FEATURE_NOT_SUPPORTED, feature_not_supported),
    (codes::IMAPI_E_IMPORT_TYPE_COLLISION_FILE_EXISTS_AS_DIRECTORY, file_exists_as_directory),
    (codes::IMAPI_E_IMPORT_TYPE_COLLISION_DIRECTORY_EXISTS_AS_FILE, directory_exists_as_file),
    (codes::IMAPI_E_IMPORT_SEEK_FAILURE, seek_failure),
    (codes::IMAPI_E_IMPORT_READ_FAILURE, read_failure),
    (codes::IMAPI_E_DISC_MISMATCH, disc_mismatch),
    (codes::IMAPI_E_IMPORT_MEDIA_NOT_ALLOWED, media_not_allowed),
    (codes::IMAPI_E_UDF_NOT_WRITE_COMPATIBLE, not_write_compatible),
    (codes::IMAPI_E_INCOMPATIBLE_MULTISESSION_TYPE, incompatible_type),
    (codes::IMAPI_E_NO_COMPATIBLE_MULTISESSION_TYPE, no_compatible_type),
    (codes::IMAPI_E_MULTISESSION_NOT_SET, multisession_not_set),
    (codes::IMAPI_E_BAD_MULTISESSION_PARAMETER, bad_parameter),
];

#[track_caller]
fn is_incompatible(disc: &Shelf) {
    assert_eq!(super::code(imported(disc)), codes::IMAPI_E_INCOMPATIBLE_PREVIOUS_SESSION);
}

#[test]
fn what_others_keep_writing_to_or_what_fills_the_disc_is_not_continued() {
    let disc = recorded(UDF);
    rewrite(&disc, TagId::PARTITION, |before, tag, out| {
        let partition = Partition::decode(before).expect("ours");
        Partition { access: AccessType::OVERWRITABLE, ..partition }.encode(tag.stamp, out);
    });
    is_incompatible(&disc);
    assert!(!of(&disc).expect("a disc").probe_specific_file_system(FileSystem::Udf).expect("readable"));

    let full = Shelf::recorded(MediaType::DVDPLUSRW, UDF, FILES);
    full.change(|facts| facts.capacity = 340);
    is_incompatible(&full);
}

/// Path tables stand where the descriptors of UDF would have to go.
#[test]
fn what_leads_to_more_file_systems_needs_a_place() {
    let disc = Shelf::recorded(MediaType::DVDPLUSRW, ISO, FILES);
    let image = of(&disc).expect("it can be overwritten");
    let _ = image.set_file_systems_to_create(FileSystems::ALL).expect("empty");
    let outcome = image.import_specific_file_system(FileSystem::Iso9660, &mut unheard());
    assert_eq!(super::code(outcome), codes::IMAPI_E_INCOMPATIBLE_PREVIOUS_SESSION);
    assert_eq!(image.file_count(), 0);
    let _ = image.set_file_systems_to_create(ISO).expect("empty");
    image.import_specific_file_system(FileSystem::Iso9660, &mut unheard()).expect("the same as on the disc");
    let outcome = image.set_file_systems_to_create(FileSystems::ALL);
    assert_eq!(super::code(outcome), codes::IMAPI_E_INCOMPATIBLE_PREVIOUS_SESSION);
    image.create_result_image().expect("an image");
}
