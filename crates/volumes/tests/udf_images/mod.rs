//! A second generator of UDF, for tests: straight from the standard, and sharing no code with what it is to test.
//!
//! Nobody else writes metadata partitions, and what others write is plain; here is everything once.

pub mod bytes;
pub mod maker;
pub mod tree;

use maker::{Maker, Shape};
use tree::{Audience, Builder, Expected};

/// An image, and what is in it.
pub struct Made {
    pub image: Vec<u8>,
    pub expected: Vec<Expected>,
}

/// All shapes, with the revisions that know them.
pub const KINDS: [(&str, Shape, u16); 10] = [
    ("plain 1.02", Shape::Plain, 0x102),
    ("plain 2.01", Shape::Plain, 0x201),
    ("plain 2.60 without metadata", Shape::Plain, 0x260),
    ("sparable 1.50", Shape::Sparable, 0x150),
    ("sparable 2.01", Shape::Sparable, 0x201),
    ("virtual 1.50", Shape::Virtual, 0x150),
    ("virtual 2.01", Shape::Virtual, 0x201),
    ("metadata 2.50", Shape::Metadata, 0x250),
    ("metadata 2.60", Shape::Metadata, 0x260),
    ("metadata 2.50 on sparable", Shape::MetadataSparable, 0x250),
];

/// The image of that kind.
pub fn make(shape: Shape, revision: u16, audience: Audience, many: usize) -> Made {
    make_at(0, shape, revision, audience, many)
}

/// The same where it begins at a block of its disc.
pub fn make_at(base: u32, shape: Shape, revision: u16, audience: Audience, many: usize) -> Made {
    let mut maker = Maker::new(shape, revision);
    maker.base = base;
    (maker.has_pointer, maker.has_older_table) = (audience == Audience::Ours, audience == Audience::Ours);
    // 7-Zip wants an anchor behind the last file.
    maker.is_compact = audience == Audience::SevenZip && shape == Shape::Plain;
    let mut builder = Builder { maker, expected: Vec::new(), audience };
    let root = builder.build(many);
    Made { image: builder.maker.finish(root), expected: builder.expected }
}
