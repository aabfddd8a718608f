//! [`Interleave`]: sources by turns, as user data and sub-channel come together on a CD.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    num::NonZeroU32,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use imapi_errors::{Coded, CodedError, Fact, HResult, Value, common};

use crate::{Block, BlockSource, Request, SourceError, concatenate::counted_from_1};

/// As much of one part as is read at once, before it is spread over the turns.
const SCRATCH_BYTES: usize = 256 * 1024;

/// Sources read by turns: each block of the whole has some blocks of the first part, then some of the second, and so
/// on.
///
/// IMAPI's stream takes a size in bytes for each part. Here a part has blocks already, so its share of a turn is told
/// in these: a sector of 2352 bytes and its 96 bytes of sub-channel are a part with blocks of 2352 and a part with
/// blocks of 96, one of each a turn, and the whole has blocks of 2448.
///
/// When one part fails, those before it in the turn have been read already. One that cannot go back, and says so with
/// `STG_E_SEEKERROR`, has lost these turns; asked for them again, the whole repeats the failure that was the cause.
///
/// ```
/// use std::{num::NonZeroU32, sync::Arc};
///
/// use imapi_disc_types::{BlockSource, Interleave, Zero};
///
/// let blocks_of = |size| NonZeroU32::new(size).expect("not zero");
/// let sectors: Arc<dyn BlockSource> = Arc::new(Zero::new(blocks_of(2352), 300));
/// let subchannel: Arc<dyn BlockSource> = Arc::new(Zero::new(blocks_of(96), 300));
/// let whole = Interleave::new([(sectors, NonZeroU32::MIN), (subchannel, NonZeroU32::MIN)])?;
/// assert_eq!((whole.block_size().get(), whole.blocks()), (2448, 300));
/// # Ok::<(), imapi_disc_types::InterleaveError>(())
/// ```
#[doc(alias("IStreamInterleave", "MsftStreamInterleave"))]
pub struct Interleave {
    block_size: NonZeroU32,
    turns: u64,
    parts: Vec<Part>,
    /// Failures that may have cost other parts their turns, by the turn that failed.
    lost: Mutex<BTreeMap<u64, Lost>>,
}

/// Turns that some parts have given and another has not.
struct Lost {
    /// The end of what was read of the parts before.
    end: u64,
    /// Why the turn failed.
    cause: Arc<dyn CodedError>,
}

struct Part {
    source: Arc<dyn BlockSource>,
    blocks_a_turn: u32,
    bytes_a_turn: usize,
}

/// Why sources cannot be read by turns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InterleaveError {
    /// Without a part there are no turns.
    #[error("an interleave has at least one part")]
    NoParts,
    /// A part ends within a turn.
    #[error("part {part} has {blocks} blocks, which are not whole turns of {blocks_a_turn}")]
    PartialTurn {
        /// The part's number, from 0.
        part: usize,
        /// How many blocks it has.
        blocks: u64,
        /// How many make a turn.
        blocks_a_turn: NonZeroU32,
    },
    /// A part has fewer or more turns than the first: its data or the others' would be lost.
    #[error("part {part} has {found} turns where the first has {expected}")]
    UnequalTurns {
        /// The part's number, from 0.
        part: usize,
        /// How many turns the first part has.
        expected: u64,
        /// How many turns this part has.
        found: u64,
    },
    /// A turn has more bytes than a block can have.
    #[error("a turn up to part {part} is longer than a block can be")]
    TurnTooLong {
        /// The part's number, from 0.
        part: usize,
    },
}

impl Interleave {
    /// The parts, each with how many of its blocks make its share of a turn.
    #[doc(alias = "IStreamInterleave::Initialize")]
    pub fn new(parts: impl IntoIterator<Item = (Arc<dyn BlockSource>, NonZeroU32)>) -> Result<Self, InterleaveError> {
        let mut taken = Vec::new();
        let mut block_size = 0u32;
        let mut turns = None;
        for (part, (source, blocks_a_turn)) in parts.into_iter().enumerate() {
            let blocks = source.blocks();
            let (found, rest) = (blocks / u64::from(blocks_a_turn.get()), blocks % u64::from(blocks_a_turn.get()));
            if rest != 0 {
                return Err(InterleaveError::PartialTurn { part, blocks, blocks_a_turn });
            }
            let expected = *turns.get_or_insert(found);
            if found != expected {
                return Err(InterleaveError::UnequalTurns { part, expected, found });
            }
            let share = source.block_size().get().checked_mul(blocks_a_turn.get());
            let too_long = InterleaveError::TurnTooLong { part };
            let share = share.ok_or_else(|| too_long.clone())?;
            block_size = block_size.checked_add(share).ok_or(too_long)?;
            taken.push(Part { source, blocks_a_turn: blocks_a_turn.get(), bytes_a_turn: share as usize });
        }
        let (Some(turns), Some(block_size)) = (turns, NonZeroU32::new(block_size)) else {
            return Err(InterleaveError::NoParts);
        };
        Ok(Self { block_size, turns, parts: taken, lost: Mutex::default() })
    }

