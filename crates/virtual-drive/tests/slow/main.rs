//! The slow tier: hosts that do anything, for minutes, from another seed every day.

#[path = "../fuzz/host.rs"]
mod host;
#[path = "../fuzz/noise.rs"]
mod noise;
#[path = "../fuzz/steps.rs"]
mod steps;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use imapi_virtual_drive::{MEDIA, Medium, PERSONALITIES, Pace, Personality};
use proptest::{
    prelude::*,
    sample::select,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};

use host::Scene;

fn today() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs() / 86_400
}

#[test]
fn seconds_of_noise_for_each_disc_break_no_drive() {
    for medium in &MEDIA {
        for half_written in [false, true] {
            let commands = noise::hunt(medium, half_written, Duration::from_secs(5), today());
            println!("{}: {commands} commands from seed {}", medium.name, today());
        }
    }
}

#[test]
fn any_drive_survives_any_host_for_minutes() {
    let scenes = (
        select(MEDIA.iter().collect::<Vec<&'static Medium>>()),
        select(PERSONALITIES.iter().collect::<Vec<&'static Personality>>()),
        select(vec![Pace::QUICK, Pace::REAL, Pace::times(100)]),
        steps::steps(200),
    );
    let (begun, mut rounds) = (Instant::now(), 0_u64);
    while begun.elapsed() < Duration::from_secs(180) {
        // A runner that has had its cases is content for ever, so each round has one of its own.
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&today().to_le_bytes());
        seed[8..16].copy_from_slice(&rounds.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let config =
            ProptestConfig { cases: 16, max_shrink_iters: 4000, failure_persistence: None, ..Default::default() };
        let outcome = TestRunner::new_with_rng(config, rng).run(&scenes, |(medium, personality, pace, steps)| {
            let mut scene = Scene::new(medium, personality, pace);
            for step in &steps {
                scene.play(step);
            }
            scene.end();
            Ok(())
        });
        outcome.unwrap_or_else(|error| panic!("round {rounds}: {error}"));
        rounds += 1;
    }
    println!("{} hosts from seed {}", rounds * 16, today());
}
