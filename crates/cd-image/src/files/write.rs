//! [`write()`]: a disc becomes a sheet and the files beside it.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use imapi_cd_sector::{
    SECTOR_LEN, SectorKind,
    cdtext::{CdText, TextKind},
    layout::{DiscLayout, TrackLayout},
    subchannel::{Control, DiscType, SubChannels},
};
use imapi_disc_types::{Block, BlockSource, Control as Progress, Lba, Msf};

use super::{
    SheetError, ccd,
    cue::{time, time_of},
    text::NAMES,
};
use crate::{CdDisc, DiscSectors, IMAGE_START, RawImage, SubCode};

/// The kinds of files that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `.cue` and `.bin`.
    Cue,
    /// `.toc` and `.bin`, as cdrdao has them.
    Toc,
    /// `.ccd`, `.img` and `.sub`, as `CloneCD` has them.
    Ccd,
}

/// What a kind of file has no room for, so that it is not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lost {
    /// What stands in the first pause before address 0.
    BeforeAddress0,
    /// What stands in R to W.
    SubChannels,
    /// Titles in more languages than the first, or kinds of text that sheets have no word for.
    Texts,
}

/// The files that were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The sheet first.
    pub files: Vec<PathBuf>,
    /// What is not in them.
    pub lost: Vec<Lost>,
}

/// Sectors that are written, of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writing {
    /// Written so far.
    pub done: u64,
    /// Of so many.
    pub of: u64,
}

impl Kind {
    /// The kind of a file by its name.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_string_lossy().to_ascii_lowercase().as_str() {
            "cue" => Some(Self::Cue),
            "toc" => Some(Self::Toc),
            "ccd" => Some(Self::Ccd),
            _ => None,
        }
    }
}

/// Sectors that are made at once.
const AT_ONCE: usize = 256;

