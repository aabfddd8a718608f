//! [`DiscState`]: what has happened to a disc, as far as its sectors do not tell.

mod cd;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Geometry, Harm, Preparation, Prepared, State};

pub use cd::{CdForm, CdSession, CdTrack, NextSession};

/// A disc that is written in sequence or at random; the families know what its numbers mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscState {
    /// Blocks that the disc has at most.
    pub capacity: u32,
    /// Blocks that it was formatted to, on discs that are formatted.
    pub formatted: Option<u32>,
    /// The tracks, in the order of their numbers.
    pub tracks: Vec<TrackState>,
    /// Sessions that are closed; tracks behind them belong to the next one.
    pub closed_sessions: u16,
    /// Nothing can be added any more.
    pub finalized: bool,
    /// What has gone wrong with it.
    pub harm: Harm,
    /// How it was made ready, on a DVD or BD.
    pub prepared: Prepared,
    /// The closed sessions of a CD, by their numbers.
    pub cd_sessions: BTreeMap<u16, CdSession>,
}

/// A track of a disc that is written in sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackState {
    /// The number of its session, from 1.
    pub session: u16,
    /// Its first block.
    pub first: u32,
    /// Blocks that were written into it, from the first one on.
    pub written: u32,
    /// Blocks that were set aside for it.
    pub reserved: Option<u32>,
    /// Nothing can be added to it any more.
    pub closed: bool,
    /// What it has beyond that on a CD.
    pub cd: Option<CdTrack>,
}

/// Something that happens to a disc.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Change {
    /// A track begins behind all others.
    TrackOpened {
        /// Its first block.
        first: u32,
        /// Blocks that are set aside for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reserved: Option<u32>,
    },
    /// A track of a CD begins behind all others.
    CdTrackOpened {
        /// Its first block; its pause stands before it.
        first: u32,
        /// Blocks that it will have.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reserved: Option<u32>,
        /// What kind of track it is.
        track: CdTrack,
    },
    /// Blocks were added to a track.
    Wrote {
        /// The track's number, from 1.
        track: usize,
        /// How many.
        blocks: u32,
    },
    /// A track is closed.
    TrackClosed {
        /// The track's number, from 1.
        track: usize,
    },
    /// The open session is closed.
    SessionClosed,
    /// The open session of a CD is closed.
    CdSessionClosed(CdSession),
    /// The disc is closed.
    Finalized,
    /// The last session is open again, if none is.
    SessionReopened,
    /// The last session is gone with all its tracks.
    SessionErased,
    /// These tracks of the open session are gone.
    TracksErased {
        /// The number of the first of them.
        from: usize,
    },
    /// The disc was formatted, and is empty.
    Formatted {
        /// Blocks that it has now.
        blocks: u32,
    },
    /// Sectors cannot be read any more.
    Lost {
        /// The first.
        first: i32,
        /// How many.
        blocks: u32,
    },
    /// Sectors can be read again, as they were written anew.
    Healed {
        /// The first.
        first: i32,
        /// How many.
        blocks: u32,
    },
    /// More of it is formatted: so many blocks in all.
    Grown {
        /// How many.
        blocks: u32,
    },
    /// All that was on it is gone, and so is its format.
    Blanked,
    /// A DVD or BD was made ready in some way.
    Prepared(Preparation),
    /// Writing a track broke off.
    TrackBroken {
        /// The track's number, from 1.
        track: usize,
    },
}

impl State for DiscState {
    type Change = Change;

    fn blank(geometry: &Geometry) -> Self {
        Self::new(geometry.user_blocks(), None)
    }

    /// Tracks and formats that end behind the disc.
    fn nonsense(&self, geometry: &Geometry) -> Option<String> {
        let ends = |track: &TrackState| {
            let blocks = track.reserved.unwrap_or(0).max(track.written);
            u64::from(track.first) + u64::from(blocks) <= u64::from(geometry.sectors)
        };
        if let Some(place) = self.tracks.iter().position(|track| !ends(track)) {
            return Some(format!("track {} ends behind the disc", place + 1));
        }
        let formatted = self.formatted.filter(|&blocks| blocks > geometry.sectors)?;
        Some(format!("{formatted} blocks are formatted, which the disc does not have"))
    }

