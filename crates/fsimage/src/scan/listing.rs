//! [`Listing`]: the names in a folder on disk, in the order of their bytes.

use std::{ffi::CStr, fs::File, io};

use rustix::fs::RawDir;

/// The system fills this at once: some thousand names.
const BUFFER: usize = 64 << 10;

/// The names in a folder. Buffers stay for the next one.
#[derive(Debug, Default)]
pub(super) struct Listing {
    buffer: Vec<u8>,
    names: Vec<u8>,
    /// Where each name begins, and its length with the zero byte that ends it.
    places: Vec<(u32, u16)>,
}

impl Listing {
    /// Reads a folder to its end. Directories have their entries in any order; images are the same on any machine.
    pub(super) fn read(&mut self, folder: &File) -> io::Result<()> {
        self.names.clear();
        self.places.clear();
        self.buffer.clear();
        self.buffer.reserve(BUFFER);
        let mut entries = RawDir::new(folder, self.buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes_with_nul();
            if matches!(name, b".\0" | b"..\0") {
                continue;
            }
            let too_much = |_| io::Error::from(io::ErrorKind::FileTooLarge);
            let start = u32::try_from(self.names.len()).map_err(too_much)?;
            let len = u16::try_from(name.len()).unwrap_or(u16::MAX);
            self.places.push((start, len));
            self.names.extend_from_slice(name);
        }
        let names = &self.names;
        let name = |&(start, len): &(u32, u16)| &names[start as usize..][..usize::from(len)];
        self.places.sort_unstable_by(|a, b| name(a).cmp(name(b)));
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn name(&self, place: usize) -> &CStr {
        let (start, len) = self.places[place];
        CStr::from_bytes_with_nul(&self.names[start as usize..][..usize::from(len)]).unwrap_or_default()
    }
}
