//! ISO 9660, Joliet and Rock Ridge in words.

use imapi_disc_types::BlockSource as _;
use imapi_fsimage::ResultImage;
use imapi_volume_structs::{
    iso9660::{
        ByteOrder, Descriptor, DirectoryRecord, DirectoryRecords, FileFlags, PathRecords, VolumeDescriptor, joliet,
    },
    rock_ridge::{Continuation, Entry, LinkText, SystemUse},
};

use super::{Page, read, told};
use crate::decoded;

/// The whole image.
pub fn page(image: &ResultImage) -> String {
    let mut page = Page::default();
    page.say("blocks of 2048 bytes", image.blocks(), "the image");
    page.head(0..16, "the system's; nobody has asked for any");
    for block in 16.. {
        let sector = read(image, block, 1);
        match Descriptor::decode(sector.first_chunk().expect("a block")).expect("a descriptor") {
            Descriptor::Volume(volume) => {
                let is_joliet = block > 16;
                page.head(
                    block..block + 1,
                    if is_joliet { "supplementary volume descriptor: Joliet" } else { "primary volume descriptor" },
                );
                descriptor(&mut page, &volume, is_joliet);
            }
            Descriptor::Terminator => {
                page.head(block..block + 1, "terminator: no more descriptors. Files without bytes are here");
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    for (volume, is_joliet) in decoded::volumes(image).iter().zip([false, true]) {
        tables(&mut page, image, volume, is_joliet);
        folder(&mut page, image, &volume.root, is_joliet);
    }
    for file in image.files() {
        page.head(file.blocks.clone(), &format!("{} bytes of {}", file.size, file.path));
    }
    page.0
}

fn text(name: &[u8], is_joliet: bool) -> String {
    if is_joliet { joliet::decode(name).collect() } else { name.escape_ascii().to_string() }
}

fn descriptor(page: &mut Page, volume: &VolumeDescriptor, is_joliet: bool) {
    let field = |padded: &[u8]| text(padded, is_joliet).trim_end().to_string();
    if is_joliet {
        page.say("escape sequence", volume.escape_sequences[..3].escape_ascii(), "names are UCS-2, level 3");
    }
    page.say("system", field(volume.identifiers.system.trimmed()), "for which the first blocks are");
    page.say("volume", field(volume.identifiers.volume.trimmed()), "");
    page.say("blocks", volume.space_size, "of the volume: the whole image");
    page.say("volume of set", format!("{} of {}", volume.sequence_number, volume.set_size), "");
    page.say("bytes of a block", volume.block_size, "");
    let tables = volume.path_tables;
    page.say(
        "path tables",
        format!("{} bytes at {} and {}", tables.len, tables.little, tables.big),
        "little end first, and big",
    );
    page.say("their copies", format!("{} and {}", tables.little_copy, tables.big_copy), "0: there are none");
    page.say("root", format!("{} bytes at {}", volume.root.data_len, volume.root.extent), "its directory");
    page.say("publisher", field(volume.identifiers.publisher.trimmed()), "");
    page.say("created", told(volume.created.civil()), "and the same for modified and effective");
    page.say("expires", told(volume.expires.civil()), "");
    page.say("structure", volume.file_structure_version, "1, the only one");
}

fn tables(page: &mut Page, image: &ResultImage, volume: &VolumeDescriptor, is_joliet: bool) {
    let tables = volume.path_tables;
    for (order, first, words) in
        [(ByteOrder::Little, tables.little, "little end first"), (ByteOrder::Big, tables.big, "big end first")]
    {
        let first = u64::from(first);
        let blocks = u64::from(tables.len).div_ceil(2048);
        page.head(first..first + blocks, &format!("path table, {words}"));
        let bytes = decoded::blocks(image, u32::try_from(first).expect("small"), tables.len.into());
        for (record, number) in PathRecords::new(order, &bytes).zip(1..) {
            let record = record.expect("a record");
            let name = if number == 1 { "the root".to_string() } else { text(record.identifier, is_joliet) };
            page.say(
                &format!("folder {number}"),
                name,
                &format!("in folder {}, its directory at {}", record.parent, record.extent),
            );
        }
    }
}

fn folder(page: &mut Page, image: &ResultImage, of: &DirectoryRecord<'_>, is_joliet: bool) {
    let (first, len) = (u64::from(of.extent), u64::from(of.data_len));
    let what = if is_joliet { "directory of Joliet" } else { "directory of ISO 9660" };
    page.head(first..first + len / 2048, what);
    let bytes = decoded::blocks(image, of.extent, len);
    let mut inside = Vec::new();
    for found in DirectoryRecords::new(&bytes) {
        let (at, record) = found.expect("a record");
        let name = match record.identifier {
            [0] => "itself".to_string(),
            [1] => "the folder that it is in".to_string(),
            name => text(name, is_joliet),
        };
        page.part(&format!("byte {at}: {name}"));
        page.say("extent", format!("{} bytes at {}", record.data_len, record.extent), "");
        page.say("recorded", told(record.recorded.civil()), "when the file was written, by its own clock");
        let flags = [
            (FileFlags::HIDDEN, "hidden"),
            (FileFlags::DIRECTORY, "folder"),
            (FileFlags::MULTI_EXTENT, "more extents follow"),
        ];
        let set: Vec<_> =
            flags.iter().filter(|(flag, _)| record.flags.contains(*flag)).map(|(_, word)| *word).collect();
        page.say("flags", set.join(", "), "");
        system_use(page, image, &record);
        if record.flags.contains(FileFlags::DIRECTORY) && record.identifier.len() > 1 {
            inside.push((record.extent, record.data_len));
        }
    }
    for (extent, data_len) in inside {
        folder(page, image, &DirectoryRecord { extent, data_len, ..DirectoryRecord::default() }, is_joliet);
    }
}

fn system_use(page: &mut Page, image: &ResultImage, record: &DirectoryRecord<'_>) {
    let area = |area: Continuation| {
        let block: &[u8] = read(image, area.block.into(), 1).leak();
        block.get(area.offset as usize..(area.offset + area.len) as usize)
    };
    let mut link = LinkText::new();
    for entry in SystemUse::new(record.system_use, area) {
        match entry.expect("an entry") {
            Entry::SharingProtocol { skip } => {
                page.say("SP", format!("{skip} bytes are skipped"), "the system use area has entries");
            }
            Entry::Extension(extension) => {
                page.say("ER", extension.identifier.escape_ascii(), "these are entries of Rock Ridge");
            }
            Entry::Posix(posix) => {
                let about = format!("{:06o}, {} links, {}:{}", posix.mode, posix.links, posix.user, posix.group);
                let inode = posix.inode.map_or("none".to_string(), |inode| inode.to_string());
                page.say("PX", about, "mode, names, owner and group");
                page.say("", inode, "its serial number, which other names of a file have too");
            }
            Entry::Times(times) => {
                for (kind, words) in [
                    (imapi_volume_structs::rock_ridge::TimeKind::Modify, "last written"),
                    (imapi_volume_structs::rock_ridge::TimeKind::Access, "last read"),
                    (imapi_volume_structs::rock_ridge::TimeKind::Attributes, "last described"),
                ] {
                    let stamp = times.get(kind).map_or("not told".to_string(), |stamp| match stamp {
                        imapi_volume_structs::rock_ridge::Stamp::Short(time) => told(time.civil()),
                        imapi_volume_structs::rock_ridge::Stamp::Long(time) => told(time.civil()),
                    });
                    page.say("TF", stamp, words);
                }
            }
            Entry::Name(name) => page.say("NM", String::from_utf8_lossy(name.name), "the name, in UTF-8"),
            Entry::Link(part) => {
                let mut target = Vec::new();
                for component in part.components() {
                    link.push(component.expect("a component"), |bytes| target.extend(bytes));
                }
                page.say("SL", String::from_utf8_lossy(&target), "where it leads");
            }
            Entry::Continuation(area) => {
                page.say("CE", format!("{} bytes at {}, byte {}", area.len, area.block, area.offset), "more entries");
            }
            other => page.say("entry", format!("{other:?}"), ""),
        }
    }
}
