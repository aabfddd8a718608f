//! Files of zisofs that are damaged, or were made to do harm, are told as such in bounded time and memory.

use std::sync::Arc;

use imapi::extract::{UnpackError, Unpacker};
use imapi_disc_types::{BytesSource, SECTOR_SIZE};
use imapi_volumes::{FileBytes, Run, Runs};

fn file(bytes: &[u8]) -> FileBytes {
    let len = bytes.len() as u64;
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len().next_multiple_of(2048), 0);
    let source = BytesSource::new(padded, SECTOR_SIZE).expect("whole blocks");
    FileBytes::new(Arc::new(source), &Runs::One(Run { start: Some(0), bytes: len }))
}

/// A file of one block of 32 KiB that has those bytes packed, with what zlib calls stored.
fn packed(content: &[u8]) -> Vec<u8> {
    let mut out = vec![0x37, 0xE4, 0x53, 0x96, 0xC9, 0xDB, 0xD6, 0x07];
    let len = u32::try_from(content.len()).expect("small");
    out.extend_from_slice(&len.to_le_bytes());
    out.extend_from_slice(&[4, 15, 0, 0]);
    let short = u16::try_from(content.len()).expect("small");
    let mut stream = vec![0x78, 0x01, 1];
    stream.extend_from_slice(&short.to_le_bytes());
    stream.extend_from_slice(&(!short).to_le_bytes());
    stream.extend_from_slice(content);
    let (a, b) = content.iter().fold((1_u32, 0_u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    stream.extend_from_slice(&(b << 16 | a).to_be_bytes());
    let behind = u32::try_from(24 + stream.len()).expect("small");
    out.extend_from_slice(&24_u32.to_le_bytes());
    out.extend_from_slice(&behind.to_le_bytes());
    out.extend_from_slice(&stream);
    out
}

fn unpack(bytes: &[u8], expected: u64) -> Result<Vec<u8>, UnpackError> {
    let mut unpacker = Unpacker::new(file(bytes), expected)?;
    let (mut all, mut block) = (Vec::new(), Vec::new());
    for index in 0..unpacker.blocks() {
        unpacker.block(index, &mut block)?;
        all.extend_from_slice(&block);
    }
    Ok(all)
}

#[test]
fn a_block_is_what_was_packed() {
    assert_eq!(unpack(&packed(b"hello"), 5).expect("intact"), b"hello");
}

#[test]
fn every_byte_that_is_wrong_is_an_error_or_another_content_and_never_more() {
    let good = packed(b"hello, hello, hello");
    for at in 0..good.len() {
        for value in [0, 1, 0x7F, 0xFF] {
            let mut bytes = good.clone();
            bytes[at] = value;
            if let Ok(content) = unpack(&bytes, 19) {
                assert_eq!(content.len(), 19, "{at}");
            }
        }
    }
    for len in 0..good.len() {
        assert!(unpack(&good[..len], 19).is_err(), "{len}");
    }
}

#[test]
fn what_says_that_it_is_huge_has_to_have_a_place_for_each_block() {
    let mut bytes = packed(b"x");
    bytes[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(unpack(&bytes, u32::MAX.into()), Err(UnpackError::Malformed { .. })));
    // Blocks beyond the end of the file, backwards, or longer than blocks become.
    for (from, to) in [(24, u32::MAX), (u32::MAX, 24), (30, 24)] {
        let mut bytes = packed(b"x");
        bytes[16..20].copy_from_slice(&from.to_le_bytes());
        bytes[20..24].copy_from_slice(&to.to_le_bytes());
        assert!(matches!(unpack(&bytes, 1), Err(UnpackError::Malformed { .. })), "{from} {to}");
    }
}
