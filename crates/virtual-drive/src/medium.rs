//! [`Medium`]: every disc that can be bought, as a row of one table.
//!
//! What differs by a number stands here. What differs by rules (what may be written where, what closing does) belongs to
//! the medium's [`Family`].

use std::{fmt, str::FromStr};

use imapi_disc_types::{MediaType, Profile};
use imapi_errors::{Coded, Fact, HResult, Value, common};

use crate::Geometry;

/// A kind of disc as it lies in a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Medium {
    /// Its name on a command line and in a disc file.
    pub name: &'static str,
    /// Its name on the box.
    pub label: &'static str,
    /// What IMAPI calls it.
    pub kind: MediaType,
    /// Whose rules it follows.
    pub family: Family,
    /// The profile that a drive shows for it when it is new.
    pub profile: Profile,
    /// Blocks of 2,048 bytes for the user; on a CD, the address at which the lead-out begins at the latest.
    pub blocks: u32,
    /// Where a CD's lead-in begins; other discs are stored from address 0 on.
    pub lead_in: Option<i32>,
    /// The speeds at which it can be written, in 1,000 bytes a second, the fastest first; none for a pressed disc.
    pub speeds: &'static [u32],
}

/// Discs that obey the same rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Made by a press, with blocks and nothing else: read only.
    Pressed,
    /// CD-ROM, made by a press: sectors with their sub-channels, read only.
    PressedCd,
    /// CD-R and CD-RW: tracks with gaps, run-out blocks and sub-channels.
    Cd,
    /// DVD-R and DVD-RW, while they are written in sequence.
    DvdMinus,
    /// DVD+R: packets of sixteen blocks, sessions of one track.
    DvdPlus,
    /// DVD+RW, DVD-RAM, BD-RE: any block at any time, once it is formatted.
    Overwritable,
    /// BD-R: clusters of thirty-two blocks in sequence.
    BdSequential,
}

use Family::{BdSequential, Cd, DvdMinus, DvdPlus, Overwritable, Pressed, PressedCd};

/// Minutes of an 80 minute CD's lead-out, 79:59:74, as an address; the blank disc of the reference has it.
const CD_80: u32 = 359_849;
/// A 74 minute CD: 74:00:00.
const CD_74: u32 = 332_850;
/// The lead-in of ordinary CD-R begins at 97:26:65.
const CD_LEAD_IN: i32 = -11_635;
/// The lead-out behind the last track, 90 seconds of it, is stored, too.
pub(crate) const CD_LEAD_OUT: u32 = 6_750;

/// 52x is rare; 48 times is where honest CD-R end.
const CD_R_SPEEDS: &[u32] = &[8_467, 7_056, 5_645, 4_234, 2_822, 1_411, 706];
const CD_RW_SPEEDS: &[u32] = &[4_234, 2_822, 1_764, 1_411, 706];
const DVD_R_SPEEDS: &[u32] = &[22_160, 16_620, 11_080, 8_310, 5_540, 2_770];
const DVD_PLUS_R_SPEEDS: &[u32] = &[22_160, 16_620, 11_080, 8_310, 5_540, 3_324];
const DVD_DL_SPEEDS: &[u32] = &[11_080, 8_310, 5_540, 3_324];
const DVD_RW_SPEEDS: &[u32] = &[8_310, 5_540, 2_770, 1_385];
const DVD_PLUS_RW_SPEEDS: &[u32] = &[11_080, 5_540, 3_324];
const DVD_RAM_SPEEDS: &[u32] = &[6_925, 4_155, 2_770];
const BD_R_SPEEDS: &[u32] = &[71_930, 53_948, 35_965, 26_974, 17_983, 8_991];
const BD_R_LARGE_SPEEDS: &[u32] = &[26_974, 17_983, 8_991];
const BD_RE_SPEEDS: &[u32] = &[8_991];

/// The table's row of a disc that is no CD.
const fn disc(
    name: &'static str,
    label: &'static str,
    kind: MediaType,
    family: Family,
    profile: Profile,
    blocks: u32,
    speeds: &'static [u32],
) -> Medium {
    Medium { name, label, kind, family, profile, blocks, lead_in: None, speeds }
}

/// The table's row of a CD.
const fn cd(name: &'static str, label: &'static str, kind: MediaType, profile: Profile, lead_out: u32) -> Medium {
    let (family, speeds): (Family, &[u32]) = match kind {
        MediaType::CDR => (Cd, CD_R_SPEEDS),
        MediaType::CDRW => (Cd, CD_RW_SPEEDS),
        _ => (PressedCd, &[]),
    };
    Medium { name, label, kind, family, profile, blocks: lead_out, lead_in: Some(CD_LEAD_IN), speeds }
}

