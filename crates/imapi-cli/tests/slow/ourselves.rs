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
        assert_eq!(
            burned["warnings"].as_array().map_or(0, |warnings| {
                warnings.iter().filter(|warning| **warning == "not-seen-by-the-system").count()
            }),
            0,
            "{medium}: {told}"
        );
        let info: Value = serde_json::from_str(section(&told, &format!("{medium} info"))).expect(medium);
        assert_ne!(info["disc"]["state"], "blank", "{medium}: {told}");
        if case.second.is_some() {
            for kind in ["iso9660", "udf"] {
                assert_eq!(section(&told, &format!("second {medium} {kind}")), trees[1], "{medium}, {kind}");
            }
        }
    }
}
