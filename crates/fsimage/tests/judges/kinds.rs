//! [`Image`]: the kinds of images that readers judge, each made once of the corpus.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, OnceLock},
};

use imapi_disc_types::Control;
use imapi_fsimage::{FileSystems, ImageOptions, IsoLevel, ResultImage, WriteOptions, write_image};

use crate::{
    corpus::{Corpus, Item, Order, What},
    folder::options,
};

/// A way of looking at an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// ISO 9660 by itself.
    Plain,
    Joliet,
    Ridge,
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
    /// Everything, but of the corpus without what libcdio does not survive: links to more than a hundred characters, and
    /// names with pairs of units of UTF-16, which cost it their folders, or of many wide characters.
    Tame,
    /// Level 3 with Joliet and Rock Ridge.
    Everything,
}

impl Kind {
    pub const ALL: [Self; 6] = [Self::LevelOne, Self::Joliet, Self::Relaxed, Self::Ridge, Self::Tame, Self::Everything];

    /// Of its file.
    pub fn name(self) -> &'static str {
        match self {
            Self::LevelOne => "level-1",
            Self::Joliet => "joliet",
            Self::Relaxed => "relaxed",
            Self::Ridge => "rock-ridge",
            Self::Tame => "tame",
            Self::Everything => "everything",
        }
    }

    /// What of it there is to look at.
    pub fn views(self) -> &'static [View] {
        match self {
            Self::LevelOne | Self::Relaxed => &[View::Plain],
            Self::Joliet => &[View::Plain, View::Joliet],
            Self::Ridge => &[View::Plain, View::Ridge],
            Self::Tame | Self::Everything => &[View::Plain, View::Joliet, View::Ridge],
        }
    }

    /// What is in it.
    pub fn corpus(self) -> Corpus {
        let survived = |item: &Item| {
            let is_long = matches!(&item.what, What::Link(target) if target.len() >= 100);
            let has_pairs = String::from_utf8_lossy(&item.path).chars().any(|c| u32::from(c) > 0xFFFF);
            // It has no room for so many characters of three bytes either.
            let is_wide = String::from_utf8_lossy(item.name()).chars().filter(|&c| c > '\u{7ff}').count() > 40;
            !is_long && !has_pairs && !is_wide
        };
        let fits = |item: &&Item| self != Self::Tame || survived(item);
        Corpus { items: shapes().items.iter().filter(fits).cloned().collect() }
    }

    pub fn options(self) -> ImageOptions {
        let has = |view| self.views().contains(&view);
        ImageOptions {
            file_systems: FileSystems { iso9660: true, joliet: has(View::Joliet), udf: false },
            level: match self {
                Self::LevelOne => IsoLevel::One,
                Self::Tame | Self::Everything => IsoLevel::Three,
                _ => IsoLevel::Two,
            },
            relaxed_names: self == Self::Relaxed,
            rock_ridge: has(View::Ridge),
            // The corpus has sixty levels.
            deep_folders: true,
            ..options()
        }
    }
}

/// An image of the corpus, as a file.
pub struct Image {
    pub kind: Kind,
    pub path: PathBuf,
    pub image: ResultImage,
}

impl Image {
    /// The image of that kind of the corpus of shapes.
    pub fn of(kind: Kind) -> &'static Self {
        static ALL: [OnceLock<Image>; Kind::ALL.len()] = [const { OnceLock::new() }; Kind::ALL.len()];
        let place = Kind::ALL.iter().position(|&other| other == kind).expect("all are listed");
        ALL[place].get_or_init(|| {
            let path = lab().join(format!("{}.iso", kind.name()));
            Self { kind, image: make(&kind.corpus(), &disk(), &kind.options(), &path), path }
        })
    }
}

/// The image of a corpus that is on disk, written to a file.
pub fn make(corpus: &Corpus, disk: &Path, options: &ImageOptions, path: &Path) -> ResultImage {
    let (tree, contents) = corpus.tree(disk, true);
    let image = ResultImage::new(Arc::new(tree), Arc::new(contents), options).expect("it can be planned");
    write_image(&image, path, WriteOptions { sync: false }, &mut Control::silent()).expect("written");
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
