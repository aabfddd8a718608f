//! [`Places`]: where the system keeps what we look at, so that tests can keep it elsewhere.

use std::{env, path::PathBuf};

/// The folder of lock files, where those of the machine are not meant: a drive in software that only one program sees has
/// the number of another's.
pub const LOCKS: &str = "IMAPI_LOCKS";

/// Folders of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Devices as the kernel sees them: `/sys`.
    pub sys: PathBuf,
    /// Their nodes: `/dev`.
    pub dev: PathBuf,
    /// What this program has mounted: `/proc/self/mountinfo`.
    pub mountinfo: PathBuf,
    /// Where lock files may be, best first.
    pub locks: Vec<PathBuf>,
    /// Where the programs are that unmount; `None` for where this program finds its programs, by `PATH`.
    pub programs: Option<PathBuf>,
}

/// Where Linux has them.
impl Default for Places {
    fn default() -> Self {
        let named = |variable| env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        let locks = match named(LOCKS) {
            Some(locks) => vec![locks],
            None => std::iter::once(PathBuf::from("/run/lock")).chain(named("XDG_RUNTIME_DIR")).collect(),
        };
        Self { sys: "/sys".into(), dev: "/dev".into(), mountinfo: "/proc/self/mountinfo".into(), locks, programs: None }
    }
}
