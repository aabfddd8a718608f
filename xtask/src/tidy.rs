//! `cargo xtask tidy`: the house's habits that no lint of the compiler knows.

use std::{fs, path::Path};

use crate::sources;

/// A file is one room; above this it is several.
const LINES: usize = 600;

/// What is untidy, as `file:line: what`.
pub fn run(root: &Path) -> Result<Vec<String>, String> {
    let mut findings = Vec::new();
    for path in sources::all(root)? {
        let text = fs::read_to_string(root.join(&path)).map_err(|e| format!("{path}: {e}"))?;
        findings.extend(untidy(&text).into_iter().map(|(line, what)| format!("{path}:{line}: {what}")));
    }
    Ok(findings)
}

fn untidy(text: &str) -> Vec<(usize, String)> {
    let mut findings = Vec::new();
    if !text.starts_with("//!") {
        findings.push((1, "a file begins with `//!`: what is this room for?".to_string()));
    }
    let lines = text.lines().count();
    if lines > LINES {
        findings.push((LINES, format!("{lines} lines are more than {LINES}: which rooms are in here?")));
    }
    // Written in two halves, so that this file does not find itself.
    let words = [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("#[ig", "nore")];
    for (number, line) in text.lines().enumerate() {
        for (first, second) in words {
            let word = format!("{first}{second}");
            if line.contains(&word) {
                findings.push((number + 1, format!("{word}: finish it, or write it down in the tracker")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn the_house_is_tidy() {
        let findings = run(&workspace_root()).expect("the sources can be read");
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }

    #[test]
    fn each_untidiness_is_found() {
        assert_eq!(untidy("//! Fine.\nfn f() {}\n"), []);
        assert_eq!(untidy("fn f() {}\n").len(), 1);
        assert_eq!(untidy(&format!("//! Long.\n{}", "\n".repeat(LINES))).len(), 1);
        assert_eq!(untidy(&["//! A.\n// TO", "DO\n#[ig", "nore]\n"].concat()).len(), 2);
    }
}
