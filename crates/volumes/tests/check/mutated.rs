//! Whatever the bytes of an image are, its check comes to an end, and soon.

#[path = "../fuzz_iso/mutate.rs"]
mod mutate;

use std::time::{Duration, Instant};

use imapi_volumes::{OpenOptions, check};

use self::mutate::{Dice, mutate};
use crate::{base::Image, udf_images::maker::Shape};

fn images() -> Vec<Image> {
    let mut images = vec![Image::iso(), Image::numbered(), Image::disk(), Image::bridge()];
    images.push(Image::mkudffs("--media-type=hd --udfrev=2.01"));
    images.extend([Shape::Plain, Shape::Sparable, Shape::Virtual, Shape::Metadata].map(|shape| {
        let revision = if shape == Shape::Metadata { 0x250 } else { 0x201 };
        Image::generated(shape, revision)
    }));
    images
}

/// What must be true of each check.
fn check_any(image: &Image) {
    let started = Instant::now();
    if let Ok(checked) = check(&image.source(), &OpenOptions::default()) {
        let all = checked.errors + checked.warnings + checked.remarks;
        assert!(checked.findings.len() as u64 <= all);
        assert!(checked.findings.iter().all(|finding| !finding.to_string().is_empty()));
    }
    let took = started.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn three_seconds_of_mutation_break_nothing() {
    let images = images();
    let mut dice = Dice::new(0xC4EC);
    let (started, mut rounds) = (Instant::now(), 0);
    while started.elapsed() < Duration::from_secs(3) {
        let mut image = images[dice.below(images.len())].clone();
        mutate(&mut image.0, &mut dice);
        // Tags with wrong sums are seen at once; right ones lead further.
        if dice.below(2) == 0 {
            for id in [1, 2, 5, 6, 9, 256, 257, 261, 264, 266] {
                for block in image.resealable(id) {
                    image.change(block, |_| {});
                }
            }
        }
        check_any(&image);
        rounds += 1;
    }
    assert!(rounds >= 20, "{rounds}");
}

#[test]
fn images_that_are_cut_are_checked_or_refused() {
    for image in images() {
        for blocks in [0, 1, 16, 17, 18, 20, 30, 40, 257, 300] {
            let mut cut = image.clone();
            cut.0.truncate(blocks * 2048);
            check_any(&cut);
        }
    }
}
