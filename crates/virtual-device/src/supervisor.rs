//! [`Supervisor`]: the threads that answer what the programs ask the kernel.

use std::{
    collections::HashSet,
    io,
    ops::Range,
    os::fd::{AsFd, BorrowedFd},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use imapi_mmc_transport::Device;

use crate::{
    address::Address,
    buffer::Buffer,
    crew::Crew,
    node::Node,
    opens::Opens,
    sys::{
        listener::{Listener, Notice},
        process,
    },
    sysfs::Seat,
    tree::Tree,
    visit::{Answer, Visit},
};

/// So many commands may take their time until nobody is left for the rest of the calls.
const THREADS: usize = 16;
/// How long threads have to notice the end; they take none on kernels from 6.11 on, and never notice on older ones.
const LEAVE: Duration = Duration::from_millis(200);

/// What the threads share.
pub(crate) struct Supervisor {
    pub(crate) device: Arc<dyn Device>,
    pub(crate) tree: Tree,
    pub(crate) address: Address,
    pub(crate) opens: Opens,
    pub(crate) listener: Listener,
    /// Processes that were heard of; those of them that were orphans must be buried.
    seen: Mutex<HashSet<u32>>,
    crew: Crew,
}

impl Supervisor {
    pub(crate) fn new(device: Arc<dyn Device>, nodes: &[Node], numbers: Range<u32>, listener: Listener) -> Self {
        let seat = Seat::of(nodes, device.limits());
        let address = seat.as_ref().map(|seat| seat.address).unwrap_or_default();
        let tree = Tree::of(nodes, seat.as_ref());
        let (opens, seen, crew) = (Opens::new(numbers), Mutex::default(), Crew::default());
        Self { device, tree, address, opens, listener, seen, crew }
    }

    pub(crate) fn start(self: &Arc<Self>) -> io::Result<Vec<JoinHandle<()>>> {
        let thread = |number| {
            let this = Arc::clone(self);
            thread::Builder::new().name(format!("virtual-device-{number}")).spawn(move || this.serve())
        };
        let watch = {
            let this = Arc::clone(self);
            thread::Builder::new().name("virtual-device-watch".to_owned()).spawn(move || this.crew.watch())
        };
        (0..THREADS).map(thread).chain([watch]).collect()
    }

    /// Waits until the last process is gone, and leaves nothing of them.
    pub(crate) fn finish(&self, threads: Vec<JoinHandle<()>>, program: u32) {
        self.listener.wait_until_deserted();
        // All but the leader, who may be waiting for calls.
        self.crew.dismiss();
        let step = LEAVE / 20;
        for _ in 0..20 {
            if threads.iter().all(JoinHandle::is_finished) {
                break;
            }
            thread::sleep(step);
        }
        self.tree.clear();
        for thread in threads {
            if !thread.is_finished() {
                tracing::warn!("this kernel does not tell threads that the programs are gone; one stays until we end");
            } else if thread.join().is_err() {
                tracing::error!("a thread of the virtual device has panicked");
            }
        }
        for pid in self.seen.lock().unwrap_or_else(PoisonError::into_inner).drain() {
            if pid != program {
                process::bury(pid);
            }
        }
    }

    fn serve(&self) {
        let mut buffer = Buffer::default();
        while let Some(lead) = self.crew.lead() {
            while self.crew.is_led_by(lead) {
                match self.listener.receive() {
                    Ok(Some(notice)) => {
                        self.crew.step(lead);
                        self.attend(&notice, &mut buffer);
                        self.crew.step(lead);
                    }
                    Ok(None) => return self.crew.dismiss(),
                    Err(error) => {
                        tracing::error!(%error, "system calls cannot be received any more");
                        return self.crew.dismiss();
                    }
                }
            }
        }
    }

    fn attend(&self, notice: &Notice, buffer: &mut Buffer) {
        let mut visit = Visit { supervisor: self, notice, buffer };
        // A caller that never got an answer could not even be interrupted.
        let answer = catch_unwind(AssertUnwindSafe(|| visit.answer())).unwrap_or(Answer::Fails(libc::EIO));
        let id = notice.id;
        let sent = match answer {
            Answer::Pass => self.listener.pass(id),
            Answer::Value(value) => self.listener.answer(id, value, 0),
            Answer::Fails(error) => self.listener.answer(id, 0, error),
            Answer::File { file, close_on_exec } => self.give(id, file.as_fd(), None, close_on_exec),
            Answer::Descriptor { opened, close_on_exec } => {
                self.give(id, opened.descriptor.as_fd(), Some(opened.number), close_on_exec)
            }
        };
        match sent {
            // Killed meanwhile.
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => {}
            Err(error) => tracing::error!(%error, call = notice.call, "a call could not be answered"),
            Ok(()) => {}
        }
    }

    /// Gives a descriptor, or says that there can be none: whoever waits must be answered.
    fn give(&self, id: u64, fd: BorrowedFd<'_>, number: Option<u32>, close_on_exec: bool) -> io::Result<()> {
        match self.listener.give(id, fd, number, close_on_exec) {
            Err(error) if self.listener.waits(id) => {
                tracing::warn!(%error, ?number, "the program cannot have that descriptor");
                self.listener.answer(id, 0, libc::EMFILE)
            }
            given => given,
        }
    }

    /// Remembers a process for the end.
    pub(crate) fn heard_of(&self, pid: u32) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(pid);
    }
}
