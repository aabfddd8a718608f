//! A volume that gives whatever names, folders and links it likes: the extractor by itself keeps to its folder.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use imapi::{
    browse::Selection,
    extract::{ExtractError, ExtractEvent, ExtractOptions, ExtractReport, Note, Subject, extract},
};
use imapi_disc_types::{BlockSource, BytesSource, CancelToken, Control, SECTOR_SIZE};
use imapi_volumes::{
    Entry, EntryKind, Findings, Names, OpenOptions, Place, Posix, Run, Volume, VolumeError, VolumeFacts,
};
use rstest::rstest;

/// Folders by their places; the root is at 0.
struct Fake {
    facts: VolumeFacts,
    root: Entry,
    folders: HashMap<Place, Vec<Entry>>,
}

impl Volume for Fake {
    fn facts(&self) -> &VolumeFacts {
        &self.facts
    }

    fn root(&self) -> &Entry {
        &self.root
    }

    fn children(&self, folder: &Entry) -> Result<Vec<Entry>, VolumeError> {
        Ok(self.folders.get(&folder.place).cloned().unwrap_or_default())
    }
}

fn fake(folders: impl IntoIterator<Item = (u64, Vec<Entry>)>) -> Fake {
    let folders = folders.into_iter().map(|(place, entries)| (Place(place), entries)).collect();
    let root = Entry::new(*b"", EntryKind::Directory, Place(0));
    Fake { facts: VolumeFacts::new(Names::RockRidge), root, folders }
}

fn folder(name: &[u8], place: u64) -> Entry {
    Entry::new(name, EntryKind::Directory, Place(place))
}

/// A file of the bytes that all files have here.
fn file(name: &[u8], place: u64) -> Entry {
    let mut entry = Entry::new(name, EntryKind::File, Place(place));
    entry.size = 7;
    entry.runs = [Run { start: Some(0), bytes: 7 }].into_iter().collect();
    entry
}

fn link(name: &[u8], target: &[u8], place: u64) -> Entry {
    Entry::new(name, EntryKind::Link { target: target.into() }, Place(place))
}

/// A folder to extract into, and one beside it that must stay as it is.
struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder"));
        fs::create_dir(bench.at("victim")).expect("new");
        fs::write(bench.at("victim/file"), "precious").expect("room");
        bench
    }

    fn at(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn extract(
        &self,
        volume: &Fake,
        options: &OpenOptions,
        how: &ExtractOptions,
    ) -> (Result<ExtractReport, ExtractError>, Vec<Note>) {
        let mut bytes = b"hostile".to_vec();
        bytes.resize(2048, 0);
        let source: Arc<dyn BlockSource> = Arc::new(BytesSource::new(bytes, SECTOR_SIZE).expect("a block"));
        let selection = Selection::default();
        let subject = Subject { volume, options, source: &source, file: None, selection: &selection };
        let mut notes = Vec::new();
        let mut listener = |event: &ExtractEvent| {
            if let ExtractEvent::Note(Note::Renamed { path, name }) = event {
                notes.push(Note::Renamed { path: path.clone(), name: name.clone() });
            }
            std::ops::ControlFlow::Continue(())
        };
        let mut control = Control::new(CancelToken::new(), &mut listener);
        let extracted = extract(subject, &self.at("out"), how, &mut control);
        let beside: Vec<_> =
            fs::read_dir(self.0.path()).expect("ours").map(|entry| entry.expect("ours").file_name()).collect();
        assert!(beside.iter().all(|name| name == "out" || name == "victim"), "{beside:?}");
        assert_eq!(fs::read_dir(self.at("victim")).expect("ours").count(), 1);
        assert_eq!(fs::read(self.at("victim/file")).expect("there"), b"precious");
        (extracted, notes)
    }
}

fn replacing() -> ExtractOptions {
    let mut options = ExtractOptions::default();
    options.replace = true;
    options
}

#[rstest]
fn a_name_that_leads_elsewhere_is_refused(
    #[values(&b""[..], b".", b"..", b"../x", b"a/b", b"/x", b"x\0", b"../victim/file")] name: &[u8],
    #[values(false, true)] is_folder: bool,
) {
    let entry = if is_folder { folder(name, 1) } else { file(name, 1) };
    let volume = fake([(0, vec![file(b"before", 9), entry]), (1, vec![file(b"file", 2)])]);
    for how in [ExtractOptions::default(), replacing()] {
        let bench = Bench::new();
        let lenient = OpenOptions::default().lenient(Arc::new(Findings::default()));
        for options in [OpenOptions::default(), lenient] {
            let (extracted, _) = bench.extract(&volume, &options, &how);
            assert!(extracted.is_err(), "{name:?}");
        }
    }
}

