//! `imapi virtual`: discs in files.

use imapi_virtual_drive::{MEDIA, PERSONALITIES};
use serde_json::Value;

use crate::{imapi, peer, run, told};

#[test]
fn a_disc_is_made_shown_and_never_made_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my disc");
    let path = path.to_str().expect("a path in UTF-8");
    assert!(told(&["virtual", "create", path, "--media", "bd-r", "--size", "100M"]).contains("BD-R 25 GB"));
    let shown: Value = serde_json::from_str(&told(&["virtual", "show", path, "--json"])).expect("JSON");
    assert_eq!((&shown["medium"], &shown["state"]), (&"bd-r".into(), &"blank".into()));
    assert_eq!((&shown["blocks"], &shown["tracks"]), (&51_200.into(), &Value::Array(Vec::new())));
    assert!(told(&["virtual", "show", path, "--lang", "ru"]).contains("состояние диска: чистый"));

    let again = run(&["virtual", "create", path, "--media", "bd-re"]);
    assert_eq!(again.status.code(), Some(1));
    let complaint = String::from_utf8_lossy(&again.stderr);
    assert!(complaint.contains("ERROR_FILE_EXISTS (0x80070050)") && complaint.contains("my disc"), "{complaint}");
}

/// As it is in the drive: whoever asks the drive hears that it can be written at once.
#[test]
fn a_dvd_ram_is_formatted_when_it_is_bought() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.disc");
    let path = path.to_str().expect("a path in UTF-8");
    for (medium, state) in [("dvd-ram", "formatted"), ("dvd+rw", "blank")] {
        told(&["virtual", "create", path, "--media", medium, "--size", "8M"]);
        let shown: Value = serde_json::from_str(&told(&["virtual", "show", path, "--json"])).expect("JSON");
        assert_eq!(shown["state"], state, "{medium}");
        std::fs::remove_file(path).expect("a file");
    }
}

#[test]
fn every_medium_can_be_made_and_is_listed_in_the_help() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = told(&["virtual", "create", "--help"]);
    for medium in &MEDIA {
        assert!(help.contains(medium.name) && help.contains(medium.label), "{medium}");
        let path = folder.path().join(medium.name);
        told(&["virtual", "create", path.to_str().expect("UTF-8"), "--media", medium.name]);
    }
}

#[test]
fn what_is_no_disc_and_what_is_too_large_are_refused_with_a_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a disc").expect("a file");
    let path = text.to_str().expect("UTF-8");
    for (arguments, code) in [
        (&["virtual", "show", path][..], "ERROR_UNRECOGNIZED_MEDIA"),
        (&["virtual", "show", "/no/such/disc"], "ERROR_FILE_NOT_FOUND"),
        (&["virtual", "create", "/no/such/disc", "--media", "bd-r"], "ERROR_FILE_NOT_FOUND"),
        (&["virtual", "create", "never-made", "--media", "dvd-r", "--size", "5G"], "E_INVALIDARG"),
    ] {
        let output = run(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {complaint}");
        assert!(complaint.contains(code), "{arguments:?}: {complaint}");
    }
    assert_eq!(std::fs::read(&text).expect("still there"), b"not a disc");
    assert_eq!(run(&["virtual", "create", "never-made", "--media", "hd-dvd-r"]).status.code(), Some(2));
}

/// An image on a pressed disc is read and nothing else.
#[cfg(target_os = "linux")]
#[test]
fn an_image_is_pressed_and_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_string();
    let image: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    std::fs::write(path("image"), &image).expect("a file");
    for (medium, profile) in [("dvd-rom", "10h, DVD-ROM"), ("bd-rom", "40h, BD-ROM")] {
        let disc = path(medium);
        told(&["virtual", "create", &disc, "--media", medium, "--image", &path("image")]);
        let copy = format!("of={}", path("copy"));
        let read = run(&["virtual", "run", &disc, "--", "dd", "if=/dev/sr0", &copy, "bs=2048"]);
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
        let copy = std::fs::read(path("copy")).expect("a copy");
        assert!(copy.starts_with(&image) && copy.len() == image.len().next_multiple_of(2048), "{medium}");
        let info = run(&["virtual", "run", &disc, "--", "dvd+rw-mediainfo", "/dev/sr0"]);
        let info = String::from_utf8_lossy(&info.stdout).to_string();
        assert!(info.contains(profile), "{medium}: {info}");
        let burned =
            run(&["virtual", "run", &disc, "--", "xorriso", "-outdev", "/dev/sr0", "-map", &path("image"), "/i"]);
        assert!(!burned.status.success(), "{medium}");
    }
    let refused = run(&["virtual", "create", &path("r"), "--media", "dvd-r", "--image", &path("image")]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("E_INVALIDARG"));
}

