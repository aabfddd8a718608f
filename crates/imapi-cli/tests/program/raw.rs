//! `imapi raw` as a person runs it.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{imapi, told};

fn wav(seconds: u32, rate: u32) -> Vec<u8> {
    let samples = vec![0x11; (seconds * 44_100 * 4) as usize];
    let len = u32::try_from(samples.len()).expect("small");
    let mut file = [&b"RIFF"[..], &(len + 36).to_le_bytes(), b"WAVEfmt ", &16u32.to_le_bytes(), &[1, 0, 2, 0]].concat();
    file.extend(rate.to_le_bytes());
    file.extend((rate * 4).to_le_bytes());
    file.extend([4, 0, 16, 0]);
    file.extend([&b"data"[..], &len.to_le_bytes(), &samples].concat());
    file
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("one.wav"), wav(5, 44_100)).expect("a file");
    fs::write(folder.path().join("two.wav"), wav(4, 44_100)).expect("a file");
    folder
}

/// Status, standard output and standard error of a run in a folder.
fn run(folder: &Path, line: &str) -> (Option<i32>, String, String) {
    let output = imapi().args(line.split_whitespace()).current_dir(folder).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_disc_is_told_in_lines_and_as_json() {
    let folder = folder();
    let (status, out, _) = run(folder.path(), "raw info --mcn 4006381333931 --isrc US-RC1-76-07839 one.wav two.wav");
    assert_eq!(status, Some(0));
    assert_eq!(
        out,
        "MCN: 4006381333931\n\
         track 1: audio, 0 (00:02:00), pause from -150 (00:00:00), ISRC USRC17607839\n\
         track 2: audio, 525 (00:09:00), pause from 375 (00:07:00)\n\
         lead-out: 825 (00:13:00)\n"
    );
    let (_, out, _) = run(folder.path(), "raw info --json --gapless one.wav two.wav");
    let about: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&about["leadOut"], &about["mcn"]), (&675.into(), &serde_json::Value::Null));
    assert_eq!((&about["tracks"][1]["pause"], &about["tracks"][1]["begin"]), (&225.into(), &375.into()));
}

#[test]
fn files_are_made_and_never_overwritten() {
    let folder = folder();
    let (status, out, errors) = run(folder.path(), "raw create one.wav two.wav -o disc.ccd --json");
    assert_eq!((status, errors.as_str()), (Some(0), ""));
    let told: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(told["files"], serde_json::json!(["disc.ccd", "disc.img", "disc.sub"]));
    assert_eq!((&told["tracks"], &told["code"]), (&2.into(), &"0x00000000".into()));
    assert_eq!(fs::metadata(folder.path().join("disc.img")).expect("a file").len(), 825 * 2352);
    assert_eq!(fs::metadata(folder.path().join("disc.sub")).expect("a file").len(), 825 * 96);
    let (status, _, errors) = run(folder.path(), "raw create one.wav -o disc.ccd");
    assert_eq!(status, Some(1));
    assert!(errors.contains("disc.ccd") && errors.contains("ERROR_FILE_EXISTS"), "{errors}");
    assert_eq!(fs::metadata(folder.path().join("disc.img")).expect("a file").len(), 825 * 2352, "it stayed");
    let (status, ..) = run(folder.path(), "raw create one.wav -o disc.raw --sub-channels pq --quiet");
    assert_eq!(status, Some(0));
    let len = fs::metadata(folder.path().join("disc.raw")).expect("a file").len();
    assert_eq!(len, (22_650 + 375 + 6_750) * 2368);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let folder = folder();
    fs::write(folder.path().join("dat.wav"), wav(4, 48_000)).expect("a file");
    fs::write(folder.path().join("bad.cue"), "FILE one.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 oops\n").expect("a file");
    for (line, status, told) in [
        ("raw info dat.wav", 1, "48000 Hz, 16 bit, 2 channels, PCM"),
        ("raw info bad.cue", 1, "3: an index has a number from 0 to 99 and a time"),
        ("raw info none.cue", 1, "none.cue"),
        ("raw info --mcn 12 one.wav", 2, "13 digits"),
        ("raw create one.wav -o disc.iso", 2, ".cue, .toc, .ccd or .raw"),
        ("raw burn one.wav --drive virtual:none.disc", 1, "none.disc"),
        ("raw burn one.wav --drive virtual:a.disc?media=dvd-r", 1, "E_IMAPI_DF2RAW_MEDIA_IS_NOT_SUPPORTED"),
    ] {
        let (found, _, errors) = run(folder.path(), line);
        assert!(found == Some(status) && errors.contains(told), "{line}: {found:?} {errors}");
    }
    fs::write(folder.path().join("short.wav"), &wav(4, 44_100)[..100_000]).expect("a file");
    let (_, _, errors) = run(folder.path(), "raw info short.wav");
    assert!(errors.contains("E_INVALIDARG"), "a track has four seconds: {errors}");
}

#[test]
fn a_disc_is_burned_once_and_the_program_says_so() {
    let folder = folder();
    let burn = "raw burn one.wav two.wav --json --drive virtual:a.disc?media=cd-r";
    let (status, out, errors) = run(folder.path(), burn);
    assert_eq!((status, errors.as_str()), (Some(0), ""));
    let told: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        (&told["medium"], &told["subChannels"], &told["simulated"]),
        (&"CD-R".into(), &"raw".into(), &false.into())
    );
    let start = told["start"].as_i64().expect("a number");
    assert!(start < -4_500);
    assert_eq!(told["sectors"].as_i64(), Some(825 + 6_750 - start));
    let (status, out, errors) = run(folder.path(), burn);
    assert_eq!(status, Some(1));
    assert!(errors.contains("E_IMAPI_DF2RAW_MEDIA_IS_NOT_BLANK"), "{errors}");
    assert!(out.contains("\"name\":\"E_IMAPI_DF2RAW_MEDIA_IS_NOT_BLANK\""), "{out}");
    assert!(told_of(folder.path()).contains("closed"));
}

fn told_of(folder: &Path) -> String {
    told(&["virtual", "show", folder.join("a.disc").to_str().expect("a path in UTF-8")])
}

#[test]
fn the_words_are_the_readers() {
    let folder = folder();
    let (_, out, _) = run(folder.path(), "--lang ru raw info one.wav");
    assert!(out.contains("выводная область: 375"), "{out}");
    let (_, out, _) = run(folder.path(), "--lang zh-TW raw info one.wav");
    assert!(out.contains("導出區：375"), "{out}");
}
