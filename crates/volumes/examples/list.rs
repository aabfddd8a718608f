//! Lists an image with sizes and dates, and says how long that took and how much memory: `list IMAGE [NAMES] [--quiet]`.

use std::{
    error::Error,
    io::{BufWriter, Write},
    sync::Arc,
    time::Instant,
};

use imapi_disc_types::{BlockSource, FileSource, SECTOR_SIZE};
use imapi_volumes::{EntryKind, Names, OpenOptions, Walk, open};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let image = arguments.next().ok_or("which image?")?;
    let rest: Vec<String> = arguments.collect();
    let quiet = rest.iter().any(|word| word == "--quiet");
    let names = Names::ALL.into_iter().find(|names| rest.iter().any(|word| word == names.name()));

    let started = Instant::now();
    let source: Arc<dyn BlockSource> = Arc::new(FileSource::open(&image, SECTOR_SIZE)?);
    let options = OpenOptions::default();
    let volume = open(&source, names, &options)?;
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let mut count = 0_u64;
    for step in Walk::new(&*volume, &options) {
        let step = step?;
        count += 1;
        if !quiet {
            let entry = &step.entry;
            let modified = entry.times.modified.map_or_else(|| "-".to_owned(), |time| time.to_string());
            let kind = match entry.kind {
                EntryKind::Directory => 'd',
                EntryKind::File => '-',
                EntryKind::Link { .. } => 'l',
                EntryKind::Special { .. } => 's',
            };
            write!(out, "{kind} {:>12} {modified} ", entry.size)?;
            out.write_all(&step.path)?;
            if let EntryKind::Link { target } = &entry.kind {
                out.write_all(b" -> ")?;
                out.write_all(target)?;
            }
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    eprintln!("{count} in {:?}, {}", started.elapsed(), volume.facts().names);
    let status = std::fs::read_to_string("/proc/self/status")?;
    status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| eprintln!("{line}"));
    Ok(())
}
