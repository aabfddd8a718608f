//! Drives in software by the name of their disc.

use std::{
    collections::BTreeMap,
    fs,
    ops::ControlFlow,
    path::PathBuf,
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use imapi_disc_types::SystemClock;
use imapi_errors::{Coded, Fact, HResult, Value, common};
use imapi_mmc_transport::{
    Device, Opening, TransportError, TransportExt as _,
    commands::TestUnitReady,
    faults::{FaultInjector, Script, Victim},
};
use imapi_virtual_drive::{DiscFile, DiscFileError, DiscState, Medium, Pace, Personality, VirtualDrive};

use super::{DriveError, VIRTUAL};

/// Bytes of a block.
const BLOCK: u64 = 2048;
/// What a drive has to tell at most before it does what it is asked.
const ATTENTIONS: usize = 4;
/// Nothing that a drive does takes longer.
const LONGEST_WORK: Duration = Duration::from_secs(5 * 3600);

/// A disc in a file, and the drive that it lies in: what follows `virtual:` in the name of a drive.
///
/// `my.disc` is the disc of that file. Options may follow a question mark, as in
/// `my.disc?media=bd-r&personality=pioneer`:
///
/// | option | meaning |
/// |---|---|
/// | `media` | the kind of disc that is made where the file does not exist; one that is there must be of that kind |
/// | `size` | makes it smaller than a real one: bytes, or with K, M, G |
/// | `personality` | the ways of the drive |
/// | `speed` | how long the drive takes: `quick`, `real`, or `xN` for N times as fast as real |
/// | `faults` | a file with a script of faults that strike the drive |
///
/// A name that has a question mark itself gets another at its end.
///
/// ```
/// use imapi::drives::VirtualDisc;
///
/// let disc: VirtualDisc = "my.disc?media=bd-r&size=1G".parse()?;
/// assert_eq!(disc.path.to_str(), Some("my.disc"));
/// assert_eq!(disc.media.map(|medium| medium.name), Some("bd-r"));
/// # Ok::<(), imapi::drives::InvalidVirtualDisc>(())
/// ```
#[derive(Debug, Clone)]
pub struct VirtualDisc {
    /// The disc file.
    pub path: PathBuf,
    /// What kind of disc is made where the file does not exist.
    pub media: Option<&'static Medium>,
    /// How many bytes it has, where it shall have fewer than a real one.
    pub size: Option<u64>,
    /// The ways of the drive.
    pub personality: &'static Personality,
    /// How long the drive takes.
    pub pace: Pace,
    /// A script of faults.
    pub faults: Option<PathBuf>,
}

/// An option that is none, or that has a value which it cannot have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{option} cannot be {given:?}: {reason}")]
pub struct InvalidVirtualDisc {
    /// The option.
    pub option: String,
    /// What it was to be.
    pub given: String,
    /// What is wrong with that.
    pub reason: String,
}

impl Coded for InvalidVirtualDisc {
    fn code(&self) -> HResult {
        common::E_INVALIDARG
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::Parameter, Value::Text(&self.option));
        put(Fact::Given, Value::Text(&self.given));
        put(Fact::Reason, Value::Text(&self.reason));
    }
}

impl VirtualDisc {
    /// The disc of that file, in a drive that keeps to the standard.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        let personality = Personality::STANDARD;
        Self { path, media: None, size: None, personality, pace: Pace::QUICK, faults: None }
    }

    fn set(&mut self, option: &str, value: &str) -> Result<(), String> {
        match option {
            "media" => self.media = Some(value.parse().map_err(|error| format!("{error}"))?),
            "size" => self.size = Some(parse_size(value)?),
            "personality" => self.personality = value.parse().map_err(|error| format!("{error}"))?,
            "speed" => self.pace = value.parse().map_err(|error| format!("{error}"))?,
            "faults" => self.faults = Some(value.into()),
            _ => return Err("there are media, size, personality, speed and faults".to_owned()),
        }
        Ok(())
    }

    /// The drive with the disc in it. A disc is made where there is none, when its kind was said.
    pub fn load(&self) -> Result<LoadedDrive, DriveError> {
        let file = match (DiscFile::<DiscState>::open(&self.path), self.media) {
            (Err(DiscFileError::System { source, .. }), Some(medium))
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                let blocks = self.size.map(|bytes| whole_units(bytes, medium));
                DiscFile::create(&self.path, medium.geometry(blocks)?)?
            }
            (opened, _) => opened?,
        };
        let medium: &Medium = file.geometry().medium.parse()?;
        if let Some(wanted) = self.media.filter(|wanted| *wanted != medium) {
            let reason = format!("the disc is a {medium}");
            return Err(InvalidVirtualDisc { option: "media".into(), given: wanted.name.into(), reason }.into());
        }
        let drive = VirtualDrive::new(Arc::new(SystemClock::new()))
            .called(self.id())
            .at_pace(self.pace)
            .with_personality(self.personality);
        drive.insert(file, medium)?;
        let drive = Arc::new(drive);
        let device: Arc<dyn Device> = match &self.faults {
            None => Arc::clone(&drive) as _,
            Some(path) => {
                let text = fs::read_to_string(path);
                let text = text.map_err(|source| DriveError::File { path: path.clone(), source })?;
                let victim: Arc<dyn Victim> = Arc::clone(&drive) as _;
                Arc::new(FaultInjector::upon(Arc::clone(&drive), victim, Script::from_json(&text)?)?)
            }
        };
        Ok(LoadedDrive { drive, device, medium })
    }

    /// The drive's id: the same disc has the same, whatever leads to it.
    fn id(&self) -> String {
        let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        format!("{VIRTUAL}{}", path.display())
    }
}

