//! [`write_image`]: an image becomes a file.

use std::{
    fs::{File, Permissions},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use imapi_disc_types::{Block, BlockSource, Cancelled, Control, SourceError};
use imapi_errors::{Coded, Fact, HResult, Value};

/// Bytes that are read and written at once.
const AT_ONCE: usize = 1 << 20;

/// How far the writing of an image is: told for each mebibyte or so.
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
pub fn write_image(
    image: &dyn BlockSource,
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
    copy(image, beside.as_file(), control, failed)?;
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

fn copy(
    image: &dyn BlockSource,
    mut file: &File,
    control: &mut Control<'_, ImageWritten>,
    failed: impl Fn(io::Error) -> WriteError,
) -> Result<(), WriteError> {
    let block_size = image.block_size().get() as usize;
    let mut buffer = vec![0; (AT_ONCE / block_size).max(1) * block_size];
    let of = image.blocks();
    let mut blocks = 0;
    while blocks < of {
        let count = u64::from(image.read(Block(blocks), &mut buffer)?.get());
        let bytes = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(block_size).min(buffer.len());
        file.write_all(&buffer[..bytes]).map_err(&failed)?;
        blocks += count;
        control.emit(&ImageWritten { blocks, of })?;
    }
    Ok(())
}
