//! How bytes come into an image: named where they are, or copied into its working directory.

use std::{
    io::{ErrorKind, Read},
    sync::Arc,
};

use imapi_disc_types::{Cancelled, Control};

use super::{
    Data, FileStream, ImageError, Update,
    data::Origin,
    underway::{Lock, Underway},
};
use crate::{
    Content, ContentError, Contents, Kind, NodeId, ScanError, Scanned, Tree,
    content::StashWriter,
    scan::{self, Witness},
};

/// What is copied at once, and between two events.
const MEGABYTE: usize = 1 << 20;
/// Bytes of a sector.
const SECTOR: u64 = 2048;

fn sectors(bytes: u64) -> u64 {
    bytes.div_ceil(SECTOR)
}

/// Makes what a file is to have a part of the image's contents. The path in the image is for messages and for whoever hears
/// of it.
pub(super) fn bring_in(
    underway: &Underway<'_>,
    data: Data,
    path: &str,
    control: &mut Control<'_, Update>,
) -> Result<(Content, u64), ImageError> {
    let total = data.size();
    let stage = underway.look().settings.stage_files;
    match data.0 {
        Origin::Reader { mut reader, len } => {
            let writer = copy(underway, path, &mut *reader, len, control)?;
            let content = underway.look().parts().1.keep_written(&writer, path);
            Ok((content, writer.bytes()))
        }
        Origin::Spent => Err(spent(path).into()),
        origin => {
            let is_kept = matches!(origin, Origin::Bytes(_));
            let (content, size) = register(underway.look().parts().1, origin, path)?;
            if stage && !is_kept && size > 0 {
                stage_content(underway, content, path, control)?;
            } else {
                announce(path, total, control)?;
            }
            Ok((content, size))
        }
    }
}

fn announce(path: &str, total: Option<u64>, control: &mut Control<'_, Update>) -> Result<(), Cancelled> {
    control.emit(&Update { current_file: path.to_string(), copied_sectors: 0, total_sectors: total.map(sectors) })
}

fn spent(path: &str) -> ContentError {
    let source = std::io::Error::other("its reader failed before");
    ContentError::Read { file: path.into(), source }
}

/// Registers what can be read at any time.
fn register(contents: &mut Contents, origin: Origin, path: &str) -> Result<(Content, u64), ImageError> {
    let content = match origin {
        Origin::Bytes(bytes) => contents.add_bytes(bytes),
        Origin::Blocks { source, bytes, name } => contents.add_source(source, bytes, name)?,
        Origin::OnDisk(file) => {
            let found = scan::content_of(contents, &file).map_err(|error| match error {
                ScanError::Source { path, source } | ScanError::File { path, source } => {
                    ContentError::Open { file: path, source }.into()
                }
                ScanError::NothingAbove { path } => {
                    ContentError::Open { file: path, source: ErrorKind::NotFound.into() }.into()
                }
                error => ImageError::from(error),
            })?;
            return Ok(found);
        }
        Origin::Stream(stream) => {
            let name = stream.origin();
            let (bytes, source) = (stream.size(), Arc::new(stream));
            contents.add_source(source, bytes, name)?
        }
        Origin::Reader { .. } | Origin::Spent => return Err(spent(path).into()),
    };
    Ok((content, contents.size(content)))
}

/// What an item that is in no image has, in contents of its own.
pub(super) fn now_known(mut contents: Contents, data: Data, name: &str) -> Result<Contents, ImageError> {
    match data.0 {
        Origin::Reader { mut reader, len } => {
            let content = contents.add_stream(&mut *reader, name, &mut Control::silent())?;
            check_length(name, len, contents.size(content))?;
        }
        origin => {
            register(&mut contents, origin, name)?;
        }
    }
    Ok(contents)
}

fn check_length(path: &str, expected: Option<u64>, found: u64) -> Result<(), ContentError> {
    match expected {
        Some(expected) if expected != found => Err(ContentError::Length { file: path.into(), expected, found }),
        _ => Ok(()),
    }
}

