//! DVD+RW, DVD-RAM and BD-RE: formatted once, then any block at any time.
//!
//! A DVD+RW is ready soon after a format began: the drive goes on with it in the background, stops where it is when it is
//! told or when the disc comes out, and goes on when it is told.

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
    structure::{DiscStructure, StructureFormat},
};

use super::{
    BLOCK, Disc, Packets, Rules, TrackView, Work, WorkKind, WriteOrder, contents, current, read_blocks, signed, spares,
    structures::{self, Written},
};
use crate::{FormatState, Loaded, Preparation, state::Change};

/// Seconds that emptying the buffer takes.
const FLUSHING: u64 = 2;
/// Seconds that a lead-out for drives that only read takes.
const CLOSING: u64 = 30;
/// Seconds until a DVD+RW can be used after its format began: the lead-in.
const LEADING_IN: u64 = 60;
/// Blocks of a DVD+RW that are formatted in a second, at 2.4 times.
const BACKGROUND_SPEED: u64 = 1620;
/// Seconds that a format without certification takes, and one with it, which reads and writes the whole disc.
const FORMATTING: u64 = 60;
const CERTIFYING: u64 = 3600;
/// The parameter of a DVD+RW's format that goes on with one that was stopped.
const RESTART: u32 = 1;

/// The rules of discs that are written at random.
pub(super) struct Overwritable;

/// The ways to format this disc.
fn offers(disc: Disc<'_>) -> Vec<FormatDescriptor> {
    let capacity = disc.state.capacity;
    let offer = |format, blocks, parameter| FormatDescriptor { blocks, format, subtype: 0, parameter };
    match disc.medium.kind {
        MediaType::DVDPLUSRW => vec![offer(FormatType::DVD_PLUS_RW, capacity, 0)],
        MediaType::DVDRAM => {
            let full = offer(FormatType::FULL, capacity, spares::BLOCK_SIZE);
            vec![full, offer(FormatType::SPARE_AREA_EXPANSION, with_supplement(disc), spares::BLOCK_SIZE)]
        }
        _ => spares::of_bd_re(disc),
    }
}

/// What is left of a DVD-RAM when it has a supplementary spare area: a fortieth, about as much as real ones get.
fn with_supplement(disc: Disc<'_>) -> u32 {
    let unit = disc.medium.unit();
    let blocks = disc.state.capacity / unit * unit;
    blocks - (blocks / 40).next_multiple_of(unit)
}

/// The variants of formats that are known.
fn knows_subtype(wanted: FormatDescriptor) -> bool {
    match wanted.format {
        // Without certification, with all of it, and with some.
        FormatType::BD_RE_SPARES => matches!(wanted.subtype, 0 | 2 | 3),
        FormatType::BD_RE_NO_SPARES => wanted.subtype < 3,
        _ => wanted.subtype == 0,
    }
}

impl Disc<'_> {
    /// Blocks that can be used now.
    fn usable(self) -> u32 {
        // A DVD-RAM comes formatted.
        let as_bought = if self.medium.kind == MediaType::DVDRAM { self.state.capacity } else { 0 };
        // What the drive formats in the background can be used at once.
        if self.formats_in_background { self.state.capacity } else { self.state.formatted.unwrap_or(as_bought) }
    }

    fn is_formatted(self) -> bool {
        self.state.formatted.is_some() || self.usable() > 0
    }

    fn grows(self) -> bool {
        self.state.prepared.format == FormatState::Growing
    }

    fn background(self) -> BackgroundFormat {
        match (self.medium.kind, self.is_formatted(), self.grows(), self.formats_in_background) {
            (MediaType::DVDPLUSRW, true, true, true) => BackgroundFormat::Running,
            (MediaType::DVDPLUSRW, true, true, false) => BackgroundFormat::Suspended,
            (MediaType::DVDPLUSRW, true, false, _) => BackgroundFormat::Complete,
            _ => BackgroundFormat::None,
        }
    }
}

