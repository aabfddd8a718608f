//! `SG_IO` and `CDROM_SEND_PACKET`: a program's own commands, checked as the kernel checks them, and carried out once.

use std::{
    mem,
    time::{Duration, Instant},
};

use imapi_mmc_transport::{Cdb, Completion, Data, Status, TransportError};

use crate::{
    opens::Open,
    sys::memory::{self, Address},
    visit::{Errno, Visit},
};

mod field {
    //! Places in `struct sg_io_hdr` of <scsi/sg.h>, on machines of 64 bits.
    pub(super) const INTERFACE_ID: usize = 0;
    pub(super) const DIRECTION: usize = 4;
    pub(super) const CMD_LEN: usize = 8;
    pub(super) const MX_SB_LEN: usize = 9;
    pub(super) const IOVEC_COUNT: usize = 10;
    pub(super) const DXFER_LEN: usize = 12;
    pub(super) const DXFERP: usize = 16;
    pub(super) const CMDP: usize = 24;
    pub(super) const SBP: usize = 32;
    pub(super) const TIMEOUT: usize = 40;
    /// From here on the kernel answers.
    pub(super) const STATUS: usize = 64;
    pub(super) const MASKED_STATUS: usize = 65;
    pub(super) const SB_LEN_WR: usize = 67;
    pub(super) const HOST_STATUS: usize = 68;
    pub(super) const DRIVER_STATUS: usize = 70;
    pub(super) const RESID: usize = 72;
    pub(super) const DURATION: usize = 76;
    pub(super) const INFO: usize = 80;
    pub(super) const END: usize = 88;
}

mod packet {
    //! Places in `struct cdrom_generic_command` of <linux/cdrom.h>, on machines of 64 bits.
    pub(super) const CMD_LEN: usize = 12;
    pub(super) const BUFFER: usize = 16;
    pub(super) const BUFLEN: usize = 24;
    pub(super) const STAT: usize = 28;
    pub(super) const SENSE: usize = 32;
    pub(super) const DIRECTION: usize = 40;
    pub(super) const TIMEOUT: usize = 48;
    pub(super) const END: usize = 64;
    /// Of `struct request_sense`.
    pub(super) const SENSE_LEN: u8 = 64;
}

const INTERFACE_ID: i32 = b'S' as i32;
const LONGEST_CDB: usize = 32;
const MOST_SEGMENTS: u16 = 1024;
/// What the kernel does with times that are not said, and with short ones.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(7);

const HOST_NO_CONNECT: u16 = 1;
const HOST_TIME_OUT: u16 = 3;
const HOST_ERROR: u16 = 7;
const DRIVER_SENSE: u16 = 8;
const INFO_CHECK: u32 = 1;

/// Which way the data go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    None,
    In,
    Out,
}

/// A piece of a program's memory.
type Piece = (Address, usize);

/// `SG_IO`.
pub(crate) fn sg_io(visit: &mut Visit<'_>, open: &Open, at: Address) -> Result<i64, Errno> {
    let mut header = [0; field::END];
    visit.read(at, &mut header)?;
    let length = usize::try_from(u32_at(&header, field::DXFER_LEN)).unwrap_or(usize::MAX);
    let way = way(visit, &header, length)?;
    let cdb_length = checked_length(header[field::CMD_LEN])?;
    let pieces = pieces(visit, &header, length)?;

    let started = Instant::now();
    let order = Order {
        cdb: (u64_at(&header, field::CMDP), cdb_length),
        way,
        pieces: &pieces,
        timeout: timeout(u32_at(&header, field::TIMEOUT), open),
    };
    let asked = total(&pieces);
    let outcome = order.carry_out(visit)?;
    let answer = answer_of(&outcome)?;

    let sense_at = u64_at(&header, field::SBP);
    let sense = if sense_at == 0 { &[][..] } else { first(answer.sense.as_ref(), header[field::MX_SB_LEN]) };
    let resid = i32::try_from(asked - answer.transferred.min(asked)).unwrap_or(i32::MAX);
    let duration = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
    let masked = (answer.status >> 1) & 0x1F;
    let checked = masked != 0 || answer.host != 0 || answer.driver != 0;
    header[field::STATUS] = answer.status;
    header[field::MASKED_STATUS] = masked;
    header[field::MASKED_STATUS + 1] = 0;
    header[field::SB_LEN_WR] = u8::try_from(sense.len()).unwrap_or(u8::MAX);
    put(&mut header, field::HOST_STATUS, &answer.host.to_ne_bytes());
    put(&mut header, field::DRIVER_STATUS, &answer.driver.to_ne_bytes());
    put(&mut header, field::RESID, &resid.to_ne_bytes());
    put(&mut header, field::DURATION, &duration.to_ne_bytes());
    put(&mut header, field::INFO, &(if checked { INFO_CHECK } else { 0 }).to_ne_bytes());

    let arrived = if way == Way::In { answer.transferred } else { 0 };
    let mut places = cut(&pieces, visit.buffer.filled(arrived));
    places.push((sense_at, sense));
    places.push((at + field::STATUS as u64, &header[field::STATUS..]));
    memory::write(visit.notice.pid, &places)?;
    Ok(0)
}

