//! The system calls that the standard library does not have: `SG_IO`, the size of its buffers, the signals that would
//! disturb it, the lock of the tray, pages that are forgotten, and locks on files.
//!
//! No other module of this crate has unsafe code.
#![expect(unsafe_code, reason = "system calls take pointers whose meaning only their number tells")]

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
const SG_SET_RESERVED_SIZE: libc::Ioctl = 0x2275;
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

/// Sends a command and waits for its end. `Err` is a command that the kernel did not take, except for EINTR.
pub(super) fn send(node: &File, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> io::Result<Numbers> {
    exchange(cdb, data, timeout, |header| {
        // SAFETY: SG_IO takes a pointer to this structure, laid out as asserted above. Its three pointers are to buffers
        // of at least the lengths beside them, which outlive this call; the kernel writes to `sbp`, which is ours alone,
        // and to `dxferp` only with DIRECTION_FROM_DEVICE, when it is from a `&mut`. The call may come back before the
        // command has ended, when it is interrupted; without SG_FLAG_DIRECT_IO the kernel has buffers of its own for
        // the command and copies from or to ours only within the call. The file is open for as long as it is borrowed.
        let result = unsafe { libc::ioctl(node.as_raw_fd(), SG_IO, ptr::from_mut(header)) };
        if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    })
}

/// Describes the command to `call` and reads what that leaves in the description. No signal comes meanwhile.
fn exchange(
    cdb: &Cdb,
    data: Data<'_>,
    timeout: Duration,
    call: impl FnOnce(&mut SgIoHdr) -> io::Result<()>,
) -> io::Result<Numbers> {
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
    let signals = SignalsHeld::new()?;
    let result = call(&mut header);
    drop(signals);
    result?;
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

/// All signals wait while this lives.
///
/// On `/dev/sgN` a signal ends the wait when the command is on its way already; the kernel then makes the same call
/// once more (`SA_RESTART`), which writes twice, or says EINTR. Only SIGKILL and SIGSTOP cannot be made to wait.
struct SignalsHeld {
    before: libc::sigset_t,
}

impl SignalsHeld {
    fn new() -> io::Result<Self> {
        // SAFETY: a set of signals is of numbers only, for which zeros are values.
        let (mut all, mut before): (libc::sigset_t, libc::sigset_t) = unsafe { (mem::zeroed(), mem::zeroed()) };
        // SAFETY: both calls take pointers to sets that are ours alone, and keep none of them.
        let failed = unsafe {
            libc::sigfillset(&raw mut all);
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before)
        };
        if failed == 0 { Ok(Self { before }) } else { Err(io::Error::from_raw_os_error(failed)) }
    }
}

impl Drop for SignalsHeld {
    fn drop(&mut self) {
        // SAFETY: the set is what the kernel gave us; the earlier one is not asked for.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.before, ptr::null_mut()) };
    }
}

/// Has the driver of `/dev/sgN` keep that much room for a command, which is 32 KiB otherwise, and says how much it has.
pub(super) fn reserve(node: &File, size: u32) -> Option<u32> {
    let mut size = c_int::try_from(size).ok()?;
    // SAFETY: SG_SET_RESERVED_SIZE reads one int from where the pointer points. Other drivers that are asked by mistake
    // do not know the number and answer ENOTTY.
    if unsafe { libc::ioctl(node.as_raw_fd(), SG_SET_RESERVED_SIZE, &raw mut size) } < 0 {
        return None;
    }
    // SAFETY: SG_GET_RESERVED_SIZE writes one int to where the pointer points, which is ours alone.
    let result = unsafe { libc::ioctl(node.as_raw_fd(), SG_GET_RESERVED_SIZE, &raw mut size) };
    if result < 0 { None } else { u32::try_from(size).ok() }
}

// <linux/cdrom.h>.
const CDROM_LOCKDOOR: libc::Ioctl = 0x5329;

/// Whether the driver of discs leaves the tray locked when the last program closes the node. It sends the command, too.
pub(super) fn keep_locked(node: &File, locked: bool) -> io::Result<()> {
    // SAFETY: CDROM_LOCKDOOR takes a number and no pointer. Other drivers do not know it and answer ENOTTY.
    let result = unsafe { libc::ioctl(node.as_raw_fd(), CDROM_LOCKDOOR, libc::c_ulong::from(locked)) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Has the kernel forget what it keeps of the file's content, as far as nobody uses it.
pub(super) fn forget_pages(file: &File) -> io::Result<()> {
    // SAFETY: the call takes numbers only; zero and zero are the whole file.
    match unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) } {
        0 => Ok(()),
        errno => Err(io::Error::from_raw_os_error(errno)),
    }
}

/// A node that is locked by flock(2) until this is dropped.
#[derive(Debug)]
pub(super) struct Claimed(pub File);

/// Closing it would be enough but for this: a child that was forked just now has the node too, until it becomes another
/// program.
impl Drop for Claimed {
    fn drop(&mut self) {
        // SAFETY: the call takes numbers only. It fails where nothing is locked, which is as well.
        unsafe { libc::flock(self.0.as_raw_fd(), libc::LOCK_UN) };
    }
}

/// Takes the lock of flock(2), which udev and its friends honour before they look at what is on a device; false when
/// somebody else has it.
pub(super) fn claim(node: &File) -> io::Result<bool> {
    // SAFETY: the call takes numbers only.
    if unsafe { libc::flock(node.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } == 0 {
        return Ok(true);
    }
    let error = io::Error::last_os_error();
    if error.kind() == io::ErrorKind::WouldBlock { Ok(false) } else { Err(error) }
}

/// Locks the whole file until it is closed, by whoever opened it this time; false when another has it.
pub(super) fn lock_file(file: &File) -> io::Result<bool> {
    match record_lock(file, libc::F_OFD_SETLK, libc::F_WRLCK) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.raw_os_error(), Some(libc::EAGAIN | libc::EACCES)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Gives the lock of the whole file back, for whoever has inherited the open file, too.
pub(super) fn unlock_file(file: &File) -> io::Result<()> {
    record_lock(file, libc::F_OFD_SETLK, libc::F_UNLCK).map(|_| ())
}

/// Whether another has locked the file.
pub(super) fn is_locked(file: &File) -> io::Result<bool> {
    record_lock(file, libc::F_OFD_GETLK, libc::F_WRLCK).map(|kind| i32::from(kind) != libc::F_UNLCK)
}

/// Asks for a lock of a kind on every byte, and says of which kind the lock is that the kernel answers with.
fn record_lock(file: &File, what: c_int, wanted: c_int) -> io::Result<c_short> {
    let kind = |kind: c_int| c_short::try_from(kind).map_err(|_| io::Error::from(io::ErrorKind::Unsupported));
    // SAFETY: the structure is of numbers only, for which zeros are values; it has more fields on some machines.
    let mut lock: libc::flock = unsafe { mem::zeroed() };
    // From byte 0 on (l_start), to the end (l_len); l_pid must be 0 for this kind of lock.
    lock.l_type = kind(wanted)?;
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

    const SECOND: Duration = Duration::from_secs(1);

    /// Signals that wait, as the kernel tells: a bit each, from signal 1.
    fn waiting_signals() -> u64 {
        let status = std::fs::read_to_string("/proc/thread-self/status").expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("SigBlk:")).expect("it tells");
        u64::from_str_radix(line.trim(), 16).expect("a number")
    }

    #[test]
    fn no_signal_comes_while_a_command_is_under_way() {
        let before = waiting_signals();
        let mut meanwhile = 0;
        for result in [Ok(()), Err(io::Error::from_raw_os_error(libc::EIO))] {
            let well = result.is_ok();
            let call = |_: &mut SgIoHdr| {
                meanwhile = waiting_signals();
                result
            };
            assert_eq!(exchange(&Cdb::six([0; 6]), Data::None, SECOND, call).is_ok(), well);
            for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGALRM, libc::SIGCHLD, libc::SIGUSR1] {
                assert_ne!(meanwhile >> (signal - 1) & 1, 0, "signal {signal}: {meanwhile:#x}");
            }
            assert_eq!(waiting_signals(), before);
        }
    }

    #[test]
    fn a_command_is_described_with_its_direction_lengths_and_time() {
        let (mut answer, parameters) = ([0; 36], [0; 24]);
        let (to, from) = (answer.as_ptr().addr(), parameters.as_ptr().addr());
        for (cdb, data, expected) in [
            (Cdb::six([0; 6]), Data::None, (6, -1, 0, 0)),
            (Cdb::six([0x12, 0, 0, 0, 36, 0]), Data::In(&mut answer), (6, -3, 36, to)),
            (Cdb::ten([0x55, 0, 0, 0, 0, 0, 0, 0, 24, 0]), Data::Out(&parameters), (10, -2, 24, from)),
            (Cdb::ten([0x5A; 10]), Data::In(&mut []), (10, -1, 0, 0)),
            (Cdb::ten([0x55; 10]), Data::Out(&[]), (10, -1, 0, 0)),
        ] {
            let bytes = cdb.as_bytes().to_vec();
            let call = |header: &mut SgIoHdr| {
                let said = (header.cmd_len, header.dxfer_direction, header.dxfer_len, header.dxferp.addr());
                assert_eq!(said, expected, "{bytes:02X?}");
                assert_eq!((header.interface_id, header.mx_sb_len, header.timeout), (i32::from(b'S'), 64, 30_000));
                assert_eq!((header.flags, header.iovec_count), (0, 0), "the buffers are the kernel's own");
                // SAFETY: the description is of a command with at least six bytes.
                assert_eq!(unsafe { *header.cmdp.cast::<[u8; 6]>() }, bytes[..6]);
                Ok(())
            };
            exchange(&cdb, data, Duration::from_secs(30), call).expect("the call succeeds");
        }
    }

    #[test]
    fn the_numbers_of_a_command_are_those_that_the_kernel_left() {
        let answer = |sense_length: u8| {
            let call = |header: &mut SgIoHdr| {
                (header.status, header.masked_status, header.host_status, header.driver_status) = (2, 1, 7, 8);
                (header.resid, header.sb_len_wr) = (-5, sense_length);
                // SAFETY: the description is of room for 64 bytes.
                unsafe { header.sbp.cast::<[u8; 3]>().write([0x70, 0, 6]) };
                Ok(())
            };
            exchange(&Cdb::six([0; 6]), Data::None, SECOND, call).expect("the call succeeds")
        };
        let expected = Numbers {
            status: 2,
            masked_status: 1,
            host_status: 7,
            driver_status: 8,
            residual: -5,
            sense: Some(SenseBytes::new(&[0x70, 0, 6])),
        };
        assert_eq!(answer(3), expected);
        assert_eq!(answer(0), Numbers { sense: None, ..expected });
        assert_eq!(answer(200).sense.map(|sense| sense.as_bytes().len()), Some(64), "no more than there is room for");
    }

    #[test]
    fn what_is_no_scsi_device_says_so() {
        let null = File::open("/dev/null").expect("every Linux has it");
        let mut buffer = [0xA5; 36];
        let command = Cdb::six([0x12, 0, 0, 0, 36, 0]);
        let error = send(&null, &command, Data::In(&mut buffer), Duration::from_secs(1)).expect_err("not SCSI");
        assert_eq!((error.raw_os_error(), buffer), (Some(libc::ENOTTY), [0xA5; 36]));
        assert_eq!(reserve(&null, 65_536), None);
    }

    #[test]
    fn a_claim_keeps_others_from_claiming_until_it_is_closed() {
        let path = tempfile::NamedTempFile::new().expect("a file").into_temp_path();
        let open = || File::open(&path).expect("the file");
        let (one, other) = (open(), open());
        assert!(claim(&one).expect("a file"));
        assert!(claim(&one).expect("once more by the same"));
        assert!(!claim(&other).expect("a file"));
        drop(one);
        assert!(claim(&other).expect("a file"));
    }

    #[test]
    fn a_node_that_is_none_of_the_disc_driver_has_no_tray() {
        let null = File::open("/dev/null").expect("every Linux has it");
        assert_eq!(keep_locked(&null, true).expect_err("no tray").raw_os_error(), Some(libc::ENOTTY));
        let file = tempfile::tempfile().expect("a file");
        forget_pages(&file).expect("every file has pages");
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
