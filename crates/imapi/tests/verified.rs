//! What was burned is verified, on every kind of disc.

use std::{num::NonZeroU32, ops::ControlFlow, sync::Arc, time::Duration};

use imapi_disc_types::{Block, BlockSource, ClientName, Control, ManualClock, Request, SourceError};
use imapi_errors::{Coded as _, v2};
use imapi_format2::verify::{Checksums, Expected, Reference, VerifyError, VerifyOptions, verify_full, verify_quick};
use imapi_format2_data::{Burned, DataOptions, burn};
use imapi_mmc_transport::faults::{FaultInjector, Script};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, Family, MEDIA, Medium, VirtualDrive};

/// Blocks that say their number and whose they are.
struct Numbers {
    blocks: u64,
    mark: u8,
}

impl BlockSource for Numbers {
    fn block_size(&self) -> NonZeroU32 {
        NonZeroU32::new(2048).expect("not zero")
    }

    fn blocks(&self) -> u64 {
        self.blocks
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        for (number, block) in (first.0..).zip(request.out.chunks_exact_mut(2048)) {
            block.fill(self.mark);
            block[..8].copy_from_slice(&number.to_le_bytes());
        }
        Ok(request.count)
    }
}

const FIRST: Numbers = Numbers { blocks: 1237, mark: 0xA1 };
const SECOND: Numbers = Numbers { blocks: 703, mark: 0xB2 };

fn recorder(folder: &std::path::Path, medium: &'static Medium, script: &str) -> Recorder {
    let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    let disc = DiscFile::create(&folder.join(medium.name), medium.geometry(None).expect("its size")).expect("a file");
    drive.insert(disc, medium).expect("it takes it");
    let drive = Arc::new(drive);
    let script = Script::from_json(script).expect("a script");
    let victim = Arc::clone(&drive) as _;
    let device = FaultInjector::upon(drive, victim, script).expect("a drive in software");
    let recorder = Recorder::over(Arc::new(device)).expect("it says what it is");
    ready(&recorder);
    recorder
}

fn ready(recorder: &Recorder) {
    recorder.ready(Duration::from_secs(3600), &mut |_| ControlFlow::Continue(())).expect("ready");
}

/// Burns, and sums up what is burned.
fn burned(recorder: &Recorder, source: &Numbers, options: DataOptions) -> (Burned, Checksums) {
    let client: ClientName = "tests".parse().expect("a name");
    let unit = recorder.medium().expect("it says").write_unit();
    let mut checksums = Checksums::new(unit).expecting(source.blocks);
    let mut tap = |first: u64, bytes: &[u8]| checksums.hear(first, bytes);
    let options = DataOptions { consumer_compatible: false, keep_sequential: true, ..options };
    let burned = burn(recorder, &client, source, &options, Some(&mut tap), &mut Control::silent()).expect("it burns");
    ready(recorder);
    checksums.moved_to(burned.start);
    (burned, checksums)
}

fn verified(recorder: &Recorder, source: &Numbers, burned: &Burned, checksums: &Checksums, what: &str) {
    let reference = Reference::burned(checksums, source, burned.start);
    let full = verify_full(recorder, &reference, &VerifyOptions::default(), &mut Control::silent());
    let full = full.unwrap_or_else(|error| panic!("{what}: {error:?}"));
    assert_eq!(full.blocks, source.blocks, "{what}");
    let expected = Expected { closed: burned.plan.recipe.leaves_sessions().then_some(burned.closed) };
    verify_quick(recorder, &reference, &expected, &mut Control::silent())
        .unwrap_or_else(|error| panic!("{what}: {error:?}"));
}

#[test]
fn every_kind_of_disc_is_verified_session_by_session() {
    for medium in MEDIA.iter().filter(|medium| !matches!(medium.family, Family::Pressed | Family::PressedCd)) {
        for track_at_once in [false, true] {
            let folder = tempfile::tempdir().expect("a folder");
            let recorder = recorder(folder.path(), medium, r#"{"faults": []}"#);
            let options = DataOptions { track_at_once, ..DataOptions::default() };
            let (first, sums) = burned(&recorder, &FIRST, options);
            verified(&recorder, &FIRST, &first, &sums, medium.name);
            if !first.plan.recipe.leaves_sessions() || first.closed {
                continue;
            }
            let (second, sums) = burned(&recorder, &SECOND, DataOptions { close: true, ..options });
            verified(&recorder, &SECOND, &second, &sums, medium.name);
        }
    }
}

#[test]
fn one_wrong_bit_is_found_on_every_kind_of_disc() {
    for medium in MEDIA.iter().filter(|medium| !matches!(medium.family, Family::Pressed | Family::PressedCd)) {
        let folder = tempfile::tempdir().expect("a folder");
        let wrong = r#"{"seed": 5, "faults": [{"when": {"access": "write", "blocks": {"first": 640, "last": 640}},
            "what": {"corrupt": {"bits": 1}}}]}"#;
        let recorder = recorder(folder.path(), medium, wrong);
        let (burned, sums) = burned(&recorder, &FIRST, DataOptions::default());
        let reference = Reference::burned(&sums, &FIRST, burned.start);
        let error = verify_full(&recorder, &reference, &VerifyOptions::default(), &mut Control::silent());
        let error = error.expect_err(medium.name);
        assert_eq!(error.code(), v2::E_IMAPI_BURN_VERIFICATION_FAILED, "{medium}");
        let VerifyError::Bad { count: 1, .. } = &error else { panic!("{medium}: {error:?}") };
        let lba = error.first().expect("it is told").lba.0;
        assert!((600..700).contains(&lba), "{medium}: {lba}");
    }
}
