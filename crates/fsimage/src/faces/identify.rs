//! What is on a disc: its file systems, and what tells it from others.

use std::{fmt::Write as _, sync::Arc};

use imapi_disc_types::{Block, BlockSource, Disc, DiscFacts};
use imapi_volume_structs::{
    SECTOR,
    iso9660::{DescriptorHead, FIRST_DESCRIPTOR, VolumeDescriptor},
    udf::{ANCHOR_BLOCK, Anchor, LogicalVolume, Recognition},
};
use imapi_volumes::{Found, OpenOptions};

use super::{FileSystemImage, ImageError, defaults};
use crate::{FileSystem, FileSystems, session::is_empty};

/// What file systems a disc has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identified {
    /// Those that are known, whether they can be read or not.
    pub file_systems: FileSystems,
    /// There is something, and it is none of them.
    pub unknown: bool,
}

impl Identified {
    /// As IMAPI's `FsiFileSystems` has it.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.file_systems.bits() | if self.unknown { 0x4000_0000 } else { 0 }
    }
}

/// Where the session with the disc's file systems is; `None` when the disc has no session with data.
pub(super) fn last_session(facts: &DiscFacts, source: &dyn BlockSource) -> Option<OpenOptions> {
    if facts.is_blank() {
        return None;
    }
    if facts.is_overwritable() {
        return Some(OpenOptions::default());
    }
    let session = facts.previous_data_session()?;
    let behind = u64::try_from(i64::from(session.last.0) + 1).ok()?;
    let options = OpenOptions::default().session(Block(session.first.0.try_into().ok()?));
    Some(if behind < source.blocks() { options.end(Block(behind)) } else { options })
}

/// The file systems of what was found.
pub(super) fn file_systems(found: &[Found]) -> FileSystems {
    let has = |wanted| found.iter().any(|found| found.names.file_system() == wanted);
    let [iso9660, joliet, udf] = FileSystem::ALL.map(has);
    FileSystems { iso9660, joliet, udf }
}

impl FileSystemImage {
    /// Which file systems are in the last session of a disc; without one, of that to which a session is to be added.
    #[doc(alias = "IFileSystemImage::IdentifyFileSystemsOnDisc")]
    pub fn identify_file_systems_on_disc(&self, disc: Option<&dyn Disc>) -> Result<Identified, ImageError> {
        let own = if disc.is_none() { Some(self.chosen()?.disc()) } else { None };
        let disc = disc.or(own.as_deref()).ok_or(ImageError::MultisessionNotSet)?;
        let facts = defaults::facts(disc, false)?;
        let source = disc.source();
        let Some(options) = last_session(&facts, &*source) else {
            return Ok(Identified { file_systems: FileSystems::NONE, unknown: false });
        };
        let found = imapi_volumes::identify(&source, &options).map_err(crate::ImportError::from)?;
        let file_systems = file_systems(&found);
        let is_nothing = || facts.is_overwritable() && is_empty(&*source);
        Ok(Identified { file_systems, unknown: file_systems == FileSystems::NONE && !is_nothing() })
    }

    /// Which of several file systems is imported unless another is asked for: UDF, Joliet, ISO 9660, in this order.
    #[doc(alias = "IFileSystemImage::GetDefaultFileSystemForImport")]
    pub fn default_file_system_for_import(&self, among: FileSystems) -> Result<FileSystem, ImageError> {
        let mut order = FileSystem::ALL.into_iter().rev();
        order.find(|&one| among.contains(one)).ok_or_else(|| ImageError::parameter("fileSystems", among.bits()))
    }
}

/// Blocks of UDF's sequence of descriptors that are looked at.
const SEQUENCE: u64 = 16;

/// What tells a disc and its sessions from others, so far as its drive and its descriptors say it.
pub(super) fn identifier(disc: &dyn Disc, facts: &DiscFacts) -> String {
    let source: Arc<dyn BlockSource> = disc.source();
    let start = last_session(facts, &*source).map_or(0, |options| options.session.0);
    let mut sum = Sum(0xCBF2_9CE4_8422_2325);
    sum.bytes(&facts.medium.number().to_le_bytes());
    for session in &facts.sessions {
        sum.bytes(&session.number.to_le_bytes());
        sum.bytes(&session.first.0.to_le_bytes());
        sum.bytes(&session.last.0.to_le_bytes());
    }
    let mut sector = [0; SECTOR];
    let mut read = |at: u64| {
        let is_read = at < source.blocks() && source.read_all(Block(at), &mut sector).is_ok();
        is_read.then_some(sector)
    };
    let mut at = start + u64::from(FIRST_DESCRIPTOR);
    while let Some(sector) = read(at) {
        if DescriptorHead::decode(&sector).is_err() && Recognition::decode(&sector).is_err() {
            break;
        }
        sum.bytes(&sector);
        at += 1;
        if at > start + 64 {
            break;
        }
    }
    // Descriptors say little of what is on the disc: so the root folder of ISO 9660, and how much UDF counts.
    let root = read(start + u64::from(FIRST_DESCRIPTOR)).and_then(|sector| VolumeDescriptor::decode(&sector).ok());
    if let Some(sector) = root.and_then(|found| read(found.root.extent.into())) {
        sum.bytes(&sector);
    }
    let anchor = read(start + u64::from(ANCHOR_BLOCK)).and_then(|sector| Anchor::decode(&sector).ok());
    if let Some(anchor) = anchor {
        let first = u64::from(anchor.main.block);
        for at in first..first + SEQUENCE.min(u64::from(anchor.main.len) / SECTOR as u64) {
            let Some(sector) = read(at) else { break };
            sum.bytes(&sector);
            let integrity = LogicalVolume::decode(&sector).ok().map(|logical| logical.integrity.block);
            if let Some(sector) = integrity.and_then(|block| read(block.into())) {
                sum.bytes(&sector);
            }
        }
    }
    let mut text = String::new();
    let _ = write!(text, "{}-{start}-{:016X}", facts.sessions.len(), sum.0);
    text
}

/// The sum of Fowler, Noll and Vo, of 64 bits.
struct Sum(u64);

impl Sum {
    fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
}
