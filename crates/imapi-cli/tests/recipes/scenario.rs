//! A disc, a way of writing it, and everyone who does it.

use imapi_format2_data::DataOptions;
use imapi_mmc_transport::trace::Step;

use crate::lab::Disc;

/// A medium and a way of writing.
pub struct Scenario {
    /// Its heading.
    pub title: &'static str,
    /// The name of the medium.
    pub medium: &'static str,
    /// What we are told to do. The last is what counts; those before are what was on the disc.
    pub ours: &'static [Ours],
    /// The programs that do the same.
    pub peers: &'static [Peer],
}

/// A run of ours.
pub enum Ours {
    /// An image is burned.
    Burn(&'static str, fn(&mut DataOptions)),
    /// A program makes the disc ready.
    Run(&'static str),
}

/// A program that does the same.
pub struct Peer {
    /// Its name.
    pub program: &'static str,
    /// What is run before, and does not count.
    pub before: &'static [&'static str],
    /// What counts.
    pub runs: &'static [&'static str],
}

impl Scenario {
    /// What we do.
    pub fn ours(&self) -> Vec<Step> {
        let disc = Disc::new(self.medium);
        let mut steps = Vec::new();
        for run in self.ours {
            steps = match run {
                Ours::Burn(image, change) => {
                    let mut options = DataOptions { consumer_compatible: false, ..DataOptions::default() };
                    change(&mut options);
                    disc.burn(image, &options).1
                }
                Ours::Run(words) => disc.run(words).1,
            };
        }
        steps
    }
}

impl Peer {
    /// What it does.
    pub fn steps(&self, medium: &str) -> Vec<Step> {
        let disc = Disc::new(medium);
        for words in self.before {
            disc.run(words);
        }
        self.runs.iter().flat_map(|words| disc.run(words).1).collect()
    }
}