/// Writes a disc: the data first, the sheet when that is whole. Files that are there are not overwritten.
pub fn write(disc: &CdDisc, sheet: &Path, kind: Kind, control: &mut Progress<'_, Writing>) -> Result<Made, SheetError> {
    let in_sheet = |source| SheetError::Disc { path: sheet.to_path_buf(), source };
    let sectors = DiscSectors::of(disc).map_err(in_sheet)?;
    let layout = sectors.layout().clone();
    let data = sheet.with_extension(if kind == Kind::Ccd { "img" } else { "bin" });
    let mut files = vec![sheet.to_path_buf(), data.clone()];
    let text = match kind {
        Kind::Cue => cue(disc, &layout, &name_of(&data)),
        Kind::Toc => toc(disc, &layout, &name_of(&data)),
        Kind::Ccd => {
            files.push(sheet.with_extension("sub"));
            clone_cd(disc, &layout).map_err(in_sheet)?
        }
    };
    let mut made = Vec::new();
    let outcome = (|| {
        let mut open = |path: &Path| {
            let file = File::options().write(true).create_new(true).open(path);
            let file = file.map_err(|source| SheetError::Io { path: path.to_path_buf(), source })?;
            made.push(path.to_path_buf());
            Ok::<_, SheetError>(file)
        };
        // What is there already is found before the work, not after it.
        let sheet_file = open(sheet)?;
        let mut out = open(&data)?;
        let sub = if kind == Kind::Ccd { Some(open(&files[2])?) } else { None };
        put_sectors(&sectors, &data, kind == Kind::Toc, &mut out, control)?;
        if let Some(sub) = sub {
            let image = RawImage::new(disc, SubCode::Raw).map_err(in_sheet)?;
            put_sub_channels(&image, &layout, &files[2], sub)?;
        }
        let mut sheet_file = sheet_file;
        let written = sheet_file.write_all(text.as_bytes()).and_then(|()| sheet_file.sync_all());
        written.map_err(|source| SheetError::Io { path: sheet.to_path_buf(), source })
    })();
    if let Err(error) = outcome {
        for path in made {
            let _ = std::fs::remove_file(path);
        }
        return Err(error);
    }
    Ok(Made { files, lost: lost(disc, kind) })
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn put_sectors(
    sectors: &DiscSectors,
    path: &Path,
    swapped: bool,
    out: &mut File,
    control: &mut Progress<'_, Writing>,
) -> Result<(), SheetError> {
    let of = sectors.blocks();
    let mut buffer = vec![0; AT_ONCE * SECTOR_LEN];
    let mut done = 0;
    while done < of {
        control.emit(&Writing { done, of })?;
        let room = usize::try_from((of - done).min(AT_ONCE as u64)).unwrap_or(AT_ONCE) * SECTOR_LEN;
        let name = sectors.name_of(Block(done)).map_or_else(|| path.to_path_buf(), |name| PathBuf::from(&*name));
        let failed = |source| SheetError::Data { path: name.clone(), source };
        sectors.read_all(Block(done), &mut buffer[..room]).map_err(failed)?;
        if swapped {
            // cdrdao wants the higher byte of samples first; it knows a word for the other order, which others do not.
            for (sector, number) in buffer[..room].chunks_exact_mut(SECTOR_LEN).zip(done..) {
                if !sectors.is_data(number) {
                    sector.chunks_exact_mut(2).for_each(|sample| sample.swap(0, 1));
                }
            }
        }
        let written = out.write_all(&buffer[..room]);
        written.map_err(|source| SheetError::Io { path: path.to_path_buf(), source })?;
        done += (room / SECTOR_LEN) as u64;
    }
    control.emit(&Writing { done, of })?;
    out.sync_all().map_err(|source| SheetError::Io { path: path.to_path_buf(), source })
}

fn put_sub_channels(image: &RawImage, layout: &DiscLayout, path: &Path, out: File) -> Result<(), SheetError> {
    let failed = |source| SheetError::Io { path: path.to_path_buf(), source };
    let mut out = BufWriter::new(out);
    for address in 0..layout.lead_out().0 {
        let block = u64::try_from(Lba(address).distance_from(IMAGE_START)).unwrap_or(0);
        let channels = image.sub_channels(Lba(address)).map_err(|source| {
            let at = Block(block);
            SheetError::Data { path: path.to_path_buf(), source: imapi_disc_types::SourceError { at, ..source } }
        })?;
        out.write_all(&ccd::rows(&SubChannels::deinterleave(&channels))).map_err(failed)?;
    }
    out.flush().map_err(failed)
}

fn lost(disc: &CdDisc, kind: Kind) -> Vec<Lost> {
    let hidden =
        disc.tracks.first().is_some_and(|first| first.stored_pause > 0 && first.made_pause < crate::STANDARD_PAUSE);
    let known = |kind: TextKind| NAMES.iter().any(|(_, known)| *known == kind);
    let texts = disc.text.blocks.len() > 1
        || disc.text.blocks.iter().any(|block| block.texts().any(|(kind, _)| !known(kind)) || block.genre.is_some());
    [
        (hidden, Lost::BeforeAddress0),
        (!disc.rw.is_empty() && kind != Kind::Ccd, Lost::SubChannels),
        (texts && kind != Kind::Ccd, Lost::Texts),
    ]
    .into_iter()
    .filter_map(|(is_lost, what)| is_lost.then_some(what))
    .collect()
}

/// The mode of a track in whole sectors.
const fn mode(kind: SectorKind) -> (&'static str, &'static str, u8) {
    match kind {
        SectorKind::Audio => ("AUDIO", "AUDIO", 0),
        SectorKind::Mode0 | SectorKind::Mode1 => ("MODE1/2352", "MODE1_RAW", 1),
        SectorKind::Mode2 | SectorKind::Mode2Form1 | SectorKind::Mode2Form2 => ("MODE2/2352", "MODE2_RAW", 2),
    }
}

fn texts(disc: &CdDisc, track: Option<&TrackLayout>) -> Vec<(&'static str, String)> {
    let block = disc.text.blocks.first();
    let text = |kind| block.and_then(|block| block.text(kind, track.map(|track| track.number)));
    NAMES.iter().filter_map(|(name, kind)| Some((*name, text(*kind)?))).collect()
}

fn cue(disc: &CdDisc, layout: &DiscLayout, data: &str) -> String {
    let mut lines = Vec::new();
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "'"));
    lines.extend(layout.mcn().map(|mcn| format!("CATALOG {mcn}")));
    lines.extend(texts(disc, None).iter().map(|(name, text)| format!("{name} {}", quoted(text))));
    lines.push(format!("FILE {} BINARY", quoted(data)));
    for (said, placed) in disc.tracks.iter().zip(layout.tracks()) {
        let disc_type = layout.disc_type();
        let (cue, ..) = mode(said.form.kind());
        let cue = if disc_type == DiscType::CD_I && said.form.is_data() { "CDI/2352" } else { cue };
        lines.push(format!("  TRACK {:02} {cue}", placed.number.get()));
        lines.extend(texts(disc, Some(placed)).iter().map(|(name, text)| format!("    {name} {}", quoted(text))));
        let flags = [
            (placed.control.contains(Control::COPY_PERMITTED), "DCP"),
            (placed.control.contains(Control::FOUR_CHANNELS), "4CH"),
            (placed.control.contains(Control::PRE_EMPHASIS) && !said.form.is_data(), "PRE"),
            (placed.alternate_copy, "SCMS"),
        ];
        let flags: Vec<&str> = flags.into_iter().filter_map(|(is_set, name)| is_set.then_some(name)).collect();
        if !flags.is_empty() {
            lines.push(format!("    FLAGS {}", flags.join(" ")));
        }
        lines.extend(placed.isrc.map(|code| format!("    ISRC {code}")));
        // The file begins at address 0, and so does what is known of the first pause.
        let pause = placed.pause.max(Lba(0));
        if pause < placed.begin {
            lines.push(format!("    INDEX 00 {}", time_of(pause)));
        }
        let starts = [placed.begin].into_iter().chain(placed.indexes.iter().copied());
        lines.extend(
            (1..).zip(starts).map(|(index, start): (u8, Lba)| format!("    INDEX {index:02} {}", time_of(start))),
        );
    }
    lines.join("\r\n") + "\r\n"
}

