//! A disc in the virtual drive, programs that use it, and our own look at it afterwards.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    sync::Arc,
};

use imapi_disc_types::{Lba, SystemClock};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{
        DiscInformation, DiscReply, Read10, ReadDiscInformation, ReadTrackInformation, TestUnitReady, TrackAddress,
        TrackInformation,
    },
};
use imapi_virtual_drive::{DiscFile, DiscState, Medium, VirtualDrive, press};
use tempfile::TempDir;

use crate::materials::MATERIALS;

/// Nothing here takes longer, but for a program that hangs.
const PATIENCE: &str = "120";

pub struct Lab {
    folder: TempDir,
    disc: PathBuf,
}

/// How a program ended, and everything it said.
pub struct Said {
    pub success: bool,
    pub text: String,
}

impl Lab {
    /// A new disc of that kind: a CD as it is, others with 256 MiB, which is enough for the borders of DVDs. What is
    /// pressed holds `{image1}`.
    pub fn new(medium: &str) -> Self {
        const BLOCKS: u32 = 131_072;
        let folder = tempfile::tempdir().expect("a folder");
        let disc = folder.path().join("my.disc");
        let medium: &'static Medium = medium.parse().expect("a medium");
        if medium.speeds.is_empty() {
            let image = MATERIALS.read("image1");
            press(&disc, medium, None, &mut &*image).expect("a pressed disc");
            return Self { folder, disc };
        }
        let geometry = medium.geometry((!medium.kind.is_cd()).then_some(BLOCKS)).expect("a size");
        DiscFile::<DiscState>::create(&disc, geometry).expect("a new disc");
        Self { folder, disc }
    }

    /// A file of this row's own.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn fill(&self, word: &str) -> String {
        let mut filled = word.replace("{dev}", "/dev/sr0").replace("{tmp}", &self.folder.path().display().to_string());
        for name in ["image1", "image2", "files1", "files2", "audio1", "audio2", "toc-audio", "toc-data"] {
            filled = filled.replace(&format!("{{{name}}}"), &MATERIALS.path(name).display().to_string());
        }
        filled
    }

    /// Runs a program that sees the disc in the drive.
    pub fn run(&self, words: &str) -> Said {
        let mut command = Command::new("timeout");
        command.arg(PATIENCE).arg(env!("CARGO_BIN_EXE_imapi")).args(["virtual", "run"]).arg(&self.disc).arg("--");
        command.args(words.split_whitespace().map(|word| self.fill(word))).current_dir(self.folder.path());
        command.env("LC_ALL", "C").env_remove("SUDO_COMMAND").stdin(Stdio::null());
        let output = command.output().expect("timeout is everywhere");
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        Said { success: output.status.success(), text }
    }

    pub fn succeed(&self, words: &str) -> String {
        let said = self.run(words);
        assert!(said.success, "{words}\n{}\n(programs that are missing: cargo xtask test --setup)", said.text);
        said.text
    }

    /// The drive with the disc in it, in this process.
    pub fn drive(&self) -> VirtualDrive {
        let file = DiscFile::open(&self.disc).expect("the disc");
        let medium = file.geometry().medium.parse::<&'static Medium>().expect("a medium");
        let drive = VirtualDrive::new(Arc::new(SystemClock::new()));
        drive.insert(file, medium).expect("an empty drive");
        while drive.send(&TestUnitReady).is_err() {}
        drive
    }

    pub fn state(&self) -> DiscState {
        DiscFile::<DiscState>::open(&self.disc).expect("the disc").state().clone()
    }
}

pub fn information(drive: &VirtualDrive) -> DiscInformation {
    match drive.query(&ReadDiscInformation::standard()).expect("an answer").value {
        DiscReply::Standard(information) => information,
        other => panic!("{other:?}"),
    }
}

/// The tracks that hold something.
pub fn tracks(drive: &VirtualDrive) -> Vec<TrackInformation> {
    let last = information(drive).last_of_last_session;
    let track = |number: u16| drive.query(&ReadTrackInformation::of(TrackAddress::Track(number.into())));
    let tracks = (1..=last).map(|number| track(number).expect("a track").value);
    tracks.filter(|track| !track.blank).collect()
}

/// Blocks of data, a few at a time.
pub fn blocks(drive: &VirtualDrive, first: i32, bytes: usize) -> Vec<u8> {
    let mut data = vec![0xA5; bytes];
    let mut at = first;
    for piece in data.chunks_mut(32 * 2048) {
        let count = u16::try_from(piece.len() / 2048).expect("a piece");
        drive.read_into(&Read10::new(Lba(at), count), piece).unwrap_or_else(|e| panic!("block {at}: {e}"));
        at += i32::from(count);
    }
    data
}
