//! Formats: BD-R once, with replacements that run out; BD-RE with spares or without; DVD+RW in the background; DVD-RAM.

use std::time::Duration;

use imapi_disc_types::Clock as _;
use imapi_mmc_transport::{
    Sense, SenseKey, TransportExt as _,
    commands::{
        BackgroundFormat, CapacityKind, CloseFunction, DiscReply, DiscStatus, DiscSubject, ReadDiscInformation,
        RequestSense, StartStopUnit, UnitAction,
    },
    feature::FeatureCode,
};
use imapi_virtual_drive::Pace;
use rstest::rstest;

use crate::bench::{Bench, CANNOT_FORMAT, FIELD_IN_DATA, INVALID_WRITE_ADDRESS, OUT_OF_RANGE, SEQUENCE, refusal};

/// A DVD+RW that takes some minutes in the background at real pace.
const PLUS_RW: u32 = 1620 * 100;

fn replacements(bench: &Bench) -> Option<u32> {
    let asked = ReadDiscInformation { subject: DiscSubject::PseudoOverwriteResources, allocation: 16 };
    match bench.drive.query(&asked).ok()?.value {
        DiscReply::PseudoOverwriteResources(resources) => Some(resources.remaining_replacements),
        other => panic!("{other:?}"),
    }
}

/// The sizes that drives offer for a disc of 25 GB.
#[rstest]
#[case("bd-r", &[(0x00, 0, 11_826_176), (0x32, 0, 11_826_176), (0x32, 0, 11_564_032), (0x32, 0, 12_088_320), (0x32, 1, 11_826_176), (0x32, 1, 11_564_032), (0x32, 1, 12_088_320)])]
#[case("bd-re", &[(0x00, 0, 11_826_176), (0x30, 0, 11_826_176), (0x30, 0, 11_564_032), (0x30, 0, 12_088_320), (0x31, 0, 12_219_392)])]
#[case("dvd+rw", &[(0x26, 0, 2_295_104)])]
fn a_disc_of_full_size_offers_what_real_ones_do(#[case] medium: &str, #[case] expected: &[(u8, u8, u32)]) {
    let bench = Bench::sized(medium, None, Pace::QUICK);
    let formats = bench.formats();
    assert_eq!(formats.current.kind, CapacityKind::Unformatted);
    let offered: Vec<_> = formats.formattable.iter().map(|o| (o.format.0, o.subtype, o.blocks)).collect();
    assert_eq!(offered, expected);
    assert!(bench.is_current(FeatureCode::FORMATTABLE));
}

#[test]
fn a_bd_r_with_pseudo_overwrite_takes_as_many_as_it_has_spares() {
    let bench = Bench::sized("bd-r", Some(3200), Pace::QUICK);
    assert_eq!(replacements(&bench), None);
    bench.format(0x32, 0, 3168, 1).expect("with one spare cluster");
    assert_eq!((bench.status().0, bench.profile(), bench.capacity()), (DiscStatus::Appendable, 0x41, 1), "not blank");
    assert!(bench.is_current(FeatureCode::BD_PSEUDO_OVERWRITE) && !bench.is_current(FeatureCode::FORMATTABLE));
    assert_eq!((bench.next(), replacements(&bench)), (Some((0, 3168)), Some(1)));
    bench.write(0, 64).expect("two clusters");
    assert_eq!(refusal(bench.write(32, 64)), Some(INVALID_WRITE_ADDRESS), "half again and half anew");
    bench.write_again(40, 8, 1).expect("within a cluster");
    assert_eq!(replacements(&bench), Some(0));
    assert_eq!(refusal(bench.write_again(0, 32, 1)), Some((3, 0x32, 0x00)), "no spare is left");
    bench.flush();
    bench.reload();
    assert_eq!(replacements(&bench), Some(0));
    bench.assert_holds(0, 40, 0);
    bench.assert_holds(40, 8, 1);
    assert_eq!(refusal(bench.format(0x32, 0, 3168, 1)), Some(CANNOT_FORMAT));
}

#[test]
fn a_bd_r_with_spares_alone_is_written_once() {
    let bench = Bench::sized("bd-r", Some(3200), Pace::QUICK);
    for (format, subtype) in [(0x32, 2), (0x32, 3), (0x31, 0), (0x26, 0)] {
        let refused = bench.format(format, subtype, 3168, 0);
        assert_eq!(refusal(refused), Some(FIELD_IN_DATA), "{format:02X}h {subtype}");
    }
    bench.format(0x32, 1, 3104, 3).expect("with three spare clusters");
    assert!(!bench.is_current(FeatureCode::BD_PSEUDO_OVERWRITE) && replacements(&bench).is_none());
    bench.write(0, 32).expect("the first cluster");
    assert_eq!(refusal(bench.write(0, 32)), Some(INVALID_WRITE_ADDRESS));
    assert_eq!(bench.next(), Some((32, 3072)));
}

