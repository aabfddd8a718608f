//! Each kind of disc, quickly and fully.

use std::time::Duration;

use imapi_disc_types::MediaType;
use imapi_errors::{Coded as _, v2};
use imapi_format2::{Way, is_heuristically_blank};
use imapi_format2_erase::{Becomes, Doing, EraseOptions, Left, Step};
use imapi_mmc_transport::{
    commands::{BlankType, FormatType},
    feature::FeatureCode,
};
use imapi_virtual_drive::{Family, MEDIA, Pace};
use rstest::rstest;

use crate::bench::{BLOCKS, Bench, USED};

#[rstest]
fn a_used_disc_is_as_good_as_new(
    #[values("cd-rw", "dvd-rw", "dvd-rw formatted", "dvd+rw", "dvd-ram", "bd-re")] state: &str,
    #[values(false, true)] full: bool,
) {
    assert!(USED.contains(&state));
    let bench = Bench::used(state, "standard");
    let before = bench.probe();
    assert!(!is_heuristically_blank(&bench.recorder, &before).expect("it can be read"), "it is used");
    let erased = bench.erase(full).expect("it can be erased");
    assert!(!erased.fully_instead);
    let after = bench.probe();
    assert!(is_heuristically_blank(&bench.recorder, &after).expect("it can be read"));
    let by_blanking = matches!(after.way, Way::Cd | Way::DvdSequential);
    assert_eq!(after.facts.is_blank(), by_blanking, "{after:?}");
    assert_eq!(bench.blanks(), if by_blanking { vec![if full { 0x10 } else { 0x11 }] } else { Vec::new() });
    let left = match (state, full) {
        ("dvd-rw" | "dvd-rw formatted", false) => Left::OnlyAtOnce,
        ("cd-rw" | "dvd-rw" | "dvd-rw formatted", _) => Left::Blank,
        // The drive may have come to its end in the meantime.
        ("dvd+rw", _) if erased.left == Left::Formatting => Left::Formatting,
        _ => Left::Formatted,
    };
    assert_eq!(erased.left, left);
}

#[test]
fn a_dvd_rw_that_can_only_be_written_at_once_is_told_of_and_helped_by_erasing_it_fully() {
    let bench = Bench::used("dvd-rw", "standard");
    assert_eq!(bench.erase(false).expect("quickly").left, Left::OnlyAtOnce);
    assert!(!bench.probe().has(FeatureCode::INCREMENTAL_STREAMING_WRITABLE));
    assert_eq!(bench.erase(true).expect("fully").left, Left::Blank);
    assert!(bench.probe().has(FeatureCode::INCREMENTAL_STREAMING_WRITABLE));
}

#[rstest]
fn a_dvd_rw_becomes_overwritable_where_that_is_wanted(
    #[values("dvd-rw", "dvd-rw formatted")] state: &str,
    #[values(false, true)] full: bool,
) {
    let bench = Bench::used(state, "standard");
    let options = EraseOptions { full, becomes: Becomes::Overwritable, ..EraseOptions::default() };
    let erased = bench.erase_with(options).0.expect("it can be formatted");
    assert_eq!((erased.left, bench.blanks()), (Left::Formatted, Vec::new()));
    let after = bench.probe();
    assert_eq!(after.way, Way::DvdRestricted);
    assert!(is_heuristically_blank(&bench.recorder, &after).expect("it can be read"));
    assert!(
        after
            .formats
            .as_ref()
            .is_some_and(|formats| { formats.current.kind == imapi_mmc_transport::commands::CapacityKind::Formatted }),
        "it is not left growing: {:?}",
        after.formats
    );
    assert_eq!(bench.used_bytes(0, 64), 0);
}

#[test]
fn a_dvd_rw_that_still_grows_is_formatted_anew() {
    let bench = Bench::new("dvd-rw");
    bench.format(FormatType::QUICK);
    bench.write(0, 64);
    bench.synchronize();
    let options = EraseOptions { becomes: Becomes::Overwritable, ..EraseOptions::default() };
    let erased = bench.erase_with(options).0.expect("it can be formatted");
    assert!(matches!(erased.steps[..], [Step::Format { .. }, Step::Zeros { .. }, Step::Close]), "{:?}", erased.steps);
    assert_eq!(bench.used_bytes(0, 64), 0);
    assert_eq!(bench.erase(true).expect("it can be blanked, too").left, Left::Blank);
}

#[rstest]
#[case("dvd+rw", Left::Formatting)]
#[case("bd-re", Left::Formatted)]
fn a_disc_that_was_never_formatted_is(#[case] medium: &str, #[case] left: Left, #[values(false, true)] full: bool) {
    let bench = Bench::with(medium, 128_000, "standard", Pace::REAL, &[]);
    assert!(bench.probe().facts.is_blank());
    let erased = bench.erase(full).expect("it can be formatted");
    assert_eq!(erased.left, left);
    assert!(matches!(erased.steps[0], Step::Format { .. }), "{:?}", erased.steps);
    assert!(bench.probe().is_formatted());
}

