//! [`rip`]: the tracks of a disc become WAV files.
//!
//! A drive gives sound away whether it was read well or not. Where it can point at the bytes that it is not sure of (C2), it is
//! asked to; else everything is read twice. Sectors in doubt are read again until two readings agree, one sector at a time.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use imapi_disc_types::{Control, Lba};
use imapi_format2::{Passing as _, Probe};
use imapi_mmc_transport::{
    CommandError, TransportExt as _,
    commands::{C2Selection, MainChannel, ReadCd, SectorSelection},
    feature::{Feature, FeatureCode},
};
use imapi_recorder::Recorder;

use super::{
    AudioError, Checksums, DiscTrack, SECTOR, TrackPlace, audio_tracks,
    checksum::Summing,
    wav::{HEAD, write_head},
};

/// Bytes in which a drive points at bytes that it is not sure of: one bit for each.
const C2: usize = 294;
/// Bytes of a sample in both channels.
const SAMPLE: i64 = 4;
/// So many sectors are read at once, at most.
const AT_ONCE: u32 = 26;
/// So often a drive that is at something else is asked again.
const PATIENCE: u32 = 25;

/// What is read, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RipOptions {
    /// The folder of the files; it is made where it is not there.
    pub folder: PathBuf,
    /// Only these tracks.
    pub tracks: Option<Vec<u8>>,
    /// So many samples later the drive reads than it should: they are taken from behind; negative where it reads too early.
    pub offset: i32,
    /// How often a sector in doubt is read again, at most.
    pub retries: u32,
    /// Files that are there are replaced.
    pub replace: bool,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RipProgress {
    /// The track that is read.
    pub track: u8,
    /// Bytes of all tracks that were read.
    pub done: u64,
    /// Bytes of all tracks.
    pub all: u64,
}

/// A track that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ripped {
    /// The track.
    pub track: DiscTrack,
    /// Its file.
    pub file: PathBuf,
    /// Its checksums.
    pub checksums: Checksums,
    /// Sectors that had to be read again.
    pub reread: u32,
    /// Sectors of which no two readings agreed, so that nobody knows what is right.
    pub in_doubt: Vec<Lba>,
}

/// Reads tracks into files `track01.wav` and so on. A file is there when its track is whole.
pub fn rip(
    recorder: &Recorder,
    options: &RipOptions,
    control: &mut Control<'_, RipProgress>,
) -> Result<Vec<Ripped>, AudioError> {
    let probe = Probe::of(recorder)?;
    let all = audio_tracks(&probe)?;
    let wanted: Vec<DiscTrack> = match &options.tracks {
        None => all.clone(),
        Some(numbers) => numbers
            .iter()
            .map(|&track| all.iter().find(|found| found.number == track).copied().ok_or(AudioError::NoTrack { track }))
            .collect::<Result<_, _>>()?,
    };
    let failed = |cause| AudioError::Write { file: options.folder.clone(), cause };
    fs::create_dir_all(&options.folder).map_err(failed)?;
    let points_at_errors = matches!(probe.feature(FeatureCode::CD_READ), Some(Feature::CdRead(feature)) if feature.c2);
    let mut reader = Reader {
        recorder,
        points_at_errors,
        retries: options.retries,
        ends: (all.iter().map(|track| track.start).min().unwrap_or_default(), end_of(&all)),
        reread: 0,
        in_doubt: Vec::new(),
    };
    let bytes = wanted.iter().map(|track| u64::from(track.sectors) * SECTOR as u64).sum();
    let mut done = 0;
    let mut ripped = Vec::new();
    for track in wanted {
        let place = TrackPlace {
            is_first: all.first().is_some_and(|first| first.number == track.number),
            is_last: all.last().is_some_and(|last| last.number == track.number),
        };
        let file = options.folder.join(format!("track{:02}.wav", track.number));
        let mut part = Part::create(&file, options.replace)?;
        let checksums = reader.track(&track, place, options.offset, &mut part, &mut |read| {
            done += read;
            control.emit(&RipProgress { track: track.number, done, all: bytes })
        })?;
        part.end()?;
        let in_doubt = std::mem::take(&mut reader.in_doubt);
        ripped.push(Ripped { track, file, checksums, reread: std::mem::take(&mut reader.reread), in_doubt });
    }
    Ok(ripped)
}

