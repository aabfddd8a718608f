//! cdrskin, xorrecord and wodim: an image, block for block, with the disc left open or closed.

use super::{Bench, each, said, together};

pub fn images_are_burned_block_for_block() {
    together!(
        cdrskin_burns_sessions_and_closes,
        cdrskin_writes_what_can_be_overwritten,
        xorrecord_burns_every_medium,
        wodim_burns_dvds_in_sequence,
        wodim_formats_a_dvd_plus_rw_and_writes_it,
        wodim_refuses_what_it_does_not_know,
    );
}

const SEQUENTIAL: [&str; 5] = ["dvd-r", "dvd-rw", "dvd+r", "dvd+r-dl", "bd-r"];
const OVERWRITABLE: [&str; 3] = ["dvd+rw", "dvd-ram", "bd-re"];

fn cdrskin_burns_sessions_and_closes() {
    each(&SEQUENTIAL, |medium| {
        let bench = Bench::new(medium, "200M");
        bench.must("cdrskin dev=/dev/sr0 -multi image");
        bench.must("cdrskin dev=/dev/sr0 -multi -tao one/one two/two");
        let shown = bench.show();
        // Where a session has one track, it makes two of them.
        let expected = if medium.starts_with("dvd-r") { 2 } else { 3 };
        assert_eq!((shown.state.as_str(), shown.sessions()), ("appendable", expected), "{medium}");
        for ((_, first, _), file) in shown.tracks.iter().zip(["image", "one/one", "two/two"]) {
            bench.holds(*first, file);
        }
        let bench = Bench::new(medium, "100M");
        bench.must("cdrskin dev=/dev/sr0 -sao image");
        bench.holds(0, "image");
        assert_eq!(bench.show().state, "complete", "{medium}");
    });
}

fn cdrskin_writes_what_can_be_overwritten() {
    each(&OVERWRITABLE, |medium| {
        let bench = Bench::new(medium, "100M");
        bench.must("cdrskin dev=/dev/sr0 blank=as_needed -sao image");
        bench.holds(0, "image");
        // There are no sessions on it, and cdrskin says so.
        assert!(!bench.run("cdrskin dev=/dev/sr0 -multi image").status.success(), "{medium}");
    });
}

fn xorrecord_burns_every_medium() {
    each(&["dvd-r", "dvd-rw", "dvd+r", "dvd+r-dl", "bd-r", "dvd+rw", "dvd-ram", "bd-re"], |medium| {
        let bench = Bench::new(medium, "100M");
        bench.must("xorrecord dev=/dev/sr0 -sao image");
        bench.holds(0, "image");
        if SEQUENTIAL.contains(&medium) {
            assert_eq!(bench.show().state, "complete", "{medium}");
        }
    });
}

/// It closes a DVD+R with the function that leaves it open for more sessions.
fn wodim_burns_dvds_in_sequence() {
    each(&["dvd-r", "dvd-rw", "dvd+r", "dvd+r-dl"], |medium| {
        let bench = Bench::new(medium, "100M");
        bench.must("wodim dev=/dev/sr0 speed=16 gracetime=2 image");
        bench.holds(0, "image");
        let expected = if medium == "dvd+r" { "appendable" } else { "complete" };
        assert_eq!(bench.show().state, expected, "{medium}");
    });
}

fn wodim_formats_a_dvd_plus_rw_and_writes_it() {
    let bench = Bench::new("dvd+rw", "100M");
    let refused = bench.run("wodim dev=/dev/sr0 gracetime=2 image");
    assert!(said(&refused).contains("medium not formatted"), "{}", said(&refused));
    bench.must("wodim dev=/dev/sr0 gracetime=2 -format");
    bench.must("wodim dev=/dev/sr0 gracetime=2 image");
    bench.holds(0, "image");
}

/// It knows none of these, or asks a BD for a track in a way that no drive answers.
fn wodim_refuses_what_it_does_not_know() {
    each(&["dvd-ram", "bd-r", "bd-re"], |medium| {
        let bench = Bench::new(medium, "32M");
        assert!(!bench.run("wodim dev=/dev/sr0 gracetime=2 image").status.success(), "{medium}");
    });
}
