//! Sending typed commands: encode, send, judge the status, decode. One call is one command; nothing is repeated here.

mod error;
mod wait;

use std::{
    ops::{ControlFlow, Deref},
    time::Duration,
};

use tracing::{debug, warn};

pub use self::{
    error::CommandError,
    wait::{Ready, WaitError, Waiting},
};
use crate::{
    Announced, Cdb, Command, Completion, Data, Notes, Query, Sense, SenseBytes, SenseKey, Status, Submit, Transport,
};

/// The typed answer of a drive, and what else it said. Dereferences to the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer<T> {
    /// The answer.
    pub value: T,
    /// What in it does not fit together.
    pub notes: Notes,
    /// The command succeeded with sense: after retries, or with a warning.
    pub recovered: Option<Sense>,
}

impl<T> Deref for Answer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// A command without a typed answer succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// How many bytes went over.
    pub transferred: usize,
    /// The command succeeded with sense: after retries, or with a warning.
    pub recovered: Option<Sense>,
}

/// Typed commands on anything that transports them.
///
/// ```
/// use imapi_mmc_transport::{CommandError, Transport, TransportExt, commands::TestUnitReady};
///
/// fn is_ready(drive: &dyn Transport) -> Result<bool, CommandError> {
///     match drive.send(&TestUnitReady) {
///         Ok(_) => Ok(true),
///         Err(CommandError::Check { .. }) => Ok(false),
///         Err(other) => Err(other),
///     }
/// }
/// ```
pub trait TransportExt: Transport {
    /// Asks, and understands the answer.
    fn query<Q: Query>(&self, query: &Q) -> Result<Answer<Q::Reply>, CommandError> {
        ask(&self, query)
    }

    /// Asks how long the answer is, then for all of it, cut to what one command of this transport carries.
    ///
    /// ```
    /// use imapi_mmc_transport::{
    ///     CommandError, Transport, TransportExt as _,
    ///     commands::{ReadToc, TocFormat, TocReply},
    /// };
    ///
    /// fn cd_text(drive: &dyn Transport) -> Result<Vec<[u8; 18]>, CommandError> {
    ///     match drive.query_whole(&ReadToc::whole(TocFormat::CdText))?.value {
    ///         TocReply::CdText(packs) => Ok(packs),
    ///         _ => Ok(Vec::new()),
    ///     }
    /// }
    /// ```
    fn query_whole<Q: Announced>(&self, query: &Q) -> Result<Answer<Q::Reply>, CommandError> {
        ask_whole(&self, query)
    }

    /// Sends a command that has no data.
    fn send<C: Command>(&self, command: &C) -> Result<Done, CommandError> {
        run(&self, command, Data::None)
    }

    /// Sends a command with its parameters.
    fn submit<S: Submit>(&self, command: &S, params: &S::Params) -> Result<Done, CommandError> {
        let timeout = command.timeout_with(params);
        execute(&self, &Sent::of(command), Data::Out(&S::encode_params(params)), timeout)
    }

    /// Sends a command whose data are bulk, and fills the buffer with them.
    fn read_into<C: Command>(&self, command: &C, buffer: &mut [u8]) -> Result<Done, CommandError> {
        run(&self, command, Data::In(buffer))
    }

    /// Sends a command together with bulk data.
    fn write_from<C: Command>(&self, command: &C, bytes: &[u8]) -> Result<Done, CommandError> {
        run(&self, command, Data::Out(bytes))
    }

    /// Waits until the drive is ready, by the drive's clock and at most for the budget.
    ///
    /// The closure hears before each pause what the drive waits for, and may end it. Sending START where the drive
    /// needs it ([`Condition::NeedsStart`](crate::Condition::NeedsStart)) is the caller's.
    fn wait_until_ready(
        &self,
        budget: Duration,
        on_wait: &mut dyn FnMut(&Waiting) -> ControlFlow<()>,
    ) -> Result<Ready, WaitError> {
        wait::until_ready(&self, budget, on_wait)
    }
}

impl<T: Transport + ?Sized> TransportExt for T {}

