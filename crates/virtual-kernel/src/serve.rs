//! Carries out commands from the ring on a device, one after another.

use std::{
    io,
    io::{Read as _, Write as _},
    os::{fd::AsFd as _, unix::net::UnixStream},
    time::Duration,
};

use imapi_mmc_transport::{Cdb, Completion, Data, Sense, SenseBytes, SenseKey, Status, Transport, TransportError};

use crate::{
    direction::Direction,
    error::AttachError,
    ring::{Answer, Order, Region, Ring},
    sys::waiting,
    uio::Channel,
};

/// Whoever sends a command has a clock and gives it up; nothing a drive does takes longer than this.
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);

/// Answers commands until the kernel removes the device or the other end of `stop` is closed.
pub(crate) fn serve<D: Transport + ?Sized>(device: &D, channel: Channel, stop: &UnixStream) -> Result<(), AttachError> {
    let (mut node, ring) = channel.into_parts();
    let mut buffer = Vec::new();
    loop {
        while let Some(order) = ring.next()? {
            carry_out(device, &ring, &order, &mut buffer)?;
            // Whatever the number: it says that an answer is there.
            if node.write_all(&0_u32.to_ne_bytes()).is_err() {
                return Ok(());
            }
        }
        let ready = waiting::wait([node.as_fd(), stop.as_fd()])
            .map_err(|source| AttachError::System { what: "poll", source })?;
        match ready {
            [_, true] => return Ok(()),
            [true, false] => match node.read_exact(&mut [0; 4]) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // The kernel has taken the device away.
                Err(_) => return Ok(()),
            },
            [false, false] => {}
        }
    }
}

fn carry_out<D: Transport + ?Sized, R: Region>(
    device: &D,
    ring: &Ring<R>,
    order: &Order,
    buffer: &mut Vec<u8>,
) -> Result<(), AttachError> {
    let size = order.size();
    buffer.resize(size.max(buffer.len()), 0);
    let data = &mut buffer[..size];
    let way = if size == 0 { Some(Direction::None) } else { Direction::of(&order.cdb) };
    let outcome = match way {
        Some(Direction::None) => done(&order.cdb, device.execute(&order.cdb, Data::None, LONGEST)),
        Some(Direction::Out) => {
            ring.fetch(order, data)?;
            done(&order.cdb, device.execute(&order.cdb, Data::Out(data), LONGEST))
        }
        Some(Direction::In) => {
            // The kernel may hand on all of it, so it must not have another command's data.
            data.fill(0);
            let outcome = done(&order.cdb, device.execute(&order.cdb, Data::In(data), LONGEST));
            ring.deliver(order, data)?;
            outcome
        }
        // Taken the wrong way it could do anything.
        None => refused(Sense::INVALID_OPCODE),
    };
    let came = (way == Some(Direction::In)).then(|| outcome.transferred.min(size));
    let sense = outcome.sense.as_ref().map_or(&[][..], SenseBytes::as_bytes);
    ring.answer(order, &Answer { status: outcome.status.0, sense, came })?;
    Ok(())
}

/// What the kernel is told. It has a status and sense for us, and no place for anything else.
fn done(cdb: &Cdb, outcome: Result<Completion, TransportError>) -> Completion {
    let error = match outcome {
        Ok(completion) => return completion,
        Err(error) => error,
    };
    tracing::warn!(%cdb, %error, "the device gave no answer");
    refused(match error {
        // LOGICAL UNIT COMMUNICATION TIME-OUT and FAILURE.
        TransportError::Timeout { .. } => Sense::new(SenseKey::AbortedCommand, 0x08, 0x01),
        TransportError::Connection { .. } => Sense::new(SenseKey::AbortedCommand, 0x08, 0x00),
        // LOGICAL UNIT NOT SUPPORTED: there is no device here.
        TransportError::Gone => Sense::new(SenseKey::IllegalRequest, 0x25, 0x00),
        TransportError::NotPermitted { .. } => Sense::INVALID_OPCODE,
        TransportError::TooLarge { .. } => Sense::new(SenseKey::IllegalRequest, 0x24, 0x00),
        _ => Sense::INTERNAL_FAILURE,
    })
}

fn refused(sense: Sense) -> Completion {
    let sense = SenseBytes::new(&sense.to_fixed());
    Completion { status: Status::CHECK_CONDITION, transferred: 0, sense: Some(sense) }
}
