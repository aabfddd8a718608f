//! DVD+R, of one layer or two: blocks in sequence, in packets of sixteen that nobody has to ask for, in up to 153 sessions.

use imapi_disc_types::{Lba, MediaType};
use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{CloseFunction, DiscInformation, FormatCapacities, Reservation, TrackResources},
    feature::{FeatureCode, FeatureDescriptor},
    mode::WriteParameters,
    structure::{DiscStructure, StructureFormat},
};

use super::{
    Disc, Packets, Rules, TrackView, Work, WorkKind, WriteOrder, current,
    sequence::{Closing, Sequence, padding, read, record},
    structures::{self, Written},
};
use crate::{Loaded, Preparation, state::Change};

/// Seconds that emptying the buffer takes.
const FLUSHING: u64 = 2;
/// Seconds that closing a track takes, and a session or the disc with its lead-in and lead-out.
const CLOSING_TRACK: u64 = 5;
const CLOSING: u64 = 60;

/// The rules of DVD+R.
pub(super) struct DvdPlus;

/// Behind the data of a session stands its closure, and before those of the next its intro: 1,024 blocks each.
const SEQUENCE: Sequence = Sequence {
    gap: |_| 2 * 1024,
    most_sessions: 153,
    most_tracks: 153,
    most_open: 16,
    mode: 4,
    packets: Packets::Fixed,
    all_are_reserved: true,
};

/// The control blocks that drives know: of the format, of sessions, and the table of contents.
const CONTROL_BLOCKS: &[u8] = b"FDC\0SDC\0TOC\0";

fn has_two_layers(disc: Disc<'_>) -> bool {
    disc.medium.kind == MediaType::DVDPLUSR_DUALLAYER
}

/// Where layer 0 ends, as long as nobody has said otherwise: both are of the same length.
fn layer_0_blocks(disc: Disc<'_>) -> u32 {
    let half = (disc.state.capacity / 2).next_multiple_of(disc.medium.unit());
    disc.state.prepared.layer_break.unwrap_or(half)
}

impl Rules for DvdPlus {
    fn features(&self, disc: Disc<'_>) -> Vec<FeatureDescriptor> {
        let writes = if has_two_layers(disc) { FeatureCode::DVD_PLUS_R_DUAL_LAYER } else { FeatureCode::DVD_PLUS_R };
        vec![
            current(FeatureCode::RANDOMLY_READABLE, 0, &[0, 0, 8, 0, 0, 16, 1, 0]),
            current(FeatureCode::DVD_READ, 1, &[1, 0, 0, 0]),
            current(writes, 0, &[1, 0, 0, 0]),
            current(FeatureCode::DISC_CONTROL_BLOCKS, 0, CONTROL_BLOCKS),
        ]
    }

    fn information(&self, disc: Disc<'_>) -> DiscInformation {
        Sequence::information(disc, &self.tracks(disc), false)
    }

    fn track_resources(&self, disc: Disc<'_>) -> Option<TrackResources> {
        Some(SEQUENCE.resources(disc))
    }

    fn tracks(&self, disc: Disc<'_>) -> Vec<TrackView> {
        SEQUENCE.tracks(disc)
    }

    fn format_capacities(&self, disc: Disc<'_>) -> FormatCapacities {
        FormatCapacities { current: Sequence::current_capacity(disc), formattable: Vec::new() }
    }

    fn capacity_end(&self, disc: Disc<'_>) -> u32 {
        Sequence::readable_end(disc)
    }

    fn structure(&self, disc: Disc<'_>, format: StructureFormat, _layer: u8) -> Option<DiscStructure> {
        let fixed = disc.state.prepared.layer_break.is_some() || !disc.state.tracks.is_empty();
        let layer_0 = has_two_layers(disc).then(|| (layer_0_blocks(disc), fixed));
        let end = Sequence::readable_end(disc);
        structures::find(disc, Written { end, borders: None, layer_0 }, format)
    }

    fn send_structure(&self, disc: Disc<'_>, format: u8, structure: &DiscStructure) -> Result<Vec<Change>, Sense> {
        let DiscStructure::LayerBoundary(boundary) = structure else {
            return Err(Sense::from(InvalidField::cdb(7)));
        };
        if format != StructureFormat::LAYER_BOUNDARY.code || !has_two_layers(disc) {
            return Err(Sense::from(InvalidField::cdb(7)));
        }
        if disc.state.prepared.layer_break.is_some() || !disc.state.tracks.is_empty() {
            // It is fixed, by a host or by what is written.
            return Err(Sense::SEQUENCE_ERROR);
        }
        let blocks = boundary.layer_0_blocks;
        if blocks == 0 || blocks % disc.medium.unit() != 0 || blocks > layer_0_blocks(disc) {
            return Err(Sense::from(InvalidField::data(8)));
        }
        Ok(vec![Change::Prepared(Preparation::LayerBreak(blocks))])
    }

    fn read(&self, loaded: &Loaded, start: Lba, blocks: u32, out: &mut [u8]) -> Result<(), Sense> {
        read(loaded, start, blocks, out)
    }

    fn write(&self, loaded: &mut Loaded, order: WriteOrder<'_>) -> Result<usize, Sense> {
        let disc = loaded.disc();
        let changes = Sequence::may_write(disc, &self.tracks(disc), order.first()?, order.blocks)?;
        record(loaded, order, changes)
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
        let (closing, lasts) = match function {
            CloseFunction::Track => (Closing::Track(track), CLOSING_TRACK),
            CloseFunction::Session | CloseFunction::SessionWithExtendedLeadOut => (Closing::Session, CLOSING),
            CloseFunction::DiscWithMinimumRadius | CloseFunction::Disc => (Closing::Disc, CLOSING),
            _ => return Err(Sense::from(InvalidField::cdb_bit(2, 2))),
        };
        Ok(Work::new(WorkKind::Closing, SEQUENCE.close(loaded.disc(), closing)?, lasts))
    }

    fn reserve(&self, disc: Disc<'_>, _: &WriteParameters, reservation: Reservation) -> Result<Vec<Change>, Sense> {
        SEQUENCE.reserve(disc, reservation)
    }
}
