//! [`dissect`]: what tshark, which knows nothing of us, reads in a command and its data.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::{collections::BTreeMap, fs::File, process::Command, time::Duration};

use imapi_mmc_transport::{
    Cdb, Completion, SenseBytes, Status,
    capture::Capture,
    trace::{Direction, Outcome, Payload, Record},
};
use serde_json::Value;

/// The fields that tshark found: name to the values, in the order in which they came.
pub type Fields = BTreeMap<String, Vec<String>>;

/// INQUIRY data of a CD/DVD drive; says to tshark what the other commands mean.
pub const INQUIRY_DATA: [u8; 36] = *b"\x05\x80\x05\x02\x1F\0\0\0IMAPI   Virtual Drive   1.00";

/// What tshark says of a command that brought these data.
pub fn dissect(cdb: &Cdb, data_in: &[u8]) -> Fields {
    dissect_record(&brought(cdb, data_in))
}

/// What tshark says of a command that took these data along.
pub fn dissect_out(cdb: &Cdb, data_out: &[u8]) -> Fields {
    dissect_record(&taken(cdb, data_out))
}

/// What tshark says of a command that ended with this sense.
pub fn dissect_refused(cdb: &Cdb, sense: &[u8]) -> Fields {
    dissect_record(&refused(cdb, sense))
}

/// Panics unless tshark found each of these fields with that value.
#[track_caller]
pub fn must_have(fields: &Fields, expected: &[(&str, i64)]) {
    for (name, value) in expected {
        let found = fields.get(*name).unwrap_or_else(|| panic!("tshark found no {name}: {fields:#?}"));
        assert!(found.iter().any(|text| number(text) == Some(*value)), "{name} must be {value}, not {found:?}");
    }
}

fn record(cdb: &Cdb, direction: Direction, data: &[u8], sense: Option<&[u8]>) -> Record {
    Record {
        at: Duration::from_secs(1),
        took: Duration::from_millis(1),
        timeout: Duration::from_secs(30),
        cdb: *cdb,
        direction: if data.is_empty() { Direction::None } else { direction },
        length: data.len(),
        data: Payload::Bytes(data.to_vec()),
        outcome: Outcome::Completed(Completion {
            status: if sense.is_some() { Status::CHECK_CONDITION } else { Status::GOOD },
            transferred: data.len(),
            sense: sense.map(SenseBytes::new),
        }),
    }
}

/// Data that came, with the command that asked for them.
pub fn brought(cdb: &Cdb, data: &[u8]) -> Record {
    record(cdb, Direction::In, data, None)
}

/// Data that went, with the command that took them along.
pub fn taken(cdb: &Cdb, data: &[u8]) -> Record {
    record(cdb, Direction::Out, data, None)
}

/// A command that ended with this sense.
pub fn refused(cdb: &Cdb, sense: &[u8]) -> Record {
    record(cdb, Direction::None, &[], Some(sense))
}

/// What tshark says of one command, part by part: a field of the same name may stand in several.
#[derive(Debug, Default)]
pub struct Parts {
    pub command: Fields,
    /// Of the data, whichever way they went.
    pub data: Fields,
    pub answer: Fields,
}

/// What tshark says of many commands, in one run. The device is a `Multimedia Device` or a `Block Device`.
pub fn dissect_all(device: &str, records: &[Record]) -> Vec<Parts> {
    let packets = packets(device, "iscsi", records);
    let mut all: Vec<Parts> = records.iter().map(|_| Parts::default()).collect();
    for packet in packets.as_array().expect("a list of packets") {
        let mut fields = Fields::new();
        collect(packet, &mut fields);
        let tag = number(&fields["iscsi.initiatortasktag"][0]).expect("a number");
        let parts =
            usize::try_from(tag - 1).ok().and_then(|place| all.get_mut(place)).expect("the number of a command");
        let part = match number(&fields["iscsi.opcode"][0]) {
            Some(0x01) => &mut parts.command,
            Some(0x05 | 0x25) => &mut parts.data,
            Some(0x21) => &mut parts.answer,
            other => panic!("an iSCSI packet of no kind that we send: {other:?}"),
        };
        for (name, values) in of_scsi(fields) {
            part.entry(name).or_default().extend(values);
        }
    }
    all
}

fn dissect_record(asked: &Record) -> Fields {
    let inquiry = brought(&Cdb::six([0x12, 0, 0, 0, 36, 0]), &INQUIRY_DATA);
    // The INQUIRY is the first task; fields of the second are those that were asked for.
    let packets = packets("Multimedia Device", "iscsi.initiatortasktag == 2", &[inquiry, asked.clone()]);
    let mut fields = Fields::new();
    collect(&packets, &mut fields);
    of_scsi(fields)
}

fn packets(device: &str, filter: &str, records: &[Record]) -> Value {
    let folder = tempfile::tempdir().expect("a folder for the capture");
    let path = folder.path().join("commands.pcap");
    let mut capture = Capture::new(File::create(&path).expect("a file")).expect("room on the disk");
    for record in records {
        capture.add(record).expect("room on the disk");
    }
    capture.finish().expect("room on the disk");
    let output = Command::new("tshark")
        .arg("-r")
        .arg(path)
        .args(["-o", &format!("scsi.decode_scsi_messages_as:{device}")])
        .args(["-Y", filter, "-T", "json", "--no-duplicate-keys"])
        .output()
        .unwrap_or_else(|error| {
            panic!("this test needs tshark ({error}): apt-get install -y --no-install-recommends tshark")
        });
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The fields that the dissectors of SCSI found; panics when they gave up.
fn of_scsi(mut fields: Fields) -> Fields {
    assert!(fields.contains_key("scsi.lun"), "tshark sees no SCSI in it: {fields:#?}");
    assert!(!fields.contains_key("_ws.malformed"), "tshark calls it malformed: {fields:#?}");
    fields.retain(|name, _| name.starts_with("scsi") || name.starts_with("iscsi.scsi"));
    fields
}

/// Flattens the tree of the layers: the name of a field tells its layer anyway.
fn collect(value: &Value, fields: &mut Fields) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, fields)),
        Value::Object(members) => {
            for (name, value) in members {
                let found = fields.entry(name.clone()).or_default();
                let each = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                found.extend(each.iter().filter_map(Value::as_str).map(str::to_owned));
                for value in each {
                    collect(value, fields);
                }
            }
        }
        _ => {}
    }
}

/// tshark prints numbers in decimal or with 0x, truths as 0 and 1.
pub fn number(text: &str) -> Option<i64> {
    text.strip_prefix("0x").map_or_else(|| text.parse().ok(), |digits| i64::from_str_radix(digits, 16).ok())
}
