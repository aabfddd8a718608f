//! Images on discs: what is written is what is read, on drives of every kind, and what cannot be is refused by its code.

use std::{num::NonZeroU32, ops::ControlFlow, sync::Arc, thread, time::Duration};

use imapi_cd_image::IMAGE_START;
use imapi_cd_sector::scramble::scramble;
use imapi_disc_types::{
    Block, BlockSource, CancelToken, Control, Lba, ManualClock, MediaState, MediaType, PseudoRandom, SourceError, Zero,
};
use imapi_errors::{Coded as _, HResult, common, v2};
use imapi_format2::{Probe, SpeedRequest};
use imapi_format2_raw::{
    DiscFormat2RawCd, Prepared, Raw2Error, RawCdImageCreator, RawError, RawEvent, RawOptions, SectorType, SubCode, burn,
};
use imapi_mmc_transport::{
    Device, TransportExt as _,
    commands::{
        MainChannel, ReadCd, ReadSubChannel, ReadToc, SectorSelection, SubChannelBody, SubChannelSelection, TocFormat,
        TocReply,
    },
    faults::{FaultInjector, Script},
};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, Medium, PERSONALITIES, Personality, VirtualDrive};
use rstest::rstest;
use tempfile::TempDir;

const BLOCKS: u32 = 30_000;

fn drive(folder: &TempDir, medium: &str, personality: Option<&'static Personality>) -> VirtualDrive {
    let medium: &'static Medium = medium.parse().expect("a medium");
    let mut drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    if let Some(personality) = personality {
        drive = drive.with_personality(personality);
    }
    let blocks = medium.kind.is_cd().then_some(BLOCKS);
    let disc = DiscFile::create(&folder.path().join("disc"), medium.geometry(blocks).expect("a size")).expect("a disc");
    drive.insert(disc, medium).expect("an empty drive");
    drive
}

fn recorder(device: impl Device + 'static) -> Recorder {
    let recorder = Recorder::over(Arc::new(device)).expect("it says what it is");
    recorder.ready(Duration::from_secs(300), &mut |_| ControlFlow::Continue(())).expect("ready");
    recorder
}

fn size(bytes: u32) -> NonZeroU32 {
    NonZeroU32::new(bytes).expect("not zero")
}

fn creator(sub_code: SubCode) -> RawCdImageCreator {
    let creator = RawCdImageCreator::new();
    creator.set_resulting_image_type(sub_code).expect("a form");
    creator.set_media_catalog_number("4006381333931").expect("a number");
    for seed in [1, 2] {
        let index = creator
            .add_track(SectorType::Audio, Arc::new(PseudoRandom::new(seed, size(2352), 300 + u64::from(seed) * 100)))
            .expect("a track");
        creator.track_info(index).expect("a track").set_isrc(&format!("USK7Y981234{seed}")).expect("a code");
    }
    creator
}

fn image(sub_code: SubCode) -> Arc<imapi_cd_image::RawImage> {
    creator(sub_code).create_result_image().expect("an image")
}

fn client() -> imapi_disc_types::ClientName {
    "tests".parse().expect("a name")
}

fn options(sub_code: SubCode) -> RawOptions {
    RawOptions { sub_code, ..RawOptions::default() }
}

/// A sector with its sub-channels, as it is read.
fn read(recorder: &Recorder, lba: i32) -> Vec<u8> {
    let selection =
        SectorSelection { main: MainChannel::RAW, sub_channel: SubChannelSelection::RAW_PW, ..SectorSelection::RAW };
    let mut bytes = vec![0xA5; 2448];
    recorder.device().read_into(&ReadCd::new(Lba(lba), 1, selection), &mut bytes).expect("a sector");
    bytes
}

#[track_caller]
fn assert_on_disc(recorder: &Recorder, image: &dyn BlockSource, addresses: impl IntoIterator<Item = i32>) {
    assert_eq!(image.block_size().get(), 2448);
    for lba in addresses {
        let mut expected = vec![0; 2448];
        let block = u64::try_from(lba - IMAGE_START.0).expect("inside");
        image.read_all(Block(block), &mut expected).expect("readable");
        assert!(read(recorder, lba) == expected, "{lba}");
    }
}

