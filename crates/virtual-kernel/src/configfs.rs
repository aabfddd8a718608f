//! [`Tree`]: what one attachment has in configfs, made and removed step by step.
//!
//! A store (`core/user_N/imapi`) is the kernel's end of the ring. A port (`loopback/naa.…/tpgt_1`) is a SCSI host of this
//! machine; with a link from its `lun_0` to the store there is a device on that host, and its driver is called. All names
//! follow from the number, so that whoever finds one of them can remove all.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use crate::{error::AttachError, places::Places};

/// The name of every store of ours.
pub(crate) const STORE: &str = "imapi";
/// More than anybody has a use for.
const MOST: u32 = 1024;
/// The names of the port and of who uses it: locally assigned ones, with «imapi» in hexadecimal.
const PORT: &str = "naa.3696d61706900";
const NEXUS: &str = "naa.3696d61706910";
/// The kernel keeps no longer label.
const LONGEST_LABEL: usize = 500;

/// Where the target modules are told what to do.
pub(crate) fn target(places: &Places) -> PathBuf {
    places.sys.join("kernel/config/target")
}

/// One attachment.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    target: PathBuf,
    /// Which one.
    pub(crate) number: u32,
}

impl Tree {
    pub(crate) fn new(places: &Places, number: u32) -> Self {
        Self { target: target(places), number }
    }

    /// All that are there now, whoever made them.
    pub(crate) fn all(places: &Places) -> Result<Vec<Self>, AttachError> {
        let core = target(places).join("core");
        let failed = |source| AttachError::Configfs { what: "listing", path: core.clone(), source };
        let entries = match fs::read_dir(&core) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut all = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed)?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix("user_")?.parse().ok());
            let tree = number.map(|number| Self::new(places, number));
            all.extend(tree.filter(|tree| tree.store().is_dir()));
        }
        all.sort_by_key(|tree| tree.number);
        Ok(all)
    }

    /// Takes the first free number and makes its store.
    pub(crate) fn create(places: &Places, label: &str) -> Result<Self, AttachError> {
        for number in 0..MOST {
            let tree = Self::new(places, number);
            match fs::create_dir(tree.hba()) {
                Ok(()) => return tree.create_store(label),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(AttachError::Configfs { what: "making", path: tree.hba(), source }),
            }
        }
        Err(AttachError::TooMany { limit: MOST })
    }

    fn create_store(self, label: &str) -> Result<Self, AttachError> {
        let made = make(&self.store()).and_then(|()| {
            // The size is the kernel's business only for disks. No daemon is asked about the device (-1), and commands
            // may take as long as they take: burning does.
            let control = format!("dev_config={STORE},dev_size=2048,hw_block_size=2048,nl_reply_supported=-1");
            tell(&self.store().join("control"), &control)?;
            tell(&self.store().join("attrib/cmd_time_out"), "0")?;
            if label.len() <= LONGEST_LABEL && !label.is_empty() {
                tell(&self.store().join("udev_path"), label)?;
            }
            tell(&self.store().join("enable"), "1")
        });
        match made {
            Ok(()) => Ok(self),
            Err(error) => {
                let _ = self.remove();
                Err(error)
            }
        }
    }

    /// Makes the port and links the store to it. Comes back when the driver has seen the device; somebody must answer its
    /// commands meanwhile.
    pub(crate) fn link(&self) -> Result<(), AttachError> {
        // What a killed program left behind under this number.
        self.unlink()?;
        match fs::create_dir(self.target.join("loopback")) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(AttachError::Configfs {
                    what: "making",
                    path: self.target.join("loopback"),
                    source: error,
                });
            }
            _ => {}
        }
        make(&self.host())?;
        make(&self.port())?;
        tell(&self.port().join("nexus"), &format!("{NEXUS}{:03x}", self.number))?;
        make(&self.lun())?;
        let link = self.lun().join(STORE);
        symlink(self.store(), &link).map_err(|source| AttachError::Configfs { what: "linking", path: link, source })
    }

    /// Removes the device and its host. Comes back when its driver has let go of it.
    pub(crate) fn unlink(&self) -> Result<(), AttachError> {
        gone(fs::remove_file(self.lun().join(STORE)), &self.lun().join(STORE))?;
        for folder in [self.lun(), self.port(), self.host()] {
            gone(fs::remove_dir(&folder), &folder)?;
        }
        Ok(())
    }

    /// Removes the store; nothing may be linked to it any more.
    pub(crate) fn remove(&self) -> Result<(), AttachError> {
        for folder in [self.store(), self.hba()] {
            gone(fs::remove_dir(&folder), &folder)?;
        }
        Ok(())
    }

    /// Fails all commands under way, when nobody can answer them.
    pub(crate) fn fail_commands(&self) -> Result<(), AttachError> {
        tell(&self.store().join("action/block_dev"), "1")?;
        tell(&self.store().join("action/reset_ring"), "1")
    }

    /// What the attachment was called.
    pub(crate) fn label(&self) -> Option<String> {
        let label = fs::read_to_string(self.store().join("udev_path")).ok()?;
        Some(label.trim_end_matches('\n').to_string()).filter(|label| !label.is_empty())
    }

    /// Host, channel, target and unit of the device, as sysfs names it.
    pub(crate) fn address(&self) -> Option<String> {
        let address = fs::read_to_string(self.port().join("address")).ok()?;
        Some(format!("{}:0", address.trim()))
    }

    fn hba(&self) -> PathBuf {
        self.target.join("core").join(format!("user_{}", self.number))
    }

    fn store(&self) -> PathBuf {
        self.hba().join(STORE)
    }

    fn host(&self) -> PathBuf {
        self.target.join("loopback").join(format!("{PORT}{:03x}", self.number))
    }

    fn port(&self) -> PathBuf {
        self.host().join("tpgt_1")
    }

    fn lun(&self) -> PathBuf {
        self.port().join("lun/lun_0")
    }
}

