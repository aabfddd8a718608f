//! [`LinuxDrive`]: a drive that is open.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use imapi_disc_types::{ClientName, Clock, SystemClock};

use super::{
    limits,
    lock_file::{LockFile, NoLock},
    mounts, outcome, permission,
    places::Places,
    sg_io::{self, Claimed},
    sysfs::{self, DriveInfo},
    unmount,
};
use crate::{
    Cdb, Command as _, Completion, Data, Device, Limits, LockRefused, Transport, TransportError,
    commands::PreventAllowMediumRemoval,
};

/// udev looks at a disc that was just put in for about so long.
const BUSY_RETRIES: u32 = 10;
const BUSY_PAUSE: Duration = Duration::from_millis(300);
/// Memory is mapped in pages; larger ones are multiples of it.
const PAGE: usize = 4096;
/// The kernel counts the size of a disk in units of 512 bytes.
const UNITS_OF_A_BLOCK: u64 = 4;

/// A drive on `/dev/srN` or `/dev/sgN`. When it is dropped it is unlocked, and notices are on again.
#[derive(Debug)]
pub struct LinuxDrive {
    info: DriveInfo,
    places: Places,
    node: File,
    writable: bool,
    limits: Limits,
    clock: SystemClock,
    /// One command after another, as the trait promises.
    turn: Mutex<()>,
    held: Mutex<Option<Held>>,
    /// What `events_poll_msecs` was before it was switched off.
    poll_before: Mutex<Option<String>>,
}

/// What is kept for as long as the drive is locked.
#[derive(Debug)]
struct Held {
    owner: ClientName,
    /// A second opening of the node, exclusive where it can be, with the lock that udev honours.
    _claimed: Claimed,
    _lock: Option<LockFile>,
}

impl LinuxDrive {
    pub(super) fn open(info: DriveInfo, places: Places) -> Result<Self, TransportError> {
        let (node, writable) = open_node(&info.node, 0).map_err(|error| not_opened(&info.node, error))?;
        let mut queue = sysfs::queue(&places, &info.node);
        // A generic node has no folder that tells of its queue; what it reserves is cut to that. Of others it says
        // nothing of what a command may carry.
        if !info.is_block {
            queue.reserved = sg_io::reserve(&node, limits::MOST);
        }
        if !writable {
            tracing::warn!(node = %info.node.display(), "the drive could be opened for reading only");
        }
        Ok(Self {
            info,
            places,
            node,
            writable,
            limits: queue.limits(),
            clock: SystemClock::new(),
            turn: Mutex::default(),
            held: Mutex::default(),
            poll_before: Mutex::default(),
        })
    }

    /// What the system knows of the drive.
    #[must_use]
    pub fn info(&self) -> &DriveInfo {
        &self.info
    }

    fn check_size(&self, data: &Data<'_>) -> Result<(), TransportError> {
        let start = match data {
            Data::None => return Ok(()),
            Data::In(buffer) => buffer.as_ptr(),
            Data::Out(bytes) => bytes.as_ptr(),
        };
        let aligned = start.addr() % PAGE == 0;
        let limit = if aligned { self.limits.page_aligned_transfer } else { self.limits.transfer }.get();
        if u32::try_from(data.len()).is_ok_and(|size| size <= limit) {
            Ok(())
        } else {
            Err(TransportError::TooLarge { size: data.len(), limit })
        }
    }

    /// The same for whoever opens the drive, by whatever name.
    fn lock_name(&self) -> String {
        match self.info.number {
            Some((major, minor)) => format!("imapi-drive-{major}-{minor}"),
            None => format!("imapi-drive-{}", self.info.address.replace(':', "-")),
        }
    }

    /// A second opening of the node, with a lock on it that keeps udev from looking at the disc.
    fn claimed(&self, exclusive: bool) -> Result<Claimed, LockRefused> {
        let flags = if exclusive { libc::O_EXCL } else { 0 };
        let mut retries = 0..BUSY_RETRIES;
        let mut pause =
            || retries.next().map(|_| self.clock.sleep(BUSY_PAUSE)).ok_or(LockRefused::Held { owner: None });
        let file = loop {
            match open_node(&self.info.node, flags) {
                Err(error) if error.kind() == io::ErrorKind::ResourceBusy => pause()?,
                Err(error) => return Err(not_opened(&self.info.node, error).into()),
                Ok((file, _)) => break file,
            }
        };
        loop {
            match sg_io::claim(&file) {
                Ok(true) => return Ok(Claimed(file)),
                Ok(false) => pause()?,
                Err(error) => {
                    tracing::warn!(%error, "the node cannot be locked: udev may look at the disc while it is written");
                    return Ok(Claimed(file));
                }
            }
        }
    }

