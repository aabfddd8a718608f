//! What drives tell: every medium under every personality, byte by byte and understood.

use std::sync::Arc;

use imapi_disc_types::Profile;
use imapi_errors::{Coded as _, v2};
use imapi_mmc_transport::{
    Notes, Query as _,
    commands::{ReadDiscInformation, ReadDiscStructure, ReadTrackInformation, TrackAddress},
    feature::{Feature, FeatureCode, FeatureDescriptor},
    mode::{ModePage, PageCode, PageControl},
    structure::{DiscStructure, StructureFormat},
};
use imapi_recorder::{Recorder, RecorderError, past_attentions};
use imapi_virtual_drive::{MEDIA, PERSONALITIES};
use rstest::rstest;

use crate::bench::{Bench, System};

/// An answer, or a refusal with a code that a recorder may have.
fn answered<T>(what: &str, ask: impl FnMut() -> Result<T, RecorderError>) -> Option<T> {
    match past_attentions(ask) {
        Ok(answer) => Some(answer),
        Err(error) => {
            let code = error.code();
            assert!(code.is_error() && code.known().is_some(), "{what}: {error} has {code}");
            // A drive that lacks something is no drive that fails.
            assert_ne!(code, v2::E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE, "{what}: {error}");
            None
        }
    }
}

fn ask_everything(recorder: &Recorder, what: &str) {
    for current in [false, true] {
        answered(what, || recorder.supported_features(current));
        answered(what, || recorder.supported_profiles(current));
        for code in [FeatureCode::CORE, FeatureCode::CD_MASTERING, FeatureCode::BD_WRITE, FeatureCode(0x7777)] {
            let typed = answered(what, || recorder.feature(code, current));
            let raw = answered(what, || recorder.raw_feature(code, current));
            let read = raw.map(|raw| FeatureDescriptor::decode(&raw, &mut Notes::new()).expect("a feature").0);
            assert_eq!(read, typed, "{what}");
        }
    }
    for control in [PageControl::Current, PageControl::Changeable, PageControl::Default, PageControl::Saved] {
        let pages = answered(what, || recorder.supported_mode_pages(control)).unwrap_or_default();
        for page in pages {
            let typed = answered(what, || recorder.mode_page(page, control)).expect("it is listed");
            let raw = answered(what, || recorder.raw_mode_page(page, control)).expect("it is listed");
            assert_eq!(ModePage::decode(&raw, &mut Notes::new()).expect("a page"), typed, "{what}");
        }
    }
    let raw = answered(what, || recorder.raw_disc_information()).map(|raw| {
        let reply = ReadDiscInformation::standard().decode_reply(&raw, &mut Notes::new());
        reply.expect("disc information").information().expect("all of it").clone()
    });
    assert_eq!(raw, answered(what, || recorder.disc_information()), "{what}");
    for track in [TrackAddress::Track(1), TrackAddress::Session(1), TrackAddress::INVISIBLE, TrackAddress::Track(99)] {
        let query = ReadTrackInformation::of(track);
        let raw = answered(what, || recorder.raw_track_information(track));
        let raw = raw.map(|raw| query.decode_reply(&raw, &mut Notes::new()).expect("a track"));
        assert_eq!(raw, answered(what, || recorder.track_information(track)), "{what}: {track:?}");
    }
    for code in [0x00, 0x0E, 0x11, 0x30, 0xFF] {
        answered(what, || recorder.raw_structure(code, 0, 0, 0));
    }
    answered(what, || recorder.capacity());
    answered(what, || recorder.can_load());
    assert_eq!(recorder.adapter_descriptor().len(), 32, "{what}");
    assert!(recorder.device_descriptor().len() > 72, "{what}");
    let _ = (recorder.serial_number(), recorder.legacy_number(), recorder.volume_name());
}

#[test]
fn no_medium_in_no_odd_drive_makes_it_fail_or_panic() {
    for personality in &PERSONALITIES {
        ask_everything(&Bench::empty(personality.name).recorder(), &format!("nothing in {personality}"));
        for medium in &MEDIA {
            let bench = Bench::with(medium.name, personality.name);
            ask_everything(&bench.recorder(), &format!("{medium} in {personality}"));
        }
    }
}

