//! Reading: the data of sectors, and sectors in all the forms of READ CD.

use imapi_cd_sector::{
    SECTOR_LEN, SectorKind,
    subchannel::{PqBlock, SubChannels, rw_symbols},
};
use imapi_disc_types::{Lba, Msf};
use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{C2Selection, CdPosition, MainChannel, ReadCd, SectorHeader, SectorSelection, SubChannelSelection},
};

use super::{
    super::{BLOCK, signed},
    form::HostForm,
    formatted,
    layout::{Area, Layout},
    q,
    sector::{STORED, Stored, named},
};
use crate::{
    Loaded,
    state::{CdForm, TrackState},
};

/// Sectors that are fetched at a time.
const PIECE: i32 = 128;

/// Calls `each` with every sector, its address, and the form of its track.
fn every(
    loaded: &Loaded,
    start: Lba,
    blocks: u32,
    each: &mut dyn FnMut(Stored<'_>, i32, CdForm) -> Result<(), Sense>,
) -> Result<(), Sense> {
    let end = start.0.saturating_add(signed(blocks));
    let mut at = start.0;
    let mut buffer = Vec::new();
    while at < end {
        let (area, area_end) = Layout::of(loaded).area(at).ok_or(Sense::OUT_OF_RANGE.at(Lba(at)))?;
        let piece_end = end.min(area_end).min(at + PIECE);
        buffer.resize(usize::try_from(piece_end - at).unwrap_or(0) * STORED, 0);
        let form = match area {
            Area::Track(number) => {
                loaded.fetch(at, &mut buffer)?;
                formatted::put_empty(loaded, at, &mut buffer)?;
                loaded.state().tracks.get(number - 1).map_or(CdForm::Mode1, |track| track.on_cd().form)
            }
            // What the host wrote there is what can be read there.
            Area::LeadIn(session) | Area::LeadOut(session) if is_raw(loaded, session) => {
                loaded.fetch(at, &mut buffer)?;
                CdForm::Xa
            }
            Area::LeadOut(session) => lead_out(loaded, session, at, &mut buffer)?,
            Area::RunOut => return Err(Sense::READ_ERROR.at(Lba(at))),
            Area::LeadIn(_) => return Err(Sense::OUT_OF_RANGE.at(Lba(at))),
        };
        for (sector, lba) in Stored::all(&buffer).zip(at..) {
            if sector.is_link() {
                return Err(Sense::READ_ERROR.at(Lba(lba)));
            }
            each(sector, lba, form)?;
        }
        at = piece_end;
    }
    Ok(())
}

fn is_raw(loaded: &Loaded, session: u16) -> bool {
    loaded.state().cd_sessions.get(&session).is_some_and(|session| session.raw)
}

/// Makes sectors of a lead-out, which looks like the track before it with nothing in it.
fn lead_out(loaded: &Loaded, session: u16, first: i32, buffer: &mut [u8]) -> Result<CdForm, Sense> {
    let state = loaded.state();
    let last = state.tracks.iter().rfind(|track| track.session == session).map(TrackState::on_cd).unwrap_or_default();
    let begin = state.cd_sessions.get(&session).map_or(first, |session| signed(session.lead_out));
    let form = HostForm::empty(last.form);
    for (stored, lba) in buffer.chunks_exact_mut(STORED).zip(first..) {
        let (main, sub) = stored.split_at_mut(SECTOR_LEN);
        main.copy_from_slice(&form.encode(&[], lba)?);
        sub.copy_from_slice(&q::lead_out(last.control, begin, lba));
    }
    Ok(last.form)
}

/// READ: the 2048 bytes of data; other sectors have none of that size.
pub(super) fn blocks(loaded: &Loaded, start: Lba, blocks: u32, out: &mut [u8]) -> Result<(), Sense> {
    if start.0 < 0 {
        return Err(Sense::OUT_OF_RANGE);
    }
    let end = start.0.saturating_add(signed(blocks));
    let outside = |lba: i32| !matches!(Layout::of(loaded).area(lba), Some((Area::Track(_) | Area::RunOut, _)));
    if blocks > 0 && (outside(start.0) || outside(end - 1)) {
        return Err(Sense::OUT_OF_RANGE);
    }
    let mut places = out.chunks_exact_mut(BLOCK);
    every(loaded, start, blocks, &mut |sector, lba, form| {
        let kind = sector.kind(form);
        if !matches!(kind, SectorKind::Mode1 | SectorKind::Mode2Form1) {
            return Err(Sense::ILLEGAL_MODE.at(Lba(lba)));
        }
        if let Some(place) = places.next() {
            place.copy_from_slice(&sector.main[kind.user_data()]);
        }
        Ok(())
    })
}

/// READ CD: the parts that were asked for, of sectors that are what was expected.
pub(super) fn sectors(loaded: &Loaded, command: ReadCd) -> Result<Vec<u8>, Sense> {
    let mut answer = Vec::new();
    every(loaded, command.start, command.blocks, &mut |sector, lba, form| {
        let is = sector.kind(form);
        let kind = named(is).filter(|&kind| command.expected.admits(kind));
        let kind = kind.ok_or(Sense::ILLEGAL_MODE.at(Lba(lba)))?;
        // Byte 9 of the command has the selection.
        let bytes = command.selection.bytes(kind).ok_or(Sense::from(InvalidField::cdb(9)))?;
        let begin = answer.len();
        put(sector, is, command.selection, &mut answer);
        debug_assert_eq!(answer.len() - begin, usize::try_from(bytes).unwrap_or(0));
        Ok(())
    })?;
    Ok(answer)
}

fn put(sector: Stored<'_>, kind: SectorKind, selection: SectorSelection, out: &mut Vec<u8>) {
    let asked = |part| selection.main.contains(part);
    if kind == SectorKind::Audio {
        if selection.main != MainChannel::NOTHING {
            out.extend_from_slice(sector.main);
        }
    } else {
        let sub_header = if kind.has_subheader() { 16..24 } else { 16..16 };
        // What drives call the data of form 2 has the checksum in it.
        let data = if kind == SectorKind::Mode2Form2 { 24..2352 } else { kind.user_data() };
        let correction = data.end..2352;
        let parts = [
            (MainChannel::SYNC, 0..12),
            (MainChannel::HEADER, 12..16),
            (MainChannel::SUB_HEADER, sub_header),
            (MainChannel::USER_DATA, data),
            (MainChannel::CORRECTION, correction),
        ];
        for (_, range) in parts.into_iter().filter(|(part, _)| asked(*part)) {
            out.extend_from_slice(&sector.main[range]);
        }
    }
    // All bytes were read well.
    out.resize(
        out.len()
            + match selection.c2 {
                C2Selection::Bits => 294,
                C2Selection::BitsAndBlock => 296,
                C2Selection::None | C2Selection::Reserved => 0,
            },
        0,
    );
    match selection.sub_channel {
        SubChannelSelection::RAW_PW => out.extend_from_slice(sector.sub),
        SubChannelSelection::CORRECTED_RW => out.extend_from_slice(&rw_symbols(sector.sub)),
        SubChannelSelection::Q => {
            let channels = SubChannels::deinterleave(sector.sub);
            out.extend_from_slice(&PqBlock { q: channels.q, p: channels.p[0] & 0x80 != 0 }.encode());
        }
        _ => {}
    }
}

/// READ HEADER: what a data sector says of itself.
pub(super) fn header(loaded: &Loaded, block: Lba, time: bool) -> Result<SectorHeader, Sense> {
    let mut found = Err(Sense::OUT_OF_RANGE);
    every(loaded, block, 1, &mut |sector, lba, form| {
        let mode = sector.kind(form).mode().ok_or(Sense::ILLEGAL_MODE.at(Lba(lba)))?;
        let position = match Msf::try_from(Lba(lba)) {
            Ok(msf) if time => CdPosition::Time(msf),
            _ => CdPosition::Lba(Lba(lba)),
        };
        found = Ok(SectorHeader { mode, position });
        Ok(())
    })?;
    found
}
