//! What a script of faults has happen to the drive in earnest.

use imapi_mmc_transport::{
    Sense,
    faults::{Blocks, Victim},
};

use super::VirtualDrive;
use crate::{Change, Loaded};

impl Victim for VirtualDrive {
    fn reset(&self) {
        if let Err(error) = Self::reset(self) {
            tracing::error!(%error, "the disc file failed");
        }
    }

    fn lose_medium(&self) {
        let mut inner = self.inner();
        if let Some(Err(sense)) = inner.disc.as_mut().map(Loaded::forget) {
            tracing::error!(%sense, "the disc file failed");
        }
        inner.open_tray();
    }

    fn tear(&self, blocks: Blocks, clusters: u32, seed: u64) {
        let mut inner = self.inner();
        let Some(loaded) = &mut inner.disc else { return };
        if let Err(sense) = tear(loaded, blocks, clusters, seed) {
            tracing::error!(%sense, "the disc file failed");
        }
    }
}

/// Loses clusters that follow each other, from a random one on, and from the first one again behind the last.
fn tear(loaded: &mut Loaded, blocks: Blocks, clusters: u32, seed: u64) -> Result<(), Sense> {
    let unit = loaded.medium().unit();
    let cluster = |block: i32| i64::from(block).div_euclid(i64::from(unit));
    let first = cluster(blocks.first);
    let Ok(count) = u64::try_from(cluster(blocks.last) + 1 - first) else { return Ok(()) };
    let lost = |place: u64| {
        let number = first + i64::try_from(seed.wrapping_add(place) % count).unwrap_or(0);
        Change::Lost { first: i32::try_from(number * i64::from(unit)).unwrap_or(i32::MAX), blocks: unit }
    };
    let changes: Vec<Change> = (0..u64::from(clusters).min(count)).map(lost).collect();
    loaded.change(&changes)
}
