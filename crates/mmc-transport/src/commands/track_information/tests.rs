//! Tests of READ TRACK INFORMATION, with answers worked out by hand.

use proptest::prelude::*;

use super::*;
use crate::layout::tests::{answers_survive, any_answer, both_ways, good_answer, no_answer_panics, no_command_panics};

#[test]
fn commands_go_both_ways() {
    let ask = |track, open, allocation| ReadTrackInformation { track, open, allocation };
    both_ways(&[
        (ask(TrackAddress::INVISIBLE, false, 36), &[0x52, 1, 0, 0, 0, 0xFF, 0, 0, 36, 0]),
        (ask(TrackAddress::Lba(Lba(-150)), false, 32), &[0x52, 0, 0xFF, 0xFF, 0xFF, 0x6A, 0, 0, 32, 0]),
        (ask(TrackAddress::Session(2), true, 0x0128), &[0x52, 6, 0, 0, 0, 2, 0, 1, 0x28, 0]),
    ]);
}

#[test]
fn an_address_of_no_kind_is_refused_at_its_bits() {
    let cdb = Cdb::ten([0x52, 3, 0, 0, 0, 1, 0, 0, 36, 0]);
    assert_eq!(ReadTrackInformation::from_cdb(&cdb), Err(InvalidField::cdb_bit(1, 1)));
}

/// The invisible track of a blank CD-R of 80 minutes.
const BLANK_CD_R: [u8; 36] = [
    0x00, 0x22, 0x01, 0x01, 0x00, 0x07, 0x41, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x05, 0x7D, 0xA9, 0, 0, 0, 0, 0x00,
    0x05, 0x7D, 0xA9, 0, 0, 0, 0, 0, 0, 0, 0,
];

fn blank_cd_r() -> TrackInformation {
    TrackInformation {
        number: 1,
        session: 1,
        layer_jump: 0,
        damage: false,
        copy: false,
        mode: 7,
        reserved: false,
        blank: true,
        packet: false,
        fixed_packet: false,
        data_mode: DataMode::Mode1,
        start: Lba(0),
        next_writable: Some(Lba(0)),
        free_blocks: 359_849,
        packet_size: Some(0),
        size: Some(359_849),
        last_recorded: None,
        read_compatible: None,
    }
}

#[test]
fn a_blank_cd_r_goes_both_ways() {
    good_answer(&ReadTrackInformation::of(TrackAddress::INVISIBLE), &BLANK_CD_R, 28, &blank_cd_r());
}

#[test]
fn a_reserved_track_of_a_newer_drive_goes_both_ways() {
    let bytes = [
        &[0, 38, 0x05, 0x02, 0, 0xF4, 0xBF, 0x02, 0xFF, 0xFF, 0xFF, 0x6A, 0, 0, 0, 0, 0, 0, 0, 0][..],
        &[0, 0, 0, 16, 0, 0, 1, 0, 0, 0, 0, 0xFF, 0x01, 0x03, 0, 0, 0, 0, 0, 9],
    ]
    .concat();
    let value = TrackInformation {
        number: 0x0105,
        session: 0x0302,
        layer_jump: 3,
        damage: true,
        copy: true,
        mode: 4,
        reserved: true,
        blank: false,
        packet: true,
        fixed_packet: true,
        data_mode: DataMode::Unknown,
        start: Lba(-150),
        next_writable: None,
        free_blocks: 0,
        packet_size: Some(16),
        size: Some(256),
        last_recorded: Some(Lba(255)),
        read_compatible: Some(Lba(9)),
    };
    good_answer(&ReadTrackInformation::of(TrackAddress::Track(5)), &bytes, 28, &value);
}

