//! What is in the images: each thing that the standard knows, once.

use super::{
    bytes::{BLOCK, BLOCK_LEN, Filled, compressed, entity, extended_ad, long_ad, seal, short_ad, time},
    maker::{Maker, Place, Shape},
};

/// What a path is expected to be.
#[derive(Debug, Clone)]
pub struct Expected {
    pub path: String,
    pub file_type: u8,
    pub bytes: Vec<u8>,
    pub mode: u32,
    pub owner: (u32, u32),
    pub links: u32,
    pub target: Option<String>,
    pub device: (u32, u32),
    pub hidden: bool,
    pub streams: Vec<(String, Vec<u8>)>,
}

/// When everything in the images was changed: 22:35:06.789012 of the day before, by a clock five and a half hours behind.
pub const MODIFIED: (i64, u32) = (981_173_106, 789_012_000);
/// When everything was made.
pub const CREATED: i64 = 946_684_799;

/// 4/14.6.6.
pub mod file_type {
    pub const DIRECTORY: u8 = 4;
    pub const REGULAR: u8 = 5;
    pub const BLOCKS: u8 = 6;
    pub const CHARACTERS: u8 = 7;
    pub const FIFO: u8 = 9;
    pub const SOCKET: u8 = 10;
    pub const LINK: u8 = 12;
    pub const STREAMS: u8 = 13;
    pub const REAL_TIME: u8 = 249;
}

/// Kinds of allocation descriptors (4/14.6.8).
const SHORT: u16 = 0;
const LONG: u16 = 1;
const EXTENDED: u16 = 2;
const EMBEDDED: u16 = 3;

/// A file entry that is to be written.
struct Spec {
    file_type: u8,
    flags: u16,
    permissions: u32,
    owner: (u32, u32),
    links: u16,
    len: u64,
    blocks: u64,
    attributes: Vec<u8>,
    allocation: Vec<u8>,
    streams: Option<Place>,
    unique_id: u64,
}

impl Spec {
    fn of(file_type: u8, flags: u16, len: usize, allocation: Vec<u8>) -> Self {
        Self {
            file_type,
            flags,
            // r--r--r--: 4 for each.
            permissions: 4 | 4 << 5 | 4 << 10,
            owner: (u32::MAX, u32::MAX),
            links: 1,
            len: len as u64,
            blocks: if flags == EMBEDDED { 0 } else { len.div_ceil(BLOCK) as u64 },
            attributes: Vec::new(),
            allocation,
            streams: None,
            unique_id: 0,
        }
    }
}

/// A name in a folder.
struct Named {
    name: Vec<u8>,
    characteristics: u8,
    place: Place,
    version: u16,
}

/// A folder that is being filled.
#[derive(Default)]
struct Folder {
    names: Vec<Named>,
    path: String,
}

/// Who is to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everything that the standard knows.
    Ours,
    /// Without extended allocation descriptors, which Linux does not know.
    Linux,
    /// Files and folders alone, and nothing deleted: 7-Zip refuses a volume with anything else in it.
    SevenZip,
}

/// Builds the tree.
pub struct Builder {
    pub maker: Maker,
    pub expected: Vec<Expected>,
    pub audience: Audience,
}

/// Bytes that are different everywhere.
pub fn pattern(seed: u8, len: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 31 + at / 251).to_le_bytes()[0] ^ seed).collect()
}

impl Builder {
    /// All that there is, and where the root is.
    pub fn build(&mut self, many: usize) -> Place {
        let place = self.maker.entry(1);
        let mut root = Folder::default();
        self.files(&mut root, place);
        self.allocations(&mut root);
        if self.audience != Audience::SevenZip {
            self.specials(&mut root);
        }
        // Linux takes the block of the partition behind that of a virtual block for the next virtual one.
        if self.audience == Audience::Ours || self.audience == Audience::Linux && self.maker.shape != Shape::Virtual {
            self.versions(&mut root);
        }
        self.attributes(&mut root);
        if self.maker.revision >= 0x200 {
            self.streams(&mut root);
        }
        for (name, count) in [("many", many), ("empty folder", 0)] {
            let inner = self.maker.entry(1);
            let mut folder = Folder { path: format!("{name}/"), ..Folder::default() };
            for number in 0..count {
                // Of different lengths, so that they end anywhere in blocks.
                let name = format!("{}{number}", "name ".repeat(1 + number % 20));
                self.embedded(&mut folder, &name, number.to_string().as_bytes());
            }
            self.folder(inner, place, &folder, name, &mut root);
        }
        self.write_folder(place, place, &root, 0);
        self.maker.folders += 1;
        place
    }

