//! Images that have their own checksums.

use std::{num::NonZeroU32, ops::ControlFlow, sync::Arc, time::Duration};

use imapi::{
    checksums::{AREA, Bad, CheckError, NAME, Table, check_disc, check_image, embed},
    read::Extent,
};
use imapi_disc_types::{Block, BlockSource, BytesSource, Control, Lba, ManualClock, SECTOR_SIZE, SourceError, Zero};
use imapi_errors::{Coded as _, v2};
use imapi_format2_data::{DataOptions, burn};
use imapi_fsimage::{
    Attributes, Contents, FileSystems, ImageOptions, Kind, NodeId, ResultImage, Timestamp, Tree, UdfRevision,
    WriteOptions, write_image,
};
use imapi_mmc_transport::faults::{FaultInjector, Script};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};
use rstest::rstest;
use sha2::{Digest as _, Sha256};

const ISO: FileSystems = FileSystems { udf: false, ..FileSystems::ALL };
const UDF: FileSystems = FileSystems { udf: true, ..FileSystems::NONE };

fn options(file_systems: FileSystems, udf_revision: UdfRevision) -> ImageOptions {
    ImageOptions { file_systems, udf_revision, ..ImageOptions::new(Timestamp::new(1_000_000_000, 0)) }
}

/// A tree of these files, the later ones in a folder.
fn tree(files: &[(&str, Vec<u8>)]) -> (Tree, Contents) {
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    let folder = tree.add(NodeId::ROOT, b"zz", Kind::Directory, Attributes::default()).expect("a new name");
    for (number, (name, bytes)) in files.iter().enumerate() {
        let content = contents.add_bytes(bytes.clone());
        let file = Kind::File { size: bytes.len() as u64, content };
        let parent = if number % 2 == 0 { NodeId::ROOT } else { folder };
        tree.add(parent, name.as_bytes(), file, Attributes::default()).expect("a new name");
    }
    (tree, contents)
}

fn some_files() -> Vec<(&'static str, Vec<u8>)> {
    let bytes =
        |seed: u8, len: usize| (0..=250_u8).cycle().map(|at| seed.wrapping_add(at)).take(len).collect::<Vec<u8>>();
    vec![
        ("first", bytes(1, 5000)),
        ("second", bytes(2, 1_300_000)),
        ("empty", Vec::new()),
        ("small", bytes(3, 100)),
        ("with \\ and \n", bytes(4, 3000)),
        ("last", bytes(5, 2048)),
    ]
}

fn image(file_systems: FileSystems, revision: UdfRevision) -> Arc<ResultImage> {
    let (tree, contents) = tree(&some_files());
    embed(tree, contents, &options(file_systems, revision)).expect("an image")
}

fn bytes_of(source: &dyn BlockSource) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(source.bytes()).expect("small")];
    source.read_all(Block(0), &mut bytes).expect("readable");
    bytes
}

fn source(bytes: Vec<u8>) -> BytesSource<Vec<u8>> {
    BytesSource::new(bytes, SECTOR_SIZE).expect("whole blocks")
}

fn checked(bytes: Vec<u8>) -> Result<Option<usize>, CheckError> {
    check_image(&source(bytes), &mut Control::silent()).map(|checked| checked.files)
}

/// Where a file is in the image.
fn place_of(image: &ResultImage, path: &str) -> usize {
    let file = image.all_files().find(|file| file.path == path).expect("it has blocks");
    usize::try_from(file.blocks.start).expect("small") * 2048
}

fn table_of(image: &ResultImage, bytes: &[u8]) -> Table {
    Table::parse(&bytes[place_of(image, &format!("/{NAME}"))..]).expect("a table")
}

