//! What is told of the disc.

use imapi::{
    audio::{DiscWords, Named, audio_tracks, indexes},
    read::Volume,
};
use imapi_disc_types::{Lba, MediaState, MediaType};
use imapi_errors::{Term, Value};
use imapi_format2::{DiscReader, Probe, WriteSpeed, WriteSpeeds};
use imapi_mmc_transport::{
    commands::{ReadDiscStructure, TrackInformation},
    structure::{DiscStructure, StructureFormat},
};
use imapi_recorder::{Recorder, RecorderError};
use serde::Serialize;

use super::look::Gathering;

/// A disc in JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Medium {
    /// What IMAPI calls it.
    kind: String,
    /// The profile, which says more: `DVD-RW (sequential)`.
    pub profile: String,
    /// Who made the disc, and what he calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maker: Option<String>,
    /// What may be done with it, in words.
    state: Vec<&'static str>,
    #[serde(skip)]
    pub terms: Vec<Term>,
    /// The same as IMAPI's bits.
    state_bits: u32,
    /// All blocks, written or not.
    pub capacity: u32,
    /// Blocks that can be written.
    pub free: u32,
    /// Where the next one goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_writable: Option<i32>,
    /// Blocks that are written at once.
    write_unit: u32,
    /// What is in the last session with data, where a file system is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<VolumeTold>,
    sessions: Vec<Session>,
    /// The number of a CD (MCN).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalogue_number: Option<String>,
    /// What a CD with sound is called, by its CD-TEXT.
    #[serde(flatten)]
    pub words: Words,
    pub tracks: Vec<Track>,
    pub write_speeds: Vec<Speed>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VolumeTold {
    pub label: Option<String>,
    pub file_systems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Session {
    number: u16,
    first: i32,
    last: i32,
    data: bool,
}

/// What something is called, and who plays.
#[derive(Debug, Default, Serialize)]
pub struct Words {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performer: Option<String>,
}

impl Words {
    /// All of it, which may be nothing. A disc does not write on its reader's terminal.
    pub fn all(&self) -> impl Iterator<Item = String> {
        self.title.iter().chain(&self.performer).map(|text| Value::Text(text).to_string())
    }
}

impl From<Named> for Words {
    fn from(named: Named) -> Self {
        Self { title: named.title, performer: named.performer }
    }
}

#[derive(Debug, Serialize)]
pub struct Track {
    pub number: u16,
    pub session: u16,
    pub first: i32,
    pub blocks: u32,
    pub data: bool,
    /// More can be written into it.
    open: bool,
    pub damaged: bool,
    /// The code of the recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isrc: Option<String>,
    /// Where its pause begins, when somebody looked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<i32>,
    /// Where its indexes begin, from the second on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<i32>,
    #[serde(flatten)]
    pub words: Words,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Speed {
    /// Times the single speed of its kind of disc.
    times: f64,
    kilobytes_per_second: u32,
    sectors_per_second: u32,
    #[serde(rename = "pureCAV")]
    pure_cav: bool,
}

/// Bit 2 of the Q sub-channel's control field: data and no audio.
const DATA: u8 = 0b0100;

/// What the bits of a state mean: in JSON, and in words where there are some beside others.
const STATES: [(MediaState, &str, Option<Term>); 10] = [
    (MediaState::BLANK, "blank", Some(Term::StateBlank)),
    (MediaState::OVERWRITE_ONLY, "overwritable", None),
    (MediaState::APPENDABLE, "appendable", Some(Term::StateAppendable)),
    (MediaState::FINAL_SESSION, "finalSession", Some(Term::StateFinal)),
    (MediaState::FINALIZED, "finalized", Some(Term::StateComplete)),
    (MediaState::NON_EMPTY_SESSION, "nonEmptySession", Some(Term::StatePartlyWritten)),
    (MediaState::ERASE_REQUIRED, "eraseRequired", Some(Term::StateEraseFirst)),
    (MediaState::DAMAGED, "damaged", Some(Term::StateDamaged)),
    (MediaState::WRITE_PROTECTED, "writeProtected", Some(Term::StateProtected)),
    (MediaState::UNSUPPORTED_MEDIA, "unsupportedMedia", Some(Term::StateUnsupported)),
];

/// What may be done with a disc, in words for people.
pub fn state_terms(state: MediaState) -> Vec<Term> {
    let present = STATES.iter().filter(|(bit, ..)| state.contains(*bit));
    let mut terms: Vec<Term> = present.filter_map(|(.., term)| *term).collect();
    if terms.is_empty() && state.contains(MediaState::OVERWRITE_ONLY) {
        terms.push(Term::StateFormatted);
    }
    terms
}

impl Medium {
    /// What the drive tells of the disc that is in it; nothing when it does not tell what it is.
    pub fn of(gathering: &mut Gathering<'_>) -> Result<Option<Self>, RecorderError> {
        let recorder = gathering.recorder();
        let Some(probe) = gathering.ask("medium", || Probe::of(recorder))? else { return Ok(None) };
        let medium = probe.medium();
        let speeds = if medium.is_write_once() || medium.is_rewritable() {
            gathering.ask("write speeds", || WriteSpeeds::of(recorder, medium))?
        } else {
            None
        };
        let maker = maker(gathering, medium)?;
        let volume = volume(gathering, &probe)?;
        let facts = &probe.facts;
        let present = STATES.iter().filter(|(bit, ..)| facts.state.contains(*bit));
        let mut tracks: Vec<Track> = probe.tracks.iter().map(|track| Track::of(track, medium)).collect();
        let (catalogue_number, words) = sound(gathering, &mut tracks)?;
        Ok(Some(Self {
            kind: medium.to_string(),
            catalogue_number,
            words,
            profile: probe.profile.to_string(),
            maker,
            state: present.map(|(_, word, _)| *word).collect(),
            terms: state_terms(facts.state),
            state_bits: facts.state.bits(),
            capacity: facts.capacity,
            free: facts.free,
            next_writable: facts.next_writable.map(|lba| lba.0),
            write_unit: facts.write_unit.get(),
            volume,
            sessions: facts
                .sessions
                .iter()
                .map(|session| Session {
                    number: session.number,
                    first: session.first.0,
                    last: session.last.0,
                    data: session.has_data,
                })
                .collect(),
            tracks,
            write_speeds: speeds.iter().flat_map(WriteSpeeds::all).map(Speed::of).collect(),
        }))
    }
}

impl Medium {
    /// Looks where pauses and indexes of tracks with sound begin.
    pub fn find_indexes(&mut self, recorder: &Recorder) -> Result<(), RecorderError> {
        // Without tracks with sound there are none.
        let Ok(tracks) = audio_tracks(&Probe::of(recorder)?) else { return Ok(()) };
        let mut found = indexes(recorder, &tracks)?;
        for track in &mut self.tracks {
            let found = u8::try_from(track.number).ok().and_then(|number| found.remove(&number)).unwrap_or_default();
            track.pause = found.pause.map(|lba| lba.0);
            track.indexes = found.further.iter().map(|lba| lba.0).collect();
        }
        Ok(())
    }
}

/// What a disc with sound says of itself; its tracks get what it says of them.
fn sound(gathering: &Gathering<'_>, tracks: &mut [Track]) -> Result<(Option<String>, Words), RecorderError> {
    let numbers = tracks.iter().filter(|track| !track.data).filter_map(|track| u8::try_from(track.number).ok());
    let numbers: Vec<u8> = numbers.collect();
    if numbers.is_empty() {
        return Ok((None, Words::default()));
    }
    let DiscWords { catalogue, disc, tracks: mut of_tracks } = DiscWords::of(gathering.recorder(), numbers)?;
    for track in tracks {
        let found = u8::try_from(track.number).ok().and_then(|number| of_tracks.remove(&number));
        let (named, isrc) = found.unwrap_or_default();
        (track.words, track.isrc) = (named.into(), isrc);
    }
    Ok((catalogue, disc.into()))
}

impl Track {
    fn of(track: &TrackInformation, medium: MediaType) -> Self {
        let recorded = track.last_recorded.map(|last| last.0.saturating_sub(track.start.0).saturating_add(1));
        Self {
            number: track.number,
            session: track.session,
            first: track.start.0,
            blocks: recorded.and_then(|blocks| u32::try_from(blocks).ok()).or(track.size).unwrap_or(0),
            data: !medium.is_cd() || track.mode & DATA != 0,
            open: track.next_writable.is_some(),
            damaged: track.damage,
            isrc: None,
            pause: None,
            indexes: Vec::new(),
            words: Words::default(),
        }
    }
}

impl Speed {
    fn of(speed: &WriteSpeed) -> Self {
        let single = speed.medium.sectors_per_second_at_1x().unwrap_or(speed.sectors_per_second.max(1));
        // To a tenth, as it stands on boxes.
        let tenths = (speed.sectors_per_second * 10 + single / 2) / single;
        Self {
            times: f64::from(tenths) / 10.0,
            kilobytes_per_second: speed.kilobytes_per_second,
            sectors_per_second: speed.sectors_per_second,
            pure_cav: speed.pure_cav,
        }
    }

    /// `16x (22160 kB/s)`.
    pub fn words(&self) -> String {
        format!("{}x ({} kB/s)", self.times, self.kilobytes_per_second)
    }
}

/// What the last session with data, or the disc that can be overwritten, has of file systems.
fn volume(gathering: &mut Gathering<'_>, probe: &Probe) -> Result<Option<VolumeTold>, RecorderError> {
    let last = probe.facts.previous_data_session();
    let is_used = probe.way.is_overwritable() && !probe.facts.is_blank();
    if last.is_none() && !is_used {
        return Ok(None);
    }
    let recorder = gathering.recorder();
    let found = gathering.ask("volume", || {
        let capacity =
            recorder.capacity()?.map_or(0, |capacity| u64::try_from(capacity.last.0).map_or(0, |last| last + 1));
        let start = last.map_or(Lba(0), |session| session.first);
        Ok(Volume::at(&DiscReader::new(recorder, capacity), start, capacity)?)
    })?;
    let told = found.filter(|volume| !volume.file_systems.is_empty());
    Ok(told.map(|volume| VolumeTold { label: volume.label, file_systems: volume.file_systems }))
}

/// Who made the disc, by what is in its lead-in or its groove.
fn maker(gathering: &mut Gathering<'_>, medium: MediaType) -> Result<Option<String>, RecorderError> {
    let format = match medium {
        MediaType::DVDDASHR | MediaType::DVDDASHRW | MediaType::DVDDASHR_DUALLAYER => StructureFormat::PRE_RECORDED,
        MediaType::DVDPLUSR | MediaType::DVDPLUSRW | MediaType::DVDPLUSR_DUALLAYER | MediaType::DVDPLUSRW_DUALLAYER => {
            StructureFormat::ADIP
        }
        MediaType::BDR | MediaType::BDRE => StructureFormat::BD_INFORMATION,
        _ => return Ok(None),
    };
    let recorder = gathering.recorder();
    let told = gathering.ask("maker of the disc", || recorder.structure(&ReadDiscStructure::of(format)))?;
    let parts = match told {
        Some(DiscStructure::PreRecorded(pieces)) => pieces.maker().map(|maker| vec![text(&maker)]),
        Some(DiscStructure::Physical(physical)) => physical
            .plus_maker()
            .map(|maker| vec![text(&maker.manufacturer), text(&maker.media_type), format!("{:03}", maker.revision)]),
        Some(DiscStructure::BdInformation(information)) => information
            .units
            .first()
            .map(|unit| vec![text(&unit.manufacturer), text(&unit.media_type), format!("{:03}", unit.revision)]),
        _ => None,
    };
    let named = parts.filter(|parts| parts.first().is_some_and(|maker| !maker.is_empty()));
    Ok(named.map(|parts| parts.join("/")))
}

/// What can be printed of a field that is filled up.
fn text(bytes: &[u8]) -> String {
    let visible = |&byte: &u8| if byte == b' ' || byte.is_ascii_graphic() { char::from(byte) } else { '?' };
    let end = bytes.iter().rposition(|&byte| byte != 0 && byte != b' ').map_or(0, |last| last + 1);
    bytes[..end].iter().map(visible).collect()
}