    fn plain(path: &str, bytes: &[u8]) -> Expected {
        Expected {
            path: path.to_string(),
            file_type: file_type::REGULAR,
            bytes: bytes.to_vec(),
            mode: 0o444,
            owner: (u32::MAX, u32::MAX),
            links: 1,
            target: None,
            device: (0, 0),
            hidden: false,
            streams: Vec::new(),
        }
    }

    /// Writes a file entry of its own, and its name.
    fn file(&mut self, folder: &mut Folder, name: &str, spec: Spec, expected: Expected) -> Place {
        let place = self.maker.entry(1);
        let spec = Spec { unique_id: self.unique_id(), ..spec };
        self.write_entry(place, &spec);
        self.name(folder, name, 0, place, expected);
        place
    }

    fn name(&mut self, folder: &mut Folder, name: &str, characteristics: u8, place: Place, expected: Expected) {
        folder.names.push(Named { name: compressed(name), characteristics, place, version: 1 });
        let hidden = characteristics & 1 != 0;
        let path = format!("{}{name}", folder.path);
        self.expected.push(Expected { path, hidden, ..expected });
        self.maker.files += 1;
    }

    fn embedded(&mut self, folder: &mut Folder, name: &str, bytes: &[u8]) -> Place {
        let spec = Spec::of(file_type::REGULAR, EMBEDDED, bytes.len(), bytes.to_vec());
        self.file(folder, name, spec, Self::plain(name, bytes))
    }

    fn unique_id(&mut self) -> u64 {
        self.maker.next_unique_id += 1;
        self.maker.next_unique_id - 1
    }

    /// Names of all kinds.
    fn files(&mut self, root: &mut Folder, at: Place) {
        self.embedded(root, "empty", b"");
        self.embedded(root, "embedded", &pattern(1, 1000));
        self.embedded(root, "été", b"eight bits");
        self.embedded(root, "\u{65e5}\u{672c} 😀", b"sixteen bits");
        self.embedded(root, &"n".repeat(254), b"long");
        self.embedded(root, &"\u{416}".repeat(127), b"long and wide");
        // One file with three names, of which one is hidden.
        let bytes = pattern(2, 300);
        let spec = Spec { links: 3, ..Spec::of(file_type::REGULAR, EMBEDDED, 300, bytes.clone()) };
        let expected = Expected { links: 3, ..Self::plain("", &bytes) };
        let place = self.file(root, "first name", spec, expected.clone());
        self.name(root, "second name", 0, place, expected.clone());
        self.name(root, "hidden name", 1, place, expected);
        // What was deleted has no entry any more, and a name that says so.
        let mut deleted = compressed("deleted");
        deleted[0] = 254;
        root.names.push(Named {
            name: deleted,
            characteristics: 4,
            place: Place { block: 0, partition: 0 },
            version: 1,
        });
        let outer = self.maker.entry(1);
        let inner = self.maker.entry(1);
        let mut folder = Folder { path: "outer/inner/".into(), ..Folder::default() };
        self.embedded(&mut folder, "file", b"deep");
        let mut middle = Folder { path: "outer/".into(), ..Folder::default() };
        self.folder(inner, outer, &folder, "inner", &mut middle);
        self.folder(outer, at, &middle, "outer", root);
    }

