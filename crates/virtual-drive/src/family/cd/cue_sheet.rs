//! The cue sheet: the plan of a session, checked before its first block is written.

use imapi_mmc_transport::{
    InvalidField, Sense, SenseKey,
    commands::{CueEntry, CuePosition, DataForm, MainForm, SubChannelForm},
    mode::WriteParameters,
};

use super::{
    super::signed,
    form::{HostChannels, HostForm},
    layout::{Layout, SHORTEST},
    track_at_once::catalogue_of,
};
use crate::state::{CdForm, CdTrack};

/// Bytes of the longest sheet: what the drive's features say.
pub(super) const LONGEST: usize = 0x0C80;

/// There is something in this session already.
const PROGRAM_AREA_NOT_EMPTY: Sense = Sense::new(SenseKey::IllegalRequest, 0x2C, 0x03);

/// What a session will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The host sends the lead-in's sub-channels, with CD-TEXT.
    pub(super) text: bool,
    /// Everything from the first pause to the lead-out, without a gap.
    pub(super) segments: Vec<Segment>,
    pub(super) tracks: Vec<PlannedTrack>,
    pub(super) lead_out: i32,
}

/// Sectors of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) start: i32,
    pub(super) end: i32,
    /// Which of the planned tracks, from 0.
    pub(super) track: usize,
    pub(super) index: u8,
    pub(super) control: u8,
    pub(super) form: HostForm,
    pub(super) channels: HostChannels,
}

impl Segment {
    /// Bytes that the host sends of each sector.
    pub(super) fn size(&self) -> usize {
        self.form.size + self.channels.size()
    }
}

/// A track of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlannedTrack {
    /// Its number on the disc.
    pub(super) number: usize,
    /// Where index 1 is, and where the next track or the lead-out begins.
    pub(super) begin: i32,
    pub(super) end: i32,
    pub(super) track: CdTrack,
}

/// Bytes of an entry.
mod byte {
    pub(super) const CONTROL: usize = 0;
    pub(super) const TRACK: usize = 1;
    pub(super) const INDEX: usize = 2;
    pub(super) const FORM: usize = 3;
    pub(super) const TIME: usize = 5;
}

/// The sheet is wrong at that byte of that entry.
fn wrong(entry: usize, byte: usize) -> Sense {
    let at = u16::try_from(entry * CueEntry::LEN + byte).unwrap_or(u16::MAX);
    Sense::from(InvalidField::data(at))
}

/// A sheet as far as it was read.
struct Reader<'a> {
    layout: Layout<'a>,
    catalogue: Vec<u8>,
    isrc: Vec<u8>,
    isrc_track: u8,
    lead_in: Option<DataForm>,
    positions: Vec<(usize, CuePosition)>,
    tracks: Vec<PlannedTrack>,
}

/// The plan that the sheet is, for the session that is open.
pub(super) fn plan(layout: Layout<'_>, page: &WriteParameters, sheet: &[CueEntry]) -> Result<Plan, Sense> {
    if sheet.len() * CueEntry::LEN > LONGEST {
        return Err(Sense::from(InvalidField::cdb(6)));
    }
    if layout.state.session_has_tracks() {
        return Err(PROGRAM_AREA_NOT_EMPTY);
    }
    let mut reader = Reader {
        layout,
        catalogue: Vec::new(),
        isrc: Vec::new(),
        isrc_track: 0,
        lead_in: None,
        positions: Vec::new(),
        tracks: Vec::new(),
    };
    for (at, entry) in sheet.iter().enumerate() {
        reader.entry(at, entry)?;
    }
    reader.finished(page, sheet.len())
}

