//! A disc that was written, in a drive that fails as a script says.

use std::{
    borrow::Cow,
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use imapi_disc_types::{
    Block, BlockSource, CancelToken, ClientName, Clock, Control, Lba, ManualClock, Request, SourceError,
};
use imapi_format2::verify::{
    Checksums, Expected, Reference, Verified, VerifyError, VerifyOptions, VerifyProgress, verify_full, verify_quick,
};
use imapi_mmc_transport::{
    Cdb, Completion, Data, Device, Limits, LockRefused, SenseBytes, Transport, TransportError, TransportExt as _,
    commands::{CloseFunction, CloseTrackSession, SynchronizeCache},
    faults::{FaultInjector, Script},
};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};
use imapi_write_engine::{EngineOptions, Section, write_section};
use tempfile::TempDir;

/// Blocks that say their number; each thousand is a file. One block may have become another.
pub struct Numbers {
    pub blocks: u64,
    pub changed: Option<u64>,
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
            block.fill(u8::from(self.changed == Some(number)));
            block[..8].copy_from_slice(&number.to_le_bytes());
        }
        Ok(request.count)
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        Some(format!("file {}", block.0 / 1000).into())
    }
}

pub fn numbers(blocks: u64) -> Numbers {
    Numbers { blocks, changed: None }
}

/// A disc that was written, and what was written to it.
pub struct Bench {
    pub recorder: Recorder,
    pub checksums: Checksums,
    pub source: Numbers,
    pub start: Lba,
    _folder: TempDir,
}

impl Bench {
    /// So many blocks from an address on, in a drive that fails so.
    pub fn with(medium: &str, blocks: u64, start: i32, script: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let medium: &'static Medium = medium.parse().expect("a medium");
        let drive = drive(folder.path(), medium);
        let script = Script::from_json(script).expect("a script");
        let victim = Arc::clone(&drive) as _;
        let device = FaultInjector::upon(drive, victim, script).expect("a drive in software");
        Self::written(folder, Arc::new(device), medium, blocks, start)
    }

    /// The same in a drive that never says at which address something is.
    pub fn silent(medium: &str, blocks: u64, script: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let medium: &'static Medium = medium.parse().expect("a medium");
        let drive = drive(folder.path(), medium);
        let script = Script::from_json(script).expect("a script");
        let victim = Arc::clone(&drive) as _;
        let device = FaultInjector::upon(drive, victim, script).expect("a drive in software");
        Self::written(folder, Arc::new(Silent(device)), medium, blocks, 0)
    }

    fn written(folder: TempDir, device: Arc<dyn Device>, medium: &Medium, blocks: u64, start: i32) -> Self {
        let recorder = Recorder::over(device).expect("it says what it is");
        ready(&recorder);
        let source = numbers(blocks);
        let unit = medium.kind.write_unit();
        let mut checksums = Checksums::new(unit);
        let start = Lba(start);
        checksums.begin(start, blocks);
        let mut tap = |_: u64, bytes: &[u8]| checksums.take(bytes);
        let section = Section { first: 0, blocks, start };
        let options = EngineOptions::new(unit);
        write_section(recorder.device(), &source, section, &options, Some(&mut tap), &mut Control::silent())
            .expect("it takes all of it");
        recorder.device().send(&SynchronizeCache::all().waiting()).expect("it empties its buffer");
        if medium.kind.is_write_once() {
            for (function, track) in [(CloseFunction::Track, 1), (CloseFunction::Session, 0)] {
                let close = CloseTrackSession { immediate: true, function, track };
                recorder.device().send(&close).expect("it closes");
                ready(&recorder);
            }
        }
        Self { recorder, checksums, source, start, _folder: folder }
    }

    pub fn new(medium: &str, blocks: u64) -> Self {
        Self::with(medium, blocks, 0, r#"{"faults": []}"#)
    }

    pub fn reference(&self) -> Reference<'_> {
        Reference::burned(&self.checksums, &self.source, self.start)
    }

    pub fn full(&self) -> Result<Verified, VerifyError> {
        self.full_with(&self.reference(), VerifyOptions::default())
    }

    pub fn full_with(&self, reference: &Reference<'_>, options: VerifyOptions) -> Result<Verified, VerifyError> {
        verify_full(&self.recorder, reference, &options, &mut Control::silent())
    }

    pub fn quick(&self, expected: Expected) -> Result<Verified, VerifyError> {
        verify_quick(&self.recorder, &self.reference(), &expected, &mut Control::silent())
    }

    /// What is told while all is read.
    pub fn heard(&self) -> Vec<VerifyProgress> {
        let mut heard = Vec::new();
        let mut listener = |progress: &VerifyProgress| {
            heard.push(*progress);
            std::ops::ControlFlow::Continue(())
        };
        let mut control = Control::new(CancelToken::new(), &mut listener);
        verify_full(&self.recorder, &self.reference(), &VerifyOptions::default(), &mut control).expect("it is good");
        heard
    }
}

fn drive(folder: &Path, medium: &'static Medium) -> Arc<VirtualDrive> {
    let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    let disc = DiscFile::create(&folder.join("disc"), medium.geometry(None).expect("its size"));
    drive.insert(disc.expect("a file"), medium).expect("an empty drive");
    Arc::new(drive)
}

/// Leaves the address out of all sense.
struct Silent<T>(T);

impl<T: Device> Transport for Silent<T> {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        let done = self.0.execute(cdb, data, timeout)?;
        let silence = |sense: SenseBytes| {
            let mut bytes = sense.as_bytes().to_vec();
            // Fixed sense: the information is not valid.
            bytes[0] &= 0x7F;
            SenseBytes::new(&bytes)
        };
        Ok(Completion { sense: done.sense.map(silence), ..done })
    }

    fn limits(&self) -> Limits {
        self.0.limits()
    }

    fn clock(&self) -> &dyn Clock {
        self.0.clock()
    }
}

impl<T: Device> Device for Silent<T> {
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

    fn mount_points(&self) -> Vec<PathBuf> {
        self.0.mount_points()
    }

    fn media_notices(&self, on: bool) {
        self.0.media_notices(on);
    }
}

pub fn ready(recorder: &Recorder) {
    let mut go_on = |_: &_| std::ops::ControlFlow::Continue(());
    recorder.ready(Duration::from_secs(3600), &mut go_on).expect("ready");
}

/// The bad addresses, with their files.
pub fn bad(error: &VerifyError) -> Vec<(i32, String)> {
    let VerifyError::Bad { bad, .. } = error else { panic!("{error:?}") };
    bad.iter().map(|bad| (bad.lba.0, bad.file.clone().unwrap_or_default())).collect()
}
