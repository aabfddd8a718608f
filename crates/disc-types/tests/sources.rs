//! Every source of this crate, put through the contract and compared with plain bytes.

use std::{io::Cursor, num::NonZeroU32, sync::Arc};

use imapi_disc_types::{
    Block, BlockSource, BytesSource, Concatenate, FileSource, Interleave, PseudoRandom, ReaderSource, Request,
    SECTOR_SIZE, SeekableSource, SourceError, Zero, conformance,
};
use imapi_errors::{Coded, fs};
use proptest::{collection::vec, prelude::*};

type Shared = Arc<dyn BlockSource>;

fn size(bytes: u32) -> NonZeroU32 {
    NonZeroU32::new(bytes).expect("not zero")
}

/// All of a source, read from front to back.
fn whole(source: &dyn BlockSource) -> Vec<u8> {
    let mut out = vec![0xA5; usize::try_from(source.bytes()).expect("small")];
    if !out.is_empty() {
        source.read_all(Block(0), &mut out).expect("readable");
    }
    out
}

/// Bytes that tell their place.
fn numbered(len: usize) -> Vec<u8> {
    (0..len).map(|at| u8::try_from(at * 31 % 251).expect("below 251")).collect()
}

fn bytes(bytes: &[u8], block_size: u32) -> Shared {
    Arc::new(BytesSource::new(bytes.to_vec(), size(block_size)).expect("whole blocks"))
}

#[test]
fn every_source_keeps_the_contract_and_gives_its_bytes() {
    let data = numbered(10_000);
    let padded = [&data[..], &[0; 240]].concat();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("image.iso");
    std::fs::write(&path, &data).expect("room for a small file");

    let interleaved: Vec<u8> =
        data.chunks(100).zip(numbered(400).chunks(4)).flat_map(|(a, b)| [a, b].concat()).collect();
    let sources: [(&str, Shared, &[u8]); 9] = [
        ("bytes", bytes(&data, 100), &data),
        ("no bytes", bytes(&[], 100), &[]),
        ("bytes, padded", Arc::new(BytesSource::padded(data.clone(), size(2048))), &padded),
        ("file", Arc::new(FileSource::open(&path, size(50)).expect("whole blocks")), &data),
        ("file, padded", Arc::new(FileSource::open_padded(&path, SECTOR_SIZE).expect("a file")), &padded),
        ("seekable", Arc::new(SeekableSource::new(Cursor::new(data.clone()), "", size(8)).expect("whole")), &data),
        ("zero", Arc::new(Zero::new(size(3), 5)), &[0; 15]),
        (
            "concatenate",
            Arc::new(Concatenate::new([bytes(&data[..300], 20), bytes(&data[300..], 20)]).expect("equal blocks")),
            &data,
        ),
        (
            "interleave",
            Arc::new(
                Interleave::new([(bytes(&data, 50), size(2)), (bytes(&numbered(400), 4), size(1))]).expect("turns"),
            ),
            &interleaved,
        ),
    ];
    for (name, source, expected) in sources {
        conformance::check(&source).unwrap_or_else(|violation| panic!("{name}: {violation}"));
        assert_eq!(whole(&source), expected, "{name}");
    }
}

#[test]
fn sources_beyond_all_memory_keep_the_contract() {
    let random: Shared = Arc::new(PseudoRandom::new(1, size(2352), 62_500_000));
    let subchannel: Shared = Arc::new(PseudoRandom::with_extended_seed(&[1, 2, 3], size(96), 62_500_000));
    let zeros: Shared = Arc::new(Zero::new(size(2448), 1 << 40));
    conformance::check(&PseudoRandom::new(1, SECTOR_SIZE, u64::MAX)).expect("keeps the contract");
    conformance::check(&PseudoRandom::new(1, size(2352), 1 << 53)).expect("keeps the contract");
    let sectors = Interleave::new([(random, NonZeroU32::MIN), (subchannel, NonZeroU32::MIN)]).expect("equal turns");
    conformance::check(&sectors).expect("keeps the contract");
    let both = Concatenate::new([Arc::new(sectors) as Shared, zeros]).expect("equal blocks");
    conformance::check(&both).expect("keeps the contract");
}

#[test]
fn streams_keep_the_contract_from_front_to_back() {
    let data = numbered(400_000);
    let stream = |blocks| ReaderSource::new(Cursor::new(data.clone()), "the pipe", size(100), blocks);
    conformance::check_sequential(&stream(4000)).expect("keeps the contract");
    assert_eq!(whole(&stream(4000)), data);
    // Bytes at a time, as pipes give them.
    let drop_by_drop = std::io::BufReader::with_capacity(7, Cursor::new(data.clone()));
    let source = ReaderSource::padded(drop_by_drop, "the pipe", size(2048), 400_000);
    conformance::check_sequential(&source).expect("keeps the contract");
    let short = conformance::check_sequential(&stream(4001)).expect_err("a block is missing");
    assert!(matches!(short, conformance::Violation::Unreadable { at: Block(4000), .. }), "{short:?}");
}

/// A source with blocks that cannot be read.
struct Scratched(Vec<Block>);

impl BlockSource for Scratched {
    fn block_size(&self) -> NonZeroU32 {
        size(16)
    }