#[rstest]
fn what_is_written_is_what_is_read(
    #[values("cd-r", "cd-rw")] medium: &str,
    #[values(SubCode::PqOnly, SubCode::Cooked, SubCode::Raw)] sub_code: SubCode,
) {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(&folder, medium, None));
    let creator = creator(sub_code);
    let toc = creator.expected_table_of_contents().expect("tracks");
    let source = creator.create_result_image().expect("an image");
    let burned = burn(&recorder, &client(), &*source, &options(sub_code), &mut Control::silent()).expect("a disc");
    assert!(burned.start.0 < -4_500 && burned.sub_code == sub_code);
    assert_eq!(recorder.owner(), None);
    // The sub-channels are the same in all forms, with nothing in R to W.
    assert_on_disc(
        &recorder,
        &*image(SubCode::Raw),
        [burned.start.0, -151, -150, -1, 0, 30, 399, 400, 549, 550, 1_049, 1_050, 7_799],
    );
    let told = recorder.device().query(&ReadToc::whole(TocFormat::Toc)).expect("a table");
    let TocReply::Toc(told) = told.value else { panic!("{told:?}") };
    assert_eq!(told.lead_out(), Some(Lba(1_050)));
    let mut bytes = vec![0; toc.len()];
    let cdb = imapi_mmc_transport::Cdb::new(&[0x43, 0, 0, 0, 0, 0, 0, 0, 100, 0]).expect("a command");
    recorder
        .device()
        .execute(&cdb, imapi_mmc_transport::Data::In(&mut bytes), Duration::from_secs(1))
        .expect("an answer");
    assert_eq!(bytes, toc, "the table was foretold");
    let isrc = recorder.device().query(&ReadSubChannel::isrc(2)).expect("an answer").value.body;
    assert!(matches!(isrc, Some(SubChannelBody::Isrc { code: Some(code), .. }) if &code == b"USK7Y9812342"));
    let mcn = recorder.device().query(&ReadSubChannel::catalogue()).expect("an answer").value.body;
    assert!(matches!(mcn, Some(SubChannelBody::Catalogue { number: Some(number), .. }) if &number == b"4006381333931"));
    assert!(Probe::of(&recorder).expect("a disc").facts.state.contains(MediaState::FINALIZED));
}

#[test]
fn data_is_read_as_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(&folder, "cd-r", None));
    let creator = RawCdImageCreator::new();
    let source: Arc<dyn BlockSource> = Arc::new(PseudoRandom::new(3, size(2048), 500));
    creator.add_track(SectorType::Mode1, Arc::clone(&source)).expect("a track");
    let image = creator.create_result_image().expect("an image");
    burn(&recorder, &client(), &*image, &options(SubCode::Cooked), &mut Control::silent()).expect("a disc");
    let mut expected = vec![0; 500 * 2048];
    source.read_all(Block(0), &mut expected).expect("readable");
    let mut found = vec![0; 500 * 2048];
    let reader = imapi_format2::DiscReader::new(&recorder, 500);
    reader.read_all(Block(0), &mut found).expect("readable");
    assert!(found == expected);
    let mut plain: [u8; 2352] = read(&recorder, 7)[..2352].try_into().expect("a sector");
    scramble(&mut plain);
    assert_ne!(plain[12..16], [0, 2, 7, 1], "what is read is not scrambled");
}

/// Drives that differ from the standard write the same disc, or say before that they do not write raw.
#[test]
fn odd_drives_write_the_same_disc() {
    let source = image(SubCode::Cooked);
    let mut written = 0;
    for personality in &PERSONALITIES {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(drive(&folder, "cd-r", Some(personality)));
        match burn(&recorder, &client(), &*source, &options(SubCode::Cooked), &mut Control::silent()) {
            Ok(burned) => {
                written += 1;
                assert_on_disc(&recorder, &*image(SubCode::Raw), [burned.start.0, -150, 0, 550, 1_050]);
            }
            Err(error) => {
                assert_eq!(error.code(), v2::E_IMAPI_DF2RAW_RECORDER_NOT_SUPPORTED, "{}: {error:?}", personality.name);
            }
        }
        assert_eq!(recorder.owner(), None, "{}", personality.name);
    }
    assert!(written >= PERSONALITIES.len() - 2, "{written} of {}", PERSONALITIES.len());
}