fn make(path: &Path) -> Result<(), AttachError> {
    fs::create_dir(path).map_err(|source| AttachError::Configfs { what: "making", path: path.to_owned(), source })
}

/// Attributes are read in one piece.
fn tell(attribute: &Path, value: &str) -> Result<(), AttachError> {
    let failed = |source| AttachError::Configfs { what: "setting", path: attribute.to_owned(), source };
    let mut file = File::options().write(true).open(attribute).map_err(failed)?;
    file.write_all(format!("{value}\n").as_bytes()).map_err(failed)
}

/// What is not there need not be removed.
fn gone(removed: io::Result<()>, path: &Path) -> Result<(), AttachError> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(AttachError::Configfs { what: "removing", path: path.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(root: &Path) -> Places {
        Places { sys: root.to_owned(), ..Places::default() }
    }

    #[test]
    fn only_stores_of_ours_are_found_in_their_order() {
        let root = tempfile::tempdir().expect("a folder");
        let places = places(root.path());
        assert!(Tree::all(&places).expect("there is nothing").is_empty());
        let core = target(&places).join("core");
        for store in ["user_12/imapi", "user_3/imapi", "user_4/disk", "iblock_0/imapi", "alua/lu_gps"] {
            fs::create_dir_all(core.join(store)).expect("a folder");
        }
        let numbers: Vec<u32> = Tree::all(&places).expect("a folder").iter().map(|tree| tree.number).collect();
        assert_eq!(numbers, [3, 12]);
    }

    #[test]
    fn each_number_has_names_of_its_own_that_the_kernel_takes() {
        let tree = Tree::new(&places(Path::new("/x")), 1023);
        let host = tree.host();
        let name = host.file_name().and_then(|name| name.to_str()).expect("a name");
        // "naa." and sixteen hexadecimal digits, the first 3: locally assigned.
        assert_eq!(name, "naa.3696d617069003ff");
        assert_eq!(name.len(), 4 + 16);
        assert_eq!(NEXUS.len() + 3, 4 + 16);
    }

    #[test]
    fn what_is_not_there_need_not_be_removed() {
        let root = tempfile::tempdir().expect("a folder");
        let tree = Tree::new(&places(root.path()), 0);
        tree.unlink().expect("there is nothing");
        tree.remove().expect("there is nothing");
        let missing = tree.fail_commands().expect_err("there is no such attribute");
        assert!(missing.to_string().contains("action/block_dev"), "{missing}");
    }
}
