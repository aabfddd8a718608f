//! The ioctls that read sectors of a CD, and those that ask where writing has ended and goes on.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    Device,
    commands::{
        C2Selection, DiscReply, ExpectedSector, MainChannel, ReadCd, ReadDiscInformation, ReadTrackInformation,
        SectorSelection, SubChannelSelection, TocEntry, TrackAddress, TrackInformation,
    },
};

use crate::{
    cdrom::{self, Format},
    kernel,
    sys::memory::{self, Address},
    visit::{Errno, Visit},
};

/// Which bytes of a sector a program wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sector {
    /// `CDROMREADRAW`: all 2352.
    Raw,
    /// `CDROMREADMODE1`: 2048 of data.
    Mode1,
    /// `CDROMREADMODE2`: 2336 that follow the header.
    Mode2,
}

impl Sector {
    fn len(self) -> usize {
        match self {
            Self::Raw => 2352,
            Self::Mode1 => 2048,
            Self::Mode2 => 2336,
        }
    }

    fn selection(self) -> SectorSelection {
        let main = match self {
            Self::Raw => MainChannel::RAW,
            Self::Mode1 => MainChannel::USER_DATA,
            Self::Mode2 => MainChannel::SUB_HEADER | MainChannel::USER_DATA | MainChannel::CORRECTION,
        };
        SectorSelection { main, c2: C2Selection::None, sub_channel: SubChannelSelection::NONE }
    }
}

/// One sector, over the `struct cdrom_msf` that says which.
pub(crate) fn read_sector(visit: &mut Visit<'_>, at: Address, sector: Sector) -> Result<i64, Errno> {
    let mut place = [0; 4];
    visit.read(at, &mut place[..3])?;
    let start = Format::Msf.lba(place);
    if start.0 < 0 {
        return Err(Errno(libc::EINVAL));
    }
    read(visit, &ReadCd::new(start, 1, sector.selection()), sector.len(), at)
}

/// `struct cdrom_read_audio`: where from, format, how many sectors, where to.
pub(crate) fn read_audio(visit: &mut Visit<'_>, at: Address) -> Result<i64, Errno> {
    /// More the kernel does not read at once.
    const MOST: i32 = 75;
    let mut asked = [0; 24];
    visit.read(at, &mut asked)?;
    let word = |at: usize| [asked[at], asked[at + 1], asked[at + 2], asked[at + 3]];
    let start = Format::of(asked[4])?.lba(word(0));
    let count = i32::from_ne_bytes(word(8));
    if start.0 < 0 || !(1..=MOST).contains(&count) {
        return Err(Errno(libc::EINVAL));
    }
    let mut to = [0; 8];
    to.copy_from_slice(&asked[16..]);
    let mut to = u64::from_ne_bytes(to);
    // In as many commands as the device's limit makes of it.
    let carried = visit.device().limits().transfer.get() / 2352;
    let mut done = 0;
    let count = count.unsigned_abs();
    while done < count {
        let blocks = (count - done).min(carried.max(1));
        let first = start.checked_add(done.into()).ok_or(Errno(libc::EINVAL))?;
        let command = ReadCd { expected: ExpectedSector::Audio, ..ReadCd::new(first, blocks, Sector::Raw.selection()) };
        let size = usize::try_from(blocks).unwrap_or(0) * Sector::Raw.len();
        read(visit, &command, size, to)?;
        to += size as u64;
        done += blocks;
    }
    Ok(0)
}

fn read(visit: &mut Visit<'_>, command: &ReadCd, size: usize, to: Address) -> Result<i64, Errno> {
    let mut buffer = std::mem::take(visit.buffer);
    let result = kernel::fetch(visit.device(), command, buffer.room(size)).map_err(Errno::from).and_then(|came| {
        memory::write(visit.notice.pid, &[(to, buffer.filled(came.min(size)))])?;
        Ok(0)
    });
    *visit.buffer = buffer;
    result
}

/// The last track that has something in it.
fn last_track(device: &dyn Device) -> Result<TrackInformation, Errno> {
    let DiscReply::Standard(disc) = kernel::ask(device, &ReadDiscInformation::standard())? else {
        return Err(Errno(libc::EIO));
    };
    let number = u32::from(disc.last_of_last_session);
    let ask = |number| kernel::ask(device, &ReadTrackInformation::of(TrackAddress::Track(number)));
    let track = ask(number)?;
    if track.blank && number > 1 { Ok(ask(number - 1)?) } else { Ok(track) }
}

/// `CDROM_LAST_WRITTEN`.
pub(crate) fn last_written(device: &dyn Device) -> Result<Lba, Errno> {
    let by_track = last_track(device).ok().and_then(|track| {
        track.last_recorded.or_else(|| {
            // As the kernel counts: the run-out of 7 blocks is none of the free ones.
            let free = if track.free_blocks > 0 { i64::from(track.free_blocks) + 7 } else { 0 };
            track.start.checked_add(i64::from(track.size?) - free)
        })
    });
    if let Some(last) = by_track {
        return Ok(last);
    }
    let toc = cdrom::contents(device, TocEntry::LEAD_OUT, false)?;
    toc.lead_out().ok_or(Errno(libc::EIO))
}

/// `CDROM_NEXT_WRITABLE`.
pub(crate) fn next_writable(device: &dyn Device) -> Result<Lba, Errno> {
    if let Some(next) = last_track(device).ok().and_then(|track| track.next_writable) {
        return Ok(next);
    }
    // Run-out and run-in.
    last_written(device)?.checked_add(7).ok_or(Errno(libc::EIO))
}
