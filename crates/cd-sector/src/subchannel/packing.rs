//! The eight sub-channels as they are exchanged: each in a row, or a bit of each in every byte.

use super::Q_LEN;

/// Bytes of all eight sub-channels beside one sector.
pub const RAW_LEN: usize = 96;

/// The eight sub-channels beside one sector, P to W, each in a row with its first bit highest.
///
/// ```
/// use imapi_cd_sector::subchannel::SubChannels;
///
/// let mut channels = SubChannels { p: [0xFF; 12], ..SubChannels::default() };
/// channels.q[0] = 0b1000_0000;
/// let raw = channels.interleave();
/// assert_eq!(raw[..2], [0b1100_0000, 0b1000_0000]);
/// assert_eq!(SubChannels::deinterleave(&raw), channels);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct SubChannels {
    /// All bits set in the pause before a track, else none.
    pub p: [u8; Q_LEN],
    /// A [`QFrame`](super::QFrame).
    pub q: [u8; Q_LEN],
    /// R to W.
    pub rw: [[u8; Q_LEN]; 6],
}

impl SubChannels {
    /// The bytes as they are on the disc: in each, bit 7 is of P, bit 6 of Q, and so on to W.
    #[must_use]
    pub fn interleave(&self) -> [u8; RAW_LEN] {
        let mut raw = [0; RAW_LEN];
        for (at, out) in raw.chunks_exact_mut(8).enumerate() {
            let mut column = [self.p[at], self.q[at], 0, 0, 0, 0, 0, 0];
            for (byte, channel) in column[2..].iter_mut().zip(&self.rw) {
                *byte = channel[at];
            }
            out.copy_from_slice(&transposed(column));
        }
        raw
    }

    /// The way back.
    #[must_use]
    pub fn deinterleave(raw: &[u8; RAW_LEN]) -> Self {
        let mut channels = Self::default();
        for at in 0..Q_LEN {
            let [p, q, rw @ ..] = transposed(std::array::from_fn(|byte| raw[at * 8 + byte]));
            channels.p[at] = p;
            channels.q[at] = q;
            for (channel, byte) in channels.rw.iter_mut().zip(rw) {
                channel[at] = byte;
            }
        }
        channels
    }
}

/// Bit b of byte a becomes bit a of byte b, both counted from the first.
fn transposed(rows: [u8; 8]) -> [u8; 8] {
    let mut bits = u64::from_be_bytes(rows);
    // Squares of 1, 2 and 4 bits change places across the diagonal.
    for (distance, upper_right) in
        [(7, 0x00AA_00AA_00AA_00AA), (14, 0x0000_CCCC_0000_CCCC), (28, 0x0000_0000_F0F0_F0F0)]
    {
        let changed = (bits ^ bits >> distance) & upper_right;
        bits ^= changed ^ changed << distance;
    }
    bits.to_be_bytes()
}

/// The symbols of R to W: the lower six bits of each byte.
#[must_use]
pub fn rw_symbols(raw: &[u8; RAW_LEN]) -> [u8; RAW_LEN] {
    raw.map(|byte| byte & 0x3F)
}

/// Puts symbols into R to W and leaves P and Q.
pub fn put_rw_symbols(raw: &mut [u8; RAW_LEN], symbols: &[u8; RAW_LEN]) {
    for (byte, symbol) in raw.iter_mut().zip(symbols) {
        *byte = *byte & 0xC0 | symbol & 0x3F;
    }
}

/// P and Q beside one sector in 16 bytes.
///
/// Whether the checksum of Q is inverted in here differs from program to program and from drive to drive; a drive may
/// replace it. See [`Crc::NotInverted`](crate::Crc::NotInverted).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PqBlock {
    /// Q.
    pub q: [u8; Q_LEN],
    /// P: one bit for all.
    pub p: bool,
}

impl PqBlock {
    /// Bytes of one.
    pub const LEN: usize = 16;

    const P: u8 = 0x80;

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..Q_LEN].copy_from_slice(&self.q);
        bytes[Self::LEN - 1] = if self.p { Self::P } else { 0 };
        bytes
    }

    /// The bytes understood; those that are to be zero are not looked at.
    #[must_use]
    pub fn decode([q @ .., _, _, _, last]: [u8; Self::LEN]) -> Self {
        Self { q, p: last & Self::P != 0 }
    }

    /// All channels, with nothing in R to W.
    #[must_use]
    pub fn channels(&self) -> SubChannels {
        SubChannels { p: [if self.p { 0xFF } else { 0 }; Q_LEN], q: self.q, ..SubChannels::default() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_bit_of_each_channel_is_in_the_first_byte() {
        let single = |set: fn(&mut SubChannels)| {
            let mut channels = SubChannels::default();
            set(&mut channels);
            let raw = channels.interleave();
            let at = raw.iter().position(|&byte| byte != 0).expect("one bit");
            (at, raw[at])
        };
        assert_eq!(single(|all| all.p[0] = 0x80), (0, 0x80));
        assert_eq!(single(|all| all.q[0] = 0x80), (0, 0x40));
        assert_eq!(single(|all| all.q[11] = 0x01), (95, 0x40));
        assert_eq!(single(|all| all.rw[0][1] = 0x40), (9, 0x20));
        assert_eq!(single(|all| all.rw[5][3] = 0x08), (28, 0x01));
    }

    #[test]
    fn sixteen_bytes_are_q_and_one_bit_of_p() {
        let block = PqBlock { q: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], p: true };
        assert_eq!(block.encode(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0, 0, 0x80]);
        assert_eq!(PqBlock::decode(block.encode()), block);
        assert_eq!(block.channels().p, [0xFF; 12]);
        assert!(!PqBlock::decode([0x7F; 16]).p);
    }

    proptest! {
        #[test]
        fn each_way_undoes_the_other(raw in proptest::collection::vec(any::<u8>(), RAW_LEN)) {
            let raw: [u8; RAW_LEN] = raw.try_into().expect("96");
            let channels = SubChannels::deinterleave(&raw);
            prop_assert_eq!(channels.interleave(), raw);
            // By definition, bit by bit.
            for (at, &byte) in raw.iter().enumerate() {
                let bit = |channel: &[u8; Q_LEN]| channel[at / 8] >> (7 - at % 8) & 1;
                prop_assert_eq!(byte >> 7, bit(&channels.p));
                prop_assert_eq!(byte >> 6 & 1, bit(&channels.q));
                for (channel, from_right) in channels.rw.iter().zip((0..6).rev()) {
                    prop_assert_eq!(byte >> from_right & 1, bit(channel));
                }
            }
        }

        #[test]
        fn symbols_leave_p_and_q(raw: [u8; 32], symbols: [u8; 32]) {
            let mut raw = [raw; 3].concat().try_into().expect("96");
            let symbols = [symbols; 3].concat().try_into().expect("96");
            let before = SubChannels::deinterleave(&raw);
            put_rw_symbols(&mut raw, &symbols);
            let behind = SubChannels::deinterleave(&raw);
            prop_assert_eq!((before.p, before.q), (behind.p, behind.q));
            prop_assert_eq!(rw_symbols(&raw), symbols.map(|symbol| symbol & 0x3F));
        }
    }
}
