//! The tree beside a model that anyone believes: a map from paths to what is there.

use std::collections::BTreeMap;

use imapi_errors::{Coded, Lang, Report, fs};
use proptest::prelude::*;

use super::*;

fn file(size: u64) -> Kind {
    Kind::File { size, content: Content(size) }
}

fn empty() -> Tree {
    Tree::new(Attributes::default())
}

fn add(tree: &mut Tree, parent: NodeId, name: &str, kind: Kind) -> NodeId {
    tree.add(parent, name.as_bytes(), kind, Attributes::default()).expect(name)
}

/// Every path of a tree in the order of its walk, and what is there.
type Listing = Vec<(String, Kind, Attributes)>;

fn listing(tree: &Tree) -> Listing {
    tree.walk(NodeId::ROOT).map(|id| (tree.path(id), tree.kind(id), tree.attributes(id))).collect()
}

#[test]
fn files_are_found_by_their_paths_and_listed_in_their_order() {
    let mut tree = empty();
    let folder = add(&mut tree, NodeId::ROOT, "folder", Kind::Directory);
    let late = add(&mut tree, NodeId::ROOT, "a", file(3));
    let inner = add(&mut tree, folder, "a", file(5));
    assert_eq!(tree.find([b"folder".as_slice(), b"a"]), Some(inner));
    assert_eq!(tree.child(NodeId::ROOT, b"a"), Some(late));
    assert_eq!(tree.child(NodeId::ROOT, b"A"), None, "case matters");
    assert_eq!(tree.children(NodeId::ROOT).collect::<Vec<_>>(), [folder, late]);
    let paths: Vec<String> = tree.walk(NodeId::ROOT).map(|id| tree.path(id)).collect();
    assert_eq!(paths, ["/", "/folder", "/folder/a", "/a"]);
    assert_eq!(tree.counts(), Counts { files: 2, directories: 1, bytes: 8 });
}

#[test]
fn what_cannot_be_done_says_why_and_does_nothing() {
    let mut tree = empty();
    let folder = add(&mut tree, NodeId::ROOT, "folder", Kind::Directory);
    let inner = add(&mut tree, folder, "file", file(1));
    let before = (listing(&tree), tree.change_point());
    let mut refused =
        |parent, name: &str| tree.add(parent, name.as_bytes(), file(0), Attributes::default()).expect_err(name).code();
    for name in ["", ".", "..", "a/b", "a\0b"] {
        assert_eq!(refused(folder, name), fs::IMAPI_E_INVALID_PATH, "{name:?}");
    }
    assert_eq!(refused(folder, "file"), fs::IMAPI_E_DUP_NAME);
    assert_eq!(refused(inner, "x"), fs::IMAPI_E_NOT_DIR);
    assert_eq!(tree.remove(folder).map_err(|e| e.code()), Err(fs::IMAPI_E_DIR_NOT_EMPTY));
    assert_eq!(tree.remove_tree(NodeId::ROOT), Err(TreeError::Root));
    assert_eq!((listing(&tree), tree.change_point()), before);
    tree.remove_tree(folder).expect("with what is in it");
    assert!(!tree.contains(inner) && !tree.contains(folder));
    assert_eq!(tree.remove(inner).map_err(|e| e.code()), Err(fs::IMAPI_E_NOT_IN_FILE_SYSTEM));
    assert_eq!(tree.counts(), Counts::default());
}

#[test]
fn a_folder_that_was_taken_out_takes_nothing_in() {
    let mut tree = empty();
    let outer = add(&mut tree, NodeId::ROOT, "outer", Kind::Directory);
    let inner = add(&mut tree, outer, "inner", Kind::Directory);
    for gone in [inner, outer] {
        let before = tree.change_point();
        add(&mut tree, inner, "file", file(1));
        tree.remove_tree(gone).expect("it is there");
        let error = tree.add(inner, b"late", file(1), Attributes::default()).expect_err("it is gone");
        assert_eq!(error.code(), fs::IMAPI_E_NOT_IN_FILE_SYSTEM);
        tree.roll_back(before).expect("nothing is locked");
    }
}

#[test]
fn a_number_never_means_another_file() {
    let mut tree = empty();
    let point = tree.change_point();
    let first = add(&mut tree, NodeId::ROOT, "x", file(1));
    tree.roll_back(point).expect("it was there");
    assert!(!tree.contains(first));
    let second = add(&mut tree, NodeId::ROOT, "x", file(2));
    assert_ne!(first, second);
    assert!(!tree.contains(first) && tree.contains(second));
}

#[test]
fn nobody_goes_back_behind_a_lock() {
    let mut tree = empty();
    let early = tree.change_point();
    add(&mut tree, NodeId::ROOT, "x", file(1));
    let locked = tree.change_point();
    tree.lock_in();
    add(&mut tree, NodeId::ROOT, "y", file(1));
    assert_eq!(tree.roll_back(early), Err(TreeError::Locked { point: early }));
    let future = ChangePoint(99);
    assert_eq!(tree.roll_back(future), Err(TreeError::Locked { point: future }));
    tree.roll_back(locked).expect("up to the lock");
    assert_eq!(tree.counts().files, 1);
}