/// A text as cdrdao reads it: what is not ASCII as octal digits of its byte.
fn escaped(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            ' '..='~' => out.push(character),
            other => {
                // Writing into a text does not fail.
                let _ = write!(out, "\\{:03o}", u32::from(other) & 0xFF);
            }
        }
    }
    out + "\""
}

fn toc(disc: &CdDisc, layout: &DiscLayout, data: &str) -> String {
    let is_data = disc.tracks.iter().any(|track| track.form.is_data());
    let kind = match layout.disc_type() {
        DiscType::XA => "CD_ROM_XA",
        DiscType::CD_I => "CD_I",
        _ if is_data => "CD_ROM",
        _ => "CD_DA",
    };
    let mut lines = vec![kind.to_string(), String::new()];
    lines.extend(layout.mcn().map(|mcn| format!("CATALOG \"{mcn}\"")));
    let has_text = disc.text != CdText::default();
    let text_of = |track: Option<&TrackLayout>| {
        let texts = texts(disc, track);
        let texts: Vec<String> = texts.iter().map(|(name, text)| format!("    {name} {}", escaped(text))).collect();
        texts.join("\n")
    };
    if has_text {
        lines.push(format!("CD_TEXT {{\n  LANGUAGE_MAP {{ 0 : EN }}\n  LANGUAGE 0 {{\n{}\n  }}\n}}", text_of(None)));
    }
    for (at, (said, placed)) in disc.tracks.iter().zip(layout.tracks()).enumerate() {
        let (_, mode, _) = mode(said.form.kind());
        lines.push(format!("\n// Track {}\nTRACK {mode}", placed.number));
        let no = |is_set: bool, name: &str| if is_set { name.to_string() } else { format!("NO {name}") };
        lines.push(no(placed.control.contains(Control::COPY_PERMITTED), "COPY"));
        if !said.form.is_data() {
            lines.push(no(placed.control.contains(Control::PRE_EMPHASIS), "PRE_EMPHASIS"));
            let four = placed.control.contains(Control::FOUR_CHANNELS);
            lines.push(if four { "FOUR_CHANNEL_AUDIO" } else { "TWO_CHANNEL_AUDIO" }.to_string());
        }
        lines.extend(placed.isrc.map(|code| format!("ISRC \"{code}\"")));
        if has_text {
            lines.push(format!("CD_TEXT {{\n  LANGUAGE 0 {{\n{}\n  }}\n}}", text_of(Some(placed))));
        }
        let (pause, end) = (placed.pause.max(Lba(0)), layout.end_of(at));
        let (from, len) = (i64::from(pause.0), end.distance_from(pause));
        lines.push(if said.form.is_data() {
            format!("DATAFILE {} #{} {}", escaped(data), from * 2352, time(len))
        } else {
            format!("FILE {} {} {}", escaped(data), time(from), time(len))
        });
        if pause < placed.begin {
            lines.push(format!("START {}", time(placed.begin.distance_from(pause))));
        }
        lines.extend(placed.indexes.iter().map(|index| format!("INDEX {}", time(index.distance_from(placed.begin)))));
    }
    lines.join("\n") + "\n"
}

