//! The number of a disc and the code of a recording, as people write them.

use imapi_cd_sector::subchannel::{Isrc, Mcn};
use imapi_errors::{Coded, Fact, HResult, Value, v2};

/// A text is no number of a disc, or no code of a recording.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NumberError {
    /// A catalogue number has up to 13 digits, the last of which follows from the others.
    #[error("`{0}` is no catalogue number: up to 13 digits, of which the last checks the others")]
    Mcn(String),
    /// A recording code has two letters, three letters or digits, and seven digits.
    #[error("`{0}` is no recording code: two letters, three letters or digits, seven digits")]
    Isrc(String),
}

impl Coded for NumberError {
    fn code(&self) -> HResult {
        match self {
            Self::Mcn(_) => v2::E_IMAPI_DF2TAO_INVALID_MCN,
            Self::Isrc(_) => v2::E_IMAPI_DF2TAO_INVALID_ISRC,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        let (Self::Mcn(given) | Self::Isrc(given)) = self;
        put(Fact::Given, Value::Text(given));
    }
}

/// The catalogue number that a text is: the digits of a bar code, of which leading zeros may be missing.
///
/// ```
/// use imapi_format2::audio::parse_mcn;
///
/// assert_eq!(parse_mcn("4006381333931")?.as_str(), "4006381333931");
/// assert_eq!(parse_mcn("036000291452")?.as_str(), "0036000291452");
/// assert!(parse_mcn("4006381333932").is_err(), "the last digit does not fit the others");
/// # Ok::<(), imapi_format2::audio::NumberError>(())
/// ```
pub fn parse_mcn(text: &str) -> Result<Mcn, NumberError> {
    let wrong = || NumberError::Mcn(text.to_string());
    if text.is_empty() || text.len() > 13 {
        return Err(wrong());
    }
    let number: Mcn = format!("{text:0>13}").parse().map_err(|_| wrong())?;
    // Every second digit weighs three: with the last one the sum is a multiple of ten.
    let weights = [1, 3].into_iter().cycle();
    let sum: u32 = number.as_bytes().iter().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    if sum % 10 == 0 { Ok(number) } else { Err(wrong()) }
}

/// The recording code that a text is: small letters become large ones, and hyphens are left out.
///
/// ```
/// use imapi_format2::audio::parse_isrc;
///
/// assert_eq!(parse_isrc("us-k7y-98-12345")?.as_str(), "USK7Y9812345");
/// # Ok::<(), imapi_format2::audio::NumberError>(())
/// ```
pub fn parse_isrc(text: &str) -> Result<Isrc, NumberError> {
    let wrong = || NumberError::Isrc(text.to_string());
    let plain: String =
        text.chars().filter(|&letter| letter != '-').map(|letter| letter.to_ascii_uppercase()).collect();
    if !plain.bytes().take(2).all(|letter| letter.is_ascii_uppercase()) {
        return Err(wrong());
    }
    plain.parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_checks_the_others() {
        // Bar codes of things that everyone can buy.
        for right in ["4006381333931", "5901234123457", "9780306406157", "0", "0000000000000"] {
            assert_eq!(
                parse_mcn(right).map(|number| number.as_str().trim_start_matches('0').to_string()).as_deref(),
                Ok(right.trim_start_matches('0')),
                "{right}"
            );
        }
        for wrong in
            ["4006381333930", "4006381333913", "12345678901234", "", "40063813339 1", "４００６", "-006381333931", "1"]
        {
            assert_eq!(parse_mcn(wrong), Err(NumberError::Mcn(wrong.to_string())));
        }
        assert_eq!(NumberError::Mcn(String::new()).code(), v2::E_IMAPI_DF2TAO_INVALID_MCN);
    }

    #[test]
    fn a_recording_code_begins_with_a_country() {
        for (text, code) in [("DE-A12-24-00007", "DEA122400007"), ("usrc17607839", "USRC17607839")] {
            assert_eq!(parse_isrc(text).map(|code| code.to_string()).as_deref(), Ok(code));
        }
        for wrong in
            ["", "12A122400007", "DEA12240000", "DEA1224000070", "DE A12 24 00007", "DEA12A400007", "ДЕA122400007"]
        {
            assert_eq!(parse_isrc(wrong), Err(NumberError::Isrc(wrong.to_string())));
        }
        assert_eq!(NumberError::Isrc(String::new()).code(), v2::E_IMAPI_DF2TAO_INVALID_ISRC);
    }
}
