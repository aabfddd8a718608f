//! Image and disc by IMAPI's objects alone: what a disc has is imported by way of the multisession interfaces of the object
//! that burns, added to and written, and other programs find old and new on the disc.

#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use std::{fs::File, path::PathBuf, process::Command, sync::Arc};

use imapi_disc_types::{Control, ManualClock, MediaType, MultisessionInterface as _};
use imapi_errors::{Coded as _, fs as codes};
use imapi_format2::RecorderDisc;
use imapi_format2_data::{DataOptions, DiscFormat2Data};
use imapi_fsimage::{FileSystem, FileSystemImage, FileSystems, ImageError, Timestamp};
use imapi_recorder::Recorder;
use imapi_virtual_device::VirtualDevice;
use imapi_virtual_drive::{DiscFile, MEDIA, VirtualDrive};
use rstest::rstest;

const NOW: Timestamp = Timestamp::new(1_732_878_449, 0);

/// A drive with a blank disc, and the object that burns it.
struct Lab {
    folder: tempfile::TempDir,
    drive: Arc<VirtualDrive>,
    recorder: Recorder,
    format: DiscFormat2Data,
}

impl Lab {
    fn new(medium: &str) -> Self {
        let lab = Self::empty();
        let medium = MEDIA.iter().find(|known| known.name == medium).expect("in the table");
        let path = lab.folder.path().join("disc");
        let disc = DiscFile::create(&path, medium.geometry(None).expect("its size")).expect("a file");
        lab.drive.insert(disc, medium).expect("it takes it");
        lab
    }

    fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let drive = Arc::new(VirtualDrive::new(Arc::new(ManualClock::new())));
        let recorder = Recorder::over(Arc::<VirtualDrive>::clone(&drive)).expect("a drive");
        let format = DiscFormat2Data::new();
        format.set_recorder(Some(&recorder)).expect("it writes");
        format.set_client_name("tests").expect("a name");
        Self { folder, drive, recorder, format }
    }

    /// An image that fits the disc, as programs begin: with what the disc has, if it has something.
    fn image(&self) -> FileSystemImage {
        let image = FileSystemImage::told_time_by(|| NOW);
        let disc = RecorderDisc::new(&self.recorder);
        image.choose_image_defaults(&disc).expect("it can be written");
        let all = FileSystems { udf: image.file_systems_to_create().udf, ..FileSystems::ALL };
        let _ = image.set_file_systems_to_create(all).expect("nothing is in it");
        if !self.format.is_media_heuristically_blank().expect("it tells") {
            let ways = self.format.multisession_interfaces().expect("it has a recorder");
            image.set_multisession_interfaces(ways).expect("a session can be added");
            image.import_file_system(&mut Control::silent()).expect("it has files");
        }
        image
    }

    fn burn(&self, image: &FileSystemImage) {
        let result = image.create_result_image().expect("an image");
        self.format.write(&**result.image_stream(), &mut Control::silent()).expect("burned");
    }

    /// What xorriso does with the disc in the drive; says what it printed.
    fn xorriso(&self, arguments: &[&str]) -> String {
        let said = self.folder.path().join("said");
        let mut program = Command::new("xorriso");
        program.args(["-abort_on", "FATAL", "-indev", "/dev/sr9"]).args(arguments);
        program.stdout(File::create(&said).expect("room"));
        let drive: Arc<dyn imapi_mmc_transport::Device> = Arc::<VirtualDrive>::clone(&self.drive);
        let status = VirtualDevice::new(drive).at("/dev/sr9").run(program);
        assert!(status.expect("xorriso is needed: apt-get install xorriso").success());
        std::fs::read_to_string(said).expect("text")
    }

    /// The paths of all files, and a folder with all of them.
    fn files(&self) -> (Vec<String>, PathBuf) {
        let out = self.folder.path().join("out");
        let extract = ["-osirrox", "on", "-extract", "/", &out.display().to_string()];
        let said = self.xorriso(&[&["-find", "/", "-type", "f", "--"], &extract[..]].concat());
        let paths = said.lines().filter_map(|line| line.strip_prefix("'/")?.strip_suffix('\''));
        let mut paths: Vec<String> = paths.map(str::to_string).collect();
        paths.sort();
        (paths, out)
    }
}

fn put(image: &FileSystemImage, files: &[(&str, &[u8])]) {
    for (name, bytes) in files {
        image.root().add_file(name, *bytes, &mut Control::silent()).expect("room");
    }
}

