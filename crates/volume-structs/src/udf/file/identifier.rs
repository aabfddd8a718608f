//! [`FileIdentifier`]: a name in a directory.

use super::super::{
    LongAd, TagId,
    flags::flags,
    tag::{Stamp, Tag, open, seal},
    text,
};
use crate::wire::{Malformed, put};

/// ECMA-167, 4/14.4.
mod field {
    pub const VERSION: usize = 16;
    pub const CHARACTERISTICS: usize = 18;
    pub const NAME_LEN: usize = 19;
    pub const ICB: usize = 20;
    pub const USE_LEN: usize = 36;
    pub const USE: usize = 38;
}

/// The longest name in compressed Unicode: 254 characters of a byte, or 127 of two.
pub const MAX_NAME_LEN: usize = 255;

flags! {
    /// What a name is (ECMA-167, 4/14.4.3).
    FileCharacteristics(u8) {
        /// Its existence need not be told to people.
        HIDDEN = 1;
        /// Of a directory.
        DIRECTORY = 1 << 1;
        /// There is no such file any more.
        DELETED = 1 << 2;
        /// Of the directory that this directory is in; it has no name.
        PARENT = 1 << 3;
        /// Of a stream that is about its file, not of it (from UDF 2.00 on).
        METADATA = 1 << 4;
    }
}

/// A file identifier descriptor (ECMA-167, 4/14.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileIdentifier<'a> {
    /// 1 by UDF.
    pub version: u16,
    /// What it is.
    pub characteristics: FileCharacteristics,
    /// Where the file's entry is, with the lower half of its unique id from UDF 2.00 on.
    pub icb: LongAd,
    /// The name in compressed Unicode: [`text::decode`]. Empty for the parent.
    pub name: &'a [u8],
    /// Of a program; then it begins with its entity identifier.
    pub implementation_use: &'a [u8],
}

impl<'a> FileIdentifier<'a> {
    /// Bytes of one with a name of so many bytes, and so many of a program. It may go on in another block.
    #[must_use]
    pub const fn len_with(name_len: usize, use_len: usize) -> usize {
        (field::USE + use_len + name_len).next_multiple_of(4)
    }

    /// Its bytes: a multiple of 4.
    #[must_use]
    pub const fn len(&self) -> usize {
        Self::len_with(self.name.len(), self.implementation_use.len())
    }

    /// Never: a descriptor has a tag.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// The characters of its name.
    pub fn chars(&self) -> Result<impl Iterator<Item = char> + Clone + 'a, Malformed> {
        text::decode(self.name)
    }

    /// Writes it and returns its bytes.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than it, the name longer than [`MAX_NAME_LEN`], or all of it than a tag can cover.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8]) -> usize {
        let name_len = u8::try_from(self.name.len()).expect("a name has at most 255 bytes");
        let use_len = u16::try_from(self.implementation_use.len()).expect("a block holds less");
        let out = &mut out[..self.len()];
        out.fill(0);
        put(out, field::VERSION, &self.version.to_le_bytes());
        put(out, field::CHARACTERISTICS, &[self.characteristics.0, name_len]);
        put(out, field::ICB, &self.icb.encode());
        put(out, field::USE_LEN, &use_len.to_le_bytes());
        put(out, field::USE, self.implementation_use);
        put(out, field::USE + self.implementation_use.len(), self.name);
        seal(out, TagId::FILE_IDENTIFIER, stamp);
        self.len()
    }

    /// The identifier at the beginning of these bytes; [`len`](Self::len) says where it ends.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::FILE_IDENTIFIER)?;
        let (use_len, name_len) = (fields.u16_le(field::USE_LEN)?, fields.u8(field::NAME_LEN)?);
        let identifier = Self {
            version: fields.u16_le(field::VERSION)?,
            characteristics: FileCharacteristics(fields.u8(field::CHARACTERISTICS)?),
            icb: LongAd::decode(fields.array(field::ICB)?),
            name: fields.bytes(field::USE + usize::from(use_len), usize::from(name_len))?,
            implementation_use: fields.bytes(field::USE, usize::from(use_len))?,
        };
        fields.bytes(0, identifier.len())?;
        Ok(identifier)
    }
}

/// The identifiers of a directory, each with its tag and the byte at which it begins; deleted ones and the parent too.
///
/// One that cannot be read ends the list, as nobody knows where the next begins.
#[derive(Debug, Clone)]
pub struct FileIdentifiers<'a> {
    directory: &'a [u8],
    at: usize,
}

