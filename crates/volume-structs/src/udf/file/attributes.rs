//! Extended attributes: what a file entry has no field for.
//!
//! They stand in three groups, of which two may be missing: those that ECMA-167 names, those of implementations, those
//! of applications. What is not known here stays [`Attribute::Other`].

use super::super::{
    EntityId, TagId, Timestamp,
    tag::{Stamp, open, seal},
    time::timestamp,
};
use crate::wire::{Fields, Malformed, put};

/// ECMA-167, 4/14.10.1.
mod header {
    pub const IMPLEMENTATION: usize = 16;
    pub const APPLICATION: usize = 20;
    pub const LEN: usize = 24;
}

/// ECMA-167, 4/14.10.2.
mod field {
    pub const KIND: usize = 0;
    pub const SUBTYPE: usize = 4;
    pub const LEN: usize = 8;
    pub const DATA: usize = 12;
    // Times, 4/14.10.5.
    pub const TIMES: usize = 16;
    pub const TIMES_EXIST: usize = 4;
    // Devices, 4/14.10.7.
    pub const MAJOR: usize = 4;
    pub const MINOR: usize = 8;
    pub const DEVICE_USE: usize = 12;
    // Uses, 4/14.10.8 and 4/14.10.9.
    pub const USE_ID: usize = 4;
    pub const USE: usize = 36;
}

/// The head of the extended attributes (ECMA-167, 4/14.10.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttributesHeader {
    /// Where those of implementations begin, counted from the head; [`NONE`](Self::NONE), or the end, if nowhere.
    pub implementation: u32,
    /// Where those of applications begin.
    pub application: u32,
}

impl AttributesHeader {
    /// Bytes of it.
    pub const LEN: usize = header::LEN;
    /// There are none of that group.
    pub const NONE: u32 = u32::MAX;

    /// To its bytes. The tag's location is the block of the file entry.
    #[must_use]
    pub fn encode(&self, stamp: Stamp) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        put(&mut out, header::IMPLEMENTATION, &self.implementation.to_le_bytes());
        put(&mut out, header::APPLICATION, &self.application.to_le_bytes());
        seal(&mut out, TagId::EXTENDED_ATTRIBUTES, stamp);
        out
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::EXTENDED_ATTRIBUTES)?;
        Ok(Self {
            implementation: fields.u32_le(header::IMPLEMENTATION)?,
            application: fields.u32_le(header::APPLICATION)?,
        })
    }
}

/// Numbers of attributes (ECMA-167, 4/14.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttributeKind(pub u32);

impl AttributeKind {
    /// Character sets.
    pub const CHARACTER_SETS: Self = Self(1);
    /// Other permissions.
    pub const ALTERNATE_PERMISSIONS: Self = Self(3);
    /// When a file was made, and more such.
    pub const FILE_TIMES: Self = Self(5);
    /// When its information was made, and more such.
    pub const INFORMATION_TIMES: Self = Self(6);
    /// Which device a device file is.
    pub const DEVICE: Self = Self(12);
    /// Of an implementation.
    pub const IMPLEMENTATION_USE: Self = Self(2048);
    /// Of an application.
    pub const APPLICATION_USE: Self = Self(65_536);
}

/// Bits that say which of the times of [`Attribute::FileTimes`] there are, in their order.
pub mod file_time {
    /// When the file was made.
    pub const CREATED: u32 = 1;
    /// When it may be deleted.
    pub const DELETE_AFTER: u32 = 1 << 2;
    /// From when on it may be used.
    pub const EFFECTIVE: u32 = 1 << 3;
    /// When it was backed up last.
    pub const BACKED_UP: u32 = 1 << 5;
}

/// An extended attribute (ECMA-167, 4/14.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Attribute<'a> {
    /// Which device it is.
    Device {
        /// Its kind.
        major: u32,
        /// Which one of the kind.
        minor: u32,
        /// Of a program; UDF from 1.50 on wants its entity identifier here.
        implementation_use: &'a [u8],
    },
    /// When this and that was done with the file.
    FileTimes {
        /// Which: a set of [`file_time`].
        exist: u32,
        /// A [`Timestamp`] for each, of 12 bytes.
        times: &'a [u8],
    },
    /// What only an implementation understands, or what UDF has put there. Of those, the data begins with a sum:
    /// [`use_checksum`].
    Implementation {
        /// Which one it is.
        id: EntityId,
        /// What it has to say.
        data: &'a [u8],
    },
    /// What only an application understands.
    Application {
        /// Which one it is.
        id: EntityId,
        /// What it has to say.
        data: &'a [u8],
    },
    /// Anything else.
    Other {
        /// What it is.
        kind: AttributeKind,
        /// 1.
        subtype: u8,
        /// All behind the length.
        data: &'a [u8],
    },
}

impl<'a> Attribute<'a> {
    const fn kind(&self) -> AttributeKind {
        match self {
            Self::Device { .. } => AttributeKind::DEVICE,
            Self::FileTimes { .. } => AttributeKind::FILE_TIMES,
            Self::Implementation { .. } => AttributeKind::IMPLEMENTATION_USE,
            Self::Application { .. } => AttributeKind::APPLICATION_USE,
            Self::Other { kind, .. } => *kind,
        }
    }

