//! DVD-RW in restricted overwrite: formatted, then written anywhere among the formatted blocks, sixteen at a time.
//!
//! A quick format makes the lead-in and no more. Until the border is closed the disc is in the intermediate state, in which
//! the formatted area grows with what is written at its end.

use imapi_disc_types::{Lba, Profile};
use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{
        BackgroundFormat, Blank, CapacityKind, CloseFunction, CurrentCapacity, DiscInformation, DiscState as Condition,
        DiscStatus, DiscType, FormatCapacities, FormatDescriptor, FormatParameters, FormatType, SessionState,
        TocFormat, TocReply,
    },
    feature::{FeatureCode, FeatureDescriptor},
    mode::WriteParameters,
    structure::{DiscStructure, StructureFormat},
};

use super::{
    BLOCK, Disc, Packets, Rules, TrackView, Work, WorkKind, WriteOrder, contents, current,
    dvd_minus::{BLOCKS_PER_SECOND, INVALID_PACKET_SIZE, blanked},
    read_blocks, signed,
    structures::{self, Written},
};
use crate::{FormatState, Loaded, Preparation, state::Change};

/// Seconds that emptying the buffer takes.
const FLUSHING: u64 = 2;
/// Seconds that the end of the intermediate state takes, and a quick format.
const CLOSING: u64 = 60;
const QUICK: u64 = 30;
/// The parameter of formats in packets: the blocks of one.
const PACKET: u32 = 16;

/// The rules of a DVD-RW that is formatted.
pub(super) struct Restricted;

impl Disc<'_> {
    fn formatted_blocks(self) -> u32 {
        self.state.formatted.unwrap_or(0)
    }

    fn is_intermediate(self) -> bool {
        self.state.formatted.is_some() && self.state.prepared.format == FormatState::Growing
    }
}

/// The ways to format a DVD-RW.
pub(super) fn offers(disc: Disc<'_>) -> Vec<FormatDescriptor> {
    let capacity = disc.state.capacity;
    let offer = |format, blocks, parameter| FormatDescriptor { blocks, format, subtype: 0, parameter };
    let mut offers = vec![offer(FormatType::FULL, capacity, 2048), offer(FormatType::PACKETS_FULL, capacity, PACKET)];
    if disc.state.formatted.is_some() && !disc.is_intermediate() {
        let room = capacity.saturating_sub(disc.formatted_blocks());
        offers.push(offer(FormatType::GROW_SESSION, room, PACKET));
        offers.push(offer(FormatType::QUICK_GROW, room, PACKET));
    }
    offers.push(offer(FormatType::QUICK, capacity, PACKET));
    offers
}

/// FORMAT UNIT of a DVD-RW, whatever it was before.
pub(super) fn format(disc: Disc<'_>, wanted: FormatDescriptor) -> Result<Work, Sense> {
    let offers = offers(disc);
    let Some(offer) = offers.iter().find(|offer| offer.format == wanted.format).filter(|_| wanted.subtype == 0) else {
        return Err(Sense::from(InvalidField::data_bit(8, 7)));
    };
    if wanted.parameter != offer.parameter && wanted.parameter != PACKET {
        return Err(Sense::from(InvalidField::data(9)));
    }
    // A quick format has no size but what is written, whatever the host says.
    let quick = matches!(wanted.format, FormatType::QUICK | FormatType::QUICK_GROW);
    let blocks = if quick || wanted.blocks == u32::MAX { offer.blocks } else { wanted.blocks };
    if blocks > offer.blocks || blocks % disc.medium.unit() != 0 {
        return Err(Sense::from(InvalidField::data(4)));
    }
    let growing = Change::Prepared(Preparation::Format(FormatState::Growing));
    let lasts = |blocks: u32| u64::from(blocks) / BLOCKS_PER_SECOND + CLOSING;
    let (changes, lasts) = match wanted.format {
        FormatType::QUICK => (vec![Change::Formatted { blocks: 0 }, growing], QUICK),
        FormatType::QUICK_GROW => (vec![growing], QUICK),
        _ if blocks == 0 => return Err(Sense::from(InvalidField::data(4))),
        FormatType::GROW_SESSION => {
            (vec![Change::Grown { blocks: disc.formatted_blocks().saturating_add(blocks) }], lasts(blocks))
        }
        _ => (vec![Change::Formatted { blocks }], lasts(blocks)),
    };
    Ok(Work::new(WorkKind::Formatting, changes, lasts))
}

impl Rules for Restricted {
    fn profile(&self, _: Disc<'_>) -> Profile {
        Profile::DVD_DASH_REWRITABLE
    }

