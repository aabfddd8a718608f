//! udfclient, of NetBSD's code: `udfdump` lists what is in a volume, `udfclient` takes files out of it.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    compare::Found,
    expected::Expected,
    kinds::{Image, View},
    listing::{Kind, Listing, Seen, walk},
    peers::{Said, folder_for, run},
    table::Reader,
    udf::Volume,
};

pub fn look(image: &Image, view: View, expected: &Expected) -> Found {
    let listed = run("udfdump", ["-t".as_ref(), "-b".as_ref(), "2048".as_ref(), image.path.as_os_str()]);
    let mut complaints = complaints(&listed);
    let mut listing = listed_files(&listed.out);
    // Each by its path into a file with a number for a name: folders that it makes itself have the modes of the volume, in
    // which nobody but root may write.
    let taken: Vec<&Vec<u8>> = expected
        .entries
        .iter()
        .filter(|(path, entry)| {
            let is_file = entry.seen.kind == Some(Kind::File) && listing.contains_key(*path);
            let is_named = entry.needs.iter().all(|&feature| Reader::Udfclient.judges(feature));
            // Its commands have paths in quotes, and no way to write one.
            is_file && is_named && !path.contains(&b'"')
        })
        .map(|(path, _)| path)
        .collect();
    let folder = folder_for(Reader::Udfclient, image, view);
    complaints.extend(self::complaints(&take(image, &taken, &folder)));
    let out = walk(&folder).expect("it was made");
    for (path, number) in taken.into_iter().zip(0_usize..) {
        // What is hidden it does not find.
        if let Some(file) = out.get(number.to_string().as_bytes()) {
            listing.insert(
                path.clone(),
                Seen {
                    kind: file.kind,
                    size: file.size,
                    digest: file.digest,
                    modified: file.modified,
                    ..Seen::default()
                },
            );
        }
    }
    // Folders without files are not listed.
    let blind = &[
        "modes/hidden",
        "modes/hidden folder",
        "modes/folder of 1000",
        "many/folders",
        "streams/folder",
        "sizes/empty folder",
        "sizes/folder with an empty folder",
        "others",
    ];
    Found { listing, complaints, blind, silent: &[] }
}

/// Lines such as `:Rootdir/folder/file`.
fn listed_files(out: &[u8]) -> Listing {
    let mut listing = Listing::new();
    for path in out.split(|&byte| byte == b'\n').filter_map(|line| line.strip_prefix(b":Rootdir/")) {
        for (at, _) in path.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
            listing.insert(path[..at].to_vec(), Seen { kind: Some(Kind::Folder), ..Seen::default() });
        }
        listing.insert(path.to_vec(), Seen { kind: Some(Kind::File), ..Seen::default() });
    }
    listing
}

/// Takes files out of an image, each with its number as its name.
fn take(image: &Image, paths: &[&Vec<u8>], folder: &Path) -> Said {
    let facts = Volume::open(&image.planned).facts;
    // Its root has the volumes of all discs, by their names.
    let root = format!("{}:{name}:{name}:{name}", facts.volume_set, name = facts.name);
    let mut commands = Vec::new();
    for (path, number) in paths.iter().zip(0_usize..) {
        commands.extend([format!("get \"/{root}/").as_bytes(), path, format!("\" {number}\n").as_bytes()].concat());
    }
    commands.extend(b"quit\n");
    let script = folder.with_extension("commands");
    fs::write(&script, commands).expect("writable");
    let output = Command::new("udfclient")
        .args(["-b", "2048"])
        .arg(&image.path)
        .envs([("TZ", "UTC"), ("LC_ALL", "C.UTF-8")])
        .current_dir(folder)
        .stdin(Stdio::from(fs::File::open(&script).expect("it was written")))
        .output()
        .expect("udfclient runs; cargo xtask test --setup installs it");
    Said { success: output.status.success(), out: output.stdout, err: output.stderr }
}

fn complaints(said: &Said) -> Vec<String> {
    let words = ["error", "fail", "wrong", "bad ", "invalid", "warn"];
    // What it says of each file, or lists of it, has its name in it.
    let about_files = |line: &String| line.contains(" bytes (") || line.starts_with(":Rootdir");
    let suspicious = |line: &String| words.iter().any(|word| line.to_lowercase().contains(word));
    let lines = said.lines().flat_map(|line| line.split('\r').map(str::to_string).collect::<Vec<_>>());
    let mut all: Vec<String> = lines.filter(|line| !about_files(line)).filter(suspicious).collect();
    if !said.success {
        all.push("and it ended as if something was wrong".to_string());
    }
    all
}
