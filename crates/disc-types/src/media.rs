//! [`MediaType`]: kinds of discs, and what every disc of a kind has in common.

use std::{fmt, num::NonZeroU32};

use crate::{Profile, numbers::constants};

/// A kind of disc.
///
/// Any number may occur: third parties have kinds of their own from 0x10000 on.
///
/// ```
/// use imapi_disc_types::{MediaType, Profile};
///
/// let medium = MediaType::from(Profile::BD_R_SEQUENTIAL);
/// assert_eq!(medium, MediaType::BDR);
/// assert_eq!(medium.to_string(), "BD-R");
/// assert!(medium.is_write_once());
/// assert_eq!(medium.write_unit().get(), 32);
/// ```
#[doc(alias = "IMAPI_MEDIA_PHYSICAL_TYPE")]
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct MediaType(u32);

constants! { MediaType {
    UNKNOWN = 0, "IMAPI_MEDIA_TYPE_UNKNOWN", "unknown medium", "An empty drive has this, too.";
    CDROM = 1, "IMAPI_MEDIA_TYPE_CDROM", "CD-ROM", "Pressed, or a CD-R or CD-RW that a drive takes for one.";
    CDR = 2, "IMAPI_MEDIA_TYPE_CDR", "CD-R";
    CDRW = 3, "IMAPI_MEDIA_TYPE_CDRW", "CD-RW";
    DVDROM = 4, "IMAPI_MEDIA_TYPE_DVDROM", "DVD-ROM", "The disc, or the drive, can only be read.";
    DVDRAM = 5, "IMAPI_MEDIA_TYPE_DVDRAM", "DVD-RAM";
    DVDPLUSR = 6, "IMAPI_MEDIA_TYPE_DVDPLUSR", "DVD+R";
    DVDPLUSRW = 7, "IMAPI_MEDIA_TYPE_DVDPLUSRW", "DVD+RW";
    DVDPLUSR_DUALLAYER = 8, "IMAPI_MEDIA_TYPE_DVDPLUSR_DUALLAYER", "DVD+R DL";
    DVDDASHR = 9, "IMAPI_MEDIA_TYPE_DVDDASHR", "DVD-R";
    DVDDASHRW = 10, "IMAPI_MEDIA_TYPE_DVDDASHRW", "DVD-RW";
    DVDDASHR_DUALLAYER = 11, "IMAPI_MEDIA_TYPE_DVDDASHR_DUALLAYER", "DVD-R DL";
    DISK = 12, "IMAPI_MEDIA_TYPE_DISK", "disk", "Written at random, with defect management in the hardware.";
    DVDPLUSRW_DUALLAYER = 13, "IMAPI_MEDIA_TYPE_DVDPLUSRW_DUALLAYER", "DVD+RW DL";
    HDDVDROM = 14, "IMAPI_MEDIA_TYPE_HDDVDROM", "HD DVD-ROM";
    HDDVDR = 15, "IMAPI_MEDIA_TYPE_HDDVDR", "HD DVD-R";
    HDDVDRAM = 16, "IMAPI_MEDIA_TYPE_HDDVDRAM", "HD DVD-RAM";
    BDROM = 17, "IMAPI_MEDIA_TYPE_BDROM", "BD-ROM";
    BDR = 18, "IMAPI_MEDIA_TYPE_BDR", "BD-R";
    BDRE = 19, "IMAPI_MEDIA_TYPE_BDRE", "BD-RE";
} }

impl MediaType {
    /// The last number that IMAPI itself gives to a kind.
    #[doc(alias = "IMAPI_MEDIA_TYPE_MAX")]
    pub const MAX: Self = Self::BDRE;