/// A program that ends while the drive blanks: a real drive goes on.
#[cfg(target_os = "linux")]
#[test]
fn the_drive_ends_what_it_has_begun() {
    let folder = tempfile::tempdir().expect("a folder");
    let disc = folder.path().join("my.disc");
    let disc = disc.to_str().expect("UTF-8");
    let with_the_drive = |command: &[&str]| {
        let output = imapi().args(["virtual", "run", disc, "--"]).args(command).output().expect("the program starts");
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let state = || {
        let shown: Value = serde_json::from_str(&told(&["virtual", "show", disc, "--json"])).expect("JSON");
        shown["state"].as_str().expect("a state").to_string()
    };
    told(&["virtual", "create", disc, "--media", "cd-rw"]);
    let image = folder.path().join("image");
    std::fs::write(&image, vec![7; 400 * 2048]).expect("a file");
    with_the_drive(&["cdrskin", "dev=/dev/sr0", "-tao", image.to_str().expect("UTF-8")]);
    assert_eq!(state(), "complete");
    // BLANK of the whole disc, Immed.
    let blank = ["sg_raw", "/dev/sr0", "A1", "10", "00", "00", "00", "00", "00", "00", "00", "00", "00", "00"];
    with_the_drive(&blank);
    assert_eq!(state(), "blank");
}

#[test]
fn what_a_disc_is_is_what_a_drive_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_string();
    for (medium, state, next) in [
        ("dvd-ram", "formatted", None),
        ("bd-re", "blank", None),
        ("dvd+rw", "blank", None),
        ("dvd-r", "blank", Some(2_298_496)),
        ("cd-r", "blank", Some(359_849)),
    ] {
        told(&["virtual", "create", &path(medium), "--media", medium]);
        let shown: Value = serde_json::from_str(&told(&["virtual", "show", &path(medium), "--json"])).expect("JSON");
        assert_eq!(shown["state"], state, "{medium}");
        assert_eq!(shown["next"]["blocks"].as_u64(), next, "{medium}");
    }
}

/// Programs that we did not write find the drive, write to the disc in it, and read what they wrote.
#[cfg(target_os = "linux")]
#[test]
fn other_programs_see_the_drive_and_use_the_disc() {
    let folder = tempfile::tempdir().expect("a folder");
    let disc = folder.path().join("my.disc");
    let disc = disc.to_str().expect("UTF-8");
    told(&["virtual", "create", disc, "--media", "dvd-ram", "--size", "8M"]);
    let with_the_drive = |command: &[&str]| {
        let output = imapi().args(["virtual", "run", disc, "--"]).args(command).output().expect("the program starts");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {complaint} (sg3-utils: cargo xtask test --setup)");
        told
    };
    let who = with_the_drive(&["sg_inq", "/dev/sr0"]);
    assert!(who.contains("IMAPI") && who.contains("Virtual Drive"), "{who}");
    let capacity = with_the_drive(&["sg_readcap", "/dev/sr0"]);
    assert!(capacity.contains("Number of logical blocks=4096"), "{capacity}");

    let block: Vec<u8> = (0..=250).cycle().take(2048).collect();
    let (source, copy) = (folder.path().join("source"), folder.path().join("copy"));
    std::fs::write(&source, &block).expect("a file");
    let (from, to) = (source.to_str().expect("UTF-8"), format!("of={}", copy.display()));
    let write = ["2a", "00", "00", "00", "00", "10", "00", "00", "01", "00"];
    with_the_drive(&[&["sg_raw", "-s", "2048", "-i", from, "/dev/sr0"][..], &write].concat());
    with_the_drive(&["dd", "if=/dev/sr0", &to, "bs=2048", "skip=16", "count=1", "status=none"]);
    assert_eq!(std::fs::read(&copy).expect("dd made it"), block);
}