    fn folder(&mut self, place: Place, parent: Place, folder: &Folder, name: &str, into: &mut Folder) {
        let unique_id = self.unique_id();
        self.write_folder(place, parent, folder, unique_id);
        let folders = folder.names.iter().filter(|name| name.characteristics & 2 != 0).count();
        let links = u32::try_from(folders).expect("few") + 2;
        let expected = Expected { file_type: file_type::DIRECTORY, mode: 0o555, links, ..Self::plain("", b"") };
        self.maker.files -= 1;
        self.maker.folders += 1;
        self.name(into, name, 2, place, expected);
    }

    /// Each manner in which a file says where its bytes are.
    fn allocations(&mut self, root: &mut Folder) {
        let bytes = pattern(3, 3 * BLOCK + 77);
        for (name, manner) in [("short", SHORT), ("long", LONG), ("extended", EXTENDED)] {
            // A short descriptor is of the partition of its entry, which files do not lie in here.
            if manner == EXTENDED && self.audience != Audience::Ours || manner == SHORT && !self.is_in_one_partition() {
                continue;
            }
            let blocks = self.maker.data(5);
            // The last block first, and something between them.
            let places = [blocks + 4, blocks + 2, blocks, blocks + 3];
            let mut ads = Vec::new();
            for (part, block) in bytes.chunks(BLOCK).zip(places) {
                self.maker.write(Place { block, partition: 0 }, part);
                ads.extend(ad(manner, u32::try_from(part.len()).expect("small"), block));
            }
            let spec = Spec::of(file_type::REGULAR, manner, bytes.len(), ads);
            self.file(root, name, spec, Self::plain("", &bytes));
        }
        if self.audience != Audience::SevenZip {
            self.holes(root);
            self.chained(root);
        }
        if self.maker.revision >= 0x201 && self.audience != Audience::SevenZip {
            let spec = Spec::of(file_type::REAL_TIME, EMBEDDED, 5, b"in ti".to_vec());
            let expected = Expected { file_type: file_type::REAL_TIME, ..Self::plain("", b"in ti") };
            self.file(root, "real time", spec, expected);
        }
    }

    fn is_in_one_partition(&self) -> bool {
        matches!(self.maker.shape, Shape::Plain | Shape::Sparable)
    }

    /// Bytes, nothing, room without bytes, bytes; and room behind the end.
    fn holes(&mut self, root: &mut Folder) {
        let block = self.maker.data(5);
        let (first, last) = (pattern(4, BLOCK), pattern(5, 100));
        self.maker.write(Place { block, partition: 0 }, &first);
        // What is there has nothing to do with the file.
        self.maker.write(Place { block: block + 1, partition: 0 }, &[0xBD; BLOCK]);
        self.maker.write(Place { block: block + 2, partition: 0 }, &last);
        let len = BLOCK_LEN;
        let ads = [
            ad(LONG, len, block),
            ad(LONG, (2 << 30) | (2 * len), 0),
            ad(LONG, (1 << 30) | len, block + 1),
            ad(LONG, 100, block + 2),
            ad(LONG, (1 << 30) | (2 * len), block + 3),
        ];
        let bytes = [&first[..], &[0; 3 * BLOCK], &last].concat();
        let spec = Spec { blocks: 5, ..Spec::of(file_type::REGULAR, LONG, bytes.len(), ads.concat()) };
        self.file(root, "holes", spec, Self::plain("", &bytes));
    }

