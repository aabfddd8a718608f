//! Session at once: the cue sheet is checked to the byte, its blocks come in their order, and nothing else does.

use imapi_disc_types::{Lba, Msf};
use imapi_mmc_transport::{
    CommandError, InvalidField, Sense, SenseKey, TransportExt as _,
    commands::{
        CloseFunction, CloseTrackSession, CueEntry, DataForm, MainForm, ReadSubChannel, SendCueSheet, SubChannelBody,
        TrackControl,
    },
    mode::{MultiSession, WriteParameters},
};
use rstest::rstest;

use crate::bench::{BLOCKS, Bench, payload, refusal};

const AUDIO: TrackControl = TrackControl::AUDIO;
const DATA: TrackControl = TrackControl::DATA;

fn at(lba: i32) -> Msf {
    Msf::try_from(Lba(lba)).expect("a time")
}

fn index(control: TrackControl, track: u8, index: u8, form: MainForm, lba: i32) -> CueEntry {
    CueEntry::index(control, track, index, form.alone(), at(lba))
}

fn lead_in() -> CueEntry {
    CueEntry::lead_in(AUDIO, MainForm::AUDIO_PAUSE.alone())
}

fn lead_out(lba: i32) -> CueEntry {
    CueEntry::lead_out(AUDIO, MainForm::AUDIO_PAUSE.alone(), at(lba))
}

/// One track of audio.
fn plain() -> Vec<CueEntry> {
    vec![lead_in(), index(AUDIO, 1, 0, MainForm::AUDIO, -150), index(AUDIO, 1, 1, MainForm::AUDIO, 0), lead_out(400)]
}

fn send(bench: &Bench, sheet: &[CueEntry]) -> Result<(), CommandError> {
    let command = SendCueSheet::of(sheet).expect("a short sheet");
    bench.drive.submit(&command, &sheet.to_vec()).map(drop)
}

fn ready(name: &str) -> Bench {
    let bench = Bench::with(name);
    bench.set(WriteParameters::sao(MultiSession::Final)).expect("a page");
    bench
}

#[test]
fn audio_with_indexes_and_numbers_is_what_the_sheet_says() {
    let bench = ready("cd-r");
    let mut sheet = CueEntry::catalogue(*b"1234567890123").to_vec();
    sheet.push(lead_in());
    sheet.extend(CueEntry::isrc(AUDIO, 1, *b"USRC17607839"));
    sheet.extend([
        index(AUDIO, 1, 0, MainForm::AUDIO, -150),
        index(AUDIO, 1, 1, MainForm::AUDIO, 0),
        index(AUDIO, 1, 2, MainForm::AUDIO, 200),
        index(TrackControl::COPY_PERMITTED, 2, 0, MainForm::AUDIO, 400),
        index(TrackControl::COPY_PERMITTED, 2, 1, MainForm::AUDIO, 450),
        lead_out(800),
    ]);
    send(&bench, &sheet).expect("a good sheet");
    assert_eq!(bench.next(), Some((-150, BLOCKS)), "nothing is on the disc yet, and the pause comes first");
    let sound = payload(1, 950, 2352);
    bench.write(-150, 500, &sound[..500 * 2352]).expect("in order");
    bench.write(350, 450, &sound[500 * 2352..]).expect("in order");
    bench.flush();

    let raw = bench.raw(-150, 950).expect("sectors");
    assert!(raw.chunks(2448).zip(sound.chunks(2352)).all(|(sector, sound)| &sector[..2352] == sound));
    assert_eq!(bench.q(-1)[..10], [0x01, 1, 0, 0, 0, 0, 0, 0, 1, 0x74], "the pause counts down");
    assert_eq!(bench.q(199)[..3], [0x01, 1, 1]);
    assert_eq!(bench.q(200)[..10], [0x01, 1, 2, 0, 2, 0x50, 0, 0, 4, 0x50]);
    assert_eq!(bench.q(400)[..10], [0x21, 2, 0, 0, 0, 0x49, 0, 0, 7, 0x25]);
    assert_eq!(bench.q(450)[..10], [0x21, 2, 1, 0, 0, 0, 0, 0, 8, 0]);
    let toc = bench.ask(&[0x43, 0, 0, 0, 0, 0, 0, 0, 100, 0], 100).expect("a table");
    #[rustfmt::skip]
    assert_eq!(toc, [
        0, 26, 1, 2,
        0, 0x10, 1, 0, 0, 0, 0, 0,
        0, 0x12, 2, 0, 0, 0, 1, 0xC2,
        0, 0x12, 0xAA, 0, 0, 0, 3, 0x20,
    ]);
    let code = |track| match bench.drive.query(&ReadSubChannel::isrc(track)).expect("an answer").value.body {
        Some(SubChannelBody::Isrc { code, .. }) => code,
        other => panic!("{other:?}"),
    };
    assert_eq!((code(1), code(2)), (Some(*b"USRC17607839"), None));
    assert_eq!(bench.ask(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34).expect("an answer")[2], 0x0E, "the disc is closed");
}

