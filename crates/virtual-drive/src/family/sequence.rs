//! What all discs that are written in sequence have in common: tracks in sessions, one behind the other.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{
        BackgroundFormat, CapacityKind, CurrentCapacity, DiscInformation, DiscState as Condition, DiscStatus, DiscType,
        Reservation, SessionState, TrackResources,
    },
};

use super::{BLOCK, Disc, Packets, TrackView, WriteOrder, signed};
use crate::{
    Loaded, State as _,
    state::{Change, TrackState},
};

/// What differs between them by a number.
pub(super) struct Sequence {
    /// Blocks between what a session holds and the first track of the next: lead-out and lead-in, or border-out and
    /// border-in. It gets the number of the session that ends.
    pub(super) gap: fn(u16) -> u32,
    /// Sessions that a disc can have.
    pub(super) most_sessions: u16,
    /// Tracks that a disc can have.
    pub(super) most_tracks: u16,
    /// Tracks that can be open at once.
    pub(super) most_open: u16,
    /// The control nibble of its tracks.
    pub(super) mode: u8,
    /// What READ TRACK INFORMATION tells of packets.
    pub(super) packets: fn(u32) -> Packets,
    /// Tracks with something in them are told as if they had been reserved, and stay so when they are closed.
    pub(super) all_are_reserved: bool,
}

/// What is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closing {
    Track(u16),
    Session,
    Disc,
}

impl Sequence {
    /// The block behind the last one that can ever be written.
    pub(super) fn capacity(disc: Disc<'_>) -> u32 {
        let halved = disc.state.prepared.layer_break.map(|blocks| blocks.saturating_mul(2));
        let whole = disc.state.formatted.unwrap_or(disc.state.capacity);
        halved.map_or(whole, |blocks| blocks.min(whole))
    }

    /// The block behind the last one that can be written into a track.
    fn room_of(disc: Disc<'_>, track: &TrackState) -> u32 {
        track.reserved.map_or(Self::capacity(disc), |blocks| track.first.saturating_add(blocks))
    }

    /// Where the next track begins: always at the beginning of a unit, as a unit that was begun is filled up.
    pub(super) fn next(&self, disc: Disc<'_>) -> u32 {
        let end = up_to_unit(disc.state.end(), disc.medium.unit());
        let behind_a_session = disc.state.closed_sessions > 0 && !disc.state.session_has_tracks();
        if behind_a_session { end.saturating_add((self.gap)(disc.state.closed_sessions)) } else { end }
    }

    fn free(&self, disc: Disc<'_>) -> u32 {
        let open = !disc.state.finalized && disc.state.closed_sessions < self.most_sessions;
        if open { Self::capacity(disc).saturating_sub(self.next(disc)) } else { 0 }
    }

    /// The block behind the last one that can be read.
    pub(super) fn readable_end(disc: Disc<'_>) -> u32 {
        disc.state.tracks.iter().map(TrackState::written_end).max().unwrap_or(0)
    }

    fn sessions(disc: Disc<'_>) -> u16 {
        disc.state.closed_sessions.saturating_add(u16::from(!disc.state.finalized))
    }

    /// READ DISC INFORMATION of a disc with these tracks.
    pub(super) fn information(disc: Disc<'_>, tracks: &[TrackView], erasable: bool) -> DiscInformation {
        let state = disc.state;
        let (status, last_session) = match (state.finalized, state.tracks.is_empty()) {
            (true, _) => (DiscStatus::Complete, SessionState::Complete),
            // A BD-R that is formatted is not blank any more.
            (false, true) if state.formatted.is_some() => (DiscStatus::Appendable, SessionState::Empty),
            (false, true) => (DiscStatus::Blank, SessionState::Empty),
            (false, false) if state.session_has_tracks() => (DiscStatus::Appendable, SessionState::Incomplete),
            (false, false) => (DiscStatus::Appendable, SessionState::Empty),
        };
        let last = tracks.last().map_or(1, |track| track.number);
        let first_of_last = tracks.iter().find(|track| track.session == Self::sessions(disc));
        DiscInformation {
            state: Condition { status, last_session, erasable },
            first_track: 1,
            sessions: Self::sessions(disc).max(1),
            first_of_last_session: first_of_last.map_or(last, |track| track.number),
            last_of_last_session: last,
            unrestricted_use: true,
            dirty: false,
            background_format: BackgroundFormat::None,
            disc_type: DiscType::UNDEFINED,
            disc_id: None,
            last_lead_in: None,
            last_possible_lead_out: None,
            bar_code: None,
            application_code: None,
            opc: Vec::new(),
        }
    }

