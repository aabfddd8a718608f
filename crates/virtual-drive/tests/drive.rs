//! Discs burned in the drive by commands, as a burning program would: what may be done works, and reads back; what must
//! not be done is refused with the sense of a real drive; and all of it is there again when the disc is.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use imapi_disc_types::{Block, BlockSource as _, Clock as _, Lba, ManualClock, PseudoRandom, SECTOR_SIZE};
use imapi_mmc_transport::{
    CommandError, Condition, Sense, TransportExt as _,
    commands::{
        CloseFunction, CloseTrackSession, DiscReply, DiscStatus, FormatDescriptor, FormatOptions, FormatParameters,
        FormatType, FormatUnit, GetConfiguration, ModeSelect10, PreventAllowMediumRemoval, Read10, ReadCapacity,
        ReadDiscInformation, ReadFormatCapacities, ReadTrackInformation, RequestSense, ReserveTrack, StartStopUnit,
        SynchronizeCache, TestUnitReady, TrackAddress, UnitAction, Write10,
    },
    mode::{ModePage, ModeParameters, MultiSession, WriteParameters},
};
use imapi_virtual_drive::{DiscFile, Medium, Pace, VirtualDrive};
use rstest::rstest;
use tempfile::TempDir;

/// Blocks of the small discs that are burned here.
const BLOCKS: u32 = 3200;

/// A drive with a new disc of that kind in it, its attentions heard.
struct Bench {
    drive: VirtualDrive,
    folder: TempDir,
    medium: &'static Medium,
}

impl Bench {
    fn with(name: &str) -> Self {
        Self::beside(name, &Arc::new(ManualClock::new()), Pace::QUICK)
    }

    /// By that clock, which a test can move.
    fn beside(name: &str, clock: &Arc<ManualClock>, pace: Pace) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let medium: &'static Medium = name.parse().expect("a medium");
        let geometry = medium.geometry(Some(BLOCKS)).expect("a size");
        let disc = DiscFile::create(&folder.path().join("my.disc"), geometry).expect("a new disc");
        let bench = Self { drive: VirtualDrive::new(Arc::clone(clock) as _).at_pace(pace), folder, medium };
        assert!(bench.drive.insert(disc, medium).expect("an empty drive").is_none());
        bench.hear();
        bench
    }

    /// Hears what the drive has to tell of a reset and a new disc.
    fn hear(&self) {
        let heard: Vec<Condition> = std::iter::from_fn(|| self.refusal(&TestUnitReady)).take(5).collect();
        assert!(heard.ends_with(&[Condition::MediumChanged]), "{heard:?}");
    }

    /// Takes the disc out, closes its file, and puts it in again.
    fn reload(&self) {
        drop(self.drive.take_out().expect("a disc file").expect("a disc"));
        assert!(matches!(self.refusal(&TestUnitReady), Some(Condition::NoMedium { .. })));
        let disc = DiscFile::open(&self.folder.path().join("my.disc")).expect("the disc");
        assert!(self.drive.insert(disc, self.medium).expect("an empty drive").is_none());
        self.hear();
    }

    fn refusal<C: imapi_mmc_transport::Command>(&self, command: &C) -> Option<Condition> {
        condition(self.drive.send(command).err())
    }

    fn write(&self, first: u32, blocks: u16) -> Result<(), CommandError> {
        let data = payload(first, blocks);
        self.drive.write_from(&Write10::new(lba(first), blocks), &data).map(drop)
    }

    fn assert_holds(&self, first: u32, blocks: u16) {
        let mut read = vec![0xA5; usize::from(blocks) * 2048];
        let done = self.drive.read_into(&Read10::new(lba(first), blocks), &mut read).expect("it was written");
        assert_eq!(done.transferred, read.len());
        assert!(read == payload(first, blocks), "{blocks} blocks from {first}");
    }

    fn status(&self) -> (DiscStatus, u16, u16) {
        match self.drive.query(&ReadDiscInformation::standard()).expect("an answer").value {
            DiscReply::Standard(disc) => (disc.state.status, disc.sessions, disc.last_of_last_session),
            other => panic!("{other:?}"),
        }
    }

    /// Where the next block goes, and how many may follow.
    fn next(&self) -> Option<(u32, u32)> {
        let (_, _, last) = self.status();
        let track = self.drive.query(&ReadTrackInformation::of(TrackAddress::Track(u32::from(last)))).expect("a track");
        let next = track.next_writable?;
        Some((u32::try_from(next.0).expect("no CD"), track.free_blocks))
    }

    /// Closes, and waits until it is done.
    fn close(&self, command: CloseTrackSession) -> Result<(), CommandError> {
        self.drive.send(&command)?;
        self.wait();
        Ok(())
    }

    fn flush(&self) {
        self.drive.send(&SynchronizeCache::all()).expect("flushed");
        self.wait();
    }

    fn wait(&self) {
        let patience = Duration::from_secs(5 * 3600);
        self.drive.wait_until_ready(patience, &mut |_| ControlFlow::Continue(())).expect("it ends");
    }
}

