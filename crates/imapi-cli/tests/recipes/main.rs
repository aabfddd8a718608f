//! Our recipes beside those of programs that we did not write: who sends what to the same disc in the same drive.

#![cfg(target_os = "linux")]

mod lab;
mod scenario;
mod scenarios;

#[test]
fn dump() {
    for scenario in scenarios::SCENARIOS {
        let want = std::env::var("ONLY").unwrap_or_default();
        if !scenario.title.contains(&want) {
            continue;
        }
        println!("# {}", scenario.title);
        for step in scenario.ours() {
            println!("    {step}");
        }
        for peer in scenario.peers {
            println!("  ## {}", peer.program);
            let begun = std::time::Instant::now();
            let r = std::panic::catch_unwind(|| {
                for step in peer.steps(scenario.medium) {
                    println!("    {step}");
                }
            });
            println!("  {:?} {}", begun.elapsed(), r.is_ok());
        }
    }
}