/// Copies what a reader gives to the end of the stash. The lock is not held meanwhile.
fn copy(
    underway: &Underway<'_>,
    path: &str,
    reader: &mut dyn Read,
    expected: Option<u64>,
    control: &mut Control<'_, Update>,
) -> Result<StashWriter, ImageError> {
    announce(path, expected, control)?;
    let mut writer = underway.look().parts().1.stash_writer()?;
    let outcome = fill(&mut writer, path, reader, expected, control);
    if outcome.is_err() {
        // What was written is taken back with everything else that this has come to.
        underway.look().parts().1.keep_written(&writer, path);
    }
    outcome.map(|()| writer)
}

fn fill(
    writer: &mut StashWriter,
    path: &str,
    reader: &mut dyn Read,
    expected: Option<u64>,
    control: &mut Control<'_, Update>,
) -> Result<(), ImageError> {
    let mut buffer = vec![0; MEGABYTE];
    loop {
        let mut filled = 0;
        while filled < buffer.len() {
            control.check()?;
            match reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(source) => return Err(ContentError::Read { file: path.into(), source }.into()),
            }
        }
        writer.write(&buffer[..filled])?;
        let bytes = writer.bytes();
        let is_last = filled < buffer.len();
        // A reader without end would never come to the check at its end.
        if is_last || expected.is_some_and(|expected| bytes > expected) {
            check_length(path, expected, bytes)?;
        }
        if filled > 0 {
            control.emit(&Update {
                current_file: path.to_string(),
                copied_sectors: sectors(bytes),
                total_sectors: expected.map(sectors),
            })?;
        }
        if is_last {
            return Ok(());
        }
    }
}

/// Copies contents that are elsewhere to the stash; they stay the same contents.
fn stage_content(
    underway: &Underway<'_>,
    content: Content,
    path: &str,
    control: &mut Control<'_, Update>,
) -> Result<(), ImageError> {
    let mut stream = FileStream::alone(underway.look().contents().alone(content)?);
    let size = stream.size();
    let mut reader = Bare(&mut stream, None);
    let outcome = copy(underway, path, &mut reader, Some(size), control);
    // What the contents say of themselves is more than a reader can.
    if let Some(error) = reader.1 {
        return Err(error.into());
    }
    underway.look().parts().1.replace_by_written(content, &outcome?);
    Ok(())
}

/// Reads a stream, and keeps what it says of its failure.
struct Bare<'a>(&'a mut FileStream, Option<ContentError>);

impl Read for Bare<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read_on(out);
        read.map_err(|error| {
            self.1 = Some(error);
            ErrorKind::Other.into()
        })
    }
}

/// Copies all files on disk that came into the contents from a number on, and into the tree with one.
pub(super) fn stage_new(
    underway: &Underway<'_>,
    contents: usize,
    numbers: usize,
    control: &mut Control<'_, Update>,
) -> Result<(), ImageError> {
    let files: Vec<(Content, String)> = {
        let state = underway.look();
        let tree = state.tree();
        let mut first: std::collections::HashMap<Content, NodeId> = std::collections::HashMap::new();
        for node in tree.numbered_from(numbers) {
            if let (true, Kind::File { content, .. }) = (tree.contains(node), tree.kind(node)) {
                first.entry(content).or_insert(node);
            }
        }
        let on_disk = state.contents().on_disk_from(contents).into_iter();
        on_disk.filter_map(|content| Some((content, tree.path(*first.get(&content)?)))).collect()
    };
    for (content, path) in files {
        stage_content(underway, content, &path, control)?;
    }
    Ok(())
}

/// Hears of a scan on disk, and tells it as IMAPI does: a folder without sectors.
pub(super) struct Listener<'l, 'a, 'c, 'e> {
    pub lock: Lock<'l, 'a>,
    pub control: &'c mut Control<'e, Update>,
}

impl Witness for Listener<'_, '_, '_, '_> {
    fn check(&self) -> Result<(), Cancelled> {
        self.control.check()
    }

    fn scanned(&mut self, tree: &mut Tree, contents: &mut Contents, event: &Scanned) -> Result<(), Cancelled> {
        let update =
            Update { current_file: event.folder.display().to_string(), copied_sectors: 0, total_sectors: Some(0) };
        let control = &mut *self.control;
        self.lock.unlocked(tree, contents, || control.emit(&update))
    }
}
