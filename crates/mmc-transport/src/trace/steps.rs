//! [`steps`]: what the commands of a recording did to a drive and its disc, in a few lines that people can read.
//!
//! Two programs that burn the same disc send different questions, poll at different times and cut the data differently;
//! what they do is told by far fewer commands. Those are the steps.

mod words;

use std::fmt;

use super::{Outcome, Payload, Record};
use crate::{Sense, commands::Request};

/// One thing that was done.
///
/// ```
/// use imapi_mmc_transport::trace::{Recording, steps};
///
/// let recorded = concat!(
///     r#"{"trace":"imapi-mmc","version":1,"limits":{"page_aligned_transfer":65536,"transfer":65536,"alignment":1}}"#, "\n",
///     r#"{"cdb":"00 00 00 00 00 00","status":0,"at_us":0,"took_us":9,"timeout_ms":30000}"#, "\n",
///     r#"{"cdb":"35 02 00 00 00 00 00 00 00 00","status":0,"at_us":9,"took_us":9,"timeout_ms":30000}"#, "\n",
/// );
/// let recording = Recording::read(recorded.as_bytes())?;
/// let steps: Vec<String> = steps(&recording.records).iter().map(ToString::to_string).collect();
/// assert_eq!(steps, ["SYNCHRONIZE CACHE, immediate"]);
/// # Ok::<(), imapi_mmc_transport::trace::TraceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which command; of several that are one step, of the first.
    pub opcode: u8,
    /// The command and what matters of its fields.
    pub text: String,
    /// Why it failed, where it did.
    pub failure: Option<String>,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match &self.failure {
            Some(failure) => write!(f, " -> {failure}"),
            None => Ok(()),
        }
    }
}

/// What was done.
///
/// - Questions are left out: what only asks or reads changes nothing. The one that is told is READ TRACK INFORMATION
///   before writing begins, since some drives know the next address only when they are asked.
/// - WRITEs that follow each other on the disc are one step.
/// - What is sent again, as a drive that was busy gets it, is one step, and ended as it ended at last.
/// - Of MODE SELECTs that nothing stands between, the last one counts.
#[must_use]
pub fn steps(records: &[Record]) -> Vec<Step> {
    let mut told = Telling::default();
    for record in records {
        told.add(record);
    }
    told.end_writing();
    told.steps
}

#[derive(Default)]
struct Telling {
    steps: Vec<Step>,
    writing: Option<Writing>,
    /// The drive was asked for a track since the last step.
    asked: bool,
}

/// WRITEs that are one step.
struct Writing {
    opcode: u8,
    streaming: bool,
    first: i64,
    /// The block behind the last one.
    next: i64,
    at_once: u32,
    failure: Option<String>,
}

impl Writing {
    fn step(&self) -> Step {
        let name = if self.opcode == 0x2A { "WRITE (10)" } else { "WRITE (12)" };
        let streaming = if self.streaming { ", streaming" } else { "" };
        let (first, count) = (self.first, self.next - self.first);
        let text = format!("{name}{streaming}, {count} blocks from {first} on, {} at once", self.at_once);
        Step { opcode: self.opcode, text, failure: self.failure.clone() }
    }
}

impl Telling {
    fn add(&mut self, record: &Record) {
        let request = Request::decode(&record.cdb).and_then(Result::ok);
        match &request {
            Some(Request::Write10(write)) => {
                self.write(record, false, write.start.0.into(), write.blocks.into());
            }
            Some(Request::Write12(write)) => {
                self.write(record, write.streaming, write.start.0.into(), write.blocks);
            }
            Some(Request::ReadTrackInformation(_)) => self.asked = true,
            Some(request) if words::only_asks(request) => {}
            request => {
                let bytes = match &record.data {
                    Payload::Bytes(bytes) => bytes.as_slice(),
                    Payload::Digest(_) => &[],
                };
                let text = match request {
                    Some(request) => words::of(request, bytes),
                    None => super::describe(&record.cdb),
                };
                self.end_writing();
                self.push(Step { opcode: record.cdb.opcode(), text, failure: failure(record) });
            }
        }
    }

