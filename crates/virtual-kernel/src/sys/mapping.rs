//! [`Mapping`]: the memory of a UIO device, in this process.
#![expect(unsafe_code, reason = "shared memory is an address, and what writes to it is the kernel")]

use std::{
    fs::File,
    io,
    os::fd::AsRawFd,
    ptr::{self, NonNull},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::ring::{Region, RingError, inside};

/// The memory, until it is dropped.
#[derive(Debug)]
pub(crate) struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: the memory belongs to the process and not to a thread. It is only copied from and to, and numbers that another
// side waits for are atomic.
unsafe impl Send for Mapping {}

impl Mapping {
    /// Maps the first memory of the device.
    pub(crate) fn new(node: &File, len: usize) -> io::Result<Self> {
        // SAFETY: a new place is asked for, so that no memory of this program is touched.
        let start = unsafe {
            libc::mmap(ptr::null_mut(), len, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED, node.as_raw_fd(), 0)
        };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = NonNull::new(start.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { start, len })
    }

    fn at(&self, at: usize, len: usize) -> Result<*mut u8, RingError> {
        inside(self.len, at, len)?;
        // SAFETY: `at` is within the mapping, or at its end when `len` is 0.
        Ok(unsafe { self.start.add(at) }.as_ptr())
    }

    fn number(&self, at: usize) -> Result<&AtomicU32, RingError> {
        let place = self.at(at, size_of::<u32>())?;
        if at % align_of::<AtomicU32>() != 0 {
            return Err(RingError::Impossible { at, what: "a number at an odd place" });
        }
        // SAFETY: the four bytes are within the mapping, which lives as long as the borrow; the mapping begins at a page
        // and `at` is a multiple of four. Both sides access these numbers as a whole only.
        Ok(unsafe { AtomicU32::from_ptr(place.cast()) })
    }
}

impl Region for Mapping {
    fn len(&self) -> usize {
        self.len
    }

    fn read(&self, at: usize, into: &mut [u8]) -> Result<(), RingError> {
        let from = self.at(at, into.len())?;
        // SAFETY: `from` has that many bytes, and `into` is memory of ours elsewhere. What the kernel has handed over it
        // leaves alone until it is answered; were it not so, bytes would be mixed and nothing worse.
        unsafe { ptr::copy_nonoverlapping(from, into.as_mut_ptr(), into.len()) };
        Ok(())
    }

    fn write(&self, at: usize, bytes: &[u8]) -> Result<(), RingError> {
        let to = self.at(at, bytes.len())?;
        // SAFETY: as above, the other way.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
        Ok(())
    }

    fn load(&self, at: usize) -> Result<u32, RingError> {
        Ok(self.number(at)?.load(Ordering::Acquire))
    }

    fn store(&self, at: usize, number: u32) -> Result<(), RingError> {
        self.number(at)?.store(number, Ordering::Release);
        Ok(())
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: it was mapped with that length, and nothing borrows from it any more.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.len) };
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_mapping_is_shared_and_ends_where_it_ends() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&[7; 4096]).expect("it has room");
        let mapping = Mapping::new(&file, 4096).expect("files can be mapped");
        let mut bytes = [0; 8];
        mapping.read(4088, &mut bytes).expect("it is inside");
        assert_eq!(bytes, [7; 8]);
        mapping.store(64, 0x0102_0304).expect("it is inside");
        assert_eq!(mapping.load(64), Ok(0x0102_0304));
        mapping.write(0, b"kernel").expect("it is inside");
        let mut seen = [0; 6];
        std::os::unix::fs::FileExt::read_exact_at(&file, &mut seen, 0).expect("a file");
        assert_eq!(&seen, b"kernel");

        assert_eq!(mapping.read(4089, &mut bytes), Err(RingError::Outside { at: 4089, len: 8 }));
        assert_eq!(mapping.write(usize::MAX, &[0]), Err(RingError::Outside { at: u64::MAX, len: 1 }));
        assert!(mapping.load(4093).is_err() && mapping.store(66, 0).is_err());
    }
}
