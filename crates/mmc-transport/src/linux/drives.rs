//! [`LinuxDrives`]: the drives of this machine.

use std::{
    fs, iter,
    path::{Path, PathBuf},
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

/// Links that lead in a circle end here.
const MOST_LINKS: usize = 16;
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

    /// Opens the drive with that id, node or address; the node may be the generic one, or a link such as `/dev/cdrom`.
    pub fn open_drive(&self, name: &str) -> Result<LinuxDrive, TransportError> {
        let named = |info: &DriveInfo| info.id == name || info.node.as_os_str() == name || info.address == name;
        let infos = self.infos()?;
        let linked = || infos.iter().find(|info| self.leads_to(name.as_ref(), info));
        let info = infos.iter().find(|info| named(info)).or_else(linked).cloned().ok_or(TransportError::Gone)?;
        LinuxDrive::open(info, Places::clone(&self.places))
    }

    /// Whether that path is a node of the drive or a link to one.
    fn leads_to(&self, path: &Path, drive: &DriveInfo) -> bool {
        let nodes = [Some(drive.node.clone()), sysfs::generic_node(&self.places, &drive.address)];
        let nodes: Vec<PathBuf> = nodes.into_iter().flatten().filter_map(|node| without_links_before(&node)).collect();
        // Each name on the way counts, and not where all links end: udev makes and removes them one by one.
        let next = |path: &PathBuf| Some(path.parent()?.join(fs::read_link(path).ok()?));
        let names = iter::successors(Some(path.to_owned()), next).take(MOST_LINKS);
        names.filter_map(|name| without_links_before(&name)).any(|name| nodes.contains(&name))
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

/// The path with its folder as it is, and its own name untouched.
fn without_links_before(path: &Path) -> Option<PathBuf> {
    Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?))
}

fn infos(places: &Places) -> Result<Vec<DriveInfo>, TransportError> {
    sysfs::drives(places).map_err(|source| TransportError::List { source })
}

fn ids(infos: Vec<DriveInfo>) -> Vec<String> {
    infos.into_iter().map(|info| info.id).collect()
}
