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
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&today().to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let config = ProptestConfig { cases: 1, max_shrink_iters: 4000, failure_persistence: None, ..Default::default() };
    let scenes = (
        select(MEDIA.iter().collect::<Vec<&'static Medium>>()),
        select(PERSONALITIES.iter().collect::<Vec<&'static Personality>>()),
        select(vec![Pace::QUICK, Pace::REAL, Pace::times(100)]),
        steps::steps(200),
    );
    let mut runner = TestRunner::new_with_rng(config, rng);
    let (begun, mut rounds) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_secs(180) {
        let outcome = runner.run(&scenes, |(medium, personality, pace, steps)| {
            let mut scene = Scene::new(medium, personality, pace);
            for step in &steps {
                scene.play(step);
            }
            scene.end();
            Ok(())
        });
        outcome.expect("no host breaks the drive");
        rounds += 1;
    }
    println!("{rounds} hosts from seed {}", today());
}
