//! What is burned: an image that is there, one that comes on standard input, or one that is made while it is burned.

use std::{
    ffi::OsStr,
    fs::File,
    io,
    num::NonZeroU32,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Parser;
use imapi::manifest::FileSpan;
use imapi_disc_types::{BlockSource, FileError, FileSource, Lba, ReaderSource};
use imapi_errors::{Coded, Fact, HResult, Lang, Value, common};
use imapi_fsimage::{ImageFile, ResultImage, WriteError};

use super::BurnError;
use crate::{
    image::{CreateError, Goes, ImageArguments, Planned},
    interrupt::Interrupts,
    progress::Progress,
};

/// Bytes of a block.
const BLOCK: NonZeroU32 = NonZeroU32::new(2048).expect("not zero");
/// Where the descriptors of ISO 9660 and UDF begin, and what they have behind their first byte.
const DESCRIPTORS: u64 = 16 * 2048;
const MARKS: [&[u8; 5]; 2] = [b"CD001", b"BEA01"];

/// An image on standard input of which nobody said how long it is: that decides how the disc is written.
#[derive(Debug, thiserror::Error)]
#[error("the image on standard input has no length: --stdin-size tells it, in multiples of 2048 bytes")]
pub struct NoLength;

impl Coded for NoLength {
    fn code(&self) -> HResult {
        common::E_INVALIDARG
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::Parameter, Value::Text(&"--stdin-size"));
    }
}

/// What is burned, and which files are in it, as far as that is known.
pub struct Burnable {
    pub source: Arc<dyn BlockSource>,
    pub files: Vec<FileSpan>,
    /// The image, where it is made while it is burned.
    made: Option<Arc<ResultImage>>,
    /// Where on the disc it has to begin.
    pub start: Lba,
}

impl Burnable {
    /// The same for a certain place of the disc.
    pub fn beginning_at(self, start: Lba) -> Self {
        Self { start, ..self }
    }

    pub fn image(source: Arc<dyn BlockSource>) -> Self {
        Self { source, files: Vec::new(), made: None, start: Lba(0) }
    }

    /// What looks whether files that were empty still are, which the burning does not read.
    pub fn empty_files(&self) -> impl Fn() -> Result<(), BurnError> + use<> {
        let made = self.made.clone();
        move || made.as_ref().map_or(Ok(()), |image| check_empty(image))
    }
}

fn check_empty(image: &ResultImage) -> Result<(), BurnError> {
    image.check_empty_files().map_err(|error| CreateError::from(WriteError::from(error)).into())
}

fn span(file: ImageFile) -> FileSpan {
    FileSpan { path: file.path, block: file.blocks.start, offset: file.offset, bytes: file.size }
}

/// What was asked for; with its files when they are wanted. Where the discs can be overwritten, an image that is made for
/// them has room for what later sessions write again.
pub fn source(
    arguments: &ImageArguments,
    (as_image, with_files): (bool, bool),
    discs: &[PathBuf],
    rewritable: impl FnOnce() -> bool,
    interrupts: &Interrupts,
    progress: &mut Progress,
    lang: Lang,
) -> Result<Burnable, BurnError> {
    let image = |what: &str| {
        if arguments.embed_checksums {
            let message = format!("--embed-checksums is about files and folders, and {what} is burned as it is");
            crate::cli::wrongly_asked(&["burn"], message);
        }
    };
    if arguments.is_image_on_input() {
        image("an image on standard input");
        return Ok(Burnable::image(input(arguments.stdin_size)?));
    }
    if let ([path], true) = (&arguments.paths[..], arguments.map.is_empty()) {
        // Whoever says that it is an image means also a drive or a disk.
        if as_image || (path.is_file() && is_image(path)) {
            image("an image");
            return Ok(Burnable::image(Arc::new(FileSource::open(path, BLOCK)?)));
        }
    }
    // Nothing is written but the disc, which may be a file itself.
    let written = discs.iter().map(PathBuf::as_path).collect();
    let goes = Goes { written, stash: None, rewritable: rewritable() };
    let planned = Planned::new(arguments, interrupts, progress, goes, None)?;
    planned.notes(arguments, lang);
    // Before a disc is spoilt by it, and once more when it is burned.
    check_empty(&planned.image)?;
    let files = if with_files { planned.image.all_files().map(span).collect() } else { Vec::new() };
    let image = planned.image;
    Ok(Burnable { source: Arc::<ResultImage>::clone(&image), files, made: Some(image), start: Lba(0) })
}

/// The image of these files, or the image that the one file is, as `imapi burn` would burn it without any option.
pub fn image_of(
    paths: &[PathBuf],
    interrupts: &Interrupts,
    progress: &mut Progress,
    lang: Lang,
) -> Result<Arc<dyn BlockSource>, BurnError> {
    Ok(source(&arguments_of(paths), (false, false), &[], || false, interrupts, progress, lang)?.source)
}

/// The image of these files for a session that begins there, behind sessions without files.
pub fn image_at(
    paths: &[PathBuf],
    start: u32,
    interrupts: &Interrupts,
    progress: &mut Progress,
    lang: Lang,
) -> Result<Arc<ResultImage>, BurnError> {
    let arguments = arguments_of(paths);
    let planned = Planned::at(&arguments, interrupts, progress, start)?;
    planned.notes(&arguments, lang);
    check_empty(&planned.image)?;
    Ok(planned.image)
}

/// What `imapi burn` is asked when it is asked for nothing but these files.
fn arguments_of(paths: &[PathBuf]) -> ImageArguments {
    #[derive(Parser)]
    struct Plain {
        #[command(flatten)]
        image: ImageArguments,
    }
    let words = [OsStr::new("imapi"), OsStr::new("--")].into_iter().chain(paths.iter().map(|path| path.as_os_str()));
    Plain::parse_from(words).image
}

/// Whether a file has a file system in it.
pub fn is_image(path: &Path) -> bool {
    let mut head = [0; 6];
    let read = File::open(path).and_then(|file| file.read_exact_at(&mut head, DESCRIPTORS));
    read.is_ok() && MARKS.iter().any(|mark| head[1..] == mark[..])
}

/// An image on standard input.
fn input(bytes: Option<u64>) -> Result<Arc<dyn BlockSource>, NoLength> {
    let size = u64::from(BLOCK.get());
    let bytes = bytes.filter(|bytes| *bytes > 0 && bytes % size == 0).ok_or(NoLength)?;
    Ok(Arc::new(ReaderSource::new(io::stdin(), "standard input", BLOCK, bytes / size)))
}

impl From<CreateError> for BurnError {
    fn from(error: CreateError) -> Self {
        Self::Make(Box::new(error))
    }
}

impl From<FileError> for BurnError {
    fn from(error: FileError) -> Self {
        Self::Image(error)
    }
}

impl From<NoLength> for BurnError {
    fn from(error: NoLength) -> Self {
        Self::Length(error)
    }
}
