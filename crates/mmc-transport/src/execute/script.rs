//! A transport that answers from a list, and remembers what it was asked. For tests.

use std::{collections::VecDeque, num::NonZeroU32, sync::Mutex, time::Duration};

use imapi_disc_types::{Clock, ManualClock};

use crate::{Cdb, Completion, Data, Limits, Sense, Status, Transport, TransportError};

/// One answer.
#[derive(Debug)]
pub(crate) enum Play {
    /// Success with these data.
    Data(&'static [u8]),
    /// Success, of which the drive says that so many bytes went over.
    Claims(usize),
    /// CHECK CONDITION with sense.
    Sense(Sense),
    /// Anything else.
    Completion(Completion),
    /// No answer: the device is gone.
    Gone,
}

/// One command: its bytes, the data that went out with it, the time it was allowed.
pub(crate) type Asked = (Vec<u8>, Vec<u8>, Duration);

/// The transport.
#[derive(Debug, Default)]
pub(crate) struct Script {
    plays: Mutex<VecDeque<Play>>,
    asked: Mutex<Vec<Asked>>,
    clock: ManualClock,
    /// The last answer is given for ever.
    endless: bool,
    /// What one command carries, where it is not 64 KiB.
    carries: Option<NonZeroU32>,
}

impl Script {
    pub(crate) fn new(plays: impl IntoIterator<Item = Play>) -> Self {
        Self { plays: Mutex::new(plays.into_iter().collect()), ..Self::default() }
    }

    /// Carries so many bytes in one command.
    pub(crate) fn carrying(self, bytes: u32) -> Self {
        Self { carries: NonZeroU32::new(bytes), ..self }
    }

    /// Gives these senses, and the last one for ever.
    pub(crate) fn for_ever(senses: impl IntoIterator<Item = Sense>) -> Self {
        Self { endless: true, ..Self::new(senses.into_iter().map(Play::Sense)) }
    }

    /// The commands so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("one thread").clone()
    }

    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.clock.waits()
    }

    fn next(&self) -> Play {
        let mut plays = self.plays.lock().expect("one thread");
        if let (true, 1, Some(Play::Sense(sense))) = (self.endless, plays.len(), plays.front()) {
            return Play::Sense(*sense);
        }
        plays.pop_front().expect("the script has an answer left")
    }
}

impl Transport for Script {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        let out = if let Data::Out(bytes) = &data { bytes.to_vec() } else { Vec::new() };
        let most = data.len();
        self.asked.lock().expect("one thread").push((cdb.as_bytes().to_vec(), out, timeout));
        match self.next() {
            Play::Data(bytes) => {
                let transferred = bytes.len().min(most);
                if let Data::In(buffer) = data {
                    buffer[..transferred].copy_from_slice(&bytes[..transferred]);
                    return Ok(Completion::good(transferred));
                }
                Ok(Completion::good(most))
            }
            Play::Claims(transferred) => Ok(Completion::good(transferred)),
            Play::Sense(sense) => {
                Ok(Completion { status: Status::CHECK_CONDITION, transferred: 0, sense: Some(sense.to_bytes()) })
            }
            Play::Completion(completion) => Ok(completion),
            Play::Gone => Err(TransportError::Gone),
        }
    }

    fn limits(&self) -> Limits {
        let most = self.carries.or(NonZeroU32::new(65_536)).expect("not zero");
        Limits { page_aligned_transfer: most, transfer: most, alignment: NonZeroU32::MIN }
    }

    fn clock(&self) -> &dyn Clock {
        &self.clock
    }
}
