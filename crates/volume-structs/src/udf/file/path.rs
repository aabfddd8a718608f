//! [`Component`]: a step of a path, of which symbolic links are made.

use crate::wire::{Fields, Malformed, put};

/// ECMA-167, 4/14.16.
mod field {
    pub const KIND: usize = 0;
    pub const ID_LEN: usize = 1;
    pub const VERSION: usize = 2;
    pub const ID: usize = 4;
}

/// A path component (ECMA-167, 4/14.16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Component<'a> {
    /// The root of what some agreement says.
    Elsewhere(&'a [u8]),
    /// The root of the file system.
    Root,
    /// The directory that this one is in.
    Parent,
    /// This directory.
    Current,
    /// Into a file or directory of that name, in compressed Unicode.
    Name(&'a [u8]),
}

impl<'a> Component<'a> {
    const fn parts(&self) -> (u8, &'a [u8]) {
        match self {
            Self::Elsewhere(id) => (1, id),
            Self::Root => (2, &[]),
            Self::Parent => (3, &[]),
            Self::Current => (4, &[]),
            Self::Name(name) => (5, name),
        }
    }

    /// Its bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        field::ID + self.parts().1.len()
    }

    /// Never: it has a head.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes it and returns its bytes.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than it, or its name longer than 255 bytes.
    pub fn encode(&self, out: &mut [u8]) -> usize {
        let (kind, id) = self.parts();
        let id_len = u8::try_from(id.len()).expect("a name has at most 255 bytes");
        let out = &mut out[..self.len()];
        out.fill(0);
        put(out, field::KIND, &[kind, id_len]);
        put(out, field::ID, id);
        out.len()
    }

    /// The component at the beginning of these bytes; [`len`](Self::len) says where it ends. The version of the file,
    /// which UDF wants to be 0, is not looked at.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        fields.u16_le(field::VERSION)?;
        let id = fields.bytes(field::ID, usize::from(fields.u8(field::ID_LEN)?))?;
        match (fields.u8(field::KIND)?, id.is_empty()) {
            (1, _) => Ok(Self::Elsewhere(id)),
            (2, true) => Ok(Self::Root),
            (3, true) => Ok(Self::Parent),
            (4, true) => Ok(Self::Current),
            (5, false) => Ok(Self::Name(id)),
            _ => Err(Malformed::new("no component of a path", field::KIND)),
        }
    }
}

/// The components of a path.
#[derive(Debug, Clone)]
pub struct Components<'a> {
    path: &'a [u8],
    at: usize,
}

impl<'a> Components<'a> {
    /// Of the data of a symbolic link.
    #[must_use]
    pub const fn new(path: &'a [u8]) -> Self {
        Self { path, at: 0 }
    }
}

impl<'a> Iterator for Components<'a> {
    type Item = Result<Component<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let rest = self.path.get(at..).filter(|rest| !rest.is_empty())?;
        let found = Component::decode(rest);
        self.at = found.map_or(self.path.len(), |found| at + found.len());
        Some(found.map_err(|error| error.moved(at)))
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    /// `../a/./b`, worked out by hand.
    const PATH: [u8; 20] = [3, 0, 0, 0, 5, 2, 0, 0, 8, b'a', 4, 0, 0, 0, 5, 2, 0, 0, 8, b'b'];

    #[test]
    fn a_path_goes_step_by_step() {
        let steps = [Component::Parent, Component::Name(b"\x08a"), Component::Current, Component::Name(b"\x08b")];
        assert_eq!(Components::new(&PATH).collect::<Vec<_>>(), steps.map(Ok));
        let mut out = [0xA5; 20];
        let len = steps.iter().fold(0, |len, step| len + step.encode(&mut out[len..]));
        assert_eq!(out[..len], PATH);
        assert_eq!(Component::Root.len(), 4);
        assert!(Components::new(&PATH[..19]).last().is_some_and(|last| last.is_err()));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            prop_assert!(Components::new(&bytes).count() <= bytes.len());
        }
    }
}
