//! Discs of sound, with all that stands in their sub-channels.

use crate::desk::{Desk, each};

const WODIM: &str = "wodim dev=/dev/sr0 speed=48 gracetime=2";
const CDRSKIN: &str = "cdrskin dev=/dev/sr0 speed=48 grace_time=0";
const CDRDAO: &str = "cdrdao write --device /dev/sr0 -n --speed 48";
const INFO: &str = "cd-info --no-cddb --no-device-info /dev/sr0";

#[test]
fn songs_are_read_back_sample_by_sample() {
    each(&[(WODIM, "-sao"), (WODIM, "-raw96r"), (CDRSKIN, "-sao")], songs_are_read_back);
}

fn songs_are_read_back(program: &str, way: &str) {
    let desk = Desk::with("cd-r");
    let songs = [desk.song("one.wav", 1, 500), desk.song("two.wav", 2, 350)].concat();
    let said = desk.good(&format!("{program} {way} -audio one.wav two.wav"));
    assert_eq!(desk.toc(), [(1, 0), (2, 500), (0, 850)], "{said}");
    assert!(desk.sound() == songs);
}

#[test]
fn track_at_once_leaves_pauses_between_songs() {
    each(&[(WODIM, "-tao"), (CDRSKIN, "-tao")], pauses_are_left);
}

fn pauses_are_left(program: &str, way: &str) {
    let desk = Desk::with("cd-r");
    let (one, two) = (desk.song("one.wav", 1, 500), desk.song("two.wav", 2, 350));
    desk.good(&format!("{program} {way} -audio one.wav two.wav"));
    // Two blocks at the end of a track, and two seconds before the next.
    assert_eq!(desk.toc(), [(1, 0), (2, 652), (0, 652 + 352)]);
    let silence = |sectors: usize| vec![0; sectors * 2352];
    assert!(desk.sound() == [one, silence(152), two, silence(2)].concat());
}

#[test]
fn wodim_writes_the_numbers_of_disc_and_songs() {
    let desk = Desk::with("cd-r");
    desk.song("one.wav", 1, 500);
    desk.song("two.wav", 2, 350);
    desk.good(&format!("{WODIM} -sao -audio mcn=1234567890123 isrc=USRC17607839 one.wav isrc=GBAYE0000351 two.wav"));
    let info = desk.good(INFO);
    assert!(info.contains("Media Catalog Number (MCN): 1234567890123"), "{info}");
    assert!(info.contains("TRACK  1 ISRC: USRC17607839") && info.contains("TRACK  2 ISRC: GBAYE0000351"), "{info}");
}

#[test]
fn cdrskin_writes_titles() {
    let desk = Desk::with("cd-r");
    let songs = [desk.song("one.wav", 1, 500), desk.song("two.wav", 2, 350)].concat();
    desk.write(
        "sheet",
        b"Input Sheet Version = 0.7T\nText Code = 8859\nLanguage Code = English\nAlbum Title = The Disc\n\
          Artist Name = The Band\nUPC / EAN = 1234567890123\nFirst Track Number = 1\nTrack 01 Title = First\n\
          Track 01 Artist = Someone\nISRC 01 = USRC17607839\nTrack 02 Title = Second\nTrack 02 Artist = Someone else\n",
    );
    desk.good(&format!("{CDRSKIN} -sao input_sheet_v07t=sheet -audio one.wav two.wav"));
    let info = desk.good(INFO);
    for line in ["TITLE: The Disc", "PERFORMER: The Band", "TITLE: First", "TITLE: Second", "PERFORMER: Someone else"] {
        assert!(info.contains(line), "{line}: {info}");
    }
    assert!(info.contains("1234567890123") && info.contains("USRC17607839"), "{info}");
    assert!(desk.sound() == songs);
}

/// The second driver writes raw sectors, lead-in and lead-out.
#[test]
fn cdrdao_reads_the_table_that_it_wrote() {
    each(&[(CDRDAO, "generic-mmc:0x10"), (CDRDAO, "generic-mmc-raw:0x10")], table_is_read_back);
}

fn table_is_read_back(program: &str, driver: &str) {
    let desk = Desk::with("cd-r");
    let (one, two) = (desk.song("one.wav", 1, 700), desk.song("two.wav", 2, 350));
    desk.write(
        "disc.toc",
        br#"CD_DA
CATALOG "1234567890123"
CD_TEXT {
  LANGUAGE_MAP { 0 : EN }
  LANGUAGE 0 { TITLE "The Disc" PERFORMER "The Band" }
}
TRACK AUDIO
COPY
ISRC "USRC17607839"
CD_TEXT { LANGUAGE 0 { TITLE "First" PERFORMER "Someone" } }
FILE "one.wav" 0
INDEX 00:04:00
TRACK AUDIO
PRE_EMPHASIS
CD_TEXT { LANGUAGE 0 { TITLE "Second" PERFORMER "Someone else" } }
PREGAP 00:03:00
FILE "two.wav" 0
"#,
    );
    desk.good(&format!("{program} --driver {driver} disc.toc"));
    assert_eq!(desk.toc(), [(1, 0), (2, 925), (0, 1275)]);
    let analysed = desk.good("cdrdao read-toc --device /dev/sr0 --driver generic-mmc:0x10 read.toc");
    assert!(analysed.contains("Control nibbles of track match CD-TOC settings."), "{analysed}");
    let read = String::from_utf8(desk.read("read.toc")).expect("a toc file");
    for line in [
        "CATALOG \"1234567890123\"",
        "ISRC \"USRC17607839\"",
        "INDEX 00:04:00",
        "START 00:03:00",
        "TITLE \"The Disc\"",
        "PERFORMER \"Someone else\"",
        "\nCOPY\n",
        "\nPRE_EMPHASIS\n",
    ] {
        assert!(read.contains(line), "{line}: {read}");
    }
    assert!(desk.sound() == [one, vec![0; 225 * 2352], two].concat());
    let told = desk.good("cdrdao disk-info --device /dev/sr0 --driver generic-mmc");
    assert!(told.contains("Appendable           : no") && told.contains("CD-R empty           : no"), "{told}");
}
