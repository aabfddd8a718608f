//! [`NamedStreams`]: the named streams of a file.

use super::{Enumeration, FileItem, ImageError};

/// The named streams of a file, in the order in which they were added. It always tells those that there are now.
#[derive(Debug, Clone)]
#[doc(alias = "IFsiNamedStreams")]
pub struct NamedStreams {
    file: FileItem,
}

impl NamedStreams {
    pub(super) fn new(file: FileItem) -> Self {
        Self { file }
    }

    /// How many there are.
    #[must_use]
    #[doc(alias = "IFsiNamedStreams::get_Count")]
    pub fn count(&self) -> usize {
        self.file.stream_count()
    }

    /// One of them; the first is 0.
    #[doc(alias = "IFsiNamedStreams::get_Item")]
    pub fn item(&self, index: usize) -> Result<FileItem, ImageError> {
        self.file.streams().get(index).cloned().ok_or_else(|| ImageError::parameter("index", index))
    }

    /// Those that there are now, to go through.
    #[must_use]
    #[doc(alias("IFsiNamedStreams::get_EnumNamedStreams", "IFsiNamedStreams::get__NewEnum"))]
    pub fn items(&self) -> Enumeration<FileItem> {
        Enumeration::new(self.file.streams())
    }
}
