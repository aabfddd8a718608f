//! Whatever hosts send: the drive answers, and the disc is the same when it comes back.

use imapi_mmc_transport::{
    TransportExt as _,
    commands::{Blank, BlankType, CloseFunction, CloseTrackSession, CueEntry, ReserveTrack, SynchronizeCache},
    mode::{BlockType, MultiSession, TrackMode, WriteParameters},
};
use proptest::{collection::vec, prelude::*};

use crate::bench::Bench;

/// One thing that a host does.
#[derive(Debug, Clone)]
enum Step {
    Set(WriteParameters),
    /// So many blocks at the next address, or so far from it.
    Write(u16, i32),
    Flush,
    Close(CloseFunction, u16),
    Reserve(u32),
    Blank(BlankType, u32),
    Format,
    Sheet(Vec<[u8; 8]>),
    Reload,
}

fn page() -> impl Strategy<Value = WriteParameters> {
    let multi = prop_oneof![Just(MultiSession::Open), Just(MultiSession::Open), Just(MultiSession::Final)];
    (multi, 0..7_u8, any::<bool>()).prop_map(|(multi, way, test_write)| {
        let page = match way {
            0 => WriteParameters::tao_data(multi),
            1 => WriteParameters::tao_audio(multi),
            2 => WriteParameters::tao_xa(multi),
            3 => WriteParameters::sao(multi),
            4 => WriteParameters::raw(BlockType::RAW_PW, TrackMode::AUDIO),
            5 => WriteParameters::cd_fixed_packets(32),
            _ => WriteParameters::cd_variable_packets(),
        };
        WriteParameters { test_write: test_write && way == 3, ..page }
    })
}

/// An entry that is nearly one of a good sheet.
fn entry() -> impl Strategy<Value = [u8; 8]> {
    let control = prop_oneof![Just(0x01), Just(0x41), Just(0x02), Just(0x03), any::<u8>()];
    let track = prop_oneof![Just(0), Just(1), Just(2), Just(0xAA), any::<u8>()];
    let form = prop_oneof![Just(0), Just(1), Just(0x10), Just(0x14), Just(0x41), any::<u8>()];
    (control, track, 0..3_u8, form, 0..12_u8, 0..60_u8, 0..75_u8).prop_map(
        |(control, track, index, form, minute, second, frame)| [control, track, index, form, 0, minute, second, frame],
    )
}

fn step() -> impl Strategy<Value = Step> {
    let near = prop_oneof![4 => Just(0), 1 => -200..200_i32];
    prop_oneof![
        3 => page().prop_map(Step::Set),
        6 => (1..30_u16, near).prop_map(|(blocks, off)| Step::Write(blocks, off)),
        3 => Just(Step::Flush),
        2 => (0..8_usize, 0..4_u16).prop_map(|(function, track)| Step::Close(CloseFunction::ALL[function], track)),
        1 => (0..2000_u32).prop_map(Step::Reserve),
        1 => (0..8_usize, 0..4_u32).prop_map(|(kind, place)| Step::Blank(BlankType::ALL[kind], place)),
        1 => vec(entry(), 0..6).prop_map(Step::Sheet),
        1 => Just(Step::Format),
        1 => Just(Step::Reload),
    ]
}

fn take(bench: &Bench, step: &Step) {
    // What is refused is refused; only that there is an answer counts.
    match step {
        Step::Set(page) => drop(bench.set(page.clone())),
        Step::Write(blocks, off) => {
            let next = bench.next().map_or(0, |(next, _)| next) + off;
            drop(bench.write(next, *blocks, &vec![0x5A; usize::from(*blocks) * 2448]));
        }
        Step::Flush => drop(bench.drive.send(&SynchronizeCache::all())),
        Step::Close(function, track) => {
            drop(bench.drive.send(&CloseTrackSession { track: *track, ..CloseTrackSession::of(*function) }));
        }
        Step::Reserve(blocks) => drop(bench.drive.send(&ReserveTrack::blocks(*blocks))),
        Step::Blank(kind, place) => {
            drop(bench.drive.send(&Blank { immediate: true, kind: *kind, place: *place }));
        }
        Step::Format => {
            let _refused = crate::formatted::format(bench, crate::formatted::offer(bench));
        }
        Step::Sheet(entries) => {
            let bytes = entries.concat();
            let length = u8::try_from(bytes.len()).expect("short");
            let _refused = bench.tell(&[0x5D, 0, 0, 0, 0, 0, 0, 0, length, 0], &bytes);
        }
        Step::Reload => bench.reload(),
    }
    bench.wait();
}

/// All that the drive tells of the disc.
fn told(bench: &Bench) -> Vec<Result<Vec<u8>, (u8, u8, u8)>> {
    let mut told = vec![bench.ask(&[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34)];
    told.extend((0..6).map(|format| bench.ask(&[0x43, 2, format, 0, 0, 0, 0, 4, 0, 0], 1024)));
    told.extend([1, 2, 3, 0xFF].map(|track| bench.ask(&[0x52, 1, 0, 0, 0, track, 0, 0, 36, 0], 36)));
    told.push(bench.ask(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8));
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_the_disc_comes_back_as_it_was(steps in vec(step(), 1..25)) {
        let bench = Bench::with("cd-rw");
        for step in &steps {
            take(&bench, step);
            for lba in [-150, 0, 299, 301, 500] {
                drop(bench.raw(lba, 3));
                drop(bench.read(lba, 2));
            }
        }
        // What was flushed is on the disc; what was rehearsed is not.
        bench.reload();
        let before = told(&bench);
        bench.reload();
        prop_assert_eq!(told(&bench), before);
    }

    #[test]
    fn any_bytes_are_a_sheet_that_is_taken_or_refused(entries in vec(entry(), 0..12)) {
        let bench = Bench::with("cd-r");
        bench.set(WriteParameters::sao(MultiSession::Final)).expect("a page");
        let bytes = entries.concat();
        let length = u8::try_from(bytes.len()).expect("short");
        if let Err(sense) = bench.tell(&[0x5D, 0, 0, 0, 0, 0, 0, 0, length, 0], &bytes) {
            prop_assert_eq!(sense, (5, 0x26, 0), "{:?}", entries.iter().map(|entry| entry.len() / CueEntry::LEN));
        }
    }

    #[test]
    fn any_bytes_are_written_raw(bytes in vec(any::<u8>(), 2448 * 3), first in prop_oneof![Just(-11_635), -300..0_i32]) {
        let bench = Bench::with("cd-r");
        bench.set(WriteParameters::raw(BlockType::RAW_PW, TrackMode::AUDIO)).expect("a page");
        drop(bench.write(first, 3, &bytes));
        bench.flush();
        drop(told(&bench));
    }
}
