//! Extended attributes of a file, as Linux has them: `user.…` becomes a named stream.

use std::{ffi::CStr, fs::File, io};

use rustix::{
    fs::{OFlags, fgetxattr, flistxattr},
    io::Errno,
};

use crate::content::open_in;

/// What every name begins with that a user may give.
const USER: &[u8] = b"user.";
/// The longest list and the longest value that Linux has.
const LONGEST: usize = 64 << 10;

/// Names and values, in the order of the names. File systems without such attributes have none.
pub(super) fn user_attributes(folder: &File, name: &CStr, follow: bool) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let nofollow = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    let file = open_in(Some(folder), name.to_bytes(), OFlags::RDONLY | OFlags::NONBLOCK | nofollow)?;
    let mut list = vec![0; LONGEST];
    let length = match flistxattr(&file, &mut list) {
        Err(Errno::OPNOTSUPP) => return Ok(Vec::new()),
        length => length?,
    };
    let mut names: Vec<&[u8]> = list[..length].split(|&byte| byte == 0).filter(|n| n.starts_with(USER)).collect();
    names.sort_unstable();
    let mut found = Vec::new();
    for name in names {
        let mut value = vec![0; LONGEST];
        let length = match fgetxattr(&file, name, &mut value) {
            Err(Errno::NODATA) => continue, // gone since the list was made
            length => length?,
        };
        value.truncate(length);
        found.push((name[USER.len()..].to_vec(), value));
    }
    Ok(found)
}
