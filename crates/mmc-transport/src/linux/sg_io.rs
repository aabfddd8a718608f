//! The system calls that the standard library does not have: `SG_IO`, the size of its buffers, and locks on files.
//!
//! No other module of this crate has unsafe code.
#![expect(unsafe_code, reason = "ioctl and fcntl take pointers whose meaning only their number tells")]

use std::{
    ffi::{c_int, c_short, c_uchar, c_uint, c_ushort, c_void},
    fs::File,
    io, mem,
    os::fd::AsRawFd,
    ptr,
    time::Duration,
};

use super::outcome::Numbers;
use crate::{Cdb, Data, SenseBytes};

// <scsi/sg.h>; the numbers have been the same on every machine since Linux 2.4.
const SG_IO: libc::Ioctl = 0x2285;
const SG_GET_RESERVED_SIZE: libc::Ioctl = 0x2272;
const INTERFACE_ID: c_int = 0x53; // 'S'
const DIRECTION_NONE: c_int = -1;
const DIRECTION_TO_DEVICE: c_int = -2;
const DIRECTION_FROM_DEVICE: c_int = -3;

/// `struct sg_io_hdr` of <scsi/sg.h>.
#[repr(C)]
struct SgIoHdr {
    interface_id: c_int,
    dxfer_direction: c_int,
    cmd_len: c_uchar,
    mx_sb_len: c_uchar,
    iovec_count: c_ushort,
    dxfer_len: c_uint,
    dxferp: *mut c_void,
    cmdp: *const c_uchar,
    sbp: *mut c_uchar,
    /// Milliseconds.
    timeout: c_uint,
    flags: c_uint,
    pack_id: c_int,
    usr_ptr: *mut c_void,
    status: c_uchar,
    masked_status: c_uchar,
    msg_status: c_uchar,
    sb_len_wr: c_uchar,
    host_status: c_ushort,
    driver_status: c_ushort,
    resid: c_int,
    duration: c_uint,
    info: c_uint,
}

/// The kernel's own layout on machines of 64 bits: a wrong field would have it write anywhere.
#[cfg(target_pointer_width = "64")]
const _: () = {
    use mem::offset_of;
    assert!(size_of::<SgIoHdr>() == 88);
    assert!(offset_of!(SgIoHdr, dxfer_direction) == 4);
    assert!(offset_of!(SgIoHdr, cmd_len) == 8);
    assert!(offset_of!(SgIoHdr, mx_sb_len) == 9);
    assert!(offset_of!(SgIoHdr, iovec_count) == 10);
    assert!(offset_of!(SgIoHdr, dxfer_len) == 12);
    assert!(offset_of!(SgIoHdr, dxferp) == 16);
    assert!(offset_of!(SgIoHdr, cmdp) == 24);
    assert!(offset_of!(SgIoHdr, sbp) == 32);
    assert!(offset_of!(SgIoHdr, timeout) == 40);
    assert!(offset_of!(SgIoHdr, flags) == 44);
    assert!(offset_of!(SgIoHdr, pack_id) == 48);
    assert!(offset_of!(SgIoHdr, usr_ptr) == 56);
    assert!(offset_of!(SgIoHdr, status) == 64);
    assert!(offset_of!(SgIoHdr, masked_status) == 65);
    assert!(offset_of!(SgIoHdr, sb_len_wr) == 67);
    assert!(offset_of!(SgIoHdr, host_status) == 68);
    assert!(offset_of!(SgIoHdr, driver_status) == 70);
    assert!(offset_of!(SgIoHdr, resid) == 72);
    assert!(offset_of!(SgIoHdr, info) == 80);
};

