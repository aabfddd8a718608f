//! Where things are on a CD: tracks and their pauses, sessions, lead-ins and lead-outs.

use super::super::{Disc, signed};
use crate::{
    DiscState, Loaded, Medium,
    state::{CdSession, CdTrack, TrackState},
};

/// Blocks of a pause between tracks, and before the first one of a session: two seconds.
pub(super) const PAUSE: u32 = 150;
/// Blocks that a track has at least: four seconds.
pub(super) const SHORTEST: u32 = 300;
/// Tracks that a disc has at most.
pub(super) const MOST_TRACKS: usize = 99;
/// Blocks with which the drive ends a track.
pub(super) const RUN_OUT: u32 = 2;
/// Blocks that join two packets: the end of one, a link, the beginning of the other.
pub(super) const LINK: u32 = 7;
/// Blocks of a lead-out: 90 seconds in the first session, 30 in the others.
const FIRST_LEAD_OUT: u32 = 6_750;
const LEAD_OUT: u32 = 2_250;
/// Blocks of a lead-in behind another session: a minute.
const LEAD_IN: u32 = 4_500;

/// What a place on a CD belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Area {
    /// The track of that number with its pause, and where it ends.
    Track(usize),
    /// The blocks with which the drive ended a track of data: nobody can read them.
    RunOut,
    /// The lead-in of that session.
    LeadIn(u16),
    /// The lead-out of that session.
    LeadOut(u16),
}

impl TrackState {
    /// What the track has beyond that on a CD. Every track of a CD was opened with it.
    pub(super) fn on_cd(&self) -> CdTrack {
        self.cd.clone().unwrap_or_default()
    }

    fn run_out(&self) -> u32 {
        self.cd.as_ref().map_or(0, |cd| cd.run_out)
    }

    fn pause(&self) -> u32 {
        self.cd.as_ref().map_or(0, |cd| cd.pause)
    }

    /// It is sound.
    pub(super) fn is_audio(&self) -> bool {
        self.cd.as_ref().is_none_or(|cd| cd.control & 4 == 0)
    }

    /// The block behind its last one; behind what is set aside for it, while it is open.
    pub(super) fn cd_end(&self) -> u32 {
        let blocks = if self.closed { self.written } else { self.end() - self.first };
        self.first + blocks + self.hidden_links(blocks) + self.run_out()
    }

    /// Blocks that join packets and have no address: packets of one size follow one another for the host.
    fn hidden_links(&self, blocks: u32) -> u32 {
        match self.cd.as_ref().and_then(|cd| cd.packets) {
            Some(size) if size > 0 => blocks / size * LINK,
            _ => 0,
        }
    }

    /// Blocks of the host's that fit into so many of the disc's.
    pub(super) fn fitting(&self, room: u32) -> u32 {
        match self.cd.as_ref().and_then(|cd| cd.packets) {
            Some(size) if size > 0 => room / (size + LINK) * size,
            _ => room,
        }
    }

    /// The first block of its pause.
    pub(super) fn pause_start(&self) -> i32 {
        signed(self.first) - signed(self.pause())
    }
}

/// A CD, with the places on it.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    pub(super) medium: &'static Medium,
    pub(super) state: &'a DiscState,
}

impl<'a> From<Disc<'a>> for Layout<'a> {
    fn from(disc: Disc<'a>) -> Self {
        Self { medium: disc.medium, state: disc.state }
    }
}

impl<'a> Layout<'a> {
    /// The one of the disc in the drive.
    pub(super) fn of(loaded: &'a Loaded) -> Self {
        Self { medium: loaded.medium(), state: loaded.state() }
    }

    /// Nothing can be added any more.
    pub(super) fn is_closed(self) -> bool {
        self.state.finalized
    }

    /// The number of the session that is open, or would be next.
    pub(super) fn open_session(self) -> u16 {
        self.state.closed_sessions + 1
    }

