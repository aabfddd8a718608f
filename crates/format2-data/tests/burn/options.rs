//! Each option on each medium, by what is sent to the drive and by the disc that comes of it.

use imapi_disc_types::Lba;
use imapi_errors::v2;
use imapi_format2::{SpeedRequest, WriteSpeeds};
use imapi_format2_data::{Burned, DataOptions, DefectManagement, SpareArea, Warning};
use imapi_mmc_transport::faults::{FaultInjector, Script};
use imapi_virtual_drive::Medium;
use rstest::rstest;

use crate::helpers::{
    Narrow, Numbers, assert_on_disc, burn_silently, drive, drive_with, medium, probe, recorder, traced, writable,
};

const SOURCE: Numbers = Numbers { blocks: 650, mark: 0x33 };

fn plain() -> DataOptions {
    DataOptions { consumer_compatible: false, ..DataOptions::default() }
}

type Change = fn(&mut DataOptions);

fn changed(change: Change) -> DataOptions {
    let mut options = plain();
    change(&mut options);
    options
}

/// Burns a new disc; what was sent, and what came of it.
fn burn_new(medium: &'static Medium, options: &DataOptions) -> (Burned, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let (recorder, sent) = traced(drive(folder.path(), medium, None));
    let burned = burn_silently(&recorder, &SOURCE, options);
    let burned = burned.unwrap_or_else(|error| panic!("{}, {options:?}: {error:?}", medium.name));
    let sent = sent();
    if burned.written.is_some() && !options.test {
        assert_on_disc(&recorder, &SOURCE, burned.start, medium.name);
    }
    (burned, sent)
}

fn of<'a>(sent: &'a [String], command: &str) -> Vec<&'a str> {
    sent.iter().filter_map(|step| step.strip_prefix(command)).map(|rest| rest.trim_start_matches([':', ' '])).collect()
}

const NOTHING: Change = |_| {};
const CLOSE: Change = |options| options.close = true;
const KEPT: Change = |options| options.keep_sequential = true;
const KEPT_CLOSED: Change = |options| (options.keep_sequential, options.close) = (true, true);
const TRACK_CLOSED: Change = |options| (options.track_at_once, options.close) = (true, true);
const UNPROTECTED: Change = |options| options.underrun_protection = false;
const COMPATIBLE: Change = |options| options.consumer_compatible = true;
const ON: Change = |options| options.defect_management = DefectManagement::On;
const OFF: Change = |options| options.defect_management = DefectManagement::Off;
const LEAST: Change = |options| (options.defect_management, options.spare) = (DefectManagement::On, SpareArea::Least);
const MOST: Change = |options| (options.defect_management, options.spare) = (DefectManagement::On, SpareArea::Most);

#[rstest]
#[case("cd-r", NOTHING, "track at once, multi-session 11b, track mode 4, block type 8, BUFE, audio pause 150")]
#[case("cd-r", CLOSE, "session at once, multi-session 00b, track mode 0, block type 0, BUFE")]
#[case("cd-rw", NOTHING, "track at once, multi-session 11b, track mode 4, block type 8, BUFE, audio pause 150")]
#[case("cd-rw", CLOSE, "session at once, multi-session 00b, track mode 0, block type 0, BUFE")]
#[case(
    "dvd-r",
    NOTHING,
    "packets, multi-session 11b, track mode 5, block type 8, BUFE, fixed packets of 16, link size 16"
)]
#[case("dvd-r", CLOSE, "session at once, multi-session 00b, track mode 5, block type 8, BUFE")]
#[case("dvd-r-dl", NOTHING, "session at once, multi-session 00b, track mode 5, block type 8, BUFE")]
#[case("dvd-r-dl", CLOSE, "session at once, multi-session 00b, track mode 5, block type 8, BUFE")]
#[case("dvd-rw", NOTHING, "packets, multi-session 00b, track mode 5, block type 8, BUFE, fixed packets of 16")]
#[case(
    "dvd-rw",
    KEPT,
    "packets, multi-session 11b, track mode 5, block type 8, BUFE, fixed packets of 16, link size 16"
)]
#[case("dvd-rw", KEPT_CLOSED, "session at once, multi-session 00b, track mode 5, block type 8, BUFE")]
#[case("cd-r", TRACK_CLOSED, "track at once, multi-session 00b, track mode 4, block type 8, BUFE, audio pause 150")]
fn the_page_of_write_parameters_says_how(#[case] name: &str, #[case] change: Change, #[case] expected: &str) {
    for (test, bufe) in [(false, true), (false, false), (true, true), (true, false)] {
        let options = DataOptions { test, underrun_protection: bufe, ..changed(change) };
        let (burned, sent) = burn_new(medium(name), &options);
        let mut pages = of(&sent, "MODE SELECT (10)");
        if test && burned.written.is_some() {
            let last = pages.pop().expect("the drive writes in earnest again");
            assert!(!last.contains(", test"), "{last}");
        }
        if burned.plan.warnings.contains(&Warning::NoTestWriting) {
            assert!(pages.is_empty(), "{pages:?}");
            continue;
        }
        let without = if bufe { expected.to_owned() } else { expected.replace(", BUFE", "") };
        let at = without.find("block type").expect("it is told") + "block type 8".len();
        let (start, end) = without.split_at(at);
        let bufe = if bufe { ", BUFE" } else { "" };
        let end = end.strip_prefix(bufe).expect("it is told first");
        let tests = if test { ", test" } else { "" };
        assert_eq!(pages, [format!("page 05h, {start}{bufe}{tests}{end}")], "{sent:#?}");
    }
}

