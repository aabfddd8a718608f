//! Places as a disc writes them down: bytes that are mostly a time or an address, and sometimes neither.

use std::fmt;

use imapi_disc_types::{Lba, Msf};

/// Minute, second and frame in three binary bytes, as they came.
///
/// Drives put other things where the layout has a time: `FF FF FF` for "there is none", a track number in the first
/// byte, or times in decimal digits. So the bytes are kept, and [`RawMsf::msf`] says whether they are a time.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RawMsf(pub [u8; 3]);

impl RawMsf {
    /// What stands there when there is no such place.
    pub const NONE: Self = Self([0xFF; 3]);

    /// The time, if the bytes are one.
    #[must_use]
    pub fn msf(self) -> Option<Msf> {
        let [minute, second, frame] = self.0;
        Msf::new(minute, second, frame)
    }

    /// The address of that time, if the bytes are a time.
    #[must_use]
    pub fn lba(self) -> Option<Lba> {
        self.msf().map(Lba::from)
    }
}

impl From<Msf> for RawMsf {
    fn from(time: Msf) -> Self {
        Self([time.minute(), time.second(), time.frame()])
    }
}

impl fmt::Debug for RawMsf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.msf() {
            Some(time) => fmt::Debug::fmt(&time, f),
            None => write!(f, "RawMsf({:02X?})", self.0),
        }
    }
}

/// A place in four bytes: on a CD a zero and a time, on other discs an address.
///
/// Which of the two it is depends on the disc in the drive, so whoever knows that asks for the right one.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RawAddress(pub [u8; 4]);

impl RawAddress {
    /// What a CD has where there is no such place.
    pub const NO_TIME: Self = Self([0, 0xFF, 0xFF, 0xFF]);

    /// The last three bytes, which are a time on a CD.
    #[must_use]
    pub fn time(self) -> RawMsf {
        let [_, minute, second, frame] = self.0;
        RawMsf([minute, second, frame])
    }

    /// All four bytes, which are an address on discs other than CDs.
    #[must_use]
    pub fn lba(self) -> Lba {
        Lba(i32::from_be_bytes(self.0))
    }
}

impl From<RawMsf> for RawAddress {
    fn from(RawMsf([minute, second, frame]): RawMsf) -> Self {
        Self([0, minute, second, frame])
    }
}

impl From<Msf> for RawAddress {
    fn from(time: Msf) -> Self {
        RawMsf::from(time).into()
    }
}

impl From<Lba> for RawAddress {
    fn from(lba: Lba) -> Self {
        Self(lba.0.to_be_bytes())
    }
}

impl fmt::Debug for RawAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawAddress({:02X?})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_bytes_are_a_time_or_stay_bytes() {
        let lead_in = RawMsf([97, 26, 65]);
        assert_eq!((lead_in.msf(), lead_in.lba()), (Msf::new(97, 26, 65), Some(Lba(-11_635))));
        assert_eq!(RawMsf::from(Msf::new(97, 26, 65).expect("a time")), lead_in);
        assert_eq!((RawMsf::NONE.msf(), RawMsf([0, 0, 75]).lba()), (None, None));
    }

    #[test]
    fn four_bytes_are_what_the_disc_makes_of_them() {
        let place = RawAddress([0, 0x4F, 0x3B, 0x4A]);
        assert_eq!(place.time().lba(), Some(Lba(359_849)));
        assert_eq!(place.lba(), Lba(0x004F_3B4A));
        assert_eq!(RawAddress::from(place.time()), place);
        assert_eq!(RawAddress::from(Lba(-150)), RawAddress([0xFF, 0xFF, 0xFF, 0x6A]));
        assert_eq!(RawAddress::NO_TIME.time(), RawMsf::NONE);
    }

    #[test]
    fn what_is_no_time_prints_as_its_bytes() {
        assert_eq!(format!("{:?} {:?}", RawMsf([0, 2, 0]), RawMsf::NONE), "Msf(00:02:00) RawMsf([FF, FF, FF])");
    }
}
