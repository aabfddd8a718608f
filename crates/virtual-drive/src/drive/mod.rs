//! [`VirtualDrive`]: a burner in software. Commands go in, sense and data come out, a disc file changes.

mod buffer;
mod busy;
mod device;
mod dispatch;
mod events;
mod identity;
mod modes;
mod quirks;
mod record;
mod speeds;
mod streaming;
mod transfer;
mod victim;

use std::{
    collections::VecDeque,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use imapi_disc_types::{ClientName, Clock};
use imapi_mmc_transport::{
    Cdb, Completion, Data, Limits, Sense, SenseBytes, Status, Transport, TransportError,
    commands::{MediaChange, Request},
};

use self::{busy::UnderWay, modes::Settings, quirks::Moods, speeds::Speeds, streaming::Stream};
use crate::{DiscFile, DiscFileError, DiscState, Loaded, Medium, Pace, Personality};

/// A drive in software with one tray.
///
/// It keeps the rules of MMC: what a command may do depends on the disc, its state and the order of commands, and what it
/// must not do is refused with the sense that a real drive would give.
pub struct VirtualDrive {
    inner: Mutex<Inner>,
    clock: Arc<dyn Clock>,
    id: String,
    owner: Mutex<Option<ClientName>>,
}

/// Everything that changes.
pub(crate) struct Inner {
    disc: Option<Loaded>,
    tray_open: bool,
    prevented: bool,
    /// What the next command hears, whatever it is: a disc came, the drive was reset.
    attention: VecDeque<Sense>,
    /// What went wrong with commands that were answered already.
    deferred: VecDeque<Sense>,
    /// What happened to the disc since anyone asked.
    events: VecDeque<MediaChange>,
    under_way: Option<UnderWay>,
    settings: Settings,
    speeds: Speeds,
    stream: Stream,
    pace: Pace,
    personality: &'static Personality,
    /// What its quirks remember.
    moods: Moods,
}

/// What a handler answers when nothing went wrong.
pub(crate) enum Reply {
    /// Good, and nothing to send.
    Done,
    /// An answer, whole; it is cut to what was asked for once, outside.
    Answer(Vec<u8>),
    /// So many bytes are in the buffer already.
    Filled(usize),
    /// Nothing, ever.
    Silence,
}

impl VirtualDrive {
    /// A drive without a disc, its tray closed.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let inner = Inner {
            disc: None,
            tray_open: false,
            prevented: false,
            attention: VecDeque::from([Sense::RESET]),
            deferred: VecDeque::new(),
            events: VecDeque::new(),
            under_way: None,
            settings: Settings::new(),
            speeds: Speeds::default(),
            stream: Stream::default(),
            pace: Pace::QUICK,
            personality: Personality::STANDARD,
            moods: Moods::default(),
        };
        Self { inner: Mutex::new(inner), clock, id: "virtual".to_string(), owner: Mutex::new(None) }
    }

    /// Has that id; `virtual` is that of a drive which was given none.
    #[must_use]
    pub fn called(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Takes so much of the time that a real drive takes.
    #[must_use]
    pub fn at_pace(self, pace: Pace) -> Self {
        self.inner().pace = pace;
        self
    }

    /// Has the ways of this drive.
    #[must_use]
    pub fn with_personality(self, personality: &'static Personality) -> Self {
        self.inner().personality = personality;
        self
    }

    /// Puts a disc in. The one that was there comes back, as it is without what the drive had not written yet.
    pub fn insert(
        &self,
        file: DiscFile<DiscState>,
        medium: &'static Medium,
    ) -> Result<Option<DiscFile<DiscState>>, DiscFileError> {
        if file.geometry().medium != medium.name {
            let reason = format!("it holds a {} and not a {}", file.geometry().medium, medium.name);
            return Err(DiscFileError::Malformed { reason });
        }
        let mut inner = self.inner();
        inner.tray_open = false;
        inner.let_go();
        inner.moods = Moods::default();
        inner.attention.push_back(Sense::MEDIUM_CHANGED);
        inner.events.push_back(MediaChange::NEW_MEDIA);
        inner.disc.replace(Loaded::new(file, medium)).map(Loaded::into_file).transpose()
    }

    /// Why commands failed with 4/44/00: the first thing that the disc file could not do, such as growing in a file system
    /// that is full. Whoever asks hears it once.
    pub fn take_failure(&self) -> Option<DiscFileError> {
        self.inner().disc.as_mut().and_then(Loaded::take_failure)
    }

    /// Takes the disc out, as a hand would that no lock can stop. What the drive had not written yet is lost.
    pub fn take_out(&self) -> Result<Option<DiscFile<DiscState>>, DiscFileError> {
        let mut inner = self.inner();
        inner.tray_open = true;
        inner.let_go();
        inner.events.push_back(MediaChange::REMOVAL);
        inner.disc.take().map(Loaded::into_file).transpose()
    }

    /// Cuts the power for a moment: the buffer, what is under way and all settings are lost, and the tray stays where
    /// it is.
    pub fn reset(&self) -> Result<(), DiscFileError> {
        let mut inner = self.inner();
        let lost = inner.disc.take().map(|loaded| (loaded.medium(), loaded.into_file()));
        if let Some((medium, file)) = lost {
            inner.disc = Some(Loaded::new(file?, medium));
        }
        inner.let_go();
        inner.prevented = false;
        inner.settings = Settings::new();
        inner.speeds = Speeds::default();
        inner.moods = Moods::default();
        inner.attention.clear();
        inner.attention.push_back(Sense::RESET);
        Ok(())
    }

    /// How often the drive's buffer has run empty while the laser was on, since the disc came in.
    pub fn underruns(&self) -> u64 {
        self.inner().underruns()
    }

    /// No command leaves the state half changed, so one that panicked is no reason to lose the drive.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever lets go of the drive cuts its power.
impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.disc.take().map(Loaded::into_file) {
            tracing::error!(%error, "the disc file failed");
        }
    }
}

