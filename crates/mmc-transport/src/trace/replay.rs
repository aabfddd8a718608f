//! [`Replayer`]: a drive that answers as a recording says.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use imapi_disc_types::{Clock, ManualClock};
use imapi_errors::{Coded, Fact, HResult, Value, common};

use super::{Direction, Header, Outcome, Payload, Record, Recording, describe};
use crate::{Cdb, Completion, Data, Limits, Transport, TransportError};

/// Answers commands from a recording, and lets its clock run as the drive's did.
#[derive(Debug)]
pub struct Replayer {
    header: Header,
    records: Vec<Record>,
    matching: Matching,
    clock: Arc<ManualClock>,
    used: Mutex<Used>,
}

/// Which command of the recording answers the one that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// The next, which must be the same in every byte, with data of the same length and, on the way out, the same data.
    Strict,
    /// The first that was not used so far and has the same bytes as command. For programs that ask the same things in
    /// another order.
    ByCommand,
}

/// A recording without the data that would have to be played back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("command {number} of the recording brought data of which only a digest was kept")]
pub struct NotReplayable {
    /// Place in the recording, from 1.
    pub number: usize,
}

impl Coded for NotReplayable {
    fn code(&self) -> HResult {
        common::ERROR_NOT_SUPPORTED
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::Reason, Value::Text(self));
    }
}

#[derive(Debug)]
struct Used {
    each: Vec<bool>,
    /// All before this one are used.
    first_unused: usize,
}

impl Replayer {
    /// A drive that answers from this recording.
    pub fn new(recording: Recording, matching: Matching) -> Result<Self, NotReplayable> {
        let Recording { header, records } = recording;
        let without = |record: &Record| record.direction == Direction::In && matches!(record.data, Payload::Digest(_));
        if let Some(place) = records.iter().position(without) {
            return Err(NotReplayable { number: place + 1 });
        }
        let used = Mutex::new(Used { each: vec![false; records.len()], first_unused: 0 });
        Ok(Self { header, records, matching, clock: Arc::default(), used })
    }

    /// Its clock, to hold on to when the replayer itself is given away.
    #[must_use]
    pub fn manual_clock(&self) -> Arc<ManualClock> {
        Arc::clone(&self.clock)
    }

    /// How many commands of the recording were not sent so far.
    #[must_use]
    pub fn unused(&self) -> usize {
        self.used().each.iter().filter(|&&used| !used).count()
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place of the record that answers, or what is there instead.
    fn find(&self, used: &Used, cdb: &Cdb, data: &Data<'_>) -> Result<usize, String> {
        let next = used.first_unused;
        match self.matching {
            Matching::Strict => match self.records.get(next) {
                None => Err("at its end".to_owned()),
                Some(record) => difference(record, cdb, data).map_or(Ok(next), Err),
            },
            Matching::ByCommand => {
                let fits = |&place: &usize| {
                    let (record, used) = (&self.records[place], used.each[place]);
                    !used && record.cdb == *cdb && record.direction == Direction::of(data)
                };
                (next..self.records.len()).find(fits).ok_or_else(|| "without an unused command like it".to_owned())
            }
        }
    }
}

/// What the recording has, in words, when it is not what was sent.
fn difference(record: &Record, cdb: &Cdb, data: &Data<'_>) -> Option<String> {
    let recorded = describe(&record.cdb);
    if record.cdb != *cdb {
        Some(recorded)
    } else if record.direction != Direction::of(data) || record.length != data.len() {
        Some(match record.direction {
            Direction::None => format!("{recorded} without data"),
            Direction::In => format!("{recorded} with room for {} bytes", record.length),
            Direction::Out => format!("{recorded} with {} bytes of data", record.length),
        })
    } else {
        match data {
            Data::Out(bytes) if !record.data.is_of(bytes) => Some(format!("{recorded} with other data")),
            _ => None,
        }
    }
}

impl Transport for Replayer {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, _timeout: Duration) -> Result<Completion, TransportError> {
        let mut used = self.used();
        let place = self.find(&used, cdb, &data).map_err(|expected| TransportError::NotRecorded {
            number: used.first_unused + 1,
            expected,
            found: format!("{} with {} bytes", describe(cdb), data.len()),
        })?;
        used.each[place] = true;
        while used.each.get(used.first_unused) == Some(&true) {
            used.first_unused += 1;
        }
        let record = &self.records[place];
        self.clock.advance(record.took);
        let mut completion = match &record.outcome {
            Outcome::Completed(completion) => completion.clone(),
            Outcome::Failed(failure) => return Err(failure.to_error(cdb.opcode())),
        };
        // A buffer that is smaller than the recorded one gets less, as from a drive.
        completion.transferred = completion.transferred.min(data.len());
        if let (Data::In(buffer), Payload::Bytes(bytes)) = (data, &record.data) {
            let len = buffer.len().min(bytes.len());
            buffer[..len].copy_from_slice(&bytes[..len]);
        }
        Ok(completion)
    }

