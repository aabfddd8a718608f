//! [`Packing`]: which entry goes where, in the record or behind it, and their bytes.

use core::iter;

use super::{AlternateName, Continuation, Entry, NameFlags, link::LinkPiece, link::LinkPieces, raw::begin};
use crate::{SECTOR, rock_ridge::RawEntry};

/// Areas of one record, its own among them: enough for a path of 4096 bytes.
pub const MAX_AREAS: usize = 8;

/// Something to be packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item<'a> {
    /// An entry as it is.
    Entry(Entry<'a>),
    /// A name: as many `NM` entries as it needs.
    Name(&'a [u8]),
    /// The path of a symbolic link: as many `SL` entries as it needs.
    Link(&'a [u8]),
}

/// There is no way to pack that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum TooMuch {
    /// The record has no room to say where its area goes on.
    #[error("{room} bytes are left in the directory record, fewer than a continuation needs")]
    Record {
        /// Bytes left in the record.
        room: usize,
    },
    /// More areas than [`MAX_AREAS`].
    #[error("more entries than {MAX_AREAS} system use areas hold")]
    Areas,
}

/// What goes where, as a function of the items alone: nothing is stored, so that any area can be written at any time.
///
/// Entries keep their order. Those that do not fit into the record go to further areas, each of which fits into a block;
/// an area that goes on ends with `CE`.
///
/// ```
/// use imapi_volume_structs::rock_ridge::{Item, Packing};
///
/// let name = [b'n'; 200];
/// let items = [Item::Name(&name), Item::Link(b"../elsewhere")];
/// let packing = Packing::new(items.into_iter(), 100)?; // 100 bytes are left in the record
/// assert_eq!(packing.record_len(), 28, "only where it goes on");
/// assert_eq!(packing.further(), [5 + 200 + 5 + 2 + 2 + 9]);
///
/// let mut record = [0; 28];
/// packing.encode(0, (30, 0), &mut record); // The area was given the beginning of block 30.
/// assert_eq!(&record[..8], b"CE\x1C\x01\x1E\0\0\0");
/// let mut area = [0; 223];
/// packing.encode(1, (0, 0), &mut area); // Nothing comes after it.
/// assert_eq!(&area[..6], b"NM\xCD\x01\0n");
/// # Ok::<(), imapi_volume_structs::rock_ridge::TooMuch>(())
/// ```
#[derive(Debug, Clone)]
pub struct Packing<I> {
    items: I,
    room: usize,
    lens: [u16; MAX_AREAS],
    areas: usize,
}

impl<'a, I: Iterator<Item = Item<'a>> + Clone> Packing<I> {
    /// Packs items, given how many bytes are left in the record for its system use area.
    pub fn new(items: I, room: usize) -> Result<Self, TooMuch> {
        let mut packing = Self { items, room, lens: [0; MAX_AREAS], areas: 1 };
        let mut lens = [0; MAX_AREAS];
        let mut areas = 1;
        packing.walk(|area, at, placed| {
            if area == 0 && at + placed.len() > room {
                return Err(TooMuch::Record { room });
            }
            areas = area + 1;
            // An area is at most a block.
            *lens.get_mut(area).ok_or(TooMuch::Areas)? =
                u16::try_from(at + placed.len()).map_err(|_| TooMuch::Areas)?;
            Ok(())
        })?;
        (packing.lens, packing.areas) = (lens, areas);
        Ok(packing)
    }

    /// Bytes of the system use area in the record.
    #[must_use]
    pub fn record_len(&self) -> usize {
        usize::from(self.lens[0])
    }

    /// Bytes of each further area, none of which is longer than a block.
    #[must_use]
    pub fn further(&self) -> &[u16] {
        &self.lens[1..self.areas]
    }

    /// Writes an area and returns its bytes: 0 is that in the record, 1 the first of [`further`](Self::further).
    ///
    /// The one after it begins at that block and byte; this means nothing in the last.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than the area.
    pub fn encode(&self, area: usize, next: (u32, u32), out: &mut [u8]) -> usize {
        let following = self.lens.get(area + 1).copied().unwrap_or_default();
        let mut len = 0;
        // The only errors are those of the function.
        let _: Result<(), ()> = self.walk(|of, at, placed| {
            if of > area {
                return Err(());
            }
            if of == area {
                len = at + placed.len();
                let out = &mut out[at..len];
                match placed {
                    Placed::Piece(piece) => piece.encode(out),
                    Placed::Continuation => {
                        Continuation { block: next.0, offset: next.1, len: u32::from(following) }.encode(out);
                    }
                }
            }
            Ok(())
        });
        len
    }

    /// Tells of each piece its area and its first byte in it, until the function has an error.
    fn walk<E>(&self, mut tell: impl FnMut(usize, usize, Placed<'a>) -> Result<(), E>) -> Result<(), E> {
        let pieces = self.items.clone().flat_map(Pieces::of);
        let mut left: usize = pieces.clone().map(|piece| piece.len()).sum();
        let (mut area, mut at, mut room) = (0, 0, self.room);
        for piece in pieces {
            let len = piece.len();
            let fits = at + left <= room || at + len + Continuation::ENTRY_LEN <= room;
            // A piece is shorter than a block by far, so that one more area is always enough.
            if !fits {
                tell(area, at, Placed::Continuation)?;
                (area, at, room) = (area + 1, 0, SECTOR);
            }
            tell(area, at, Placed::Piece(piece))?;
            at += len;
            left -= len;
        }
        Ok(())
    }
}

/// What stands at a place.
enum Placed<'a> {
    Piece(Piece<'a>),
    Continuation,
}

impl Placed<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Piece(piece) => piece.len(),
            Self::Continuation => Continuation::ENTRY_LEN,
        }
    }
}

