//! DVD-R, and DVD-RW while it is written in sequence: in packets of sixteen blocks, or all of it at once.
//!
//! How, says the mode page of the write parameters, and each WRITE is judged by it. What is written at once has its size
//! beforehand, and is closed when all of it has come. A DVD-RW that was blanked no further than necessary can only be
//! written at once.

use imapi_disc_types::{Lba, MediaType};
use imapi_mmc_transport::{
    InvalidField, Sense, SenseKey,
    commands::{
        Blank, BlankType, CloseFunction, DiscInformation, FormatCapacities, FormatParameters, Reservation,
        TrackResources,
    },
    feature::{FeatureCode, FeatureDescriptor},
    mode::{BlockType, MultiSession, WriteParameters, WriteType},
    structure::{DiscStructure, StructureFormat},
};

use super::{
    Disc, Packets, Rules, TrackView, Work, WorkKind, WriteOrder, current, restricted,
    sequence::{Closing, Sequence, padding, read, record, up_to_unit},
    structures::{self, Written},
};
use crate::{
    Loaded, Preparation,
    state::{Change, TrackState},
};

/// Seconds that emptying the buffer takes.
const FLUSHING: u64 = 2;
/// Seconds that closing a track takes, and a border or the disc with its lead-in and lead-out.
const CLOSING_TRACK: u64 = 5;
const CLOSING: u64 = 60;
/// Seconds of the least that blanking takes; all of it takes as long as writing all of it twice as fast as it is played.
const BLANKING_LEAST: u64 = 60;
pub(super) const BLOCKS_PER_SECOND: u64 = 1352;

/// The rules of DVD-R and of DVD-RW in sequence.
pub(super) struct DvdMinus;

/// Blocks of a border-in.
const BORDER_IN: u32 = 96;

/// Border-out and border-in between two sessions. Behind the first they are large, so that old players find the end: on a
/// disc that was looked at 37,792 blocks and 96; those behind later sessions are about a quarter of it.
const SEQUENCE: Sequence = Sequence {
    gap: |session| if session == 1 { 37_792 + BORDER_IN } else { 9_472 },
    most_sessions: 2302,
    most_tracks: 2302,
    most_open: 3,
    mode: 5,
    packets: Packets::Linked,
    all_are_reserved: false,
};

/// The size of a packet is not that of DVDs.
pub(super) const INVALID_PACKET_SIZE: Sense = Sense::new(SenseKey::IllegalRequest, 0x64, 0x01);

/// The two ways of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Packets,
    AtOnce,
}

/// How the host wants to write, if this disc can be written so now.
fn way(disc: Disc<'_>, page: &WriteParameters) -> Result<Way, Sense> {
    let (state, prepared) = (disc.state, &disc.state.prepared);
    if page.block_type != BlockType::MODE1 {
        return Err(Sense::ILLEGAL_MODE);
    }
    match page.write_type {
        WriteType::PACKET if prepared.at_once || prepared.only_at_once => Err(Sense::ILLEGAL_MODE),
        WriteType::PACKET if page.fixed_packets && page.packet_size != disc.medium.unit() => Err(INVALID_PACKET_SIZE),
        WriteType::PACKET => Ok(Way::Packets),
        WriteType::SESSION_AT_ONCE if prepared.at_once || state.tracks.is_empty() => Ok(Way::AtOnce),
        _ => Err(Sense::ILLEGAL_MODE),
    }
}

/// What there is to tell of the data.
fn written(disc: Disc<'_>) -> Written {
    let state = disc.state;
    let closed = state.tracks.iter().filter(|track| track.session <= state.closed_sessions);
    let border = closed
        .map(TrackState::end)
        .max()
        .map(|end| (end, if state.finalized { 0 } else { SEQUENCE.next(disc).saturating_sub(BORDER_IN) }));
    let half = (state.capacity / 2).next_multiple_of(disc.medium.unit());
    let dual = disc.medium.kind == MediaType::DVDDASHR_DUALLAYER;
    // What is written at once fills both layers evenly.
    let reserved = state.tracks.first().filter(|_| state.prepared.at_once).and_then(|track| track.reserved);
    let layer_0 = reserved.map_or(half, |blocks| (blocks / 2).next_multiple_of(disc.medium.unit()));
    Written { end: Sequence::readable_end(disc), borders: border, layer_0: dual.then_some((layer_0, false)) }
}