    fn apply(&mut self, change: &Change) {
        match *change {
            Change::TrackOpened { first, reserved } => self.open(first, reserved, None),
            Change::CdTrackOpened { first, reserved, ref track } => self.open(first, reserved, Some(track.clone())),
            Change::Wrote { track, blocks } => {
                if let Some(track) = self.track_mut(track) {
                    track.written = track.written.saturating_add(blocks);
                }
            }
            Change::TrackClosed { track } => {
                if let Some(track) = self.track_mut(track) {
                    track.closed = true;
                }
            }
            Change::SessionClosed => self.closed_sessions = self.closed_sessions.saturating_add(1),
            Change::Finalized => self.finalized = true,
            Change::Formatted { blocks } => *self = Self::new(self.capacity, Some(blocks)),
            Change::Grown { blocks } => self.formatted = self.formatted.map(|before| before.max(blocks)),
            Change::Blanked => *self = Self::new(self.capacity, None),
            Change::Prepared(step) => self.prepared.apply(step),
            Change::CdSessionClosed(ref session) => {
                self.closed_sessions = self.closed_sessions.saturating_add(1);
                self.cd_sessions.insert(self.closed_sessions, session.clone());
            }
            Change::SessionReopened if self.session_has_tracks() => {}
            Change::SessionReopened => self.reopen(self.closed_sessions),
            Change::SessionErased => {
                let last = self.closed_sessions.saturating_add(u16::from(self.session_has_tracks()));
                self.tracks.retain(|track| track.session < last);
                self.harm.forget_tracks(self.tracks.len() + 1);
                self.reopen(last);
            }
            Change::TracksErased { from } => {
                let kept = self.tracks.iter().take_while(|track| track.session <= self.closed_sessions).count();
                self.tracks.truncate(kept.max(from.saturating_sub(1)));
                self.harm.forget_tracks(self.tracks.len() + 1);
            }
            Change::Lost { first, blocks } => self.harm.lose(first, blocks),
            Change::Healed { first, blocks } => self.harm.heal(first, blocks),
            Change::TrackBroken { track } => self.harm.break_track(track),
        }
    }

    fn history(&self) -> Vec<Change> {
        let mut history: Vec<Change> = self.formatted.map(|blocks| Change::Formatted { blocks }).into_iter().collect();
        history.extend(self.prepared.history());
        let mut closed = 0;
        for (place, track) in self.tracks.iter().enumerate() {
            let number = place + 1;
            // Sessions without tracks leave nothing behind but their number.
            while closed + 1 < track.session {
                closed += 1;
                history.push(self.closing(closed));
            }
            let (first, reserved) = (track.first, track.reserved);
            history.push(match &track.cd {
                None => Change::TrackOpened { first, reserved },
                Some(track) => Change::CdTrackOpened { first, reserved, track: track.clone() },
            });
            if track.written > 0 {
                history.push(Change::Wrote { track: number, blocks: track.written });
            }
            if track.closed {
                history.push(Change::TrackClosed { track: number });
            }
        }
        history.extend((closed..self.closed_sessions).map(|closed| self.closing(closed + 1)));
        history.extend(self.finalized.then_some(Change::Finalized));
        history.extend(self.harm.history());
        history
    }
}

impl DiscState {
    /// A disc with nothing on it.
    fn new(capacity: u32, formatted: Option<u32>) -> Self {
        Self {
            capacity,
            formatted,
            tracks: Vec::new(),
            closed_sessions: 0,
            finalized: false,
            harm: Harm::default(),
            prepared: Prepared::default(),
            cd_sessions: BTreeMap::new(),
        }
    }

    fn open(&mut self, first: u32, reserved: Option<u32>, cd: Option<CdTrack>) {
        let session = self.closed_sessions.saturating_add(1);
        self.tracks.push(TrackState { session, first, written: 0, reserved, closed: false, cd });
    }

    /// What closed that session.
    fn closing(&self, session: u16) -> Change {
        self.cd_sessions.get(&session).map_or(Change::SessionClosed, |session| Change::CdSessionClosed(session.clone()))
    }

    /// This session is not closed any more, and none behind it.
    fn reopen(&mut self, session: u16) {
        self.closed_sessions = session.saturating_sub(1);
        self.cd_sessions.retain(|&number, _| number < session);
        self.finalized = false;
    }

    fn track_mut(&mut self, number: usize) -> Option<&mut TrackState> {
        self.tracks.get_mut(number.checked_sub(1)?)
    }

    /// The number and state of the track that is being written, if one is.
    pub fn open_track(&self) -> Option<(usize, &TrackState)> {
        let last = self.tracks.last().filter(|track| !track.closed)?;
        Some((self.tracks.len(), last))
    }

    /// The block behind everything that was written or set aside.
    pub fn end(&self) -> u32 {
        self.tracks.iter().map(TrackState::end).max().unwrap_or(0)
    }

