//! Integers as bytes, and the error of bytes that are not what they should be.
//!
//! Reading never panics: a field that lies outside of what was read is a [`Malformed`] like any other. Writing goes into
//! buffers of the right size, which are made here and not read from anywhere.

/// Bytes that are not the structure they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct Malformed {
    /// What is wrong.
    pub what: &'static str,
    /// Where it begins, counted from the beginning of the structure.
    pub at: usize,
}

impl Malformed {
    /// What is wrong at that place.
    #[must_use]
    pub const fn new(what: &'static str, at: usize) -> Self {
        Self { what, at }
    }

    /// The same inside of a structure that begins so much earlier.
    #[must_use]
    pub const fn moved(self, by: usize) -> Self {
        Self { what: self.what, at: self.at.saturating_add(by) }
    }
}

/// Reads fields of bytes that may be too short.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    bytes: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The fields of these bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// `len` bytes from there on.
    pub fn bytes(self, at: usize, len: usize) -> Result<&'a [u8], Malformed> {
        let end = at.checked_add(len).ok_or(Malformed::new("a field ends beyond all bytes", at))?;
        self.bytes.get(at..end).ok_or(Malformed::new("the bytes end before a field", at))
    }

    /// An array from there on.
    pub fn array<const N: usize>(self, at: usize) -> Result<[u8; N], Malformed> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(at, N)?);
        Ok(array)
    }

    /// An array from there on, without a copy.
    pub fn array_ref<const N: usize>(self, at: usize) -> Result<&'a [u8; N], Malformed> {
        self.bytes(at, N)?.first_chunk().ok_or(Malformed::new("the bytes end before a field", at))
    }

    /// A byte.
    pub fn u8(self, at: usize) -> Result<u8, Malformed> {
        self.array::<1>(at).map(|[byte]| byte)
    }

    /// Two bytes, the least significant first.
    pub fn u16_le(self, at: usize) -> Result<u16, Malformed> {
        self.array(at).map(u16::from_le_bytes)
    }

    /// Two bytes, the most significant first.
    pub fn u16_be(self, at: usize) -> Result<u16, Malformed> {
        self.array(at).map(u16::from_be_bytes)
    }

    /// Four bytes, the least significant first.
    pub fn u32_le(self, at: usize) -> Result<u32, Malformed> {
        self.array(at).map(u32::from_le_bytes)
    }

    /// Four bytes, the most significant first.
    pub fn u32_be(self, at: usize) -> Result<u32, Malformed> {
        self.array(at).map(u32::from_be_bytes)
    }

    /// Eight bytes, the least significant first.
    pub fn u64_le(self, at: usize) -> Result<u64, Malformed> {
        self.array(at).map(u64::from_le_bytes)
    }

    /// A number in both byte orders, two bytes each (ECMA-119, 7.2.3). The first half counts: many programs have
    /// written nonsense into the second, and every reader takes one of the halves.
    pub fn u16_both(self, at: usize) -> Result<u16, Malformed> {
        self.bytes(at, 4)?;
        self.u16_le(at)
    }

    /// A number in both byte orders, four bytes each (ECMA-119, 7.3.3).
    pub fn u32_both(self, at: usize) -> Result<u32, Malformed> {
        self.bytes(at, 8)?;
        self.u32_le(at)
    }
}

/// Both byte orders of a number, the least significant byte first (ECMA-119, 7.2.3).
#[must_use]
pub const fn both_16(value: u16) -> [u8; 4] {
    let ([a, b], [c, d]) = (value.to_le_bytes(), value.to_be_bytes());
    [a, b, c, d]
}

/// Both byte orders of a number, the least significant byte first (ECMA-119, 7.3.3).
#[must_use]
pub const fn both_32(value: u32) -> [u8; 8] {
    let (little, big) = (value.to_le_bytes(), value.to_be_bytes());
    [little[0], little[1], little[2], little[3], big[0], big[1], big[2], big[3]]
}

/// Writes bytes from there on; a structure's own `encode` knows that they lie inside of it.
pub(crate) fn put(out: &mut [u8], at: usize, bytes: &[u8]) {
    out[at..at + bytes.len()].copy_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_both_orders_is_a_palindrome_of_bytes() {
        assert_eq!(both_16(0x1234), [0x34, 0x12, 0x12, 0x34]);
        assert_eq!(both_32(0x1234_5678), [0x78, 0x56, 0x34, 0x12, 0x12, 0x34, 0x56, 0x78]);
        let fields = Fields::new(&[0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0]);
        assert_eq!(fields.u32_both(0), Ok(0x1234_5678), "the first half counts");
        assert_eq!(fields.u16_both(6), Err(Malformed::new("the bytes end before a field", 6)));
    }

    #[test]
    fn no_place_is_out_of_reach_of_an_error() {
        let fields = Fields::new(&[1, 2, 3]);
        assert_eq!(fields.u16_le(1), Ok(0x0302));
        assert_eq!(fields.u16_be(1), Ok(0x0203));
        for at in [2, 3, usize::MAX] {
            assert!(fields.u16_le(at).is_err(), "{at}");
        }
        assert_eq!(Malformed::new("x", 3).moved(4).at, 7);
    }
}
