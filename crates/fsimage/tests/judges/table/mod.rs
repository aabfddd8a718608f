//! Which reader can judge which feature of an image, and why others cannot: a table, as data.
//!
//! What a reader is compared in follows from it: a cell that says «judges» is compared wherever the feature occurs, one
//! that gives a reason is not. `docs/images.md` shows it; `UPDATE_DOCS=1 cargo test -p imapi-fsimage --test judges`
//! writes that anew.

mod columns;
mod page;

use imapi_fsimage::UdfRevision;

use crate::{
    kinds::{Kind, View},
    listing::Moment,
};

/// Something about an image that a reader can be right or wrong about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    PlainNames,
    RelaxedNames,
    JolietLatin,
    JolietNames,
    JolietCombining,
    JolietPairs,
    RidgeNames,
    RidgeLong,
    RidgeLongest,
    RidgeBytes,
    RidgeMoved,
    Contents,
    Giant,
    Crowd,
    Deep,
    Dates,
    OldDates,
    OldestDates,
    LateDates,
    Hidden,
    Modes,
    SpecialModes,
    Owners,
    Links,
    LongLinks,
    Nodes,
    WideNodes,
    NameCounts,
    UdfAscii,
    UdfNames,
    UdfCombining,
    UdfPairs,
    UdfControl,
    UdfLong,
    UdfLongest,
    UdfContents,
    UdfGiant,
    UdfCrowd,
    UdfDeep,
    UdfDates,
    UdfOldDates,
    UdfOldestDates,
    UdfLateDates,
    UdfFractions,
    UdfHidden,
    UdfModes,
    UdfSpecialModes,
    UdfOwners,
    UdfLinks,
    UdfLongLinks,
    UdfNodes,
    UdfNameCounts,
    UdfRealTime,
    UdfStreams,
    UdfMetadata,
    UdfVolume,
    UdfCopies,
}

impl Feature {
    pub const ALL: [Self; 57] = [
        Self::PlainNames,
        Self::RelaxedNames,
        Self::JolietLatin,
        Self::JolietNames,
        Self::JolietCombining,
        Self::JolietPairs,
        Self::RidgeNames,
        Self::RidgeLong,
        Self::RidgeLongest,
        Self::RidgeBytes,
        Self::RidgeMoved,
        Self::Contents,
        Self::Giant,
        Self::Crowd,
        Self::Deep,
        Self::Dates,
        Self::OldDates,
        Self::OldestDates,
        Self::LateDates,
        Self::Hidden,
        Self::Modes,
        Self::SpecialModes,
        Self::Owners,
        Self::Links,
        Self::LongLinks,
        Self::Nodes,
        Self::WideNodes,
        Self::NameCounts,
        Self::UdfAscii,
        Self::UdfNames,
        Self::UdfCombining,
        Self::UdfPairs,
        Self::UdfControl,
        Self::UdfLong,
        Self::UdfLongest,
        Self::UdfContents,
        Self::UdfGiant,
        Self::UdfCrowd,
        Self::UdfDeep,
        Self::UdfDates,
        Self::UdfOldDates,
        Self::UdfOldestDates,
        Self::UdfLateDates,
        Self::UdfFractions,
        Self::UdfHidden,
        Self::UdfModes,
        Self::UdfSpecialModes,
        Self::UdfOwners,
        Self::UdfLinks,
        Self::UdfLongLinks,
        Self::UdfNodes,
        Self::UdfNameCounts,
        Self::UdfRealTime,
        Self::UdfStreams,
        Self::UdfMetadata,
        Self::UdfVolume,
        Self::UdfCopies,
    ];

