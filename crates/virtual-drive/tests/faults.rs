//! Scripts of faults before the drive: what they say happens to it in earnest, and the same way each time.

use std::sync::Arc;

use imapi_disc_types::{Lba, ManualClock};
use imapi_mmc_transport::{
    Condition, Sense, TransportExt as _,
    commands::{
        Event, EventClasses, GetEventStatus, MediaChange, ModeSelect10, ModeSense10, PreventAllowMediumRemoval, Read10,
        ReadTrackInformation, StartStopUnit, SynchronizeCache, TestUnitReady, TrackAddress, UnitAction, Write10,
    },
    faults::{FaultInjector, Script, Victim},
    mode::{ModePage, ModeParameters, MultiSession, PageCode, PageControl, WriteParameters},
};
use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};
use proptest::prelude::*;
use tempfile::TempDir;

/// Blocks of the small discs here.
const BLOCKS: u32 = 3200;

struct Bench {
    drive: Arc<VirtualDrive>,
    faulty: FaultInjector<Arc<VirtualDrive>>,
    folder: TempDir,
    medium: &'static Medium,
}

impl Bench {
    fn new(medium: &str, script: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let medium: &'static Medium = medium.parse().expect("a medium");
        let geometry = medium.geometry(Some(BLOCKS)).expect("a size");
        let disc = DiscFile::create(&folder.path().join("my.disc"), geometry).expect("a new disc");
        let drive = Arc::new(VirtualDrive::new(Arc::new(ManualClock::new())));
        drive.insert(disc, medium).expect("an empty drive");
        while drive.send(&TestUnitReady).is_err() {}
        let victim: Arc<dyn Victim> = Arc::clone(&drive) as _;
        let script = Script::from_json(script).expect("a good script");
        let faulty = FaultInjector::upon(Arc::clone(&drive), victim, script).expect("a good script");
        Self { drive, faulty, folder, medium }
    }

    fn write(&self, first: i32, blocks: u16) -> Option<Sense> {
        let data = vec![7; usize::from(blocks) * 2048];
        let error = self.faulty.write_from(&Write10::new(Lba(first), blocks), &data).err()?;
        Some(*error.sense().expect("with sense"))
    }

    /// The sense with which a block cannot be read.
    fn unreadable(&self, block: i32) -> Option<Sense> {
        let error = self.faulty.read_into(&Read10::new(Lba(block), 1), &mut [0; 2048]).err()?;
        Some(*error.sense().expect("with sense"))
    }

    fn lost(&self, end: i32) -> Vec<i32> {
        (0..end).filter(|&block| self.unreadable(block).is_some()).collect()
    }

    fn ready(&self) -> Option<Condition> {
        self.faulty.send(&TestUnitReady).err().and_then(|error| error.condition())
    }

    fn reload(&self) {
        drop(self.drive.take_out().expect("a disc file"));
        let disc = DiscFile::open(&self.folder.path().join("my.disc")).expect("the disc");
        self.drive.insert(disc, self.medium).expect("an empty drive");
        while self.drive.send(&TestUnitReady).is_err() {}
    }
}

#[test]
fn a_reset_takes_settings_and_what_was_not_flushed() {
    let script = r#"{"faults":[{"when":{"opcode":"2A","nth":3},"what":"reset","carried_out":true}]}"#;
    let bench = Bench::new("bd-r", script);
    let page = ModePage::WriteParameters(WriteParameters::dvd_incremental(MultiSession::Open));
    let parameters = ModeParameters::of([page.clone()]);
    bench.faulty.submit(&ModeSelect10::carrying(&parameters), &parameters).expect("every burner takes it");
    assert_eq!(bench.write(0, 32), None);
    bench.faulty.send(&SynchronizeCache::all().waiting()).expect("flushed");
    assert_eq!((bench.write(32, 32), bench.write(64, 32)), (None, None), "and then the power goes");
    assert_eq!((bench.ready(), bench.ready()), (Some(Condition::Reset), None));
    let track = bench.faulty.query(&ReadTrackInformation::of(TrackAddress::Track(1))).expect("a track");
    assert_eq!(track.next_writable, Some(Lba(32)));
    let query = ModeSense10::of(PageCode::WRITE_PARAMETERS, PageControl::Current);
    let now = bench.faulty.query(&query).expect("a page").value;
    assert_ne!(now.page(PageCode::WRITE_PARAMETERS), Some(&page), "the default");
}

