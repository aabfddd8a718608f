//! isoinfo (cdrkit): lists all three trees, and writes out one file at a time.

use std::collections::HashMap;

use crate::{
    compare::Found,
    expected::Expected,
    kinds::{Image, View},
    listing::{Digest, Kind, Listing, Seen},
    peers::{mode, month, path_of, plain_name, run, words},
    table::Reader,
};

pub fn look(image: &Image, view: View, expected: &Expected) -> Found {
    let manner: &[&str] = match view {
        View::Plain => &[],
        View::Joliet => &["-J"],
        View::Ridge => &["-R"],
        View::Udf => unreachable!("it knows no UDF"),
    };
    let mut arguments = words(manner);
    arguments.extend(words(&["-l", "-i"]));
    arguments.push(image.path.clone().into());
    let said = run("isoinfo", arguments);
    let mut complaints: Vec<String> = String::from_utf8_lossy(&said.err).lines().map(str::to_string).collect();
    if !said.success {
        complaints.push("and it ended as if something was wrong".to_string());
    }
    let mut listing = listed(&said.out, view);
    // Every file whose name it can tell is written out, by the name that it told.
    let mut digests = HashMap::new();
    for (path, entry) in &expected.entries {
        let told = listing.get(path).is_some_and(|seen| seen.0.kind == Some(Kind::File));
        if !told || !entry.needs.iter().all(|&feature| Reader::Isoinfo.judges(feature)) {
            continue;
        }
        let mut arguments = words(manner);
        arguments.extend(words(&["-i"]));
        arguments.push(image.path.clone().into());
        arguments.push("-x".into());
        arguments.push(path_of(&[b"/", &listing[path].1[..]].concat()).into());
        let said = run("isoinfo", arguments);
        digests.insert(path.clone(), (Digest::of(&said.out), said.out.len() as u64));
    }
    for (path, (digest, size)) in digests {
        let seen = &mut listing.get_mut(&path).expect("it was listed").0;
        seen.digest = Some(digest);
        if seen.size != Some(size) {
            complaints.push(format!("{} has another size in its directory", path.escape_ascii()));
        }
    }
    let listing: Listing = listing.into_iter().map(|(path, (seen, _))| (path, seen)).collect();
    Found { listing, complaints, blind: &[], silent: &[] }
}

/// What it lists, and the name by which it will write the file out.
type Told = std::collections::BTreeMap<Vec<u8>, (Seen, Vec<u8>)>;

/// Lines such as `-rw-r--r--   1    0    0            2048 Sep  9 2001 [    450 00]  name -> target`, below the path of
/// their folder.
fn listed(out: &[u8], view: View) -> Told {
    let mut found = Told::new();
    let mut folder: Vec<u8> = Vec::new();
    for line in out.split(|&byte| byte == b'\n') {
        if let Some(path) = line.strip_prefix(b"Directory listing of /") {
            folder = path.strip_suffix(b"/").unwrap_or(path).to_vec();
            continue;
        }
        let Some((path, seen)) = entry(line, view) else { continue };
        if path == b"." || path == b".." {
            continue;
        }
        let whole = |name: &[u8]| if folder.is_empty() { name.to_vec() } else { [&folder, &b"/"[..], name].concat() };
        let path = whole(&path);
        let name = match view {
            View::Plain => plain_name(&path),
            // Letters are one byte each, as in Latin 1.
            View::Joliet => plain_name(&path).into_iter().map(char::from).collect::<String>().into_bytes(),
            View::Ridge | View::Udf => path.clone(),
        };
        found.insert(name, (seen, path));
    }
    found
}

fn entry(line: &[u8], view: View) -> Option<(Vec<u8>, Seen)> {
    let kind = line.first().copied().and_then(Kind::of_letter)?;
    let bracket = line.iter().position(|&byte| byte == b'[')?;
    let behind = line.get(bracket + 8..)?;
    let flags = std::str::from_utf8(behind.get(..3)?).ok()?.trim().to_string();
    let flags = u8::from_str_radix(&flags, 16).ok()?;
    let name = line.get(bracket + 14..)?;
    let told: Vec<&str> = std::str::from_utf8(line.get(10..bracket)?).ok()?.split_whitespace().collect();
    // The date is before the bracket, and of dates that it cannot tell there is no month.
    let dated = if told.len().checked_sub(3).and_then(|at| month(told[at])).is_some() { 3 } else { 2 };
    let before = told.get(..told.len().checked_sub(dated)?)?;
    let (size, before) = before.split_last()?;
    // It puts a space behind names, and what links lead to.
    let (name, target) = match name.windows(4).position(|at| at == b" -> ") {
        Some(at) if kind == Kind::Link => (&name[..at], Some(name[at + 4..].to_vec())),
        _ => (name.strip_suffix(b" ")?, None),
    };
    // Owners are octal numbers, of which long ones are cut and run into each other.
    let owner = match before {
        [_, user, group] if user.len().max(group.len()) < 5 => {
            u32::from_str_radix(user, 8).ok().zip(u32::from_str_radix(group, 8).ok())
        }
        _ => None,
    };
    let is_ridge = view == View::Ridge;
    let seen = Seen {
        kind: Some(kind),
        size: if kind == Kind::File { Some(size.parse().ok()?) } else { None },
        // Where a link leads to the root, it tells nothing.
        target: target.filter(|target| !target.is_empty()),
        mode: if is_ridge { line.get(1..).and_then(mode) } else { None },
        owner: owner.filter(|_| is_ridge),
        links: if is_ridge { before.first()?.parse().ok() } else { None },
        hidden: Some(flags & 1 != 0),
        ..Seen::default()
    };
    Some((name.to_vec(), seen))
}
