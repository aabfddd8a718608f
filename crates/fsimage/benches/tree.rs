//! How long it takes to build a tree of a million files, and how much memory that needs.
//!
//! `cargo bench -p imapi-fsimage --bench tree`. The allocator counts: the highest amount of memory stands beside the times.

use divan::{AllocProfiler, Bencher, counter::ItemsCount};
use imapi_fsimage::{Attributes, Content, Kind, NodeId, Timestamp, Tree};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const MILLION: u32 = 1_000_000;

fn main() {
    divan::main();
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

/// So many files, a thousand to a folder or all in one.
fn build(files: u32, per_folder: u32) -> Tree {
    let mut tree = Tree::new(Attributes::default());
    let mut folder = NodeId::ROOT;
    for number in 0..files {
        if number % per_folder == 0 {
            let name = format!("folder-{}", number / per_folder);
            folder = tree.add(NodeId::ROOT, name.as_bytes(), Kind::Directory, attributes(number)).expect("a new name");
        }
        let mut name = *b"file-0000000.dat";
        let mut rest = number;
        for digit in name[5..12].iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).expect("a digit");
            rest /= 10;
        }
        let kind = Kind::File { size: u64::from(number), content: Content(number.into()) };
        tree.add(folder, &name, kind, attributes(number)).expect("a new name");
    }
    tree
}

#[divan::bench(sample_count = 7, sample_size = 1)]
fn a_million_files_in_a_thousand_folders(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(MILLION)).bench(|| build(MILLION, 1000));
}

#[divan::bench(sample_count = 7, sample_size = 1)]
fn three_hundred_thousand_files_in_one_folder(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(300_000_u32)).bench(|| build(300_000, 300_000));
}

#[divan::bench(sample_count = 7, sample_size = 1)]
fn a_million_files_walked(bencher: Bencher<'_, '_>) {
    let tree = build(MILLION, 1000);
    bencher.bench(|| tree.walk(NodeId::ROOT).map(|id| tree.attributes(id).modified.subsecond()).max());
}

#[divan::bench(sample_count = 7, sample_size = 1)]
fn a_million_files_rolled_back(bencher: Bencher<'_, '_>) {
    let tree = build(MILLION, 1000);
    bencher.with_inputs(|| tree.clone()).bench_local_values(|mut tree| {
        tree.roll_back(imapi_fsimage::ChangePoint(0)).expect("nothing is locked");
        tree
    });
}