#[test]
fn a_drive_that_takes_one_form_only_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    // The first two of the three forms that are tried are refused.
    let script = r#"{"faults": [
        {"when": {"opcode": "55", "nth": 1}, "what": {"sense": {"code": "5/26/00"}}},
        {"when": {"opcode": "55", "nth": 2}, "what": {"sense": {"code": "5/26/02"}}}
    ]}"#;
    let script = Script::from_json(script).expect("a script");
    let recorder = recorder(FaultInjector::new(drive(&folder, "cd-r", None), script).expect("a drive"));
    let mut prepared = Prepared::new(&recorder, &client(), false, &mut Control::silent()).expect("a blank disc");
    assert_eq!((prepared.supported(), prepared.best()), (&[SubCode::Raw][..], SubCode::Raw));
    let error =
        prepared.write(&*image(SubCode::Cooked), IMAGE_START, &options(SubCode::Cooked), &mut Control::silent());
    assert_eq!(error.expect_err("not that form").code(), v2::E_IMAPI_DF2RAW_DATA_BLOCK_TYPE_NOT_SUPPORTED);
    prepared
        .write(&*image(SubCode::Raw), IMAGE_START, &options(SubCode::Raw), &mut Control::silent())
        .expect("what was refused left the disc as it was");
}

fn refusal(medium: &str, source: &dyn BlockSource, start: Lba) -> HResult {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(&folder, medium, None));
    let outcome = Prepared::new(&recorder, &client(), false, &mut Control::silent())
        .and_then(|mut prepared| prepared.write(source, start, &options(SubCode::Cooked), &mut Control::silent()));
    let error: RawError = outcome.expect_err("it cannot be");
    assert_eq!(error.disc_after(), None, "the disc is as it was");
    if medium == "cd-r" {
        assert!(Probe::of(&recorder).expect("a disc").facts.is_blank());
    }
    error.code()
}

/// An image that cannot be read.
struct Gone(Arc<imapi_cd_image::RawImage>);

impl BlockSource for Gone {
    fn block_size(&self) -> NonZeroU32 {
        self.0.block_size()
    }

    fn blocks(&self) -> u64 {
        self.0.blocks()
    }

    fn read(&self, first: Block, _: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        Err(SourceError::new(first, std::io::Error::from(std::io::ErrorKind::NotFound)))
    }
}

#[test]
fn what_cannot_be_written_is_refused_before_the_disc_is_touched() {
    let good = image(SubCode::Cooked);
    assert_eq!(refusal("dvd-r", &*good, IMAGE_START), v2::E_IMAPI_DF2RAW_MEDIA_IS_NOT_SUPPORTED);
    assert_eq!(refusal("cd-r", &Zero::new(size(2448), 0), IMAGE_START), v2::E_IMAPI_DF2RAW_STREAM_NOT_SUPPORTED);
    assert_eq!(refusal("cd-r", &*image(SubCode::PqOnly), IMAGE_START), v2::E_IMAPI_DF2RAW_STREAM_NOT_SUPPORTED);
    assert_eq!(refusal("cd-r", &*good, Lba(-9_000)), v2::E_IMAPI_DF2RAW_STREAM_LEADIN_TOO_SHORT);
    let creator = RawCdImageCreator::new();
    creator.add_track(SectorType::Audio, Arc::new(Zero::new(size(2352), 30_001))).expect("a track");
    let long = creator.create_result_image().expect("an image");
    assert_eq!(refusal("cd-r", &*long, IMAGE_START), v2::E_IMAPI_DF2RAW_NOT_ENOUGH_SPACE);
    assert_eq!(refusal("cd-r", &Gone(Arc::clone(&good)), IMAGE_START), common::ERROR_FILE_NOT_FOUND);
}

