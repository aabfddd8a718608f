//! Codes for what the operating system says.

use std::io;

use crate::{Coded, Fact, HResult, Value, common};

/// A system error as IMAPI would return it: the winerror.h code of the same condition, and the system's own words as
/// a fact.
impl Coded for io::Error {
    fn code(&self) -> HResult {
        self.raw_os_error().and_then(from_number).unwrap_or_else(|| from_kind(self.kind()))
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::SystemError, Value::Text(self));
    }
}

/// What the standard library does not tell apart and an optical drive does.
#[cfg(unix)]
fn from_number(number: i32) -> Option<HResult> {
    // The same numbers on every Unix: these are as old as it is.
    Some(match number {
        5 => common::ERROR_IO_DEVICE,                 // EIO
        6 => common::ERROR_DEV_NOT_EXIST,             // ENXIO
        9 => common::E_HANDLE,                        // EBADF
        19 => common::ERROR_NO_SUCH_DEVICE,           // ENODEV
        21 => common::E_INVALIDARG,                   // EISDIR
        23 | 24 => common::ERROR_TOO_MANY_OPEN_FILES, // ENFILE, EMFILE
        27 => common::ERROR_FILE_TOO_LARGE,           // EFBIG
        _ => return from_linux_number(number),
    })
}

/// Numbers that each Unix has its own way.
#[cfg(target_os = "linux")]
fn from_linux_number(number: i32) -> Option<HResult> {
    Some(match number {
        36 => common::ERROR_FILENAME_EXCED_RANGE,  // ENAMETOOLONG
        40 => common::ERROR_CANT_RESOLVE_FILENAME, // ELOOP
        123 => common::ERROR_NO_MEDIA_IN_DRIVE,    // ENOMEDIUM
        124 => common::ERROR_UNRECOGNIZED_MEDIA,   // EMEDIUMTYPE
        _ => return None,
    })
}

#[cfg(all(unix, not(target_os = "linux")))]
fn from_linux_number(_: i32) -> Option<HResult> {
    None
}

#[cfg(windows)]
fn from_number(number: i32) -> Option<HResult> {
    // Windows numbers are what the codes are made of.
    let code = HResult::from_win32(u16::try_from(number).ok()?);
    code.known().map(|known| known.value())
}

#[cfg(not(any(unix, windows)))]
fn from_number(_: i32) -> Option<HResult> {
    None
}

/// The kinds that the standard library tells apart; a kind without a code of its own is a failure without a name.
fn from_kind(kind: io::ErrorKind) -> HResult {
    use io::ErrorKind as K;
    match kind {
        K::NotFound => common::ERROR_FILE_NOT_FOUND,
        K::PermissionDenied => common::E_ACCESSDENIED,
        K::AlreadyExists => common::ERROR_FILE_EXISTS,
        K::InvalidInput | K::IsADirectory => common::E_INVALIDARG,
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
        K::NotSeekable => common::STG_E_INVALIDFUNCTION,
        K::FileTooLarge => common::ERROR_FILE_TOO_LARGE,
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

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_drive_says_through_the_system_has_its_own_code() {
        let cases = [
            (5, common::ERROR_IO_DEVICE),
            (6, common::ERROR_DEV_NOT_EXIST),
            (19, common::ERROR_NO_SUCH_DEVICE),
            (24, common::ERROR_TOO_MANY_OPEN_FILES),
            (27, common::ERROR_FILE_TOO_LARGE),
            (40, common::ERROR_CANT_RESOLVE_FILENAME),
            (28, common::ERROR_DISK_FULL),
            (36, common::ERROR_FILENAME_EXCED_RANGE),
            (123, common::ERROR_NO_MEDIA_IN_DRIVE),
            (13, common::E_ACCESSDENIED),
            (29, common::STG_E_INVALIDFUNCTION),
        ];
        for (number, code) in cases {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(error.code(), code, "{error}");
        }
    }

    #[test]
    fn an_error_without_a_kind_is_a_plain_failure() {
        assert_eq!(io::Error::other("odd").code(), common::E_FAIL);
    }
}
