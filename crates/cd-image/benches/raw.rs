//! How long a whole raw image takes: an 80-minute disc, sector by sector, in buffers as large as a drive's.

use std::{sync::Arc, time::Instant};

use imapi_cd_image::{CdDisc, CdTrack, RawImage, SectorForm, SubCode};
use imapi_disc_types::{Block, BlockSource, BytesSource, Concatenate, Zero};

/// Eighty minutes.
const SECTORS: u64 = 80 * 60 * 75;
const AT_ONCE: u64 = 448;

fn main() {
    for (name, form) in [("audio", SectorForm::Audio), ("mode 1", SectorForm::Mode1)] {
        for sub_code in SubCode::ALL {
            let seconds = (0..3).map(|_| generate(form, sub_code)).fold(f64::MAX, f64::min);
            println!("{name:8} {sub_code:?}: {seconds:.3} s");
        }
    }
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
        println!("{peak}");
    }
}

/// Reads the image of a disc of twenty tracks once, and says how long that took.
fn generate(form: SectorForm, sub_code: SubCode) -> f64 {
    let track = || -> Arc<dyn BlockSource> {
        let size = form.block_size();
        let noise: Vec<u8> =
            (0..size.get() * 100).map(|byte| byte.wrapping_mul(0x9E37_79B9).to_be_bytes()[0]).collect();
        let noise: Arc<dyn BlockSource> = Arc::new(BytesSource::padded(noise, size));
        let rest: Arc<dyn BlockSource> = Arc::new(Zero::new(size, SECTORS / 20 - 150 - 100));
        Arc::new(Concatenate::new([noise, rest]).expect("equal blocks"))
    };
    let disc = CdDisc::new((0..20).map(|_| CdTrack::new(form, track())).collect());
    let image = RawImage::new(&disc, sub_code).expect("a disc");
    let size = usize::try_from(AT_ONCE * u64::from(sub_code.block_size().get())).expect("small");
    let mut buffer = vec![0; size];
    let begun = Instant::now();
    let (mut at, blocks) = (0, image.blocks());
    while at < blocks {
        let room = (blocks - at).min(AT_ONCE) * u64::from(sub_code.block_size().get());
        image.read_all(Block(at), &mut buffer[..usize::try_from(room).expect("small")]).expect("readable");
        at += AT_ONCE;
    }
    begun.elapsed().as_secs_f64()
}
