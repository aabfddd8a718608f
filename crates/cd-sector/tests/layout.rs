//! Whole discs, sector by sector: what P and Q say from the lead-in to the end of the lead-out.

use imapi_cd_sector::{
    layout::{DiscLayout, FIRST_PAUSE, LEAD_OUT_LEN, LayoutError, Place, TrackLayout},
    subchannel::{Control, DiscType, Isrc, Mcn, QContent, QFrame, Track, TwoDigits},
};
use imapi_disc_types::{Lba, Msf};
use proptest::prelude::*;

fn track(number: u8) -> Track {
    Track::new(number).expect("a track")
}

fn time(lba: i32) -> Msf {
    Msf::try_from(Lba(lba)).expect("a time")
}

fn song(number: u8, pause: i32, begin: i32) -> TrackLayout {
    TrackLayout::new(track(number), Control::AUDIO, Lba(pause), Lba(begin))
}

fn isrc() -> Isrc {
    "USRC17607839".parse().expect("a code")
}

fn mcn() -> Mcn {
    "1234567890123".parse().expect("a number")
}

/// Three tracks: a song with three indexes, data behind a pause, and a song without a pause.
fn disc() -> DiscLayout {
    let mut first = song(1, -150, 0);
    first.indexes = vec![Lba(100), Lba(1_000)];
    first.isrc = Some(isrc());
    let data = TrackLayout::new(track(2), Control::DATA, Lba(2_000), Lba(2_225));
    let mut last = song(3, 4_000, 4_000);
    last.control = Control::PRE_EMPHASIS | Control::COPY_PERMITTED;
    DiscLayout::new(vec![first, data, last], Lba(5_000)).expect("a disc").with_mcn(Some(mcn()))
}

fn frame(disc: &DiscLayout, lba: i32) -> QFrame {
    disc.frame(Lba(lba)).unwrap_or_else(|| panic!("{lba} has a time"))
}

/// Track, index, relative and absolute time.
fn position(disc: &DiscLayout, lba: i32) -> (u8, u8, u32, Msf) {
    match frame(disc, lba).content {
        QContent::Program { track, index, relative, absolute } => {
            (track.get(), index.get(), relative.frames(), absolute)
        }
        other => panic!("{lba}: {other:?}"),
    }
}

#[test]
fn time_runs_down_in_a_pause_and_up_behind_it() {
    let disc = disc();
    for (lba, track, index, relative) in [
        (-150, 1, 0, 149),
        (-1, 1, 0, 0),
        (0, 1, 1, 0),
        (99, 1, 1, 99),
        (100, 1, 2, 100),
        (1_000, 1, 3, 1_000),
        (1_999, 1, 3, 1_999),
        (2_000, 2, 0, 224),
        (2_224, 2, 0, 0),
        (2_225, 2, 1, 0),
        (3_999, 2, 1, 1_774),
        (4_000, 3, 1, 0),
        (4_999, 3, 1, 999),
    ] {
        assert_eq!(position(&disc, lba), (track, index, relative, time(lba)), "{lba}");
    }
    assert_eq!(disc.place(Lba(-151)), Place::LeadIn);
    assert_eq!(disc.place(Lba(2_000)), Place::Track { at: 1, index: TwoDigits::PAUSE });
    assert_eq!(disc.place(Lba(5_000)), Place::LeadOut);
}

#[test]
fn the_lead_out_counts_from_its_own_beginning_to_its_end() {
    let disc = disc();
    let control = Control::PRE_EMPHASIS | Control::COPY_PERMITTED;
    for lba in [5_000, 11_749] {
        let relative = Msf::from_frames(u32::try_from(lba - 5_000).expect("positive")).expect("a length");
        let content = QContent::LeadOut { relative, absolute: time(lba) };
        assert_eq!(frame(&disc, lba), QFrame { control, content });
    }
    assert_eq!(disc.end(), Lba(11_750));
}

