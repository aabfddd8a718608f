//! [`QFrame`]: what sub-channel Q says beside one sector.

use imapi_disc_types::Msf;

use super::{Control, Isrc, Mcn, Track, TwoDigits};
use crate::{Crc, bcd, crc16};

/// Bytes of Q beside one sector, its checksum among them.
pub const Q_LEN: usize = 12;

/// Bytes that the checksum covers.
const COVERED: usize = 10;

/// One frame of Q: ten bytes, and a checksum which is made and judged here.
///
/// ```
/// use imapi_cd_sector::{Crc, subchannel::{Control, QContent, QFrame, Track, TwoDigits}};
/// use imapi_disc_types::{Lba, Msf};
///
/// let content = QContent::Program {
///     track: Track::FIRST,
///     index: TwoDigits::BEGIN,
///     relative: Msf::default(),
///     absolute: Msf::try_from(Lba(0))?,
/// };
/// let frame = QFrame { control: Control::DATA, content };
/// let bytes = frame.encode();
/// assert_eq!(bytes, [0x41, 0x01, 0x01, 0, 0, 0, 0, 0x00, 0x02, 0x00, 0x28, 0x32]);
/// assert_eq!(QFrame::decode(bytes), (frame, Crc::Right));
/// # Ok::<(), imapi_disc_types::AddressError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct QFrame {
    /// What kind of track it is.
    pub control: Control,
    /// What it says.
    pub content: QContent,
}

/// What a frame of Q says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QContent {
    /// Where we are in a track (ADR 1).
    Program {
        /// The track.
        track: Track,
        /// Its index: 0 in the pause before it.
        index: TwoDigits,
        /// Time since the track's beginning; in the pause it counts down to it.
        relative: Msf,
        /// Time since the beginning of the disc, where 00:02:00 is address 0.
        absolute: Msf,
    },
    /// Where we are behind the last track (ADR 1).
    LeadOut {
        /// Time since the lead-out's beginning.
        relative: Msf,
        /// Time since the beginning of the disc.
        absolute: Msf,
    },
    /// The table of contents, in the lead-in (ADR 1): where a track begins.
    TrackStart {
        /// Time in the lead-in.
        time: Msf,
        /// The track.
        track: Track,
        /// Where it begins.
        start: Msf,
    },
    /// In the lead-in (ADR 1, A0h): the first track, and what kind of disc it is.
    FirstTrack {
        /// Time in the lead-in.
        time: Msf,
        /// The first track of this session.
        track: Track,
        /// What kind of disc.
        disc_type: DiscType,
    },
    /// In the lead-in (ADR 1, A1h): the last track.
    LastTrack {
        /// Time in the lead-in.
        time: Msf,
        /// The last track of this session.
        track: Track,
    },
    /// In the lead-in (ADR 1, A2h): where the lead-out begins.
    LeadOutStart {
        /// Time in the lead-in.
        time: Msf,
        /// Where the lead-out of this session begins.
        start: Msf,
    },
    /// In the lead-in of a disc with sessions (ADR 5, B0h): where the next may begin.
    NextSession {
        /// Where the data of the next session can begin; `None` when there will be none.
        start: Option<Msf>,
        /// How many kinds of pointers with ADR 5 this lead-in has.
        pointers: u8,
        /// The last time at which a lead-out can begin on this disc.
        last_lead_out: Msf,
    },
    /// In the lead-in of the first session (ADR 5, C0h): where that lead-in begins.
    FirstLeadIn {
        /// What the disc's maker says of it, as in its pre-groove.
        special: [u8; 4],
        /// Where the lead-in begins.
        start: Msf,
    },
    /// The number of the disc (ADR 2), at least once in a hundred frames.
    Mcn {
        /// The number.
        number: Mcn,
        /// The frame of the absolute time.
        frame: TwoDigits,
    },
    /// The code of the recording (ADR 3), at least once in a hundred frames.
    Isrc {
        /// The code.
        code: Isrc,
        /// The frame of the absolute time.
        frame: TwoDigits,
    },
    /// Anything else, or anything above with a number that is none.
    Other {
        /// The lower four bits of the first byte.
        adr: u8,
        /// The nine bytes behind it.
        bytes: [u8; 9],
    },
}

/// What kind of disc the lead-in says it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct DiscType(pub u8);

