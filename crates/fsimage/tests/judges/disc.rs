//! A tree made by hand, for images that machines are to start from.

use std::sync::Arc;

use imapi_disc_types::Control;
use imapi_fsimage::{
    Attributes, Content, Contents, ImageOptions, Kind, NodeId, PlanError, ResultImage, Tree, WriteOptions, write_image,
};

use crate::folder::{Bench, options};

/// Tree, contents and options.
pub struct Disc {
    pub tree: Tree,
    pub contents: Contents,
    pub options: ImageOptions,
}

impl Disc {
    pub fn new() -> Self {
        Self { tree: Tree::new(Attributes::default()), contents: Contents::new(), options: options() }
    }

    /// A file in the root.
    pub fn put(&mut self, name: &str, bytes: Vec<u8>) -> NodeId {
        let size = bytes.len() as u64;
        let kind = Kind::File { size, content: self.content(bytes) };
        self.tree.add(NodeId::ROOT, name.as_bytes(), kind, Attributes::default()).expect("new")
    }

    /// Bytes that are no file of the tree.
    pub fn content(&mut self, bytes: Vec<u8>) -> Content {
        self.contents.add_bytes(bytes)
    }

    pub fn plan(self) -> Result<ResultImage, PlanError> {
        ResultImage::new(Arc::new(self.tree), Arc::new(self.contents), &self.options)
    }

    pub fn image(self) -> ResultImage {
        self.plan().expect("it can be planned")
    }
}

/// The image in a file.
pub fn written(image: &ResultImage) -> Bench {
    let bench = Bench::new();
    write_image(image, &bench.iso, WriteOptions { sync: false, ..WriteOptions::default() }, &mut Control::silent())
        .expect("written");
    bench
}

/// Bytes that are unlike those of other numbers.
pub fn bytes(number: u8, len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251).to_le_bytes()[0] ^ (at / 251).to_le_bytes()[0] ^ number.wrapping_mul(89)).collect()
}

/// The fields behind each such label in a report of xorriso.
pub fn reported<'a>(report: &'a str, label: &str) -> Vec<Vec<&'a str>> {
    let lines = report.lines().filter_map(|line| line.split_once(':'));
    let found = lines.filter(|(found, fields)| found.trim() == label && !fields.contains(" N "));
    found.map(|(_, fields)| fields.split_whitespace().collect()).collect()
}
