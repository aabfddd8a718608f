//! Any tree becomes an image, is taken apart again, and is the same tree.

use std::{collections::BTreeMap, sync::Arc};

use imapi_disc_types::conformance;
use imapi_fsimage::{
    Attributes, Contents, FileSystems, ImageOptions, IsoLevel, Kind, NodeId, ResultImage, Tree, UdfRevision,
};
use proptest::prelude::*;

use crate::{
    decoded::{self, Names},
    folder::{Paths, What, assert_same, options},
    listing::{Listing, Seen},
    udf::{Stream, Volume},
};

#[derive(Debug, Clone)]
enum Step {
    Folder { parent: usize, name: String },
    File { parent: usize, name: String, len: usize },
    Again { parent: usize, name: String, which: usize },
    Link { parent: usize, name: String, target: String },
    Stream { file: usize, name: String, len: usize },
}

/// Names that Joliet keeps as they are: none differ by capitals alone.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9 .+é😀-]{1,32}", "CAPITALS [A-Z]{4}", "same beginning [a-z]{1,3}", "[a-c]{1,2}"]
        .prop_filter("Joliet tells no dot at the end", |name| !name.ends_with('.'))
}

fn any_step() -> impl Strategy<Value = Step> {
    let len = prop_oneof![Just(0_usize), 1..100_usize, 2040..2060_usize, 0..9000_usize];
    prop_oneof![
        3 => (any::<usize>(), any_name()).prop_map(|(parent, name)| Step::Folder { parent, name }),
        5 => (any::<usize>(), any_name(), len).prop_map(|(parent, name, len)| Step::File { parent, name, len }),
        1 => (any::<usize>(), any_name(), any::<usize>())
            .prop_map(|(parent, name, which)| Step::Again { parent, name, which }),
        1 => (any::<usize>(), any_name(), "(\\.\\./){0,3}([a-z]{1,250}/){0,2}[a-z]{1,250}")
            .prop_map(|(parent, name, target)| Step::Link { parent, name, target }),
        1 => (any::<usize>(), any_name(), prop_oneof![Just(0_usize), 1..50_usize, 1500..6000_usize])
            .prop_map(|(file, name, len)| Step::Stream { file, name, len }),
    ]
}

struct Made {
    tree: Tree,
    contents: Contents,
    paths: Paths,
    streams: BTreeMap<Vec<u8>, Vec<Stream>>,
}

fn make(steps: &[Step]) -> Made {
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    let mut folders = vec![NodeId::ROOT];
    let mut files: Vec<(Kind, Vec<u8>)> = Vec::new();
    let (mut paths, mut streams) = (Paths::new(), BTreeMap::<Vec<u8>, Vec<Stream>>::new());
    let mut nodes: Vec<(NodeId, Vec<u8>)> = Vec::new();
    for (step, number) in steps.iter().zip(0_usize..) {
        let attributes = Attributes { mode: 0o600, owner: 7, ..Attributes::default() };
        let pick = |parent: &usize| folders[parent % folders.len()];
        let (added, what) = match step {
            Step::Folder { parent, name } => {
                (tree.add(pick(parent), name.as_bytes(), Kind::Directory, attributes), What::Folder)
            }
            Step::File { parent, name, len } => {
                let bytes: Vec<u8> = (0..*len).map(|at| ((at * 31 + number) % 251).to_le_bytes()[0]).collect();
                let kind = Kind::File { size: *len as u64, content: contents.add_bytes(bytes.clone()) };
                files.push((kind, bytes.clone()));
                (tree.add(pick(parent), name.as_bytes(), kind, attributes), What::File(bytes))
            }
            Step::Again { parent, name, which } => {
                let Some((kind, bytes)) = files.get(which % files.len().max(1)) else { continue };
                (tree.add(pick(parent), name.as_bytes(), *kind, attributes), What::File(bytes.clone()))
            }
            Step::Stream { file, name, len } => {
                let Some((node, path)) = nodes.get(file % nodes.len().max(1)) else { continue };
                let bytes = vec![number.to_le_bytes()[0]; *len];
                let content = contents.add_bytes(bytes.clone());
                if tree.add_stream(*node, name.as_bytes(), *len as u64, content).is_ok() {
                    streams.entry(path.clone()).or_default().push((name.clone(), bytes));
                }
                continue;
            }
            Step::Link { parent, name, target } => (
                tree.add_link(pick(parent), name.as_bytes(), target.as_bytes(), attributes),
                What::Link(target.as_bytes().to_vec()),
            ),
        };
        if let Ok(node) = added {
            let path = tree.path(node).as_bytes()[1..].to_vec();
            match tree.kind(node) {
                Kind::Directory => folders.push(node),
                Kind::File { .. } => nodes.push((node, path.clone())),
                _ => {}
            }
            paths.insert(path, what);
        }
    }
    Made { tree, contents, paths, streams }
}

