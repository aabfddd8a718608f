//! [`DiscReader`]: a disc's blocks, by commands and never through the system's cache.

use std::{
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use imapi_disc_types::{Block, BlockSource, Lba, Request, SECTOR_SIZE, SourceError};
use imapi_mmc_transport::{Class, CommandError, TransportExt as _, commands::Read10};
use imapi_recorder::Recorder;

/// The first blocks of a disc, of 2048 bytes each.
#[derive(Debug, Clone)]
pub struct DiscReader {
    recorder: Recorder,
    blocks: u64,
    /// Blocks of one READ.
    most: u32,
    /// READ goes past the drive's cache; none of the drives that cannot do that is asked twice.
    past_the_cache: Arc<AtomicBool>,
}

/// What a drive that is not ready gets, and how often.
const PAUSE: Duration = Duration::from_millis(200);
const PATIENCE: u32 = 25;

impl DiscReader {
    /// So many blocks of the disc from address 0 on.
    #[must_use]
    pub fn new(recorder: &Recorder, blocks: u64) -> Self {
        // More than 64 KiB at once fails on some bridges, and is not faster.
        let carried = recorder.device().limits().transfer.get().min(64 << 10);
        let most = (carried / SECTOR_SIZE.get()).max(1);
        Self { recorder: recorder.clone(), blocks, most, past_the_cache: Arc::default() }
    }

    /// All blocks that a disc can have.
    pub(crate) fn of_all(recorder: &Recorder) -> Self {
        Self::new(recorder, 1 << 31)
    }

    /// Reads from the disc also what the drive has in its cache. That is slow, as the disc turns once for each READ.
    #[must_use]
    pub(crate) fn past_the_cache(self) -> Self {
        self.past_the_cache.store(true, Ordering::Relaxed);
        self
    }

    /// Blocks that one command reads.
    #[must_use]
    pub fn at_once(&self) -> usize {
        self.most as usize
    }

    /// Fills the buffer by one command that is sent once, but for a drive that wants to have it later.
    pub fn blocks_at(&self, first: Lba, out: &mut [u8]) -> Result<(), CommandError> {
        let count = u16::try_from(out.len() / SECTOR_SIZE.get() as usize).unwrap_or(u16::MAX);
        self.command(first, count, out)
    }

    /// READ, sent again as long as the drive wants to have it later.
    fn command(&self, first: Lba, count: u16, out: &mut [u8]) -> Result<(), CommandError> {
        let device = self.recorder.device();
        let mut attempts = 0;
        loop {
            let force_unit_access = self.past_the_cache.load(Ordering::Relaxed);
            match device.read_into(&Read10 { force_unit_access, ..Read10::new(first, count) }, out) {
                Ok(done) if done.transferred == out.len() => return Ok(()),
                // Less than a whole answer without a reason: a bridge lost something.
                Ok(_) if attempts >= PATIENCE => return Err(CommandError::NoSense { command: "READ (10)" }),
                Ok(_) => {}
                Err(error) if force_unit_access && error.is_refusal() => {
                    self.past_the_cache.store(false, Ordering::Relaxed);
                }
                Err(error) => {
                    let class = error.condition().map(imapi_mmc_transport::Condition::class);
                    let passes = matches!(class, Some(Class::Wait | Class::Ignore)) && !error.is_deferred();
                    if !passes || attempts >= PATIENCE {
                        return Err(error);
                    }
                    device.clock().sleep(PAUSE);
                }
            }
            attempts += 1;
        }
    }
}

impl BlockSource for DiscReader {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.blocks
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let at = first.on_disc(Lba(0)).map_err(|error| SourceError::new(first, error))?;
        let count = request.count.get().min(self.most);
        let size = SECTOR_SIZE.get() as usize;
        let wanted = u16::try_from(count).unwrap_or(1);
        match self.command(at, wanted, &mut request.out[..usize::from(wanted) * size]) {
            Ok(()) => Ok(NonZeroU32::from(std::num::NonZeroU16::new(wanted).unwrap_or(std::num::NonZeroU16::MIN))),
            // It may be about a later block: those before it can be read.
            Err(_) if wanted > 1 => {
                let out = &mut request.out[..size];
                self.command(at, 1, out).map(|()| NonZeroU32::MIN).map_err(|error| SourceError::new(first, error))
            }
            Err(error) => Err(SourceError::new(first, error)),
        }
    }
}
