//! [`Extent`]: which blocks of a disc were recorded.

use std::ops::Range;

use imapi_disc_types::Lba;
use imapi_format2::{DiscReader, Probe, Way};
use imapi_mmc_transport::{Class, CommandError, Condition, commands::TrackInformation};
use imapi_recorder::Recorder;

use super::{ReadError, Volume};

/// The blocks of a disc that make an image of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// Where the image begins on the disc.
    pub start: Lba,
    /// Blocks of the image.
    pub blocks: u64,
    /// Those of them that have data; what lies between sessions has none and cannot be read.
    pub data: Vec<Range<u64>>,
    /// Blocks of the disc behind the image, which no file system on it knows of.
    pub left_out: u64,
}

/// The bit of a track's control field that says that it has data.
const DATA: u8 = 0b0100;
/// Blocks that end a CD's track that was written for itself, and what else may lie before the next track: its pause.
const RUN_OUT: i64 = 2;
const PAUSE: i64 = 150;

impl Extent {
    /// Asks the drive; `session` is one of the disc's, or none for all of it. An image of all of it has every block where
    /// the disc has it, so that what refers to addresses of the disc is right in the image, too.
    pub fn of(recorder: &Recorder, session: Option<u16>) -> Result<Self, ReadError> {
        let probe = Probe::of(recorder)?;
        if probe.facts.is_blank() {
            return Err(ReadError::Blank);
        }
        let is_cd = probe.medium().is_cd();
        let tracks: Vec<(&TrackInformation, Range<i64>)> = probe
            .tracks
            .iter()
            .filter_map(|track| Some((track, i64::from(track.start.0)..i64::from(last(track)?.0) + 1)))
            .collect();
        if tracks.is_empty() {
            return whole(recorder, &probe, session);
        }
        let wanted = |track: &TrackInformation| session.is_none_or(|session| track.session == session);
        let reader = DiscReader::new(recorder, 0);
        let mut data: Vec<Range<i64>> = Vec::new();
        for (_, blocks) in tracks.iter().filter(|(track, _)| has_data(&probe, track) && wanted(track)) {
            let end = if is_cd { recorded_end(&reader, blocks)? } else { blocks.end };
            data.push(blocks.start.max(0)..end);
        }
        let begins = data.iter().map(|blocks| blocks.start).min();
        let ends = data.iter().map(|blocks| blocks.end).max();
        let (Some(first), Some(end)) = (begins, ends) else {
            return Err(match session {
                Some(session) => ReadError::NoSession { session },
                None => ReadError::NothingToRead,
            });
        };
        // Sound before the data is no part of the image.
        let sound_first = tracks.iter().any(|(track, blocks)| !has_data(&probe, track) && blocks.start < first);
        let start = if session.is_some() || sound_first { first } else { 0 };
        Ok(Self::from_addresses(start, end, data))
    }

    /// The same, but of a disc that can be overwritten only what its file systems take, up to the end of a unit of error
    /// correction: no drive knows how much of such a disc was ever written, and a BD-RE of a few files has 25 GB. Where no
    /// file system is found, or where it may say more than can be read, it is all of the disc.
    pub fn in_use(recorder: &Recorder, session: Option<u16>) -> Result<Self, ReadError> {
        let all = Self::of(recorder, session)?;
        let probe = Probe::of(recorder)?;
        if !probe.way.is_overwritable() {
            return Ok(all);
        }
        let volume = Volume::at(&DiscReader::new(recorder, 0), all.start, all.blocks)?;
        let unit = u64::from(probe.facts.write_unit.get());
        let end = volume.end.map_or(all.blocks, |end| end.next_multiple_of(unit).min(all.blocks));
        Ok(Self { blocks: end, data: vec![Range { start: 0, end }], left_out: all.blocks - end, ..all })
    }

    fn from_addresses(start: i64, end: i64, data: Vec<Range<i64>>) -> Self {
        let block = |address: i64| u64::try_from(address - start).unwrap_or(0);
        Self {
            start: Lba(i32::try_from(start).unwrap_or(0)),
            blocks: block(end),
            data: data.into_iter().map(|blocks| block(blocks.start)..block(blocks.end)).collect(),
            left_out: 0,
        }
    }

    /// The address of a block.
    #[must_use]
    pub fn address(&self, block: u64) -> Lba {
        i64::try_from(block).ok().and_then(|block| self.start.checked_add(block)).unwrap_or(self.start)
    }
}

/// Whether a track has data and no sound.
pub(super) fn has_data(probe: &Probe, track: &TrackInformation) -> bool {
    !probe.medium().is_cd() || track.mode & DATA != 0
}

/// The last block of a track that something is in.
fn last(track: &TrackInformation) -> Option<Lba> {
    let by_size = || {
        let size = i64::from(track.size?.checked_sub(track.free_blocks)?);
        track.start.checked_add(size - 1)
    };
    track.last_recorded.filter(|last| *last >= track.start).or_else(by_size).filter(|last| *last >= track.start)
}

/// A disc that has no tracks to speak of: one that can be overwritten, or a pressed one in a drive that says little.
fn whole(recorder: &Recorder, probe: &Probe, session: Option<u16>) -> Result<Extent, ReadError> {
    if session.is_some_and(|session| session != 1) {
        return Err(ReadError::NoSession { session: session.unwrap_or(0) });
    }
    let is_empty = probe.way == Way::NoDisc || probe.facts.is_blank();
    let end = recorder.capacity()?.map_or(0, |capacity| i64::from(capacity.last.0) + 1);
    if is_empty || end <= 0 {
        return Err(ReadError::NothingToRead);
    }
    Ok(Extent::from_addresses(0, end, vec![Range { start: 0, end }]))
}

/// Where the data of a CD's track end: before the blocks that the drive ended it with, and before the pause of a track
/// that follows. Drives count both as the track's, and read neither.
fn recorded_end(reader: &DiscReader, blocks: &Range<i64>) -> Result<i64, ReadError> {
    let can = |address: i64| -> Result<bool, ReadError> {
        let mut out = [0; 2048];
        let Ok(lba) = i32::try_from(address) else { return Ok(false) };
        match reader.blocks_at(Lba(lba), &mut out) {
            Ok(()) => Ok(true),
            Err(error) if is_of_a_block(&error) => Ok(false),
            Err(error) => Err(error.into()),
        }
    };
    let end = blocks.end;
    if blocks.end - blocks.start <= RUN_OUT || can(end - 1)? || can(end - 2)? {
        return Ok(end);
    }
    if can(end - RUN_OUT - 1)? {
        return Ok(end - RUN_OUT);
    }
    let before_pause = end - RUN_OUT - PAUSE;
    if before_pause > blocks.start && !can(end - PAUSE / 2)? && can(before_pause - 1)? {
        return Ok(before_pause);
    }
    Ok(end)
}

/// The error is about the blocks that were to be read, and not about drive or connection.
pub(crate) fn is_of_a_block(error: &CommandError) -> bool {
    let Some(condition) = error.condition() else { return false };
    match condition {
        Condition::HardwareError | Condition::NoMedium { .. } | Condition::MediumChanged | Condition::Reset => false,
        // Blocks of another kind, or none at all.
        Condition::IllegalModeForTrack | Condition::OutOfRange | Condition::CopyProtection => true,
        condition => condition.class() == Class::Report,
    }
}
