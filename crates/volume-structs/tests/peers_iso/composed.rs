//! An image that is composed by hand, of every kind of structure, and what other programs read in it.

use std::{fs, path::Path};

use imapi_volume_structs::{
    SECTOR,
    civil::CivilTime,
    el_torito::{BootEntry, Catalog, ElToritoRecord, Platform, Section, SectionEntry, ValidationEntry},
    gpt::{GptEntry, GptLayout, Guid, entries_crc},
    iso9660::{
        ByteOrder, DirectoryRecord, FileFlags, JolietLevel, PARENT, Padded, PathRecord, PathTables, RecordingTime,
        SELF, VolumeDescriptor, VolumeTime, encode_terminator, joliet,
    },
    mbr::{self, Mbr},
    rock_ridge::{Entry, ExtensionReference, Item, Packing, PosixAttributes, TimeKind, Timestamps},
};
use tempfile::TempDir;

use crate::{isoinfo, peer};

/// Where everything stands.
mod at {
    pub const CATALOG: u32 = 20;
    pub const PATHS: [(u32, u32); 2] = [(21, 22), (23, 24)];
    pub const ROOT: [u32; 2] = [25, 27];
    pub const SUB: [u32; 2] = [26, 28];
    pub const CONTINUED: u32 = 29;
    pub const README: u32 = 30;
    pub const INNER: u32 = 31;
    pub const BOOT: u32 = 32;
    pub const EFI: u32 = 33;
    /// Behind the files; the copy of the GPT comes next.
    pub const END: u32 = 34;
    pub const DISK_END: u32 = 50;
}

const README: &[u8] = b"Read me.\n";
const INNER: &[u8] = b"Inside.\n";
const LONG_TARGET: &str = "sub/../sub/../sub/../sub/../sub/../sub/../sub/../sub/../sub/../sub/../sub/../sub/../a name";
const INNER_NAME: &str = "Ein längerer Name, der für ISO 9660 keiner ist.text";

fn now() -> CivilTime {
    CivilTime::from_unix(1_767_355_200, 0, 0).expect("2026-01-02 12:00")
}

struct Composer {
    bytes: Vec<u8>,
    continued: usize,
}

/// A record to be, and what Rock Ridge says of it; Joliet takes the same without.
struct File<'a> {
    identifier: &'a [u8],
    extent: u32,
    len: usize,
    flags: FileFlags,
    items: Vec<Item<'a>>,
}

impl Composer {
    fn block(&mut self, block: u32) -> &mut [u8; SECTOR] {
        let from = usize::try_from(block).expect("small") * SECTOR;
        self.bytes[from..].first_chunk_mut().expect("a block")
    }

    fn write(&mut self, block: u32, contents: &[u8]) {
        self.block(block)[..contents.len()].copy_from_slice(contents);
    }

    /// A directory, with what does not fit into its records behind that of others in one block.
    fn directory(&mut self, block: u32, files: &[File<'_>]) {
        let mut used = 0;
        for file in files {
            let room = DirectoryRecord::MAX_LEN - DirectoryRecord::base_len(file.identifier.len());
            let packing = Packing::new(file.items.iter().copied(), room).expect("it fits");
            let mut system_use = [0xA5; DirectoryRecord::MAX_LEN];
            let next = (at::CONTINUED, u32::try_from(self.continued).expect("small"));
            let len = packing.encode(0, next, &mut system_use);
            for (index, &further) in packing.further().iter().enumerate() {
                let from = self.continued;
                self.continued += usize::from(further);
                let next = (at::CONTINUED, u32::try_from(self.continued).expect("small"));
                let area = &mut self.block(at::CONTINUED)[from..from + usize::from(further)];
                packing.encode(index + 1, next, area);
            }
            let record = DirectoryRecord {
                extent: file.extent,
                data_len: u32::try_from(file.len).expect("small"),
                recorded: RecordingTime::from_civil(now()).expect("in range"),
                flags: file.flags,
                volume_sequence: 1,
                identifier: file.identifier,
                system_use: &system_use[..len],
                ..DirectoryRecord::default()
            };
            used += record.encode(&mut self.block(block)[used..]);
        }
    }

    fn path_tables(&mut self, (little, big): (u32, u32), records: &[PathRecord<'_>]) -> PathTables {
        let mut len = 0;
        for (order, block) in [(ByteOrder::Little, little), (ByteOrder::Big, big)] {
            len = records.iter().fold(0, |at, record| at + record.encode(order, &mut self.block(block)[at..]));
        }
        PathTables { len: u32::try_from(len).expect("small"), little, little_copy: 0, big, big_copy: 0 }
    }
}

fn posix(mode: u32, links: u32) -> Item<'static> {
    Item::Entry(Entry::Posix(PosixAttributes { mode, links, user: 1000, group: 100, inode: None }))
}

fn times() -> Item<'static> {
    let time = RecordingTime::from_civil(now()).expect("in range");
    Item::Entry(Entry::Times(Timestamps::short([(TimeKind::Modify, time), (TimeKind::Access, time)])))
}

