//! What there is: in an image, as we see it, and in a folder, as the system does.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{
        ffi::OsStrExt,
        fs::{FileTypeExt, MetadataExt},
    },
    path::Path,
    sync::Arc,
};

use imapi_disc_types::{BlockSource, FileSource, SECTOR_SIZE};
use imapi_volumes::{EntryKind, FileBytes, Names, OpenOptions, Runs, Severity, Volume, Walk, open};

/// What is seen of a file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub kind: char,
    /// The bytes of a file, or the path of a link.
    pub bytes: Vec<u8>,
    pub mode: Option<u32>,
    /// Seconds since 1970.
    pub modified: Option<i64>,
    pub hidden: bool,
    /// The first block of a file that is not empty, or of a folder.
    pub block: Option<u64>,
}

pub type Listing = BTreeMap<String, Seen>;

pub fn source(image: &Path) -> Arc<dyn BlockSource> {
    Arc::new(FileSource::open_padded(image, SECTOR_SIZE).expect("the image is there"))
}

/// Everything in an image. Nothing may be wrong with it.
pub fn ours(image: &Path, names: Names) -> Listing {
    let findings = Arc::default();
    let options = OpenOptions::default().lenient(Arc::clone(&findings));
    let listing = ours_with(image, names, &options);
    let wrong: Vec<_> =
        findings.take().into_iter().filter(|finding| finding.rule.severity > Severity::Remark).collect();
    assert_eq!(wrong, [], "{}", image.display());
    // What is right is the same when damage is an error.
    assert_eq!(ours_with(image, names, &OpenOptions::default()), listing);
    listing
}

pub fn ours_with(image: &Path, names: Names, options: &OpenOptions) -> Listing {
    let source = source(image);
    let volume = open(&source, Some(names), options).unwrap_or_else(|error| panic!("{}: {error}", image.display()));
    listing(&source, &*volume, options)
}

pub fn listing(source: &Arc<dyn BlockSource>, volume: &dyn Volume, options: &OpenOptions) -> Listing {
    let mut listing = Listing::new();
    for step in Walk::new(volume, options) {
        let step = step.unwrap_or_else(|error| panic!("{error}"));
        let entry = step.entry;
        assert_eq!(entry.runs.bytes(), entry.size, "{}", step.path.escape_ascii());
        let block = match &entry.runs {
            Runs::One(run) => run.start.map(|start| start / 2048),
            Runs::Many(runs) => runs[0].start.map(|start| start / 2048),
            Runs::None => None,
        };
        let (kind, bytes) = match entry.kind {
            EntryKind::Directory => ('d', Vec::new()),
            EntryKind::File => ('-', bytes(source, &entry.runs)),
            EntryKind::Link { target } => ('l', target.into_vec()),
            EntryKind::Special { .. } => (special(entry.posix.map_or(0, |posix| posix.mode)), Vec::new()),
        };
        let seen = Seen {
            kind,
            bytes,
            mode: entry.posix.map(|posix| posix.mode & 0o7777),
            modified: entry.times.modified.map(imapi_disc_types::Timestamp::seconds),
            hidden: entry.hidden,
            block,
        };
        let path = String::from_utf8(step.path).expect("the names of the tests are UTF-8");
        assert!(listing.insert(path.clone(), seen).is_none(), "{path} is there twice");
    }
    listing
}

fn bytes(source: &Arc<dyn BlockSource>, runs: &Runs) -> Vec<u8> {
    let file = FileBytes::new(Arc::clone(source), runs);
    let mut bytes = vec![0xA5; usize::try_from(file.len()).expect("the files of the tests are small")];
    assert_eq!(file.read_at(0, &mut bytes).expect("it can be read"), bytes.len());
    bytes
}

fn special(mode: u32) -> char {
    match mode & 0o170_000 {
        0o010_000 => 'p',
        0o020_000 => 'c',
        0o060_000 => 'b',
        0o140_000 => 's',
        _ => '?',
    }
}

/// Everything in a folder.
pub fn on_disk(folder: &Path) -> Listing {
    let mut listing = Listing::new();
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        for item in fs::read_dir(&path).expect("a folder") {
            let path = item.expect("a file").path();
            let metadata = fs::symlink_metadata(&path).expect("it is there");
            let kind = metadata.file_type();
            let (letter, bytes) = if kind.is_dir() {
                left.push(path.clone());
                ('d', Vec::new())
            } else if kind.is_symlink() {
                ('l', fs::read_link(&path).expect("a link").as_os_str().as_bytes().to_vec())
            } else if kind.is_fifo() {
                ('p', Vec::new())
            } else {
                ('-', fs::read(&path).expect("a file that can be read"))
            };
            let name = path.strip_prefix(folder).expect("it is in it").to_str().expect("UTF-8").to_owned();
            let seen = Seen {
                kind: letter,
                bytes,
                mode: Some(metadata.mode() & 0o7777),
                modified: Some(metadata.mtime()),
                hidden: false,
                block: None,
            };
            listing.insert(name, seen);
        }
    }
    listing
}

/// What differs between two listings, a line for each; `same` says whether two of one name are the same.
pub fn differences(
    ours: &Listing,
    theirs: &Listing,
    same: impl Fn(&str, &Seen, &Seen) -> Result<(), String>,
) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, seen) in ours {
        match theirs.get(path) {
            Some(other) => {
                lines.extend(same(path, seen, other).err().map(|difference| format!("{path}: {difference}")));
            }
            None => lines.push(format!("{path}: only we see it")),
        }
    }
    lines
        .extend(theirs.keys().filter(|path| !ours.contains_key(*path)).map(|path| format!("{path}: we do not see it")));
    lines
}

/// The kind and the bytes are the same.
pub fn same_bytes(ours: &Seen, theirs: &Seen) -> Result<(), String> {
    if ours.kind != theirs.kind {
        return Err(format!("{} instead of {}", ours.kind, theirs.kind));
    }
    if ours.bytes != theirs.bytes {
        return Err(format!("{} other bytes instead of {}", ours.bytes.len(), theirs.bytes.len()));
    }
    Ok(())
}
