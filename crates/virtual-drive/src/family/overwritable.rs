//! DVD+RW, DVD-RAM and BD-RE: formatted once, then any block at any time.

use imapi_disc_types::{Lba, MediaType, Profile};
use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{
        BackgroundFormat, CapacityKind, CloseFunction, CurrentCapacity, DiscInformation, DiscState as Condition,
        DiscStatus, DiscType, FormatCapacities, FormatDescriptor, FormatParameters, FormatType, SessionState,
        TocFormat, TocReply,
    },
    feature::{FeatureCode, FeatureDescriptor},
    mode::WriteParameters,
};

use super::{
    BLOCK, Disc, Packets, Rules, TrackView, Work, WorkKind, WriteOrder, contents, current, read_blocks, signed,
};
use crate::{Loaded, state::Change};

/// Seconds that emptying the buffer takes.
const FLUSHING: u64 = 2;
/// Seconds that a lead-out for drives that only read takes.
const CLOSING: u64 = 30;

/// Seconds that formatting takes: a DVD+RW goes on in the background, a DVD-RAM is written from end to end.
fn formatting(kind: MediaType) -> u64 {
    match kind {
        MediaType::DVDPLUSRW => 60,
        MediaType::DVDRAM => 3600,
        _ => 120,
    }
}

/// The rules of discs that are written at random.
pub(super) struct Overwritable;

/// How a medium is formatted: the type, and the parameter that goes with it.
fn format_of(kind: MediaType) -> (FormatType, u32) {
    match kind {
        MediaType::DVDPLUSRW => (FormatType(0x26), 0),
        MediaType::BDRE => (FormatType(0x31), 2048),
        _ => (FormatType::FULL, 2048),
    }
}

/// A DVD-RAM comes formatted.
fn comes_formatted(kind: MediaType) -> bool {
    kind == MediaType::DVDRAM
}

impl Disc<'_> {
    /// Blocks that can be used now.
    fn usable(self) -> u32 {
        let as_bought = if comes_formatted(self.medium.kind) { self.state.capacity } else { 0 };
        self.state.formatted.unwrap_or(as_bought)
    }
}

impl Rules for Overwritable {
    fn features(&self, disc: Disc<'_>) -> Vec<FeatureDescriptor> {
        let unit = u16::try_from(disc.medium.unit()).expect("an error correction block is small").to_be_bytes();
        let last = disc.usable().saturating_sub(1).to_be_bytes();
        let mut writable = last.to_vec();
        writable.extend([0, 0, 8, 0, unit[0], unit[1], 1, 0]);
        let mut features = vec![
            current(FeatureCode::RANDOMLY_READABLE, 0, &[0, 0, 8, 0, unit[0], unit[1], 1, 0]),
            current(FeatureCode::RANDOMLY_WRITABLE, 1, &writable),
            current(FeatureCode::FORMATTABLE, 1, &[0, 0, 0, 0, 0, 0, 0, 0]),
        ];
        match disc.medium.profile {
            Profile::DVD_PLUS_RW => {
                features.push(current(FeatureCode::DVD_READ, 1, &[1, 0, 0, 0]));
                features.push(current(FeatureCode::DVD_PLUS_RW, 1, &[1, 0, 0, 0]));
            }
            Profile::DVD_RAM => {
                features.push(current(FeatureCode::DVD_READ, 1, &[1, 0, 0, 0]));
                features.push(current(FeatureCode::HARDWARE_DEFECT_MANAGEMENT, 0, &[0, 0, 0, 0]));
            }
            _ => {
                features.push(current(FeatureCode::BD_READ, 1, &[0; 28]));
                features.push(current(FeatureCode::BD_WRITE, 1, &[0; 20]));
            }
        }
        features.sort_by_key(|feature| feature.feature.code().0);
        features
    }

