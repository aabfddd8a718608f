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
            let number = loaded.state().tracks.iter().find_map(|track| track.on_cd().catalogue);
            Ok(SubChannelBody::Catalogue {
                number: number.and_then(|text| text.as_bytes().try_into().ok()),
                frame: Some(0),
            })
        }
        SubChannelFormat::ISRC => {
            let track = usize::from(query.track).checked_sub(1).and_then(|place| loaded.state().tracks.get(place));
            let track = track.ok_or(Sense::from(InvalidField::cdb(6)))?.on_cd();
            Ok(SubChannelBody::Isrc {
                adr: 3,
                control: TrackControl::from_bits(track.control),
                track: query.track,
                code: track.isrc.and_then(|text| text.as_bytes().try_into().ok()),
                frame: Some(0),
            })
        }
        _ => Err(Sense::from(InvalidField::cdb(3))),
    }
}

/// The head rests where the last command left it; this drive puts it back to the beginning of the disc.
fn position(loaded: &Loaded, time: bool) -> SubChannelBody {
    let first: Option<&TrackState> = loaded.state().tracks.first().filter(|track| track.written > 0);
    let at = first.map_or(0, |track| signed(track.first));
    let mut stored = [0; STORED];
    let q = loaded.fetch(at, &mut stored).ok().and_then(|()| Stored::all(&stored).next()).map(Stored::q);
    let (control, track, index) = match q.map(|frame| (frame.control, frame.content)) {
        Some((control, QContent::Program { track, index, .. })) => (control.bits(), track.get(), index.get()),
        _ => (0, 0, 0),
    };
    let place = |lba: i32| match Msf::try_from(Lba(lba)) {
        Ok(msf) if time => CdPosition::Time(msf),
        _ => CdPosition::Lba(Lba(lba)),
    };
    let relative = if time { CdPosition::Time(Msf::default()) } else { CdPosition::Lba(Lba(0)) };
    let control = TrackControl::from_bits(control);
    SubChannelBody::Position { adr: 1, control, track, index, absolute: place(at), relative }
}
