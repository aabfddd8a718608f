//! Waiting, on a script of answers and a clock that moves when someone sleeps.

use std::ops::ControlFlow::{Break, Continue};

use super::*;
use crate::{
    Completion, Sense, SenseKey, TransportExt,
    execute::script::{Play, Script},
};

const MINUTE: Duration = Duration::from_secs(60);

fn ready() -> Play {
    Play::Completion(Completion::good(0))
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn wait(script: &Script, budget: Duration) -> Result<Ready, WaitError> {
    script.wait_until_ready(budget, &mut |_| Continue(()))
}

#[test]
fn a_ready_drive_is_asked_once() {
    let script = Script::new([ready()]);
    assert_eq!(
        wait(&script, Duration::ZERO).expect("ready"),
        Ready { changed: false, reset: false, waited: Duration::ZERO }
    );
    assert_eq!(script.asked()[0].0, [0; 6]);
    assert_eq!(script.waits(), []);
}

#[test]
fn the_pauses_grow_to_a_second_and_the_progress_is_told() {
    let format = |part| Play::Sense(Sense::FORMATTING.progressed(Progress(part)));
    let script = Script::new((0..8).map(|step| format(step * 0x1000)).chain([ready()]));
    let mut told = Vec::new();
    let done = script.wait_until_ready(MINUTE, &mut |waiting| {
        told.push((waiting.condition, waiting.progress.map(Progress::percent), waiting.elapsed));
        Continue(())
    });
    assert_eq!(done.expect("ready"), Ready { changed: false, reset: false, waited: millis(3575) });
    assert_eq!(script.waits(), [25, 50, 100, 200, 400, 800, 1000, 1000].map(millis));
    assert_eq!(told[0], (Condition::FormatInProgress, Some(0), Duration::ZERO));
    assert_eq!(told[7], (Condition::FormatInProgress, Some(43), millis(2575)));
}

#[test]
fn attentions_are_passed_at_once_and_remembered() {
    let attentions = [Sense::RESET, Sense::MEDIUM_CHANGED, Sense::MODE_PARAMETERS_CHANGED].map(Play::Sense);
    let script = Script::new(attentions.into_iter().chain([ready()]));
    assert_eq!(
        wait(&script, Duration::ZERO).expect("ready"),
        Ready { changed: true, reset: true, waited: Duration::ZERO }
    );

    let button = Script::new([Play::Sense(Sense::REMOVAL_REQUESTED), ready()]);
    assert!(!wait(&button, Duration::ZERO).expect("ready").changed);
}

#[test]
fn endless_attentions_end_with_the_budget() {
    let script = Script::for_ever([Sense::RESET]);
    let error = wait(&script, millis(500)).expect_err("never ready");
    assert!(matches!(error, WaitError::TimedOut { .. }), "{error}");
    assert_eq!(script.waits(), [25, 50, 100, 200, 125].map(millis));
}

#[test]
fn the_last_poll_is_at_the_end_of_the_budget_and_its_answer_is_the_result() {
    for (sense, code) in [
        (Sense::BECOMING_READY, v2::E_IMAPI_RECORDER_MEDIA_BECOMING_READY),
        (Sense::FORMATTING, v2::E_IMAPI_RECORDER_MEDIA_FORMAT_IN_PROGRESS),
        (Sense::BUSY, v2::E_IMAPI_RECORDER_MEDIA_BUSY),
        (Sense::NONE.progressed(Progress(9)), v2::E_IMAPI_RECORDER_MEDIA_BUSY),
    ] {
        let script = Script::for_ever([sense]);
        let error = wait(&script, millis(700)).expect_err("never ready");
        assert_eq!((error.code(), error.condition()), (code, Some(sense.condition())));
        assert_eq!(script.waits(), [25, 50, 100, 200, 325].map(millis));
        assert_eq!(script.asked().len(), 6);
    }
}

#[test]
fn a_drive_that_does_not_say_why_is_given_up_after_five_seconds() {
    let silent = Sense::new(SenseKey::NotReady, 0x04, 0x00);
    let script = Script::for_ever([Sense::BUSY, silent]);
    let Err(WaitError::TimedOut { after, .. }) = wait(&script, 60 * MINUTE) else { panic!("never ready") };
    // The first poll said what it was doing, so the silence begins with the second, at 25 ms.
    assert_eq!(after, millis(5575));
}

#[test]
fn a_word_in_between_gives_new_patience() {
    let silent = || Play::Sense(Sense::new(SenseKey::NotReady, 0x04, 0x00));
    let spell = || (0..5).map(move |_| silent());
    let script = Script::new(spell().chain([Play::Sense(Sense::BUSY)]).chain(spell()).chain([ready()]));
    assert!(wait(&script, MINUTE).is_ok());
}

#[test]
fn a_busy_status_is_waited_out() {
    let busy = Completion { status: Status::BUSY, transferred: 0, sense: None };
    let script = Script::new([Play::Completion(busy), ready()]);
    assert!(wait(&script, MINUTE).is_ok());
}

#[test]
fn what_does_not_pass_ends_the_waiting() {
    let late = Sense::BUSY.of_an_earlier_command();
    for sense in [Sense::NO_MEDIUM_TRAY_OPEN, Sense::NEEDS_START, Sense::WRITE_ERROR, Sense::INTERNAL_FAILURE, late] {
        let script = Script::new([Play::Sense(Sense::BUSY), Play::Sense(sense)]);
        let error = wait(&script, MINUTE).expect_err("not ready");
        assert!(matches!(&error, WaitError::Command(CommandError::Check { sense: told, .. }) if *told == sense));
    }
    assert!(matches!(
        wait(&Script::new([Play::Gone]), MINUTE),
        Err(WaitError::Command(CommandError::Transport(crate::TransportError::Gone)))
    ));
}

#[test]
fn the_listener_may_say_stop() {
    let script = Script::for_ever([Sense::BUSY]);
    let mut polls = 0;
    let stopped = script.wait_until_ready(MINUTE, &mut |_| {
        polls += 1;
        if polls == 3 { Break(()) } else { Continue(()) }
    });
    let error = stopped.expect_err("stopped");
    assert_eq!((error.code(), script.waits().len()), (v2::E_IMAPI_REQUEST_CANCELLED, 2));

    let mut told = Vec::new();
    error.facts(&mut |fact, value| told.push((fact, value.to_string())));
    assert_eq!(told[0], (Fact::Command, "TEST UNIT READY".to_owned()));
    assert_eq!(told[2], (Fact::Elapsed, "0".to_owned()));
}
