//! [`Image`]: a whole image, decoded by the types of this crate.

use std::{fs, path::Path};

use imapi_volume_structs::{
    SECTOR,
    civil::CivilTime,
    iso9660::{
        ByteOrder, Descriptor, DirectoryRecord, DirectoryRecords, FIRST_DESCRIPTOR, FileFlags, PARENT, PathRecords,
        SELF, VolumeDescriptor,
    },
    rock_ridge::{Continuation, Entry, LinkText, NameFlags, PosixAttributes, Stamp, SystemUse, TimeKind},
};

pub struct Image {
    pub bytes: Vec<u8>,
}

/// A record, and which directory it was found in.
pub struct Found {
    pub folder: String,
    pub identifier: Vec<u8>,
    pub extent: u32,
    pub len: u32,
    pub flags: FileFlags,
    pub ridge: Ridge,
}

/// What Rock Ridge says of a file.
#[derive(Debug, Default)]
pub struct Ridge {
    pub name: Vec<u8>,
    pub link: Vec<u8>,
    pub posix: Option<PosixAttributes>,
    pub modified: Option<i64>,
    pub child: Option<u32>,
    pub parent: Option<u32>,
    pub relocated: bool,
    pub extensions: Vec<String>,
    pub others: Vec<String>,
}

impl Image {
    pub fn read(path: &Path) -> Self {
        Self { bytes: fs::read(path).expect("the image was made") }
    }

    pub fn block(&self, block: u32) -> &[u8; SECTOR] {
        self.extent(block, SECTOR).first_chunk().expect("a whole block")
    }

    pub fn extent(&self, block: u32, len: usize) -> &[u8] {
        let from = usize::try_from(block).expect("small") * SECTOR;
        self.bytes.get(from..from + len).expect("it lies inside of the image")
    }

    pub fn descriptors(&self) -> Vec<Descriptor<'_>> {
        let all = (FIRST_DESCRIPTOR..).map(|block| Descriptor::decode(self.block(block)).expect("a descriptor"));
        let mut found = Vec::new();
        for descriptor in all {
            let last = descriptor == Descriptor::Terminator;
            found.push(descriptor);
            if last {
                break;
            }
        }
        found
    }

    /// The primary volume descriptor, or the one of Joliet.
    pub fn volume(&self, joliet: bool) -> VolumeDescriptor {
        let volumes = self.descriptors().into_iter().filter_map(|descriptor| match descriptor {
            Descriptor::Volume(volume) => Some(volume),
            _ => None,
        });
        volumes.into_iter().find(|volume| volume.joliet_level().is_some() == joliet).expect("such a volume")
    }

    /// The records of both path tables, which say the same.
    pub fn path_table(&self, volume: &VolumeDescriptor) -> Vec<(Vec<u8>, u32, u16)> {
        let tables = volume.path_tables;
        let len = usize::try_from(tables.len).expect("small");
        let [little, big] = [(ByteOrder::Little, tables.little), (ByteOrder::Big, tables.big)].map(|(order, block)| {
            PathRecords::new(order, self.extent(block, len))
                .map(|record| record.expect("a record"))
                .map(|record| (record.identifier.to_vec(), record.extent, record.parent))
                .collect::<Vec<_>>()
        });
        assert_eq!(little, big);
        little
    }

    /// Every record of every directory; `show` says how names are shown in paths.
    pub fn tree(&self, volume: &VolumeDescriptor, show: impl Fn(&[u8], &Ridge) -> String) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        let mut folders = vec![("/".to_string(), volume.root.extent, volume.root.data_len)];
        while let Some((folder, extent, len)) = folders.pop() {
            let directory = self.extent(extent, usize::try_from(len).expect("small"));
            for record in DirectoryRecords::new(directory) {
                let (_, record) = record.expect("a record");
                assert_eq!(self.encoded_again(&record), record.len());
                let ridge = self.ridge(&record);
                let is_folder = record.flags.contains(FileFlags::DIRECTORY);
                let shown = show(record.identifier, &ridge);
                if is_folder && record.identifier != SELF && record.identifier != PARENT {
                    folders.push((format!("{folder}{shown}/"), record.extent, record.data_len));
                }
                found.push(Found {
                    folder: folder.clone(),
                    identifier: record.identifier.to_vec(),
                    extent: record.extent,
                    len: record.data_len,
                    flags: record.flags,
                    ridge,
                });
            }
        }
        found
    }

    /// What we make of a record is what was read.
    fn encoded_again(&self, record: &DirectoryRecord<'_>) -> usize {
        let mut out = [0xA5; DirectoryRecord::MAX_LEN];
        let len = record.encode(&mut out);
        let at = record.identifier.as_ptr() as usize - self.bytes.as_ptr() as usize - 33;
        assert_eq!(out[..len], self.bytes[at..at + len], "{record:?}");
        len
    }

    fn ridge(&self, record: &DirectoryRecord<'_>) -> Ridge {
        let mut ridge = Ridge::default();
        let mut link = LinkText::new();
        let areas = |area: Continuation| {
            let block = self.block(area.block);
            block.get(usize::try_from(area.offset).ok()?..)?.get(..usize::try_from(area.len).ok()?)
        };
        for entry in SystemUse::new(record.system_use, areas) {
            let entry = entry.expect("an entry");
            let mut out = [0xA5; 255];
            let len = entry.encode(&mut out);
            assert!(contains(&self.bytes, &out[..len]), "{entry:?} was read as it was written");
            match entry {
                Entry::Name(name) if name.flags.contains(NameFlags::CURRENT) => {}
                Entry::Name(name) => ridge.name.extend(name.name),
                Entry::Link(part) => part.components().for_each(|component| {
                    link.push(component.expect("a component"), |bytes| ridge.link.extend(bytes));
                }),
                Entry::Posix(posix) => ridge.posix = Some(posix),
                Entry::Times(times) => {
                    ridge.modified = times
                        .get(TimeKind::Modify)
                        .and_then(|stamp| match stamp {
                            Stamp::Short(time) => time.civil(),
                            Stamp::Long(time) => time.civil(),
                        })
                        .map(CivilTime::to_unix);
                }
                Entry::ChildLink { block } => ridge.child = Some(block),
                Entry::ParentLink { block } => ridge.parent = Some(block),
                Entry::Relocated => ridge.relocated = true,
                Entry::Extension(extension) => {
                    ridge.extensions.push(String::from_utf8_lossy(extension.identifier).into_owned());
                }
                other => ridge.others.push(format!("{other:?}")),
            }
        }
        ridge
    }
}

/// Whether those bytes stand somewhere in an image, in the blocks of metadata at its beginning.
fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes[..bytes.len().min(200 * SECTOR)].windows(part.len()).any(|window| window == part)
}
