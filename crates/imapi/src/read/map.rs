//! [`RescueMap`]: what has been read of a disc, in the file format of GNU ddrescue.
//!
//! A line for the state of the work, then one for each run of bytes: where it begins, how long it is, what became of it.
//!
//! ```text
//! # current_pos  current_status  current_pass
//! 0x00030000     *               1
//! #      pos        size  status
//! 0x00000000  0x00030000  +
//! 0x00030000  0x00010000  *
//! 0x00040000  0x00100000  ?
//! ```

use std::{collections::BTreeMap, fmt::Write as _, ops::Range};

use imapi_errors::{Coded, Fact, HResult, Value, common};

/// Bytes of a block.
const BLOCK: u64 = 2048;

/// What became of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nobody has tried to read it (`?`).
    Untried,
    /// It is in a piece that could not be read at once (`*` or `/`).
    Failed,
    /// It alone could not be read (`-`).
    Bad,
    /// It is read (`+`).
    Read,
}

impl Status {
    const fn character(self) -> char {
        match self {
            Self::Untried => '?',
            Self::Failed => '*',
            Self::Bad => '-',
            Self::Read => '+',
        }
    }

    fn of(text: &str) -> Option<Self> {
        match text {
            "?" => Some(Self::Untried),
            "*" | "/" => Some(Self::Failed),
            "-" => Some(Self::Bad),
            "+" => Some(Self::Read),
            _ => None,
        }
    }
}

/// What became of each block of an image.
///
/// ```
/// use imapi::read::{RescueMap, Status};
///
/// let mut map = RescueMap::new(100);
/// map.set(0..90, Status::Read);
/// map.set(90..100, Status::Failed);
/// map.set(95..96, Status::Bad);
/// assert_eq!(map.runs(Status::Failed).collect::<Vec<_>>(), [90..95, 96..100]);
/// assert_eq!(RescueMap::parse(&map.to_string())?, map);
/// # Ok::<(), imapi::read::MapError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RescueMap {
    /// Where each run begins; the first is 0, and two that follow each other differ.
    runs: BTreeMap<u64, Status>,
    blocks: u64,
}

impl RescueMap {
    /// Of so many blocks, none of which was tried.
    #[must_use]
    pub fn new(blocks: u64) -> Self {
        Self { runs: BTreeMap::from([(0, Status::Untried)]), blocks }
    }

    /// How many blocks there are.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// What became of a block.
    #[must_use]
    pub fn at(&self, block: u64) -> Status {
        self.runs.range(..=block).next_back().map_or(Status::Untried, |(_, status)| *status)
    }

    /// So it became of these blocks.
    pub fn set(&mut self, blocks: Range<u64>, status: Status) {
        let end = blocks.end.min(self.blocks);
        if blocks.start >= end {
            return;
        }
        if end < self.blocks {
            let behind = self.at(end);
            self.runs.insert(end, behind);
        }
        let inside: Vec<u64> = self.runs.range(blocks.start..end).map(|(at, _)| *at).collect();
        for at in inside {
            self.runs.remove(&at);
        }
        self.runs.insert(blocks.start, status);
        // Runs that are alike are one.
        for at in [end, blocks.start] {
            let before = at.checked_sub(1).map(|before| self.at(before));
            if at < self.blocks && before == self.runs.get(&at).copied() {
                self.runs.remove(&at);
            }
        }
    }

    /// The runs of blocks of which that became.
    pub fn runs(&self, status: Status) -> impl Iterator<Item = Range<u64>> + '_ {
        self.all().filter(move |(_, found)| *found == status).map(|(blocks, _)| blocks)
    }

    /// How many blocks of which that became there are.
    #[must_use]
    pub fn count(&self, status: Status) -> u64 {
        self.runs(status).map(|blocks| blocks.end - blocks.start).sum()
    }

    fn all(&self) -> impl Iterator<Item = (Range<u64>, Status)> + '_ {
        let ends = self.runs.keys().skip(1).copied().chain([self.blocks]);
        self.runs.iter().zip(ends).map(|((&begin, &status), end)| (begin..end, status))
    }

    /// Reads the text of a map. Bytes that are not whole blocks, as other programs may have them, count for the block only
    /// where all of it was read.
    pub fn parse(text: &str) -> Result<Self, MapError> {
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        lines.next().ok_or(MapError::Empty)?;
        let mut runs = Vec::new();
        let mut end = 0;
        for (number, line) in lines {
            let wrong = || MapError::Line { line: number };
            let mut words = line.split_whitespace();
            let mut word = || words.next().ok_or_else(wrong);
            let (begin, size) = (bytes(word()?).ok_or_else(wrong)?, bytes(word()?).ok_or_else(wrong)?);
            let status = Status::of(word()?).ok_or_else(wrong)?;
            if begin != end {
                return Err(MapError::Line { line: number });
            }
            end = begin.checked_add(size).ok_or_else(wrong)?;
            runs.push((begin..end, status));
        }
        if end == 0 {
            return Err(MapError::Empty);
        }
        let mut map = Self::new(end.div_ceil(BLOCK));
        for (bytes, _) in runs.iter().filter(|(_, status)| *status == Status::Read) {
            // The last block may be one that another program took to be shorter.
            let last = if bytes.end == end { map.blocks } else { bytes.end / BLOCK };
            map.set(bytes.start.div_ceil(BLOCK)..last, Status::Read);
        }
        for (bytes, status) in runs.iter().filter(|(_, status)| *status != Status::Read) {
            map.set(bytes.start / BLOCK..bytes.end.div_ceil(BLOCK), *status);
        }
        Ok(map)
    }
}

