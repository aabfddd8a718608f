//! Burns in this process, for `cargo xtask bench burn`.
//!
//! - `burn image SOURCE DISC` burns a file to a new virtual BD-R as fast as the drive takes it.
//! - `burn verified SOURCE DISC` does the same, compares all of it, then reads the disc once more and no more than that, and
//!   prints the seconds of both.
//! - `burn manifest SOURCE DISC` burns it while it is hashed, and `burn hash SOURCE` hashes it only; with `files` behind that
//!   it is hashed once more, as a file of an image.
//! - `burn engine GIB` writes so much to nowhere from nothing, and prints the processor's time of the engine alone: the
//!   source leaves the buffers as they are, and the drive takes every WRITE at once.

use std::{
    error::Error,
    fs,
    hint::black_box,
    num::NonZeroU32,
    ops::ControlFlow,
    slice,
    sync::Arc,
    time::{Duration, Instant},
};

use imapi::{
    burn::{BurnEvent, burn},
    drives::Drives,
    manifest::{FileSpan, HashingSource},
};
use imapi_disc_types::{
    Block, BlockSource, CancelToken, Clock, Control, FileSource, Lba, Request, SourceError, SystemClock,
};
use imapi_format2::DiscReader;
use imapi_format2_data::{Action, DataEvent, DataOptions, Verification};
use imapi_mmc_transport::{Cdb, Completion, Data, Limits, Transport, TransportError};
use imapi_recorder::Recorder;
use imapi_write_engine::{EngineOptions, Section, write_section};

const BLOCK: NonZeroU32 = NonZeroU32::new(2048).expect("not zero");
/// Blocks of a BD-R's unit of error correction.
const UNIT: NonZeroU32 = NonZeroU32::new(32).expect("not zero");
/// The kernel counts the time of a process in these, on every machine with Linux that Rust knows.
const TICKS_A_SECOND: f64 = 100.0;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["image", source, disc] => image(&open(source)?, disc),
        ["verified", source, disc] => verified(&open(source)?, disc),
        ["manifest", source, disc] => manifest(source, disc, false),
        ["manifest", source, disc, "files"] => manifest(source, disc, true),
        ["hash", source] => hash(source, false),
        ["hash", source, "files"] => hash(source, true),
        ["engine", gib] => engine(gib.parse()?),
        _ => Err("burn image SOURCE DISC, or burn engine GIB".into()),
    }
}

fn open(source: &str) -> Result<Arc<dyn BlockSource>, Box<dyn Error>> {
    Ok(Arc::new(FileSource::open(source, BLOCK)?))
}

fn image(source: &Arc<dyn BlockSource>, disc: &str) -> Outcome {
    burned(source, disc, Verification::None, |_, _| Ok(()))
}

/// Burns, and then does something with the drive; all events are heard with the time at which they came.
fn burned(
    source: &Arc<dyn BlockSource>,
    disc: &str,
    verification: Verification,
    then: impl FnOnce(&Recorder, &[(Action, Instant)]) -> Outcome,
) -> Outcome {
    let drives = Drives::of_this_machine();
    let recorder = drives.recorder(&format!("virtual:{disc}?media=bd-r"))?;
    let client = "bench".parse()?;
    let options = DataOptions { verification, ..DataOptions::default() };
    let mut begun = Vec::new();
    let mut listener = |event: &BurnEvent| {
        if let DataEvent::Begins { action, .. } = event.event {
            begun.push((action, Instant::now()));
        }
        ControlFlow::Continue(())
    };
    let mut control = Control::new(CancelToken::new(), &mut listener);
    for outcome in burn(slice::from_ref(&recorder), &client, source, &options, &mut control) {
        outcome?;
    }
    then(&recorder, &begun)?;
    drives.settle()?;
    Ok(())
}

fn verified(source: &Arc<dyn BlockSource>, disc: &str) -> Outcome {
    burned(source, disc, Verification::Full, |recorder, begun| {
        let at = |wanted| begun.iter().find(|(action, _)| *action == wanted).map(|(_, at)| *at);
        let (verifying, done) = at(Action::Verifying).zip(at(Action::Completed)).ok_or("it was not verified")?;
        let begun = Instant::now();
        let reader = DiscReader::new(recorder, source.blocks());
        let mut buffer = vec![0; 1 << 20];
        let mut next = 0;
        while next < source.blocks() {
            next += u64::from(reader.read(Block(next), &mut buffer)?.get());
            black_box(&buffer);
        }
        println!("verified {} read {}", (done - verifying).as_secs_f64(), begun.elapsed().as_secs_f64());
        Ok(())
    })
}

fn hashing(source: &str, files: bool) -> Result<HashingSource<Arc<dyn BlockSource>>, Box<dyn Error>> {
    let source = open(source)?;
    let bytes = source.blocks() * u64::from(BLOCK.get());
    let file = FileSpan { path: "/file".to_string(), block: 0, offset: 0, bytes };
    Ok(HashingSource::new(source, if files { vec![file] } else { Vec::new() }))
}

fn hash(source: &str, files: bool) -> Outcome {
    hashing(source, files)?.finish()?;
    Ok(())
}

fn manifest(source: &str, disc: &str, files: bool) -> Outcome {
    let hashing = Arc::new(hashing(source, files)?);
    let source: Arc<dyn BlockSource> = Arc::clone(&hashing) as _;
    image(&source, disc)?;
    drop(source);
    Arc::into_inner(hashing).ok_or("it is still read")?.finish()?;
    Ok(())
}

fn engine(gib: u64) -> Outcome {
    let blocks = (gib << 30) / u64::from(BLOCK.get());
    let options = EngineOptions::new(UNIT);
    let nowhere = Nowhere(SystemClock::new());
    let section = Section { first: 0, blocks, start: Lba(0) };
    let (begun, before) = (Instant::now(), times()?);
    write_section(&nowhere, &Nothing(blocks), section, &options, None, &mut Control::silent())?;
    let after = times()?;
    println!("user {} system {} elapsed {}", after.0 - before.0, after.1 - before.1, begun.elapsed().as_secs_f64());
    Ok(())
}

/// Seconds of the processor that this process has had so far: its own, and the kernel's for it.
fn times() -> Result<(f64, f64), Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name of the program, in brackets, may have spaces.
    let rest = stat.rsplit_once(')').ok_or("no name of a program")?.1;
    let mut ticks = rest.split_whitespace().skip(11).map(str::parse::<f64>);
    let mut seconds = || Some(ticks.next()?.ok()? / TICKS_A_SECOND);
    seconds().zip(seconds()).ok_or_else(|| "no times of the process".into())
}

/// Whatever is in the buffer.
struct Nothing(u64);

impl BlockSource for Nothing {
    fn block_size(&self) -> NonZeroU32 {
        BLOCK
    }

    fn blocks(&self) -> u64 {
        self.0
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        Ok(Request::admit(self, first, out)?.count)
    }
}

/// A drive that has everything behind it already.
struct Nowhere(SystemClock);

impl Transport for Nowhere {
    fn execute(&self, _: &Cdb, data: Data<'_>, _: Duration) -> Result<Completion, TransportError> {
        Ok(Completion::good(data.len()))
    }

    fn limits(&self) -> Limits {
        let most = NonZeroU32::new(1 << 20).expect("not zero");
        Limits { page_aligned_transfer: most, transfer: most, alignment: NonZeroU32::MIN }
    }

    fn clock(&self) -> &dyn Clock {
        &self.0
    }
}
