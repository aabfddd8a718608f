//! The listing of a folder on disk.

use std::{
    fs::{self, File, FileType, Metadata},
    io,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{FileTypeExt as _, MetadataExt as _},
    },
    path::Path,
};

use super::{Digest, Kind, Listing, Seen};

/// Everything below a folder. An error names the path that it is about.
pub fn walk(folder: &Path) -> io::Result<Listing> {
    let mut first = None;
    let all = walk_on(folder, None, &mut |error| {
        first.get_or_insert(error);
    });
    first.map_or(Ok(all), Err)
}

/// Folders of so many files are looked at in places by [`walk_on`], if that is asked for: Linux finds a file by reading the
/// names of its folder from the first on, and a kernel in a software emulation reads slowly.
const CROWD: usize = 2000;

/// Everything below a folder of which anything can be known; the function hears of the rest. In a crowd, of most files only
/// the name is told, and everything of each that comes so many after another.
pub fn walk_on(folder: &Path, each: Option<usize>, failed: &mut dyn FnMut(io::Error)) -> Listing {
    let mut all = Listing::new();
    let mut waiting = vec![(folder.to_path_buf(), Vec::new())];
    while let Some((at, path)) = waiting.pop() {
        let entries: Vec<_> = match named(&at, fs::read_dir(&at)) {
            Ok(entries) => entries.collect(),
            Err(error) => {
                failed(error);
                continue;
            }
        };
        let each = each.filter(|_| entries.len() > CROWD).unwrap_or(1);
        for (entry, number) in entries.into_iter().zip(0_usize..) {
            let found = named(&at, entry).and_then(|entry| {
                let (name, there) = (entry.file_name(), entry.path());
                let inside = [&path, name.as_bytes()].concat();
                if number % each > 0 {
                    return Ok((inside, there, Seen::default()));
                }
                let seen = named(&there, fs::symlink_metadata(&there).and_then(|about| seen(&there, &about)))?;
                Ok((inside, there, seen))
            });
            match found {
                Ok((inside, there, seen)) => {
                    if seen.kind == Some(Kind::Folder) {
                        waiting.push((there.clone(), [&inside, &b"/"[..]].concat()));
                    }
                    if all.insert(inside, seen).is_some() {
                        failed(io::Error::other(format!("{}: it is there twice", there.display())));
                    }
                }
                Err(error) => failed(error),
            }
        }
    }
    all
}

fn named<T>(path: &Path, result: io::Result<T>) -> io::Result<T> {
    result.map_err(|error| {
        io::Error::new(error.kind(), format!("{}: {error}", path.as_os_str().as_bytes().escape_ascii()))
    })
}

fn seen(path: &Path, about: &Metadata) -> io::Result<Seen> {
    let kind = kind(about.file_type());
    let device = about.rdev();
    // As the C library takes such numbers apart.
    let major = (device >> 8 & 0xFFF) | (device >> 32 & 0xFFFF_F000);
    let minor = (device & 0xFF) | (device >> 12 & 0xFFFF_FF00);
    let half = |number: u64| u32::try_from(number).expect("32 bits");
    let is_file = kind == Kind::File;
    Ok(Seen {
        kind: Some(kind),
        size: is_file.then_some(about.len()),
        digest: if is_file { Some(Digest::of_file(&mut File::open(path)?, about.len())?) } else { None },
        target: if kind == Kind::Link { Some(fs::read_link(path)?.as_os_str().as_bytes().to_vec()) } else { None },
        device: matches!(kind, Kind::Characters | Kind::Blocks).then(|| (half(major), half(minor))),
        mode: Some(about.mode() & 0o7777),
        owner: Some((about.uid(), about.gid())),
        links: Some(half(about.nlink())),
        modified: Some((about.mtime(), u32::try_from(about.mtime_nsec()).expect("less than a second"))),
        hidden: None,
    })
}

fn kind(of: FileType) -> Kind {
    if of.is_dir() {
        Kind::Folder
    } else if of.is_symlink() {
        Kind::Link
    } else if of.is_fifo() {
        Kind::Pipe
    } else if of.is_socket() {
        Kind::Socket
    } else if of.is_char_device() {
        Kind::Characters
    } else if of.is_block_device() {
        Kind::Blocks
    } else {
        Kind::File
    }
}
