//! Discs that we burn raw.

use crate::{
    album,
    desk::{Desk, noise},
    imapi,
};

const BURN: &str = "raw burn --drive virtual:disc";
const READ_TOC: &str = "cdrdao read-toc --device /dev/sr0 --driver generic-mmc:0x10";

#[test]
fn an_album_is_found_as_it_was_meant() {
    let desk = Desk::with("cd-r");
    let samples = album(&desk);
    let said = imapi(&desk, &format!("{BURN} album.cue"));
    assert!(said.contains("Burned: CD-R"), "{said}");
    assert_eq!(desk.state(), "complete");

    // cdrdao looks at every frame of Q.
    let analysed = desk.good(&format!("{READ_TOC} read.toc"));
    assert_eq!(analysed.matches("Control nibbles of track match CD-TOC settings.").count(), 3, "{analysed}");
    let read = String::from_utf8(desk.read("read.toc")).expect("a toc file");
    for line in [
        "CATALOG \"1234567890123\"",
        "ISRC \"USRC17607839\"",
        "ISRC \"GBAYE0000351\"",
        "INDEX 00:04:00",
        "INDEX 00:05:10",
        "START 00:03:00",
        "START 00:02:00",
        "TITLE \"The Disc\"",
        "PERFORMER \"Someone else\"",
        "TITLE \"Third\"",
        "\nCOPY\n",
        "\nPRE_EMPHASIS\n",
    ] {
        assert!(read.contains(line), "{line}: {read}");
    }
    assert_eq!((read.matches("\nCOPY\n").count(), read.matches("\nPRE_EMPHASIS\n").count()), (1, 1), "{read}");
    assert_eq!((read.matches("\nINDEX").count(), read.matches("\nSTART").count()), (2, 2), "{read}");

    // libcdio reads the texts and the numbers.
    let info = desk.good("cd-info --no-cddb --no-device-info /dev/sr0");
    for line in [
        "Media Catalog Number (MCN): 1234567890123",
        "TRACK  1 ISRC: USRC17607839",
        "TRACK  2 ISRC: GBAYE0000351",
        "  1: 00:02:00  000000 audio  true   yes   2        no",
        "  2: 00:14:25  000925 audio  false  no    2        yes",
        "  3: 00:21:00  001425 audio  false  no    2        no",
        "170: 00:25:00  001725 leadout",
        "TITLE: The Disc",
        "PERFORMER: Someone else",
        "TITLE: Third",
    ] {
        assert!(info.contains(line), "{line}: {info}");
    }

    // Bit for bit, by three programs that read sound in ways of their own.
    assert!(desk.sound() == samples);
    desk.good("icedax -q -D /dev/sr0 -B -O raw -output-endianess little song");
    let tracks = ["song_01.raw", "song_02.raw", "song_03.raw"].map(|name| desk.read(name)).concat();
    assert!(tracks == samples);
    desk.good("cdrdao read-cd --device /dev/sr0 --driver generic-mmc:0x10 --datafile copy.bin copy.toc");
    let swapped: Vec<u8> = desk.read("copy.bin").chunks_exact(2).flat_map(|pair| [pair[1], pair[0]]).collect();
    assert!(swapped == samples);
    // wodim and cdrskin see the same table.
    assert_eq!(desk.toc(), [(1, 0), (2, 925), (3, 1425), (0, 1725)]);
    let toc = desk.good("cdrskin dev=/dev/sr0 -toc");
    assert!(toc.contains("track:   3 lba:      1425") && toc.contains("track:lout lba:      1725"), "{toc}");
}

#[test]
fn each_form_of_sub_channels_makes_the_same_disc() {
    for form in ["raw", "cooked", "pq"] {
        let desk = Desk::with("cd-r");
        let samples = album(&desk);
        let said = imapi(&desk, &format!("{BURN} --sub-channels {form} album.cue"));
        assert_eq!(said.contains("Titles and graphics"), form == "pq", "{said}");
        let analysed = desk.good(&format!("{READ_TOC} read.toc"));
        assert_eq!(analysed.matches("Found pre-gap: 00:03:00").count(), 1, "{form}: {analysed}");
        assert_eq!(analysed.contains("Found CD-TEXT data."), form != "pq", "{form}: {analysed}");
        assert!(desk.sound() == samples, "{form}");
    }
}

