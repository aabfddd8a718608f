//! Damaged volumes of UDF: which rule is broken, what is read all the same, and what is refused.

#[path = "udf_images/mod.rs"]
#[allow(dead_code, reason = "others need more of it")]
mod udf_images;

use std::sync::Arc;

use imapi_disc_types::{Block, BlockSource, BytesSource, SECTOR_SIZE};
use imapi_volumes::{Findings, Names, OpenOptions, VolumeError, Walk};
use rstest::rstest;
use udf_images::{
    bytes::{BLOCK, reseal},
    make, make_at,
    maker::Shape,
    tree::Audience,
};

/// An image that is about to be damaged.
struct Image(Vec<u8>);

impl Image {
    fn of(shape: Shape, revision: u16) -> Self {
        Self(make(shape, revision, Audience::Ours, 30).image)
    }

    fn block(&mut self, block: usize) -> &mut [u8] {
        &mut self.0[block * BLOCK..(block + 1) * BLOCK]
    }

    /// The blocks that have the bytes of a file entry whose embedded data or name begins so.
    fn find(&self, bytes: &[u8]) -> Vec<usize> {
        let blocks = self.0.chunks(BLOCK).zip(0..);
        let has = |block: &[u8]| block.windows(bytes.len()).any(|window| window == bytes);
        blocks.filter(|(block, _)| has(block)).map(|(_, number)| number).collect()
    }

    /// The blocks with a descriptor of that kind.
    fn tagged(&self, id: u16) -> Vec<usize> {
        let blocks = self.0.chunks(BLOCK).zip(0..);
        blocks.filter(|(block, _)| block[..2] == id.to_le_bytes() && block[4] != 0).map(|(_, number)| number).collect()
    }

    /// Changes a block, whose descriptor gets right sums again.
    fn change(&mut self, block: usize, change: impl FnOnce(&mut [u8])) {
        let bytes = self.block(block);
        change(bytes);
        reseal(bytes);
    }

    fn source(&self) -> Arc<dyn BlockSource> {
        Arc::new(BytesSource::new(self.0.clone(), SECTOR_SIZE).expect("whole blocks"))
    }

    /// The paths that are read, or why they are not.
    fn paths(&self, options: &OpenOptions) -> Result<Vec<String>, VolumeError> {
        let volume = imapi_volumes::open(&self.source(), Some(Names::Udf), options)?;
        let steps = Walk::new(&*volume, options);
        let mut paths: Vec<String> = steps
            .map(|step| step.map(|step| String::from_utf8_lossy(&step.path).into_owned()))
            .collect::<Result<_, _>>()?;
        paths.sort_unstable();
        Ok(paths)
    }

    /// How many paths a lenient reader finds, and which rules it finds broken.
    fn leniently(&self) -> (usize, Vec<&'static str>) {
        let findings = Arc::new(Findings::default());
        let paths =
            self.paths(&OpenOptions::default().lenient(Arc::clone(&findings))).unwrap_or_else(|e| panic!("{e}"));
        let mut rules: Vec<&str> = findings.take().iter().map(|finding| finding.rule.id).collect();
        rules.sort_unstable();
        rules.dedup();
        (paths.len(), rules)
    }

    /// The rule for which a strict reader refuses it; nothing if it does not.
    fn refused(&self) -> Option<&'static str> {
        match self.paths(&OpenOptions::default()) {
            Ok(_) => None,
            Err(VolumeError::Broken(finding)) => Some(finding.rule.id),
            Err(error) => panic!("{error}"),
        }
    }
}

/// What is done to an image.
type Damage = fn(&mut Image);

