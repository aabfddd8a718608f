//! What quirks do before a command is carried out, and what they remember for it.

use std::time::Duration;

use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{CloseFunction, ReadToc, Request, StartStopUnit, TocFormat, UnitAction},
};

use super::{Inner, Reply};
use crate::{Quirk, family::WorkKind};

/// So long a drive that naps does not hear CLOSE TRACK/SESSION.
const NAP: Duration = Duration::from_secs(4);

/// What quirks remember.
#[derive(Debug, Default)]
pub(super) struct Moods {
    /// CLOSE TRACK/SESSION is refused until then.
    nap: Option<Duration>,
    /// The tray was told to come out, and did not.
    eject_heard: bool,
    /// The host has set a mode page.
    parameters_set: bool,
}

impl Moods {
    pub(super) fn parameters_set(&self) -> bool {
        self.parameters_set
    }
}

impl Inner {
    /// What a quirk answers in place of the drive.
    pub(super) fn whim(&mut self, request: &Request, now: Duration) -> Option<Result<Reply, Sense>> {
        let has = |quirk| self.personality.has(quirk);
        match request {
            Request::CloseTrackSession(close) => {
                let on_cd = self.disc.as_ref().is_some_and(|loaded| loaded.medium().kind.is_cd());
                if has(Quirk::NoCloseTrackOnCd) && on_cd && close.function == CloseFunction::Track {
                    return Some(Err(Sense::from(InvalidField::cdb_bit(2, 2))));
                }
                if !has(Quirk::CloseNeedsANap) {
                    return None;
                }
                let awake = *self.moods.nap.get_or_insert(now.saturating_add(self.pace.lasting(NAP)));
                if now < awake {
                    return Some(Err(Sense::BUSY));
                }
                self.moods.nap = None;
                None
            }
            Request::StartStopUnit(StartStopUnit { action: UnitAction::Eject, .. })
                if has(Quirk::EjectsTheSecondTime) && !self.prevented && !self.tray_open =>
            {
                self.moods.eject_heard = !self.moods.eject_heard;
                self.moods.eject_heard.then_some(Ok(Reply::Done))
            }
            Request::ReadToc(ReadToc { format: TocFormat::Full, .. }) if has(Quirk::NeverAnswersFullToc) => {
                Some(Ok(Reply::Silence))
            }
            _ => None,
        }
    }

    /// What quirks keep in mind of a command that was carried out.
    pub(super) fn remember(&mut self, request: &Request) {
        match request {
            Request::ModeSelect6(_) | Request::ModeSelect10(_) => self.moods.parameters_set = true,
            Request::StartStopUnit(StartStopUnit { action: UnitAction::Start | UnitAction::Load, .. }) => {
                self.startle(WorkKind::Loading);
            }
            _ => {}
        }
    }

    /// A nervous drive thinks of a new disc whenever something happens to it.
    pub(super) fn startle(&mut self, by: WorkKind) {
        let calm = matches!(by, WorkKind::Flushing | WorkKind::Calibrating);
        if self.personality.has(Quirk::Nervous) && !calm && self.disc.is_some() {
            self.attention.push_back(Sense::MEDIUM_CHANGED);
        }
    }

    /// Whether a command that takes long is answered before it is done.
    pub(super) fn answers_at_once(&self, kind: WorkKind, asked: bool) -> bool {
        if kind == WorkKind::Calibrating {
            // The command has no Immed bit.
            return asked;
        }
        (asked || self.personality.has(Quirk::ImpliesImmediate)) && !self.personality.has(Quirk::IgnoresImmediate)
    }
}
