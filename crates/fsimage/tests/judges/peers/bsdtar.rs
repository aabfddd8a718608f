//! bsdtar (libarchive): unpacks, and lists in the words of mtree, which no disk limits.

use crate::{
    compare::Found,
    expected::Expected,
    kinds::{Image, View},
    listing::{Kind, Listing, Moment, Seen},
    peers::{Said, folder_for, merged, plain_name, run, unpacked, words},
    table::{Feature, Reader},
};

pub fn look(image: &Image, view: View, _: &Expected) -> Found {
    let folder = folder_for(Reader::Bsdtar, image, view);
    let options = match view {
        View::Plain => "!joliet,!rockridge",
        View::Joliet => "!rockridge",
        View::Ridge => "joliet",
        View::Udf => unreachable!("it knows no UDF"),
    };
    let mut arguments = words(&["--options", options, "-xf"]);
    arguments.push(image.path.clone().into());
    if view == View::Ridge {
        // Devices only root can make.
        arguments.extend(words(&["--exclude", "others/*"]));
    }
    arguments.push("-C".into());
    arguments.push(folder.clone().into());
    let said = run("bsdtar", arguments);
    let mut complaints = complaints(&said);
    let mut found = Listing::new();
    for (path, seen) in unpacked(&folder) {
        // What is of this disk and of this user.
        let seen = Seen {
            mode: None,
            owner: None,
            links: None,
            modified: seen.modified.filter(|&moment| is_told(moment)),
            ..seen
        };
        found.insert(if view == View::Ridge { path } else { plain_name(&path) }, seen);
    }
    if view == View::Ridge {
        let mut arguments =
            words(&["-cf", "-", "--format=mtree", "--options=mtree:!all,type,mode,uid,gid,size,time,link,device"]);
        arguments.push(format!("@{}", image.path.display()).into());
        let listed = run("bsdtar", arguments);
        complaints.extend(self::complaints(&listed));
        found = merged(found, mtree(&listed.out));
    }
    let silent: &[Feature] = if view == View::Ridge { &[] } else { &[Feature::OldestDates] };
    Found { listing: found, complaints, blind: &[], silent }
}

/// The second before 1970 is its sign of failure: it becomes the first of 1970, which therefore says nothing.
fn is_told(moment: Moment) -> bool {
    moment != (0, 0)
}

fn complaints(said: &Said) -> Vec<String> {
    let err = String::from_utf8_lossy(&said.err).into_owned();
    let mut all: Vec<String> = err.lines().map(str::to_string).collect();
    if !said.success {
        all.push("and it ended as if something was wrong".to_string());
    }
    all
}

/// Lines such as `./a\040file time=1000000000.0 mode=644 gid=0 uid=0 type=file size=7`.
fn mtree(out: &[u8]) -> Listing {
    let text = std::str::from_utf8(out).expect("all else is written in digits");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut found = Listing::new();
    for line in lines {
        let mut words = line.split_whitespace();
        let path = words.next().map(unescaped).expect("a line begins with a path");
        let Some(path) = path.strip_prefix(b"./") else { continue };
        let mut seen = Seen::default();
        let (mut user, mut group) = (None, None);
        for (key, value) in words.filter_map(|word| word.split_once('=')) {
            match key {
                "type" => seen.kind = kind(value),
                "mode" => seen.mode = u32::from_str_radix(value, 8).ok(),
                "uid" => user = value.parse().ok(),
                "gid" => group = value.parse().ok(),
                "size" => seen.size = value.parse().ok(),
                "link" => seen.target = Some(unescaped(value)),
                "time" => seen.modified = time(value).filter(|&moment| is_told(moment)),
                "device" => seen.device = device(value),
                _ => {}
            }
        }
        seen.owner = user.zip(group);
        // Another name of a file has no size there, and the others have none to be told.
        seen.size = seen.size.filter(|&size| size > 0 && seen.kind == Some(Kind::File));
        found.insert(path.to_vec(), seen);
    }
    found
}

fn kind(word: &str) -> Option<Kind> {
    Some(match word {
        "dir" => Kind::Folder,
        "file" => Kind::File,
        "link" => Kind::Link,
        "fifo" => Kind::Pipe,
        "socket" => Kind::Socket,
        "char" => Kind::Characters,
        "block" => Kind::Blocks,
        _ => return None,
    })
}

fn time(word: &str) -> Option<Moment> {
    let (seconds, nanoseconds) = word.split_once('.')?;
    Some((seconds.parse().ok()?, nanoseconds.parse().ok()?))
}

fn device(word: &str) -> Option<(u32, u32)> {
    let (major, minor) = word.strip_prefix("native,")?.split_once(',')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// A backslash and three digits stand for a byte.
fn unescaped(word: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = word.as_bytes();
    while let [first, after @ ..] = rest {
        let digits =
            if *first == b'\\' { after.get(..3).and_then(|digits| std::str::from_utf8(digits).ok()) } else { None };
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            bytes.push(byte);
            rest = &after[3..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    bytes
}
