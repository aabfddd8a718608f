//! The values of imapierror.h and winerror.h against an outside witness: the constants of the Windows bindings.

use imapi_errors::{Code, HResult, Header};
use windows_sys::Win32::{Foundation, Storage::Imapi};

/// Names and values of constants, so that no name is written twice.
macro_rules! constants {
    ($module:ident: $($name:ident,)*) => { [$((stringify!($name), i64::from($module::$name))),*] };
}

fn from_signed(value: i64) -> HResult {
    HResult::from_i32(i32::try_from(value).expect("the bindings have signed codes"))
}

#[test]
fn every_code_of_v1_has_the_value_that_windows_gives_it() {
    let witness = constants! { Imapi:
        IMAPI_S_PROPERTIESIGNORED, IMAPI_S_BUFFER_TO_SMALL, IMAPI_E_NOTOPENED, IMAPI_E_NOTINITIALIZED, IMAPI_E_USERABORT,
        IMAPI_E_GENERIC, IMAPI_E_MEDIUM_NOTPRESENT, IMAPI_E_MEDIUM_INVALIDTYPE, IMAPI_E_DEVICE_NOPROPERTIES,
        IMAPI_E_DEVICE_NOTACCESSIBLE, IMAPI_E_DEVICE_NOTPRESENT, IMAPI_E_DEVICE_INVALIDTYPE, IMAPI_E_INITIALIZE_WRITE,
        IMAPI_E_INITIALIZE_ENDWRITE, IMAPI_E_FILESYSTEM, IMAPI_E_FILEACCESS, IMAPI_E_DISCINFO, IMAPI_E_TRACKNOTOPEN,
        IMAPI_E_TRACKOPEN, IMAPI_E_DISCFULL, IMAPI_E_BADJOLIETNAME, IMAPI_E_INVALIDIMAGE, IMAPI_E_NOACTIVEFORMAT,
        IMAPI_E_NOACTIVERECORDER, IMAPI_E_WRONGFORMAT, IMAPI_E_ALREADYOPEN, IMAPI_E_WRONGDISC, IMAPI_E_FILEEXISTS,
        IMAPI_E_STASHINUSE, IMAPI_E_DEVICE_STILL_IN_USE, IMAPI_E_LOSS_OF_STREAMING, IMAPI_E_COMPRESSEDSTASH,
        IMAPI_E_ENCRYPTEDSTASH, IMAPI_E_NOTENOUGHDISKFORSTASH, IMAPI_E_REMOVABLESTASH, IMAPI_E_CANNOT_WRITE_TO_MEDIA,
        IMAPI_E_TRACK_NOT_BIG_ENOUGH, IMAPI_E_BOOTIMAGE_AND_NONBLANK_DISC,
    };
    assert_eq!(witness.len(), Code::of(Header::V1).count(), "the witness knows them all");
    for (name, value) in witness {
        let code = Code::from_name(name).unwrap_or_else(|| panic!("{name} is not in the table"));
        assert_eq!((code.header(), code.value()), (Header::V1, from_signed(value)), "{name}");
    }
}

