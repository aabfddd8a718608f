//! What stands in R to W beside the sectors of tracks, put where these are on the disc.

use std::sync::Arc;

use imapi_disc_types::BlockSource;

use crate::{CdDisc, Rw};

/// Sources of R to W, each with the track to which it belongs, counted from 0.
#[derive(Default)]
pub(super) struct RwOfTracks(Vec<(usize, Arc<dyn BlockSource>)>);

impl RwOfTracks {
    /// It begins beside the first sector that comes from the track's source.
    pub fn add(&mut self, track: usize, source: Arc<dyn BlockSource>) {
        self.0.push((track, source));
    }

    /// Tells the disc of all of them. A disc without a layout has none.
    pub fn put_into(self, disc: &mut CdDisc) {
        let Ok(layout) = disc.layout() else { return };
        for (track, source) in self.0 {
            let (Some(placed), Some(said)) = (layout.tracks().get(track), disc.tracks.get(track)) else { continue };
            if let Some(first) = placed.begin.checked_add(-i64::from(said.stored_pause)) {
                disc.rw.push(Rw { source, first });
            }
        }
    }
}