#[test]
fn a_disc_with_something_on_it_is_refused_and_an_empty_drive_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(&folder, "cd-r", None));
    let source = image(SubCode::Cooked);
    let write = || burn(&recorder, &client(), &*source, &options(SubCode::Cooked), &mut Control::silent());
    write().expect("a blank disc");
    assert_eq!(write().expect_err("not blank").code(), v2::E_IMAPI_DF2RAW_MEDIA_IS_NOT_BLANK);
    let empty = VirtualDrive::new(Arc::new(ManualClock::new()));
    let empty = Recorder::over(Arc::new(empty)).expect("a drive");
    let outcome = burn(&empty, &client(), &*source, &options(SubCode::Cooked), &mut Control::silent());
    assert_eq!(outcome.expect_err("no disc").code(), v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA);
}

#[test]
fn a_test_leaves_the_disc_blank() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(&folder, "cd-r", None));
    let source = image(SubCode::Cooked);
    let test = RawOptions { test: true, ..options(SubCode::Cooked) };
    let mut prepared = Prepared::new(&recorder, &client(), false, &mut Control::silent()).expect("a blank disc");
    prepared.write(&*source, IMAGE_START, &test, &mut Control::silent()).expect("with the laser off");
    assert!(Probe::of(&recorder).expect("a disc").facts.is_blank());
    prepared.write(&*source, IMAGE_START, &options(SubCode::Cooked), &mut Control::silent()).expect("in earnest");
    assert!(!Probe::of(&recorder).expect("a disc").facts.is_blank());
}

#[test]
fn whoever_stops_hears_what_the_disc_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(&folder, "cd-r", None));
    let creator = RawCdImageCreator::new();
    creator.add_track(SectorType::Audio, Arc::new(PseudoRandom::new(1, size(2352), 29_000))).expect("a track");
    let source = creator.create_result_image().expect("an image");
    let token = CancelToken::new();
    let other = token.clone();
    let mut listener = |event: &RawEvent| {
        if matches!(event, RawEvent::Writing(_)) {
            other.cancel();
        }
        ControlFlow::Continue(())
    };
    let outcome =
        burn(&recorder, &client(), &*source, &options(SubCode::Cooked), &mut Control::new(token, &mut listener));
    let error = outcome.expect_err("it was stopped");
    assert_eq!(error.code(), v2::E_IMAPI_REQUEST_CANCELLED);
    assert!(error.is_cancelled());
    assert_eq!(recorder.owner(), None);
}

#[test]
fn a_write_error_is_told_with_its_address() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = r#"{"faults": [{"when": {"access": "write", "blocks": {"first": 320, "last": 321}}, "what": {"sense": {"code": "3/0C/00"}}}]}"#;
    let script = Script::from_json(script).expect("a script");
    let recorder = recorder(FaultInjector::new(drive(&folder, "cd-r", None), script).expect("a drive"));
    let outcome =
        burn(&recorder, &client(), &*image(SubCode::Cooked), &options(SubCode::Cooked), &mut Control::silent());
    let error = outcome.expect_err("block 320 fails");
    let after = error.disc_after().expect("something is on the disc");
    assert!(after.next.is_some_and(|next| next <= Lba(320) && next > Lba(290)), "{after:?}");
    assert!(after.state.is_some_and(|state| !state.contains(MediaState::BLANK)), "{after:?}");
    assert_eq!(recorder.owner(), None);
}

fn format(medium: &str) -> (TempDir, Recorder, DiscFormat2RawCd) {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(&folder, medium, None));
    let format = DiscFormat2RawCd::new();
    format.set_recorder(Some(&recorder)).expect("it writes raw");
    format.set_client_name("tests").expect("a name");
    (folder, recorder, format)
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Raw2Error>) -> HResult {
    outcome.expect_err("it cannot be").code()
}

