//! Drives, discs and sources for the tests.

use std::{
    io::Write,
    num::NonZeroU32,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use imapi_disc_types::{Block, BlockSource, ClientName, Clock, Control, Lba, ManualClock, Request, SourceError};
use imapi_format2::{DiscReader, Probe};
use imapi_format2_data::{Burned, DataError, DataOptions, burn};
use imapi_mmc_transport::{
    Cdb, Completion, Data, Device, Limits, LockRefused, Transport, TransportError,
    trace::{Record, Recording, Tracer, steps},
};
use imapi_recorder::{Recorder, RecorderError};
use imapi_virtual_drive::{DiscFile, Family, MEDIA, Medium, Personality, VirtualDrive};

/// Blocks that say their number and whose they are.
pub struct Numbers {
    pub blocks: u64,
    pub mark: u8,
}

/// The same from a slow disk.
pub struct Slow(pub Numbers);

impl BlockSource for Slow {
    fn block_size(&self) -> NonZeroU32 {
        self.0.block_size()
    }

    fn blocks(&self) -> u64 {
        self.0.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        // As much as one command carries, however much is wanted.
        std::thread::sleep(Duration::from_millis(1));
        let most = out.len().min(64 << 10);
        self.0.read(first, &mut out[..most])
    }
}

impl Numbers {
    pub fn block(&self, number: u64) -> [u8; 2048] {
        let mut block = [self.mark; 2048];
        block[..8].copy_from_slice(&number.to_le_bytes());
        block
    }
}

impl BlockSource for Numbers {
    fn block_size(&self) -> NonZeroU32 {
        NonZeroU32::new(2048).expect("not zero")
    }

    fn blocks(&self) -> u64 {
        self.blocks
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        for (number, block) in (first.0..).zip(request.out.chunks_exact_mut(2048)) {
            block.copy_from_slice(&self.block(number));
        }
        Ok(request.count)
    }
}

/// What of a device is not commands is the inner one's.
macro_rules! passing_on {
    ($device:ty) => {
        impl Device for $device {
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

            fn mount_points(&self) -> Vec<std::path::PathBuf> {
                self.inner.mount_points()
            }

            fn media_notices(&self, on: bool) {
                self.inner.media_notices(on);
            }
        }
    };
}

pub fn writable() -> impl Iterator<Item = &'static Medium> {
    MEDIA.iter().filter(|medium| !matches!(medium.family, Family::Pressed | Family::PressedCd))
}

pub fn medium(name: &str) -> &'static Medium {
    MEDIA.iter().find(|medium| medium.name == name).expect("in the table")
}

pub fn drive(folder: &Path, medium: &'static Medium, personality: Option<&'static Personality>) -> VirtualDrive {
    drive_with(folder, medium, personality, None)
}

/// With a disc of so many blocks.
pub fn drive_with(
    folder: &Path,
    medium: &'static Medium,
    personality: Option<&'static Personality>,
    blocks: Option<u32>,
) -> VirtualDrive {
    let mut drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    if let Some(personality) = personality {
        drive = drive.with_personality(personality);
    }
    let disc = DiscFile::create(&folder.join(medium.name), medium.geometry(blocks).expect("its size")).expect("a file");
    drive.insert(disc, medium).expect("it takes it");
    drive
}

pub fn recorder(device: impl Device + 'static) -> Recorder {
    let recorder = Recorder::over(Arc::new(device)).expect("it says what it is");
    ready(&recorder);
    recorder
}

pub fn ready(recorder: &Recorder) {
    try_ready(recorder).expect("ready");
}

pub fn try_ready(recorder: &Recorder) -> Result<(), RecorderError> {
    let mut go_on = |_: &_| std::ops::ControlFlow::Continue(());
    recorder.ready(Duration::from_secs(3600), &mut go_on).map(|_| ())
}

pub fn client() -> ClientName {
    "tests".parse().expect("a name")
}

pub fn burn_silently(
    recorder: &Recorder,
    source: &dyn BlockSource,
    options: &DataOptions,
) -> Result<Burned, DataError> {
    burn(recorder, &client(), source, options, None, &mut Control::silent())
}