/// Readers get over these, and say so.
#[rstest]
#[case::first_anchor(Shape::Plain, 0x201, |i: &mut Image| {
    i.block(256).fill(0);
}, &["udf.anchor.first"])]
#[case::main_sequence(Shape::Plain, 0x201, |i: &mut Image| {
    i.block(35)[300] ^= 1;
}, &["udf.sequence.damaged"])]
#[case::main_sequence_gone(Shape::Plain, 0x102, |i: &mut Image| {
    (32..48).for_each(|b| i.block(b).fill(0xFF));
}, &["udf.sequence.damaged"])]
#[case::pointer_to_itself(Shape::Plain, 0x102, |i: &mut Image| {
    i.change(37, |b| b[24..28].copy_from_slice(&[32, 0, 0, 0]));
}, &["udf.sequence.damaged"])]
#[case::integrity(Shape::Plain, 0x201, |i: &mut Image| {
    i.block(48).fill(0);
}, &["udf.integrity.missing"])]
#[case::open(Shape::Plain, 0x201, |i: &mut Image| {
    i.change(48, |b| b[28] = 0);
}, &["udf.integrity.open"])]
#[case::sparing_table(Shape::Sparable, 0x201, |i: &mut Image| {
    i.block(128).fill(0);
}, &["udf.sparing.copy"])]
#[case::metadata_file(Shape::Metadata, 0x250, |i: &mut Image| {
    i.block(288).fill(0);
}, &["udf.metadata.file"])]
#[case::metadata_mirror(Shape::Metadata, 0x250, |i: &mut Image| {
    i.block(i.tagged(266)[i.tagged(266).len() - 1]).fill(0);
}, &["udf.metadata.mirror"])]
#[case::no_links(Shape::Plain, 0x201, |i: &mut Image| {
    let at = i.find(b"eight bits")[0];
    i.change(at, |b| b[48] = 0);
}, &["udf.icb.links"])]
#[case::kind(Shape::Plain, 0x201, |i: &mut Image| {
    let at = i.0.windows(9).position(|w| w == b"\x08embedded").expect("it is there") - 20;
    i.0[at] = 2;
    name(i, b"\x08embedded", |_| ());
}, &["udf.folder.kind"])]
#[case::attributes(Shape::Plain, 0x102, |i: &mut Image| {
    let at = i.find(b"own")[0];
    i.change(at, |b| b[176 + 8] ^= 1);
}, &["udf.attributes"])]
fn what_readers_get_over_is_told(
    #[case] shape: Shape,
    #[case] revision: u16,
    #[case] damage: Damage,
    #[case] rules: &[&str],
) {
    let mut image = Image::of(shape, revision);
    let whole = image.leniently();
    assert_eq!(whole.1, [""; 0]);
    damage(&mut image);
    assert_eq!(image.refused(), None);
    assert_eq!(image.leniently(), (whole.0, rules.to_vec()));
}

