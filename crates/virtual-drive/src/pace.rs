//! [`Pace`]: how much of the time that a real drive takes the drive in software takes.

use std::time::Duration;

/// How long the drive takes for its work.
///
/// Closing, formatting and blanking take seconds to hours, and hosts wait for it. Everyone's tests are quicker with a
/// thousandth of it, and still see the drive busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The part of the time that is taken.
    divisor: u32,
}

impl Pace {
    /// A thousandth; data go as fast as they come.
    pub const QUICK: Self = Self { divisor: 1000 };
    /// All of it.
    pub const REAL: Self = Self { divisor: 1 };

    /// What becomes of the time that a real drive takes.
    #[must_use]
    pub fn lasting(self, real: Duration) -> Duration {
        real / self.divisor
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::QUICK
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
    }
}