    /// Every change is whole, whatever its thread does next.
    fn lost(&self) -> MutexGuard<'_, BTreeMap<u64, Lost>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A part's failure as it is told: «cannot go back» gives way to what made the part lose these turns.
    ///
    /// `read_until` is the end of what this read has taken from the parts before.
    fn told(&self, error: SourceError, read_until: u64) -> SourceError {
        let SourceError { at, cause } = error;
        if cause.code() == common::STG_E_SEEKERROR {
            return match self.lost().range(..=at.0).rev().find(|(_, lost)| at.0 < lost.end) {
                Some((_, lost)) => SourceError::new(at, lost.cause.clone()),
                None => SourceError { at, cause },
            };
        }
        let cause: Arc<dyn CodedError> = cause.into();
        let lost = Lost { end: read_until.max(at.0 + 1), cause: cause.clone() };
        self.lost().insert(at.0, lost);
        SourceError::new(at, cause)
    }

    /// What has been read after all is lost no longer.
    fn found(&self, turns: Range<u64>) {
        let mut lost = self.lost();
        while let Some((&turn, _)) = lost.range(turns.clone()).next() {
            lost.remove(&turn);
        }
    }
}

impl Part {
    /// Reads this part of some turns and puts it where it belongs in each. Says how many turns are whole, and what
    /// stopped the rest.
    fn spread(&self, first_turn: u64, turns: &mut [u8], turn_size: usize, at: usize) -> (usize, Option<SourceError>) {
        let mut scratch = vec![0; turns.len() / turn_size * self.bytes_a_turn];
        let first = first_turn * u64::from(self.blocks_a_turn);
        let outcome = self.source.read_all(Block(first), &mut scratch).err();
        for (turn, share) in turns.chunks_exact_mut(turn_size).zip(scratch.chunks_exact(self.bytes_a_turn)) {
            turn[at..][..self.bytes_a_turn].copy_from_slice(share);
        }
        match outcome {
            None => (turns.len() / turn_size, None),
            Some(error) => {
                let whole = error.at.0.saturating_sub(first) / u64::from(self.blocks_a_turn);
                let at = Block(first_turn + whole);
                (usize::try_from(whole).unwrap_or(usize::MAX), Some(SourceError { at, cause: error.cause }))
            }
        }
    }
}

impl BlockSource for Interleave {
    fn block_size(&self) -> NonZeroU32 {
        self.block_size
    }

    fn blocks(&self) -> u64 {
        self.turns
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let turn_size = self.block_size.get() as usize;
        let mut turns = (request.out.len() / turn_size).min((SCRATCH_BYTES / turn_size).max(1));
        let mut read_until = first.0;
        let mut at = 0;
        for part in &self.parts {
            let (whole, error) = part.spread(first.0, &mut request.out[..turns * turn_size], turn_size, at);
            if let Some(error) = error {
                // Also where it waits until its turn is asked for: parts before this one may not give theirs again.
                let error = self.told(error, read_until);
                if whole == 0 {
                    return Err(error);
                }
                turns = whole.min(turns);
            }
            read_until = read_until.max(first.0 + turns as u64);
            at += part.bytes_a_turn;
        }
        self.found(first.0..first.0 + turns as u64);
        Ok(u32::try_from(turns).ok().and_then(NonZeroU32::new).unwrap_or(request.count))
    }

    /// The name from the first part that has one for this turn.
    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        self.parts.iter().find_map(|part| {
            let first = block.0.checked_mul(u64::from(part.blocks_a_turn))?;
            part.source.name_of(Block(first))
        })
    }
}

impl fmt::Debug for Interleave {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shares: Vec<usize> = self.parts.iter().map(|part| part.bytes_a_turn).collect();
        f.debug_struct("Interleave").field("turns", &self.turns).field("shares", &shares).finish_non_exhaustive()
    }
}

