//! Everything that goes into the image, brought together: folders, files, mappings, standard input.

use std::{
    env,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use imapi_disc_types::Control;
use imapi_fsimage::{
    Attributes, ContentError, Contents, EarlierBoot, Kind, Mapping, NodeId, ScanError, ScanOptions, ScanReport,
    Scanned, Skipped, Tree, TreeError, add_file, add_mapping, add_tree,
};

use super::{
    CreateError,
    arguments::ImageArguments,
    dates::Moments,
    options::{input, is_standard},
    stdin::Input,
};
use crate::{
    append::Behind,
    interrupt::Interrupts,
    progress::{Progress, Step},
};

/// What standard input is called in messages.
const INPUT: &str = "standard input";

/// The files of the image, and what stayed out of it.
pub struct Sources<'a> {
    arguments: &'a ImageArguments,
    interrupts: &'a Interrupts,
    progress: &'a mut Progress,
    scan: ScanOptions,
    /// Where what comes once only is kept, unless the user has another place for it.
    stash: Option<PathBuf>,
    moments: Moments,
    tree: Tree,
    contents: Contents,
    counted: Counted,
}

/// What is written while the image is made, which is no file of it, and where there is room.
#[derive(Debug, Default)]
pub struct Goes<'a> {
    pub written: Vec<&'a Path>,
    pub stash: Option<PathBuf>,
    /// It goes onto a disc that can be overwritten, and more may be added later.
    pub rewritable: bool,
}

/// What stayed out.
#[derive(Debug, Default)]
pub struct Counted {
    /// What patterns kept out.
    pub excluded: u64,
    pub skipped: Vec<Skipped>,
}

impl<'a> Sources<'a> {
    pub fn new(
        arguments: &'a ImageArguments,
        interrupts: &'a Interrupts,
        progress: &'a mut Progress,
        moments: Moments,
        goes: Goes<'_>,
    ) -> Result<Self, CreateError> {
        let now = moments.now;
        let root = Attributes { created: now, modified: now, accessed: now, mode: 0o040_755, ..Attributes::default() };
        Ok(Self {
            arguments,
            interrupts,
            progress,
            scan: arguments.scan_options(moments, goes.written)?,
            stash: goes.stash,
            moments,
            tree: Tree::new(root),
            contents: Contents::new(),
            counted: Counted::default(),
        })
    }

    pub fn into_parts(self) -> (Tree, Contents, Counted) {
        (self.tree, self.contents, self.counted)
    }

    /// All that is there so far.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Brings in what there is already, and tells what starts from it.
    pub fn begin_with(&mut self, behind: &Behind<'_>) -> Result<Vec<EarlierBoot>, CreateError> {
        behind.import(&mut self.tree, &mut self.contents, self.interrupts, self.progress)
    }

    /// Adds all that was named.
    pub fn gather(mut self) -> Result<Self, CreateError> {
        for path in &self.arguments.paths {
            if is_standard(path) {
                let name = self.arguments.stdin_name.as_deref().unwrap_or(Path::new(INPUT));
                let mapping = input(name);
                self.input(&mapping.ok_or_else(|| ScanError::Path { given: name.display().to_string() })?)?;
            } else if path.is_dir() {
                self.scanned(|tree, contents, scan, control| {
                    add_tree(tree, contents, NodeId::ROOT, path, scan, control)
                })?;
            } else {
                let name = path.file_name().ok_or_else(|| ScanError::Path { given: path.display().to_string() })?;
                let name = name.as_encoded_bytes();
                add_file(&mut self.tree, &mut self.contents, NodeId::ROOT, name, path, &self.scan)?;
            }
        }
        for mapping in &self.arguments.map {
            if is_standard(mapping.on_disk()) {
                self.input(mapping)?;
            } else {
                self.scanned(|tree, contents, scan, control| add_mapping(tree, contents, mapping, scan, control))?;
            }
        }
        Ok(self)
    }

    /// Scans, and shows how far that is.
    fn scanned(
        &mut self,
        scan: impl FnOnce(
            &mut Tree,
            &mut Contents,
            &ScanOptions,
            &mut Control<'_, Scanned>,
        ) -> Result<ScanReport, ScanError>,
    ) -> Result<(), ScanError> {
        let before = self.tree.counts();
        let mut listener = |scanned: &Scanned| {
            let (files, bytes) = (before.files + scanned.files, before.bytes + scanned.bytes);
            self.progress.show(Step::Scanning { files, bytes });
            ControlFlow::Continue(())
        };
        let mut control = Control::new(self.interrupts.token().clone(), &mut listener);
        let report = scan(&mut self.tree, &mut self.contents, &self.scan, &mut control)?;
        self.counted.excluded += report.excluded;
        self.counted.skipped.extend(report.skipped);
        Ok(())
    }

    /// Reads standard input to its end, and makes it a file of the image.
    fn input(&mut self, mapping: &Mapping) -> Result<(), CreateError> {
        let of = self.arguments.stdin_size;
        if let Some(folder) = self.stash_folder() {
            self.contents.set_working_directory(folder)?;
        }
        let mut listener = |&bytes: &u64| {
            self.progress.show(Step::Input { bytes, of });
            ControlFlow::Continue(())
        };
        let mut control = Control::new(self.interrupts.token().clone(), &mut listener);
        let mut input = Input::new(self.interrupts.token(), of);
        let content = self.contents.add_stream(&mut input, INPUT, &mut control)?;
        let size = self.contents.size(content);
        if let Some(expected) = of.filter(|&expected| expected != size) {
            return Err(ContentError::Length { file: INPUT.into(), expected, found: size }.into());
        }
        let mut steps: Vec<&[u8]> = mapping.steps().collect();
        let name = steps.pop().ok_or(TreeError::Root)?;
        let tree = &mut self.tree;
        let now = self.moments.now;
        let attributes =
            |mode| Attributes { created: now, modified: now, accessed: now, mode, ..Attributes::default() };
        let folder = steps.into_iter().try_fold(NodeId::ROOT, |at, step| match tree.child(at, step) {
            Some(there) => Ok(there),
            None => tree.add(at, step, Kind::Directory, attributes(0o040_755)),
        })?;
        // As with files on disk: what comes later wins over a file, but never over a folder.
        if let Some(there) = tree.child(folder, name).filter(|&there| tree.kind(there) != Kind::Directory) {
            tree.remove(there)?;
        }
        tree.add(folder, name, Kind::File { size, content }, attributes(0o100_644))?;
        Ok(())
    }

    /// Where standard input is kept: where the user's temporary files are to be, or else where there has to be room
    /// anyway, since the usual folder for temporary files may be in memory.
    fn stash_folder(&self) -> Option<PathBuf> {
        if env::var_os("TMPDIR").is_some() { None } else { self.stash.clone() }
    }
}
