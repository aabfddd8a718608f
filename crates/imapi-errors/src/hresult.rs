//! [`HResult`]: the number itself, and what its bits say.

use core::fmt;

use crate::Code;

/// A result code: 32 bits that say whether a call worked and, if not, why.
///
/// Any number is a valid `HResult`; those that the tables know also have a [`Code`] with a name and words.
///
/// ```
/// use imapi_errors::{HResult, fs, v2};
///
/// let code = HResult::from_u32(0xC0AA_0404);
/// assert_eq!(code, v2::E_IMAPI_DF2DATA_STREAM_TOO_LARGE_FOR_CURRENT_MEDIA);
/// assert_eq!(code.as_i32(), -1_062_599_676);
/// assert_eq!(code.to_string(), "E_IMAPI_DF2DATA_STREAM_TOO_LARGE_FOR_CURRENT_MEDIA (0xC0AA0404)");
/// assert!(code.is_error());
///
/// // The constants are patterns.
/// assert!(matches!(code, v2::E_IMAPI_DF2DATA_STREAM_TOO_LARGE_FOR_CURRENT_MEDIA | fs::IMAPI_E_IMAGE_TOO_BIG));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct HResult(u32);

/// Whether a code reports success or failure: its highest bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The call worked; codes other than `S_OK` say with what qualification.
    Success,
    /// The call failed.
    Error,
}

/// Who defined a code: bits 16 to 26.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facility(u16);

impl HResult {
    /// The code with these bits.
    #[must_use]
    pub const fn from_u32(bits: u32) -> Self {
        Self(bits)
    }

    /// The code as most languages print it: a signed number.
    #[must_use]
    pub const fn from_i32(signed: i32) -> Self {
        Self(u32::from_ne_bytes(signed.to_ne_bytes()))
    }

    /// `HRESULT_FROM_WIN32`: a Windows system error as a result code; zero stays `S_OK`.
    #[must_use]
    pub const fn from_win32(error: u16) -> Self {
        if error == 0 { Self(0) } else { Self(0x8007_0000 | error as u32) }
    }

    /// The bits.
    #[must_use]
    pub const fn as_u32(self) -> u32 {
        self.0
    }

    /// The same bits as a signed number.
    #[must_use]
    pub const fn as_i32(self) -> i32 {
        i32::from_ne_bytes(self.0.to_ne_bytes())
    }

    /// Success or error.
    #[must_use]
    pub const fn severity(self) -> Severity {
        if self.0 >> 31 == 0 { Severity::Success } else { Severity::Error }
    }

    /// True when the call failed.
    #[must_use]
    pub const fn is_error(self) -> bool {
        matches!(self.severity(), Severity::Error)
    }

    /// Who defined the code.
    #[must_use]
    pub const fn facility(self) -> Facility {
        Facility(((self.0 >> 16) & 0x7FF) as u16)
    }

    /// The number within the facility: the lower 16 bits.
    #[must_use]
    pub const fn number(self) -> u16 {
        (self.0 & 0xFFFF) as u16
    }

    /// The entry of the tables, if they know the code.
    #[must_use]
    pub fn known(self) -> Option<Code> {
        Code::from_value(self)
    }

    /// The constant's name, if the tables know the code.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.known().map(Code::name)
    }
}

impl Facility {
    /// COM interfaces: each interface counts for itself. IMAPI v1 is here.
    pub const ITF: Self = Self(4);
    /// Windows system errors.
    pub const WIN32: Self = Self(7);
    /// Optical media: IMAPI v2 and IMAPI2FS.
    pub const OPTICAL_MEDIA: Self = Self(170);

    /// The facility's number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The name in winerror.h without `FACILITY_`, for those that an imaging program may meet.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "NULL",
            1 => "RPC",
            2 => "DISPATCH",
            3 => "STORAGE",
            4 => "ITF",
            7 => "WIN32",
            8 => "WINDOWS",
            9 => "SECURITY",
            10 => "CONTROL",
            11 => "CERT",
            12 => "INTERNET",
            15 => "SETUPAPI",
            17 => "COMPLUS",
            19 => "URT",
            170 => "OPTICAL_MEDIA",
            _ => return None,
        })
    }
}

impl Severity {
    /// `success` or `error`: the word in the spec and in JSON.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Error => "error",
        }
    }
}

/// The name and the number; the number alone where no table has a name.
impl fmt::Display for HResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({self:#X})"),
            None => write!(f, "{self:#X}"),
        }
    }
}

/// A code may be all that is known of a failure, as from a callback of another program.
impl core::error::Error for HResult {}

impl fmt::Debug for HResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HResult({self:#X})")
    }
}

/// Always eight digits; `{:#X}` puts `0x` before them, as the headers do.
impl fmt::UpperHex for HResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() { write!(f, "0x{:08X}", self.0) } else { write!(f, "{:08X}", self.0) }
    }
}

impl fmt::LowerHex for HResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() { write!(f, "0x{:08x}", self.0) } else { write!(f, "{:08x}", self.0) }
    }
}

/// The name in winerror.h where this crate knows it, else the number.
impl fmt::Display for Facility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

impl From<u32> for HResult {
    fn from(bits: u32) -> Self {
        Self::from_u32(bits)
    }
}

impl From<i32> for HResult {
    fn from(signed: i32) -> Self {
        Self::from_i32(signed)
    }
}

impl From<HResult> for u32 {
    fn from(code: HResult) -> Self {
        code.as_u32()
    }
}

impl From<HResult> for i32 {
    fn from(code: HResult) -> Self {
        code.as_i32()
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;
    use crate::{common, fs, v1, v2};

    #[test]
    fn bits_come_apart_as_the_headers_put_them_together() {
        let code = HResult::from_u32(0xC0AA_B15F);
        assert_eq!(
            (code.severity(), code.facility(), code.number()),
            (Severity::Error, Facility::OPTICAL_MEDIA, 0xB15F)
        );
        let code = v1::IMAPI_E_NOTOPENED;
        assert_eq!((code.severity(), code.facility(), code.number()), (Severity::Error, Facility::ITF, 0x20B));
        let code = fs::IMAPI_S_IMAGE_FEATURE_NOT_SUPPORTED;
        assert_eq!((code.severity(), code.facility()), (Severity::Success, Facility::OPTICAL_MEDIA));
    }

    #[test]
    fn signed_and_unsigned_are_the_same_bits() {
        for bits in [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xC0AA_0404, u32::MAX] {
            let code = HResult::from_u32(bits);
            assert_eq!(HResult::from_i32(code.as_i32()), code);
            assert_eq!(code.is_error(), code.as_i32() < 0);
        }
    }

    #[test]
    fn a_system_error_becomes_a_result_code() {
        assert_eq!(HResult::from_win32(5), common::E_ACCESSDENIED);
        assert_eq!(HResult::from_win32(0), common::S_OK);
    }

    #[test]
    fn a_code_prints_as_name_and_number() {
        assert_eq!(format!("{}", v2::E_IMAPI_REQUEST_CANCELLED), "E_IMAPI_REQUEST_CANCELLED (0xC0AA0002)");
        assert_eq!(format!("{}", HResult::from_u32(0x8123_4567)), "0x81234567");
        assert_eq!(
            format!("{:x} {:?}", HResult::from_u32(0xAB), HResult::from_u32(0xAB)),
            "000000ab HResult(0x000000AB)"
        );
    }
}