fn wide(name: &str) -> Vec<u8> {
    let mut out = vec![0xA5; joliet::units(name) * 2];
    joliet::encode(name, &mut out).expect("it fits");
    out
}

fn folder<'a>(identifier: &'a [u8], extent: u32, items: Vec<Item<'a>>) -> File<'a> {
    File { identifier, extent, len: SECTOR, flags: FileFlags::DIRECTORY, items }
}

fn file<'a>(identifier: &'a [u8], extent: u32, len: usize, items: Vec<Item<'a>>) -> File<'a> {
    File { identifier, extent, len, flags: FileFlags::NONE, items }
}

fn trees(image: &mut Composer) -> [PathTables; 2] {
    let ([root, root_wide], [sub, sub_wide]) = (at::ROOT, at::SUB);
    let known = [
        Item::Entry(Entry::SharingProtocol { skip: 0 }),
        posix(0o040_755, 3),
        times(),
        Item::Entry(Entry::Extension(ExtensionReference::RRIP_1991A)),
    ];
    let folder_items = |name: &'static str| vec![Item::Name(name.as_bytes()), posix(0o040_755, 2), times()];
    let link = vec![Item::Name(b"link"), posix(0o120_777, 1), times(), Item::Link(LONG_TARGET.as_bytes())];
    image.directory(
        root,
        &[
            folder(SELF, root, known.to_vec()),
            folder(PARENT, root, vec![posix(0o040_755, 3), times()]),
            file(b"BOOT.IMG;1", at::BOOT, SECTOR, vec![Item::Name(b"boot.img"), posix(0o100_644, 1), times()]),
            file(b"EFI.IMG;1", at::EFI, SECTOR, vec![Item::Name(b"efi.img"), posix(0o100_644, 1), times()]),
            file(b"LINK.;1", at::README, 0, link),
            file(
                b"README.TXT;1",
                at::README,
                README.len(),
                vec![Item::Name(b"readme.txt"), posix(0o100_644, 1), times()],
            ),
            folder(b"SUB", sub, folder_items("sub")),
        ],
    );
    let inner = vec![Item::Name(INNER_NAME.as_bytes()), posix(0o100_600, 1), times()];
    image.directory(
        sub,
        &[
            folder(SELF, sub, vec![posix(0o040_755, 2), times()]),
            folder(PARENT, root, vec![posix(0o040_755, 3), times()]),
            file(b"INNER.;1", at::INNER, INNER.len(), inner),
        ],
    );
    let [boot_wide, efi_wide, readme_wide, sub_name, inner_wide] =
        ["boot.img;1", "efi.img;1", "readme.txt;1", "sub", &format!("{INNER_NAME};1")].map(wide);
    image.directory(
        root_wide,
        &[
            folder(SELF, root_wide, vec![]),
            folder(PARENT, root_wide, vec![]),
            file(&boot_wide, at::BOOT, SECTOR, vec![]),
            file(&efi_wide, at::EFI, SECTOR, vec![]),
            file(&readme_wide, at::README, README.len(), vec![]),
            folder(&sub_name, sub_wide, vec![]),
        ],
    );
    image.directory(
        sub_wide,
        &[
            folder(SELF, sub_wide, vec![]),
            folder(PARENT, root_wide, vec![]),
            file(&inner_wide, at::INNER, INNER.len(), vec![]),
        ],
    );
    let path = |identifier, extent| PathRecord { extended_attribute_len: 0, extent, parent: 1, identifier };
    [
        image.path_tables(at::PATHS[0], &[path(SELF, root), path(b"SUB", sub)]),
        image.path_tables(at::PATHS[1], &[path(SELF, root_wide), path(&sub_name, sub_wide)]),
    ]
}

