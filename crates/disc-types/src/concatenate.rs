//! [`Concatenate`]: sources one after the other.

use std::{borrow::Cow, fmt, num::NonZeroU32, sync::Arc};

use imapi_errors::{Coded, Fact, HResult, Value, common};

use crate::{Block, BlockSource, Request, SourceError};

/// Sources read one after the other as if they were one.
///
/// Its parts have equal blocks. Unlike IMAPI's stream, it may have the same source in it twice.
#[doc(alias("IStreamConcatenate", "MsftStreamConcatenate"))]
#[derive(Clone)]
pub struct Concatenate {
    block_size: NonZeroU32,
    parts: Vec<Part>,
}

#[derive(Clone)]
struct Part {
    source: Arc<dyn BlockSource>,
    /// The block of the whole that follows this part.
    end: u64,
}

/// Why sources cannot be read one after the other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConcatenateError {
    /// Without a part there is no block size.
    #[error("a concatenation has at least one part")]
    NoParts,
    /// A part has blocks of another size than the first.
    #[error("part {part} has blocks of {found} bytes among blocks of {expected}")]
    OtherBlockSize {
        /// The part's number, from 0.
        part: usize,
        /// The block size of the first part.
        expected: NonZeroU32,
        /// The block size of this part.
        found: NonZeroU32,
    },
    /// The blocks up to this part are more than 64 bits can count.
    #[error("the blocks up to part {part} cannot be counted")]
    TooLong {
        /// The part's number, from 0.
        part: usize,
    },
}

impl Concatenate {
    /// One or more parts in their order.
    #[doc(alias("IStreamConcatenate::Initialize", "IStreamConcatenate::Initialize2"))]
    pub fn new(parts: impl IntoIterator<Item = Arc<dyn BlockSource>>) -> Result<Self, ConcatenateError> {
        let mut parts = parts.into_iter().peekable();
        let block_size = parts.peek().ok_or(ConcatenateError::NoParts)?.block_size();
        let mut whole = Self { block_size, parts: Vec::new() };
        whole.append_all(parts)?;
        Ok(whole)
    }

    /// Adds a part at the end.
    #[doc(alias = "IStreamConcatenate::Append")]
    pub fn append(&mut self, source: Arc<dyn BlockSource>) -> Result<(), ConcatenateError> {
        let (part, expected, found) = (self.parts.len(), self.block_size, source.block_size());
        if found != expected {
            return Err(ConcatenateError::OtherBlockSize { part, expected, found });
        }
        let end = self.blocks().checked_add(source.blocks()).ok_or(ConcatenateError::TooLong { part })?;
        self.parts.push(Part { source, end });
        Ok(())
    }

    /// Adds parts at the end: all of them, or none when one does not fit.
    #[doc(alias = "IStreamConcatenate::Append2")]
    pub fn append_all(
        &mut self,
        sources: impl IntoIterator<Item = Arc<dyn BlockSource>>,
    ) -> Result<(), ConcatenateError> {
        let before = self.parts.len();
        let outcome = sources.into_iter().try_for_each(|source| self.append(source));
        if outcome.is_err() {
            self.parts.truncate(before);
        }
        outcome
    }

    /// The part that a block is in, and the part's first block; parts without blocks are in nobody's way.
    fn part_of(&self, block: Block) -> Option<(&dyn BlockSource, u64)> {
        let index = self.parts.partition_point(|part| part.end <= block.0);
        let part = self.parts.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.parts[before].end);
        Some((&*part.source, start))
    }
}

impl BlockSource for Concatenate {
    fn block_size(&self) -> NonZeroU32 {
        self.block_size
    }

    fn blocks(&self) -> u64 {
        self.parts.last().map_or(0, |part| part.end)
    }

    /// Reads from one part at a time: a read that goes into the next part ends before it.
    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let (part, start) = self.part_of(first).expect("an admitted block is before the end of the last part");
        part.read(Block(first.0 - start), request.out).map_err(|error| SourceError { at: first, cause: error.cause })
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        let (part, start) = self.part_of(block)?;
        part.name_of(Block(block.0 - start))
    }
}

impl fmt::Debug for Concatenate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends: Vec<u64> = self.parts.iter().map(|part| part.end).collect();
        f.debug_struct("Concatenate").field("block_size", &self.block_size).field("ends", &ends).finish()
    }
}

