//! `imapi read`, `verify` and `erase`, as a person uses them; other programs look at what comes of it.

use std::{fs, path::Path, process::Output};

use serde_json::Value;

use crate::{imapi, run};

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_string()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", words(output)))
}

/// What another program says, which has to succeed.
fn peer(program: &str, package: &str, arguments: &[&str]) -> String {
    let output = crate::peer(program, package, arguments);
    assert!(output.status.success(), "{program} {arguments:?}: {}", words(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A folder with a disc of that kind in it, on which a folder was burned.
struct Burned {
    folder: tempfile::TempDir,
    medium: &'static str,
}

impl Burned {
    fn new(medium: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let files = folder.path().join("files");
        fs::create_dir_all(files.join("sub")).expect("a folder");
        fs::write(files.join("hello.txt"), "Hello, disc\n").expect("a file");
        fs::write(files.join("sub/data.bin"), vec![0x5A; 3_000_000]).expect("a file");
        let burned = Self { folder, medium };
        let output = run(&["burn", &text(&files), "--drive", &burned.drive(), "--yes"]);
        assert!(output.status.success(), "{medium}: {}", words(&output));
        burned
    }

    fn path(&self, name: &str) -> String {
        text(&self.folder.path().join(name))
    }

    fn drive(&self) -> String {
        format!("virtual:{}?media={}", self.path("disc"), self.medium)
    }

    /// The same drive, which fails so.
    fn failing(&self, faults: &str) -> String {
        fs::write(self.folder.path().join("faults"), faults).expect("a file");
        format!("virtual:{}?faults={}", self.path("disc"), self.path("faults"))
    }
}

#[test]
fn an_image_that_was_read_is_the_disc() {
    for medium in ["cd-r", "dvd-r", "dvd+r", "bd-r"] {
        let burned = Burned::new(medium);
        let image = burned.path("image.iso");
        let output = run(&["read", &burned.drive(), "-o", &image, "--json"]);
        assert!(output.status.success(), "{medium}: {}", words(&output));
        let told = json(&output);
        assert_eq!((&told["name"], &told["start"], &told["badSectors"]), (&"S_OK".into(), &0.into(), &0.into()));
        let size = fs::metadata(&image).expect("it is there").len();
        assert_eq!(told["sectors"].as_u64().map(|sectors| sectors * 2048), Some(size), "{medium}");
        let listed = peer("isoinfo", "genisoimage", &["-J", "-f", "-i", &image]);
        assert!(listed.contains("/hello.txt") && listed.contains("/sub/data.bin"), "{medium}: {listed}");
        // Not once more over what is there.
        let again = run(&["read", &burned.drive(), "-o", &image]);
        assert_eq!(again.status.code(), Some(1));
        assert!(words(&again).contains("ERROR_FILE_EXISTS"), "{}", words(&again));
        let verified = run(&["verify", &burned.drive(), "--against", &image, "--json"]);
        assert!(verified.status.success(), "{medium}: {}", words(&verified));
        assert_eq!(json(&verified)["sectors"], told["sectors"], "{medium}");
    }
}

/// Images by other programs, on a disc of which nobody knows how much was written: all of each comes back, and not 25 GB.
#[test]
fn of_a_disc_that_can_be_overwritten_all_that_others_made_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| text(&folder.path().join(name));
    fs::create_dir(path("files")).expect("a folder");
    fs::write(path("files/data"), vec![0x5A; 3_000_000]).expect("a file");
    fs::write(path("efi"), vec![0xEF; 200_000]).expect("a file");
    fs::write(path("udf.iso"), vec![0; 20 << 20]).expect("a file");
    let (files, efi) = (path("files"), path("efi"));
    peer("genisoimage", "genisoimage", &["-quiet", "-udf", "-J", "-no-pad", "-o", &path("bridge.iso"), &files]);
    let appended =
        ["-as", "mkisofs", "-no-pad", "-append_partition", "2", "0xef", &efi, "-o", &path("appended.iso"), &files];
    peer("xorriso", "xorriso", &appended);
    let udf = ["--media-type=hd", "--blocksize=2048", "--udfrev=0x0201", &path("udf.iso")];
    peer("mkudffs", "udftools", &udf);
    for image in ["bridge.iso", "appended.iso", "udf.iso"] {
        let drive = format!("virtual:{}?media=bd-re", path(&format!("{image}.disc")));
        let burned = run(&["burn", &path(image), "--drive", &drive, "--yes"]);
        assert!(burned.status.success(), "{image}: {}", words(&burned));
        let (read, wanted) = (path("read"), fs::read(path(image)).expect("it was made"));
        let output = run(&["read", &drive, "-o", &read, "--force", "--json"]);
        assert!(output.status.success() && words(&output).contains("--whole"), "{image}: {}", words(&output));
        let found = fs::read(&read).expect("it is there");
        assert_eq!(found.len(), wanted.len().next_multiple_of(32 * 2048), "{image}");
        assert!(found.starts_with(&wanted), "{image}");
        let told = json(&output);
        let all = told["sectors"].as_u64().zip(told["leftOutSectors"].as_u64()).map(|(read, rest)| read + rest);
        assert_eq!(all, Some(11_826_176), "{image}: 24 GB in 2048 bytes each");
        let verified = run(&["verify", &drive, "--json"]);
        assert!(verified.status.success(), "{image}: {}", words(&verified));
        assert_eq!(json(&verified)["sectors"], told["sectors"], "{image}");
        let copy = format!("virtual:{}?media=dvd+r", path(&format!("{image}.copy")));
        let copied = run(&["copy", &drive, "--to", &copy, "--verify", "full", "--json"]);
        assert!(copied.status.success(), "{image}: {}", words(&copied));
        let verified = run(&["verify", &copy, "--against", &path(image), "--json"]);
        assert!(verified.status.success(), "{image}: {}", words(&verified));
    }
}

#[test]
fn a_damaged_disc_gives_what_it_has_and_the_rest_later() {
    let burned = Burned::new("bd-r");
    let (image, map) = (burned.path("image.iso"), burned.path("image.map"));
    let scratch = r#"{"faults": [{"when": {"access": "read", "blocks": {"first": 500, "last": 509}},
        "what": {"sense": {"code": "3/11/00"}}, "times": "always"}]}"#;
    let output = run(&["read", &burned.failing(scratch), "-o", &image, "--map", &map, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("ERROR_CRC"), "{}", words(&output));
    let told = json(&output);
    assert_eq!(told["badSectors"], 10);
    assert_eq!(told["bad"][0], serde_json::json!({ "first": 500, "last": 509 }));
    let listed = peer("ddrescuelog", "gddrescue", &["-b", "2048", "-l-", &map]);
    assert_eq!(listed.lines().collect::<Vec<_>>(), (500..510).map(|lba| lba.to_string()).collect::<Vec<_>>());
    // A drive that reads better.
    let output = run(&["read", &burned.drive(), "-o", &image, "--map", &map]);
    assert!(output.status.success(), "{}", words(&output));
    let verified = run(&["verify", &burned.drive(), "--against", &image]);
    assert!(verified.status.success(), "{}", words(&verified));
}

