//! [`Clock`]: time, which comes in from outside so that tests need not wait.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// Time that only goes forward. The zero is the clock's own: only differences mean something.
pub trait Clock: Send + Sync {
    /// The time since this clock's zero.
    fn now(&self) -> Duration;

    /// Comes back when so much time has gone by.
    fn sleep(&self, duration: Duration);
}

/// The machine's own clock, which does not jump when someone sets the date. Its zero is when it was made.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    zero: Instant,
}

impl SystemClock {
    /// A clock that begins now.
    pub fn new() -> Self {
        Self { zero: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.zero.elapsed()
    }

    fn sleep(&self, duration: Duration) {
        thread::sleep(duration);
    }
}

/// A clock that stands still until it is moved.
///
/// Whoever sleeps by it moves it, and comes back at once: a test of an hour's burning takes no time, and sees in
/// [`waits`](Self::waits) who would have waited how long.
///
/// ```
/// use std::time::Duration;
///
/// use imapi_disc_types::{Clock, ManualClock};
///
/// let clock = ManualClock::new();
/// clock.advance(Duration::from_secs(60));
/// clock.sleep(Duration::from_millis(500));
/// assert_eq!(clock.now(), Duration::from_millis(60_500));
/// assert_eq!(clock.waits(), [Duration::from_millis(500)]);
/// ```
#[derive(Debug, Default)]
pub struct ManualClock {
    state: Mutex<ManualState>,
}

#[derive(Debug, Default)]
struct ManualState {
    now: Duration,
    waits: Vec<Duration>,
}

impl ManualClock {
    /// A clock that stands at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the clock forward, without anyone waiting.
    pub fn advance(&self, duration: Duration) {
        let mut state = self.state();
        state.now = state.now.saturating_add(duration);
    }

    /// Every sleep so far, in order.
    pub fn waits(&self) -> Vec<Duration> {
        self.state().waits.clone()
    }

    /// Every change is whole, whatever its thread does next.
    fn state(&self) -> MutexGuard<'_, ManualState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        self.state().now
    }

    fn sleep(&self, duration: Duration) {
        let mut state = self.state();
        state.now = state.now.saturating_add(duration);
        state.waits.push(duration);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_goes_forward_by_what_was_slept() {
        let clock = SystemClock::new();
        let before = clock.now();
        clock.sleep(Duration::from_millis(2));
        assert!(clock.now() >= before + Duration::from_millis(2));
    }

    #[test]
    fn a_manual_clock_stops_at_the_end_of_time() {
        let clock = ManualClock::new();
        clock.advance(Duration::MAX);
        clock.sleep(Duration::MAX);
        assert_eq!((clock.now(), clock.waits()), (Duration::MAX, vec![Duration::MAX]));
    }
}
