//! `cargo xtask check-doc`: audits published Markdown pages of result codes against the spec.
//!
//! Such pages went through converters and machine translation: names are translated, transliterated or split, values
//! stand in the wrong cell, inserts are mangled, rows are merged or lost. The anchors mostly survive, so every code is
//! recovered from the best witness its row has, and then everything visible is compared with the spec.

use std::{fs, io::Write as _, path::Path, path::PathBuf};

use crate::spec::Spec;

mod align;
mod audit;
mod codes;
mod finding;
mod identifiers;
mod inserts;
mod language;
mod letters;
mod markup;
mod message;
mod name;
mod page;
mod report;
mod row;
mod value;

#[cfg(test)]
mod tests;

/// Audits the files and prints what was found: `Ok(true)` when that is nothing, or only notes.
pub(crate) fn run(root: &Path, files: &[PathBuf], json: bool) -> Result<bool, String> {
    let spec = Spec::load(root).map_err(|e| e.to_string())?;
    let codes = codes::Codes::new(&spec);
    let mut reports = Vec::new();
    for file in files {
        let shown = file.display().to_string();
        let bytes = fs::read(file).map_err(|e| format!("{shown}: {e}"))?;
        reports.push(audit::audit(&shown, &bytes, &codes));
    }
    let text = if json {
        report::to_json(&reports).map_err(|e| e.to_string())? + "\n"
    } else {
        reports.iter().map(report::Report::text).collect()
    };
    std::io::stdout().write_all(text.as_bytes()).map_err(|e| format!("standard output: {e}"))?;
    Ok(reports.iter().all(|report| report.findings() == 0))
}
