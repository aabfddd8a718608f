//! Each option, and what peers see of it.

use std::{fs, os::unix::fs::symlink};

use rstest::rstest;
use rustix::fs::{XattrFlags, setxattr};

use super::{Bench, found, listed, run, said, udf, volume};
use crate::peer;

#[rstest]
#[case("1.02", "1.02")]
#[case("1.50", "1.50")]
#[case("2.01", "2.01")]
#[case("2.50", "2.50")]
// What reads 2.50 reads 2.60 too.
#[case("2.60", "2.50")]
fn a_revision_of_udf_is_what_was_asked_for(#[case] revision: &str, #[case] read: &str) {
    let bench = Bench::new();
    let output = bench.create_and_say(&["--fs", "udf", "--udf-revision", revision]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!((udf(&bench.iso, "udfrev"), udf(&bench.iso, "udfwriterev")), (read.to_string(), revision.to_string()));
    assert_eq!(found(&bench.iso, "udf"), ["a file.txt", "sub", "sub/left.tmp"]);
    // A person is told where older systems are left behind, and only there.
    let note = format!("imapi: UDF {revision}: only newer systems read it: ");
    assert_eq!(said(&output).contains(&note), revision >= "2.50", "{}", said(&output));
    let quiet = bench.create_and_say(&["--fs", "udf", "--udf-revision", revision, "--quiet", "--force"]);
    assert_eq!((said(&quiet), quiet.stdout), (String::new(), Vec::new()));
}

#[test]
fn a_second_copy_of_the_metadata_can_be_left_out() {
    let bench = Bench::new();
    let revision = ["--fs", "udf", "--udf-revision", "2.50", "--quiet"];
    bench.create(&revision);
    let twice = fs::metadata(&bench.iso).expect("written").len();
    bench.create(&[&revision[..], &["--no-redundant-metadata", "--force"]].concat());
    let once = fs::metadata(&bench.iso).expect("written").len();
    // A cluster of 32 blocks less.
    assert_eq!(twice - once, 32 * 2048);
    assert_eq!(found(&bench.iso, "udf"), ["a file.txt", "sub", "sub/left.tmp"]);
}

#[test]
fn extended_attributes_become_named_streams() {
    let bench = Bench::new();
    let path = bench.in_tree("a file.txt");
    setxattr(&path, "user.comment", &[b'c'; 5000], XattrFlags::CREATE)
        .or_else(|_| {
            // ext4 has room for 4 KiB.
            setxattr(&path, "user.comment", &[b'c'; 3500], XattrFlags::CREATE)
        })
        .expect("a file system with attributes");
    setxattr(&path, "trusted.other", b"not the user's", XattrFlags::CREATE).ok();
    let report = bench.at("report.json");
    bench.create(&["--fs", "udf", "--udf-revision", "2.01", "--named-streams", "--report", &report]);
    let layout: serde_json::Value = serde_json::from_slice(&fs::read(report).expect("written")).expect("JSON");
    let files = layout["files"].as_array().expect("files");
    let stream = files.iter().find(|file| file["path"] == "/a file.txt:comment").expect("a stream");
    let first = stream["first"].as_u64().expect("it has blocks");
    let image = fs::read(&bench.iso).expect("written");
    let begins = usize::try_from(first * 2048).expect("small");
    assert_eq!(image[begins..begins + 3500], [b'c'; 3500]);
    assert_eq!(files.len(), 3, "{files:?}");
    assert_eq!(stream_folders(&bench.iso), 1);
    // Without the option there are none.
    bench.create(&["--fs", "udf", "--udf-revision", "2.01", "--force"]);
    assert_eq!(stream_folders(&bench.iso), 0);
}

/// How many files have a folder of streams, as udfdump finds them.
fn stream_folders(iso: &str) -> usize {
    let dump = peer("udfdump", "udfclient", &["-b", "2048", "-t", "-D", "-u", "5", iso]);
    let dump = String::from_utf8_lossy(&dump.stdout).into_owned();
    assert!(dump.contains("Rootdir/a file.txt"), "{dump}");
    dump.lines().filter(|line| line.contains("Streamdir ICB") && line.ends_with("for 2048 bytes")).count()
}

#[test]
fn levels_and_characters_of_iso_9660() {
    let bench = Bench::new();
    bench.put("Read Me+more.text", "");
    bench.create(&["--iso-level", "1"]);
    assert_eq!(listed(&bench.iso, "-s"), ["/A_FILE.TXT;1", "/READ_ME_.TEX;1", "/SUB", "/SUB/LEFT.TMP;1"]);
    bench.create(&["--relaxed-names", "--force"]);
    assert_eq!(listed(&bench.iso, "-s"), ["/Read Me+more.text;1", "/a file.txt;1", "/sub", "/sub/left.tmp;1"]);
}

#[test]
fn the_level_rises_where_a_file_needs_it() {
    let bench = Bench::new();
    assert_eq!(bench.json(&["--dry-run"])["isoLevel"], 2);
    bench.put_sparse("large", 1 << 32);
    assert_eq!(bench.json(&["--dry-run"])["isoLevel"], 3);
    let output = bench.create_and_say(&["--dry-run", "--iso-level", "2"]);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(said.contains("IMAPI_E_DATA_TOO_BIG") && said.contains("/large"), "{said}");
    assert!(said.ends_with("imapi: Option that helps: --iso-level 3\n"), "{said}");
}

#[test]
fn a_volume_says_what_it_is_and_whose() {
    let bench = Bench::new();
    let names =
        ["--volume", "My Volume", "--publisher", "ME", "--preparer", "MYSELF", "--application", "ARCHIVE OF MINE"];
    bench.create(&names);
    let told = volume(&bench.iso);
    for line in
        ["Volume id: MY_VOLUME", "Publisher id: ME", "Data preparer id: MYSELF", "Application id: ARCHIVE OF MINE"]
    {
        assert!(told.lines().any(|told| told == line), "{line}: {told}");
    }
    assert_eq!(udf(&bench.iso, "vid"), "My Volume");
    assert_eq!(bench.json(&["--dry-run", "--force", "--volume", "Other"])["volume"], "Other");
}

#[test]
fn patterns_leave_files_out() {
    let bench = Bench::new();
    bench.put("sub/deep/x.o", "");
    bench.put("deep/x.o", "");
    let value = bench.json(&["--exclude", "*.tmp", "--exclude", "/sub/deep"]);
    assert_eq!(value["excluded"], 2);
    assert_eq!(listed(&bench.iso, "-J"), ["/a file.txt", "/deep", "/deep/x.o", "/sub"]);
}

#[test]
fn what_links_lead_to_can_be_added_in_their_place() {
    let bench = Bench::new();
    symlink("sub", bench.in_tree("also")).expect("room");
    bench.create(&["--follow-links"]);
    let expected = ["a file.txt", "also", "also/left.tmp", "sub", "sub/left.tmp"];
    assert_eq!(found(&bench.iso, "udf"), expected);
}

#[test]
fn other_file_systems_stay_out_where_one_is_wanted() {
    // Every system with devices has file systems below them.
    let mounts = fs::read_to_string("/proc/self/mounts").expect("Linux tells");
    let mut mounted: Vec<&str> = mounts.lines().filter_map(|line| line.split(' ').nth(1)).collect();
    mounted.retain(|path| {
        path.strip_prefix("/dev/").is_some_and(|name| !name.contains('/') && std::path::Path::new(path).is_dir())
    });
    mounted.sort_unstable();
    mounted.dedup();
    assert!(!mounted.is_empty(), "{mounts}");
    let arguments = ["image", "create", "/dev", "-n", "--one-file-system", "--skip-unreadable", "--json"];
    let output = run(&[&arguments[..], &["--rock-ridge", "--relaxed-names"]].concat());
    let value: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let skipped = value["skipped"].as_array().expect("a list");
    let mut paths: Vec<&str> =
        skipped.iter().filter(|s| s["why"] == "otherFileSystem").filter_map(|s| s["path"].as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, mounted);
}

#[test]
fn owners_and_modes_are_kept_with_rock_ridge() {
    use std::os::unix::fs::PermissionsExt as _;

    let bench = Bench::new();
    fs::set_permissions(bench.in_tree("a file.txt"), fs::Permissions::from_mode(0o640)).expect("ours");
    bench.create(&["--rock-ridge"]);
    let lines = peer("isoinfo", "genisoimage", &["-l", "-R", "-i", &bench.iso]);
    let lines = String::from_utf8_lossy(&lines.stdout).into_owned();
    let line = lines.lines().find(|line| line.ends_with("a file.txt ")).expect("listed");
    assert!(line.starts_with("-rw-r-----"), "{line}");
    bench.create(&["--force"]);
    assert!(!volume(&bench.iso).contains("Rock Ridge signatures version"));
}
