//! What was made, in JSON: in short for `--json`, and file by file for `--report`.

use std::io::{self, Write};

use imapi_disc_types::BlockSource as _;
use imapi_fsimage::{
    AlteredText, ImageOptions, IsoLevel, Kind, NodeId, Part, PartOf, ResultImage, Skipped, SkippedBecause,
};
use serde::{Serialize, Serializer, ser::SerializeSeq as _};

use super::{
    arguments::ImageArguments,
    outline::{Count, LeftOut, Outline, Renamed},
    sources::Counted,
};

/// Bytes of a block.
const BLOCK: u64 = 2048;

/// What was made, or would be.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Made<'a> {
    /// Nothing where no image was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    dry_run: bool,
    bytes: u64,
    blocks: u64,
    volume: &'a str,
    file_systems: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iso_level: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    udf_revision: Option<String>,
    files: u64,
    folders: u64,
    links: u64,
    special_files: u64,
    excluded: u64,
    skipped: Vec<SkippedItem>,
    left_out: &'a [LeftOut],
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed: Option<&'a [Renamed]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    altered: Vec<Altered<'a>>,
    parts: Vec<PartItem>,
}

/// What was said of the volume, and stands otherwise in a file system.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Altered<'a> {
    /// The option that said it.
    pub option: &'static str,
    pub file_system: &'static str,
    pub given: &'a str,
    pub became: String,
}

/// Something that stayed out.
#[derive(Debug, Serialize)]
struct SkippedItem {
    path: String,
    why: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Blocks of one use, however many runs they are.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct PartItem {
    pub of: &'static str,
    pub blocks: u64,
}

/// All that is told of an image.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    pub image: &'a ResultImage,
    pub options: &'a ImageOptions,
    pub counted: &'a Counted,
    pub outline: &'a Outline,
}

impl<'a> Told<'a> {
    pub fn made(self, image: Option<String>, dry_run: bool, arguments: &'a ImageArguments) -> Made<'a> {
        let Self { image: result, options, counted, outline } = self;
        let Count { files, folders, links, special_files } = outline.kept;
        let level = match options.level {
            IsoLevel::One => 1,
            IsoLevel::Two => 2,
            IsoLevel::Three => 3,
        };
        Made {
            image,
            dry_run,
            bytes: result.bytes(),
            blocks: result.blocks(),
            volume: &options.volume,
            file_systems: result.file_systems().collect(),
            iso_level: options.file_systems.iso9660.then_some(level),
            udf_revision: options.file_systems.udf.then(|| options.udf_revision.to_string()),
            files,
            folders,
            links,
            special_files,
            excluded: counted.excluded,
            skipped: counted.skipped.iter().map(skipped).collect(),
            left_out: &outline.left_out,
            renamed: dry_run.then_some(&outline.renamed),
            altered: altered_texts(options, arguments),
            parts: parts(result),
        }
    }
}

/// What was given by options and stands otherwise. The name of a folder that a volume has without being asked is none of it.
pub fn altered_texts<'a>(options: &'a ImageOptions, arguments: &ImageArguments) -> Vec<Altered<'a>> {
    let all = options.altered_texts();
    // A name that another file system has as it is is no news, until somebody asks.
    let in_joliet = |altered: &AlteredText| altered.option == "volume" && altered.file_system == "Joliet";
    let is_whole = options.file_systems.udf || (options.file_systems.joliet && !all.iter().any(in_joliet));
    let volume = arguments.volume.is_some() && (arguments.verbose || !is_whole);
    let of_option = |altered: AlteredText| {
        let (option, given) = match altered.option {
            "volume" if volume => ("--volume", &options.volume),
            "publisher" => ("--publisher", &options.publisher),
            "data_preparer" => ("--preparer", &options.data_preparer),
            "application" => ("--application", &options.application),
            _ => return None,
        };
        Some(Altered { option, file_system: altered.file_system, given, became: altered.became })
    };
    all.into_iter().filter_map(of_option).collect()
}

