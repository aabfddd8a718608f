//! Discs with data and sound.

use crate::{bad, desk::Desk, good};

#[test]
fn a_mixed_disc_has_files_for_computers_and_songs_for_players() {
    crate::desk::each(&[("sao", ""), ("raw", "")], |mode, _| mixed(mode));
}

fn mixed(mode: &str) {
    let desk = Desk::with("cd-r");
    let (one, two) = (desk.song("one.wav", 1, 500), desk.song("two.wav", 2, 350));
    std::fs::create_dir(desk.path("tree")).expect("a folder");
    desk.write("tree/words.txt", b"of the songs");
    desk.write(
        "sheet",
        b"Album Title = Mixed\nTrack 02 Title = First\nTrack 03 Title = Second\nISRC 03 = USRC17607839\n",
    );
    let said = good(
        &desk,
        &format!("audio burn one.wav two.wav --data tree --gap 0 --cd-text sheet --mode {mode} --drive virtual:disc"),
    );
    assert!(said.contains("data") && said.contains("2 ×"), "{said}");
    let toc = desk.toc();
    let starts: Vec<_> = toc.iter().map(|(_, start)| *start).collect();
    assert_eq!(toc.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 3, 0]);
    assert_eq!((starts[0], starts[2] - starts[1], starts[3] - starts[2]), (0, 500, 350));
    let info = desk.good("cd-info --no-cddb --no-device-info /dev/sr0");
    for line in ["TITLE: Mixed", "TITLE: First", "TITLE: Second", "ISO 9660", "TRACK  3 ISRC: USRC17607839"] {
        assert!(info.contains(line), "{line}: {info}");
    }
    assert!(info.contains("mixed mode CD"), "{info}");
    desk.good("cdparanoia -q -r -d /dev/sr0 2-3 sound.raw");
    assert!(desk.read("sound.raw") == [one.clone(), two].concat());
    assert!(desk.good("isoinfo -i /dev/sr0 -x /WORDS.TXT;1").contains("of the songs"));
    // What we read ourselves.
    good(&desk, "audio rip virtual:disc -o album");
    assert!(!desk.path("album/track01.wav").exists());
    assert!(crate::samples(&desk, "album/track02.wav") == one);
}

#[test]
fn an_image_is_taken_as_it_is_and_track_at_once_is_refused() {
    let desk = Desk::with("cd-r");
    let song = desk.song("one.wav", 1, 500);
    let image = desk.image();
    good(&desk, "audio burn one.wav --data image.iso --drive virtual:disc");
    assert!(desk.blocks(0, image.len() / 2048) == image);
    desk.good("cdparanoia -q -r -d /dev/sr0 2 sound.raw");
    assert!(desk.read("sound.raw") == song);
    bad(&desk, "audio burn one.wav --data image.iso --mode tao --drive virtual:disc", 2);
    bad(&desk, "audio burn one.wav --data nothing --drive virtual:disc", 1);
}