#[test]
fn a_bd_re_is_as_large_as_its_format_says() {
    let bench = Bench::sized("bd-re", Some(3200), Pace::QUICK);
    for (format, subtype, blocks, parameter) in
        [(0x30, 1, 3104, 3), (0x31, 3, 3200, 2048), (0x30, 0, 3072 + 1, 3), (0x30, 0, 3200, 3), (0x30, 0, 3104, 77)]
    {
        let refused = refusal(bench.format(format, subtype, blocks, parameter));
        assert_eq!(refused, Some(FIELD_IN_DATA), "{format:02X}h {subtype} {blocks} {parameter}");
    }
    for (format, subtype, parameter, blocks) in
        [(0x00, 0, 2048, 3104), (0x30, 2, 5, 3040), (0x30, 3, 3, 3104), (0x31, 1, 2048, 3200)]
    {
        bench.format(format, subtype, blocks, parameter).expect("a size that it offers");
        assert_eq!(bench.capacity(), i32::try_from(blocks).expect("small"));
        bench.write(blocks - 32, 32).expect("the last cluster");
        assert_eq!(refusal(bench.write(blocks, 1)), Some(OUT_OF_RANGE));
    }
    assert_eq!(refusal(bench.close(CloseFunction::Session)), Some(SEQUENCE), "there is nothing to close");
}

#[test]
fn a_dvd_plus_rw_is_used_while_it_is_formatted() {
    let bench = Bench::sized("dvd+rw", Some(PLUS_RW), Pace::REAL);
    assert_eq!(bench.background(), BackgroundFormat::None);
    assert_eq!(refusal(bench.format(0x26, 0, 0, 1)), Some(SEQUENCE), "there is nothing to go on with");
    bench.format(0x26, 0, u32::MAX, 0).expect("the lead-in");
    assert!(bench.clock.now() < Duration::from_secs(90), "it is ready soon");
    assert_eq!((bench.background(), bench.status().0), (BackgroundFormat::Running, DiscStatus::Appendable));
    bench.write(PLUS_RW - 16, 16).expect("anywhere");
    bench.assert_holds(PLUS_RW - 16, 16, 0);
    bench.clock.advance(Duration::from_secs(50));
    assert_eq!(bench.background(), BackgroundFormat::Running);
    let told = bench.drive.query(&RequestSense::default()).expect("at any time").value;
    let sense = Sense::decode(told.as_bytes()).expect("sense");
    assert_eq!((sense.key, sense.asc, sense.ascq), (SenseKey::NoSense, 0x04, 0x04), "no error, but formatting");
    assert!((0x4000..0xC000).contains(&sense.progress().expect("how far").0), "{sense:?}");
    bench.clock.advance(Duration::from_secs(600));
    assert_eq!((bench.background(), bench.status().0), (BackgroundFormat::Complete, DiscStatus::Complete));
    bench.reload();
    assert_eq!(bench.background(), BackgroundFormat::Complete);
    bench.assert_holds(PLUS_RW - 16, 16, 0);
}

/// By CLOSE, and by the tray; and then it goes on from where it was.
#[rstest]
fn a_format_in_the_background_stops_and_goes_on(#[values(true, false)] ejected: bool) {
    let bench = Bench::sized("dvd+rw", Some(PLUS_RW), Pace::REAL);
    bench.format(0x26, 0, PLUS_RW, 0).expect("the lead-in");
    bench.write(0, 16).expect("the beginning");
    bench.clock.advance(Duration::from_secs(50));
    assert_eq!(bench.background(), BackgroundFormat::Running);
    if ejected {
        bench.drive.send(&StartStopUnit { action: UnitAction::Eject, immediate: false }).expect("open");
        bench.drive.send(&StartStopUnit { action: UnitAction::Load, immediate: false }).expect("closed");
        bench.hear();
    } else {
        bench.close(CloseFunction::StopBackgroundFormat).expect("stopped");
        bench.close(CloseFunction::Session).expect("with a lead-out");
    }
    assert_eq!(bench.background(), BackgroundFormat::Suspended);
    let reached = u32::try_from(bench.capacity()).expect("no CD");
    assert!((PLUS_RW / 3..PLUS_RW * 2 / 3).contains(&reached), "{reached}");
    bench.reload();
    assert_eq!((bench.background(), bench.capacity().unsigned_abs()), (BackgroundFormat::Suspended, reached));
    bench.write(reached - 16, 16).expect("what is formatted");
    assert_eq!(refusal(bench.write(reached, 16)), Some(OUT_OF_RANGE));
    bench.format(0x26, 0, PLUS_RW, 1).expect("it goes on");
    bench.write(reached, 16).expect("anywhere again");
    bench.clock.advance(Duration::from_secs(600));
    assert_eq!(bench.background(), BackgroundFormat::Complete);
    bench.assert_holds(0, 16, 0);
    bench.assert_holds(reached - 16, 32, 0);
}

#[test]
fn a_dvd_ram_is_certified_or_made_smaller() {
    let bench = Bench::sized("dvd-ram", Some(16_000), Pace::REAL);
    assert_eq!((bench.formats().current.kind, bench.capacity()), (CapacityKind::Formatted, 16_000));
    assert!(bench.is_current(FeatureCode::HARDWARE_DEFECT_MANAGEMENT));
    bench.write(0, 16).expect("as it was bought");
    assert_eq!(refusal(bench.format(0x05, 0, 16_000, 2048)), Some(FIELD_IN_DATA), "no zones");
    bench.format(0x01, 0, 15_600, 2048).expect("a supplementary spare area");
    assert_eq!(bench.capacity(), 15_600);
    bench.assert_holds(0, 16, 0);
    let began = bench.clock.now();
    bench.format(0x00, 0, 16_000, 2048).expect("the whole disc");
    assert!(bench.clock.now() >= began + Duration::from_secs(3600), "with certification");
}
