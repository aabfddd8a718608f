//! Images of raw sectors, holes, and files that were compressed to do harm.
#![cfg(target_os = "linux")]

mod holes;
mod hostile;
mod packed;
mod raw;
