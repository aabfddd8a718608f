//! GRUB's file system drivers, which `grub-fstest` runs outside of a boot loader: they list folders, and compare all files
//! with those of a folder on disk.

use std::{collections::HashMap, fs, path::Path};

use crate::{
    compare::Found,
    expected::Expected,
    kinds::{Image, View},
    listing::{Kind, Listing, Moment, Seen},
    peers::{folder_for, moment, path_of, plain_name, run, words},
    table::Reader,
};

pub fn look(image: &Image, view: View, expected: &Expected) -> Found {
    let mut complaints = Vec::new();
    // By what they are compared by, and as they are told.
    let mut listing = Listing::new();
    let mut told = HashMap::new();
    let mut waiting = vec![Vec::new()];
    while let Some(folder) = waiting.pop() {
        for (name, seen) in list(&image.path, &folder, &mut complaints) {
            let path = if folder.is_empty() { name } else { [&folder, &b"/"[..], &name].concat() };
            if seen.kind == Some(Kind::Folder) {
                waiting.push(path.clone());
            }
            // It makes small letters of capitals, and the standard has no small ones.
            let name = match view {
                View::Plain => plain_name(&path).to_ascii_uppercase(),
                View::Joliet => plain_name(&path),
                View::Ridge | View::Udf => path.clone(),
            };
            told.insert(name.clone(), path);
            listing.insert(name, seen);
        }
    }
    // Every file is compared, byte by byte, with what it should be.
    let shown = folder_for(Reader::Grub, image, view);
    link_expected(&image.disk, &shown, expected, &told, &mut listing);
    let mut arguments = vec![image.path.clone().into()];
    arguments.extend(words(&["cmp", "(loop0)/"]));
    arguments.push(shown.into());
    let said = run("grub-fstest", arguments);
    complaints.extend(said.lines().filter(|line| !line.is_empty()));
    if !said.success {
        complaints.push("and it ended as if something was wrong".to_string());
    }
    // A hidden folder is something else to it, since it does not look at the bit of folders alone.
    Found { listing, complaints, blind: &["modes/hidden folder"], silent: &[] }
}

/// The lines of `ls -l`: `2048        20010909014640 name`, where it says `DIR` instead of the size of a folder.
fn list(image: &Path, folder: &[u8], complaints: &mut Vec<String>) -> Vec<(Vec<u8>, Seen)> {
    let mut arguments = vec![image.into()];
    arguments.extend(words(&["ls", "--", "-l", "-a"]));
    arguments.push(path_of(&[b"(loop0)/", folder].concat()).into());
    let said = run("grub-fstest", arguments);
    if !said.success || !said.err.is_empty() {
        complaints.push(format!("of {}: {}", folder.escape_ascii(), String::from_utf8_lossy(&said.err)));
    }
    said.out.split(|&byte| byte == b'\n').filter_map(entry).collect()
}

fn entry(line: &[u8]) -> Option<(Vec<u8>, Seen)> {
    let (size, rest) = line.split_at_checked(12)?;
    let size = std::str::from_utf8(size).ok()?.trim_end();
    // Dates that it cannot tell it leaves out.
    let digits = rest.get(..16).and_then(|told| std::str::from_utf8(told).ok());
    let (modified, name) = match digits.and_then(|told| date(told.strip_prefix(' ')?.strip_suffix(' ')?)) {
        Some(modified) => (Some(modified), &rest[16..]),
        None => (None, rest),
    };
    if name == b"./" || name == b"../" {
        return None;
    }
    // What is neither a file nor a folder looks like a file to it.
    Some(match name.strip_suffix(b"/") {
        Some(name) if size == "DIR" => (name.to_vec(), Seen { kind: Some(Kind::Folder), modified, ..Seen::default() }),
        _ => (name.to_vec(), Seen { size: Some(size.parse().ok()?), modified, ..Seen::default() }),
    })
}

/// `20010909014640`.
fn date(digits: &str) -> Option<Moment> {
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i64>().ok();
    let seconds = (number(8, 10)? * 60 + number(10, 12)?) * 60 + number(12, 14)?;
    (digits.len() == 14).then_some(())?;
    Some(moment(number(0, 4)?, number(4, 6)?, number(6, 8)?, seconds))
}

/// Makes a folder of what should be in the image, by the names that it has there.
/// `corpus` is the folder of its files.
fn link_expected(
    corpus: &Path,
    shown: &Path,
    expected: &Expected,
    told: &HashMap<Vec<u8>, Vec<u8>>,
    listing: &mut Listing,
) {
    for (path, entry) in &expected.entries {
        let judged = entry.needs.iter().all(|&feature| Reader::Grub.judges(feature));
        let Some(name) = told.get(path).filter(|_| judged) else { continue };
        let there = shown.join(path_of(name));
        match entry.seen.kind {
            Some(Kind::Folder) => fs::create_dir_all(&there).expect("writable"),
            // What is a device elsewhere is an empty file here.
            Some(Kind::File) if entry.seen.size == Some(0) => {
                fs::create_dir_all(there.parent().expect("in a folder")).expect("writable");
                fs::write(&there, "").expect("writable");
                listing.get_mut(path).expect("it was listed").digest = entry.seen.digest;
            }
            Some(Kind::File) => {
                fs::create_dir_all(there.parent().expect("in a folder")).expect("writable");
                fs::hard_link(corpus.join(path_of(&entry.source)), &there).expect("on one disk");
                listing.get_mut(path).expect("it was listed").digest = entry.seen.digest;
            }
            _ => {}
        }
    }
}
