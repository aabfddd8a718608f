//! File entries as [`Entry`]s.

use imapi_volume_structs::udf::{
    Component, Components, FileEntry, FileType, IcbFlags, LongAd, attributes::Attribute, attributes::file_time, text,
};

use super::{
    disc::{Contents, Disc},
    name,
    text::moment,
};
use crate::{Entry, EntryKind, Place, Posix, Rule, Severity, Times, VolumeError};

const TYPE: Rule = Rule {
    id: "udf.icb.type",
    clause: "ECMA-167 4/14.6.6",
    severity: Severity::Error,
    broken: "a name leads to something that is neither file nor folder",
};

const NO_LINKS: Rule = Rule {
    id: "udf.icb.links",
    clause: "ECMA-167 4/14.9.6",
    severity: Severity::Warning,
    broken: "a file says that it has no name",
};

const ATTRIBUTES: Rule = Rule {
    id: "udf.attributes",
    clause: "ECMA-167 4/14.10, OSTA UDF 3.3.4",
    severity: Severity::Warning,
    broken: "extended attributes cannot be decoded",
};

const TARGET: Rule = Rule {
    id: "udf.link.target",
    clause: "ECMA-167 4/14.16",
    severity: Severity::Error,
    broken: "a symbolic link leads nowhere",
};

/// No system knows longer paths than 4096 bytes; each step takes four more here, and letters may take two.
const LONGEST_TARGET: u64 = 65_536;
/// The longest extended attributes outside of a file entry that are looked at.
const LONGEST_ATTRIBUTES: u64 = 65_536;

/// Kinds of files, as `st_mode` has them.
mod mode {
    pub const PIPE: u32 = 0o010_000;
    pub const CHARACTERS: u32 = 0o020_000;
    pub const DIRECTORY: u32 = 0o040_000;
    pub const BLOCKS: u32 = 0o060_000;
    pub const FILE: u32 = 0o100_000;
    pub const LINK: u32 = 0o120_000;
    pub const SOCKET: u32 = 0o140_000;
}

/// What extended attributes tell.
#[derive(Default)]
struct Told {
    device: Option<(u32, u32)>,
    created: Option<imapi_disc_types::Timestamp>,
}