#[rstest]
#[case(ISO, UdfRevision::R102)]
#[case(FileSystems::ALL, UdfRevision::R102)]
#[case(UDF, UdfRevision::R102)]
#[case(UDF, UdfRevision::R260)]
fn the_table_has_the_sums_of_all_files_and_blocks(#[case] systems: FileSystems, #[case] revision: UdfRevision) {
    let image = image(systems, revision);
    let bytes = bytes_of(&*image);
    let table = table_of(&image, &bytes);
    assert_eq!(table.of, image.blocks());
    let files = some_files();
    assert_eq!(table.files.len(), files.len());
    for (name, content) in files {
        let listed = table.files.iter().find(|listed| listed.name().ends_with(&format!("/{name}"))).expect(name);
        assert_eq!((listed.bytes, listed.sum.0), (content.len() as u64, <[u8; 32]>::from(Sha256::digest(&content))));
        if let Some(block) = listed.block {
            let begin = usize::try_from(block).expect("small") * 2048;
            assert_eq!(bytes[begin..begin + content.len()], content, "{name}");
        }
    }
    // Every block is in an area or in the table.
    let mut at = 0;
    for area in &table.areas {
        if at == table.at {
            at = table.blocks().end;
        }
        assert_eq!(area.blocks.start, at);
        at = area.blocks.end;
    }
    assert_eq!(if at == table.at { table.blocks().end } else { at }, image.blocks());
    assert_eq!(checked(bytes).expect("good"), Some(6));
}

#[rstest]
#[case(FileSystems::ALL, UdfRevision::R102)]
#[case(UDF, UdfRevision::R260)]
fn the_image_is_the_same_in_whatever_order_it_is_read(#[case] systems: FileSystems, #[case] revision: UdfRevision) {
    let wanted = bytes_of(&*image(systems, revision));
    let backwards = image(systems, revision);
    let mut found = vec![0; wanted.len()];
    for (block, out) in (0..).zip(found.chunks_exact_mut(2048)).collect::<Vec<_>>().into_iter().rev() {
        backwards.read_all(Block(block), out).expect("readable");
    }
    assert!(found == wanted, "backwards");
}

/// Of which each makes a mebibyte at a time, and some come before others.
#[test]
fn the_image_is_the_same_when_several_threads_make_it() {
    let large = || {
        let many = (0..20_u8).map(|number| (["a", "b"][usize::from(number % 2)], number));
        let files: Vec<(String, Vec<u8>)> =
            many.map(|(name, number)| (format!("{name}{number}"), vec![number; 1_500_000])).collect();
        let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
        let (tree, contents) = tree(&files);
        embed(tree, contents, &options(FileSystems::ALL, UdfRevision::R102)).expect("an image")
    };
    let wanted = bytes_of(&*large());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("image");
    for _ in 0..5 {
        write_image(&large(), &path, WriteOptions::default(), &mut Control::silent()).expect("written");
        assert!(std::fs::read(&path).expect("it is there") == wanted);
    }
    assert_eq!(checked(wanted).expect("good"), Some(20));
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 0x10;
    bytes
}

fn bad(bytes: Vec<u8>) -> Vec<Bad> {
    let error = checked(bytes).expect_err("it is bad");
    assert_eq!(error.code(), v2::E_IMAPI_BURN_VERIFICATION_FAILED);
    let CheckError::Bad { bad } = error else { panic!("{error:?}") };
    bad
}

#[test]
fn one_wrong_bit_is_found_and_named() {
    let image = image(FileSystems::ALL, UdfRevision::R102);
    let bytes = bytes_of(&*image);
    let file = |path: &str| vec![Bad::File { path: path.to_string(), unreadable: None }];
    assert_eq!(bad(flipped(&bytes, place_of(&image, "/zz/second") + 1_299_999)), file("/zz/second"));
    assert_eq!(bad(flipped(&bytes, place_of(&image, "/zz/last"))), file("/zz/last"));
    // In what file systems have for themselves, before the files and behind them.
    let table = table_of(&image, &bytes);
    let at = |block: u64| i64::try_from(block).expect("small");
    let before = vec![Bad::Differs { blocks: 0..at(table.at) }];
    assert_eq!(bad(flipped(&bytes, 16 * 2048 + 50)), before);
    let behind = vec![Bad::Differs { blocks: at(table.blocks().end)..at(table.of) }];
    assert_eq!(bad(flipped(&bytes, bytes.len() - 2048)), behind);
    // In the table.
    let damaged = flipped(&bytes, place_of(&image, &format!("/{NAME}")) + 3000);
    let error = checked(damaged).expect_err("it is damaged");
    assert!(
        matches!(error, CheckError::Table { at, .. } if at == Lba(i32::try_from(table.at).expect("small"))),
        "{error:?}"
    );
}

