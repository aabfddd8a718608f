//! Completions and manual pages, judged by the programs that read them.

use std::{fs, path::PathBuf};

use rstest::rstest;

use crate::{peer, told};

fn file(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("the folder for temporary files is writable");
    path.into_os_string().into_string().expect("a path in UTF-8")
}

#[rstest]
#[case("bash", &["-n"])]
#[case("zsh", &["-n"])]
#[case("fish", &["--no-execute"])]
fn a_shell_accepts_its_completions(#[case] shell: &str, #[case] check: &[&str]) {
    let script = told(&["completions", shell]);
    for word in ["explain", "codes", "imapi2fserror.h", "lang"] {
        assert!(script.contains(word), "{shell} completes {word}");
    }
    let path = file(&format!("imapi.{shell}"), &script);
    let mut arguments = check.to_vec();
    arguments.push(&path);
    let verdict = peer(shell, shell, &arguments);
    assert!(verdict.status.success() && verdict.stderr.is_empty(), "{}", String::from_utf8_lossy(&verdict.stderr));
}

/// bash itself completes a half-typed command with our script.
#[test]
fn bash_completes_a_half_typed_command() {
    let path = file("complete.bash", &told(&["completions", "bash"]));
    let line = format!(
        "source '{path}'; COMP_WORDS=(imapi ex); COMP_CWORD=1; _imapi imapi ex imapi; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let verdict = peer("bash", "bash", &["--norc", "-c", &line]);
    assert_eq!(
        String::from_utf8_lossy(&verdict.stdout).trim(),
        "explain",
        "{}",
        String::from_utf8_lossy(&verdict.stderr)
    );
}

#[rstest]
#[case(&["man"], "imapi.1")]
#[case(&["man", "explain"], "imapi-explain.1")]
#[case(&["man", "codes"], "imapi-codes.1")]
#[case(&["man", "image", "create"], "imapi-image-create.1")]
fn the_manual_page_is_good_roff(#[case] arguments: &[&str], #[case] name: &str) {
    let path = file(name, &told(arguments));
    let lint = peer("mandoc", "mandoc", &["-T", "lint", "-W", "error", &path]);
    assert!(lint.status.success(), "{}", String::from_utf8_lossy(&lint.stdout));
    let shown = peer("mandoc", "mandoc", &["-T", "utf8", &path]);
    let shown = without_overstrike(&String::from_utf8_lossy(&shown.stdout));
    assert!(shown.contains("SYNOPSIS") && shown.contains("--lang"), "{shown}");
}

/// A terminal page writes bold letters as `a`, backspace, `a`.
fn without_overstrike(page: &str) -> String {
    let mut text = String::new();
    for c in page.chars() {
        if c == '\u{8}' { text.truncate(text.char_indices().next_back().map_or(0, |(at, _)| at)) } else { text.push(c) }
    }
    text
}
