//! [`Attachment`] and [`Attached`]: a device of this program becomes a drive of the kernel, for as long as it is served.

use std::{
    fmt,
    os::{fd::AsFd as _, unix::net::UnixStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread::{self, JoinHandle},
};

use imapi_mmc_transport::{Device, Transport};

use crate::{
    Interrupts, configfs::Tree, error::AttachError, existing::take_down, modules, nodes::Nodes, places::Places,
    serve::serve, sys::waiting, uio::Channel,
};

/// A device that the kernel shall have.
pub struct Attachment {
    device: Arc<dyn Device>,
    label: String,
}

/// A device that the kernel has as a drive. When it is dropped, the drive goes away, as if it had been unplugged.
#[derive(Debug)]
pub struct Attached {
    places: Places,
    nodes: Nodes,
    raised: Raised,
}

/// What has to be taken down again.
#[derive(Debug)]
struct Raised {
    places: Places,
    /// `None` when the names are free for others.
    tree: Option<Tree>,
    server: Option<Server>,
}

/// How [`Attached::wait`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// A signal asks the program to end. The drive is still there.
    Interrupted,
    /// Another program has detached the drive.
    Detached,
}

/// The thread that answers commands. It ends when it is dropped, or when the kernel has removed the device.
#[derive(Debug)]
pub(crate) struct Server {
    stop: UnixStream,
    thread: JoinHandle<Result<(), AttachError>>,
}

impl Attachment {
    /// The device, without a label.
    #[must_use]
    pub fn new(device: Arc<dyn Device>) -> Self {
        Self { device, label: String::new() }
    }

    /// A name by which [`attachments`](crate::attachments) tells it from others, such as the path of its disc. The kernel
    /// keeps it up to 500 bytes.
    #[must_use]
    pub fn labelled(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// Makes it a drive. Loads the modules of the kernel that are needed; comes back when the nodes are there.
    pub fn attach(self) -> Result<Attached, AttachError> {
        let places = Places::default();
        modules::prepare(&places)?;
        let tree = Tree::create(&places, &self.label)?;
        let limit = self.device.limits().transfer.get();
        let mut raised = Raised { places: places.clone(), tree: Some(tree.clone()), server: None };
        // Nobody else can have it yet.
        let channel = Channel::open(&places, tree.number)?.ok_or(AttachError::Died)?;
        raised.server = Some(Server::start(self.device, channel, &tree)?);
        tree.link()?;
        let nodes = Nodes::wait(&places, &tree)?;
        nodes.limit(&places, limit);
        Ok(Attached { places, nodes, raised })
    }
}

impl Attached {
    /// The drive: `/dev/srN`.
    #[must_use]
    pub fn node(&self) -> &Path {
        &self.nodes.block
    }

    /// Its generic node: `/dev/sgN`.
    #[must_use]
    pub fn generic(&self) -> Option<&Path> {
        self.nodes.generic.as_deref()
    }

    /// Where a file system of its disc is mounted.
    #[must_use]
    pub fn mounted(&self) -> Option<PathBuf> {
        self.nodes.mounted(&self.places)
    }

    /// Waits until a signal comes or the drive has gone away.
    pub fn wait(&mut self, interrupts: &Interrupts) -> Result<Ended, AttachError> {
        loop {
            let Some(server) = &self.raised.server else { return Ok(Ended::Detached) };
            let ready = waiting::wait([interrupts.as_fd(), server.stop.as_fd()])
                .map_err(|source| AttachError::System { what: "poll", source })?;
            match ready {
                [_, true] => return self.raised.server_ended().map(|()| Ended::Detached),
                [true, false] => {
                    interrupts.take().map_err(|source| AttachError::System { what: "signalfd", source })?;
                    return Ok(Ended::Interrupted);
                }
                [false, false] => {}
            }
        }
    }

    /// Takes the drive away, mounted or not, and comes back when it is gone.
    pub fn detach(mut self) -> Result<(), AttachError> {
        self.raised.take_down()
    }
}

impl Raised {
    /// Another program has detached the drive, or the memory made no sense; then there is something left to take down.
    fn server_ended(&mut self) -> Result<(), AttachError> {
        self.server.take().map_or(Ok(()), Server::end)?;
        self.tree = None;
        Ok(())
    }

    fn take_down(&mut self) -> Result<(), AttachError> {
        let Some(tree) = self.tree.take() else { return Ok(()) };
        // Its driver may send commands until it is gone, so they are answered until then.
        take_down(&self.places, &tree)?;
        self.server.take().map_or(Ok(()), Server::end)
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        if let Err(error) = self.take_down() {
            tracing::error!(%error, "the drive could not be detached");
        }
    }
}

impl Server {
    pub(crate) fn start<D>(device: Arc<D>, channel: Channel, tree: &Tree) -> Result<Self, AttachError>
    where
        D: Transport + ?Sized + 'static,
    {
        let failed = |source| AttachError::System { what: "starting a thread", source };
        let (stop, stopped) = UnixStream::pair().map_err(failed)?;
        let tree = tree.clone();
        let run = move || {
            serve(&*device, channel, &stopped).inspect_err(|error| {
                tracing::error!(%error, "no command is answered any more");
                // Whoever waits for an answer would wait for ever.
                let failed = tree.fail_commands();
                failed.unwrap_or_else(|error| tracing::error!(%error, "commands under way remain so"));
            })
        };
        let thread = thread::Builder::new().name("imapi-attached".into()).spawn(run).map_err(failed)?;
        Ok(Self { stop, thread })
    }

    /// Ends it, and says how it went.
    pub(crate) fn end(self) -> Result<(), AttachError> {
        let Self { stop, thread } = self;
        drop(stop);
        thread.join().unwrap_or(Err(AttachError::Died))
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment").field("device", &self.device.id()).field("label", &self.label).finish()
    }
}
