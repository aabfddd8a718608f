//! [`Timestamp`]: when something happened to a file.

use std::time::{Duration, SystemTime};

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
    pub(crate) const fn nanoseconds(self) -> i64 {
        self.nanoseconds
    }

    /// So many nanoseconds since the beginning of 1970, in UTC.
    pub(crate) const fn from_nanoseconds(nanoseconds: i64) -> Self {
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
}
