//! [`Attributes`]: all that Rock Ridge tells of one record.

use imapi_disc_types::Timestamp;
use imapi_volume_structs::{
    iso9660::RecordingTime,
    rock_ridge::{
        AlternateName, Entry as Told, LinkText, NameFlags, PosixAttributes, Stamp, SymbolicLink, TimeKind, Timestamps,
        Zisofs,
    },
    wire::Malformed,
};

use super::{
    super::{Disc, moment},
    areas,
};
use crate::{Entry, EntryKind, Posix, Times, VolumeError};

/// The bits of a mode that say what kind of file it is.
pub const KIND_BITS: u32 = 0o170_000;
/// A folder.
pub const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;
const BLOCK_DEVICE: u32 = 0o060_000;
const CHARACTER_DEVICE: u32 = 0o020_000;
const PIPE: u32 = 0o010_000;
const SOCKET: u32 = 0o140_000;

/// All that Rock Ridge tells of one record. One value serves for many records, so that its memory is asked for once.
#[derive(Debug, Default)]
pub struct Attributes {
    told: Plain,
    name: Vec<u8>,
    target: Vec<u8>,
    room: Vec<u8>,
    last_date: LastDate,
}

/// The last date that was read: most files of a folder have the same as the one before, and a calendar takes its time.
#[derive(Debug, Default)]
struct LastDate {
    read: RecordingTime,
    moment: Option<Timestamp>,
}

impl LastDate {
    fn read(&mut self, time: RecordingTime) -> Option<Timestamp> {
        if self.read != time {
            *self = Self { read: time, moment: time.civil().map(moment) };
        }
        self.moment
    }
}

/// What needs no memory of its own.
#[derive(Debug, Default, Clone, Copy)]
struct Plain {
    name: Parts,
    target: Parts,
    link: LinkText,
    posix: Option<PosixAttributes>,
    device: Option<(u32, u32)>,
    times: Times,
    child: Option<u32>,
    is_relocated: bool,
    is_sparse: bool,
    broken_link: Option<Malformed>,
    zisofs: Option<Zisofs>,
}

/// How much there is of what may be in several entries.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Parts {
    #[default]
    None,
    /// The next entry goes on with it.
    Some,
    All,
}

impl Attributes {
    /// Gathers what the area says that begins in a record of that block; what was gathered before is forgotten.
    pub(super) fn gather(&mut self, disc: &Disc, area: &[u8], address: u64) -> Result<(), VolumeError> {
        self.told = Plain::default();
        self.name.clear();
        self.target.clear();
        let Self { told, name, target, room, last_date } = self;
        areas::each(disc, area, address, room, |entry| told.take(entry, name, target, last_date))
    }

    /// The name, where there is one.
    pub fn name(&self) -> Option<&[u8]> {
        (self.told.name != Parts::None && !self.name.is_empty()).then_some(&self.name)
    }

    /// There is a date at which the bytes were last written.
    pub const fn tells_modified(&self) -> bool {
        self.told.times.modified.is_some()
    }

    /// It is a folder that was moved here, and is shown where it belongs.
    pub const fn is_relocated(&self) -> bool {
        self.told.is_relocated
    }

    /// Where the folder was moved to that this stands for.
    pub(super) const fn child(&self) -> Option<u32> {
        self.told.child
    }

    pub(super) fn mode(&self) -> Option<u32> {
        self.told.posix.map(|posix| posix.mode)
    }

    /// What is wrong with the path of the link, when something is.
    pub(super) const fn broken_link(&self) -> Option<Malformed> {
        self.told.broken_link
    }

    pub(super) const fn is_sparse(&self) -> bool {
        self.told.is_sparse
    }