#[rstest]
fn a_disc_for_which_the_page_is_not_meant_gets_none(
    #[values("dvd+r", "dvd+r-dl", "dvd+rw", "dvd-ram", "bd-r", "bd-re")] name: &str,
    #[values(NOTHING, CLOSE, UNPROTECTED, COMPATIBLE)] change: Change,
) {
    let (_, sent) = burn_new(medium(name), &changed(change));
    assert_eq!(of(&sent, "MODE SELECT (10)"), [""; 0]);
}

#[rstest]
#[case("cd-r", false, false, &["010b"], false)]
#[case("cd-r", true, false, &[], true)]
#[case("cd-r", false, true, &["010b"], false)]
#[case("dvd-r", false, false, &["001b, track 1", "010b"], false)]
#[case("dvd-r", true, false, &[], true)]
#[case("dvd-r", false, true, &["001b, track 1", "010b"], false)]
#[case("dvd-r-dl", false, false, &[], true)]
#[case("dvd-rw", false, false, &["010b"], false)]
#[case("dvd-rw", true, true, &["010b"], false)]
#[case("dvd+r", false, false, &["001b, track 1", "010b"], false)]
#[case("dvd+r", true, false, &["001b, track 1", "110b"], true)]
#[case("dvd+r", false, true, &["001b, track 1", "110b"], true)]
#[case("dvd+r", true, true, &["001b, track 1", "110b"], true)]
#[case("dvd+r-dl", false, false, &["001b, track 1", "010b"], false)]
#[case("dvd+r-dl", true, false, &["001b, track 1", "101b"], true)]
#[case("dvd+r-dl", false, true, &["001b, track 1", "101b"], true)]
#[case("dvd+rw", false, false, &["000b"], false)]
#[case("dvd+rw", true, false, &["000b"], false)]
#[case("dvd+rw", false, true, &["000b", "010b"], false)]
#[case("dvd-ram", true, true, &[], false)]
#[case("bd-re", true, true, &[], false)]
#[case("bd-r", false, false, &["001b, track 1", "010b"], false)]
#[case("bd-r", true, false, &["001b, track 1", "110b"], true)]
#[case("bd-r", false, true, &["001b, track 1", "010b"], false)]
fn what_is_closed_is_closed_by_the_function_that_the_disc_wants(
    #[case] name: &str,
    #[case] close: bool,
    #[case] consumer_compatible: bool,
    #[case] functions: &[&str],
    #[case] closed: bool,
) {
    let (burned, sent) = burn_new(medium(name), &DataOptions { close, consumer_compatible, ..plain() });
    let functions: Vec<String> = functions.iter().map(|function| format!("{function}, immediate")).collect();
    assert_eq!(of(&sent, "CLOSE TRACK/SESSION"), functions);
    assert_eq!(burned.closed, closed);
    assert_eq!(burned.plan.closes, closed);
    let unasked = closed && !close;
    assert_eq!(burned.plan.warnings.contains(&Warning::WillBeClosed), unasked, "{:?}", burned.plan.warnings);
    let layer = of(&sent, "SEND DISC STRUCTURE");
    if name == "dvd+r-dl" && closed {
        // 650 blocks are 41 packets, of which the first layer gets 21.
        assert_eq!(layer, ["20h: layer 0 has 336 blocks"]);
    } else {
        assert_eq!(layer, [""; 0]);
    }
}

