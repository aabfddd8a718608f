//! What a program does not use is not in it: the examples are built and their bytes are searched.

use std::{env, fs, path::PathBuf, process::Command};

use imapi_errors::{Lang, v2};

/// Builds an example as a user would, optimised, and reads the program.
fn program(name: &str) -> Vec<u8> {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("linked");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--release", "--manifest-path", manifest, "--example", name]);
    // The flags of the outer build must not make this one another.
    build.env("CARGO_TARGET_DIR", &target).env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    assert!(build.status().expect("cargo runs").success(), "{name} builds");
    fs::read(target.join("release/examples").join(format!("{name}{}", env::consts::EXE_SUFFIX))).expect("the program")
}

fn contains(program: &[u8], text: &str) -> bool {
    program.windows(text.len()).any(|bytes| bytes == text.as_bytes())
}

#[test]
fn only_what_a_program_uses_is_linked_into_it() {
    let code = v2::E_IMAPI_DF2DATA_MEDIA_NOT_BLANK.known().expect("in the table");
    let [english, russian, chinese] = Lang::ALL.map(|lang| code.message(lang).as_str());
    let holds = |name| {
        let program = program(name);
        [code.name(), english, russian, chinese].map(|text| contains(&program, text))
    };
    assert_eq!(holds("numbers_only"), [false, false, false, false]);
    assert_eq!(holds("english_only"), [true, true, false, false]);
    assert_eq!(holds("every_language"), [true, true, true, true]);
}
