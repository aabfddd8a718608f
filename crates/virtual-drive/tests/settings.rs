//! What hosts set and ask of the drive itself: mode pages, speeds, events. What it cannot do it refuses at the byte.

use std::sync::Arc;

use imapi_disc_types::{Lba, ManualClock};
use imapi_mmc_transport::{
    CommandError, Condition, InvalidField, Sense, TransportExt as _,
    commands::{
        Event, EventClasses, GetEventStatus, GetPerformance, MediaChange, MediaEvent, ModeSelect10, ModeSense6,
        ModeSense10, PerformanceDescriptors, PreventAllowMediumRemoval, ReadToc, SetCdSpeed, SetStreaming,
        StartStopUnit, StreamingParameters, StreamingSpeed, TestUnitReady, TocFormat, UnitAction, Verify10, Write10,
    },
    mode::{
        BlockType, Caching, ModePage, ModeParameters, MultiSession, PageCode, PageControl, TimeoutAndProtect,
        WriteParameters, WriteType,
    },
};
use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};
use rstest::rstest;

/// A drive with a small disc of that kind in it, its attentions heard.
fn drive_with(name: &str) -> (VirtualDrive, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let medium: &'static Medium = name.parse().expect("a medium");
    let geometry = medium.geometry(Some(3200)).expect("a size");
    let disc = DiscFile::create(&folder.path().join("my.disc"), geometry).expect("a new disc");
    let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    drive.insert(disc, medium).expect("an empty drive");
    while drive.send(&TestUnitReady).is_err() {}
    (drive, folder)
}

fn page(drive: &VirtualDrive, code: PageCode, control: PageControl) -> ModePage {
    let parameters = drive.query(&ModeSense10::of(code, control)).expect("a page").value;
    parameters.page(code).expect("the page that was asked for").clone()
}

fn set(drive: &VirtualDrive, page: ModePage) -> Result<(), CommandError> {
    let parameters = ModeParameters::of([page]);
    drive.submit(&ModeSelect10::carrying(&parameters), &parameters).map(drop)
}

fn sense_of(error: Result<(), CommandError>) -> Sense {
    error.expect_err("refused").sense().copied().expect("with sense")
}

#[test]
fn a_page_that_was_set_is_read_back_until_the_drive_is_reset() {
    let (drive, _folder) = drive_with("bd-re");
    let before = page(&drive, PageCode::WRITE_PARAMETERS, PageControl::Default);
    let wanted = ModePage::WriteParameters(WriteParameters::dvd_incremental(MultiSession::Open));
    set(&drive, wanted.clone()).expect("every DVD burner takes it");
    assert_eq!(page(&drive, PageCode::WRITE_PARAMETERS, PageControl::Current), wanted);
    assert_eq!(page(&drive, PageCode::WRITE_PARAMETERS, PageControl::Default), before);
    drive.reset().expect("a disc");
    assert!(drive.send(&TestUnitReady).is_err(), "the reset is told");
    assert_eq!(page(&drive, PageCode::WRITE_PARAMETERS, PageControl::Current), before);
}

#[test]
fn both_forms_of_mode_sense_tell_all_pages() {
    let (drive, _folder) = drive_with("bd-re");
    let long = drive.query(&ModeSense10::current(PageCode::ALL)).expect("all").value;
    let short = drive.query(&ModeSense6::current(PageCode::ALL)).expect("all").value;
    assert_eq!(long.pages, short.pages);
    let codes: Vec<u8> = long.pages.iter().map(|listed| listed.page.code().value()).collect();
    assert_eq!(codes, [0x01, 0x05, 0x08, 0x0E, 0x1A, 0x1D, 0x2A]);
}

