//! Nothing in an image of ISO 9660 is trusted: whatever its bytes are, it is read or refused, and soon.
//!
//! Small images by genisoimage, xorriso and bsdtar are mutated, for three seconds here and for minutes in the slow tier. Read
//! is everything: descriptors, folders, Rock Ridge, Joliet, files, path tables, boot catalogues; strictly and leniently.

mod images;
mod mutate;
mod target;

use std::time::{Duration, Instant};

use images::samples;
use mutate::{Dice, mutate};
use target::{everything, read_all};

#[test]
fn good_images_are_read_to_their_end() {
    for sample in samples() {
        let told = read_all(&sample.bytes);
        assert!(told.entries > 20 && told.read > 0, "{}: {told:?}", sample.name);
        assert_eq!(told.errors, 0, "{}", sample.name);
    }
}

#[test]
fn images_that_are_cut_are_read_or_refused() {
    for sample in samples() {
        for blocks in (0..sample.bytes.len() / 2048).step_by(3) {
            everything(&sample.bytes[..blocks * 2048]);
        }
    }
}

#[test]
fn three_seconds_of_mutation_break_nothing() {
    let samples = samples();
    let mut dice = Dice::new(0x0150_9660);
    let (started, mut rounds) = (Instant::now(), 0);
    while started.elapsed() < Duration::from_secs(3) {
        let sample = &samples[dice.below(samples.len())];
        let mut bytes = sample.bytes.clone();
        mutate(&mut bytes, &mut dice);
        let before = Instant::now();
        everything(&bytes);
        assert!(before.elapsed() < Duration::from_secs(5), "{} takes for ever", sample.name);
        rounds += 1;
    }
    // More than a hundred a second, when nothing else runs.
    assert!(rounds >= 20, "{rounds}");
}
