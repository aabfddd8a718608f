//! [`Crew`]: who of the threads takes calls.
//!
//! One does, the leader, and answers them itself: a call that nobody needs to be woken for takes half the time. When one
//! takes long, as commands of drives do, the watch appoints another leader, so that the calls of all others go on.

use std::{
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// A call that takes longer holds up the others no longer.
const PATIENCE: Duration = Duration::from_millis(1);
/// How often the watch looks while nothing happens.
const AT_REST: Duration = Duration::from_millis(10);
/// So often nothing has happened when it is at rest.
const REST_AFTER: u32 = 20;

/// Who of the threads takes calls.
#[derive(Default)]
pub(crate) struct Crew {
    state: Mutex<State>,
    /// A leader is wanted.
    wanted: Condvar,
    /// It is all over.
    over: Condvar,
    /// Which leader it is, in the upper half, and in the lower how often it has begun or ended a call: odd while it
    /// answers one. In one number, so that nobody counts for another.
    steps: AtomicU64,
}

/// The first step of the next leader.
const NEXT_LEADER: u64 = 1 << 32;

#[derive(Default)]
struct State {
    /// A leader has been appointed and nobody has taken that up yet.
    wanted: bool,
    dismissed: bool,
}

/// That a thread is, or was, the leader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lead(u64);

impl Crew {
    /// Waits until a leader is wanted. `None` when it is all over.
    pub(crate) fn lead(&self) -> Option<Lead> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = |state: &mut State| !state.wanted && !state.dismissed;
        let mut state = self.wanted.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner);
        state.wanted = false;
        let lead = Lead(self.steps.load(Ordering::Acquire) / NEXT_LEADER);
        (!state.dismissed).then_some(lead)
    }

    /// Whether it is still the leader's to take calls.
    pub(crate) fn is_led_by(&self, lead: Lead) -> bool {
        self.steps.load(Ordering::Acquire) / NEXT_LEADER == lead.0
    }

    /// A call begins or ends. Only the leader's calls are watched: those of former ones hold up nobody.
    pub(crate) fn step(&self, lead: Lead) {
        let step = |steps| (steps / NEXT_LEADER == lead.0).then_some(lead.0 * NEXT_LEADER + (steps + 1) % NEXT_LEADER);
        // It fails when the leader is another, and then nothing is to be done.
        let _ = self.steps.fetch_update(Ordering::AcqRel, Ordering::Acquire, step);
    }

    fn appoint(&self, state: &mut State) {
        let leader = self.steps.load(Ordering::Acquire) / NEXT_LEADER + 1;
        self.steps.store(leader * NEXT_LEADER, Ordering::Release);
        state.wanted = true;
        self.wanted.notify_one();
    }

    /// Appoints leaders until it is all over.
    pub(crate) fn watch(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.appoint(&mut state);
        let mut rest = 0;
        while !state.dismissed {
            let before = self.steps.load(Ordering::Acquire);
            let pause = if rest < REST_AFTER { PATIENCE } else { AT_REST };
            let waited = self.over.wait_timeout_while(state, pause, |state| !state.dismissed);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            let has_moved = self.steps.load(Ordering::Acquire) != before;
            rest = if has_moved { 0 } else { rest.saturating_add(1) };
            let is_answering = before % 2 == 1;
            if !has_moved && is_answering && !state.wanted && !state.dismissed {
                self.appoint(&mut state);
                rest = 0;
            }
        }
    }

    pub(crate) fn dismiss(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).dismissed = true;
        self.wanted.notify_all();
        self.over.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, thread, time::Instant};

    use super::*;

    #[test]
    fn whoever_is_busy_for_long_leads_no_longer() {
        let crew = Arc::new(Crew::default());
        let watch = thread::spawn({
            let crew = Arc::clone(&crew);
            move || crew.watch()
        });
        let first = crew.lead().expect("a leader is wanted");
        // Short calls change nothing.
        let since = Instant::now();
        while since.elapsed() < 5 * PATIENCE {
            crew.step(first);
            crew.step(first);
        }
        assert!(crew.is_led_by(first));
        crew.step(first);
        let second = crew.lead().expect("the first is busy");
        assert!(!crew.is_led_by(first) && crew.is_led_by(second) && second != first);
        // The first ends its call, and the second is not thought busy for that.
        crew.step(first);
        thread::sleep(5 * PATIENCE);
        assert!(crew.is_led_by(second));
        crew.dismiss();
        assert_eq!(crew.lead(), None);
        watch.join().expect("it ends");
    }
}
