//! What a drive tells of itself and of its disc, asked piece by piece: odd drives do not tell everything, and the rest is
//! told all the same.

use std::{ops::ControlFlow, time::Duration};

use imapi_errors::{Coded as _, Fact};
use imapi_mmc_transport::{
    CommandError, Condition, TransportError, WaitError,
    feature::{Feature, FeatureCode, FeatureDescriptor},
    mode::{PageCode, PageControl},
};
use imapi_recorder::{Recorder, RecorderError, past_attentions};
use serde::Serialize;

use super::{
    list::{Listed, Refusal},
    medium::Medium,
};

/// A disc that was just put in is waited for so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A drive and its disc in JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Looked {
    pub drive: Listed,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// Whether it loads its tray itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loads: Option<bool>,
    pub limits: Limits,
    pub profiles: Vec<Profile>,
    pub features: Vec<FeatureShown>,
    /// Their numbers.
    pub mode_pages: Vec<u8>,
    /// Nothing when there is no disc, or when nothing is told of it.
    pub medium: Option<Medium>,
    /// What the drive did not tell, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_told: Vec<NotTold>,
    #[serde(skip)]
    is_asked: bool,
}

impl Looked {
    /// Whether the drive was asked for its disc, and has none.
    pub fn is_empty(&self) -> bool {
        self.is_asked && self.medium.is_none() && !self.not_told.iter().any(|missing| DISC.contains(&missing.what))
    }
}

/// What is asked of the disc first, and without which nothing is known of it.
const DISC: [&str; 2] = ["disc", "medium"];

/// What one command may carry.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    alignment: u32,
    transfer: u32,
    page_aligned_transfer: u32,
}

/// A kind of disc that the drive knows.
#[derive(Debug, Serialize)]
pub struct Profile {
    number: u16,
    pub name: String,
    current: bool,
}

/// Something that the drive can do.
#[derive(Debug, Serialize)]
pub struct FeatureShown {
    number: u16,
    pub name: String,
    version: u8,
    persistent: bool,
    /// With the disc that is in it.
    pub current: bool,
}

impl FeatureShown {
    fn of(descriptor: &FeatureDescriptor) -> Self {
        let header = descriptor.header();
        Self {
            number: header.code.0,
            name: header.code.to_string(),
            version: header.version,
            persistent: header.persistent,
            current: header.current,
        }
    }

    /// Whether it says what the drive can do, and not what it is.
    pub fn is_ability(&self) -> bool {
        ![FeatureCode::PROFILE_LIST.0, FeatureCode::CORE.0].contains(&self.number)
    }
}

/// Something that was asked and not answered.
#[derive(Debug, Serialize)]
pub struct NotTold {
    what: &'static str,
    /// The command by which it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(flatten)]
    why: Refusal,
}

impl NotTold {
    fn of(what: &'static str, error: &RecorderError) -> Self {
        let mut command = None;
        error.facts(&mut |fact, value| {
            if fact == Fact::Command {
                command = Some(value.to_string());
            }
        });
        Self { what, command, why: Refusal::of(error) }
    }

    /// In a line: commands have the same name in every language.
    pub fn words(&self) -> String {
        format!("{} ({})", self.command.as_deref().unwrap_or(self.what), self.why.name())
    }
}

/// Gathers what is told. Only a drive that is gone, or does not answer at all, ends it.
pub struct Gathering<'a> {
    recorder: &'a Recorder,
    not_told: Vec<NotTold>,
}

impl<'a> Gathering<'a> {
    pub fn recorder(&self) -> &'a Recorder {
        self.recorder
    }

    /// The answer, when there is one.
    pub fn ask<T>(
        &mut self,
        what: &'static str,
        question: impl FnMut() -> Result<T, RecorderError>,
    ) -> Result<Option<T>, RecorderError> {
        match past_attentions(question) {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if is_final(&error) => Err(error),
            Err(error) => {
                self.not_told.push(NotTold::of(what, &error));
                Ok(None)
            }
        }
    }
}

/// A command that was not answered in time is one that the drive does not know; no other is sent to a drive that is gone.
fn is_final(error: &RecorderError) -> bool {
    let transport = match error {
        RecorderError::Transport(error)
        | RecorderError::Command(CommandError::Transport(error))
        | RecorderError::Wait(WaitError::Command(CommandError::Transport(error))) => error,
        RecorderError::Locked { .. } => return true,
        _ => return false,
    };
    !matches!(transport, TransportError::Timeout { .. } | TransportError::NotPermitted { .. })
}

/// What the drive tells. Of one that somebody else has for himself it is only who it is.
pub fn look(recorder: &Recorder) -> Result<Looked, RecorderError> {
    let limits = recorder.limits();
    let mut looked = Looked {
        drive: Listed::of(recorder),
        serial_number: None,
        loads: None,
        limits: Limits {
            alignment: limits.alignment.get(),
            transfer: limits.transfer.get(),
            page_aligned_transfer: limits.page_aligned_transfer.get(),
        },
        profiles: Vec::new(),
        features: Vec::new(),
        mode_pages: Vec::new(),
        medium: None,
        not_told: Vec::new(),
        is_asked: recorder.owner().is_none(),
    };
    if !looked.is_asked {
        return Ok(looked);
    }
    let mut gathering = Gathering { recorder, not_told: Vec::new() };
    // First, so that what follows is of the disc as it is now.
    let ready = gathering.ask("disc", || match recorder.ready(PATIENCE, &mut |_| ControlFlow::Continue(())) {
        Err(error) if matches!(error.condition(), Some(Condition::NoMedium { .. })) => Ok(false),
        ready => ready.map(|_| true),
    })?;
    looked.serial_number = recorder.serial_number();
    looked.loads = gathering.ask("tray", || recorder.can_load())?;
    if let Some(configuration) = gathering.ask("features", || recorder.configuration())? {
        // The list of profiles has its own place.
        let shown = configuration.features.iter().filter(|found| !matches!(found.feature, Feature::ProfileList(_)));
        looked.features = shown.map(FeatureShown::of).collect();
        let profiles = gathering.ask("profiles", || recorder.listed_profiles())?.unwrap_or_default();
        let shown = profiles.into_iter().map(|listed| Profile {
            number: listed.profile.number(),
            name: listed.profile.to_string(),
            current: listed.current,
        });
        looked.profiles = shown.collect();
    }
    let pages = gathering.ask("mode pages", || recorder.supported_mode_pages(PageControl::Current))?;
    looked.mode_pages = pages.unwrap_or_default().into_iter().map(PageCode::value).collect();
    if ready == Some(true) {
        looked.medium = Medium::of(&mut gathering)?;
    }
    looked.not_told = gathering.not_told;
    Ok(looked)
}
