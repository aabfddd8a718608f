//! Disc information of a BD: who made it, how large it is, how it wants to be written.

use crate::{
    layout::low_bits,
    wire::{Fields, Writer},
};

/// 00h of a BD: units of 112 bytes, one and more for each layer and speed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BdInformation {
    /// The units.
    pub units: Vec<BdUnit>,
    /// What follows them: zeros, or units of another form.
    pub more: Vec<u8>,
}

/// One unit. What a BD-ROM has no use for is zero there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BdUnit {
    /// The form of the unit.
    pub format: u8,
    /// How many units there are, 5 bits.
    pub units: u8,
    /// The layer it is about, 3 bits.
    pub layer: u8,
    /// Its place among the units.
    pub sequence: u8,
    /// It continues the unit before.
    pub continuation: bool,
    /// How many of its bytes are used, 7 bits.
    pub used: u8,
    /// What kind of disc.
    pub kind: BdKind,
    /// 0 for 120 mm, 1 for 80 mm, 2 bits.
    pub disc_size: u8,
    /// The class, 2 bits.
    pub class: u8,
    /// The version, 4 bits.
    pub version: u8,
    /// How many layers, 4 bits.
    pub layers: u8,
    /// What a drive needs for reading and writing the layer.
    pub body: BdBody,
    /// Who made it, text filled up with zeros.
    pub manufacturer: [u8; 6],
    /// What the maker calls it.
    pub media_type: [u8; 3],
    /// When it was designed: year, month and perhaps more.
    pub time_stamp: u16,
    /// Its revision.
    pub revision: u8,
}

/// What kind of BD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BdKind {
    /// BD-R.
    Recordable,
    /// BD-RE.
    Rewritable,
    /// BD-ROM.
    Rom,
}

/// The part of a unit that only drives understand. Most of it is in no public document.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BdBody {
    /// Byte 4: how older drives shall treat the disc.
    pub legacy: u8,
    /// Bytes 13 to 99.
    pub bytes: [u8; 87],
}

impl Default for BdBody {
    fn default() -> Self {
        Self { legacy: 0, bytes: [0; 87] }
    }
}

impl std::fmt::Debug for BdBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02X} {:02X?}", self.legacy, self.bytes)
    }
}

mod field {
    pub(super) const SIGNATURE: [u8; 2] = *b"DI";
    pub(super) const FORMAT: usize = 2;
    pub(super) const UNITS_LAYER: usize = 3;
    pub(super) const LEGACY: usize = 4;
    pub(super) const SEQUENCE: usize = 5;
    pub(super) const USED: usize = 6;
    pub(super) const KIND: usize = 8;
    pub(super) const SIZE_CLASS_VERSION: usize = 11;
    pub(super) const LAYERS: usize = 12;
    pub(super) const BODY: usize = 13;
    pub(super) const MANUFACTURER: usize = 100;
    pub(super) const MEDIA_TYPE: usize = 106;
    pub(super) const TIME_STAMP: usize = 109;
    pub(super) const REVISION: usize = 111;
    pub(super) const LENGTH: usize = 112;
}

