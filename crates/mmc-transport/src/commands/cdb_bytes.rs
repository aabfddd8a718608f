//! Fields of commands at places that the compiler knows: a field beyond the end of its command does not compile.

use imapi_disc_types::{Lba, Msf};

use crate::{BadParams, Cdb, InvalidField};

/// Reads fields of a command. The place is a constant, so that nothing can be missed at run time.
pub(super) trait CdbFields {
    fn bytes_at<const AT: usize, const N: usize>(&self) -> [u8; N];

    fn u8_at<const AT: usize>(&self) -> u8 {
        u8::from_be_bytes(self.bytes_at::<AT, 1>())
    }

    fn u16_at<const AT: usize>(&self) -> u16 {
        u16::from_be_bytes(self.bytes_at::<AT, 2>())
    }

    fn u24_at<const AT: usize>(&self) -> u32 {
        let [high, middle, low] = self.bytes_at::<AT, 3>();
        u32::from_be_bytes([0, high, middle, low])
    }

    fn u32_at<const AT: usize>(&self) -> u32 {
        u32::from_be_bytes(self.bytes_at::<AT, 4>())
    }

    fn lba_at<const AT: usize>(&self) -> Lba {
        Lba(i32::from_be_bytes(self.bytes_at::<AT, 4>()))
    }

    /// A time of three bytes in binary; one that no clock shows is an invalid field.
    fn msf_at<const AT: usize>(&self) -> Result<Msf, InvalidField> {
        let [minute, second, frame] = self.bytes_at::<AT, 3>();
        let field = InvalidField::cdb(u16::try_from(AT).unwrap_or(u16::MAX));
        Msf::new(minute, second, frame).ok_or(field)
    }

    fn bit_at<const AT: usize>(&self, bit: u8) -> bool {
        self.u8_at::<AT>() >> (bit & 7) & 1 == 1
    }
}

impl CdbFields for Cdb {
    fn bytes_at<const AT: usize, const N: usize>(&self) -> [u8; N] {
        const { assert!(AT + N <= Cdb::LONGEST, "no command has a field there") };
        let mut field = [0; N];
        field.copy_from_slice(&self.padded()[AT..AT + N]);
        field
    }
}

/// Writes fields into a command that begins as its opcode and zeros.
#[derive(Debug, Clone, Copy)]
pub(super) struct CdbWriter<const LEN: usize>([u8; LEN]);

impl<const LEN: usize> CdbWriter<LEN> {
    pub(super) fn new(opcode: u8) -> Self {
        const { assert!(LEN > 0, "a command has an opcode") };
        let mut bytes = [0; LEN];
        bytes[0] = opcode;
        Self(bytes)
    }

    pub(super) fn put<const AT: usize, const N: usize>(mut self, field: [u8; N]) -> Self {
        const { assert!(AT + N <= LEN, "the command ends before this field") };
        self.0[AT..AT + N].copy_from_slice(&field);
        self
    }

    pub(super) fn u8<const AT: usize>(self, value: u8) -> Self {
        self.put::<AT, 1>([value])
    }

    pub(super) fn u16<const AT: usize>(self, value: u16) -> Self {
        self.put::<AT, 2>(value.to_be_bytes())
    }

    /// The lower 24 bits.
    pub(super) fn u24<const AT: usize>(self, value: u32) -> Self {
        let [_, high, middle, low] = value.to_be_bytes();
        self.put::<AT, 3>([high, middle, low])
    }

    pub(super) fn u32<const AT: usize>(self, value: u32) -> Self {
        self.put::<AT, 4>(value.to_be_bytes())
    }

    pub(super) fn lba<const AT: usize>(self, value: Lba) -> Self {
        self.put::<AT, 4>(value.0.to_be_bytes())
    }

    pub(super) fn msf<const AT: usize>(self, value: Msf) -> Self {
        self.put::<AT, 3>([value.minute(), value.second(), value.frame()])
    }