#[test]
fn a_test_leaves_the_disc_as_it_was() {
    for medium in writable() {
        for (close, keep_sequential) in [(false, false), (true, false), (false, true), (true, true)] {
            let folder = tempfile::tempdir().expect("a folder");
            let (recorder, sent) = traced(drive(folder.path(), medium, None));
            let before = probe(&recorder);
            sent();
            let options = DataOptions { test: true, close, keep_sequential, ..plain() };
            let what = format!("{}, close {close}, keep {keep_sequential}", medium.name);
            let burned = burn_silently(&recorder, &SOURCE, &options).unwrap_or_else(|e| panic!("{what}: {e:?}"));
            let sent = sent();
            let after = probe(&recorder);
            assert_eq!(after.disc, before.disc, "{what}");
            assert_eq!((after.tracks, after.facts), (vec![], before.facts), "{what}");
            assert_eq!(after.configuration, before.configuration, "{what}");
            let can = medium.name.starts_with("cd") || (medium.name.starts_with("dvd-r") && medium.name != "dvd-ram");
            let can = can && (medium.name != "dvd-rw" || keep_sequential);
            assert_eq!(burned.written.is_some(), can, "{what}");
            assert_eq!(burned.plan.warnings.contains(&Warning::NoTestWriting), !can, "{what}");
            assert_eq!(of(&sent, "WRITE").len(), usize::from(can), "{what}: {sent:#?}");
            for command in ["CLOSE", "FORMAT", "BLANK", "SEND DISC STRUCTURE"] {
                assert_eq!(of(&sent, command), [""; 0], "{what}");
            }
            assert!(!burned.closed, "{what}");
        }
    }
}

#[test]
fn a_test_with_a_disc_that_would_have_to_be_blanked_sends_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recorder, sent) = traced(drive(folder.path(), medium("cd-rw"), None));
    burn_silently(&recorder, &SOURCE, &changed(CLOSE)).expect("blank");
    sent();
    let options = DataOptions { test: true, overwrite: true, ..plain() };
    let burned = burn_silently(&recorder, &SOURCE, &options).expect("a test");
    assert!(burned.plan.before.is_some() && burned.plan.warnings.contains(&Warning::NoTestWriting), "{burned:?}");
    let sent = sent();
    assert!(of(&sent, "BLANK").is_empty() && of(&sent, "WRITE").is_empty(), "{sent:?}");
    assert_on_disc(&recorder, &SOURCE, Lba(0), "it is still there");
}

#[test]
fn a_test_that_fails_says_that_nothing_happened() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = r#"{"faults": [{"when": {"access": "write", "blocks": {"first": 320, "last": 321}}, "what": {"sense": {"code": "3/0C/00"}}}]}"#;
    let script = Script::from_json(script).expect("a script");
    let recorder = recorder(FaultInjector::new(drive(folder.path(), medium("cd-r"), None), script).expect("a drive"));
    let error = burn_silently(&recorder, &SOURCE, &changed(|o| o.test = true)).expect_err("block 320 fails");
    assert_eq!(error.disc_after(), None);
    assert!(probe(&recorder).facts.is_blank());
}