    pub(super) fn resources(&self, disc: Disc<'_>) -> TrackResources {
        let count = |tracks: usize| u16::try_from(tracks).unwrap_or(u16::MAX);
        TrackResources {
            most_tracks: self.most_tracks,
            assigned_tracks: count(disc.state.tracks.len()),
            most_appendable: self.most_open,
            appendable: count(self.tracks(disc).iter().filter(|track| track.next_writable.is_some()).count()),
        }
    }

    pub(super) fn tracks(&self, disc: Disc<'_>) -> Vec<TrackView> {
        let number = |place: usize| u16::try_from(place + 1).unwrap_or(u16::MAX);
        let unit = disc.medium.unit();
        let view = |(place, track): (usize, &TrackState)| {
            let written_end = track.first.saturating_add(up_to_unit(track.written, unit));
            let room = Self::room_of(disc, track);
            let open = !track.closed && !disc.state.finalized;
            let size = (if open { room } else { track.end() }).saturating_sub(track.first);
            TrackView {
                next_writable: (open && written_end < room).then(|| (signed(written_end), room - written_end)),
                last_recorded: track.written.checked_sub(1).map(|last| signed(track.first.saturating_add(last))),
                blank: track.written == 0,
                reserved: self.all_are_reserved || open && track.reserved.is_some(),
                mode: self.mode,
                packets: (self.packets)(unit),
                ..TrackView::new(number(place), track.session, track.first, size)
            }
        };
        let mut tracks: Vec<TrackView> = disc.state.tracks.iter().enumerate().map(view).collect();
        // A track that may grow to the end of the disc is the invisible one itself.
        let grows = disc.state.open_track().is_some_and(|(_, track)| track.reserved.is_none());
        if !grows && self.free(disc) > 0 {
            let (next, free) = (self.next(disc), self.free(disc));
            tracks.push(TrackView {
                next_writable: Some((signed(next), free)),
                mode: self.mode,
                packets: (self.packets)(unit),
                ..TrackView::new(number(tracks.len()), disc.state.closed_sessions.saturating_add(1), next, free)
            });
        }
        tracks
    }

    /// The first descriptor of READ FORMAT CAPACITIES.
    pub(super) fn current_capacity(disc: Disc<'_>) -> CurrentCapacity {
        let (blocks, kind) = match (disc.state.tracks.is_empty(), disc.state.formatted) {
            (false, _) => (disc.state.end(), CapacityKind::Formatted),
            (true, Some(blocks)) => (blocks, CapacityKind::Formatted),
            (true, None) => (disc.state.capacity, CapacityKind::Unformatted),
        };
        CurrentCapacity { blocks, kind, block_size: 2048 }
    }

    /// Whether these blocks may be written now on a disc with these tracks; the changes that say that they were.
    pub(super) fn may_write(
        disc: Disc<'_>,
        tracks: &[TrackView],
        first: u32,
        blocks: u32,
    ) -> Result<Vec<Change>, Sense> {
        if disc.state.finalized {
            return Err(Sense::CANNOT_WRITE);
        }
        // A reserved track in the middle is written as well as the one at the end: whoever begins where a track goes on.
        let place = tracks.iter().find(|track| track.next_writable.is_some_and(|(next, _)| next == signed(first)));
        let within = |track: &TrackState| !track.closed && track.written > 0 && track.written_end() == first;
        let continued = disc.state.tracks.iter().enumerate().find(|(_, track)| within(track));
        let (number, room) = match (place, continued) {
            (Some(track), _) => (usize::from(track.number), track.next_writable.map_or(0, |(_, free)| free)),
            (None, Some((place, track))) => (place + 1, Self::room_of(disc, track).saturating_sub(first)),
            (None, None) => return Err(Sense::INVALID_WRITE_ADDRESS),
        };
        if blocks > room {
            return Err(Sense::OUT_OF_RANGE);
        }
        let mut changes = Vec::new();
        match disc.state.tracks.get(number - 1) {
            None => changes.push(Change::TrackOpened { first, reserved: None }),
            // The blocks between the last one written and the next unit are padding.
            Some(track) if track.written_end() < first => {
                changes.push(Change::Wrote { track: number, blocks: first - track.written_end() });
            }
            Some(_) => {}
        }
        changes.push(Change::Wrote { track: number, blocks });
        Ok(changes)
    }

