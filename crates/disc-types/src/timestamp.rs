//! [`Timestamp`]: when something happened to a file.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// A moment: nanoseconds before or after the beginning of 1970, and how far the clocks of the place were from UTC.
///
/// It reaches from 1678 to 2262, more than any format of an image can say but UDF.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    nanoseconds: i64,
    minutes_east: i16,
}

const SECOND: i64 = 1_000_000_000;

impl Timestamp {
    /// A moment in seconds and nanoseconds since the beginning of 1970, in UTC; one that cannot be said becomes the
    /// nearest that can.
    #[must_use]
    pub const fn new(seconds: i64, nanoseconds: u32) -> Self {
        let nanoseconds = seconds.saturating_mul(SECOND).saturating_add(nanoseconds as i64);
        Self { nanoseconds, minutes_east: 0 }
    }

    /// The same moment where clocks are so many minutes ahead of UTC. Offsets beyond a day become none.
    #[must_use]
    pub const fn at(self, minutes_east: i16) -> Self {
        let possible = minutes_east > -1440 && minutes_east < 1440;
        Self { minutes_east: if possible { minutes_east } else { 0 }, ..self }
    }

    /// Nanoseconds since the beginning of 1970.
    #[must_use]
    pub const fn nanoseconds(self) -> i64 {
        self.nanoseconds
    }

    /// So many nanoseconds since the beginning of 1970, in UTC.
    #[must_use]
    pub const fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self { nanoseconds, minutes_east: 0 }
    }

    /// Seconds since the beginning of 1970, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.nanoseconds.div_euclid(SECOND)
    }

    /// Nanoseconds beyond the second.
    #[must_use]
    pub fn subsecond(self) -> u32 {
        u32::try_from(self.nanoseconds.rem_euclid(SECOND)).unwrap_or(0)
    }

    /// How many minutes the clocks of the place were ahead of UTC.
    #[must_use]
    pub const fn minutes_east(self) -> i16 {
        self.minutes_east
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let nanoseconds = |span: Duration| i64::try_from(span.as_nanos()).unwrap_or(i64::MAX);
        let nanoseconds = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => nanoseconds(after),
            Err(before) => -nanoseconds(before.duration()),
        };
        Self { nanoseconds, minutes_east: 0 }
    }
}

/// As RFC 3339 writes it, where the clocks are that it is told by: `2001-02-03T04:05:06.5+01:00`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.seconds() + i64::from(self.minutes_east) * 60;
        let (day, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = civil(day);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if self.subsecond() > 0 {
            let digits = format!("{:09}", self.subsecond());
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        match self.minutes_east {
            0 => f.write_str("Z"),
            east => write!(f, "{}{:02}:{:02}", if east < 0 { '-' } else { '+' }, east.abs() / 60, east.abs() % 60),
        }
    }
}

/// Year, month and day of a day that is so many after the first of 1970.
///
/// Years begin in March here, so that the day that some years have and others lack is their last; 400 of them have 146,097
/// days whenever they begin.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // from the first of March of the year 0
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year + i64::from(month <= 2);
    (year, month, day - (153 * from_march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_before_1970_has_whole_seconds_too() {
        let time = Timestamp::from(SystemTime::UNIX_EPOCH - Duration::from_millis(1500));
        assert_eq!((time.seconds(), time.subsecond()), (-2, 500_000_000));
        assert_eq!(time, Timestamp::new(-2, 500_000_000));
    }

    #[test]
    fn what_cannot_be_said_becomes_the_nearest_that_can() {
        assert_eq!(Timestamp::new(i64::MAX, 0).seconds(), i64::MAX / SECOND);
        assert_eq!(Timestamp::new(0, 0).at(-330).minutes_east(), -330);
        assert_eq!(Timestamp::new(0, 0).at(1440).minutes_east(), 0);
    }

    /// Expected values are those of `date -u -d @SECONDS +%FT%TZ`.
    #[test]
    fn a_moment_is_told_as_calendars_have_it() {
        let told = |seconds: i64| Timestamp::new(seconds, 0).to_string();
        assert_eq!(told(0), "1970-01-01T00:00:00Z");
        assert_eq!(told(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(told(-2_203_891_201), "1900-02-28T23:59:59Z");
        assert_eq!(told(4_107_542_400), "2100-03-01T00:00:00Z");
        assert_eq!(told(1_735_689_599), "2024-12-31T23:59:59Z");
        assert_eq!(Timestamp::new(0, 500_000_000).at(-330).to_string(), "1969-12-31T18:30:00.5-05:30");
    }
}
