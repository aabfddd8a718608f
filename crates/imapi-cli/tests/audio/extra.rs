//! Discs with sound for players in the first session, and data for computers in the second.

use crate::{bad, desk::Desk, good};

fn tree(desk: &Desk) -> Vec<u8> {
    std::fs::create_dir(desk.path("tree")).expect("a folder");
    let words = b"of the songs ".repeat(1000);
    desk.write("tree/words.txt", &words);
    words
}

#[test]
fn sound_comes_first_and_data_has_a_session_of_its_own() {
    for (medium, mode) in [("cd-r", "sao"), ("cd-rw", "tao")] {
        let desk = Desk::with(medium);
        let (one, two) = (desk.song("one.wav", 1, 500), desk.song("two.wav", 2, 350));
        let words = tree(&desk);
        let said = good(
            &desk,
            &format!("audio burn one.wav two.wav --data tree --extra --mode {mode} --json --drive virtual:disc"),
        );
        let told: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        assert_eq!((&told["closed"], &told["code"]), (&true.into(), &"0x00000000".into()), "{told}");
        let start = told["data"]["start"].as_u64().expect("a number");
        assert_eq!(desk.state(), "complete");
        // Three tracks, the last of which is data behind the gap of two sessions.
        let toc = desk.toc();
        assert_eq!(toc.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3, 0]);
        assert_eq!(u64::try_from(toc[2].1), Ok(start), "{toc:?}");
        let info = desk.good("cd-info --no-cddb --no-device-info /dev/sr0");
        assert!(info.contains("session #2 starts at track  3"), "{info}");
        assert!(info.contains("CD-Plus/Extra") && info.contains("ISO 9660"), "{info}");
        let sessions = desk.good("xorriso -outdev /dev/sr0 -toc");
        assert!(sessions.contains(&format!("ISO session  :   2 , {start:9}")), "{sessions}");
        desk.good("cdparanoia -q -r -d /dev/sr0 1 one.raw");
        desk.good("cdparanoia -q -r -d /dev/sr0 2 two.raw");
        assert!(desk.read("one.raw").starts_with(&one) && desk.read("two.raw").starts_with(&two), "{mode}");
        let listed = desk.good(&format!("isoinfo -i /dev/sr0 -T {start} -R -l"));
        assert!(listed.contains("WORDS.TXT"), "{listed}");
        // It looks also at the beginning of the disc, where there is sound, and is sorry for that.
        desk.good("xorriso -return_with FAILURE 32 -osirrox on -indev /dev/sr0 -extract /words.txt found.txt");
        assert!(desk.read("found.txt") == words, "{mode}: xorriso");
        // And ourselves.
        good(&desk, "audio rip virtual:disc -o album");
        assert!(crate::samples(&desk, "album/track01.wav").starts_with(&one));
        assert!(!desk.path("album/track03.wav").exists());
    }
}

#[test]
fn what_does_not_fit_and_what_cannot_be_is_refused_on_a_blank_disc() {
    let desk = Desk::with("cd-r");
    desk.song("one.wav", 1, 500);
    tree(&desk);
    desk.apart("genisoimage -quiet -R -o image.iso tree");
    for wrong in ["--extra", "--data image.iso --extra"] {
        bad(&desk, &format!("audio burn one.wav {wrong} --drive virtual:disc"), 2);
    }
    bad(&desk, "audio burn one.wav --data nothing --extra --drive virtual:disc", 1);
    // 64 MiB are 32,768 sectors: sound, what is between sessions, and data together are more.
    desk.write("tree/much.bin", &vec![1; 2048 * 21_000]);
    let said = bad(&desk, "audio burn one.wav --data tree --extra --drive virtual:disc", 1);
    assert!(said.contains("E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE"), "{said}");
    assert_eq!(desk.state(), "blank");
}
