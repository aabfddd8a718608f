//! Discs, programs that burn them while their commands are written down, and our own burning, written down in the same way.

use std::{
    fs::{self, File},
    io::{BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, LazyLock, Mutex},
    time::{Duration, SystemTime},
};

use imapi_disc_types::{Block, BlockSource as _, Control, FileSource, ManualClock, PseudoRandom, SECTOR_SIZE};
use imapi_format2_data::{Burned, DataOptions, burn};
use imapi_mmc_transport::{
    Device,
    trace::{Recording, Step, Tracer, steps},
};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, DiscState, Medium, Pace, VirtualDrive};
use tempfile::TempDir;

/// Nothing here takes longer, but for a program that hangs.
const PATIENCE: &str = "120";

/// The images that are burned, made once: blocks of ISO 9660, a multiple of every medium's unit.
pub static MATERIALS: LazyLock<Materials> = LazyLock::new(Materials::make);

pub struct Materials {
    folder: PathBuf,
}

impl Materials {
    fn make() -> Self {
        // Not removed at the end: nobody runs then. It lies in the folder for things of this build, and is made anew.
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("recipes");
        let _ = fs::remove_dir_all(&folder);
        for number in [1, 2] {
            let files = folder.join(format!("files{number}"));
            fs::create_dir_all(&files).expect("a folder");
            fs::write(files.join("noise"), noise(number, 400)).expect("a file");
            // xorriso takes files of one size and one second for the same.
            let made = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 60 * u64::from(number));
            let file = File::options().write(true).open(files.join("noise")).expect("the file");
            file.set_modified(made).expect("a date");
            let image = folder.join(format!("image{number}"));
            run(Command::new("genisoimage").args(["-quiet", "-R", "-J", "-no-pad", "-o"]).arg(&image).arg(&files));
            let ours = folder.join(format!("ours{number}"));
            let mut create = Command::new(env!("CARGO_BIN_EXE_imapi"));
            run(create.args(["image", "create", "--rock-ridge", "-o"]).arg(ours).arg(&files));
            let file = File::options().write(true).open(&image).expect("the image");
            let length = file.metadata().expect("the image").len();
            file.set_len(length.next_multiple_of(65_536)).expect("room");
            let sheet = format!("CD_ROM\nTRACK MODE1\nDATAFILE \"{}/image{number}\"\n", folder.display());
            fs::write(folder.join(format!("toc{number}")), sheet).expect("a file");
        }
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// A program that makes something.
pub fn run(command: &mut Command) {
    let hint = "(programs that are missing: cargo xtask test --setup)";
    let output = command.env("SOURCE_DATE_EPOCH", "1700000000").output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error} {hint}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn noise(seed: u32, blocks: u64) -> Vec<u8> {
    let source = PseudoRandom::new(seed, SECTOR_SIZE, blocks);
    let mut bytes = vec![0; usize::try_from(blocks).expect("few") * 2048];
    source.read_all(Block(0), &mut bytes).expect("any block");
    bytes
}

/// A disc in a file.
pub struct Disc {
    folder: TempDir,
    medium: &'static Medium,
}

impl Disc {
    /// A new disc of that kind: a CD as it is, others with 256 MiB, which is enough for the borders of DVDs.
    pub fn new(medium: &str) -> Self {
        const BLOCKS: u32 = 131_072;
        let folder = tempfile::tempdir().expect("a folder");
        let medium: &'static Medium = medium.parse().expect("a medium");
        let geometry = medium.geometry((!medium.kind.is_cd()).then_some(BLOCKS)).expect("a size");
        DiscFile::<DiscState>::create(&folder.path().join("my.disc"), geometry).expect("a new disc");
        Self { folder, medium }
    }

    fn path(&self) -> PathBuf {
        self.file("my.disc")
    }

    /// A file beside the disc.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a program that sees the disc in the drive, to its good end; what it said and what it did to the drive.
    pub fn run(&self, words: &str) -> (String, Vec<Step>) {
        let trace = self.folder.path().join("trace");
        let mut command = Command::new("timeout");
        command.arg(PATIENCE).arg(env!("CARGO_BIN_EXE_imapi")).args(["virtual", "run"]).arg(self.path());
        command.arg("--trace").arg(&trace).arg("--");
        command.args(words.split_whitespace().map(|word| fill(word, self.folder.path())));
        command.current_dir(self.folder.path());
        command.env("LC_ALL", "C").env_remove("SUDO_COMMAND").stdin(Stdio::null());
        let output = command.output().expect("timeout is everywhere");
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        let hint = "(programs that are missing: cargo xtask test --setup)";
        assert!(output.status.success(), "{words}\n{text}\n{hint}");
        let recording = Recording::read(BufReader::new(File::open(&trace).expect("a trace"))).expect("a recording");
        (text, steps(&recording.records))
    }

    /// Burns an image ourselves; what came of it and what was done to the drive.
    pub fn burn(&self, image: &str, options: &DataOptions) -> (Burned, Vec<Step>) {
        self.burn_file(&MATERIALS.path(image), options)
    }

    /// The same with a file.
    pub fn burn_file(&self, image: &Path, options: &DataOptions) -> (Burned, Vec<Step>) {
        let source = FileSource::open(image, SECTOR_SIZE).expect("an image");
        let sink = Sink::default();
        let recorder = self.recorder(|drive| Arc::new(Tracer::new(drive, sink.clone(), None).digest_above(1024)));
        let client = "recipes".parse().expect("a name");
        let burned = burn(&recorder, &client, &source, options, None, &mut Control::silent());
        let burned = burned.unwrap_or_else(|error| panic!("{}: {error:?}", self.medium.name));
        drop(recorder);
        let bytes = sink.0.lock().expect("no panic").clone();
        (burned, steps(&Recording::read(&bytes[..]).expect("a recording").records))
    }

    /// A recorder with the disc in it.
    fn recorder(&self, device: impl FnOnce(VirtualDrive) -> Arc<dyn Device>) -> Recorder {
        let drive = VirtualDrive::new(Arc::new(ManualClock::new())).at_pace(Pace::REAL);
        drive.insert(DiscFile::open(&self.path()).expect("the disc"), self.medium).expect("an empty drive");
        let recorder = Recorder::over(device(drive)).expect("it says what it is");
        let mut go_on = |_: &_| std::ops::ControlFlow::Continue(());
        recorder.ready(Duration::from_secs(300), &mut go_on).expect("ready");
        recorder
    }
}

fn fill(word: &str, folder: &Path) -> String {
    let mut filled = word.replace("{dev}", "/dev/sr0").replace("{tmp}", &folder.display().to_string());
    for name in ["image1", "image2", "files1", "files2", "toc1"] {
        filled = filled.replace(&format!("{{{name}}}"), &MATERIALS.path(name).display().to_string());
    }
    filled
}

/// Where a tracer writes that belongs to a recorder by then.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
