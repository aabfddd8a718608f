//! What others burn, and what is damaged.

use serde_json::Value;

use crate::{
    bad,
    desk::{Desk, each},
    good, imapi, samples,
};

fn told(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn what_others_burn_we_read() {
    each(
        &[("wodim dev=/dev/sr0 speed=48 gracetime=2", "-sao"), ("cdrskin dev=/dev/sr0 speed=48 grace_time=0", "-tao")],
        |program, way| {
            let desk = Desk::with("cd-r");
            let (one, two) = (desk.song("one.wav", 1, 500), desk.song("two.wav", 2, 350));
            desk.good(&format!("{program} {way} -audio one.wav two.wav"));
            let (after, end) = if way == "-tao" { (152, 2) } else { (0, 0) };
            let said = told(&good(&desk, "audio rip virtual:disc -o album --json"));
            let silence = |sectors: usize| vec![0; sectors * 2352];
            assert!(samples(&desk, "album/track01.wav") == [one, silence(after)].concat(), "{program}");
            assert!(samples(&desk, "album/track02.wav") == [two, silence(end)].concat(), "{program}");
            assert_eq!(said["tracks"][0]["sectors"], 500 + after);
            // Another program sums up the same samples.
            desk.write("samples", &samples(&desk, "album/track02.wav"));
            let said_of_it = desk.good("7z h -scrcCRC32 samples");
            let crc = said_of_it.lines().find_map(|line| line.strip_prefix("CRC32  for data:")).map(str::trim);
            assert_eq!(said["tracks"][1]["crc32"].as_str(), crc, "{said_of_it}");
        },
    );
}

#[test]
fn an_offset_moves_all_samples() {
    let desk = Desk::with("cd-r");
    let songs = [desk.song("one.wav", 1, 400), desk.song("two.wav", 2, 350)].concat();
    good(&desk, "audio burn one.wav two.wav --gap 0 --drive virtual:disc");
    for offset in [102_i32, -30, 588, 0, -1200] {
        let line = format!("audio rip virtual:disc -o album --force --offset {offset}");
        good(&desk, &line);
        let read = [samples(&desk, "album/track01.wav"), samples(&desk, "album/track02.wav")].concat();
        let shift = usize::try_from(offset.unsigned_abs()).expect("small") * 4;
        let silence = vec![0; shift];
        let expected = if offset < 0 {
            [silence, songs[..songs.len() - shift].to_vec()].concat()
        } else {
            [songs[shift..].to_vec(), silence].concat()
        };
        assert!(read == expected, "{offset}");
    }
}

#[test]
fn tracks_are_chosen_and_files_are_not_overwritten() {
    let desk = Desk::with("cd-r");
    for name in ["one.wav", "two.wav", "three.wav"] {
        desk.song(name, 7, 300);
    }
    good(&desk, "audio burn one.wav two.wav three.wav --drive virtual:disc");
    good(&desk, "audio rip virtual:disc -o album --tracks 2-3");
    assert!(!desk.path("album/track01.wav").exists() && desk.path("album/track03.wav").exists());
    desk.write("album/track02.wav", b"mine");
    let said = bad(&desk, "audio rip virtual:disc -o album", 1);
    assert!(said.contains("track02.wav"), "{said}");
    assert_eq!(desk.read("album/track02.wav"), b"mine");
    assert!(std::fs::read_dir(desk.path("album")).expect("a folder").count() == 3, "nothing is left beside them");
    bad(&desk, "audio rip virtual:disc -o album --tracks 4", 1);
}

/// A drive that cannot say of what it is not sure gives wrong bytes now and then.
#[test]
fn what_is_read_wrongly_is_read_again_and_what_cannot_be_read_is_told() {
    let desk = Desk::with("cd-r");
    let one = desk.song("one.wav", 1, 400);
    good(&desk, "audio burn one.wav --drive virtual:disc");
    let corrupt = |first: u32, last: u32, times: &str| {
        format!(
            r#"{{"faults": [{{"when": {{"opcode": "BE", "blocks": {{"first": {first}, "last": {last}}}}},
                "what": {{"corrupt": {{"bits": 1}}}}, "times": {times}}}]}}"#
        )
    };
    desk.write("faults", corrupt(150, 151, "3").as_bytes());
    let drive = "virtual:disc?personality=no-features&faults=faults";
    let said = told(&good(&desk, &format!("audio rip {drive} -o album --json")));
    assert!(samples(&desk, "album/track01.wav") == one, "{said}");
    assert!(said["tracks"][0]["reread"].as_u64() > Some(0), "{said}");
    assert_eq!(said["tracks"][0]["inDoubt"], serde_json::json!([]));
    // Never twice the same.
    desk.write("faults", corrupt(0, 399, "\"always\"").as_bytes());
    let output = imapi(&desk, &format!("audio rip {drive} -o doubtful --retries 3 --json"));
    assert_eq!(output.status.code(), Some(1));
    let said = told(&String::from_utf8_lossy(&output.stdout));
    assert!(said["tracks"][0]["inDoubt"].as_array().is_some_and(|doubtful| !doubtful.is_empty()), "{said}");
    let unreadable = r#"{"faults": [{"when": {"opcode": "BE", "blocks": {"first": 200, "last": 200}}, "what": {"sense": {"code": "3/11/05"}}, "times": "always"}]}"#;
    desk.write("faults", unreadable.as_bytes());
    let said = bad(&desk, "audio rip virtual:disc?faults=faults -o none --retries 2", 1);
    assert!(said.contains("200"), "{said}");
    assert!(!desk.path("none/track01.wav").exists());
}

#[test]
fn a_disc_without_sound_has_nothing_to_rip() {
    let desk = Desk::with("cd-r");
    desk.image();
    good(&desk, "burn image.iso --drive virtual:disc --yes");
    let said = bad(&desk, "audio rip virtual:disc -o album", 1);
    assert!(said.contains("E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE"), "{said}");
}
