//! Machines start from our images, from a CD and from a disk: `SeaBIOS` and OVMF in QEMU's software emulation, with
//! ISOLINUX, GRUB and boot sectors of our own, up to a line on the serial port.
//!
//! - [`loaders`]: what machines start, made by the tools of Syslinux, GRUB and mtools.
//! - [`machine`]: the virtual machines.
//! - [`bios`], [`uefi`]: the images; [`appended`]: those that were added to.

mod appended;
mod bios;
mod loaders;
mod machine;
mod sectors;
mod uefi;
