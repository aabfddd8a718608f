//! What the second generator made is read as it was meant, and as others read it.

use std::{collections::BTreeMap, fs, path::PathBuf, process::Command, sync::OnceLock};

use crate::{
    guest, lab,
    listing::{Digest, Kind, Listing, Seen, walk},
    reader, run,
    udf_images::{
        KINDS, Made, make,
        maker::{LABEL, Shape},
        tree::{Audience, CREATED, Expected, MODIFIED, file_type},
    },
};

const AUDIENCES: [Audience; 3] = [Audience::Ours, Audience::Linux, Audience::SevenZip];
/// Files in the folder that has many: so many that its names take several blocks.
const MANY: usize = 60;

/// An image of the generator, as a file.
pub struct Image {
    pub name: String,
    pub path: PathBuf,
    pub made: Made,
}

/// All images for an audience.
pub fn images(audience: Audience) -> &'static [Image] {
    static ALL: [OnceLock<Vec<Image>>; 3] = [const { OnceLock::new() }; 3];
    let index = AUDIENCES.iter().position(|&other| other == audience).expect("all are listed");
    ALL[index].get_or_init(|| {
        let image = |(name, shape, revision): (&str, Shape, u16)| {
            let made = make(shape, revision, audience, MANY);
            let path = lab().join(format!("{audience:?}-{}.udf", name.replace(' ', "-")));
            fs::write(&path, &made.image).expect("room");
            Image { name: name.to_string(), path, made }
        };
        KINDS.into_iter().map(image).collect()
    })
}

/// What the generator meant, as a listing.
fn expected(made: &Made) -> Listing {
    let mut listing: Listing =
        made.expected.iter().map(|expected| (expected.path.clone().into_bytes(), seen(expected))).collect();
    // Of folders whose owners nobody told, nobody is the owner.
    for seen in listing.values_mut() {
        seen.owner =
            seen.owner.map(|(user, group)| [user, group].map(|id| if id == u32::MAX { 65_534 } else { id }).into());
    }
    listing
}

fn seen(expected: &Expected) -> Seen {
    let kind = match expected.file_type {
        file_type::DIRECTORY => Kind::Folder,
        file_type::LINK => Kind::Link,
        file_type::CHARACTERS => Kind::Characters,
        file_type::BLOCKS => Kind::Blocks,
        file_type::FIFO => Kind::Pipe,
        file_type::SOCKET => Kind::Socket,
        _ => Kind::File,
    };
    let is_file = kind == Kind::File;
    Seen {
        kind: Some(kind),
        size: is_file.then_some(expected.bytes.len() as u64),
        digest: is_file.then(|| Digest::of(&expected.bytes)),
        target: expected.target.clone().map(String::into_bytes),
        device: matches!(kind, Kind::Characters | Kind::Blocks).then_some(expected.device),
        mode: Some(expected.mode),
        owner: Some(expected.owner),
        links: Some(expected.links),
        modified: Some(MODIFIED),
        hidden: Some(expected.hidden),
    }
}

/// Two listings are the same; what differs is told one by one.
pub fn assert_same(found: &Listing, expected: &Listing, about: &str) {
    let mut wrong = Vec::new();
    for path in found.keys().chain(expected.keys().filter(|path| !found.contains_key(*path))) {
        let (found, expected) = (found.get(path), expected.get(path));
        if found != expected {
            wrong.push(format!("{}: {found:?}\n    instead of {expected:?}", path.escape_ascii()));
        }
    }
    let count = wrong.len();
    wrong.truncate(10);
    assert!(wrong.is_empty(), "{about}: {count} differ\n{}", wrong.join("\n"));
}

#[test]
fn everything_is_read_as_it_was_meant() {
    for image in AUDIENCES.into_iter().flat_map(images) {
        assert_same(&reader::listing(&image.path), &expected(&image.made), &image.name);
        assert_eq!(reader::complaints(&image.path), [""; 0], "{}", image.name);
        let source = reader::source(&image.path);
        let volume = reader::open(&source);
        let facts = volume.facts();
        let folders = image.made.expected.iter().filter(|one| one.file_type == file_type::DIRECTORY).count() + 1;
        let files = image.made.expected.len() + 1 - folders;
        assert_eq!(facts.counts, Some((files as u64, folders as u64)), "{}", image.name);
        assert_eq!(facts.label, LABEL, "{}", image.name);
        assert!(facts.identifiers.contains(&("organisation", "Öffentlich".into())), "{}", image.name);
    }
}

