//! IMAPI's object that makes images: its rules, its codes, and what stands in the image.

use std::{num::NonZeroU32, sync::Arc};

use imapi_cd_image::IMAGE_START;
use imapi_cd_sector::{
    Crc, SectorKind, SectorView,
    scramble::scramble,
    subchannel::{PqBlock, QContent, QFrame, SubChannels},
};
use imapi_disc_types::{Block, BlockSource, Lba, PseudoRandom, Zero, conformance};
use imapi_errors::{Coded, HResult, common, v2};
use imapi_format2_raw::{CopySetting, RawCdImageCreator, RawImageError, SectorType, SubCode};
use rstest::rstest;

fn size(bytes: u32) -> NonZeroU32 {
    NonZeroU32::new(bytes).expect("not zero")
}

fn song(seed: u32, sectors: u64) -> Arc<dyn BlockSource> {
    Arc::new(PseudoRandom::new(seed, size(2352), sectors))
}

fn data(block: u32, sectors: u64) -> Arc<dyn BlockSource> {
    Arc::new(PseudoRandom::new(7, size(block), sectors))
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, RawImageError>, code: HResult) {
    assert_eq!(outcome.expect_err("it is refused").code(), code);
}

/// The 2352 bytes and the frame of Q at an address of an image.
fn sector(image: &dyn BlockSource, sub_code: SubCode, lba: i32) -> (Vec<u8>, QFrame, bool) {
    let mut block = vec![0; usize::try_from(image.block_size().get()).expect("small")];
    let at = u64::try_from(lba - IMAGE_START.0).expect("inside");
    image.read_all(Block(at), &mut block).expect("readable");
    let sub = &block[2352..];
    let (q, p) = if sub_code == SubCode::PqOnly {
        let block = PqBlock::decode(sub.try_into().expect("16"));
        (block.q, block.p)
    } else {
        let channels = SubChannels::deinterleave(sub.try_into().expect("96"));
        assert!(channels.p == [0; 12] || channels.p == [0xFF; 12]);
        (channels.q, channels.p[0] != 0)
    };
    let (frame, crc) = QFrame::decode(q);
    assert_eq!(crc, Crc::Right, "{lba}");
    (block[..2352].to_vec(), frame, p)
}

fn source_sector(source: &dyn BlockSource, block: u64) -> Vec<u8> {
    let mut bytes = vec![0; source.block_size().get() as usize];
    source.read_all(Block(block), &mut bytes).expect("readable");
    bytes
}

#[rstest]
fn an_image_has_songs_with_two_seconds_between_them(
    #[values(SubCode::PqOnly, SubCode::Cooked, SubCode::Raw)] sub_code: SubCode,
) {
    let creator = RawCdImageCreator::new();
    assert_eq!(creator.resulting_image_type(), SubCode::Cooked);
    creator.set_resulting_image_type(sub_code).expect("a form");
    let (one, two) = (song(1, 400), song(2, 300));
    assert_eq!(creator.add_track(SectorType::Audio, Arc::clone(&one)).expect("a track"), 1);
    assert_eq!(creator.add_track(SectorType::Audio, Arc::clone(&two)).expect("a track"), 2);
    assert_eq!((creator.start_of_leadout().expect("tracks"), creator.number_of_existing_tracks()), (Lba(850), 2));
    let second = creator.track_info(2).expect("a track");
    assert_eq!((second.starting_lba().expect("a place"), second.sector_count()), (Lba(550), 300));
    assert_eq!(creator.last_used_user_sector_in_image().expect("tracks"), Lba(849));
    #[rustfmt::skip]
    assert_eq!(creator.expected_table_of_contents().expect("tracks"), [
        0, 26, 1, 2,
        0, 0x10, 1, 0, 0, 0, 0, 0,
        0, 0x10, 2, 0, 0, 0, 2, 0x26,
        0, 0x10, 0xAA, 0, 0, 0, 3, 0x52,
    ]);
    let image = creator.create_result_image().expect("an image");
    assert_eq!(image.blocks(), 22_650 + 850 + 6_750);
    conformance::check(&*image).expect("a source as it should be");
    for (lba, expected) in [
        (-22_650, vec![0; 2352]),
        (-1, vec![0; 2352]),
        (0, source_sector(&*one, 0)),
        (399, source_sector(&*one, 399)),
        (400, vec![0; 2352]),
        (549, vec![0; 2352]),
        (550, source_sector(&*two, 0)),
        (849, source_sector(&*two, 299)),
        (850, vec![0; 2352]),
        (7_599, vec![0; 2352]),
    ] {
        let (main, frame, flag) = sector(&*image, sub_code, lba);
        assert!(main == expected, "{lba}");
        assert_eq!(frame, image.layout().frame(Lba(lba)).expect("a time"), "{lba}");
        assert_eq!(flag, image.layout().flag(Lba(lba)), "{lba}");
    }
}

