//! How fast the streams that compute their data are: `cargo bench -p imapi-disc-types`.

use divan::{Bencher, counter::BytesCount};
use imapi_disc_types::{Block, BlockSource, PseudoRandom, SECTOR_SIZE, Zero};

fn main() {
    divan::main();
}

/// One read of a mebibyte from the middle.
fn read(bencher: Bencher<'_, '_>, source: &dyn BlockSource) {
    let mut out = vec![0; 1 << 20];
    bencher.counter(BytesCount::of_slice(&out)).bench_local(|| source.read_all(Block(12_345), &mut out));
}

#[divan::bench]
fn pseudo_random(bencher: Bencher<'_, '_>) {
    read(bencher, &PseudoRandom::new(1, SECTOR_SIZE, 1 << 20));
}

#[divan::bench]
fn zero(bencher: Bencher<'_, '_>) {
    read(bencher, &Zero::new(SECTOR_SIZE, 1 << 20));
}
