//! Time on a CD: minutes, seconds and frames, 75 frames a second, and the addresses they stand for.

use std::{fmt, str::FromStr};

use crate::{AddressError, Lba};

const FRAMES_A_SECOND: u32 = 75;
const FRAMES_A_MINUTE: u32 = 60 * FRAMES_A_SECOND;

/// Two seconds of pre-gap stand before address 0, so that 00:02:00 is LBA 0.
const PREGAP: i64 = 150;

/// From this minute on, times are those of the lead-in and count towards 100:00:00, where 00:00:00 follows.
const LEAD_IN_MINUTE: u8 = 90;
const WHOLE_CLOCK: i64 = 100 * FRAMES_A_MINUTE as i64;

/// A time on a CD, from 00:00:00 to 99:59:74.
///
/// As an address it is two things, as in the standard's own table: up to 89:59:74 it counts from the beginning of the
/// pre-gap (LBA -150), and from 90:00:00 on it is in the lead-in before that.
///
/// ```
/// use imapi_disc_types::{Lba, Msf};
///
/// let start: Msf = "00:02:00".parse()?;
/// assert_eq!(Lba::from(start), Lba(0));
/// assert_eq!(Msf::try_from(Lba(-22_650))?.to_string(), "95:00:00");
/// # Ok::<(), imapi_disc_types::AddressError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Msf {
    minute: u8,
    second: u8,
    frame: u8,
}

impl Msf {
    /// A time; `None` unless minute, second and frame are below 100, 60 and 75.
    #[must_use]
    pub const fn new(minute: u8, second: u8, frame: u8) -> Option<Self> {
        if minute < 100 && second < 60 && frame < 75 { Some(Self { minute, second, frame }) } else { None }
    }

    /// The time so many frames after 00:00:00; `None` from 100 minutes on. This is how a length is told.
    #[must_use]
    pub fn from_frames(frames: u32) -> Option<Self> {
        let minute = u8::try_from(frames / FRAMES_A_MINUTE).ok()?;
        let second = u8::try_from(frames % FRAMES_A_MINUTE / FRAMES_A_SECOND).ok()?;
        Self::new(minute, second, u8::try_from(frames % FRAMES_A_SECOND).ok()?)
    }

    /// Frames since 00:00:00.
    #[must_use]
    pub fn frames(self) -> u32 {
        u32::from(self.minute) * FRAMES_A_MINUTE + u32::from(self.second) * FRAMES_A_SECOND + u32::from(self.frame)
    }

    /// 0 to 99.
    #[must_use]
    pub const fn minute(self) -> u8 {
        self.minute
    }

    /// 0 to 59.
    #[must_use]
    pub const fn second(self) -> u8 {
        self.second
    }

    /// 0 to 74.
    #[must_use]
    pub const fn frame(self) -> u8 {
        self.frame
    }
}

impl From<Msf> for Lba {
    fn from(time: Msf) -> Self {
        let clock = if time.minute < LEAD_IN_MINUTE { 0 } else { WHOLE_CLOCK };
        let lba = i64::from(time.frames()) - PREGAP - clock;
        Self(i32::try_from(lba).expect("a clock of 450000 frames stays far within 32 bits"))
    }
}

impl TryFrom<Lba> for Msf {
    type Error = AddressError;

    fn try_from(lba: Lba) -> Result<Self, AddressError> {
        let after_pregap = i64::from(lba.0) + PREGAP;
        let frames = if after_pregap < 0 { after_pregap + WHOLE_CLOCK } else { after_pregap };
        u32::try_from(frames)
            .ok()
            .and_then(Self::from_frames)
            // Beyond 89:59:74 the same digits belong to the lead-in, and the other way round.
            .filter(|time| (time.minute >= LEAD_IN_MINUTE) == (after_pregap < 0))
            .ok_or(AddressError::NoMsf(lba))
    }
}

impl FromStr for Msf {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let two_digits = |part: &str| -> Option<u8> {
            if part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse().ok() } else { None }
        };
        let parse = || -> Option<Self> {
            let (minute, rest) = text.split_once(':')?;
            let (second, frame) = rest.split_once(':')?;
            Self::new(two_digits(minute)?, two_digits(second)?, two_digits(frame)?)
        };
        parse().ok_or_else(|| AddressError::NotAnMsf(text.to_string()))
    }
}

impl fmt::Display for Msf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}:{:02}", self.minute, self.second, self.frame)
    }
}

impl fmt::Debug for Msf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Msf({self})")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Both columns from the table "LBA to MSF translation" of the MMC standard.
    #[test]
    fn times_and_addresses_meet_where_the_standard_says() {
        let rows = [
            ("90:00:00", -45_150),
            ("95:00:00", -22_650),
            ("99:59:74", -151),
            ("00:00:00", -150),
            ("00:01:74", -1),
            ("00:02:00", 0),
            ("89:59:74", 404_849),
        ];
        for (text, lba) in rows {
            let time: Msf = text.parse().expect("a time");
            assert_eq!(Lba::from(time), Lba(lba), "{text}");
            assert_eq!(Msf::try_from(Lba(lba)), Ok(time));
            assert_eq!(time.to_string(), text);
        }
    }

    #[test]
    fn addresses_beyond_the_clock_have_no_time() {
        for lba in [i32::MIN, -45_151, 404_850, 449_849, 449_850, i32::MAX] {
            assert_eq!(Msf::try_from(Lba(lba)), Err(AddressError::NoMsf(Lba(lba))));
        }
    }

    #[test]
    fn only_two_digits_each_are_a_time() {
        for text in ["", "00:02", "00:02:0", "00:2:00", "0:02:00", "00:02:00:00", "00:60:00", "00:00:75", "+1:02:00"] {
            assert_eq!(text.parse::<Msf>(), Err(AddressError::NotAnMsf(text.to_string())));
        }
        assert!("100:00:00".parse::<Msf>().is_err() && " 00:02:00".parse::<Msf>().is_err());
    }

    #[test]
    fn a_length_is_told_in_frames() {
        assert_eq!(Msf::from_frames(4_500 + 75 + 1), Msf::new(1, 1, 1));
        assert_eq!(Msf::from_frames(450_000), None);
        assert_eq!(Msf::from_frames(u32::MAX), None);
    }

    proptest! {
        #[test]
        fn an_address_survives_the_way_through_time(lba in -45_150..=404_849) {
            let time = Msf::try_from(Lba(lba)).expect("within the clock");
            prop_assert_eq!(Lba::from(time), Lba(lba));
            prop_assert_eq!(time.to_string().parse::<Msf>(), Ok(time));
        }

        #[test]
        fn frames_count_every_time_once(frames in 0..450_000u32) {
            let time = Msf::from_frames(frames).expect("within the clock");
            prop_assert_eq!(time.frames(), frames);
            prop_assert_eq!(Msf::new(time.minute(), time.second(), time.frame()), Some(time));
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = text.parse::<Msf>();
        }
    }
}