    /// The kind with this number, known or not.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The kinds that have a name.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|(medium, ..)| *medium)
    }

    /// What people call it: "BD-R". `None` for a number that IMAPI does not name.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        ALL.iter().find(|(medium, ..)| *medium == self).map(|(.., words)| *words)
    }

    /// CD-ROM, CD-R, CD-RW.
    #[must_use]
    pub const fn is_cd(self) -> bool {
        matches!(self, Self::CDROM | Self::CDR | Self::CDRW)
    }

    /// All DVDs of 4.7 and 8.5 GB; not HD DVD.
    #[must_use]
    pub const fn is_dvd(self) -> bool {
        matches!(
            self,
            Self::DVDROM
                | Self::DVDRAM
                | Self::DVDPLUSR
                | Self::DVDPLUSRW
                | Self::DVDPLUSR_DUALLAYER
                | Self::DVDDASHR
                | Self::DVDDASHRW
                | Self::DVDDASHR_DUALLAYER
                | Self::DVDPLUSRW_DUALLAYER
        )
    }

    /// HD DVD-ROM, HD DVD-R, HD DVD-RAM.
    #[must_use]
    pub const fn is_hd_dvd(self) -> bool {
        matches!(self, Self::HDDVDROM | Self::HDDVDR | Self::HDDVDRAM)
    }

    /// BD-ROM, BD-R, BD-RE.
    #[must_use]
    pub const fn is_bd(self) -> bool {
        matches!(self, Self::BDROM | Self::BDR | Self::BDRE)
    }

    /// What is written stays.
    #[must_use]
    pub const fn is_write_once(self) -> bool {
        matches!(
            self,
            Self::CDR
                | Self::DVDPLUSR
                | Self::DVDPLUSR_DUALLAYER
                | Self::DVDDASHR
                | Self::DVDDASHR_DUALLAYER
                | Self::HDDVDR
                | Self::BDR
        )
    }

    /// Can be written again: by erasing it first, or over what is there.
    #[must_use]
    pub const fn is_rewritable(self) -> bool {
        self.is_overwritable() || matches!(self, Self::CDRW | Self::DVDDASHRW)
    }

    /// Every disc of the kind is written over what is there, at any place, once it is formatted.
    ///
    /// A DVD-RW is not in here, because it has both states: its [profile](Profile::DVD_DASH_REWRITABLE) tells, or
    /// [`MediaState::OVERWRITE_ONLY`](crate::MediaState::OVERWRITE_ONLY).
    #[must_use]
    pub const fn is_overwritable(self) -> bool {
        matches!(
            self,
            Self::DVDRAM | Self::DVDPLUSRW | Self::DVDPLUSRW_DUALLAYER | Self::DISK | Self::HDDVDRAM | Self::BDRE
        )
    }

    /// The sectors that share one error correction, and that a drive writes at once: 1 on CDs and on what is unknown,
    /// 16 on DVDs, 32 on HD DVDs and Blu-ray discs.
    #[must_use]
    pub const fn write_unit(self) -> NonZeroU32 {
        const DVD: NonZeroU32 = NonZeroU32::new(16).expect("not zero");
        const BD: NonZeroU32 = NonZeroU32::new(32).expect("not zero");
        if self.is_dvd() {
            DVD
        } else if self.is_bd() || self.is_hd_dvd() {
            BD
        } else {
            NonZeroU32::MIN
        }
    }

    /// What the speeds of this family of discs are multiples of; `None` where it is no disc of a known family.
    ///
    /// It is the number of IMAPI's header but for HD DVD: `IMAPI_SECTORS_PER_SECOND_AT_1X_HD_DVD` is 4568, which are
    /// kilobytes a second, and sectors of 2048 bytes are 2230.
    #[doc(alias(
        "IMAPI_SECTORS_PER_SECOND_AT_1X_CD",
        "IMAPI_SECTORS_PER_SECOND_AT_1X_DVD",
        "IMAPI_SECTORS_PER_SECOND_AT_1X_BD",
        "IMAPI_SECTORS_PER_SECOND_AT_1X_HD_DVD"
    ))]
    #[must_use]
    pub const fn sectors_per_second_at_1x(self) -> Option<u32> {
        if self.is_cd() {
            Some(75)
        } else if self.is_dvd() {
            Some(680)
        } else if self.is_bd() {
            Some(2195)
        } else if self.is_hd_dvd() {
            Some(4_568_000 / 2048)
        } else {
            None
        }
    }
}

/// The kind of disc that a drive with this profile has in it.
impl From<Profile> for MediaType {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::NON_REMOVABLE_DISK | Profile::REMOVABLE_DISK => Self::DISK,
            Profile::CDROM => Self::CDROM,
            Profile::CD_RECORDABLE => Self::CDR,
            Profile::CD_REWRITABLE => Self::CDRW,
            Profile::DVDROM => Self::DVDROM,
            Profile::DVD_DASH_RECORDABLE => Self::DVDDASHR,
            Profile::DVD_RAM => Self::DVDRAM,
            Profile::DVD_DASH_REWRITABLE | Profile::DVD_DASH_RW_SEQUENTIAL => Self::DVDDASHRW,
            Profile::DVD_DASH_R_DUAL_SEQUENTIAL | Profile::DVD_DASH_R_DUAL_LAYER_JUMP => Self::DVDDASHR_DUALLAYER,
            Profile::DVD_PLUS_RW => Self::DVDPLUSRW,
            Profile::DVD_PLUS_R => Self::DVDPLUSR,
            Profile::DVD_PLUS_RW_DUAL => Self::DVDPLUSRW_DUALLAYER,
            Profile::DVD_PLUS_R_DUAL => Self::DVDPLUSR_DUALLAYER,
            Profile::BD_ROM => Self::BDROM,
            Profile::BD_R_SEQUENTIAL | Profile::BD_R_RANDOM_RECORDING => Self::BDR,
            Profile::BD_REWRITABLE => Self::BDRE,
            Profile::HD_DVD_ROM => Self::HDDVDROM,
            Profile::HD_DVD_RECORDABLE => Self::HDDVDR,
            Profile::HD_DVD_RAM => Self::HDDVDRAM,
            _ => Self::UNKNOWN,
        }
    }
}

