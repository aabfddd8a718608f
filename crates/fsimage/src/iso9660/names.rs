//! [`Naming`]: which names files have in ISO 9660 and in Joliet.

use std::hash::{DefaultHasher, Hash, Hasher};

use imapi_volume_structs::iso9660::{FileFlags, joliet, order};

use crate::{
    Kind, NodeId, Tree,
    named::{self, Named},
};

/// The rules of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Eight capital letters, digits or underscores, and three.
    Eight,
    /// Thirty of them in name and extension together, thirty-one in the names of folders.
    Thirty,
    /// Thirty-one of almost all characters of ASCII.
    Relaxed,
    /// Sixty-four units of Unicode.
    Joliet,
}

impl Naming {
    pub fn filler(self) -> order::Filler {
        if self == Self::Joliet { order::Filler::Zero } else { order::Filler::Space }
    }

    /// Writes the identifier of a file or folder as its record has it.
    pub fn identifier(self, tree: &Tree, named: Named, out: &mut Vec<u8>) {
        let is_folder = matches!(tree.kind(named.node), Kind::Directory);
        let name = tree.name(named.node);
        let mut short = [0; SHORT];
        let short = if named.number == 0 { self.short(name, is_folder, &mut short) } else { None };
        let has_dot = if let Some(name) = short {
            self.put(name, out);
            name.contains(&b'.')
        } else {
            let name = self.name(name, is_folder, named.number);
            if self == Self::Joliet {
                out.extend(name.encode_utf16().flat_map(u16::to_be_bytes));
            } else {
                out.extend(name.as_bytes());
            }
            name.contains('.')
        };
        if !is_folder {
            // The standard wants the dot also where there is no extension.
            if self.is_strict() && !has_dot {
                out.push(b'.');
            }
            self.put(VERSION, out);
        }
    }

    /// Writes what is of ASCII.
    fn put(self, text: &[u8], out: &mut Vec<u8>) {
        if self == Self::Joliet {
            out.extend(text.iter().flat_map(|&byte| [0, byte]));
        } else {
            out.extend_from_slice(text);
        }
    }

    fn is_strict(self) -> bool {
        matches!(self, Self::Eight | Self::Thirty)
    }

