//! [`Image`]: the kinds of images that readers judge, each made once of the corpus.

use std::{
    fs,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, OnceLock},
};

use imapi_disc_types::Control;
use imapi_fsimage::{
    FileSystems, ImageOptions, IsoLevel, ResultImage, UdfRevision as Revision, WriteOptions, write_image,
};

use crate::{
    corpus::{Corpus, Item, Order, What},
    folder::options,
    udf::Volume,
};

/// A way of looking at an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// ISO 9660 by itself.
    Plain,
    Joliet,
    Ridge,
    Udf,
}

/// A kind of image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// ISO 9660, level 1, and nothing else.
    LevelOne,
    /// ISO 9660, level 2, with Joliet: what IMAPI makes.
    Joliet,
    /// With small letters and more characters than the standard allows.
    Relaxed,
    /// With Rock Ridge.
    Ridge,
    /// The same, where folders below the eighth level are moved.
    Moved,
    /// Everything, but of the corpus without what libcdio does not survive: links to more than a hundred characters, and
    /// names with pairs of units of UTF-16, which cost it their folders, or of many wide characters.
    Tame,
    /// Level 3 with Joliet and Rock Ridge.
    Everything,
    /// UDF alone, with a mirror of the metadata where there can be one.
    Udf(Revision),
    /// The same with owners, links and devices.
    Owned(Revision),
    /// UDF beside ISO 9660 and Joliet, with one copy of the metadata.
    Bridge(Revision),
}

impl Kind {
    pub const ALL: [Self; 22] = [
        Self::LevelOne,
        Self::Joliet,
        Self::Relaxed,
        Self::Ridge,
        Self::Moved,
        Self::Tame,
        Self::Everything,
        Self::Udf(Revision::R102),
        Self::Udf(Revision::R150),
        Self::Udf(Revision::R200),
        Self::Udf(Revision::R201),
        Self::Udf(Revision::R250),
        Self::Udf(Revision::R260),
        Self::Owned(Revision::R102),
        Self::Owned(Revision::R201),
        Self::Owned(Revision::R260),
        Self::Bridge(Revision::R102),
        Self::Bridge(Revision::R150),
        Self::Bridge(Revision::R200),
        Self::Bridge(Revision::R201),
        Self::Bridge(Revision::R250),
        Self::Bridge(Revision::R260),
    ];

    /// Of its file.
    pub fn name(self) -> String {
        match self {
            Self::LevelOne => "level-1".to_string(),
            Self::Joliet => "joliet".to_string(),
            Self::Relaxed => "relaxed".to_string(),
            Self::Ridge => "rock-ridge".to_string(),
            Self::Moved => "moved".to_string(),
            Self::Tame => "tame".to_string(),
            Self::Everything => "everything".to_string(),
            Self::Udf(revision) => format!("udf-{revision}"),
            Self::Owned(revision) => format!("owned-udf-{revision}"),
            Self::Bridge(revision) => format!("bridge-{revision}"),
        }
    }

    /// What of it there is to look at.
    pub fn views(self) -> &'static [View] {
        match self {
            Self::LevelOne | Self::Relaxed => &[View::Plain],
            Self::Joliet => &[View::Plain, View::Joliet],
            Self::Ridge => &[View::Plain, View::Ridge],
            Self::Moved => &[View::Ridge],
            Self::Tame | Self::Everything => &[View::Plain, View::Joliet, View::Ridge],
            Self::Udf(_) | Self::Owned(_) => &[View::Udf],
            Self::Bridge(_) => &[View::Plain, View::Joliet, View::Udf],
        }
    }

    /// The revision of its UDF.
    pub fn revision(self) -> Option<Revision> {
        match self {
            Self::Udf(revision) | Self::Owned(revision) | Self::Bridge(revision) => Some(revision),
            _ => None,
        }
    }

    /// Whether UDF tells what Unix knows of files.
    pub fn has_udf_owners(self) -> bool {
        matches!(self, Self::Owned(_))
    }

    /// What is in it.
    pub fn corpus(self) -> Corpus {
        let fits = |item: &&Item| match self {
            Self::Tame => is_tame(item),
            // A step of a link is a name, and no longer than one.
            Self::Owned(_) => match &item.what {
                What::Link(target) => target.split(|&byte| byte == b'/').all(|step| step.len() <= 254),
                _ => true,
            },
            _ => true,
        };
        let mut items: Vec<Item> = shapes().items.iter().filter(fits).cloned().collect();
        // 7-Zip refuses a volume with a file that is neither of the two kinds that it knows.
        for item in &mut items {
            item.real_time &= self.has_udf_owners();
        }
        Corpus { items }
    }

    pub fn options(self) -> ImageOptions {
        let has = |view| self.views().contains(&view);
        ImageOptions {
            file_systems: FileSystems {
                iso9660: has(View::Plain) || has(View::Ridge),
                joliet: has(View::Joliet),
                udf: has(View::Udf),
            },
            level: match self {
                Self::LevelOne => IsoLevel::One,
                Self::Tame | Self::Everything => IsoLevel::Three,
                _ => IsoLevel::Two,
            },
            relaxed_names: self == Self::Relaxed,
            rock_ridge: has(View::Ridge),
            // The corpus has sixty levels.
            deep_folders: self != Self::Moved,
            udf_revision: self.revision().unwrap_or_default(),
            redundant_metadata: !matches!(self, Self::Bridge(_)),
            udf_owners: self.has_udf_owners(),
            ..options()
        }
    }
}

