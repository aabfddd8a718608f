//! The values of page 05h: ways of writing, kinds of blocks and sessions, numbers and codes.

use crate::{
    BadReply,
    wire::{Fields, Writer},
};

/// The way of writing: four bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct WriteType(pub u8);

impl WriteType {
    /// Packets on CD; incrementally on DVD.
    pub const PACKET: Self = Self(0);
    /// Track at once.
    pub const TRACK_AT_ONCE: Self = Self(1);
    /// Session at once on CD; disc at once on DVD.
    pub const SESSION_AT_ONCE: Self = Self(2);
    /// With everything that is on the disc, lead-in and sub-channels too.
    pub const RAW: Self = Self(3);
    /// On two layers by turns.
    pub const LAYER_JUMP: Self = Self(4);
}

/// What comes after this session: two bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum MultiSession {
    /// Nothing, and the disc says nothing of it (00).
    #[default]
    Final,
    /// Nothing, and the disc says so: its pointer to the next session is all ones (01).
    NoneToFollow,
    /// The standard gives it no meaning (10).
    Reserved,
    /// Another session may come (11).
    Open,
}

impl MultiSession {
    pub(super) const fn value(self) -> u8 {
        match self {
            Self::Final => 0,
            Self::NoneToFollow => 1,
            Self::Reserved => 2,
            Self::Open => 3,
        }
    }

    pub(super) const fn of(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::Final,
            1 => Self::NoneToFollow,
            2 => Self::Reserved,
            _ => Self::Open,
        }
    }
}

/// What kind of track it is: four bits, those that stand in sub-channel Q.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct TrackMode(pub u8);

impl TrackMode {
    /// Audio. Add 1 when it has pre-emphasis, 2 when it may be copied.
    pub const AUDIO: Self = Self(0);
    /// Data, written without a break.
    pub const DATA: Self = Self(4);
    /// Data, written by and by. DVDs have this one always.
    pub const DATA_INCREMENTAL: Self = Self(5);
}

/// What a block of data is: four bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct BlockType(pub u8);

impl BlockType {
    /// A whole sector of 2352 bytes.
    pub const RAW: Self = Self(0);
    /// A whole sector and 16 bytes of P and Q.
    pub const RAW_PQ: Self = Self(1);
    /// A whole sector and 96 bytes of P to W, packed.
    pub const RAW_PW_PACKED: Self = Self(2);
    /// A whole sector and 96 bytes of P to W, as they are on the disc.
    pub const RAW_PW: Self = Self(3);
    /// The 2048 bytes of mode 1.
    pub const MODE1: Self = Self(8);
    /// The 2336 bytes of mode 2.
    pub const MODE2: Self = Self(9);
    /// The 2048 bytes of mode 2 form 1; the sub-header is that of the page.
    pub const MODE2_FORM1: Self = Self(10);
    /// The 2048 bytes of mode 2 form 1 after their sub-header.
    pub const MODE2_FORM1_SUB_HEADER: Self = Self(11);
    /// The 2324 bytes of mode 2 form 2; the sub-header is that of the page.
    pub const MODE2_FORM2: Self = Self(12);
    /// Forms 1 and 2 of mode 2 mixed, after their sub-headers.
    pub const MODE2_MIXED: Self = Self(13);

    /// How many bytes a block has; `None` for types of a maker's own and those without a meaning.
    #[must_use]
    pub const fn block_size(self) -> Option<u16> {
        match self {
            Self::RAW => Some(2352),
            Self::RAW_PQ => Some(2368),
            Self::RAW_PW_PACKED | Self::RAW_PW => Some(2448),
            Self::MODE1 | Self::MODE2_FORM1 => Some(2048),
            Self::MODE2 => Some(2336),
            Self::MODE2_FORM1_SUB_HEADER => Some(2056),
            Self::MODE2_FORM2 => Some(2324),
            Self::MODE2_MIXED => Some(2332),
            _ => None,
        }
    }
}

/// What kind of session it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct SessionFormat(pub u8);

impl SessionFormat {
    /// Audio, or data of mode 1.
    pub const CD_DA_OR_ROM: Self = Self(0x00);
    /// CD-I.
    pub const CD_I: Self = Self(0x10);
    /// CD-ROM XA.
    pub const XA: Self = Self(0x20);
}

/// The number of a disc: 13 digits.
pub type CatalogueNumber = Identifier<13>;

/// The code of a recording (ISRC): 12 letters and digits.
pub type RecordingCode = Identifier<12>;

/// A text of a fixed length that stands in sub-channel Q: 16 bytes of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identifier<const N: usize> {
    /// It is to be written.
    pub valid: bool,
    /// ASCII, as it came.
    pub characters: [u8; N],
    /// The frame of a second in which it was found; 0 when it is to be written.
    pub frame: u8,
}

impl<const N: usize> Identifier<N> {
    const LEN: usize = 16;
    const VALID: u8 = 7;
    /// The characters come after the byte with the bit, and one byte of zeros after them.
    const CHARACTERS: usize = 1;
    const FRAME: usize = N + 2;

    /// This text, to be written.
    #[must_use]
    pub const fn new(characters: [u8; N]) -> Self {
        Self { valid: true, characters, frame: 0 }
    }

    /// The text, if it is one and is to be written.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        let text = std::str::from_utf8(&self.characters).ok()?;
        (self.valid && text.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(text)
    }

    pub(super) fn decode(page: Fields<'_>, at: usize) -> Result<Self, BadReply> {
        let fields = Fields::new(page.slice(at, Self::LEN)?, Self::LEN)?;
        Ok(Self {
            valid: fields.bit(0, Self::VALID)?,
            characters: fields.array(Self::CHARACTERS)?,
            frame: fields.u8(Self::FRAME)?,
        })
    }

    pub(super) fn encode(self, page: &mut Writer, at: usize) {
        page.bit(at, Self::VALID, self.valid)
            .put(at + Self::CHARACTERS, &self.characters)
            .u8(at + Self::FRAME, self.frame);
    }
}

impl<const N: usize> Default for Identifier<N> {
    /// None: nothing is to be written.
    fn default() -> Self {
        Self { valid: false, characters: [0; N], frame: 0 }
    }
}
