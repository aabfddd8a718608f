//! Real programs judge the virtual device: sg3-utils, dd, a shell, and a static program of our own.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod drive;
mod ioctls;
mod listings;
mod writes;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    sync::{Arc, OnceLock, atomic::Ordering},
    time::Duration,
};

use drive::TestDrive;
use imapi_virtual_device::{RunError, VirtualDevice};
use tempfile::TempDir;

const WRITE_10: u8 = 0x2A;

/// What a program said.
struct Said {
    status: ExitStatus,
    out: String,
    err: String,
}

/// Runs a program on the drive at `/dev/sr0` and `/dev/sg0`.
fn run(drive: &Arc<TestDrive>, program: &str, args: &[&str]) -> Said {
    let folder = TempDir::new().expect("it works");
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    let mut command = Command::new(program);
    command.args(args).stdin(fs::File::open("/dev/null").expect("it works"));
    command.stdout(fs::File::create(&out).expect("it works")).stderr(fs::File::create(&err).expect("it works"));
    let device = VirtualDevice::new(Arc::clone(drive) as _).at("/dev/sr0").generic("/dev/sg0");
    let status = match device.run(command) {
        Ok(status) => status,
        Err(RunError::Start { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            panic!("{program} is missing: apt-get install sg3-utils libcdio-utils util-linux coreutils dash")
        }
        Err(error) => panic!("{error}"),
    };
    let text = |path: PathBuf| String::from_utf8_lossy(&fs::read(path).expect("it works")).into_owned();
    Said { status, out: text(out), err: text(err) }
}

fn good(drive: &Arc<TestDrive>, program: &str, args: &[&str]) -> String {
    let said = run(drive, program, args);
    assert!(said.status.success(), "{program} {args:?}: {}\n{}{}", said.status, said.out, said.err);
    said.out
}

fn disc() -> Arc<TestDrive> {
    Arc::new(TestDrive::new(256))
}

/// The static client, compiled once.
fn client() -> &'static str {
    static CLIENT: OnceLock<(TempDir, String)> = OnceLock::new();
    let (_, path) = CLIENT.get_or_init(|| {
        let folder = TempDir::new().expect("it works");
        let program = folder.path().join("client");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/client.c");
        let made = Command::new("cc").args(["-static", "-O2", "-o"]).arg(&program).arg(source).output();
        let made = made.expect("cc is missing: apt-get install gcc libc6-dev");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        (folder, program.to_str().expect("it works").to_string())
    });
    path
}

#[test]
fn sg_inq_names_the_drive_under_both_names() {
    for node in ["/dev/sr0", "/dev/sg0"] {
        let out = good(&disc(), "sg_inq", &[node]);
        assert!(out.contains("Vendor identification: IMAPI"), "{out}");
        assert!(out.contains("Product identification: Test drive"), "{out}");
    }
}

#[test]
fn sg_turs_tells_a_drive_with_a_disc_from_one_without() {
    let drive = disc();
    good(&drive, "sg_turs", &["-v", "/dev/sr0"]);
    drive.has_disc.store(false, Ordering::Relaxed);
    let said = run(&drive, "sg_turs", &["-v", "/dev/sr0"]);
    assert_eq!(said.status.code(), Some(2), "{}{}", said.out, said.err);
    assert!(said.err.contains("Medium not present"), "{}", said.err);
}

#[test]
fn sg_readcap_tells_how_large_the_disc_is() {
    let out = good(&disc(), "sg_readcap", &["/dev/sr0"]);
    assert!(out.contains("Number of logical blocks=256"), "{out}");
}

#[test]
fn sg_raw_sends_and_fetches_bytes_and_reports_sense() {
    let drive = disc();
    let folder = TempDir::new().expect("it works");
    let (source, copy) = (folder.path().join("source"), folder.path().join("copy"));
    let bytes: Vec<u8> = (0..4096u32).map(|n| (n * 13).to_le_bytes()[0]).collect();
    fs::write(&source, &bytes).expect("it works");
    let write: Vec<&str> = "-s 4096 -i SOURCE /dev/sr0 2a 00 00 00 00 03 00 00 02 00".split(' ').collect();
    let write: Vec<&str> =
        write.iter().map(|&word| if word == "SOURCE" { source.to_str().expect("it works") } else { word }).collect();
    good(&drive, "sg_raw", &write);
    assert_eq!(drive.disc()[3 * 2048..5 * 2048], bytes);
    let read: Vec<&str> = "-r 4096 -o COPY /dev/sg0 28 00 00 00 00 03 00 00 02 00".split(' ').collect();
    let read: Vec<&str> =
        read.iter().map(|&word| if word == "COPY" { copy.to_str().expect("it works") } else { word }).collect();
    good(&drive, "sg_raw", &read);
    assert_eq!(fs::read(&copy).expect("it works"), bytes);
    let said = run(&drive, "sg_raw", &["-r", "2048", "/dev/sr0", "28", "0", "0", "0", "ff", "0", "0", "0", "1", "0"]);
    assert!(said.err.contains("Logical block address out of range"), "{}", said.err);
}

#[test]
fn dd_reads_the_node_as_a_file() {
    let drive = disc();
    let folder = TempDir::new().expect("it works");
    let copy = folder.path().join("copy");
    for size in ["2048", "64k", "1000", "1M"] {
        good(&drive, "dd", &["if=/dev/sr0", &format!("of={}", copy.display()), &format!("bs={size}")]);
        assert!(fs::read(&copy).expect("it works") == drive.disc(), "bs={size}");
    }
    good(&drive, "dd", &["if=/dev/sr0", &format!("of={}", copy.display()), "bs=2048", "skip=16", "count=2"]);
    assert!(fs::read(&copy).expect("it works") == drive.disc()[16 * 2048..18 * 2048]);
}

