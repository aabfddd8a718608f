//! Tracks one by one, at once or in packets: the drive makes the pause before a track and the blocks behind it, and closes
//! sessions when it is told.

use imapi_cd_sector::{SECTOR_LEN, subchannel::Track};
use imapi_mmc_transport::{
    Sense, SenseKey,
    commands::Reservation,
    mode::{MultiSession, SessionFormat, WriteParameters, WriteType},
};

use super::{
    super::{Work, WorkKind, WriteOrder, signed},
    CLOSING, FLUSHING,
    form::{HostChannels, HostForm},
    layout::{LINK, Layout, PAUSE, RUN_OUT, SHORTEST},
    q::Signature,
    sector::Strip,
};
use crate::{
    Loaded,
    state::{CdSession, CdTrack, Change, NextSession, TrackState},
};

/// No packets have this size.
pub(super) const INVALID_PACKET_SIZE: Sense = Sense::new(SenseKey::IllegalRequest, 0x64, 0x01);

/// Where a WRITE goes.
struct Target {
    number: usize,
    first: u32,
    track: CdTrack,
    /// The disc knows nothing of it yet.
    is_new: bool,
    /// Nothing is in it yet.
    begins: bool,
}

/// WRITE: goes on with the track that is being written, or begins one.
pub(super) fn write(loaded: &mut Loaded, order: WriteOrder<'_>) -> Result<usize, Sense> {
    let form = HostForm::of_page(order.page).ok_or(Sense::ILLEGAL_MODE)?;
    let channels = HostChannels::of_page(order.page.block_type);
    let size = form.size + channels.size();
    let payload = order.payload(size)?;
    let target = target(Layout::of(loaded), order, &wanted(order.page, form, payload)?)?;
    let signature = signature(target.number, target.first, &target.track)?;
    if target.begins {
        fill(
            loaded,
            signature,
            &target.track,
            0,
            signed(target.first) - signed(target.track.pause),
            target.track.pause,
        )?;
    }
    let mut strip = Strip::at(order.start.0);
    for (block, lba) in payload.chunks_exact(size).zip(order.start.0..) {
        let (main, sub) = block.split_at(form.size);
        // P and Q are the drive's business; R to W are the host's where it sends them.
        let symbols = sub.first_chunk().filter(|_| channels == HostChannels::All);
        let beside = signature.beside(target.track.control, 1, lba, symbols);
        strip.push(loaded, &form.encode(main, lba)?, &beside)?;
    }
    strip.store(loaded)?;
    let mut changes = Vec::new();
    if target.is_new {
        changes.push(Change::CdTrackOpened { first: target.first, reserved: None, track: target.track });
    }
    changes.push(Change::Wrote { track: target.number, blocks: order.blocks });
    loaded.change_soon(changes)?;
    Ok(payload.len())
}

/// The number of the disc that the write parameters tell.
pub(super) fn catalogue_of(page: &WriteParameters) -> Option<String> {
    page.catalogue_number.and_then(|number| number.text().map(str::to_string))
}

/// The track that the write parameters speak of.
fn wanted(page: &WriteParameters, form: HostForm, first: &[u8]) -> Result<CdTrack, Sense> {
    let xa = page.session_format != SessionFormat::CD_DA_OR_ROM;
    let packets = match (page.write_type, page.fixed_packets) {
        (WriteType::PACKET, true) if page.packet_size == 0 => return Err(INVALID_PACKET_SIZE),
        (WriteType::PACKET, true) => Some(page.packet_size),
        (WriteType::PACKET, false) => Some(0),
        _ => None,
    };
    Ok(CdTrack {
        control: page.track_mode.0 & 0x0F,
        form: form.track_form(first, xa),
        pause: PAUSE,
        run_out: RUN_OUT,
        isrc: page.recording_code.and_then(|code| code.text().map(str::to_string)),
        catalogue: catalogue_of(page),
        packets,
    })
}