    fn blocks(&self) -> u64 {
        100
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let Request { out, .. } = Request::admit(self, first, out)?;
        let good = self.0.iter().map(|bad| bad.0).filter(|&bad| bad >= first.0).min().unwrap_or(u64::MAX) - first.0;
        if good == 0 {
            return Err(SourceError::new(first, std::io::Error::from(std::io::ErrorKind::TimedOut)));
        }
        let good = usize::try_from(good).unwrap_or(usize::MAX).saturating_mul(16).min(out.len());
        PseudoRandom::new(5, size(16), 100).read(first, &mut out[..good])
    }
}

#[test]
fn combined_sources_fail_at_their_parts_bad_blocks_and_no_others() {
    let scratched: Shared = Arc::new(Scratched(vec![Block(7), Block(50), Block(51)]));
    conformance::check_damaged(&scratched, &[Block(7), Block(50), Block(51)]).expect("keeps the contract");

    let zeros: Shared = Arc::new(Zero::new(size(16), 10));
    let chain = Concatenate::new([zeros, scratched.clone(), scratched.clone()]).expect("equal blocks");
    let bad = [17, 60, 61, 117, 160, 161].map(Block);
    conformance::check_damaged(&chain, &bad).expect("keeps the contract");

    let zeros: Shared = Arc::new(Zero::new(size(4), 50));
    let turns = Interleave::new([(zeros, size(1)), (scratched, size(2))]).expect("equal turns");
    conformance::check_damaged(&turns, &[Block(3), Block(25)]).expect("keeps the contract");

    // What stopped one read is no answer to a read elsewhere.
    let mut out = [0xA5; 36 * 4];
    assert_eq!(turns.read(Block(1), &mut out).expect("two blocks before the bad one").get(), 2);
    assert_eq!(turns.read(Block(0), &mut out).expect("three blocks before the bad one").get(), 3);
}

#[test]
fn a_file_cut_short_keeps_the_contract_with_the_rest_unreadable() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), numbered(100)).expect("room for a small file");
    let source = FileSource::open(file.path(), size(10)).expect("ten blocks");
    file.as_file().set_len(75).expect("a shorter file");
    let mut out = [0xA5; 100];
    let error = source.read_all(Block(0), &mut out).expect_err("the file is shorter");
    assert_eq!((error.at, error.code()), (Block(7), fs::IMAPI_E_DATA_STREAM_INCONSISTENCY));
    assert_eq!(&out[..70], &numbered(70)[..]);
}

/// These bytes are on discs that people verify by their seed: they never change.
#[test]
fn pseudo_random_bytes_are_the_same_for_ever() {
    let first_16 = |source: PseudoRandom| {
        let mut out = [0; 16];
        source.read_all(Block(0), &mut out).expect("readable");
        out
    };
    let known = [0x1E, 0x61, 0x39, 0x74, 0x08, 0xAB, 0x41, 0x5E, 0xEE, 0xF1, 0x6C, 0x3D, 0xE9, 0x6C, 0x8D, 0xF1];
    assert_eq!(first_16(PseudoRandom::new(1, size(16), 1)), known);
    let known = [0xA7, 0x88, 0xCE, 0x9D, 0x80, 0x8D, 0x58, 0x12, 0x39, 0x87, 0x4E, 0xD4, 0xA7, 0x4E, 0x03, 0xDD];
    assert_eq!(first_16(PseudoRandom::with_extended_seed(&[1, 2, 3], size(16), 1)), known);
}

proptest! {
    #[test]
    fn a_concatenation_is_its_parts_in_a_row(lengths in vec(0..20usize, 1..6), block_size in 1..9u32) {
        let parts: Vec<Vec<u8>> = lengths.iter().map(|blocks| numbered(blocks * block_size as usize)).collect();
        let source = Concatenate::new(parts.iter().map(|part| bytes(part, block_size))).expect("equal blocks");
        conformance::check(&source).expect("keeps the contract");
        prop_assert_eq!(whole(&source), parts.concat());
    }

    #[test]
    fn an_interleave_takes_turns(turns in 0..20usize, shares in vec((1..5u32, 1..5u32), 1..5)) {
        let parts: Vec<(Vec<u8>, u32, u32)> = shares
            .into_iter()
            .map(|(block_size, count)| (numbered(turns * (block_size * count) as usize), block_size, count))
            .collect();
        let mut expected = Vec::new();
        for turn in 0..turns {
            for (data, block_size, count) in &parts {
                let share = (block_size * count) as usize;
                expected.extend_from_slice(&data[turn * share..][..share]);
            }
        }
        let parts = parts.iter().map(|(data, block_size, count)| (bytes(data, *block_size), size(*count)));
        let source = Interleave::new(parts).expect("equal turns");
        conformance::check(&source).expect("keeps the contract");
        prop_assert_eq!(whole(&source), expected);
    }

    #[test]
    fn pseudo_random_blocks_are_pieces_of_one_stream(seed in vec(any::<u32>(), 0..4), block_size in 1..40u32) {
        let blocks = 32;
        let source = PseudoRandom::with_extended_seed(&seed, size(block_size), blocks);
        conformance::check(&source).expect("keeps the contract");
        let stream = PseudoRandom::with_extended_seed(&seed, size(1), blocks * u64::from(block_size));
        prop_assert_eq!(whole(&source), whole(&stream));
    }
}
