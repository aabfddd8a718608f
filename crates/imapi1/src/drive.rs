//! [`Drive`]: a drive as all recorder objects share it that stand for it.

use std::sync::{
    Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use imapi_disc_types::{MediaType, Profile};
use imapi_format2::WriteSpeeds;
use imapi_mmc_transport::{
    Answer, TransportExt as _,
    commands::ModeSense10,
    feature::{Feature, FeatureCode},
    mode::{Ability, PageCode},
};
use imapi_recorder::{Recorder, RecorderError, past_attentions};

use crate::{V1Error, errors, format::Format, recorder::Settings};

/// A drive, who has it, and how it writes.
#[derive(Debug)]
pub(crate) struct Drive {
    recorder: Recorder,
    gone: AtomicBool,
    abilities: OnceLock<Abilities>,
    holder: Mutex<Option<Holder>>,
    settings: Mutex<Settings>,
}

/// Who has a drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// The recorder object with that number.
    Object(u64),
    /// A session that records or erases with it.
    Work,
}

/// What a drive can write.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is an ability of its own")]
pub(crate) struct Abilities {
    pub cd_r: bool,
    pub cd_rw: bool,
    /// Any other kind of disc.
    pub others: bool,
    /// One of these can be erased.
    pub erases_others: bool,
}

impl Abilities {
    pub const fn writes(self) -> bool {
        self.cd_r || self.cd_rw || self.others
    }
}

/// Numbers of recorder objects.
pub(crate) fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Drive {
    pub fn new(recorder: Recorder) -> Self {
        Self {
            recorder,
            gone: AtomicBool::new(false),
            abilities: OnceLock::new(),
            holder: Mutex::default(),
            settings: Mutex::new(Settings::default()),
        }
    }

    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    /// It was unplugged: a drive with the same id is another one.
    pub fn lose(&self) {
        self.gone.store(true, Ordering::Release);
    }

    /// The same error, after it was looked whether it says that the drive is gone.
    pub fn noting(&self, error: V1Error) -> V1Error {
        if matches!(error, V1Error::DeviceNotPresent) {
            self.lose();
        }
        error
    }

    pub fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn holder(&self) -> MutexGuard<'_, Option<Holder>> {
        self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the drive for work, unless an object of IMAPI has it.
    pub fn begin(&self) -> Result<Working<'_>, V1Error> {
        let mut holder = self.holder();
        if holder.is_some() {
            return Err(V1Error::DeviceNotAccessible { owner: None });
        }
        *holder = Some(Holder::Work);
        Ok(Working(self, None))
    }

    /// Takes the drive for work of the object that has opened it.
    pub fn begin_for(&self, number: u64) -> Result<Working<'_>, V1Error> {
        let mut holder = self.holder();
        if *holder != Some(Holder::Object(number)) {
            return Err(V1Error::RecorderNotOpened);
        }
        *holder = Some(Holder::Work);
        Ok(Working(self, Some(Holder::Object(number))))
    }

    pub fn is_working(&self) -> bool {
        *self.holder() == Some(Holder::Work)
    }

    /// What it can write, as it says, asked once: the drive stays what it is.
    pub fn abilities(&self) -> Result<Abilities, RecorderError> {
        if let Some(known) = self.abilities.get() {
            return Ok(*known);
        }
        let found = ask_abilities(&self.recorder)?;
        Ok(*self.abilities.get_or_init(|| found))
    }

    /// Whether it can make images of that format.
    pub fn makes(&self, format: Format, strict: bool) -> bool {
        match self.abilities() {
            Ok(able) => able.cd_r || able.cd_rw || (format == Format::Joliet && !strict && able.others),
            Err(error) => {
                tracing::warn!(%error, "the drive does not say what it writes");
                false
            }
        }
    }

    /// Whether it says that it goes on with a track when it ran out of data.
    fn goes_on_after_underrun(&self) -> bool {
        let told = past_attentions(|| self.recorder.feature(FeatureCode::CD_TRACK_AT_ONCE, false));
        matches!(told.map(|told| told.feature), Ok(Feature::CdTrackAtOnce(feature)) if feature.buffer_underrun_free)
    }

    /// Asks for its highest speed, unless something is being written.
    pub fn refresh_speed(&self) {
        if self.is_working() {
            return;
        }
        let speeds = past_attentions(|| {
            let medium = self.recorder.medium()?;
            let medium = if medium == MediaType::UNKNOWN { MediaType::CDR } else { medium };
            Ok((WriteSpeeds::of(&self.recorder, medium)?, medium))
        });
        match speeds {
            Ok((speeds, medium)) => {
                let single = medium.sectors_per_second_at_1x().unwrap_or(75).max(1);
                let fastest = speeds.all().first().map_or(0, |speed| speed.sectors_per_second);
                self.settings().learn(fastest / single, self.goes_on_after_underrun());
            }
            Err(error) => drop(self.noting(errors::of_drive(error))),
        }
    }
}

/// The drive is at work until this is dropped; then it is whose it was.
#[derive(Debug)]
pub(crate) struct Working<'a>(&'a Drive, Option<Holder>);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        *self.0.holder() = self.1;
    }
}

fn ask_abilities(recorder: &Recorder) -> Result<Abilities, RecorderError> {
    let profiles = past_attentions(|| recorder.listed_profiles());
    match profiles {
        Ok(listed) => {
            let has = |wanted: &dyn Fn(MediaType) -> bool| listed.iter().any(|one| wanted(one.profile.into()));
            let others = |medium: MediaType| !medium.is_cd() && medium != MediaType::UNKNOWN && writable(medium);
            let erasable = |medium: MediaType| others(medium) && imapi_format2_erase::ERASABLE.contains(&medium);
            Ok(Abilities {
                cd_r: listed.iter().any(|one| one.profile == Profile::CD_RECORDABLE),
                cd_rw: listed.iter().any(|one| one.profile == Profile::CD_REWRITABLE),
                others: has(&others),
                erases_others: has(&erasable),
            })
        }
        Err(RecorderError::Command(error)) if error.is_refusal() => by_page(recorder),
        Err(error) => Err(error),
    }
}

fn writable(medium: MediaType) -> bool {
    !matches!(medium, MediaType::CDROM | MediaType::DVDROM | MediaType::BDROM | MediaType::HDDVDROM)
}

/// What a drive without features says in mode page 2Ah.
fn by_page(recorder: &Recorder) -> Result<Abilities, RecorderError> {
    let question = ModeSense10::current(PageCode::CAPABILITIES);
    let Answer { value, .. } = past_attentions(|| Ok(recorder.access()?.query(&question)?))?;
    let has = |ability| value.capabilities().is_some_and(|told| told.abilities.has(ability));
    Ok(Abilities {
        cd_r: has(Ability::WriteCdR),
        cd_rw: has(Ability::WriteCdRw),
        others: has(Ability::WriteDvdR) || has(Ability::WriteDvdRam),
        erases_others: has(Ability::WriteDvdRam),
    })
}