    fn information(&self, disc: Disc<'_>) -> DiscInformation {
        let formatted = disc.usable() > 0;
        let (status, last_session) = if formatted {
            (DiscStatus::Complete, SessionState::Complete)
        } else {
            (DiscStatus::Blank, SessionState::Empty)
        };
        let background_format = match (disc.medium.kind, formatted) {
            (MediaType::DVDPLUSRW, true) => BackgroundFormat::Complete,
            _ => BackgroundFormat::None,
        };
        DiscInformation {
            state: Condition { status, last_session, erasable: true },
            first_track: 1,
            sessions: 1,
            first_of_last_session: 1,
            last_of_last_session: 1,
            unrestricted_use: true,
            dirty: false,
            background_format,
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
        let size = disc.usable();
        let last_recorded = size.checked_sub(1).map(signed);
        let packets = Packets::Fixed(disc.medium.unit());
        vec![TrackView { last_recorded, blank: size == 0, packets, ..TrackView::new(1, 1, 0, size) }]
    }

    fn format_capacities(&self, disc: Disc<'_>) -> FormatCapacities {
        let (blocks, kind) = match disc.usable() {
            0 => (disc.state.capacity, CapacityKind::Unformatted),
            blocks => (blocks, CapacityKind::Formatted),
        };
        let (format, parameter) = format_of(disc.medium.kind);
        let whole = FormatDescriptor { blocks: disc.state.capacity, format, subtype: 0, parameter };
        let plain = FormatDescriptor { format: FormatType::FULL, parameter: 2048, ..whole };
        let formattable = if format == FormatType::FULL { vec![whole] } else { vec![plain, whole] };
        FormatCapacities { current: CurrentCapacity { blocks, kind, block_size: 2048 }, formattable }
    }

    fn capacity_end(&self, disc: Disc<'_>) -> u32 {
        disc.usable()
    }

    fn toc(&self, loaded: &Loaded, format: TocFormat) -> Result<TocReply, Sense> {
        contents::made_up(&self.tracks(loaded.disc()), 1, format)
    }

    fn read(&self, loaded: &Loaded, start: Lba, blocks: u32, out: &mut [u8]) -> Result<(), Sense> {
        read_blocks(loaded, loaded.disc().usable(), start, blocks, out)
    }

    fn write(&self, loaded: &mut Loaded, order: WriteOrder<'_>) -> Result<usize, Sense> {
        match (loaded.disc().usable(), order.first()?.checked_add(order.blocks)) {
            (0, _) => Err(Sense::NOT_FORMATTED),
            (usable, Some(end)) if end <= usable => {
                let payload = order.payload(BLOCK)?;
                loaded.store(order.start.0, payload)?;
                Ok(payload.len())
            }
            _ => Err(Sense::OUT_OF_RANGE),
        }
    }

    fn synchronize(&self, _: &mut Loaded, _: &WriteParameters) -> Result<Work, Sense> {
        Ok(Work::new(WorkKind::Flushing, Vec::new(), FLUSHING))
    }

    fn close(
        &self,
        loaded: &mut Loaded,
        _: &WriteParameters,
        function: CloseFunction,
        _track: u16,
    ) -> Result<Work, Sense> {
        // A DVD+RW is closed so that drives for reading like it; the others have nothing to close.
        let known = matches!(function, CloseFunction::StopBackgroundFormat | CloseFunction::Session);
        match (loaded.medium().kind, known) {
            (MediaType::DVDPLUSRW, true) => Ok(Work::new(WorkKind::Closing, Vec::new(), CLOSING)),
            _ => Err(Sense::SEQUENCE_ERROR),
        }
    }

    fn format(&self, disc: Disc<'_>, parameters: FormatParameters) -> Result<Work, Sense> {
        let wanted = parameters.descriptor;
        let offered = self.format_capacities(disc).formattable;
        let Some(offer) = offered.iter().find(|offer| offer.format == wanted.format) else {
            // Byte 8 of the parameters is the format type.
            return Err(Sense::from(InvalidField::data_bit(8, 7)));
        };
        // All ones ask for as much as there is.
        let blocks = if wanted.blocks == u32::MAX { offer.blocks } else { wanted.blocks };
        if blocks == 0 || blocks > offer.blocks || blocks % disc.medium.unit() != 0 {
            return Err(Sense::from(InvalidField::data(4)));
        }
        Ok(Work::new(WorkKind::Formatting, vec![Change::Formatted { blocks }], formatting(disc.medium.kind)))
    }
}
