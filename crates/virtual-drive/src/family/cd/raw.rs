//! Raw: the host writes everything, from the lead-in to the lead-out, and the drive reads in sub-channel Q what it was.

use std::collections::BTreeMap;

use imapi_cd_sector::{
    SYNC, Sector,
    scramble::scramble,
    subchannel::{PqBlock, QContent, QFrame, RAW_LEN, SubChannels},
};
use imapi_mmc_transport::{Sense, mode::BlockType};

use super::{
    super::{Work, WorkKind, WriteOrder, signed},
    CLOSING,
    layout::Layout,
    sector::Strip,
};
use crate::{
    Loaded,
    medium::CD_LEAD_OUT,
    state::{CdForm, CdSession, CdTrack, Change, NextSession},
};

/// A session as far as the host has written it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recording {
    first: i32,
    /// Where the next block goes.
    next: i32,
    table: Table,
    /// The lead-in has something in R to W.
    text: bool,
    /// The track that is being written, from its pause on: its number, and where that began.
    track: Option<(u8, i32)>,
    /// Tracks of this session whose beginning is written, as numbers of the disc.
    opened: Vec<usize>,
    /// The last of them goes on.
    inside: bool,
    lead_out: Option<u32>,
}

/// What the lead-in says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Table {
    first: Option<u8>,
    last: Option<u8>,
    disc_type: u8,
    lead_out: bool,
    tracks: BTreeMap<u8, u8>,
    next: Option<NextSession>,
}

impl Table {
    fn take(&mut self, frame: QFrame) {
        match frame.content {
            QContent::FirstTrack { track, disc_type, .. } => {
                (self.first, self.disc_type) = (Some(track.get()), disc_type.0);
            }
            QContent::LastTrack { track, .. } => self.last = Some(track.get()),
            QContent::LeadOutStart { .. } => self.lead_out = true,
            QContent::TrackStart { track, .. } => {
                self.tracks.insert(track.get(), frame.control.bits());
            }
            QContent::NextSession { start, .. } => {
                self.next = Some(if start.is_some() { NextSession::Allowed } else { NextSession::Never });
            }
            _ => {}
        }
    }

    /// It has everything that a player looks for.
    fn is_whole(&self) -> bool {
        let (Some(first), Some(last)) = (self.first, self.last) else { return false };
        self.lead_out && first <= last && (first..=last).all(|track| self.tracks.contains_key(&track))
    }
}

/// Bytes of sub-channels behind each sector.
fn behind(block_type: BlockType) -> usize {
    if block_type == BlockType::RAW_PQ { PqBlock::LEN } else { RAW_LEN }
}

/// The session that begins there: in the lead-in, as far out as the disc allows.
pub(super) fn begin(layout: Layout<'_>, order: WriteOrder<'_>) -> Result<Recording, Sense> {
    if layout.state.session_has_tracks() {
        return Err(Sense::SEQUENCE_ERROR);
    }
    let first = order.start.0;
    let program = signed(layout.next_start()) - 150;
    if !(layout.lead_in()..program).contains(&first) {
        return Err(Sense::INVALID_WRITE_ADDRESS);
    }
    Ok(Recording {
        first,
        next: first,
        table: Table::default(),
        text: false,
        track: None,
        opened: Vec::new(),
        inside: false,
        lead_out: None,
    })
}

/// WRITE: one block behind the other.
pub(super) fn write(loaded: &mut Loaded, recording: &mut Recording, order: WriteOrder<'_>) -> Result<usize, Sense> {
    let channels = behind(order.page.block_type);
    let size = 2352 + channels;
    let payload = order.payload(size)?;
    let end = order.start.0.saturating_add(signed(order.blocks));
    if order.start.0 != recording.next {
        return Err(Sense::INVALID_WRITE_ADDRESS);
    }
    if end > signed(loaded.state().capacity.saturating_add(CD_LEAD_OUT)) {
        return Err(Sense::OUT_OF_RANGE);
    }
    let mut strip = Strip::at(order.start.0);
    let mut changes = Vec::new();
    for (block, lba) in payload.chunks_exact(size).zip(order.start.0..) {
        let (main, sub) = block.split_first_chunk().ok_or(Sense::INTERNAL_FAILURE)?;
        let sub = beside(sub)?;
        let (frame, crc) = QFrame::decode(SubChannels::deinterleave(&sub).q);
        let main = unscrambled(main, frame);
        if crc.holds() {
            recording.understand(loaded, lba, frame, &main, &sub, &mut changes)?;
        } else if recording.inside {
            recording.goes_on(&mut changes);
        }
        strip.push(loaded, &main, &sub)?;
    }
    strip.store(loaded)?;
    recording.next = end;
    loaded.change_soon(super::session_at_once::merged(changes))?;
    Ok(payload.len())
}

