//! Data by the clock: what the drive's buffer does between commands, and how long READ and WRITE take.

use std::time::Duration;

use imapi_disc_types::{Clock, Lba, Profile};
use imapi_mmc_transport::{
    Data, Query, Sense, SenseKey,
    commands::{BufferCapacity, ReadBufferCapacity, Request},
    mode::{WriteParameters, WriteType},
};

use super::{
    Inner, Reply,
    buffer::{DriveBuffer, SIZE, time_of},
};
use crate::{
    Change, Family, Loaded, Quirk,
    family::{TrackView, WorkKind},
};

/// Writing was broken off; the track has to be closed or repaired.
const RECOVERY_NEEDED: Sense = Sense::new(SenseKey::MediumError, 0x0C, 0x07);

/// So long the laser waits for the host before it goes on with less than half a buffer.
const PATIENCE: Duration = Duration::from_secs(1);
/// A drive without a clock for its buffer, which refuses WRITE when the buffer is full, refuses every so many.
const REFUSED: u32 = 32;
/// And takes it again after so long.
const REFUSAL: Duration = Duration::from_millis(20);

/// Bytes of a sector on a CD as speeds count them.
const CD_SECTOR: u64 = 2352;
/// Bytes of a block where nothing else is known.
const BLOCK: u32 = 2048;

/// What flows through the drive.
#[derive(Debug)]
pub(super) struct Stream {
    buffer: DriveBuffer,
    /// Bytes of a block as it was written last, and where.
    block: u32,
    at: Lba,
    /// Running empty breaks the track.
    fragile: bool,
    underruns: u64,
    /// Of a drive that refuses WRITE now and then: how many it took, and until when it takes none.
    taken: u32,
    refuses_until: Option<Duration>,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            buffer: DriveBuffer::new(),
            block: BLOCK,
            at: Lba(0),
            fragile: false,
            underruns: 0,
            taken: 0,
            refuses_until: None,
        }
    }
}

/// Whether writing that way cannot stop and go on without a seam.
fn must_stream(family: Family, profile: Profile, page: &WriteParameters) -> bool {
    let at_once = matches!(page.write_type, WriteType::TRACK_AT_ONCE | WriteType::SESSION_AT_ONCE | WriteType::RAW);
    match family {
        Family::Cd => at_once,
        Family::DvdMinus => page.write_type == WriteType::SESSION_AT_ONCE && profile != Profile::DVD_DASH_REWRITABLE,
        // These link seamlessly by themselves.
        Family::Pressed | Family::PressedCd | Family::DvdPlus | Family::Overwritable | Family::BdSequential => false,
    }
}

impl Inner {
    /// How often the buffer ran empty while the laser was on.
    pub(super) fn underruns(&self) -> u64 {
        self.stream.underruns
    }

    /// Bytes a second of blocks of that size at a speed in 1,000 bytes a second; `None` when data take no time.
    fn rate(&self, speed: u32, block: u32) -> Option<u64> {
        let bytes = u64::from(speed) * 1000 * u64::from(self.pace.stream_factor()?);
        let is_cd = self.disc.as_ref().is_some_and(|loaded| loaded.medium().kind.is_cd());
        // A CD turns as fast whether its sectors carry 2,048 bytes for the host or 2,352.
        Some(if is_cd { bytes * u64::from(block) / CD_SECTOR } else { bytes })
    }

    /// What has become of the buffer since the last command.
    pub(super) fn flow(&mut self, now: Duration) -> Result<(), Sense> {
        if !self.stream.buffer.ran_dry(now) {
            return Ok(());
        }
        self.stream.underruns += 1;
        tracing::debug!(lba = self.stream.at.0, protected = !self.stream.fragile, "the drive's buffer ran empty");
        if !std::mem::take(&mut self.stream.fragile) {
            return Ok(());
        }
        let Some(loaded) = &mut self.disc else { return Ok(()) };
        self.deferred.push_back(Sense::LOSS_OF_STREAMING.at(self.stream.at).of_an_earlier_command());
        match track_at(loaded, self.stream.at) {
            Some(track) => loaded.change(&[Change::TrackBroken { track }]),
            None => Ok(()),
        }
    }

    /// Whether the buffer has no room for a WRITE, and the drive does not let the host wait for it.
    pub(super) fn is_full(&mut self, request: &Request, data: &Data<'_>, now: Duration) -> bool {
        let Some((_, blocks)) = written(request) else { return false };
        if !self.personality.has(Quirk::RefusesWhenFull) || blocks == 0 {
            return false;
        }
        if self.pace.stream_factor().is_some() {
            let bytes = u64::try_from(data.len()).unwrap_or(u64::MAX);
            return self.stream.buffer.free(now) < bytes.min(SIZE);
        }
        match self.stream.refuses_until {
            Some(until) if now < until => return true,
            Some(_) => (self.stream.refuses_until, self.stream.taken) = (None, 0),
            None if self.stream.taken == REFUSED => {
                self.stream.refuses_until = Some(now.saturating_add(self.pace.lasting(REFUSAL)));
                return true;
            }
            None => {}
        }
        self.stream.taken += 1;
        false
    }