/// Each row three times, and the last of the table is the last of the lead-in.
#[test]
fn the_lead_in_says_the_table_of_contents_over_and_over() {
    let disc = disc().with_disc_type(DiscType::XA);
    let row = |lba| {
        let QFrame { control, content } = frame(&disc, lba);
        match content {
            QContent::FirstTrack { time: at, track, disc_type } => {
                assert_eq!((at, disc_type), (time(lba), DiscType::XA));
                (0xA0, control.bits(), i32::from(track.get()))
            }
            QContent::LastTrack { track, .. } => (0xA1, control.bits(), track.get().into()),
            QContent::LeadOutStart { start, .. } => (0xA2, control.bits(), Lba::from(start).0),
            QContent::TrackStart { track, start, .. } => (track.get(), control.bits(), Lba::from(start).0),
            other => panic!("{other:?}"),
        }
    };
    let table = [(0xA0, 0, 1), (0xA1, 3, 3), (0xA2, 3, 5_000), (1, 0, 0), (2, 4, 2_225), (3, 3, 4_000)];
    let expected: Vec<_> = table.into_iter().flat_map(|row| [row; 3]).collect();
    for end in [-150, -150 - 18, -150 - 18 * 1_200] {
        assert_eq!((end - 18..end).map(row).collect::<Vec<_>>(), expected, "{end}");
    }
    assert_eq!(disc.frame(Lba(-45_151)), None, "there is no earlier time");
}

#[test]
fn the_numbers_stand_beside_one_sector_in_a_hundred_at_least() {
    let disc = disc();
    let (mut catalogue, mut code) = (Vec::new(), Vec::new());
    for lba in -150..5_000 {
        let QFrame { control, content } = frame(&disc, lba);
        match content {
            QContent::Mcn { number, frame } => {
                assert_eq!((number, frame.get()), (mcn(), time(lba).frame()));
                catalogue.push(lba);
            }
            QContent::Isrc { code: found, frame } => {
                assert_eq!((found, frame.get(), control), (isrc(), time(lba).frame(), Control::AUDIO));
                code.push(lba);
            }
            _ => {}
        }
    }
    assert!(catalogue.windows(2).all(|two| two[1] - two[0] <= 100), "{catalogue:?}");
    assert!(catalogue[0] < -50 && catalogue[catalogue.len() - 1] >= 4_900);
    assert!(code.windows(2).all(|two| two[1] - two[0] <= 100), "{code:?}");
    assert!(code[0] < 100 && *code.last().expect("some") < 2_000, "only the first track has a code");
    // No position is lost where a track or an index begins.
    for begin in [-150, 0, 100, 1_000, 2_000, 2_225, 4_000] {
        for lba in begin..begin + 4 {
            position(&disc, lba);
        }
    }
}

#[test]
fn the_flag_is_set_two_seconds_before_a_track_and_as_long_as_its_pause() {
    let disc = disc();
    let flagged: Vec<i32> = (-160..5_150).filter(|&lba| disc.flag(Lba(lba))).collect();
    let expected: Vec<i32> = (-150..0).chain(2_000..2_225).chain(3_850..4_000).collect();
    assert_eq!(flagged, expected);
    // Twice a second in the lead-out, after two seconds.
    let changes = (5_150..11_749).filter(|&lba| disc.flag(Lba(lba)) != disc.flag(Lba(lba + 1))).count();
    assert!(disc.flag(Lba(5_150)));
    assert_eq!(changes, 351, "88 seconds, four changes each, but for the last");
}

#[test]
fn the_right_to_copy_alternates_for_a_copy() {
    let mut only = song(1, -150, 0);
    only.alternate_copy = true;
    let disc = DiscLayout::new(vec![only], Lba(500)).expect("a disc");
    let rights: Vec<bool> = (0..400).map(|lba| frame(&disc, lba).control.contains(Control::COPY_PERMITTED)).collect();
    assert_eq!(rights.iter().filter(|&&right| right).count(), 200);
    assert_eq!(rights[..8], [false, false, false, false, true, true, true, true]);
    assert!(!frame(&disc, -151).control.contains(Control::COPY_PERMITTED));
}

