//! `.cue`: tracks as parts of files of data or sound, as CDRWIN has them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use imapi_cd_sector::{
    SectorKind,
    cdtext::CdText,
    subchannel::{Control, DiscType, Isrc, Mcn},
};
use imapi_disc_types::{BlockSource, Lba, Msf};

use super::{
    SheetError,
    bin::{Layout, joined},
    open::{Files, sheet},
    source::RwOfTracks,
    text::{Texts, kind_of},
    wav,
};
use crate::{CdDisc, CdTrack, STANDARD_PAUSE, SectorForm};

/// What a sheet says, line by line.
struct Reader<'a> {
    path: &'a Path,
    line: usize,
    files: Vec<Named>,
    tracks: Vec<Track>,
    texts: Texts,
    /// A file with the packs of CD-TEXT.
    packs: Option<PathBuf>,
    mcn: Option<Mcn>,
}

/// A file that the sheet names.
struct Named {
    path: PathBuf,
    kind: FileKind,
    line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileKind {
    Binary,
    /// The higher byte of samples comes first.
    Motorola,
    Sound,
}

struct Track {
    number: u8,
    mode: Layout,
    disc_type: DiscType,
    line: usize,
    control: Control,
    alternate_copy: bool,
    isrc: Option<Isrc>,
    made_pause: u32,
    postgap: u32,
    indexes: Vec<Index>,
}

#[derive(Debug, Clone, Copy)]
struct Index {
    number: u8,
    file: usize,
    /// Sectors from the file's beginning.
    at: u32,
}

/// A part of a track in one file: the first index there, its sectors, and their source.
type Piece = (Index, u32, Arc<dyn BlockSource>);

pub(super) fn read(path: &Path, files: &mut Files<'_>) -> Result<CdDisc, SheetError> {
    let text = sheet(path)?;
    let mut reader = Reader {
        path,
        line: 0,
        files: Vec::new(),
        tracks: Vec::new(),
        texts: Texts::default(),
        packs: None,
        mcn: None,
    };
    for line in text.lines() {
        reader.line += 1;
        reader.line(line, files)?;
    }
    reader.disc(files)
}

/// Words of a line; those between quotation marks are one.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut rest) = (Vec::new(), line.trim());
    while !rest.is_empty() {
        let (word, behind) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.to_string());
        rest = behind.trim_start();
    }
    words
}

/// A time as sheets have it: minutes need not have two digits.
fn frames(text: &str) -> Option<u32> {
    let mut parts = text.split(':').map(|part| part.parse::<u32>().ok());
    let (minute, second, frame) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || second > 59 || frame > 74 || minute > 999 {
        return None;
    }
    Some((minute * 60 + second) * 75 + frame)
}

