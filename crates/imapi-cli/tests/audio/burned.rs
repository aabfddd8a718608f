//! What we burn.

use crate::{
    desk::{Desk, each},
    good, samples,
};

const INFO: &str = "cd-info --no-cddb --no-device-info /dev/sr0";
const SHEET: &[u8] = b"Input Sheet Version = 0.7T\nText Code = 8859\nLanguage Code = English\nAlbum Title = The Disc\n\
    Artist Name = The Band\nUPC / EAN = 4006381333931\nFirst Track Number = 1\nTrack 01 Title = First\n\
    Track 01 Artist = Someone\nISRC 01 = USRC17607839\nTrack 02 Title = Second\nTrack 02 Artist = Someone else\n";

fn silence(sectors: usize) -> Vec<u8> {
    vec![0; sectors * 2352]
}

/// The table that cdrdao makes of the disc, and all of its sound, which it writes with the higher byte first.
fn read_by_cdrdao(desk: &Desk) -> (String, Vec<u8>) {
    desk.good("cdrdao read-cd --device /dev/sr0 --driver generic-mmc:0x10 --datafile read.bin all.toc");
    let sound = desk.read("read.bin").chunks_exact(2).flat_map(|pair| [pair[1], pair[0]]).collect();
    let analysed = desk.good("cdrdao read-toc --device /dev/sr0 --driver generic-mmc:0x10 read.toc");
    assert!(analysed.contains("Control nibbles of track match CD-TOC settings."), "{analysed}");
    (String::from_utf8(desk.read("read.toc")).expect("a toc file"), sound)
}

#[test]
fn tracks_at_once_are_read_by_all() {
    each(&[("cd-r", ""), ("cd-rw", "")], |medium, _| {
        let desk = Desk::with(medium);
        let (one, two) = (desk.song("one.wav", 1, 500), desk.song("two.wav", 2, 350));
        let said = good(
            &desk,
            "audio burn one.wav two.wav --mode tao --drive virtual:disc --mcn 4006381333931 --isrc USRC17607839 --isrc -",
        );
        assert!(said.contains("2 ×"), "{said}");
        // Two blocks at the end of a track, and two seconds before the next.
        assert_eq!(desk.toc(), [(1, 0), (2, 652), (0, 652 + 352)]);
        let all = [one.clone(), silence(152), two.clone(), silence(2)].concat();
        assert!(desk.sound() == all, "cdparanoia");
        desk.good("icedax -D /dev/sr0 -B -q song");
        assert!(samples(&desk, "song_01.wav") == [one, silence(152)].concat(), "icedax, the first track");
        assert!(samples(&desk, "song_02.wav") == [two, silence(2)].concat(), "icedax, the second track");
        let (toc, sound) = read_by_cdrdao(&desk);
        assert!(sound == all, "cdrdao: {} and {} bytes", sound.len(), all.len());
        assert!(toc.contains("CATALOG \"4006381333931\"") && toc.contains("ISRC \"USRC17607839\""), "{toc}");
        // The pause is told as the beginning of the second track.
        assert!(toc.contains("START 00:02:00"), "{toc}");
        assert_eq!(toc.matches("\nCOPY\n").count(), 2, "{toc}");
        let info = desk.good(INFO);
        assert!(info.contains("Media Catalog Number (MCN): 4006381333931"), "{info}");
        assert!(info.contains("TRACK  1 ISRC: USRC17607839"), "{info}");
        assert_eq!(desk.state(), "complete");
    });
}