#[test]
fn files_of_their_own_become_songs_with_and_without_gaps() {
    for (option, second, end) in [("", 550, 900), ("--gapless", 400, 750)] {
        let desk = Desk::with("cd-r");
        let (one, two) = (desk.song("one.wav", 1, 400), desk.song("two.wav", 2, 350));
        imapi(
            &desk,
            &format!("{BURN} {option} --mcn 4006381333931 --isrc US-RC1-76-07839 --isrc GBAYE0000351 one.wav two.wav"),
        );
        assert_eq!(desk.toc(), [(1, 0), (2, second), (0, end)]);
        let gap = usize::try_from(second).expect("positive") - 400;
        assert!(desk.sound() == [one, vec![0; gap * 2352], two].concat());
        let analysed = desk.good(&format!("{READ_TOC} read.toc"));
        assert!(analysed.contains("Found pre-gap: 00:02:00"), "{analysed}");
        let read = String::from_utf8(desk.read("read.toc")).expect("a toc file");
        assert!(read.contains("4006381333931") && read.contains("GBAYE0000351"), "{read}");
    }
}

#[test]
fn data_and_sound_share_a_disc() {
    let desk = Desk::with("cd-r");
    let image = desk.image();
    let song = desk.song("song.wav", 5, 400);
    imapi(&desk, &format!("{BURN} image.iso song.wav"));
    let blocks = image.len() / 2048;
    let second = i32::try_from(blocks).expect("a small image") + 150 + 150;
    assert_eq!(desk.toc(), [(1, 0), (2, second), (0, second + 400)]);
    assert!(desk.blocks(0, blocks) == image);
    assert!(desk.good("isoinfo -R -f -i /dev/sr0").contains("/noise.bin"));
    desk.good("cdparanoia -q -r -d /dev/sr0 2 song.raw");
    assert!(desk.read("song.raw") == song);
    let info = desk.good("cd-info --no-cddb --no-device-info /dev/sr0");
    assert!(info.contains("000000 data") && info.contains("audio  false"), "{info}");
}

#[test]
fn an_image_of_everything_burns_like_its_sheet() {
    let desk = Desk::with("cd-r");
    let samples = album(&desk);
    imapi(&desk, "raw create album.cue -o album.raw");
    imapi(&desk, &format!("{BURN} album.raw"));
    assert!(desk.sound() == samples);
    let info = desk.good("cd-info --no-cddb --no-device-info /dev/sr0");
    assert!(info.contains("TITLE: Third") && info.contains("1234567890123"), "{info}");
}

#[test]
fn something_is_hidden_before_the_first_song() {
    let desk = Desk::with("cd-r");
    let song = desk.song("song.wav", 7, 900);
    desk.write("a.cue", b"FILE song.wav WAVE\nTRACK 01 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:07:00\n");
    imapi(&desk, &format!("{BURN} a.cue"));
    assert_eq!(desk.toc(), [(1, 525), (0, 900)]);
    // Whoever goes back from the beginning hears it.
    desk.good("cdparanoia -q -r -d /dev/sr0 [.0]-[.524] hidden.raw");
    assert!(desk.read("hidden.raw") == song[..525 * 2352]);
    assert!(desk.sound() == song[525 * 2352..]);
}

#[test]
fn a_rehearsal_leaves_the_disc_blank() {
    let desk = Desk::with("cd-r");
    album(&desk);
    imapi(&desk, &format!("{BURN} --simulate album.cue"));
    assert_eq!(desk.state(), "blank");
}

/// Sectors of both forms by turns, each behind its sub-header.
#[test]
fn sectors_of_xa_are_read_as_they_were_sent() {
    let desk = Desk::with("cd-r");
    let mut mixed = noise(6, 400 * 2336);
    for (sector, submode) in mixed.chunks_mut(2336).zip([0x08, 0x20].into_iter().cycle()) {
        sector[..8].copy_from_slice(&[0, 0, submode, 0, 0, 0, submode, 0]);
    }
    desk.write("mixed.bin", &mixed);
    desk.write("mixed.toc", b"CD_ROM_XA\nTRACK MODE2_FORM_MIX\nDATAFILE \"mixed.bin\"\n");
    imapi(&desk, &format!("{BURN} mixed.toc"));
    desk.good("cdrdao read-cd --read-raw --device /dev/sr0 --driver generic-mmc --datafile copy.bin copy.toc");
    let copy = desk.read("copy.bin");
    assert_eq!(copy.len(), 400 * 2352);
    for (copied, sent) in copy.chunks(2352).zip(mixed.chunks(2336)) {
        let data = if sent[2] == 0x20 { 8 + 2324 } else { 8 + 2048 };
        assert!(copied[16..16 + data] == sent[..data]);
    }
    let info = desk.good("cd-info --no-cddb --no-device-info /dev/sr0");
    assert!(info.contains("CD DATA (Mode 2)"), "{info}");
}
