//! The engine on the virtual drive: what is written, what is told, and what becomes of failures.

use std::{
    num::NonZeroU32,
    ops::ControlFlow,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use imapi_disc_types::{Block, BlockSource, CancelToken, Control, Lba, ManualClock, Request, SourceError, SystemClock};
use imapi_errors::{Coded as _, common, v2};
use imapi_mmc_transport::{
    Cdb, Completion, Data, Limits, Transport, TransportError, TransportExt as _,
    commands::{Read10, SynchronizeCache, TestUnitReady},
    faults::{FaultInjector, Script},
};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};
use imapi_write_engine::{EngineError, EngineOptions, Event, Section, WriteEngine, write_section};
use rstest::rstest;

/// Blocks that say their number, and one that cannot be read.
struct Numbers {
    blocks: u64,
    broken: Option<u64>,
    pause: Duration,
}

fn numbers(blocks: u64) -> Numbers {
    Numbers { blocks, broken: None, pause: Duration::ZERO }
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
        std::thread::sleep(self.pause);
        for (at, (number, block)) in (first.0..).zip(request.out.chunks_exact_mut(2048)).enumerate() {
            if self.broken == Some(number) {
                let error = SourceError::new(Block(number), std::io::Error::other("a hole"));
                return NonZeroU32::new(u32::try_from(at).expect("few")).ok_or(error);
            }
            block.fill(number.to_le_bytes()[0]);
            block[..8].copy_from_slice(&number.to_le_bytes());
        }
        Ok(request.count)
    }
}

fn drive(folder: &Path, medium: &str) -> VirtualDrive {
    drive_with(folder, medium, Arc::new(SystemClock::new()))
}

fn drive_with(folder: &Path, medium: &str, clock: Arc<dyn imapi_disc_types::Clock>) -> VirtualDrive {
    let medium: &Medium = medium.parse().expect("a medium");
    let drive = VirtualDrive::new(clock);
    let disc = DiscFile::create(&folder.join("disc"), medium.geometry(None).expect("its size")).expect("a file");
    drive.insert(disc, medium).expect("it takes it");
    while drive.send(&TestUnitReady).is_err() {}
    drive
}

fn unit(blocks: u32) -> EngineOptions {
    EngineOptions::new(NonZeroU32::new(blocks).expect("not zero"))
}

fn section(blocks: u64) -> Section {
    Section { first: 0, blocks, start: Lba(0) }
}

fn block(drive: &dyn Transport, at: i32) -> Vec<u8> {
    let mut out = vec![0; 2048];
    drive.read_into(&Read10::new(Lba(at), 1), &mut out).expect("it was written");
    out
}

#[rstest]
#[case("bd-r", 32)]
#[case("dvd-ram", 16)]
#[case("dvd+r", 16)]
fn every_block_is_where_it_belongs_and_the_end_is_filled_up(#[case] medium: &str, #[case] of: u32) {
    let folder = tempfile::tempdir().expect("a folder");
    let drive = drive(folder.path(), medium);
    let count = 5003;
    let (mut events, mut seen) = (Vec::new(), Vec::new());
    let mut listener = |event: &Event| {
        events.push(*event);
        ControlFlow::Continue(())
    };
    let mut tap = |first: u64, bytes: &[u8]| seen.push((first, bytes.len() / 2048));
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let written = write_section(&drive, &numbers(count), section(count), &unit(of), Some(&mut tap), &mut control)
        .expect("the drive takes it");
    assert_eq!(written.blocks, count.next_multiple_of(of.into()));
    drive.send(&SynchronizeCache::all().waiting()).expect("it empties its buffer");
    for at in [0, 1, 31, 32, 4095, 4096, 5002] {
        assert_eq!(block(&drive, at)[..8], u64::try_from(at).expect("positive").to_le_bytes(), "block {at}");
    }
    assert!(block(&drive, 5003).iter().all(|&byte| byte == 0), "the end of the unit is zeros");
    // What was tapped is all of it, once, in order.
    let mut next = 0;
    for (first, blocks) in seen {
        assert_eq!(first, next);
        next += blocks as u64;
    }
    assert_eq!(next, written.blocks);
    let Some(Event::Progress(last)) = events.last() else { panic!("progress is told at the end") };
    assert_eq!(last.written(), written.blocks);
    let Some(Event::Progress(first)) = events.first() else { panic!("progress is told at the beginning") };
    assert_eq!((first.written(), first.last_read, first.blocks), (0, None, written.blocks));
}

