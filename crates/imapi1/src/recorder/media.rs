//! What a drive says of its disc, in the words of v1.

use std::{ops::ControlFlow, time::Duration};

use imapi_disc_types::{Lba, MediaState, MediaType};
use imapi_format2::{Probe, Way};
use imapi_mmc_transport::{Condition, commands::DiscType};
use imapi_recorder::Recorder;

use crate::{V1Error, errors};

/// The kind of a disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "MEDIA_TYPES")]
#[repr(u32)]
pub enum MediaKind {
    /// Sound, or data as on a CD-ROM.
    CddaCdRom = 1,
    /// CD-ROM XA.
    CdRomXa = 2,
    /// CD-i.
    CdI = 3,
    /// Sound, and behind it a session with data.
    CdExtra = 4,
    /// Another CD, such as a blank one that does not say yet what it will be.
    CdOther = 5,
    /// No CD.
    Special = 6,
}

/// What can be done with a disc: bits of `MEDIA_FLAGS`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[doc(alias = "MEDIA_FLAGS")]
pub struct MediaFlags(pub u32);

impl MediaFlags {
    /// Nothing is on it.
    pub const BLANK: Self = Self(1);
    /// It can be erased.
    pub const RW: Self = Self(2);
    /// Something can be written to it.
    pub const WRITABLE: Self = Self(4);
    /// It is of a kind that IMAPI does nothing with.
    pub const FORMAT_UNUSABLE_BY_IMAPI: Self = Self(8);

    /// Whether all bits of the other are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    fn set(&mut self, bit: Self, when: bool) {
        if when {
            self.0 |= bit.0;
        }
    }
}

/// The sessions of a disc, and its room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaInfo {
    /// How many sessions have something in them.
    pub sessions: u8,
    /// The last track of the last of them; 0 where there is none.
    pub last_track: u8,
    /// Where that begins.
    pub start_address: u32,
    /// Where the next write goes; 0 where nothing can be written.
    pub next_writable: u32,
    /// How many blocks are free from there on.
    pub free_blocks: u32,
}

/// A drive that was just loaded gets so long to know its disc.
const PATIENCE: Duration = Duration::from_secs(60);

/// Looks at the disc; nothing where there is none.
pub(crate) fn look(recorder: &Recorder) -> Result<Option<Probe>, V1Error> {
    match recorder.ready(PATIENCE, &mut |_| ControlFlow::Continue(())) {
        Ok(_) => {}
        Err(error) if matches!(error.condition(), Some(Condition::NoMedium { .. })) => return Ok(None),
        Err(error) => return Err(errors::of_disc(error)),
    }
    match Probe::of(recorder) {
        Ok(probe) if probe.way == Way::NoDisc => Ok(None),
        Ok(probe) => Ok(Some(probe)),
        Err(error) if matches!(error.condition(), Some(Condition::NoMedium { .. })) => Ok(None),
        Err(error) => Err(errors::of_disc(error)),
    }
}

/// Whether IMAPI does something with such discs at all.
pub(crate) fn is_usable(medium: MediaType, strict: bool) -> bool {
    match medium {
        MediaType::CDR | MediaType::CDRW => true,
        _ => !strict && !medium.is_cd() && medium != MediaType::UNKNOWN,
    }
}

pub(super) fn kind(recorder: &Recorder, strict: bool) -> Result<Option<(MediaKind, MediaFlags)>, V1Error> {
    let Some(probe) = look(recorder)? else { return Ok(None) };
    let medium = probe.medium();
    let sessions = &probe.facts.sessions;
    let is_extra = sessions.len() > 1 && !sessions[0].has_data && sessions.iter().any(|session| session.has_data);
    let told = probe.disc.as_ref().map_or(DiscType::UNDEFINED, |disc| disc.disc_type);
    let kind = match told {
        _ if !medium.is_cd() => MediaKind::Special,
        _ if is_extra => MediaKind::CdExtra,
        DiscType::CD_I => MediaKind::CdI,
        DiscType::XA => MediaKind::CdRomXa,
        DiscType::CD_ROM => MediaKind::CddaCdRom,
        _ => MediaKind::CdOther,
    };
    let facts = &probe.facts;
    let protected = facts.state.contains(MediaState::WRITE_PROTECTED);
    let mut flags = MediaFlags::default();
    flags.set(MediaFlags::BLANK, facts.is_blank());
    flags.set(MediaFlags::RW, imapi_format2_erase::ERASABLE.contains(&medium));
    flags.set(MediaFlags::WRITABLE, probe.way.is_writable() && facts.next_writable.is_some() && !protected);
    flags.set(MediaFlags::FORMAT_UNUSABLE_BY_IMAPI, !is_usable(medium, strict));
    Ok(Some((kind, flags)))
}

pub(super) fn info(recorder: &Recorder) -> Result<MediaInfo, V1Error> {
    let probe = look(recorder)?.ok_or(V1Error::MediumNotPresent)?;
    let facts = &probe.facts;
    let last = facts.previous_session();
    let track = last.and_then(|last| probe.tracks.iter().rev().find(|track| track.session == last.number));
    let address = |lba: Lba| u32::try_from(lba.0).unwrap_or(0);
    Ok(MediaInfo {
        sessions: u8::try_from(facts.sessions.len()).unwrap_or(u8::MAX),
        last_track: track.map_or(0, |track| u8::try_from(track.number).unwrap_or(u8::MAX)),
        start_address: track.map_or(0, |track| address(track.start)),
        next_writable: facts.next_writable.map_or(0, address),
        free_blocks: facts.free,
    })
}

/// Whether the disc can be erased by v1; else why not.
pub(super) fn erasable(recorder: &Recorder, strict: bool) -> Result<(), V1Error> {
    let probe = look(recorder)?.ok_or(V1Error::MediumNotPresent)?;
    let medium = probe.medium();
    let erasable = imapi_format2_erase::ERASABLE.contains(&medium);
    if erasable && is_usable(medium, strict) { Ok(()) } else { Err(V1Error::MediumInvalidType { medium }) }
}
