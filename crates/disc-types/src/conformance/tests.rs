//! Each rule of the contract has a source that breaks it alone, and is caught.

use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};

use super::*;
use crate::{BlockRange, Request};

/// The rule to break.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Breach {
    Nothing,
    ErrorAboutTheNextBlock,
    RefusalAboutTheNextBlock,
    GarbageForTheBadBlock,
    FailsEverySecondRead,
    OneBlockTooMany,
    OneBlockTooFewTold,
    ReadsBeyondTheEnd,
    LastByteNotWritten,
    OtherBytesEachTime,
    OtherBytesInRuns,
    OtherBytesInGreatReads,
    OtherBytesBackwards,
    OtherBytesFromOtherThreads,
    TakesAnyLength,
    RefusesLengthsByTheWrongCode,
    RefusesTheEndByTheWrongCode,
    ModifiedBehindTheEnd,
    Grows,
}

const BAD: u64 = 20;

/// Numbered blocks of four bytes, which break one rule. Block 20 cannot be read where a rule needs such a block.
struct Broken {
    breach: Breach,
    blocks: u64,
    modified: [BlockRange; 1],
    reads: AtomicU32,
    last: AtomicU64,
    home: thread::ThreadId,
}

fn broken(breach: Breach, blocks: u64) -> Broken {
    let end = if breach == Breach::ModifiedBehindTheEnd { blocks + 1 } else { blocks };
    Broken {
        breach,
        blocks,
        modified: [BlockRange::from_range(&(1..end)).expect("not empty")],
        reads: AtomicU32::new(0),
        last: AtomicU64::new(0),
        home: thread::current().id(),
    }
}

impl Broken {
    fn is_damaged(&self) -> bool {
        matches!(self.breach, Breach::ErrorAboutTheNextBlock | Breach::GarbageForTheBadBlock)
    }

    fn unreadable(&self) -> Vec<Block> {
        if self.is_damaged() { vec![Block(BAD)] } else { Vec::new() }
    }
}

impl BlockSource for Broken {
    fn block_size(&self) -> NonZeroU32 {
        NonZeroU32::new(4).expect("not zero")
    }

    fn blocks(&self) -> u64 {
        let grown = self.breach == Breach::Grows && self.reads.load(Ordering::Relaxed) > 20;
        self.blocks + u64::from(grown)
    }

    fn modified(&self) -> Option<&[BlockRange]> {
        Some(&self.modified)
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let reads = self.reads.fetch_add(1, Ordering::Relaxed);
        let count = |blocks: usize| Ok(u32::try_from(blocks).ok().and_then(NonZeroU32::new).expect("some blocks"));
        let room = out.len() / 4;

        let out = match (Request::admit(self, first, out), self.breach) {
            (Err(_), Breach::TakesAnyLength) if first.0 < self.blocks => return Ok(NonZeroU32::MIN),
            (Err(_), Breach::ReadsBeyondTheEnd) if first.0 >= self.blocks => return Ok(NonZeroU32::MIN),
            (Err(error), breach) => {
                let eof = error.code() == common::ERROR_HANDLE_EOF;
                let wrong = (eof && breach == Breach::RefusesTheEndByTheWrongCode)
                    || (!eof && breach == Breach::RefusesLengthsByTheWrongCode);
                return Err(match breach {
                    Breach::RefusalAboutTheNextBlock if !eof => SourceError { at: Block(1), ..error },
                    _ if wrong => failure(first),
                    _ => error,
                });
            }
            (Ok(request), _) => request.out,
        };

        // Refused reads do not move it.
        let last = self.last.swap(first.0, Ordering::Relaxed);
        for (block, at) in out.chunks_exact_mut(4).zip(first.0..) {
            if at == BAD && self.is_damaged() && self.breach != Breach::GarbageForTheBadBlock {
                let done = usize::try_from(at - first.0).expect("small");
                return if done > 0 { count(done) } else { Err(failure(Block(at + 1))) };
            }
            let [a, b, ..] = at.to_be_bytes();
            let [.., c, d] = at.to_be_bytes();
            block.copy_from_slice(&[a, b, c, d]);
        }
        let blocks = out.len() / 4;
        match self.breach {
            Breach::GarbageForTheBadBlock if first.0 == BAD => return Err(failure(first)),
            Breach::FailsEverySecondRead if reads > 20 && reads % 2 == 0 => return Err(failure(first)),
            Breach::OneBlockTooMany => return count(room + 1),
            Breach::OneBlockTooFewTold if blocks > 1 => return count(blocks - 1),
            Breach::LastByteNotWritten => out[out.len() - 1] = if reads % 2 == 0 { 0xA5 } else { 0x5A },
            Breach::OtherBytesEachTime => out[0] = reads.to_be_bytes()[3],
            Breach::OtherBytesInRuns if blocks > 1 => out[4] ^= 1,
            Breach::OtherBytesInGreatReads if blocks > 33 => out[4] ^= 1,
            Breach::OtherBytesBackwards if last > first.0 => out[0] ^= 1,
            Breach::OtherBytesFromOtherThreads if thread::current().id() != self.home => out[0] ^= 1,
            _ => {}
        }
        count(blocks)
    }
}

fn failure(at: Block) -> SourceError {
    SourceError::new(at, std::io::Error::from(std::io::ErrorKind::TimedOut))
}

/// What a source of so many blocks with this breach is told.
fn verdict(breach: Breach, blocks: u64) -> Result<(), Violation> {
    let source = broken(breach, blocks);
    check_damaged(&source, &source.unreadable())
}