/// These are refused, unless damage is left out; so many paths are lost then.
#[rstest]
#[case::sum(|i: &mut Image| {
    let at = i.find(b"eight bits")[0];
    i.block(at)[60] ^= 0x80;
}, "udf.tag.crc", 0)]
#[case::tag(|i: &mut Image| {
    let at = i.find(b"eight bits")[0];
    i.block(at).fill(0);
}, "udf.tag.checksum", 1)]
#[case::location(|i: &mut Image| {
    let at = i.find(b"eight bits")[0];
    i.change(at, |b| b[12] ^= 1);
}, "udf.tag.location", 0)]
#[case::kind(|i: &mut Image| {
    let at = i.find(b"eight bits")[0];
    i.change(at, |b| b[27] = 99);
}, "udf.icb.type", 0)]
#[case::manner(|i: &mut Image| {
    let at = i.find(b"eight bits")[0];
    i.change(at, |b| b[34] = 7);
}, "udf.icb.allocation", 1)]
#[case::other_descriptor(|i: &mut Image| {
    let at = i.find(b"eight bits")[0];
    i.change(at, |b| b[0] = 8);
}, "udf.icb.entry", 1)]
#[case::short(|i: &mut Image| {
    let at = i.find(b"eight bits")[0];
    i.change(at, |b| b[63] = 0x70);
}, "udf.extent.short", 0)]
#[case::chain_cycle(|i: &mut Image| {
    let [first, second] = i.tagged(258)[..] else { panic!("two") };
    let back = first - 288;
    i.change(second, |b| {
        let end = 24 + u32::from_le_bytes([b[20], b[21], b[22], b[23]]) as usize;
        b[24..28].copy_from_slice(&(3_u32 << 30 | 2048).to_le_bytes());
        b[28..32].copy_from_slice(&u32::try_from(back).expect("small").to_le_bytes());
        b[32..end].fill(0);
    });
}, "udf.extent.cycle", 0)]
#[case::descriptors_gone(|i: &mut Image| {
    let at = i.tagged(258)[0];
    i.block(at).fill(0);
}, "udf.tag.checksum", 0)]
#[case::versions_cycle(|i: &mut Image| {
    // The second entry's next is the first.
    let (indirect, second) = (i.tagged(259)[0], i.find(b"newer bytes")[0]);
    let mut bytes = i.block(indirect).to_vec();
    bytes[12..16].copy_from_slice(&u32::try_from(second + 1 - 288).expect("small").to_le_bytes());
    bytes[40..44].copy_from_slice(&u32::try_from(indirect - 1 - 288).expect("small").to_le_bytes());
    reseal(&mut bytes);
    i.block(second + 1).copy_from_slice(&bytes);
}, "udf.icb.chain", 0)]
#[case::name_with_a_slash(|i: &mut Image| {
    name(i, b"\x08embedded", |n| n[3] = b'/');
}, "udf.name.letters", 0)]
#[case::name_of_no_text(|i: &mut Image| name(i, b"\x08embedded", |n| n[0] = 7), "udf.name.text", 1)]
#[case::twice(|i: &mut Image| {
    name(i, b"\x08second name", |n| n[1..].copy_from_slice(b"hidden name"));
}, "udf.folder.twice", 1)]
#[case::folder_twice(|i: &mut Image| {
    // The folder `outer` is said to be the folder `empty folder`.
    let of = |i: &Image, name: &[u8]| i.0.windows(name.len()).position(|w| w == name).expect("it is there") - 18;
    let (one, other) = (of(i, b"\x08outer"), of(i, b"\x08empty folder"));
    let icb = i.0[other..other + 16].to_vec();
    i.0[one..one + 16].copy_from_slice(&icb);
    name(i, b"\x08outer", |_| ());
}, "volume.folder.twice", 2)]
#[case::outside(|i: &mut Image| {
    let at = i.0.windows(9).position(|w| w == b"\x08embedded").expect("it is there") - 18;
    i.0[at + 4..at + 8].copy_from_slice(&70_000_u32.to_le_bytes());
    name(i, b"\x08embedded", |_| ());
}, "udf.partition.outside", 1)]
#[case::extent_outside(|i: &mut Image| {
    let at = i.tagged(258)[0];
    i.change(at, |b| b[28..32].copy_from_slice(&70_000_u32.to_le_bytes()));
}, "udf.partition.outside", 0)]
#[case::folder_with_one_block_twice(|i: &mut Image| {
    let at = i.find(b"name name name 2")[0] - 288;
    // The entry of the folder has two long descriptors; both are of the same blocks now.
    let entries = i.tagged(266);
    let is_it = |b: &[u8]| b[27] == 4 && b[34] & 7 == 1 && b[216 + 16 + 4..216 + 16 + 8] == u32::try_from(at).expect("small").to_le_bytes();
    let entry = entries.into_iter().find(|&entry| is_it(i.block(entry))).expect("the folder");
    i.change(entry, |b| { let second = b[232..248].to_vec(); b[216 + 4..216 + 16].copy_from_slice(&second[4..]); });
}, "udf.folder.length", 30)]
fn what_is_refused_is_left_out_when_that_is_wanted(#[case] damage: Damage, #[case] rule: &str, #[case] lost: usize) {
    let mut image = Image::of(Shape::Plain, 0x201);
    let (whole, _) = image.leniently();
    damage(&mut image);
    let (found, rules) = image.leniently();
    assert_eq!(image.refused(), Some(rule));
    assert!(rules.contains(&rule), "{rules:?}");
    assert_eq!(found, whole - lost, "{rules:?}");
}