    /// As the page calls it.
    pub fn words(self) -> &'static str {
        match self {
            Self::PlainNames => "ISO 9660: names of levels 1 and 2",
            Self::RelaxedNames => "ISO 9660: names with small letters and spaces",
            Self::JolietLatin => "Joliet: names of Latin letters",
            Self::JolietNames => "Joliet: names of other characters",
            Self::JolietCombining => "Joliet: letters and their accents as separate characters",
            Self::JolietPairs => "Joliet: characters beyond the first 65,536",
            Self::RidgeNames => "Rock Ridge: names",
            Self::RidgeLong => "Rock Ridge: names of more than a hundred bytes",
            Self::RidgeLongest => "Rock Ridge: names of 254 and 255 bytes",
            Self::RidgeBytes => "Rock Ridge: names with control characters, or that are no text",
            Self::RidgeMoved => "Rock Ridge: folders that were moved from below the eighth level",
            Self::Contents => "ISO 9660: sizes and bytes of files",
            Self::Giant => "ISO 9660: files of 4 GiB and more (slow tier)",
            Self::Crowd => "ISO 9660: 20,000 files in a folder (slow tier)",
            Self::Deep => "ISO 9660: sixty levels of folders",
            Self::Dates => "ISO 9660: dates from 1970 to 2037",
            Self::OldDates => "ISO 9660: dates from 1902 to 1969",
            Self::OldestDates => "ISO 9660: dates before 1902",
            Self::LateDates => "ISO 9660: dates from 2038 to 2155",
            Self::Hidden => "ISO 9660, Joliet: what is hidden",
            Self::Modes => "Rock Ridge: permissions",
            Self::SpecialModes => "Rock Ridge: programs that run as their owner, folders where all may write",
            Self::Owners => "Rock Ridge: owners and groups",
            Self::Links => "Rock Ridge: symbolic links",
            Self::LongLinks => "Rock Ridge: symbolic links to more than a hundred characters",
            Self::Nodes => "Rock Ridge: devices, pipes and sockets",
            Self::WideNodes => "Rock Ridge: devices whose minor number is beyond 255",
            Self::NameCounts => "Rock Ridge: how many names a file has",
            Self::UdfAscii => "UDF: names of characters of ASCII",
            Self::UdfNames => "UDF: names of other characters",
            Self::UdfCombining => "UDF: letters and their accents as separate characters",
            Self::UdfPairs => "UDF: characters beyond the first 65,536",
            Self::UdfControl => "UDF: names with control characters, or of nothing but spaces",
            Self::UdfLong => "UDF: names of more than a hundred characters of ASCII",
            Self::UdfLongest => "UDF: names of more than 254 bytes in UTF-8",
            Self::UdfContents => "UDF: sizes and bytes of files",
            Self::UdfGiant => "UDF: files of 4 GiB and more (slow tier)",
            Self::UdfCrowd => "UDF: 20,000 files in a folder (slow tier)",
            Self::UdfDeep => "UDF: sixty levels of folders",
            Self::UdfDates => "UDF: dates from 1970 to 2037",
            Self::UdfOldDates => "UDF: dates from 1902 to 1969",
            Self::UdfOldestDates => "UDF: dates before 1902",
            Self::UdfLateDates => "UDF: dates from 2038 on",
            Self::UdfFractions => "UDF: fractions of seconds",
            Self::UdfHidden => "UDF: what is hidden",
            Self::UdfModes => "UDF: permissions",
            Self::UdfSpecialModes => "UDF: programs that run as their owner, folders where all may write",
            Self::UdfOwners => "UDF: owners and groups",
            Self::UdfLinks => "UDF: symbolic links",
            Self::UdfLongLinks => "UDF: symbolic links to more than a hundred characters",
            Self::UdfNodes => "UDF: devices, pipes and sockets",
            Self::UdfNameCounts => "UDF: how many names a file has",
            Self::UdfRealTime => "UDF from 2.01 on: real-time files",
            Self::UdfStreams => "UDF from 2.00 on: named streams, where the volume has another folder",
            Self::UdfMetadata => "UDF 2.50 and 2.60: the metadata partition",
            Self::UdfVolume => "UDF: names, revisions and counts of the volume",
            Self::UdfCopies => "UDF: second anchor, second sequence of descriptors, mirror of the metadata",
        }
    }

    /// What a reader needs to know to tell a name.
    pub fn of_name(view: View, relaxed: bool, name: &[u8]) -> Self {
        match view {
            View::Plain if relaxed => Self::RelaxedNames,
            View::Plain => Self::PlainNames,
            View::Joliet => {
                let text = String::from_utf8_lossy(name);
                if text.chars().any(|c| u32::from(c) > 0xFFFF) {
                    Self::JolietPairs
                } else if text.chars().any(combines) {
                    Self::JolietCombining
                } else if text.chars().all(|c| u32::from(c) <= 0xFF && !c.is_control()) {
                    Self::JolietLatin
                } else {
                    Self::JolietNames
                }
            }
            View::Udf => {
                let text = String::from_utf8_lossy(name);
                if text.chars().any(char::is_control) || text.trim().is_empty() {
                    Self::UdfControl
                } else if text.chars().any(|c| u32::from(c) > 0xFFFF) {
                    Self::UdfPairs
                } else if text.chars().any(combines) {
                    Self::UdfCombining
                } else if text.len() > 254 {
                    Self::UdfLongest
                } else if !text.is_ascii() {
                    Self::UdfNames
                } else if text.len() > 100 {
                    Self::UdfLong
                } else {
                    Self::UdfAscii
                }
            }
            View::Ridge if !is_fit(name) => Self::RidgeBytes,
            View::Ridge if name.len() > 253 => Self::RidgeLongest,
            View::Ridge if name.len() > 100 => Self::RidgeLong,
            View::Ridge => Self::RidgeNames,
        }
    }

    /// The same in another file system.
    pub fn in_view(self, view: View) -> Self {
        match self {
            _ if view != View::Udf => self,
            Self::Contents => Self::UdfContents,
            Self::Dates => Self::UdfDates,
            Self::OldDates => Self::UdfOldDates,
            Self::OldestDates => Self::UdfOldestDates,
            Self::LateDates => Self::UdfLateDates,
            Self::Hidden => Self::UdfHidden,
            Self::Modes => Self::UdfModes,
            Self::SpecialModes => Self::UdfSpecialModes,
            Self::Owners => Self::UdfOwners,
            Self::Links | Self::RidgeBytes => Self::UdfLinks,
            Self::LongLinks => Self::UdfLongLinks,
            Self::Nodes | Self::WideNodes => Self::UdfNodes,
            Self::NameCounts => Self::UdfNameCounts,
            _ => self,
        }
    }

    /// What a reader needs to know to tell where a link leads.
    pub fn of_link(target: &[u8]) -> Self {
        match target.len() {
            _ if !is_fit(target) => Self::RidgeBytes,
            ..100 => Self::Links,
            100.. => Self::LongLinks,
        }
    }

    /// What a reader needs to know to tell the number of a device.
    pub fn of_device((_, minor): (u32, u32)) -> Self {
        if minor < 256 { Self::Nodes } else { Self::WideNodes }
    }

    /// What a reader needs to know to tell who may do what.
    pub fn of_mode(mode: u32) -> Self {
        if mode & 0o7000 == 0 { Self::Modes } else { Self::SpecialModes }
    }

    /// What a reader needs to know to tell a date.
    pub fn of_date((seconds, nanoseconds): Moment) -> Self {
        match seconds {
            // Where 32 bits end.
            ..-2_147_483_648 => Self::OldestDates,
            -2_147_483_648..0 => Self::OldDates,
            0..=2_147_483_647 if nanoseconds > 0 => Self::UdfFractions,
            0..=2_147_483_647 => Self::Dates,
            2_147_483_648.. => Self::LateDates,
        }
    }
}

