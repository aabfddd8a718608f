//! The entries of SUSP itself that have more than a field: [`Continuation`] and [`ExtensionReference`].

use super::raw::{RawEntry, begin};
use crate::wire::{Fields, Malformed, both_32, put};

/// `CE`: where an area goes on (SUSP, 5.1). Everything of one piece lies in one block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Continuation {
    /// The block.
    pub block: u32,
    /// The byte of that block at which it begins.
    pub offset: u32,
    /// Its bytes.
    pub len: u32,
}

impl Continuation {
    /// Bytes of such an entry.
    pub const ENTRY_LEN: usize = RawEntry::HEAD_LEN + Self::DATA_LEN;
    const DATA_LEN: usize = 24;

    pub(super) fn decode(data: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(data);
        Ok(Self { block: fields.u32_both(0)?, offset: fields.u32_both(8)?, len: fields.u32_both(16)? })
    }

    /// Writes the entry and returns its bytes.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than [`ENTRY_LEN`](Self::ENTRY_LEN).
    pub fn encode(&self, out: &mut [u8]) -> usize {
        begin(*b"CE", 1, Self::DATA_LEN, out);
        for (number, at) in [self.block, self.offset, self.len].into_iter().zip([4, 12, 20]) {
            put(out, at, &both_32(number));
        }
        Self::ENTRY_LEN
    }
}

/// `ER`: an extension whose entries are used (SUSP, 5.5). It stands in the root directory's record of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExtensionReference<'a> {
    /// The version of the extension.
    pub version: u8,
    /// By what it is known.
    pub identifier: &'a [u8],
    /// What it is good for, for people.
    pub description: &'a [u8],
    /// Where its specification can be had.
    pub source: &'a [u8],
}

impl ExtensionReference<'static> {
    /// Rock Ridge up to 1.10, as almost every disc says it. Readers look at the identifier only.
    pub const RRIP_1991A: Self = Self {
        version: 1,
        identifier: b"RRIP_1991A",
        description: b"THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS",
        source: b"PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  \
                  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.",
    };

    /// Rock Ridge 1.12, where attributes have an inode. (1.11 said `IEEE_P1282`; both are known to readers.)
    pub const IEEE_1282: Self = Self {
        version: 1,
        identifier: b"IEEE_1282",
        description: b"THE IEEE 1282 PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS.",
        source: b"PLEASE CONTACT THE IEEE STANDARDS DEPARTMENT, PISCATAWAY, NJ, USA FOR THE 1282 SPECIFICATION.",
    };
}

impl<'a> ExtensionReference<'a> {
    const TEXT: usize = 4;

    /// Whether it is Rock Ridge, of whatever version.
    #[must_use]
    pub fn is_rock_ridge(&self) -> bool {
        matches!(self.identifier, b"RRIP_1991A" | b"IEEE_P1282" | b"IEEE_1282")
    }

    pub(super) const fn data_len(&self) -> usize {
        Self::TEXT + self.identifier.len() + self.description.len() + self.source.len()
    }

    pub(super) fn decode(data: &'a [u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(data);
        let [identifier, description, source] = fields.array::<3>(0)?.map(usize::from);
        Ok(Self {
            version: fields.u8(3)?,
            identifier: fields.bytes(Self::TEXT, identifier)?,
            description: fields.bytes(Self::TEXT + identifier, description)?,
            source: fields.bytes(Self::TEXT + identifier + description, source)?,
        })
    }

    pub(super) fn encode_data(&self, out: &mut [u8]) {
        // Each is shorter than the entry, whose length has been found to fit.
        let texts = [self.identifier, self.description, self.source];
        let [a, b, c] = texts.map(|text| u8::try_from(text.len()).expect("it is a part of the entry"));
        put(out, 0, &[a, b, c, self.version]);
        let mut at = Self::TEXT;
        for text in texts {
            put(out, at, text);
            at += text.len();
        }
    }
}