#[test]
fn every_speed_that_a_drive_has_can_be_set() {
    for medium in writable() {
        let folder = tempfile::tempdir().expect("a folder");
        let (recorder, sent) = traced(drive(folder.path(), medium, None));
        let speeds = WriteSpeeds::of(&recorder, medium.kind).expect("it tells");
        assert_eq!(speeds.all().iter().map(|speed| speed.kilobytes_per_second).collect::<Vec<_>>(), medium.speeds);
        for speed in speeds.all() {
            for (request, code) in
                [(speed.sectors_per_second, None), (speed.sectors_per_second - 1, Some(v2::S_IMAPI_SPEEDADJUSTED))]
            {
                sent();
                let request = SpeedRequest { sectors_per_second: Some(request), pure_cav: false };
                // What is written does not matter here, and so the laser stays off where it can.
                let options = DataOptions { speed: request, test: true, ..plain() };
                let burned = burn_silently(&recorder, &SOURCE, &options).expect(medium.name);
                let (chosen, adjusted) = burned.speed.expect("it knows speeds");
                assert_eq!((chosen, adjusted.code()), (*speed, code), "{}", medium.name);
                let sent = sent();
                let kilobytes = speed.kilobytes_per_second;
                let expected = if medium.kind.is_cd() {
                    vec![format!("SET CD SPEED: writing {} kB/s, reading maximum", kilobytes + 1)]
                } else {
                    let last = medium.blocks - 1;
                    let start = format!("SET STREAMING: writing {kilobytes} kB in 1000 ms, reading ");
                    let command =
                        sent.iter().find(|step| step.starts_with(&start)).unwrap_or_else(|| panic!("{sent:#?}"));
                    assert!(command.ends_with(&format!(" kB in 1000 ms, blocks 0 to {last}")), "{command}");
                    vec![command.clone()]
                };
                let all: Vec<_> = sent.iter().filter(|step| step.starts_with("SET ")).cloned().collect();
                assert_eq!(all, expected, "{}", medium.name);
            }
        }
    }
}

/// What the disc was before, the options, the format, the room that is told before, and whether spare blocks are told to
/// slow it down, or that they are as they were.
#[rstest]
#[case("bd-r", None, NOTHING, None, 12_219_392, None)]
#[case("bd-r", None, OFF, None, 12_219_392, None)]
#[case(
    "bd-r",
    None,
    ON,
    Some("type 32h, sub-type 01b, 11826176 blocks, parameter 003000h"),
    11_826_176,
    Some(Warning::DefectManagement)
)]
#[case(
    "bd-r",
    None,
    LEAST,
    Some("type 32h, sub-type 01b, 12088320 blocks, parameter 001000h"),
    12_088_320,
    Some(Warning::DefectManagement)
)]
#[case(
    "bd-r",
    None,
    MOST,
    Some("type 32h, sub-type 01b, 11564032 blocks, parameter 005000h"),
    11_564_032,
    Some(Warning::DefectManagement)
)]
// A disc that has them is as it was wanted; one that has something on it stays without.
#[case("bd-r", Some(ON), ON, None, 11_826_176 - 672, None)]
#[case("bd-r", Some(ON), OFF, None, 11_826_176 - 672, Some(Warning::DefectManagementStays))]
#[case("bd-r", Some(NOTHING), ON, None, 12_219_392 - 672, Some(Warning::DefectManagementStays))]
#[case(
    "bd-re",
    None,
    NOTHING,
    Some("type 00h, sub-type 00b, 11826176 blocks, parameter 000800h, FOV"),
    11_826_176,
    None
)]
#[case(
    "bd-re",
    None,
    ON,
    Some("type 30h, sub-type 00b, 11826176 blocks, parameter 003000h, FOV"),
    11_826_176,
    Some(Warning::DefectManagement)
)]
#[case("bd-re", None, OFF, Some("type 31h, sub-type 00b, 12219392 blocks, parameter 000800h, FOV"), 12_219_392, None)]
#[case("bd-re", Some(NOTHING), NOTHING, None, 11_826_176, None)]
#[case("bd-re", Some(NOTHING), ON, None, 11_826_176, None)]
#[case(
    "bd-re",
    Some(NOTHING),
    MOST,
    Some("type 30h, sub-type 00b, 11564032 blocks, parameter 005000h, FOV"),
    11_564_032,
    Some(Warning::DefectManagement)
)]
#[case(
    "bd-re",
    Some(NOTHING),
    OFF,
    Some("type 31h, sub-type 00b, 12219392 blocks, parameter 000800h, FOV"),
    12_219_392,
    None
)]
#[case("bd-re", Some(OFF), OFF, None, 12_219_392, None)]
#[case(
    "bd-re",
    Some(OFF),
    ON,
    Some("type 30h, sub-type 00b, 11826176 blocks, parameter 003000h, FOV"),
    11_826_176,
    Some(Warning::DefectManagement)
)]
#[case("dvd-ram", None, ON, None, 2_236_704, None)]
#[case("dvd-ram", None, OFF, None, 2_236_704, Some(Warning::DefectManagementStays))]
#[case("dvd+rw", None, OFF, Some("type 26h, sub-type 00b, 2295104 blocks, parameter 000000h"), 2_295_104, None)]
#[case("dvd+r", None, ON, None, 2_295_104, Some(Warning::DefectManagementStays))]
#[case("cd-r", None, ON, None, 359_849, Some(Warning::DefectManagementStays))]
fn a_disc_has_the_spare_blocks_that_are_wanted(
    #[case] name: &str,
    #[case] first: Option<Change>,
    #[case] change: Change,
    #[case] format: Option<&str>,
    #[case] free: u64,
    #[case] warning: Option<Warning>,
) {
    let folder = tempfile::tempdir().expect("a folder");
    let (recorder, sent) = traced(drive(folder.path(), medium(name), None));
    if let Some(first) = first {
        burn_silently(&recorder, &SOURCE, &changed(first)).expect("the first");
        sent();
    }
    let options = DataOptions { overwrite: true, ..changed(change) };
    let burned = burn_silently(&recorder, &SOURCE, &options).expect("it is burned");
    assert_eq!(burned.plan.free, free);
    assert_eq!(burned.plan.warnings, Vec::from_iter(warning));
    let sent = sent();
    let format: Vec<String> = format.iter().map(|format| format!("{format}, immediate")).collect();
    assert_eq!(of(&sent, "FORMAT UNIT"), format);
    assert_on_disc(&recorder, &SOURCE, burned.start, name);
    let after = probe(&recorder);
    let used = if after.way.is_sequential() { u64::try_from(burned.start.0).expect("not before 0") } else { 0 };
    if name.starts_with("bd") {
        assert_eq!(u64::from(after.facts.capacity), free + used, "what was told is what it has");
    }
}

