//! [`Ring`]: the memory that `target_core_user` shares with us, read and written by its rules.
//!
//! A mailbox says where the ring of entries is, how far the kernel has filled it (head) and how far we have answered it
//! (tail). An entry has places instead of pointers: of the command, and of its data, which lie behind the ring. The answer
//! is written over the entry. Every place is checked before it is touched: whatever stands in the memory, nothing outside
//! of it is read or written.

#[cfg(test)]
pub(crate) mod tests;

use imapi_mmc_transport::Cdb;

/// The only layout there is since Linux 4.4.
const VERSION: u16 = 2;
/// Bytes of the mailbox.
const MAILBOX: usize = 68;

/// Places in the mailbox.
mod mailbox {
    pub(super) const VERSION: usize = 0;
    pub(super) const START: usize = 4;
    pub(super) const SIZE: usize = 8;
    pub(super) const HEAD: usize = 12;
    pub(super) const TAIL: usize = 64;
}

/// Places in an entry.
mod entry {
    /// Length and kind in one number: lengths are multiples of eight.
    pub(super) const LENGTH_AND_KIND: usize = 0;
    pub(super) const FLAGS: usize = 7;
    pub(super) const PIECES: usize = 8;
    pub(super) const CDB: usize = 24;
    pub(super) const FIRST_PIECE: usize = 48;
    /// Where the answer begins; it is written over the command.
    pub(super) const STATUS: usize = 8;
    pub(super) const READ_LENGTH: usize = 12;
    pub(super) const SENSE: usize = 16;
    /// An entry is at least so long that the answer has room.
    pub(super) const SHORTEST: usize = 112;
}

/// Bytes of the entry before its kind matters.
const HEADER: usize = 8;
/// Where a piece of data is, and how long.
const PIECE: usize = 16;
/// Entries begin at multiples of this.
const ALIGNMENT: usize = 8;
const KIND_MASK: u32 = 7;
const KIND_PAD: u32 = 0;
const KIND_COMMAND: u32 = 1;
const KIND_ABORT: u32 = 2;
/// We do not know this kind of entry.
const FLAG_UNKNOWN: u8 = 1;
/// The answer says how many bytes came.
const FLAG_READ_LENGTH: u8 = 2;

/// Memory that is shared with the kernel. Places outside of it are refused.
pub(crate) trait Region {
    /// How large it is.
    fn len(&self) -> usize;
    /// Copies out of it.
    fn read(&self, at: usize, into: &mut [u8]) -> Result<(), RingError>;
    /// Copies into it.
    fn write(&self, at: usize, bytes: &[u8]) -> Result<(), RingError>;
    /// A number of the kernel's, and with it everything that the kernel wrote before.
    fn load(&self, at: usize) -> Result<u32, RingError>;
    /// A number for the kernel, after everything that was written before.
    fn store(&self, at: usize, number: u32) -> Result<(), RingError>;
}

/// The shared memory is not what it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RingError {
    /// A layout that nobody knows yet.
    #[error("the kernel shares its memory in layout {found}, and this program knows layout {VERSION}")]
    Version {
        /// Which one.
        found: u16,
    },
    /// A place that is not in the memory.
    #[error("{len} bytes at {at} are not in the memory that the kernel shares")]
    Outside {
        /// Where they begin.
        at: u64,
        /// How many.
        len: u64,
    },
    /// Something that contradicts itself.
    #[error("{what} at {at} of the memory that the kernel shares")]
    Impossible {
        /// Where it stands.
        at: usize,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// The ring.
#[derive(Debug)]
pub(crate) struct Ring<R> {
    memory: R,
    start: usize,
    size: usize,
}

/// A command that waits for its answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Order {
    at: usize,
    length: usize,
    pieces: Vec<(usize, usize)>,
    /// The command.
    pub(crate) cdb: Cdb,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer<'a> {
    /// The status byte.
    pub(crate) status: u8,
    /// Sense, or nothing.
    pub(crate) sense: &'a [u8],
    /// How many bytes came from the device, if it is a command by which bytes come.
    pub(crate) came: Option<usize>,
}

impl Order {
    /// How many bytes go along, in whichever direction.
    pub(crate) fn size(&self) -> usize {
        self.pieces.iter().map(|(_, length)| length).sum()
    }
}

impl<R: Region> Ring<R> {
    /// Reads the mailbox.
    pub(crate) fn new(memory: R) -> Result<Self, RingError> {
        let mut header = [0; 12];
        memory.read(0, &mut header)?;
        let found = u16::from_ne_bytes(array_at(&header, mailbox::VERSION));
        if found != VERSION {
            return Err(RingError::Version { found });
        }
        let [start, size] =
            [mailbox::START, mailbox::SIZE].map(|at| as_place(u32::from_ne_bytes(array_at(&header, at)).into()));
        if start < MAILBOX || start % ALIGNMENT != 0 {
            return Err(RingError::Impossible {
                at: mailbox::START,
                what: "the ring does not begin behind its mailbox",
            });
        }
        if size < entry::SHORTEST || size % ALIGNMENT != 0 {
            return Err(RingError::Impossible { at: mailbox::SIZE, what: "the ring has an impossible size" });
        }
        inside(memory.len(), start, size)?;
        Ok(Self { memory, start, size })
    }