    /// The same as [`name`](Self::name) with no number, where the name is of ASCII and not cut. Most are, and they need no
    /// memory then.
    fn short<'o>(self, name: &[u8], is_folder: bool, out: &'o mut [u8; SHORT]) -> Option<&'o [u8]> {
        let out = out.get_mut(..name.len())?;
        if !name.is_ascii() {
            return None;
        }
        for (out, &byte) in out.iter_mut().zip(name) {
            *out = u8::try_from(self.character(char::from(byte))).ok()?;
        }
        let dot = self.parting_dot(is_folder, out.len(), out.iter().rposition(|&byte| byte == b'.'));
        let (stem, extension) = dot.map_or((out.len(), 0), |at| (at, out.len() - at - 1));
        let fits = match self {
            Self::Eight => stem <= 8 && extension <= 3,
            Self::Thirty => stem + extension <= if is_folder { 31 } else { 30 },
            // What is changed at the end of a part, it has the long way.
            Self::Relaxed => out.len() <= 31 && !out.ends_with(b" ") && !out.windows(2).any(|pair| pair == b" ."),
            Self::Joliet => out.len() <= joliet::MAX_UNITS,
        };
        if self.is_strict() {
            let others = (0..).zip(out.iter_mut()).filter(|&(at, &mut byte)| byte == b'.' && dot != Some(at));
            others.for_each(|(_, byte)| *byte = b'_');
        }
        (fits && !out.ends_with(b".")).then_some(out)
    }

    /// The place of the last dot when it parts a name of so many bytes: one at the beginning or the end does not, and
    /// folders have no extension where the standard is strict.
    fn parting_dot(self, is_folder: bool, len: usize, last: Option<usize>) -> Option<usize> {
        last.filter(|&at| at > 0 && at + 1 < len && !(is_folder && self.is_strict()))
    }

    /// The name without the version, and without a dot at its end.
    pub fn name(self, name: &[u8], is_folder: bool, number: u32) -> String {
        let text = String::from_utf8_lossy(name);
        let mapped: String = text.chars().map(|c| self.character(c)).collect();
        let strict = self.is_strict();
        let dot = self.parting_dot(is_folder, mapped.len(), mapped.rfind('.'));
        let (stem, extension) = match dot {
            Some(at) => (&mapped[..at], &mapped[at + 1..]),
            None => (&mapped[..], ""),
        };
        let plain = |part: &str| if strict { part.replace('.', "_") } else { part.to_string() };
        let (stem, extension) = (plain(stem), plain(extension));
        let (most, most_extension) = match self {
            Self::Eight => (8, 3),
            // Files have one character less than folders, in name and extension together.
            Self::Thirty => (if is_folder { 31 } else { 30 }, 12),
            Self::Relaxed => (31, 12),
            Self::Joliet => (joliet::MAX_UNITS, 32),
        };
        let digits = if number == 0 { String::new() } else { number.to_string() };
        // An extension is cut only where the name is too long with it.
        let left = most.saturating_sub(joliet::units(&stem) + usize::from(self != Self::Thirty) + digits.len());
        let most_extension = if self == Self::Eight { most_extension } else { most_extension.max(left) };
        let extension = joliet::truncated(&extension, most_extension);
        let taken = match self {
            Self::Eight => 0,
            Self::Thirty => extension.len(),
            Self::Relaxed | Self::Joliet if extension.is_empty() => 0,
            Self::Relaxed | Self::Joliet => joliet::units(extension) + 1,
        };
        let stem = joliet::truncated(&stem, most - taken - digits.len());
        let dot = if extension.is_empty() { "" } else { "." };
        let mut name = format!("{stem}{digits}{dot}{extension}");
        // Spaces at the end of a part are filling, and cannot be told from none.
        if self == Self::Relaxed {
            name = name.replace(" .", "_.");
        }
        // Nor can a dot that readers take for one before no extension.
        if (self == Self::Relaxed && name.ends_with(' ')) || name.ends_with('.') {
            name.pop();
            name.push('_');
        }
        name
    }

    /// What a character becomes.
    fn character(self, c: char) -> char {
        let kept = match self {
            Self::Eight | Self::Thirty => c.is_ascii_alphanumeric() || matches!(c, '_' | '.'),
            Self::Relaxed => matches!(c, ' '..='~') && !matches!(c, '/' | ';'),
            Self::Joliet => joliet::is_allowed(c),
        };
        match self {
            _ if !kept => '_',
            Self::Eight | Self::Thirty => c.to_ascii_uppercase(),
            Self::Relaxed | Self::Joliet => c,
        }
    }

    /// By what readers tell names from each other. None of them tells capitals from small letters, Joliet's neither:
    /// Windows and Linux open the first of such files by all their names.
    pub fn key(self, name: &str) -> String {
        if self == Self::Joliet { name.chars().map(capital).collect() } else { name.to_ascii_uppercase() }
    }

    /// Names for what is in one folder, in the order in which its records stand. An error is the node that no name is left
    /// for.
    pub fn assign(self, tree: &Tree, children: impl Iterator<Item = NodeId>) -> Result<Vec<Named>, NodeId> {
        let children: Vec<NodeId> = children.collect();
        // Most folders need no numbers, which shows when their names are sorted. Where names have small letters too, those
        // that are one to readers need not stand side by side.
        if self != Self::Relaxed {
            let sorted = self.sorted(tree, children.iter().map(|&node| Named { node, number: 0 }));
            let differ = if self == Self::Joliet {
                let mut hashes: Vec<u64> = sorted.names().map(|name| self.hash_of_key(name)).collect();
                hashes.sort_unstable();
                hashes.windows(2).all(|pair| pair[0] != pair[1])
            } else {
                sorted.names().zip(sorted.names().skip(1)).all(|(a, b)| self.unversioned(a) != self.unversioned(b))
            };
            if differ {
                return Ok(sorted.into_named());
            }
        }
        self.numbered(tree, children)
    }

    /// The same for a folder in which several may become one, so that they need numbers.
    fn numbered(self, tree: &Tree, mut children: Vec<NodeId>) -> Result<Vec<Named>, NodeId> {
        // Whoever comes first keeps its name, whatever order they were added in.
        children.sort_unstable_by_key(|&node| tree.name(node));
        let key = |node, number| self.key(&self.name_of(tree, node, number));
        let is_kept =
            |node, key: &String| std::str::from_utf8(tree.name(node)).is_ok_and(|name| self.key(name) == *key);
        let named = named::assign(children.into_iter(), key, is_kept)?;
        Ok(self.sorted(tree, named.into_iter()).into_named())
    }

    /// The name without version and without a dot that has no extension behind it.
    pub fn name_of(self, tree: &Tree, node: NodeId, number: u32) -> String {
        self.name(tree.name(node), matches!(tree.kind(node), Kind::Directory), number)
    }

    /// An identifier without its version, and without the dot that stands for no extension.
    fn unversioned(self, identifier: &[u8]) -> &[u8] {
        if self == Self::Joliet {
            return identifier.strip_suffix(b"\0;\x001").unwrap_or(identifier);
        }
        let name = identifier.strip_suffix(VERSION).unwrap_or(identifier);
        name.strip_suffix(b".").unwrap_or(name)
    }

    /// A number that is the same for all of Joliet's identifiers whose names are one to readers.
    fn hash_of_key(self, identifier: &[u8]) -> u64 {
        let mut hasher = DefaultHasher::new();
        let units = self.unversioned(identifier).chunks_exact(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
        for c in char::decode_utf16(units) {
            capital(c.unwrap_or(char::REPLACEMENT_CHARACTER)).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// In the order in which records stand.
    fn sorted(self, tree: &Tree, all: impl ExactSizeIterator<Item = Named>) -> Sorted {
        let mut sorted = Sorted { bytes: Vec::with_capacity(all.len() * 16), places: Vec::with_capacity(all.len()) };
        for named in all {
            let begins = sorted.bytes.len();
            self.identifier(tree, named, &mut sorted.bytes);
            sorted.places.push((begins, sorted.bytes.len(), named));
        }
        let (bytes, none) = (&sorted.bytes, FileFlags::NONE);
        sorted.places.sort_unstable_by(|&(a, a_end, _), &(b, b_end, _)| {
            let (a, b) = (&bytes[a..a_end], &bytes[b..b_end]);
            // Names that readers fill up to the same are still two.
            order::compare_records((a, none), (b, none), self.filler()).then_with(|| a.cmp(b))
        });
        sorted
    }
}

/// The one capital letter that a character has, or itself.
fn capital(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    let mut capitals = c.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) => capital,
        _ => c,
    }
}