/// The program's own end is ours.
#[cfg(target_os = "linux")]
#[test]
fn the_status_of_the_program_is_passed_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let disc = folder.path().join("my.disc");
    let disc = disc.to_str().expect("UTF-8");
    told(&["virtual", "create", disc, "--media", "bd-r", "--size", "8M"]);
    assert_eq!(run(&["virtual", "run", disc, "--", "sh", "-c", "exit 7"]).status.code(), Some(7));
    let killed = run(&["virtual", "run", disc, "--", "sh", "-c", "kill -KILL $$"]);
    assert_eq!(killed.status.code(), Some(128 + 9), "as a shell tells it");
    let missing = run(&["virtual", "run", disc, "--", "no-such-program"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("ERROR_FILE_NOT_FOUND"));
}

/// What is attached is the machine's, so only what needs none of it is asked here; the slow tier has the rest.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
#[test]
fn what_is_not_attached_cannot_be_detached() {
    let output = run(&["virtual", "detach", "/no/such/disc"]);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("ERROR_DEV_NOT_EXIST") && complaint.contains("/no/such/disc"), "{complaint}");
    for wrong in [&["virtual", "detach"][..], &["virtual", "detach", "--all", "my.disc"]] {
        assert_eq!(run(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn the_personalities_are_listed_with_what_they_do() {
    let listed: Value = serde_json::from_str(&told(&["virtual", "personalities", "--json"])).expect("JSON");
    let listed = listed.as_array().expect("an array");
    assert_eq!(listed.len(), PERSONALITIES.len());
    let text = told(&["virtual", "personalities"]);
    for (shown, personality) in listed.iter().zip(&PERSONALITIES) {
        assert_eq!((&shown["name"], &shown["seenIn"]), (&personality.name.into(), &personality.seen_in.into()));
        assert!(text.contains(personality.name) && text.contains(personality.summary), "{personality}");
    }
}

/// What the drive is like, how fast it is, and what strikes it, as a program of others sees it.
#[cfg(target_os = "linux")]
#[test]
fn the_drive_is_as_it_was_asked_to_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_string();
    let (disc, script) = (file("my.disc"), file("faults.json"));
    told(&["virtual", "create", &disc, "--media", "dvd-ram", "--size", "8M"]);
    let run_in =
        |options: &[&str], command: &[&str]| run(&[&["virtual", "run", &disc], options, &["--"], command].concat());
    let who = run_in(&["--personality", "pioneer"], &["sg_inq", "/dev/sr0"]);
    let who = String::from_utf8_lossy(&who.stdout).into_owned();
    assert!(who.contains("PIONEER") && who.contains("DVR-216D"), "{who}");

    // 4 MiB at the 22.16 MB/s that the drive reads a DVD.
    let begun = std::time::Instant::now();
    let read = ["dd", "if=/dev/sr0", "of=/dev/null", "bs=65536", "count=64", "status=none"];
    assert!(run_in(&["--speed", "real"], &read).status.success());
    assert!(begun.elapsed() >= std::time::Duration::from_millis(189), "{:?}", begun.elapsed());

    let scratch = r#"{"faults":[{"when":{"opcode":"28","blocks":{"first":16,"last":16}},
        "what":{"sense":{"code":"3/11/00"}},"times":"always"}]}"#;
    std::fs::write(&script, scratch).expect("a file");
    let read =
        |block: &'static str| ["sg_raw", "-r", "2048", "/dev/sr0", "28", "0", "0", "0", "0", block, "0", "0", "1", "0"];
    assert!(run_in(&["--faults", &script], &read("0f")).status.success());
    let scratched = run_in(&["--faults", &script], &read("10"));
    let complaint = String::from_utf8_lossy(&scratched.stderr).into_owned();
    assert!(!scratched.status.success() && complaint.contains("Unrecovered read error"), "{complaint}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_drive_cannot_be_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_string();
    let (disc, script) = (file("my.disc"), file("faults.json"));
    told(&["virtual", "create", &disc, "--media", "dvd-ram", "--size", "8M"]);
    std::fs::write(&script, r#"{"faults":[{"when":{"nth":1},"what":"explode"}]}"#).expect("a file");
    for (options, status, words) in [
        (["--personality", "friendly"], 2, "nwa-minus-150"),
        (["--speed", "fast"], 2, "as in x8"),
        (["--faults", &script], 1, "explode"),
        (["--faults", "/no/such/script"], 1, "ERROR_FILE_NOT_FOUND"),
        (["--trace", "/no/such/folder/trace"], 1, "/no/such/folder/trace"),
    ] {
        let output = run(&[&["virtual", "run", &disc], &options[..], &["--", "true"]].concat());
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{options:?}: {complaint}");
        assert!(complaint.contains(words), "{options:?}: {complaint}");
    }
}

/// The recording is read by the library that wrote it, the capture by a program that did not.
#[cfg(target_os = "linux")]
#[test]
fn every_command_is_written_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_string();
    let (disc, lines, capture) = (file("my.disc"), file("trace.jsonl"), file("trace.pcap"));
    told(&["virtual", "create", &disc, "--media", "dvd-ram", "--size", "8M"]);
    for trace in [&lines, &capture] {
        assert!(run(&["virtual", "run", &disc, "--trace", trace, "--", "sg_inq", "/dev/sr0"]).status.success());
    }
    let text = std::fs::read_to_string(&lines).expect("the recording");
    let named: Vec<Value> = text.lines().skip(1).map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(named.iter().any(|line| line["name"] == "INQUIRY" && line["status"] == 0), "{text}");
    let seen = peer("tshark", "tshark", &["-r", &capture, "-Y", "scsi", "-T", "fields", "-e", "_ws.col.Info"]);
    let seen = String::from_utf8_lossy(&seen.stdout).into_owned();
    let answers = seen.lines().filter(|line| line.starts_with("SCSI: Response") || line.starts_with("SCSI Response"));
    assert_eq!(answers.count(), named.len(), "{seen}");
    assert!(seen.contains("Inquiry Response Data"), "{seen}");
}

