//! Structures of DVD-R and DVD-RW, and of discs with two layers that can be recorded.

use crate::{
    BadReply,
    layout::layout,
    wire::{Fields, Writer},
};

/// 0Eh: what is pre-recorded in the lead-in of a DVD-R or DVD-RW. Some drives send only its beginning.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PreRecorded(pub Vec<u8>);

/// It consists of pieces of eight bytes: the piece's number, then six bytes and a zero.
mod field {
    /// The piece with the first half of the maker's name has the number 3, that with the second half has 4.
    pub(super) const MAKER: [(usize, u8); 2] = [(16, 3), (24, 4)];
    pub(super) const APPLICATION: usize = 1;
}

impl PreRecorded {
    /// What the disc may be used for.
    #[must_use]
    pub fn application_code(&self) -> Option<u8> {
        self.0.get(field::APPLICATION).copied()
    }

    /// Who made the disc: twelve bytes, mostly text.
    #[must_use]
    pub fn maker(&self) -> Option<[u8; 12]> {
        let mut maker = [0; 12];
        for (half, (at, number)) in maker.chunks_exact_mut(6).zip(field::MAKER) {
            let (piece, name) = self.0.get(at..at + 7)?.split_first()?;
            if *piece != number {
                return None;
            }
            half.copy_from_slice(name);
        }
        Some(maker)
    }
}

/// 0Fh: a number that a recorder gave the disc, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UniqueId {
    /// The number.
    pub random: u16,
    /// Year, month, day, hour, minute, second: fourteen digits of ASCII.
    pub time: [u8; 14],
}

impl UniqueId {
    const LEN: usize = 18;

    pub(crate) fn decode(data: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(data, Self::LEN)?;
        Ok(Self { random: fields.u16(2)?, time: fields.array(4)? })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        Writer::zeroed(Self::LEN).u16(2, self.random).put(4, &self.time).finish()
    }
}

layout! {
    /// 20h: how long layer 0 of a DVD+R DL is.
    LayerBoundary[8] {
        /// It has been set, or written, and cannot be changed.
        fixed: bit(0, 7),
        /// The blocks of layer 0.
        layer_0_blocks: u32(4),
    }
}

layout! {
    /// 21h: where the shifted middle area of a DVD-R DL begins.
    ShiftedMiddle[8] {
        /// It has been set and cannot be changed.
        fixed: bit(0, 7),
        /// The address.
        start: u32(4),
    }
}

layout! {
    /// 22h: how long a jump interval of a DVD-R DL is.
    JumpInterval[8] {
        /// In blocks; 0 where none is set.
        size: u32(4),
    }
}

layout! {
    /// 23h: where the next jump to the other layer is to be.
    ManualJump[8] {
        /// The address; 0 where none is set.
        address: u32(4),
    }
}

layout! {
    /// 24h: the address that is remapped, so that the root of a file system can be found in the other layer.
    Remapping[8] {
        /// The address.
        address: u32(4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boundary_that_is_fixed_says_so() {
        let boundary = LayerBoundary { fixed: true, layer_0_blocks: 0x001F_D800 };
        assert_eq!(boundary.encode(), [0x80, 0, 0, 0, 0, 0x1F, 0xD8, 0]);
        assert_eq!(LayerBoundary::decode(&[0x80, 0, 0, 0, 0, 0x1F, 0xD8, 0]), Ok(boundary));
        assert!(LayerBoundary::decode(&[0; 7]).is_err());
    }

    #[test]
    fn addresses_of_jumps_follow_four_reserved_bytes() {
        let bytes = [0, 0, 0, 0, 1, 2, 3, 4];
        assert_eq!(ShiftedMiddle { fixed: false, start: 0x0102_0304 }.encode(), bytes);
        assert_eq!(JumpInterval { size: 0x0102_0304 }.encode(), bytes);
        assert_eq!(ManualJump { address: 0x0102_0304 }.encode(), bytes);
        assert_eq!(Remapping::decode(&bytes), Ok(Remapping { address: 0x0102_0304 }));
    }

    #[test]
    fn a_unique_number_has_a_date() {
        let id = UniqueId { random: 0xABCD, time: *b"20040229120000" };
        let bytes = *b"\0\0\xAB\xCD20040229120000";
        assert_eq!((id.encode(), UniqueId::decode(&bytes)), (bytes.to_vec(), Ok(id)));
        assert!(UniqueId::decode(&bytes[..17]).is_err());
    }

    #[test]
    fn a_maker_is_in_two_pieces() {
        let mut bytes = vec![0; 64];
        (bytes[0], bytes[1]) = (1, 0x40);
        bytes[16..23].copy_from_slice(b"\x03MCC 03");
        bytes[24..31].copy_from_slice(b"\x04RG20  ");
        let whole = PreRecorded(bytes.clone());
        assert_eq!((whole.application_code(), whole.maker()), (Some(0x40), Some(*b"MCC 03RG20  ")));
        bytes[24] = 5;
        assert_eq!(PreRecorded(bytes.clone()).maker(), None);
        for len in 0..31 {
            assert_eq!(PreRecorded(whole.0[..len].to_vec()).maker(), None, "{len}");
        }
    }
}
