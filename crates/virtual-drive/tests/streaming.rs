//! Data by the clock: at a real pace WRITE and READ take what they take, a full buffer makes hosts wait, and an empty one
//! is a mishap where nothing protects from it. The clock stands still unless someone waits by it, so that all times are
//! exact.

use std::{sync::Arc, time::Duration};

use imapi_disc_types::{Clock as _, Lba, ManualClock};
use imapi_mmc_transport::{
    Condition, Sense, TransportExt as _,
    commands::{
        CloseFunction, CloseTrackSession, Inquiry, ModeSelect10, Read10, ReadBufferCapacity, ReadTrackInformation,
        RequestSense, ReserveTrack, SetCdSpeed, SynchronizeCache, TestUnitReady, TrackAddress, Write10,
    },
    mode::{ModePage, ModeParameters, MultiSession, WriteParameters},
};
use imapi_virtual_drive::{DiscFile, Medium, Pace, Personality, VirtualDrive};
use rstest::rstest;
use tempfile::TempDir;

/// Bytes of the drive's buffer.
const BUFFER: u64 = 4 << 20;

struct Bench {
    drive: VirtualDrive,
    clock: Arc<ManualClock>,
    _folder: TempDir,
}

impl Bench {
    /// With so many blocks of a medium, at that pace, written at that speed in 1,000 bytes a second.
    fn new(medium: &str, blocks: u32, pace: Pace, personality: &str, speed: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let medium: &'static Medium = medium.parse().expect("a medium");
        let disc = DiscFile::create(&folder.path().join("my.disc"), medium.geometry(Some(blocks)).expect("a size"));
        let clock = Arc::new(ManualClock::new());
        let personality: &Personality = personality.parse().expect("a personality");
        let drive = VirtualDrive::new(Arc::clone(&clock) as _).at_pace(pace).with_personality(personality);
        drive.insert(disc.expect("a new disc"), medium).expect("an empty drive");
        while drive.send(&TestUnitReady).is_err() {}
        let speeds = SetCdSpeed { write: speed, ..SetCdSpeed::new(SetCdSpeed::MAXIMUM, speed) };
        drive.send(&speeds).expect("a speed");
        Self { drive, clock, _folder: folder }
    }

    /// A DVD-RAM, which takes blocks as they come, written at 2,770,000 bytes a second.
    fn dvd_ram(pace: Pace) -> Self {
        Self::new("dvd-ram", 8192, pace, "standard", 2770)
    }

    fn try_write(&self, first: i32, blocks: u16) -> Option<Sense> {
        let data = vec![7; usize::from(blocks) * 2048];
        let error = self.drive.write_from(&Write10::new(Lba(first), blocks), &data).err()?;
        Some(*error.sense().expect("with sense"))
    }

    /// Writes, and says how long it took.
    fn write(&self, first: i32, blocks: u16) -> Duration {
        self.timed(|| assert_eq!(self.try_write(first, blocks), None))
    }

    fn set(&self, page: WriteParameters) {
        let parameters = ModeParameters::of([ModePage::WriteParameters(page)]);
        self.drive.submit(&ModeSelect10::carrying(&parameters), &parameters).expect("a way of writing");
    }

    fn timed(&self, action: impl FnOnce()) -> Duration {
        let before = self.clock.now();
        action();
        self.clock.now().saturating_sub(before)
    }

    fn flush(&self) -> Duration {
        self.timed(|| _ = self.drive.send(&SynchronizeCache::all().waiting()).expect("flushed"))
    }

    fn free(&self) -> u64 {
        let answer = self.drive.query(&ReadBufferCapacity::bytes()).expect("an answer").value;
        assert_eq!(u64::from(answer.total), BUFFER);
        answer.free.into()
    }
}

/// How long so many bytes take at so many bytes a second.
fn time(bytes: u64, rate: u64) -> Duration {
    Duration::from_nanos(bytes * 1_000_000_000 / rate)
}

#[test]
fn a_quick_drive_takes_data_as_fast_as_they_come() {
    let bench = Bench::dvd_ram(Pace::QUICK);
    for first in (0..8192).step_by(64) {
        assert_eq!(bench.write(first, 64), Duration::ZERO);
    }
    assert_eq!(bench.free(), BUFFER);
    assert_eq!(
        bench.timed(|| drop(bench.drive.read_into(&Read10::new(Lba(0), 64), &mut vec![0; 131_072]))),
        Duration::ZERO
    );
}