    /// Puts what was gathered into an entry. What is a folder, its record says.
    pub(super) fn describe(&self, entry: &mut Entry) {
        let told = &self.told;
        let Times { created, modified, accessed, changed } = told.times;
        entry.times = Times { created, modified: modified.or(entry.times.modified), accessed, changed };
        if let Some(PosixAttributes { mode, links, user, group, inode }) = told.posix {
            // Writers that know no inodes leave a zero.
            let inode = inode.filter(|&inode| inode != 0).map(u64::from);
            entry.posix = Some(Posix { mode, links, user, group, inode });
        }
        if entry.is_directory() {
            return;
        }
        let kind = self.mode().map(|mode| mode & KIND_BITS);
        match kind {
            Some(LINK) => entry.kind = EntryKind::Link { target: self.target.as_slice().into() },
            None if told.target != Parts::None => {
                entry.kind = EntryKind::Link { target: self.target.as_slice().into() }
            }
            Some(BLOCK_DEVICE | CHARACTER_DEVICE) => {
                entry.kind = EntryKind::Special { device: told.device.map_or((0, 0), device) };
            }
            Some(PIPE | SOCKET) => entry.kind = EntryKind::Special { device: (0, 0) },
            _ => entry.unpacked = told.zisofs.map(|zisofs| zisofs.size),
        }
    }
}

impl Plain {
    fn take(&mut self, entry: &Told<'_>, name: &mut Vec<u8>, target: &mut Vec<u8>, last_date: &mut LastDate) {
        match entry {
            Told::Name(part) => self.take_name(*part, name),
            Told::Posix(posix) => self.posix = Some(*posix),
            Told::Times(times) => self.take_times(times, last_date),
            Told::Link(link) => self.take_link(*link, target),
            Told::Device { high, low } => self.device = Some((*high, *low)),
            Told::ChildLink { block } => self.child = Some(*block),
            Told::Relocated => self.is_relocated = true,
            Told::Sparse(_) => self.is_sparse = true,
            Told::Zisofs(zisofs) => self.zisofs = Some(*zisofs),
            // The parent of a moved folder, what entries there are, and what is of no concern here.
            Told::ParentLink { .. }
            | Told::Ridge(_)
            | Told::SharingProtocol { .. }
            | Told::Continuation(_)
            | Told::Padding { .. }
            | Told::Terminator
            | Told::Extension(_)
            | Told::ExtensionSelector { .. }
            | Told::Other(_) => {}
        }
    }

    /// A name may go on in the next entry. The names of the folder itself and of its parent are no names, nor is what
    /// follows the last part.
    fn take_name(&mut self, part: AlternateName<'_>, name: &mut Vec<u8>) {
        let special = NameFlags::CURRENT.0 | NameFlags::PARENT.0 | NameFlags::HOST.0;
        if self.name == Parts::All || part.flags.0 & special != 0 {
            return;
        }
        name.extend_from_slice(part.name);
        self.name = if part.flags.contains(NameFlags::CONTINUES) { Parts::Some } else { Parts::All };
    }

    fn take_link(&mut self, link: SymbolicLink<'_>, target: &mut Vec<u8>) {
        if self.target == Parts::All {
            return;
        }
        for component in link.components() {
            match component {
                Ok(component) => self.link.push(component, |bytes| target.extend_from_slice(bytes)),
                Err(malformed) => self.broken_link = Some(malformed),
            }
        }
        let goes_on = link.flags & SymbolicLink::CONTINUES != 0;
        self.target = if goes_on { Parts::Some } else { Parts::All };
    }

    fn take_times(&mut self, times: &Timestamps, last_date: &mut LastDate) {
        let mut date = |kind| match times.get(kind)? {
            Stamp::Short(time) => last_date.read(time),
            Stamp::Long(time) => time.civil().map(moment),
        };
        let Times { created, modified, accessed, changed } = self.times;
        self.times = Times {
            created: date(TimeKind::Creation).or(created),
            modified: date(TimeKind::Modify).or(modified),
            accessed: date(TimeKind::Access).or(accessed),
            changed: date(TimeKind::Attributes).or(changed),
        };
    }
}

/// Major and minor number of a device. The standard has the two halves of a number of 64 bits, whose upper one is zero in
/// what Unix means by it; then both numbers are in the lower one. Others put one into each half.
const fn device((high, low): (u32, u32)) -> (u32, u32) {
    if high == 0 && low > 0xFF { (low >> 8 & 0xFFF, low & 0xFF | low >> 12 & 0xFFF00) } else { (high, low) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_known_in_both_ways() {
        // makedev(8, 1), makedev(0xFFF, 0x12345) of glibc, and what Solaris would write.
        assert_eq!(device((0, 0x801)), (8, 1));
        assert_eq!(device((0, 0x123F_FF45)), (0xFFF, 0x12345));
        assert_eq!(device((8, 1)), (8, 1));
        assert_eq!(device((0, 5)), (0, 5));
    }
}
