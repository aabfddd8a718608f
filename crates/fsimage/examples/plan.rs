//! Plans the image of so many files that are nowhere but in memory, and works out its metadata: how long each takes, and
//! how much memory. `cargo xtask bench image` runs it.
//!
//! `cargo run --release -p imapi-fsimage --example plan -- FILES`

use std::{env, error::Error, fs, process::ExitCode, sync::Arc, time::Instant};

use imapi_disc_types::{Block, BlockSource as _};
use imapi_fsimage::{Attributes, Contents, FileSystems, ImageOptions, Kind, NodeId, ResultImage, Timestamp, Tree};

/// Files of a folder.
const PER_FOLDER: u32 = 250;
/// Blocks that are read at once.
const AT_ONCE: u64 = 512;

fn main() -> ExitCode {
    let files = env::args().nth(1).and_then(|files| files.parse().ok());
    let Some(files) = files else {
        eprintln!("usage: plan FILES");
        return ExitCode::from(2);
    };
    match plan(files) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plan: {error}");
            ExitCode::FAILURE
        }
    }
}

fn plan(files: u32) -> Result<(), Box<dyn Error>> {
    let adding = Instant::now();
    let (tree, contents) = build(files)?;
    let added = adding.elapsed();
    let planning = Instant::now();
    let mut options = ImageOptions::new(Timestamp::new(1_700_000_000, 0));
    options.file_systems = FileSystems { iso9660: true, joliet: true, udf: true };
    let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &options)?;
    let planned = planning.elapsed();
    let rendering = Instant::now();
    // The bytes of files are behind all that is worked out.
    let metadata = image.files().next().map_or(image.blocks(), |file| file.blocks.start);
    let mut out = vec![0; usize::try_from(AT_ONCE)? * 2048];
    let mut block = 0;
    while block < metadata {
        let bytes = usize::try_from(AT_ONCE.min(metadata - block))? * 2048;
        block += u64::from(image.read(Block(block), &mut out[..bytes])?.get());
    }
    let rendered = rendering.elapsed();
    println!(
        "files {files} blocks {} added {:.3} planned {:.3} rendered {:.3} kib {}",
        image.blocks(),
        added.as_secs_f64(),
        planned.as_secs_f64(),
        rendered.as_secs_f64(),
        peak()?
    );
    Ok(())
}

/// As a disk has them: times of their own, one owner, few modes.
fn attributes(number: u32) -> Attributes {
    let time = |offset| Timestamp::new(1_700_000_000 + i64::from(number) + offset, number);
    Attributes {
        created: time(0),
        modified: time(1),
        accessed: time(2),
        mode: if number % 10 == 0 { 0o100_755 } else { 0o100_644 },
        owner: 1000,
        group: 1000,
        ..Attributes::default()
    }
}

/// Every file has contents of its own, though all have the same bytes.
fn build(files: u32) -> Result<(Tree, Contents), Box<dyn Error>> {
    let (mut tree, mut contents) = (Tree::new(attributes(0)), Contents::new());
    let bytes: Arc<[u8]> = vec![0xA5; 3000].into();
    let mut folder = NodeId::ROOT;
    for number in 0..files {
        if number % PER_FOLDER == 0 {
            let name = format!("folder {}", number / PER_FOLDER);
            folder = tree.add(NodeId::ROOT, name.as_bytes(), Kind::Directory, attributes(number))?;
        }
        let name = format!("file-{number:07}.dat");
        let kind = Kind::File { size: bytes.len() as u64, content: contents.add_bytes(Arc::clone(&bytes)) };
        tree.add(folder, name.as_bytes(), kind, attributes(number))?;
    }
    Ok((tree, contents))
}

/// The most memory that this process ever had, in KiB.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()).ok_or("the system does not say")?;
    Ok(number.parse()?)
}
