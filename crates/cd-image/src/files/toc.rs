//! `.toc`: the sheets of cdrdao.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use imapi_cd_sector::{
    SectorKind,
    subchannel::{Control, DiscType, Isrc, Mcn},
};
use imapi_disc_types::{BlockSource, Zero};

use super::{
    SheetError,
    bin::{Layout, joined},
    open::{Files, sheet},
    source::RwOfTracks,
    text::{Texts, kind_of},
    wav,
};
use crate::{CdDisc, CdTrack, STANDARD_PAUSE, SectorForm};

/// A word, a text between quotation marks, or a brace.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
}

struct Reader<'a, 'f> {
    path: &'a Path,
    tokens: Vec<(usize, Token)>,
    at: usize,
    files: &'a mut Files<'f>,
    texts: Texts,
    rw: RwOfTracks,
}

/// A track as far as it was read.
struct Said {
    mode: Layout,
    parts: Vec<Arc<dyn BlockSource>>,
    sectors: u32,
    /// Sectors before the first index, of those that come from the parts.
    start: Option<u32>,
    made_pause: u32,
    indexes: Vec<u32>,
    control: Control,
    isrc: Option<Isrc>,
    line: usize,
}

pub(super) fn read(path: &Path, files: &mut Files<'_>) -> Result<CdDisc, SheetError> {
    let text = sheet(path)?;
    let tokens = tokens(&text).map_err(|line| SheetError::Line {
        path: path.to_path_buf(),
        line,
        reason: "a text without an end".to_string(),
    })?;
    Reader { path, tokens, at: 0, files, texts: Texts::default(), rw: RwOfTracks::default() }.disc()
}

/// The tokens with their lines; an error is the line of a text without an end.
fn tokens(text: &str) -> Result<Vec<(usize, Token)>, usize> {
    let (mut tokens, mut line) = (Vec::new(), 1);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' => line += 1,
            '/' if characters.peek() == Some(&'/') => while characters.next_if(|&next| next != '\n').is_some() {},
            '{' => tokens.push((line, Token::Open)),
            '}' => tokens.push((line, Token::Close)),
            '"' => {
                let (begun, mut text) = (line, String::new());
                loop {
                    match characters.next().ok_or(begun)? {
                        '"' => break,
                        '\\' => text.push(escaped(&mut characters).ok_or(begun)?),
                        other => {
                            line += usize::from(other == '\n');
                            text.push(other);
                        }
                    }
                }
                tokens.push((begun, Token::Text(text)));
            }
            // Numbers of binary data are separated by commas, languages by colons.
            character if character.is_whitespace() || character == ',' => {}
            character => {
                let mut word = String::from(character);
                while let Some(next) =
                    characters.next_if(|&next| !(next.is_whitespace() || matches!(next, '{' | '}' | '"' | ',')))
                {
                    word.push(next);
                }
                tokens.push((line, Token::Word(word)));
            }
        }
    }
    Ok(tokens)
}

/// What stands behind a backslash: three octal digits, or a character for itself.
fn escaped(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    let first = characters.next()?;
    let Some(mut code) = first.to_digit(8) else { return Some(first) };
    for _ in 0..2 {
        if let Some(digit) = characters.peek().and_then(|next| next.to_digit(8)) {
            characters.next();
            code = code * 8 + digit;
        }
    }
    char::from_u32(code)
}

/// A length: a time, or samples of sound, which are whole sectors here or counted in bytes by the caller.
enum Length {
    Sectors(u32),
    Number(u64),
}

fn length(word: &str) -> Option<Length> {
    if word.contains(':') {
        let mut parts = word.split(':').map(|part| part.parse::<u32>().ok());
        let (minute, second, frame) = (parts.next()??, parts.next()??, parts.next()??);
        let fits = parts.next().is_none() && minute < 1_000 && second < 60 && frame < 75;
        return fits.then_some(Length::Sectors((minute * 60 + second) * 75 + frame));
    }
    word.parse().ok().map(Length::Number)
}

/// Bytes of a sample of sound.
const SAMPLE: u64 = 4;
const SOUND: u64 = 2352;

