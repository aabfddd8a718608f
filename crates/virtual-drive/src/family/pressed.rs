//! DVD-ROM and BD-ROM: what was pressed can be read, and nothing else.

use imapi_disc_types::{Lba, MediaType};
use imapi_mmc_transport::{
    Sense,
    commands::{CapacityKind, CloseFunction, CurrentCapacity, DiscInformation, FormatCapacities},
    feature::{FeatureCode, FeatureDescriptor},
    mode::WriteParameters,
    structure::{DiscStructure, StructureFormat},
};

use super::{
    Disc, Packets, Rules, TrackView, Work, WorkKind, WriteOrder, current,
    sequence::{Sequence, read},
    structures::{self, Written},
};
use crate::Loaded;

/// The rules of pressed discs.
pub(super) struct Pressed;

/// A press makes one session of one track.
const SEQUENCE: Sequence = Sequence {
    gap: |_| 0,
    most_sessions: 1,
    most_tracks: 1,
    most_open: 0,
    mode: 4,
    packets: |_| Packets::None,
    all_are_reserved: false,
};

impl Rules for Pressed {
    fn features(&self, disc: Disc<'_>) -> Vec<FeatureDescriptor> {
        let unit = u16::try_from(disc.medium.unit()).expect("an error correction block is small").to_be_bytes();
        let reads = if disc.medium.kind == MediaType::BDROM {
            current(FeatureCode::BD_READ, 1, &[0; 28])
        } else {
            current(FeatureCode::DVD_READ, 1, &[1, 0, 0, 0])
        };
        vec![current(FeatureCode::RANDOMLY_READABLE, 0, &[0, 0, 8, 0, unit[0], unit[1], 1, 0]), reads]
    }

    fn information(&self, disc: Disc<'_>) -> DiscInformation {
        Sequence::information(disc, &self.tracks(disc), false)
    }

    fn tracks(&self, disc: Disc<'_>) -> Vec<TrackView> {
        SEQUENCE.tracks(disc)
    }

    fn capacity_end(&self, disc: Disc<'_>) -> u32 {
        Sequence::readable_end(disc)
    }

    fn structure(&self, disc: Disc<'_>, format: StructureFormat, _layer: u8) -> Option<DiscStructure> {
        structures::find(disc, Written::up_to(Sequence::readable_end(disc)), format)
    }

    fn format_capacities(&self, disc: Disc<'_>) -> FormatCapacities {
        let blocks = Sequence::readable_end(disc);
        let current = CurrentCapacity { blocks, kind: CapacityKind::Formatted, block_size: 2048 };
        FormatCapacities { current, formattable: Vec::new() }
    }

    fn read(&self, loaded: &Loaded, start: Lba, blocks: u32, out: &mut [u8]) -> Result<(), Sense> {
        read(loaded, start, blocks, out)
    }

    fn write(&self, _: &mut Loaded, _: WriteOrder<'_>) -> Result<usize, Sense> {
        Err(Sense::CANNOT_WRITE)
    }

    /// There is nothing to flush, and so it is done.
    fn synchronize(&self, _: &mut Loaded, _: &WriteParameters) -> Result<Work, Sense> {
        Ok(Work::new(WorkKind::Flushing, Vec::new(), 0))
    }

    fn close(&self, _: &mut Loaded, _: &WriteParameters, _: CloseFunction, _: u16) -> Result<Work, Sense> {
        Err(Sense::CANNOT_WRITE)
    }
}
