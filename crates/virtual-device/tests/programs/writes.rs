//! Discs that can be written block by block are written as files.

use std::{fs, sync::Arc};

use super::{client, drive::TestDrive, good, run};

const WRITE_10: u8 = 0x2A;
const SYNCHRONIZE_CACHE: u8 = 0x35;

fn random() -> Arc<TestDrive> {
    let drive = TestDrive::new(256);
    drive.is_random.store(true, std::sync::atomic::Ordering::Relaxed);
    Arc::new(drive)
}

#[test]
fn dd_and_a_shell_write_the_disc() {
    let drive = random();
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("source");
    let bytes: Vec<u8> = (0..300_000u32).map(|n| (n % 253).to_le_bytes()[0]).collect();
    fs::write(&source, &bytes).expect("a file");
    let before = drive.disc();
    let from = format!("if={}", source.display());
    good(&drive, "dd", &[&from, "of=/dev/sr0", "bs=64k", "seek=1", "conv=fsync"]);
    let after = drive.disc();
    assert!(after[65_536..][..300_000] == bytes[..], "what was written");
    assert!(after[..65_536] == before[..65_536], "what is before it");
    assert!(after[65_536 + 300_000..] == before[65_536 + 300_000..], "the rest of its last block, and all behind it");
    assert_eq!(drive.count(SYNCHRONIZE_CACHE), 1);

    let script = format!("cp {0} /dev/sr0; echo -n shell >/dev/sr0", source.display());
    good(&drive, "sh", &["-ec", &script]);
    let after = drive.disc();
    assert_eq!(&after[..5], b"shell");
    assert!(after[5..300_000] == bytes[5..], "the rest stays");
}

#[test]
fn partial_blocks_ends_and_refusals_are_the_kernels() {
    let drive = random();
    let before = drive.disc();
    assert_eq!(good(&drive, client(), &["writes", "/dev/sr0"]), "all so\n");
    let after = drive.disc();
    // As the client wrote it: seven bytes in a block, five over two blocks, and the disc's last three.
    let mut expected = before;
    expected[100..107].copy_from_slice(b"letters");
    expected[4094..4099].copy_from_slice(b"cross");
    let end = expected.len();
    expected[end - 3..].copy_from_slice(b"end");
    assert!(after == expected);
    assert_eq!(drive.count(WRITE_10), 4, "one for each block");
    assert_eq!(drive.count(SYNCHRONIZE_CACHE), 1);
}

#[test]
fn a_file_system_is_made_on_the_disc_and_found_sound() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("files")).expect("a folder");
    fs::write(folder.path().join("files/hello"), "we meet again").expect("a file");
    let files = folder.path().join("files");
    // These stand where not everybody looks.
    let script = format!(
        "PATH=$PATH:/usr/sbin:/sbin; mke2fs -q -F -b 2048 -d {} /dev/sr0; e2fsck -fn /dev/sr0; debugfs -R 'cat hello' /dev/sr0",
        files.display()
    );
    let said = good(&random(), "sh", &["-ec", &script]);
    assert!(said.contains("/dev/sr0: 12/") && said.ends_with("we meet again"), "{said}");
}

#[test]
fn other_discs_are_not_written_as_files() {
    let drive = Arc::new(TestDrive::new(256));
    let said = run(&drive, "dd", &["if=/dev/zero", "of=/dev/sr0", "count=1"]);
    assert!(said.err.contains("Read-only file system"), "{}", said.err);
    assert_eq!(drive.count(WRITE_10), 0);
}
