//! READ SUB-CHANNEL: where the head is, and the numbers that stand between the music.

use super::{
    cdb_bytes::{CdbFields, CdbWriter},
    sub_channel_data::{AudioStatus, SubChannelBody, SubChannelData},
};
use crate::{
    BadReply, Cdb, Command, InvalidField, Notes, Query,
    wire::{Fields, Writer, len16},
};

mod field {
    pub const FLAGS: usize = 1;
    pub const SUB_Q: usize = 2;
    pub const FORMAT: usize = 3;
    pub const TRACK: usize = 6;
    pub const ALLOCATION: usize = 7;
}

mod bit {
    pub const TIME: u8 = 1;
    pub const SUB_Q: u8 = 6;
}

/// READ SUB-CHANNEL, 42h.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReadSubChannel {
    /// Answer with times instead of addresses.
    pub time: bool,
    /// Answer more than the header, which says what is being played (`SubQ`).
    pub sub_q: bool,
    /// What is asked.
    pub format: SubChannelFormat,
    /// Which track's ISRC.
    pub track: u8,
    /// Bytes to be answered.
    pub allocation_length: u16,
}

/// What READ SUB-CHANNEL can be asked. Values without a name survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SubChannelFormat(pub u8);

impl SubChannelFormat {
    /// Where the head is.
    pub const POSITION: Self = Self(1);
    /// The disc's media catalogue number.
    pub const CATALOGUE: Self = Self(2);
    /// A track's international standard recording code.
    pub const ISRC: Self = Self(3);
}

impl ReadSubChannel {
    /// Where the head is, by address.
    #[must_use]
    pub const fn position() -> Self {
        Self { time: false, sub_q: true, format: SubChannelFormat::POSITION, track: 0, allocation_length: 16 }
    }

    /// The disc's media catalogue number.
    #[must_use]
    pub const fn catalogue() -> Self {
        Self { format: SubChannelFormat::CATALOGUE, allocation_length: 24, ..Self::position() }
    }

    /// A track's recording code.
    #[must_use]
    pub const fn isrc(track: u8) -> Self {
        Self { format: SubChannelFormat::ISRC, track, allocation_length: 24, ..Self::position() }
    }
}

impl Command for ReadSubChannel {
    const OPCODE: u8 = 0x42;
    const NAME: &'static str = "READ SUB-CHANNEL";

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<10>::new(Self::OPCODE)
            .bit::<{ field::FLAGS }>(bit::TIME, self.time)
            .bit::<{ field::SUB_Q }>(bit::SUB_Q, self.sub_q)
            .u8::<{ field::FORMAT }>(self.format.0)
            .u8::<{ field::TRACK }>(self.track)
            .u16::<{ field::ALLOCATION }>(self.allocation_length)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            time: cdb.bit_at::<{ field::FLAGS }>(bit::TIME),
            sub_q: cdb.bit_at::<{ field::SUB_Q }>(bit::SUB_Q),
            format: SubChannelFormat(cdb.u8_at::<{ field::FORMAT }>()),
            track: cdb.u8_at::<{ field::TRACK }>(),
            allocation_length: cdb.u16_at::<{ field::ALLOCATION }>(),
        })
    }
}

mod header {
    pub const STATUS: usize = 1;
    pub const LENGTH: usize = 2;
    pub const LEN: usize = 4;
}

impl Query for ReadSubChannel {
    type Reply = SubChannelData;

