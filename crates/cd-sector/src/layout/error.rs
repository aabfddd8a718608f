//! [`LayoutError`]: why tracks are no disc.

use imapi_disc_types::Lba;

use super::{FIRST_PAUSE, TrackLayout};
use crate::subchannel::Track;

/// Tracks that are no disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// There is no track.
    #[error("a disc has at least one track")]
    NoTracks,
    /// The first pause begins elsewhere than all first pauses.
    #[error("the first pause begins at {found} and not at {FIRST_PAUSE}")]
    FirstPause {
        /// Where it begins.
        found: Lba,
    },
    /// Something begins before or where what is before it begins.
    #[error("what begins at {at} in track {track} or behind it is not behind what stands before it")]
    Order {
        /// The track.
        track: Track,
        /// Where it begins.
        at: Lba,
    },
    /// The number of the next track is not the next number.
    #[error("track {track} is not followed by the next number")]
    Numbers {
        /// The track before it.
        track: Track,
    },
    /// A track has more indexes than there are numbers.
    #[error("track {track} has more than {} indexes", TrackLayout::MAX_INDEXES)]
    TooManyIndexes {
        /// The track.
        track: Track,
    },
    /// The lead-out would go beyond the last time that there is.
    #[error("a lead-out at {lead_out} goes beyond 89:59:74")]
    TooLong {
        /// Where it would begin.
        lead_out: Lba,
    },
}
