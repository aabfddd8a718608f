//! Drives with ways of their own: each quirk is seen through commands, beside a drive that keeps to the standard.

use std::{sync::Arc, time::Duration};

use imapi_disc_types::{Clock as _, Lba, ManualClock};
use imapi_mmc_transport::{
    CommandError, Condition, InvalidField, RawMsf, Sense, TransportError, TransportExt as _,
    commands::{
        CloseFunction, CloseTrackSession, DataMode, EventClasses, GetConfiguration, GetEventStatus, GetPerformance,
        Inquiry, InquiryReply, ModeSelect10, ModeSense10, PerformanceDescriptors, ReadBufferCapacity,
        ReadDiscInformation, ReadToc, ReadTrackInformation, Request, RequestSense, ReserveTrack, SendOpcInformation,
        SetStreaming, StartStopUnit, StreamingParameters, StreamingSpeed, SynchronizeCache, TestUnitReady, TocFormat,
        TocReply, TrackAddress, UnitAction, Write10,
    },
    mode::{Capabilities, ModePage, ModeParameters, MultiSession, PageCode, PageControl, WriteParameters},
};
use imapi_virtual_drive::{DiscFile, Medium, PERSONALITIES, Pace, Personality, VirtualDrive};
use rstest::rstest;
use tempfile::TempDir;

/// Blocks of the small discs here.
const BLOCKS: u32 = 3200;

/// A drive with such ways, its real time told by a clock that stands still, with a new disc in it.
struct Bench {
    drive: VirtualDrive,
    clock: Arc<ManualClock>,
    _folder: TempDir,
}

impl Bench {
    fn with(medium: &str, personality: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let medium: &'static Medium = medium.parse().expect("a medium");
        let geometry = medium.geometry(Some(BLOCKS)).expect("a size");
        let disc = DiscFile::create(&folder.path().join("my.disc"), geometry).expect("a new disc");
        let clock = Arc::new(ManualClock::new());
        let personality: &Personality = personality.parse().expect("a personality");
        let drive = VirtualDrive::new(Arc::clone(&clock) as _).at_pace(Pace::REAL).with_personality(personality);
        drive.insert(disc, medium).expect("an empty drive");
        while drive.send(&TestUnitReady).is_err() {}
        Self { drive, clock, _folder: folder }
    }

    /// A BD-R: nothing about it has to be known before it is written.
    fn of(personality: &str) -> Self {
        Self::with("bd-r", personality)
    }

    fn refusal<C: imapi_mmc_transport::Command>(&self, command: &C) -> Option<Sense> {
        self.drive.send(command).err().map(|error| *error.sense().expect("with sense"))
    }

    fn write(&self, first: i32, blocks: u16) {
        let data = vec![7; usize::from(blocks) * 2048];
        self.drive.write_from(&Write10::new(Lba(first), blocks), &data).expect("it fits");
    }

