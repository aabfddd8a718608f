//! What verifying costs beside reading: `cargo bench -p imapi-format2`. 512 MiB on a BD-R in a file; the least of seven
//! runs of each, by turns.

use std::{
    hint::black_box,
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use imapi_disc_types::{Block, BlockSource as _, Control, Lba, PseudoRandom, SECTOR_SIZE, SystemClock};
use imapi_format2::{
    DiscReader,
    verify::{Checksums, Reference, VerifyOptions, verify_full},
};
use imapi_mmc_transport::{TransportExt as _, commands::SynchronizeCache};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};
use imapi_write_engine::{EngineOptions, Section, write_section};

const BLOCKS: u64 = (512 << 20) / 2048;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let medium: &'static Medium = "bd-r".parse().expect("a medium");
    let drive = VirtualDrive::new(Arc::new(SystemClock::new()));
    let disc = DiscFile::create(&folder.path().join("disc"), medium.geometry(None).expect("its size")).expect("a file");
    drive.insert(disc, medium).expect("an empty drive");
    let recorder = Recorder::over(Arc::new(drive)).expect("it says what it is");
    recorder.ready(Duration::from_secs(60), &mut |_| std::ops::ControlFlow::Continue(())).expect("ready");
    let source = PseudoRandom::new(1, SECTOR_SIZE, BLOCKS);
    let unit = NonZeroU32::new(32).expect("not zero");
    let mut checksums = Checksums::new(unit);
    checksums.begin(Lba(0), BLOCKS);
    let mut summing = Duration::ZERO;
    let mut tap = |_: u64, bytes: &[u8]| {
        let begun = Instant::now();
        checksums.take(bytes);
        summing += begun.elapsed();
    };
    let section = Section { first: 0, blocks: BLOCKS, start: Lba(0) };
    let options = EngineOptions::new(unit);
    write_section(recorder.device(), &source, section, &options, Some(&mut tap), &mut Control::silent())
        .expect("it fits");
    recorder.device().send(&SynchronizeCache::all().waiting()).expect("it empties its buffer");

    let (mut read, mut verified) = (Duration::MAX, Duration::MAX);
    for _ in 0..7 {
        let begun = Instant::now();
        let reader = DiscReader::new(&recorder, BLOCKS);
        let mut buffer = vec![0; 1 << 20];
        for first in (0..BLOCKS).step_by(512) {
            reader.read_all(Block(first), &mut buffer).expect("it can be read");
            black_box(&buffer);
        }
        read = read.min(begun.elapsed());
        let begun = Instant::now();
        let reference = Reference::burned(&checksums, &source, Lba(0));
        verify_full(&recorder, &reference, &VerifyOptions::default(), &mut Control::silent()).expect("it is good");
        verified = verified.min(begun.elapsed());
    }
    let ratio = verified.as_secs_f64() / read.as_secs_f64();
    println!("reading {read:?}, verifying {verified:?}: {ratio:.2} times as long; at most 1.20 is wanted");
    println!("summing up while writing: {:.3} s for each GiB", summing.as_secs_f64() * 2.0);
}