impl Transport for VirtualDrive {
    fn execute(&self, cdb: &Cdb, mut data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        let mut inner = self.inner();
        let answered = inner.answer(cdb, &mut data, &*self.clock);
        Ok(match answered {
            Ok(Reply::Done) => Completion::good(data.sent()),
            Ok(Reply::Filled(count)) => Completion::good(count),
            Ok(Reply::Answer(bytes)) => Completion::good(data.take(&bytes)),
            Ok(Reply::Silence) => {
                self.clock.sleep(timeout);
                return Err(TransportError::Timeout { opcode: cdb.opcode(), after: timeout });
            }
            Err(sense) => {
                let sense = SenseBytes::new(&sense.to_fixed());
                Completion { status: Status::CHECK_CONDITION, transferred: 0, sense: Some(sense) }
            }
        })
    }

    fn limits(&self) -> Limits {
        let most = NonZeroU32::new(1 << 20).expect("not zero");
        Limits { page_aligned_transfer: most, transfer: most, alignment: NonZeroU32::MIN }
    }

    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}

/// What the drive does with the data of a command.
trait Buffer {
    /// Bytes that came with the command.
    fn sent(&self) -> usize;
    /// Puts an answer into the buffer, cut to its size; says how much went in.
    fn take(&mut self, answer: &[u8]) -> usize;
}

impl Buffer for Data<'_> {
    fn sent(&self) -> usize {
        match self {
            Data::Out(bytes) => bytes.len(),
            Data::None | Data::In(_) => 0,
        }
    }

    fn take(&mut self, answer: &[u8]) -> usize {
        let Data::In(buffer) = self else { return 0 };
        let count = answer.len().min(buffer.len());
        buffer[..count].copy_from_slice(&answer[..count]);
        count
    }
}