macro_rules! caught {
    ($breach:ident, $violation:pat) => {
        for blocks in [40, 1_000_000] {
            let verdict = verdict(Breach::$breach, blocks);
            assert!(matches!(verdict, Err($violation)), "{:?} in {blocks} blocks: {verdict:?}", Breach::$breach);
        }
    };
}

#[test]
fn a_source_that_keeps_the_contract_passes() {
    for blocks in [2, 40, 256, 257, 1_000_000] {
        assert!(verdict(Breach::Nothing, blocks).is_ok());
        assert!(check_sequential(&broken(Breach::Nothing, blocks)).is_ok());
    }
}

#[test]
fn counts_that_are_not_true_are_caught() {
    caught!(OneBlockTooMany, Violation::TooMany { first: Block(0), possible: 1, told: 2 });
    caught!(OneBlockTooFewTold, Violation::WrittenBeyond { byte: 0, .. });
    caught!(ReadsBeyondTheEnd, Violation::TooMany { possible: 0, told: 1, .. });
}

#[test]
fn bytes_that_are_not_the_same_each_time_are_caught() {
    caught!(LastByteNotWritten, Violation::NotWritten { at: Block(0), byte: 3 });
    caught!(OtherBytesEachTime, Violation::Changed { .. });
    caught!(OtherBytesInRuns, Violation::Changed { at: Block(1) });
    caught!(OtherBytesInGreatReads, Violation::Changed { at: Block(1) });
    caught!(OtherBytesBackwards, Violation::Changed { .. });
    caught!(OtherBytesFromOtherThreads, Violation::Changed { .. });
}

#[test]
fn failures_that_are_not_honest_are_caught() {
    caught!(ErrorAboutTheNextBlock, Violation::ErrorElsewhere { asked: Block(BAD), told: Block(21) });
    caught!(RefusalAboutTheNextBlock, Violation::ErrorElsewhere { asked: Block(0), told: Block(1) });
    caught!(GarbageForTheBadBlock, Violation::FailureHidden { at: Block(BAD), .. });
    caught!(FailsEverySecondRead, Violation::Changed { .. } | Violation::Unreadable { .. });
}

#[test]
fn reads_that_no_source_takes_on_must_be_refused_by_their_codes() {
    caught!(TakesAnyLength, Violation::WrongLengthTaken { len: 0 });
    caught!(RefusesLengthsByTheWrongCode, Violation::WrongCode { expected: common::E_INVALIDARG, .. });
    caught!(RefusesTheEndByTheWrongCode, Violation::WrongCode { expected: common::ERROR_HANDLE_EOF, .. });
}

#[test]
fn sizes_and_modified_blocks_must_be_true() {
    caught!(ModifiedBehindTheEnd, Violation::ModifiedOutside { .. });
    caught!(Grows, Violation::SizeChanged);
}

#[test]
fn damage_must_be_what_the_test_says() {
    for (blocks, at) in [(40, Block(7)), (1_000_000, Block(300_007))] {
        let verdict = check_damaged(&broken(Breach::Nothing, blocks), &[at]);
        assert!(matches!(verdict, Err(Violation::NotDamaged { at: told }) if told == at), "{verdict:?}");
    }
    for (unreadable, outside) in [(&[10, 99][..], 10), (&[u64::MAX], u64::MAX)] {
        let unreadable: Vec<Block> = unreadable.iter().copied().map(Block).collect();
        let verdict = check_damaged(&broken(Breach::Nothing, 10), &unreadable);
        assert!(
            matches!(verdict, Err(Violation::DamageOutside { at, blocks: 10 }) if at == Block(outside)),
            "{verdict:?}"
        );
    }
    let source = broken(Breach::GarbageForTheBadBlock, 40);
    let verdict = check(&source);
    assert!(matches!(verdict, Err(Violation::Unreadable { at: Block(BAD), .. })), "{verdict:?}");
}

#[test]
fn a_single_passage_shows_what_it_can() {
    for (breach, expected) in [
        (Breach::OneBlockTooMany, "reports 2 blocks where 1 are possible"),
        (Breach::OneBlockTooFewTold, "and writes byte 0 after them"),
        (Breach::ReadsBeyondTheEnd, "where 0 are possible"),
        (Breach::ErrorAboutTheNextBlock, "an error about block 21"),
        (Breach::FailsEverySecondRead, "cannot be read"),
        (Breach::OtherBytesBackwards, "block 0 is another"),
        (Breach::TakesAnyLength, "a buffer of 0 bytes is taken"),
        (Breach::RefusesLengthsByTheWrongCode, "must be refused with E_INVALIDARG"),
        (Breach::RefusesTheEndByTheWrongCode, "must be refused with ERROR_HANDLE_EOF"),
        (Breach::ModifiedBehindTheEnd, "are modified in a source of 2000 blocks"),
        (Breach::Grows, "size changed"),
    ] {
        let verdict = check_sequential(&broken(breach, 2000));
        assert!(
            verdict.as_ref().is_err_and(|violation| violation.to_string().contains(expected)),
            "{breach:?}: {verdict:?}"
        );
    }
}

#[test]
fn a_great_source_is_read_by_samples() {
    let source = broken(Breach::Nothing, u64::MAX / 8);
    check(&source).expect("keeps the contract");
    assert!(source.reads.load(Ordering::Relaxed) < 10_000);
}
