//! What the programs burn: made once for all rows.
//!
//! `{dev}` is the drive, `{image1}` and `{image2}` are file system images, `{files1}` and `{files2}` the folders in them,
//! `{audio1}` and `{audio2}` sound as it is on a CD, `{toc-audio}` and `{toc-data}` what cdrdao makes of them, `{tmp}` a
//! folder of the row's own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use imapi_disc_types::{Block, BlockSource as _, PseudoRandom, SECTOR_SIZE};

/// The folder with all of it.
pub static MATERIALS: LazyLock<Materials> = LazyLock::new(Materials::make);

/// Blocks of 2,352 bytes in each piece of audio: eight seconds.
pub const AUDIO_BLOCKS: usize = 600;

pub struct Materials {
    folder: PathBuf,
}

impl Materials {
    fn make() -> Self {
        // Not removed at the end: nobody runs then. It lies in the folder for things of this build, and is made anew.
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("matrix");
        let _ = fs::remove_dir_all(&folder);
        for (name, seed) in [("1", 1), ("2", 2)] {
            let files = folder.join(format!("files{name}"));
            fs::create_dir_all(files.join("folder")).expect("a folder");
            fs::write(files.join("noise.bin"), noise(seed, 300_000)).expect("a file");
            fs::write(files.join("folder/a longer name than eight letters.txt"), format!("text {name}\n"))
                .expect("a file");
            fs::write(files.join("empty"), b"").expect("a file");
            image(&folder.join(format!("image{name}")), &files);
            fs::write(folder.join(format!("audio{name}")), noise(seed + 10, AUDIO_BLOCKS * 2352)).expect("a file");
        }
        fs::write(folder.join("toc-audio"), AUDIO_DISC.replace("FOLDER", &folder.display().to_string()))
            .expect("a file");
        fs::write(folder.join("toc-data"), DATA_DISC.replace("FOLDER", &folder.display().to_string())).expect("a file");
        Self { folder }
    }

    /// A file or folder by its name.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }
}

/// Two songs for cdrdao, with everything that can be said of them.
const AUDIO_DISC: &str = r#"CD_DA
CATALOG "1234567890123"
CD_TEXT {
  LANGUAGE_MAP { 0 : EN }
  LANGUAGE 0 { TITLE "Noise" PERFORMER "Nobody" }
}
TRACK AUDIO
ISRC "USRC17607839"
CD_TEXT { LANGUAGE 0 { TITLE "First" PERFORMER "Nobody" } }
FILE "FOLDER/audio1" SWAP 0
TRACK AUDIO
ISRC "USRC17607840"
CD_TEXT { LANGUAGE 0 { TITLE "Second" PERFORMER "Nobody" } }
PREGAP 00:02:00
FILE "FOLDER/audio2" SWAP 0
"#;

/// An image for cdrdao.
const DATA_DISC: &str = r#"CD_ROM
TRACK MODE1
DATAFILE "FOLDER/image1"
"#;

fn noise(seed: u32, len: usize) -> Vec<u8> {
    let blocks = len.div_ceil(2048);
    let source = PseudoRandom::new(seed, SECTOR_SIZE, blocks as u64);
    let mut bytes = vec![0; blocks * 2048];
    source.read_all(Block(0), &mut bytes).expect("any block");
    bytes.truncate(len);
    bytes
}

/// A file system image of a folder, padded to whole clusters of a BD so that programs need not pad.
fn image(image: &Path, files: &Path) {
    let output = Command::new("genisoimage").args(["-quiet", "-R", "-J", "-o"]).arg(image).arg(files).output();
    let output = output.unwrap_or_else(|e| panic!("genisoimage: {e}; install it: cargo xtask test --setup"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file = fs::OpenOptions::new().write(true).open(image).expect("the image");
    let len = file.metadata().expect("the image").len();
    file.set_len(len.next_multiple_of(65_536)).expect("room");
}
