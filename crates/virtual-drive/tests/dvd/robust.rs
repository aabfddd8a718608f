//! A disc file may say anything, and a program may send anything: the drive answers or refuses, and goes on.

use std::{sync::Arc, time::Duration};

use imapi_disc_types::ManualClock;
use imapi_mmc_transport::{Cdb, Data, Transport as _};
use imapi_virtual_drive::{Change, DiscFile, DiscState, FormatState, MEDIA, Medium, Preparation, VirtualDrive};
use proptest::{collection::vec, prelude::*};

/// Blocks of the discs.
const BLOCKS: u32 = 3200;

/// Numbers of which many are at an edge.
fn number() -> impl Strategy<Value = u32> {
    prop_oneof![0..64_u32, BLOCKS - 64..BLOCKS + 64, Just(u32::MAX - 1), Just(u32::MAX), any::<u32>()]
}

fn change() -> impl Strategy<Value = Change> {
    let format = prop_oneof![Just(FormatState::Whole), Just(FormatState::Growing), Just(FormatState::PseudoOverwrite)];
    prop_oneof![
        (number(), proptest::option::of(number()))
            .prop_map(|(first, reserved)| Change::TrackOpened { first, reserved }),
        (1..4_usize, number()).prop_map(|(track, blocks)| Change::Wrote { track, blocks }),
        (1..4_usize).prop_map(|track| Change::TrackClosed { track }),
        Just(Change::SessionClosed),
        Just(Change::Finalized),
        number().prop_map(|blocks| Change::Formatted { blocks }),
        number().prop_map(|blocks| Change::Grown { blocks }),
        format.prop_map(|format| Change::Prepared(Preparation::Format(format))),
        Just(Change::Prepared(Preparation::OnlyAtOnce)),
        Just(Change::Prepared(Preparation::AtOnce)),
        number().prop_map(|blocks| Change::Prepared(Preparation::LayerBreak(blocks))),
        number().prop_map(|clusters| Change::Prepared(Preparation::Replaced(clusters))),
    ]
}

/// Commands about discs, with any numbers in them.
fn command() -> impl Strategy<Value = Vec<u8>> {
    let be = |number: u32| number.to_be_bytes();
    prop_oneof![
        (0..4_u8).prop_map(|subject| vec![0x51, subject, 0, 0, 0, 0, 0, 0, 64, 0]),
        (0..4_u8, number()).prop_map(move |(kind, n)| [&[0x52, kind], &be(n)[..], &[0, 0, 48, 0]].concat()),
        Just(vec![0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        Just(vec![0x23, 0, 0, 0, 0, 0, 0, 1, 0, 0]),
        (0..3_u8).prop_map(|format| vec![0x43, 0, format, 0, 0, 0, 0, 1, 0, 0]),
        (0..2_u8, any::<u8>()).prop_map(|(kind, code)| vec![0xAD, kind, 0, 0, 0, 0, 0, code, 8, 8, 0, 0]),
        number().prop_map(move |n| [&[0x28, 0], &be(n)[..], &[0, 0, 16, 0]].concat()),
        number().prop_map(move |n| [&[0x2A, 0], &be(n)[..], &[0, 0, 16, 0]].concat()),
        Just(vec![0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        (0..8_u8, 0..4_u8).prop_map(|(function, track)| vec![0x5B, 0, function, 0, 0, track, 0, 0, 0, 0]),
        number().prop_map(move |n| [&[0x53, 0, 0, 0, 0], &be(n)[..], &[0]].concat()),
        (0..8_u8).prop_map(|kind| vec![0xA1, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        Just(vec![0x46, 0, 0, 0, 0, 0, 0, 4, 0, 0]),
        Just(vec![0xAC, 0x10, 0, 0, 0, 0, 0, 0, 0, 4, 3, 0]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_stops_the_drive(
        place in 0..MEDIA.len(),
        changes in vec(change(), 0..12),
        commands in vec((command(), any::<u8>(), number()), 1..25),
    ) {
        let medium: &'static Medium = &MEDIA[place];
        prop_assume!(medium.lead_in.is_none());
        let folder = tempfile::tempdir().expect("a folder");
        let geometry = medium.geometry(Some(BLOCKS)).expect("a size");
        let mut disc = DiscFile::<DiscState>::create(&folder.path().join("my.disc"), geometry).expect("a disc");
        disc.change(&changes).expect("any changes");
        let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
        drive.insert(disc, medium).expect("an empty drive");
        for (bytes, format, blocks) in commands {
            let mut buffer = vec![0; 16 * 2048];
            let data = match bytes[0] {
                0x2A => Data::Out(&buffer),
                0x35 | 0x5B | 0x53 | 0xA1 => Data::None,
                _ => Data::In(&mut buffer),
            };
            let cdb = Cdb::new(&bytes).expect("a command");
            drive.execute(&cdb, data, Duration::from_secs(1)).expect("an answer or a refusal");
            // And a format of any kind.
            let list = [&[0, 0, 0, 8], &blocks.to_be_bytes()[..], &[format, 0, 0, 16]].concat();
            let cdb = Cdb::new(&[0x04, 0x11, 0, 0, 0, 0]).expect("a command");
            if format % 4 == 0 {
                drive.execute(&cdb, Data::Out(&list), Duration::from_secs(1)).expect("an answer or a refusal");
            }
        }
    }
}