impl Reader<'_> {
    fn wrong<T>(&self, reason: impl Into<String>) -> Result<T, SheetError> {
        self.wrong_at(self.line, reason)
    }

    fn wrong_at<T>(&self, line: usize, reason: impl Into<String>) -> Result<T, SheetError> {
        Err(SheetError::Line { path: self.path.to_path_buf(), line, reason: reason.into() })
    }

    fn line(&mut self, line: &str, files: &Files<'_>) -> Result<(), SheetError> {
        let words = words(line);
        let Some((command, rest)) = words.split_first() else { return Ok(()) };
        let command = command.to_ascii_uppercase();
        let first = rest.first().map(String::as_str).unwrap_or_default();
        match command.as_str() {
            "REM" => self.remark(rest),
            "CATALOG" => match first.parse() {
                Ok(mcn) => {
                    self.mcn = Some(mcn);
                    Ok(())
                }
                Err(_) => self.wrong("a catalogue number has 13 digits"),
            },
            "CDTEXTFILE" => {
                self.packs = Some(files.find(first));
                Ok(())
            }
            "FILE" => self.file(rest, files),
            "TRACK" => self.track(rest),
            "FLAGS" => self.flags(rest),
            "ISRC" => {
                let code: String = first.chars().filter(|&character| character != '-').collect();
                let code = code.to_ascii_uppercase().parse();
                let Ok(code) = code else { return self.wrong("it is no recording code (ISRC)") };
                self.last_track()?.isrc = Some(code);
                Ok(())
            }
            "PREGAP" => {
                let Some(frames) = frames(first) else { return self.wrong("a pre-gap has a length such as 00:02:00") };
                self.last_track()?.made_pause = frames;
                Ok(())
            }
            "POSTGAP" => {
                let Some(frames) = frames(first) else { return self.wrong("a post-gap has a length such as 00:02:00") };
                self.last_track()?.postgap = frames;
                Ok(())
            }
            "INDEX" => self.index(rest),
            other => match kind_of(other) {
                Some(kind) => {
                    self.texts.add(kind, self.tracks.len().checked_sub(1), first);
                    Ok(())
                }
                // Programs have words of their own; those that say where data is are all known.
                None => Ok(()),
            },
        }
    }

    fn remark(&self, words: &[String]) -> Result<(), SheetError> {
        let is_session = words.first().is_some_and(|word| word.eq_ignore_ascii_case("SESSION"));
        let number = words.get(1).and_then(|number| number.parse::<u32>().ok());
        if is_session && number.is_some_and(|number| number > 1) {
            return self.wrong("a disc of several sessions cannot be read from a sheet");
        }
        Ok(())
    }

    fn file(&mut self, words: &[String], files: &Files<'_>) -> Result<(), SheetError> {
        let kind = match words.get(1).map(|kind| kind.to_ascii_uppercase()).as_deref() {
            Some("BINARY") => FileKind::Binary,
            Some("MOTOROLA") => FileKind::Motorola,
            Some("WAVE" | "AIFF" | "MP3" | "FLAC") => FileKind::Sound,
            _ => return self.wrong("a file is BINARY, MOTOROLA, WAVE, AIFF, MP3 or FLAC"),
        };
        self.files.push(Named { path: files.find(&words[0]), kind, line: self.line });
        Ok(())
    }

    fn track(&mut self, words: &[String]) -> Result<(), SheetError> {
        let number =
            words.first().and_then(|number| number.parse::<u8>().ok()).filter(|number| (1..=99).contains(number));
        let Some(number) = number else { return self.wrong("a track has a number from 1 to 99") };
        if self.tracks.last().is_some_and(|last| last.number + 1 != number) {
            return self.wrong("the numbers of tracks follow one another");
        }
        let mode = words.get(1).map(|mode| mode.to_ascii_uppercase()).unwrap_or_default();
        let (mode, disc_type) = match mode.as_str() {
            "AUDIO" => (Layout::AUDIO, DiscType::CD_DA_OR_ROM),
            "CDG" => (Layout::AUDIO.with_sub(), DiscType::CD_DA_OR_ROM),
            "MODE1/2048" => (Layout::MODE_1, DiscType::CD_DA_OR_ROM),
            "MODE1/2352" => (Layout::MODE_1_WHOLE, DiscType::CD_DA_OR_ROM),
            "MODE2/2048" => (Layout::of(SectorForm::Mode2Form1), DiscType::XA),
            "MODE2/2324" => (Layout::of(SectorForm::Mode2Form2), DiscType::XA),
            "MODE2/2336" => (Layout::XA_MIXED, DiscType::XA),
            "MODE2/2352" => (Layout::XA_WHOLE, DiscType::XA),
            "CDI/2336" => (Layout::XA_MIXED, DiscType::CD_I),
            "CDI/2352" => (Layout::of(SectorForm::Whole(SectorKind::Mode2Form1)), DiscType::CD_I),
            _ => return self.wrong(format!("`{mode}` is no mode of a track")),
        };
        self.tracks.push(Track {
            number,
            mode,
            disc_type,
            line: self.line,
            control: Control::AUDIO,
            alternate_copy: false,
            isrc: None,
            made_pause: 0,
            postgap: 0,
            indexes: Vec::new(),
        });
        Ok(())
    }

    fn last_track(&mut self) -> Result<&mut Track, SheetError> {
        let (path, line) = (self.path, self.line);
        let nothing =
            || SheetError::Line { path: path.to_path_buf(), line, reason: "there is no track yet".to_string() };
        self.tracks.last_mut().ok_or_else(nothing)
    }

    fn flags(&mut self, words: &[String]) -> Result<(), SheetError> {
        let track = self.last_track()?;
        for word in words {
            match word.to_ascii_uppercase().as_str() {
                "DCP" => track.control = track.control | Control::COPY_PERMITTED,
                "PRE" => track.control = track.control | Control::PRE_EMPHASIS,
                "4CH" => track.control = track.control | Control::FOUR_CHANNELS,
                "SCMS" => track.alternate_copy = true,
                // What data is follows from the mode.
                _ => {}
            }
        }
        Ok(())
    }

    fn index(&mut self, words: &[String]) -> Result<(), SheetError> {
        let number = words.first().and_then(|number| number.parse::<u8>().ok()).filter(|&number| number < 100);
        let at = words.get(1).and_then(|time| frames(time));
        let (Some(number), Some(at)) = (number, at) else {
            return self.wrong("an index has a number from 0 to 99 and a time");
        };
        let Some(file) = self.files.len().checked_sub(1) else { return self.wrong("there is no file yet") };
        let track = self.last_track()?;
        let follows = match track.indexes.last() {
            None => number < 2,
            Some(last) => number == last.number + 1 && (last.file, last.at) <= (file, at),
        };
        track.indexes.push(Index { number, file, at });
        if follows { Ok(()) } else { self.wrong("indexes follow one another, from 0 or 1 on") }
    }

    fn disc(self, files: &mut Files<'_>) -> Result<CdDisc, SheetError> {
        if self.tracks.is_empty() {
            return self.wrong("there is no track");
        }
        let mut parts: Vec<Vec<Piece>> = self.tracks.iter().map(|_| Vec::new()).collect();
        let mut rw = RwOfTracks::default();
        for file in 0..self.files.len() {
            self.parts_of(file, files, &mut parts, &mut rw)?;
        }
        let mut tracks = Vec::with_capacity(self.tracks.len());
        for (place, (said, parts)) in self.tracks.iter().zip(parts).enumerate() {
            // Where an index is among all that belongs to the track.
            let offset = |index: &Index| {
                let before = parts.iter().take_while(|(first, ..)| first.file < index.file);
                let before: u32 = before.map(|(_, sectors, _)| *sectors).sum();
                let first = parts.iter().find(|(first, ..)| first.file == index.file);
                before + index.at - first.map_or(index.at, |(first, ..)| first.at)
            };
            let Some(begin) = said.indexes.iter().find(|index| index.number == 1) else {
                return self.wrong_at(said.line, "the track has no index 1");
            };
            let stored_pause = offset(begin);
            let Some(source) = joined(parts.iter().map(|(.., source)| Arc::clone(source)).collect()) else {
                return self.wrong_at(said.line, "there is nothing of the track in its files");
            };
            let mut track = CdTrack::new(said.mode.form, source);
            track.made_pause = said.made_pause + if place == 0 { STANDARD_PAUSE } else { 0 };
            track.stored_pause = stored_pause;
            track.postgap = said.postgap;
            let further = said.indexes.iter().filter(|index| index.number > 1);
            track.indexes = further.map(|index| offset(index) - stored_pause).collect();
            track.control = said.control;
            track.alternate_copy = said.alternate_copy;
            track.isrc = said.isrc;
            tracks.push(track);
        }
        let mut disc = CdDisc::new(tracks);
        let first = imapi_cd_sector::subchannel::Track::new(self.tracks[0].number);
        disc.first_number = first.unwrap_or(disc.first_number);
        disc.mcn = self.mcn;
        disc.disc_type = self.tracks.iter().map(|track| track.disc_type).max_by_key(|kind| kind.0).unwrap_or_default();
        disc.text = match &self.packs {
            Some(path) => packs(path)?,
            None => self.texts.cd_text(disc.first_number, disc.tracks.len()),
        };
        rw.put_into(&mut disc);
        Ok(disc)
    }

    /// Finds which part of a file belongs to which track.
    fn parts_of(
        &self,
        file: usize,
        files: &mut Files<'_>,
        parts: &mut [Vec<Piece>],
        rw: &mut RwOfTracks,
    ) -> Result<(), SheetError> {
        let Named { path, kind, line } = &self.files[file];
        let firsts: Vec<(usize, Index)> = self
            .tracks
            .iter()
            .enumerate()
            .filter_map(|(place, track)| Some((place, *track.indexes.iter().find(|index| index.file == file)?)))
            .collect();
        let Some(&(first_track, first)) = firsts.first() else { return Ok(()) };
        let (sound, decoded) = match kind {
            FileKind::Sound => (true, files.decoded(path).transpose()?),
            FileKind::Binary | FileKind::Motorola => (false, None),
        };
        if let (true, Some((place, _))) =
            (sound, firsts.iter().find(|(place, _)| self.tracks[*place].mode != Layout::AUDIO))
        {
            return self.wrong_at(self.tracks[*place].line, "a track of data does not come from a file of sound");
        }
        let outside = |index: &Index| {
            let (_, name) = (index, path.display());
            self.wrong_at(*line, format!("{name} ends before a track that is said to be in it"))
        };
        if let Some(decoded) = decoded {
            for (at, (place, from)) in firsts.iter().enumerate() {
                let end = firsts.get(at + 1).map_or(decoded.blocks(), |(_, next)| next.at.into());
                if end <= from.at.into() || end > decoded.blocks() {
                    return outside(from);
                }
                let sectors = end - u64::from(from.at);
                let source = crate::Slice::new(Arc::clone(&decoded), from.at.into(), sectors);
                parts[*place].push((*from, u32::try_from(sectors).unwrap_or(u32::MAX), Arc::new(source)));
            }
            return Ok(());
        }
        let bytes = files.bytes(path)?;
        let (begin, end) = if sound {
            let samples = wav::samples(&*bytes, path)?;
            (samples.from, samples.from + samples.len)
        } else {
            (0, bytes.blocks())
        };
        let mut offset = begin + u64::from(first.at) * self.tracks[first_track].mode.stride();
        for (at, (place, from)) in firsts.iter().enumerate() {
            let mode = self.tracks[*place].mode;
            let len = match firsts.get(at + 1) {
                Some((_, next)) if next.at < from.at => return outside(next),
                Some((_, next)) => u64::from(next.at - from.at) * mode.stride(),
                None => end.saturating_sub(offset),
            };
            if offset + len > end {
                return outside(from);
            }
            // Sound may end within a sector, which silence fills up; data that does was cut off.
            let sectors =
                if mode.form.is_data() || mode.sub { len / mode.stride() } else { len.div_ceil(mode.stride()) };
            let len = if mode.form.is_data() || mode.sub { sectors * mode.stride() } else { len };
            let (source, beside) = mode.part(&bytes, offset, len, *kind == FileKind::Motorola);
            if let Some(beside) = beside {
                rw.add(*place, beside);
            }
            parts[*place].push((*from, u32::try_from(sectors).unwrap_or(u32::MAX), source));
            offset += len;
        }
        Ok(())
    }
}

