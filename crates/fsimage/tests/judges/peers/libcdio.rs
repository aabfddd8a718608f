//! iso-info and iso-read (libcdio): list all trees, and write out one file at a time.

use std::{collections::BTreeMap, fs};

use crate::{
    compare::Found,
    expected::Expected,
    kinds::{Image, View},
    listing::{Digest, Kind, Listing, Seen},
    peers::{folder_for, mode, moment, month, path_of, plain_name, run, time_of_day, words},
    table::{Feature, Reader},
};

pub fn look(image: &Image, view: View, expected: &Expected) -> Found {
    let manner: &[&str] = match view {
        View::Plain => &["--no-joliet", "--no-rock-ridge"],
        View::Joliet => &["--no-rock-ridge"],
        View::Ridge => &["--no-joliet"],
        View::Udf => unreachable!("it is not asked for UDF"),
    };
    let mut arguments = words(manner);
    arguments.extend(words(&["--no-header", "-l", "-i"]));
    arguments.push(image.path.clone().into());
    let said = run("iso-info", arguments);
    let bad = |line: &String| line.contains("WARN") || line.to_lowercase().contains("error");
    let mut complaints: Vec<String> = said.lines().filter(bad).collect();
    if !said.success {
        complaints.push("and it ended as if something was wrong".to_string());
    }
    let mut listing = listed(&said.out, view);
    let folder = folder_for(Reader::Libcdio, image, view);
    for (path, entry) in &expected.entries {
        let Some(seen) = listing.get_mut(path).filter(|seen| seen.kind == Some(Kind::File)) else { continue };
        if !reads(view) || !entry.needs.iter().all(|&feature| Reader::Libcdio.judges(feature)) {
            continue;
        }
        let out = folder.join("file");
        let mut arguments = words(&["--no-header", "-i"]);
        arguments.push(image.path.clone().into());
        arguments.extend(words(&["-e"]));
        arguments.push(path_of(path).into());
        arguments.push("-o".into());
        arguments.push(out.clone().into());
        let said = run("iso-read", arguments);
        if said.success {
            let mut file = fs::File::open(&out).expect("it was written");
            let size = file.metadata().expect("it is open").len();
            seen.digest = Some(Digest::of_file(&mut file, size).expect("readable"));
        } else {
            complaints.extend(said.lines().map(|line| format!("of {}: {line}", path.escape_ascii())));
        }
    }
    let silent: &[Feature] = if reads(view) { &[] } else { &[Feature::Contents] };
    Found { listing, complaints, blind: &[], silent }
}

/// iso-read finds files by the names of Rock Ridge, and not by Joliet's.
fn reads(view: View) -> bool {
    view == View::Ridge
}

/// Lines such as `  - [LSN    450]         3 Jan 01 1970 00:00:00  name`, with Rock Ridge of more words, below `/path/:`.
fn listed(out: &[u8], view: View) -> Listing {
    let mut found = BTreeMap::new();
    let mut folder: Vec<u8> = Vec::new();
    for line in out.split(|&byte| byte == b'\n') {
        if let Some(path) = line.strip_prefix(b"/").and_then(|path| path.strip_suffix(b":")) {
            folder = path.strip_suffix(b"/").unwrap_or(path).to_vec();
            continue;
        }
        let Some((name, seen)) = entry(line) else { continue };
        if name == b"." || name == b".." {
            continue;
        }
        let path = if folder.is_empty() { name } else { [&folder, &b"/"[..], &name].concat() };
        // It makes small letters of capitals, and the standard has no small ones.
        let name = match view {
            View::Plain => plain_name(&path).to_ascii_uppercase(),
            View::Joliet => plain_name(&path),
            View::Ridge | View::Udf => path,
        };
        found.insert(name, seen);
    }
    found
}

fn entry(line: &[u8]) -> Option<(Vec<u8>, Seen)> {
    let bracket = line.iter().position(|&byte| byte == b']')?;
    let before: Vec<&str> = std::str::from_utf8(line.get(..bracket)?).ok()?.split_whitespace().collect();
    let letters = before.first()?.as_bytes();
    let kind = Kind::of_letter(*letters.first()?)?;
    // Behind the bracket: the size, a date of four words, and two spaces before the name.
    let rest = line.get(bracket + 1..)?;
    let text = String::from_utf8_lossy(rest);
    let told: Vec<&str> = text.split_whitespace().take(5).collect();
    let [size, month_name, day, year, time] = told[..] else { return None };
    let time_ends = rest.windows(time.len()).position(|at| at == time.as_bytes())? + time.len();
    let name = rest.get(time_ends + 2..)?;
    let (name, target) = match name.windows(4).position(|at| at == b" -> ") {
        Some(at) if kind == Kind::Link => (&name[..at], Some(name[at + 4..].to_vec())),
        _ => (name, None),
    };
    let modified = moment(year.parse().ok()?, month(month_name)?, day.parse().ok()?, time_of_day(time)?);
    let number = |at: usize| before.get(at)?.parse::<u32>().ok();
    let seen = Seen {
        kind: Some(kind),
        size: if kind == Kind::File { size.parse().ok() } else { None },
        target,
        mode: letters.get(1..).and_then(mode),
        links: number(1),
        owner: number(2).zip(number(3)),
        modified: Some(modified),
        ..Seen::default()
    };
    Some((name.to_vec(), seen))
}
