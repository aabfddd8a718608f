//! The spec's codes, found by name, by number, or by a name that lost its spaces, its case or its alphabet.

use std::collections::HashMap;

use crate::spec::{Code, Spec};

use super::letters;

/// Codes that the published tables never had, although the headers define them.
pub(super) const NEVER_PUBLISHED: [&str; 2] =
    ["IMAPI_E_BOOTIMAGE_AND_NONBLANK_DISC", "IMAPI_E_PROPERTY_NOT_ACCESSIBLE"];

/// The header whose codes no page has to list.
const COMMON: &str = "winerror.h";

/// The spec with its indexes.
pub(super) struct Codes<'a> {
    all: &'a [Code],
    by_name: HashMap<String, usize>,
    by_number: HashMap<u32, usize>,
    by_sound: HashMap<String, Option<usize>>,
}

impl<'a> Codes<'a> {
    /// Indexes the spec.
    pub(super) fn new(spec: &'a Spec) -> Self {
        let mut codes =
            Self { all: &spec.codes, by_name: HashMap::new(), by_number: HashMap::new(), by_sound: HashMap::new() };
        for (index, code) in spec.codes.iter().enumerate() {
            for name in std::iter::once(&code.name).chain(&code.aliases) {
                codes.by_name.entry(letters::fold(name)).or_insert(index);
                // Two names that sound alike recover nothing.
                codes.by_sound.entry(letters::sound(name)).and_modify(|i| *i = None).or_insert(Some(index));
            }
            if let Some(number) = code.number() {
                codes.by_number.entry(number).or_insert(index);
            }
        }
        codes
    }

    /// The code at an index that one of the other methods gave.
    pub(super) fn get(&self, index: usize) -> &'a Code {
        &self.all[index]
    }

    /// By name, whatever its case, its spaces, its escapes, and letters of other alphabets that look alike.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.by_name.get(&letters::fold(name)).copied()
    }

    /// By a name written down by ear in another alphabet.
    pub(super) fn sounding(&self, name: &str) -> Option<usize> {
        let sound = letters::sound(name);
        // Short sounds, such as those of `S_OK`, are everywhere.
        if sound.len() < 8 { None } else { *self.by_sound.get(&sound)? }
    }

    /// By value. Small numbers, such as that of `S_OK`, stand in tables of every kind and betray nothing.
    pub(super) fn numbered(&self, number: u32) -> Option<usize> {
        if number <= 0xffff {
            return None;
        }
        self.by_number.get(&number).copied()
    }

    /// The order of the published tables: all codes of these headers that were ever published.
    pub(super) fn published(&self, headers: &[&str]) -> Vec<usize> {
        let wanted = |code: &Code| headers.contains(&code.header.as_str());
        let published = |code: &Code| !NEVER_PUBLISHED.contains(&code.name.as_str());
        (0..self.all.len()).filter(|&i| wanted(&self.all[i]) && published(&self.all[i])).collect()
    }

    /// Those of the headers that must not be on a page and are in the spec.
    pub(super) fn never_published(&self, headers: &[&str]) -> Vec<&'a str> {
        let absent = self.all.iter().filter(|code| NEVER_PUBLISHED.contains(&code.name.as_str()));
        absent.filter(|code| headers.contains(&code.header.as_str())).map(|code| code.name.as_str()).collect()
    }

    /// The headers of which `seen` has at least half, in the order of the spec.
    pub(super) fn headers_of(&self, seen: &[usize]) -> Vec<&'a str> {
        let mut headers: Vec<&str> = Vec::new();
        for code in self.all {
            if code.header != COMMON && !headers.contains(&code.header.as_str()) {
                headers.push(&code.header);
            }
        }
        headers.retain(|header| {
            let expected = self.published(&[header]);
            let present = expected.iter().filter(|i| seen.contains(i)).count();
            present > 0 && present * 2 >= expected.len()
        });
        headers
    }
}

/// Whether a text has the form of one of our constants, known or not.
pub(super) fn is_constant(name: &str) -> bool {
    let body = ["E_IMAPI_", "S_IMAPI_", "IMAPI_E_", "IMAPI_S_"].iter().find_map(|start| name.strip_prefix(start));
    body.is_some_and(|body| {
        !body.is_empty() && body.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    })
}
