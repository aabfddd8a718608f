//! What can be asked of `imapi image create`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::OsStringValueParser, builder::TypedValueParser};
use imapi_fsimage::{Globs, Mapping, UdfRevision};

use super::boot::BootArgument;

pub(super) const CREATE_EXAMPLES: &str = "\
Examples:
  imapi image create photos -o photos.iso
  imapi image create src -o src.iso --rock-ridge --exclude '*.o' --volume SOURCES
  imapi image create --map /docs=./manual --map /readme.txt=README.md -o docs.iso
  tar c src | imapi image create - --stdin-name src.tar -o backup.iso
  imapi image create movies --fs udf --udf-revision 2.50 --dry-run
  imapi image create live -o live.iso --boot isolinux/isolinux.bin,info-table --append-efi efi.img";

const FILES: &str = "What goes in";
const FILE_SYSTEMS: &str = "File systems";
const VOLUME: &str = "What the volume is called";
const BOOTING: &str = "Starting from the image";

/// What an image is to be, and where it goes.
#[derive(Debug, Args)]
pub struct CreateArguments {
    /// The image; `-` writes it to standard output
    #[arg(short, long, value_name = "FILE", required_unless_present = "dry_run")]
    pub output: Option<PathBuf>,

    /// Replaces an image that is there, when the new one is whole
    #[arg(long)]
    pub force: bool,

    /// Makes no image: tells its size, and what would be renamed or left out
    #[arg(short = 'n', long)]
    pub dry_run: bool,

    /// Writes down in JSON where each file is; `-` for standard output
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// Does not wait until the image is on the disk
    #[arg(long)]
    pub no_sync: bool,

    #[command(flatten)]
    pub image: ImageArguments,
}

/// What an image is to be, wherever it goes.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own on the command line")]
pub struct ImageArguments {
    /// Files and folders; `-` is what comes on standard input
    #[arg(value_name = "PATH", required_unless_present = "map")]
    pub paths: Vec<PathBuf>,

    /// The file systems of the image
    #[arg(help_heading = FILE_SYSTEMS, long = "fs", value_name = "NAMES", value_enum, value_delimiter = ',', default_value = "iso9660,joliet,udf")]
    pub file_systems: Vec<FileSystem>,

    /// The revision of UDF: 1.02, 1.50, 2.00, 2.01, 2.50 or 2.60 [default: 1.02]
    #[arg(help_heading = FILE_SYSTEMS, long, value_name = "REVISION", value_parser = udf_revision)]
    pub udf_revision: Option<UdfRevision>,

    /// Leaves out the second copy of the metadata that UDF 2.50 and 2.60 have
    #[arg(help_heading = FILE_SYSTEMS, long)]
    pub no_redundant_metadata: bool,

    /// Keeps extended attributes `user.*` as named streams (UDF 2.00 and later)
    #[arg(help_heading = FILE_SYSTEMS, long)]
    pub named_streams: bool,

    /// The level of ISO 9660 [default: 2, or 3 when a file needs it]
    #[arg(help_heading = FILE_SYSTEMS, long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(1..=3))]
    pub iso_level: Option<u8>,

    /// Keeps small letters and more characters in the names of ISO 9660
    #[arg(help_heading = FILE_SYSTEMS, long)]
    pub relaxed_names: bool,

    /// Lets folders lie below the eighth level of ISO 9660, where Rock Ridge does not move them
    #[arg(help_heading = FILE_SYSTEMS, long)]
    pub deep_folders: bool,

    /// Keeps names, modes, owners and links as Unix has them, in UDF too
    #[arg(help_heading = FILE_SYSTEMS, long)]
    pub rock_ridge: bool,

    /// The volume's name [default: that of the first folder]
    #[arg(help_heading = VOLUME, long, value_name = "NAME")]
    pub volume: Option<String>,

    /// Who publishes the volume
    #[arg(help_heading = VOLUME, long, value_name = "NAME")]
    pub publisher: Option<String>,