/// All media. HD DVD is missing: no drive, no program and no trustworthy facts are left to judge it by.
pub const MEDIA: [Medium; 24] = [
    cd("cd-rom", "CD-ROM", MediaType::CDROM, Profile::CDROM, CD_80),
    cd("cd-r", "CD-R 80 min", MediaType::CDR, Profile::CD_RECORDABLE, CD_80),
    cd("cd-r-74", "CD-R 74 min", MediaType::CDR, Profile::CD_RECORDABLE, CD_74),
    cd("cd-rw", "CD-RW 80 min", MediaType::CDRW, Profile::CD_REWRITABLE, CD_80),
    cd("cd-rw-74", "CD-RW 74 min", MediaType::CDRW, Profile::CD_REWRITABLE, CD_74),
    disc("dvd-rom", "DVD-ROM", MediaType::DVDROM, Pressed, Profile::DVDROM, 2_298_496, &[]),
    disc("dvd-r", "DVD-R", MediaType::DVDDASHR, DvdMinus, Profile::DVD_DASH_RECORDABLE, 2_298_496, DVD_R_SPEEDS),
    disc(
        "dvd-r-dl",
        "DVD-R DL",
        MediaType::DVDDASHR_DUALLAYER,
        DvdMinus,
        Profile::DVD_DASH_R_DUAL_SEQUENTIAL,
        4_171_712,
        DVD_DL_SPEEDS,
    ),
    disc("dvd-rw", "DVD-RW", MediaType::DVDDASHRW, DvdMinus, Profile::DVD_DASH_RW_SEQUENTIAL, 2_298_496, DVD_RW_SPEEDS),
    disc("dvd-ram", "DVD-RAM", MediaType::DVDRAM, Overwritable, Profile::DVD_RAM, 2_236_704, DVD_RAM_SPEEDS),
    disc("dvd+r", "DVD+R", MediaType::DVDPLUSR, DvdPlus, Profile::DVD_PLUS_R, 2_295_104, DVD_PLUS_R_SPEEDS),
    disc(
        "dvd+r-dl",
        "DVD+R DL",
        MediaType::DVDPLUSR_DUALLAYER,
        DvdPlus,
        Profile::DVD_PLUS_R_DUAL,
        4_173_824,
        DVD_DL_SPEEDS,
    ),
    disc("dvd+rw", "DVD+RW", MediaType::DVDPLUSRW, Overwritable, Profile::DVD_PLUS_RW, 2_295_104, DVD_PLUS_RW_SPEEDS),
    disc("bd-rom", "BD-ROM 25 GB", MediaType::BDROM, Pressed, Profile::BD_ROM, 12_219_392, &[]),
    disc("bd-rom-50", "BD-ROM 50 GB", MediaType::BDROM, Pressed, Profile::BD_ROM, 24_438_784, &[]),
    disc("bd-r", "BD-R 25 GB", MediaType::BDR, BdSequential, Profile::BD_R_SEQUENTIAL, 12_219_392, BD_R_SPEEDS),
    disc("bd-r-50", "BD-R DL 50 GB", MediaType::BDR, BdSequential, Profile::BD_R_SEQUENTIAL, 24_438_784, BD_R_SPEEDS),
    disc(
        "bd-r-100",
        "BD-R XL 100 GB",
        MediaType::BDR,
        BdSequential,
        Profile::BD_R_SEQUENTIAL,
        48_878_592,
        BD_R_LARGE_SPEEDS,
    ),
    disc(
        "bd-r-128",
        "BD-R XL 128 GB",
        MediaType::BDR,
        BdSequential,
        Profile::BD_R_SEQUENTIAL,
        62_500_864,
        BD_R_LARGE_SPEEDS,
    ),
    disc("bd-re", "BD-RE 25 GB", MediaType::BDRE, Overwritable, Profile::BD_REWRITABLE, 12_219_392, BD_RE_SPEEDS),
    disc("bd-re-50", "BD-RE DL 50 GB", MediaType::BDRE, Overwritable, Profile::BD_REWRITABLE, 24_438_784, BD_RE_SPEEDS),
    disc(
        "bd-re-100",
        "BD-RE XL 100 GB",
        MediaType::BDRE,
        Overwritable,
        Profile::BD_REWRITABLE,
        48_878_592,
        BD_RE_SPEEDS,
    ),
    disc(
        "m-disc",
        "M-DISC BD-R 25 GB",
        MediaType::BDR,
        BdSequential,
        Profile::BD_R_SEQUENTIAL,
        12_219_392,
        BD_R_LARGE_SPEEDS,
    ),
    disc(
        "m-disc-100",
        "M-DISC BD-R XL 100 GB",
        MediaType::BDR,
        BdSequential,
        Profile::BD_R_SEQUENTIAL,
        48_878_592,
        BD_R_LARGE_SPEEDS,
    ),
];

/// A name that no medium has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no medium is called {name}; {} are known", Names)]
pub struct UnknownMedium {
    /// The name.
    pub name: String,
}

