//! Track at once: what the drive adds by itself, where tracks may go, and how sessions follow one another.

use imapi_mmc_transport::{
    TransportExt as _,
    commands::{CloseFunction, CloseTrackSession, ReadSubChannel, ReserveTrack, SubChannelBody},
    mode::{BlockType, Identifier, MultiSession, SessionFormat, TrackMode, WriteParameters},
};
use rstest::rstest;

use crate::bench::{BLOCKS, Bench, payload, refusal};

const DISC_INFORMATION: [u8; 10] = [0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0];

fn full_toc(bench: &Bench) -> Vec<u8> {
    bench.ask(&[0x43, 2, 2, 0, 0, 0, 0, 4, 0, 0], 1024).expect("a table")
}

#[test]
fn a_track_of_data_is_read_back_and_everything_around_it_is_made() {
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters::tao_data(MultiSession::Final)).expect("a page");
    let first: Vec<u8> = (0..2048_u32).map(|at| at.to_le_bytes()[0]).collect();
    let rest = payload(1, 399, 2048);
    bench.write(0, 1, &first).expect("in sequence");
    bench.write(1, 399, &rest).expect("in sequence");
    bench.flush();
    let information = bench.ask(&DISC_INFORMATION, 34).expect("an answer");
    assert_eq!((information[2], information[4], information[6]), (0x05, 1, 2), "the second track is invisible yet");
    // 400 blocks, 2 with which the drive ends the track, a pause of 150.
    assert_eq!(bench.next(), Some((552, BLOCKS - 552)));
    bench.close_session();
    let information = bench.ask(&DISC_INFORMATION, 34).expect("an answer");
    assert_eq!((information[2], information[4], information[6], information[8]), (0x0E, 1, 1, 0));
    assert_eq!(information[16..24], [0, 0xFF, 0xFF, 0xFF, 0, 0xFF, 0xFF, 0xFF], "nothing can be added");
    assert_eq!(bench.next(), None);
    assert_eq!(bench.ask(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8).expect("a size"), [0, 0, 1, 145, 0, 0, 8, 0], "2 more");

    assert!(bench.read(0, 400) == Ok([first, rest].concat()));
    assert_eq!(bench.read(400, 1), Err((3, 0x11, 0)), "nobody can read how it ends");
    assert_eq!(bench.read(402, 1), Err((5, 0x21, 0)));
    let raw = bench.raw(0, 1).expect("a sector");
    assert_eq!(raw[..16], [0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 2, 0, 1]);
    // The reference's check values of this sector.
    assert_eq!((&raw[2064..2068], &raw[2348..2352]), (&[0x27, 0x97, 0x39, 0xE6][..], &[0xD0, 0x7C, 0x65, 0x23][..]));
    assert_eq!(bench.q(0), [0x41, 1, 1, 0, 0, 0, 0, 0, 2, 0, 0x28, 0x32]);
    assert_eq!(bench.q(-150)[..10], [0x41, 1, 0, 0, 1, 0x74, 0, 0, 0, 0]);
    assert_eq!(bench.q(402)[..10], [0x41, 0xAA, 1, 0, 0, 0, 0, 0, 0x07, 0x27], "the lead-out");
}

#[test]
fn the_tables_of_two_sessions_are_those_of_the_standard() {
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters::tao_data(MultiSession::Open)).expect("a page");
    bench.write(0, 400, &payload(1, 400, 2048)).expect("in sequence");
    bench.flush();
    bench.close_session();
    let information = bench.ask(&DISC_INFORMATION, 34).expect("an answer");
    assert_eq!((information[2], &information[4..7], information[8]), (0x01, &[2, 2, 2][..], 0));
    // The lead-out at 402 has 6750 blocks, the next lead-in 4500, its pause 150.
    assert_eq!(information[17..20], [1, 37, 27], "402 + 6750 + 150");
    assert_eq!(bench.next().map(|(next, _)| next), Some(402 + 11_400));
    bench.reload();
    assert_eq!(bench.next().map(|(next, _)| next), Some(402 + 11_400), "the disc is what it was");

    bench.set(WriteParameters::tao_audio(MultiSession::NoneToFollow)).expect("a page");
    bench.write(11_802, 300, &payload(2, 300, 2352)).expect("in sequence");
    bench.flush();
    bench.close_session();
    #[rustfmt::skip]
    assert_eq!(full_toc(&bench)[2..], [
        1, 2,
        1, 0x14, 0, 0xA0, 0, 0, 0, 0, 1, 0, 0,
        1, 0x14, 0, 0xA1, 0, 0, 0, 0, 1, 0, 0,
        1, 0x14, 0, 0xA2, 0, 0, 0, 0, 0, 7, 27,
        1, 0x14, 0, 1, 0, 0, 0, 0, 0, 2, 0,
        1, 0x54, 0, 0xB0, 2, 37, 27, 2, 6, 42, 0,
        1, 0x54, 0, 0xC0, 0, 0, 0, 0, 97, 26, 65,
        2, 0x10, 0, 0xA0, 0, 0, 0, 0, 2, 0, 0,
        2, 0x10, 0, 0xA1, 0, 0, 0, 0, 2, 0, 0,
        2, 0x10, 0, 0xA2, 0, 0, 0, 0, 2, 43, 29,
        2, 0x10, 0, 2, 0, 0, 0, 0, 2, 39, 27,
        2, 0x50, 0, 0xB0, 0xFF, 0xFF, 0xFF, 1, 6, 42, 0,
    ]);
    let sessions = bench.ask(&[0x43, 0, 1, 0, 0, 0, 0, 0, 12, 0], 12).expect("a table");
    assert_eq!(sessions, [0, 10, 1, 2, 0, 0x10, 2, 0, 0, 0, 0x2E, 0x1A]);
    let timed = bench.ask(&[0x43, 2, 0, 0, 0, 0, 2, 0, 100, 0], 100).expect("a table");
    assert_eq!(timed, [0, 18, 1, 2, 0, 0x10, 2, 0, 0, 2, 39, 27, 0, 0x10, 0xAA, 0, 0, 2, 43, 29]);
    assert_eq!(bench.read(11_802, 1), Err((5, 0x64, 0)), "sound is no data");
    assert_eq!(bench.read(8_000, 1), Err((5, 0x21, 0)), "between sessions there is nothing");
}

