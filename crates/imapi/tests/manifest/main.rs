//! Manifests are made while discs are burned, and discs are compared with them. `sha256sum` says whether they are right.

use std::{
    fs,
    ops::ControlFlow,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use imapi::{
    burn::burn,
    manifest::{FileSpan, HashingSource, Manifest, ManifestError, check_disc},
};
use imapi_disc_types::{Block, BlockSource, CancelToken, Control, Lba, ManualClock, PseudoRandom, SECTOR_SIZE};
use imapi_errors::{Coded as _, Fact, common, v2};
use imapi_format2_data::DataOptions;
use imapi_mmc_transport::faults::{FaultInjector, Script};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};
use rstest::rstest;

const BLOCKS: u64 = 3000;

fn source() -> PseudoRandom {
    PseudoRandom::new(7, SECTOR_SIZE, BLOCKS)
}

fn span(path: &str, block: u64, bytes: u64) -> FileSpan {
    FileSpan { path: path.to_string(), block, offset: 0, bytes }
}

/// In no order; two of them share their bytes, one is empty, one ends where the image does.
fn files() -> Vec<FileSpan> {
    vec![
        span("/sub/last", 2990, 10 * 2048),
        span("/a", 20, 5000),
        span("/twin of a", 20, 5000),
        span("/empty", 20, 0),
        span("/large", 40, 2000 * 2048 + 1),
        span("/medium", 2500, 40_000),
        span("/one byte", 2600, 1),
    ]
}

fn recorder(folder: &Path, name: &str, script: &str) -> Recorder {
    let medium: &'static Medium = "bd-r".parse().expect("a medium");
    let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    let disc = DiscFile::create(&folder.join(name), medium.geometry(None).expect("its size")).expect("a file");
    drive.insert(disc, medium).expect("an empty drive");
    let drive = Arc::new(drive);
    let script = Script::from_json(script).expect("a script");
    let victim = Arc::clone(&drive) as _;
    let device = FaultInjector::upon(drive, victim, script).expect("a drive in software");
    let recorder = Recorder::over(Arc::new(device)).expect("it says what it is");
    ready(&recorder);
    recorder
}

fn ready(recorder: &Recorder) {
    recorder.ready(Duration::from_secs(3600), &mut |_| ControlFlow::Continue(())).expect("ready");
}

/// Burns on so many drives, and gives the manifest that was made meanwhile.
fn burned(folder: &Path, drives: usize, script: &str) -> (Vec<Recorder>, Manifest) {
    let recorders: Vec<Recorder> =
        (0..drives).map(|number| recorder(folder, &format!("disc {number}"), script)).collect();
    let hashing = Arc::new(HashingSource::new(source(), files()));
    let client = "tests".parse().expect("a name");
    let through: Arc<dyn BlockSource> = Arc::<HashingSource<_>>::clone(&hashing);
    for burned in burn(&recorders, &client, &through, &DataOptions::default(), &mut Control::silent()) {
        burned.expect("it burns");
    }
    drop(through);
    for recorder in &recorders {
        ready(recorder);
    }
    let hashing = Arc::into_inner(hashing).expect("nobody else has it");
    (recorders, hashing.finish().expect("all was read"))
}

const NOTHING: &str = r#"{"faults": []}"#;

/// What `sha256sum` says of some bytes.
fn by_sha256sum(bytes: &[u8]) -> String {
    use std::io::Write as _;
    let mut child = Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("coreutils");
    child.stdin.take().expect("a pipe").write_all(bytes).expect("it reads");
    let said = child.wait_with_output().expect("it ends");
    String::from_utf8_lossy(&said.stdout).split(' ').next().expect("a sum").to_string()
}

fn bytes_of(file: &FileSpan) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(file.bytes.div_ceil(2048)).expect("small") * 2048];
    if !bytes.is_empty() {
        source().read_all(Block(file.block), &mut bytes).expect("it can be read");
    }
    bytes.truncate(usize::try_from(file.bytes).expect("small"));
    bytes
}

#[rstest]
fn what_is_hashed_while_it_is_burned_is_what_sha256sum_says(#[values(1, 3)] drives: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, manifest) = burned(folder.path(), drives, NOTHING);
    assert_eq!(manifest.blocks, BLOCKS);
    let mut image = vec![0; usize::try_from(BLOCKS).expect("small") * 2048];
    source().read_all(Block(0), &mut image).expect("it can be read");
    assert_eq!(manifest.image.to_string(), by_sha256sum(&image));
    assert_eq!(manifest.files.len(), files().len());
    // The files as they would be on the mounted disc, and the manifest as it is.
    let mounted = folder.path().join("mounted");
    fs::create_dir_all(mounted.join("sub")).expect("a folder");
    for sum in &manifest.files {
        fs::write(mounted.join(sum.file.path.trim_start_matches('/')), bytes_of(&sum.file)).expect("a file");
    }
    let text = folder.path().join("manifest");
    fs::write(&text, manifest.to_string()).expect("a file");
    let checked = Command::new("sha256sum")
        .args(["-c", "--strict"])
        .arg(&text)
        .current_dir(&mounted)
        .output()
        .expect("coreutils");
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{said}{}", String::from_utf8_lossy(&checked.stderr));
    assert_eq!(said.lines().filter(|line| line.ends_with(": OK")).count(), files().len(), "{said}");
    assert_eq!(fs::read_to_string(&text).expect("it is there").parse(), Ok(manifest));
}

