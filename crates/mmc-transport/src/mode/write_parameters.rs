//! Mode page 05h: how the next track or session is written, and the values that each way of writing needs.

use super::{PageCode, blank, finished, tail};
use crate::{BadReply, Notes, wire::Fields};

mod values;

pub use values::{
    BlockType, CatalogueNumber, Identifier, MultiSession, RecordingCode, SessionFormat, TrackMode, WriteType,
};

/// Write parameters (page 05h; MMC-5, 7.5).
///
/// Take the drive's page where it has one, set the fields, and send it back: it keeps its length and what follows the
/// known fields. The constructors give a whole page for each way of writing; who does not want the protection against
/// underrun, because the drive's features lack it, or wants a test, sets the field.
///
/// ```
/// use imapi_mmc_transport::mode::{MultiSession, WriteParameters};
///
/// let last = WriteParameters { test_write: true, ..WriteParameters::tao_data(MultiSession::Final) };
/// assert_eq!(last.audio_pause, 150);
/// ```
#[doc(alias = "IMAPI_MODE_PAGE_TYPE_WRITE_PARAMETERS")]
#[expect(clippy::struct_excessive_bools, reason = "these are the bits of the page, each with its meaning")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WriteParameters {
    /// Running out of data is no failure (BUFE).
    pub underrun_protection: bool,
    /// The link size counts (`LS_V`).
    pub link_size_valid: bool,
    /// Everything happens as when writing, with the laser off (Test Write).
    pub test_write: bool,
    /// The way of writing.
    pub write_type: WriteType,
    /// What comes after this session.
    pub multi_session: MultiSession,
    /// All packets are of one size (FP).
    pub fixed_packets: bool,
    /// Audio may not be copied further than once (Copy).
    pub copy: bool,
    /// What kind of track it is.
    pub track_mode: TrackMode,
    /// What a block of data is.
    pub block_type: BlockType,
    /// How many blocks a link takes: 7 on CD, 16 on DVD.
    pub link_size: u8,
    /// A code of the program's, in six bits.
    pub application: u8,
    /// What kind of session it is.
    pub session_format: SessionFormat,
    /// How many blocks a packet has, where all are of one size.
    pub packet_size: u32,
    /// How many blocks of silence stand before a track of audio.
    pub audio_pause: u16,
    /// The number of the whole disc.
    pub catalogue_number: Option<CatalogueNumber>,
    /// The code of the recording in this track.
    pub recording_code: Option<RecordingCode>,
    /// The sub-header of blocks that are sent without one: file, channel, submode, coding.
    pub sub_header: Option<[u8; 4]>,
    /// What follows the fields that are there: bytes of the drive's maker.
    pub tail: Vec<u8>,
}

mod field {
    pub(super) const WRITE_TYPE: usize = 2;
    pub(super) const TRACK: usize = 3;
    pub(super) const BLOCK_TYPE: usize = 4;
    pub(super) const LINK_SIZE: usize = 5;
    pub(super) const APPLICATION: usize = 7;
    pub(super) const SESSION_FORMAT: usize = 8;
    pub(super) const PACKET_SIZE: usize = 10;
    pub(super) const AUDIO_PAUSE: usize = 14;
    pub(super) const MANDATORY: usize = 16;
    pub(super) const CATALOGUE_NUMBER: usize = 16;
    pub(super) const RECORDING_CODE: usize = 32;
    pub(super) const SUB_HEADER: usize = 48;
    pub(super) const END: usize = 52;
}

const UNDERRUN_PROTECTION: u8 = 6;
const LINK_SIZE_VALID: u8 = 5;
const TEST_WRITE: u8 = 4;
const FIXED_PACKETS: u8 = 5;
const COPY: u8 = 4;
const NIBBLE: u8 = 0x0F;
const APPLICATION: u8 = 0x3F;

/// Two seconds.
const PAUSE: u16 = 150;
/// The error correction of a DVD takes so many blocks together.
const DVD_PACKET: u8 = 16;

impl WriteParameters {
    /// A CD's track of data, track at once.
    #[must_use]
    pub fn tao_data(multi_session: MultiSession) -> Self {
        Self {
            track_mode: TrackMode::DATA,
            block_type: BlockType::MODE1,
            audio_pause: PAUSE,
            ..Self::whole(WriteType::TRACK_AT_ONCE, multi_session)
        }
    }

