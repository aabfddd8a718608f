//! [`Script`]: which faults come when.

use std::{fmt, num::NonZeroU64, str::FromStr};

use imapi_errors::{Coded, Fact, HResult, Value, common};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::SenseBytes;

/// Faults, and the seed of what is random in them. The [module](super) says how it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Where flipped bits lie follows from it.
    #[serde(default)]
    pub seed: u64,
    /// In order of precedence.
    pub faults: Vec<Fault>,
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which commands meet it.
    pub when: When,
    /// What happens to them.
    pub what: What,
    /// How often.
    #[serde(default)]
    pub times: Times,
    /// The device gets the command, and only then it fails.
    #[serde(default)]
    pub carried_out: bool,
    /// A word for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Which commands meet a fault: those that fulfil every condition that is given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The n-th of all, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<NonZeroU64>,
    /// First byte.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "opcode")]
    pub opcode: Option<u8>,
    /// Reads or writes blocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Access>,
    /// Touches one of these blocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Blocks>,
    /// The n-th of those that fulfil the other conditions, from 1, and what follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<NonZeroU64>,
}

/// What a command does with blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Reads them.
    Read,
    /// Writes them.
    Write,
}

/// Blocks of the disc, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocks {
    /// The first.
    pub first: i32,
    /// The last.
    pub last: i32,
}

/// What happens to a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum What {
    /// CHECK CONDITION.
    Sense {
        /// Key, ASC, ASCQ.
        code: SenseCode,
        /// It belongs to an earlier command.
        #[serde(default)]
        deferred: bool,
    },
    /// No answer within the time.
    TimeOut,
    /// The bus or its controller fails.
    Connection {
        /// What the controller says.
        host: u16,
        /// What its driver says.
        #[serde(default)]
        driver: u16,
    },
    /// The device is gone for ever.
    Gone,
    /// Fewer bytes go over.
    ShortData {
        /// So many.
        keep: usize,
    },
    /// Wrong bytes go over.
    Corrupt {
        /// So many flipped bits.
        bits: u32,
    },
    /// The device was reset.
    Reset,
    /// Someone took the disc.
    MediumRemoved,
    /// What was written cannot be read.
    TornWrite {
        /// So many clusters of it.
        clusters: u32,
    },
}

/// How often a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// So often.
    Count(NonZeroU64),
    /// Whenever it is met.
    Always,
}

impl Default for Times {
    fn default() -> Self {
        Self::Count(NonZeroU64::MIN)
    }
}

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => count.serialize(to),
            Self::Always => to.serialize_str("always"),
        }
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Times;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of at least 1, or \"always\"")
            }

            fn visit_u64<E: de::Error>(self, count: u64) -> Result<Times, E> {
                let count = NonZeroU64::new(count);
                count.map(Times::Count).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(0), &self))
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Times, E> {
                if word == "always" {
                    Ok(Times::Always)
                } else {
                    Err(E::invalid_value(de::Unexpected::Str(word), &self))
                }
            }
        }
        from.deserialize_any(Visitor)
    }
}

/// Key, ASC and ASCQ, written `3/11/00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenseCode {
    /// Sense key, 0 to 15.
    pub key: u8,
    /// Additional sense code.
    pub asc: u8,
    /// Its qualifier.
    pub ascq: u8,
}

impl SenseCode {
    /// Sense of fixed format, 18 bytes (SPC-4, 4.5.3), with the block that was hit in its information field.
    pub(super) fn to_bytes(self, deferred: bool, block: Option<i32>) -> SenseBytes {
        let code = if deferred { 0x71 } else { 0x70 };
        let valid = u8::from(block.is_some()) << 7;
        let [a, b, c, d] = block.unwrap_or(0).to_be_bytes();
        let Self { key, asc, ascq } = self;
        // Byte 7 counts the ten bytes after it.
        SenseBytes::new(&[code | valid, 0, key & 0x0F, a, b, c, d, 10, 0, 0, 0, 0, asc, ascq, 0, 0, 0, 0])
    }
}

impl fmt::Display for SenseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:02X}/{:02X}", self.key, self.asc, self.ascq)
    }
}

impl FromStr for SenseCode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "sense is written key/ASC/ASCQ in hexadecimal: 3/11/00";
        let parts: Vec<u8> = text.split('/').map(hexadecimal).collect::<Option<_>>().ok_or(FORM)?;
        match parts[..] {
            [key @ 0..=0x0F, asc, ascq] => Ok(Self { key, asc, ascq }),
            _ => Err(FORM),
        }
    }
}

