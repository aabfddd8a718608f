//! Files and folders on disk become files and folders of an image.

mod error;
mod glob;
mod listing;
mod mapping;
mod stat;
mod walk;
mod xattr;

use std::{
    ffi::CString,
    fs,
    io::{self, ErrorKind},
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
};

use imapi_disc_types::{Cancelled, Control};
use rustix::fs::{FileType, OFlags};

use crate::{Attributes, Content, Contents, Kind, NodeId, Timestamp, Tree, content};

pub use error::ScanError;
pub use glob::{GlobError, Globs};
pub use mapping::Mapping;

use stat::Stat;
use walk::Scanner;

/// How a folder on disk is added.
#[derive(Debug, Clone, Default)]
pub struct ScanOptions {
    /// The folder itself is added, and not only what is in it.
    pub with_base: bool,
    /// What becomes of links.
    pub links: Links,
    /// What becomes of files and folders that may not be read.
    pub unreadable: Unreadable,
    /// What other file systems are mounted in the folder stays out; the folders that they are mounted at are there, empty.
    pub one_file_system: bool,
    /// Extended attributes `user.…` of files become named streams, which UDF 2.00 and later can keep.
    pub named_streams: bool,
    /// What stays out.
    pub excludes: Globs,
    /// Files that stay out whatever they are called, such as the image itself when it is written into the folder.
    pub leave_out: Vec<PathBuf>,
    /// Which dates the files have in the image.
    pub dates: Dates,
    /// Whose they are there, and who may do what.
    pub owners: Owners,
}

/// What becomes of links.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Links {
    /// They are links in the image too.
    #[default]
    Kept,
    /// What they lead to is added in their place.
    Followed,
}

/// What becomes of files and folders that may not be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Unreadable {
    /// Nothing is added at all.
    #[default]
    Refused,
    /// They stay out, and the report names them.
    Skipped,
}

/// Which dates files have in the image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dates {
    /// Those that they have on disk.
    #[default]
    OnDisk,
    /// All dates are when the file was last written, and none is later than this: what `SOURCE_DATE_EPOCH` asks for. When a
    /// file was made or read depends on the machine.
    NoLaterThan(Timestamp),
    /// All dates are this one, so that copies of a folder make the same image whenever they were made.
    Fixed(Timestamp),
}

/// Whose files are in the image, and who may do what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Owners {
    /// As on disk.
    #[default]
    OnDisk,
    /// All are root's, everybody may read them, and start what anybody may start: what does not depend on who copied them,
    /// and on what the system lets his files be. No file runs as its owner.
    Neutral,
}

/// How far a scan is: told for each folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The folder that was just read.
    pub folder: PathBuf,
    /// Files, links and special files so far.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Who hears of a scan, and may look at what it has come to.
pub(crate) trait Witness {
    /// Whether to go on.
    fn check(&self) -> Result<(), Cancelled>;

    /// A folder was read.
    fn scanned(&mut self, tree: &mut Tree, contents: &mut Contents, event: &Scanned) -> Result<(), Cancelled>;
}

impl Witness for Control<'_, Scanned> {
    fn check(&self) -> Result<(), Cancelled> {
        Control::check(self)
    }

    fn scanned(&mut self, _: &mut Tree, _: &mut Contents, event: &Scanned) -> Result<(), Cancelled> {
        self.emit(event)
    }
}

/// What was added, and what was not.
#[derive(Debug, Default)]
pub struct ScanReport {
    /// Files, links and special files.
    pub files: u64,
    /// Folders.
    pub folders: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// How many files and folders a pattern kept out, those in such folders not counted.
    pub excluded: u64,
    /// What stayed out for other reasons.
    pub skipped: Vec<Skipped>,
}

/// Something that stayed out.
#[derive(Debug)]
pub struct Skipped {
    /// Its path on disk.
    pub path: PathBuf,
    /// Why.
    pub why: SkippedBecause,
}

/// Why something stayed out.
#[derive(Debug)]
pub enum SkippedBecause {
    /// It may not be read, or was gone.
    Unreadable(io::Error),
    /// It is one of those that were to be left out.
    LeftOut,
    /// Another file system begins there; the folder is in the image, and empty.
    OtherFileSystem,
}

