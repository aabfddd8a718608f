//! The two forms in which ISO 9660 writes dates: seven bytes in directories, seventeen in volume descriptors.

use crate::civil::CivilTime;

/// Minutes of the unit in which offsets from UTC are recorded.
const QUARTER: i16 = 15;
/// The offsets that are allowed, in quarters of an hour: from 12 hours west to 13 hours east.
const QUARTERS: core::ops::RangeInclusive<i8> = -48..=52;

/// The date of a directory record (ECMA-119, 9.1.5), in the years 1900 to 2155.
///
/// All fields zero means that no date was recorded. What stands in the fields need not be a date: [`civil`](Self::civil)
/// says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RecordingTime {
    /// Years since 1900.
    pub years_since_1900: u8,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// Offset from UTC in quarters of an hour.
    pub offset_quarters: i8,
}

impl RecordingTime {
    /// Its bytes.
    pub const LEN: usize = 7;
    /// No date.
    pub const UNSPECIFIED: Self =
        Self { years_since_1900: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, offset_quarters: 0 };

    /// The fields of these bytes.
    #[must_use]
    pub const fn decode(bytes: [u8; Self::LEN]) -> Self {
        let [years_since_1900, month, day, hour, minute, second, offset] = bytes;
        let offset_quarters = i8::from_le_bytes([offset]);
        Self { years_since_1900, month, day, hour, minute, second, offset_quarters }
    }

    /// The bytes.
    #[must_use]
    pub const fn encode(self) -> [u8; Self::LEN] {
        let [offset] = self.offset_quarters.to_le_bytes();
        [self.years_since_1900, self.month, self.day, self.hour, self.minute, self.second, offset]
    }

    /// That moment; `None` when its year is not among 1900 to 2155. An offset that cannot be recorded becomes the
    /// nearest before it that can; the moment stays.
    #[must_use]
    pub fn from_civil(time: CivilTime) -> Option<Self> {
        let (time, offset_quarters) = recordable(time)?;
        Some(Self {
            years_since_1900: time.year.checked_sub(1900).and_then(|years| u8::try_from(years).ok())?,
            month: time.month,
            day: time.day,
            hour: time.hour,
            minute: time.minute,
            second: time.second,
            offset_quarters,
        })
    }

    /// The moment; `None` when no date was recorded, or none that exists.
    #[must_use]
    pub fn civil(self) -> Option<CivilTime> {
        let time = CivilTime {
            year: 1900 + u16::from(self.years_since_1900),
            month: self.month,
            day: self.day,
            hour: self.hour,
            minute: self.minute,
            second: self.second,
            hundredths: 0,
            offset_minutes: i16::from(self.offset_quarters) * QUARTER,
        };
        time.is_valid().then_some(time)
    }
}

/// The date of a volume descriptor (ECMA-119, 8.4.26.1): sixteen digits and an offset, in the years 0 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VolumeTime(pub [u8; Self::LEN]);

impl VolumeTime {
    /// Its bytes.
    pub const LEN: usize = 17;
    /// No date: sixteen digits zero, and a zero.
    pub const UNSPECIFIED: Self = Self(*b"0000000000000000\0");

    /// That moment; `None` when it is no valid time. An offset that cannot be recorded becomes the nearest before it
    /// that can; the moment stays.
    #[must_use]
    pub fn from_civil(time: CivilTime) -> Option<Self> {
        let (time, offset) = recordable(time)?;
        let mut bytes = [0; Self::LEN];
        let mut rest = bytes.as_mut_slice();
        let small = [time.month, time.day, time.hour, time.minute, time.second, time.hundredths];
        for (digits, number) in [(4, time.year)].into_iter().chain(small.map(|number| (2, u16::from(number)))) {
            let (field, after) = rest.split_at_mut(digits);
            write_digits(number, field);
            rest = after;
        }
        rest.copy_from_slice(&offset.to_le_bytes());
        Some(Self(bytes))
    }

    /// The moment; `None` when no date was recorded, or none that exists.
    #[must_use]
    pub fn civil(self) -> Option<CivilTime> {
        let number = |at: usize, digits: usize| read_digits(&self.0[at..at + digits]);
        let small = |at| number(at, 2).and_then(|value| u8::try_from(value).ok());
        let time = CivilTime {
            year: number(0, 4)?,
            month: small(4)?,
            day: small(6)?,
            hour: small(8)?,
            minute: small(10)?,
            second: small(12)?,
            hundredths: small(14)?,
            offset_minutes: i16::from(i8::from_le_bytes([self.0[16]])) * QUARTER,
        };
        time.is_valid().then_some(time)
    }
}

