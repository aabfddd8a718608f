//! Shows any [`Device`](imapi_mmc_transport::Device) to any Linux program, its children included, at a path such as
//! `/dev/sr0`: without root, kernel module, FUSE or an injected library.
//!
//! ```no_run
//! use std::{process::Command, sync::Arc};
//!
//! use imapi_mmc_transport::Device;
//! use imapi_virtual_device::{RunError, VirtualDevice};
//!
//! fn inquire(drive: Arc<dyn Device>) -> Result<(), RunError> {
//!     let mut program = Command::new("sg_inq");
//!     program.arg("/dev/sr0");
//!     let status = VirtualDevice::new(drive).at("/dev/sr0").generic("/dev/sg0").run(program)?;
//!     assert!(status.success());
//!     Ok(())
//! }
//! ```
//!
//! # How
//!
//! The program is started under a seccomp filter that reports a few system calls to threads of this process instead of
//! carrying them out: those that take a path, and those on descriptors of a small range of high numbers. A path that is
//! not the device's is left to the kernel. Opening the device gives the program a descriptor out of that range, an end of
//! a pipe with nothing in it; whatever is done with it afterwards is answered here from the device. Static programs and
//! programs that call the kernel directly are no exception.
//!
//! - **A command is carried out once.** A call that has been taken up waits for its answer, whatever signals arrive.
//! - **Last close.** The pipe tells when the last copy of a descriptor is closed, in whichever process, so that `O_EXCL`
//!   ends when it ends on a real node.
//! - **Not for safety.** It shows a device; it is no jail. The program may do all else that its user may.
//!
//! - **Found.** Where the node is one that the kernel could have made (`/dev/srN`, `/dev/sgN`), `/dev`, `/sys` and `/proc`
//!   tell of the drive in all places where programs look for drives; what is there already stays. A drive of the machine
//!   whose node is hidden by the device's is hidden there, too.
//! - **As root.** Commands that the kernel lets only root send are delivered like all others.
//!
//! # Limits
//!
//! - 128 descriptors of the device can be open at a time. Copies made by `dup`, `fork` and over `exec` all work, and
//!   `dup2` onto 0, 1 and 2, as shells and `dd` do it. Calls on a copy that `dup2` puts on another low number fail, but
//!   it can be copied back from there, as shells do it.
//! - The node is written by `write` only when the disc can be written block by block (feature 0020h is current); else the
//!   answer is `EROFS`. What is written goes to the device at once.
//! - Of the ioctls of `linux/cdrom.h`, those for playing, volume and DVD structures are missing.
//! - `chdir`, `statfs`, `mount` and `inotify` do not know what of `/sys` and `/proc` is the device's. A link of the machine
//!   that leads to the node leads nowhere. Counters there are zeros, and no uevents come.
//! - Programs get no more privileges on `exec`: set-user-ID bits have no effect.
//! - Linux 5.19 or newer, `x86_64` or aarch64. Not seen: calls of 32-bit programs, and what is done through `io_uring`.

#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
#![deny(unsafe_code)]

mod address;
mod buffer;
mod cdrom;
mod cdrom_reading;
mod crew;
mod device;
mod error;
mod filter;
mod identity;
mod ioctls;
mod kernel;
mod listing;
mod node;
mod opens;
mod paths;
mod procfs;
mod reading;
mod scsi;
mod stat;
mod supervisor;
mod sys;
mod sysfs;
#[cfg(test)]
mod testing;
mod tree;
mod visit;
mod writing;

pub use device::VirtualDevice;
pub use error::RunError;
