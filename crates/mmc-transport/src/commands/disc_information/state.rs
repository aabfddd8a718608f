//! How the disc is: byte 2 of the standard answer, which is the whole of a brief one.

use crate::{
    BadReply,
    layout::{BitsInto as _, BitsOf as _},
    wire::{Fields, Writer},
};

/// The byte.
pub(super) const STATE: usize = 2;

/// How the disc is: byte 2 of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DiscState {
    /// Blank, or how full.
    pub status: DiscStatus,
    /// How the last session is.
    pub last_session: SessionState,
    /// The disc can be erased.
    pub erasable: bool,
}

/// Blank, or how full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiscStatus {
    /// Nothing has been written.
    Blank,
    /// More can be written at its end.
    Appendable,
    /// Nothing can be added.
    Complete,
    /// Something else: a disc that is written anywhere.
    Other,
}

/// How the last session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionState {
    /// Nothing is in it.
    Empty,
    /// Something is in it, and more can be.
    Incomplete,
    /// Damaged: its end could not be written. Older drives never say so.
    Damaged,
    /// It is closed.
    Complete,
}

impl DiscState {
    pub(super) fn decode(fields: Fields<'_>) -> Result<Self, BadReply> {
        let status = match fields.bits(STATE, 0, 2)? {
            0 => DiscStatus::Blank,
            1 => DiscStatus::Appendable,
            2 => DiscStatus::Complete,
            _ => DiscStatus::Other,
        };
        let last_session = match fields.bits(STATE, 2, 2)? {
            0 => SessionState::Empty,
            1 => SessionState::Incomplete,
            2 => SessionState::Damaged,
            _ => SessionState::Complete,
        };
        Ok(Self { status, last_session, erasable: fields.bit(STATE, 4)? })
    }

    pub(super) fn encode(self, writer: &mut Writer) {
        let status = match self.status {
            DiscStatus::Blank => 0,
            DiscStatus::Appendable => 1,
            DiscStatus::Complete => 2,
            DiscStatus::Other => 3,
        };
        let last_session = match self.last_session {
            SessionState::Empty => 0,
            SessionState::Incomplete => 1,
            SessionState::Damaged => 2,
            SessionState::Complete => 3,
        };
        writer.bits(STATE, 0, 2, status).bits(STATE, 2, 2, last_session);
        writer.bit(STATE, 4, self.erasable);
    }
}