impl Reader<'_, '_> {
    fn line(&self) -> usize {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |(line, _)| *line)
    }

    fn wrong<T>(&self, reason: impl Into<String>) -> Result<T, SheetError> {
        self.wrong_at(self.tokens.get(self.at.saturating_sub(1)).map_or(1, |(line, _)| *line), reason)
    }

    fn wrong_at<T>(&self, line: usize, reason: impl Into<String>) -> Result<T, SheetError> {
        Err(SheetError::Line { path: self.path.to_path_buf(), line, reason: reason.into() })
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(_, token)| token)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn word_if(&mut self, wanted: impl FnOnce(&str) -> bool) -> Option<String> {
        match self.peek() {
            Some(Token::Word(word)) if wanted(word) => {
                let word = word.clone();
                self.at += 1;
                Some(word)
            }
            _ => None,
        }
    }

    fn text(&mut self) -> Result<String, SheetError> {
        match self.next() {
            Some(Token::Text(text)) => Ok(text),
            _ => self.wrong("a text between quotation marks is missing"),
        }
    }

    /// A length in sectors.
    fn sectors(&mut self) -> Result<u32, SheetError> {
        let word = self.word_if(|_| true).unwrap_or_default();
        match length(&word) {
            Some(Length::Sectors(sectors)) => Ok(sectors),
            // A number counts samples.
            Some(Length::Number(samples)) if samples * SAMPLE % SOUND == 0 => {
                Ok(u32::try_from(samples * SAMPLE / SOUND).unwrap_or(u32::MAX))
            }
            _ => self.wrong("a length such as 00:02:00 is missing"),
        }
    }

    fn disc(mut self) -> Result<CdDisc, SheetError> {
        let (mut disc_type, mut mcn) = (DiscType::CD_DA_OR_ROM, None);
        let mut said: Vec<Said> = Vec::new();
        while let Some(token) = self.next() {
            let Token::Word(word) = token else { return self.wrong("a word is expected here") };
            match word.as_str() {
                "CD_DA" | "CD_ROM" => {}
                "CD_ROM_XA" => disc_type = DiscType::XA,
                "CD_I" => disc_type = DiscType::CD_I,
                "CATALOG" => {
                    let Ok(number) = self.text()?.parse::<Mcn>() else {
                        return self.wrong("a catalogue number has 13 digits");
                    };
                    mcn = Some(number);
                }
                "TRACK" => {
                    let track = self.begin_track()?;
                    said.push(track);
                }
                "CD_TEXT" => self.cd_text(said.len().checked_sub(1))?,
                "FIRST_TRACK_NO" => {
                    // It is rare, and everything else that is said counts from 1.
                    let number = self.word_if(|_| true);
                    if number.as_deref() != Some("1") {
                        return self.wrong("the first track has number 1");
                    }
                }
                _ => {
                    let place = said.len().checked_sub(1);
                    match (said.pop(), place) {
                        (Some(mut track), Some(place)) => {
                            self.of_track(&word, &mut track, place)?;
                            said.push(track);
                        }
                        _ => return self.wrong(format!("`{word}` is not expected before the first track")),
                    }
                }
            }
        }
        let mut tracks = Vec::with_capacity(said.len());
        for (place, said) in said.into_iter().enumerate() {
            tracks.push(self.track(place, said)?);
        }
        if tracks.is_empty() {
            return self.wrong("there is no track");
        }
        let mut disc = CdDisc::new(tracks);
        disc.mcn = mcn;
        disc.disc_type = disc_type;
        disc.text = self.texts.cd_text(disc.first_number, disc.tracks.len());
        self.rw.put_into(&mut disc);
        Ok(disc)
    }

    fn begin_track(&mut self) -> Result<Said, SheetError> {
        let line = self.line();
        let mode = self.word_if(|_| true).unwrap_or_default();
        let Some(mode) = mode_of(&mode) else { return self.wrong(format!("`{mode}` is no mode of a track")) };
        let sub = self.word_if(|word| word == "RW" || word == "RW_RAW").is_some();
        Ok(Said {
            mode: if sub { mode.with_sub() } else { mode },
            parts: Vec::new(),
            sectors: 0,
            start: None,
            made_pause: 0,
            indexes: Vec::new(),
            control: Control::AUDIO,
            isrc: None,
            line,
        })
    }

    fn of_track(&mut self, word: &str, track: &mut Said, place: usize) -> Result<(), SheetError> {
        match word {
            "NO" => {
                let without = self.word_if(|_| true).unwrap_or_default();
                let Some(bit) = flag(&without) else { return self.wrong("NO is about COPY or PRE_EMPHASIS") };
                track.control = Control::from_bits(track.control.bits() & !bit.bits());
            }
            "COPY" | "PRE_EMPHASIS" | "FOUR_CHANNEL_AUDIO" => {
                track.control = track.control | flag(word).unwrap_or_default();
            }
            "TWO_CHANNEL_AUDIO" => {
                track.control = Control::from_bits(track.control.bits() & !Control::FOUR_CHANNELS.bits());
            }
            "ISRC" => {
                let Ok(code) = self.text()?.parse() else { return self.wrong("it is no recording code (ISRC)") };
                track.isrc = Some(code);
            }
            "PREGAP" => track.made_pause = self.sectors()?,
            "START" => {
                let said = self.word_if(|word| word.contains(':')).and_then(|word| length(&word));
                track.start = Some(match said {
                    Some(Length::Sectors(sectors)) => sectors,
                    _ => track.sectors,
                });
            }
            "INDEX" => track.indexes.push(self.sectors()?),
            "SILENCE" | "ZERO" => {
                while self.word_if(|word| mode_of(word).is_some() || word == "RW" || word == "RW_RAW").is_some() {}
                let sectors = self.sectors()?;
                track.add(Arc::new(Zero::new(track.mode.form.block_size(), sectors.into())));
            }
            "FILE" | "AUDIOFILE" => self.sound(track)?,
            "DATAFILE" => self.data(track, place)?,
            other => return self.wrong(format!("`{other}` is unknown")),
        }
        Ok(())
    }

    /// FILE: a name, perhaps SWAP and an offset in bytes, where to begin, and how much.
    fn sound(&mut self, track: &mut Said) -> Result<(), SheetError> {
        let name = self.text()?;
        let path = self.files.find(&name);
        let swapped = self.word_if(|word| word == "SWAP").is_some();
        let offset = self.offset()?;
        let start = self.word_if(|word| length(word).is_some());
        let len = self.word_if(|word| length(word).is_some());
        let in_bytes = |word: &str| match length(word) {
            Some(Length::Sectors(sectors)) => u64::from(sectors) * SOUND,
            Some(Length::Number(samples)) => samples.saturating_mul(SAMPLE),
            None => 0,
        };
        let start = start.as_deref().map_or(0, in_bytes);
        let len = len.as_deref().map(in_bytes);
        if track.mode.sub {
            return self.wrong("sound with sub-channels is a DATAFILE");
        }
        if let Some(decoded) = self.files.decoded(&path).transpose()? {
            let first = start.div_ceil(SOUND);
            let sectors = len.map_or_else(|| decoded.blocks().saturating_sub(first), |len| len.div_ceil(SOUND));
            track.add(Arc::new(crate::Slice::new(decoded, first, sectors)));
            return Ok(());
        }
        let bytes = self.files.bytes(&path)?;
        // Plain samples have their higher byte first, unless they stand in a file that says otherwise.
        let is_wav = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wav"));
        let (from, there) = if is_wav {
            let samples = wav::samples(&*bytes, &path)?;
            (samples.from, samples.len)
        } else {
            (offset, bytes.blocks().saturating_sub(offset))
        };
        let len = len.unwrap_or_else(|| there.saturating_sub(start));
        if start.saturating_add(len) > there {
            return self.wrong(format!("{} ends before that", path.display()));
        }
        let (source, _) = Layout::AUDIO.part(&bytes, from + start, len, is_wav == swapped);
        track.add(source);
        Ok(())
    }

    /// DATAFILE: a name, perhaps an offset in bytes, and perhaps how much.
    fn data(&mut self, track: &mut Said, place: usize) -> Result<(), SheetError> {
        let name = self.text()?;
        let path: PathBuf = self.files.find(&name);
        let offset = self.offset()?;
        let len = self.word_if(|word| length(word).is_some());
        let bytes = self.files.bytes(&path)?;
        let there = bytes.blocks().saturating_sub(offset);
        let stride = track.mode.stride();
        let len = match len.as_deref().and_then(length) {
            Some(Length::Sectors(sectors)) => u64::from(sectors) * stride,
            Some(Length::Number(bytes)) => bytes,
            None => there,
        };
        if len > there {
            return self.wrong(format!("{} ends before that", path.display()));
        }
        // Sound of a data file has its higher byte first, too.
        let swapped = !track.mode.form.is_data();
        let (source, beside) = track.mode.part(&bytes, offset, len, swapped);
        if let (Some(beside), true) = (beside, track.parts.is_empty()) {
            self.rw.add(place, beside);
        }
        track.add(source);
        Ok(())
    }

    fn offset(&mut self) -> Result<u64, SheetError> {
        match self.word_if(|word| word.starts_with('#')) {
            Some(word) => match word[1..].parse() {
                Ok(offset) => Ok(offset),
                Err(_) => self.wrong("an offset is a number of bytes"),
            },
            None => Ok(0),
        }
    }

    /// `CD_TEXT { … }`: the texts of the first language, of the disc or of a track.
    fn cd_text(&mut self, track: Option<usize>) -> Result<(), SheetError> {
        if self.next() != Some(Token::Open) {
            return self.wrong("CD_TEXT is followed by a brace");
        }
        let (mut depth, mut language) = (1, 0);
        while depth > 0 {
            match self.next() {
                Some(Token::Open) => depth += 1,
                Some(Token::Close) => depth -= 1,
                Some(Token::Word(word)) if word == "LANGUAGE" => {
                    language = self.word_if(|_| true).and_then(|number| number.parse().ok()).unwrap_or(language);
                }
                Some(Token::Word(word)) => {
                    if let (Some(kind), Some(Token::Text(text))) = (kind_of(&word), self.peek().cloned()) {
                        self.at += 1;
                        if language == 0 {
                            self.texts.add(kind, track, &text);
                        }
                    }
                }
                Some(Token::Text(_)) => {}
                None => return self.wrong("a brace is not closed"),
            }
        }
        Ok(())
    }

    fn track(&self, place: usize, said: Said) -> Result<CdTrack, SheetError> {
        let Some(source) = joined(said.parts) else {
            return self.wrong_at(said.line, "the track has nothing in it");
        };
        let mut track = CdTrack::new(said.mode.form, source);
        track.made_pause = said.made_pause + if place == 0 { STANDARD_PAUSE } else { 0 };
        track.stored_pause = said.start.unwrap_or(0);
        track.indexes = said.indexes;
        track.control = said.control;
        track.isrc = said.isrc;
        Ok(track)
    }
}

