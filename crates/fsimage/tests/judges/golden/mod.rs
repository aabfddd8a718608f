//! Small images, field by field and in words: what changes in them is seen, and who wants to know how an image is made can
//! read it here (`snapshots/`).

mod iso;
mod udf;

use std::{fmt::Write as _, sync::Arc};

use imapi_disc_types::{Block, BlockSource as _};
use imapi_fsimage::{
    Attributes, Contents, FileSystems, ImageOptions, Kind, NodeId, ResultImage, Timestamp, Tree, UdfRevision,
};
use imapi_volume_structs::civil::CivilTime;

use crate::folder::options;

/// A page of the book: a paragraph for each structure, a line for each field.
#[derive(Default)]
struct Page(String);

impl Page {
    /// A structure, and where it is.
    fn head(&mut self, blocks: std::ops::Range<u64>, what: &str) {
        let place = if blocks.end == blocks.start + 1 {
            format!("block {}", blocks.start)
        } else {
            format!("blocks {} to {}", blocks.start, blocks.end - 1)
        };
        writeln!(self.0, "\n== {place}: {what}").expect("a string");
    }

    /// A part of a structure.
    fn part(&mut self, what: &str) {
        writeln!(self.0, "  -- {what}").expect("a string");
    }

    /// A field: what it is, what it says, and what that means.
    fn say(&mut self, what: &str, value: impl std::fmt::Display, why: &str) {
        let line = format!("  {what:<24} {:<36} {why}", value.to_string());
        writeln!(self.0, "{}", line.trim_end()).expect("a string");
    }
}

/// A moment as people write it.
fn told(time: Option<CivilTime>) -> String {
    let Some(time) = time else { return "not told".to_string() };
    let CivilTime { year, month, day, hour, minute, second, hundredths, offset_minutes } = time;
    let east = f64::from(offset_minutes) / 60.0;
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{hundredths:02} {east:+}h")
}

/// What both images are of: a folder, a file with two names, an empty one, a link, and a hidden one.
fn tree() -> (Tree, Contents) {
    // 2001-02-03 04:05:06 UTC by a clock in Kolkata.
    let modified = Timestamp::new(981_173_106, 250_000_000).at(330);
    let known = |mode| Attributes {
        created: modified,
        modified,
        accessed: modified,
        mode,
        owner: 1000,
        group: 100,
        ..Attributes::default()
    };
    let (mut tree, mut contents) = (Tree::new(known(0o040_755)), Contents::new());
    let greeting = contents.add_bytes(*b"Good morning\n");
    let long = contents.add_bytes(vec![b'x'; 5000]);
    let nothing = contents.add_bytes(*b"");
    let mut add =
        |parent, name: &str, kind, attributes| tree.add(parent, name.as_bytes(), kind, attributes).expect("new");
    let docs = add(NodeId::ROOT, "docs", Kind::Directory, known(0o040_750));
    let file = add(NodeId::ROOT, "greeting.txt", Kind::File { size: 13, content: greeting }, known(0o100_644));
    add(docs, "the same greeting", Kind::File { size: 13, content: greeting }, known(0o100_644));
    add(docs, "na\u{ef}ve \u{1f600}.dat", Kind::File { size: 5000, content: long }, known(0o104_755));
    let hidden = Attributes { hidden: true, ..known(0o100_600) };
    add(docs, "nothing", Kind::File { size: 0, content: nothing }, hidden);
    tree.add_link(NodeId::ROOT, b"link", b"/docs/../greeting.txt", known(0o120_777)).expect("new");
    let comment = contents.add_bytes(*b"a comment");
    tree.add_stream(file, b"comment", 9, comment).expect("new");
    (tree, contents)
}

fn image(options: &ImageOptions) -> ResultImage {
    let (tree, contents) = tree();
    ResultImage::new(Arc::new(tree), Arc::new(contents), options).expect("it can be planned")
}

fn read(image: &ResultImage, first: u64, blocks: u64) -> Vec<u8> {
    let mut out = vec![0; usize::try_from(blocks).expect("small") * 2048];
    image.read_all(Block(first), &mut out).expect("readable");
    out
}

#[test]
fn iso_9660_with_joliet_and_rock_ridge() {
    insta::assert_snapshot!(iso::page(&image(&ImageOptions { rock_ridge: true, ..options() })));
}

fn udf_options(udf_revision: UdfRevision) -> ImageOptions {
    let file_systems = FileSystems { iso9660: false, joliet: false, udf: true };
    ImageOptions { file_systems, udf_revision, udf_owners: true, ..options() }
}

#[test]
fn udf_1_02() {
    insta::assert_snapshot!(udf::page(&image(&udf_options(UdfRevision::R102))));
}

#[test]
fn udf_2_60() {
    insta::assert_snapshot!(udf::page(&image(&udf_options(UdfRevision::R260))));
}
