//! What drives answer to the ioctls that programs use, besides commands of their own: those of SCSI and of block devices.

use crate::{
    address as bus, cdrom,
    node::Kind,
    opens::Open,
    reading, scsi,
    sys::memory::Address,
    visit::{Errno, Visit, int},
};

mod number {
    //! `scsi/sg.h`, `scsi/scsi_ioctl.h` and `linux/fs.h`.
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
    pub(super) const CDROM_SEND_PACKET: u32 = 0x5393;
    pub(super) const BLKROGET: u32 = 0x125E;
    pub(super) const BLKGETSIZE: u32 = 0x1260;
    pub(super) const BLKFLSBUF: u32 = 0x1261;
    pub(super) const BLKRASET: u32 = 0x1262;
    pub(super) const BLKRAGET: u32 = 0x1263;
    pub(super) const BLKSECTGET: u32 = 0x1267;
    pub(super) const BLKSSZGET: u32 = 0x1268;
    pub(super) const BLKIOMIN: u32 = 0x1278;
    pub(super) const BLKIOOPT: u32 = 0x1279;
    pub(super) const BLKALIGNOFF: u32 = 0x127A;
    pub(super) const BLKPBSZGET: u32 = 0x127B;
    pub(super) const BLKROTATIONAL: u32 = 0x127E;
    pub(super) const BLKGETSIZE64: u32 = 0x8008_1272;
    pub(super) const BLKBSZGET: u32 = 0x8008_1270;
    pub(super) const BLKBSZSET: u32 = 0x4008_1271;
}

/// The ioctl that carries commands.
pub(crate) const SG_IO: i32 = 0x2285;

/// What the kernel says of its block devices, and of `sg`. From 40000 on programs use another interface.
const VERSION_OF_BLOCK: i32 = 30_527;
const VERSION_OF_GENERIC: i32 = 30_536;

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
        number::SG_GET_SCSI_ID if open.node.kind == Kind::Generic => {
            let id = scsi_id(visit.supervisor.address);
            visit.write(argument, &id)
        }
        number::SCSI_GET_IDLUN => {
            let both = visit.supervisor.address.id_lun();
            visit.write(argument, &both)
        }
        number::SCSI_GET_BUS_NUMBER => {
            let host = visit.supervisor.address.host;
            visit.write(argument, &host.to_ne_bytes())
        }
        number::SCSI_PROBE_HOST => Ok(1),
        number::SCSI_GET_PCI => Err(Errno(libc::ENXIO)),
        _ if open.node.kind == Kind::Block => of_block(visit, open, request, argument),
        _ => Err(Errno(libc::ENOTTY)),
    }
}

fn of_block(visit: &mut Visit<'_>, open: &Open, request: u32, argument: Address) -> Result<i64, Errno> {
    if let Some(answer) = cdrom::answer(visit, request, argument) {
        return answer;
    }
    match request {
        number::BLKFLSBUF | number::BLKRASET | number::BLKBSZSET => Ok(0),
        // The node is one of a burner; whether this disc can be written is seen when it is opened for that.
        number::BLKROGET | number::BLKIOOPT | number::BLKALIGNOFF => visit.write(argument, &0i32.to_ne_bytes()),
        number::BLKSSZGET | number::BLKPBSZGET | number::BLKIOMIN | number::BLKBSZGET => {
            visit.write(argument, &2048i32.to_ne_bytes())
        }
        number::BLKROTATIONAL => visit.write(argument, &1u16.to_ne_bytes()),
        number::BLKSECTGET => {
            let sectors = visit.device().limits().page_aligned_transfer.get() / 512;
            visit.write(argument, &u16::try_from(sectors).unwrap_or(u16::MAX).to_ne_bytes())
        }
        number::BLKRAGET => visit.write(argument, &READ_AHEAD.to_ne_bytes()),
        number::BLKGETSIZE | number::BLKGETSIZE64 => {
            let size = reading::size(visit.device());
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
        Kind::Generic | Kind::Link => VERSION_OF_GENERIC,
    }
}

/// `struct sg_scsi_id`: host, channel, target, unit, type, how many commands may queue.
fn scsi_id(at: bus::Address) -> [u8; 32] {
    let mut id = [0; 32];
    for (place, number) in [at.host, at.channel, at.target, at.unit].into_iter().enumerate() {
        id[place * 4..place * 4 + 4].copy_from_slice(&number.to_ne_bytes());
    }
    id[16..20].copy_from_slice(&TYPE_OF_DRIVE.to_ne_bytes());
    id[20..22].copy_from_slice(&1u16.to_ne_bytes());
    id[22..24].copy_from_slice(&1u16.to_ne_bytes());
    id
}

fn read_int(visit: &Visit<'_>, at: Address) -> Result<i32, Errno> {
    let mut bytes = [0; 4];
    visit.read(at, &mut bytes)?;
    Ok(int(u32::from_ne_bytes(bytes).into()))
}