/// Behind the last sector with sound.
fn end_of(tracks: &[DiscTrack]) -> Lba {
    let end = |track: &DiscTrack| track.start.checked_add(track.sectors.into());
    tracks.iter().filter_map(end).max().unwrap_or_default()
}

/// A file that is beside its name until it is whole.
struct Part {
    out: BufWriter<File>,
    beside: PathBuf,
    file: PathBuf,
    replace: bool,
    is_whole: bool,
}

impl Part {
    fn create(file: &Path, replace: bool) -> Result<Self, AudioError> {
        let failed = |cause| AudioError::Write { file: file.to_path_buf(), cause };
        if !replace && file.exists() {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        let beside = file.with_extension("wav.part");
        let out = BufWriter::with_capacity(1 << 20, File::create(&beside).map_err(failed)?);
        Ok(Self { out, beside, file: file.to_path_buf(), replace, is_whole: false })
    }

    fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), AudioError> {
        write(&mut self.out).map_err(|cause| AudioError::Write { file: self.file.clone(), cause })
    }

    fn end(mut self) -> Result<(), AudioError> {
        let moved = self.out.flush().and_then(|()| self.out.get_ref().sync_all()).and_then(|()| {
            if self.replace {
                return fs::rename(&self.beside, &self.file);
            }
            // A link does not take the place of what has come there meanwhile. Not every file system has links.
            match fs::hard_link(&self.beside, &self.file) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
                Err(_) if !self.file.exists() => fs::rename(&self.beside, &self.file),
                linked => linked.and_then(|()| fs::remove_file(&self.beside)),
            }
        });
        self.is_whole = moved.is_ok();
        moved.map_err(|cause| AudioError::Write { file: self.file.clone(), cause })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_whole {
            let _ = fs::remove_file(&self.beside);
        }
    }
}

/// Reads sound as well as the drive can.
struct Reader<'a> {
    recorder: &'a Recorder,
    points_at_errors: bool,
    retries: u32,
    /// Sound begins and ends there; what lies outside is silence.
    ends: (Lba, Lba),
    reread: u32,
    in_doubt: Vec<Lba>,
}