    fn wait_for(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    fn capabilities(&self) -> Capabilities {
        let list = self.drive.query(&ModeSense10::of(PageCode::CAPABILITIES, PageControl::Current)).expect("a page");
        match list.value.page(PageCode::CAPABILITIES) {
            Some(ModePage::Capabilities(page)) => page.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Where track 1 goes on, as the drive tells it.
    fn next(&self) -> Option<Lba> {
        self.track().next_writable
    }

    fn track(&self) -> imapi_mmc_transport::commands::TrackInformation {
        self.drive.query(&ReadTrackInformation::of(TrackAddress::Track(1))).expect("a track").value
    }

    fn set_write_parameters(&self) {
        self.set(WriteParameters::dvd_incremental(MultiSession::Open));
    }

    fn set(&self, page: WriteParameters) {
        let parameters = ModeParameters::of([ModePage::WriteParameters(page)]);
        self.drive.submit(&ModeSelect10::carrying(&parameters), &parameters).expect("every burner takes it");
    }
}

/// A name that is not the standard's, so that no test compares a drive with itself.
fn both(personality: &str) -> [Bench; 2] {
    assert_ne!(personality, "standard");
    [Bench::of("standard"), Bench::of(personality)]
}

fn start_stop(action: UnitAction) -> StartStopUnit {
    StartStopUnit { action, immediate: false }
}

#[rstest]
#[case("no-opc", Request::SendOpcInformation(SendOpcInformation::calibrate()), Sense::INVALID_OPCODE)]
#[case("opc-format", Request::SendOpcInformation(SendOpcInformation::calibrate()), Sense::UNREADABLE_FORMAT)]
#[case("opc-sequence", Request::SendOpcInformation(SendOpcInformation::calibrate()), Sense::SEQUENCE_ERROR)]
#[case("opc-protected", Request::SendOpcInformation(SendOpcInformation::calibrate()), Sense::WRITE_PROTECTED)]
#[case("no-reserve", Request::ReserveTrack(ReserveTrack::blocks(64)), Sense::INVALID_OPCODE)]
#[case("no-performance", Request::GetPerformance(GetPerformance::write_speeds(4)), Sense::INVALID_OPCODE)]
#[case("no-events", Request::GetEventStatus(GetEventStatus::poll(EventClasses::MEDIA)), Sense::INVALID_OPCODE)]
#[case("no-features", Request::GetConfiguration(GetConfiguration::everything()), Sense::INVALID_OPCODE)]
#[case("no-buffer-capacity", Request::ReadBufferCapacity(ReadBufferCapacity::bytes()), Sense::INVALID_OPCODE)]
fn some_drives_lack_a_command_or_refuse_it(
    #[case] personality: &str,
    #[case] command: Request,
    #[case] expected: Sense,
) {
    use imapi_mmc_transport::{Data, Transport as _};
    let [plain, quirky] = both(personality).map(|bench| {
        let mut buffer = [0; 256];
        let data = if command.to_cdb().opcode() == 0x53 { Data::None } else { Data::In(&mut buffer) };
        bench.drive.execute(&command.to_cdb(), data, command.timeout()).expect("an answer").sense
    });
    assert_eq!(plain, None);
    assert_eq!(quirky.map(|sense| Sense::try_from(&sense)), Some(Ok(expected)));
}

/// SET STREAMING goes with GET PERFORMANCE.
#[test]
fn without_performance_there_is_no_streaming() {
    let speed = StreamingSpeed::per_second(Lba(64), 8991, 8991);
    let [plain, quirky] = both("no-performance")
        .map(|bench| bench.drive.submit(&SetStreaming::speed(), &StreamingParameters::Speed(speed)).err());
    assert!(plain.is_none());
    assert_eq!(quirky.and_then(|error| error.condition()), Some(Condition::InvalidOpcode));
}

#[test]
fn a_lacking_command_is_refused_before_the_attention_is_told() {
    let [_, bench] = both("no-events");
    bench.drive.reset().expect("a disc");
    let refused = bench.drive.query(&GetEventStatus::poll(EventClasses::MEDIA)).expect_err("it has none");
    assert_eq!(refused.condition(), Some(Condition::InvalidOpcode));
    assert_eq!(bench.refusal(&TestUnitReady), Some(Sense::RESET));
}

#[test]
fn the_next_writable_address_may_wait_for_the_write_parameters() {
    let [plain, quirky] = ["standard", "nwa-after-05h"].map(|personality| Bench::with("dvd-r", personality));
    assert_eq!((plain.next(), quirky.next()), (Some(Lba(0)), None));
    assert_eq!(Bench::of("nwa-after-05h").next(), Some(Lba(0)), "nobody sets the page for a BD-R");
    quirky.set_write_parameters();
    assert_eq!(quirky.next(), Some(Lba(0)));
    quirky.drive.reset().expect("a disc");
    assert_eq!(quirky.refusal(&TestUnitReady), Some(Sense::RESET));
    assert_eq!(quirky.next(), None, "the page is gone with the power");
}

#[test]
fn a_blank_cd_may_go_on_in_its_first_pregap() {
    for (personality, blank) in [("standard", Lba(0)), ("nwa-minus-150", Lba(-150))] {
        let bench = Bench::with("cd-r", personality);
        assert_eq!(bench.next(), Some(blank));
        bench.set(WriteParameters::tao_data(MultiSession::Open));
        bench.write(0, 32);
        assert_eq!(bench.next(), Some(Lba(32)), "once there is something");
        assert_eq!(Bench::with("bd-r", personality).next(), Some(Lba(0)), "only a CD");
    }
}

/// The lead-in of the reference's blank CD is at 97:26:65; this one's lead-out is at 3,200 blocks, which is 00:44:50.
#[rstest]
#[case("standard", [97, 26, 65], [0, 44, 50])]
#[case("bcd-atip", [0x97, 0x26, 0x65], [0, 0x44, 0x50])]
#[case("zero-atip", [0; 3], [0; 3])]
fn the_times_in_atip_may_be_written_otherwise(
    #[case] personality: &str,
    #[case] lead_in: [u8; 3],
    #[case] lead_out: [u8; 3],
) {
    let bench = Bench::with("cd-r", personality);
    let reply = bench.drive.query(&ReadToc::whole(TocFormat::Atip)).expect("an answer").value;
    let TocReply::Atip(atip) = reply else { panic!("{reply:?}") };
    assert_eq!((atip.lead_in, atip.last_possible_lead_out), (RawMsf(lead_in), RawMsf(lead_out)));
}

#[test]
fn closing_a_track_of_a_cd_may_be_refused() {
    for (personality, refused) in [("standard", false), ("no-cd-close-track", true)] {
        let bench = Bench::with("cd-r", personality);
        bench.set(WriteParameters::tao_data(MultiSession::Open));
        bench.write(0, 32);
        bench.drive.send(&SynchronizeCache::all().waiting()).expect("flushed");
        let heard = bench.refusal(&CloseTrackSession::track(1).waiting());
        let expected = refused.then_some(Sense::from(InvalidField::cdb_bit(2, 2)));
        assert_eq!(heard, expected, "{personality}");
        assert_eq!(bench.refusal(&CloseTrackSession::of(CloseFunction::Session)), None, "the session is closed");
        let disc = Bench::of(personality);
        disc.write(0, 32);
        assert_eq!(disc.refusal(&CloseTrackSession::track(1)), None, "only a CD");
    }
}

#[test]
fn the_data_mode_may_be_unknown() {
    let [plain, quirky] = both("unknown-data-mode").map(|bench| bench.track().data_mode);
    assert_eq!((plain, quirky), (DataMode::Mode1, DataMode::Unknown));
}

#[test]
fn a_question_may_never_be_answered() {
    let [plain, quirky] = both("toc-stall");
    let full = ReadToc::whole(TocFormat::Full);
    assert_eq!(plain.drive.query(&full).expect_err("no CD").condition(), Some(Condition::InvalidField));
    let before = quirky.clock.now();
    match quirky.drive.query(&full).expect_err("no answer") {
        CommandError::Transport(TransportError::Timeout { opcode: 0x43, after }) => {
            assert_eq!(quirky.clock.now().saturating_sub(before), after);
        }
        other => panic!("{other:?}"),
    }
    quirky.drive.query(&ReadDiscInformation::standard()).expect("and the drive lives");
}

#[test]
fn closing_may_be_refused_for_a_while() {
    let close = CloseTrackSession::of(CloseFunction::Session);
    let [plain, quirky] = both("busy-close");
    for bench in [&plain, &quirky] {
        bench.write(0, 32);
        bench.drive.send(&SynchronizeCache::all()).expect("flushed");
        bench.wait_for(10);
        assert_eq!(bench.refusal(&TestUnitReady), None, "the drive is ready");
    }
    assert_eq!(plain.refusal(&close), None);
    assert_eq!(quirky.refusal(&close), Some(Sense::BUSY));
    assert_eq!(quirky.refusal(&TestUnitReady), None, "and says that it is ready");
    quirky.wait_for(3);
    assert_eq!(quirky.refusal(&close), Some(Sense::BUSY));
    quirky.wait_for(1);
    assert_eq!(quirky.refusal(&close), None);
    let busy = quirky.refusal(&TestUnitReady).map(|sense| sense.condition());
    assert_eq!(busy, Some(Condition::OperationInProgress), "now it closes");
}

#[rstest]
#[case("standard", [0, 20])]
#[case("immed-ignored", [20, 20])]
#[case("immed-implied", [0, 0])]
fn an_answer_comes_at_once_or_when_it_is_done(#[case] personality: &str, #[case] seconds: [u64; 2]) {
    let close = CloseTrackSession::of(CloseFunction::Session);
    for (command, expected) in [close, close.waiting()].into_iter().zip(seconds) {
        let bench = Bench::of(personality);
        bench.write(0, 32);
        bench.drive.send(&SynchronizeCache::all()).expect("flushed");
        bench.wait_for(10);
        assert_eq!(bench.refusal(&TestUnitReady), None);
        let before = bench.clock.now();
        bench.drive.send(&command).expect("closed");
        assert_eq!(bench.clock.now().saturating_sub(before), Duration::from_secs(expected), "{command:?}");
    }
}

#[test]
fn progress_may_be_missing() {
    let [plain, quirky] = both("no-progress").map(|bench| {
        bench.write(0, 32);
        bench.drive.send(&CloseTrackSession::of(CloseFunction::Session)).expect("it begins");
        let heard = bench.refusal(&TestUnitReady).expect("it works");
        let told = bench.drive.query(&RequestSense::default()).expect("at any time").value;
        let told = Sense::decode(told.as_bytes()).expect("sense");
        assert_eq!((heard.condition(), told.condition()), (Condition::OperationInProgress, heard.condition()));
        [heard.progress().is_some(), told.progress().is_some()]
    });
    assert_eq!((plain, quirky), ([true; 2], [false; 2]));
}

#[test]
fn the_tray_may_want_to_be_told_twice() {
    let [plain, quirky] = both("eject-twice");
    let eject = start_stop(UnitAction::Eject);
    for (bench, times) in [(plain, 1), (quirky, 2)] {
        for time in 1..=times {
            assert_eq!(bench.refusal(&TestUnitReady), None, "{time} of {times}");
            assert_eq!(bench.refusal(&eject), None);
        }
        assert_eq!(bench.refusal(&TestUnitReady), Some(Sense::NO_MEDIUM_TRAY_OPEN));
    }
}

#[test]
fn a_nervous_drive_thinks_of_a_new_disc_at_every_turn() {
    let [plain, quirky] = both("nervous");
    for (bench, heard) in [(plain, None), (quirky, Some(Sense::MEDIUM_CHANGED))] {
        assert_eq!(bench.refusal(&TestUnitReady), None);
        bench.drive.send(&start_stop(UnitAction::Start)).expect("it turns already");
        assert_eq!(bench.refusal(&TestUnitReady), heard);
        assert_eq!(bench.refusal(&TestUnitReady), None, "once");
        bench.write(0, 32);
        bench.drive.send(&CloseTrackSession::of(CloseFunction::Session).waiting()).expect("closed");
        assert_eq!(bench.refusal(&TestUnitReady), heard);
    }
}

#[test]
fn power_calibration_may_take_a_minute() {
    let [plain, quirky] = both("slow-opc").map(|bench| {
        let before = bench.clock.now();
        bench.drive.send(&SendOpcInformation::calibrate()).expect("calibrated");
        bench.clock.now().saturating_sub(before).as_secs()
    });
    assert_eq!((plain, quirky), (10, 60));
}

#[test]
fn mode_page_2a_may_be_as_short_as_its_first_standard() {
    let [plain, quirky] = both("short-2a").map(|bench| bench.capabilities());
    assert!(plain.write_speeds.is_some_and(|speeds| speeds.len() == 6));
    assert_eq!(ModePage::Capabilities(quirky.clone()).encode().len(), 20);
    assert_eq!((quirky.max_write_speed, quirky.write_speed, quirky.write_speeds), (u16::MAX, None, None));
}

#[test]
fn speeds_may_be_told_as_zero() {
    let [plain, quirky] = both("zero-speeds").map(|bench| {
        let page = bench.capabilities();
        let reply = bench.drive.query(&GetPerformance::write_speeds(8)).expect("an answer").value;
        let PerformanceDescriptors::WriteSpeeds(speeds) = reply.descriptors else { panic!("not what was asked for") };
        let fastest = speeds.iter().map(|speed| speed.write).max();
        [u32::from(page.max_read_speed), page.max_write_speed.into(), fastest.unwrap_or(0)]
    });
    assert_eq!((plain, quirky), ([53_948, 65_535, 71_930], [0, 0, 0]));
}

#[test]
fn mode_sense_may_bring_a_block_descriptor() {
    let query = ModeSense10::of(PageCode::CACHING, PageControl::Current);
    assert!(query.no_block_descriptors);
    let [plain, quirky] = both("block-descriptors").map(|bench| {
        let list = bench.drive.query(&query).expect("a page").value;
        assert!(list.page(PageCode::CACHING).is_some(), "behind the descriptor");
        list.block_descriptors
    });
    // 3,200 blocks of 2,048 bytes.
    assert_eq!((plain, quirky), (vec![], vec![0, 0, 0x0C, 0x80, 0, 0, 8, 0]));
}

#[test]
fn streaming_may_end_with_the_disc() {
    let [plain, quirky] = both("streaming-range");
    let speed = |end| StreamingParameters::Speed(StreamingSpeed::per_second(Lba(end), 8991, 8991));
    let set = |bench: &Bench, end| bench.drive.submit(&SetStreaming::speed(), &speed(end)).err();
    assert!(set(&plain, -1).is_none() && set(&plain, 3200).is_none());
    let refused = set(&quirky, 3200).expect("behind the end");
    assert_eq!(refused.sense().copied(), Some(Sense::from(InvalidField::data(8))));
    assert!(set(&quirky, 3199).is_none());
}

#[test]
fn more_of_the_buffer_may_be_free_than_there_is() {
    let [plain, quirky] = both("bogus-buffer-capacity")
        .map(|bench| bench.drive.query(&ReadBufferCapacity::bytes()).expect("an answer").value);
    assert_eq!((plain.total, plain.free), (4 << 20, 4 << 20));
    assert!(quirky.free > quirky.total, "{quirky:?}");
}

#[rstest]
#[case("standard", "IMAPI", "Virtual Drive")]
#[case("pioneer", "PIONEER", "DVD-RW  DVR-216D")]
#[case("lg", "HL-DT-ST", "DVDRAM GSA-4082B")]
fn whole_drives_give_themselves_out_for_what_they_are(
    #[case] personality: &str,
    #[case] vendor: &str,
    #[case] product: &str,
) {
    let bench = Bench::of(personality);
    let InquiryReply::Standard(who) = bench.drive.query(&Inquiry::standard()).expect("an answer").value else {
        panic!("not what was asked for")
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_string();
    assert_eq!((text(&who.vendor).as_str(), text(&who.product).as_str()), (vendor, product));
}

/// Whatever its ways, a drive burns: who has patience gets his data onto the disc.
#[test]
fn every_personality_burns_a_disc_for_a_patient_host() {
    for personality in &PERSONALITIES {
        let bench = Bench::of(personality.name);
        bench.set_write_parameters();
        let patiently = |action: &dyn Fn() -> Option<Condition>| {
            for _ in 0..200 {
                match action() {
                    None => return,
                    Some(_) => bench.wait_for(1),
                }
            }
            panic!("{personality} never does it");
        };
        let data = vec![9; 64 * 2048];
        for first in (0..192).step_by(64) {
            let write = Write10::new(Lba(first), 64);
            patiently(&|| bench.drive.write_from(&write, &data).err().and_then(|error| error.condition()));
        }
        let send = |command: CloseTrackSession| bench.drive.send(&command).err().and_then(|error| error.condition());
        patiently(&|| send(CloseTrackSession::track(1)));
        patiently(&|| bench.refusal(&TestUnitReady).map(|sense| sense.condition()));
        patiently(&|| send(CloseTrackSession::of(CloseFunction::Session)));
        patiently(&|| bench.refusal(&TestUnitReady).map(|sense| sense.condition()));
        let mut read = vec![0; 64 * 2048];
        let read10 = imapi_mmc_transport::commands::Read10::new(Lba(128), 64);
        bench.drive.read_into(&read10, &mut read).expect("it was written");
        assert!(read == data, "{personality}");
    }
}

#[test]
fn the_manual_lists_every_personality() {
    let manual = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/virtual-drive.md");
    let manual = std::fs::read_to_string(manual).expect("the manual");
    for Personality { name, summary, seen_in, .. } in &PERSONALITIES {
        let row = format!("| `{name}` | {summary} | {seen_in} |");
        assert!(manual.contains(&row), "no row: {row}");
    }
}
