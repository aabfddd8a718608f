//! Drives of a real kernel: found, asked, taken, their trays moved, and what the kernel believes of a disc put right.

use crate::guest::{Guest, hold, peer, refresh, section};

/// The kernel keeps the size that a disc had when it came in. Only a tray that moves helps, which is why we move it.
#[test]
fn the_kernel_mounts_what_was_written_once_it_has_looked_anew() {
    let guest = Guest::new().with(refresh()).with(peer("sg_raw"));
    let tree = guest.files().join("tree");
    std::fs::create_dir(&tree).and_then(|()| std::fs::write(tree.join("file"), "here")).expect("a file");
    let image = guest.files().join("image");
    let made = std::process::Command::new(peer("xorriso"))
        .args(["-as", "mkisofs", "-quiet", "-R", "-o"])
        .args([&image, &tree])
        .output()
        .expect("it runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let told = guest.run(
        "mkdir -p /run/lock\n\
         imapi virtual create /tmp/disc --media bd-r --size 64M >/dev/null\n\
         imapi virtual attach --background /tmp/disc >/dev/null\n\
         size() { cat /sys/class/block/sr0/size; }\n\
         blocks=$(( ($(wc -c </work/image) + 65535) / 65536 * 32 )); i=0\n\
         while [ $i -lt $blocks ]; do\n\
           dd if=/work/image of=/tmp/piece bs=65536 skip=$((i/32)) count=1 conv=sync 2>/dev/null\n\
           place=$(printf '%02x %02x' $((i/256)) $((i%256)))\n\
           sg_raw -s 65536 -i /tmp/piece /dev/sr0 2a 00 00 00 $place 00 00 20 00 >/dev/null 2>&1\n\
           i=$((i+32))\n\
         done\n\
         sg_raw /dev/sr0 35 00 00 00 00 00 00 00 00 00 2>/dev/null\n\
         echo '== nothing helps'\n\
         size; echo 1 >/sys/class/block/sr0/device/rescan; size\n\
         sg_raw /dev/sr0 1b 00 00 00 00 00 2>/dev/null; sg_raw /dev/sr0 1b 00 00 00 01 00 2>/dev/null; size\n\
         mount -t iso9660 -o ro /dev/sr0 /mnt 2>/dev/null || echo not mounted\n\
         echo '== stale'\n\
         refresh /dev/sr0\n\
         echo '== reloaded'\n\
         refresh /dev/sr0 --reload\n\
         echo \"$((blocks * 4)) $(size)\"\n\
         mount -t iso9660 -o ro /dev/sr0 /mnt; cat /mnt/file; echo\n\
         echo '== mounted'\n\
         imapi drives\n\
         refresh /dev/sr0 2>&1 || echo kept out\n\
         imapi eject /dev/sr0 2>&1 || cat /mnt/file; echo\n\
         echo '== unmounted'\n\
         imapi eject --unmount /dev/sr0; mount | grep sr0 || echo nothing is mounted\n\
         imapi load /dev/sr0; imapi info /dev/sr0\n\
         echo '== owner'\n\
         sed 's/^[0-9]* //' /run/lock/imapi-drive-11-0\n\
         imapi virtual detach --all\n\
         echo '== end'\n",
    );
    assert_eq!(section(&told, "nothing helps"), "4\n4\n4\nnot mounted\n");
    assert!(section(&told, "stale").starts_with("Stale, Some(1) then Some(1)"), "{told}");
    let reloaded: Vec<&str> = section(&told, "reloaded").lines().collect();
    assert!(reloaded[0].starts_with("Reloaded, Some(1)"), "{told}");
    let sizes: Vec<&str> = reloaded[1].split(' ').collect();
    assert_eq!((sizes[0], reloaded[2]), (sizes[1], "here"), "{told}");
    let mounted = section(&told, "mounted");
    for words in
        ["mounted at: /mnt", "the disc is mounted at /mnt\nkept out", "ERROR_BAD_COMMAND", "path: /mnt", "here"]
    {
        assert!(mounted.contains(words), "{words}: {told}");
    }
    let unmounted = section(&told, "unmounted");
    for words in ["nothing is mounted\n", "path: /dev/sr0\n", "session 1, track 1: 0–"] {
        assert!(unmounted.contains(words), "{words}: {told}");
    }
    assert_eq!(section(&told, "owner"), "refresh\n");
}

