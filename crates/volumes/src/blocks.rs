//! [`Blocks`]: the blocks of a source by their addresses on the disc, with those that were read last kept.

use std::sync::{Arc, Mutex, PoisonError};

use imapi_disc_types::{Block, BlockSource, SECTOR_SIZE};
use imapi_volume_structs::SECTOR;

use crate::{OpenOptions, VolumeError};

/// So many blocks are read at once where one is wanted: what else describes files stands near by, and a drive reads no less.
const WINDOW: u64 = 32;
/// So many windows are kept. Folders, what describes files and what that goes on in may take turns.
const WINDOWS: usize = 8;

/// The blocks of a source by their addresses on the disc.
pub struct Blocks {
    source: Arc<dyn BlockSource>,
    /// The block of the source behind the last that was recorded.
    end: u64,
    /// The address of the source's first block.
    displaced: u64,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    windows: Vec<Window>,
    /// Which of them gives way next.
    next: usize,
}

struct Window {
    first: u64,
    bytes: Vec<u8>,
}

impl Blocks {
    /// The blocks of that source.
    pub fn new(source: &Arc<dyn BlockSource>, options: &OpenOptions) -> Result<Self, VolumeError> {
        if source.block_size() != SECTOR_SIZE {
            return Err(VolumeError::BlockSize { bytes: source.block_size().get() });
        }
        let end = options.end.map_or(source.blocks(), |end| end.0.min(source.blocks()));
        Ok(Self { source: Arc::clone(source), end, displaced: options.displaced.into(), kept: Mutex::default() })
    }

    /// How many blocks of the source there are.
    pub const fn count(&self) -> u64 {
        self.end
    }

    /// The address of the block behind the last.
    pub const fn end_address(&self) -> u64 {
        self.displaced.saturating_add(self.end)
    }

    /// The block of the source with that address; `count` blocks from there on lie within what was recorded.
    pub fn locate(&self, address: u64, count: u64) -> Result<Block, VolumeError> {
        let outside = VolumeError::Outside { block: address, blocks: self.end_address() };
        match address.checked_sub(self.displaced) {
            Some(block) if block.checked_add(count).is_some_and(|end| end <= self.end) => Ok(Block(block)),
            _ => Err(outside),
        }
    }

    /// The byte of the source at which the block with that address begins; it need not be there.
    pub const fn byte_of(&self, address: u64) -> Option<u64> {
        match address.checked_sub(self.displaced) {
            Some(block) => block.checked_mul(SECTOR as u64),
            None => None,
        }
    }

    /// Fills whole blocks from an address on. They are not kept.
    pub fn read(&self, address: u64, out: &mut [u8]) -> Result<(), VolumeError> {
        if out.is_empty() {
            return Ok(());
        }
        let block = self.locate(address, (out.len() / SECTOR) as u64)?;
        Ok(self.source.read_all(block, out)?)
    }

    /// So many bytes from the beginning of a block on. More than was recorded are refused before memory is taken for them.
    pub fn bytes(&self, address: u64, len: u64) -> Result<Vec<u8>, VolumeError> {
        let count = len.div_ceil(SECTOR as u64);
        self.locate(address, count)?;
        let outside = || VolumeError::Outside { block: address, blocks: self.end_address() };
        let padded = usize::try_from(count * SECTOR as u64).map_err(|_| outside())?;
        let mut bytes = vec![0; padded];
        self.read(address, &mut bytes)?;
        bytes.truncate(usize::try_from(len).map_err(|_| outside())?);
        Ok(bytes)
    }

    /// Looks at a block.
    pub fn with<T>(&self, address: u64, look: impl FnOnce(&[u8; SECTOR]) -> T) -> Result<T, VolumeError> {
        let block = self.locate(address, 1)?.0;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sector) = kept.find(block) {
            return Ok(look(sector));
        }
        let first = block - block % WINDOW;
        let count = usize::try_from(WINDOW.min(self.end - first)).unwrap_or(0);
        let mut window = kept.take();
        window.bytes.resize(count * SECTOR, 0);
        // What cannot be read near by is of no concern here.
        let filled = self.source.read(Block(first), &mut window.bytes).map_or(0, |count| count.get() as usize);
        window.bytes.truncate(filled * SECTOR);
        window.first = first;
        kept.put(window);
        if let Some(sector) = kept.find(block) {
            return Ok(look(sector));
        }
        drop(kept);
        let mut sector = [0; SECTOR];
        self.source.read_all(Block(block), &mut sector)?;
        Ok(look(&sector))
    }

    /// A copy of a block.
    pub fn block(&self, address: u64) -> Result<[u8; SECTOR], VolumeError> {
        self.with(address, |sector| *sector)
    }
}

impl Kept {
    fn find(&self, block: u64) -> Option<&[u8; SECTOR]> {
        self.windows.iter().find_map(|window| {
            let index = usize::try_from(block.checked_sub(window.first)?).ok()?;
            window.bytes.get(index.checked_mul(SECTOR)?..)?.first_chunk()
        })
    }

    /// A window whose place is free now.
    fn take(&mut self) -> Window {
        if self.windows.len() < WINDOWS {
            return Window { first: 0, bytes: Vec::new() };
        }
        self.next = (self.next + 1) % WINDOWS;
        self.windows.swap_remove(self.next)
    }

    fn put(&mut self, window: Window) {
        self.windows.push(window);
        let last = self.windows.len() - 1;
        let next = self.next.min(last);
        self.windows.swap(next, last);
    }
}

#[cfg(test)]
mod tests {
    use imapi_disc_types::PseudoRandom;

    use super::*;

    fn blocks(count: u64, options: &OpenOptions) -> (Blocks, Arc<dyn BlockSource>) {
        let source: Arc<dyn BlockSource> = Arc::new(PseudoRandom::new(7, SECTOR_SIZE, count));
        (Blocks::new(&source, options).expect("blocks of 2048"), source)
    }

    #[test]
    fn each_block_is_what_the_source_has_there_however_they_are_asked_for() {
        let (blocks, source) = blocks(1000, &OpenOptions::default());
        let mut expected = [0; SECTOR];
        for index in 0..4000_u64 {
            let block = index * 7919 % 1000;
            source.read_all(Block(block), &mut expected).expect("it can be read");
            assert_eq!(blocks.block(block).expect("it can be read"), expected, "block {block}");
        }
    }

    #[test]
    fn addresses_are_those_of_the_disc() {
        let (blocks, source) = blocks(100, &OpenOptions::default().displaced(5000).end(Block(90)));
        let mut expected = [0; SECTOR];
        source.read_all(Block(3), &mut expected).expect("it can be read");
        assert_eq!(blocks.block(5003).expect("it is there"), expected);
        assert_eq!(blocks.end_address(), 5090);
        for address in [0, 4999, 5090, u64::MAX] {
            assert!(matches!(blocks.block(address), Err(VolumeError::Outside { .. })), "{address}");
        }
        assert!(matches!(blocks.bytes(5000, u64::MAX), Err(VolumeError::Outside { .. })));
        assert_eq!(blocks.bytes(5089, 5).expect("it is there").len(), 5);
    }
}
