//! [`BlockSource`]: whatever can be read by blocks, and what it owes to those who read it.

use std::{borrow::Cow, error::Error, fmt, num::NonZeroU32, sync::Arc};

use imapi_errors::{Coded, CodedError, Fact, HResult, Value};

use crate::{Block, BlockRange};

/// The bytes of user data in a sector of every data disc.
#[doc(alias = "IMAPI_SECTOR_SIZE")]
pub const SECTOR_SIZE: NonZeroU32 = NonZeroU32::new(2048).expect("2048 is not zero");

/// Something that can be read by blocks: an image, a disc, a file, a stream.
///
/// Reads have their position with them, so that many readers may share one source, from any thread and in any order.
/// A source that can only be read from front to back ([`ReaderSource`](crate::ReaderSource)) says so in its docs.
///
/// # Contract
///
/// Size and content do not change while the source lives. [`conformance::check`](crate::conformance::check) puts a
/// source through all that is said here.
pub trait BlockSource: Send + Sync {
    /// The bytes of a block: 2048, 2352, 2448.
    fn block_size(&self) -> NonZeroU32;

    /// How many blocks there are.
    fn blocks(&self) -> u64;

    /// Reads from block `first` on: fills one or more whole blocks of `out` and says how many.
    ///
    /// Fewer blocks than `out` has room for are not an error and do not mean the end; the reader asks again for those
    /// that follow. So an error is about block `first` and no other, and [`SourceError::at`] repeats it: a source that
    /// fails further on returns the blocks before the failure, and fails when asked for that block itself. What
    /// follows the reported blocks in `out` stays as it was, unless a failure cut the read short.
    ///
    /// Implementors begin with [`Request::admit`](crate::Request::admit), which keeps these rules for them:
    /// - a length of `out` that is no multiple of the block size, or zero, is refused with `E_INVALIDARG`;
    /// - a read that begins at or behind the end is refused with `ERROR_HANDLE_EOF`;
    /// - a read that goes beyond the end ends there.
    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError>;

    /// The blocks that differ from what the disc has already, in the order in which they must be written; `None` when
    /// all must be.
    #[doc(alias("IBlockRangeList", "IBlockRangeList::get_BlockRanges"))]
    fn modified(&self) -> Option<&[BlockRange]> {
        None
    }

    /// The name of the file that a block belongs to, for messages.
    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        let _ = block;
        None
    }

    /// The length in bytes.
    fn bytes(&self) -> u64 {
        self.blocks().saturating_mul(u64::from(self.block_size().get()))
    }

    /// Fills all of `out`, by as many reads as it takes. On an error the blocks before [`SourceError::at`] are filled.
    fn read_all(&self, first: Block, out: &mut [u8]) -> Result<(), SourceError> {
        let block_size = self.block_size().get() as usize;
        let (mut at, mut rest) = (first, out);
        loop {
            let count = self.read(at, rest)?.get();
            let filled = (count as usize).saturating_mul(block_size);
            rest = rest.get_mut(filled..).unwrap_or_default();
            if rest.is_empty() {
                return Ok(());
            }
            at = Block(at.0 + u64::from(count));
        }
    }
}

/// A block that could not be read, and why.
#[derive(Debug)]
pub struct SourceError {
    /// The block that was asked for.
    pub at: Block,
    /// Why it could not be read.
    pub cause: Box<dyn CodedError>,
}

impl SourceError {
    /// A failure at a block.
    pub fn new(at: Block, cause: impl CodedError + 'static) -> Self {
        Self { at, cause: Box::new(cause) }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "block {} cannot be read", self.at)
    }
}

impl Error for SourceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.cause.as_error())
    }
}

/// The code of the cause, its facts, and the block.
impl Coded for SourceError {
    fn code(&self) -> HResult {
        self.cause.code()
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        // A source inside another one counts its blocks for itself; the reader knows this source's number.
        self.cause.facts(&mut |fact, value| {
            if fact != Fact::Block {
                put(fact, value);
            }
        });
        put(Fact::Block, Value::from(self.at.0));
    }
}