#[test]
fn what_goes_through_a_link_of_the_same_name_goes_into_a_folder_beside_it() {
    for how in [ExtractOptions::default(), replacing()] {
        let bench = Bench::new();
        let entries = vec![
            link(b"x", b"../victim", 1),
            folder(b"x", 2),
            file(b"x", 3),
            link(b"y", b"../victim/file", 4),
            file(b"y", 5),
        ];
        let volume = fake([(0, entries), (2, vec![file(b"file", 6)])]);
        let (extracted, notes) = bench.extract(&volume, &OpenOptions::default(), &how);
        assert_eq!(extracted.expect("all have a name").files, 3);
        assert_eq!(notes.len(), 3);
        for name in ["x~1/file", "x~2", "y~1"] {
            assert_eq!(fs::read(bench.at("out").join(name)).expect(name), b"hostile");
        }
    }
}

#[test]
fn a_link_that_somebody_puts_in_the_way_meanwhile_is_not_followed() {
    // The folder is made, and taken away for a link while it is filled.
    let bench = Bench::new();
    let files = (0..2000_u64).map(|number| file(format!("file {number}").as_bytes(), 100 + number)).collect();
    let volume = fake([(0, vec![folder(b"sub", 1)]), (1, files)]);
    let out = bench.at("out");
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let vandal = std::thread::spawn({
        let done = Arc::clone(&done);
        move || {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                if fs::rename(out.join("sub"), out.join("gone")).is_ok() {
                    std::os::unix::fs::symlink("../victim", out.join("sub")).expect("nothing has the name");
                    return true;
                }
            }
            false
        }
    });
    let (_, _) = bench.extract(&volume, &OpenOptions::default(), &replacing());
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(vandal.join().expect("it ends"), "the folder was never there");
}

#[test]
fn a_folder_that_is_in_itself_ends() {
    let volume = fake([(0, vec![folder(b"a", 1)]), (1, vec![folder(b"b", 1), folder(b"c", 0), file(b"d", 5)])]);
    let bench = Bench::new();
    let (extracted, _) = bench.extract(&volume, &OpenOptions::default(), &ExtractOptions::default());
    assert!(matches!(extracted, Err(ExtractError::Volume(_))), "{extracted:?}");
    let findings = Arc::new(Findings::default());
    let lenient = OpenOptions::default().lenient(Arc::clone(&findings));
    let (extracted, _) = bench.extract(&volume, &lenient, &replacing());
    assert_eq!(extracted.expect("what can be").files, 1);
    assert_eq!(findings.count(), 2);
    assert!(bench.at("out/a/d").exists());
}

#[test]
fn folders_deeper_than_a_program_has_files_open_are_made() {
    const DEEP: u64 = 600;
    let name = [b'n'; 20];
    let levels = (0..DEEP).map(|level| {
        // Before and behind the folder, so that those above are opened once more.
        let [before, behind] = [b"before", b"behind"].map(|name| file(name, 10_000 + level));
        (level, vec![before, folder(&name, level + 1), behind])
    });
    let bench = Bench::new();
    let (extracted, _) = bench.extract(&fake(levels), &OpenOptions::default(), &ExtractOptions::default());
    let report = extracted.expect("it can be made");
    assert_eq!((report.files, report.folders), (2 * DEEP, DEEP));
}

#[test]
fn a_number_that_two_files_pretend_to_share_makes_no_link_between_them() {
    let posix = |inode| Some(Posix { mode: 0o100_644, links: 2, inode: Some(inode), ..Posix::default() });
    let (mut one, mut other, mut same) = (file(b"one", 1), file(b"other", 2), file(b"same", 3));
    (one.posix, other.posix, same.posix) = (posix(7), posix(7), posix(7));
    other.runs = [Run { start: Some(100), bytes: 7 }].into_iter().collect();
    let bench = Bench::new();
    let (extracted, _) =
        bench.extract(&fake([(0, vec![one, other, same])]), &OpenOptions::default(), &ExtractOptions::default());
    let report = extracted.expect("all of them");
    assert_eq!((report.files, report.links), (2, 1));
    assert_eq!(fs::read(bench.at("out/other")).expect("made"), [0; 7]);
    let inode =
        |name: &str| std::os::unix::fs::MetadataExt::ino(&fs::metadata(bench.at("out").join(name)).expect("made"));
    assert_eq!(inode("one"), inode("same"));
}

#[test]
fn thousands_of_one_name_take_no_longer_than_others() {
    let entries = (0..3000).map(|number| file(b"same.txt", number + 1)).collect();
    let bench = Bench::new();
    let begun = Instant::now();
    let (extracted, notes) = bench.extract(&fake([(0, entries)]), &OpenOptions::default(), &ExtractOptions::default());
    assert_eq!((extracted.expect("all have a name").files, notes.len()), (3000, 2999));
    assert!(Path::new(&bench.at("out/same~2999.txt")).exists());
    assert!(begun.elapsed() < Duration::from_secs(60));
}