#[test]
fn exactly_the_blocks_of_the_sheet_are_taken() {
    let bench = ready("cd-r");
    let refused =
        |first, blocks: u16| bench.write(first, blocks, &payload(2, blocks, 2352)).map_err(|error| refusal(&error));
    assert_eq!(refused(0, 1), Err((5, 0x2C, 0)), "the sheet is missing");
    send(&bench, &plain()).expect("a good sheet");
    bench.flush();
    assert_eq!(refused(0, 1), Err((5, 0x21, 2)), "the pause is missing");
    refused(-150, 300).expect("in order");
    assert_eq!(refused(149, 1), Err((5, 0x21, 2)));
    assert_eq!(refused(150, 251), Err((5, 0x21, 2)), "one too many");
    let close = bench.drive.send(&CloseTrackSession::of(CloseFunction::Session)).map_err(|error| refusal(&error));
    assert_eq!(close.map(|_| ()), Err((5, 0x2C, 0)), "it is not complete");
    assert_eq!(send(&bench, &plain()).map_err(|error| refusal(&error)), Err((5, 0x2C, 0)), "it has begun");
    bench.flush();
    refused(150, 250).expect("a flush in between changes nothing");
    bench.flush();
    assert_eq!(refused(400, 1), Err((5, 0x30, 5)));
}

#[test]
fn a_rehearsed_session_leaves_nothing() {
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters { test_write: true, ..WriteParameters::sao(MultiSession::Final) }).expect("a page");
    let blank = bench.ask(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34);
    send(&bench, &plain()).expect("a good sheet");
    bench.write(-150, 550, &payload(2, 550, 2352)).expect("in order");
    bench.flush();
    assert_eq!(bench.ask(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34), blank);
    bench.set(WriteParameters::sao(MultiSession::Final)).expect("a page");
    send(&bench, &plain()).expect("a good sheet");
    bench.write(-150, 550, &payload(2, 550, 2352)).expect("now it counts");
}

/// Every data form: bytes that are sent, the mode that is recorded, and where the bytes stand.
#[rstest]
#[case(MainForm::MODE_1, 2048, 1, 0, 16, 2048)]
#[case(MainForm::MODE_1_RAW, 2352, 1, 16, 16, 2048)]
#[case(MainForm::MODE_1_IGNORED, 2048, 1, 0, 0, 0)]
#[case(MainForm::MODE_1_RAW_IGNORED, 2352, 1, 0, 0, 0)]
#[case(MainForm::XA, 2336, 2, 8, 24, 2048)]
#[case(MainForm::XA_RAW, 2352, 2, 24, 24, 2048)]
#[case(MainForm::MODE_2, 2336, 2, 0, 16, 2336)]
#[case(MainForm::MODE_2_RAW, 2352, 2, 16, 16, 2336)]
fn every_data_form_makes_its_sector(
    #[case] form: MainForm,
    #[case] size: usize,
    #[case] mode: u8,
    #[case] from: usize,
    #[case] to: usize,
    #[case] kept: usize,
) {
    let bench = ready("cd-rw");
    let sheet = [lead_in(), index(DATA, 1, 0, form, -150), index(DATA, 1, 1, form, 0), lead_out(300)];
    send(&bench, &sheet).expect("a good sheet");
    let data = payload(3, 450, size);
    bench.write(-150, 450, &data).expect("in order");
    bench.flush();
    let raw = bench.raw(-150, 450).expect("sectors");
    for (sector, sent) in raw.chunks(2448).zip(data.chunks(size)) {
        assert_eq!(sector[15], mode);
        // Sub-headers are random here, and form 2 has other bytes behind its data.
        assert!(sector[to..to + kept] == sent[from..from + kept]);
        if kept == 0 {
            assert!(sector[16..2064].iter().all(|&byte| byte == 0));
        }
    }
}