/// The track in which blocks go on where the order begins.
fn target(disc: Layout<'_>, order: WriteOrder<'_>, wanted: &CdTrack) -> Result<Target, Sense> {
    let start = order.first().map_err(|_| Sense::INVALID_WRITE_ADDRESS)?;
    let open = disc.state.tracks.iter().zip(1..).filter(|(track, _)| !track.closed);
    if let Some((track, number)) = open.clone().find(|(track, _)| track.first + track.written == start) {
        let is = track.on_cd();
        if (is.control, is.form, is.packets) != (wanted.control, wanted.form, wanted.packets) {
            return Err(Sense::ILLEGAL_MODE);
        }
        let room = track.reserved.map_or(disc.state.capacity, |blocks| track.first + blocks).saturating_sub(start);
        let room = track.fitting(room);
        return match (order.blocks <= room, track.reserved) {
            (true, _) => {
                Ok(Target { number, first: track.first, track: is, is_new: false, begins: track.written == 0 })
            }
            (false, Some(_)) => Err(Sense::END_OF_USER_AREA),
            (false, None) => Err(Sense::OUT_OF_RANGE),
        };
    }
    match disc.room().filter(|_| disc.growing().is_none() && start == disc.next_start()) {
        None => Err(Sense::INVALID_WRITE_ADDRESS),
        Some(room) if order.blocks > room => Err(Sense::OUT_OF_RANGE),
        Some(_) => {
            let number = disc.state.tracks.len() + 1;
            Ok(Target { number, first: start, track: wanted.clone(), is_new: true, begins: true })
        }
    }
}

/// The track as Q tells of it.
pub(super) fn signature(number: usize, first: u32, track: &CdTrack) -> Result<Signature, Sense> {
    let number = u8::try_from(number).ok().and_then(Track::new).ok_or(Sense::INVALID_WRITE_ADDRESS)?;
    Ok(Signature {
        track: number,
        begin: signed(first),
        catalogue: track.catalogue.as_deref().and_then(|text| text.parse().ok()),
        isrc: track.isrc.as_deref().and_then(|text| text.parse().ok()),
    })
}

/// Writes sectors with nothing in them.
fn fill(loaded: &Loaded, of: Signature, track: &CdTrack, index: u8, first: i32, blocks: u32) -> Result<(), Sense> {
    let form = HostForm::empty(track.form);
    let mut strip = Strip::at(first);
    for lba in (first..).take(usize::try_from(blocks).unwrap_or(0)) {
        strip.push(loaded, &form.encode(&[], lba)?, &of.beside(track.control, index, lba, None))?;
    }
    strip.store(loaded)
}

/// What ends a track: it is filled up to its least length, or to what was set aside for it.
fn ending(loaded: &Loaded, number: usize, state: &TrackState) -> Result<Vec<Change>, Sense> {
    let track = state.on_cd();
    let capacity = loaded.state().capacity;
    let whole = state.reserved.unwrap_or(SHORTEST).max(state.written).next_multiple_of(packet_size(&track));
    let padded = whole.min(capacity.saturating_sub(state.first));
    let padding = padded.saturating_sub(state.written);
    let signature = signature(number, state.first, &track)?;
    fill(loaded, signature, &track, 1, signed(state.first + state.written), padding + track.run_out)?;
    let mut changes = Vec::new();
    if padding > 0 {
        changes.push(Change::Wrote { track: number, blocks: padding });
    }
    changes.push(Change::TrackClosed { track: number });
    Ok(changes)
}

/// Blocks of a packet, where all are of one size.
fn packet_size(track: &CdTrack) -> u32 {
    track.packets.unwrap_or(1).max(1)
}

/// SYNCHRONIZE CACHE ends the packet: one of fixed size is filled up, and behind one of any size there is a link.
pub(super) fn end_packet(loaded: &Loaded) -> Result<Work, Sense> {
    let mut changes = Vec::new();
    if let Some((number, state)) = Layout::of(loaded).growing().filter(|(_, track)| track.on_cd().packets.is_some()) {
        let track = state.on_cd();
        let behind = signed(state.first + state.written);
        let missing = state.written.next_multiple_of(packet_size(&track)) - state.written;
        let signature = signature(number, state.first, &track)?;
        let blocks = if track.packets == Some(0) {
            // Nobody can read what joins packets: there is no sync in it.
            let mut strip = Strip::at(behind);
            for lba in (behind..).take(usize::try_from(LINK).unwrap_or(0)) {
                strip.push(loaded, &[0; SECTOR_LEN], &signature.beside(track.control, 1, lba, None))?;
            }
            strip.store(loaded)?;
            LINK
        } else {
            fill(loaded, signature, &track, 1, behind, missing)?;
            missing
        };
        let room = loaded.state().capacity.saturating_sub(state.first + state.written);
        changes.push(Change::Wrote { track: number, blocks: blocks.min(room) });
    }
    Ok(Work::new(WorkKind::Flushing, changes, FLUSHING))
}

