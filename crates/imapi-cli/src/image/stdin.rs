//! Standard input as a file of the image: read once, as long as it has to be, and left at once when the work is to stop.

use std::{
    io::{self, Read, Stdin},
    os::fd::AsFd as _,
};

use imapi_disc_types::CancelToken;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

/// How long a stop may go unnoticed while nothing comes.
const LOOK_UP: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// Reads standard input, and no more of it than one byte beyond what it should have.
pub struct Input<'a> {
    stdin: Stdin,
    token: &'a CancelToken,
    /// How many bytes may come; one more shows that it is too long.
    room: u64,
}

impl<'a> Input<'a> {
    pub fn new(token: &'a CancelToken, size: Option<u64>) -> Self {
        Self { stdin: io::stdin(), token, room: size.map_or(u64::MAX, |size| size.saturating_add(1)) }
    }

    /// Waits until something comes, or the work is to stop.
    fn wait(&self) -> io::Result<()> {
        loop {
            if self.token.is_cancelled() {
                return Err(io::Error::other("cancelled"));
            }
            let mut polled = [PollFd::from_borrowed_fd(self.stdin.as_fd(), PollFlags::IN)];
            match poll(&mut polled, Some(&LOOK_UP)) {
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Read for Input<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.wait()?;
        let most = usize::try_from(self.room).unwrap_or(usize::MAX).min(out.len());
        // Straight from the system: what another buffer would hold has to be waited for too.
        let count = rustix::io::read(&self.stdin, &mut out[..most])?;
        self.room -= count as u64;
        Ok(count)
    }
}
