//! DVD+R: packets that nobody asks for, sessions with lead-out and lead-in between, two layers with a boundary.

use imapi_mmc_transport::{
    TransportExt as _,
    commands::{
        CloseFunction, DiscReply, DiscStatus, DiscSubject, ReadDiscInformation, ReadDiscStructure,
        ReadTrackInformation, ReserveTrack, SendDiscStructure, TrackAddress,
    },
    feature::FeatureCode,
    mode::{MultiSession, WriteParameters},
    structure::{DiscStructure, LayerBoundary, StructureFormat},
};
use rstest::rstest;

use crate::bench::{
    BLANK_CHECK, BLOCKS, Bench, CANNOT_FORMAT, CANNOT_WRITE, FIELD_IN_CDB, FIELD_IN_DATA, INVALID_WRITE_ADDRESS,
    OUT_OF_RANGE, SEQUENCE, refusal,
};

#[rstest]
#[case("dvd+r", 0x1B, FeatureCode::DVD_PLUS_R)]
#[case("dvd+r-dl", 0x2B, FeatureCode::DVD_PLUS_R_DUAL_LAYER)]
fn sessions_stand_two_thousand_and_forty_eight_blocks_apart(
    #[case] medium: &str,
    #[case] profile: u16,
    #[case] feature: FeatureCode,
) {
    let bench = Bench::with(medium);
    assert_eq!(
        (bench.profile(), bench.status(), bench.is_current(feature)),
        (profile, (DiscStatus::Blank, 1, 1), true)
    );
    assert_eq!(refusal(bench.write(16, 16)), Some(INVALID_WRITE_ADDRESS));
    // Whatever the page of the write parameters says, it is about other discs.
    bench.set(WriteParameters::tao_data(MultiSession::Final)).expect("a page");
    bench.write(0, 10).expect("the beginning");
    bench.write(10, 16).expect("within a packet, while it is written");
    bench.flush();
    assert_eq!(bench.next(), Some((32, BLOCKS - 32)));
    bench.close_track(1).expect("written");
    assert!(bench.track(1).reserved, "as all tracks are that have something in them");
    assert_eq!(refusal(bench.close_track(2)), Some(SEQUENCE), "nothing is in it");
    bench.close(CloseFunction::Session).expect("the session");
    assert_eq!((bench.status(), bench.next()), ((DiscStatus::Appendable, 2, 2), Some((2080, BLOCKS - 2080))));
    let invisible = bench.drive.query(&ReadTrackInformation::of(TrackAddress::INVISIBLE)).expect("it is known here");
    assert_eq!((invisible.number, invisible.start.0), (2, 2080));
    bench.write(2080, 16).expect("the second session");
    assert_eq!(refusal(bench.read(40, 1)), Some(BLANK_CHECK), "between the sessions");
    bench.reload();
    // What was not flushed went with the disc.
    bench.write(2080, 16).expect("again");
    bench.close(CloseFunction::DiscWithMinimumRadius).expect("for ever");
    assert_eq!((bench.status().0, bench.next()), (DiscStatus::Complete, None));
    assert_eq!(refusal(bench.write(2096, 16)), Some(CANNOT_WRITE));
    assert_eq!(refusal(bench.drive.send(&ReserveTrack::blocks(16))), Some(CANNOT_WRITE));
    assert_eq!(refusal(bench.close(CloseFunction::Session)), Some(CANNOT_WRITE));
    bench.assert_holds(0, 26, 0);
    bench.assert_holds(2080, 16, 0);
}

#[test]
fn a_disc_has_153_sessions_at_most() {
    let bench = Bench::sized("dvd+r", Some(153 * 2064 + 16_000), imapi_virtual_drive::Pace::QUICK);
    for session in 0..153 {
        let (next, _) = bench.next().unwrap_or_else(|| panic!("no room for session {session}"));
        bench.write(u32::try_from(next).expect("no CD"), 16).expect("in sequence");
        bench.close(CloseFunction::Session).expect("the session");
    }
    assert_eq!(bench.next(), None);
    assert!(refusal(bench.write(153 * 2064, 16)).is_some());
    bench.close(CloseFunction::Disc).expect("it can still be closed");
}

#[test]
fn tracks_are_reserved_and_counted() {
    let bench = Bench::with("dvd+r");
    bench.drive.send(&ReserveTrack::blocks(40)).expect("up to 48");
    bench.write(48, 16).expect("behind it");
    bench.write(0, 16).expect("in it");
    assert_eq!(refusal(bench.write(16, 48)), Some(OUT_OF_RANGE), "it ends where it ends");
    let asked = ReadDiscInformation { subject: DiscSubject::TrackResources, allocation: 12 };
    let DiscReply::TrackResources(resources) = bench.drive.query(&asked).expect("counted").value else { panic!() };
    assert_eq!((resources.most_tracks, resources.assigned_tracks, resources.appendable), (153, 2, 2));
    let asked = ReadDiscInformation { subject: DiscSubject::PseudoOverwriteResources, allocation: 16 };
    assert_eq!(refusal(bench.drive.query(&asked)), Some(FIELD_IN_CDB), "that is for BD-R");
}

#[test]
fn a_dvd_plus_r_is_not_formatted_and_has_no_boundary() {
    let bench = Bench::with("dvd+r");
    assert_eq!(refusal(bench.format(0x26, 0, u32::MAX, 0)), Some(CANNOT_FORMAT));
    let boundary = DiscStructure::LayerBoundary(LayerBoundary { fixed: false, layer_0_blocks: 1600 });
    let answered = bench.drive.submit(&SendDiscStructure::with(StructureFormat::LAYER_BOUNDARY, &boundary), &boundary);
    assert_eq!(refusal(answered), Some(FIELD_IN_CDB));
}

#[test]
fn the_boundary_of_the_layers_is_set_once_and_before_anything_is_written() {
    let bench = Bench::with("dvd+r-dl");
    let boundary =
        || match bench.drive.query(&ReadDiscStructure::of(StructureFormat::LAYER_BOUNDARY)).expect("there").value {
            DiscStructure::LayerBoundary(boundary) => (boundary.fixed, boundary.layer_0_blocks),
            other => panic!("{other:?}"),
        };
    let send = |blocks| {
        let boundary = DiscStructure::LayerBoundary(LayerBoundary { fixed: false, layer_0_blocks: blocks });
        bench.drive.submit(&SendDiscStructure::with(StructureFormat::LAYER_BOUNDARY, &boundary), &boundary)
    };
    assert_eq!(boundary(), (false, BLOCKS / 2));
    for wrong in [0, 15, BLOCKS / 2 + 16] {
        assert_eq!(refusal(send(wrong)), Some(FIELD_IN_DATA), "{wrong}");
    }
    send(1600).expect("a hundred packets");
    assert_eq!((boundary(), bench.next()), ((true, 1600), Some((0, 3200))));
    assert_eq!(refusal(send(1600)), Some(SEQUENCE));
    bench.reload();
    bench.write(0, 16).expect("the beginning");
    let bench = Bench::with("dvd+r-dl");
    bench.write(0, 16).expect("the beginning");
    let late = DiscStructure::LayerBoundary(LayerBoundary { fixed: false, layer_0_blocks: 1600 });
    let answered = bench.drive.submit(&SendDiscStructure::with(StructureFormat::LAYER_BOUNDARY, &late), &late);
    assert_eq!(refusal(answered), Some(SEQUENCE));
}