#[test]
fn what_is_no_disc_is_refused() {
    let two = |second| DiscLayout::new(vec![song(1, -150, 0), second], Lba(5_000));
    let order = |number, at| Err(LayoutError::Order { track: track(number), at: Lba(at) });
    assert_eq!(DiscLayout::new(Vec::new(), Lba(0)), Err(LayoutError::NoTracks));
    assert_eq!(DiscLayout::new(vec![song(1, 0, 0)], Lba(5)), Err(LayoutError::FirstPause { found: Lba(0) }));
    assert_eq!(two(song(2, 0, 100)), order(1, 0));
    assert_eq!(two(song(2, 100, 99)), order(2, 99));
    assert_eq!(two(song(2, 100, 5_000)), order(2, 5_000));
    assert_eq!(two(song(3, 100, 100)), Err(LayoutError::Numbers { track: track(1) }));
    let mut indexed = song(1, -150, 0);
    indexed.indexes = vec![Lba(10), Lba(10)];
    assert_eq!(DiscLayout::new(vec![indexed.clone()], Lba(500)), order(1, 10));
    indexed.indexes = (1..=99).map(Lba).collect();
    let too_many = Err(LayoutError::TooManyIndexes { track: Track::FIRST });
    assert_eq!(DiscLayout::new(vec![indexed.clone()], Lba(500)), too_many);
    indexed.indexes.pop();
    let disc = DiscLayout::new(vec![indexed], Lba(500)).expect("98 further indexes are 99");
    assert_eq!(position(&disc, 499).1, 99);
    let last = 404_850 - i32::try_from(LEAD_OUT_LEN).expect("small");
    assert!(DiscLayout::new(vec![song(1, -150, 0)], Lba(last)).is_ok());
    let too_long = Err(LayoutError::TooLong { lead_out: Lba(last + 1) });
    assert_eq!(DiscLayout::new(vec![song(1, -150, 0)], Lba(last + 1)), too_long);
    assert_eq!(FIRST_PAUSE, Lba(-150));
}

/// The vectors of libburn's and cdrkit's own frames.
#[test]
fn frames_are_those_that_other_programs_make() {
    let data = TrackLayout::new(Track::FIRST, Control::DATA, Lba(-150), Lba(0));
    let disc = DiscLayout::new(vec![data], Lba(5_000)).expect("a disc");
    assert_eq!(frame(&disc, 0).encode(), [0x41, 1, 1, 0, 0, 0, 0, 0, 2, 0, 0x28, 0x32]);
    let end = Lba::from("70:40:73".parse::<Msf>().expect("a time"));
    let disc = DiscLayout::new(vec![song(1, -150, 0)], end).expect("a disc");
    assert_eq!(frame(&disc, end.0).encode(), [1, 0xAA, 1, 0, 0, 0, 0, 0x70, 0x40, 0x73, 0xBB, 0x8F]);
}

proptest! {
    /// Whatever the tracks are, each number is there often enough and no beginning is hidden by one.
    #[test]
    fn numbers_keep_their_rate_on_any_disc(lengths in proptest::collection::vec((0i32..300, 300i32..900, 0usize..8), 1..8)) {
        let mut at = -150;
        let mut tracks = Vec::new();
        for (number, (pause, length, indexes)) in (1..).zip(lengths) {
            let pause = if number == 1 { 150 } else { pause };
            let mut track = song(number, at, at + pause);
            track.isrc = Some(isrc());
            track.indexes = (1..=indexes).map(|index| Lba(at + pause + i32::try_from(index).expect("few") * 30)).collect();
            at += pause + length;
            tracks.push(track);
        }
        let disc = DiscLayout::new(tracks, Lba(at)).expect("a disc").with_mcn(Some(mcn()));
        let (mut since_mcn, mut since_isrc) = (0, 0);
        for lba in -150..at {
            let content = frame(&disc, lba).content;
            since_mcn = if matches!(content, QContent::Mcn { .. }) { 0 } else { since_mcn + 1 };
            since_isrc = if matches!(content, QContent::Isrc { .. }) { 0 } else { since_isrc + 1 };
            prop_assert!(since_mcn < 100 && since_isrc < 100, "{lba}: {since_mcn}, {since_isrc}");
        }
        for track in disc.tracks() {
            for begin in [track.pause, track.begin].iter().chain(&track.indexes) {
                let is_position = matches!(frame(&disc, begin.0).content, QContent::Program { .. });
                prop_assert!(is_position, "{begin}");
            }
        }
    }
}
