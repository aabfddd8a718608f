//! [`Interleave`]: sources by turns, as user data and sub-channel come together on a CD.

use std::{
    borrow::Cow,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex},
};

use imapi_errors::{Coded, Fact, HResult, Value, common};

use crate::{Block, BlockSource, Request, SourceError};

/// As much of one part as is read at once, before it is spread over the turns.
const SCRATCH_BYTES: usize = 256 * 1024;

/// Sources read by turns: each block of the whole has some blocks of the first part, then some of the second, and so
/// on.
///
/// IMAPI's stream takes a size in bytes for each part. Here a part has blocks already, so its share of a turn is told
/// in these: a sector of 2352 bytes and its 96 bytes of sub-channel are a part with blocks of 2352 and a part with
/// blocks of 96, one of each a turn, and the whole has blocks of 2448.
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
    /// What stopped a read that had blocks to return before it: told when its block is asked for. A part that cannot
    /// go back could not tell it again.
    pending: Mutex<Option<SourceError>>,
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
        Ok(Self { block_size, turns, parts: taken, pending: Mutex::new(None) })
    }

    /// What stopped an earlier read at this block.
    fn take_pending(&self, first: Block) -> Option<SourceError> {
        self.pending.lock().expect("nothing panics while it is held").take_if(|error| error.at == first)
    }

    fn put_pending(&self, error: SourceError) {
        *self.pending.lock().expect("nothing panics while it is held") = Some(error);
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
        if let Some(error) = self.take_pending(first) {
            return Err(error);
        }
        let turn_size = self.block_size.get() as usize;
        let mut turns = (request.out.len() / turn_size).min((SCRATCH_BYTES / turn_size).max(1));
        let mut stopped = None;
        let mut at = 0;
        for part in &self.parts {
            let (whole, error) = part.spread(first.0, &mut request.out[..turns * turn_size], turn_size, at);
            if let Some(error) = error {
                if whole == 0 {
                    return Err(error);
                }
                turns = whole.min(turns);
                stopped = Some(error);
            }
            at += part.bytes_a_turn;
        }
        if let Some(error) = stopped {
            self.put_pending(error);
        }
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
                put(Fact::Parameter, Value::Text(&format_args!("part {part}")));
                put(Fact::Size, Value::from(*blocks));
                put(Fact::Expected, Value::U32(blocks_a_turn.get()));
            }
            Self::UnequalTurns { part, expected, found } => {
                put(Fact::Parameter, Value::Text(&format_args!("part {part}")));
                put(Fact::Expected, Value::from(*expected));
                put(Fact::Found, Value::from(*found));
            }
            Self::TurnTooLong { part } => put(Fact::Parameter, Value::Text(&format_args!("part {part}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use imapi_errors::fs;

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
        let good: Arc<dyn BlockSource> = Arc::new(ReaderSource::new(&b"aabbccdd"[..], "data", ONE, 8));
        let short: Arc<dyn BlockSource> = Arc::new(ReaderSource::new(&b"123"[..], "sub-channel", ONE, 4));
        let whole = Interleave::new([(good, TWO), (short, ONE)]).expect("four turns");
        let mut out = [0xA5; 12];
        assert_eq!(whole.read(Block(0), &mut out).expect("three whole turns").get(), 3);
        assert_eq!(&out[..9], b"aa1bb2cc3");
        let error = whole.read(Block(3), &mut out).expect_err("the sub-channel has ended");
        assert_eq!((error.at, error.code()), (Block(3), fs::IMAPI_E_DATA_STREAM_INCONSISTENCY));
        assert_eq!(error.cause.to_string(), "sub-channel ended after 3 of 4 bytes");
        assert_eq!(whole.name_of(Block(3)).as_deref(), Some("data"));
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
