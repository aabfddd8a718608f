//! Which discs can be a source, and that the source is all of the disc.

use std::{path::Path, sync::Arc};

use imapi::{
    burn::burn,
    read::{DiscSource, ReadError},
};
use imapi_disc_types::{Block, BlockSource, Control, ManualClock, PseudoRandom, SECTOR_SIZE};
use imapi_format2_data::DataOptions;
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};
use rstest::rstest;

const BLOCKS: u64 = 777;

fn recorder(folder: &Path, medium: &str) -> Recorder {
    let medium: &'static Medium = medium.parse().expect("a medium");
    let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    let disc = DiscFile::create(&folder.join("disc"), medium.geometry(None).expect("its size")).expect("a file");
    drive.insert(disc, medium).expect("an empty drive");
    let recorder = Recorder::over(Arc::new(drive)).expect("it says what it is");
    let mut go_on = |_: &_| std::ops::ControlFlow::Continue(());
    recorder.ready(std::time::Duration::from_secs(3600), &mut go_on).expect("ready");
    recorder
}

fn burned(recorder: &Recorder, seed: u32, options: &DataOptions) {
    let source: Arc<dyn BlockSource> = Arc::new(PseudoRandom::new(seed, SECTOR_SIZE, BLOCKS));
    let client = "tests".parse().expect("a name");
    let outcomes = burn(std::slice::from_ref(recorder), &client, &source, options, &mut Control::silent());
    for outcome in outcomes {
        outcome.expect("burned");
    }
}

#[rstest]
fn a_source_is_all_that_was_recorded(#[values("cd-r", "dvd-r", "dvd+r", "bd-r")] medium: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(folder.path(), medium);
    let options = DataOptions { track_at_once: true, consumer_compatible: false, ..DataOptions::default() };
    burned(&recorder, 5, &options);
    let (disc, source) = (DiscSource::new(&recorder).expect("one session"), PseudoRandom::new(5, SECTOR_SIZE, BLOCKS));
    assert!(disc.blocks() >= BLOCKS && disc.blocks() < BLOCKS + 200, "{}", disc.blocks());
    let size = usize::try_from(BLOCKS * 2048).expect("small");
    let (mut found, mut wanted) = (vec![0; size], vec![1; size]);
    disc.read_all(Block(0), &mut found).expect("readable");
    source.read_all(Block(0), &mut wanted).expect("readable");
    assert!(found == wanted);
}

#[test]
fn several_sessions_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(folder.path(), "cd-r");
    assert!(matches!(DiscSource::new(&recorder), Err(ReadError::Blank)));
    burned(&recorder, 1, &DataOptions::default());
    burned(&recorder, 2, &DataOptions { close: true, ..DataOptions::default() });
    let error = DiscSource::new(&recorder).expect_err("two sessions");
    assert!(matches!(error, ReadError::SeveralSessions { count: 2 }), "{error:?}");
}
