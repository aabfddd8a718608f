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

#[cfg(test)]
mod tests {
    use std::{num::NonZeroU32, sync::Mutex};

    use imapi_disc_types::{Clock, SystemClock};
    use imapi_mmc_transport::Limits;

    use super::*;
    use crate::ring::tests::{DATA, START, with_command};

    /// What a device was sent: opcode, way, bytes.
    type Sent = Vec<(u8, &'static str, usize)>;
    /// What it says to it.
    type Says = fn() -> Result<Completion, TransportError>;

    /// Sends sevens into half of a buffer, whatever it then says; keeps what it was sent.
    struct Fake {
        clock: SystemClock,
        answer: Says,
        sent: Mutex<Sent>,
    }

    /// What the kernel reads.
    struct Told {
        flags: u8,
        status: u8,
        read: u32,
        sense: Vec<u8>,
        /// Its first piece.
        data: Vec<u8>,
    }

    impl Transport for Fake {
        fn execute(&self, cdb: &Cdb, data: Data<'_>, _: Duration) -> Result<Completion, TransportError> {
            let length = data.len();
            let way = match data {
                Data::None => "none",
                Data::In(buffer) => {
                    buffer[..length / 2].fill(7);
                    "in"
                }
                Data::Out(_) => "out",
            };
            self.sent.lock().expect("nobody panics").push((cdb.opcode(), way, length));
            (self.answer)()
        }

        fn limits(&self) -> Limits {
            Limits { page_aligned_transfer: NonZeroU32::MAX, transfer: NonZeroU32::MAX, alignment: NonZeroU32::MIN }
        }

        fn clock(&self) -> &dyn Clock {
            &self.clock
        }
    }

    /// One command with room for 400 bytes.
    fn serve_one(cdb: &[u8], answer: Says) -> (Sent, Told) {
        let ring = with_command(cdb);
        let device = Fake { clock: SystemClock::new(), answer, sent: Mutex::default() };
        let order = ring.next().expect("it is in order").expect("one waits");
        // Another command's data, which nobody else may see.
        let mut buffer = vec![0xEE; 1000];
        carry_out(&device, &ring, &order, &mut buffer).expect("it is inside");
        assert_eq!(ring.next(), Ok(None));
        let entry = ring.at(START, 40);
        let told = Told {
            flags: entry[7],
            status: entry[8],
            read: u32::from_ne_bytes([entry[12], entry[13], entry[14], entry[15]]),
            sense: entry[16..30].to_vec(),
            data: ring.at(DATA + 512, 300),
        };
        (device.sent.into_inner().expect("nobody panics"), told)
    }

    const READ: [u8; 10] = [0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0];
    const WRITE: [u8; 10] = [0x2A, 0, 0, 0, 0, 0, 0, 0, 1, 0];

    #[test]
    fn what_came_is_delivered_counted_and_nothing_else_with_it() {
        let (sent, told) = serve_one(&READ, || Ok(Completion::good(200)));
        assert_eq!(sent, [(0x28, "in", 400)]);
        // The flag says that the length counts.
        assert_eq!((told.flags, told.status, told.read), (2, 0, 200));
        assert_eq!((&told.data[..200], &told.data[200..]), (&[7; 200][..], &[0; 100][..]));
    }

    #[test]
    fn a_command_that_sends_brings_nothing_back() {
        let (sent, told) = serve_one(&WRITE, || Ok(Completion::good(400)));
        assert_eq!(sent, [(0x2A, "out", 400)]);
        assert_eq!((told.flags, told.status, told.read), (0, 0, 0));
        assert_eq!(told.data, [0; 300]);
    }

    #[test]
    fn sense_and_busy_reach_the_kernel() {
        let (_, told) = serve_one(&READ, || {
            let sense = SenseBytes::new(&Sense::BLANK_CHECK.to_fixed());
            Ok(Completion { status: Status::CHECK_CONDITION, transferred: 0, sense: Some(sense) })
        });
        assert_eq!((told.status, &told.sense[..8]), (2, &[0x70, 0, 8, 0, 0, 0, 0, 10][..]));
        let (_, told) = serve_one(&WRITE, || Ok(Completion { status: Status::BUSY, transferred: 0, sense: None }));
        assert_eq!(told.status, 8);
    }

    #[test]
    fn a_device_without_an_answer_is_told_as_sense() {
        // Key, code and qualifier of SPC.
        let cases: [(Says, [u8; 3]); 4] = [
            (|| Err(TransportError::Gone), [5, 0x25, 0]),
            (|| Err(TransportError::Timeout { opcode: 0x28, after: Duration::ZERO }), [0xB, 0x08, 1]),
            (|| Err(TransportError::Connection { host: 1, driver: 0 }), [0xB, 0x08, 0]),
            (|| Err(TransportError::TooLarge { size: 400, limit: 100 }), [5, 0x24, 0]),
        ];
        for (answer, expected) in cases {
            let (_, told) = serve_one(&READ, answer);
            assert_eq!((told.status, [told.sense[2], told.sense[12], told.sense[13]]), (2, expected));
        }
    }

    #[test]
    fn a_command_whose_data_go_nobody_knows_where_is_not_sent() {
        let (sent, told) = serve_one(&[0xF1, 0, 0, 0, 0, 0, 0, 0, 0, 0], || Ok(Completion::good(0)));
        assert_eq!(sent, []);
        assert_eq!((told.status, [told.sense[2], told.sense[12], told.sense[13]]), (2, [5, 0x20, 0]));
    }
}
