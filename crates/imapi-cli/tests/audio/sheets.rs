//! Discs that a sheet of another program describes.

use crate::{bad, desk::Desk, good};

const CUE: &[u8] = b"CATALOG 4006381333931\nTITLE \"The Disc\"\nPERFORMER \"The Band\"\nFILE \"one.wav\" WAVE\n\
    TRACK 01 AUDIO\nTITLE \"First\"\nISRC USRC17607839\nINDEX 00 00:00:00\nINDEX 01 00:05:00\nINDEX 02 00:07:00\n\
    INDEX 03 00:09:10\nTRACK 02 AUDIO\nTITLE \"Second\"\nFLAGS DCP PRE\nINDEX 00 00:10:00\nINDEX 01 00:11:00\n\
    FILE \"two.wav\" WAVE\nTRACK 03 AUDIO\nTITLE \"Third\"\nPREGAP 00:01:25\nINDEX 01 00:00:00\n";

/// The whole disc of that sheet, from its first address on, and the two files.
fn album(desk: &Desk) -> (Vec<u8>, Vec<u8>) {
    let (one, two) = (desk.song("one.wav", 1, 1200), desk.song("two.wav", 2, 400));
    desk.write("album.cue", CUE);
    (one, two)
}

fn analysed(desk: &Desk) -> String {
    let said = desk.good("cdrdao read-toc --device /dev/sr0 --driver generic-mmc:0x10 read.toc");
    assert!(said.contains("Control nibbles of track match CD-TOC settings."), "{said}");
    String::from_utf8(desk.read("read.toc")).expect("a toc file")
}

#[test]
fn a_cue_sheet_becomes_the_disc_that_it_describes() {
    for mode in ["sao", "raw"] {
        let desk = Desk::with("cd-r");
        let (one, two) = album(&desk);
        good(&desk, &format!("audio burn album.cue --mode {mode} --drive virtual:disc"));
        assert_eq!(desk.toc(), [(1, 375), (2, 825), (3, 1300), (0, 1700)], "{mode}");
        let all = [one, vec![0; 100 * 2352], two].concat();
        // The hidden song stands before the first track.
        desk.good("cdparanoia -q -r -d /dev/sr0 0 hidden.raw");
        assert!(desk.read("hidden.raw") == all[..375 * 2352], "{mode}: the hidden song");
        assert!(desk.sound() == all[375 * 2352..], "{mode}: cdparanoia");
        let toc = analysed(&desk);
        for line in [
            "CATALOG \"4006381333931\"",
            "ISRC \"USRC17607839\"",
            "TITLE \"The Disc\"",
            "PERFORMER \"The Band\"",
            "TITLE \"Third\"",
            // The pauses, and the indexes of the first track.
            "START 00:05:00",
            "START 00:01:00",
            "START 00:01:25",
            "INDEX 00:02:00",
            "INDEX 00:04:10",
            "\nPRE_EMPHASIS\n",
        ] {
            assert!(toc.contains(line), "{mode}: {line}: {toc}");
        }
        assert_eq!(toc.matches("\nNO COPY\n").count(), 2, "{toc}");
        // What cdrdao finds, we find.
        let told: serde_json::Value =
            serde_json::from_str(&good(&desk, "info virtual:disc --indexes --json")).expect("JSON");
        let tracks = &told["medium"]["tracks"];
        assert_eq!(
            (&tracks[0]["indexes"], &tracks[0]["pause"]),
            (&serde_json::json!([525, 685]), &().into()),
            "{told}"
        );
        assert_eq!((&tracks[1]["pause"], &tracks[2]["pause"]), (&750.into(), &1200.into()), "{told}");
        assert!(good(&desk, "info virtual:disc --indexes").contains("INDEX 02 525, INDEX 03 685"));
        assert!(!good(&desk, "info virtual:disc").contains("INDEX"));
        let info = desk.good("cd-info --no-cddb --no-device-info /dev/sr0");
        assert!(info.contains("TITLE: Second") && info.contains("TRACK  1 ISRC: USRC17607839"), "{info}");
    }
}

