//! What was asked for, checked as a whole, and what the library is to make of it.

use std::{
    fs,
    io::{self, IsTerminal as _},
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
};

use imapi_fsimage::{
    FileSystems, GlobError, Globs, ImageOptions, IsoLevel, Kind, Links, Mapping, NodeId, ScanOptions, Tree,
    UdfRevision, Unreadable,
};

use super::{
    arguments::{CreateArguments, FileSystem, ImageArguments},
    dates::Moments,
    destination::STANDARD,
};
use crate::same::{clash, same_file};

/// The longest name that a volume has.
const LONGEST_VOLUME: usize = 32;

impl CreateArguments {
    /// Whether the image goes to standard output.
    pub fn to_standard_output(&self) -> bool {
        self.output.as_deref().is_some_and(is_standard)
    }

    /// What is written while the image is made, which is no file of it.
    pub fn written(&self) -> Vec<&Path> {
        let written = [&self.output, &self.report].into_iter().flatten();
        written.map(PathBuf::as_path).filter(|path| !is_standard(path)).collect()
    }

    /// What does not go together, and what would do nothing.
    pub fn check(&self) -> Result<(), String> {
        self.image.check()?;
        let to_stdout = [
            (self.to_standard_output() && !self.dry_run, "-o -"),
            (self.report.as_deref().is_some_and(is_standard), "--report -"),
            (self.image.json, "--json"),
        ];
        let to_stdout: Vec<&str> = to_stdout.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
        if to_stdout.len() > 1 {
            return Err(format!("standard output has room for one of {}", to_stdout.join(" and ")));
        }
        if to_stdout.contains(&"-o -") && io::stdout().is_terminal() {
            return Err("standard output is a terminal, which cannot show an image".to_string());
        }
        let output = self.output.as_deref().map(|path| ("-o", path));
        let report = self.report.as_deref().map(|path| ("--report", path));
        let written: Vec<(&str, &Path)> =
            [output, report].into_iter().flatten().filter(|(_, path)| !is_standard(path)).collect();
        if let Some(clash) = clash(&written, self.image.read()) {
            return Err(clash);
        }
        // The later of the two would take the place of the other, and with --force nobody would be told.
        if let [one, other] = self.written()[..] {
            if same_file(one, other) {
                return Err(
                    "the image and its report need names of their own: -o and --report are one file".to_string()
                );
            }
        }
        Ok(())
    }
}

impl ImageArguments {
    pub fn has(&self, file_system: FileSystem) -> bool {
        self.file_systems.contains(&file_system)
    }

    pub fn revision(&self) -> UdfRevision {
        self.udf_revision.unwrap_or_default()
    }

    /// What does not go together, and what would do nothing.
    pub fn check(&self) -> Result<(), String> {
        self.check_file_systems()?;
        self.check_input()
    }

    /// The files that are named to be read, with what names them. Folders are none: what is written into one is left out.
    pub fn read(&self) -> impl Iterator<Item = (&str, &Path)> {
        let paths = self.paths.iter().map(|path| ("PATH", path.as_path()));
        let mapped = self.map.iter().map(|mapping| ("--map", mapping.on_disk()));
        let boot = self.boot.iter().map(|boot| ("--boot", boot.file.as_path()));
        let code = self.hybrid_mbr.iter().map(|path| ("--hybrid-mbr", path.as_path()));
        let efi = self.append_efi.iter().map(|path| ("--append-efi", path.as_path()));
        paths.chain(mapped).chain(boot).chain(code).chain(efi).filter(|(_, path)| !is_standard(path) && path.is_file())
    }

    /// Whether it is an image itself that comes on standard input, and not a file for one.
    pub fn is_image_on_input(&self) -> bool {
        matches!(&self.paths[..], [path] if is_standard(path)) && self.map.is_empty() && self.stdin_name.is_none()
    }

