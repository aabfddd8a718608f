//! Frames of Q, byte by byte.
//!
//! The entries of the lead-in are those of a table in the documentation of wodim, checksums included; the others were worked
//! out by hand.

use imapi_cd_sector::{
    Crc,
    subchannel::{Control, DiscType, QContent, QFrame, Track, TwoDigits},
};
use imapi_disc_types::Msf;
use proptest::prelude::*;

fn time(text: &str) -> Msf {
    text.parse().expect("a time")
}

fn track(number: u8) -> Track {
    Track::new(number).expect("1 to 99")
}

fn two(number: u8) -> TwoDigits {
    TwoDigits::new(number).expect("below 100")
}

#[track_caller]
fn is(control: Control, content: QContent, bytes: [u8; 12]) {
    let frame = QFrame { control, content };
    assert_eq!(frame.encode(), bytes);
    assert_eq!(QFrame::decode(bytes), (frame, Crc::Right));
}

/// What is not in the reference has its checksum from us.
#[track_caller]
fn is_without_checksum(control: Control, content: QContent, bytes: [u8; 10]) {
    let frame = QFrame { control, content };
    assert_eq!(frame.encode()[..10], bytes);
    assert_eq!(QFrame::decode(frame.encode()), (frame, Crc::Right));
}

#[test]
fn the_table_of_contents() {
    let audio = Control::AUDIO;
    let first = QContent::FirstTrack { time: time("98:06:12"), track: track(1), disc_type: DiscType::CD_DA_OR_ROM };
    is(audio, first, [0x01, 0x00, 0xA0, 0x98, 0x06, 0x12, 0x00, 0x01, 0x00, 0x00, 0xE3, 0x74]);
    let last = QContent::LastTrack { time: time("98:06:14"), track: track(13) };
    is(audio, last, [0x01, 0x00, 0xA1, 0x98, 0x06, 0x14, 0x00, 0x13, 0x00, 0x00, 0x44, 0x21]);
    let lead_out = QContent::LeadOutStart { time: time("98:06:17"), start: time("70:40:73") };
    is(audio, lead_out, [0x01, 0x00, 0xA2, 0x98, 0x06, 0x17, 0x00, 0x70, 0x40, 0x73, 0xE3, 0x85]);
    let start = QContent::TrackStart { time: time("98:06:20"), track: track(1), start: time("00:02:00") };
    is(audio, start, [0x01, 0x00, 0x01, 0x98, 0x06, 0x20, 0x00, 0x00, 0x02, 0x00, 0x3B, 0x71]);
}

#[test]
fn positions_in_tracks_and_behind_them() {
    let begin = QContent::Program {
        track: track(1),
        index: TwoDigits::BEGIN,
        relative: time("00:00:00"),
        absolute: time("00:02:00"),
    };
    is(Control::DATA, begin, [0x41, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x28, 0x32]);
    let lead_out = QContent::LeadOut { relative: time("00:00:00"), absolute: time("70:40:73") };
    is(Control::AUDIO, lead_out, [0x01, 0xAA, 0x01, 0x00, 0x00, 0x00, 0x00, 0x70, 0x40, 0x73, 0xBB, 0x8F]);
    let pause = QContent::Program {
        track: track(42),
        index: TwoDigits::PAUSE,
        relative: time("00:01:74"),
        absolute: time("59:58:57"),
    };
    let control = Control::COPY_PERMITTED | Control::PRE_EMPHASIS;
    is_without_checksum(control, pause, [0x31, 0x42, 0x00, 0x00, 0x01, 0x74, 0x00, 0x59, 0x58, 0x57]);
}

#[test]
fn the_number_of_the_disc() {
    let number = QContent::Mcn { number: "1234567890123".parse().expect("13 digits"), frame: two(45) };
    is(Control::AUDIO, number, [0x02, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x30, 0x00, 0x45, 0xF3, 0xB0]);
}

#[test]
fn the_code_of_a_recording() {
    let code = QContent::Isrc { code: "USRC17607839".parse().expect("a code"), frame: two(45) };
    is(Control::AUDIO, code, [0x03, 0x96, 0x38, 0x93, 0x04, 0x76, 0x07, 0x83, 0x90, 0x45, 0x01, 0xFD]);
}

