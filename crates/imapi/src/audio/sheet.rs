//! [`text_sheet`]: titles and names of a disc from a sheet of lines `Album Title = …`, version 0.7T, as Sony's tools and cdrskin
//! have it.

use imapi_cd_sector::{
    cdtext::{Block, BuildError, CdText, Charset, Genre, Language, Pack, TextError, TextKind},
    subchannel::{Isrc, Mcn, Track},
};
use imapi_errors::{Coded, Fact, HResult, Value, common};
use imapi_format2::audio::{NumberError, parse_isrc, parse_mcn};

/// Languages by the numbers that broadcasters gave them.
const LANGUAGES: [(&str, u8); 46] = [
    ("unknown", 0x00),
    ("albanian", 0x01),
    ("breton", 0x02),
    ("catalan", 0x03),
    ("croatian", 0x04),
    ("welsh", 0x05),
    ("czech", 0x06),
    ("danish", 0x07),
    ("german", 0x08),
    ("english", 0x09),
    ("spanish", 0x0A),
    ("esperanto", 0x0B),
    ("estonian", 0x0C),
    ("basque", 0x0D),
    ("faroese", 0x0E),
    ("french", 0x0F),
    ("frisian", 0x10),
    ("irish", 0x11),
    ("gaelic", 0x12),
    ("galician", 0x13),
    ("icelandic", 0x14),
    ("italian", 0x15),
    ("lappish", 0x16),
    ("latin", 0x17),
    ("latvian", 0x18),
    ("luxembourgian", 0x19),
    ("lithuanian", 0x1A),
    ("hungarian", 0x1B),
    ("maltese", 0x1C),
    ("dutch", 0x1D),
    ("norwegian", 0x1E),
    ("occitan", 0x1F),
    ("polish", 0x20),
    ("portuguese", 0x21),
    ("romanian", 0x22),
    ("romansh", 0x23),
    ("serbian", 0x24),
    ("slovak", 0x25),
    ("slovenian", 0x26),
    ("finnish", 0x27),
    ("swedish", 0x28),
    ("turkish", 0x29),
    ("flemish", 0x2A),
    ("wallon", 0x2B),
    ("russian", 0x56),
    ("japanese", 0x69),
];

/// What lines say of the disc, and what of a track behind its number.
const OF_DISC: [(&str, TextKind); 8] = [
    ("album title", TextKind::Title),
    ("artist name", TextKind::Performer),
    ("songwriter", TextKind::Songwriter),
    ("composer", TextKind::Composer),
    ("arranger", TextKind::Arranger),
    ("album message", TextKind::Message),
    ("catalog number", TextKind::DiscId),
    ("closed information", TextKind::Private),
];
const OF_TRACK: [(&str, TextKind); 6] = [
    ("title", TextKind::Title),
    ("artist", TextKind::Performer),
    ("songwriter", TextKind::Songwriter),
    ("composer", TextKind::Composer),
    ("arranger", TextKind::Arranger),
    ("message", TextKind::Message),
];

/// What a sheet says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSheet {
    /// The number of the disc.
    pub catalogue: Option<Mcn>,
    /// The codes of tracks, by their place from 0.
    pub isrc: Vec<Option<Isrc>>,
    /// The texts.
    pub text: CdText,
}

/// A sheet that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// A line is none of a sheet, or of none that is known.
    #[error("line {line}: `{text}` means nothing here")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What it says.
        text: String,
    },
    /// A number of disc or track is none.
    #[error("line {line}: {cause}")]
    Number {
        /// The line.
        line: usize,
        /// What is wrong with it.
        #[source]
        cause: NumberError,
    },
    /// A text cannot be on a disc.
    #[error("line {line}: {cause}")]
    Text {
        /// The line.
        line: usize,
        /// What is wrong with it.
        #[source]
        cause: TextError,
    },
    /// All texts together cannot be on a disc.
    #[error(transparent)]
    Build(#[from] BuildError),
}

