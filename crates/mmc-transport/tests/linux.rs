//! Drives of Linux on a machine that has none: a tree like sysfs in a folder of its own, and `/dev/null` as the node.
#![cfg(target_os = "linux")]

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};

use imapi_disc_types::ClientName;
use imapi_errors::{Coded as _, common, v2};
use imapi_mmc_transport::{
    Arrival, Cdb, Data, Device, DriveSource, LockRefused, Transport, TransportError,
    linux::{LinuxDrives, Places},
};
use tempfile::TempDir;

const SECOND: Duration = Duration::from_secs(1);

/// A machine.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn new() -> Self {
        let machine = Self { folder: tempfile::tempdir().expect("a folder") };
        for folder in ["sys/bus/scsi/devices/host0", "sys/bus/scsi/devices/target0:0:0", "dev/disk/by-id", "lock"] {
            fs::create_dir_all(machine.path(folder)).expect("a folder");
        }
        machine.write("mountinfo", b"31 27 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n");
        machine
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("within the folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }

    /// A unit of that type, with a driver for discs or only a generic one.
    fn plug_in(&self, address: &str, kind: &str, driver: &str, node: &str, number: &str) {
        let unit = format!("sys/bus/scsi/devices/{address}");
        self.write(&format!("{unit}/type"), kind.as_bytes());
        self.write(&format!("{unit}/vendor"), b"HL-DT-ST\n");
        self.write(&format!("{unit}/model"), b"DVDRAM GH24NSD1 \n");
        self.write(&format!("{unit}/rev"), b"LG00\n");
        self.write(&format!("{unit}/{driver}/{node}/dev"), number.as_bytes());
        let class = self.path("sys/class/block");
        fs::create_dir_all(&class).expect("a folder");
        if driver == "block" {
            symlink(self.path(&format!("{unit}/block/{node}")), class.join(node)).expect("a link");
            self.write(&format!("{unit}/block/{node}/events_poll_msecs"), b"-1\n");
            self.write(&format!("{unit}/block/{node}/queue/max_hw_sectors_kb"), b"128\n");
            self.write(&format!("{unit}/block/{node}/queue/max_sectors_kb"), b"32\n");
        }
        symlink("/dev/null", self.path(&format!("dev/{node}"))).expect("a link");
    }

    fn with_a_drive() -> Self {
        let machine = Self::new();
        machine.plug_in("1:0:0:0", "5\n", "block", "sr0", "11:0\n");
        machine
    }

    fn places(&self) -> Places {
        Places {
            sys: self.path("sys"),
            dev: self.path("dev"),
            mountinfo: self.path("mountinfo"),
            locks: vec![self.path("lock")],
            programs: Some(self.path("bin")),
        }
    }

    fn drives(&self) -> LinuxDrives {
        LinuxDrives::in_places(self.places()).looking_every(Duration::from_millis(5))
    }
}

fn client(name: &str) -> ClientName {
    name.parse().expect("a client name")
}

#[test]
fn drives_are_found_with_their_names_and_nothing_else_is() {
    let machine = Machine::new();
    machine.plug_in("10:0:0:0", "5\n", "scsi_generic", "sg4", "21:4\n");
    machine.plug_in("2:0:0:0", "5\n", "block", "sr1", "11:1\n");
    machine.plug_in("0:0:0:0", "0\n", "block", "sda", "8:0\n");
    machine.plug_in("1:0:0:0", "5\n", "block", "sr0", "11:0\n");
    machine.write("sys/bus/scsi/devices/2:0:0:0/vpd_pg80", b"\x05\x80\0\x06K1AE22");
    symlink("../../sr1", machine.path("dev/disk/by-id/wwn-0x5001")).expect("a link");
    symlink("../../sr0", machine.path("dev/disk/by-id/ata-HL-DT-ST_DVDRAM_KZ1")).expect("a link");

    let infos = machine.drives().infos().expect("three drives");
    let seen: Vec<_> = infos.iter().map(|info| (info.address.as_str(), info.number, info.is_block)).collect();
    assert_eq!(
        seen,
        [("1:0:0:0", Some((11, 0)), true), ("2:0:0:0", Some((11, 1)), true), ("10:0:0:0", Some((21, 4)), false)]
    );
    let by_id = machine.path("dev/disk/by-id/ata-HL-DT-ST_DVDRAM_KZ1");
    assert_eq!(Path::new(&infos[0].id), by_id);
    assert_eq!(infos[1].id, "scsi-2:0:0:0-K1AE22");
    assert_eq!(infos[2].id, "scsi-10:0:0:0");
    assert_eq!(infos[2].node, machine.path("dev/sg4"));
    let said = (&infos[0].vendor[..], &infos[0].product[..], &infos[0].revision[..]);
    assert_eq!(said, ("HL-DT-ST", "DVDRAM GH24NSD1", "LG00"));
}

