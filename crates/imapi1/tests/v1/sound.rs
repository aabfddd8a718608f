//! Discs of sound.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use imapi_errors::{common, v1};
use imapi_mmc_transport::trace::{Recording, Tracer, steps};
use imapi1::{PropertySet, PropertyValue};

use crate::{
    bench::{BLOCKS, Bench, SECTOR, add_track, code, song},
    judged::good,
};

#[test]
fn three_tracks_are_read_by_others() {
    for medium in ["cd-r", "cd-rw"] {
        let bench = Bench::new(medium);
        let (master, redbook) = bench.sound();
        let songs = [song(1, 300), song(2, 437), song(3, 512)];
        for sound in &songs {
            add_track(&redbook, sound);
        }
        assert_eq!(redbook.total_audio_tracks().expect("sound"), 3);
        master.record_disc(false, false).expect("recorded");
        master.close();

        good(&bench, "cdparanoia -Z -p -r -d /dev/sr0 -- 1- all.raw");
        let silence = vec![0; 152 * SECTOR];
        let parts = [&songs[0], &silence, &songs[1], &silence, &songs[2], &vec![0; 2 * SECTOR]];
        let expected: Vec<u8> = parts.into_iter().flatten().copied().collect();
        let read = std::fs::read(bench.folder.path().join("all.raw")).expect("it was written");
        assert!(read == expected, "{medium}: {} and {} bytes", read.len(), expected.len());
        let info = good(&bench, "cdrdao disk-info --device /dev/sr0 --driver generic-mmc");
        assert!(info.contains("Appendable           : no"), "{info}");
        let toc = good(&bench, "cdrdao read-toc --device /dev/sr0 --driver generic-mmc read.toc");
        assert!(toc.contains("Control nibbles of track match CD-TOC settings."), "{toc}");
        let toc = std::fs::read_to_string(bench.folder.path().join("read.toc")).expect("it was written");
        assert_eq!(toc.matches("TRACK AUDIO").count(), 3, "{toc}");
    }
}

#[test]
fn blocks_are_counted_with_what_lies_between_tracks() {
    let bench = Bench::new("cd-r");
    let (_master, redbook) = bench.sound();
    assert_eq!(redbook.total_audio_blocks().expect("sound"), BLOCKS);
    assert_eq!(redbook.audio_block_size().expect("sound"), 2352);
    assert_eq!(redbook.available_audio_track_blocks().expect("sound"), BLOCKS);
    add_track(&redbook, &song(1, 300));
    assert_eq!(redbook.used_audio_blocks().expect("sound"), 452);
    redbook.create_audio_track(7).expect("the number is a hint");
    redbook.add_audio_track_blocks(&song(2, 10)).expect("it fits");
    redbook.add_audio_track_blocks(&[]).expect("nothing is a number of blocks");
    assert_eq!(redbook.used_audio_blocks().expect("sound"), 462);
    assert_eq!(redbook.available_audio_track_blocks().expect("sound"), BLOCKS - 462);
    assert_eq!(redbook.total_audio_tracks().expect("sound"), 2);
    assert_eq!(code(&redbook.add_audio_track_blocks(&[0; 100])), common::E_INVALIDARG);
}

#[test]
fn of_sound_that_does_not_fit_as_much_is_kept_as_does() {
    let bench = Bench::new("cd-r");
    let (master, redbook) = bench.sound();
    add_track(&redbook, &song(1, 300));
    redbook.create_audio_track(0).expect("room");
    let sound = song(2, usize::try_from(BLOCKS).expect("few"));
    assert_eq!(code(&redbook.add_audio_track_blocks(&sound)), v1::IMAPI_E_DISCFULL);
    assert_eq!(redbook.available_audio_track_blocks().expect("sound"), 0);
    assert_eq!(redbook.used_audio_blocks().expect("sound"), BLOCKS);
    redbook.close_audio_track().expect("it is long enough");
    assert_eq!(code(&redbook.create_audio_track(0)), v1::IMAPI_E_DISCFULL);
    // It fits onto the disc.
    master.record_disc(false, false).expect("recorded");
}

#[test]
fn a_disc_of_sound_must_be_blank() {
    let bench = Bench::new("cd-rw");
    let (master, redbook) = bench.sound();
    add_track(&redbook, &song(1, 300));
    master.record_disc(true, false).expect("simulated");
    add_track(&redbook, &song(1, 300));
    master.record_disc(false, false).expect("the disc is still blank");
    add_track(&redbook, &song(2, 300));
    assert_eq!(code(&master.record_disc(false, false)), v1::IMAPI_E_CANNOT_WRITE_TO_MEDIA);
    let one = master.active_disc_recorder().expect("it was chosen");
    one.open_exclusive().expect("it is free");
    one.erase(false).expect("it can be erased");
    one.close().expect("it was opened");
    master.record_disc(false, false).expect("recorded");
}

/// Where a tracer writes.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_drive_is_told_of_gap_speed_and_underrun_protection() {
    let bench = Bench::new("cd-r");
    bench.plugs.unplug("virtual");
    let sink = Sink::default();
    let tracer = Tracer::new(Arc::clone(&bench.drive), sink.clone(), None).digest_above(1024);
    bench.plugs.plug("virtual", Arc::new(tracer));
    let (master, redbook) = bench.sound();
    let integer = PropertyValue::Integer;
    let set = PropertySet::new()
        .with("AudioGapSize", integer(225))
        .with("WriteSpeed", integer(8))
        .with("EnableBufferUnderrunFree", integer(0));
    let one = master.active_disc_recorder().expect("it was chosen");
    assert_eq!(one.set_recorder_properties(&set).expect("they can be"), common::S_OK);
    add_track(&redbook, &song(1, 300));
    master.record_disc(false, false).expect("recorded");
    let recording = Recording::read(&sink.0.lock().expect("no panic")[..]).expect("a recording");
    let told: Vec<String> = steps(&recording.records).iter().map(ToString::to_string).collect();
    let all = told.join("\n");
    assert!(all.contains("audio pause 225"), "{all}");
    let speed = told.iter().find(|step| step.contains("SET CD SPEED")).unwrap_or_else(|| panic!("{all}"));
    assert!(speed.contains("1412"), "{speed}");
    let mode = told.iter().find(|step| step.contains("MODE SELECT")).unwrap_or_else(|| panic!("{all}"));
    assert!(!mode.contains("BUFE"), "{mode}");
}
