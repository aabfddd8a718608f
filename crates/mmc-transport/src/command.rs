//! What a command is: one type for the program that sends it and for the drive that receives it.

use std::{fmt, time::Duration};

use crate::Cdb;

/// A command, typed.
///
/// Both ends use the same type: a program encodes it, a drive in software decodes it, a tracer prints it.
pub trait Command: Sized + Clone + PartialEq + fmt::Debug + Send + Sync + 'static {
    /// The first byte.
    const OPCODE: u8;
    /// The name in the standard: `READ DISC INFORMATION`.
    const NAME: &'static str;
    /// How long a drive may take. Commands that may be immediate or not say more in [`Command::timeout`].
    const TIMEOUT: Duration = Duration::from_secs(30);

    /// The time this very command may take.
    fn timeout(&self) -> Duration {
        Self::TIMEOUT
    }

    /// The bytes.
    fn to_cdb(&self) -> Cdb;

    /// The command that these bytes are. Reserved bits are ignored, as drives do; a field that cannot be is an error.
    ///
    /// Called with this command's opcode only.
    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField>;
}

/// A command that brings a small typed answer.
///
/// The bulk data of READ and the like is bytes and no answer in this sense.
pub trait Query: Command {
    /// The answer.
    type Reply: fmt::Debug + Clone + PartialEq + Send + Sync + 'static;

    /// The most bytes that the command asks for.
    fn allocation(&self) -> usize;

    /// Understands what came. The mandatory bytes are demanded, the tail is optional: drives differ. What contradicts
    /// itself is noted and does not fail.
    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<Self::Reply, BadReply>;

    /// The whole answer; whoever sends it cuts it to the allocation length, once and outside.
    fn encode_reply(&self, reply: &Self::Reply) -> Vec<u8>;
}

/// A query whose answer begins with its own length, so that the whole can be asked for however long it is; see
/// [`TransportExt::query_whole`](crate::TransportExt::query_whole).
pub trait Announced: Query {
    /// How many bytes at the beginning of the answer tell its length. An even number, because odd ones upset bridges.
    const HEADER: usize;

    /// How long the whole answer is, by those bytes.
    fn announced(reply: &[u8]) -> Result<usize, BadReply>;

    /// The same question for so many bytes, or for as many as the command can ask for if that is less.
    #[must_use]
    fn with_allocation(&self, bytes: usize) -> Self;
}

/// A command that takes small typed parameters along.
pub trait Submit: Command {
    /// The parameters.
    type Params: fmt::Debug + Clone + PartialEq + Send + Sync + 'static;

    /// The time this very command may take with these parameters. Where the bit that makes it immediate is in the
    /// parameters, the command alone cannot know.
    fn timeout_with(&self, _: &Self::Params) -> Duration {
        self.timeout()
    }

    /// The bytes that go with the command. Their length is what the command's own length field must say.
    fn encode_params(params: &Self::Params) -> Vec<u8>;

    /// The parameters that these bytes are; the field that is wrong is counted in the data.
    fn decode_params(&self, bytes: &[u8]) -> Result<Self::Params, BadParams>;
}

/// A field with a value that the receiver cannot take: byte, and where it is one the bit.
///
/// A drive answers it with ILLEGAL REQUEST and points at the field (sense key specific bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("invalid field in the {} at byte {byte}{}", if *in_cdb { "command" } else { "parameters" }, Bit(*bit))]
pub struct InvalidField {
    /// In the command itself, not in its parameters.
    pub in_cdb: bool,
    /// The first byte of the field.
    pub byte: u16,
    /// Its highest bit, where a bit is meant.
    pub bit: Option<u8>,
}

/// Parameters that the receiver cannot take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum BadParams {
    /// There are fewer of them than the command said, or what it said ends within a header, a page or an entry.
    ///
    /// A drive answers it with PARAMETER LIST LENGTH ERROR.
    #[error("the length of the parameters is not what they need")]
    Length,
    /// A field has a value that cannot be taken.
    #[error(transparent)]
    Field(#[from] InvalidField),
}

struct Bit(Option<u8>);

impl fmt::Display for Bit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |bit| write!(f, ", bit {bit}"))
    }
}

impl InvalidField {
    /// A byte of the command.
    #[must_use]
    pub const fn cdb(byte: u16) -> Self {
        Self { in_cdb: true, byte, bit: None }
    }

    /// A field of bits in the command, named by its highest bit.
    #[must_use]
    pub const fn cdb_bit(byte: u16, bit: u8) -> Self {
        Self { in_cdb: true, byte, bit: Some(bit) }
    }

    /// A byte of the parameters.
    #[must_use]
    pub const fn data(byte: u16) -> Self {
        Self { in_cdb: false, byte, bit: None }
    }

    /// A field of bits in the parameters, named by its highest bit.
    #[must_use]
    pub const fn data_bit(byte: u16, bit: u8) -> Self {
        Self { in_cdb: false, byte, bit: Some(bit) }
    }
}

/// An answer that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadReply {
    /// It ends before a byte that every drive must send.
    #[error("the answer has {got} bytes where {need} are mandatory")]
    Short {
        /// The bytes that must be there.
        need: usize,
        /// Those that came.
        got: usize,
    },
    /// A field has a value that cannot be.
    #[error("{what} at byte {at} of the answer")]
    Impossible {
        /// The first byte of the field.
        at: usize,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// What a drive said that does not fit together: worth a line in a log, not worth failing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes(Vec<Note>);

/// One such thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// The byte of the answer.
    pub at: usize,
    /// What is odd about it.
    pub what: &'static str,
}

impl Notes {
    /// None so far.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn add(&mut self, at: usize, what: &'static str) {
        self.0.push(Note { at, what });
    }

    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[Note] {
        &self.0
    }

    /// True when the answer was in order.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
