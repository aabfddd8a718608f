//! DVD+RW, DVD-RAM and BD-RE: formatted once, then any block at any time.

use imapi_disc_types::{MediaType, Profile};
use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{
        BackgroundFormat, CapacityKind, CloseFunction, CurrentCapacity, DiscInformation, DiscState as Condition,
        DiscStatus, DiscType, FormatCapacities, FormatDescriptor, FormatParameters, FormatType, SessionState,
    },
    feature::{FeatureCode, FeatureDescriptor},
};

use super::{Disc, Rules, TrackView, current};
use crate::state::Change;

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
        vec![TrackView {
            number: 1,
            session: 1,
            start: 0,
            size,
            next_writable: None,
            last_recorded: size.checked_sub(1),
            blank: size == 0,
            reserved: false,
        }]
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

    fn readable_end(&self, disc: Disc<'_>) -> u32 {
        disc.usable()
    }

    fn capacity_end(&self, disc: Disc<'_>) -> u32 {
        disc.usable()
    }

    fn write(&self, disc: Disc<'_>, first: u32, blocks: u32) -> Result<Vec<Change>, Sense> {
        match (disc.usable(), first.checked_add(blocks)) {
            (0, _) => Err(Sense::new(imapi_mmc_transport::SenseKey::IllegalRequest, 0x30, 0x10)),
            (usable, Some(end)) if end <= usable => Ok(Vec::new()),
            _ => Err(Sense::OUT_OF_RANGE),
        }
    }

    fn synchronize(&self, _: Disc<'_>) -> Vec<Change> {
        Vec::new()
    }

    fn close(&self, disc: Disc<'_>, function: CloseFunction, _: u16) -> Result<Vec<Change>, Sense> {
        // A DVD+RW is closed so that drives for reading like it; the others have nothing to close.
        let known = matches!(function, CloseFunction::StopBackgroundFormat | CloseFunction::Session);
        match (disc.medium.kind, known) {
            (MediaType::DVDPLUSRW, true) => Ok(Vec::new()),
            _ => Err(Sense::SEQUENCE_ERROR),
        }
    }

    fn reserve(&self, _: Disc<'_>, _: u32) -> Result<Vec<Change>, Sense> {
        Err(Sense::INVALID_OPCODE)
    }

    fn format(&self, disc: Disc<'_>, parameters: FormatParameters) -> Result<Vec<Change>, Sense> {
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
        Ok(vec![Change::Formatted { blocks }])
    }
}
