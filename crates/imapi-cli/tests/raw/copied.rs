//! Discs that other programs burned and wrote down, read by us.

use crate::{album, desk::Desk, imapi, info, places};

const WRITE: &str = "cdrdao write --device /dev/sr0 -n --speed 48";

/// cdrdao's own sheet burns to the same disc by cdrdao and by us, and cdrdao's copy of it is read by us.
#[test]
fn a_sheet_of_cdrdao_is_the_same_disc_for_us() {
    let sheet = br#"CD_DA
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
"#;
    let discs = ["--driver generic-mmc:0x10", "--driver generic-mmc-raw:0x10", "ours"].map(|how| {
        let desk = Desk::with("cd-r");
        let (one, two) = (desk.song("one.wav", 1, 700), desk.song("two.wav", 2, 350));
        desk.write("disc.toc", sheet);
        if how == "ours" {
            imapi(&desk, "raw burn --drive virtual:disc disc.toc");
        } else {
            desk.good(&format!("{WRITE} {how} disc.toc"));
        }
        desk.good("cdrdao read-cd --device /dev/sr0 --driver generic-mmc:0x10 --datafile copy.bin copy.toc");
        let told = info(&desk, "copy.toc");
        // How much of a pause it writes down differs from the pause that it finds when it only looks.
        assert_eq!(places(&told).iter().map(|(_, begin)| *begin).collect::<Vec<_>>(), [0, 925], "{how}");
        assert_eq!(told["tracks"][0]["isrc"], "USRC17607839");
        imapi(&desk, "raw create copy.toc -o again.cue");
        assert!(desk.read("again.bin") == [one, vec![0; 225 * 2352], two].concat(), "{how}");
        (told, desk.read("copy.bin"), String::from_utf8(desk.read("copy.toc")).expect("a sheet"))
    });
    // The drive makes the sub-channels of the first; of the others they were sent, and cdrdao finds the same in both.
    assert!(discs[1] == discs[2], "{:?}", discs.map(|disc| disc.2));
    assert!(discs[0].1 == discs[2].1);
}

#[test]
fn discs_of_wodim_and_cdrskin_are_read_the_same() {
    for program in [
        "wodim dev=/dev/sr0 speed=48 gracetime=2 -sao",
        "wodim dev=/dev/sr0 speed=48 gracetime=2 -raw96r",
        "cdrskin dev=/dev/sr0 speed=48 -sao",
    ] {
        let desk = Desk::with("cd-r");
        let samples = [desk.song("one.wav", 1, 500), desk.song("two.wav", 2, 350)].concat();
        desk.good(&format!("{program} -audio one.wav two.wav"));
        desk.good("cdrdao read-cd --device /dev/sr0 --driver generic-mmc:0x10 --datafile copy.bin copy.toc");
        let told = info(&desk, "copy.toc");
        assert_eq!(places(&told).iter().map(|(_, begin)| *begin).collect::<Vec<_>>(), [0, 500], "{program}");
        imapi(&desk, "raw create copy.toc -o again.cue");
        assert!(desk.read("again.bin") == samples, "{program}");
    }
}

/// wodim takes samples of a `.bin` for such with the higher byte first, as cdrdao does; libburn takes them as they are meant.
#[test]
fn our_sheet_burns_by_libburn() {
    let desk = Desk::with("cd-r");
    let samples = album(&desk);
    imapi(&desk, "raw create album.cue -o a.cue");
    desk.good("cdrskin dev=/dev/sr0 speed=48 -sao cuefile=a.cue");
    assert!(desk.sound() == samples);
    assert_eq!(desk.toc(), [(1, 0), (2, 925), (3, 1425), (0, 1725)]);
}

#[test]
fn mixed_discs_of_cdrdao_are_read_and_burned_again() {
    let desk = Desk::with("cd-r");
    let image = desk.image();
    let song = desk.song("song.wav", 5, 400);
    desk.write(
        "mixed.toc",
        b"CD_ROM\nTRACK MODE1\nDATAFILE \"image.iso\"\nTRACK AUDIO\nPREGAP 00:02:00\nFILE \"song.wav\" 0\n",
    );
    desk.good(&format!("{WRITE} --driver generic-mmc mixed.toc"));
    desk.good("cdrdao read-cd --read-raw --device /dev/sr0 --driver generic-mmc --datafile copy.bin copy.toc");
    let told = info(&desk, "copy.toc");
    let second = i64::try_from(image.len() / 2048).expect("small") + 150;
    assert_eq!(places(&told), places(&info(&desk, "mixed.toc")));
    assert_eq!(told["tracks"][1]["begin"], second);
    // The copy is burned by us onto another disc.
    imapi(&desk, "virtual create other --media cd-r --size 64M");
    imapi(&desk, "raw burn --drive virtual:other copy.toc");
    std::fs::rename(desk.path("other"), desk.path("disc")).expect("in its place");
    assert!(desk.blocks(0, image.len() / 2048) == image);
    desk.good("cdparanoia -q -r -d /dev/sr0 2 song.raw");
    assert!(desk.read("song.raw") == song);
}
