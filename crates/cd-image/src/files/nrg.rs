//! `.nrg`: discs of Nero, data first and what it is behind it.

use std::{path::Path, sync::Arc};

use imapi_cd_sector::{
    SectorKind,
    cdtext::CdText,
    subchannel::{Control, DiscType, Isrc, Mcn, Track},
};
use imapi_disc_types::BlockSource;

use super::{
    SheetError,
    bin::Layout,
    open::{Files, bytes, take},
    source::RwOfTracks,
};
use crate::{CdDisc, CdTrack, STANDARD_PAUSE, SectorForm};

/// Bytes of all that describes a disc, at most.
const LONGEST: u64 = 4 << 20;

/// What the end of the file says.
#[derive(Default)]
struct Found {
    /// Tracks, as far as they are known by their data.
    tracks: Vec<Said>,
    first: u8,
    mcn: Option<Mcn>,
    disc_type: u8,
    /// Control bits, track, index and address.
    cues: Vec<(u8, u8, u8, i64)>,
    text: Vec<u8>,
    sessions: usize,
}

/// A track: where its pause, its data and its end are in the file.
struct Said {
    pause: u64,
    begin: u64,
    end: u64,
    mode: u8,
    sector: u64,
    isrc: Option<Isrc>,
    /// The pause before it is not in the file.
    alone: bool,
}

pub(super) fn read(path: &Path, _: &Files<'_>) -> Result<CdDisc, SheetError> {
    let wrong = |reason: &str| SheetError::Format { path: path.to_path_buf(), reason: reason.to_string() };
    let bytes = bytes(path)?;
    let length = bytes.blocks();
    let mut footer = [0; 12];
    if length < 12 {
        return Err(wrong("it is too short"));
    }
    take(&*bytes, path, length - 12, &mut footer)?;
    let (from, behind) = match (&footer[..4], &footer[4..8]) {
        (b"NER5", _) => (be(&footer[4..]), 12),
        (_, b"NERO") => (be(&footer[8..]), 8),
        _ => return Err(wrong("it does not end as Nero's images do")),
    };
    let description = length.checked_sub(behind).and_then(|end| end.checked_sub(from)).filter(|&len| len <= LONGEST);
    let description = description.ok_or_else(|| wrong("what describes it is outside of it"))?;
    let mut chunks = vec![0; usize::try_from(description).unwrap_or(0)];
    take(&*bytes, path, from, &mut chunks)?;
    let found = understand(&chunks).ok_or_else(|| wrong("what describes it is cut off"))?;
    if found.sessions > 1 {
        return Err(wrong("a disc of several sessions cannot be read from a file"));
    }
    disc(&found, &bytes)
        .ok_or_else(|| wrong("its tracks do not follow one another, or are of a kind that nobody knows"))
}