#[rstest]
#[case(Pace::REAL, 2_770_000)]
#[case(Pace::times(4), 4 * 2_770_000)]
fn a_burn_takes_as_long_as_the_speed_says(#[case] pace: Pace, #[case] rate: u64) {
    let bench = Bench::dvd_ram(pace);
    // The laser goes on with 2 MiB, which come at once; from then on it is the laser that counts.
    let all = bench.timed(|| {
        for first in (0..8192).step_by(64) {
            bench.write(first, 64);
        }
        bench.flush();
    });
    let expected = time(8192 * 2048, rate);
    assert!(all.abs_diff(expected) < Duration::from_micros(1), "{all:?} and not {expected:?}");
    assert_eq!(bench.drive.underruns(), 0);
}

#[test]
fn the_buffer_is_as_full_as_the_drive_says() {
    let bench = Bench::dvd_ram(Pace::REAL);
    assert_eq!((bench.write(0, 512), bench.free()), (Duration::ZERO, 3 << 20));
    assert_eq!((bench.write(512, 512), bench.free()), (Duration::ZERO, 2 << 20), "half, and the laser goes on");
    bench.clock.advance(Duration::from_millis(100));
    assert_eq!(bench.free(), (2 << 20) + 277_000);
    let in_blocks = bench.drive.query(&ReadBufferCapacity::blocks()).expect("an answer").value;
    assert_eq!((in_blocks.total, in_blocks.free), (2048, ((2 << 20) + 277_000) / 2048));
    // 3 MiB go into what is free but for 1 MiB less the 277,000 bytes that are gone.
    assert_eq!(bench.write(1024, 1536), time((1 << 20) - 277_000, 2_770_000));
    assert_eq!(bench.free(), 0);
    assert_eq!(bench.flush(), time(BUFFER, 2_770_000));
    assert_eq!((bench.free(), bench.flush()), (BUFFER, Duration::ZERO));
}

#[test]
fn a_flush_that_is_not_waited_for_is_busy_as_long_as_the_buffer_needs() {
    let bench = Bench::dvd_ram(Pace::REAL);
    bench.write(0, 1024);
    let flush = bench.timed(|| _ = bench.drive.send(&SynchronizeCache::all()).expect("it begins"));
    assert_eq!(flush, Duration::ZERO);
    let state = || bench.drive.send(&TestUnitReady).err().and_then(|error| error.condition());
    assert_eq!(state(), Some(Condition::LongWriteInProgress));
    bench.clock.advance(time(1 << 20, 2_770_000));
    assert_eq!((state(), bench.free()), (Some(Condition::LongWriteInProgress), 3 << 20));
    bench.clock.advance(time(1 << 20, 2_770_000) + Duration::from_nanos(2));
    assert_eq!(state(), None);
    bench.clock.advance(Duration::from_secs(60));
    assert_eq!((state(), bench.drive.underruns()), (None, 0), "nobody said that there would be more");
}

#[test]
fn reading_takes_its_time_too() {
    let bench = Bench::dvd_ram(Pace::REAL);
    let read = || bench.timed(|| drop(bench.drive.read_into(&Read10::new(Lba(0), 64), &mut vec![0; 131_072])));
    assert_eq!(read(), time(131_072, 22_160_000), "as fast as it can");
    bench.drive.send(&SetCdSpeed::new(1385, SetCdSpeed::MAXIMUM)).expect("a speed");
    assert_eq!(read(), time(131_072, 1_385_000));
}

#[test]
fn a_drive_that_does_not_let_hosts_wait_refuses_them() {
    let bench = Bench::new("dvd-ram", 8192, Pace::REAL, "long-write", 2770);
    for first in (0..2048).step_by(64) {
        assert_eq!(bench.write(first, 64), Duration::ZERO);
    }
    // Full, but for the nothing that the laser has made since.
    assert_eq!((bench.free(), bench.try_write(2048, 64)), (0, Some(Sense::LONG_WRITE)));
    bench.clock.advance(time(131_071, 2_770_000));
    assert_eq!(bench.try_write(2048, 64), Some(Sense::LONG_WRITE), "a byte is missing");
    bench.clock.advance(Duration::from_micros(1));
    assert_eq!(bench.write(2048, 64), Duration::ZERO);
    assert_eq!(bench.try_write(2112, 64), Some(Sense::LONG_WRITE));
}

