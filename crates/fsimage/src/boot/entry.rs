//! [`BootEntry`]: what a machine can start, and how.

use std::fmt;

use imapi_volume_structs::el_torito::{self, Platform};

use super::BootError;
use crate::{Content, NodeId};

/// Where the bytes of a boot image are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BootImage {
    /// It is a file of the tree.
    File(NodeId),
    /// It is in the image, and need not be in the tree.
    Content(Content),
    /// It is the partition that a [`Hybrid`](super::Hybrid) image has behind its files.
    AppendedPartition,
}

/// As what kind of drive a boot image is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Emulation {
    /// As none: so many sectors of it are loaded and started.
    #[default]
    None,
    /// A floppy disk of 1.2 MB.
    Floppy1200,
    /// A floppy disk of 1.44 MB.
    Floppy1440,
    /// A floppy disk of 2.88 MB.
    Floppy2880,
    /// A hard disk, of which the image has the MBR with one partition.
    HardDisk,
}

impl Emulation {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::None, Self::Floppy1200, Self::Floppy1440, Self::Floppy2880, Self::HardDisk];

    /// What an image of so many bytes is to be unless somebody says otherwise: the floppy disk of exactly that size, or
    /// nothing.
    #[must_use]
    #[doc(alias = "IBootOptions::AssignBootImage")]
    pub fn of_size(bytes: u64) -> Self {
        Self::ALL.into_iter().find(|emulation| emulation.floppy_size() == Some(bytes)).unwrap_or_default()
    }

    /// How many bytes the image of such a floppy disk has; `None` for what is no floppy disk.
    #[must_use]
    pub fn floppy_size(self) -> Option<u64> {
        self.on_disc().floppy_len().map(u64::from)
    }

    /// As El Torito and IMAPI number it.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.on_disc().0
    }

    /// The one of that number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|emulation| emulation.number() == number)
    }

    pub(super) const fn on_disc(self) -> el_torito::Emulation {
        match self {
            Self::None => el_torito::Emulation::NONE,
            Self::Floppy1200 => el_torito::Emulation::FLOPPY_1200,
            Self::Floppy1440 => el_torito::Emulation::FLOPPY_1440,
            Self::Floppy2880 => el_torito::Emulation::FLOPPY_2880,
            Self::HardDisk => el_torito::Emulation::HARD_DISK,
        }
    }
}

/// Who made a disc, in up to 24 bytes of Windows-1252.
///
/// ```
/// use imapi_fsimage::Manufacturer;
///
/// assert_eq!(Manufacturer::new("Café ©")?.bytes()[..7], *b"Caf\xE9 \xA9\0");
/// assert!(Manufacturer::new("one that has too many letters").is_err());
/// assert!(Manufacturer::new("光碟").is_err());
/// # Ok::<(), imapi_fsimage::BootError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Manufacturer([u8; Self::LEN]);

/// What bytes 80h to 9Fh are in Windows-1252; five of them are nothing.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

impl Manufacturer {
    /// Bytes of the field.
    pub const LEN: usize = 24;

    /// Takes a name that fits.
    #[doc(alias = "IBootOptions::put_Manufacturer")]
    pub fn new(name: &str) -> Result<Self, BootError> {
        let refused = || BootError::Manufacturer { name: name.to_string() };
        let mut bytes = [0; Self::LEN];
        let mut places = bytes.iter_mut();
        for c in name.chars() {
            *places.next().ok_or_else(refused)? = windows_1252(c).ok_or_else(refused)?;
        }
        Ok(Self(bytes))
    }

    /// The field, as a disc has it.
    pub(crate) const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The field, filled up with zeros.
    #[must_use]
    pub const fn bytes(&self) -> [u8; Self::LEN] {
        self.0
    }
}

/// Control characters are none of a name: a zero would end it.
fn windows_1252(c: char) -> Option<u8> {
    match c {
        ' '..='~' | '\u{A0}'..='\u{FF}' => u8::try_from(c).ok(),
        c if c.is_control() => None,
        c => (0x80..).zip(HIGH).find_map(|(byte, high)| (high == c).then_some(byte)),
    }
}

impl fmt::Display for Manufacturer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take_while(|&&byte| byte != 0).try_for_each(|&byte| {
            let high = byte.checked_sub(0x80).and_then(|place| HIGH.get(usize::from(place)));
            write!(f, "{}", high.copied().unwrap_or(char::from(byte)))
        })
    }
}

impl fmt::Debug for Manufacturer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

