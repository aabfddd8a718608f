//! Folders on disk, and images of them.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use imapi_disc_types::Control;
use imapi_fsimage::{
    Attributes, Contents, ImageOptions, NodeId, ResultImage, ScanOptions, Timestamp, Tree, WriteOptions, add_tree,
    write_image,
};
use tempfile::TempDir;

/// What a path is: the bytes of a file, where a link leads, or a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Folder,
    File(Vec<u8>),
    Link(Vec<u8>),
}

/// Every path below a folder.
pub type Paths = BTreeMap<Vec<u8>, What>;

pub fn options() -> ImageOptions {
    ImageOptions { volume: "TEST".to_string(), ..ImageOptions::new(Timestamp::new(1_000_000_000, 0)) }
}

/// The image of what is in a folder.
pub fn image_of(folder: &Path, options: &ImageOptions) -> ResultImage {
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    add_tree(&mut tree, &mut contents, NodeId::ROOT, folder, &ScanOptions::default(), &mut Control::silent())
        .expect("readable");
    ResultImage::new(Arc::new(tree), Arc::new(contents), options).expect("it can be planned")
}

/// A folder for an image, what it is made of, and what is taken out of it again.
pub struct Bench {
    _temporary: TempDir,
    pub source: PathBuf,
    pub iso: PathBuf,
    pub out: PathBuf,
}

impl Bench {
    pub fn new() -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let [source, out] = ["source", "out"].map(|name| temporary.path().join(name));
        fs::create_dir(&source).expect("new");
        fs::create_dir(&out).expect("new");
        Self { iso: temporary.path().join("image.iso"), _temporary: temporary, source, out }
    }

    pub fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.source.join(path);
        fs::create_dir_all(path.parent().expect("in the folder")).expect("writable");
        fs::write(path, bytes).expect("writable");
    }

    pub fn make(&self, options: &ImageOptions) {
        let image = image_of(&self.source, options);
        let no_sync = WriteOptions { sync: false, ..WriteOptions::default() };
        write_image(&image, &self.iso, no_sync, &mut Control::silent()).expect("written");
    }

    pub fn expected(&self) -> Paths {
        paths(&self.source)
    }

    /// What a program took out of the image.
    pub fn taken_out(&self) -> Paths {
        paths(&self.out)
    }
}

pub fn paths(folder: &Path) -> Paths {
    let mut all = Paths::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(&at).expect("readable") {
            let entry = entry.expect("readable");
            let (path, kind) = (entry.path(), entry.file_type().expect("known"));
            let what = if kind.is_dir() {
                folders.push(path.clone());
                What::Folder
            } else if kind.is_symlink() {
                What::Link(fs::read_link(&path).expect("a link").as_os_str().as_bytes().to_vec())
            } else {
                What::File(fs::read(&path).expect("readable"))
            };
            all.insert(path.strip_prefix(folder).expect("in it").as_os_str().as_bytes().to_vec(), what);
        }
    }
    all
}

/// Where programs are: some are the administrator's, and not on the path of every user.
fn places() -> String {
    format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default())
}

/// Runs a program, which must succeed, and returns all that it says.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    let output = command
        .args(arguments)
        .env("PATH", places())
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .output()
        .expect(program);
    let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    said
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("temporary folders have names of text")
}

/// The first path in which two listings differ: whole files in a message help nobody.
pub fn assert_same(found: &Paths, expected: &Paths) {
    let shown = |path: &Vec<u8>| path.escape_ascii().to_string();
    for path in expected.keys() {
        assert!(found.contains_key(path), "{} is missing", shown(path));
    }
    for (path, what) in found {
        assert!(expected.get(path) == Some(what), "{} is another, or should not be there", shown(path));
    }
}
