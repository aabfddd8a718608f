//! Programs that look for drives find it; all else in those folders stays as it is.

use std::{fs, path::Path, process::Command};

use imapi_mmc_transport::{Transport as _, TransportExt as _, commands::ReadCapacity, linux::LinuxDrives};

use super::{client, disc, good, run};

const INQUIRY: u8 = 0x12;

fn shell(script: &str) -> String {
    good(&disc(), "sh", &["-ec", script])
}

#[test]
fn a_folder_shows_the_node_and_all_that_the_machine_has() {
    let listed = |out: &str| -> Vec<String> { out.lines().map(str::to_owned).collect() };
    let mut real: Vec<String> = fs::read_dir("/dev")
        .expect("a folder")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    real.extend(["sr0", "sg0", "cdrom", "scd0"].map(str::to_owned));
    real.sort();
    real.dedup();
    let mut shown = listed(&good(&disc(), "ls", &["/dev"]));
    shown.sort();
    assert_eq!(shown, real);
    assert_eq!(shell("echo /dev/s[r]0 /dev/s[g]0"), "/dev/sr0 /dev/sg0\n");
    assert_eq!(shell("cd /dev && echo s[r]0"), "sr0\n");
    // `find` stats what it lists relative to the folder that it has open.
    let found =
        good(&disc(), "find", &["/dev", "-maxdepth", "1", "-name", "s[rg]0", "-type", "b,c", "-printf", "%f%y "]);
    let mut found: Vec<&str> = found.split_whitespace().collect();
    found.sort_unstable();
    assert_eq!(found, ["sg0c", "sr0b"]);
    assert_eq!(shell("find /dev -maxdepth 1 -name null -type c"), "/dev/null\n");
}

#[test]
fn a_node_elsewhere_is_listed_where_it_is_and_hides_what_is_there() {
    for has_other in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let (node, out) = (folder.path().join("burner"), folder.path().join("out"));
        fs::write(folder.path().join("real"), "").expect("a file");
        if has_other {
            fs::write(&node, "hidden").expect("a file");
        }
        let mut command = Command::new("ls");
        command.arg("-F").arg(folder.path()).stdout(fs::File::create(&out).expect("a file"));
        let device = imapi_virtual_device::VirtualDevice::new(disc() as _).at(&node);
        assert!(device.run(command).expect("it works").success());
        assert_eq!(fs::read_to_string(out).expect("a file"), "burner\nout\nreal\n");
        assert_eq!(node.exists(), has_other);
    }
}

#[test]
fn sysfs_tells_of_the_drive_in_all_its_places() {
    let vendor = "IMAPI   \n";
    for path in [
        "/sys/class/block/sr*/device/vendor",
        "/sys/block/sr0/device/vendor",
        "/sys/dev/block/11:0/device/vendor",
        "/sys/bus/scsi/devices/[0-9]*:[0-9]*/vendor",
        "/sys/class/scsi_device/*/device/vendor",
        "/sys/class/scsi_generic/sg0/device/vendor",
        "/sys/dev/char/21:0/device/vendor",
        "/sys/block/sr0/device/block/sr0/device/generic/device/vendor",
        "/sys/class/scsi_host/host*/device/target*/*:*/vendor",
        "/sys/bus/scsi/drivers/sr/*:*/vendor",
    ] {
        // Machines may have disks of their own there.
        let out = shell(&format!("cat {path}"));
        assert!(out.contains(vendor), "{path}: {out}");
    }
    let unit = "cd /; d=/sys/class/block/sr0/device;";
    assert_eq!(shell(&format!("{unit} cat $d/model $d/rev $d/type $d/scsi_level")), "Test drive      \n1.0 \n5\n6\n");
    assert_eq!(shell("cat /sys/block/sr0/dev /sys/class/scsi_generic/sg0/dev"), "11:0\n21:0\n");
    assert_eq!(shell("cat /sys/block/sr0/queue/max_sectors_kb /sys/block/sr0/queue/logical_block_size"), "64\n2048\n");
    assert_eq!(shell("cat /sys/block/sr0/removable /sys/block/sr0/ro /sys/block/sr0/size"), "1\n0\n1024\n");
    let link = shell("readlink /sys/class/block/sr0; realpath /sys/block/sr0/device/driver; ls -d /sys/block/sr0/");
    let lines: Vec<&str> = link.lines().collect();
    assert!(lines[0].starts_with("../../devices/") && lines[0].ends_with("/block/sr0"), "{link}");
    assert_eq!(lines[1..], ["/sys/bus/scsi/drivers/sr", "/sys/block/sr0/"]);
    // The address is read from the end of a link.
    let ends = shell("for a in /sys/class/scsi_device/*; do basename $(readlink $a/device); done");
    let link = shell("readlink /sys/block/sr0/device");
    assert!(ends.lines().any(|end| link == format!("../../../{end}\n")), "{ends}{link}");
    // Real ones are still there beside it.
    for entry in fs::read_dir("/sys/class/block").expect("a folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        if name != "sr0" {
            assert_eq!(shell(&format!("cat /sys/class/block/{name}/dev | wc -l")), "1\n", "{name}");
            assert!(shell("ls /sys/class/block").lines().any(|line| line == name), "{name}");
        }
    }
}