#[test]
fn every_common_code_has_the_value_that_windows_gives_it() {
    let results = constants! { Foundation:
        S_OK, S_FALSE, E_BOUNDS, E_NOTIMPL, E_NOINTERFACE, E_POINTER, E_ABORT, E_FAIL, E_UNEXPECTED, RPC_E_SERVERFAULT,
        RPC_E_CHANGED_MODE, RPC_E_DISCONNECTED, RPC_E_WRONG_THREAD, DISP_E_UNKNOWNINTERFACE, DISP_E_MEMBERNOTFOUND,
        DISP_E_PARAMNOTFOUND, DISP_E_TYPEMISMATCH, DISP_E_UNKNOWNNAME, DISP_E_BADVARTYPE, DISP_E_EXCEPTION,
        DISP_E_OVERFLOW, DISP_E_BADINDEX, DISP_E_ARRAYISLOCKED, DISP_E_BADPARAMCOUNT, DISP_E_PARAMNOTOPTIONAL,
        STG_E_INVALIDFUNCTION, STG_E_FILENOTFOUND, STG_E_PATHNOTFOUND, STG_E_TOOMANYOPENFILES, STG_E_ACCESSDENIED,
        STG_E_INVALIDHANDLE, STG_E_INSUFFICIENTMEMORY, STG_E_INVALIDPOINTER, STG_E_NOMOREFILES,
        STG_E_DISKISWRITEPROTECTED, STG_E_SEEKERROR, STG_E_WRITEFAULT, STG_E_READFAULT, STG_E_SHAREVIOLATION,
        STG_E_LOCKVIOLATION, STG_E_FILEALREADYEXISTS, STG_E_INVALIDPARAMETER, STG_E_MEDIUMFULL, STG_E_INVALIDHEADER,
        STG_E_INVALIDNAME, STG_E_UNKNOWN, STG_E_UNIMPLEMENTEDFUNCTION, STG_E_INVALIDFLAG, STG_E_INUSE, STG_E_REVERTED,
        STG_E_CANTSAVE, CLASS_E_NOAGGREGATION, CLASS_E_CLASSNOTAVAILABLE, REGDB_E_CLASSNOTREG, CO_E_NOTINITIALIZED,
        CO_E_CLASSSTRING, E_ACCESSDENIED, E_HANDLE, E_OUTOFMEMORY, E_INVALIDARG, CO_E_SERVER_EXEC_FAILURE,
    };
    let errors = constants! { Foundation:
        ERROR_INVALID_FUNCTION, ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_TOO_MANY_OPEN_FILES,
        ERROR_ACCESS_DENIED, ERROR_INVALID_HANDLE, ERROR_OUTOFMEMORY, ERROR_INVALID_DRIVE, ERROR_WRITE_PROTECT,
        ERROR_NOT_READY, ERROR_BAD_COMMAND, ERROR_CRC, ERROR_SEEK, ERROR_SECTOR_NOT_FOUND, ERROR_WRITE_FAULT,
        ERROR_READ_FAULT, ERROR_GEN_FAILURE, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_HANDLE_EOF,
        ERROR_HANDLE_DISK_FULL, ERROR_NOT_SUPPORTED, ERROR_BAD_NETPATH, ERROR_DEV_NOT_EXIST, ERROR_NETNAME_DELETED,
        ERROR_FILE_EXISTS, ERROR_INVALID_PARAMETER, ERROR_BROKEN_PIPE, ERROR_DISK_FULL, ERROR_SEM_TIMEOUT,
        ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_NAME, ERROR_MOD_NOT_FOUND, ERROR_NEGATIVE_SEEK, ERROR_DIR_NOT_EMPTY,
        ERROR_BUSY, ERROR_ALREADY_EXISTS, ERROR_FILENAME_EXCED_RANGE, ERROR_NO_DATA, ERROR_MORE_DATA, ERROR_DIRECTORY,
        ERROR_NO_SUCH_DEVICE, ERROR_ARITHMETIC_OVERFLOW, ERROR_OPERATION_ABORTED, ERROR_IO_PENDING, ERROR_NOACCESS,
        ERROR_UNRECOGNIZED_VOLUME, ERROR_FILE_INVALID, ERROR_SERVICE_DISABLED, ERROR_MEDIA_CHANGED, ERROR_BUS_RESET,
        ERROR_NO_MEDIA_IN_DRIVE, ERROR_IO_DEVICE, ERROR_DEVICE_NOT_CONNECTED, ERROR_NOT_FOUND, ERROR_CANCELLED,
        ERROR_FILE_CORRUPT, ERROR_NO_SYSTEM_RESOURCES, ERROR_TIMEOUT, RPC_X_NULL_REF_POINTER, ERROR_UNRECOGNIZED_MEDIA,
        ERROR_FILE_TOO_LARGE, ERROR_CANT_RESOLVE_FILENAME,
    };
    let from_errors = errors.map(|(name, error)| {
        let error = u16::try_from(error).unwrap_or_else(|_| panic!("{name} is a small number"));
        (name, HResult::from_win32(error))
    });
    let witness: Vec<(&str, HResult)> =
        results.into_iter().map(|(name, value)| (name, from_signed(value))).chain(from_errors).collect();
    for (name, value) in &witness {
        let code = Code::from_name(name).unwrap_or_else(|| panic!("{name} is not in the table"));
        assert_eq!((code.header(), code.value()), (Header::Common, *value), "{name}");
    }
    // These are macros in the headers or constants of other parts of Windows.
    let unwitnessed = [
        "E_PENDING",
        "CONNECT_E_NOCONNECTION",
        "CONNECT_E_ADVISELIMIT",
        "CONNECT_E_CANNOTCONNECT",
        "E_ACCESS_DENIED",
        "STRSAFE_E_END_OF_FILE",
        "STRSAFE_E_INVALID_PARAMETER",
        "E_NOT_SUFFICIENT_BUFFER",
        "STRSAFE_E_INSUFFICIENT_BUFFER",
        "E_NOT_SET",
        "RPC_S_SERVER_UNAVAILABLE",
        "RPC_S_CALL_FAILED",
    ];
    for code in Code::of(Header::Common) {
        for name in code.aliases().chain([code.name()]) {
            assert!(witness.iter().any(|(known, _)| *known == name) || unwitnessed.contains(&name), "{name}");
        }
    }
}