impl Coded for ConcatenateError {
    fn code(&self) -> HResult {
        match self {
            Self::NoParts | Self::OtherBlockSize { .. } | Self::TooLong { .. } => common::E_INVALIDARG,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NoParts => {}
            Self::OtherBlockSize { part, expected, found } => {
                put(Fact::Index, counted_from_1(*part));
                put(Fact::Expected, Value::U32(expected.get()));
                put(Fact::Found, Value::U32(found.get()));
            }
            Self::TooLong { part } => put(Fact::Index, counted_from_1(*part)),
        }
    }
}

/// The number of a part as people count.
pub fn counted_from_1(part: usize) -> Value<'static> {
    Value::from((part as u64).saturating_add(1))
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use imapi_errors::{Lang, Report};

    use super::*;
    use crate::{BytesSource, ReaderSource, Zero};

    const TWO: NonZeroU32 = NonZeroU32::new(2).expect("not zero");

    fn bytes(bytes: &'static [u8]) -> Arc<dyn BlockSource> {
        Arc::new(BytesSource::new(bytes, TWO).expect("whole blocks"))
    }

    fn text(source: &dyn BlockSource) -> String {
        let mut out = vec![0xA5; usize::try_from(source.bytes()).expect("small")];
        source.read_all(Block(0), &mut out).expect("readable");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn parts_follow_each_other_also_when_one_is_empty_or_comes_twice() {
        let first = bytes(b"aabb");
        let mut whole = Concatenate::new([first.clone(), bytes(b""), bytes(b"cc")]).expect("equal blocks");
        whole.append(first).expect("once more");
        assert_eq!(text(&whole), "aabbccaabb");
        assert_eq!(format!("{whole:?}"), "Concatenate { block_size: 2, ends: [2, 2, 3, 5] }");
    }

    #[test]
    fn a_read_ends_where_its_part_ends() {
        let whole = Concatenate::new([bytes(b"aabb"), bytes(b"ccdd")]).expect("equal blocks");
        let mut out = [b'.'; 6];
        assert_eq!(whole.read(Block(1), &mut out).expect("readable").get(), 1);
        assert_eq!(&out, b"bb....");
    }

    #[test]
    fn a_part_with_other_blocks_is_refused_and_nothing_is_added() {
        let mut whole = Concatenate::new([bytes(b"aa")]).expect("one part");
        let odd: Arc<dyn BlockSource> = Arc::new(Zero::new(NonZeroU32::MIN, 1));
        let error = ConcatenateError::OtherBlockSize { part: 2, expected: TWO, found: NonZeroU32::MIN };
        assert_eq!(whole.append_all([bytes(b"bb"), odd]), Err(error));
        assert_eq!(text(&whole), "aa");
    }

    #[test]
    fn no_parts_and_too_many_blocks_are_refused() {
        assert_eq!(Concatenate::new([]).err(), Some(ConcatenateError::NoParts));
        let endless: Arc<dyn BlockSource> = Arc::new(Zero::new(TWO, u64::MAX));
        let error = Concatenate::new([bytes(b"aa"), endless]).err();
        assert_eq!(error, Some(ConcatenateError::TooLong { part: 1 }));
    }

    #[test]
    fn reports_count_parts_from_1_and_have_no_words_of_another_language() {
        let facts = |error: &ConcatenateError| Report::new(error, Lang::RU).facts().to_string();
        let label = |fact| Lang::RU.label(fact);
        let (index, expected, found) = (label(Fact::Index), label(Fact::Expected), label(Fact::Found));
        let error = ConcatenateError::OtherBlockSize { part: 2, expected: TWO, found: NonZeroU32::MIN };
        assert_eq!(facts(&error), format!("{index}: 3; {expected}: 2; {found}: 1"));
        assert_eq!(facts(&ConcatenateError::TooLong { part: 0 }), format!("{index}: 1"));
    }

    #[test]
    fn a_parts_failure_is_told_at_the_block_of_the_whole() {
        let short: Arc<dyn BlockSource> = Arc::new(ReaderSource::new(&b"cc"[..], "the pipe", TWO, 9));
        let whole = Concatenate::new([bytes(b"aabb"), short]).expect("equal blocks");
        let mut out = [0xA5; 6];
        let error = whole.read_all(Block(1), &mut out).expect_err("the pipe has one block");
        assert_eq!((error.at, whole.name_of(error.at).as_deref()), (Block(3), Some("the pipe")));
        assert_eq!(whole.name_of(Block(0)), None);
        assert_eq!(whole.name_of(Block(11)), None);
        assert_ne!(error.code(), std::io::Error::from(ErrorKind::Other).code());
    }
}
