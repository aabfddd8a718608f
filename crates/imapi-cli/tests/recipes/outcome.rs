//! What everyone did, found out once for all tests.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use imapi_mmc_transport::trace::Step;

use crate::scenarios::SCENARIOS;

/// What was done in a scenario.
pub struct Outcome {
    /// Its heading.
    pub title: &'static str,
    /// What we do.
    pub ours: Vec<String>,
    /// The programs, with what was run and what they do.
    pub peers: Vec<(&'static str, Vec<&'static str>, Vec<String>)>,
}

/// The heading of what stands around every recipe.
pub const AROUND: &str = "Taking the drive and giving it back";

/// Everything. The first has what stands around each recipe: taking the drive and giving it back.
pub static OUTCOMES: LazyLock<Vec<Outcome>> = LazyLock::new(find_out);

/// So many at a time: programs that burn mostly sleep.
const AT_ONCE: usize = 8;

fn find_out() -> Vec<Outcome> {
    // Ours is peer 0.
    let runs: Vec<(usize, usize)> = SCENARIOS
        .iter()
        .enumerate()
        .flat_map(|(number, scenario)| (0..=scenario.peers.len()).map(move |peer| (number, peer)))
        .collect();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(vec![None; runs.len()]));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((place, &(number, peer))) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|place| Some((place, runs.get(place)?)))
                {
                    let scenario = &SCENARIOS[number];
                    let steps = catch_unwind(AssertUnwindSafe(|| match peer.checked_sub(1) {
                        None => scenario.ours(),
                        Some(peer) => scenario.peers[peer].steps(scenario.medium),
                    }));
                    done.lock().expect("no panic here")[place] = steps.ok();
                }
            });
        }
    });
    let mut steps = done.into_inner().expect("no panic here").into_iter();
    let mut around = Around::default();
    let outcomes: Vec<Outcome> = SCENARIOS
        .iter()
        .map(|scenario| {
            let mut next = |program| {
                let steps: Vec<Step> = steps.next().flatten().expect("every run comes to its end; see above");
                around.take(program, steps)
            };
            let ours = next("imapi");
            let peers = scenario.peers.iter().map(|peer| (peer.program, peer.runs.to_vec(), next(peer.program)));
            Outcome { title: scenario.title, ours, peers: peers.collect() }
        })
        .collect();
    [around.outcome()].into_iter().chain(outcomes).collect()
}

/// What every program does before and behind each recipe.
#[derive(Default)]
struct Around {
    programs: Vec<(&'static str, Vec<String>)>,
}

impl Around {
    /// Keeps what is no recipe, and gives back what is.
    fn take(&mut self, program: &'static str, steps: Vec<Step>) -> Vec<String> {
        let (around, recipe): (Vec<Step>, Vec<Step>) = steps.into_iter().partition(is_around);
        let place = self.programs.iter().position(|(name, _)| *name == program).unwrap_or_else(|| {
            self.programs.push((program, Vec::new()));
            self.programs.len() - 1
        });
        let known = &mut self.programs[place].1;
        for step in around.iter().map(ToString::to_string) {
            if !known.contains(&step) {
                known.push(step);
            }
        }
        recipe.iter().map(ToString::to_string).collect()
    }

    fn outcome(self) -> Outcome {
        let mut programs = self.programs.into_iter();
        let (_, ours) = programs.next().expect("we come first");
        let peers = programs.map(|(program, steps)| (program, Vec::new(), steps)).collect();
        Outcome { title: AROUND, ours, peers }
    }
}

/// START STOP UNIT, PREVENT ALLOW MEDIUM REMOVAL, REZERO UNIT, READ BUFFER.
fn is_around(step: &Step) -> bool {
    matches!(step.opcode, 0x1B | 0x1E | 0x01 | 0x3C)
}
