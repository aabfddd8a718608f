//! [`RawEntry`]: signature, version and bytes, which all entries have in common.

use core::fmt;

use crate::wire::{Fields, Malformed, put};

/// SUSP, 4.1.
mod field {
    pub const LEN: usize = 2;
    pub const VERSION: usize = 3;
    pub const DATA: usize = 4;
}

/// The two letters by which an entry is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature(pub [u8; 2]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// Any entry of a system use area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RawEntry<'a> {
    /// What it is.
    pub signature: Signature,
    /// The version of its layout.
    pub version: u8,
    /// What follows.
    pub data: &'a [u8],
}

impl<'a> RawEntry<'a> {
    /// Bytes of an entry without data.
    pub const HEAD_LEN: usize = field::DATA;
    /// Bytes of data that an entry can have.
    pub const MAX_DATA: usize = 255 - Self::HEAD_LEN;

    /// Its bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        Self::HEAD_LEN + self.data.len()
    }

    /// Never: an entry has at least a signature.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes it and returns its bytes.
    ///
    /// # Panics
    ///
    /// When its data is longer than [`MAX_DATA`](Self::MAX_DATA), or the buffer is shorter than it.
    pub fn encode(&self, out: &mut [u8]) -> usize {
        begin(self.signature.0, self.version, self.data.len(), out);
        put(out, field::DATA, self.data);
        self.len()
    }

    /// The entry at the beginning of these bytes; [`len`](Self::len) says where it ends.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        let len = usize::from(fields.u8(field::LEN)?);
        let data_len = len
            .checked_sub(Self::HEAD_LEN)
            .ok_or(Malformed::new("a system use entry that is shorter than its head", field::LEN))?;
        Ok(Self {
            signature: Signature(fields.array(0)?),
            version: fields.u8(field::VERSION)?,
            data: fields.bytes(field::DATA, data_len)?,
        })
    }
}

/// Writes the head of an entry with so many bytes of data.
pub(super) fn begin(signature: [u8; 2], version: u8, data_len: usize, out: &mut [u8]) {
    let len = u8::try_from(RawEntry::HEAD_LEN + data_len).expect("an entry has at most 255 bytes");
    put(out, 0, &signature);
    put(out, field::LEN, &[len, version]);
}

/// The entries of one area, without what it continues with.
///
/// It ends with a terminator, which is still given, or where fewer than four bytes are left, or with a zero where a
/// signature should be: that is how an area is filled up. What cannot be read ends it too.
#[derive(Debug, Clone)]
pub struct RawEntries<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> RawEntries<'a> {
    /// The entries of an area.
    #[must_use]
    pub const fn new(area: &'a [u8]) -> Self {
        Self { rest: area, at: 0 }
    }
}

impl<'a> Iterator for RawEntries<'a> {
    type Item = Result<RawEntry<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.len() < RawEntry::HEAD_LEN || self.rest.first() == Some(&0) {
            return None;
        }
        let at = self.at;
        let entry = RawEntry::decode(self.rest);
        self.rest = match entry {
            Ok(entry) if entry.signature.0 != *b"ST" => {
                self.at += entry.len();
                &self.rest[entry.len()..]
            }
            _ => &[],
        };
        Some(entry.map_err(|error| error.moved(at)))
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_area_ends_where_no_entry_begins() {
        let signatures = |area: &[u8]| {
            RawEntries::new(area).map(|entry| entry.map(|entry| entry.signature.0)).collect::<Result<Vec<_>, _>>()
        };
        assert_eq!(signatures(b"AA\x06\x01xyBB\x04\x01\0"), Ok([*b"AA", *b"BB"].to_vec()));
        assert_eq!(signatures(b"AA\x04\x01ST\x04\x01BB\x04\x01"), Ok([*b"AA", *b"ST"].to_vec()));
        assert_eq!(signatures(b"AA\x04\x01\0\0\0\0BB\x04\x01"), Ok([*b"AA"].to_vec()));
        let short = Malformed::new("a system use entry that is shorter than its head", 6);
        assert_eq!(signatures(b"AA\x04\x01BB\x03\x01"), Err(short));
        assert_eq!(signatures(b"AA\x04\x01BB\x05\x01"), Err(Malformed::new("the bytes end before a field", 8)));
    }

    proptest! {
        #[test]
        fn entries_come_back(signature: [u8; 2], version: u8, data in proptest::collection::vec(any::<u8>(), 0..=251)) {
            let entry = RawEntry { signature: Signature(signature), version, data: &data };
            let mut out = [0xA5; 256];
            prop_assert_eq!(entry.encode(&mut out), entry.len());
            prop_assert_eq!(RawEntry::decode(&out), Ok(entry));
        }

        #[test]
        fn no_bytes_panic_or_loop(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(RawEntries::new(&bytes).count() <= bytes.len());
        }
    }
}
