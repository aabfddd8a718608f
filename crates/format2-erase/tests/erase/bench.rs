//! A drive with a used disc, and what was sent to it.

use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use imapi_disc_types::{CancelToken, ClientName, Clock, Control, Lba, ManualClock};
use imapi_format2::Probe;
use imapi_format2_erase::{EraseError, EraseOptions, EraseProgress, Erased, erase};
use imapi_mmc_transport::{
    Cdb, Completion, Data, Device, Limits, LockRefused, Transport, TransportError, TransportExt as _,
    commands::{
        CloseFunction, CloseTrackSession, FormatDescriptor, FormatOptions, FormatParameters, FormatType, FormatUnit,
        ModeSelect10, Read10, ReadFormatCapacities, SynchronizeCache, TestUnitReady, Write10,
    },
    faults::{FaultInjector, Script},
    mode::{ModePage, ModeParameters, MultiSession, WriteParameters},
};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, Medium, Pace, Personality, VirtualDrive};
use tempfile::TempDir;

/// Blocks of the small discs here: 25 MiB, a little more than both ends.
pub const BLOCKS: u32 = 12_800;

/// The states of used discs.
pub const USED: [&str; 6] = ["cd-rw", "dvd-rw", "dvd-rw formatted", "dvd+rw", "dvd-ram", "bd-re"];

/// Writes down what is sent.
pub struct Watched<T> {
    inner: T,
    sent: Arc<Mutex<Vec<Cdb>>>,
}

impl<T: Device> Transport for Watched<T> {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        self.sent.lock().expect("no panic").push(*cdb);
        self.inner.execute(cdb, data, timeout)
    }

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    fn clock(&self) -> &dyn Clock {
        self.inner.clock()
    }
}

impl<T: Device> Device for Watched<T> {
    fn id(&self) -> &str {
        self.inner.id()
    }

    fn lock(&self, owner: &ClientName, force: bool) -> Result<(), LockRefused> {
        self.inner.lock(owner, force)
    }

    fn unlock(&self) {
        self.inner.unlock();
    }

    fn lock_owner(&self) -> Option<String> {
        self.inner.lock_owner()
    }

    fn mount_points(&self) -> Vec<PathBuf> {
        self.inner.mount_points()
    }

    fn media_notices(&self, on: bool) {
        self.inner.media_notices(on);
    }
}

/// A drive with a disc.
pub struct Bench {
    pub recorder: Recorder,
    pub clock: Arc<ManualClock>,
    pub drive: Arc<VirtualDrive>,
    sent: Arc<Mutex<Vec<Cdb>>>,
    _folder: TempDir,
}

pub fn client() -> ClientName {
    "tests".parse().expect("a name")
}

impl Bench {
    /// A new disc of that kind, in a drive that takes no time.
    pub fn new(medium: &str) -> Self {
        Self::with(medium, BLOCKS, "standard", Pace::QUICK, &[])
    }

    /// A used disc, in a drive with such ways.
    pub fn used(state: &str, personality: &str) -> Self {
        let bench = Self::with(medium_of(state), BLOCKS, personality, Pace::QUICK, &[]);
        bench.fill(state);
        bench
    }

    /// A used disc, in a drive that fails so.
    pub fn failing(state: &str, script: &str) -> Self {
        Self::failing_with(state, "standard", script)
    }

    pub fn failing_with(state: &str, personality: &str, script: &str) -> Self {
        let bench = Self::with(medium_of(state), BLOCKS, personality, Pace::QUICK, &[script]);
        bench.fill(state);
        bench
    }

    pub fn with(medium: &str, blocks: u32, personality: &str, pace: Pace, scripts: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let medium: &'static Medium = medium.parse().expect("a medium");
        let personality: &Personality = personality.parse().expect("a personality");
        let clock = Arc::new(ManualClock::new());
        let drive = VirtualDrive::new(Arc::clone(&clock) as _).at_pace(pace).with_personality(personality);
        let geometry = medium.geometry(Some(blocks)).expect("a size");
        let disc = DiscFile::create(&folder.path().join("disc"), geometry).expect("a new disc");
        drive.insert(disc, medium).expect("an empty drive");
        let drive = Arc::new(drive);
        let sent = Arc::<Mutex<Vec<Cdb>>>::default();
        let device: Arc<dyn Device> = match scripts.first() {
            None => Arc::new(Watched { inner: Arc::clone(&drive), sent: Arc::clone(&sent) }),
            Some(script) => {
                let script = Script::from_json(script).expect("a script");
                let victim = Arc::clone(&drive) as _;
                let inner = FaultInjector::upon(Arc::clone(&drive), victim, script).expect("a drive in software");
                Arc::new(Watched { inner, sent: Arc::clone(&sent) })
            }
        };
        let bench =
            Self { recorder: Recorder::over(device).expect("it says what it is"), clock, drive, sent, _folder: folder };
        bench.wait();
        bench
    }

