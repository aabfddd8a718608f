//! [`Recording`]: a whole recording, read back.

use std::{
    io::{self, BufRead, Write},
    num::NonZeroU32,
};

use serde::{Deserialize, Serialize};

use super::{Record, TraceError, line::Line};
use crate::Limits;

const MARK: &str = "imapi-mmc";
const VERSION: u64 = 1;

/// What is known of all commands of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The drive, where its name was known.
    pub drive: Option<String>,
    /// What one command could carry.
    pub limits: Limits,
}

/// A recording: the header, and the commands in the order in which the device had them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The first line.
    pub header: Header,
    /// All others.
    pub records: Vec<Record>,
}

impl Recording {
    /// Reads a recording to its end.
    pub fn read(mut from: impl BufRead) -> Result<Self, TraceError> {
        let mut header = None;
        let mut records = Vec::new();
        let mut bytes = Vec::new();
        let mut line = 0;
        loop {
            line += 1;
            bytes.clear();
            if from.read_until(b'\n', &mut bytes).map_err(|source| TraceError::Read { line, source })? == 0 {
                break;
            }
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            if header.is_none() {
                header = Some(parse_header(&bytes, line)?);
            } else {
                records.push(parse_record(&bytes, line)?);
            }
        }
        header.map(|header| Self { header, records }).ok_or(TraceError::NotARecording { line })
    }

    /// Writes it, as a tracer would have.
    pub fn write(&self, mut to: impl Write) -> io::Result<()> {
        to.write_all(&self.header.to_line()?)?;
        for record in &self.records {
            to.write_all(&record.to_line()?)?;
        }
        to.flush()
    }
}

#[derive(Deserialize)]
struct Mark {
    trace: String,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderLine {
    trace: String,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    drive: Option<String>,
    limits: LimitsLine,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsLine {
    page_aligned_transfer: NonZeroU32,
    transfer: NonZeroU32,
    alignment: NonZeroU32,
}

fn parse_header(bytes: &[u8], line: usize) -> Result<Header, TraceError> {
    // Mark and version first: a later version may have other fields.
    let mark: Mark = serde_json::from_slice(bytes).map_err(|_| TraceError::NotARecording { line })?;
    if mark.trace != MARK {
        return Err(TraceError::NotARecording { line });
    }
    if mark.version != VERSION {
        return Err(TraceError::Version { found: mark.version, expected: VERSION });
    }
    let header: HeaderLine = serde_json::from_slice(bytes).map_err(|source| TraceError::Syntax { line, source })?;
    let LimitsLine { page_aligned_transfer, transfer, alignment } = header.limits;
    if !alignment.is_power_of_two() {
        return Err(TraceError::Invalid { line, what: format!("an alignment of {alignment} is no power of two") });
    }
    Ok(Header { drive: header.drive, limits: Limits { page_aligned_transfer, transfer, alignment } })
}

fn parse_record(bytes: &[u8], line: usize) -> Result<Record, TraceError> {
    let parsed: Line = serde_json::from_slice(bytes).map_err(|source| TraceError::Syntax { line, source })?;
    parsed.into_record().map_err(|what| TraceError::Invalid { line, what })
}

impl Header {
    pub(super) fn to_line(&self) -> io::Result<Vec<u8>> {
        let Limits { page_aligned_transfer, transfer, alignment } = self.limits;
        to_line(&HeaderLine {
            trace: MARK.to_owned(),
            version: VERSION,
            drive: self.drive.clone(),
            limits: LimitsLine { page_aligned_transfer, transfer, alignment },
        })
    }
}

impl Record {
    pub(super) fn to_line(&self) -> io::Result<Vec<u8>> {
        to_line(&Line::from(self))
    }
}

fn to_line(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use imapi_errors::{Coded, common};
    use proptest::prelude::*;

    use super::*;
    use crate::Cdb;

    const HEADER: &str = concat!(
        r#"{"trace":"imapi-mmc","version":1,"drive":"/dev/sr0","#,
        r#""limits":{"page_aligned_transfer":65536,"transfer":61440,"alignment":1}}"#,
        "\n"
    );
    const READY: &str = concat!(
        r#"{"name":"TEST UNIT READY","cdb":"00 00 00 00 00 00","status":0,"#,
        r#""at_us":17,"took_us":950,"timeout_ms":30000}"#,
        "\n"
    );

    #[test]
    fn a_recording_is_read_and_written_back() {
        let text = format!("{HEADER}{READY}{READY}");
        let recording = Recording::read(text.as_bytes()).expect("two commands");
        assert_eq!(recording.header.drive.as_deref(), Some("/dev/sr0"));
        assert_eq!(recording.header.limits.transfer.get(), 61_440);
        assert_eq!(recording.records.len(), 2);
        assert_eq!(recording.records[1].cdb, Cdb::six([0; 6]));
        let mut written = Vec::new();
        recording.write(&mut written).expect("memory");
        assert_eq!(String::from_utf8(written).expect("JSON"), text);
    }

    #[test]
    fn empty_lines_and_a_missing_last_end_of_line_do_not_matter() {
        let text = format!("\n{HEADER}\r\n  \n{}", READY.trim_end());
        assert_eq!(Recording::read(text.as_bytes()).expect("one command").records.len(), 1);
    }

    #[test]
    fn an_error_names_the_line() {
        for (text, said) in [
            (String::new(), "line 1 is not the header of a recording of commands"),
            ("\n\n[1]\n".to_owned(), "line 3 is not the header of a recording of commands"),
            (READY.to_owned(), "line 1 is not the header of a recording of commands"),
            (HEADER.replace("imapi-mmc", "imapi-net"), "line 1 is not the header of a recording of commands"),
            (HEADER.replace(":1,", ":2,\"new\":0,"), "the recording is of version 2; this program reads version 1"),
            (HEADER.replace("drive", "device"), "line 1 of the recording is not in order"),
            (HEADER.replace("61440", "0"), "line 1 of the recording is not in order"),
            (
                HEADER.replace(r#""alignment":1"#, r#""alignment":3"#),
                "line 1 of the recording: an alignment of 3 is no power of two",
            ),
            (format!("{HEADER}{READY}{}", &READY[..40]), "line 3 of the recording is not in order"),
            (format!("{HEADER}\n{HEADER}"), "line 3 of the recording is not in order"),
            (
                format!("{HEADER}{}", READY.replace("00 00 00 00 00 00", "00 00")),
                "line 2 of the recording: a command has 6 to 16 bytes, not 2",
            ),
        ] {
            let error = Recording::read(text.as_bytes()).expect_err(&text);
            assert_eq!(error.to_string(), said, "{text}");
        }
    }

    #[test]
    fn a_damaged_recording_is_a_damaged_file() {
        let error = Recording::read(&b"{}"[..]).expect_err("no header");
        assert_eq!(error.code(), common::ERROR_FILE_CORRUPT);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Recording::read(&bytes[..]);
            let _ = Recording::read([HEADER.as_bytes(), &bytes].concat().as_slice());
        }

        #[test]
        fn no_damage_makes_the_reader_panic(at in 0_usize..220, byte in any::<u8>()) {
            let mut bytes = format!("{HEADER}{READY}").into_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = Recording::read(&bytes[..]);
        }
    }
}