/// A host that pauses in the middle of a burn: protected it goes on, and without protection a program that we did not
/// write hears that the stream broke off.
#[cfg(target_os = "linux")]
#[test]
fn a_pause_breaks_a_burn_that_is_not_protected() {
    let folder = tempfile::tempdir().expect("a folder");
    for (protection, status, blocks) in [("burnfree", 0, Some(4000)), ("noburnfree", 10, None)] {
        let disc = folder.path().join(protection);
        let disc = disc.to_str().expect("UTF-8");
        told(&["virtual", "create", disc, "--media", "cd-r", "--size", "16M"]);
        let script = format!(
            "(head -c 6000000 /dev/zero; sleep 1; head -c 2192000 /dev/zero) \
             | cdrskin dev=/dev/sr0 -tao speed=4 fs=64k driveropts={protection} tsize=4000s -"
        );
        let burn = run(&["virtual", "run", disc, "--speed", "x50", "--", "sh", "-c", &script]);
        let told_of = String::from_utf8_lossy(&burn.stderr).into_owned() + &String::from_utf8_lossy(&burn.stdout);
        assert_eq!(burn.status.code(), Some(status), "{protection}: {told_of} (cdrskin: cargo xtask test --setup)");
        // Loss of streaming, or that it has to recover: the former may have been the answer to a question about the buffer.
        assert_eq!(told_of.contains("[3 0C 0"), protection == "noburnfree", "{protection}: {told_of}");
        let shown: Value = serde_json::from_str(&told(&["virtual", "show", disc, "--json"])).expect("JSON");
        if let Some(blocks) = blocks {
            assert_eq!(shown["tracks"][0]["blocks"], blocks, "{shown}");
        }
    }
}