#[test]
fn files_are_found_without_any_directory() {
    let image = image(FileSystems::ALL, UdfRevision::R102);
    let mut bytes = bytes_of(&*image);
    let first = image.files().next().expect("a file").blocks.start;
    bytes[..usize::try_from(first).expect("small") * 2048].fill(0);
    assert_eq!(bad(bytes.clone()).len(), 1, "no file is bad");
    let at = place_of(&image, "/first");
    let bad = bad(flipped(&bytes, at));
    assert!(bad.contains(&Bad::File { path: "/first".to_string(), unreadable: None }), "{bad:?}");
}

#[test]
fn the_table_of_an_image_that_is_a_file_is_another_image_s() {
    let inner = bytes_of(&*image(ISO, UdfRevision::R102));
    let (tree, contents) = tree(&[("inner.iso", inner), ("other", vec![1; 10_000])]);
    let outer = embed(tree, contents, &options(ISO, UdfRevision::R102)).expect("an image");
    assert_eq!(checked(bytes_of(&*outer)).expect("good"), Some(2));
    // And an image that has none is not taken for one that has.
    let (tree, contents) = self::tree(&[("inner.iso", bytes_of(&*image(ISO, UdfRevision::R102)))]);
    let plain = ResultImage::new(Arc::new(tree), Arc::new(contents), &options(ISO, UdfRevision::R102));
    assert_eq!(checked(bytes_of(&plain.expect("an image"))).expect("readable"), None);
}

/// Several areas, and files that share their bytes.
#[test]
fn areas_are_of_64_mebibytes() {
    let (mut tree, mut contents) = tree(&some_files());
    let size = AREA * 2048 * 2 + 77_777;
    let zeros = Arc::new(Zero::new(SECTOR_SIZE, size.div_ceil(2048)));
    let content = contents.add_source(zeros, size, "zeros").expect("so many");
    for name in ["one", "two"] {
        tree.add(NodeId::ROOT, name.as_bytes(), Kind::File { size, content }, Attributes::default()).expect("new");
    }
    let image = embed(tree, contents, &options(FileSystems::ALL, UdfRevision::R102)).expect("an image");
    let place = place_of(&image, "/two") as u64 / 2048;
    let checked = check_image(&*image, &mut Control::silent()).expect("good");
    assert_eq!(checked.files, Some(8));
    let spoilt = Spoilt { source: Arc::clone(&image), at: place + AREA + 5, wrong: true };
    let error = check_image(&spoilt, &mut Control::silent()).expect_err("one block is another");
    let CheckError::Bad { bad } = error else { panic!("{error:?}") };
    let file = |path: &str, unreadable| Bad::File { path: path.to_string(), unreadable };
    assert_eq!(bad, [file("/one", None), file("/two", None)]);
    let spoilt = Spoilt { wrong: false, ..spoilt };
    let error = check_image(&spoilt, &mut Control::silent()).expect_err("one block cannot be read");
    let CheckError::Bad { bad } = error else { panic!("{error:?}") };
    let lba = Some(Lba(i32::try_from(spoilt.at).expect("small")));
    assert_eq!(bad, [file("/one", lba), file("/two", lba)]);
    // Without its table no file is known, but what cannot be read is told.
    let table = place_of(&image, &format!("/{NAME}")) as u64 / 2048;
    for at in [table, table + 1] {
        let error = check_image(&Spoilt { at, ..spoilt.clone() }, &mut Control::silent()).expect_err("no table");
        let CheckError::Bad { bad } = error else { panic!("{error:?}") };
        let at = i64::try_from(at).expect("small");
        assert_eq!(bad, [Bad::Unreadable { blocks: at..at + 1 }]);
    }
}