/// Changes a name in the root, of which there may be one.
fn name(image: &mut Image, name: &[u8], change: fn(&mut [u8])) {
    let at = image.0.windows(name.len()).position(|window| window == name).expect("it is there");
    change(&mut image.0[at..at + name.len()]);
    reseal(&mut image.0[at - 38..at + name.len().next_multiple_of(4) + 2]);
}

#[test]
fn what_is_left_of_a_medium_before_is_not_taken_for_a_volume() {
    let mut image = Image::of(Shape::Plain, 0x201);
    image.block(17).fill(0);
    let error = image.paths(&OpenOptions::default()).err();
    assert!(matches!(error, Some(VolumeError::Missing { names: Names::Udf })), "{error:?}");
    assert_eq!(image.leniently().1, ["udf.recognition.missing"]);
    // Another file system says that it is there, so that the anchor is of an older one.
    let mut iso = vec![0; BLOCK];
    iso[..8].copy_from_slice(b"\x01CD001\x01\0");
    image.block(16).copy_from_slice(&iso);
    let lenient = OpenOptions::default().lenient(Arc::default());
    let error = image.paths(&lenient).err();
    assert!(matches!(error, Some(VolumeError::Missing { names: Names::Udf })), "{error:?}");
}

#[rstest]
#[case(Shape::Plain, 0x102)]
#[case(Shape::Sparable, 0x201)]
#[case(Shape::Virtual, 0x150)]
#[case(Shape::Metadata, 0x260)]
fn a_later_session_is_read_on_its_disc_and_by_itself(#[case] shape: Shape, #[case] revision: u16) {
    const BASE: u32 = 5000;
    let made = make_at(BASE, shape, revision, Audience::Ours, 30);
    let whole = Image::of(shape, revision).paths(&OpenOptions::default()).expect("intact");
    let alone = Image(made.image.clone());
    assert!(alone.paths(&OpenOptions::default()).is_err());
    assert_eq!(alone.paths(&OpenOptions::default().displaced(BASE)).expect("intact"), whole);
    let disc = Image([vec![0; BASE as usize * BLOCK], made.image].concat());
    assert_eq!(disc.paths(&OpenOptions::default().session(Block(BASE.into()))).expect("intact"), whole);
    // Something behind it is not of this session.
    let end = Block((disc.0.len() / BLOCK) as u64);
    let more = Image([disc.0, vec![0xAB; 700 * BLOCK]].concat());
    let options = OpenOptions::default().session(Block(BASE.into())).end(end);
    assert_eq!(more.paths(&options).expect("intact"), whole);
}

#[test]
fn a_damaged_table_of_virtual_blocks_is_an_error_unless_an_older_one_is_wanted() {
    let mut image = Image::of(Shape::Virtual, 0x201);
    let (whole, _) = image.leniently();
    // The table is there once more before the last block, and the last is damaged behind its entry.
    let last = image.0.len() / BLOCK - 1;
    let mut older = image.block(last).to_vec();
    let location = u32::try_from(last - 1 - 288).expect("small");
    older[12..16].copy_from_slice(&location.to_le_bytes());
    reseal(&mut older);
    image.block(last - 1).copy_from_slice(&older);
    assert_eq!(image.refused(), None);
    image.change(last, |b| b[216..220].copy_from_slice(&(5_u32 << 20).to_le_bytes()));
    image.change(last, |b| b[60] = 9);
    assert_eq!(image.refused(), Some("udf.vat.older"));
    let (found, rules) = image.leniently();
    assert!(found == whole && rules.contains(&"udf.vat.older"), "{found} of {whole}: {rules:?}");
    image.block(last).fill(0);
    assert_eq!(image.refused(), None, "padding may follow a table");
    image.block(last - 1).fill(0);
    assert_eq!(image.refused(), Some("udf.vat.missing"));
}

