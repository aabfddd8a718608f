//! `--boot FILE[,OPTION…]`: a boot image, and how it is started, as it stands on the command line.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::PathBuf,
};

/// A boot image, and how it is started.
///
/// Options follow the file behind commas; a comma in the file's name is `\,`, and a backslash may be `\\`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootArgument {
    /// A path in the image, or else on disk.
    pub file: PathBuf,
    pub platform: BootPlatform,
    pub emulation: BootEmulation,
    pub load_segment: u16,
    /// Sectors of 512 bytes.
    pub load_size: Option<u16>,
    pub manufacturer: Option<String>,
    pub info_table: bool,
    pub grub2_info: bool,
    pub bootable: bool,
}

/// For what kind of machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BootPlatform {
    #[default]
    Bios,
    PowerPc,
    Mac,
    Efi,
}

/// As what kind of drive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BootEmulation {
    #[default]
    None,
    Floppy,
    HardDisk,
}

/// What is wrong with an argument.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongBoot {
    #[error("there is no file before the options")]
    NoFile,
    #[error("{0:?} is no option of a boot image: {options}", options = OPTIONS.join(", "))]
    Unknown(String),
    #[error("{option} needs a value: {expected}")]
    NoValue { option: &'static str, expected: &'static str },
    #[error("{option} takes no value")]
    Value { option: &'static str },
    #[error("{option}={given}: {expected}")]
    Wrong { option: &'static str, given: String, expected: &'static str },
    #[error("{0} is given twice")]
    Twice(&'static str),
}

const OPTIONS: [&str; 8] =
    ["platform", "emulation", "load-segment", "load-size", "manufacturer", "info-table", "grub2-info", "no-boot"];
const PLATFORM: &str = "bios, efi, mac or ppc";
const EMULATION: &str = "none, floppy or harddisk";
const NUMBER: &str = "a number from 0 to 65535, or from 0x0 to 0xFFFF";
const SECTORS: &str = "a number of sectors from 1 to 65535";
const NAME: &str = "a name of at most 24 characters";

impl BootArgument {
    fn of(file: PathBuf) -> Self {
        Self {
            file,
            platform: BootPlatform::default(),
            emulation: BootEmulation::default(),
            load_segment: 0,
            load_size: None,
            manufacturer: None,
            info_table: false,
            grub2_info: false,
            bootable: true,
        }
    }

    /// Takes what stands on the command line.
    pub fn parse(text: &OsStr) -> Result<Self, WrongBoot> {
        let mut parts = parts(text.as_bytes()).into_iter();
        let file = parts.next().filter(|file| !file.is_empty()).ok_or(WrongBoot::NoFile)?;
        let mut boot = Self::of(OsString::from_vec(file).into());
        let mut seen = Vec::new();
        for part in parts {
            let part = String::from_utf8_lossy(&part).into_owned();
            let (given, value) = match part.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (&*part, None),
            };
            let Some(option) = OPTIONS.into_iter().find(|option| *option == given) else {
                return Err(WrongBoot::Unknown(given.to_string()));
            };
            if seen.contains(&option) {
                return Err(WrongBoot::Twice(option));
            }
            seen.push(option);
            boot.set(option, value)?;
        }
        Ok(boot)
    }

    fn set(&mut self, option: &'static str, value: Option<&str>) -> Result<(), WrongBoot> {
        let needs = |expected| value.filter(|value| !value.is_empty()).ok_or(WrongBoot::NoValue { option, expected });
        let wrong = |expected, given: &str| WrongBoot::Wrong { option, given: given.to_string(), expected };
        let flag = || if value.is_some() { Err(WrongBoot::Value { option }) } else { Ok(true) };
        match option {
            "platform" => {
                let value = needs(PLATFORM)?;
                self.platform = BootPlatform::named(value).ok_or_else(|| wrong(PLATFORM, value))?;
            }
            "emulation" => {
                let value = needs(EMULATION)?;
                self.emulation = BootEmulation::named(value).ok_or_else(|| wrong(EMULATION, value))?;
            }
            "load-segment" => {
                let value = needs(NUMBER)?;
                self.load_segment = number(value).ok_or_else(|| wrong(NUMBER, value))?;
            }
            "load-size" => {
                let value = needs(SECTORS)?;
                let sectors = number(value).filter(|&sectors| sectors > 0);
                self.load_size = Some(sectors.ok_or_else(|| wrong(SECTORS, value))?);
            }
            "manufacturer" => self.manufacturer = Some(needs(NAME)?.to_string()),
            "info-table" => self.info_table = flag()?,
            "grub2-info" => self.grub2_info = flag()?,
            _ => self.bootable = !flag()?,
        }
        Ok(())
    }
}