/// Adds a folder on disk to a folder of the image, with everything in it.
///
/// Where the image has a file of the same name, the one on disk wins; folders are merged. A file never takes a folder's
/// place, nor a folder a file's. When anything fails, all is as it was before. Names are added in the order of their bytes,
/// so that images do not depend on how a disk is laid out.
///
/// Links stay links, special files stay what they are, names that are no text stay bytes, and several names of one file
/// share its bytes. No file is marked hidden or real-time.
///
/// ```
/// use imapi_disc_types::Control;
/// use imapi_fsimage::{Attributes, Contents, NodeId, ScanOptions, Tree, add_tree};
///
/// # let folder = tempfile::tempdir()?;
/// # std::fs::create_dir(folder.path().join("docs"))?;
/// # std::fs::write(folder.path().join("docs/a.txt"), "a")?;
/// # std::fs::write(folder.path().join("docs/b.tmp"), "b")?;
/// # let folder = folder.path();
/// let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
/// let mut options = ScanOptions::default();
/// options.excludes.add("*.tmp")?;
/// let report = add_tree(&mut tree, &mut contents, NodeId::ROOT, folder, &options, &mut Control::silent())?;
/// assert_eq!((report.files, report.excluded), (1, 1));
///
/// let text = tree.find([b"docs".as_slice(), b"a.txt"]).expect("it was on disk");
/// assert_eq!(tree.path(text), "/docs/a.txt");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias("IFsiDirectoryItem::AddTree", "IFsiDirectoryItem2::AddTreeWithNamedStreams"))]
pub fn add_tree(
    tree: &mut Tree,
    contents: &mut Contents,
    parent: NodeId,
    folder: &Path,
    options: &ScanOptions,
    control: &mut Control<'_, Scanned>,
) -> Result<ScanReport, ScanError> {
    add_tree_before(tree, contents, parent, folder, options, control)
}

/// The same before a witness.
pub(crate) fn add_tree_before(
    tree: &mut Tree,
    contents: &mut Contents,
    parent: NodeId,
    folder: &Path,
    options: &ScanOptions,
    witness: &mut dyn Witness,
) -> Result<ScanReport, ScanError> {
    let stat = look_up(folder)?;
    if stat.kind() != FileType::Directory {
        return Err(ScanError::NotADirectory { path: folder.to_path_buf() });
    }
    let path = absolute(folder)?;
    undone_on_failure(tree, contents, |tree, contents| {
        let mut scanner = Scanner::new(tree, contents, options);
        let node = if options.with_base {
            let name = base_name(folder)?;
            scanner.put_folder(parent, &name, &stat)?.0
        } else {
            parent
        };
        scanner.folder(node, &path, &stat, witness)?;
        Ok(scanner.report)
    })
}

/// Adds a file on disk to a folder of the image by a name of its own. A link is followed.
///
/// Where the image has a file of that name, this one takes its place.
#[doc(alias = "IFsiDirectoryItem::AddFile")]
pub fn add_file(
    tree: &mut Tree,
    contents: &mut Contents,
    parent: NodeId,
    name: &[u8],
    path: &Path,
    options: &ScanOptions,
) -> Result<NodeId, ScanError> {
    let stat = look_up(path)?;
    if stat.kind() == FileType::Directory {
        return Err(ScanError::NotAFile { path: path.to_path_buf() });
    }
    let failed = |source| ScanError::Source { path: path.to_path_buf(), source };
    let whole = absolute(path)?;
    let (Some(above), Some(last)) = (whole.parent(), whole.file_name()) else {
        return Err(failed(ErrorKind::InvalidInput.into()));
    };
    let last = CString::new(last.as_bytes()).map_err(|_| failed(ErrorKind::InvalidInput.into()))?;
    undone_on_failure(tree, contents, |tree, contents| {
        let folder = contents.folders.add(None, above.as_os_str().as_bytes(), true)?;
        let open = content::open_in(None, above.as_os_str().as_bytes(), OFlags::PATH | OFlags::DIRECTORY);
        let open = open.map_err(failed)?;
        Scanner::new(tree, contents, options).single(parent, name, (folder, &open), &last, &stat)
    })
}

/// Registers a file on disk without giving it a place in a tree, and says how many bytes it has.
pub(crate) fn content_of(contents: &mut Contents, path: &Path) -> Result<(Content, u64), ScanError> {
    let mut tree = Tree::new(Attributes::default());
    let node = add_file(&mut tree, contents, NodeId::ROOT, b"it", path, &ScanOptions::default())?;
    match tree.kind(node) {
        Kind::File { size, content } => Ok((content, size)),
        _ => Err(ScanError::NotAFile { path: path.to_path_buf() }),
    }
}

