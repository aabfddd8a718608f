//! Descriptors that say no more than where others are: anchors, pointers, unallocated space, the end.

use super::{
    super::{
        Extent, TagId,
        tag::{Stamp, open, seal},
    },
    DESCRIPTOR_LEN,
};
use crate::wire::{Malformed, put};

/// ECMA-167, 3/10.2.
mod anchor {
    pub const MAIN: usize = 16;
    pub const RESERVE: usize = 24;
}

/// ECMA-167, 3/10.3.
mod pointer {
    pub const SEQUENCE_NUMBER: usize = 16;
    pub const NEXT: usize = 20;
}

/// ECMA-167, 3/10.8.
mod unallocated {
    pub const SEQUENCE_NUMBER: usize = 16;
    pub const COUNT: usize = 20;
    pub const EXTENTS: usize = 24;
}

/// Where the volume descriptor sequences are (ECMA-167, 3/10.2). It stands in two of the blocks 256, the last, and the
/// 257th from the end; with a virtual partition also in 512.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Anchor {
    /// The sequence, in at least 16 blocks.
    pub main: Extent,
    /// The same once more.
    pub reserve: Extent,
}

impl Anchor {
    /// Writes it.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8; DESCRIPTOR_LEN]) {
        out.fill(0);
        put(out, anchor::MAIN, &self.main.encode());
        put(out, anchor::RESERVE, &self.reserve.encode());
        seal(out, TagId::ANCHOR, stamp);
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::ANCHOR)?;
        Ok(Self {
            main: Extent::decode(fields.array(anchor::MAIN)?),
            reserve: Extent::decode(fields.array(anchor::RESERVE)?),
        })
    }
}

/// Where a sequence goes on (ECMA-167, 3/10.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VolumePointer {
    /// Of several with the same contents, the greatest counts.
    pub sequence_number: u32,
    /// The next blocks of the sequence.
    pub next: Extent,
}

impl VolumePointer {
    /// Writes it.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8; DESCRIPTOR_LEN]) {
        out.fill(0);
        put(out, pointer::SEQUENCE_NUMBER, &self.sequence_number.to_le_bytes());
        put(out, pointer::NEXT, &self.next.encode());
        seal(out, TagId::VOLUME_POINTER, stamp);
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::VOLUME_POINTER)?;
        Ok(Self {
            sequence_number: fields.u32_le(pointer::SEQUENCE_NUMBER)?,
            next: Extent::decode(fields.array(pointer::NEXT)?),
        })
    }
}

/// What of a volume belongs to no partition (ECMA-167, 3/10.8). UDF wants one even when there is none such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnallocatedSpace<'a> {
    /// Of several, the greatest counts.
    pub sequence_number: u32,
    extents: &'a [u8],
}

impl<'a> UnallocatedSpace<'a> {
    /// With extents as they are recorded, of 8 bytes each; what is less than one at their end is left out.
    #[must_use]
    pub fn new(sequence_number: u32, extents: &'a [u8]) -> Self {
        Self { sequence_number, extents: &extents[..extents.len() / Extent::LEN * Extent::LEN] }
    }

    /// The extents.
    pub fn extents(&self) -> impl ExactSizeIterator<Item = Extent> + 'a {
        self.extents.chunks_exact(Extent::LEN).map(|bytes| {
            let mut extent = [0; Extent::LEN];
            extent.copy_from_slice(bytes);
            Extent::decode(extent)
        })
    }

    /// Its bytes: 512, or as many as its extents need.
    #[must_use]
    pub fn len(&self) -> usize {
        (unallocated::EXTENTS + self.extents.len()).max(DESCRIPTOR_LEN)
    }

    /// Never: a descriptor has a tag.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes it and returns its bytes.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than it, or it is longer than a tag can cover: 65,551 bytes.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8]) -> usize {
        let count = u32::try_from(self.extents.len() / Extent::LEN).expect("a sector holds fewer");
        let out = &mut out[..self.len()];
        out.fill(0);
        put(out, unallocated::SEQUENCE_NUMBER, &self.sequence_number.to_le_bytes());
        put(out, unallocated::COUNT, &count.to_le_bytes());
        put(out, unallocated::EXTENTS, self.extents);
        seal(out, TagId::UNALLOCATED_SPACE, stamp);
        self.len()
    }

    /// From its bytes.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::UNALLOCATED_SPACE)?;
        let count = usize::try_from(fields.u32_le(unallocated::COUNT)?).unwrap_or(usize::MAX);
        Ok(Self {
            sequence_number: fields.u32_le(unallocated::SEQUENCE_NUMBER)?,
            extents: fields.bytes(unallocated::EXTENTS, count.saturating_mul(Extent::LEN))?,
        })
    }
}

/// Writes the descriptor that ends a sequence (ECMA-167, 3/10.9 and 4/14.2), which has nothing but its tag.
pub fn encode_terminating(stamp: Stamp, out: &mut [u8; DESCRIPTOR_LEN]) {
    out.fill(0);
    seal(out, TagId::TERMINATING, stamp);
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Stamp = Stamp { version: 2, serial: 0, location: 256 };

    /// The anchor in block 256 of an image by `genisoimage -udf`, but for the zeros behind it.
    const BY_GENISOIMAGE: [u8; 32] = [
        2, 0, 2, 0, 0xCE, 0, 0, 0, 0x01, 0xD7, 0xF0, 1, 0, 1, 0, 0, 0, 0x80, 0, 0, 32, 0, 0, 0, 0, 0x80, 0, 0, 48, 0,
        0, 0,
    ];

    #[test]
    fn genisoimage_writes_the_same_anchor() {
        let mut bytes = [0; DESCRIPTOR_LEN];
        bytes[..32].copy_from_slice(&BY_GENISOIMAGE);
        let anchor = Anchor::decode(&bytes).expect("undamaged");
        assert_eq!(anchor.main, Extent { len: 32_768, block: 32 });
        assert_eq!(anchor.reserve, Extent { len: 32_768, block: 48 });
        let mut out = [0xA5; DESCRIPTOR_LEN];
        anchor.encode(STAMP, &mut out);
        assert_eq!(out, bytes);
    }

    #[test]
    fn pointers_and_extents_come_back() {
        let mut out = [0xA5; DESCRIPTOR_LEN];
        let pointer = VolumePointer { sequence_number: 3, next: Extent { len: 2048, block: 99 } };
        pointer.encode(STAMP, &mut out);
        assert_eq!(VolumePointer::decode(&out), Ok(pointer));
        assert!(Anchor::decode(&out).is_err());

        let extents = [0, 8, 0, 0, 7, 0, 0, 0, 0, 16, 0, 0, 9, 0, 0, 0, 1];
        let space = UnallocatedSpace::new(1, &extents);
        assert!(space.extents().eq([Extent { len: 2048, block: 7 }, Extent { len: 4096, block: 9 }]));
        let mut out = [0xA5; 600];
        assert_eq!(space.encode(STAMP, &mut out), 512);
        assert_eq!(UnallocatedSpace::decode(&out), Ok(space));
        out[20] = 62; // One more than stands under the tag's sum and in these bytes.
        seal(&mut out[..512], TagId::UNALLOCATED_SPACE, STAMP);
        assert!(UnallocatedSpace::decode(&out[..512]).is_err());
    }
}
