//! [`AttachError`]: why a drive could not be attached or detached.

use std::{io, path::PathBuf};

use imapi_errors::{Coded, Fact, HResult, Value, common};

pub use crate::ring::RingError;

/// A drive could not be attached to the kernel, or not be detached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttachError {
    /// Only root may.
    #[error(
        "only root may attach a drive to the kernel (sudo); `imapi virtual run` shows one to a program without root"
    )]
    NotRoot,
    /// The kernel lacks a part.
    #[error(
        "the kernel {release} of this machine has no module {module}: {reason}; it needs a kernel with {option}, as \
         Debian's linux-image-amd64 is (`imapi virtual run` needs none)"
    )]
    NoModule {
        /// Which one.
        module: &'static str,
        /// What a kernel that has it was built with.
        option: &'static str,
        /// Which kernel it is.
        release: String,
        /// What `modprobe` said.
        reason: String,
    },
    /// The folder by which the target modules are told what to do is not there.
    #[error("/sys/kernel/config has no folder `target`: mount -t configfs configfs /sys/kernel/config")]
    NoConfigfs,
    /// All numbers are in use.
    #[error("{limit} drives are attached already, and there is no number for another")]
    TooMany {
        /// How many there can be.
        limit: u32,
    },
    /// The kernel made no drive out of it.
    #[error("the kernel made no /dev/srN of the device within {seconds} s; its log (dmesg) says why")]
    NoNode {
        /// How long was waited.
        seconds: u64,
    },
    /// Nothing of that name is attached.
    #[error("nothing is attached as `{name}`")]
    NotAttached {
        /// The name.
        name: String,
    },
    /// A file system of the disc is mounted.
    #[error("the disc in {} is mounted at {}", node.display(), at.display())]
    Mounted {
        /// The drive.
        node: PathBuf,
        /// Where.
        at: PathBuf,
    },
    /// The kernel shares memory that makes no sense.
    #[error(transparent)]
    Ring(#[from] RingError),
    /// The thread that serves commands has died.
    #[error("the thread that serves commands has died")]
    Died,
    /// A step of telling the kernel failed.
    #[error("{what} {} failed", path.display())]
    Configfs {
        /// What was done.
        what: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The system failed otherwise.
    #[error("{what} failed")]
    System {
        /// What did.
        what: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Coded for AttachError {
    fn code(&self) -> HResult {
        match self {
            Self::NotRoot => common::E_ACCESSDENIED,
            Self::NoModule { .. } | Self::NoConfigfs => common::ERROR_NOT_SUPPORTED,
            Self::TooMany { .. } => common::ERROR_TOO_MANY_OPEN_FILES,
            Self::NoNode { .. } => common::ERROR_TIMEOUT,
            Self::NotAttached { .. } => common::ERROR_DEV_NOT_EXIST,
            Self::Mounted { .. } => common::ERROR_BAD_COMMAND,
            Self::Ring(_) | Self::Died => common::E_UNEXPECTED,
            Self::Configfs { source, .. } | Self::System { source, .. } => source.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NotRoot | Self::NoModule { .. } | Self::NoConfigfs | Self::Ring(_) | Self::Died => {
                put(Fact::Reason, Value::Text(self));
            }
            Self::TooMany { limit } => put(Fact::Limit, Value::U32(*limit)),
            Self::NoNode { seconds } => {
                put(Fact::Elapsed, Value::I64(i64::try_from(*seconds).unwrap_or(i64::MAX)));
                put(Fact::Reason, Value::Text(self));
            }
            Self::NotAttached { name } => put(Fact::Drive, Value::Text(name)),
            Self::Mounted { node, at } => {
                put(Fact::Drive, Value::Text(&node.display()));
                put(Fact::Path, Value::Text(&at.display()));
            }
            Self::Configfs { path, source, .. } => {
                put(Fact::Path, Value::Text(&path.display()));
                source.facts(put);
            }
            Self::System { what, source } => {
                put(Fact::Reason, Value::Text(what));
                source.facts(put);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use imapi_errors::{Lang, Report};

    use super::*;

    #[test]
    fn an_error_says_what_is_missing_and_what_helps() {
        let module = AttachError::NoModule {
            module: "target_core_user",
            option: "CONFIG_TCM_USER2",
            release: "6.1.0-test".to_string(),
            reason: "FATAL: Module target_core_user not found".to_string(),
        };
        let mounted = AttachError::Mounted { node: "/dev/sr0".into(), at: "/media/disc".into() };
        let missing = AttachError::Configfs {
            what: "making",
            path: "/sys/kernel/config/target/core/user_0".into(),
            source: io::ErrorKind::PermissionDenied.into(),
        };
        let all: [(AttachError, HResult, &[&str]); 6] = [
            (AttachError::NotRoot, common::E_ACCESSDENIED, &["root", "imapi virtual run"]),
            (module, common::ERROR_NOT_SUPPORTED, &["6.1.0-test", "target_core_user", "CONFIG_TCM_USER2"]),
            (AttachError::NoConfigfs, common::ERROR_NOT_SUPPORTED, &["mount -t configfs"]),
            (mounted, common::ERROR_BAD_COMMAND, &["/dev/sr0", "/media/disc", "Unmount"]),
            (missing, common::E_ACCESSDENIED, &["core/user_0"]),
            (RingError::Version { found: 3 }.into(), common::E_UNEXPECTED, &["layout 3"]),
        ];
        for (error, code, words) in all {
            assert_eq!(error.code(), code, "{error}");
            let told = Report::new(&error, Lang::EN).to_string();
            for word in words {
                assert!(told.contains(word), "{word}: {told}");
            }
        }
    }
}
