//! Sense, in both forms: every field, every key, every title.

use imapi_mmc_transport::{
    InvalidField, Marks, Progress, Sense, SenseKey, Specific,
    sense::{NAMES, name},
};

use crate::{case::Case, each_bit, outsiders::ask};

fn values() -> Vec<Sense> {
    let base = Sense {
        information: Some(0x0102_0304),
        command_specific: 0x0506_0708,
        replaceable_unit: 0x42,
        ..Sense::new(SenseKey::IllegalRequest, 0x24, 0x00)
    };
    let fields = [InvalidField::cdb_bit(0x0102, 5), InvalidField::data(0x0304), InvalidField::data_bit(7, 0)];
    let mut values: Vec<Sense> = fields.map(|field| Sense { information: Some(1), ..Sense::from(field) }).into();
    values.extend(each_bit().map(|[filemark, end_of_medium, incorrect_length]| Sense {
        marks: Marks { filemark, end_of_medium, incorrect_length },
        ..base
    }));
    values.push(Sense {
        deferred: true,
        specific: Some(Specific::Progress(Progress(0x1234))),
        ..Sense::new(SenseKey::NotReady, 0x04, 0x07)
    });
    values.push(Sense { specific: Some(Specific::Retries(0x5678)), ..Sense::new(SenseKey::MediumError, 0x11, 0x05) });
    values.extend(SenseKey::ALL.map(|key| Sense::new(key, 0x00, 0x00)));
    values
}

pub fn cases() -> Vec<Case> {
    let values = values();
    let mut cases: Vec<Case> = values.iter().map(fixed).collect();
    cases.extend(values.iter().map(descriptors));
    cases
}

fn fixed(sense: &Sense) -> Case {
    let response = if sense.deferred { 0x71 } else { 0x70 };
    let case = with_sense(sense, &sense.to_fixed(), response)
        .answers("scsi.sns.asc", sense.asc)
        .answers("scsi.sns.ascq", sense.ascq)
        // tshark shows the whole byte.
        .answers("scsi.sns.valid", response | if sense.information.is_some() { 0x80 } else { 0 })
        .answers("scsi.sns.info", i64::try_from(sense.information.unwrap_or(0)).expect("a block"))
        .answers("scsi.sns.addlen", 10)
        .answers("scsi.sns.filemark", sense.marks.filemark)
        .answers("scsi.sns.eom", sense.marks.end_of_medium)
        .answers("scsi.sns.ili", sense.marks.incorrect_length)
        .answers("scsi.sns.fru", sense.replaceable_unit)
        .answers(
            "scsi.sns.command_specific_information",
            if sense.command_specific == 0 { "00:00:00:00" } else { "05:06:07:08" },
        );
    if sense.specific.is_some() {
        specific(case, sense)
    } else {
        case.answers("scsi.sns.sksv", 0).answers("scsi.sns.sks_info", 0)
    }
}

/// Of the descriptors tshark reads the kinds and lengths, and the bytes that depend on the key.
fn descriptors(sense: &Sense) -> Case {
    let marks = sense.marks;
    let present = [
        (sense.information.is_some(), 0x00, 10),
        (sense.command_specific != 0, 0x01, 10),
        (sense.specific.is_some(), 0x02, 6),
        (sense.replaceable_unit != 0, 0x03, 2),
        (marks.filemark || marks.end_of_medium, 0x04, 2),
        (marks.incorrect_length, 0x05, 2),
    ];
    let present = || present.into_iter().filter(|(present, ..)| *present);
    let total: i64 = present().map(|(.., length)| 2 + length).sum();
    let response = if sense.deferred { 0x73 } else { 0x72 };
    let case = with_sense(sense, &sense.to_descriptors(), response).answers("scsi.sns.addlen", total);
    let case = present().fold(case, |case, (_, kind, length)| {
        case.answers("scsi.sns.desc.type", kind).answers("scsi.sns.desc.length", length)
    });
    if sense.specific.is_some() { specific(case, sense) } else { case }
}

fn with_sense(sense: &Sense, bytes: &[u8], response: i64) -> Case {
    Case::refused(sense, bytes)
        .answers("iscsi.scsiresponse.status", 2)
        .answers("scsi.sns.errtype", response)
        .answers("scsi.sns.key", sense.key.nibble())
        .answers("scsi.sns.ascascq", i64::from(sense.asc) << 8 | i64::from(sense.ascq))
}

