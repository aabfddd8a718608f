//! DATA FORM: what a cue sheet says about the blocks that a program sends, and what the drive makes of them.

/// The DATA FORM byte of a cue sheet's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DataForm {
    /// The sector itself.
    pub main: MainForm,
    /// What comes behind it.
    pub sub_channel: SubChannelForm,
}

/// The sectors: six bits. Values without a name survive.
///
/// "Ignored" parts are sent by the program and replaced by the drive; where everything is ignored, zeros are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MainForm(u8);

impl MainForm {
    /// Audio, 2352 bytes.
    pub const AUDIO: Self = Self(0x00);
    /// Silence that the drive makes; nothing is sent.
    pub const AUDIO_PAUSE: Self = Self(0x01);
    /// Mode 1, 2048 bytes.
    pub const MODE_1: Self = Self(0x10);
    /// Mode 1, 2352 bytes; all but the data is ignored.
    pub const MODE_1_RAW: Self = Self(0x11);
    /// Mode 1, 2048 bytes; ignored.
    pub const MODE_1_IGNORED: Self = Self(0x12);
    /// Mode 1, 2352 bytes; ignored.
    pub const MODE_1_RAW_IGNORED: Self = Self(0x13);
    /// Mode 1, made by the drive; nothing is sent.
    pub const MODE_1_PAUSE: Self = Self(0x14);
    /// CD-ROM XA or CD-I, 2336 bytes from the sub-header on.
    pub const XA: Self = Self(0x20);
    /// CD-ROM XA or CD-I, 2352 bytes; sync and header are ignored.
    pub const XA_RAW: Self = Self(0x21);
    /// CD-ROM XA or CD-I, 2336 bytes; ignored.
    pub const XA_IGNORED: Self = Self(0x22);
    /// CD-ROM XA or CD-I, 2352 bytes; ignored.
    pub const XA_RAW_IGNORED: Self = Self(0x23);
    /// CD-ROM XA or CD-I, made by the drive; nothing is sent.
    pub const XA_PAUSE: Self = Self(0x24);
    /// Mode 2 without form, 2336 bytes.
    pub const MODE_2: Self = Self(0x30);
    /// Mode 2 without form, 2352 bytes; sync and header are ignored.
    pub const MODE_2_RAW: Self = Self(0x31);
    /// Mode 2 without form, 2336 bytes; ignored.
    pub const MODE_2_IGNORED: Self = Self(0x32);
    /// Mode 2 without form, 2352 bytes; ignored.
    pub const MODE_2_RAW_IGNORED: Self = Self(0x33);
    /// Mode 2 without form, made by the drive; nothing is sent.
    pub const MODE_2_PAUSE: Self = Self(0x34);

    /// The six bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The lower six bits of a byte.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & 0x3F)
    }

    /// How many bytes of each sector a program sends; `None` for a value without a name.
    #[must_use]
    pub const fn bytes(self) -> Option<u32> {
        match self {
            Self::AUDIO_PAUSE | Self::MODE_1_PAUSE | Self::XA_PAUSE | Self::MODE_2_PAUSE => Some(0),
            Self::MODE_1 | Self::MODE_1_IGNORED => Some(2048),
            Self::XA | Self::XA_IGNORED | Self::MODE_2 | Self::MODE_2_IGNORED => Some(2336),
            Self::AUDIO
            | Self::MODE_1_RAW
            | Self::MODE_1_RAW_IGNORED
            | Self::XA_RAW
            | Self::XA_RAW_IGNORED
            | Self::MODE_2_RAW
            | Self::MODE_2_RAW_IGNORED => Some(2352),
            _ => None,
        }
    }

    /// The form without a sub-channel.
    #[must_use]
    pub const fn alone(self) -> DataForm {
        DataForm { main: self, sub_channel: SubChannelForm::None }
    }
}

/// The sub-channel that a program sends behind each sector: two bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubChannelForm {
    /// 00b: none; the drive makes it.
    None,
    /// 01b: P to W as they are to be recorded, 96 bytes. With no sector this is how CD-TEXT goes into the lead-in.
    Raw,
    /// 10b means nothing.
    Reserved,
    /// 11b: R to W as packs which the drive interleaves, 96 bytes.
    Packed,
}

impl SubChannelForm {
    /// The two bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::None => 0b00,
            Self::Raw => 0b01,
            Self::Reserved => 0b10,
            Self::Packed => 0b11,
        }
    }

    /// What the lower two bits are.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 0b11 {
            0b00 => Self::None,
            0b01 => Self::Raw,
            0b10 => Self::Reserved,
            _ => Self::Packed,
        }
    }

    /// How many bytes a program sends; `None` for what means nothing.
    #[must_use]
    pub const fn bytes(self) -> Option<u32> {
        match self {
            Self::None => Some(0),
            Self::Raw | Self::Packed => Some(96),
            Self::Reserved => None,
        }
    }
}

impl DataForm {
    /// The lead-in of a disc with CD-TEXT: the sub-channel only.
    pub const CD_TEXT: Self = Self { main: MainForm::AUDIO_PAUSE, sub_channel: SubChannelForm::Raw };

    /// How many bytes of each block a program sends; `None` for what means nothing.
    #[must_use]
    pub fn bytes(self) -> Option<u32> {
        Some(self.main.bytes()? + self.sub_channel.bytes()?)
    }

    /// The byte.
    #[must_use]
    pub const fn encode(self) -> u8 {
        self.sub_channel.bits() << 6 | self.main.bits()
    }

    /// The form that a byte is.
    #[must_use]
    pub const fn decode(byte: u8) -> Self {
        Self { main: MainForm::from_bits(byte), sub_channel: SubChannelForm::from_bits(byte >> 6) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_has_its_size() {
        let sizes = [
            (0x00, Some(2352)),
            (0x01, Some(0)),
            (0x02, None),
            (0x10, Some(2048)),
            (0x11, Some(2352)),
            (0x12, Some(2048)),
            (0x13, Some(2352)),
            (0x14, Some(0)),
            (0x20, Some(2336)),
            (0x21, Some(2352)),
            (0x22, Some(2336)),
            (0x23, Some(2352)),
            (0x24, Some(0)),
            (0x30, Some(2336)),
            (0x31, Some(2352)),
            (0x32, Some(2336)),
            (0x33, Some(2352)),
            (0x34, Some(0)),
            (0x40, Some(2448)),
            (0x41, Some(96)),
            (0x80, None),
            (0xD0, Some(2144)),
            (0xFF, None),
        ];
        for (byte, size) in sizes {
            assert_eq!(DataForm::decode(byte).bytes(), size, "{byte:02X}");
        }
        assert_eq!(DataForm::CD_TEXT.encode(), 0x41);
        assert_eq!(MainForm::MODE_1.alone().encode(), 0x10);
    }

    #[test]
    fn every_byte_survives() {
        for byte in 0..=u8::MAX {
            assert_eq!(DataForm::decode(byte).encode(), byte);
        }
    }
}
