//! DVD-R and DVD-RW: the mode page decides, borders lie between sessions, and what was blanked a little is written at once.

use imapi_mmc_transport::{
    TransportExt as _,
    commands::{
        Blank, BlankType, CapacityKind, CloseFunction, DiscStatus, ReadTrackInformation, ReserveTrack, TrackAddress,
    },
    feature::FeatureCode,
    mode::{BlockType, MultiSession, WriteParameters, WriteType},
};
use rstest::rstest;

use crate::bench::{
    BLANK_CHECK, BLOCKS, Bench, CANNOT_FORMAT, CANNOT_WRITE, FIELD_IN_CDB, FIELD_IN_DATA, ILLEGAL_MODE,
    INVALID_PACKET_SIZE, INVALID_WRITE_ADDRESS, OUT_OF_RANGE, SEQUENCE, refusal,
};

const INCREMENTAL: FeatureCode = FeatureCode::INCREMENTAL_STREAMING_WRITABLE;

#[rstest]
#[case("dvd-r", 0x11)]
#[case("dvd-rw", 0x14)]
#[case("dvd-r-dl", 0x15)]
fn a_new_disc_takes_packets_or_everything_at_once(#[case] medium: &str, #[case] profile: u16) {
    let bench = Bench::with(medium);
    assert_eq!((bench.profile(), bench.status().0), (profile, DiscStatus::Blank));
    assert!(bench.is_current(INCREMENTAL) && bench.is_current(FeatureCode::DVD_DASH_WRITE));
    let packets = WriteParameters::dvd_incremental(MultiSession::Open);
    for (page, told) in [
        (WriteParameters::tao_data(MultiSession::Open), ILLEGAL_MODE),
        (WriteParameters { block_type: BlockType::MODE2_FORM1, ..packets.clone() }, ILLEGAL_MODE),
        (WriteParameters { packet_size: 32, ..packets.clone() }, INVALID_PACKET_SIZE),
    ] {
        bench.set(page.clone()).expect("a CD could be written so");
        assert_eq!(refusal(bench.write(0, 16)), Some(told), "{page:?}");
    }
    // No program and no drive has ever jumped between layers.
    assert_eq!(refusal(bench.set(WriteParameters::dvd_layer_jump())), Some(FIELD_IN_DATA));
    for page in [packets.clone(), WriteParameters { fixed_packets: false, packet_size: 0, ..packets }] {
        bench.set(page).expect("packets");
        let next = u32::try_from(bench.next().expect("room").0).expect("no CD");
        bench.write(next, 16).expect("in packets, whether their size is told or not");
    }
}

#[test]
fn sessions_have_borders_between_them() {
    let bench = Bench::with("dvd-r");
    bench.incremental(true);
    bench.write(0, 20).expect("the beginning");
    bench.flush();
    assert_eq!(bench.next(), Some((32, BLOCKS - 32)), "the packet was filled up");
    bench.close_track(1).expect("written");
    bench.write(32, 16).expect("the second track");
    bench.close(CloseFunction::Session).expect("two tracks");
    // A border of a disc that was looked at: 37,792 blocks, and 96 in front of the next session.
    assert_eq!((bench.status(), bench.next()), ((DiscStatus::Appendable, 2, 3), Some((37_936, BLOCKS - 37_936))));
    assert_eq!((bench.capacity(), refusal(bench.read(48, 1))), (48, Some(OUT_OF_RANGE)));
    assert_eq!(refusal(bench.close(CloseFunction::Session)), Some(SEQUENCE), "nothing is in it");
    bench.reload();
    bench.incremental(true);
    bench.write(37_936, 16).expect("the second session");
    assert_eq!(refusal(bench.read(48, 1)), Some(BLANK_CHECK), "a border has no blocks");
    bench.incremental(false);
    bench.close(CloseFunction::Session).expect("and no other");
    assert_eq!((bench.status(), bench.next()), ((DiscStatus::Complete, 2, 3), None));
    assert_eq!(refusal(bench.write(37_952, 16)), Some(CANNOT_WRITE));
    bench.assert_holds(0, 20, 0);
    bench.assert_holds(37_936, 16, 0);
}