impl Said {
    fn add(&mut self, source: Arc<dyn BlockSource>) {
        self.sectors = self.sectors.saturating_add(u32::try_from(source.blocks()).unwrap_or(u32::MAX));
        self.parts.push(source);
    }
}

fn flag(word: &str) -> Option<Control> {
    match word {
        "COPY" => Some(Control::COPY_PERMITTED),
        "PRE_EMPHASIS" => Some(Control::PRE_EMPHASIS),
        "FOUR_CHANNEL_AUDIO" => Some(Control::FOUR_CHANNELS),
        _ => None,
    }
}

fn mode_of(word: &str) -> Option<Layout> {
    Some(match word {
        "AUDIO" => Layout::AUDIO,
        "MODE0" => Layout::of(SectorForm::Mode0),
        "MODE1" => Layout::MODE_1,
        "MODE1_RAW" => Layout::MODE_1_WHOLE,
        "MODE2" => Layout::of(SectorForm::Mode2),
        "MODE2_RAW" => Layout::of(SectorForm::Whole(SectorKind::Mode2Form1)),
        "MODE2_FORM1" => Layout::of(SectorForm::Mode2Form1),
        "MODE2_FORM2" => Layout::of(SectorForm::Mode2Form2),
        "MODE2_FORM_MIX" => Layout::XA_MIXED,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Token {
        Token::Word(text.to_string())
    }

    #[test]
    fn texts_have_escapes_and_comments_end_with_their_line() {
        let found = tokens("CD_DA // not this \" one\nTITLE \"a \\\"b\\\" \\344\\\\\" {0 : EN, 1}").expect("tokens");
        let expected = [
            (1, word("CD_DA")),
            (2, word("TITLE")),
            (2, Token::Text("a \"b\" ä\\".to_string())),
            (2, Token::Open),
            (2, word("0")),
            (2, word(":")),
            (2, word("EN")),
            (2, word("1")),
            (2, Token::Close),
        ];
        assert_eq!(found, expected);
        assert_eq!(tokens("A\n\"no end"), Err(2));
    }
}