/// A drive behind a connection that carries so many bytes from a page of memory, and fewer from elsewhere.
struct Narrow {
    drive: VirtualDrive,
    carries: u32,
}

impl Transport for Narrow {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        if let Data::Out(bytes) = &data {
            let from_a_page = bytes.as_ptr().addr() % 4096 == 0;
            let most = usize::try_from(if from_a_page { self.carries } else { 4096 }).expect("few");
            assert!(bytes.len() <= most, "{} bytes from {:?}", bytes.len(), bytes.as_ptr());
        }
        self.drive.execute(cdb, data, timeout)
    }

    fn limits(&self) -> Limits {
        let carries = NonZeroU32::new(self.carries).expect("not zero");
        Limits {
            page_aligned_transfer: carries,
            transfer: NonZeroU32::new(4096).expect("not zero"),
            ..self.drive.limits()
        }
    }

    fn clock(&self) -> &dyn imapi_disc_types::Clock {
        self.drive.clock()
    }
}

/// Several WRITEs lie behind each other in memory, unless one of them would then begin within a page.
#[rstest]
fn every_write_begins_where_the_connection_carries_it(#[values(4096, 63_488, 65_536, 1 << 20)] carries: u32) {
    let folder = tempfile::tempdir().expect("a folder");
    let narrow = Narrow { drive: drive(folder.path(), "dvd+r"), carries };
    for (buffer, start) in [(32 << 20, 0), (256 << 10, 5008)] {
        let options = EngineOptions { buffer, at_once: 1 << 20, ..unit(1) };
        let section = Section { start: Lba(start), ..section(5003) };
        write_section(&narrow, &numbers(5003), section, &options, None, &mut Control::silent()).expect("it carries it");
        narrow.drive.send(&SynchronizeCache::all().waiting()).expect("it empties its buffer");
        for at in [0, 1, 30, 31, 32, 4096, 5002_u64] {
            let on_disc = start + i32::try_from(at).expect("few");
            assert_eq!(block(&narrow, on_disc)[..8], at.to_le_bytes(), "block {at}");
        }
    }
}

/// Drive under a script of faults.
fn faulty(folder: &Path, script: &str) -> FaultInjector<VirtualDrive> {
    let drive = drive_with(folder, "bd-r", Arc::new(ManualClock::new()));
    FaultInjector::new(drive, Script::from_json(script).expect("a script")).expect("a drive in software")
}

#[test]
fn a_full_buffer_of_the_drive_is_waited_for_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let script =
        r#"{"faults": [{"when": {"opcode": "2A", "nth": 3}, "what": {"sense": {"code": "2/04/08"}}, "times": 40}]}"#;
    let drive = faulty(folder.path(), script);
    let mut stalls = 0;
    let mut listener = |event: &Event| {
        stalls += u32::from(matches!(event, Event::Stalled(_)));
        ControlFlow::Continue(())
    };
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let written = write_section(&drive, &numbers(640), section(640), &unit(32), None, &mut control).expect("later");
    assert_eq!((written.retries, stalls), (40, 40));
    assert_eq!(block(&drive, 639)[..8], 639_u64.to_le_bytes());
}

#[rstest]
#[case::write_error(r#"{"sense": {"code": "3/0C/00"}}"#, v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE)]
#[case::underrun(r#"{"sense": {"code": "3/0C/09"}}"#, v2::E_IMAPI_LOSS_OF_STREAMING)]
#[case::deferred(r#"{"sense": {"code": "3/0C/00", "deferred": true}}"#, v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE)]
#[case::reset(r#""reset""#, v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE)]
#[case::no_answer(r#""time_out""#, v2::E_IMAPI_RECORDER_COMMAND_TIMEOUT)]
fn a_failure_ends_the_writing_at_its_address(#[case] what: &str, #[case] code: imapi_errors::HResult) {
    let folder = tempfile::tempdir().expect("a folder");
    let script = format!(r#"{{"faults": [{{"when": {{"opcode": "2A", "nth": 4}}, "what": {what}}}]}}"#);
    let drive = faulty(folder.path(), &script);
    let failed = write_section(&drive, &numbers(640), section(640), &unit(32), None, &mut Control::silent());
    let error = failed.expect_err("the fourth WRITE fails");
    assert_eq!(error.code(), code, "{error:?}");
    // Three WRITEs of 64 KiB were taken.
    assert_eq!(error.next(), Some(Lba(96)));
}

#[test]
fn a_drive_that_never_takes_a_block_is_not_waited_for_without_an_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let script =
        r#"{"faults": [{"when": {"opcode": "2A"}, "what": {"sense": {"code": "2/04/08"}}, "times": "always"}]}"#;
    let drive = faulty(folder.path(), script);
    let begun = Instant::now();
    let failed = write_section(&drive, &numbers(640), section(640), &unit(32), None, &mut Control::silent());
    let error = failed.expect_err("it takes nothing");
    assert_eq!(error.code(), v2::E_IMAPI_RECORDER_MEDIA_BUSY);
    assert!(drive.clock().now() >= Duration::from_secs(120), "by its own clock two minutes went by");
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[test]
fn what_the_source_has_before_its_end_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let drive = drive(folder.path(), "bd-r");
    let source = Numbers { broken: Some(100), ..numbers(640) };
    let failed = write_section(&drive, &source, section(640), &unit(32), None, &mut Control::silent());
    let error = failed.expect_err("block 100 cannot be read");
    assert!(matches!(&error, EngineError::Source { next: Lba(96), source } if source.at == Block(100)), "{error:?}");
    drive.send(&SynchronizeCache::all().waiting()).expect("it empties its buffer");
    assert_eq!(block(&drive, 95)[..8], 95_u64.to_le_bytes());
}