    /// A CD's track of audio, track at once. Pre-emphasis and the right to copy are in the track mode.
    #[must_use]
    pub fn tao_audio(multi_session: MultiSession) -> Self {
        Self { audio_pause: PAUSE, ..Self::whole(WriteType::TRACK_AT_ONCE, multi_session) }
    }

    /// A CD's track of XA data, form 1, track at once.
    #[must_use]
    pub fn tao_xa(multi_session: MultiSession) -> Self {
        Self {
            track_mode: TrackMode::DATA,
            block_type: BlockType::MODE2_FORM1,
            session_format: SessionFormat::XA,
            sub_header: Some([0, 0, 0x08, 0]),
            ..Self::whole(WriteType::TRACK_AT_ONCE, multi_session)
        }
    }

    /// A CD's session at once. Kinds of tracks and blocks are in the cue sheet and not here.
    #[must_use]
    pub fn sao(multi_session: MultiSession) -> Self {
        Self::whole(WriteType::SESSION_AT_ONCE, multi_session)
    }

    /// A CD's session with its lead-in and sub-channels: blocks of that type, the first track of that mode.
    #[must_use]
    pub fn raw(block_type: BlockType, first_track: TrackMode) -> Self {
        Self { track_mode: first_track, block_type, ..Self::whole(WriteType::RAW, MultiSession::Final) }
    }

    /// A CD's packets of that many blocks each; 32 is what everyone has.
    #[must_use]
    pub fn cd_fixed_packets(blocks: u32) -> Self {
        Self { fixed_packets: true, packet_size: blocks, ..Self::cd_variable_packets() }
    }

    /// A CD's packets of any size.
    #[must_use]
    pub fn cd_variable_packets() -> Self {
        Self {
            link_size_valid: true,
            link_size: 7,
            track_mode: TrackMode::DATA,
            block_type: BlockType::MODE1,
            ..Self::whole(WriteType::PACKET, MultiSession::Final)
        }
    }

    /// DVD-R and DVD-RW, incrementally.
    #[must_use]
    pub fn dvd_incremental(multi_session: MultiSession) -> Self {
        Self {
            link_size_valid: true,
            link_size: DVD_PACKET,
            fixed_packets: true,
            packet_size: DVD_PACKET.into(),
            ..Self::dvd(WriteType::PACKET, multi_session)
        }
    }

    /// DVD-R and DVD-RW, disc at once.
    #[must_use]
    pub fn dvd_dao() -> Self {
        Self::dvd(WriteType::SESSION_AT_ONCE, MultiSession::Final)
    }

    /// DVD-RW with restricted overwrite. Some programs add the packet size that READ TRACK INFORMATION tells.
    #[must_use]
    pub fn dvd_restricted_overwrite() -> Self {
        Self { fixed_packets: true, ..Self::dvd(WriteType::PACKET, MultiSession::Final) }
    }

    /// DVD-R with two layers, on both by turns.
    #[must_use]
    pub fn dvd_layer_jump() -> Self {
        Self { link_size: DVD_PACKET, ..Self::dvd(WriteType::LAYER_JUMP, MultiSession::Open) }
    }

    fn dvd(write_type: WriteType, multi_session: MultiSession) -> Self {
        Self {
            track_mode: TrackMode::DATA_INCREMENTAL,
            block_type: BlockType::MODE1,
            ..Self::whole(write_type, multi_session)
        }
    }

    /// A page of the standard's length, with protection against underrun.
    fn whole(write_type: WriteType, multi_session: MultiSession) -> Self {
        Self {
            underrun_protection: true,
            write_type,
            multi_session,
            catalogue_number: Some(CatalogueNumber::default()),
            recording_code: Some(RecordingCode::default()),
            sub_header: Some([0; 4]),
            ..Self::default()
        }
    }

    /// The same way of writing on a page of the drive's own: its length and what follows the known fields are kept.
    #[must_use]
    pub fn fitted_to(self, drive: &Self) -> Self {
        Self {
            catalogue_number: drive.catalogue_number.and(self.catalogue_number),
            recording_code: drive.recording_code.and(self.recording_code),
            sub_header: drive.sub_header.and(self.sub_header),
            tail: drive.tail.clone(),
            ..self
        }
    }