impl Coded for SheetError {
    fn code(&self) -> HResult {
        match self {
            Self::Number { cause, .. } => cause.code(),
            Self::Line { .. } | Self::Text { .. } | Self::Build(_) => common::E_INVALIDARG,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::Reason, Value::Text(self));
    }
}

/// Reads a sheet about a disc with so many tracks. It is UTF-8, or else every byte is a character of ISO 8859-1.
///
/// ```
/// use imapi::audio::text_sheet;
/// use imapi_cd_sector::cdtext::TextKind;
///
/// let sheet = text_sheet(b"Album Title = Joyful Nights\nTrack 01 Title = Song of Joy\n", 1)?;
/// assert_eq!(sheet.text.blocks[0].text(TextKind::Title, None).as_deref(), Some("Joyful Nights"));
/// # Ok::<(), imapi::audio::SheetError>(())
/// ```
pub fn text_sheet(bytes: &[u8], tracks: u8) -> Result<TextSheet, SheetError> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{FEFF}').to_string(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    };
    let last = Track::new(tracks).unwrap_or(Track::FIRST);
    let mut reader = Reader {
        block: Block::new(Track::FIRST, last),
        genre: Genre::default(),
        catalogue: None,
        isrc: vec![None; tracks.into()],
    };
    for (line, number) in text.lines().zip(1..) {
        // What has no equals sign is a remark.
        let Some((key, value)) = line.split_once('=') else { continue };
        reader.line(number, line, &key.trim().to_ascii_lowercase(), value.trim())?;
    }
    let Reader { mut block, genre, catalogue, isrc } = reader;
    block.genre = (genre != Genre::default()).then_some(genre);
    Ok(TextSheet { catalogue, isrc, text: CdText { blocks: vec![block] } })
}

impl TextSheet {
    /// The packs that are recorded; none where the sheet has no text.
    pub fn packs(&self) -> Result<Vec<Pack>, SheetError> {
        let is_empty = self.text.blocks.iter().all(|block| block.texts().next().is_none() && block.genre.is_none());
        if is_empty { Ok(Vec::new()) } else { Ok(self.text.packs()?) }
    }
}

struct Reader {
    block: Block,
    genre: Genre,
    catalogue: Option<Mcn>,
    isrc: Vec<Option<Isrc>>,
}

impl Reader {
    fn line(&mut self, line: usize, whole: &str, key: &str, value: &str) -> Result<(), SheetError> {
        let unknown = || SheetError::Line { line, text: whole.trim().to_string() };
        let wrong = |cause| SheetError::Number { line, cause };
        // A key without a value says nothing.
        if value.is_empty() {
            return Ok(());
        }
        if let Some((_, kind)) = OF_DISC.iter().find(|(name, _)| *name == key) {
            return self.block.set(*kind, None, value).map_err(|cause| SheetError::Text { line, cause });
        }
        if let Some((track, what)) = key.strip_prefix("track ").and_then(|rest| rest.split_once(' ')) {
            let track = self.track(track).ok_or_else(unknown)?;
            let (_, kind) = OF_TRACK.iter().find(|(name, _)| *name == what.trim()).ok_or_else(unknown)?;
            return self.block.set(*kind, Some(track), value).map_err(|cause| SheetError::Text { line, cause });
        }
        if let Some(track) = key.strip_prefix("isrc ") {
            let track = self.track(track).ok_or_else(unknown)?;
            let code = parse_isrc(value).map_err(wrong)?;
            self.isrc[usize::from(track.get()) - 1] = Some(code);
            let set = self.block.set(TextKind::Codes, Some(track), code.as_str());
            return set.map_err(|cause| SheetError::Text { line, cause });
        }
        match (key, value.to_ascii_lowercase().as_str()) {
            ("input sheet version", "0.7t") | ("first track number", "1") | ("remarks", _) => {}
            ("text code", "8859") => self.block.charset = Charset::LATIN_1,
            ("text code", "ascii") => self.block.charset = Charset::ASCII,
            ("language code", name) => {
                let (_, number) = LANGUAGES.iter().find(|(known, _)| *known == name).ok_or_else(unknown)?;
                self.block.language = Language(*number);
            }
            ("upc / ean", _) => {
                let number = parse_mcn(value).map_err(wrong)?;
                self.catalogue = Some(number);
                let set = self.block.set(TextKind::Codes, None, number.as_str());
                set.map_err(|cause| SheetError::Text { line, cause })?;
            }
            ("genre code", code) => {
                let hexadecimal = code.strip_prefix("0x").map(|digits| u16::from_str_radix(digits, 16));
                self.genre.code = hexadecimal.unwrap_or_else(|| code.parse()).map_err(|_| unknown())?;
            }
            ("genre information", _) => self.genre.text = latin_1(value).ok_or_else(unknown)?,
            ("text data copy protection", "on") => self.block.copyright = 0x03,
            ("text data copy protection", "off") => self.block.copyright = 0,
            ("last track number", number) if number.parse() == Ok(self.isrc.len()) => {}
            _ => return Err(unknown()),
        }
        Ok(())
    }