#[test]
fn calls_in_a_wrong_order_have_their_codes() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<DiscFormat2RawCd>();
    let prepare = |format: &DiscFormat2RawCd| format.prepare_media(&mut Control::silent());
    let new = DiscFormat2RawCd::new();
    for code in [
        code(prepare(&new)),
        code(new.current_physical_media_type()),
        code(new.current_write_speed()),
        code(new.supported_write_speeds()),
        code(new.is_media_physically_blank()),
        code(new.is_media_heuristically_blank()),
    ] {
        assert_eq!(code, v2::E_IMAPI_DF2RAW_NO_RECORDER_SPECIFIED);
    }
    assert_eq!(code(new.supported_sector_types()), common::E_POINTER);
    assert_eq!(code(new.set_write_speed(SpeedRequest::default())), v2::E_IMAPI_RECORDER_REQUIRED);
    let (_folder, recorder, format) = format("cd-r");
    new.set_recorder(Some(&recorder)).expect("it writes raw");
    assert_eq!(code(prepare(&new)), v2::E_IMAPI_DF2RAW_CLIENT_NAME_IS_NOT_VALID);
    for name in ["", "a/b", &"x".repeat(64)] {
        assert_eq!(code(new.set_client_name(name)), v2::E_IMAPI_DF2RAW_CLIENT_NAME_IS_NOT_VALID, "{name:?}");
    }
    let outside = v2::E_IMAPI_DF2RAW_MEDIA_IS_NOT_PREPARED;
    let source = image(SubCode::Cooked);
    for code in [
        code(format.write_media(&*source, &mut Control::silent())),
        code(format.release_media()),
        code(format.set_buffer_underrun_free_disabled(true)),
        code(format.requested_sector_type()),
        code(format.set_requested_sector_type(SubCode::Raw)),
        code(format.start_of_next_session()),
        code(format.last_possible_start_of_leadout()),
    ] {
        assert_eq!(code, outside);
    }
    assert_eq!(code(format.cancel_write()), v2::E_IMAPI_DF2RAW_WRITE_NOT_IN_PROGRESS);
    assert_eq!(format.supported_sector_types().expect("a blank disc"), SubCode::ALL);
    assert_eq!(prepare(&format).expect("a blank disc"), None);
    let inside = v2::E_IMAPI_DF2RAW_MEDIA_IS_PREPARED;
    for code in [code(prepare(&format)), code(format.set_recorder(None)), code(format.set_client_name("another"))] {
        assert_eq!(code, inside);
    }
    assert_eq!(format.requested_sector_type().expect("prepared"), SubCode::Cooked);
    assert_eq!(format.last_possible_start_of_leadout().expect("prepared"), Lba(30_000));
    assert!(format.start_of_next_session().expect("prepared") < Lba(-4_500));
    assert_eq!(format.current_physical_media_type().expect("a disc"), MediaType::CDR);
    format.set_requested_sector_type(SubCode::Raw).expect("it is supported");
    assert_eq!(
        code(format.write_media(&*image(SubCode::PqOnly), &mut Control::silent())),
        v2::E_IMAPI_DF2RAW_STREAM_NOT_SUPPORTED
    );
    format.write_media(&*image(SubCode::Raw), &mut Control::silent()).expect("a disc");
    assert_eq!(
        code(format.write_media(&*image(SubCode::Raw), &mut Control::silent())),
        v2::E_IMAPI_DF2RAW_MEDIA_IS_NOT_BLANK
    );
    format.release_media().expect("it was prepared");
    assert_eq!(recorder.owner(), None);
    assert_eq!(code(prepare(&format)), v2::E_IMAPI_DF2RAW_MEDIA_IS_NOT_BLANK);
    assert_on_disc(&recorder, &*image(SubCode::Raw), [-150, 0, 1_050]);
    assert_eq!(format.supported_media_types(), [MediaType::CDR, MediaType::CDRW]);
}

#[test]
fn which_discs_it_is_for_can_be_asked_of_any_drive() {
    let format = DiscFormat2RawCd::new();
    for (medium, expected) in [("cd-r", true), ("cd-rw", true), ("dvd-r", false), ("bd-re", false)] {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(drive(&folder, medium, None));
        assert!(format.is_recorder_supported(&recorder).expect("it tells"));
        assert_eq!(format.is_current_media_supported(&recorder).expect("a disc"), expected, "{medium}");
        format.set_recorder(Some(&recorder)).expect("it writes raw");
        assert!(format.is_media_physically_blank().expect("a disc"), "{medium}");
        assert!(format.is_media_heuristically_blank().expect("a disc"), "{medium}");
        if medium == "cd-r" {
            let source = image(SubCode::Cooked);
            burn(&recorder, &client(), &*source, &options(SubCode::Cooked), &mut Control::silent()).expect("a disc");
            assert!(!format.is_media_physically_blank().expect("a disc"));
            assert!(format.is_current_media_supported(&recorder).expect("its kind counts, not its state"));
        }
    }
    let empty = Recorder::over(Arc::new(VirtualDrive::new(Arc::new(ManualClock::new())))).expect("a drive");
    assert_eq!(code(format.is_current_media_supported(&empty)), v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA);
}

