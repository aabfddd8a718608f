//! Drives with ways of their own erase all the same.

use imapi_format2::is_heuristically_blank;
use imapi_virtual_drive::PERSONALITIES;
use rstest::rstest;

use crate::bench::Bench;

#[rstest]
fn every_drive_erases_every_disc(
    #[values("cd-rw", "dvd-rw", "dvd-rw formatted", "dvd+rw", "dvd-ram", "bd-re")] state: &str,
    #[values(false, true)] full: bool,
) {
    for personality in &PERSONALITIES {
        let bench = Bench::used(state, personality.name);
        bench.erase(full).unwrap_or_else(|error| panic!("{state} with {personality}: {error:?}"));
        bench.wait();
        let blank = is_heuristically_blank(&bench.recorder, &bench.probe()).expect("it can be read");
        assert!(blank, "{state} with {personality}");
    }
}
