//! `cargo xtask codegen`: the spec becomes the Rust tables of `imapi-errors`.
//!
//! The generated files are checked in, so that building the crates needs no build script. With `--check` nothing is
//! written, and a file that is not what the spec says is a finding.

mod emit;
mod model;

use std::{fs, path::Path};

use crate::spec::{LANGUAGES, Spec, Translation};
use model::Model;

/// Where the generated files stand, from the root of the workspace.
const DIR: &str = "crates/imapi-errors/src/generated";

/// A generated file: its name and text.
pub struct Generated {
    /// The name within the folder of generated files.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// Writes the tables, or with `check` compares them; returns the files that differed.
pub fn run(root: &Path, check: bool) -> Result<Vec<String>, String> {
    let mut stale = Vec::new();
    for file in generate(root)? {
        let path = root.join(DIR).join(&file.name);
        if fs::read_to_string(&path).is_ok_and(|present| present == file.text) {
            continue;
        }
        stale.push(format!("{DIR}/{}", file.name));
        if !check {
            fs::create_dir_all(root.join(DIR)).map_err(|e| format!("{DIR}: {e}"))?;
            fs::write(&path, &file.text).map_err(|e| format!("{}: {e}", path.display()))?;
        }
    }
    Ok(stale)
}

/// All generated files, from the spec below the root.
pub fn generate(root: &Path) -> Result<Vec<Generated>, String> {
    let spec = Spec::load(root).map_err(|e| e.to_string())?;
    let mut translations = Vec::new();
    for (tag, _) in LANGUAGES {
        translations.push(Translation::load(root, tag).map_err(|e| e.to_string())?);
    }
    let model = Model::new(&spec, &translations).map_err(|faults| faults.join("\n"))?;
    Ok(emit::files(&model))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn the_checked_in_tables_are_what_the_spec_says() {
        let stale = run(&workspace_root(), true).expect("the spec is sound");
        assert!(stale.is_empty(), "run `cargo xtask codegen`: {stale:?} are stale");
    }
}