/// Text without control characters.
fn is_fit(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(|text| !text.chars().any(char::is_control))
}

/// Whether a program that composes characters may make another of it: accents, the jamo of Korean, and signs that are
/// the same as letters.
fn combines(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1100}'..='\u{11ff}' | '\u{212b}')
}

/// A program that reads images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reader {
    Xorriso,
    Isoinfo,
    Bsdtar,
    SevenZip,
    Libcdio,
    Grub,
    Kernel,
    Udfinfo,
    Udfclient,
}

/// A reader, and what it can judge.
pub struct Column {
    pub reader: Reader,
    /// As the page calls it.
    pub name: &'static str,
    pub judges: &'static [Feature],
    /// Of these names it loses some, or makes one of several.
    pub loses: &'static [Feature],
    /// Why it cannot judge the others.
    pub cannot: &'static [(&'static [Feature], &'static str)],
}

impl Reader {
    pub const ALL: [Self; 9] = [
        Self::Xorriso,
        Self::Isoinfo,
        Self::Bsdtar,
        Self::SevenZip,
        Self::Libcdio,
        Self::Grub,
        Self::Kernel,
        Self::Udfinfo,
        Self::Udfclient,
    ];

    pub fn column(self) -> &'static Column {
        columns::ALL.iter().find(|column| column.reader == self).expect("each reader has a column")
    }

    /// Whether it reads such an image at all.
    pub fn judges_kind(self, kind: Kind) -> bool {
        !kind.revision().is_some_and(UdfRevision::has_mirror) || self.judges(Feature::UdfMetadata)
    }

    pub fn judges(self, feature: Feature) -> bool {
        self.column().judges.contains(&feature)
    }
}

#[test]
fn each_cell_is_filled_once_and_each_feature_has_a_judge() {
    for column in columns::ALL {
        for feature in Feature::ALL {
            let cannot = column.cannot.iter().filter(|(features, _)| features.contains(&feature)).count();
            let judges = column.judges.iter().filter(|&&judged| judged == feature).count();
            assert_eq!(cannot + judges, 1, "{} and {feature:?}", column.name);
        }
    }
    for feature in Feature::ALL {
        assert!(columns::ALL.iter().any(|column| column.judges.contains(&feature)), "{feature:?} has no judge");
    }
}

#[test]
fn the_page_shows_the_table() {
    page::check();
}
