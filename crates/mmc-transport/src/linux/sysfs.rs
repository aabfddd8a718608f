//! [`DriveInfo`]: the drives that are there, from sysfs.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{limits::Queue, mounts, places::Places};

/// Peripheral device type of CD, DVD and BD drives (standard INQUIRY data of SPC).
const CD_DVD: &str = "5";

/// A drive that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriveInfo {
    /// What stays the same as long as the drive is plugged in where it is: udev's name for it with the serial number,
    /// else with the place, else address and serial number.
    pub id: String,
    /// Its node: `/dev/sr0`, or `/dev/sg2` where the system has no driver for discs.
    pub node: PathBuf,
    /// Address on its bus: host, channel, target, unit.
    pub address: String,
    /// INQUIRY: vendor, without the spaces at its end.
    pub vendor: String,
    /// INQUIRY: product.
    pub product: String,
    /// INQUIRY: revision.
    pub revision: String,
    /// Serial number, where the drive has one.
    pub serial: Option<String>,
    /// Major and minor number of the node.
    pub number: Option<(u32, u32)>,
    /// The node is one that discs are mounted from.
    pub is_block: bool,
}

/// All drives, by address. A system without SCSI has none.
pub(super) fn drives(places: &Places) -> io::Result<Vec<DriveInfo>> {
    let folder = places.sys.join("bus/scsi/devices");
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        result => result?,
    };
    let mut drives = Vec::new();
    for entry in entries {
        let entry = entry?;
        // Hosts and targets stand here too; only units have an address as their name.
        if let Some(address) = entry.file_name().to_str().filter(|name| address_of(name).is_some()) {
            drives.extend(drive(places, &entry.path(), address));
        }
    }
    drives.sort_by_key(|drive| address_of(&drive.address));
    Ok(drives)
}

/// `None` for what is no drive, and for what went away while we looked.
fn drive(places: &Places, unit: &Path, address: &str) -> Option<DriveInfo> {
    if attribute(unit, "type")? != CD_DVD {
        return None;
    }
    let (folder, is_block) = match only_child(&unit.join("block")) {
        Some(block) => (block, true),
        None => (only_child(&unit.join("scsi_generic"))?, false),
    };
    let name = folder.file_name()?.to_str()?;
    let serial = serial(unit);
    let id = udev_name(places, name).unwrap_or_else(|| match &serial {
        Some(serial) => format!("scsi-{address}-{serial}"),
        None => format!("scsi-{address}"),
    });
    Some(DriveInfo {
        id,
        node: places.dev.join(name),
        address: address.to_owned(),
        vendor: words(unit, "vendor"),
        product: words(unit, "model"),
        revision: words(unit, "rev"),
        serial,
        number: attribute(&folder, "dev").as_deref().and_then(mounts::device_number),
        is_block,
    })
}

/// The generic node of the unit with that address.
pub(super) fn generic_node(places: &Places, address: &str) -> Option<PathBuf> {
    let unit = places.sys.join("bus/scsi/devices").join(address);
    Some(places.dev.join(only_child(&unit.join("scsi_generic"))?.file_name()?))
}

/// What the kernel says of the drive's queue.
pub(super) fn queue(places: &Places, node: &Path) -> Queue {
    let folder = node.file_name().map(|name| places.sys.join("class/block").join(name).join("queue"));
    let number = |name| folder.as_deref().and_then(|folder| attribute(folder, name)?.parse::<u32>().ok());
    let bytes = |name| number(name).map(|kib| kib.saturating_mul(1024));
    Queue {
        hardware: bytes("max_hw_sectors_kb"),
        soft: bytes("max_sectors_kb"),
        segments: number("max_segments"),
        reserved: None,
    }
}

/// `1:0:0:0`, as numbers so that 10 comes after 9.
fn address_of(name: &str) -> Option<[u64; 4]> {
    let number = |part: &str| {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        if digits { part.parse().ok() } else { None }
    };
    let numbers: Vec<u64> = name.split(':').map(number).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// The text of a small file, without space around it.
pub(super) fn attribute(folder: &Path, name: &str) -> Option<String> {
    let bytes = fs::read(folder.join(name)).ok()?;
    Some(String::from_utf8_lossy(&bytes).trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned())
}

/// What the drive calls itself.
fn words(unit: &Path, name: &str) -> String {
    printable(&attribute(unit, name).unwrap_or_default())
}

/// Names are of ASCII that can be seen (SPC); a drive that sends anything else does not get at anybody's terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).collect()
}

/// The Unit Serial Number page (80h) of SPC: four bytes of header, then text.
fn serial(unit: &Path) -> Option<String> {
    let page = fs::read(unit.join("vpd_pg80")).ok()?;
    let &[_, 0x80, high, low, ref text @ ..] = page.as_slice() else { return None };
    let text = text.get(..usize::from(u16::from_be_bytes([high, low]))).unwrap_or(text);
    let text = String::from_utf8_lossy(text);
    let text = text.trim_matches(|c: char| !c.is_ascii_graphic());
    if text.is_empty() { None } else { Some(printable(text)) }
}

fn only_child(folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).min()
}

/// udev's link to the node: the first by name of those that tell the drive, else of those that tell the place.
fn udev_name(places: &Places, node: &str) -> Option<String> {
    ["by-id", "by-path"].iter().find_map(|kind| {
        let folder = places.dev.join("disk").join(kind);
        let links = fs::read_dir(&folder).ok()?.flatten().filter(|entry| {
            // A world wide name tells people nothing.
            let telling = !entry.file_name().as_encoded_bytes().starts_with(b"wwn-");
            let target = fs::read_link(entry.path());
            telling && target.is_ok_and(|target| target.file_name().is_some_and(|name| name == node))
        });
        links.filter_map(|entry| entry.path().into_os_string().into_string().ok()).min()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_units_have_an_address() {
        assert_eq!(address_of("10:0:2:1"), Some([10, 0, 2, 1]));
        for name in ["host0", "target0:0:0", "0:0:0", "0:0:0:0:0", "a:0:0:0", "+1:0:0:0", "1::0:0", ""] {
            assert_eq!(address_of(name), None, "{name}");
        }
    }

    #[test]
    fn what_a_drive_calls_itself_can_be_printed() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("model"), b" \x1B[2JDVD\n RAM\xFF \n").expect("a file");
        fs::write(folder.path().join("vpd_pg80"), b"\x05\x80\0\x05K\x1BA\xFF2").expect("a file");
        assert_eq!(words(folder.path(), "model"), "?[2JDVD? RAM?");
        assert_eq!(serial(folder.path()).as_deref(), Some("K?A?2"));
        assert_eq!(words(folder.path(), "vendor"), "");
    }

    #[test]
    fn a_serial_number_is_the_text_of_page_80h() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = |page: &[u8]| {
            fs::write(folder.path().join("vpd_pg80"), page).expect("a file");
            serial(folder.path())
        };
        assert_eq!(read(b"\x05\x80\0\x08  K1AE22").as_deref(), Some("K1AE22"));
        assert_eq!(read(b"\x05\x80\0\x04K1AE22").as_deref(), Some("K1AE"));
        assert_eq!(read(b"\x05\x80\0\xFFK1").as_deref(), Some("K1"), "shorter than it says");
        for page in [&b"\x05\x80\0\x04    "[..], b"\x05\x80\0\0", b"\x05\x80", b"", b"\x05\x83\0\x01A"] {
            assert_eq!(read(page), None, "{page:?}");
        }
    }
}
