//! An image taken apart again by the decoders of our own structures.

use imapi_disc_types::{Block, BlockSource};
use imapi_volume_structs::{
    SECTOR,
    iso9660::{
        ByteOrder, Descriptor, DirectoryRecord, DirectoryRecords, FileFlags, PathRecords, VolumeDescriptor, joliet,
    },
    rock_ridge::{Entry, LinkText, SystemUse},
};

use crate::{
    folder::{Paths, What},
    listing::{Digest, Kind, Listing, Seen},
};

pub fn blocks(image: &dyn BlockSource, first: u32, bytes: u64) -> Vec<u8> {
    let mut out = vec![0; usize::try_from(bytes).expect("small").next_multiple_of(SECTOR)];
    if !out.is_empty() {
        image.read_all(Block(first.into()), &mut out).expect("readable");
    }
    out.truncate(usize::try_from(bytes).expect("small"));
    out
}

/// The volume descriptors: ISO 9660's, and Joliet's.
pub fn volumes(image: &dyn BlockSource) -> Vec<VolumeDescriptor> {
    let mut found = Vec::new();
    for block in 16.. {
        let sector: [u8; SECTOR] = blocks(image, block, 2048).try_into().expect("a block");
        match Descriptor::decode(&sector).expect("a descriptor") {
            Descriptor::Volume(volume) => found.push(volume),
            Descriptor::Terminator => break,
            other => panic!("{other:?}"),
        }
    }
    found
}

/// How names are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Names {
    Plain,
    Joliet,
    RockRidge,
}

/// All that is in a volume.
pub fn paths(image: &dyn BlockSource, volume: &VolumeDescriptor, names: Names) -> Paths {
    let mut all = Paths::new();
    walk(image, volume, names, &mut |path, found| {
        let what = match found {
            Found::Folder => What::Folder,
            Found::Link(target) => What::Link(target),
            Found::File(extents) => {
                What::File(extents.iter().flat_map(|&(at, len)| blocks(image, at, len.into())).collect())
            }
        };
        assert!(all.insert(path, what).is_none(), "a name is there twice");
    });
    all
}

/// A path as listings have it.
pub fn seen(what: What) -> Seen {
    match what {
        What::Folder => Seen { kind: Some(Kind::Folder), ..Seen::default() },
        What::Link(target) => Seen { kind: Some(Kind::Link), target: Some(target), ..Seen::default() },
        What::File(bytes) => {
            let (size, digest) = (Some(bytes.len() as u64), Some(Digest::of(&bytes)));
            Seen { kind: Some(Kind::File), size, digest, ..Seen::default() }
        }
    }
}

/// The same as a listing: what is where, by which names.
pub fn listing(image: &dyn BlockSource, volume: &VolumeDescriptor, names: Names) -> Listing {
    let mut all = Listing::new();
    walk(image, volume, names, &mut |path, found| {
        let seen = match found {
            Found::Folder => seen(What::Folder),
            Found::Link(target) => seen(What::Link(target)),
            Found::File(extents) => {
                let size = extents.iter().map(|&(_, len)| u64::from(len)).sum();
                let digest = Digest::read(size, |offset, out| {
                    read_at(image, &extents, offset, out);
                    Ok(())
                });
                Seen { kind: Some(Kind::File), size: Some(size), digest: digest.ok(), ..Seen::default() }
            }
        };
        assert!(all.insert(path, seen).is_none(), "a name is there twice");
    });
    all
}

/// Bytes of a file, which may go on in the next extent.
fn read_at(image: &dyn BlockSource, extents: &[(u32, u32)], offset: u64, out: &mut [u8]) {
    let (mut before, mut filled) = (0, 0);
    for &(at, len) in extents {
        let end = before + u64::from(len);
        let from = (offset + filled as u64).max(before);
        let count = usize::try_from(end.saturating_sub(from)).expect("64 bits").min(out.len() - filled);
        if count > 0 {
            let first = (from - before) / 2048;
            let skip = usize::try_from((from - before) % 2048).expect("small");
            let first = u32::try_from(u64::from(at) + first).expect("32 bits");
            let bytes = blocks(image, first, (skip + count) as u64);
            out[filled..filled + count].copy_from_slice(&bytes[skip..]);
            filled += count;
        }
        before = end;
    }
    assert_eq!(filled, out.len(), "the file ends before its end");
}

