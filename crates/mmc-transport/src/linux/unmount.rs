//! Unmounting, by the programs that every Linux has for it: this program need not be root.

use std::{
    ffi::OsStr,
    io,
    path::Path,
    process::{Command, Stdio},
};

use super::places::Places;

/// Unmounts what is mounted there, from that node. Whether it worked is seen at the mount points.
pub(super) fn unmount(places: &Places, at: &Path, node: &Path) {
    // `umount` is enough for root, and for whoever mounted by a line of fstab; what a desktop mounted, udisks unmounts.
    let tries: [(&str, &[&OsStr]); 2] = [
        ("umount", &[OsStr::new("--"), at.as_os_str()]),
        (
            "udisksctl",
            &[OsStr::new("unmount"), OsStr::new("--no-user-interaction"), OsStr::new("-b"), node.as_os_str()],
        ),
    ];
    for (program, arguments) in tries {
        match run(places, program, arguments) {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::debug!(program, %error, "it could not be started"),
        }
    }
}

fn run(places: &Places, program: &str, arguments: &[&OsStr]) -> io::Result<bool> {
    let path = places.programs.as_ref().map_or_else(|| program.into(), |folder| folder.join(program));
    let output = Command::new(path).args(arguments).stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        tracing::warn!(program, status = %output.status, "{}", told.trim());
    }
    Ok(output.status.success())
}