/// `CDROM_SEND_PACKET`, the older way.
pub(crate) fn send_packet(visit: &mut Visit<'_>, at: Address) -> Result<i64, Errno> {
    let mut header = [0; packet::END];
    visit.read(at, &mut header)?;
    let length = usize::try_from(u32_at(&header, packet::BUFLEN)).unwrap_or(usize::MAX);
    if length > limit(visit) {
        return Err(Errno(libc::EIO));
    }
    let way = match header[packet::DIRECTION] {
        _ if length == 0 => Way::None,
        1 => Way::Out,
        2 => Way::In,
        _ => return Err(Errno(libc::EINVAL)),
    };
    let pieces = [(u64_at(&header, packet::BUFFER), length)];
    let jiffies = i32::from_ne_bytes(array_at(&header, packet::TIMEOUT));
    let timeout = Duration::from_millis(u64::try_from(jiffies).unwrap_or(0) * 10).max(SHORTEST_TIMEOUT);
    let cdb_length = Cdb::group_length(header[0]).unwrap_or(packet::CMD_LEN).clamp(Cdb::SHORTEST, packet::CMD_LEN);
    let order = Order { cdb: (at, cdb_length), way, pieces: &pieces, timeout };
    let outcome = order.carry_out(visit)?;
    let answer = answer_of(&outcome)?;

    let failed = answer.status != 0 || answer.host != 0;
    let residue = u32::try_from(length - answer.transferred.min(length)).unwrap_or(u32::MAX);
    let stat: i32 = if failed { -libc::EIO } else { 0 };
    let sense_at = u64_at(&header, packet::SENSE);
    let sense = if sense_at == 0 { &[][..] } else { first(answer.sense.as_ref(), packet::SENSE_LEN) };
    let arrived = if way == Way::In { answer.transferred } else { 0 };
    let (residue, stat) = (residue.to_ne_bytes(), stat.to_ne_bytes());
    let mut places = cut(&pieces, visit.buffer.filled(arrived));
    places.push((sense_at, sense));
    places.push((at + packet::BUFLEN as u64, &residue));
    places.push((at + packet::STAT as u64, &stat));
    memory::write(visit.notice.pid, &places)?;
    if failed { Err(Errno(libc::EIO)) } else { Ok(0) }
}

/// What shall be done.
struct Order<'a> {
    cdb: (Address, usize),
    way: Way,
    pieces: &'a [Piece],
    timeout: Duration,
}

