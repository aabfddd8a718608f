//! Reading: which kind of file it is, and the files that a sheet names.

use std::{
    collections::BTreeMap,
    fs,
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::Arc,
};

use imapi_disc_types::{Block, BlockSource, FileSource};

use super::{SheetError, ccd, cue, nrg, toc, wav};
use crate::CdDisc;

/// Makes sources of sound out of files in which it is coded; nothing for a file that it does not know.
pub type Decode<'a> = &'a dyn Fn(&Path) -> Option<Result<Arc<dyn BlockSource>, SheetError>>;

/// Reads a disc. Which kind of file it is says its name, whatever the case of its letters.
///
/// The data stays in its files, which are read when it is needed.
pub fn read(path: &Path) -> Result<CdDisc, SheetError> {
    read_with(path, &|_| None)
}

/// The same with files of sound that somebody else decodes; those of plain samples are read here.
pub fn read_with(path: &Path, decode: Decode<'_>) -> Result<CdDisc, SheetError> {
    let mut files = Files::beside(path, decode);
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    let disc = match extension.as_deref() {
        Some("toc") => toc::read(path, &mut files)?,
        Some("ccd") => ccd::read(path, &mut files)?,
        Some("nrg") => nrg::read(path, &files)?,
        Some("wav") => wav::disc(path, &files)?,
        Some("cue") => cue::read(path, &mut files)?,
        _ => {
            let reason = "the name does not end in .cue, .toc, .ccd, .nrg or .wav".to_string();
            return Err(SheetError::Format { path: path.to_path_buf(), reason });
        }
    };
    // What cannot be a disc is told with the sheet's name, here and not when it is burned.
    match disc.layout() {
        Ok(_) => Ok(disc),
        Err(source) => Err(SheetError::Disc { path: path.to_path_buf(), source }),
    }
}

/// A single byte.
pub(super) const BYTE: NonZeroU32 = NonZeroU32::MIN;

/// No sheet is longer.
const LONGEST_SHEET: u64 = 16 << 20;

/// The files that a sheet names.
pub(super) struct Files<'a> {
    folder: PathBuf,
    decode: Decode<'a>,
    open: BTreeMap<PathBuf, Arc<dyn BlockSource>>,
}

impl<'a> Files<'a> {
    fn beside(sheet: &Path, decode: Decode<'a>) -> Self {
        let folder = sheet.parent().map(Path::to_path_buf).unwrap_or_default();
        Self { folder, decode, open: BTreeMap::new() }
    }

    /// Where the file of that name is: beside the sheet, also when the sheet has a path of another machine.
    pub fn find(&self, name: &str) -> PathBuf {
        let as_it_is = self.folder.join(name);
        let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let beside = self.folder.join(last);
        if as_it_is.exists() || !beside.exists() { as_it_is } else { beside }
    }

    /// The bytes of a file; one that is named several times is opened once.
    pub fn bytes(&mut self, path: &Path) -> Result<Arc<dyn BlockSource>, SheetError> {
        if let Some(open) = self.open.get(path) {
            return Ok(Arc::clone(open));
        }
        let bytes = bytes(path)?;
        self.open.insert(path.to_path_buf(), Arc::clone(&bytes));
        Ok(bytes)
    }

    /// The sound in a file, if somebody decodes it.
    pub fn decoded(&self, path: &Path) -> Option<Result<Arc<dyn BlockSource>, SheetError>> {
        (self.decode)(path)
    }
}

/// The bytes of a file.
pub(super) fn bytes(path: &Path) -> Result<Arc<dyn BlockSource>, SheetError> {
    Ok(Arc::new(FileSource::open(path, BYTE)?))
}

/// So many bytes of a file, which have to be there.
pub(super) fn take(bytes: &dyn BlockSource, path: &Path, from: u64, out: &mut [u8]) -> Result<(), SheetError> {
    if out.is_empty() {
        return Ok(());
    }
    bytes.read_all(Block(from), out).map_err(|source| SheetError::Data { path: path.to_path_buf(), source })
}

/// A sheet as text: UTF-8 where it is that, and else ISO 8859-1.
pub(super) fn sheet(path: &Path) -> Result<String, SheetError> {
    let failed = |source| SheetError::Io { path: path.to_path_buf(), source };
    let length = fs::metadata(path).map_err(failed)?.len();
    if length > LONGEST_SHEET {
        let reason = format!("a sheet of {length} bytes is none");
        return Err(SheetError::Format { path: path.to_path_buf(), reason });
    }
    let bytes = fs::read(path).map_err(failed)?;
    let text =
        String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().iter().copied().map(char::from).collect());
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_string).unwrap_or(text))
}
