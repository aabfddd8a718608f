//! What Rock Ridge says of a file, beside what its directory record says.
//!
//! It is called 1.10, the name by which all readers know it, and is that but for one thing: attributes have the serial
//! number of the file, which came with 1.12. Readers of before stop in front of it, the mkisofs of cdrtools has written
//! the two together for decades, and without it some (xorriso) take each hard link for a file of its own, and others
//! (libarchive) those of empty files. Linux looks at no serial numbers, whatever the version.
//!
//! Linux shows 250 bytes of a name that has 254 or 255, and takes devices whose minor number is above 255 for others: it
//! reads the lower half of a number as one of 16 bits.

use imapi_volume_structs::rock_ridge::{
    Entry, ExtensionReference, Item, Packing, PosixAttributes, TimeKind, Timestamps, TooMuch,
};

use super::time::recording_time;
use crate::{Attributes, Kind, NodeId, Tree};

/// Whose record it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// The root's record of itself, which says that Rock Ridge is in use.
    Root,
    /// Another folder's record of itself, or any of a parent.
    Folder,
    /// One by which something is known.
    Child,
    /// One by which a folder that was moved is known where it belongs: a file for all who do not know Rock Ridge.
    Placeholder,
    /// That of a folder where it was moved to, or of the folder that such folders are moved into.
    Moved,
    /// The record of the parent in a folder that was moved.
    Home,
}

impl Of {
    const fn has_name(self) -> bool {
        matches!(self, Self::Child | Self::Placeholder | Self::Moved)
    }
}

/// What is told of a record, beside what the tree knows of its node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    pub node: NodeId,
    pub of: Of,
    /// What it is called, where it is known by a name.
    pub name: &'a [u8],
    /// Names that the file has; for a folder what its parent, itself and the folders in it make.
    pub links: u32,
    /// By what the names of one file are known.
    pub serial: u32,
    /// The directory that a placeholder stands for, or that a moved folder belongs into.
    pub elsewhere: u32,
}

impl<'a> Told<'a> {
    /// What decides the lengths of entries, which its numbers do not.
    pub fn unnumbered(node: NodeId, of: Of, name: &'a [u8]) -> Self {
        Self { node, of, name, links: 0, serial: 0, elsewhere: 0 }
    }
}

/// The longest path of a link: xorriso takes no image that has a longer one, and has none of its files then.
pub(super) const LONGEST_LINK: usize = 1023;

/// Room in a record that is never more than 254 bytes long.
pub(super) const MOST_BYTES: usize = 254;

/// The entries of a record, packed where they fit.
pub(super) fn packing<'a>(
    tree: &'a Tree,
    told: &Told<'a>,
    room: usize,
) -> Result<Packing<impl Iterator<Item = Item<'a>> + Clone>, TooMuch> {
    let Told { node, of, .. } = *told;
    let attributes = tree.attributes(node);
    let kind = tree.kind(node);
    let posix = PosixAttributes {
        mode: mode(kind, attributes.mode),
        links: told.links,
        user: attributes.owner,
        group: attributes.group,
        inode: Some(told.serial),
    };
    let [modified, accessed] = [attributes.modified, attributes.accessed].map(recording_time);
    let times = Timestamps::short([
        (TimeKind::Modify, modified),
        (TimeKind::Access, accessed),
        (TimeKind::Attributes, modified),
    ]);
    let device = match kind {
        Kind::Special { device } if is_device(&attributes) => {
            // The two halves of the number: readers take it for that, and Linux does where the first is zero.
            let half = |shift: u32| u32::try_from(device >> shift & u64::from(u32::MAX)).unwrap_or(u32::MAX);
            Some(Entry::Device { high: half(32), low: half(0) })
        }
        _ => None,
    };
    let relocation = match of {
        Of::Placeholder => Some(Entry::ChildLink { block: told.elsewhere }),
        Of::Home => Some(Entry::ParentLink { block: told.elsewhere }),
        Of::Moved => Some(Entry::Relocated),
        Of::Root | Of::Folder | Of::Child => None,
    };
    let first = of == Of::Root;
    let items = [
        first.then_some(Item::Entry(Entry::SharingProtocol { skip: 0 })),
        Some(Item::Entry(Entry::Posix(posix))),
        Some(Item::Entry(Entry::Times(times))),
        relocation.map(Item::Entry),
        of.has_name().then_some(Item::Name(told.name)),
        if of == Of::Child { tree.link_target(node).map(Item::Link) } else { None },
        device.map(Item::Entry),
        first.then_some(Item::Entry(Entry::Extension(ExtensionReference::RRIP_1991A))),
    ];
    Packing::new(items.into_iter().flatten(), room)
}

const KIND: u32 = 0o170_000;

/// The mode with the bits of its kind; where nobody said who may do what, all may read.
fn mode(kind: Kind, mode: u32) -> u32 {
    let (bits, default) = match kind {
        Kind::Directory => (0o040_000, 0o755),
        Kind::File { .. } => (0o100_000, 0o644),
        Kind::Link { .. } => (0o120_000, 0o777),
        Kind::Special { .. } => (mode & KIND, 0o644),
    };
    bits | if mode == 0 { default } else { mode & !KIND }
}

/// Whether a special file is a device, which has numbers; pipes and sockets have none.
fn is_device(attributes: &Attributes) -> bool {
    matches!(attributes.mode & KIND, 0o020_000 | 0o060_000)
}

/// Whether Rock Ridge can tell what such a file is.
pub(super) fn can_tell(tree: &Tree, node: NodeId) -> bool {
    !matches!(tree.kind(node), Kind::Special { .. }) || tree.attributes(node).mode & KIND != 0
}
