//! Whatever fails, the drive is free afterwards, and what was written is a track.

use std::ops::ControlFlow;

use imapi_disc_types::{CancelToken, Control, Lba};
use imapi_errors::{Coded as _, Fact, v2};
use imapi_format2::audio::AudioOptions;
use imapi_format2_tao::{Action, Session, TaoError, TaoEvent, TaoOptions, Track, What};
use imapi_mmc_transport::faults::{FaultInjector, Script};
use rstest::rstest;

use crate::every_fault::{self, Mode};
use crate::helpers::{Slow, Song, add, assert_on_disc, drive, prepare, probe, recorder, sound};

const ONE: Song = Song { sectors: 400, mark: 0x11 };
const LONG: Song = Song { sectors: 20_000, mark: 0x22 };

/// Adds a slow track, and stops when so many sectors of it are written.
fn stopped(session: &mut Session, after: u64) -> (TaoError, Vec<Action>) {
    let mut actions = Vec::new();
    let mut listener = |event: &TaoEvent| {
        if event.what == What::Begins {
            actions.push(event.action);
        }
        match event.what {
            What::Writing(progress) if progress.written() > after => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    };
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let outcome = session.add_track(&Slow(LONG), &AudioOptions::default(), &mut control);
    (outcome.expect_err("it was stopped"), actions)
}

#[rstest]
fn a_track_that_is_stopped_is_a_shorter_track(#[values("cd-r", "cd-rw")] name: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), name, None, None));
    let mut session = prepare(&recorder, &TaoOptions::default()).expect("a blank CD");
    add(&mut session, &ONE).expect("a track");
    let (error, actions) = stopped(&mut session, 500);
    assert_eq!(error.code(), v2::E_IMAPI_REQUEST_CANCELLED);
    assert!(error.is_cancelled());
    // A listener that said stop hears no more.
    assert_eq!(actions, [Action::Preparing, Action::Writing]);
    let TaoError::Writing { track: Some(cut), .. } = error else { panic!("{error:?}") };
    assert_eq!((cut.number, cut.start), (2, Lba(552)));
    assert!(cut.sectors > 500 && cut.sectors < 20_000, "{cut:?}");
    let last = add(&mut session, &ONE).expect("another track");
    assert!(last.start >= Lba(552 + i32::try_from(cut.sectors).expect("few") + 152), "{last:?} behind {cut:?}");
    let finished = session.finish(&mut Control::silent()).expect("finished");
    assert_eq!(finished.tracks.len(), 3);
    assert_on_disc(&recorder, &ONE, Lba(0), "before it");
    assert_on_disc(&recorder, &Song { sectors: 400, ..LONG }, cut.start, "what was written of it");
    assert_on_disc(&recorder, &ONE, last.start, "behind it");
}

/// Sound that cannot be read any further.
struct Broken(Song, u64);

impl imapi_disc_types::BlockSource for Broken {
    fn block_size(&self) -> std::num::NonZeroU32 {
        self.0.block_size()
    }

    fn blocks(&self) -> u64 {
        self.0.sectors
    }

    fn read(
        &self,
        first: imapi_disc_types::Block,
        out: &mut [u8],
    ) -> Result<std::num::NonZeroU32, imapi_disc_types::SourceError> {
        let left = self.1.saturating_sub(first.0);
        if left == 0 {
            return Err(imapi_disc_types::SourceError::new(first, std::io::Error::from(std::io::ErrorKind::TimedOut)));
        }
        let most = out.len().min(usize::try_from(left).expect("few") * 2352);
        self.0.read(first, &mut out[..most])
    }
}

#[test]
fn a_song_that_cannot_be_read_to_its_end_is_made_long_enough() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let mut session = prepare(&recorder, &TaoOptions::default()).expect("a blank CD");
    let error = add(&mut session, &Broken(LONG, 100)).expect_err("it ends early");
    assert_eq!(error.code(), imapi_errors::common::ERROR_TIMEOUT);
    let TaoError::Writing { track: Some(Track { sectors: 300..=302, start: Lba(0), .. }), .. } = error else {
        panic!("{error:?}")
    };
    session.finish(&mut Control::silent()).expect("finished");
    assert_on_disc(&recorder, &Song { sectors: 100, ..LONG }, Lba(0), "what could be read");
    assert!(sound(&recorder, Lba(100), 200) == vec![0; 200 * 2352], "silence behind it");
}