impl DiscType {
    /// Audio, or data of mode 1.
    pub const CD_DA_OR_ROM: Self = Self(0x00);
    /// CD-I.
    pub const CD_I: Self = Self(0x10);
    /// CD-ROM XA.
    pub const XA: Self = Self(0x20);
}

mod adr {
    pub const POSITION: u8 = 1;
    pub const MCN: u8 = 2;
    pub const ISRC: u8 = 3;
    pub const SESSIONS: u8 = 5;
}

mod tno {
    pub const LEAD_IN: u8 = 0x00;
    pub const LEAD_OUT: u8 = 0xAA;
}

mod point {
    pub const FIRST_TRACK: u8 = 0xA0;
    pub const LAST_TRACK: u8 = 0xA1;
    pub const LEAD_OUT: u8 = 0xA2;
    pub const NEXT_SESSION: u8 = 0xB0;
    pub const FIRST_LEAD_IN: u8 = 0xC0;
}

const LEAD_OUT_INDEX: u8 = 0x01;
const NO_TIME: [u8; 3] = [0xFF; 3];

impl QFrame {
    /// The bytes, checksum included.
    #[must_use]
    pub fn encode(&self) -> [u8; Q_LEN] {
        let (adr, bytes) = self.content.encode();
        let mut frame = [0; Q_LEN];
        frame[0] = self.control.bits() << 4 | adr & 0x0F;
        frame[1..COVERED].copy_from_slice(&bytes);
        let sum = crc16(&frame[..COVERED]);
        frame[COVERED..].copy_from_slice(&sum.to_be_bytes());
        frame
    }

    /// What the bytes say, and whether the checksum is theirs. Nothing is lost but the checksum: encoded, the frame has the
    /// same ten bytes.
    #[must_use]
    pub fn decode(frame: [u8; Q_LEN]) -> (Self, Crc) {
        let [first, bytes @ .., high, low] = frame;
        let content = QContent::decode(first & 0x0F, bytes);
        (Self { control: Control::from_bits(first >> 4), content }, Crc::judge(&frame[..COVERED], [high, low]))
    }
}

impl QContent {
    fn encode(&self) -> (u8, [u8; 9]) {
        match *self {
            Self::Program { track, index, relative, absolute } => {
                (adr::POSITION, two_times(track.to_bcd(), index.to_bcd(), bcd::time(relative), 0, bcd::time(absolute)))
            }
            Self::LeadOut { relative, absolute } => {
                let (relative, absolute) = (bcd::time(relative), bcd::time(absolute));
                (adr::POSITION, two_times(tno::LEAD_OUT, LEAD_OUT_INDEX, relative, 0, absolute))
            }
            Self::TrackStart { time, track, start } => toc(time, track.to_bcd(), bcd::time(start)),
            Self::FirstTrack { time, track, disc_type } => {
                toc(time, point::FIRST_TRACK, [track.to_bcd(), disc_type.0, 0])
            }
            Self::LastTrack { time, track } => toc(time, point::LAST_TRACK, [track.to_bcd(), 0, 0]),
            Self::LeadOutStart { time, start } => toc(time, point::LEAD_OUT, bcd::time(start)),
            Self::NextSession { start, pointers, last_lead_out } => {
                let (start, last) = (start.map_or(NO_TIME, bcd::time), bcd::time(last_lead_out));
                (adr::SESSIONS, two_times(tno::LEAD_IN, point::NEXT_SESSION, start, pointers, last))
            }
            Self::FirstLeadIn { special: [a, b, c, d], start } => {
                (adr::SESSIONS, two_times(tno::LEAD_IN, point::FIRST_LEAD_IN, [a, b, c], d, bcd::time(start)))
            }
            Self::Mcn { number, frame } => (adr::MCN, encode_mcn(number, frame)),
            Self::Isrc { code, frame } => (adr::ISRC, encode_isrc(code, frame)),
            Self::Other { adr, bytes } => (adr, bytes),
        }
    }

    fn decode(adr: u8, bytes: [u8; 9]) -> Self {
        let known = match adr {
            adr::POSITION => decode_position(bytes),
            adr::MCN => decode_mcn(bytes),
            adr::ISRC => decode_isrc(bytes),
            adr::SESSIONS => decode_sessions(bytes),
            _ => None,
        };
        // What has bits where there should be none is kept whole.
        known.filter(|known| known.encode() == (adr, bytes)).unwrap_or(Self::Other { adr, bytes })
    }
}

