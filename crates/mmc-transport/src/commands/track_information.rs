//! READ TRACK INFORMATION: where a track begins, how long it is, where the next block goes.

use std::time::Duration;

use imapi_disc_types::Lba;

use crate::{
    BadReply, Cdb, Command, InvalidField, Notes, Query,
    layout::{BitsInto as _, BitsOf as _, whole16},
    wire::{Writer, len16},
};

/// READ TRACK INFORMATION.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadTrackInformation {
    /// Which track.
    pub track: TrackAddress,
    /// Only an open track: for a number, the first open one from it on.
    pub open: bool,
    /// The most bytes that the drive may send.
    pub allocation: u16,
}

/// How a track is found.
#[doc(alias = "IMAPI_READ_TRACK_ADDRESS_TYPE")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrackAddress {
    /// It has the block with this address (0).
    #[doc(alias = "IMAPI_READ_TRACK_ADDRESS_TYPE_LBA")]
    Lba(Lba),
    /// It has this number (1); 0 is the lead-in.
    #[doc(alias = "IMAPI_READ_TRACK_ADDRESS_TYPE_TRACK")]
    Track(u32),
    /// It is the first of this session (2).
    #[doc(alias = "IMAPI_READ_TRACK_ADDRESS_TYPE_SESSION")]
    Session(u32),
}

impl TrackAddress {
    /// The invisible track, which begins where the last one ends. CDs and DVD+Rs know it by this number; on DVD-R and
    /// BD-R it has the number of the last track that READ DISC INFORMATION tells.
    pub const INVISIBLE: Self = Self::Track(0xFF);
}

/// What the drive answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools)] // Each is a bit of its own in the standard.
pub struct TrackInformation {
    /// The track.
    pub number: u16,
    /// Its session.
    pub session: u16,
    /// LJRS: how the track is recorded by layer jumping, 2 bits.
    pub layer_jump: u8,
    /// Its end is damaged: it was being written when something went wrong.
    pub damage: bool,
    /// It is a copy, of the second generation or higher.
    pub copy: bool,
    /// The Q subchannel's control field, 4 bits.
    pub mode: u8,
    /// RT: it is reserved.
    pub reserved: bool,
    /// Nothing is in it.
    pub blank: bool,
    /// It is written in packets, or incrementally.
    pub packet: bool,
    /// FP: in packets of the same size.
    pub fixed_packet: bool,
    /// What its blocks are.
    pub data_mode: DataMode,
    /// Where it begins.
    pub start: Lba,
    /// Where the next block goes; `None` where nothing can be written.
    pub next_writable: Option<Lba>,
    /// How many blocks can still be written into it. Zero, with a note, when the answer ends before.
    pub free_blocks: u32,
    /// How many blocks a packet has. `None` when the answer ends before.
    pub packet_size: Option<u32>,
    /// How many blocks it has. `None` when the answer ends before.
    pub size: Option<u32>,
    /// The last block that was written, where the drive knows it.
    pub last_recorded: Option<Lba>,
    /// Where the track would begin for older drives. Newer drives tell it.
    pub read_compatible: Option<Lba>,
}

/// What the blocks of a track are, 4 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataMode {
    /// Mode 1, and all discs that are no CDs.
    Mode1,
    /// Mode 2, XA or not.
    Mode2,
    /// Not known yet, or there are none (15).
    Unknown,
    /// Something without a name.
    Other(u8),
}

impl DataMode {
    fn from_bits(bits: u8) -> Self {
        match bits {
            1 => Self::Mode1,
            2 => Self::Mode2,
            0x0F => Self::Unknown,
            other => Self::Other(other),
        }
    }

    fn bits(self) -> u8 {
        match self {
            Self::Mode1 => 1,
            Self::Mode2 => 2,
            Self::Unknown => 0x0F,
            Self::Other(bits) => bits,
        }
    }
}

mod field {
    pub(super) const NUMBER: usize = 2;
    pub(super) const SESSION: usize = 3;
    pub(super) const MODE: usize = 5;
    pub(super) const DATA_MODE: usize = 6;
    pub(super) const VALID: usize = 7;
    pub(super) const START: usize = 8;
    pub(super) const NEXT: usize = 12;
    pub(super) const FREE: usize = 16;
    pub(super) const PACKET: usize = 20;
    pub(super) const SIZE: usize = 24;
    pub(super) const LAST: usize = 28;
    pub(super) const NUMBER_HIGH: usize = 32;
    pub(super) const SESSION_HIGH: usize = 33;
    pub(super) const READ_COMPATIBLE: usize = 36;

    pub(super) const NEXT_VALID: u8 = 0;
    pub(super) const LAST_VALID: u8 = 1;
    /// What every drive sends, as far as it was asked for; the first 16 bytes in any case. There are programs that ask
    /// for no more than these, up to the next writable address.
    pub(super) const MANDATORY: usize = 28;
    pub(super) const LEAST: usize = 16;
    pub(super) const LENGTH: usize = 36;
    pub(super) const LONG: usize = 40;
}

impl ReadTrackInformation {
    /// All about the track.
    #[must_use]
    pub fn of(track: TrackAddress) -> Self {
        // The longest answer of any standard has 48 bytes.
        Self { track, open: false, allocation: 48 }
    }
}