/// Every block of a source is on the disc, from that address on.
pub fn assert_on_disc(recorder: &Recorder, source: &Numbers, start: Lba, what: &str) {
    ready(recorder);
    let first = u64::try_from(start.0).expect("not before 0");
    let reader = DiscReader::new(recorder, first + source.blocks);
    let mut out = vec![0; 32 * 2048];
    let mut number = 0;
    while number < source.blocks {
        let room = usize::try_from((source.blocks - number).min(32)).expect("few") * 2048;
        let count = reader
            .read(Block(first + number), &mut out[..room])
            .unwrap_or_else(|error| panic!("{what}: block {number}: {error:?}"))
            .get();
        for block in out.chunks_exact(2048).take(count as usize) {
            assert!(block == source.block(number), "{what}: block {number}");
            number += 1;
        }
    }
}

/// A recorder, and what was sent to its drive since the last time that somebody asked.
pub fn traced(device: impl Device + 'static) -> (Recorder, impl Fn() -> Vec<String>) {
    let sink = Sink::default();
    let recorder = recorder(Tracer::new(device, sink.clone(), None).digest_above(1024));
    let seen = AtomicUsize::new(0);
    let sent = move || {
        let recording = Recording::read(&sink.0.lock().expect("no panic")[..]).expect("a recording");
        let records = &recording.records[seen.swap(recording.records.len(), Ordering::Relaxed)..];
        steps(records).iter().map(ToString::to_string).collect()
    };
    sent();
    (recorder, sent)
}

/// All commands that a drive got, from the first on.
pub fn recorded(device: impl Device + 'static, work: impl FnOnce(&Recorder)) -> Vec<Record> {
    let sink = Sink::default();
    let tracer = Tracer::new(device, sink.clone(), None).digest_above(1024);
    work(&Recorder::over(Arc::new(tracer)).expect("it says what it is"));
    let bytes = sink.0.lock().expect("no panic");
    Recording::read(&bytes[..]).expect("a recording").records
}

/// Where a tracer writes that belongs to a recorder by then.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub fn probe(recorder: &Recorder) -> Probe {
    ready(recorder);
    Probe::of(recorder).expect("it tells")
}

/// A drive behind a connection that carries little.
pub struct Narrow {
    pub inner: VirtualDrive,
    pub bytes: u32,
}

impl Transport for Narrow {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        assert!(data.len() <= self.bytes as usize, "{cdb}");
        self.inner.execute(cdb, data, timeout)
    }

    fn limits(&self) -> Limits {
        let bytes = NonZeroU32::new(self.bytes).expect("not zero");
        Limits { page_aligned_transfer: bytes, transfer: bytes, ..self.inner.limits() }
    }

    fn clock(&self) -> &dyn Clock {
        self.inner.clock()
    }
}

passing_on!(Narrow);

/// A drive that says something else of what it can do.
pub struct Says<F>(VirtualDrive, F);

impl<F: Fn(u16, &mut [u8]) + Send + Sync> Says<F> {
    /// Hears the number of each feature, and may change its descriptor.
    pub fn of_features(drive: VirtualDrive, change: F) -> Self {
        Self(drive, change)
    }
}

impl Says<()> {
    /// Writes CD-RW of these classes of speeds, a bit for each; the disc here is of class 0.
    pub fn of_classes(drive: VirtualDrive, classes: u8) -> Says<impl Fn(u16, &mut [u8]) + Send + Sync> {
        Says(drive, move |feature, descriptor: &mut [u8]| {
            if let (0x37, Some(subtypes)) = (feature, descriptor.get_mut(5)) {
                *subtypes = classes;
            }
        })
    }
}

impl<F: Fn(u16, &mut [u8]) + Send + Sync> Transport for Says<F> {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        const GET_CONFIGURATION: u8 = 0x46;
        let answer = match data {
            Data::In(answer) if cdb.opcode() == GET_CONFIGURATION => answer,
            data => return self.0.execute(cdb, data, timeout),
        };
        let completion = self.0.execute(cdb, Data::In(answer), timeout)?;
        let mut rest = answer.get_mut(8..completion.transferred).unwrap_or_default();
        while let Some(&[high, low, _, length]) = rest.first_chunk() {
            let end = rest.len().min(4 + usize::from(length));
            let (descriptor, after) = rest.split_at_mut(end);
            (self.1)(u16::from_be_bytes([high, low]), descriptor);
            rest = after;
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

impl<F: Fn(u16, &mut [u8]) + Send + Sync> Device for Says<F> {
    fn id(&self) -> &str {
        self.0.id()
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

    fn mount_points(&self) -> Vec<std::path::PathBuf> {
        self.0.mount_points()
    }

    fn media_notices(&self, on: bool) {
        self.0.media_notices(on);
    }
}
