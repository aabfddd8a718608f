//! BD-R: clusters of thirty-two blocks, one behind the other, in sessions of tracks.
//!
//! A blank disc can be formatted once: with spare clusters, and so that what was written can be written again.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    InvalidField, Sense, SenseKey,
    commands::{
        CloseFunction, DiscInformation, FormatCapacities, FormatParameters, FormatType, PseudoOverwriteResources,
        Reservation, TrackResources,
    },
    feature::{FeatureCode, FeatureDescriptor},
    mode::WriteParameters,
    structure::{DiscStructure, StructureFormat},
};

use super::{
    Disc, Packets, Rules, TrackView, Work, WorkKind, WriteOrder, current,
    sequence::{Closing, Sequence, padding, read, record},
    spares,
    structures::{self, Written},
};
use crate::{FormatState, Loaded, Preparation, state::Change};

/// Seconds that emptying the buffer takes.
const FLUSHING: u64 = 2;
/// Seconds that closing a track, a session or the disc takes.
const CLOSING: u64 = 20;
/// Seconds that formatting takes: only the management areas are written.
const FORMATTING: u64 = 60;

/// The rules of BD-R that is written in sequence.
pub(super) struct BdSequential;

/// One session follows the other: the management areas have room of their own.
const SEQUENCE: Sequence = Sequence {
    gap: |_| 0,
    most_sessions: 7926,
    most_tracks: 7927,
    most_open: 16,
    mode: 4,
    packets: Packets::Fixed,
    all_are_reserved: false,
};

/// The feature BD write, version 1.3: BD-R of all classes.
const BD_WRITE: [u8; 20] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0];

/// No spare cluster is left.
const NO_SPARE_LEFT: Sense = Sense::new(SenseKey::MediumError, 0x32, 0x00);

fn can_be_overwritten(disc: Disc<'_>) -> bool {
    disc.state.prepared.format == FormatState::PseudoOverwrite
}

/// Nothing was done to it yet.
fn is_untouched(disc: Disc<'_>) -> bool {
    disc.state.tracks.is_empty() && disc.state.formatted.is_none() && !disc.state.finalized
}

impl Rules for BdSequential {
    fn features(&self, disc: Disc<'_>) -> Vec<FeatureDescriptor> {
        let unit = u16::try_from(disc.medium.unit()).expect("a cluster is small").to_be_bytes();
        let readable = [0, 0, 8, 0, unit[0], unit[1], 0, 0];
        let mut features = vec![
            current(FeatureCode::RANDOMLY_READABLE, 0, &readable),
            current(FeatureCode::INCREMENTAL_STREAMING_WRITABLE, 1, &[0, 0, 0, 0]),
            current(FeatureCode::BD_READ, 1, &[0; 28]),
            current(FeatureCode::BD_WRITE, 1, &BD_WRITE),
        ];
        if is_untouched(disc) {
            features.push(current(FeatureCode::FORMATTABLE, 1, &[0; 8]));
        }
        if disc.state.formatted.is_some() {
            features.push(current(FeatureCode::HARDWARE_DEFECT_MANAGEMENT, 0, &[0x80, 0, 0, 0]));
        }
        if can_be_overwritten(disc) {
            features.push(current(FeatureCode::BD_PSEUDO_OVERWRITE, 0, &[0; 4]));
        }
        features
    }

    fn information(&self, disc: Disc<'_>) -> DiscInformation {
        Sequence::information(disc, &self.tracks(disc), false)
    }

    fn track_resources(&self, disc: Disc<'_>) -> Option<TrackResources> {
        Some(SEQUENCE.resources(disc))
    }

    fn overwrite_resources(&self, disc: Disc<'_>) -> Option<PseudoOverwriteResources> {
        let replaced = disc.state.prepared.replaced;
        can_be_overwritten(disc).then(|| PseudoOverwriteResources {
            remaining_replacements: spares::allocated(disc).saturating_sub(replaced),
            map_entries: replaced,
            remaining_updates: 0,
        })
    }