#[test]
fn reserved_tracks_are_written_in_any_order_and_are_three_at_most() {
    let bench = Bench::with("dvd-r");
    bench.incremental(true);
    bench.drive.send(&ReserveTrack::blocks(30)).expect("up to 32");
    bench.drive.send(&ReserveTrack::blocks(64)).expect("the second");
    assert_eq!(refusal(bench.drive.send(&ReserveTrack::blocks(16))), Some(SEQUENCE), "two, and the one at the end");
    assert_eq!((bench.track(1).size, bench.track(1).reserved, bench.track(3).start.0), (Some(32), true, 96));
    bench.write(96, 16).expect("the one at the end");
    bench.write(32, 16).expect("the second");
    bench.write(0, 32).expect("the first");
    assert_eq!(refusal(bench.write(16, 16)), Some(INVALID_WRITE_ADDRESS), "that is written");
    bench.close_track(1).expect("full");
    assert!(!bench.track(1).reserved, "it is complete");
    // Only by its number: this kind of disc has no invisible track to ask for.
    let asked = ReadTrackInformation::of(TrackAddress::INVISIBLE);
    assert_eq!(refusal(bench.drive.query(&asked)), Some(FIELD_IN_CDB));
}

#[rstest]
fn what_is_written_at_once_has_its_size_and_closes_itself(#[values("dvd-r", "dvd-rw", "dvd-r-dl")] medium: &str) {
    let bench = Bench::with(medium);
    bench.set(WriteParameters::dvd_dao()).expect("at once");
    bench.drive.send(&ReserveTrack::blocks(40)).expect("up to 48");
    assert_eq!(bench.next(), Some((0, 48)));
    bench.write(0, 10).expect("the beginning");
    assert_eq!(refusal(bench.set(WriteParameters::dvd_incremental(MultiSession::Open))), Some(SEQUENCE), "meanwhile");
    assert_eq!(refusal(bench.drive.send(&ReserveTrack::blocks(16))), Some(SEQUENCE));
    assert_eq!(refusal(bench.write(16, 16)), Some(INVALID_WRITE_ADDRESS), "no block is left out");
    bench.write(10, 30).expect("the rest");
    assert_eq!(bench.status().0, DiscStatus::Appendable);
    bench.flush();
    assert_eq!((bench.status(), bench.next()), ((DiscStatus::Complete, 1, 1), None));
    bench.assert_holds(0, 40, 0);
    assert_eq!(bench.capacity(), 48);
}

#[test]
fn what_is_written_at_once_begins_on_a_blank_disc_and_ends_where_it_said() {
    let bench = Bench::with("dvd-r");
    bench.set(WriteParameters::dvd_dao()).expect("at once");
    bench.drive.send(&ReserveTrack::blocks(32)).expect("two packets");
    assert_eq!(refusal(bench.write(0, 48)), Some(OUT_OF_RANGE));
    let bench = Bench::with("dvd-r");
    bench.incremental(true);
    bench.write(0, 16).expect("a packet");
    bench.set(WriteParameters::dvd_dao()).expect("a page");
    assert_eq!(refusal(bench.write(16, 16)), Some(ILLEGAL_MODE));
}

/// Without a size the drive cannot know that all has come; the program says so.
#[test]
fn what_is_written_at_once_without_a_size_is_closed_by_command() {
    let bench = Bench::with("dvd-r");
    bench.set(WriteParameters::dvd_dao()).expect("at once");
    bench.write(0, 20).expect("the beginning");
    bench.flush();
    assert_eq!((bench.status(), bench.next()), ((DiscStatus::Appendable, 1, 1), Some((32, BLOCKS - 32))));
    bench.write(32, 16).expect("more");
    bench.close(CloseFunction::Session).expect("all of it");
    assert_eq!((bench.status(), bench.next()), ((DiscStatus::Complete, 1, 1), None));
    bench.assert_holds(0, 20, 0);
}

