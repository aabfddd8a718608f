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

/// Reads hexadecimal (`0xC0AA0404`, `C0AA0404`, `&HC0AA0404`, `C0AA0404h`, `0xFFFFFFFFC0AA0404`, `-0x3F55FBFC`), unsigned
/// or signed decimal (`3232367620`, `-1062599676`), with suffixes as in C and underscores as in Rust, and names in any
/// case; also with the punctuation that a log puts around it: `(0xC0AA0404)`, `0xC0AA0404:`.
///
/// Eight digits without a prefix may be either: what the tables know wins, else hexadecimal if it is a failure.
impl FromStr for HResult {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || "()[]{}<>\"'`.,:;".contains(c));
        if let Some(code) = Code::from_name(text) {
            return Ok(code.value());
        }
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        if let Some(digits) = marked_hexadecimal(unsigned) {
            let bits = hexadecimal(digits).ok_or(NotACode)?;
            return if negative { negated(bits) } else { Ok(HResult::from_u32(bits)) };
        }
        let hexadecimal = if negative { None } else { bare_hexadecimal(unsigned).map(HResult::from_u32) };
        match (decimal(without_suffix(unsigned), negative), hexadecimal) {
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
    prefixed.or_else(|| text.strip_suffix(['h', 'H']).filter(|digits| is_hexadecimal(digits)))
}

/// A literal in C or Basic may end in `L`, `UL`, `U` or `&`.
fn without_suffix(text: &str) -> &str {
    text.trim_end_matches(['l', 'L', 'u', 'U', '&'])
}

/// Eight hexadecimal digits without a mark are how many logs print a code; a 64-bit one has sixteen.
fn bare_hexadecimal(text: &str) -> Option<u32> {
    let digits = without_suffix(text);
    if matches!(digits.len(), 8 | 16) { hexadecimal(digits) } else { None }
}

fn hexadecimal(digits: &str) -> Option<u32> {
    if !is_hexadecimal(digits) {
        return None;
    }
    let mut value: u64 = 0;
    for digit in digits.bytes().filter(|&b| b != b'_').filter_map(|b| char::from(b).to_digit(16)) {
        value = value.checked_mul(16)?.checked_add(u64::from(digit))?;
    }
    // A 64-bit debugger shows the sign: 0xFFFFFFFFC0AA0404.
    let sign_extended = value >> 31 == 0x1_FFFF_FFFF;
    u32::try_from(if sign_extended { value & 0xFFFF_FFFF } else { value }).ok()
}

/// At least one digit; underscores stand between digits only.
fn is_hexadecimal(digits: &str) -> bool {
    let inner = !digits.starts_with('_') && !digits.ends_with('_');
    inner && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit() || b == b'_')
}

/// A negative number in hexadecimal, as some languages print one: `-0x3F55FBFC` is `0xC0AA0404`.
fn negated(bits: u32) -> Result<HResult, NotACode> {
    i32::try_from(-i64::from(bits)).map(HResult::from_i32).map_err(|_| NotACode)
}

fn decimal(digits: &str, negative: bool) -> Option<HResult> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    if negative {
        return i32::try_from(-number).ok().map(HResult::from_i32);
    }
    u32::try_from(number).ok().map(HResult::from_u32)
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
                format!("(0x{bits:08X})"),
                format!("{}:", code.name()),
                format!("{bits:08X}L"),
                format!("{bits}u"),
                format!("0x00000000{bits:08X}"),
                format!("0x{:04X}_{:04X}", bits >> 16, bits & 0xFFFF),
                format!("{}L", value.as_i32()),
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
        assert_eq!("0xffffFFFF80070057".parse(), Ok(common::E_INVALIDARG));
        assert_eq!("FFFFFFFF80070057".parse(), Ok(common::E_INVALIDARG));
        assert_eq!("-0x7FF8FFA9".parse(), Ok(common::E_INVALIDARG));
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
