//! Tests of page 05h: every field at its place, every way of writing with its exact bytes.

use proptest::prelude::*;
use rstest::rstest;

use super::{
    super::{ModePage, checks},
    *,
};

/// A page in which every field has a value of its own.
const EVERYTHING: [u8; 56] = [
    0x05, 0x36, 0x73, 0x75, 0x0B, 0x07, 0x00, 0x2A, 0x20, 0x00, 0x01, 0x02, 0x03, 0x04, 0x00,
    0x96, // up to the pause
    0x80, b'4', b'0', b'1', b'2', b'3', b'4', b'5', b'0', b'1', b'2', b'3', b'4', b'5', 0x00,
    0x2D, // catalogue number
    0x80, b'U', b'S', b'R', b'C', b'1', b'7', b'6', b'0', b'7', b'8', b'3', b'9', 0x00, 0x4A,
    0x00, // recording code
    0x01, 0x02, 0x08, 0x04, 0xDE, 0xAD, 0xBE, 0xEF, // sub-header, and four bytes of the maker's
];

fn everything() -> WriteParameters {
    WriteParameters {
        underrun_protection: true,
        link_size_valid: true,
        test_write: true,
        write_type: WriteType::RAW,
        multi_session: MultiSession::NoneToFollow,
        fixed_packets: true,
        copy: true,
        track_mode: TrackMode::DATA_INCREMENTAL,
        block_type: BlockType::MODE2_FORM1_SUB_HEADER,
        link_size: 7,
        application: 0x2A,
        session_format: SessionFormat::XA,
        packet_size: 0x0102_0304,
        audio_pause: 150,
        catalogue_number: Some(Identifier { valid: true, characters: *b"4012345012345", frame: 45 }),
        recording_code: Some(Identifier { valid: true, characters: *b"USRC17607839", frame: 74 }),
        sub_header: Some([1, 2, 8, 4]),
        tail: vec![0xDE, 0xAD, 0xBE, 0xEF],
    }
}

#[test]
fn every_field_has_its_place() {
    checks::page_is(&ModePage::WriteParameters(everything()), &EVERYTHING);
    checks::page_needs(&EVERYTHING, 16);
}

#[test]
fn texts_are_texts_when_they_are_to_be_written() {
    let page = everything();
    assert_eq!(page.catalogue_number.as_ref().and_then(Identifier::text), Some("4012345012345"));
    assert_eq!(page.recording_code.as_ref().and_then(Identifier::text), Some("USRC17607839"));
    assert_eq!(RecordingCode::default().text(), None);
    assert_eq!(Identifier { valid: false, ..RecordingCode::new(*b"USRC17607839") }.text(), None);
    assert_eq!(RecordingCode::new([0; 12]).text(), None);
}

#[test]
fn a_text_that_is_marked_as_valid_and_is_none_is_noted() {
    let mut page = EVERYTHING;
    (page[17], page[33]) = (0, 0xFF);
    let mut notes = Notes::new();
    assert!(ModePage::decode(&page, &mut notes).is_ok());
    assert_eq!(notes.as_slice().iter().map(|note| note.at).collect::<Vec<_>>(), [16, 32]);
}

#[test]
fn reserved_bits_mean_nothing_and_are_sent_as_zeros() {
    let mut page = EVERYTHING;
    for (at, bits) in [(2, 0x80), (4, 0xF0), (6, 0xFF), (7, 0xC0), (9, 0xFF), (16, 0x7F), (30, 0xFF), (47, 0xFF)] {
        page[at] |= bits;
    }
    let decoded = ModePage::decode(&page, &mut Notes::new());
    assert_eq!(decoded, Ok(ModePage::WriteParameters(everything())));
}

const OPEN: MultiSession = MultiSession::Open;
const FINAL: MultiSession = MultiSession::Final;