fn lba(block: u32) -> Lba {
    Lba(i32::try_from(block).expect("a small disc"))
}

/// What block `n` of every disc here holds depends on its address alone.
fn payload(first: u32, blocks: u16) -> Vec<u8> {
    let source = PseudoRandom::new(0xD15C, SECTOR_SIZE, 2 * u64::from(BLOCKS));
    let mut data = vec![0; usize::from(blocks) * 2048];
    source.read_all(Block(u64::from(first)), &mut data).expect("any block");
    data
}

fn condition(error: Option<CommandError>) -> Option<Condition> {
    error.map(|error| error.condition().unwrap_or_else(|| panic!("no sense: {error}")))
}

#[test]
fn a_blank_bd_r_says_so() {
    let bench = Bench::with("bd-r");
    assert_eq!(bench.status(), (DiscStatus::Blank, 1, 1));
    assert_eq!(bench.next(), Some((0, BLOCKS)));
    assert_eq!(
        condition(bench.drive.read_into(&Read10::new(Lba(0), 1), &mut [0; 2048]).err()),
        Some(Condition::OutOfRange)
    );
    let configuration = bench.drive.query(&GetConfiguration::everything()).expect("an answer");
    assert_eq!(configuration.profile, bench.medium.profile);
}

#[test]
fn a_bd_r_takes_sessions_until_it_is_closed_for_ever() {
    let bench = Bench::with("bd-r");
    for block in (0..96).step_by(32) {
        bench.write(block, 32).expect("in sequence");
    }
    assert_eq!(bench.status(), (DiscStatus::Appendable, 1, 1));
    bench.flush();
    bench.close(CloseTrackSession::track(1)).expect("the track");
    bench.close(CloseTrackSession::of(CloseFunction::Session)).expect("the session");
    assert_eq!((bench.status(), bench.next()), ((DiscStatus::Appendable, 2, 2), Some((96, BLOCKS - 96))));
    bench.reload();
    // The second session is not full to the cluster, and still the next one begins at a cluster.
    bench.write(96, 10).expect("the second session");
    bench.close(CloseTrackSession::of(CloseFunction::Disc)).expect("the disc");
    assert_eq!(bench.status(), (DiscStatus::Complete, 2, 2));
    bench.reload();
    bench.assert_holds(0, 96);
    bench.assert_holds(96, 10);
    assert_eq!(bench.drive.query(&ReadCapacity).expect("an answer").last, lba(127));
    assert_eq!(condition(bench.write(128, 32).err()), Some(Condition::CannotWriteMedium));
}

#[test]
fn a_bd_r_is_written_where_it_goes_on_and_nowhere_else() {
    let bench = Bench::with("bd-r");
    assert_eq!(condition(bench.write(32, 32).err()), Some(Condition::InvalidWriteAddress));
    bench.write(0, 10).expect("the beginning");
    bench.write(10, 6).expect("within a cluster, while it is written");
    assert_eq!(condition(bench.write(0, 16).err()), Some(Condition::InvalidWriteAddress), "not twice");
    bench.flush();
    assert_eq!(bench.next(), Some((32, BLOCKS - 32)), "the cluster was filled up");
    assert_eq!(condition(bench.write(16, 16).err()), Some(Condition::InvalidWriteAddress));
    bench.write(32, 32).expect("the next cluster");
    bench.assert_holds(0, 16);
    bench.assert_holds(32, 32);
}