/// The name; the number where there is none.
impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "medium {:#x}", self.0),
        }
    }
}

impl fmt::Debug for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MediaType({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numbers::tests::agree_with_the_documentation;

    #[test]
    fn all_kinds_are_those_of_the_documentation() {
        let ours = ALL.iter().map(|(medium, imapi, _)| (*imapi, medium.number()));
        let last = ("IMAPI_MEDIA_TYPE_MAX", MediaType::MAX.number());
        agree_with_the_documentation("IMAPI_MEDIA_PHYSICAL_TYPE", ours.chain([last]));
    }

    #[test]
    fn a_number_without_a_name_survives() {
        let other = MediaType::from_number(0x0001_2345);
        assert_eq!(
            (other.number(), other.name(), other.to_string()),
            (0x0001_2345, None, "medium 0x12345".to_string())
        );
        assert_eq!((other.write_unit().get(), other.sectors_per_second_at_1x()), (1, None));
    }

    #[test]
    fn names_are_all_different_and_fit_into_columns() {
        let names: std::collections::HashSet<_> = MediaType::all().filter_map(MediaType::name).collect();
        assert_eq!(names.len(), 20);
        assert_eq!(format!("{:>8}|{:?}", MediaType::BDR, MediaType::CDR), "    BD-R|MediaType(CD-R)");
    }

    #[test]
    fn a_kind_belongs_to_one_family_and_its_name_says_which() {
        for medium in MediaType::all() {
            let families = [
                ("CD", medium.is_cd(), 1, Some(75)),
                ("DVD", medium.is_dvd(), 16, Some(680)),
                ("BD", medium.is_bd(), 32, Some(2195)),
                ("HD", medium.is_hd_dvd(), 32, Some(2230)),
            ];
            let name = medium.name().expect("in the table");
            let first_word = name.split(['-', '+', ' ']).next().expect("a name has a word");
            for (family, belongs, write_unit, speed) in families {
                assert_eq!(belongs, family == first_word, "{name}");
                if belongs {
                    assert_eq!((medium.write_unit().get(), medium.sectors_per_second_at_1x()), (write_unit, speed));
                }
            }
        }
    }

    /// As the books of the families tell it; audio on a CD has more bytes a sector.
    #[test]
    fn single_speed_is_the_bit_rate_of_the_family() {
        for (medium, bits_a_second) in [
            (MediaType::CDR, 1_228_800),
            (MediaType::DVDPLUSR, 11_080_000),
            (MediaType::BDR, 35_965_000),
            (MediaType::HDDVDR, 36_550_000),
        ] {
            let sectors = medium.sectors_per_second_at_1x().expect("a known family");
            let expected = bits_a_second / 8 / 2048;
            assert!(sectors.abs_diff(expected) * 100 <= expected, "{medium}: {sectors} and {expected}");
        }
    }

    #[test]
    fn a_kind_is_read_only_or_write_once_or_rewritable_and_its_name_says_which() {
        for medium in MediaType::all().filter(|medium| !matches!(*medium, MediaType::UNKNOWN | MediaType::DISK)) {
            let name = medium.name().expect("in the table").trim_end_matches(" DL");
            let how = (medium.is_write_once(), medium.is_rewritable(), medium.is_overwritable());
            let expected = match name.rsplit(['-', '+']).next() {
                Some("ROM") => (false, false, false),
                Some("R") => (true, false, false),
                Some("RAM" | "RE") => (false, true, true),
                Some("RW") => (false, true, name.contains('+')),
                _ => unreachable!("{name}"),
            };
            assert_eq!(how, expected, "{name}");
        }
    }

    #[test]
    fn a_profile_is_the_kind_of_disc_that_bears_its_name() {
        for profile in Profile::all() {
            let medium = MediaType::from(profile);
            let expected = match profile.number() {
                1 | 2 => MediaType::DISK,
                0 | 3..=5 | 0x20..=0x22 | 0xFFFF => MediaType::UNKNOWN,
                _ => {
                    let name = profile.name().expect("in the table");
                    let plain = name.split(" (").next().expect("a name has a beginning");
                    MediaType::all().find(|medium| medium.name() == Some(plain)).expect("a kind of that name")
                }
            };
            assert_eq!(medium, expected, "{profile}");
        }
        assert_eq!(MediaType::from(Profile::from_number(0x1234)), MediaType::UNKNOWN);
    }
}
