//! `cargo xtask test`: the whole of CI, in one command, in an order that fails early.

use std::{
    io::{BufRead, BufReader, Write},
    num::NonZeroUsize,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use crate::{codegen, map, msrv, peers, tidy, translations};

/// Which tests run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Everything but the slow tests: at most twenty minutes on two cores.
    Fast,
    /// The test targets named `slow`, and the oldest compiler.
    Slow,
}

/// A step: its name, and what it does.
type Step = (&'static str, fn(&Path) -> Result<(), String>);

/// What is checked before the tests, the quickest first.
const CHECKS: [Step; 9] = [
    ("peers", |_| none_of(&peers::missing())),
    ("format", |root| cargo(root, &["fmt", "--all", "--check"])),
    ("tidy", |root| none_of(&tidy::run(root)?)),
    ("codegen", |root| none_of(&codegen::run(root, true)?)),
    ("translations", |root| none_of(&translations::run(root)?.iter().map(ToString::to_string).collect::<Vec<_>>())),
    ("map", |root| if map::run(root, true)? { Ok(()) } else { Err("run `cargo xtask map`".to_string()) }),
    ("deny", |root| cargo(root, &["deny", "--log-level", "error", "check", "bans", "licenses", "sources"])),
    ("clippy", |root| {
        cargo(root, &["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])
    }),
    ("features", features),
];

/// Runs a tier; true when all of it passed. The last line is the count of tests.
pub fn run(root: &Path, tier: Tier) -> Result<bool, String> {
    let started = Instant::now();
    if tier == Tier::Fast {
        for (name, step) in CHECKS {
            let begun = Instant::now();
            step(root).map_err(|reason| format!("{name}: {reason}"))?;
            println!("{name}: ok ({:.1} s)", begun.elapsed().as_secs_f32());
        }
        documentation(root)?;
    } else {
        msrv::run(root)?;
    }
    let count = tests(root, tier)?;
    println!("{} s in all", started.elapsed().as_secs());
    if !count.succeeded && count.failed == 0 {
        return Err("the tests did not build, or a test program died".to_string());
    }
    println!("tests: {} passed, {} failed", count.passed, count.failed);
    Ok(count.failed == 0)
}

fn none_of(findings: &[String]) -> Result<(), String> {
    if findings.is_empty() { Ok(()) } else { Err(format!("\n{}", findings.join("\n"))) }
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<(), String> {
    peers::succeed(Command::new(peers::cargo()).current_dir(root).args(arguments))
}

/// A feature may add to the interface and never change what is there: each set builds by itself.
fn features(root: &Path) -> Result<(), String> {
    for set in ["", "std", "serde"] {
        cargo(root, &["check", "--quiet", "--package", "imapi-errors", "--no-default-features", "--features", set])?;
    }
    Ok(())
}

fn documentation(root: &Path) -> Result<(), String> {
    let begun = Instant::now();
    let mut command = Command::new(peers::cargo());
    command.current_dir(root).args(["doc", "--workspace", "--no-deps", "--all-features", "--quiet"]);
    peers::succeed(command.env("RUSTDOCFLAGS", "-D warnings")).map_err(|reason| format!("docs: {reason}"))?;
    println!("docs: ok ({:.1} s)", begun.elapsed().as_secs_f32());
    Ok(())
}

/// What the test runner counted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    passed: usize,
    failed: usize,
    succeeded: bool,
}

fn tests(root: &Path, tier: Tier) -> Result<Count, String> {
    let mut command = Command::new(peers::cargo());
    command.current_dir(root).args(["test", "--workspace", "--all-features", "--no-fail-fast"]);
    if tier == Tier::Slow {
        // Targets of that name have `test = false`, so that they run when they are asked for and else never.
        command.args(["--test", "slow", "--release"]);
    }
    // Many tests wait for programs that wait for drives: more of them at a time than there are processors take less time.
    if tier == Tier::Fast && std::env::var_os("RUST_TEST_THREADS").is_none() {
        let processors = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
        command.env("RUST_TEST_THREADS", (processors * 2).to_string());
    }
    // A snapshot that differs is a failure, not a file to be reviewed.
    command.env("INSTA_UPDATE", "no").stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|e| format!("cargo test: {e}"))?;
    let output = child.stdout.take().expect("it was piped");
    let mut count = Count::default();
    for line in BufReader::new(output).lines() {
        let line = line.map_err(|e| format!("cargo test: {e}"))?;
        count.add(&line);
        writeln!(std::io::stdout(), "{line}").map_err(|e| e.to_string())?;
    }
    count.succeeded = child.wait().map_err(|e| format!("cargo test: {e}"))?.success();
    Ok(count)
}

impl Count {
    /// `test result: ok. 12 passed; 0 failed; …` counts; other lines do not.
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        for part in result.split(['.', ';']) {
            let part = part.trim();
            if let Some(number) = part.strip_suffix(" passed") {
                self.passed += number.parse::<usize>().unwrap_or_default();
            } else if let Some(number) = part.strip_suffix(" failed") {
                self.failed += number.parse::<usize>().unwrap_or_default();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_added_up_and_other_lines_are_not() {
        let mut count = Count::default();
        count.add("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.00s");
        count.add("test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s");
        count.add("test tests::says_9_passed ... ok");
        assert_eq!(count, Count { passed: 13, failed: 2, succeeded: false });
    }
}