    /// Descriptors that go on in two more blocks.
    fn chained(&mut self, root: &mut Folder) {
        let bytes = pattern(6, 9 * BLOCK + 1);
        let blocks = self.maker.data(20);
        let mut parts: Vec<Vec<u8>> = Vec::new();
        for ((part, number), block) in bytes.chunks(BLOCK).zip(0..).zip((blocks..).step_by(2)) {
            self.maker.write(Place { block, partition: 0 }, part);
            if number % 4 == 0 {
                parts.push(Vec::new());
            }
            parts.last_mut().expect("one was added").extend(ad(LONG, u32::try_from(part.len()).expect("small"), block));
        }
        let places: Vec<Place> = parts.iter().skip(1).map(|_| self.maker.entry(1)).collect();
        for (number, place) in places.iter().enumerate() {
            parts[number].extend(long_ad((3 << 30) | BLOCK_LEN, place.block, place.partition));
        }
        for (part, place) in parts[1..].iter().zip(&places) {
            let mut extent = Filled::of(24 + part.len());
            extent.u32(20, u32::try_from(part.len()).expect("small")).bytes(24, part);
            let extent = extent.tagged(258, self.maker.version(), place.block);
            self.maker.write(*place, &extent);
        }
        let spec = Spec::of(file_type::REGULAR, LONG, bytes.len(), parts[0].clone());
        self.file(root, "chained", spec, Self::plain("", &bytes));
    }

    /// Links, devices, pipes and sockets.
    fn specials(&mut self, root: &mut Folder) {
        for (name, target, path) in [
            ("link", "../a/./\u{65e5}\u{672c}", vec![(3, ""), (5, "a"), (4, ""), (5, "\u{65e5}\u{672c}")]),
            ("absolute", "/x/y", vec![(2, ""), (5, "x"), (5, "y")]),
        ] {
            let mut components = Vec::new();
            for (kind, name) in path {
                let name = if name.is_empty() { Vec::new() } else { compressed(name) };
                components.extend([kind, u8::try_from(name.len()).expect("short"), 0, 0]);
                components.extend(name);
            }
            let spec = Spec::of(file_type::LINK, EMBEDDED, components.len(), components);
            let expected = Expected {
                file_type: file_type::LINK,
                mode: 0o777,
                target: Some(target.into()),
                ..Self::plain("", b"")
            };
            self.file(root, name, spec, expected);
        }
        for (name, file_type, device) in [
            ("characters", file_type::CHARACTERS, (1, 3)),
            ("blocks", file_type::BLOCKS, (11, 7)),
            ("pipe", file_type::FIFO, (0, 0)),
            ("socket", file_type::SOCKET, (0, 0)),
        ] {
            let mut spec = Spec::of(file_type, EMBEDDED, 0, Vec::new());
            if device != (0, 0) {
                let mut attribute = Filled::of(56);
                attribute.u32(0, 12).bytes(4, &[1]).u32(8, 56).u32(12, 32).u32(16, device.0).u32(20, device.1);
                attribute.bytes(24, &entity("*generator", &[4, 5]));
                spec.attributes = attribute.0;
            }
            self.file(root, name, spec, Expected { file_type, device, ..Self::plain("", b"") });
        }
    }

    /// A file by strategy 4096, of which the second entry counts.
    fn versions(&mut self, root: &mut Folder) {
        // Two blocks with an entry and where the next is; the next is alone.
        let (first, second) = (self.maker.entry(2), self.maker.entry(2));
        let unique_id = self.unique_id();
        for (place, bytes, prior) in [(first, &b"older"[..], 0), (second, &b"newer bytes"[..], 1)] {
            let spec = Spec { unique_id, ..Spec::of(file_type::REGULAR, EMBEDDED, bytes.len(), bytes.to_vec()) };
            let mut entry = self.encoded(&spec, place);
            entry[16..20].copy_from_slice(&u32::to_le_bytes(prior));
            entry[20..22].copy_from_slice(&4096_u16.to_le_bytes());
            entry[22..24].copy_from_slice(&[1, 0]);
            entry[24..26].copy_from_slice(&2_u16.to_le_bytes());
            let id = if self.maker.is_extended() { 266 } else { 261 };
            seal(&mut entry, id, self.maker.version(), place.block);
            self.maker.write(place, &entry);
        }
        let behind = Place { block: first.block + 1, ..first };
        let mut indirect = Filled::of(52);
        indirect.u32(16, 1).u16(20, 4096).u16(22, 1).u16(24, 2).bytes(27, &[3]);
        indirect.bytes(36, &long_ad(2 * BLOCK_LEN, second.block, second.partition));
        let indirect = indirect.tagged(259, self.maker.version(), behind.block);
        self.maker.write(behind, &indirect);
        self.name(root, "versions", 0, first, Self::plain("", b"newer bytes"));
    }

