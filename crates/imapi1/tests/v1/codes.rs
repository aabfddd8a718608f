//! Each of the 38 codes of imapierror.h, raised by what raises it.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use imapi_disc_types::{ClientName, Clock};
use imapi_errors::{HResult, v1};
use imapi_mmc_transport::{
    Arrival, Cdb, Completion, Data, Device, DriveSource, Limits, LockRefused, Transport, TransportError,
};
use imapi_virtual_drive::VirtualDrive;
use imapi1::{DiscMaster, JolietDiscMaster, MemoryStorage, ProgressEvents, PropertySet, PropertyValue, StashOptions};
use rstest::rstest;
use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};

use crate::bench::{Bench, Order, add_track, code, joliet, recorder, redbook, song, tree};

/// A session of data with a small tree in it.
fn staged(bench: &Bench) -> (DiscMaster, JolietDiscMaster) {
    let (master, joliet) = bench.data();
    joliet.add_data(&tree(), false).expect("it fits");
    (master, joliet)
}

/// What recording ends with on a drive with that fault.
fn recorded_with(faults: &str) -> HResult {
    let bench = Order { faults, ..Order::default() }.bench();
    let (master, _joliet) = staged(&bench);
    code(&master.record_disc(false, false))
}

fn faulty(opcode: &str, sense: &str) -> String {
    format!(r#"{{"when":{{"opcode":"{opcode}"}},"what":{{"sense":{{"code":"{sense}"}}}},"times":"always"}}"#)
}

/// What adding something ends with where the stash is like that, and nothing is written.
fn added_where(change: impl FnOnce(&mut StashOptions)) -> HResult {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let mut stash =
        StashOptions { folder: folder.path().to_path_buf(), sys: folder.path().join("sys"), ..StashOptions::default() };
    change(&mut stash);
    let file = stash.file();
    let bench = Order { stash: Some(stash), ..Order::default() }.bench();
    let (_master, joliet) = bench.data();
    let outcome = code(&joliet.add_data(&tree(), false));
    if let Ok(metadata) = fs::metadata(file).map(|metadata| if metadata.is_file() { metadata.len() } else { 0 }) {
        assert_eq!(metadata, 0, "nothing was written");
    }
    outcome
}

fn properties_ignored() -> HResult {
    let (_master, joliet) = Bench::new("cd-r").data();
    let set = PropertySet::new().with("Colour", PropertyValue::Integer(1));
    joliet.set_joliet_properties(&set).expect("what is unknown is skipped")
}

fn buffer_too_small() -> HResult {
    let (master, _joliet) = Bench::new("cd-r").data();
    let recorder = master.active_disc_recorder().expect("it was chosen");
    recorder.recorder_guid(&mut [0; 8]).expect("that is a success").1
}

fn not_opened() -> HResult {
    code(&Bench::new("cd-r").service.disc_master().disc_recorders())
}

fn not_initialized() -> HResult {
    code(&Bench::new("cd-r").service.disc_recorder().open_exclusive())
}

fn user_abort() -> HResult {
    struct Impatient;
    impl ProgressEvents for Impatient {
        fn query_cancel(&self) -> bool {
            true
        }
    }
    let bench = Bench::new("cd-r");
    let (master, _joliet) = staged(&bench);
    master.progress_advise(Arc::new(Impatient)).expect("it is open");
    code(&master.record_disc(false, false))
}

fn generic() -> HResult {
    // A block cannot be written.
    recorded_with(&faulty("2A", "3/0C/00"))
}

fn medium_not_present() -> HResult {
    let bench = Order { medium: None, ..Order::default() }.bench();
    let master = bench.open();
    joliet(&master);
    code(&master.set_active_disc_recorder(&recorder(&master)))
}

fn medium_invalid_type() -> HResult {
    let bench = Bench::new("cd-r");
    let (master, _joliet) = staged(&bench);
    bench.insert("dvd-r", crate::bench::BLOCKS);
    code(&master.record_disc(false, false))
}

/// Says of itself that it knows such profiles only.
struct Knows(Arc<VirtualDrive>, &'static [u16]);

impl Transport for Knows {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        const GET_CONFIGURATION: u8 = 0x46;
        let answer = match data {
            Data::In(answer) if cdb.opcode() == GET_CONFIGURATION => answer,
            data => return self.0.execute(cdb, data, timeout),
        };
        let completion = self.0.execute(cdb, Data::In(answer), timeout)?;
        let unknown = |profile: &[u8]| !self.1.contains(&u16::from_be_bytes([profile[0], profile[1]]));
        // The profile that is current, and behind it the list of profiles as the first feature; what is not known becomes a
        // CD-ROM.
        if completion.transferred >= 8 && unknown(&answer[6..8]) {
            answer[6..8].copy_from_slice(&[0, 8]);
        }
        let is_list = completion.transferred > 12 && answer[8..10] == [0, 0];
        let length = if is_list { usize::from(answer[11]) } else { 0 };
        for profile in
            answer[12.min(completion.transferred)..completion.transferred].chunks_exact_mut(4).take(length / 4)
        {
            if unknown(profile) {
                profile[..3].copy_from_slice(&[0, 8, 0]);
            }
        }
        Ok(completion)
    }

    fn limits(&self) -> Limits {
        self.0.limits()
    }

    fn clock(&self) -> &dyn Clock {
        self.0.clock()
    }
}

/// Is had by somebody who leaves no name, or has a mounted disc.
struct System(Arc<VirtualDrive>, Option<PathBuf>);

impl Transport for System {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        self.0.execute(cdb, data, timeout)
    }

    fn limits(&self) -> Limits {
        self.0.limits()
    }

    fn clock(&self) -> &dyn Clock {
        self.0.clock()
    }
}