/// The kernel opens the tray's lock when the last program closes the drive, unless it was told otherwise.
#[test]
fn a_tray_stays_locked_when_the_program_has_ended() {
    let told = Guest::new().with(peer("sg_raw")).run(
        "imapi virtual create /tmp/disc --media dvd-r --size 16M >/dev/null\n\
         imapi virtual attach --background /tmp/disc >/dev/null\n\
         out() { imapi info /dev/sr0 | grep -q 'medium: no disc' && echo out || echo in; }\n\
         echo '== by a command alone'\n\
         sg_raw /dev/sr0 1e 00 00 00 01 00 2>/dev/null; imapi eject /dev/sr0; out; imapi load /dev/sr0; out\n\
         echo '== locked'\n\
         imapi lock /dev/sr0; imapi eject /dev/sr0 2>&1 || out\n\
         echo '== unlocked'\n\
         imapi unlock /dev/sr0; imapi eject /dev/sr0; out\n\
         imapi virtual detach --all\n\
         echo '== end'\n",
    );
    assert_eq!(section(&told, "by a command alone"), "out\nin\n");
    let locked = section(&told, "locked");
    assert!(locked.contains("E_IMAPI_RECORDER_LOCKED") && locked.ends_with("in\n"), "{told}");
    assert_eq!(section(&told, "unlocked"), "out\n");
}

/// A drive that one program has for itself cannot be mounted, nor used by others, and they hear whose it is.
#[test]
fn a_drive_that_is_taken_is_nobody_elses() {
    let guest = Guest::new().with(hold()).with(refresh());
    let tree = guest.files().join("tree");
    std::fs::create_dir(&tree).and_then(|()| std::fs::write(tree.join("file"), "here")).expect("a file");
    let made = std::process::Command::new(peer("xorriso"))
        .args(["-as", "mkisofs", "-quiet", "-R", "-o"])
        .args([&guest.files().join("image"), &tree])
        .output()
        .expect("it runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let told = guest.run(
        "export NO_COLOR=1; mkdir -p /run/lock; mkfifo /tmp/fifo\n\
         imapi virtual create /tmp/disc --media dvd-rom --image /work/image >/dev/null\n\
         imapi virtual attach --background /tmp/disc >/dev/null\n\
         hold /dev/sr0 'Archive, nightly' </tmp/fifo >/tmp/told & holder=$!; exec 3>/tmp/fifo\n\
         until grep -q held /tmp/told; do sleep 0.1; done\n\
         echo '== taken'\n\
         mount -t iso9660 -o ro /dev/sr0 /mnt 2>/dev/null || echo not mounted\n\
         imapi info /dev/sr0; imapi info /dev/sg0 --json\n\
         imapi eject /dev/sr0 2>&1 || echo not ejected\n\
         refresh /dev/sr0 2>&1 || echo not refreshed\n\
         echo '== killed'\n\
         kill -9 $holder; wait $holder || true\n\
         imapi info /dev/sr0; mount -t iso9660 -o ro /dev/sr0 /mnt; cat /mnt/file; umount /mnt\n\
         imapi virtual detach --all\n\
         echo '== end'\n",
    );
    let taken = section(&told, "taken");
    for words in [
        "not mounted\n",
        "held by: Archive, nightly\n",
        "\"heldBy\": \"Archive, nightly\"",
        "E_IMAPI_RECORDER_LOCKED",
        "not ejected\n",
        "the drive is held by Archive, nightly\nnot refreshed\n",
    ] {
        assert!(taken.contains(words), "{words}: {told}");
    }
    assert!(!taken.contains("medium: "), "the disc is not asked for: {told}");
    let killed = section(&told, "killed");
    assert!(killed.contains("medium: DVD-ROM") && killed.contains("here") && !killed.contains("held by"), "{told}");
}
