//! Tests of READ DISC INFORMATION, with answers worked out by hand.

use imapi_disc_types::Lba;
use proptest::{collection::vec, option, prelude::*};

use super::*;
use crate::layout::tests::{answers_survive, any_answer, both_ways, good_answer, no_answer_panics, no_command_panics};
use crate::raw_address::RawAddress;

fn about(subject: DiscSubject, allocation: u16) -> ReadDiscInformation {
    ReadDiscInformation { subject, allocation }
}

#[test]
fn commands_go_both_ways() {
    both_ways(&[
        (about(DiscSubject::Standard, 34), &[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0]),
        (about(DiscSubject::TrackResources, 12), &[0x51, 1, 0, 0, 0, 0, 0, 0, 12, 0]),
        (about(DiscSubject::PseudoOverwriteResources, 0x0210), &[0x51, 2, 0, 0, 0, 0, 0, 2, 0x10, 0]),
    ]);
}

#[test]
fn reserved_bits_beside_the_subject_are_ignored_and_a_reserved_subject_is_not() {
    let decode = |byte| ReadDiscInformation::from_cdb(&Cdb::ten([0x51, byte, 0, 0, 0, 0, 0, 0, 4, 0]));
    assert_eq!(decode(0x10), Ok(about(DiscSubject::Standard, 4)));
    assert_eq!(decode(0x07), Err(InvalidField::cdb_bit(1, 2)));
}

/// A blank CD-R of 80 minutes.
const BLANK_CD_R: [u8; 34] = [
    0x00, 0x20, 0x00, 0x01, 0x01, 0x01, 0x01, 0x20, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x61, 0x1A, 0x41, 0x00, 0x4F,
    0x3B, 0x4A, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];

fn blank_cd_r() -> DiscInformation {
    DiscInformation {
        state: DiscState { status: DiscStatus::Blank, last_session: SessionState::Empty, erasable: false },
        first_track: 1,
        sessions: 1,
        first_of_last_session: 1,
        last_of_last_session: 1,
        unrestricted_use: true,
        dirty: false,
        background_format: BackgroundFormat::None,
        disc_type: DiscType::UNDEFINED,
        disc_id: None,
        last_lead_in: Some(RawAddress([0, 97, 26, 65])),
        last_possible_lead_out: Some(RawAddress([0, 79, 59, 74])),
        bar_code: None,
        application_code: None,
        opc: vec![],
    }
}

#[test]
fn a_blank_cd_r_goes_both_ways() {
    let value = blank_cd_r();
    assert_eq!(value.last_lead_in.and_then(|place| place.time().lba()), Some(Lba(-11_635)));
    let reply = DiscReply::Standard(value);
    assert!(reply.is_blank() && reply.information().is_some());
    good_answer(&ReadDiscInformation::standard(), &BLANK_CD_R, 12, &reply);
}

#[test]
fn a_formatted_dvd_plus_rw_goes_both_ways() {
    // Status other, last session complete, erasable; disc id, application code, background format running; one
    // calibration, for 3324 kB/s.
    let bytes = [
        &[0x00, 0x28, 0x1F, 0x01, 0x01, 0x01, 0x01, 0x96, 0x00, 0, 0, 0][..],
        &[0xDE, 0xAD, 0xBE, 0xEF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x5A, 0x01],
        &[0x0C, 0xFC, 1, 2, 3, 4, 5, 6],
    ]
    .concat();
    let value = DiscInformation {
        state: DiscState { status: DiscStatus::Other, last_session: SessionState::Complete, erasable: true },
        unrestricted_use: false,
        dirty: true,
        background_format: BackgroundFormat::Running,
        disc_type: DiscType::CD_ROM,
        disc_id: Some(0xDEAD_BEEF),
        last_lead_in: Some(RawAddress::default()),
        last_possible_lead_out: Some(RawAddress::default()),
        application_code: Some(0x5A),
        opc: vec![OpcEntry { speed: 3324, values: [1, 2, 3, 4, 5, 6] }],
        ..blank_cd_r()
    };
    good_answer(&ReadDiscInformation::standard(), &bytes, 12, &DiscReply::Standard(value));
}

#[test]
fn numbers_above_255_have_their_high_bytes_further_on() {
    let many = DiscInformation {
        sessions: 0x0102,
        first_of_last_session: 0x0304,
        last_of_last_session: 0x0506,
        ..blank_cd_r()
    };
    let bytes = ReadDiscInformation::standard().encode_reply(&DiscReply::Standard(many));
    assert_eq!((&bytes[4..7], &bytes[9..12]), (&[2, 4, 6][..], &[1, 3, 5][..]));
}

#[test]
fn the_tail_that_was_not_asked_for_is_absent() {
    let reply = about(DiscSubject::Standard, 16).decode_reply(&BLANK_CD_R[..16], &mut Notes::new());
    let without = DiscInformation { last_lead_in: None, last_possible_lead_out: None, ..blank_cd_r() };
    assert_eq!(reply, Ok(DiscReply::Standard(without)));
}

