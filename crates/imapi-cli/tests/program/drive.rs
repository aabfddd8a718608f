//! `imapi drives`, `info`, `eject`, `load`, `lock`, `unlock`.

use std::path::Path;

use imapi_virtual_drive::{MEDIA, PERSONALITIES};
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

use crate::{run, told};

/// A folder for discs, and the names of drives that they lie in.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().expect("UTF-8").to_owned()
    }

    fn drive(&self, rest: &str) -> String {
        format!("virtual:{}", self.path(rest))
    }

    /// The same on every machine.
    fn shown(&self, text: &str) -> String {
        let folder = self.0.path().canonicalize().expect("it is there");
        text.replace(folder.to_str().expect("UTF-8"), "DISCS")
    }

    fn json(&self, rest: &str) -> Value {
        serde_json::from_str(&told(&["info", &self.drive(rest), "--json"])).expect("JSON")
    }
}

/// How a disc gets something onto it, by a program of others.
#[cfg(target_os = "linux")]
fn burn(desk: &Desk, disc: &str, command: &[&str]) {
    let burned = run(&[&["virtual", "run", &desk.path(disc), "--"], command].concat());
    let complaint = String::from_utf8_lossy(&burned.stderr);
    assert!(burned.status.success(), "{command:?}: {complaint} (cargo xtask test --setup)");
}

#[rstest]
#[case("cd-r", "standard")]
#[case("dvd-rw", "pioneer")]
#[case("dvd+r-dl", "standard")]
#[case("dvd+rw", "no-performance")]
#[case("dvd-ram", "block-descriptors")]
#[case("bd-r", "zero-speeds")]
#[case("bd-re", "no-features")]
fn a_new_disc_is_told_in_words(#[case] medium: &str, #[case] personality: &str) {
    let desk = Desk::new();
    let text = told(&["info", &desk.drive(&format!("my.disc?media={medium}&personality={personality}"))]);
    insta::assert_snapshot!(format!("{medium}.{personality}"), desk.shown(&text));
}

#[rstest]
fn the_words_are_those_of_the_reader(#[values("en", "ru", "zh-TW")] tag: &str) {
    let desk = Desk::new();
    let text = told(&["info", &desk.drive("my.disc?media=bd-re&size=64M"), "--lang", tag]);
    insta::assert_snapshot!(format!("words.{tag}"), desk.shown(&text));
}

#[test]
fn everything_is_told_in_json() {
    let desk = Desk::new();
    let text = told(&["info", &desk.drive("my.disc?media=dvd-r&size=64M"), "--json"]);
    insta::assert_snapshot!("dvd-r.json", desk.shown(&text));
}

/// Tracks and sessions that cdrskin made: data, then audio, and the disc open for more.
#[cfg(target_os = "linux")]
#[test]
fn a_disc_with_something_on_it_tells_its_tracks() {
    let desk = Desk::new();
    told(&["virtual", "create", &desk.path("my.disc"), "--media", "cd-r"]);
    std::fs::write(desk.path("data"), vec![7; 400 * 2048]).expect("a file");
    std::fs::write(desk.path("audio"), vec![0; 700 * 2352]).expect("a file");
    burn(&desk, "my.disc", &["cdrskin", "dev=/dev/sr0", "-multi", "-tao", "-data", &desk.path("data")]);
    burn(&desk, "my.disc", &["cdrskin", "dev=/dev/sr0", "-multi", "-tao", "-audio", &desk.path("audio")]);
    insta::assert_snapshot!("two-sessions", desk.shown(&told(&["info", &desk.drive("my.disc")])));
    let told_in_json = desk.json("my.disc");
    let medium = &told_in_json["medium"];
    assert_eq!(medium["state"], serde_json::json!(["appendable"]));
    let kinds: Vec<&Value> = medium["tracks"].as_array().expect("tracks").iter().map(|track| &track["data"]).collect();
    assert_eq!(kinds, [true, false]);
    assert_eq!(medium["sessions"].as_array().map(Vec::len), Some(2));

    told(&["virtual", "create", &desk.path("closed"), "--media", "dvd+r", "--size", "16M"]);
    burn(
        &desk,
        "closed",
        &["growisofs", "-use-the-force-luke=notray", "-dvd-compat", "-Z", &format!("/dev/sr0={}", desk.path("data"))],
    );
    let medium = desk.json("closed")["medium"].clone();
    assert_eq!((&medium["state"], &medium["free"]), (&serde_json::json!(["finalized"]), &0.into()));
    assert_eq!(medium["tracks"][0]["blocks"], 400);
}

