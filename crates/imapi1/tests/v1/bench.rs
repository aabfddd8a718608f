//! Drives in software that can be plugged in and out, and sessions on them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use crossbeam_channel::{Receiver, Sender};
use imapi_disc_types::{ManualClock, Timestamp};
use imapi_errors::{Coded, HResult, common};
use imapi_mmc_transport::{
    Arrival, Device, DriveSource, TransportError,
    faults::{FaultInjector, Script},
};
use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};
use imapi1::{
    DiscMaster, DiscRecorder, FormatId, JolietDiscMaster, MemoryStorage, RedbookDiscMaster, Service, ServiceOptions,
    StashOptions, V1Error,
};
use tempfile::TempDir;

/// Blocks of the small discs here.
pub const BLOCKS: u32 = 9600;
/// Bytes of a block of sound.
pub const SECTOR: usize = 2352;

/// Drives by their ids.
#[derive(Default)]
pub struct Plugs {
    devices: Mutex<BTreeMap<String, Arc<dyn Device>>>,
    listeners: Mutex<Vec<Sender<Arrival>>>,
}

impl Plugs {
    pub fn plug(&self, id: &str, device: Arc<dyn Device>) {
        self.devices.lock().expect("no panic").insert(id.to_owned(), device);
        self.tell(&Arrival::Added(id.to_owned()));
    }

    pub fn unplug(&self, id: &str) {
        self.devices.lock().expect("no panic").remove(id).expect("it is plugged in");
        self.tell(&Arrival::Removed(id.to_owned()));
    }

    fn tell(&self, arrival: &Arrival) {
        self.listeners.lock().expect("no panic").retain(|listener| listener.send(arrival.clone()).is_ok());
    }
}

impl DriveSource for Plugs {
    fn list(&self) -> Result<Vec<String>, TransportError> {
        Ok(self.devices.lock().expect("no panic").keys().cloned().collect())
    }

    fn open(&self, id: &str) -> Result<Arc<dyn Device>, TransportError> {
        self.devices.lock().expect("no panic").get(id).cloned().ok_or(TransportError::Gone)
    }

    fn watch(&self) -> Receiver<Arrival> {
        let (tell, told) = crossbeam_channel::unbounded();
        self.listeners.lock().expect("no panic").push(tell);
        told
    }
}

/// A service with one drive, `virtual`.
pub struct Bench {
    pub folder: TempDir,
    pub plugs: Arc<Plugs>,
    pub drive: Arc<VirtualDrive>,
    pub service: Service,
}

/// How a bench is made that is not as most are.
pub struct Order<'a> {
    pub medium: Option<&'a str>,
    pub blocks: u32,
    /// Faults of the drive, as a script has them.
    pub faults: &'a str,
    pub strict: bool,
    pub stash: Option<StashOptions>,
    pub personality: &'a str,
}

impl Default for Order<'_> {
    fn default() -> Self {
        Self { medium: Some("cd-r"), blocks: BLOCKS, faults: "", strict: true, stash: None, personality: "standard" }
    }
}

impl Order<'_> {
    pub fn bench(self) -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        let drive = VirtualDrive::new(Arc::new(ManualClock::new()))
            .with_personality(self.personality.parse().expect("a personality"));
        let drive = Arc::new(drive);
        let stash = self.stash.unwrap_or_else(|| StashOptions {
            folder: folder.path().to_path_buf(),
            sys: folder.path().join("sys"),
            ..StashOptions::default()
        });
        let now = Some(Timestamp::new(951_782_400, 0));
        let options = ServiceOptions { strict: self.strict, stash, now, ..ServiceOptions::default() };
        let plugs = Arc::new(Plugs::default());
        let device: Arc<dyn Device> = if self.faults.is_empty() {
            Arc::clone(&drive) as _
        } else {
            let script = Script::from_json(&format!(r#"{{"faults":[{}]}}"#, self.faults)).expect("a script");
            Arc::new(FaultInjector::new(Arc::clone(&drive), script).expect("a drive"))
        };
        plugs.plug("virtual", device);
        let service = Service::new(Arc::clone(&plugs) as _, options);
        let bench = Bench { folder, plugs, drive, service };
        if let Some(medium) = self.medium {
            bench.insert(medium, self.blocks);
        }
        bench
    }
}

impl Bench {
    pub fn new(medium: &str) -> Self {
        Order { medium: Some(medium), ..Order::default() }.bench()
    }

    /// Puts a new disc in; the one that was there goes.
    pub fn insert(&self, medium: &str, blocks: u32) {
        let medium: &'static Medium = medium.parse().expect("a medium");
        let blocks = if medium.speeds.is_empty() { None } else { Some(blocks) };
        let path = tempfile::tempdir_in(self.folder.path()).expect("a folder").keep().join("my.disc");
        let disc = DiscFile::create(&path, medium.geometry(blocks).expect("a size")).expect("a new disc");
        self.drive.insert(disc, medium).expect("it takes it");
    }

    /// A session that is open.
    pub fn open(&self) -> DiscMaster {
        let master = self.service.disc_master();
        master.open().expect("it was not open");
        master
    }

    /// A session for data, its recorder chosen.
    pub fn data(&self) -> (DiscMaster, JolietDiscMaster) {
        let master = self.open();
        let joliet = joliet(&master);
        master.set_active_disc_recorder(&recorder(&master)).expect("a drive with a disc");
        (master, joliet)
    }

    /// A session for sound, its recorder chosen.
    pub fn sound(&self) -> (DiscMaster, RedbookDiscMaster) {
        let master = self.open();
        let redbook = redbook(&master);
        master.set_active_disc_recorder(&recorder(&master)).expect("a drive with a disc");
        (master, redbook)
    }
}

pub fn joliet(master: &DiscMaster) -> JolietDiscMaster {
    let interface = master.set_active_disc_master_format(FormatId::JOLIET).expect("a format");
    interface.joliet().expect("it is what was asked for")
}

pub fn redbook(master: &DiscMaster) -> RedbookDiscMaster {
    let interface = master.set_active_disc_master_format(FormatId::REDBOOK).expect("a format");
    interface.redbook().expect("it is what was asked for")
}

pub fn recorder(master: &DiscMaster) -> Arc<DiscRecorder> {
    master.disc_recorders().expect("a format is active").next().expect("a drive")
}

/// A small tree: a file, and one in a folder.
pub fn tree() -> MemoryStorage {
    MemoryStorage::new()
        .with_stream("Read me.txt", *b"Good morning")
        .with_storage("Folder", MemoryStorage::new().with_stream("noise.bin", noise(1, 300_000)))
}

/// Bytes that look like nothing.
pub fn noise(seed: u32, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()[1]
    };
    (0..len).map(|_| next()).collect()
}

/// Sound of so many blocks.
pub fn song(seed: u32, blocks: usize) -> Vec<u8> {
    noise(seed, blocks * SECTOR)
}

/// Adds a whole track.
pub fn add_track(redbook: &RedbookDiscMaster, sound: &[u8]) {
    redbook.create_audio_track(0).expect("room");
    redbook.add_audio_track_blocks(sound).expect("it fits");
    redbook.close_audio_track().expect("it is long enough");
}

/// The code that a call ended with.
pub fn code<T>(outcome: &Result<T, V1Error>) -> HResult {
    outcome.as_ref().map_or_else(Coded::code, |_| common::S_OK)
}
