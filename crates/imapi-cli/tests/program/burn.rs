//! `imapi burn`: folders and images onto discs, as a person does it; other programs read the discs.

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use crate::{imapi, run};

/// A folder with a few files.
fn files(folder: &Path) -> String {
    let files = folder.join("files");
    fs::create_dir_all(files.join("sub")).expect("a folder");
    fs::write(files.join("hello.txt"), "Hello, disc\n").expect("a file");
    fs::write(files.join("sub/data.bin"), vec![0x5A; 300_000]).expect("a file");
    files.to_str().expect("UTF-8").to_string()
}

fn drive(folder: &Path, name: &str, medium: &str) -> String {
    format!("virtual:{}?media={medium}", folder.join(name).display())
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What another program sees of a disc in its drive.
fn seen(folder: &Path, name: &str, command: &[&str]) -> String {
    let output = imapi()
        .args(["virtual", "run"])
        .arg(folder.join(name))
        .arg("--")
        .args(command)
        .env("LC_ALL", "C")
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", words(&output));
    String::from_utf8_lossy(&output.stdout).into_owned() + &words(&output)
}

#[test]
fn a_folder_is_burned_and_other_programs_read_the_disc() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = files(folder.path());
    for medium in ["cd-r", "cd-rw", "dvd-r", "dvd-rw", "dvd+r", "dvd+rw", "dvd-ram", "bd-r", "bd-re"] {
        let output = run(&["burn", &files, "--drive", &drive(folder.path(), medium, medium), "--json"]);
        assert!(output.status.success(), "{medium}: {}", words(&output));
        let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((&told["code"], &told["name"]), (&"0x00000000".into(), &"S_OK".into()), "{medium}");
        assert_eq!(told["start"], 0, "{medium}");
        let list = seen(folder.path(), medium, &["isoinfo", "-J", "-f", "-i", "/dev/sr0"]);
        assert!(list.contains("/hello.txt") && list.contains("/sub/data.bin"), "{medium}: {list}");
        let text = seen(folder.path(), medium, &["isoinfo", "-J", "-x", "/hello.txt;1", "-i", "/dev/sr0"]);
        assert!(text.contains("Hello, disc"), "{medium}: {text}");
    }
}

#[test]
fn an_image_is_burned_as_it_is_and_xorriso_agrees() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = files(folder.path());
    let image = folder.path().join("my.iso");
    let image_text = image.to_str().expect("UTF-8");
    assert!(run(&["image", "create", &files, "-o", image_text, "--rock-ridge"]).status.success());
    let output = run(&["burn", image_text, "--drive", &drive(folder.path(), "disc", "bd-r"), "--close"]);
    assert!(output.status.success(), "{}", words(&output));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Burned: BD-R") && said.contains("closed"), "{said}");
    let toc =
        seen(folder.path(), "disc", &["xorriso", "-indev", "/dev/sr0", "-toc", "-find", "/", "-exec", "report_lba"]);
    assert!(toc.contains("is closed") || toc.contains("closed"), "{toc}");
    assert!(toc.contains("/sub/data.bin"), "{toc}");
    let out = folder.path().join("read.iso");
    let of = format!("of={}", out.display());
    let blocks = fs::metadata(&image).expect("the image").len() / 2048;
    seen(folder.path(), "disc", &["dd", "if=/dev/sr0", &of, "bs=2048", &format!("count={blocks}")]);
    assert!(fs::read(&out).expect("read") == fs::read(&image).expect("the image"), "every byte is on the disc");
}

#[test]
fn what_comes_on_standard_input_is_burned() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = files(folder.path());
    let image = folder.path().join("my.iso");
    assert!(run(&["image", "create", &files, "-o", image.to_str().expect("UTF-8")]).status.success());
    let size = fs::metadata(&image).expect("the image").len();
    let burned = |arguments: &[&str]| {
        let input = fs::File::open(&image).expect("the image");
        let mut command = imapi();
        command.args(["burn", "-", "--drive", &drive(folder.path(), "disc", "dvd+r")]).args(arguments);
        command.stdin(Stdio::from(input)).output().expect("the program starts")
    };
    let unknown = burned(&[]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(words(&unknown).contains("--stdin-size"), "{}", words(&unknown));
    let output = burned(&["--stdin-size", &size.to_string()]);
    assert!(output.status.success(), "{}", words(&output));
    let list = seen(folder.path(), "disc", &["isoinfo", "-J", "-f", "-i", "/dev/sr0"]);
    assert!(list.contains("/hello.txt"), "{list}");
}