#[test]
fn a_song_that_cannot_be_read_at_all_leaves_the_disc_blank() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let mut session = prepare(&recorder, &TaoOptions::default()).expect("a blank CD");
    let error = add(&mut session, &Broken(LONG, 0)).expect_err("nothing can be read");
    assert!(matches!(error, TaoError::Before(_)), "{error:?}");
    session.finish(&mut Control::silent()).expect("released");
    assert!(probe(&recorder).facts.is_blank());
}

#[test]
fn a_write_error_is_told_with_its_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = r#"{"faults": [{"when": {"access": "write", "blocks": {"first": 320, "last": 321}}, "what": {"sense": {"code": "3/0C/00"}}}]}"#;
    let script = Script::from_json(script).expect("a script");
    let recorder = recorder(FaultInjector::new(drive(folder.path(), "cd-r", None, None), script).expect("a drive"));
    let mut session = prepare(&recorder, &TaoOptions::default()).expect("a blank CD");
    let error = add(&mut session, &ONE).expect_err("LBA 320 fails");
    assert_eq!(error.code(), v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE);
    let mut told = Vec::new();
    error.facts(&mut |fact, value| told.push((fact, value.to_string())));
    assert!(told.contains(&(Fact::Lba, "320".to_string())), "{told:?}");
    session.finish(&mut Control::silent()).expect("what was written is finished");
    assert_on_disc(&recorder, &Song { sectors: 300, ..ONE }, Lba(0), "what was written");
    assert_eq!(recorder.owner(), None);
}

#[test]
fn whoever_has_cancelled_before_finds_the_disc_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let mut session = prepare(&recorder, &TaoOptions::default()).expect("a blank CD");
    let token = CancelToken::new();
    token.cancel();
    let error = session.add_track(&ONE, &AudioOptions::default(), &mut Control::cancelled_by(token));
    assert!(matches!(error, Err(TaoError::Before(_))), "{error:?}");
    drop(session);
    assert!(probe(&recorder).facts.is_blank());
}

#[test]
fn events_tell_track_action_and_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let options = TaoOptions { verification: imapi_format2::Verification::Quick, ..TaoOptions::default() };
    let mut session = prepare(&recorder, &options).expect("a blank CD");
    let mut heard: Vec<TaoEvent> = Vec::new();
    for number in 1..=2 {
        let mut listener = |event: &TaoEvent| {
            assert_eq!(event.track, number);
            heard.push(*event);
            ControlFlow::Continue(())
        };
        let mut control = Control::new(CancelToken::new(), &mut listener);
        session.add_track(&ONE, &AudioOptions::default(), &mut control).expect("a track");
    }
    let begun: Vec<Action> =
        heard.iter().filter(|event| event.what == What::Begins).map(|event| event.action).collect();
    let all = [Action::Preparing, Action::Writing, Action::Finishing, Action::Verifying];
    assert_eq!(begun, [all, all].concat());
    let last = heard.iter().rev().find(|event| matches!(event.what, What::Writing(_))).expect("it was written");
    assert_eq!(last.remaining(), Some(std::time::Duration::ZERO));
    let What::Writing(progress) = last.what else { unreachable!("it was looked for") };
    assert_eq!((progress.start, progress.blocks, progress.written()), (Lba(552), 400, 400));
}

/// Each of them is the slow tier's.
#[rstest]
fn a_sample_of_commands_fails(#[values(Mode::TrackAtOnce, Mode::SessionAtOnce)] mode: Mode) {
    let all = every_fault::complaints("cd-r", mode, 37);
    assert!(all.is_empty(), "{} complaints:\n{}", all.len(), all.join("\n"));
}
