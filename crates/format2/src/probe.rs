//! [`Probe`]: what the disc in a drive is now.

use imapi_disc_types::{DiscFacts, Lba, MediaState, MediaType, Profile};
use imapi_mmc_transport::{
    Answer, CommandError, TransportExt as _,
    commands::{
        BackgroundFormat, CapacityKind, Configuration, DiscInformation, DiscStatus, FormatCapacities, FormatDescriptor,
        FormatType, ReadCapacity, ReadDiscStructure, ReadFormatCapacities, ReadToc, SessionState, TocFormat, TocReply,
        TrackAddress, TrackInformation,
    },
    feature::{Feature, FeatureCode},
    structure::{BdKind, BookType, DiscStructure, StructureFormat},
};
use imapi_recorder::{Recorder, RecorderError};

use crate::{Way, patiently, sessions};

/// What the disc in a drive is now, and what the drive said of it.
///
/// ```no_run
/// use imapi_format2::{Probe, Way};
/// use imapi_recorder::{Recorder, RecorderError};
///
/// fn is_ready_for_an_archive(recorder: &Recorder) -> Result<bool, RecorderError> {
///     let probe = Probe::of(recorder)?;
///     Ok(probe.way == Way::BdR && probe.facts.is_blank())
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Probe {
    /// The profile that is current.
    pub profile: Profile,
    /// By which rules the disc is written.
    pub way: Way,
    /// Features; none of a drive that does not tell them.
    pub configuration: Configuration,
    /// What the drive says of the disc, where it says something.
    pub disc: Option<DiscInformation>,
    /// The tracks that have something in them.
    pub tracks: Vec<TrackInformation>,
    /// The track that the next write goes into, on discs that are written in sequence.
    pub next: Option<TrackInformation>,
    /// How the disc can be formatted.
    pub formats: Option<FormatCapacities>,
    /// Blocks that a disc in sequence has when it is blanked; none where it cannot be, or nobody knows.
    pub when_blank: Option<u32>,
    /// Kind, state, room and sessions.
    pub facts: DiscFacts,
}

impl Probe {
    /// Asks the drive. It must be [ready](Recorder::ready).
    pub fn of(recorder: &Recorder) -> Result<Self, RecorderError> {
        let disc = match patiently(recorder, || recorder.disc_information()) {
            Ok(disc) => Some(disc),
            Err(RecorderError::Command(error)) if error.is_refusal() => None,
            Err(error) => return Err(error),
        };
        let configuration = configuration(recorder, disc.as_ref())?;
        let profile = configuration.profile;
        let way = Way::of(profile, configuration.is_current(FeatureCode::BD_PSEUDO_OVERWRITE));
        let mut probe = Self {
            profile,
            way,
            configuration,
            disc,
            tracks: Vec::new(),
            next: None,
            formats: None,
            when_blank: None,
            facts: DiscFacts::default(),
        };
        probe.facts.medium = profile.into();
        probe.facts.write_unit = probe.facts.medium.write_unit();
        if way == Way::NoDisc {
            return Ok(probe);
        }
        if let (Some(disc), true) = (&probe.disc, way.is_sequential() || way == Way::ReadOnly) {
            probe.tracks = sessions::tracks(recorder, disc)?;
            probe.facts.sessions = sessions::of(&probe.tracks, disc, probe.facts.medium.is_cd());
        }
        if way.is_sequential() {
            probe.next = next_track(recorder, &probe)?;
        }
        if way.is_writable() {
            probe.formats = formats(recorder, way)?;
        }
        probe.room(recorder)?;
        probe.when_blank = probe.room_when_blank(recorder)?;
        probe.facts.state = probe.state();
        Ok(probe)
    }

    /// The kind of disc.
    #[must_use]
    pub fn medium(&self) -> MediaType {
        self.facts.medium
    }

    /// Whether a feature is there and current.
    #[must_use]
    pub fn has(&self, code: FeatureCode) -> bool {
        self.configuration.is_current(code)
    }

    /// What a feature says that is current.
    #[must_use]
    pub fn feature(&self, code: FeatureCode) -> Option<&Feature> {
        self.configuration.feature(code).filter(|found| found.current).map(|found| &found.feature)
    }