impl Device for Knows {
    fn id(&self) -> &'static str {
        "virtual"
    }

    fn lock(&self, owner: &ClientName, force: bool) -> Result<(), LockRefused> {
        self.0.lock(owner, force)
    }

    fn unlock(&self) {
        self.0.unlock();
    }

    fn lock_owner(&self) -> Option<String> {
        self.0.lock_owner()
    }

    fn mount_points(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    fn media_notices(&self, _: bool) {}
}

impl Device for System {
    fn id(&self) -> &'static str {
        "virtual"
    }

    fn lock(&self, _: &ClientName, _: bool) -> Result<(), LockRefused> {
        match &self.1 {
            Some(at) => Err(LockRefused::Mounted { at: at.clone() }),
            None => Err(LockRefused::Held { owner: None }),
        }
    }

    fn unlock(&self) {}

    fn lock_owner(&self) -> Option<String> {
        None
    }

    fn mount_points(&self) -> Vec<PathBuf> {
        self.1.iter().cloned().collect()
    }

    fn media_notices(&self, _: bool) {}
}

/// A bench whose drive is another device over the same drive.
fn behind(medium: &str, device: impl FnOnce(Arc<VirtualDrive>) -> Arc<dyn Device>) -> Bench {
    let bench = Bench::new(medium);
    bench.plugs.unplug("virtual");
    bench.plugs.plug("virtual", device(Arc::clone(&bench.drive)));
    bench
}

fn device_no_properties() -> HResult {
    let bench = behind("cd-r", |drive| Arc::new(Knows(drive, &[])));
    let recorder = bench.service.disc_recorder();
    recorder.init("virtual").expect("it is there");
    code(&recorder.recorder_properties())
}

fn device_not_accessible() -> HResult {
    let bench = Bench::new("cd-r");
    let (master, _joliet) = staged(&bench);
    let recorder = master.active_disc_recorder().expect("it was chosen");
    recorder.open_exclusive().expect("it is free");
    let outcome = code(&master.record_disc(false, false));
    recorder.close().expect("it was opened");
    master.record_disc(false, false).expect("the drive is free again, and the image still there");
    outcome
}

fn device_not_present() -> HResult {
    let bench = Bench::new("cd-r");
    let (master, _joliet) = staged(&bench);
    bench.plugs.unplug("virtual");
    code(&master.record_disc(false, false))
}