#[test]
fn a_damaged_folder_is_read_from_the_mirror_of_the_metadata() {
    let mut image = Image::of(Shape::Metadata, 0x250);
    let whole = image.leniently();
    let blocks = image.find(b"name name name 2");
    assert_eq!(blocks.len(), 4, "the folder has two blocks, and their mirrors: {blocks:?}");
    image.block(blocks[0])[100] ^= 0xFF;
    assert_eq!(image.refused(), None);
    assert_eq!(image.leniently(), (whole.0, vec!["udf.metadata.copy"]));
    for block in blocks {
        image.block(block).fill(0);
    }
    assert_eq!(image.refused(), Some("udf.folder.identifier"));
    let (found, rules) = image.leniently();
    assert!(found < whole.0 && rules.contains(&"udf.folder.identifier"), "{found} of {}: {rules:?}", whole.0);
}

/// Many names of one file of many pieces could take any amount of memory: here thirty names have ten thousand pieces, and the
/// medium has fifteen hundred blocks.
#[test]
fn the_pieces_of_all_files_of_a_folder_are_no_more_than_the_medium_has_blocks() {
    let mut image = Image::of(Shape::Plain, 0x201);
    let [first, second] = image.tagged(258)[..] else { panic!("two") };
    let entry = image.tagged(266).into_iter().find(|&block| {
        let [b, at] = [&image.0[block * BLOCK..], &u32::try_from(first - 288).expect("small").to_le_bytes()];
        b[216..216 + 200].windows(4).any(|window| window == at)
    });
    let entry = entry.expect("the entry of the file of many pieces");
    let ads = |count: u32, next: Option<usize>| -> Vec<u8> {
        let ad = |len: u32, block: u32| [&len.to_le_bytes()[..], &block.to_le_bytes(), &[0; 8]].concat();
        let mut all: Vec<u8> = (0..count).flat_map(|number| ad(2048, number % 2 * 10)).collect();
        let next = next.map(|block| ad(3 << 30 | 2048, u32::try_from(block - 288).expect("small")));
        all.extend(next.unwrap_or_default());
        all
    };
    image.change(entry, |b| {
        let ads = ads(100, Some(first));
        b[56..64].copy_from_slice(&(340_u64 * 2048).to_le_bytes());
        b[212..216].copy_from_slice(&u32::try_from(ads.len()).expect("small").to_le_bytes());
        b[216..216 + ads.len()].copy_from_slice(&ads);
    });
    for (block, next) in [(first, Some(second)), (second, None)] {
        image.change(block, |b| {
            let ads = ads(120, next);
            b[20..24].copy_from_slice(&u32::try_from(ads.len()).expect("small").to_le_bytes());
            b[24..24 + ads.len()].copy_from_slice(&ads);
        });
    }
    assert_eq!(image.refused(), None);
    // All names of the folder of many become names of that file, but one that goes on elsewhere.
    let location = u32::try_from(entry - 288).expect("small").to_le_bytes();
    let begins = |(at, window): (usize, &[u8])| (window == b"\x08name ").then(|| at - 38);
    let names: Vec<usize> = image.0.windows(6).enumerate().filter_map(begins).collect();
    assert_eq!(names.len(), 30);
    for at in names {
        let end = at + (38 + usize::from(image.0[at + 19])).next_multiple_of(4);
        if at / BLOCK == (end - 1) / BLOCK {
            image.0[at + 24..at + 28].copy_from_slice(&location);
            reseal(&mut image.0[at..end]);
        }
    }
    assert_eq!(image.refused(), Some("udf.extent.count"));
    assert!(image.leniently().1.contains(&"udf.extent.count"));
}
