//! [`SoundSource`]: a file of sound as the sectors of a CD.

use std::{
    borrow::Cow,
    fmt,
    fs::File,
    io::{self, Write},
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::Arc,
};

use imapi_cd_image::files::{self, WavFile};
use imapi_disc_types::{Block, BlockSource, SourceError};
use imapi_format2::audio::AUDIO_SECTOR;

use super::{AudioError, AudioFormat, convert::Converted, flac};

/// A file of sound, WAV or FLAC, as the sectors of a CD. What is missing to the last whole sector is silence.
pub struct SoundSource {
    path: PathBuf,
    samples: Arc<dyn BlockSource>,
    len: u64,
}

impl SoundSource {
    /// Opens a file. Only what a CD has is taken: 44.1 kHz, 16 bits, two channels. Anything else is refused and said.
    pub fn open(path: &Path) -> Result<Self, AudioError> {
        Self::open_with(path, false)
    }

    /// Opens a file, and makes of other rates, sizes of numbers and of one channel what a CD has. A file that has that already is
    /// taken as it is, and FLAC is not converted.
    pub fn converting(path: &Path) -> Result<Self, AudioError> {
        Self::open_with(path, true)
    }

    fn open_with(path: &Path, converts: bool) -> Result<Self, AudioError> {
        let failed = |cause| AudioError::Read { file: path.to_path_buf(), cause };
        let mut opened = File::open(path).map_err(failed)?;
        if flac::begins_as_flac(&mut opened).map_err(failed)? {
            let source = flac::FlacSource::open(path)?;
            return Ok(Self { path: path.to_path_buf(), len: source.len(), samples: Arc::new(source) });
        }
        let file = WavFile::of(path).map_err(|error| AudioError::of_file(path, error))?;
        let (path, len) = (path.to_path_buf(), file.len);
        if file.is_as_on_a_cd() {
            let samples = files::wav(&path).map_err(|error| AudioError::of_file(&path, error))?;
            return Ok(Self { path, samples, len });
        }
        let is_float = file.coding == WavFile::FLOAT;
        let plain = file.coding == WavFile::PCM;
        let found = AudioFormat { rate: file.rate, bits: file.bits, channels: file.channels, plain };
        let converted =
            (converts && (plain || is_float)).then(|| Converted::new(opened, file.from, len, found, is_float));
        match converted.flatten() {
            Some(converted) => Ok(Self { path, samples: Arc::new(converted), len }),
            None => Err(AudioError::OtherFormat { file: path, found }),
        }
    }

    /// Bytes of its samples, as the file has them.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// There are no samples.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl fmt::Debug for SoundSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoundSource").field("path", &self.path).field("len", &self.len).finish_non_exhaustive()
    }
}

impl BlockSource for SoundSource {
    fn block_size(&self) -> NonZeroU32 {
        AUDIO_SECTOR
    }

    fn blocks(&self) -> u64 {
        self.samples.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        self.samples.read(first, out)
    }

    fn name_of(&self, _: Block) -> Option<Cow<'_, str>> {
        Some(self.path.to_string_lossy())
    }
}

/// Bytes before the samples in the files that are written here.
pub(super) const HEAD: u32 = 44;

