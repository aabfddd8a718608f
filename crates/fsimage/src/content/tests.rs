//! Contents of all kinds are read, and those that do not keep still are found out.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    num::NonZeroU32,
    os::unix::fs::FileExt as _,
    thread,
};

use imapi_disc_types::{BytesSource, CancelToken};
use imapi_errors::{Coded, HResult, Lang, Report, fs as codes};
use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::{Attributes, Kind, NodeId, ScanOptions, Tree, add_tree};

/// Bytes that are different everywhere.
fn pattern(len: usize, seed: u8) -> Vec<u8> {
    (0..len).map(|at| seed ^ u8::try_from((at * 7 + at / 251) % 256).expect("below 256")).collect()
}

/// A file of that many bytes, added.
fn on_disk(bytes: &[u8]) -> (TempDir, PathBuf, Contents, Content) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a file");
    fs::write(&path, bytes).expect("room");
    let mut contents = Contents::new();
    let mut tree = Tree::new(Attributes::default());
    let (options, control) = (ScanOptions::default(), &mut Control::silent());
    add_tree(&mut tree, &mut contents, NodeId::ROOT, folder.path(), &options, control).expect("readable");
    match tree.find([b"a file".as_slice()]).map(|id| tree.kind(id)) {
        Some(Kind::File { content, .. }) => (folder, path, contents, content),
        other => panic!("{other:?}"),
    }
}

fn refused(error: &ContentError, code: HResult, words: &[&str]) {
    assert_eq!(error.code(), code, "{error:?}");
    for lang in Lang::ALL {
        let report = Report::new(error, lang).to_string();
        assert!(!report.contains('‹'), "{report}");
        for word in words {
            assert!(report.contains(word), "{word} in {report}");
        }
    }
}

#[test]
fn every_kind_is_read_from_any_place() {
    let bytes = pattern(10_000, 3);
    let (_folder, _, mut contents, file) = on_disk(&bytes);
    let block_size = NonZeroU32::new(96).expect("not zero");
    let source = Arc::new(BytesSource::padded(bytes.clone(), block_size));
    let all = [
        file,
        contents.add_bytes(bytes.clone()),
        contents.add_source(source, 10_000, "a source").expect("long enough"),
        contents.add_stream(&mut &*pattern(77, 1), "before", &mut Control::silent()).expect("room"),
        contents.add_stream(&mut &*bytes, "a pipe", &mut Control::silent()).expect("room"),
    ];
    let reader = ContentReader::new(Arc::new(contents));
    for content in [all[0], all[1], all[2], all[4]] {
        assert_eq!(reader.contents().size(content), 10_000);
        for (start, len) in [(0, 10_000), (1, 9_999), (9_999, 1), (95, 2), (96, 96), (100, 1000), (10_000, 0)] {
            let mut out = vec![0xA5; len];
            reader.read_at(content, start as u64, &mut out).expect("readable");
            assert!(out == bytes[start..start + len], "{content:?} {start} {len}");
        }
        let error = reader.read_at(content, 9_999, &mut [0; 2]).expect_err("beyond the end");
        refused(&error, codes::IMAPI_E_FSI_INTERNAL_ERROR, &["10001"]);
        if let Some((file, offset)) = reader.open(content).expect("readable").as_file() {
            let mut out = [0; 100];
            file.read_exact_at(&mut out, offset + 50).expect("as long as it says");
            assert!(out == bytes[50..150]);
        }
    }
    let error = reader.read_at(Content(99), 0, &mut []).expect_err("never given");
    refused(&error, codes::IMAPI_E_FSI_INTERNAL_ERROR, &["99"]);
}

#[rstest]
#[case::shorter(|path: &Path| OpenOptions::new().write(true).open(path).and_then(|file| file.set_len(4)),
    codes::IMAPI_E_DATA_STREAM_INCONSISTENCY, &["9", "4"])]
#[case::longer(|path: &Path| OpenOptions::new().append(true).open(path).and_then(|mut file| file.write_all(b"!")),
    codes::IMAPI_E_DATA_STREAM_INCONSISTENCY, &["9", "10"])]
