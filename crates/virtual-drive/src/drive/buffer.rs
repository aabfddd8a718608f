//! [`DriveBuffer`]: the memory between the host and the laser, by the clock.
//!
//! WRITE fills it at once, the laser empties it at the speed of writing. The laser goes on when the buffer is half full,
//! when it is told to flush, or when the host takes a break; and off when there is nothing left.

use std::time::Duration;

/// Bytes of the buffer.
pub(super) const SIZE: u64 = 4 << 20;
/// With so much in it the laser goes on.
const START: u64 = SIZE / 2;
/// After so long the laser goes on, whatever there is.
const BREAK: Duration = Duration::from_secs(1);
/// A late report is at most so old.
const LATE: Duration = Duration::from_secs(1);

/// The buffer of the drive.
#[derive(Debug)]
pub(super) struct DriveBuffer {
    laser: Laser,
    /// Bytes a second that the laser writes.
    rate: u64,
    /// How long the laser waits for more before it goes on.
    patience: Duration,
    /// There will be no more: running empty is the end and no mishap.
    ending: bool,
    /// When a drive that reports late last looked, and what was free.
    reported: Option<(Duration, u64)>,
}

#[derive(Debug, Clone, Copy)]
enum Laser {
    /// So many bytes wait since then.
    Off { held: u64, since: Duration },
    /// There is nothing left from then on, if nothing comes.
    On { dry_at: Duration },
}

const EMPTY: Laser = Laser::Off { held: 0, since: Duration::ZERO };

