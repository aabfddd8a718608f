//! Commands that the kernel would send by itself, for a program that did not send one.

use std::time::Duration;

use imapi_mmc_transport::{Cdb, Command, Data, Device, Notes, Query, Sense, SenseKey, Status};

/// How long the kernel waits for its own commands.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How often the kernel repeats a command that met with an attention.
const RETRIES: u32 = 5;

/// Why a command of the kernel's own failed.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The drive said why.
    Sense(Sense),
    /// Nobody did.
    Silent,
}

/// Sends it, and again after unit attentions. How many bytes were transferred.
fn send(device: &dyn Device, cdb: &Cdb, timeout: Duration, mut data: Data<'_>) -> Result<usize, Failed> {
    for _ in 0..RETRIES {
        let again = match &mut data {
            Data::None => Data::None,
            Data::In(buffer) => Data::In(buffer),
            Data::Out(bytes) => Data::Out(bytes),
        };
        let done = device.execute(cdb, again, timeout.max(TIMEOUT)).map_err(|_| Failed::Silent)?;
        if done.status == Status::GOOD {
            return Ok(done.transferred);
        }
        let sense = done.sense.and_then(|sense| Sense::decode(sense.as_bytes()).ok()).ok_or(Failed::Silent)?;
        match sense.key {
            SenseKey::UnitAttention => {}
            SenseKey::RecoveredError => return Ok(done.transferred),
            _ => return Err(Failed::Sense(sense)),
        }
    }
    Err(Failed::Silent)
}

/// A command without data.
pub(crate) fn order<C: Command>(device: &dyn Device, command: &C) -> Result<(), Failed> {
    send(device, &command.to_cdb(), C::TIMEOUT, Data::None).map(drop)
}

/// A command that fills the buffer with bulk data; how many bytes came.
pub(crate) fn fetch<C: Command>(device: &dyn Device, command: &C, buffer: &mut [u8]) -> Result<usize, Failed> {
    send(device, &command.to_cdb(), C::TIMEOUT, Data::In(buffer))
}

/// A command with bulk data.
pub(crate) fn bring<C: Command>(device: &dyn Device, command: &C, bytes: &[u8]) -> Result<(), Failed> {
    send(device, &command.to_cdb(), C::TIMEOUT, Data::Out(bytes)).map(drop)
}

/// A command with an answer: as it came.
pub(crate) fn raw_answer<Q: Query>(device: &dyn Device, query: &Q) -> Result<Vec<u8>, Failed> {
    let most = usize::try_from(device.limits().transfer.get()).unwrap_or(usize::MAX);
    let mut buffer = vec![0; query.allocation().min(most)];
    let came = fetch(device, query, &mut buffer)?;
    buffer.truncate(came);
    Ok(buffer)
}

/// A command with an answer.
pub(crate) fn ask<Q: Query>(device: &dyn Device, query: &Q) -> Result<Q::Reply, Failed> {
    let reply = raw_answer(device, query)?;
    query.decode_reply(&reply, &mut Notes::default()).map_err(|_| Failed::Silent)
}
