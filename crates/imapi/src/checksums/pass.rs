//! [`Pass`]: the blocks of an image from the first to the last, summed up area by area, and the table when it comes by.
//!
//! The areas before the table begin where they would begin in any image, so that nobody has to find the table before.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::{
    AREA, BLOCK, Table, TableError,
    format::{Head, TAG},
};
use crate::manifest::Sha256Sum;

/// What has been seen of an image so far.
pub(super) struct Pass {
    /// All blocks that there are.
    blocks: u64,
    /// The next one.
    at: u64,
    /// Where the area begins that is being summed up.
    begins: u64,
    hash: Sha256,
    sums: Vec<(Range<u64>, Sha256Sum)>,
    table: Sought,
}

/// How it is with the table.
enum Sought {
    /// It did not come by yet.
    Not,
    /// It is coming by.
    Coming { head: Head, text: Vec<u8> },
    /// It did.
    Found(Table),
    /// It did, and is of no use.
    Bad(TableError, Head),
}

/// What came of it.
pub(super) struct Passed {
    pub sums: Vec<(Range<u64>, Sha256Sum)>,
    /// None when no table came by; the error says where it should be.
    pub table: Option<Result<Table, (TableError, u64)>>,
}

impl Pass {
    pub fn new(blocks: u64) -> Self {
        Self { blocks, at: 0, begins: 0, hash: Sha256::new(), sums: Vec::new(), table: Sought::Not }
    }

    /// The next blocks.
    pub fn take(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let blocks = match &mut self.table {
                Sought::Coming { head, text } => {
                    let wanted = usize::try_from(head.at + head.blocks - self.at).unwrap_or(usize::MAX);
                    let blocks = wanted.min(rest.len() / BLOCK);
                    text.extend_from_slice(&rest[..blocks * BLOCK]);
                    blocks
                }
                _ => self.sum_up(rest),
            };
            self.at += blocks as u64;
            rest = &rest[blocks * BLOCK..];
            self.look();
        }
    }

    /// Sums up blocks until something else is to be done, and says how many.
    fn sum_up(&mut self, rest: &[u8]) -> usize {
        if let (Sought::Not, Some(head)) = (&self.table, self.table_at(rest)) {
            self.end_area();
            self.table = Sought::Coming { head, text: Vec::new() };
            return 0;
        }
        let end = self.end();
        let all = rest.len() / BLOCK;
        if self.at >= end {
            // What is behind the image is nobody's.
            return all;
        }
        if self.at == self.begins + AREA {
            self.end_area();
        }
        let most = usize::try_from(end.min(self.begins + AREA) - self.at).unwrap_or(usize::MAX).min(all);
        let blocks = match self.table {
            // The table may begin in any block; the first was looked at.
            Sought::Not => {
                let others = rest.chunks_exact(BLOCK).take(most).skip(1);
                1 + others.take_while(|block| !block.starts_with(TAG)).count()
            }
            _ => most,
        };
        self.hash.update(&rest[..blocks * BLOCK]);
        blocks
    }

    /// A table begins here, and knows that it is here: one of an image that is a file of this image is elsewhere.
    fn table_at(&self, rest: &[u8]) -> Option<Head> {
        Head::decode(rest.get(..BLOCK)?).ok().filter(|head| head.at == self.at && head.of <= self.blocks)
    }

    /// The table may be whole now.
    fn look(&mut self) {
        let Sought::Coming { head, text } = &mut self.table else { return };
        if self.at < head.at + head.blocks {
            return;
        }
        let head = *head;
        self.table = match Table::parse(text) {
            Ok(table) => Sought::Found(table),
            Err(error) => Sought::Bad(error, head),
        };
        self.begins = self.at;
    }

    /// Where the image ends, as far as that is known.
    fn end(&self) -> u64 {
        match &self.table {
            Sought::Found(table) => table.of,
            Sought::Bad(_, head) => head.of,
            Sought::Not | Sought::Coming { .. } => self.blocks,
        }
    }

    fn end_area(&mut self) {
        if self.at > self.begins {
            let sum = Sha256Sum(std::mem::take(&mut self.hash).finalize().into());
            self.sums.push((self.begins..self.at, sum));
        }
        self.begins = self.at;
    }

    /// All has come.
    pub fn finish(mut self) -> Passed {
        let end = self.end();
        self.at = self.at.min(end);
        self.end_area();
        let table = match self.table {
            Sought::Not => None,
            Sought::Coming { head, .. } => Some(Err((TableError::Damaged, head.at))),
            Sought::Found(table) => Some(Ok(table)),
            Sought::Bad(error, head) => Some(Err((error, head.at))),
        };
        Passed { sums: self.sums, table }
    }
}
