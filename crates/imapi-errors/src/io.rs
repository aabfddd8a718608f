//! Codes for what the operating system says.

use std::io;

use crate::{Coded, Fact, HResult, Value, common};

/// A system error as IMAPI would return it: the winerror.h code of the same condition, and the system's own words as
/// a fact.
impl Coded for io::Error {
    fn code(&self) -> HResult {
        from_kind(self.kind())
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::SystemError, Value::Text(self));
    }
}

/// The kinds that the standard library tells apart; a kind without a code of its own is a failure without a name.
fn from_kind(kind: io::ErrorKind) -> HResult {
    use io::ErrorKind as K;
    match kind {
        K::NotFound => common::ERROR_FILE_NOT_FOUND,
        K::PermissionDenied => common::E_ACCESSDENIED,
        K::AlreadyExists => common::ERROR_FILE_EXISTS,
        K::InvalidInput => common::E_INVALIDARG,
        K::TimedOut => common::ERROR_TIMEOUT,
        K::WriteZero | K::StorageFull | K::QuotaExceeded => common::ERROR_DISK_FULL,
        K::UnexpectedEof => common::ERROR_HANDLE_EOF,
        K::OutOfMemory => common::E_OUTOFMEMORY,
        K::Unsupported => common::ERROR_NOT_SUPPORTED,
        K::BrokenPipe => common::ERROR_BROKEN_PIPE,
        K::Interrupted => common::ERROR_OPERATION_ABORTED,
        K::NotADirectory => common::ERROR_DIRECTORY,
        K::DirectoryNotEmpty => common::ERROR_DIR_NOT_EMPTY,
        K::ReadOnlyFilesystem => common::ERROR_WRITE_PROTECT,
        K::ResourceBusy => common::ERROR_BUSY,
        K::NotSeekable => common::ERROR_SEEK,
        _ => common::E_FAIL,
    }
}

#[cfg(test)]
mod tests {
    use std::{format, fs};

    use super::*;
    use crate::{Lang, Report};

    #[test]
    fn a_missing_file_has_its_code_and_the_systems_words() {
        let error = fs::File::open("/nowhere/at all").expect_err("no such file");
        assert_eq!(error.code(), common::ERROR_FILE_NOT_FOUND);
        let told = format!("{}", Report::new(&error, Lang::EN));
        assert!(told.contains(&format!("{error}")), "{told}");
    }

    #[test]
    fn an_error_without_a_kind_is_a_plain_failure() {
        assert_eq!(io::Error::other("odd").code(), common::E_FAIL);
    }
}
