//! An image in a file is the image that is read by blocks, whatever happens to its files meanwhile.

use std::{
    fs::{self, File},
    num::NonZeroU32,
    ops::ControlFlow,
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::Path,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use imapi_disc_types::{Block, BlockSource, CancelToken, Control, Request, SECTOR_SIZE, SourceError};
use imapi_errors::{Coded, HResult, Lang, Report, fs as codes};
use imapi_fsimage::{
    Attributes, Contents, FileSystems, ImageOptions, ImageWritten, Kind, NodeId, ResultImage, ScanOptions, Tree,
    UdfRevision, WriteError, WriteOptions, add_tree, write_image,
};
use proptest::prelude::*;

use crate::folder::{Bench, image_of, options};

const MEBIBYTE: usize = 1 << 20;
const NO_SYNC: WriteOptions = WriteOptions { sync: false, replace: true };

/// What is done to a file.
type Harm<What> = fn(&What) -> std::io::Result<()>;

fn everything() -> ImageOptions {
    let file_systems = FileSystems { iso9660: true, joliet: true, udf: true };
    ImageOptions { file_systems, rock_ridge: true, ..options() }
}

/// Bytes that are different everywhere.
fn pattern(len: usize, seed: usize) -> Vec<u8> {
    (0..len).map(|at| ((at * 7 + at / 251 + seed * 13) % 256).to_le_bytes()[0]).collect()
}

/// What a folder has but the image and what it is made of.
fn left_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("readable");
    let names = entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned());
    names.filter(|name| !matches!(name.as_str(), "source" | "out" | "image.iso")).collect()
}

fn assert_same(image: &ResultImage, path: &Path) {
    let found = fs::read(path).expect("written");
    assert_eq!(found.len() as u64, image.bytes());
    let mut expected = vec![0; found.len()];
    image.read_all(Block(0), &mut expected).expect("readable");
    let first = found.chunks(2048).zip(expected.chunks(2048)).position(|(found, expected)| found != expected);
    assert_eq!(first, None, "the first block that is another");
}

#[derive(Debug, Clone)]
struct OnDisk {
    folder: u8,
    len: usize,
}

fn any_files() -> impl Strategy<Value = Vec<OnDisk>> {
    let around = |len: usize| len - 3..len + 3;
    let len = prop_oneof![
        3 => 0..100_usize,
        3 => around(2048),
        3 => 0..30_000_usize,
        1 => around(MEBIBYTE),
        1 => 0..3 * MEBIBYTE,
    ];
    proptest::collection::vec((0..5_u8, len).prop_map(|(folder, len)| OnDisk { folder, len }), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn a_file_has_the_bytes_of_the_blocks(files in any_files(), revision in 0..6_usize, alone: bool) {
        let bench = Bench::new();
        for (file, number) in files.iter().zip(0..) {
            bench.put(&format!("{}/file {number}", file.folder), pattern(file.len, number));
        }
        let mut options = ImageOptions { udf_revision: UdfRevision::ALL[revision], ..everything() };
        if alone {
            (options.file_systems.iso9660, options.file_systems.joliet) = (false, false);
        }
        let image = image_of(&bench.source, &options);
        write_image(&image, &bench.iso, NO_SYNC, &mut Control::silent()).expect("written");
        assert_same(&image, &bench.iso);
    }
}

/// What is in memory, in a stash or in a source comes into the file by the same way as what is on disk.
#[test]
fn contents_of_every_kind_are_written() {
    let bench = Bench::new();
    bench.put("on disk", pattern(3 * MEBIBYTE + 5, 1));
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    let (silent, scan) = (&mut Control::silent(), ScanOptions::default());
    add_tree(&mut tree, &mut contents, NodeId::ROOT, &bench.source, &scan, silent).expect("readable");
    let source = Arc::new(Counted::new(2 * MEBIBYTE as u64));
    let all = [
        (contents.add_bytes(pattern(MEBIBYTE + 1, 2)), MEBIBYTE + 1, "in memory"),
        (contents.add_source(source, 2 * MEBIBYTE as u64 - 7, "source").expect("as long"), 2 * MEBIBYTE - 7, "source"),
        (
            contents.add_stream(&mut &*pattern(2 * MEBIBYTE, 3), "pipe", &mut Control::silent()).expect("room"),
            2 * MEBIBYTE,
            "pipe",
        ),
    ];
    for (content, size, name) in all {
        let kind = Kind::File { size: size as u64, content };
        tree.add(NodeId::ROOT, name.as_bytes(), kind, Attributes::default()).expect("new");
    }
    let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &everything()).expect("it can be planned");
    write_image(&image, &bench.iso, NO_SYNC, &mut Control::silent()).expect("written");
    assert_same(&image, &bench.iso);
}

