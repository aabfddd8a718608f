//! CD-RW becomes blank again, as a whole or at its end.

use imapi_mmc_transport::{
    TransportExt as _,
    commands::{Blank, BlankType, ReserveTrack},
    mode::{MultiSession, WriteParameters},
};

use crate::bench::{BLOCKS, Bench, payload, refusal};

fn blank(bench: &Bench, kind: BlankType, place: u32) -> Result<(), (u8, u8, u8)> {
    let command = Blank { kind, place, ..Blank::minimal() };
    bench.drive.send(&command).map_err(|error| refusal(&error))?;
    bench.wait();
    Ok(())
}

/// Status, sessions, last track.
fn status(bench: &Bench) -> (u8, u8, u8) {
    let information = bench.ask(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34).expect("an answer");
    (information[2], information[4], information[6])
}

/// A disc with two closed sessions of a track.
fn two_sessions() -> Bench {
    let bench = Bench::with("cd-rw");
    bench.set(WriteParameters::tao_data(MultiSession::Open)).expect("a page");
    for _ in 0..2 {
        let (next, _) = bench.next().expect("room");
        bench.write(next, 300, &payload(1, 300, 2048)).expect("in sequence");
        bench.flush();
        bench.close_session();
    }
    bench
}

#[test]
fn a_disc_is_blanked_in_full_and_in_haste() {
    for kind in [BlankType::Disc, BlankType::Minimal] {
        let bench = two_sessions();
        assert_eq!(status(&bench), (0x11, 3, 3));
        blank(&bench, kind, 0).expect("a CD-RW");
        assert_eq!((status(&bench), bench.next()), ((0x10, 1, 1), Some((0, BLOCKS))));
        assert_eq!(bench.read(0, 1), Err((5, 0x21, 0)));
        bench.write(0, 300, &payload(2, 300, 2048)).expect("it can be written again");
    }
}

#[test]
fn a_cd_r_cannot_be_blanked() {
    let bench = Bench::with("cd-r");
    assert_eq!(blank(&bench, BlankType::Minimal, 0), Err((5, 0x30, 5)));
}

#[test]
fn the_last_session_is_opened_or_erased() {
    let bench = two_sessions();
    blank(&bench, BlankType::UncloseSession, 0).expect("it is closed");
    assert_eq!(status(&bench), (0x15, 2, 3), "its track is still there");
    assert_eq!(blank(&bench, BlankType::UncloseSession, 0), Err((5, 0x2C, 0)));
    let (next, _) = bench.next().expect("room");
    assert_eq!(next, 302 + 11_400 + 302 + 150);
    blank(&bench, BlankType::EraseSession, 0).expect("it is open");
    assert_eq!((status(&bench), bench.next().map(|(next, _)| next)), ((0x11, 2, 2), Some(302 + 11_400)));
    blank(&bench, BlankType::EraseSession, 0).expect("the first one");
    assert_eq!(status(&bench), (0x10, 1, 1));
    assert_eq!(blank(&bench, BlankType::EraseSession, 0), Err((5, 0x2C, 0)));
    bench.reload();
    assert_eq!(status(&bench), (0x10, 1, 1));
}

#[test]
fn a_track_of_the_open_session_is_erased_from_the_end() {
    let bench = two_sessions();
    let (third, _) = bench.next().expect("room");
    for _ in 0..2 {
        let (next, _) = bench.next().expect("room");
        bench.write(next, 300, &payload(1, 300, 2048)).expect("in sequence");
        bench.flush();
    }
    assert_eq!(blank(&bench, BlankType::Track, 2), Err((5, 0x2C, 0)), "its session is closed");
    assert_eq!(blank(&bench, BlankType::Track, 3), Err((5, 0x2C, 0)), "another is behind it");
    assert_eq!(blank(&bench, BlankType::Track, 9), Err((5, 0x24, 0)));
    blank(&bench, BlankType::Track, 4).expect("the last one");
    blank(&bench, BlankType::Track, 3).expect("now it is the last one");
    assert_eq!(bench.next().map(|(next, _)| next), Some(third));
    bench.drive.send(&ReserveTrack::blocks(500)).expect("room");
    blank(&bench, BlankType::UnreserveTrack, 3).expect("nothing is in it");
    assert_eq!(bench.next().map(|(next, _)| next), Some(third));
    for kind in [BlankType::TrackTail, BlankType::Reserved] {
        assert_eq!(blank(&bench, kind, 0), Err((5, 0x24, 0)));
    }
}

#[test]
fn a_track_that_is_being_written_is_not_blanked() {
    let bench = Bench::with("cd-rw");
    bench.set(WriteParameters::tao_data(MultiSession::Final)).expect("a page");
    bench.write(0, 300, &payload(1, 300, 2048)).expect("in sequence");
    assert_eq!(blank(&bench, BlankType::Minimal, 0), Err((5, 0x2C, 0)));
    bench.flush();
    blank(&bench, BlankType::Minimal, 0).expect("now it is");
}