    fn write(&mut self, record: &Record, streaming: bool, first: i64, blocks: u32) {
        let (opcode, failure) = (record.cdb.opcode(), failure(record));
        let next = first + i64::from(blocks);
        if let Some(writing) = &mut self.writing {
            let same = writing.opcode == opcode && writing.streaming == streaming;
            let again = writing.failure.is_some() && writing.next == next && same;
            if again || (same && writing.next == first && writing.failure.is_none()) {
                writing.next = next;
                writing.at_once = writing.at_once.max(blocks);
                writing.failure = failure;
                return;
            }
        }
        self.end_writing();
        if std::mem::take(&mut self.asked) {
            let text = "READ TRACK INFORMATION, for the next address".to_owned();
            self.push(Step { opcode: 0x52, text, failure: None });
        }
        self.writing = Some(Writing { opcode, streaming, first, next, at_once: blocks, failure });
    }

    fn end_writing(&mut self) {
        if let Some(writing) = self.writing.take() {
            self.push(writing.step());
        }
    }

    fn push(&mut self, step: Step) {
        self.asked = false;
        match self.steps.last_mut() {
            // Sent again, or a setting that came to nothing.
            Some(last) if last.text == step.text => *last = step,
            Some(last) if words::is_setting(last.opcode) && last.opcode == step.opcode => *last = step,
            _ => self.steps.push(step),
        }
    }
}

