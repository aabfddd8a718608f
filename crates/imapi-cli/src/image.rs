//! `imapi image`: images of folders.

use std::{
    env, fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use clap::{Args, Subcommand, ValueEnum, builder::OsStringValueParser, builder::TypedValueParser as _};
use imapi_disc_types::{BlockSource as _, Control};
use imapi_errors::{CodedError, Lang};
use imapi_fsimage::{
    Attributes, Contents, Dates, FileSystems, Globs, ImageOptions, IsoLevel, Kind, Mapping, NodeId, ResultImage,
    ScanOptions, Timestamp, Tree, UdfRevision, WriteOptions, add_file, add_mapping, add_tree, write_image,
};
use serde::Serialize;

use crate::output::{self, Outcome, Output};

#[derive(Debug, Subcommand)]
pub enum ImageCommand {
    /// Makes an image of files and folders
    ///
    /// What is in a folder goes into the root of the image, a file goes there by its name. `SOURCE_DATE_EPOCH` is heeded: the
    /// same files then make the same image.
    #[command(after_help = CREATE_EXAMPLES)]
    Create(CreateArguments),
}

const CREATE_EXAMPLES: &str = "\
Examples:
  imapi image create photos -o photos.iso
  imapi image create src -o src.iso --rock-ridge --exclude '*.o' --volume SOURCES
  imapi image create --map /docs=./manual --map /readme.txt=README.md -o docs.iso";

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own on the command line")]
pub struct CreateArguments {
    /// Files and folders
    #[arg(value_name = "PATH", required_unless_present = "map")]
    paths: Vec<PathBuf>,

    /// The image; one that is there is replaced when the new one is whole
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// The file systems of the image
    #[arg(long = "fs", value_name = "NAMES", value_enum, value_delimiter = ',', default_value = "iso9660,joliet")]
    file_systems: Vec<FileSystem>,

    /// The revision of UDF: 1.02, 1.50, 2.00, 2.01, 2.50 or 2.60
    #[arg(long, value_name = "REVISION", value_parser = udf_revision, default_value = "1.02")]
    udf_revision: UdfRevision,

    /// The level of ISO 9660 [default: 2, or 3 when a file needs it]
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(1..=3))]
    iso_level: Option<u8>,

    /// Keeps small letters and more characters in the names of ISO 9660
    #[arg(long)]
    relaxed_names: bool,

    /// Lets folders lie below the eighth level of ISO 9660
    #[arg(long)]
    deep_folders: bool,

    /// Keeps names, modes, owners and links as Unix has them
    #[arg(long)]
    rock_ridge: bool,

    /// The volume's name [default: that of the first folder]
    #[arg(long, value_name = "NAME")]
    volume: Option<String>,

    /// Leaves out what has such a name, or such a path when the pattern has a slash
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    exclude: Vec<String>,

    /// Puts a file or folder at a path of its own: /in/image=./on/disk
    #[arg(long, value_name = "MAPPING", value_parser = OsStringValueParser::new().try_map(|text| Mapping::parse(&text)))]
    map: Vec<Mapping>,

    /// Does not wait until the image is on the disk
    #[arg(long)]
    no_sync: bool,

    /// Prints a JSON object
    #[arg(long)]
    json: bool,
}

/// A file system of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FileSystem {
    /// ISO 9660
    Iso9660,
    /// Joliet, beside ISO 9660
    Joliet,
    /// UDF
    Udf,
}

/// Takes a revision as people write it.
fn udf_revision(text: &str) -> Result<UdfRevision, String> {
    let all = UdfRevision::ALL.map(|revision| revision.to_string());
    let found = all.iter().position(|revision| revision == text);
    found.map(|at| UdfRevision::ALL[at]).ok_or_else(|| format!("UDF has {}", all.join(", ")))
}

/// Takes a pattern as it is, when it is one.
fn glob(text: &str) -> Result<String, String> {
    Globs::new().add(text).map(|()| text.to_string()).map_err(|error| error.to_string())
}

/// What was made.
#[derive(Debug, Serialize)]
struct Made {
    image: String,
    bytes: u64,
    blocks: u64,
    files: u64,
    folders: u64,
    excluded: u64,
}

pub fn run(command: &ImageCommand, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let ImageCommand::Create(arguments) = command;
    match create(arguments) {
        Ok(made) => {
            if arguments.json {
                output_json(out, &made)?;
            }
            Ok(Outcome::Done)
        }
        Err(error) => {
            output::report(&*error, lang);
            Ok(Outcome::Failed)
        }
    }
}

fn output_json(out: &mut Output, made: &Made) -> io::Result<()> {
    use io::Write as _;
    serde_json::to_writer_pretty(&mut *out, made)?;
    writeln!(out)
}

type Failure = Box<dyn CodedError>;

fn boxed(error: impl CodedError + 'static) -> Failure {
    Box::new(error)
}

