//! The same on several drives at once.

use std::{
    num::NonZeroU32,
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use imapi::burn::{BurnEvent, burn};
use imapi_disc_types::{Block, BlockSource, CancelToken, Control, ManualClock, Request, SourceError, SystemClock};
use imapi_errors::{Coded as _, v2};
use imapi_format2::DiscReader;
use imapi_format2_data::{DataEvent, DataOptions};
use imapi_mmc_transport::faults::{FaultInjector, Script};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, MEDIA, Pace, VirtualDrive};

struct Counting {
    blocks: u64,
    read: AtomicU64,
}

fn counting(blocks: u64) -> Arc<Counting> {
    Arc::new(Counting { blocks, read: AtomicU64::new(0) })
}

impl BlockSource for Counting {
    fn block_size(&self) -> NonZeroU32 {
        NonZeroU32::new(2048).expect("not zero")
    }

    fn blocks(&self) -> u64 {
        self.blocks
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        for (number, block) in (first.0..).zip(request.out.chunks_exact_mut(2048)) {
            block.fill(0x77);
            block[..8].copy_from_slice(&number.to_le_bytes());
        }
        self.read.fetch_add(request.count.get().into(), Ordering::Relaxed);
        Ok(request.count)
    }
}

fn drive(folder: &Path, name: &str) -> VirtualDrive {
    let medium = MEDIA.iter().find(|medium| medium.name == "bd-r").expect("in the table");
    let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    let disc = DiscFile::create(&folder.join(name), medium.geometry(None).expect("its size")).expect("a file");
    drive.insert(disc, medium).expect("it takes it");
    drive
}

fn assert_whole(recorder: &Recorder, blocks: u64) {
    let reader = DiscReader::new(recorder, blocks);
    let mut out = vec![0; 2048];
    for block in [0, 1, blocks / 2, blocks - 1] {
        while reader.read(Block(block), &mut out).is_err() {}
        assert_eq!(out[..8], block.to_le_bytes());
    }
}

#[test]
fn drives_that_keep_together_read_the_source_once_and_each_has_its_disc() {
    let folder = tempfile::tempdir().expect("a folder");
    let drives = ["a", "b", "c"].map(|name| Recorder::over(Arc::new(drive(folder.path(), name))).expect("a drive"));
    let counting = counting(20_000);
    let source: Arc<dyn BlockSource> = Arc::<Counting>::clone(&counting);
    let mut heard = [0; 3];
    let mut listener = |event: &BurnEvent| {
        heard[event.drive] += 1;
        ControlFlow::Continue(())
    };
    let client = "tests".parse().expect("a name");
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let outcomes = burn(&drives, &client, &source, &DataOptions::default(), &mut control);
    assert_eq!(outcomes.len(), 3);
    for (outcome, recorder) in outcomes.iter().zip(&drives) {
        assert_eq!(outcome.as_ref().expect("burned").plan.blocks, 20_000);
        assert_whole(recorder, 20_000);
    }
    assert!(heard.iter().all(|&count| count > 3), "{heard:?}");
    let read = counting.read.load(Ordering::Relaxed);
    assert!(read < 20_000 * 2, "the source was read {read} blocks for three drives of 20,000");
}

#[test]
fn a_drive_that_fails_leaves_the_others_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = r#"{"faults": [{"when": {"opcode": "2A", "nth": 20}, "what": {"sense": {"code": "3/0C/00"}}}]}"#;
    let script = Script::from_json(script).expect("a script");
    let broken = FaultInjector::new(drive(folder.path(), "broken"), script).expect("a drive");
    let drives = [
        Recorder::over(Arc::new(broken)).expect("a drive"),
        Recorder::over(Arc::new(drive(folder.path(), "good"))).expect("a drive"),
    ];
    let source: Arc<dyn BlockSource> = counting(20_000);
    let client = "tests".parse().expect("a name");
    let outcomes = burn(&drives, &client, &source, &DataOptions::default(), &mut Control::silent());
    let error = outcomes[0].as_ref().expect_err("it fails");
    assert_eq!(error.code(), v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE);
    outcomes[1].as_ref().expect("it burns");
    assert_whole(&drives[1], 20_000);
    assert!(drives.iter().all(|drive| drive.owner().is_none()));
}

#[test]
fn a_slow_drive_does_not_slow_a_fast_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let medium = MEDIA.iter().find(|medium| medium.name == "bd-r").expect("in the table");
    let slow = VirtualDrive::new(Arc::new(SystemClock::new())).at_pace(Pace::REAL);
    let disc = DiscFile::create(&folder.path().join("slow"), medium.geometry(None).expect("its size")).expect("a file");
    slow.insert(disc, medium).expect("it takes it");
    let drives = [
        Recorder::over(Arc::new(slow)).expect("a drive"),
        Recorder::over(Arc::new(drive(folder.path(), "fast"))).expect("a drive"),
    ];
    // 400 MB take a BD-R of sixteen times six seconds; a disc in a file takes less than one.
    let source: Arc<dyn BlockSource> = counting(200_000);
    let (mut fast_is_done, mut slow_is_done) = (None, None);
    let begun = std::time::Instant::now();
    let mut listener = |event: &BurnEvent| {
        if matches!(event.event, DataEvent::Begins { action: imapi_format2_data::Action::Completed, .. }) {
            let done = if event.drive == 0 { &mut slow_is_done } else { &mut fast_is_done };
            *done = Some(begun.elapsed());
            return if event.drive == 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        }
        ControlFlow::Continue(())
    };
    let client = "tests".parse().expect("a name");
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let outcomes = burn(&drives, &client, &source, &DataOptions::default(), &mut control);
    outcomes[1].as_ref().expect("it burns");
    assert_whole(&drives[1], 200_000);
    assert!(fast_is_done.is_some() && slow_is_done.is_none(), "{fast_is_done:?} {slow_is_done:?}");
    assert_eq!(outcomes[0].as_ref().expect_err("it was cancelled").code(), v2::E_IMAPI_REQUEST_CANCELLED);
}
