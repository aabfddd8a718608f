//! Programs that we did not write, which see the disc in a drive.

use std::{fs::File, process::Command, sync::Arc};

use imapi_virtual_device::VirtualDevice;

use crate::bench::Bench;

/// What a program says of the disc; it has to end well. The line is split at blanks.
#[track_caller]
pub fn good(bench: &Bench, line: &str) -> String {
    let path = bench.folder.path().join("said");
    let said = File::create(&path).expect("a file");
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().expect("a program"));
    command.args(words).current_dir(bench.folder.path()).env("LC_ALL", "C.UTF-8");
    command.stderr(said.try_clone().expect("a file")).stdout(said);
    let device = VirtualDevice::new(Arc::clone(&bench.drive) as _).at("/dev/sr0").generic("/dev/sg0");
    let status = device.run(command).unwrap_or_else(|error| panic!("{line}: {error}"));
    let said = std::fs::read(&path).expect("a file");
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(status.success(), "{line}\n{said}");
    said
}
