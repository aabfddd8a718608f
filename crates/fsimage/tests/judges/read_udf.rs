//! Our images of UDF as `imapi-volumes` reads them, beside what the strict walker of these tests and the corpus say.

use std::{
    collections::{BTreeMap, HashSet},
    path::Path,
    sync::Arc,
};

use imapi_disc_types::{BlockSource, FileSource, SECTOR_SIZE};
use imapi_volumes::{Entry, EntryKind, FileBytes, Findings, Names, OpenOptions, Volume, Walk};
use rstest::rstest;

use crate::{
    kinds::{self, Image, Kind},
    listing::{Digest, Kind as What, Listing, Moment, Seen},
    udf::{self, Stream, Walked},
};
use imapi_fsimage::UdfRevision as Revision;

fn source(path: &Path) -> Arc<dyn BlockSource> {
    Arc::new(FileSource::open(path, SECTOR_SIZE).expect("whole blocks"))
}

/// Everything that the reader tells.
fn walk(source: &Arc<dyn BlockSource>, options: &OpenOptions) -> Walked {
    let volume = imapi_volumes::open(source, Some(Names::Udf), options).unwrap_or_else(|e| panic!("{e}"));
    let (mut listing, mut streams) = (Listing::new(), BTreeMap::new());
    let (mut created, mut real_time) = (BTreeMap::new(), HashSet::new());
    for step in Walk::new(&*volume, options) {
        let step = step.unwrap_or_else(|e| panic!("{e}"));
        let path = step.path.clone();
        created.extend(step.entry.times.created.map(|time| (path.clone(), moment(time))));
        if step.entry.real_time {
            real_time.insert(path.clone());
        }
        if step.entry.has_streams {
            streams.insert(path.clone(), streams_of(source, &*volume, &step.entry));
        }
        assert!(listing.insert(path, seen(source, &step.entry)).is_none(), "a path is there twice");
    }
    Walked { listing, streams, created, real_time }
}

fn streams_of(source: &Arc<dyn BlockSource>, volume: &dyn Volume, file: &Entry) -> Vec<Stream> {
    let all = volume.streams(file).unwrap_or_else(|e| panic!("{e}"));
    let bytes = |entry: &Entry| {
        let mut bytes = vec![0; usize::try_from(entry.size).expect("small")];
        let count = FileBytes::new(Arc::clone(source), &entry.runs).read_at(0, &mut bytes).expect("readable");
        assert_eq!(count, bytes.len());
        bytes
    };
    all.iter().map(|entry| (String::from_utf8(entry.name.to_vec()).expect("text"), bytes(entry))).collect()
}

fn seen(source: &Arc<dyn BlockSource>, entry: &Entry) -> Seen {
    let posix = entry.posix.expect("UDF tells");
    let kind = What::of_mode(posix.mode).expect("a kind");
    let is_file = kind == What::File;
    assert_eq!((kind == What::Folder, is_file), (entry.is_directory(), entry.kind == EntryKind::File));
    let digest = || {
        let bytes = FileBytes::new(Arc::clone(source), &entry.runs);
        assert_eq!(bytes.len(), entry.size);
        Digest::read(entry.size, |offset, out| {
            assert_eq!(bytes.read_at(offset, out).expect("readable"), out.len());
            Ok(())
        })
        .expect("nothing can fail")
    };
    Seen {
        kind: Some(kind),
        size: is_file.then_some(entry.size),
        digest: is_file.then(digest),
        target: match &entry.kind {
            EntryKind::Link { target } => Some(target.to_vec()),
            _ => None,
        },
        device: match entry.kind {
            EntryKind::Special { device } if matches!(kind, What::Blocks | What::Characters) => Some(device),
            _ => None,
        },
        // Linux lets everyone do everything with a link, which the image need not say.
        mode: (kind != What::Link).then_some(posix.mode & 0o7777),
        owner: Some((posix.user, posix.group)),
        links: Some(posix.links),
        modified: entry.times.modified.map(moment),
        hidden: Some(entry.hidden),
    }
}