fn descriptors(image: &mut Composer, tables: [PathTables; 2]) {
    let root = |extent| DirectoryRecord {
        extent,
        data_len: 2048,
        recorded: RecordingTime::from_civil(now()).expect("in range"),
        flags: FileFlags::DIRECTORY,
        volume_sequence: 1,
        identifier: SELF,
        ..DirectoryRecord::default()
    };
    let time = VolumeTime::from_civil(now()).expect("in range");
    let mut primary = VolumeDescriptor::primary(at::DISK_END, tables[0], root(at::ROOT[0]));
    primary.identifiers.volume = Padded::new(b"COMPOSED").expect("it fits");
    (primary.created, primary.modified) = (time, time);
    primary.encode(image.block(16));
    ElToritoRecord { catalog: at::CATALOG }.encode(image.block(17));
    let mut supplementary = VolumeDescriptor { path_tables: tables[1], root: root(at::ROOT[1]), ..primary };
    supplementary.identifiers.volume = Padded::wide("Composed").expect("it fits");
    supplementary.joliet(JolietLevel::Three).encode(image.block(18));
    encode_terminator(image.block(19));

    let mut efi = BootEntry::no_emulation(at::EFI, 4);
    efi.load_segment = 0x1234;
    let entries = [SectionEntry { entry: efi, more_criteria: &[] }];
    let catalog = Catalog {
        validation: ValidationEntry {
            platform: Platform::X86,
            manufacturer: *b"By hand\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        },
        initial: BootEntry::no_emulation(at::BOOT, 4),
        sections: &[Section { platform: Platform::EFI, id: [0; 28], entries: &entries }],
    };
    catalog.encode(image.block(at::CATALOG));
}

fn partitions(image: &mut Composer) {
    let disk_blocks = u64::from(at::DISK_END) * 4;
    let layout = GptLayout::new(disk_blocks, GptLayout::MAX_ENTRIES).expect("it is large enough");
    let blocks = u64::from(at::END) * 4 - layout.first_usable();
    let entry =
        GptEntry::new(Guid::BASIC_DATA, Guid::random(2), layout.first_usable(), blocks, "Composed").expect("it fits");
    let header = layout.header(Guid::random(1), entries_crc(&[entry], GptLayout::MAX_ENTRIES));
    let copy = layout.copy_of(header);
    Mbr::protective(disk_blocks).encode(image.bytes.first_chunk_mut().expect("a block"));
    for header in [header, copy] {
        let place = |block: u64| usize::try_from(block).expect("small") * mbr::BLOCK;
        header.encode(image.bytes[place(header.own)..].first_chunk_mut().expect("a block"));
        entry.encode(image.bytes[place(header.entries)..].first_chunk_mut().expect("an entry"));
    }
}

fn composed() -> TempDir {
    let mut image = Composer { bytes: vec![0; usize::try_from(at::DISK_END).expect("small") * SECTOR], continued: 0 };
    let tables = trees(&mut image);
    descriptors(&mut image, tables);
    partitions(&mut image);
    image.write(at::README, README);
    image.write(at::INNER, INNER);
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("image.iso"), image.bytes).expect("a file");
    folder
}

/// What xorriso prints, its complaints among it.
fn xorriso_with_complaints(arguments: &str, folder: &Path) -> String {
    let text = peer("xorriso", "sh", &["-c", &format!("xorriso {arguments} 2>&1")], folder);
    for complaint in ["WARNING", "SORRY", "MISHAP", "FAILURE", "FATAL", "HINT"] {
        assert!(!text.contains(complaint), "{text}");
    }
    text
}

