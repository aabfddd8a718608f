//! [`DiscMaster`]: the drives that there are, as IMAPI lists them, and who comes and goes.

use std::{fmt, sync::Arc, thread};

use crossbeam_channel::{Sender, select};
use imapi_mmc_transport::{Arrival, DriveSource, commands::StandardInquiry};

use crate::{DiscRecorder, Recorder, RecorderError};

/// The drives of a source. Clones are the same.
///
/// ```
/// use std::sync::Arc;
///
/// use imapi_mmc_transport::DriveSource;
/// use imapi_recorder::{DiscMaster, RecorderError};
///
/// fn first(drives: Arc<dyn DriveSource>) -> Result<String, RecorderError> {
///     DiscMaster::new(drives).item(0)
/// }
/// ```
#[derive(Clone)]
#[doc(alias = "IDiscMaster2")]
pub struct DiscMaster {
    drives: Arc<dyn DriveSource>,
}

impl DiscMaster {
    /// Over that source.
    #[must_use]
    pub fn new(drives: Arc<dyn DriveSource>) -> Self {
        Self { drives }
    }

    /// How many drives there are now.
    #[doc(alias = "IDiscMaster2::get_Count")]
    pub fn count(&self) -> Result<usize, RecorderError> {
        Ok(self.drives.list()?.len())
    }

    /// The id of a drive by its place, from 0. Drives that come and go change the places of others.
    #[doc(alias = "IDiscMaster2::get_Item")]
    pub fn item(&self, index: i32) -> Result<String, RecorderError> {
        let ids = self.drives.list()?;
        let found = usize::try_from(index).ok().and_then(|place| ids.get(place));
        found.cloned().ok_or(RecorderError::Argument { parameter: "index", given: index.into() })
    }

    /// The ids of the drives that are there at this moment. What comes and goes afterwards does not change them.
    #[doc(alias = "IDiscMaster2::get__NewEnum")]
    pub fn ids(&self) -> Result<std::vec::IntoIter<String>, RecorderError> {
        Ok(self.drives.list()?.into_iter())
    }

    /// Whether there is at least one drive for optical discs that this program may use.
    #[doc(alias = "IDiscMaster2::get_IsSupportedEnvironment")]
    #[must_use]
    pub fn is_supported_environment(&self) -> bool {
        let usable = |id: &String| {
            let recorder = Recorder::open(&*self.drives, id);
            recorder.is_ok_and(|recorder| recorder.identity().device_type == StandardInquiry::MULTIMEDIA)
        };
        self.drives.list().unwrap_or_default().iter().any(usable)
    }

    /// A recorder that is none of the drives yet.
    #[must_use]
    pub fn recorder(&self) -> DiscRecorder {
        DiscRecorder::new(Arc::clone(&self.drives))
    }

    /// Tells the listener of drives that come and go, on a thread of its own and until the subscription is dropped.
    #[must_use = "nobody is told any more when this is dropped"]
    pub fn subscribe(&self, listener: impl DriveListener + 'static) -> Subscription {
        let arrivals = self.drives.watch();
        let (stop, stopped) = crossbeam_channel::bounded::<()>(0);
        let master = self.clone();
        let mut listener = listener;
        let listen = move || {
            loop {
                select! {
                    recv(stopped) -> _ => return,
                    recv(arrivals) -> arrival => match arrival {
                        Ok(Arrival::Added(id)) => listener.device_added(&master, &id),
                        Ok(Arrival::Removed(id)) => listener.device_removed(&master, &id),
                        // The source is gone.
                        Err(_) => return,
                    },
                }
            }
        };
        let thread = thread::Builder::new().name("imapi-listener".into()).spawn(listen);
        if let Err(error) = &thread {
            tracing::warn!(%error, "drives that come and go will not be told of");
        }
        Subscription { stop: Some(stop), thread: thread.ok() }
    }
}

impl fmt::Debug for DiscMaster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiscMaster").finish_non_exhaustive()
    }
}

/// Hears of drives that come and go.
#[doc(alias = "DDiscMaster2Events")]
pub trait DriveListener: Send {
    /// That drive has come.
    #[doc(alias = "DDiscMaster2Events::NotifyDeviceAdded")]
    fn device_added(&mut self, master: &DiscMaster, id: &str);

    /// That drive has gone.
    #[doc(alias = "DDiscMaster2Events::NotifyDeviceRemoved")]
    fn device_removed(&mut self, master: &DiscMaster, id: &str);
}

/// A listener is told as long as this lives. When it has been dropped, no call is under way and none will come; only where
/// the listener itself drops it, its own call goes on.
#[derive(Debug)]
pub struct Subscription {
    stop: Option<Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        drop(self.stop.take());
        let other = self.thread.take().filter(|thread| thread.thread().id() != thread::current().id());
        if let Some(thread) = other {
            // A listener that panicked has been told of by that.
            let _ = thread.join();
        }
    }
}