/// Holes cost neither time nor room, in the files and in the image.
#[test]
fn holes_stay_holes() {
    let bench = Bench::new();
    bench.put("first", pattern(3000, 1));
    let sparse = File::create(bench.source.join("sparse")).expect("room");
    for at in [0, 20 * MEBIBYTE + 12_345, 47 * MEBIBYTE + 2047] {
        sparse.write_all_at(&pattern(5000, 2), at as u64).expect("room");
    }
    sparse.set_len(64 * MEBIBYTE as u64 + 1).expect("sparse");
    bench.put("tail", pattern(3000, 3));
    bench.put("zeros", vec![0; 2 * MEBIBYTE]);
    // Without UDF the last blocks are zeros.
    let images = [everything(), options()].map(|options| image_of(&bench.source, &options));
    for image in &images {
        write_image(image, &bench.iso, NO_SYNC, &mut Control::silent()).expect("written");
        assert_same(image, &bench.iso);
        let room = fs::metadata(&bench.iso).expect("written").blocks() * 512;
        assert!(room < 4 * MEBIBYTE as u64, "{room} bytes");
    }
    // What is no longer there is no hole.
    for left in [64, 30, 0] {
        sparse.set_len(left * MEBIBYTE as u64).expect("possible");
        let error = write_image(&images[0], &bench.iso, NO_SYNC, &mut Control::silent()).expect_err("shorter");
        assert_eq!(error.code(), codes::IMAPI_E_DATA_STREAM_INCONSISTENCY, "{}", Report::new(&error, Lang::EN));
    }
}

/// Files in the order of the image, of which some are harmed: always the first of them is named, and nothing is left.
#[test]
fn the_first_file_that_fails_is_named_whoever_finds_it() {
    let bench = Bench::new();
    for number in 0..200 {
        bench.put(&format!("{number:03}"), pattern(if number % 50 == 7 { 3 * MEBIBYTE } else { 100_000 }, number));
    }
    let path = |name: &str| bench.source.join(name);
    let image = image_of(&bench.source, &everything());
    fs::write(&bench.iso, "what was there").expect("writable");
    // From the last to the first, so that in each round another is the first.
    let harms: [(&str, Harm<Path>, HResult); 5] = [
        ("190", |path| fs::remove_file(path), codes::IMAPI_E_DATA_STREAM_CREATE_FAILURE),
        (
            "157",
            |path| File::options().write(true).open(path)?.set_len(3 * MEBIBYTE as u64 + 1),
            codes::IMAPI_E_DATA_STREAM_INCONSISTENCY,
        ),
        (
            "107",
            |path| File::options().write(true).open(path)?.set_len(2 * MEBIBYTE as u64),
            codes::IMAPI_E_DATA_STREAM_INCONSISTENCY,
        ),
        (
            "060",
            |path| File::open(path)?.set_modified(std::time::SystemTime::UNIX_EPOCH),
            codes::IMAPI_E_DATA_STREAM_READ_FAILURE,
        ),
        (
            "001",
            |path| fs::remove_file(path).and_then(|()| fs::create_dir(path)),
            codes::IMAPI_E_DATA_STREAM_CREATE_FAILURE,
        ),
    ];
    for (name, harm, code) in harms {
        harm(&path(name)).expect("possible");
        for _ in 0..5 {
            let error = write_image(&image, &bench.iso, NO_SYNC, &mut Control::silent()).expect_err("harmed");
            let report = Report::new(&error, Lang::EN).to_string();
            assert!(report.contains(&path(name).display().to_string()), "{name}: {report}");
            assert_eq!(error.code(), code, "{report}");
            let WriteError::Source(SourceError { at, .. }) = error else { panic!("{report}") };
            assert_eq!(image.name_of(at).as_deref(), Some(&*format!("/{name}")));
        }
        assert_eq!(left_in(bench.iso.parent().expect("in a folder")), [""; 0]);
        assert_eq!(fs::read(&bench.iso).expect("still there"), b"what was there");
    }
}

/// Zeros that somebody counts, and who may do something with the first of them.
struct Counted {
    size: u64,
    read: AtomicU64,
    changed: Condvar,
    lock: Mutex<()>,
    /// What is done with the first block, and how much was read then.
    first: Option<Box<dyn Fn() + Send + Sync>>,
    read_at_first: AtomicU64,
}

