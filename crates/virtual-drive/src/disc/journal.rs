//! The journal of a disc file: what happened to the disc, a line for each step.
//!
//! A line is a checksum, the changes of the step in JSON, and a line feed: `1c291ca3 [{"wrote":{"first":0,"count":16}}]`.
//! Changes that belong together stand in one line, so that all of them happened or none did. What was written last and is
//! not whole never happened; everything before it did. So a disc whose program was killed is in a state that it really had.

use std::io::{self, BufRead};

use serde::{Serialize, de::DeserializeOwned};

use super::DiscFileError;

/// A line of the journal.
pub(super) fn encode<C: Serialize>(changes: &[C]) -> Vec<u8> {
    let json = serde_json::to_vec(changes).expect("a change is numbers, names and lists of them");
    let mut line = format!("{:08x} ", crc32fast::hash(&json)).into_bytes();
    line.extend(json);
    line.push(b'\n');
    line
}

/// Calls `each` with the changes of a journal in their order, and says how long the part is that is whole.
///
/// One line is in memory at a time, as a large disc has many. A line with a right checksum and a change that this program
/// does not know is an error: the disc was written by a program that knows more, and what it means cannot be guessed.
pub(super) fn replay<C: DeserializeOwned>(
    journal: &mut impl BufRead,
    system: &dyn Fn(io::Error) -> DiscFileError,
    each: &mut dyn FnMut(&C),
) -> Result<u64, DiscFileError> {
    let mut line = Vec::new();
    let mut whole = 0;
    // What does not begin like a line is the room behind the last one, and there may be much of it.
    while journal.fill_buf().map_err(system)?.first().is_some_and(u8::is_ascii_hexdigit) {
        line.clear();
        journal.read_until(b'\n', &mut line).map_err(system)?;
        let Some(json) = content(&line) else { break };
        let step: Vec<C> = serde_json::from_slice(json)
            .map_err(|e| DiscFileError::Malformed { reason: format!("byte {whole} of the journal: {e}") })?;
        step.iter().for_each(&mut *each);
        whole += line.len() as u64;
    }
    Ok(whole)
}

/// Eight hexadecimal digits and a space.
const PREFIX: usize = 9;

/// The JSON of a line, if the line is whole.
fn content(line: &[u8]) -> Option<&[u8]> {
    let (prefix, json) = line.strip_suffix(b"\n")?.split_at_checked(PREFIX)?;
    let checksum = std::str::from_utf8(prefix).ok()?.strip_suffix(' ')?;
    let checksum = u32::from_str_radix(checksum, 16).ok()?;
    (checksum == crc32fast::hash(json)).then_some(json)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    enum Change {
        Wrote { first: i32, count: u32 },
        Closed,
    }

    /// All changes of a journal, and the length of the part that is whole.
    fn decode<C: DeserializeOwned + Clone>(mut journal: &[u8]) -> Result<(Vec<C>, usize), DiscFileError> {
        let mut changes = Vec::new();
        let system = |source| DiscFileError::System { path: "memory".into(), source };
        let whole = replay(&mut journal, &system, &mut |change: &C| changes.push(change.clone()))?;
        Ok((changes, usize::try_from(whole).expect("a short journal")))
    }

    fn journal() -> (Vec<Change>, Vec<u8>) {
        let first = [Change::Wrote { first: -150, count: 16 }];
        let second = [Change::Closed, Change::Wrote { first: 0, count: 1 }];
        ([&first[..], &second].concat(), [encode(&first), encode(&second)].concat())
    }

    #[test]
    fn what_is_written_is_read_back() {
        let (changes, bytes) = journal();
        assert_eq!(decode::<Change>(&bytes).expect("whole"), (changes, bytes.len()));
        assert_eq!(decode::<Change>(b"").expect("empty"), (Vec::new(), 0));
    }

    #[test]
    fn every_prefix_is_a_prefix_of_what_happened() {
        let (changes, bytes) = journal();
        for cut in 0..bytes.len() {
            let (read, whole) = decode::<Change>(&bytes[..cut]).expect("no change is half known");
            assert_eq!(read, changes[..read.len()]);
            assert!(whole <= cut && matches!(read.len(), 0 | 1), "a step is whole or never was: {}", read.len());
            // Zeros behind the cut, as a file has them that was made longer first, change nothing.
            let padded = [&bytes[..cut], &[0; 64]].concat();
            assert_eq!(decode::<Change>(&padded).expect("no change is half known"), (read, whole));
        }
    }

    #[test]
    fn a_damaged_line_ends_the_journal() {
        let (_, bytes) = journal();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            if let Ok((read, whole)) = decode::<Change>(&damaged) {
                assert!(read.len() < 3 && whole <= at, "a flipped bit at {at} was believed");
            }
        }
    }

    #[test]
    fn a_change_of_a_younger_program_is_an_error_and_not_the_end() {
        let bytes = encode(&[serde_json::json!({"melted": {}})]);
        assert!(matches!(decode::<Change>(&bytes), Err(DiscFileError::Malformed { .. })));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = decode::<Change>(&bytes);
        }
    }
}
