//! [`Control`] and [`CancelToken`]: how the caller of something long hears of it, and stops it.

use std::{
    fmt,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use imapi_errors::{Coded, HResult, v2};

/// A request to stop, shared by those who may make it and those who must follow it.
///
/// Clones are the same request. It cannot be taken back, and making it is a single store: a signal handler may.
#[derive(Debug, Clone, Default)]
pub struct CancelToken {
    cancelled: Arc<AtomicBool>,
}

/// The work was stopped because its caller wanted that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

impl CancelToken {
    /// A request that nobody has made yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks all work that watches this token to stop as soon as it safely can.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// Whether somebody asked.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}

impl Coded for Cancelled {
    fn code(&self) -> HResult {
        v2::E_IMAPI_REQUEST_CANCELLED
    }
}

/// The last argument of everything long: it hears what happens, and says whether to go on.
///
/// The listener is called on the thread that called the long function, so it need not be `Send` and may touch what it
/// likes. To stop, it returns [`ControlFlow::Break`]; anyone else cancels the [token](Self::token).
///
/// ```
/// use std::ops::ControlFlow;
///
/// use imapi_disc_types::{CancelToken, Cancelled, Control};
///
/// fn count_to(end: u32, control: &mut Control<'_, u32>) -> Result<u32, Cancelled> {
///     for number in 1..=end {
///         control.emit(&number)?;
///     }
///     Ok(end)
/// }
///
/// let mut heard = Vec::new();
/// let mut listener = |number: &u32| {
///     heard.push(*number);
///     if *number == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
/// };
/// assert_eq!(count_to(9, &mut Control::new(CancelToken::new(), &mut listener)), Err(Cancelled));
/// assert_eq!(heard, [1, 2, 3]);
///
/// assert_eq!(count_to(9, &mut Control::silent()), Ok(9));
/// ```
pub struct Control<'a, E> {
    token: CancelToken,
    listener: Option<Listener<'a, E>>,
}

type Listener<'a, E> = &'a mut dyn FnMut(&E) -> ControlFlow<()>;

impl<'a, E> Control<'a, E> {
    /// A listener, and a token by which others may cancel.
    pub fn new(token: CancelToken, listener: &'a mut dyn FnMut(&E) -> ControlFlow<()>) -> Self {
        Self { token, listener: Some(listener) }
    }

    /// For a caller who wants to hear nothing and never stops.
    pub fn silent() -> Self {
        Self::cancelled_by(CancelToken::new())
    }

    /// For a caller who wants to hear nothing, but may stop.
    pub fn cancelled_by(token: CancelToken) -> Self {
        Self { token, listener: None }
    }

    /// The token, for other threads that take part in the work.
    pub fn token(&self) -> &CancelToken {
        &self.token
    }

    /// Whether to go on, between events.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.token.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Tells the listener, and says whether to go on. A listener that breaks cancels the token too, so that all who
    /// take part in the work see it; and it is told no more after that.
    pub fn emit(&mut self, event: &E) -> Result<(), Cancelled> {
        self.check()?;
        if let Some(listener) = &mut self.listener {
            if listener(event).is_break() {
                self.token.cancel();
            }
        }
        self.check()
    }

    /// Does a part of the work that has events of its own kind: each becomes one of this control's.
    ///
    /// ```
    /// use imapi_disc_types::{Cancelled, Control};
    ///
    /// enum Burning { Scanned(String), Written(u64) }
    ///
    /// fn scan(control: &mut Control<'_, String>) -> Result<(), Cancelled> {
    ///     control.emit(&"readme.txt".to_string())
    /// }
    ///
    /// fn burn(control: &mut Control<'_, Burning>) -> Result<(), Cancelled> {
    ///     control.narrow(|name: &String| Burning::Scanned(name.clone()), scan)?;
    ///     control.emit(&Burning::Written(16))
    /// }
    /// # assert_eq!(burn(&mut Control::silent()), Ok(()));
    /// ```
    pub fn narrow<F, R>(&mut self, wrap: impl Fn(&F) -> E, work: impl FnOnce(&mut Control<'_, F>) -> R) -> R {
        let token = self.token.clone();
        match &mut self.listener {
            None => work(&mut Control::cancelled_by(token)),
            Some(listener) => work(&mut Control::new(token, &mut |event| listener(&wrap(event)))),
        }
    }
}

impl<E> fmt::Debug for Control<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listener = if self.listener.is_some() { "a listener" } else { "silent" };
        f.debug_struct("Control").field("token", &self.token).field("listener", &format_args!("{listener}")).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_listener_that_breaks_cancels_the_token_and_hears_no_more() {
        let token = CancelToken::new();
        let mut heard = 0;
        let mut listener = |(): &()| {
            heard += 1;
            ControlFlow::Break(())
        };
        let mut control = Control::new(token.clone(), &mut listener);
        assert_eq!(control.check(), Ok(()));
        assert_eq!(control.emit(&()), Err(Cancelled));
        assert_eq!(control.emit(&()), Err(Cancelled));
        assert!(token.is_cancelled());
        assert_eq!(heard, 1);
    }

    #[test]
    fn a_token_cancels_from_another_thread() {
        let token = CancelToken::new();
        let mut control = Control::<()>::cancelled_by(token.clone());
        assert_eq!(control.emit(&()), Ok(()));
        thread::scope(|scope| scope.spawn(|| token.cancel()).join()).expect("cancelling does not panic");
        assert_eq!((control.check(), control.emit(&())), (Err(Cancelled), Err(Cancelled)));
    }

    #[test]
    fn a_listener_that_cancels_the_token_is_obeyed_at_once() {
        let token = CancelToken::new();
        let mut listener = |(): &()| {
            token.cancel();
            ControlFlow::Continue(())
        };
        assert_eq!(Control::new(token.clone(), &mut listener).emit(&()), Err(Cancelled));
    }

    #[test]
    fn a_part_of_the_work_tells_the_same_listener_in_its_own_words() {
        let mut heard = Vec::new();
        let mut listener = |text: &String| {
            heard.push(text.clone());
            if text == "part 2" { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut control = Control::new(CancelToken::new(), &mut listener);
        let outcome = control.narrow(
            |number: &u8| format!("part {number}"),
            |part| {
                part.emit(&1)?;
                part.emit(&2)?;
                unreachable!("the listener broke off");
            },
        );
        assert_eq!((outcome, control.check()), (Err::<(), _>(Cancelled), Err(Cancelled)));
        assert_eq!(heard, ["part 1", "part 2"]);
    }

    #[test]
    fn a_silent_control_stays_silent_in_its_parts_and_can_still_be_cancelled() {
        let token = CancelToken::new();
        let mut control = Control::<String>::cancelled_by(token.clone());
        let outcome = control.narrow(
            |_: &u8| unreachable!("nobody listens"),
            |part| {
                part.emit(&1)?;
                token.cancel();
                part.emit(&2)
            },
        );
        assert_eq!(outcome, Err(Cancelled));
        assert_eq!(Cancelled.code(), v2::E_IMAPI_REQUEST_CANCELLED);
    }
}