impl Reader<'_> {
    /// A whole track, from so many samples behind its beginning on.
    fn track(
        &mut self,
        track: &DiscTrack,
        place: TrackPlace,
        offset: i32,
        part: &mut Part,
        tell: &mut dyn FnMut(u64) -> Result<(), imapi_disc_types::Cancelled>,
    ) -> Result<Checksums, AudioError> {
        let bytes = track.sectors.saturating_mul(u32::try_from(SECTOR).unwrap_or(u32::MAX));
        part.write(|out| write_head(out, bytes.min(u32::MAX - HEAD)))?;
        let mut summing = Summing::new(track.sectors, place);
        let sector = i64::try_from(SECTOR).unwrap_or(i64::MAX);
        let shift = i64::from(offset) * SAMPLE;
        let (sectors, bytes) = (shift.div_euclid(sector), usize::try_from(shift.rem_euclid(sector)).unwrap_or(0));
        let mut at = track.start.checked_add(sectors).unwrap_or(track.start);
        let end = at.checked_add(track.sectors.into()).unwrap_or(at);
        // The rest of the sector before, where it does not begin with one.
        let mut kept = Vec::new();
        if bytes > 0 {
            kept = self.sectors(track.number, at, 1)?.split_off(bytes);
            at = Lba(at.0 + 1);
        }
        let last = if bytes > 0 { Lba(end.0 + 1) } else { end };
        while at < last {
            let count = u32::try_from(last.distance_from(at)).unwrap_or(1).min(AT_ONCE);
            let read = self.sectors(track.number, at, count)?;
            kept.extend_from_slice(&read);
            at = at.checked_add(count.into()).unwrap_or(last);
            // Behind the last sector nothing is missing any more.
            let whole = kept.len() / SECTOR * SECTOR;
            summing.add(&kept[..whole]);
            part.write(|out| out.write_all(&kept[..whole]))?;
            kept.drain(..whole);
            tell(whole as u64)?;
        }
        Ok(summing.end())
    }

    /// Sectors of which each was read well, or is told to be in doubt. Outside of what has sound there is silence.
    fn sectors(&mut self, track: u8, first: Lba, count: u32) -> Result<Vec<u8>, AudioError> {
        let (begin, end) = self.ends;
        let mut out = vec![0; count as usize * SECTOR];
        let from = first.max(begin);
        let to = first.checked_add(count.into()).unwrap_or(end).min(end);
        let Ok(inside) = u32::try_from(to.distance_from(from)) else { return Ok(out) };
        if inside == 0 {
            return Ok(out);
        }
        let skipped = usize::try_from(from.distance_from(first)).unwrap_or(0) * SECTOR;
        let place = &mut out[skipped..skipped + inside as usize * SECTOR];
        let doubtful = self.read(from, inside, place);
        let doubtful = match doubtful {
            Ok(doubtful) => doubtful,
            // One sector at a time, then it is known which.
            Err(error) if inside == 1 && error.is_refusal() => {
                return Err(AudioError::Sector { track, lba: from, cause: error });
            }
            Err(_) => (0..inside).collect(),
        };
        for number in doubtful {
            let lba = from.checked_add(number.into()).unwrap_or(from);
            let begin = number as usize * SECTOR;
            self.again(track, lba, &mut place[begin..begin + SECTOR])?;
        }
        Ok(out)
    }

    /// Reads once, or twice where the drive cannot point at errors; which of the sectors are in doubt.
    fn read(&self, first: Lba, count: u32, out: &mut [u8]) -> Result<Vec<u32>, CommandError> {
        if self.points_at_errors {
            let mut raw = vec![0; count as usize * (SECTOR + C2)];
            self.command(first, count, C2Selection::Bits, &mut raw)?;
            let mut doubtful = Vec::new();
            for ((read, out), number) in raw.chunks_exact(SECTOR + C2).zip(out.chunks_exact_mut(SECTOR)).zip(0..) {
                let (sound, pointers) = read.split_at(SECTOR);
                out.copy_from_slice(sound);
                if pointers.iter().any(|&bits| bits != 0) {
                    doubtful.push(number);
                }
            }
            return Ok(doubtful);
        }
        self.command(first, count, C2Selection::None, out)?;
        let mut second = vec![0; out.len()];
        self.command(first, count, C2Selection::None, &mut second)?;
        let pairs = out.chunks_exact(SECTOR).zip(second.chunks_exact(SECTOR)).zip(0..);
        Ok(pairs.filter(|((first, second), _)| first != second).map(|(_, number)| number).collect())
    }

    /// Reads a sector until the drive is sure of it, or two readings are the same. The best there is stays where there are none.
    fn again(&mut self, track: u8, lba: Lba, out: &mut [u8]) -> Result<(), AudioError> {
        self.reread += 1;
        let mut seen: HashMap<Vec<u8>, u32> = HashMap::new();
        let mut failure = None;
        for _ in 0..=self.retries {
            let mut raw = vec![0; SECTOR + if self.points_at_errors { C2 } else { 0 }];
            let selection = if self.points_at_errors { C2Selection::Bits } else { C2Selection::None };
            match self.command(lba, 1, selection, &mut raw) {
                Ok(()) => {}
                Err(error @ CommandError::Transport(_)) => {
                    return Err(AudioError::Sector { track, lba, cause: error });
                }
                Err(error) => {
                    failure = Some(error);
                    continue;
                }
            }
            let is_sure = self.points_at_errors && raw[SECTOR..].iter().all(|&bits| bits == 0);
            raw.truncate(SECTOR);
            out.copy_from_slice(&raw);
            let count = seen.entry(raw).or_default();
            *count += 1;
            if is_sure || *count > 1 {
                return Ok(());
            }
        }
        if let (true, Some(cause)) = (seen.is_empty(), failure) {
            return Err(AudioError::Sector { track, lba, cause });
        }
        self.in_doubt.push(lba);
        Ok(())
    }

    /// READ CD, sent again as long as the drive wants to have it later.
    fn command(&self, first: Lba, count: u32, c2: C2Selection, out: &mut [u8]) -> Result<(), CommandError> {
        let device = self.recorder.device();
        let selection = SectorSelection { main: MainChannel::USER_DATA, c2, ..SectorSelection::USER_DATA };
        let command = ReadCd::new(first, count, selection);
        let mut attempts = 0;
        loop {
            match device.read_into(&command, out) {
                Ok(done) if done.transferred == out.len() => return Ok(()),
                Ok(_) if attempts >= PATIENCE => return Err(CommandError::NoSense { command: "READ CD" }),
                Ok(_) => {}
                Err(error) if error.passes() && attempts < PATIENCE => {
                    device.clock().sleep(std::time::Duration::from_millis(200));
                }
                Err(error) => return Err(error),
            }
            attempts += 1;
        }
    }
}
