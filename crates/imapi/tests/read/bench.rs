//! A burned disc in a drive, and an image file to read it into.

use std::{fs, num::NonZeroU32, ops::ControlFlow, path::PathBuf, sync::Arc, time::Duration};

use imapi::read::{ReadError, ReadOptions, ReadProgress, ReadReport, read_disc};
use imapi_disc_types::{Block, BlockSource, CancelToken, ClientName, Control, Lba, ManualClock, Request, SourceError};
use imapi_format2_data::{DataOptions, burn};
use imapi_mmc_transport::{
    Device, TransportExt as _,
    commands::{CloseFunction, CloseTrackSession, ModeSelect10, SynchronizeCache, Write10},
    faults::{FaultInjector, Script},
    mode::{ModePage, ModeParameters, MultiSession, WriteParameters},
};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, Medium, Personality, VirtualDrive};
use tempfile::TempDir;

/// Blocks that say their number and whose they are.
pub struct Numbers {
    pub blocks: u64,
    pub mark: u8,
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

pub struct Bench {
    pub drive: Arc<VirtualDrive>,
    folder: TempDir,
}

impl Bench {
    pub fn new(medium: &str) -> Self {
        Self::with(medium, "standard")
    }

    pub fn with(medium: &str, personality: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let medium: &'static Medium = medium.parse().expect("a medium");
        let personality: &'static Personality = personality.parse().expect("a personality");
        let drive = VirtualDrive::new(Arc::new(ManualClock::new())).with_personality(personality);
        let geometry = medium.geometry(None).expect("its size");
        let disc = DiscFile::create(&folder.path().join("disc"), geometry).expect("a new disc");
        drive.insert(disc, medium).expect("an empty drive");
        Self { drive: Arc::new(drive), folder }
    }

    /// The drive, as it is.
    pub fn recorder(&self) -> Recorder {
        over(Arc::clone(&self.drive) as _)
    }

    /// The drive, as it fails.
    pub fn failing(&self, script: &str) -> Recorder {
        let script = Script::from_json(script).expect("a script");
        let victim = Arc::clone(&self.drive) as _;
        let device = FaultInjector::upon(Arc::clone(&self.drive), victim, script).expect("a drive in software");
        over(Arc::new(device))
    }

    /// Burns a session, and says where it begins.
    pub fn burn(&self, source: &dyn BlockSource, options: DataOptions) -> Lba {
        let client: ClientName = "tests".parse().expect("a name");
        let recorder = self.recorder();
        let options = DataOptions { consumer_compatible: false, ..options };
        let burned = burn(&recorder, &client, source, &options, None, &mut Control::silent()).expect("it burns");
        ready(&recorder);
        burned.start
    }

    /// A session of sound, behind which others may follow.
    pub fn sound(&self) {
        let recorder = self.recorder();
        let page = ModePage::WriteParameters(WriteParameters::tao_audio(MultiSession::Open));
        let parameters = ModeParameters::of([page]);
        self.drive.submit(&ModeSelect10::carrying(&parameters), &parameters).expect("it takes the page");
        let silence = vec![0; 20 * 2352];
        for first in (0..300).step_by(20) {
            self.drive.write_from(&Write10::new(Lba(first), 20), &silence).expect("it fits");
        }
        self.drive.send(&SynchronizeCache::all().waiting()).expect("it empties its buffer");
        let close = CloseTrackSession { immediate: true, function: CloseFunction::Session, track: 0 };
        self.drive.send(&close).expect("it closes");
        ready(&recorder);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn options(&self) -> ReadOptions {
        ReadOptions::new(self.path("image"))
    }

    pub fn image(&self) -> Vec<u8> {
        fs::read(self.path("image")).expect("the image is there")
    }

    pub fn read(&self, options: &ReadOptions) -> Result<ReadReport, ReadError> {
        read_disc(&self.recorder(), options, &mut Control::silent())
    }
}

fn over(device: Arc<dyn Device>) -> Recorder {
    let recorder = Recorder::over(device).expect("it says what it is");
    ready(&recorder);
    recorder
}

pub fn ready(recorder: &Recorder) {
    recorder.ready(Duration::from_secs(3600), &mut |_| ControlFlow::Continue(())).expect("ready");
}

/// Reads until so many blocks are read.
pub fn read_until(recorder: &Recorder, options: &ReadOptions, done: u64) -> Result<ReadReport, ReadError> {
    let mut listener = |progress: &ReadProgress| {
        if progress.done >= done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    read_disc(recorder, options, &mut Control::new(CancelToken::new(), &mut listener))
}

/// The image has these blocks of the source, and no others where it is told not to.
pub fn assert_image(image: &[u8], at: u64, source: &Numbers, but_for: &[u64]) {
    for number in 0..source.blocks {
        let begin = usize::try_from(at + number).expect("small") * 2048;
        let found = &image[begin..begin + 2048];
        let wanted = if but_for.contains(&number) { [0; 2048] } else { source.block(number) };
        assert!(found == wanted, "block {number} of the source");
    }
}