/// The volume's name and what file systems it has, of the last session; `isoinfo` and xorriso made them.
#[cfg(target_os = "linux")]
#[test]
fn the_volume_of_the_last_session_is_told() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("files")).expect("a folder");
    std::fs::write(desk.path("files/hello"), "Hello").expect("a file");
    for medium in ["cd-r", "dvd+r", "bd-r", "dvd+rw"] {
        told(&["virtual", "create", &desk.path(medium), "--media", medium]);
        assert_eq!(desk.json(medium)["medium"]["volume"], Value::Null, "{medium}");
        for name in ["FIRST_SESSION", "SECOND_SESSION"] {
            let files = desk.path("files");
            let folder = format!("/{name}");
            let command = ["xorriso", "-dev", "/dev/sr0", "-volid", name, "-joliet", "on", "-map", &files, &folder];
            burn(&desk, medium, &[&command[..], &["-commit"]].concat());
            let ours = desk.json(medium);
            let volume = &ours["medium"]["volume"];
            assert_eq!(volume["label"], name, "{medium}: {ours}");
            assert_eq!(volume["fileSystems"], serde_json::json!(["ISO 9660", "Joliet"]), "{medium}");
        }
        let text = told(&["info", &desk.drive(medium)]);
        assert!(text.contains("volume: SECOND_SESSION\nfile systems: ISO 9660, Joliet\n"), "{medium}: {text}");
    }
    let ours = desk.path("ours.iso");
    told(&["image", "create", &desk.path("files"), "--volume", "Свободный том", "--quiet", "-o", &ours]);
    told(&["burn", &ours, "--drive", &desk.drive("bd?media=bd-re"), "--quiet"]);
    let volume = desk.json("bd")["medium"]["volume"].clone();
    assert_eq!(volume["label"], "Свободный том");
    assert_eq!(volume["fileSystems"], serde_json::json!(["ISO 9660", "Joliet", "UDF 1.02"]));
}

/// What the drive says of a disc is judged by a program of others, which asks the same drive.
#[cfg(target_os = "linux")]
#[rstest]
fn what_is_told_agrees_with_dvd_rw_mediainfo(#[values("dvd-r", "dvd+rw", "dvd-ram", "bd-r", "bd-re")] medium: &str) {
    let desk = Desk::new();
    told(&["virtual", "create", &desk.path("my.disc"), "--media", medium]);
    let peer = run(&["virtual", "run", &desk.path("my.disc"), "--", "dvd+rw-mediainfo", "/dev/sr0"]);
    let peer = String::from_utf8_lossy(&peer.stdout).into_owned();
    let line = |label: &str| {
        let found = peer.lines().find_map(|line| line.trim().strip_prefix(label)).map(str::trim);
        found.unwrap_or_else(|| panic!("{label}: {peer} (cargo xtask test --setup)")).to_owned()
    };
    let ours = desk.json("my.disc");
    let medium = &ours["medium"];
    let profile = ours["profiles"].as_array().expect("a list").iter().find(|listed| listed["current"] == true);
    let number = profile.expect("one is current")["number"].as_u64().expect("a number");
    assert!(line("Mounted Media:").starts_with(&format!("{number:X}h")), "{peer}");
    // `16.0x1385=22160KB/s`, the fastest first; they are of mode page 2Ah, whose two bytes end at 65,535.
    let speeds: Vec<u64> = peer
        .lines()
        .filter(|line| line.trim().starts_with("Write Speed #"))
        .map(|line| {
            let kilobytes = line.rsplit_once('=').expect("a speed").1.trim_end_matches("KB/s");
            kilobytes.parse().expect("a number")
        })
        .collect();
    let said = medium["writeSpeeds"].as_array().expect("a list").iter();
    let said: Vec<u64> =
        said.map(|speed| speed["kilobytesPerSecond"].as_u64().expect("a number").min(0xFFFF)).collect();
    assert_eq!(said, speeds, "{peer}");
    if let Some(id) = peer.lines().find_map(|line| line.trim().strip_prefix("Media ID:")) {
        assert_eq!(medium["maker"].as_str().map(|maker| maker.trim_end_matches("/001")), Some(id.trim()), "{peer}");
    }
}