#[test]
fn what_is_on_a_disc_is_lost_only_when_that_was_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = files(folder.path());
    let burn = |medium: &str, arguments: &[&str]| {
        let drive = drive(folder.path(), medium, medium);
        let mut all = vec!["burn", &files, "--drive", &drive];
        all.extend(arguments);
        imapi().args(all).stdin(Stdio::null()).output().expect("the program starts")
    };
    assert!(burn("dvd+rw", &[]).status.success());
    let again = burn("dvd+rw", &[]);
    assert_eq!(again.status.code(), Some(1));
    assert!(words(&again).contains("E_IMAPI_DF2DATA_MEDIA_NOT_BLANK"), "{}", words(&again));
    let unasked = burn("dvd+rw", &["--overwrite"]);
    assert_eq!(unasked.status.code(), Some(1));
    assert!(words(&unasked).contains("nobody agreed"), "{}", words(&unasked));
    assert!(burn("dvd+rw", &["--overwrite", "--yes"]).status.success());
    // Another session has to know those before it, which is no matter of writing.
    assert!(burn("bd-r", &[]).status.success());
    let second = burn("bd-r", &[]);
    assert_eq!(second.status.code(), Some(1));
    assert!(words(&second).contains("E_IMAPI_DF2DATA_MEDIA_NOT_BLANK"), "{}", words(&second));
}

#[test]
fn a_simulation_leaves_the_disc_blank() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = files(folder.path());
    for medium in ["cd-r", "dvd-r", "bd-r"] {
        let drive = drive(folder.path(), medium, medium);
        let output = run(&["burn", &files, "--drive", &drive, "--simulate"]);
        assert!(output.status.success(), "{medium}: {}", words(&output));
        assert!(String::from_utf8_lossy(&output.stdout).contains("Tried without writing"), "{medium}");
        let disc = folder.path().join(medium);
        let shown = run(&["virtual", "show", disc.to_str().expect("UTF-8"), "--json"]);
        let shown: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
        assert_eq!(shown["state"], "blank", "{medium}");
    }
}

/// Where a drive has no test write, the commands that would be sent are told; they are those that are sent without the option.
#[test]
fn a_simulation_tells_what_would_be_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = files(folder.path());
    // A new disc, and one that is to be overwritten.
    for (medium, used) in [
        ("dvd+r", false),
        ("dvd+rw", false),
        ("dvd+rw", true),
        ("dvd-ram", true),
        ("dvd-rw", true),
        ("bd-r", false),
        ("bd-r-100", false),
        ("bd-re", false),
        ("bd-re", true),
        ("cd-rw", true),
    ] {
        let name = format!("{medium}-{used}");
        let drive = drive(folder.path(), &name, medium);
        if used {
            let first = run(&["burn", &files, "--drive", &drive]);
            assert!(first.status.success(), "{name}: {}", words(&first));
        }
        let burn = ["burn", &files, "--overwrite", "--yes", "--verify", "none", "--no-reload", "--drive"];
        let shown = || run(&["virtual", "show", folder.path().join(&name).to_str().expect("UTF-8"), "--json"]).stdout;
        // Where it is not used the file is there as soon as somebody looks at the disc.
        run(&["info", &drive]);
        let before = shown();
        let output = run(&[&burn[..], &[&drive, "--simulate", "--json"]].concat());
        assert!(output.status.success(), "{name}: {}", words(&output));
        assert_eq!(shown(), before, "{name}: nothing was done to the disc");
        let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let would = told["commands"].as_array().unwrap_or_else(|| panic!("{name}: {told}"));
        let would: Vec<&str> = would.iter().filter_map(Value::as_str).collect();
        assert!(would.iter().any(|step| step.starts_with("WRITE (1")), "{name}: {would:?}");
        let said = run(&[&burn[..], &[&drive, "--simulate"]].concat());
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(said.contains("Nothing was sent to the disc") && said.contains(would[0]), "{name}: {said}");
        // Now in earnest, by the program in a drive whose commands are written down.
        let (disc, trace) = (folder.path().join(&name), folder.path().join("trace"));
        let mut command = imapi();
        command.args(["virtual", "run"]).arg(&disc).arg("--trace").arg(&trace).arg("--");
        command.arg(env!("CARGO_BIN_EXE_imapi")).args(burn).arg("/dev/sr0");
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{name}: {}", words(&output));
        let recorded = std::io::BufReader::new(fs::File::open(&trace).expect("a trace"));
        let recording = imapi_mmc_transport::trace::Recording::read(recorded).expect("a recording");
        let sent: Vec<String> =
            imapi_mmc_transport::trace::steps(&recording.records).iter().map(ToString::to_string).collect();
        // The locks of the tray, and what the system asks for, are none of the recipe.
        let recipe = |steps: Vec<&str>| -> Vec<String> {
            let of_the_recipe = |step: &&str| !step.starts_with("PREVENT") && !step.starts_with("START STOP");
            steps.into_iter().filter(of_the_recipe).map(str::to_string).collect()
        };
        assert_eq!(recipe(would), recipe(sent.iter().map(String::as_str).collect()), "{name}");
    }
}

