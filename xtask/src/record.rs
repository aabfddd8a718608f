//! `cargo xtask record-cdbs`: what burning programs really send, as fixtures for the typed commands.
//!
//! Each program works on the virtual drive with a tracer in between. What is kept is each command once, with its small
//! parameters; of commands that go through a disc block by block a few suffice. The typed commands must read these
//! bytes and write them again, bit for bit: an outsider's judgement of every field's place.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

use crate::peers;

/// Commands of one kind that are kept.
const MOST: usize = 8;
/// Parameters longer than this are data.
const LONGEST_PARAMETERS: usize = 1024;
/// Commands whose data go onto a disc: WRITE, and WRITE AND VERIFY.
const DATA: [&str; 3] = ["2A", "2E", "AA"];

/// A program at work on a disc.
struct Recording {
    /// The fixture that the commands go into.
    program: &'static str,
    medium: &'static str,
    size: &'static str,
    /// Run one after the other on the same disc, without a shell.
    runs: &'static [&'static [&'static str]],
}

/// What is recorded. `IMAGE` is a file of 2 MiB, `AUDIO` one of raw audio, `FOLDER` a folder with two files, `TOC` a
/// description of an audio disc for cdrdao.
const RECORDINGS: &[Recording] = &[
    Recording {
        program: "sg3-utils",
        medium: "bd-re",
        size: "64M",
        runs: &[
            &["sg_inq", "/dev/sr0"],
            &["sg_get_config", "/dev/sr0"],
            &["sg_modes", "-a", "/dev/sr0"],
            &["sg_readcap", "/dev/sr0"],
            &["sg_requests", "/dev/sr0"],
            &["sg_turs", "/dev/sr0"],
            &["sg_prevent", "--allow", "/dev/sr0"],
            &["sg_sync", "/dev/sr0"],
            &["sg_start", "--stop", "/dev/sr0"],
        ],
    },
    Recording {
        program: "xorriso",
        medium: "bd-r",
        size: "64M",
        runs: &[
            &["xorriso", "-outdev", "/dev/sr0", "-map", "FOLDER", "/", "-commit", "-toc"],
            &["xorriso", "-dev", "/dev/sr0", "-map", "FOLDER", "/two", "-close", "on", "-commit"],
        ],
    },
    Recording {
        program: "xorriso",
        medium: "bd-re",
        size: "64M",
        runs: &[
            &["xorriso", "-outdev", "/dev/sr0", "-format", "full"],
            &["xorriso", "-outdev", "/dev/sr0", "-map", "FOLDER", "/", "-commit", "-check_media", "--"],
        ],
    },
    Recording {
        program: "xorriso",
        medium: "dvd-rw",
        size: "64M",
        runs: &[
            &["xorriso", "-outdev", "/dev/sr0", "-map", "FOLDER", "/", "-commit"],
            &["xorriso", "-outdev", "/dev/sr0", "-blank", "all"],
        ],
    },
    Recording {
        program: "cdrskin",
        medium: "cd-rw",
        size: "",
        runs: &[
            &["cdrskin", "-v", "dev=/dev/sr0", "-tao", "IMAGE"],
            &["cdrskin", "-v", "dev=/dev/sr0", "blank=fast"],
            &["cdrskin", "-v", "dev=/dev/sr0", "-sao", "-audio", "AUDIO"],
            &["cdrskin", "-v", "dev=/dev/sr0", "-toc"],
        ],
    },
    Recording {
        program: "cdrskin",
        medium: "dvd+r",
        size: "64M",
        runs: &[
            &["cdrskin", "-v", "dev=/dev/sr0", "-multi", "-tao", "IMAGE"],
            &["cdrskin", "-v", "dev=/dev/sr0", "-tao", "IMAGE"],
        ],
    },
    Recording {
        program: "wodim",
        medium: "cd-rw",
        size: "",
        runs: &[
            &["wodim", "-v", "dev=/dev/sr0", "speed=48", "-tao", "-multi", "-data", "IMAGE"],
            &["wodim", "-v", "dev=/dev/sr0", "blank=fast"],
            &["wodim", "-v", "dev=/dev/sr0", "speed=48", "-dao", "-pad", "-audio", "AUDIO"],
            &["wodim", "-v", "dev=/dev/sr0", "-toc"],
            &["wodim", "-v", "dev=/dev/sr0", "-atip"],
            &["wodim", "-v", "dev=/dev/sr0", "-prcap"],
        ],
    },
    Recording {
        program: "growisofs",
        medium: "dvd-r",
        size: "64M",
        runs: &[&["growisofs", "-use-the-force-luke=dao", "-Z", "/dev/sr0=IMAGE"]],
    },
    Recording {
        program: "growisofs",
        medium: "bd-r",
        size: "64M",
        runs: &[&["growisofs", "-use-the-force-luke=spare:none", "-Z", "/dev/sr0=IMAGE"]],
    },
    Recording {
        program: "growisofs",
        medium: "dvd+rw",
        size: "64M",
        runs: &[
            &["dvd+rw-format", "/dev/sr0"],
            &["growisofs", "-Z", "/dev/sr0=IMAGE"],
            &["dvd+rw-mediainfo", "/dev/sr0"],
        ],
    },
    Recording {
        program: "cdrdao",
        medium: "cd-rw",
        size: "",
        runs: &[
            &["cdrdao", "write", "--device", "/dev/sr0", "--driver", "generic-mmc:0x10", "-n", "--speed", "48", "TOC"],
            &["cdrdao", "disk-info", "--device", "/dev/sr0", "--driver", "generic-mmc"],
            &["cdrdao", "read-toc", "--device", "/dev/sr0", "--driver", "generic-mmc", "READ"],
            &["cdrdao", "blank", "--device", "/dev/sr0", "--driver", "generic-mmc", "--blank-mode", "minimal"],
        ],
    },
    Recording {
        program: "readers",
        medium: "cd-rw",
        size: "",
        runs: &[
            &["cdrdao", "write", "--device", "/dev/sr0", "--driver", "generic-mmc:0x10", "-n", "--speed", "48", "TOC"],
            &["cd-info", "--no-cddb", "--no-device-info", "/dev/sr0"],
            &["cdparanoia", "-d", "/dev/sr0", "1", "PCM"],
        ],
    },
];

/// A line of a trace, as far as it matters here.
#[derive(Deserialize)]
struct Line {
    cdb: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    direction: String,
    data: Option<String>,
}

/// Records everything anew. Programs that fail are told, and what they sent until then is kept.
pub fn run(root: &Path) -> Result<(), String> {
    peers::succeed(Command::new(peers::cargo()).current_dir(root).args([
        "build",
        "--quiet",
        "--package",
        "imapi-cli",
    ]))?;
    let imapi = peers::built(root).join("debug/imapi");
    let folder = peers::built(root).join("record");
    let _ = fs::remove_dir_all(&folder);
    let materials = Materials::make(&folder)?;
    let mut fixtures: BTreeMap<&str, String> = BTreeMap::new();
    for (number, recording) in RECORDINGS.iter().enumerate() {
        let disc = folder.join(format!("{number}.disc"));
        let mut create = Command::new(&imapi);
        create.args(["virtual", "create"]).arg(&disc).args(["--media", recording.medium]);
        if !recording.size.is_empty() {
            create.args(["--size", recording.size]);
        }
        peers::succeed(&mut create)?;
        let text = fixtures.entry(recording.program).or_insert_with(head);
        for (step, run) in recording.runs.iter().enumerate() {
            let arguments: Vec<String> = run.iter().map(|argument| materials.fill(argument)).collect();
            let trace = folder.join(format!("{number}-{step}.trace"));
            let mut command = Command::new(&imapi);
            command.current_dir(&folder).args(["virtual", "run"]).arg(&disc).arg("--trace").arg(&trace).arg("--");
            println!("{} on {}: {}", recording.program, recording.medium, arguments.join(" "));
            let output = command.args(&arguments).output().map_err(|e| e.to_string())?;
            if !output.status.success() {
                println!("  it ended with {}", output.status);
            }
            writeln!(text, "\n# {}: {}", recording.medium, run.join(" ")).expect("a string takes it");
            keep(&trace, text)?;
        }
    }
    let place = root.join("fixtures/cdbs");
    fs::create_dir_all(&place).map_err(|e| e.to_string())?;
    for (program, text) in fixtures {
        let path = place.join(format!("{program}.txt"));
        fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    Ok(())
}

fn head() -> String {
    "# Commands as a program sent them to the virtual drive, each once, with the parameters that went along after a `>`.\n\
     # Recorded by `cargo xtask record-cdbs` with the programs of Debian 12; a heading is the medium and the program.\n"
        .to_string()
}

/// Writes the commands of a trace that the fixture does not have yet.
fn keep(trace: &Path, text: &mut String) -> Result<(), String> {
    let lines = fs::read_to_string(trace).map_err(|e| format!("{}: {e}", trace.display()))?;
    let mut known: BTreeSet<String> = text.lines().map(str::to_string).collect();
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines.lines() {
        let line: Line = serde_json::from_str(line).map_err(|e| format!("{}: {e}", trace.display()))?;
        let Some(cdb) = line.cdb else { continue };
        let opcode = cdb.get(..2).unwrap_or_default().to_uppercase();
        let parameters = line.data.filter(|data| {
            line.direction == "out" && data.len() / 2 <= LONGEST_PARAMETERS && !DATA.contains(&opcode.as_str())
        });
        let with = parameters.map(|data| format!(" > {data}")).unwrap_or_default();
        let entry = format!("{cdb}{with}  # {}", line.name);
        let count = kept.entry(opcode).or_default();
        if *count < MOST && known.insert(entry.clone()) {
            *count += 1;
            text.push_str(&entry);
            text.push('\n');
        }
    }
    Ok(())
}

/// What the programs burn.
struct Materials {
    folder: PathBuf,
}

impl Materials {
    fn make(folder: &Path) -> Result<Self, String> {
        let write = |name: &str, content: &[u8]| {
            let path = folder.join(name);
            fs::write(&path, content).map_err(|e| format!("{}: {e}", path.display()))
        };
        fs::create_dir_all(folder.join("files")).map_err(|e| e.to_string())?;
        // Any bytes that are not all the same.
        let noise: Vec<u8> = (0..2 << 20).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        write("files/one.bin", &noise[..500_000])?;
        write("files/two.txt", b"two\n")?;
        // Seven seconds of audio.
        write("audio.raw", &noise[..2352 * 525])?;
        write("audio.cdda", &noise[..2352 * 525])?;
        write("disc.toc", TOC.replace("FOLDER", &folder.display().to_string()).as_bytes())?;
        let arguments = ["-quiet", "-R", "-J", "-o", "image.iso", "files"];
        peers::succeed(Command::new("genisoimage").current_dir(folder).args(arguments))?;
        Ok(Self { folder: folder.to_path_buf() })
    }

    fn fill(&self, argument: &str) -> String {
        let path = |name: &str| self.folder.join(name).display().to_string();
        match argument {
            "FOLDER" => path("files"),
            "AUDIO" => path("audio.cdda"),
            "TOC" => path("disc.toc"),
            "READ" => path("read.toc"),
            "PCM" => path("read.wav"),
            argument => argument.replace("IMAGE", &path("image.iso")),
        }
    }
}

/// An audio disc with all that a table of contents can say.
const TOC: &str = r#"CD_DA
CATALOG "1234567890123"
CD_TEXT {
  LANGUAGE_MAP { 0 : EN }
  LANGUAGE 0 { TITLE "Disc" PERFORMER "Nobody" }
}
TRACK AUDIO
ISRC "USRC17607839"
CD_TEXT { LANGUAGE 0 { TITLE "First" PERFORMER "Nobody" } }
FILE "FOLDER/audio.raw" SWAP 0
TRACK AUDIO
CD_TEXT { LANGUAGE 0 { TITLE "Second" PERFORMER "Nobody" } }
PREGAP 00:02:00
FILE "FOLDER/audio.raw" SWAP 0
"#;