    /// A way to format that the drive offers.
    #[must_use]
    pub fn format(&self, format: FormatType) -> Option<&FormatDescriptor> {
        self.formats.as_ref()?.formattable.iter().find(|offered| offered.format == format)
    }

    /// Whether the disc has its format, where its kind has one.
    #[must_use]
    pub fn is_formatted(&self) -> bool {
        self.formats.as_ref().is_some_and(|formats| formats.current.kind == CapacityKind::Formatted)
    }

    /// Sizes, and where the next write goes.
    fn room(&mut self, recorder: &Recorder) -> Result<(), RecorderError> {
        if self.way.is_overwritable() {
            let formatted = if self.is_formatted() { self.formats.as_ref().map(|f| f.current.blocks) } else { None };
            let offered =
                [FormatType::FULL, FormatType::PACKETS_FULL, FormatType::DVD_PLUS_RW, FormatType::BD_RE_SPARES];
            let most = offered.into_iter().filter_map(|format| self.format(format)).map(|offered| offered.blocks).max();
            let most = most.filter(|&blocks| blocks < u32::MAX);
            self.facts.capacity = match (formatted, self.way) {
                // It grows while it is written.
                (Some(now), Way::DvdRestricted | Way::DvdPlusRw) => most.unwrap_or(now).max(now),
                (Some(now), _) => now,
                (None, _) => most.map_or_else(|| readable(recorder), Ok)?,
            };
            self.facts.free = self.facts.capacity;
            self.facts.next_writable = Some(Lba(0));
            return Ok(());
        }
        if let Some(next) = &self.next {
            // A blank disc of some drives begins in its pre-gap.
            self.facts.next_writable = next.next_writable.map(|next_writable| next_writable.max(next.start));
            self.facts.free = next.free_blocks;
        }
        let is_blank = self.disc.as_ref().is_some_and(|disc| disc.state.status == DiscStatus::Blank);
        if self.next.is_none() && is_blank {
            // Of a drive that does not tell of tracks it is known all the same where a disc begins.
            self.facts.next_writable = Some(Lba(0));
            self.facts.free = self.formats.as_ref().map_or(0, |formats| formats.current.blocks);
        }
        if let Some(next) = self.facts.next_writable {
            let lead_out = self.disc.as_ref().filter(|_| self.way == Way::Cd);
            let lead_out = lead_out.and_then(|disc| disc.last_possible_lead_out?.time().lba());
            let by_free = i64::from(next.0) + i64::from(self.facts.free);
            self.facts.capacity = lead_out.map_or(count(by_free), |lba| count(lba.0.into()));
            if self.facts.free == 0 {
                self.facts.free = self.facts.capacity.saturating_sub(count(next.0.into()));
            }
        } else {
            self.facts.capacity = readable(recorder)?;
            self.facts.free = 0;
        }
        Ok(())
    }

    /// How large a rewritable disc in sequence is: a CD-RW says so in its groove, of a DVD-RW the formats tell.
    fn room_when_blank(&self, recorder: &Recorder) -> Result<Option<u32>, RecorderError> {
        if !self.way.is_sequential() || !self.disc.as_ref().is_some_and(|disc| disc.state.erasable) {
            return Ok(None);
        }
        if self.facts.next_writable == Some(Lba(0)) {
            return Ok(Some(self.facts.capacity));
        }
        if self.way != Way::Cd {
            return Ok(self.format(FormatType::FULL).map(|full| full.blocks).filter(|&blocks| blocks < u32::MAX));
        }
        let lead_out = match patiently(recorder, || recorder.device().query(&ReadToc::whole(TocFormat::Atip))) {
            Ok(Answer { value: TocReply::Atip(atip), .. }) => atip.last_possible_lead_out.lba(),
            Err(CommandError::Transport(error)) => return Err(error.into()),
            Ok(_) | Err(_) => None,
        };
        // Some drives have zeros there, and some decimal digits.
        let lead_out = lead_out.filter(|lba| count(lba.0.into()) >= self.facts.capacity);
        Ok(lead_out.map(|lba| count(lba.0.into())))
    }