#[test]
fn a_rehearsal_leaves_the_disc_blank() {
    let bench = Bench::with("dvd-r");
    bench.set(WriteParameters { test_write: true, ..WriteParameters::dvd_dao() }).expect("with the laser off");
    bench.drive.send(&ReserveTrack::blocks(32)).expect("room");
    bench.write(0, 32).expect("it seems");
    bench.flush();
    bench.reload();
    assert!(refusal(bench.read(0, 1)).is_some(), "nothing was written");
    assert_eq!(bench.status().0, DiscStatus::Blank, "nor is the room for it set aside");
    assert_eq!(bench.next(), Some((0, BLOCKS)));
}

#[test]
fn a_little_blanked_the_disc_is_written_at_once() {
    let bench = Bench::with("dvd-rw");
    bench.incremental(false);
    bench.write(0, 32).expect("a first life");
    bench.close(CloseFunction::Session).expect("closed");
    for kind in [BlankType::Track, BlankType::TrackTail, BlankType::UncloseSession, BlankType::EraseSession] {
        let refused = bench.drive.send(&Blank { immediate: false, kind, place: 1 });
        assert_eq!(refusal(refused), Some(FIELD_IN_CDB), "{kind:?}");
    }
    bench.drive.send(&Blank::minimal().waiting()).expect("blank");
    assert_eq!((bench.status(), bench.is_current(INCREMENTAL)), ((DiscStatus::Blank, 1, 1), false));
    bench.reload();
    bench.incremental(true);
    assert_eq!(refusal(bench.write(0, 16)), Some(ILLEGAL_MODE));
    assert_eq!(refusal(bench.drive.send(&ReserveTrack::blocks(16))), Some(ILLEGAL_MODE));
    bench.set(WriteParameters::dvd_dao()).expect("at once");
    bench.drive.send(&ReserveTrack::blocks(32)).expect("room");
    bench.write(0, 32).expect("all of it");
    bench.flush();
    assert_eq!(bench.status().0, DiscStatus::Complete);
    bench.drive.send(&Blank::disc().waiting()).expect("blank through and through");
    assert!(bench.is_current(INCREMENTAL));
    bench.incremental(true);
    bench.write(0, 16).expect("a third life");
}

#[test]
fn what_is_not_rewritable_is_neither_blanked_nor_formatted() {
    let bench = Bench::with("dvd-r");
    assert_eq!(refusal(bench.drive.send(&Blank::disc())), Some(CANNOT_WRITE));
    assert_eq!(refusal(bench.format(0x15, 0, 0, 16)), Some(CANNOT_FORMAT));
    assert!(bench.formats().formattable.is_empty());
}