    /// A track that the disc has.
    fn track(&self, text: &str) -> Option<Track> {
        let number: u8 = text.trim().parse().ok()?;
        Track::new(number).filter(|track| usize::from(track.get()) <= self.isrc.len())
    }
}

fn latin_1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|letter| u8::try_from(letter).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_has_texts_numbers_and_a_language() {
        let sheet = "Input Sheet Version = 0.7T\nText Code = 8859\nLanguage Code = German\nAlbum Title = Müßige Nächte\n\
                     Artist Name = The Band\nUPC / EAN = 4006381333931\nISRC 02 = DE-A12-24-00007\n\
                     Track 01 Title = First = Best\nTrack 02 Artist = Someone\nTrack 02 Message =\nGenre Code = 0x0010\n\
                     Genre Information = Pop\nnothing at all\n";
        let found = text_sheet(sheet.as_bytes(), 2).expect("a sheet");
        let block = &found.text.blocks[0];
        let two = Track::new(2);
        assert_eq!(block.text(TextKind::Title, None).as_deref(), Some("Müßige Nächte"));
        assert_eq!(block.text(TextKind::Title, Some(Track::FIRST)).as_deref(), Some("First = Best"));
        assert_eq!(block.text(TextKind::Performer, two).as_deref(), Some("Someone"));
        assert_eq!(block.text(TextKind::Message, two), None);
        assert_eq!((block.language, block.genre.as_ref().map(|genre| genre.code)), (Language(8), Some(16)));
        assert_eq!(found.catalogue.map(|number| number.to_string()).as_deref(), Some("4006381333931"));
        assert_eq!(found.isrc.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true]);
        assert!(!found.packs().expect("it fits").is_empty());
        // The same in ISO 8859-1.
        let latin = latin_1(sheet).expect("letters of the West");
        assert_eq!(text_sheet(&latin, 2), Ok(found));
    }

    #[test]
    fn what_means_nothing_is_told_by_its_line() {
        for (sheet, line) in [
            ("Album Title = a\nTrack 03 Title = b", 2),
            ("Track 00 Title = b", 1),
            ("Track 01 Colour = b", 1),
            ("\n\nLanguage Code = Klingon", 3),
            ("Text Code = MS-JIS", 1),
            ("Input Sheet Version = 0.8", 1),
            ("First Track Number = 2", 1),
        ] {
            let error = text_sheet(sheet.as_bytes(), 2).expect_err(sheet);
            assert!(matches!(error, SheetError::Line { line: found, .. } if found == line), "{error}");
        }
        assert!(matches!(text_sheet(b"UPC / EAN = 4006381333930", 1), Err(SheetError::Number { line: 1, .. })));
        assert!(matches!(text_sheet("Album Title = Жар".as_bytes(), 1), Err(SheetError::Text { line: 1, .. })));
    }

    #[test]
    fn a_sheet_without_text_makes_no_packs() {
        assert_eq!(text_sheet(b"Language Code = English\n", 3).expect("a sheet").packs(), Ok(Vec::new()));
    }
}
