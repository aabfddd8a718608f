//! `.ccd`: the sheets of `CloneCD`, with sectors in an `.img` and sub-channels in a `.sub` beside them.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::Arc,
};

use imapi_cd_sector::{
    SectorKind,
    cdtext::{CdText, Pack},
    subchannel::{Control, DiscType, RAW_LEN, SubChannels, Track},
};
use imapi_disc_types::{Block, BlockSource, Lba, Request, SourceError};

use super::{
    SheetError,
    open::{Files, sheet},
};
use crate::{CdDisc, CdTrack, Part, Rw, STANDARD_PAUSE, SectorForm};

/// Values by their names, section by section.
type Sections = BTreeMap<String, BTreeMap<String, String>>;

pub(super) fn read(path: &Path, files: &mut Files<'_>) -> Result<CdDisc, SheetError> {
    let wrong = |reason: &str| SheetError::Format { path: path.to_path_buf(), reason: reason.to_string() };
    let sections = sections(&sheet(path)?);
    let disc = sections.get("DISC").ok_or_else(|| wrong("it has no section [Disc]"))?;
    if number(disc, "SESSIONS").unwrap_or(1) != 1 {
        return Err(wrong("a disc of several sessions cannot be read from a sheet"));
    }
    let scrambled = number(disc, "DATATRACKSSCRAMBLED").unwrap_or(0) == 1;
    let entries = entries(&sections);
    let point = |point: i64| entries.iter().find(|entry| entry.point == point);
    let lead_out = point(0xA2).ok_or_else(|| wrong("it does not say where the lead-out is"))?.start;
    let mut starts: Vec<&Entry> = entries.iter().filter(|entry| (1..=99).contains(&entry.point)).collect();
    starts.sort_by_key(|entry| entry.point);

    let img = files.bytes(&beside(path, "img"))?;
    let size = SectorForm::Audio.block_size();
    let mut tracks = Vec::with_capacity(starts.len());
    let pause_of = |entry: &Entry| {
        let said = sections.get(&format!("TRACK {}", entry.point));
        said.and_then(|said| number(said, "INDEX 0")).filter(|&pause| pause < entry.start).unwrap_or(entry.start)
    };
    for (place, entry) in starts.iter().enumerate() {
        let said = sections.get(&format!("TRACK {}", entry.point));
        // All before the first track is its pause.
        let pause = if place == 0 { 0 } else { pause_of(entry) };
        let end = starts.get(place + 1).map_or(lead_out, |next| pause_of(next));
        if pause < 0 || end <= entry.start {
            return Err(wrong("its tracks do not follow one another"));
        }
        let kind = match (entry.control & 4, said.and_then(|said| number(said, "MODE"))) {
            (0, _) => SectorKind::Audio,
            (_, Some(2)) => SectorKind::Mode2Form1,
            (_, Some(0)) => SectorKind::Mode0,
            _ => SectorKind::Mode1,
        };
        let form = match kind {
            SectorKind::Audio => SectorForm::Audio,
            kind if scrambled => SectorForm::Scrambled(kind),
            kind => SectorForm::Whole(kind),
        };
        let byte = |sector: i64| u64::try_from(sector).unwrap_or(0) * u64::from(size.get());
        let source = Part::new(Arc::clone(&img), byte(pause), byte(end - pause), size);
        if source.missing() > 0 || source.bytes() < byte(end - pause) {
            return Err(wrong("the .img ends before the lead-out"));
        }
        let mut track = CdTrack::new(form, Arc::new(source));
        track.made_pause = if place == 0 { STANDARD_PAUSE } else { 0 };
        track.stored_pause = u32::try_from(entry.start - pause).unwrap_or(0);
        track.control = Control::from_bits(u8::try_from(entry.control).unwrap_or(0));
        let further = said.map(|said| (2..100).map_while(|index| number(said, &format!("INDEX {index}"))));
        track.indexes = further.into_iter().flatten().map(|at| u32::try_from(at - entry.start).unwrap_or(0)).collect();
        track.isrc = said.and_then(|said| said.get("ISRC")).and_then(|code| code.parse().ok());
        tracks.push(track);
    }
    let mut made = CdDisc::new(tracks);
    let first = starts.first().and_then(|entry| u8::try_from(entry.point).ok()).and_then(Track::new);
    made.first_number = first.unwrap_or(Track::FIRST);
    made.mcn = disc.get("CATALOG").and_then(|number| number.parse().ok());
    made.disc_type = point(0xA0).map_or(DiscType::CD_DA_OR_ROM, |entry| DiscType(entry.second));
    made.text = cd_text(&sections);
    let sub = beside(path, "sub");
    if sub.exists() {
        let bytes = files.bytes(&sub)?;
        let source = Rows(Part::new(Arc::clone(&bytes), 0, bytes.blocks(), ROWS));
        // Most of these files have nothing but P and Q, which are made anew.
        if source.has_anything().map_err(|source| SheetError::Data { path: sub.clone(), source })? {
            made.rw.push(Rw { source: Arc::new(source), first: Lba(0) });
        }
    }
    Ok(made)
}