/// Sends a command and waits for its end. `Err` is a command that the kernel did not take.
pub(super) fn send(node: &File, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> io::Result<Numbers> {
    let too_long = |_| io::Error::from(io::ErrorKind::InvalidInput);
    let mut sense = [0; SenseBytes::LONGEST];
    let dxfer_len = c_uint::try_from(data.len()).map_err(too_long)?;
    let (dxfer_direction, dxferp) = match data {
        Data::In(buffer) if !buffer.is_empty() => (DIRECTION_FROM_DEVICE, buffer.as_mut_ptr().cast()),
        Data::Out(bytes) if !bytes.is_empty() => (DIRECTION_TO_DEVICE, bytes.as_ptr().cast_mut().cast()),
        _ => (DIRECTION_NONE, ptr::null_mut()),
    };
    let command = cdb.as_bytes();
    let mut header = SgIoHdr {
        interface_id: INTERFACE_ID,
        dxfer_direction,
        cmd_len: c_uchar::try_from(command.len()).map_err(too_long)?,
        mx_sb_len: c_uchar::try_from(sense.len()).map_err(too_long)?,
        iovec_count: 0,
        dxfer_len,
        dxferp,
        cmdp: command.as_ptr(),
        sbp: sense.as_mut_ptr(),
        timeout: milliseconds(timeout),
        flags: 0,
        pack_id: 0,
        usr_ptr: ptr::null_mut(),
        status: 0,
        masked_status: 0,
        msg_status: 0,
        sb_len_wr: 0,
        host_status: 0,
        driver_status: 0,
        resid: 0,
        duration: 0,
        info: 0,
    };
    // SAFETY: SG_IO takes a pointer to this structure, laid out as asserted above. Its three pointers are to buffers of
    // at least the lengths beside them, which outlive the call, as it comes back only when the command has ended; the
    // kernel writes to `sbp`, which is ours alone, and to `dxferp` only with DIRECTION_FROM_DEVICE, when it is from a
    // `&mut`. The file is open for as long as it is borrowed.
    let result = unsafe { libc::ioctl(node.as_raw_fd(), SG_IO, &raw mut header) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    let came = usize::from(header.sb_len_wr).min(sense.len());
    Ok(Numbers {
        status: header.status,
        masked_status: header.masked_status,
        host_status: header.host_status,
        driver_status: header.driver_status,
        residual: header.resid,
        sense: (came > 0).then(|| SenseBytes::new(&sense[..came])),
    })
}

/// Zero would be the kernel's own 60 seconds.
fn milliseconds(timeout: Duration) -> c_uint {
    c_uint::try_from(timeout.as_millis()).unwrap_or(c_uint::MAX).max(1)
}

/// How much one command may carry, as far as the driver says.
pub(super) fn reserved_size(node: &File) -> Option<u32> {
    let mut size: c_int = 0;
    // SAFETY: SG_GET_RESERVED_SIZE writes one int to where the pointer points, which is ours alone. Other drivers that
    // are asked by mistake do not know the number and answer ENOTTY.
    let result = unsafe { libc::ioctl(node.as_raw_fd(), SG_GET_RESERVED_SIZE, &raw mut size) };
    if result < 0 { None } else { u32::try_from(size).ok() }
}

/// Locks the whole file until it is closed, by whoever opened it this time; false when another has it.
pub(super) fn lock_file(file: &File) -> io::Result<bool> {
    match record_lock(file, libc::F_OFD_SETLK) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.raw_os_error(), Some(libc::EAGAIN | libc::EACCES)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether another has locked the file.
pub(super) fn is_locked(file: &File) -> io::Result<bool> {
    record_lock(file, libc::F_OFD_GETLK).map(|kind| i32::from(kind) != libc::F_UNLCK)
}

/// Asks for a lock on every byte, and says of which kind the lock is that the kernel answers with.
fn record_lock(file: &File, what: c_int) -> io::Result<c_short> {
    let kind = |kind: c_int| c_short::try_from(kind).map_err(|_| io::Error::from(io::ErrorKind::Unsupported));
    // SAFETY: the structure is of numbers only, for which zeros are values; it has more fields on some machines.
    let mut lock: libc::flock = unsafe { mem::zeroed() };
    // From byte 0 on (l_start), to the end (l_len); l_pid must be 0 for this kind of lock.
    lock.l_type = kind(libc::F_WRLCK)?;
    lock.l_whence = kind(libc::SEEK_SET)?;
    // SAFETY: both commands take a pointer to this structure and read or write nothing else.
    let result = unsafe { libc::fcntl(file.as_raw_fd(), what, &raw mut lock) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(lock.l_type) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_never_has_the_kernels_own_timeout() {
        for (timeout, expected) in [
            (Duration::ZERO, 1),
            (Duration::from_micros(1), 1),
            (Duration::from_secs(30), 30_000),
            (Duration::MAX, c_uint::MAX),
        ] {
            assert_eq!(milliseconds(timeout), expected, "{timeout:?}");
        }
    }

    #[test]
    fn what_is_no_scsi_device_says_so() {
        let null = File::open("/dev/null").expect("every Linux has it");
        let mut buffer = [0xA5; 36];
        let command = Cdb::six([0x12, 0, 0, 0, 36, 0]);
        let error = send(&null, &command, Data::In(&mut buffer), Duration::from_secs(1)).expect_err("not SCSI");
        assert_eq!((error.raw_os_error(), buffer), (Some(libc::ENOTTY), [0xA5; 36]));
        assert_eq!(reserved_size(&null), None);
    }

    #[test]
    fn a_file_is_locked_by_whoever_opened_it_and_until_it_is_closed() {
        let path = tempfile::NamedTempFile::new().expect("a file").into_temp_path();
        let open = || File::options().read(true).write(true).open(&path).expect("the file");
        let (one, other) = (open(), open());
        assert!(!is_locked(&other).expect("a file"));
        assert!(lock_file(&one).expect("a file"));
        assert!(lock_file(&one).expect("once more by the same"));
        assert!(!lock_file(&other).expect("a file"));
        assert!(is_locked(&File::open(&path).expect("for reading")).expect("a file"));
        drop(one);
        assert!(lock_file(&other).expect("a file"));
    }
}
