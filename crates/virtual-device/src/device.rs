//! [`VirtualDevice`]: a device, the paths at which it is seen, and a program that sees it.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    sync::Arc,
};

use imapi_mmc_transport::Device;

use crate::{
    RunError,
    error::not_filtered,
    filter,
    node::{Kind, Node},
    supervisor::Supervisor,
    sys::{
        child::{self, NotStarted},
        listener::Listener,
        process::{self, Adopter},
    },
};

/// Descriptors are given out below this: programs use `select`, which knows no higher ones.
const END_OF_NUMBERS: u64 = 1024;
/// How many can be open at a time.
const NUMBERS: u32 = 128;
/// From here on a program of the ordinary kind has no descriptors of its own.
const LOWEST_NUMBER: u32 = 64;

/// A device that programs shall see.
pub struct VirtualDevice {
    device: Arc<dyn Device>,
    nodes: Vec<Node>,
}

impl VirtualDevice {
    /// The device, at no path yet.
    #[must_use]
    pub fn new(device: Arc<dyn Device>) -> Self {
        Self { device, nodes: Vec::new() }
    }

    /// Seen at this path as a drive for discs, like `/dev/sr0`: a block device that can be read.
    ///
    /// The number at the end of the name is the minor device number. Nothing needs to be there, and what is there is
    /// hidden.
    #[must_use]
    pub fn at(self, path: impl AsRef<Path>) -> Self {
        self.with(path.as_ref(), Kind::Block)
    }

    /// Seen at this path also as a generic SCSI device, like `/dev/sg0`.
    #[must_use]
    pub fn generic(self, path: impl AsRef<Path>) -> Self {
        self.with(path.as_ref(), Kind::Generic)
    }

    /// Seen also as a generic SCSI device at the first `/dev/sgN` that the machine has not taken.
    #[must_use]
    pub fn with_free_generic(self) -> Self {
        let taken = |number: &u32| {
            ["/dev", "/sys/class/scsi_generic"]
                .iter()
                .any(|folder| Path::new(folder).join(format!("sg{number}")).exists())
        };
        let number = (0..256).find(|number| !taken(number)).unwrap_or_default();
        self.generic(format!("/dev/sg{number}"))
    }

    fn with(mut self, path: &Path, kind: Kind) -> Self {
        self.nodes.push(Node::new(path, kind));
        self
    }

    /// Runs a program, and comes back when it and all the processes it has started are gone.
    ///
    /// The status is that of the program itself. While it runs, orphans among its descendants become children of this
    /// process (`PR_SET_CHILD_SUBREAPER`), as the kernel may let a process read the memory of its own descendants only.
    pub fn run(self, mut command: Command) -> Result<ExitStatus, RunError> {
        if self.nodes.is_empty() {
            return Err(RunError::NoPath);
        }
        memory_must_be_readable()?;
        let numbers = numbers()?;
        let _adopter = Adopter::new().map_err(|source| RunError::System { what: "prctl", source })?;
        self.watch(&mut command, numbers)
    }

    fn watch(self, command: &mut Command, numbers: Range<u32>) -> Result<ExitStatus, RunError> {
        let started = child::spawn(command, filter::program(&numbers));
        let (mut program, listener) = started.map_err(|error| match error {
            NotStarted::Filter(source) => not_filtered(source),
            NotStarted::Program(source) => {
                RunError::Start { program: command.get_program().to_string_lossy().into_owned(), source }
            }
        })?;
        let supervisor = Arc::new(Supervisor::new(self.device, &self.nodes, numbers, Listener::new(listener)));
        let threads = match supervisor.start() {
            Ok(threads) => threads,
            Err(source) => {
                // Without threads nobody would ever answer it.
                let _ = program.kill();
                let _ = program.wait();
                return Err(RunError::System { what: "starting a thread", source });
            }
        };
        let status = program.wait().map_err(|source| RunError::System { what: "waiting for the program", source })?;
        supervisor.finish(threads, program.id());
        Ok(status)
    }
}

/// Yama forbids it from 2 on to all but the privileged.
fn memory_must_be_readable() -> Result<(), RunError> {
    const CHILDREN: u32 = 1;
    let said = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    let scope = said.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
    if scope > CHILDREN + u32::from(is_root) { Err(RunError::MemoryForbidden { scope }) } else { Ok(()) }
}

/// The descriptors that the device gets.
fn numbers() -> Result<Range<u32>, RunError> {
    let limit = process::descriptor_limit().map_err(|source| RunError::System { what: "getrlimit", source })?;
    let end = u32::try_from(limit.min(END_OF_NUMBERS)).unwrap_or(u32::MAX);
    let start = end.saturating_sub(NUMBERS).max(LOWEST_NUMBER);
    if start < end { Ok(start..end) } else { Err(RunError::TooFewDescriptors { limit }) }
}

impl std::fmt::Debug for VirtualDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let paths: Vec<&PathBuf> = self.nodes.iter().map(Node::path).collect();
        f.debug_struct("VirtualDevice").field("device", &self.device.id()).field("paths", &paths).finish()
    }
}
