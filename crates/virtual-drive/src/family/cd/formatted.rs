//! A CD-RW that was formatted: one track of packets of 32 blocks, any of which can be written over.

use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{CapacityKind, CurrentCapacity, FormatCapacities, FormatDescriptor, FormatParameters, FormatType},
    mode::WriteType,
};

use super::{
    super::{BLOCK, Work, WorkKind, WriteOrder},
    form::HostForm,
    layout::{LINK, Layout, PAUSE, RUN_OUT},
    sector::Strip,
    track_at_once::{INVALID_PACKET_SIZE, signature},
};
use crate::{
    Loaded,
    state::{CdForm, CdSession, CdTrack, Change, NextSession},
};

/// Blocks of a packet; everyone has packets of this size.
const PACKET: u32 = 32;
/// Seconds that writing all packets takes.
const FORMATTING: u64 = 2400;

/// What a CD-RW can be formatted to: as many packets as fit, each with its links.
fn offer(layout: Layout<'_>) -> FormatDescriptor {
    let packets = (layout.state.capacity.saturating_sub(RUN_OUT)) / (PACKET + LINK);
    FormatDescriptor { blocks: packets * PACKET, format: FormatType::PACKETS_FULL, subtype: 0, parameter: PACKET }
}

/// READ FORMAT CAPACITIES.
pub(super) fn capacities(layout: Layout<'_>) -> FormatCapacities {
    let (blocks, kind) = match layout.state.formatted {
        Some(blocks) => (blocks, CapacityKind::Formatted),
        None if layout.state.tracks.is_empty() => (layout.state.capacity, CapacityKind::Unformatted),
        None => (layout.readable_end(), CapacityKind::Formatted),
    };
    let rewritable = layout.medium.kind.is_rewritable();
    FormatCapacities {
        current: CurrentCapacity { blocks, kind, block_size: 2048 },
        formattable: if rewritable { vec![offer(layout)] } else { Vec::new() },
    }
}

/// FORMAT UNIT.
pub(super) fn format(layout: Layout<'_>, parameters: FormatParameters) -> Result<Work, Sense> {
    if !layout.medium.kind.is_rewritable() {
        return Err(Sense::CANNOT_FORMAT);
    }
    let (offer, wanted) = (offer(layout), parameters.descriptor);
    if wanted.format != offer.format || wanted.subtype != 0 {
        return Err(Sense::from(InvalidField::data_bit(8, 7)));
    }
    if wanted.parameter != PACKET {
        return Err(Sense::from(InvalidField::data(9)));
    }
    let blocks = if wanted.blocks == u32::MAX { offer.blocks } else { wanted.blocks };
    if blocks == 0 || blocks > offer.blocks || blocks % PACKET != 0 {
        return Err(Sense::from(InvalidField::data(4)));
    }
    let track = CdTrack {
        control: 5,
        form: CdForm::Mode1,
        pause: PAUSE,
        run_out: RUN_OUT,
        packets: Some(PACKET),
        ..CdTrack::default()
    };
    let lead_out = blocks / PACKET * (PACKET + LINK) + RUN_OUT;
    let session = CdSession {
        lead_in: layout.medium.lead_in.unwrap_or(0),
        lead_out,
        disc_type: 0,
        next: NextSession::Unmentioned,
        text: false,
        raw: false,
    };
    let changes = vec![
        Change::Formatted { blocks },
        Change::CdTrackOpened { first: 0, reserved: None, track },
        Change::Wrote { track: 1, blocks },
        Change::TrackClosed { track: 1 },
        Change::CdSessionClosed(session),
        Change::Finalized,
    ];
    Ok(Work::new(WorkKind::Formatting, changes, FORMATTING))
}

/// WRITE: whole packets, anywhere.
pub(super) fn write(loaded: &mut Loaded, order: WriteOrder<'_>) -> Result<usize, Sense> {
    let page = order.page;
    if page.write_type != WriteType::PACKET || !page.fixed_packets {
        return Err(Sense::ILLEGAL_MODE);
    }
    let first = order.first()?;
    if page.packet_size != PACKET || first % PACKET != 0 || order.blocks % PACKET != 0 {
        return Err(INVALID_PACKET_SIZE);
    }
    let formatted = loaded.state().formatted.unwrap_or(0);
    if first.checked_add(order.blocks).is_none_or(|end| end > formatted) {
        return Err(Sense::OUT_OF_RANGE);
    }
    let form = HostForm::of_page(page).filter(|form| form.size == BLOCK).ok_or(Sense::ILLEGAL_MODE)?;
    let payload = order.payload(BLOCK)?;
    let track = loaded.state().tracks.first().map(crate::state::TrackState::on_cd).unwrap_or_default();
    let signature = signature(1, 0, &track)?;
    let mut strip = Strip::at(order.start.0);
    for (block, lba) in payload.chunks_exact(BLOCK).zip(order.start.0..) {
        strip.push(loaded, &form.encode(block, lba)?, &signature.beside(track.control, 1, lba, None))?;
    }
    strip.store(loaded)?;
    Ok(payload.len())
}

/// What formatting left in a sector that nobody has written since: data of zeros. The file has nothing there.
pub(super) fn put_empty(loaded: &Loaded, first: i32, buffer: &mut [u8]) -> Result<(), Sense> {
    use super::sector::STORED;
    let Some(track) = loaded.state().tracks.first().filter(|_| loaded.state().formatted.is_some()) else {
        return Ok(());
    };
    let (form, track) = (HostForm::empty(CdForm::Mode1), track.on_cd());
    let signature = signature(1, 0, &track)?;
    for (stored, lba) in buffer.chunks_exact_mut(STORED).zip(first..) {
        let (main, sub) = stored.split_at_mut(STORED - 96);
        if sub.iter().all(|&byte| byte == 0) {
            main.copy_from_slice(&form.encode(&[], lba)?);
            sub.copy_from_slice(&signature.beside(track.control, u8::from(lba >= 0), lba, None));
        }
    }
    Ok(())
}
