//! How long the commands that record, close and erase may take.
//!
//! The numbers are libburn's, the most patient of the peers: before a drive takes the first block of a disc it may
//! calibrate its laser and write the whole lead-in.

use std::time::Duration;

/// Recording, calibrating, and everything that only starts something long.
pub(super) const RECORDING: Duration = Duration::from_secs(200);

/// Emptying the buffer or closing, when the command comes back only after it is done.
const CLOSING: Duration = Duration::from_secs(3600);

/// Blanking or formatting a whole disc, when the command comes back only after it is done.
const BLANKING: Duration = Duration::from_secs(18_000);

/// For commands that empty the buffer, close or repair.
pub(super) fn closing(immediate: bool) -> Duration {
    if immediate { RECORDING } else { CLOSING }
}

/// For commands that blank or format.
pub(super) fn blanking(immediate: bool) -> Duration {
    if immediate { RECORDING } else { BLANKING }
}
