//! What a nasty user does: files that are read and written at once, links in circles, names and texts that fit nowhere.

use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt as _, symlink},
        process::CommandExt as _,
    },
    path::Path,
};

use rstest::rstest;
use rustix::fs::{XattrFlags, setxattr};

use super::{Bench, listed, said, text, volume};
use crate::{imapi, peer, run};

/// Refused before anything is done, by these words.
fn refused(arguments: &[&str], words: &str) {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
    assert!(said(&output).contains(words), "{arguments:?}: {}", said(&output));
}

#[test]
fn what_is_read_is_not_written_over() {
    let bench = Bench::new();
    let [old, twin, link] = ["old", "twin", "link"].map(|name| bench.at(name));
    fs::write(&old, "precious").expect("room");
    fs::hard_link(&old, &twin).expect("room");
    symlink("old", &link).expect("room");
    let mapping = format!("/x={old}");
    for output in [&old, &twin, &link] {
        let create = ["image", "create", "--force", "-o", output];
        refused(&[&create[..], &[&old]].concat(), "-o and PATH are one file");
        refused(&[&create[..], &["--map", &mapping]].concat(), "-o and --map are one file");
        refused(&[&create[..], &[&bench.tree, "--boot", &old]].concat(), "-o and --boot are one file");
        refused(&[&create[..], &[&bench.tree, "--append-efi", &old]].concat(), "-o and --append-efi are one file");
        refused(&[&create[..], &[&bench.tree, "--hybrid-mbr", &old]].concat(), "-o and --hybrid-mbr are one file");
    }
    let report = ["image", "create", &old, "--force", "-o", &bench.iso, "--report", &old];
    refused(&report, "--report and PATH are one file");
    assert_eq!(fs::read_to_string(&old).expect("there"), "precious");
}

/// The other name keeps the old image, and somebody may have wanted that: it is said that it is not there.
#[test]
fn an_image_that_is_left_out_of_its_folder_is_told() {
    let bench = Bench::new();
    let inside = text(&bench.in_tree("x.iso"));
    let create = ["image", "create", &bench.tree, "-o", &inside, "--force"];
    assert!(run(&create).status.success());
    fs::hard_link(&inside, bench.in_tree("backup")).expect("room");
    let output = run(&create);
    assert!(output.status.success(), "{}", said(&output));
    let line = |name: &str| {
        format!("imapi: Not in the image: {}: written while the image is made\n", bench.in_tree(name).display())
    };
    assert_eq!(said(&output), line("backup") + &line("x.iso"));
    assert_eq!(listed(&inside, "-J"), ["/a file.txt", "/sub", "/sub/left.tmp"]);
    assert_eq!(said(&run(&[&create[..], &["--quiet"]].concat())), "");
}

#[test]
fn a_name_of_a_volume_has_its_own_limit() {
    let bench = Bench::new();
    let output = bench.create_and_say(&["--volume", &"V".repeat(33)]);
    assert_eq!(output.status.code(), Some(1));
    let words = said(&output);
    assert!(words.contains("IMAPI_E_INVALID_VOLUME_NAME") && words.contains("limit: 32"), "{words}");
    assert!(words.lines().next().is_some_and(|line| !line.contains("15")), "{words}");
    assert!(bench.create_and_say(&["--volume", &"V".repeat(32), "--force"]).status.success());
    for option in ["--publisher", "--preparer", "--application"] {
        let create = ["image", "create", &bench.tree, "-n", option];
        refused(&[&create[..], &[&"ü".repeat(129)]].concat(), "has 129 characters, and a volume has room for 128");
        assert!(run(&[&create[..], &[&"u".repeat(128)]].concat()).status.success());
    }
}

