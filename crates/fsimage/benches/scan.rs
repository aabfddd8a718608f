//! How long it takes to add folders on disk, beside `find`, which looks at the same files and keeps nothing; and how much
//! memory a file needs in a tree with its contents.
//!
//! `cargo bench -p imapi-fsimage --bench scan`. The files are made in the system's folder for temporary files, which takes
//! longer than all the rest.

use std::{
    collections::HashMap,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, OnceLock},
};

use divan::{AllocProfiler, Bencher, counter::ItemsCount};
use imapi_disc_types::Control;
use imapi_fsimage::{Attributes, ContentReader, Contents, Kind, NodeId, ScanOptions, Tree, add_tree};
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

fn main() {
    divan::main();
    // Statics are not dropped.
    folders().lock().expect("no panic").clear();
}

fn folders() -> &'static Mutex<HashMap<usize, TempDir>> {
    static FOLDERS: OnceLock<Mutex<HashMap<usize, TempDir>>> = OnceLock::new();
    FOLDERS.get_or_init(Mutex::default)
}

/// A folder with so many files of no bytes, 250 to a folder, made once.
fn folder(files: usize) -> PathBuf {
    let mut folders = folders().lock().expect("no panic");
    let folder = folders.entry(files).or_insert_with(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for number in 0..files {
            let inner = folder.path().join(format!("folder-{}", number / 250));
            if number % 250 == 0 {
                fs::create_dir(&inner).expect("room");
            }
            File::create(inner.join(format!("file-{number:07}.dat"))).expect("room");
        }
        folder
    });
    folder.path().to_path_buf()
}

fn scan(path: &Path) -> (Tree, Contents) {
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    let options = ScanOptions::default();
    add_tree(&mut tree, &mut contents, NodeId::ROOT, path, &options, &mut Control::silent()).expect("readable");
    (tree, contents)
}

#[divan::bench(args = SIZES, sample_count = 7, sample_size = 1)]
fn added(bencher: Bencher<'_, '_>, files: usize) {
    let path = folder(files);
    scan(&path); // whatever the system has to read from its disk, it has read now
    bencher.counter(ItemsCount::new(files)).bench(|| scan(&path));
}

#[divan::bench(args = SIZES, sample_count = 7, sample_size = 1)]
fn listed_by_find(bencher: Bencher<'_, '_>, files: usize) {
    let path = folder(files);
    let find = || {
        let mut find = Command::new("find");
        find.arg(&path).args(["-printf", "%s %T@\n"]).stdout(Stdio::null()).status().expect("findutils")
    };
    find();
    bencher.counter(ItemsCount::new(files)).bench(find);
}

/// 40,000 files of 8 KiB, each read at once, as an image of small files is made.
#[divan::bench(sample_count = 7, sample_size = 1)]
fn forty_thousand_small_files_read(bencher: Bencher<'_, '_>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for number in 0..40_000 {
        let inner = folder.path().join(format!("folder-{}", number / 100));
        if number % 100 == 0 {
            fs::create_dir(&inner).expect("room");
        }
        fs::write(inner.join(format!("file-{number}")), [0xA5; 8192]).expect("room");
    }
    let (tree, contents) = scan(folder.path());
    let reader = ContentReader::new(Arc::new(contents));
    bencher.counter(ItemsCount::new(40_000_u32)).bench_local(|| {
        let mut out = [0; 8192];
        for id in tree.walk(NodeId::ROOT) {
            if let Kind::File { content, .. } = tree.kind(id) {
                reader.read_at(content, 0, &mut out).expect("readable");
            }
        }
        out
    });
}
