//! [`Base`]: what a disc has already, for an image that goes behind it.

use std::{num::NonZeroU32, ops::Range, sync::Arc};

use imapi_disc_types::{Block, BlockSource, Control};
use imapi_volumes::{
    BootCatalog, FileSystem, Found, Names, OpenOptions, Volume, VolumeError, VolumeFacts, boot_catalog,
};

use super::{EarlierBoot, ImportError, Imported, Importing, boot, import::import_but};
use crate::{Contents, FileSystems, ImageOptions, IsoLevel, Timestamp, Tree, UdfRevision};

/// What a disc has already, for an image that goes behind it: the volumes of its last session, and which of them is
/// brought in.
///
/// ```
/// use std::{num::NonZeroU32, sync::Arc};
///
/// use imapi_disc_types::{BlockSource, Control};
/// use imapi_fsimage::{
///     Attributes, Base, Contents, ImageOptions, Kind, NodeId, ResultImage, Rewritten, Timestamp, Tree,
/// };
/// use imapi_volumes::OpenOptions;
///
/// // A disc with a file on it.
/// let now = Timestamp::new(1_000_000_000, 0);
/// let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
/// let kind = Kind::File { size: 7, content: contents.add_bytes(*b"1, 2, 3") };
/// tree.add(NodeId::ROOT, b"old.txt", kind, Attributes::default())?;
/// let disc = Arc::new(ResultImage::new(Arc::new(tree), Arc::new(contents), &ImageOptions::new(now))?);
/// let disc: Arc<dyn BlockSource> = disc;
///
/// // Another file beside it, behind what the disc has.
/// let base = Base::open(Arc::clone(&disc), None, OpenOptions::default())?;
/// let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
/// base.import(&mut tree, &mut contents, &mut Control::silent())?;
/// let kind = Kind::File { size: 4, content: contents.add_bytes(*b"4, 5") };
/// tree.add(NodeId::ROOT, b"new.txt", kind, Attributes::default())?;
/// let mut options = base.image_options(now);
/// let link = base.link(NonZeroU32::new(32).expect("not zero")).expect("the disc is not full");
/// options.session.start = link.start;
/// options.session.link = Some(link);
/// let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &options)?;
/// let both = Rewritten::new(disc, Arc::new(image), link)?;
///
/// let volume = imapi_volumes::open(&(Arc::new(both) as Arc<dyn BlockSource>), None, &OpenOptions::default())?;
/// let names = volume.children(volume.root())?;
/// assert_eq!(names.iter().map(|entry| &*entry.name).collect::<Vec<_>>(), [b"new.txt", b"old.txt"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Base {
    disc: Arc<dyn BlockSource>,
    options: OpenOptions,
    volume: Box<dyn Volume>,
    found: Vec<VolumeFacts>,
    catalog: Option<BootCatalog>,
    overwritten: bool,
}

impl Base {
    /// Looks at the session that the options name, and chooses the volume that tells most of its files unless one is
    /// asked for.
    pub fn open(disc: Arc<dyn BlockSource>, names: Option<Names>, options: OpenOptions) -> Result<Self, VolumeError> {
        let found = imapi_volumes::identify(&disc, &options)?;
        let volume = imapi_volumes::open(&disc, names, &options)?;
        let catalog = if found.iter().any(|found| found.names.file_system() == FileSystem::Iso9660) {
            boot_catalog(&disc, &options)?
        } else {
            None
        };
        let found = found.into_iter().filter_map(|Found { facts, .. }| facts.ok()).collect();
        Ok(Self { disc, options, volume, found, catalog, overwritten: false })
    }

    /// The disc will be [overwritten](super::Rewritten): files that stand in the same cluster as what is written again then
    /// are copied, so that the new session does without it. Discs that were made to be overwritten have none.
    #[must_use]
    pub fn overwritten(self) -> Self {
        Self { overwritten: true, ..self }
    }

    /// The blocks that will be written again.
    fn doomed(&self) -> Vec<Range<u64>> {
        if self.overwritten { super::Rewritten::again(self.has(Names::Udf)) } else { Vec::new() }
    }

    /// The volume that is brought in.
    #[must_use]
    pub fn volume(&self) -> &dyn Volume {
        &*self.volume
    }

    /// All volumes of the session that can be read.
    #[must_use]
    pub fn found(&self) -> &[VolumeFacts] {
        &self.found
    }

    fn has(&self, names: Names) -> bool {
        self.found.iter().any(|found| found.names == names)
    }

    /// An image with the same file systems as the session, by the same name.
    #[must_use]
    pub fn image_options(&self, now: Timestamp) -> ImageOptions {
        let mut options = ImageOptions::new(now);
        options.file_systems = FileSystems {
            iso9660: self.has(Names::Iso9660),
            joliet: self.has(Names::Joliet),
            udf: self.has(Names::Udf),
        };
        options.rock_ridge = self.has(Names::RockRidge);
        // Files that are there may be larger than the other levels know.
        options.level = IsoLevel::Three;
        let label = &self.volume.facts().label;
        options.volume = label.chars().take(32).collect();
        let udf = self.found.iter().find_map(|found| found.udf_revision);
        // Of what the numbers say, 1.00 and others between are read as the next that there is.
        let revision = udf.and_then(|udf| UdfRevision::ALL.into_iter().find(|known| known.number() >= udf));
        options.udf_revision = revision.unwrap_or_default();
        options.udf_owners = options.rock_ridge;
        options
    }

    /// The block of the disc behind the last that it has, as far as somebody said or the disc is long.
    #[must_use]
    pub fn end(&self) -> Block {
        let blocks = self.options.end.map_or(self.disc.blocks(), |end| end.0.min(self.disc.blocks()));
        Block(blocks.saturating_add(self.options.displaced.into()))
    }

    /// Where another session goes on a disc that can be overwritten, in so many blocks at once; `None` when that would be beyond what can be
    /// addressed.
    #[must_use]
    pub fn link(&self, unit: NonZeroU32) -> Option<imapi_volume_structs::SessionLink> {
        let end = u32::try_from(self.end().0).ok()?;
        let start = u32::try_from(self.options.session.0).ok()?;
        super::Rewritten::link_behind(end, start, unit)
    }

    /// Brings everything that the volume has into a tree.
    pub fn import(
        &self,
        tree: &mut Tree,
        contents: &mut Contents,
        control: &mut Control<'_, Importing>,
    ) -> Result<Imported, ImportError> {
        import_but(tree, contents, (&*self.volume, &self.disc), &self.options, self.doomed(), control)
    }

    /// What machines can start from the session, before it is in any tree.
    pub(crate) fn started(&self) -> Result<Vec<boot::Started>, VolumeError> {
        self.catalog.as_ref().map_or_else(|| Ok(Vec::new()), |catalog| boot::read(catalog, &*self.disc))
    }

    /// What machines can start from the session, for images of the tree that it was brought into, before anything else is
    /// done with that: a bootable disc stays bootable.
    pub fn boot(&self, tree: &Tree, contents: &mut Contents) -> Result<Vec<EarlierBoot>, ImportError> {
        let started = self.started()?;
        boot::earlier(&started, (&self.disc, self.options.displaced), &self.doomed(), tree, contents)
    }
}

impl std::fmt::Debug for Base {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Base").field("options", &self.options).field("found", &self.found).finish_non_exhaustive()
    }
}