#[test]
fn files_of_ours_are_read_and_nothing_else() {
    for (script, error) in [
        ("echo 1 >/sys/block/sr0/size", "ermission denied"),
        ("cat /sys/block/sr0/none", "No such file"),
        ("echo 1 >/sys/block/sr0/none", "ermission denied"),
        ("cat /sys/block/sr0/queue", "Is a directory"),
    ] {
        let said = run(&disc(), "sh", &["-c", script]);
        assert!(!said.status.success() && said.err.contains(error), "{script}: {}", said.err);
    }
    assert_eq!(
        shell("test -r /sys/block/sr0/size && ! test -x /sys/block/sr0/size && test -d /sys/block/sr0/queue"),
        ""
    );
    assert_eq!(
        shell("test -L /sys/block/sr0 && test -b /dev/cdrom && test -L /dev/cdrom && readlink /dev/cdrom"),
        "sr0\n"
    );
    assert_eq!(
        shell("stat -c '%F %s %a' /sys/block/sr0/size"),
        "regular file 2 444\n",
        "as long as nobody has read it"
    );
    assert_eq!(shell("cat /sys/block/sr0/size; stat -c %a /sys/block/sr0/size"), "1024\n444\n");
}

#[test]
fn links_can_be_gone_along_step_by_step() {
    assert_eq!(good(&disc(), client(), &["links", "/dev/sr0"]), "all so\n");
}

#[test]
fn proc_tells_of_the_drive_where_the_kernel_does() {
    let info = shell("cat /proc/sys/dev/cdrom/info");
    let line = info.lines().find(|line| line.starts_with("drive name:")).expect("a line");
    assert!(line.split_whitespace().skip(2).any(|name| name == "sr0"), "{info}");
    assert!(info.starts_with("CD-ROM information, Id: cdrom.c 3.20 2003/12/17\n\ndrive name:\t\tsr0"), "{info}");
    assert_eq!(info.lines().filter(|line| line.contains(':')).count(), 21, "{info}");
    let devices = shell("cat /proc/devices");
    assert!(devices.lines().any(|line| line == " 11 sr") && devices.lines().any(|line| line == " 21 sg"), "{devices}");
    assert!(devices.contains("  1 mem\n") && devices.contains("\nBlock devices:\n"), "{devices}");
    let scsi = shell("cat /proc/scsi/scsi");
    assert!(scsi.starts_with("Attached devices:\n"), "{scsi}");
    assert!(scsi.contains("  Vendor: IMAPI    Model: Test drive       Rev: 1.0 \n"), "{scsi}");
    let generic = shell("head -n 1 /proc/scsi/sg/devices; cat /proc/scsi/sg/device_strs");
    assert!(generic.contains("\t5\t1\t1\t0\t1\n") && generic.contains("IMAPI   \tTest drive"), "{generic}");
}

