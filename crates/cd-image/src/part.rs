//! [`Part`]: a part of something that is counted in bytes, as blocks of any size.

use std::{borrow::Cow, num::NonZeroU32, sync::Arc};

use imapi_disc_types::{Block, BlockSource, Request, SourceError};

/// A part of a source of single bytes, from any byte on, as blocks of any size. The last may be filled up with zeros.
#[derive(Clone)]
pub struct Part {
    bytes: Arc<dyn BlockSource>,
    from: u64,
    /// Bytes that are there; the rest of the last block is zeros.
    len: u64,
    block_size: NonZeroU32,
    /// Bytes change places in each pair.
    swapped: bool,
    /// Bytes from the beginning of a block to that of the next.
    stride: u64,
}

impl Part {
    /// So many bytes of a source whose blocks are single bytes. What lies behind its end is not read.
    #[must_use]
    pub fn new(bytes: Arc<dyn BlockSource>, from: u64, len: u64, block_size: NonZeroU32) -> Self {
        debug_assert_eq!(bytes.block_size().get(), 1, "single bytes");
        let len = len.min(bytes.blocks().saturating_sub(from));
        Self { bytes, from, len, block_size, swapped: false, stride: u64::from(block_size.get()) }
    }

    /// The same with the bytes of each pair in the other order: samples whose higher byte comes first.
    #[must_use]
    pub fn swapped(self, swapped: bool) -> Self {
        Self { swapped, ..self }
    }

    /// Blocks that are a part of greater ones: so many bytes lie from one to the next.
    #[must_use]
    pub fn every(self, stride: u64) -> Self {
        Self { stride: stride.max(self.block_size.get().into()), ..self }
    }

    /// Bytes of the last block that are not there.
    #[must_use]
    pub fn missing(&self) -> u64 {
        (self.blocks() * u64::from(self.block_size.get())).saturating_sub(self.len)
    }
}

impl BlockSource for Part {
    fn block_size(&self) -> NonZeroU32 {
        self.block_size
    }

    fn blocks(&self) -> u64 {
        let size = u64::from(self.block_size.get());
        if self.stride == size {
            return self.len.div_ceil(size);
        }
        // Of the last greater block only this part has to be there.
        (self.len + (self.stride - size)) / self.stride
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let failed = |error: SourceError| SourceError { at: first, cause: error.cause };
        let size = self.block_size.get() as usize;
        if self.stride == size as u64 {
            let there = usize::try_from(self.len - request.offset.min(self.len)).unwrap_or(usize::MAX);
            let (data, zeros) = request.out.split_at_mut(there.min(request.out.len()));
            let from = Block(self.from + request.offset);
            let mut filled = 0;
            while filled < data.len() {
                match self.bytes.read(Block(from.0 + filled as u64), &mut data[filled..]) {
                    Ok(count) => filled += count.get() as usize,
                    // A failure further on waits until its own block is asked for.
                    Err(_) if filled >= size => {
                        let whole =
                            u32::try_from(filled / size).ok().and_then(NonZeroU32::new).unwrap_or(request.count);
                        self.put_right(&mut data[..whole.get() as usize * size]);
                        return Ok(whole);
                    }
                    Err(error) => return Err(failed(error)),
                }
            }
            zeros.fill(0);
            self.put_right(data);
            return Ok(request.count);
        }
        for (block, out) in (first.0..).zip(request.out.chunks_exact_mut(size)) {
            let read = self.bytes.read_all(Block(self.from + block * self.stride), out);
            match (read, u32::try_from(block - first.0).ok().and_then(NonZeroU32::new)) {
                (Ok(()), _) => self.put_right(out),
                (Err(_), Some(before)) => return Ok(before),
                (Err(error), None) => return Err(failed(error)),
            }
        }
        Ok(request.count)
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        self.bytes.name_of(Block(self.from.saturating_add(block.0.saturating_mul(self.stride))))
    }
}

impl Part {
    fn put_right(&self, bytes: &mut [u8]) {
        if self.swapped {
            for pair in bytes.chunks_exact_mut(2) {
                pair.swap(0, 1);
            }
        }
    }
}