impl Reader<'_> {
    fn entry(&mut self, at: usize, entry: &CueEntry) -> Result<(), Sense> {
        if self.is_ended() {
            // Nothing comes behind the lead-out.
            return Err(wrong(at, byte::CONTROL));
        }
        match *entry {
            CueEntry::Catalogue { text, .. } => self.catalogue(at, text),
            CueEntry::Isrc { track, text, .. } => self.isrc(at, track, text),
            CueEntry::Position(position) if position.track == CuePosition::LEAD_IN => self.lead_in(at, position),
            CueEntry::Position(position) => self.position(at, position),
            CueEntry::Other(_) => Err(wrong(at, byte::CONTROL)),
        }
    }

    fn is_ended(&self) -> bool {
        self.positions.last().is_some_and(|(_, position)| position.track == CuePosition::LEAD_OUT)
    }

    /// Seven digits, and then six.
    fn catalogue(&mut self, at: usize, text: [u8; 7]) -> Result<(), Sense> {
        if !self.tracks.is_empty() {
            return Err(wrong(at, byte::CONTROL));
        }
        let digits = if self.catalogue.is_empty() { &text[..] } else { &text[..6] };
        let bad = digits.iter().position(|digit| !digit.is_ascii_digit());
        if let Some(bad) = bad.or((self.catalogue.len() > 7).then_some(0)) {
            return Err(wrong(at, byte::TRACK + bad));
        }
        self.catalogue.extend(digits);
        Ok(())
    }

    /// Two times six letters or digits, before the first index of the track.
    fn isrc(&mut self, at: usize, track: u8, text: [u8; 6]) -> Result<(), Sense> {
        if self.lead_in.is_none() || usize::from(track) != self.next_number() || self.isrc.len() > 6 {
            return Err(wrong(at, byte::TRACK));
        }
        let allowed =
            |place: usize, byte: u8| byte.is_ascii_digit() || self.isrc.len() + place < 5 && byte.is_ascii_uppercase();
        if let Some(bad) = (0..text.len()).find(|&place| !allowed(place, text[place])) {
            return Err(wrong(at, byte::INDEX + bad));
        }
        self.isrc_track = track;
        self.isrc.extend(text);
        Ok(())
    }

    fn lead_in(&mut self, at: usize, position: CuePosition) -> Result<(), Sense> {
        let sub_channel = matches!(position.form.sub_channel, SubChannelForm::None | SubChannelForm::Raw);
        let pause = form_of(position.form.main).is_some_and(|form| form.size == 0);
        if self.lead_in.is_some() || !self.tracks.is_empty() {
            return Err(wrong(at, byte::TRACK));
        }
        if position.index != 0 {
            return Err(wrong(at, byte::INDEX));
        }
        if !sub_channel || !pause {
            return Err(wrong(at, byte::FORM));
        }
        self.lead_in = Some(position.form);
        Ok(())
    }

    /// The number that the next track has.
    fn next_number(&self) -> usize {
        self.layout.state.tracks.len() + self.tracks.len() + 1
    }

    fn position(&mut self, at: usize, position: CuePosition) -> Result<(), Sense> {
        if self.lead_in.is_none() {
            return Err(wrong(at, byte::TRACK));
        }
        let form = form_of(position.form.main).ok_or(wrong(at, byte::FORM))?;
        if position.form.sub_channel == SubChannelForm::Reserved {
            return Err(wrong(at, byte::FORM));
        }
        let start = imapi_disc_types::Lba::from(position.start).0;
        match self.positions.last() {
            None if start != signed(self.layout.next_start()) - 150 => return Err(wrong(at, byte::TIME)),
            Some((_, before)) if start < imapi_disc_types::Lba::from(before.start).0 => {
                return Err(wrong(at, byte::TIME));
            }
            _ => {}
        }
        if position.track == CuePosition::LEAD_OUT {
            self.lead_out(at, position, form, start)?;
        } else {
            self.index(at, position, form, start)?;
        }
        self.positions.push((at, position));
        Ok(())
    }

    fn lead_out(&mut self, at: usize, position: CuePosition, form: HostForm, start: i32) -> Result<(), Sense> {
        if position.index != 1 {
            return Err(wrong(at, byte::INDEX));
        }
        if form.size != 0 {
            return Err(wrong(at, byte::FORM));
        }
        if start > signed(self.layout.state.capacity) {
            return Err(wrong(at, byte::TIME));
        }
        self.end_track(at, start)
    }

    /// The last track ends there; it must have been long enough.
    fn end_track(&mut self, at: usize, end: i32) -> Result<(), Sense> {
        match self.tracks.last_mut() {
            Some(track) if self.positions.last().is_some_and(|(_, position)| position.index > 0) => {
                track.end = end;
                if end - track.begin < signed(SHORTEST) { Err(wrong(at, byte::TIME)) } else { Ok(()) }
            }
            // There is none, or it has a pause and nothing behind it.
            _ => Err(wrong(at, byte::TRACK)),
        }
    }

    fn index(&mut self, at: usize, position: CuePosition, form: HostForm, start: i32) -> Result<(), Sense> {
        let control = position.control.bits();
        if (control & 4 != 0) != form.is_data() {
            return Err(wrong(at, byte::FORM));
        }
        let before = self.positions.last().map(|(_, position)| (position.track, position.index));
        let same_track = before.is_some_and(|(track, _)| track == position.track);
        if same_track {
            let last = before.map_or(0, |(_, index)| index);
            // A pause may change its form on the way; other indexes follow one another.
            let follows = position.index == last + 1 || position.index == 0 && last == 0;
            if !follows || position.index > 99 {
                return Err(wrong(at, byte::INDEX));
            }
        } else {
            self.begin_track(at, position, start)?;
        }
        let Some(track) = self.tracks.last_mut() else { return Err(wrong(at, byte::TRACK)) };
        if position.index <= 1 {
            track.begin = start;
            track.track.control = control;
            track.track.form = track_form(position.form.main);
        } else if track.track.form != track_form(position.form.main) {
            return Err(wrong(at, byte::FORM));
        }
        Ok(())
    }

    fn begin_track(&mut self, at: usize, position: CuePosition, start: i32) -> Result<(), Sense> {
        let number = self.next_number();
        if usize::from(position.track) != number || number > super::layout::MOST_TRACKS {
            return Err(wrong(at, byte::TRACK));
        }
        // The first track of a session has a pause; others may begin at once.
        if position.index > 1 || position.index == 1 && self.tracks.is_empty() {
            return Err(wrong(at, byte::INDEX));
        }
        if !self.tracks.is_empty() {
            self.end_track(at, start)?;
        }
        let isrc = match self.isrc.len() {
            12 => String::from_utf8(std::mem::take(&mut self.isrc)).ok(),
            0 => None,
            _ => return Err(wrong(at, byte::CONTROL)),
        };
        let track = CdTrack { isrc, ..CdTrack::default() };
        self.tracks.push(PlannedTrack { number, begin: start, end: start, track });
        Ok(())
    }

    fn finished(mut self, page: &WriteParameters, entries: usize) -> Result<Plan, Sense> {
        // Who ends too early is told where something is missing.
        let missing = || wrong(entries, byte::CONTROL);
        if !self.is_ended() || !matches!(self.catalogue.len(), 0 | 13) || !self.isrc.is_empty() {
            return Err(missing());
        }
        let lead_in = self.lead_in.ok_or_else(missing)?;
        let catalogue = match self.catalogue.len() {
            0 => catalogue_of(page),
            _ => String::from_utf8(self.catalogue).ok(),
        };
        let first = self.layout.state.tracks.len() + 1;
        let mut segments: Vec<Segment> = Vec::new();
        for pair in self.positions.windows(2) {
            let ((_, is), (_, next)) = (pair[0], pair[1]);
            let place = |position: CuePosition| imapi_disc_types::Lba::from(position.start).0;
            let form = form_of(is.form.main).ok_or_else(missing)?;
            let track = usize::from(is.track) - first;
            let channels =
                if is.form.sub_channel == SubChannelForm::None { HostChannels::None } else { HostChannels::All };
            let (start, end, control) = (place(is), place(next), is.control.bits());
            segments.push(Segment { start, end, track, index: is.index, control, form, channels });
        }
        for (place, track) in self.tracks.iter_mut().enumerate() {
            track.track.catalogue.clone_from(&catalogue);
            let start = segments.iter().find(|segment| segment.track == place).map_or(track.begin, |first| first.start);
            track.track.pause = track.begin.abs_diff(start);
        }
        segments.retain(|segment| segment.start < segment.end);
        let lead_out = self.tracks.last().map(|track| track.end).ok_or_else(missing)?;
        Ok(Plan { text: lead_in.sub_channel == SubChannelForm::Raw, segments, tracks: self.tracks, lead_out })
    }
}

fn form_of(form: MainForm) -> Option<HostForm> {
    HostForm::of_cue(form)
}

/// What the sectors of a track are that a cue sheet describes so.
fn track_form(form: MainForm) -> CdForm {
    match form.bits() >> 4 {
        0 => CdForm::Audio,
        1 => CdForm::Mode1,
        2 => CdForm::Xa,
        _ => CdForm::Mode2,
    }
}
