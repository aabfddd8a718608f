//! What machines start from the image: `--boot`, `--hybrid-mbr`, `--append-efi` and `--partition-table`.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read as _},
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use imapi_disc_types::{FileError, FileSource, SECTOR_SIZE};
use imapi_errors::{Coded, Fact, HResult, Value};
use imapi_fsimage::{
    BootEntry, BootError, BootImage, Content, ContentError, Contents, Emulation, Hybrid, Kind, Manufacturer, MbrCode,
    NodeId, PartitionTable, Platform, Tree,
};

use super::{
    arguments::{FileSystem, ImageArguments, TableKind},
    boot::{BootArgument, BootEmulation, BootPlatform},
    options::is_standard,
};

/// More than any template of an MBR has.
const LONGEST_TEMPLATE: u64 = 4096;

/// A file that is to be started from, and cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BootingError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("cannot read {}", path.display())]
    Template { path: PathBuf, source: io::Error },
    #[error("{}: {source}", path.display())]
    Code { path: PathBuf, source: BootError },
    #[error(transparent)]
    Boot(#[from] BootError),
    #[error(transparent)]
    Content(#[from] ContentError),
}

impl Coded for BootingError {
    fn code(&self) -> HResult {
        match self {
            Self::File(error) => error.code(),
            Self::Template { source, .. } => source.code(),
            Self::Code { source, .. } | Self::Boot(source) => source.code(),
            Self::Content(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::File(error) => error.facts(put),
            Self::Template { path, source } => {
                put(Fact::File, Value::Text(&path.display()));
                source.facts(put);
            }
            Self::Code { path, source } => {
                put(Fact::File, Value::Text(&path.display()));
                source.facts(put);
            }
            Self::Boot(error) => error.facts(put),
            Self::Content(error) => error.facts(put),
        }
    }
}

/// What the library is to make of it.
#[derive(Debug, Default)]
pub struct Booting {
    pub entries: Vec<BootEntry>,
    pub hybrid: Option<Hybrid>,
}

impl Booting {
    /// Looks for the files that are named, in the image first.
    pub fn wanted(arguments: &ImageArguments, tree: &Tree, contents: &mut Contents) -> Result<Self, BootingError> {
        let mut entries = Vec::new();
        for boot in &arguments.boot {
            entries.push(entry(boot, arguments, tree, contents)?);
        }
        let wants_hybrid =
            arguments.hybrid_mbr.is_some() || arguments.append_efi.is_some() || arguments.partition_table.is_some();
        let hybrid = if wants_hybrid { Some(hybrid(arguments, contents)?) } else { None };
        // A partition for UEFI on a disk is one on a CD, too, unless somebody has another for that.
        let has_efi = entries.iter().any(|entry| entry.platform == Platform::EFI);
        if arguments.append_efi.is_some() && !has_efi && arguments.has(FileSystem::Iso9660) {
            entries.push(BootEntry::efi(BootImage::AppendedPartition));
        }
        Ok(Self { entries, hybrid })
    }
}

fn entry(
    boot: &BootArgument,
    arguments: &ImageArguments,
    tree: &Tree,
    contents: &mut Contents,
) -> Result<BootEntry, BootingError> {
    let (image, size) = if let Some((node, size)) = found(&boot.file, arguments, tree, contents) {
        (BootImage::File(node), size)
    } else {
        let (content, size) = outside(&boot.file, contents)?;
        (BootImage::Content(content), size)
    };
    let emulation = match boot.emulation {
        BootEmulation::None => Emulation::None,
        BootEmulation::HardDisk => Emulation::HardDisk,
        // What has the size of none is refused as the one that people know.
        BootEmulation::Floppy => match Emulation::of_size(size) {
            Emulation::None => Emulation::Floppy1440,
            floppy => floppy,
        },
    };
    Ok(BootEntry {
        platform: match boot.platform {
            BootPlatform::Bios => Platform::X86,
            BootPlatform::PowerPc => Platform::POWER_PC,
            BootPlatform::Mac => Platform::MAC,
            BootPlatform::Efi => Platform::EFI,
        },
        emulation,
        bootable: boot.bootable,
        load_segment: boot.load_segment,
        load_size: boot.load_size,
        manufacturer: Manufacturer::new(boot.manufacturer.as_deref().unwrap_or_default())?,
        info_table: boot.info_table,
        grub_info: boot.grub2_info,
        ..BootEntry::new(image)
    })
}

fn hybrid(arguments: &ImageArguments, contents: &mut Contents) -> Result<Hybrid, BootingError> {
    let code = arguments.hybrid_mbr.as_deref().map(code).transpose()?;
    let appended = arguments.append_efi.as_deref().map(|efi| outside(efi, contents)).transpose()?;
    let table = match arguments.partition_table {
        Some(TableKind::Gpt) => PartitionTable::Gpt,
        Some(TableKind::Mbr) | None => PartitionTable::Mbr,
    };
    Ok(Hybrid { code, table, appended: appended.map(|(content, _)| content) })
}

fn code(path: &Path) -> Result<MbrCode, BootingError> {
    // What is no file is found out without waiting for it: a pipe may have no writer.
    FileSource::open_padded(path, SECTOR_SIZE)?;
    let mut template = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST_TEMPLATE).read_to_end(&mut template));
    read.map_err(|source| BootingError::Template { path: path.to_path_buf(), source })?;
    MbrCode::new(&template).map_err(|source| BootingError::Code { path: path.to_path_buf(), source })
}

