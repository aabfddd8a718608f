//! FLAC files of the program from which they are, as sound of a CD.

use std::{fs, path::Path, process::Command};

use imapi::audio::{AudioError, SoundSource};
use imapi_disc_types::{Block, BlockSource as _, conformance};

/// Has the program encode samples of that kind; without its length, when it comes through a pipe.
fn encoded(folder: &Path, samples: &[u8], rate: u32, bits: u32, piped: bool) -> std::path::PathBuf {
    let (raw, flac) = (folder.join("sound.raw"), folder.join("sound.flac"));
    fs::write(&raw, samples).expect("it has room");
    let mut command = Command::new("flac");
    command.args(["--totally-silent", "--force", "--force-raw-format", "--endian=little", "--sign=signed"]);
    command.args(["--channels=2", &format!("--sample-rate={rate}"), &format!("--bps={bits}")]);
    if piped {
        command.args(["--stdout", "-"]).stdin(fs::File::open(&raw).expect("a file"));
        let output = command.output().expect("flac is there");
        assert!(output.status.success(), "flac");
        fs::write(&flac, output.stdout).expect("it has room");
    } else {
        command.arg("-o").arg(&flac).arg(&raw);
        assert!(command.status().expect("flac is there").success(), "flac");
    }
    flac
}

/// Loud and quiet, the same on both sides and not.
fn samples(frames: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut bytes = Vec::new();
    for at in 0..frames {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [.., low, high] = state.to_le_bytes();
        let tone = i16::try_from(at % 3000).expect("small").wrapping_mul(20);
        bytes.extend(tone.to_le_bytes());
        bytes.extend(if at % 9000 < 4500 { tone.to_le_bytes() } else { [low, high] });
    }
    bytes
}

#[test]
fn samples_are_those_that_were_encoded_wherever_one_begins() {
    let folder = tempfile::tempdir().expect("a folder");
    let sound = samples(588 * 30 + 100);
    for piped in [false, true] {
        let source = SoundSource::open(&encoded(folder.path(), &sound, 44_100, 16, piped)).expect("FLAC");
        assert_eq!((source.blocks(), source.len()), (31, sound.len() as u64), "piped: {piped}");
        let mut whole = vec![0xA5; 31 * 2352];
        source.read_all(Block(0), &mut whole).expect("readable");
        assert!(whole[..sound.len()] == sound && whole[sound.len()..].iter().all(|&byte| byte == 0));
        for first in [30, 7, 15, 0, 29] {
            let mut one = vec![0; 2352];
            source.read_all(Block(first), &mut one).expect("readable");
            let at = usize::try_from(first).expect("small") * 2352;
            assert!(one == whole[at..][..2352], "{first}");
        }
        conformance::check(&source).expect("it keeps the contract");
    }
}

#[test]
fn what_a_cd_does_not_have_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (rate, bits, said) in [(48_000, 16, "48000 Hz, 16 bit, 2 ch"), (44_100, 24, "44100 Hz, 24 bit, 2 ch")] {
        let path = encoded(folder.path(), &samples(600), rate, bits, false);
        for error in [SoundSource::open(&path).expect_err(said), SoundSource::converting(&path).expect_err(said)] {
            assert!(matches!(error, AudioError::OtherFormat { .. }) && error.to_string().contains(said), "{error}");
        }
    }
}

#[test]
fn a_damaged_file_is_never_sound_of_another_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let sound = samples(588 * 28);
    let path = encoded(folder.path(), &sound, 44_100, 16, false);
    let good = fs::read(&path).expect("a file");
    for end in [0, 3, 4, 20, 41] {
        fs::write(&path, &good[..end]).expect("it has room");
        SoundSource::open(&path).map(drop).expect_err("it ends before it says what it is");
    }
    let mut changed = good.clone();
    let middle = good.len() / 2;
    changed[middle] ^= 0x55;
    for broken in [&changed[..], &good[..middle]] {
        fs::write(&path, broken).expect("it has room");
        let source = SoundSource::open(&path).expect("its beginning is whole");
        let mut failed = 0;
        for block in (0..28).chain((0..28).rev()) {
            let mut out = vec![0; 2352];
            let at = usize::try_from(block).expect("small") * 2352;
            match source.read_all(Block(block), &mut out) {
                Ok(()) => assert!(out == sound[at..][..2352], "{block}"),
                Err(_) => failed += 1,
            }
        }
        assert!((2..54).contains(&failed), "{failed} failed");
    }
}
