//! [`Piece`]: a part of the stash, to be read by blocks.

use std::{borrow::Cow, fs::File, io, num::NonZeroU32, os::unix::fs::FileExt as _, path::PathBuf, sync::Arc};

use imapi_disc_types::{Block, BlockSource, Request, SourceError};

/// A part of the stash that begins at a byte and has blocks of its own size. The last of them is filled up with zeros.
#[derive(Debug)]
pub(crate) struct Piece {
    file: Arc<File>,
    path: PathBuf,
    start: u64,
    bytes: u64,
    block_size: NonZeroU32,
}

impl Piece {
    pub(super) fn new(file: Arc<File>, path: PathBuf, start: u64, bytes: u64, block_size: NonZeroU32) -> Self {
        Self { file, path, start, bytes, block_size }
    }
}

impl BlockSource for Piece {
    fn block_size(&self) -> NonZeroU32 {
        self.block_size
    }

    fn blocks(&self) -> u64 {
        self.bytes.div_ceil(self.block_size.get().into())
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let offset = first.0 * u64::from(self.block_size.get());
        let here = usize::try_from(self.bytes.saturating_sub(offset)).unwrap_or(usize::MAX).min(request.out.len());
        let (bytes, zeros) = request.out.split_at_mut(here);
        match self.file.read_exact_at(bytes, self.start + offset) {
            Ok(()) => {
                zeros.fill(0);
                Ok(request.count)
            }
            // The first block alone may still be there.
            Err(_) if request.count.get() > 1 => {
                let one = self.block_size.get() as usize;
                self.read(first, &mut request.out[..one])
            }
            Err(cause) => Err(SourceError::new(first, Lost { path: self.path.clone(), cause })),
        }
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        (block.0 < self.blocks()).then(|| self.path.to_string_lossy())
    }
}

/// The stash is shorter than it was, or cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be read", path.display())]
struct Lost {
    path: PathBuf,
    #[source]
    cause: io::Error,
}

impl imapi_errors::Coded for Lost {
    fn code(&self) -> imapi_errors::HResult {
        imapi_errors::v1::IMAPI_E_INVALIDIMAGE
    }

    fn facts(&self, put: &mut dyn FnMut(imapi_errors::Fact, imapi_errors::Value<'_>)) {
        put(imapi_errors::Fact::StashFile, imapi_errors::Value::Text(&self.path.display()));
        put(imapi_errors::Fact::SystemError, imapi_errors::Value::Text(&self.cause));
    }
}
