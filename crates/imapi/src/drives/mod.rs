//! Drives by the names that people give them: of the system, and in software.
//!
//! A name is one of these:
//!
//! - a node such as `/dev/sr0`, or a link to one;
//! - an id, as [`Drives`] lists them;
//! - with the feature `virtual`: `virtual:DISC`, a drive in software with the disc of that file in it; see
//!   [`VirtualDisc`] for what may follow.

mod error;
#[cfg(feature = "virtual")]
mod virtual_disc;

use std::sync::Arc;

use crossbeam_channel::Receiver;
use imapi_mmc_transport::{Arrival, Device, DriveSource, TransportError};
use imapi_recorder::Recorder;

pub use self::error::DriveError;
#[cfg(feature = "virtual")]
pub use self::virtual_disc::{InvalidVirtualDisc, LoadedDrive, VirtualDisc, parse_size, whole_units};

/// What the name of a drive in software begins with.
pub const VIRTUAL: &str = "virtual:";

/// The drives of the system, and the drives in software that were opened by this.
///
/// It is a [`DriveSource`]: what lists and opens drives takes it, and knows the drives in software as well. A disc stays
/// in its drive, and its file is in use, for as long as this lives.
///
/// ```no_run
/// use imapi::drives::{DriveError, Drives};
///
/// let drives = Drives::of_this_machine();
/// let recorder = drives.recorder("/dev/sr0")?;
/// println!("{} {}", recorder.vendor(), recorder.product());
/// # Ok::<(), DriveError>(())
/// ```
pub struct Drives {
    system: Arc<dyn DriveSource>,
    #[cfg(feature = "virtual")]
    discs: virtual_disc::Inserted,
}

impl Drives {
    /// Those of this machine.
    #[must_use]
    pub fn of_this_machine() -> Self {
        Self::over(system())
    }

    /// Those of that source.
    #[must_use]
    pub fn over(system: Arc<dyn DriveSource>) -> Self {
        Self {
            system,
            #[cfg(feature = "virtual")]
            discs: virtual_disc::Inserted::default(),
        }
    }

    /// The drive with that name.
    pub fn recorder(&self, name: &str) -> Result<Recorder, DriveError> {
        let opened = match name.strip_prefix(VIRTUAL) {
            // The disc first, as only its own error says what is wrong with it.
            Some(rest) => self.insert(rest).and_then(|id| Ok(Recorder::open(self, &id)?)),
            None => Recorder::open(self, name).map_err(DriveError::from),
        };
        opened.map_err(|error| error.of(name))
    }

    /// Puts the disc into a drive, unless it is in one already, and tells that drive's id.
    #[cfg(feature = "virtual")]
    fn insert(&self, rest: &str) -> Result<String, DriveError> {
        self.discs.insert(&rest.parse()?)
    }

    #[cfg(not(feature = "virtual"))]
    #[expect(clippy::unused_self, reason = "with the feature it keeps the drive")]
    fn insert(&self, _: &str) -> Result<String, DriveError> {
        Err(DriveError::NoneInSoftware)
    }

    /// Waits until the drives in software have done what they had begun, as real ones do when their program has ended, and
    /// tells why one of them could not.
    pub fn settle(&self) -> Result<(), DriveError> {
        #[cfg(feature = "virtual")]
        self.discs.settle()?;
        Ok(())
    }
}

impl DriveSource for Drives {
    /// The system's, then those in software.
    fn list(&self) -> Result<Vec<String>, TransportError> {
        #[cfg_attr(not(feature = "virtual"), expect(unused_mut, reason = "with the feature there are more"))]
        let mut ids = self.system.list()?;
        #[cfg(feature = "virtual")]
        ids.extend(self.discs.ids());
        Ok(ids)
    }

    fn open(&self, id: &str) -> Result<Arc<dyn Device>, TransportError> {
        #[cfg(feature = "virtual")]
        if id.starts_with(VIRTUAL) {
            return self.discs.open(id);
        }
        self.system.open(id)
    }

    /// Hears of the system's. Those in software come and go with whoever opens them.
    fn watch(&self) -> Receiver<Arrival> {
        self.system.watch()
    }
}

#[cfg(target_os = "linux")]
fn system() -> Arc<dyn DriveSource> {
    Arc::new(imapi_mmc_transport::linux::LinuxDrives::new())
}

/// A system for which nothing has been written yet has no drives.
#[cfg(not(target_os = "linux"))]
fn system() -> Arc<dyn DriveSource> {
    struct Nowhere;

    impl DriveSource for Nowhere {
        fn list(&self) -> Result<Vec<String>, TransportError> {
            Ok(Vec::new())
        }

        fn open(&self, _: &str) -> Result<Arc<dyn Device>, TransportError> {
            Err(TransportError::Gone)
        }

        fn watch(&self) -> Receiver<Arrival> {
            crossbeam_channel::never()
        }
    }

    Arc::new(Nowhere)
}