impl Order<'_> {
    /// Reads command and data, and has the device carry it out. What came in is in the visit's buffer.
    fn carry_out(&self, visit: &mut Visit<'_>) -> Result<Result<Completion, TransportError>, Errno> {
        let size = total(self.pieces);
        let mut buffer = mem::take(visit.buffer);
        let result = self.with_buffer(visit, buffer.room(size));
        *visit.buffer = buffer;
        result
    }

    fn with_buffer(&self, visit: &Visit<'_>, buffer: &mut [u8]) -> Result<Result<Completion, TransportError>, Errno> {
        let mut bytes = [0; LONGEST_CDB];
        let (at, length) = self.cdb;
        let mut places: Vec<(Address, &mut [u8])> = vec![(at, &mut bytes[..length])];
        if self.way == Way::Out {
            let mut rest = &mut *buffer;
            for &(from, size) in self.pieces {
                let (piece, more) = rest.split_at_mut(size);
                places.push((from, piece));
                rest = more;
            }
        }
        memory::read(visit.notice.pid, &mut places)?;
        let cdb = Cdb::new(&bytes[..length]).map_err(|_| Errno(libc::EINVAL))?;
        // From here on it must not have been another's memory, and it must be done once.
        if !visit.still_waits() {
            return Err(Errno(libc::EINTR));
        }
        let data = match self.way {
            Way::None => Data::None,
            Way::In => Data::In(buffer),
            Way::Out => Data::Out(buffer),
        };
        Ok(visit.device().execute(&cdb, data, self.timeout))
    }
}

/// The outcome in the kernel's numbers.
struct Answer {
    status: u8,
    host: u16,
    driver: u16,
    transferred: usize,
    sense: Option<Vec<u8>>,
}

fn answer_of(outcome: &Result<Completion, TransportError>) -> Result<Answer, Errno> {
    let none = |host, driver| Ok(Answer { status: 0, host, driver, transferred: 0, sense: None });
    match outcome {
        Ok(done) => Ok(Answer {
            status: done.status.0,
            host: 0,
            driver: if done.status == Status::CHECK_CONDITION { DRIVER_SENSE } else { 0 },
            transferred: done.transferred,
            sense: done.sense.map(|sense| sense.as_bytes().to_vec()),
        }),
        Err(TransportError::Timeout { .. }) => none(HOST_TIME_OUT, 0),
        Err(TransportError::Gone) => none(HOST_NO_CONNECT, 0),
        Err(TransportError::Connection { host, driver }) => none(*host, *driver),
        Err(TransportError::NotPermitted { .. }) => Err(Errno(libc::EPERM)),
        Err(TransportError::TooLarge { .. }) => Err(Errno(libc::EIO)),
        Err(error) => {
            tracing::warn!(%error, "the device gave no answer");
            none(HOST_ERROR, 0)
        }
    }
}

fn way(visit: &Visit<'_>, header: &[u8], length: usize) -> Result<Way, Errno> {
    if i32::from_ne_bytes(array_at(header, field::INTERFACE_ID)) != INTERFACE_ID {
        return Err(Errno(libc::EINVAL));
    }
    if length > limit(visit) {
        return Err(Errno(libc::EIO));
    }
    match i32::from_ne_bytes(array_at(header, field::DIRECTION)) {
        // Whatever direction nothing goes.
        _ if length == 0 => Ok(Way::None),
        -2 => Ok(Way::Out),
        -3 | -4 => Ok(Way::In),
        _ => Err(Errno(libc::EINVAL)),
    }
}

fn checked_length(length: u8) -> Result<usize, Errno> {
    match usize::from(length) {
        0..Cdb::SHORTEST => Err(Errno(libc::EMSGSIZE)),
        length @ Cdb::SHORTEST..=Cdb::LONGEST => Ok(length),
        // The kernel takes 32; no command of a drive for discs is longer than 16.
        _ => Err(Errno(libc::EINVAL)),
    }
}

/// Where the data are: in one piece or, seldom, in several.
fn pieces(visit: &Visit<'_>, header: &[u8], length: usize) -> Result<Vec<Piece>, Errno> {
    let at = u64_at(header, field::DXFERP);
    match u16::from_ne_bytes(array_at(header, field::IOVEC_COUNT)) {
        0 => Ok(vec![(at, length)]),
        count @ 1..=MOST_SEGMENTS => list(visit, at, count, length),
        _ => Err(Errno(libc::EINVAL)),
    }
}

