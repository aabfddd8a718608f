//! [`Unpacker`]: files that are compressed by zisofs, block by block with zlib.

use imapi_disc_types::SourceError;
use imapi_errors::{Coded, Fact, HResult, Value, common, fs};
use imapi_volumes::FileBytes;
use miniz_oxide::inflate::decompress_slice_iter_to_slice;

/// What files of version 1 and 2 begin with.
const MAGIC: [u8; 8] = [0x37, 0xE4, 0x53, 0x96, 0xC9, 0xDB, 0xD6, 0x07];
const MAGIC_2: [u8; 8] = [0xEF, 0x22, 0x55, 0xA1, 0xBC, 0x1B, 0x95, 0xA0];
/// The method of version 2 that is zlib's.
const ZLIB: u8 = 1;
/// Blocks have from 2^15 to 2^20 bytes when they are unpacked.
const BLOCK_BITS: std::ops::RangeInclusive<u8> = 15..=20;
/// So many places of blocks are read at once.
const WINDOW: u64 = 1024;

/// A file that is compressed by zisofs.
#[derive(Debug)]
pub struct Unpacker {
    bytes: FileBytes,
    /// Bytes of the file when it is unpacked.
    len: u64,
    block: u64,
    /// Where the places of the blocks begin, and the bytes of each.
    places: u64,
    width: u64,
    /// Places that were read: the first one's number, and what they are.
    window: (u64, Vec<u64>),
    packed: Vec<u8>,
}

/// A file cannot be unpacked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// Its bytes cannot be read.
    #[error(transparent)]
    Read(#[from] SourceError),
    /// It is not compressed as it should be.
    #[error("byte {at} is not as zisofs has it")]
    Malformed {
        /// Where that was found.
        at: u64,
    },
    /// It is compressed in a way that is not known here.
    #[error("method {method} of zisofs is not known")]
    Method {
        /// Its number.
        method: u8,
    },
}

impl Coded for UnpackError {
    fn code(&self) -> HResult {
        match self {
            Self::Read(_) => fs::IMAPI_E_IMPORT_READ_FAILURE,
            Self::Malformed { .. } => common::ERROR_FILE_CORRUPT,
            Self::Method { .. } => fs::IMAPI_E_FILE_SYSTEM_FEATURE_NOT_SUPPORTED,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Read(error) => error.facts(put),
            Self::Malformed { at } => {
                put(Fact::Feature, Value::Text(&"zisofs"));
                put(Fact::Found, Value::from(*at));
            }
            Self::Method { method } => put(Fact::Feature, Value::Text(&format_args!("zisofs {method}"))),
        }
    }
}

impl Unpacker {
    /// A file that should have so many bytes when it is unpacked.
    pub fn new(bytes: FileBytes, expected: u64) -> Result<Self, UnpackError> {
        let mut head = [0; 24];
        let read = bytes.read_at(0, &mut head)?;
        let word = |at: usize| head[at..].first_chunk::<4>().copied().map_or(0, u32::from_le_bytes);
        let long = u64::from(word(12)) | u64::from(word(16)) << 32;
        let (len, head_words, bits, width) = match head.first_chunk() {
            Some(&MAGIC) => (u64::from(word(8)), head[12], head[13], 4),
            Some(&MAGIC_2) if head[10] != ZLIB => return Err(UnpackError::Method { method: head[10] }),
            Some(&MAGIC_2) => (long, head[9], head[11], 8),
            _ => return Err(UnpackError::Malformed { at: 0 }),
        };
        if len != expected || !BLOCK_BITS.contains(&bits) || read < 16 {
            return Err(UnpackError::Malformed { at: 8 });
        }
        let (block, places) = (1 << bits, u64::from(head_words) * 4);
        // Each block has a place, and there is one behind the last.
        let behind = (len.div_ceil(block) + 1).checked_mul(width).and_then(|all| all.checked_add(places));
        if places < 16 || behind.is_none_or(|behind| behind > bytes.len()) {
            return Err(UnpackError::Malformed { at: places });
        }
        Ok(Self { bytes, len, block, places, width, window: (0, Vec::new()), packed: Vec::new() })
    }

    /// How many blocks there are.
    #[must_use]
    pub const fn blocks(&self) -> u64 {
        self.len.div_ceil(self.block)
    }

    /// Where a block begins in the file.
    #[must_use]
    pub const fn offset(&self, index: u64) -> u64 {
        index * self.block
    }

    /// Unpacks a block; `false` when it is all zeros.
    pub fn block(&mut self, index: u64, out: &mut Vec<u8>) -> Result<bool, UnpackError> {
        let at = self.places + index * self.width;
        let wrong = UnpackError::Malformed { at };
        let (from, to) = (self.place(index)?, self.place(index + 1)?);
        let packed = to.checked_sub(from).filter(|_| to <= self.bytes.len());
        // Compressing makes nothing much longer.
        let packed = packed.filter(|&packed| packed <= 2 * self.block).and_then(|packed| usize::try_from(packed).ok());
        let Some(packed) = packed else { return Err(wrong) };
        let len = self.block.min(self.len - self.offset(index).min(self.len));
        out.clear();
        out.resize(usize::try_from(len).unwrap_or(0), 0);
        if packed == 0 {
            return Ok(false);
        }
        self.packed.resize(packed, 0);
        self.bytes.read_at(from, &mut self.packed)?;
        let unpacked = decompress_slice_iter_to_slice(out, std::iter::once(&self.packed[..]), true, false);
        if unpacked.is_ok_and(|count| count == out.len()) { Ok(true) } else { Err(UnpackError::Malformed { at: from }) }
    }

    fn place(&mut self, index: u64) -> Result<u64, UnpackError> {
        let known = |window: &(u64, Vec<u64>)| {
            let within = usize::try_from(index.checked_sub(window.0)?).ok()?;
            window.1.get(within).copied()
        };
        if let Some(place) = known(&self.window) {
            return Ok(place);
        }
        let count = WINDOW.min(self.blocks() + 1 - index.min(self.blocks()));
        let mut bytes = vec![0; usize::try_from(count * self.width).unwrap_or(0)];
        let at = self.places + index * self.width;
        self.bytes.read_at(at, &mut bytes)?;
        let width = usize::try_from(self.width).unwrap_or(8);
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
        self.window = (index, bytes.chunks_exact(width).map(number).collect());
        known(&self.window).ok_or(UnpackError::Malformed { at })
    }
}