    /// Waits until the drive has done what it does.
    pub fn wait(&self) {
        for _ in 0..100_000 {
            if self.drive.send(&TestUnitReady).is_ok() {
                return;
            }
            self.clock.advance(Duration::from_secs(1));
        }
        panic!("it is never ready");
    }

    /// Uses the disc: something is at its beginning, and where it can be written anywhere, at its end.
    fn fill(&self, state: &str) {
        match state {
            "cd-rw" => {
                self.set(WriteParameters::tao_data(MultiSession::Final));
                self.write(0, 320);
                self.synchronize();
                self.close(CloseFunction::Session, 0);
            }
            "dvd-rw" => {
                self.set(WriteParameters::dvd_incremental(MultiSession::Final));
                self.write(0, 320);
                self.synchronize();
                self.close(CloseFunction::Track, 1);
                self.close(CloseFunction::Session, 0);
            }
            "dvd-rw formatted" => {
                self.format(FormatType::PACKETS_FULL);
                self.fill_both_ends(BLOCKS);
            }
            "dvd+rw" => {
                self.format(FormatType::DVD_PLUS_RW);
                self.fill_both_ends(BLOCKS);
            }
            "bd-re" => {
                let blocks = self.format(FormatType::FULL);
                self.fill_both_ends(blocks);
            }
            _ => self.fill_both_ends(BLOCKS),
        }
        self.sent.lock().expect("no panic").clear();
    }

    fn fill_both_ends(&self, blocks: u32) {
        self.write(0, 64);
        self.write(i32::try_from(blocks).expect("a small disc") - 64, 64);
        self.synchronize();
    }

    pub fn set(&self, page: WriteParameters) {
        let parameters = ModeParameters::of([ModePage::WriteParameters(page)]);
        self.drive.submit(&ModeSelect10::carrying(&parameters), &parameters).expect("it takes the page");
    }

    pub fn write(&self, first: i32, blocks: u16) {
        let data = vec![7; 32 * 2048];
        for at in (first..).take(blocks.into()).step_by(32) {
            self.drive.write_from(&Write10::new(Lba(at), 32), &data).expect("it fits");
        }
    }

    pub fn synchronize(&self) {
        self.drive.send(&SynchronizeCache::all().waiting()).expect("it empties its buffer");
    }

    pub fn close(&self, function: CloseFunction, track: u16) {
        while self.drive.send(&CloseTrackSession { immediate: true, function, track }).is_err() {
            self.clock.advance(Duration::from_secs(1));
        }
        self.wait();
    }

    /// Formats the disc as the drive offers it, and says how many blocks it has then.
    pub fn format(&self, format: FormatType) -> u32 {
        let offered = self.drive.query(&ReadFormatCapacities::everything()).expect("offers").value;
        let descriptor: FormatDescriptor =
            *offered.formattable.iter().find(|offer| offer.format == format).expect("it is offered");
        let options = FormatOptions { immediate: true, ..FormatOptions::default() };
        self.drive.submit(&FormatUnit::default(), &FormatParameters { options, descriptor }).expect("it formats");
        self.wait();
        descriptor.blocks
    }

    pub fn probe(&self) -> Probe {
        Probe::of(&self.recorder).expect("it tells of its disc")
    }

    /// Bytes of blocks that are not zero.
    pub fn used_bytes(&self, first: i32, blocks: u16) -> usize {
        let mut out = vec![0; usize::from(blocks) * 2048];
        self.drive.read_into(&Read10::new(Lba(first), blocks), &mut out).expect("it can be read");
        out.iter().filter(|&&byte| byte != 0).count()
    }

    /// How often a command with that first byte was sent.
    pub fn count(&self, opcode: u8) -> usize {
        self.sent.lock().expect("no panic").iter().filter(|cdb| cdb.opcode() == opcode).count()
    }

    /// How many commands were sent.
    pub fn all(&self) -> usize {
        self.sent.lock().expect("no panic").len()
    }

    /// Byte 1 of each BLANK.
    pub fn blanks(&self) -> Vec<u8> {
        let sent = self.sent.lock().expect("no panic");
        sent.iter().filter(|cdb| cdb.opcode() == 0xA1).map(|cdb| cdb.padded()[1]).collect()
    }

    pub fn erase(&self, full: bool) -> Result<Erased, EraseError> {
        self.erase_with(EraseOptions { full, ..EraseOptions::default() }).0
    }

    /// Erases, and says what was told.
    pub fn erase_with(&self, options: EraseOptions) -> (Result<Erased, EraseError>, Vec<EraseProgress>) {
        let mut heard = Vec::new();
        let mut listener = |progress: &EraseProgress| {
            heard.push(*progress);
            ControlFlow::Continue(())
        };
        let erased = erase(&self.recorder, &client(), &options, &mut Control::new(CancelToken::new(), &mut listener));
        assert_eq!(self.recorder.owner(), None, "the drive is let go of");
        (erased, heard)
    }
}

pub fn medium_of(state: &str) -> &str {
    state.split(' ').next().expect("a first word")
}
