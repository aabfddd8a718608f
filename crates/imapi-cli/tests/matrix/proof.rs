//! What must be on a disc after a row was run.

use std::{fs, path::Path, process::Command};

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{DiscStatus, ReadCd, SectorSelection},
};

use crate::{
    lab::{Lab, blocks, information, tracks},
    materials::MATERIALS,
};

/// What must be true after a row.
pub enum Proof {
    /// The tracks hold these images and pieces of audio, one after the other, in so many closed sessions.
    Tracks {
        /// Names of materials.
        holds: &'static [&'static str],
        /// Sessions that are closed.
        sessions: u16,
    },
    /// Files are on the disc: materials, and the folder that each is in.
    Files {
        /// A folder of materials, and its path on the disc.
        holds: &'static [(&'static str, &'static str)],
        /// Sessions that are closed; on a medium without sessions, one.
        sessions: u16,
    },
    /// The disc is blank, or formatted and empty.
    Blank,
    /// What was said has all of this in it.
    Says(&'static [&'static str]),
    /// The last run fails and changes nothing.
    Refused {
        /// Why, for the table.
        why: &'static str,
        /// What the program says.
        says: &'static str,
    },
}

pub fn check(lab: &Lab, proof: &Proof) {
    match proof {
        Proof::Tracks { holds, sessions } => {
            tracks_hold(lab, holds);
            closed_sessions(lab, *sessions);
        }
        Proof::Files { holds, sessions } => {
            files_are_there(lab, holds);
            closed_sessions(lab, *sessions);
        }
        Proof::Blank => {
            let drive = lab.drive();
            assert!(tracks(&drive).is_empty(), "{:?}", tracks(&drive));
        }
        Proof::Says(_) | Proof::Refused { .. } => {}
    }
}

fn closed_sessions(lab: &Lab, sessions: u16) {
    let information = information(&lab.drive());
    // A disc that goes on counts the session that is not there yet.
    let open = u16::from(information.state.status != DiscStatus::Complete);
    assert_eq!(information.sessions - open, sessions, "{information:?}");
}

fn tracks_hold(lab: &Lab, holds: &[&str]) {
    let drive = lab.drive();
    let tracks = tracks(&drive);
    assert_eq!(tracks.len(), holds.len(), "{tracks:#?}");
    for (track, name) in tracks.iter().zip(holds) {
        let expected = MATERIALS.read(name);
        let found = if name.starts_with("audio") {
            audio(&drive, track.start.0, expected.len())
        } else {
            blocks(&drive, track.start.0, expected.len())
        };
        if let Some(at) = found.iter().zip(&expected).position(|(found, expected)| found != expected) {
            panic!("track {} differs from {name} at byte {at}", track.number);
        }
    }
}

fn audio(drive: &imapi_virtual_drive::VirtualDrive, first: i32, bytes: usize) -> Vec<u8> {
    let mut data = vec![0; bytes];
    let mut at = first;
    for piece in data.chunks_mut(20 * 2352) {
        let count = u32::try_from(piece.len() / 2352).expect("a piece");
        drive
            .read_into(&ReadCd::new(Lba(at), count, SectorSelection::USER_DATA), piece)
            .unwrap_or_else(|e| panic!("block {at}: {e}"));
        at += i32::try_from(count).expect("a piece");
    }
    data
}

/// What is on the disc, as xorriso reads it there, and as 7z reads a copy where there is one session only.
fn files_are_there(lab: &Lab, holds: &[(&str, &str)]) {
    lab.succeed("xorriso -osirrox on -indev {dev} -extract / {tmp}/read");
    for &(name, path) in holds {
        same(&MATERIALS.path(name), &lab.path("read").join(path.trim_start_matches('/')));
    }
    if let [(name, "/")] = *holds {
        lab.succeed("dd if={dev} of={tmp}/copy.iso bs=2048 status=none");
        let (from, to) = (lab.path("copy.iso"), format!("-o{}", lab.path("unpacked").display()));
        let output = Command::new("7z").arg("x").arg(&to).arg(&from).output().expect("7z: cargo xtask test --setup");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        same(&MATERIALS.path(name), &lab.path("unpacked"));
    }
}

/// Every file of the one folder is in the other, byte for byte.
fn same(expected: &Path, found: &Path) {
    for entry in fs::read_dir(expected).expect("a folder") {
        let entry = entry.expect("an entry");
        let (from, to) = (entry.path(), found.join(entry.file_name()));
        if from.is_dir() {
            same(&from, &to);
        } else {
            let read = fs::read(&to).unwrap_or_else(|e| panic!("{}: {e}", to.display()));
            assert!(read == fs::read(&from).expect("a file"), "{} differs", to.display());
        }
    }
}