#[test]
fn a_quick_drive_refuses_now_and_then_where_a_real_one_would() {
    let bench = Bench::new("dvd-ram", 8192, Pace::QUICK, "long-write", 2770);
    let mut refused = 0;
    for first in (0..8192).step_by(64) {
        while let Some(sense) = bench.try_write(first, 64) {
            assert_eq!(sense, Sense::LONG_WRITE);
            refused += 1;
            bench.clock.advance(Duration::from_micros(10));
        }
    }
    // 128 WRITEs: after each 32 a refusal of 20 µs, asked for again every 10.
    assert_eq!(refused, 6);
}

#[test]
fn a_drive_may_look_at_its_buffer_every_second_only() {
    let bench = Bench::new("dvd-ram", 8192, Pace::REAL, "late-buffer-capacity", 2770);
    assert_eq!(bench.free(), BUFFER);
    bench.write(0, 1024);
    assert_eq!(bench.free(), BUFFER, "it has not looked");
    bench.clock.advance(Duration::from_millis(500));
    assert_eq!(bench.free(), BUFFER);
    bench.clock.advance(Duration::from_millis(500));
    assert_eq!(bench.free(), BUFFER.min((2 << 20) + 2_770_000));
}

/// BD, DVD+R and their like link by themselves: a break is counted and does no harm.
#[test]
fn where_drives_link_by_themselves_an_empty_buffer_does_no_harm() {
    let bench = Bench::new("bd-r", 8192, Pace::REAL, "standard", 8991);
    bench.write(0, 1024);
    bench.clock.advance(Duration::from_secs(5));
    assert_eq!(bench.write(1024, 1024), Duration::ZERO);
    assert_eq!(bench.drive.underruns(), 1);
    bench.flush();
    bench.drive.send(&CloseTrackSession::of(CloseFunction::Session).waiting()).expect("closed");
    let mut block = [0; 2048];
    bench.drive.read_into(&Read10::new(Lba(2047), 1), &mut block).expect("it is there");
    assert_eq!((block, bench.drive.underruns()), ([7; 2048], 1));
}

/// A CD at four times, a DVD-R all at once at twice, neither protected: 2 MiB are gone in 3.4 and 0.76 s.
#[rstest]
#[case::cd("cd-r", 706, WriteParameters::tao_data(MultiSession::Open))]
#[case::dvd("dvd-r", 2770, WriteParameters::dvd_dao())]
fn without_protection_an_empty_buffer_breaks_the_track(
    #[case] medium: &str,
    #[case] speed: u16,
    #[case] page: WriteParameters,
    #[values(true, false)] heard_by_request_sense: bool,
    #[values(true, false)] test_write: bool,
) {
    let bench = Bench::new(medium, 8192, Pace::REAL, "standard", speed);
    bench.set(WriteParameters { underrun_protection: false, test_write, ..page });
    if medium == "dvd-r" {
        bench.drive.send(&ReserveTrack::blocks(4096)).expect("room");
    }
    for first in (0..1024).step_by(64) {
        bench.write(first, 64);
    }
    bench.clock.advance(Duration::from_millis(750));
    assert_eq!(bench.write(1024, 16), Duration::ZERO, "in time");
    bench.clock.advance(Duration::from_secs(4));
    let late = Sense::LOSS_OF_STREAMING.at(Lba(1024)).of_an_earlier_command();
    if heard_by_request_sense {
        let told = bench.drive.query(&RequestSense::default()).expect("at any time").value;
        assert_eq!(Sense::decode(told.as_bytes()), Ok(late));
    } else {
        bench.drive.query(&Inquiry::standard()).expect("it does not tell of it");
        let refused = bench.drive.send(&TestUnitReady).expect_err("the next command");
        assert_eq!((refused.sense(), refused.is_deferred()), (Some(&late), true));
    }
    bench.drive.send(&TestUnitReady).expect("once");
    let broken = bench.try_write(1040, 16).expect("the track is broken");
    assert_eq!((broken.asc, broken.ascq, broken.deferred, bench.drive.underruns()), (0x0C, 0x07, false, 1));
    let track = bench.drive.query(&ReadTrackInformation::of(TrackAddress::Track(1))).expect("a track").value;
    assert!(track.damage);
    bench.drive.send(&CloseTrackSession::of(CloseFunction::Session).waiting()).expect("closing saves what is there");
    if test_write {
        let track = bench.drive.query(&ReadTrackInformation::of(TrackAddress::Track(1))).expect("a track").value;
        assert!(!track.damage && track.blank, "only the test went wrong");
    } else {
        let mut block = [0; 2048];
        bench.drive.read_into(&Read10::new(Lba(1039), 1), &mut block).expect("it was written");
        assert_eq!(block, [7; 2048]);
    }
}

