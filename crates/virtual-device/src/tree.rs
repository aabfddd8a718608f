//! [`Tree`]: what of the file system is the device's: its nodes, and what `/dev`, `/sys` and `/proc` tell of it.
//!
//! Files, folders and links are stored in a temporary folder, where programs get real descriptors of them; so everything
//! can be done with them that can be done with files. A folder of the machine in which something of ours is to be seen
//! stays the machine's; `listing.rs` adds ours to what programs read of it.

use std::{
    collections::{BTreeMap, HashMap},
    ffi::{OsStr, OsString},
    fs, io,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::{Component, Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
};

use imapi_mmc_transport::Device;
use tempfile::TempDir;

use crate::{
    identity::Identity,
    node::Node,
    procfs, reading,
    sysfs::{self, Seat},
};

/// What stands at a path.
pub(crate) enum Entry {
    /// A node.
    Node(Node),
    /// A folder that the machine does not have.
    Folder,
    /// A file.
    File(Content),
    /// A link that says this.
    Link(PathBuf),
}

/// What a file says; `None` when a drive like this has no such file. It is asked when a program first looks at anything.
pub(crate) type Content = Box<dyn Fn(&Identity) -> Option<Vec<u8>> + Send + Sync>;

/// What a path means to a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The device.
    Node(Node),
    /// What is really there, or is not.
    Stored(PathBuf),
}

/// What of the file system is the device's.
#[derive(Default)]
pub(crate) struct Tree {
    entries: BTreeMap<PathBuf, Entry>,
    /// The names of those that stand in folders of the machine: a path in which none of them is, is none of ours.
    names: Vec<OsString>,
    /// The folders of the machine in which ours stand, and their names there.
    guests: HashMap<PathBuf, Vec<OsString>>,
    /// The folder of the block device in `/sys`.
    block: Option<PathBuf>,
    identity: OnceLock<Identity>,
    stored: OnceLock<Option<Stored>>,
}

/// The temporary folder, and its path without links, as the kernel tells it of descriptors.
struct Stored {
    root: PathBuf,
    folder: Mutex<Option<TempDir>>,
}

/// The unit of sizes in `/sys`.
const SECTOR: u64 = 512;
/// Links that lead in a circle end here, as in the kernel.
const MOST_LINKS: usize = 40;

impl Tree {
    /// The nodes and, when they have a seat in the machine, what tells of them.
    pub(crate) fn of(nodes: &[Node], seat: Option<&Seat<'_>>) -> Self {
        let mut tree = Self::default();
        if let Some(seat) = seat {
            tree.block = sysfs::put(&mut tree, seat);
            procfs::put(&mut tree, seat);
            if let Some(node) = seat.block {
                // The names that programs try first.
                for name in ["cdrom".to_owned(), format!("scd{}", node.minor)] {
                    let path = Path::new("/dev").join(name);
                    if fs::symlink_metadata(&path).is_err() {
                        tree.link(&path, node.path());
                    }
                }
            }
        }
        for node in nodes {
            tree.put(node.path(), Entry::Node(node.clone()));
        }
        tree
    }

