//! Programs that we did not write look at the discs that we burn: how many sessions there are and of what, whether more can
//! be added, and what the files are.

#![cfg(target_os = "linux")]

#[expect(dead_code, reason = "the recipes need more of it")]
#[path = "../recipes/lab.rs"]
mod lab;
mod verdicts;

use std::{fs, process::Command};

use imapi_format2_data::DataOptions;
use lab::{Disc, MATERIALS};
use rstest::rstest;
use verdicts::Verdicts;

/// A burn of ours: its address and its blocks.
pub struct Session {
    /// Where it begins.
    pub start: i32,
    /// How many.
    pub blocks: u64,
}

/// The ways in which a disc is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// One session, and another may follow.
    Open,
    /// One session, and that is all.
    Closed,
    /// Two sessions, the second of which goes on with the files of the first.
    Two,
}

fn options(close: bool) -> DataOptions {
    DataOptions { close, consumer_compatible: false, overwrite: true, ..DataOptions::default() }
}

#[rstest]
fn what_we_burn_is_what_others_find(
    #[values(
        "cd-r", "cd-rw", "dvd-r", "dvd-r-dl", "dvd-rw", "dvd+r", "dvd+r-dl", "dvd+rw", "dvd-ram", "bd-r", "bd-re"
    )]
    medium: &str,
    #[values(Way::Open, Way::Closed, Way::Two)] way: Way,
) {
    let overwritable = ["dvd-rw", "dvd+rw", "dvd-ram", "bd-re"].contains(&medium);
    if medium == "dvd-r-dl" && way != Way::Closed {
        // It is closed by its first session.
        return;
    }
    let disc = Disc::new(medium);
    let mut sessions = Vec::new();
    let mut burn = |image: &std::path::Path, close| {
        let (burned, _) = disc.burn_file(image, &options(close));
        assert_eq!(burned.closed, close && !overwritable);
        sessions.push(Session { start: burned.start.0, blocks: fs::metadata(image).expect("an image").len() / 2048 });
        burned
    };
    burn(&MATERIALS.path("ours1"), way == Way::Closed);
    if way == Way::Two {
        let second = disc.file("second.iso");
        if overwritable {
            // What is written at 0 takes the place of all before.
            burn(&MATERIALS.path("ours2"), true);
        } else {
            let next = verdicts::next_writable(&disc);
            let mut image = Command::new("genisoimage");
            image.args(["-quiet", "-R", "-no-pad", "-V", "SECOND", "-C"]).arg(format!("0,{next}"));
            image.arg("-M").arg(MATERIALS.path("ours1")).arg("-o").arg(&second);
            image.arg("-graft-points").arg(format!("/two={}", MATERIALS.path("files2").display()));
            lab::run(&mut image);
            let length = fs::metadata(&second).expect("an image").len();
            fs::File::options()
                .write(true)
                .open(&second)
                .and_then(|file| file.set_len(length.next_multiple_of(65_536)))
                .expect("room");
            let burned = burn(&second, true);
            assert_eq!(burned.start.0, next, "the image was made for that place");
        }
    }
    let files: &[(&str, &str)] = match (way, overwritable) {
        (Way::Two, false) => &[("noise", "files1"), ("two/noise", "files2")],
        (Way::Two, true) => &[("noise", "files2")],
        _ => &[("noise", "files1")],
    };
    if overwritable && way == Way::Two {
        sessions.remove(0);
    }
    let is_cd = medium.starts_with("cd");
    let verdicts = Verdicts { disc: &disc, sessions: &sessions, open: way == Way::Open, overwritable, is_cd };
    verdicts.xorriso_table();
    verdicts.xorriso_reads();
    verdicts.xorriso_extracts(files);
    verdicts.cdrskin();
    verdicts.isoinfo(files);
    if is_cd {
        verdicts.cd_info();
    } else {
        verdicts.mediainfo();
    }
}
