//! What hardly anybody makes, and damage: good images in which a few bytes are changed.

use std::{fs, sync::Arc};

use imapi_disc_types::{Block, BlockSource, BytesSource, SECTOR_SIZE};
use imapi_volume_structs::rock_ridge::Continuation;
use imapi_volumes::{EntryKind, FileBytes, Findings, Names, OpenOptions, Step, VolumeError, Walk, open};

use crate::{makers::Bench, tree};

/// Bytes of a record.
pub struct Record;

impl Record {
    pub const ATTRIBUTES: usize = 1;
    pub const EXTENT: usize = 2;
    pub const LEN: usize = 10;
    pub const FLAGS: usize = 25;
    pub const UNIT: usize = 26;
    pub const NAME: usize = 33;
}

/// Where the records begin that have such an identifier.
pub fn records_named(image: &[u8], identifier: &str) -> Vec<usize> {
    let wanted = [&[u8::try_from(identifier.len()).expect("a name")], identifier.as_bytes()].concat();
    let places = image.windows(wanted.len()).enumerate().filter(|(_, bytes)| *bytes == wanted);
    let records = places.map(|(at, _)| at + 1 - Record::NAME).filter(|&at| usize::from(image[at]) > Record::NAME);
    records.filter(|&at| image[at + Record::EXTENT..][..4].iter().eq(image[at + 6..][..4].iter().rev())).collect()
}

fn put_number(image: &mut [u8], at: usize, number: u32) {
    image[at..at + 4].copy_from_slice(&number.to_le_bytes());
    image[at + 4..at + 8].copy_from_slice(&number.to_be_bytes());
}

fn number(image: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(*image[at..].first_chunk().expect("inside"))
}

/// An image, and how it is read after a change.
struct Changed {
    image: Vec<u8>,
    names: Names,
}

impl Changed {
    fn new(fill: crate::makers::Fill, options: &str, names: Names) -> Self {
        let bench = Bench::new(fill);
        Self { image: fs::read(bench.genisoimage(options, "image.iso")).expect("an image"), names }
    }

    fn record(&self, identifier: &str) -> usize {
        let records = records_named(&self.image, identifier);
        assert_eq!(records.len(), 1, "{identifier}");
        records[0]
    }

    fn source(&self) -> Arc<dyn BlockSource> {
        Arc::new(BytesSource::padded(self.image.clone(), SECTOR_SIZE))
    }

    fn walk(&self, options: &OpenOptions) -> Result<Vec<Step>, VolumeError> {
        Walk::new(&*open(&self.source(), Some(self.names), options)?, options).collect()
    }

    /// What is told in spite of damage, and by which rules it is damage.
    fn lenient(&self) -> (Vec<Step>, Vec<&'static str>) {
        let findings = Arc::new(Findings::default());
        let steps = self.walk(&OpenOptions::default().lenient(Arc::clone(&findings))).expect("damage is left out");
        (steps, findings.take().iter().map(|finding| finding.rule.id).collect())
    }

    /// The rule that stops a reader who does not want damage.
    fn strict(&self) -> Option<&'static str> {
        match self.walk(&OpenOptions::default()) {
            Ok(_) => None,
            Err(VolumeError::Broken(finding)) => Some(finding.rule.id),
            Err(other) => panic!("{other}"),
        }
    }
}

fn find<'a>(steps: &'a [Step], path: &str) -> Option<&'a Step> {
    steps.iter().find(|step| step.path == path.as_bytes())
}

#[test]
fn extended_attributes_are_not_part_of_a_file() {
    let mut changed = Changed::new(tree::plain, "", Names::Iso9660);
    let record = changed.record("BIG.BIN;1");
    let whole = number(&changed.image, record + Record::LEN);
    changed.image[record + Record::ATTRIBUTES] = 2;
    put_number(&mut changed.image, record + Record::LEN, whole - 4096);
    let (steps, rules) = changed.lenient();
    let entry = &find(&steps, "BIG.BIN").expect("it is there").entry;
    let mut bytes = vec![0; 300_001 - 4096];
    let file = FileBytes::new(changed.source(), &entry.runs);
    assert_eq!(file.read_at(0, &mut bytes).expect("it can be read"), bytes.len());
    assert!(bytes == tree::contents(300_001, 2)[4096..]);
    assert_eq!(rules, [""; 0]);
}

#[test]
fn interleaved_files_are_refused_or_left_out() {
    let mut changed = Changed::new(tree::plain, "", Names::Iso9660);
    let record = changed.record("BIG.BIN;1");
    changed.image[record + Record::UNIT..record + Record::UNIT + 2].copy_from_slice(&[4, 2]);
    let (steps, rules) = changed.lenient();
    assert!(find(&steps, "BIG.BIN").is_none() && find(&steps, "README.TXT").is_some());
    assert_eq!(rules, ["iso9660.file.interleaved"]);
    let error = changed.walk(&OpenOptions::default()).expect_err("it cannot be read");
    assert!(matches!(error, VolumeError::Unsupported { feature: "interleaved files", .. }), "{error}");
}

