//! What takes long: every fault at every command of a burn, in both ways of writing.

#[path = "../tao/every_fault.rs"]
mod every_fault;
#[expect(dead_code, reason = "the fast tests need more of it")]
#[path = "../tao/helpers.rs"]
mod helpers;

use every_fault::Mode;
use rstest::rstest;

#[rstest]
fn every_command_of_a_burn_fails_in_every_way(
    #[values("cd-r", "cd-rw")] medium: &str,
    #[values(Mode::TrackAtOnce, Mode::SessionAtOnce)] mode: Mode,
) {
    let all = every_fault::complaints(medium, mode, 1);
    assert!(all.is_empty(), "{} complaints:\n{}", all.len(), all.join("\n"));
}
