//! [`Block`]: the texts of a disc in one language.

use std::collections::BTreeMap;

use crate::subchannel::Track;

/// The texts of a disc in one language.
///
/// A text belongs to a track, or, with `None`, to the disc as a whole. Texts are kept as bytes of their [`Charset`], so that
/// those which nobody here can read survive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// How texts are written.
    pub charset: Charset,
    /// The language.
    pub language: Language,
    /// Whether texts are protected: 0, or 3 when they all are.
    pub copyright: u8,
    /// The first track that has texts.
    pub first_track: Track,
    /// The last track that has texts.
    pub last_track: Track,
    /// The kind of music.
    pub genre: Option<Genre>,
    /// Packs without text: tables of contents (88h, 89h) and kinds that are reserved. They go where their kind belongs.
    pub raw: Vec<RawPack>,
    pub(super) texts: BTreeMap<(TextKind, Option<Track>), Vec<u8>>,
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextKind {
    /// The title of the disc or of a track.
    Title,
    /// Who plays.
    Performer,
    /// Who wrote the words.
    Songwriter,
    /// Who wrote the music.
    Composer,
    /// Who arranged it.
    Arranger,
    /// A message from the maker or the artist.
    Message,
    /// The maker's own number of the disc; tracks have none.
    DiscId,
    /// About the disc, for the maker and not for listeners.
    Private,
    /// The disc's bar code, and each track's recording code.
    Codes,
}

/// How texts are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Charset(pub u8);

/// The language of a block, by the numbers of EBU Tech 3258.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Language(pub u8);

/// The kind of music, by number and in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Genre {
    /// The number; 0 for none.
    pub code: u16,
    /// More words about it, in ISO 8859-1.
    pub text: Vec<u8>,
}

/// Twelve bytes that are no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RawPack {
    /// Its kind, 88h to 8Ch; others are left out.
    pub kind: u8,
    /// The number in the place of a track.
    pub track: u8,
    /// The bytes.
    pub data: [u8; 12],
}

/// A text that cannot be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// The charset has no such character.
    #[error("{character:?} at position {position} is not in the charset")]
    NotInCharset {
        /// The first such character.
        character: char,
        /// How many characters are before it.
        position: usize,
    },
    /// Texts of this charset are only known as bytes.
    #[error("texts of charset {:02X}h can be set as bytes only", .0.0)]
    UnknownCharset(Charset),
    /// A zero ends a text and cannot be in it.
    #[error("a text has a zero in it")]
    Zero,
    /// A charset with characters of two bytes has an even number of them.
    #[error("half a character is missing at the end of a text")]
    HalfCharacter,
    /// This kind of text is about the disc only.
    #[error("tracks have no text of this kind")]
    DiscOnly,
}

impl TextKind {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Title,
        Self::Performer,
        Self::Songwriter,
        Self::Composer,
        Self::Arranger,
        Self::Message,
        Self::DiscId,
        Self::Private,
        Self::Codes,
    ];

    /// The number of its packs.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Title => 0x80,
            Self::Performer => 0x81,
            Self::Songwriter => 0x82,
            Self::Composer => 0x83,
            Self::Arranger => 0x84,
            Self::Message => 0x85,
            Self::DiscId => 0x86,
            Self::Private => 0x8D,
            Self::Codes => 0x8E,
        }
    }

    /// Whether it is written in the charset of its block. Numbers and the maker's own texts are always ISO 8859-1.
    #[must_use]
    pub const fn in_charset(self) -> bool {
        !matches!(self, Self::DiscId | Self::Private | Self::Codes)
    }

    /// It is about the disc and never about a track.
    #[must_use]
    pub const fn disc_only(self) -> bool {
        matches!(self, Self::DiscId | Self::Private)
    }
}

impl Charset {
    /// ISO 8859-1, with few changes.
    pub const LATIN_1: Self = Self(0x00);
    /// ASCII.
    pub const ASCII: Self = Self(0x01);
    /// Japanese, Shift-JIS as Microsoft has it: two bytes a character.
    pub const MS_JIS: Self = Self(0x80);

    /// Characters are of two bytes.
    #[must_use]
    pub const fn is_double_byte(self) -> bool {
        self.0 & 0x80 != 0
    }

    /// Bytes of a character.
    pub(super) const fn width(self) -> usize {
        if self.is_double_byte() { 2 } else { 1 }
    }

    fn encode(self, text: &str) -> Result<Vec<u8>, TextError> {
        let last = match self {
            Self::LATIN_1 => 0xFF,
            Self::ASCII => 0x7F,
            _ => return Err(TextError::UnknownCharset(self)),
        };
        let encoded = text.chars().enumerate().map(|(position, character)| {
            let byte = u8::try_from(character).ok().filter(|&byte| byte <= last);
            byte.ok_or(TextError::NotInCharset { character, position })
        });
        encoded.collect()
    }

    fn decode(self, bytes: &[u8]) -> Option<String> {
        matches!(self, Self::LATIN_1 | Self::ASCII).then(|| bytes.iter().copied().map(char::from).collect())
    }
}

impl Language {
    /// The block does not say.
    pub const UNKNOWN: Self = Self(0x00);
    /// English.
    pub const ENGLISH: Self = Self(0x09);
}

impl Block {
    /// A block without texts: English, in ISO 8859-1.
    #[must_use]
    pub const fn new(first_track: Track, last_track: Track) -> Self {
        Self {
            charset: Charset::LATIN_1,
            language: Language::ENGLISH,
            copyright: 0,
            first_track,
            last_track,
            genre: None,
            raw: Vec::new(),
            texts: BTreeMap::new(),
        }
    }