/// Writes what stands before so many bytes of samples.
pub(super) fn write_head(out: &mut dyn Write, bytes: u32) -> io::Result<()> {
    let AudioFormat { rate, bits, channels, .. } = AudioFormat::CD;
    let frame = bits / 8 * channels;
    out.write_all(b"RIFF")?;
    out.write_all(&(bytes + HEAD - 8).to_le_bytes())?;
    out.write_all(b"WAVEfmt ")?;
    out.write_all(&16_u32.to_le_bytes())?;
    out.write_all(&WavFile::PCM.to_le_bytes())?;
    out.write_all(&channels.to_le_bytes())?;
    out.write_all(&rate.to_le_bytes())?;
    out.write_all(&(rate * u32::from(frame)).to_le_bytes())?;
    out.write_all(&frame.to_le_bytes())?;
    out.write_all(&bits.to_le_bytes())?;
    out.write_all(b"data")?;
    out.write_all(&bytes.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, SeekFrom};

    use imapi_disc_types::conformance;
    use imapi_errors::{Coded as _, v2};

    use super::{super::SECTOR, *};

    const EXTENSIBLE: u16 = 0xFFFE;
    const NO_LENGTH: u32 = u32::MAX;

    /// A file of these chunks.
    fn wav(chunks: &[(&[u8; 4], &[u8])]) -> tempfile::NamedTempFile {
        let mut body = b"WAVE".to_vec();
        for (name, bytes) in chunks {
            body.extend_from_slice(*name);
            body.extend(u32::try_from(bytes.len()).expect("few").to_le_bytes());
            body.extend_from_slice(bytes);
            body.resize(body.len().next_multiple_of(2), 0);
        }
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        let length = u32::try_from(body.len()).expect("few").to_le_bytes();
        file.write_all(&[&b"RIFF"[..], &length, &body].concat()).expect("it has room");
        file
    }

    fn format(number: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
        let frame = channels * bits / 8;
        let mut bytes = number.to_le_bytes().to_vec();
        bytes.extend(channels.to_le_bytes());
        bytes.extend(rate.to_le_bytes());
        bytes.extend((rate * u32::from(frame)).to_le_bytes());
        bytes.extend(frame.to_le_bytes());
        bytes.extend(bits.to_le_bytes());
        bytes
    }

    #[test]
    fn sound_is_found_behind_whatever_stands_before_it_and_ends_with_silence() {
        let sound: Vec<u8> = (0..5000_u32).map(|at| at.to_le_bytes()[0]).collect();
        let cd = format(1, 2, 44_100, 16);
        let file = wav(&[(b"LIST", b"odd"), (b"fmt ", &cd), (b"fact", &[0; 4]), (b"data", &sound), (b"LIST", b"more")]);
        let source = SoundSource::open(file.path()).expect("a WAV file");
        assert_eq!((source.blocks(), source.len()), (3, 5000));
        let mut out = vec![0xA5; 3 * SECTOR];
        source.read_all(Block(0), &mut out).expect("readable");
        assert_eq!(out[..5000], sound);
        assert!(out[5000..].iter().all(|&byte| byte == 0));
        conformance::check(&source).expect("it keeps the contract");
        assert_eq!(source.name_of(Block(2)).as_deref(), file.path().to_str());
    }

    #[test]
    fn an_extended_format_is_what_it_says() {
        let mut extended = format(EXTENSIBLE, 2, 44_100, 16);
        extended.extend([22, 0, 16, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113]);
        let file = wav(&[(b"fmt ", &extended), (b"data", &[1; 2352])]);
        assert_eq!(SoundSource::open(file.path()).expect("a WAV file").blocks(), 1);
        extended[24] = 3;
        let file = wav(&[(b"fmt ", &extended), (b"data", &[1; 2352])]);
        let error = SoundSource::open(file.path()).expect_err("floating-point numbers");
        assert!(matches!(error, AudioError::OtherFormat { found: AudioFormat { plain: false, .. }, .. }), "{error}");
    }

    #[test]
    fn a_file_from_a_pipe_ends_where_it_ends() {
        let mut file = wav(&[(b"fmt ", &format(1, 2, 44_100, 16)), (b"data", &[7; 2352 * 2])]);
        file.seek(SeekFrom::Start(40)).expect("a file");
        file.write_all(&NO_LENGTH.to_le_bytes()).expect("it has room");
        assert_eq!(SoundSource::open(file.path()).expect("a WAV file").blocks(), 2);
    }

    #[test]
    fn what_a_cd_does_not_have_is_refused_and_said() {
        for (number, channels, rate, bits, said) in [
            (1, 2, 48_000, 16, "48000 Hz, 16 bit, 2 ch, PCM"),
            (1, 2, 44_100, 24, "44100 Hz, 24 bit, 2 ch, PCM"),
            (1, 1, 44_100, 16, "44100 Hz, 16 bit, 1 ch, PCM"),
            (3, 2, 44_100, 32, "44100 Hz, 32 bit, 2 ch, no PCM"),
        ] {
            let file = wav(&[(b"fmt ", &format(number, channels, rate, bits)), (b"data", &[1; 2352])]);
            let error = SoundSource::open(file.path()).expect_err(said);
            assert!(error.to_string().contains(said), "{error}");
            assert_eq!(error.code(), v2::E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED);
        }
    }

    #[test]
    fn what_is_no_wav_file_is_refused_however_it_ends() {
        let good = wav(&[(b"fmt ", &format(1, 2, 44_100, 16)), (b"data", &[1; 16])]);
        let bytes = std::fs::read(good.path()).expect("a file");
        for len in 0..44 {
            let mut file = tempfile::NamedTempFile::new().expect("a file");
            file.write_all(&bytes[..len]).expect("it has room");
            let error = SoundSource::open(file.path()).expect_err("it ends before its sound");
            assert!(matches!(error, AudioError::NotWav { .. }), "{len}: {error}");
        }
        assert!(matches!(SoundSource::open(Path::new("/nonexistent")), Err(AudioError::Read { .. })));
    }

    #[test]
    fn what_is_written_is_read() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        write_head(&mut file, 2352).expect("it has room");
        file.write_all(&[9; 2352]).expect("it has room");
        assert_eq!(file.as_file().metadata().expect("a file").len(), u64::from(HEAD) + 2352);
        let source = SoundSource::open(file.path()).expect("a WAV file");
        let mut out = vec![0; 2352];
        source.read_all(Block(0), &mut out).expect("readable");
        assert_eq!((source.len(), out), (2352, vec![9; 2352]));
    }

    /// A quarter of a second of a tone, the other way round in the second channel.
    fn tone(rate: u32, bits: u16, number: u16, hertz: f64) -> tempfile::NamedTempFile {
        let mut sound = Vec::new();
        for at in 0..rate / 4 {
            let value = 0.5 * (2.0 * std::f64::consts::PI * hertz * f64::from(at) / f64::from(rate)).sin();
            for sign in [1.0, -1.0] {
                #[expect(clippy::cast_possible_truncation, reason = "it is within the bits")]
                match (number, bits) {
                    (3, 64) => sound.extend((value * sign).to_le_bytes()),
                    (3, _) => sound.extend(((value * sign) as f32).to_le_bytes()),
                    _ => {
                        let wide = (value * sign * 2_147_483_647.0).round() as i32;
                        sound.extend(&wide.to_le_bytes()[4 - usize::from(bits / 8)..]);
                    }
                }
            }
        }
        wav(&[(b"fmt ", &format(number, 2, rate, bits)), (b"data", &sound)])
    }

    /// The largest difference from the tone as it should be, in units of 16 bits, away from beginning and end.
    fn difference(source: &SoundSource, hertz: f64, loudness: f64) -> f64 {
        let mut out = vec![0; usize::try_from(source.bytes()).expect("short")];
        source.read_all(Block(0), &mut out).expect("readable");
        let mut most: f64 = 0.0;
        for (frame, at) in out.chunks_exact(4).zip(0_u32..).skip(2_000).take(7_000) {
            let value = loudness * (2.0 * std::f64::consts::PI * hertz * f64::from(at) / 44_100.0).sin();
            for (bytes, sign) in frame.chunks_exact(2).zip([1.0, -1.0]) {
                let found = f64::from(i16::from_le_bytes([bytes[0], bytes[1]]));
                most = most.max((found - value * sign * 32_768.0).abs());
            }
        }
        most
    }

    #[test]
    fn other_rates_and_numbers_become_what_a_cd_has() {
        for (rate, bits, number) in
            [(48_000, 24, 1), (96_000, 32, 1), (44_100, 24, 1), (22_050, 16, 1), (88_200, 32, 3), (47_999, 64, 3)]
        {
            let file = tone(rate, bits, number, 997.0);
            assert!(SoundSource::open(file.path()).is_err());
            let source = SoundSource::converting(file.path()).expect("it can be converted");
            assert_eq!(source.blocks(), 19, "{rate}: a quarter of a second");
            let difference = difference(&source, 997.0, 0.5);
            // What was rounded to 16 bits before is not better afterwards.
            assert!(difference < if bits == 16 { 2.5 } else { 1.5 }, "{rate} Hz, {bits} bit: {difference}");
        }
    }

    #[test]
    fn what_a_cd_has_no_room_for_is_left_out_and_what_it_has_stays() {
        let high = SoundSource::converting(tone(96_000, 24, 1, 30_000.0).path()).expect("it can be converted");
        let left = difference(&high, 30_000.0, 0.0);
        assert!(left < 2.0, "{left}");
        let bright = SoundSource::converting(tone(96_000, 24, 1, 15_000.0).path()).expect("it can be converted");
        let lost = difference(&bright, 15_000.0, 0.5);
        assert!(lost < 2.0, "{lost}");
    }

    #[test]
    fn one_channel_sounds_from_both_sides_and_more_are_refused() {
        let file = wav(&[(b"fmt ", &format(1, 1, 44_100, 8)), (b"data", &[128, 0, 255, 192])]);
        let source = SoundSource::converting(file.path()).expect("it can be converted");
        let mut out = vec![0; SECTOR];
        source.read_all(Block(0), &mut out).expect("readable");
        let samples: Vec<i16> = out.chunks(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).take(10).collect();
        assert_eq!(samples, [0, 0, -32_768, -32_768, 32_512, 32_512, 16_384, 16_384, 0, 0]);
        conformance::check(&source).expect("it keeps the contract");
        for (number, channels, rate, bits) in [(1, 6, 48_000, 16), (2, 2, 44_100, 4), (1, 2, 1, 16), (1, 2, 44_100, 12)]
        {
            let file = wav(&[(b"fmt ", &format(number, channels, rate, bits)), (b"data", &[1; 2400])]);
            let error = SoundSource::converting(file.path()).expect_err("nobody here reads it");
            assert!(matches!(error, AudioError::OtherFormat { .. }), "{error}");
        }
    }
}