/// A list of pieces (`struct iovec`), at most `most` bytes of them.
pub(crate) fn list(visit: &Visit<'_>, at: Address, count: u16, most: usize) -> Result<Vec<Piece>, Errno> {
    let mut bytes = vec![0; usize::from(count) * 16];
    visit.read(at, &mut bytes)?;
    let mut left = most;
    Ok(bytes
        .chunks_exact(16)
        .map(|piece| {
            let size = usize::try_from(u64_at(piece, 8)).unwrap_or(usize::MAX).min(left);
            left -= size;
            (u64_at(piece, 0), size)
        })
        .collect())
}

fn timeout(milliseconds: u32, open: &Open) -> Duration {
    let said = match milliseconds {
        0 => Duration::from_millis(u64::try_from(open.state().timeout).unwrap_or(0) * 10),
        said => Duration::from_millis(said.into()),
    };
    if said.is_zero() { DEFAULT_TIMEOUT } else { said.max(SHORTEST_TIMEOUT) }
}

fn limit(visit: &Visit<'_>) -> usize {
    usize::try_from(visit.device().limits().page_aligned_transfer.get()).unwrap_or(usize::MAX)
}

fn total(pieces: &[Piece]) -> usize {
    pieces.iter().map(|(_, size)| size).sum()
}

/// Which bytes go where.
pub(crate) fn cut<'a>(pieces: &[Piece], bytes: &'a [u8]) -> Vec<(Address, &'a [u8])> {
    let mut rest = bytes;
    let mut places = Vec::with_capacity(pieces.len() + 2);
    for &(at, size) in pieces {
        let (piece, more) = rest.split_at(size.min(rest.len()));
        if !piece.is_empty() {
            places.push((at, piece));
        }
        rest = more;
    }
    places
}

fn first(sense: Option<&Vec<u8>>, room: u8) -> &[u8] {
    let all = sense.map_or(&[][..], Vec::as_slice);
    &all[..all.len().min(room.into())]
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[at..at + N]);
    array
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(array_at(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_ne_bytes(array_at(bytes, at))
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

#[cfg(test)]
mod tests {
    use imapi_mmc_transport::SenseBytes;

    use super::*;

    #[test]
    fn an_outcome_has_the_kernels_numbers() {
        let check =
            Completion { status: Status::CHECK_CONDITION, transferred: 0, sense: Some(SenseBytes::new(&[0x70, 0, 2])) };
        let timeout = TransportError::Timeout { opcode: 0x2A, after: Duration::from_secs(1) };
        for (outcome, expected) in [
            (Ok(Completion::good(5)), (0, 0, 0)),
            (Ok(check), (2, 0, DRIVER_SENSE)),
            (Ok(Completion { status: Status::BUSY, transferred: 0, sense: None }), (8, 0, 0)),
            (Err(timeout), (0, HOST_TIME_OUT, 0)),
            (Err(TransportError::Gone), (0, HOST_NO_CONNECT, 0)),
            (Err(TransportError::Connection { host: 8, driver: 4 }), (0, 8, 4)),
        ] {
            let answer = answer_of(&outcome).expect("it works");
            assert_eq!((answer.status, answer.host, answer.driver), expected, "{outcome:?}");
        }
        let forbidden = TransportError::NotPermitted { opcode: 0xBD, remedy: "" };
        assert_eq!(answer_of(&Err(forbidden)).err(), Some(Errno(libc::EPERM)));
    }

    #[test]
    fn bytes_go_to_the_pieces_in_turn() {
        let pieces = [(100, 3), (200, 0), (300, 4)];
        assert_eq!(cut(&pieces, b"abcde"), [(100, &b"abc"[..]), (300, b"de")]);
        assert_eq!(cut(&pieces, b""), []);
    }

    #[test]
    fn a_command_has_a_length_that_a_drive_understands() {
        for (length, expected) in [
            (0, Err(Errno(libc::EMSGSIZE))),
            (5, Err(Errno(libc::EMSGSIZE))),
            (6, Ok(6)),
            (16, Ok(16)),
            (17, Err(Errno(libc::EINVAL))),
            (255, Err(Errno(libc::EINVAL))),
        ] {
            assert_eq!(checked_length(length), expected, "{length}");
        }
    }
}