#[test]
fn a_machine_without_scsi_has_no_drives() {
    let machine = Machine::new();
    fs::remove_dir_all(machine.path("sys")).expect("the folder");
    assert_eq!(machine.drives().list().expect("none"), Vec::<String>::new());
    assert!(matches!(machine.drives().open("/dev/sr0"), Err(TransportError::Gone)));
}

#[test]
fn a_drive_is_opened_by_id_node_or_address() {
    let machine = Machine::with_a_drive();
    let drives = machine.drives();
    let node = machine.path("dev/sr0");
    for name in ["scsi-1:0:0:0", "1:0:0:0", node.to_str().expect("text")] {
        assert_eq!(drives.open(name).expect(name).id(), "scsi-1:0:0:0");
    }
    fs::remove_file(&node).expect("the link");
    assert!(matches!(drives.open("1:0:0:0"), Err(TransportError::Gone)));
}

#[test]
fn a_drive_is_opened_by_a_link_to_its_node_and_by_its_generic_node() {
    let machine = Machine::with_a_drive();
    machine.plug_in("2:0:0:0", "5\n", "block", "sr1", "11:1\n");
    machine.write("sys/bus/scsi/devices/2:0:0:0/scsi_generic/sg7/dev", b"21:7\n");
    machine.write("dev/sg7", b"");
    symlink("sr1", machine.path("dev/cdrom")).expect("a link");
    symlink("cdrom", machine.path("dev/dvd")).expect("a link");
    symlink("../../sr1", machine.path("dev/disk/by-id/wwn-0x5001")).expect("a link");
    symlink("circle", machine.path("dev/circle")).expect("a link");
    for name in ["dev/cdrom", "dev/dvd", "dev/disk/by-id/wwn-0x5001", "dev/sg7"] {
        let drive = machine.drives().open_drive(machine.path(name).to_str().expect("text")).expect(name);
        assert_eq!((&drive.info().address[..], &drive.info().node), ("2:0:0:0", &machine.path("dev/sr1")), "{name}");
    }
    for name in ["dev/circle", "dev/sg8", "dev"] {
        let error = machine.drives().open(machine.path(name).to_str().expect("text")).err().expect(name);
        assert!(matches!(error, TransportError::Gone), "{name}: {error}");
    }
}

#[test]
fn what_cannot_be_listed_or_opened_names_no_command() {
    let machine = Machine::with_a_drive();
    let node = machine.path("dev/sr0");
    fs::remove_file(&node).expect("the link");
    fs::create_dir(&node).expect("a folder");
    let error = machine.drives().open("1:0:0:0").err().expect("a folder is no drive");
    assert_eq!(error.to_string(), format!("{} could not be opened", node.display()));
    fs::remove_dir_all(machine.path("sys/bus/scsi/devices")).expect("the folder");
    machine.write("sys/bus/scsi/devices", b"");
    let error = machine.drives().list().expect_err("no folder");
    assert_eq!(error.to_string(), "the system could not list its drives");
}

#[test]
fn a_node_that_is_no_scsi_device_says_so() {
    let machine = Machine::with_a_drive();
    let drive = machine.drives().open_drive("1:0:0:0").expect("a node");
    let inquiry = Cdb::six([0x12, 0, 0, 0, 36, 0]);
    let error = drive.execute(&inquiry, Data::In(&mut [0; 36]), SECOND).expect_err("not SCSI");
    let TransportError::System { opcode: 0x12, source } = error else { panic!("{error:?}") };
    assert_eq!(source.to_string(), "this is no SCSI device: it does not know SG_IO");
}

#[test]
fn more_than_the_queue_takes_is_refused_before_it_is_sent() {
    let machine = Machine::with_a_drive();
    let drive = machine.drives().open_drive("1:0:0:0").expect("a node");
    assert_eq!(drive.limits().transfer.get(), 32 * 1024);
    let write = Cdb::ten([0x2A, 0, 0, 0, 0, 0, 0, 0, 17, 0]);
    let error = drive.execute(&write, Data::Out(&vec![0; 17 * 2048]), SECOND).expect_err("17 blocks");
    assert!(matches!(error, TransportError::TooLarge { size: 34_816, limit: 32_768 }), "{error}");
}

