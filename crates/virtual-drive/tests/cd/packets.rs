//! Packets: a track that grows by and by, with links between its parts.

use imapi_mmc_transport::{
    TransportExt as _,
    commands::{CloseTrackSession, ReadTrackInformation, TrackAddress},
    mode::{MultiSession, WriteParameters},
};

use crate::bench::{BLOCKS, Bench, payload, refusal};

#[test]
fn packets_of_any_size_are_joined_by_links_that_nobody_can_read() {
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters::cd_variable_packets()).expect("a page");
    bench.write(0, 10, &payload(1, 10, 2048)).expect("in sequence");
    bench.write(10, 10, &payload(2, 10, 2048)).expect("the same packet");
    bench.flush();
    assert_eq!(bench.next(), Some((27, BLOCKS - 27)), "seven blocks join it with the next");
    bench.reload();
    bench.set(WriteParameters::cd_variable_packets()).expect("a page");
    bench.write(27, 300, &payload(3, 300, 2048)).expect("the next packet");
    bench.flush();
    let track = bench.drive.query(&ReadTrackInformation::of(TrackAddress::Track(1))).expect("a track").value;
    assert!(track.packet && !track.fixed_packet && track.packet_size == Some(0), "{track:?}");
    assert!(bench.read(0, 20) == Ok([payload(1, 10, 2048), payload(2, 10, 2048)].concat()));
    assert_eq!(bench.read(19, 2), Err((3, 0x11, 0)), "a link");
    assert!(bench.read(27, 300) == Ok(payload(3, 300, 2048)));

    bench.drive.send(&CloseTrackSession::track(1)).expect("it can be closed");
    bench.wait();
    assert_eq!(bench.next().map(|(next, _)| next), Some(27 + 300 + 7 + 2 + 150));
    bench.close_session();
    assert_eq!(bench.next(), None);
}

#[test]
fn packets_of_one_size_are_filled_up_and_follow_one_another() {
    let bench = Bench::with("cd-rw");
    bench.set(WriteParameters::cd_fixed_packets(32)).expect("a page");
    bench.write(0, 40, &payload(1, 40, 2048)).expect("in sequence");
    bench.flush();
    // Of the disc's blocks every packet takes 39.
    assert_eq!(bench.next(), Some((64, (BLOCKS - 64) / 39 * 32)));
    bench.write(64, 320, &payload(2, 320, 2048)).expect("the next packets");
    bench.flush();
    let track = bench.drive.query(&ReadTrackInformation::of(TrackAddress::Track(1))).expect("a track").value;
    assert!(track.fixed_packet && track.packet_size == Some(32), "{track:?}");
    assert!(bench.read(0, 40) == Ok(payload(1, 40, 2048)));
    assert_eq!(bench.read(40, 24), Ok(vec![0; 24 * 2048]), "filled up");
    assert!(bench.read(64, 320) == Ok(payload(2, 320, 2048)));
    bench.drive.send(&CloseTrackSession::track(0xFF)).expect("the track that is not complete");
    bench.wait();
    assert_eq!(bench.next().map(|(next, _)| next), Some(384 + 12 * 7 + 2 + 150), "the links have no addresses");
}

#[test]
fn a_track_in_packets_takes_packets_of_its_kind_only() {
    let bench = Bench::with("cd-r");
    let block = payload(1, 1, 2048);
    bench.set(WriteParameters::cd_fixed_packets(0)).expect("a page");
    let refused = |first| bench.write(first, 1, &block).map_err(|error| refusal(&error));
    assert_eq!(refused(0), Err((5, 0x64, 1)), "packets without blocks");
    bench.set(WriteParameters::cd_fixed_packets(32)).expect("a page");
    refused(0).expect("in sequence");
    let change = bench.set(WriteParameters::cd_fixed_packets(16)).map_err(|error| refusal(&error));
    assert_eq!(change, Err((5, 0x2C, 0)), "a packet is being written");
    bench.flush();
    for page in [
        WriteParameters::cd_fixed_packets(16),
        WriteParameters::cd_variable_packets(),
        WriteParameters::tao_data(MultiSession::Final),
    ] {
        bench.set(page).expect("between packets");
        assert_eq!(refused(32), Err((5, 0x64, 0)));
        // No other track can begin while this one is open.
        assert_eq!(refused(32 + 7 + 2 + 150), Err((5, 0x21, 2)));
    }
}