struct Names;

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, medium) in MEDIA.iter().enumerate() {
            let between = if place == 0 { "" } else { ", " };
            write!(f, "{between}{}", medium.name)?;
        }
        Ok(())
    }
}

impl Coded for UnknownMedium {
    fn code(&self) -> HResult {
        common::E_INVALIDARG
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::Medium, Value::Text(&self.name));
        put(Fact::Expected, Value::Text(&Names));
    }
}

/// A disc smaller than it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{blocks} blocks are no size of this medium: it has {unit} to {most}, in steps of {unit}")]
pub struct WrongSize {
    /// What was asked for.
    pub blocks: u32,
    /// What the medium has.
    pub most: u32,
    /// What it is written in.
    pub unit: u32,
}

impl Coded for WrongSize {
    fn code(&self) -> HResult {
        common::E_INVALIDARG
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::Given, Value::U32(self.blocks));
        put(Fact::Limit, Value::U32(self.most));
    }
}

impl Medium {
    /// Blocks that are written at once.
    pub fn unit(&self) -> u32 {
        self.kind.write_unit().get()
    }

    /// The shape of a disc file for it; smaller than a real disc if asked, so that tests need not write 25 GB.
    pub fn geometry(&self, blocks: Option<u32>) -> Result<Geometry, WrongSize> {
        let (most, unit) = (self.blocks, self.unit());
        let blocks = blocks.unwrap_or(most);
        if blocks == 0 || blocks > most || blocks % unit != 0 {
            return Err(WrongSize { blocks, most, unit });
        }
        let medium = self.name.to_string();
        Ok(match self.lead_in {
            None => Geometry { medium, first: 0, sectors: blocks, sector_size: 2048 },
            Some(first) => {
                let sectors = blocks + CD_LEAD_OUT + first.unsigned_abs();
                Geometry { medium, first, sectors, sector_size: 2448 }
            }
        })
    }
}

impl FromStr for &'static Medium {
    type Err = UnknownMedium;

    /// In any case; spaces and underscores are hyphens.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let wanted = name.trim().to_ascii_lowercase().replace([' ', '_'], "-");
        MEDIA.iter().find(|medium| medium.name == wanted).ok_or_else(|| UnknownMedium { name: name.to_string() })
    }
}

impl fmt::Display for Medium {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_medium_is_found_by_its_name_alone() {
        let names: BTreeSet<&str> = MEDIA.iter().map(|medium| medium.name).collect();
        assert_eq!(names.len(), MEDIA.len());
        for medium in &MEDIA {
            assert_eq!(medium.name.to_uppercase().parse::<&Medium>(), Ok(medium));
        }
        let unknown = "hd-dvd-r".parse::<&Medium>().expect_err("none is left");
        assert!(unknown.to_string().contains("hd-dvd-r") && unknown.to_string().contains("bd-r-100"), "{unknown}");
    }

    #[test]
    fn a_medium_is_what_its_profile_says() {
        for medium in &MEDIA {
            assert_eq!(MediaType::from(medium.profile), medium.kind, "{medium}");
            assert_eq!(matches!(medium.family, Pressed | PressedCd), medium.speeds.is_empty(), "{medium}");
            assert_eq!(medium.lead_in.is_some(), medium.kind.is_cd(), "{medium}");
            assert!(medium.speeds.is_sorted_by(|faster, slower| faster > slower), "{medium}");
        }
    }

    #[test]
    fn capacities_are_whole_units_and_what_the_boxes_say() {
        for medium in &MEDIA {
            assert_eq!(medium.blocks % medium.unit(), 0, "{medium}");
        }
        let bytes = |name: &str| u64::from(name.parse::<&Medium>().expect("known").blocks) * 2048;
        assert_eq!(bytes("bd-r"), 25_025_314_816);
        assert_eq!(bytes("dvd+r"), 4_700_372_992);
        assert_eq!(bytes("dvd-r"), 4_707_319_808);
        assert_eq!(bytes("bd-r-100"), 100_103_356_416);
    }

    #[test]
    fn a_disc_may_be_smaller_and_never_larger() {
        let medium: &Medium = "bd-re".parse().expect("known");
        assert_eq!(medium.geometry(Some(320)).map(|geometry| geometry.sectors), Ok(320));
        for blocks in [0, 31, 33, 12_219_392 + 32, u32::MAX] {
            assert!(medium.geometry(Some(blocks)).is_err(), "{blocks}");
        }
    }

    #[test]
    fn a_cd_is_stored_from_its_lead_in_to_its_lead_out() {
        let medium: &Medium = "cd-r".parse().expect("known");
        let geometry = medium.geometry(None).expect("the whole disc");
        let end = i64::from(geometry.first) + i64::from(geometry.sectors);
        assert_eq!((geometry.first, end, geometry.sector_size), (-11_635, 359_849 + 6_750, 2448));
    }
}