    fn check_file_systems(&self) -> Result<(), String> {
        let (iso, udf, revision) = (self.has(FileSystem::Iso9660), self.has(FileSystem::Udf), self.revision());
        let later = |has: fn(UdfRevision) -> bool| {
            let all: Vec<_> = UdfRevision::ALL.into_iter().filter(|&revision| has(revision)).collect();
            all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        if self.named_streams && !(udf && revision.has_named_streams()) {
            let revisions = later(UdfRevision::has_named_streams);
            let now = if udf { format!("UDF is {revision} here") } else { "--fs leaves UDF out".to_string() };
            return Err(format!(
                "only UDF 2.00 and later have named streams, and {now}: --named-streams needs --udf-revision {revisions}"
            ));
        }
        let about = [
            (self.iso_level.is_some(), iso, "--iso-level", "ISO 9660"),
            (self.relaxed_names, iso, "--relaxed-names", "ISO 9660"),
            (self.deep_folders, iso, "--deep-folders", "ISO 9660"),
            (!self.boot.is_empty(), iso, "--boot", "ISO 9660"),
            (self.udf_revision.is_some(), udf, "--udf-revision", "UDF"),
            (self.no_redundant_metadata, udf, "--no-redundant-metadata", "UDF"),
        ];
        if let Some((.., option, file_system)) = about.into_iter().find(|(given, there, ..)| *given && !there) {
            return Err(format!("{option} is about {file_system}, which --fs leaves out"));
        }
        if self.no_redundant_metadata && !revision.has_mirror() {
            let revisions = later(UdfRevision::has_mirror);
            return Err(format!(
                "UDF {revision} has its metadata once: --no-redundant-metadata needs --udf-revision {revisions}"
            ));
        }
        Ok(())
    }

    fn check_input(&self) -> Result<(), String> {
        let paths = self.paths.iter().filter(|path| is_standard(path)).count();
        let mappings = self.map.iter().filter(|mapping| is_standard(mapping.on_disk())).count();
        let wrong = match (paths, mappings, &self.stdin_name) {
            (0, 0, None) if self.stdin_size.is_some() => "--stdin-size is about -, which is not among the files",
            (0, _, Some(_)) => "--stdin-name is about -, which is not among the files",
            (1, 0, None) => "what comes on standard input has no name: --stdin-name gives it one",
            (1, 0, Some(name)) if input(name).is_none() => "--stdin-name is no path of a file in an image",
            (0, 0 | 1, None) | (1, 0, Some(_)) => return Ok(()),
            _ => "standard input can be read only once",
        };
        Err(wrong.to_string())
    }

    /// How folders are read; what is being written is no part of them.
    pub fn scan_options(&self, moments: Moments, written: Vec<&Path>) -> Result<ScanOptions, GlobError> {
        let mut excludes = Globs::new();
        for pattern in &self.exclude {
            excludes.add(pattern)?;
        }
        Ok(ScanOptions {
            excludes,
            dates: moments.dates,
            owners: moments.owners,
            links: if self.follow_links { Links::Followed } else { Links::Kept },
            unreadable: if self.skip_unreadable { Unreadable::Skipped } else { Unreadable::Refused },
            one_file_system: self.one_file_system,
            named_streams: self.named_streams,
            leave_out: written.into_iter().map(Path::to_path_buf).collect(),
            ..ScanOptions::default()
        })
    }

    pub fn image_options(&self, tree: &Tree, moments: Moments) -> ImageOptions {
        let is_large = |node| matches!(tree.kind(node), Kind::File { size, .. } if size > u64::from(u32::MAX));
        let level = match self.iso_level {
            Some(1) => IsoLevel::One,
            Some(2) => IsoLevel::Two,
            None if !tree.walk(NodeId::ROOT).any(is_large) => IsoLevel::Two,
            _ => IsoLevel::Three,
        };
        let plain = ImageOptions::new(moments.now);
        let first = || self.paths.iter().find_map(|path| folder_name(path));
        let text = |given: &Option<String>| given.clone().unwrap_or_default();
        ImageOptions {
            volume: self.volume.clone().or_else(first).unwrap_or_else(|| plain.volume.clone()),
            file_systems: FileSystems {
                iso9660: self.has(FileSystem::Iso9660),
                joliet: self.has(FileSystem::Joliet),
                udf: self.has(FileSystem::Udf),
            },
            level,
            relaxed_names: self.relaxed_names,
            deep_folders: self.deep_folders,
            rock_ridge: self.rock_ridge,
            udf_revision: self.revision(),
            redundant_metadata: !self.no_redundant_metadata,
            udf_owners: self.rock_ridge,
            publisher: text(&self.publisher),
            data_preparer: text(&self.preparer),
            application: text(&self.application),
            ..plain
        }
    }
}

/// Standard input by the name that was given for it; `None` when that is no path of a file.
pub fn input(name: &Path) -> Option<Mapping> {
    let mapping = Mapping::new(name.as_os_str().as_bytes(), STANDARD).ok()?;
    let is_file = mapping.steps().next().is_some();
    is_file.then_some(mapping)
}

/// Whether this is standard input or output; `./-` is a file of that name.
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == STANDARD
}

/// As much of a folder's name as a volume takes; of one that is given as `.` or `..`, what it is really called.
fn folder_name(path: &Path) -> Option<String> {
    if is_standard(path) || !path.is_dir() {
        return None;
    }
    let whole = fs::canonicalize(path).ok();
    let name = path.file_name().or_else(|| whole.as_deref()?.file_name())?;
    let plain = |c: char| if c.is_control() { '_' } else { c };
    Some(name.to_string_lossy().chars().take(LONGEST_VOLUME).map(plain).collect())
}