    fn state(&self) -> MediaState {
        let mut state = MediaState::UNKNOWN;
        match self.way {
            Way::NoDisc => return state,
            Way::Unsupported => return MediaState::UNSUPPORTED_MEDIA,
            Way::ReadOnly => return MediaState::FINALIZED | MediaState::WRITE_PROTECTED,
            _ => {}
        }
        if self.tracks.iter().any(|track| track.damage) {
            state |= MediaState::DAMAGED;
        }
        let Some(disc) = &self.disc else {
            return if self.way.is_overwritable() { state | MediaState::OVERWRITE_ONLY } else { state };
        };
        if self.way.is_overwritable() {
            let never = self.way == Way::DvdPlusRw && disc.background_format == BackgroundFormat::None;
            // One that grows says nothing of its size, and may have something all the same.
            let is_growing = self.way == Way::DvdRestricted
                && disc.state.last_session == SessionState::Incomplete
                && self.tracks.iter().any(|track| track.last_recorded.is_some_and(|last| last >= track.start));
            if never || !(self.is_formatted() || is_growing) || disc.state.status == DiscStatus::Blank {
                state |= MediaState::BLANK;
            }
            return state | MediaState::OVERWRITE_ONLY;
        }
        match (disc.state.status, self.facts.next_writable) {
            (DiscStatus::Blank, _) => state |= MediaState::BLANK,
            (DiscStatus::Appendable, Some(_)) => {
                state |= MediaState::APPENDABLE;
                // On a disc that pretends to be overwritable the session is never closed, and always written on.
                let is_open = disc.state.last_session == SessionState::Incomplete && self.way != Way::BdRPseudo;
                if is_open && !self.begins_its_session() {
                    state |= MediaState::NON_EMPTY_SESSION;
                }
                // A BD-R that was formatted is appendable before anything is on it.
                if self.tracks.is_empty() && self.facts.next_writable == Some(Lba(0)) {
                    state = MediaState::BLANK;
                }
            }
            _ => {
                state |= MediaState::FINALIZED;
                if disc.state.erasable {
                    state |= MediaState::ERASE_REQUIRED;
                }
            }
        }
        if disc.state.last_session == SessionState::Damaged {
            state |= MediaState::DAMAGED;
        }
        state
    }

    /// Whether what is written next begins a session: its track is the first one there, and nothing is in it.
    fn begins_its_session(&self) -> bool {
        let Some(next) = &self.next else { return true };
        // Some drives tell the address of the pre-gap before a track.
        let is_begun = next.next_writable.is_some_and(|next_writable| next_writable > next.start);
        !is_begun && !self.tracks.iter().any(|track| track.session == next.session && track.number != next.number)
    }
}

/// Features, or what follows from the disc for drives that do not tell them.
fn configuration(recorder: &Recorder, disc: Option<&DiscInformation>) -> Result<Configuration, RecorderError> {
    match patiently(recorder, || recorder.configuration()) {
        Err(RecorderError::Command(error)) if error.is_refusal() => {
            let profile = match (disc, by_structure(recorder)?) {
                (_, Some(profile)) => profile,
                (Some(disc), None) if disc.state.erasable => Profile::CD_REWRITABLE,
                (Some(disc), None) if disc.state.status != DiscStatus::Complete => Profile::CD_RECORDABLE,
                (Some(_), None) => Profile::CDROM,
                (None, None) => Profile::INVALID,
            };
            Ok(Configuration { profile, features: Vec::new() })
        }
        configuration => configuration,
    }
}