/// The exact values: bytes 2, 3 and 4, and others that are not zero.
#[rstest]
#[case::tao_data(WriteParameters::tao_data(FINAL), [0x41, 0x04, 0x08], &[(15, 150)])]
#[case::tao_data_open(WriteParameters::tao_data(OPEN), [0x41, 0xC4, 0x08], &[(15, 150)])]
#[case::tao_audio(WriteParameters::tao_audio(FINAL), [0x41, 0x00, 0x00], &[(15, 150)])]
#[case::tao_audio_open(WriteParameters::tao_audio(OPEN), [0x41, 0xC0, 0x00], &[(15, 150)])]
#[case::tao_xa(WriteParameters::tao_xa(FINAL), [0x41, 0x04, 0x0A], &[(8, 0x20), (50, 0x08)])]
#[case::tao_xa_open(WriteParameters::tao_xa(OPEN), [0x41, 0xC4, 0x0A], &[(8, 0x20), (50, 0x08)])]
#[case::sao(WriteParameters::sao(FINAL), [0x42, 0x00, 0x00], &[])]
#[case::sao_open(WriteParameters::sao(OPEN), [0x42, 0xC0, 0x00], &[])]
#[case::sao_last(WriteParameters::sao(MultiSession::NoneToFollow), [0x42, 0x40, 0x00], &[])]
#[case::raw16(WriteParameters::raw(BlockType::RAW_PQ, TrackMode::AUDIO), [0x43, 0x00, 0x01], &[])]
#[case::raw_packed(WriteParameters::raw(BlockType::RAW_PW_PACKED, TrackMode::DATA), [0x43, 0x04, 0x02], &[])]
#[case::raw96(WriteParameters::raw(BlockType::RAW_PW, TrackMode::DATA), [0x43, 0x04, 0x03], &[])]
#[case::cd_fixed(WriteParameters::cd_fixed_packets(32), [0x60, 0x24, 0x08], &[(5, 7), (13, 32)])]
#[case::cd_variable(WriteParameters::cd_variable_packets(), [0x60, 0x04, 0x08], &[(5, 7)])]
#[case::dvd_inc(WriteParameters::dvd_incremental(OPEN), [0x60, 0xE5, 0x08], &[(5, 0x10), (13, 0x10)])]
#[case::dvd_inc_close(WriteParameters::dvd_incremental(FINAL), [0x60, 0x25, 0x08], &[(5, 0x10), (13, 0x10)])]
#[case::dvd_dao(WriteParameters::dvd_dao(), [0x42, 0x05, 0x08], &[])]
#[case::dvd_overwrite(WriteParameters::dvd_restricted_overwrite(), [0x40, 0x25, 0x08], &[])]
#[case::dvd_jump(WriteParameters::dvd_layer_jump(), [0x44, 0xC5, 0x08], &[(5, 0x10)])]
fn every_way_of_writing_has_its_exact_values(
    #[case] page: WriteParameters,
    #[case] first: [u8; 3],
    #[case] others: &[(usize, u8)],
) {
    let mut expected = [0; 52];
    (expected[0], expected[1]) = (0x05, 0x32);
    expected[2..5].copy_from_slice(&first);
    for &(at, value) in others {
        expected[at] = value;
    }
    checks::page_is(&ModePage::WriteParameters(page.clone()), &expected);

    // A test, and no protection against underrun, are one bit each.
    expected[2] = expected[2] & !0x40 | 0x10;
    let test = WriteParameters { underrun_protection: false, test_write: true, ..page };
    checks::page_is(&ModePage::WriteParameters(test), &expected);
}

#[test]
fn a_page_for_an_old_drive_is_as_long_as_the_drives_own() {
    let wanted = WriteParameters { catalogue_number: Some(CatalogueNumber::new(*b"4012345012345")), ..everything() };
    for (len, expected) in [(56, 56), (52, 52), (48, 48), (40, 40), (32, 32), (16, 16)] {
        let Ok(drive) = WriteParameters::decode(&EVERYTHING[..len], &mut Notes::new()) else {
            panic!("{len} bytes are enough");
        };
        let fitted = wanted.clone().fitted_to(&drive);
        assert_eq!((fitted.encode().len(), fitted.write_type), (expected, WriteType::RAW));
        assert_eq!(fitted.tail, drive.tail);
    }
}

#[test]
fn a_block_has_the_size_of_its_type() {
    let sizes = [2352, 2368, 2448, 2448, 0, 0, 0, 0, 2048, 2336, 2048, 2056, 2324, 2332, 0, 0];
    for (value, size) in (0..16).zip(sizes) {
        assert_eq!(BlockType(value).block_size().unwrap_or_default(), size, "type {value}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_keep_their_meaning(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        checks::any_page(PageCode::WRITE_PARAMETERS, bytes);
    }
}