#[test]
fn a_disc_that_is_not_what_it_should_be_is_told_by_place() {
    let burned = Burned::new("dvd+r");
    let image = burned.path("image.iso");
    assert!(run(&["read", &burned.drive(), "-o", &image]).status.success());
    let good = run(&["verify", &burned.drive()]);
    assert!(good.status.success(), "{}", words(&good));
    assert!(String::from_utf8_lossy(&good.stdout).starts_with("The disc is good: "));
    let mut bytes = fs::read(&image).expect("it is there");
    bytes[700 * 2048 + 5] ^= 1;
    fs::write(&image, bytes).expect("a file");
    let output = run(&["verify", &burned.drive(), "--against", &image, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["name"], "E_IMAPI_BURN_VERIFICATION_FAILED");
    assert_eq!(json(&output)["bad"][0]["lba"], 700);
    let scratch = r#"{"faults": [{"when": {"access": "read", "blocks": {"first": 300, "last": 300}},
        "what": {"sense": {"code": "3/11/00"}}, "times": "always"}]}"#;
    let output = run(&["verify", &burned.failing(scratch)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains(": 300, "), "{output:?}");
    // An image that is longer than the disc is not on it.
    let longer = burned.path("longer.iso");
    fs::write(&longer, vec![0; 20_000 * 2048]).expect("a file");
    let output = run(&["verify", &burned.drive(), "--against", &longer]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("E_IMAPI_BURN_VERIFICATION_FAILED"), "{}", words(&output));
}

#[test]
fn a_text_that_is_no_manifest_is_refused() {
    let burned = Burned::new("dvd+r");
    let manifest = burned.path("manifest");
    fs::write(&manifest, "# imapi manifest 1\n# nothing\n").expect("a file");
    let output = run(&["verify", &burned.drive(), "--against", &manifest]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("E_INVALIDARG"), "{}", words(&output));
}

#[test]
fn a_disc_is_erased_when_somebody_agrees() {
    for (medium, left) in
        [("cd-rw", "blank"), ("dvd-rw", "blank-for-one-session"), ("dvd-ram", "formatted"), ("bd-re", "formatted")]
    {
        let burned = Burned::new(medium);
        // Nobody can be asked here.
        let output = run(&["erase", "--drive", &burned.drive()]);
        assert_eq!(output.status.code(), Some(1), "{medium}");
        let kept = run(&["verify", &burned.drive()]);
        assert!(kept.status.success(), "{medium}: {}", words(&kept));
        let output = run(&["erase", "--drive", &burned.drive(), "--yes", "--json"]);
        assert!(output.status.success(), "{medium}: {}", words(&output));
        let told = json(&output);
        assert_eq!((&told["name"], &told["full"]), (&"S_OK".into(), &false.into()));
        assert_eq!(told["disc"], left, "{medium}");
        assert_eq!(words(&output).contains("--full"), left == "blank-for-one-session", "{medium}");
        // What is blank is erased again without a word.
        let output = run(&["erase", "--drive", &burned.drive(), "--quiet"]);
        assert!(output.status.success(), "{medium}: {}", words(&output));
        assert_eq!((output.stdout.len(), output.stderr.len()), (0, 0), "{medium}: {output:?}");
    }
}

#[test]
fn another_program_finds_the_disc_blank() {
    let burned = Burned::new("cd-rw");
    let toc = || {
        let output = imapi()
            .args(["virtual", "run", &burned.path("disc"), "--", "cdrskin", "dev=/dev/sr0", "-minfo"])
            .output()
            .expect("the program starts");
        String::from_utf8_lossy(&output.stdout).into_owned() + &words(&output)
    };
    assert!(toc().contains("BURN_DISC_APPENDABLE"), "{}", toc());
    assert!(run(&["erase", "--drive", &burned.drive(), "--full", "--yes"]).status.success());
    assert!(toc().contains("burn_disc_blank"), "{}", toc());
}

#[test]
fn what_is_written_once_is_not_erased() {
    let burned = Burned::new("bd-r");
    let output = run(&["erase", "--drive", &burned.drive(), "--yes", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["name"], "E_IMAPI_ERASE_MEDIA_IS_NOT_ERASABLE");
}
