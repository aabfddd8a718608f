//! [`Nodes`]: the drive that the kernel made, by its paths, and what it is used for.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::{configfs::Tree, error::AttachError, places::Places};

/// The driver has seen the device already; udev may take its time with the node.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(10);

/// The paths of a drive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nodes {
    /// `/dev/srN`
    pub(crate) block: PathBuf,
    /// `/dev/sgN`, where the kernel has generic nodes
    pub(crate) generic: Option<PathBuf>,
}

impl Nodes {
    /// Those of the attachment, once they are there.
    pub(crate) fn wait(places: &Places, tree: &Tree) -> Result<Self, AttachError> {
        let since = Instant::now();
        loop {
            match Self::find(places, tree) {
                Some(nodes) if nodes.block.exists() => return Ok(nodes),
                _ if since.elapsed() > PATIENCE => return Err(AttachError::NoNode { seconds: PATIENCE.as_secs() }),
                _ => thread::sleep(PAUSE),
            }
        }
    }

    pub(crate) fn find(places: &Places, tree: &Tree) -> Option<Self> {
        let device = places.sys.join("class/scsi_device").join(tree.address()?).join("device");
        let node = |class: &str| Some(places.dev.join(only_name(&device.join(class))?));
        Some(Self { block: node("block")?, generic: node("scsi_generic") })
    }

    /// Where its file systems are mounted.
    pub(crate) fn mounted(&self, places: &Places) -> Option<PathBuf> {
        let number = fs::read_to_string(self.queue_of(places).parent()?.join("dev")).ok()?;
        let mounts = fs::read_to_string(places.proc.join("self/mountinfo")).ok()?;
        mounted_at(&mounts, number.trim())
    }

    /// The kernel shall not read more at a time than the device takes.
    pub(crate) fn limit(&self, places: &Places, bytes: u32) {
        let attribute = self.queue_of(places).join("max_sectors_kb");
        let now = fs::read_to_string(&attribute).ok().and_then(|text| text.trim().parse::<u32>().ok());
        if now.is_some_and(|now| now > bytes / 1024) {
            if let Err(error) = fs::write(&attribute, (bytes / 1024).to_string()) {
                tracing::warn!(%error, "the kernel may read more at a time than the device takes");
            }
        }
    }

    fn queue_of(&self, places: &Places) -> PathBuf {
        places.sys.join("class/block").join(self.block.file_name().unwrap_or_default()).join("queue")
    }
}

fn only_name(folder: &Path) -> Option<PathBuf> {
    Some(PathBuf::from(fs::read_dir(folder).ok()?.next()?.ok()?.file_name()))
}

/// The first place where the device of that number is mounted. In the list, a space is `\040`.
fn mounted_at(mounts: &str, number: &str) -> Option<PathBuf> {
    let place = mounts.lines().find_map(|line| {
        let mut fields = line.split(' ').skip(2);
        (fields.next()? == number).then(|| fields.nth(1)).flatten()
    })?;
    Some(PathBuf::from(
        place.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_is_found_by_the_number_of_its_device() {
        // As proc(5) has them.
        let mounts = "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n\
                      40 36 11:0 / /media/my\\040disc ro - iso9660 /dev/sr0 ro\n";
        assert_eq!(mounted_at(mounts, "11:0"), Some("/media/my disc".into()));
        assert_eq!(mounted_at(mounts, "98:0"), Some("/mnt2".into()));
        assert_eq!(mounted_at(mounts, "11:1"), None);
    }

    #[test]
    fn a_drive_is_found_by_the_address_of_its_host() {
        let root = tempfile::tempdir().expect("a folder");
        let places = Places { sys: root.path().join("sys"), dev: root.path().join("dev"), ..Places::default() };
        let tree = Tree::new(&places, 7);
        assert_eq!(Nodes::find(&places, &tree), None);
        let port = places.sys.join("kernel/config/target/loopback/naa.3696d61706900007/tpgt_1");
        fs::create_dir_all(&port).expect("a folder");
        fs::write(port.join("address"), "6:0:1\n").expect("a file");
        let device = places.sys.join("class/scsi_device/6:0:1:0/device");
        fs::create_dir_all(device.join("block/sr3")).expect("a folder");
        let block = places.dev.join("sr3");
        assert_eq!(Nodes::find(&places, &tree), Some(Nodes { block: block.clone(), generic: None }));
        fs::create_dir_all(device.join("scsi_generic/sg4")).expect("a folder");
        assert_eq!(Nodes::find(&places, &tree), Some(Nodes { block, generic: Some(places.dev.join("sg4")) }));

        let queue = places.sys.join("class/block/sr3/queue");
        fs::create_dir_all(&queue).expect("a folder");
        fs::write(queue.join("max_sectors_kb"), "1280\n").expect("a file");
        let nodes = Nodes::find(&places, &tree).expect("it is there");
        nodes.limit(&places, 1 << 21);
        assert_eq!(fs::read_to_string(queue.join("max_sectors_kb")).expect("a file"), "1280\n");
        nodes.limit(&places, 64 << 10);
        assert_eq!(fs::read_to_string(queue.join("max_sectors_kb")).expect("a file"), "64");
    }
}
