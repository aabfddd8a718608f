//! READ TOC in all its formats, and the table itself.

use std::collections::BTreeMap;

use imapi_cd_sector::cdtext::{Pack, packs_of_sector};
use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    InvalidField, RawMsf, Sense,
    commands::{Atip, FullToc, FullTocEntry, Point, SessionInfo, Toc, TocEntry, TocFormat, TocReply, TocStart},
};

use super::{
    super::signed,
    layout::{Layout, next_program},
    q::time,
    sector::{STORED, Stored},
};
use crate::{
    Loaded,
    state::{CdSession, NextSession, TrackState},
};

pub(super) fn answer(loaded: &Loaded, format: TocFormat) -> Result<TocReply, Sense> {
    let disc = Layout::of(loaded);
    let not_there = || Sense::from(InvalidField::cdb_bit(2, 3));
    Ok(match format {
        TocFormat::Toc => TocReply::Toc(table(disc).ok_or_else(not_there)?),
        TocFormat::Sessions => TocReply::Sessions(sessions(disc).ok_or_else(not_there)?),
        TocFormat::Full => TocReply::Full(full(disc).ok_or_else(not_there)?),
        TocFormat::Pma => TocReply::Pma(memory(disc)),
        TocFormat::Atip => TocReply::Atip(groove(disc)),
        TocFormat::CdText => TocReply::CdText(text(loaded)?.ok_or_else(not_there)?),
    })
}

