//! What `/sys` tells of the drive, in the places where programs look for drives.

use std::path::{Path, PathBuf};

use imapi_mmc_transport::Limits;

use crate::{
    address::Address,
    node::{Kind, Node},
    tree::{Entry, Tree},
};

/// Where the drive is seen, by names that the kernel could have given.
pub(crate) struct Seat<'a> {
    pub(crate) address: Address,
    pub(crate) block: Option<&'a Node>,
    pub(crate) generic: Option<&'a Node>,
    pub(crate) limits: Limits,
}

const SYS: &str = "/sys";
/// Type 5 of SPC: a drive for discs.
const DRIVE_TYPE: &str = "5\n";
const SECTOR: u32 = 512;
const KIB: u32 = 1024;
/// As many pieces as the kernel allows where a driver says nothing.
const SEGMENTS: u32 = 128;

impl<'a> Seat<'a> {
    /// `None` when no node has a name under which the kernel shows drives.
    pub(crate) fn of(nodes: &'a [Node], limits: Limits) -> Option<Self> {
        let standard = |kind| nodes.iter().find(|node| node.kind == kind && node.is_standard());
        let (block, generic) = (standard(Kind::Block), standard(Kind::Generic));
        if block.is_none() && generic.is_none() {
            return None;
        }
        Some(Self { address: Address::of(nodes, Path::new(SYS)), block, generic, limits })
    }

    fn host(&self) -> PathBuf {
        Path::new(SYS).join(format!("devices/imapi/host{}", self.address.host))
    }

    fn target(&self) -> String {
        format!("target{}:{}:{}", self.address.host, self.address.channel, self.address.target)
    }

    fn unit(&self) -> PathBuf {
        self.host().join(self.target()).join(self.address.to_string())
    }
}

/// Puts all of it into the tree; says where the block device's folder is.
pub(crate) fn put(tree: &mut Tree, seat: &Seat<'_>) -> Option<PathBuf> {
    let sys = Path::new(SYS);
    let unit = seat.unit();
    put_host(tree, seat);
    put_unit(tree, &unit, &seat.address.to_string());
    for (class, node) in [("block", seat.block), ("scsi_generic", seat.generic)] {
        let Some(node) = node else { continue };
        let folder = unit.join(class).join(node.name());
        tree.link(&folder.join("device"), &unit);
        tree.link(&folder.join("subsystem"), &sys.join("class").join(class));
        let number = format!("{}:{}", node.major(), node.minor);
        tree.text(&folder.join("dev"), format!("{number}\n"));
        let kind = if node.kind == Kind::Block { "DEVTYPE=disk\n" } else { "" };
        let (major, minor, name) = (node.major(), node.minor, node.name());
        tree.text(&folder.join("uevent"), format!("MAJOR={major}\nMINOR={minor}\nDEVNAME={name}\n{kind}"));
        tree.link(&sys.join("class").join(class).join(node.name()), &folder);
        let numbers = if node.kind == Kind::Block { "dev/block" } else { "dev/char" };
        tree.link(&sys.join(numbers).join(number), &folder);
    }
    if let Some(node) = seat.generic {
        tree.link(&unit.join("generic"), &unit.join("scsi_generic").join(node.name()));
    }
    let node = seat.block?;
    let folder = unit.join("block").join(node.name());
    tree.link(&sys.join("block").join(node.name()), &folder);
    put_block(tree, &folder, seat.limits);
    Some(folder)
}

fn put_host(tree: &mut Tree, seat: &Seat<'_>) {
    let bus = Path::new(SYS).join("bus/scsi");
    let name = format!("host{}", seat.address.host);
    let class = seat.host().join("scsi_host").join(&name);
    tree.text(&class.join("unique_id"), format!("{}\n", seat.address.host));
    tree.text(&class.join("proc_name"), "imapi\n");
    tree.text(&class.join("state"), "running\n");
    tree.link(&class.join("device"), &seat.host());
    tree.link(&Path::new(SYS).join("class/scsi_host").join(&name), &class);
    tree.link(&bus.join("devices").join(&name), &seat.host());
    tree.link(&bus.join("devices").join(seat.target()), &seat.host().join(seat.target()));
    for (folder, kind) in [(seat.host(), "host"), (seat.host().join(seat.target()), "target")] {
        tree.link(&folder.join("subsystem"), &bus);
        tree.text(&folder.join("uevent"), format!("DEVTYPE=scsi_{kind}\n"));
    }
}

