//! The sources of this crate keep the contract of sources, also when what they read from is damaged.

use std::{num::NonZeroU32, sync::Arc};

use imapi_cd_image::{CdDisc, CdTrack, DiscSectors, Part, RawImage, Rw, SectorForm, Slice, SpreadPacks, SubCode};
use imapi_cd_sector::subchannel::{RwPack, SPREAD, gather_pack, is_protected};
use imapi_disc_types::{Block, BlockSource, BytesSource, Lba, PseudoRandom, Request, SourceError, conformance};

fn size(bytes: u32) -> NonZeroU32 {
    NonZeroU32::new(bytes).expect("not zero")
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|byte| u8::try_from(byte * 7 % 251).expect("small")).collect()
}

fn all(source: &dyn BlockSource) -> Vec<u8> {
    let mut all = vec![0; usize::try_from(source.bytes()).expect("small")];
    source.read_all(Block(0), &mut all).expect("readable");
    all
}

/// A source of which one block cannot be read.
struct Damaged(Arc<dyn BlockSource>, u64);

impl BlockSource for Damaged {
    fn block_size(&self) -> NonZeroU32 {
        self.0.block_size()
    }

    fn blocks(&self) -> u64 {
        self.0.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        if first.0 == self.1 {
            return Err(SourceError::new(first, std::io::Error::from(std::io::ErrorKind::TimedOut)));
        }
        let before = if first.0 < self.1 { (self.1 - first.0).min(request.count.get().into()) } else { u64::MAX };
        let count = request.count.get().min(u32::try_from(before).unwrap_or(u32::MAX));
        let room = count as usize * self.block_size().get() as usize;
        self.0.read(first, &mut request.out[..room])
    }
}

#[test]
fn parts_of_files_are_blocks_of_any_size() {
    let whole: Arc<dyn BlockSource> = Arc::new(BytesSource::padded(bytes(10_000), NonZeroU32::MIN));
    let part = Part::new(Arc::clone(&whole), 44, 5_000, size(96));
    conformance::check(&part).expect("a source as it should be");
    assert_eq!((part.blocks(), part.missing()), (53, 53 * 96 - 5_000));
    assert!(all(&part)[..5_000] == bytes(10_000)[44..5_044] && all(&part)[5_000..].iter().all(|&byte| byte == 0));
    let swapped = Part::new(Arc::clone(&whole), 0, 200, size(4)).swapped(true);
    conformance::check(&swapped).expect("a source as it should be");
    assert_eq!(all(&swapped)[..4], [7, 0, 21, 14]);
    // Every other hundred bytes.
    let strided = Part::new(Arc::clone(&whole), 10, 550, size(50)).every(100);
    conformance::check(&strided).expect("a source as it should be");
    assert_eq!(strided.blocks(), 6, "the last greater block need not be whole");
    assert!(all(&strided)[50..100] == bytes(10_000)[110..160]);
    let outside = Part::new(whole, 9_990, 100, size(4));
    assert_eq!((outside.blocks(), outside.missing()), (3, 2), "what is not there is not made");
}

#[test]
fn parts_of_a_damaged_file_stop_before_the_damage() {
    let whole: Arc<dyn BlockSource> = Arc::new(BytesSource::padded(bytes(10_000), NonZeroU32::MIN));
    let damaged: Arc<dyn BlockSource> = Arc::new(Damaged(whole, 500));
    conformance::check_damaged(&Part::new(Arc::clone(&damaged), 0, 5_000, size(96)), &[Block(5)]).expect("one block");
    conformance::check_damaged(&Part::new(damaged, 20, 5_000, size(50)).every(100), &[])
        .expect("it lies between blocks");
    let blocks: Arc<dyn BlockSource> = Arc::new(Damaged(Arc::new(PseudoRandom::new(1, size(16), 100)), 40));
    conformance::check_damaged(&Slice::new(Arc::clone(&blocks), 30, 20), &[Block(10)]).expect("one block");
    conformance::check(&Slice::new(blocks, 41, 200)).expect("behind the damage");
}

#[test]
fn sectors_and_images_stop_before_damage_in_a_track() {
    let source: Arc<dyn BlockSource> = Arc::new(PseudoRandom::new(1, size(2048), 40));
    let track = CdTrack::new(SectorForm::Mode1, Arc::new(Damaged(source, 7)));
    let mut disc = CdDisc::new(vec![track]);
    conformance::check_damaged(&DiscSectors::of(&disc).expect("a disc"), &[Block(7)]).expect("one sector");
    let image = RawImage::new(&disc, SubCode::PqOnly).expect("an image");
    conformance::check_damaged(&image, &[Block(22_657)]).expect("one sector");
    // And in what stands beside it.
    disc.tracks[0].source = Arc::new(PseudoRandom::new(1, size(2048), 40));
    let beside: Arc<dyn BlockSource> = Arc::new(PseudoRandom::new(2, size(96), 30));
    disc.rw.push(Rw { source: Arc::new(Damaged(beside, 9)), first: Lba(5) });
    let image = RawImage::new(&disc, SubCode::Raw).expect("an image");
    conformance::check_damaged(&image, &[Block(22_664)]).expect("one sector");
    let error = image.read(Block(22_664), &mut [0; 2448]).expect_err("it is damaged");
    assert_eq!(error.at, Block(22_664));
}

#[test]
fn sectors_from_another_address_are_the_same() {
    let source: Arc<dyn BlockSource> = Arc::new(PseudoRandom::new(1, size(2352), 300));
    let disc = CdDisc::new(vec![CdTrack::new(SectorForm::Audio, source)]);
    let sectors = DiscSectors::of(&disc).expect("a disc");
    let from = sectors.clone().from(Lba(100));
    assert_eq!(from.blocks(), 200);
    assert!(all(&sectors)[100 * 2352..] == all(&from));
    assert_eq!(sectors.from(Lba(-150)).blocks(), 450);
}

#[test]
fn packs_are_spread_and_players_find_them() {
    let packs: Arc<dyn BlockSource> = Arc::new(PseudoRandom::new(3, size(96), 50));
    let spread = SpreadPacks::new(Arc::clone(&packs)).expect("blocks of 96 bytes");
    conformance::check(&spread).expect("a source as it should be");
    let pack_of = |bytes: &[u8], at: usize| -> RwPack { bytes[at * 24..][..24].try_into().expect("a pack") };
    let (sent, disc) = (all(&*packs), all(&spread));
    for number in 0..200 - (SPREAD - 1) {
        let found = gather_pack(&std::array::from_fn(|later| pack_of(&disc, number + later)));
        let expected = pack_of(&sent, number).map(|symbol| symbol & 0x3F);
        assert!(is_protected(&found), "{number}");
        assert_eq!((&found[..2], &found[4..20]), (&expected[..2], &expected[4..20]), "{number}");
    }
    // A damaged block is missing in those that have symbols of it.
    let damaged: Arc<dyn BlockSource> = Arc::new(Damaged(packs, 20));
    let spread = SpreadPacks::new(damaged).expect("blocks of 96 bytes");
    conformance::check_damaged(&spread, &[Block(20), Block(21), Block(22)]).expect("three blocks");
    assert!(SpreadPacks::new(Arc::new(PseudoRandom::new(3, size(95), 1))).is_none());
}