#[test]
fn without_gaps_the_last_two_seconds_stand_before_the_next_song() {
    let creator = RawCdImageCreator::new();
    assert!(!creator.disable_gapless_audio());
    creator.set_disable_gapless_audio(true).expect("a setting");
    let (one, two, three) = (song(1, 400), song(2, 300), song(3, 300));
    for source in [&one, &two, &three] {
        creator.add_track(SectorType::Audio, Arc::clone(source)).expect("a track");
    }
    // An index in the last two seconds stays in its track.
    creator.track_info(2).expect("a track").add_track_index(200).expect("an index");
    let image = creator.create_result_image().expect("an image");
    assert_eq!(image.layout().lead_out(), Lba(1_000));
    let pauses: Vec<(i32, i32)> = image.layout().tracks().iter().map(|track| (track.pause.0, track.begin.0)).collect();
    assert_eq!(pauses, [(-150, 0), (250, 400), (610, 700)]);
    let all: Vec<u8> = [(&one, 400), (&two, 300), (&three, 300)]
        .into_iter()
        .flat_map(|(source, blocks)| (0..blocks).flat_map(|block| source_sector(&**source, block)))
        .collect();
    let written: Vec<u8> = (0..1_000).flat_map(|lba| sector(&*image, SubCode::Cooked, lba).0).collect();
    assert!(written == all, "nothing stands between the songs, and nothing is lost");
}

#[test]
fn something_can_be_hidden_before_the_first_song() {
    let creator = RawCdImageCreator::new();
    refused(creator.add_special_pregap(song(9, 149)), common::E_INVALIDARG);
    let hidden = song(9, 500);
    creator.add_special_pregap(Arc::clone(&hidden)).expect("a pause");
    refused(creator.add_track(SectorType::Mode1, data(2048, 300)), v2::E_IMAPI_RAW_IMAGE_SECTOR_TYPE_NOT_SUPPORTED);
    creator.add_track(SectorType::Audio, song(1, 300)).expect("a track");
    refused(creator.add_special_pregap(song(9, 150)), v2::E_IMAPI_RAW_IMAGE_TRACKS_ALREADY_ADDED);
    assert_eq!(creator.track_info(1).expect("a track").starting_lba().expect("a place"), Lba(350));
    let image = creator.create_result_image().expect("an image");
    for lba in [-150, -1, 0, 349] {
        let (main, frame, flag) = sector(&*image, SubCode::Cooked, lba);
        assert!(main == source_sector(&*hidden, u64::try_from(lba + 150).expect("positive")), "{lba}");
        assert!(flag && matches!(frame.content, QContent::Program { index, .. } if index.get() == 0), "{lba}");
    }
    assert!(sector(&*image, SubCode::Cooked, 350).0 == source_sector(&*song(1, 300), 0));
}

#[rstest]
#[case(SectorType::Mode0, 2336, SectorKind::Mode0)]
#[case(SectorType::Mode1, 2048, SectorKind::Mode1)]
#[case(SectorType::Mode2Form0, 2336, SectorKind::Mode2)]
#[case(SectorType::Mode2Form1, 2048, SectorKind::Mode2Form1)]
#[case(SectorType::Mode2Form2, 2336, SectorKind::Mode2Form2)]
fn data_of_every_type_becomes_scrambled_sectors(
    #[case] sector_type: SectorType,
    #[case] block: u32,
    #[case] kind: SectorKind,
) {
    let creator = RawCdImageCreator::new();
    // Zeros have no checksum of their own, which form 2 may have.
    let source: Arc<dyn BlockSource> =
        if sector_type == SectorType::Mode2Form2 { Arc::new(Zero::new(size(block), 300)) } else { data(block, 300) };
    creator.add_track(sector_type, Arc::clone(&source)).expect("a track");
    let image = creator.create_result_image().expect("an image");
    for lba in [-22_650, -1, 0, 16, 299, 300, 7_049] {
        let (main, frame, _) = sector(&*image, SubCode::Cooked, lba);
        let mut plain: [u8; 2352] = main.try_into().expect("a sector");
        scramble(&mut plain);
        let view = SectorView::of(&plain).expect("a sector");
        assert!(frame.control.is_data());
        assert_eq!(view.header().and_then(imapi_cd_sector::Header::address), Some(Lba(lba)), "{lba}");
        if kind != SectorKind::Mode2 {
            assert_eq!(view.verify(), Ok(()), "{lba}");
        }
        if (0..300).contains(&lba) {
            assert_eq!(view.kind().mode(), kind.mode());
            let expected = source_sector(&*source, u64::try_from(lba).expect("positive"));
            match sector_type {
                SectorType::Mode0 => assert!(plain[16..].iter().all(|&byte| byte == 0)),
                SectorType::Mode2Form2 => assert!(plain[24..2348] == expected[8..2332] && plain[18] == 0x20),
                SectorType::Mode2Form0 => assert!(plain[16..] == expected),
                _ => assert!(plain[kind.user_data()] == expected),
            }
        }
    }
}