impl Coded for InterleaveError {
    fn code(&self) -> HResult {
        match self {
            Self::NoParts | Self::PartialTurn { .. } | Self::UnequalTurns { .. } | Self::TurnTooLong { .. } => {
                common::E_INVALIDARG
            }
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NoParts => {}
            Self::PartialTurn { part, blocks, blocks_a_turn } => {
                put(Fact::Index, counted_from_1(*part));
                // Of its last turn.
                put(Fact::Expected, Value::U32(blocks_a_turn.get()));
                put(Fact::Found, Value::from(blocks % u64::from(blocks_a_turn.get())));
            }
            Self::UnequalTurns { part, expected, found } => {
                put(Fact::Index, counted_from_1(*part));
                put(Fact::Expected, Value::from(*expected));
                put(Fact::Found, Value::from(*found));
            }
            Self::TurnTooLong { part } => put(Fact::Index, counted_from_1(*part)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use imapi_errors::{Lang, Report, fs};

    use super::*;
    use crate::{BytesSource, ReaderSource, Zero};

    const ONE: NonZeroU32 = NonZeroU32::MIN;
    const TWO: NonZeroU32 = NonZeroU32::new(2).expect("not zero");

    fn bytes(bytes: &'static [u8], block_size: NonZeroU32) -> Arc<dyn BlockSource> {
        Arc::new(BytesSource::new(bytes, block_size).expect("whole blocks"))
    }

    #[test]
    fn each_turn_takes_from_every_part() {
        let whole = Interleave::new([(bytes(b"AABBCCDD", TWO), TWO), (bytes(b"xy", ONE), ONE)]).expect("two turns");
        let mut out = [0xA5; 15];
        assert_eq!(whole.read(Block(0), &mut out).expect("readable").get(), 2);
        assert_eq!(&out[..10], b"AABBxCCDDy");
        assert_eq!(format!("{whole:?}"), "Interleave { turns: 2, shares: [4, 1], .. }");
    }

    #[test]
    fn parts_of_unequal_turns_are_named() {
        let zeros = |blocks| -> Arc<dyn BlockSource> { Arc::new(Zero::new(ONE, blocks)) };
        let refused = |parts: Vec<(Arc<dyn BlockSource>, NonZeroU32)>| Interleave::new(parts).err();
        let unequal = InterleaveError::UnequalTurns { part: 1, expected: 4, found: 3 };
        assert_eq!(refused(vec![(zeros(4), ONE), (zeros(6), TWO)]), Some(unequal));
        let partial = InterleaveError::PartialTurn { part: 1, blocks: 5, blocks_a_turn: TWO };
        assert_eq!(refused(vec![(zeros(4), ONE), (zeros(5), TWO)]), Some(partial));
        let endless: Arc<dyn BlockSource> = Arc::new(Zero::new(NonZeroU32::MAX, 4));
        assert_eq!(refused(vec![(zeros(4), ONE), (endless, ONE)]), Some(InterleaveError::TurnTooLong { part: 1 }));
        assert_eq!(refused(vec![]), Some(InterleaveError::NoParts));
        assert_eq!(Interleave::new([(zeros(0), ONE)]).expect("no turns at all").blocks(), 0);
    }

    #[test]
    fn a_parts_failure_waits_for_its_turn_and_is_not_lost_when_another_part_cannot_go_back() {
        let good: Arc<dyn BlockSource> = Arc::new(ReaderSource::new(&b"aabbccddeeff"[..], "data", ONE, 12));
        let short: Arc<dyn BlockSource> = Arc::new(ReaderSource::new(&b"123"[..], "sub-channel", ONE, 6));
        let whole = Interleave::new([(good, TWO), (short, ONE)]).expect("six turns");
        let mut out = [0xA5; 18];
        assert_eq!(whole.read(Block(0), &mut out).expect("three whole turns").get(), 3);
        assert_eq!(&out[..9], b"aa1bb2cc3");
        for _ in 0..3 {
            assert_ended(&whole.read(Block(3), &mut out).expect_err("the sub-channel has ended"), Block(3));
        }
        assert_eq!(whole.name_of(Block(3)).as_deref(), Some("data"));
    }

    fn stream(bytes: &'static [u8], name: &str, blocks: u64) -> Arc<dyn BlockSource> {
        Arc::new(ReaderSource::new(bytes, name, ONE, blocks))
    }

    fn assert_ended(error: &SourceError, at: Block) {
        assert_eq!((error.at, error.code()), (at, fs::IMAPI_E_DATA_STREAM_INCONSISTENCY));
        assert_eq!(error.cause.to_string(), "sub-channel ended after 3 of 6 bytes");
        assert!(Report::new(error, Lang::EN).to_string().contains("should be 6 bytes long, but 3 bytes came"));
    }

    #[test]
    fn a_failure_has_one_cause_however_often_it_is_asked_for() {
        let parts = || [(stream(b"aabbccddeeff", "data", 12), TWO), (stream(b"123", "sub-channel", 6), ONE)];
        let mut out = [0xA5; 18];
        // Turn by turn, and all that were read of the data in vain.
        let whole = Interleave::new(parts()).expect("six turns");
        for block in 0..3 {
            whole.read(Block(block), &mut out[..3]).expect("a whole turn");
        }
        for block in [3, 3, 4, 3, 4] {
            assert_ended(&whole.read(Block(block), &mut out[..3]).expect_err("ended"), Block(block));
        }
        let whole = Interleave::new(parts()).expect("six turns");
        assert_eq!(whole.read(Block(0), &mut out).expect("three whole turns").get(), 3);
        for block in [5, 3, 4, 3] {
            assert_ended(&whole.read(Block(block), &mut out[..3]).expect_err("ended"), Block(block));
        }
        // What was given in full has simply gone by.
        let error = whole.read(Block(2), &mut out).expect_err("gone by");
        assert_eq!((error.at, error.code()), (Block(2), common::STG_E_SEEKERROR));
        assert_ended(&whole.read(Block(3), &mut out).expect_err("ended"), Block(3));
    }

    #[test]
    fn the_cause_stays_also_for_a_part_between() {
        let parts = [(bytes(b"abcdef", ONE), ONE), (stream(b"uvwxyz", "data", 6), ONE)];
        let short = stream(b"123", "sub-channel", 6);
        let whole = Interleave::new(parts.into_iter().chain([(short, ONE)])).expect("six turns");
        let mut out = [0xA5; 18];
        assert_eq!(whole.read(Block(0), &mut out).expect("three whole turns").get(), 3);
        for block in [3, 4, 5, 3] {
            assert_ended(&whole.read(Block(block), &mut out[..3]).expect_err("ended"), Block(block));
        }
    }

    /// One block, which cannot be read the first time.
    struct Hesitant(AtomicBool);
    impl BlockSource for Hesitant {
        fn block_size(&self) -> NonZeroU32 {
            ONE
        }
        fn blocks(&self) -> u64 {
            1
        }
        fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
            let request = Request::admit(self, first, out)?;
            if !self.0.swap(true, Ordering::Relaxed) {
                return Err(SourceError::new(first, std::io::Error::from(std::io::ErrorKind::TimedOut)));
            }
            request.out.fill(b'x');
            Ok(request.count)
        }
    }

    #[test]
    fn a_failure_that_passes_is_no_cause_any_more() {
        let hesitant = || -> Arc<dyn BlockSource> { Arc::new(Hesitant(AtomicBool::new(false))) };
        let mut out = [0xA5; 2];
        let whole = Interleave::new([(bytes(b"a", ONE), ONE), (hesitant(), ONE)]).expect("a turn");
        assert_eq!(whole.read(Block(0), &mut out).expect_err("hesitates").code(), common::ERROR_TIMEOUT);
        whole.read(Block(0), &mut out).expect("readable now");
        assert_eq!(&out, b"ax");

        let whole = Interleave::new([(hesitant(), ONE), (stream(b"a", "data", 1), ONE)]).expect("a turn");
        assert_eq!(whole.read(Block(0), &mut out).expect_err("hesitates").code(), common::ERROR_TIMEOUT);
        whole.read(Block(0), &mut out).expect("readable now");
        assert_eq!(whole.read(Block(0), &mut out).expect_err("gone by").code(), common::STG_E_SEEKERROR);
    }

    #[test]
    fn reports_count_parts_from_1_and_name_no_wrong_units() {
        let facts = |error: InterleaveError| Report::new(&error, Lang::RU).facts().to_string();
        let label = |fact| Lang::RU.label(fact);
        let (index, expected, found) = (label(Fact::Index), label(Fact::Expected), label(Fact::Found));
        let partial = InterleaveError::PartialTurn { part: 0, blocks: 5, blocks_a_turn: TWO };
        assert_eq!(facts(partial), format!("{index}: 1; {expected}: 2; {found}: 1"));
        let unequal = InterleaveError::UnequalTurns { part: 1, expected: 4, found: 3 };
        assert_eq!(facts(unequal), format!("{index}: 2; {expected}: 4; {found}: 3"));
        assert_eq!(facts(InterleaveError::TurnTooLong { part: 2 }), format!("{index}: 3"));
    }

    #[test]
    fn a_great_read_is_done_in_portions() {
        let zeros: Arc<dyn BlockSource> = Arc::new(Zero::new(TWO, 1 << 20));
        let whole = Interleave::new([(zeros, ONE)]).expect("equal");
        let mut out = vec![0xA5; 1 << 21];
        assert_eq!(whole.read(Block(0), &mut out).expect("readable").get() as usize, SCRATCH_BYTES / 2);
        whole.read_all(Block(0), &mut out).expect("readable");
        assert!(out.iter().all(|&byte| byte == 0));
    }
}
