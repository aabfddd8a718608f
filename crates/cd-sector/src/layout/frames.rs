//! What P and Q say beside each sector of a disc.

use imapi_disc_types::{Lba, Msf};

use super::{DiscLayout, FIRST_PAUSE, Place, TrackLayout};
use crate::subchannel::{Control, QContent, QFrame, SubChannels, TwoDigits};

/// The numbers of disc and recording stand beside one sector in so many; at least one in a hundred has to have them.
const NUMBERS_EVERY: i32 = 90;
/// Which of them has the number of the disc, and which the code of the recording.
const MCN_AT: i32 = 30;
const ISRC_AT: i32 = 60;
/// A number never takes the place of the first frames of an index, by which a player finds it.
const KEPT_FREE: i64 = 4;
/// It comes later by so many sectors at most.
const LATEST: i32 = 9;

/// Rows of the table of contents are said so often, one after the other.
const ROW_TIMES: i32 = 3;

/// The flag is set so long before a track at least.
const FLAG_BEFORE_TRACK: i32 = 150;
/// In the lead-out nothing is flagged for so long.
const QUIET_LEAD_OUT: i32 = 150;

/// The right to copy changes after so many sectors when a track alternates it: about ten times a second.
const ALTERNATES_AFTER: i32 = 4;

const FIRST_TRACK_ROW: usize = 0;
const LAST_TRACK_ROW: usize = 1;
const LEAD_OUT_ROW: usize = 2;
const ROWS_BEFORE_TRACKS: usize = 3;

fn length(frames: i64) -> Msf {
    u32::try_from(frames).ok().and_then(Msf::from_frames).unwrap_or_default()
}

/// The frame of an address, as numbers have it.
fn frame_of(time: Msf) -> TwoDigits {
    TwoDigits::new(time.frame()).unwrap_or_default()
}

impl DiscLayout {
    /// What Q says beside the sector at an address; `None` where there is no time.
    #[must_use]
    pub fn frame(&self, address: Lba) -> Option<QFrame> {
        let time = Msf::try_from(address).ok()?;
        let frame = match self.place(address) {
            Place::LeadIn => self.table_frame(address, time),
            Place::Track { at, index } => {
                let track = &self.tracks[at];
                let content = self.number(track, address, time).unwrap_or_else(|| track.position(address, index, time));
                QFrame { control: track.control_at(address), content }
            }
            Place::LeadOut => QFrame {
                control: self.last().table_control(),
                content: QContent::LeadOut { relative: length(address.distance_from(self.lead_out)), absolute: time },
            },
        };
        Some(frame)
    }

    /// Whether P is set beside the sector at an address: in the pause before a track, and at least two seconds before it
    /// begins. In the lead-out it blinks twice a second.
    #[must_use]
    pub fn flag(&self, address: Lba) -> bool {
        match self.place(address) {
            Place::LeadIn => false,
            Place::Track { index: TwoDigits::PAUSE, .. } => true,
            Place::Track { at, .. } => self.tracks.get(at + 1).is_some_and(|next| {
                // The track may be shorter than the flag: what counts is that it ends before the next begins.
                next.begin.distance_from(address) <= FLAG_BEFORE_TRACK.into()
            }),
            Place::LeadOut => {
                let blinking = address.distance_from(self.lead_out) - i64::from(QUIET_LEAD_OUT);
                blinking >= 0 && blinking * 4 / 75 % 2 == 0
            }
        }
    }

    /// P and Q beside the sector at an address, and nothing in R to W; nothing at all where there is no time.
    #[must_use]
    pub fn channels(&self, address: Lba) -> SubChannels {
        let Some(frame) = self.frame(address) else { return SubChannels::default() };
        let p = if self.flag(address) { 0xFF } else { 0 };
        SubChannels { p: [p; 12], q: frame.encode(), ..SubChannels::default() }
    }

    fn last(&self) -> &TrackLayout {
        self.tracks.last().expect("a disc has at least one track")
    }

    /// The number of disc or recording, where it stands in place of the position.
    fn number(&self, track: &TrackLayout, address: Lba, time: Msf) -> Option<QContent> {
        let since_index = address.distance_from(track.index_begin(address));
        // A number whose turn comes when an index has just begun comes as soon as an index is old enough.
        let is_turn_of = |place: i32| {
            let late = (address.0 - place).rem_euclid(NUMBERS_EVERY);
            if late == 0 {
                return since_index >= KEPT_FREE;
            }
            let came_before = || {
                (1..=late).any(|before| {
                    let since = self.since_index(Lba(address.0 - before));
                    since == KEPT_FREE || before == late && since > KEPT_FREE
                })
            };
            since_index == KEPT_FREE && late <= LATEST && !came_before()
        };
        if let Some(number) = self.mcn {
            if is_turn_of(MCN_AT) {
                return Some(QContent::Mcn { number, frame: frame_of(time) });
            }
        }
        match track.isrc {
            Some(code) if is_turn_of(ISRC_AT) => Some(QContent::Isrc { code, frame: frame_of(time) }),
            _ => None,
        }
    }

    /// Sectors since the index began that is at an address among the tracks.
    fn since_index(&self, address: Lba) -> i64 {
        match self.place(address) {
            Place::Track { at, .. } => address.distance_from(self.tracks[at].index_begin(address)),
            Place::LeadIn | Place::LeadOut => 0,
        }
    }

    /// A row of the table of contents. The table ends where the lead-in ends, wherever that begins.
    fn table_frame(&self, address: Lba, time: Msf) -> QFrame {
        let rows = ROWS_BEFORE_TRACKS + self.tracks.len();
        let row = i32::try_from(rows).map_or(0, |rows| {
            let from_the_end = address.0.saturating_sub(FIRST_PAUSE.0);
            from_the_end.rem_euclid(rows * ROW_TIMES) / ROW_TIMES
        });
        self.table_row(usize::try_from(row).unwrap_or(0), time)
    }

    fn table_row(&self, row: usize, time: Msf) -> QFrame {
        let start_of = |address: Lba| Msf::try_from(address).unwrap_or_default();
        let (first, last) = (&self.tracks[0], self.last());
        let (track, content) = match row {
            FIRST_TRACK_ROW => (first, QContent::FirstTrack { time, track: first.number, disc_type: self.disc_type }),
            LAST_TRACK_ROW => (last, QContent::LastTrack { time, track: last.number }),
            LEAD_OUT_ROW => (last, QContent::LeadOutStart { time, start: start_of(self.lead_out) }),
            _ => {
                let track = self.tracks.get(row - ROWS_BEFORE_TRACKS).unwrap_or(last);
                (track, QContent::TrackStart { time, track: track.number, start: start_of(track.begin) })
            }
        };
        QFrame { control: track.table_control(), content }
    }
}

impl TrackLayout {
    fn position(&self, address: Lba, index: TwoDigits, absolute: Msf) -> QContent {
        let since = address.distance_from(self.begin);
        // In the pause, time runs down to zero.
        let relative = length(if since < 0 { -since - 1 } else { since });
        QContent::Program { track: self.number, index, relative, absolute }
    }

    /// What the table says of it: a copy that may not be copied further has no right to copy there.
    #[must_use]
    pub fn table_control(&self) -> Control {
        if self.alternate_copy {
            Control::from_bits(self.control.bits() & !Control::COPY_PERMITTED.bits())
        } else {
            self.control
        }
    }

    fn control_at(&self, address: Lba) -> Control {
        if self.alternate_copy && address.0.div_euclid(ALTERNATES_AFTER) % 2 != 0 {
            return self.table_control() | Control::COPY_PERMITTED;
        }
        self.table_control()
    }
}