#[test]
fn a_disc_that_is_taken_by_force_is_not_there_until_the_tray_is_loaded() {
    let script = r#"{"faults":[{"when":{"opcode":"2A","nth":2},"what":"medium_removed"}]}"#;
    let bench = Bench::new("bd-re", script);
    bench.faulty.send(&PreventAllowMediumRemoval { prevent: true, persistent: false }).expect("locked");
    assert_eq!(bench.write(0, 32), Some(Sense::NOT_FORMATTED.at(Lba(0))));
    assert_eq!(bench.write(0, 32), Some(Sense::NO_MEDIUM_TRAY_OPEN));
    let event = bench.faulty.query(&GetEventStatus::poll(EventClasses::MEDIA)).expect("an answer").value.event;
    let Some(Event::Media(first)) = event else { panic!("{event:?}") };
    assert_eq!((first.code, first.present, first.door_open), (MediaChange::NEW_MEDIA, false, true));
    let event = bench.faulty.query(&GetEventStatus::poll(EventClasses::MEDIA)).expect("an answer").value.event;
    assert!(matches!(event, Some(Event::Media(event)) if event.code == MediaChange::REMOVAL), "{event:?}");
    bench.faulty.send(&StartStopUnit { action: UnitAction::Load, immediate: false }).expect("it goes in");
    assert_eq!((bench.ready(), bench.ready()), (Some(Condition::MediumChanged), None));
}

#[test]
fn a_torn_write_loses_a_whole_cluster_until_it_is_written_anew() {
    let script = r#"{"seed":3,"faults":[{"when":{"opcode":"2A","nth":2},"what":{"torn_write":{"clusters":1}}}]}"#;
    let bench = Bench::new("dvd-ram", script);
    assert_eq!((bench.write(0, 64), bench.write(64, 64)), (None, None), "nobody hears of it");
    let lost = bench.lost(128);
    let first = lost[0];
    assert!(first >= 64 && first % 16 == 0 && lost == (first..first + 16).collect::<Vec<_>>(), "{lost:?}");
    assert_eq!(bench.unreadable(first + 3), Some(Sense::READ_ERROR.at(Lba(first + 3))));
    bench.reload();
    assert_eq!(bench.lost(128), lost, "the disc remembers");
    assert_eq!(bench.write(first, 4), None);
    assert_eq!(bench.lost(128), lost[4..], "as far as it was written anew");
    assert_eq!(bench.write(first, 16), None);
    bench.faulty.send(&SynchronizeCache::all().waiting()).expect("flushed");
    bench.reload();
    assert_eq!(bench.lost(128), Vec::<i32>::new());
}

#[test]
fn another_seed_tears_another_cluster_and_the_same_one_the_same() {
    let lost = |seed: u64| {
        let what = r#"{"torn_write":{"clusters":2}}"#;
        let script = format!(r#"{{"seed":{seed},"faults":[{{"when":{{"access":"write","nth":1}},"what":{what}}}]}}"#);
        let bench = Bench::new("dvd-ram", &script);
        assert_eq!(bench.write(160, 320), None);
        let lost: Vec<i32> = bench.lost(480).into_iter().filter(|block| block % 16 == 0).collect();
        assert_eq!(lost.len(), 2);
        lost
    };
    let places: Vec<_> = (0..6).map(lost).collect();
    assert_eq!(places, (0..6).map(lost).collect::<Vec<_>>());
    assert!(places.iter().any(|place| *place != places[0]), "{places:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is torn was written by the command that was torn, and there is as much of it as the script says.
    #[test]
    fn only_what_was_written_is_torn(seed: u64, first in 0..200_i32, blocks in 1..200_u16, clusters in 1..40_u32) {
        let what = format!(r#"{{"torn_write":{{"clusters":{clusters}}}}}"#);
        let script = format!(r#"{{"seed":{seed},"faults":[{{"when":{{"nth":1}},"what":{what}}}]}}"#);
        let bench = Bench::new("dvd-ram", &script);
        prop_assert_eq!(bench.write(first, blocks), None);
        let end = first + i32::from(blocks);
        let (from, to) = (first / 16, (end + 15) / 16);
        let lost: Vec<i32> = bench.lost(416).into_iter().map(|block| block / 16).collect();
        prop_assert!(lost.iter().all(|cluster| (from..to).contains(cluster)));
        let expected = clusters.min((to - from).unsigned_abs()) * 16;
        prop_assert_eq!(u32::try_from(lost.len()).expect("few"), expected);
    }
}

#[test]
fn the_scripts_in_the_manual_are_in_order() {
    let manual = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/virtual-drive.md");
    let manual = std::fs::read_to_string(manual).expect("the manual");
    let examples = manual.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    let scripts: Vec<&str> = examples.filter(|example| example.contains("\"faults\"")).collect();
    assert_eq!(scripts.len(), 2);
    for script in scripts {
        Script::from_json(script).unwrap_or_else(|error| panic!("{error:?} in {script}"));
    }
}
