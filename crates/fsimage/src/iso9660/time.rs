//! Moments as ISO 9660 writes them.

use imapi_volume_structs::{
    civil::CivilTime,
    iso9660::{RecordingTime, VolumeTime},
};

use crate::Timestamp;

fn civil(time: Timestamp) -> Option<CivilTime> {
    let hundredths = u8::try_from(time.subsecond() / 10_000_000).unwrap_or(0);
    CivilTime::from_unix(time.seconds(), hundredths, time.minutes_east())
}

/// The date of a directory record; none for what lies outside of the years 1900 to 2155.
pub(super) fn recording_time(time: Timestamp) -> RecordingTime {
    civil(time).and_then(RecordingTime::from_civil).unwrap_or(RecordingTime::UNSPECIFIED)
}

/// The date of a volume descriptor.
pub(super) fn volume_time(time: Timestamp) -> VolumeTime {
    civil(time).and_then(VolumeTime::from_civil).unwrap_or(VolumeTime::UNSPECIFIED)
}