#[test]
fn cancelling_ends_it_between_two_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let drive = drive(folder.path(), "bd-r");
    let source = Numbers { pause: Duration::from_millis(1), ..numbers(1 << 20) };
    let mut listener = |event: &Event| match event {
        Event::Progress(progress) if progress.written() > 0 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let token = CancelToken::new();
    let mut control = Control::new(token.clone(), &mut listener);
    let options = EngineOptions { buffer: 1 << 20, ..unit(32) };
    let failed = write_section(&drive, &source, section(1 << 20), &options, None, &mut control);
    let error = failed.expect_err("it was cancelled");
    assert!(token.is_cancelled());
    assert_eq!(error.code(), v2::E_IMAPI_REQUEST_CANCELLED);
    let next = error.next().expect("an address").0;
    assert!(next > 0 && next % 32 == 0, "{next}");
    drive.send(&SynchronizeCache::all().waiting()).expect("the drive is usable");
    assert_eq!(block(&drive, next - 1)[..8], u64::try_from(next - 1).expect("positive").to_le_bytes());
}

#[test]
fn a_section_that_cannot_be_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let drive = drive(folder.path(), "bd-r");
    for wrong in [section(641), Section { first: 1, ..section(640) }, Section { start: Lba(i32::MAX), ..section(640) }]
    {
        let failed = write_section(&drive, &numbers(640), wrong, &unit(32), None, &mut Control::silent());
        assert!(matches!(failed, Err(EngineError::Section { .. })));
    }
}

#[test]
fn imapis_object_asks_for_what_it_needs_and_refuses_the_rest() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<WriteEngine>();
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = Recorder::over(Arc::new(drive(folder.path(), "bd-r"))).expect("it says what it is");
    let engine = WriteEngine::new();
    let write = |source: &Numbers| engine.write_section(source, Lba(0), 64, &mut Control::silent());
    let code =
        |outcome: Result<_, imapi_write_engine::WriteEngineError>| outcome.map(|_| ()).expect_err("not yet").code();
    assert_eq!(code(write(&numbers(64))), v2::E_IMAPI_RECORDER_REQUIRED);
    engine.set_recorder(Some(&recorder)).expect("idle");
    assert_eq!((engine.bytes_per_sector(), engine.is_write_in_progress()), (None, false));
    assert_eq!(code(write(&numbers(64))), common::E_INVALIDARG);
    for wrong in [0, u32::MAX, 1 << 30] {
        assert_eq!(engine.set_bytes_per_sector(wrong).expect_err("no sector").code(), common::E_INVALIDARG, "{wrong}");
    }
    engine.set_bytes_per_sector(2352).expect("a CD has such sectors");
    assert_eq!(code(write(&numbers(64))), common::E_INVALIDARG);
    engine.set_bytes_per_sector(2048).expect("all discs have such sectors");
    engine.set_expected_speeds(Some(2195), None).expect("idle");
    assert_eq!(engine.cancel_write().code(), Some(v2::S_IMAPI_WRITE_NOT_IN_PROGRESS));
    assert_eq!(write(&numbers(64)).expect("now it can").blocks, 64);
    assert_eq!(block(&*Arc::clone(recorder.device()), 63)[..8], 63_u64.to_le_bytes());
}
