//! What takes long: every command of a burn fails in every way.

#[path = "../faults/mod.rs"]
mod faults;

#[test]
fn every_command_fails_in_every_way() {
    let complaints = faults::complaints(1);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
