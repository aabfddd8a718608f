//! [`SessionLink`]: how the sessions of a disc that can be overwritten find one another.
//!
//! Such a disc has no table of sessions. A new one goes behind what is there, and the descriptors at the disc's beginning are
//! written again for it, so that nothing says any more what was there before. This link does: it stands in the field
//! that ISO 9660's primary volume descriptor and that of UDF have for applications, and other programs leave it alone.

use crate::wire::{Fields, Malformed, put};

mod field {
    pub const SIGNATURE: usize = 0;
    pub const START: usize = 16;
    pub const PREVIOUS_START: usize = 20;
    pub const PREVIOUS_HEAD: usize = 24;
}

/// By what it is known.
const SIGNATURE: &[u8; 16] = b"imapi session 1\0";

/// Where a session begins that is not the first, and what was before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionLink {
    /// The first block of this session.
    pub start: u32,
    /// The first block of the session before it.
    pub previous_start: u32,
    /// Where that session ends, and the first 32 blocks of the disc are kept as they were then: `previous_head` + 16 has
    /// its primary volume descriptor.
    pub previous_head: u32,
}

impl SessionLink {
    /// Its bytes.
    pub const LEN: usize = 28;

    /// Writes it at the beginning of a field.
    pub fn encode(&self, out: &mut [u8; Self::LEN]) {
        put(out, field::SIGNATURE, SIGNATURE);
        put(out, field::START, &self.start.to_le_bytes());
        put(out, field::PREVIOUS_START, &self.previous_start.to_le_bytes());
        put(out, field::PREVIOUS_HEAD, &self.previous_head.to_le_bytes());
    }

    /// A field of so many bytes with a link at its beginning, if there is one; it has room for a link.
    #[must_use]
    pub fn field<const N: usize>(link: Option<Self>) -> [u8; N] {
        let mut field = [0; N];
        if let Some((link, out)) = link.zip(field.first_chunk_mut()) {
            link.encode(out);
        }
        field
    }

    /// From the bytes of a field. What does not lie in the order of time is none: a chain of links has an end.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        if &fields.array::<16>(field::SIGNATURE)? != SIGNATURE {
            return Err(Malformed::new("there is no link to an earlier session", field::SIGNATURE));
        }
        let link = Self {
            start: fields.u32_le(field::START)?,
            previous_start: fields.u32_le(field::PREVIOUS_START)?,
            previous_head: fields.u32_le(field::PREVIOUS_HEAD)?,
        };
        if link.previous_start < link.previous_head && link.previous_head < link.start {
            Ok(link)
        } else {
            Err(Malformed::new("an earlier session that is not before this one", field::START))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_and_leads_backwards_only() {
        let link = SessionLink { start: 0x1234, previous_start: 0x20, previous_head: 0x1214 };
        let mut bytes = [0xFF; SessionLink::LEN];
        link.encode(&mut bytes);
        assert_eq!(&bytes[..], b"imapi session 1\0\x34\x12\0\0\x20\0\0\0\x14\x12\0\0");
        assert_eq!(SessionLink::decode(&bytes), Ok(link));
        for wrong in [
            SessionLink { previous_start: 0x1214, ..link },
            SessionLink { previous_head: 0x1234, ..link },
            SessionLink { previous_head: 0x1235, ..link },
        ] {
            wrong.encode(&mut bytes);
            assert!(SessionLink::decode(&bytes).is_err(), "{wrong:?}");
        }
        assert!(SessionLink::decode(&[0; 512]).is_err());
        assert!(SessionLink::decode(b"imapi session 1\0\0").is_err());
    }
}