#[test]
fn sound_carries_its_numbers_in_the_sub_channel() {
    let bench = Bench::with("cd-r");
    let page = WriteParameters {
        catalogue_number: Some(Identifier::new(*b"1234567890123")),
        recording_code: Some(Identifier::new(*b"USRC17607839")),
        track_mode: TrackMode(2),
        ..WriteParameters::tao_audio(MultiSession::Final)
    };
    bench.set(page).expect("a page");
    let sound = payload(3, 301, 2352);
    bench.write(0, 301, &sound).expect("in sequence");
    bench.flush();
    bench.close_session();
    let raw = bench.raw(0, 301).expect("sectors");
    assert!(raw.chunks(2448).zip(sound.chunks(2352)).all(|(sector, sound)| &sector[..2352] == sound));
    let modes: Vec<u8> = (0..100).map(|lba| bench.q(lba)[0]).collect();
    assert!([0x21, 0x22, 0x23].iter().all(|mode| modes.contains(mode)), "position, number, code in 100 frames");
    assert_eq!(bench.q(32)[..8], [0x22, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x30]);
    assert_eq!(bench.q(64)[..9], [0x23, 0x96, 0x38, 0x93, 0x04, 0x76, 0x07, 0x83, 0x90]);
    let catalogue = bench.drive.query(&ReadSubChannel::catalogue()).expect("an answer").value.body;
    assert!(
        matches!(catalogue, Some(SubChannelBody::Catalogue { number: Some(number), .. }) if &number == b"1234567890123")
    );
    let isrc = bench.drive.query(&ReadSubChannel::isrc(1)).expect("an answer").value.body;
    assert!(matches!(isrc, Some(SubChannelBody::Isrc { code: Some(code), .. }) if &code == b"USRC17607839"));
}

/// Block types with the bytes of a block, the mode in the header, and where what was sent stands in the sector.
#[rstest]
#[case(BlockType::MODE1, 2048, 1, 16)]
#[case(BlockType::MODE2, 2336, 2, 16)]
#[case(BlockType::MODE2_FORM1, 2048, 2, 24)]
#[case(BlockType::MODE2_FORM1_SUB_HEADER, 2056, 2, 16)]
#[case(BlockType::MODE2_FORM2, 2324, 2, 24)]
#[case(BlockType::MODE2_MIXED, 2332, 2, 16)]
fn every_block_type_makes_its_sector(
    #[case] block_type: BlockType,
    #[case] size: usize,
    #[case] mode: u8,
    #[case] at: usize,
) {
    let bench = Bench::with("cd-rw");
    let session_format =
        if at == 24 || size != 2336 && mode == 2 { SessionFormat::XA } else { SessionFormat::CD_DA_OR_ROM };
    let page = WriteParameters { block_type, session_format, ..WriteParameters::tao_data(MultiSession::Final) };
    bench.set(WriteParameters { sub_header: Some([0, 0, 8, 0]), ..page }).expect("a page");
    let mut data = payload(4, 300, size);
    if size == 2056 || size == 2332 {
        // Sub-headers of form 1.
        data.chunks_mut(size).for_each(|block| block[..8].copy_from_slice(&[0, 0, 8, 0, 0, 0, 8, 0]));
    }
    bench.write(0, 300, &data).expect("in sequence");
    bench.flush();
    let raw = bench.raw(0, 300).expect("sectors");
    for (sector, sent) in raw.chunks(2448).zip(data.chunks(size)) {
        assert_eq!(sector[15], mode);
        let kept = if size == 2332 { 2056 } else { size };
        assert!(sector[at..at + kept] == sent[..kept]);
    }
    let readable = matches!(
        block_type,
        BlockType::MODE1 | BlockType::MODE2_FORM1 | BlockType::MODE2_FORM1_SUB_HEADER | BlockType::MODE2_MIXED
    );
    assert_eq!(bench.read(0, 1).err(), (!readable).then_some((5, 0x64, 0)));
}

