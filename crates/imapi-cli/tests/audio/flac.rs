//! Songs in FLAC files.

use crate::{bad, desk::Desk, good};

#[test]
fn songs_that_flac_encoded_are_burned_as_they_were() {
    let desk = Desk::with("cd-r");
    let (one, two) = (desk.song("one.wav", 1, 500), desk.song("two.wav", 2, 350));
    desk.apart("flac --totally-silent --delete-input-file one.wav");
    assert_eq!(desk.read("one.flac")[..4], *b"fLaC");
    good(&desk, "audio burn one.flac two.wav --gap 0 --drive virtual:disc");
    assert!(desk.sound() == [one.clone(), two].concat());
    // What we read of the disc is the sound that flac itself decodes.
    good(&desk, "audio rip virtual:disc -o album");
    desk.apart("flac --totally-silent -d one.flac");
    assert!(crate::samples(&desk, "album/track01.wav") == crate::samples(&desk, "one.wav"));
}

#[test]
fn a_sheet_cuts_a_flac_file_into_tracks() {
    for mode in ["sao", "raw"] {
        let desk = Desk::with("cd-r");
        let all = desk.song("all.wav", 1, 1000);
        desk.apart("flac --totally-silent --delete-input-file all.wav");
        desk.write(
            "all.cue",
            b"FILE all.flac WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 00 00:05:00\nINDEX 01 00:06:00\n",
        );
        good(&desk, &format!("audio burn all.cue --mode {mode} --drive virtual:disc"));
        assert_eq!(desk.toc(), [(1, 0), (2, 450), (0, 1000)], "{mode}");
        assert!(desk.sound() == all, "{mode}");
    }
    let desk = Desk::with("cd-r");
    desk.write("all.flac", b"fLaC and nothing that would follow");
    desk.write("all.cue", b"FILE all.flac WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n");
    assert!(bad(&desk, "audio burn all.cue --drive virtual:disc", 1).contains("all.flac"));
}