fn skipped(skipped: &Skipped) -> SkippedItem {
    let (why, reason) = match &skipped.why {
        SkippedBecause::Unreadable(error) => ("unreadable", Some(error.to_string())),
        SkippedBecause::LeftOut => ("output", None),
        SkippedBecause::OtherFileSystem => ("otherFileSystem", None),
    };
    SkippedItem { path: skipped.path.display().to_string(), why, reason }
}

/// What the blocks of an image are for, in the order in which each use first comes.
pub fn parts(image: &ResultImage) -> Vec<PartItem> {
    let mut parts: Vec<PartItem> = Vec::new();
    for part in image.parts() {
        let (of, blocks) = (name(&part), part.blocks.end - part.blocks.start);
        match parts.iter_mut().find(|part| part.of == of) {
            Some(part) => part.blocks += blocks,
            None => parts.push(PartItem { of, blocks }),
        }
    }
    parts
}

fn name(part: &Part) -> &'static str {
    match part.of {
        PartOf::Descriptors => DESCRIPTORS,
        PartOf::Metadata(of) => of,
        PartOf::Files => FILES,
        _ => NOTHING,
    }
}

pub const DESCRIPTORS: &str = "descriptors";
pub const FILES: &str = "files";
pub const NOTHING: &str = "unused";

/// Where everything is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Layout<'a> {
    block_size: u64,
    blocks: u64,
    file_systems: Vec<&'static str>,
    #[serde(serialize_with = "runs")]
    parts: &'a ResultImage,
    #[serde(serialize_with = "files")]
    files: &'a ResultImage,
}

/// A run of blocks.
#[derive(Serialize)]
struct Run {
    of: &'static str,
    first: u64,
    blocks: u64,
}

/// Where a file is.
#[derive(Serialize)]
struct Place {
    /// Nothing where it is no file of the image, such as a boot image from outside.
    path: Option<String>,
    /// What it is outside of the image, when it is no file in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// Nothing where it has no blocks of its own.
    first: Option<u64>,
    blocks: u64,
    size: u64,
}

/// Writes where each part and each file of an image is, one after the other, so that nothing of it has to be kept.
pub fn write_layout(image: &ResultImage, out: &mut dyn Write) -> io::Result<()> {
    let file_systems = image.file_systems().collect();
    let layout = Layout { block_size: BLOCK, blocks: image.blocks(), file_systems, parts: image, files: image };
    serde_json::to_writer_pretty(&mut *out, &layout)?;
    writeln!(out)
}

fn runs<S: Serializer>(image: &ResultImage, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(image.parts().map(|part| Run {
        of: name(&part),
        first: part.blocks.start,
        blocks: part.blocks.end - part.blocks.start,
    }))
}

/// All files in the order of the tree, each with its named streams behind it, then boot images that are no files.
fn files<S: Serializer>(image: &ResultImage, serializer: S) -> Result<S::Ok, S::Error> {
    let tree = image.tree();
    let mut places = serializer.serialize_seq(None)?;
    for node in tree.walk(NodeId::ROOT) {
        if let Kind::File { size, .. } = tree.kind(node) {
            places.serialize_element(&Place::of(Some(tree.path(node)), image.blocks_of(node), size))?;
            for stream in image.streams_of(node) {
                places.serialize_element(&Place::of(Some(stream.path), stream.blocks, stream.size))?;
            }
        }
    }
    for file in image.files().filter(|file| file.node == NodeId::ROOT) {
        places
            .serialize_element(&Place { source: Some(file.path), ..Place::of(None, Some(file.blocks), file.size) })?;
    }
    places.end()
}

impl Place {
    fn of(path: Option<String>, blocks: Option<std::ops::Range<u64>>, size: u64) -> Self {
        let count = blocks.as_ref().map_or(0, |blocks| blocks.end - blocks.start);
        Self { path, source: None, first: blocks.map(|blocks| blocks.start), blocks: count, size }
    }
}
