//! What cannot become an image says why.

use std::{fs, sync::Arc};

use imapi_disc_types::{Block, BlockSource, Control};
use imapi_errors::{Coded, Lang, Report, fs as codes};
use imapi_fsimage::{
    Attributes, Content, Contents, ImageOptions, IsoLevel, Kind, NodeId, ResultImage, Tree, WriteOptions, write_image,
};

use crate::{
    folder::{Bench, image_of, options},
    large::Sparse,
};

fn tree_with_folders(levels: usize) -> Tree {
    let mut tree = Tree::new(Attributes::default());
    (0..levels).fold(NodeId::ROOT, |at, _| tree.add(at, b"d", Kind::Directory, Attributes::default()).expect("new"));
    tree
}

fn refused(tree: Tree, contents: Contents, options: &ImageOptions) -> imapi_fsimage::PlanError {
    let error = ResultImage::new(Arc::new(tree), Arc::new(contents), options).expect_err("refused");
    let report = Report::new(&error, Lang::EN).to_string();
    assert!(!report.contains('‹'), "{report}");
    error
}

#[test]
fn the_root_is_the_first_of_eight_levels() {
    ResultImage::new(Arc::new(tree_with_folders(7)), Arc::default(), &options()).expect("eight levels");
    let error = refused(tree_with_folders(8), Contents::new(), &options());
    assert_eq!(error.code(), codes::IMAPI_E_ISO9660_LEVELS);
    let deep = ImageOptions { deep_folders: true, ..options() };
    ResultImage::new(Arc::new(tree_with_folders(8)), Arc::default(), &deep).expect("it was asked for");
}

#[test]
fn only_level_3_takes_files_of_4_gib() {
    let image = |size: u64, level| {
        let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
        let content = contents.add_source(Arc::new(Sparse { size }), size, "sparse").expect("as long");
        tree.add(NodeId::ROOT, b"big", Kind::File { size, content }, Attributes::default()).expect("new");
        (tree, contents, ImageOptions { level, ..options() })
    };
    let (tree, contents, options) = image(1 << 32, IsoLevel::Two);
    assert_eq!(refused(tree, contents, &options).code(), codes::IMAPI_E_DATA_TOO_BIG);
    for (size, level) in [((1 << 32) - 1, IsoLevel::One), (1 << 32, IsoLevel::Three)] {
        let (tree, contents, options) = image(size, level);
        ResultImage::new(Arc::new(tree), Arc::new(contents), &options).expect("it fits");
    }
}

#[test]
fn sixty_five_thousand_folders_are_too_many() {
    let mut tree = Tree::new(Attributes::default());
    for number in 0..65_535 {
        let name = format!("{number:x}");
        tree.add(NodeId::ROOT, name.as_bytes(), Kind::Directory, Attributes::default()).expect("new");
    }
    assert_eq!(refused(tree, Contents::new(), &options()).code(), codes::IMAPI_E_TOO_MANY_DIRS);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let mut none = options();
    (none.file_systems.iso9660, none.file_systems.joliet) = (false, false);
    assert_eq!(refused(tree_with_folders(0), Contents::new(), &none).code(), codes::IMAPI_E_NO_OUTPUT);
    none.file_systems.joliet = true;
    assert_eq!(refused(tree_with_folders(0), Contents::new(), &none).code(), codes::IMAPI_E_INVALID_PARAM);
    let long = ImageOptions { volume: "V".repeat(33), ..options() };
    assert_eq!(refused(tree_with_folders(0), Contents::new(), &long).code(), codes::IMAPI_E_INVALID_VOLUME_NAME);
}

#[test]
fn contents_that_nobody_registered_are_refused() {
    let mut tree = Tree::new(Attributes::default());
    let kind = Kind::File { size: 1, content: Content(3) };
    tree.add(NodeId::ROOT, b"x", kind, Attributes::default()).expect("new");
    assert_eq!(refused(tree, Contents::new(), &options()).code(), codes::IMAPI_E_FSI_INTERNAL_ERROR);
}

#[test]
fn a_file_that_shrank_is_named_and_leaves_no_image_behind() {
    let bench = Bench::new();
    bench.put("a", [1; 4000]);
    bench.put("shrinks", [2; 9000]);
    fs::write(&bench.iso, "what was there").expect("writable");
    let image = image_of(&bench.source, &options());
    bench.put("shrinks", [2; 3000]);
    let error = write_image(&image, &bench.iso, WriteOptions::default(), &mut Control::silent()).expect_err("shorter");
    assert_eq!(error.code(), codes::IMAPI_E_DATA_STREAM_INCONSISTENCY);
    assert!(Report::new(&error, Lang::EN).to_string().contains("shrinks"));
    assert_eq!(fs::read(&bench.iso).expect("still there"), b"what was there");
    let left = fs::read_dir(bench.iso.parent().expect("in a folder")).expect("readable").count();
    assert_eq!(left, 3, "two folders and the file");

    // The error is of the first block of the file and of none before.
    let file = image.files().find(|file| file.path == "/shrinks").expect("planned");
    let mut out = vec![0; 2048 * 8];
    let before = file.blocks.start - 2;
    assert_eq!(image.read(Block(before), &mut out).expect("the other file").get(), 2);
    assert_eq!(image.name_of(Block(before)).as_deref(), Some("/a"));
    assert_eq!(image.read(Block(file.blocks.start), &mut out).expect_err("shorter").at, Block(file.blocks.start));
}
