//! The system calls that the standard library does not have. Only the modules below have unsafe code.

pub(crate) mod child;
pub(crate) mod files;
pub(crate) mod listener;
pub(crate) mod memory;
pub(crate) mod process;
