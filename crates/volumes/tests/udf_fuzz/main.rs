//! Whole images that are wrong anywhere: never a panic, never a hang, never more memory than the image has bytes for.
//!
//! Here all kinds of images are mutated for some seconds; the slow tier does it for minutes.

mod hunt;
mod image;
#[path = "../../../mmc-transport/tests/fuzz/mutate.rs"]
#[expect(dead_code, reason = "bytes are mutated in other ways there")]
mod mutate;
#[path = "../udf_images/mod.rs"]
#[allow(dead_code, reason = "the peers need more of it")]
mod udf_images;

use std::time::Duration;

#[test]
fn mutated_images_are_read_or_refused() {
    for (target, seed) in hunt::targets().iter().zip(1..) {
        let rounds = target.hunt(Duration::from_millis(350), 0xF5D0 + seed);
        assert!(rounds >= 3, "{}: {rounds} rounds", target.name);
    }
}

#[test]
fn an_image_that_ends_anywhere_is_read_or_refused() {
    for target in hunt::targets() {
        target.cut();
    }
}
