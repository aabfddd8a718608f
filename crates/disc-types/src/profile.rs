//! [`Profile`]: what a drive says that it, or the disc in it, can do.

use std::fmt;

use crate::numbers::constants;

/// The number of an MMC profile: a drive lists all that it knows, and the one that is current.
///
/// It says more than [`MediaType`](crate::MediaType): a DVD-RW has one profile as it is bought and another once it
/// is formatted. Drives may have numbers that are not named here.
#[doc(alias = "IMAPI_PROFILE_TYPE")]
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Profile(u16);

constants! { Profile {
    INVALID = 0x0000, "IMAPI_PROFILE_TYPE_INVALID", "none", "No profile is current: no disc, or one of no use.";
    NON_REMOVABLE_DISK = 0x0001, "IMAPI_PROFILE_TYPE_NON_REMOVABLE_DISK", "fixed disk";
    REMOVABLE_DISK = 0x0002, "IMAPI_PROFILE_TYPE_REMOVABLE_DISK", "removable disk";
    MO_ERASABLE = 0x0003, "IMAPI_PROFILE_TYPE_MO_ERASABLE", "MO (erasable)";
    MO_WRITE_ONCE = 0x0004, "IMAPI_PROFILE_TYPE_MO_WRITE_ONCE", "MO (write once)";
    AS_MO = 0x0005, "IMAPI_PROFILE_TYPE_AS_MO", "AS-MO";
    CDROM = 0x0008, "IMAPI_PROFILE_TYPE_CDROM", "CD-ROM";
    CD_RECORDABLE = 0x0009, "IMAPI_PROFILE_TYPE_CD_RECORDABLE", "CD-R";
    CD_REWRITABLE = 0x000A, "IMAPI_PROFILE_TYPE_CD_REWRITABLE", "CD-RW";
    DVDROM = 0x0010, "IMAPI_PROFILE_TYPE_DVDROM", "DVD-ROM";
    DVD_DASH_RECORDABLE = 0x0011, "IMAPI_PROFILE_TYPE_DVD_DASH_RECORDABLE", "DVD-R";
    DVD_RAM = 0x0012, "IMAPI_PROFILE_TYPE_DVD_RAM", "DVD-RAM";
    DVD_DASH_REWRITABLE = 0x0013, "IMAPI_PROFILE_TYPE_DVD_DASH_REWRITABLE", "DVD-RW (restricted overwrite)";
    DVD_DASH_RW_SEQUENTIAL = 0x0014, "IMAPI_PROFILE_TYPE_DVD_DASH_RW_SEQUENTIAL", "DVD-RW (sequential)";
    DVD_DASH_R_DUAL_SEQUENTIAL = 0x0015, "IMAPI_PROFILE_TYPE_DVD_DASH_R_DUAL_SEQUENTIAL", "DVD-R DL (sequential)";
    DVD_DASH_R_DUAL_LAYER_JUMP = 0x0016, "IMAPI_PROFILE_TYPE_DVD_DASH_R_DUAL_LAYER_JUMP", "DVD-R DL (layer jump)";
    DVD_PLUS_RW = 0x001A, "IMAPI_PROFILE_TYPE_DVD_PLUS_RW", "DVD+RW";
    DVD_PLUS_R = 0x001B, "IMAPI_PROFILE_TYPE_DVD_PLUS_R", "DVD+R";
    DDCDROM = 0x0020, "IMAPI_PROFILE_TYPE_DDCDROM", "DDCD-ROM";
    DDCD_RECORDABLE = 0x0021, "IMAPI_PROFILE_TYPE_DDCD_RECORDABLE", "DDCD-R";
    DDCD_REWRITABLE = 0x0022, "IMAPI_PROFILE_TYPE_DDCD_REWRITABLE", "DDCD-RW";
    DVD_PLUS_RW_DUAL = 0x002A, "IMAPI_PROFILE_TYPE_DVD_PLUS_RW_DUAL", "DVD+RW DL";
    DVD_PLUS_R_DUAL = 0x002B, "IMAPI_PROFILE_TYPE_DVD_PLUS_R_DUAL", "DVD+R DL";
    BD_ROM = 0x0040, "IMAPI_PROFILE_TYPE_BD_ROM", "BD-ROM";
    BD_R_SEQUENTIAL = 0x0041, "IMAPI_PROFILE_TYPE_BD_R_SEQUENTIAL", "BD-R (sequential)";
    BD_R_RANDOM_RECORDING = 0x0042, "IMAPI_PROFILE_TYPE_BD_R_RANDOM_RECORDING", "BD-R (random)";
    BD_REWRITABLE = 0x0043, "IMAPI_PROFILE_TYPE_BD_REWRITABLE", "BD-RE";
    HD_DVD_ROM = 0x0050, "IMAPI_PROFILE_TYPE_HD_DVD_ROM", "HD DVD-ROM";
    HD_DVD_RECORDABLE = 0x0051, "IMAPI_PROFILE_TYPE_HD_DVD_RECORDABLE", "HD DVD-R";
    HD_DVD_RAM = 0x0052, "IMAPI_PROFILE_TYPE_HD_DVD_RAM", "HD DVD-RAM";
    NON_STANDARD = 0xFFFF, "IMAPI_PROFILE_TYPE_NON_STANDARD", "not standard", "The drive follows no standard profile.";
} }

impl Profile {
    /// The profile with this number, known or not.
    #[must_use]
    pub const fn from_number(number: u16) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The profiles that have a name.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|(profile, ..)| *profile)
    }

    /// What people call it: "BD-R (sequential)". `None` for a number that IMAPI does not name.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        ALL.iter().find(|(profile, ..)| *profile == self).map(|(.., words)| *words)
    }
}

/// The name; the number where there is none.
impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "profile {:#06x}", self.0),
        }
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Profile({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::agree_with_the_documentation;

    #[test]
    fn all_profiles_are_those_of_the_documentation() {
        let ours = ALL.iter().map(|(profile, imapi, _)| (*imapi, u32::from(profile.number())));
        agree_with_the_documentation("IMAPI_PROFILE_TYPE", ours);
    }

    #[test]
    fn a_profile_without_a_name_survives() {
        let other = Profile::from_number(0x53);
        assert_eq!((other.number(), other.name()), (0x53, None));
        assert_eq!(format!("{other} {:?}", Profile::BD_ROM), "profile 0x0053 Profile(BD-ROM)");
    }
}
