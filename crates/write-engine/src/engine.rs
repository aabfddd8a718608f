//! [`write_section`]: blocks of a source become blocks of a disc.
//!
//! Reader and writer are threads with a ring of buffers between them. The caller's thread hears of what happens, so that a
//! listener that takes its time slows nobody.

use std::{
    num::NonZeroU32,
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use imapi_disc_types::{BlockSource, CancelToken, Control, Lba, SourceError};
use imapi_mmc_transport::{
    CommandError, Done, Transport, TransportExt as _,
    commands::{ReadBufferCapacity, SynchronizeCache, Write10, Write12},
};

use crate::{
    Delay, EngineError, Event, Stall, Step, Written,
    buffers::{Buffer, PAGE},
    progress::Counters,
    what_now::what_now,
};

/// Which blocks of the source go where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    /// The first block of the source.
    pub first: u64,
    /// How many; what is missing to whole units is filled up with zeros.
    pub blocks: u64,
    /// Where the first goes.
    pub start: Lba,
}

/// How a section is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineOptions {
    /// The medium's unit of error correction, in blocks: no WRITE has a part of one.
    pub unit: NonZeroU32,
    /// Bytes of a WRITE, at most; it becomes a multiple of the unit, and of what the drive's connection carries.
    pub at_once: usize,
    /// Bytes that are read ahead, at most.
    pub buffer: usize,
    /// WRITE (12) with its streaming bit: a drive with defect management then does not check each block.
    #[doc(alias("IWriteEngine2::put_UseStreamingWrite12", "IWriteEngine2::get_UseStreamingWrite12"))]
    pub streaming: bool,
    /// With [`streaming`](Self::streaming): what begins before this address is checked all the same.
    pub streaming_from: Lba,
    /// A drive that does not take a WRITE just now may be made to empty its buffer, once. On a CD that would end the track.
    pub may_synchronize: bool,
    /// Asks the drive now and then how full its buffer is.
    pub watch_drive_buffer: bool,
}

impl EngineOptions {
    /// Bytes that are read ahead unless somebody wants it otherwise: four seconds of a fast disc.
    pub const BUFFER: usize = 32 << 20;

    /// For a medium with that unit: as much at once as drives take well, and four seconds of the fastest disc ahead.
    #[must_use]
    pub const fn new(unit: NonZeroU32) -> Self {
        let at_once = if unit.get() >= 32 { 64 << 10 } else { 32 << 10 };
        Self {
            unit,
            at_once,
            buffer: Self::BUFFER,
            streaming: false,
            streaming_from: Lba(0),
            watch_drive_buffer: true,
            may_synchronize: true,
        }
    }
}

/// Hears of all blocks in their order, as they go onto the disc: the number of the first in the section, and their bytes.
pub type Tap<'a> = &'a mut (dyn FnMut(u64, &[u8]) + Send);

/// Progress is told so often.
const TELL_EVERY: Duration = Duration::from_millis(500);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// The drive's buffer is looked at after so many blocks, and not at the beginning, when some drives do not like it.
const WATCH_EVERY: u64 = 1024;
const WATCH_FROM: u64 = 4096;

/// So many bytes are read at once, in fewer calls of the system than there are WRITEs.
const READ_AT_ONCE: usize = 1 << 20;
/// One is read while others wait to be written.
const LEAST_BUFFERS: usize = 8;

/// A buffer that was filled, or why it was not filled to its end.
struct Filled {
    buffer: Buffer,
    failed: Option<SourceError>,
}

