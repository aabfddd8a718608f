//! Patterns mean what they mean to a shell: `bash` judges.

use std::process::Command;

use imapi_fsimage::{Globs, ScanOptions};
use proptest::prelude::*;

use crate::disk::Image;

fn matches(pattern: &str, path: &str, folder: bool) -> bool {
    let mut globs = Globs::new();
    globs.add(pattern).expect(pattern);
    globs.matches(path.as_bytes(), folder)
}

/// Asks bash about all pairs at once, by arguments.
fn bash(pairs: &[(String, String)]) -> Vec<bool> {
    let script = r"while (($#)); do [[ $2 == $1 ]] && printf 1 || printf 0; shift 2; done";
    let arguments = pairs.iter().flat_map(|(pattern, name)| [pattern, name]);
    let output = Command::new("bash")
        .env("LC_ALL", "C.UTF-8")
        .args(["-c", script, "bash"])
        .args(arguments)
        .output()
        .expect("bash");
    assert!(output.status.success());
    output.stdout.iter().map(|&byte| byte == b'1').collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_name_matches_where_bash_says_so(
        pairs in proptest::collection::vec((r"([ab]|[?*]|\[[!]?[ab]\]|\[a-c\]|\\[*a]|é){1,8}", "[abcé*]{1,8}"), 200),
    ) {
        for ((pattern, name), expected) in pairs.iter().zip(bash(&pairs)) {
            prop_assert_eq!(matches(pattern, name, false), expected, "{} {}", pattern, name);
        }
    }
}

proptest! {
    #[test]
    fn no_pattern_and_no_name_make_it_panic(
        pattern in r"([ab/]|\*|\?|\[|\]|!|-|\\|é|\PC){0,20}", name in proptest::collection::vec(any::<u8>(), 0..60), folder: bool,
    ) {
        let mut globs = Globs::new();
        if globs.add(&pattern).is_ok() {
            let _ = globs.matches(&name, folder);
        }
    }
}

#[test]
fn slashes_say_what_a_pattern_is_about() {
    for (pattern, path, folder, expected) in [
        ("*.o", "deep/er/main.o", false, true),
        ("deep/*.o", "deep/main.o", false, true),
        ("deep/*.o", "deep/er/main.o", false, false),
        ("/main.o", "main.o", false, true),
        ("/main.o", "deep/main.o", false, false),
        ("deep/**/main.o", "deep/main.o", false, true),
        ("deep/**/main.o", "deep/a/b/main.o", false, true),
        ("deep/**/main.o", "deep/a/b/xmain.o", false, false),
        ("deep/**/main.o", "deeper/main.o", false, false),
        ("**/er/*", "deep/er/main.o", false, true),
        ("**/er/*", "er/main.o", false, true),
        ("**/**/er/*", "er/main.o", false, true),
        ("a***b", "ab", false, true),
        ("/a***b", "a/x/b", false, true),
        ("deep/**", "deep/a/b", false, true),
        ("deep/**", "deep", true, false),
        ("target/", "a/target", true, true),
        ("target/", "a/target", false, false),
        ("a?c", "a/c", false, false),
        ("[]-]", "]", false, true),
        ("[a-]", "-", false, true),
        (r"\[a]", "[a]", false, true),
        ("**", "any/thing", false, true),
    ] {
        assert_eq!(matches(pattern, path, folder), expected, "{pattern} {path}");
    }
    let mut globs = Globs::new();
    globs.add("a?").expect("a pattern");
    assert!(globs.matches(b"a\xFF", false) && !globs.matches(b"a\xFF\xFF", false), "a byte that is no text is one");
}

#[test]
fn a_pattern_that_means_nothing_is_refused() {
    for pattern in ["", "/", "[a", "[]", "[!]", "a\\"] {
        Globs::new().add(pattern).expect_err(pattern);
    }
}

#[test]
fn no_pattern_takes_for_ever() {
    let name = "a".repeat(4000);
    assert!(!matches(&("*a".repeat(100) + "b"), &name, false));
    assert!(matches(&"*".repeat(100_000), "a", false));
    assert!(!matches(&("**/".repeat(100) + "b"), &"a/".repeat(1000), false));
}

#[test]
fn what_is_in_an_excluded_folder_stays_out_with_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for path in ["keep/a.c", "keep/a.o", "build/x/y", "keep/build/z"] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("room");
        std::fs::write(path, "").expect("room");
    }
    let mut options = ScanOptions::default();
    for pattern in ["*.o", "/build/"] {
        options.excludes.add(pattern).expect("a pattern");
    }
    let mut image = Image::new();
    let report = image.add(folder.path(), &options).expect("readable");
    assert_eq!(image.paths(), ["keep", "keep/a.c", "keep/build", "keep/build/z"]);
    assert_eq!((report.excluded, report.files, report.folders), (2, 2, 2));
}
