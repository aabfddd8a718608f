//! [`Behind`]: what a disc or an image has, and where the next session of it goes.

use std::{ffi::OsString, num::NonZeroU32, ops::ControlFlow, os::unix::ffi::OsStrExt as _, sync::Arc};

use imapi::browse::Medium;
use imapi_disc_types::{Block, BlockSource, Control};
use imapi_fsimage::{
    Base, BootEntry, Contents, EarlierBoot, ImageOptions, ImportError, Importing, NodeId, Rewritten, Session,
    Timestamp, Tree,
};
use imapi_volume_structs::SessionLink;
use imapi_volumes::Names;

use super::{Alike, AppendFailure, arguments::ChangeArguments};
use crate::{
    image::CreateError,
    interrupt::Interrupts,
    progress::{Progress, Step},
};

/// Where a session goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goes {
    /// Behind what was written, on what is written once: from that block on.
    At(u32),
    /// Behind what there is, on what can be written over.
    Over(SessionLink),
}

/// What a disc or an image has, and where the next session of it goes.
pub struct Behind<'a> {
    base: Base,
    disc: Arc<dyn BlockSource>,
    goes: Goes,
    arguments: &'a ChangeArguments,
}

impl<'a> Behind<'a> {
    /// Looks at what there is. Where the next session goes is said by whoever knows the disc; of what can be written over
    /// it is where the last ends, in so many blocks at once.
    pub fn new(
        medium: &Medium,
        next: Option<u32>,
        unit: NonZeroU32,
        arguments: &'a ChangeArguments,
    ) -> Result<Self, AppendFailure> {
        let disc = Arc::clone(medium.source());
        let options = medium.options(None)?;
        let options = match medium.in_use() {
            Some(end) => options.end(end),
            None => options,
        };
        let base = Base::open(Arc::clone(&disc), arguments.import.map(Names::from), options)?;
        let goes = if let Some(next) = next {
            Goes::At(next)
        } else {
            let newest = medium.sessions().last().map_or(Block(0), |session| session.start);
            let place = |block: Block| u32::try_from(block.0).ok();
            let (end, start) = (place(base.end()), place(newest));
            let link = end.zip(start).and_then(|(end, start)| Rewritten::link_behind(end, start, unit));
            Goes::Over(link.ok_or(AppendFailure::Full)?)
        };
        let base = if matches!(goes, Goes::Over(_)) { base.overwritten() } else { base };
        Ok(Self { base, disc, goes, arguments })
    }

    /// Brings what there is into a tree, and takes out what is to be removed.
    pub fn import(
        &self,
        tree: &mut Tree,
        contents: &mut Contents,
        interrupts: &Interrupts,
        progress: &mut Progress,
    ) -> Result<Vec<EarlierBoot>, CreateError> {
        let mut listener = |importing: &Importing| {
            progress.show(Step::Scanning { files: importing.files, bytes: 0 });
            ControlFlow::Continue(())
        };
        let mut control = Control::new(interrupts.token().clone(), &mut listener);
        self.base.import(tree, contents, &mut control)?;
        let boot = self.base.boot(tree, contents)?;
        for path in &self.arguments.remove {
            remove(tree, path)?;
        }
        Ok(boot)
    }

    /// What has to be known of files from the disc whose names are not those that they had.
    pub fn alike(&self, tree: &Tree) -> Option<Alike> {
        (self.base.volume().facts().names == Names::Iso9660).then(|| Alike::new(tree))
    }

    /// What the image is to be: what there is, in another place.
    pub fn image_options(&self, now: Timestamp, boot: Vec<BootEntry>) -> ImageOptions {
        let options = self.base.image_options(now);
        let (start, link) = match self.goes {
            Goes::At(start) => (start, None),
            Goes::Over(link) => (link.start, Some(link)),
        };
        let mut session = Session::at(start);
        (session.link, session.rewritable) = (link, link.is_some());
        let volume = self.arguments.volume.clone().unwrap_or_else(|| options.volume.clone());
        ImageOptions { volume, session, boot, ..options }
    }

    /// All of the disc with the image behind it.
    pub fn of_disc(&self, image: Arc<dyn BlockSource>) -> Result<Arc<dyn BlockSource>, AppendFailure> {
        let disc = Arc::clone(&self.disc);
        Ok(match self.goes {
            Goes::At(start) => Arc::new(Rewritten::in_sequence(disc, image, start)),
            Goes::Over(link) => Arc::new(Rewritten::new(disc, image, link)?),
        })
    }

    /// What a drive is to write: the image by itself, or all of the disc with what changes on it.
    pub fn source(&self, image: Arc<dyn BlockSource>) -> Result<Arc<dyn BlockSource>, AppendFailure> {
        match self.goes {
            Goes::At(_) => Ok(image),
            Goes::Over(_) => self.of_disc(image),
        }
    }
}

fn remove(tree: &mut Tree, path: &OsString) -> Result<(), CreateError> {
    let steps = path.as_bytes().split(|&byte| byte == b'/').filter(|step| !step.is_empty() && *step != b".");
    let found = tree.find(steps).filter(|&found| found != NodeId::ROOT);
    let found = found.ok_or_else(|| CreateError::NoPath { path: path.to_string_lossy().into_owned() })?;
    Ok(tree.remove_tree(found).map_err(ImportError::from)?)
}
