//! [`rehearse`]: what would be sent to a drive that cannot try it with its laser off, found out on a drive in software.

use std::{
    ops::ControlFlow,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use imapi_disc_types::{ClientName, Clock, Control, ManualClock, SECTOR_SIZE, Zero};
use imapi_format2::{Probe, Way, is_heuristically_blank};
use imapi_format2_data::{DataError, DataEvent, DataOptions, Plan, Verification, burn, plan};
use imapi_mmc_transport::{
    Cdb, Completion, Data, Device, Limits, LockRefused, Transport, TransportError,
    trace::{Direction, Outcome, Payload, Record, Step, steps},
};
use imapi_recorder::{Recorder, RecorderError};
use imapi_virtual_drive::{DiscFile, DiscState, MEDIA, Medium, VirtualDrive};

/// What is on a used disc here: as little as a track can have.
const USED: u64 = 320;
/// More bytes than any command has whose bytes say something.
const TELLING: usize = 1024;
const LONGEST_WORK: Duration = Duration::from_secs(5 * 3600);

/// The commands by which `plan` would be carried out: those of a burn of as many zeros, on a new disc of that kind and size,
/// in that state, in a drive in software that keeps to the standard. None where no such disc can be had, or where the plan
/// for it is another, so that its commands would say nothing of the real one.
pub fn rehearse(
    probe: &Probe,
    wanted: &Plan,
    options: &DataOptions,
    control: &mut Control<'_, DataEvent>,
) -> Option<Vec<Step>> {
    let options = DataOptions { test: false, reload: false, verification: Verification::None, ..*options };
    sizes(probe).into_iter().find_map(|(medium, blocks)| {
        let outcome = Stage::new(medium, blocks).and_then(|stage| stage.play(probe, wanted, &options, control));
        outcome.inspect_err(|error| tracing::debug!(%error, medium.name, "no rehearsal")).ok()
    })
}

/// Discs of that kind that may be as large: the drive tells of a formatted one only what is left for data.
fn sizes(probe: &Probe) -> Vec<(&'static Medium, Option<u32>)> {
    let formats = probe.formats.iter().flat_map(|formats| formats.formattable.iter().map(|format| format.blocks));
    let largest = formats.filter(|blocks| *blocks < u32::MAX).max().unwrap_or(0);
    let facts = &probe.facts;
    let told = largest.max(facts.capacity).max(probe.when_blank.unwrap_or(0));
    let mut of_kind: Vec<&Medium> =
        MEDIA.iter().filter(|medium| medium.kind == probe.medium() && medium.blocks >= told).collect();
    of_kind.sort_by_key(|medium| medium.blocks);
    let Some(medium) = of_kind.first() else { return Vec::new() };
    let sizes = [told, facts.capacity].map(|blocks| blocks.next_multiple_of(medium.unit()));
    let sizes = [None].into_iter().chain(sizes.map(Some));
    sizes.map(|blocks| (*medium, blocks)).collect()
}

/// Why there is no rehearsal.
#[derive(Debug, thiserror::Error)]
enum NoRehearsal {
    #[error("the disc cannot be made: {0}")]
    Disc(String),
    #[error("the disc cannot be burned")]
    Burn(#[from] DataError),
    #[error("the plan for it is another: {0:?}")]
    Other(Box<Plan>),
}

fn no_disc(error: impl std::fmt::Display) -> NoRehearsal {
    NoRehearsal::Disc(error.to_string())
}

/// A drive in software with a new disc.
struct Stage {
    /// Where the disc is until it is over.
    _folder: tempfile::TempDir,
    device: Arc<Heard>,
    recorder: Recorder,
    client: ClientName,
}

impl Stage {
    fn new(medium: &'static Medium, blocks: Option<u32>) -> Result<Self, NoRehearsal> {
        let folder = tempfile::tempdir().map_err(no_disc)?;
        let geometry = medium.geometry(blocks).map_err(no_disc)?;
        let disc = DiscFile::<DiscState>::create(&folder.path().join("disc"), geometry).map_err(no_disc)?;
        let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
        drive.insert(disc, medium).map_err(no_disc)?;
        let device = Arc::new(Heard { drive, records: Mutex::default() });
        let recorder = Recorder::over(Arc::clone(&device) as _).map_err(no_disc)?;
        let client = "imapi rehearsal".parse().map_err(|_| no_disc("it has no name"))?;
        let stage = Self { _folder: folder, device, recorder, client };
        stage.ready()?;
        Ok(stage)
    }

    fn ready(&self) -> Result<(), NoRehearsal> {
        let ready = self.recorder.ready(LONGEST_WORK, &mut |_| ControlFlow::Continue(()));
        ready.map(drop).map_err(no_disc)
    }

    /// Makes the disc what the real one is, and burns it.
    fn play(
        &self,
        probe: &Probe,
        wanted: &Plan,
        options: &DataOptions,
        control: &mut Control<'_, DataEvent>,
    ) -> Result<Vec<Step>, NoRehearsal> {
        let now = |error: RecorderError| NoRehearsal::Burn(error.into());
        let same = |found: &Plan| {
            let essence = |plan: &Plan| (plan.before, plan.recipe, plan.start, plan.blocks, plan.needed, plan.closes);
            essence(found) == essence(wanted)
        };
        let source = Zero::new(SECTOR_SIZE, wanted.blocks);
        if !probe.facts.is_blank() {
            self.use_disc(probe)?;
        }
        let twin = Probe::of(&self.recorder).map_err(now)?;
        let looks_blank = is_heuristically_blank(&self.recorder, &twin).map_err(now)?;
        let found = plan(&twin, looks_blank, &source, options)?;
        if !same(&found) {
            return Err(NoRehearsal::Other(Box::new(found)));
        }
        self.device.forget();
        burn(&self.recorder, &self.client, &source, options, None, control)?;
        Ok(steps(&self.device.forget()))
    }

    /// Writes something, so that the disc is no longer new.
    fn use_disc(&self, probe: &Probe) -> Result<(), NoRehearsal> {
        let options = DataOptions {
            close: probe.facts.next_writable.is_none(),
            consumer_compatible: false,
            keep_sequential: probe.way == Way::DvdSequential,
            reload: false,
            ..DataOptions::default()
        };
        // A DVD-RW that is overwritten has grown to what was written, and grows no further by itself.
        let formatted = probe.formats.as_ref().map_or(0, |formats| u64::from(formats.current.blocks));
        let used = if probe.way == Way::DvdRestricted { formatted.max(USED) } else { USED };
        let source = Zero::new(SECTOR_SIZE, used.min(probe.facts.capacity.into()).max(USED));
        burn(&self.recorder, &self.client, &source, &options, None, &mut Control::silent())?;
        self.ready()
    }
}

/// A drive whose commands are heard, but for what is written.
struct Heard {
    drive: VirtualDrive,
    records: Mutex<Vec<Record>>,
}

impl Heard {
    /// What was heard, which is nothing afterwards.
    fn forget(&self) -> Vec<Record> {
        std::mem::take(&mut self.records.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Transport for Heard {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        let (direction, length) = (Direction::of(&data), data.len());
        let told = match &data {
            Data::Out(bytes) if bytes.len() <= TELLING => Payload::Bytes(bytes.to_vec()),
            _ => Payload::default(),
        };
        let at = self.drive.clock().now();
        let completion = self.drive.execute(cdb, data, timeout)?;
        let outcome = Outcome::Completed(completion.clone());
        let record = Record { at, took: Duration::ZERO, timeout, cdb: *cdb, direction, length, data: told, outcome };
        self.records.lock().unwrap_or_else(PoisonError::into_inner).push(record);
        Ok(completion)
    }

    fn limits(&self) -> Limits {
        self.drive.limits()
    }

    fn clock(&self) -> &dyn Clock {
        self.drive.clock()
    }
}

impl Device for Heard {
    fn id(&self) -> &str {
        self.drive.id()
    }

    fn lock(&self, owner: &ClientName, force: bool) -> Result<(), LockRefused> {
        self.drive.lock(owner, force)
    }

    fn unlock(&self) {
        self.drive.unlock();
    }

    fn lock_owner(&self) -> Option<String> {
        self.drive.lock_owner()
    }

    fn mount_points(&self) -> Vec<PathBuf> {
        self.drive.mount_points()
    }

    fn media_notices(&self, on: bool) {
        self.drive.media_notices(on);
    }
}
