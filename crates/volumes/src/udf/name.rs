//! Names: from compressed Unicode to what can be told without harm.

use imapi_volume_structs::udf::text;

use super::medium::Medium;
use crate::{Rule, Severity, VolumeError};

const UNREADABLE: Rule =
    Rule { id: "udf.name.text", clause: "OSTA UDF 2.1.1", severity: Severity::Error, broken: "a name is no text" };

const UNSAFE: Rule = Rule {
    id: "udf.name.letters",
    clause: "OSTA UDF 4.2.2.1.5",
    severity: Severity::Error,
    broken: "a name has letters in it that no name may have",
};

const HALVES: Rule = Rule {
    id: "udf.name.surrogate",
    clause: "OSTA UDF 2.1.1",
    severity: Severity::Warning,
    broken: "a name has half a character in it",
};

/// The text of a name, and whether letters were replaced that no name may have.
pub fn safe(letters: impl Iterator<Item = char>) -> (String, bool) {
    let mut is_changed = false;
    let text: String = letters
        .map(|letter| match letter {
            '/' | '\0' => {
                is_changed = true;
                '_'
            }
            letter => letter,
        })
        .collect();
    match text.as_str() {
        "." => ("_".into(), true),
        ".." => ("__".into(), true),
        _ => (text, is_changed),
    }
}

/// The name in an identifier, which stands at that address. UDF's own streams have a slash in their names.
pub fn of(medium: &Medium, raw: &[u8], address: u64, is_stream: bool) -> Result<Box<[u8]>, VolumeError> {
    let letters = match text::decode(raw) {
        Ok(letters) => letters,
        Err(malformed) => {
            return Err(VolumeError::Broken(Box::new(medium.finding(&UNREADABLE, address).malformed(malformed))));
        }
    };
    if letters.clone().any(|letter| letter == char::REPLACEMENT_CHARACTER) && !says_so(raw) {
        medium.tolerate(medium.finding(&HALVES, address))?;
    }
    let (name, is_changed) = safe(letters);
    if name.is_empty() {
        return medium.broken(&UNREADABLE, address);
    }
    if is_changed && !is_stream {
        medium.tolerate(medium.finding(&UNSAFE, address).about(name.as_bytes()))?;
    }
    Ok(name.into_bytes().into())
}

/// The replacement character itself is in a name.
fn says_so(raw: &[u8]) -> bool {
    text::units(raw).is_ok_and(|mut units| units.any(|unit| unit == 0xFFFD))
}
