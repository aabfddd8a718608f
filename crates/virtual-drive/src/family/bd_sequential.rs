//! BD-R: clusters of thirty-two blocks, one behind the other, in sessions of tracks.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{
        BackgroundFormat, CapacityKind, CloseFunction, CurrentCapacity, DiscInformation, DiscState as Condition,
        DiscStatus, DiscType, FormatCapacities, Reservation, SessionState,
    },
    feature::{FeatureCode, FeatureDescriptor},
    mode::WriteParameters,
};

use super::{BLOCK, Disc, Packets, Rules, TrackView, Work, WorkKind, WriteOrder, current, read_blocks, signed};
use crate::{
    Loaded,
    state::{Change, TrackState},
};

/// Seconds that emptying the buffer takes.
const FLUSHING: u64 = 2;
/// Seconds that closing a track, a session or the disc takes.
const CLOSING: u64 = 20;

/// The rules of BD-R that is written in sequence.
pub(super) struct BdSequential;

/// The feature BD write, version 1.3: BD-R of all classes.
const BD_WRITE: [u8; 20] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0];

impl Disc<'_> {
    /// Where the next track or block goes: always the beginning of a cluster, as a cluster that was begun is filled up.
    fn next(self) -> u32 {
        self.state.end().next_multiple_of(self.medium.unit())
    }

    fn free(self) -> u32 {
        if self.state.finalized { 0 } else { self.state.capacity.saturating_sub(self.next()) }
    }

    /// The block behind the last one that can be read.
    fn readable_end(self) -> u32 {
        self.state.tracks.iter().map(|track| track.first + track.written).max().unwrap_or(0)
    }

    fn sessions(self) -> u16 {
        self.state.closed_sessions + u16::from(!self.state.finalized)
    }
}

impl Rules for BdSequential {
    fn features(&self, disc: Disc<'_>) -> Vec<FeatureDescriptor> {
        let unit = u16::try_from(disc.medium.unit()).expect("a cluster is small").to_be_bytes();
        let readable = [0, 0, 8, 0, unit[0], unit[1], 0, 0];
        vec![
            current(FeatureCode::RANDOMLY_READABLE, 0, &readable),
            current(FeatureCode::INCREMENTAL_STREAMING_WRITABLE, 1, &[0, 0, 0, 0]),
            current(FeatureCode::BD_READ, 1, &[0; 28]),
            current(FeatureCode::BD_WRITE, 1, &BD_WRITE),
        ]
    }