#[test]
fn several_drives_burn_the_same_and_each_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = files(folder.path());
    let (first, second) = (drive(folder.path(), "a", "bd-r"), drive(folder.path(), "b", "dvd-ram"));
    let output = run(&["burn", &files, "--drive", &first, "--drive", &second, "--json"]);
    assert!(output.status.success(), "{}", words(&output));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let told: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(told.iter().map(|told| &told["medium"]).collect::<Vec<_>>(), ["BD-R", "DVD-RAM"]);
    for disc in ["a", "b"] {
        let list = seen(folder.path(), disc, &["isoinfo", "-J", "-f", "-i", "/dev/sr0"]);
        assert!(list.contains("/hello.txt"), "{disc}: {list}");
    }
}

#[test]
fn what_does_not_fit_is_told_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let disc = folder.path().join("small");
    let made = run(&["virtual", "create", disc.to_str().expect("UTF-8"), "--media", "bd-r", "--size", "8M"]);
    assert!(made.status.success());
    let large = folder.path().join("large");
    fs::create_dir(&large).expect("a folder");
    fs::File::create(large.join("file")).and_then(|file| file.set_len(20 << 20)).expect("a file");
    let drive = format!("virtual:{}", disc.display());
    let output = run(&["burn", large.to_str().expect("UTF-8"), "--drive", &drive]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("E_IMAPI_DF2DATA_STREAM_TOO_LARGE_FOR_CURRENT_MEDIA"), "{}", words(&output));
    let shown = run(&["virtual", "show", disc.to_str().expect("UTF-8"), "--json"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    assert_eq!(shown["state"], "blank");
}

#[test]
fn a_signal_ends_it_and_the_disc_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let large = folder.path().join("large");
    fs::create_dir(&large).expect("a folder");
    fs::File::create(large.join("file")).and_then(|file| file.set_len(2 << 30)).expect("a file");
    // At its real speed the disc takes half a minute.
    let drive = format!("virtual:{}?media=bd-r&speed=real", folder.path().join("disc").display());
    let mut child = imapi()
        .args(["burn", large.to_str().expect("UTF-8"), "--drive", &drive])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    std::thread::sleep(std::time::Duration::from_secs(4));
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
    let status = child.wait().expect("it ends");
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().expect("piped"), &mut said).expect("UTF-8");
    assert_eq!(status.code(), Some(130), "{said}");
    assert!(said.contains("E_IMAPI_REQUEST_CANCELLED"), "{said}");
    assert!(said.contains("state of the disc"), "{said}");
}

/// What was burned is compared, and a manifest is written that two programs check years later.
#[test]
fn a_manifest_tells_what_is_on_the_disc_to_us_and_to_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = files(folder.path());
    fs::write(Path::new(&files).join("empty"), "").expect("a file");
    fs::hard_link(Path::new(&files).join("hello.txt"), Path::new(&files).join("sub/same")).expect("another name");
    let manifest = folder.path().join("manifest");
    let drive = drive(folder.path(), "disc", "bd-r");
    let path = manifest.to_str().expect("UTF-8");
    let output =
        run(&["burn", &files, "--drive", &drive, "--rock-ridge", "--verify", "full", "--manifest", path, "--json"]);
    assert!(output.status.success(), "{}", words(&output));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["verified"], told["sectors"], "all of it was compared: {told}");

    let output = run(&["verify", &drive, "--against", path]);
    assert!(output.status.success(), "{}", words(&output));

    let image = folder.path().join("image");
    let output = run(&["read", &drive, "-o", image.to_str().expect("UTF-8")]);
    assert!(output.status.success(), "{}", words(&output));
    let unpacked = folder.path().join("unpacked");
    let image = format!("stdio:{}", image.display());
    let osirrox = ["-osirrox", "on", "-indev", &image, "-extract", "/", unpacked.to_str().expect("UTF-8")];
    let output = Command::new("xorriso").args(osirrox).output().expect("xorriso is installed");
    assert!(output.status.success(), "{}", words(&output));
    let check = || Command::new("sha256sum").args(["--strict", "-c", path]).current_dir(&unpacked).output();
    let output = check().expect("sha256sum starts");
    let seen = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{seen}{}", words(&output));
    let mut lines: Vec<&str> = seen.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["empty: OK", "hello.txt: OK", "sub/data.bin: OK", "sub/same: OK"]);

    // It can tell a wrong file from a right one.
    let hello = unpacked.join("hello.txt");
    let mut permissions = fs::metadata(&hello).expect("it is there").permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
    fs::set_permissions(&hello, permissions).expect("it is ours");
    fs::write(&hello, "Hello, disk\n").expect("writable");
    assert!(!check().expect("sha256sum starts").status.success());
}

