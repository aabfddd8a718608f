//! `imapi image ls`, `tree`, `cat`, `info` and `boot-info`: what they tell is what other programs tell.

use std::{collections::BTreeMap, fs, io::Write as _, process::Stdio};

use rstest::rstest;
use serde_json::Value;

use super::{Bench, did, said, state};
use crate::{imapi, run, told};

/// Paths and sizes of files, as isoinfo lists them.
fn isoinfo(image: &str, option: &str) -> BTreeMap<String, u64> {
    let listed = did("isoinfo", "genisoimage", &["-l", option, "-i", image]);
    let (mut folder, mut all) = (String::new(), BTreeMap::new());
    for line in listed.lines() {
        if let Some(path) = line.strip_prefix("Directory listing of /") {
            path.clone_into(&mut folder);
        } else if line.starts_with('-') {
            let size = line.split_whitespace().nth(4).and_then(|size| size.parse().ok()).expect("a size");
            let (_, name) = line.split_once("] ").expect("an address");
            all.insert(format!("{folder}{}", name.trim()), size);
        }
    }
    all
}

/// Paths and sizes of files, as we list them.
fn ours(image: &str, names: &str) -> BTreeMap<String, u64> {
    let listed = told(&["image", "ls", "--json", "--fs", names, image]);
    let entries = listed.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let files = entries.filter(|entry| entry["type"] == "file");
    files
        .map(|entry| (entry["path"].as_str().expect("text").to_owned(), entry["size"].as_u64().expect("a size")))
        .collect()
}

#[rstest]
#[case::rock_ridge("rock-ridge", "-R")]
#[case::joliet("joliet", "-J")]
fn files_and_sizes_are_those_of_isoinfo(#[case] names: &str, #[case] option: &str) {
    let bench = Bench::new();
    for image in [bench.image(&["--rock-ridge"]), bench.xorriso(&["-R", "-J"])] {
        let theirs: BTreeMap<String, u64> = isoinfo(&image, option)
            .into_iter()
            .map(|(path, size)| (path.trim_end_matches(";1").to_owned(), size))
            .collect();
        assert_eq!(theirs.len(), 7);
        // isoinfo tells of Joliet in the letters of its locale.
        let ascii = |path: String| if names == "joliet" { path.replace(|c: char| !c.is_ascii(), "_") } else { path };
        let ours: BTreeMap<String, u64> =
            ours(&image, names).into_iter().map(|(path, size)| (ascii(path), size)).collect();
        assert_eq!(ours, theirs);
    }
}

#[test]
fn a_line_says_what_ls_says_of_the_file() {
    let bench = Bench::new();
    let image = bench.image(&["--rock-ridge"]);
    let listed = told(&["image", "ls", "-l", &image, "--fs", "udf"]);
    let line = |end: &str| listed.lines().find(|line| line.ends_with(end)).unwrap_or_else(|| panic!("{end}: {listed}"));
    let date = did("date", "coreutils", &["-u", "-r", &bench.at("tree/read me.txt"), "+%F %T"]);
    assert_eq!(line(" read me.txt"), format!("-rw-r-----            4 {} read me.txt", date.trim()));
    assert!(line(" link -> sub/deep/../one block").starts_with("lrwxrwxrwx "));
    assert!(line(" sub/deep").starts_with("dr-xr-xr-x "));
    let short = told(&["image", "ls", &image, "sub/*/er", "--fs", "rock-ridge"]);
    assert_eq!(short, "sub/deep/er\nsub/deep/er/program\n");
    let shallow = told(&["image", "ls", &image, "--depth", "1", "-0"]);
    let names: std::collections::BTreeSet<&str> = shallow.split_terminator('\0').collect();
    assert_eq!(names.len(), 6, "{names:?}");
}

#[test]
fn extents_are_where_the_bytes_are() {
    let bench = Bench::new();
    let image = bench.image(&["--rock-ridge"]);
    let bytes = fs::read(&image).expect("there");
    for names in ["iso9660", "rock-ridge", "joliet", "udf"] {
        let mut lengths = Vec::new();
        for line in told(&["image", "ls", "--json", "--fs", names, &image]).lines() {
            let entry: Value = serde_json::from_str(line).expect("JSON");
            if entry["type"] != "file" {
                continue;
            }
            let extents = entry["extents"].as_array().expect("a list");
            let mut whole = Vec::new();
            for extent in extents {
                let (at, len) =
                    (extent["byte"].as_u64().expect("no hole"), extent["bytes"].as_u64().expect("a number"));
                whole.extend_from_slice(
                    &bytes[usize::try_from(at).expect("small")..][..usize::try_from(len).expect("small")],
                );
            }
            if let Some(first) = extents.first() {
                assert_eq!(entry["firstBlock"], first["byte"].as_u64().expect("no hole") / 2048);
            }
            assert!(
                run(&["image", "cat", "--fs", names, &image, entry["path"].as_str().expect("text")]).stdout == whole
            );
            // What ISO 9660 alone shows of a link is a file with nothing in it.
            lengths.extend((!whole.is_empty()).then_some(whole.len()));
        }
        lengths.sort_unstable();
        assert_eq!(lengths, [4, 5, 2048, 2048, 70_000, 3_000_001], "{names}");
    }
}

