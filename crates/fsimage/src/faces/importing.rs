//! Bringing what a disc has into the image, so that its next session has old and new together.

use std::{num::NonZeroU32, sync::Arc};

use imapi_disc_types::{BlockSource, Control, DiscFacts, MultisessionKind};
use imapi_volume_structs::SessionLink;
use imapi_volumes::{Names, OpenOptions, VolumeError, Walk, identify};

use super::{
    FileSystemImage, ImageError,
    identify::{file_systems, identifier, last_session},
    image::check_room,
    multisession::{Brought, NO_PLACE, facts_of},
    state::Settings,
    underway::Underway,
};
use crate::{
    AppendError, Base, EarlierBoot, FileSystem, FileSystems, ImportError, Imported, Importing, Rewritten, TreeError,
    UdfRevision,
    session::{Importer, Started, descriptors_that_fit, earlier, end_of, is_empty, newest_start, streams},
};

/// A session that can be continued.
struct Previous {
    base: Base,
    source: Arc<dyn BlockSource>,
    options: OpenOptions,
    file_system: FileSystem,
    file_systems: FileSystems,
    identifier: String,
    goes: Goes,
    descriptors: u64,
}

/// Where the next session goes.
#[derive(Debug, Clone, Copy)]
struct Goes {
    start: u32,
    /// Blocks from there on.
    room: u32,
    link: Option<SessionLink>,
}

/// What matters of the image for that.
#[derive(Clone, Copy)]
struct Wanted {
    /// None where it is those of the disc.
    file_systems: Option<FileSystems>,
    strict: bool,
}

fn incompatible<T>(reason: &'static str) -> Result<T, ImageError> {
    Err(ImageError::PreviousSession { reason })
}

impl FileSystemImage {
    /// Brings in what is in the last session of the disc to which a session is to be added: by the file system that tells
    /// most of its files. Says which that was.
    ///
    /// What is in the image already stays: a file of the disc does not take the place of one that is there by the same
    /// name. The bytes of files stay on the disc, and cost no blocks. All of it comes in, or nothing. An image of which
    /// nobody said which file systems it has gets those of the disc.
    ///
    /// ```no_run
    /// use imapi_disc_types::{Control, MultisessionInterface};
    /// use imapi_fsimage::{FileSystemImage, FileSystemImageResult, ImageError};
    ///
    /// // Ways as the object that burns data has them.
    /// fn one_more_file<M>(ways: Vec<M>) -> Result<FileSystemImageResult, ImageError>
    /// where
    ///     M: MultisessionInterface + 'static,
    /// {
    ///     let image = FileSystemImage::new();
    ///     image.set_multisession_interfaces(ways)?;
    ///     image.import_file_system(&mut Control::silent())?;
    ///     image.root().add_file("one more.txt", b"Good evening", &mut Control::silent())?;
    ///     image.create_result_image()
    /// }
    /// ```
    #[doc(alias = "IFileSystemImage::ImportFileSystem")]
    pub fn import_file_system(&self, control: &mut Control<'_, Importing>) -> Result<FileSystem, ImageError> {
        self.import(None, control).map(|(file_system, _)| file_system)
    }

    /// The same by a certain file system. Says what came of it.
    #[doc(alias = "IFileSystemImage::ImportSpecificFileSystem")]
    pub fn import_specific_file_system(
        &self,
        file_system: FileSystem,
        control: &mut Control<'_, Importing>,
    ) -> Result<Imported, ImageError> {
        self.import(Some(file_system), control).map(|(_, imported)| imported)
    }

