//! [`Settings`]: the properties of a drive.

use imapi_format2::SpeedRequest;

use crate::{PropertySet, PropertyValue, V1Error};

const MAX_WRITE_SPEED: &str = "MaxWriteSpeed";
const WRITE_SPEED: &str = "WriteSpeed";
const AUDIO_GAP_SIZE: &str = "AudioGapSize";
const UNDERRUN_CAPABLE: &str = "BufferUnderrunFreeCapable";
const ENABLE_UNDERRUN_FREE: &str = "EnableBufferUnderrunFree";

/// The pause that all drives make.
const USUAL_GAP: i32 = 150;
/// The longest: three seconds.
const LONGEST_GAP: i32 = 225;

/// Whether a drive goes on that ran out of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Underrun {
    /// Where it can.
    IfAble = -1,
    /// Never.
    Off = 0,
    /// It was asked for.
    On = 1,
}

/// The properties of a drive. They hold until the session is closed that has the drive, or nobody has it any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Multiples of the single speed; none of a drive that was not asked yet.
    most: Option<i32>,
    /// What was asked for, if somebody asked for less than the most.
    speed: Option<i32>,
    /// The drive goes on that ran out of data.
    underrun_capable: bool,
    pub gap: i32,
    pub underrun: Underrun,
}

impl Default for Settings {
    fn default() -> Self {
        Self { most: None, speed: None, underrun_capable: false, gap: USUAL_GAP, underrun: Underrun::IfAble }
    }
}

impl Settings {
    pub fn is_new(&self) -> bool {
        self.most.is_none()
    }

    /// The drive says how fast it is, which depends on the disc in it, and whether it goes on that ran out of data.
    pub fn learn(&mut self, most: u32, underrun_capable: bool) {
        self.most = Some(i32::try_from(most).unwrap_or(i32::MAX));
        self.underrun_capable = underrun_capable;
    }

    /// What somebody has changed is forgotten.
    pub fn forget(&mut self) {
        *self = Self { most: self.most, underrun_capable: self.underrun_capable, ..Self::default() };
    }

    fn most(&self) -> i32 {
        self.most.unwrap_or(0)
    }

    /// What a burn asks the drive for.
    pub fn request(&self, single: u32) -> SpeedRequest {
        let multiple = self.speed.and_then(|speed| u32::try_from(speed).ok());
        SpeedRequest { sectors_per_second: multiple.map(|speed| speed.saturating_mul(single)), pure_cav: false }
    }

    /// All of it as a set.
    pub fn told(&self) -> PropertySet {
        let integer = PropertyValue::Integer;
        PropertySet::new()
            .with(MAX_WRITE_SPEED, integer(self.most()))
            .with(WRITE_SPEED, integer(self.speed.unwrap_or(self.most())))
            .with(AUDIO_GAP_SIZE, integer(self.gap))
            .with(UNDERRUN_CAPABLE, integer(-i32::from(self.underrun_capable)))
            .with(ENABLE_UNDERRUN_FREE, integer(self.underrun as i32))
    }

    /// The settings with what a set changes, and whether something in it was skipped.
    pub fn changed(&self, set: &PropertySet) -> Result<(Self, bool), V1Error> {
        let (mut changed, mut ignored) = (self.clone(), false);
        for (name, value) in set.iter() {
            match name {
                WRITE_SPEED => changed.speed = Some(within(WRITE_SPEED, value, 1, self.most().max(1))?),
                AUDIO_GAP_SIZE => changed.gap = within(AUDIO_GAP_SIZE, value, 0, LONGEST_GAP)?,
                ENABLE_UNDERRUN_FREE => {
                    changed.underrun = match within(ENABLE_UNDERRUN_FREE, value, -1, 1)? {
                        0 => Underrun::Off,
                        1 => Underrun::On,
                        _ => Underrun::IfAble,
                    };
                }
                _ => ignored = true,
            }
        }
        Ok((changed, ignored))
    }
}

fn within(name: &'static str, value: &PropertyValue, least: i32, most: i32) -> Result<i32, V1Error> {
    match value {
        PropertyValue::Integer(number) if (least..=most).contains(number) => Ok(*number),
        other => Err(V1Error::Argument { parameter: name, given: format!("{other:?}") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Settings {
        let mut settings = Settings::default();
        settings.learn(48, true);
        settings
    }

    #[test]
    fn a_set_changes_what_it_has_and_skips_what_can_only_be_read() {
        let set = PropertySet::new()
            .with(WRITE_SPEED, PropertyValue::Integer(8))
            .with(MAX_WRITE_SPEED, PropertyValue::Integer(99))
            .with("Colour", PropertyValue::Integer(1));
        let (changed, ignored) = known().changed(&set).expect("8 is a speed");
        assert!(ignored);
        let told = changed.told();
        assert_eq!(told.get(WRITE_SPEED), Some(&PropertyValue::Integer(8)));
        assert_eq!(told.get(MAX_WRITE_SPEED), Some(&PropertyValue::Integer(48)));
        assert_eq!(told.get(AUDIO_GAP_SIZE), Some(&PropertyValue::Integer(150)));
        assert_eq!(changed.request(75).sectors_per_second, Some(600));
    }

    #[test]
    fn values_that_cannot_be_are_refused() {
        for (name, number) in [
            (WRITE_SPEED, 0),
            (WRITE_SPEED, 49),
            (AUDIO_GAP_SIZE, 226),
            (AUDIO_GAP_SIZE, -1),
            (ENABLE_UNDERRUN_FREE, 2),
        ] {
            let set = PropertySet::new().with(name, PropertyValue::Integer(number));
            assert!(matches!(known().changed(&set), Err(V1Error::Argument { parameter, .. }) if parameter == name));
        }
        let set = PropertySet::new().with(WRITE_SPEED, PropertyValue::Flag(true));
        assert!(known().changed(&set).is_err());
    }
}
