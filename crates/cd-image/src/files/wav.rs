//! [`WavFile`]: files of plain samples (RIFF/WAVE), as tracks.

use std::{path::Path, sync::Arc};

use imapi_disc_types::BlockSource;

use super::{
    SheetError,
    open::{Files, bytes, take},
};
use crate::{CdDisc, CdTrack, Part, SectorForm};

/// What a file has in it, and where in it the samples are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WavFile {
    /// Samples a second.
    pub rate: u32,
    /// Bits of a sample.
    pub bits: u16,
    /// Samples at the same time.
    pub channels: u16,
    /// How samples are stored: [`PCM`](Self::PCM), [`FLOAT`](Self::FLOAT), or something else.
    pub coding: u16,
    /// The first byte of the samples.
    pub from: u64,
    /// Bytes of the samples.
    pub len: u64,
}

/// What a file says of its samples.
#[derive(Debug, Clone, Copy)]
struct Format {
    rate: u32,
    bits: u16,
    channels: u16,
    coding: u16,
}

/// The number of an extended format, which has the real one behind it.
const EXTENSIBLE: u16 = 0xFFFE;
/// What has more before its samples is no file of sound.
const MOST_CHUNKS: usize = 10_000;

impl WavFile {
    /// Whole numbers.
    pub const PCM: u16 = 1;
    /// Numbers with a floating point.
    pub const FLOAT: u16 = 3;

    /// Looks into a file.
    pub fn of(path: &Path) -> Result<Self, SheetError> {
        Self::find(&*bytes(path)?, path)
    }

    /// It is what a CD has: 44,100 Hz, 16 bit, two channels.
    #[must_use]
    pub const fn is_as_on_a_cd(&self) -> bool {
        self.coding == Self::PCM && self.channels == 2 && self.rate == 44_100 && self.bits == 16
    }

    /// The samples in sectors; the last is filled up with silence.
    fn sectors(&self, bytes: Arc<dyn BlockSource>) -> Arc<dyn BlockSource> {
        Arc::new(Part::new(bytes, self.from, self.len, SectorForm::Audio.block_size()))
    }

    /// The same file, when it is what a CD has.
    pub(super) fn as_on_a_cd(self, path: &Path) -> Result<Self, SheetError> {
        if self.is_as_on_a_cd() {
            return Ok(self);
        }
        let name = if self.coding == Self::PCM { "PCM".to_string() } else { format!("{:04X}h", self.coding) };
        let found = format!("{} Hz, {} bit, {} channels, {name}", self.rate, self.bits, self.channels);
        Err(SheetError::Sound { path: path.to_path_buf(), found })
    }

    /// Finds the samples.
    fn find(bytes: &dyn BlockSource, path: &Path) -> Result<Self, SheetError> {
        let wrong = |reason: &str| SheetError::Format { path: path.to_path_buf(), reason: reason.to_string() };
        let mut head = [0; 12];
        if bytes.blocks() >= 12 {
            take(bytes, path, 0, &mut head)?;
        }
        if !(head.starts_with(b"RIFF") || head.starts_with(b"RF64")) || &head[8..] != b"WAVE" {
            return Err(wrong("it is no RIFF/WAVE file"));
        }
        let (mut at, mut format) = (12_u64, None);
        for _ in 0..MOST_CHUNKS {
            let mut chunk = [0; 8];
            if at.saturating_add(8) > bytes.blocks() {
                break;
            }
            take(bytes, path, at, &mut chunk)?;
            let [name @ .., l0, l1, l2, l3] = chunk;
            let len = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
            at += 8;
            match &name {
                b"fmt " => format = Some(read_format(bytes, path, at, len)?),
                b"data" => {
                    let format = format.ok_or_else(|| wrong("its samples come before it says what they are"))?;
                    let Format { rate, bits, channels, coding } = format;
                    // What was written without knowing its length has the greatest length that there is, or none.
                    let there = bytes.blocks() - at;
                    let len = if len == 0 || len >= u64::from(u32::MAX) - 1 { there } else { len.min(there) };
                    return Ok(Self { rate, bits, channels, coding, from: at, len });
                }
                _ => {}
            }
            // Chunks begin at even places.
            at = at.saturating_add(len).saturating_add(len % 2);
        }
        Err(wrong("it has no samples"))
    }
}

/// The samples of a file, in sectors; the last is filled up with silence. They have to be what a CD has: 44,100 Hz, 16 bit,
/// two channels.
pub fn wav(path: &Path) -> Result<Arc<dyn BlockSource>, SheetError> {
    let bytes = bytes(path)?;
    let file = WavFile::find(&*bytes, path)?.as_on_a_cd(path)?;
    Ok(file.sectors(bytes))
}

pub(super) fn disc(path: &Path, files: &Files<'_>) -> Result<CdDisc, SheetError> {
    let source = files.decoded(path).unwrap_or_else(|| wav(path))?;
    Ok(CdDisc::new(vec![CdTrack::new(SectorForm::Audio, source)]))
}

/// Finds the samples of a file that has what a CD has.
pub(super) fn samples(bytes: &dyn BlockSource, path: &Path) -> Result<WavFile, SheetError> {
    WavFile::find(bytes, path)?.as_on_a_cd(path)
}

fn read_format(bytes: &dyn BlockSource, path: &Path, at: u64, len: u64) -> Result<Format, SheetError> {
    let mut fields = [0; 26];
    let known = usize::try_from(len.min(26)).unwrap_or(0);
    if known < 16 || at.saturating_add(len) > bytes.blocks() {
        return Err(SheetError::Format { path: path.to_path_buf(), reason: "its format is cut off".to_string() });
    }
    take(bytes, path, at, &mut fields[..known])?;
    let word = |at: usize| u16::from_le_bytes([fields[at], fields[at + 1]]);
    let coding = if word(0) == EXTENSIBLE && known == 26 { word(24) } else { word(0) };
    let rate = u32::from_le_bytes([fields[4], fields[5], fields[6], fields[7]]);
    Ok(Format { rate, bits: word(14), channels: word(2), coding })
}
