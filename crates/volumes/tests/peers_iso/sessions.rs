//! Images of several sessions: each is read for itself, the last has the files of all.

use std::{fs, path::Path, sync::Arc};

use imapi_disc_types::Block;
use imapi_volumes::{FileBytes, Names, OpenOptions, Walk, open};

use crate::{
    makers::Bench,
    peer,
    seen::{Listing, Seen, differences, listing, on_disk, ours_with, same_bytes, source},
    tree, words, write,
};

/// Blocks that the first session takes; the second begins there.
fn pad(image: &Path) -> u64 {
    let mut bytes = fs::read(image).expect("an image");
    bytes.resize(bytes.len().next_multiple_of(32 * 2048), 0);
    fs::write(image, &bytes).expect("an image");
    bytes.len() as u64 / 2048
}

fn all_are_the_same(ours: &Listing, theirs: &Listing) {
    let lines = differences(ours, theirs, |_, ours: &Seen, theirs: &Seen| same_bytes(ours, theirs));
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

/// Two sessions by genisoimage: the folder with them, the image of both, that of the second alone, and where it begins.
fn two_sessions() -> (Bench, u64) {
    let bench = Bench::new(tree::plain);
    let first = bench.genisoimage("-R -J", "first.iso");
    let start = pad(&first);
    write(&bench.folder().join("more"), "SECOND.TXT", "second");
    write(&bench.folder().join("more"), "README.TXT", "another");
    let options = format!("-quiet -R -J -C 0,{start} -M first.iso -o second.iso more");
    peer("genisoimage", "genisoimage", &words(&options), bench.folder());
    let both = [fs::read(&first).expect("an image"), fs::read(bench.path("second.iso")).expect("an image")].concat();
    fs::write(bench.path("both.iso"), both).expect("an image");
    (bench, start)
}

#[test]
fn the_last_session_has_the_files_of_all_and_the_first_only_its_own() {
    let (bench, start) = two_sessions();
    for names in [Names::RockRidge, Names::Joliet, Names::Iso9660] {
        let both = bench.path("both.iso");
        let first = ours_with(&both, names, &OpenOptions::default());
        let last = ours_with(&both, names, &OpenOptions::default().session(Block(start)));
        all_are_the_same(&first, &on_disk(&bench.files()));
        write(&bench.files(), "SECOND.TXT", "second");
        write(&bench.files(), "README.TXT", "another");
        all_are_the_same(&last, &on_disk(&bench.files()));
        fs::remove_file(bench.files().join("SECOND.TXT")).expect("it is there");
        write(&bench.files(), "README.TXT", "read me\n");
    }
}

#[test]
fn an_image_of_the_second_session_alone_is_listed_and_has_the_new_bytes() {
    let (bench, start) = two_sessions();
    let second = bench.path("second.iso");
    let findings = Arc::default();
    let displaced = u32::try_from(start).expect("few blocks");
    for options in [OpenOptions::default(), OpenOptions::default().lenient(Arc::clone(&findings))] {
        let options = options.displaced(displaced);
        let source = source(&second);
        let volume = open(&source, Some(Names::RockRidge), &options).expect("the session is there");
        let mut told = 0;
        for step in Walk::new(&*volume, &options) {
            let step = step.expect("the folders are new");
            let mut bytes = vec![0; usize::try_from(step.entry.size).expect("small")];
            let read = FileBytes::new(Arc::clone(&source), &step.entry.runs).read_at(0, &mut bytes);
            match step.path.as_slice() {
                b"README.TXT" => assert_eq!((read.expect("it is new"), bytes), (7, b"another".to_vec())),
                b"SECOND.TXT" => assert_eq!((read.expect("it is new"), bytes), (6, b"second".to_vec())),
                _ if step.entry.is_directory() || step.entry.size == 0 => {}
                path => assert!(read.is_err(), "{} was in the first session", path.escape_ascii()),
            }
            told += 1;
        }
        assert_eq!(told, on_disk(&bench.files()).len() + 1);
    }
    let rules: Vec<_> = findings.take().iter().map(|finding| finding.rule.id).collect();
    assert!(rules.len() > 100 && rules.iter().all(|&id| id == "iso9660.file.outside"), "{rules:?}");
}

#[test]
fn each_session_of_xorriso_is_what_xorriso_unpacks_of_it() {
    let bench = Bench::new(tree::unix);
    bench.xorriso("-joliet on", "image.iso");
    for round in ["one", "two"] {
        let folder = bench.folder().join(round);
        write(&folder, &format!("{round}.txt"), round);
        let commands = format!("-dev image.iso -joliet on -map {round} /{round} -rm /README.TXT -- -commit");
        let commands = if round == "two" { commands.replace("-rm /README.TXT -- ", "") } else { commands };
        peer("xorriso", "xorriso", &words(&commands), bench.folder());
    }
    let told = peer("xorriso", "xorriso", &words("-indev image.iso -toc"), bench.folder());
    let told = String::from_utf8(told).expect("UTF-8");
    let sessions: Vec<u64> = told
        .lines()
        .filter_map(|line| line.strip_prefix("ISO session  :")?.split(',').nth(1)?.trim().parse().ok())
        .collect();
    assert_eq!(sessions.len(), 3, "{told}");
    for (index, session) in sessions.into_iter().enumerate() {
        let to = format!("unpacked{index}");
        let load = format!("-osirrox on -load sbsector {session} -indev image.iso -extract / {to}");
        peer("xorriso", "xorriso", &words(&load), bench.folder());
        let options = OpenOptions::default().session(Block(session));
        let ours = ours_with(&bench.path("image.iso"), Names::RockRidge, &options);
        all_are_the_same(&ours, &on_disk(&bench.path(&to)));
        assert_eq!(ours.contains_key("two/two.txt"), index == 2);
        assert_eq!(ours.contains_key("README.TXT"), index == 0);
    }
    // What is at the beginning of the file tells of the last session.
    let source = source(&bench.path("image.iso"));
    let volume = open(&source, None, &OpenOptions::default()).expect("it can be read");
    assert!(listing(&source, &*volume, &OpenOptions::default()).contains_key("two/two.txt"));
}