#[test]
fn sg3_utils_scan_and_map() {
    let scan = good(&disc(), "sg_scan", &["-i"]);
    assert!(scan.contains("/dev/sg0: scsi") && scan.contains("IMAPI     Test drive"), "{scan}");
    let map = good(&disc(), "sg_map", &["-sr", "-i"]);
    assert!(map.contains("/dev/sg0  /dev/sr0") || map.contains("/dev/sg0  /dev/scd0"), "{map}");
}

#[test]
fn lsblk_knows_what_it_is() {
    let listed = good(&disc(), "lsblk", &["-Sno", "NAME,TYPE,VENDOR,MODEL,REV"]);
    let line = listed.lines().find(|line| line.starts_with("sr0 ")).unwrap_or_default();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert!(words.starts_with(&["sr0", "rom", "IMAPI", "Test", "drive", "1.0"]), "{listed}");
    let listed = good(&disc(), "lsblk", &["-dnbo", "SIZE,RO,RM,LOG-SEC,MAJ:MIN", "/dev/sr0"]);
    assert_eq!(listed.split_whitespace().collect::<Vec<_>>(), ["524288", "0", "1", "2048", "11:0"]);
}

#[test]
fn our_own_list_of_drives_has_it_and_opens_it() {
    const ROLE: &str = "VIRTUAL_DEVICE_LISTS";
    const NAME: &str = "listings::our_own_list_of_drives_has_it_and_opens_it";
    // This test again, as the program on the device.
    if std::env::var_os(ROLE).is_some() {
        let drives = LinuxDrives::new();
        let infos = drives.infos().expect("a list");
        let found = infos.iter().find(|info| info.node == Path::new("/dev/sr0")).expect("the drive");
        assert_eq!([&*found.vendor, &found.product, &found.revision], ["IMAPI", "Test drive", "1.0"]);
        assert_eq!((found.number, found.is_block), (Some((11, 0)), true));
        let drive = drives.open_drive("/dev/cdrom").expect("it opens");
        assert_eq!(drive.limits().transfer.get(), 65_536);
        assert_eq!(drive.query(&ReadCapacity).expect("an answer").last.0, 255);
        return;
    }
    let me = std::env::current_exe().expect("it works");
    let script = format!("{ROLE}=1 {} --exact {NAME}", me.display());
    let said = run(&disc(), "sh", &["-ec", &script]);
    assert!(said.status.success() && said.out.contains("1 passed"), "{}{}", said.out, said.err);
}

#[test]
fn a_program_that_looks_at_no_listing_costs_no_command() {
    let drive = disc();
    good(
        &drive,
        "sh",
        &["-ec", "test -b /dev/sr0; ls /dev >/dev/null; cat /sys/class/block/*/none 2>/dev/null || true"],
    );
    assert_eq!(drive.count(INQUIRY), 2, "the standard answer and the serial number, as a file was looked for");
    let drive = disc();
    good(&drive, "sh", &["-ec", "test -b /dev/sr0; ls /dev /sys/class/block >/dev/null"]);
    assert_eq!(drive.count(INQUIRY), 0);
}

#[test]
fn nothing_is_left_behind() {
    // This test again, with a folder of its own for what is temporary.
    if let Some(place) = std::env::var_os("VIRTUAL_DEVICE_PLACE") {
        good(&disc(), "cat", &["/sys/block/sr0/size"]);
        let left: Vec<_> = fs::read_dir(place).expect("a folder").flatten().map(|entry| entry.path()).collect();
        assert!(left.is_empty(), "{left:?}");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let me = std::env::current_exe().expect("it works");
    let mut command = Command::new(me);
    command.args(["--exact", "listings::nothing_is_left_behind"]);
    let status = command.env("VIRTUAL_DEVICE_PLACE", folder.path()).env("TMPDIR", folder.path()).status();
    assert!(status.expect("it works").success());
}