    /// What the kernel tells, and lets itself be told, of the drive as a disk.
    fn attribute(&self, name: &str) -> Option<PathBuf> {
        let node = self.info.node.file_name()?;
        Some(self.places.sys.join("class/block").join(node).join(name))
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the node without waiting for a disc; for reading only where it must be.
fn open_node(node: &Path, flags: i32) -> io::Result<(File, bool)> {
    let mut options = File::options();
    options.read(true).custom_flags(libc::O_NONBLOCK | flags);
    match options.clone().write(true).open(node) {
        Err(error) if matches!(error.raw_os_error(), Some(libc::EACCES | libc::EPERM | libc::EROFS)) => {
            options.open(node).map(|file| (file, false))
        }
        result => result.map(|file| (file, true)),
    }
}

fn not_opened(node: &Path, error: io::Error) -> TransportError {
    let source = match error.raw_os_error() {
        Some(libc::ENOENT | libc::ENXIO | libc::ENODEV) => return TransportError::Gone,
        Some(libc::EACCES | libc::EPERM) => io::Error::new(io::ErrorKind::PermissionDenied, permission::JOIN_GROUP),
        _ => error,
    };
    TransportError::Open { node: node.to_owned(), source }
}

impl Transport for LinuxDrive {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        self.check_size(&data)?;
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let length = data.len();
        let numbers = sg_io::send(&self.node, cdb, data, timeout)
            .map_err(|error| outcome::not_sent(error, cdb.opcode(), self.writable))?;
        outcome::understand(&numbers, cdb.opcode(), length, timeout)
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn clock(&self) -> &dyn Clock {
        &self.clock
    }
}

impl Device for LinuxDrive {
    fn id(&self) -> &str {
        &self.info.id
    }

    /// Once more for the same owner changes nothing.
    fn lock(&self, owner: &ClientName, force: bool) -> Result<(), LockRefused> {
        let mut held = self.held();
        match &*held {
            Some(held) if held.owner == *owner => return Ok(()),
            Some(held) => return Err(LockRefused::Held { owner: Some(held.owner.as_str().to_owned()) }),
            None => {}
        }
        let mounted = self.mount_points().into_iter().next();
        if let (Some(at), false) = (&mounted, force) {
            return Err(LockRefused::Mounted { at: at.clone() });
        }
        let lock = match LockFile::take(&self.places.locks, &self.lock_name(), owner) {
            Ok(lock) => Some(lock),
            Err(NoLock::Held(owner)) => return Err(LockRefused::Held { owner }),
            Err(NoLock::Nowhere(error)) => {
                tracing::warn!(%error, "no lock file can be written: other programs will not know who has the drive");
                None
            }
        };
        // The mounted file system has the exclusive opening already. On a generic node our own opening would be in the
        // way, and another name of the same drive would not be kept out.
        let claimed = self.claimed(mounted.is_none() && self.info.is_block)?;
        *held = Some(Held { owner: owner.clone(), _claimed: claimed, _lock: lock });
        Ok(())
    }

    fn unlock(&self) {
        *self.held() = None;
    }

    fn lock_owner(&self) -> Option<String> {
        let own = self.held().as_ref().map(|held| held.owner.as_str().to_owned());
        own.or_else(|| LockFile::owner(&self.places.locks, &self.lock_name()))
    }

    fn mount_points(&self) -> Vec<PathBuf> {
        let number = if self.info.is_block { self.info.number } else { None };
        match (number, fs::read(&self.places.mountinfo)) {
            (Some(number), Ok(mountinfo)) => mounts::of_device(&mountinfo, number),
            _ => Vec::new(),
        }
    }

    /// Switches the kernel's polling of this drive, where this program may.
    fn media_notices(&self, on: bool) {
        let Some(attribute) = self.attribute("events_poll_msecs") else { return };
        let mut before = self.poll_before.lock().unwrap_or_else(PoisonError::into_inner);
        let result = match (on, before.is_some()) {
            (false, false) => fs::read_to_string(&attribute).and_then(|value| {
                // Whoever switched it off before us is the one who knows what it was.
                if value.trim() != "0" {
                    fs::write(&attribute, "0")?;
                    *before = Some(value.trim().to_owned());
                }
                Ok(())
            }),
            (true, true) => fs::write(&attribute, before.take().unwrap_or_default()),
            // It is so already.
            _ => Ok(()),
        };
        if let Err(error) = result {
            tracing::debug!(%error, on, "the polling of the drive could not be switched");
        }
    }

    fn node(&self) -> Option<PathBuf> {
        Some(self.info.node.clone())
    }

    fn unmount(&self) -> Result<(), LockRefused> {
        // What was mounted last lies on top.
        for at in self.mount_points().iter().rev() {
            unmount::unmount(&self.places, at, &self.info.node);
        }
        match self.mount_points().into_iter().next() {
            Some(at) => Err(LockRefused::Mounted { at }),
            None => Ok(()),
        }
    }

    fn look_anew(&self) -> Option<u64> {
        if !self.info.is_block {
            return None;
        }
        if let Err(error) = sg_io::forget_pages(&self.node) {
            tracing::debug!(%error, "the system keeps what it has read of the disc");
        }
        // Whenever the node is opened, the driver asks the drive whether there is another disc.
        drop(open_node(&self.info.node, 0));
        let units: u64 = fs::read_to_string(self.attribute("size")?).ok()?.trim().parse().ok()?;
        Some(units / UNITS_OF_A_BLOCK)
    }

    fn keep_tray_locked(&self, locked: bool) -> Result<(), TransportError> {
        // The generic driver leaves the tray as the last command left it.
        if !self.info.is_block {
            return Ok(());
        }
        match sg_io::keep_locked(&self.node, locked) {
            // A driver that knows of no lock does not open one.
            Err(error) if matches!(error.raw_os_error(), Some(libc::EOPNOTSUPP | libc::ENOTTY)) => Ok(()),
            Err(error) => Err(outcome::not_sent(error, PreventAllowMediumRemoval::OPCODE, self.writable)),
            Ok(()) => Ok(()),
        }
    }
}

impl Drop for LinuxDrive {
    fn drop(&mut self) {
        self.media_notices(true);
    }
}