/// A pointer to a source is a source.
macro_rules! forward {
    ($($pointer:ty),*) => {$(
        impl<T: BlockSource + ?Sized> BlockSource for $pointer {
            fn block_size(&self) -> NonZeroU32 {
                (**self).block_size()
            }
            fn blocks(&self) -> u64 {
                (**self).blocks()
            }
            fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
                (**self).read(first, out)
            }
            fn modified(&self) -> Option<&[BlockRange]> {
                (**self).modified()
            }
            fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
                (**self).name_of(block)
            }
        }
    )*};
}

forward!(&T, Box<T>, Arc<T>);

#[cfg(test)]
mod tests {
    use imapi_errors::common;

    use super::*;
    use crate::{BytesSource, Request};

    const FOUR: NonZeroU32 = NonZeroU32::new(4).expect("not zero");

    /// Numbers its blocks and gives one a read; its third cannot be read.
    struct Grudging;
    impl BlockSource for Grudging {
        fn block_size(&self) -> NonZeroU32 {
            FOUR
        }
        fn blocks(&self) -> u64 {
            4
        }
        fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
            let request = Request::admit(self, first, out)?;
            if first.0 == 2 {
                return Err(SourceError::new(first, std::io::Error::from(std::io::ErrorKind::TimedOut)));
            }
            request.out[..4].fill(u8::try_from(first.0).expect("few blocks"));
            Ok(NonZeroU32::MIN)
        }
        fn modified(&self) -> Option<&[BlockRange]> {
            Some(&[])
        }
        fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
            Some(format!("file {block}").into())
        }
    }

    #[test]
    fn a_short_read_is_not_an_error() {
        let mut out = [0xA5; 8];
        Grudging.read_all(Block(0), &mut out).expect("both blocks");
        assert_eq!(out, [0, 0, 0, 0, 1, 1, 1, 1]);
    }

    #[test]
    fn reading_all_stops_at_the_block_that_fails() {
        let mut out = [0xA5; 12];
        let error = Grudging.read_all(Block(1), &mut out).expect_err("block 2 cannot be read");
        assert_eq!(error.at, Block(2));
        assert_eq!(out, [1, 1, 1, 1, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5, 0xA5]);
    }

    #[test]
    fn reading_all_of_nothing_is_refused_like_any_wrong_length() {
        for len in [0, 3, 5] {
            let error = Grudging.read_all(Block(0), &mut vec![0; len]).expect_err("not whole blocks");
            assert_eq!(error.code(), common::E_INVALIDARG);
        }
    }

    #[test]
    fn a_failure_has_the_causes_code_and_words_and_this_sources_block() {
        let inner = Grudging.read(Block(2), &mut [0; 4]).expect_err("block 2 cannot be read");
        assert_eq!(inner.code(), common::ERROR_TIMEOUT);
        assert_eq!(inner.to_string(), "block 2 cannot be read");
        assert!(inner.source().is_some_and(<dyn Error>::is::<std::io::Error>));

        let outer = SourceError::new(Block(102), inner);
        let mut told = Vec::new();
        outer.facts(&mut |fact, value| told.push((fact, value.to_string())));
        assert_eq!(told, [(Fact::SystemError, "timed out".to_string()), (Fact::Block, "102".to_string())]);
    }

    #[test]
    fn pointers_to_a_source_are_that_source() {
        fn whole(source: &dyn BlockSource) -> (u32, u64, u64, Option<usize>, Option<String>) {
            let name = source.name_of(Block(3)).map(Cow::into_owned);
            (source.block_size().get(), source.blocks(), source.bytes(), source.modified().map(<[_]>::len), name)
        }
        let expected = (4, 4, 16, Some(0), Some("file 3".to_string()));
        let (boxed, shared): (Box<dyn BlockSource>, Arc<dyn BlockSource>) = (Box::new(Grudging), Arc::new(Grudging));
        for source in [&Grudging as &dyn BlockSource, &&Grudging, &boxed, &shared] {
            assert_eq!(whole(source), expected);
            assert_eq!(source.read(Block(3), &mut [0; 4]).expect("readable").get(), 1);
        }
    }

    #[test]
    fn a_source_of_many_blocks_has_a_length_that_does_not_wrap() {
        let empty = BytesSource::new([], FOUR).expect("no blocks are whole blocks");
        assert_eq!(empty.bytes(), 0);
        assert_eq!(crate::Zero::new(FOUR, u64::MAX).bytes(), u64::MAX);
    }
}
