//! The system calls that the standard library does not have. Only the modules below have unsafe code.

pub(crate) mod mapping;
pub(crate) mod waiting;
