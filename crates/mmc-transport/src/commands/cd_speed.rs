//! SET CD SPEED, and the ways to turn a disc.

use super::cdb_bytes::{CdbFields, CdbWriter};
use crate::{Cdb, Command, InvalidField};

mod field {
    pub const ROTATION: usize = 1;
    pub const READ: usize = 2;
    pub const WRITE: usize = 4;
}

/// How a disc is turned: two bits, here and wherever drives speak of speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RotationControl {
    /// 00b: as the kind of disc wants it: constant linear velocity, or zones of it.
    #[default]
    ByMedium,
    /// 01b: constant angular velocity: faster outside than inside.
    ConstantAngular,
    /// 10b means nothing yet.
    Reserved2,
    /// 11b means nothing yet.
    Reserved3,
}

impl RotationControl {
    /// The two bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::ByMedium => 0b00,
            Self::ConstantAngular => 0b01,
            Self::Reserved2 => 0b10,
            Self::Reserved3 => 0b11,
        }
    }

    /// The way that the lower two bits are.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 0b11 {
            0b00 => Self::ByMedium,
            0b01 => Self::ConstantAngular,
            0b10 => Self::Reserved2,
            _ => Self::Reserved3,
        }
    }
}

/// SET CD SPEED, `BBh`.
///
/// Speeds are in kB/s of 1000 bytes, and count 2352 bytes for every sector: a CD's single speed is 176.4. Drives take
/// the next lower speed that they have, so that a program rounds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SetCdSpeed {
    /// How the disc is turned.
    pub rotation: RotationControl,
    /// For reading, or [`Self::MAXIMUM`].
    pub read: u16,
    /// For writing, or [`Self::MAXIMUM`].
    pub write: u16,
}

impl SetCdSpeed {
    /// As fast as the drive can.
    pub const MAXIMUM: u16 = 0xFFFF;

    /// Sets both speeds, and leaves the turning to the drive.
    #[must_use]
    pub const fn new(read: u16, write: u16) -> Self {
        Self { rotation: RotationControl::ByMedium, read, write }
    }
}

impl Command for SetCdSpeed {
    const OPCODE: u8 = 0xBB;
    const NAME: &'static str = "SET CD SPEED";

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<12>::new(Self::OPCODE)
            .u8::<{ field::ROTATION }>(self.rotation.bits())
            .u16::<{ field::READ }>(self.read)
            .u16::<{ field::WRITE }>(self.write)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            rotation: RotationControl::from_bits(cdb.u8_at::<{ field::ROTATION }>()),
            read: cdb.u16_at::<{ field::READ }>(),
            write: cdb.u16_at::<{ field::WRITE }>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::*;

    #[test]
    fn sixteenfold_writing_is_2822_kilobytes() {
        let fast = SetCdSpeed::new(SetCdSpeed::MAXIMUM, 2822);
        is_encoded_as(&fast, &[0xBB, 0, 0xFF, 0xFF, 0x0B, 0x06, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn every_way_of_turning_has_its_bits() {
        let ways = [
            (0, RotationControl::ByMedium),
            (1, RotationControl::ConstantAngular),
            (2, RotationControl::Reserved2),
            (3, RotationControl::Reserved3),
        ];
        for (bits, rotation) in ways {
            let turned = SetCdSpeed { rotation, read: 1, write: 2 };
            is_encoded_as(&turned, &[0xBB, bits, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0]);
        }
        assert_eq!(decoded(&[0xBB, 0xFC, 0, 1, 0, 2, 9, 9, 9, 9, 9, 9]), Ok(SetCdSpeed::new(1, 2)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12]) {
            takes_any_bytes::<SetCdSpeed>(bytes);
        }
    }
}