    fn allocation(&self) -> usize {
        self.allocation_length.into()
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<SubChannelData, BadReply> {
        let fields = Fields::new(reply, header::LEN)?;
        let audio_status = AudioStatus(fields.u8(header::STATUS)?);
        let length = usize::from(fields.u16(header::LENGTH)?);
        let body = if length == 0 || fields.len() == header::LEN {
            None
        } else {
            if fields.len() > header::LEN.saturating_add(length) {
                notes.add(header::LENGTH, "more came than the length says");
            }
            let body = SubChannelBody::decode(fields, self.time, notes)?;
            if body.format() != self.format {
                notes.add(header::LEN, "this is not the format that was asked for");
            }
            Some(body)
        };
        Ok(SubChannelData { audio_status, body })
    }

    fn encode_reply(&self, reply: &SubChannelData) -> Vec<u8> {
        let body = reply.body.as_ref().map(SubChannelBody::encode).unwrap_or_default();
        Writer::zeroed(header::LEN)
            .u8(header::STATUS, reply.audio_status.0)
            .u16(header::LENGTH, len16(body.len()))
            .push(&body)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use imapi_disc_types::{Lba, Msf};
    use proptest::prelude::*;

    use super::{
        super::{cd_position::CdPosition, track_control::TrackControl},
        *,
    };
    use crate::checks::*;

    const POSITION: [u8; 16] = [0, 0x11, 0, 12, 1, 0x14, 3, 1, 0, 0, 0x10, 0x96, 0, 0, 0, 0x4B];
    const CATALOGUE: [u8; 24] = *b"\0\x15\0\x14\x02\0\0\0\x801234567890123\0\x2D";
    const ISRC: [u8; 24] = *b"\0\x15\0\x14\x03\x10\x02\0\x80USRC17607839\0\x2D\0";

    #[test]
    fn questions_are_encoded() {
        is_encoded_as(&ReadSubChannel::position(), &[0x42, 0, 0x40, 1, 0, 0, 0, 0, 16, 0]);
        is_encoded_as(&ReadSubChannel::catalogue(), &[0x42, 0, 0x40, 2, 0, 0, 0, 0, 24, 0]);
        is_encoded_as(&ReadSubChannel::isrc(7), &[0x42, 0, 0x40, 3, 0, 0, 7, 0, 24, 0]);
        let timed = ReadSubChannel { time: true, sub_q: false, ..ReadSubChannel::position() };
        is_encoded_as(&timed, &[0x42, 0x02, 0, 1, 0, 0, 0, 0, 16, 0]);
    }

    #[test]
    fn a_position_is_an_address_or_a_time() {
        let by_address = SubChannelBody::Position {
            adr: 1,
            control: TrackControl::DATA,
            track: 3,
            index: 1,
            absolute: CdPosition::Lba(Lba(4246)),
            relative: CdPosition::Lba(Lba(75)),
        };
        let playing = SubChannelData { audio_status: AudioStatus::PLAYING, body: Some(by_address) };
        is_answered_by(&ReadSubChannel::position(), &playing, &POSITION);

        let mut timed = POSITION;
        timed[8..].copy_from_slice(&[0, 0, 58, 46, 0, 0, 1, 0]);
        let by_time = SubChannelBody::Position {
            adr: 1,
            control: TrackControl::DATA,
            track: 3,
            index: 1,
            absolute: CdPosition::Time(Msf::new(0, 58, 46).expect("a time")),
            relative: CdPosition::Time(Msf::new(0, 1, 0).expect("a time")),
        };
        let playing = SubChannelData { audio_status: AudioStatus::PLAYING, body: Some(by_time) };
        is_answered_by(&ReadSubChannel { time: true, ..ReadSubChannel::position() }, &playing, &timed);
    }

    #[test]
    fn numbers_are_there_or_not() {
        let number = Some(*b"1234567890123");
        let body = |number| Some(SubChannelBody::Catalogue { number, frame: Some(45) });
        let data = SubChannelData { audio_status: AudioStatus::NONE, body: body(number) };
        is_answered_by(&ReadSubChannel::catalogue(), &data, &CATALOGUE);
        let mut without = CATALOGUE;
        without[8] = 0;
        let decoded = ReadSubChannel::catalogue().decode_reply(&without, &mut Notes::new());
        assert_eq!(decoded, Ok(SubChannelData { body: body(None), ..data }));

        let body = SubChannelBody::Isrc {
            adr: 1,
            control: TrackControl::AUDIO,
            track: 2,
            code: Some(*b"USRC17607839"),
            frame: Some(45),
        };
        let data = SubChannelData { audio_status: AudioStatus::NONE, body: Some(body) };
        is_answered_by(&ReadSubChannel::isrc(2), &data, &ISRC);
    }

    #[test]
    fn a_header_alone_says_what_is_being_played() {
        let ask = ReadSubChannel { sub_q: false, ..ReadSubChannel::position() };
        let data = SubChannelData { audio_status: AudioStatus::PAUSED, body: None };
        is_answered_by(&ask, &data, &[0, 0x12, 0, 0]);
        let padded = ask.decode_reply(&[0, 0x12, 0, 0, 0, 0, 0, 0], &mut Notes::new());
        assert_eq!(padded, Ok(data));
    }

    #[test]
    fn answers_need_what_every_drive_sends() {
        assert_eq!(understood_prefixes(&ReadSubChannel::position(), &POSITION), [4, 16]);
        assert_eq!(understood_prefixes(&ReadSubChannel::catalogue(), &CATALOGUE), [4, 22, 23, 24]);
        assert_eq!(understood_prefixes(&ReadSubChannel::isrc(2), &ISRC), [4, 21, 22, 23, 24]);
    }

    #[test]
    fn what_does_not_fit_together_is_noted() {
        let noted = |ask: ReadSubChannel, bytes: &[u8]| {
            let mut notes = Notes::new();
            ask.decode_reply(bytes, &mut notes).expect("understood");
            notes.as_slice().iter().map(|note| note.at).collect::<Vec<_>>()
        };
        assert_eq!(noted(ReadSubChannel::catalogue(), &POSITION), [4]);
        let mut odd = CATALOGUE;
        (odd[3], odd[12]) = (0x12, b'x');
        assert_eq!(noted(ReadSubChannel::catalogue(), &odd), [2, 9]);
        let mut odd = ISRC;
        odd[9] = b' ';
        assert_eq!(noted(ReadSubChannel::isrc(2), &odd), [9]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12], mut reply: Vec<u8>, time: bool, format in 0..5u8) {
            takes_any_bytes::<ReadSubChannel>(bytes);
            let ask = ReadSubChannel { time, ..ReadSubChannel::position() };
            understands_any_answer(&ask, &reply);
            // The same with a format that is known, so that bodies are reached.
            if let Some(place) = reply.get_mut(4) {
                *place = format;
            }
            understands_any_answer(&ask, &reply);
        }
    }
}