/// What is written at once has all come.
fn is_full(disc: Disc<'_>) -> bool {
    let full = |blocks: u32, reserved: u32| up_to_unit(blocks, disc.medium.unit()) >= reserved;
    let track = disc.state.tracks.first().filter(|track| disc.state.prepared.at_once && track.written > 0);
    track.is_some_and(|track| track.reserved.is_some_and(|reserved| full(track.written, reserved)))
}

impl Rules for DvdMinus {
    fn features(&self, disc: Disc<'_>) -> Vec<FeatureDescriptor> {
        let mut features = vec![
            current(FeatureCode::RANDOMLY_READABLE, 0, &[0, 0, 8, 0, 0, 16, 1, 0]),
            current(FeatureCode::DVD_READ, 1, &[1, 0, 1, 0]),
            // Without loss at links, with tests, DVD-RW and two layers.
            current(FeatureCode::DVD_DASH_WRITE, 2, &[0x4E, 0, 0, 0]),
        ];
        if !disc.state.prepared.only_at_once {
            // Blocks of 2,048 bytes of mode 1, linked by 16 blocks.
            features.push(current(FeatureCode::INCREMENTAL_STREAMING_WRITABLE, 1, &[1, 0, 1, 1, 16, 0, 0, 0]));
        }
        if disc.medium.kind == MediaType::DVDDASHRW {
            features.push(current(FeatureCode::FORMATTABLE, 1, &[0; 8]));
        }
        features
    }

    fn information(&self, disc: Disc<'_>) -> DiscInformation {
        Sequence::information(disc, &self.tracks(disc), disc.medium.kind == MediaType::DVDDASHRW)
    }

    fn track_resources(&self, disc: Disc<'_>) -> Option<TrackResources> {
        Some(SEQUENCE.resources(disc))
    }

    fn tracks(&self, disc: Disc<'_>) -> Vec<TrackView> {
        let mut tracks = SEQUENCE.tracks(disc);
        if disc.state.prepared.at_once {
            // There is no other track, and what comes goes exactly behind what has come.
            tracks.truncate(1);
            for (view, track) in tracks.iter_mut().zip(&disc.state.tracks) {
                (view.mode, view.packets, view.reserved) = (4, Packets::None, false);
                let free = view.size.saturating_sub(track.written);
                let open = !track.closed && free > 0;
                view.next_writable = open.then(|| (super::signed(track.written_end()), free));
            }
        }
        tracks
    }

    fn knows_the_invisible_track(&self) -> bool {
        false
    }

    fn structure(&self, disc: Disc<'_>, format: StructureFormat, _layer: u8) -> Option<DiscStructure> {
        structures::find(disc, written(disc), format)
    }

    fn format_capacities(&self, disc: Disc<'_>) -> FormatCapacities {
        let rewritable = disc.medium.kind == MediaType::DVDDASHRW;
        let formattable = if rewritable { restricted::offers(disc) } else { Vec::new() };
        FormatCapacities { current: Sequence::current_capacity(disc), formattable }
    }

    fn capacity_end(&self, disc: Disc<'_>) -> u32 {
        Sequence::readable_end(disc)
    }

    fn read(&self, loaded: &Loaded, start: Lba, blocks: u32, out: &mut [u8]) -> Result<(), Sense> {
        read(loaded, start, blocks, out)
    }

    fn rehearses(&self, _: Disc<'_>) -> bool {
        true
    }

