//! [`Room`]: how much of the disc is used, and how much is left.

use imapi_disc_types::Lba;
use imapi_format2::{Probe, audio::PAUSE};

use super::Track;

/// Blocks with which drives end a track.
const RUN_OUT: u32 = 2;

/// Room on a disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Sectors of the whole disc.
    pub total: u32,
    /// Sectors that the next track can have.
    pub free: u32,
    /// Where the next track begins.
    pub next: Lba,
    /// Where the lead-out would begin.
    pub end: Lba,
}

impl Room {
    /// That of a blank disc.
    pub fn of(probe: &Probe) -> Self {
        let free = probe.facts.free;
        Self {
            total: probe.facts.capacity.max(free),
            free,
            next: probe.facts.next_writable.unwrap_or(Lba(0)),
            end: Lba(0),
        }
    }

    /// What the drive says when that track is written.
    pub fn update(&mut self, probe: &Probe, last: &Track) {
        self.behind(last);
        match probe.facts.next_writable.filter(|next| *next > last.start) {
            Some(next) => {
                self.next = next;
                self.free = probe.facts.free.min(self.total);
                self.end = next.checked_add(-i64::from(PAUSE)).unwrap_or(self.end);
            }
            // No track fits any more.
            None => self.free = 0,
        }
    }

    /// What follows from the track, of a drive that does not say.
    pub fn behind(&mut self, last: &Track) {
        let end = |blocks: u32| last.start.checked_add(blocks.into()).unwrap_or(last.start);
        self.end = end(last.sectors + RUN_OUT);
        self.next = end(last.sectors + RUN_OUT + PAUSE);
        let left = i64::from(self.total) - i64::from(self.next.0);
        self.free = u32::try_from(left.max(0)).unwrap_or(0);
    }
}
