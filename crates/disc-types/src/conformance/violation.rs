//! [`Violation`]: which rule a source breaks, and where.

use imapi_errors::HResult;

use crate::{Block, BlockRange, SourceError};

/// The first rule of the contract that was seen broken. It is for tests and has no result code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// A block cannot be read, at least not always.
    #[error("block {at} cannot be read")]
    Unreadable {
        /// The block.
        at: Block,
        /// What the source said.
        source: SourceError,
    },
    /// A block that the test says cannot be read can be.
    #[error("block {at} is said to be damaged and can be read")]
    NotDamaged {
        /// The block.
        at: Block,
    },
    /// A block that the test says cannot be read is none of the source.
    #[error("block {at} is said to be damaged in a source of {blocks} blocks")]
    DamageOutside {
        /// The block.
        at: Block,
        /// How many blocks the source has.
        blocks: u64,
    },
    /// A block that cannot be read by itself was read among others.
    #[error("a read from block {first} reports block {at}, which cannot be read")]
    FailureHidden {
        /// Where the read began.
        first: Block,
        /// The block that cannot be read.
        at: Block,
    },
    /// An error is about another block than the read's first.
    #[error("a read from block {asked} fails with an error about block {told}")]
    ErrorElsewhere {
        /// The block that must be told.
        asked: Block,
        /// The block that was told.
        told: Block,
    },
    /// More blocks are reported than there was room for, or than the source has.
    #[error("a read from block {first} reports {told} blocks where {possible} are possible")]
    TooMany {
        /// Where the read began.
        first: Block,
        /// How many blocks could have been read at most.
        possible: u64,
        /// How many were reported.
        told: u32,
    },
    /// The buffer was written to behind the blocks that were reported.
    #[error("a read from block {first} reports {told} blocks and writes byte {byte} after them")]
    WrittenBeyond {
        /// Where the read began.
        first: Block,
        /// How many blocks were reported.
        told: u32,
        /// The first changed byte, counted from the end of the reported blocks.
        byte: usize,
    },
    /// A block was reported, and a byte of it was not written.
    #[error("byte {byte} of block {at} is not written")]
    NotWritten {
        /// The block.
        at: Block,
        /// The byte within it.
        byte: usize,
    },
    /// A block is not the same each time.
    #[error("block {at} is another when it is read again")]
    Changed {
        /// The block.
        at: Block,
    },
    /// A buffer that is not one or more whole blocks was taken.
    #[error("a buffer of {len} bytes is taken, which is not whole blocks")]
    WrongLengthTaken {
        /// The buffer's length in bytes.
        len: usize,
    },
    /// A read is refused with another code than the contract names.
    #[error("a read of {len} bytes from block {first} must be refused with {expected} and is with {told}")]
    WrongCode {
        /// Where the read began.
        first: Block,
        /// The buffer's length in bytes.
        len: usize,
        /// The code of the contract.
        expected: HResult,
        /// The code that was told.
        told: HResult,
    },
    /// Blocks are told as modified that the source does not have.
    #[error("blocks {range} are modified in a source of {blocks} blocks")]
    ModifiedOutside {
        /// The blocks.
        range: BlockRange,
        /// How many blocks the source has.
        blocks: u64,
    },
    /// The block size or the number of blocks changed meanwhile.
    #[error("the source's size changed while it was read")]
    SizeChanged,
}
