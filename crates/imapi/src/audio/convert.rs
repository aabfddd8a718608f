//! [`Converted`]: sound of other rates and sizes, as a CD has it.
//!
//! Between two samples stands what a band-limited signal has there: a sum of the samples around, weighted by a sinc in a window.
//! Where the rate falls, what is above the new limit is left out by the same sum. The values are rounded to 16 bits; no noise
//! is added, so that the same file makes the same disc.

use std::{
    f64::consts::PI,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
};

use imapi_disc_types::{Block, BlockSource, Request, SourceError};
use imapi_format2::audio::AUDIO_SECTOR;

use super::{AudioFormat, SECTOR};

/// Zero crossings of the sinc on each side.
const CROSSINGS: u32 = 48;
/// Places of the weights between two zero crossings; what lies between them is a straight line.
const FINENESS: u32 = 512;
/// So much of the new band is used: the window blurs the limit.
const BAND: f64 = 0.96;
/// How steep the window is: what is left out is a hundred decibels down.
const BETA: f64 = 10.0;
/// Rates that sound is stored in.
const RATES: std::ops::RangeInclusive<u32> = 4_000..=768_000;

/// How numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbers {
    /// Eight bits without a sign.
    Unsigned8,
    /// So many bytes with a sign.
    Signed(usize),
    Float32,
    Float64,
}

/// Sound of another format as the sectors of a CD.
#[derive(Debug)]
pub(super) struct Converted {
    file: Mutex<File>,
    begin: u64,
    /// Samples in time, of all channels together.
    frames: u64,
    rate: u32,
    channels: usize,
    numbers: Numbers,
    /// Samples on each side that count.
    reach: i64,
    weights: Weights,
}

/// What the samples around a place weigh.
#[derive(Debug)]
enum Weights {
    /// There are so few different places between two samples that all weights are known: those of a place in a row.
    Places { rows: Vec<f64>, parts: u32 },
    /// They are looked up in the sinc itself.
    Sinc(Vec<f64>),
}

/// No more weights than this are kept.
const MOST_WEIGHTS: usize = 1 << 20;

impl Converted {
    /// The samples that are `len` bytes of the file from `begin` on; none of a format that nobody here can read.
    pub fn new(file: File, begin: u64, len: u64, format: AudioFormat, is_float: bool) -> Option<Self> {
        let numbers = match (format.bits, is_float) {
            (8, false) => Numbers::Unsigned8,
            (16 | 24 | 32, false) => Numbers::Signed(usize::from(format.bits / 8)),
            (32, true) => Numbers::Float32,
            (64, true) => Numbers::Float64,
            _ => return None,
        };
        if !(1..=2).contains(&format.channels) || !RATES.contains(&format.rate) {
            return None;
        }
        let channels = usize::from(format.channels);
        let frame = (numbers.bytes() * channels) as u64;
        let stretch = stretch(format.rate);
        #[expect(clippy::cast_possible_truncation, reason = "a few hundred")]
        let reach = (f64::from(CROSSINGS) * stretch).ceil() as i64 + 1;
        Some(Self {
            file: Mutex::new(file),
            begin,
            frames: len / frame,
            rate: format.rate,
            channels,
            numbers,
            reach,
            weights: Weights::new(format.rate, reach),
        })
    }

    /// Samples in time that it has on the CD.
    fn converted(&self) -> u64 {
        let frames = (u128::from(self.frames) * u128::from(AudioFormat::CD.rate)).div_ceil(u128::from(self.rate));
        u64::try_from(frames).unwrap_or(u64::MAX)
    }

    /// Stored samples, both channels; silence before the first and behind the last.
    fn stored(&self, first: i64, count: usize) -> io::Result<Vec<[f64; 2]>> {
        let mut out = vec![[0.0; 2]; count];
        let frames = i64::try_from(self.frames).unwrap_or(i64::MAX);
        let from = first.clamp(0, frames);
        let to = first.saturating_add(i64::try_from(count).unwrap_or(i64::MAX)).clamp(from, frames);
        let (skipped, there) = (index(from - first), index(to - from));
        let width = self.numbers.bytes();
        let frame = width * self.channels;
        let mut bytes = vec![0; there * frame];
        {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            let place = u64::try_from(from).unwrap_or(0) * frame as u64;
            file.seek(SeekFrom::Start(self.begin + place))?;
            file.read_exact(&mut bytes)?;
        }
        for (out, frame) in out[skipped.min(count)..].iter_mut().zip(bytes.chunks_exact(frame)) {
            let left = self.numbers.value(&frame[..width]);
            // What has one channel sounds the same from both sides.
            let right = if self.channels == 2 { self.numbers.value(&frame[width..]) } else { left };
            *out = [left, right];
        }
        Ok(out)
    }

