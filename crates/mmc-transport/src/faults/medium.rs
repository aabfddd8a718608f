//! What a drive says after a reset and after someone took the disc, for as long as it lasts.

use super::SenseCode;
use crate::Cdb;

const REQUEST_SENSE: u8 = 0x03;
const INQUIRY: u8 = 0x12;
const START_STOP_UNIT: u8 = 0x1B;
const GET_CONFIGURATION: u8 = 0x46;
const GET_EVENT_STATUS: u8 = 0x4A;

/// Commands that a drive without a disc carries out. TEST UNIT READY is none of them.
const NEED_NO_MEDIUM: [u8; 14] = [
    REQUEST_SENSE,
    INQUIRY,
    0x15, // MODE SELECT (6)
    0x1A, // MODE SENSE (6)
    START_STOP_UNIT,
    0x1E, // PREVENT ALLOW MEDIUM REMOVAL
    GET_CONFIGURATION,
    GET_EVENT_STATUS,
    0x55, // MODE SELECT (10)
    0x5A, // MODE SENSE (10)
    0xA6, // LOAD/UNLOAD MEDIUM
    0xAB, // READ MEDIA SERIAL NUMBER and others: the device says itself
    0xBB, // SET CD SPEED
    0xBD, // MECHANISM STATUS
];

const RESET: SenseCode = SenseCode { key: 6, asc: 0x29, ascq: 0 };
const MEDIUM_MAY_HAVE_CHANGED: SenseCode = SenseCode { key: 6, asc: 0x28, ascq: 0 };
const NO_MEDIUM: SenseCode = SenseCode { key: 2, asc: 0x3A, ascq: 0 };

/// What lasts longer than one command.
#[derive(Debug, Default)]
pub(super) struct Lasting {
    attention: Option<SenseCode>,
    removed: Option<Removed>,
}

#[derive(Debug)]
struct Removed {
    /// The event was told.
    told: bool,
}

impl Lasting {
    pub(super) fn reset(&mut self) {
        self.attention = Some(RESET);
    }

    pub(super) fn remove_medium(&mut self) {
        self.removed = Some(Removed { told: false });
    }

    /// The sense with which the command ends before it reaches the device.
    pub(super) fn refusal(&mut self, cdb: &Cdb) -> Option<SenseCode> {
        // These neither report nor clear a unit attention.
        let silent = [REQUEST_SENSE, INQUIRY, GET_CONFIGURATION, GET_EVENT_STATUS].contains(&cdb.opcode());
        if !silent {
            if let Some(attention) = self.attention.take() {
                return Some(attention);
            }
        }
        let loads = cdb.opcode() == START_STOP_UNIT && cdb.padded()[4] & 0b11 == 0b11;
        if loads && self.removed.take().is_some() {
            self.attention = Some(MEDIUM_MAY_HAVE_CHANGED);
        }
        let needs_medium = !NEED_NO_MEDIUM.contains(&cdb.opcode());
        if self.removed.is_some() && needs_medium { Some(NO_MEDIUM) } else { None }
    }

    /// Takes the disc out of answers of the device, in which it still lies.
    pub(super) fn amend(&mut self, cdb: &Cdb, answer: &mut [u8]) {
        const MEDIA_CLASS: u8 = 4;
        const MEDIA_REMOVAL: u8 = 3;
        const PRESENT: u8 = 0x02;
        let Some(removed) = &mut self.removed else { return };
        match (cdb.opcode(), answer) {
            // Header of 4 bytes with the class in byte 2; then event and status.
            (GET_EVENT_STATUS, [_, _, class, _, event, status, ..]) if *class & 0x87 == MEDIA_CLASS => {
                *event = *event & 0xF0 | if removed.told { 0 } else { MEDIA_REMOVAL };
                *status &= !PRESENT;
                removed.told = true;
            }
            // Bytes 6 and 7 are the current profile: none.
            (GET_CONFIGURATION, [_, _, _, _, _, _, high, low, ..]) => (*high, *low) = (0, 0),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: [u8; 6] = [0; 6];

    fn says(lasting: &mut Lasting, bytes: [u8; 6]) -> String {
        lasting.refusal(&Cdb::six(bytes)).map_or_else(|| "nothing".to_owned(), |code| code.to_string())
    }

    #[test]
    fn a_reset_is_told_once_and_not_by_inquiry() {
        let mut lasting = Lasting::default();
        lasting.reset();
        assert_eq!(says(&mut lasting, [0x12, 0, 0, 0, 36, 0]), "nothing");
        assert_eq!(says(&mut lasting, READY), "6/29/00");
        assert_eq!(says(&mut lasting, READY), "nothing");
    }

    #[test]
    fn without_a_disc_only_what_needs_none_goes_on_until_the_tray_is_loaded() {
        let mut lasting = Lasting::default();
        lasting.remove_medium();
        assert_eq!(says(&mut lasting, READY), "2/3A/00");
        assert_eq!(says(&mut lasting, [0x12, 0, 0, 0, 36, 0]), "nothing");
        assert_eq!(says(&mut lasting, [0x1B, 0, 0, 0, 2, 0]), "nothing", "eject");
        assert_eq!(says(&mut lasting, READY), "2/3A/00");
        assert_eq!(says(&mut lasting, [0x1B, 0, 0, 0, 3, 0]), "nothing", "load");
        assert_eq!(says(&mut lasting, READY), "6/28/00");
        assert_eq!(says(&mut lasting, READY), "nothing");
    }

    #[test]
    fn answers_tell_no_longer_of_the_disc() {
        let mut lasting = Lasting::default();
        lasting.remove_medium();
        let event = Cdb::ten([0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8, 0]);
        let mut answer = [0, 6, 4, 0x10, 2, 2, 0, 0];
        lasting.amend(&event, &mut answer);
        assert_eq!(answer, [0, 6, 4, 0x10, 3, 0, 0, 0]);
        let mut answer = [0, 6, 4, 0x10, 0, 2, 0, 0];
        lasting.amend(&event, &mut answer);
        assert_eq!(answer, [0, 6, 4, 0x10, 0, 0, 0, 0]);
        let mut answer = [0, 0, 0, 4, 0, 0, 0, 0x11];
        lasting.amend(&Cdb::ten([0x46, 0, 0, 0, 0, 0, 0, 0, 8, 0]), &mut answer);
        assert_eq!(answer, [0, 0, 0, 4, 0, 0, 0, 0]);
        for len in 0..8 {
            lasting.amend(&event, &mut [4; 8][..len]);
        }
    }
}
