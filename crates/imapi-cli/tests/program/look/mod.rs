//! `imapi image ls`, `tree`, `cat`, `extract`, `info`, `boot-info` and `imapi sessions`: the same images are listed and unpacked
//! by programs that others wrote, and what was extracted is compared with what the images were made of.

mod check;
mod extracted;
mod hostile;
mod listed;
mod sessions;
mod words;

use std::{
    collections::BTreeMap,
    fs::{self, File, FileTimes},
    os::unix::{
        ffi::OsStrExt as _,
        fs::{MetadataExt as _, PermissionsExt as _, symlink},
    },
    path::{Path, PathBuf},
    process::Output,
    time::{Duration, SystemTime},
};

use tempfile::TempDir;

use crate::{peer, told};

/// A folder on a disk, where files have extended attributes.
struct Bench {
    temporary: TempDir,
}

/// What there is of a file: all that can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    kind: char,
    mode: u32,
    modified: i64,
    names: u64,
    bytes: Vec<u8>,
}

/// When files were written: whole seconds, as most file systems of discs have no others.
fn dated(seconds: u64) -> FileTimes {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    FileTimes::new().set_modified(time).set_accessed(time)
}

impl Bench {
    fn empty() -> Self {
        let temporary = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
        fs::create_dir(temporary.path().join("tree")).expect("new");
        Self { temporary }
    }

    /// Files of many kinds, with modes and dates of their own.
    fn new() -> Self {
        let bench = Self::empty();
        for (name, bytes, mode) in [
            ("read me.txt", b"one\n".to_vec(), 0o640),
            ("empty", Vec::new(), 0o600),
            ("sub/deep/er/program", vec![0x7F; 70_000], 0o755),
            ("sub/данные ё.bin", noise(3_000_001), 0o444),
            ("sub/one block", noise(2048), 0o604),
            ("sub/private", noise(5), 0o400),
        ] {
            bench.put(name, &bytes);
            let path = bench.tree().join(name);
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("ours");
        }
        fs::hard_link(bench.tree().join("sub/one block"), bench.tree().join("another name")).expect("one file system");
        symlink("sub/deep/../one block", bench.tree().join("link")).expect("room");
        symlink("/etc/passwd", bench.tree().join("sub/leads out")).expect("room");
        fs::create_dir(bench.tree().join("nothing in it")).expect("new");
        for (number, name) in (0..).zip([
            "sub/deep/er/program",
            "sub/deep/er",
            "sub/deep",
            "sub",
            "nothing in it",
            "read me.txt",
            "empty",
            "sub/данные ё.bin",
            "sub/one block",
            "sub/private",
        ]) {
            let file = File::open(bench.tree().join(name)).expect("readable by us");
            file.set_times(dated(1_000_000_000 + number * 86_399)).expect("ours");
        }
        fs::set_permissions(bench.tree().join("sub/deep"), fs::Permissions::from_mode(0o555)).expect("ours");
        bench
    }

    fn tree(&self) -> PathBuf {
        self.temporary.path().join("tree")
    }

    /// A path in the folder.
    fn at(&self, name: &str) -> String {
        text(&self.temporary.path().join(name))
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.tree().join(name);
        fs::create_dir_all(path.parent().expect("in the tree")).expect("room");
        fs::write(path, bytes).expect("room");
    }

    /// Our own image of the tree.
    fn image(&self, arguments: &[&str]) -> String {
        let image = self.at("x.iso");
        told(&[&["image", "create", &text(&self.tree()), "-o", &image, "--force", "-q"], arguments].concat());
        image
    }

    /// An image of the tree by xorriso.
    fn xorriso(&self, arguments: &[&str]) -> String {
        let image = self.at("xorriso.iso");
        let _ = fs::remove_file(&image);
        let tree = text(&self.tree());
        did("xorriso", "xorriso", &[&["-as", "mkisofs", "-quiet", "-o", &image], arguments, &[&*tree]].concat());
        image
    }

    /// Extracts into a folder of that name, which is new, and says what is in it.
    fn extract(&self, image: &str, into: &str, arguments: &[&str]) -> BTreeMap<String, Found> {
        told(&[&["image", "extract", image, "-C", &self.at(into), "-q"], arguments].concat());
        state(Path::new(&self.at(into)))
    }
}

impl Drop for Bench {
    /// A folder that nobody may write to cannot be emptied.
    fn drop(&mut self) {
        let _ = std::process::Command::new("chmod").args(["-R", "u+w"]).arg(self.temporary.path()).status();
    }
}

/// Bytes that no two places have in common.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(&mut next).flatten().take(len).collect()
}

fn text(path: &Path) -> String {
    path.to_str().expect("text").to_string()
}

/// What a program said on standard error.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a peer says, which has to succeed.
fn did(program: &str, package: &str, arguments: &[&str]) -> String {
    let output = peer(program, package, arguments);
    assert!(output.status.success(), "{program} {arguments:?}: {}", said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// All that is in a folder, by its path.
fn state(folder: &Path) -> BTreeMap<String, Found> {
    let mut all = BTreeMap::new();
    let mut rest = vec![folder.to_path_buf()];
    while let Some(at) = rest.pop() {
        for entry in fs::read_dir(&at).expect("readable") {
            let path = entry.expect("readable").path();
            let metadata = fs::symlink_metadata(&path).expect("it is there");
            let (kind, bytes) = if metadata.is_dir() {
                rest.push(path.clone());
                ('d', Vec::new())
            } else if metadata.is_symlink() {
                ('l', fs::read_link(&path).expect("a link").as_os_str().as_bytes().to_vec())
            } else if metadata.is_file() {
                ('f', fs::read(&path).expect("readable"))
            } else {
                ('s', Vec::new())
            };
            let is_link = kind == 'l';
            let found = Found {
                kind,
                mode: if is_link { 0 } else { metadata.mode() & 0o7777 },
                modified: if is_link { 0 } else { metadata.mtime() },
                names: if kind == 'f' { metadata.nlink() } else { 1 },
                bytes,
            };
            let below = path.strip_prefix(folder).expect("it is in it");
            all.insert(String::from_utf8_lossy(below.as_os_str().as_bytes()).into_owned(), found);
        }
    }
    all
}

/// The same, without what a file system does not know of.
fn without(state: &BTreeMap<String, Found>, modes: bool, links: bool) -> BTreeMap<String, Found> {
    let kept = state.iter().filter(|(_, found)| !links || found.kind != 'l');
    kept.map(|(path, found)| {
        let mut found = found.clone();
        if modes {
            (found.mode, found.names) = (0, 0);
        }
        (path.clone(), found)
    })
    .collect()
}