/// A file that need not be in the tree.
fn outside(path: &Path, contents: &mut Contents) -> Result<(Content, u64), BootingError> {
    let source = FileSource::open_padded(path, SECTOR_SIZE)?;
    let size = fs::metadata(path).map_err(|source| FileError::Open { path: path.to_path_buf(), source })?.len();
    Ok((contents.add_source(Arc::new(source), size, path)?, size))
}

/// The file of the tree that is meant: the one of that path in the image, or else the one that was added from that path on
/// disk, whose bytes are in the image already.
fn found(path: &Path, arguments: &ImageArguments, tree: &Tree, contents: &Contents) -> Option<(NodeId, u64)> {
    let file = |node| match tree.kind(node) {
        Kind::File { size, content } => Some((node, size, content)),
        _ => None,
    };
    let by_path = |path: &Path| tree.find(steps(path)).and_then(file);
    if let Some((node, size, _)) = by_path(path) {
        return Some((node, size));
    }
    let whole = fs::canonicalize(path).ok()?;
    let is_it =
        |content| contents.origin(content).and_then(|origin| fs::canonicalize(origin).ok()) == Some(whole.clone());
    let plain = arguments.paths.iter().filter(|path| !is_standard(path)).map(|path| (PathBuf::new(), path.as_path()));
    let mapped = arguments.map.iter().filter(|mapping| !is_standard(mapping.on_disk())).map(|mapping| {
        let in_image: Vec<&[u8]> = mapping.steps().collect();
        (PathBuf::from(OsStr::from_bytes(&in_image.join(&b'/'))), mapping.on_disk())
    });
    for (below, source) in plain.chain(mapped) {
        let Ok(source) = fs::canonicalize(source) else { continue };
        let Ok(rest) = whole.strip_prefix(&source) else { continue };
        // A file that was named is in the root by its name, or where its mapping says.
        let name = if rest.as_os_str().is_empty() && below.as_os_str().is_empty() { whole.file_name() } else { None };
        let at = below.join(name.map_or(rest, Path::new));
        if let Some((node, size, _)) = by_path(&at).filter(|(.., content)| is_it(*content)) {
            return Some((node, size));
        }
    }
    None
}

fn steps(path: &Path) -> impl Iterator<Item = &[u8]> {
    path.as_os_str().as_bytes().split(|&byte| byte == b'/').filter(|step| !step.is_empty() && *step != b".")
}