#[test]
fn a_short_track_is_filled_up_to_four_seconds() {
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters::tao_data(MultiSession::Final)).expect("a page");
    bench.write(0, 10, &payload(5, 10, 2048)).expect("in sequence");
    bench.flush();
    assert_eq!(bench.next().map(|(next, _)| next), Some(300 + 2 + 150));
    assert_eq!(bench.read(299, 1), Ok(vec![0; 2048]));
}

#[test]
fn blocks_go_where_the_track_goes_on_and_nowhere_else() {
    let bench = Bench::with("cd-r");
    let block = payload(6, 1, 2048);
    let refused = |first| bench.write(first, 1, &block).map_err(|error| refusal(&error));
    bench.set(WriteParameters::tao_data(MultiSession::Final)).expect("a page");
    for first in [-150, -1, 1, 150] {
        assert_eq!(refused(first), Err((5, 0x21, 2)), "{first}");
    }
    bench.write(0, 1, &block).expect("in sequence");
    assert_eq!(refused(0), Err((5, 0x21, 2)));
    let sound = bench.set(WriteParameters::tao_audio(MultiSession::Final)).map_err(|error| refusal(&error));
    assert_eq!(sound, Err((5, 0x2C, 0)), "the track is being written");
    bench.flush();
    bench.close_session();
    assert_eq!(refused(1), Err((5, 0x30, 5)), "the disc is closed");
    let close = bench.drive.send(&CloseTrackSession::of(CloseFunction::Session)).map_err(|error| refusal(&error));
    assert_eq!(close.map(|_| ()), Err((5, 0x30, 5)));
}

#[test]
fn a_session_without_tracks_cannot_be_closed() {
    let bench = Bench::with("cd-r");
    let close = bench.drive.send(&CloseTrackSession::of(CloseFunction::Session)).map_err(|error| refusal(&error));
    assert_eq!(close.map(|_| ()), Err((5, 0x2C, 0)));
}

#[test]
fn a_disc_has_99_tracks_and_no_more() {
    let bench = Bench::sized("cd-r", Some(99 * 452 + 1000));
    bench.set(WriteParameters::tao_data(MultiSession::Final)).expect("a page");
    for _ in 0..99 {
        let (next, _) = bench.next().expect("room");
        bench.write(next, 1, &[7; 2048]).expect("in sequence");
        bench.flush();
    }
    assert_eq!(bench.next(), None);
    let refused = bench.write(99 * 452, 1, &[7; 2048]).map_err(|error| refusal(&error));
    assert_eq!(refused, Err((5, 0x21, 2)));
}

#[test]
fn a_full_disc_says_so() {
    let bench = Bench::sized("cd-r", Some(500));
    bench.set(WriteParameters::tao_data(MultiSession::Final)).expect("a page");
    bench.write(0, 499, &payload(8, 499, 2048)).expect("in sequence");
    let beyond = bench.write(499, 2, &payload(8, 2, 2048)).map_err(|error| refusal(&error));
    assert_eq!(beyond, Err((5, 0x21, 0)));
    bench.write(499, 1, &[1; 2048]).expect("the last one");
    bench.flush();
    bench.close_session();
    assert_eq!(bench.read(499, 1), Ok(vec![1; 2048]));
}

#[test]
fn a_rehearsal_goes_the_same_way_and_leaves_the_disc_blank() {
    let bench = Bench::with("cd-r");
    let blank = bench.ask(&DISC_INFORMATION, 34);
    let page = WriteParameters { test_write: true, ..WriteParameters::tao_data(MultiSession::Final) };
    bench.set(page).expect("a page");
    bench.write(0, 400, &payload(9, 400, 2048)).expect("in sequence");
    let wrong = bench.write(0, 1, &[0; 2048]).map_err(|error| refusal(&error));
    assert_eq!(wrong, Err((5, 0x21, 2)), "the rules are those of writing");
    bench.flush();
    assert_eq!(bench.next().map(|(next, _)| next), Some(552));
    bench.close_session();
    assert_eq!(bench.ask(&DISC_INFORMATION, 34), blank);
    assert_eq!(bench.next(), Some((0, BLOCKS)));
}

#[test]
fn a_track_can_be_reserved_and_filled_later() {
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters::tao_data(MultiSession::Final)).expect("a page");
    bench.drive.send(&ReserveTrack::blocks(1000)).expect("there is room");
    assert_eq!(bench.next().map(|(next, _)| next), Some(1000 + 2 + 150));
    bench.write(1152, 300, &payload(1, 300, 2048)).expect("the track behind it");
    bench.flush();
    let data = payload(2, 1000, 2048);
    bench.write(0, 1000, &data).expect("the reserved one");
    let beyond = bench.write(1000, 1, &[0; 2048]).map_err(|error| refusal(&error));
    assert_eq!(beyond, Err((5, 0x63, 0)));
    bench.flush();
    bench.close_session();
    assert!(bench.read(0, 1000) == Ok(data));
    assert!(bench.read(1152, 300) == Ok(payload(1, 300, 2048)));
}