#[test]
fn sectors_that_are_scrambled_already_stay_as_they_are() {
    let creator = RawCdImageCreator::new();
    let source = song(5, 300);
    creator.add_track(SectorType::Mode1Raw, Arc::clone(&source)).expect("a track");
    let image = creator.create_result_image().expect("an image");
    for lba in [0, 123, 299] {
        let expected = source_sector(&*source, u64::try_from(lba).expect("positive"));
        assert!(sector(&*image, SubCode::Cooked, lba).0 == expected, "{lba}");
    }
}

#[test]
fn types_mix_only_within_their_mode() {
    let wrong = v2::E_IMAPI_RAW_IMAGE_SECTOR_TYPE_NOT_SUPPORTED;
    let begun = |sector_type, source| {
        let creator = RawCdImageCreator::new();
        creator.add_track(sector_type, source).expect("a first track");
        creator
    };
    refused(begun(SectorType::Audio, song(1, 300)).add_track(SectorType::Mode1, data(2048, 300)), wrong);
    refused(begun(SectorType::Mode1, data(2048, 300)).add_track(SectorType::Audio, song(1, 300)), wrong);
    let xa = begun(SectorType::Mode2Form1, data(2048, 300));
    refused(xa.add_track(SectorType::Mode1, data(2048, 300)), wrong);
    xa.add_track(SectorType::Mode2Form2, data(2336, 300)).expect("both are of mode 2");
    let later = RawCdImageCreator::new();
    later.set_starting_track_number(5).expect("a number");
    refused(later.add_track(SectorType::Mode1, data(2048, 300)), wrong);
}

#[test]
fn a_track_has_four_seconds_and_blocks_of_its_type() {
    let creator = RawCdImageCreator::new();
    refused(creator.add_track(SectorType::Audio, song(1, 299)), common::E_INVALIDARG);
    refused(creator.add_track(SectorType::Audio, data(2048, 300)), common::E_INVALIDARG);
    refused(creator.create_result_image(), v2::E_IMAPI_RAW_IMAGE_NO_TRACKS);
    refused(creator.start_of_leadout(), v2::E_IMAPI_RAW_IMAGE_NO_TRACKS);
    refused(creator.last_used_user_sector_in_image(), v2::E_IMAPI_RAW_IMAGE_NO_TRACKS);
    refused(creator.expected_table_of_contents(), v2::E_IMAPI_RAW_IMAGE_NO_TRACKS);
    refused(creator.track_info(0), common::E_INVALIDARG);
    refused(creator.track_info(1), common::E_INVALIDARG);
}

#[test]
fn numbers_of_tracks_end_at_ninety_nine() {
    let creator = RawCdImageCreator::new();
    refused(creator.set_starting_track_number(0), common::E_INVALIDARG);
    refused(creator.set_starting_track_number(100), common::E_INVALIDARG);
    creator.set_starting_track_number(98).expect("a number");
    creator.add_track(SectorType::Audio, song(1, 300)).expect("98");
    refused(creator.set_starting_track_number(1), v2::E_IMAPI_RAW_IMAGE_TRACKS_ALREADY_ADDED);
    assert_eq!(creator.add_track(SectorType::Audio, song(1, 300)).expect("99"), 2);
    refused(creator.add_track(SectorType::Audio, song(1, 300)), v2::E_IMAPI_RAW_IMAGE_TOO_MANY_TRACKS);
    assert_eq!((creator.starting_track_number(), creator.track_info(2).expect("a track").track_number()), (98, 99));
    let image = creator.create_result_image().expect("an image");
    assert_eq!(image.layout().tracks()[1].number.get(), 99);
}

