//! [`ProgressEvents`]: who hears of what a session does, and may stop it.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use imapi_errors::HResult;

use crate::V1Error;

/// Hears of what a session does. What is not written here is not heard, as with a sink that answers `E_NOTIMPL`.
///
/// Calls come on the thread that called what takes long; [`pnp_activity`](Self::pnp_activity) comes on one of its own when
/// a drive was plugged in or out. A listener may call the session: what tells something answers, what would change
/// something is refused with `IMAPI_E_DEVICE_NOTACCESSIBLE`, and closing stops what is under way.
#[doc(alias = "IDiscMasterProgressEvents")]
pub trait ProgressEvents: Send + Sync {
    /// Whether to stop. Asked while something is added or written, before each event of that.
    #[doc(alias = "IDiscMasterProgressEvents::QueryCancel")]
    fn query_cancel(&self) -> bool {
        false
    }

    /// The list of recorders may be another one.
    #[doc(alias = "IDiscMasterProgressEvents::NotifyPnPActivity")]
    fn pnp_activity(&self) {}

    /// So much of what is being added is in the stash: blocks.
    #[doc(alias = "IDiscMasterProgressEvents::NotifyAddProgress")]
    fn add_progress(&self, completed: u32, total: u32) {
        let _ = (completed, total);
    }

    /// So many blocks are written: of the image of data, or of the track.
    #[doc(alias = "IDiscMasterProgressEvents::NotifyBlockProgress")]
    fn block_progress(&self, completed: u32, total: u32) {
        let _ = (completed, total);
    }

    /// So many tracks are written.
    #[doc(alias = "IDiscMasterProgressEvents::NotifyTrackProgress")]
    fn track_progress(&self, finished: u32, total: u32) {
        let _ = (finished, total);
    }

    /// The drive is made ready, which takes about so long.
    #[doc(alias = "IDiscMasterProgressEvents::NotifyPreparingBurn")]
    fn preparing_burn(&self, estimate: Duration) {
        let _ = estimate;
    }

    /// The disc is closed, which takes about so long.
    #[doc(alias = "IDiscMasterProgressEvents::NotifyClosingDisc")]
    fn closing_disc(&self, estimate: Duration) {
        let _ = estimate;
    }

    /// The recording has ended; the status is that of the call.
    #[doc(alias = "IDiscMasterProgressEvents::NotifyBurnComplete")]
    fn burn_complete(&self, status: HResult) {
        let _ = status;
    }

    /// The erasure has ended; the status is that of the call.
    #[doc(alias = "IDiscMasterProgressEvents::NotifyEraseComplete")]
    fn erase_complete(&self, status: HResult) {
        let _ = status;
    }
}

/// What a listener is dismissed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cookie(pub u64);

/// All listeners of a session.
#[derive(Default)]
pub(crate) struct Audience {
    listeners: Mutex<Vec<(Cookie, Arc<dyn ProgressEvents>)>>,
    next: AtomicU64,
}

impl Audience {
    pub fn admit(&self, listener: Arc<dyn ProgressEvents>) -> Cookie {
        // 0 is what programs take for no cookie.
        let cookie = Cookie(self.next.fetch_add(1, Ordering::Relaxed) + 1);
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).push((cookie, listener));
        cookie
    }

    pub fn dismiss(&self, cookie: Cookie) -> Result<(), V1Error> {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        let place = listeners.iter().position(|(known, _)| *known == cookie);
        let place = place.ok_or_else(|| V1Error::Argument { parameter: "vulCookie", given: cookie.0.to_string() })?;
        drop(listeners.remove(place));
        Ok(())
    }

    pub fn dismiss_all(&self) {
        let all = std::mem::take(&mut *self.listeners.lock().unwrap_or_else(PoisonError::into_inner));
        drop(all);
    }

    /// They are told outside of the lock, so that one may dismiss itself.
    pub fn tell(&self, event: impl Fn(&(dyn ProgressEvents + 'static))) {
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (_, listener) in listeners {
            event(&*listener);
        }
    }

    /// Whether one of them wants to stop. All are asked.
    pub fn wants_to_stop(&self) -> bool {
        let stop = std::cell::Cell::new(false);
        self.tell(|listener| stop.set(listener.query_cancel() | stop.get()));
        stop.get()
    }
}

impl fmt::Debug for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audience").finish_non_exhaustive()
    }
}
