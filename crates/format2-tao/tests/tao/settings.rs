//! What the drive is told of disc and tracks.

use imapi_disc_types::Control;
use imapi_errors::{Coded as _, Fact, v2};
use imapi_format2::{
    SpeedRequest,
    at_once::{Content, Session, Track},
    audio::{AudioOptions, Copying, parse_isrc, parse_mcn},
};
use imapi_format2_tao::{TaoOptions, burn_at_once};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{ReadSubChannel, ReadToc, SubChannelBody, TocFormat, TocReply},
};
use rstest::rstest;

use crate::helpers::{Song, burn, client, drive, prepare, probe, recorder, traced};

const SONG: Song = Song { sectors: 310, mark: 5 };

fn of<'a>(sent: &'a [String], command: &str) -> Vec<&'a str> {
    sent.iter().filter_map(|step| step.strip_prefix(command)).map(str::trim_start).collect()
}

#[rstest]
#[case(TaoOptions::default(), "track at once, multi-session 00b, track mode 2, block type 0, BUFE, audio pause 150")]
#[case(TaoOptions { finalize: false, ..TaoOptions::default() }, "track at once, multi-session 11b, track mode 2, block type 0, BUFE, audio pause 150")]
#[case(TaoOptions { underrun_protection: false, ..TaoOptions::default() }, "track at once, multi-session 00b, track mode 2, block type 0, audio pause 150")]
fn options_become_write_parameters(#[case] options: TaoOptions, #[case] expected: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let (recorder, sent) = traced(drive(folder.path(), "cd-r", None, None));
    burn(&recorder, &[SONG, SONG], &options);
    let sent = sent();
    assert_eq!(of(&sent, "MODE SELECT (10): page 05h,"), [expected; 2], "{sent:#?}");
}

#[test]
fn numbers_and_bits_are_on_the_disc() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let catalogue = Some(parse_mcn("4006381333931").expect("a number"));
    let mut session = prepare(&recorder, &TaoOptions { catalogue, ..TaoOptions::default() }).expect("a blank CD");
    let tracks = [
        AudioOptions { isrc: Some(parse_isrc("DE-A12-24-00007").expect("a code")), ..AudioOptions::default() },
        AudioOptions { pre_emphasis: true, copying: Copying::Prohibited, ..AudioOptions::default() },
        AudioOptions { copying: Copying::Exhausted, ..AudioOptions::default() },
    ];
    for track in &tracks {
        session.add_track(&SONG, track, &mut Control::silent()).expect("a track");
    }
    session.finish(&mut Control::silent()).expect("finished");
    let TocReply::Toc(toc) = recorder.device().query(&ReadToc::whole(TocFormat::Toc)).expect("a table").value else {
        unreachable!("it was asked for")
    };
    assert_eq!(toc.entries.iter().map(|entry| entry.control).collect::<Vec<_>>(), [2, 1, 0, 0]);
    let told = |question: ReadSubChannel| recorder.device().query(&question).expect("it tells").value.body;
    let Some(SubChannelBody::Catalogue { number, .. }) = told(ReadSubChannel::catalogue()) else { panic!("no number") };
    assert_eq!(number, Some(*b"4006381333931"));
    let isrc = |track| match told(ReadSubChannel::isrc(track)) {
        Some(SubChannelBody::Isrc { code, .. }) => code,
        other => panic!("{other:?}"),
    };
    assert_eq!((isrc(1), isrc(2)), (Some(*b"DEA122400007"), None));
}

#[test]
fn a_speed_is_chosen_and_can_be_changed_between_tracks() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let slow = SpeedRequest { sectors_per_second: Some(8 * 75), pure_cav: false };
    let mut session = prepare(&recorder, &TaoOptions { speed: slow, ..TaoOptions::default() }).expect("a blank CD");
    let speed = |session: &imapi_format2_tao::Session| session.speed().map(|(speed, _)| speed.sectors_per_second);
    let first = speed(&session).expect("it has speeds");
    assert!(first.abs_diff(600) < 300, "{first}");
    session.set_speed(SpeedRequest::default()).expect("the fastest");
    assert!(speed(&session) > Some(first));
}

#[test]
fn a_rehearsal_leaves_the_disc_blank() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let tracks = burn(&recorder, &[SONG, SONG], &TaoOptions { test: true, ..TaoOptions::default() });
    assert_eq!(tracks.len(), 2);
    assert!(probe(&recorder).facts.is_blank());
    assert_eq!(burn(&recorder, &[SONG], &TaoOptions::default()).len(), 1);
    assert!(!probe(&recorder).facts.is_blank(), "and the next one is in earnest");
}

/// It does not say that it can switch its laser off, and so nothing is sent to the disc.
#[test]
fn a_drive_that_tells_no_features_only_pretends_a_rehearsal() {
    let folder = tempfile::tempdir().expect("a folder");
    let odd = imapi_virtual_drive::PERSONALITIES.iter().find(|personality| personality.name == "no-features");
    let (recorder, sent) = traced(drive(folder.path(), "cd-r", odd, None));
    let options = TaoOptions { test: true, ..TaoOptions::default() };
    assert_eq!(burn(&recorder, &[SONG], &options).len(), 1);
    let track = Track::new(Content::Audio(AudioOptions::default()), &SONG);
    let session = Session { tracks: vec![track], ..Session::default() };
    burn_at_once(&recorder, &client(), &session, &options, &mut Control::silent()).expect("nothing happens");
    let sent = sent();
    let forbidden = ["WRITE", "SEND CUE", "CLOSE", "SYNCHRONIZE"];
    assert!(!sent.iter().any(|step| forbidden.iter().any(|word| step.starts_with(word))), "{sent:#?}");
}

#[test]
fn a_drive_that_another_has_is_refused_with_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let other = "another".parse().expect("a name");
    recorder.device().lock(&other, false).expect("it is free");
    let error = prepare(&recorder, &TaoOptions::default()).expect_err("it is taken");
    assert_eq!(error.code(), v2::E_IMAPI_RECORDER_LOCKED);
    let mut owner = None;
    error.facts(&mut |fact, value| owner = (fact == Fact::LockOwner).then(|| value.to_string()));
    assert_eq!(owner.as_deref(), Some("another"));
}
