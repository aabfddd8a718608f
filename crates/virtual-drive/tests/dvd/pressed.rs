//! DVD-ROM and BD-ROM: read, and nothing else.

use imapi_mmc_transport::{
    TransportExt as _,
    commands::{Blank, CloseFunction, DiscStatus, ReserveTrack, SynchronizeCache},
    feature::FeatureCode,
};
use imapi_virtual_drive::{Medium, Pace, press};
use rstest::rstest;

use crate::bench::{Bench, CANNOT_FORMAT, CANNOT_WRITE, OUT_OF_RANGE, refusal};

#[rstest]
#[case("dvd-rom", 0x10, FeatureCode::DVD_READ)]
#[case("bd-rom", 0x40, FeatureCode::BD_READ)]
fn what_was_pressed_is_read_and_stays(#[case] name: &str, #[case] profile: u16, #[case] feature: FeatureCode) {
    let folder = tempfile::tempdir().expect("a folder");
    let medium: &'static Medium = name.parse().expect("a medium");
    // Longer than what is copied at a time, with zeros in the middle and half a block at the end.
    let mut image: Vec<u8> = (0..400_000_u32).flat_map(u32::to_le_bytes).collect();
    image[100_000..1_300_000].fill(0);
    let disc = press(&folder.path().join("my.disc"), medium, None, &mut &image[..]).expect("a disc");
    let bench = Bench::holding(disc, folder, medium, Pace::QUICK);
    assert_eq!((bench.profile(), bench.status()), (profile, (DiscStatus::Complete, 1, 1)));
    assert!(bench.is_current(feature) && !bench.is_current(FeatureCode::FORMATTABLE));
    let blocks = i32::try_from(image.len().div_ceil(2048)).expect("small");
    assert_eq!((bench.capacity(), bench.next()), (blocks, None));
    let read = bench.read(0, u16::try_from(blocks).expect("small")).expect("all of it");
    assert!(read[..image.len()] == image[..] && read[image.len()..].iter().all(|&byte| byte == 0));
    assert_eq!(refusal(bench.read(blocks.unsigned_abs(), 1)), Some(OUT_OF_RANGE));

    assert_eq!(refusal(bench.write(0, 32)), Some(CANNOT_WRITE));
    assert_eq!(refusal(bench.close(CloseFunction::Session)), Some(CANNOT_WRITE));
    assert_eq!(refusal(bench.drive.send(&ReserveTrack::blocks(32))), Some(CANNOT_WRITE));
    assert_eq!(refusal(bench.drive.send(&Blank::disc())), Some(CANNOT_WRITE));
    assert_eq!(refusal(bench.format(0x00, 0, u32::MAX, 2048)), Some(CANNOT_FORMAT));
    bench.drive.send(&SynchronizeCache::all()).expect("there is nothing to flush");
}
