//! Every code of `imapi2fserror.h` that belongs to making images is raised by its cause, and those that do not are named.

use std::{collections::BTreeSet, fs, io::Read, path::Path, sync::Arc};

use imapi_disc_types::{SECTOR_SIZE, Zero};
use imapi_errors::{Code, Coded, HResult, Header, fs as codes, v2};
use imapi_fsimage::{BootOptions, Data, Emulation, FileSystems, ImageError};

use super::{NOW, disc::FakeDisc, image, import_codes::OF_IMPORT, silent, told};

pub type Outcome = Result<(), ImageError>;

/// A program that comes to a code.
pub type Cause = fn() -> Outcome;

/// Nothing but ISO 9660.
pub const ISO: FileSystems = FileSystems { iso9660: true, ..FileSystems::NONE };
/// Nothing but UDF.
pub const UDF: FileSystems = FileSystems { udf: true, ..FileSystems::NONE };

/// A source that has as many bytes as it says, of which none is anywhere.
pub fn huge(bytes: u64) -> Data {
    let blocks = bytes.div_ceil(2048);
    Data::blocks(Arc::new(Zero::new(SECTOR_SIZE, blocks)), bytes, "huge")
}

/// Gives some bytes, and fails.
struct Broken(usize);

impl Read for Broken {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.min(out.len());
        self.0 -= count;
        if count > 0 { Ok(count) } else { Err(std::io::ErrorKind::TimedOut.into()) }
    }
}

fn internal_error() -> Outcome {
    image().set_max_media_blocks_from(&FakeDisc::broken())
}

fn invalid_param() -> Outcome {
    image().set_file_systems_to_create(FileSystems { joliet: true, ..FileSystems::NONE }).map(|_| ())
}

fn read_only() -> Outcome {
    let image = image();
    let _result = image.create_result_image()?;
    image.root().add_directory("docs").map(|_| ())
}

fn no_output() -> Outcome {
    let image = image();
    let _ = image.set_file_systems_to_create(FileSystems::NONE)?;
    image.create_result_image().map(|_| ())
}

fn invalid_volume_name() -> Outcome {
    image().set_volume_name("SIXTEEN_LETTERS_")
}

fn invalid_date() -> Outcome {
    let image = image();
    let docs = image.root().add_directory("docs")?;
    docs.set_creation_time(NOW)?;
    docs.set_last_modified_time(imapi_fsimage::Timestamp::new(NOW.seconds() - 1, 0))
}

fn file_system_not_empty() -> Outcome {
    let image = image();
    image.root().add_directory("docs")?;
    image.set_strict_file_system_compliance(true)
}

fn not_file() -> Outcome {
    let image = image();
    image.root().add_directory("docs")?;
    image.root().add_file("docs", b"", &mut silent()).map(|_| ())
}

fn not_dir() -> Outcome {
    let image = image();
    image.root().add_file("a", b"", &mut silent())?;
    image.root().remove_tree("a")
}

fn dir_not_empty() -> Outcome {
    let image = image();
    image.root().add_directory("a")?.add_directory("b")?;
    image.root().remove("a")
}

fn not_in_file_system() -> Outcome {
    let image = image();
    image.create_directory_item("a")?.add_directory("b").map(|_| ())
}

fn invalid_path() -> Outcome {
    image().root().add_directory("a//b").map(|_| ())
}

fn restricted_name() -> Outcome {
    let image = image();
    image.set_use_restricted_character_set(true)?;
    image.root().add_directory("é").map(|_| ())
}

fn dup_name() -> Outcome {
    let image = image();
    image.root().add_directory("a")?;
    image.root().add_directory("a").map(|_| ())
}

fn item_not_found() -> Outcome {
    image().root().item("a").map(|_| ())
}

fn file_not_found() -> Outcome {
    image().root().remove("a")
}

fn dir_not_found() -> Outcome {
    image().exists("/a/b").map(|_| ())
}

fn image_size_limit() -> Outcome {
    let image = image();
    image.set_free_media_blocks(image.used_blocks())?;
    image.root().add_file("a", vec![0; 32 * 2048], &mut silent()).map(|_| ())
}

fn image_too_big() -> Outcome {
    let image = image();
    image.set_free_media_blocks(image.used_blocks() - 1)
}

fn stream_inconsistency() -> Outcome {
    image().root().add_file("a", Data::reader_of(&b"four"[..], 5), &mut silent()).map(|_| ())
}

fn stream_read_failure() -> Outcome {
    image().root().add_file("a", Data::reader(Broken(5000)), &mut silent()).map(|_| ())
}

