//! A single read, looked at from all sides.

use super::Violation;
use crate::{Block, BlockSource, SourceError};

/// What buffers hold before they are read into.
pub const FILLS: [u8; 2] = [0xA5, 0x5A];

/// A source, and the blocks of it that cannot be read.
pub struct Probe<'a> {
    pub source: &'a dyn BlockSource,
    pub unreadable: &'a [Block],
}

/// What a read that broke no rule came to.
pub enum Outcome {
    /// One or more whole blocks.
    Read(Vec<u8>),
    /// The first block cannot be read.
    Failed(SourceError),
}

impl Probe<'_> {
    /// Reads up to `count` blocks into a buffer full of `fill`: the count must be possible, the rest of the buffer as
    /// it was, and an error about the first block.
    pub fn read(&self, first: Block, count: usize, fill: u8) -> Result<Outcome, Violation> {
        let mut out = vec![fill; count * self.block_size()];
        match self.source.read(first, &mut out) {
            Err(error) if error.at != first => Err(Violation::ErrorElsewhere { asked: first, told: error.at }),
            Err(error) => Ok(Outcome::Failed(error)),
            Ok(told) => {
                let told = told.get();
                let possible = self.source.blocks().saturating_sub(first.0).min(count as u64);
                if u64::from(told) > possible {
                    return Err(Violation::TooMany { first, possible, told });
                }
                let rest = out.split_off(told as usize * self.block_size());
                let cut_short = self.unreadable.contains(&Block(first.0 + u64::from(told)));
                match rest.iter().position(|&byte| byte != fill) {
                    Some(byte) if !cut_short => Err(Violation::WrittenBeyond { first, told, byte }),
                    _ => Ok(Outcome::Read(out)),
                }
            }
        }
    }

    pub fn block_size(&self) -> usize {
        self.source.block_size().get() as usize
    }
}
