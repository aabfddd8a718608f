//! SEND CUE SHEET: the whole plan of a CD, before its first block is written.

use super::{
    cdb_bytes::{CdbFields, CdbWriter, announced, data_field},
    cue_entry::CueEntry,
};
use crate::{BadParams, Cdb, Command, InvalidField, Submit};

const SHEET_LENGTH: usize = 6;

/// SEND CUE SHEET, 5Dh: for writing a session at once.
///
/// The write parameters come before it, and the blocks after it must be exactly those that it announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SendCueSheet {
    /// Bytes of the sheet, eight for each entry; 24 bits of it are sent.
    pub sheet_length: u32,
}

impl SendCueSheet {
    /// The command for these entries; `None` when they are too many for one command.
    #[must_use]
    pub fn of(entries: &[CueEntry]) -> Option<Self> {
        let bytes = entries.len().checked_mul(CueEntry::LEN).and_then(|len| u32::try_from(len).ok())?;
        (bytes < 1 << 24).then_some(Self { sheet_length: bytes })
    }
}

impl Command for SendCueSheet {
    const OPCODE: u8 = 0x5D;
    const NAME: &'static str = "SEND CUE SHEET";

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<10>::new(Self::OPCODE).u24::<SHEET_LENGTH>(self.sheet_length).finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self { sheet_length: cdb.u24_at::<SHEET_LENGTH>() })
    }
}

impl Submit for SendCueSheet {
    type Params = Vec<CueEntry>;

    fn encode_params(params: &Self::Params) -> Vec<u8> {
        params.iter().flat_map(CueEntry::encode).collect()
    }

    fn decode_params(&self, bytes: &[u8]) -> Result<Self::Params, BadParams> {
        let entries = announced(bytes, self.sheet_length)?.chunks_exact(CueEntry::LEN);
        if !entries.remainder().is_empty() {
            return Err(BadParams::Length);
        }
        entries
            .filter_map(|entry| entry.try_into().ok())
            .enumerate()
            .map(|(number, entry)| {
                CueEntry::decode(entry)
                    .map_err(|at| data_field(number.saturating_mul(CueEntry::LEN).saturating_add(at)).into())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use imapi_disc_types::Msf;
    use proptest::prelude::*;

    use super::{
        super::{data_form::MainForm, track_control::TrackControl},
        *,
    };
    use crate::checks::*;

    /// One data track of 79:57:74 after its pre-gap.
    const SHEET: [u8; 32] = [
        0x41, 0x00, 0x00, 0x14, 0x00, 0, 0, 0, // lead-in
        0x41, 0x01, 0x00, 0x10, 0x00, 0, 0, 0, // pre-gap
        0x41, 0x01, 0x01, 0x10, 0x00, 0, 2, 0, // track
        0x41, 0xAA, 0x01, 0x14, 0x00, 79, 59, 74, // lead-out
    ];

    fn entries() -> Vec<CueEntry> {
        let (data, pause) = (MainForm::MODE_1.alone(), MainForm::MODE_1_PAUSE.alone());
        let time = |minute, second, frame| Msf::new(minute, second, frame).expect("a time");
        vec![
            CueEntry::lead_in(TrackControl::DATA, pause),
            CueEntry::index(TrackControl::DATA, 1, 0, data, time(0, 0, 0)),
            CueEntry::index(TrackControl::DATA, 1, 1, data, time(0, 2, 0)),
            CueEntry::lead_out(TrackControl::DATA, pause, time(79, 59, 74)),
        ]
    }

    #[test]
    fn a_sheet_of_one_track_is_four_entries() {
        let send = SendCueSheet::of(&entries()).expect("four are few");
        is_encoded_as(&send, &[0x5D, 0, 0, 0, 0, 0, 0, 0, 32, 0]);
        is_encoded_as(&SendCueSheet { sheet_length: 0x01_0203 }, &[0x5D, 0, 0, 0, 0, 0, 1, 2, 3, 0]);
        assert_eq!(SendCueSheet::encode_params(&entries()), SHEET);
        assert_eq!(send.decode_params(&SHEET), Ok(entries()));
    }

    #[test]
    fn a_sheet_that_ends_early_has_a_wrong_length() {
        let send = SendCueSheet { sheet_length: 32 };
        for len in 0..32 {
            assert_eq!(send.decode_params(&SHEET[..len]), Err(BadParams::Length));
        }
        assert_eq!(SendCueSheet { sheet_length: 31 }.decode_params(&SHEET), Err(BadParams::Length));
        assert_eq!(SendCueSheet { sheet_length: 0 }.decode_params(&SHEET), Ok(vec![]));
    }

    #[test]
    fn a_time_that_no_clock_shows_is_pointed_at_in_its_entry() {
        let mut sheet = SHEET;
        sheet[8 * 2 + 6] = 60;
        assert_eq!(SendCueSheet { sheet_length: 32 }.decode_params(&sheet), Err(InvalidField::data(21).into()));
    }

    #[test]
    fn more_entries_than_a_length_can_tell_are_no_command() {
        let one = CueEntry::Other([0; 8]);
        assert_eq!(SendCueSheet::of(&vec![one; 1 << 21]), None);
        assert_eq!(SendCueSheet::of(&vec![one; (1 << 21) - 1]), Some(SendCueSheet { sheet_length: 0xFF_FFF8 }));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12], entries in 0..5u32, sheet: [u8; 32]) {
            takes_any_bytes::<SendCueSheet>(bytes);
            takes_any_parameters(&SendCueSheet { sheet_length: entries * 8 }, &sheet);
        }
    }
}