    /// The last session that is closed.
    pub(super) fn last_closed(self) -> Option<(u16, &'a CdSession)> {
        self.state.cd_sessions.last_key_value().map(|(&number, session)| (number, session))
    }

    /// Where the lead-in of the open session begins.
    pub(super) fn lead_in(self) -> i32 {
        self.last_closed().map_or(self.medium.lead_in.unwrap_or(0), |(number, session)| {
            signed(next_lead_in(number, session.lead_out))
        })
    }

    /// Where the next track begins.
    pub(super) fn next_start(self) -> u32 {
        match self.state.tracks.last().filter(|_| self.state.session_has_tracks()) {
            Some(track) => track.cd_end() + PAUSE,
            None => self.last_closed().map_or(0, |(number, session)| next_program(number, session.lead_out)),
        }
    }

    /// Blocks that a new track can have; `None` where there can be none.
    pub(super) fn room(self) -> Option<u32> {
        let room = self.state.capacity.saturating_sub(self.next_start());
        (!self.is_closed() && self.state.tracks.len() < MOST_TRACKS && room >= SHORTEST).then_some(room)
    }

    /// Whether there is room for another session behind a lead-out of the open one.
    pub(super) fn has_room_behind(self, lead_out: u32) -> bool {
        next_program(self.open_session(), lead_out) + SHORTEST <= self.state.capacity
    }

    /// The track that grows to the end of the disc.
    pub(super) fn growing(self) -> Option<(usize, &'a TrackState)> {
        self.state.open_track().filter(|(_, track)| track.reserved.is_none())
    }

    /// The track that is being written in one go: number, state.
    pub(super) fn being_written(self) -> Option<(usize, &'a TrackState)> {
        let mut tracks = self.state.tracks.iter().zip(1..);
        let begun = |track: &TrackState| track.written > 0 && !track.closed && track.on_cd().packets.is_none();
        tracks.find(|(track, _)| begun(track)).map(|(track, number)| (number, track))
    }

    /// The block behind the last one that hosts see.
    pub(super) fn readable_end(self) -> u32 {
        if let Some(blocks) = self.state.formatted {
            return blocks;
        }
        let written = self.state.tracks.iter().map(|track| track.first + track.written).max().unwrap_or(0);
        self.last_closed().map_or(written, |(_, session)| session.lead_out)
    }

    /// What a place belongs to, and the place behind the last that belongs to the same; `None` where nothing was written.
    pub(super) fn area(self, lba: i32) -> Option<(Area, i32)> {
        for (track, number) in self.state.tracks.iter().zip(1..) {
            let end = signed(track.first + track.written);
            if (track.pause_start()..end).contains(&lba) && track.written > 0 {
                return Some((Area::Track(number), end));
            }
            let run_out = if track.closed { signed(track.cd_end()) } else { end };
            if (end..run_out).contains(&lba) {
                return Some((if track.is_audio() { Area::Track(number) } else { Area::RunOut }, run_out));
            }
        }
        for (&number, session) in &self.state.cd_sessions {
            let program = self.state.tracks.iter().find(|track| track.session == number).map(TrackState::pause_start);
            let lead_out = signed(session.lead_out);
            if program.is_some_and(|program| (session.lead_in..program).contains(&lba)) {
                return Some((Area::LeadIn(number), program.unwrap_or(lba + 1)));
            }
            let end = signed(next_lead_in(number, session.lead_out));
            if (lead_out..end).contains(&lba) {
                return Some((Area::LeadOut(number), end));
            }
        }
        None
    }
}

/// Where the lead-in of a session behind that one begins.
pub(super) fn next_lead_in(number: u16, lead_out: u32) -> u32 {
    lead_out + if number == 1 { FIRST_LEAD_OUT } else { LEAD_OUT }
}

/// Where the first track of a session behind that one begins.
pub(super) fn next_program(number: u16, lead_out: u32) -> u32 {
    next_lead_in(number, lead_out) + LEAD_IN + PAUSE
}