#[rstest]
#[case("cd-r", FileSystem::Joliet)]
#[case("dvd+r", FileSystem::Udf)]
#[case("dvd-rw", FileSystem::Udf)]
#[case("dvd+rw", FileSystem::Udf)]
#[case("bd-r", FileSystem::Udf)]
fn what_a_disc_has_is_imported_added_to_and_written(#[case] medium: &str, #[case] expected: FileSystem) {
    let lab = Lab::new(medium);
    // A DVD+R stays open, and what can be overwritten may be.
    let open = |options: &mut DataOptions| {
        (options.close, options.consumer_compatible, options.overwrite) = (false, false, true);
    };
    lab.format.set_options(open).expect("nothing is written");
    let first = lab.image();
    first.set_volume_name("FIRST").expect("a name");
    put(&first, &[("CHANGES.TXT", b"before"), ("GOES.TXT", b"not for long"), ("STAYS.TXT", &vec![7; 50_000])]);
    lab.burn(&first);
    for (round, more) in ["COMES.TXT", "LAST.TXT"].into_iter().enumerate() {
        let image = lab.image();
        let found = image.identify_file_systems_on_disc(None).expect("it reads");
        assert_eq!(image.default_file_system_for_import(found.file_systems).expect("one"), expected);
        assert!(image.probe_specific_file_system(expected).expect("it reads"));
        let label = if round == 0 { "FIRST" } else { "20241129_1107" };
        assert_eq!(image.imported_volume_name().as_deref(), Some(label));
        let next = lab.format.next_writable_address().expect("it tells").0;
        let is_overwritable = next == 0;
        assert!(is_overwritable || i64::from(image.session_start_block()) == i64::from(next));
        if round == 0 {
            image.root().remove("GOES.TXT").expect("there");
            image.root().remove("CHANGES.TXT").expect("there");
            put(&image, &[("CHANGES.TXT", b"and after")]);
        }
        put(&image, &[(more, &[9; 3000])]);
        let result = image.create_result_image().expect("an image");
        assert_eq!(result.modified_blocks().is_some(), is_overwritable);
        drop(result);
        lab.burn(&image);
        let again = image.create_result_image().expect_err("the disc is another one now");
        assert_eq!(again.code(), codes::IMAPI_E_DISC_MISMATCH);
    }
    let (files, out) = lab.files();
    assert_eq!(files, ["CHANGES.TXT", "COMES.TXT", "LAST.TXT", "STAYS.TXT"]);
    let extracted = |name: &str| std::fs::read(out.join(name)).expect("extracted");
    assert_eq!(extracted("CHANGES.TXT"), b"and after");
    assert_eq!(extracted("STAYS.TXT"), vec![7; 50_000]);
    assert_eq!(extracted("LAST.TXT"), [9; 3000]);
}

fn code(outcome: Result<(), ImageError>) -> imapi_errors::HResult {
    outcome.expect_err("it is refused").code()
}

#[test]
fn a_drive_says_whether_a_session_can_be_added() {
    let set = |lab: &Lab| {
        let ways = lab.format.multisession_interfaces().expect("it has a recorder");
        FileSystemImage::new().set_multisession_interfaces(ways)
    };
    assert_eq!(code(set(&Lab::empty())), codes::IMAPI_E_NO_COMPATIBLE_MULTISESSION_TYPE);
    assert_eq!(code(set(&Lab::new("cd-r"))), codes::IMAPI_E_IMPORT_SEEK_FAILURE);
    set(&Lab::new("dvd+rw")).expect("it can be overwritten");

    let closed = Lab::new("dvd+r");
    closed.format.set_options(|options| options.close = true).expect("nothing is written");
    let image = closed.image();
    put(&image, &[("A.TXT", b"a text")]);
    closed.burn(&image);
    assert_eq!(code(set(&closed)), codes::IMAPI_E_NO_COMPATIBLE_MULTISESSION_TYPE);

    let lab = Lab::new("dvd-r-dl");
    if lab.format.current_physical_media_type().is_ok_and(|medium| medium == MediaType::DVDDASHR_DUALLAYER) {
        assert_eq!(code(set(&lab)), codes::IMAPI_E_IMPORT_MEDIA_NOT_ALLOWED);
    }
    // The way that was chosen is the one that counts, whether it fits or not.
    let lab = Lab::new("dvd+rw");
    let ways = lab.format.multisession_interfaces().expect("it has a recorder");
    ways[0].set_in_use(true);
    assert!(!ways[0].is_supported_on_current_media_state().expect("it tells"));
    assert!(imapi_disc_types::MultisessionInterface::is_in_use(&ways[0]));
    assert_eq!(ways[1].disc().facts().expect("it tells").medium, MediaType::DVDPLUSRW);
    let outcome = FileSystemImage::new().set_multisession_interfaces(ways);
    assert_eq!(code(outcome), codes::IMAPI_E_INCOMPATIBLE_MULTISESSION_TYPE);
}