    fn information(&self, disc: Disc<'_>) -> DiscInformation {
        let state = disc.state;
        let (status, last_session) = match (state.finalized, state.tracks.is_empty()) {
            (true, _) => (DiscStatus::Complete, SessionState::Complete),
            (false, true) => (DiscStatus::Blank, SessionState::Empty),
            (false, false) if state.session_has_tracks() => (DiscStatus::Appendable, SessionState::Incomplete),
            (false, false) => (DiscStatus::Appendable, SessionState::Empty),
        };
        let tracks = self.tracks(disc);
        let last = tracks.last().map_or(1, |track| track.number);
        let first_of_last = tracks.iter().find(|track| track.session == disc.sessions()).map_or(last, |t| t.number);
        DiscInformation {
            state: Condition { status, last_session, erasable: false },
            first_track: 1,
            sessions: disc.sessions().max(1),
            first_of_last_session: first_of_last,
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

    fn tracks(&self, disc: Disc<'_>) -> Vec<TrackView> {
        let number = |place: usize| u16::try_from(place + 1).unwrap_or(u16::MAX);
        let view = |(place, track): (usize, &TrackState)| {
            let written_end = track.first + track.written.next_multiple_of(disc.medium.unit());
            let room = track.reserved.map_or(disc.state.capacity, |blocks| track.first + blocks);
            let open = !track.closed && !disc.state.finalized;
            let size = if open { room } else { track.end() } - track.first;
            TrackView {
                next_writable: (open && written_end < room).then(|| (signed(written_end), room - written_end)),
                last_recorded: track.written.checked_sub(1).map(|last| signed(track.first + last)),
                blank: track.written == 0,
                reserved: track.reserved.is_some(),
                packets: Packets::Fixed(disc.medium.unit()),
                ..TrackView::new(number(place), track.session, track.first, size)
            }
        };
        let mut tracks: Vec<TrackView> = disc.state.tracks.iter().enumerate().map(view).collect();
        // A track that may grow to the end of the disc is the invisible one itself.
        let grows = disc.state.open_track().is_some_and(|(_, track)| track.reserved.is_none());
        if !grows && disc.free() > 0 {
            let session = disc.state.closed_sessions + 1;
            tracks.push(TrackView {
                next_writable: Some((signed(disc.next()), disc.free())),
                packets: Packets::Fixed(disc.medium.unit()),
                ..TrackView::new(number(tracks.len()), session, disc.next(), disc.free())
            });
        }
        tracks
    }

    fn format_capacities(&self, disc: Disc<'_>) -> FormatCapacities {
        let written = !disc.state.tracks.is_empty();
        let (blocks, kind) = if written {
            (disc.state.end(), CapacityKind::Formatted)
        } else {
            (disc.state.capacity, CapacityKind::Unformatted)
        };
        FormatCapacities { current: CurrentCapacity { blocks, kind, block_size: 2048 }, formattable: Vec::new() }
    }

    fn capacity_end(&self, disc: Disc<'_>) -> u32 {
        disc.readable_end()
    }

    fn read(&self, loaded: &Loaded, start: Lba, blocks: u32, out: &mut [u8]) -> Result<(), Sense> {
        read_blocks(loaded, loaded.disc().readable_end(), start, blocks, out)
    }

    fn write(&self, loaded: &mut Loaded, order: WriteOrder<'_>) -> Result<usize, Sense> {
        let changes = self.may_write(loaded.disc(), order.first()?, order.blocks)?;
        let payload = order.payload(BLOCK)?;
        loaded.store(order.start.0, payload)?;
        loaded.change_soon(changes)?;
        Ok(payload.len())
    }

    fn synchronize(&self, loaded: &mut Loaded, _: &WriteParameters) -> Result<Work, Sense> {
        Ok(Work::new(WorkKind::Flushing, padding(loaded.disc()), FLUSHING))
    }

    fn close(
        &self,
        loaded: &mut Loaded,
        _: &WriteParameters,
        function: CloseFunction,
        track: u16,
    ) -> Result<Work, Sense> {
        let disc = loaded.disc();
        let state = disc.state;
        if state.finalized {
            return Err(Sense::CANNOT_WRITE);
        }
        let mut changes = padding(disc);
        let open: Vec<usize> = (1..=state.tracks.len()).filter(|&number| !state.tracks[number - 1].closed).collect();
        match function {
            CloseFunction::Track => match state.tracks.get(usize::from(track).wrapping_sub(1)) {
                Some(found) if !found.closed => changes.push(Change::TrackClosed { track: usize::from(track) }),
                Some(_) => {}
                // The invisible track has nothing in it that could be closed.
                None => return Err(Sense::SEQUENCE_ERROR),
            },
            CloseFunction::Session | CloseFunction::Disc => {
                changes.extend(open.into_iter().map(|track| Change::TrackClosed { track }));
                if state.session_has_tracks() {
                    changes.push(Change::SessionClosed);
                } else if function == CloseFunction::Session {
                    return Err(Sense::SEQUENCE_ERROR);
                }
                changes.extend((function == CloseFunction::Disc).then_some(Change::Finalized));
            }
            _ => return Err(Sense::from(InvalidField::cdb_bit(2, 2))),
        }
        Ok(Work::new(WorkKind::Closing, changes, CLOSING))
    }

    fn reserve(&self, disc: Disc<'_>, _: &WriteParameters, reservation: Reservation) -> Result<Vec<Change>, Sense> {
        let Reservation::Blocks(blocks) = reservation else {
            return Err(Sense::from(InvalidField::cdb_bit(1, 0)));
        };
        let unit = disc.medium.unit();
        let wanted = blocks.checked_next_multiple_of(unit).filter(|&blocks| blocks > 0 && blocks <= disc.free());
        let open_end = disc.state.open_track().is_some_and(|(_, track)| track.reserved.is_none());
        match (open_end, wanted) {
            (true, _) => Err(Sense::SEQUENCE_ERROR),
            (false, None) => Err(Sense::OUT_OF_RANGE),
            (false, Some(blocks)) => Ok(vec![Change::TrackOpened { first: disc.next(), reserved: Some(blocks) }]),
        }
    }
}

impl BdSequential {
    /// Whether these blocks may be written now; the changes that say that they were.
    fn may_write(&self, disc: Disc<'_>, first: u32, blocks: u32) -> Result<Vec<Change>, Sense> {
        if disc.state.finalized {
            return Err(Sense::CANNOT_WRITE);
        }
        // A reserved track in the middle is written as well as the one at the end: whoever begins where a track goes on.
        let tracks = self.tracks(disc);
        let place = tracks.iter().find(|track| track.next_writable.is_some_and(|(next, _)| next == signed(first)));
        let continued = disc.state.open_track().filter(|(_, track)| track.first + track.written == first);
        let (number, room) = match (place, continued) {
            (Some(track), _) => (usize::from(track.number), track.next_writable.map_or(0, |(_, free)| free)),
            (None, Some((number, track))) => {
                let end = track.reserved.map_or(disc.state.capacity, |blocks| track.first + blocks);
                (number, end - first)
            }
            (None, None) => return Err(Sense::INVALID_WRITE_ADDRESS),
        };
        if blocks > room {
            return Err(Sense::OUT_OF_RANGE);
        }
        let mut changes = Vec::new();
        match disc.state.tracks.get(number - 1) {
            None => changes.push(Change::TrackOpened { first, reserved: None }),
            // The blocks between the last one written and the next cluster are padding.
            Some(track) if track.first + track.written < first => {
                changes.push(Change::Wrote { track: number, blocks: first - track.first - track.written });
            }
            Some(_) => {}
        }
        changes.push(Change::Wrote { track: number, blocks });
        Ok(changes)
    }
}

/// A cluster that was begun is filled up.
fn padding(disc: Disc<'_>) -> Vec<Change> {
    let unit = disc.medium.unit();
    let begun = disc.state.open_track().filter(|(_, track)| track.written % unit != 0);
    let fill = |(number, track): (usize, &TrackState)| Change::Wrote {
        track: number,
        blocks: track.written.next_multiple_of(unit) - track.written,
    };
    begun.map(fill).into_iter().collect()
}