#[test]
fn a_locked_drive_is_held_by_its_owner_until_it_is_given_back() {
    let machine = Machine::with_a_drive();
    let drives = machine.drives();
    let (one, other) = (drives.open("1:0:0:0").expect("a node"), drives.open("1:0:0:0").expect("a node"));
    assert_eq!(one.lock_owner(), None);
    one.lock(&client("Backup, nightly"), false).expect("nobody has it");
    one.lock(&client("Backup, nightly"), false).expect("once more for the same");
    for drive in [&one, &other] {
        assert_eq!(drive.lock_owner().as_deref(), Some("Backup, nightly"));
        let refused = drive.lock(&client("Other"), true).expect_err("it is held");
        assert_eq!(refused.to_string(), "the drive is held by Backup, nightly");
    }
    other.unlock();
    assert_eq!(other.lock_owner().as_deref(), Some("Backup, nightly"), "only the owner gives back");
    // A child has what its parent had open, until it becomes another program.
    let busy = std::thread::spawn(|| {
        for _ in 0..50 {
            std::process::Command::new("true").status().expect("a program");
        }
    });
    for _ in 0..200 {
        one.unlock();
        other.lock(&client("Other"), false).expect("it is free");
        other.unlock();
        one.lock(&client("Backup, nightly"), false).expect("it is free");
    }
    busy.join().expect("no panic");
    one.unlock();
    other.lock(&client("Other"), false).expect("it is free");
    drop(other);
    assert_eq!(one.lock_owner(), None, "a drive that is closed is free");
}

#[test]
fn a_mounted_disc_is_in_the_way_unless_it_is_forced() {
    let machine = Machine::with_a_drive();
    machine.write("mountinfo", b"90 27 11:0 / /media/My\\040Disc ro - udf /dev/sr0 ro\n");
    let drive = machine.drives().open("1:0:0:0").expect("a node");
    assert_eq!(drive.mount_points(), [PathBuf::from("/media/My Disc")]);
    let refused = drive.lock(&client("A"), false).expect_err("it is mounted");
    assert!(matches!(&refused, LockRefused::Mounted { at } if at == Path::new("/media/My Disc")), "{refused}");
    drive.lock(&client("A"), true).expect("forced");
}

/// A program in the machine's folder of programs, which writes down how it was called.
fn script(machine: &Machine, name: &str, body: &str) {
    use std::os::unix::fs::PermissionsExt;
    let called = machine.path("called");
    machine.write(
        &format!("bin/{name}"),
        format!("#!/bin/sh\necho {name} \"$@\" >>{}\n{body}\n", called.display()).as_bytes(),
    );
    fs::set_permissions(machine.path(&format!("bin/{name}")), fs::Permissions::from_mode(0o755)).expect("our own file");
}

#[test]
fn a_disc_is_unmounted_by_the_first_program_that_can() {
    let mounted = b"90 27 11:0 / /media/My\\040Disc ro - udf /dev/sr0 ro\n";
    let node = |machine: &Machine| machine.path("dev/sr0").display().to_string();
    let gone = |machine: &Machine| format!(": >{}", machine.path("mountinfo").display());
    let called = |machine: &Machine| fs::read_to_string(machine.path("called")).unwrap_or_default();

    let machine = Machine::with_a_drive();
    script(&machine, "umount", &gone(&machine));
    script(&machine, "udisksctl", "exit 1");
    let drive = machine.drives().open("1:0:0:0").expect("a node");
    drive.unmount().expect("nothing is mounted");
    assert_eq!(called(&machine), "");
    machine.write("mountinfo", mounted);
    drive.unmount().expect("the first program does it");
    assert_eq!(called(&machine), "umount -- /media/My Disc\n");

    // Not root: the desktop's own way.
    let machine = Machine::with_a_drive();
    machine.write("mountinfo", mounted);
    script(&machine, "umount", "echo 'must be superuser to unmount' >&2; exit 32");
    script(&machine, "udisksctl", &gone(&machine));
    machine.drives().open("1:0:0:0").expect("a node").unmount().expect("the second program does it");
    let told = format!("umount -- /media/My Disc\nudisksctl unmount --no-user-interaction -b {}\n", node(&machine));
    assert_eq!(called(&machine), told);

    // Neither is there, or somebody is in the folder.
    let machine = Machine::with_a_drive();
    machine.write("mountinfo", mounted);
    let drive = machine.drives().open("1:0:0:0").expect("a node");
    let refused = drive.unmount().expect_err("nobody unmounts");
    assert!(matches!(&refused, LockRefused::Mounted { at } if at == Path::new("/media/My Disc")), "{refused}");
    assert!(drive.lock(&client("A"), false).is_err());
}

#[test]
fn each_refusal_to_lock_has_its_code() {
    let held = LockRefused::Held { owner: Some("Other".into()) };
    let mounted = LockRefused::Mounted { at: "/mnt".into() };
    assert_eq!((held.code(), mounted.code()), (v2::E_IMAPI_RECORDER_LOCKED, common::ERROR_BAD_COMMAND));
    assert_eq!(LockRefused::from(TransportError::Gone).code(), common::ERROR_DEV_NOT_EXIST);
}

