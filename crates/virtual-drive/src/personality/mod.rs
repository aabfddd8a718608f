//! [`Personality`]: drives that differ from the standard, as real ones do, by name.
//!
//! A personality is a value: a name, and the [`Quirk`]s that make it. What a quirk does stands where it shows: before a
//! command is carried out (`drive/quirks.rs`), or in its answer (`answers.rs`).

mod answers;
mod table;

use std::{fmt, str::FromStr};

use imapi_errors::{Coded, Fact, HResult, Value, common};
use imapi_mmc_transport::Sense;

pub use table::PERSONALITIES;

/// A drive with its ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Personality {
    /// Its name on a command line.
    pub name: &'static str,
    /// What it does otherwise than the standard says.
    pub summary: &'static str,
    /// The drives that were seen to do so.
    pub seen_in: &'static str,
    /// Vendor and product, where it gives itself out for a certain drive.
    pub identity: Option<([u8; 8], [u8; 16])>,
    /// What makes it.
    pub quirks: &'static [Quirk],
}

/// One way in which a drive differs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quirk {
    /// There is no command with this opcode.
    Lacks(u8),
    /// Commands with this opcode are refused with this sense.
    Refuses(u8, Sense),
    /// READ TOC for the full table of contents is never answered.
    NeverAnswersFullToc,
    /// The next writable address of a blank CD is -150, where its first pre-gap begins.
    NextInPregap,
    /// The next writable address is not told before mode page 05h was set.
    NextAfterWriteParameters,
    /// READ TRACK INFORMATION does not know the data mode.
    UnknownDataMode,
    /// CLOSE TRACK/SESSION is at first answered with 2/04/07.
    CloseNeedsANap,
    /// CLOSE TRACK is refused on a CD, where ending the track closes it.
    NoCloseTrackOnCd,
    /// Immed is ignored: every command is answered when it is done.
    IgnoresImmediate,
    /// Immed is implied: every command that may take long is answered at once.
    ImpliesImmediate,
    /// Mode page 2Ah has the 20 bytes of its first standard.
    ShortCapabilities,
    /// All speeds are told as zero.
    NoSpeeds,
    /// MODE SENSE brings a block descriptor, even to those who do not want one.
    BlockDescriptors,
    /// READ BUFFER CAPACITY tells of more room than there is.
    MoreFreeThanThereIs,
    /// READ BUFFER CAPACITY tells how things were up to a second ago.
    ReportsBufferLate,
    /// A WRITE that finds the buffer full is not kept waiting but refused with 2/04/08.
    RefusesWhenFull,
    /// UNIT ATTENTION with every load and start, and after closing, blanking and formatting.
    Nervous,
    /// The times in ATIP are decimal digits, four bits each.
    AtipInDecimalDigits,
    /// The times in ATIP are zero.
    AtipOfZeros,
    /// The tray comes out when it was told twice.
    EjectsTheSecondTime,
    /// Sense does not tell how far the work is.
    NoProgress,
    /// SET STREAMING refuses an end behind that of the disc.
    StreamsToTheEndOnly,
    /// Power calibration takes a minute.
    SlowCalibration,
}

impl Personality {
    /// Keeps to the standard.
    pub const STANDARD: &'static Self = &PERSONALITIES[0];

    /// Whether it is one of its ways.
    #[must_use]
    pub fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    /// The sense with which it refuses commands with that opcode, whatever they ask for.
    pub(crate) fn refuses(&self, opcode: u8) -> Option<Sense> {
        self.quirks.iter().find_map(|quirk| match quirk {
            Quirk::Lacks(lacking) if *lacking == opcode => Some(Sense::INVALID_OPCODE),
            Quirk::Refuses(refused, sense) if *refused == opcode => Some(*sense),
            _ => None,
        })
    }
}

/// A name that no personality has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no personality is called {name}; {} are known", Names)]
pub struct UnknownPersonality {
    /// The name.
    pub name: String,
}

struct Names;

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, personality) in PERSONALITIES.iter().enumerate() {
            let between = if place == 0 { "" } else { ", " };
            write!(f, "{between}{}", personality.name)?;
        }
        Ok(())
    }
}

impl Coded for UnknownPersonality {
    fn code(&self) -> HResult {
        common::E_INVALIDARG
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::Name, Value::Text(&self.name));
        put(Fact::Expected, Value::Text(&Names));
    }
}

impl FromStr for &'static Personality {
    type Err = UnknownPersonality;

    /// In any case; spaces and underscores are hyphens.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let wanted = name.trim().to_ascii_lowercase().replace([' ', '_'], "-");
        let found = PERSONALITIES.iter().find(|personality| personality.name == wanted);
        found.ok_or_else(|| UnknownPersonality { name: name.to_string() })
    }
}

impl fmt::Display for Personality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_personality_is_found_by_its_name_alone() {
        let names: BTreeSet<&str> = PERSONALITIES.iter().map(|personality| personality.name).collect();
        assert_eq!(names.len(), PERSONALITIES.len());
        for personality in &PERSONALITIES {
            assert_eq!(personality.name.to_uppercase().replace('-', "_").parse(), Ok(personality));
            assert!(personality.summary.len() <= 90, "one line: {}", personality.summary);
        }
        assert!(Personality::STANDARD.quirks.is_empty());
        let unknown = "friendly".parse::<&Personality>().expect_err("none is");
        assert!(unknown.to_string().contains("friendly") && unknown.to_string().contains("zero-speeds"), "{unknown}");
    }
}
