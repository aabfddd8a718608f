//! Files with holes, from a source that is a file and from one that is not: what is a hole stays one.

use std::{fs, io::Write as _, os::unix::fs::MetadataExt as _, sync::Arc};

use imapi::{
    browse::Selection,
    extract::{ExtractOptions, Subject, extract},
};
use imapi_disc_types::{Block, BlockSource, Control, FileSource, PseudoRandom, SECTOR_SIZE};
use imapi_volumes::{Entry, EntryKind, Names, OpenOptions, Place, Run, Volume, VolumeError, VolumeFacts};
use rstest::rstest;

/// A volume of one file.
struct One {
    facts: VolumeFacts,
    root: Entry,
    file: Entry,
}

impl Volume for One {
    fn facts(&self) -> &VolumeFacts {
        &self.facts
    }

    fn root(&self) -> &Entry {
        &self.root
    }

    fn children(&self, _: &Entry) -> Result<Vec<Entry>, VolumeError> {
        Ok(vec![self.file.clone()])
    }
}

const BLOCKS: u64 = 200;

#[rstest]
fn holes_stay_holes_wherever_they_are(#[values(false, true)] within_the_kernel: bool) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let random = PseudoRandom::new(7, SECTOR_SIZE, BLOCKS);
    let mut bytes = vec![0; 200 * 2048];
    random.read_all(Block(0), &mut bytes).expect("it can be read");
    let mut image = tempfile::NamedTempFile::new_in(folder.path()).expect("room");
    image.write_all(&bytes).expect("room");
    let source: Arc<dyn BlockSource> = Arc::new(FileSource::open(image.path(), SECTOR_SIZE).expect("a file"));
    let hole = |bytes| Run { start: None, bytes };
    let run = |start, bytes| Run { start: Some(start), bytes };
    for runs in [
        vec![hole(1 << 20), run(4096, 10_000), hole(3 << 20), run(7, 5), hole(1 << 20)],
        vec![hole(64 << 20)],
        vec![run(0, 300_000), hole(1)],
        vec![run(2048, 1), run(100_000, 200_001)],
    ] {
        let mut expected = Vec::new();
        for run in &runs {
            match run.start.and_then(|start| usize::try_from(start).ok()) {
                Some(start) => {
                    expected.extend_from_slice(&bytes[start..][..usize::try_from(run.bytes).expect("small")]);
                }
                None => expected.resize(expected.len() + usize::try_from(run.bytes).expect("small"), 0),
            }
        }
        let mut file = Entry::new(*b"file", EntryKind::File, Place(1));
        file.size = expected.len() as u64;
        file.runs = runs.iter().copied().collect();
        let root = Entry::new(*b"", EntryKind::Directory, Place(0));
        let volume = One { facts: VolumeFacts::new(Names::Udf), root, file };
        let into = folder.path().join("out");
        let selection = Selection::default();
        let subject = Subject {
            volume: &volume,
            options: &OpenOptions::default(),
            source: &source,
            file: within_the_kernel.then_some(image.as_file()),
            selection: &selection,
        };
        let report = extract(subject, &into, &ExtractOptions::default(), &mut Control::silent()).expect("room");
        assert_eq!((report.files, report.bytes), (1, expected.len() as u64));
        let made = into.join("file");
        assert!(fs::read(&made).expect("it was made") == expected);
        let data: u64 = runs.iter().filter(|run| run.start.is_some()).map(|run| run.bytes).sum();
        let taken = fs::metadata(&made).expect("it was made").blocks() * 512;
        assert!(taken <= data + 4 * 4096, "{taken} for {data}");
        fs::remove_dir_all(into).expect("ours");
    }
}