    /// Puts something there, and all folders above it that the machine lacks. What was put there before is replaced.
    pub(crate) fn put(&mut self, path: &Path, entry: Entry) {
        let path = plain(path);
        if let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
            if !self.entries.contains_key(&path) {
                if self.entries.contains_key(folder) {
                    // Whoever finds that folder finds this.
                } else if folder.is_dir() || folder.parent().is_none() {
                    self.names.push(name.to_owned());
                    let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
                    self.guests.entry(real).or_default().push(name.to_owned());
                } else {
                    self.put(folder, Entry::Folder);
                }
            }
        }
        self.entries.insert(path, entry);
    }

    pub(crate) fn file(&mut self, path: &Path, content: impl Fn(&Identity) -> Option<Vec<u8>> + Send + Sync + 'static) {
        self.put(path, Entry::File(Box::new(content)));
    }

    /// A file that says the same of every drive.
    pub(crate) fn text(&mut self, path: &Path, text: impl Into<Vec<u8>>) {
        let text = text.into();
        self.file(path, move |_| Some(text.clone()));
    }

    /// A link, which says the way as those of `/sys` do: the name of what it leads to always stands at its end.
    pub(crate) fn link(&mut self, path: &Path, target: &Path) {
        let folder = path.parent().unwrap_or(path);
        let above = target.parent().unwrap_or(target);
        let shared = folder.components().zip(above.components()).take_while(|(a, b)| a == b).count();
        let up = folder.components().skip(shared).map(|_| Component::ParentDir);
        let way: PathBuf = up.chain(target.components().skip(shared)).collect();
        self.put(path, Entry::Link(way));
    }

    pub(crate) fn entry(&self, path: &Path) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// What of ours is to be seen in a folder of the machine.
    pub(crate) fn guests(&self, folder: &Path) -> Option<&[OsString]> {
        self.guests.get(folder).map(Vec::as_slice)
    }

    /// Which place a thread means by a path, relative to its directory or to that descriptor. `None` when it is no
    /// concern of the device.
    pub(crate) fn place(
        &self,
        device: &dyn Device,
        pid: u32,
        directory: i32,
        said: &[u8],
        follow: bool,
    ) -> Option<Place> {
        // Almost all paths have none of the names, and need no closer look.
        let mut parts = said.split(|&byte| byte == b'/');
        if !parts.any(|part| self.names.iter().any(|name| name.as_bytes() == part)) {
            return None;
        }
        let said = Path::new(OsStr::from_bytes(said));
        let whole = if said.is_absolute() {
            said.to_owned()
        } else {
            let base = match directory {
                libc::AT_FDCWD => format!("/proc/{pid}/cwd"),
                fd => format!("/proc/{pid}/fd/{fd}"),
            };
            fs::read_link(base).ok()?.join(said)
        };
        // Behind a link that ends with a slash stands what it leads to.
        let follow = follow || said.as_os_str().as_bytes().ends_with(b"/");
        let path = self.walk(&self.seen(whole), follow)?;
        match self.entries.get(&path) {
            Some(Entry::Node(node)) => Some(Place::Node(node.clone())),
            _ if path.ancestors().any(|above| self.entries.contains_key(above)) => {
                let stored = self.stored(device)?;
                Some(Place::Stored(below(stored, &path)))
            }
            // Where a link of ours leads to something of the machine.
            _ => Some(Place::Stored(path)),
        }
    }

    /// The name by which programs know a path that may be one of the temporary folder.
    fn seen(&self, path: PathBuf) -> PathBuf {
        let stored = self.stored.get().and_then(Option::as_ref);
        let inside = stored.and_then(|stored| path.strip_prefix(&stored.root).ok());
        inside.map(|inside| Path::new("/").join(inside)).unwrap_or(path)
    }

    /// Follows the links of ours; `None` when nothing of ours is met. Links of the machine are not followed.
    fn walk(&self, path: &Path, follow: bool) -> Option<PathBuf> {
        let mut rest: Vec<OsString> = path.components().rev().map(|part| part.as_os_str().to_owned()).collect();
        let mut at = PathBuf::from("/");
        let mut links = 0;
        while let Some(name) = rest.pop() {
            match name.as_bytes() {
                b"." => continue,
                b".." => {
                    at.pop();
                    continue;
                }
                _ => at.push(&name),
            }
            if let Some(Entry::Link(target)) = self.entries.get(&at) {
                if (follow || !rest.is_empty()) && links < MOST_LINKS {
                    links += 1;
                    at.pop();
                    rest.extend(target.components().rev().map(|part| part.as_os_str().to_owned()));
                }
            }
        }
        let ours = links > 0 || at.ancestors().any(|above| self.entries.contains_key(above));
        ours.then_some(at)
    }

    /// The temporary folder, filled when it is first needed: most programs look at no more than the node.
    fn stored(&self, device: &dyn Device) -> Option<&Path> {
        let stored = self.stored.get_or_init(|| {
            let filled = self.fill(self.identity(device));
            filled.inspect_err(|error| tracing::warn!(%error, "the device cannot be shown in listings")).ok()
        });
        stored.as_ref().map(|stored| stored.root.as_path())
    }

    /// Who the drive is; asked once.
    pub(crate) fn identity(&self, device: &dyn Device) -> &Identity {
        self.identity.get_or_init(|| Identity::ask(device))
    }

    /// Brings the size of the disc up to date when somebody opens what tells it, or the folder in which that is.
    pub(crate) fn refresh(&self, device: &dyn Device, opened: &Path) {
        let stored = self.stored.get().and_then(Option::as_ref);
        let (Some(stored), Some(block)) = (stored, &self.block) else { return };
        let folder = below(&stored.root, block);
        if opened != folder && opened.parent() != Some(&folder) {
            return;
        }
        // Whoever has the old file open reads that to its end.
        let (new, old) = (folder.join(".size"), folder.join("size"));
        let size = format!("{}\n", reading::size(device) / SECTOR);
        if let Err(error) = write(&new, size.as_bytes()).and_then(|()| fs::rename(new, old)) {
            tracing::warn!(%error, "the size of the disc cannot be told");
        }
    }

    /// Removes the temporary folder, when nobody is left to look at it.
    pub(crate) fn clear(&self) {
        if let Some(stored) = self.stored.get().and_then(Option::as_ref) {
            stored.folder.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }

    fn fill(&self, identity: &Identity) -> io::Result<Stored> {
        let folder = tempfile::Builder::new().prefix("virtual-device-").tempdir()?;
        let root = fs::canonicalize(folder.path())?;
        for (path, entry) in &self.entries {
            let place = below(&root, path);
            match entry {
                Entry::Node(_) => {}
                Entry::Folder => fs::create_dir_all(place)?,
                Entry::File(content) => {
                    if let Some(bytes) = content(identity) {
                        fs::create_dir_all(place.parent().unwrap_or(&root))?;
                        write(&place, &bytes)?;
                    }
                }
                Entry::Link(target) => {
                    fs::create_dir_all(place.parent().unwrap_or(&root))?;
                    symlink(target, place)?;
                }
            }
        }
        Ok(Stored { root, folder: Mutex::new(Some(folder)) })
    }
}

