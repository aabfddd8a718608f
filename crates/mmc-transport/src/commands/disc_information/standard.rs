//! The standard answer: all about the disc.

use super::state::DiscState;
use crate::{
    BadReply, Notes,
    layout::{BitsInto as _, BitsOf as _, items},
    raw_address::RawAddress,
    wire::{Fields, Writer},
};

/// All about the disc.
///
/// An appendable disc counts the empty session and the invisible track at its end.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools)] // Each is a bit of its own in the standard.
pub struct DiscInformation {
    /// Blank, or how full.
    pub state: DiscState,
    /// The first track of the disc.
    pub first_track: u8,
    /// How many sessions.
    pub sessions: u16,
    /// The first track of the last session.
    pub first_of_last_session: u16,
    /// The last track of the last session.
    pub last_of_last_session: u16,
    /// URU: the disc may be used for anything.
    pub unrestricted_use: bool,
    /// Dbit: what Mount Rainier keeps on the disc is not up to date.
    pub dirty: bool,
    /// How far background formatting is.
    pub background_format: BackgroundFormat,
    /// What kind of CD it is.
    pub disc_type: DiscType,
    /// The number of the disc, where it has one.
    pub disc_id: Option<u32>,
    /// Where the lead-in of the last session begins, a time on a CD. `None` when the answer ends before.
    pub last_lead_in: Option<RawAddress>,
    /// The last place where the lead-out can begin, a time on a CD. `None` when the answer ends before.
    pub last_possible_lead_out: Option<RawAddress>,
    /// The bar code, where it was read.
    pub bar_code: Option<[u8; 8]>,
    /// The application code, where there is one.
    pub application_code: Option<u8>,
    /// What power the drive knows to be right for this disc, by speed.
    pub opc: Vec<OpcEntry>,
}

/// How far background formatting of a DVD+RW or a Mount Rainier disc is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum BackgroundFormat {
    /// It was never begun, or the disc has no such thing.
    #[default]
    None,
    /// It was begun and rests.
    Suspended,
    /// It runs.
    Running,
    /// It is done.
    Complete,
}

/// What kind of CD it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DiscType(pub u8);

impl DiscType {
    /// CD-DA or CD-ROM.
    pub const CD_ROM: Self = Self(0x00);
    /// CD-I.
    pub const CD_I: Self = Self(0x10);
    /// CD-ROM XA, or DDCD.
    pub const XA: Self = Self(0x20);
    /// Nobody knows, or no CD.
    pub const UNDEFINED: Self = Self(0xFF);
}

/// The result of a power calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OpcEntry {
    /// kB/s.
    pub speed: u16,
    /// The drive's own.
    pub values: [u8; 6],
}

mod field {
    pub(super) const FIRST_TRACK: usize = 3;
    /// Numbers of two bytes lie apart: the lower byte here, the higher one five bytes on.
    pub(super) const SESSIONS: usize = 4;
    pub(super) const FIRST_OF_LAST: usize = 5;
    pub(super) const LAST_OF_LAST: usize = 6;
    pub(super) const HIGH_BYTE: usize = 5;
    pub(super) const FLAGS: usize = 7;
    pub(super) const DISC_TYPE: usize = 8;
    pub(super) const DISC_ID: usize = 12;
    pub(super) const LEAD_IN: usize = 16;
    pub(super) const LEAD_OUT: usize = 20;
    pub(super) const BAR_CODE: usize = 24;
    pub(super) const APPLICATION: usize = 32;
    pub(super) const OPC_COUNT: usize = 33;
    pub(super) const OPC: usize = 34;

    pub(super) const DISC_ID_VALID: u8 = 7;
    pub(super) const BAR_CODE_VALID: u8 = 6;
    pub(super) const UNRESTRICTED: u8 = 5;
    pub(super) const APPLICATION_VALID: u8 = 4;
    pub(super) const DIRTY: u8 = 2;
}

impl BackgroundFormat {
    pub(super) fn from_bits(bits: u8) -> Self {
        match bits & 0b11 {
            0 => Self::None,
            1 => Self::Suspended,
            2 => Self::Running,
            _ => Self::Complete,
        }
    }

