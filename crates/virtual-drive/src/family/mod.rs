//! The rules of the families: what may be written where, what closing means, what a drive says of the disc.
//!
//! What differs by a number stands in the table of media; no rule asks which medium it is.

mod bd_sequential;
mod overwritable;

use imapi_mmc_transport::{
    Sense,
    commands::{CloseFunction, DiscInformation, FormatCapacities, FormatParameters},
    feature::FeatureDescriptor,
};

use crate::{DiscState, Family, Medium, state::Change};

/// A disc as its rules see it.
#[derive(Clone, Copy)]
pub(crate) struct Disc<'a> {
    pub(crate) medium: &'static Medium,
    pub(crate) state: &'a DiscState,
}

/// A track as READ TRACK INFORMATION tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TrackView {
    pub(crate) number: u16,
    pub(crate) session: u16,
    pub(crate) start: u32,
    pub(crate) size: u32,
    /// Where the next block goes, and how many may follow.
    pub(crate) next_writable: Option<(u32, u32)>,
    pub(crate) last_recorded: Option<u32>,
    pub(crate) blank: bool,
    pub(crate) reserved: bool,
}

/// What a family decides. Changes are made by whoever asks, all of one answer together.
pub(crate) trait Rules: Sync {
    /// The features that this disc makes current, beyond those of the drive itself.
    fn features(&self, disc: Disc<'_>) -> Vec<FeatureDescriptor>;
    /// READ DISC INFORMATION.
    fn information(&self, disc: Disc<'_>) -> DiscInformation;
    /// The tracks, with the invisible one at the end where something can be added.
    fn tracks(&self, disc: Disc<'_>) -> Vec<TrackView>;
    /// READ FORMAT CAPACITIES.
    fn format_capacities(&self, disc: Disc<'_>) -> FormatCapacities;
    /// The block behind the last one that can be read.
    fn readable_end(&self, disc: Disc<'_>) -> u32;
    /// What READ CAPACITY tells: the block behind the last one of the disc as a host sees it.
    fn capacity_end(&self, disc: Disc<'_>) -> u32;
    /// Whether these blocks may be written now; the changes that say that they were.
    fn write(&self, disc: Disc<'_>, first: u32, blocks: u32) -> Result<Vec<Change>, Sense>;
    /// SYNCHRONIZE CACHE: what is begun is filled up.
    fn synchronize(&self, disc: Disc<'_>) -> Vec<Change>;
    /// CLOSE TRACK/SESSION.
    fn close(&self, disc: Disc<'_>, function: CloseFunction, track: u16) -> Result<Vec<Change>, Sense>;
    /// RESERVE TRACK.
    fn reserve(&self, disc: Disc<'_>, blocks: u32) -> Result<Vec<Change>, Sense>;
    /// FORMAT UNIT.
    fn format(&self, disc: Disc<'_>, parameters: FormatParameters) -> Result<Vec<Change>, Sense>;
}

/// The rules of a family; `None` for those that are not written yet.
pub(crate) fn rules(family: Family) -> Option<&'static dyn Rules> {
    match family {
        Family::BdSequential => Some(&bd_sequential::BdSequential),
        Family::Overwritable => Some(&overwritable::Overwritable),
        Family::Pressed | Family::Cd | Family::DvdMinus | Family::DvdPlus => None,
    }
}

/// A feature that the disc makes current, from its data in the standard's layout.
pub(crate) fn current(code: imapi_mmc_transport::feature::FeatureCode, version: u8, data: &[u8]) -> FeatureDescriptor {
    let feature = imapi_mmc_transport::feature::Feature::decode(code, data);
    FeatureDescriptor { version, persistent: false, current: true, feature }
}
