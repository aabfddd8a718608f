//! To which disc a session is to be added, and whether that can be.

use std::sync::Arc;

use imapi_disc_types::{Disc, DiscFacts, Lba, MediaType, MultisessionInterface, MultisessionKind};
use imapi_errors::v2;
use imapi_volume_structs::SessionLink;

use super::{FileSystemImage, ImageError, defaults, error::DiscFailure, identify};
use crate::{FileSystem, FileSystems, UdfRevision};

/// A way to add a session to a disc.
type Interface = Arc<dyn MultisessionInterface>;

/// To which disc a session is to be added, and what of it is in the image.
#[derive(Default)]
pub(super) struct Sessions {
    /// All ways that were given.
    interfaces: Vec<Interface>,
    /// That which fits.
    chosen: Option<Interface>,
    pub imported: Option<Brought>,
}

/// What was imported.
#[derive(Debug, Clone)]
pub(super) struct Brought {
    pub file_system: FileSystem,
    /// The volume's name.
    pub label: String,
    /// The revision of UDF that the image has from now on, where it was UDF.
    pub udf: Option<UdfRevision>,
    /// The disc at that moment.
    pub identifier: String,
    /// Where the session goes on a disc that can be overwritten.
    pub link: Option<SessionLink>,
    /// The most descriptors that there is a place for at the beginning of such a disc.
    pub descriptors: u64,
}

impl Brought {
    /// Whether the disc has a place for what leads to these file systems.
    pub fn has_place_for(&self, wanted: FileSystems, bootable: bool) -> bool {
        self.link.is_none() || descriptors(wanted, bootable) <= self.descriptors
    }
}

/// How many descriptors an image begins with.
fn descriptors(wanted: FileSystems, bootable: bool) -> u64 {
    let iso9660 = if wanted.iso9660 { 2 + u64::from(wanted.joliet) + u64::from(bootable) } else { 0 };
    iso9660 + if wanted.udf { 3 } else { 0 }
}

/// Why nothing can follow what is there.
pub(super) const NO_PLACE: &str = "there is no place for what leads to more file systems";

impl Sessions {
    /// The way that fits; nothing is known of the disc without.
    pub fn chosen(&self) -> Result<Interface, ImageError> {
        self.chosen.clone().ok_or(ImageError::MultisessionNotSet)
    }

    /// What was imported has to be in the image, and the disc has to have a place for what leads to the rest.
    pub fn check_file_systems(&self, wanted: FileSystems, bootable: bool) -> Result<(), ImageError> {
        let Some(imported) = &self.imported else { return Ok(()) };
        if !wanted.contains(imported.file_system) {
            return Err(ImageError::FileSystemChange { file_system: imported.file_system });
        }
        if imported.has_place_for(wanted, bootable) {
            return Ok(());
        }
        Err(ImageError::PreviousSession { reason: NO_PLACE })
    }

    /// The revision that the image has because of what was imported.
    pub fn udf_revision(&self) -> Option<UdfRevision> {
        self.imported.as_ref().and_then(|imported| imported.udf)
    }
}

impl FileSystemImage {
    /// The ways to add a session to a disc, as they were given.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_MultisessionInterfaces")]
    pub fn multisession_interfaces(&self) -> Vec<Arc<dyn MultisessionInterface>> {
        self.shared().look().sessions.interfaces.clone()
    }