#[test]
fn the_lead_out_keeps_its_limit() {
    let short = v2::E_IMAPI_RAW_IMAGE_INSUFFICIENT_SPACE;
    let creator = RawCdImageCreator::new();
    assert_eq!(creator.start_of_leadout_limit(), Lba(398_099));
    refused(creator.set_start_of_leadout_limit(Lba(398_100)), common::E_INVALIDARG);
    refused(creator.add_track(SectorType::Audio, song(1, 398_101)), short);
    creator.set_start_of_leadout_limit(Lba(1_000)).expect("a limit");
    refused(creator.add_special_pregap(song(9, 851)), short);
    creator.add_track(SectorType::Audio, song(1, 550)).expect("it fits");
    refused(creator.add_track(SectorType::Audio, song(1, 301)), short);
    creator.add_track(SectorType::Audio, song(1, 300)).expect("it fits exactly");
    assert_eq!(creator.start_of_leadout().expect("tracks"), Lba(1_000));
    refused(creator.set_start_of_leadout_limit(Lba(999)), short);
    let longest = RawCdImageCreator::new();
    longest.add_track(SectorType::Audio, song(1, 398_100)).expect("the last sector is 398,099");
    assert_eq!(longest.create_result_image().expect("an image").layout().end(), Lba(404_850));
}

#[test]
fn indexes_are_ten_sectors_apart_and_the_first_stays() {
    let creator = RawCdImageCreator::new();
    creator.add_track(SectorType::Audio, song(1, 2_000)).expect("a track");
    let track = creator.track_info(1).expect("a track");
    let close = v2::E_IMAPI_RAW_IMAGE_TRACK_INDEX_TOO_CLOSE_TO_OTHER_INDEX;
    let there = Some(v2::S_IMAPI_RAW_IMAGE_TRACK_INDEX_ALREADY_EXISTS);
    refused(track.add_track_index(9), close);
    refused(track.add_track_index(1_991), close);
    refused(track.add_track_index(2_000), common::E_INVALIDARG);
    assert_eq!(track.add_track_index(0).expect("there"), there);
    assert_eq!(track.add_track_index(500).expect("an index"), None);
    assert_eq!(track.add_track_index(500).expect("there"), there);
    refused(track.add_track_index(491), close);
    refused(track.add_track_index(509), close);
    assert_eq!(track.add_track_index(490).expect("an index"), None);
    assert_eq!(track.track_indexes(), [0, 490, 500]);
    refused(track.clear_track_index(0), v2::E_IMAPI_RAW_IMAGE_TRACK_INDEX_OFFSET_ZERO_CANNOT_BE_CLEARED);
    refused(track.clear_track_index(491), v2::E_IMAPI_RAW_IMAGE_TRACK_INDEX_NOT_FOUND);
    track.clear_track_index(490).expect("it is there");
    for index in (0..97).map(|index| 510 + index * 10) {
        track.add_track_index(index).expect("an index");
    }
    assert_eq!(track.track_indexes().len(), 99);
    refused(track.add_track_index(1_900), v2::E_IMAPI_RAW_IMAGE_TOO_MANY_TRACK_INDEXES);
    let image = creator.create_result_image().expect("an image");
    let (_, frame, _) = sector(&*image, SubCode::Cooked, 1_999);
    assert!(matches!(frame.content, QContent::Program { index, .. } if index.get() == 99));
}

#[test]
fn numbers_are_written_as_people_write_them() {
    let creator = RawCdImageCreator::new();
    assert_eq!(creator.media_catalog_number(), None);
    for wrong in ["4006381333932", "40063813339311", "400638133393X", "-1"] {
        refused(creator.set_media_catalog_number(wrong), v2::E_IMAPI_DF2TAO_INVALID_MCN);
    }
    creator.set_media_catalog_number("36000291452").expect("a number of eleven digits");
    assert_eq!(creator.media_catalog_number().as_deref(), Some("0036000291452"));
    creator.add_track(SectorType::Audio, song(1, 300)).expect("a track");
    let track = creator.track_info(1).expect("a track");
    assert_eq!(track.isrc(), None);
    for wrong in ["US-K7Y-98-1234", "1S-K7Y-98-12345", "USK7Y981234X", "USK7Y9812345 "] {
        refused(track.set_isrc(wrong), v2::E_IMAPI_DF2TAO_INVALID_ISRC);
    }
    track.set_isrc("usk7y9812345").expect("a code");
    assert_eq!(track.isrc().as_deref(), Some("US-K7Y-98-12345"));
    track.set_digital_audio_copy_setting(CopySetting::Permitted).expect("a setting");
    track.set_audio_has_preemphasis(true).expect("a setting");
    assert_eq!((track.digital_audio_copy_setting(), track.audio_has_preemphasis()), (CopySetting::Permitted, true));
    let image = creator.create_result_image().expect("an image");
    assert_eq!(sector(&*image, SubCode::Cooked, 0).1.control.bits(), 3);
    let numbers = (0..300).map(|lba| sector(&*image, SubCode::Cooked, lba).1.content);
    let found = numbers.fold((0, 0), |(mcn, isrc), content| match content {
        QContent::Mcn { number, .. } if number.as_str() == "0036000291452" => (mcn + 1, isrc),
        QContent::Isrc { code, .. } if code.as_str() == "USK7Y9812345" => (mcn, isrc + 1),
        _ => (mcn, isrc),
    });
    assert!(found.0 >= 3 && found.1 >= 3, "{found:?}");
    let data_disc = RawCdImageCreator::new();
    data_disc.add_track(SectorType::Mode1, data(2048, 300)).expect("a track");
    let track = data_disc.track_info(1).expect("a track");
    refused(track.set_isrc("USK7Y9812345"), common::E_INVALIDARG);
    refused(track.set_audio_has_preemphasis(true), common::E_INVALIDARG);
    refused(track.set_digital_audio_copy_setting(CopySetting::Scms), common::E_INVALIDARG);
}

