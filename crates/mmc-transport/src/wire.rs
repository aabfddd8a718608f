//! Reading and writing numbers at places in bytes, with an error where the place is not there.
//!
//! Everything on this bus is big-endian.

use crate::BadReply;

/// Reads fields of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The bytes, of which the first `need` must be there.
    pub(crate) fn new(bytes: &'a [u8], need: usize) -> Result<Self, BadReply> {
        if bytes.len() < need { Err(BadReply::Short { need, got: bytes.len() }) } else { Ok(Self(bytes)) }
    }

    pub(crate) fn len(self) -> usize {
        self.0.len()
    }

    pub(crate) fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// `len` bytes from `at`.
    pub(crate) fn slice(self, at: usize, len: usize) -> Result<&'a [u8], BadReply> {
        let end = at.saturating_add(len);
        self.0.get(at..end).ok_or(BadReply::Short { need: end, got: self.0.len() })
    }

    pub(crate) fn array<const N: usize>(self, at: usize) -> Result<[u8; N], BadReply> {
        let mut array = [0; N];
        array.copy_from_slice(self.slice(at, N)?);
        Ok(array)
    }

    pub(crate) fn u8(self, at: usize) -> Result<u8, BadReply> {
        Ok(self.array::<1>(at)?[0])
    }

    pub(crate) fn u16(self, at: usize) -> Result<u16, BadReply> {
        self.array(at).map(u16::from_be_bytes)
    }

    pub(crate) fn u24(self, at: usize) -> Result<u32, BadReply> {
        let [a, b, c] = self.array(at)?;
        Ok(u32::from_be_bytes([0, a, b, c]))
    }

    pub(crate) fn u32(self, at: usize) -> Result<u32, BadReply> {
        self.array(at).map(u32::from_be_bytes)
    }

    pub(crate) fn i32(self, at: usize) -> Result<i32, BadReply> {
        self.array(at).map(i32::from_be_bytes)
    }

    /// A bit of a byte.
    pub(crate) fn bit(self, at: usize, bit: u8) -> Result<bool, BadReply> {
        Ok(self.u8(at)? >> bit & 1 == 1)
    }
}

/// Writes fields into bytes that start as zeros.
#[derive(Debug, Clone)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    /// That many zeros.
    pub(crate) fn zeroed(len: usize) -> Self {
        Self(vec![0; len])
    }

    pub(crate) fn u8(&mut self, at: usize, value: u8) -> &mut Self {
        self.put(at, &[value])
    }

    pub(crate) fn u16(&mut self, at: usize, value: u16) -> &mut Self {
        self.put(at, &value.to_be_bytes())
    }

    /// The lower 24 bits.
    pub(crate) fn u24(&mut self, at: usize, value: u32) -> &mut Self {
        self.put(at, &value.to_be_bytes()[1..])
    }

    pub(crate) fn u32(&mut self, at: usize, value: u32) -> &mut Self {
        self.put(at, &value.to_be_bytes())
    }

    pub(crate) fn i32(&mut self, at: usize, value: i32) -> &mut Self {
        self.put(at, &value.to_be_bytes())
    }

    /// Sets the bit if `on`; never clears it.
    pub(crate) fn bit(&mut self, at: usize, bit: u8, on: bool) -> &mut Self {
        self.0[at] |= u8::from(on) << bit;
        self
    }

    /// The bytes at that place.
    pub(crate) fn put(&mut self, at: usize, bytes: &[u8]) -> &mut Self {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// Appends.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What was written.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

/// A length for a two-byte field; a structure too long for it is a mistake of the program that made it.
pub(crate) fn len16(len: usize) -> u16 {
    u16::try_from(len).expect("a structure of a drive has fewer than 65,536 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut writer = Writer::zeroed(14);
        writer.u8(0, 0xA5).u16(1, 0x1234).u24(3, 0xFF_ABCDEF).u32(6, 0xDEAD_BEEF).i32(10, -150).bit(0, 1, true);
        let bytes = writer.finish();
        let fields = Fields::new(&bytes, 14).expect("fourteen bytes");
        assert_eq!((fields.u8(0), fields.u16(1), fields.u24(3)), (Ok(0xA7), Ok(0x1234), Ok(0xAB_CDEF)));
        assert_eq!((fields.u32(6), fields.i32(10), fields.bit(0, 7)), (Ok(0xDEAD_BEEF), Ok(-150), Ok(true)));
    }

    #[test]
    fn a_place_that_is_not_there_is_an_error_and_no_panic() {
        let fields = Fields::new(&[0; 4], 4).expect("four bytes");
        assert_eq!(fields.u32(1), Err(BadReply::Short { need: 5, got: 4 }));
        assert!(fields.slice(usize::MAX, 2).is_err());
        assert_eq!(Fields::new(&[0; 3], 4).err(), Some(BadReply::Short { need: 4, got: 3 }));
    }
}
