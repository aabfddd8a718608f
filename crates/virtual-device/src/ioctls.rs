//! What drives answer to the ioctls that programs use, besides commands of their own.

use imapi_mmc_transport::{Cdb, Condition, Device, Tray};

use crate::{
    node::Kind,
    opens::Open,
    reading::{self, Failed, command},
    scsi,
    sys::memory::Address,
    visit::{Errno, Visit, int},
};

mod number {
    //! `scsi/sg.h`, `scsi/scsi_ioctl.h`, `linux/cdrom.h` and `linux/fs.h`.
    pub(super) const SG_SET_TIMEOUT: u32 = 0x2201;
    pub(super) const SG_GET_TIMEOUT: u32 = 0x2202;
    pub(super) const SG_EMULATED_HOST: u32 = 0x2203;
    pub(super) const SG_GET_RESERVED_SIZE: u32 = 0x2272;
    pub(super) const SG_SET_RESERVED_SIZE: u32 = 0x2275;
    pub(super) const SG_GET_SCSI_ID: u32 = 0x2276;
    pub(super) const SG_GET_VERSION_NUM: u32 = 0x2282;
    pub(super) const SCSI_GET_IDLUN: u32 = 0x5382;
    pub(super) const SCSI_PROBE_HOST: u32 = 0x5385;
    pub(super) const SCSI_GET_BUS_NUMBER: u32 = 0x5386;
    pub(super) const SCSI_GET_PCI: u32 = 0x5387;
    pub(super) const CDROM_READTOCHDR: u32 = 0x5305;
    pub(super) const CDROM_READTOCENTRY: u32 = 0x5306;
    pub(super) const CDROM_EJECT: u32 = 0x5309;
    pub(super) const CDROM_EJECT_SW: u32 = 0x530F;
    pub(super) const CDROM_MULTISESSION: u32 = 0x5310;
    pub(super) const CDROM_CLOSETRAY: u32 = 0x5319;
    pub(super) const CDROM_SET_OPTIONS: u32 = 0x5320;
    pub(super) const CDROM_CLEAR_OPTIONS: u32 = 0x5321;
    pub(super) const CDROM_SELECT_SPEED: u32 = 0x5322;
    pub(super) const CDROM_MEDIA_CHANGED: u32 = 0x5325;
    pub(super) const CDROM_DRIVE_STATUS: u32 = 0x5326;
    pub(super) const CDROM_DISC_STATUS: u32 = 0x5327;
    pub(super) const CDROM_LOCKDOOR: u32 = 0x5329;
    pub(super) const CDROM_GET_CAPABILITY: u32 = 0x5331;
    pub(super) const CDROM_SEND_PACKET: u32 = 0x5393;
    pub(super) const BLKROGET: u32 = 0x125E;
    pub(super) const BLKGETSIZE: u32 = 0x1260;
    pub(super) const BLKFLSBUF: u32 = 0x1261;
    pub(super) const BLKRASET: u32 = 0x1262;
    pub(super) const BLKRAGET: u32 = 0x1263;
    pub(super) const BLKSSZGET: u32 = 0x1268;
    pub(super) const BLKPBSZGET: u32 = 0x127B;
    pub(super) const BLKGETSIZE64: u32 = 0x8008_1272;
    pub(super) const BLKBSZGET: u32 = 0x8008_1270;
}

/// The ioctl that carries commands.
pub(crate) const SG_IO: i32 = 0x2285;

/// What the kernel says of its block devices, and of `sg`. From 40000 on programs use another interface.
const VERSION_OF_BLOCK: i32 = 30_527;
const VERSION_OF_GENERIC: i32 = 30_536;

/// `CDS_…`: no disc, the tray is out, not ready yet, all is well.
const NO_DISC: i64 = 1;
const TRAY_OPEN: i64 = 2;
const NOT_READY: i64 = 3;
/// There is a disc.
pub(crate) const DISC_OK: i64 = 4;
const AUDIO: i64 = 100;
const DATA: i64 = 101;
const MIXED: i64 = 105;

/// `CDC_…`: all that a burner of today does, but for changing discs, magneto-optical ones and MRW.
const CAPABILITY: i64 = 0x0023_FFEF;
const LEAD_OUT: u8 = 0xAA;
const FORMAT_LBA: u8 = 1;
const FORMAT_MSF: u8 = 2;
const READ_AHEAD: u64 = 256;
const SECTOR: u64 = 512;
const TYPE_OF_DRIVE: i32 = 5;