/// Writes a section to its end.
///
/// The drive's buffer may still hold the last blocks: SYNCHRONIZE CACHE is the caller's. After an error nothing more is
/// sent to the drive.
#[doc(alias = "IWriteEngine2::WriteSection")]
pub fn write_section(
    transport: &dyn Transport,
    source: &dyn BlockSource,
    section: Section,
    options: &EngineOptions,
    tap: Option<Tap<'_>>,
    control: &mut Control<'_, Event>,
) -> Result<Written, EngineError> {
    let chunk = Chunk::new(transport, source, section, options)?;
    let ring = (options.buffer / chunk.buffer).clamp(2, 4096);
    let counters = Counters::new();
    let clock = transport.clock();
    let begun = clock.now();
    let total_buffer = (ring * chunk.buffer) as u64;
    let progress = || {
        let elapsed = clock.now().saturating_sub(begun);
        Event::Progress(counters.progress(section.start, chunk.padded, total_buffer, elapsed))
    };
    // Whoever breaks cancels the token, which both threads look at.
    let _ = control.emit(&progress());

    let token = control.token().clone();
    let (give_back, free) = bounded(ring);
    let (fill, filled) = bounded(ring);
    let (prime, primed) = bounded(1);
    let (tell, told) = unbounded();
    for _ in 0..ring {
        let _ = give_back.send(Buffer::new(chunk.buffer, chunk.alignment));
    }
    let outcome = thread::scope(|scope| {
        let reader = Reader { source, section, chunk, token: &token, counters: &counters, ring };
        scope.spawn(move || reader.run(&free, &fill, &prime, tap));
        let writer = Writer { transport, section, chunk, options, token: &token, counters: &counters, tell };
        let writing = scope.spawn(move || writer.run(&primed, &filled, &give_back));
        let mut last_told = Instant::now();
        loop {
            match told.recv_timeout(LOOK_EVERY) {
                Ok(stall) => {
                    let _ = control.emit(&Event::Stalled(stall));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if last_told.elapsed() >= TELL_EVERY {
                last_told = Instant::now();
                let _ = control.emit(&progress());
            }
        }
        match writing.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
    let _ = control.emit(&progress());
    let Tally { starved, retries, .. } = outcome?;
    Ok(Written { blocks: chunk.padded, elapsed: clock.now().saturating_sub(begun), starved, retries })
}

/// How a section is cut up.
#[derive(Debug, Clone, Copy)]
struct Chunk {
    block_size: usize,
    /// Blocks of a WRITE.
    blocks: u64,
    /// Bytes of a buffer of the ring, which has one WRITE or several.
    buffer: usize,
    alignment: usize,
    /// Blocks of the section with what fills it up to whole units.
    padded: u64,
    unit: u64,
}

impl Chunk {
    fn new(
        transport: &dyn Transport,
        source: &dyn BlockSource,
        section: Section,
        options: &EngineOptions,
    ) -> Result<Self, EngineError> {
        let refused = |reason| Err(EngineError::Section { reason });
        let block_size = source.block_size().get() as usize;
        let limits = transport.limits();
        let unit = options.unit.get() as usize * block_size;
        let carried = limits.page_aligned_transfer.get() as usize;
        // WRITE (10) counts its blocks by two bytes.
        let most = options.at_once.min(carried).min(usize::from(u16::MAX) * block_size);
        let bytes = if most >= unit { most / unit * unit } else { carried / block_size * block_size };
        if bytes == 0 {
            return refused("the drive's connection does not carry one block");
        }
        if section.first.checked_add(section.blocks).is_none_or(|end| end > source.blocks()) {
            return refused("the source has fewer blocks");
        }
        let unit = u64::from(options.unit.get());
        let padded = section.blocks.next_multiple_of(unit);
        if i64::try_from(padded).ok().and_then(|blocks| section.start.checked_add(blocks)).is_none() {
            return refused("no disc has so many blocks");
        }
        let blocks = (bytes / block_size) as u64;
        let alignment = limits.alignment.get() as usize;
        // Each of the WRITEs begins where one may begin that is as long.
        let keeps_alignment = bytes % alignment.max(PAGE) == 0;
        let writes = (options.buffer / LEAST_BUFFERS).min(READ_AT_ONCE) / bytes;
        let buffer = if keeps_alignment { bytes * writes.max(1) } else { bytes };
        Ok(Self { block_size, blocks, buffer, alignment, padded, unit })
    }

    /// Bytes of so many blocks, of which memory has room.
    fn bytes(&self, blocks: u64) -> usize {
        usize::try_from(blocks).unwrap_or(usize::MAX).saturating_mul(self.block_size)
    }
}

/// Reads ahead.
struct Reader<'a> {
    source: &'a dyn BlockSource,
    section: Section,
    chunk: Chunk,
    token: &'a CancelToken,
    counters: &'a Counters,
    ring: usize,
}

impl Reader<'_> {
    fn run(self, free: &Receiver<Buffer>, fill: &Sender<Filled>, prime: &Sender<()>, mut tap: Option<Tap<'_>>) {
        let (chunk, section) = (self.chunk, self.section);
        let (mut done, mut count) = (0, 0);
        let of_buffer = (chunk.buffer / chunk.block_size) as u64;
        while done < chunk.padded && !self.token.is_cancelled() {
            // The writer has gone when there are no more.
            let Ok(mut buffer) = free.recv() else { return };
            let blocks = of_buffer.min(chunk.padded - done);
            let there = blocks.min(section.blocks.saturating_sub(done));
            let failed = buffer.fill(self.source, section.first + done, there).err();
            if failed.is_some() {
                // What is there of whole units is written, so that no more is lost than cannot be read.
                buffer.blocks = buffer.blocks / chunk.unit * chunk.unit;
            } else {
                buffer.pad(chunk.bytes(there), chunk.bytes(blocks));
                buffer.blocks = blocks;
            }
            let bytes = chunk.bytes(buffer.blocks);
            if let Some(tap) = &mut tap {
                if buffer.blocks > 0 {
                    tap(done, buffer.bytes(0, bytes));
                }
            }
            done += buffer.blocks;
            count += 1;
            self.counters.read.store(done, Ordering::Relaxed);
            self.counters.used.fetch_add(i64::try_from(bytes).unwrap_or(0), Ordering::Relaxed);
            let ends = failed.is_some();
            if fill.send(Filled { buffer, failed }).is_err() || ends {
                break;
            }
            // The writer begins with a full ring, or with all there is.
            if count == self.ring {
                let _ = prime.try_send(());
            }
        }
        let _ = prime.try_send(());
    }
}

/// What happened on the way.
#[derive(Debug, Default)]
struct Tally {
    starved: u64,
    retries: u64,
    /// WRITE (12) with its streaming bit is what is sent.
    streams: bool,
}

/// Writes.
struct Writer<'a> {
    transport: &'a dyn Transport,
    section: Section,
    chunk: Chunk,
    options: &'a EngineOptions,
    token: &'a CancelToken,
    counters: &'a Counters,
    tell: Sender<Stall>,
}

impl Writer<'_> {
    fn run(
        self,
        primed: &Receiver<()>,
        filled: &Receiver<Filled>,
        give_back: &Sender<Buffer>,
    ) -> Result<Tally, EngineError> {
        // A part of a unit is nothing that can be streamed: the drive would have to read the rest.
        let streams = self.options.streaming && self.chunk.blocks % self.chunk.unit == 0;
        let mut tally = Tally { streams, ..Tally::default() };
        let (mut done, mut watched) = (0, WATCH_FROM);
        let mut watching = self.options.watch_drive_buffer;
        self.wait(primed, done)?;
        while done < self.chunk.padded {
            if filled.is_empty() {
                tally.starved += u64::from(done > 0);
            }
            let Filled { buffer, failed } = self.wait(filled, done)?;
            let mut sent = 0;
            while sent < buffer.blocks {
                let blocks = self.chunk.blocks.min(buffer.blocks - sent);
                let (begin, bytes) = (self.chunk.bytes(sent), self.chunk.bytes(blocks));
                self.write(self.at(done), blocks, buffer.bytes(begin, bytes), &mut tally)?;
                (sent, done) = (sent + blocks, done + blocks);
                self.counters.written.store(done, Ordering::Relaxed);
                self.counters.used.fetch_sub(i64::try_from(bytes).unwrap_or(0), Ordering::Relaxed);
                if watching && done >= watched {
                    watched = done + WATCH_EVERY;
                    watching = self.watch();
                }
                // What is left of the last buffer is not worth stopping for.
                if done < self.chunk.padded {
                    self.go_on(done)?;
                }
            }
            if let Some(source) = failed {
                return Err(EngineError::Source { next: self.at(done), source });
            }
            let _ = give_back.send(buffer);
        }
        Ok(tally)
    }

    /// Goes on, unless the caller wants to stop.
    fn go_on(&self, done: u64) -> Result<(), EngineError> {
        if self.token.is_cancelled() { Err(EngineError::Cancelled { next: self.at(done) }) } else { Ok(()) }
    }

    /// The address of a block of the section.
    fn at(&self, block: u64) -> Lba {
        // The whole section was looked at.
        i64::try_from(block).ok().and_then(|block| self.section.start.checked_add(block)).unwrap_or(self.section.start)
    }

    /// The next that comes, unless the caller wants to stop.
    fn wait<T>(&self, from: &Receiver<T>, done: u64) -> Result<T, EngineError> {
        loop {
            self.go_on(done)?;
            match from.recv_timeout(LOOK_EVERY) {
                Ok(came) => return Ok(came),
                Err(RecvTimeoutError::Timeout) => {}
                // The reader ends when all is read, when it was told to stop, or by a panic.
                Err(RecvTimeoutError::Disconnected) => return Err(EngineError::Cancelled { next: self.at(done) }),
            }
        }
    }

    /// Sends a WRITE, and sends it again as long as the drive wants to have it later.
    fn write(&self, at: Lba, blocks: u64, bytes: &[u8], tally: &mut Tally) -> Result<(), EngineError> {
        let clock = self.transport.clock();
        let begun = clock.now();
        let mut synchronized = 0;
        loop {
            let streams = tally.streams && at >= self.options.streaming_from;
            let Err(cause) = self.send(at, blocks, bytes, streams) else { return Ok(()) };
            if streams && cause.is_refusal() && !cause.is_deferred() {
                // The drive does not know it, and has not taken anything: the blocks are written as any others.
                tally.streams = false;
                continue;
            }
            let elapsed = clock.now().saturating_sub(begun);
            match what_now(&cause, elapsed, synchronized) {
                Step::Fail => return Err(EngineError::Write { at, cause }),
                Step::Synchronize if !self.options.may_synchronize => return Err(EngineError::Write { at, cause }),
                Step::Synchronize => {
                    synchronized += 1;
                    self.synchronize().map_err(|cause| EngineError::Write { at, cause })?;
                }
                Step::Retry(Delay { pause, budget, why }) => {
                    tally.retries += 1;
                    let _ = self.tell.send(Stall { at, why, elapsed, budget });
                    clock.sleep(pause);
                }
            }
            if self.token.is_cancelled() {
                return Err(EngineError::Cancelled { next: at });
            }
        }
    }

    fn send(&self, at: Lba, blocks: u64, bytes: &[u8], streams: bool) -> Result<Done, CommandError> {
        if streams {
            let blocks = u32::try_from(blocks).unwrap_or(u32::MAX);
            return self.transport.write_from(&Write12 { streaming: true, ..Write12::new(at, blocks) }, bytes);
        }
        // A chunk has no more blocks than WRITE (10) can count.
        self.transport.write_from(&Write10::new(at, u16::try_from(blocks).unwrap_or(u16::MAX)), bytes)
    }

    fn synchronize(&self) -> Result<(), CommandError> {
        self.transport.send(&SynchronizeCache::all().waiting()).map(|_| ())
    }

    /// Looks how full the drive's buffer is; false when it does not say.
    fn watch(&self) -> bool {
        let Ok(capacity) = self.transport.query(&ReadBufferCapacity::bytes()) else { return false };
        self.counters.drive_total.store(capacity.total, Ordering::Relaxed);
        self.counters.drive_free.store(capacity.free, Ordering::Relaxed);
        true
    }
}