fn moment(time: imapi_disc_types::Timestamp) -> Moment {
    (time.seconds(), time.subsecond())
}

/// The strict walker says it in the same words, but for what Linux does with links.
fn expected(image: &Image) -> Walked {
    let mut walked = udf::Volume::open(&image.planned).walk();
    for seen in walked.listing.values_mut() {
        if seen.kind == Some(What::Link) {
            seen.mode = None;
        }
    }
    walked
}

fn assert_same(found: &Walked, expected: &Walked, about: Kind) {
    let paths = |walked: &Walked| walked.listing.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(found), paths(expected), "{about:?}");
    for (path, seen) in &expected.listing {
        assert_eq!(found.listing.get(path), Some(seen), "{about:?}: {}", path.escape_ascii());
    }
    // The walker tells these of the first name of a file alone.
    for (path, streams) in &expected.streams {
        assert_eq!(found.streams.get(path), Some(streams), "{about:?}: {}", path.escape_ascii());
    }
    for (path, created) in &expected.created {
        assert_eq!(found.created.get(path), Some(created), "{about:?}: {}", path.escape_ascii());
    }
    for path in &expected.real_time {
        assert!(found.real_time.contains(path), "{about:?}: {}", path.escape_ascii());
    }
    let several = |path: &Vec<u8>| expected.listing[path].links.is_some_and(|links| links > 1);
    let more = found.streams.keys().chain(found.created.keys()).chain(&found.real_time).filter(|path| {
        let is_told = expected.streams.contains_key(*path)
            || expected.created.contains_key(*path)
            || expected.real_time.contains(*path);
        !is_told && !several(path)
    });
    assert_eq!(more.count(), 0, "{about:?}");
}

#[rstest]
#[case(Kind::Udf)]
#[case(Kind::Bridge)]
#[case(Kind::Owned)]
fn every_revision_is_read_as_it_was_written(#[case] kind: fn(Revision) -> Kind) {
    for revision in Revision::ALL {
        let kind = kind(revision);
        if !Kind::ALL.contains(&kind) {
            continue;
        }
        let image = Image::of(kind);
        let findings = Arc::new(Findings::default());
        let expected = expected(image);
        assert!(expected.listing.len() > 100, "the corpus has more");
        assert_same(&walk(&source(&image.path), &OpenOptions::default()), &expected, kind);
        let lenient = OpenOptions::default().lenient(Arc::clone(&findings));
        assert_same(&walk(&source(&image.path), &lenient), &expected, kind);
        assert_eq!(findings.take(), [], "{kind:?}");
        let volume = imapi_volumes::open(&source(&image.path), Some(Names::Udf), &lenient).expect("it was read");
        let facts = volume.facts();
        let told = udf::Volume::open(&image.planned).facts;
        assert_eq!(facts.label, told.name);
        assert_eq!(facts.counts, Some((told.files.into(), told.folders.into())));
        assert_eq!(facts.udf_revision, Some(told.min_read.0));
    }
}

/// The first anchor, the first sequence of descriptors and the metadata are gone where there is another copy.
#[rstest]
#[case(Kind::Udf(Revision::R102), &["udf.anchor.first", "udf.sequence.damaged"])]
#[case(Kind::Owned(Revision::R201), &["udf.anchor.first", "udf.sequence.damaged"])]
#[case(Kind::Udf(Revision::R260), &["udf.anchor.first", "udf.metadata.file", "udf.sequence.damaged"])]
fn what_is_there_twice_is_read_from_its_second_place(#[case] kind: Kind, #[case] rules: &[&str]) {
    let image = Image::of(kind);
    let path = kinds::damaged(image);
    let expected = expected(image);
    assert_same(&walk(&source(&path), &OpenOptions::default()), &expected, kind);
    let findings = Arc::new(Findings::default());
    assert_same(&walk(&source(&path), &OpenOptions::default().lenient(Arc::clone(&findings))), &expected, kind);
    let mut told: Vec<&str> = findings.take().iter().map(|finding| finding.rule.id).collect();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, rules, "{kind:?}");
}