    fn limits(&self) -> Limits {
        self.header.limits
    }

    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Status, trace::Failure};

    const SECOND: Duration = Duration::from_secs(1);
    const READY: &str =
        r#"{"cdb":"00 00 00 00 00 00","status":2,"sense":"70 00 02","at_us":0,"took_us":5000,"timeout_ms":1}"#;
    const INQUIRY: &str = concat!(
        r#"{"cdb":"12 00 00 00 08 00","direction":"in","length":8,"transferred":3,"status":0,"#,
        r#""at_us":0,"took_us":7000,"timeout_ms":1,"data":"058002"}"#
    );
    const WRITE: &str = concat!(
        r#"{"cdb":"2A 00 00 00 00 00 00 00 01 00","direction":"out","length":2,"transferred":2,"status":0,"#,
        r#""at_us":0,"took_us":0,"timeout_ms":1,"data":"ABCD"}"#
    );

    fn replayer(lines: &[&str], matching: Matching) -> Replayer {
        let header =
            r#"{"trace":"imapi-mmc","version":1,"limits":{"page_aligned_transfer":9,"transfer":8,"alignment":1}}"#;
        let text = format!("{header}\n{}", lines.join("\n"));
        Replayer::new(Recording::read(text.as_bytes()).expect("a recording"), matching).expect("with its data")
    }

    fn ready() -> Cdb {
        Cdb::six([0; 6])
    }

    fn inquiry() -> Cdb {
        Cdb::six([0x12, 0, 0, 0, 8, 0])
    }

    fn write() -> Cdb {
        Cdb::ten([0x2A, 0, 0, 0, 0, 0, 0, 0, 1, 0])
    }

    #[test]
    fn a_recording_answers_as_the_drive_did_and_time_goes_by() {
        let drive = replayer(&[READY, INQUIRY, WRITE], Matching::Strict);
        let refused = drive.execute(&ready(), Data::None, SECOND).expect("sense");
        assert_eq!(refused.status, Status::CHECK_CONDITION);
        assert_eq!(refused.sense.expect("sense").as_bytes(), [0x70, 0, 2]);
        let mut buffer = [0xA5; 8];
        assert_eq!(drive.execute(&inquiry(), Data::In(&mut buffer), SECOND).expect("data"), Completion::good(3));
        assert_eq!(buffer, [5, 0x80, 2, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5]);
        assert_eq!(drive.clock().now(), Duration::from_millis(12));
        assert_eq!((drive.unused(), drive.limits().transfer.get()), (1, 8));
    }

    fn refused(drive: &Replayer, cdb: &Cdb, data: Data<'_>) -> String {
        drive.execute(cdb, data, SECOND).expect_err("not recorded").to_string()
    }

    #[test]
    fn strictly_every_difference_is_told_with_its_place() {
        let drive = replayer(&[INQUIRY, WRITE], Matching::Strict);
        let recorded = "command 1 of the recording is INQUIRY (12 00 00 00 08 00)";
        assert_eq!(
            refused(&drive, &ready(), Data::None),
            format!("{recorded}, not TEST UNIT READY (00 00 00 00 00 00) with 0 bytes")
        );
        assert!(
            refused(&drive, &inquiry(), Data::In(&mut [0; 7]))
                .starts_with(&format!("{recorded} with room for 8 bytes"))
        );
        assert!(
            refused(&drive, &inquiry(), Data::Out(&[0; 8])).starts_with(&format!("{recorded} with room for 8 bytes"))
        );
        drive.execute(&inquiry(), Data::In(&mut [0; 8]), SECOND).expect("it is still there");
        assert!(
            refused(&drive, &write(), Data::Out(&[0xAB, 0])).contains("command 2 of the recording is WRITE (10) (2A")
        );
        assert!(refused(&drive, &write(), Data::Out(&[0xAB, 0])).contains("with other data"));
        drive.execute(&write(), Data::Out(&[0xAB, 0xCD]), SECOND).expect("the same data");
        assert!(refused(&drive, &ready(), Data::None).starts_with("command 3 of the recording is at its end"));
    }

    #[test]
    fn by_command_the_order_does_not_matter_but_each_answer_is_given_once() {
        let drive = replayer(&[READY, INQUIRY, WRITE], Matching::ByCommand);
        drive.execute(&write(), Data::Out(&[9]), SECOND).expect("data are not compared");
        drive.execute(&ready(), Data::None, SECOND).expect("the first");
        let mut small = [0; 2];
        assert_eq!(drive.execute(&inquiry(), Data::In(&mut small), SECOND).expect("data").transferred, 2);
        assert_eq!((small, drive.unused()), ([5, 0x80], 0));
        let error = drive.execute(&ready(), Data::None, SECOND).expect_err("used up");
        assert!(error.to_string().contains("without an unused command like it"), "{error}");
    }

    #[test]
    fn an_error_is_played_back_as_one() {
        let gone = r#"{"cdb":"00 00 00 00 00 00","error":{"kind":"gone"},"at_us":0,"took_us":1,"timeout_ms":1}"#;
        let drive = replayer(&[gone], Matching::Strict);
        let error = drive.execute(&ready(), Data::None, SECOND).expect_err("gone");
        assert_eq!(Failure::of(&error), Failure::Gone {});
    }

    #[test]
    fn data_of_which_only_a_digest_is_there_cannot_be_played_back() {
        let digest = INQUIRY.replace(r#""data":"058002""#, r#""digest":"01""#);
        let header =
            r#"{"trace":"imapi-mmc","version":1,"limits":{"page_aligned_transfer":9,"transfer":8,"alignment":1}}"#;
        let text = format!("{header}\n{READY}\n{digest}");
        let recording = Recording::read(text.as_bytes()).expect("a recording");
        assert_eq!(Replayer::new(recording, Matching::Strict).err(), Some(NotReplayable { number: 2 }));
    }
}
