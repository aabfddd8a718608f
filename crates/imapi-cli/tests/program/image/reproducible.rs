//! The same files make the same image.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    time::{Duration, SystemTime},
};

use super::{Bench, said};
use crate::{imapi, peer};

/// What makes a folder of files; another copy of it is made in another order, at another time, by somebody else.
fn copies(bench: &Bench) -> [String; 2] {
    let mut files: Vec<(String, Vec<u8>)> = (0..40_u8)
        .map(|number| (format!("{}/file {number}", number % 3), vec![number; usize::from(number) * 100]))
        .collect();
    files.push(("a long name that becomes a short one.text".into(), b"x".to_vec()));
    files.push(("a long name that becomes another.text".into(), b"y".to_vec()));
    let [one, other] = ["one/same", "other/same"].map(|name| bench.at(name));
    let make = |folder: &str, files: &mut dyn Iterator<Item = &(String, Vec<u8>)>, mode: u32, days: u64| {
        for (name, bytes) in files {
            let path = Path::new(folder).join(name);
            fs::create_dir_all(path.parent().expect("in a folder")).expect("room");
            fs::write(&path, bytes).expect("room");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("ours");
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400);
            fs::File::options().append(true).open(&path).and_then(|file| file.set_modified(time)).expect("ours");
        }
        let program = Path::new(folder).join("program");
        fs::write(&program, "#!/bin/sh").expect("room");
        fs::set_permissions(program, fs::Permissions::from_mode(mode | 0o110)).expect("ours");
        symlink("program", Path::new(folder).join("link")).expect("room");
        fs::set_permissions(folder, fs::Permissions::from_mode(mode | 0o711)).expect("ours");
    };
    make(&one, &mut files.iter(), 0o644, 10_000);
    make(&other, &mut files.iter().rev(), 0o600, 15_000);
    [one, other]
}

fn image(bench: &Bench, folder: &str, arguments: &[&str], epoch: Option<&str>) -> Vec<u8> {
    let mut command = imapi();
    command.env_remove("SOURCE_DATE_EPOCH").args(["image", "create", folder, "-o", &bench.iso, "--force", "--quiet"]);
    command.args(["--rock-ridge", "--udf-revision", "2.01"]).args(arguments);
    if let Some(epoch) = epoch {
        command.env("SOURCE_DATE_EPOCH", epoch);
    }
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{}", said(&output));
    fs::read(&bench.iso).expect("written")
}

#[test]
fn copies_of_a_folder_make_the_same_image() {
    let bench = Bench::empty();
    let [one, other] = copies(&bench);
    assert!(image(&bench, &one, &[], None) != image(&bench, &other, &[], None), "they differ on disk");
    for epoch in [None, Some("1000000000")] {
        let first = image(&bench, &one, &["--reproducible"], epoch);
        assert!(first == image(&bench, &other, &["--reproducible"], epoch), "{epoch:?}");
        let listing = peer("isoinfo", "genisoimage", &["-l", "-R", "-i", &bench.iso]);
        let listing = String::from_utf8_lossy(&listing.stdout).into_owned();
        let year = if epoch.is_some() { "2001" } else { "1980" };
        let lines: Vec<&str> = listing.lines().filter(|line| line.contains('[')).collect();
        assert!(lines.len() > 45 && lines.iter().all(|line| line.contains(year)), "{listing}");
        let has = |begins: &str, ends: &str| lines.iter().any(|line| line.starts_with(begins) && line.ends_with(ends));
        assert!(has("-rwxr-xr-x   1    0    0", "]  program "), "{listing}");
        assert!(has("-rw-r--r--   1    0    0", "]  file 0 ") && has("lrwxrwxrwx", "link -> program"), "{listing}");
    }
}

#[test]
fn an_epoch_is_the_latest_date_of_an_image() {
    let bench = Bench::empty();
    let [one, _] = copies(&bench);
    let epoch = "1000000000";
    let first = image(&bench, &one, &[], Some(epoch));
    // Whoever writes to a file after that changes nothing, and dates before are what they were.
    let touched = fs::File::options().append(true).open(Path::new(&one).join("program")).expect("there");
    touched.set_modified(SystemTime::now()).expect("ours");
    assert!(first == image(&bench, &one, &[], Some(epoch)));
    let listing = peer("isoinfo", "genisoimage", &["-l", "-R", "-i", &bench.iso]);
    let listing = String::from_utf8_lossy(&listing.stdout).into_owned();
    let date = |name: &str| listing.lines().find(|line| line.contains(name)).expect(name).to_string();
    // 10,000 days after the first of 1970.
    assert!(date("]  file 0 ").contains("May 19 1997"), "{listing}");
    assert!(date("]  program ").contains("Sep  9 2001"), "{listing}");
    let wrong = imapi().args(["image", "create", &one, "-n"]).env("SOURCE_DATE_EPOCH", "soon").output();
    let wrong = wrong.expect("it starts");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(said(&wrong).contains("SOURCE_DATE_EPOCH") && said(&wrong).contains("soon"), "{}", said(&wrong));
}
