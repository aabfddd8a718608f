//! Drives of Linux: found in sysfs, spoken to with `SG_IO`, locked with `O_EXCL` and a lock file.
//!
//! [`LinuxDrives`] lists them, opens them and hears of new ones. A [`LinuxDrive`] is a [`Device`](crate::Device) on
//! `/dev/srN`, or on `/dev/sgN` where the system has no driver for discs.
//!
//! # Permissions
//!
//! - The node must be readable and writable: users are put into the group `cdrom`. A node that is only readable is
//!   opened so; the kernel then lets no command through that writes, blanks, ejects or changes settings.
//! - Of a program without `CAP_SYS_RAWIO` the kernel takes only the commands of a list. MECHANISM STATUS, READ MEDIA
//!   SERIAL NUMBER and the vendors' own are not on it. [`NotPermitted`](crate::TransportError::NotPermitted) tells which
//!   of the two it was.
//!
//! # Locks
//!
//! A drive that is locked is open with `O_EXCL`, which keeps out mounting and every other program that does the same; its
//! node is locked by flock(2), which keeps udev from looking at the disc; and a file in `/run/lock` (or the user's runtime
//! folder) has the owner's name. The kernel holds all three for as long as the owner lives, so that nobody has to be freed
//! by hand.
//!
//! A disc that is mounted is in the way, unless it is forced. [`unmount`](crate::Device::unmount) runs `umount`, and where
//! that may not, `udisksctl`.
//!
//! # After writing
//!
//! The driver of discs learns a disc's size when it is put in, and again only when the drive tells of another disc, which
//! most do not after writing. [`look_anew`](crate::Device::look_anew) forgets pages that were read, has the driver ask the
//! drive, and says what size the system then believes in. When that is not the disc's own, only a tray that goes out and in
//! helps: there is no call by which the driver could be told.
//!
//! # Notices of media
//!
//! The kernel asks each drive every two seconds whether the disc has changed, and desktops mount what they hear of.
//! [`media_notices(false)`](crate::Device::media_notices) stops that for the drive, as far as this program may: only
//! root may by default. A drive that is locked is left alone anyway.

mod drive;
mod drives;
mod limits;
mod lock_file;
mod mounts;
mod outcome;
mod permission;
mod places;
mod sg_io;
mod sysfs;
mod unmount;

pub use drive::LinuxDrive;
pub use drives::LinuxDrives;
pub use places::{LOCKS, Places};
pub use sysfs::DriveInfo;
