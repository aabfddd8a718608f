//! What the kernel does for programs that use the ioctls of `linux/cdrom.h` instead of commands.

use std::sync::Arc;

use super::{client, drive::TestDrive, good, run};

/// Answers of a drive with a CD of two sessions: sound at 0, data at 12000 (02:42.00), lead-out at 20000 (04:28.50). The
/// commands are as the standard has them: opcode, MSF, format, three zeros, track or session.
const CD: &[(&[u8], &[u8])] = &[
    (
        &[0x43, 0, 0, 0, 0, 0, 0],
        &[0, 26, 1, 2, 0, 0x10, 1, 0, 0, 0, 0, 0, 0, 0x14, 2, 0, 0, 0, 0x2E, 0xE0, 0, 0x14, 0xAA, 0, 0, 0, 0x4E, 0x20],
    ),
    (&[0x43, 0, 0, 0, 0, 0, 2], &[0, 18, 1, 2, 0, 0x14, 2, 0, 0, 0, 0x2E, 0xE0, 0, 0x14, 0xAA, 0, 0, 0, 0x4E, 0x20]),
    (&[0x43, 2, 0, 0, 0, 0, 2], &[0, 18, 1, 2, 0, 0x14, 2, 0, 0, 2, 42, 0, 0, 0x14, 0xAA, 0, 0, 4, 28, 50]),
    (&[0x43, 0, 0, 0, 0, 0, 0xAA], &[0, 10, 1, 2, 0, 0x14, 0xAA, 0, 0, 0, 0x4E, 0x20]),
    (
        &[0x43, 2, 0, 0, 0, 0, 1],
        &[0, 26, 1, 2, 0, 0x10, 1, 0, 0, 0, 2, 0, 0, 0x14, 2, 0, 0, 2, 42, 0, 0, 0x14, 0xAA, 0, 0, 4, 28, 50],
    ),
    (&[0x43, 2, 0, 0, 0, 0, 0xAA], &[0, 10, 1, 2, 0, 0x14, 0xAA, 0, 0, 4, 28, 50]),
    (&[0x43, 0, 1], &[0, 10, 1, 2, 0, 0x14, 2, 0, 0, 0, 0x2E, 0xE0]),
    (&[0x42, 0, 0x40, 2], b"\0\x15\0\x14\x02\0\0\0\x804006381333931\0\0"),
    (&[0x42, 0, 0x40, 1], &[0, 0x11, 0, 12, 1, 0x14, 2, 1, 0, 0, 0x2E, 0xF0, 0, 0, 0, 0x10]),
    (&[0x42, 2, 0x40, 1], &[0, 0x11, 0, 12, 1, 0x14, 2, 1, 0, 2, 42, 16, 0, 0, 0, 16]),
    // One open session behind the closed ones, whose track 2 is the last.
    (
        &[0x51],
        &[0, 32, 0x0D, 1, 2, 2, 2, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ),
    // Valid: where the next block goes (16384), and the last one that was written (16370).
    (
        &[0x52, 1, 0, 0, 0, 2],
        &[
            0, 34, 2, 2, 0, 4, 1, 3, 0, 0, 0x2E, 0xE0, 0, 0, 0x40, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0,
            0x3F, 0xF2, 0, 0, 0, 0,
        ],
    ),
    // The profiles CD-RW and CD-ROM.
    (&[0x46, 2, 0, 0], &[0, 0, 0, 16, 0, 0, 0, 0x0A, 0, 0, 3, 8, 0, 0x0A, 1, 0, 0, 8, 0, 0]),
    (&[0xBB], &[]),
];

#[test]
fn a_cd_is_read_and_asked_through_its_ioctls() {
    let drive = Arc::new(TestDrive::with_script(CD));
    assert_eq!(good(&drive, client(), &["cdrom", "/dev/sr0"]), "all so\n");
    let counts = [0x1B, 0x1E, 0xBB, 0x43, 0x42, 0x51].map(|opcode| drive.count(opcode));
    assert!(counts.iter().all(|&count| count > 0), "{counts:?}");
}

#[test]
fn cd_info_tells_what_is_on_a_cd() {
    let drive = Arc::new(TestDrive::with_script(CD));
    let out = run(&drive, "cd-info", &["--no-cddb", "--no-device-info", "/dev/sr0"]).out;
    for line in [
        "Disc mode is listed as: CD-ROM Mixed",
        "  1: 00:02:00  000000 audio",
        "  2: 02:42:00  012000 data",
        "170: 04:28:50  020000 leadout",
        "Media Catalog Number (MCN): 4006381333931",
        "Last CD Session LSN: 12000",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
}
