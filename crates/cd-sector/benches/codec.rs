//! How fast sectors are made and checked, and that nothing allocates.
//!
//! `cargo bench -p imapi-cd-sector` prints time and bytes a second. The allocator counts: a column appears beside the times
//! as soon as anything allocates.

use core::hint::black_box;

use divan::{AllocProfiler, Bencher, counter::BytesCount};
use imapi_cd_sector::{
    Content, SECTOR_LEN, SectorView, Subheader, ecc, edc::edc, scramble::scramble, subchannel::SubChannels,
};
use imapi_disc_types::Lba;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// Bytes a second are those of a program's data, as a burner counts them.
fn encode(bencher: Bencher<'_, '_>, content: Content<'_>) {
    let mut sector = [0; SECTOR_LEN];
    bencher.counter(BytesCount::new(content.kind().user_data().len())).bench_local(|| {
        black_box(&content).encode(black_box(Lba(16)), &mut sector).expect("an address with a time");
        black_box(&sector);
    });
}

#[divan::bench]
fn encode_mode_1(bencher: Bencher<'_, '_>) {
    encode(bencher, Content::Mode1(&[0x42; 2048]));
}

#[divan::bench]
fn encode_mode_2_form_1(bencher: Bencher<'_, '_>) {
    encode(bencher, Content::Mode2Form1(Subheader::DATA, &[0x42; 2048]));
}

#[divan::bench]
fn encode_mode_2_form_2(bencher: Bencher<'_, '_>) {
    encode(bencher, Content::Mode2Form2(Subheader::DATA, &[0x42; 2324]));
}

#[divan::bench]
fn verify_mode_1(bencher: Bencher<'_, '_>) {
    let mut sector = [0; SECTOR_LEN];
    Content::Mode1(&[0x42; 2048]).encode(Lba(16), &mut sector).expect("an address with a time");
    bencher.counter(BytesCount::new(2048usize)).bench_local(|| {
        SectorView::of(black_box(&sector)).expect("mode 1").verify().expect("just made");
    });
}

#[divan::bench]
fn checksum_alone(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::new(2064usize)).bench_local(|| edc(black_box(&[0x42; 2064])));
}

#[divan::bench]
fn parity_alone(bencher: Bencher<'_, '_>) {
    let mut sector = [0x42; SECTOR_LEN];
    bencher.counter(BytesCount::new(2048usize)).bench_local(|| {
        ecc::protect(black_box(&mut sector), ecc::Header::Protected);
    });
}

#[divan::bench]
fn scrambling(bencher: Bencher<'_, '_>) {
    let mut sector = [0x42; SECTOR_LEN];
    bencher.counter(BytesCount::new(SECTOR_LEN)).bench_local(|| scramble(black_box(&mut sector)));
}

#[divan::bench]
fn sub_channels_interleaved(bencher: Bencher<'_, '_>) {
    let channels = SubChannels { p: [0xFF; 12], q: [0x42; 12], ..SubChannels::default() };
    bencher.counter(BytesCount::new(96usize)).bench_local(|| black_box(&channels).interleave());
}