/// Why a command failed.
fn failure(record: &Record) -> Option<String> {
    let completion = match &record.outcome {
        Outcome::Failed(failure) => return Some(format!("{failure:?}")),
        Outcome::Completed(completion) => completion,
    };
    if completion.status == crate::Status::GOOD {
        return None;
    }
    let sense = completion.sense.and_then(|sense| Sense::decode(sense.as_bytes()).ok());
    Some(match sense {
        Some(sense) => {
            let deferred = if sense.deferred { ", deferred" } else { "" };
            format!("{:X}/{:02X}/{:02X}{deferred}", sense.key.nibble(), sense.asc, sense.ascq)
        }
        None => format!("{:?}", completion.status),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        Cdb, Command, Completion, Status,
        commands::{
            CloseFunction, CloseTrackSession, FormatDescriptor, FormatOptions, FormatParameters, FormatType,
            FormatUnit, ModeSelect10, ReadTrackInformation, SetStreaming, StreamingParameters, StreamingSpeed,
            SynchronizeCache, TestUnitReady, TrackAddress, Write10, Write12,
        },
        mode::{ModePage, ModeParameters, MultiSession, WriteParameters},
        trace::Direction,
    };
    use imapi_disc_types::Lba;

    fn record(cdb: Cdb, data: Vec<u8>, sense: Option<Sense>) -> Record {
        let completion = match sense {
            None => Completion::good(data.len()),
            Some(sense) => {
                Completion { status: Status::CHECK_CONDITION, transferred: 0, sense: Some(sense.to_bytes()) }
            }
        };
        Record {
            at: Duration::ZERO,
            took: Duration::ZERO,
            timeout: Duration::from_secs(30),
            cdb,
            direction: if data.is_empty() { Direction::None } else { Direction::Out },
            length: data.len(),
            data: Payload::Bytes(data),
            outcome: Outcome::Completed(completion),
        }
    }

    fn plain(command: &impl Command) -> Record {
        record(command.to_cdb(), Vec::new(), None)
    }

    fn told(records: &[Record]) -> Vec<String> {
        steps(records).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn writes_that_follow_each_other_are_one_step_and_a_gap_begins_another() {
        let write = |start, blocks| plain(&Write10::new(Lba(start), blocks));
        let asked = plain(&ReadTrackInformation::of(TrackAddress::Track(1)));
        let records = [asked, write(-150, 16), plain(&TestUnitReady), write(-134, 16), write(-118, 4), write(0, 32), {
            plain(&Write12::streaming(Lba(32), 32))
        }];
        assert_eq!(
            told(&records),
            [
                "READ TRACK INFORMATION, for the next address",
                "WRITE (10), 36 blocks from -150 on, 16 at once",
                "WRITE (10), 32 blocks from 0 on, 32 at once",
                "WRITE (12), streaming, 32 blocks from 32 on, 32 at once",
            ]
        );
    }

    #[test]
    fn what_is_sent_again_is_one_step_and_ends_as_it_ended_at_last() {
        let busy = Sense::new(crate::SenseKey::NotReady, 0x04, 0x08);
        let broken = Sense::new(crate::SenseKey::MediumError, 0x0C, 0x00).of_an_earlier_command();
        let write = |sense| record(Write10::new(Lba(0), 16).to_cdb(), Vec::new(), sense);
        let close = |sense| record(CloseTrackSession::track(3).to_cdb(), Vec::new(), sense);
        let records =
            [write(Some(busy)), write(Some(busy)), write(None), close(Some(busy)), plain(&TestUnitReady), close(None)];
        assert_eq!(
            told(&records),
            ["WRITE (10), 16 blocks from 0 on, 16 at once", "CLOSE TRACK/SESSION 001b, track 3, immediate"]
        );
        assert_eq!(told(&[write(Some(broken))]), ["WRITE (10), 16 blocks from 0 on, 16 at once -> 3/0C/00, deferred"]);
    }

    #[test]
    fn of_several_settings_the_last_one_counts() {
        let select = |page: WriteParameters, sense| {
            let parameters = ModeParameters::of([ModePage::WriteParameters(page)]);
            let command = ModeSelect10::carrying(&parameters);
            record(command.to_cdb(), <ModeSelect10 as crate::Submit>::encode_params(&parameters), sense)
        };
        let refused = Sense::new(crate::SenseKey::IllegalRequest, 0x26, 0x00);
        let records = [
            select(WriteParameters::sao(MultiSession::Final), Some(refused)),
            select(WriteParameters::dvd_incremental(MultiSession::Open), None),
            plain(&SynchronizeCache::all()),
        ];
        assert_eq!(
            told(&records),
            [
                "MODE SELECT (10): page 05h, packets, multi-session 11b, track mode 5, block type 8, BUFE, fixed packets of 16, link size 16",
                "SYNCHRONIZE CACHE, immediate",
            ]
        );
    }

    #[test]
    fn parameters_are_told_and_bytes_that_make_no_sense_counted() {
        let format = FormatParameters {
            options: FormatOptions { immediate: true, options_valid: true, ..FormatOptions::default() },
            descriptor: FormatDescriptor {
                blocks: u32::MAX,
                format: FormatType::DVD_PLUS_RW,
                subtype: 0,
                parameter: 1,
            },
        };
        let speed = StreamingParameters::Speed(StreamingSpeed::per_second(Lba(99), 1385, 2770));
        let records = [
            record(FormatUnit::default().to_cdb(), <FormatUnit as crate::Submit>::encode_params(&format), None),
            record(SetStreaming::speed().to_cdb(), <SetStreaming as crate::Submit>::encode_params(&speed), None),
            record(FormatUnit::default().to_cdb(), vec![1, 2], None),
            plain(&CloseTrackSession::of(CloseFunction::Disc).waiting()),
            record(Cdb::six([0xE5, 0, 0, 0, 0, 0]), Vec::new(), None),
        ];
        assert_eq!(
            told(&records),
            [
                "FORMAT UNIT: type 26h, sub-type 00b, all blocks, parameter 000001h, FOV, immediate",
                "SET STREAMING: writing 2770 kB in 1000 ms, reading 1385 kB in 1000 ms, blocks 0 to 99",
                "FORMAT UNIT: 2 bytes (invalid field in the parameters at byte 2)",
                "CLOSE TRACK/SESSION 110b",
                "unknown command (E5 00 00 00 00 00)",
            ]
        );
    }
}
