//! What takes long: every fault at every command of a burn on every disc, and every odd drive with every disc, open and
//! closed.

#[path = "../burn/every_fault.rs"]
mod every_fault;
#[expect(dead_code, reason = "the fast tests need more of it")]
#[path = "../burn/helpers.rs"]
mod helpers;

use imapi_format2_data::DataOptions;
use imapi_virtual_drive::{Medium, PERSONALITIES};
use rstest::rstest;

use helpers::{Numbers, assert_on_disc, burn_silently, drive, medium, probe, recorder, writable};

/// The ways of writing that a medium has.
fn ways(medium: &'static Medium) -> impl Iterator<Item = DataOptions> {
    let plain = DataOptions { consumer_compatible: false, ..DataOptions::default() };
    let overwritable = medium.kind.is_rewritable() && !medium.kind.is_cd();
    [(false, false), (true, false), (false, true), (true, true)]
        .into_iter()
        .filter(move |&(close, keep)| (!keep || medium.name == "dvd-rw") && (!close || keep || !overwritable))
        .map(move |(close, keep_sequential)| DataOptions { close, keep_sequential, ..plain })
}

#[rstest]
fn every_command_of_a_burn_fails_in_every_way(
    #[values(
        "cd-r",
        "cd-r-74",
        "cd-rw",
        "cd-rw-74",
        "dvd-r",
        "dvd-r-dl",
        "dvd-rw",
        "dvd-ram",
        "dvd+r",
        "dvd+r-dl",
        "dvd+rw",
        "bd-r",
        "bd-r-50",
        "bd-r-100",
        "bd-r-128",
        "bd-re",
        "bd-re-50",
        "bd-re-100",
        "m-disc",
        "m-disc-100"
    )]
    name: &str,
) {
    let medium = medium(name);
    let all: Vec<_> = ways(medium).flat_map(|options| every_fault::complaints(medium, &options, 1)).collect();
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    assert!(all.is_empty(), "{} complaints:\n{}", all.len(), all.join("\n"));
}

#[test]
fn the_list_of_discs_is_whole() {
    assert_eq!(writable().count(), 20);
}

#[test]
fn odd_drives_burn_every_disc_in_every_way() {
    const FIRST: Numbers = Numbers { blocks: 700, mark: 0xB2 };
    const SECOND: Numbers = Numbers { blocks: 400, mark: 0xC3 };
    for personality in &PERSONALITIES {
        for medium in writable() {
            for options in ways(medium) {
                let what = format!("{} in {}, {options:?}", medium.name, personality.name);
                let folder = tempfile::tempdir().expect("a folder");
                let recorder = recorder(drive(folder.path(), medium, Some(personality)));
                let burn = |source, options| {
                    burn_silently(&recorder, source, options).unwrap_or_else(|error| panic!("{what}: {error:?}"))
                };
                let first = burn(&FIRST, &options);
                assert_on_disc(&recorder, &FIRST, first.start, &what);
                let after = probe(&recorder);
                let closed = after.way.is_sequential() && after.facts.is_closed();
                assert_eq!(first.closed, closed, "{what}: {:?}", after.facts);
                assert_eq!(recorder.owner(), None, "{what}");
                let rewritable = medium.kind.is_rewritable();
                if closed && !rewritable {
                    continue;
                }
                let second = burn(&SECOND, &DataOptions { overwrite: rewritable, ..options });
                assert_on_disc(&recorder, &SECOND, second.start, &what);
                if !closed && after.way.is_sequential() {
                    assert_on_disc(&recorder, &FIRST, first.start, &what);
                    assert!(second.start > first.start, "{what}");
                }
            }
        }
    }
}
