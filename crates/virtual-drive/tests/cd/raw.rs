//! Raw: the host writes lead-in, program and lead-out with all sub-channels, and the drive understands them.

use imapi_cd_sector::{
    SECTOR_LEN, SectorKind,
    scramble::scramble,
    subchannel::{Control, DiscType, Isrc, Mcn, PqBlock, QContent, QFrame, SubChannels, Track, TwoDigits},
};
use imapi_disc_types::{Lba, Msf};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{ReadSubChannel, SubChannelBody},
    mode::{BlockType, TrackMode, WriteParameters},
};
use rstest::rstest;

use crate::bench::{Bench, payload, refusal};

const LEAD_IN: i32 = -11_635;
const TRACK_2: i32 = 400;
const LEAD_OUT: i32 = 750;
/// Lead-in and lead-out are much longer on a real disc; the drive demands neither, and these tests are short.
const BEGIN: i32 = -1_500;
const END: i32 = LEAD_OUT + 300;

fn time(lba: i32) -> Msf {
    Msf::try_from(Lba(lba)).expect("a time")
}

fn track(number: u8) -> Track {
    Track::new(number).expect("a track")
}

/// What Q says at an address of a disc with a track of audio, and one of data behind a pause of 50.
fn q(lba: i32) -> QFrame {
    let now = time(lba);
    let (audio, data) = (Control::AUDIO, Control::DATA);
    let frame = |control, content| QFrame { control, content };
    let program = |control, number, begin: i32| {
        let (index, relative) = if lba < begin { (0, begin - 1 - lba) } else { (1, lba - begin) };
        let relative = Msf::from_frames(relative.unsigned_abs()).expect("short");
        let index = TwoDigits::new(index).expect("small");
        frame(control, QContent::Program { track: track(number), index, relative, absolute: now })
    };
    let position = TwoDigits::new(now.frame()).expect("small");
    match lba {
        ..-150 => match (lba - LEAD_IN) / 3 % 5 {
            0 => frame(audio, QContent::FirstTrack { time: now, track: track(1), disc_type: DiscType::CD_DA_OR_ROM }),
            1 => frame(data, QContent::LastTrack { time: now, track: track(2) }),
            2 => frame(data, QContent::LeadOutStart { time: now, start: time(LEAD_OUT) }),
            3 => frame(audio, QContent::TrackStart { time: now, track: track(1), start: time(0) }),
            _ => frame(data, QContent::TrackStart { time: now, track: track(2), start: time(TRACK_2) }),
        },
        10 | 110 => {
            frame(audio, QContent::Mcn { number: "1234567890123".parse::<Mcn>().expect("13"), frame: position })
        }
        20 | 120 => frame(audio, QContent::Isrc { code: "USRC17607839".parse::<Isrc>().expect("12"), frame: position }),
        -150..350 => program(audio, 1, 0),
        350..LEAD_OUT => program(data, 2, TRACK_2),
        _ => {
            let relative = Msf::from_frames((lba - LEAD_OUT).unsigned_abs()).expect("short");
            frame(data, QContent::LeadOut { relative, absolute: now })
        }
    }
}

/// The sector at an address, as it goes over the wire: data sectors are scrambled.
fn main_channel(lba: i32) -> [u8; SECTOR_LEN] {
    let mut sector = [0; SECTOR_LEN];
    match lba {
        0..350 => sector.copy_from_slice(&payload(u8::try_from(lba % 251).expect("a byte"), 1, SECTOR_LEN)),
        TRACK_2..LEAD_OUT => {
            sector[16..2064].copy_from_slice(&payload(u8::try_from(lba % 241).expect("a byte"), 1, 2048));
        }
        _ => {}
    }
    if lba >= 350 {
        SectorKind::Mode1.complete(&mut sector, Lba(lba)).expect("an address");
        scramble(&mut sector);
    }
    sector
}

fn block(lba: i32, block_type: BlockType, q: fn(i32) -> QFrame) -> Vec<u8> {
    let q = q(lba).encode();
    let sub = if block_type == BlockType::RAW_PQ {
        // Programs differ in whether the checksum is inverted; here it is not.
        let [q @ .., high, low] = q;
        PqBlock { q: [&q[..], &[!high, !low]].concat().try_into().expect("12"), p: false }.encode().to_vec()
    } else {
        SubChannels { q, ..SubChannels::default() }.interleave().to_vec()
    };
    [main_channel(lba).as_slice(), &sub].concat()
}

fn write(bench: &Bench, from: i32, to: i32, block_type: BlockType) -> Result<(), (u8, u8, u8)> {
    write_with(bench, from, to, block_type, q)
}

fn write_with(
    bench: &Bench,
    from: i32,
    to: i32,
    block_type: BlockType,
    q: fn(i32) -> QFrame,
) -> Result<(), (u8, u8, u8)> {
    for first in (from..to).step_by(200) {
        let end = to.min(first + 200);
        let data: Vec<u8> = (first..end).flat_map(|lba| block(lba, block_type, q)).collect();
        let blocks = u16::try_from(end - first).expect("few");
        bench.write(first, blocks, &data).map_err(|error| refusal(&error))?;
    }
    Ok(())
}

