//! [`ExtendedAttributes`]: owner, permissions, dates and record format of a file, before its data.
//!
//! Hardly anybody writes these today; a reader meets them on old discs, and must know their length to find the data.

use super::VolumeTime;
use crate::wire::{Fields, Malformed, both_16, put};

/// ECMA-119, 9.5.
mod field {
    pub const OWNER: usize = 0;
    pub const GROUP: usize = 4;
    pub const PERMISSIONS: usize = 8;
    pub const CREATED: usize = 10;
    pub const MODIFIED: usize = 27;
    pub const EXPIRES: usize = 44;
    pub const EFFECTIVE: usize = 61;
    pub const RECORD_FORMAT: usize = 78;
    pub const RECORD_ATTRIBUTES: usize = 79;
    pub const RECORD_LEN: usize = 80;
    pub const SYSTEM_IDENTIFIER: usize = 84;
    pub const SYSTEM_USE: usize = 116;
    pub const VERSION: usize = 180;
    pub const ESCAPE_LEN: usize = 181;
    pub const APPLICATION_LEN: usize = 246;
    pub const APPLICATION_USE: usize = 250;
}

/// An extended attribute record (ECMA-119, 9.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtendedAttributes<'a> {
    /// The number of its owner; 0 when nobody owns it.
    pub owner: u16,
    /// The number of its owner's group.
    pub group: u16,
    /// Who may not: a bit that is set forbids (9.5.3).
    pub permissions: u16,
    /// When it was made.
    pub created: VolumeTime,
    /// When it was last changed.
    pub modified: VolumeTime,
    /// When it is out of date.
    pub expires: VolumeTime,
    /// From when on it is to be used.
    pub effective: VolumeTime,
    /// Of what kind its records are (9.5.8).
    pub record_format: u8,
    /// How its records are to be printed (9.5.9).
    pub record_attributes: u8,
    /// Bytes of a record, or of the longest.
    pub record_len: u16,
    /// The system that knows what `system_use` means.
    pub system_identifier: &'a [u8; 32],
    /// What that system wants.
    pub system_use: &'a [u8; 64],
    /// The version of this structure: 1.
    pub version: u8,
    /// What the application wants.
    pub application_use: &'a [u8],
    /// Escape sequences that say how the text of the file is coded.
    pub escape_sequences: &'a [u8],
}

impl<'a> ExtendedAttributes<'a> {
    /// Its bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        field::APPLICATION_USE + self.application_use.len() + self.escape_sequences.len()
    }

    /// Never: it has at least its fixed fields.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes it and returns its bytes.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than [`len`](Self::len), the application use is longer than 65,535 bytes, or the escape
    /// sequences are longer than 255.
    pub fn encode(&self, out: &mut [u8]) -> usize {
        let len = self.len();
        let application_len = u16::try_from(self.application_use.len()).expect("at most 65,535 bytes");
        let escape_len = u8::try_from(self.escape_sequences.len()).expect("at most 255 bytes");
        let out = &mut out[..len];
        out.fill(0);
        put(out, field::OWNER, &both_16(self.owner));
        put(out, field::GROUP, &both_16(self.group));
        put(out, field::PERMISSIONS, &self.permissions.to_be_bytes());
        put(out, field::CREATED, &self.created.0);
        put(out, field::MODIFIED, &self.modified.0);
        put(out, field::EXPIRES, &self.expires.0);
        put(out, field::EFFECTIVE, &self.effective.0);
        put(out, field::RECORD_FORMAT, &[self.record_format, self.record_attributes]);
        put(out, field::RECORD_LEN, &both_16(self.record_len));
        put(out, field::SYSTEM_IDENTIFIER, self.system_identifier);
        put(out, field::SYSTEM_USE, self.system_use);
        put(out, field::VERSION, &[self.version, escape_len]);
        put(out, field::APPLICATION_LEN, &both_16(application_len));
        put(out, field::APPLICATION_USE, self.application_use);
        put(out, field::APPLICATION_USE + self.application_use.len(), self.escape_sequences);
        len
    }

    /// The record at the beginning of these bytes.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        let time = |at| fields.array(at).map(VolumeTime);
        let application_len = usize::from(fields.u16_both(field::APPLICATION_LEN)?);
        let escape_len = usize::from(fields.u8(field::ESCAPE_LEN)?);
        Ok(Self {
            owner: fields.u16_both(field::OWNER)?,
            group: fields.u16_both(field::GROUP)?,
            permissions: fields.u16_be(field::PERMISSIONS)?,
            created: time(field::CREATED)?,
            modified: time(field::MODIFIED)?,
            expires: time(field::EXPIRES)?,
            effective: time(field::EFFECTIVE)?,
            record_format: fields.u8(field::RECORD_FORMAT)?,
            record_attributes: fields.u8(field::RECORD_ATTRIBUTES)?,
            record_len: fields.u16_both(field::RECORD_LEN)?,
            system_identifier: fields.array_ref(field::SYSTEM_IDENTIFIER)?,
            system_use: fields.array_ref(field::SYSTEM_USE)?,
            version: fields.u8(field::VERSION)?,
            application_use: fields.bytes(field::APPLICATION_USE, application_len)?,
            escape_sequences: fields.bytes(field::APPLICATION_USE + application_len, escape_len)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_lie_where_the_standard_puts_them() {
        let record = ExtendedAttributes {
            owner: 0x0102,
            group: 0x0304,
            permissions: 0xAAAA,
            created: VolumeTime(*b"1999123123595900\0"),
            modified: VolumeTime::UNSPECIFIED,
            expires: VolumeTime::UNSPECIFIED,
            effective: VolumeTime::UNSPECIFIED,
            record_format: 3,
            record_attributes: 2,
            record_len: 80,
            system_identifier: &[b'S'; 32],
            system_use: &[0x11; 64],
            version: 1,
            application_use: b"app",
            escape_sequences: b"%/E",
        };
        let mut out = [0xA5; 256];
        assert_eq!(record.encode(&mut out), 256);
        // Byte positions of ECMA-119, 9.5, which count from 1.
        let position = |bp: usize| out[bp - 1];
        assert_eq!([position(1), position(4), position(5), position(9), position(10)], [2, 2, 4, 0xAA, 0xAA]);
        assert_eq!([position(11), position(28), position(45), position(62)], *b"1000");
        assert_eq!([position(79), position(80), position(81), position(84)], [3, 2, 80, 80]);
        assert_eq!([position(85), position(117), position(181), position(182)], [b'S', 0x11, 1, 3]);
        assert_eq!([position(183), position(246), position(247), position(250)], [0, 0, 3, 3]);
        assert_eq!(&out[250..], b"app%/E");
        assert_eq!(ExtendedAttributes::decode(&out), Ok(record));
        for len in 0..out.len() {
            assert!(ExtendedAttributes::decode(&out[..len]).is_err(), "{len}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = ExtendedAttributes::decode(&bytes);
        }
    }
}