    fn bits(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Suspended => 1,
            Self::Running => 2,
            Self::Complete => 3,
        }
    }
}

impl DiscInformation {
    /// Bytes that every drive sends.
    pub(super) const MANDATORY: usize = 12;

    pub(super) fn decode(fields: Fields<'_>, notes: &mut Notes) -> Result<Self, BadReply> {
        let wide = |at: usize| -> Result<u16, BadReply> {
            Ok(u16::from_be_bytes([fields.u8(at + field::HIGH_BYTE)?, fields.u8(at)?]))
        };
        let flag = |bit| fields.bit(field::FLAGS, bit);
        let opc: Vec<OpcEntry> = items::<8>(fields, field::OPC, notes)
            .take(fields.u8(field::OPC_COUNT).map_or(0, usize::from))
            .map(|[high, low, values @ ..]| OpcEntry { speed: u16::from_be_bytes([high, low]), values })
            .collect();
        if fields.u8(field::OPC_COUNT).is_ok_and(|count| usize::from(count) != opc.len()) {
            notes.add(field::OPC_COUNT, "not all calibrations that are counted are there");
        }
        let application_valid = flag(field::APPLICATION_VALID)?;
        Ok(Self {
            state: DiscState::decode(fields)?,
            first_track: fields.u8(field::FIRST_TRACK)?,
            sessions: wide(field::SESSIONS)?,
            first_of_last_session: wide(field::FIRST_OF_LAST)?,
            last_of_last_session: wide(field::LAST_OF_LAST)?,
            unrestricted_use: flag(field::UNRESTRICTED)?,
            dirty: flag(field::DIRTY)?,
            background_format: BackgroundFormat::from_bits(fields.bits(field::FLAGS, 0, 2)?),
            disc_type: DiscType(fields.u8(field::DISC_TYPE)?),
            disc_id: fields.u32(field::DISC_ID).ok().filter(|_| flag(field::DISC_ID_VALID) == Ok(true)),
            last_lead_in: fields.array(field::LEAD_IN).ok().map(RawAddress),
            last_possible_lead_out: fields.array(field::LEAD_OUT).ok().map(RawAddress),
            bar_code: fields.array(field::BAR_CODE).ok().filter(|_| flag(field::BAR_CODE_VALID) == Ok(true)),
            application_code: fields.u8(field::APPLICATION).ok().filter(|_| application_valid),
            opc,
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(field::OPC);
        self.state.encode(&mut writer);
        writer.u8(field::FIRST_TRACK, self.first_track).u8(field::DISC_TYPE, self.disc_type.0);
        for (at, number) in [
            (field::SESSIONS, self.sessions),
            (field::FIRST_OF_LAST, self.first_of_last_session),
            (field::LAST_OF_LAST, self.last_of_last_session),
        ] {
            let [high, low] = number.to_be_bytes();
            writer.u8(at, low).u8(at + field::HIGH_BYTE, high);
        }
        writer.bit(field::FLAGS, field::DISC_ID_VALID, self.disc_id.is_some());
        writer.bit(field::FLAGS, field::BAR_CODE_VALID, self.bar_code.is_some());
        writer.bit(field::FLAGS, field::UNRESTRICTED, self.unrestricted_use);
        writer.bit(field::FLAGS, field::APPLICATION_VALID, self.application_code.is_some());
        writer.bit(field::FLAGS, field::DIRTY, self.dirty);
        writer.bits(field::FLAGS, 0, 2, self.background_format.bits());
        writer.u32(field::DISC_ID, self.disc_id.unwrap_or_default());
        writer.put(field::LEAD_IN, &self.last_lead_in.unwrap_or_default().0);
        writer.put(field::LEAD_OUT, &self.last_possible_lead_out.unwrap_or_default().0);
        writer.put(field::BAR_CODE, &self.bar_code.unwrap_or_default());
        writer.u8(field::APPLICATION, self.application_code.unwrap_or_default());
        writer.u8(field::OPC_COUNT, u8::try_from(self.opc.len()).expect("a drive keeps fewer than 256 calibrations"));
        for entry in &self.opc {
            writer.push(&entry.speed.to_be_bytes()).push(&entry.values);
        }
        writer.finish()
    }
}