#[test]
fn a_dvd_plus_rw_whose_format_was_stopped_is_overwritten_to_its_end_only_fully() {
    let stopped = || {
        let bench = Bench::with("dvd+rw", 128_000, "standard", Pace::REAL, &[]);
        bench.format(FormatType::DVD_PLUS_RW);
        bench.write(0, 4096);
        bench.synchronize();
        bench.close(imapi_mmc_transport::commands::CloseFunction::Session, 0);
        bench
    };
    let bench = stopped();
    let erased = bench.erase(false).expect("what there is can be overwritten");
    assert!(erased.steps.iter().all(|step| matches!(step, Step::Zeros { .. })), "{:?}", erased.steps);
    let bench = stopped();
    let erased = bench.erase(true).expect("the rest is formatted");
    assert!(matches!(erased.steps[..], [Step::Format { .. }, Step::Zeros { first: 0, blocks: 128_000 }]));
    assert_eq!(bench.used_bytes(0, 4096), 0);
}

#[rstest]
fn only_both_ends_are_overwritten_quickly(#[values("dvd-ram", "bd-re", "dvd+rw")] state: &str) {
    let written = |full| {
        let bench = Bench::used(state, "standard");
        let erased = bench.erase(full).expect("it can be erased");
        erased.steps.iter().map(|step| if let Step::Zeros { blocks, .. } = step { *blocks } else { 0 }).sum::<u32>()
    };
    assert!((2048..2048 + 32).contains(&written(false)));
    assert!(written(true) >= BLOCKS / 10 * 9);
}

#[test]
fn what_is_written_once_or_pressed_stays() {
    for medium in &MEDIA {
        let pressed = matches!(medium.family, Family::Pressed | Family::PressedCd);
        if pressed || !medium.kind.is_write_once() {
            continue;
        }
        let bench = Bench::new(medium.name);
        let error = bench.erase(true).expect_err("it is written once");
        assert_eq!(error.code(), v2::E_IMAPI_ERASE_MEDIA_IS_NOT_ERASABLE, "{medium}: {error:?}");
        assert_eq!((bench.count(0xA1), bench.count(0x04), bench.count(0x2A)), (0, 0, 0), "nothing was done to it");
    }
}

#[test]
fn a_cd_rw_is_not_made_overwritable() {
    let bench = Bench::used("cd-rw", "standard");
    let options = EraseOptions { becomes: Becomes::Overwritable, ..EraseOptions::default() };
    let error = bench.erase_with(options).0.expect_err("only a DVD-RW has two states");
    assert_eq!(error.code(), v2::E_IMAPI_ERASE_MEDIA_IS_NOT_SUPPORTED);
}

#[test]
fn a_new_disc_is_erased_all_the_same() {
    for (medium, kind) in [("cd-rw", MediaType::CDRW), ("dvd-rw", MediaType::DVDDASHRW)] {
        let bench = Bench::new(medium);
        let erased = bench.erase(true).expect("it can be erased");
        assert_eq!((erased.left, bench.probe().medium()), (Left::Blank, kind));
        assert_eq!(erased.steps, [Step::Blank(BlankType::Disc)]);
    }
}

/// Progress in the time of a real drive: what is told of the end comes true.
#[rstest]
#[case("cd-rw", true, Doing::Blanking)]
#[case("dvd-rw", true, Doing::Blanking)]
#[case("bd-re", false, Doing::Formatting)]
fn the_time_to_the_end_is_told(#[case] medium: &str, #[case] full: bool, #[case] doing: Doing) {
    let blocks = medium.parse::<&imapi_virtual_drive::Medium>().expect("a medium").blocks;
    let bench = Bench::with(medium, blocks, "standard", Pace::REAL, &[]);
    let (erased, heard) = bench.erase_with(EraseOptions { full, ..EraseOptions::default() });
    let erased = erased.expect("it can be erased");
    assert!(erased.elapsed >= Duration::from_secs(60), "{:?}", erased.elapsed);
    let work: Vec<_> = heard.iter().filter(|progress| progress.doing == doing).collect();
    assert!(work.len() > 40, "{}", work.len());
    assert!(work.windows(2).all(|pair| pair[0].elapsed <= pair[1].elapsed));
    assert!(
        work.windows(2).all(|pair| pair[1].elapsed.saturating_sub(pair[0].elapsed) <= Duration::from_secs(2)),
        "it is silent"
    );
    assert!(heard.iter().all(|progress| progress.elapsed <= progress.estimated_total));
    let middle = work[work.len() / 2];
    let (told, took) = (middle.estimated_total.as_secs_f64(), erased.elapsed.as_secs_f64());
    assert!((told / took - 1.0).abs() < 0.25, "in the middle {told} s were told, {took} s it took");
    assert_eq!(heard.last().expect("it is told").doing, Doing::Checking);
}