/// The answer to an ioctl.
pub(crate) fn answer(visit: &mut Visit<'_>, open: &Open, request: u32, argument: Address) -> Result<i64, Errno> {
    match request {
        _ if int(request.into()) == SG_IO => scsi::sg_io(visit, open, argument),
        number::CDROM_SEND_PACKET => scsi::send_packet(visit, argument),
        number::SG_GET_VERSION_NUM => visit.write(argument, &version(open.node.kind).to_ne_bytes()),
        number::SG_SET_TIMEOUT => {
            open.state().timeout = read_int(visit, argument)?.max(0);
            Ok(0)
        }
        number::SG_GET_TIMEOUT => Ok(open.state().timeout.into()),
        // The commands go to no SCSI bus.
        number::SG_EMULATED_HOST => visit.write(argument, &1i32.to_ne_bytes()),
        number::SG_GET_RESERVED_SIZE => {
            let reserved = open.state().reserved;
            visit.write(argument, &reserved.to_ne_bytes())
        }
        number::SG_SET_RESERVED_SIZE => {
            let wanted = read_int(visit, argument)?;
            if wanted < 0 {
                return Err(Errno(libc::EINVAL));
            }
            let most = i32::try_from(visit.device().limits().page_aligned_transfer.get()).unwrap_or(i32::MAX);
            open.state().reserved = wanted.min(most);
            Ok(0)
        }
        number::SG_GET_SCSI_ID if open.node.kind == Kind::Generic => visit.write(argument, &scsi_id(open)),
        number::SCSI_GET_IDLUN => {
            // Target, unit and bus are 0, and the host has the drive's number.
            let host = open.node.minor & 0xFF;
            let both = u64::from(host) << 24 | u64::from(host) << 32;
            visit.write(argument, &both.to_ne_bytes())
        }
        number::SCSI_GET_BUS_NUMBER => visit.write(argument, &open.node.minor.to_ne_bytes()),
        number::SCSI_PROBE_HOST => Ok(1),
        number::SCSI_GET_PCI => Err(Errno(libc::ENXIO)),
        _ if open.node.kind == Kind::Block => of_block(visit, open, request, argument),
        _ => Err(Errno(libc::ENOTTY)),
    }
}

fn of_block(visit: &mut Visit<'_>, open: &Open, request: u32, argument: Address) -> Result<i64, Errno> {
    let device = visit.device();
    match request {
        number::CDROM_DRIVE_STATUS => Ok(drive_status(device)),
        number::CDROM_DISC_STATUS => Ok(disc_status(device)),
        number::CDROM_GET_CAPABILITY => Ok(CAPABILITY),
        number::CDROM_MEDIA_CHANGED
        | number::CDROM_SET_OPTIONS
        | number::CDROM_CLEAR_OPTIONS
        | number::CDROM_EJECT_SW
        | number::BLKFLSBUF
        | number::BLKRASET => Ok(0),
        number::CDROM_EJECT => order(device, [0x1B, 0, 0, 0, 2, 0]),
        number::CDROM_CLOSETRAY => order(device, [0x1B, 0, 0, 0, 3, 0]),
        number::CDROM_LOCKDOOR => order(device, [0x1E, 0, 0, 0, u8::from(argument != 0), 0]),
        number::CDROM_SELECT_SPEED => select_speed(device, argument),
        number::CDROM_READTOCHDR => {
            let toc = table(device, 0, 0, false)?;
            visit.write(argument, &[toc[2], toc[3]])
        }
        number::CDROM_READTOCENTRY => toc_entry(visit, argument),
        number::CDROM_MULTISESSION => multisession(visit, argument),
        number::BLKROGET => visit.write(argument, &0i32.to_ne_bytes()),
        number::BLKSSZGET | number::BLKPBSZGET => visit.write(argument, &2048i32.to_ne_bytes()),
        number::BLKBSZGET => visit.write(argument, &2048u64.to_ne_bytes()[..4]),
        number::BLKRAGET => visit.write(argument, &READ_AHEAD.to_ne_bytes()),
        number::BLKGETSIZE | number::BLKGETSIZE64 => {
            let size = reading::size(device);
            open.state().size = Some(size);
            let unit = if request == number::BLKGETSIZE { SECTOR } else { 1 };
            visit.write(argument, &(size / unit).to_ne_bytes())
        }
        _ => Err(Errno(libc::ENOTTY)),
    }
}

fn version(kind: Kind) -> i32 {
    match kind {
        Kind::Block => VERSION_OF_BLOCK,
        Kind::Generic => VERSION_OF_GENERIC,
    }
}

/// `struct sg_scsi_id`: host, channel, target, unit, type, how many commands may queue.
fn scsi_id(open: &Open) -> [u8; 32] {
    let mut id = [0; 32];
    id[..4].copy_from_slice(&open.node.minor.to_ne_bytes());
    id[16..20].copy_from_slice(&TYPE_OF_DRIVE.to_ne_bytes());
    id[20..22].copy_from_slice(&1u16.to_ne_bytes());
    id[22..24].copy_from_slice(&1u16.to_ne_bytes());
    id
}