#[rstest]
#[case(WriteParameters { write_type: WriteType::LAYER_JUMP, ..WriteParameters::dvd_layer_jump() }, 2)]
#[case(WriteParameters { write_type: WriteType(9), ..WriteParameters::tao_data(MultiSession::Final) }, 2)]
#[case(WriteParameters { block_type: BlockType(7), ..WriteParameters::tao_data(MultiSession::Final) }, 4)]
#[case(WriteParameters { write_type: WriteType::RAW, ..WriteParameters::tao_data(MultiSession::Final) }, 4)]
#[case(WriteParameters { multi_session: MultiSession::Reserved, ..WriteParameters::tao_data(MultiSession::Final) }, 3)]
fn a_way_of_writing_that_no_drive_has_is_refused_at_its_byte(#[case] wanted: WriteParameters, #[case] byte: u16) {
    let (drive, _folder) = drive_with("bd-re");
    let refused = sense_of(set(&drive, ModePage::WriteParameters(wanted)));
    // Eight bytes of header stand before the page.
    assert_eq!(refused, Sense::from(InvalidField::data(8 + byte)));
}

#[test]
fn what_cannot_be_changed_is_refused_and_nothing_is_changed() {
    let (drive, _folder) = drive_with("bd-re");
    let on = Caching { write_cache: true, ..Caching::default() };
    let off = ModePage::Caching(Caching { write_cache: false, ..on.clone() });
    let strange = ModePage::Caching(Caching { tail: vec![0, 7, 0, 0, 0, 0, 0, 0, 0], ..on });
    // A list whose second page is bad leaves the first as it was.
    let both = ModeParameters::of([off.clone(), strange]);
    assert!(drive.submit(&ModeSelect10::carrying(&both), &both).is_err());
    assert_ne!(page(&drive, PageCode::CACHING, PageControl::Current), off);
    set(&drive, off.clone()).expect("the cache can be switched off");
    assert_eq!(page(&drive, PageCode::CACHING, PageControl::Current), off);
    let error = drive.query(&ModeSense10::of(PageCode::CACHING, PageControl::Saved)).expect_err("nothing is saved");
    assert_eq!(error.sense(), Some(&Sense::SAVING_NOT_SUPPORTED));
    let error = drive.query(&ModeSense10::current(PageCode::new(0x30))).expect_err("there is no such page");
    assert_eq!(error.sense(), Some(&Sense::from(InvalidField::cdb_bit(2, 5))));
}

#[test]
fn software_protects_whatever_disc_is_in() {
    let (drive, _folder) = drive_with("dvd-ram");
    drive.write_from(&Write10::new(Lba(0), 1), &[1; 2048]).expect("not yet");
    let protect = |on| ModePage::Timeout(TimeoutAndProtect { write_protected: on, ..TimeoutAndProtect::default() });
    set(&drive, protect(true)).expect("it can be set");
    let refused = drive.write_from(&Write10::new(Lba(0), 1), &[2; 2048]).expect_err("protected");
    assert!(matches!(refused.condition(), Some(Condition::WriteProtected)), "{refused}");
    set(&drive, protect(false)).expect("and taken back");
    drive.write_from(&Write10::new(Lba(0), 1), &[2; 2048]).expect("again");
    drive.write_from(&Verify10 { byte_check: true, ..Verify10::new(Lba(0), 1) }, &[2; 2048]).expect("it is there");
    let differs = drive.write_from(&Verify10 { byte_check: true, ..Verify10::new(Lba(0), 1) }, &[1; 2048]);
    assert_eq!(differs.expect_err("it is not").sense().map(|sense| (sense.asc, sense.ascq)), Some((0x1D, 0)));
}

