//! A disc in one go, with all that track-at-once cannot write.

use std::ops::ControlFlow;

use imapi_cd_sector::{
    cdtext::{Block, CdText, TextKind},
    subchannel::Track as Number,
};
use imapi_disc_types::{CancelToken, Control, Lba};
use imapi_errors::{Coded as _, v2};
use imapi_format2::{
    Verification,
    at_once::{Content, Session, Track},
    audio::{AudioOptions, parse_isrc, parse_mcn},
};
use imapi_format2_tao::{AtOnceError, BurnedAtOnce, TaoEvent, TaoOptions, What, burn_at_once};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{ReadSubChannel, ReadToc, SubChannelBody, TocFormat, TocReply},
};
use imapi_recorder::Recorder;
use imapi_virtual_drive::PERSONALITIES;
use rstest::rstest;

use crate::helpers::{Slow, Song, assert_on_disc, client, drive, probe, recorder, sound};

const ONE: Song = Song { sectors: 437, mark: 0xA1 };
const TWO: Song = Song { sectors: 500, mark: 0xB2 };

fn burn(recorder: &Recorder, session: &Session<'_>, options: &TaoOptions) -> Result<BurnedAtOnce, AtOnceError> {
    burn_at_once(recorder, &client(), session, options, &mut Control::silent())
}

fn verified() -> TaoOptions {
    TaoOptions { verification: Verification::Quick, ..TaoOptions::default() }
}

fn plain(source: &Song) -> Track<'_> {
    Track::new(Content::Audio(AudioOptions::default()), source)
}

/// Titles of a disc with two tracks.
fn titles() -> CdText {
    let last = Number::new(2).expect("a track");
    let mut block = Block::new(Number::FIRST, last);
    for (track, title) in [(None, "The Disc"), (Some(Number::FIRST), "First"), (Some(last), "Second")] {
        block.set(TextKind::Title, track, title).expect("a title");
    }
    CdText { blocks: vec![block] }
}

#[rstest]
fn songs_follow_one_another_without_a_gap(#[values("cd-r", "cd-rw")] name: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), name, None, None));
    let session = Session { tracks: vec![plain(&ONE), plain(&TWO)], ..Session::default() };
    let burned = burn(&recorder, &session, &verified()).expect("burned");
    assert!(burned.finalized && !burned.with_text);
    assert_eq!(burned.sectors, 937);
    assert_on_disc(&recorder, &ONE, Lba(0), name);
    assert_on_disc(&recorder, &TWO, Lba(437), name);
    assert!(probe(&recorder).facts.is_closed());
    assert_eq!(recorder.owner(), None);
}

#[test]
fn numbers_pauses_and_titles_are_on_the_disc() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let isrc = Some(parse_isrc("DEA122400007").expect("a code"));
    let second = AudioOptions { isrc, pre_emphasis: true, ..AudioOptions::default() };
    let session = Session {
        catalogue: Some(parse_mcn("4006381333931").expect("a number")),
        text: titles().packs().expect("packs"),
        tracks: vec![
            // Sound before the first track, for whoever searches backwards.
            Track { begins_at: 100, ..plain(&ONE) },
            Track { pause: 75, begins_at: 30, indexes: vec![200], ..Track::new(Content::Audio(second), &TWO) },
        ],
    };
    let burned = burn(&recorder, &session, &verified()).expect("burned");
    assert!(burned.with_text);
    let told = |question: ReadSubChannel| recorder.device().query(&question).expect("it tells").value.body;
    let Some(SubChannelBody::Catalogue { number, .. }) = told(ReadSubChannel::catalogue()) else { panic!("no number") };
    assert_eq!(number, Some(*b"4006381333931"));
    let Some(SubChannelBody::Isrc { code, .. }) = told(ReadSubChannel::isrc(2)) else { panic!("no code") };
    assert_eq!(code, Some(*b"DEA122400007"));
    let text = recorder.device().query_whole(&ReadToc::whole(TocFormat::CdText)).expect("CD-TEXT").value;
    let TocReply::CdText(packs) = text else { unreachable!("it was asked for") };
    assert_eq!(CdText::parse(&packs.concat()).0, titles());
    // The first track's pause has 50 sectors of silence and 100 of sound before address 0.
    assert!(sound(&recorder, Lba(-100), 437) == ONE.bytes(), "from the pause on");
    assert!(sound(&recorder, Lba(337), 75) == vec![0; 75 * 2352], "the second track's pause");
    assert_on_disc(&recorder, &TWO, Lba(337 + 75), "the second song");
    let TocReply::Toc(toc) = recorder.device().query(&ReadToc::whole(TocFormat::Toc)).expect("a table").value else {
        unreachable!("it was asked for")
    };
    let starts: Vec<_> = toc.entries.iter().filter_map(|entry| entry.start.lba()).collect();
    assert_eq!(starts, [Lba(0), Lba(337 + 75 + 30), Lba(337 + 75 + 500)]);
}