/// What becomes one entry.
#[derive(Clone)]
enum Piece<'a> {
    Entry(Entry<'a>),
    Link(LinkPiece<'a>),
}

impl Piece<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Entry(entry) => entry.len(),
            Self::Link(link) => RawEntry::HEAD_LEN + link.data_len(),
        }
    }

    fn encode(&self, out: &mut [u8]) {
        match self {
            Self::Entry(entry) => {
                entry.encode(out);
            }
            Self::Link(link) => {
                begin(*b"SL", 1, link.data_len(), out);
                link.encode_data(&mut out[RawEntry::HEAD_LEN..]);
            }
        }
    }
}

/// The pieces of an item.
#[derive(Clone)]
enum Pieces<'a> {
    Entry(iter::Once<Entry<'a>>),
    Name { rest: &'a [u8], done: bool },
    Link(LinkPieces<'a>),
}

impl<'a> Pieces<'a> {
    fn of(item: Item<'a>) -> Self {
        match item {
            Item::Entry(entry) => Self::Entry(iter::once(entry)),
            Item::Name(name) => Self::Name { rest: name, done: false },
            Item::Link(path) => Self::Link(LinkPieces::new(path)),
        }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        match self {
            Self::Entry(entry) => entry.next().map(Piece::Entry),
            Self::Name { done: true, .. } => None,
            Self::Name { rest, done } => {
                let (name, after) = rest.split_at(rest.len().min(AlternateName::MAX_LEN));
                (*rest, *done) = (after, after.is_empty());
                let flags = if after.is_empty() { NameFlags::NONE } else { NameFlags::CONTINUES };
                Some(Piece::Entry(Entry::Name(AlternateName { flags, name })))
            }
            Self::Link(link) => link.next().map(Piece::Link),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;
    use crate::rock_ridge::{LinkText, PosixAttributes, SystemUse};

    /// A name, the path of a link, and attributes.
    type Read = (Vec<u8>, Vec<u8>, Vec<PosixAttributes>);

    /// Packs, puts each area at the beginning of a block of its own, and reads all of it again.
    fn packed_and_read(items: &[Item<'_>], room: usize) -> Result<Read, TooMuch> {
        let packing = Packing::new(items.iter().copied(), room)?;
        assert!(packing.record_len() <= room);
        let areas: Vec<Vec<u8>> = iter::once(packing.record_len())
            .chain(packing.further().iter().map(|&len| usize::from(len)))
            .enumerate()
            .map(|(area, len)| {
                let mut out = vec![0xA5; len];
                let block = u32::try_from(area).expect("few") + 101;
                assert_eq!(packing.encode(area, (block, 0), &mut out), len);
                out
            })
            .collect();
        let entries = SystemUse::new(&areas[0], |area: Continuation| {
            let found = &areas[usize::try_from(area.block).expect("small") - 100];
            assert_eq!((area.offset, usize::try_from(area.len).expect("small")), (0, found.len()));
            Some(found)
        });
        let (mut name, mut link, mut attributes) = (vec![], vec![], vec![]);
        let mut text = LinkText::new();
        for entry in entries {
            match entry.expect("what was written can be read") {
                Entry::Name(part) => name.extend(part.name),
                Entry::Link(part) => {
                    for component in part.components() {
                        text.push(component.expect("likewise"), |bytes| link.extend(bytes));
                    }
                }
                Entry::Posix(found) => attributes.push(found),
                other => panic!("{other:?}"),
            }
        }
        Ok((name, link, attributes))
    }

    #[test]
    fn what_fits_stays_in_the_record() {
        let attributes = PosixAttributes { mode: 0o120_777, ..PosixAttributes::default() };
        let items = [Item::Entry(Entry::Posix(attributes)), Item::Name(b"link"), Item::Link(b"/usr/../bin")];
        let long = [items[0], items[1], Item::Link(b"/usr/../bin/and/so/on")];
        let len = 36 + 9 + 5 + 2 + 5 + 2 + 5;
        let packing = Packing::new(items.into_iter(), len).expect("it fits");
        assert_eq!((packing.record_len(), packing.further()), (len, &[][..]));
        let mut out = [0xA5; 28];
        let packing = Packing::new(items[2..].iter().copied(), 19).expect("it fits");
        packing.encode(0, (0, 0), &mut out);
        assert_eq!(&out[..19], b"SL\x13\x01\0\x08\0\0\x03usr\x04\0\0\x03bin");

        let packing = Packing::new(long.into_iter(), len + 12).expect("the link goes elsewhere");
        assert_eq!((packing.record_len(), packing.further()), (36 + 9 + 28, &[19 + 5 + 4 + 4][..]));
    }

    #[test]
    fn a_record_without_room_is_told() {
        let packing = Packing::new(iter::once(Item::Name(&[b'n'; 30])), 27);
        assert_eq!(packing.err(), Some(TooMuch::Record { room: 27 }));
        assert!(Packing::new(iter::once(Item::Name(&[b'n'; 30])), 28).is_ok());
        assert!(Packing::new(iter::once(Item::Name(&[b'n'; 22])), 27).is_ok());
        assert_eq!(Packing::new(iter::empty(), 0).map(|packing| packing.record_len()), Ok(0));
    }

    #[test]
    fn the_longest_names_and_paths_of_linux_fit() {
        let name = [b'n'; 255];
        let path = b"a/".repeat(2047);
        let (read, link, _) = packed_and_read(&[Item::Name(&name), Item::Link(&path)], 28).expect("it fits");
        assert_eq!(read, name);
        assert_eq!(link, &path[..path.len() - 1]);
        let endless = b"a/".repeat(10_000);
        assert_eq!(packed_and_read(&[Item::Link(&endless)], 28), Err(TooMuch::Areas));
    }

    #[test]
    fn the_rest_of_a_long_name_is_no_parent() {
        // 248 bytes of a name are in the first component, and `..` in the second.
        let path = [&[b'n'; 248][..], b"../.."].concat();
        let (_, link, _) = packed_and_read(&[Item::Link(&path)], 28).expect("it fits");
        assert_eq!(link, path);
    }

    proptest! {
        #[test]
        fn all_of_it_is_read_again(
            name in proptest::collection::vec(1u8.., 1..600),
            path in "/?([a.]{1,400}/){0,20}[a.]{1,300}",
            mode: u32,
            room in 28usize..254,
        ) {
            let attributes = PosixAttributes { mode, inode: Some(7), ..PosixAttributes::default() };
            let items = [Item::Name(&name), Item::Entry(Entry::Posix(attributes)), Item::Link(path.as_bytes())];
            let (read, link, found) = packed_and_read(&items, room).expect("it fits");
            prop_assert_eq!(read, name);
            prop_assert_eq!(link, path.as_bytes());
            prop_assert_eq!(found, [attributes]);
        }
    }
}