    /// Says to which disc a session is to be added, by the ways in which that could be done. That which somebody chose is
    /// taken, or the first that fits the disc as it is now.
    ///
    /// The disc has to be one that takes another session, and has to have one, unless it can be overwritten.
    #[doc(alias = "IFileSystemImage::put_MultisessionInterfaces")]
    pub fn set_multisession_interfaces<M: MultisessionInterface + 'static>(
        &self,
        interfaces: impl IntoIterator<Item = M>,
    ) -> Result<(), ImageError> {
        let interfaces: Vec<Interface> = interfaces.into_iter().map(|way| Arc::new(way) as Interface).collect();
        let chosen = choose(&interfaces)?;
        let mut state = self.shared().change()?;
        let rewritable = chosen.kind() == MultisessionKind::RandomWrite;
        if state.sessions.imported.is_none() && state.settings.rewritable != rewritable {
            let settings = super::state::Settings { rewritable, ..state.settings.clone() };
            state.reshape(settings)?;
        }
        state.sessions.interfaces = interfaces;
        state.sessions.chosen = Some(chosen);
        Ok(())
    }

    /// What tells the disc and its sessions from others: after another session it is another. Discs with the same bytes
    /// have the same.
    #[doc(alias = "IFileSystemImage::CalculateDiscIdentifier")]
    pub fn calculate_disc_identifier(&self) -> Result<String, ImageError> {
        let disc = self.chosen()?.disc();
        Ok(identify::identifier(&*disc, &defaults::facts(&*disc, false)?))
    }

    pub(super) fn chosen(&self) -> Result<Arc<dyn MultisessionInterface>, ImageError> {
        self.shared().look().sessions.chosen()
    }
}

/// What the disc is; a disc that is not there is one to which nothing can be added.
pub(super) fn facts_of(disc: &dyn Disc) -> Result<DiscFacts, ImageError> {
    let facts = disc.facts().map_err(|cause| {
        if cause.code() == v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA {
            return ImageError::NoMultisessionType;
        }
        let reason = "the drive does not tell of the disc and its sessions";
        ImageError::MultisessionParameter { reason, source: Some(DiscFailure { cause, is_internal: true }) }
    })?;
    if facts.medium == MediaType::UNKNOWN && facts.capacity == 0 {
        return Err(ImageError::NoMultisessionType);
    }
    Ok(facts)
}

fn choose(interfaces: &[Interface]) -> Result<Interface, ImageError> {
    let in_use: Vec<&Interface> = interfaces.iter().filter(|way| way.is_in_use()).collect();
    let none_fits = || if in_use.is_empty() { ImageError::NoMultisessionType } else { ImageError::MultisessionType };
    if in_use.len() > 1 {
        return Err(ImageError::MultisessionType);
    }
    let candidates = if in_use.is_empty() { interfaces.iter().collect() } else { in_use.clone() };
    for way in candidates {
        let facts = facts_of(&*way.disc())?;
        check_medium(&facts)?;
        let failed = |cause| ImageError::Disc(DiscFailure { cause, is_internal: true });
        if !way.is_supported_on_current_media_state().map_err(failed)? || facts.is_closed() {
            continue;
        }
        check_facts(way.kind(), &facts)?;
        return Ok(Arc::clone(way));
    }
    Err(none_fits())
}

/// Whether discs of the kind take another session, and this one has a first.
fn check_medium(facts: &DiscFacts) -> Result<(), ImageError> {
    let medium = facts.medium;
    let never = !(medium.is_write_once() || medium.is_rewritable()) || medium == MediaType::DVDDASHR_DUALLAYER;
    if never {
        return Err(ImageError::OneSession { medium });
    }
    if facts.is_blank() && !facts.is_overwritable() && !medium.is_overwritable() {
        return Err(ImageError::NotRecorded { block: 0 });
    }
    Ok(())
}

/// Whether what the drive says can be.
fn check_facts(kind: MultisessionKind, facts: &DiscFacts) -> Result<(), ImageError> {
    let wrong = |reason| Err(ImageError::MultisessionParameter { reason, source: None });
    if facts.sessions.iter().any(|session| session.last < session.first) {
        return wrong("a session ends before it begins");
    }
    match kind {
        MultisessionKind::RandomWrite if facts.capacity == 0 => wrong("the disc has no room"),
        MultisessionKind::RandomWrite => Ok(()),
        MultisessionKind::Sequential => {
            let Some(next) = facts.next_writable else { return wrong("nobody knows where the next session begins") };
            if next < Lba(0) || facts.previous_session().is_some_and(|session| session.last >= next) {
                return wrong("the next session would begin before the end of the last");
            }
            if facts.free == 0 { wrong("there is no room for another session") } else { Ok(()) }
        }
    }
}
