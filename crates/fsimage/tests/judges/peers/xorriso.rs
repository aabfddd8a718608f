//! xorriso: unpacks everything, and lists what only its listing tells.

use crate::{
    compare::Found,
    expected::Expected,
    kinds::{Image, View},
    listing::{Kind, Listing, Seen},
    peers::{Said, folder_for, mode, path_of, run, unpacked, words},
    table::Reader,
};

pub fn look(image: &Image, view: View, _: &Expected) -> Found {
    let folder = folder_for(Reader::Xorriso, image, view);
    // It takes Rock Ridge before Joliet, and Joliet before what is plain.
    let wanted = match view {
        View::Plain => "nojoliet",
        View::Joliet => "norock",
        View::Ridge => "any",
        View::Udf => unreachable!("it knows no UDF"),
    };
    let mut arguments = words(&["-abort_on", "FATAL", "-backslash_codes", "encode_output", "-read_fs", wanted]);
    arguments.extend(words(&["-osirrox", "on", "-indev"]));
    arguments.push(image.path.clone().into());
    arguments.extend(words(&["-find", "/", "-exec", "lsdl", "--", "-extract", "/"]));
    arguments.push(folder.clone().into());
    let said = run("xorriso", arguments);
    let complaints = complaints(&said, view);
    let mut found = listed(&said.out, view);
    for (path, mut taken) in unpacked(&folder) {
        // Links have the date of now, and all owners that only root can have are root's.
        if taken.kind == Some(Kind::Link) {
            taken.modified = None;
        }
        let path = if view == View::Ridge { path } else { super::plain_name(&path) };
        let Some(listed) = found.get_mut(&path) else {
            found.insert(path, taken);
            continue;
        };
        listed.digest = taken.digest;
        listed.modified = taken.modified;
    }
    Found { listing: found, complaints, blind: &[], silent: &[] }
}

fn complaints(said: &Said, view: View) -> Vec<String> {
    let bad = |line: &String| {
        ["WARNING", "SORRY", "MISHAP", "FAILURE", "FATAL", "ABORT", "HINT"]
            .iter()
            .any(|word| line.contains(&format!(" : {word} : ")))
    };
    // It takes Joliet for what it was before it had pairs of units, and says so of each name with one.
    let known = |line: &String| {
        view == View::Joliet
            && (line.contains("valid only with character set UTF-16")
                || line.contains("suitable for Joliet character set UCS-2"))
    };
    let mut all: Vec<String> = said.lines().filter(bad).filter(|line| !known(line)).collect();
    if !said.success {
        all.push("and it ended as if something was wrong".to_string());
    }
    all
}

/// Lines such as `-rw-r--r--    1 0        0            2048 Sep  9  2001 '/a file'`.
fn listed(out: &[u8], view: View) -> Listing {
    let mut found = Listing::new();
    for line in out.split(|&byte| byte == b'\n') {
        let Ok(line) = std::str::from_utf8(line) else { continue };
        let Some(kind) = line.bytes().next().and_then(Kind::of_letter) else { continue };
        let Some(begins) = line.find(" '/") else { continue };
        let told: Vec<&str> = line[..begins].split_whitespace().collect();
        let (path, target) = match line[begins + 1..].split_once(" -> ") {
            Some((path, target)) if kind == Kind::Link => (path, Some(unquoted(target))),
            _ => (&line[begins + 1..], None),
        };
        let path = unquoted(path)[1..].to_vec();
        if path.is_empty() {
            continue;
        }
        let path = if view == View::Ridge { path } else { super::plain_name(&path) };
        let number = |at: usize| told.get(at).and_then(|word| word.parse::<u32>().ok());
        let device = told.get(4).and_then(|word| word.split_once(','));
        let seen = Seen {
            kind: Some(kind),
            size: if kind == Kind::File { told.get(4).and_then(|word| word.parse().ok()) } else { None },
            target,
            device: device.and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?))),
            mode: line.as_bytes().get(1..).and_then(mode),
            owner: number(2).zip(number(3)),
            ..Seen::default()
        };
        found.insert(path, seen);
    }
    found
}

/// What stands between quotes as a shell reads them, with backslashes and what stands for bytes.
fn unquoted(text: &str) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut quote = None;
    let mut rest = text.trim_end().bytes().peekable();
    while let Some(byte) = rest.next() {
        match (quote, byte) {
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), close) if open == close => quote = None,
            (_, b'\\') => {
                let code = rest.next().expect("something is escaped");
                plain.push(match code {
                    b'a' => 7,
                    b'b' => 8,
                    b'e' => 27,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'v' => 11,
                    b'0'..=b'3' => {
                        let digits: Vec<u8> =
                            [code, rest.next().expect("three digits"), rest.next().expect("three digits")].to_vec();
                        u8::from_str_radix(std::str::from_utf8(&digits).expect("digits"), 8).expect("three digits")
                    }
                    other => other,
                });
            }
            (_, byte) => plain.push(byte),
        }
    }
    plain
}

#[test]
fn quotes_are_taken_away() {
    assert_eq!(unquoted("'/it'\"'\"'s'"), b"/it's");
    assert_eq!(unquoted("'/new\\nline\\001'"), b"/new\nline\x01");
    assert_eq!(path_of(&unquoted("'/a b'")).to_str(), Some("/a b"));
}
