//! Makes any [`Device`](imapi_mmc_transport::Device) a drive of the Linux kernel: a real `/dev/srN` that every program and
//! the kernel itself use, that can be mounted, and that is listed wherever drives are listed. It needs root and modules
//! of the kernel; `imapi-virtual-device` needs neither, and shows a device to one program.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use imapi_mmc_transport::Device;
//! use imapi_virtual_kernel::{AttachError, Attachment, Ended, Interrupts};
//!
//! fn attach(drive: Arc<dyn Device>) -> Result<(), AttachError> {
//!     let interrupts = Interrupts::new().expect("signals can be heard");
//!     let mut attached = Attachment::new(drive).labelled("my drive").attach()?;
//!     println!("{}", attached.node().display());
//!     match attached.wait(&interrupts)? {
//!         Ended::Interrupted => attached.detach(),
//!         Ended::Detached => Ok(()),
//!     }
//! }
//! ```
//!
//! # How
//!
//! `target_core_user` is the kernel's own way to have SCSI devices served by a program: commands come over a ring in shared
//! memory ([`Attachment`] maps it from `/dev/uioN`). `tcm_loop` is a SCSI host in software that leads to such a device. The
//! device says that it is a drive for discs, so the driver `sr` takes it. All of it is told in configfs; there is no daemon.
//!
//! - **Commands are carried out once**, one after another, by one thread.
//! - **Nothing remains.** The drive goes away with its [`Attached`]. That of a killed program stays, and whoever uses it
//!   waits; [`attachments`] finds it, and [`Existing::detach`] ends it: commands under way fail, the names are free again.
//! - **Nothing outside of the shared memory is touched**, whatever stands in it.
//!
//! # Limits
//!
//! - The kernel does not tell which way data go, so that the command must be known. Of a vendor's own command with data
//!   nothing is known: it is refused (5/20/00).
//! - Linux clears the upper three bits of the second byte of most commands, where old ones had the unit's number. No
//!   command for discs uses them.
//! - RESERVE, RELEASE, PERSISTENT RESERVE and REPORT LUNS are answered by the kernel.
//! - Where a device gives no answer the kernel can only be told sense: ABORTED COMMAND, or what comes nearest.
//! - 64-bit Linux with `CONFIG_TCM_USER2` and `CONFIG_LOOPBACK_TARGET`; Debian's kernels have both.

#![cfg(all(target_os = "linux", target_pointer_width = "64"))]
#![deny(unsafe_code)]

mod attachment;
mod configfs;
mod direction;
mod error;
mod existing;
mod modules;
mod nodes;
mod places;
mod ring;
mod serve;
mod sys;
mod uio;

pub use attachment::{Attached, Attachment, Ended};
pub use error::{AttachError, RingError};
pub use existing::{Existing, attachments};
pub use sys::waiting::Interrupts;