fn specific(case: Case, sense: &Sense) -> Case {
    let case = case.answers("scsi.sns.sksv", 1);
    match sense.specific {
        Some(Specific::Progress(Progress(word)) | Specific::Retries(word)) => case.answers("scsi.sns.sks_info", word),
        Some(Specific::Field(field)) => {
            let flags = i64::from(field.in_cdb) << 6 | field.bit.map_or(0, |bit| i64::from(bit) | 8);
            case.answers("scsi.sns.sks_info", flags << 16 | i64::from(field.byte))
                .answers("scsi.sns.sks.fp.cd", field.in_cdb)
                .answers("scsi.sns.sks.fp.bpv", field.bit.is_some())
                .answers("scsi.sns.sks.fp.bit", field.bit.unwrap_or(0))
                .answers("scsi.sns.sks.fp.field", field.byte)
        }
        _ => case,
    }
}

/// What sg3-utils prints, in capitals as the standard has its titles.
fn decoded(bytes: &[u8]) -> String {
    ask("sg_decode_sense", "sg3-utils", &["--file=-"], bytes).to_uppercase()
}

#[test]
fn sg_decode_sense_reads_both_forms_as_they_are_meant() {
    for sense in values() {
        for (form, bytes) in [("FIXED", sense.to_fixed().to_vec()), ("DESCRIPTOR", sense.to_descriptors())] {
            let said = decoded(&bytes);
            for words in words(&sense, form) {
                assert!(said.contains(&words), "no «{words}» in what it says of {sense:?}:\n{said}");
            }
        }
    }
}

fn words(sense: &Sense, form: &str) -> Vec<String> {
    let fixed = form == "FIXED";
    let time = if sense.deferred { "<<<DEFERRED>>>" } else { "CURRENT" };
    // It gives these keys other names, or none.
    let key = match sense.key {
        SenseKey::VendorSpecific => "VENDOR SPECIFIC(9)",
        SenseKey::Reserved => "EQUAL",
        key => key.name(),
    };
    let mut words = vec![
        format!("{form} FORMAT, {time}; SENSE KEY: {key}\n"),
        format!("ADDITIONAL SENSE: {}\n", name(sense.asc, sense.ascq).expect("it has a title")),
    ];
    if let Some(block) = sense.information {
        words.push(if fixed { format!("INFO FLD=0X{block:X} ") } else { format!("INFORMATION: 0X{block:016X}") });
    }
    // In the fixed form it does not print the command's own.
    if sense.command_specific != 0 && !fixed {
        words.push(format!("COMMAND SPECIFIC: 0X{:016X}", sense.command_specific));
    }
    if sense.replaceable_unit != 0 {
        let unit = sense.replaceable_unit;
        words.push(if fixed { format!("UNIT CODE: {unit}\n") } else { format!("UNIT CODE: 0X{unit:02X}") });
    }
    for (mark, short, long) in [
        (sense.marks.filemark, "FMK", "FILEMARK"),
        (sense.marks.end_of_medium, "EOM", "END OF MEDIUM"),
        (sense.marks.incorrect_length, "ILI", "INCORRECT LENGTH INDICATOR"),
    ] {
        words.extend(mark.then(|| if fixed { short.to_owned() } else { long.to_owned() }));
    }
    match sense.specific {
        Some(Specific::Progress(progress)) => {
            words.push(format!("PROGRESS INDICATION: {:.2}%", progress.fraction() * 100.0));
        }
        Some(Specific::Retries(count)) => {
            words.push(
                "ACTUAL RETRY COUNT: ".to_owned() + &if fixed { format!("0X{count:04X}") } else { count.to_string() },
            );
        }
        Some(Specific::Field(InvalidField { in_cdb, byte, bit })) => {
            let place = if in_cdb { "COMMAND" } else { "DATA PARAMETERS" };
            let bit = bit.map_or("\n".to_owned(), |bit| format!(" BIT {bit}\n"));
            words.push(format!("ERROR IN {place}: BYTE {byte}{bit}"));
        }
        _ => {}
    }
    words
}

/// Pairs that have another title in sg3-utils, and why.
const OTHER_TITLES: [(u8, u8, &str); 3] = [
    // The same word, cut short by SPC.
    (0x18, 0x01, "RECOVERED DATA WITH ERROR CORR. & RETRIES APPLIED"),
    // Advice behind the title.
    (0x22, 0x00, "ILLEGAL FUNCTION (USE 20 00, 24 00, OR 26 00)"),
    // SPC's title, for changers of tapes; MMC has one of its own for optical drives.
    (0x30, 0x11, "INCOMPATIBLE VOLUME TYPE"),
];

#[test]
fn sg_decode_sense_has_the_same_titles() {
    for &(asc, ascq, ours) in NAMES {
        let said = decoded(&Sense::new(SenseKey::NotReady, asc, ascq).to_fixed());
        let theirs = said.lines().find_map(|line| line.strip_prefix("ADDITIONAL SENSE: ")).expect("a title");
        let other = OTHER_TITLES.iter().find(|title| (title.0, title.1) == (asc, ascq));
        assert_eq!(theirs, other.map_or(ours, |&(.., theirs)| theirs), "{asc:02X}h/{ascq:02X}h");
    }
}