#[test]
fn pauses_that_the_drive_makes_are_not_sent() {
    let bench = ready("cd-r");
    let sheet = [
        lead_in(),
        index(DATA, 1, 0, MainForm::MODE_1_PAUSE, -150),
        index(DATA, 1, 1, MainForm::MODE_1, 0),
        // From data to sound, and a pause that is half of each.
        index(DATA, 2, 0, MainForm::MODE_1_PAUSE, 300),
        index(AUDIO, 2, 0, MainForm::AUDIO_PAUSE, 375),
        index(AUDIO, 2, 1, MainForm::AUDIO, 450),
        lead_out(800),
    ];
    send(&bench, &sheet).expect("a good sheet");
    bench.write(0, 300, &payload(4, 300, 2048)).expect("the first block that is sent");
    bench.write(450, 350, &payload(5, 350, 2352)).expect("the next");
    bench.flush();
    assert!(bench.read(0, 300) == Ok(payload(4, 300, 2048)));
    let pause = bench.raw(300, 150).expect("sectors");
    assert_eq!((pause[15], &pause[75 * 2448..75 * 2448 + 16]), (1, &[0; 16][..]), "data, then silence");
    assert_eq!((bench.q(374)[0], bench.q(375)[0]), (0x41, 0x01));
    assert_eq!(bench.read(375, 1), Err((5, 0x64, 0)));
}

#[test]
fn cd_text_of_the_lead_in_is_read_back() {
    let bench = ready("cd-r");
    let pack = *b"\x80\0\0\0Joyful Night\xF0\xF7";
    let size = [0x8F, 0, 1, 0, 1, 1, 3, 0, 6, 5, 4, 5, 7, 6, 1, 2, 0, 0];
    let sum = imapi_cd_sector::crc16(&size[..16]).to_be_bytes();
    let size: [u8; 18] = [&size[..16], &sum[..]].concat().try_into().expect("18");
    let symbols: Vec<u8> = [pack, size, pack, size].iter().flat_map(imapi_cd_sector::cdtext::to_symbols).collect();
    let mut sheet = plain();
    sheet[0] = CueEntry::lead_in(AUDIO, DataForm::CD_TEXT);
    send(&bench, &sheet).expect("a good sheet");
    let early = bench.write(-150, 1, &payload(6, 1, 2352)).map_err(|error| refusal(&error));
    assert_eq!(early, Err((5, 0x21, 2)), "the lead-in comes first");
    for first in (-11_635..-150).step_by(100) {
        let blocks = u16::try_from(100.min(-150 - first)).expect("few");
        bench.write(first, blocks, &symbols.repeat(blocks.into())).expect("the lead-in");
    }
    bench.write(-150, 550, &payload(6, 550, 2352)).expect("the program");
    bench.flush();
    let answer = bench.ask(&[0x43, 0, 5, 0, 0, 0, 0, 1, 0, 0], 256).expect("CD-TEXT");
    assert_eq!(answer, [&[0, 38, 0, 0][..], &pack, &size].concat());
}

#[test]
fn a_session_may_follow_where_the_page_allows_it() {
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters::sao(MultiSession::Open)).expect("a page");
    send(&bench, &plain()).expect("a good sheet");
    bench.write(-150, 550, &payload(1, 550, 2352)).expect("in order");
    bench.flush();
    let begin = 400 + 11_400;
    assert_eq!(bench.next().map(|(next, _)| next), Some(begin - 150));
    let second = |from: i32| {
        let form = MainForm::MODE_1;
        [lead_in(), index(DATA, 2, 0, form, from - 150), index(DATA, 2, 1, form, from), lead_out(from + 300)]
    };
    assert_eq!(send(&bench, &second(begin + 1)).map_err(|error| refusal(&error)), Err((5, 0x26, 0)));
    send(&bench, &second(begin)).expect("a good sheet");
    bench.write(begin - 150, 450, &payload(2, 450, 2048)).expect("in order");
    bench.flush();
    assert_eq!(bench.next().map(|(next, _)| next), Some(begin + 300 + 6_900 - 150));
    assert!(bench.read(begin, 300) == Ok(payload(2, 450, 2048)[150 * 2048..].to_vec()));
}