#[rstest]
#[case("cd-r", 706, WriteParameters::tao_data(MultiSession::Open))]
#[case("dvd-r", 2770, WriteParameters::dvd_dao())]
fn protection_makes_an_empty_buffer_harmless(#[case] medium: &str, #[case] speed: u16, #[case] page: WriteParameters) {
    let bench = Bench::new(medium, 8192, Pace::REAL, "standard", speed);
    bench.set(WriteParameters { underrun_protection: true, ..page });
    if medium == "dvd-r" {
        bench.drive.send(&ReserveTrack::blocks(4096)).expect("room");
    }
    for pause in 1..=3 {
        for first in (0..1024).step_by(64) {
            bench.write((pause - 1) * 1024 + first, 64);
        }
        bench.clock.advance(Duration::from_secs(10));
        bench.drive.send(&TestUnitReady).expect("nothing to tell");
        assert_eq!(bench.drive.underruns(), u64::from(pause.unsigned_abs()));
    }
}

/// What is written in packets ends each of them by itself, and a disc whose size was said beforehand ends with it.
#[test]
fn nothing_runs_dry_where_nothing_more_was_to_come() {
    let bench = Bench::new("dvd-r", 8192, Pace::REAL, "standard", 2770);
    bench.set(WriteParameters { underrun_protection: false, ..WriteParameters::dvd_incremental(MultiSession::Open) });
    bench.write(0, 1024);
    bench.clock.advance(Duration::from_secs(10));
    bench.drive.send(&TestUnitReady).expect("nothing to tell");

    let bench = Bench::new("dvd-r", 8192, Pace::REAL, "standard", 2770);
    bench.set(WriteParameters { underrun_protection: false, ..WriteParameters::dvd_dao() });
    bench.drive.send(&ReserveTrack::blocks(1024)).expect("room");
    bench.write(0, 1024);
    bench.clock.advance(Duration::from_secs(10));
    bench.drive.send(&TestUnitReady).expect("all of it came");
    assert_eq!(bench.drive.underruns(), 0);
}

/// Four times is 300 sectors a second, each with 2,048 bytes for the host, or with 2,352.
#[rstest]
#[case::data(WriteParameters::tao_data(MultiSession::Open), 2048)]
#[case::audio(WriteParameters::tao_audio(MultiSession::Open), 2352)]
fn a_cd_turns_as_fast_for_data_as_for_audio(#[case] page: WriteParameters, #[case] block: usize) {
    let bench = Bench::new("cd-r", 20_000, Pace::REAL, "standard", 706);
    bench.set(page);
    let data = vec![7; 26 * block];
    let took = bench.timed(|| {
        for first in (0..13_000).step_by(26) {
            bench.drive.write_from(&Write10::new(Lba(first), 26), &data).expect("in sequence");
        }
        bench.flush();
    });
    // 13,000 sectors of 2,352 bytes at 706,000 bytes a second.
    let expected = Duration::from_secs_f64(13_000.0 * 2352.0 / 706_000.0);
    assert!(took.abs_diff(expected) < Duration::from_millis(1), "{took:?} and not {expected:?}");
}

#[test]
fn closing_empties_the_buffer_first() {
    let bench = Bench::new("bd-r", 8192, Pace::REAL, "standard", 8991);
    bench.write(0, 1024);
    let close = CloseTrackSession::of(CloseFunction::Session).waiting();
    let took = bench.timed(|| _ = bench.drive.send(&close).expect("closed"));
    assert_eq!(took, Duration::from_secs(20) + time(2 << 20, 8_991_000));
}
