//! [`Naming`]: which names files have in ISO 9660 and in Joliet.

use imapi_volume_structs::iso9660::{FileFlags, joliet, order};

use crate::{
    Kind, NodeId, Tree,
    named::{self, Named},
};

/// The rules of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
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
        let mut name = self.name(tree.name(named.node), is_folder, named.number);
        if !is_folder {
            // The standard wants the dot also where there is no extension.
            if matches!(self, Self::Eight | Self::Thirty) && !name.contains('.') {
                name.push('.');
            }
            name.push_str(";1");
        }
        if self == Self::Joliet {
            out.extend(name.encode_utf16().flat_map(u16::to_be_bytes));
        } else {
            out.extend(name.into_bytes());
        }
    }

    /// The name without the version, and without a dot at its end.
    fn name(self, name: &[u8], is_folder: bool, number: u32) -> String {
        let text = String::from_utf8_lossy(name);
        let mapped: String = text.chars().map(|c| self.character(c)).collect();
        let strict = matches!(self, Self::Eight | Self::Thirty);
        // A dot at the beginning or the end parts nothing; folders have no extension where the standard is strict.
        let dot = mapped.rfind('.').filter(|&at| at > 0 && at + 1 < mapped.len() && !(is_folder && strict));
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
    fn key(self, name: &str) -> String {
        let capital = |c: char| {
            let mut capitals = c.to_uppercase();
            match (capitals.next(), capitals.next()) {
                (Some(capital), None) => capital,
                _ => c,
            }
        };
        if self == Self::Joliet { name.chars().map(capital).collect() } else { name.to_ascii_uppercase() }
    }

    /// Names for what is in one folder, in the order in which its records stand. An error is the node that no name is left
    /// for.
    pub fn assign(self, tree: &Tree, children: impl Iterator<Item = NodeId>) -> Result<Vec<Named>, NodeId> {
        let mut children: Vec<NodeId> = children.collect();
        // Whoever comes first keeps its name, whatever order they were added in.
        children.sort_unstable_by_key(|&node| tree.name(node));
        let key = |node, number| self.key(&self.name_of(tree, node, number));
        let is_kept =
            |node, key: &String| std::str::from_utf8(tree.name(node)).is_ok_and(|name| self.key(name) == *key);
        let mut named = named::assign(children.into_iter(), key, is_kept)?;
        self.sort(tree, &mut named);
        Ok(named)
    }

    fn name_of(self, tree: &Tree, node: NodeId, number: u32) -> String {
        self.name(tree.name(node), matches!(tree.kind(node), Kind::Directory), number)
    }

    fn sort(self, tree: &Tree, named: &mut [Named]) {
        let identifier = |named: &Named| {
            let mut identifier = Vec::new();
            self.identifier(tree, *named, &mut identifier);
            identifier
        };
        let of = |identifier: &Vec<u8>| -> Sorted { Sorted { identifier: identifier.clone(), filler: self.filler() } };
        named.sort_by_cached_key(|named| of(&identifier(named)));
    }
}

/// An identifier in the order of directory records.
#[derive(Debug, PartialEq, Eq)]
struct Sorted {
    identifier: Vec<u8>,
    filler: order::Filler,
}

impl Ord for Sorted {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let none = FileFlags::NONE;
        order::compare_records((&self.identifier, none), (&other.identifier, none), self.filler)
            // Names that readers fill up to the same are still two.
            .then_with(|| self.identifier.cmp(&other.identifier))
    }
}

impl PartialOrd for Sorted {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
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
        fn names_are_legal_and_differ(names in any_names()) {
            let mut tree = Tree::new(Attributes::default());
            for (name, folder) in names {
                let kind = if folder { Kind::Directory } else { Kind::File { size: 0, content: Content(0) } };
                let _ = tree.add(NodeId::ROOT, &name, kind, Attributes::default());
            }
            for naming in [Naming::Eight, Naming::Thirty, Naming::Relaxed, Naming::Joliet] {
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
