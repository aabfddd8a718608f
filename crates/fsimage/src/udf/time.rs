//! Moments as UDF writes them.

use imapi_volume_structs::{civil::CivilTime, udf::Timestamp as UdfTime};

use crate::Timestamp;

/// To the microsecond; none for what lies outside of the years that UDF can write.
pub(super) fn time(time: Timestamp) -> UdfTime {
    let microseconds = time.subsecond() / 1000;
    let hundredths = u8::try_from(microseconds / 10_000).unwrap_or(0);
    let rest = u16::try_from(microseconds % 10_000).unwrap_or(0);
    CivilTime::from_unix(time.seconds(), hundredths, time.minutes_east())
        .and_then(|civil| UdfTime::new(civil, rest))
        .unwrap_or(UdfTime::NONE)
}