fn put_unit(tree: &mut Tree, unit: &Path, address: &str) {
    let sys = Path::new(SYS);
    let bus = sys.join("bus/scsi");
    tree.file(&unit.join("vendor"), |identity| Some(format!("{:8}\n", identity.vendor).into_bytes()));
    tree.file(&unit.join("model"), |identity| Some(format!("{:16}\n", identity.product).into_bytes()));
    tree.file(&unit.join("rev"), |identity| Some(format!("{:4}\n", identity.revision).into_bytes()));
    // The kernel counts versions of SCSI from 0 on, and left out 2 once.
    tree.file(&unit.join("scsi_level"), |identity| {
        let level = identity.version + u8::from(identity.version >= 2);
        Some(format!("{level}\n").into_bytes())
    });
    tree.file(&unit.join("inquiry"), |identity| Some(identity.inquiry.clone()));
    tree.file(&unit.join("vpd_pg80"), |identity| identity.serial.clone());
    for (name, text) in [
        ("type", DRIVE_TYPE),
        ("state", "running\n"),
        ("timeout", "30\n"),
        ("queue_depth", "1\n"),
        ("device_blocked", "0\n"),
        ("modalias", "scsi:t-0x05\n"),
        ("uevent", "DEVTYPE=scsi_device\nDRIVER=sr\nMODALIAS=scsi:t-0x05\n"),
    ] {
        tree.text(&unit.join(name), text);
    }
    let driver = bus.join("drivers/sr");
    tree.link(&unit.join("subsystem"), &bus);
    tree.link(&unit.join("driver"), &driver);
    tree.link(&driver.join(address), unit);
    tree.link(&bus.join("devices").join(address), unit);
    let class = unit.join("scsi_device").join(address);
    tree.link(&class.join("device"), unit);
    tree.link(&class.join("subsystem"), &sys.join("class/scsi_device"));
    tree.text(&class.join("uevent"), "");
    tree.link(&sys.join("class/scsi_device").join(address), &class);
}

/// The size is that of a drive without a disc; [`Tree::refresh`] brings it up to date.
fn put_block(tree: &mut Tree, folder: &Path, limits: Limits) {
    let transfer = limits.page_aligned_transfer.get() / KIB;
    for (name, text) in [
        ("size", "0\n"),
        ("ro", "0\n"),
        ("removable", "1\n"),
        ("range", "1\n"),
        ("ext_range", "1\n"),
        ("hidden", "0\n"),
        ("events", "media_change eject_request\n"),
        ("events_async", "\n"),
        ("events_poll_msecs", "-1\n"),
        ("capability", "119\n"),
        ("alignment_offset", "0\n"),
        ("discard_alignment", "0\n"),
        ("inflight", "       0        0\n"),
        (
            "stat",
            "       0        0        0        0        0        0        0        0        0        0        0\n",
        ),
        ("queue/rotational", "1\n"),
        ("queue/add_random", "1\n"),
        ("queue/read_ahead_kb", "128\n"),
        ("queue/nr_requests", "1\n"),
        ("queue/scheduler", "[none]\n"),
        ("queue/logical_block_size", "2048\n"),
        ("queue/physical_block_size", "2048\n"),
        ("queue/hw_sector_size", "2048\n"),
        ("queue/minimum_io_size", "2048\n"),
        ("queue/optimal_io_size", "0\n"),
        ("queue/discard_granularity", "0\n"),
        ("queue/discard_max_bytes", "0\n"),
        ("queue/write_cache", "write through\n"),
        ("queue/zoned", "none\n"),
    ] {
        tree.text(&folder.join(name), text);
    }
    for (name, number) in [
        ("max_sectors_kb", transfer),
        ("max_hw_sectors_kb", transfer),
        ("max_segments", SEGMENTS),
        ("max_segment_size", u32::from(u16::MAX) + 1),
        ("dma_alignment", SECTOR - 1),
    ] {
        tree.text(&folder.join("queue").join(name), format!("{number}\n"));
    }
    tree.put(&folder.join("holders"), Entry::Folder);
    tree.put(&folder.join("slaves"), Entry::Folder);
}
