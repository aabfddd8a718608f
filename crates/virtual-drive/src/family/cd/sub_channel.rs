//! READ SUB-CHANNEL: where the head is, and the numbers of the disc and its recordings.

use imapi_cd_sector::subchannel::QContent;
use imapi_disc_types::{Lba, Msf};
use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{
        AudioStatus, CdPosition, ReadSubChannel, SubChannelBody, SubChannelData, SubChannelFormat, TrackControl,
    },
};

use super::{
    super::signed,
    layout::{Area, Layout},
    sector::{STORED, Stored},
};
use crate::{Loaded, state::TrackState};

pub(super) fn answer(loaded: &Loaded, query: ReadSubChannel) -> Result<SubChannelData, Sense> {
    let body = if query.sub_q { Some(body(loaded, query)?) } else { None };
    Ok(SubChannelData { audio_status: AudioStatus::NONE, body })
}

fn body(loaded: &Loaded, query: ReadSubChannel) -> Result<SubChannelBody, Sense> {
    match query.format {
        SubChannelFormat::POSITION => Ok(position(loaded, query.time)),
        SubChannelFormat::CATALOGUE => {
            let first = loaded.state().tracks.first();
            let found = first.map(|track| search(loaded, track, catalogue)).transpose()?.flatten();
            let (number, frame) = found.map_or((None, 0), |(number, frame)| (Some(number), frame));
            Ok(SubChannelBody::Catalogue { number, frame: Some(frame) })
        }
        SubChannelFormat::ISRC => {
            let track = usize::from(query.track).checked_sub(1).and_then(|place| loaded.state().tracks.get(place));
            let track = track.ok_or(Sense::from(InvalidField::cdb(6)))?;
            let (code, frame) = search(loaded, track, code)?.map_or((None, 0), |(code, frame)| (Some(code), frame));
            Ok(SubChannelBody::Isrc {
                adr: 3,
                control: TrackControl::from_bits(track.on_cd().control),
                track: query.track,
                code,
                frame: Some(frame),
            })
        }
        _ => Err(Sense::from(InvalidField::cdb(3))),
    }
}

/// Numbers stand beside one sector in a hundred; this many are looked at.
const SEARCHED: u32 = 200;

/// What `wanted` finds in Q beside the first sectors of a track.
fn search<T>(loaded: &Loaded, track: &TrackState, wanted: fn(QContent) -> Option<T>) -> Result<Option<T>, Sense> {
    let blocks = usize::try_from(track.written.min(SEARCHED)).unwrap_or(0);
    let mut stored = vec![0; blocks * STORED];
    loaded.fetch(signed(track.first), &mut stored)?;
    Ok(Stored::all(&stored).find_map(|sector| wanted(sector.q().content)))
}

fn catalogue(q: QContent) -> Option<([u8; 13], u8)> {
    match q {
        QContent::Mcn { number, frame } => Some((*number.as_bytes(), frame.get())),
        _ => None,
    }
}

fn code(q: QContent) -> Option<([u8; 12], u8)> {
    match q {
        QContent::Isrc { code, frame } => Some((*code.as_bytes(), frame.get())),
        _ => None,
    }
}

/// Where the head is, as Q says it there.
fn position(loaded: &Loaded, time: bool) -> SubChannelBody {
    let head = loaded.head();
    let mut stored = [0; STORED];
    let readable = matches!(Layout::of(loaded).area(head), Some((Area::Track(_), _)));
    let q = readable.then(|| loaded.fetch(head, &mut stored).ok()).flatten();
    let q = q.and_then(|()| Stored::all(&stored).next()).map(Stored::q);
    let at = head;
    let begin = Layout::of(loaded).state.tracks.iter().map(|track| signed(track.first)).rfind(|&first| first <= at);
    let number = loaded.state().tracks.iter().filter(|track| signed(track.first) <= at).count();
    let (control, track, index, relative) = match q.map(|frame| (frame.control, frame.content)) {
        Some((control, QContent::Program { track, index, relative, .. })) => {
            (control.bits(), track.get(), index.get(), relative.frames())
        }
        // The numbers of disc and recording stand in place of the position; it goes on all the same.
        Some((control, _)) => (control.bits(), u8::try_from(number).unwrap_or(0), 1, at.abs_diff(begin.unwrap_or(at))),
        None => (0, 0, 0, 0),
    };
    let place = |lba: i32| match Msf::try_from(Lba(lba)) {
        Ok(msf) if time => CdPosition::Time(msf),
        _ => CdPosition::Lba(Lba(lba)),
    };
    let relative = match Msf::from_frames(relative) {
        Some(msf) if time => CdPosition::Time(msf),
        _ => CdPosition::Lba(Lba(signed(relative))),
    };
    let control = TrackControl::from_bits(control);
    SubChannelBody::Position { adr: 1, control, track, index, absolute: place(at), relative }
}
