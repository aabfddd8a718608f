//! [`Service`]: what all sessions and recorders of a machine have in common.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use imapi_disc_types::{ClientName, Timestamp};
use imapi_mmc_transport::{DriveSource, TransportError};
use imapi_recorder::{Recorder, RecorderError};

use crate::{DiscMaster, DiscRecorder, StashOptions, V1Error, drive::Drive, errors, format::Format};

/// How the service is to be.
#[derive(Debug, Clone)]
pub struct ServiceOptions {
    /// As Windows XP was: CD-R and CD-RW and nothing else, and only discs of data that IMAPI itself has recorded get
    /// another session. Without it DVD and BD are recorded and erased by the same calls.
    pub strict: bool,
    /// Where the stash is.
    pub stash: StashOptions,
    /// What other programs are told who want a drive that a session has.
    pub client: ClientName,
    /// When images are made, for images that are to be the same each time; none is now.
    pub now: Option<Timestamp>,
}

impl Default for ServiceOptions {
    fn default() -> Self {
        let client = "IMAPI CD-Burning COM Service".parse().expect("these are letters, blanks and a hyphen");
        Self { strict: true, stash: StashOptions::default(), client, now: None }
    }
}

/// The service behind all objects: whose drives there are, who has them, and where the stash is. Clones are the same.
///
/// In Windows it is one process for the whole machine. Here it belongs to a program; the stash and the drives are kept from
/// other programs by locks all the same.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    drives: Arc<dyn DriveSource>,
    options: ServiceOptions,
    known: Mutex<BTreeMap<String, Arc<Drive>>>,
}

impl Service {
    /// Over the drives of that source.
    #[must_use]
    pub fn new(drives: Arc<dyn DriveSource>, options: ServiceOptions) -> Self {
        Self(Arc::new(Inner { drives, options, known: Mutex::default() }))
    }

    /// A session that is not open yet. There may be several.
    #[must_use]
    #[doc(alias = "MSDiscMasterObj")]
    pub fn disc_master(&self) -> DiscMaster {
        DiscMaster::of(self)
    }

    /// A recorder that is no drive yet.
    #[must_use]
    #[doc(alias = "MSDiscRecorderObj")]
    pub fn disc_recorder(&self) -> DiscRecorder {
        DiscRecorder::unbound(self)
    }

    pub(crate) fn options(&self) -> &ServiceOptions {
        &self.0.options
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.options.now.unwrap_or_else(|| std::time::SystemTime::now().into())
    }

    pub(crate) fn drives(&self) -> &Arc<dyn DriveSource> {
        &self.0.drives
    }

    /// The drive with that id, which all objects share that stand for it. One that was unplugged is another one when it is
    /// plugged in again.
    pub(crate) fn drive(&self, id: &str) -> Result<Arc<Drive>, V1Error> {
        let mut known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(drive) = known.get(id).filter(|drive| self.has(drive)) {
            return Ok(Arc::clone(drive));
        }
        let recorder = Recorder::open(&*self.0.drives, id).map_err(errors::of_drive)?;
        let drive = Arc::new(Drive::new(recorder));
        known.insert(id.to_owned(), Arc::clone(&drive));
        Ok(drive)
    }

    /// The drives that can make such images, in the order of their source.
    pub(crate) fn drives_for(&self, format: Format) -> Result<Vec<Arc<Drive>>, V1Error> {
        let ids = self.0.drives.list().map_err(RecorderError::from).map_err(errors::of_drive)?;
        let mut known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|id, drive| {
            let is_there = ids.contains(id);
            if !is_there {
                drive.lose();
            }
            is_there
        });
        drop(known);
        let mut found = Vec::new();
        for id in ids {
            match self.drive(&id) {
                Ok(drive) if drive.makes(format, self.0.options.strict) => found.push(drive),
                Ok(_) => {}
                // One that does not say who it is cannot be told from none.
                Err(error) => tracing::warn!(%error, id, "the drive is left out"),
            }
        }
        Ok(found)
    }

    /// Whether the drive can still be opened, which is asked of the source and not of the drive.
    pub(crate) fn has(&self, drive: &Drive) -> bool {
        if drive.is_gone() {
            return false;
        }
        match self.0.drives.list() {
            Ok(ids) => {
                let is_there = ids.iter().any(|id| id == drive.recorder().id());
                if !is_there {
                    drive.lose();
                }
                is_there
            }
            // A source that cannot list says nothing of this drive.
            Err(TransportError::Gone) => false,
            Err(_) => true,
        }
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("options", &self.0.options).finish_non_exhaustive()
    }
}