    fn features(&self, _: Disc<'_>) -> Vec<FeatureDescriptor> {
        vec![
            current(FeatureCode::RANDOMLY_READABLE, 0, &[0, 0, 8, 0, 0, 16, 1, 0]),
            current(FeatureCode::DVD_READ, 1, &[1, 0, 1, 0]),
            current(FeatureCode::FORMATTABLE, 1, &[0; 8]),
            // Blanking, and the intermediate state.
            current(FeatureCode::RIGID_RESTRICTED_OVERWRITE, 0, &[3, 0, 0, 0]),
        ]
    }

    fn information(&self, disc: Disc<'_>) -> DiscInformation {
        let (status, last_session) = if disc.is_intermediate() {
            (DiscStatus::Appendable, SessionState::Incomplete)
        } else {
            (DiscStatus::Complete, SessionState::Complete)
        };
        DiscInformation {
            state: Condition { status, last_session, erasable: true },
            first_track: 1,
            sessions: 1,
            first_of_last_session: 1,
            last_of_last_session: 1,
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
        let formatted = disc.formatted_blocks();
        let size = if disc.is_intermediate() { disc.state.capacity } else { formatted };
        let next_writable = disc.is_intermediate().then(|| (signed(formatted), size.saturating_sub(formatted)));
        let last_recorded = formatted.checked_sub(1).map(signed);
        let packets = Packets::Fixed(disc.medium.unit());
        let blank = formatted == 0;
        vec![TrackView { next_writable, last_recorded, blank, packets, mode: 5, ..TrackView::new(1, 1, 0, size) }]
    }

    fn knows_the_invisible_track(&self) -> bool {
        false
    }

    fn structure(&self, disc: Disc<'_>, format: StructureFormat, _layer: u8) -> Option<DiscStructure> {
        structures::find(disc, Written::up_to(disc.formatted_blocks()), format)
    }

    fn format_capacities(&self, disc: Disc<'_>) -> FormatCapacities {
        let (blocks, kind) = if disc.is_intermediate() {
            (disc.state.capacity, CapacityKind::Unknown)
        } else {
            (disc.formatted_blocks(), CapacityKind::Formatted)
        };
        FormatCapacities { current: CurrentCapacity { blocks, kind, block_size: 2048 }, formattable: offers(disc) }
    }

    fn capacity_end(&self, disc: Disc<'_>) -> u32 {
        disc.formatted_blocks()
    }

    fn toc(&self, loaded: &Loaded, format: TocFormat) -> Result<TocReply, Sense> {
        contents::made_up(&self.tracks(loaded.disc()), 1, format)
    }

    fn read(&self, loaded: &Loaded, start: Lba, blocks: u32, out: &mut [u8]) -> Result<(), Sense> {
        read_blocks(loaded, loaded.disc().formatted_blocks(), start, blocks, out)
    }

    fn write(&self, loaded: &mut Loaded, order: WriteOrder<'_>) -> Result<usize, Sense> {
        let disc = loaded.disc();
        let (first, unit) = (order.first()?, disc.medium.unit());
        let end = first.checked_add(order.blocks).ok_or(Sense::OUT_OF_RANGE)?;
        let formatted = disc.formatted_blocks();
        let most = if disc.is_intermediate() { disc.state.capacity } else { formatted };
        if end > most {
            return Err(Sense::OUT_OF_RANGE);
        }
        if first % unit != 0 || first > formatted {
            return Err(Sense::INVALID_WRITE_ADDRESS);
        }
        if order.blocks % unit != 0 {
            return Err(INVALID_PACKET_SIZE);
        }
        let payload = order.payload(BLOCK)?;
        loaded.store(order.start.0, payload)?;
        if end > formatted {
            loaded.change_soon(vec![Change::Grown { blocks: end }])?;
        }
        Ok(payload.len())
    }

    fn synchronize(&self, _: &mut Loaded, _: &WriteParameters) -> Result<Work, Sense> {
        Ok(Work::new(WorkKind::Flushing, Vec::new(), FLUSHING))
    }

    fn close(&self, loaded: &mut Loaded, _: &WriteParameters, function: CloseFunction, _: u16) -> Result<Work, Sense> {
        match function {
            CloseFunction::Session if loaded.disc().is_intermediate() => {
                let whole = Change::Prepared(Preparation::Format(FormatState::Whole));
                Ok(Work::new(WorkKind::Closing, vec![whole], CLOSING))
            }
            CloseFunction::Session => Err(Sense::SEQUENCE_ERROR),
            _ => Err(Sense::from(InvalidField::cdb_bit(2, 2))),
        }
    }

    fn format(&self, disc: Disc<'_>, parameters: FormatParameters) -> Result<Work, Sense> {
        format(disc, parameters.descriptor)
    }

    fn blank(&self, disc: Disc<'_>, command: Blank) -> Result<Work, Sense> {
        blanked(disc, command)
    }
}