    /// Owners, permissions, and when a file was made.
    fn attributes(&mut self, root: &mut Folder) {
        let mut spec = Spec::of(file_type::REGULAR, EMBEDDED, 3, b"own".to_vec());
        // rwx for the owner, r-x for the group, --x for others; runs as its owner; archive.
        spec.permissions = 1 | 5 << 5 | 7 << 10;
        spec.flags |= 1 << 6 | 1 << 5;
        spec.owner = (1000, 54321);
        if !self.maker.is_extended() {
            let mut times = Filled::of(32);
            times.u32(0, 5).bytes(4, &[1]).u32(8, 32).u32(12, 12).u32(16, 1);
            times.bytes(20, &time([1999, 12, 31, 23, 59, 59], 0, 0));
            spec.attributes = times.0;
        }
        let expected = Expected { mode: 0o4751, owner: spec.owner, ..Self::plain("", b"own") };
        self.file(root, "owned", spec, expected);
    }

    /// A file with two named streams.
    fn streams(&mut self, root: &mut Folder) {
        let place = self.maker.entry(1);
        let of = self.maker.entry(1);
        let mut all = Folder::default();
        let mut streams = Vec::new();
        for (name, bytes) in [("a stream", pattern(7, 50)), ("*UDF Backup", b"more".to_vec())] {
            let place = self.maker.entry(1);
            let flags = EMBEDDED | 1 << 13;
            let unique_id = self.unique_id();
            let spec = Spec { unique_id, ..Spec::of(file_type::REGULAR, flags, bytes.len(), bytes.clone()) };
            self.write_entry(place, &spec);
            all.names.push(Named { name: compressed(name), characteristics: 0, place, version: 1 });
            streams.push((name.to_string(), bytes));
        }
        let names = self.encoded_names(of, place, &all, of.block);
        let spec = Spec::of(file_type::STREAMS, EMBEDDED | 1 << 13, names.len(), names);
        self.write_entry(of, &Spec { links: 0, ..spec });
        let unique_id = self.unique_id();
        let spec = Spec { unique_id, streams: Some(of), ..Spec::of(file_type::REGULAR, EMBEDDED, 4, b"file".to_vec()) };
        self.write_entry(place, &spec);
        self.name(root, "streams", 0, place, Expected { streams, ..Self::plain("", b"file") });
    }

    /// Writes the names of a folder: into its entry if they fit, else into two extents, of which the second lies before
    /// the first.
    fn write_folder(&mut self, place: Place, parent: Place, folder: &Folder, unique_id: u64) {
        let folders = folder.names.iter().filter(|name| name.characteristics & 2 != 0).count();
        let links = u16::try_from(folders).expect("few") + 1;
        let names = self.encoded_names(place, parent, folder, place.block);
        let base = Spec {
            links,
            unique_id,
            permissions: 5 | 5 << 5 | 5 << 10,
            ..Spec::of(file_type::DIRECTORY, EMBEDDED, 0, Vec::new())
        };
        let spec = if names.len() <= 1500 {
            Spec { len: names.len() as u64, allocation: names, ..base }
        } else {
            let blocks = u32::try_from(names.len().div_ceil(BLOCK)).expect("small");
            let half = blocks.div_ceil(2);
            let second = self.maker.names(blocks - half);
            let first = self.maker.names(half);
            let place_of = |at: usize| {
                let block = u32::try_from(at / BLOCK).expect("small");
                if block < half { first.block + block } else { second.block + block - half }
            };
            let names = self.encoded_names_at(place, parent, folder, &place_of);
            let (head, tail) = names.split_at(names.len().min(half as usize * BLOCK));
            self.maker.write(first, head);
            self.maker.write(second, tail);
            let ads = [(head, first), (tail, second)]
                .map(|(part, at)| long_ad(u32::try_from(part.len()).expect("small"), at.block, at.partition));
            let flags = LONG;
            Spec { flags, len: names.len() as u64, blocks: blocks.into(), allocation: ads.concat(), ..base }
        };
        self.write_entry(place, &spec);
    }