/// What stands behind the names of files.
const VERSION: &[u8] = b";1";

/// Longer names have the long way.
const SHORT: usize = 64;

/// What is in a folder, in the order of its records, with the identifiers of all in one buffer.
struct Sorted {
    bytes: Vec<u8>,
    /// Where each identifier begins and ends.
    places: Vec<(usize, usize, Named)>,
}

impl Sorted {
    fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.places.iter().map(|&(begins, ends, _)| &self.bytes[begins..ends])
    }

    fn into_named(self) -> Vec<Named> {
        self.places.into_iter().map(|(_, _, named)| named).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use imapi_volume_structs::iso9660::Level;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::{Attributes, Content};

    #[rstest]
    #[case(Naming::Eight, "readme.txt", "README.TXT;1")]
    #[case(Naming::Eight, "a long name.html", "A_LONG_N.HTM;1")]
    #[case(Naming::Eight, ".profile", "_PROFILE.;1")]
    #[case(Naming::Eight, "archive.tar.gz", "ARCHIVE_.GZ;1")]
    #[case(Naming::Eight, "ends.", "ENDS_.;1")]
    #[case(Naming::Thirty, "a long name.html", "A_LONG_NAME.HTML;1")]
    #[case(Naming::Thirty, "a.much.longer.extension", "A_MUCH_LONGER.EXTENSION;1")]
    #[case(Naming::Thirty, "v1.long extension of a name", "V1.LONG_EXTENSION_OF_A_NAME;1")]
    #[case(Naming::Thirty, "a rather long beginning.and a long end", "A_RATHER_LONG_BEGI.AND_A_LONG_E;1")]
    #[case(Naming::Thirty, "été", "_T_.;1")]
    #[case(Naming::Relaxed, "Read Me+more.text", "Read Me+more.text;1")]
    #[case(Naming::Relaxed, "no-dot", "no-dot;1")]
    fn names_are_conformed(#[case] naming: Naming, #[case] name: &str, #[case] expected: &str) {
        let mut tree = Tree::new(Attributes::default());
        let kind = Kind::File { size: 0, content: Content(0) };
        let node = tree.add(NodeId::ROOT, name.as_bytes(), kind, Attributes::default()).expect("a name");
        let mut identifier = Vec::new();
        naming.identifier(&tree, Named { node, number: 0 }, &mut identifier);
        assert_eq!(String::from_utf8_lossy(&identifier), expected);
    }

    /// All that there are.
    const ALL: [Naming; 4] = [Naming::Eight, Naming::Thirty, Naming::Relaxed, Naming::Joliet];

    #[test]
    fn a_name_that_needs_no_change_is_kept() {
        let mut tree = Tree::new(Attributes::default());
        let kind = Kind::File { size: 0, content: Content(0) };
        for name in ["a*b", "a_b", "A:b"] {
            tree.add(NodeId::ROOT, name.as_bytes(), kind, Attributes::default()).expect("a name");
        }
        for (naming, expected) in [
            (Naming::Thirty, ["A_B", "A_B1", "A_B2"]),
            (Naming::Relaxed, ["A:b", "a*b", "a_b"]),
            (Naming::Joliet, ["A_b1", "a_b", "a_b2"]),
        ] {
            let named = naming.assign(&tree, tree.children(NodeId::ROOT)).expect("numbers enough");
            let found = named.iter().map(|named| naming.name_of(&tree, named.node, named.number));
            assert_eq!(found.collect::<Vec<_>>(), expected, "{naming:?}");
            let kept = named.iter().find(|named| tree.name(named.node) == b"a_b").expect("it is there");
            assert_eq!(kept.number, 0, "{naming:?}");
        }
    }

    fn any_names() -> impl Strategy<Value = Vec<(Vec<u8>, bool)>> {
        let text = prop_oneof!["[a-cA-C .~é😀]{1,40}", "aaaaaaaaaa[ab]{1,4}", "[a-b]{1,70}\\.[a-b]{1,40}"];
        let name = prop_oneof![
            4 => text.prop_map(String::into_bytes),
            1 => proptest::collection::vec(any::<u8>(), 1..80),
        ];
        proptest::collection::vec((name, any::<bool>()), 0..60)
    }

    proptest! {
        #[test]
        fn the_short_way_is_as_right_as_the_long(name in "[aA1 ._;~/-]{1,34}|[a.]{60,66}", is_folder: bool) {
            for naming in ALL {
                let mut out = [0; SHORT];
                if let Some(short) = naming.short(name.as_bytes(), is_folder, &mut out) {
                    let long = naming.name(name.as_bytes(), is_folder, 0);
                    prop_assert_eq!(short.escape_ascii().to_string(), long.escape_default().to_string(), "{:?}", naming);
                }
            }
        }

        #[test]
        fn folders_that_need_no_numbers_are_found_out(names in any_names()) {
            let mut tree = Tree::new(Attributes::default());
            for (name, folder) in names {
                let kind = if folder { Kind::Directory } else { Kind::File { size: 0, content: Content(0) } };
                let _ = tree.add(NodeId::ROOT, &name, kind, Attributes::default());
            }
            for naming in ALL {
                let named = naming.assign(&tree, tree.children(NodeId::ROOT));
                prop_assert_eq!(named, naming.numbered(&tree, tree.children(NodeId::ROOT).collect()));
            }
        }

        #[test]
        fn names_are_legal_and_differ(names in any_names()) {
            let mut tree = Tree::new(Attributes::default());
            for (name, folder) in names {
                let kind = if folder { Kind::Directory } else { Kind::File { size: 0, content: Content(0) } };
                let _ = tree.add(NodeId::ROOT, &name, kind, Attributes::default());
            }
            for naming in ALL {
                let named = naming.assign(&tree, tree.children(NodeId::ROOT)).expect("numbers enough");
                prop_assert_eq!(named.len(), tree.count(NodeId::ROOT) as usize);
                let mut seen = HashSet::new();
                for named in named {
                    let mut identifier = Vec::new();
                    naming.identifier(&tree, named, &mut identifier);
                    let folder = matches!(tree.kind(named.node), Kind::Directory);
                    let level = match naming {
                        Naming::Eight => Level::One,
                        Naming::Thirty => Level::Two,
                        Naming::Relaxed => Level::Relaxed,
                        Naming::Joliet => {
                            let name: String = joliet::decode(&identifier).collect();
                            let name = name.strip_suffix(";1").unwrap_or(&name);
                            prop_assert_eq!(joliet::check(name, joliet::MAX_UNITS), Ok(()));
                            prop_assert!(seen.insert(naming.key(name)), "{:?}", name);
                            continue;
                        }
                    };
                    let legal = if folder { level.check_directory(&identifier) } else { level.check_file(&identifier) };
                    prop_assert_eq!(legal, Ok(()), "{}", identifier.escape_ascii());
                    // A reader without versions and capitals sees different names still.
                    let shown = String::from_utf8_lossy(&identifier).to_uppercase();
                    let shown = shown.strip_suffix(";1").unwrap_or(&shown).trim_end_matches('.').to_string();
                    prop_assert!(seen.insert(shown.clone()), "{:?} {:?}", naming, shown);
                }
            }
        }
    }
}
