//! The program as a person runs it: what it prints, where, and how it ends.

#[cfg(target_os = "linux")]
mod append;
#[cfg(target_os = "linux")]
mod broken_burn;
#[cfg(target_os = "linux")]
mod burn;
#[cfg(target_os = "linux")]
mod cut_off;
mod disc;
mod drive;
mod explain;
mod generated;
mod image;
#[cfg(target_os = "linux")]
mod look;
#[cfg(target_os = "linux")]
mod onto_itself;
#[cfg(target_os = "linux")]
mod own_checksums;
#[cfg(target_os = "linux")]
mod raw;
mod terminal;
mod virtual_disc;

use std::process::{Command, Output};

/// The program, in English whatever the machine speaks.
fn imapi() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imapi"));
    for variable in ["LC_ALL", "LC_MESSAGES", "LANGUAGE", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(variable);
    }
    command.env("LANG", "C.UTF-8");
    command
}

fn run(arguments: &[&str]) -> Output {
    imapi().args(arguments).output().expect("the program starts")
}

/// Standard output of a run that must succeed.
fn told(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the program speaks UTF-8")
}

/// Runs a peer that must be there; what it says is what counts, so it comes back whole.
fn peer(program: &str, package: &str, arguments: &[&str]) -> Output {
    // A shell complains about a locale that is not installed.
    Command::new(program).args(arguments).env("LC_ALL", "C").output().unwrap_or_else(|e| {
        panic!("{program}: {e}; install it: sudo apt-get install {package}, or cargo xtask test --setup")
    })
}
