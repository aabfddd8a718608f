//! [`Tracer`]: stands before a transport and writes down all that passes.

use std::{
    io::{self, Write},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use imapi_disc_types::Clock;

use super::{Direction, Failure, Header, Outcome, Payload, Record};
use crate::{Cdb, Completion, Data, Limits, Transport, TransportError};

/// Records every command of a transport or of a device; see the [module](super) for what it writes.
///
/// Each command is on its way to the sink when `execute` returns, so that what was recorded before a crash is there. A
/// sink that fails does not disturb the burn: nothing more is written, and [`finish`](Self::finish) tells.
#[derive(Debug)]
pub struct Tracer<T, W> {
    pub(super) inner: T,
    digest_above: Option<usize>,
    sink: Mutex<Sink<W>>,
}

#[derive(Debug)]
struct Sink<W> {
    to: W,
    problem: Option<io::Error>,
}

impl<T: Transport, W: Write + Send> Tracer<T, W> {
    /// A tracer that writes to that sink. `drive` is for people who read the recording.
    pub fn new(inner: T, to: W, drive: Option<&str>) -> Self {
        let header = Header { drive: drive.map(str::to_owned), limits: inner.limits() };
        let mut sink = Sink { to, problem: None };
        sink.write(header.to_line());
        Self { inner, digest_above: None, sink: Mutex::new(sink) }
    }

    /// Writes only a digest of data of more bytes than that. Such data cannot be played back.
    #[must_use]
    pub fn digest_above(mut self, bytes: usize) -> Self {
        self.digest_above = Some(bytes);
        self
    }

    /// The sink, or why the recording is not complete.
    pub fn finish(self) -> io::Result<W> {
        let sink = self.sink.into_inner().unwrap_or_else(PoisonError::into_inner);
        sink.problem.map_or(Ok(sink.to), Err)
    }

    /// A panic below, in a drive in software, does not make what was recorded before it less true.
    fn sink(&self) -> MutexGuard<'_, Sink<W>> {
        self.sink.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write> Sink<W> {
    fn write(&mut self, line: io::Result<Vec<u8>>) {
        if self.problem.is_some() {
            return;
        }
        let written = line.and_then(|line| {
            self.to.write_all(&line)?;
            self.to.flush()
        });
        if let Err(error) = written {
            tracing::warn!(%error, "the recording of commands ends here");
            self.problem = Some(error);
        }
    }
}

impl<T: Transport, W: Write + Send> Transport for Tracer<T, W> {
    fn execute(&self, cdb: &Cdb, mut data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        // Held while the command runs, so that the lines have the order in which the device had the commands.
        let mut sink = self.sink();
        let at = self.inner.clock().now();
        let result = self.inner.execute(cdb, reborrow(&mut data), timeout);
        let took = self.inner.clock().now().saturating_sub(at);
        let outcome = match &result {
            // A device that claims more than there was room for must not make a recording that cannot be read back.
            Ok(completion) => Outcome::Completed(Completion {
                transferred: completion.transferred.min(data.len()),
                ..completion.clone()
            }),
            Err(error) => Outcome::Failed(Failure::of(error)),
        };
        let went: &[u8] = match &data {
            Data::None => &[],
            Data::In(buffer) => buffer.get(..outcome.transferred()).unwrap_or(buffer),
            Data::Out(bytes) => bytes,
        };
        let record = Record {
            at,
            took,
            timeout,
            cdb: *cdb,
            direction: Direction::of(&data),
            length: data.len(),
            data: Payload::of(went, self.digest_above),
            outcome,
        };
        sink.write(record.to_line());
        result
    }

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    fn clock(&self) -> &dyn Clock {
        self.inner.clock()
    }
}

/// The same data once more, for a call that takes them.
fn reborrow<'a>(data: &'a mut Data<'_>) -> Data<'a> {
    match data {
        Data::None => Data::None,
        Data::In(buffer) => Data::In(buffer),
        Data::Out(bytes) => Data::Out(bytes),
    }
}

#[cfg(test)]
mod tests {
    use std::{num::NonZeroU32, sync::Arc};

    use imapi_disc_types::ManualClock;

    use super::*;
    use crate::{SenseBytes, Status, trace::Recording};

    const SECOND: Duration = Duration::from_secs(1);

    /// Answers INQUIRY with three bytes, fails WRITE with sense, is gone for everything else. Each takes 5 ms.
    #[derive(Default)]
    struct Drive {
        clock: Arc<ManualClock>,
        /// How many bytes INQUIRY says that it brought, where that is not true.
        claims: Option<usize>,
    }

    impl Transport for Drive {
        fn execute(&self, cdb: &Cdb, data: Data<'_>, _: Duration) -> Result<Completion, TransportError> {
            self.clock.advance(Duration::from_millis(5));
            match (cdb.opcode(), data) {
                (0x12, Data::In(buffer)) => {
                    buffer[..3].copy_from_slice(&[5, 0x80, 2]);
                    Ok(Completion::good(self.claims.unwrap_or(3)))
                }
                (0x2A, Data::Out(_)) => Ok(Completion {
                    status: Status::CHECK_CONDITION,
                    transferred: 1,
                    sense: Some(SenseBytes::new(&[0x70, 0, 3])),
                }),
                _ => Err(TransportError::Gone),
            }
        }

        fn limits(&self) -> Limits {
            let one = NonZeroU32::MIN;
            Limits { page_aligned_transfer: one, transfer: one, alignment: one }
        }

        fn clock(&self) -> &dyn Clock {
            &*self.clock
        }
    }

    fn run(tracer: &impl Transport) {
        let inquiry = Cdb::six([0x12, 0, 0, 0, 8, 0]);
        tracer.execute(&inquiry, Data::In(&mut [0xA5; 8]), SECOND).expect("an answer");
        let write = Cdb::ten([0x2A, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        tracer.execute(&write, Data::Out(&[1, 2, 3]), SECOND).expect("sense");
        tracer.execute(&Cdb::six([0; 6]), Data::None, SECOND).expect_err("gone");
    }

    #[test]
    fn all_that_passes_is_in_the_recording() {
        let tracer = Tracer::new(Drive::default(), Vec::new(), Some("the drive"));
        run(&tracer);
        let recording = Recording::read(&tracer.finish().expect("memory")[..]).expect("what a tracer wrote");
        assert_eq!(recording.header.drive.as_deref(), Some("the drive"));
        let [inquiry, write, ready] = &recording.records[..] else { panic!("{recording:?}") };

        assert_eq!((inquiry.direction, inquiry.length), (Direction::In, 8));
        assert_eq!(inquiry.data, Payload::Bytes(vec![5, 0x80, 2]));
        assert_eq!(inquiry.outcome, Outcome::Completed(Completion::good(3)));
        assert_eq!((write.direction, &write.data), (Direction::Out, &Payload::Bytes(vec![1, 2, 3])));
        assert_eq!((write.at, write.took, write.timeout), (Duration::from_millis(5), Duration::from_millis(5), SECOND));
        assert!(matches!(&write.outcome, Outcome::Completed(Completion { sense: Some(_), transferred: 1, .. })));
        assert_eq!(ready.outcome, Outcome::Failed(Failure::Gone {}));
    }

    #[test]
    fn a_device_that_claims_too_much_is_recorded_with_what_there_was() {
        let drive = Drive { claims: Some(usize::MAX), ..Drive::default() };
        let tracer = Tracer::new(drive, Vec::new(), None);
        let inquiry = Cdb::six([0x12, 0, 0, 0, 8, 0]);
        let told = tracer.execute(&inquiry, Data::In(&mut [0xA5; 8]), SECOND).expect("an answer");
        assert_eq!(told, Completion::good(usize::MAX), "the caller hears what the device says");
        let recording = Recording::read(&tracer.finish().expect("memory")[..]).expect("what a tracer wrote");
        assert_eq!(recording.records[0].outcome, Outcome::Completed(Completion::good(8)));
        assert_eq!(recording.records[0].data, Payload::Bytes(vec![5, 0x80, 2, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5]));
    }

    #[test]
    fn a_line_tells_people_which_command_it_is() {
        let tracer = Tracer::new(Drive::default(), Vec::new(), None);
        run(&tracer);
        let text = String::from_utf8(tracer.finish().expect("memory")).expect("JSON");
        let line = text.lines().nth(1).expect("the first command");
        assert!(line.starts_with(r#"{"name":"INQUIRY","cdb":"12 00 00 00 08 00""#), "{line}");
    }

    #[test]
    fn much_data_are_a_digest_when_asked() {
        let tracer = Tracer::new(Drive::default(), Vec::new(), None).digest_above(2);
        run(&tracer);
        let recording = Recording::read(&tracer.finish().expect("memory")[..]).expect("what a tracer wrote");
        assert!(matches!(recording.records[0].data, Payload::Digest(_)));
        assert!(recording.records[1].data.is_of(&[1, 2, 3]));
    }

    /// Takes so many bytes and no more.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_does_not_disturb_the_drive() {
        let tracer = Tracer::new(Drive::default(), Full(300), None);
        run(&tracer);
        assert_eq!(tracer.finish().err().map(|error| error.kind()), Some(io::ErrorKind::StorageFull));
    }
}
