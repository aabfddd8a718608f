//! [`Item`]: a file of the corpus.

use crate::listing::{Digest, Kind, Moment, SAMPLED_FROM, Seen};

/// A file, a folder, or what else has a path.
#[derive(Debug, Clone)]
pub struct Item {
    pub path: Vec<u8>,
    pub what: What,
    pub mode: u32,
    pub owner: (u32, u32),
    pub hidden: bool,
    /// UDF from 2.01 on has files that want their bytes at a steady rate.
    pub real_time: bool,
    pub modified: Option<Moment>,
    /// Names and bytes of extended attributes, which become named streams.
    pub streams: Vec<(&'static str, Vec<u8>)>,
}

#[derive(Debug, Clone)]
pub enum What {
    Folder,
    /// So many bytes, which nobody else has.
    File(u64),
    /// A file of zeros but for some bytes at some places.
    Sparse {
        size: u64,
        islands: Vec<u64>,
    },
    /// Another name of a file.
    Again(Vec<u8>),
    Link(Vec<u8>),
    Pipe,
    Socket,
    Characters(u32, u32),
    Blocks(u32, u32),
}

impl Item {
    fn new(path: impl Into<Vec<u8>>, what: What, mode: u32) -> Self {
        let owner = (0, 0);
        Self {
            path: path.into(),
            what,
            mode,
            owner,
            hidden: false,
            real_time: false,
            modified: None,
            streams: Vec::new(),
        }
    }

    pub fn folder(path: impl Into<Vec<u8>>) -> Self {
        Self::new(path, What::Folder, 0o755)
    }

    pub fn file(path: impl Into<Vec<u8>>, size: u64) -> Self {
        Self::new(path, What::File(size), 0o644)
    }

    pub fn link(path: impl Into<Vec<u8>>, target: impl Into<Vec<u8>>) -> Self {
        Self::new(path, What::Link(target.into()), 0o777)
    }

    pub fn other(path: impl Into<Vec<u8>>, what: What) -> Self {
        Self::new(path, what, 0o644)
    }

    pub fn modified(self, modified: Moment) -> Self {
        Self { modified: Some(modified), ..self }
    }

    pub fn mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    pub fn owner(self, user: u32, group: u32) -> Self {
        Self { owner: (user, group), ..self }
    }

    pub fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }

    pub fn real_time(self) -> Self {
        Self { real_time: true, ..self }
    }

    pub fn stream(mut self, name: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        self.streams.push((name, bytes.into()));
        self
    }

    /// The path of the file that this is, or is another name of.
    pub fn first_path(&self) -> &[u8] {
        match &self.what {
            What::Again(path) => path,
            _ => &self.path,
        }
    }

    /// The path of its folder.
    pub fn folder_path(&self) -> &[u8] {
        self.path.iter().rposition(|&byte| byte == b'/').map_or(b"", |at| &self.path[..at])
    }

    pub fn name(&self) -> &[u8] {
        self.path.rsplit(|&byte| byte == b'/').next().expect("a path has a last step")
    }

    pub fn kind(&self) -> Kind {
        match self.what {
            What::Folder => Kind::Folder,
            What::File(_) | What::Sparse { .. } | What::Again(_) => Kind::File,
            What::Link(_) => Kind::Link,
            What::Pipe => Kind::Pipe,
            What::Socket => Kind::Socket,
            What::Characters(..) => Kind::Characters,
            What::Blocks(..) => Kind::Blocks,
        }
    }

    pub fn size(&self) -> Option<u64> {
        match self.what {
            What::File(size) | What::Sparse { size, .. } => Some(size),
            _ => None,
        }
    }

    /// Bytes of it, from an offset on.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) {
        match &self.what {
            What::File(_) => {
                let seed = Digest::of(&self.path);
                for (at, byte) in (offset..).zip(out.iter_mut()) {
                    *byte = pseudo_random(seed, at / 8).to_le_bytes()[usize::try_from(at % 8).expect("small")];
                }
            }
            What::Sparse { islands, .. } => {
                out.fill(0);
                for &island in islands {
                    for (at, byte) in (island..).zip(ISLAND) {
                        let place = at.checked_sub(offset).and_then(|place| usize::try_from(place).ok());
                        if let Some(there) = place.and_then(|place| out.get_mut(place)) {
                            *there = *byte;
                        }
                    }
                }
            }
            _ => panic!("{} has no bytes", self.path.escape_ascii()),
        }
    }

    /// What a reader that tells everything finds of it. `file` is the same under its first name, `names` are those of a
    /// file, or the folders in a folder.
    pub fn seen(&self, file: &Self, names: u32) -> Seen {
        let size = file.size();
        let digest = size.map(|size| {
            Digest::read(size, |offset, out| {
                file.read_at(offset, out);
                Ok(())
            })
            .expect("nothing can fail")
        });
        let is_link = |what: &What| if let What::Link(target) = what { Some(target.clone()) } else { None };
        Seen {
            kind: Some(self.kind()),
            size,
            digest,
            target: is_link(&self.what),
            device: match self.what {
                What::Characters(major, minor) | What::Blocks(major, minor) => Some((major, minor)),
                _ => None,
            },
            mode: Some(file.mode),
            owner: Some(file.owner),
            links: Some(if self.kind() == Kind::Folder { 2 + names } else { names }),
            modified: file.modified,
            hidden: Some(self.hidden),
        }
    }
}

/// What stands in sparse files.
pub const ISLAND: &[u8] = b"an island in a sea of zeros";

/// A word of a file's bytes: a bijection of its place, spread over all bits.
fn pseudo_random(seed: u64, place: u64) -> u64 {
    let mut word = seed ^ place.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

const _: () = assert!(ISLAND.len() as u64 * 2 < SAMPLED_FROM);
