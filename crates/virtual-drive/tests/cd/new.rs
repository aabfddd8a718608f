//! What blank discs say, byte for byte as the reference has it.

use imapi_mmc_transport::{TransportExt as _, commands::GetConfiguration};

use crate::bench::Bench;

const DISC_INFORMATION: [u8; 10] = [0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0];
const INVISIBLE_TRACK: [u8; 10] = [0x52, 1, 0, 0, 0, 0xFF, 0, 0, 36, 0];

fn toc(format: u8) -> [u8; 10] {
    [0x43, 2, format, 0, 0, 0, 0, 0, 100, 0]
}

#[test]
fn a_blank_disc_of_80_minutes_is_the_one_of_the_reference() {
    let bench = Bench::sized("cd-r", None);
    let information = bench.ask(&DISC_INFORMATION, 34).expect("an answer");
    #[rustfmt::skip]
    assert_eq!(information, [
        0x00, 0x20, 0x00, 0x01, 0x01, 0x01, 0x01, 0x20, 0xFF, 0, 0, 0,
        0, 0, 0, 0,
        0x00, 0x61, 0x1A, 0x41,
        0x00, 0x4F, 0x3B, 0x4A,
        0, 0, 0, 0, 0, 0, 0, 0,
        0, 0,
    ]);
    let track = bench.ask(&INVISIBLE_TRACK, 36).expect("an answer");
    #[rustfmt::skip]
    assert_eq!(track, [
        0x00, 0x22, 0x01, 0x01, 0x00, 0x07, 0x41, 0x01,
        0, 0, 0, 0,
        0, 0, 0, 0,
        0x00, 0x05, 0x7D, 0xA9,
        0, 0, 0, 0,
        0x00, 0x05, 0x7D, 0xA9,
        0, 0, 0, 0,
        0, 0, 0, 0,
    ]);
    let groove = bench.ask(&toc(4), 28).expect("an answer");
    #[rustfmt::skip]
    assert_eq!(groove, [
        0x00, 0x1A, 0x00, 0x00, 0xD0, 0x40, 0x80, 0x00,
        0x61, 0x1A, 0x41, 0x00,
        0x4F, 0x3B, 0x4A, 0x00,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
}

#[test]
fn a_rewritable_disc_says_so_and_a_shorter_one_ends_earlier() {
    let bench = Bench::sized("cd-rw-74", None);
    let information = bench.ask(&DISC_INFORMATION, 34).expect("an answer");
    assert_eq!((information[2], &information[20..24]), (0x10, &[0, 74, 0, 0][..]));
    let groove = bench.ask(&toc(4), 28).expect("an answer");
    assert_eq!((groove[6] & 0x40, &groove[12..15]), (0x40, &[74, 0, 0][..]));
}

#[test]
fn a_blank_disc_has_no_table_and_nothing_to_read() {
    let bench = Bench::with("cd-r");
    for format in [0, 1, 2, 5] {
        assert_eq!(bench.ask(&toc(format), 100), Err((5, 0x24, 0)), "format {format}");
    }
    assert_eq!(bench.ask(&toc(3), 100), Ok(vec![0, 2, 0, 0]), "its memory is empty");
    assert_eq!(bench.read(0, 1), Err((5, 0x21, 0)));
    assert_eq!(bench.raw(-150, 1), Err((5, 0x21, 0)));
}

#[test]
fn the_features_of_a_cd_are_current() {
    let current = |name| {
        let bench = Bench::with(name);
        let configuration = bench.drive.query(&GetConfiguration::everything()).expect("an answer").value;
        let current = configuration.features.into_iter().filter(|feature| feature.current);
        (configuration.profile.number(), current.map(|feature| feature.feature.code().0).collect::<Vec<_>>())
    };
    let (profile, features) = current("cd-r");
    assert_eq!(profile, 0x0009);
    for code in [0x10, 0x1D, 0x1E, 0x21, 0x2D, 0x2E, 0x103, 0x107] {
        assert!(features.contains(&code), "{code:04X} of {features:04X?}");
    }
    assert!(!features.contains(&0x23) && !features.contains(&0x37));
    let (profile, features) = current("cd-rw");
    assert!(profile == 0x000A && features.contains(&0x23) && features.contains(&0x37), "{features:04X?}");
}