#[test]
fn a_session_at_once_is_read_by_all() {
    each(&[("cd-r", "0"), ("cd-rw", "0"), ("cd-r", "3.2")], |medium, gap| {
        let desk = Desk::with(medium);
        let pause = if gap == "0" { 0 } else { 240 };
        let (one, two) = (desk.song("one.wav", 1, 500), desk.song("two.wav", 2, 350));
        desk.write("sheet", SHEET);
        good(
            &desk,
            &format!(
                "audio burn one.wav two.wav --gap {gap} --cd-text sheet --copying prohibited --drive virtual:disc"
            ),
        );
        let begin = 500 + i32::try_from(pause).expect("few");
        assert_eq!(desk.toc(), [(1, 0), (2, begin), (0, begin + 350)]);
        let all = [one.clone(), silence(pause), two.clone()].concat();
        assert!(desk.sound() == all, "cdparanoia");
        desk.good("icedax -D /dev/sr0 -B -q song");
        assert!(samples(&desk, "song_02.wav") == two, "icedax");
        let (toc, sound) = read_by_cdrdao(&desk);
        assert!(sound == all, "cdrdao");
        for line in [
            "CATALOG \"4006381333931\"",
            "ISRC \"USRC17607839\"",
            "TITLE \"The Disc\"",
            "PERFORMER \"The Band\"",
            "TITLE \"First\"",
            "PERFORMER \"Someone else\"",
            "\nNO COPY\n",
        ] {
            assert!(toc.contains(line), "{line}: {toc}");
        }
        assert_eq!(toc.contains("START 00:03:15"), pause > 0, "{toc}");
        let info = desk.good(INFO);
        for line in ["TITLE: The Disc", "PERFORMER: The Band", "TITLE: Second", "4006381333931", "USRC17607839"] {
            assert!(info.contains(line), "{line}: {info}");
        }
        assert_eq!(desk.state(), "complete");
    });
}

/// The same sheet, burned by the program from which such sheets are known.
#[test]
fn cdrskin_makes_the_same_titles_of_the_same_sheet() {
    let packs = |ours: bool| {
        let desk = Desk::with("cd-r");
        desk.song("one.wav", 1, 500);
        desk.song("two.wav", 2, 350);
        desk.write("sheet", SHEET);
        if ours {
            good(&desk, "audio burn one.wav two.wav --cd-text sheet --drive virtual:disc");
        } else {
            desk.good("cdrskin dev=/dev/sr0 speed=48 grace_time=0 -sao input_sheet_v07t=sheet -audio one.wav two.wav");
        }
        let text = desk.good("sg_raw -r 2k -o packs /dev/sr0 43 00 05 00 00 00 00 08 00 00");
        assert!(text.contains("SCSI Status: Good"), "{text}");
        desk.read("packs")
    };
    let (ours, theirs) = (packs(true), packs(false));
    let length = usize::from(u16::from_be_bytes([ours[0], ours[1]])) + 2;
    assert!(length > 4 + 18 * 3);
    assert_eq!(ours[..length], theirs[..length]);
}

#[test]
fn a_disc_that_stays_open_is_open() {
    let desk = Desk::with("cd-r");
    desk.song("one.wav", 1, 500);
    good(&desk, "audio burn one.wav --keep-open --drive virtual:disc");
    let told = desk.good("cdrdao disk-info --device /dev/sr0 --driver generic-mmc");
    assert!(told.contains("Appendable           : yes"), "{told}");
}

#[test]
fn programs_hear_of_every_track() {
    let desk = Desk::with("cd-r");
    desk.song("one.wav", 1, 500);
    desk.song("two.wav", 2, 350);
    let told = good(&desk, "audio burn one.wav two.wav --json --drive virtual:disc");
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((&told["code"], &told["mode"], &told["closed"]), (&"0x00000000".into(), &"sao".into(), &true.into()));
    assert_eq!(told["tracks"], serde_json::json!([{"number": 1, "start": 0}, {"number": 2, "start": 650}]));
    assert_eq!(told["leadOut"], 1000);
}

#[test]
fn we_tell_numbers_and_titles_of_a_disc() {
    let desk = Desk::with("cd-r");
    desk.song("one.wav", 1, 500);
    desk.song("two.wav", 2, 350);
    desk.write("sheet", SHEET);
    desk.good("cdrskin dev=/dev/sr0 speed=48 grace_time=0 -sao input_sheet_v07t=sheet -audio one.wav two.wav");
    let said = good(&desk, "info virtual:disc");
    for line in [
        "MCN: 4006381333931",
        "CD-TEXT: The Disc, The Band",
        "0–499, audio, ISRC USRC17607839, First, Someone",
        "500–849, audio, Second, Someone else",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let told: serde_json::Value = serde_json::from_str(&good(&desk, "info virtual:disc --json")).expect("JSON");
    let medium = &told["medium"];
    assert_eq!((&medium["catalogueNumber"], &medium["title"]), (&"4006381333931".into(), &"The Disc".into()));
    let first = &medium["tracks"][0];
    assert_eq!((&first["isrc"], &first["performer"]), (&"USRC17607839".into(), &"Someone".into()));
    assert_eq!(medium["tracks"][1]["isrc"], serde_json::Value::Null);
}