#[case::written(|path: &Path| File::open(path).and_then(|file| file.set_modified(std::time::SystemTime::UNIX_EPOCH)),
    codes::IMAPI_E_DATA_STREAM_READ_FAILURE, &["1970-01-01T00:00:00Z"])]
#[case::gone(|path: &Path| fs::remove_file(path), codes::IMAPI_E_DATA_STREAM_CREATE_FAILURE, &[])]
#[case::a_folder_now(|path: &Path| fs::remove_file(path).and_then(|()| fs::create_dir(path)),
    codes::IMAPI_E_DATA_STREAM_CREATE_FAILURE, &[])]
#[case::a_pipe_now(|path: &Path| fs::remove_file(path).map(|()| {
    let made = std::process::Command::new("mkfifo").arg(path).status().expect("coreutils");
    assert!(made.success());
}), codes::IMAPI_E_DATA_STREAM_CREATE_FAILURE, &[])]
#[case::a_link_now(|path: &Path| fs::rename(path, path.with_extension("moved"))
    .and_then(|()| std::os::unix::fs::symlink(path.with_extension("moved"), path)),
    codes::IMAPI_E_DATA_STREAM_CREATE_FAILURE, &[])]
#[case::all_of_it_gone(|path: &Path| fs::remove_dir_all(path.parent().expect("a folder")),
    codes::IMAPI_E_DATA_STREAM_CREATE_FAILURE, &[])]
fn a_file_that_is_not_what_it_was_is_named(
    #[case] harm: fn(&Path) -> std::io::Result<()>,
    #[case] code: HResult,
    #[case] words: &[&str],
) {
    let (_folder, path, contents, content) = on_disk(b"nine byte");
    harm(&path).expect("possible");
    let reader = ContentReader::new(Arc::new(contents));
    let words: Vec<&str> = words.iter().copied().chain(["a file"]).collect();
    refused(&reader.read_at(content, 0, &mut [0; 9]).expect_err("all at once"), code, &words);
    refused(&reader.read_at(content, 3, &mut [0; 2]).expect_err("a piece"), code, &words);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_found_out_by_the_next_read() {
    let (_folder, path, contents, content) = on_disk(&pattern(100, 0));
    let reader = ContentReader::new(Arc::new(contents));
    reader.read_at(content, 0, &mut [0; 50]).expect("as it was");
    OpenOptions::new().append(true).open(&path).and_then(|mut file| file.write_all(b"more")).expect("room");
    for piece in [49, 50] {
        let error = reader.read_at(content, 50, &mut vec![0; piece]).expect_err("it has grown");
        refused(&error, codes::IMAPI_E_DATA_STREAM_INCONSISTENCY, &["100", "104"]);
    }
    OpenOptions::new().write(true).open(&path).and_then(|file| file.set_len(20)).expect("room");
    let error = reader.read_at(content, 30, &mut [0; 10]).expect_err("these are gone");
    refused(&error, codes::IMAPI_E_DATA_STREAM_INCONSISTENCY, &["100", "20"]);
}

#[test]
fn holes_are_zeros_as_far_as_the_file_goes() {
    let (_folder, path, contents, content) = on_disk(b"then a hole");
    let file = OpenOptions::new().write(true).open(&path).expect("writable");
    let len = 3 << 20;
    file.set_len(len).expect("sparse");
    let mut tree = Tree::new(Attributes::default());
    let (mut contents, options, control) = (contents, ScanOptions::default(), &mut Control::silent());
    let folder = path.parent().expect("a folder");
    add_tree(&mut tree, &mut contents, NodeId::ROOT, folder, &options, control).expect("readable");
    let sparse = Content(content.0 + 1);
    let reader = ContentReader::new(Arc::new(contents));
    let mut out = vec![0xA5; 2 << 20];
    reader.read_at(sparse, 0, &mut out).expect("as it was");
    assert!(out.starts_with(b"then a hole\0") && out[11..].iter().all(|&byte| byte == 0));
    out.fill(0xA5);
    reader.read_at(sparse, 1 << 20, &mut out).expect("as it was");
    assert!(out.iter().all(|&byte| byte == 0));
    let open = reader.open(sparse).expect("readable");
    file.set_len(len - 1).expect("possible");
    let error = open.read_at(1 << 20, &mut out).expect_err("the last byte is gone");
    refused(&error, codes::IMAPI_E_DATA_STREAM_INCONSISTENCY, &["3145728", "3145727"]);
}

#[test]
fn a_thousand_files_are_read_by_four_threads_and_few_are_open() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut contents = Contents::new();
    let mut tree = Tree::new(Attributes::default());
    for number in 0..1000_u32 {
        let inner = folder.path().join(format!("{}", number % 40));
        fs::create_dir_all(&inner).expect("room");
        fs::write(inner.join(format!("{number}")), number.to_le_bytes().repeat(8)).expect("room");
    }
    let options = ScanOptions::default();
    add_tree(&mut tree, &mut contents, NodeId::ROOT, folder.path(), &options, &mut Control::silent())
        .expect("readable");
    let reader = ContentReader::new(Arc::new(contents));
    let files: Vec<(u32, Content)> = tree
        .walk(NodeId::ROOT)
        .filter_map(|id| match tree.kind(id) {
            Kind::File { content, .. } => {
                Some((String::from_utf8_lossy(tree.name(id)).parse().expect("a number"), content))
            }
            _ => None,
        })
        .collect();
    assert_eq!(files.len(), 1000);
    thread::scope(|scope| {
        for thread in 0..4_usize {
            let (reader, files) = (&reader, &files);
            scope.spawn(move || {
                for turn in 0..3000 {
                    let (number, content) = files[(turn * (7 + thread * 2)) % files.len()];
                    let mut out = [0; 12];
                    reader.read_at(content, 4 * (turn as u64 % 5), &mut out).expect("readable");
                    assert_eq!(out[4..8], number.to_le_bytes());
                }
            });
        }
    });
    assert!(reader.open_count() <= 64 && reader.open_count() > 32, "{}", reader.open_count());
}

