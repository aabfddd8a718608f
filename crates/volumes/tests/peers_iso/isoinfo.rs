//! What isoinfo lists: names, sizes, first blocks, flags.

use std::path::Path;

use imapi_volumes::Names;

use crate::{
    makers::Maker,
    peer,
    seen::{Listing, Seen, differences, ours},
};

/// What differs between what isoinfo lists and what we see.
pub fn judge(image: &Path, maker: &Maker) -> Vec<String> {
    // It does not read the longer names of the enhanced descriptor.
    let has_longer = maker.name.contains("1999") || maker.name.contains("level 4") || maker.name.contains("level=4");
    let plain = [Names::Iso9660].into_iter().filter(|_| !has_longer);
    let mut lines = Vec::new();
    for by in plain.chain(maker.names.iter().copied()) {
        let theirs = listed(image, by);
        assert!(theirs.len() > 100, "{}: isoinfo lists {}", maker.name, theirs.len());
        let ours = ours(image, by).into_iter().map(|(path, seen)| (as_isoinfo_has_it(&path, by), seen));
        // Folders that were moved it shows where they are.
        let ours = ours.filter(|(path, _)| !is_moved(path, by)).collect();
        let different = differences(&ours, &theirs, |_, ours, theirs| same(ours, theirs));
        lines.extend(different.into_iter().map(|line| format!("isoinfo, {by}: {line}")));
    }
    lines
}

/// In Joliet it knows one byte a letter.
fn as_isoinfo_has_it(path: &str, by: Names) -> String {
    let letter = |c: char| if by == Names::Joliet && c > '\u{FF}' { '_' } else { c };
    path.chars().map(letter).collect()
}

fn is_moved(path: &str, by: Names) -> bool {
    by == Names::RockRidge && path.split('/').any(|name| name == "level8")
}

fn same(ours: &Seen, theirs: &Seen) -> Result<(), String> {
    // Of other bits of the mode it tells nothing.
    let told = |seen: &Seen| (seen.kind, seen.hidden, seen.mode.map(|mode| mode & 0o777));
    if told(ours) != told(theirs) {
        return Err(format!("{:?} instead of {:?}", told(ours), told(theirs)));
    }
    if theirs.kind == '-'
        && (ours.bytes.len() != theirs.bytes.len() || ours.block.is_some() && ours.block != theirs.block)
    {
        let (ours, theirs) = ((ours.bytes.len(), ours.block), (theirs.bytes.len(), theirs.block));
        return Err(format!("{ours:?} instead of {theirs:?}"));
    }
    Ok(())
}

/// Lines such as `-rw-r--r--   1    0    0            2048 Sep  9 2001 [    450 00]  name -> target`, below the path of
/// their folder. Files get as many bytes as they are said to have.
fn listed(image: &Path, by: Names) -> Listing {
    let mut arguments = vec!["-l", "-i", image.to_str().expect("UTF-8")];
    match by {
        Names::RockRidge => arguments.push("-R"),
        Names::Joliet => arguments.push("-J"),
        Names::Iso9660 | Names::Udf => {}
    }
    let told = peer("genisoimage", "isoinfo", &arguments, Path::new("/"));
    // In Joliet letters are one byte each, as in Latin 1.
    let told = match by {
        Names::Joliet => told.into_iter().map(char::from).collect(),
        _ => String::from_utf8(told).expect("the names of the tests are UTF-8"),
    };
    let mut listing = Listing::new();
    let mut folder = String::new();
    for line in told.lines() {
        if let Some(path) = line.strip_prefix("Directory listing of /") {
            folder = plain(path.trim_end_matches('/'), by);
        } else if let Some((name, seen)) = entry(line, by) {
            let path = if folder.is_empty() { plain(&name, by) } else { format!("{folder}/{}", plain(&name, by)) };
            if !is_moved(&path, by) {
                listing.insert(path, seen);
            }
        }
    }
    listing
}

fn entry(line: &str, by: Names) -> Option<(String, Seen)> {
    let kind = line.chars().next().filter(|kind| "-dlf".contains(*kind))?;
    let (before, behind) = line.split_once('[')?;
    let (place, name) = behind.split_once("]  ")?;
    let (block, flags) = place.trim().split_once(' ')?;
    let size: usize = before.split_whitespace().rev().nth(3)?.parse().ok()?;
    let name = name.strip_suffix(' ').unwrap_or(name);
    // Where a link leads to the root, it tells nothing.
    let name = if kind == 'l' { name.split_once(" ->").map_or(name, |(name, _)| name) } else { name };
    // With the attributes of Rock Ridge 1.12 it does not see that a folder means itself.
    if matches!(name, "" | "." | "..") {
        return None;
    }
    let flags = u8::from_str_radix(flags.trim(), 16).ok()?;
    let kind = match kind {
        _ if by != Names::RockRidge && flags & 2 != 0 => 'd',
        'f' => 'p',
        kind => kind,
    };
    let seen = Seen {
        kind,
        bytes: vec![0; if kind == '-' { size } else { 0 }],
        mode: if by == Names::RockRidge { Some(mode(&line[1..10])) } else { None },
        modified: None,
        hidden: flags & 1 != 0,
        block: block.trim().parse().ok().filter(|_| size > 0),
    };
    Some((name.to_owned(), seen))
}

fn mode(letters: &str) -> u32 {
    let bits = letters.chars().fold(0, |bits, letter| bits << 1 | u32::from(!matches!(letter, '-' | 'S' | 'T')));
    let special = |at: usize, bit| if "sStT".contains(&letters[at..=at]) { bit } else { 0 };
    bits | special(2, 0o4000) | special(5, 0o2000) | special(8, 0o1000)
}

/// Outside of Rock Ridge it tells versions, and the dot before them.
fn plain(path: &str, by: Names) -> String {
    if by == Names::RockRidge {
        return path.to_owned();
    }
    let name = path.strip_suffix(";1").unwrap_or(path);
    let dotless = if by == Names::Joliet || name.len() < path.len() { name.trim_end_matches('.') } else { name };
    dotless.to_owned()
}