/// Adds what a mapping names: what is in a folder goes into the folder of that path, a file takes the path as its own.
/// Folders on the way are made.
pub fn add_mapping(
    tree: &mut Tree,
    contents: &mut Contents,
    mapping: &Mapping,
    options: &ScanOptions,
    control: &mut Control<'_, Scanned>,
) -> Result<ScanReport, ScanError> {
    let stat = look_up(mapping.on_disk())?;
    let mut steps: Vec<&[u8]> = mapping.steps().collect();
    undone_on_failure(tree, contents, |tree, contents| {
        if stat.kind() == FileType::Directory {
            let folder = make_folders(tree, &steps, &stat, options)?;
            let inside = ScanOptions { with_base: false, ..options.clone() };
            return add_tree(tree, contents, folder, mapping.on_disk(), &inside, control);
        }
        let name = steps.pop().ok_or_else(|| ScanError::NotADirectory { path: mapping.on_disk().to_path_buf() })?;
        let folder = make_folders(tree, &steps, &stat, options)?;
        let node = add_file(tree, contents, folder, name, mapping.on_disk(), options)?;
        let bytes = if let Kind::File { size, .. } = tree.kind(node) { size } else { 0 };
        Ok(ScanReport { files: 1, bytes, ..ScanReport::default() })
    })
}

/// The folder of that path; those that are missing are made, as old as what will be in them.
fn make_folders(tree: &mut Tree, steps: &[&[u8]], stat: &Stat, options: &ScanOptions) -> Result<NodeId, ScanError> {
    let mode = 0o40_755;
    let attributes = Attributes { mode, ..options.applied(stat.attributes()) };
    steps.iter().try_fold(NodeId::ROOT, |at, step| match tree.child(at, step) {
        Some(there) => Ok(there),
        None => Ok(tree.add(at, step, Kind::Directory, attributes)?),
    })
}

/// All or nothing.
fn undone_on_failure<T>(
    tree: &mut Tree,
    contents: &mut Contents,
    work: impl FnOnce(&mut Tree, &mut Contents) -> Result<T, ScanError>,
) -> Result<T, ScanError> {
    let (point, mark) = (tree.change_point(), contents.mark());
    work(tree, contents).or_else(|error| {
        tree.roll_back(point)?;
        contents.forget(mark);
        Err(error)
    })
}

fn look_up(path: &Path) -> Result<Stat, ScanError> {
    Stat::of_path(path).map_err(|source| {
        let above = path.parent().filter(|above| !above.as_os_str().is_empty());
        let path = path.to_path_buf();
        match above {
            Some(above) if source.kind() == ErrorKind::NotFound && fs::symlink_metadata(above).is_err() => {
                ScanError::NothingAbove { path }
            }
            _ => ScanError::Source { path, source },
        }
    })
}

fn absolute(path: &Path) -> Result<PathBuf, ScanError> {
    content::absolute(path).map_err(|source| ScanError::Source { path: path.to_path_buf(), source })
}

/// What a folder is called; of one that is given as `.` or `..`, what it is really called.
fn base_name(folder: &Path) -> Result<Vec<u8>, ScanError> {
    let name = |path: &Path| path.file_name().map(|name| name.as_bytes().to_vec());
    let found = name(folder).or_else(|| fs::canonicalize(folder).ok().and_then(|path| name(&path)));
    found.ok_or_else(|| ScanError::Path { given: folder.display().to_string() })
}

impl ScanOptions {
    /// What is known of a file on disk, as the image is to have it.
    fn applied(&self, attributes: Attributes) -> Attributes {
        self.owners.applied(self.dates.applied(attributes))
    }
}

impl Dates {
    fn applied(self, attributes: Attributes) -> Attributes {
        let time = match self {
            Self::OnDisk => return attributes,
            Self::NoLaterThan(latest) => attributes.modified.min(latest),
            Self::Fixed(time) => time,
        };
        Attributes { created: time, modified: time, accessed: time, ..attributes }
    }
}

impl Owners {
    fn applied(self, attributes: Attributes) -> Attributes {
        if self == Self::OnDisk {
            return attributes;
        }
        let kind = attributes.mode & 0o170_000;
        let rights = match FileType::from_raw_mode(kind) {
            FileType::Directory => 0o755,
            FileType::Symlink => 0o777,
            _ if attributes.mode & 0o111 != 0 => 0o755,
            _ => 0o644,
        };
        Attributes { mode: kind | rights, owner: 0, group: 0, ..attributes }
    }
}