    /// The next command that nobody has answered; `None` when the kernel has no more.
    pub(crate) fn next(&self) -> Result<Option<Order>, RingError> {
        let mut passed = 0;
        while passed <= self.size {
            let (head, tail) = (self.place(mailbox::HEAD)?, self.place(mailbox::TAIL)?);
            if head == tail {
                return Ok(None);
            }
            let at = self.start + tail;
            let mut header = [0; HEADER];
            self.memory.read(at, &mut header)?;
            let both = u32::from_ne_bytes(array_at(&header, entry::LENGTH_AND_KIND));
            let length = as_place((both & !KIND_MASK).into());
            if length < HEADER || length > self.size - tail {
                return Err(RingError::Impossible { at, what: "an entry has an impossible length" });
            }
            match both & KIND_MASK {
                KIND_COMMAND => return self.order(at, length).map(Some),
                // What the kernel gave up is answered all the same, and the kernel throws the answer away.
                KIND_PAD | KIND_ABORT => {}
                _ => self.memory.write(at + entry::FLAGS, &[FLAG_UNKNOWN])?,
            }
            self.advance(at, length)?;
            passed += length;
        }
        Err(RingError::Impossible { at: self.start, what: "a ring of entries without a command" })
    }

    /// The data that go with a command.
    pub(crate) fn fetch(&self, order: &Order, mut into: &mut [u8]) -> Result<(), RingError> {
        for &(at, length) in &order.pieces {
            let (piece, rest) = into.split_at_mut(length.min(into.len()));
            self.memory.read(at, piece)?;
            into = rest;
        }
        Ok(())
    }

    /// Puts data where the kernel looks for what came.
    pub(crate) fn deliver(&self, order: &Order, mut bytes: &[u8]) -> Result<(), RingError> {
        for &(at, length) in &order.pieces {
            let (piece, rest) = bytes.split_at(length.min(bytes.len()));
            self.memory.write(at, piece)?;
            bytes = rest;
        }
        Ok(())
    }

    /// Answers a command. It must be the one that [`Ring::next`] gave last.
    pub(crate) fn answer(&self, order: &Order, answer: &Answer<'_>) -> Result<(), RingError> {
        let mut bytes = [0; entry::SHORTEST];
        self.memory.read(order.at, &mut bytes[..entry::STATUS])?;
        bytes[entry::STATUS] = answer.status;
        if let Some(came) = answer.came {
            bytes[entry::FLAGS] |= FLAG_READ_LENGTH;
            let came = u32::try_from(came).unwrap_or(u32::MAX);
            bytes[entry::READ_LENGTH..][..4].copy_from_slice(&came.to_ne_bytes());
        }
        for (to, from) in bytes[entry::SENSE..].iter_mut().zip(answer.sense) {
            *to = *from;
        }
        self.memory.write(order.at, &bytes)?;
        self.advance(order.at, order.length)
    }

    /// Head or tail: a place in the ring where an entry can begin.
    fn place(&self, which: usize) -> Result<usize, RingError> {
        let place = as_place(self.memory.load(which)?.into());
        if place % ALIGNMENT == 0 && place <= self.size - HEADER {
            Ok(place)
        } else {
            Err(RingError::Impossible { at: which, what: "head or tail is not in the ring" })
        }
    }

    fn advance(&self, at: usize, length: usize) -> Result<(), RingError> {
        let tail = (at - self.start + length) % self.size;
        self.memory.store(mailbox::TAIL, u32::try_from(tail).unwrap_or(0))
    }

    fn order(&self, at: usize, length: usize) -> Result<Order, RingError> {
        if length < entry::SHORTEST {
            return Err(RingError::Impossible { at, what: "an entry without room for its answer" });
        }
        let mut bytes = vec![0; length];
        self.memory.read(at, &mut bytes)?;
        let count = as_place(u32::from_ne_bytes(array_at(&bytes, entry::PIECES)).into());
        let listed = bytes[entry::FIRST_PIECE..].chunks_exact(PIECE);
        if count > listed.len() {
            return Err(RingError::Impossible { at, what: "an entry lists more data than it has room for" });
        }
        let (mut pieces, mut size) = (Vec::with_capacity(count), 0);
        for piece in listed.take(count) {
            let [from, length] = [0, 8].map(|at| as_place(u64::from_ne_bytes(array_at(piece, at))));
            inside(self.memory.len(), from, length)?;
            pieces.push((from, length));
            size += length;
            // Pieces do not overlap, so together they are in the memory as well.
            inside(self.memory.len(), 0, size)?;
        }
        let cdb = self.cdb(as_place(u64::from_ne_bytes(array_at(&bytes, entry::CDB))))?;
        Ok(Order { at, length, pieces, cdb })
    }

    fn cdb(&self, at: usize) -> Result<Cdb, RingError> {
        let mut opcode = [0];
        self.memory.read(at, &mut opcode)?;
        let mut bytes = [0; Cdb::LONGEST];
        let bytes = &mut bytes[..command_length(opcode[0])];
        self.memory.read(at, bytes)?;
        Cdb::new(bytes).map_err(|_| RingError::Impossible { at, what: "a command has an impossible length" })
    }
}

/// How many bytes of a command Linux hands over: for opcodes without a length in the standard, too.
fn command_length(opcode: u8) -> usize {
    Cdb::group_length(opcode).unwrap_or(match opcode {
        // Longer than any that a drive for discs knows, which will say so.
        0x7F => Cdb::LONGEST,
        0x60..=0x7E => 12,
        _ => 10,
    })
}

/// Fails unless these bytes are within that many.
pub(crate) fn inside(size: usize, at: usize, len: usize) -> Result<(), RingError> {
    match at.checked_add(len) {
        Some(end) if end <= size => Ok(()),
        _ => Err(RingError::Outside { at: at as u64, len: len as u64 }),
    }
}

/// What does not fit is outside of every memory.
fn as_place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[at..at + N]);
    array
}
