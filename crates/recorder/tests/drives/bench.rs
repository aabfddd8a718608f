//! Drives in software with discs, a source of them that can be plugged and unplugged, and what stands before a drive.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender};
use imapi_disc_types::{ClientName, Clock, ManualClock};
use imapi_mmc_transport::{
    Arrival, Cdb, Completion, Data, Device, DriveSource, Limits, LockRefused, Opening, Transport, TransportError,
    faults::{FaultInjector, Script},
};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, Medium, Personality, VirtualDrive};
use tempfile::TempDir;

/// Blocks of the small discs here, a whole number of every medium's units.
pub const BLOCKS: u32 = 3200;

/// A drive with a new disc.
pub struct Bench {
    pub drive: Arc<VirtualDrive>,
    pub clock: Arc<ManualClock>,
    _folder: TempDir,
}

impl Bench {
    pub fn with(medium: &str, personality: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let medium: &'static Medium = medium.parse().expect("a medium");
        let blocks = if medium.speeds.is_empty() { None } else { Some(BLOCKS) };
        let geometry = medium.geometry(blocks).expect("a size");
        let disc = DiscFile::create(&folder.path().join("my.disc"), geometry).expect("a new disc");
        let bench = Self { _folder: folder, ..Self::empty(personality) };
        bench.drive.insert(disc, medium).expect("an empty drive");
        bench
    }

    pub fn empty(personality: &str) -> Self {
        let clock = Arc::new(ManualClock::new());
        let personality: &Personality = personality.parse().expect("a personality");
        let drive = VirtualDrive::new(Arc::clone(&clock) as _).with_personality(personality);
        Self { drive: Arc::new(drive), clock, _folder: tempfile::tempdir().expect("a folder") }
    }

    /// The drive, with whatever it has to tell first still untold.
    pub fn recorder(&self) -> Recorder {
        Recorder::over(Arc::clone(&self.drive) as _).expect("every drive says who it is")
    }

    /// The same drive, with faults before it.
    pub fn failing(&self, faults: &str) -> Recorder {
        let script = format!(r#"{{"faults":[{faults}]}}"#);
        let script = Script::from_json(&script).expect("a good script");
        let injector = FaultInjector::upon(Arc::clone(&self.drive), Arc::clone(&self.drive) as _, script);
        Recorder::over(Arc::new(injector.expect("a good script"))).expect("INQUIRY is spared")
    }
}

pub fn client(name: &str) -> ClientName {
    name.parse().expect("a client name")
}

/// Drives by id, which come and go.
#[derive(Default)]
pub struct Drives {
    openings: Mutex<BTreeMap<String, Opening>>,
    listeners: Mutex<Vec<Sender<Arrival>>>,
}

impl Drives {
    pub fn plug_in(&self, id: &str, drive: Arc<dyn Device>) {
        self.openings.lock().expect("no panic").insert(id.to_owned(), Opening::of(drive));
        self.tell(&Arrival::Added(id.to_owned()));
    }

    pub fn unplug(&self, id: &str) {
        self.openings.lock().expect("no panic").remove(id).expect("it is plugged in");
        self.tell(&Arrival::Removed(id.to_owned()));
    }

    fn tell(&self, arrival: &Arrival) {
        self.listeners.lock().expect("no panic").retain(|listener| listener.send(arrival.clone()).is_ok());
    }
}

impl DriveSource for Drives {
    fn list(&self) -> Result<Vec<String>, TransportError> {
        Ok(self.openings.lock().expect("no panic").keys().cloned().collect())
    }

    fn open(&self, id: &str) -> Result<Arc<dyn Device>, TransportError> {
        let openings = self.openings.lock().expect("no panic");
        Ok(Arc::new(openings.get(id).ok_or(TransportError::Gone)?.again()))
    }

    fn watch(&self) -> Receiver<Arrival> {
        let (tell, told) = crossbeam_channel::unbounded();
        self.listeners.lock().expect("no panic").push(tell);
        told
    }
}

/// What an operating system adds to a drive: a node, mounts, an idea of the disc's size, notices.
pub struct System {
    pub drive: Arc<VirtualDrive>,
    pub node: Option<PathBuf>,
    pub mounts: Mutex<Vec<PathBuf>>,
    /// What the system takes the disc's size to be, one after the other; the last one stays.
    pub sizes: Mutex<Vec<u64>>,
    pub switched: Mutex<Vec<bool>>,
    pub kept_locked: Mutex<Vec<bool>>,
    pub unlocked: AtomicU32,
    /// The last command with data for the drive: its bytes, then those of the data.
    pub sent: Mutex<(Vec<u8>, Vec<u8>)>,
}

impl System {
    pub fn around(drive: &Arc<VirtualDrive>) -> Self {
        Self {
            drive: Arc::clone(drive),
            node: Some("/dev/sr7".into()),
            mounts: Mutex::default(),
            sizes: Mutex::default(),
            switched: Mutex::default(),
            kept_locked: Mutex::default(),
            unlocked: AtomicU32::new(0),
            sent: Mutex::default(),
        }
    }
}

impl Transport for System {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        if let Data::Out(bytes) = data {
            *self.sent.lock().expect("no panic") = (cdb.as_bytes().to_vec(), bytes.to_vec());
        }
        self.drive.execute(cdb, data, timeout)
    }

    fn limits(&self) -> Limits {
        self.drive.limits()
    }

    fn clock(&self) -> &dyn Clock {
        self.drive.clock()
    }
}

impl Device for System {
    fn id(&self) -> &'static str {
        "system"
    }

    fn lock(&self, owner: &ClientName, force: bool) -> Result<(), LockRefused> {
        match self.mount_points().first() {
            Some(at) if !force => Err(LockRefused::Mounted { at: at.clone() }),
            _ => self.drive.lock(owner, force),
        }
    }

    fn unlock(&self) {
        self.unlocked.fetch_add(1, Ordering::Relaxed);
        self.drive.unlock();
    }

    fn lock_owner(&self) -> Option<String> {
        self.drive.lock_owner()
    }

    fn mount_points(&self) -> Vec<PathBuf> {
        self.mounts.lock().expect("no panic").clone()
    }

    fn media_notices(&self, on: bool) {
        self.switched.lock().expect("no panic").push(on);
    }

    fn node(&self) -> Option<PathBuf> {
        self.node.clone()
    }

    fn look_anew(&self) -> Option<u64> {
        let mut sizes = self.sizes.lock().expect("no panic");
        if sizes.len() > 1 { Some(sizes.remove(0)) } else { sizes.first().copied() }
    }

    fn keep_tray_locked(&self, locked: bool) -> Result<(), TransportError> {
        self.kept_locked.lock().expect("no panic").push(locked);
        Ok(())
    }
}
