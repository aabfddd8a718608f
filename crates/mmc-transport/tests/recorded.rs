//! Commands that other programs sent, and their parameters: read into our types and written again, bit for bit.
//!
//! `fixtures/cdbs` says how they were recorded. One definition for both ends would hide a field in the wrong place; these
//! bytes come from outside.

use std::{collections::BTreeMap, fmt::Debug, fs, path::Path};

use imapi_mmc_transport::{Cdb, Submit, commands::Request};

/// What is not in the table of commands: opcode, and what it is.
const FOREIGN: [(u8, &str); 4] = [
    (0x01, "REZERO UNIT, of drives before MMC"),
    (0x3C, "READ BUFFER"),
    (0xA0, "REPORT LUNS"),
    (0xE5, "a maker's own, to ask for a track"),
];

/// READ TOC in the form that drives before MMC-2 knew: the format stands in the last byte. It is understood, and written
/// as it is today.
const OLDER_FORM: ([u8; 10], [u8; 10]) = ([0x43, 0, 0, 0, 0, 0, 0, 0, 12, 0x40], [0x43, 0, 1, 0, 0, 0, 0, 0, 12, 0]);

/// A command as it stands in a fixture.
struct Recorded {
    place: String,
    cdb: Cdb,
    parameters: Option<Vec<u8>>,
}

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    assert_eq!(digits.len() % 2, 0, "{text}");
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect(text)).collect()
}

fn recorded() -> Vec<Recorded> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cdbs");
    let mut all = Vec::new();
    for entry in fs::read_dir(&folder).expect("the fixtures") {
        let path = entry.expect("a fixture").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        for (number, line) in fs::read_to_string(&path).expect("text").lines().enumerate() {
            let bytes = line.split('#').next().unwrap_or_default().trim();
            if bytes.is_empty() {
                continue;
            }
            let (cdb, parameters) = match bytes.split_once('>') {
                Some((cdb, parameters)) => (cdb, Some(hex(parameters))),
                None => (bytes, None),
            };
            let place = format!("{name}:{}: {line}", number + 1);
            let cdb = Cdb::new(&hex(cdb)).unwrap_or_else(|e| panic!("{e}: {place}"));
            all.push(Recorded { place, cdb, parameters });
        }
    }
    all
}

#[test]
fn every_program_is_recorded_with_the_commands_that_matter() {
    let mut opcodes: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for recorded in recorded() {
        let program = recorded.place.split('.').next().expect("a name").to_string();
        opcodes.entry(program).or_default().push(recorded.cdb.opcode());
    }
    for (program, wanted) in [
        ("cdrdao", &[0x2A, 0x5D, 0x55, 0x51, 0x43][..]),
        ("cdrskin", &[0x2A, 0x5D, 0x55, 0xA1, 0x5B, 0x52]),
        ("growisofs", &[0x2A, 0x04, 0x23, 0x53, 0xAC, 0x5B]),
        ("readers", &[0xBE, 0x43]),
        ("sg3-utils", &[0x12, 0x46, 0x1E, 0x35]),
        ("wodim", &[0x2A, 0x5D, 0x55, 0xA1, 0x5B, 0xBB, 0x54]),
        ("xorriso", &[0x2A, 0x04, 0x23, 0xAC, 0xB6, 0x28]),
    ] {
        let found = opcodes.get(program).unwrap_or_else(|| panic!("{program} is not recorded"));
        for opcode in wanted {
            assert!(found.contains(opcode), "{program} never sent {opcode:02X}h");
        }
    }
}

#[test]
fn what_programs_send_is_read_and_written_bit_for_bit() {
    let mut wrong = Vec::new();
    for Recorded { place, cdb, .. } in recorded() {
        match Request::decode(&cdb) {
            None if FOREIGN.iter().any(|&(opcode, _)| opcode == cdb.opcode()) => {}
            None => wrong.push(format!("unknown: {place}")),
            Some(Err(field)) => wrong.push(format!("{field}: {place}")),
            Some(Ok(request)) => {
                let again = request.to_cdb();
                let older = (cdb.as_bytes(), again.as_bytes()) == (&OLDER_FORM.0[..], &OLDER_FORM.1[..]);
                if again.as_bytes() != cdb.as_bytes() && !older {
                    wrong.push(format!("{place}\n   became {again}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn same<S: Submit>(command: &S, sent: &[u8]) -> Option<String>
where
    S::Params: Debug,
{
    match command.decode_params(sent) {
        Err(bad) => Some(bad.to_string()),
        Ok(parameters) => {
            let again = S::encode_params(&parameters);
            (again != sent).then(|| format!("{parameters:?}\n   became {again:02x?}"))
        }
    }
}

#[test]
fn parameters_are_read_and_written_bit_for_bit() {
    use Request as R;
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for Recorded { place, cdb, parameters } in recorded() {
        let Some(sent) = parameters else { continue };
        let Some(Ok(request)) = Request::decode(&cdb) else { continue };
        let difference = match request {
            R::ModeSelect6(command) => same(&command, &sent),
            R::ModeSelect10(command) => same(&command, &sent),
            R::SendCueSheet(command) => same(&command, &sent),
            R::SetStreaming(command) => same(&command, &sent),
            R::FormatUnit(command) => same(&command, &sent),
            R::SendOpcInformation(command) => same(&command, &sent),
            R::SendDiscStructure(command) => same(&command, &sent),
            other => Some(format!("{other:?} should have no parameters")),
        };
        seen += 1;
        wrong.extend(difference.map(|difference| format!("{place}\n   {difference}")));
    }
    assert!(seen > 20, "only {seen} had parameters");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
