//! Each image is unpacked by another program; what comes out is what we see.

use std::{fs, path::Path};

use imapi_volumes::{Names, OpenOptions, identify};

use crate::{
    makers::{Bench, MAKERS, Maker},
    peer,
    seen::{Seen, differences, on_disk, ours, same_bytes, source},
    words,
};

#[test]
fn all_names_of_all_images_are_those_that_others_unpack() {
    let mut wrong = Vec::new();
    for maker in MAKERS {
        let bench = Bench::new(maker.fill);
        let image = (maker.make)(&bench, "image.iso");
        assert_eq!(names(&image), expected_names(maker), "{}", maker.name);
        for by in names(&image) {
            let lines = match by {
                Names::RockRidge => {
                    let mut lines = judge(&bench, &image, by, "-osirrox");
                    lines.extend(judge(&bench, &image, by, ""));
                    lines
                }
                Names::Joliet => judge(&bench, &image, by, "!rockridge"),
                Names::Iso9660 => judge(&bench, &image, by, "!rockridge,!joliet"),
                Names::Udf => continue,
            };
            wrong.extend(lines.into_iter().map(|line| format!("{}, {by}: {line}", maker.name)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// By which names an image can be read, as we see it.
fn names(image: &Path) -> Vec<Names> {
    let found = identify(&source(image), &OpenOptions::default()).expect("it can be read");
    found.into_iter().map(|found| found.names).filter(|names| *names != Names::Udf).collect()
}

fn expected_names(maker: &Maker) -> Vec<Names> {
    Names::ALL.into_iter().filter(|names| *names == Names::Iso9660 || maker.names.contains(names)).collect()
}

/// Unpacks by xorriso, or by bsdtar with such options, and compares.
fn judge(bench: &Bench, image: &Path, by: Names, options: &str) -> Vec<String> {
    let unpacked = tempfile::tempdir_in(bench.folder()).expect("a folder");
    let to = unpacked.path().join("all");
    fs::create_dir(&to).expect("a folder");
    let from = image.to_str().expect("UTF-8");
    if options == "-osirrox" {
        // Without it, xorriso unpacks no links that lead elsewhere.
        let arguments = words(&format!("-osirrox on -indev {from} -extract / {}", to.display()));
        peer("xorriso", "xorriso", &arguments, bench.folder());
    } else {
        let mut arguments = words(&format!("-x -p -f {from} -C {}", to.display()));
        if !options.is_empty() {
            arguments.push(format!("--options={options}"));
        }
        peer("libarchive-tools", "bsdtar", &arguments, bench.folder());
    }
    let same = |_: &str, ours: &Seen, theirs: &Seen| {
        same_bytes(ours, theirs)?;
        if by == Names::RockRidge && ours.kind != 'l' && ours.mode != theirs.mode {
            return Err(format!("mode {:o?} instead of {:o?}", ours.mode, theirs.mode));
        }
        if ours.kind == '-' && ours.modified != theirs.modified {
            return Err(format!("date {:?} instead of {:?}", ours.modified, theirs.modified));
        }
        Ok(())
    };
    let lines = differences(&ours(image, by), &on_disk(&to), same);
    lines
        .into_iter()
        .map(|line| format!("{} {line}", if options == "-osirrox" { "xorriso" } else { "bsdtar" }))
        .collect()
}