/// How long so many bytes take.
pub(super) fn time_of(bytes: u64, rate: u64) -> Duration {
    const NANOSECONDS: u128 = 1_000_000_000;
    let nanoseconds = u128::from(bytes) * NANOSECONDS / u128::from(rate.max(1));
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

/// How many bytes are gone in that time; rounded up, so that it undoes [`time_of`].
fn bytes_of(time: Duration, rate: u64) -> u64 {
    let bytes = (time.as_nanos() * u128::from(rate)).div_ceil(1_000_000_000);
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

impl DriveBuffer {
    pub(super) fn new() -> Self {
        Self { laser: EMPTY, rate: 1, patience: BREAK, ending: false, reported: None }
    }

    /// Bytes in it.
    pub(super) fn held(&self, now: Duration) -> u64 {
        match self.begun(now) {
            Laser::Off { held, .. } => held,
            Laser::On { dry_at } => bytes_of(dry_at.saturating_sub(now), self.rate),
        }
    }

    /// Bytes that it still takes.
    pub(super) fn free(&self, now: Duration) -> u64 {
        SIZE.saturating_sub(self.held(now))
    }

    /// The same as a drive tells it that looks every second only.
    pub(super) fn free_lately(&mut self, now: Duration) -> u64 {
        match self.reported {
            Some((at, free)) if now.saturating_sub(at) < LATE => free,
            _ => {
                let free = self.free(now);
                self.reported = Some((now, free));
                free
            }
        }
    }

    /// The laser as it is now: it may have lost its patience.
    fn begun(&self, now: Duration) -> Laser {
        match self.laser {
            Laser::Off { held, since } if held > 0 && now >= since.saturating_add(self.patience) => {
                Laser::On { dry_at: since + self.patience + time_of(held, self.rate) }
            }
            laser => laser,
        }
    }

    /// Takes bytes that go at that rate; says how long the host has to wait until all of them are in.
    pub(super) fn take(&mut self, bytes: u64, rate: u64, patience: Duration, now: Duration) -> Duration {
        self.laser = self.begun(now);
        self.ending = false;
        if rate != self.rate {
            if let Laser::On { dry_at } = &mut self.laser {
                *dry_at = now + time_of(bytes_of(dry_at.saturating_sub(now), self.rate), rate);
            }
        }
        (self.rate, self.patience) = (rate, patience);
        self.laser = match self.laser {
            Laser::Off { held, .. } if held + bytes >= START => Laser::On { dry_at: now + time_of(held + bytes, rate) },
            Laser::Off { held: 0, .. } => Laser::Off { held: bytes, since: now },
            Laser::Off { held, since } => Laser::Off { held: held + bytes, since },
            Laser::On { dry_at } => Laser::On { dry_at: dry_at.max(now) + time_of(bytes, rate) },
        };
        match self.laser {
            Laser::On { dry_at } => dry_at.saturating_sub(now).saturating_sub(time_of(SIZE, rate)),
            Laser::Off { .. } => Duration::ZERO,
        }
    }

    /// There will be no more; says how long the laser needs for what is there.
    pub(super) fn end(&mut self, now: Duration) -> Duration {
        let left = match self.begun(now) {
            Laser::Off { held, .. } => time_of(held, self.rate),
            Laser::On { dry_at } => dry_at.saturating_sub(now),
        };
        self.laser = Laser::On { dry_at: now + left };
        self.ending = true;
        left
    }

    /// Whether the laser ran out of data before that time, and was not told that there would be no more. It is off then.
    pub(super) fn ran_dry(&mut self, now: Duration) -> bool {
        self.laser = self.begun(now);
        let Laser::On { dry_at } = self.laser else { return false };
        if dry_at >= now {
            return false;
        }
        self.laser = EMPTY;
        !std::mem::take(&mut self.ending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u64 = 1 << 20;
    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn take(buffer: &mut DriveBuffer, mebibytes: u64, now: Duration) -> Duration {
        buffer.take(mebibytes << 20, RATE, BREAK, now)
    }

    #[test]
    fn what_does_not_fit_waits_until_the_laser_has_made_room() {
        let mut buffer = DriveBuffer::new();
        assert_eq!(take(&mut buffer, 1, seconds(0)), seconds(0));
        assert_eq!(buffer.held(seconds(0)), 1 << 20, "the laser is off");
        assert_eq!(take(&mut buffer, 1, seconds(0)), seconds(0));
        assert_eq!((buffer.held(seconds(1)), buffer.free(seconds(1))), (1 << 20, 3 << 20), "it went on");
        assert_eq!(take(&mut buffer, 3, seconds(1)), seconds(0), "just full");
        assert_eq!(take(&mut buffer, 2, seconds(1)), seconds(2));
        assert_eq!(buffer.held(seconds(3)), 4 << 20);
        assert_eq!(take(&mut buffer, 9, seconds(3)), seconds(9), "more than there is room for in all");
    }

    #[test]
    fn the_laser_goes_on_when_the_host_takes_a_break() {
        let mut buffer = DriveBuffer::new();
        take(&mut buffer, 1, seconds(10));
        assert_eq!(buffer.held(seconds(11)), 1 << 20);
        assert_eq!(buffer.held(seconds(11) + seconds(1) / 2), 1 << 19);
        assert!(!buffer.ran_dry(seconds(12)), "the last byte goes");
        assert!(buffer.ran_dry(seconds(13)));
        assert!(!buffer.ran_dry(seconds(14)), "once");
        assert_eq!(take(&mut buffer, 1, seconds(14)), seconds(0));
        assert_eq!(buffer.held(seconds(14)), 1 << 20);
    }

    #[test]
    fn the_end_is_no_mishap_and_takes_as_long_as_there_is_something() {
        let mut buffer = DriveBuffer::new();
        assert_eq!(buffer.end(seconds(1)), seconds(0), "nothing");
        assert!(!buffer.ran_dry(seconds(2)));
        take(&mut buffer, 1, seconds(2));
        assert_eq!(buffer.end(seconds(2)), seconds(1), "without waiting for more");
        assert_eq!(buffer.held(seconds(3)), 0);
        assert!(!buffer.ran_dry(seconds(4)));
        take(&mut buffer, 3, seconds(5));
        assert_eq!(buffer.end(seconds(6)), seconds(2));
    }

    #[test]
    fn another_speed_counts_for_what_is_in_the_buffer_too() {
        let mut buffer = DriveBuffer::new();
        take(&mut buffer, 4, seconds(0));
        buffer.take(1 << 20, RATE * 2, BREAK, seconds(1));
        assert_eq!(buffer.held(seconds(1)), 4 << 20);
        assert_eq!(buffer.end(seconds(1)), seconds(2));
    }

    #[test]
    fn bytes_and_times_are_the_same_thing() {
        for rate in [1, 176_400, 706_000, 26_974_000, 71_930_000] {
            for bytes in [0, 1, 2047, 2048, 65_536, SIZE] {
                assert_eq!(bytes_of(time_of(bytes, rate), rate), bytes, "{bytes} at {rate}");
            }
        }
    }
}
