//! What a command asks for is no reason to take memory: only what the host has room for is.
#![cfg(target_os = "linux")]

use std::{fs, sync::Arc, time::Duration};

use imapi_disc_types::{Lba, ManualClock};
use imapi_mmc_transport::{
    Cdb, Data, Transport as _, TransportExt as _,
    commands::{SynchronizeCache, TestUnitReady, Write10},
};
use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line of the kernel");
    line.split_whitespace().next().expect("a number").parse().expect("in KiB")
}

#[test]
fn read_cd_of_a_whole_disc_into_a_small_buffer_takes_little_memory() {
    const BLOCKS: u16 = 12_000;
    let folder = tempfile::tempdir().expect("a folder");
    let medium: &Medium = "cd-r".parse().expect("a medium");
    let file = DiscFile::create(&folder.path().join("my.disc"), medium.geometry(None).expect("its own")).expect("room");
    let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    drive.insert(file, medium).expect("a blank disc");
    while drive.send(&TestUnitReady).is_err() {}
    let piece = vec![7; 100 * 2048];
    for start in (0..BLOCKS).step_by(100) {
        drive.write_from(&Write10::new(Lba(i32::from(start)), 100), &piece).expect("the disc is blank");
    }
    drive.send(&SynchronizeCache::all().waiting()).expect("the track ends");

    let before = peak();
    // Whole sectors with all sub-channels, of any kind: 28 MB of them.
    let [high, low] = BLOCKS.to_be_bytes();
    let cdb = Cdb::new(&[0xBE, 0, 0, 0, 0, 0, 0, high, low, 0xF8, 1, 0]).expect("twelve bytes");
    let mut buffer = [0; 2448 * 2];
    let done = drive.execute(&cdb, Data::In(&mut buffer), Duration::from_secs(60)).expect("an answer");
    assert_eq!((done.sense, done.transferred), (None, buffer.len()));
    assert_eq!(buffer[2448..2448 + 16], [0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 2, 1, 1]);
    assert!(peak() - before < 8 << 10, "{} KiB for a buffer of {} bytes", peak() - before, buffer.len());
}