#[test]
fn associated_files_are_not_told_and_hidden_ones_are() {
    let mut changed = Changed::new(tree::plain, "", Names::Iso9660);
    let (associated, hidden) = (changed.record("BIG.BIN;1"), changed.record("NODOT.;1"));
    changed.image[associated + Record::FLAGS] |= 4;
    changed.image[hidden + Record::FLAGS] |= 1;
    let (steps, rules) = changed.lenient();
    assert!(find(&steps, "BIG.BIN").is_none());
    assert!(find(&steps, "NODOT").is_some_and(|step| step.entry.hidden));
    assert_eq!((rules, changed.strict()), (vec![], None));
}

#[test]
fn bytes_that_were_not_recorded_are_told_and_the_rest_is_listed() {
    let mut changed = Changed::new(tree::plain, "", Names::Iso9660);
    let record = changed.record("BIG.BIN;1");
    put_number(&mut changed.image, record + Record::EXTENT, 1_000_000);
    let (steps, rules) = changed.lenient();
    assert_eq!(rules, ["iso9660.file.outside"]);
    assert_eq!(changed.strict(), None, "it is a warning");
    let entry = &find(&steps, "BIG.BIN").expect("it is listed").entry;
    assert!(FileBytes::new(changed.source(), &entry.runs).read_at(0, &mut [0; 10]).is_err());
}

#[test]
fn a_folder_that_was_not_recorded_is_an_error() {
    let mut changed = Changed::new(tree::plain, "", Names::Iso9660);
    let record = changed.record("SUB");
    put_number(&mut changed.image, record + Record::EXTENT, 1_000_000);
    let (steps, rules) = changed.lenient();
    assert!(find(&steps, "SUB").is_some() && find(&steps, "SUB/INNER.DAT").is_none());
    assert!(find(&steps, "MANY/F0000.DAT").is_some());
    assert_eq!(rules, ["iso9660.folder.outside"]);
    assert_eq!(changed.strict(), Some("iso9660.folder.outside"));
}

#[test]
fn a_folder_in_itself_is_entered_once() {
    let mut changed = Changed::new(tree::plain, "", Names::Iso9660);
    let (outer, inner) = (changed.record("SUB"), changed.record("DEEPER"));
    let extent = number(&changed.image, outer + Record::EXTENT);
    put_number(&mut changed.image, inner + Record::EXTENT, extent);
    let (_, rules) = changed.lenient();
    assert_eq!((rules, changed.strict()), (vec!["volume.folder.twice"], Some("volume.folder.twice")));
}

#[test]
fn a_folder_ends_where_another_begins() {
    let mut changed = Changed::new(tree::plain, "", Names::Iso9660);
    let record = changed.record("SUB");
    put_number(&mut changed.image, record + Record::LEN, 100 * 2048);
    let (steps, rules) = changed.lenient();
    assert_eq!(rules, ["iso9660.folder.length"]);
    assert_eq!(steps.iter().filter(|step| step.path.starts_with(b"SUB/")).count(), 3);
    assert_eq!(changed.strict(), None, "it is a warning");
}

#[test]
fn a_folder_whose_first_block_is_empty_has_what_is_left() {
    let mut changed = Changed::new(tree::plain, "", Names::Iso9660);
    let record = changed.record("MANY");
    let start = number(&changed.image, record + Record::EXTENT) as usize * 2048;
    changed.image[start..start + 2048].fill(0);
    let (steps, rules) = changed.lenient();
    let left = steps.iter().filter(|step| step.path.starts_with(b"MANY/")).count();
    assert!((40..80).contains(&left), "{left} of 100");
    assert_eq!((rules, changed.strict()), (vec!["iso9660.folder.self"], Some("iso9660.folder.self")));
}

#[test]
fn names_that_are_paths_are_made_harmless() {
    let mut changed = Changed::new(tree::plain, "-R", Names::RockRidge);
    let at = |image: &[u8], name: &[u8]| {
        let wanted = [&b"NM"[..], &[u8::try_from(name.len() + 5).expect("short"), 1, 0], name].concat();
        image.windows(wanted.len()).position(|bytes| bytes == wanted).expect("it has that name") + 5
    };
    let place = at(&changed.image, b"BIG.BIN");
    changed.image[place..place + 7].copy_from_slice(b"../BIG\0");
    let (steps, rules) = changed.lenient();
    assert!(find(&steps, ".._BIG_").is_some());
    assert_eq!((rules, changed.strict()), (vec!["iso9660.name.path"], Some("iso9660.name.path")));
}