fn sections(text: &str) -> Sections {
    let (mut sections, mut current) = (Sections::new(), String::new());
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            current = name.trim().to_ascii_uppercase();
        } else if let Some((name, value)) = line.split_once('=') {
            let values = sections.entry(current.clone()).or_default();
            values.insert(name.trim().to_ascii_uppercase(), value.trim().to_string());
        }
    }
    sections
}

fn number(section: &BTreeMap<String, String>, name: &str) -> Option<i64> {
    let text = section.get(name)?;
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // No address of a disc is greater, and no number that is added to one.
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
    .filter(|number| (-1_000_000..1_000_000).contains(number))
}

/// A row of the table of contents.
struct Entry {
    point: i64,
    control: i64,
    /// The second number of its time, which of A0h is the kind of disc.
    second: u8,
    start: i64,
}

fn entries(sections: &Sections) -> Vec<Entry> {
    let rows = sections.iter().filter(|(name, _)| name.starts_with("ENTRY "));
    rows.filter_map(|(_, row)| {
        let time = |name| number(row, name);
        let by_time = || Some((time("PMIN")? * 60 + time("PSEC")?) * 75 + time("PFRAME")? - 150);
        Some(Entry {
            point: number(row, "POINT")?,
            control: number(row, "CONTROL")?,
            second: u8::try_from(time("PSEC").unwrap_or(0)).unwrap_or(0),
            start: by_time().or_else(|| number(row, "PLBA"))?,
        })
    })
    .collect()
}

fn cd_text(sections: &Sections) -> CdText {
    let Some(section) = sections.get("CDTEXT") else { return CdText::default() };
    let rows = (0..).map_while(|row| section.get(&format!("ENTRY {row}")));
    let packs = rows.filter_map(|row| {
        let bytes: Vec<u8> = row.split_whitespace().filter_map(|byte| u8::from_str_radix(byte, 16).ok()).collect();
        // The checksum is left out there.
        let mut whole = [0; 18];
        whole[..16].copy_from_slice(bytes.get(..16)?);
        Some(Pack::decode(whole).0.encode())
    });
    CdText::parse(&packs.flatten().collect::<Vec<u8>>()).0
}

/// The file of the same name with another ending, in the case of letters in which it is there.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let lower = path.with_extension(ending);
    let upper = path.with_extension(ending.to_ascii_uppercase());
    if lower.exists() || !upper.exists() { lower } else { upper }
}

const ROWS: NonZeroU32 = NonZeroU32::new(96).expect("not zero");

/// Sub-channels with each channel in a row, as symbols of R to W.
struct Rows(Part);

impl Rows {
    /// There is something in R to W.
    fn has_anything(&self) -> Result<bool, SourceError> {
        const AT_ONCE: u64 = 4_096;
        let mut buffer = vec![0; usize::try_from(AT_ONCE).unwrap_or(0) * RAW_LEN];
        let mut at = 0;
        while at < self.0.blocks() {
            let room = usize::try_from((self.0.blocks() - at).min(AT_ONCE)).unwrap_or(0) * RAW_LEN;
            let count = self.0.read(Block(at), &mut buffer[..room])?.get();
            let rows = buffer[..count as usize * RAW_LEN].chunks_exact(RAW_LEN);
            if rows.into_iter().any(|row| row[24..].iter().any(|&byte| byte != 0)) {
                return Ok(true);
            }
            at += u64::from(count);
        }
        Ok(false)
    }
}

impl BlockSource for Rows {
    fn block_size(&self) -> NonZeroU32 {
        ROWS
    }

    fn blocks(&self) -> u64 {
        self.0.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let count = self.0.read(first, request.out)?;
        for block in request.out.chunks_exact_mut(RAW_LEN).take(count.get() as usize) {
            let row = |channel: usize| std::array::from_fn(|byte| block[channel * 12 + byte]);
            let channels = SubChannels { p: row(0), q: row(1), rw: std::array::from_fn(|channel| row(channel + 2)) };
            block.copy_from_slice(&channels.interleave());
        }
        Ok(count)
    }
}

/// Sub-channels with each channel in a row.
pub(super) fn rows(channels: &SubChannels) -> [u8; RAW_LEN] {
    let mut rows = [0; RAW_LEN];
    let all = [channels.p, channels.q].into_iter().chain(channels.rw);
    for (row, channel) in rows.chunks_exact_mut(12).zip(all) {
        row.copy_from_slice(&channel);
    }
    rows
}