#[test]
fn streams_and_the_time_of_making_are_read_as_they_were_meant() {
    let mut count = 0;
    for image in images(Audience::Ours) {
        let source = reader::source(&image.path);
        let volume = reader::open(&source);
        let entries: BTreeMap<Vec<u8>, _> = reader::entries(&*volume).into_iter().collect();
        for expected in &image.made.expected {
            let entry = &entries[expected.path.as_bytes()];
            let found: Vec<_> = volume.streams(entry).unwrap_or_else(|e| panic!("{e}"));
            let found: Vec<_> = found
                .iter()
                .map(|stream| (String::from_utf8_lossy(&stream.name).into_owned(), reader::bytes(&source, stream)))
                .collect();
            assert_eq!(found, expected.streams, "{}", expected.path);
            count += found.len();
            assert_eq!(entry.real_time, expected.file_type == file_type::REAL_TIME, "{}", expected.path);
            // In the second edition of ECMA-167 that is an extended attribute, which one file has.
            let is_told = image.name.contains("2.") || expected.path == "owned";
            let created = entry.times.created.map(imapi_disc_types::Timestamp::seconds);
            assert_eq!(created, is_told.then_some(CREATED), "{}: {}", image.name, expected.path);
        }
        let place = |path: &str| entries[path.as_bytes()].place;
        assert_eq!(place("first name"), place("second name"), "{}", image.name);
        assert_ne!(place("first name"), place("empty"), "{}", image.name);
    }
    assert_eq!(count, 2 * 7, "two for each volume of UDF 2.00 and later");
}

#[test]
fn linux_sees_the_same() {
    for image in images(Audience::Linux) {
        let verdict = &guest::verdicts()[&image.name];
        assert_eq!(verdict.said, [""; 0], "{}", image.name);
        // It does not say what is hidden.
        let ours: Listing = reader::listing(&image.path)
            .into_iter()
            .map(|(path, seen)| (path, Seen { hidden: None, ..seen }))
            .collect();
        assert_same(&ours, &verdict.listing, &image.name);
    }
}

#[test]
fn seven_zip_takes_out_the_same() {
    for image in images(Audience::SevenZip) {
        // It knows none of these, and metadata only in one piece.
        if image.name.contains("virtual") || image.name.contains("spar") || image.name.contains("metadata") {
            continue;
        }
        assert_same(&unpacked(&image.path), &without_owners(reader::listing(&image.path)), &image.name);
    }
}

/// What 7-Zip takes out of an image.
pub fn unpacked(image: &std::path::Path) -> Listing {
    let out = image.with_extension("out");
    let output = Command::new("7z").args(["x", "-tudf", "-y"]).arg(format!("-o{}", out.display())).arg(image).output();
    let output = output.expect("7z runs; `cargo xtask test` says how to install it");
    let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    // It warns of what lies behind the last file, such as an anchor.
    let code = i32::from(said.contains("There are data after the end of archive"));
    assert!(output.status.code() == Some(code) && !said.contains("ERROR"), "{said}");
    let done = run("chmod", ["-R", "u+rwX", &out.display().to_string()]);
    assert_eq!(done, "");
    without_owners(walk(&out).expect("it may be read"))
}

/// As far as 7-Zip keeps it.
pub fn without_owners(listing: Listing) -> Listing {
    let kept = |seen: Seen| Seen { mode: None, owner: None, links: None, hidden: None, modified: None, ..seen };
    listing.into_iter().map(|(path, seen)| (path, kept(seen))).collect()
}

/// Lines of udfdump such as `:Rootdir/folder/file`.
#[test]
fn udfdump_lists_the_same_files() {
    for image in images(Audience::Linux) {
        let said = run("udfdump", ["-t", "-b", "2048", &image.path.display().to_string()]);
        // Letters beyond ASCII it replaces, and hidden files it does not list.
        let is_plain = |path: &str| path.is_ascii() && !path.contains('#');
        let lines = said.lines().filter_map(|line| line.strip_prefix(":Rootdir/"));
        let mut found: Vec<&str> = lines.filter(|path| is_plain(path)).collect();
        found.sort_unstable();
        let listing = reader::listing(&image.path);
        let mut expected: Vec<String> = listing
            .iter()
            .filter(|(_, seen)| seen.kind != Some(Kind::Folder) && seen.hidden == Some(false))
            .map(|(path, _)| String::from_utf8_lossy(path).into_owned())
            .filter(|path| is_plain(path))
            .collect();
        expected.sort_unstable();
        assert_eq!(found, expected, "{}", image.name);
    }
}
