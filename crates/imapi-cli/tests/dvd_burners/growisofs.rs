//! growisofs: a first session, a second one that grows the file system, discs that are closed, and discs written at once.

use super::{Bench, each, together};

pub fn growisofs_burns_all_media() {
    together!(
        a_second_session_grows_the_first,
        a_closed_disc_is_the_image_and_takes_no_more,
        the_layers_of_a_closed_dvd_plus_r_dl_are_of_one_length,
        a_disc_is_written_at_once,
        a_bd_r_without_spares_is_closed_track_by_track,
        a_bd_r_with_spares_can_be_overwritten,
    );
}

const QUICKLY: &str = "growisofs -use-the-force-luke=notray";

/// Media of which growisofs makes sessions, and where it puts the second: behind 1,024 blocks of lead-out and as many of
/// lead-in, behind the border of a disc that was looked at, or at the next cluster.
const SESSIONS: [(&str, u64); 5] =
    [("dvd-r", 37_888), ("dvd-rw", 37_888), ("dvd+r", 2048), ("dvd+r-dl", 2048), ("bd-r", 0)];

fn a_second_session_grows_the_first() {
    each(&["dvd-r", "dvd-rw", "dvd+r", "dvd+r-dl", "bd-r", "dvd+rw", "dvd-ram", "bd-re"], |medium| {
        let bench = Bench::new(medium, "300M");
        bench.must(&format!("{QUICKLY} -Z /dev/sr0 -quiet -R -J one"));
        bench.must(&format!("{QUICKLY} -M /dev/sr0 -quiet -R -J two"));
        if medium == "bd-r" {
            // xorriso takes no disc that can be overwritten for one in sequence.
            bench.holds_file("one");
            bench.holds_file("two");
        } else {
            bench.holds_tree("one/one", "/one");
            bench.holds_tree("two/two", "/two");
        }
        let tracks = bench.show().tracks;
        match SESSIONS.iter().find(|(name, _)| *name == medium) {
            None => assert!(tracks.is_empty(), "{medium}: {tracks:?}"),
            Some((_, gap)) => {
                let [(_, 0, first), (_, second, _)] = tracks[..] else { panic!("{medium}: {tracks:?}") };
                assert_eq!(second - first, *gap, "{medium}");
            }
        }
    });
}

fn a_closed_disc_is_the_image_and_takes_no_more() {
    each(&["dvd-r", "dvd-rw", "dvd+r", "dvd+r-dl"], |medium| {
        let bench = Bench::new(medium, "300M");
        bench.must(&format!("{QUICKLY} -dvd-compat -speed=4 -Z /dev/sr0=image"));
        bench.holds(0, "image");
        let shown = bench.show();
        assert_eq!((shown.state.as_str(), shown.sessions()), ("complete", 1), "{medium}");
        let refused = bench.run(&format!("{QUICKLY} -M /dev/sr0 -quiet -R -J two"));
        assert!(!refused.status.success(), "{medium}");
    });
}

fn the_layers_of_a_closed_dvd_plus_r_dl_are_of_one_length() {
    let bench = Bench::new("dvd+r-dl", "4M");
    let said = bench.must(&format!("{QUICKLY} -dvd-compat -Z /dev/sr0=image"));
    // 1,001 blocks are 63 packets, of which layer 0 gets 32.
    assert!(said.contains("splitting layers at 512 blocks"), "{said}");
    bench.holds(0, "image");
}

fn a_disc_is_written_at_once() {
    each(&["dvd-r", "dvd-rw"], |medium| {
        let bench = Bench::new(medium, "100M");
        let said = bench.must(&format!("{QUICKLY} -use-the-force-luke=dao -Z /dev/sr0=image"));
        assert!(said.contains("DAO upon user request"), "{said}");
        bench.holds(0, "image");
        assert_eq!(bench.show().state, "complete", "{medium}");
    });
}

fn a_bd_r_without_spares_is_closed_track_by_track() {
    let bench = Bench::new("bd-r", "32M");
    bench.must(&format!("{QUICKLY} -use-the-force-luke=spare:none -Z /dev/sr0=image"));
    bench.holds(0, "image");
    let info = bench.media_info();
    assert!(info.contains("BD-R SRM\n") && info.contains("Track Start Address:   1024*2KB"), "{info}");
}

fn a_bd_r_with_spares_can_be_overwritten() {
    let bench = Bench::new("bd-r", "32M");
    let said = bench.must(&format!("{QUICKLY} -Z /dev/sr0=image"));
    assert!(said.contains("pre-formatting blank BD-R"), "{said}");
    let info = bench.media_info();
    assert!(info.contains("BD-R SRM+POW") && info.contains("Free Blocks"), "{info}");
}