#[test]
fn what_does_not_fit_beside_spare_blocks_is_told_before() {
    for name in ["bd-r", "bd-re"] {
        let folder = tempfile::tempdir().expect("a folder");
        let (recorder, sent) = traced(drive(folder.path(), medium(name), None));
        let source = Numbers { blocks: 12_000_000, mark: 1 };
        let options = changed(ON);
        let error = burn_silently(&recorder, &source, &options).expect_err("it does not fit");
        assert!(
            matches!(error, imapi_format2_data::DataError::TooLarge { needed: 12_000_000, free: 11_826_176 }),
            "{error:?}"
        );
        assert!(of(&sent(), "FORMAT UNIT").is_empty(), "{name} is as it was");
    }
}

#[rstest]
#[case("dvd-ram", &["WRITE (10), 16 blocks from 0 on, 16 at once", "WRITE (12), streaming, 640 blocks from 16 on, 16 at once"])]
#[case("bd-r", &["WRITE (10), 32 blocks from 0 on, 32 at once", "WRITE (12), streaming, 640 blocks from 32 on, 32 at once"])]
#[case("bd-re", &["WRITE (10), 32 blocks from 0 on, 32 at once", "WRITE (12), streaming, 640 blocks from 32 on, 32 at once"])]
#[case("cd-r", &["WRITE (10), 800 blocks from 0 on, 16 at once"])]
#[case("dvd-r", &["WRITE (10), 656 blocks from 0 on, 16 at once"])]
#[case("dvd+rw", &["WRITE (10), 656 blocks from 0 on, 16 at once"])]
#[case("dvd+r", &["WRITE (10), 656 blocks from 0 on, 16 at once"])]
fn what_is_streamed_goes_in_whole_units(#[case] name: &str, #[case] expected: &[&str]) {
    let (_, sent) = burn_new(medium(name), &changed(|options| options.streaming = true));
    let writes: Vec<&str> = sent.iter().map(String::as_str).filter(|step| step.starts_with("WRITE")).collect();
    assert_eq!(writes, expected);
}