#[test]
fn sessions_point_to_the_next_and_back_to_the_first() {
    let next = QContent::NextSession { start: Some(time("03:45:67")), pointers: 2, last_lead_out: time("79:59:74") };
    is_without_checksum(Control::DATA, next, [0x45, 0x00, 0xB0, 0x03, 0x45, 0x67, 0x02, 0x79, 0x59, 0x74]);
    let none = QContent::NextSession { start: None, pointers: 1, last_lead_out: time("79:59:74") };
    is_without_checksum(Control::DATA, none, [0x45, 0x00, 0xB0, 0xFF, 0xFF, 0xFF, 0x01, 0x79, 0x59, 0x74]);
    let first = QContent::FirstLeadIn { special: [0xD0, 0x40, 0x80, 0x00], start: time("97:26:65") };
    is_without_checksum(Control::DATA, first, [0x45, 0x00, 0xC0, 0xD0, 0x40, 0x80, 0x00, 0x97, 0x26, 0x65]);
}

#[test]
fn what_is_no_number_stays_bytes() {
    let rows = [
        [0x01, 0x0A, 0x01, 0, 0, 0, 0, 0, 2, 0],                   // a track of no digits
        [0x01, 0x01, 0x01, 0, 0x60, 0, 0, 0, 2, 0],                // a minute has 60 seconds
        [0x01, 0x01, 0x01, 0, 0, 0, 1, 0, 2, 0],                   // a one where a zero belongs
        [0x01, 0x00, 0xA1, 0, 0, 0, 0, 0x13, 1, 0],                // something behind the last track
        [0x02, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x3A, 0, 0x45], // a fourteenth digit
        [0x03, 0x96, 0x38, 0x93, 0x06, 0x76, 0x07, 0x83, 0x90, 0x45], // bits between letters and digits
        [0x05, 0x00, 0xB1, 0, 0, 0, 0, 0, 0, 0],                   // a pointer of another kind
        [0x04, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    ];
    for row in rows {
        let mut frame = [0; 12];
        frame[..10].copy_from_slice(&row);
        let (decoded, crc) = QFrame::decode(frame);
        assert!(matches!(decoded.content, QContent::Other { .. }), "{decoded:?}");
        assert_eq!(crc, Crc::Wrong);
        assert_eq!(decoded.encode()[..10], row);
    }
}

#[test]
fn a_checksum_that_is_not_inverted_is_known() {
    let wanted = [0x01, 0x00, 0xA1, 0x98, 0x06, 0x14, 0x00, 0x13, 0x00, 0x00, !0x44, !0x21];
    assert_eq!(QFrame::decode(wanted).1, Crc::NotInverted);
}

proptest! {
    #[test]
    fn nothing_is_lost_of_any_bytes(frame: [u8; 12]) {
        let (decoded, crc) = QFrame::decode(frame);
        let encoded = decoded.encode();
        prop_assert_eq!(&encoded[..10], &frame[..10]);
        prop_assert_eq!(crc == Crc::Right, encoded == frame);
    }

    /// Random bytes are seldom digits; these always are.
    #[test]
    fn digits_are_understood(number in 1..100u8, index in 0..100u8, relative in 0..450_000u32, absolute in 0..450_000u32) {
        let content = QContent::Program {
            track: track(number),
            index: two(index),
            relative: Msf::from_frames(relative).expect("within the clock"),
            absolute: Msf::from_frames(absolute).expect("within the clock"),
        };
        let frame = QFrame { control: Control::AUDIO, content };
        prop_assert_eq!(QFrame::decode(frame.encode()), (frame, Crc::Right));
    }

    #[test]
    fn numbers_survive(mcn in "[0-9]{13}", isrc in "[A-Z0-9]{5}[0-9]{7}", aframe in 0..75u8) {
        let number = QContent::Mcn { number: mcn.parse().expect("13 digits"), frame: two(aframe) };
        let code = QContent::Isrc { code: isrc.parse().expect("a code"), frame: two(aframe) };
        for content in [number, code] {
            let frame = QFrame { control: Control::AUDIO, content };
            prop_assert_eq!(QFrame::decode(frame.encode()).0, frame);
        }
    }
}
