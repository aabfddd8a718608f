//! [`Channel`]: the UIO device over which the kernel hands commands to us.

use std::{
    fs::{self, File},
    io,
};

use crate::{error::AttachError, places::Places, ring::Ring, sys::mapping::Mapping};

/// An open UIO device and the ring in its memory. The kernel lets one program have it.
#[derive(Debug)]
pub(crate) struct Channel {
    node: File,
    ring: Ring<Mapping>,
}

impl Channel {
    /// Opens that of a store; `None` when another program has it.
    pub(crate) fn open(places: &Places, number: u32) -> Result<Option<Self>, AttachError> {
        let (name, len) = find(places, number)?;
        let path = places.dev.join(&name);
        let failed = |source| AttachError::System { what: "opening the channel to the kernel", source };
        let node = match File::options().read(true).write(true).open(&path) {
            Ok(node) => node,
            Err(error) if error.raw_os_error() == Some(libc::EBUSY) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let memory = Mapping::new(&node, len).map_err(failed)?;
        Ok(Some(Self { node, ring: Ring::new(memory)? }))
    }

    pub(crate) fn into_parts(self) -> (File, Ring<Mapping>) {
        (self.node, self.ring)
    }
}

/// The name of the device, and how much memory it has.
fn find(places: &Places, number: u32) -> Result<(String, usize), AttachError> {
    let failed = |source| AttachError::System { what: "looking for the channel to the kernel", source };
    for device in fs::read_dir(places.sys.join("class/uio")).map_err(failed)? {
        let device = device.map_err(failed)?;
        // One that goes away meanwhile is not ours.
        let name = fs::read_to_string(device.path().join("name")).unwrap_or_default();
        if is_of(&name, number) {
            let size = fs::read_to_string(device.path().join("maps/map0/size")).map_err(failed)?;
            let size = parse_size(&size).ok_or_else(|| failed(io::ErrorKind::InvalidData.into()))?;
            return Ok((device.file_name().to_string_lossy().into_owned(), size));
        }
    }
    Err(failed(io::ErrorKind::NotFound.into()))
}

/// `tcm-user/`, the number, `/`, the name of the store, `/`, what it was told.
fn is_of(name: &str, number: u32) -> bool {
    let mut parts = name.trim_end().split('/');
    parts.next() == Some("tcm-user")
        && parts.next().and_then(|text| text.parse().ok()) == Some(number)
        && parts.next() == Some(crate::configfs::STORE)
}

fn parse_size(text: &str) -> Option<usize> {
    usize::from_str_radix(text.trim().strip_prefix("0x")?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_known_by_number_and_name() {
        assert!(is_of("tcm-user/3/imapi/imapi\n", 3));
        for other in
            ["tcm-user/3/disk/imapi\n", "tcm-user/31/imapi/imapi\n", "uio_pci_generic\n", "", "tcm-user/x/imapi"]
        {
            assert!(!is_of(other, 3), "{other}");
        }
    }

    #[test]
    fn a_size_is_hexadecimal() {
        assert_eq!(parse_size("0x0000000040800000\n"), Some(0x4080_0000));
        assert_eq!(parse_size("4096"), None);
    }
}