    /// Who prepared the data
    #[arg(help_heading = VOLUME, long, value_name = "NAME")]
    pub preparer: Option<String>,

    /// For which application the volume is
    #[arg(help_heading = VOLUME, long, value_name = "NAME")]
    pub application: Option<String>,

    /// Leaves out what has such a name, or such a path when the pattern has a slash
    #[arg(help_heading = FILES, long, value_name = "GLOB", value_parser = glob)]
    pub exclude: Vec<String>,

    /// Puts a file or folder at a path of its own: /in/image=./on/disk
    #[arg(help_heading = FILES, long, value_name = "MAPPING", value_parser = mapping())]
    pub map: Vec<Mapping>,

    /// Adds what links lead to, and not the links
    #[arg(help_heading = FILES, long)]
    pub follow_links: bool,

    /// Leaves out what other file systems are mounted in a folder
    #[arg(help_heading = FILES, long)]
    pub one_file_system: bool,

    /// Leaves out what may not be read, and says so
    #[arg(help_heading = FILES, long)]
    pub skip_unreadable: bool,

    /// Where in the image standard input goes
    #[arg(help_heading = FILES, long, value_name = "NAME")]
    pub stdin_name: Option<PathBuf>,

    /// How many bytes standard input must have
    #[arg(help_heading = FILES, long, value_name = "BYTES")]
    pub stdin_size: Option<u64>,

    /// A boot image, and how it is started, in options behind commas
    ///
    /// FILE is a path in the image, or else on disk. Options: platform=bios|efi|mac|ppc, emulation=none|floppy|harddisk,
    /// load-segment=NUMBER, load-size=SECTORS (of 512 bytes), manufacturer=NAME; info-table tells ISOLINUX and its kin where
    /// they are, grub2-info tells GRUB; no-boot makes it an image that is loaded and not started. The first entry is the
    /// default one.
    #[arg(help_heading = BOOTING, long, value_name = "FILE[,OPTION...]", value_parser = boot())]
    pub boot: Vec<BootArgument>,

    /// Makes the image start from a disk too, by this code for its MBR: `isohdpfx.bin`, `boot_hybrid.img`
    #[arg(help_heading = BOOTING, long, value_name = "FILE")]
    pub hybrid_mbr: Option<PathBuf>,

    /// Adds this partition for UEFI behind the files; CDs start from it too
    #[arg(help_heading = BOOTING, long, value_name = "FILE")]
    pub append_efi: Option<PathBuf>,

    /// How partitions are told [default: mbr, where there are any]
    #[arg(help_heading = BOOTING, long, value_name = "KIND", value_enum)]
    pub partition_table: Option<TableKind>,

    /// Adds a file with the SHA-256 of all files and blocks, by which `imapi verify` needs nothing but the disc
    ///
    /// The file is called checksums.sha256, and `sha256sum -c` reads it, too.
    #[arg(long)]
    pub embed_checksums: bool,

    /// Makes the same files the same image everywhere: fixed dates (`SOURCE_DATE_EPOCH`, or 1980), no owners
    #[arg(long)]
    pub reproducible: bool,

    /// Tells errors only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Names everything that is left out
    #[arg(short, long)]
    pub verbose: bool,

    /// Prints a JSON object
    #[arg(long)]
    pub json: bool,
}

/// How partitions are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableKind {
    /// In an MBR
    Mbr,
    /// In a GPT, beside an MBR
    Gpt,
}

/// A file system of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FileSystem {
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

/// Takes a path in the image and one on disk.
fn mapping() -> impl TypedValueParser<Value = Mapping> {
    OsStringValueParser::new().try_map(|text| Mapping::parse(&text))
}

/// Takes a boot image and its options.
fn boot() -> impl TypedValueParser<Value = BootArgument> {
    OsStringValueParser::new().try_map(|text| BootArgument::parse(&text))
}

/// Takes a pattern as it is, when it is one.
fn glob(text: &str) -> Result<String, String> {
    Globs::new().add(text).map(|()| text.to_string()).map_err(|error| error.to_string())
}
