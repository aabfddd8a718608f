//! [`SymbolicLink`]: where a symbolic link leads, in components, and those put together again to a path.

use super::raw::RawEntry;
use crate::wire::{Fields, Malformed};

/// A part of a link's path (RRIP, 4.1.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkComponent<'a> {
    /// A name, or a part of one.
    Name {
        /// Its bytes.
        name: &'a [u8],
        /// Whether the name goes on in the next component.
        continues: bool,
    },
    /// `.`
    Current,
    /// `..`
    Parent,
    /// `/` at the beginning.
    Root,
    /// Something else, as the name of the machine in old versions.
    Other {
        /// What it is.
        flags: u8,
        /// Its bytes.
        bytes: &'a [u8],
    },
}

impl<'a> LinkComponent<'a> {
    const HEAD_LEN: usize = 2;
    const CONTINUES: u8 = 1;
    const CURRENT: u8 = 1 << 1;
    const PARENT: u8 = 1 << 2;
    const ROOT: u8 = 1 << 3;
    /// The longest name, or part of one, in one component: those of one entry with nothing else in it.
    const MAX_NAME: usize = SymbolicLink::MAX_LEN - Self::HEAD_LEN;

    const fn parts(&self) -> (u8, &'a [u8]) {
        match *self {
            Self::Name { name, continues: false } => (0, name),
            Self::Name { name, continues: true } => (Self::CONTINUES, name),
            Self::Current => (Self::CURRENT, &[]),
            Self::Parent => (Self::PARENT, &[]),
            Self::Root => (Self::ROOT, &[]),
            Self::Other { flags, bytes } => (flags, bytes),
        }
    }

    /// Its bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        Self::HEAD_LEN + self.parts().1.len()
    }

    /// Never: it has at least flags and a length.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    fn encode(&self, out: &mut [u8]) -> usize {
        let (flags, bytes) = self.parts();
        out[0] = flags;
        out[1] = u8::try_from(bytes.len()).expect("a component is a part of an entry");
        crate::wire::put(out, Self::HEAD_LEN, bytes);
        self.len()
    }

    fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        let (flags, len) = (fields.u8(0)?, usize::from(fields.u8(1)?));
        let bytes = fields.bytes(Self::HEAD_LEN, len)?;
        Ok(match (flags, bytes) {
            (0, name) => Self::Name { name, continues: false },
            (Self::CONTINUES, name) => Self::Name { name, continues: true },
            (Self::CURRENT, []) => Self::Current,
            (Self::PARENT, []) => Self::Parent,
            (Self::ROOT, []) => Self::Root,
            _ => Self::Other { flags, bytes },
        })
    }
}

/// `SL`: the path of a symbolic link, or a part of it (RRIP, 4.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SymbolicLink<'a> {
    /// Bit 0: the path goes on in the next such entry.
    pub flags: u8,
    /// The components, one after the other.
    pub components: &'a [u8],
}

impl<'a> SymbolicLink<'a> {
    /// Bytes of components in an entry.
    pub const MAX_LEN: usize = RawEntry::MAX_DATA - 1;
    /// The path goes on in the next such entry.
    pub const CONTINUES: u8 = 1;

    pub(super) fn decode(data: &'a [u8]) -> Result<Self, Malformed> {
        Ok(Self { flags: Fields::new(data).u8(0)?, components: &data[1..] })
    }

    /// Its components.
    #[must_use]
    pub const fn components(&self) -> LinkComponents<'a> {
        LinkComponents { rest: self.components, at: 0 }
    }
}

/// The components of one entry. What cannot be read ends it.
#[derive(Debug, Clone)]
pub struct LinkComponents<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Iterator for LinkComponents<'a> {
    type Item = Result<LinkComponent<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let at = self.at;
        let component = LinkComponent::decode(self.rest);
        let len = component.map_or(self.rest.len(), |component| component.len());
        self.rest = &self.rest[len..];
        self.at += len;
        Some(component.map_err(|error| error.moved(at)))
    }
}

/// Puts components together to a path, piece by piece.
#[derive(Debug, Clone, Copy, Default)]
pub struct LinkText {
    /// Whether a `/` belongs before the next component.
    separate: bool,
}

impl LinkText {
    /// At the beginning of a path.
    #[must_use]
    pub const fn new() -> Self {
        Self { separate: false }
    }

