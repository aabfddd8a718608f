//! Text and moments as the rest of the program has them.

use imapi_disc_types::Timestamp;
use imapi_volume_structs::udf::{self, DString};

/// The characters of a field; nothing where they cannot be read.
pub fn field<const N: usize>(field: &DString<N>) -> String {
    field.chars().map(|chars| chars.filter(|&letter| letter != '\0').collect()).unwrap_or_default()
}

/// The moment, as far as there is one. What is beyond a second counts only where it is possible, as Linux has it.
pub fn moment(time: udf::Timestamp) -> Option<Timestamp> {
    let is_possible = time.centiseconds < 100 && time.hundred_microseconds < 100 && time.microseconds < 100;
    let time = if is_possible {
        time
    } else {
        udf::Timestamp { centiseconds: 0, hundred_microseconds: 0, microseconds: 0, ..time }
    };
    let civil = time.civil()?;
    // Only local time has a zone; else it is UTC.
    let offset_minutes = if time.kind_and_zone >> 12 == 1 { civil.offset_minutes } else { 0 };
    let civil = imapi_volume_structs::civil::CivilTime { offset_minutes, ..civil };
    let microseconds = u32::from(civil.hundredths) * 10_000 + u32::from(time.beyond_hundredths());
    Some(Timestamp::new(civil.to_unix(), microseconds * 1000).at(offset_minutes))
}
