//! [`Case`]: a typed value, the bytes that our code makes of it, and what a program that knows nothing of us must read.

use std::collections::BTreeMap;

use imapi_mmc_transport::{Command, Query, Sense, Submit, commands::TestUnitReady, trace::Record};

use crate::tshark::{Fields, Parts, brought, dissect_all, number, refused, taken};

/// What a field must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    Number(i64),
    Text(String),
    /// It is there, and tshark 4.0 reads the wrong bits for it; another judges it.
    Misread,
}

macro_rules! numbers {
    ($($type:ty),*) => {
        $(impl From<$type> for Expected {
            fn from(number: $type) -> Self {
                Self::Number(number.into())
            }
        })*
    };
}

numbers!(bool, u8, u16, u32, i32, i64);

impl From<&str> for Expected {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Fields in the order in which they must come; of one name there may be many.
type Wanted = BTreeMap<&'static str, Vec<Expected>>;

/// One command, with what tshark must say of it.
#[derive(Clone)]
pub struct Case {
    name: String,
    record: Record,
    command: Wanted,
    data: Wanted,
    answer: Wanted,
}

impl Case {
    /// A command alone.
    pub fn of<C: Command>(command: &C) -> Self {
        Self::new(command, brought(&command.to_cdb(), &[])).opcode("scsi_mmc.opcode", C::OPCODE)
    }

    /// A command and its answer.
    pub fn query<Q: Query>(command: &Q, reply: &Q::Reply) -> Self {
        let record = brought(&command.to_cdb(), &command.encode_reply(reply));
        Self::new(command, record).opcode("scsi_mmc.opcode", Q::OPCODE)
    }

    /// A command and what it takes along.
    pub fn submit<S: Submit>(command: &S, params: &S::Params) -> Self {
        Self::new(command, taken(&command.to_cdb(), &S::encode_params(params))).opcode("scsi_mmc.opcode", S::OPCODE)
    }

    /// A command that is refused with these bytes of sense.
    pub fn refused(sense: &Sense, bytes: &[u8]) -> Self {
        let record = refused(&TestUnitReady.to_cdb(), bytes);
        Self::new(sense, record).says("scsi_mmc.opcode", TestUnitReady::OPCODE)
    }

    fn new(value: &impl std::fmt::Debug, record: Record) -> Self {
        let none = Wanted::new;
        Self { name: format!("{value:?}"), record, command: none(), data: none(), answer: none() }
    }

    fn opcode(self, name: &'static str, opcode: u8) -> Self {
        self.says(name, opcode)
    }

    /// The same, sent to a block device: the opcode has another name.
    pub fn of_block_device(mut self) -> Self {
        let opcode = self.command.remove("scsi_mmc.opcode").expect("every command has one");
        self.command.insert("scsi_sbc.opcode", opcode);
        self
    }

    /// All of these are fields of the data.
    pub fn has_all<V: Into<Expected> + Copy>(self, fields: &[(&'static str, V)]) -> Self {
        fields.iter().fold(self, |case, &(name, value)| case.has(name, value))
    }

    /// A field of the command.
    pub fn says(mut self, name: &'static str, value: impl Into<Expected>) -> Self {
        self.command.entry(name).or_default().push(value.into());
        self
    }

    /// A field of its data, whichever way they go.
    pub fn has(mut self, name: &'static str, value: impl Into<Expected>) -> Self {
        self.data.entry(name).or_default().push(value.into());
        self
    }

    /// A field of how it ended.
    pub fn answers(mut self, name: &'static str, value: impl Into<Expected>) -> Self {
        self.answer.entry(name).or_default().push(value.into());
        self
    }
}

/// True for what sums up other fields, or belongs to the connection and not to the command.
fn is_ours(name: &str) -> bool {
    let connection = ["scsi", "scsi.lun", "scsi.lun.address_mode", "scsi.inquiry.devtype", "scsi.status"];
    let times = ["scsi.request_frame", "scsi.response_frame", "scsi.time"];
    let sums = ["_tree", "flags", "control"];
    name.starts_with("scsi")
        && !connection.contains(&name)
        && !times.contains(&name)
        && !sums.iter().any(|end| name.ends_with(end))
}

/// Panics with all that tshark reads differently, and with all that it reads and nobody expected: so no field that it
/// knows is left unjudged.
#[track_caller]
pub fn must_agree(device: &str, cases: &[Case]) {
    let records: Vec<Record> = cases.iter().map(|case| case.record.clone()).collect();
    let mut wrong = Vec::new();
    for (case, found) in cases.iter().zip(dissect_all(device, &records)) {
        let Parts { command, data, answer } = found;
        let parts = [("command", &case.command, command), ("data", &case.data, data), ("answer", &case.answer, answer)];
        for (part, wanted, found) in parts {
            let differences = differences(wanted, &found, part == "command");
            if !differences.is_empty() {
                wrong.push(format!("{part} of {}\n  {}\n", case.name, differences.join("\n  ")));
            }
        }
    }
    assert!(wrong.is_empty(), "tshark reads it otherwise:\n{}", wrong.join("\n"));
}

fn differences(wanted: &Wanted, found: &Fields, whole: bool) -> Vec<String> {
    let mut differences = Vec::new();
    for (&name, values) in wanted {
        let read: &[String] = found.get(name).map_or(&[], Vec::as_slice);
        // JSON sorts the trees of descriptors by their names; other lists keep their order.
        let sorted = name.starts_with("scsi.sns.desc.");
        let any = |value: &Expected| read.iter().any(|text| is(text, value));
        let same = read.len() == values.len()
            && if sorted {
                values.iter().all(any)
            } else {
                read.iter().zip(values).all(|(text, value)| is(text, value))
            };
        if !same {
            differences.push(said(name, &read, &values));
        }
    }
    for (name, read) in found {
        let again = !whole && AGAIN.contains(&name.as_str());
        let nothing =
            CONTROL.iter().any(|start| name.starts_with(start)) && read.iter().all(|text| number(text) == Some(0));
        if is_ours(name) && !again && !nothing && !wanted.contains_key(name.as_str()) {
            differences.push(said(name, read, &"nothing expected"));
        }
    }
    differences
}

/// The byte that ends every command; we leave it zero.
const CONTROL: [&str; 2] = ["scsi.cdb.control.", "scsi.inquiry.control."];
/// What tshark knows from the command or an INQUIRY and repeats with the data and the answer.
const AGAIN: [&str; 4] = ["scsi_mmc.opcode", "scsi_sbc.opcode", "scsi.spc.opcode", "scsi_mmc.read_dvd.format"];

fn said(name: &str, read: &impl std::fmt::Debug, wanted: &impl std::fmt::Debug) -> String {
    format!("{name}: tshark reads {read:?}, meant was {wanted:?}")
}

fn is(text: &str, value: &Expected) -> bool {
    match value {
        Expected::Number(value) => number(text) == Some(*value),
        Expected::Text(value) => text == value,
        Expected::Misread => true,
    }
}