impl Serialize for SenseCode {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SenseCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

fn hexadecimal(text: &str) -> Option<u8> {
    // from_str_radix would take a sign.
    let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits { u8::from_str_radix(text, 16).ok() } else { None }
}

/// An opcode as two digits.
mod opcode {
    use serde::{Deserialize, Deserializer, Serializer, de};

    #[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(opcode: &Option<u8>, to: S) -> Result<S::Ok, S::Error> {
        match opcode {
            Some(opcode) => to.collect_str(&format_args!("{opcode:02X}")),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u8>, D::Error> {
        let text = String::deserialize(from)?;
        let opcode = super::hexadecimal(&text);
        opcode.map(Some).ok_or_else(|| de::Error::custom("an opcode is written in hexadecimal: \"2A\""))
    }
}

/// A script that says nothing sensible.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// It is no JSON, has fields that it should not have, or lacks one.
    #[error("the script of faults is not in order")]
    Syntax(#[source] serde_json::Error),
    /// A fault can never be, or has a field without meaning.
    #[error("fault {number} of the script: {what}")]
    Senseless {
        /// Its place, from 1.
        number: usize,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl Coded for ScriptError {
    fn code(&self) -> HResult {
        common::E_INVALIDARG
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Syntax(source) => put(Fact::Reason, Value::Text(source)),
            Self::Senseless { .. } => put(Fact::Reason, Value::Text(self)),
        }
    }
}

impl Script {
    /// Reads a script and checks it.
    pub fn from_json(text: &str) -> Result<Self, ScriptError> {
        let script: Self = serde_json::from_str(text).map_err(ScriptError::Syntax)?;
        script.check()?;
        Ok(script)
    }

    /// Whether every fault can strike and every field means something.
    pub fn check(&self) -> Result<(), ScriptError> {
        (1..).zip(&self.faults).try_for_each(|(number, fault)| {
            fault.senseless().map_or(Ok(()), |what| Err(ScriptError::Senseless { number, what }))
        })
    }
}

impl Script {
    /// Whether every fault can be pretended before a device that suffers nothing in earnest.
    pub(super) fn check_pretended(&self) -> Result<(), ScriptError> {
        let torn = self.faults.iter().position(|fault| matches!(fault.what, What::TornWrite { .. }));
        torn.map_or(Ok(()), |place| {
            let what = "only a drive in software can lose what it has written";
            Err(ScriptError::Senseless { number: place + 1, what })
        })
    }
}

impl Fault {
    fn senseless(&self) -> Option<&'static str> {
        let When { command, opcode, access, blocks, nth } = &self.when;
        let many = !matches!(self.times, Times::Count(NonZeroU64::MIN));
        let of_data = matches!(self.what, What::ShortData { .. } | What::Corrupt { .. } | What::TornWrite { .. });
        let writes = opcode.map_or(Some(Access::Write), super::pick::access) == Some(Access::Write);
        if self.when == When::default() {
            Some("it has no condition; every command is {\"nth\": 1}")
        } else if blocks.is_some_and(|blocks| blocks.first > blocks.last) {
            Some("the first block comes after the last")
        } else if command.is_some() && (nth.is_some() || many) {
            Some("only one command has its number: nth and times mean nothing with it")
        } else if of_data && self.carried_out {
            Some("carried_out means nothing when only the data are at fault")
        } else if matches!(self.what, What::Corrupt { bits: 0 }) {
            Some("no bits are no corruption")
        } else if matches!(self.what, What::TornWrite { clusters: 0 }) {
            Some("no clusters are no torn write")
        } else if matches!(self.what, What::TornWrite { .. }) && (!writes || *access == Some(Access::Read)) {
            Some("only a command that writes can be torn")
        } else if opcode.is_some_and(|opcode| {
            let known = super::pick::access(opcode);
            (access.is_some() && *access != known) || (blocks.is_some() && known.is_none())
        }) {
            Some("commands with that opcode do not do that with blocks")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn what_a_script_says_is_what_it_means_and_is_written_the_same_way() {
        let text = concat!(
            r#"{"seed":7,"faults":["#,
            r#"{"when":{"opcode":"2A","nth":3},"what":{"sense":{"code":"2/04/08","deferred":true}},"times":5,"#,
            r#""carried_out":false},"#,
            r#"{"when":{"access":"read","blocks":{"first":-150,"last":18}},"what":{"corrupt":{"bits":3}},"#,
            r#""times":"always","carried_out":false,"note":"a scratch"},"#,
            r#"{"when":{"command":40},"what":"time_out","times":1,"carried_out":true}]}"#
        );
        let script = Script::from_json(text).expect("a good script");
        assert_eq!(script.faults[0].what, What::Sense { code: SenseCode { key: 2, asc: 4, ascq: 8 }, deferred: true });
        assert_eq!(script.faults[0].when.opcode, Some(0x2A));
        assert_eq!(script.faults[1].times, Times::Always);
        assert_eq!(serde_json::to_string(&script).expect("plain data"), text);
    }

    #[test]
    fn what_is_not_known_or_means_nothing_is_refused_with_the_reason() {
        for (fault, reason) in [
            (r#""when":{"nth":1},"what":"explode""#, "unknown variant `explode`"),
            (r#""when":{"nth":1,"colour":2},"what":"reset""#, "unknown field `colour`"),
            (r#""when":{"nth":0},"what":"reset""#, "nonzero"),
            (r#""when":{"opcode":42},"what":"reset""#, "invalid type: integer `42`"),
            (r#""when":{"opcode":"2A0"},"what":"reset""#, "an opcode is written in hexadecimal"),
            (r#""when":{"opcode":"+2"},"what":"reset""#, "an opcode is written in hexadecimal"),
            (r#""when":{"nth":1},"what":{"sense":{"code":"10/00/00"}}"#, "key/ASC/ASCQ"),
            (r#""when":{"nth":1},"what":{"sense":{"code":"3/11"}}"#, "key/ASC/ASCQ"),
            (r#""when":{"nth":1},"what":{"sense":{"code":"3/11/00","why":1}}"#, "unknown field `why`"),
            (r#""when":{"nth":1},"what":"reset","times":0"#, "at least 1, or \"always\""),
            (r#""when":{"nth":1},"what":"reset","times":"twice""#, "at least 1, or \"always\""),
            (r#""what":"reset""#, "missing field `when`"),
            (r#""when":{},"what":"reset""#, "it has no condition"),
            (r#""when":{"blocks":{"first":2,"last":1}},"what":"reset""#, "comes after the last"),
            (r#""when":{"command":1},"what":"reset","times":2"#, "only one command has its number"),
            (r#""when":{"nth":1},"what":{"short_data":{"keep":1}},"carried_out":true"#, "carried_out means nothing"),
            (r#""when":{"nth":1},"what":{"corrupt":{"bits":0}}"#, "no bits"),
            (r#""when":{"nth":1},"what":{"torn_write":{"clusters":0}}"#, "no clusters"),
            (r#""when":{"opcode":"28"},"what":{"torn_write":{"clusters":1}}"#, "only a command that writes"),
            (r#""when":{"access":"read"},"what":{"torn_write":{"clusters":1}}"#, "only a command that writes"),
            (r#""when":{"nth":1},"what":{"torn_write":{"clusters":1}},"carried_out":true"#, "means nothing"),
            (r#""when":{"opcode":"12","access":"read"},"what":"reset""#, "do not do that with blocks"),
            (r#""when":{"opcode":"28","access":"write"},"what":"reset""#, "do not do that with blocks"),
        ] {
            let error = Script::from_json(&format!(r#"{{"faults":[{{{fault}}}]}}"#)).expect_err(fault);
            let said = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            assert!(said.contains(reason), "{fault}: {said}");
            assert_eq!(error.code(), common::E_INVALIDARG);
        }
    }

    /// Table A.2.1 of the layout: code and valid bit, key, information, additional length, ASC, ASCQ.
    #[test]
    fn sense_is_the_bytes_that_a_drive_would_send() {
        let code: SenseCode = "3/11/05".parse().expect("sense");
        assert_eq!(
            code.to_bytes(false, Some(0x0102_0304)).as_bytes(),
            [0xF0, 0, 3, 1, 2, 3, 4, 10, 0, 0, 0, 0, 0x11, 5, 0, 0, 0, 0]
        );
        assert_eq!(code.to_bytes(true, None).as_bytes()[..3], [0x71, 0, 3]);
    }
}