/// What a record is of; a file has extents, and how many bytes are in each.
enum Found {
    Folder,
    Link(Vec<u8>),
    File(Vec<(u32, u32)>),
}

fn walk(image: &dyn BlockSource, volume: &VolumeDescriptor, names: Names, found: &mut dyn FnMut(Vec<u8>, Found)) {
    let mut waiting = vec![(volume.root.extent, volume.root.data_len, Vec::new())];
    while let Some((extent, len, path)) = waiting.pop() {
        let directory = blocks(image, extent, len.into());
        let records: Vec<_> = DirectoryRecords::new(&directory).map(|record| record.expect("a record").1).collect();
        assert_eq!([records[0].identifier, records[1].identifier], [&[0], &[1]]);
        assert_eq!(records[0].extent, extent);
        let mut extents = Vec::new();
        for record in &records[2..] {
            let (name, link) = name(image, record, names);
            let inside = if path.is_empty() { name } else { [&path, &b"/"[..], &name].concat() };
            if record.flags.contains(FileFlags::DIRECTORY) {
                waiting.push((record.extent, record.data_len, inside.clone()));
                found(inside, Found::Folder);
            } else if let Some(link) = link {
                found(inside, Found::Link(link));
            } else {
                extents.push((record.extent, record.data_len));
                if !record.flags.contains(FileFlags::MULTI_EXTENT) {
                    found(inside, Found::File(std::mem::take(&mut extents)));
                }
            }
        }
    }
}

fn name(image: &dyn BlockSource, record: &DirectoryRecord<'_>, names: Names) -> (Vec<u8>, Option<Vec<u8>>) {
    let plain = |name: &[u8]| name.strip_suffix(b";1").unwrap_or(name).to_vec();
    match names {
        Names::Plain => (plain(record.identifier), None),
        Names::Joliet => (plain(joliet::decode(record.identifier).collect::<String>().as_bytes()), None),
        Names::RockRidge => {
            // Areas are leaked: a test has few, and they must live as long as what is read from them.
            let area = |area: imapi_volume_structs::rock_ridge::Continuation| {
                let block: &[u8] = blocks(image, area.block, 2048).leak();
                block.get(area.offset as usize..(area.offset + area.len) as usize)
            };
            let (mut name, mut link, mut text) = (Vec::new(), None, LinkText::new());
            for entry in SystemUse::new(record.system_use, area) {
                match entry.expect("an entry") {
                    Entry::Name(part) => name.extend(part.name),
                    Entry::Link(part) => {
                        let target = link.get_or_insert_with(Vec::new);
                        for component in part.components() {
                            text.push(component.expect("a component"), |bytes| target.extend(bytes));
                        }
                    }
                    _ => {}
                }
            }
            (name, link)
        }
    }
}

/// Both path tables tell of the same folders, each where its directory says it is, and parents before their folders.
pub fn check_path_tables(image: &dyn BlockSource, volume: &VolumeDescriptor, folders: usize) {
    let tables = volume.path_tables;
    let [little, big] = [tables.little, tables.big].map(|first| blocks(image, first, tables.len.into()));
    let read = |order, table| -> Vec<_> { PathRecords::new(order, table).map(|r| r.expect("a record")).collect() };
    let records = read(ByteOrder::Little, &little);
    assert_eq!(records, read(ByteOrder::Big, &big));
    assert_eq!(records.len(), folders + 1);
    assert_eq!((records[0].extent, records[0].parent), (volume.root.extent, 1));
    for (record, number) in records.iter().zip(1..) {
        assert!(record.parent < number || number == 1);
        let directory = blocks(image, record.extent, 2048);
        let of: Vec<_> = DirectoryRecords::new(&directory).take(2).map(|r| r.expect("a record").1.extent).collect();
        assert_eq!(of, [record.extent, records[usize::from(record.parent) - 1].extent]);
    }
}
