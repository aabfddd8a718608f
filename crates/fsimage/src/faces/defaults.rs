//! What an image is to be for a kind of disc; [`choose_image_defaults_for_media_type`] has the table.
//!
//! [`choose_image_defaults_for_media_type`]: FileSystemImage::choose_image_defaults_for_media_type
//!
//! Everything reads ISO 9660 and UDF 1.02; who has a drive for HD DVD or Blu-ray discs has a system that reads 2.50, which is
//! the revision that their makers chose, keeps its metadata twice and has no files that are too large for it. CDs are
//! what the oldest readers read, which know nothing of UDF. The blocks are those of the smallest disc of the kind that
//! is sold; a disc in a drive has those that it says.

use imapi_disc_types::{Disc, DiscFacts, MediaType};

use super::{FileSystemImage, ImageError, error::DiscFailure, image::check_room, state::Settings, underway::Change};
use crate::{FileSystems, UdfRevision};

/// What an image is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Defaults {
    file_systems: FileSystems,
    udf: UdfRevision,
    /// 0 for as many as there are.
    blocks: u64,
    /// What is there can be overwritten.
    rewritable: bool,
}

fn defaults(medium: MediaType) -> Option<Defaults> {
    let iso = FileSystems { iso9660: true, joliet: true, udf: false };
    let udf = FileSystems { udf: true, ..FileSystems::NONE };
    let (file_systems, udf, blocks) = match medium {
        MediaType::CDR | MediaType::CDRW => (iso, UdfRevision::R102, 332_800),
        MediaType::DVDDASHR | MediaType::DVDDASHRW => (FileSystems::ALL, UdfRevision::R102, 2_298_496),
        MediaType::DVDPLUSR | MediaType::DVDPLUSRW => (FileSystems::ALL, UdfRevision::R102, 2_295_104),
        MediaType::DVDRAM => (FileSystems::ALL, UdfRevision::R102, 2_236_704),
        MediaType::DVDDASHR_DUALLAYER => (FileSystems::ALL, UdfRevision::R102, 4_171_712),
        MediaType::DVDPLUSR_DUALLAYER | MediaType::DVDPLUSRW_DUALLAYER => {
            (FileSystems::ALL, UdfRevision::R102, 4_173_824)
        }
        MediaType::HDDVDR => (udf, UdfRevision::R250, 7_340_032),
        MediaType::HDDVDRAM => (udf, UdfRevision::R250, 9_740_288),
        MediaType::BDR | MediaType::BDRE => (udf, UdfRevision::R250, 12_219_392),
        MediaType::DISK => (FileSystems::ALL, UdfRevision::R102, 0),
        _ => return None,
    };
    // A DVD-RW becomes one that can be overwritten before it is written.
    let rewritable = medium.is_overwritable() || medium == MediaType::DVDDASHRW;
    Some(Defaults { file_systems, udf, blocks, rewritable })
}

/// How many blocks a disc has for an image: those that are free, or all from its beginning on where what is there may be
/// overwritten.
fn room(facts: &DiscFacts, session_start: u32) -> u64 {
    let from = |blocks: u32| blocks.saturating_sub(session_start);
    let blocks = if facts.is_blank() || facts.is_overwritable() { from(facts.capacity) } else { facts.free };
    blocks.into()
}

pub(super) fn facts(disc: &dyn Disc, is_internal: bool) -> Result<DiscFacts, ImageError> {
    disc.facts().map_err(|cause| ImageError::Disc(DiscFailure { cause, is_internal }))
}

impl FileSystemImage {
    /// Makes the image what fits a kind of disc. Kinds that cannot be written are refused.
    ///
    /// | disc | file systems | blocks |
    /// |---|---|---|
    /// | CD-R, CD-RW | ISO 9660, Joliet | 332,800 |
    /// | DVD-R, DVD-RW | ISO 9660, Joliet, UDF 1.02 | 2,298,496 |
    /// | DVD+R, DVD+RW | ISO 9660, Joliet, UDF 1.02 | 2,295,104 |
    /// | DVD-RAM | ISO 9660, Joliet, UDF 1.02 | 2,236,704 |
    /// | DVD-R DL | ISO 9660, Joliet, UDF 1.02 | 4,171,712 |
    /// | DVD+R DL, DVD+RW DL | ISO 9660, Joliet, UDF 1.02 | 4,173,824 |
    /// | HD DVD-R, HD DVD-RAM | UDF 2.50 | 7,340,032 and 9,740,288 |
    /// | BD-R, BD-RE | UDF 2.50 | 12,219,392 |
    /// | disk | ISO 9660, Joliet, UDF 1.02 | no limit |
    #[doc(alias = "IFileSystemImage::ChooseImageDefaultsForMediaType")]
    pub fn choose_image_defaults_for_media_type(&self, medium: MediaType) -> Result<(), ImageError> {
        let defaults = defaults(medium).ok_or_else(|| ImageError::parameter("value", medium))?;
        self.apply(defaults)
    }

    /// Makes the image what fits a disc: the file systems of its kind, and the room that it has.
    #[doc(alias = "IFileSystemImage::ChooseImageDefaults")]
    pub fn choose_image_defaults(&self, disc: &dyn Disc) -> Result<(), ImageError> {
        let facts = facts(disc, false)?;
        let incompatible = ImageError::Medium { medium: facts.medium };
        match (defaults(facts.medium), room(&facts, self.session_start_block())) {
            (Some(defaults), blocks) if blocks > 0 => self.apply(Defaults { blocks, ..defaults }),
            _ => Err(incompatible),
        }
    }

    /// Lets the image have as many blocks as a disc has room for.
    #[doc(alias = "IFileSystemImage::SetMaxMediaBlocksFromDevice")]
    pub fn set_max_media_blocks_from(&self, disc: &dyn Disc) -> Result<(), ImageError> {
        match room(&facts(disc, true)?, self.session_start_block()) {
            // None at all, which would mean no limit.
            0 => Err(ImageError::TooBig { needed: self.used_blocks(), limit: 0 }),
            blocks => self.set_free_media_blocks(blocks),
        }
    }

    fn apply(&self, defaults: Defaults) -> Result<(), ImageError> {
        let mut state: Change<'_> = self.shared().change()?;
        let bootable = state.settings.is_bootable();
        state.sessions.check_file_systems(defaults.file_systems, bootable)?;
        let settings = Settings {
            file_systems: defaults.file_systems,
            chosen: true,
            // What was imported keeps its revision.
            udf: state.sessions.udf_revision().unwrap_or(defaults.udf),
            rewritable: defaults.rewritable,
            free_blocks: (defaults.blocks > 0).then_some(defaults.blocks),
            ..state.settings.clone()
        };
        check_room(state.tree().blocks_as(settings.shape()), settings.free_blocks)?;
        state.reshape(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_written_has_defaults_and_nothing_else_has() {
        for medium in MediaType::all() {
            let writable = medium.is_write_once() || medium.is_rewritable();
            assert_eq!(defaults(medium).is_some(), writable, "{medium}");
        }
        assert_eq!(defaults(MediaType::from_number(0x10000)), None);
    }
}
