//! One entry of a cue sheet: eight bytes about a place on the disc, or half of a number.

use imapi_disc_types::Msf;

use super::{
    cdb_bytes::{joined, split},
    data_form::DataForm,
    track_control::TrackControl,
};

/// An entry of the cue sheet that [`SendCueSheet`](super::SendCueSheet) sends.
///
/// The order of entries is the drive's business: numbers first, then the lead-in, then each track's code and indexes,
/// and the lead-out at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CueEntry {
    /// From here on the disc is something else (ADR 1).
    Position(CuePosition),
    /// Half of the media catalogue number (ADR 2): seven digits, or six and a zero byte.
    Catalogue {
        /// Control bits; none in what peers send.
        control: TrackControl,
        /// ASCII.
        text: [u8; 7],
    },
    /// Half of a track's recording code (ADR 3): six letters or digits.
    Isrc {
        /// Control bits of the track.
        control: TrackControl,
        /// Which track.
        track: u8,
        /// ASCII.
        text: [u8; 6],
    },
    /// An entry of another ADR, as it is.
    Other([u8; 8]),
}

/// A place where something begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CuePosition {
    /// What kind of track.
    pub control: TrackControl,
    /// Which track: [`Self::LEAD_IN`], 1 to 99, [`Self::LEAD_OUT`].
    pub track: u8,
    /// Which index of it: 0 for the pause before it, 1 for its beginning.
    pub index: u8,
    /// What is sent from here on.
    pub form: DataForm,
    /// The copy bit alternates: this audio is itself a copy and may not be copied again (SCMS).
    pub alternate_copy: bool,
    /// When, in time from the beginning of the disc: two seconds before address 0.
    pub start: Msf,
}

impl CuePosition {
    /// The track number of the lead-in.
    pub const LEAD_IN: u8 = 0x00;
    /// The track number of the lead-out.
    pub const LEAD_OUT: u8 = 0xAA;
}

mod adr {
    pub const POSITION: u8 = 1;
    pub const CATALOGUE: u8 = 2;
    pub const ISRC: u8 = 3;
}

const SCMS: u8 = 0x80;

/// Byte of an entry at which its time begins.
const START: usize = 5;

impl CueEntry {
    /// Bytes of one.
    pub const LEN: usize = 8;

    /// The lead-in.
    #[must_use]
    pub fn lead_in(control: TrackControl, form: DataForm) -> Self {
        Self::index(control, CuePosition::LEAD_IN, 0, form, Msf::default())
    }

    /// An index of a track.
    #[must_use]
    pub const fn index(control: TrackControl, track: u8, index: u8, form: DataForm, start: Msf) -> Self {
        Self::Position(CuePosition { control, track, index, form, alternate_copy: false, start })
    }

    /// The lead-out, with which the sheet ends.
    #[must_use]
    pub const fn lead_out(control: TrackControl, form: DataForm, start: Msf) -> Self {
        Self::index(control, CuePosition::LEAD_OUT, 1, form, start)
    }

    /// The media catalogue number, 13 ASCII digits; the sheet begins with it.
    #[must_use]
    pub fn catalogue(number: [u8; 13]) -> [Self; 2] {
        let (first, second) = split::<7, 6, 13>(number);
        [first, joined(second, [0])].map(|text| Self::Catalogue { control: TrackControl::AUDIO, text })
    }

