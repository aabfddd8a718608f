//! The commands of a burn fail in many ways: never a panic, never success on a disc that differs, always a code that fits, a
//! drive that is free again, and a disc that is as it was where the error says so.

#[path = "faults/mod.rs"]
mod faults;

/// All of them are the slow tier's.
#[test]
fn a_sample_of_commands_fails() {
    let complaints = faults::complaints(23);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