#[test]
fn a_full_bd_r_takes_no_more() {
    let bench = Bench::with("bd-r");
    for first in (0..BLOCKS).step_by(64) {
        bench.write(first, 64).expect("room");
    }
    assert_eq!(condition(bench.write(BLOCKS, 1).err()), Some(Condition::OutOfRange));
    bench.assert_holds(BLOCKS - 64, 64);
    let bench = Bench::with("bd-r");
    bench.write(0, 32).expect("room");
    let most = u16::try_from(BLOCKS).expect("small");
    assert_eq!(condition(bench.write(32, most).err()), Some(Condition::OutOfRange), "more than there is");
    assert_eq!(bench.next(), Some((32, BLOCKS - 32)), "and nothing of it was written");
}

#[test]
fn a_reserved_track_keeps_its_room() {
    let bench = Bench::with("bd-r");
    bench.drive.send(&ReserveTrack::blocks(40)).expect("rounded up to two clusters");
    let track =
        |number| bench.drive.query(&ReadTrackInformation::of(TrackAddress::Track(number))).expect("a track").value;
    assert_eq!((track(1).reserved, track(1).size, track(1).free_blocks), (true, Some(64), 64));
    assert_eq!(track(2).next_writable, Some(lba(64)));
    bench.write(64, 32).expect("the track behind it");
    bench.write(0, 32).expect("the reserved one");
    assert_eq!(condition(bench.write(32, 64).err()), Some(Condition::OutOfRange), "it ends where it ends");
    bench.write(32, 32).expect("to its end");
    bench.assert_holds(0, 96);
}

#[rstest]
#[case("bd-re", FormatType(0x31))]
#[case("bd-re-100", FormatType(0x00))]
#[case("dvd-ram", FormatType(0x00))]
fn a_rewritable_disc_is_formatted_and_then_written_anywhere(#[case] name: &str, #[case] format: FormatType) {
    let bench = Bench::with(name);
    let comes_formatted = name == "dvd-ram";
    assert_eq!(bench.status().0, if comes_formatted { DiscStatus::Complete } else { DiscStatus::Blank });
    assert_eq!(condition(bench.write(0, 32).err()), (!comes_formatted).then_some(Condition::NotFormatted));
    let offers = bench.drive.query(&ReadFormatCapacities::everything()).expect("an answer");
    let offer = offers.formattable.iter().find(|offer| offer.format == format).expect("it is offered");
    let wanted = |descriptor: FormatDescriptor| FormatParameters { options: FormatOptions::default(), descriptor };
    let strange = FormatDescriptor { format: FormatType(0x15), ..*offer };
    let refused = bench.drive.submit(&FormatUnit::default(), &wanted(strange));
    assert_eq!(condition(refused.err()), Some(Condition::InvalidParameter));
    bench.drive.submit(&FormatUnit::default(), &wanted(*offer)).expect("formatted");
    assert_eq!(bench.status().0, DiscStatus::Complete);
    let end = offer.blocks;
    for first in [end - 32, 64, 1024, 0] {
        bench.write(first, 32).expect("anywhere");
    }
    bench.write(64, 32).expect("and once more");
    assert_eq!(condition(bench.write(end, 1).err()), Some(Condition::OutOfRange));
    bench.reload();
    for first in [end - 32, 64, 1024, 0] {
        bench.assert_holds(first, 32);
    }
    assert_eq!(bench.drive.query(&ReadCapacity).expect("an answer").last, lba(end - 1));
}

#[test]
fn a_dvd_ram_comes_formatted() {
    let bench = Bench::with("dvd-ram");
    bench.write(1600, 16).expect("anywhere");
    bench.assert_holds(1600, 16);
}

