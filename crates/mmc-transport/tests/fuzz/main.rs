//! Bytes from a drive, a disc or a file are never trusted: whatever they are, they are understood or refused.
//!
//! Each target is a plain function over bytes. Here they run on a corpus of good samples, and for two seconds in all on
//! mutations of them; the slow tier runs them for minutes. What is understood must mean the same when it is encoded and
//! read again: nothing gets lost on the way.

mod corpus;
mod mutate;
mod targets;

use std::time::{Duration, Instant};

use mutate::{Dice, mutated};
use targets::{TARGETS, Target};

/// Runs a target on mutations of its samples for some time; says how many there were.
fn hunt(target: &Target, time: Duration, seed: u64) -> usize {
    let mut dice = Dice::new(seed);
    let samples = (target.samples)();
    let started = Instant::now();
    let mut rounds = 0;
    while started.elapsed() < time {
        for _ in 0..64 {
            let sample = &samples[dice.below(samples.len())];
            (target.run)(&mutated(sample, &mut dice));
            rounds += 1;
        }
    }
    rounds
}

#[test]
fn every_good_sample_is_understood_or_refused() {
    for target in &TARGETS {
        for sample in (target.samples)() {
            (target.run)(&sample);
            // Every prefix, too: drives cut their answers wherever they like.
            for end in 0..sample.len() {
                (target.run)(&sample[..end]);
            }
        }
    }
}

#[test]
fn two_seconds_of_mutation_break_nothing() {
    let each = Duration::from_secs(2) / u32::try_from(TARGETS.len()).expect("a few");
    for target in &TARGETS {
        let rounds = hunt(target, each, 0xD15C);
        assert!(rounds >= 64, "{} ran {rounds} times", target.name);
    }
}
