//! The memory of another process.
#![expect(unsafe_code, reason = "process_vm_readv and process_vm_writev take addresses")]

use std::{io, ptr};

/// What a process calls a place in its memory.
pub(crate) type Address = u64;

/// Reads all of these places in one call. `EFAULT` when a place is not wholly there.
pub(crate) fn read(pid: u32, places: &mut [(Address, &mut [u8])]) -> io::Result<()> {
    let remote: Vec<_> = places.iter().map(|(at, buffer)| far(*at, buffer.len())).collect();
    let total = places.iter().map(|(_, buffer)| buffer.len()).sum();
    let local: Vec<_> = places.iter_mut().map(|(_, buffer)| near(buffer.as_mut_ptr(), buffer.len())).collect();
    // SAFETY: each local element is a buffer that lives and is borrowed exclusively until the call is over; the remote
    // ones are checked by the kernel. Counts are those of the vectors.
    let got = unsafe {
        libc::process_vm_readv(
            super::process::id(pid),
            local.as_ptr(),
            count(&local),
            remote.as_ptr(),
            count(&remote),
            0,
        )
    };
    whole(got, total)
}

/// Writes all of these places in one call. `EFAULT` when a place is not wholly there.
pub(crate) fn write(pid: u32, places: &[(Address, &[u8])]) -> io::Result<()> {
    let remote: Vec<_> = places.iter().map(|(at, bytes)| far(*at, bytes.len())).collect();
    let total = places.iter().map(|(_, bytes)| bytes.len()).sum();
    let local: Vec<_> = places.iter().map(|(_, bytes)| near(bytes.as_ptr().cast_mut(), bytes.len())).collect();
    // SAFETY: the kernel only reads from the local elements, which are borrowed until the call is over; the remote ones
    // are checked by the kernel. Counts are those of the vectors.
    let put = unsafe {
        libc::process_vm_writev(
            super::process::id(pid),
            local.as_ptr(),
            count(&local),
            remote.as_ptr(),
            count(&remote),
            0,
        )
    };
    whole(put, total)
}

/// The bytes up to a zero, at most `most` of them.
pub(crate) fn read_string(pid: u32, at: Address, most: usize) -> io::Result<Vec<u8>> {
    const PAGE: u64 = 4096;
    let mut string = Vec::new();
    let mut from = at;
    while string.len() < most {
        // Up to the end of a page, as the next may not be there. Most strings are short.
        let rest = PAGE - from % PAGE;
        let step = if string.is_empty() { rest.min(256) } else { rest };
        let had = string.len();
        string.resize(had + usize::try_from(step).unwrap_or(1), 0);
        read(pid, &mut [(from, &mut string[had..])])?;
        if let Some(end) = string[had..].iter().position(|&byte| byte == 0) {
            string.truncate(had + end);
            return Ok(string);
        }
        from = from.wrapping_add(step);
    }
    Err(io::Error::from_raw_os_error(libc::ENAMETOOLONG))
}

fn far(at: Address, len: usize) -> libc::iovec {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    libc::iovec { iov_base: ptr::without_provenance_mut(at), iov_len: len }
}

fn near(at: *mut u8, len: usize) -> libc::iovec {
    libc::iovec { iov_base: at.cast(), iov_len: len }
}

fn count(elements: &[libc::iovec]) -> libc::c_ulong {
    elements.len() as libc::c_ulong
}

fn whole(done: isize, wanted: usize) -> io::Result<()> {
    match usize::try_from(done) {
        Ok(done) if done == wanted => Ok(()),
        Ok(_) => Err(io::Error::from_raw_os_error(libc::EFAULT)),
        Err(_) => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_and_written_at_several_places() {
        let me = std::process::id();
        let from = *b"one two\0three";
        let address = |place: usize| from.as_ptr().addr() as u64 + place as u64;
        let (mut first, mut second) = ([0; 3], [0; 5]);
        read(me, &mut [(address(0), &mut first), (address(8), &mut second)]).expect("it works");
        assert_eq!((&first, &second), (b"one", b"three"));
        let to = Box::new([0u8; 4]);
        write(
            me,
            &[(to.as_ptr().expose_provenance() as u64, b"ab"), (to.as_ptr().expose_provenance() as u64 + 2, b"cd")],
        )
        .expect("it works");
        let mut back = [0; 4];
        read(me, &mut [(to.as_ptr().expose_provenance() as u64, &mut back)]).expect("it works");
        assert_eq!(&back, b"abcd");
        assert_eq!(read_string(me, address(4), 4096).expect("it works"), b"two");
        assert_eq!(read(me, &mut [(8, &mut back)]).expect_err("it is refused").raw_os_error(), Some(libc::EFAULT));
    }
}
