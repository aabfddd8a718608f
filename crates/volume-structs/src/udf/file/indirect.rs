//! Entries that say where the next entry is, or that there is none; and extents of more allocation descriptors.

use super::{
    super::{
        LongAd, TagId,
        tag::{Stamp, open, seal, seal_partly},
    },
    IcbTag,
};
use crate::wire::{Malformed, put};

/// ECMA-167, 4/14.7 and 4/14.8.
mod field {
    pub const ICB: usize = 16;
    pub const NEXT: usize = 36;
}

/// ECMA-167, 4/14.5.
mod extent {
    pub const PREVIOUS: usize = 16;
    pub const ADS_LEN: usize = 20;
    pub const ADS: usize = 24;
}

/// Where another entry of the same file is (ECMA-167, 4/14.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IndirectEntry {
    /// What it is: [`FileType::INDIRECT`](super::FileType::INDIRECT).
    pub icb: IcbTag,
    /// There.
    pub next: LongAd,
}

impl IndirectEntry {
    /// Bytes of it.
    pub const LEN: usize = 52;

    /// To its bytes.
    #[must_use]
    pub fn encode(&self, stamp: Stamp) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        put(&mut out, field::ICB, &self.icb.encode());
        put(&mut out, field::NEXT, &self.next.encode());
        seal(&mut out, TagId::INDIRECT_ENTRY, stamp);
        out
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::INDIRECT_ENTRY)?;
        Ok(Self {
            icb: IcbTag::decode(fields.array_ref(field::ICB)?)?,
            next: LongAd::decode(fields.array(field::NEXT)?),
        })
    }
}

/// The entry behind which there are none (ECMA-167, 4/14.8). Reading one, [`Tag::verify`](super::super::Tag::verify) and
/// [`IcbTag::decode`] say all there is.
#[must_use]
pub fn encode_terminal(icb: &IcbTag, stamp: Stamp) -> [u8; 36] {
    let mut out = [0; 36];
    put(&mut out, field::ICB, &icb.encode());
    seal(&mut out, TagId::TERMINAL_ENTRY, stamp);
    out
}

/// The head of an extent of more allocation descriptors (ECMA-167, 4/14.5), and these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AllocationExtent<'a> {
    /// The extent before; 0 if that is not told.
    pub previous: u32,
    /// The descriptors, in the manner of the file: [`Ads`](super::super::Ads).
    pub ads: &'a [u8],
}

impl<'a> AllocationExtent<'a> {
    /// Bytes before the descriptors.
    pub const HEAD_LEN: usize = extent::ADS;

    /// Its bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        Self::HEAD_LEN + self.ads.len()
    }

    /// Never: a descriptor has a tag.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes it and returns its bytes; the descriptors are not under the tag's sum (OSTA UDF, 2.3.11).
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than it.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8]) -> usize {
        let ads_len = u32::try_from(self.ads.len()).expect("a block holds less");
        let out = &mut out[..self.len()];
        out.fill(0);
        put(out, extent::PREVIOUS, &self.previous.to_le_bytes());
        put(out, extent::ADS_LEN, &ads_len.to_le_bytes());
        put(out, extent::ADS, self.ads);
        seal_partly(out, TagId::ALLOCATION_EXTENT, stamp, 8);
        self.len()
    }

    /// From its bytes.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::ALLOCATION_EXTENT)?;
        let ads_len = usize::try_from(fields.u32_le(extent::ADS_LEN)?).unwrap_or(usize::MAX);
        Ok(Self { previous: fields.u32_le(extent::PREVIOUS)?, ads: fields.bytes(extent::ADS, ads_len)? })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            super::{PartitionBlock, Tag},
            FileType, IcbFlags,
        },
        *,
    };

    const STAMP: Stamp = Stamp { version: 2, serial: 0, location: 3 };

    #[test]
    fn entries_come_back() {
        let icb = IcbTag::direct(FileType::INDIRECT, IcbFlags::NONE);
        let entry = IndirectEntry { icb, next: LongAd::recorded(4096, PartitionBlock { block: 8, partition: 1 }) };
        assert_eq!(IndirectEntry::decode(&entry.encode(STAMP)), Ok(entry));
        let terminal = encode_terminal(&IcbTag { file_type: FileType::TERMINAL, ..icb }, STAMP);
        assert_eq!(Tag::verify(&terminal).map(|tag| tag.id), Ok(TagId::TERMINAL_ENTRY));
        assert_eq!(terminal[16 + 11], 11);
    }

    #[test]
    fn an_extent_of_descriptors_has_a_sum_over_its_head() {
        let extent = AllocationExtent { previous: 5, ads: &[1, 2, 3, 4, 5, 6, 7, 8] };
        let mut out = [0xA5; 40];
        assert_eq!(extent.encode(STAMP, &mut out), 32);
        assert_eq!(AllocationExtent::decode(&out), Ok(extent));
        assert_eq!(out[10..12], [8, 0]);
        assert!(AllocationExtent::decode(&out[..31]).is_err());
    }
}