fn ask<Q: Query>(transport: &dyn Transport, query: &Q) -> Result<Answer<Q::Reply>, CommandError> {
    let mut buffer = vec![0; query.allocation()];
    let done = run(transport, query, Data::In(&mut buffer))?;
    let came = buffer.get(..done.transferred).unwrap_or(&buffer);
    let mut notes = Notes::new();
    let value = query
        .decode_reply(came, &mut notes)
        .inspect_err(|cause| debug!(command = Q::NAME, %cause, ?came, "an answer makes no sense"))
        .map_err(|cause| CommandError::Reply { command: Q::NAME, cause })?;
    for note in notes.as_slice() {
        debug!(command = Q::NAME, at = note.at, "{}", note.what);
    }
    Ok(Answer { value, notes, recovered: done.recovered })
}

fn ask_whole<Q: Announced>(transport: &dyn Transport, query: &Q) -> Result<Answer<Q::Reply>, CommandError> {
    let mut header = vec![0; Q::HEADER];
    let done = run(transport, &query.with_allocation(Q::HEADER), Data::In(&mut header))?;
    let came = header.get(..done.transferred).unwrap_or(&header);
    let announced = Q::announced(came).map_err(|cause| CommandError::Reply { command: Q::NAME, cause })?;
    // Some drives count what they were asked for instead of what they have.
    let wanted = if announced <= Q::HEADER { query.allocation() } else { announced };
    let carried = usize::try_from(transport.limits().transfer.get()).unwrap_or(usize::MAX);
    // Even, as what is asked for is rounded up to that.
    ask(transport, &query.with_allocation(wanted.min(carried & !1)))
}

fn run<C: Command>(transport: &dyn Transport, command: &C, data: Data<'_>) -> Result<Done, CommandError> {
    execute(transport, &Sent::of(command), data, command.timeout())
}

/// What an error tells of its command.
struct Sent {
    name: &'static str,
    cdb: Cdb,
}

impl Sent {
    fn of<C: Command>(command: &C) -> Self {
        Self { name: C::NAME, cdb: command.to_cdb() }
    }
}

/// The part that is the same for every type of command.
fn execute(transport: &dyn Transport, sent: &Sent, data: Data<'_>, timeout: Duration) -> Result<Done, CommandError> {
    let most = data.len();
    let done = transport.execute(&sent.cdb, data, timeout).map_err(CommandError::from).and_then(|completion| {
        let recovered = judge(sent, &completion)?;
        Ok(Done { transferred: completion.transferred.min(most), recovered })
    });
    match &done {
        Ok(Done { recovered: Some(sense), .. }) if sense.key == SenseKey::RecoveredError => {
            warn!(command = sent.name, cdb = %sent.cdb, "succeeded with {sense:#}");
        }
        Ok(Done { recovered: Some(sense), .. }) => {
            debug!(command = sent.name, cdb = %sent.cdb, "succeeded with {sense:#}");
        }
        Ok(Done { recovered: None, .. }) => {}
        Err(error) => debug!(command = sent.name, cdb = %sent.cdb, %error, "failed"),
    }
    done
}

/// Success, with the sense of it, or failure.
fn judge(sent: &Sent, completion: &Completion) -> Result<Option<Sense>, CommandError> {
    let command = sent.name;
    let sense = match completion.status {
        // Some bridges say GOOD and send sense all the same: what the drive says counts.
        Status::GOOD => match completion.sense.as_ref().map(Sense::try_from) {
            None => return Ok(None),
            Some(Ok(sense)) => sense,
            Some(Err(cause)) => {
                debug!(command, %cause, came = ?completion.sense, "sense of a success makes none");
                return Ok(None);
            }
        },
        Status::CHECK_CONDITION => {
            let came: &SenseBytes = completion.sense.as_ref().ok_or(CommandError::NoSense { command })?;
            Sense::try_from(came).map_err(|cause| CommandError::Reply { command, cause })?
        }
        status => return Err(CommandError::Status { command, status }),
    };
    match sense.key {
        // Deferred sense is never about the success of this command, which was not carried out.
        SenseKey::NoSense | SenseKey::RecoveredError | SenseKey::Completed if !sense.deferred => Ok(Some(sense)),
        _ => Err(CommandError::Check { command, opcode: sent.cdb.opcode(), sense }),
    }
}

#[cfg(test)]
mod script;
#[cfg(test)]
mod tests;