#[test]
fn every_refusal_fills_the_words_of_its_code() {
    let text = || "/folder/a name".to_string();
    let errors = [
        TreeError::Name { name: text() },
        TreeError::Exists { path: text() },
        TreeError::NotADirectory { path: text() },
        TreeError::NotEmpty { path: text() },
        TreeError::NotInTree { name: text() },
        TreeError::Root,
        TreeError::Locked { point: ChangePoint(7) },
        TreeError::Full,
    ];
    for error in errors {
        let report = Report::new(&error, Lang::EN).to_string();
        assert!(!report.contains('‹'), "{report}");
        let first = report.lines().next().unwrap_or_default();
        let lost = text();
        assert!(!error.to_string().contains(&lost) || first.contains("a name"), "{report}");
    }
}

#[test]
fn a_node_keeps_all_that_is_said_of_it() {
    let time = |seconds, offset| crate::Timestamp::new(seconds, 123_456_789).at(offset);
    let all = Attributes {
        created: time(-1_000_000_000, 345),
        modified: time(0, -570),
        accessed: time(4_000_000_000, 0),
        mode: 0o104_755,
        owner: u32::MAX,
        group: 1,
        hidden: true,
        real_time: true,
    };
    let kinds = [
        Kind::Directory,
        Kind::File { size: u64::MAX, content: Content(u64::MAX) },
        Kind::Special { device: u64::MAX - 1 },
        Kind::File { size: 0, content: Content(0) },
    ];
    let mut tree = Tree::new(all);
    let ids: Vec<NodeId> =
        kinds.iter().zip(0..).map(|(&kind, n)| tree.add(NodeId::ROOT, &[b'a' + n], kind, all).expect("new")).collect();
    tree.describe(ids[1], Attributes::default());
    for (place, (&id, kind)) in ids.iter().zip(kinds).enumerate() {
        assert_eq!(tree.kind(id), kind);
        assert_eq!(tree.attributes(id), if place == 1 { Attributes::default() } else { all });
    }
    assert_eq!((tree.attributes(NodeId::ROOT), tree.count(NodeId::ROOT)), (all, 4));
}

#[test]
fn a_link_has_its_target() {
    let mut tree = empty();
    let link = tree.add_link(NodeId::ROOT, b"here", b"../there", Attributes::default()).expect("a link");
    assert_eq!(tree.link_target(link), Some(b"../there".as_slice()));
    assert_eq!(tree.link_target(NodeId::ROOT), None);
}

#[derive(Debug, Clone)]
enum Step {
    Add { parent: usize, name: u8, directory: bool, size: u16 },
    Remove { which: usize, with_all: bool },
    Describe { which: usize, owner: u32 },
    Replace { which: usize, size: u16 },
    RollBack { share: u8 },
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<usize>(), 0..6_u8, any::<bool>(), any::<u16>())
            .prop_map(|(parent, name, directory, size)| Step::Add { parent, name, directory, size }),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(which, with_all)| Step::Remove { which, with_all }),
        1 => (any::<usize>(), any::<u32>()).prop_map(|(which, owner)| Step::Describe { which, owner }),
        1 => (any::<usize>(), any::<u16>()).prop_map(|(which, size)| Step::Replace { which, size }),
        1 => any::<u8>().prop_map(|share| Step::RollBack { share }),
    ]
}

proptest! {
    #[test]
    fn a_tree_goes_back_to_whatever_it_was(steps in proptest::collection::vec(any_step(), 1..60)) {
        let mut tree = empty();
        let mut past: BTreeMap<ChangePoint, (Listing, Counts)> = BTreeMap::new();
        for step in steps {
            past.insert(tree.change_point(), (listing(&tree), tree.counts()));
            let ids: Vec<NodeId> = tree.walk(NodeId::ROOT).collect();
            let pick = |which: usize| ids[which % ids.len()];
            match step {
                Step::Add { parent, name, directory, size } => {
                    let kind = if directory { Kind::Directory } else { file(size.into()) };
                    let _ = tree.add(pick(parent), &[b'a' + name], kind, Attributes::default());
                }
                Step::Remove { which, with_all: true } => { let _ = tree.remove_tree(pick(which)); }
                Step::Remove { which, with_all: false } => { let _ = tree.remove(pick(which)); }
                Step::Describe { which, owner } => {
                    tree.describe(pick(which), Attributes { owner, ..Attributes::default() });
                }
                Step::Replace { which, size } => { let _ = tree.replace(pick(which), size.into(), Content(7)); }
                Step::RollBack { share } => {
                    let now = tree.change_point().0;
                    let point = ChangePoint(now * u64::from(share) / 255);
                    tree.roll_back(point).expect("nothing is locked");
                    if let Some(then) = past.get(&point) {
                        prop_assert_eq!(&(listing(&tree), tree.counts()), then);
                    }
                    past.retain(|&earlier, _| earlier <= point);
                }
            }
            let (mut files, mut directories, mut bytes) = (0, 0, 0);
            for id in tree.walk(NodeId::ROOT).skip(1) {
                prop_assert!(tree.contains(id));
                prop_assert_eq!(tree.child(tree.parent(id).expect("not the root"), tree.name(id)), Some(id));
                match tree.kind(id) {
                    Kind::Directory => directories += 1,
                    Kind::File { size, .. } => { files += 1; bytes += size; }
                    _ => files += 1,
                }
            }
            prop_assert_eq!(tree.counts(), Counts { files, directories, bytes });
        }
    }
}
