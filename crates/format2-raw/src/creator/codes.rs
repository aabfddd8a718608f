//! The numbers of discs and the codes of recordings, as people write them.

use imapi_cd_sector::subchannel::{Isrc, Mcn};

use super::RawImageError;

/// Up to 13 digits, the last of which checks the others; nothing at all is no number.
pub(super) fn catalogue_number(text: &str) -> Result<Option<Mcn>, RawImageError> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || RawImageError::InvalidMcn { given: text.to_string() };
    let number: Mcn = format!("{text:0>13}").parse().map_err(|_| wrong())?;
    let digits = number.as_bytes().map(|digit| u32::from(digit - b'0'));
    let sum: u32 = digits.iter().zip([1, 3].iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    if sum % 10 == 0 { Ok(Some(number)) } else { Err(wrong()) }
}

/// Two letters, three letters or digits, seven digits, with hyphens or without; nothing at all is no code.
pub(super) fn recording_code(text: &str) -> Result<Option<Isrc>, RawImageError> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || RawImageError::InvalidIsrc { given: text.to_string() };
    let plain: String = text.chars().filter(|&character| character != '-').collect::<String>().to_ascii_uppercase();
    let code: Isrc = plain.parse().map_err(|_| wrong())?;
    let begins_with_a_country = code.as_bytes()[..2].iter().all(u8::is_ascii_uppercase);
    if begins_with_a_country { Ok(Some(code)) } else { Err(wrong()) }
}

/// A code with its hyphens.
pub(super) fn hyphenated(code: Isrc) -> String {
    let code = code.as_str();
    format!("{}-{}-{}-{}", &code[..2], &code[2..5], &code[5..7], &code[7..])
}
