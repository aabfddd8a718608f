//! The manifest of what is burned: begun before, so that it is known to have a place, and there when the disc is.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use imapi::manifest::{FileSpan, HashingSource};
use imapi_disc_types::{BlockSource, SourceError};
use imapi_errors::{Coded, Fact, HResult, Value};
use tempfile::NamedTempFile;

use crate::image::destination::{self, DestinationError};

/// The manifest was not written.
#[derive(Debug, thiserror::Error)]
pub enum ManifestFailure {
    /// Something is there already, or there is no folder for it.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// The file.
    #[error("{}", path.display())]
    File { path: PathBuf, source: io::Error },
    /// What was burned cannot be read any more.
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl Coded for ManifestFailure {
    fn code(&self) -> HResult {
        match self {
            Self::Destination(error) => error.code(),
            Self::File { source, .. } => source.code(),
            Self::Source(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Destination(error) => error.facts(put),
            Self::File { path, source } => {
                put(Fact::File, Value::Text(&path.display()));
                source.facts(put);
            }
            Self::Source(error) => error.facts(put),
        }
    }
}

/// A manifest that is being made.
pub struct Making {
    path: PathBuf,
    /// Beside its place, until it is whole.
    file: NamedTempFile,
    source: Arc<HashingSource<Arc<dyn BlockSource>>>,
}

impl Making {
    /// Of a source with these files in it. Nothing that is there gives its name up: it may be the only manifest of another
    /// disc, or a disc in a file.
    pub fn begin(path: &Path, source: Arc<dyn BlockSource>, files: Vec<FileSpan>) -> Result<Self, ManifestFailure> {
        destination::file(path, false)?;
        let file = tempfile::Builder::new().prefix(".imapi-").tempfile_in(destination::folder_of(path));
        let file = file.map_err(|source| ManifestFailure::File { path: path.to_path_buf(), source })?;
        Ok(Self { path: path.to_path_buf(), file, source: Arc::new(HashingSource::new(source, files)) })
    }

    /// What is burned, so that it is heard of.
    pub fn source(&self) -> Arc<dyn BlockSource> {
        Arc::clone(&self.source) as _
    }

    /// The disc is burned, and nobody else reads the source any more.
    pub fn end(self) -> Result<(), ManifestFailure> {
        let Self { path, mut file, source } = self;
        let Some(source) = Arc::into_inner(source) else { unreachable!("the burning is over") };
        let manifest = source.finish()?;
        let written = write!(file, "{manifest}").and_then(|()| file.as_file().sync_all());
        let permissions = written.and_then(|()| readable(&file));
        permissions
            .and_then(|()| file.persist_noclobber(&path).map(drop).map_err(|error| error.error))
            .map_err(|source| ManifestFailure::File { path, source })
    }
}

/// As any other new file, and not only for its owner.
fn readable(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}