/// A file that nobody writes.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::write(path, bytes)?;
    let mut permissions = fs::metadata(path)?.permissions();
    permissions.set_readonly(true);
    fs::set_permissions(path, permissions)
}

fn below(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

/// Without `.`, `..` and doubled slashes. Links are not followed.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::Kind;

    /// No drive answers here.
    fn drive() -> impl Device {
        crate::testing::Silent::default()
    }

    fn tree() -> Tree {
        let mut tree = Tree::default();
        for (path, kind) in [("/dev/sr3", Kind::Block), ("/dev/sg12", Kind::Generic)] {
            tree.put(Path::new(path), Entry::Node(Node::new(Path::new(path), kind)));
        }
        tree.link(Path::new("/dev/disc"), Path::new("/dev/sr3"));
        tree.text(Path::new("/sys/imapi-none/drive/size"), "5\n");
        tree.link(Path::new("/sys/imapi-none/link"), Path::new("/sys/imapi-none/drive"));
        tree.link(Path::new("/sys/imapi-none/out"), Path::new("/usr"));
        tree
    }

    fn place(tree: &Tree, said: &str, follow: bool) -> Option<Place> {
        tree.place(&drive(), std::process::id(), libc::AT_FDCWD, said.as_bytes(), follow)
    }

    #[test]
    fn a_path_is_the_device_however_it_is_written() {
        let tree = tree();
        for (said, kind) in [
            ("/dev/sr3", Some(Kind::Block)),
            ("//dev/./sr3", Some(Kind::Block)),
            ("/dev/../dev/sr3", Some(Kind::Block)),
            ("/dev/sg12", Some(Kind::Generic)),
            ("/dev/disc", Some(Kind::Block)),
            ("/dev/sr", None),
            ("/dev/usr3", None),
            ("/tmp/sr3", None),
            ("sr3", None),
            ("", None),
        ] {
            let found = match place(&tree, said, true) {
                Some(Place::Node(node)) => Some(node.kind),
                Some(Place::Stored(path)) => panic!("{said} is {}", path.display()),
                None => None,
            };
            assert_eq!(found, kind, "{said}");
        }
        let here = std::env::current_dir().expect("it works");
        let mut tree = Tree::default();
        tree.put(&here.join("sr0"), Entry::Node(Node::new(&here.join("sr0"), Kind::Block)));
        for said in ["sr0", "./sr0", "../here/../sr0"] {
            let said = said.replace("here", &here.file_name().expect("a name").to_string_lossy());
            assert_eq!(place(&tree, &said, true).is_some(), !said.contains(".."), "{said}");
        }
    }

    #[test]
    fn a_file_of_ours_is_read_through_all_links() {
        let tree = tree();
        for said in ["/sys/imapi-none/drive/size", "/sys/imapi-none/link/size", "/sys/imapi-none/link/../drive/size"] {
            let Some(Place::Stored(path)) = place(&tree, said, true) else { panic!("{said}") };
            assert_eq!(fs::read(path).expect("a file"), b"5\n", "{said}");
        }
        let Some(Place::Stored(link)) = place(&tree, "/sys/imapi-none/link", false) else { panic!("no link") };
        assert_eq!(fs::read_link(link).expect("a link"), Path::new("drive"));
        assert_eq!(place(&tree, "/sys/imapi-none/out/bin", true), Some(Place::Stored("/usr/bin".into())));
        let Some(Place::Stored(none)) = place(&tree, "/sys/imapi-none/drive/none", true) else { panic!("no path") };
        assert!(!none.exists());
    }

    #[test]
    fn the_machines_folders_have_guests_where_ours_begin() {
        let tree = tree();
        let names = |folder: &str| tree.guests(Path::new(folder)).map(<[_]>::len);
        assert_eq!(names("/dev"), Some(3));
        assert_eq!(names("/sys"), Some(1), "only the first folder that the machine lacks");
        assert_eq!(names("/sys/imapi-none"), None);
    }
}
