//! [`Packed`]: records of different lengths, one after the other in blocks, any block of which can be written by itself.

use std::ops::Range;

/// Bytes of a block.
pub(crate) const BLOCK: usize = 2048;

/// How records lie in blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Each is whole in its block, as in the directories of ISO 9660; what is left of a block stays zero.
    Whole,
    /// They go on in the next block, as in path tables.
    Spanning,
}

/// Where the rendering of a block begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Check {
    /// The first record that has bytes in the block.
    pub record: u32,
    /// How many of its bytes are in blocks before.
    pub skip: u16,
}

/// Takes the lengths of records in their order.
#[derive(Debug)]
pub(crate) struct Packer {
    rule: Rule,
    checks: Vec<Check>,
    end: u64,
    records: u32,
}

/// Which records are in which block: six bytes a block, whatever its records are.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    checks: Vec<Check>,
    bytes: u64,
    records: u32,
}

impl Packer {
    pub fn new(rule: Rule) -> Self {
        Self { rule, checks: Vec::new(), end: 0, records: 0 }
    }

    /// Adds a record of at least one byte, and returns where it begins.
    pub fn push(&mut self, len: u16) -> u64 {
        let len = u64::from(len);
        let left = BLOCK as u64 - self.end % BLOCK as u64;
        if self.rule == Rule::Whole && len > left {
            self.next_block();
        }
        let begins = self.end;
        self.end += len;
        while self.end > (self.checks.len() * BLOCK) as u64 {
            let before = ((self.checks.len() * BLOCK) as u64).saturating_sub(begins);
            // It is less than the record's length.
            let skip = u16::try_from(before).unwrap_or(u16::MAX);
            self.checks.push(Check { record: self.records, skip });
        }
        self.records += 1;
        begins
    }

    /// What follows begins in a block of its own.
    pub fn next_block(&mut self) {
        self.end = self.end.next_multiple_of(BLOCK as u64);
    }

    /// Leaves so many blocks to something else.
    pub fn leave(&mut self, blocks: u64) {
        self.next_block();
        for _ in 0..blocks {
            self.checks.push(Check { record: self.records, skip: 0 });
        }
        self.end += blocks * BLOCK as u64;
    }

    /// Blocks so far.
    pub fn blocks(&self) -> usize {
        self.checks.len()
    }

    pub fn finish(self) -> Packed {
        Packed { checks: self.checks, bytes: self.end, records: self.records }
    }
}

impl Packed {
    pub fn blocks(&self) -> u64 {
        self.checks.len() as u64
    }

    /// Bytes up to the end of the last record.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The records that have bytes in a block, and how many bytes of the first are in blocks before.
    pub fn block(&self, block: u64) -> (Range<u32>, usize) {
        let at = usize::try_from(block).unwrap_or(usize::MAX);
        let Some(check) = self.checks.get(at) else { return (0..0, 0) };
        let end = match self.checks.get(at + 1) {
            Some(next) if next.skip > 0 => next.record + 1,
            Some(next) => next.record,
            None => self.records,
        };
        (check.record..end, usize::from(check.skip))
    }

    /// Fills a block with its records, each of which the function writes into the buffer that it gets.
    pub fn render(&self, block: u64, out: &mut [u8], mut write: impl FnMut(u32, &mut Vec<u8>)) {
        out.fill(0);
        let (records, mut skip) = self.block(block);
        let (mut at, mut record) = (0, Vec::new());
        for number in records {
            record.clear();
            write(number, &mut record);
            let rest = record.get(skip..).unwrap_or_default();
            let count = rest.len().min(out.len() - at);
            out[at..at + count].copy_from_slice(&rest[..count]);
            at += count;
            skip = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A byte of a record, never zero.
    fn byte(at: u16, record: u32) -> u8 {
        u8::try_from((u32::from(at) * 7 + record * 13) % 255).expect("less than 255") + 1
    }

    /// The blocks as somebody writes them who keeps everything.
    fn plainly(rule: Rule, lens: &[(u16, bool)]) -> Vec<u8> {
        let mut out: Vec<u8> = Vec::new();
        for (&(len, breaks), number) in lens.iter().zip(0_u8..) {
            let left = (BLOCK - out.len() % BLOCK) % BLOCK;
            if breaks || (rule == Rule::Whole && left != 0 && usize::from(len) > left) {
                out.resize(out.len() + left, 0);
            }
            out.extend((0..len).map(|at| byte(at, number.into())));
        }
        out.resize(out.len().next_multiple_of(BLOCK), 0);
        out
    }

    fn any_lens() -> impl Strategy<Value = Vec<(u16, bool)>> {
        let len = prop_oneof![1..300_u16, 1..=2048_u16, Just(2048_u16)];
        proptest::collection::vec((len, prop::bool::weighted(0.1)), 0..60)
    }

    proptest! {
        #[test]
        fn every_block_is_written_by_itself(lens in any_lens(), spanning: bool) {
            let rule = if spanning { Rule::Spanning } else { Rule::Whole };
            let mut packer = Packer::new(rule);
            for &(len, breaks) in &lens {
                if breaks {
                    packer.next_block();
                }
                packer.push(len);
            }
            let packed = packer.finish();
            let expected = plainly(rule, &lens);
            prop_assert_eq!(packed.blocks(), (expected.len() / BLOCK) as u64);
            // A break inside of spanning records leaves a gap, which only whole records are asked for.
            prop_assume!(rule == Rule::Whole || lens.iter().all(|(_, breaks)| !breaks));
            for (block, expected) in expected.chunks(BLOCK).enumerate().rev() {
                let mut out = [0xA5; BLOCK];
                packed.render(block as u64, &mut out, |number, record| {
                    let len = lens[number as usize].0;
                    record.extend((0..len).map(|at| byte(at, number)));
                });
                prop_assert!(out == expected, "block {}", block);
            }
        }
    }
}
