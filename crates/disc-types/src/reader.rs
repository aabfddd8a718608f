//! [`ReaderSource`]: a stream that can only be read from front to back.

use std::{
    borrow::Cow,
    io::{self, ErrorKind, Read},
    num::NonZeroU32,
    sync::{Arc, Mutex},
};

use imapi_errors::{Coded, Fact, HResult, Value, common, fs};

use crate::{Block, BlockSource, PartialBlock, Request, SourceError, extent::Extent};

/// Why a stream could not be read.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ReaderError {
    /// The block has gone by, and the stream cannot go back.
    #[error("{name} cannot go back; it has come to block {next}")]
    Backwards {
        /// What the stream is called.
        name: String,
        /// The block that the stream would give next.
        next: Block,
    },
    /// The stream ended before its time.
    #[error("{name} ended after {found} of {expected} bytes")]
    Ended {
        /// What the stream is called.
        name: String,
        /// How many bytes it should have had.
        expected: u64,
        /// How many bytes it had.
        found: u64,
    },
    /// The stream ends within a block.
    #[error("{name} ends within a block")]
    Partial {
        /// What the stream is called.
        name: String,
        /// By how much.
        source: PartialBlock,
    },
    /// Whoever reads the stream panicked during an earlier read; nobody knows where it stands.
    #[error("the reader of {name} panicked")]
    Panicked {
        /// What the stream is called.
        name: String,
    },
    /// The stream could not be read.
    #[error("cannot read {name}")]
    Read {
        /// What the stream is called.
        name: String,
        /// What the system said. Shared, because a stream that failed goes on failing.
        source: Arc<io::Error>,
    },
}

/// A stream that can only be read from front to back: standard input, a pipe, a decoder.
///
/// Blocks may be left out, which reads and discards them; a block that has gone by is refused with `STG_E_SEEKERROR`.
/// After a failure it is not known where the stream stands, so every later read fails in the same way; after a panic of
/// the reader, with `E_UNEXPECTED`.
#[derive(Debug)]
pub struct ReaderSource<R> {
    name: String,
    extent: Extent,
    state: Mutex<State<R>>,
}

#[derive(Debug)]
struct State<R> {
    reader: R,
    /// Bytes that have gone by.
    position: u64,
    failure: Option<ReaderError>,
}

impl<R: Read + Send> ReaderSource<R> {
    /// A stream of so many blocks. The name is for messages: "standard input".
    pub fn new(reader: R, name: impl Into<String>, block_size: NonZeroU32, blocks: u64) -> Self {
        Self::padded(reader, name, block_size, blocks.saturating_mul(u64::from(block_size.get())))
    }

    /// A stream of so many bytes, and zeros after them up to the end of the last block.
    pub fn padded(reader: R, name: impl Into<String>, block_size: NonZeroU32, bytes: u64) -> Self {
        let state = Mutex::new(State { reader, position: 0, failure: None });
        Self { name: name.into(), extent: Extent::padded(bytes, block_size), state }
    }
}

impl<R: Read + Send> State<R> {
    /// Reads and discards up to a position.
    fn skip_to(&mut self, offset: u64, name: &str, expected: u64) -> Result<(), ReaderError> {
        let mut scratch = [0; 16 * 1024];
        while self.position < offset {
            let len = usize::try_from(offset - self.position).unwrap_or(usize::MAX).min(scratch.len());
            self.fill(&mut scratch[..len], name, expected).1?;
        }
        Ok(())
    }

    /// Fills the buffer, or says how much of it and why no more.
    fn fill(&mut self, out: &mut [u8], name: &str, expected: u64) -> (usize, Result<(), ReaderError>) {
        let (filled, outcome) = fill(&mut self.reader, out);
        self.position += filled as u64;
        let outcome = outcome.map_err(|stopped| stopped.told(name, expected, self.position));
        if let Err(failure) = &outcome {
            self.failure = Some(failure.clone());
        }
        (filled, outcome)
    }
}

impl<R: Read + Send> BlockSource for ReaderSource<R> {
    fn block_size(&self) -> NonZeroU32 {
        self.extent.block_size
    }

    fn blocks(&self) -> u64 {
        self.extent.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let Request { count, offset, out, .. } = Request::admit(self, first, out)?;
        let failed = |error| SourceError::new(first, error);
        let mut state = self.state.lock().map_err(|_| failed(ReaderError::Panicked { name: self.name.clone() }))?;
        if let Some(failure) = &state.failure {
            return Err(failed(failure.clone()));
        }
        if offset < state.position {
            let next = Block(state.position.div_ceil(u64::from(self.extent.block_size.get())));
            return Err(failed(ReaderError::Backwards { name: self.name.clone(), next }));
        }
        state.skip_to(offset, &self.name, self.extent.bytes).map_err(failed)?;
        let (data, zeros) = self.extent.split(offset, out);
        match state.fill(data, &self.name, self.extent.bytes) {
            (_, Ok(())) => {
                zeros.fill(0);
                Ok(count)
            }
            (filled, Err(error)) => whole_blocks(filled, self.extent.block_size).ok_or_else(|| failed(error)),
        }
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        (block.0 < self.blocks()).then(|| self.name.as_str().into())
    }
}

/// Why a reader gave no more bytes.
pub enum Stopped {
    AtItsEnd,
    By(io::Error),
}

impl Stopped {
    /// The same as an error of a stream that should have had `expected` bytes, and stopped after `found`.
    pub fn told(self, name: &str, expected: u64, found: u64) -> ReaderError {
        let name = name.to_string();
        match self {
            Self::AtItsEnd => ReaderError::Ended { name, expected, found },
            Self::By(error) => ReaderError::Read { name, source: Arc::new(error) },
        }
    }
}