impl Disc<'_> {
    /// What a reference leads to, under that name. It stands at the address `from`.
    pub fn named(
        &self,
        icb: LongAd,
        name: impl Into<Box<[u8]>>,
        from: u64,
        budget: &mut usize,
    ) -> Result<Entry, VolumeError> {
        let prevailing = self.entry(icb.location, from)?;
        let address = prevailing.found.address;
        let found = self.medium.decode(&prevailing.found, FileEntry::decode)?;
        let contents = self.contents(&found, prevailing.at, address, budget)?;
        let told = self.attributes(&found, address)?;
        let device = told.device.unwrap_or_default();
        let (bits, kind) = match found.icb.file_type {
            FileType::DIRECTORY | FileType::STREAM_DIRECTORY => (mode::DIRECTORY, EntryKind::Directory),
            FileType::REGULAR | FileType::UNSPECIFIED | FileType::REAL_TIME => (mode::FILE, EntryKind::File),
            FileType::BLOCK_DEVICE => (mode::BLOCKS, EntryKind::Special { device }),
            FileType::CHARACTER_DEVICE => (mode::CHARACTERS, EntryKind::Special { device }),
            FileType::FIFO => (mode::PIPE, EntryKind::Special { device: (0, 0) }),
            FileType::SOCKET => (mode::SOCKET, EntryKind::Special { device: (0, 0) }),
            FileType::SYMLINK => (mode::LINK, EntryKind::Link { target: self.target(&contents, address)? }),
            FileType(other) => {
                self.medium.tolerate(self.medium.finding(&TYPE, address).numbers(other, FileType::REGULAR.0))?;
                (mode::FILE, EntryKind::File)
            }
        };
        if found.links == 0 {
            self.medium.tolerate(self.medium.finding(&NO_LINKS, address))?;
        }
        let place = Place(self.medium.blocks.byte_of(prevailing.first).unwrap_or(u64::MAX));
        let mut entry = Entry::new(name, kind, place);
        if matches!(entry.kind, EntryKind::Directory | EntryKind::File) {
            (entry.size, entry.runs) = (contents.bytes, contents.runs(self.medium));
        }
        let extension = found.extension;
        entry.times = Times {
            created: extension.and_then(|extension| moment(extension.created)).or(told.created),
            modified: moment(found.modified),
            accessed: moment(found.accessed),
            changed: moment(found.attributes_changed),
        };
        // Linux counts the name that a folder has for itself.
        let links = u32::from(found.links) + u32::from(entry.is_directory());
        let permissions = if bits == mode::LINK { 0o777 } else { found.permissions.mode() | special(found.icb.flags) };
        let inode = Some(found.unique_id).filter(|&id| id != 0 || entry.name.is_empty());
        entry.posix = Some(Posix { mode: bits | permissions, links, user: found.uid, group: found.gid, inode });
        entry.real_time = found.icb.file_type == FileType::REAL_TIME;
        entry.has_streams = extension.is_some_and(|extension| extension.streams.len.bytes > 0);
        Ok(entry)
    }

    /// The reference to the folder of a file's named streams, if it has some. The file was met at that place.
    pub fn streams_of(&self, place: Place) -> Result<Option<(LongAd, u64)>, VolumeError> {
        let address = self.medium.address_of(place.0);
        let called = self.medium.blocks.block(address)?;
        let called = u32::from_le_bytes([called[12], called[13], called[14], called[15]]);
        let Some(at) = self.partitions.reference_of(address, called) else { return Ok(None) };
        let prevailing = self.entry(at, address)?;
        let found = self.medium.decode(&prevailing.found, FileEntry::decode)?;
        let streams = found.extension.map(|extension| extension.streams).filter(|streams| streams.len.bytes > 0);
        Ok(streams.map(|streams| (streams, prevailing.found.address)))
    }

    fn attributes(&self, found: &FileEntry<'_>, address: u64) -> Result<Told, VolumeError> {
        let mut told = Told::default();
        self.told(found, address, &mut told)?;
        if found.attributes_icb.len.bytes > 0 {
            let more = self.more_attributes(found.attributes_icb, address, &mut told);
            self.medium.salvage(more)?;
        }
        Ok(told)
    }

    fn told(&self, found: &FileEntry<'_>, address: u64, told: &mut Told) -> Result<(), VolumeError> {
        let finding = |malformed| self.medium.finding(&ATTRIBUTES, address).malformed(malformed);
        match found.attributes() {
            Ok(all) => {
                for attribute in all {
                    match attribute {
                        Ok(attribute) => told.take(&attribute),
                        Err(malformed) => self.medium.tolerate(finding(malformed))?,
                    }
                }
                Ok(())
            }
            Err(malformed) => self.medium.tolerate(finding(malformed)),
        }
    }

    /// Those that stand in a file of their own.
    fn more_attributes(&self, icb: LongAd, from: u64, told: &mut Told) -> Result<(), VolumeError> {
        let prevailing = self.entry(icb.location, from)?;
        let address = prevailing.found.address;
        let found = self.medium.decode(&prevailing.found, FileEntry::decode)?;
        let contents = self.contents(&found, prevailing.at, address, &mut self.budget())?;
        let Some(bytes) = contents.read(self.medium, LONGEST_ATTRIBUTES) else {
            return self.medium.tolerate(self.medium.finding(&ATTRIBUTES, address));
        };
        let bytes = bytes?;
        self.told(&FileEntry { attributes: &bytes, ..found }, address, told)
    }

    /// The path that a link leads to.
    fn target(&self, contents: &Contents, address: u64) -> Result<Box<[u8]>, VolumeError> {
        let (mut path, mut is_begun) = (Vec::new(), false);
        let bytes = match contents.read(self.medium, LONGEST_TARGET) {
            Some(bytes) => bytes?,
            None => Vec::new(),
        };
        for component in Components::new(&bytes) {
            let mut step = |name: &[u8]| {
                if is_begun {
                    path.push(b'/');
                }
                path.extend_from_slice(name);
                is_begun = true;
            };
            match component {
                Ok(Component::Elsewhere(&[]) | Component::Root) => {
                    path = b"/".to_vec();
                    is_begun = false;
                }
                Ok(Component::Parent) => step(b".."),
                Ok(Component::Current) => step(b"."),
                Ok(Component::Name(raw)) => match text::decode(raw) {
                    Ok(letters) => step(name::safe(letters).0.as_bytes()),
                    Err(malformed) => {
                        self.medium.tolerate(self.medium.finding(&TARGET, address).malformed(malformed))?;
                    }
                },
                // Where that is, the two ends would have to agree upon; so it is passed over, as Linux does.
                Ok(Component::Elsewhere(_)) => {}
                Err(malformed) => {
                    self.medium.tolerate(self.medium.finding(&TARGET, address).malformed(malformed))?;
                }
            }
        }
        if path.is_empty() {
            self.medium.tolerate(self.medium.finding(&TARGET, address))?;
        }
        Ok(path.into())
    }
}

impl Told {
    fn take(&mut self, attribute: &Attribute<'_>) {
        match attribute {
            Attribute::Device { major, minor, .. } => self.device = self.device.or(Some((*major, *minor))),
            times @ Attribute::FileTimes { .. } => {
                self.created = self.created.or_else(|| times.file_time(file_time::CREATED).and_then(moment));
            }
            _ => {}
        }
    }
}

fn special(flags: IcbFlags) -> u32 {
    let bit = |flag, bit| if flags.contains(flag) { bit } else { 0 };
    bit(IcbFlags::SET_UID, 0o4000) | bit(IcbFlags::SET_GID, 0o2000) | bit(IcbFlags::STICKY, 0o1000)
}