fn two_times(tno: u8, second: u8, first: [u8; 3], between: u8, last: [u8; 3]) -> [u8; 9] {
    [tno, second, first[0], first[1], first[2], between, last[0], last[1], last[2]]
}

fn toc(time: Msf, point: u8, about: [u8; 3]) -> (u8, [u8; 9]) {
    (adr::POSITION, two_times(tno::LEAD_IN, point, bcd::time(time), 0, about))
}

fn decode_position([tno, second, a, b, c, _, first, disc_type, frame]: [u8; 9]) -> Option<QContent> {
    let time = bcd::decode_time([a, b, c])?;
    let about = bcd::decode_time([first, disc_type, frame]);
    Some(match (tno, second) {
        (tno::LEAD_IN, point::FIRST_TRACK) => {
            QContent::FirstTrack { time, track: Track::from_bcd(first)?, disc_type: DiscType(disc_type) }
        }
        (tno::LEAD_IN, point::LAST_TRACK) => QContent::LastTrack { time, track: Track::from_bcd(first)? },
        (tno::LEAD_IN, point::LEAD_OUT) => QContent::LeadOutStart { time, start: about? },
        (tno::LEAD_IN, track) => QContent::TrackStart { time, track: Track::from_bcd(track)?, start: about? },
        (tno::LEAD_OUT, _) => QContent::LeadOut { relative: time, absolute: about? },
        (track, index) => QContent::Program {
            track: Track::from_bcd(track)?,
            index: TwoDigits::from_bcd(index)?,
            relative: time,
            absolute: about?,
        },
    })
}

fn decode_sessions([_, point, a, b, c, between, last @ ..]: [u8; 9]) -> Option<QContent> {
    let last = bcd::decode_time(last)?;
    match point {
        point::NEXT_SESSION => {
            let start = if [a, b, c] == NO_TIME { None } else { Some(bcd::decode_time([a, b, c])?) };
            Some(QContent::NextSession { start, pointers: between, last_lead_out: last })
        }
        point::FIRST_LEAD_IN => Some(QContent::FirstLeadIn { special: [a, b, c, between], start: last }),
        _ => None,
    }
}

/// Thirteen half bytes, three zeros, a zero byte, and the frame.
fn encode_mcn(number: Mcn, frame: TwoDigits) -> [u8; 9] {
    let mut bytes = [0; 9];
    for (at, digit) in number.digits().into_iter().enumerate() {
        bytes[at / 2] |= if at % 2 == 0 { digit << 4 } else { digit };
    }
    bytes[8] = frame.to_bcd();
    bytes
}

fn decode_mcn(bytes: [u8; 9]) -> Option<QContent> {
    let text = std::array::from_fn(|at| b'0' + if at % 2 == 0 { bytes[at / 2] >> 4 } else { bytes[at / 2] & 0x0F });
    Some(QContent::Mcn { number: Mcn::try_from(text).ok()?, frame: TwoDigits::from_bcd(bytes[8])? })
}

/// Five characters of six bits and two zero bits, seven half bytes and a zero one, and the frame.
fn encode_isrc(code: Isrc, frame: TwoDigits) -> [u8; 9] {
    let (letters, digits) = code.as_bytes().split_at(Isrc::LETTERS);
    let letters = letters.iter().fold(0, |bits, &letter| bits << 6 | u64::from(letter - b'0'));
    let digits = digits.iter().fold(0, |bits, &digit| bits << 4 | u64::from(digit - b'0'));
    let mut whole = [0; 9];
    whole[..8].copy_from_slice(&(letters << 34 | digits << 4).to_be_bytes());
    whole[8] = frame.to_bcd();
    whole
}

fn decode_isrc([bits @ .., frame]: [u8; 9]) -> Option<QContent> {
    let bits = u64::from_be_bytes(bits);
    let mut text = [0; 12];
    for (at, character) in text.iter_mut().enumerate() {
        let code = if at < Isrc::LETTERS {
            bits >> (58 - 6 * at) & 0x3F
        } else {
            bits >> (28 - 4 * (at - Isrc::LETTERS)) & 0x0F
        };
        *character = b'0' + u8::try_from(code).ok()?;
    }
    Some(QContent::Isrc { code: Isrc::try_from(text).ok()?, frame: TwoDigits::from_bcd(frame)? })
}