impl FromStr for VirtualDisc {
    type Err = InvalidVirtualDisc;

    fn from_str(text: &str) -> Result<Self, InvalidVirtualDisc> {
        let (path, options) = text.rsplit_once('?').unwrap_or((text, ""));
        let mut disc = Self::at(path.into());
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            disc.set(name, value).map_err(|reason| InvalidVirtualDisc {
                option: name.to_owned(),
                given: value.to_owned(),
                reason,
            })?;
        }
        Ok(disc)
    }
}

/// A drive in software with a disc in it.
#[derive(Clone)]
pub struct LoadedDrive {
    /// The drive itself.
    pub drive: Arc<VirtualDrive>,
    /// The drive with the faults of its script before it.
    pub device: Arc<dyn Device>,
    /// What kind of disc was put in.
    pub medium: &'static Medium,
}

impl LoadedDrive {
    /// Hears that the drive was switched on and that there is a disc, as an operating system does before it lets programs
    /// in.
    pub fn hear_attentions(&self) {
        for _ in 0..ATTENTIONS {
            if self.drive.send(&TestUnitReady).is_ok() {
                break;
            }
        }
    }

    /// The drive ends what it has begun, as a real one does whose host has gone; then it tells what its disc file could
    /// not do.
    pub fn settle(&self) -> Result<(), DiscFileError> {
        // A drive without a disc, or with one that failed, has nothing to end.
        let _ = self.drive.wait_until_ready(LONGEST_WORK, &mut |_| ControlFlow::Continue(()));
        self.drive.take_failure().map_or(Ok(()), Err)
    }
}

impl std::fmt::Debug for LoadedDrive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoadedDrive")
            .field("id", &self.device.id())
            .field("medium", &self.medium.name)
            .finish_non_exhaustive()
    }
}

/// The discs that are in drives, by the drives' ids.
#[derive(Debug, Default)]
pub(super) struct Inserted {
    drives: Mutex<BTreeMap<String, (LoadedDrive, Opening)>>,
}

impl Inserted {
    fn drives(&self) -> MutexGuard<'_, BTreeMap<String, (LoadedDrive, Opening)>> {
        self.drives.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.drives().keys().cloned().collect()
    }

    /// Puts the disc into a drive. One that is in a drive already stays there, whatever else is said of the drive now.
    pub(super) fn insert(&self, disc: &VirtualDisc) -> Result<String, DriveError> {
        let mut drives = self.drives();
        if disc.path.exists() && drives.contains_key(&disc.id()) {
            return Ok(disc.id());
        }
        let loaded = disc.load()?;
        // Only now the file exists for certain, and its path is the one by which others find it.
        let id = disc.id();
        loaded.hear_attentions();
        let opening = Opening::of(Arc::clone(&loaded.device));
        drives.insert(id.clone(), (loaded, opening));
        Ok(id)
    }

    pub(super) fn open(&self, id: &str) -> Result<Arc<dyn Device>, TransportError> {
        let drives = self.drives();
        let (_, opening) = drives.get(id).ok_or(TransportError::Gone)?;
        Ok(Arc::new(opening.again()))
    }

    pub(super) fn settle(&self) -> Result<(), DriveError> {
        for (loaded, _) in self.drives().values() {
            loaded.settle().map_err(|error| DriveError::from(error).of(loaded.device.id()))?;
        }
        Ok(())
    }
}

/// A size as people write it: bytes, or with a unit of powers of 1024.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().find(|(_, c)| !c.is_ascii_digit()) {
        Some((at, _)) => text.split_at(at),
        None => (text, ""),
    };
    let factor: u64 = match unit.to_ascii_lowercase().trim_end_matches("ib").trim_end_matches('b') {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        _ => return Err("a size is a number of bytes, or a number with K, M or G".to_string()),
    };
    let number: u64 = digits.parse().map_err(|_| "a size begins with a number".to_string())?;
    number.checked_mul(factor).filter(|&size| size > 0).ok_or_else(|| "no disc has this size".to_string())
}

/// The blocks that hold so many bytes, up to a whole unit of the medium.
#[must_use]
pub fn whole_units(bytes: u64, medium: &Medium) -> u32 {
    let blocks = bytes.div_ceil(BLOCK).next_multiple_of(u64::from(medium.unit()));
    u32::try_from(blocks).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_rounded_up_to_what_the_medium_is_written_in() {
        let medium: &Medium = "bd-r".parse().expect("a medium");
        assert_eq!([1, 65_536, 65_537].map(|bytes| whole_units(bytes, medium)), [32, 32, 64]);
    }
}