/// Reads until the buffer is full; says how many bytes came and, if they are too few, why.
pub fn fill(reader: &mut impl Read, out: &mut [u8]) -> (usize, Result<(), Stopped>) {
    let mut filled = 0;
    while filled < out.len() {
        match reader.read(&mut out[filled..]) {
            Ok(0) => return (filled, Err(Stopped::AtItsEnd)),
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (filled, Err(Stopped::By(error))),
        }
    }
    (filled, Ok(()))
}

/// The whole blocks among these bytes, if there are any.
pub fn whole_blocks(bytes: usize, block_size: NonZeroU32) -> Option<NonZeroU32> {
    u32::try_from(bytes / block_size.get() as usize).ok().and_then(NonZeroU32::new)
}

impl Coded for ReaderError {
    fn code(&self) -> HResult {
        match self {
            Self::Backwards { .. } => common::STG_E_SEEKERROR,
            Self::Ended { .. } => fs::IMAPI_E_DATA_STREAM_INCONSISTENCY,
            Self::Partial { source, .. } => source.code(),
            Self::Panicked { .. } => common::E_UNEXPECTED,
            Self::Read { source, .. } => source.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Backwards { name, next } => {
                put(Fact::File, Value::Text(name));
                put(Fact::Found, Value::from(next.0));
            }
            Self::Ended { name, expected, found } => {
                put(Fact::File, Value::Text(name));
                put(Fact::Expected, Value::from(*expected));
                put(Fact::Found, Value::from(*found));
            }
            Self::Partial { name, source } => {
                put(Fact::File, Value::Text(name));
                source.facts(put);
            }
            Self::Panicked { name } => put(Fact::File, Value::Text(name)),
            Self::Read { name, source } => {
                put(Fact::File, Value::Text(name));
                source.facts(put);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUR: NonZeroU32 = NonZeroU32::new(4).expect("not zero");

    fn stream(bytes: &'static [u8], blocks: u64) -> ReaderSource<&'static [u8]> {
        ReaderSource::new(bytes, "the pipe", FOUR, blocks)
    }

    #[test]
    fn blocks_come_in_their_order_and_may_be_left_out() {
        let source = stream(b"aaaabbbbccccdddd", 4);
        let mut out = [0xA5; 4];
        source.read_all(Block(0), &mut out).expect("block 0");
        source.read_all(Block(2), &mut out).expect("block 2, past block 1");
        assert_eq!(&out, b"cccc");
    }

    #[test]
    fn a_block_that_has_gone_by_is_refused_and_the_next_still_comes() {
        let source = stream(b"aaaabbbbccccdddd", 4);
        let mut out = [0xA5; 4];
        source.read_all(Block(1), &mut out).expect("block 1");
        let error = source.read(Block(1), &mut out).expect_err("gone by");
        assert_eq!((error.at, error.code()), (Block(1), common::STG_E_SEEKERROR));
        source.read_all(Block(2), &mut out).expect("block 2");
        assert_eq!(&out, b"cccc");
    }

    #[test]
    fn a_stream_that_ends_early_gives_its_whole_blocks_and_then_says_so_for_ever() {
        let source = stream(b"aaaabbbbcc", 4);
        let mut out = [0xA5; 16];
        assert_eq!(source.read(Block(0), &mut out).expect("two whole blocks").get(), 2);
        for block in [2, 3, 2] {
            let error = source.read(Block(block), &mut out).expect_err("ended");
            assert_eq!((error.at, error.code()), (Block(block), fs::IMAPI_E_DATA_STREAM_INCONSISTENCY));
            assert_eq!(error.cause.to_string(), "the pipe ended after 10 of 16 bytes");
        }
    }

    #[test]
    fn the_last_block_is_filled_up_where_the_length_is_told_in_bytes() {
        let source = ReaderSource::padded(&b"aaaabb"[..], "the pipe", FOUR, 6);
        let mut out = [0xA5; 8];
        source.read_all(Block(0), &mut out).expect("two blocks");
        assert_eq!(&out, b"aaaabb\0\0");
        assert_eq!((source.blocks(), source.name_of(Block(1)).as_deref()), (2, Some("the pipe")));
    }

    #[test]
    fn after_a_panic_of_the_reader_every_read_is_refused() {
        struct Panicking;
        impl Read for Panicking {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                panic!("a decoder with a fault")
            }
        }
        let source = ReaderSource::new(Panicking, "the decoder", FOUR, 4);
        let read = || source.read(Block(1), &mut [0; 4]);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).expect_err("the panic goes through");
        for _ in 0..2 {
            let error = read().expect_err("nobody knows where it stands");
            assert_eq!((error.at, error.code()), (Block(1), common::E_UNEXPECTED));
            assert_eq!(error.cause.to_string(), "the reader of the decoder panicked");
        }
    }

    #[test]
    fn a_failure_is_told_once_its_block_is_asked_for() {
        struct Failing(usize);
        impl Read for Failing {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                self.0 += 1;
                match self.0 {
                    1 => Err(ErrorKind::Interrupted.into()),
                    2 => {
                        out[..6].fill(b'x');
                        Ok(6)
                    }
                    3 => Err(ErrorKind::TimedOut.into()),
                    _ => unreachable!("a stream that failed is not read on"),
                }
            }
        }
        let source = ReaderSource::new(Failing(0), "the pipe", FOUR, 4);
        let mut out = [0xA5; 16];
        assert_eq!(source.read(Block(0), &mut out).expect("one whole block").get(), 1);
        for _ in 0..2 {
            let error = source.read(Block(1), &mut out).expect_err("failed");
            assert_eq!((error.at, error.code()), (Block(1), common::ERROR_TIMEOUT));
        }
    }
}
