//! What a drive says of a CD: features, READ DISC INFORMATION, READ TRACK INFORMATION.

use imapi_disc_types::Msf;
use imapi_mmc_transport::{
    RawAddress,
    commands::{
        BackgroundFormat, DataMode, DiscInformation, DiscState as Condition, DiscStatus, DiscType, SessionState,
    },
    feature::{FeatureCode, FeatureDescriptor},
};

use super::{
    super::{Packets, TrackView, current, signed},
    layout::Layout,
    q::time,
};
use crate::state::{CdForm, TrackState};

/// What a track is that is not there yet, as drives tell it.
const INVISIBLE_MODE: u8 = 7;

/// Block types 0, 1, 2, 3 and 8 to 13, as a bit each.
const BLOCK_TYPES: [u8; 2] = [0x3F, 0x0F];
/// The longest cue sheet: 99 tracks with all their indexes fit in.
const CUE_SHEET: [u8; 3] = [0, 0x0C, 0x80];

pub(super) fn features(disc: Layout<'_>) -> Vec<FeatureDescriptor> {
    let rewritable = u8::from(disc.medium.kind.is_rewritable());
    let [high, low] = BLOCK_TYPES;
    let [a, b, c] = CUE_SHEET;
    let mut features = vec![
        current(FeatureCode::RANDOMLY_READABLE, 0, &[0, 0, 8, 0, 0, 1, 1, 0]),
        current(FeatureCode::CD_MULTIREAD, 0, &[]),
        // C2 pointers and CD-TEXT.
        current(FeatureCode::CD_READ, 2, &[0x03, 0, 0, 0]),
        // Block type 8 in packets; links of seven blocks.
        current(FeatureCode::INCREMENTAL_STREAMING_WRITABLE, 1, &[1, 0, 1, 1, 7, 0, 0, 0]),
        // BUF, raw, packed and sub-coded R-W, test writing.
        current(FeatureCode::CD_TRACK_AT_ONCE, 2, &[0x5D | rewritable << 1, 0, high, low]),
        // BUF, session at once, raw, test writing, R-W.
        current(FeatureCode::CD_MASTERING, 0, &[0x6D | rewritable << 1, a, b, c]),
        // No scanning, all channels at one volume of 256.
        current(FeatureCode::CD_ANALOG_PLAY, 0, &[0, 0, 1, 0]),
    ];
    if rewritable != 0 {
        features.push(current(FeatureCode::FORMATTABLE, 1, &[0; 8]));
        if disc.state.formatted.is_some() {
            features.push(current(FeatureCode::RESTRICTED_OVERWRITE, 0, &[]));
        }
        features.push(current(FeatureCode::CD_RW_MEDIA_WRITE_SUPPORT, 0, &[0, 0xFF, 0, 0]));
    }
    features
}

fn address(time: Msf) -> RawAddress {
    RawAddress::from(time)
}

pub(super) fn disc(disc: Layout<'_>) -> DiscInformation {
    let state = disc.state;
    let (status, last_session) = match (disc.is_closed(), state.session_has_tracks(), state.closed_sessions) {
        (true, ..) => (DiscStatus::Complete, SessionState::Complete),
        (false, true, _) => (DiscStatus::Appendable, SessionState::Incomplete),
        (false, false, 0) => (DiscStatus::Blank, SessionState::Empty),
        (false, false, _) => (DiscStatus::Appendable, SessionState::Empty),
    };
    let tracks = tracks(disc);
    let sessions = state.closed_sessions + u16::from(!disc.is_closed());
    let last = tracks.last().map_or(1, |track| track.number);
    let first_of_last = tracks.iter().find(|track| track.session == sessions).map_or(last, |track| track.number);
    let (lead_in, lead_out) = if disc.is_closed() {
        (RawAddress::NO_TIME, RawAddress::NO_TIME)
    } else {
        (address(time(disc.lead_in())), address(time(signed(state.capacity))))
    };
    let closed = disc.last_closed().filter(|_| !state.session_has_tracks());
    DiscInformation {
        state: Condition { status, last_session, erasable: disc.medium.kind.is_rewritable() },
        first_track: 1,
        sessions,
        first_of_last_session: first_of_last,
        last_of_last_session: last,
        unrestricted_use: true,
        dirty: false,
        background_format: BackgroundFormat::None,
        disc_type: closed.map_or(DiscType::UNDEFINED, |(_, session)| DiscType(session.disc_type)),
        disc_id: None,
        last_lead_in: Some(lead_in),
        last_possible_lead_out: Some(lead_out),
        bar_code: None,
        application_code: None,
        opc: Vec::new(),
    }
}

fn number(place: usize) -> u16 {
    u16::try_from(place + 1).unwrap_or(u16::MAX)
}

pub(super) fn tracks(disc: Layout<'_>) -> Vec<TrackView> {
    let mut tracks: Vec<TrackView> =
        disc.state.tracks.iter().enumerate().map(|(place, track)| view(disc, place, track)).collect();
    // A track that grows to the end of the disc is the last one.
    if let Some(room) = disc.room().filter(|_| disc.growing().is_none()) {
        let start = disc.next_start();
        tracks.push(TrackView {
            next_writable: Some((signed(start), room)),
            mode: INVISIBLE_MODE,
            ..TrackView::new(number(tracks.len()), disc.open_session(), start, room)
        });
    }
    tracks
}

fn view(disc: Layout<'_>, place: usize, track: &TrackState) -> TrackView {
    let cd = track.on_cd();
    let end = match (track.closed, track.reserved) {
        (true, _) if cd.packets.is_some() => track.first + track.written + cd.run_out,
        (true, _) => track.cd_end(),
        (false, Some(blocks)) => track.first + blocks,
        (false, None) => disc.state.capacity,
    };
    let next = track.first + track.written;
    let open = !track.closed && !disc.is_closed();
    TrackView {
        next_writable: (open && next < end).then(|| (signed(next), track.fitting(end - next))),
        last_recorded: track.written.checked_sub(1).map(|last| signed(track.first + last)),
        blank: track.written == 0,
        reserved: track.reserved.is_some() && !track.closed,
        mode: cd.control,
        data_mode: match cd.form {
            CdForm::Audio => DataMode::Unknown,
            CdForm::Mode1 => DataMode::Mode1,
            CdForm::Mode2 | CdForm::Xa => DataMode::Mode2,
        },
        packets: match cd.packets {
            None => Packets::None,
            Some(0) => Packets::Linked(0),
            Some(size) => Packets::Fixed(size),
        },
        ..TrackView::new(number(place), track.session, track.first, end.saturating_sub(track.first))
    }
}