/// What cdrdao reads of our disc it burns again from the sheet that it wrote, and so do we: it is the same disc.
#[test]
fn a_toc_file_makes_the_same_disc_as_with_the_program_from_which_it_is() {
    let first = Desk::with("cd-r");
    album(&first);
    good(&first, "audio burn album.cue --drive virtual:disc");
    first.good("cdrdao read-cd --device /dev/sr0 --driver generic-mmc:0x10 --datafile all.bin all.toc");
    let burned = |ours: bool| {
        let desk = Desk::with("cd-r");
        for name in ["all.toc", "all.bin"] {
            desk.write(name, &first.read(name));
        }
        if ours {
            good(&desk, "audio burn all.toc --drive virtual:disc");
        } else {
            desk.good("cdrdao write --device /dev/sr0 --driver generic-mmc:0x10 -n --speed 48 all.toc");
        }
        (desk.toc(), desk.sound(), analysed(&desk))
    };
    let (ours, theirs) = (burned(true), burned(false));
    assert_eq!((&ours.0, &ours.2), (&theirs.0, &theirs.2));
    assert!(ours.1 == theirs.1);
}

#[test]
fn what_is_said_beside_a_sheet_is_said_of_its_disc() {
    let desk = Desk::with("cd-r");
    album(&desk);
    desk.write("titles", b"Album Title = Another\nTrack 02 Title = Other\n");
    let line = "audio burn album.cue --cd-text titles --mcn 17 --isrc - --isrc DEA122400007 --copying permitted";
    good(&desk, &format!("{line} --drive virtual:disc"));
    let toc = analysed(&desk);
    for line in ["CATALOG \"0000000000017\"", "ISRC \"DEA122400007\"", "TITLE \"Another\"", "TITLE \"Other\""] {
        assert!(toc.contains(line), "{line}: {toc}");
    }
    assert!(!toc.contains("USRC17607839") && !toc.contains("NO COPY") && !toc.contains("The Disc"), "{toc}");
}

#[test]
fn a_sheet_with_data_before_sound_makes_a_mixed_disc() {
    let desk = Desk::with("cd-r");
    let (image, song) = (desk.image(), desk.song("one.wav", 1, 500));
    let lead = image.len() / 2048;
    desk.write(
        "mixed.cue",
        b"FILE image.iso BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\nPOSTGAP 00:02:00\n\
          FILE one.wav WAVE\nTRACK 02 AUDIO\nPREGAP 00:02:00\nINDEX 01 00:00:00\n",
    );
    let said = good(&desk, "audio burn mixed.cue --drive virtual:disc");
    assert!(said.contains("data"), "{said}");
    assert!(desk.blocks(0, lead) == image);
    desk.good("cdparanoia -q -r -d /dev/sr0 2 sound.raw");
    assert!(desk.read("sound.raw") == song);
    // Of whole sectors only the data is sent.
    good(&desk, "raw create mixed.cue -o whole.cue");
    let again = Desk::with("cd-r");
    for name in ["whole.cue", "whole.bin"] {
        again.write(name, &desk.read(name));
    }
    good(&again, "audio burn whole.cue --drive virtual:disc");
    assert_eq!(again.toc(), desk.toc());
    assert!(again.blocks(0, lead) == image);
}

#[test]
fn what_a_sheet_cannot_be_is_said() {
    let desk = Desk::with("cd-r");
    album(&desk);
    for line in ["one.wav", "--gap 1", "--mode tao", "--data one.wav"] {
        bad(&desk, &format!("audio burn album.cue {line} --drive virtual:disc"), 2);
    }
    desk.write("wrong.cue", b"FILE one.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 99:00:00\n");
    assert!(bad(&desk, "audio burn wrong.cue --drive virtual:disc", 1).contains("wrong.cue"));
    let codes = "--isrc - --isrc - --isrc - --isrc -";
    assert!(bad(&desk, &format!("audio burn album.cue {codes} --drive virtual:disc"), 1).contains("--isrc"));
    // A disc of another kind than drives write at once.
    desk.write("data.bin", &vec![0; 2336 * 400]);
    desk.write("two.cue", b"FILE data.bin BINARY\nTRACK 01 MODE2/2336\nINDEX 01 00:00:00\n");
    let said = bad(&desk, "audio burn two.cue --drive virtual:disc", 1);
    assert!(said.contains("another kind") && said.contains("--mode raw"), "{said}");
    assert_eq!(desk.state(), "blank");
}
