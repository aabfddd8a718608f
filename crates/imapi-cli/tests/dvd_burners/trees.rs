//! xorriso: sessions with all the trees in them, their table of contents, and what it checks on the media.

use super::{Bench, each, together};

pub fn xorriso_burns_all_media() {
    together!(
        sessions_of_xorriso_are_told_and_read_without_an_error,
        a_disc_that_xorriso_closes_is_closed,
        xorriso_closes_a_dvd_r_dl_or_does_not_write_it,
    );
}

/// Media, the gap between their sessions, and whether the disc can be closed.
fn sessions_of_xorriso_are_told_and_read_without_an_error() {
    each(&["dvd-r", "dvd-rw", "dvd+r", "dvd+r-dl", "bd-r", "dvd+rw", "dvd-ram", "bd-re", "bd-re-50"], |medium| {
        let bench = Bench::new(medium, "300M");
        bench.must("xorriso -outdev /dev/sr0 -map one /one -commit");
        bench.must("xorriso -dev /dev/sr0 -map two /two -commit");
        bench.holds_tree("one", "/one");
        bench.holds_tree("two", "/two");
        let told = bench.must("xorriso -indev /dev/sr0 -toc -check_media --");
        assert!(told.contains("2 sessions") && told.contains("ISO session  :   2 ,"), "{medium}: {told}");
        assert!(told.contains("+ good") && !told.contains("- unreadable"), "{medium}: {told}");
    });
}

fn a_disc_that_xorriso_closes_is_closed() {
    each(&["dvd-r", "dvd-rw", "dvd-r-dl", "dvd+r", "dvd+r-dl", "bd-r", "m-disc"], |medium| {
        let bench = Bench::new(medium, "100M");
        bench.must("xorriso -outdev /dev/sr0 -close on -map one /one -commit");
        bench.holds_tree("one", "/one");
        assert_eq!(bench.show().state, "complete", "{medium}");
        let refused = bench.run("xorriso -dev /dev/sr0 -map two /two -commit");
        assert!(!refused.status.success(), "{medium}");
    });
}

/// DVD-R DL has no sessions that anyone would risk.
fn xorriso_closes_a_dvd_r_dl_or_does_not_write_it() {
    let bench = Bench::new("dvd-r-dl", "100M");
    let refused = bench.run("xorriso -outdev /dev/sr0 -map one /one -commit");
    assert!(!refused.status.success());
    assert_eq!(bench.show().state, "blank");
}