fn stream_create_failure() -> Outcome {
    image().root().add_file("a", Path::new("/nowhere/at all"), &mut silent()).map(|_| ())
}

fn directory_read_failure() -> Outcome {
    image().root().add_tree("/nowhere/at all", false, &mut silent()).map(|_| ())
}

fn too_many_dirs() -> Outcome {
    let image = image();
    let _ = image.set_file_systems_to_create(UDF)?;
    image.set_free_media_blocks(0)?;
    let root = image.root();
    for number in 0..65_535 {
        root.add_directory(number.to_string())?;
    }
    image.set_file_systems_to_create(ISO).map(|_| ())
}

fn iso9660_levels() -> Outcome {
    image().root().add_directory("1").and_then(|mut folder| {
        for level in 2..9 {
            folder = folder.add_directory(level.to_string())?;
        }
        Ok(())
    })
}

fn data_too_big() -> Outcome {
    let image = image();
    image.set_free_media_blocks(0)?;
    image.root().add_file("a", huge(1 << 32), &mut silent()).map(|_| ())
}

fn stash_open() -> Outcome {
    let image = image();
    let folder = tempfile::tempdir().expect("a folder");
    image.set_working_directory(folder.path())?;
    drop(folder);
    image.root().add_file("a", Data::reader(&b"x"[..]), &mut silent()).map(|_| ())
}

/// What has become shorter than what was put into it.
fn stash_seek() -> Outcome {
    let image = image();
    let folder = tempfile::tempdir().expect("a folder");
    image.set_working_directory(folder.path())?;
    image.root().add_file("a", Data::reader(&[7; 9000][..]), &mut silent())?;
    stash_of(folder.path()).set_len(4096).expect("a file can be cut");
    let file = image.root().item("a")?.as_file().expect("a file");
    file.data()?.read_at(5000, &mut [0; 10]).map_err(ImageError::from)
}

/// The temporary file in a folder, which has no name.
fn stash_of(folder: &Path) -> fs::File {
    let open = fs::read_dir("/proc/self/fd").expect("Linux").filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let is_it = |fd: &std::path::PathBuf| fs::read_link(fd).is_ok_and(|link| link.starts_with(folder));
    let fd = open.into_iter().find(is_it).expect("the temporary file is open");
    fs::OpenOptions::new().write(true).open(fd).expect("it is ours")
}

fn invalid_working_directory() -> Outcome {
    image().set_working_directory("/dev/null")
}

fn stash_move() -> Outcome {
    let image = image();
    let (first, second) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    image.set_working_directory(first.path())?;
    image.root().add_file("a", Data::reader(&[7; 9000][..]), &mut silent())?;
    stash_of(first.path()).set_len(4096).expect("a file can be cut");
    let outcome = image.set_working_directory(second.path());
    assert_eq!(image.working_directory(), first.path());
    outcome
}

fn boot_image_data() -> Outcome {
    image().set_boot_image_options(Some(&BootOptions::new()))
}

fn boot_object_conflict() -> Outcome {
    let image = image();
    image.set_strict_file_system_compliance(true)?;
    image.set_session_start_block(11_704)?;
    let options = BootOptions::new();
    options.assign_boot_image(b"starts")?;
    image.set_boot_image_options(Some(&options))
}

fn boot_size_mismatch() -> Outcome {
    let options = BootOptions::new();
    options.assign_boot_image(vec![0; 1_474_560])?;
    options.set_emulation(Emulation::Floppy2880)
}

fn property_not_accessible() -> Outcome {
    let image = image();
    let file = image.root().add_file("a", b"", &mut silent())?;
    let _ = file.add_stream("s", b"", &mut silent())?;
    file.named_streams()?.item(0)?.named_streams().map(|_| ())
}

fn media_incompatible() -> Outcome {
    image().choose_image_defaults(&FakeDisc::pressed())
}

