//! [`LinuxDrives`]: the drives of this machine.

use std::{
    sync::{Arc, Weak},
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender};

use super::{
    drive::LinuxDrive,
    places::Places,
    sysfs::{self, DriveInfo},
};
use crate::{Arrival, Device, DriveSource, TransportError};

const INQUIRY: u8 = 0x12;
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The drives of this machine.
///
/// ```no_run
/// use imapi_mmc_transport::{DriveSource, linux::LinuxDrives};
///
/// let drives = LinuxDrives::new();
/// for info in drives.infos()? {
///     println!("{}: {} {}", info.id, info.vendor, info.product);
/// }
/// let drive = drives.open("/dev/sr0")?;
/// # Ok::<(), imapi_mmc_transport::TransportError>(())
/// ```
#[derive(Debug)]
pub struct LinuxDrives {
    places: Arc<Places>,
    look_every: Duration,
}

impl LinuxDrives {
    /// Those of the running system.
    #[must_use]
    pub fn new() -> Self {
        Self::in_places(Places::default())
    }

    /// Those of a system whose folders are elsewhere.
    #[must_use]
    pub fn in_places(places: Places) -> Self {
        Self { places: Arc::new(places), look_every: LOOK_EVERY }
    }

    /// Looks for drives that come and go so often.
    #[must_use]
    pub fn looking_every(mut self, interval: Duration) -> Self {
        self.look_every = interval;
        self
    }

    /// The drives that are there now, by address, without opening any.
    pub fn infos(&self) -> Result<Vec<DriveInfo>, TransportError> {
        infos(&self.places)
    }

    /// Opens the drive with that id, node or address.
    pub fn open_drive(&self, name: &str) -> Result<LinuxDrive, TransportError> {
        let named = |info: &DriveInfo| info.id == name || info.node.as_os_str() == name || info.address == name;
        let info = self.infos()?.into_iter().find(named).ok_or(TransportError::Gone)?;
        LinuxDrive::open(info, Places::clone(&self.places))
    }
}

impl Default for LinuxDrives {
    fn default() -> Self {
        Self::new()
    }
}

impl DriveSource for LinuxDrives {
    fn list(&self) -> Result<Vec<String>, TransportError> {
        Ok(ids(self.infos()?))
    }

    fn open(&self, id: &str) -> Result<Arc<dyn Device>, TransportError> {
        Ok(Arc::new(self.open_drive(id)?))
    }

    /// Looks into sysfs every second, in a thread that ends with this source, or at the next change after the receiver
    /// is gone.
    fn watch(&self) -> Receiver<Arrival> {
        let (tell, told) = crossbeam_channel::unbounded();
        let (places, interval) = (Arc::downgrade(&self.places), self.look_every);
        // What was there before is no news, and must be known before anything can change.
        let known = self.list().unwrap_or_default();
        let spawned =
            thread::Builder::new().name("imapi-drives".into()).spawn(move || watch(&places, interval, known, &tell));
        if let Err(error) = spawned {
            tracing::warn!(%error, "drives that come and go will not be noticed");
        }
        told
    }
}

fn watch(places: &Weak<Places>, interval: Duration, mut known: Vec<String>, tell: &Sender<Arrival>) {
    loop {
        thread::sleep(interval);
        let Some(places) = places.upgrade() else { return };
        // A folder that cannot be read for a moment is no reason to believe that all drives are gone.
        let Ok(now) = infos(&places).map(ids) else { continue };
        let removed = known.iter().filter(|id| !now.contains(id)).cloned().map(Arrival::Removed);
        let added = now.iter().filter(|id| !known.contains(id)).cloned().map(Arrival::Added);
        if removed.chain(added).try_for_each(|arrival| tell.send(arrival)).is_err() {
            return;
        }
        known = now;
    }
}

fn infos(places: &Places) -> Result<Vec<DriveInfo>, TransportError> {
    sysfs::drives(places).map_err(|source| TransportError::System { opcode: INQUIRY, source })
}

fn ids(infos: Vec<DriveInfo>) -> Vec<String> {
    infos.into_iter().map(|info| info.id).collect()
}
