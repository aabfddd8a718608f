//! [`Existing`]: drives that are attached already, by whichever program, and how they are taken away.

use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use imapi_disc_types::{Clock, SystemClock};
use imapi_mmc_transport::{Cdb, Completion, Data, Limits, Transport, TransportError};

use crate::{
    attachment::Server, configfs::Tree, error::AttachError, modules, nodes::Nodes, places::Places, uio::Channel,
};

/// A drive that is attached, also one whose program was killed.
#[derive(Debug)]
pub struct Existing {
    places: Places,
    tree: Tree,
    nodes: Option<Nodes>,
    label: Option<String>,
}

/// All drives that are attached now.
pub fn attachments() -> Result<Vec<Existing>, AttachError> {
    let places = Places::default();
    let trees = Tree::all(&places)?.into_iter();
    Ok(trees
        .map(|tree| {
            let (nodes, label) = (Nodes::find(&places, &tree), tree.label());
            Existing { places: places.clone(), tree, nodes, label }
        })
        .collect())
}

impl Existing {
    /// The drive, `/dev/srN`; `None` where the program was killed before it was there.
    #[must_use]
    pub fn node(&self) -> Option<&Path> {
        self.nodes.as_ref().map(|nodes| &*nodes.block)
    }

    /// Its generic node: `/dev/sgN`.
    #[must_use]
    pub fn generic(&self) -> Option<&Path> {
        self.nodes.as_ref()?.generic.as_deref()
    }

    /// The label that it was attached with.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// Where a file system of its disc is mounted.
    #[must_use]
    pub fn mounted(&self) -> Option<PathBuf> {
        self.nodes.as_ref()?.mounted(&self.places)
    }

    /// Takes the drive away, and comes back when it is gone. The program that serves it hears of that. One that is mounted
    /// is left alone; [`Existing::detach_by_force`] is for those.
    pub fn detach(self) -> Result<(), AttachError> {
        match (self.mounted(), self.node()) {
            (Some(at), Some(node)) => Err(AttachError::Mounted { node: node.to_owned(), at }),
            _ => self.detach_by_force(),
        }
    }

    /// Takes the drive away as if it had been unplugged: what is mounted fails from then on.
    pub fn detach_by_force(self) -> Result<(), AttachError> {
        modules::must_be_root(&self.places)?;
        take_down(&self.places, &self.tree)
    }
}

/// Removes all that an attachment has. Where nobody serves it any more, its commands are refused, as its driver would wait
/// for their answers.
pub(crate) fn take_down(places: &Places, tree: &Tree) -> Result<(), AttachError> {
    let stand_in = match Channel::open(places, tree.number) {
        Ok(Some(channel)) => Some(Server::start(Arc::new(Nobody(SystemClock::new())), channel, tree)?),
        // Its program is alive, and answers.
        Ok(None) => None,
        Err(AttachError::Ring(error)) => {
            tracing::warn!(%error, "commands under way can only be failed");
            tree.fail_commands()?;
            None
        }
        // It was never ready for commands.
        Err(error) => {
            tracing::debug!(%error, "there is no channel");
            None
        }
    };
    tree.unlink()?;
    tree.remove()?;
    stand_in.map_or(Ok(()), Server::end)
}

/// Stands in for a device whose program was killed.
struct Nobody(SystemClock);

impl Transport for Nobody {
    fn execute(&self, _: &Cdb, _: Data<'_>, _: Duration) -> Result<Completion, TransportError> {
        Err(TransportError::Gone)
    }

    fn limits(&self) -> Limits {
        let most = NonZeroU32::MAX;
        Limits { page_aligned_transfer: most, transfer: most, alignment: NonZeroU32::MIN }
    }

    fn clock(&self) -> &dyn Clock {
        &self.0
    }
}