/// What is wrong with a sheet, and the byte at which the drive says so.
#[rstest]
#[case::no_lead_in(|sheet: &mut Vec<CueEntry>| { sheet.remove(0); }, 1)]
#[case::two_lead_ins(|sheet: &mut Vec<CueEntry>| sheet.insert(1, lead_in()), 9)]
#[case::no_pause(|sheet: &mut Vec<CueEntry>| { sheet.remove(1); }, 13)]
#[case::no_track(|sheet: &mut Vec<CueEntry>| { sheet.drain(1..3); }, 13)]
#[case::no_lead_out(|sheet: &mut Vec<CueEntry>| { sheet.pop(); }, 24)]
#[case::more_behind_it(|sheet: &mut Vec<CueEntry>| sheet.push(lead_out(500)), 32)]
#[case::another_track(|sheet: &mut Vec<CueEntry>| sheet[2] = index(AUDIO, 2, 1, MainForm::AUDIO, 0), 17)]
#[case::track_two_first(|sheet: &mut Vec<CueEntry>| sheet[1] = index(AUDIO, 2, 0, MainForm::AUDIO, -150), 9)]
#[case::a_gap_of_indexes(|sheet: &mut Vec<CueEntry>| sheet[2] = index(AUDIO, 1, 2, MainForm::AUDIO, 0), 18)]
#[case::no_such_form(|sheet: &mut Vec<CueEntry>| sheet[2] = index(AUDIO, 1, 1, MainForm::from_bits(5), 0), 19)]
#[case::sound_as_data(|sheet: &mut Vec<CueEntry>| sheet[2] = index(DATA, 1, 1, MainForm::AUDIO, 0), 19)]
#[case::a_later_beginning(|sheet: &mut Vec<CueEntry>| sheet[1] = index(AUDIO, 1, 0, MainForm::AUDIO, -149), 13)]
#[case::back_in_time(|sheet: &mut Vec<CueEntry>| sheet[2] = index(AUDIO, 1, 1, MainForm::AUDIO, -151), 21)]
#[case::too_short(|sheet: &mut Vec<CueEntry>| sheet[3] = lead_out(299), 29)]
#[case::too_long(|sheet: &mut Vec<CueEntry>| sheet[3] = lead_out(30_001), 29)]
#[case::a_letter_in_the_number(
    |sheet: &mut Vec<CueEntry>| { sheet.splice(0..0, CueEntry::catalogue(*b"1234567X90123")); }, 9)]
#[case::half_a_code(
    |sheet: &mut Vec<CueEntry>| sheet.insert(1, CueEntry::isrc(AUDIO, 1, *b"USRC17607839")[0]), 16)]
#[case::a_code_of_another_track(
    |sheet: &mut Vec<CueEntry>| { sheet.splice(1..1, CueEntry::isrc(AUDIO, 2, *b"USRC17607839")); }, 9)]
fn a_bad_sheet_is_refused_at_its_byte(#[case] spoil: fn(&mut Vec<CueEntry>), #[case] byte: u16) {
    let bench = ready("cd-r");
    let mut sheet = plain();
    spoil(&mut sheet);
    let error = send(&bench, &sheet).expect_err("a bad sheet");
    assert_eq!(error.sense(), Some(&Sense::from(InvalidField::data(byte))));
    let write = bench.write(-150, 1, &[0; 2352]).map_err(|error| refusal(&error));
    assert_eq!(write, Err((5, 0x2C, 0)), "it counts for nothing");
}

#[test]
fn a_sheet_comes_when_it_is_time_for_one() {
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters::tao_audio(MultiSession::Final)).expect("a page");
    assert_eq!(send(&bench, &plain()).map_err(|error| refusal(&error)), Err((5, 0x2C, 0)), "track at once");
    bench.write(0, 300, &payload(1, 300, 2352)).expect("in sequence");
    bench.flush();
    bench.set(WriteParameters::sao(MultiSession::Final)).expect("a page");
    let not_empty = send(&bench, &plain()).expect_err("there is a track");
    assert_eq!(not_empty.sense(), Some(&Sense::new(SenseKey::IllegalRequest, 0x2C, 3)));
    let long = vec![lead_in(); 401];
    let bench = ready("cd-r");
    let too_long = send(&bench, &long).expect_err("too long");
    assert_eq!(too_long.sense(), Some(&Sense::from(InvalidField::cdb(6))));
}
