//! The slow tier: discs in files in real drives of a real kernel, which a virtual machine has, and in drives of all ways.

mod append;
mod attach;
mod burn;
mod drive;
mod guest;
mod ourselves;
#[cfg(target_os = "linux")]
mod personalities;
