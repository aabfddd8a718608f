//! One [`Record`] as one line of JSON: what is written, and what is demanded of what is read.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Direction, Failure, Outcome, Payload, Record, failure::milliseconds, hex, name_of};
use crate::{Cdb, Completion, SenseBytes, Status};

/// The fields in the order in which people want to read them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    #[serde(default)]
    name: String,
    cdb: String,
    #[serde(default, skip_serializing_if = "is_none")]
    direction: Direction,
    #[serde(default, skip_serializing_if = "is_zero")]
    length: usize,
    #[serde(default, skip_serializing_if = "is_zero")]
    transferred: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sense: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<Failure>,
    at_us: u64,
    took_us: u64,
    timeout_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_none(direction: &Direction) -> bool {
    *direction == Direction::None
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl From<&Record> for Line {
    fn from(record: &Record) -> Self {
        let (status, sense, error) = match &record.outcome {
            Outcome::Completed(completion) => {
                let sense = completion.sense.map(|sense| hex::spaced(sense.as_bytes()));
                (Some(completion.status.0), sense, None)
            }
            Outcome::Failed(failure) => (None, None, Some(failure.clone())),
        };
        let (digest, data) = match &record.data {
            Payload::Bytes(bytes) if bytes.is_empty() => (None, None),
            Payload::Bytes(bytes) => (None, Some(hex::dense(bytes))),
            Payload::Digest(digest) => (Some(format!("{digest:016x}")), None),
        };
        Self {
            name: name_of(&record.cdb).to_owned(),
            cdb: record.cdb.to_string(),
            direction: record.direction,
            length: record.length,
            transferred: record.outcome.transferred(),
            status,
            sense,
            error,
            at_us: microseconds(record.at),
            took_us: microseconds(record.took),
            timeout_ms: milliseconds(record.timeout),
            digest,
            data,
        }
    }
}

impl Line {
    /// The record, or what is wrong with the line.
    pub(super) fn into_record(self) -> Result<Record, String> {
        let bytes = hex::parse(&self.cdb).ok_or("the command is not hexadecimal bytes")?;
        let cdb = Cdb::new(&bytes).map_err(|error| error.to_string())?;
        let data = self.payload()?;
        let outcome = match (self.status, self.error) {
            (Some(status), None) => Outcome::Completed(Completion {
                status: Status(status),
                transferred: self.transferred,
                sense: self.sense.as_deref().map(sense).transpose()?,
            }),
            (None, Some(failure)) if self.transferred == 0 && self.sense.is_none() => Outcome::Failed(failure),
            (None, Some(_)) => return Err("a command with an error has neither sense nor transferred bytes".into()),
            _ => return Err("a command has either a status or an error".into()),
        };
        Ok(Record {
            at: Duration::from_micros(self.at_us),
            took: Duration::from_micros(self.took_us),
            timeout: Duration::from_millis(self.timeout_ms),
            cdb,
            direction: self.direction,
            length: self.length,
            data,
            outcome,
        })
    }

    fn payload(&self) -> Result<Payload, String> {
        if self.transferred > self.length {
            return Err(format!("{} bytes were transferred where {} were offered", self.transferred, self.length));
        }
        let must = match self.direction {
            Direction::None if self.length > 0 => return Err("a command without direction has no length".into()),
            Direction::None | Direction::In => self.transferred,
            Direction::Out => self.length,
        };
        match (&self.data, &self.digest) {
            (Some(_), Some(_)) => Err("data and digest exclude each other".into()),
            (None, Some(digest)) => {
                let digest = u64::from_str_radix(digest, 16).map_err(|_| "the digest is not a hexadecimal number")?;
                Ok(Payload::Digest(digest))
            }
            (data, None) => {
                let bytes = hex::parse(data.as_deref().unwrap_or("")).ok_or("the data are not hexadecimal bytes")?;
                if bytes.len() == must {
                    Ok(Payload::Bytes(bytes))
                } else {
                    Err(format!("the data have {} bytes where there must be {must}", bytes.len()))
                }
            }
        }
    }
}

fn sense(text: &str) -> Result<SenseBytes, String> {
    let bytes = hex::parse(text).ok_or("the sense is not hexadecimal bytes")?;
    if bytes.len() > SenseBytes::LONGEST {
        return Err(format!("the sense has {} bytes; {} are kept", bytes.len(), SenseBytes::LONGEST));
    }
    Ok(SenseBytes::new(&bytes))
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Record, String> {
        serde_json::from_str::<Line>(text).map_err(|error| error.to_string())?.into_record()
    }

    /// The line of the manual, written by hand.
    #[test]
    fn a_line_is_the_record_and_the_record_is_the_line() {
        let text = concat!(
            r#"{"name":"READ DISC INFORMATION","cdb":"51 00 00 00 00 00 00 00 04 00","direction":"in","length":4,"#,
            r#""transferred":3,"status":2,"sense":"70 00 01","at_us":17,"took_us":950,"timeout_ms":30000,"#,
            r#""data":"0020A5"}"#
        );
        let record = Record {
            at: Duration::from_micros(17),
            took: Duration::from_micros(950),
            timeout: Duration::from_secs(30),
            cdb: Cdb::ten([0x51, 0, 0, 0, 0, 0, 0, 0, 4, 0]),
            direction: Direction::In,
            length: 4,
            data: Payload::Bytes(vec![0x00, 0x20, 0xA5]),
            outcome: Outcome::Completed(Completion {
                status: Status::CHECK_CONDITION,
                transferred: 3,
                sense: Some(SenseBytes::new(&[0x70, 0, 1])),
            }),
        };
        assert_eq!(read(text), Ok(record.clone()));
        assert_eq!(serde_json::to_string(&Line::from(&record)).expect("plain data"), text);
    }

    #[test]
    fn what_cannot_be_is_refused_with_the_reason() {
        let tail = r#""at_us":0,"took_us":0,"timeout_ms":0}"#;
        for (fields, reason) in [
            (r#""cdb":"zz","status":0"#, "the command is not hexadecimal"),
            (r#""cdb":"12 00","status":0"#, "6 to 16 bytes, not 2"),
            (r#""cdb":"000000000000""#, "either a status or an error"),
            (r#""cdb":"000000000000","status":0,"error":{"kind":"gone"}"#, "either a status or an error"),
            (r#""cdb":"000000000000","status":0,"length":4"#, "without direction has no length"),
            (r#""cdb":"000000000000","status":0,"direction":"in","length":2,"transferred":3"#, "3 bytes were"),
            (r#""cdb":"000000000000","status":0,"direction":"in","length":2,"transferred":2,"data":"00""#, "have 1 b"),
            (r#""cdb":"000000000000","status":0,"direction":"out","length":2"#, "have 0 bytes where there must be 2"),
            (r#""cdb":"000000000000","status":0,"direction":"out","length":1,"data":"1""#, "data are not hex"),
            (r#""cdb":"000000000000","status":0,"data":"","digest":"00""#, "exclude each other"),
            (r#""cdb":"000000000000","status":0,"direction":"up""#, "unknown variant `up`"),
            (r#""cdb":"000000000000","status":300"#, "300"),
            (r#""cdb":"000000000000","status":0,"colour":1"#, "unknown field `colour`"),
            (r#""status":0"#, "missing field `cdb`"),
        ] {
            let said = read(&format!("{{{fields},{tail}")).expect_err(fields);
            assert!(said.contains(reason), "{fields}: {said}");
        }
    }

    prop_compose! {
        fn records()(
            times in any::<(u32, u32, u32)>(),
            cdb in prop::collection::vec(any::<u8>(), 6..=16),
            direction in prop::sample::select(vec![Direction::None, Direction::In, Direction::Out]),
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            more in 0_usize..4,
            digest in any::<Option<u64>>(),
            status in any::<u8>(),
            sense in prop::option::of(prop::collection::vec(any::<u8>(), 0..=64)),
            gone in any::<bool>(),
        ) -> Record {
            let (bytes, transferred, length) = match direction {
                Direction::None => (vec![], 0, 0),
                Direction::In if gone => (vec![], 0, bytes.len()),
                Direction::In => { let len = bytes.len(); (bytes, len, len + more) }
                Direction::Out => { let len = bytes.len(); (bytes, len.saturating_sub(more), len) }
            };
            Record {
                at: Duration::from_micros(times.0.into()),
                took: Duration::from_micros(times.1.into()),
                timeout: Duration::from_millis(times.2.into()),
                cdb: Cdb::new(&cdb).expect("6 to 16"),
                direction,
                length,
                data: digest.map_or(Payload::Bytes(bytes), Payload::Digest),
                outcome: if gone {
                    Outcome::Failed(Failure::Gone {})
                } else {
                    let sense = sense.map(|sense| SenseBytes::new(&sense));
                    Outcome::Completed(Completion { status: Status(status), transferred, sense })
                },
            }
        }
    }

    proptest! {
        #[test]
        fn every_record_survives(record in records()) {
            let text = serde_json::to_string(&Line::from(&record)).expect("plain data");
            prop_assert_eq!(read(&text), Ok(record));
        }
    }
}
