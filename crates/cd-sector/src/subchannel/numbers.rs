//! The number of a disc ([`Mcn`]) and the code of a recording ([`Isrc`]).

use std::{fmt, str::FromStr};

/// The media catalogue number of a disc: 13 digits, those of its bar code.
///
/// ```
/// use imapi_cd_sector::subchannel::Mcn;
///
/// let number: Mcn = "1234567890123".parse()?;
/// assert_eq!(number.as_str(), "1234567890123");
/// assert!("123456789012".parse::<Mcn>().is_err());
/// # Ok::<(), imapi_cd_sector::subchannel::InvalidMcn>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mcn([u8; 13]);

/// The international standard recording code of a track: two letters for the country, three letters or digits for the owner,
/// two digits for the year and five for the recording.
///
/// It is written without hyphens. Q has room for letters and digits in the first five places, and so discs have them.
///
/// ```
/// use imapi_cd_sector::subchannel::Isrc;
///
/// let code: Isrc = "USRC17607839".parse()?;
/// assert_eq!(code.to_string(), "USRC17607839");
/// assert!("USRC1760783X".parse::<Isrc>().is_err());
/// # Ok::<(), imapi_cd_sector::subchannel::InvalidIsrc>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Isrc([u8; 12]);

/// A text is not 13 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a catalogue number has 13 digits and nothing else")]
pub struct InvalidMcn;

/// A text is not five upper-case letters or digits and seven digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a recording code has five upper-case letters or digits and then seven digits")]
pub struct InvalidIsrc;

impl Mcn {
    /// The digits as ASCII.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 13] {
        &self.0
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Digits are ASCII: there is always a text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Half bytes 0 to 12 of what Q has for it.
    pub(super) fn digits(&self) -> [u8; 13] {
        self.0.map(|digit| digit - b'0')
    }
}

impl Isrc {
    /// How many of its characters can be letters.
    pub(super) const LETTERS: usize = 5;

    /// The characters as ASCII.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }

    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Letters and digits are ASCII: there is always a text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl TryFrom<[u8; 13]> for Mcn {
    type Error = InvalidMcn;

    fn try_from(text: [u8; 13]) -> Result<Self, InvalidMcn> {
        if text.iter().all(u8::is_ascii_digit) { Ok(Self(text)) } else { Err(InvalidMcn) }
    }
}

impl TryFrom<[u8; 12]> for Isrc {
    type Error = InvalidIsrc;

    fn try_from(text: [u8; 12]) -> Result<Self, InvalidIsrc> {
        let (letters, digits) = text.split_at(Self::LETTERS);
        let first_five = letters.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if first_five && digits.iter().all(u8::is_ascii_digit) { Ok(Self(text)) } else { Err(InvalidIsrc) }
    }
}

impl FromStr for Mcn {
    type Err = InvalidMcn;

    fn from_str(text: &str) -> Result<Self, InvalidMcn> {
        <[u8; 13]>::try_from(text.as_bytes()).map_err(|_| InvalidMcn)?.try_into()
    }
}

impl FromStr for Isrc {
    type Err = InvalidIsrc;

    fn from_str(text: &str) -> Result<Self, InvalidIsrc> {
        <[u8; 12]>::try_from(text.as_bytes()).map_err(|_| InvalidIsrc)?.try_into()
    }
}

impl fmt::Display for Mcn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Isrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Mcn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mcn({self})")
    }
}

impl fmt::Debug for Isrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Isrc({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalogue_number_is_thirteen_digits() {
        for text in ["", "123456789012", "12345678901234", "123456789012X", "+234567890123", "１２３４"] {
            assert_eq!(text.parse::<Mcn>(), Err(InvalidMcn), "{text}");
        }
        assert_eq!("0000000000000".parse::<Mcn>().map(|number| *number.as_bytes()), Ok([b'0'; 13]));
    }

    #[test]
    fn a_recording_code_has_letters_in_front_only() {
        for text in ["", "USRC1760783", "USRC176078399", "usRC17607839", "US-RC17607839", "USRC1A607839", "ÄSRC1607839"]
        {
            assert_eq!(text.parse::<Isrc>(), Err(InvalidIsrc), "{text}");
        }
        assert!("DEA129900001".parse::<Isrc>().is_ok() && "000000000000".parse::<Isrc>().is_ok());
    }
}