impl Counted {
    fn new(size: u64) -> Self {
        let [read, read_at_first] = [0; 2].map(AtomicU64::new);
        Self { size, read, changed: Condvar::new(), lock: Mutex::new(()), first: None, read_at_first }
    }

    fn first(self, first: impl Fn() + Send + Sync + 'static) -> Self {
        Self { first: Some(Box::new(first)), ..self }
    }

    fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::SeqCst)
    }

    /// Waits until so many bytes were read; false when they were not for long.
    fn wait_for(&self, bytes: u64) -> bool {
        let lock = self.lock.lock().expect("nobody panics");
        let done = |(): &mut ()| self.bytes_read() < bytes;
        let (_lock, timeout) =
            self.changed.wait_timeout_while(lock, Duration::from_secs(60), done).expect("nobody panics");
        !timeout.timed_out()
    }
}

impl BlockSource for Counted {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.size.div_ceil(2048)
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        if let (0, Some(act)) = (first.0, &self.first) {
            self.read_at_first.store(self.bytes_read(), Ordering::SeqCst);
            act();
            self.read_at_first.store(self.bytes_read(), Ordering::SeqCst);
        }
        request.out.fill(0);
        let _lock = self.lock.lock().expect("nobody panics");
        self.read.fetch_add(request.out.len() as u64, Ordering::SeqCst);
        self.changed.notify_all();
        Ok(request.count)
    }
}

/// An image of what a folder has and of a source, which comes first.
fn with_source(folder: &Path, source: &Arc<Counted>) -> ResultImage {
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    let content =
        contents.add_source(Arc::clone(source) as Arc<dyn BlockSource>, source.size, "counted").expect("as long");
    let kind = Kind::File { size: source.size, content };
    tree.add(NodeId::ROOT, b"counted", kind, Attributes::default()).expect("new");
    let (silent, scan) = (&mut Control::silent(), ScanOptions::default());
    add_tree(&mut tree, &mut contents, NodeId::ROOT, folder, &scan, silent).expect("readable");
    ResultImage::new(Arc::new(tree), Arc::new(contents), &everything()).expect("it can be planned")
}

/// The harm is done when the image is half made: others may have read some of the file by then, but none all of it.
#[test]
fn a_file_that_changes_while_others_read_it_is_found_out() {
    let harms: [(Harm<File>, HResult); 3] = [
        (|file| file.set_len(5 * MEBIBYTE as u64), codes::IMAPI_E_DATA_STREAM_INCONSISTENCY),
        (|file| file.set_len(7 * MEBIBYTE as u64), codes::IMAPI_E_DATA_STREAM_INCONSISTENCY),
        (|file| file.write_all_at(b"other", 3 * MEBIBYTE as u64), codes::IMAPI_E_DATA_STREAM_READ_FAILURE),
    ];
    for (harm, code) in harms {
        let bench = Bench::new();
        bench.put("large", pattern(6 * MEBIBYTE, 1));
        let large = bench.source.join("large");
        let before = std::time::SystemTime::now() - Duration::from_secs(10);
        File::open(&large).and_then(|file| file.set_modified(before)).expect("possible");
        // The source's blocks are in one piece with the file's first; others have opened the file by then.
        let act = move || {
            std::thread::sleep(Duration::from_millis(200));
            harm(&File::options().write(true).open(&large).expect("writable")).expect("possible");
        };
        let source = Arc::new(Counted::new(2048).first(act));
        let image = with_source(&bench.source, &source);
        let error = write_image(&image, &bench.iso, NO_SYNC, &mut Control::silent()).expect_err("changed");
        let report = Report::new(&error, Lang::EN).to_string();
        assert!(error.code() == code && report.contains("large"), "{report}");
        assert!(!bench.iso.exists() && left_in(bench.iso.parent().expect("in a folder")).is_empty());
    }
}

/// Whoever has the first piece finds it last that a file in it is gone.
#[test]
fn a_failure_that_is_found_later_may_be_the_first() {
    let bench = Bench::new();
    for (name, size) in [("1 gone", 100), ("2 is there", 4 * MEBIBYTE), ("3 gone", 100)] {
        bench.put(name, pattern(size, 1));
    }
    let source = Arc::new(Counted::new(2048).first(|| std::thread::sleep(Duration::from_millis(500))));
    let image = with_source(&bench.source, &source);
    for name in ["1 gone", "3 gone"] {
        fs::remove_file(bench.source.join(name)).expect("it is there");
    }
    let error = write_image(&image, &bench.iso, NO_SYNC, &mut Control::silent()).expect_err("gone");
    let report = Report::new(&error, Lang::EN).to_string();
    assert!(report.contains("1 gone"), "{report}");
}