#[test]
fn nothing_of_a_volume_moves_a_cursor() {
    let bench = Bench::new();
    let output = bench.create_and_say(&["--volume", "A\u{1b}[31m"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("IMAPI_E_INVALID_VOLUME_NAME"), "{}", said(&output));
    let output = bench.create_and_say(&["--publisher", "A\nB"]);
    let told = |file_system| format!("imapi: --publisher ({file_system}): A\\nB -> A_B\n");
    assert_eq!(said(&output), told("ISO 9660") + &told("Joliet"));
    // A folder may be called anything.
    let folder = bench.at("a\nb");
    fs::create_dir(&folder).expect("room");
    assert!(run(&["image", "create", &folder, "-o", &bench.iso, "--force"]).status.success());
    assert_eq!(super::udf(&bench.iso, "lvid"), "a_b");
}

/// Nobody ever writes into the pipe.
#[test]
fn a_pipe_is_not_waited_for() {
    let bench = Bench::new();
    let pipe = bench.at("pipe");
    assert!(peer("mkfifo", "coreutils", &[&pipe]).status.success());
    for option in ["--boot", "--append-efi", "--hybrid-mbr"] {
        let arguments = ["20", env!("CARGO_BIN_EXE_imapi"), "image", "create", &bench.tree, "-n", option, &pipe];
        let output = peer("timeout", "coreutils", &arguments);
        assert_eq!(output.status.code(), Some(1), "{option}: {}", said(&output));
        assert!(said(&output).contains(&pipe), "{}", said(&output));
    }
}

#[test]
fn texts_that_stand_otherwise_are_told() {
    let bench = Bench::new();
    let long = "p".repeat(65);
    let output = bench.create_and_say(&["--publisher", "Müller", "--preparer", &long, "--fs", "iso9660,joliet"]);
    assert!(output.status.success());
    let expected = format!(
        "imapi: --publisher (ISO 9660): Müller -> M_ller\nimapi: --preparer (Joliet): {long} -> {}\n",
        &long[1..]
    );
    assert_eq!(said(&output), expected);
    assert!(volume(&bench.iso).contains("Publisher id: M_ller\n"));
    // A name that another file system has as it is is no news, until somebody asks.
    let named = |more: &[&str]| said(&bench.create_and_say(&[&["--force", "--volume", "Mein Name"], more].concat()));
    assert_eq!(named(&[]), "");
    let told = "imapi: --volume (ISO 9660): Mein Name -> MEIN_NAME\n";
    assert_eq!(named(&["--fs", "iso9660"]), told);
    assert_eq!(named(&["-v"]), told);
    let value = bench.json(&["--force", "--fs", "iso9660", "--volume", "Mein Name", "-q"]);
    let altered = serde_json::json!([
        { "option": "--volume", "fileSystem": "ISO 9660", "given": "Mein Name", "became": "MEIN_NAME" }
    ]);
    assert_eq!(value["altered"], altered);
}

#[test]
fn a_link_that_is_too_long_is_named_with_what_is_too_long() {
    let bench = Bench::new();
    let link = bench.in_tree("sub/link");
    let cases = [
        ("x".repeat(300), "file system: UDF", "found: 300", "limit: 255"),
        (format!("{}x", "../".repeat(342)), "file system: Rock Ridge", "found: 1027", "limit: 1023"),
    ];
    for (target, file_system, found, limit) in cases {
        symlink(&target, &link).expect("room");
        let output = bench.create_and_say(&["--rock-ridge"]);
        assert_eq!(output.status.code(), Some(1), "{target}");
        let words = said(&output);
        for part in ["ERROR_FILENAME_EXCED_RANGE", "path: /sub/link", file_system, found, limit] {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert!(words.ends_with("imapi: Option that helps: --exclude\n"), "{words}");
        fs::remove_file(&link).expect("ours");
    }
    // The longest that there may be, and a name as long as names are, which UDF cuts.
    symlink("../".repeat(340) + "abc", &link).expect("room");
    symlink("n".repeat(255), bench.in_tree("name")).expect("room");
    bench.create(&["--rock-ridge"]);
    let output = peer("xorriso", "xorriso", &["-indev", &bench.iso, "-lsl", "/sub/link", "/name"]);
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", said(&output));
    assert!(listed.contains(&("../".repeat(340) + "abc")) && listed.contains(&"n".repeat(255)), "{listed}");
}

#[test]
fn an_attribute_that_can_be_no_stream_is_named_with_its_file() {
    let bench = Bench::new();
    let file = bench.in_tree("a file.txt");
    for attribute in ["user..", "user...", "user.a/b"] {
        setxattr(&file, attribute, b"x", XattrFlags::CREATE).expect("a file system with attributes");
        let output = bench.create_and_say(&["--named-streams", "--udf-revision", "2.01"]);
        assert_eq!(output.status.code(), Some(1));
        let words = said(&output);
        let facts = format!("file: {}; name: {attribute}\n", file.display());
        assert!(words.contains("ERROR_INVALID_NAME") && words.contains(&facts), "{words}");
        rustix::fs::removexattr(&file, attribute).expect("ours");
    }
}

#[test]
fn links_in_circles_are_called_that() {
    let bench = Bench::new();
    let [one, other] = ["one", "other"].map(|name| bench.at(name));
    symlink("other", &one).expect("room");
    symlink("one", &other).expect("room");
    for arguments in [
        &["image", "create", &one, "-n"][..],
        &["image", "create", &bench.tree, "-o", &one],
        &["image", "create", &bench.tree, "-o", &one, "--force"],
        &["image", "create", &bench.tree, "-o", &bench.iso, "--report", &one],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let words = said(&output);
        assert!(words.contains("ERROR_CANT_RESOLVE_FILENAME") && words.contains(&one), "{words}");
    }
}

#[test]
fn an_image_is_made_where_a_link_leads_that_leads_nowhere_yet() {
    let bench = Bench::new();
    symlink("where/image", &bench.iso).expect("room");
    let output = bench.create_and_say(&["--force"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("ERROR_PATH_NOT_FOUND"), "{}", said(&output));
    fs::create_dir(bench.at("where")).expect("room");
    let output = bench.create_and_say(&[]);
    assert!(said(&output).contains("ERROR_FILE_EXISTS"), "{}", said(&output));
    bench.create(&["--force"]);
    assert!(fs::symlink_metadata(&bench.iso).expect("there").is_symlink());
    assert!(fs::metadata(bench.at("where/image")).expect("made").len() > 600_000);
}

#[test]
fn a_folder_that_may_not_be_written_is_no_matter_of_drives() {
    let bench = Bench::new();
    let closed = bench.at("closed");
    fs::create_dir(&closed).expect("room");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).expect("ours");
    fs::set_permissions(bench.temporary.path(), fs::Permissions::from_mode(0o755)).expect("ours");
    let mut command = imapi();
    // Rights do not bind root, so that somebody else has to try.
    if peer("id", "coreutils", &["-u"]).stdout == b"0\n" {
        command.uid(65_534).gid(65_534);
    }
    let place = text(&Path::new(&closed).join("x.iso"));
    let output = command.args(["image", "create", &bench.tree, "-o", &place]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    let words = said(&output);
    assert!(words.contains("E_ACCESSDENIED") && words.contains(&place), "{words}");
    assert!(words.contains("the file, the folder or the drive") && words.contains("its folder"), "{words}");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("ours");
}

#[rstest]
#[case::a_file(&["/proc/version"])]
#[case::a_mapping(&["--map", "/x=/proc/version"])]
fn a_file_that_hides_its_size_is_not_taken_for_an_empty_one(#[case] source: &[&str]) {
    let bench = Bench::new();
    for output in [&*bench.iso, "-"] {
        let mut command = imapi();
        let output = command.args(["image", "create", "-o", output]).args(source).output().expect("it starts");
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        let words = said(&output);
        assert!(words.contains("IMAPI_E_DATA_STREAM_READ_FAILURE"), "{words}");
        assert!(words.contains("/proc/version") && words.contains("tells its size as 0"), "{words}");
        assert_eq!(bench.beside(), [""; 0]);
    }
}

#[test]
fn a_report_has_all_named_streams() {
    let bench = Bench::new();
    let file = bench.in_tree("a file.txt");
    setxattr(&file, "user.small", b"in its entry", XattrFlags::CREATE).expect("a file system with attributes");
    setxattr(&file, "user.large", &[7; 3000], XattrFlags::CREATE).expect("a file system with attributes");
    let report = bench.at("report");
    for more in [&["--fs", "udf"][..], &[]] {
        let arguments = ["--named-streams", "--udf-revision", "2.01", "--force", "--report", &report];
        assert!(bench.create_and_say(&[&arguments, more].concat()).status.success());
        let value: serde_json::Value = serde_json::from_slice(&fs::read(&report).expect("made")).expect("JSON");
        let files = value["files"].as_array().expect("a list");
        let size = |path: &str| {
            let found: Vec<_> = files.iter().filter(|file| file["path"] == path).collect();
            assert_eq!(found.len(), 1, "{path}: {files:#?}");
            (found[0]["size"].as_u64(), found[0]["blocks"].as_u64())
        };
        assert_eq!(size("/a file.txt:small"), (Some(12), Some(0)));
        assert_eq!(size("/a file.txt:large"), (Some(3000), Some(2)));
    }
}
