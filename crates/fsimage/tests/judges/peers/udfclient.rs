//! udfclient, of NetBSD's code: takes everything out of a volume.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use crate::{
    compare::Found,
    expected::Expected,
    kinds::{Image, View},
    listing::{Kind as Entry, Listing, Seen},
    peers::{folder_for, unpacked},
    table::Reader,
    udf::Volume,
};

pub fn look(image: &Image, view: View, _: &Expected) -> Found {
    let folder = folder_for(Reader::Udfclient, image, view);
    let facts = Volume::open(&image.planned).facts;
    // Its root has the volumes of all discs, by their names.
    let root = format!("{}:{name}:{name}:{name}", facts.volume_set, name = facts.name);
    let mut client = Command::new("udfclient")
        .args(["-b", "2048"])
        .arg(&image.path)
        .envs([("TZ", "UTC"), ("LC_ALL", "C.UTF-8")])
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("udfclient runs; cargo xtask test --setup installs it");
    let mut asked = client.stdin.take().expect("it was piped");
    writeln!(asked, "get \"/{root}\" out\nquit").expect("it listens");
    drop(asked);
    let output = client.wait_with_output().expect("it ends");
    let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    // What it says of each file has its name in it.
    let about_files = |line: &&str| line.contains(" bytes (") || line.contains("out/");
    let suspicious = |line: &&str| {
        ["error", "fail", "wrong", "bad", "invalid", "warn"].iter().any(|word| line.to_lowercase().contains(word))
    };
    let mut complaints: Vec<String> =
        said.split(['\n', '\r']).filter(|line| !about_files(line)).filter(suspicious).map(str::to_string).collect();
    if !output.status.success() {
        complaints.push("and it ended as if something was wrong".to_string());
    }
    let mut listing = Listing::new();
    for (path, seen) in unpacked(&folder.join("out")) {
        // Folders have the date of now, and all have the owner and the mode that it gives them.
        let is_folder = seen.kind == Some(Entry::Folder);
        let modified = seen.modified.filter(|_| !is_folder);
        listing.insert(path, Seen { mode: None, owner: None, links: None, modified, ..seen });
    }
    // What is hidden it does not show.
    Found { listing, complaints, blind: &["modes/hidden", "modes/hidden folder"], silent: &[] }
}
