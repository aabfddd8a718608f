//! A folder with a disc in it, and programs that see the disc in a drive.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// A folder in which programs run.
pub struct Desk {
    folder: TempDir,
}

/// What a program said and how it ended.
#[derive(Debug)]
pub struct Said {
    pub ended_well: bool,
    pub text: String,
}

impl Desk {
    /// With a disc of that kind, as small as these tests need it.
    pub fn with(medium: &str) -> Self {
        let desk = Self { folder: tempfile::tempdir().expect("a folder") };
        let made = imapi(desk.folder.path(), &["virtual", "create", "disc", "--media", medium, "--size", "64M"]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).expect("a file");
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A program that sees the drive; the line is split at blanks.
    pub fn run(&self, line: &str) -> Said {
        let words: Vec<&str> = line.split_whitespace().collect();
        let output = imapi(self.folder.path(), &[&["virtual", "run", "disc", "--"], words.as_slice()].concat());
        said(&output)
    }

    /// The same, and it must succeed.
    #[track_caller]
    pub fn good(&self, line: &str) -> String {
        let said = self.run(line);
        assert!(said.ended_well, "{line}\n{}", said.text);
        said.text
    }

    /// A program that does not see the drive.
    #[track_caller]
    pub fn apart(&self, line: &str) {
        let mut words = line.split_whitespace();
        let program = words.next().expect("a program");
        let output = Command::new(program).args(words).current_dir(self.folder.path()).output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}; install it: cargo xtask test --setup"));
        assert!(output.status.success(), "{line}\n{}", said(&output).text);
    }

    /// What the disc is, as we say it.
    pub fn state(&self) -> String {
        let shown = imapi(self.folder.path(), &["virtual", "show", "disc", "--json"]);
        let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("JSON");
        shown["state"].as_str().expect("a state").to_string()
    }

    /// Reads blocks from the node, as any program does.
    #[track_caller]
    pub fn blocks(&self, first: usize, count: usize) -> Vec<u8> {
        self.good(&format!("dd if=/dev/sr0 of=blocks bs=2048 skip={first} count={count} status=none"));
        self.read("blocks")
    }

    /// An image of a file system, and its blocks.
    pub fn image(&self) -> Vec<u8> {
        fs::create_dir(self.path("tree")).expect("a folder");
        self.write("tree/noise.bin", &noise(1, 1_500_000));
        self.apart("genisoimage -quiet -R -J -o image.iso tree");
        self.read("image.iso")
    }

    /// A WAV file of that many sectors of noise, and the samples.
    pub fn song(&self, name: &str, seed: u32, sectors: usize) -> Vec<u8> {
        let samples = noise(seed, sectors * 2352);
        let size = |bytes: usize| u32::try_from(bytes).expect("a short song").to_le_bytes();
        let mut wav = [&b"RIFF"[..], &size(samples.len() + 36), b"WAVEfmt ", &size(16), &[1, 0, 2, 0]].concat();
        wav.extend(size(44_100));
        wav.extend(size(44_100 * 4));
        wav.extend([4, 0, 16, 0]);
        wav.extend([&b"data"[..], &size(samples.len())].concat());
        wav.extend(&samples);
        self.write(name, &wav);
        samples
    }

    /// What cdparanoia reads of all tracks, one behind the other.
    #[track_caller]
    pub fn sound(&self) -> Vec<u8> {
        self.good("cdparanoia -q -r -d /dev/sr0 1- sound.raw");
        self.read("sound.raw")
    }

    /// The numbers of tracks and where they begin, from `wodim -toc`; the lead-out is 0.
    #[track_caller]
    pub fn toc(&self) -> Vec<(u32, i32)> {
        let said = self.good("wodim dev=/dev/sr0 -toc");
        let lines = said.lines().filter_map(|line| line.strip_prefix("track:"));
        let entry = |line: &str| {
            let mut words = line.split_whitespace();
            let number = words.next()?.trim_start_matches("lout").trim_end_matches("lba:");
            let place = line.split("lba:").nth(1)?.split_whitespace().next()?;
            Some((number.parse().unwrap_or(0), place.parse().ok()?))
        };
        lines.filter_map(entry).collect()
    }
}

fn imapi(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imapi"));
    command.args(arguments).current_dir(folder).env("LC_ALL", "C").output().expect("the program starts")
}

fn said(output: &Output) -> Said {
    let text = [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat();
    Said { ended_well: output.status.success(), text }
}

/// The same test with several programs and ways of writing, all at once: burning programs mostly sleep.
pub fn each(cases: &[(&str, &str)], test: fn(&str, &str)) {
    std::thread::scope(|scope| {
        for (program, way) in cases {
            let name = format!("{program} {way}");
            let spawned = std::thread::Builder::new().name(name).spawn_scoped(scope, move || test(program, way));
            spawned.expect("a thread");
        }
    });
}

/// Bytes without a pattern.
pub fn noise(seed: u32, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9) | 1;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[0]
    })
    .take(len)
    .collect()
}
