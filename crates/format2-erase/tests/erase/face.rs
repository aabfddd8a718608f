//! IMAPI's object: any order of calls, and a code for each that comes at the wrong time.

use imapi_disc_types::MediaType;
use imapi_errors::{Coded as _, v2};
use imapi_format2_erase::{DiscFormat2Erase, ERASABLE, Left};
use imapi_virtual_drive::Pace;

use crate::bench::Bench;

#[test]
fn what_is_missing_is_told_one_after_the_other() {
    let bench = Bench::used("cd-rw", "standard");
    let eraser = DiscFormat2Erase::new();
    let erase = || eraser.erase_media(&mut |_| {}).map_err(|error| error.code());
    assert_eq!(erase(), Err(v2::E_IMAPI_RECORDER_REQUIRED));
    assert_eq!(eraser.media_physically_blank().map_err(|e| e.code()), Err(v2::E_IMAPI_RECORDER_REQUIRED));
    assert_eq!(eraser.current_physical_media_type().map_err(|e| e.code()), Err(v2::E_IMAPI_RECORDER_REQUIRED));
    eraser.set_recorder(Some(bench.recorder.clone())).expect("it writes CD-RW");
    assert_eq!(erase(), Err(v2::E_IMAPI_ERASE_CLIENT_NAME_IS_NOT_VALID));
    for name in ["", "a/b", &"x".repeat(64)] {
        let error = eraser.set_client_name(name).expect_err("no name");
        assert_eq!(error.code(), v2::E_IMAPI_ERASE_CLIENT_NAME_IS_NOT_VALID, "{name}");
    }
    eraser.set_client_name("tests").expect("a name");
    assert_eq!(eraser.client_name().as_deref(), Some("tests"));
    assert!(!eraser.media_physically_blank().expect("it says"));
    assert!(!eraser.media_heuristically_blank().expect("it says"));
    assert_eq!(eraser.current_physical_media_type().expect("it says"), MediaType::CDRW);
    assert_eq!(erase().expect("all is there").left, Left::Blank);
    assert!(eraser.media_physically_blank().expect("it says"));
    assert!(eraser.media_heuristically_blank().expect("it says"));
}

#[test]
fn one_drive_at_a_time() {
    let (one, other) = (Bench::new("cd-rw"), Bench::new("cd-rw"));
    let eraser = DiscFormat2Erase::new();
    eraser.set_recorder(Some(one.recorder.clone())).expect("none is there");
    let again = eraser.set_recorder(Some(other.recorder.clone())).map_err(|error| error.code());
    assert_eq!(again, Err(v2::E_IMAPI_ERASE_ONLY_ONE_RECORDER_SUPPORTED));
    eraser.set_recorder(None).expect("it goes");
    eraser.set_recorder(Some(other.recorder.clone())).expect("none is there");
    assert!(eraser.recorder().is_some());
}

#[test]
fn while_a_disc_is_erased_the_drive_stays() {
    let bench = Bench::used("cd-rw", "standard");
    let other = Bench::new("cd-rw");
    let eraser = DiscFormat2Erase::new();
    eraser.set_recorder(Some(bench.recorder.clone())).expect("none is there");
    eraser.set_client_name("tests").expect("a name");
    eraser.set_full_erase(true);
    let mut codes = Vec::new();
    let mut updates = Vec::new();
    eraser
        .erase_media(&mut |update| {
            updates.push(*update);
            codes.push(eraser.set_recorder(None).map_err(|error| error.code()));
            codes.push(eraser.set_recorder(Some(other.recorder.clone())).map_err(|error| error.code()));
            codes.push(eraser.erase_media(&mut |_| {}).map(|_| ()).map_err(|error| error.code()));
            assert!(eraser.recorder().is_some() && eraser.full_erase());
        })
        .expect("it can be erased");
    assert!(!codes.is_empty());
    assert!(codes.iter().all(|code| *code == Err(v2::E_IMAPI_ERASE_RECORDER_IN_USE)), "{codes:?}");
    assert!(updates.iter().all(|update| update.elapsed_seconds <= update.estimated_total_seconds));
    assert_eq!(bench.blanks(), [0x10]);
    eraser.set_recorder(None).expect("it is over");
}

#[test]
fn kinds_of_discs_are_those_of_the_drive() {
    let bench = Bench::new("bd-re");
    let eraser = DiscFormat2Erase::new();
    assert_eq!(eraser.supported_media_types().expect("all"), ERASABLE);
    eraser.set_recorder(Some(bench.recorder.clone())).expect("it writes BD-RE");
    assert!(eraser.supported_media_types().expect("its own").contains(&MediaType::BDRE));
    assert!(eraser.is_recorder_supported(&bench.recorder).expect("it says"));
    for (medium, supported) in [("bd-re", true), ("bd-r", false), ("cd-r", false), ("dvd-rw", true), ("dvd+rw", true)] {
        let bench = Bench::new(medium);
        assert_eq!(eraser.is_current_media_supported(&bench.recorder).expect(medium), supported, "{medium}");
    }
    bench.drive.take_out().expect("the tray opens");
    let empty = eraser.is_current_media_supported(&bench.recorder).map_err(|error| error.code());
    assert_eq!(empty, Err(v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA));
}

#[test]
fn a_drive_that_only_reads_is_refused() {
    // The page of an old drive says that it writes nothing: its abilities are zeros.
    let script =
        r#"{"faults": [{"when": {"opcode": "5A"}, "what": {"sense": {"code": "5/24/00"}}, "times": "always"}]}"#;
    let bench = Bench::with("cd-rw", 3200, "no-features", Pace::QUICK, &[script]);
    let eraser = DiscFormat2Erase::new();
    assert!(!eraser.is_recorder_supported(&bench.recorder).expect("it says"));
    let refused = eraser.set_recorder(Some(bench.recorder.clone())).map_err(|error| error.code());
    assert_eq!(refused, Err(v2::E_IMAPI_ERASE_RECORDER_NOT_SUPPORTED));
    assert_eq!(bench.erase(false).expect_err("it only reads").code(), v2::E_IMAPI_ERASE_RECORDER_NOT_SUPPORTED);
}

#[test]
fn the_object_may_be_used_from_any_thread() {
    fn any<T: Send + Sync + 'static>() {}
    any::<DiscFormat2Erase>();
}