/// `CDROM_DRIVE_STATUS`.
pub(crate) fn drive_status(device: &dyn Device) -> i64 {
    match command(device, &Cdb::six([0; 6]), &mut []) {
        Ok(_) => DISC_OK,
        Err(Failed::Silent) => NO_DISC,
        Err(Failed::Sense(sense)) => match sense.condition() {
            Condition::NoMedium { tray: Tray::Open } => TRAY_OPEN,
            Condition::NoMedium { .. } => NO_DISC,
            _ if sense.key == imapi_mmc_transport::SenseKey::NotReady => NOT_READY,
            _ => DISC_OK,
        },
    }
}

fn disc_status(device: &dyn Device) -> i64 {
    let status = drive_status(device);
    if status != DISC_OK {
        return status;
    }
    let Ok(toc) = table(device, 0, 0, false) else { return 0 };
    let tracks = toc[4..].chunks_exact(8).filter(|entry| entry[2] != LEAD_OUT);
    let (data, audio): (Vec<_>, Vec<_>) = tracks.partition(|entry| entry[1] & 4 != 0);
    match (data.is_empty(), audio.is_empty()) {
        (true, true) => 0,
        (true, false) => AUDIO,
        (false, true) => DATA,
        (false, false) => MIXED,
    }
}

fn order(device: &dyn Device, cdb: [u8; 6]) -> Result<i64, Errno> {
    command(device, &Cdb::six(cdb), &mut []).map(|_| 0).map_err(|_| Errno(libc::EIO))
}

fn select_speed(device: &dyn Device, times: u64) -> Result<i64, Errno> {
    /// Kilobytes a second of a CD at its own speed; and the value that means the fastest.
    const SINGLE: u64 = 177;
    let rate = if times == 0 { u16::MAX } else { u16::try_from(times.saturating_mul(SINGLE)).unwrap_or(u16::MAX) };
    let [high, low] = rate.to_be_bytes();
    let cdb = Cdb::twelve([0xBB, 0, high, low, 0, 0, 0, 0, 0, 0, 0, 0]);
    command(device, &cdb, &mut []).map(|_| 0).map_err(|_| Errno(libc::EIO))
}

/// READ TOC: at least the header and, where one is announced, an entry.
fn table(device: &dyn Device, format: u8, track: u8, msf: bool) -> Result<Vec<u8>, Errno> {
    const MOST: u16 = 4 + 100 * 8;
    const LEAST: usize = 12;
    let mut reply = vec![0; MOST.into()];
    let [high, low] = MOST.to_be_bytes();
    let cdb = Cdb::ten([0x43, u8::from(msf) << 1, format, 0, 0, 0, track, high, low, 0]);
    let got = command(device, &cdb, &mut reply).map_err(|_| Errno(libc::EIO))?;
    let announced = usize::from(u16::from_be_bytes([reply[0], reply[1]])) + 2;
    reply.truncate(got.min(announced));
    if reply.len() < LEAST { Err(Errno(libc::EIO)) } else { Ok(reply) }
}

/// `struct cdrom_tocentry`: track, control and ADR, format, place, mode.
fn toc_entry(visit: &Visit<'_>, at: Address) -> Result<i64, Errno> {
    let mut entry = [0; 12];
    visit.read(at, &mut entry)?;
    let msf = wants_msf(entry[2])?;
    let track = entry[0];
    let toc = table(visit.device(), 0, track, msf)?;
    let found = toc[4..].chunks_exact(8).find(|found| found[2] == track).ok_or(Errno(libc::EINVAL))?;
    entry[1] = found[1].rotate_left(4);
    entry[4..8].copy_from_slice(&place(found, msf));
    entry[8] = u8::from(found[1] & 4 != 0);
    visit.write(at, &entry)
}

/// `struct cdrom_multisession`: where the last session begins, whether there are several, format.
fn multisession(visit: &Visit<'_>, at: Address) -> Result<i64, Errno> {
    let mut answer = [0; 8];
    visit.read(at, &mut answer)?;
    let msf = wants_msf(answer[5])?;
    let sessions = table(visit.device(), 1, 0, msf)?;
    answer[..4].copy_from_slice(&place(&sessions[4..12], msf));
    answer[4] = u8::from(sessions[2] != sessions[3]);
    visit.write(at, &answer)
}

fn wants_msf(format: u8) -> Result<bool, Errno> {
    match format {
        FORMAT_LBA => Ok(false),
        FORMAT_MSF => Ok(true),
        _ => Err(Errno(libc::EINVAL)),
    }
}

/// `union cdrom_addr`.
fn place(entry: &[u8], msf: bool) -> [u8; 4] {
    if msf {
        [entry[5], entry[6], entry[7], 0]
    } else {
        i32::from_be_bytes([entry[4], entry[5], entry[6], entry[7]]).to_ne_bytes()
    }
}

fn read_int(visit: &Visit<'_>, at: Address) -> Result<i32, Errno> {
    let mut bytes = [0; 4];
    visit.read(at, &mut bytes)?;
    Ok(int(u32::from_ne_bytes(bytes).into()))
}
