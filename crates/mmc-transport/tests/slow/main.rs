//! The slow tier: the fuzz targets for a minute each, from another seed every day.

#[path = "../fuzz/corpus.rs"]
mod corpus;
#[path = "../fuzz/mutate.rs"]
mod mutate;
#[path = "../fuzz/targets.rs"]
mod targets;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use mutate::{Dice, mutated};
use targets::TARGETS;

#[test]
fn a_minute_of_mutation_for_each_target_breaks_nothing() {
    let today = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs() / 86_400;
    for target in &TARGETS {
        let samples = (target.samples)();
        let mut dice = Dice::new(today);
        let (started, mut rounds) = (Instant::now(), 0_u64);
        while started.elapsed() < Duration::from_secs(60) {
            // Mutations of mutations go further than those of good samples.
            let mut bytes = samples[dice.below(samples.len())].clone();
            for _ in 0..=dice.below(3) {
                bytes = mutated(&bytes, &mut dice);
                (target.run)(&bytes);
                rounds += 1;
            }
        }
        println!("{}: {rounds} inputs from seed {today}", target.name);
    }
}