/// udev looks at a disc only when it gets a lock on the node.
#[test]
fn the_node_of_a_locked_drive_is_locked_too() {
    let machine = Machine::with_a_drive();
    let node = machine.path("dev/sr0");
    fs::remove_file(&node).expect("the link");
    fs::write(&node, b"").expect("a file");
    let udev = || std::process::Command::new("flock").arg("-n").arg("-s").arg(&node).arg("true").status();
    let can_lock = || udev().expect("util-linux is everywhere").success();
    let drive = machine.drives().open("1:0:0:0").expect("a node");
    assert!(can_lock());
    drive.lock(&client("A"), false).expect("nobody has it");
    assert!(!can_lock());
    drive.unlock();
    assert!(can_lock());
}

#[test]
fn somebody_who_stays_in_the_node_has_the_drive() {
    let machine = Machine::with_a_drive();
    let node = machine.path("dev/sr0");
    fs::remove_file(&node).expect("the link");
    fs::write(&node, b"").expect("a file");
    let mut other = std::process::Command::new("flock")
        .arg(&node)
        .args(["sh", "-c", "echo locked; read line || true"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("util-linux is everywhere");
    let mut told = [0; 7];
    std::io::Read::read_exact(other.stdout.as_mut().expect("a pipe"), &mut told).expect("it has the lock");
    let drive = machine.drives().open("1:0:0:0").expect("a node");
    let refused = drive.lock(&client("A"), false).expect_err("it is locked");
    assert_eq!(refused.to_string(), "the drive is held by another program");
    assert_eq!(drive.lock_owner(), None, "what was not taken is not kept");
    drop(other.stdin.take());
    assert!(other.wait().expect("our child").success());
    drive.lock(&client("A"), false).expect("it is free");
}

#[test]
fn the_system_tells_what_size_it_takes_a_disc_to_have() {
    let machine = Machine::with_a_drive();
    machine.plug_in("2:0:0:0", "5\n", "scsi_generic", "sg4", "21:4\n");
    let drive = machine.drives().open("1:0:0:0").expect("a node");
    assert_eq!(drive.look_anew(), None, "it does not say");
    machine.write("sys/class/block/sr0/size", b"1400\n");
    assert_eq!(drive.look_anew(), Some(350));
    assert_eq!(drive.node(), Some(machine.path("dev/sr0")));
    drive.keep_tray_locked(true).expect("a driver that knows of no lock opens none");
    let generic = machine.drives().open("2:0:0:0").expect("a node");
    assert_eq!(generic.look_anew(), None, "the generic driver knows nothing of discs");
    generic.keep_tray_locked(true).expect("nor does it unlock them");
}

#[test]
fn notices_are_switched_off_and_come_back_as_they_were() {
    let machine = Machine::with_a_drive();
    let polling = || fs::read_to_string(machine.path("sys/class/block/sr0/events_poll_msecs")).expect("the attribute");
    let drive = machine.drives().open("1:0:0:0").expect("a node");
    drive.media_notices(true);
    assert_eq!(polling(), "-1\n", "untouched");
    drive.media_notices(false);
    drive.media_notices(false);
    assert_eq!(polling(), "0");
    drive.media_notices(true);
    assert_eq!(polling(), "-1");
    drive.media_notices(false);
    drop(drive);
    assert_eq!(polling(), "-1", "a drive that is closed leaves nothing behind");
}

#[test]
fn notices_come_back_when_two_switched_them_off() {
    let machine = Machine::with_a_drive();
    let polling = || fs::read_to_string(machine.path("sys/class/block/sr0/events_poll_msecs")).expect("the attribute");
    let (one, other) =
        (machine.drives().open("1:0:0:0").expect("a node"), machine.drives().open("1:0:0:0").expect("a node"));
    one.media_notices(false);
    other.media_notices(false);
    assert_eq!(polling(), "0");
    one.media_notices(true);
    drop((one, other));
    assert_eq!(polling(), "-1");
}

#[test]
fn drives_that_come_and_go_are_heard_of_until_nobody_listens() {
    let machine = Machine::with_a_drive();
    let drives = machine.drives();
    let arrivals = drives.watch();
    machine.plug_in("2:0:0:0", "5\n", "block", "sr1", "11:1\n");
    let patience = Duration::from_secs(20);
    assert_eq!(arrivals.recv_timeout(patience), Ok(Arrival::Added("scsi-2:0:0:0".into())));
    fs::remove_dir_all(machine.path("sys/bus/scsi/devices/1:0:0:0")).expect("the folder");
    assert_eq!(arrivals.recv_timeout(patience), Ok(Arrival::Removed("scsi-1:0:0:0".into())));
    drop(drives);
    assert!(arrivals.recv_timeout(patience).is_err(), "the thread has ended with its source");
}
