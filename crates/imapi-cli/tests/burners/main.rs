//! Burning programs that we did not write burn CDs in the drive in software, and others read what they burned.

#![cfg(target_os = "linux")]

mod audio;
mod data;
mod desk;
