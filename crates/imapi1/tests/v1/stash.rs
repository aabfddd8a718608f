//! The stash: one user at a time, on the whole machine.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use imapi_errors::v1;

use crate::bench::{Bench, code, joliet, recorder, tree};

/// A program that locks a file as we do, says so, and waits until it is killed.
fn owner(file: &std::path::Path) -> Child {
    let mut command = Command::new("flock");
    command.arg(file).args(["sh", "-c", "echo locked; exec sleep 600"]).stdout(Stdio::piped());
    let mut child = command.spawn().expect("flock of util-linux");
    let mut said = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut said).expect("it says something");
    assert_eq!(said, "locked\n");
    child
}

/// Kills the program, and what it started with it.
fn kill(mut child: Child) {
    let id = child.id();
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).expect("its children");
    child.kill().expect("it runs");
    child.wait().expect("it ended");
    for id in children.split_whitespace() {
        let killed = Command::new("kill").args(["-9", id]).status().expect("kill");
        assert!(killed.success());
    }
}

#[test]
fn another_program_keeps_the_stash_until_it_dies() {
    let bench = Bench::new("cd-r");
    let file = bench.folder.path().join("CD burning stash file.bin");
    let other = owner(&file);
    let master = bench.open();
    let joliet = joliet(&master);
    let recorder = recorder(&master);
    assert_eq!(code(&master.set_active_disc_recorder(&recorder)), v1::IMAPI_E_STASHINUSE);
    assert_eq!(code(&master.active_disc_recorder()), v1::IMAPI_E_NOACTIVERECORDER);
    kill(other);
    // The system frees what the dead had; that of its child may take a moment.
    let begun = std::time::Instant::now();
    while code(&master.set_active_disc_recorder(&recorder)) == v1::IMAPI_E_STASHINUSE {
        assert!(begun.elapsed().as_secs() < 10, "the stash is free when its owner is dead");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    joliet.add_data(&tree(), false).expect("it fits");
    master.record_disc(false, false).expect("recorded");
}

#[test]
fn another_session_of_this_program_waits_for_the_first_to_be_closed_or_dropped() {
    let bench = Bench::new("cd-r");
    let (first, interface) = bench.data();
    interface.add_data(&tree(), false).expect("it fits");
    let second = bench.open();
    joliet(&second);
    let one = recorder(&second);
    assert_eq!(code(&second.set_active_disc_recorder(&one)), v1::IMAPI_E_STASHINUSE);
    drop(first);
    second.set_active_disc_recorder(&one).expect("the stash is free");
    assert_eq!(code(&interface.used_data_blocks()), v1::IMAPI_E_NOTOPENED, "its session was closed");
}

#[test]
fn what_was_recorded_is_not_found_in_the_stash() {
    let bench = Bench::new("cd-r");
    let file = bench.folder.path().join("CD burning stash file.bin");
    let (master, joliet) = bench.data();
    assert_eq!(std::fs::metadata(&file).expect("it is claimed").len(), 0);
    joliet.add_data(&tree(), false).expect("it fits");
    let staged = std::fs::read(&file).expect("it is there");
    assert!(staged.windows(12).any(|bytes| bytes == b"Good morning"));
    master.record_disc(false, false).expect("recorded");
    assert_eq!(std::fs::metadata(&file).expect("it is claimed").len(), 0);
    master.close();
    assert!(!file.exists());
}
