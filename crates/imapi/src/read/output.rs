//! The image file while it is not whole: beside its name, kept when a map says what is in it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use super::{MapError, ReadError, RescueMap};

/// What the name of a file that is not whole ends with.
const PARTIAL: &str = ".partial";

/// An image that is being read.
pub(super) struct Output {
    file: File,
    /// Where it is written; its name is another when it is whole.
    at: PathBuf,
    name: PathBuf,
    map: Option<PathBuf>,
    /// What was not written to is zeros.
    is_new: bool,
    finished: bool,
}

const BLOCK: usize = 2048;
const ZEROS: [u8; BLOCK] = [0; BLOCK];

fn failed(file: &Path) -> impl Fn(io::Error) -> ReadError + '_ {
    move |cause| ReadError::File { file: file.to_path_buf(), cause }
}

impl Output {
    /// Opens what is there of an earlier run with its map, or begins.
    pub fn open(name: &Path, map: Option<&Path>, replace: bool, blocks: u64) -> Result<(Self, RescueMap), ReadError> {
        let mut partial = name.as_os_str().to_owned();
        partial.push(PARTIAL);
        let partial = PathBuf::from(partial);
        let known = map.map(|map| read_map(map, blocks)).transpose()?.flatten();
        let goes_on = known.is_some();
        let is_there = name.try_exists().map_err(failed(name))?;
        // An image with holes has its name already, and is only made better.
        let is_improved = goes_on && is_there && !partial.exists();
        if is_there && !is_improved && !replace {
            return Err(failed(name)(io::ErrorKind::AlreadyExists.into()));
        }
        let at = if is_improved { name.to_path_buf() } else { partial };
        let goes_on = goes_on && at.exists();
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(!goes_on).open(&at);
        let file = file.map_err(failed(&at))?;
        // What cannot be read is a hole, and a hole is zeros.
        file.set_len(blocks.saturating_mul(BLOCK as u64)).map_err(failed(&at))?;
        let map = map.map(Path::to_path_buf);
        let output = Self { file, at, name: name.to_path_buf(), map, is_new: !goes_on, finished: false };
        // A map without its image says nothing.
        Ok((output, known.filter(|_| goes_on).unwrap_or_else(|| RescueMap::new(blocks))))
    }

    /// Puts blocks into the image. Zeros stay holes, which take no room.
    pub fn write(&mut self, block: u64, bytes: &[u8]) -> Result<(), ReadError> {
        let is_zero = |block: &[u8]| self.is_new && block == ZEROS;
        let mut rest = bytes;
        let mut at = block.saturating_mul(BLOCK as u64);
        while !rest.is_empty() {
            let hole = rest.chunks_exact(BLOCK).take_while(|block| is_zero(block)).count();
            let data = rest.chunks(BLOCK).skip(hole).take_while(|block| !is_zero(block)).map(<[u8]>::len).sum();
            at += (hole * BLOCK) as u64;
            let (run, after) = rest[hole * BLOCK..].split_at(data);
            if !run.is_empty() {
                let written = self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.write_all(run));
                written.map_err(failed(&self.at))?;
            }
            at += run.len() as u64;
            rest = after;
        }
        Ok(())
    }

    /// Notes what has been read; before that it is on the disk.
    pub fn note(&self, map: &RescueMap) -> Result<(), ReadError> {
        let Some(path) = &self.map else { return Ok(()) };
        self.file.sync_data().map_err(failed(&self.at))?;
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        fs::write(&beside, map.to_string()).and_then(|()| fs::rename(&beside, path)).map_err(failed(path))
    }

    /// It is as good as it gets, and has its name.
    pub fn finish(mut self, map: &RescueMap) -> Result<(), ReadError> {
        self.note(map)?;
        self.file.sync_all().map_err(failed(&self.at))?;
        if self.at != self.name {
            fs::rename(&self.at, &self.name).map_err(failed(&self.name))?;
        }
        self.finished = true;
        Ok(())
    }
}

impl Drop for Output {
    /// Without a map nobody could go on with it.
    fn drop(&mut self) {
        if !self.finished && self.map.is_none() {
            let _ = fs::remove_file(&self.at);
        }
    }
}

fn read_map(path: &Path, blocks: u64) -> Result<Option<RescueMap>, ReadError> {
    let wrong = |cause| ReadError::Map { file: path.to_path_buf(), cause };
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path)(error)),
    };
    let map = RescueMap::parse(&text).map_err(wrong)?;
    if map.blocks() != blocks {
        return Err(wrong(MapError::OtherDisc { expected: blocks, found: map.blocks() }));
    }
    Ok(Some(map))
}