#[test]
fn a_listener_that_stops_is_obeyed_at_once_and_leaves_nothing() {
    let bench = Bench::new();
    let source = Arc::new(Counted::new(1 << 30));
    let image = with_source(&bench.source, &source);
    let mut read = 0;
    let mut listener = |_: &ImageWritten| {
        read = source.bytes_read();
        ControlFlow::Break(())
    };
    let control = &mut Control::new(CancelToken::new(), &mut listener);
    let error = write_image(&image, &bench.iso, NO_SYNC, control).expect_err("stopped");
    assert!(matches!(error, WriteError::Cancelled(_)), "{error:?}");
    // Nobody begins another piece; there are at most four who had begun one.
    assert!(source.bytes_read() <= read + 4 * MEBIBYTE as u64, "{} and {read}", source.bytes_read());
    assert!(!bench.iso.exists() && left_in(bench.iso.parent().expect("in a folder")).is_empty());
}

#[test]
fn anybody_may_stop_it_from_anywhere() {
    let bench = Bench::new();
    let token = CancelToken::new();
    let cancel = token.clone();
    let source = Arc::new(Counted::new(1 << 30).first(move || cancel.cancel()));
    let image = with_source(&bench.source, &source);
    let error = write_image(&image, &bench.iso, NO_SYNC, &mut Control::cancelled_by(token)).expect_err("stopped");
    assert!(matches!(error, WriteError::Cancelled(_)), "{error:?}");
    let read = source.read_at_first.load(Ordering::SeqCst);
    assert!(source.bytes_read() <= read + 4 * MEBIBYTE as u64, "{} and {read}", source.bytes_read());
    assert!(!bench.iso.exists());
}

/// A window that is slow to draw does not hold the disk.
#[test]
fn a_slow_listener_does_not_keep_others_from_their_work() {
    let bench = Bench::new();
    let source = Arc::new(Counted::new(64 * MEBIBYTE as u64));
    let image = with_source(&bench.source, &source);
    let (mut heard, mut waited) = (Vec::new(), false);
    let mut listener = |event: &ImageWritten| {
        heard.push(event.blocks);
        if !waited {
            waited = true;
            assert!(source.wait_for(source.size), "nobody else works");
        }
        ControlFlow::Continue(())
    };
    let control = &mut Control::new(CancelToken::new(), &mut listener);
    write_image(&image, &bench.iso, NO_SYNC, control).expect("written");
    assert!(heard.windows(2).all(|pair| pair[0] < pair[1]), "{heard:?}");
    assert_eq!(heard.last(), Some(&image.blocks()));
    assert_same(&image, &bench.iso);
}

/// A panic of somebody's source comes to the caller, and nobody waits for ever.
#[test]
fn a_panic_ends_it_for_all() {
    let bench = Bench::new();
    let source = Arc::new(Counted::new(1 << 30).first(|| std::panic::resume_unwind(Box::new("a fault"))));
    let image = with_source(&bench.source, &source);
    let write = || write_image(&image, &bench.iso, NO_SYNC, &mut Control::silent());
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(write));
    assert!(outcome.is_err());
    // It takes its time on its way up, and all the rest would take longer by far.
    assert!(
        source.bytes_read() <= source.read_at_first.load(Ordering::SeqCst) + 256 * MEBIBYTE as u64,
        "{}",
        source.bytes_read()
    );
    assert!(!bench.iso.exists());
}

#[test]
fn a_file_that_was_empty_is_looked_at_in_the_end() {
    for harm in [|path: &Path| fs::write(path, "late"), |path: &Path| fs::remove_file(path)] {
        let bench = Bench::new();
        bench.put("empty", "");
        bench.put("other", "something");
        let image = image_of(&bench.source, &everything());
        harm(&bench.source.join("empty")).expect("it is ours");
        let error = write_image(&image, &bench.iso, NO_SYNC, &mut Control::silent()).expect_err("it is another file");
        let mut told = Vec::new();
        error.facts(&mut |_, value| told.push(value.to_string()));
        assert!(told.iter().any(|fact| fact.ends_with("/empty")), "{told:?}");
        assert!(!bench.iso.exists());
    }
}