#[rstest]
#[case("cd-r", Profile::CD_RECORDABLE)]
#[case("dvd-rw", Profile::DVD_DASH_RW_SEQUENTIAL)]
#[case("dvd+r-dl", Profile::DVD_PLUS_R_DUAL)]
#[case("dvd-ram", Profile::DVD_RAM)]
#[case("bd-r", Profile::BD_R_SEQUENTIAL)]
fn the_current_profile_is_that_of_the_disc(#[case] medium: &str, #[case] profile: Profile) {
    let recorder = Bench::with(medium, "standard").recorder();
    assert_eq!(recorder.supported_profiles(true).expect("profiles"), [profile]);
    let all = recorder.supported_profiles(false).expect("profiles");
    assert!(all.contains(&profile) && all.len() > 10, "{all:?}");
    assert_eq!(recorder.medium().expect("a disc"), profile.into());
}

#[test]
fn a_drive_without_a_disc_has_features_and_no_current_profile() {
    let recorder = Bench::empty("standard").recorder();
    assert_eq!(recorder.supported_profiles(true).expect("profiles"), []);
    let current = recorder.supported_features(true).expect("features");
    let all = recorder.supported_features(false).expect("features");
    assert!(current.contains(&FeatureCode::CORE) && !current.contains(&FeatureCode::BD_WRITE), "{current:?}");
    assert!(current.iter().all(|code| all.contains(code)) && all.contains(&FeatureCode::BD_WRITE), "{all:?}");
}

#[test]
fn a_feature_is_missing_or_not_current_and_that_is_not_the_same() {
    let recorder = Bench::with("dvd-ram", "standard").recorder();
    let refused = |code, current| recorder.raw_feature(code, current).expect_err("refused").code();
    assert_eq!(refused(FeatureCode(0x7777), false), v2::E_IMAPI_RECORDER_NO_SUCH_FEATURE);
    assert_eq!(refused(FeatureCode::BD_WRITE, true), v2::E_IMAPI_RECORDER_FEATURE_IS_NOT_CURRENT);
    let page = recorder.raw_feature(FeatureCode::BD_WRITE, false).expect("the drive has it");
    assert_eq!((page[..2].to_vec(), page.len()), (vec![0x00, 0x41], 4 + usize::from(page[3])));
    let old = Bench::with("cd-r", "no-features").recorder();
    let refused = old.raw_feature(FeatureCode::CORE, false).expect_err("no such command").code();
    assert_eq!(refused, v2::E_IMAPI_RECORDER_GET_CONFIGURATION_NOT_SUPPORTED);
    assert_eq!(old.supported_features(false).expect_err("no such command").code(), refused);
    assert!(past_attentions(|| old.can_load()).expect("mode page 2Ah tells it"));
}

#[test]
fn a_mode_page_is_read_changed_and_read_again() {
    let recorder = Bench::with("cd-r", "block-descriptors").recorder();
    let read = || past_attentions(|| recorder.raw_mode_page(PageCode::ERROR_RECOVERY, PageControl::Current));
    let mut page = read().expect("a page");
    assert_eq!((page[0] & 0x3F, usize::from(page[1])), (0x01, page.len() - 2));
    page[3] = 7;
    // A drive sets this bit in what it tells, and nobody in what he sends.
    page[0] |= 0x80;
    recorder.set_raw_mode_page(&page, false).expect("retries can be changed");
    assert_eq!(read().expect("a page")[3], 7);
    let Ok(ModePage::ErrorRecovery(mut typed)) = recorder.mode_page(PageCode::ERROR_RECOVERY, PageControl::Current)
    else {
        panic!("no error recovery")
    };
    typed.read_retries = 9;
    recorder.set_mode_page(&ModePage::ErrorRecovery(typed), false).expect("retries can be changed");
    assert_eq!(read().expect("a page")[3], 9);

    let missing = recorder.raw_mode_page(PageCode::MRW, PageControl::Current).expect_err("no such page");
    assert_eq!(missing.code(), v2::E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE);
    let saved = recorder.raw_mode_page(PageCode::ERROR_RECOVERY, PageControl::Saved).expect_err("it saves nothing");
    assert_eq!(saved.code(), v2::E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE);
    for wrong in [&[0x03, 6, 0, 0, 0, 0, 0, 0][..], &[0x01, 9, 0, 0], &[0x01]] {
        let refused = recorder.set_raw_mode_page(wrong, false).expect_err("no such page");
        assert_eq!(refused.code(), v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS, "{wrong:02X?}: {refused}");
    }
    let refused = recorder.set_raw_mode_page(&page, true).expect_err("it saves nothing");
    assert_eq!(refused.code(), v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS);
    for size in [0, 65_528] {
        let refused = recorder.set_raw_mode_page(&vec![0; size], false).expect_err("no page");
        assert!(matches!(refused, RecorderError::Argument { parameter: "size", .. }), "{size}: {refused}");
    }
}

