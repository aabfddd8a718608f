//! Files of plain samples (RIFF/WAVE), as tracks.

use std::{path::Path, sync::Arc};

use imapi_disc_types::BlockSource;

use super::{
    SheetError,
    open::{Files, bytes, take},
};
use crate::{CdDisc, CdTrack, Part, SectorForm};

/// Where the samples are in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Samples {
    pub from: u64,
    pub len: u64,
}

/// The samples of a file, in sectors; the last is filled up with silence. They have to be what a CD has: 44,100 Hz, 16 bit,
/// two channels.
pub fn wav(path: &Path) -> Result<Arc<dyn BlockSource>, SheetError> {
    let bytes = bytes(path)?;
    let samples = samples(&*bytes, path)?;
    Ok(Arc::new(Part::new(bytes, samples.from, samples.len, SectorForm::Audio.block_size())))
}

pub(super) fn disc(path: &Path, files: &Files<'_>) -> Result<CdDisc, SheetError> {
    let source = files.decoded(path).unwrap_or_else(|| wav(path))?;
    Ok(CdDisc::new(vec![CdTrack::new(SectorForm::Audio, source)]))
}

const PCM: u16 = 1;
const EXTENSIBLE: u16 = 0xFFFE;

/// Finds the samples.
pub(super) fn samples(bytes: &dyn BlockSource, path: &Path) -> Result<Samples, SheetError> {
    let wrong = |reason: &str| SheetError::Format { path: path.to_path_buf(), reason: reason.to_string() };
    let mut head = [0; 12];
    if bytes.blocks() >= 12 {
        take(bytes, path, 0, &mut head)?;
    }
    if !(head.starts_with(b"RIFF") || head.starts_with(b"RF64")) || &head[8..] != b"WAVE" {
        return Err(wrong("it is no RIFF/WAVE file"));
    }
    let (mut at, mut format) = (12, false);
    loop {
        let mut chunk = [0; 8];
        if at + 8 > bytes.blocks() {
            return Err(wrong("it has no samples"));
        }
        take(bytes, path, at, &mut chunk)?;
        let [name @ .., l0, l1, l2, l3] = chunk;
        let len = u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
        at += 8;
        match &name {
            b"fmt " => {
                check_format(bytes, path, at, len)?;
                format = true;
            }
            b"data" if !format => return Err(wrong("its samples come before it says what they are")),
            // What was written without knowing its length has the greatest length that there is, or none.
            b"data" => {
                let there = bytes.blocks() - at;
                let len = if len == 0 || len >= u64::from(u32::MAX) - 1 { there } else { len.min(there) };
                return Ok(Samples { from: at, len });
            }
            _ => {}
        }
        at = at.saturating_add(len).saturating_add(len % 2);
    }
}

fn check_format(bytes: &dyn BlockSource, path: &Path, at: u64, len: u64) -> Result<(), SheetError> {
    let mut fields = [0; 26];
    let known = usize::try_from(len.min(26)).unwrap_or(0);
    if known < 16 || at + len > bytes.blocks() {
        return Err(SheetError::Format { path: path.to_path_buf(), reason: "its format is cut off".to_string() });
    }
    take(bytes, path, at, &mut fields[..known])?;
    let word = |at: usize| u16::from_le_bytes([fields[at], fields[at + 1]]);
    let coding = if word(0) == EXTENSIBLE { word(24) } else { word(0) };
    let (channels, bits) = (word(2), word(14));
    let rate = u32::from_le_bytes([fields[4], fields[5], fields[6], fields[7]]);
    if (coding, channels, rate, bits) == (PCM, 2, 44_100, 16) {
        return Ok(());
    }
    let name = if coding == PCM { "PCM".to_string() } else { format!("{coding:04X}h") };
    let found = format!("{rate} Hz, {bits} bit, {channels} channels, {name}");
    Err(SheetError::Sound { path: path.to_path_buf(), found })
}
