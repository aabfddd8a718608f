//! Where the file systems of a device are mounted, from `/proc/self/mountinfo` (proc(5)).

use std::{ffi::OsString, os::unix::ffi::OsStringExt, path::PathBuf};

/// The mount points of the device with that number, in order. Lines that cannot be understood are passed over.
pub(super) fn of_device(mountinfo: &[u8], device: (u32, u32)) -> Vec<PathBuf> {
    let lines = mountinfo.split(|&byte| byte == b'\n');
    lines.filter_map(|line| mount_point(line, device)).collect()
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime …`: identifiers of the mount and its parent, device, root, mount point.
fn mount_point(line: &[u8], device: (u32, u32)) -> Option<PathBuf> {
    let mut fields = line.split(|&byte| byte == b' ').skip(2);
    let number = std::str::from_utf8(fields.next()?).ok()?;
    let _root = fields.next()?;
    let point = fields.next()?;
    if device_number(number)? != device || point.is_empty() {
        return None;
    }
    Some(PathBuf::from(OsString::from_vec(unescape(point))))
}

/// `11:0`, as sysfs has it too.
pub(super) fn device_number(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.trim().split_once(':')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Space, tab, line end and backslash stand as a backslash with three octal digits.
fn unescape(escaped: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some((&first, after)) = rest.split_first() {
        let (byte, after) = match (first, after) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..]) => {
                ((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'), after)
            }
            _ => (first, after),
        };
        bytes.push(byte);
        rest = after;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOUNTINFO: &[u8] = b"22 27 0:20 / /proc rw,nosuid - proc proc rw\n\
        31 27 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n\
        90 27 11:0 / /media/My\\040Disc\\134\\0111\xC3\xA9 ro - udf /dev/sr0 ro\n\
        91 27 11:0 /sub /mnt\\777 ro - udf /dev/sr0 ro\n\
        92 27 11:1 / /other ro - udf /dev/sr1 ro\n\
        93 27 11:0\n\
        bad line\n";

    #[test]
    fn the_mount_points_of_a_drive_come_without_escapes() {
        let found = of_device(MOUNTINFO, (11, 0));
        assert_eq!(found, [PathBuf::from("/media/My Disc\\\t1é"), PathBuf::from("/mnt\\777")]);
        assert!(of_device(MOUNTINFO, (11, 2)).is_empty());
    }

    proptest! {
        #[test]
        fn no_mountinfo_panics(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = of_device(&bytes, (11, 0));
        }
    }
}