#[test]
fn each_flag_is_in_its_place() {
    let none = TrackInformation {
        number: 0,
        session: 0,
        mode: 0,
        blank: false,
        data_mode: DataMode::Unknown,
        next_writable: None,
        free_blocks: 0,
        size: Some(0),
        ..blank_cd_r()
    };
    for (five, six, seven, value) in [
        (0x40, 0x0F, 0, TrackInformation { layer_jump: 1, ..none }),
        (0x20, 0x0F, 0, TrackInformation { damage: true, ..none }),
        (0x10, 0x0F, 0, TrackInformation { copy: true, ..none }),
        (0x08, 0x0F, 0, TrackInformation { mode: 8, ..none }),
        (0, 0x8F, 0, TrackInformation { reserved: true, ..none }),
        (0, 0x4F, 0, TrackInformation { blank: true, ..none }),
        (0, 0x2F, 0, TrackInformation { packet: true, ..none }),
        (0, 0x1F, 0, TrackInformation { fixed_packet: true, ..none }),
        (0, 0x0F, 1, TrackInformation { next_writable: Some(Lba(0)), ..none }),
        (0, 0x0F, 2, TrackInformation { last_recorded: Some(Lba(0)), ..none }),
    ] {
        let mut bytes = [0; 36];
        (bytes[1], bytes[5], bytes[6], bytes[7]) = (34, five, six, seven);
        good_answer(&ReadTrackInformation::of(TrackAddress::Track(1)), &bytes, 28, &value);
    }
}

#[test]
fn a_command_for_less_has_the_tail_absent() {
    for (allocation, size) in [(20, None), (28, Some(359_849)), (32, Some(359_849)), (34, Some(359_849))] {
        let command = ReadTrackInformation { allocation, ..ReadTrackInformation::of(TrackAddress::INVISIBLE) };
        let reply = command.decode_reply(&BLANK_CD_R[..allocation.into()], &mut Notes::new()).expect("an answer");
        assert_eq!((reply.free_blocks, reply.size), (359_849, size), "{allocation}");
    }
}

#[test]
fn sixteen_bytes_tell_where_to_write_and_not_how_much() {
    let command = ReadTrackInformation { allocation: 16, ..ReadTrackInformation::of(TrackAddress::INVISIBLE) };
    let mut notes = Notes::new();
    let reply = command.decode_reply(&BLANK_CD_R[..16], &mut notes).expect("as much as was asked for");
    let start = TrackInformation { free_blocks: 0, packet_size: None, size: None, ..blank_cd_r() };
    assert_eq!(reply, start);
    assert_eq!(notes.as_slice().first().map(|note| note.at), Some(16));
    let short = command.decode_reply(&BLANK_CD_R[..15], &mut Notes::new());
    assert_eq!(short, Err(BadReply::Short { need: 16, got: 15 }));
}

#[test]
fn an_address_that_is_not_valid_is_none() {
    let mut bytes = BLANK_CD_R;
    (bytes[7], bytes[15], bytes[31]) = (0, 9, 9);
    let reply = ReadTrackInformation::of(TrackAddress::Track(1)).decode_reply(&bytes, &mut Notes::new());
    assert_eq!(reply, Ok(TrackInformation { next_writable: None, ..blank_cd_r() }));
}

prop_compose! {
    fn any_information()(
        (number, session, layer_jump, damage, copy, mode) in any::<(u16, u16, u8, bool, bool, u8)>(),
        (reserved, blank, packet, fixed_packet, data_mode) in any::<(bool, bool, bool, bool, u8)>(),
        (start, next, free_blocks, packet_size) in any::<(i32, Option<i32>, u32, u32)>(),
        (size, last, compatible) in any::<(u32, Option<i32>, Option<i32>)>(),
    ) -> TrackInformation {
        TrackInformation {
            number, session, layer_jump: layer_jump & 3, damage, copy, mode: mode & 0x0F, reserved, blank, packet,
            fixed_packet, data_mode: DataMode::from_bits(data_mode & 0x0F), start: Lba(start),
            next_writable: next.map(Lba), free_blocks, packet_size: Some(packet_size), size: Some(size),
            last_recorded: last.map(Lba), read_compatible: compatible.map(Lba),
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_answers_survive(information in any_information()) {
        answers_survive(&ReadTrackInformation::of(TrackAddress::INVISIBLE), &information)?;
    }

    #[test]
    fn nothing_makes_it_panic(cdb: [u8; 12], bytes in any_answer()) {
        no_command_panics::<ReadTrackInformation>(cdb)?;
        no_answer_panics(&ReadTrackInformation::of(TrackAddress::INVISIBLE), &bytes)?;
    }
}
