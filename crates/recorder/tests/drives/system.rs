//! What the operating system has of a drive: names, numbers, and an idea of the disc that may be wrong.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use imapi_disc_types::Lba;
use imapi_errors::{Coded as _, common};
use imapi_mmc_transport::{
    TransportExt as _, WaitError, Waiting,
    commands::{SynchronizeCache, TestUnitReady, Write10},
};
use imapi_recorder::{Recorder, Refreshed};

use crate::bench::{Bench, Drives, System};

#[test]
fn a_drive_has_the_number_of_its_node_or_its_place() {
    let bench = Bench::with("bd-r", "standard");
    let system = |node: Option<&str>| {
        let node = node.map(Into::into);
        Recorder::over(Arc::new(System { node, ..System::around(&bench.drive) })).expect("a drive")
    };
    let by_node = system(Some("/dev/sr12"));
    assert_eq!((by_node.legacy_number().expect("12"), by_node.volume_name()), (12, "/dev/sr12".into()));
    let without = system(None);
    assert_eq!(without.legacy_number().expect_err("none").code(), common::E_FAIL);
    assert_eq!(without.volume_name(), "system");
    assert!(system(Some("/dev/cdrom")).legacy_number().is_err());

    let drives = Drives::default();
    for id in ["a", "b", "virtual"] {
        drives.plug_in(id, Arc::clone(&bench.drive) as _);
    }
    assert_eq!(Recorder::open(&drives, "virtual").expect("a drive").legacy_number().expect("the third"), 2);
    assert_eq!(Recorder::open(&drives, "c").expect_err("none").code(), common::ERROR_DEV_NOT_EXIST);
}

/// A disc with so many blocks that can be read.
fn written(medium: &str, blocks: u16) -> Bench {
    let bench = Bench::with(medium, "standard");
    while bench.drive.send(&TestUnitReady).is_err() {}
    let data = vec![7; usize::from(blocks) * 2048];
    bench.drive.write_from(&Write10::new(Lba(0), blocks), &data).expect("it fits");
    bench.drive.send(&SynchronizeCache::all().waiting()).expect("it is on the disc");
    bench
}

fn go_on(_: &Waiting) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn the_tray_moves_only_when_the_system_is_wrong() {
    const BUDGET: Duration = Duration::from_secs(60);
    let bench = written("bd-r", 64);
    let sized = |sizes: &[u64]| {
        let system = System::around(&bench.drive);
        *system.sizes.lock().expect("no panic") = sizes.to_vec();
        Recorder::over(Arc::new(system)).expect("a drive")
    };
    let refreshed = |sizes: &[u64], may_reload| sized(sizes).refresh(may_reload, BUDGET, &mut go_on).expect("a disc");
    let last = bench.recorder().capacity().expect("a drive").expect("a disc").last;
    assert_eq!(last, Lba(63));
    assert_eq!(refreshed(&[], true), Refreshed::Known, "it has no idea");
    assert_eq!(refreshed(&[64], true), Refreshed::Known);
    assert_eq!(refreshed(&[65], true), Refreshed::Known, "it counts what cannot be read, too");
    assert_eq!(refreshed(&[32], false), Refreshed::Stale);
    assert_eq!(refreshed(&[12_000], false), Refreshed::Stale, "it remembers a disc that was erased");
    assert_eq!(refreshed(&[12_000, 12_000], true), Refreshed::Reloaded, "it was told");
    bench.drive.send(&TestUnitReady).expect("the tray has not moved");
    assert_eq!(refreshed(&[32, 64], true), Refreshed::Reloaded);
    assert!(bench.drive.send(&TestUnitReady).is_ok(), "it was waited for");
    assert_eq!(bench.recorder().capacity().expect("a drive").expect("a disc").last, last, "it is the same disc");
    assert_eq!(refreshed(&[32, 32], true), Refreshed::Stale);
    let blank = Bench::with("bd-r", "standard");
    let system = System::around(&blank.drive);
    system.sizes.lock().expect("no panic").push(0);
    let recorder = Recorder::over(Arc::new(system)).expect("a drive");
    assert_eq!(recorder.refresh(true, BUDGET, &mut go_on).expect("a disc"), Refreshed::Known, "nothing can be mounted");
}

#[test]
fn a_mounted_disc_is_never_reloaded() {
    let bench = written("bd-r", 64);
    let system = System::around(&bench.drive);
    system.sizes.lock().expect("no panic").push(32);
    system.mounts.lock().expect("no panic").push("/mnt".into());
    let recorder = Recorder::over(Arc::new(system)).expect("a drive");
    let refused = recorder.refresh(true, Duration::from_secs(60), &mut go_on).expect_err("it is mounted");
    assert_eq!(refused.code(), common::ERROR_BAD_COMMAND);
}

#[test]
fn waiting_for_a_drive_starts_it_and_ends_when_it_shall() {
    let bench = Bench::with("bd-r", "standard");
    let starts = r#"{"when":{"opcode":"00","nth":3},"what":{"sense":{"code":"2/04/02"}}}"#;
    let ready = bench.failing(starts).ready(Duration::from_secs(60), &mut go_on).expect("it is started");
    assert!(ready.changed || ready.waited == Duration::ZERO);
    let busy = r#"{"when":{"opcode":"00"},"what":{"sense":{"code":"2/04/01"}},"times":"always"}"#;
    let late = bench.failing(busy).ready(Duration::from_secs(5), &mut go_on).expect_err("never ready");
    assert_eq!(late.code(), imapi_errors::v2::E_IMAPI_RECORDER_MEDIA_BECOMING_READY);
    let stopped = bench.failing(busy).ready(Duration::from_secs(5), &mut |_| ControlFlow::Break(()));
    let stopped = stopped.expect_err("the caller said so");
    assert!(matches!(stopped, imapi_recorder::RecorderError::Wait(WaitError::Stopped { .. })), "{stopped}");
}
