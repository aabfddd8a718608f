//! [`Address`]: where on which bus the drive is, as Linux counts: host, channel, target, unit.

use std::{fmt, fs, path::Path};

use crate::node::{Kind, Node};

/// Host, channel, target, unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Address {
    pub(crate) host: u32,
    pub(crate) channel: u32,
    pub(crate) target: u32,
    pub(crate) unit: u32,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}:{}", self.host, self.channel, self.target, self.unit)
    }
}

impl Address {
    /// That of the drive which the nodes hide, so that it is hidden wholly; else the first host that is free.
    pub(crate) fn of(nodes: &[Node], sys: &Path) -> Self {
        let hidden = nodes.iter().filter(|node| node.kind == Kind::Block).find_map(|node| {
            let device = sys.join("class/block").join(node.path().file_name()?).join("device");
            Self::parse(fs::canonicalize(device).ok()?.file_name()?.to_str()?)
        });
        hidden.unwrap_or_else(|| {
            let taken = |host: &u32| {
                ["class/scsi_host", "bus/scsi/devices"]
                    .iter()
                    .any(|folder| sys.join(folder).join(format!("host{host}")).exists())
            };
            let host = (0..u32::from(u8::MAX)).find(|host| !taken(host)).unwrap_or(0);
            Self { host, ..Self::default() }
        })
    }

    fn parse(name: &str) -> Option<Self> {
        let numbers: Vec<u32> = name.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let [host, channel, target, unit] = numbers[..] else { return None };
        Some(Self { host, channel, target, unit })
    }

    /// `SCSI_IOCTL_GET_IDLUN`: one byte of each, and the host's own number once more.
    pub(crate) fn id_lun(self) -> [u8; 8] {
        let byte = |number: u32| u64::from(number & 0xFF);
        let both = byte(self.target) | byte(self.unit) << 8 | byte(self.channel) << 16 | byte(self.host) << 24;
        (both | u64::from(self.host) << 32).to_ne_bytes()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_hidden_drive_lends_its_address_and_else_the_host_is_new() {
        let sys = tempfile::tempdir().expect("a folder");
        let nodes = [Node::new(Path::new("/dev/sr1"), Kind::Block)];
        assert_eq!(Address::of(&nodes, sys.path()).to_string(), "0:0:0:0");
        for folder in ["class/scsi_host/host0", "bus/scsi/devices/host1", "devices/2:0:3:1/block/sr1", "class/block"] {
            fs::create_dir_all(sys.path().join(folder)).expect("a folder");
        }
        assert_eq!(Address::of(&nodes, sys.path()).to_string(), "2:0:0:0");
        symlink("../..", sys.path().join("devices/2:0:3:1/block/sr1/device")).expect("a link");
        symlink("../../devices/2:0:3:1/block/sr1", sys.path().join("class/block/sr1")).expect("a link");
        let hidden = Address::of(&nodes, sys.path());
        assert_eq!(hidden, Address { host: 2, channel: 0, target: 3, unit: 1 });
        // <scsi/scsi_ioctl.h>: «low order byte is target, then lun, channel, host».
        assert_eq!(hidden.id_lun(), [3, 1, 0, 2, 2, 0, 0, 0]);
    }
}