fn device_invalid_type() -> HResult {
    const CD_R: u16 = 0x09;
    let bench = behind("cd-rw", |drive| Arc::new(Knows(drive, &[CD_R])));
    let recorder = bench.service.disc_recorder();
    recorder.init("virtual").expect("it is there");
    recorder.open_exclusive().expect("it is free");
    code(&recorder.erase(false))
}

fn initialize_write() -> HResult {
    // MODE SELECT is refused.
    recorded_with(&faulty("55", "5/26/00"))
}

fn initialize_end_write() -> HResult {
    // CLOSE TRACK/SESSION fails.
    recorded_with(&faulty("5B", "3/72/00"))
}

fn file_system() -> HResult {
    let bench = behind("cd-r", |drive| Arc::new(System(drive, Some("/media/cd".into()))));
    let (master, _joliet) = staged(&bench);
    code(&master.record_disc(false, false))
}

fn file_access() -> HResult {
    // Something is in the way.
    added_where(|stash| fs::create_dir(stash.file()).expect("a folder"))
}

fn disc_info() -> HResult {
    // READ DISC INFORMATION fails.
    let faults = faulty("51", "3/11/00");
    let bench = Order { faults: &faults, ..Order::default() }.bench();
    let master = bench.open();
    joliet(&master);
    code(&master.set_active_disc_recorder(&recorder(&master)))
}

fn track_not_open() -> HResult {
    code(&Bench::new("cd-r").sound().1.close_audio_track())
}

fn track_open() -> HResult {
    let (master, redbook) = Bench::new("cd-r").sound();
    redbook.create_audio_track(300).expect("room");
    code(&master.record_disc(false, false))
}

fn disc_full() -> HResult {
    let (_master, joliet) = Bench::new("cd-r").data();
    let large = MemoryStorage::new().with_stream("large", vec![0; 2048 * 10_000]);
    code(&joliet.add_data(&large, false))
}

fn bad_joliet_name() -> HResult {
    let (_master, joliet) = Bench::new("cd-r").data();
    code(&joliet.add_data(&MemoryStorage::new().with_stream("what?", *b"x"), false))
}

fn invalid_image() -> HResult {
    let bench = Bench::new("cd-r");
    let (master, _joliet) = staged(&bench);
    // Somebody empties the stash.
    let stash = bench.folder.path().join("CD burning stash file.bin");
    File::options().write(true).open(stash).expect("it is there").set_len(10).expect("it can be cut");
    code(&master.record_disc(false, false))
}

fn no_active_format() -> HResult {
    code(&Bench::new("cd-r").open().disc_recorders())
}

fn no_active_recorder() -> HResult {
    let master = Bench::new("cd-r").open();
    joliet(&master);
    code(&master.record_disc(false, false))
}

fn wrong_format() -> HResult {
    let (master, joliet) = Bench::new("cd-r").data();
    redbook(&master);
    code(&joliet.used_data_blocks())
}

fn already_open() -> HResult {
    code(&Bench::new("cd-r").open().open())
}

/// A bench with a disc that has a session, chosen for another, and something added to it.
fn second_session() -> (Bench, DiscMaster, JolietDiscMaster) {
    let bench = Order { blocks: 30_000, ..Order::default() }.bench();
    let (master, joliet) = staged(&bench);
    master.record_disc(false, false).expect("recorded");
    master.set_active_disc_recorder(&recorder(&master)).expect("the disc has room");
    joliet.add_data(&MemoryStorage::new().with_stream("more", *b"x"), false).expect("it fits");
    (bench, master, joliet)
}

fn wrong_disc() -> HResult {
    let (bench, master, _joliet) = second_session();
    bench.insert("cd-r", 30_000);
    code(&master.record_disc(false, false))
}

fn file_exists() -> HResult {
    let bench = Bench::new("cd-r");
    code(&staged(&bench).1.add_data(&tree(), false))
}

fn stash_in_use() -> HResult {
    let bench = Bench::new("cd-r");
    let (first, _joliet) = bench.data();
    let second = bench.open();
    joliet(&second);
    let outcome = code(&second.set_active_disc_recorder(&recorder(&second)));
    first.close();
    second.set_active_disc_recorder(&recorder(&second)).expect("the stash is free");
    outcome
}

