//! Sense.

use imapi_mmc_transport::{InvalidField, Marks, Progress, Sense, SenseKey, Specific};

use crate::case::Case;

pub fn cases() -> Vec<Case> {
    let base = Sense {
        information: Some(0x0102_0304),
        command_specific: 0x0506_0708,
        marks: Marks { filemark: true, end_of_medium: false, incorrect_length: true },
        replaceable_unit: 0x42,
        ..Sense::new(SenseKey::IllegalRequest, 0x24, 0x00)
    };
    vec![
        Case::refused(&Sense { specific: Some(Specific::Field(InvalidField::cdb_bit(0x0102, 5))), ..base }),
        Case::refused(&Sense {
            deferred: true,
            information: None,
            specific: Some(Specific::Progress(Progress(0x1234))),
            ..Sense::new(SenseKey::NotReady, 4, 7)
        }),
    ]
}