    /// Whether a session can be added to the disc by which that file system goes on.
    #[doc(alias = "IFileSystemImage3::ProbeSpecificFileSystem")]
    pub fn probe_specific_file_system(&self, file_system: FileSystem) -> Result<bool, ImageError> {
        let wanted = Wanted { file_systems: None, strict: self.strict_file_system_compliance() };
        match self.previous(Some(file_system), wanted) {
            Ok(_) => Ok(true),
            Err(ImageError::Import(_) | ImageError::PreviousSession { .. } | ImageError::WriteRevision { .. }) => {
                Ok(false)
            }
            Err(ImageError::EmptyDisc | ImageError::NoMultisessionType) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The name of the volume that was imported; `None` before that.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_ImportedVolumeName")]
    pub fn imported_volume_name(&self) -> Option<String> {
        self.shared().look().sessions.imported.as_ref().map(|imported| imported.label.clone())
    }

    fn import(
        &self,
        file_system: Option<FileSystem>,
        control: &mut Control<'_, Importing>,
    ) -> Result<(FileSystem, Imported), ImageError> {
        let underway = self.shared().begin()?.with_settings();
        let wanted = {
            let state = underway.look();
            if state.settings.strict && !state.settings.boot.is_empty() {
                return Err(ImageError::BootConflict { start: state.settings.session_start });
            }
            Wanted {
                file_systems: state.settings.chosen.then_some(state.settings.file_systems),
                strict: state.settings.strict,
            }
        };
        let previous = self.previous(file_system, wanted)?;
        {
            let state = underway.look();
            let before = state.sessions.imported.as_ref();
            if before.is_some_and(|imported| imported.identifier != previous.identifier) {
                return Err(ImageError::DiscMismatch);
            }
        }
        let imported = bring_in(&underway, &previous, wanted, control)?;
        underway.keep();
        Ok((previous.file_system, imported))
    }

    /// Looks at the disc: its last session by a file system, and where the next goes.
    fn previous(&self, file_system: Option<FileSystem>, wanted: Wanted) -> Result<Previous, ImageError> {
        let way = self.chosen()?;
        let disc = way.disc();
        let facts = facts_of(&*disc)?;
        if facts.is_blank() {
            return Err(ImageError::EmptyDisc);
        }
        let source = disc.source();
        let none = || ImageError::from(ImportError::from(VolumeError::None));
        let options = last_session(&facts, &*source).ok_or_else(none)?;
        let found = identify(&source, &options).map_err(ImportError::from)?;
        let there = file_systems(&found);
        if there == FileSystems::NONE {
            let is_empty = facts.is_overwritable() && is_empty(&*source);
            return Err(if is_empty { ImageError::EmptyDisc } else { none() });
        }
        let readable =
            |one: FileSystem| found.iter().any(|found| found.names.file_system() == one && found.facts.is_ok());
        let by_itself = FileSystem::ALL.into_iter().rev().find(|&one| readable(one));
        let file_system = match file_system.or(by_itself) {
            Some(file_system) => file_system,
            None => self.default_file_system_for_import(there)?,
        };
        let has_ridge = found.iter().any(|found| found.names == Names::RockRidge && found.facts.is_ok());
        let names = match file_system {
            FileSystem::Iso9660 if has_ridge => Names::RockRidge,
            FileSystem::Iso9660 => Names::Iso9660,
            FileSystem::Joliet => Names::Joliet,
            FileSystem::Udf => Names::Udf,
        };
        let base = Base::open(Arc::clone(&source), Some(names), options.clone()).map_err(ImportError::from)?;
        check(&base, file_system, wanted, &facts)?;
        let goes = goes(way.kind(), &facts, &*source, &base)?;
        let identifier = identifier(&*disc, &facts);
        let descriptors = if goes.link.is_some() { descriptors_that_fit(&*source) } else { Ok(u64::MAX) };
        let descriptors = descriptors.map_err(AppendError::from)?;
        let file_systems = wanted.file_systems.unwrap_or(there);
        Ok(Previous { base, source, options, file_system, file_systems, identifier, goes, descriptors })
    }
}

/// Whether what there is can be continued by what is wanted.
fn check(base: &Base, file_system: FileSystem, wanted: Wanted, facts: &DiscFacts) -> Result<(), ImageError> {
    if wanted.file_systems.is_some_and(|wanted| !wanted.contains(file_system)) {
        return incompatible("the image is to be made without the file system that is imported");
    }
    let volume = base.volume().facts();
    let newest = UdfRevision::ALL.last().map_or(0, |newest| newest.number());
    if let Some(revision) = volume.udf_min_write.filter(|&revision| revision > newest) {
        return Err(ImageError::WriteRevision { revision });
    }
    if volume.udf_read_only == Some(false) {
        return incompatible("its partition is not one that is read only");
    }
    let has_iso = base.found().iter().any(|found| found.names == Names::Iso9660);
    if wanted.strict && has_iso && facts.is_overwritable() {
        return incompatible("a disc that can be overwritten has ISO 9660");
    }
    Ok(())
}

fn goes(kind: MultisessionKind, facts: &DiscFacts, source: &dyn BlockSource, base: &Base) -> Result<Goes, ImageError> {
    let wrong = |reason| ImageError::MultisessionParameter { reason, source: None };
    if kind == MultisessionKind::Sequential {
        let next = facts.next_writable.and_then(|next| u32::try_from(next.0).ok());
        let start = next.ok_or_else(|| wrong("nobody knows where the next session begins"))?;
        return Ok(Goes { start, room: facts.free, link: None });
    }
    let unit = facts.write_unit.max(CLUSTER);
    let end = u32::try_from(end_of(source, base.found())).ok();
    let link = end.and_then(|end| Rewritten::link_behind(end, newest_start(source), unit));
    match link.filter(|link| link.start < facts.capacity) {
        Some(link) => Ok(Goes { start: link.start, room: facts.capacity - link.start, link: Some(link) }),
        None => incompatible("it fills the disc"),
    }
}

/// What is written at once on whatever disc.
const CLUSTER: NonZeroU32 = NonZeroU32::new(32).expect("not zero");

fn bring_in(
    underway: &Underway<'_>,
    previous: &Previous,
    wanted: Wanted,
    control: &mut Control<'_, Importing>,
) -> Result<Imported, ImageError> {
    let Previous { base, source, options, file_system, identifier, goes, .. } = previous;
    let volume = base.volume();
    let facts = volume.facts();
    let udf = facts.udf_revision.filter(|_| *file_system == FileSystem::Udf);
    // Of what the numbers say, 1.00 and others between are read as the next that there is.
    let udf = udf.and_then(|udf| UdfRevision::ALL.into_iter().find(|known| known.number() >= udf));
    let limit = (goes.room > 0).then_some(u64::from(goes.room));
    {
        let mut state = underway.look();
        let settings = Settings {
            file_systems: previous.file_systems,
            session_start: goes.start,
            free_blocks: limit,
            rewritable: goes.link.is_some(),
            udf: udf.unwrap_or(state.settings.udf),
            ..state.settings.clone()
        };
        check_room(state.tree().blocks_as(settings.shape()), limit)?;
        state.reshape(settings)?;
    }
    let too_big = |error| match error {
        ImportError::Tree(TreeError::NoRoom { needed, limit, .. }) => ImageError::TooBig { needed, limit },
        error => error.into(),
    };
    let doomed = if goes.link.is_some() { Rewritten::again(previous.file_systems.udf) } else { Vec::new() };
    let mut importer = {
        let mut state = underway.look();
        Importer::new(state.parts().1, (volume, source), options.displaced)?.sparing(doomed.clone())
    };
    // The disc is read while nobody waits for the image.
    for step in Walk::new(volume, options) {
        let step = step.map_err(ImportError::from)?;
        let streams = streams(volume, &step.entry).map_err(ImportError::from)?;
        {
            let mut state = underway.look();
            let (tree, contents) = state.parts();
            importer.take(tree, contents, &step, &streams).map_err(too_big)?;
        }
        control.emit(importer.event())?;
    }
    let started: Vec<Started> = if wanted.strict { Vec::new() } else { base.started().map_err(ImportError::from)? };
    let mut state = underway.look();
    let earlier_boot: Vec<EarlierBoot> = {
        let (tree, contents) = state.parts();
        earlier(&started, (source, options.displaced), &doomed, tree, contents)?
    };
    let settings = Settings { earlier_boot, ..state.settings.clone() };
    check_room(state.tree().blocks_as(settings.shape()), limit)?;
    state.reshape(settings)?;
    let brought = Brought {
        file_system: *file_system,
        label: facts.label.clone(),
        udf,
        identifier: identifier.clone(),
        link: goes.link,
        descriptors: previous.descriptors,
    };
    if !brought.has_place_for(state.settings.file_systems, state.settings.is_bootable()) {
        return incompatible(NO_PLACE);
    }
    state.sessions.imported = Some(brought);
    Ok(importer.done().clone())
}
