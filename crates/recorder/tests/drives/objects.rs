//! IMAPI's object for a drive: too early, twice, and from many threads.

use std::{sync::Arc, thread};

use imapi_errors::{Coded as _, HResult, common, v2};
use imapi_mmc_transport::{
    DriveSource,
    commands::TrackAddress,
    feature::FeatureCode,
    mode::{PageCode, PageControl},
};
use imapi_recorder::{DiscRecorder, DiscRecorderError};

use crate::bench::{Bench, Drives, System, client};

fn source(bench: &Bench) -> Arc<Drives> {
    let drives = Arc::new(Drives::default());
    drives.plug_in("virtual", Arc::clone(&bench.drive) as _);
    drives
}

fn recorder(bench: &Bench) -> DiscRecorder {
    let recorder = DiscRecorder::new(source(bench) as _);
    recorder.initialize("virtual").expect("it is plugged in");
    recorder
}

type Member = (&'static str, HResult, fn(&DiscRecorder) -> Result<(), DiscRecorderError>);

/// Every member but the one that comes first, with the code that is documented for it and fits.
const MEMBERS: [Member; 39] = [
    ("Recorder", common::E_FAIL, |r| r.recorder().map(drop)),
    ("ActiveDiscRecorder", common::E_FAIL, |r| r.active_disc_recorder().map(drop)),
    ("EjectMedia", common::E_HANDLE, DiscRecorder::eject_media),
    ("CloseTray", common::E_HANDLE, DiscRecorder::close_tray),
    ("DeviceCanLoadMedia", common::E_FAIL, |r| r.device_can_load_media().map(drop)),
    ("AcquireExclusiveAccess", common::E_HANDLE, |r| r.acquire_exclusive_access(false, "A")),
    ("ReleaseExclusiveAccess", common::E_HANDLE, DiscRecorder::release_exclusive_access),
    ("ExclusiveAccessOwner", common::E_HANDLE, |r| r.exclusive_access_owner().map(drop)),
    ("DisableMcn", common::E_HANDLE, DiscRecorder::disable_mcn),
    ("EnableMcn", common::E_HANDLE, DiscRecorder::enable_mcn),
    ("VendorId", common::E_FAIL, |r| r.vendor_id().map(drop)),
    ("ProductId", common::E_FAIL, |r| r.product_id().map(drop)),
    ("ProductRevision", common::E_FAIL, |r| r.product_revision().map(drop)),
    ("VolumeName", common::E_FAIL, |r| r.volume_name().map(drop)),
    ("VolumePathNames", common::E_FAIL, |r| r.volume_path_names().map(drop)),
    ("LegacyDeviceNumber", common::E_FAIL, |r| r.legacy_device_number().map(drop)),
    ("SupportedFeaturePages", common::E_HANDLE, |r| r.supported_feature_pages().map(drop)),
    ("CurrentFeaturePages", common::E_HANDLE, |r| r.current_feature_pages().map(drop)),
    ("SupportedProfiles", common::E_HANDLE, |r| r.supported_profiles().map(drop)),
    ("CurrentProfiles", common::E_HANDLE, |r| r.current_profiles().map(drop)),
    ("SupportedModePages", common::E_HANDLE, |r| r.supported_mode_pages().map(drop)),
    ("SendCommandNoData", common::E_HANDLE, |r| r.send_command_no_data(&[0; 6], 1).map(drop)),
    ("SendCommandSendDataToDevice", common::E_HANDLE, |r| {
        r.send_command_send_data_to_device(&[0x55; 10], 1, &[0]).map(drop)
    }),
    ("SendCommandGetDataFromDevice", common::E_HANDLE, |r| {
        r.send_command_get_data_from_device(&[0x12, 0, 0, 0, 1, 0], 1, &mut [0]).map(drop)
    }),
    ("ReadDvdStructure", common::E_HANDLE, |r| r.read_dvd_structure(0, 0, 0, 0).map(drop)),
    ("SendDvdStructure", common::E_HANDLE, |r| r.send_dvd_structure(0, &[0])),
    ("GetAdapterDescriptor", common::E_FAIL, |r| r.adapter_descriptor().map(drop)),
    ("GetDeviceDescriptor", common::E_FAIL, |r| r.device_descriptor().map(drop)),
    ("GetDiscInformation", common::E_HANDLE, |r| r.disc_information().map(drop)),
    ("GetTrackInformation", common::E_HANDLE, |r| r.track_information(TrackAddress::Track(1)).map(drop)),
    ("GetFeaturePage", common::E_HANDLE, |r| r.feature_page(FeatureCode::CORE, false).map(drop)),
    ("GetModePage", common::E_HANDLE, |r| r.mode_page(PageCode::CACHING, PageControl::Current).map(drop)),
    ("SetModePage", common::E_HANDLE, |r| r.set_mode_page(PageControl::Current, &[8, 0])),
    ("GetSupportedFeaturePages", common::E_HANDLE, |r| r.feature_pages(false).map(drop)),
    ("GetSupportedProfiles", common::E_HANDLE, |r| r.profiles(false).map(drop)),
    ("GetSupportedModePages", common::E_HANDLE, |r| r.mode_pages(PageControl::Current).map(drop)),
    ("GetByteAlignmentMask", common::E_FAIL, |r| r.byte_alignment_mask().map(drop)),
    ("GetMaximumNonPageAlignedTransferSize", common::E_FAIL, |r| r.maximum_non_page_aligned_transfer_size().map(drop)),
    ("GetMaximumPageAlignedTransferSize", common::E_FAIL, |r| r.maximum_page_aligned_transfer_size().map(drop)),
];

#[test]
fn nothing_is_valid_before_the_object_is_a_drive() {
    let bench = Bench::with("bd-r", "standard");
    let recorder = DiscRecorder::new(source(&bench) as _);
    for (name, code, call) in MEMBERS {
        let refused = call(&recorder).expect_err(name);
        assert!(matches!(refused, DiscRecorderError::NotInitialized { member, .. } if member == name), "{refused}");
        assert_eq!(refused.code(), code, "{name}");
    }
    for wrong in ["", "vir\0tual"] {
        assert_eq!(recorder.initialize(wrong).expect_err("no id").code(), common::E_INVALIDARG);
    }
    assert_eq!(recorder.initialize("other").expect_err("no drive").code(), common::ERROR_DEV_NOT_EXIST);
    assert!(recorder.vendor_id().is_err(), "what failed has made it nothing");
    recorder.initialize("virtual").expect("it is plugged in");
    assert_eq!(recorder.initialize("other").expect_err("no drive").code(), common::ERROR_DEV_NOT_EXIST);
    assert_eq!(recorder.active_disc_recorder().expect("it stays what it was"), "virtual");
}

/// All members of IMAPI's interfaces are called once, so that the table above cannot forget one.
#[test]
fn the_table_has_every_member() {
    let surface = concat!(env!("CARGO_MANIFEST_DIR"), "/../../xtask/data/com-surface.json");
    let text = std::fs::read_to_string(surface).expect("the COM surface");
    let members = |interface: &str| -> Vec<String> {
        let from = text.find(&format!("\"{interface}\"")).expect("the interface");
        let list = &text[from..][text[from..].find('[').expect("a list") + 1..];
        let list = &list[..list.find(']').expect("its end")];
        list.split(',').map(|name| name.trim().trim_matches('"').trim_start_matches("get_").to_owned()).collect()
    };
    let all: Vec<String> = ["IDiscRecorder2", "IDiscRecorder2Ex"].iter().flat_map(|name| members(name)).collect();
    assert_eq!(all.len(), 39);
    for member in all.iter().filter(|member| *member != "InitializeDiscRecorder") {
        assert!(MEMBERS.iter().any(|(name, ..)| name == member), "{member}");
    }
}

#[test]
fn every_member_answers_once_the_object_is_a_drive() {
    let bench = Bench::with("dvd+r-dl", "standard");
    let recorder = recorder(&bench);
    let refused = [
        // A byte is no structure and no page.
        ("SendDvdStructure", v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS),
        ("SetModePage", v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS),
    ];
    for (name, _, call) in MEMBERS.iter().filter(|(name, ..)| !["EjectMedia", "CloseTray"].contains(name)) {
        match (call(&recorder), refused.iter().find(|(refused, _)| refused == name)) {
            (Ok(()), None) => {}
            (Err(error), Some((_, code))) => assert_eq!(error.code(), *code, "{name}: {error}"),
            (answer, _) => panic!("{name}: {answer:?}"),
        }
    }
    recorder.eject_media().expect("it opens");
    assert_eq!(recorder.disc_information().expect_err("no disc").code(), v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA);
    recorder.close_tray().expect("it shuts");
    recorder.disc_information().expect("the attention is told on the way");
}

#[test]
fn texts_numbers_and_limits_are_those_of_the_drive() {
    let bench = Bench::with("bd-r", "pioneer");
    let recorder = recorder(&bench);
    let drive = recorder.recorder().expect("a drive");
    let told =
        [recorder.vendor_id(), recorder.product_id(), recorder.product_revision()].map(|text| text.expect("text"));
    assert_eq!(told, [drive.vendor(), drive.product(), drive.revision()]);
    assert_eq!(recorder.volume_name().expect("a name"), "virtual");
    assert_eq!(recorder.legacy_device_number().expect("a number"), 0);
    assert_eq!(recorder.byte_alignment_mask().expect("a number"), drive.limits().alignment.get());
    let limits = (recorder.maximum_non_page_aligned_transfer_size(), recorder.maximum_page_aligned_transfer_size());
    let limits = (limits.0.expect("a number"), limits.1.expect("a number"));
    assert_eq!(limits, (drive.limits().transfer.get(), drive.limits().page_aligned_transfer.get()));
    assert_eq!(recorder.current_profiles().expect("one"), recorder.profiles(true).expect("one"));
    assert_eq!(recorder.current_feature_pages().expect("some"), recorder.feature_pages(true).expect("some"));
    assert_eq!(recorder.feature_page(FeatureCode::CORE, true).expect("core")[..2], [0, 1]);
    assert_eq!(&recorder.read_dvd_structure(0x100, 0, 0, 0).expect("eight bits count")[..2], b"DI");
    for wrong in [recorder.read_dvd_structure(0, 0, 256, 0), recorder.read_dvd_structure(0, 0, 0, 4)] {
        assert_eq!(wrong.expect_err("no such layer, no such number").code(), common::E_INVALIDARG);
    }
    for control in [PageControl::Changeable, PageControl::Default] {
        let refused = recorder.set_mode_page(control, &[8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).expect_err("not these");
        assert_eq!(refused.code(), common::E_INVALIDARG);
    }
}

#[test]
fn two_objects_of_one_drive_are_two_clients() {
    let bench = Bench::with("bd-r", "standard");
    let drives = source(&bench);
    let object = || {
        let object = DiscRecorder::new(Arc::clone(&drives) as Arc<dyn DriveSource>);
        object.initialize("virtual").expect("it is plugged in");
        object
    };
    let (one, other) = (object(), object());
    assert_eq!(one.exclusive_access_owner().expect("a text"), "");
    for wrong in ["", "a/b", &"x".repeat(64)] {
        let refused = one.acquire_exclusive_access(false, wrong).expect_err("no name");
        assert_eq!(refused.code(), v2::E_IMAPI_RECORDER_CLIENT_NAME_IS_NOT_VALID);
    }
    one.acquire_exclusive_access(false, "Burner").expect("nobody has it");
    one.acquire_exclusive_access(true, "Burner").expect("once more");
    // Whoever wants it hears of missing rights, and whoever uses it that it is locked.
    assert_eq!(other.acquire_exclusive_access(true, "Burner").expect_err("held").code(), common::E_ACCESSDENIED);
    assert_eq!(other.eject_media().expect_err("held").code(), v2::E_IMAPI_RECORDER_LOCKED);
    assert_eq!(other.send_command_no_data(&[0; 6], 1).expect_err("held").code(), v2::E_IMAPI_RECORDER_LOCKED);
    assert_eq!(other.release_exclusive_access().expect_err("held").code(), common::E_HANDLE);
    assert_eq!(other.exclusive_access_owner().expect("a text"), "Burner");
    let late = object();
    assert_eq!(late.vendor_id().expect("it is no obstacle"), "IMAPI");
    one.release_exclusive_access().expect("one is left");
    assert!(other.acquire_exclusive_access(false, "Other").is_err());
    one.release_exclusive_access().expect("none is left");
    other.acquire_exclusive_access(false, "Other").expect("it is free");
    drop(other);
    one.acquire_exclusive_access(false, "Burner").expect("whoever is gone has no drive");
    // Becoming the drive once more is another object's life.
    one.initialize("virtual").expect("it is plugged in");
    late.acquire_exclusive_access(false, "Late").expect("it is free");
}

#[test]
fn a_mounted_disc_has_the_code_of_the_drives_state() {
    let bench = Bench::with("bd-r", "standard");
    let system = System::around(&bench.drive);
    system.mounts.lock().expect("no panic").push("/media/disc".into());
    let drives = Arc::new(Drives::default());
    drives.plug_in("system", Arc::new(system));
    let recorder = DiscRecorder::new(drives as _);
    recorder.initialize("system").expect("it is plugged in");
    let refused = recorder.acquire_exclusive_access(false, "A").expect_err("it is mounted");
    assert_eq!(refused.code(), common::ERROR_BAD_COMMAND);
    assert_eq!(recorder.volume_path_names().expect("a list"), [std::path::Path::new("/media/disc")]);
    recorder.acquire_exclusive_access(true, "A").expect("forced");
}

#[test]
fn any_thread_may_call_anything_at_any_time() {
    let bench = Bench::with("dvd-ram", "standard");
    let recorder = DiscRecorder::new(source(&bench) as _);
    thread::scope(|scope| {
        for first in 0..6 {
            let recorder = &recorder;
            scope.spawn(move || {
                for round in 0..120 {
                    match (first + round) % 12 {
                        0 => recorder.initialize("virtual").expect("it is plugged in"),
                        step => {
                            let (name, _, call) = MEMBERS[(step * 7 + round) % MEMBERS.len()];
                            // The order is nobody's: what comes back is an answer or a code.
                            if let Err(error) = call(recorder) {
                                assert!(error.code().is_error(), "{name}: {error}");
                            }
                        }
                    }
                }
            });
        }
    });
    recorder.initialize("virtual").expect("it is plugged in");
    assert_eq!(recorder.exclusive_access_owner().expect("a text"), "", "what was taken is free with its object");
    let _taken = recorder.recorder().expect("a drive").acquire(&client("A"), false).expect("it is free");
}
