//! Each image is unpacked by another program; what comes out is what we see.

use std::{fs, path::Path, process::Command};

use imapi_volumes::{Names, OpenOptions, identify};

use crate::{
    isoinfo,
    makers::{Bench, MAKERS, Maker},
    peer,
    seen::{Listing, Seen, differences, on_disk, ours, same_bytes, source},
    seven_zip, tables, words,
};

#[test]
fn images_of_genisoimage_are_read_as_others_read_them() {
    all_agree("genisoimage ");
}

#[test]
fn images_of_xorriso_as_mkisofs_are_read_as_others_read_them() {
    all_agree("mkisofs ");
}

#[test]
fn images_of_xorriso_are_read_as_others_read_them() {
    all_agree("xorriso ");
}

#[test]
fn images_of_bsdtar_are_read_as_others_read_them() {
    all_agree("bsdtar ");
}

fn all_agree(program: &str) {
    let mut wrong = Vec::new();
    for maker in MAKERS.iter().filter(|maker| maker.name.starts_with(program)) {
        let bench = Bench::new(maker.fill);
        let image = (maker.make)(&bench, "image.iso");
        assert_eq!(names(&image), expected_names(maker), "{}", maker.name);
        let mut lines = isoinfo::judge(&image, maker);
        lines.extend(seven_zip::judge(&bench, &image, maker));
        lines.extend(tables::judge(&image, maker));
        for by in names(&image) {
            lines.extend(match by {
                Names::RockRidge => judge(&bench, &image, by, "-osirrox"),
                Names::Joliet => judge(&bench, &image, by, "!rockridge"),
                // Others do not read the longer names of the enhanced descriptor.
                Names::Iso9660 if maker.name.contains("1999") => continue,
                Names::Iso9660 => judge(&bench, &image, by, "!rockridge,!joliet"),
                Names::Udf => continue,
            });
        }
        wrong.extend(lines.into_iter().map(|line| format!("{}: {line}", maker.name)));
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
        // It reads no folder that stands before one that was read, as moved ones do; then it is no judge.
        let output =
            Command::new("timeout").args(["60", "bsdtar"]).args(&arguments).current_dir(bench.folder()).output();
        let output = output.expect("coreutils' timeout is here");
        let told = String::from_utf8_lossy(&output.stderr);
        if told.contains("Ignoring out-of-order directory") {
            return Vec::new();
        }
        assert!(output.status.success(), "bsdtar: {told}; sudo apt-get install libarchive-tools");
    }
    let same = |_: &str, ours: &Seen, theirs: &Seen| {
        same_bytes(ours, theirs)?;
        if by == Names::RockRidge && ours.kind != 'l' && ours.mode != theirs.mode {
            return Err(format!("mode {:o} instead of {:o}", ours.mode.unwrap_or(0), theirs.mode.unwrap_or(0)));
        }
        if ours.kind == '-' && ours.modified != theirs.modified {
            return Err(format!("date {:?} instead of {:?}", ours.modified, theirs.modified));
        }
        Ok(())
    };
    // Dots at the end Linux leaves out in Joliet, and nowhere else; bsdtar leaves out one, and in Joliet none.
    let dotless = |listing: Listing| -> Listing {
        let trimmed = |path: String| if by == Names::RockRidge { path } else { path.trim_end_matches('.').to_owned() };
        listing.into_iter().map(|(path, seen)| (trimmed(path), seen)).collect()
    };
    let lines = differences(&dotless(ours(image, by)), &dotless(on_disk(&to)), same);
    lines
        .into_iter()
        .map(|line| format!("{} {line}", if options == "-osirrox" { "xorriso" } else { "bsdtar" }))
        .collect()
}
