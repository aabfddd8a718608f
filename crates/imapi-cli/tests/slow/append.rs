//! What `imapi append` puts onto a disc over the real driver is what the kernel mounts, with no option that would tell it
//! where the last session is: it asks the drive.

use std::{fmt::Write as _, fs};

use crate::guest::{Guest, HASHES, hashes, section};

const MEDIA: [&str; 4] = ["cd-r", "dvd+r", "dvd+rw", "bd-r"];

#[test]
fn the_kernel_mounts_all_files_of_a_disc_that_was_added_to_twice() {
    let guest = Guest::new();
    let files = guest.files();
    let folders: [(&str, &[(&str, usize)]); 3] = [
        ("old", &[("stays", 5000), ("goes", 70_000), ("changes", 10), ("deep/er", 1_500_001)]),
        ("new", &[("changes", 4097), ("comes", 1)]),
        ("third", &[("deep/last", 2048)]),
    ];
    for (number, (folder, all)) in (1_u8..).zip(folders) {
        for (name, size) in all {
            let bytes: Vec<u8> = (0..*size).map(|at| (at % 251).to_le_bytes()[0] ^ number).collect();
            for to in [folder, "all"] {
                let path = files.join(to).join(name);
                fs::create_dir_all(path.parent().expect("in a folder")).expect("a folder");
                fs::write(path, &bytes).expect("a file");
            }
        }
    }
    fs::remove_file(files.join("all/goes")).expect("it was there");

    let mut script = HASHES.to_string();
    for medium in MEDIA {
        writeln!(
            script,
            "imapi virtual create /tmp/disc --media {medium} --size 512M\n\
             imapi virtual attach --background /tmp/disc\n\
             imapi burn /work/old --fs iso9660,joliet,udf --rock-ridge --keep-open --yes --quiet --drive /dev/sr0\n\
             imapi append /work/new --remove goes --quiet --drive /dev/sr0\n\
             imapi append /work/third --quiet --drive /dev/sr0\n\
             for type in iso9660 udf; do\n\
               mount -t $type -o ro /dev/sr0 /mnt\n\
               echo \"== {medium} $type\"\n\
               hashes /mnt\n\
               echo '== '\n\
               umount /mnt\n\
             done\n\
             echo '== {medium} sessions'\n\
             imapi sessions /dev/sr0 | grep -c '^session'\n\
             echo '== '\n\
             imapi virtual detach /tmp/disc\n\
             rm /tmp/disc",
        )
        .expect("strings grow");
    }
    let told = guest.run(&script);
    let expected = hashes(&guest.files().join("all"));
    assert_eq!(expected.lines().count(), 5);
    for medium in MEDIA {
        for file_system in ["iso9660", "udf"] {
            assert_eq!(section(&told, &format!("{medium} {file_system}")), expected, "{medium}, {file_system}");
        }
        assert_eq!(section(&told, &format!("{medium} sessions")), "3\n", "{medium}");
    }
}