    /// Its bytes. Those that are known take a multiple of 4, so that the next begins at one.
    #[must_use]
    pub const fn len(&self) -> usize {
        let data = match self {
            Self::Device { implementation_use, .. } => field::DEVICE_USE + implementation_use.len(),
            Self::FileTimes { times, .. } => 8 + times.len(),
            Self::Implementation { data, .. } | Self::Application { data, .. } => field::USE + data.len(),
            Self::Other { data, .. } => return field::DATA + data.len(),
        };
        field::DATA + data.next_multiple_of(4)
    }

    /// Never: it has a head.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// The time of that bit of [`file_time`], if it is there.
    #[must_use]
    pub fn file_time(&self, bit: u32) -> Option<Timestamp> {
        match self {
            Self::FileTimes { exist, times } if bit.is_power_of_two() && exist & bit != 0 => {
                let before = (exist & (bit - 1)).count_ones();
                timestamp(Fields::new(times), usize::try_from(before).ok()? * Timestamp::LEN).ok()
            }
            _ => None,
        }
    }

    /// Writes it and returns its bytes.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than it.
    pub fn encode(&self, out: &mut [u8]) -> usize {
        let len_of = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a block holds less").to_le_bytes();
        let out = &mut out[..self.len()];
        out.fill(0);
        let len = len_of(out);
        put(out, field::KIND, &self.kind().0.to_le_bytes());
        put(out, field::SUBTYPE, &[1]);
        put(out, field::LEN, &len);
        let body = &mut out[field::DATA..];
        match self {
            Self::Device { major, minor, implementation_use } => {
                put(body, 0, &len_of(implementation_use));
                put(body, field::MAJOR, &major.to_le_bytes());
                put(body, field::MINOR, &minor.to_le_bytes());
                put(body, field::DEVICE_USE, implementation_use);
            }
            Self::FileTimes { exist, times } => {
                put(body, 0, &len_of(times));
                put(body, field::TIMES_EXIST, &exist.to_le_bytes());
                put(body, field::TIMES - 8, times);
            }
            Self::Implementation { id, data } | Self::Application { id, data } => {
                put(body, 0, &len_of(data));
                put(body, field::USE_ID, &id.encode());
                put(body, field::USE, data);
            }
            Self::Other { subtype, data, .. } => {
                put(body, 0, data);
                put(out, field::SUBTYPE, &[*subtype]);
            }
        }
        out.len()
    }

    /// The attribute at the beginning of these bytes, and the bytes that it takes.
    pub fn decode(bytes: &'a [u8]) -> Result<(Self, usize), Malformed> {
        let fields = Fields::new(bytes);
        let len = usize::try_from(fields.u32_le(field::LEN)?).unwrap_or(usize::MAX);
        let data = fields
            .bytes(0, len)?
            .get(field::DATA..)
            .ok_or(Malformed::new("an extended attribute shorter than its head", field::LEN))?;
        let (kind, subtype) = (AttributeKind(fields.u32_le(field::KIND)?), fields.u8(field::SUBTYPE)?);
        let known = if subtype == 1 { Self::known(kind, data) } else { None };
        Ok((known.unwrap_or(Self::Other { kind, subtype, data }), len))
    }

    /// `None` for those that are not known or not as they should be.
    fn known(kind: AttributeKind, data: &'a [u8]) -> Option<Self> {
        let fields = Fields::new(data);
        let part = |at| fields.bytes(at, usize::try_from(fields.u32_le(0).ok()?).ok()?).ok();
        let id = || fields.array(field::USE_ID).map(EntityId::decode).ok();
        match kind {
            AttributeKind::DEVICE => Some(Self::Device {
                major: fields.u32_le(field::MAJOR).ok()?,
                minor: fields.u32_le(field::MINOR).ok()?,
                implementation_use: part(field::DEVICE_USE)?,
            }),
            AttributeKind::FILE_TIMES => {
                Some(Self::FileTimes { exist: fields.u32_le(field::TIMES_EXIST).ok()?, times: part(field::TIMES - 8)? })
            }
            AttributeKind::IMPLEMENTATION_USE => Some(Self::Implementation { id: id()?, data: part(field::USE)? }),
            AttributeKind::APPLICATION_USE => Some(Self::Application { id: id()?, data: part(field::USE)? }),
            _ => None,
        }
    }
}

/// The sum with which the data of UDF's own attributes begins: over the 48 bytes before it, which are the attribute's
/// head (OSTA UDF, 3.3.4.5).
#[must_use]
pub fn use_checksum(id: &EntityId, kind: AttributeKind, data_len: u32) -> u16 {
    let data_at = u32::try_from(field::DATA + field::USE).unwrap_or_default();
    let sum = |bytes: &[u8]| bytes.iter().fold(0_u16, |sum, &byte| sum.wrapping_add(u16::from(byte)));
    let len = data_at.saturating_add(data_len).next_multiple_of(4);
    sum(&kind.0.to_le_bytes())
        .wrapping_add(1) // The subtype.
        .wrapping_add(sum(&len.to_le_bytes()))
        .wrapping_add(sum(&data_len.to_le_bytes()))
        .wrapping_add(sum(&id.encode()))
}