/// A result outlives the image that it came from, on whatever thread.
#[test]
fn contents_and_readers_may_be_anywhere() {
    fn anywhere<T: Send + Sync + 'static>() {}
    anywhere::<Contents>();
    anywhere::<ContentReader>();
}

#[test]
fn a_source_must_be_as_long_as_is_said() {
    let source = Arc::new(BytesSource::padded(*b"1234", NonZeroU32::new(8).expect("not zero")));
    let error = Contents::new().add_source(source, 9, "archive.zip").expect_err("too short");
    refused(&error, codes::IMAPI_E_DATA_STREAM_INCONSISTENCY, &["archive.zip", "9", "8"]);
}

/// Gives some bytes, and fails.
struct Broken(usize);
impl Read for Broken {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.min(out.len());
        self.0 -= count;
        if count > 0 { Ok(count) } else { Err(std::io::ErrorKind::TimedOut.into()) }
    }
}

#[test]
fn a_stream_that_fails_or_is_stopped_leaves_nothing_behind() {
    let mut contents = Contents::new();
    let kept = contents.add_stream(&mut &b"kept"[..], "first", &mut Control::silent()).expect("room");
    let error = contents.add_stream(&mut Broken(5000), "the tape", &mut Control::silent()).expect_err("broken");
    refused(&error, codes::IMAPI_E_DATA_STREAM_READ_FAILURE, &["the tape"]);
    let token = CancelToken::new();
    token.cancel();
    let error = contents.add_stream(&mut &b"x"[..], "late", &mut Control::cancelled_by(token)).expect_err("stopped");
    assert!(matches!(error, ContentError::Cancelled(_)));
    assert_eq!((contents.len(), contents.stash.end()), (1, 4));
    let next = contents.add_stream(&mut &b"next"[..], "second", &mut Control::silent()).expect("room");
    let reader = ContentReader::new(Arc::new(contents));
    let mut out = [0; 4];
    for (content, expected) in [(kept, b"kept"), (next, b"next")] {
        reader.read_at(content, 0, &mut out).expect("readable");
        assert_eq!(&out, expected);
    }
}

