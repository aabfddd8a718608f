//! [`Buffer`]: where data are on their way, used again for each command.

/// Memory of any size that begins with a page: what begins elsewhere fits into fewer commands of a real drive.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    start: usize,
}

const PAGE: usize = 4096;

impl Buffer {
    /// Room for so many bytes. What is in it is left from before, so that nobody may see more of it than is filled.
    pub(crate) fn room(&mut self, size: usize) -> &mut [u8] {
        if self.bytes.len() < self.start + size {
            self.bytes = vec![0; size + PAGE];
            // It is allowed to find no place; then the buffer begins anywhere.
            self.start = Some(self.bytes.as_ptr().align_offset(PAGE)).filter(|&start| start < PAGE).unwrap_or(0);
        }
        &mut self.bytes[self.start..self.start + size]
    }

    /// The first bytes of what was asked for last.
    pub(crate) fn filled(&self, size: usize) -> &[u8] {
        &self.bytes[self.start..self.start + size]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_with_a_page_and_keeps_what_is_in_it() {
        let mut buffer = Buffer::default();
        assert!(buffer.room(0).is_empty() && buffer.filled(0).is_empty());
        for size in [1, 4096, 100_000, 5] {
            let room = buffer.room(size);
            assert_eq!((room.len(), room.as_ptr().align_offset(PAGE)), (size, 0));
        }
        buffer.room(5).copy_from_slice(b"bytes");
        assert_eq!(buffer.room(100_000)[..5], *b"bytes", "there was room enough");
        assert_eq!(buffer.filled(3), b"byt");
    }
}
