//! `imapi virtual attach` and `detach` in a real kernel: what it shows of the drive, and how a drive goes away.

use crate::guest::{Guest, overwrite, peer, section};

/// The driver `sr`, sysfs and a program of others know the drive for what it is.
#[test]
fn the_kernel_has_a_drive_with_our_disc() {
    let guest = Guest::new().with(overwrite()).with(peer("sg_inq")).with(peer("sg_get_config"));
    std::fs::write(guest.files().join("bytes"), [7; 70_000]).expect("a file");
    let told = guest.run(
        "imapi virtual create /tmp/disc --media dvd-ram --size 16M\n\
         echo '== attach'\n\
         told=$(imapi virtual attach --background --json /tmp/disc 2>&1); echo $told\n\
         echo '== sysfs'\n\
         cd /sys/class/block/sr0; cat device/vendor device/model device/type size; cd /tmp\n\
         echo '== cdrom'\n\
         cat /proc/sys/dev/cdrom/info\n\
         echo '== inquiry'\n\
         sg_inq /dev/sg0\n\
         echo '== configuration'\n\
         sg_get_config --current /dev/sr0\n\
         echo '== ours'\n\
         overwrite /dev/sg0 /work/bytes\n\
         echo '== dd'\n\
         dd if=/dev/sr0 bs=2048 count=34 2>/dev/null | tr -d '\\007' | wc -c\n\
         dd if=/dev/zero of=/dev/sr0 bs=2048 count=5 seek=100 conv=fsync 2>/dev/null\n\
         echo written > /tmp/block; dd if=/tmp/block of=/dev/sr0 bs=2048 seek=102 conv=sync,fsync 2>/dev/null\n\
         dd if=/dev/sr0 bs=2048 skip=102 count=1 2>/dev/null | head -n 1\n\
         echo '== second'\n\
         imapi virtual create /tmp/other --media bd-re --size 16M >/dev/null\n\
         imapi virtual attach --background --lang ru /tmp/other\n\
         imapi virtual attach --background /tmp/other 2>&1 || echo refused\n\
         imapi virtual detach --all\n\
         ls /dev/sr* /dev/sg* 2>/dev/null | wc -l\n",
    );
    assert_eq!(section(&told, "attach"), "{\"disc\":\"/tmp/disc\",\"node\":\"/dev/sr0\",\"generic\":\"/dev/sg0\"}\n");
    // 16 MiB in units of 512 bytes.
    let sysfs: Vec<&str> = section(&told, "sysfs").lines().map(str::trim).collect();
    assert_eq!(sysfs, ["IMAPI", "Virtual Drive", "5", "32768"]);
    let cdrom: Vec<String> =
        section(&told, "cdrom").lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for can in ["drive name: sr0", "Can open tray: 1", "Can write DVD-RAM: 1", "Can read DVD: 1", "Can write CD-R: 1"] {
        assert!(cdrom.iter().any(|line| line == can), "{can}: {cdrom:?}");
    }
    let inquiry = section(&told, "inquiry");
    assert!(inquiry.contains("Peripheral device type: cd/dvd") && inquiry.contains("Virtual Drive"), "{inquiry}");
    assert!(section(&told, "configuration").contains("DVD-RAM"), "{told}");
    assert!(section(&told, "ours").contains("written and read back: 35 blocks"), "{told}");
    // 34 blocks of sevens leave nothing over; then a block of a file, between zeros.
    assert_eq!(section(&told, "dd"), "0\nwritten\n");
    let second = section(&told, "second");
    assert!(second.contains("/dev/sr1, /dev/sg1") && second.contains("ERROR_SHARING_VIOLATION"), "{second}");
    assert!(second.ends_with("refused\n0\n"), "{second}");
}

/// A program that was killed leaves a drive that nobody serves, and whoever reads from it waits. Detaching ends that.
#[test]
fn the_drive_of_a_killed_program_is_taken_away() {
    let told = Guest::new().run(
        "imapi virtual create /tmp/disc --media dvd-ram --size 16M\n\
         imapi virtual attach --background /tmp/disc\n\
         kill -9 $(pidof imapi)\n\
         dd if=/dev/sr0 of=/dev/null bs=2048 count=1 2>/dev/null & reader=$!\n\
         sleep 2\n\
         kill -0 $reader && echo '== waits'\n\
         imapi virtual detach /tmp/disc && echo '== detached'\n\
         wait $reader || echo \"== reader failed\"\n\
         ls /dev/sr* /sys/kernel/config/target/core/user_* 2>/dev/null || echo '== gone'\n\
         imapi virtual attach --background /tmp/disc\n\
         dd if=/dev/sr0 of=/dev/null bs=2048 count=1 2>/dev/null && echo '== again'\n\
         imapi virtual detach /dev/sr0\n",
    );
    for step in ["waits", "detached", "reader failed", "gone", "again"] {
        section(&told, step);
    }
}

/// A signal or somebody else ends it, and neither takes a mounted disc away from its users unasked.
#[test]
fn a_mounted_disc_stays_until_it_is_asked_twice_or_with_force() {
    let guest = Guest::new().with(overwrite());
    let image = guest.files().join("image");
    let tree = guest.files().join("tree");
    std::fs::create_dir(&tree).and_then(|()| std::fs::write(tree.join("file"), "here")).expect("a file");
    let made = std::process::Command::new(peer("xorriso"))
        .args(["-as", "mkisofs", "-quiet", "-R", "-o"])
        .args([&image, &tree])
        .output()
        .expect("it runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let told = guest.run(
        "start() {\n\
           imapi virtual attach /tmp/disc >/tmp/told 2>/tmp/complained & served=$!\n\
           until grep -q /dev/sr0 /tmp/told; do sleep 0.1; done\n\
         }\n\
         ended() { if wait $served; then echo \"ended well\"; else echo \"ended with $?\"; fi; ls /dev/sr* 2>/dev/null || true; }\n\
         imapi virtual create /tmp/disc --media dvd-ram --size 16M >/dev/null\n\
         start\n\
         overwrite /dev/sr0 /work/image >/dev/null\n\
         mount -t iso9660 -o ro /dev/sr0 /mnt\n\
         echo '== refused'\n\
         imapi virtual detach /dev/sr0 2>&1 || cat /mnt/file; echo\n\
         echo '== first signal'\n\
         kill -INT $served; sleep 1; cat /mnt/file; echo; cat /tmp/complained\n\
         echo '== second signal'\n\
         kill -TERM $served; ended; umount /mnt\n\
         echo '== signal'\n\
         start; kill -TERM $served; ended\n\
         echo '== elsewhere'\n\
         start; imapi virtual detach /tmp/disc; ended\n\
         echo '== force'\n\
         start; mount -t iso9660 -o ro /dev/sr0 /mnt; imapi virtual detach --force /tmp/disc; ended; umount /mnt\n\
         echo '== end'\n",
    );
    for words in ["ERROR_BAD_COMMAND", "path: /mnt", "here"] {
        assert!(section(&told, "refused").contains(words), "{words}: {told}");
        assert!(section(&told, "first signal").contains(words), "{words}: {told}");
    }
    for end in ["second signal", "signal", "elsewhere", "force"] {
        assert_eq!(section(&told, end), "ended well\n", "{end}");
    }
}