impl BootPlatform {
    fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "bios" | "x86" | "pc" => Some(Self::Bios),
            "efi" | "uefi" => Some(Self::Efi),
            "mac" => Some(Self::Mac),
            "ppc" | "powerpc" => Some(Self::PowerPc),
            _ => None,
        }
    }
}

impl BootEmulation {
    fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "none" => Some(Self::None),
            "floppy" => Some(Self::Floppy),
            "harddisk" | "hard-disk" => Some(Self::HardDisk),
            _ => None,
        }
    }
}

/// What commas part; one behind a backslash parts nothing.
fn parts(text: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = vec![Vec::new()];
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        match (byte, rest.as_slice().first()) {
            (b',', _) => parts.push(Vec::new()),
            (b'\\', Some(b',' | b'\\')) => parts.last_mut().expect("one from the beginning").extend(rest.next()),
            _ => parts.last_mut().expect("one from the beginning").push(byte),
        }
    }
    parts
}

/// A number as people and as manuals of firmware write it.
fn number(text: &str) -> Option<u16> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // A sign would be taken as part of the number.
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => u16::from_str_radix(digits, 16).ok(),
        Some(_) => None,
        None => text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse().ok())?,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<BootArgument, WrongBoot> {
        BootArgument::parse(text.as_ref())
    }

    #[test]
    fn a_file_alone_is_for_a_bios_and_emulates_nothing() {
        let plain = BootArgument::of("isolinux/isolinux.bin".into());
        assert_eq!(parsed("isolinux/isolinux.bin"), Ok(plain.clone()));
        assert_eq!(parsed("isolinux/isolinux.bin,platform=x86,emulation=none,load-segment=0"), Ok(plain));
    }

    #[test]
    fn each_option_says_what_it_says() {
        let all = "a\\,b\\\\c,platform=EFI,emulation=floppy,load-segment=0x7C0,load-size=4,manufacturer=Me = I,info-table,\
                   grub2-info,no-boot";
        let expected = BootArgument {
            file: "a,b\\c".into(),
            platform: BootPlatform::Efi,
            emulation: BootEmulation::Floppy,
            load_segment: 0x7C0,
            load_size: Some(4),
            manufacturer: Some("Me = I".to_string()),
            info_table: true,
            grub2_info: true,
            bootable: false,
        };
        assert_eq!(parsed(all), Ok(expected));
        for (text, platform) in [("mac", BootPlatform::Mac), ("ppc", BootPlatform::PowerPc)] {
            assert_eq!(parsed(&format!("f,platform={text}")).map(|boot| boot.platform), Ok(platform));
        }
        assert_eq!(parsed("f,emulation=hard-disk").map(|boot| boot.emulation), Ok(BootEmulation::HardDisk));
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let cases = [
            ("", "there is no file before the options"),
            (",platform=efi", "there is no file before the options"),
            ("f,plattform=efi", "\"plattform\" is no option of a boot image: platform, emulation, load-segment"),
            ("f,", "\"\" is no option of a boot image"),
            ("f,platform", "platform needs a value: bios, efi, mac or ppc"),
            ("f,platform=", "platform needs a value: bios, efi, mac or ppc"),
            ("f,platform=arm", "platform=arm: bios, efi, mac or ppc"),
            ("f,emulation=cd", "emulation=cd: none, floppy or harddisk"),
            ("f,load-segment=0x10000", "load-segment=0x10000: a number from 0 to 65535, or from 0x0 to 0xFFFF"),
            ("f,load-segment=+7", "load-segment=+7: a number from 0 to 65535"),
            ("f,load-segment=0x", "load-segment=0x: a number from 0 to 65535"),
            ("f,load-size=0", "load-size=0: a number of sectors from 1 to 65535"),
            ("f,load-size=-1", "load-size=-1: a number of sectors from 1 to 65535"),
            ("f,info-table=yes", "info-table takes no value"),
            ("f,info-table,info-table", "info-table is given twice"),
        ];
        for (text, expected) in cases {
            let told = parsed(text).expect_err(text).to_string();
            assert!(told.starts_with(expected), "{text}: {told}");
        }
    }
}
