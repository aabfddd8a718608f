//! [`VirtualDrive`]: a burner in software. Commands go in, sense and data come out, a disc file changes.

mod device;
mod dispatch;
mod identity;
mod record;
mod transfer;

use std::{
    collections::VecDeque,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use imapi_disc_types::{ClientName, Clock};
use imapi_mmc_transport::{
    Cdb, Completion, Data, Limits, Sense, SenseBytes, Status, Transport, TransportError, commands::Request,
};

use crate::{DiscFile, DiscFileError, DiscState, Medium};

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

/// A disc in the tray.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) file: DiscFile<DiscState>,
    pub(crate) medium: &'static Medium,
}

/// Everything that changes.
pub(crate) struct Inner {
    disc: Option<Loaded>,
    tray_open: bool,
    prevented: bool,
    /// What the next command hears, whatever it is: a disc came, the drive was reset.
    attention: VecDeque<Sense>,
}

/// What a handler answers when nothing went wrong.
pub(crate) enum Reply {
    /// Good, and nothing to send.
    Done,
    /// An answer, whole; it is cut to what was asked for once, outside.
    Answer(Vec<u8>),
    /// So many bytes are in the buffer already.
    Filled(usize),
}

/// What a disc or a drive in software cannot do for reasons of its own becomes a hardware error, as with real ones.
pub(crate) fn broken(error: &DiscFileError) -> Sense {
    tracing::error!(%error, "the disc file failed");
    Sense::INTERNAL_FAILURE
}

impl VirtualDrive {
    /// A drive without a disc, its tray closed.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let inner = Inner { disc: None, tray_open: false, prevented: false, attention: VecDeque::from([Sense::RESET]) };
        Self { inner: Mutex::new(inner), clock, id: "virtual".to_string(), owner: Mutex::new(None) }
    }

    /// Puts a disc in. The one that was there comes back.
    pub fn insert(&self, file: DiscFile<DiscState>, medium: &'static Medium) -> Option<DiscFile<DiscState>> {
        let mut inner = self.inner();
        inner.tray_open = false;
        inner.attention.push_back(Sense::MEDIUM_CHANGED);
        inner.disc.replace(Loaded { file, medium }).map(|old| old.file)
    }

    /// Takes the disc out, as a hand would that no lock can stop.
    pub fn take_out(&self) -> Option<DiscFile<DiscState>> {
        let mut inner = self.inner();
        inner.tray_open = true;
        inner.disc.take().map(|old| old.file)
    }

    /// No command leaves the state half changed, so one that panicked is no reason to lose the drive.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for VirtualDrive {
    fn execute(&self, cdb: &Cdb, mut data: Data<'_>, _: Duration) -> Result<Completion, TransportError> {
        let mut inner = self.inner();
        let answered = inner.answer(cdb, &mut data);
        Ok(match answered {
            Ok(Reply::Done) => Completion::good(data.sent()),
            Ok(Reply::Filled(count)) => Completion::good(count),
            Ok(Reply::Answer(bytes)) => Completion::good(data.take(&bytes)),
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
    /// is there a disc.
    fn answer(&mut self, cdb: &Cdb, data: &mut Data<'_>) -> Result<Reply, Sense> {
        let request = Request::decode(cdb).ok_or(Sense::INVALID_OPCODE)?.map_err(Sense::from)?;
        if !passes_attention(&request) {
            if let Some(attention) = self.attention.pop_front() {
                return Err(attention);
            }
        }
        if needs_disc(&request) {
            self.present()?;
        }
        self.dispatch(&request, data)
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
        | R::MechanismStatus(_) => false,
        R::TestUnitReady(_)
        | R::FormatUnit(_)
        | R::ModeSelect6(_)
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
        | R::ModeSelect10(_)
        | R::RepairTrack(_)
        | R::ReadMasterCue(_)
        | R::CloseTrackSession(_)
        | R::ReadBufferCapacity(_)
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
        | R::SetStreaming(_)
        | R::ReadCdMsf(_)
        | R::SetCdSpeed(_)
        | R::ReadCd(_)
        | R::SendDiscStructure(_) => true,
    }
}
