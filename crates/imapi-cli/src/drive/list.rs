//! `imapi drives`: the drives that there are.

use std::io::{self, Write as _};

use imapi::drives::Drives;
use imapi_errors::{Coded as _, Fact, Lang, Term, Value};
use imapi_mmc_transport::DriveSource as _;
use imapi_recorder::Recorder;
use serde::Serialize;

use super::failed;
use crate::output::{NAME, Outcome, Output};

/// A drive in JSON. One that cannot be opened has its id, and why.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// By this it is opened, today and tomorrow.
    id: String,
    /// Where other programs find it.
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
    /// Who has it for himself.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_by: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mounted_at: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal>,
}

/// Why something is not told.
#[derive(Debug, Serialize)]
pub struct Refusal {
    code: String,
    name: String,
}

impl Refusal {
    pub fn of(error: &imapi_recorder::RecorderError) -> Self {
        let code = error.code();
        let name = code.known().map_or_else(String::new, |known| known.name().to_string());
        Self { code: format!("{code}"), name }
    }

    /// As it is told in a line.
    pub fn name(&self) -> &str {
        if self.name.is_empty() { &self.code } else { &self.name }
    }
}

impl Listed {
    pub fn of(recorder: &Recorder) -> Self {
        Self {
            id: recorder.id().to_owned(),
            node: recorder.device().node().map(|node| node.display().to_string()),
            vendor: Some(recorder.vendor()),
            product: Some(recorder.product()),
            revision: Some(recorder.revision()),
            held_by: recorder.owner(),
            mounted_at: recorder.mount_points().iter().map(|at| at.display().to_string()).collect(),
            error: None,
        }
    }

    /// Maker, product and revision, as far as they are known.
    pub fn words(&self) -> String {
        let names = [&self.vendor, &self.product].into_iter().flatten().filter(|text| !text.is_empty());
        let names: Vec<&str> = names.map(String::as_str).collect();
        match self.revision.as_deref().filter(|text| !text.is_empty()) {
            Some(revision) => format!("{} ({revision})", names.join(" ")),
            None => names.join(" "),
        }
    }

    /// What follows the first line of a drive.
    pub fn tell(&self, indent: &str, lang: Lang, out: &mut Output) -> io::Result<()> {
        let colon = lang.term(Term::MarkColon);
        if self.has_node() {
            writeln!(out, "{indent}{}{colon}{}", lang.term(Term::DriveId), self.id)?;
        }
        if let Some(owner) = &self.held_by {
            writeln!(out, "{indent}{}{colon}{owner}", lang.label(Fact::LockOwner))?;
        }
        for at in &self.mounted_at {
            // Desktops mount by the disc's own name, and a disc must not write on anybody's terminal.
            writeln!(out, "{indent}{}{colon}{}", lang.term(Term::MountedAt), Value::Text(at))?;
        }
        if let Some(error) = &self.error {
            writeln!(out, "{indent}! {}", error.name())?;
        }
        Ok(())
    }

    /// Whether other programs find it.
    pub fn has_node(&self) -> bool {
        self.node.is_some()
    }

    /// The node, and the id where there is none.
    pub fn place(&self) -> &str {
        self.node.as_deref().unwrap_or(&self.id)
    }
}

/// Lists them.
pub fn run(drives: &Drives, json: bool, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let ids = match drives.list() {
        Ok(ids) => ids,
        Err(error) => return Ok(failed(&error, lang)),
    };
    let listed: Vec<Listed> = ids.into_iter().map(|id| look(drives, id)).collect();
    if json {
        serde_json::to_writer_pretty(&mut *out, &listed)?;
        writeln!(out)?;
        return Ok(Outcome::Done);
    }
    if listed.is_empty() {
        writeln!(out, "{}", lang.term(Term::NoDrives))?;
    }
    for drive in &listed {
        let words = drive.words();
        let between = if words.is_empty() { "" } else { "  " };
        writeln!(out, "{NAME}{}{NAME:#}{between}{words}", drive.place())?;
        drive.tell("    ", lang, out)?;
    }
    Ok(Outcome::Done)
}

/// What the drive with that id says of itself.
fn look(drives: &Drives, id: String) -> Listed {
    match Recorder::open(drives, &id) {
        Ok(recorder) => Listed::of(&recorder),
        Err(error) => Listed { id, error: Some(Refusal::of(&error)), ..Listed::default() },
    }
}