impl BdUnit {
    /// A unit, if the bytes begin with one.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let fields = Fields::new(bytes, field::LENGTH).ok()?;
        if fields.array(0).ok()? != field::SIGNATURE {
            return None;
        }
        let kind = match &fields.array(field::KIND).ok()? {
            b"BDR" => BdKind::Recordable,
            b"BDW" => BdKind::Rewritable,
            b"BDO" => BdKind::Rom,
            _ => return None,
        };
        let byte = |at| fields.u8(at).ok();
        let used = byte(field::USED)?;
        let size = byte(field::SIZE_CLASS_VERSION)?;
        Some(Self {
            format: byte(field::FORMAT)?,
            units: byte(field::UNITS_LAYER)? >> 3,
            layer: low_bits(byte(field::UNITS_LAYER)?, 3),
            sequence: byte(field::SEQUENCE)?,
            continuation: used & 0x80 != 0,
            used: low_bits(used, 7),
            kind,
            disc_size: size >> 6,
            class: low_bits(size >> 4, 2),
            version: low_bits(size, 4),
            layers: byte(field::LAYERS)? >> 4,
            body: BdBody { legacy: byte(field::LEGACY)?, bytes: fields.array(field::BODY).ok()? },
            manufacturer: fields.array(field::MANUFACTURER).ok()?,
            media_type: fields.array(field::MEDIA_TYPE).ok()?,
            time_stamp: fields.u16(field::TIME_STAMP).ok()?,
            revision: byte(field::REVISION)?,
        })
    }

    fn encode(&self) -> Vec<u8> {
        let kind = match self.kind {
            BdKind::Recordable => b"BDR",
            BdKind::Rewritable => b"BDW",
            BdKind::Rom => b"BDO",
        };
        let mut writer = Writer::zeroed(field::LENGTH);
        writer.put(0, &field::SIGNATURE).u8(field::FORMAT, self.format).u8(field::LEGACY, self.body.legacy);
        writer.u8(field::UNITS_LAYER, self.units << 3 | low_bits(self.layer, 3));
        writer.u8(field::SEQUENCE, self.sequence);
        writer.u8(field::USED, u8::from(self.continuation) << 7 | low_bits(self.used, 7)).put(field::KIND, kind);
        let size = self.disc_size << 6 | low_bits(self.class, 2) << 4 | low_bits(self.version, 4);
        writer.u8(field::SIZE_CLASS_VERSION, size).u8(field::LAYERS, self.layers << 4);
        writer.put(field::BODY, &self.body.bytes).put(field::MANUFACTURER, &self.manufacturer);
        writer.put(field::MEDIA_TYPE, &self.media_type).u16(field::TIME_STAMP, self.time_stamp);
        writer.u8(field::REVISION, self.revision).finish()
    }
}

impl BdInformation {
    pub(crate) fn decode(data: &[u8]) -> Self {
        let mut more = data;
        let mut units = Vec::new();
        while let Some(unit) = BdUnit::decode(more) {
            units.push(unit);
            more = more.get(field::LENGTH..).unwrap_or_default();
        }
        Self { units, more: more.to_vec() }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = self.units.iter().flat_map(BdUnit::encode).collect();
        bytes.extend_from_slice(&self.more);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bd_r() -> (BdUnit, Vec<u8>) {
        let body = BdBody { legacy: 1, bytes: std::array::from_fn(|at| u8::try_from(at).expect("87 bytes")) };
        let unit = BdUnit {
            format: 2,
            units: 2,
            layer: 1,
            sequence: 0,
            continuation: true,
            used: 0x62,
            kind: BdKind::Recordable,
            disc_size: 0,
            class: 1,
            version: 2,
            layers: 2,
            body,
            manufacturer: *b"PHILIP",
            media_type: *b"R04",
            time_stamp: 0x1234,
            revision: 3,
        };
        let bytes = [&b"DI\x02\x11\x01\0\xE2\0BDR\x12\x20"[..], &body.bytes, b"PHILIPR04\x12\x34\x03"].concat();
        (unit, bytes)
    }

    #[test]
    fn a_bd_r_goes_both_ways() {
        let (unit, bytes) = bd_r();
        let two = [bytes.clone(), bytes.clone(), vec![0; 16]].concat();
        let information = BdInformation { units: vec![unit.clone(), unit], more: vec![0; 16] };
        assert_eq!(BdInformation::decode(&two), information);
        assert_eq!(information.encode(), two);
    }

    #[test]
    fn each_kind_of_disc_has_its_letters() {
        for (kind, letters) in [(BdKind::Recordable, b"BDR"), (BdKind::Rewritable, b"BDW"), (BdKind::Rom, b"BDO")] {
            let (unit, mut bytes) = bd_r();
            bytes[8..11].copy_from_slice(letters);
            let information = BdInformation { units: vec![BdUnit { kind, ..unit }], more: vec![] };
            assert_eq!(BdInformation::decode(&bytes), information);
            assert_eq!(information.encode(), bytes);
        }
    }

    #[test]
    fn a_unit_that_is_cut_or_of_another_kind_stays_bytes() {
        let (_, bytes) = bd_r();
        for len in 0..bytes.len() {
            let cut = BdInformation::decode(&bytes[..len]);
            assert_eq!((cut.units.len(), &cut.more[..]), (0, &bytes[..len]));
        }
        let other = bytes.iter().map(|&byte| if byte == b'R' { b'U' } else { byte }).collect::<Vec<_>>();
        assert_eq!(BdInformation::decode(&other), BdInformation { units: vec![], more: other });
    }
}
