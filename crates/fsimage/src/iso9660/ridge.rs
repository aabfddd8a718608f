//! What Rock Ridge says of a file, beside what its directory record says.

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
}

/// Room in a record that is never more than 254 bytes long.
pub(super) const MOST_BYTES: usize = 254;

/// The entries of a record, packed where they fit; `links` is how many names the file has.
pub(super) fn packing(
    tree: &Tree,
    node: NodeId,
    of: Of,
    links: u32,
    room: usize,
) -> Result<Packing<impl Iterator<Item = Item<'_>> + Clone>, TooMuch> {
    let attributes = tree.attributes(node);
    let kind = tree.kind(node);
    let posix = PosixAttributes {
        mode: mode(kind, attributes.mode),
        links,
        user: attributes.owner,
        group: attributes.group,
        inode: None,
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
    let child = of == Of::Child;
    let first = of == Of::Root;
    let items = [
        first.then_some(Item::Entry(Entry::SharingProtocol { skip: 0 })),
        Some(Item::Entry(Entry::Posix(posix))),
        Some(Item::Entry(Entry::Times(times))),
        child.then(|| Item::Name(tree.name(node))),
        if child { tree.link_target(node).map(Item::Link) } else { None },
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