    /// Samples of the CD from there on.
    fn fill(&self, first: u64, out: &mut [u8]) -> io::Result<()> {
        let count = (out.len() / 4) as u64;
        let all = self.converted();
        if self.rate == AudioFormat::CD.rate {
            let stored = self.stored(i64::try_from(first).unwrap_or(i64::MAX), index_of(count))?;
            put(out, stored.into_iter());
            return Ok(());
        }
        let (rate, new) = (u128::from(self.rate), u128::from(AudioFormat::CD.rate));
        // The place of a new sample among the stored ones: a whole number of them, and a rest in parts of the new rate.
        let place = |sample: u64| {
            let exact = u128::from(sample) * rate;
            (i64::try_from(exact / new).unwrap_or(i64::MAX), u32::try_from(exact % new).unwrap_or(0))
        };
        let reach = self.reach;
        let (begin, end) = (place(first).0 - reach, place(first + count).0 + reach + 1);
        let stored = self.stored(begin, index(end - begin))?;
        let converted = (first..first + count).map(|sample| {
            // Behind the end there is silence, whatever the sum would make of it.
            if sample >= all {
                return [0.0; 2];
            }
            let (whole, rest) = place(sample);
            let around = &stored[index(whole - reach - begin)..];
            let mut sum = [0.0; 2];
            let mut add =
                |[left, right]: [f64; 2], weight: f64| sum = [sum[0] + left * weight, sum[1] + right * weight];
            match &self.weights {
                Weights::Places { rows, parts } => {
                    let taps = taps(reach);
                    let row = rest as usize / *parts as usize * taps;
                    around.iter().zip(&rows[row..row + taps]).for_each(|(&sample, &weight)| add(sample, weight));
                }
                Weights::Sinc(sinc) => {
                    let weights = (-reach..=reach).map(|step| weight(sinc, step, rest, self.rate));
                    around.iter().zip(weights).for_each(|(&sample, weight)| add(sample, weight));
                }
            }
            sum
        });
        put(out, converted);
        Ok(())
    }
}

impl Weights {
    fn new(rate: u32, reach: i64) -> Self {
        let sinc = sinc();
        // Places come again after as many new samples as there are in the smallest whole times of both rates.
        let parts = greatest_common_divisor(rate, AudioFormat::CD.rate);
        let places = AudioFormat::CD.rate / parts;
        if taps(reach).saturating_mul(places as usize) > MOST_WEIGHTS {
            return Self::Sinc(sinc);
        }
        let row = |place: u32| (-reach..=reach).map(move |step| (step, place * parts));
        let rows = (0..places).flat_map(row).map(|(step, rest)| weight(&sinc, step, rest, rate)).collect();
        Self::Places { rows, parts }
    }
}

/// Samples that count.
fn taps(reach: i64) -> usize {
    index(2 * reach + 1)
}

/// How much wider than the sinc of the stored rate the one is that leaves out what a CD has no room for.
fn stretch(rate: u32) -> f64 {
    (f64::from(rate) / f64::from(AudioFormat::CD.rate)).max(1.0) / BAND
}

/// What a sample weighs that is so many steps from the one before a place, which is so many parts of the new rate behind it.
fn weight(sinc: &[f64], step: i64, rest: u32, rate: u32) -> f64 {
    let stretch = stretch(rate);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let distance = (step as f64 - f64::from(rest) / f64::from(AudioFormat::CD.rate)).abs() / stretch;
    let at = distance * f64::from(FINENESS);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and small")]
    let whole = at as usize;
    match (sinc.get(whole), sinc.get(whole + 1)) {
        (Some(low), Some(high)) => (low + (high - low) * at.fract()) / stretch,
        _ => 0.0,
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

fn index(at: i64) -> usize {
    usize::try_from(at).unwrap_or(0)
}

fn index_of(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Rounds to 16 bits.
fn put(out: &mut [u8], samples: impl Iterator<Item = [f64; 2]>) {
    for (bytes, sample) in out.chunks_exact_mut(4).zip(samples) {
        for (bytes, value) in bytes.chunks_exact_mut(2).zip(sample) {
            #[expect(clippy::cast_possible_truncation, reason = "it is within 16 bits")]
            let rounded = (value * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16;
            bytes.copy_from_slice(&rounded.to_le_bytes());
        }
    }
}

/// One side of the sinc in its window, by Kaiser.
fn sinc() -> Vec<f64> {
    let last = CROSSINGS * FINENESS;
    let weight = |at: u32| {
        let x = f64::from(at) / f64::from(FINENESS);
        let sinc = if at == 0 { 1.0 } else { (PI * x).sin() / (PI * x) };
        let edge = f64::from(at) / f64::from(last);
        sinc * bessel(BETA * (1.0 - edge * edge).max(0.0).sqrt()) / bessel(BETA)
    };
    (0..=last).map(weight).collect()
}

/// The modified Bessel function of order zero, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for step in 1..60_u32 {
        term *= (x / 2.0 / f64::from(step)).powi(2);
        sum += term;
    }
    sum
}

impl Numbers {
    fn bytes(self) -> usize {
        match self {
            Self::Unsigned8 => 1,
            Self::Signed(bytes) => bytes,
            Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }

    /// A number, where 1 is the loudest.
    fn value(self, bytes: &[u8]) -> f64 {
        let mut wide = [0; 8];
        match self {
            Self::Unsigned8 => (f64::from(bytes[0]) - 128.0) / 128.0,
            Self::Signed(count) => {
                wide[4 - count..4].copy_from_slice(&bytes[..count]);
                f64::from(i32::from_le_bytes([wide[0], wide[1], wide[2], wide[3]])) / 2_147_483_648.0
            }
            Self::Float32 => {
                wide[..4].copy_from_slice(bytes);
                finite(f32::from_le_bytes([wide[0], wide[1], wide[2], wide[3]]).into())
            }
            Self::Float64 => {
                wide.copy_from_slice(bytes);
                finite(f64::from_le_bytes(wide))
            }
        }
    }
}

/// What is no number is silence.
fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

impl BlockSource for Converted {
    fn block_size(&self) -> NonZeroU32 {
        AUDIO_SECTOR
    }

    fn blocks(&self) -> u64 {
        (self.converted() * 4).div_ceil(SECTOR as u64)
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        self.fill(request.offset / 4, request.out).map_err(|error| SourceError::new(first, error))?;
        Ok(request.count)
    }
}
