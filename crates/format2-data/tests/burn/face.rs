//! IMAPI's object: any order of calls, from any thread, and the code for each that cannot be.

use std::{ops::ControlFlow, sync::Arc, thread};

use imapi_disc_types::{CancelToken, Control, Lba, ManualClock, MediaState, MediaType};
use imapi_errors::{Coded as _, HResult, v2};
use imapi_format2::SpeedRequest;
use imapi_format2_data::{DataEvent, DiscFormat2Data, Multisession};
use imapi_virtual_drive::{VirtualDrive, press};

use crate::helpers::{Numbers, Says, Slow, assert_on_disc, drive, medium, recorder, writable};

const SMALL: Numbers = Numbers { blocks: 400, mark: 9 };

fn prepared(name: &str) -> (tempfile::TempDir, imapi_recorder::Recorder, DiscFormat2Data) {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), medium(name), None));
    let format = DiscFormat2Data::new();
    format.set_recorder(Some(&recorder)).expect("it writes data");
    format.set_client_name("tests").expect("a name");
    (folder, recorder, format)
}

fn code<T: std::fmt::Debug>(outcome: Result<T, imapi_format2_data::Data2Error>) -> HResult {
    outcome.expect_err("it cannot be").code()
}

#[test]
fn what_is_needed_before_is_asked_for_by_its_code() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<DiscFormat2Data>();
    let format = DiscFormat2Data::new();
    let write = || code(format.write(&SMALL, &mut Control::silent()));
    assert_eq!(write(), v2::E_IMAPI_RECORDER_REQUIRED);
    for code in [
        code(format.current_media_status()),
        code(format.total_sectors_on_media()),
        code(format.supported_write_speeds()),
        code(format.multisession_interfaces()),
        code(format.set_write_speed(SpeedRequest::default())),
        code(format.is_media_physically_blank()),
    ] {
        assert_eq!(code, v2::E_IMAPI_RECORDER_REQUIRED);
    }
    let (_folder, recorder, _) = prepared("bd-r");
    format.set_recorder(Some(&recorder)).expect("it writes data");
    assert_eq!(write(), v2::E_IMAPI_DF2DATA_CLIENT_NAME_IS_NOT_VALID);
    for name in ["", "a/b", &"x".repeat(64)] {
        assert_eq!(code(format.set_client_name(name)), v2::E_IMAPI_DF2DATA_CLIENT_NAME_IS_NOT_VALID, "{name:?}");
    }
    assert_eq!(code(format.cancel_write()), v2::E_IMAPI_DF2DATA_WRITE_NOT_IN_PROGRESS);
    format.set_client_name("tests").expect("a name");
    format.write(&SMALL, &mut Control::silent()).expect("now it can");
    assert_on_disc(&recorder, &SMALL, Lba(0), "bd-r");
}

#[test]
fn a_drive_that_writes_nothing_is_not_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    // Reading is all that it says that it can.
    let reads = |feature: u16, descriptor: &mut [u8]| {
        if (0x20..0x100).contains(&feature) {
            descriptor[0] = 0xFF;
        }
    };
    let recorder = recorder(Says::of_features(drive(folder.path(), medium("dvd-r"), None), reads));
    let format = DiscFormat2Data::new();
    assert!(!format.is_recorder_supported(&recorder).expect("it says"));
    assert_eq!(code(format.set_recorder(Some(&recorder))), v2::E_IMAPI_DF2DATA_RECORDER_NOT_SUPPORTED);
    assert!(format.recorder().is_none());
}

#[test]
fn while_a_disc_is_written_nothing_changes_and_anyone_may_cancel() {
    let (_folder, recorder, format) = prepared("bd-r");
    let format = Arc::new(format);
    let source = Slow(Numbers { blocks: 100_000, mark: 1 });
    let mut codes = Vec::new();
    let mut listener = |event: &DataEvent| {
        if matches!(event, DataEvent::Writing(progress) if progress.written() > 0) && codes.is_empty() {
            let other = Arc::clone(&format);
            let recorder = recorder.clone();
            codes = thread::spawn(move || {
                let codes = vec![
                    code(other.write(&SMALL, &mut Control::silent())),
                    code(other.set_recorder(Some(&recorder))),
                    code(other.set_recorder(None)),
                    code(other.set_client_name("another")),
                    code(other.set_options(|options| options.close = true)),
                    code(other.set_write_speed(SpeedRequest::default())),
                ];
                other.cancel_write().expect("it is being written");
                codes
            })
            .join()
            .expect("no panic");
        }
        ControlFlow::Continue(())
    };
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let outcome = format.write(&source, &mut control);
    assert_eq!(codes, [v2::E_IMAPI_DF2DATA_WRITE_IN_PROGRESS; 6]);
    assert_eq!(code(outcome), v2::E_IMAPI_REQUEST_CANCELLED);
    assert_eq!(code(format.cancel_write()), v2::E_IMAPI_DF2DATA_WRITE_NOT_IN_PROGRESS);
    format.set_client_name("another").expect("it is idle again");
}