impl<'a> FileIdentifiers<'a> {
    /// Of a directory, given all of its data.
    #[must_use]
    pub const fn new(directory: &'a [u8]) -> Self {
        Self { directory, at: 0 }
    }
}

impl<'a> Iterator for FileIdentifiers<'a> {
    type Item = Result<(usize, Tag, FileIdentifier<'a>), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let rest = self.directory.get(at..).filter(|rest| !rest.is_empty())?;
        let found = FileIdentifier::decode(rest).and_then(|found| Ok((at, Tag::decode(rest)?, found)));
        self.at = match &found {
            Ok((_, _, found)) => at + found.len(),
            Err(_) => self.directory.len(),
        };
        Some(found.map_err(|error| error.moved(at)))
    }
}

#[cfg(test)]
mod tests {
    use std::{string::String, vec::Vec};

    use proptest::prelude::*;

    use super::{super::super::PartitionBlock, *};

    const STAMP: Stamp = Stamp { version: 2, serial: 0, location: 3 };

    fn sample(name: &[u8]) -> FileIdentifier<'_> {
        FileIdentifier {
            version: 1,
            characteristics: FileCharacteristics::NONE,
            icb: LongAd::recorded(2048, PartitionBlock { block: 4, partition: 0 }),
            name,
            implementation_use: &[],
        }
    }

    #[test]
    fn identifiers_have_a_multiple_of_4_bytes() {
        for (name, len) in [(&b""[..], 40), (b"\x08a", 40), (b"\x08ab", 44), (b"\x08abcde", 44), (&[8; 255], 296)] {
            let mut out = [0xA5; 300];
            assert_eq!(sample(name).encode(STAMP, &mut out), len);
            assert_eq!(FileIdentifier::decode(&out), Ok(sample(name)));
            assert!(out[38 + name.len()..len].iter().all(|&byte| byte == 0));
            assert!(FileIdentifier::decode(&out[..len - 1]).is_err());
        }
    }

    #[test]
    fn a_directory_is_read_up_to_the_first_damage() {
        let mut directory = [0; 200];
        let mut len = 0;
        for name in [&b""[..], b"\x08a.txt", b"\x10\x65\xE5", b"\x08z"] {
            len += sample(name).encode(STAMP, &mut directory[len..]);
        }
        let names = |directory: &[u8]| {
            FileIdentifiers::new(directory)
                .map(|found| found.map::<String, _>(|(_, _, found)| found.chars().expect("a text").collect()))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&directory[..len]), ["", "a.txt", "日", "z"].map(|name| Ok(name.into())));
        directory[40 + 44 + 30] ^= 1;
        let found = names(&directory[..len]);
        assert_eq!(found.len(), 3);
        assert_eq!(found[2], Err(Malformed::new("the CRC of a descriptor is wrong", 40 + 44 + 8)));
    }

    proptest! {
        #[test]
        fn identifiers_come_back(
            (version, characteristics, icb) in any::<(u16, u8, [u8; 16])>(),
            name in proptest::collection::vec(any::<u8>(), 0..=255),
            implementation_use in proptest::collection::vec(any::<u8>(), 0..100),
        ) {
            let identifier = FileIdentifier {
                version,
                characteristics: FileCharacteristics(characteristics),
                icb: LongAd::decode(icb),
                name: &name,
                implementation_use: &implementation_use,
            };
            let mut out = [0xA5; 400];
            prop_assert_eq!(identifier.encode(STAMP, &mut out), identifier.len());
            prop_assert_eq!(FileIdentifier::decode(&out), Ok(identifier));
        }

        #[test]
        fn lengths_from_a_disc_are_not_trusted(name_len: u8, use_len: u16) {
            let mut out = [0; 44];
            let len = sample(b"\x08abcd").encode(STAMP, &mut out);
            put(&mut out, field::NAME_LEN, &[name_len]);
            put(&mut out, field::USE_LEN, &use_len.to_le_bytes());
            seal(&mut out[..len], TagId::FILE_IDENTIFIER, STAMP);
            prop_assert!(FileIdentifiers::new(&out).count() <= 2);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(FileIdentifiers::new(&bytes).count() <= 1 + bytes.len() / 40);
        }
    }
}