#[test]
fn a_quick_format_grows_until_its_border_is_closed() {
    let bench = Bench::with("dvd-rw");
    let types = || bench.formats().formattable.iter().map(|offer| offer.format.0).collect::<Vec<_>>();
    assert_eq!((types(), bench.formats().current.kind), (vec![0x00, 0x10, 0x15], CapacityKind::Unformatted));
    bench.format(0x15, 0, 0, 16).expect("quickly");
    assert_eq!(
        (bench.profile(), types(), bench.formats().current.kind),
        (0x13, vec![0x00, 0x10, 0x15], CapacityKind::Unknown)
    );
    assert!(bench.is_current(FeatureCode::RIGID_RESTRICTED_OVERWRITE) && !bench.is_current(INCREMENTAL));
    assert_eq!(refusal(bench.write(16, 16)), Some(INVALID_WRITE_ADDRESS), "it grows from the beginning");
    assert_eq!(refusal(bench.write(0, 10)), Some(INVALID_PACKET_SIZE));
    bench.write(0, 48).expect("it grows");
    bench.write_again(16, 16, 1).expect("and is overwritten");
    assert_eq!(refusal(bench.write(8, 16)), Some(INVALID_WRITE_ADDRESS), "not across packets");
    bench.flush();
    bench.reload();
    assert_eq!(bench.status().0, DiscStatus::Appendable, "still intermediate");
    bench.close(CloseFunction::Session).expect("no more");
    assert_eq!(
        (bench.status().0, bench.capacity(), types()),
        (DiscStatus::Complete, 48, vec![0x00, 0x10, 0x11, 0x13, 0x15])
    );
    assert_eq!(refusal(bench.close(CloseFunction::Session)), Some(SEQUENCE));
    assert_eq!(refusal(bench.write(48, 16)), Some(OUT_OF_RANGE));
    bench.format(0x13, 0, 0, 16).expect("and grows again");
    bench.write(48, 16).expect("behind what was there");
    bench.close(CloseFunction::Session).expect("no more");
    bench.format(0x11, 0, 160, 16).expect("with zeros");
    assert_eq!(bench.capacity(), 64 + 160);
    bench.assert_holds(0, 16, 0);
    bench.assert_holds(16, 16, 1);
    bench.assert_holds(48, 16, 0);
    bench.assert_zeros(64, 160);
    // What was written there in another state of the disc is gone, too.
    bench.write_again(64, 16, 3).expect("anywhere");
    bench.format(0x10, 0, u32::MAX, 16).expect("all of it");
    assert_eq!(bench.capacity(), i32::try_from(BLOCKS).expect("small"));
    bench.assert_zeros(0, 160);
    bench.write_again(0, 16, 2).expect("anywhere");
    // A quick format writes nothing, but nothing of what was there can be read.
    bench.format(0x15, 0, 0, 16).expect("quickly");
    bench.write(0, 16).expect("it grows");
    bench.close(CloseFunction::Session).expect("no more");
    bench.format(0x11, 0, 64, 16).expect("with zeros");
    bench.assert_holds(0, 16, 0);
    bench.assert_zeros(16, 64);
    bench.format(0x00, 0, u32::MAX, 16).expect("all of it");
    bench.assert_zeros(0, 80);
    let offers = bench.formats().formattable;
    assert!(offers.iter().filter(|offer| matches!(offer.format.0, 0x11 | 0x13)).all(|offer| offer.blocks == 0));
    bench.drive.send(&Blank::disc().waiting()).expect("blank");
    assert_eq!(bench.profile(), 0x14);
}

#[test]
fn formats_that_a_dvd_rw_does_not_have_are_refused() {
    let bench = Bench::with("dvd-rw");
    for (format, subtype, blocks, parameter) in [
        (0x26, 0, 0, 0),
        (0x13, 0, 0, 16),
        (0x10, 0, 8, 16),
        (0x10, 0, BLOCKS + 16, 16),
        (0x10, 0, 0, 16),
        (0x15, 0, 0, 32),
    ] {
        let refused = refusal(bench.format(format, subtype, blocks, parameter));
        assert_eq!(refused, Some(FIELD_IN_DATA), "{format:02X}h {subtype} {blocks} {parameter}");
    }
    assert_eq!(bench.profile(), 0x14);
}

/// The default page is for CDs, and so a program that never set it hears so.
#[test]
fn a_drive_that_was_not_told_how_refuses() {
    let bench = Bench::with("dvd-r");
    assert_eq!(refusal(bench.write(0, 16)), Some(ILLEGAL_MODE));
    let page =
        WriteParameters { write_type: WriteType::RAW, block_type: BlockType::RAW_PW, ..WriteParameters::default() };
    bench.set(page).expect("a page for CDs");
    assert_eq!(refusal(bench.write(0, 16)), Some(ILLEGAL_MODE));
}