#[test]
fn mode_pages_are_listed_by_drives_that_do_not_list_them() {
    let bench = Bench::with("cd-r", "standard");
    let listed = past_attentions(|| bench.recorder().supported_mode_pages(PageControl::Current)).expect("a list");
    assert!(listed.contains(&PageCode::WRITE_PARAMETERS) && listed.contains(&PageCode::CAPABILITIES), "{listed:?}");
    // Refuses the question for all pages at once.
    let one_by_one = bench.failing(r#"{"when":{"opcode":"5A","nth":1},"what":{"sense":{"code":"5/24/00"}}}"#);
    let mut found = one_by_one.supported_mode_pages(PageControl::Current).expect("a list");
    let mut expected = listed;
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
    let none = bench.failing(r#"{"when":{"opcode":"5A"},"what":{"sense":{"code":"5/24/00"}},"times":"always"}"#);
    let refused = none.supported_mode_pages(PageControl::Current).expect_err("none at all");
    assert_eq!(refused.code(), v2::E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE);
}

#[test]
fn structures_have_the_numbers_of_their_family_and_no_header() {
    let dvd = Bench::with("dvd+r-dl", "standard").recorder();
    let raw = past_attentions(|| dvd.raw_structure(0x00, 0, 0, 0)).expect("the physical format");
    assert_eq!(raw[0] >> 4, 0xE, "the book of a DVD+R DL: {raw:02X?}");
    // Header generated: the length of the first layer.
    let boundary = || match dvd.structure(&ReadDiscStructure::of(StructureFormat::LAYER_BOUNDARY)) {
        Ok(DiscStructure::LayerBoundary(boundary)) => boundary.layer_0_blocks,
        other => panic!("{other:?}"),
    };
    assert_ne!(boundary(), 1504);
    dvd.send_raw_structure(0x20, &[0, 0, 0, 0, 0, 0, 0x05, 0xE0]).expect("a blank disc takes it");
    assert_eq!(boundary(), 1504);
    for (wrong, code) in [
        (dvd.raw_structure(0x7F, 0, 0, 0), v2::E_IMAPI_RECORDER_DVD_STRUCTURE_NOT_PRESENT),
        (dvd.raw_structure(0x00, 0, 0, 4), imapi_errors::common::E_INVALIDARG),
    ] {
        assert_eq!(wrong.expect_err("refused").code(), code);
    }
    let refused = dvd.send_raw_structure(0x20, &[]).expect_err("nothing to send");
    assert_eq!(refused.code(), imapi_errors::common::E_INVALIDARG);
    let refused = dvd.send_raw_structure(0x7F, &[0; 8]).expect_err("no such structure");
    assert_eq!(refused.code(), v2::E_IMAPI_RECORDER_DVD_STRUCTURE_NOT_PRESENT);

    let bd = Bench::with("bd-r", "standard").recorder();
    let information = past_attentions(|| bd.raw_structure(0x00, 0, 0, 0)).expect("disc information");
    assert_eq!(&information[..2], b"DI");
    let cd = Bench::with("cd-r", "no-features").recorder();
    let refused = past_attentions(|| cd.raw_structure(0x00, 0, 0, 0)).expect_err("a CD has none");
    assert!(refused.code().is_error());
    let empty = Bench::with("dvd-r", "standard");
    let header = r#"{"when":{"opcode":"AD"},"what":{"short_data":{"keep":4}},"times":"always"}"#;
    let refused = past_attentions(|| empty.failing(header).raw_structure(0, 0, 0, 0)).expect_err("a header");
    assert_eq!(refused.code(), v2::E_IMAPI_RECORDER_DVD_STRUCTURE_NOT_PRESENT);
}

/// What goes to the drive has the header that IMAPI's callers do not give, byte by byte.
#[test]
fn headers_are_made_for_what_is_sent() {
    let bench = Bench::with("dvd+r-dl", "standard");
    let system = Arc::new(System::around(&bench.drive));
    let recorder = Recorder::over(Arc::clone(&system) as _).expect("a drive");
    let sent = || system.sent.lock().expect("no panic").clone();
    // Whether the drive likes it is another matter. The bit that only drives set is not sent.
    let page = [0x88, 10, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (save, bits) in [(false, 0x10), (true, 0x11)] {
        let _ = recorder.set_raw_mode_page(&page, save);
        let list = [&[0; 8][..], &[0x08], &page[1..]].concat();
        assert_eq!(sent(), (vec![0x55, bits, 0, 0, 0, 0, 0, 0, 20, 0], list));
    }
    let _ = recorder.send_raw_structure(0x20, &[0, 0, 0, 0, 0, 0, 5, 0xE0]);
    let list = vec![0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0xE0];
    assert_eq!(sent(), (vec![0xBF, 0, 0, 0, 0, 0, 0, 0x20, 0, 12, 0, 0], list));
    let bd = Bench::with("bd-r", "standard");
    let system = Arc::new(System::around(&bd.drive));
    let recorder = Recorder::over(Arc::clone(&system) as _).expect("a drive");
    let _ = recorder.send_raw_structure(0x30, &[1]);
    let sent = system.sent.lock().expect("no panic").clone();
    assert_eq!(sent, (vec![0xBF, 1, 0, 0, 0, 0, 0, 0x30, 0, 5, 0, 0], vec![0, 3, 0, 0, 1]));
}

#[test]
fn windows_would_say_the_same_of_the_drive() {
    let recorder = Bench::with("bd-r", "pioneer").recorder();
    let number = |bytes: &[u8], at: usize| {
        let field: [u8; 4] = bytes[at..at + 4].try_into().expect("four");
        usize::try_from(u32::from_le_bytes(field)).expect("small")
    };
    let device = recorder.device_descriptor();
    assert_eq!((number(&device, 0), number(&device, 4)), (40, device.len()), "version and size");
    assert_eq!((device[8], device[9], device[10], device[11]), (5, 0, 1, 0), "type, modifier, removable, queueing");
    let text = |at: usize| {
        let from = number(&device, at);
        let end = device[from..].iter().position(|&byte| byte == 0).expect("it ends with a zero");
        String::from_utf8(device[from..from + end].to_vec()).expect("text")
    };
    assert_eq!([text(12), text(16), text(20)], [recorder.vendor(), recorder.product(), recorder.revision()]);
    assert_eq!(number(&device, 24), 0, "it has no serial number");
    assert_eq!(number(&device, 28), 0x0B, "SATA");
    let raw = &device[36..36 + number(&device, 32)];
    assert_eq!((raw.len(), raw[0], &raw[8..16]), (36, 5, &b"PIONEER "[..]));

    let adapter = recorder.adapter_descriptor();
    let limits = recorder.limits();
    let of = |limit: std::num::NonZeroU32| usize::try_from(limit.get()).expect("small");
    assert_eq!((number(&adapter, 0), number(&adapter, 4)), (32, 32));
    assert_eq!(number(&adapter, 8), of(limits.page_aligned_transfer));
    assert!(number(&adapter, 12) * 4096 > of(limits.transfer), "a page more than a buffer has that begins anywhere");
    assert_eq!((number(&adapter, 16), adapter[24]), (of(limits.alignment) - 1, 0x0B));
}

#[test]
fn features_and_their_lists_agree() {
    let recorder = Bench::with("dvd-r", "standard").recorder();
    let listed = recorder.listed_profiles().expect("profiles");
    let Feature::ProfileList(list) = recorder.feature(FeatureCode::PROFILE_LIST, true).expect("a list").feature else {
        panic!("another feature")
    };
    assert_eq!(listed, list.0);
}