#[test]
fn a_locked_tray_stays_in_and_an_open_one_holds_no_disc() {
    let bench = Bench::with("bd-re");
    let eject = StartStopUnit { action: UnitAction::Eject, immediate: false };
    bench.drive.send(&PreventAllowMediumRemoval { prevent: true, persistent: false }).expect("locked");
    assert!(bench.refusal(&eject).is_some());
    bench.drive.send(&PreventAllowMediumRemoval { prevent: false, persistent: false }).expect("unlocked");
    bench.drive.send(&eject).expect("it comes out");
    assert!(matches!(bench.refusal(&TestUnitReady), Some(Condition::NoMedium { .. })));
    bench.drive.send(&StartStopUnit { action: UnitAction::Load, immediate: false }).expect("it goes in");
    bench.hear();
    assert_eq!(bench.refusal(&TestUnitReady), None);
}

/// A pressed disc that no press has seen holds nothing that a drive could know, and it says so.
#[rstest]
fn a_disc_that_the_drive_does_not_know_is_refused(#[values("dvd-rom", "bd-rom")] name: &str) {
    let bench = Bench::with(name);
    let refused = bench.drive.query(&ReadDiscInformation::standard()).err();
    assert_eq!(condition(refused), Some(Condition::IncompatibleMedium));
    assert_eq!(condition(bench.write(0, 16).err()), Some(Condition::IncompatibleMedium));
}

#[test]
fn what_takes_time_is_told_with_how_far_it_is() {
    let clock = Arc::new(ManualClock::new());
    let bench = Bench::beside("bd-r", &clock, Pace::REAL);
    bench.write(0, 32).expect("the first cluster");
    bench.drive.send(&SynchronizeCache::all().waiting()).expect("the buffer is empty");
    bench.drive.send(&CloseTrackSession::of(CloseFunction::Session)).expect("it begins");
    let progress = || match bench.refusal(&TestUnitReady) {
        None => None,
        Some(condition) => {
            assert_eq!(condition, Condition::OperationInProgress);
            let told = bench.drive.query(&RequestSense::default()).expect("it is told at any time");
            Some(Sense::decode(told.value.as_bytes()).expect("sense").progress().expect("how far").0)
        }
    };
    assert_eq!(progress(), Some(0));
    assert!(bench.write(32, 32).is_err(), "the drive is at work");
    clock.advance(Duration::from_secs(10));
    assert_eq!(progress(), Some(u16::MAX / 2));
    clock.advance(Duration::from_secs(10));
    assert_eq!((progress(), bench.status()), (None, (DiscStatus::Appendable, 2, 2)));
    // Who does not ask for an answer at once gets it when it is done.
    bench.write(32, 32).expect("the second session");
    bench.drive.send(&SynchronizeCache::all().waiting()).expect("the buffer is empty");
    let began = clock.now();
    bench.drive.send(&CloseTrackSession::of(CloseFunction::Disc).waiting()).expect("done");
    assert_eq!(clock.now().saturating_sub(began), Duration::from_secs(20));
    assert_eq!(bench.status(), (DiscStatus::Complete, 2, 2));
}

#[test]
fn what_was_not_flushed_is_lost_with_the_power() {
    let bench = Bench::with("bd-r");
    bench.write(0, 64).expect("in sequence");
    bench.flush();
    bench.write(64, 64).expect("in sequence");
    assert_eq!(bench.next(), Some((128, BLOCKS - 128)));
    bench.drive.reset().expect("a disc");
    assert_eq!(bench.refusal(&TestUnitReady), Some(Condition::Reset));
    assert_eq!(bench.next(), Some((64, BLOCKS - 64)));
    bench.write(64, 32).expect("again");
    bench.reload();
    assert_eq!(bench.next(), Some((64, BLOCKS - 64)), "and with a hand that takes the disc out");
}

#[test]
fn a_disc_without_room_for_another_session_is_closed_with_its_last() {
    // The border behind a first session of a DVD-R takes more than this disc has.
    let bench = Bench::with("dvd-r");
    let page = WriteParameters::dvd_incremental(MultiSession::Open);
    let parameters = ModeParameters::of([ModePage::WriteParameters(page)]);
    bench.drive.submit(&ModeSelect10::carrying(&parameters), &parameters).expect("sessions may follow");
    bench.write(0, 32).expect("the first session");
    bench.flush();
    bench.close(CloseTrackSession::of(CloseFunction::Session)).expect("the session");
    assert_eq!(bench.status(), (DiscStatus::Complete, 1, 1));
}
