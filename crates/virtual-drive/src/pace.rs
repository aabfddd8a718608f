//! [`Pace`]: how much of the time that a real drive takes the drive in software takes.

use std::{fmt, str::FromStr, time::Duration};

use imapi_errors::{Coded, Fact, HResult, Value, common};

/// How long the drive takes for its work, and whether data take their time, too.
///
/// Closing, formatting and blanking take seconds to hours, and hosts wait for it. Everyone's tests are quicker with a
/// thousandth of it, and still see the drive busy. At any other pace data go through the drive's buffer at the speed that
/// is set, and whoever does not keep it filled learns what a buffer underrun is.
///
/// Written `quick`, `real`, or `x8` for eight times as fast as real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The part of the time that is taken.
    divisor: u32,
    /// Data take their time.
    streams: bool,
}

impl Pace {
    /// A thousandth; data go as fast as they come.
    pub const QUICK: Self = Self { divisor: 1000, streams: false };
    /// All of it.
    pub const REAL: Self = Self { divisor: 1, streams: true };

    /// So many times as fast as real; zero times is as fast as real.
    #[must_use]
    pub const fn times(factor: u32) -> Self {
        Self { divisor: if factor == 0 { 1 } else { factor }, streams: true }
    }

    /// What becomes of the time that a real drive takes.
    #[must_use]
    pub fn lasting(self, real: Duration) -> Duration {
        real / self.divisor
    }

    /// How many times as fast as a real drive the data go; `None` when they go as fast as they come.
    #[must_use]
    pub fn stream_factor(self) -> Option<u32> {
        self.streams.then_some(self.divisor)
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::QUICK
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::QUICK => f.pad("quick"),
            Self::REAL => f.pad("real"),
            Self { divisor, .. } => write!(f, "x{divisor}"),
        }
    }
}

/// Something that is no pace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} is no pace; it is quick, real, or x and a number of times as fast as real, as in x8")]
pub struct UnknownPace {
    /// What was given.
    pub text: String,
}

impl Coded for UnknownPace {
    fn code(&self) -> HResult {
        common::E_INVALIDARG
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::RequestedSpeed, Value::Text(&self.text));
        put(Fact::Expected, Value::Text(&"quick, real, x8"));
    }
}

impl FromStr for Pace {
    type Err = UnknownPace;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lower = text.trim().to_ascii_lowercase();
        let factor = lower.strip_prefix('x').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        match (lower.as_str(), factor.and_then(|digits| digits.parse().ok())) {
            ("quick", _) => Ok(Self::QUICK),
            ("real", _) => Ok(Self::REAL),
            (_, Some(factor)) if factor > 0 => Ok(Self::times(factor)),
            _ => Err(UnknownPace { text: text.to_string() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_drive_takes_a_thousandth() {
        let hour = Duration::from_secs(3600);
        assert_eq!(Pace::REAL.lasting(hour), hour);
        assert_eq!(Pace::default().lasting(hour), Duration::from_millis(3600));
        assert_eq!(Pace::times(60).lasting(hour), Duration::from_secs(60));
    }

    #[test]
    fn a_pace_is_read_as_it_is_written() {
        for (text, pace, factor) in [
            ("quick", Pace::QUICK, None),
            ("real", Pace::REAL, Some(1)),
            ("x8", Pace::times(8), Some(8)),
            ("x1000", Pace::times(1000), Some(1000)),
        ] {
            assert_eq!((text.parse(), pace.to_string().as_str(), pace.stream_factor()), (Ok(pace), text, factor));
        }
        assert_eq!((" X1 ".parse(), "REAL".parse()), (Ok(Pace::REAL), Ok(Pace::REAL)));
        for wrong in ["", "x", "x0", "x-1", "x+1", "8", "8x", "x4294967296", "fast"] {
            assert!(wrong.parse::<Pace>().is_err(), "{wrong}");
        }
    }
}
