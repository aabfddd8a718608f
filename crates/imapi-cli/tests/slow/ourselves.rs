//! `imapi burn` through a real kernel: what it burns is what the kernel mounts, and no hand was at the tray.

use std::{fmt::Write as _, fs, path::Path};

use serde_json::Value;

use crate::guest::{Guest, HASHES, hashes, section};

/// A kind of disc.
struct Case {
    medium: &'static str,
    /// What `imapi` calls it, once it is burned.
    name: &'static str,
    /// How the first tree gets onto it, and what follows.
    first: &'static str,
    /// How the second tree gets onto the same disc, where it can.
    second: Option<&'static str>,
}

const BURN: &str = "burn tree";
const OVERWRITE: &str = "burn other --overwrite --yes";
/// What cannot be overwritten is erased first.
const ERASE: &str = "imapi erase --yes --quiet --drive /dev/sr0; burn other";

const CASES: [Case; 11] = [
    Case { medium: "cd-r", name: "CD-R", first: BURN, second: None },
    Case { medium: "cd-rw", name: "CD-RW", first: "burn tree --track-at-once", second: Some(ERASE) },
    Case { medium: "dvd-r", name: "DVD-R", first: "burn tree --close", second: None },
    Case { medium: "dvd-rw", name: "DVD-RW", first: BURN, second: Some(OVERWRITE) },
    Case { medium: "dvd-r-dl", name: "DVD-R DL", first: BURN, second: None },
    Case { medium: "dvd+r", name: "DVD+R", first: BURN, second: None },
    Case { medium: "dvd+rw", name: "DVD+RW", first: BURN, second: Some(OVERWRITE) },
    Case { medium: "dvd+r-dl", name: "DVD+R DL", first: BURN, second: None },
    Case { medium: "dvd-ram", name: "DVD-RAM", first: BURN, second: Some(OVERWRITE) },
    Case { medium: "bd-r", name: "BD-R", first: "burn tree --defect-management on", second: None },
    Case { medium: "bd-re", name: "BD-RE", first: BURN, second: Some(OVERWRITE) },
];

/// Shell functions: burns a folder and says what came of it; mounts what the kernel sees by now, and reads all of it.
const FUNCTIONS: &str = r#"
burn() {
    folder=$1; shift
    imapi burn /work/$folder --drive /dev/sr0 --rock-ridge --fs iso9660,joliet,udf --json "$@" 2>/tmp/told || cat /tmp/told
}
mounted() {
    for kind in iso9660 udf; do
        mount -t $kind -o ro /dev/sr0 /mnt
        echo "== $1 $kind"
        hashes /mnt
        echo "== "
        umount /mnt
    done
}
"#;

/// Some files; one of them is larger than what a command carries, and no multiple of a block.
fn make_tree(folder: &Path, seed: u32, large: usize) {
    fs::create_dir_all(folder.join("deep/er")).expect("a folder");
    let mut state = seed;
    let mut noise = |count: usize| -> Vec<u8> {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        (0..count).map(|_| next()).collect()
    };
    for (name, size) in [("one", 1), ("deep/block", 2048), ("deep/er/large", large)] {
        fs::write(folder.join(name), noise(size)).expect("a file");
    }
}

/// Whether one of the words is that one. Nothing is a list without words.
fn has(words: &Value, word: &str) -> bool {
    words.as_array().expect("a list").iter().any(|value| value == word)
}

/// The kernel counts the blocks of a disc when it comes in, and keeps what it has read of it. After a burn both are wrong.
#[test]
fn what_is_burned_is_what_the_kernel_mounts_and_no_hand_was_at_the_tray() {
    let guest = Guest::new();
    make_tree(&guest.files().join("tree"), 1, 1_500_001);
    // Smaller than the first, so that the kernel may take old blocks for new ones.
    make_tree(&guest.files().join("other"), 2, 1_100_001);
    let mut script = format!("export NO_COLOR=1; mkdir -p /run/lock\n{HASHES}{FUNCTIONS}");
    for Case { medium, first, second, .. } in &CASES {
        writeln!(
            script,
            "imapi virtual create /tmp/disc --media {medium} --size 512M >/dev/null\n\
             imapi virtual attach --background /tmp/disc >/dev/null\n\
             echo '== {medium} burned'\n\
             {first}\n\
             mounted {medium}\n\
             echo '== {medium} info'\n\
             imapi info /dev/sr0 --json"
        )
        .expect("strings grow");
        if let Some(second) = second {
            writeln!(script, "echo '== {medium} again'\n{second}\nmounted 'second {medium}'").expect("strings grow");
        }
        writeln!(script, "imapi virtual detach /tmp/disc\nrm /tmp/disc\necho '== '").expect("strings grow");
    }
    let told = guest.run(&script);
    let trees = ["tree", "other"].map(|name| hashes(&guest.files().join(name)));
    assert_eq!(trees[0].lines().count(), 3);
    assert_ne!(trees[0], trees[1]);
    for case in &CASES {
        let medium = case.medium;
        for kind in ["iso9660", "udf"] {
            assert_eq!(section(&told, &format!("{medium} {kind}")), trees[0], "{medium}, {kind}");
        }
        let burned: Value = serde_json::from_str(section(&told, &format!("{medium} burned"))).expect(medium);
        assert_eq!((&burned["code"], &burned["medium"]), (&"0x00000000".into(), &case.name.into()), "{medium}: {told}");
        assert!(!has(&burned["warnings"], "not-seen-by-the-system"), "{medium}: {told}");
        let info: Value = serde_json::from_str(section(&told, &format!("{medium} info"))).expect(medium);
        assert_eq!(info["medium"]["kind"], case.name, "{medium}: {told}");
        assert!(!has(&info["medium"]["state"], "blank"), "{medium}: {told}");
        if case.second.is_some() {
            for kind in ["iso9660", "udf"] {
                assert_eq!(section(&told, &format!("second {medium} {kind}")), trees[1], "{medium}, {kind}");
            }
        }
    }
}

