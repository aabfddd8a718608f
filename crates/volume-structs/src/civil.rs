//! [`CivilTime`]: a date and a time of day as calendars and clocks tell them, with the offset of their time zone.
//!
//! Discs store what a clock on a wall said, and by how much it differed from UTC; computers count seconds. Here the two
//! are converted. The calendar is the Gregorian one, reckoned back before its time.

const SECONDS_PER_MINUTE: i64 = 60;
const SECONDS_PER_DAY: i64 = 86_400;
/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_EPOCH: i64 = 719_468;
/// Days of 400 years, after which the calendar repeats itself.
const DAYS_PER_ERA: i64 = 146_097;

/// A moment as a calendar and a clock tell it.
///
/// ```
/// use imapi_volume_structs::civil::CivilTime;
///
/// // A second before the year 2000 began in London, by a clock in Kolkata.
/// let time = CivilTime::from_unix(946_684_799, 0, 330).expect("a year of four digits");
/// assert_eq!((time.year, time.month, time.day), (2000, 1, 1));
/// assert_eq!((time.hour, time.minute, time.second), (5, 29, 59));
/// assert_eq!(time.to_unix(), 946_684_799);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CivilTime {
    /// 0 to 9999.
    pub year: u16,
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
    pub hundredths: u8,
    /// By how many minutes this clock is ahead of UTC; negative west of Greenwich.
    pub offset_minutes: i16,
}

impl CivilTime {
    /// What a clock of that offset shows so many seconds after 1970 began in UTC; `None` before the year 0 and after 9999.
    #[must_use]
    pub fn from_unix(seconds: i64, hundredths: u8, offset_minutes: i16) -> Option<Self> {
        let local = seconds.checked_add(i64::from(offset_minutes) * SECONDS_PER_MINUTE)?;
        let (days, second_of_day) = (local.div_euclid(SECONDS_PER_DAY), local.rem_euclid(SECONDS_PER_DAY));
        // Years begin in March, so that the leap day is the last of a year and months need no table.
        let days = days.checked_add(DAYS_TO_EPOCH)?;
        let (era, day_of_era) = (days.div_euclid(DAYS_PER_ERA), days.rem_euclid(DAYS_PER_ERA));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        let time = Self {
            year: u16::try_from(year).ok().filter(|&year| year <= 9999)?,
            month: u8::try_from(month).ok()?,
            day: u8::try_from(day_of_year - (153 * month_from_march + 2) / 5 + 1).ok()?,
            hour: u8::try_from(second_of_day / 3600).ok()?,
            minute: u8::try_from(second_of_day / 60 % 60).ok()?,
            second: u8::try_from(second_of_day % 60).ok()?,
            hundredths,
            offset_minutes,
        };
        time.is_valid().then_some(time)
    }

    /// Seconds since 1970 began in UTC; the hundredths are left out.
    #[must_use]
    pub fn to_unix(self) -> i64 {
        let month = i64::from(self.month);
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let month_from_march = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH;
        let second_of_day = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        days * SECONDS_PER_DAY + second_of_day - i64::from(self.offset_minutes) * SECONDS_PER_MINUTE
    }

    /// The same moment by a clock of another offset; `None` when that clock shows no year of four digits.
    #[must_use]
    pub fn at_offset(self, offset_minutes: i16) -> Option<Self> {
        Self::from_unix(self.to_unix(), self.hundredths, offset_minutes)
    }

    /// Whether there is such a day, and such a time in it.
    #[must_use]
    pub fn is_valid(self) -> bool {
        self.year <= 9999
            && (1..=12).contains(&self.month)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
            && self.hundredths < 100
            && self.offset_minutes.unsigned_abs() <= 24 * 60
    }
}

fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(year: u16, month: u8, day: u8) -> CivilTime {
        CivilTime { year, month, day, hour: 0, minute: 0, second: 0, hundredths: 0, offset_minutes: 0 }
    }

    /// Seconds by `date -u -d DAY +%s` of GNU coreutils.
    #[test]
    fn days_count_as_coreutils_counts_them() {
        for (time, seconds) in [
            (day(0, 1, 1), -62_167_219_200),
            (day(1900, 1, 1), -2_208_988_800),
            (day(1900, 3, 1), -2_203_891_200),
            (day(1969, 12, 31), -86_400),
            (day(1970, 1, 1), 0),
            (day(2000, 2, 29), 951_782_400),
            (day(2155, 12, 31), 5_869_497_600),
            (day(9999, 12, 31), 253_402_214_400),
        ] {
            assert_eq!(time.to_unix(), seconds, "{time:?}");
            assert_eq!(CivilTime::from_unix(seconds, 0, 0), Some(time));
        }
    }

    #[test]
    fn years_have_four_digits() {
        assert_eq!(CivilTime::from_unix(-62_167_219_201, 0, 0), None);
        assert_eq!(CivilTime::from_unix(253_402_300_800, 0, 0), None);
        assert_eq!(CivilTime::from_unix(i64::MAX, 0, 1), None);
        assert_eq!(CivilTime::from_unix(i64::MIN, 0, 0), None);
        assert_eq!(CivilTime::from_unix(0, 100, 0), None, "hundredths");
    }

    #[test]
    fn there_is_no_29th_of_february_1900() {
        assert!(!day(1900, 2, 29).is_valid());
        assert!(day(2000, 2, 29).is_valid());
        assert!(!day(2001, 4, 31).is_valid());
        assert!(!CivilTime { second: 60, ..day(2001, 4, 30) }.is_valid());
    }

    #[test]
    fn another_clock_shows_the_same_moment() {
        let in_new_york = day(2020, 1, 1).at_offset(-300).expect("in range");
        assert_eq!((in_new_york.year, in_new_york.day, in_new_york.hour), (2019, 31, 19));
        assert_eq!(in_new_york.at_offset(0), Some(day(2020, 1, 1)));
        assert_eq!(day(0, 1, 1).at_offset(-1), None);
    }

    proptest! {
        #[test]
        fn each_second_has_one_name(
            seconds in -62_167_132_800i64..253_402_214_400,
            offset in -1440i16..=1440,
        ) {
            let time = CivilTime::from_unix(seconds, 7, offset).expect("a day from the ends");
            prop_assert!(time.is_valid());
            prop_assert_eq!(time.to_unix(), seconds);
        }
    }
}