    fn encoded_names(&self, place: Place, parent: Place, folder: &Folder, block: u32) -> Vec<u8> {
        self.encoded_names_at(place, parent, folder, &|_| block)
    }

    fn encoded_names_at(&self, _: Place, parent: Place, folder: &Folder, place_of: &dyn Fn(usize) -> u32) -> Vec<u8> {
        let parent = Named { name: Vec::new(), characteristics: 8 | 2, place: parent, version: 1 };
        let mut out = Vec::new();
        for named in std::iter::once(&parent).chain(&folder.names) {
            let mut filled = Filled::of((38 + named.name.len()).next_multiple_of(4));
            filled.u16(16, named.version).bytes(18, &[named.characteristics]);
            filled.bytes(19, &[u8::try_from(named.name.len()).expect("short")]);
            let len = if named.characteristics & 4 == 0 { BLOCK_LEN } else { 0 };
            filled.bytes(20, &long_ad(len, named.place.block, named.place.partition)).bytes(38, &named.name);
            out.extend(filled.tagged(257, self.maker.version(), place_of(out.len())));
        }
        out
    }

    fn write_entry(&mut self, place: Place, spec: &Spec) {
        let bytes = self.encoded(spec, place);
        self.maker.write(place, &bytes);
    }

    /// 4/14.9 and 4/14.17.
    fn encoded(&self, spec: &Spec, place: Place) -> Vec<u8> {
        let is_extended = self.maker.is_extended();
        let base = if is_extended { 216 } else { 176 };
        let attributes = if spec.attributes.is_empty() {
            Vec::new()
        } else {
            let len = u32::try_from(24 + spec.attributes.len()).expect("small");
            let header = Filled::of(24).u32(16, len).u32(20, len).tagged(262, self.maker.version(), place.block);
            [header, spec.attributes.clone()].concat()
        };
        let mut filled = Filled::of(base + attributes.len() + spec.allocation.len());
        filled.u16(20, 4).u16(24, 1).bytes(27, &[spec.file_type]).u16(34, spec.flags);
        filled.u32(36, spec.owner.0).u32(40, spec.owner.1).u32(44, spec.permissions).u16(48, spec.links);
        filled.u64(56, spec.len);
        let (created, modified) =
            (time([1999, 12, 31, 23, 59, 59], 0, 0), time([2001, 2, 2, 22, 35, 6], 789_012, -330));
        if is_extended {
            filled.u64(64, spec.len).u64(72, spec.blocks).bytes(80, &modified).bytes(92, &modified);
            filled.bytes(104, &created).bytes(116, &modified).u32(128, 1).bytes(168, &entity("*generator", &[4, 5]));
            if let Some(streams) = spec.streams {
                filled.bytes(152, &long_ad(BLOCK_LEN, streams.block, streams.partition));
            }
        } else {
            filled.u64(64, spec.blocks).bytes(72, &modified).bytes(84, &modified).bytes(96, &modified).u32(108, 1);
            filled.bytes(128, &entity("*generator", &[4, 5]));
        }
        filled.u64(base - 16, spec.unique_id);
        filled.u32(base - 8, u32::try_from(attributes.len()).expect("small"));
        filled.u32(base - 4, u32::try_from(spec.allocation.len()).expect("small"));
        filled.bytes(base, &attributes).bytes(base + attributes.len(), &spec.allocation);
        filled.tagged(if is_extended { 266 } else { 261 }, self.maker.version(), place.block)
    }
}

/// An allocation descriptor of that manner, of the first partition.
fn ad(manner: u16, len: u32, block: u32) -> Vec<u8> {
    match manner {
        SHORT => short_ad(len, block).to_vec(),
        LONG => long_ad(len, block, 0).to_vec(),
        _ => extended_ad(len, block, 0).to_vec(),
    }
}
