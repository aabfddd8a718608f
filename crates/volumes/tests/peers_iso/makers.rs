//! Who makes images, and with which options.

use std::path::{Path, PathBuf};

use imapi_volumes::Names;
use tempfile::TempDir;

use crate::{peer, tree, words};

/// Files, and images of them.
pub struct Bench {
    folder: TempDir,
}

/// Which files go into an image.
pub type Fill = fn(&Path);

impl Bench {
    /// A folder `files` with those.
    pub fn new(fill: Fill) -> Self {
        let bench = Self::empty();
        fill(&bench.files());
        bench
    }

    pub fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("files")).expect("a folder");
        Self { folder }
    }

    pub fn files(&self) -> PathBuf {
        self.path("files")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn genisoimage(&self, options: &str, image: &str) -> PathBuf {
        let mut arguments = words(&format!("-quiet -o {image} {options}"));
        arguments.push("files".into());
        peer("genisoimage", "genisoimage", &arguments, self.folder());
        self.path(image)
    }

    pub fn mkisofs(&self, options: &str, image: &str) -> PathBuf {
        let mut arguments = words(&format!("-as mkisofs -quiet -o {image} {options}"));
        arguments.push("files".into());
        peer("xorriso", "xorriso", &arguments, self.folder());
        self.path(image)
    }

    /// xorriso by its own commands.
    pub fn xorriso(&self, commands: &str, image: &str) -> PathBuf {
        let arguments = words(&format!("-outdev {image} {commands} -map files / -commit"));
        peer("xorriso", "xorriso", &arguments, self.folder());
        self.path(image)
    }

    pub fn bsdtar(&self, options: &str, image: &str) -> PathBuf {
        let mut arguments = words(&format!("-c --format=iso9660 -f {image}"));
        if !options.is_empty() {
            arguments.push(format!("--options={options}"));
        }
        arguments.extend(words("-C files ."));
        peer("libarchive-tools", "bsdtar", &arguments, self.folder());
        self.path(image)
    }
}

/// An image, by whom, with which options, of which files.
pub struct Maker {
    pub name: &'static str,
    pub make: fn(&Bench, &str) -> PathBuf,
    pub fill: Fill,
    /// Which names it has beside those of ISO 9660 itself.
    pub names: &'static [Names],
}

macro_rules! makers {
    ($($fill:ident $method:ident $options:literal $(+ $what:ident)*;)*) => {
        &[$(Maker {
            name: concat!(stringify!($method), " ", $options),
            make: |bench, image| bench.$method($options, image),
            fill: tree::$fill,
            names: &[$(Names::$what),*],
        }),*]
    };
}

pub const MAKERS: &[Maker] = makers! {
    plain genisoimage "";
    plain genisoimage "-iso-level 2";
    plain genisoimage "-iso-level 3 -l -allow-lowercase -allow-multidot";
    plain genisoimage "-l -relaxed-filenames -d -N";
    plain genisoimage "-J" + Joliet;
    wide genisoimage "-iso-level 4";
    wide genisoimage "-l -relaxed-filenames -J" + Joliet;
    wide genisoimage "-J -joliet-long -input-charset utf-8" + Joliet;
    unix genisoimage "-R" + RockRidge;
    unix genisoimage "-R -D -l" + RockRidge;
    unix genisoimage "-r -hide-rr-moved" + RockRidge;
    unix genisoimage "-J -joliet-long -R -input-charset utf-8" + RockRidge + Joliet;
    wide genisoimage "-R -J -udf -input-charset utf-8" + RockRidge + Joliet;
    plain genisoimage "-hidden README.TXT -hidden SUB -R" + RockRidge;
    plain mkisofs "--norock";
    plain mkisofs "--norock -iso-level 1 -J" + Joliet;
    wide mkisofs "-J -joliet-long -R" + RockRidge + Joliet;
    unix mkisofs "-R" + RockRidge;
    unix mkisofs "-r -D -l -iso-level 3" + RockRidge;
    unix mkisofs "-R -J -U" + RockRidge + Joliet;
    unix mkisofs "-R -hfsplus" + RockRidge;
    unix mkisofs "-R -partition_offset 16" + RockRidge;
    unix xorriso "-joliet on -rockridge on -compliance new_rr:iso_9660_1999" + RockRidge + Joliet;
    unix xorriso "-compliance new_rr_off:joliet_utf16" + RockRidge;
    unix xorriso "-xattr on -acl on -hardlinks on -compliance deep_paths_off" + RockRidge;
    wide xorriso "-compliance iso_9660_level=2:long_paths:always_gmt:untranslated_names" + RockRidge;
    plain xorriso "-rockridge off -joliet on" + Joliet;
    plain bsdtar "!rockridge,!joliet";
    wide bsdtar "!rockridge,joliet=long" + Joliet;
    unix bsdtar "" + RockRidge + Joliet;
    unix bsdtar "rockridge=strict,!joliet" + RockRidge;
    unix bsdtar "iso-level=2,rockridge=useful,!joliet,limit-depth" + RockRidge;
    wide bsdtar "iso-level=3,!limit-depth" + RockRidge + Joliet;
    wide bsdtar "iso-level=4,!rockridge,!joliet";
};