#[test]
fn r_to_w_is_taken_as_long_as_there_is_room_for_it() {
    let creator = RawCdImageCreator::new();
    creator.set_resulting_image_type(SubCode::PqOnly).expect("a form");
    let blocks = 22_650 + 300 + 6_750;
    let rw = |seed, blocks| -> Arc<dyn BlockSource> { Arc::new(PseudoRandom::new(seed, size(96), blocks)) };
    refused(creator.add_subcode_rw_generator(rw(1, blocks)), common::E_INVALIDARG);
    creator.set_resulting_image_type(SubCode::Raw).expect("a form");
    refused(creator.add_subcode_rw_generator(data(95, blocks)), common::E_INVALIDARG);
    creator.add_track(SectorType::Audio, song(1, 300)).expect("a track");
    creator.add_subcode_rw_generator(rw(1, blocks)).expect("there is room");
    refused(creator.set_resulting_image_type(SubCode::PqOnly), common::E_INVALIDARG);
    let image = creator.create_result_image().expect("an image");
    for at in [0, 22_500, 22_900, blocks - 1] {
        let mut block = vec![0; 2448];
        image.read_all(Block(at), &mut block).expect("readable");
        let expected: Vec<u8> = source_sector(&*rw(1, blocks), at).iter().map(|byte| byte & 0x3F).collect();
        let found: Vec<u8> = block[2352..].iter().map(|byte| byte & 0x3F).collect();
        assert_eq!(found, expected, "{at}");
    }
    let short = RawCdImageCreator::new();
    short.add_track(SectorType::Audio, song(1, 300)).expect("a track");
    short.add_subcode_rw_generator(rw(1, blocks - 1)).expect("the length is looked at in the end");
    refused(short.create_result_image(), common::E_INVALIDARG);
    short.add_track(SectorType::Audio, song(1, 300)).expect("what failed left it open");
}

#[test]
fn an_image_that_is_made_is_not_changed() {
    let creator = RawCdImageCreator::new();
    creator.add_track(SectorType::Audio, song(1, 300)).expect("a track");
    let track = creator.track_info(1).expect("a track");
    creator.create_result_image().expect("an image");
    let closed = v2::E_IMAPI_RAW_IMAGE_IS_READ_ONLY;
    refused(creator.create_result_image(), closed);
    refused(creator.add_track(SectorType::Audio, song(1, 300)), closed);
    refused(creator.add_special_pregap(song(1, 300)), closed);
    refused(creator.add_subcode_rw_generator(data(96, 1)), closed);
    refused(creator.set_resulting_image_type(SubCode::Raw), closed);
    refused(creator.set_start_of_leadout_limit(Lba(5_000)), closed);
    refused(creator.set_disable_gapless_audio(true), closed);
    refused(creator.set_media_catalog_number("4006381333931"), closed);
    refused(creator.set_starting_track_number(1), closed);
    refused(track.set_isrc("USK7Y9812345"), closed);
    refused(track.set_digital_audio_copy_setting(CopySetting::Scms), closed);
    refused(track.set_audio_has_preemphasis(true), closed);
    refused(track.add_track_index(100), closed);
    refused(track.clear_track_index(100), closed);
    // What is there can still be read.
    assert_eq!((track.sector_count(), creator.start_of_leadout().expect("tracks")), (300, Lba(300)));
}
