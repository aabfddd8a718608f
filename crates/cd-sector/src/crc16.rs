//! The 16-bit checksum of sub-channel Q and of CD-TEXT packs.

/// x¹⁶ + x¹² + x⁵ + 1, the highest bit first.
const POLYNOMIAL: u16 = 0x1021;

static TABLE: [u16; 256] = table();

const fn table() -> [u16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "there are 256 entries")]
        let mut sum = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            sum = sum << 1 ^ if sum & 0x8000 == 0 { 0 } else { POLYNOMIAL };
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
}

/// How a stored checksum agrees with the bytes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Crc {
    /// It is right: inverted, as the disc has it.
    Right,
    /// It is that of the bytes but not inverted. Some programs send it so with 16 bytes of P and Q, and some drives ask
    /// for it.
    NotInverted,
    /// It is another: these bytes were read wrongly, or there was no checksum.
    Wrong,
}

impl Crc {
    /// The bytes can be trusted, whichever way round the checksum was.
    #[must_use]
    pub const fn holds(self) -> bool {
        matches!(self, Self::Right | Self::NotInverted)
    }

    /// Compares the checksum of these bytes with the one that is stored behind them.
    pub(crate) fn judge(bytes: &[u8], stored: [u8; 2]) -> Self {
        let (right, stored) = (crc16(bytes), u16::from_be_bytes(stored));
        if stored == right {
            Self::Right
        } else if stored == !right {
            Self::NotInverted
        } else {
            Self::Wrong
        }
    }
}

/// The checksum of these bytes, inverted, as the disc has it; stored with the highest byte first.
#[must_use]
pub fn crc16(bytes: &[u8]) -> u16 {
    !bytes.iter().fold(0, |sum: u16, &byte| {
        let [highest, _] = sum.to_be_bytes();
        sum << 8 ^ TABLE[usize::from(highest ^ byte)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published check value of this checksum (XMODEM's, inverted) over the nine digits.
    #[test]
    fn the_check_value_is_that_of_the_catalogues() {
        assert_eq!(crc16(b"123456789"), !0x31C3);
        assert_eq!(crc16(&[]), 0xFFFF);
    }

    #[test]
    fn a_sum_that_is_not_inverted_is_told_apart() {
        assert_eq!(Crc::judge(b"123456789", (!0x31C3u16).to_be_bytes()), Crc::Right);
        assert_eq!(Crc::judge(b"123456789", 0x31C3u16.to_be_bytes()), Crc::NotInverted);
        assert_eq!(Crc::judge(b"123456780", 0x31C3u16.to_be_bytes()), Crc::Wrong);
        assert!(Crc::NotInverted.holds() && !Crc::Wrong.holds());
    }
}
