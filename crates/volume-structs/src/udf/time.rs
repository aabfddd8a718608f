//! [`Timestamp`]: when, to the microsecond.

use crate::{civil::CivilTime, wire::Fields};

/// A moment (ECMA-167, 1/7.3), with every bit that was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Timestamp {
    /// The kind of time in the upper 4 bits, the zone in the lower 12.
    pub kind_and_zone: u16,
    /// 1 to 9999.
    pub year: i16,
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
    /// Hundredths of a second, 0 to 99.
    pub centiseconds: u8,
    /// Hundreds of microseconds beyond them, 0 to 99.
    pub hundred_microseconds: u8,
    /// Microseconds beyond those, 0 to 99.
    pub microseconds: u8,
}

/// Local time, whatever the zone: the only kind that UDF allows.
const LOCAL: u16 = 1 << 12;
const ZONE: u16 = 0x0FFF;
/// A zone that nobody told.
const NO_ZONE: i16 = -2047;

impl Timestamp {
    /// Bytes of it.
    pub const LEN: usize = 12;
    /// No time: all zeros.
    pub const NONE: Self = Self {
        kind_and_zone: 0,
        year: 0,
        month: 0,
        day: 0,
        hour: 0,
        minute: 0,
        second: 0,
        centiseconds: 0,
        hundred_microseconds: 0,
        microseconds: 0,
    };

    /// This time, and so many microseconds (0 to 9999) beyond its hundredths; `None` if its offset is more than a day.
    #[must_use]
    pub fn new(time: CivilTime, microseconds: u16) -> Option<Self> {
        if !time.is_valid() || time.offset_minutes.unsigned_abs() > 1440 || microseconds > 9999 {
            return None;
        }
        Some(Self {
            kind_and_zone: LOCAL | (u16::from_le_bytes(time.offset_minutes.to_le_bytes()) & ZONE),
            year: i16::try_from(time.year).ok()?,
            month: time.month,
            day: time.day,
            hour: time.hour,
            minute: time.minute,
            second: time.second,
            centiseconds: time.hundredths,
            hundred_microseconds: u8::try_from(microseconds / 100).ok()?,
            microseconds: u8::try_from(microseconds % 100).ok()?,
        })
    }

    /// By how many minutes its clock is ahead of UTC; `None` when it does not say.
    #[must_use]
    pub const fn offset_minutes(self) -> Option<i16> {
        // The lower 12 bits are a number with a sign.
        let offset = i16::from_le_bytes((self.kind_and_zone << 4).to_le_bytes()) >> 4;
        if offset == NO_ZONE { None } else { Some(offset) }
    }

    /// The calendar's and the clock's view; a time without a zone is taken for UTC. `None` when there is no such time.
    #[must_use]
    pub fn civil(self) -> Option<CivilTime> {
        let time = CivilTime {
            year: u16::try_from(self.year).ok()?,
            month: self.month,
            day: self.day,
            hour: self.hour,
            minute: self.minute,
            second: self.second,
            hundredths: self.centiseconds,
            offset_minutes: self.offset_minutes().unwrap_or(0),
        };
        time.is_valid().then_some(time)
    }

    /// Microseconds beyond the hundredths.
    #[must_use]
    pub const fn beyond_hundredths(self) -> u16 {
        self.hundred_microseconds as u16 * 100 + self.microseconds as u16
    }

    /// From its bytes.
    #[must_use]
    pub fn decode(bytes: [u8; Self::LEN]) -> Self {
        let [k0, k1, y0, y1, month, day, hour, minute, second, centiseconds, hundred_microseconds, microseconds] =
            bytes;
        Self {
            kind_and_zone: u16::from_le_bytes([k0, k1]),
            year: i16::from_le_bytes([y0, y1]),
            month,
            day,
            hour,
            minute,
            second,
            centiseconds,
            hundred_microseconds,
            microseconds,
        }
    }

    /// To its bytes.
    #[must_use]
    pub const fn encode(self) -> [u8; Self::LEN] {
        let ([k0, k1], [y0, y1]) = (self.kind_and_zone.to_le_bytes(), self.year.to_le_bytes());
        let Self { month, day, hour, minute, second, centiseconds, hundred_microseconds, microseconds, .. } = self;
        [k0, k1, y0, y1, month, day, hour, minute, second, centiseconds, hundred_microseconds, microseconds]
    }
}

/// A moment of a structure's fields.
pub(super) fn timestamp(fields: Fields<'_>, at: usize) -> Result<Timestamp, crate::wire::Malformed> {
    fields.array(at).map(Timestamp::decode)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Half past midnight UTC of 2026-11-21 in New York, 300 minutes behind: 0x1000 + 0xED4, worked out by hand.
    #[test]
    fn zones_west_of_greenwich_are_negative() {
        let time = Timestamp::decode([0xD4, 0x1E, 0xEA, 0x07, 11, 20, 19, 30, 5, 6, 7, 8]);
        assert_eq!(time.offset_minutes(), Some(-300));
        let civil = time.civil().expect("a time");
        assert_eq!((civil.year, civil.offset_minutes, civil.hundredths), (2026, -300, 6));
        assert_eq!(time.beyond_hundredths(), 708);
        assert_eq!(Timestamp::new(civil, 708), Some(time));
        let in_utc = civil.at_offset(0).expect("a time");
        assert_eq!((in_utc.day, in_utc.hour, in_utc.minute), (21, 0, 30));
    }

    #[test]
    fn a_time_without_a_zone_is_utc() {
        let time = Timestamp::decode([0x01, 0x18, 0xD0, 0x07, 2, 29, 0, 0, 0, 0, 0, 0]);
        assert_eq!(time.offset_minutes(), None);
        assert_eq!(time.civil().map(CivilTime::to_unix), Some(951_782_400));
        assert_eq!(Timestamp::NONE.civil(), None);
        assert_eq!(Timestamp { year: -1, ..time }.civil(), None);
    }

    proptest! {
        #[test]
        fn whatever_was_recorded_stays(bytes: [u8; 12]) {
            let time = Timestamp::decode(bytes);
            prop_assert_eq!(time.encode(), bytes);
            let _ = time.civil();
        }

        #[test]
        fn times_come_back(seconds in -2_208_988_800i64..5_869_497_600, offset in -1440i16..=1440, micros in 0..10_000u16) {
            let civil = CivilTime::from_unix(seconds, 3, offset).expect("in range");
            let time = Timestamp::new(civil, micros).expect("in range");
            prop_assert_eq!(time.civil(), Some(civil));
            prop_assert_eq!(time.beyond_hundredths(), micros);
        }
    }
}