    /// Sets a text; an empty one takes it away. A lone tabulator means the text of the track before.
    pub fn set(&mut self, kind: TextKind, track: Option<Track>, text: &str) -> Result<(), TextError> {
        self.set_bytes(kind, track, self.charset_of(kind).encode(text)?)
    }

    /// Sets a text in the bytes of the [charset](Self::charset_of) of its kind.
    pub fn set_bytes(&mut self, kind: TextKind, track: Option<Track>, text: Vec<u8>) -> Result<(), TextError> {
        let width = self.charset_of(kind).width();
        if kind.disc_only() && track.is_some() {
            return Err(TextError::DiscOnly);
        }
        if text.len() % width != 0 {
            return Err(TextError::HalfCharacter);
        }
        if text.chunks(width).any(is_zero) {
            return Err(TextError::Zero);
        }
        if text.is_empty() {
            self.texts.remove(&(kind, track));
        } else {
            self.texts.insert((kind, track), text);
        }
        Ok(())
    }

    /// A text in the bytes of the [charset](Self::charset_of) of its kind, with the text of an earlier track where it says so.
    #[must_use]
    pub fn bytes(&self, kind: TextKind, track: Option<Track>) -> Option<&[u8]> {
        let mut track = track;
        loop {
            let text = self.texts.get(&(kind, track))?;
            // One tabulator for each byte of a character: as the track before.
            if text.len() != self.charset_of(kind).width() || text.iter().any(|&byte| byte != b'\t') {
                return Some(text);
            }
            track = Some(Track::new(track?.get() - 1)?);
        }
    }

    /// A text; `None` also when nobody here can read the block's charset.
    ///
    /// ```
    /// use imapi_cd_sector::{cdtext::{Block, TextKind}, subchannel::Track};
    ///
    /// let mut block = Block::new(Track::FIRST, Track::FIRST);
    /// block.set(TextKind::Performer, None, "Mötley Crüe")?;
    /// assert_eq!(block.text(TextKind::Performer, None).as_deref(), Some("Mötley Crüe"));
    /// assert_eq!(block.text(TextKind::Performer, Some(Track::FIRST)), None);
    /// # Ok::<(), imapi_cd_sector::cdtext::TextError>(())
    /// ```
    #[must_use]
    pub fn text(&self, kind: TextKind, track: Option<Track>) -> Option<String> {
        self.charset_of(kind).decode(self.bytes(kind, track)?)
    }

    /// How texts of a kind are written.
    #[must_use]
    pub const fn charset_of(&self, kind: TextKind) -> Charset {
        if kind.in_charset() { self.charset } else { Charset::LATIN_1 }
    }

    /// What has a text: kind, and track or disc.
    pub fn texts(&self) -> impl Iterator<Item = (TextKind, Option<Track>)> + '_ {
        self.texts.keys().copied()
    }
}

/// A character that ends a text.
pub(super) fn is_zero(character: &[u8]) -> bool {
    character.iter().all(|&byte| byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(number: u8) -> Option<Track> {
        Track::new(number)
    }

    fn block() -> Block {
        Block::new(Track::FIRST, Track::new(9).expect("a track"))
    }

    #[test]
    fn a_character_outside_the_charset_is_told_by_its_place() {
        let mut block = block();
        let wrong = TextError::NotInCharset { character: 'Ж', position: 2 };
        assert_eq!(block.set(TextKind::Title, None, "äöЖ"), Err(wrong));
        block.charset = Charset::ASCII;
        let wrong = TextError::NotInCharset { character: 'ä', position: 1 };
        assert_eq!(block.set(TextKind::Title, None, "aäö"), Err(wrong));
        block.charset = Charset::MS_JIS;
        assert_eq!(block.set(TextKind::Title, None, "a"), Err(TextError::UnknownCharset(Charset::MS_JIS)));
    }

    #[test]
    fn what_ends_a_text_is_not_in_it() {
        let mut block = block();
        assert_eq!(block.set(TextKind::Title, None, "a\0b"), Err(TextError::Zero));
        assert_eq!(block.set(TextKind::DiscId, track(1), "a"), Err(TextError::DiscOnly));
        block.charset = Charset::MS_JIS;
        assert_eq!(block.set_bytes(TextKind::Title, None, vec![0x82]), Err(TextError::HalfCharacter));
        assert_eq!(block.set_bytes(TextKind::Title, None, vec![0x82, 0, 0, 0x60]), Ok(()));
        assert_eq!(block.set_bytes(TextKind::Title, None, vec![0x82, 0x60, 0, 0]), Err(TextError::Zero));
    }

    #[test]
    fn a_tabulator_repeats_the_track_before() {
        let mut block = block();
        block.set(TextKind::Performer, track(1), "first").expect("a text");
        block.set(TextKind::Performer, track(2), "\t").expect("a text");
        block.set(TextKind::Performer, track(3), "\t").expect("a text");
        block.set(TextKind::Performer, track(4), "\t\t").expect("a text");
        block.set(TextKind::Title, track(1), "\t").expect("a text");
        assert_eq!(block.text(TextKind::Performer, track(3)).as_deref(), Some("first"));
        assert_eq!(block.text(TextKind::Performer, track(4)).as_deref(), Some("\t\t"));
        assert_eq!(block.text(TextKind::Title, track(1)), None);
    }

    #[test]
    fn an_empty_text_is_none() {
        let mut block = block();
        block.set(TextKind::Title, None, "a").expect("a text");
        assert_eq!(block.texts().collect::<Vec<_>>(), [(TextKind::Title, None)]);
        block.set(TextKind::Title, None, "").expect("a text");
        assert_eq!(block.texts().count(), 0);
    }
}