    /// The page, from its code on.
    pub(super) fn decode(page: &[u8], notes: &mut Notes) -> Result<Self, BadReply> {
        let fields = Fields::new(page, field::MANDATORY)?;
        let track = fields.u8(field::TRACK)?;
        let mut decoded = Self {
            underrun_protection: fields.bit(field::WRITE_TYPE, UNDERRUN_PROTECTION)?,
            link_size_valid: fields.bit(field::WRITE_TYPE, LINK_SIZE_VALID)?,
            test_write: fields.bit(field::WRITE_TYPE, TEST_WRITE)?,
            write_type: WriteType(fields.u8(field::WRITE_TYPE)? & NIBBLE),
            multi_session: MultiSession::of(track >> 6),
            fixed_packets: fields.bit(field::TRACK, FIXED_PACKETS)?,
            copy: fields.bit(field::TRACK, COPY)?,
            track_mode: TrackMode(track & NIBBLE),
            block_type: BlockType(fields.u8(field::BLOCK_TYPE)? & NIBBLE),
            link_size: fields.u8(field::LINK_SIZE)?,
            application: fields.u8(field::APPLICATION)? & APPLICATION,
            session_format: SessionFormat(fields.u8(field::SESSION_FORMAT)?),
            packet_size: fields.u32(field::PACKET_SIZE)?,
            audio_pause: fields.u16(field::AUDIO_PAUSE)?,
            catalogue_number: CatalogueNumber::decode(fields, field::CATALOGUE_NUMBER).ok(),
            recording_code: RecordingCode::decode(fields, field::RECORDING_CODE).ok(),
            sub_header: fields.array(field::SUB_HEADER).ok(),
            tail: Vec::new(),
        };
        decoded.tail = tail(page, decoded.known());
        if decoded.catalogue_number.is_some_and(|number| number.valid && number.text().is_none()) {
            notes.add(field::CATALOGUE_NUMBER, "the catalogue number is marked as valid and is none");
        }
        if decoded.recording_code.is_some_and(|code| code.valid && code.text().is_none()) {
            notes.add(field::RECORDING_CODE, "the recording code is marked as valid and is none");
        }
        Ok(decoded)
    }

    /// The bytes, from its code on.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut page = blank(PageCode::WRITE_PARAMETERS, self.known());
        page.u8(field::WRITE_TYPE, self.write_type.0 & NIBBLE)
            .bit(field::WRITE_TYPE, UNDERRUN_PROTECTION, self.underrun_protection)
            .bit(field::WRITE_TYPE, LINK_SIZE_VALID, self.link_size_valid)
            .bit(field::WRITE_TYPE, TEST_WRITE, self.test_write)
            .u8(field::TRACK, self.multi_session.value() << 6 | self.track_mode.0 & NIBBLE)
            .bit(field::TRACK, FIXED_PACKETS, self.fixed_packets)
            .bit(field::TRACK, COPY, self.copy)
            .u8(field::BLOCK_TYPE, self.block_type.0 & NIBBLE)
            .u8(field::LINK_SIZE, self.link_size)
            .u8(field::APPLICATION, self.application & APPLICATION)
            .u8(field::SESSION_FORMAT, self.session_format.0)
            .u32(field::PACKET_SIZE, self.packet_size)
            .u16(field::AUDIO_PAUSE, self.audio_pause);
        if let Some(number) = &self.catalogue_number {
            number.encode(&mut page, field::CATALOGUE_NUMBER);
        }
        if let Some(code) = &self.recording_code {
            code.encode(&mut page, field::RECORDING_CODE);
        }
        if let Some(sub_header) = &self.sub_header {
            page.put(field::SUB_HEADER, sub_header);
        }
        finished(&mut page, &self.tail)
    }

    /// Where the last field that is there ends.
    fn known(&self) -> usize {
        match (self.catalogue_number, self.recording_code, self.sub_header) {
            (_, _, Some(_)) => field::END,
            (_, Some(_), None) => field::SUB_HEADER,
            (Some(_), None, None) => field::RECORDING_CODE,
            (None, None, None) => field::MANDATORY,
        }
    }
}

#[cfg(test)]
mod tests;