    fn tracks(&self, disc: Disc<'_>) -> Vec<TrackView> {
        SEQUENCE.tracks(disc)
    }

    fn knows_the_invisible_track(&self) -> bool {
        false
    }

    fn structure(&self, disc: Disc<'_>, format: StructureFormat, _layer: u8) -> Option<DiscStructure> {
        structures::find(disc, Written::up_to(Sequence::readable_end(disc)), format)
    }

    fn format_capacities(&self, disc: Disc<'_>) -> FormatCapacities {
        let formattable = if is_untouched(disc) { spares::of_bd_r(disc) } else { Vec::new() };
        FormatCapacities { current: Sequence::current_capacity(disc), formattable }
    }

    fn capacity_end(&self, disc: Disc<'_>) -> u32 {
        Sequence::readable_end(disc)
    }

    fn read(&self, loaded: &Loaded, start: Lba, blocks: u32, out: &mut [u8]) -> Result<(), Sense> {
        read(loaded, start, blocks, out)
    }

    fn write(&self, loaded: &mut Loaded, order: WriteOrder<'_>) -> Result<usize, Sense> {
        let disc = loaded.disc();
        let first = order.first()?;
        let changes = match overwritten(disc, first, order.blocks)? {
            Some(changes) => changes,
            None => Sequence::may_write(disc, &self.tracks(disc), first, order.blocks)?,
        };
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
        let closing = match function {
            CloseFunction::Track => Closing::Track(track),
            CloseFunction::Session => Closing::Session,
            CloseFunction::Disc => Closing::Disc,
            _ => return Err(Sense::from(InvalidField::cdb_bit(2, 2))),
        };
        Ok(Work::new(WorkKind::Closing, SEQUENCE.close(loaded.disc(), closing)?, CLOSING))
    }

    fn reserve(&self, disc: Disc<'_>, _: &WriteParameters, reservation: Reservation) -> Result<Vec<Change>, Sense> {
        SEQUENCE.reserve(disc, reservation)
    }

    fn format(&self, disc: Disc<'_>, parameters: FormatParameters) -> Result<Work, Sense> {
        if !is_untouched(disc) {
            return Err(Sense::CANNOT_FORMAT);
        }
        let wanted = parameters.descriptor;
        let overwritable = match (wanted.format, wanted.subtype) {
            (FormatType::BD_R, 0) => true,
            (FormatType::BD_R | FormatType::FULL, 1) | (_, 0) => false,
            // Random recording is something that no drive in the shops does.
            _ => return Err(Sense::from(InvalidField::data_bit(8, 1))),
        };
        let blocks = spares::size(disc, wanted, &spares::of_bd_r(disc))?;
        let mut changes = vec![Change::Formatted { blocks }];
        if overwritable {
            changes.push(Change::Prepared(Preparation::Format(FormatState::PseudoOverwrite)));
        }
        Ok(Work::new(WorkKind::Formatting, changes, FORMATTING))
    }
}

/// The changes of writing blocks again; `None` where they are not written yet.
///
/// Every cluster that is touched goes to another place on a real disc, of which there are only so many.
fn overwritten(disc: Disc<'_>, first: u32, blocks: u32) -> Result<Option<Vec<Change>>, Sense> {
    let end = first.checked_add(blocks).ok_or(Sense::OUT_OF_RANGE)?;
    let holds = |end_of_track: u32, start: u32| start <= first && first < end_of_track;
    let again = disc.state.tracks.iter().any(|track| holds(track.written_end(), track.first));
    if !can_be_overwritten(disc) || disc.state.finalized || !again {
        return Ok(None);
    }
    if end > Sequence::readable_end(disc) {
        // What begins among written blocks cannot end behind them.
        return Err(Sense::INVALID_WRITE_ADDRESS);
    }
    let unit = disc.medium.unit();
    let clusters = end.div_ceil(unit) - first / unit;
    if disc.state.prepared.replaced.saturating_add(clusters) > spares::allocated(disc) {
        return Err(NO_SPARE_LEFT);
    }
    Ok(Some(vec![Change::Prepared(Preparation::Replaced(clusters))]))
}
