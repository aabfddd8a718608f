//! What is written is on the disc, in drives of all kinds.

use imapi_disc_types::{Control, Lba, MediaState};
use imapi_format2::Verification;
use imapi_format2_tao::TaoOptions;
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{ReadToc, TocFormat, TocReply},
};
use imapi_virtual_drive::PERSONALITIES;
use rstest::rstest;

use crate::helpers::{Song, add, assert_on_disc, burn, drive, prepare, probe, recorder, sound};

const ONE: Song = Song { sectors: 437, mark: 0xA1 };
const TWO: Song = Song { sectors: 300, mark: 0xB2 };
const THREE: Song = Song { sectors: 1001, mark: 0xC3 };

fn verified() -> TaoOptions {
    TaoOptions { verification: Verification::Quick, ..TaoOptions::default() }
}

/// The table that the drive reads from the disc.
fn table(recorder: &imapi_recorder::Recorder) -> TocReply {
    recorder.device().query(&ReadToc::whole(TocFormat::Toc)).expect("a table").value
}

#[rstest]
fn songs_are_on_the_disc_two_seconds_apart(#[values("cd-r", "cd-rw")] name: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), name, None, None));
    let mut session = prepare(&recorder, &verified()).expect("a blank CD");
    assert_eq!((session.expected_toc(), session.used_sectors()), (None, 0));
    let total = session.total_sectors();
    assert_eq!(session.free_sectors(), total);
    let mut starts = Vec::new();
    for song in [ONE, TWO, THREE] {
        let track = add(&mut session, &song).expect("a track");
        assert_eq!(
            (u64::from(track.sectors), track.number),
            (song.sectors, session.tracks().last().expect("it").number)
        );
        assert_eq!(session.used_sectors() + session.free_sectors(), total);
        starts.push(track.start);
    }
    // The drive ends a track with two blocks, and leaves 150 before the next.
    assert_eq!(starts, [Lba(0), Lba(437 + 152), Lba(437 + 152 + 300 + 152)]);
    let expected = session.expected_toc().expect("three tracks");
    let finished = session.finish(&mut Control::silent()).expect("finished");
    assert!(finished.finalized);
    assert_eq!(table(&recorder), TocReply::Toc(expected));
    for (song, start) in [ONE, TWO, THREE].iter().zip(starts) {
        assert_on_disc(&recorder, song, start, name);
    }
    assert!(sound(&recorder, Lba(437), 152) == vec![0; 152 * 2352], "silence between songs");
    assert!(probe(&recorder).facts.is_closed());
    assert_eq!(recorder.owner(), None, "the drive is free again");
}

#[rstest]
fn odd_drives_write_songs_too(#[values("cd-r", "cd-rw")] name: &str) {
    for personality in &PERSONALITIES {
        let what = format!("{name} in {}", personality.name);
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(drive(folder.path(), name, Some(personality), Some(20_000)));
        let tracks = burn(&recorder, &[ONE, TWO], &verified());
        assert_eq!(tracks[1].start, Lba(437 + 152), "{what}");
        for (song, track) in [ONE, TWO].iter().zip(&tracks) {
            assert_on_disc(&recorder, song, track.start, &what);
        }
        assert!(probe(&recorder).facts.is_closed(), "{what}");
        assert_eq!(recorder.owner(), None, "{what}");
    }
}

#[test]
fn a_disc_that_stays_open_takes_another_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    burn(&recorder, &[ONE], &TaoOptions { finalize: false, ..verified() });
    let facts = probe(&recorder).facts;
    assert!(facts.state.contains(MediaState::APPENDABLE), "{facts:?}");
    // Lead-out and lead-in lie before the next session.
    assert_eq!(facts.next_writable, Some(Lba(437 + 2 + 11_400)));
    assert!(facts.previous_data_session().is_none());
    // No player finds a second session of sound.
    let error = prepare(&recorder, &TaoOptions::default()).expect_err("it is not blank");
    assert_eq!(imapi_errors::Coded::code(&error), imapi_errors::v2::E_IMAPI_DF2TAO_MEDIA_IS_NOT_BLANK);
}

#[test]
fn a_disc_to_which_nothing_was_written_stays_blank() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let finished =
        prepare(&recorder, &verified()).expect("a blank CD").finish(&mut Control::silent()).expect("released");
    assert_eq!((finished.toc, finished.tracks.len(), finished.finalized), (None, 0, false));
    assert!(probe(&recorder).facts.is_blank());
    burn(&recorder, &[ONE], &verified());
}

#[test]
fn whoever_drops_a_session_leaves_a_disc_that_can_be_finished() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let mut session = prepare(&recorder, &verified()).expect("a blank CD");
    add(&mut session, &ONE).expect("a track");
    drop(session);
    assert_eq!(recorder.owner(), None);
    assert!(probe(&recorder).facts.state.contains(MediaState::NON_EMPTY_SESSION));
}
