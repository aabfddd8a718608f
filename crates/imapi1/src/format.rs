//! [`FormatId`]: what kind of image a session makes.

use std::fmt;

/// The identifier of a format: that of the interface by which its images are made. Any number may occur; two of them are
/// formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FormatId(pub u128);

impl FormatId {
    /// Discs of data: ISO 9660 with Joliet.
    #[doc(alias = "IID_IJolietDiscMaster")]
    pub const JOLIET: Self = Self(0xE3BC_42CE_4E5C_11D3_9144_0010_4BA1_1C5E);
    /// Discs of sound.
    #[doc(alias = "IID_IRedbookDiscMaster")]
    pub const REDBOOK: Self = Self(0xE3BC_42CD_4E5C_11D3_9144_0010_4BA1_1C5E);
    /// Both, in the order in which they are told.
    pub const ALL: [Self; 2] = [Self::JOLIET, Self::REDBOOK];
}

/// As Windows writes it, in braces.
impl fmt::Display for FormatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = |bits: u32, digits: u32| (self.0 >> bits) & ((1 << (digits * 4)) - 1);
        let (time, mid, high) = (field(96, 8), field(80, 4), field(64, 4));
        write!(f, "{{{time:08X}-{mid:04X}-{high:04X}-{:04X}-{:012X}}}", field(48, 4), field(0, 12))
    }
}

/// A format that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Joliet,
    Redbook,
}

impl Format {
    pub fn of(id: FormatId) -> Option<Self> {
        match id {
            FormatId::JOLIET => Some(Self::Joliet),
            FormatId::REDBOOK => Some(Self::Redbook),
            _ => None,
        }
    }

    pub const fn id(self) -> FormatId {
        match self {
            Self::Joliet => FormatId::JOLIET,
            Self::Redbook => FormatId::REDBOOK,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_written_as_windows_does() {
        assert_eq!(FormatId::JOLIET.to_string(), "{E3BC42CE-4E5C-11D3-9144-00104BA11C5E}");
        assert_eq!(FormatId::REDBOOK.to_string(), "{E3BC42CD-4E5C-11D3-9144-00104BA11C5E}");
    }
}
