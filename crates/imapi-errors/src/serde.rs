//! Codes, languages and kinds of facts in serialized data.
//!
//! A code is written as `"0xC0AA0404"` and read from any spelling that [`HResult`] parses, or from a number.

use core::fmt;

use ::serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Unexpected, Visitor},
};

use crate::{Fact, HResult, Lang};

impl Serialize for HResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:#X}"))
    }
}

impl<'de> Deserialize<'de> for HResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CodeVisitor;

        impl Visitor<'_> for CodeVisitor {
            type Value = HResult;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a result code: its name, or its number as text or as a 32-bit number")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<HResult, E> {
                text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<HResult, E> {
                let bits = u32::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))?;
                Ok(HResult::from_u32(bits))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<HResult, E> {
                if let Ok(positive) = u64::try_from(number) {
                    return self.visit_u64(positive);
                }
                let signed = i32::try_from(number).map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))?;
                Ok(HResult::from_i32(signed))
            }
        }

        deserializer.deserialize_any(CodeVisitor)
    }
}

impl Serialize for Lang {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.tag())
    }
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

#[cfg(test)]
mod tests {
    use std::format;

    use super::*;
    use crate::{common, v2};

    #[test]
    fn a_code_is_written_as_its_number_and_read_in_any_form() {
        let code = v2::E_IMAPI_DF2DATA_MEDIA_NOT_BLANK;
        assert_eq!(serde_json::to_string(&code).expect("a string"), "\"0xC0AA0405\"");
        for json in ["\"0xC0AA0405\"", "\"E_IMAPI_DF2DATA_MEDIA_NOT_BLANK\"", "3232367621", "-1062599675"] {
            assert_eq!(serde_json::from_str::<HResult>(json).expect(json), code);
        }
        assert_eq!(serde_json::from_str::<HResult>("0").expect("zero"), common::S_OK);
    }

    #[test]
    fn what_is_no_code_is_refused_with_what_was_expected() {
        for json in ["\"E_NO_SUCH\"", "4294967296", "-2147483649", "1.5", "null", "[]"] {
            let error = serde_json::from_str::<HResult>(json).expect_err(json);
            assert!(format!("{error}").contains("a result code"), "{error}");
        }
    }
}
