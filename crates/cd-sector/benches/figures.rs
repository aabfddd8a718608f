//! The figures that `cargo xtask bench cd` compares with what is promised: a line for each, its name and bytes a second.
//!
//! Machines are noisy: of many short runs the fastest counts.

use core::hint::black_box;
use std::time::Instant;

use imapi_cd_sector::{Content, SECTOR_LEN, Sector, SectorKind, scramble::scramble, subchannel::SubChannels};
use imapi_disc_types::Lba;

/// Runs, and calls in each.
const RUNS: usize = 400;
const CALLS: usize = 256;

/// Bytes a second, of so many bytes in a call.
fn fastest(bytes: usize, mut call: impl FnMut()) -> f64 {
    let mut least = f64::INFINITY;
    for _ in 0..RUNS {
        let begun = Instant::now();
        (0..CALLS).for_each(|_| call());
        least = least.min(begun.elapsed().as_secs_f64());
    }
    #[expect(clippy::cast_precision_loss, reason = "there are few")]
    let all = (bytes * CALLS) as f64;
    all / least
}

fn main() {
    let data: [u8; 2048] = std::array::from_fn(|at| at.to_le_bytes()[0]);
    let mut sector = [0; SECTOR_LEN];
    let mut encode = || {
        Content::Mode1(black_box(&data)).encode(black_box(Lba(16)), &mut sector).expect("an address with a time");
        black_box(&sector);
    };
    println!("mode-1-encoded {:.0}", fastest(2048, &mut encode));
    println!("scrambled {:.0}", fastest(SECTOR_LEN, || scramble(black_box(&mut sector))));
    let mut channels = SubChannels { p: [0xFF; 12], q: [0x42; 12], rw: [[0x81; 12]; 6] };
    let mut raw = [0; 96];
    println!("sub-channels-interleaved {:.0}", fastest(96, || raw = black_box(black_box(&channels).interleave())));
    println!(
        "sub-channels-deinterleaved {:.0}",
        fastest(96, || channels = black_box(SubChannels::deinterleave(black_box(&raw))))
    );
    let right: Sector = {
        let mut sector = [0; SECTOR_LEN];
        Content::Mode1(&data).encode(Lba(16), &mut sector).expect("an address with a time");
        sector
    };
    let mend = || {
        let mut sector = right;
        sector[700..786].fill(0xA5);
        black_box(SectorKind::Mode1.mend(black_box(&mut sector))).expect("every column has one wrong byte");
    };
    println!("mode-1-mended {:.0}", fastest(2048, mend));
}