#[test]
fn the_speed_is_one_that_the_disc_has() {
    let (drive, _folder) = drive_with("bd-r");
    let speeds = || match drive.query(&GetPerformance::write_speeds(20)).expect("an answer").value.descriptors {
        PerformanceDescriptors::WriteSpeeds(speeds) => speeds.iter().map(|each| each.write).collect::<Vec<u32>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(speeds(), [71_930, 53_948, 35_965, 26_974, 17_983, 8_991], "2 to 16 times 4,495.6 kB/s");
    let now = || match drive.query(&GetPerformance::nominal(true, Lba(0), 1)).expect("an answer").value.descriptors {
        PerformanceDescriptors::Nominal(speeds) => (speeds[0].start_speed, speeds[0].end.0),
        other => panic!("{other:?}"),
    };
    assert_eq!(now(), (71_930, 3199));
    let asked = StreamingParameters::Speed(StreamingSpeed::per_second(Lba(3199), 20_000, 20_000));
    drive.submit(&SetStreaming::speed(), &asked).expect("it can be set");
    assert_eq!(now().0, 17_983);
    let capabilities = drive.query(&ModeSense10::current(PageCode::CAPABILITIES)).expect("a page").value;
    let capabilities = capabilities.capabilities().expect("the page that was asked for").clone();
    assert_eq!(capabilities.write_speed.map(|now| now.speed), Some(17_983));
    assert_eq!(capabilities.max_write_speed, u16::MAX, "71,930 has no room in two bytes");
    drive.send(&SetCdSpeed::new(SetCdSpeed::MAXIMUM, SetCdSpeed::MAXIMUM)).expect("it can be set");
    assert_eq!(now().0, 71_930);
}

#[test]
fn hosts_hear_of_the_tray_in_the_order_of_events() {
    let (drive, _folder) = drive_with("bd-re");
    let event = || match drive.query(&GetEventStatus::poll(EventClasses::MEDIA)).expect("an answer").value.event {
        Some(Event::Media(event)) => event,
        other => panic!("{other:?}"),
    };
    let state = |code, door_open, present| MediaEvent { code, door_open, present, first_slot: 0, last_slot: 0 };
    assert_eq!(event(), state(MediaChange::NEW_MEDIA, false, true));
    assert_eq!(event(), state(MediaChange::NONE, false, true));
    drive.send(&PreventAllowMediumRemoval { prevent: true, persistent: false }).expect("locked");
    let eject = StartStopUnit::new(UnitAction::Eject);
    assert_eq!(sense_of(drive.send(&eject).map(drop)), Sense::REMOVAL_PREVENTED);
    drive.send(&PreventAllowMediumRemoval { prevent: false, persistent: false }).expect("unlocked");
    drive.send(&eject).expect("ejected");
    assert_eq!(event(), state(MediaChange::REMOVAL, true, false));
    drive.send(&StartStopUnit::new(UnitAction::Load)).expect("loaded");
    assert_eq!(event(), state(MediaChange::NEW_MEDIA, false, true));
    let waiting = GetEventStatus { polled: false, ..GetEventStatus::poll(EventClasses::MEDIA) };
    assert!(drive.query(&waiting).is_err(), "it answers at once or not at all");
    let nothing = drive.query(&GetEventStatus::poll(EventClasses::MULTI_HOST)).expect("an answer").value;
    assert_eq!((nothing.event, nothing.supported.contains(EventClasses::MEDIA)), (None, true));
}

#[test]
fn a_disc_without_a_table_of_contents_has_one_made_up() {
    let (drive, _folder) = drive_with("dvd-ram");
    drive.query(&ReadToc::whole(TocFormat::Toc)).expect("one track from 0 to the end");
    for format in [TocFormat::Full, TocFormat::Pma, TocFormat::Atip, TocFormat::CdText] {
        let refused = drive.query(&ReadToc::whole(format)).expect_err("this is no CD");
        assert_eq!(refused.sense(), Some(&Sense::from(InvalidField::cdb_bit(2, 3))), "{format:?}");
    }
    let beyond = drive.query(&ReadToc { from: 2, ..ReadToc::whole(TocFormat::Toc) }).expect_err("there is one track");
    assert_eq!(beyond.sense(), Some(&Sense::from(InvalidField::cdb(6))));
}