#[test]
fn no_disc_in_no_drive_makes_it_fail() {
    let desk = Desk::new();
    for medium in &MEDIA {
        told(&["virtual", "create", &desk.path(medium.name), "--media", medium.name]);
        let ours = desk.json(medium.name);
        // A pressed disc is nothing without an image.
        if !medium.speeds.is_empty() {
            assert_eq!(ours["medium"]["kind"], medium.kind.to_string(), "{medium}: {ours}");
            assert_eq!(ours["notTold"], Value::Null, "{medium}: {ours}");
        }
    }
    for medium in ["cd-rw", "dvd-r", "bd-re"] {
        for personality in &PERSONALITIES {
            let ours = desk.json(&format!("{medium}?personality={}", personality.name));
            let kind = ours["medium"]["kind"].as_str();
            assert_eq!(kind.map(str::to_ascii_lowercase).as_deref(), Some(medium), "{personality}: {ours}");
        }
    }
}

/// The drive fails whatever is asked of the disc: what it is itself is told all the same.
#[test]
fn what_a_drive_does_not_tell_is_named() {
    let desk = Desk::new();
    let faults = |opcode: &str, what: &str| {
        let script = format!(r#"{{"faults":[{{"when":{{"opcode":"{opcode}"}},"what":{what},"times":"always"}}]}}"#);
        std::fs::write(desk.path("script"), script).expect("a file");
        let name = desk.drive(&format!("my.disc?media=bd-r&size=64M&faults={}", desk.path("script")));
        run(&["info", &name])
    };
    let failing = faults("51", r#"{"sense":{"code":"4/44/00"}}"#);
    let text = String::from_utf8_lossy(&failing.stdout).into_owned();
    assert!(failing.status.success() && text.contains("IMAPI Virtual Drive"), "{text}");
    let not_told = "not told by the drive: READ DISC INFORMATION (E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE)";
    assert!(text.contains(not_told) && !text.contains("no disc"), "{text}");
    // A drive that is gone tells nothing more.
    let gone = faults("51", r#""gone""#);
    let complaint = String::from_utf8_lossy(&gone.stderr).into_owned();
    assert_eq!((gone.status.code(), gone.stdout.len()), (Some(1), 0), "{complaint}");
    assert!(complaint.contains("ERROR_DEV_NOT_EXIST") && complaint.contains("my.disc"), "{complaint}");
    let empty = faults("00", r#"{"sense":{"code":"2/3A/00"}}"#);
    assert!(String::from_utf8_lossy(&empty.stdout).contains("medium: no disc"), "{empty:?}");
}

#[rstest]
#[case(&["info", "/dev/no-such-drive"], "ERROR_DEV_NOT_EXIST")]
#[case(&["eject", "/dev/no-such-drive"], "ERROR_DEV_NOT_EXIST")]
#[case(&["info", "virtual:/no/such/disc"], "ERROR_FILE_NOT_FOUND")]
#[case(&["load", "virtual:/no/such/disc"], "ERROR_FILE_NOT_FOUND")]
#[case(&["lock", "virtual:/dev/null"], "ERROR_")]
#[case(&["unlock", "virtual:x?media=hd-dvd"], "E_INVALIDARG")]
fn what_is_no_drive_ends_with_a_code(#[case] arguments: &[&str], #[case] code: &str) {
    let output = run(arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{complaint}");
    assert!(complaint.contains(code) && complaint.contains(arguments[1]), "{complaint}");
}

#[test]
fn a_command_without_a_drive_is_asked_wrongly() {
    for command in ["info", "eject", "load", "lock", "unlock"] {
        assert_eq!(run(&[command]).status.code(), Some(2), "{command}");
        let help = told(&[command, "--help"]);
        assert!(help.contains("virtual:DISC"), "{help}");
    }
}

#[test]
fn trays_of_drives_in_software_move() {
    let desk = Desk::new();
    let drive = desk.drive("my.disc?media=dvd-r&size=8M");
    for command in ["eject", "load", "lock", "unlock"] {
        assert_eq!(told(&[command, &drive]), "", "{command}");
    }
    assert!(Path::new(&desk.path("my.disc")).is_file());
}

/// The program finds the drive as it finds those of the kernel, in sysfs and over `SG_IO`.
#[cfg(target_os = "linux")]
#[test]
fn a_drive_that_the_system_shows_is_listed_and_told_of() {
    let desk = Desk::new();
    told(&["virtual", "create", &desk.path("my.disc"), "--media", "bd-r", "--size", "64M"]);
    let program = env!("CARGO_BIN_EXE_imapi");
    let with_the_drive = |options: &[&str], command: &[&str]| {
        let output = run(&[&["virtual", "run", &desk.path("my.disc")], options, &["--"], command].concat());
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && complaint.is_empty(), "{command:?}: {complaint}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let listed: Value =
        serde_json::from_str(&with_the_drive(&["--personality", "pioneer"], &[program, "drives", "--json"]))
            .expect("JSON");
    let ours =
        listed.as_array().expect("an array").iter().find(|drive| drive["node"] == "/dev/sr0").expect("it is there");
    assert_eq!((&ours["vendor"], &ours["product"]), (&"PIONEER".into(), &"DVD-RW  DVR-216D".into()));
    let id = ours["id"].as_str().expect("a text");
    let text = with_the_drive(&[], &[program, "drives"]);
    assert!(text.contains("/dev/sr0  IMAPI Virtual Drive (0.1)\n") && text.contains(&format!("id: {id}\n")), "{text}");
    for name in ["/dev/sr0", "/dev/sg0", id] {
        let text = with_the_drive(&[], &[program, "info", name]);
        assert!(text.contains("path: /dev/sr0\n") && text.contains("medium: BD-R (sequential)\n"), "{name}: {text}");
    }
}

/// `sg_start` and `sg_raw`, which we did not write, see what the tray does.
#[cfg(target_os = "linux")]
#[test]
fn trays_move_and_are_locked_for_other_programs_too() {
    let desk = Desk::new();
    told(&["virtual", "create", &desk.path("my.disc"), "--media", "dvd-r", "--size", "8M"]);
    let script = |lines: &str| {
        let lines = lines.replace("imapi", env!("CARGO_BIN_EXE_imapi"));
        let output = run(&["virtual", "run", &desk.path("my.disc"), "--", "sh", "-c", &format!("exec 2>&1; {lines}")]);
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let told = script(
        "imapi lock /dev/sr0; sg_start --eject /dev/sr0 || echo kept; imapi eject /dev/sr0 || echo \"status $?\"",
    );
    let removal = told.to_ascii_lowercase().contains("medium removal prevented");
    assert!(removal && told.contains("kept"), "{told} (sg3-utils: cargo xtask test --setup)");
    assert!(told.contains("E_IMAPI_RECORDER_LOCKED") && told.contains("status 1"), "{told}");
    let told = script(
        "imapi lock /dev/sr0; imapi unlock /dev/sr0; sg_start --eject /dev/sr0 && echo out; imapi info /dev/sr0",
    );
    assert!(told.contains("out\n") && told.contains("medium: no disc"), "{told}");
    let told = script(
        "imapi eject /dev/sr0; sg_turs /dev/sr0 || echo empty; imapi load /dev/sr0 && sg_turs /dev/sr0 && echo ready",
    );
    assert!(told.contains("empty\n") && told.contains("ready\n"), "{told}");
}