/// Titles, where the drive knows where its lead-in is; and sound in any case.
#[test]
fn odd_drives_burn_at_once_too() {
    for personality in &PERSONALITIES {
        let what = personality.name;
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(drive(folder.path(), "cd-r", Some(personality), Some(20_000)));
        let text = titles().packs().expect("packs");
        let session = Session { text, tracks: vec![plain(&ONE), plain(&TWO)], ..Session::default() };
        let burned = burn(&recorder, &session, &verified()).unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert!(burned.with_text, "{what}");
        assert_on_disc(&recorder, &ONE, Lba(0), what);
        assert_on_disc(&recorder, &TWO, Lba(437), what);
        assert_eq!(recorder.owner(), None, "{what}");
    }
}

#[test]
fn data_before_songs_makes_a_mixed_disc() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let data = imapi_disc_types::BytesSource::padded(vec![0x42; 2048 * 400], imapi_disc_types::SECTOR_SIZE);
    let session = Session {
        tracks: vec![Track { behind: 150, ..Track::new(Content::Mode1, &data) }, plain(&ONE)],
        ..Session::default()
    };
    burn(&recorder, &session, &verified()).expect("burned");
    assert_on_disc(&recorder, &ONE, Lba(400 + 150 + 150), "the song");
    let reader = imapi_format2::DiscReader::new(&recorder, 400);
    let mut out = vec![0; 2048 * 32];
    reader.blocks_at(Lba(368), &mut out).expect("data");
    assert!(out.iter().all(|&byte| byte == 0x42));
}

#[test]
fn what_does_not_fit_or_cannot_be_leaves_the_disc_blank() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, Some(3000)));
    let long = Song { sectors: 3001, mark: 1 };
    let error = burn(&recorder, &Session { tracks: vec![plain(&long)], ..Session::default() }, &verified());
    assert_eq!(error.expect_err("too long").code(), v2::E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE);
    let error = burn(&recorder, &Session::default(), &verified()).expect_err("nothing in it");
    assert_eq!(error.code(), v2::E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED);
    assert!(probe(&recorder).facts.is_blank());
    let exact = Song { sectors: 3000, mark: 1 };
    burn(&recorder, &Session { tracks: vec![plain(&exact)], ..Session::default() }, &verified()).expect("it just fits");
}

#[test]
fn a_rehearsal_leaves_the_disc_blank() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let session = Session { tracks: vec![plain(&ONE)], ..Session::default() };
    let burned = burn(&recorder, &session, &TaoOptions { test: true, ..verified() }).expect("rehearsed");
    assert!(!burned.finalized && probe(&recorder).facts.is_blank());
    burn(&recorder, &session, &verified()).expect("and the next one is in earnest");
}

#[test]
fn a_burn_that_is_stopped_says_what_the_disc_is_now() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-rw", None, None));
    let long = Slow(Song { sectors: 20_000, mark: 1 });
    let track = Track::new(Content::Audio(AudioOptions::default()), &long);
    let session = Session { tracks: vec![track], ..Session::default() };
    let mut listener = |event: &TaoEvent| match event.what {
        What::Writing(progress) if progress.written() > 500 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let error = burn_at_once(&recorder, &client(), &session, &verified(), &mut control).expect_err("stopped");
    assert_eq!(error.code(), v2::E_IMAPI_REQUEST_CANCELLED);
    assert!(matches!(error, AtOnceError::Burning { state: Some(_), .. }), "{error:?}");
    assert_eq!(recorder.owner(), None);
}