/// What ends the track that is being written.
fn ending_now(loaded: &Loaded) -> Result<Vec<Change>, Sense> {
    Layout::of(loaded).being_written().map_or(Ok(Vec::new()), |(number, track)| ending(loaded, number, track))
}

/// SYNCHRONIZE CACHE ends the track.
pub(super) fn end_track(loaded: &Loaded) -> Result<Work, Sense> {
    Ok(Work::new(WorkKind::Flushing, ending_now(loaded)?, FLUSHING))
}

/// CLOSE TRACK.
pub(super) fn close_track(loaded: &Loaded, number: u16) -> Result<Work, Sense> {
    /// The track that is not complete.
    const INCOMPLETE: u16 = 0xFF;
    let growing = Layout::of(loaded).growing().filter(|_| number == INCOMPLETE);
    let number = growing.map_or(usize::from(number), |(number, _)| number);
    let changes = match loaded.state().tracks.get(number.wrapping_sub(1)) {
        Some(track) if track.closed => Vec::new(),
        Some(track) => ending(loaded, number, track)?,
        // The invisible track has nothing in it that could be closed.
        None => return Err(Sense::SEQUENCE_ERROR),
    };
    Ok(Work::new(WorkKind::Closing, changes, FLUSHING))
}

/// CLOSE SESSION: the write parameters say what comes behind it.
pub(super) fn close_session(loaded: &Loaded, page: &WriteParameters) -> Result<Work, Sense> {
    if !loaded.state().session_has_tracks() {
        return Err(Sense::SEQUENCE_ERROR);
    }
    let open_session = Layout::of(loaded).open_session();
    let mut changes = Vec::new();
    for (track, number) in loaded.state().tracks.iter().zip(1..) {
        if track.session == open_session && !track.closed {
            changes.extend(ending(loaded, number, track)?);
        }
    }
    let mut ended = loaded.state().clone();
    for change in &changes {
        crate::State::apply(&mut ended, change);
    }
    let lead_out = ended.tracks.iter().map(TrackState::cd_end).max().unwrap_or(0);
    changes.extend(closing(Layout::of(loaded), lead_out, page));
    Ok(Work::new(WorkKind::Closing, changes, CLOSING))
}

/// The changes that close the open session.
pub(super) fn closing(disc: Layout<'_>, lead_out: u32, page: &WriteParameters) -> Vec<Change> {
    let next = match page.multi_session {
        MultiSession::Open => NextSession::Allowed,
        MultiSession::NoneToFollow => NextSession::Never,
        MultiSession::Final | MultiSession::Reserved => NextSession::Unmentioned,
    };
    let (lead_in, disc_type) = (disc.lead_in(), page.session_format.0);
    let session = CdSession { lead_in, lead_out, disc_type, next, text: false, raw: false };
    let ends = next != NextSession::Allowed || !disc.has_room_behind(lead_out);
    let mut changes = vec![Change::CdSessionClosed(session)];
    changes.extend(ends.then_some(Change::Finalized));
    changes
}

/// RESERVE TRACK.
pub(super) fn reserve(
    disc: Layout<'_>,
    page: &WriteParameters,
    wanted_size: Reservation,
) -> Result<Vec<Change>, Sense> {
    let Reservation::Blocks(blocks) = wanted_size else {
        return Err(Sense::from(imapi_mmc_transport::InvalidField::cdb_bit(1, 0)));
    };
    if disc.is_closed() {
        return Err(Sense::CANNOT_WRITE);
    }
    if disc.growing().is_some() || disc.being_written().is_some() {
        return Err(Sense::SEQUENCE_ERROR);
    }
    let form = HostForm::of_page(page).ok_or(Sense::ILLEGAL_MODE)?;
    let blocks = blocks.max(SHORTEST);
    if disc.room().is_none_or(|room| blocks > room) {
        return Err(Sense::OUT_OF_RANGE);
    }
    Ok(vec![Change::CdTrackOpened {
        first: disc.next_start(),
        reserved: Some(blocks),
        track: wanted(page, form, &[])?,
    }])
}
