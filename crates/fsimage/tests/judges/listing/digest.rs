//! [`Digest`]: files that differ have different ones.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
};

/// Files of so many bytes are looked at in places: a kernel in a software emulation reads some megabytes a second.
pub const SAMPLED_FROM: u64 = 32 << 20;
/// How many places these are, and how many bytes are looked at in each.
const SAMPLES: u64 = 96;
const SAMPLE: usize = 4096;

/// FNV-1a, by words of eight bytes.
#[derive(Debug, Clone, Copy)]
pub struct Digest(u64);

impl Digest {
    pub fn new() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }

    pub fn word(&mut self, word: u64) {
        // The rotation brings the upper bits down, which the multiplication by itself never does.
        self.0 = ((self.0 ^ word).wrapping_mul(0x0000_0100_0000_01B3)).rotate_left(29);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        let chunks = bytes.chunks_exact(8);
        let rest = chunks.remainder();
        for chunk in chunks {
            self.word(u64::from_le_bytes(chunk.try_into().expect("eight bytes")));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.word(u64::from_le_bytes(last));
        self.word(bytes.len() as u64);
    }

    pub fn finish(self) -> u64 {
        self.0
    }

    /// Of a whole file's bytes.
    pub fn of(bytes: &[u8]) -> u64 {
        assert!((bytes.len() as u64) < SAMPLED_FROM, "it would be sampled");
        let mut digest = Self::new();
        digest.bytes(bytes);
        digest.finish()
    }

    /// Of a file of that size, whose bytes are read by a function.
    pub fn read(size: u64, mut read_at: impl FnMut(u64, &mut [u8]) -> io::Result<()>) -> io::Result<u64> {
        let mut digest = Self::new();
        if size < SAMPLED_FROM {
            let mut bytes = vec![0; usize::try_from(size).expect("small")];
            read_at(0, &mut bytes)?;
            digest.bytes(&bytes);
        } else {
            let mut bytes = [0; SAMPLE];
            for offset in samples(size) {
                read_at(offset, &mut bytes)?;
                digest.bytes(&bytes);
            }
        }
        Ok(digest.finish())
    }

    /// Of an open file.
    pub fn of_file(file: &mut File, size: u64) -> io::Result<u64> {
        Self::read(size, |offset, out| {
            file.seek(SeekFrom::Start(offset))?;
            file.read_exact(out)
        })
    }
}

/// The places that are looked at: the ends, what lies around the boundaries of 4 GiB, and others in between.
fn samples(size: u64) -> impl Iterator<Item = u64> {
    let last = size - SAMPLE as u64;
    let spread = (0..SAMPLES).map(move |number| {
        u64::try_from(u128::from(last) * u128::from(number) / u128::from(SAMPLES - 1)).expect("no more than the size")
    });
    let boundaries = (1..).map(|number| number * (1_u64 << 30)).take_while(move |&at| at < size);
    let around = boundaries.flat_map(|at| [at - 4096, at - 2048, at]).filter(move |&at| at <= last);
    spread.chain(around)
}