/// The text of the map.
impl std::fmt::Display for RescueMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (left, status, pass) = if let Some(blocks) = self.runs(Status::Untried).next() {
            (blocks.start, '?', 1)
        } else if let Some(blocks) = self.runs(Status::Failed).next() {
            (blocks.start, '/', 1)
        } else if let Some(blocks) = self.runs(Status::Bad).next() {
            (blocks.start, '-', 1)
        } else {
            (0, '+', 1)
        };
        let mut text = String::from("# Mapfile of imapi, as GNU ddrescue has it\n");
        writeln!(text, "# current_pos  current_status  current_pass")?;
        writeln!(text, "{:#012X}     {status}               {pass}", left * BLOCK)?;
        writeln!(text, "#      pos        size  status")?;
        for (blocks, status) in self.all() {
            let (pos, size) = (blocks.start * BLOCK, (blocks.end - blocks.start) * BLOCK);
            writeln!(text, "{pos:#012X}  {size:#012X}  {}", status.character())?;
        }
        // Programs write their prefix in small letters.
        f.write_str(&text.replace("0X", "0x"))
    }
}

fn bytes(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// A map is of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// It says nothing.
    #[error("it is empty")]
    Empty,
    /// A line is none of a map, or does not follow the one before it.
    #[error("line {line} is none of a map")]
    Line {
        /// Its number.
        line: u64,
    },
    /// It is of another disc.
    #[error("it has {found} blocks, and the disc {expected}")]
    OtherDisc {
        /// Blocks of the disc.
        expected: u64,
        /// Blocks of the map.
        found: u64,
    },
}

impl Coded for MapError {
    fn code(&self) -> HResult {
        common::E_INVALIDARG
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Empty | Self::Line { .. } => put(Fact::Reason, Value::Text(self)),
            Self::OtherDisc { expected, found } => {
                put(Fact::Expected, Value::from(*expected));
                put(Fact::Found, Value::from(*found));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_found_and_runs_that_are_alike_are_one() {
        // Beside a plain list of blocks, with numbers that follow no order.
        let mut map = RescueMap::new(64);
        let mut plain = [Status::Untried; 64];
        let all = [Status::Untried, Status::Failed, Status::Bad, Status::Read];
        let mut seed: u64 = 7;
        for round in 0..2000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (from, len, status) =
                (seed >> 58, (seed >> 40) % 9, all[usize::try_from(seed >> 20).expect("64 bits") % 4]);
            map.set(from..from + len, status);
            for (at, block) in (0..).zip(&mut plain) {
                if (from..from + len).contains(&at) {
                    *block = status;
                }
            }
            let found: Vec<Status> = (0..64).map(|block| map.at(block)).collect();
            assert_eq!(found, plain, "round {round}");
            let runs = 1 + plain.windows(2).filter(|pair| pair[0] != pair[1]).count();
            assert_eq!(map.runs.len(), runs, "round {round}");
            assert_eq!(RescueMap::parse(&map.to_string()), Ok(map.clone()), "round {round}");
        }
    }

    #[test]
    fn maps_of_other_programs_are_understood() {
        let text = "# Mapfile. Created by GNU ddrescue version 1.27\n# Command line: ddrescue /dev/sr0 a b\n\
            # current_pos  current_status  current_pass\n0x00000E00     ?               1\n\
            #      pos        size  status\n0x00000000  0x00000E00  +\n0x00000E00  0x00000200  -\n4096  2048  /\n0x1800 0x200 +\n";
        let map = RescueMap::parse(text).expect("a map");
        assert_eq!(map.blocks(), 4);
        // The second block has a sector of 512 bytes that is bad; the last is shorter, and read.
        let found: Vec<Status> = (0..4).map(|block| map.at(block)).collect();
        assert_eq!(found, [Status::Read, Status::Bad, Status::Failed, Status::Read]);
    }

    #[test]
    fn what_is_no_map_is_refused() {
        for (text, error) in [
            ("", MapError::Empty),
            ("# nothing\n\n", MapError::Empty),
            ("0x0 ? 1\n", MapError::Empty),
            ("0x0 ? 1\n0x0 0x800\n", MapError::Line { line: 2 }),
            ("0x0 ? 1\n0x0 0x800 x\n", MapError::Line { line: 2 }),
            ("0x0 ? 1\n0x0 0x800 +\n0x1000 0x800 +\n", MapError::Line { line: 3 }),
            ("0x0 ? 1\n0x0 0xZZ +\n", MapError::Line { line: 2 }),
        ] {
            assert_eq!(RescueMap::parse(text), Err(error), "{text}");
        }
    }
}