/// One block of it is another, or cannot be read.
#[derive(Clone)]
struct Spoilt {
    source: Arc<ResultImage>,
    at: u64,
    wrong: bool,
}

impl BlockSource for Spoilt {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.source.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let end = first.0 + (out.len() / 2048) as u64;
        if !(first.0..end).contains(&self.at) {
            return self.source.read(first, out);
        }
        let before = usize::try_from(self.at - first.0).expect("small") * 2048;
        if before > 0 {
            return self.source.read(first, &mut out[..before]);
        }
        if !self.wrong {
            return Err(SourceError::new(first, std::io::Error::from(std::io::ErrorKind::InvalidData)));
        }
        let read = self.source.read(first, &mut out[..2048])?;
        out[7] ^= 1;
        Ok(read)
    }
}

#[test]
fn a_file_of_that_name_is_not_replaced() {
    let (tree, contents) = tree(&[(NAME, vec![1])]);
    let error = embed(tree, contents, &options(ISO, UdfRevision::R102)).expect_err("it is there");
    assert!(error.to_string().contains(NAME), "{error}");
}

/// Each session has its own table, whose blocks are counted from where the session begins.
#[rstest]
fn every_session_of_a_disc_is_checked_by_itself(#[values("cd-r", "dvd-r", "dvd+r", "bd-r")] medium: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let medium: &'static Medium = medium.parse().expect("a medium");
    let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    let disc = DiscFile::create(&folder.path().join("disc"), medium.geometry(None).expect("its size")).expect("a file");
    drive.insert(disc, medium).expect("an empty drive");
    let drive = Arc::new(drive);
    let ready = |recorder: &Recorder| {
        recorder.ready(Duration::from_secs(3600), &mut |_| ControlFlow::Continue(())).expect("ready");
    };
    let recorder = Recorder::over(Arc::clone(&drive) as _).expect("it says what it is");
    ready(&recorder);
    let client = "tests".parse().expect("a name");
    let options = DataOptions { consumer_compatible: false, ..DataOptions::default() };
    let (first, second) = (image(ISO, UdfRevision::R102), image(UDF, UdfRevision::R150));
    let mut starts = Vec::new();
    for image in [&first, &second] {
        let burned = burn(&recorder, &client, &**image, &options, None, &mut Control::silent()).expect("it burns");
        ready(&recorder);
        starts.push(burned.start);
    }
    let check = |recorder: &Recorder, session| {
        let extent = Extent::of(recorder, Some(session)).expect("it says");
        check_disc(recorder, &extent, extent.blocks, &mut Control::silent())
    };
    for session in [1, 2] {
        assert_eq!(check(&recorder, session).expect("good").files, Some(6), "{medium}, session {session}");
    }
    // A file of the second session cannot be read where it is.
    let place = i64::try_from(place_of(&second, "/zz/second") / 2048).expect("small") + 7;
    let lba = starts[1].checked_add(place).expect("on the disc");
    let script = format!(
        r#"{{"faults": [{{"when": {{"access": "read", "blocks": {{"first": {lba}, "last": {lba}}}}},
            "what": {{"sense": {{"code": "3/11/00"}}}}, "times": "always"}}]}}"#
    );
    let victim = Arc::clone(&drive) as _;
    let script = Script::from_json(&script).expect("a script");
    let failing = FaultInjector::upon(Arc::clone(&drive), victim, script).expect("a drive in software");
    let failing = Recorder::over(Arc::new(failing)).expect("it says what it is");
    ready(&failing);
    check(&failing, 1).expect("good");
    let CheckError::Bad { bad } = check(&failing, 2).expect_err("it cannot be read") else { panic!("another error") };
    assert_eq!(bad, [Bad::File { path: "/zz/second".to_string(), unreadable: Some(lba) }], "{medium}");
}
