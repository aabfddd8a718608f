//! Text to [`HResult`]: the spellings that logs, debuggers and people use.

use core::{fmt, str::FromStr};

use crate::{Code, HResult};

/// A text that is neither a number of 32 bits nor the name of a known code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotACode;

impl fmt::Display for NotACode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("neither a 32-bit number (0xC0AA0404, -1062599676) nor the name of a known result code")
    }
}

impl core::error::Error for NotACode {}

/// Reads hexadecimal (`0xC0AA0404`, `C0AA0404`, `&HC0AA0404`, `C0AA0404h`, with or without a C suffix `L`), unsigned
/// or signed decimal (`3232367620`, `-1062599676`), and names in any case.
///
/// Eight digits without a prefix may be either: what the tables know wins, else hexadecimal if it is a failure.
impl FromStr for HResult {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some(code) = Code::from_name(text) {
            return Ok(code.value());
        }
        if let Some(digits) = marked_hexadecimal(text) {
            return hexadecimal(digits).ok_or(NotACode);
        }
        match (decimal(text), bare_hexadecimal(text)) {
            (Some(decimal), Some(hexadecimal)) => Ok(likelier(decimal, hexadecimal)),
            (Some(code), None) | (None, Some(code)) => Ok(code),
            (None, None) => Err(NotACode),
        }
    }
}

fn likelier(decimal: HResult, hexadecimal: HResult) -> HResult {
    let known = |code: HResult| code.known().is_some();
    if !known(decimal) && (known(hexadecimal) || hexadecimal.is_error()) { hexadecimal } else { decimal }
}

/// The digits of a number that says it is hexadecimal.
fn marked_hexadecimal(text: &str) -> Option<&str> {
    let text = without_suffix(text);
    let prefixed = ["0x", "0X", "&h", "&H", "$", "#"].into_iter().find_map(|prefix| text.strip_prefix(prefix));
    prefixed.map(without_suffix).or_else(|| text.strip_suffix(['h', 'H']).filter(|digits| is_hexadecimal(digits)))
}

/// A literal in C or Basic may end in `L`, `UL`, `U` or `&`.
fn without_suffix(text: &str) -> &str {
    text.trim_end_matches(['l', 'L', 'u', 'U', '&'])
}

/// Eight hexadecimal digits without a mark are how many logs print a code.
fn bare_hexadecimal(text: &str) -> Option<HResult> {
    hexadecimal(text).filter(|_| text.len() == 8)
}

fn hexadecimal(digits: &str) -> Option<HResult> {
    if !is_hexadecimal(digits) {
        return None;
    }
    // A 64-bit debugger shows the sign: 0xFFFFFFFFC0AA0404.
    let digits =
        if digits.len() == 16 { digits.strip_prefix("FFFFFFFF").or(digits.strip_prefix("ffffffff"))? } else { digits };
    let digits = match digits.trim_start_matches('0') {
        "" => "0",
        significant => significant,
    };
    u32::from_str_radix(digits, 16).ok().map(HResult::from_u32)
}

fn is_hexadecimal(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

fn decimal(text: &str) -> Option<HResult> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    match u32::try_from(number) {
        Ok(bits) => Some(HResult::from_u32(bits)),
        Err(_) => i32::try_from(number).ok().map(HResult::from_i32),
    }
}

#[cfg(test)]
mod tests {
    use std::{format, string::ToString};

    use super::*;
    use crate::{common, v1, v2};

    #[test]
    fn every_code_is_read_in_every_spelling() {
        for code in Code::all() {
            let value = code.value();
            let bits = value.as_u32();
            let spellings = [
                code.name().to_string(),
                code.name().to_ascii_lowercase(),
                format!("0x{bits:08X}"),
                format!("0X{bits:x}"),
                format!("0x{bits:08x}L"),
                format!("&H{bits:08X}&"),
                format!("{bits:08X}h"),
                format!("{bits:08X}"),
                bits.to_string(),
                value.as_i32().to_string(),
                format!("  {bits} "),
            ];
            for text in spellings {
                assert_eq!(text.parse(), Ok(value), "{text}");
            }
        }
    }

    #[test]
    fn eight_digits_are_read_as_what_is_known() {
        assert_eq!("80040210".parse(), Ok(v1::IMAPI_E_MEDIUM_INVALIDTYPE), "hexadecimal, known");
        assert_eq!("11141890".parse(), Ok(v2::S_IMAPI_WRITE_NOT_IN_PROGRESS), "decimal, known");
        assert_eq!("87654321".parse(), Ok(HResult::from_u32(0x8765_4321)), "unknown, a failure in hexadecimal");
        assert_eq!("12345678".parse(), Ok(HResult::from_u32(12_345_678)), "unknown, no failure in hexadecimal");
    }

    #[test]
    fn a_sign_extended_number_is_read() {
        assert_eq!("0xFFFFFFFF80070057".parse(), Ok(common::E_INVALIDARG));
        assert_eq!("0xffffffff80070057".parse(), Ok(common::E_INVALIDARG));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let wrong = [
            "",
            " ",
            "-",
            "+",
            "0x",
            "h",
            "L",
            "0xG",
            "0x1_0",
            "4294967296",
            "-2147483649",
            "0x100000000",
            "0x8000000080070057",
            "E_IMAPI_",
            "IMAPI",
            "--5",
            "1.5",
            "5 6",
            "é",
            "99999999999999999999",
        ];
        for text in wrong {
            assert_eq!(text.parse::<HResult>(), Err(NotACode), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = text.parse::<HResult>();
        }

        #[test]
        fn any_number_is_read_as_it_prints(bits: u32) {
            let code = HResult::from_u32(bits);
            proptest::prop_assert_eq!(format!("{code:#X}").parse(), Ok(code));
            let decimal = code.as_i32().to_string();
            // Eight digits may be meant in hexadecimal; what is done about that has a test of its own.
            proptest::prop_assume!(decimal.len() != 8);
            proptest::prop_assert_eq!(decimal.parse(), Ok(code));
        }
    }
}