#[test]
fn the_stash_has_no_name_and_moves_with_what_is_in_it() {
    let (first, second) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let mut contents = Contents::new();
    contents.set_working_directory(first.path()).expect("a folder");
    let bytes = pattern(3 << 20, 9);
    let content = contents.add_stream(&mut &*bytes, "a pipe", &mut Control::silent()).expect("room");
    assert_eq!(fs::read_dir(first.path()).expect("readable").count(), 0, "nothing stays behind a kill");
    contents.set_working_directory(second.path()).expect("a folder with room");
    assert_eq!(contents.working_directory(), second.path());
    drop(first);
    let reader = ContentReader::new(Arc::new(contents));
    let mut out = vec![0; bytes.len()];
    reader.read_at(content, 0, &mut out).expect("readable");
    assert!(out == bytes);
}

#[test]
fn a_working_directory_that_cannot_be_used_is_refused_and_the_old_one_stays() {
    let mut contents = Contents::new();
    let old = contents.working_directory().to_path_buf();
    contents.add_stream(&mut &b"kept"[..], "first", &mut Control::silent()).expect("room");
    for path in ["/nowhere/at all", "/dev/null", "/proc"] {
        let error = contents.set_working_directory(path).expect_err("no such folder");
        refused(&error, codes::IMAPI_E_INVALID_WORKING_DIRECTORY, &[path]);
    }
    let folder = tempfile::tempdir().expect("a folder");
    contents.stash.pretend(8);
    let error = contents.set_working_directory(folder.path()).expect_err("less than it says");
    refused(&error, codes::IMAPI_E_STASHFILE_MOVE, &[&folder.path().display().to_string()]);
    contents.stash.pretend(1 << 60);
    let error = contents.set_working_directory(folder.path()).expect_err("a whole exabyte");
    refused(&error, codes::IMAPI_E_WORKING_DIRECTORY_SPACE, &["1152921504606846976"]);
    assert_eq!(contents.working_directory(), old);
}

#[test]
fn what_the_stash_cannot_do_has_its_own_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut contents = Contents::new();
    contents.set_working_directory(folder.path()).expect("a folder");
    let content = contents.add_stream(&mut &b"12345678"[..], "first", &mut Control::silent()).expect("room");
    let reading = File::open("/dev/null").expect("readable");
    contents.stash.swap(reading);
    let error = contents.add_stream(&mut &b"9"[..], "second", &mut Control::silent()).expect_err("not writable");
    refused(&error, codes::IMAPI_E_STASHFILE_WRITE_FAILURE, &["imapi-stash-"]);

    let mut contents = Contents::new();
    let again = contents.add_stream(&mut &b"12345678"[..], "first", &mut Control::silent()).expect("room");
    assert_eq!(again, content);
    contents.stash.cut(5);
    let reader = ContentReader::new(Arc::new(contents));
    let error = reader.read_at(again, 4, &mut [0; 4]).expect_err("cut");
    refused(&error, codes::IMAPI_E_STASHFILE_SEEK_FAILURE, &["imapi-stash-"]);
    let contents = Arc::clone(reader.contents());
    drop(reader);
    let mut contents = Arc::into_inner(contents).expect("nobody else has it");
    let path = folder.path().join("for writing");
    let writing = File::create(&path).expect("room");
    writing.set_len(8).expect("room");
    contents.stash.swap(writing);
    let reader = ContentReader::new(Arc::new(contents));
    let error = reader.read_at(again, 0, &mut [0; 8]).expect_err("not readable");
    refused(&error, codes::IMAPI_E_STASHFILE_READ_FAILURE, &["imapi-stash-"]);

    let mut contents = Contents::new();
    contents.set_working_directory(folder.path()).expect("a folder");
    drop(folder);
    let error = contents.add_stream(&mut &b"x"[..], "late", &mut Control::silent()).expect_err("no folder");
    refused(&error, codes::IMAPI_E_STASHFILE_OPEN_FAILURE, &["imapi-stash"]);
}
