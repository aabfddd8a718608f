//! [`write_image`]: an image becomes a file.

mod chunks;

use std::{
    fs::{File, Permissions},
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use imapi_disc_types::{Cancelled, Control, SourceError};
use imapi_errors::{Coded, Fact, HResult, Value};

use crate::ResultImage;

/// How far the writing of an image is: told for every few mebibytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageWritten {
    /// Blocks that are written.
    pub blocks: u64,
    /// Blocks of the image.
    pub of: u64,
}

/// How an image becomes a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteOptions {
    /// The file is on the disk, and not only on its way there, before it gets its name.
    pub sync: bool,
    /// What has its name before gives it up; else it keeps it, and the image is not made.
    pub replace: bool,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self { sync: true, replace: true }
    }
}

/// An image that could not be written. Nothing of it is left, and what had its name before still has it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A block of the image cannot be had.
    #[error("the image cannot be made")]
    Source(#[from] SourceError),
    /// The file cannot be made, written or named.
    #[error("cannot write {}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The caller wanted to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Coded for WriteError {
    fn code(&self) -> HResult {
        match self {
            Self::Source(source) => source.code(),
            Self::File { source, .. } => source.code(),
            Self::Cancelled(cancelled) => cancelled.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Source(source) => source.facts(put),
            Self::File { file, source } => {
                put(Fact::File, Value::Text(&file.display()));
                source.facts(put);
            }
            Self::Cancelled(_) => {}
        }
    }
}

/// Writes an image beside its name, and gives it the name when it is whole.
///
/// Up to four threads do so, of which the caller's is one. Of several files that cannot be had, the error names the first in
/// the image. What is zero may become a hole in the file.
pub fn write_image(
    image: &ResultImage,
    path: &Path,
    options: WriteOptions,
    control: &mut Control<'_, ImageWritten>,
) -> Result<(), WriteError> {
    let failed = |source| WriteError::File { file: path.to_path_buf(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The permissions of any new file: what the process masks is taken away by the system.
    let permissions = Permissions::from_mode(0o666);
    let beside = tempfile::Builder::new().prefix(".image-").permissions(permissions).tempfile_in(folder);
    let beside = beside.map_err(failed)?;
    chunks::write(image, beside.as_file(), control, failed)?;
    image.check_empty_files()?;
    if options.sync {
        beside.as_file().sync_all().map_err(failed)?;
    }
    control.check()?;
    let named = if options.replace { beside.persist(path) } else { beside.persist_noclobber(path) };
    named.map_err(|error| failed(error.error))?;
    if options.sync {
        // The name is of the folder.
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    Ok(())
}