    /// Gives the bytes that a component adds to the path. What is unknown adds its bytes like a name.
    pub fn push(&mut self, component: LinkComponent<'_>, mut add: impl FnMut(&[u8])) {
        if core::mem::replace(&mut self.separate, true) {
            add(b"/");
        }
        match component {
            LinkComponent::Name { name, continues } => {
                add(name);
                self.separate = !continues;
            }
            LinkComponent::Current => add(b"."),
            LinkComponent::Parent => add(b".."),
            LinkComponent::Root => {
                add(b"/");
                self.separate = false;
            }
            LinkComponent::Other { bytes, .. } => add(bytes),
        }
    }
}

/// A path taken apart into components, a name too long for one entry into several.
///
/// Components of no characters, as between two slashes or behind the last, mean nothing and are left out.
#[derive(Debug, Clone)]
pub(super) struct PathComponents<'a> {
    rest: &'a [u8],
    root: bool,
    /// Whether the rest begins inside of a name, which then is one even when it reads `.` or `..`.
    inside: bool,
}

impl<'a> PathComponents<'a> {
    pub(super) const fn new(path: &'a [u8]) -> Self {
        Self { rest: path, root: matches!(path, [b'/', ..]), inside: false }
    }
}

impl<'a> Iterator for PathComponents<'a> {
    type Item = LinkComponent<'a>;

    fn next(&mut self) -> Option<LinkComponent<'a>> {
        if core::mem::take(&mut self.root) {
            return Some(LinkComponent::Root);
        }
        let begin = self.rest.iter().position(|&byte| byte != b'/')?;
        let rest = &self.rest[begin..];
        let end = rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
        let part = end.min(LinkComponent::MAX_NAME);
        let name;
        (name, self.rest) = rest.split_at(part);
        let continues = part < end;
        let inside = core::mem::replace(&mut self.inside, continues);
        Some(match name {
            b"." if !inside => LinkComponent::Current,
            b".." if !inside => LinkComponent::Parent,
            _ => LinkComponent::Name { name, continues },
        })
    }
}

/// As many components as fit into one entry, from a path that goes on behind it.
#[derive(Debug, Clone)]
pub(super) struct LinkPiece<'a> {
    components: PathComponents<'a>,
    count: usize,
    len: usize,
    continues: bool,
}

impl LinkPiece<'_> {
    /// Bytes of data of the entry.
    pub(super) const fn data_len(&self) -> usize {
        1 + self.len
    }

    pub(super) fn encode_data(&self, out: &mut [u8]) {
        out[0] = if self.continues { SymbolicLink::CONTINUES } else { 0 };
        self.components.clone().take(self.count).fold(1, |at, component| at + component.encode(&mut out[at..]));
    }
}

/// A path in pieces of one entry each.
#[derive(Debug, Clone)]
pub(super) struct LinkPieces<'a> {
    components: PathComponents<'a>,
    started: bool,
}

impl<'a> LinkPieces<'a> {
    pub(super) const fn new(path: &'a [u8]) -> Self {
        Self { components: PathComponents::new(path), started: false }
    }
}

impl<'a> Iterator for LinkPieces<'a> {
    type Item = LinkPiece<'a>;

    fn next(&mut self) -> Option<LinkPiece<'a>> {
        let mut piece = LinkPiece { components: self.components.clone(), count: 0, len: 0, continues: false };
        loop {
            let before = self.components.clone();
            match self.components.next() {
                None if piece.count == 0 && self.started => return None,
                None => break,
                Some(component) if piece.len + component.len() > SymbolicLink::MAX_LEN => {
                    self.components = before;
                    piece.continues = true;
                    break;
                }
                Some(component) => {
                    piece.len += component.len();
                    piece.count += 1;
                }
            }
        }
        // A link to nowhere is an entry without components.
        self.started = true;
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn the_rest_of_a_long_name_is_a_name() {
        let path = [&[b'n'; 248][..], b"../.."].concat();
        let components: Vec<_> = PathComponents::new(&path).collect();
        let name = |name, continues| LinkComponent::Name { name, continues };
        assert_eq!(components, [name(&[b'n'; 248], true), name(b"..", false), LinkComponent::Parent]);
    }
}
