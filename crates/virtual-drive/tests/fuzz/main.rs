//! Hosts that do anything, in any order, with any disc, before a drive with any ways: no panic, no endless work, no data
//! that are not what was written, and a disc file in order. The slow tier does it for minutes.

mod host;
mod noise;
mod steps;

use std::time::Duration;

use imapi_virtual_drive::{MEDIA, Medium, PERSONALITIES, Pace, Personality};
use proptest::{prelude::*, sample::select};

use host::Scene;
use steps::steps;

fn paces() -> Vec<Pace> {
    vec![Pace::QUICK, Pace::REAL, Pace::times(100)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 4000, ..ProptestConfig::default() })]

    #[test]
    fn any_drive_survives_any_host(
        medium in select(MEDIA.iter().collect::<Vec<&'static Medium>>()),
        personality in select(PERSONALITIES.iter().collect::<Vec<&'static Personality>>()),
        pace in select(paces()),
        steps in steps(60),
    ) {
        let mut scene = Scene::new(medium, personality, pace);
        for step in &steps {
            scene.play(step);
        }
        scene.end();
    }
}

#[test]
fn two_seconds_of_noise_break_no_drive() {
    let mut commands = 0;
    let each = Duration::from_secs(2) / u32::try_from(MEDIA.len() * 2).expect("a few");
    for medium in &MEDIA {
        for half_written in [false, true] {
            commands += noise::hunt(medium, half_written, each, 0xD15C);
        }
    }
    assert!(commands > 1000, "{commands}");
}