#[test]
fn isoinfo_reads_it() {
    let folder = composed();
    let text = isoinfo(&["-i", "image.iso", "-d"], folder.path());
    for told in [
        "Volume id: COMPOSED",
        "Volume size is: 50",
        "El Torito VD version 1 found, boot catalog is in sector 20",
        "Joliet with UCS level 3 found",
        "Rock Ridge signatures version 1 found",
        "ID 'By hand'",
        "Bootoff 20 32",
    ] {
        assert!(text.contains(told), "{told}\n{text}");
    }
    let names = |options: &[&str]| {
        let text = isoinfo(&[&["-i", "image.iso", "-f"], options].concat(), folder.path());
        text.lines().map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), ["/BOOT.IMG;1", "/EFI.IMG;1", "/LINK.;1", "/README.TXT;1", "/SUB", "/SUB/INNER.;1"]);
    assert_eq!(
        names(&["-R"]),
        ["/boot.img", "/efi.img", "/link", "/readme.txt", "/sub", &format!("/sub/{INNER_NAME}")]
    );
    let listing = isoinfo(&["-i", "image.iso", "-l", "-R"], folder.path());
    assert!(listing.contains(&format!("link -> {LONG_TARGET}")), "{listing}");
    // It prints owner and group in octal.
    assert!(listing.contains("-rw-------   1 1750  144               8 Jan  2 2026"), "{listing}");
    let contents = isoinfo(&["-i", "image.iso", "-x", "/SUB/INNER.;1"], folder.path());
    assert_eq!(contents.as_bytes(), INNER);
}

#[test]
fn xorriso_reads_it_without_complaint() {
    let folder = composed();
    let text = xorriso_with_complaints("-indev image.iso -find / -exec lsdl --", folder.path());
    for told in [
        format!("lrwxrwxrwx    1 1000     100             0 Jan  2  2026 '/link' -> '{LONG_TARGET}'"),
        "-rw-r--r--    1 1000     100             9 Jan  2  2026 '/readme.txt'".to_string(),
        "drwxr-xr-x    1 1000     100             0 Jan  2  2026 '/sub'".to_string(),
        format!("-rw-------    1 1000     100             8 Jan  2  2026 '/sub/{INNER_NAME}'"),
    ] {
        assert!(text.contains(&told), "{told}\n{text}");
    }
    let report = xorriso_with_complaints(
        "-indev image.iso -report_el_torito plain -report_system_area plain -pvd_info",
        folder.path(),
    );
    for told in [
        "El Torito boot img :   1  BIOS  y   none  0x0000  0x00      4          32",
        "El Torito boot img :   2  UEFI  y   none  0x1234  0x00      4          33",
        "MBR partition      :   1   0x00  0xee            1          199",
        "GPT start and size :   1  64  72",
        "GPT partname local :   1  Composed",
        "Creation Time: 2026010212000000",
    ] {
        assert!(report.contains(told), "{told}\n{report}");
    }
    // Without Rock Ridge it takes Joliet.
    let joliet = xorriso_with_complaints("-read_fs norock -indev image.iso -find /", folder.path());
    for name in ["'/readme.txt'", "'/sub'", &format!("'/sub/{INNER_NAME}'")] {
        assert!(joliet.contains(name), "{name}\n{joliet}");
    }
}

#[test]
fn seven_zip_unpacks_it() {
    let folder = composed();
    let text = peer("p7zip-full", "7z", &["t", "-tiso", "image.iso"], folder.path());
    assert!(text.contains("Everything is Ok") && !text.contains("arning"), "{text}");
    peer("p7zip-full", "7z", &["x", "-tiso", "-oout", "image.iso"], folder.path());
    let out = folder.path().join("out");
    assert_eq!(fs::read(out.join("readme.txt")).expect("it was unpacked"), README);
    assert_eq!(fs::read(out.join("sub").join(INNER_NAME)).expect("it was unpacked"), INNER);
}

#[test]
fn sgdisk_finds_no_problems() {
    let folder = composed();
    let text = peer("gdisk", "sgdisk", &["-v", "-p", "image.iso"], folder.path());
    assert!(text.contains("No problems found"), "{text}");
    assert!(text.contains("Disk identifier (GUID): 00000000-0000-4000-8000-000000000001"), "{text}");
}