#[test]
fn a_speed_that_there_is_not_is_told_by_a_code_of_success() {
    let (_folder, _recorder, format) = format("cd-r");
    let speeds: Vec<u32> =
        format.supported_write_speeds().expect("speeds").all().iter().map(|s| s.sectors_per_second).collect();
    let slowest = *speeds.last().expect("some");
    let request = SpeedRequest { sectors_per_second: Some(slowest + 1), pure_cav: false };
    let adjusted = format.set_write_speed(request).expect("a speed");
    assert_eq!(adjusted, Some(v2::S_IMAPI_SPEEDADJUSTED));
    assert_eq!(format.requested_write_speed(), request);
    assert_eq!(format.current_write_speed().expect("told").map(|speed| speed.sectors_per_second), Some(slowest));
    assert_eq!(format.prepare_media(&mut Control::silent()).expect("a blank disc"), adjusted);
    assert_eq!(format.requested_write_speed(), request, "preparing keeps the speed");
}

#[test]
fn while_a_disc_is_written_nothing_changes_and_anyone_may_cancel() {
    let (_folder, recorder, format) = format("cd-r");
    let format = Arc::new(format);
    format.prepare_media(&mut Control::silent()).expect("a blank disc");
    let source = image(SubCode::Cooked);
    let mut codes = Vec::new();
    let mut listener = |event: &RawEvent| {
        if matches!(event, RawEvent::Begins { .. }) && codes.is_empty() {
            let (other, recorder, source) = (Arc::clone(&format), recorder.clone(), Arc::clone(&source));
            codes = thread::spawn(move || {
                let codes = vec![
                    code(other.write_media(&*source, &mut Control::silent())),
                    code(other.release_media()),
                    code(other.prepare_media(&mut Control::silent())),
                    code(other.set_recorder(Some(&recorder))),
                    code(other.set_client_name("another")),
                    code(other.set_buffer_underrun_free_disabled(true)),
                    code(other.set_requested_sector_type(SubCode::Raw)),
                    code(other.set_write_speed(SpeedRequest::default())),
                ];
                assert!(other.start_of_next_session().is_ok(), "what is known can be asked");
                other.cancel_write().expect("it is being written");
                codes
            })
            .join()
            .expect("no panic");
        }
        ControlFlow::Continue(())
    };
    let outcome = format.write_media(&*source, &mut Control::new(CancelToken::new(), &mut listener));
    assert_eq!(code(outcome), v2::E_IMAPI_REQUEST_CANCELLED);
    assert_eq!(codes, [v2::E_IMAPI_DF2RAW_WRITE_IN_PROGRESS; 8]);
    format.write_media(&*source, &mut Control::silent()).expect("it was stopped before anything was written");
    format.release_media().expect("it was prepared");
}

#[test]
fn a_drive_without_raw_writing_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    // Its features promise it, and every form is refused.
    let script =
        r#"{"faults": [{"when": {"opcode": "55"}, "what": {"sense": {"code": "5/26/00"}}, "times": "always"}]}"#;
    let script = Script::from_json(script).expect("a script");
    let recorder = recorder(FaultInjector::new(drive(&folder, "cd-r", None), script).expect("a drive"));
    let outcome =
        burn(&recorder, &client(), &*image(SubCode::Cooked), &options(SubCode::Cooked), &mut Control::silent());
    assert_eq!(outcome.expect_err("no form is taken").code(), v2::E_IMAPI_DF2RAW_RECORDER_NOT_SUPPORTED);
}
