//! Reading: READ CD in every form, what is refused, and where the head is afterwards.

use imapi_disc_types::{Lba, Msf};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{
        CdPosition, ExpectedSector, MainChannel, ReadCd, ReadCdMsf, ReadHeader, ReadSubChannel, SectorSelection,
        SubChannelBody,
    },
    mode::{BlockType, MultiSession, SessionFormat, WriteParameters},
};
use rstest::rstest;

use crate::bench::{Bench, payload, refusal};

/// A disc with one track of such blocks.
fn disc(block_type: BlockType) -> Bench {
    let bench = Bench::with("cd-r");
    let session_format = match block_type {
        BlockType::MODE2_FORM1 | BlockType::MODE2_FORM2 => SessionFormat::XA,
        _ => SessionFormat::CD_DA_OR_ROM,
    };
    let sub_header = Some([1, 2, 8, 3]);
    let page = if block_type == BlockType::RAW {
        WriteParameters::tao_audio(MultiSession::Final)
    } else {
        WriteParameters { block_type, session_format, sub_header, ..WriteParameters::tao_data(MultiSession::Final) }
    };
    bench.set(page).expect("a page");
    let size = usize::from(block_type.block_size().expect("a size"));
    bench.write(0, 300, &payload(1, 300, size)).expect("in sequence");
    bench.flush();
    bench.close_session();
    bench
}

/// Parts of a sector by the bit of byte 9 that asks for them: sync, header, sub-header, data, correction.
const PARTS: [u8; 5] = [0x80, 0x20, 0x40, 0x10, 0x08];

#[rstest]
#[case::mode_1(BlockType::MODE1, 2, [0..12, 12..16, 16..16, 16..2064, 2064..2352])]
#[case::mode_2(BlockType::MODE2, 3, [0..12, 12..16, 16..16, 16..2352, 2352..2352])]
#[case::form_1(BlockType::MODE2_FORM1, 4, [0..12, 12..16, 16..24, 24..2072, 2072..2352])]
#[case::form_2(BlockType::MODE2_FORM2, 5, [0..12, 12..16, 16..24, 24..2352, 2352..2352])]
fn every_selection_brings_its_parts_of_a_data_sector(
    #[case] block_type: BlockType,
    #[case] expected: u8,
    #[case] places: [std::ops::Range<usize>; 5],
) {
    let bench = disc(block_type);
    let whole = bench.raw(7, 1).expect("a sector");
    let mut brought = 0;
    for bits in (0..=0xF8_u8).step_by(8) {
        let parts: Vec<usize> = (0..5).filter(|&part| bits & PARTS[part] != 0 && !places[part].is_empty()).collect();
        let contiguous = parts.windows(2).all(|pair| places[pair[0]].end == places[pair[1]].start);
        let allowed = contiguous && (bits & 0x08 == 0 || bits & 0x10 != 0);
        let answer = bench.ask(&[0xBE, expected << 2, 0, 0, 0, 7, 0, 0, 1, bits, 0, 0], 2352);
        if allowed {
            let wanted: Vec<u8> = parts.iter().flat_map(|&part| whole[places[part].clone()].to_vec()).collect();
            assert!(answer == Ok(wanted), "{bits:02X}");
            brought += 1;
        } else {
            assert_eq!(answer, Err((5, 0x24, 0)), "{bits:02X}");
        }
    }
    assert!(brought >= 12, "{brought}");
}

#[test]
fn sound_comes_whole_with_marks_and_sub_channels() {
    let bench = disc(BlockType::RAW);
    let whole = bench.raw(5, 2).expect("sectors");
    // C2 bits, sub-channel; bytes of a sector.
    for (c2, sub, size) in [(0, 0, 2352), (1, 0, 2646), (2, 0, 2648), (0, 1, 2448), (0, 2, 2368), (1, 4, 2742)] {
        let answer = bench.ask(&[0xBE, 0x04, 0, 0, 0, 5, 0, 0, 2, 0x10 | c2 << 1, sub, 0], 2 * size).expect("sectors");
        for (sector, whole) in answer.chunks(size).zip(whole.chunks(2448)) {
            assert!(sector[..2352] == whole[..2352]);
            let marks = [0, 294, 296][usize::from(c2)];
            assert!(sector[2352..2352 + marks].iter().all(|&byte| byte == 0), "every byte was read well");
            let channels = &sector[2352 + marks..];
            match sub {
                0 => assert!(channels.is_empty()),
                1 => assert!(channels == &whole[2352..]),
                2 => assert_eq!((channels[0], channels[15]), (0x01, 0), "Q, and P is not set"),
                _ => assert!(channels.iter().zip(&whole[2352..]).all(|(symbol, raw)| *symbol == raw & 0x3F)),
            }
        }
    }
    for bad in [3 << 1, 6] {
        assert_eq!(bench.ask(&[0xBE, 0x04, 0, 0, 0, 5, 0, 0, 1, 0x10 | bad, 0, 0], 2700), Err((5, 0x24, 0)));
    }
    assert_eq!(bench.ask(&[0xBE, 0x04, 0, 0, 0, 5, 0, 0, 1, 0x10, 3, 0], 2700), Err((5, 0x24, 0)));
}