/// Packs of CD-TEXT in a file: behind the header of a drive's answer, or without it, and perhaps with a zero at the end.
fn packs(path: &Path) -> Result<CdText, SheetError> {
    let bytes = std::fs::read(path).map_err(|source| SheetError::Io { path: path.to_path_buf(), source })?;
    let from = if bytes.len() % 18 == 4 { 4 } else { 0 };
    Ok(CdText::parse(&bytes[from..]).0)
}

/// A time in a sheet, of so many sectors.
pub(super) fn time(sectors: i64) -> String {
    let sectors = u32::try_from(sectors).unwrap_or(0);
    Msf::from_frames(sectors).map_or_else(|| Msf::default().to_string(), |time| time.to_string())
}

/// An address as the time in a file that begins at address 0.
pub(super) fn time_of(address: Lba) -> String {
    time(address.0.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_at_blanks_and_kept_between_quotation_marks() {
        assert_eq!(words("  FILE \"my file.bin\" BINARY "), ["FILE", "my file.bin", "BINARY"]);
        assert_eq!(words("TITLE \"without an end"), ["TITLE", "without an end"]);
        assert_eq!(words("FILE \"\" WAVE"), ["FILE", "", "WAVE"]);
        assert!(words(" \t").is_empty());
    }

    #[test]
    fn times_have_three_numbers() {
        assert_eq!(frames("00:02:00"), Some(150));
        assert_eq!(frames("100:00:01"), Some(450_001));
        for wrong in ["", "00:02", "00:60:00", "00:00:75", "a:b:c", "1:2:3:4", "-1:00:00"] {
            assert_eq!(frames(wrong), None, "{wrong}");
        }
    }
}
