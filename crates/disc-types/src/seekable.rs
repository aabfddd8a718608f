//! [`SeekableSource`]: whatever can read and seek.

use std::{
    borrow::Cow,
    io::{Read, Seek, SeekFrom},
    num::NonZeroU32,
    sync::{Arc, Mutex},
};

use crate::{
    Block, BlockSource, ReaderError, Request, SourceError,
    extent::Extent,
    reader::{Stopped, fill, whole_blocks},
};

/// Something that can seek, as a source for any order and any thread: readers take turns.
///
/// After a panic of the reader every later read fails with `E_UNEXPECTED`: nobody knows what it would read.
///
/// For a file, [`FileSource`](crate::FileSource) does without the turns.
#[derive(Debug)]
pub struct SeekableSource<R> {
    name: String,
    extent: Extent,
    reader: Mutex<R>,
}

impl<R: Read + Seek + Send> SeekableSource<R> {
    /// Takes a reader, whose length must be a multiple of the block size. The name is for messages.
    pub fn new(mut reader: R, name: impl Into<String>, block_size: NonZeroU32) -> Result<Self, ReaderError> {
        let name = name.into();
        let bytes = length(&mut reader, &name)?;
        match Extent::whole(bytes, block_size) {
            Ok(extent) => Ok(Self { name, extent, reader: Mutex::new(reader) }),
            Err(source) => Err(ReaderError::Partial { name, source }),
        }
    }

    /// Takes a reader, and adds zeros up to the end of its last block.
    pub fn padded(mut reader: R, name: impl Into<String>, block_size: NonZeroU32) -> Result<Self, ReaderError> {
        let name = name.into();
        let extent = Extent::padded(length(&mut reader, &name)?, block_size);
        Ok(Self { name, extent, reader: Mutex::new(reader) })
    }
}

fn length(reader: &mut impl Seek, name: &str) -> Result<u64, ReaderError> {
    reader.seek(SeekFrom::End(0)).map_err(|error| ReaderError::Read { name: name.to_string(), source: Arc::new(error) })
}

impl<R: Read + Seek + Send> BlockSource for SeekableSource<R> {
    fn block_size(&self) -> NonZeroU32 {
        self.extent.block_size
    }

    fn blocks(&self) -> u64 {
        self.extent.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let Request { count, offset, out, .. } = Request::admit(self, first, out)?;
        let (data, zeros) = self.extent.split(offset, out);
        let panicked = |_| SourceError::new(first, ReaderError::Panicked { name: self.name.clone() });
        let mut reader = self.reader.lock().map_err(panicked)?;
        let (filled, outcome) = match reader.seek(SeekFrom::Start(offset)) {
            Ok(_) => fill(&mut *reader, data),
            Err(error) => (0, Err(Stopped::By(error))),
        };
        match outcome {
            Ok(()) => {
                zeros.fill(0);
                Ok(count)
            }
            // A failure further on waits until its own block is asked for: read again, it fails again.
            Err(stopped) => whole_blocks(filled, self.extent.block_size).ok_or_else(|| {
                SourceError::new(first, stopped.told(&self.name, self.extent.bytes, offset + filled as u64))
            }),
        }
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        (block.0 < self.blocks()).then(|| self.name.as_str().into())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, ErrorKind};

    use imapi_errors::{Coded, common};

    use super::*;

    const FOUR: NonZeroU32 = NonZeroU32::new(4).expect("not zero");

    #[test]
    fn blocks_come_in_any_order_wherever_the_reader_stood_before() {
        let mut reader = Cursor::new(b"aaaabbbbcccc");
        reader.set_position(7);
        let source = SeekableSource::new(reader, "the archive", FOUR).expect("three blocks");
        let mut out = [0xA5; 4];
        for (block, expected) in [(2, b"cccc"), (0, b"aaaa"), (1, b"bbbb")] {
            source.read_all(Block(block), &mut out).expect("readable");
            assert_eq!(&out, expected);
        }
    }

    #[test]
    fn a_last_block_that_is_not_full_is_refused_or_filled_up() {
        let error = SeekableSource::new(Cursor::new(b"aaaab"), "the archive", FOUR).expect_err("five bytes");
        assert_eq!(error.code(), common::E_INVALIDARG);
        let source = SeekableSource::padded(Cursor::new(b"aaaab"), "the archive", FOUR).expect("padded");
        let mut out = [0xA5; 4];
        source.read_all(Block(1), &mut out).expect("readable");
        assert_eq!(&out, b"b\0\0\0");
    }

    #[test]
    fn a_place_that_cannot_be_sought_fails_alone() {
        struct Scratched(Cursor<&'static [u8]>);
        impl Read for Scratched {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                self.0.read(out)
            }
        }
        impl Seek for Scratched {
            fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
                if to == SeekFrom::Start(4) { Err(ErrorKind::NotSeekable.into()) } else { self.0.seek(to) }
            }
        }
        let source = SeekableSource::new(Scratched(Cursor::new(b"aaaabbbbcccc")), "the archive", FOUR).expect("three");
        let error = source.read(Block(1), &mut [0; 4]).expect_err("cannot seek");
        assert_eq!((error.at, error.code()), (Block(1), common::STG_E_INVALIDFUNCTION));
        source.read(Block(2), &mut [0; 4]).expect("readable");
    }

    #[test]
    fn after_a_panic_of_the_reader_every_read_is_refused() {
        struct Panicking(Cursor<&'static [u8]>);
        impl Read for Panicking {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                panic!("a decoder with a fault")
            }
        }
        impl Seek for Panicking {
            fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
                self.0.seek(to)
            }
        }
        let source = SeekableSource::new(Panicking(Cursor::new(b"aaaabbbb")), "the archive", FOUR).expect("two blocks");
        let read = || source.read(Block(1), &mut [0; 4]);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).expect_err("the panic goes through");
        for _ in 0..2 {
            let error = read().expect_err("nobody knows what it would read");
            assert_eq!((error.at, error.code()), (Block(1), common::E_UNEXPECTED));
            assert_eq!(error.cause.to_string(), "the reader of the archive panicked");
        }
    }
}