/// What a machine can start, and how.
///
/// ```
/// use std::sync::Arc;
///
/// use imapi_fsimage::{
///     Attributes, BootEntry, BootImage, Contents, ImageOptions, Kind, NodeId, ResultImage, Timestamp, Tree,
/// };
///
/// let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
/// // A loader that is a file of the image and finds itself, as ISOLINUX, and an EFI system partition that is none.
/// let kind = Kind::File { size: 40_000, content: contents.add_bytes([0; 40_000]) };
/// let loader = tree.add(NodeId::ROOT, b"isolinux.bin", kind, Attributes::default())?;
/// let efi = contents.add_bytes([0; 100_000]);
///
/// let mut options = ImageOptions::new(Timestamp::new(1_000_000_000, 0));
/// options.boot = vec![
///     BootEntry { info_table: true, ..BootEntry::new(BootImage::File(loader)) },
///     BootEntry::efi(BootImage::Content(efi)),
/// ];
/// let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &options)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "IBootOptions")]
pub struct BootEntry {
    /// Its bytes.
    #[doc(alias = "IBootOptions::get_BootImage")]
    pub image: BootImage,
    /// For what kind of machine.
    #[doc(alias("IBootOptions::get_PlatformId", "IBootOptions::put_PlatformId"))]
    pub platform: Platform,
    /// As what kind of drive it is shown.
    #[doc(alias("IBootOptions::get_Emulation", "IBootOptions::put_Emulation"))]
    pub emulation: Emulation,
    /// Whether it can be started, and not only be loaded.
    pub bootable: bool,
    /// The segment of memory that it is loaded to; 0 is 7C0h.
    pub load_segment: u16,
    /// How many sectors of 512 bytes are loaded. `None` is four of a loader for a BIOS that is told where it is, one of an
    /// emulated drive, and else the whole image.
    pub load_size: Option<u16>,
    /// Who made the disc. Of entries behind the first it is the name of their section.
    #[doc(alias = "IBootOptions::get_Manufacturer")]
    pub manufacturer: Manufacturer,
    /// The table is written into it by which ISOLINUX, GRUB and others find themselves; it changes bytes 8 to 63.
    pub info_table: bool,
    /// GRUB's image is told where it is, which it needs when it is started from a disk; it changes bytes 2548 to 2555.
    pub grub_info: bool,
}

impl BootEntry {
    /// The most that a disc has.
    pub const MOST: usize = 32;

    /// An entry for a BIOS, without emulation.
    #[must_use]
    pub fn new(image: BootImage) -> Self {
        Self {
            image,
            platform: Platform::X86,
            emulation: Emulation::None,
            bootable: true,
            load_segment: 0,
            load_size: None,
            manufacturer: Manufacturer::default(),
            info_table: false,
            grub_info: false,
        }
    }

    /// An entry for UEFI: the image of a partition with a FAT file system.
    #[must_use]
    pub fn efi(image: BootImage) -> Self {
        Self { platform: Platform::EFI, ..Self::new(image) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_size_of_a_floppy_disk_makes_one() {
        assert_eq!(Emulation::of_size(1_228_800), Emulation::Floppy1200);
        assert_eq!(Emulation::of_size(1_474_560), Emulation::Floppy1440);
        assert_eq!(Emulation::of_size(2_949_120), Emulation::Floppy2880);
        for other in [0, 1_474_559, 1_474_561, 4096] {
            assert_eq!(Emulation::of_size(other), Emulation::None);
        }
    }

    #[test]
    fn numbers_are_those_of_imapi() {
        assert_eq!(Emulation::ALL.map(Emulation::number), [0, 1, 2, 3, 4]);
        assert_eq!(Emulation::from_number(5), None);
        assert_eq!(Emulation::from_number(4), Some(Emulation::HardDisk));
    }

    #[test]
    fn a_manufacturer_has_24_bytes_that_windows_has() {
        let longest = Manufacturer::new("€ÿ™ 456789012345678901234").expect_err("25 characters");
        assert!(longest.to_string().contains("24"), "{longest}");
        let name = Manufacturer::new("€ÿ™ 45678901234567890123").expect("24 characters");
        assert_eq!(name.bytes()[..4], [0x80, 0xFF, 0x99, b' ']);
        assert_eq!(name.to_string(), "€ÿ™ 45678901234567890123");
        assert_eq!(Manufacturer::new("").map(|name| name.bytes()).ok(), Some([0; 24]));
        for refused in ["\0", "a\nb", "\u{81}", "Ω"] {
            assert!(Manufacturer::new(refused).is_err(), "{refused:?}");
        }
    }
}
