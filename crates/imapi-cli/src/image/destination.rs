//! Where the image goes, and that nothing is overwritten there which nobody gave up.

use std::{
    fs::{self, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use imapi_errors::{Coded, Fact, HResult, Value, common};
use tempfile::NamedTempFile;

/// What stands for standard input and output.
pub const STANDARD: &str = "-";

/// A file that is to be made, and cannot be.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// It is there, and nobody gave it up.
    #[error("{} is there already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Something is there that no image can take the place of: a folder, a device.
    #[error("{} is no regular file", path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
    },
    /// There is no folder for it.
    #[error("there is no folder for {}", path.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
    },
    /// The system refuses it.
    #[error("cannot write {}", path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl Coded for DestinationError {
    fn code(&self) -> HResult {
        match self {
            Self::Exists { .. } => common::ERROR_FILE_EXISTS,
            Self::NoFile { .. } => common::ERROR_ALREADY_EXISTS,
            Self::NoFolder { .. } => common::ERROR_PATH_NOT_FOUND,
            Self::System { source, .. } => source.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Exists { path } | Self::NoFile { path } | Self::NoFolder { path } => {
                put(Fact::File, Value::Text(&path.display()));
            }
            Self::System { path, source } => {
                put(Fact::File, Value::Text(&path.display()));
                source.facts(put);
            }
        }
    }
}

/// The file to write to: where a link leads when one is there that may be replaced, since it is not the link that is old.
pub fn file(path: &Path, force: bool) -> Result<PathBuf, DestinationError> {
    let system = |source| DestinationError::System { path: path.to_path_buf(), source };
    let there = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let path = path.to_path_buf();
            return if folder_of(&path).is_dir() { Ok(path) } else { Err(DestinationError::NoFolder { path }) };
        }
        Err(error) => return Err(system(error)),
        Ok(there) => there,
    };
    let (target, there) = if there.is_symlink() {
        match fs::canonicalize(path) {
            Err(error) if error.kind() == ErrorKind::NotFound && !force => {
                return Err(DestinationError::Exists { path: path.to_path_buf() });
            }
            // A link that leads nowhere yet: the file is made where it leads. The system has followed it already, so that it
            // ends somewhere.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let next = fs::read_link(path).map_err(system)?;
                return file(&folder_of(path).join(next), force);
            }
            Err(error) => return Err(system(error)),
            Ok(target) => {
                let there = fs::metadata(&target).map_err(system)?;
                (target, there)
            }
        }
    } else {
        (path.to_path_buf(), there)
    };
    match there.is_file() {
        false => Err(DestinationError::NoFile { path: path.to_path_buf() }),
        true if !force => Err(DestinationError::Exists { path: path.to_path_buf() }),
        true => Ok(target),
    }
}

/// The folder that a file is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A small file that gets its name when what it tells of is there.
pub struct Beside {
    file: NamedTempFile,
    path: PathBuf,
    force: bool,
}

impl Beside {
    /// Writes it beside its name.
    pub fn write(
        path: &Path,
        force: bool,
        write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
    ) -> Result<Self, DestinationError> {
        let path = file(path, force)?;
        let system = |source| DestinationError::System { path: path.clone(), source };
        let mut builder = tempfile::Builder::new();
        let file = builder.prefix(".report-").permissions(Permissions::from_mode(0o666)).tempfile_in(folder_of(&path));
        let mut file = file.map_err(system)?;
        let mut buffered = io::BufWriter::new(file.as_file_mut());
        write(&mut buffered).and_then(|()| io::Write::flush(&mut buffered)).map_err(system)?;
        drop(buffered);
        Ok(Self { file, path, force })
    }

    /// Gives it its name.
    pub fn name(self) -> Result<(), DestinationError> {
        let Self { file, path, force } = self;
        let named = if force { file.persist(&path) } else { file.persist_noclobber(&path) };
        match named {
            Ok(_) => Ok(()),
            Err(error) => Err(DestinationError::System { path, source: error.error }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_files_that_were_given_up_are_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [old, new, link, lost] = ["old", "new", "link", "lost"].map(|name| folder.path().join(name));
        fs::write(&old, "old").expect("room");
        symlink("old", &link).expect("room");
        symlink("nowhere", &lost).expect("room");
        for force in [false, true] {
            assert_eq!(file(&new, force).expect("nothing is there"), new);
            let refused =
                [folder.path(), Path::new("/dev/null")].map(|path| file(path, force).expect_err("no file").code());
            assert_eq!(refused, [common::ERROR_ALREADY_EXISTS; 2]);
        }
        let nowhere = file(&folder.path().join("no/folder"), true).expect_err("no folder");
        assert_eq!(nowhere.code(), common::ERROR_PATH_NOT_FOUND);
        for there in [&old, &link, &lost] {
            assert_eq!(file(there, false).expect_err("it is there").code(), common::ERROR_FILE_EXISTS);
        }
        assert_eq!(file(&old, true).expect("given up"), old);
        assert_eq!(file(&link, true).expect("given up"), old.canonicalize().expect("there"));
        assert_eq!(file(&lost, true).expect("it can be made"), folder.path().join("nowhere"), "where the link leads");
        symlink("no/where", &new).expect("room");
        assert_eq!(file(&new, true).expect_err("no folder").code(), common::ERROR_PATH_NOT_FOUND);
        fs::remove_file(&new).expect("ours");
        symlink("new", &new).expect("room");
        for force in [false, true] {
            let error = file(&new, force).expect_err("it leads to itself");
            assert_eq!(error.code(), common::ERROR_CANT_RESOLVE_FILENAME);
        }
    }

    #[test]
    fn a_report_is_there_when_it_is_named_and_whole() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("report");
        let text = |text: &'static str| move |out: &mut dyn io::Write| out.write_all(text.as_bytes());
        let first = Beside::write(&path, false, text("first")).expect("room");
        assert!(!path.exists());
        let second = Beside::write(&path, false, text("second")).expect("room");
        first.name().expect("nothing is there");
        let error = second.name().expect_err("the first is there");
        assert_eq!(error.code(), common::ERROR_FILE_EXISTS);
        assert_eq!(fs::read_to_string(&path).expect("there"), "first");
        Beside::write(&path, true, text("third")).and_then(Beside::name).expect("given up");
        assert_eq!(fs::read_to_string(&path).expect("there"), "third");
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 1);
    }
}
