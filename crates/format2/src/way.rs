//! [`Way`]: by which rules a disc is written.

use imapi_disc_types::Profile;

/// By which rules a disc is written. No code asks for the kind of a disc where it means these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    /// There is no disc.
    NoDisc,
    /// It can only be read.
    ReadOnly,
    /// CD-R and CD-RW: sessions of tracks, with lead-in and lead-out.
    Cd,
    /// DVD-R and DVD-RW in sequence: borders of tracks, or the whole disc at once.
    DvdSequential,
    /// DVD-RW in the state in which its packets can be overwritten, once it has grown to them.
    DvdRestricted,
    /// DVD+R: sessions of one track each, in packets of sixteen blocks.
    DvdPlusR,
    /// DVD+RW, which is formatted while it is used.
    DvdPlusRw,
    /// BD-R in sequence.
    BdR,
    /// BD-R on which the drive pretends that blocks can be overwritten.
    BdRPseudo,
    /// DVD-RAM, BD-RE and disks: any block at any time.
    Random,
    /// No drive that is made any more, or no way that any drive takes: HD DVD, layer jump, random recording of BD-R.
    Unsupported,
}

impl Way {
    /// The way of a profile; whether a BD-R is written over depends on how it was formatted.
    #[must_use]
    pub fn of(profile: Profile, is_pseudo_overwritable: bool) -> Self {
        match profile {
            Profile::CDROM | Profile::DVDROM | Profile::BD_ROM | Profile::HD_DVD_ROM => Self::ReadOnly,
            Profile::CD_RECORDABLE | Profile::CD_REWRITABLE => Self::Cd,
            Profile::DVD_DASH_RECORDABLE | Profile::DVD_DASH_RW_SEQUENTIAL | Profile::DVD_DASH_R_DUAL_SEQUENTIAL => {
                Self::DvdSequential
            }
            Profile::DVD_DASH_REWRITABLE => Self::DvdRestricted,
            Profile::DVD_PLUS_R | Profile::DVD_PLUS_R_DUAL => Self::DvdPlusR,
            Profile::DVD_PLUS_RW | Profile::DVD_PLUS_RW_DUAL => Self::DvdPlusRw,
            Profile::BD_R_SEQUENTIAL if is_pseudo_overwritable => Self::BdRPseudo,
            Profile::BD_R_SEQUENTIAL => Self::BdR,
            Profile::DVD_RAM | Profile::BD_REWRITABLE | Profile::REMOVABLE_DISK | Profile::NON_REMOVABLE_DISK => {
                Self::Random
            }
            Profile::INVALID => Self::NoDisc,
            _ => Self::Unsupported,
        }
    }

    /// Sessions follow one another, and what is written stays.
    #[must_use]
    pub const fn is_sequential(self) -> bool {
        matches!(self, Self::Cd | Self::DvdSequential | Self::DvdPlusR | Self::BdR | Self::BdRPseudo)
    }

    /// Any part can be written again without erasing it first.
    #[must_use]
    pub const fn is_overwritable(self) -> bool {
        matches!(self, Self::DvdRestricted | Self::DvdPlusRw | Self::Random)
    }

    /// Something can be written at all.
    #[must_use]
    pub const fn is_writable(self) -> bool {
        self.is_sequential() || self.is_overwritable()
    }
}