#[test]
fn a_sector_of_another_kind_than_expected_ends_the_command() {
    let expectations = [
        ExpectedSector::Audio,
        ExpectedSector::Mode1,
        ExpectedSector::Mode2,
        ExpectedSector::Mode2Form1,
        ExpectedSector::Mode2Form2,
    ];
    let types = [BlockType::RAW, BlockType::MODE1, BlockType::MODE2, BlockType::MODE2_FORM1, BlockType::MODE2_FORM2];
    for (is, block_type) in types.into_iter().enumerate() {
        let bench = disc(block_type);
        for (wanted, expected) in expectations.into_iter().enumerate() {
            let command = ReadCd { expected, ..ReadCd::new(Lba(0), 1, SectorSelection::RAW) };
            let answer = bench.read_cd(&command, 2352).map(|bytes| bytes.len());
            assert_eq!(answer, if is == wanted { Ok(2352) } else { Err((5, 0x64, 0)) }, "{block_type:?} {expected:?}");
        }
        let any = ReadCd::new(Lba(0), 1, SectorSelection::RAW);
        assert_eq!(bench.read_cd(&any, 2352).map(|bytes| bytes.len()), Ok(2352));
    }
}

#[test]
fn read_cd_msf_counts_from_the_first_pause() {
    let bench = disc(BlockType::MODE1);
    let time = |lba| Msf::try_from(Lba(lba)).expect("a time");
    let mut bytes = vec![0; 3 * 2048];
    let command = ReadCdMsf::new(time(10), time(13), SectorSelection::USER_DATA);
    bench.drive.read_into(&command, &mut bytes).expect("three sectors");
    assert!(Ok(bytes) == bench.read(10, 3));
    // The pause itself can be read by this command, and not by READ.
    let pause = ReadCdMsf::new(time(-150), time(-149), SectorSelection::USER_DATA);
    let mut block = vec![0xA5; 2048];
    bench.drive.read_into(&pause, &mut block).expect("a sector");
    assert_eq!(block, [0; 2048]);
    assert_eq!(bench.read(-150, 1), Err((5, 0x21, 0)));
    let backwards = ReadCdMsf::new(time(13), time(10), SectorSelection::USER_DATA);
    let refused = bench.drive.read_into(&backwards, &mut block).map_err(|error| refusal(&error));
    assert_eq!(refused.map(|_| ()), Err((5, 0x24, 0)));
}

#[test]
fn a_header_is_read_of_data_and_not_of_sound() {
    let bench = disc(BlockType::MODE2);
    let header = bench.drive.query(&ReadHeader::of(Lba(12))).expect("an answer").value;
    assert_eq!((header.mode, header.position), (2, CdPosition::Lba(Lba(12))));
    assert_eq!(bench.ask(&[0x44, 2, 0, 0, 0, 12, 0, 0, 8, 0], 8), Ok(vec![2, 0, 0, 0, 0, 0, 2, 12]));
    let sound = disc(BlockType::RAW);
    assert_eq!(sound.ask(&[0x44, 0, 0, 0, 0, 0, 0, 0, 8, 0], 8), Err((5, 0x64, 0)));
}

#[test]
fn the_head_stays_where_the_last_sector_was_read() {
    let bench = disc(BlockType::RAW);
    let selection = SectorSelection { main: MainChannel::USER_DATA, ..SectorSelection::default() };
    bench.read_cd(&ReadCd::new(Lba(100), 50, selection), 2352).expect("sectors");
    let body = bench.drive.query(&ReadSubChannel::position()).expect("an answer").value.body;
    let Some(SubChannelBody::Position { track, index, absolute, relative, .. }) = body else { panic!("{body:?}") };
    assert_eq!((track, index), (1, 1));
    assert_eq!((absolute, relative), (CdPosition::Lba(Lba(149)), CdPosition::Lba(Lba(149))));
    let timed = bench.ask(&[0x42, 2, 0x40, 1, 0, 0, 0, 0, 16, 0], 16).expect("an answer");
    assert_eq!(timed, [0, 0x15, 0, 12, 1, 0x10, 1, 1, 0, 0, 3, 74, 0, 0, 1, 74]);
    assert_eq!(bench.ask(&[0x42, 0, 0x00, 1, 0, 0, 0, 0, 16, 0], 16), Ok(vec![0, 0x15, 0, 0]), "the status alone");
    assert_eq!(bench.ask(&[0x42, 0, 0x40, 3, 0, 0, 9, 0, 24, 0], 24), Err((5, 0x24, 0)), "there is no track 9");
}

#[test]
fn a_track_that_lost_power_is_gone_as_far_as_it_was_not_flushed() {
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters::tao_data(MultiSession::Final)).expect("a page");
    bench.write(0, 300, &payload(1, 300, 2048)).expect("in sequence");
    bench.flush();
    bench.write(452, 10, &payload(2, 10, 2048)).expect("the next track");
    bench.reload();
    bench.set(WriteParameters::tao_data(MultiSession::Final)).expect("a page");
    assert_eq!(bench.next().map(|(next, _)| next), Some(452), "it never began");
    bench.write(452, 300, &payload(3, 300, 2048)).expect("again");
    bench.flush();
    bench.close_session();
    assert!(bench.read(0, 300) == Ok(payload(1, 300, 2048)));
    assert!(bench.read(452, 300) == Ok(payload(3, 300, 2048)));
}

#[test]
fn a_track_that_lost_power_in_the_middle_is_ended_as_it_is() {
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters::tao_data(MultiSession::Open)).expect("a page");
    // More than waits in the drive for its journal.
    for block in 0..100 {
        bench.write(block, 1, &payload(4, 1, 2048)).expect("in sequence");
    }
    bench.reload();
    let kept = bench.next().map(|(next, _)| next).expect("it goes on");
    assert!((1..100).contains(&kept), "{kept}");
    bench.set(WriteParameters::tao_data(MultiSession::Open)).expect("nothing is being written now");
    bench.close_session();
    assert_eq!(bench.next().map(|(next, _)| next), Some(302 + 11_400));
    assert_eq!(bench.read(kept - 1, 1), Ok(payload(4, 1, 2048)));
    assert_eq!(bench.read(kept, 1), Ok(vec![0; 2048]), "it was filled up");
}