#[test]
fn a_drive_or_a_connection_that_cannot_stream_gets_plain_writes() {
    let options = changed(|options| options.streaming = true);
    let folder = tempfile::tempdir().expect("a folder");
    let narrow = Narrow { inner: drive(folder.path(), medium("bd-re"), None), bytes: 32 << 10 };
    let (recorder, sent) = traced(narrow);
    burn_silently(&recorder, &SOURCE, &options).expect("it is burned");
    let writes = sent();
    assert_eq!(of(&writes, "WRITE"), ["(10), 672 blocks from 0 on, 16 at once"], "no part of a cluster is streamed");

    let script =
        r#"{"faults": [{"when": {"opcode": "AA"}, "what": {"sense": {"code": "5/20/00"}}, "times": "always"}]}"#;
    let script = Script::from_json(script).expect("a script");
    let folder = tempfile::tempdir().expect("a folder");
    let (recorder, sent) =
        traced(FaultInjector::new(drive(folder.path(), medium("bd-re"), None), script).expect("a drive"));
    burn_silently(&recorder, &SOURCE, &options).expect("it is burned");
    let writes = sent();
    assert_eq!(of(&writes, "WRITE (12)").len(), 1, "it is tried once: {writes:#?}");
    assert_on_disc(&recorder, &SOURCE, Lba(0), "bd-re");
}

/// Blocks of the source, whether it ends with its gap, and what is written.
#[rstest]
#[case(650, false, 800)]
#[case(650, true, 650)]
#[case(10, false, 300)]
#[case(10, true, 300)]
#[case(150, false, 300)]
#[case(151, false, 301)]
fn a_track_of_a_cd_has_its_gap_and_its_least_length(
    #[case] blocks: u64,
    #[case] postgap_in_image: bool,
    #[case] written: u64,
) {
    for close in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let (recorder, sent) = traced(drive(folder.path(), medium("cd-r"), None));
        let source = Numbers { blocks, mark: 0x44 };
        let burned = burn_silently(&recorder, &source, &DataOptions { postgap_in_image, close, ..plain() });
        let burned = burned.expect("it fits");
        assert_on_disc(&recorder, &source, Lba(0), "the image");
        let (from, count) = if close { (-150, written + 150) } else { (0, written) };
        assert_eq!(of(&sent(), "WRITE (10)"), [format!(", {count} blocks from {from} on, 16 at once")]);
        let run_out = if close { 0 } else { 2 };
        assert_eq!(burned.plan.needed, written + run_out);
        if close {
            // What is behind the gap can be read, and nothing behind that.
            let capacity = recorder.capacity().expect("it tells").expect("some");
            assert_eq!(u64::try_from(capacity.last.0 + 1).expect("not before 0"), written);
        }
    }
}

/// A disc of so many blocks is closed when two per cent are left, and not when it is one block more.
#[rstest]
#[case("dvd+r", "110b")]
#[case("bd-r", "110b")]
fn what_is_hardly_worth_a_session_is_not_left_open(#[case] name: &str, #[case] function: &str) {
    for (more, closed) in [(0, false), (1, true)] {
        let unit = u64::from(medium(name).kind.write_unit().get());
        let blocks = 100 * unit;
        let folder = tempfile::tempdir().expect("a folder");
        let (recorder, sent) = traced(drive_with(folder.path(), medium(name), None, u32::try_from(blocks).ok()));
        let source = Numbers { blocks: 97 * unit + more, mark: 1 };
        let burned = burn_silently(&recorder, &source, &plain()).expect(name);
        assert_eq!(burned.closed, closed, "{name} {more}");
        assert_eq!(burned.plan.warnings, if closed { vec![Warning::HardlyAnyRoomLeft] } else { vec![] });
        let last = sent().into_iter().rfind(|step| step.starts_with("CLOSE"));
        let expected = if closed { function } else { "010b" };
        assert_eq!(last.as_deref(), Some(&*format!("CLOSE TRACK/SESSION {expected}, immediate")));
    }
}
