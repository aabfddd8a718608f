//! [`Places`]: where the system has what an attachment needs.

use std::path::PathBuf;

/// The folders of the running system, or those of a test.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// `/sys`
    pub(crate) sys: PathBuf,
    /// `/dev`
    pub(crate) dev: PathBuf,
    /// `/proc`
    pub(crate) proc: PathBuf,
}

impl Default for Places {
    fn default() -> Self {
        Self { sys: "/sys".into(), dev: "/dev".into(), proc: "/proc".into() }
    }
}