/// The data of [`EntityId::DVD_CGMS_INFO`] (OSTA UDF, 3.3.4.5.1.2).
#[must_use]
pub fn dvd_cgms_info(id: &EntityId, info: u8, structure: u8, protection: [u8; 4]) -> [u8; 8] {
    let [low, high] = use_checksum(id, AttributeKind::IMPLEMENTATION_USE, 8).to_le_bytes();
    let [a, b, c, d] = protection;
    [low, high, info, structure, a, b, c, d]
}

/// The data of [`EntityId::FREE_EA_SPACE`] with so many bytes of room behind its sum (OSTA UDF, 3.3.4.5.1.1); zeros follow.
#[must_use]
pub fn free_space(id: &EntityId, room: u16) -> [u8; 2] {
    use_checksum(id, AttributeKind::IMPLEMENTATION_USE, 2 + u32::from(room)).to_le_bytes()
}

/// The extended attributes of a file.
#[derive(Debug, Clone)]
pub struct Attributes<'a> {
    header: Option<AttributesHeader>,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Attributes<'a> {
    /// Those in these bytes, which may be none.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let header = if bytes.is_empty() { None } else { Some(AttributesHeader::decode(bytes)?) };
        Ok(Self { header, bytes, at: header::LEN })
    }

    /// Where the groups begin, if there is anything at all.
    #[must_use]
    pub const fn header(&self) -> Option<AttributesHeader> {
        self.header
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<Attribute<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let rest = self.bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let found = Attribute::decode(rest);
        self.at = found.map_or(self.bytes.len(), |(_, len)| at + len);
        Some(found.map(|(found, _)| found).map_err(|error| error.moved(at)))
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    const STAMP: Stamp = Stamp { version: 3, serial: 1, location: 9 };

    #[test]
    fn attributes_come_back() {
        let id = EntityId::new(EntityId::DVD_CGMS_INFO);
        let cgms = dvd_cgms_info(&id, 0xC0, 1, [0; 4]);
        let times = [[1; 12], [2; 12]].concat();
        let all = [
            Attribute::Device { major: 8, minor: 1, implementation_use: &[] },
            Attribute::FileTimes { exist: file_time::CREATED | file_time::BACKED_UP, times: &times },
            Attribute::Other { kind: AttributeKind(7), subtype: 2, data: &[1, 2, 3, 4] },
            Attribute::Implementation { id, data: &cgms },
            Attribute::Application { id: EntityId::new(b"*app"), data: b"ab" },
        ];
        let mut out = [0xA5; 300];
        put(&mut out, 0, &AttributesHeader { implementation: 0, application: 0 }.encode(STAMP));
        let len = all.iter().fold(24, |len, attribute| len + attribute.encode(&mut out[len..]));
        let found: Vec<_> = Attributes::decode(&out[..len]).expect("a head").collect();
        assert_eq!(found, all.map(Ok));
        assert_eq!(all[0].len(), 24);
        assert_eq!(all[3].len(), 56);
        assert_eq!(all[4].len(), 52, "filled up to a multiple of 4");
        assert_eq!(all[1].file_time(file_time::BACKED_UP), Some(Timestamp::decode([2; 12])));
        assert_eq!(all[1].file_time(file_time::EFFECTIVE), None);
        assert!(Attributes::decode(&out[..len - 1]).expect("a head").last().is_some_and(|last| last.is_err()));
        assert_eq!(Attributes::decode(&[]).map(Iterator::count), Ok(0));
    }

    /// The sum is of the bytes as they are recorded.
    #[test]
    fn the_sum_of_a_use_is_over_its_head() {
        let id = EntityId::new(EntityId::FREE_EA_SPACE);
        let mut out = [0xA5; 80];
        let mut data = [0; 18];
        put(&mut data, 0, &free_space(&id, 16));
        Attribute::Implementation { id, data: &data }.encode(&mut out);
        let sum = out[..48].iter().map(|&byte| u16::from(byte)).sum::<u16>();
        assert_eq!(out[48..50], sum.to_le_bytes());
    }

    proptest! {
        #[test]
        fn no_bytes_panic_or_loop(bytes in proptest::collection::vec(any::<u8>(), 0..200), len in 0..40_u8) {
            let mut all = [0; 24].to_vec();
            put(&mut all, 0, &AttributesHeader { implementation: 0, application: 0 }.encode(STAMP));
            all.extend(bytes);
            if let Some(first) = all.get_mut(24 + field::LEN..24 + field::DATA) {
                first.copy_from_slice(&u32::from(len).to_le_bytes());
            }
            prop_assert!(Attributes::decode(&all).expect("a head").count() <= all.len());
        }
    }
}
