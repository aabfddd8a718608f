//! Burns in this process, for `cargo xtask bench burn`.
//!
//! - `burn image SOURCE DISC` burns a file to a new virtual BD-R as fast as the drive takes it.
//! - `burn engine GIB` writes so much to nowhere from nothing, and prints the processor's time of the engine alone: the
//!   source leaves the buffers as they are, and the drive takes every WRITE at once.

use std::{
    error::Error,
    fs,
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use imapi::{burn::burn, drives::Drives};
use imapi_disc_types::{Block, BlockSource, Clock, Control, FileSource, Lba, Request, SourceError, SystemClock};
use imapi_format2_data::DataOptions;
use imapi_mmc_transport::{Cdb, Completion, Data, Limits, Transport, TransportError};
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
        ["image", source, disc] => image(source, disc),
        ["engine", gib] => engine(gib.parse()?),
        _ => Err("burn image SOURCE DISC, or burn engine GIB".into()),
    }
}

fn image(source: &str, disc: &str) -> Outcome {
    let drives = Drives::of_this_machine();
    let recorder = drives.recorder(&format!("virtual:{disc}?media=bd-r"))?;
    let source: Arc<dyn BlockSource> = Arc::new(FileSource::open(source, BLOCK)?);
    let client = "bench".parse()?;
    for outcome in burn(&[recorder], &client, &source, &DataOptions::default(), &mut Control::silent()) {
        outcome?;
    }
    drives.settle()?;
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