impl Rules for Overwritable {
    fn features(&self, disc: Disc<'_>) -> Vec<FeatureDescriptor> {
        let unit = u16::try_from(disc.medium.unit()).expect("an error correction block is small").to_be_bytes();
        let last = disc.usable().saturating_sub(1).to_be_bytes();
        let mut writable = last.to_vec();
        writable.extend([0, 0, 8, 0, unit[0], unit[1], 1, 0]);
        let mut features = vec![
            // Protection until power-off, and for good.
            current(FeatureCode::WRITE_PROTECT, 2, &[3, 0, 0, 0]),
            current(FeatureCode::RANDOMLY_READABLE, 0, &[0, 0, 8, 0, unit[0], unit[1], 1, 0]),
            current(FeatureCode::RANDOMLY_WRITABLE, 1, &writable),
        ];
        match disc.medium.profile {
            Profile::DVD_PLUS_RW => features.extend([
                current(FeatureCode::DVD_READ, 1, &[1, 0, 0, 0]),
                current(FeatureCode::FORMATTABLE, 1, &[0; 8]),
                current(FeatureCode::DVD_PLUS_RW, 1, &[1, 0, 0, 0]),
            ]),
            Profile::DVD_RAM => features.extend([
                current(FeatureCode::DVD_READ, 1, &[1, 0, 0, 0]),
                // A larger spare area, and formats with certification.
                current(FeatureCode::FORMATTABLE, 1, &[5, 0, 0, 0, 0, 0, 0, 0]),
                current(FeatureCode::HARDWARE_DEFECT_MANAGEMENT, 0, &[0x80, 0, 0, 0]),
            ]),
            _ => features.extend([
                // Without spare areas, and with quick and full certification.
                current(FeatureCode::FORMATTABLE, 1, &[0x0B, 0, 0, 0, 0, 0, 0, 0]),
                current(FeatureCode::HARDWARE_DEFECT_MANAGEMENT, 0, &[0x80, 0, 0, 0]),
                current(FeatureCode::BD_READ, 1, &[0; 28]),
                current(FeatureCode::BD_WRITE, 1, &[0; 20]),
            ]),
        }
        features
    }

    fn information(&self, disc: Disc<'_>) -> DiscInformation {
        let (status, last_session) = match (disc.is_formatted(), disc.grows()) {
            (false, _) => (DiscStatus::Blank, SessionState::Empty),
            (true, true) => (DiscStatus::Appendable, SessionState::Incomplete),
            (true, false) => (DiscStatus::Complete, SessionState::Complete),
        };
        DiscInformation {
            state: Condition { status, last_session, erasable: true },
            first_track: 1,
            sessions: 1,
            first_of_last_session: 1,
            last_of_last_session: 1,
            unrestricted_use: true,
            dirty: false,
            background_format: disc.background(),
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
        let blank = !disc.is_formatted();
        // Before it is formatted it has room for as much as it can be formatted to.
        let size = if blank { disc.state.capacity } else { disc.usable() };
        let last_recorded = disc.usable().checked_sub(1).map(signed);
        let packets = Packets::Fixed(disc.medium.unit());
        vec![TrackView { last_recorded, blank, packets, ..TrackView::new(1, 1, 0, size) }]
    }

    fn structure(&self, disc: Disc<'_>, format: StructureFormat, _layer: u8) -> Option<DiscStructure> {
        structures::find(disc, Written::up_to(disc.usable()), format)
    }

    fn format_capacities(&self, disc: Disc<'_>) -> FormatCapacities {
        let (blocks, kind) = if disc.is_formatted() {
            (disc.usable(), CapacityKind::Formatted)
        } else {
            (disc.state.capacity, CapacityKind::Unformatted)
        };
        FormatCapacities { current: CurrentCapacity { blocks, kind, block_size: 2048 }, formattable: offers(disc) }
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
        let disc = loaded.disc();
        if !disc.is_formatted() {
            return Err(Sense::NOT_FORMATTED);
        }
        let end = order.first()?.checked_add(order.blocks).filter(|&end| end <= disc.usable());
        let end = end.ok_or(Sense::OUT_OF_RANGE)?;
        let payload = order.payload(BLOCK)?;
        // The drive formats what lies before the blocks that it writes.
        let reaches = disc.grows() && disc.state.formatted.is_some_and(|formatted| end > formatted);
        loaded.store(order.start.0, payload)?;
        if reaches {
            loaded.change_soon(vec![Change::Grown { blocks: end.next_multiple_of(loaded.medium().unit()) }])?;
        }
        Ok(payload.len())
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
            (MediaType::DVDPLUSRW, true) if loaded.disc().is_formatted() => {
                // Both end formatting in the background.
                loaded.suspend()?;
                Ok(Work::new(WorkKind::Closing, Vec::new(), CLOSING))
            }
            _ => Err(Sense::SEQUENCE_ERROR),
        }
    }