/// The same moment with an offset in whole quarters of an hour, and that offset.
fn recordable(time: CivilTime) -> Option<(CivilTime, i8)> {
    if !time.is_valid() {
        return None;
    }
    let quarters = i8::try_from(time.offset_minutes.div_euclid(QUARTER)).ok()?;
    let quarters = quarters.clamp(*QUARTERS.start(), *QUARTERS.end());
    Some((time.at_offset(i16::from(quarters) * QUARTER)?, quarters))
}

fn write_digits(mut number: u16, out: &mut [u8]) {
    for digit in out.iter_mut().rev() {
        // A remainder of ten fits.
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
}

fn read_digits(bytes: &[u8]) -> Option<u16> {
    bytes.iter().try_fold(0, |number: u16, &byte| byte.is_ascii_digit().then(|| number * 10 + u16::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// A file of `touch -d '2021-03-04 05:06:07 UTC'`, made into an image by genisoimage 1.1.11 with `TZ=Asia/Kolkata`.
    const BY_GENISOIMAGE: [u8; 7] = [0x79, 3, 4, 10, 36, 7, 22];
    const UNIX: i64 = 1_614_834_367;

    #[test]
    fn a_recording_time_is_what_a_local_clock_showed() {
        let time = RecordingTime::decode(BY_GENISOIMAGE);
        let civil = time.civil().expect("a date");
        assert_eq!((civil.to_unix(), civil.offset_minutes, civil.hour), (UNIX, 330, 10));
        assert_eq!(time.encode(), BY_GENISOIMAGE);
        assert_eq!(RecordingTime::from_civil(civil), Some(time));
    }

    #[test]
    fn a_volume_time_is_digits() {
        let civil = CivilTime::from_unix(UNIX, 42, -75).expect("in range");
        let time = VolumeTime::from_civil(civil).expect("in range");
        assert_eq!(&time.0, b"2021030403510742\xFB");
        assert_eq!(time.civil(), Some(civil));
    }

    #[rstest]
    #[case(i64::from(u32::MAX), Some(206))]
    #[case(-2_208_988_800, Some(0))] // 1900 begins
    #[case(-2_208_988_801, None)]
    #[case(5_869_583_999, Some(255))] // 2155 ends
    #[case(5_869_584_000, None)]
    fn directories_know_the_years_1900_to_2155(#[case] unix: i64, #[case] years: Option<u8>) {
        let civil = CivilTime::from_unix(unix, 0, 0).expect("in range");
        assert_eq!(RecordingTime::from_civil(civil).map(|time| time.years_since_1900), years);
    }

    #[test]
    fn the_moment_stays_when_its_offset_cannot_be_recorded() {
        // Nepal before 1986 was at +5:40; Kiribati is at +14 hours, one more than can be recorded.
        for (offset, quarters) in [(340, 22), (840, 52), (-840, -48), (-1, -1)] {
            let civil = CivilTime::from_unix(UNIX, 0, offset).expect("in range");
            let time = RecordingTime::from_civil(civil).expect("in range");
            assert_eq!(time.offset_quarters, quarters);
            assert_eq!(time.civil().map(CivilTime::to_unix), Some(UNIX));
        }
    }

    #[rstest]
    #[case(*b"0000000000000000\0")]
    #[case([0; 17])]
    #[case([b' '; 17])]
    #[case(*b"2021130403510742\0")] // month 13
    #[case(*b"20210304035107 2\0")]
    fn what_is_no_date_is_none(#[case] bytes: [u8; 17]) {
        assert_eq!(VolumeTime(bytes).civil(), None);
    }

    #[test]
    fn nothing_recorded_is_no_date() {
        assert_eq!(RecordingTime::UNSPECIFIED.civil(), None);
        assert_eq!(RecordingTime::decode([0; 7]), RecordingTime::UNSPECIFIED);
    }

    proptest! {
        #[test]
        fn any_bytes_are_kept(bytes: [u8; 7], volume: [u8; 17]) {
            let time = RecordingTime::decode(bytes);
            prop_assert_eq!(time.encode(), bytes);
            if let Some(again) = time.civil().and_then(RecordingTime::from_civil) {
                prop_assert_eq!(again.civil().map(CivilTime::to_unix), time.civil().map(CivilTime::to_unix));
            }
            let _ = VolumeTime(volume).civil();
        }

        #[test]
        fn dates_come_back(unix in -62_167_132_800i64..253_402_214_400, hundredths in 0u8..100, quarters in QUARTERS) {
            let civil = CivilTime::from_unix(unix, hundredths, i16::from(quarters) * QUARTER).expect("in range");
            prop_assert_eq!(VolumeTime::from_civil(civil).and_then(VolumeTime::civil), Some(civil));
        }
    }
}
