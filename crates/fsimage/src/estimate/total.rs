//! What the parts of an image come to when they are laid out.

use super::Estimate;
use crate::{
    iso9660::LEAST_BLOCKS,
    plan::{CLUSTER, RECOGNITION},
    udf,
};

/// An image that machines start from has a multiple of so many blocks.
const READ_AT_ONCE: u64 = 16;

impl Estimate {
    /// The most blocks that the image of the tree takes.
    pub fn blocks(&self) -> u64 {
        self.blocks_with(self.shape.boots, self.shape.boot_blocks)
    }

    /// The same with other boot images.
    pub fn blocks_with(&self, boots: u32, boot_blocks: u64) -> u64 {
        let shape = &self.shape;
        let file_systems = shape.file_systems;
        let data = self.data + boot_blocks;
        let mut descriptors = 0;
        let mut claims = Vec::with_capacity(8);
        if file_systems.iso9660 {
            descriptors += 2;
            claims.extend(self.iso.claims());
            if file_systems.joliet {
                descriptors += 1;
                claims.extend(self.joliet.claims());
            }
            if data == 0 {
                // Behind the directories of each volume is then a block that nobody needs but a reader.
                claims.extend([1, u64::from(file_systems.joliet)]);
            }
            if boots > 0 {
                descriptors += 1;
                // Thirty-two entries, each with a head of its own, are a block.
                claims.push(1);
            }
        }
        if !file_systems.udf {
            let first = RECOGNITION + descriptors;
            let blocks = (first + claims.iter().sum::<u64>() + data).max(LEAST_BLOCKS);
            let left_out = if shape.rewritable { CLUSTER.saturating_sub(first) } else { 0 };
            let blocks = blocks + left_out;
            return if boots > 0 { blocks.next_multiple_of(READ_AT_ONCE) } else { blocks };
        }
        let fixed = udf::Fixed::new(shape.udf, shape.redundant_metadata);
        fixed.blocks(&claims, self.metadata, data)
    }
}
