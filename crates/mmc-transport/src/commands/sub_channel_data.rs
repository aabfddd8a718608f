//! The answers of READ SUB-CHANNEL.

use super::{cd_position::CdPosition, sub_channel::SubChannelFormat, track_control::TrackControl};
use crate::{
    BadReply, Notes,
    wire::{Fields, Writer},
};

/// The answer to [`ReadSubChannel`](super::ReadSubChannel).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubChannelData {
    /// What is being played.
    pub audio_status: AudioStatus,
    /// What was asked; absent when nothing was asked but the status.
    pub body: Option<SubChannelBody>,
}

/// What became of the last order to play sound. Values without a name survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AudioStatus(pub u8);

impl AudioStatus {
    /// The drive does not tell, or cannot play.
    pub const NOT_SUPPORTED: Self = Self(0x00);
    /// Sound is being played.
    pub const PLAYING: Self = Self(0x11);
    /// It is paused.
    pub const PAUSED: Self = Self(0x12);
    /// It came to its end.
    pub const COMPLETED: Self = Self(0x13);
    /// It was stopped by an error.
    pub const STOPPED_BY_ERROR: Self = Self(0x14);
    /// There is nothing to tell.
    pub const NONE: Self = Self(0x15);
}

/// What the sub-channel says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubChannelBody {
    /// Where the head is.
    Position {
        /// What the Q sub-channel was about there: 1 for a position.
        adr: u8,
        /// What kind of track it is.
        control: TrackControl,
        /// Its number.
        track: u8,
        /// The index in the track; 0 before its beginning.
        index: u8,
        /// The place on the disc.
        absolute: CdPosition,
        /// The place in the track.
        relative: CdPosition,
    },
    /// The disc's media catalogue number.
    Catalogue {
        /// 13 digits; absent when the disc has none.
        number: Option<[u8; 13]>,
        /// The frame in which it was found, as far as the drive tells it.
        frame: Option<u8>,
    },
    /// A track's recording code.
    Isrc {
        /// What the Q sub-channel was about: 3 for a code, in drives that say 1 the position beside it.
        adr: u8,
        /// What kind of track it is.
        control: TrackControl,
        /// Its number.
        track: u8,
        /// 12 letters and digits; absent when the track has none.
        code: Option<[u8; 12]>,
        /// The frame in which it was found, as far as the drive tells it.
        frame: Option<u8>,
    },
    /// Anything else, as it is.
    Other {
        /// Which format it is.
        format: SubChannelFormat,
        /// What follows the format.
        bytes: Vec<u8>,
    },
}

/// Places in the whole answer.
mod field {
    pub const FORMAT: usize = 4;
    pub const CONTROL: usize = 5;
    pub const TRACK: usize = 6;
    pub const INDEX: usize = 7;
    pub const ABSOLUTE: usize = 8;
    pub const RELATIVE: usize = 12;
    pub const POSITION_END: usize = 16;

    pub const VALID: usize = 8;
    pub const TEXT: usize = 9;
    pub const CATALOGUE_FRAME: usize = 23;
    pub const ISRC_FRAME: usize = 22;
    pub const TEXT_END: usize = 24;
}

const HEADER: usize = 4;
const VALID: u8 = 7;

impl SubChannelBody {
    /// Which format it is.
    #[must_use]
    pub fn format(&self) -> SubChannelFormat {
        match self {
            Self::Position { .. } => SubChannelFormat::POSITION,
            Self::Catalogue { .. } => SubChannelFormat::CATALOGUE,
            Self::Isrc { .. } => SubChannelFormat::ISRC,
            Self::Other { format, .. } => *format,
        }
    }