    /// Sets the bit if `on`; never clears it.
    pub(super) fn bit<const AT: usize>(mut self, bit: u8, on: bool) -> Self {
        const { assert!(AT < LEN, "the command ends before this bit") };
        self.0[AT] |= u8::from(on) << (bit & 7);
        self
    }
}

impl CdbWriter<10> {
    pub(super) fn finish(self) -> Cdb {
        Cdb::ten(self.0)
    }
}

impl CdbWriter<12> {
    pub(super) fn finish(self) -> Cdb {
        Cdb::twelve(self.0)
    }
}

/// The parameters that came with a command which announced `announced` bytes of them: what lies beyond is none of
/// them, and fewer are a wrong length.
pub(super) fn announced(came: &[u8], announced: u32) -> Result<&[u8], BadParams> {
    let len = usize::try_from(announced).unwrap_or(usize::MAX);
    came.get(..len).ok_or(BadParams::Length)
}

/// One array behind another.
pub(super) fn joined<const A: usize, const B: usize, const BOTH: usize>(front: [u8; A], back: [u8; B]) -> [u8; BOTH] {
    const { assert!(A + B == BOTH, "both arrays fill the whole") };
    let mut both = [0; BOTH];
    both[..A].copy_from_slice(&front);
    both[A..].copy_from_slice(&back);
    both
}

/// Both halves of an array.
pub(super) fn split<const A: usize, const B: usize, const BOTH: usize>(both: [u8; BOTH]) -> ([u8; A], [u8; B]) {
    const { assert!(A + B == BOTH, "both arrays fill the whole") };
    let (mut front, mut back) = ([0; A], [0; B]);
    front.copy_from_slice(&both[..A]);
    back.copy_from_slice(&both[A..]);
    (front, back)
}

/// A field of the parameters, by its place.
pub(super) fn data_field(at: usize) -> InvalidField {
    // Places beyond 65,535 cannot be pointed at; the last one that can is the nearest truth.
    InvalidField::data(u16::try_from(at).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_where_they_are_read() {
        let cdb = CdbWriter::<12>::new(0xA8).bit::<1>(3, true).bit::<1>(4, false).lba::<2>(Lba(-150)).u16::<6>(0x1234);
        let cdb = cdb.u24::<8>(0xFF_ABCDEF).finish();
        assert_eq!(cdb.as_bytes(), [0xA8, 0x08, 0xFF, 0xFF, 0xFF, 0x6A, 0x12, 0x34, 0xAB, 0xCD, 0xEF, 0]);
        assert_eq!((cdb.lba_at::<2>(), cdb.u16_at::<6>(), cdb.u24_at::<8>()), (Lba(-150), 0x1234, 0xAB_CDEF));
        assert_eq!((cdb.bit_at::<1>(3), cdb.bit_at::<1>(4), cdb.u32_at::<2>()), (true, false, 0xFFFF_FF6A));
    }

    #[test]
    fn a_time_that_no_clock_shows_is_pointed_at() {
        let cdb = CdbWriter::<12>::new(0xB9).put::<3, 3>([0, 60, 0]).finish();
        assert_eq!(cdb.msf_at::<3>(), Err(InvalidField::cdb(3)));
        assert_eq!(cdb.msf_at::<6>(), Ok(Msf::default()));
    }

    #[test]
    fn arrays_are_joined_and_split() {
        assert_eq!(joined::<1, 2, 3>([1], [2, 3]), [1, 2, 3]);
        assert_eq!(split::<2, 1, 3>([1, 2, 3]), ([1, 2], [3]));
    }

    #[test]
    fn fewer_parameters_than_were_announced_are_a_wrong_length() {
        assert_eq!(announced(&[1, 2, 3], 2), Ok([1, 2].as_slice()));
        assert_eq!(announced(&[1, 2, 3], 4), Err(BadParams::Length));
    }
}