#[test]
fn what_was_not_read_in_order_is_hashed_all_the_same() {
    let whole = HashingSource::new(source(), files()).finish().expect("it can be read");
    let apart = HashingSource::new(source(), files());
    let mut out = vec![0; 64 * 2048];
    for first in [0, 128, 64, 64, 30, 640, 2980] {
        let room = out.len().min(usize::try_from(BLOCKS - first).expect("small") * 2048);
        apart.read(Block(first), &mut out[..room]).expect("it can be read");
    }
    assert_eq!(apart.finish().expect("it can be read"), whole);
}

#[test]
fn a_good_disc_is_what_its_manifest_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recorders, manifest) = burned(folder.path(), 1, NOTHING);
    let report = check_disc(&recorders[0], &manifest, Lba(0), &mut Control::silent()).expect("it is good");
    assert_eq!((report.blocks, report.files), (BLOCKS, files().len()));
    let mut listener = |_: &_| ControlFlow::Break(());
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let stopped = check_disc(&recorders[0], &manifest, Lba(0), &mut control).expect_err("it is stopped");
    assert_eq!(stopped.code(), v2::E_IMAPI_REQUEST_CANCELLED);
}

#[test]
fn files_that_differ_are_named_and_others_are_not() {
    let folder = tempfile::tempdir().expect("a folder");
    // What this WRITE has of files is of one.
    let wrong = r#"{"seed": 1, "faults": [{"when": {"access": "write", "blocks": {"first": 2496, "last": 2496}},
        "what": {"corrupt": {"bits": 60000}}}]}"#;
    let (recorders, manifest) = burned(folder.path(), 1, wrong);
    let error = check_disc(&recorders[0], &manifest, Lba(0), &mut Control::silent()).expect_err("it differs");
    assert_eq!(error.code(), v2::E_IMAPI_BURN_VERIFICATION_FAILED);
    let ManifestError::Differs { bad, unreadable: None } = &error else { panic!("{error:?}") };
    assert_eq!(bad.iter().map(|bad| bad.file.path.as_str()).collect::<Vec<_>>(), ["/medium"]);
    assert_eq!(bad[0].unreadable, None);
}

#[test]
fn what_cannot_be_read_is_told_by_file_and_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let scratched = r#"{"faults": [{"when": {"access": "read", "blocks": {"first": 21, "last": 22}},
        "what": {"sense": {"code": "3/11/00"}}, "times": "always"}]}"#;
    let (recorders, manifest) = burned(folder.path(), 1, scratched);
    let error = check_disc(&recorders[0], &manifest, Lba(0), &mut Control::silent()).expect_err("it is scratched");
    let ManifestError::Differs { bad, .. } = &error else { panic!("{error:?}") };
    assert_eq!(bad.iter().map(|bad| bad.file.path.as_str()).collect::<Vec<_>>(), ["/a", "/twin of a"]);
    let mut told = Vec::new();
    error.facts(&mut |fact, value| told.push((fact, value.to_string())));
    assert_eq!(told, [(Fact::Lba, "21".to_string()), (Fact::File, "/a".to_string())]);
}

#[test]
fn what_lies_between_files_counts_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recorders, mut manifest) = burned(folder.path(), 1, NOTHING);
    manifest.image.0[0] ^= 1;
    let error = check_disc(&recorders[0], &manifest, Lba(0), &mut Control::silent()).expect_err("it differs");
    assert!(matches!(&error, ManifestError::Differs { bad, unreadable: None } if bad.is_empty()), "{error:?}");
}

#[test]
fn a_drive_that_is_gone_is_no_bad_disc() {
    let folder = tempfile::tempdir().expect("a folder");
    let gone = r#"{"faults": [{"when": {"opcode": "28", "nth": 200}, "what": "gone"}]}"#;
    let (recorders, manifest) = burned(folder.path(), 1, gone);
    let mut codes = (0..8).filter_map(|_| {
        let checked = check_disc(&recorders[0], &manifest, Lba(0), &mut Control::silent());
        checked.err().map(|error| error.code())
    });
    assert_eq!(codes.next(), Some(common::ERROR_DEV_NOT_EXIST));
}