/// Whether libcdio survives it.
fn is_tame(item: &Item) -> bool {
    let is_long = matches!(&item.what, What::Link(target) if target.len() >= 100);
    let has_pairs = String::from_utf8_lossy(&item.path).chars().any(|c| u32::from(c) > 0xFFFF);
    // It has no room for so many characters of three bytes either.
    let is_wide = String::from_utf8_lossy(item.name()).chars().filter(|&c| c > '\u{7ff}').count() > 40;
    !is_long && !has_pairs && !is_wide
}

/// An image of a corpus, as a file.
pub struct Image {
    pub kind: Kind,
    pub corpus: Corpus,
    /// Where the files of the corpus are.
    pub disk: PathBuf,
    pub path: PathBuf,
    pub planned: ResultImage,
}

impl Image {
    /// The image of that kind of the corpus of shapes.
    pub fn of(kind: Kind) -> &'static Self {
        static ALL: [OnceLock<Image>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];
        let place = Kind::ALL.iter().position(|&other| other == kind).expect("all are listed");
        ALL[place].get_or_init(|| Self::made(kind, kind.corpus(), disk(), &kind.name()))
    }

    /// The image of a corpus whose files are in a folder.
    pub fn made(kind: Kind, corpus: Corpus, disk: PathBuf, name: &str) -> Self {
        let path = lab().join(format!("{name}.iso"));
        let planned = make(&corpus, &disk, &kind.options(), &path);
        Self { kind, corpus, disk, path, planned }
    }

    /// Of its file, without what all such names end with.
    pub fn name(&self) -> String {
        self.path.file_stem().expect("it has a name").to_string_lossy().into_owned()
    }
}

/// A copy of an image of UDF, of which everything is destroyed that is there twice: the first anchor, the first sequence
/// of descriptors, and the metadata that have a mirror.
pub fn damaged(image: &Image) -> PathBuf {
    let path = lab().join(format!("damaged-{}.iso", image.name()));
    fs::copy(&image.path, &path).expect("room");
    let file = fs::OpenOptions::new().write(true).open(&path).expect("ours");
    for run in Volume::open(&image.planned).doubles() {
        let zeros = vec![0; usize::try_from(run.blocks * 2048).expect("small")];
        file.write_all_at(&zeros, run.first * 2048).expect("writable");
    }
    path
}

/// The image of a corpus that is on disk.
pub fn plan(corpus: &Corpus, disk: &Path, options: &ImageOptions) -> ResultImage {
    let (tree, contents) = corpus.tree(disk, true);
    ResultImage::new(Arc::new(tree), Arc::new(contents), options).expect("it can be planned")
}

/// The same, written to a file.
pub fn make(corpus: &Corpus, disk: &Path, options: &ImageOptions, path: &Path) -> ResultImage {
    let image = plan(corpus, disk, options);
    write_image(&image, path, WriteOptions { sync: false, replace: false }, &mut Control::silent()).expect("written");
    image
}

pub fn shapes() -> &'static Corpus {
    static SHAPES: LazyLock<Corpus> = LazyLock::new(Corpus::shapes);
    &SHAPES
}

/// The folder with the corpus of shapes.
pub fn disk() -> PathBuf {
    static DISK: LazyLock<PathBuf> = LazyLock::new(|| shapes().in_folder(lab().join("corpus"), Order::Forwards));
    DISK.clone()
}

/// The folder of this run. It stays until the next, so that what a reader complained of can be looked at.
pub fn lab() -> &'static Path {
    static LAB: LazyLock<PathBuf> = LazyLock::new(|| {
        let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("judges");
        fs::create_dir_all(&all).expect("a folder to build in");
        for run in fs::read_dir(&all).expect("readable").flatten() {
            let name = run.file_name();
            if name.to_str().is_none_or(|process| !Path::new("/proc").join(process).exists()) {
                let _ = fs::remove_dir_all(run.path());
            }
        }
        let lab = all.join(std::process::id().to_string());
        let _ = fs::remove_dir_all(&lab);
        fs::create_dir_all(&lab).expect("a folder to build in");
        lab
    });
    &LAB
}