#[test]
fn areas_that_go_on_in_a_circle_end() {
    let mut changed = Changed::new(tree::unix, "-R", Names::RockRidge);
    let (from, area) = continuation(&changed.image, b"long link");
    // The area goes on where it is.
    let target = area.block as usize * 2048 + area.offset as usize;
    Continuation { len: 28, ..area }.encode(&mut changed.image[target..]);
    let (steps, rules) = changed.lenient();
    assert!(rules.contains(&"susp.continuation.endless"), "{rules:?}");
    assert!(changed.strict().is_some());
    assert!(find(&steps, "long link").is_some());

    // And beyond what was recorded.
    put_number(&mut changed.image, from + 4, 9_000_000);
    let (steps, rules) = changed.lenient();
    assert!(rules.contains(&"volume.block.outside"), "{rules:?}");
    assert!(find(&steps, "long link").is_some());
}

/// The entry that says where the area of the file with that name goes on, and what it says.
fn continuation(image: &[u8], name: &[u8]) -> (usize, Continuation) {
    let named = image.windows(name.len()).position(|bytes| bytes == name).expect("there is such a name");
    let record = image[named..].windows(4).position(|bytes| bytes == b"CE\x1C\x01").expect("it goes on") + named;
    let area = Continuation {
        block: number(image, record + 4),
        offset: number(image, record + 12),
        len: number(image, record + 20),
    };
    (record, area)
}

#[test]
fn a_folder_that_was_moved_to_nowhere_is_left_out() {
    let mut changed = Changed::new(tree::unix, "-R", Names::RockRidge);
    let links: Vec<usize> =
        changed.image.windows(4).enumerate().filter(|(_, bytes)| bytes == b"CL\x0C\x01").map(|(at, _)| at).collect();
    assert!(!links.is_empty(), "genisoimage moves deep folders");
    let bottom = |steps: &[Step]| steps.iter().any(|step| step.path.ends_with(b"/bottom"));
    assert!(bottom(&changed.lenient().0));
    put_number(&mut changed.image, links[0] + 4, 20);
    let (steps, rules) = changed.lenient();
    assert!(!bottom(&steps));
    assert!(rules.contains(&"rock-ridge.relocated.child"), "{rules:?}");
    assert_eq!(changed.strict(), Some("rock-ridge.relocated.child"));
}

#[test]
fn devices_are_told_with_their_numbers() {
    let bench = Bench::empty();
    crate::peer("xorriso", "xorriso", &crate::words("-outdev image.iso -mkdir /dev -- -commit"), bench.folder());
    // Nobody may make devices here, so one is written into an image of a pipe.
    crate::peer("coreutils", "mkfifo", &["files/disk"], bench.folder());
    let path = bench.genisoimage("-R", "pipe.iso");
    let mut changed = Changed { image: fs::read(path).expect("an image"), names: Names::RockRidge };
    let mode = changed.image.windows(6).position(|bytes| bytes == [&b"PX\x24\x01"[..], &[0xA4, 0x11]].concat());
    let at = mode.expect("the mode of the pipe") + 4;
    put_number(&mut changed.image, at, 0o060_644);
    let (steps, _) = changed.lenient();
    assert!(matches!(find(&steps, "disk").expect("it is there").entry.kind, EntryKind::Special { device: (0, 0) }));
}

#[test]
fn compressed_files_tell_how_many_bytes_they_become() {
    let bench = Bench::empty();
    crate::write(&bench.files(), "zeros", vec![0; 200_000]);
    let image = fs::read(bench.bsdtar("zisofs=direct", "image.iso")).expect("an image");
    let (steps, rules) = Changed { image, names: Names::RockRidge }.lenient();
    let entry = &find(&steps, "zeros").expect("it is there").entry;
    assert_eq!((entry.unpacked, rules), (Some(200_000), vec![]));
    assert!(entry.size < 10_000, "{}", entry.size);
}

#[test]
fn what_is_no_iso_9660_is_not_there() {
    for blocks in [0, 1, 16, 17, 40] {
        let source: Arc<dyn BlockSource> = Arc::new(BytesSource::padded(vec![0; blocks * 2048], SECTOR_SIZE));
        let error = open(&source, None, &OpenOptions::default()).err();
        assert!(matches!(error, Some(VolumeError::None)), "{blocks} blocks: {error:?}");
    }
    let image = Changed::new(tree::plain, "", Names::Iso9660);
    let options = OpenOptions::default().session(Block(7));
    let error = open(&image.source(), Some(Names::Iso9660), &options).err();
    assert!(matches!(error, Some(VolumeError::Missing { names: Names::Iso9660 })), "{error:?}");
}
