//! [`Walked`]: everything that is in a volume.

use std::collections::{BTreeMap, HashMap, HashSet};

use imapi_volume_structs::udf::{
    Component, Components, FileCharacteristics, FileIdentifiers, FileType, IcbFlags, LongAd, Tag, text,
};

use super::{Volume, entry::Entry};
use crate::listing::{Digest, Kind, Listing, Moment, Seen};

/// What is in a volume.
#[derive(Default)]
pub struct Walked {
    pub listing: Listing,
    /// The named streams of those files that have some.
    pub streams: BTreeMap<Vec<u8>, Vec<Stream>>,
    /// The blocks of the image with the entries of the folders of these, and the references to them.
    pub stream_folders: BTreeMap<Vec<u8>, (u64, LongAd)>,
    pub created: BTreeMap<Vec<u8>, Moment>,
    pub real_time: HashSet<Vec<u8>>,
}

/// A named stream: its name and its bytes.
pub type Stream = (String, Vec<u8>);

/// What is known of files already, when another name leads to one.
#[derive(Default)]
struct Known {
    /// Of each block with an entry: what is there, and by how many names.
    seen: HashMap<u64, (Seen, u32)>,
    /// How many names each of them tells, and its number.
    links: HashMap<u64, (u32, u64, Vec<u8>)>,
    /// The numbers of entries.
    unique_ids: HashSet<u64>,
    /// The numbers of names, from 2.00 on, and what the name leads to.
    name_ids: HashMap<u64, u64>,
    names: (u32, u32),
}