impl Inner {
    /// The layers before every handler, in their order: is there such a command, has the drive something to tell first,
    /// went an earlier command wrong, is there a disc, is the drive at work, has it its own ways with the command.
    fn answer(&mut self, cdb: &Cdb, data: &mut Data<'_>, clock: &dyn Clock) -> Result<Reply, Sense> {
        let request = Request::decode(cdb).ok_or(Sense::INVALID_OPCODE)??;
        let quirk = self.personality.refuses(cdb.opcode());
        if quirk == Some(Sense::INVALID_OPCODE) {
            return Err(Sense::INVALID_OPCODE);
        }
        let now = clock.now();
        self.settle(now)?;
        self.flow(now)?;
        if !passes_attention(&request) {
            if let Some(told) = self.attention.pop_front().or_else(|| self.deferred.pop_front()) {
                return Err(told);
            }
        }
        if needs_disc(&request) {
            self.present()?;
        }
        if let Some(sense) = self.hindrance(&request, now).or(quirk) {
            return Err(sense);
        }
        if let Some(reply) = self.whim(&request, now) {
            return reply;
        }
        if self.is_full(&request, data, now) {
            return Err(Sense::LONG_WRITE);
        }
        self.goes_on(&request)?;
        let reply = self.dispatch(&request, data, clock)?;
        self.remember(&request);
        self.take_time(&request, &reply, clock);
        Ok(reply)
    }

    /// What is under way and in the buffer is lost.
    fn let_go(&mut self) {
        self.under_way = None;
        self.deferred.clear();
        self.stream = Stream::default();
    }

    /// The disc, if the drive can reach it.
    pub(crate) fn present(&mut self) -> Result<&mut Loaded, Sense> {
        if self.tray_open {
            return Err(Sense::NO_MEDIUM_TRAY_OPEN);
        }
        self.disc.as_mut().ok_or(Sense::NO_MEDIUM_TRAY_CLOSED)
    }
}

/// These commands are answered at once, and the attention waits for the next.
fn passes_attention(request: &Request) -> bool {
    use Request as R;
    matches!(request, R::Inquiry(_) | R::RequestSense(_) | R::GetConfiguration(_) | R::GetEventStatus(_))
}

/// These commands are about the disc.
fn needs_disc(request: &Request) -> bool {
    use Request as R;
    match request {
        R::RequestSense(_)
        | R::Inquiry(_)
        | R::ModeSense6(_)
        | R::StartStopUnit(_)
        | R::PreventAllowMediumRemoval(_)
        | R::ReadFormatCapacities(_)
        | R::GetConfiguration(_)
        | R::GetEventStatus(_)
        | R::ModeSense10(_)
        | R::ModeSelect6(_)
        | R::ModeSelect10(_)
        | R::SetCdSpeed(_)
        | R::SetStreaming(_)
        | R::ReadBufferCapacity(_)
        | R::MechanismStatus(_) => false,
        R::TestUnitReady(_)
        | R::FormatUnit(_)
        | R::ReadCapacity(_)
        | R::Read10(_)
        | R::Write10(_)
        | R::Seek10(_)
        | R::WriteAndVerify10(_)
        | R::Verify10(_)
        | R::SynchronizeCache(_)
        | R::ReadSubChannel(_)
        | R::ReadToc(_)
        | R::ReadHeader(_)
        | R::ReadDiscInformation(_)
        | R::ReadTrackInformation(_)
        | R::ReserveTrack(_)
        | R::SendOpcInformation(_)
        | R::RepairTrack(_)
        | R::ReadMasterCue(_)
        | R::CloseTrackSession(_)
        | R::SendCueSheet(_)
        | R::Blank(_)
        | R::SendKey(_)
        | R::ReportKey(_)
        | R::LoadUnload(_)
        | R::Read12(_)
        | R::Write12(_)
        | R::ReadMediaSerialNumber(_)
        | R::GetPerformance(_)
        | R::ReadDiscStructure(_)
        | R::ReadCdMsf(_)
        | R::ReadCd(_)
        | R::SendDiscStructure(_) => true,
    }
}
