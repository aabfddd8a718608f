//! [`Cdb`]: the bytes of a command, 6 to 16 of them, whatever the opcode.

use std::fmt;

/// A command descriptor block.
///
/// Bytes beyond its length are zero, so that a decoder may look at any field of the longest form.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cdb {
    bytes: [u8; Self::LONGEST],
    len: u8,
}

/// A number of bytes that no command has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a command has 6 to 16 bytes, not {len}")]
pub struct CdbLength {
    /// The number that was given.
    pub len: usize,
}

impl Cdb {
    /// The most bytes of a command.
    pub const LONGEST: usize = 16;
    /// The fewest.
    pub const SHORTEST: usize = 6;

    /// The command with these bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, CdbLength> {
        let len = bytes.len();
        let fits = (Self::SHORTEST..=Self::LONGEST).contains(&len);
        let (true, Ok(short)) = (fits, u8::try_from(len)) else { return Err(CdbLength { len }) };
        let mut all = [0; Self::LONGEST];
        all[..len].copy_from_slice(bytes);
        Ok(Self { bytes: all, len: short })
    }

    /// A command of 6 bytes.
    #[must_use]
    pub fn six(bytes: [u8; 6]) -> Self {
        Self::fixed(&bytes)
    }

    /// A command of 10 bytes.
    #[must_use]
    pub fn ten(bytes: [u8; 10]) -> Self {
        Self::fixed(&bytes)
    }

    /// A command of 12 bytes.
    #[must_use]
    pub fn twelve(bytes: [u8; 12]) -> Self {
        Self::fixed(&bytes)
    }

    /// A command of 16 bytes.
    #[must_use]
    pub fn sixteen(bytes: [u8; 16]) -> Self {
        Self::fixed(&bytes)
    }

    fn fixed(bytes: &[u8]) -> Self {
        Self::new(bytes).expect("6, 10, 12 and 16 are lengths of commands")
    }

    /// The first byte: which command it is.
    #[must_use]
    pub fn opcode(&self) -> u8 {
        self.bytes[0]
    }

    /// The bytes as they are sent.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// The bytes, filled up with zeros to the longest form: decoders read fields from here and cannot miss.
    #[must_use]
    pub fn padded(&self) -> &[u8; Self::LONGEST] {
        &self.bytes
    }

    /// The length that the opcode's group has; `None` for groups without one (60h to 7Fh and the vendors' own).
    #[must_use]
    pub fn group_length(opcode: u8) -> Option<usize> {
        match opcode >> 5 {
            0 => Some(6),
            1 | 2 => Some(10),
            4 => Some(16),
            5 => Some(12),
            _ => None,
        }
    }
}

/// Prints the bytes in hexadecimal: `28 00 00 00 00 10 00 00 01 00`.
impl fmt::Display for Cdb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.as_bytes().iter().enumerate() {
            let between = if place == 0 { "" } else { " " };
            write!(f, "{between}{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Cdb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cdb({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_six_to_sixteen_bytes() {
        for len in 0..40 {
            let made = Cdb::new(&vec![0xA5; len]);
            assert_eq!(made.is_ok(), (6..=16).contains(&len), "{len}");
            if let Ok(cdb) = made {
                assert_eq!(cdb.as_bytes().len(), len);
                assert!(cdb.padded()[len..].iter().all(|&byte| byte == 0));
            }
        }
    }

    #[test]
    fn the_group_of_an_opcode_tells_its_length() {
        assert_eq!(
            [0x00, 0x28, 0x51, 0x85, 0xBE, 0x7F, 0xF9].map(Cdb::group_length),
            [Some(6), Some(10), Some(10), Some(16), Some(12), None, None]
        );
    }

    #[test]
    fn a_command_prints_as_its_bytes() {
        assert_eq!(Cdb::six([0x1B, 0, 0, 0, 2, 0]).to_string(), "1B 00 00 00 02 00");
    }
}