#[rstest]
#[case::raw16(BlockType::RAW_PQ)]
#[case::packed(BlockType::RAW_PW_PACKED)]
#[case::raw96(BlockType::RAW_PW)]
fn the_disc_is_what_its_sub_channel_says(#[case] block_type: BlockType) {
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters::raw(block_type, TrackMode::AUDIO)).expect("a page");
    assert_eq!(bench.next().map(|(next, _)| next), Some(LEAD_IN), "the host begins in the lead-in");
    write(&bench, BEGIN, END, block_type).expect("in order");
    bench.flush();
    bench.reload();
    let toc = bench.ask(&[0x43, 2, 2, 0, 0, 0, 0, 1, 0, 0], 256).expect("a table");
    #[rustfmt::skip]
    assert_eq!(toc[2..], [
        1, 1,
        1, 0x10, 0, 0xA0, 0, 0, 0, 0, 1, 0, 0,
        1, 0x14, 0, 0xA1, 0, 0, 0, 0, 2, 0, 0,
        1, 0x14, 0, 0xA2, 0, 0, 0, 0, 0, 12, 0,
        1, 0x10, 0, 1, 0, 0, 0, 0, 0, 2, 0,
        1, 0x14, 0, 2, 0, 0, 0, 0, 0, 7, 25,
    ]);
    assert_eq!(bench.ask(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34).expect("an answer")[2], 0x0E);
    for lba in [0, 10, 349, 350, TRACK_2, LEAD_OUT - 1, LEAD_OUT, BEGIN, -151, -150] {
        let stored = bench.raw(lba, 1).expect("a sector");
        let mut sent = main_channel(lba);
        if lba >= 350 {
            scramble(&mut sent);
        }
        assert!(stored[..2352] == sent, "{lba}");
        assert_eq!(bench.q(lba), q(lba).encode(), "{lba}");
    }
    let data = bench.read(TRACK_2, 350).expect("data");
    assert!(
        data.chunks(2048)
            .zip(TRACK_2..)
            .all(|(block, lba)| { block == payload(u8::try_from(lba % 241).expect("a byte"), 1, 2048) })
    );
    let numbers = |query: &ReadSubChannel| bench.drive.query(query).expect("an answer").value.body;
    let catalogue = numbers(&ReadSubChannel::catalogue());
    assert!(
        matches!(catalogue, Some(SubChannelBody::Catalogue { number: Some(number), .. }) if &number == b"1234567890123")
    );
    let isrc = numbers(&ReadSubChannel::isrc(1));
    assert!(matches!(isrc, Some(SubChannelBody::Isrc { code: Some(code), .. }) if &code == b"USRC17607839"));
}

#[test]
fn a_session_without_its_lead_out_is_not_closed() {
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters::raw(BlockType::RAW_PW, TrackMode::AUDIO)).expect("a page");
    write(&bench, BEGIN, LEAD_OUT, BlockType::RAW_PW).expect("in order");
    bench.flush();
    assert_eq!(bench.ask(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34).expect("an answer")[2], 0x05, "it is incomplete");
    assert_eq!(bench.ask(&[0x43, 0, 0, 0, 0, 0, 0, 0, 100, 0], 100), Err((5, 0x24, 0)), "there is no table");
}

/// Without the first track, the last one, the lead-out, or one of the tracks, a player finds nothing.
#[rstest]
#[case(0)]
#[case(1)]
#[case(2)]
#[case(3)]
#[case(4)]
fn a_lead_in_without_a_whole_table_leaves_the_disc_unreadable(#[case] missing: i32) {
    /// One row of the table is another row.
    fn without<const ROW: i32>(lba: i32) -> QFrame {
        if lba < -150 && (lba - LEAD_IN) / 3 % 5 == ROW { q(lba + 3) } else { q(lba) }
    }
    let q = [without::<0>, without::<1>, without::<2>, without::<3>, without::<4>]
        [usize::try_from(missing).expect("a row")];
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters::raw(BlockType::RAW_PQ, TrackMode::AUDIO)).expect("a page");
    write_with(&bench, BEGIN, END, BlockType::RAW_PQ, q).expect("in order");
    bench.flush();
    assert_eq!(bench.ask(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34).expect("an answer")[2], 0x05);
    assert_eq!(bench.ask(&[0x43, 0, 0, 0, 0, 0, 0, 0, 100, 0], 100), Err((5, 0x24, 0)));
}

#[test]
fn raw_blocks_follow_one_another_from_the_lead_in_on() {
    let bench = Bench::with("cd-r");
    bench.set(WriteParameters::raw(BlockType::RAW_PW, TrackMode::AUDIO)).expect("a page");
    let one = |lba| write(&bench, lba, lba + 1, BlockType::RAW_PW);
    for lba in [LEAD_IN - 1, -150, 0] {
        assert_eq!(one(lba), Err((5, 0x21, 2)), "{lba}");
    }
    one(LEAD_IN).expect("the first");
    assert_eq!(one(LEAD_IN), Err((5, 0x21, 2)));
    one(LEAD_IN + 1).expect("the second");
    let other = bench.set(WriteParameters::raw(BlockType::RAW_PQ, TrackMode::AUDIO)).map_err(|error| refusal(&error));
    assert_eq!(other, Err((5, 0x2C, 0)));
}

#[test]
fn a_rehearsed_raw_session_leaves_the_disc_blank() {
    let bench = Bench::with("cd-r");
    let page = WriteParameters::raw(BlockType::RAW_PW, TrackMode::AUDIO);
    bench.set(WriteParameters { test_write: true, ..page.clone() }).expect("a page");
    write(&bench, BEGIN, END, BlockType::RAW_PW).expect("in order");
    bench.flush();
    assert_eq!(bench.ask(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34).expect("an answer")[2], 0);
    bench.set(page).expect("a page");
    write(&bench, BEGIN, END, BlockType::RAW_PW).expect("now it counts");
}