fn byte(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

fn entry(track: u8, control: u8, start: u32) -> TocEntry {
    TocEntry { adr: 1, control, track, start: TocStart::Lba(Lba(signed(start))) }
}

/// Tracks of closed sessions with their numbers.
fn closed(disc: Layout<'_>) -> impl Iterator<Item = (u8, &TrackState)> {
    let tracks = disc.state.tracks.iter().enumerate().map(|(place, track)| (byte(place + 1), track));
    tracks.filter(move |(_, track)| track.session <= disc.state.closed_sessions)
}

fn table(disc: Layout<'_>) -> Option<Toc> {
    let mut entries: Vec<TocEntry> =
        closed(disc).map(|(number, track)| entry(number, track.on_cd().control, track.first)).collect();
    let (first, last) = (entries.first()?.track, entries.last()?);
    let (control, last) = (last.control, last.track);
    let (_, session) = disc.last_closed()?;
    entries.push(entry(TocEntry::LEAD_OUT, control, session.lead_out));
    Some(Toc { first, last, entries })
}

fn sessions(disc: Layout<'_>) -> Option<SessionInfo> {
    let (last, _) = disc.last_closed()?;
    let (number, track) = closed(disc).find(|(_, track)| track.session == last)?;
    let first_of_last = entry(number, track.on_cd().control, track.first);
    Some(SessionInfo { first: 1, last: byte(last.into()), first_of_last })
}

fn place(start: u32) -> RawMsf {
    RawMsf::from(time(signed(start)))
}

fn full(disc: Layout<'_>) -> Option<FullToc> {
    let (last_session, _) = disc.last_closed()?;
    let entries = disc.state.cd_sessions.iter().flat_map(|(&number, session)| lead_in(disc, number, session));
    Some(FullToc { first_session: 1, last_session: byte(last_session.into()), entries: entries.collect() })
}

/// The entries of a session's table.
pub(super) fn lead_in(disc: Layout<'_>, number: u16, session: &CdSession) -> Vec<FullTocEntry> {
    let tracks: Vec<(u8, &TrackState)> = closed(disc).filter(|(_, track)| track.session == number).collect();
    let (Some(&(first, first_track)), Some(&(last, last_track))) = (tracks.first(), tracks.last()) else {
        return Vec::new();
    };
    let row = |control, point, place| FullTocEntry {
        session: byte(number.into()),
        adr: 1,
        control,
        track: 0,
        point,
        time: RawMsf::default(),
        zero: 0,
        place,
    };
    let (first_control, last_control) = (first_track.on_cd().control, last_track.on_cd().control);
    let mut rows = vec![
        row(first_control, Point::FIRST_TRACK, RawMsf([first, session.disc_type, 0])),
        row(last_control, Point::LAST_TRACK, RawMsf([last, 0, 0])),
        row(last_control, Point::LEAD_OUT, place(session.lead_out)),
    ];
    rows.extend(tracks.iter().map(|(number, track)| row(track.on_cd().control, Point(*number), place(track.first))));
    // Pointers to what stands outside of the session: only the first session tells where the disc begins.
    let pointers = 1 + u8::from(number == 1);
    let next = match session.next {
        NextSession::Unmentioned => return rows,
        NextSession::Never => RawMsf::NONE,
        // The time at which the pause before its first track begins.
        NextSession::Allowed => RawMsf::from(time(signed(next_program(number, session.lead_out)) - 150)),
    };
    let last_lead_out = RawMsf::from(time(signed(disc.state.capacity)));
    rows.push(FullTocEntry {
        adr: 5,
        time: next,
        zero: pointers,
        ..row(first_control, Point::NEXT_SESSION, last_lead_out)
    });
    if number == 1 {
        let begin = RawMsf::from(time(disc.medium.lead_in.unwrap_or(0)));
        rows.push(FullTocEntry { adr: 5, ..row(first_control, Point::FIRST_LEAD_IN, begin) });
    }
    rows
}

/// The program memory area: the tracks that are finished, with where they end.
fn memory(disc: Layout<'_>) -> FullToc {
    let tracks = disc.state.tracks.iter().enumerate().filter(|(_, track)| track.closed || track.reserved.is_some());
    let entries = tracks.map(|(at, track)| FullTocEntry {
        session: 0,
        adr: 1,
        control: track.on_cd().control,
        track: 0,
        point: Point(byte(at + 1)),
        time: place(track.cd_end()),
        zero: 0,
        place: place(track.first),
    });
    FullToc { first_session: 0, last_session: 0, entries: entries.collect() }
}

/// What is stamped into the groove of a blank disc.
fn groove(disc: Layout<'_>) -> Atip {
    let rewritable = disc.medium.kind.is_rewritable();
    Atip {
        indicative_power: 5,
        double_density: false,
        reference_speed: 0,
        unrestricted_use: true,
        rewritable,
        subtype: 0,
        lead_in: RawMsf::from(time(disc.medium.lead_in.unwrap_or(0))),
        last_possible_lead_out: RawMsf::from(time(signed(disc.state.capacity))),
        a1: None,
        a2: None,
        a3: None,
    }
}

/// Sectors of a lead-in that are looked at at a time.
const PIECE: usize = 64;

/// The CD-TEXT in the first lead-in that has any: each pack once, in the order of their numbers.
fn text(loaded: &Loaded) -> Result<Option<Vec<[u8; 18]>>, Sense> {
    let state = loaded.state();
    let Some((&number, session)) = state.cd_sessions.iter().find(|(_, session)| session.text) else {
        return Ok(None);
    };
    let program = state.tracks.iter().find(|track| track.session == number).map_or(0, TrackState::pause_start);
    let mut packs = BTreeMap::new();
    let mut sectors = vec![0; PIECE * STORED];
    for first in (session.lead_in..program).step_by(PIECE) {
        let count = usize::try_from(program - first).unwrap_or(0).min(PIECE);
        let sectors = &mut sectors[..count * STORED];
        loaded.fetch(first, sectors)?;
        for sector in Stored::all(sectors) {
            let known = packs.len();
            for bytes in packs_of_sector(sector.sub) {
                let (pack, crc) = Pack::decode(bytes);
                if crc.holds() && bytes[0] & 0x80 != 0 {
                    packs.insert((pack.block, pack.sequence), bytes);
                }
            }
            // They come again and again; a sector with nothing new begins the second round.
            if known > 0 && packs.len() == known {
                return Ok(Some(packs.into_values().collect()));
            }
        }
    }
    Ok((!packs.is_empty()).then(|| packs.into_values().collect()))
}