    /// A track that broke off takes no more.
    pub(super) fn goes_on(&mut self, request: &Request) -> Result<(), Sense> {
        let Some((start, _)) = written(request) else { return Ok(()) };
        let loaded = self.present()?;
        if !loaded.state().harm.has_broken_tracks() {
            return Ok(());
        }
        match track_at(loaded, start) {
            Some(track) if loaded.state().harm.is_broken(track) => Err(RECOVERY_NEEDED.at(start)),
            _ => Ok(()),
        }
    }

    /// Takes the time that the data of a command take.
    pub(super) fn take_time(&mut self, request: &Request, reply: &Reply, clock: &dyn Clock) {
        if let (Some((start, blocks)), &Reply::Filled(bytes)) = (written(request), reply) {
            self.fill(start, blocks, bytes, clock);
        }
        // However much of a sector the host wants, the disc turns as far.
        let blocks = match request {
            Request::Read10(read) => read.blocks.into(),
            Request::Read12(read) => read.blocks,
            Request::ReadCd(read) => read.blocks,
            Request::ReadCdMsf(read) => Lba::from(read.end).0.abs_diff(Lba::from(read.start).0),
            Request::Verify10(verify) => verify.blocks.into(),
            Request::WriteAndVerify10(write) => write.blocks.into(),
            _ => 0,
        };
        if let Some(rate) = self.rate(self.read_speed(), BLOCK).filter(|_| blocks > 0) {
            clock.sleep(time_of(u64::from(blocks) * u64::from(BLOCK), rate));
        }
    }

    fn fill(&mut self, start: Lba, blocks: u32, bytes: usize, clock: &dyn Clock) {
        let block = u32::try_from(bytes).ok().and_then(|bytes| bytes.checked_div(blocks)).unwrap_or(BLOCK);
        let Some(rate) = self.rate(self.write_speed(), block.max(1)) else { return };
        let page = self.settings.write_parameters();
        let Some(loaded) = &self.disc else { return };
        let Ok(rules) = loaded.rules() else { return };
        let streams = must_stream(loaded.medium().family, rules.profile(loaded.disc()), &page);
        let has_room = view_at(loaded, start).is_none_or(|track| track.next_writable.is_some());
        let unfinished = rules.is_writing(loaded) && has_room;
        self.stream.fragile = streams && !page.underrun_protection;
        self.stream.block = block.max(1);
        self.stream.at = start;
        let (bytes, now) = (u64::try_from(bytes).unwrap_or(u64::MAX), clock.now());
        let wait = self.stream.buffer.take(bytes, rate, self.pace.lasting(PATIENCE), now);
        if !wait.is_zero() {
            clock.sleep(wait);
        }
        // Where the host said beforehand how much there is, the end is known when it is there.
        if streams && !unfinished {
            self.stream.buffer.end(clock.now());
        }
    }

    /// How long work takes that begins now: emptying the buffer comes first.
    pub(super) fn duration_of(&mut self, kind: WorkKind, real: Duration, now: Duration) -> Duration {
        let work = self.pace.lasting(real);
        if self.pace.stream_factor().is_none() || matches!(kind, WorkKind::Loading | WorkKind::Calibrating) {
            return work;
        }
        let left = self.stream.buffer.end(now);
        if kind == WorkKind::Flushing { left } else { left.saturating_add(work) }
    }

    pub(super) fn buffer_capacity(&mut self, query: ReadBufferCapacity, now: Duration) -> Reply {
        let buffer = &mut self.stream.buffer;
        let late = self.personality.has(Quirk::ReportsBufferLate);
        let free = if late { buffer.free_lately(now) } else { buffer.free(now) };
        let in_blocks = query.in_blocks;
        let unit = if in_blocks { u64::from(self.stream.block) } else { 1 };
        let [total, free] = [SIZE, free].map(|bytes| u32::try_from(bytes / unit).unwrap_or(u32::MAX));
        let mut capacity = BufferCapacity { in_blocks, total, free };
        self.personality.buffer_capacity(&mut capacity);
        Reply::Answer(query.encode_reply(&capacity))
    }
}

/// The first block that a command writes, and how many.
fn written(request: &Request) -> Option<(Lba, u32)> {
    match request {
        Request::Write10(write) => Some((write.start, write.blocks.into())),
        Request::Write12(write) => Some((write.start, write.blocks)),
        Request::WriteAndVerify10(write) => Some((write.start, write.blocks.into())),
        _ => None,
    }
}

/// The track that has this block.
fn view_at(loaded: &Loaded, block: Lba) -> Option<TrackView> {
    let tracks = loaded.rules().ok()?.tracks(loaded.disc());
    tracks.into_iter().find(|track| (track.start..track.end()).contains(&block.0))
}

/// Its number.
fn track_at(loaded: &Loaded, block: Lba) -> Option<usize> {
    view_at(loaded, block).map(|track| usize::from(track.number))
}