    /// A track's recording code, 12 ASCII letters and digits; it stands before the track's first index.
    #[must_use]
    pub fn isrc(control: TrackControl, track: u8, code: [u8; 12]) -> [Self; 2] {
        let (first, second) = split::<6, 6, 12>(code);
        [first, second].map(|text| Self::Isrc { control, track, text })
    }

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        match *self {
            Self::Position(CuePosition { control, track, index, form, alternate_copy, start }) => {
                let scms = if alternate_copy { SCMS } else { 0 };
                let (minute, second, frame) = (start.minute(), start.second(), start.frame());
                [control.bits() << 4 | adr::POSITION, track, index, form.encode(), scms, minute, second, frame]
            }
            Self::Catalogue { control, text } => joined([control.bits() << 4 | adr::CATALOGUE], text),
            Self::Isrc { control, track, text } => joined([control.bits() << 4 | adr::ISRC, track], text),
            Self::Other(bytes) => bytes,
        }
    }

    /// The entry that these bytes are; an error is the place of a time that no clock shows.
    pub(super) fn decode(bytes: [u8; Self::LEN]) -> Result<Self, usize> {
        let [first, rest @ ..] = bytes;
        let control = TrackControl::from_bits(first >> 4);
        match first & 0x0F {
            adr::POSITION => {
                let [track, index, form, scms, minute, second, frame] = rest;
                Ok(Self::Position(CuePosition {
                    control,
                    track,
                    index,
                    form: DataForm::decode(form),
                    alternate_copy: scms & SCMS != 0,
                    start: Msf::new(minute, second, frame).ok_or(START)?,
                }))
            }
            adr::CATALOGUE => Ok(Self::Catalogue { control, text: rest }),
            adr::ISRC => {
                let [track, text @ ..] = rest;
                Ok(Self::Isrc { control, track, text })
            }
            _ => Ok(Self::Other(bytes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::data_form::MainForm, *};

    #[track_caller]
    fn is(entry: CueEntry, bytes: [u8; 8]) {
        assert_eq!(entry.encode(), bytes);
        assert_eq!(CueEntry::decode(bytes), Ok(entry));
    }

    fn time(minute: u8, second: u8, frame: u8) -> Msf {
        Msf::new(minute, second, frame).expect("a time")
    }

    #[test]
    fn a_lead_in_with_cd_text_sends_its_sub_channel() {
        is(CueEntry::lead_in(TrackControl::AUDIO, DataForm::CD_TEXT), [0x01, 0, 0, 0x41, 0, 0, 0, 0]);
        is(CueEntry::lead_in(TrackControl::DATA, MainForm::MODE_1_PAUSE.alone()), [0x41, 0, 0, 0x14, 0, 0, 0, 0]);
    }

    #[test]
    fn indexes_have_a_place_and_a_form() {
        let data = MainForm::MODE_1.alone();
        is(CueEntry::index(TrackControl::DATA, 1, 1, data, time(0, 2, 0)), [0x41, 1, 1, 0x10, 0, 0, 2, 0]);
        let position = CuePosition {
            control: TrackControl::PRE_EMPHASIS | TrackControl::COPY_PERMITTED,
            track: 99,
            index: 0,
            form: MainForm::AUDIO.alone(),
            alternate_copy: true,
            start: time(70, 40, 73),
        };
        is(CueEntry::Position(position), [0x31, 99, 0, 0x00, 0x80, 70, 40, 73]);
        let original = CueEntry::Position(CuePosition { alternate_copy: false, ..position });
        assert_eq!(CueEntry::decode([0x31, 99, 0, 0x00, 0x7F, 70, 40, 73]), Ok(original), "reserved bits are ignored");
    }

    #[test]
    fn the_sheet_ends_with_the_lead_out() {
        let pause = MainForm::AUDIO_PAUSE.alone();
        is(CueEntry::lead_out(TrackControl::AUDIO, pause, time(70, 40, 73)), [0x01, 0xAA, 1, 0x01, 0, 70, 40, 73]);
    }

    #[test]
    fn numbers_go_in_two_halves() {
        let [first, second] = CueEntry::catalogue(*b"1234567890123");
        is(first, *b"\x021234567");
        is(second, *b"\x02890123\0");
        let [first, second] = CueEntry::isrc(TrackControl::COPY_PERMITTED, 7, *b"USRC17607839");
        is(first, *b"\x23\x07USRC17");
        is(second, *b"\x23\x07607839");
    }

    #[test]
    fn entries_of_another_kind_stay_bytes() {
        is(CueEntry::Other([0x45, 1, 2, 3, 4, 0xFF, 0xFF, 0xFF]), [0x45, 1, 2, 3, 4, 0xFF, 0xFF, 0xFF]);
    }

    #[test]
    fn a_time_that_no_clock_shows_is_pointed_at() {
        assert_eq!(CueEntry::decode([0x41, 1, 1, 0x10, 0, 0, 60, 0]), Err(5));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 8]) {
            if let Ok(entry) = CueEntry::decode(bytes) {
                prop_assert_eq!(CueEntry::decode(entry.encode()), Ok(entry));
            }
        }
    }
}