    fn write(&self, loaded: &mut Loaded, order: WriteOrder<'_>) -> Result<usize, Sense> {
        let disc = loaded.disc();
        if disc.state.finalized {
            return Err(Sense::CANNOT_WRITE);
        }
        let begins_at_once = way(disc, order.page)? == Way::AtOnce && !disc.state.prepared.at_once;
        let mut changes = Sequence::may_write(disc, &self.tracks(disc), order.first()?, order.blocks)?;
        if begins_at_once {
            changes.insert(0, Change::Prepared(Preparation::AtOnce));
        }
        record(loaded, order, changes)
    }

    fn is_writing(&self, loaded: &Loaded) -> bool {
        let state = loaded.state();
        state.prepared.at_once && state.tracks.iter().any(|track| !track.closed && track.written > 0)
    }

    fn synchronize(&self, loaded: &mut Loaded, _: &WriteParameters) -> Result<Work, Sense> {
        let disc = loaded.disc();
        if !disc.state.finalized && is_full(disc) {
            return Ok(Work::new(WorkKind::Closing, SEQUENCE.close(disc, Closing::Disc)?, CLOSING));
        }
        Ok(Work::new(WorkKind::Flushing, padding(disc), FLUSHING))
    }

    fn close(
        &self,
        loaded: &mut Loaded,
        page: &WriteParameters,
        function: CloseFunction,
        track: u16,
    ) -> Result<Work, Sense> {
        let disc = loaded.disc();
        let more_may_come = page.multi_session == MultiSession::Open && !disc.state.prepared.at_once;
        let (closing, lasts) = match function {
            CloseFunction::Track => (Closing::Track(track), CLOSING_TRACK),
            CloseFunction::Session if more_may_come => (Closing::Session, CLOSING),
            CloseFunction::Session => (Closing::Disc, CLOSING),
            _ => return Err(Sense::from(InvalidField::cdb_bit(2, 2))),
        };
        Ok(Work::new(WorkKind::Closing, SEQUENCE.close(disc, closing)?, lasts))
    }

    fn reserve(&self, disc: Disc<'_>, page: &WriteParameters, reservation: Reservation) -> Result<Vec<Change>, Sense> {
        let way = way(disc, page)?;
        if way == Way::AtOnce && !disc.state.tracks.is_empty() {
            return Err(Sense::SEQUENCE_ERROR);
        }
        let mut changes = SEQUENCE.reserve(disc, reservation)?;
        if way == Way::AtOnce {
            changes.insert(0, Change::Prepared(Preparation::AtOnce));
        }
        Ok(changes)
    }

    fn format(&self, disc: Disc<'_>, parameters: FormatParameters) -> Result<Work, Sense> {
        if disc.medium.kind == MediaType::DVDDASHRW {
            restricted::format(disc, parameters.descriptor)
        } else {
            Err(Sense::CANNOT_FORMAT)
        }
    }

    fn blank(&self, disc: Disc<'_>, command: Blank) -> Result<Work, Sense> {
        if disc.medium.kind != MediaType::DVDDASHRW {
            return Err(Sense::CANNOT_WRITE);
        }
        blanked(disc, command)
    }
}

/// BLANK of a DVD-RW, however it was written.
pub(super) fn blanked(disc: Disc<'_>, command: Blank) -> Result<Work, Sense> {
    match command.kind {
        BlankType::Disc => {
            let lasts = u64::from(disc.state.capacity) / BLOCKS_PER_SECOND + BLANKING_LEAST;
            Ok(Work::new(WorkKind::Blanking, vec![Change::Blanked], lasts))
        }
        BlankType::Minimal => {
            let changes = vec![Change::Blanked, Change::Prepared(Preparation::OnlyAtOnce)];
            Ok(Work::new(WorkKind::Blanking, changes, BLANKING_LEAST))
        }
        _ => Err(Sense::from(InvalidField::cdb_bit(1, 2))),
    }
}
