//! [`RunError`]: why a program could not be run on a virtual device.

use std::io;

use imapi_errors::{Coded, Fact, HResult, Value, common};

/// A program could not be run on a virtual device. It did not run at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The device was given no path.
    #[error("the device has no path at which it could be seen")]
    NoPath,
    /// A filter with a listener is there already, and the kernel allows one.
    #[error(
        "another program watches the system calls of this one already: a container's manager, or another virtual device; \
         run it outside of that"
    )]
    AlreadyWatched,
    /// Something forbids seccomp filters.
    #[error(
        "seccomp filters are forbidden here: a container must be started with a profile that allows them (for Docker \
         and Podman --security-opt seccomp=unconfined)"
    )]
    FilterForbidden,
    /// The kernel does not have what is needed.
    #[error(
        "the kernel does not know seccomp listeners that wait (it must be 5.19 or newer, with CONFIG_SECCOMP_FILTER)"
    )]
    KernelTooOld,
    /// The kernel was told not to let programs read each other's memory.
    #[error(
        "programs may not read the memory of their children here; as root: sysctl kernel.yama.ptrace_scope=1 (it is {scope})"
    )]
    MemoryForbidden {
        /// What `kernel.yama.ptrace_scope` is.
        scope: u32,
    },
    /// So few descriptors are allowed that none is left for the device.
    #[error("a program may have {limit} open files, which leaves none for the device (ulimit -n 1024)")]
    TooFewDescriptors {
        /// How many are allowed.
        limit: u64,
    },
    /// The program could not be started.
    #[error("`{program}` could not be started")]
    Start {
        /// Which one.
        program: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The system failed otherwise.
    #[error("the device could not be shown: {what} failed")]
    System {
        /// What did.
        what: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Coded for RunError {
    fn code(&self) -> HResult {
        match self {
            Self::NoPath => common::E_INVALIDARG,
            Self::AlreadyWatched => common::ERROR_BUSY,
            Self::FilterForbidden | Self::MemoryForbidden { .. } => common::E_ACCESSDENIED,
            Self::KernelTooOld => common::ERROR_NOT_SUPPORTED,
            Self::TooFewDescriptors { .. } => common::ERROR_TOO_MANY_OPEN_FILES,
            Self::Start { source, .. } | Self::System { source, .. } => source.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NoPath => {}
            Self::AlreadyWatched | Self::FilterForbidden | Self::KernelTooOld | Self::MemoryForbidden { .. } => {
                put(Fact::Reason, Value::Text(self));
            }
            Self::TooFewDescriptors { limit } => {
                put(Fact::Limit, Value::I64(i64::try_from(*limit).unwrap_or(i64::MAX)));
            }
            Self::Start { program, source } => {
                put(Fact::File, Value::Text(program));
                source.facts(put);
            }
            Self::System { what, source } => {
                put(Fact::Reason, Value::Text(what));
                source.facts(put);
            }
        }
    }
}

/// What the kernel said when the filter was to be installed.
pub(crate) fn not_filtered(source: io::Error) -> RunError {
    match source.raw_os_error() {
        Some(libc::EBUSY) => RunError::AlreadyWatched,
        Some(libc::EPERM | libc::EACCES) => RunError::FilterForbidden,
        Some(libc::EINVAL | libc::ENOSYS) => RunError::KernelTooOld,
        _ => RunError::System { what: "seccomp", source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_filter_says_what_helps() {
        for (number, words, code) in [
            (libc::EBUSY, "run it outside", common::ERROR_BUSY),
            (libc::EPERM, "--security-opt seccomp=unconfined", common::E_ACCESSDENIED),
            (libc::EACCES, "--security-opt seccomp=unconfined", common::E_ACCESSDENIED),
            (libc::EINVAL, "5.19", common::ERROR_NOT_SUPPORTED),
            (libc::ENOSYS, "CONFIG_SECCOMP_FILTER", common::ERROR_NOT_SUPPORTED),
        ] {
            let error = not_filtered(io::Error::from_raw_os_error(number));
            assert!(error.to_string().contains(words), "{error}");
            assert_eq!(error.code(), code, "{error}");
        }
    }
}
