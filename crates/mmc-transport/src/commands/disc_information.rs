//! READ DISC INFORMATION: whether the disc is blank, how many sessions and tracks it has, what resources are left.

mod standard;
mod state;

use std::time::Duration;

pub use standard::{BackgroundFormat, DiscInformation, DiscType, OpcEntry};
pub use state::{DiscState, DiscStatus, SessionState};

use self::state::STATE;
use crate::{
    BadReply, Cdb, Command, InvalidField, Notes, Query,
    layout::{BitsInto as _, BitsOf as _, layout, whole16},
    wire::{Writer, len16},
};

/// READ DISC INFORMATION.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadDiscInformation {
    /// What about the disc.
    pub subject: DiscSubject,
    /// The most bytes that the drive may send.
    pub allocation: u16,
}

/// What READ DISC INFORMATION is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DiscSubject {
    /// The disc (0).
    Standard,
    /// How many tracks it can have (1).
    TrackResources,
    /// How often blocks of a BD-R can be overwritten (2).
    PseudoOverwriteResources,
}

/// What the drive answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DiscReply {
    /// All about the disc.
    Standard(DiscInformation),
    /// Only how the disc is, because the command asked for fewer than the 12 bytes that are mandatory.
    Brief(DiscState),
    /// How many tracks the disc can have.
    TrackResources(TrackResources),
    /// How often blocks of a BD-R can be overwritten.
    PseudoOverwriteResources(PseudoOverwriteResources),
}

layout! {
    /// How many tracks the disc can have.
    TrackResources[12] {
        /// At most.
        most_tracks: u16(4),
        /// Those that are there.
        assigned_tracks: u16(6),
        /// How many can be open at once.
        most_appendable: u16(8),
        /// How many are.
        appendable: u16(10),
    }
}

layout! {
    /// How often blocks of a BD-R can be overwritten.
    PseudoOverwriteResources[16] {
        /// How many replacements are left.
        remaining_replacements: u32(4),
        /// How many entries the map of replacements has.
        map_entries: u32(8),
        /// How many more times the map can be written.
        remaining_updates: u32(12),
    }
}

/// Of the answer about overwriting.
const OVERWRITE_LENGTH: usize = 16;

impl ReadDiscInformation {
    /// All about the disc, with room for a few calibrations.
    #[must_use]
    pub fn standard() -> Self {
        Self { subject: DiscSubject::Standard, allocation: 34 + 6 * 8 }
    }
}

impl Command for ReadDiscInformation {
    const OPCODE: u8 = 0x51;
    const NAME: &'static str = "READ DISC INFORMATION";
    /// Right after writing, drives think long about it.
    const TIMEOUT: Duration = Duration::from_secs(240);

    fn to_cdb(&self) -> Cdb {
        let [high, low] = self.allocation.to_be_bytes();
        Cdb::ten([Self::OPCODE, self.subject.number(), 0, 0, 0, 0, 0, high, low, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        let subject = match bytes[1] & 0b111 {
            0 => DiscSubject::Standard,
            1 => DiscSubject::TrackResources,
            2 => DiscSubject::PseudoOverwriteResources,
            _ => return Err(InvalidField::cdb_bit(1, 2)),
        };
        Ok(Self { subject, allocation: u16::from_be_bytes([bytes[7], bytes[8]]) })
    }
}

impl Query for ReadDiscInformation {
    type Reply = DiscReply;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    /// The first 12 bytes are mandatory, or all that the command asked for if that is less; byte 2 always.
    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<DiscReply, BadReply> {
        let need = match self.subject {
            DiscSubject::Standard | DiscSubject::TrackResources => DiscInformation::MANDATORY,
            DiscSubject::PseudoOverwriteResources => OVERWRITE_LENGTH,
        };
        let brief = self.subject == DiscSubject::Standard && reply.len() < need && self.allocation() < need;
        let need = if brief { STATE + 1 } else { need };
        let fields = whole16(reply, need, notes)?;
        if fields.bits(STATE, 5, 3)? != self.subject.number() {
            notes.add(STATE, "the answer says that it is about something else");
        }
        Ok(match self.subject {
            DiscSubject::Standard if brief => DiscReply::Brief(DiscState::decode(fields)?),
            DiscSubject::Standard => DiscReply::Standard(DiscInformation::decode(fields, notes)?),
            DiscSubject::TrackResources => DiscReply::TrackResources(TrackResources::decode(fields.bytes())?),
            DiscSubject::PseudoOverwriteResources => {
                DiscReply::PseudoOverwriteResources(PseudoOverwriteResources::decode(fields.bytes())?)
            }
        })
    }

    fn encode_reply(&self, reply: &DiscReply) -> Vec<u8> {
        let bytes = match reply {
            DiscReply::Standard(information) => information.encode(),
            DiscReply::Brief(state) => {
                let mut writer = Writer::zeroed(4);
                state.encode(&mut writer);
                writer.finish()
            }
            DiscReply::TrackResources(resources) => resources.encode(),
            DiscReply::PseudoOverwriteResources(resources) => resources.encode(),
        };
        let mut writer = Writer::zeroed(0);
        writer.push(&bytes).u16(0, len16(bytes.len() - 2));
        let subject = match reply {
            DiscReply::Standard(_) | DiscReply::Brief(_) => DiscSubject::Standard,
            DiscReply::TrackResources(_) => DiscSubject::TrackResources,
            DiscReply::PseudoOverwriteResources(_) => DiscSubject::PseudoOverwriteResources,
        };
        writer.bits(STATE, 5, 3, subject.number()).finish()
    }
}

impl DiscReply {
    /// How the disc is, unless the answer is about resources.
    #[must_use]
    pub fn state(&self) -> Option<DiscState> {
        match self {
            Self::Standard(information) => Some(information.state),
            Self::Brief(state) => Some(*state),
            Self::TrackResources(_) | Self::PseudoOverwriteResources(_) => None,
        }
    }

    /// All about the disc, unless the answer is another one.
    #[must_use]
    pub fn information(&self) -> Option<&DiscInformation> {
        match self {
            Self::Standard(information) => Some(information),
            Self::Brief(_) | Self::TrackResources(_) | Self::PseudoOverwriteResources(_) => None,
        }
    }

    /// True when the answer says that nothing has been written. Discs that are written anywhere never say so.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.state().is_some_and(|state| state.status == DiscStatus::Blank)
    }
}

impl DiscSubject {
    fn number(self) -> u8 {
        match self {
            Self::Standard => 0,
            Self::TrackResources => 1,
            Self::PseudoOverwriteResources => 2,
        }
    }
}

#[cfg(test)]
mod tests;