#[test]
fn an_image_comes_on_standard_input_as_a_file_and_through_a_pipe() {
    let bench = Bench::new();
    let image = bench.image(&["--rock-ridge"]);
    let expected = told(&["image", "ls", "-l", &image]);
    let direct = imapi().args(["image", "ls", "-l", "-"]).stdin(fs::File::open(&image).expect("there")).output();
    assert_eq!(String::from_utf8_lossy(&direct.expect("it starts").stdout), expected);
    let mut command = imapi();
    command.args(["image", "ls", "-l", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    child.stdin.take().expect("piped").write_all(&fs::read(&image).expect("there")).expect("it reads all");
    assert_eq!(String::from_utf8_lossy(&child.wait_with_output().expect("it ends").stdout), expected);
}

#[test]
fn whoever_reads_a_list_may_have_seen_enough() {
    let bench = Bench::empty();
    for number in 0..3000 {
        bench
            .put(&format!("folder/a name that is long enough to fill more than a pipe takes at once {number:06}"), b"");
    }
    let image = bench.image(&["--fs", "udf"]);
    let imapi = env!("CARGO_BIN_EXE_imapi");
    let script = format!("set -o pipefail; '{imapi}' image ls -l '{image}' | head -n 2");
    let listed = did("bash", "bash", &["-c", &script]);
    assert_eq!(listed.lines().count(), 2);
}

#[test]
fn what_is_not_there_or_no_file_is_told() {
    let bench = Bench::new();
    let image = bench.image(&["--rock-ridge"]);
    for (arguments, code) in [
        (vec!["image", "cat", &image, "nowhere"], "IMAPI_E_ITEM_NOT_FOUND"),
        (vec!["image", "cat", &image, "sub"], "IMAPI_E_NOT_FILE"),
        (vec!["image", "ls", &image, "nobody*"], "IMAPI_E_ITEM_NOT_FOUND"),
        (vec!["image", "tree", &image, "empty"], "IMAPI_E_NOT_DIR"),
        (vec!["image", "ls", &image, "--session", "2"], "E_INVALIDARG"),
        (vec!["image", "ls", "/nowhere/at/all"], "ERROR_FILE_NOT_FOUND"),
        (vec!["image", "ls", env!("CARGO_MANIFEST_DIR")], "IMAPI_E_NOT_FILE"),
        (vec!["image", "ls", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")], "IMAPI_E_NO_SUPPORTED_FILE_SYSTEM"),
        (vec!["image", "info", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")], "IMAPI_E_NO_SUPPORTED_FILE_SYSTEM"),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(said(&output).contains(code), "{arguments:?}: {}", said(&output));
    }
}

#[test]
fn a_tree_has_what_the_folder_has() {
    let bench = Bench::new();
    let image = bench.image(&["--rock-ridge"]);
    let drawn = told(&["image", "tree", &image, "--fs", "rock-ridge"]);
    assert_eq!(drawn.lines().filter(|line| line.contains("── ")).count(), state(&bench.tree()).len());
    insta::assert_snapshot!("image-tree", drawn);
    let part = told(&["image", "tree", &image, "sub/deep", "--depth", "1", "--fs", "udf"]);
    assert_eq!(part.lines().next(), Some("sub/deep"));
    assert_eq!(part.lines().filter(|line| line.contains("── ")).count(), 1);
}

#[test]
fn what_machines_start_from_is_what_xorriso_finds() {
    let bench = Bench::empty();
    bench.put("isolinux/isolinux.bin", &fs::read("/usr/lib/ISOLINUX/isolinux.bin").expect("isolinux"));
    fs::copy("/usr/lib/syslinux/modules/bios/ldlinux.c32", bench.tree().join("isolinux/ldlinux.c32"))
        .expect("syslinux-common");
    fs::write(bench.at("efi.img"), vec![0; 64 << 10]).expect("room");
    let efi = bench.at("efi.img");
    let image = bench.image(&[
        "--rock-ridge",
        "--volume",
        "BOOTS",
        "--boot",
        "isolinux/isolinux.bin,info-table",
        "--hybrid-mbr",
        "/usr/lib/ISOLINUX/isohdpfx.bin",
        "--append-efi",
        &efi,
        "--partition-table",
        "gpt",
    ]);
    let told: Value = serde_json::from_str(&told(&["image", "boot-info", &image, "--json"])).expect("JSON");
    let theirs =
        did("xorriso", "xorriso", &["-indev", &image, "-report_el_torito", "plain", "-report_system_area", "plain"]);
    let entries = told["elTorito"]["entries"].as_array().expect("a list");
    let images: Vec<Vec<&str>> = theirs
        .lines()
        .filter(|line| line.starts_with("El Torito boot img :"))
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(entries.len(), images.len(), "{theirs}");
    for (entry, theirs) in entries.iter().zip(&images) {
        let platform = if theirs[6] == "UEFI" { "efi" } else { "bios" };
        assert_eq!(entry["platform"], platform);
        assert_eq!(entry["block"].to_string(), theirs[theirs.len() - 1]);
    }
    let catalog = theirs.lines().find(|line| line.starts_with("El Torito catalog")).expect("it has one");
    assert!(catalog.contains(&format!(": {} ", told["elTorito"]["block"])), "{catalog} {told}");
    let partitions = told["gpt"]["partitions"].as_array().expect("a list");
    assert_eq!(
        partitions.len(),
        theirs.lines().filter(|line| line.starts_with("GPT start and size")).count(),
        "{theirs}"
    );
    assert!(partitions.iter().any(|partition| partition["kind"] == "EFI"), "{partitions:?}");
    assert_eq!((&told["gpt"]["hasCopy"], &told["mbr"]["hasCode"]), (&true.into(), &true.into()));
    let info: Value = serde_json::from_str(&crate::told(&["image", "info", &image, "--json"])).expect("JSON");
    assert_eq!(info["boot"], told);
    let labels: Vec<&Value> =
        info["fileSystems"].as_array().expect("a list").iter().map(|system| &system["label"]).collect();
    assert_eq!(labels, ["BOOTS"; 4]);
}
