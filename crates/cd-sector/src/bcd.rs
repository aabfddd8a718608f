//! Decimal digits in half bytes, which is how a CD writes numbers and times.

use imapi_disc_types::Msf;

/// Two digits of a number below 100.
pub(crate) const fn encode(number: u8) -> u8 {
    debug_assert!(number < 100, "two digits");
    number / 10 * 16 + number % 10
}

/// The number that two digits are; `None` when a half byte is no digit.
pub(crate) const fn decode(byte: u8) -> Option<u8> {
    let (tens, ones) = (byte >> 4, byte & 0x0F);
    if tens < 10 && ones < 10 { Some(tens * 10 + ones) } else { None }
}

/// Minute, second and frame.
pub(crate) fn time(time: Msf) -> [u8; 3] {
    [time.minute(), time.second(), time.frame()].map(encode)
}

/// The time that three bytes are; `None` when no clock shows it.
pub(crate) fn decode_time(bytes: [u8; 3]) -> Option<Msf> {
    let [minute, second, frame] = bytes.map(decode);
    Msf::new(minute?, second?, frame?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_below_a_hundred_reads_like_its_hexadecimal_digits() {
        for number in 0..100u8 {
            let byte = encode(number);
            assert_eq!(format!("{byte:02X}"), format!("{number:02}"));
            assert_eq!(decode(byte), Some(number));
        }
    }

    #[test]
    fn half_bytes_above_nine_are_no_digits() {
        assert_eq!((0..=255).filter(|&byte| decode(byte).is_some()).count(), 100);
        assert_eq!([0x0A, 0xA0, 0xFF].map(decode), [None; 3]);
    }

    #[test]
    fn a_time_is_three_numbers_that_a_clock_shows() {
        let end = Msf::new(79, 59, 74).expect("a time");
        assert_eq!(time(end), [0x79, 0x59, 0x74]);
        assert_eq!(decode_time([0x79, 0x59, 0x74]), Some(end));
        assert_eq!(decode_time([0x79, 0x60, 0x00]), None);
    }
}
