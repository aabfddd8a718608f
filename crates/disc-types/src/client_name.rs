//! [`ClientName`]: what a program calls itself when it takes a drive for itself.

use std::{fmt, str::FromStr};

use imapi_errors::{Coded, Fact, HResult, Value, v2};

/// The name of a program that locks a drive; others see it as the lock's owner.
///
/// It has 1 to 63 characters: `A-Z a-z 0-9`, space, and `. , : ; - _`.
///
/// ```
/// use imapi_disc_types::ClientName;
///
/// let name: ClientName = "Backup, nightly".parse()?;
/// assert_eq!(name.as_str(), "Backup, nightly");
/// assert!("back/up".parse::<ClientName>().is_err());
/// # Ok::<(), imapi_disc_types::InvalidClientName>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientName(String);

/// A name that no program can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no client name", given.escape_debug())]
pub struct InvalidClientName {
    /// The name as it was given.
    pub given: String,
    /// What is wrong with it.
    #[source]
    pub wrong: WrongWith,
}

/// What is wrong with a client name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongWith {
    /// It has no characters.
    #[error("it is empty")]
    Empty,
    /// It has more than 63 characters.
    #[error("{length} characters are more than {}", ClientName::MAX_LEN)]
    TooLong {
        /// How many it has.
        length: usize,
    },
    /// It has a character that is not allowed.
    #[error("{character:?} at position {position} is not allowed")]
    Forbidden {
        /// The first such character.
        character: char,
        /// How many characters are before it.
        position: usize,
    },
}

impl ClientName {
    /// The length of the longest name. Windows has room for 64 bytes with the zero at the end.
    pub const MAX_LEN: usize = 63;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn wrong_with(name: &str) -> Option<WrongWith> {
    let forbidden = |character: &char| !character.is_ascii_alphanumeric() && !" .,:;-_".contains(*character);
    let length = name.chars().count();
    if length == 0 {
        Some(WrongWith::Empty)
    } else if length > ClientName::MAX_LEN {
        Some(WrongWith::TooLong { length })
    } else {
        let mut characters = (0..).zip(name.chars());
        let (position, character) = characters.find(|(_, character)| forbidden(character))?;
        Some(WrongWith::Forbidden { character, position })
    }
}

impl TryFrom<String> for ClientName {
    type Error = InvalidClientName;

    fn try_from(given: String) -> Result<Self, InvalidClientName> {
        match wrong_with(&given) {
            None => Ok(Self(given)),
            Some(wrong) => Err(InvalidClientName { given, wrong }),
        }
    }
}

impl TryFrom<&str> for ClientName {
    type Error = InvalidClientName;

    fn try_from(given: &str) -> Result<Self, InvalidClientName> {
        Self::try_from(given.to_string())
    }
}

impl FromStr for ClientName {
    type Err = InvalidClientName;

    fn from_str(given: &str) -> Result<Self, InvalidClientName> {
        Self::try_from(given)
    }
}

impl AsRef<str> for ClientName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The code is that of locking a recorder; each disc format has one of its own for the same mistake.
impl Coded for InvalidClientName {
    fn code(&self) -> HResult {
        v2::E_IMAPI_RECORDER_CLIENT_NAME_IS_NOT_VALID
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::ClientName, Value::Text(&self.given));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(given: &str) -> Option<WrongWith> {
        given.parse::<ClientName>().err().map(|error| error.wrong)
    }

    #[test]
    fn every_allowed_character_is_taken_and_every_other_is_refused() {
        let allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:;-_";
        for character in (0..=0x024F).filter_map(char::from_u32).chain(['中', 'Ж', '\u{301}']) {
            let expected =
                if allowed.contains(character) { None } else { Some(WrongWith::Forbidden { character, position: 0 }) };
            assert_eq!(refused(&character.to_string()), expected);
        }
    }

    #[test]
    fn one_to_sixty_three_characters_are_a_name() {
        assert_eq!(refused(""), Some(WrongWith::Empty));
        assert_eq!(refused("x"), None);
        assert_eq!(refused(&"x".repeat(63)), None);
        assert_eq!(refused(&"x".repeat(64)), Some(WrongWith::TooLong { length: 64 }));
    }

    #[test]
    fn a_forbidden_character_is_told_by_its_place_in_characters() {
        assert_eq!(refused("a b/c"), Some(WrongWith::Forbidden { character: '/', position: 3 }));
        assert_eq!(refused("abж"), Some(WrongWith::Forbidden { character: 'ж', position: 2 }));
    }

    #[test]
    fn the_error_tells_name_reason_and_code() {
        let error = ClientName::try_from("a\0").expect_err("a control character");
        assert_eq!(error.to_string(), "`a\\0` is no client name");
        assert_eq!(error.wrong.to_string(), "'\\0' at position 1 is not allowed");
        assert_eq!(error.code(), v2::E_IMAPI_RECORDER_CLIENT_NAME_IS_NOT_VALID);
        let mut told = Vec::new();
        error.facts(&mut |fact, value| told.push((fact, value.to_string())));
        assert_eq!(told, [(Fact::ClientName, r"a\u{0}".to_string())]);
    }
}
