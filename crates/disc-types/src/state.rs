//! [`MediaState`]: what may be done with a disc as it is now.

use std::{
    fmt,
    ops::{BitAnd, BitOr, BitOrAssign},
};

use crate::numbers::constants;

/// A set of facts about a disc, as IMAPI's data format tells them.
///
/// ```
/// use imapi_disc_types::MediaState;
///
/// let state = MediaState::APPENDABLE | MediaState::FINAL_SESSION;
/// assert!(state.contains(MediaState::APPENDABLE));
/// assert!(state.is_supported());
/// assert_eq!(state.to_string(), "appendable, one more session");
/// ```
#[doc(alias = "IMAPI_FORMAT2_DATA_MEDIA_STATE")]
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct MediaState(u32);

constants! { MediaState {
    UNKNOWN = 0x0000, "IMAPI_FORMAT2_DATA_MEDIA_STATE_UNKNOWN", "unknown";
    OVERWRITE_ONLY = 0x0001, "IMAPI_FORMAT2_DATA_MEDIA_STATE_OVERWRITE_ONLY", "overwritable",
        "One session; a write may go over what is there.";
    BLANK = 0x0002, "IMAPI_FORMAT2_DATA_MEDIA_STATE_BLANK", "blank", "New, or erased.";
    APPENDABLE = 0x0004, "IMAPI_FORMAT2_DATA_MEDIA_STATE_APPENDABLE", "appendable", "A session can be added.";
    FINAL_SESSION = 0x0008, "IMAPI_FORMAT2_DATA_MEDIA_STATE_FINAL_SESSION", "one more session",
        "The next session must be the last.";
    DAMAGED = 0x0400, "IMAPI_FORMAT2_DATA_MEDIA_STATE_DAMAGED", "damaged";
    ERASE_REQUIRED = 0x0800, "IMAPI_FORMAT2_DATA_MEDIA_STATE_ERASE_REQUIRED", "must be erased";
    NON_EMPTY_SESSION = 0x1000, "IMAPI_FORMAT2_DATA_MEDIA_STATE_NON_EMPTY_SESSION", "last session partly written";
    WRITE_PROTECTED = 0x2000, "IMAPI_FORMAT2_DATA_MEDIA_STATE_WRITE_PROTECTED", "write-protected";
    FINALIZED = 0x4000, "IMAPI_FORMAT2_DATA_MEDIA_STATE_FINALIZED", "closed", "Nothing can be added.";
    UNSUPPORTED_MEDIA = 0x8000, "IMAPI_FORMAT2_DATA_MEDIA_STATE_UNSUPPORTED_MEDIA", "unsupported medium";
} }

impl MediaState {
    /// The old name of [`OVERWRITE_ONLY`](Self::OVERWRITE_ONLY).
    #[doc(alias = "IMAPI_FORMAT2_DATA_MEDIA_STATE_RANDOMLY_WRITABLE")]
    pub const RANDOMLY_WRITABLE: Self = Self::OVERWRITE_ONLY;
    /// The facts that speak for the disc.
    #[doc(alias = "IMAPI_FORMAT2_DATA_MEDIA_STATE_INFORMATIONAL_MASK")]
    pub const INFORMATIONAL_MASK: Self = Self(0x000F);
    /// The facts that each forbid to write on it.
    #[doc(alias = "IMAPI_FORMAT2_DATA_MEDIA_STATE_UNSUPPORTED_MASK")]
    pub const UNSUPPORTED_MASK: Self = Self(0xFC00);

    /// The set with these bits, known or not.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether all of those facts are true. [`UNKNOWN`](Self::UNKNOWN) is true of a state that has no other.
    #[must_use]
    pub const fn contains(self, facts: Self) -> bool {
        if facts.0 == 0 { self.0 == 0 } else { self.0 & facts.0 == facts.0 }
    }

    /// Whether any of those facts is true. [`UNKNOWN`](Self::UNKNOWN) is no fact in this, it has no bit.
    #[must_use]
    pub const fn intersects(self, facts: Self) -> bool {
        self.0 & facts.0 != 0
    }

    /// Whether nothing forbids to write.
    #[must_use]
    pub const fn is_supported(self) -> bool {
        !self.intersects(Self::UNSUPPORTED_MASK)
    }
}

impl BitOr for MediaState {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for MediaState {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl BitAnd for MediaState {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// The facts by their words, separated by commas; bits without words by their number.
impl fmt::Display for MediaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        let mut comma = "";
        for (fact, _, words) in ALL {
            if self.contains(*fact) {
                write!(f, "{comma}{words}")?;
                comma = ", ";
                rest &= !fact.0;
            }
        }
        if rest == 0 { Ok(()) } else { write!(f, "{comma}{rest:#x}") }
    }
}

impl fmt::Debug for MediaState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MediaState({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::agree_with_the_documentation;

    #[test]
    fn all_facts_are_those_of_the_documentation() {
        let ours = ALL.iter().map(|(fact, imapi, _)| (*imapi, fact.bits()));
        let others = [
            ("IMAPI_FORMAT2_DATA_MEDIA_STATE_RANDOMLY_WRITABLE", MediaState::RANDOMLY_WRITABLE.bits()),
            ("IMAPI_FORMAT2_DATA_MEDIA_STATE_INFORMATIONAL_MASK", MediaState::INFORMATIONAL_MASK.bits()),
            ("IMAPI_FORMAT2_DATA_MEDIA_STATE_UNSUPPORTED_MASK", MediaState::UNSUPPORTED_MASK.bits()),
        ];
        agree_with_the_documentation("IMAPI_FORMAT2_DATA_MEDIA_STATE", ours.chain(others));
    }

    #[test]
    fn a_fact_speaks_for_the_disc_or_against_it() {
        for (fact, ..) in ALL {
            let against = fact.bits() > 0xFF;
            assert_eq!(fact.is_supported(), !against, "{fact}");
            assert_eq!(fact.intersects(MediaState::INFORMATIONAL_MASK), !against && *fact != MediaState::UNKNOWN);
        }
    }

    #[test]
    fn several_facts_are_one_set() {
        let mut state = MediaState::BLANK;
        state |= MediaState::OVERWRITE_ONLY;
        assert!(state.contains(MediaState::BLANK | MediaState::OVERWRITE_ONLY));
        assert!(!state.contains(MediaState::BLANK | MediaState::DAMAGED));
        assert!(state.intersects(MediaState::BLANK | MediaState::DAMAGED));
        assert_eq!(state & MediaState::BLANK, MediaState::BLANK);
    }

    #[test]
    fn only_an_unknown_state_is_unknown() {
        assert!(MediaState::UNKNOWN.contains(MediaState::UNKNOWN));
        assert!(!MediaState::BLANK.contains(MediaState::UNKNOWN));
        assert!(!MediaState::from_bits(0x0001_0000).contains(MediaState::UNKNOWN));
        assert!(!MediaState::UNKNOWN.contains(MediaState::BLANK));
        assert!(!MediaState::UNKNOWN.intersects(MediaState::UNKNOWN));
    }

    #[test]
    fn bits_without_words_survive_and_are_told() {
        assert_eq!(MediaState::from_bits(0x0001_0002).to_string(), "blank, 0x10000");
        assert_eq!(MediaState::from_bits(0x0001_0000).to_string(), "0x10000");
        assert_eq!(format!("{:?}", MediaState::UNKNOWN), "MediaState(unknown)");
    }
}
