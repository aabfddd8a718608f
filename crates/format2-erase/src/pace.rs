//! [`Pace`]: how long the parts of an erasure take, and how long is too long.

use std::time::Duration;

use imapi_disc_types::MediaType;
use imapi_format2::{Probe, WriteSpeeds};
use imapi_mmc_transport::commands::{BlankType, FormatType};
use imapi_recorder::{Recorder, RecorderError};

use crate::Step;

/// How fast a drive goes over a disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    medium: MediaType,
    /// All blocks of the disc.
    capacity: u32,
    /// Sectors a second, as the drive is set.
    now: u32,
}

/// What is done to the lead-in alone, or to the lead-out.
const SHORT: Duration = Duration::from_secs(60);
/// Spinning up, calibrating, emptying the buffer.
const BESIDE: Duration = Duration::from_secs(5);
/// IMAPI gives up no earlier.
const HOUR: Duration = Duration::from_secs(3600);
/// What a disc gets beyond twice what it takes at the slowest speed.
const GRACE: Duration = Duration::from_secs(900);

impl Pace {
    /// Asks the drive how fast it writes.
    pub fn of(recorder: &Recorder, probe: &Probe) -> Result<Self, RecorderError> {
        let medium = probe.medium();
        let speeds = WriteSpeeds::of(recorder, medium)?;
        let current = speeds.current(recorder)?.or_else(|| speeds.all().first().copied());
        let now = current.map(|speed| speed.sectors_per_second).filter(|&speed| speed > 0);
        Ok(Self { medium, capacity: probe.facts.capacity, now: now.unwrap_or(single(medium)) })
    }

    /// How long a step takes as a rule.
    #[must_use]
    pub fn expected(&self, step: &Step) -> Duration {
        self.at(step, self.now)
    }

    /// How long it may take: an hour, or twice as long as it takes at the slowest speed there is.
    #[must_use]
    pub fn limit(&self, step: &Step) -> Duration {
        (self.at(step, single(self.medium)) * 2 + GRACE).max(HOUR)
    }

    fn at(&self, step: &Step, speed: u32) -> Duration {
        let pass = |blocks: u32| Duration::from_secs(u64::from(blocks) / u64::from(speed.max(1))) + BESIDE;
        match step {
            Step::Blank(BlankType::Disc) => pass(self.capacity) + SHORT,
            Step::Blank(_) | Step::Close => SHORT,
            Step::Format { descriptor, options, .. } => match descriptor.format {
                // It is read after it was written.
                FormatType::FULL if self.medium == MediaType::DVDRAM && !options.without_certification => {
                    pass(self.capacity) * 2
                }
                FormatType::FULL | FormatType::PACKETS_FULL if !self.medium.is_bd() => pass(self.capacity),
                _ => SHORT,
            },
            Step::Zeros { blocks, .. } => pass(*blocks),
        }
    }
}

/// Sectors a second at the single speed; a CD's where the kind is unknown, which is the slowest.
fn single(medium: MediaType) -> u32 {
    medium.sectors_per_second_at_1x().unwrap_or(75)
}

#[cfg(test)]
mod tests {
    use imapi_mmc_transport::commands::{FormatDescriptor, FormatOptions};
    use rstest::rstest;

    use super::*;

    fn format(format: FormatType) -> Step {
        let descriptor = FormatDescriptor { blocks: 0, format, subtype: 0, parameter: 0 };
        Step::Format { descriptor, options: FormatOptions::default(), complete_list: false }
    }

    #[rstest]
    #[case::minimal(MediaType::CDRW, 359_849, Step::Blank(BlankType::Minimal), 60, 3600)]
    #[case::all_of_a_cd(MediaType::CDRW, 359_849, Step::Blank(BlankType::Disc), 1264, 10_624)]
    #[case::all_of_a_dvd(MediaType::DVDDASHRW, 2_298_496, Step::Blank(BlankType::Disc), 910, 7790)]
    #[case::certified(MediaType::DVDRAM, 2_236_704, format(FormatType::FULL), 1654, 14_076)]
    #[case::spares(MediaType::BDRE, 12_219_392, format(FormatType::FULL), 60, 3600)]
    #[case::large(MediaType::BDRE, 48_878_592, Step::Zeros { first: 0, blocks: 48_878_592 }, 5572, 45_446)]
    #[case::ends(MediaType::BDRE, 48_878_592, Step::Zeros { first: 0, blocks: 1024 }, 5, 3600)]
    fn an_hour_is_enough_where_size_and_speed_say_so(
        #[case] medium: MediaType,
        #[case] capacity: u32,
        #[case] step: Step,
        #[case] expected: u64,
        #[case] limit: u64,
    ) {
        // Four times the single speed.
        let pace = Pace { medium, capacity, now: single(medium) * 4 };
        assert_eq!((pace.expected(&step).as_secs(), pace.limit(&step).as_secs()), (expected, limit));
    }
}
