//! [`JolietSettings`]: the properties of an image of data.

use std::sync::Arc;

use imapi_disc_types::Timestamp;
use imapi_fsimage::{BootEntry, BootImage, Contents, Emulation, Manufacturer, Platform};

use crate::{PropertySet, PropertyValue, V1Error};

const VOLUME_NAME: &str = "VolumeName";
const PLACE_BOOT_IMAGE: &str = "PlaceBootImageOnDisc";
const MANUFACTURER: &str = "BootImageManufacturerIDString";
const PLATFORM: &str = "BootImagePlatform";
const EMULATION: &str = "BootImageEmulationType";
const BOOT_IMAGE: &str = "BootImage";

/// Characters that Joliet has room for.
const LONGEST_NAME: usize = 16;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The properties of an image of data. They hold until the session is closed.
#[derive(Debug, Clone, Default)]
pub(crate) struct JolietSettings {
    /// None is the date.
    volume: Option<String>,
    pub place_boot_image: bool,
    manufacturer: String,
    platform: u8,
    emulation: u8,
    boot_image: Option<Arc<[u8]>>,
}

impl JolietSettings {
    /// The name of the volume: the date, unless somebody gave another.
    pub fn volume(&self, now: Timestamp) -> String {
        self.volume.clone().unwrap_or_else(|| date(now))
    }

    /// Whether somebody gave a name.
    pub fn is_named(&self) -> bool {
        self.volume.is_some()
    }

    /// All of it as a set. A boot image is in it when there is one.
    pub fn told(&self, now: Timestamp) -> PropertySet {
        let mut set = PropertySet::new()
            .with(VOLUME_NAME, PropertyValue::Text(self.volume(now)))
            .with(PLACE_BOOT_IMAGE, PropertyValue::Flag(self.place_boot_image))
            .with(MANUFACTURER, PropertyValue::Text(self.manufacturer.clone()))
            .with(PLATFORM, PropertyValue::Byte(self.platform))
            .with(EMULATION, PropertyValue::Byte(self.emulation));
        if let Some(image) = &self.boot_image {
            set.set(BOOT_IMAGE, PropertyValue::Stream(Arc::clone(image)));
        }
        set
    }

    /// The settings with what a set changes, and whether something in it was skipped.
    pub fn changed(&self, set: &PropertySet) -> Result<(Self, bool), V1Error> {
        let (mut changed, mut ignored) = (self.clone(), false);
        for (name, value) in set.iter() {
            let wrong = |parameter| V1Error::Argument { parameter, given: format!("{value:?}") };
            match (name, value) {
                (VOLUME_NAME, PropertyValue::Text(text)) => {
                    let fits = (1..=LONGEST_NAME).contains(&text.chars().count());
                    if !fits || text.chars().any(char::is_control) {
                        return Err(wrong(VOLUME_NAME));
                    }
                    changed.volume = Some(text.clone());
                }
                (PLACE_BOOT_IMAGE, PropertyValue::Flag(flag)) => changed.place_boot_image = *flag,
                (PLACE_BOOT_IMAGE, PropertyValue::Integer(number)) => changed.place_boot_image = *number != 0,
                (MANUFACTURER, PropertyValue::Text(text)) => {
                    Manufacturer::new(text).map_err(|_| wrong(MANUFACTURER))?;
                    changed.manufacturer.clone_from(text);
                }
                (PLATFORM, value) => changed.platform = byte(value, 2).ok_or_else(|| wrong(PLATFORM))?,
                (EMULATION, value) => changed.emulation = byte(value, 4).ok_or_else(|| wrong(EMULATION))?,
                (BOOT_IMAGE, PropertyValue::Stream(bytes)) => changed.boot_image = Some(Arc::clone(bytes)),
                (VOLUME_NAME, _) => return Err(wrong(VOLUME_NAME)),
                (PLACE_BOOT_IMAGE, _) => return Err(wrong(PLACE_BOOT_IMAGE)),
                (MANUFACTURER, _) => return Err(wrong(MANUFACTURER)),
                (BOOT_IMAGE, _) => return Err(wrong(BOOT_IMAGE)),
                _ => ignored = true,
            }
        }
        Ok((changed, ignored))
    }

    /// What machines start from the image, where it is to have that.
    pub fn boot(&self, contents: &mut Contents) -> Vec<BootEntry> {
        let Some(image) = self.boot_image.as_ref().filter(|_| self.place_boot_image) else { return Vec::new() };
        let content = contents.add_bytes(Arc::clone(image));
        vec![BootEntry {
            platform: match self.platform {
                1 => Platform::POWER_PC,
                2 => Platform::MAC,
                _ => Platform::X86,
            },
            emulation: Emulation::from_number(self.emulation).unwrap_or_default(),
            manufacturer: Manufacturer::new(&self.manufacturer).unwrap_or_default(),
            ..BootEntry::new(BootImage::Content(content))
        }]
    }
}

/// A small number, as a byte or as an integer.
fn byte(value: &PropertyValue, most: u8) -> Option<u8> {
    let number = match value {
        PropertyValue::Byte(byte) => *byte,
        PropertyValue::Integer(number) => u8::try_from(*number).ok()?,
        _ => return None,
    };
    (number <= most).then_some(number)
}

/// As Windows XP names discs: `Nov 29 2026`.
fn date(now: Timestamp) -> String {
    let told = now.to_string();
    let number = |range| told.get(range).and_then(|digits: &str| digits.parse::<usize>().ok()).unwrap_or(1);
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    format!("{} {day:02} {year}", MONTHS[(month - 1).min(11)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disc_is_called_by_its_date_unless_it_has_a_name() {
        let now = Timestamp::new(951_782_400, 0);
        assert_eq!(JolietSettings::default().volume(now), "Feb 29 2000");
        let set = PropertySet::new().with(VOLUME_NAME, PropertyValue::Text("Photos".into()));
        let (changed, ignored) = JolietSettings::default().changed(&set).expect("a name");
        assert_eq!((changed.volume(now).as_str(), ignored), ("Photos", false));
    }

    #[test]
    fn values_that_cannot_be_are_refused() {
        for (name, value) in [
            (VOLUME_NAME, PropertyValue::Text("seventeen letters".into())),
            (VOLUME_NAME, PropertyValue::Text(String::new())),
            (MANUFACTURER, PropertyValue::Text("x".repeat(25))),
            (PLATFORM, PropertyValue::Byte(3)),
            (EMULATION, PropertyValue::Integer(5)),
            (BOOT_IMAGE, PropertyValue::Flag(true)),
            (PLACE_BOOT_IMAGE, PropertyValue::Text("yes".into())),
        ] {
            let set = PropertySet::new().with(name, value);
            let outcome = JolietSettings::default().changed(&set);
            assert!(matches!(outcome, Err(V1Error::Argument { parameter, .. }) if parameter == name), "{name}");
        }
    }
}