    /// What closing changes.
    pub(super) fn close(&self, disc: Disc<'_>, closing: Closing) -> Result<Vec<Change>, Sense> {
        let state = disc.state;
        if state.finalized {
            return Err(Sense::CANNOT_WRITE);
        }
        let mut changes = padding(disc);
        match closing {
            Closing::Track(number) => match state.tracks.get(usize::from(number).wrapping_sub(1)) {
                Some(found) if !found.closed => changes.push(Change::TrackClosed { track: usize::from(number) }),
                Some(_) => {}
                // The invisible track has nothing in it that could be closed.
                None => return Err(Sense::SEQUENCE_ERROR),
            },
            Closing::Session | Closing::Disc => {
                let open = (1..=state.tracks.len()).filter(|&number| !state.tracks[number - 1].closed);
                changes.extend(open.map(|track| Change::TrackClosed { track }));
                if state.session_has_tracks() {
                    changes.push(Change::SessionClosed);
                } else if closing == Closing::Session || state.tracks.is_empty() {
                    return Err(Sense::SEQUENCE_ERROR);
                }
                // A disc on which no session fits any more is closed with its last one.
                let ends = closing == Closing::Disc || self.is_full_after(disc, &changes);
                changes.extend(ends.then_some(Change::Finalized));
            }
        }
        Ok(changes)
    }

    /// Whether there is no room left after these changes.
    fn is_full_after(&self, disc: Disc<'_>, changes: &[Change]) -> bool {
        let mut state = disc.state.clone();
        for change in changes {
            state.apply(change);
        }
        let disc = Disc { state: &state, ..disc };
        self.next(disc) >= Self::capacity(disc)
    }

    pub(super) fn reserve(&self, disc: Disc<'_>, reservation: Reservation) -> Result<Vec<Change>, Sense> {
        let Reservation::Blocks(blocks) = reservation else {
            return Err(Sense::from(InvalidField::cdb_bit(1, 0)));
        };
        if disc.state.finalized {
            return Err(Sense::CANNOT_WRITE);
        }
        let open_end = disc.state.open_track().is_some_and(|(_, track)| track.reserved.is_none());
        let reserved = disc.state.tracks.iter().filter(|track| !track.closed).count();
        // The invisible track is one of those that are open.
        if open_end || reserved + 1 >= usize::from(self.most_open) {
            return Err(Sense::SEQUENCE_ERROR);
        }
        let wanted = blocks.checked_next_multiple_of(disc.medium.unit());
        match wanted.filter(|&blocks| blocks > 0 && blocks <= self.free(disc)) {
            None => Err(Sense::OUT_OF_RANGE),
            Some(blocks) => Ok(vec![Change::TrackOpened { first: self.next(disc), reserved: Some(blocks) }]),
        }
    }
}

/// So many blocks as whole units hold. A disc file may say what no disc can be, and is not to stop the drive.
pub(super) fn up_to_unit(blocks: u32, unit: u32) -> u32 {
    blocks.checked_next_multiple_of(unit).unwrap_or(u32::MAX)
}

/// Units that were begun are filled up.
pub(super) fn padding(disc: Disc<'_>) -> Vec<Change> {
    let unit = disc.medium.unit();
    let begun = disc.state.tracks.iter().enumerate().filter(|(_, track)| !track.closed && track.written % unit != 0);
    let fill = |(place, track): (usize, &TrackState)| Change::Wrote {
        track: place + 1,
        blocks: up_to_unit(track.written, unit) - track.written,
    };
    begun.map(fill).collect()
}

/// WRITE, where it is allowed: stores the blocks as they are, and then says that they count. How many bytes it took.
pub(super) fn record(loaded: &mut Loaded, order: WriteOrder<'_>, changes: Vec<Change>) -> Result<usize, Sense> {
    let payload = order.payload(BLOCK)?;
    loaded.store(order.start.0, payload)?;
    loaded.change_soon(changes)?;
    Ok(payload.len())
}

/// READ: what was written can be read, and nothing between.
pub(super) fn read(loaded: &Loaded, start: Lba, blocks: u32, out: &mut [u8]) -> Result<(), Sense> {
    let disc = loaded.disc();
    let first = u32::try_from(start.0).map_err(|_| Sense::OUT_OF_RANGE)?;
    let behind = first.checked_add(blocks).filter(|&behind| behind <= Sequence::readable_end(disc));
    let behind = behind.ok_or(Sense::OUT_OF_RANGE)?;
    let mut at = first;
    while at < behind {
        let holds = |track: &&TrackState| (track.first..track.written_end()).contains(&at);
        let track = disc.state.tracks.iter().find(holds).ok_or(Sense::BLANK_CHECK.at(Lba(signed(at))))?;
        at = track.written_end();
    }
    loaded.fetch(start.0, out)
}