#[test]
fn every_kind_of_disc_tells_its_numbers() {
    for medium in writable() {
        let (_folder, _, format) = prepared(medium.name);
        assert_eq!(format.current_physical_media_type().expect(medium.name), medium.kind);
        assert!(format.supported_media_types().contains(&medium.kind), "{}", medium.name);
        let recorder = format.recorder().expect("it was set");
        assert!(format.is_current_media_supported(&recorder).expect(medium.name), "{}", medium.name);
        assert!(format.is_media_heuristically_blank().expect(medium.name), "{}", medium.name);
        assert_eq!(format.write_protect_status().expect(medium.name).0, 0, "{}", medium.name);
        let (total, free) = (format.total_sectors_on_media(), format.free_sectors_on_media());
        let (total, free) = (total.expect(medium.name), free.expect(medium.name));
        assert!(free <= total && free >= total / 10 * 9, "{}: {free} of {total}", medium.name);
        assert_eq!(format.next_writable_address().expect(medium.name), Lba(0), "{}", medium.name);
        assert_eq!(format.start_address_of_previous_session().expect(medium.name), None, "{}", medium.name);
        let speeds = format.supported_write_speeds().expect(medium.name);
        let slowest = speeds.all().last().copied().expect("it has speeds");
        let request = SpeedRequest { sectors_per_second: Some(slowest.sectors_per_second), pure_cav: slowest.pure_cav };
        assert_eq!(format.set_write_speed(request).expect(medium.name), None, "{}", medium.name);
        assert_eq!(format.requested_write_speed(), request);
        assert_eq!(
            format.current_write_speed().expect(medium.name).map(|speed| speed.sectors_per_second),
            request.sectors_per_second,
            "{}",
            medium.name
        );
        let odd = SpeedRequest { sectors_per_second: Some(slowest.sectors_per_second + 1), pure_cav: false };
        assert_eq!(format.set_write_speed(odd).expect(medium.name), Some(v2::S_IMAPI_SPEEDADJUSTED), "{}", medium.name);
    }
}

#[test]
fn the_ways_to_add_a_session_know_which_of_them_fits() {
    // A DVD-R with two layers is closed by its first session.
    for medium in writable().filter(|medium| medium.name != "dvd-r-dl") {
        let (_folder, _, format) = prepared(medium.name);
        format.set_options(|options| options.consumer_compatible = false).expect("idle");
        format.write(&SMALL, &mut Control::silent()).expect(medium.name);
        let sequential = !format.current_media_status().expect("it tells").contains(MediaState::OVERWRITE_ONLY);
        for way in format.multisession_interfaces().expect(medium.name) {
            let fits = way.is_supported_on_current_media_state().expect(medium.name);
            assert!(!way.is_in_use());
            way.set_in_use(true);
            assert!(way.clone().is_in_use());
            match way {
                Multisession::Sequential(way) => {
                    assert_eq!(fits, sequential, "{}", medium.name);
                    if fits {
                        assert!(!way.is_first_data_session().expect("it tells"));
                        assert_eq!(way.start_address_of_previous_session().expect("it tells"), Some(Lba(0)));
                        let last = way.last_written_address_of_previous_session().expect("it tells").expect("one");
                        assert!(last >= Lba(399) && last < Lba(700), "{}: {last}", medium.name);
                        assert!(way.next_writable_address().expect("it tells") > last);
                        assert!(way.free_sectors_on_media().expect("it tells") > 0);
                        assert!(way.write_unit_size().expect("it tells") > 0);
                    } else {
                        assert_eq!(code(way.next_writable_address()), v2::E_IMAPI_DF2DATA_INVALID_MEDIA_STATE);
                    }
                }
                Multisession::RandomWrite(way) => {
                    assert_eq!(fits, !sequential, "{}", medium.name);
                    if fits {
                        assert!(way.total_sectors_on_media().expect("it tells") > 0);
                        assert!(way.write_unit_size().expect("it tells") > 0);
                    } else {
                        assert_eq!(code(way.total_sectors_on_media()), v2::E_IMAPI_DF2DATA_INVALID_MEDIA_STATE);
                    }
                }
            }
        }
    }
}

#[test]
fn what_only_reads_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let pressed = medium("dvd-rom");
    let disc = press(&folder.path().join("disc"), pressed, None, &mut &vec![7; 500_000][..]).expect("a disc");
    let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    drive.insert(disc, pressed).expect("it takes it");
    let recorder = recorder(drive);
    let format = DiscFormat2Data::new();
    format.set_recorder(Some(&recorder)).expect("the drive itself writes");
    format.set_client_name("tests").expect("a name");
    assert!(!format.is_current_media_supported(&recorder).expect("it tells"));
    assert_eq!(format.current_physical_media_type().expect("it tells"), MediaType::DVDROM);
    let error = code(format.write(&SMALL, &mut Control::silent()));
    assert_eq!(error, v2::E_IMAPI_DF2DATA_MEDIA_IS_NOT_SUPPORTED);
    assert_eq!(format.write_protect_status().expect("it tells").0 & 0x4000, 0x4000);
}