/// What a DVD or BD says of itself; CDs have no such structures.
fn by_structure(recorder: &Recorder) -> Result<Option<Profile>, RecorderError> {
    let ask = |format| match patiently(recorder, || recorder.device().query_whole(&ReadDiscStructure::of(format))) {
        Ok(answer) => Ok(Some(answer.value)),
        Err(CommandError::Transport(error)) => Err(RecorderError::from(error)),
        Err(_) => Ok(None),
    };
    if let Some(DiscStructure::BdInformation(information)) = ask(StructureFormat::BD_INFORMATION)? {
        return Ok(information.units.first().map(|unit| match unit.kind {
            BdKind::Rom => Profile::BD_ROM,
            BdKind::Recordable => Profile::BD_R_SEQUENTIAL,
            BdKind::Rewritable => Profile::BD_REWRITABLE,
        }));
    }
    let Some(DiscStructure::Physical(physical)) = ask(StructureFormat::PHYSICAL)? else { return Ok(None) };
    let profile = match physical.book {
        BookType::DVD_ROM => Profile::DVDROM,
        BookType::DVD_RAM => Profile::DVD_RAM,
        BookType::DVD_R if physical.layers > 1 => Profile::DVD_DASH_R_DUAL_SEQUENTIAL,
        BookType::DVD_R => Profile::DVD_DASH_RECORDABLE,
        BookType::DVD_RW => Profile::DVD_DASH_RW_SEQUENTIAL,
        BookType::DVD_PLUS_RW => Profile::DVD_PLUS_RW,
        BookType::DVD_PLUS_R => Profile::DVD_PLUS_R,
        BookType::DVD_PLUS_RW_DUAL => Profile::DVD_PLUS_RW_DUAL,
        BookType::DVD_PLUS_R_DUAL => Profile::DVD_PLUS_R_DUAL,
        _ => return Ok(None),
    };
    Ok(Some(profile))
}

/// The track that the next write goes into: the invisible one of CDs and DVD+R, the last one of others.
fn next_track(recorder: &Recorder, probe: &Probe) -> Result<Option<TrackInformation>, RecorderError> {
    let last = probe.disc.as_ref().map_or(1, |disc| disc.last_of_last_session);
    let addresses = match probe.way {
        Way::Cd | Way::DvdPlusR => [TrackAddress::INVISIBLE, TrackAddress::Track(last.into())],
        _ => [TrackAddress::Track(last.into()), TrackAddress::INVISIBLE],
    };
    let mut found = None;
    for address in addresses {
        match patiently(recorder, || recorder.track_information(address)) {
            Ok(track) if track.next_writable.is_some() => return Ok(Some(track)),
            Ok(track) => found = found.or(Some(track)),
            Err(RecorderError::Command(error)) if error.is_refusal() => {}
            // A closed disc has no invisible track, which drives say in their own ways.
            Err(RecorderError::Command(error)) if found.is_some() && error.sense().is_some() => {}
            Err(error) => {
                let closed = probe.disc.as_ref().is_some_and(|disc| disc.state.status == DiscStatus::Complete);
                if !closed {
                    return Err(error);
                }
            }
        }
    }
    // Some drives know the next address only when they have been told how it will be written; an empty track is written
    // from its beginning.
    Ok(found.filter(|track| track.blank).map(|track| TrackInformation { next_writable: Some(track.start), ..track }))
}

/// How the disc can be formatted; none of a drive that does not say. A disc that may have to be formatted cannot be
/// written without knowing.
fn formats(recorder: &Recorder, way: Way) -> Result<Option<FormatCapacities>, RecorderError> {
    let question = ReadFormatCapacities { allocation: 260 };
    match patiently(recorder, || recorder.device().query(&question)) {
        Ok(answer) => Ok(Some(answer.value)),
        Err(error) => {
            let has_none = error.is_refusal() || matches!(error, CommandError::Reply { .. });
            if has_none && (!way.is_overwritable() || readable(recorder)? > 1) { Ok(None) } else { Err(error.into()) }
        }
    }
}

/// How many blocks can be read.
fn readable(recorder: &Recorder) -> Result<u32, RecorderError> {
    match patiently(recorder, || recorder.device().query(&ReadCapacity)) {
        Ok(answer) => Ok(count(answer.value.last.distance_from(Lba(0)) + 1)),
        Err(CommandError::Transport(error)) => Err(error.into()),
        // Nothing can.
        Err(_) => Ok(0),
    }
}

fn count(blocks: i64) -> u32 {
    u32::try_from(blocks.max(0)).unwrap_or(u32::MAX)
}