#[test]
fn a_command_for_four_or_eight_bytes_learns_only_the_state() {
    let brief = DiscReply::Brief(DiscState {
        status: DiscStatus::Appendable,
        last_session: SessionState::Incomplete,
        erasable: true,
    });
    for allocation in [4, 8] {
        let bytes = [0, 0x20, 0x15, 1, 1, 1, 2, 0];
        let reply =
            about(DiscSubject::Standard, allocation).decode_reply(&bytes[..allocation.into()], &mut Notes::new());
        assert_eq!(reply, Ok(brief.clone()));
        assert!(!brief.is_blank() && brief.information().is_none());
    }
    let short = ReadDiscInformation::standard().decode_reply(&BLANK_CD_R[..8], &mut Notes::new());
    assert_eq!(short, Err(BadReply::Short { need: 12, got: 8 }));
}

#[test]
fn a_calibration_that_is_counted_and_cut_is_noted() {
    let mut bytes = BLANK_CD_R;
    (bytes[1], bytes[33]) = (0x28, 1);
    let mut notes = Notes::new();
    let reply = about(DiscSubject::Standard, 34).decode_reply(&bytes, &mut notes);
    assert_eq!(reply, Ok(DiscReply::Standard(blank_cd_r())));
    assert_eq!(notes.as_slice().first().map(|note| note.at), Some(33));
}

#[test]
fn resources_go_both_ways() {
    let tracks = TrackResources { most_tracks: 99, assigned_tracks: 2, most_appendable: 3, appendable: 1 };
    let command = about(DiscSubject::TrackResources, 12);
    good_answer(&command, &[0, 10, 0x20, 0, 0, 99, 0, 2, 0, 3, 0, 1], 12, &DiscReply::TrackResources(tracks));
    let overwrite =
        PseudoOverwriteResources { remaining_replacements: 0x0001_0000, map_entries: 5, remaining_updates: 0x0203 };
    let command = about(DiscSubject::PseudoOverwriteResources, 16);
    let bytes = [0, 14, 0x40, 0, 0, 1, 0, 0, 0, 0, 0, 5, 0, 0, 2, 3];
    good_answer(&command, &bytes, 16, &DiscReply::PseudoOverwriteResources(overwrite));
}

#[test]
fn an_answer_about_something_else_is_noted() {
    let mut notes = Notes::new();
    let bytes = [0, 10, 0, 0, 0, 99, 0, 2, 0, 3, 0, 1];
    assert!(about(DiscSubject::TrackResources, 12).decode_reply(&bytes, &mut notes).is_ok());
    assert_eq!(notes.as_slice().first().map(|note| note.at), Some(2));
}

prop_compose! {
    fn any_state()(status in 0..4usize, session in 0..4usize, erasable: bool) -> DiscState {
        DiscState {
            status: [DiscStatus::Blank, DiscStatus::Appendable, DiscStatus::Complete, DiscStatus::Other][status],
            last_session: [
                SessionState::Empty, SessionState::Incomplete, SessionState::Damaged, SessionState::Complete,
            ][session],
            erasable,
        }
    }
}

prop_compose! {
    fn any_information()(
        state in any_state(),
        (first_track, sessions, first_of_last_session, last_of_last_session) in any::<(u8, u16, u16, u16)>(),
        (unrestricted_use, dirty, format, disc_type) in any::<(bool, bool, u8, u8)>(),
        (disc_id, lead_in, lead_out) in any::<(Option<u32>, [u8; 4], [u8; 4])>(),
        (bar_code, application_code) in (option::of(any::<[u8; 8]>()), option::of(any::<u8>())),
        opc in vec(any::<(u16, [u8; 6])>(), 0..9),
    ) -> DiscInformation {
        DiscInformation {
            state, first_track, sessions, first_of_last_session, last_of_last_session, unrestricted_use, dirty,
            background_format: BackgroundFormat::from_bits(format),
            disc_type: DiscType(disc_type),
            disc_id,
            last_lead_in: Some(RawAddress(lead_in)),
            last_possible_lead_out: Some(RawAddress(lead_out)),
            bar_code, application_code,
            opc: opc.into_iter().map(|(speed, values)| OpcEntry { speed, values }).collect(),
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_answers_survive(information in any_information(), state in any_state(), words: [u32; 3]) {
        answers_survive(&ReadDiscInformation::standard(), &DiscReply::Standard(information))?;
        answers_survive(&about(DiscSubject::Standard, 4), &DiscReply::Brief(state))?;
        let [remaining_replacements, map_entries, remaining_updates] = words;
        let resources = PseudoOverwriteResources { remaining_replacements, map_entries, remaining_updates };
        let command = about(DiscSubject::PseudoOverwriteResources, 16);
        answers_survive(&command, &DiscReply::PseudoOverwriteResources(resources))?;
    }

    #[test]
    fn nothing_makes_it_panic(cdb: [u8; 12], bytes in any_answer()) {
        no_command_panics::<ReadDiscInformation>(cdb)?;
        no_answer_panics(&about(DiscSubject::Standard, u16::MAX), &bytes)?;
        no_answer_panics(&about(DiscSubject::Standard, 4), &bytes)?;
        no_answer_panics(&about(DiscSubject::TrackResources, 12), &bytes)?;
        no_answer_panics(&about(DiscSubject::PseudoOverwriteResources, 16), &bytes)?;
    }
}