    /// True when the session that is open has a track.
    pub fn session_has_tracks(&self) -> bool {
        self.tracks.last().is_some_and(|track| track.session > self.closed_sessions)
    }
}

impl TrackState {
    /// The block behind the last one that was written.
    pub fn written_end(&self) -> u32 {
        self.first.saturating_add(self.written)
    }

    /// The block behind its last one.
    pub fn end(&self) -> u32 {
        self.first.saturating_add(self.reserved.unwrap_or(0).max(self.written))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_change() -> impl Strategy<Value = Change> {
        prop_oneof![
            (0..1000_u32, proptest::option::of(0..1000_u32))
                .prop_map(|(first, reserved)| Change::TrackOpened { first, reserved }),
            (0..5_usize, any::<u32>()).prop_map(|(track, blocks)| Change::Wrote { track, blocks }),
            (0..5_usize).prop_map(|track| Change::TrackClosed { track }),
            Just(Change::SessionClosed),
            Just(Change::Finalized),
            (0..1000_u32).prop_map(|blocks| Change::Formatted { blocks }),
            (0..1000_u32).prop_map(|blocks| Change::Grown { blocks }),
            Just(Change::Blanked),
            crate::prepared::any_preparation().prop_map(Change::Prepared),
            (any::<i32>(), any::<u32>()).prop_map(|(first, blocks)| Change::Lost { first, blocks }),
            (any::<i32>(), any::<u32>()).prop_map(|(first, blocks)| Change::Healed { first, blocks }),
            (0..5_usize).prop_map(|track| Change::TrackBroken { track }),
            any_cd_change(),
        ]
    }

    fn any_cd_change() -> impl Strategy<Value = Change> {
        let session = CdSession {
            lead_in: -11_635,
            lead_out: 300,
            disc_type: 0x20,
            next: NextSession::Allowed,
            text: true,
            raw: false,
        };
        let track = CdTrack { control: 4, isrc: Some("USRC17607839".to_string()), ..CdTrack::default() };
        prop_oneof![
            (0..1000_u32, proptest::option::of(0..1000_u32), any::<bool>()).prop_map(
                move |(first, reserved, plain)| {
                    let track = if plain { CdTrack::default() } else { track.clone() };
                    Change::CdTrackOpened { first, reserved, track }
                }
            ),
            (0..3_u32).prop_map(move |lead_out| Change::CdSessionClosed(CdSession { lead_out, ..session.clone() })),
            Just(Change::SessionReopened),
            Just(Change::SessionErased),
            (0..5_usize).prop_map(|from| Change::TracksErased { from }),
        ]
    }

    fn after(changes: &[Change]) -> DiscState {
        let geometry = Geometry { medium: "bd-r".to_string(), first: 0, sectors: 1000, sector_size: 2048 };
        let mut state = DiscState::blank(&geometry);
        for change in changes {
            state.apply(change);
        }
        state
    }

    proptest! {
        #[test]
        fn the_history_of_a_disc_leads_to_the_disc(changes in proptest::collection::vec(any_change(), 0..30)) {
            let state = after(&changes);
            prop_assert_eq!(after(&state.history()), state);
        }

        #[test]
        fn a_change_is_json_and_back(change in any_change()) {
            let json = serde_json::to_string(&change).expect("JSON");
            prop_assert_eq!(serde_json::from_str::<Change>(&json).expect("a change"), change);
        }
    }

    #[test]
    fn a_track_that_ends_behind_the_disc_is_nonsense() {
        let geometry = Geometry { medium: "bd-r".to_string(), first: 0, sectors: 1000, sector_size: 2048 };
        let told = |changes: &[Change]| after(changes).nonsense(&geometry);
        let opened = |first, reserved| Change::TrackOpened { first, reserved };
        assert_eq!(told(&[opened(990, Some(10))]), None);
        assert_eq!(told(&[opened(990, Some(11))]), Some("track 1 ends behind the disc".to_string()));
        assert!(told(&[opened(u32::MAX, None), Change::Wrote { track: 1, blocks: u32::MAX }]).is_some());
        assert!(told(&[Change::Formatted { blocks: 1001 }]).is_some());
    }

    #[test]
    fn a_track_belongs_to_the_session_that_is_open() {
        let opened = |first| Change::TrackOpened { first, reserved: None };
        let state = after(&[opened(0), Change::TrackClosed { track: 1 }, Change::SessionClosed, opened(32)]);
        assert_eq!(state.tracks.iter().map(|track| track.session).collect::<Vec<_>>(), [1, 2]);
        assert!(state.session_has_tracks() && state.open_track().is_some_and(|(number, _)| number == 2));
    }
}