fn device_still_in_use() -> HResult {
    let bench = behind("cd-r", |drive| Arc::new(System(drive, None)));
    let (master, _joliet) = staged(&bench);
    let outcome = code(&master.record_disc(false, false));
    let recorder = master.active_disc_recorder().expect("it was chosen");
    assert_eq!(code(&recorder.open_exclusive()), outcome);
    outcome
}

fn loss_of_streaming() -> HResult {
    recorded_with(&faulty("2A", "3/0C/09"))
}

fn compressed_stash() -> HResult {
    added_where(|stash| {
        // As `chattr +c` does it; where the file system has no such flag it is only said that it were so.
        let folder = File::open(&stash.folder).expect("a folder");
        let set = ioctl_getflags(&folder).and_then(|flags| ioctl_setflags(&folder, flags | IFlags::COMPRESSED));
        if set.is_err() {
            stash.inode_flags = |_| Some(IFlags::COMPRESSED.bits());
        }
    })
}

fn encrypted_stash() -> HResult {
    // Only the owner of a key can make such a folder, so that it is only said that it were one.
    const FS_ENCRYPT_FL: u32 = 0x800;
    added_where(|stash| stash.inode_flags = |_| Some(FS_ENCRYPT_FL))
}

fn not_enough_disk_for_stash() -> HResult {
    added_where(|stash| stash.keep_free = u64::MAX)
}

fn removable_stash() -> HResult {
    added_where(|stash| {
        use std::os::unix::fs::{MetadataExt as _, symlink};
        let device = fs::metadata(&stash.folder).expect("a folder").dev();
        let disk = stash.sys.join("devices/stick");
        let links = stash.sys.join("dev/block");
        fs::create_dir_all(&disk).and_then(|()| fs::create_dir_all(&links)).expect("folders");
        fs::write(disk.join("removable"), "1\n").expect("a file");
        let number = format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device));
        symlink(&disk, links.join(number)).expect("a link");
    })
}

fn cannot_write_to_media() -> HResult {
    let bench = Bench::new("cd-r");
    let (master, redbook) = bench.sound();
    add_track(&redbook, &song(1, 300));
    master.record_disc(false, false).expect("recorded");
    add_track(&redbook, &song(1, 300));
    code(&master.record_disc(false, false))
}

fn track_not_big_enough() -> HResult {
    let (_master, redbook) = Bench::new("cd-r").sound();
    redbook.create_audio_track(300).expect("room");
    redbook.add_audio_track_blocks(&song(1, 299)).expect("it fits");
    let outcome = code(&redbook.close_audio_track());
    redbook.add_audio_track_blocks(&song(1, 1)).expect("the track is still open");
    redbook.close_audio_track().expect("it is long enough");
    outcome
}

fn boot_image_and_nonblank_disc() -> HResult {
    let (_bench, master, joliet) = second_session();
    let set = PropertySet::new().with("PlaceBootImageOnDisc", PropertyValue::Flag(true));
    joliet.set_joliet_properties(&set).expect("it can be");
    code(&master.record_disc(false, false))
}