fn all() -> ImageOptions {
    ImageOptions { rock_ridge: true, deep_folders: true, level: IsoLevel::Three, ..options() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_tree_comes_back(steps in proptest::collection::vec(any_step(), 0..80)) {
        let Made { tree, contents, paths, .. } = make(&steps);
        let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &all()).expect("it can be planned");
        let volumes = decoded::volumes(&image);
        prop_assert_eq!(volumes.len(), 2);
        assert_same(&decoded::paths(&image, &volumes[0], Names::RockRidge), &paths);
        let unlinked: Paths =
            paths.iter().filter(|(_, what)| !matches!(what, What::Link(_))).map(|(p, w)| (p.clone(), w.clone())).collect();
        assert_same(&decoded::paths(&image, &volumes[1], Names::Joliet), &unlinked);
        prop_assert_eq!(decoded::paths(&image, &volumes[0], Names::Plain).len(), paths.len());
        let folders = paths.values().filter(|what| **what == What::Folder).count();
        for volume in &volumes {
            decoded::check_path_tables(&image, volume, folders);
        }
    }

    #[test]
    fn a_tree_comes_back_from_udf(
        steps in proptest::collection::vec(any_step(), 0..80),
        revision in 0..6_usize,
        iso9660: bool,
        redundant_metadata: bool,
        udf_owners: bool,
    ) {
        let Made { tree, contents, paths, streams } = make(&steps);
        let udf_revision = UdfRevision::ALL[revision];
        let file_systems = FileSystems { iso9660, joliet: iso9660, udf: true };
        let options = ImageOptions { file_systems, udf_revision, redundant_metadata, udf_owners, ..all() };
        let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &options).expect("it can be planned");
        let volume = Volume::open(&image);
        prop_assert_eq!(volume.revision.0, udf_revision.number());
        prop_assert_eq!(&volume.facts.name, "TEST");
        let walked = volume.walk();
        let expected: Listing = paths
            .into_iter()
            .filter(|(_, what)| udf_owners || !matches!(what, What::Link(_)))
            .map(|(path, what)| (path, decoded::seen(what)))
            .collect();
        let found = |path: &Vec<u8>| walked.listing.get(path).map(|seen| Seen {
            kind: seen.kind, size: seen.size, digest: seen.digest, target: seen.target.clone(), ..Seen::default()
        });
        for (path, seen) in &expected {
            prop_assert_eq!(found(path), Some(seen.clone()), "{}", path.escape_ascii());
        }
        prop_assert_eq!(walked.listing.len(), expected.len());
        if udf_owners {
            prop_assert!(walked.listing.values().all(|seen| seen.mode == Some(0o600) && seen.owner == Some((7, 0))));
        }
        prop_assert_eq!(walked.streams, if udf_revision.has_named_streams() { streams } else { BTreeMap::new() });
    }

    #[test]
    fn the_order_of_names_in_a_folder_makes_no_difference(names in proptest::collection::vec(any_name(), 0..30)) {
        let image = |names: &[String]| {
            let mut tree = Tree::new(Attributes::default());
            for name in names {
                let _ = tree.add(NodeId::ROOT, name.as_bytes(), Kind::Directory, Attributes::default());
            }
            let image = ResultImage::new(Arc::new(tree), Arc::default(), &all()).expect("it can be planned");
            let blocks = imapi_disc_types::BlockSource::bytes(&image);
            decoded::blocks(&image, 0, blocks)
        };
        let mut reversed = names.clone();
        reversed.reverse();
        prop_assert!(image(&names) == image(&reversed));
    }
}

#[test]
fn an_image_keeps_the_contract_of_sources() {
    let mut steps = vec![];
    for number in 0..40 {
        steps.push(Step::Folder { parent: number, name: format!("folder {number}") });
        steps.push(Step::File { parent: number * 7, name: format!("file {number}"), len: number * 700 });
        let target = "long/".repeat(60);
        steps.push(Step::Link { parent: number, name: "n".repeat(250), target });
    }
    let Made { tree, contents, .. } = make(&steps);
    let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &all()).expect("it can be planned");
    conformance::check(&image).expect("the contract is kept");
}
