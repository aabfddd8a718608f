//! [`Recorder`]: a drive.

use std::{
    fmt,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use imapi_disc_types::{ClientName, Clock};
use imapi_mmc_transport::{
    Answer, CommandError, Condition, Device, DriveSource, Ready, Transport, TransportExt as _, WaitError, Waiting,
    commands::{Inquiry, InquiryReply, StandardInquiry, StartStopUnit, UnitAction},
};

use crate::{Exclusive, RecorderError, exclusive::Holding};

/// A drive. Clones are the same drive, and share who has it.
#[derive(Clone)]
#[doc(alias("IDiscRecorder2", "IDiscRecorder2Ex"))]
pub struct Recorder(Arc<Inner>);

struct Inner {
    device: Arc<dyn Device>,
    identity: StandardInquiry,
    /// Its place among the drives of its source, when it was opened by that.
    place: Option<usize>,
    holding: Mutex<Holding>,
    /// How often notices of media were switched off.
    silenced: Mutex<u32>,
}

/// A drive that has not yet answered is asked so many times more: the first answers may be attentions.
const ATTEMPTS: usize = 3;

impl Recorder {
    /// The drive with that id. Another client that has it is no obstacle to asking what it is.
    #[doc(alias = "IDiscRecorder2::InitializeDiscRecorder")]
    pub fn open(drives: &dyn DriveSource, id: &str) -> Result<Self, RecorderError> {
        let device = drives.open(id)?;
        // A source that cannot list its drives has opened this one all the same.
        let place = drives.list().ok().and_then(|ids| ids.iter().position(|listed| listed == device.id()));
        Self::at(device, place)
    }

    /// A drive that is open. Only one recorder should be made of it, and cloned: another would take it for its own, too.
    pub fn over(device: Arc<dyn Device>) -> Result<Self, RecorderError> {
        Self::at(device, None)
    }

    fn at(device: Arc<dyn Device>, place: Option<usize>) -> Result<Self, RecorderError> {
        let identity = inquire(&*device)?;
        let holding = Mutex::new(Holding::default());
        Ok(Self(Arc::new(Inner { device, identity, place, holding, silenced: Mutex::new(0) })))
    }

    /// What takes commands, whoever has the drive for himself.
    #[must_use]
    pub fn device(&self) -> &Arc<dyn Device> {
        &self.0.device
    }

    /// What takes commands, unless another client has the drive for himself: whatever is sent to a drive that burns can
    /// break the disc. The owner is looked for before each command; nothing keeps another from coming in between.
    pub fn access(&self) -> Result<&Arc<dyn Device>, RecorderError> {
        let held = self.holding().is_held();
        match self.owner().filter(|_| !held) {
            Some(owner) => Err(RecorderError::Locked { owner }),
            None => Ok(&self.0.device),
        }
    }

    /// The clock by which the drive lives.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.0.device.clock()
    }

    /// The name by which it is opened again.
    #[must_use]
    #[doc(alias = "IDiscRecorder2::get_ActiveDiscRecorder")]
    pub fn id(&self) -> &str {
        self.0.device.id()
    }

    /// Who made it, what it is, and of which revision.
    #[must_use]
    pub fn identity(&self) -> &StandardInquiry {
        &self.0.identity
    }

    /// Who made it.
    #[must_use]
    #[doc(alias = "IDiscRecorder2::get_VendorId")]
    pub fn vendor(&self) -> String {
        self.0.identity.vendor_text()
    }

    /// What it is.
    #[must_use]
    #[doc(alias = "IDiscRecorder2::get_ProductId")]
    pub fn product(&self) -> String {
        self.0.identity.product_text()
    }

    /// Of which revision it is.
    #[must_use]
    #[doc(alias = "IDiscRecorder2::get_ProductRevision")]
    pub fn revision(&self) -> String {
        self.0.identity.revision_text()
    }

    /// What its discs are mounted from: the node that the system has for the drive, and the drive's id where it has none.
    /// It is no name that a file system bears.
    #[must_use]
    #[doc(alias = "IDiscRecorder2::get_VolumeName")]
    pub fn volume_name(&self) -> String {
        self.device().node().map_or_else(|| self.id().to_owned(), |node| node.display().to_string())
    }

    /// The number that the system gave the drive when it came: that of its node, as 0 of `/dev/sr0`, else its place among
    /// the drives of its source. It is another one after drives were plugged in and out.
    #[doc(alias = "IDiscRecorder2::get_LegacyDeviceNumber")]
    pub fn legacy_number(&self) -> Result<u32, RecorderError> {
        let by_node = self.device().node().and_then(|node| number_of(&node));
        let by_place = || u32::try_from(self.0.place?).ok();
        by_node.or_else(by_place).ok_or(RecorderError::NoNumber)
    }

    /// Where its disc's file systems are mounted.
    #[must_use]
    #[doc(alias = "IDiscRecorder2::get_VolumePathNames")]
    pub fn mount_points(&self) -> Vec<PathBuf> {
        self.0.device.mount_points()
    }

    /// Takes the drive until the guard is dropped. Acquired once more by the same program it stays taken until all have
    /// let go. With `force` a mounted file system is no obstacle.
    #[doc(alias = "IDiscRecorder2::AcquireExclusiveAccess")]
    pub fn acquire(&self, client: &ClientName, force: bool) -> Result<Exclusive, RecorderError> {
        self.acquire_counted(client, force)?;
        Ok(Exclusive::of(self.clone()))
    }

    /// Takes the drive once more; each time has to be matched by a [`release`](Self::release).
    pub fn acquire_counted(&self, client: &ClientName, force: bool) -> Result<(), RecorderError> {
        self.holding().acquire(&*self.0.device, client, force)
    }

    /// Lets go of the drive once.
    #[doc(alias = "IDiscRecorder2::ReleaseExclusiveAccess")]
    pub fn release(&self) -> Result<(), RecorderError> {
        self.holding().release(&*self.0.device)
    }

    /// Who has the drive, as far as that can be known.
    #[must_use]
    #[doc(alias = "IDiscRecorder2::get_ExclusiveAccessOwner")]
    pub fn owner(&self) -> Option<String> {
        self.0.device.lock_owner()
    }

    /// Whether this recorder, or a clone of it, has acquired the drive.
    #[must_use]
    pub fn is_acquired(&self) -> bool {
        self.holding().is_held()
    }

    fn holding(&self) -> MutexGuard<'_, Holding> {
        self.0.holding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The system is told no more when the disc changes, until as many [`enable_notices`](Self::enable_notices) followed.
    #[doc(alias = "IDiscRecorder2::DisableMcn")]
    pub fn disable_notices(&self) {
        let mut silenced = self.0.silenced.lock().unwrap_or_else(PoisonError::into_inner);
        if *silenced == 0 {
            self.0.device.media_notices(false);
        }
        *silenced = silenced.saturating_add(1);
    }

    /// Takes one [`disable_notices`](Self::disable_notices) back.
    #[doc(alias = "IDiscRecorder2::EnableMcn")]
    pub fn enable_notices(&self) {
        let mut silenced = self.0.silenced.lock().unwrap_or_else(PoisonError::into_inner);
        if *silenced == 1 {
            self.0.device.media_notices(true);
        }
        *silenced = silenced.saturating_sub(1);
    }

    /// Waits until the drive is ready, starts it where it wants that, and says whether disc or settings may have changed.
    pub fn ready(
        &self,
        budget: Duration,
        on_wait: &mut dyn FnMut(&Waiting) -> ControlFlow<()>,
    ) -> Result<Ready, RecorderError> {
        let device = self.access()?;
        match device.wait_until_ready(budget, on_wait) {
            Err(WaitError::Command(error)) if error.condition() == Some(Condition::NeedsStart) => {
                device.send(&StartStopUnit::new(UnitAction::Start))?;
                Ok(device.wait_until_ready(budget, on_wait)?)
            }
            ready => Ok(ready?),
        }
    }
}

impl Inner {
    fn holding(&mut self) -> &mut Holding {
        self.holding.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever is gone has no drive and wants no silence.
impl Drop for Inner {
    fn drop(&mut self) {
        if self.holding().is_held() {
            self.device.unlock();
        }
        if *self.silenced.get_mut().unwrap_or_else(PoisonError::into_inner) > 0 {
            self.device.media_notices(true);
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("id", &self.id()).field("product", &self.product()).finish_non_exhaustive()
    }
}

/// The digits at the end of a node's name.
fn number_of(node: &Path) -> Option<u32> {
    let name = node.file_name()?.to_str()?;
    name.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

fn inquire(device: &dyn Device) -> Result<StandardInquiry, RecorderError> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        match device.query(&Inquiry::standard()) {
            Ok(Answer { value: InquiryReply::Standard(identity), .. }) => return Ok(identity),
            Ok(_) => return Err(RecorderError::Foreign { command: "INQUIRY" }),
            // INQUIRY tells no attentions, but there are drives and bridges that do.
            Err(CommandError::Check { .. } | CommandError::Status { .. }) if attempt < ATTEMPTS => {}
            Err(error) => return Err(error.into()),
        }
    }
}
