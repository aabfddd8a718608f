//! [`Disc`]: a disc that someone can ask. For whoever makes file systems, this is all there is of a drive.

use std::{num::NonZeroU32, sync::Arc};

use imapi_errors::CodedError;

use crate::{BlockSource, Lba, MediaState, MediaType};

/// A disc in some drive, real or not.
pub trait Disc: Send + Sync {
    /// What the disc is now. Asks the drive each time: after a burn the answer is another.
    fn facts(&self) -> Result<DiscFacts, Box<dyn CodedError>>;

    /// The disc's data from LBA 0 on, in blocks of 2048 bytes.
    fn source(&self) -> Arc<dyn BlockSource>;
}

/// What a disc is: kind, state, room, sessions.
///
/// ```
/// use imapi_disc_types::{DiscFacts, Lba, MediaState, MediaType, SessionFacts};
///
/// let mut facts = DiscFacts::blank(MediaType::CDR, 359_849);
/// facts.state = MediaState::APPENDABLE;
/// facts.sessions.push(SessionFacts::with_data(1, Lba(0), Lba(301)));
/// facts.next_writable = Some(Lba(11_704));
/// facts.free = 348_145;
///
/// assert!(facts.is_appendable() && !facts.is_blank());
/// assert_eq!(facts.previous_data_session().map(|session| session.first), Some(Lba(0)));
/// ```
///
/// More facts may be added in later versions, so that others begin with [`blank`](Self::blank) or
/// [`default`](Self::default), and set what they know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiscFacts {
    /// The kind of disc.
    pub medium: MediaType,
    /// What may be done with it.
    pub state: MediaState,
    /// All blocks that the disc has room for, written or not.
    pub capacity: u32,
    /// How many blocks are written at once; every write begins at a multiple of it.
    pub write_unit: NonZeroU32,
    /// The sessions that have something in them, in their order.
    pub sessions: Vec<SessionFacts>,
    /// Where the next write goes; `None` where nothing can be added.
    pub next_writable: Option<Lba>,
    /// How many blocks are free from there on.
    pub free: u32,
}

/// A session of a disc.
///
/// More facts may be added in later versions, so that others begin with [`with_data`](Self::with_data) or
/// [`without_data`](Self::without_data).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionFacts {
    /// Its number, from 1.
    pub number: u16,
    /// Where its first track begins.
    pub first: Lba,
    /// The last block that was written in it.
    pub last: Lba,
    /// Whether one of its tracks has data; audio discs have sessions without.
    pub has_data: bool,
}

impl SessionFacts {
    /// A session with a data track; the number is from 1.
    pub const fn with_data(number: u16, first: Lba, last: Lba) -> Self {
        Self { number, first, last, has_data: true }
    }

    /// A session of audio only.
    pub const fn without_data(number: u16, first: Lba, last: Lba) -> Self {
        Self { number, first, last, has_data: false }
    }
}

/// A disc of which nothing is known: it has no room and no sessions, and nothing can be added.
impl Default for DiscFacts {
    fn default() -> Self {
        let medium = MediaType::UNKNOWN;
        Self {
            medium,
            state: MediaState::UNKNOWN,
            capacity: 0,
            write_unit: medium.write_unit(),
            sessions: Vec::new(),
            next_writable: None,
            free: 0,
        }
    }
}

impl DiscFacts {
    /// A blank disc of so many blocks.
    pub fn blank(medium: MediaType, capacity: u32) -> Self {
        Self {
            medium,
            state: MediaState::BLANK,
            capacity,
            write_unit: medium.write_unit(),
            sessions: Vec::new(),
            next_writable: Some(Lba(0)),
            free: capacity,
        }
    }

    /// Nothing is on it.
    pub fn is_blank(&self) -> bool {
        self.state.contains(MediaState::BLANK)
    }

    /// A session can be added.
    pub fn is_appendable(&self) -> bool {
        self.state.contains(MediaState::APPENDABLE)
    }

