//! What our reader tells of an image, as a listing.

use std::{path::Path, sync::Arc};

use imapi_disc_types::{BlockSource, FileSource, SECTOR_SIZE};
use imapi_volumes::{Entry, EntryKind, FileBytes, Findings, Names, OpenOptions, Volume, Walk};

use crate::listing::{Digest, Kind, Listing, Seen};

pub fn source(path: &Path) -> Arc<dyn BlockSource> {
    Arc::new(FileSource::open(path, SECTOR_SIZE).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

pub fn open(source: &Arc<dyn BlockSource>) -> Box<dyn Volume> {
    imapi_volumes::open(source, Some(Names::Udf), &OpenOptions::default()).unwrap_or_else(|e| panic!("{e}"))
}

/// Everything in a volume, with each entry.
pub fn entries(volume: &dyn Volume) -> Vec<(Vec<u8>, Entry)> {
    let options = OpenOptions::default();
    Walk::new(volume, &options)
        .map(|step| step.map_or_else(|e| panic!("{e}"), |step| (step.path, step.entry)))
        .collect()
}

/// The volume of an image, read strictly.
pub fn listing(path: &Path) -> Listing {
    let source = source(path);
    let volume = open(&source);
    entries(&*volume).into_iter().map(|(path, entry)| (path, seen(&source, &entry))).collect()
}

/// What there is to complain of, and it is nothing that readers do not get over.
pub fn complaints(path: &Path) -> Vec<String> {
    let findings = Arc::new(Findings::default());
    let options = OpenOptions::default().lenient(Arc::clone(&findings));
    let volume = imapi_volumes::open(&source(path), Some(Names::Udf), &options).unwrap_or_else(|e| panic!("{e}"));
    for step in Walk::new(&*volume, &options) {
        step.unwrap_or_else(|e| panic!("{e}"));
    }
    findings.take().iter().map(ToString::to_string).collect()
}

pub fn bytes(source: &Arc<dyn BlockSource>, entry: &Entry) -> Vec<u8> {
    let mut out = vec![0; usize::try_from(entry.size).expect("small")];
    let count = FileBytes::new(Arc::clone(source), &entry.runs).read_at(0, &mut out).expect("readable");
    assert_eq!(count, out.len());
    out
}

pub fn seen(source: &Arc<dyn BlockSource>, entry: &Entry) -> Seen {
    let posix = entry.posix.expect("UDF tells");
    let kind = Kind::of_mode(posix.mode).expect("a kind");
    let is_file = kind == Kind::File;
    Seen {
        kind: Some(kind),
        size: is_file.then_some(entry.size),
        digest: is_file.then(|| Digest::of(&bytes(source, entry))),
        target: match &entry.kind {
            EntryKind::Link { target } => Some(target.to_vec()),
            _ => None,
        },
        device: match entry.kind {
            EntryKind::Special { device } if matches!(kind, Kind::Blocks | Kind::Characters) => Some(device),
            _ => None,
        },
        mode: Some(posix.mode & 0o7777),
        // Whom nobody named is nobody, as Linux has it.
        owner: Some([posix.user, posix.group].map(|id| if id == u32::MAX { 65_534 } else { id }).into()),
        links: Some(posix.links),
        modified: entry.times.modified.map(|time| (time.seconds(), time.subsecond())),
        hidden: Some(entry.hidden),
    }
}
