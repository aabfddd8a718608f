//! The scrambler: a fixed noise over every data sector, so that no content looks like a sync on the disc.
//!
//! A drive scrambles by itself what it is sent as data. Only who writes raw sectors has to do it beforehand, and only who
//! reads a data track as if it were audio sees the noise.

use crate::{
    bcd,
    sector::{SECTOR_LEN, SYNC, Sector},
};

/// Bytes of a sector behind its sync.
pub const SCRAMBLED_LEN: usize = SECTOR_LEN - SYNC.len();

/// What is laid over the bytes behind the sync.
pub static TABLE: [u8; SCRAMBLED_LEN] = table();

/// A shift register of 15 bits, x¹⁵ + x + 1, which begins with 1 and gives its lowest bit.
const fn table() -> [u8; SCRAMBLED_LEN] {
    let mut table = [0; SCRAMBLED_LEN];
    let mut register: u16 = 1;
    let mut at = 0;
    while at < SCRAMBLED_LEN {
        let mut bit = 0;
        while bit < 8 {
            table[at] |= (register.to_le_bytes()[0] & 1) << bit;
            register = register >> 1 | ((register ^ register >> 1) & 1) << 14;
            bit += 1;
        }
        at += 1;
    }
    table
}

/// Scrambles a sector, or takes the noise away again: doing it twice changes nothing. The sync stays.
pub fn scramble(sector: &mut Sector) {
    for (byte, noise) in sector[SYNC.len()..].iter_mut().zip(&TABLE) {
        *byte ^= noise;
    }
}

/// Whether it is a data sector that is still scrambled: there is a sync, and without the noise the header has a time.
///
/// Who reads a data track as if it were audio gets such sectors, when reading began where a sector begins.
#[must_use]
pub fn is_scrambled(sector: &Sector) -> bool {
    // The noise sets the highest bit of the second, so that both cannot be times.
    let without_noise = std::array::from_fn(|at| sector[SYNC.len() + at] ^ TABLE[at]);
    sector.starts_with(&SYNC) && bcd::decode_time(without_noise).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noise_is_that_of_the_standard() {
        let first = [0x01, 0x80, 0x00, 0x60, 0x00, 0x28, 0x00, 0x1E, 0x80, 0x08, 0x60, 0x06, 0xA8, 0x02, 0xFE, 0x81];
        assert_eq!(TABLE[..16], first);
        assert_eq!(TABLE[SCRAMBLED_LEN - 4..], [0x72, 0xDD, 0xE5, 0x99]);
    }

    #[test]
    fn the_sync_stays_and_twice_is_nothing() {
        let mut sector: Sector = std::array::from_fn(|at| at.to_le_bytes()[0]);
        let before = sector;
        scramble(&mut sector);
        assert_eq!(sector[..12], before[..12]);
        assert_ne!(sector[12..], before[12..]);
        scramble(&mut sector);
        assert_eq!(sector, before);
    }
}