#[test]
fn a_shell_and_its_children_see_the_node() {
    let drive = disc();
    let folder = TempDir::new().expect("it works");
    let copy = folder.path().join("copy").display().to_string();
    for script in [
        "cat /dev/sr0 >COPY",
        "cat </dev/sr0 >COPY",
        "cp /dev/sr0 COPY",
        "cd /dev && cat sr0 >COPY",
        "exec 5</dev/sr0; cat <&5 >COPY",
        "cat /dev/../dev//sr0 | (sleep 0.1; cat) >COPY",
    ] {
        good(&drive, "sh", &["-ec", &script.replace("COPY", &copy)]);
        assert!(fs::read(&copy).expect("it works") == drive.disc(), "{script}");
    }
    let test =
        "test -b /dev/sr0 && test -c /dev/sg0 && test -w /dev/sr0 && ! test -e /dev/sr1 && stat -c %t:%T /dev/sr0";
    assert_eq!(good(&drive, "sh", &["-ec", test]), "b:0\n");
    let listed = good(&drive, "ls", &["-ln", "/dev/sr0", "/dev/sg0"]);
    assert!(listed.contains("brw-rw---- 1") && listed.contains("21, 0"), "{listed}");
    let said = run(&drive, "sh", &["-c", "exit 7"]);
    assert_eq!(said.status.code(), Some(7));
}

#[test]
fn an_empty_tray_is_opened_only_by_those_who_do_not_wait() {
    let drive = disc();
    drive.has_disc.store(false, Ordering::Relaxed);
    let said = run(&drive, "dd", &["if=/dev/sr0", "of=/dev/null"]);
    assert!(said.err.contains("No medium found"), "{}", said.err);
    good(&drive, "sg_inq", &["/dev/sr0"]);
}

#[test]
fn the_node_answers_as_the_kernels_own() {
    assert_eq!(good(&disc(), client(), &["checks", "/dev/sr0"]), "all so\n");
}

#[test]
fn signals_do_not_make_a_write_happen_twice() {
    for mode in ["timer", "restart"] {
        let drive = Arc::new(TestDrive::with_pause(256, Duration::from_micros(2500)));
        let out = good(&drive, client(), &[mode, "/dev/sr0"]);
        let numbers: Vec<usize> = out.split_whitespace().map(|word| word.parse().expect("it works")).collect();
        let [done, interrupted, ticks] = numbers[..] else { panic!("{out}") };
        assert_eq!(done + interrupted, 300, "{out}");
        assert!(ticks > 100, "the timer has to have interfered: {out}");
        assert_eq!(drive.count(WRITE_10), done, "{mode}: commands that were carried out, of {out}");
    }
}

#[test]
fn an_orphan_is_waited_for_and_keeps_the_device() {
    let drive = disc();
    let said = run(&drive, client(), &["orphan", "/dev/sr0"]);
    assert_eq!(said.status.code(), Some(3), "the status is the program's, not the orphan's");
    assert_eq!(drive.count(WRITE_10), 1);
}

#[test]
fn slow_commands_hold_up_nobody_else() {
    let drive = Arc::new(TestDrive::with_pause(256, Duration::from_millis(500)));
    let script = format!("for n in 1 2 3 4 5 6; do {} speed /dev/sr0 1 & done; sg_turs /dev/sr0; wait", client());
    let started = std::time::Instant::now();
    good(&drive, "sh", &["-ec", &script]);
    assert_eq!(drive.count(WRITE_10), 6);
    assert!(started.elapsed() < Duration::from_secs(2), "one after another they take three");
}

#[test]
fn one_device_within_another_is_refused_with_words() {
    // The outer one is this test again, which runs what the inner one is.
    if std::env::var_os("VIRTUAL_DEVICE_INNER").is_some() {
        let inner = VirtualDevice::new(disc() as _).at("/dev/sr0").run(Command::new("true"));
        assert!(matches!(inner, Err(RunError::AlreadyWatched)), "{inner:?}");
        return;
    }
    let me = std::env::current_exe().expect("it works");
    let mut command = Command::new(me);
    command.env("VIRTUAL_DEVICE_INNER", "1").args(["--exact", "one_device_within_another_is_refused_with_words"]);
    let status = VirtualDevice::new(disc() as _).at("/dev/sr0").run(command).expect("it works");
    assert!(status.success());
}

#[test]
fn what_cannot_start_says_so() {
    let run = |device: VirtualDevice, program: &str| device.run(Command::new(program));
    let missing = run(VirtualDevice::new(disc() as _).at("/dev/sr0"), "/nowhere/program");
    assert!(matches!(missing, Err(RunError::Start { .. })), "{missing:?}");
    let nowhere = run(VirtualDevice::new(disc() as _), "true");
    assert!(matches!(nowhere, Err(RunError::NoPath)), "{nowhere:?}");
}

#[test]
fn what_a_command_costs_is_printed() {
    let commands = std::env::var("VIRTUAL_DEVICE_COMMANDS").unwrap_or_else(|_| "2000".to_string());
    let out = good(&disc(), client(), &["speed", "/dev/sr0", &commands]);
    println!("{} µs for each of {commands} WRITE (10) of 64 KiB", out.trim());
}