    /// It is written at any place, also where something is.
    pub fn is_overwritable(&self) -> bool {
        self.state.contains(MediaState::OVERWRITE_ONLY)
    }

    /// Nothing can be added.
    pub fn is_closed(&self) -> bool {
        self.state.contains(MediaState::FINALIZED)
    }

    /// The last session, whatever is in it.
    pub fn previous_session(&self) -> Option<&SessionFacts> {
        self.sessions.last()
    }

    /// The last session with data: where the disc's file system is found. On a CD with music behind the data, and the
    /// other way round, it is not simply the last.
    pub fn previous_data_session(&self) -> Option<&SessionFacts> {
        self.sessions.iter().rev().find(|session| session.has_data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(number: u16, first: i32, has_data: bool) -> SessionFacts {
        let (first, last) = (Lba(first), Lba(first + 300));
        if has_data {
            SessionFacts::with_data(number, first, last)
        } else {
            SessionFacts::without_data(number, first, last)
        }
    }

    #[test]
    fn a_blank_disc_is_all_room() {
        let facts = DiscFacts::blank(MediaType::BDR, 12_219_392);
        assert!(facts.is_blank() && !facts.is_appendable() && !facts.is_overwritable() && !facts.is_closed());
        assert_eq!((facts.write_unit.get(), facts.free, facts.next_writable), (32, facts.capacity, Some(Lba(0))));
        assert_eq!((facts.previous_session(), facts.previous_data_session()), (None, None));
    }

    #[test]
    fn a_disc_of_which_nothing_is_known_promises_nothing() {
        let facts = DiscFacts::default();
        assert!(!(facts.is_blank() || facts.is_appendable() || facts.is_overwritable() || facts.is_closed()));
        assert_eq!((facts.medium, facts.state), (MediaType::UNKNOWN, MediaState::UNKNOWN));
        assert_eq!((facts.capacity, facts.free, facts.next_writable), (0, 0, None));
        assert!(facts.previous_session().is_none());
    }

    #[test]
    fn the_file_system_is_in_the_last_session_that_has_data() {
        let mut facts = DiscFacts::blank(MediaType::CDR, 359_849);
        facts.sessions = vec![session(1, 0, true), session(2, 11_704, true), session(3, 20_000, false)];
        assert_eq!(facts.previous_session().map(|session| session.number), Some(3));
        assert_eq!(facts.previous_data_session().map(|session| session.number), Some(2));
        facts.sessions = vec![session(1, 0, false)];
        assert_eq!(facts.previous_data_session(), None);
    }

    #[test]
    fn each_state_has_its_question() {
        let mut facts = DiscFacts::blank(MediaType::DVDPLUSRW, 2_295_104);
        facts.state = MediaState::OVERWRITE_ONLY;
        assert!(facts.is_overwritable() && !facts.is_blank());
        facts.state = MediaState::FINALIZED;
        assert!(facts.is_closed() && !facts.is_overwritable());
        facts.state = MediaState::APPENDABLE;
        assert!(facts.is_appendable() && !facts.is_closed());
    }

    #[test]
    fn a_disc_can_be_shared_as_an_object() {
        fn shared<T: Send + Sync + 'static + ?Sized>() {}
        shared::<dyn Disc>();
        shared::<Arc<dyn Disc>>();
    }
}

/// A field more breaks no one, because others cannot write these structs down:
///
/// ```compile_fail,E0639
/// # use imapi_disc_types::{Lba, SessionFacts};
/// let session = SessionFacts { number: 1, first: Lba(0), last: Lba(301), has_data: true };
/// ```
///
/// ```compile_fail,E0639
/// # use imapi_disc_types::{DiscFacts, MediaType};
/// let facts = DiscFacts { free: 1, ..DiscFacts::blank(MediaType::CDR, 359_849) };
/// ```
#[cfg(doctest)]
struct OthersUseConstructors;
