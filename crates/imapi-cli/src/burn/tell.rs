//! What a person or a program is told: before, what will be; afterwards, what was.

use std::io::{self, Write as _};

use imapi_disc_types::MediaType;
use imapi_errors::{Coded, HResult, Lang, Term};
use imapi_format2_data::{Burned, DataError, Plan, Warning};
use imapi_recorder::{Recorder, Refreshed};
use serde::Serialize;

use super::{
    DiscArguments,
    after::{InWords, what_now},
};
use crate::{
    drive::work::Manner,
    output::{self, Output},
    progress,
};

pub struct Teller<'a> {
    pub lang: Lang,
    pub disc: &'a DiscArguments,
    pub manner: Manner,
    /// There are several drives.
    pub several: bool,
}

/// What came of a drive's disc, for programs.
#[derive(Debug, Default, Serialize)]
struct Told {
    code: String,
    name: Option<&'static str>,
    drive: String,
    medium: Option<String>,
    start: Option<i32>,
    sectors: Option<u64>,
    seconds: Option<f64>,
    speed: Option<u32>,
    verified: Option<u64>,
    closed: Option<bool>,
    simulated: bool,
    disc: Option<String>,
    warnings: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commands: Option<Vec<String>>,
}

/// The commands of a simulation.
pub enum Commands {
    /// They were sent, with the laser off; or it was no simulation.
    Tried,
    /// They would be sent.
    Would(Vec<String>),
    /// Nobody knows which.
    Unknown,
}

impl Told {
    fn of(code: HResult, drive: &str) -> Self {
        Self {
            code: format!("{:#010X}", code.as_u32()),
            name: code.name(),
            drive: drive.to_string(),
            ..Self::default()
        }
    }
}

/// Tells programs that nothing was begun on any of these drives.
pub fn not_begun(code: HResult, drives: &[String], out: &mut Output) -> io::Result<()> {
    for drive in drives {
        serde_json::to_writer(&mut *out, &Told::of(code, drive))?;
        writeln!(out)?;
    }
    Ok(())
}

impl Teller<'_> {
    /// What will be different from what was asked for.
    pub fn will_be(&self, recorder: &Recorder, plan: &Plan) {
        if self.manner.quiet {
            return;
        }
        for warning in &plan.warnings {
            let term = match warning {
                Warning::WillBeClosed => Term::BurnCloses,
                Warning::NoTestWriting => Term::BurnNoTest,
                Warning::DefectManagement => Term::BurnSpares,
                Warning::DefectManagementStays => Term::BurnSparesStay,
                Warning::HardlyAnyRoomLeft => Term::BurnHardlyAnyRoom,
            };
            output::complain(&self.of_drive(recorder, self.lang.term(term)));
        }
    }

    fn of_drive(&self, recorder: &Recorder, text: &str) -> String {
        if !self.several {
            return text.to_string();
        }
        format!("{}{}{text}", recorder.id(), self.lang.term(Term::MarkColon))
    }

    /// What was burned, or why not.
    pub fn was(
        &self,
        recorder: &Recorder,
        medium: MediaType,
        outcome: &Result<Burned, DataError>,
        commands: Commands,
        out: &mut Output,
    ) -> io::Result<()> {
        if let Err(error) = outcome {
            if self.several {
                output::complain(&recorder.id());
            }
            output::report(&InWords { error, lang: self.lang }, self.lang);
            if let Some(what_now) = what_now(error, medium) {
                output::complain(&self.of_drive(recorder, self.lang.term(what_now)));
            }
        }
        let stale = outcome.as_ref().is_ok_and(|burned| burned.refreshed == Refreshed::Stale);
        if stale && !self.disc.eject && !self.manner.quiet {
            output::complain(&self.of_drive(recorder, self.lang.term(Term::BurnNotSeen)));
        }
        if matches!(commands, Commands::Unknown) && !self.manner.quiet {
            output::complain(&self.of_drive(recorder, self.lang.term(Term::BurnWouldUnknown)));
        }
        let commands = if let Commands::Would(commands) = commands { Some(commands) } else { None };
        if self.manner.json {
            serde_json::to_writer(&mut *out, &Told { commands, ..self.told(recorder, outcome) })?;
            return writeln!(out);
        }
        match outcome {
            Ok(burned) if !self.manner.quiet => {
                self.line(recorder, burned, out)?;
                commands.map_or(Ok(()), |commands| self.would(recorder, &commands, out))
            }
            _ => Ok(()),
        }
    }

    /// The commands that would be sent, which have the same names in every language.
    fn would(&self, recorder: &Recorder, commands: &[String], out: &mut Output) -> io::Result<()> {
        let colon = self.lang.term(Term::MarkColon);
        writeln!(out, "{}{}", self.of_drive(recorder, self.lang.term(Term::BurnWould)), colon.trim_end())?;
        commands.iter().try_for_each(|command| writeln!(out, "  {command}"))
    }

    fn line(&self, recorder: &Recorder, burned: &Burned, out: &mut Output) -> io::Result<()> {
        let comma = self.lang.term(Term::MarkComma);
        let term = if self.disc.simulate { Term::BurnTried } else { Term::BurnDone };
        let mut parts = vec![burned.medium.to_string(), progress::size(burned.plan.blocks * super::BLOCK)];
        let state = if burned.closed { Term::StateComplete } else { Term::StateAppendable };
        if burned.plan.recipe.leaves_sessions() && !self.disc.simulate {
            parts.push(self.lang.term(state).to_string());
        }
        let text = format!("{}{}{}", self.lang.term(term), self.lang.term(Term::MarkColon), parts.join(comma));
        writeln!(out, "{}", self.of_drive(recorder, &text))
    }

    fn told(&self, recorder: &Recorder, outcome: &Result<Burned, DataError>) -> Told {
        let (code, burned) = match outcome {
            Ok(burned) => {
                let adjusted = burned.speed.and_then(|(_, adjusted)| adjusted.code());
                (adjusted.unwrap_or(imapi_errors::common::S_OK), Some(burned))
            }
            Err(error) => (error.code(), None),
        };
        let disc = match outcome {
            Err(DataError::MediaState { state }) => Some(state.to_string()),
            Err(DataError::Burning { after, .. }) => {
                Some(after.state.map_or_else(|| "unknown".to_string(), |state| state.to_string()))
            }
            _ => None,
        };
        Told {
            disc,
            simulated: self.disc.simulate,
            medium: burned.map(|burned| burned.medium.to_string()),
            start: burned.map(|burned| burned.start.0),
            sectors: burned.and_then(|burned| burned.written).map(|written| written.blocks),
            seconds: burned.map(|burned| burned.elapsed.as_secs_f64()),
            speed: burned.and_then(|burned| burned.speed).map(|(speed, _)| speed.sectors_per_second),
            verified: burned.and_then(|burned| burned.verified).map(|verified| verified.blocks),
            closed: burned.map(|burned| burned.closed),
            warnings: burned.map(warnings).unwrap_or_default(),
            ..Told::of(code, recorder.id())
        }
    }
}

/// What was not as it was asked for, and what is to be known of the disc.
fn warnings(burned: &Burned) -> Vec<&'static str> {
    let planned = burned.plan.warnings.iter().map(|warning| warning.name());
    let stale = (burned.refreshed == Refreshed::Stale).then_some("not-seen-by-the-system");
    planned.chain(stale).collect()
}