/// Without a tray that moves the kernel knows nothing, and the person hears what to do.
#[test]
fn what_the_kernel_does_not_see_is_told() {
    let guest = Guest::new();
    make_tree(&guest.files().join("tree"), 1, 100_001);
    let told = guest.run(&format!(
        "export NO_COLOR=1; mkdir -p /run/lock\n{HASHES}{FUNCTIONS}\
         imapi virtual create /tmp/disc --media bd-r --size 64M >/dev/null\n\
         imapi virtual attach --background /tmp/disc >/dev/null\n\
         printf '#!/bin/sh\\necho \"$@\" >/tmp/asked; \"$6\"; echo over >>/tmp/asked\\n' >/bin/systemd-inhibit\n\
         chmod +x /bin/systemd-inhibit\n\
         echo '== burned'\n\
         burn tree --no-reload\n\
         echo '== complained'\n\
         cat /tmp/told\n\
         echo '== asked'\n\
         cat /tmp/asked\n\
         echo '== not mounted'\n\
         mount -t udf -o ro /dev/sr0 /mnt 2>/dev/null || echo no\n\
         echo '== by hand'\n\
         imapi eject /dev/sr0; imapi info /dev/sr0 | grep '^medium:'; imapi load /dev/sr0\n\
         mounted tree\n\
         imapi virtual detach --all\n\
         echo '== end'\n"
    ));
    let burned: Value = serde_json::from_str(section(&told, "burned")).expect("JSON");
    assert_eq!(burned["name"], "S_OK", "{told}");
    assert!(has(&burned["warnings"], "not-seen-by-the-system"), "{told}");
    let complained = section(&told, "complained");
    assert!(complained.contains("once the disc has been taken out and put in again"), "{complained}");
    let asked = section(&told, "asked");
    assert!(asked.starts_with("--what=sleep:shutdown:idle --mode=block --who=imapi burn --why="), "{asked}");
    assert!(asked.ends_with("cat\nover\n"), "the machine may sleep when it is over: {asked}");
    assert_eq!(section(&told, "not mounted"), "no\n");
    assert_eq!(section(&told, "by hand"), "medium: no disc\n");
    for kind in ["iso9660", "udf"] {
        assert_eq!(section(&told, &format!("tree {kind}")), hashes(&guest.files().join("tree")), "{kind}");
    }
}