fn clone_cd(disc: &CdDisc, layout: &DiscLayout) -> Result<String, crate::DiscError> {
    let packs = disc.text.packs()?;
    let mut lines = vec!["[CloneCD]".to_string(), "Version=3".to_string(), "[Disc]".to_string()];
    let tracks = layout.tracks();
    lines.push(format!("TocEntries={}", tracks.len() + 3));
    lines.extend(["Sessions=1".to_string(), "DataTracksScrambled=0".to_string()]);
    lines.push(format!("CDTextLength={}", packs.len() * 18));
    lines.extend(layout.mcn().map(|mcn| format!("CATALOG={mcn}")));
    let modes: Vec<u8> = disc.tracks.iter().map(|track| mode(track.form.kind()).2).collect();
    let first_mode = modes.first().copied().unwrap_or(0);
    lines.extend(["[Session 1]".to_string(), format!("PreGapMode={first_mode}"), "PreGapSubC=0".to_string()]);
    let control = |track: &TrackLayout| track.table_control().bits();
    let (first, last) = (&tracks[0], &tracks[tracks.len() - 1]);
    let lba_of =
        |[minute, second, frame]: [u8; 3]| (i64::from(minute) * 60 + i64::from(second)) * 75 + i64::from(frame) - 150;
    let msf = |address: Lba| {
        let time = Msf::try_from(address).unwrap_or_default();
        [time.minute(), time.second(), time.frame()]
    };
    let mut rows = vec![
        (0xA0, control(first), [first.number.get(), layout.disc_type().0, 0]),
        (0xA1, control(last), [last.number.get(), 0, 0]),
        (0xA2, control(last), msf(layout.lead_out())),
    ];
    rows.extend(tracks.iter().map(|track| (track.number.get(), control(track), msf(track.begin))));
    for (row, (point, control, about)) in rows.into_iter().enumerate() {
        let [minute, second, frame] = about;
        lines.push(format!(
            "[Entry {row}]\nSession=1\nPoint=0x{point:02x}\nADR=0x01\nControl=0x{control:02x}\nTrackNo=0\nAMin=0\nASec=0\n\
             AFrame=0\nALBA=-150\nZero=0\nPMin={minute}\nPSec={second}\nPFrame={frame}\nPLBA={}",
            lba_of(about)
        ));
    }
    for (track, mode) in tracks.iter().zip(modes) {
        lines.push(format!("[TRACK {}]\nMODE={mode}", track.number));
        lines.extend(track.isrc.map(|code| format!("ISRC={code}")));
        let pause = track.pause.max(Lba(0));
        if pause < track.begin {
            lines.push(format!("INDEX 0={pause}"));
        }
        let starts = [track.begin].into_iter().chain(track.indexes.iter().copied());
        lines.extend((1..).zip(starts).map(|(index, start): (u8, Lba)| format!("INDEX {index}={start}")));
    }
    if !packs.is_empty() {
        lines.push(format!("[CDText]\nEntries={}", packs.len()));
        for (row, pack) in packs.iter().enumerate() {
            let bytes: Vec<String> = pack.encode()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
            lines.push(format!("Entry {row}={}", bytes.join(" ")));
        }
    }
    Ok(lines.join("\r\n").replace("\r\n", "\n").replace('\n', "\r\n") + "\r\n")
}