/// Each code, and a program that comes to it.
const CASES: &[(HResult, Cause)] = &[
    (codes::IMAPI_E_FSI_INTERNAL_ERROR, internal_error),
    (codes::IMAPI_E_INVALID_PARAM, invalid_param),
    (codes::IMAPI_E_READONLY, read_only),
    (codes::IMAPI_E_NO_OUTPUT, no_output),
    (codes::IMAPI_E_INVALID_VOLUME_NAME, invalid_volume_name),
    (codes::IMAPI_E_INVALID_DATE, invalid_date),
    (codes::IMAPI_E_FILE_SYSTEM_NOT_EMPTY, file_system_not_empty),
    (codes::IMAPI_E_NOT_FILE, not_file),
    (codes::IMAPI_E_NOT_DIR, not_dir),
    (codes::IMAPI_E_DIR_NOT_EMPTY, dir_not_empty),
    (codes::IMAPI_E_NOT_IN_FILE_SYSTEM, not_in_file_system),
    (codes::IMAPI_E_INVALID_PATH, invalid_path),
    (codes::IMAPI_E_RESTRICTED_NAME_VIOLATION, restricted_name),
    (codes::IMAPI_E_DUP_NAME, dup_name),
    (codes::IMAPI_E_ITEM_NOT_FOUND, item_not_found),
    (codes::IMAPI_E_FILE_NOT_FOUND, file_not_found),
    (codes::IMAPI_E_DIR_NOT_FOUND, dir_not_found),
    (codes::IMAPI_E_IMAGE_SIZE_LIMIT, image_size_limit),
    (codes::IMAPI_E_IMAGE_TOO_BIG, image_too_big),
    (codes::IMAPI_E_DATA_STREAM_INCONSISTENCY, stream_inconsistency),
    (codes::IMAPI_E_DATA_STREAM_READ_FAILURE, stream_read_failure),
    (codes::IMAPI_E_DATA_STREAM_CREATE_FAILURE, stream_create_failure),
    (codes::IMAPI_E_DIRECTORY_READ_FAILURE, directory_read_failure),
    (codes::IMAPI_E_TOO_MANY_DIRS, too_many_dirs),
    (codes::IMAPI_E_ISO9660_LEVELS, iso9660_levels),
    (codes::IMAPI_E_DATA_TOO_BIG, data_too_big),
    (codes::IMAPI_E_STASHFILE_OPEN_FAILURE, stash_open),
    (codes::IMAPI_E_STASHFILE_SEEK_FAILURE, stash_seek),
    (codes::IMAPI_E_INVALID_WORKING_DIRECTORY, invalid_working_directory),
    (codes::IMAPI_E_STASHFILE_MOVE, stash_move),
    (codes::IMAPI_E_BOOT_IMAGE_DATA, boot_image_data),
    (codes::IMAPI_E_BOOT_OBJECT_CONFLICT, boot_object_conflict),
    (codes::IMAPI_E_BOOT_EMULATION_IMAGE_SIZE_MISMATCH, boot_size_mismatch),
    (codes::IMAPI_E_PROPERTY_NOT_ACCESSIBLE, property_not_accessible),
    (v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE, media_incompatible),
];

/// Those whose cause cannot be had from outside: a folder of ten million files of one name, a disk that is full or broken.
/// Tests inside of the crate bring them about, through the same objects.
const INSIDE: &[HResult] = &[
    codes::IMAPI_E_NO_UNIQUE_NAME,
    codes::IMAPI_E_STASHFILE_WRITE_FAILURE,
    codes::IMAPI_E_STASHFILE_READ_FAILURE,
    codes::IMAPI_E_WORKING_DIRECTORY_SPACE,
];

/// Those of checking images.
const OF_CHECKING: &[HResult] = &[
    codes::IMAPI_E_IMAGEMANAGER_IMAGE_NOT_ALIGNED,
    codes::IMAPI_E_IMAGEMANAGER_NO_VALID_VD_FOUND,
    codes::IMAPI_E_IMAGEMANAGER_NO_IMAGE,
    codes::IMAPI_E_IMAGEMANAGER_IMAGE_TOO_BIG,
];

#[test]
fn each_code_has_a_cause() {
    for (code, cause) in CASES.iter().chain(OF_IMPORT) {
        let name = code.known().expect("in the tables").name();
        let error = cause().expect_err(name);
        assert_eq!(error.code(), *code, "{name}: {error:?}");
        told(&error);
    }
}

#[test]
fn no_code_is_forgotten() {
    let here = CASES.iter().chain(OF_IMPORT).map(|(code, _)| *code);
    let named: Vec<HResult> = here.chain(INSIDE.iter().copied()).chain(OF_CHECKING.iter().copied()).collect();
    let all = Code::of(Header::Fs).filter(|code| code.value().is_error());
    let missing: Vec<&str> = all.filter(|code| !named.contains(&code.value())).map(Code::name).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let distinct: BTreeSet<u32> = named.iter().map(|code| code.as_u32()).collect();
    assert_eq!(distinct.len(), named.len(), "none is named twice");
}