/// Every code, and what raises it.
const CAUSES: [(HResult, fn() -> HResult); 38] = [
    (v1::IMAPI_S_PROPERTIESIGNORED, properties_ignored),
    (v1::IMAPI_S_BUFFER_TO_SMALL, buffer_too_small),
    (v1::IMAPI_E_NOTOPENED, not_opened),
    (v1::IMAPI_E_NOTINITIALIZED, not_initialized),
    (v1::IMAPI_E_USERABORT, user_abort),
    (v1::IMAPI_E_GENERIC, generic),
    (v1::IMAPI_E_MEDIUM_NOTPRESENT, medium_not_present),
    (v1::IMAPI_E_MEDIUM_INVALIDTYPE, medium_invalid_type),
    (v1::IMAPI_E_DEVICE_NOPROPERTIES, device_no_properties),
    (v1::IMAPI_E_DEVICE_NOTACCESSIBLE, device_not_accessible),
    (v1::IMAPI_E_DEVICE_NOTPRESENT, device_not_present),
    (v1::IMAPI_E_DEVICE_INVALIDTYPE, device_invalid_type),
    (v1::IMAPI_E_INITIALIZE_WRITE, initialize_write),
    (v1::IMAPI_E_INITIALIZE_ENDWRITE, initialize_end_write),
    (v1::IMAPI_E_FILESYSTEM, file_system),
    (v1::IMAPI_E_FILEACCESS, file_access),
    (v1::IMAPI_E_DISCINFO, disc_info),
    (v1::IMAPI_E_TRACKNOTOPEN, track_not_open),
    (v1::IMAPI_E_TRACKOPEN, track_open),
    (v1::IMAPI_E_DISCFULL, disc_full),
    (v1::IMAPI_E_BADJOLIETNAME, bad_joliet_name),
    (v1::IMAPI_E_INVALIDIMAGE, invalid_image),
    (v1::IMAPI_E_NOACTIVEFORMAT, no_active_format),
    (v1::IMAPI_E_NOACTIVERECORDER, no_active_recorder),
    (v1::IMAPI_E_WRONGFORMAT, wrong_format),
    (v1::IMAPI_E_ALREADYOPEN, already_open),
    (v1::IMAPI_E_WRONGDISC, wrong_disc),
    (v1::IMAPI_E_FILEEXISTS, file_exists),
    (v1::IMAPI_E_STASHINUSE, stash_in_use),
    (v1::IMAPI_E_DEVICE_STILL_IN_USE, device_still_in_use),
    (v1::IMAPI_E_LOSS_OF_STREAMING, loss_of_streaming),
    (v1::IMAPI_E_COMPRESSEDSTASH, compressed_stash),
    (v1::IMAPI_E_ENCRYPTEDSTASH, encrypted_stash),
    (v1::IMAPI_E_NOTENOUGHDISKFORSTASH, not_enough_disk_for_stash),
    (v1::IMAPI_E_REMOVABLESTASH, removable_stash),
    (v1::IMAPI_E_CANNOT_WRITE_TO_MEDIA, cannot_write_to_media),
    (v1::IMAPI_E_TRACK_NOT_BIG_ENOUGH, track_not_big_enough),
    (v1::IMAPI_E_BOOTIMAGE_AND_NONBLANK_DISC, boot_image_and_nonblank_disc),
];

#[test]
fn the_table_has_each_code_once() {
    let codes: BTreeSet<u32> = CAUSES.iter().map(|(code, _)| code.as_u32()).collect();
    let all: BTreeSet<u32> = (0x0004_0200..=0x0004_0201).chain(0x8004_020B..=0x8004_022E).collect();
    assert_eq!(codes, all);
}

#[rstest]
fn each_code_has_its_cause(#[values(0, 1, 2, 3)] quarter: usize) {
    let mut wrong = Vec::new();
    for (expected, cause) in CAUSES.iter().skip(quarter).step_by(4) {
        let found = cause();
        if found != *expected {
            wrong.push(format!("{} and not {}", name(found), name(*expected)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn name(code: HResult) -> String {
    code.known().map_or_else(|| code.to_string(), |known| known.name().to_owned())
}

/// A source whose drives nobody is told of that come and go.
#[test]
fn a_source_that_cannot_list_is_told() {
    struct Broken;
    impl DriveSource for Broken {
        fn list(&self) -> Result<Vec<String>, TransportError> {
            Err(TransportError::Gone)
        }

        fn open(&self, _: &str) -> Result<Arc<dyn Device>, TransportError> {
            Err(TransportError::Gone)
        }

        fn watch(&self) -> crossbeam_channel::Receiver<Arrival> {
            crossbeam_channel::never()
        }
    }
    let master = imapi1::Service::new(Arc::new(Broken), imapi1::ServiceOptions::default()).disc_master();
    master.open().expect("that needs no drive");
    joliet(&master);
    assert_eq!(code(&master.disc_recorders()), v1::IMAPI_E_DEVICE_NOTPRESENT);
}
