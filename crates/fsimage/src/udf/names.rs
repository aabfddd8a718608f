//! Which names files have in UDF: 255 bytes of compressed Unicode, which keeps almost every name as it is.

use std::borrow::Cow;

use imapi_volume_structs::udf::{MAX_NAME_LEN, text};

use crate::{
    NodeId, Tree,
    named::{self, Named},
};

/// A name of so many bytes fits whatever is in it.
const ALWAYS_FITS: usize = (MAX_NAME_LEN - 1) / 2;
/// An extension is cut to so many characters where a name is cut.
const MOST_EXTENSION: usize = 32;

/// The name with that number behind it. Bytes that are no text become U+FFFD.
pub(crate) fn name(name: &[u8], number: u32) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(name);
    if number == 0 && fits(&text) {
        return text;
    }
    let digits = if number == 0 { String::new() } else { number.to_string() };
    let dot = text.rfind('.').filter(|&at| at > 0 && at + 1 < text.len());
    let (stem, extension) = dot.map_or((&*text, ""), |at| text.split_at(at));
    let end = extension.char_indices().nth(MOST_EXTENSION).map_or(extension.len(), |(at, _)| at);
    let tail = format!("{digits}{}", &extension[..end]);
    // A longer text may be wide where a shorter one is narrow, but never takes less room.
    let mut stem = stem;
    let mut whole = format!("{stem}{tail}");
    while !fits(&whole) {
        let over = (text::encoded_len(&whole) - MAX_NAME_LEN).div_ceil(4).max(1);
        let end = stem.char_indices().rev().nth(over - 1).map_or(0, |(at, _)| at);
        stem = &stem[..end];
        whole = format!("{stem}{tail}");
    }
    Cow::Owned(whole)
}

fn fits(text: &str) -> bool {
    text.len() <= ALWAYS_FITS || text::encoded_len(text) <= MAX_NAME_LEN
}

/// Whether the name stays what it is.
pub(super) fn stays(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(fits)
}

/// Names for what is in one folder, in the order of the tree's names. An error is the node that no name is left for.
pub(crate) fn assign(tree: &Tree, children: impl Iterator<Item = NodeId>) -> Result<Vec<Named>, NodeId> {
    let mut children: Vec<NodeId> = children.collect();
    // Whoever comes first keeps its name, whatever order they were added in.
    children.sort_unstable_by_key(|&node| tree.name(node));
    if children.iter().all(|&node| stays(tree.name(node))) {
        return Ok(children.into_iter().map(|node| Named { node, number: 0 }).collect());
    }
    let key = |node, number| name(tree.name(node), number).into_owned();
    let mut named = named::assign(children.into_iter(), key, |node, _| stays(tree.name(node)))?;
    named.sort_unstable_by_key(|named| tree.name(named.node));
    Ok(named)
}

/// The names of a file's streams, in their order.
pub(super) fn streams(tree: &Tree, node: NodeId) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for stream in tree.streams(node) {
        let numbered = (0..).map(|number| name(&stream.name, number).into_owned());
        // Fewer than a thousand are taken.
        names.extend(numbered.into_iter().find(|name| !names.contains(name)));
    }
    names
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Attributes, Content, Kind};

    #[test]
    fn names_stay_what_they_are_when_they_fit() {
        assert_eq!(name("日本 😀.bin".as_bytes(), 0), "日本 😀.bin");
        let narrow = "é".repeat(254);
        assert_eq!(name(narrow.as_bytes(), 0), narrow);
        let wide = "本".repeat(127);
        assert_eq!(name(wide.as_bytes(), 0), wide);
    }

    #[test]
    fn long_names_are_cut_before_their_extension() {
        let long = "x".repeat(255) + ".tar";
        assert_eq!(name(long.as_bytes(), 0), "x".repeat(250) + ".tar");
        assert_eq!(name(long.as_bytes(), 12), "x".repeat(248) + "12.tar");
        let wide = "😀".repeat(64) + ".é";
        assert_eq!(name(wide.as_bytes(), 0), "😀".repeat(62) + ".é");
        assert_eq!(name(b"a\xFFb", 0), "a\u{FFFD}b");
        assert_eq!(name(b"a\xFFb", 1), "a\u{FFFD}b1");
    }

    fn any_names() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let name = prop_oneof![
            "[a-cé.]{1,6}".prop_map(String::into_bytes),
            "[ab]{250,258}(\\.x{1,40})?".prop_map(String::into_bytes),
            "本{120,130}".prop_map(String::into_bytes),
            proptest::collection::vec(any::<u8>(), 1..8),
        ];
        proptest::collection::vec(name, 0..60)
    }

    proptest! {
        #[test]
        fn names_are_legal_and_differ(names in any_names()) {
            let mut tree = Tree::new(Attributes::default());
            for bytes in names {
                let kind = Kind::File { size: 0, content: Content(0) };
                let _ = tree.add(NodeId::ROOT, &bytes, kind, Attributes::default());
            }
            let named = assign(&tree, tree.children(NodeId::ROOT)).expect("numbers enough");
            prop_assert_eq!(named.len(), tree.count(NodeId::ROOT) as usize);
            let mut all: Vec<_> = named.iter().map(|named| name(tree.name(named.node), named.number)).collect();
            prop_assert!(all.iter().all(|name| text::encoded_len(name) <= MAX_NAME_LEN));
            all.sort();
            all.dedup();
            prop_assert_eq!(named.len(), all.len());
        }
    }
}
