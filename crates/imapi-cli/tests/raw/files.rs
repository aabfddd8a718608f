//! Files that we make of discs, read by other programs.

use crate::{
    ALBUM, album,
    desk::{Desk, noise},
    imapi, info, places,
};

#[test]
fn sheets_are_what_other_programs_read() {
    let desk = Desk::with("cd-r");
    let samples = album(&desk);
    imapi(&desk, "raw create album.cue -o a.cue");
    imapi(&desk, "raw create album.cue -o b.toc");
    assert_eq!(places(&info(&desk, "a.cue")), ALBUM);
    assert_eq!(info(&desk, "b.toc"), info(&desk, "a.cue"));

    // libcdio knows where the tracks are.
    for option in ["--cue-file=a.cue", "--toc-file=b.toc"] {
        let told = desk.good(&format!("cd-info --no-cddb --no-device-info {option}"));
        for line in ["  1: 00:02:00  000000 audio", "  2: 00:14:25  000925 audio", "  3: 00:21:00  001425 audio"] {
            assert!(told.contains(line), "{option}: {line}: {told}");
        }
    }
    // cdrdao understands both.
    for sheet in ["a.cue", "b.toc"] {
        let told = desk.good(&format!("cdrdao show-toc {sheet}"));
        for line in [
            "CATALOG NUMBER: 1234567890123",
            "ISRC US RC1 76 07839",
            "INDEX  2 00:04:00(   300)",
            "INDEX  3 00:05:10(   385)",
            "PREGAP 00:03:00(   225)",
            "START  00:12:25(   925)",
            "PREGAP 00:02:00(   150)",
            "END    00:23:00(  1725)",
        ] {
            assert!(told.contains(line), "{sheet}: {line}: {told}");
        }
        assert_eq!((told.matches("COPY PERMITTED").count(), told.matches("NO PRE-EMPHASIS").count()), (1, 2), "{told}");
    }
    // cuetools understand the sheet, and bchunk cuts the data by it.
    let told = desk.good("cueprint a.cue");
    assert!(told.contains("title:\t\tThird") && told.contains("ISRC:\t\tGBAYE0000351"), "{told}");
    assert_eq!(desk.good("cuebreakpoints a.cue"), "0:12.25\n0:19.00\n");
    desk.good("bchunk -w a.bin a.cue cut");
    // It takes the last index of a track for its beginning.
    for (name, sectors) in [("cut01.wav", 385..700), ("cut02.wav", 925..1_275), ("cut03.wav", 1_425..1_725)] {
        let cut = desk.read(name);
        assert!(cut[44..] == samples[sectors.start * 2352..sectors.end * 2352], "{name}");
    }
}

/// cdrdao takes the samples of a `.bin` beside a `.cue` in the order of bytes in which they stand beside a `.toc`, so it is
/// given the latter.
#[test]
fn a_sheet_burns_to_the_same_disc_by_another_program() {
    let desk = Desk::with("cd-r");
    let samples = album(&desk);
    imapi(&desk, "raw create album.cue -o b.toc");
    desk.good("cdrdao write --device /dev/sr0 --driver generic-mmc:0x10 -n --speed 48 b.toc");
    assert!(desk.sound() == samples);
    assert_eq!(desk.toc(), [(1, 0), (2, 925), (3, 1425), (0, 1725)]);
}

#[test]
fn data_in_whole_sectors_is_read_by_other_programs() {
    let desk = Desk::with("cd-r");
    let image = desk.image();
    imapi(&desk, "raw create image.iso -o a.cue");
    imapi(&desk, "raw create image.iso -o b.ccd");
    let told = desk.good("cd-info --no-cddb --no-device-info --cue-file=a.cue");
    assert!(told.contains("000000 data") && told.contains("ISO 9660"), "{told}");
    desk.good("bchunk a.bin a.cue cut");
    assert!(desk.read("cut01.iso") == image);
    desk.good("ccd2iso b.img back.iso");
    assert!(desk.read("back.iso") == image);
    // Sub-channels of CloneCD: twelve bytes of P, twelve of Q with its checksum, and so on.
    let sub = desk.read("b.sub");
    assert_eq!(sub.len(), image.len() / 2048 * 96);
    assert_eq!(sub[..24], [[0; 12], [0x41, 1, 1, 0, 0, 0, 0, 0, 2, 0, 0x28, 0x32]].concat());
}

/// A disc of Nero's, put together by hand: libcdio and we find the same tracks in it.
#[test]
fn a_disc_of_nero_is_the_same_for_libcdio() {
    let desk = Desk::with("cd-r");
    let sectors = |number: u64| (number * 2352).to_be_bytes();
    let mut daox = [&[0, 0, 0, 0x6A][..], b"1234567890123\0", &[0, 0, 1, 2]].concat();
    for (code, places) in [(b"USRC17607839", [0, 150, 550]), (b"GBAYE0000351", [550, 700, 1_050])] {
        daox.extend([&code[..], &[0x09, 0x30, 0x07, 0, 0, 1]].concat());
        daox.extend(places.map(sectors).concat());
    }
    let cue =
        |control: u8, track: u8, index: u8, lba: i32| [&[control, track, index, 0][..], &lba.to_be_bytes()].concat();
    let cues = [(1, 0, 0, -150), (1, 1, 0, -150), (1, 1, 1, 0), (1, 2, 0, 400), (1, 2, 1, 550), (1, 0xAA, 1, 900)];
    let positions = cues.map(|(control, track, index, lba)| cue(control, track, index, lba)).concat();
    let mut file = noise(1, 1_050 * 2352);
    let from = file.len() as u64;
    for (name, data) in [(b"CUEX", &positions[..]), (b"DAOX", &daox), (b"SINF", &[0, 0, 0, 2]), (b"END!", &[])] {
        let len = u32::try_from(data.len()).expect("small").to_be_bytes();
        file.extend([&name[..], &len, data].concat());
    }
    file.extend([&b"NER5"[..], &from.to_be_bytes()].concat());
    desk.write("a.nrg", &file);
    assert_eq!(places(&info(&desk, "a.nrg")), [(-150, 0), (400, 550)]);
    let told = desk.good("cd-info --no-cddb --no-device-info --nrg-file=a.nrg");
    for line in ["  1: 00:02:00  000000 audio", "  2: 00:09:25  000550 audio", "170: 00:14:00  000900 leadout"] {
        assert!(told.contains(line), "{line}: {told}");
    }
    desk.good("cd-read --nrg-file=a.nrg -m audio -s 550 -n 10 -o read.bin");
    imapi(&desk, "raw create a.nrg -o a.cue");
    assert!(desk.read("a.bin")[550 * 2352..560 * 2352] == desk.read("read.bin"));
}
