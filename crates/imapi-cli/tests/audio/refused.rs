//! What is no sound of a CD, and what cannot be.

use crate::{bad, desk::Desk, good};

/// A WAV file of another rate.
fn studio(desk: &Desk) {
    let mut wav = desk.song("one.wav", 1, 500);
    wav = [desk.read("one.wav")[..44].to_vec(), wav].concat();
    wav[24..28].copy_from_slice(&48_000_u32.to_le_bytes());
    desk.write("studio.wav", &wav);
}

#[test]
fn other_sound_is_refused_with_what_it_is_and_what_it_should_be() {
    let desk = Desk::with("cd-r");
    studio(&desk);
    let said = bad(&desk, "audio burn studio.wav --drive virtual:disc", 1);
    assert!(said.contains("48000 Hz, 16 bit, 2 ch, PCM") && said.contains("44100 Hz, 16 bit, 2 ch, PCM"), "{said}");
    assert!(said.contains("studio.wav") && said.contains("E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED"), "{said}");
    assert!(said.contains("Option that helps: --convert"), "{said}");
    desk.write("song.mp3", b"ID3 and so on, for a while at least");
    let said = bad(&desk, "audio burn song.mp3 --drive virtual:disc", 1);
    assert!(said.contains("song.mp3") && said.contains("E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED"), "{said}");
    assert_eq!(desk.state(), "blank");
    // 500 sectors of 44,100 samples a second have fewer when there are 48,000 in a second: 459.4, and the last is filled up.
    good(&desk, "audio burn studio.wav --convert --drive virtual:disc");
    assert_eq!(desk.toc(), [(1, 0), (0, 460)]);
    assert_ne!(desk.sound(), vec![0; 460 * 2352]);
}

#[test]
fn wrong_numbers_are_refused_by_their_codes() {
    let desk = Desk::with("cd-r");
    desk.song("one.wav", 1, 500);
    for (option, code) in
        [("--mcn 4006381333932", "E_IMAPI_DF2TAO_INVALID_MCN"), ("--isrc 12A122400007", "E_IMAPI_DF2TAO_INVALID_ISRC")]
    {
        let said = bad(&desk, &format!("audio burn one.wav {option} --drive virtual:disc"), 1);
        assert!(said.contains(code), "{said}");
    }
    for wrong in ["--mode tao --gap 0", "--mode tao --cd-text sheet", "--isrc - --isrc -", "--gap two"] {
        bad(&desk, &format!("audio burn one.wav {wrong} --drive virtual:disc"), 2);
    }
    assert_eq!(desk.state(), "blank");
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_written() {
    let desk = Desk::with("cd-r");
    // 64 MiB are 32,768 sectors.
    desk.song("one.wav", 1, 20_000);
    for (mode, needed) in [("tao", "40152"), ("sao", "40150")] {
        let said = bad(&desk, &format!("audio burn one.wav one.wav --mode {mode} --drive virtual:disc"), 1);
        assert!(said.contains("E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE") && said.contains(needed), "{said}");
        assert_eq!(desk.state(), "blank");
    }
    good(&desk, "audio burn one.wav --simulate --drive virtual:disc");
    assert_eq!(desk.state(), "blank");
}

#[test]
fn a_disc_with_something_on_it_is_refused() {
    let desk = Desk::with("cd-r");
    desk.song("one.wav", 1, 500);
    good(&desk, "audio burn one.wav --drive virtual:disc");
    for mode in ["tao", "sao"] {
        let said = bad(&desk, &format!("audio burn one.wav --mode {mode} --drive virtual:disc"), 1);
        assert!(said.contains("E_IMAPI_DF2TAO_MEDIA_IS_NOT_BLANK"), "{said}");
    }
    let said = bad(&desk, "audio burn one.wav --drive virtual:other?media=dvd-r", 1);
    assert!(said.contains("E_IMAPI_DF2TAO_MEDIA_IS_NOT_SUPPORTED"), "{said}");
}

#[test]
fn a_rewritable_disc_is_blanked_when_that_was_said_and_agreed() {
    let desk = Desk::with("cd-rw");
    let (one, two) = (desk.song("one.wav", 1, 500), desk.song("two.wav", 2, 350));
    good(&desk, "audio burn one.wav --drive virtual:disc");
    let said = bad(&desk, "audio burn two.wav --drive virtual:disc", 1);
    assert!(said.contains("E_IMAPI_DF2TAO_MEDIA_IS_NOT_BLANK"), "{said}");
    // Nobody is there to agree.
    bad(&desk, "audio burn two.wav --overwrite --drive virtual:disc", 1);
    // What cannot be written at cdr costs nothing.
    desk.write("data.bin", &vec![0; 2336 * 400]);
    desk.write("two.cue", b"FILE data.bin BINARY\nTRACK 01 MODE2/2336\nINDEX 01 00:00:00\n");
    bad(&desk, "audio burn two.cue --overwrite --yes --drive virtual:disc", 1);
    assert!(desk.sound() == one);
    for mode in ["tao", "sao", "raw"] {
        good(&desk, &format!("audio burn two.wav --overwrite --yes --mode {mode} --drive virtual:disc"));
        assert!(desk.sound().starts_with(&two), "{mode}");
    }
    let cdr = Desk::with("cd-r");
    cdr.song("one.wav", 1, 500);
    good(&cdr, "audio burn one.wav --overwrite --drive virtual:disc");
    let said = bad(&cdr, "audio burn one.wav --overwrite --yes --drive virtual:disc", 1);
    assert!(said.contains("E_IMAPI_DF2TAO_MEDIA_IS_NOT_BLANK"), "{said}");
}