impl Command for ReadTrackInformation {
    const OPCODE: u8 = 0x52;
    const NAME: &'static str = "READ TRACK INFORMATION";
    /// Right after writing, drives think long about it.
    const TIMEOUT: Duration = Duration::from_secs(240);

    fn to_cdb(&self) -> Cdb {
        let (kind, [a, b, c, d]) = match self.track {
            TrackAddress::Lba(lba) => (0, lba.0.to_be_bytes()),
            TrackAddress::Track(number) => (1, number.to_be_bytes()),
            TrackAddress::Session(number) => (2, number.to_be_bytes()),
        };
        let [high, low] = self.allocation.to_be_bytes();
        Cdb::ten([Self::OPCODE, u8::from(self.open) << 2 | kind, a, b, c, d, 0, high, low, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        let number = [bytes[2], bytes[3], bytes[4], bytes[5]];
        let track = match bytes[1] & 0b11 {
            0 => TrackAddress::Lba(Lba(i32::from_be_bytes(number))),
            1 => TrackAddress::Track(u32::from_be_bytes(number)),
            2 => TrackAddress::Session(u32::from_be_bytes(number)),
            _ => return Err(InvalidField::cdb_bit(1, 1)),
        };
        Ok(Self { track, open: bytes[1] & 0b100 != 0, allocation: u16::from_be_bytes([bytes[7], bytes[8]]) })
    }
}

impl Query for ReadTrackInformation {
    type Reply = TrackInformation;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<TrackInformation, BadReply> {
        let need = self.allocation().clamp(field::LEAST, field::MANDATORY);
        let fields = whole16(reply, need, notes)?;
        let high = |at| fields.u8(at).unwrap_or_default();
        let next_writable = fields.i32(field::NEXT).map(Lba)?;
        let last_valid = fields.bit(field::VALID, field::LAST_VALID)?;
        let free_blocks = fields.u32(field::FREE).unwrap_or_else(|_| {
            notes.add(field::FREE, "the answer ends before the number of free blocks");
            0
        });
        Ok(TrackInformation {
            number: u16::from_be_bytes([high(field::NUMBER_HIGH), fields.u8(field::NUMBER)?]),
            session: u16::from_be_bytes([high(field::SESSION_HIGH), fields.u8(field::SESSION)?]),
            layer_jump: fields.bits(field::MODE, 6, 2)?,
            damage: fields.bit(field::MODE, 5)?,
            copy: fields.bit(field::MODE, 4)?,
            mode: fields.bits(field::MODE, 0, 4)?,
            reserved: fields.bit(field::DATA_MODE, 7)?,
            blank: fields.bit(field::DATA_MODE, 6)?,
            packet: fields.bit(field::DATA_MODE, 5)?,
            fixed_packet: fields.bit(field::DATA_MODE, 4)?,
            data_mode: DataMode::from_bits(fields.bits(field::DATA_MODE, 0, 4)?),
            start: fields.i32(field::START).map(Lba)?,
            next_writable: fields.bit(field::VALID, field::NEXT_VALID)?.then_some(next_writable),
            free_blocks,
            packet_size: fields.u32(field::PACKET).ok(),
            size: fields.u32(field::SIZE).ok(),
            last_recorded: fields.i32(field::LAST).ok().filter(|_| last_valid).map(Lba),
            read_compatible: fields.i32(field::READ_COMPATIBLE).ok().map(Lba),
        })
    }

    /// 36 bytes, or 40 where the track has an address for older drives.
    fn encode_reply(&self, reply: &TrackInformation) -> Vec<u8> {
        let len = if reply.read_compatible.is_some() { field::LONG } else { field::LENGTH };
        let mut writer = Writer::zeroed(len);
        let [number_high, number] = reply.number.to_be_bytes();
        let [session_high, session] = reply.session.to_be_bytes();
        writer.u16(0, len16(len - 2)).u8(field::NUMBER, number).u8(field::SESSION, session);
        writer.u8(field::NUMBER_HIGH, number_high).u8(field::SESSION_HIGH, session_high);
        writer.bits(field::MODE, 6, 2, reply.layer_jump).bit(field::MODE, 5, reply.damage);
        writer.bit(field::MODE, 4, reply.copy).bits(field::MODE, 0, 4, reply.mode);
        writer.bit(field::DATA_MODE, 7, reply.reserved).bit(field::DATA_MODE, 6, reply.blank);
        writer.bit(field::DATA_MODE, 5, reply.packet).bit(field::DATA_MODE, 4, reply.fixed_packet);
        writer.bits(field::DATA_MODE, 0, 4, reply.data_mode.bits());
        writer.bit(field::VALID, field::NEXT_VALID, reply.next_writable.is_some());
        writer.bit(field::VALID, field::LAST_VALID, reply.last_recorded.is_some());
        writer.i32(field::START, reply.start.0).i32(field::NEXT, reply.next_writable.unwrap_or_default().0);
        writer.u32(field::FREE, reply.free_blocks).u32(field::PACKET, reply.packet_size.unwrap_or_default());
        writer.u32(field::SIZE, reply.size.unwrap_or_default());
        writer.i32(field::LAST, reply.last_recorded.unwrap_or_default().0);
        if let Some(lba) = reply.read_compatible {
            writer.i32(field::READ_COMPATIBLE, lba.0);
        }
        writer.finish()
    }
}

#[cfg(test)]
mod tests;