    fn send_structure(&self, _: Disc<'_>, _: u8, structure: &DiscStructure) -> Result<Vec<Change>, Sense> {
        match structure {
            DiscStructure::WriteProtection(wanted) => {
                Ok(vec![Change::Prepared(Preparation::Protected(wanted.persistent))])
            }
            _ => Err(Sense::from(InvalidField::cdb(7))),
        }
    }

    fn format(&self, disc: Disc<'_>, parameters: FormatParameters) -> Result<Work, Sense> {
        let wanted = parameters.descriptor;
        if disc.medium.kind == MediaType::DVDPLUSRW {
            return in_background(disc, wanted);
        }
        if !knows_subtype(wanted) {
            return Err(Sense::from(InvalidField::data_bit(8, 1)));
        }
        let blocks = spares::size(disc, wanted, &offers(disc))?;
        let certified = match (disc.medium.kind, wanted.subtype) {
            (MediaType::DVDRAM, _) => {
                wanted.format == FormatType::FULL
                    && !(parameters.options.options_valid && parameters.options.without_certification)
            }
            (_, subtype) => subtype == 2,
        };
        let lasts = if certified { CERTIFYING } else { FORMATTING };
        Ok(Work::new(WorkKind::Formatting, vec![Change::Formatted { blocks }], lasts))
    }
}

/// The format of a DVD+RW: always of the whole disc.
fn in_background(disc: Disc<'_>, wanted: FormatDescriptor) -> Result<Work, Sense> {
    let capacity = disc.state.capacity;
    if wanted.format != FormatType::DVD_PLUS_RW || wanted.subtype != 0 {
        return Err(Sense::from(InvalidField::data_bit(8, 7)));
    }
    let restarts = match wanted.parameter {
        0 => false,
        RESTART => true,
        _ => return Err(Sense::from(InvalidField::data(11))),
    };
    let seconds = |blocks: u32| u64::from(blocks) / BACKGROUND_SPEED + 1;
    if restarts && disc.is_formatted() && !disc.grows() {
        // Nothing is left to format; the lead-out goes where it belongs.
        return Ok(Work::new(WorkKind::Formatting, Vec::new(), CLOSING));
    }
    if restarts {
        let Some(from) = disc.state.formatted.filter(|_| disc.grows() && !disc.formats_in_background) else {
            return Err(Sense::SEQUENCE_ERROR);
        };
        let work = Work::new(WorkKind::Formatting, Vec::new(), FLUSHING);
        return Ok(work.then_in_background(seconds(capacity.saturating_sub(from)), from));
    }
    if wanted.blocks != u32::MAX && wanted.blocks != capacity {
        return Err(Sense::from(InvalidField::data(4)));
    }
    let changes = vec![Change::Formatted { blocks: 0 }, Change::Prepared(Preparation::Format(FormatState::Growing))];
    Ok(Work::new(WorkKind::Formatting, changes, LEADING_IN).then_in_background(seconds(capacity), 0))
}