fn create(arguments: &CreateArguments) -> Result<Made, Failure> {
    let epoch = source_date_epoch().map_err(boxed)?;
    let now = epoch.unwrap_or_else(|| Timestamp::from(SystemTime::now()));
    let scan = scan_options(arguments, epoch)?;
    let root = Attributes { created: now, modified: now, accessed: now, mode: 0o040_755, ..Attributes::default() };
    let (mut tree, mut contents, mut excluded) = (Tree::new(root), Contents::new(), 0);
    for path in &arguments.paths {
        let (tree, contents, silent) = (&mut tree, &mut contents, &mut Control::silent());
        match path.file_name().filter(|_| path.is_file()) {
            Some(name) => {
                add_file(tree, contents, NodeId::ROOT, name.as_encoded_bytes(), path, &scan).map_err(boxed)?;
            }
            None => excluded += add_tree(tree, contents, NodeId::ROOT, path, &scan, silent).map_err(boxed)?.excluded,
        }
    }
    for mapping in &arguments.map {
        let report = add_mapping(&mut tree, &mut contents, mapping, &scan, &mut Control::silent());
        excluded += report.map_err(boxed)?.excluded;
    }
    let options = image_options(arguments, &tree, now);
    let counts = tree.counts();
    let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &options).map_err(boxed)?;
    let write = WriteOptions { sync: !arguments.no_sync };
    write_image(&image, &arguments.output, write, &mut Control::silent()).map_err(boxed)?;
    Ok(Made {
        image: arguments.output.display().to_string(),
        bytes: image.bytes(),
        blocks: image.blocks(),
        files: counts.files,
        folders: counts.directories,
        excluded,
    })
}

fn scan_options(arguments: &CreateArguments, epoch: Option<Timestamp>) -> Result<ScanOptions, Failure> {
    let mut excludes = Globs::new();
    for pattern in &arguments.exclude {
        excludes.add(pattern).map_err(boxed)?;
    }
    let dates = epoch.map_or(Dates::OnDisk, Dates::NoLaterThan);
    Ok(ScanOptions { excludes, dates, leave_out: vec![arguments.output.clone()], ..ScanOptions::default() })
}

fn image_options(arguments: &CreateArguments, tree: &Tree, now: Timestamp) -> ImageOptions {
    let has = |file_system| arguments.file_systems.contains(&file_system);
    let is_large = |node| matches!(tree.kind(node), Kind::File { size, .. } if size > u64::from(u32::MAX));
    let level = match arguments.iso_level {
        Some(1) => IsoLevel::One,
        Some(2) => IsoLevel::Two,
        None if !tree.walk(NodeId::ROOT).any(is_large) => IsoLevel::Two,
        _ => IsoLevel::Three,
    };
    let first = arguments.paths.iter().find_map(|path| folder_name(path));
    let given = arguments.volume.clone().or(first);
    let plain = ImageOptions::new(now);
    ImageOptions {
        volume: given.unwrap_or_else(|| plain.volume.clone()),
        file_systems: FileSystems {
            iso9660: has(FileSystem::Iso9660),
            joliet: has(FileSystem::Joliet),
            udf: has(FileSystem::Udf),
        },
        level,
        relaxed_names: arguments.relaxed_names,
        deep_folders: arguments.deep_folders,
        rock_ridge: arguments.rock_ridge,
        udf_revision: arguments.udf_revision,
        udf_owners: arguments.rock_ridge,
        ..plain
    }
}

/// As much of a folder's name as a volume takes.
fn folder_name(path: &Path) -> Option<String> {
    let name = path.is_dir().then(|| path.file_name())??;
    Some(name.to_string_lossy().chars().take(32).collect())
}

/// `SOURCE_DATE_EPOCH` that is no number of seconds.
#[derive(Debug)]
struct NoEpoch(String);

impl fmt::Display for NoEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SOURCE_DATE_EPOCH is {:?}, and no number of seconds", self.0)
    }
}

impl std::error::Error for NoEpoch {}

impl imapi_errors::Coded for NoEpoch {
    fn code(&self) -> imapi_errors::HResult {
        imapi_errors::common::E_INVALIDARG
    }

    fn facts(&self, put: &mut dyn FnMut(imapi_errors::Fact, imapi_errors::Value<'_>)) {
        put(imapi_errors::Fact::Parameter, imapi_errors::Value::Text(&"SOURCE_DATE_EPOCH"));
        put(imapi_errors::Fact::Given, imapi_errors::Value::Text(&self.0));
    }
}

fn source_date_epoch() -> Result<Option<Timestamp>, NoEpoch> {
    let Some(text) = env::var_os("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let seconds = text.to_str().and_then(|text| text.parse::<i64>().ok());
    seconds.map(|seconds| Some(Timestamp::new(seconds, 0))).ok_or_else(|| NoEpoch(text.to_string_lossy().into_owned()))
}
