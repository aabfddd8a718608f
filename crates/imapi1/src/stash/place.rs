//! [`StashOptions`]: where the stash is, and whether it may be there.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use rustix::fs::{IFlags, fstatvfs, ioctl_getflags, major, minor};

use crate::V1Error;

/// The name that the stash has in Windows.
const NAME: &str = "CD burning stash file.bin";

/// Of inodes whose bytes the file system encrypts: `FS_ENCRYPT_FL` of Linux.
const ENCRYPTED: u32 = 0x800;

/// Where the stash is.
#[derive(Debug, Clone)]
pub struct StashOptions {
    /// The folder. It needs room for a whole disc. All programs of a machine should have the same, or they have a stash
    /// each.
    pub folder: PathBuf,
    /// Bytes that have to stay free on its volume.
    pub keep_free: u64,
    /// Where the system tells of its disks.
    pub sys: PathBuf,
    /// How it is found out what the file system says of an inode: its flags, as `lsattr` has them; nothing where it has none.
    pub inode_flags: fn(&File) -> Option<u32>,
}

impl Default for StashOptions {
    /// `/var/tmp`: it is on a disk, everybody may write there, and it is the same for all.
    fn default() -> Self {
        Self { folder: "/var/tmp".into(), keep_free: 0, sys: "/sys".into(), inode_flags: flags }
    }
}

impl StashOptions {
    /// The stash file.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.folder.join(NAME)
    }
}

/// Whether files in the folder may be a stash: they must neither be compressed nor encrypted, nor go with the medium that
/// they are on.
pub(super) fn check(options: &StashOptions, file: &File) -> Result<(), V1Error> {
    let folder = &options.folder;
    let opened = File::open(folder);
    let inodes = [Some(file), opened.as_ref().ok()];
    let flags = inodes.into_iter().flatten().filter_map(options.inode_flags).fold(0, |all, flags| all | flags);
    if flags & IFlags::COMPRESSED.bits() != 0 {
        return Err(V1Error::CompressedStash { folder: folder.clone() });
    }
    if flags & ENCRYPTED != 0 {
        return Err(V1Error::EncryptedStash { folder: folder.clone() });
    }
    if file.metadata().is_ok_and(|metadata| is_removable(&options.sys, metadata.dev())) {
        return Err(V1Error::RemovableStash { folder: folder.clone() });
    }
    Ok(())
}

/// What the file system says of an inode; nothing where it has no such flags.
fn flags(inode: &File) -> Option<u32> {
    ioctl_getflags(inode).ok().map(|flags| flags.bits())
}

/// Whether the disk with that number is one whose medium can be taken out. A partition says so by its disk.
fn is_removable(sys: &Path, device: u64) -> bool {
    let entry = sys.join("dev/block").join(format!("{}:{}", major(device), minor(device)));
    let Ok(entry) = fs::canonicalize(entry) else { return false };
    let told_by = |folder: &Path| fs::read_to_string(folder.join("removable")).ok().map(|text| text.trim() == "1");
    told_by(&entry).or_else(|| told_by(entry.parent()?)).unwrap_or(false)
}

/// Bytes that this program may still write.
pub(super) fn free(options: &StashOptions, file: &File) -> io::Result<u64> {
    let volume = fstatvfs(file)?;
    Ok(volume.f_bavail.saturating_mul(volume.f_frsize).saturating_sub(options.keep_free))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A tree like that of the kernel: a link by number to the folder of the partition, which lies in that of its disk.
    #[test]
    fn a_partition_is_removable_as_its_disk() {
        let sys = tempfile::tempdir().expect("a folder");
        for (disk, removable, number) in [("sda", "0\n", 1), ("sdb", "1\n", 17)] {
            let partition = sys.path().join("devices").join(disk).join(format!("{disk}1"));
            fs::create_dir_all(&partition).expect("a folder");
            fs::write(partition.parent().expect("the disk").join("removable"), removable).expect("a file");
            let links = sys.path().join("dev/block");
            fs::create_dir_all(&links).expect("a folder");
            symlink(&partition, links.join(format!("8:{number}"))).expect("a link");
        }
        assert!(!is_removable(sys.path(), rustix::fs::makedev(8, 1)));
        assert!(is_removable(sys.path(), rustix::fs::makedev(8, 17)));
        assert!(!is_removable(sys.path(), rustix::fs::makedev(0, 40)), "no disk at all");
    }
}