impl Volume<'_> {
    /// Everything in it. Whatever breaks a rule ends the test.
    pub fn walk(mut self) -> Walked {
        let (mut walked, mut known) = (Walked::default(), Known::default());
        let root = self.root;
        let root = Entry::read(&mut self, root, "the root");
        assert_eq!(root.unique_id, 0, "the root's number");
        known.unique_ids.insert(0);
        self.folder(&root, &root, b"", &mut walked, &mut known);
        let (files, folders) = known.names;
        assert_eq!(
            (files, folders + 1),
            (self.facts.files, self.facts.folders),
            "files and folders, as they are counted"
        );
        let numbers = known.unique_ids.iter().chain(known.name_ids.keys());
        let greatest = numbers.max().expect("the root has one");
        assert!(*greatest < self.facts.next_unique_id, "{greatest} is not below {}", self.facts.next_unique_id);
        for (block, (links, unique_id, path)) in known.links {
            assert_eq!(known.seen[&block].1, links, "the names of {}", path.escape_ascii());
            // One of the names of a file has the number of the file.
            let has_name = known.name_ids.get(&unique_id) == Some(&block);
            assert!(has_name || !self.revision.has_streams(), "no name of {} has its number", path.escape_ascii());
        }
        self.check_gaps();
        walked
    }

    fn folder(&mut self, folder: &Entry, parent: &Entry, path: &[u8], walked: &mut Walked, known: &mut Known) {
        let about = format!("/{}", path.escape_ascii());
        assert_eq!(folder.file_type, FileType::DIRECTORY, "{about}");
        let names = folder.bytes(self);
        let mut folders = 0;
        let mut seen = HashSet::new();
        for (found, number) in FileIdentifiers::new(&names).zip(0..) {
            let (at, tag, name) = found.unwrap_or_else(|e| panic!("{about}: {e}"));
            Tag::verify(&names[at..]).unwrap_or_else(|e| panic!("{about}: {e}"));
            tag.stands_at(self.location_in(folder, at)).unwrap_or_else(|e| panic!("{about}, byte {at}: {e}"));
            assert_eq!((name.version, tag.stamp.version), (1, self.revision.tag_version()), "{about}");
            if number == 0 {
                let what = FileCharacteristics::PARENT.with(FileCharacteristics::DIRECTORY);
                assert_eq!((name.characteristics, name.name), (what, &[][..]), "{about} begins with its parent");
                assert_eq!(self.block_of(name.icb), parent.at.0, "{about}: its parent");
                continue;
            }
            let text: String = name.chars().unwrap_or_else(|e| panic!("{about}: {e}")).collect();
            assert!(seen.insert(text.clone()), "{about}: {text} is there twice");
            let inside = if path.is_empty() { text.into_bytes() } else { [path, b"/", text.as_bytes()].concat() };
            folders += u32::from(name.characteristics.contains(FileCharacteristics::DIRECTORY));
            self.named(name.icb, name.characteristics, folder, &inside, walked, known);
        }
        assert_eq!(folder.links, 1 + folders, "{about}: the names that lead to it");
    }

    /// The block in which a byte of a folder stands, as its partition counts.
    fn location_in(&self, folder: &Entry, at: usize) -> u32 {
        if folder.embedded.is_some() {
            return folder.location;
        }
        let partition = self.partitions[usize::from(folder.at.1)];
        let mut block = at as u64 / 2048;
        for run in &folder.extents {
            if block < run.blocks {
                return u32::try_from(run.first + block - partition.first).expect("32 bits");
            }
            block -= run.blocks;
        }
        panic!("a folder has no byte {at}");
    }

    /// What a name leads to.
    fn named(
        &mut self,
        icb: LongAd,
        characteristics: FileCharacteristics,
        folder: &Entry,
        path: &[u8],
        walked: &mut Walked,
        known: &mut Known,
    ) {
        let is_folder = characteristics.contains(FileCharacteristics::DIRECTORY);
        let hidden = Some(characteristics.contains(FileCharacteristics::HIDDEN));
        let block = self.block_of(icb);
        *(if is_folder { &mut known.names.1 } else { &mut known.names.0 }) += 1;
        if self.revision.has_streams() {
            let other = known.name_ids.insert(icb.unique_id.into(), block);
            assert!(other.is_none(), "/{}: another name has its number", path.escape_ascii());
        } else {
            assert_eq!(icb.unique_id, 0, "/{}", path.escape_ascii());
        }
        if let Some((seen, names)) = known.seen.get_mut(&block) {
            *names += 1;
            walked.listing.insert(path.to_vec(), Seen { hidden, ..seen.clone() });
            return;
        }
        let who = path.escape_ascii().to_string();
        let entry = Entry::read(self, icb, &who);
        assert!(known.unique_ids.insert(entry.unique_id), "/{who}: another file has its number");
        assert!(entry.unique_id >= 16, "/{who}: numbers below 16 are not for files");
        assert!(!entry.flags.contains(IcbFlags::STREAM), "/{who}");
        let seen = self.seen(&entry, &who);
        assert_eq!(seen.kind == Some(Kind::Folder), is_folder, "/{who}");
        walked.listing.insert(path.to_vec(), Seen { hidden, ..seen.clone() });
        walked.created.extend(entry.created.map(|created| (path.to_vec(), created)));
        if entry.file_type == FileType::REAL_TIME {
            walked.real_time.insert(path.to_vec());
        }
        if is_folder {
            self.folder(&entry, folder, path, walked, known);
        } else {
            known.links.insert(block, (entry.links, entry.unique_id, path.to_vec()));
        }
        known.seen.insert(block, (seen, 1));
        let folder = entry.streams.map(|streams| (path.to_vec(), (self.block_of(streams), streams)));
        walked.stream_folders.extend(folder);
        let streams = entry.streams.map(|streams| self.streams(&entry, streams, &who));
        walked.streams.extend(streams.map(|streams| (path.to_vec(), streams)));
    }

    fn seen(&self, entry: &Entry, who: &str) -> Seen {
        let kind = match entry.file_type {
            FileType::DIRECTORY => Kind::Folder,
            FileType::REGULAR | FileType::REAL_TIME => Kind::File,
            FileType::SYMLINK => Kind::Link,
            FileType::FIFO => Kind::Pipe,
            FileType::SOCKET => Kind::Socket,
            FileType::CHARACTER_DEVICE => Kind::Characters,
            FileType::BLOCK_DEVICE => Kind::Blocks,
            other => panic!("/{who} is a {other:?}"),
        };
        let digest = |entry: &Entry| {
            Digest::read(entry.size, |offset, out| {
                if !out.is_empty() {
                    entry.read_at(self, offset, out);
                }
                Ok(())
            })
            .expect("nothing can fail")
        };
        Seen {
            kind: Some(kind),
            size: (kind == Kind::File).then_some(entry.size),
            digest: (kind == Kind::File).then(|| digest(entry)),
            target: (kind == Kind::Link).then(|| target(&entry.bytes(self))),
            device: entry.device,
            mode: Some(entry.mode),
            owner: Some(entry.owner),
            // Of folders, Linux counts the name that each has for itself.
            links: Some(entry.links + u32::from(kind == Kind::Folder)),
            modified: entry.modified,
            hidden: None,
        }
    }

    fn streams(&mut self, file: &Entry, at: LongAd, who: &str) -> Vec<Stream> {
        let folder = Entry::read(self, at, &format!("the streams of {who}"));
        assert_eq!(folder.file_type, FileType::STREAM_DIRECTORY, "{who}");
        let names = folder.bytes(self);
        let (mut all, mut bytes) = (Vec::new(), file.size);
        for (found, number) in FileIdentifiers::new(&names).zip(0..) {
            let (at, tag, name) = found.unwrap_or_else(|e| panic!("{who}: {e}"));
            Tag::verify(&names[at..]).unwrap_or_else(|e| panic!("{who}: {e}"));
            tag.stands_at(self.location_in(&folder, at)).unwrap_or_else(|e| panic!("{who}: {e}"));
            if number == 0 {
                assert_eq!(self.block_of(name.icb), file.at.0, "the parent of the streams of {who}");
                continue;
            }
            let text: String = name.chars().unwrap_or_else(|e| panic!("{who}: {e}")).collect();
            let stream = Entry::read(self, name.icb, &format!("the stream {text} of {who}"));
            assert!(stream.flags.contains(IcbFlags::STREAM), "{who}:{text}");
            assert_eq!((stream.file_type, stream.links), (FileType::REGULAR, 1), "{who}:{text}");
            bytes += stream.size;
            let contents = stream.bytes(self);
            all.push((text, contents));
        }
        assert_eq!(file.object_len, Some(bytes), "{who}: its bytes with those of its streams");
        all
    }
}

/// Where a link leads.
fn target(path: &[u8]) -> Vec<u8> {
    let mut steps: Vec<Vec<u8>> = Vec::new();
    let mut absolute = false;
    for component in Components::new(path) {
        steps.push(match component.expect("a step of a link") {
            Component::Root => {
                absolute = true;
                continue;
            }
            Component::Parent => b"..".to_vec(),
            Component::Current => b".".to_vec(),
            Component::Name(name) => text::decode(name).expect("text").collect::<String>().into_bytes(),
            other @ Component::Elsewhere(_) => panic!("a step of a link is {other:?}"),
        });
    }
    [if absolute { &b"/"[..] } else { b"" }, &steps.join(&b'/')].concat()
}