#[test]
fn a_manifest_without_a_place_is_refused_before_anything_is_burned() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = files(folder.path());
    let drive = drive(folder.path(), "disc", "bd-r");
    let nowhere = folder.path().join("nowhere/manifest");
    let output = run(&["burn", &files, "--drive", &drive, "--manifest", nowhere.to_str().expect("UTF-8")]);
    assert!(!output.status.success());
    assert!(words(&output).contains("nowhere/manifest"), "{}", words(&output));
    // What is there is kept, be it a manifest of another disc or the very disc that is to be burned.
    let old = folder.path().join("old");
    fs::write(&old, "precious").expect("a file");
    for there in [&old, &folder.path().join("disc")] {
        let output = run(&["burn", &files, "--drive", &drive, "--manifest", there.to_str().expect("UTF-8")]);
        assert_eq!(output.status.code(), Some(1), "{}", words(&output));
        assert!(words(&output).contains("ERROR_FILE_EXISTS"), "{}", words(&output));
    }
    assert_eq!(fs::read_to_string(&old).expect("it is there"), "precious");
    let output = run(&["burn", &files, "--drive", &drive]);
    assert!(output.status.success(), "the disc is still blank: {}", words(&output));
}

/// From disc to disc, of another kind and into two drives at once; two programs see the same files on all of them.
#[test]
fn a_disc_is_copied_onto_discs_of_other_kinds() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = files(folder.path());
    for from in ["cd-r", "dvd+r", "bd-re"] {
        let source = drive(folder.path(), from, &format!("{from}&size=64M"));
        let output = run(&["burn", &files, "--drive", &source, "--yes"]);
        assert!(output.status.success(), "{from}: {}", words(&output));
        let (one, two) = (format!("{from}-one"), format!("{from}-two"));
        let (to_one, to_two) = (drive(folder.path(), &one, "dvd-r"), drive(folder.path(), &two, "bd-r"));
        let output = run(&["copy", &source, "--to", &to_one, "--to", &to_two, "--verify", "full", "--json"]);
        assert!(output.status.success(), "{from}: {}", words(&output));
        assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 2, "an object for each drive");
        for copy in [&one, &two] {
            let list = seen(folder.path(), copy, &["isoinfo", "-J", "-f", "-i", "/dev/sr0"]);
            assert!(list.contains("/hello.txt") && list.contains("/sub/data.bin"), "{copy}: {list}");
            let text = seen(folder.path(), copy, &["isoinfo", "-J", "-x", "/hello.txt;1", "-i", "/dev/sr0"]);
            assert!(text.contains("Hello, disc"), "{copy}: {text}");
        }
    }
}

#[test]
fn what_cannot_be_copied_leaves_the_other_disc_blank() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = files(folder.path());
    let (blank, other) = (drive(folder.path(), "blank", "bd-r"), drive(folder.path(), "other", "bd-r"));
    let output = run(&["copy", &blank, "--to", &other]);
    assert_eq!(output.status.code(), Some(1), "{}", words(&output));
    assert!(words(&output).contains("IMAPI_E_EMPTY_DISC"), "{}", words(&output));
    let output = run(&["copy", &other, "--to", &other]);
    assert_eq!(output.status.code(), Some(2), "{}", words(&output));
    let output = run(&["burn", &files, "--drive", &other]);
    assert!(output.status.success(), "it is still blank: {}", words(&output));
}

/// What could be added to is blanked all the same when the person wants that.
#[test]
fn a_rewritable_disc_that_is_open_is_overwritten_when_that_was_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = files(folder.path());
    let second = folder.path().join("second");
    fs::create_dir(&second).expect("a folder");
    fs::write(second.join("new.txt"), "new\n").expect("a file");
    let second = second.to_str().expect("UTF-8");
    for medium in ["cd-rw", "dvd-rw", "dvd+rw", "bd-re"] {
        let drive = drive(folder.path(), medium, medium);
        assert!(run(&["burn", &first, "--drive", &drive, "--sequential", "--yes"]).status.success(), "{medium}");
        let refused = run(&["burn", second, "--drive", &drive]);
        assert_eq!(refused.status.code(), Some(1), "{medium}: {}", words(&refused));
        let output = run(&["burn", second, "--drive", &drive, "--overwrite", "--yes", "--verify", "full"]);
        assert!(output.status.success(), "{medium}: {}", words(&output));
        let list = seen(folder.path(), medium, &["isoinfo", "-J", "-f", "-i", "/dev/sr0"]);
        assert!(list.contains("/new.txt") && !list.contains("hello"), "{medium}: {list}");
    }
}