/// A disc that somebody reads, and a drive that somebody has, are not touched, and it is told who has them.
#[test]
fn a_mounted_disc_and_a_drive_that_is_taken_are_left_alone() {
    let guest = Guest::new();
    make_tree(&guest.files().join("tree"), 1, 100_001);
    make_tree(&guest.files().join("other"), 2, 90_001);
    let told = guest.run(&format!(
        "export NO_COLOR=1; mkdir -p /run/lock; mkfifo /tmp/fifo\n{HASHES}{FUNCTIONS}\
         imapi virtual create /tmp/disc --media dvd-ram --size 64M >/dev/null\n\
         imapi virtual attach --background /tmp/disc >/dev/null\n\
         burn tree >/dev/null\n\
         mount -t udf -o ro /dev/sr0 /mnt\n\
         echo '== mounted'\n\
         imapi drives\n\
         burn other --overwrite --yes; imapi eject /dev/sr0 2>&1 || hashes /mnt\n\
         echo '== unmounted'\n\
         burn other --overwrite --yes --unmount; mount | grep sr0 || echo free\n\
         mounted other\n\
         echo '== taken'\n\
         imapi burn - --stdin-size 2097152 --drive /dev/sr0 --overwrite --yes </tmp/fifo >/dev/null 2>&1 & first=$!\n\
         exec 3>/tmp/fifo; until [ -s /run/lock/imapi-drive-11-0 ]; do sleep 0.1; done\n\
         burn tree --overwrite --yes\n\
         imapi info /dev/sr0; imapi eject /dev/sr0 2>&1 || echo not ejected\n\
         mount -t udf -o ro /dev/sr0 /mnt 2>/dev/null || echo not mounted\n\
         echo '== free again'\n\
         kill -9 $first; wait $first || true; exec 3>&-\n\
         imapi info /dev/sr0; imapi eject /dev/sr0; imapi load /dev/sr0\n\
         mounted untouched\n\
         imapi virtual detach --all\n\
         echo '== end'\n"
    ));
    let trees = ["tree", "other"].map(|name| hashes(&guest.files().join(name)));
    let mounted = section(&told, "mounted");
    for words in ["mounted at: /mnt", "\"code\":\"0x80070016\"", "path: /mnt", "ERROR_BAD_COMMAND", &trees[0]] {
        assert!(mounted.contains(words), "{words}: {told}");
    }
    let unmounted = section(&told, "unmounted");
    assert!(unmounted.contains("S_OK") && unmounted.ends_with("free\n"), "{told}");
    let taken = section(&told, "taken");
    for words in ["E_IMAPI_RECORDER_LOCKED", "held by: imapi burn\n", "not ejected\nnot mounted\n"] {
        assert!(taken.contains(words), "{words}: {told}");
    }
    let free = section(&told, "free again");
    assert!(free.contains("medium: DVD-RAM") && !free.contains("held by"), "{told}");
    for (name, tree) in [("other", &trees[1]), ("untouched", &trees[1])] {
        for kind in ["iso9660", "udf"] {
            assert_eq!(section(&told, &format!("{name} {kind}")), *tree, "{name}, {kind}");
        }
    }
}

/// A program that is killed leaves a drive that others can use, and a disc that says what it is.
#[test]
fn a_killed_burn_leaves_a_drive_that_can_be_used() {
    let guest = Guest::new();
    make_tree(&guest.files().join("tree"), 1, 100_001);
    let told = guest.run(&format!(
        "export NO_COLOR=1; mkdir -p /run/lock; mkfifo /tmp/fifo\n{HASHES}{FUNCTIONS}\
         imapi virtual create /tmp/disc --media bd-r --size 256M >/dev/null\n\
         imapi virtual attach --background /tmp/disc >/dev/null\n\
         imapi burn - --stdin-size 67108864 --drive /dev/sr0 </tmp/fifo >/dev/null 2>&1 & first=$!\n\
         exec 3>/tmp/fifo; dd if=/dev/urandom bs=1M count=40 >&3 2>/dev/null\n\
         until [ $(du -k /tmp/disc | cut -f1) -gt 4096 ]; do sleep 0.2; done\n\
         kill -9 $first; wait $first || true; exec 3>&-\n\
         echo '== info'\n\
         imapi info /dev/sr0\n\
         echo '== burned'\n\
         burn tree\n\
         echo '== ejected'\n\
         imapi eject /dev/sr0; imapi info /dev/sr0 | grep '^medium:'\n\
         imapi virtual detach --all\n\
         echo '== end'\n"
    ));
    let info = section(&told, "info");
    assert!(info.contains("medium: BD-R") && !info.contains("held by"), "{told}");
    assert!(info.contains("its last session is not complete") && info.contains("session 1, track 1: 0–"), "{told}");
    let burned = section(&told, "burned");
    for words in ["E_IMAPI_DF2DATA_INVALID_MEDIA_STATE", "last session partly written"] {
        assert!(burned.contains(words), "{words}: {told}");
    }
    assert_eq!(section(&told, "ejected"), "medium: no disc\n", "the tray is not locked: {told}");
}

/// A disk that is full, and not only a limit: what fitted is on the disc, and there is room again when something goes.
#[test]
fn a_full_disk_under_a_disc_file_is_told_and_passes() {
    let guest = Guest::new();
    make_tree(&guest.files().join("tree"), 1, 20_000_001);
    let told = guest.run(
        "export NO_COLOR=1; mkdir /tmp/small; mount -t tmpfs -o size=16m tmpfs /tmp/small; cd /tmp/small\n\
         burn() { imapi burn /work/tree --json --drive 'virtual:disc?media=bd-re' \"$@\" 2>&1 || echo failed; }\n\
         imapi virtual create disc --media bd-re --size 64M >/dev/null\n\
         echo '== full'\n\
         burn\n\
         echo '== state'\n\
         imapi info virtual:disc --json\n\
         echo '== room'\n\
         mount -o remount,size=64m /tmp/small; burn --overwrite --yes --verify full\n\
         echo '== end'\n",
    );
    let full = section(&told, "full");
    for words in ["E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE", "No space left on device", "can be burned again", "failed"]
    {
        assert!(full.contains(words), "{words}: {told}");
    }
    let info: Value = serde_json::from_str(section(&told, "state")).expect("JSON");
    assert!(has(&info["medium"]["state"], "overwritable"), "{told}");
    let room = section(&told, "room");
    assert!(room.contains("\"S_OK\"") && !room.contains("failed"), "{told}");
}