    /// Understands a whole answer, header included, by what it says it is.
    pub(super) fn decode(fields: Fields<'_>, time: bool, notes: &mut Notes) -> Result<Self, BadReply> {
        let format = SubChannelFormat(fields.u8(field::FORMAT)?);
        match format {
            SubChannelFormat::POSITION => {
                let fields = Fields::new(fields.bytes(), field::POSITION_END)?;
                let (adr, control) = adr_and_control(fields.u8(field::CONTROL)?);
                let mut place = |at| Ok(CdPosition::decode(fields.array(at)?, time, at, notes));
                Ok(Self::Position {
                    adr,
                    control,
                    track: fields.u8(field::TRACK)?,
                    index: fields.u8(field::INDEX)?,
                    absolute: place(field::ABSOLUTE)?,
                    relative: place(field::RELATIVE)?,
                })
            }
            SubChannelFormat::CATALOGUE => {
                let text: [u8; 13] = fields.array(field::TEXT)?;
                let number = fields.bit(field::VALID, VALID)?.then_some(text);
                if number.is_some_and(|digits| !digits.iter().all(u8::is_ascii_digit)) {
                    notes.add(field::TEXT, "a media catalogue number is digits only");
                }
                Ok(Self::Catalogue { number, frame: fields.u8(field::CATALOGUE_FRAME).ok() })
            }
            SubChannelFormat::ISRC => {
                let text: [u8; 12] = fields.array(field::TEXT)?;
                let code = fields.bit(field::VALID, VALID)?.then_some(text);
                if code.is_some_and(|code| !code.iter().all(u8::is_ascii_alphanumeric)) {
                    notes.add(field::TEXT, "a recording code is letters and digits only");
                }
                let (adr, control) = adr_and_control(fields.u8(field::CONTROL)?);
                let track = fields.u8(field::TRACK)?;
                Ok(Self::Isrc { adr, control, track, code, frame: fields.u8(field::ISRC_FRAME).ok() })
            }
            _ => {
                let bytes = fields.bytes().get(field::CONTROL..).unwrap_or_default().to_vec();
                Ok(Self::Other { format, bytes })
            }
        }
    }

    /// What follows the header.
    pub(super) fn encode(&self) -> Vec<u8> {
        let format = self.format().0;
        let mut whole = match self {
            Self::Position { adr, control, track, index, absolute, relative } => Writer::zeroed(field::POSITION_END)
                .u8(field::CONTROL, adr << 4 | control.bits())
                .u8(field::TRACK, *track)
                .u8(field::INDEX, *index)
                .put(field::ABSOLUTE, &absolute.encode())
                .put(field::RELATIVE, &relative.encode())
                .finish(),
            Self::Catalogue { number, frame } => {
                // A drive that does not tell the frame sends less.
                let end = if frame.is_some() { field::TEXT_END } else { field::CATALOGUE_FRAME };
                text(end, number.as_ref().map(<[u8; 13]>::as_slice), field::CATALOGUE_FRAME, *frame).finish()
            }
            Self::Isrc { adr, control, track, code, frame } => {
                let end = if frame.is_some() { field::TEXT_END } else { field::ISRC_FRAME };
                text(end, code.as_ref().map(<[u8; 12]>::as_slice), field::ISRC_FRAME, *frame)
                    .u8(field::CONTROL, adr << 4 | control.bits())
                    .u8(field::TRACK, *track)
                    .finish()
            }
            Self::Other { bytes, .. } => Writer::zeroed(field::CONTROL).push(bytes).finish(),
        };
        let mut body = whole.split_off(HEADER);
        // Every kind was made with at least this byte.
        if let Some(first) = body.first_mut() {
            *first = format;
        }
        body
    }
}

fn text(end: usize, text: Option<&[u8]>, frame_at: usize, frame: Option<u8>) -> Writer {
    let mut writer = Writer::zeroed(end);
    if let Some(text) = text {
        writer.bit(field::VALID, VALID, true).put(field::TEXT, text);
    }
    if let Some(frame) = frame {
        writer.u8(frame_at, frame);
    }
    writer
}

/// Here ADR is the upper half; in a cue sheet and on the disc it is the lower.
fn adr_and_control(byte: u8) -> (u8, TrackControl) {
    (byte >> 4, TrackControl::from_bits(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_that_is_not_told_is_not_sent() {
        let body = SubChannelBody::Catalogue { number: Some(*b"1234567890123"), frame: None };
        assert_eq!(body.encode(), b"\x02\0\0\0\x801234567890123\0");
        let (adr, control) = (3, TrackControl::COPY_PERMITTED);
        let body = SubChannelBody::Isrc { adr, control, track: 9, code: None, frame: None };
        assert_eq!(body.encode(), b"\x03\x32\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    }

    #[test]
    fn an_unknown_format_stays_bytes() {
        let body = SubChannelBody::Other { format: SubChannelFormat(0xF0), bytes: vec![1, 2, 3] };
        assert_eq!(body.encode(), [0xF0, 1, 2, 3]);
        let fields = Fields::new(&[0, 0, 0, 4, 0xF0, 1, 2, 3], 4).expect("eight bytes");
        assert_eq!(SubChannelBody::decode(fields, false, &mut Notes::new()), Ok(body));
    }
}