/// A number, the highest byte first.
fn be(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

fn understand(mut rest: &[u8]) -> Option<Found> {
    let mut found = Found { first: 1, ..Found::default() };
    while rest.len() >= 8 {
        let (head, behind) = rest.split_at(8);
        let len = usize::try_from(be(&head[4..])).ok()?;
        let data = behind.get(..len)?;
        rest = &behind[len..];
        match &head[..4] {
            b"DAOX" => at_once(data, 42, 8, &mut found)?,
            b"DAOI" => at_once(data, 30, 4, &mut found)?,
            b"ETN2" => track_at_once(data, 32, 8, &mut found)?,
            b"ETNF" => track_at_once(data, 20, 4, &mut found)?,
            b"CUEX" => {
                for cue in data.chunks_exact(8) {
                    let address = i32::from_be_bytes([cue[4], cue[5], cue[6], cue[7]]);
                    found.cues.push((cue[0] >> 4, decimal(cue[1]), decimal(cue[2]), address.into()));
                }
            }
            b"CUES" => {
                for cue in data.chunks_exact(8) {
                    let [minute, second, frame] = [cue[5], cue[6], cue[7]].map(i64::from);
                    let address = (minute * 60 + second) * 75 + frame - 150;
                    found.cues.push((cue[0] >> 4, decimal(cue[1]), decimal(cue[2]), address));
                }
            }
            b"CDTX" => found.text.extend(data),
            b"SINF" => found.sessions += 1,
            b"END!" => break,
            _ => {}
        }
    }
    Some(found)
}

/// Two decimal digits in half bytes; what is none stays as it is.
fn decimal(byte: u8) -> u8 {
    let (tens, ones) = (byte >> 4, byte & 0x0F);
    if tens < 10 && ones < 10 { tens * 10 + ones } else { byte }
}

const HEADER: usize = 22;
const ISRC: usize = 12;

/// A disc that is to be written at once: length, number of the disc, kind, first and last track, and the tracks.
fn at_once(data: &[u8], entry: usize, offset: usize, found: &mut Found) -> Option<()> {
    let header = data.get(..HEADER)?;
    found.mcn = std::str::from_utf8(&header[4..17]).ok().and_then(|number| number.parse().ok());
    found.disc_type = header[18];
    found.first = header[20];
    for track in data[HEADER..].chunks_exact(entry) {
        let place = |number: usize| {
            let from = ISRC + 6 + number * offset;
            be(&track[from..from + offset])
        };
        found.tracks.push(Said {
            isrc: std::str::from_utf8(&track[..ISRC]).ok().and_then(|code| code.parse().ok()),
            sector: be(&track[ISRC..ISRC + 2]),
            mode: track[ISRC + 2],
            pause: place(0),
            begin: place(1),
            end: place(2),
            alone: false,
        });
    }
    Some(())
}

/// Tracks that are to be written one by one: where, how long, what.
fn track_at_once(data: &[u8], entry: usize, offset: usize, found: &mut Found) -> Option<()> {
    for track in data.chunks_exact(entry) {
        let (begin, len) = (be(&track[..offset]), be(&track[offset..2 * offset]));
        let mode = u8::try_from(be(&track[2 * offset..2 * offset + 4])).ok()?;
        let end = begin.checked_add(len)?;
        found.tracks.push(Said { pause: begin, begin, end, mode, sector: 0, isrc: None, alone: true });
    }
    Some(())
}

fn layout(mode: u8) -> Option<Layout> {
    Some(match mode {
        0x00 => Layout::MODE_1,
        0x02 => Layout::of(SectorForm::Mode2Form1),
        0x03 => Layout::XA_MIXED,
        0x05 => Layout::MODE_1_WHOLE,
        0x06 => Layout::XA_WHOLE,
        0x07 => Layout::AUDIO,
        0x0F => Layout::of(SectorForm::Whole(SectorKind::Mode1)).with_sub(),
        0x10 => Layout::AUDIO.with_sub(),
        0x11 => Layout::of(SectorForm::Whole(SectorKind::Mode2Form1)).with_sub(),
        _ => return None,
    })
}

fn disc(found: &Found, bytes: &Arc<dyn BlockSource>) -> Option<CdDisc> {
    let mut tracks = Vec::with_capacity(found.tracks.len());
    let mut rw = RwOfTracks::default();
    let mut is_xa = false;
    for (place, said) in found.tracks.iter().enumerate() {
        let layout = layout(said.mode)?;
        let stride = layout.stride();
        let fits = said.pause <= said.begin && said.begin < said.end && said.end <= bytes.blocks();
        if !fits || said.sector != 0 && said.sector != stride {
            return None;
        }
        let (source, beside) = layout.part(bytes, said.pause, (said.end - said.pause) / stride * stride, false);
        if let Some(beside) = beside {
            rw.add(place, beside);
        }
        let mut track = CdTrack::new(layout.form, source);
        track.stored_pause = u32::try_from((said.begin - said.pause) / stride).ok()?;
        track.made_pause = match place {
            _ if said.alone => STANDARD_PAUSE,
            0 => STANDARD_PAUSE.saturating_sub(track.stored_pause),
            _ => 0,
        };
        let number = found.first.checked_add(u8::try_from(place).ok()?)?;
        let cue = |index: u8| found.cues.iter().find(|cue| cue.1 == number && cue.2 == index);
        if let Some(&(control, _, _, begin)) = cue(1) {
            track.control = Control::from_bits(control);
            let further = (2..100).map_while(cue).filter_map(|&(.., at)| u32::try_from(at - begin).ok());
            track.indexes = further.collect();
        }
        track.isrc = said.isrc;
        is_xa |= layout.form.kind().has_subheader();
        tracks.push(track);
    }
    let mut disc = CdDisc::new(tracks);
    disc.first_number = Track::new(found.first)?;
    disc.mcn = found.mcn;
    disc.disc_type = match found.disc_type {
        0x10 => DiscType::CD_I,
        0x20 => DiscType::XA,
        _ if is_xa => DiscType::XA,
        _ => DiscType::CD_DA_OR_ROM,
    };
    disc.text = CdText::parse(&found.text).0;
    rw.put_into(&mut disc);
    Some(disc)
}