/// All sub-channels as they are stored. Of 16 bytes the checksum is the drive's business.
fn beside(sub: &[u8]) -> Result<[u8; RAW_LEN], Sense> {
    if let Ok(all) = <[u8; RAW_LEN]>::try_from(sub) {
        return Ok(all);
    }
    let block = PqBlock::decode(sub.try_into().map_err(|_| Sense::INTERNAL_FAILURE)?);
    Ok(PqBlock { q: QFrame::decode(block.q).0.encode(), p: block.p }.channels().interleave())
}

/// The host scrambles data sectors; they are stored as they are read.
fn unscrambled(main: &Sector, frame: QFrame) -> Sector {
    let mut main = *main;
    if frame.control.is_data() && main.starts_with(&SYNC) {
        scramble(&mut main);
    }
    main
}

impl Recording {
    pub(super) fn is_begun(&self) -> bool {
        self.next > self.first
    }

    /// Hears what Q says beside a sector.
    fn understand(
        &mut self,
        loaded: &Loaded,
        lba: i32,
        frame: QFrame,
        main: &Sector,
        sub: &[u8; RAW_LEN],
        changes: &mut Vec<Change>,
    ) -> Result<(), Sense> {
        match frame.content {
            QContent::Program { track, index, .. } => {
                let number = track.get();
                if self.track.is_none_or(|(before, _)| before != number) {
                    self.track = Some((number, lba));
                    self.inside = false;
                }
                if !self.inside && index.get() > 0 {
                    self.open(loaded, lba, frame, main, changes)?;
                }
            }
            QContent::LeadOut { .. } => {
                self.inside = false;
                self.lead_out = self.lead_out.or(u32::try_from(lba).ok());
            }
            _ if self.track.is_none() => {
                self.table.take(frame);
                self.text |= sub.iter().any(|byte| byte & 0x3F != 0);
            }
            _ => {}
        }
        if self.inside {
            self.goes_on(changes);
        }
        Ok(())
    }

    fn goes_on(&self, changes: &mut Vec<Change>) {
        if let Some(&track) = self.opened.last() {
            changes.push(Change::Wrote { track, blocks: 1 });
        }
    }

    /// Index 1 of a track begins.
    fn open(
        &mut self,
        loaded: &Loaded,
        lba: i32,
        frame: QFrame,
        main: &Sector,
        changes: &mut Vec<Change>,
    ) -> Result<(), Sense> {
        let first = u32::try_from(lba).map_err(|_| Sense::INVALID_WRITE_ADDRESS)?;
        let pause = self.track.map_or(0, |(_, from)| lba.abs_diff(from));
        let form = match (frame.control.is_data(), main[15] & 0x1F) {
            (false, _) => CdForm::Audio,
            (true, 2) if self.table.disc_type == 0 => CdForm::Mode2,
            (true, 2) => CdForm::Xa,
            (true, _) => CdForm::Mode1,
        };
        let number = match self.opened.last() {
            Some(last) => last + 1,
            None => loaded.state().tracks.len() + 1,
        };
        let track = CdTrack { control: frame.control.bits(), form, pause, ..CdTrack::default() };
        changes.push(Change::CdTrackOpened { first, reserved: None, track });
        self.opened.push(number);
        self.inside = true;
        Ok(())
    }
}

/// SYNCHRONIZE CACHE: when the lead-out is there and the lead-in says what a player needs, the session is closed.
pub(super) fn end(loaded: &Loaded, recording: &Recording) -> Option<Work> {
    let table = &recording.table;
    let lead_out = recording.lead_out.filter(|_| table.is_whole() && !recording.opened.is_empty())?;
    let mut changes: Vec<Change> = recording.opened.iter().map(|&track| Change::TrackClosed { track }).collect();
    let next = table.next.unwrap_or(NextSession::Unmentioned);
    changes.push(Change::CdSessionClosed(CdSession {
        lead_in: recording.first,
        lead_out,
        disc_type: table.disc_type,
        next,
        text: recording.text,
        raw: true,
    }));
    let fits = Layout::of(loaded).has_room_behind(lead_out);
    changes.extend((next != NextSession::Allowed || !fits).then_some(Change::Finalized));
    Some(Work::new(WorkKind::Closing, changes, CLOSING))
}
