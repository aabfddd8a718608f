//! [`WavSource`]: a WAV file as the sectors of a CD.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use imapi_disc_types::{Block, BlockSource, Request, SourceError};
use imapi_format2::audio::AUDIO_SECTOR;

use super::{AudioError, AudioFormat, SECTOR};

/// Formats in which sound is plain numbers: by its own number, or by that of an extension.
const PCM: u16 = 1;
const EXTENSIBLE: u16 = 0xFFFE;
/// Bytes of a format that says how it is extended; the number of the real one is there.
const EXTENDED: usize = 40;
const REAL_FORMAT: usize = 24;
/// Files that were written by a pipe have no length.
const NO_LENGTH: u32 = u32::MAX;
/// More of what stands before the sound is no WAV file.
const MOST_CHUNKS: usize = 10_000;

/// A WAV file as the sectors of a CD. What is missing to the last whole sector is silence.
///
/// Only what a CD has is taken: 44.1 kHz, 16 bits, two channels. Anything else is refused and said.
#[derive(Debug)]
pub struct WavSource {
    file: Mutex<File>,
    path: PathBuf,
    /// Where the samples begin, and how many bytes they are.
    begin: u64,
    len: u64,
}

impl WavSource {
    /// Opens a file, and sees what is in it.
    pub fn open(path: &Path) -> Result<Self, AudioError> {
        let failed = |cause| AudioError::Read { file: path.to_path_buf(), cause };
        let mut file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let not_wav = |reason| AudioError::NotWav { file: path.to_path_buf(), reason };
        let mut head = [0; 12];
        read(&mut file, &mut head).map_err(failed)?.ok_or(not_wav("it is too short"))?;
        if !head.starts_with(b"RIFF") || &head[8..] != b"WAVE" {
            return Err(not_wav("it does not begin as one"));
        }
        let mut format = None;
        let mut at = 12_u64;
        for _ in 0..MOST_CHUNKS {
            let mut chunk = [0; 8];
            file.seek(SeekFrom::Start(at)).map_err(failed)?;
            read(&mut file, &mut chunk).map_err(failed)?.ok_or(not_wav("there is no sound in it"))?;
            let [a, b, c, d, length @ ..] = chunk;
            let (name, length) = ([a, b, c, d], u32::from_le_bytes(length));
            at += 8;
            match &name {
                b"fmt " => {
                    let found = read_format(&mut file, length).map_err(failed)?;
                    format = Some(found.ok_or(not_wav("its format is too short"))?);
                }
                b"data" => {
                    let found = format.ok_or(not_wav("it does not say how its sound is stored"))?;
                    if found != AudioFormat::CD {
                        return Err(AudioError::OtherFormat { file: path.to_path_buf(), found });
                    }
                    let left = size.saturating_sub(at);
                    let len = if length == NO_LENGTH { left } else { left.min(length.into()) };
                    return Ok(Self { file: Mutex::new(file), path: path.to_path_buf(), begin: at, len });
                }
                _ => {}
            }
            // Chunks begin at even places.
            at += u64::from(length) + u64::from(length & 1);
        }
        Err(not_wav("there is no sound in it"))
    }

    /// Bytes of its samples.
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

/// Fills a buffer; none where the file ends before.
fn read(file: &mut File, out: &mut [u8]) -> io::Result<Option<()>> {
    match file.read_exact(out) {
        Ok(()) => Ok(Some(())),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

fn read_format(file: &mut File, length: u32) -> io::Result<Option<AudioFormat>> {
    let mut bytes = [0; EXTENDED];
    let there = usize::try_from(length).unwrap_or(usize::MAX).min(EXTENDED);
    if there < 16 || read(file, &mut bytes[..there])?.is_none() {
        return Ok(None);
    }
    let u16_at = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let real = match u16_at(0) {
        EXTENSIBLE if there == EXTENDED => u16_at(REAL_FORMAT),
        number => number,
    };
    Ok(Some(AudioFormat {
        rate: u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]),
        bits: u16_at(14),
        channels: u16_at(2),
        plain: real == PCM,
    }))
}

impl BlockSource for WavSource {
    fn block_size(&self) -> NonZeroU32 {
        AUDIO_SECTOR
    }

    fn blocks(&self) -> u64 {
        self.len.div_ceil(SECTOR as u64)
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let there = self.len.saturating_sub(request.offset);
        let there = usize::try_from(there).unwrap_or(usize::MAX).min(request.out.len());
        let (sound, silence) = request.out.split_at_mut(there);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let done = file.seek(SeekFrom::Start(self.begin + request.offset)).and_then(|_| file.read_exact(sound));
        done.map_err(|error| SourceError::new(first, error))?;
        silence.fill(0);
        Ok(request.count)
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
    out.write_all(&PCM.to_le_bytes())?;
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
    use imapi_disc_types::conformance;
    use imapi_errors::{Coded as _, v2};

    use super::*;

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
        let source = WavSource::open(file.path()).expect("a WAV file");
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
        assert_eq!(WavSource::open(file.path()).expect("a WAV file").blocks(), 1);
        extended[24] = 3;
        let file = wav(&[(b"fmt ", &extended), (b"data", &[1; 2352])]);
        let error = WavSource::open(file.path()).expect_err("floating-point numbers");
        assert!(matches!(error, AudioError::OtherFormat { found: AudioFormat { plain: false, .. }, .. }), "{error}");
    }

    #[test]
    fn a_file_from_a_pipe_ends_where_it_ends() {
        let mut file = wav(&[(b"fmt ", &format(1, 2, 44_100, 16)), (b"data", &[7; 2352 * 2])]);
        file.seek(SeekFrom::Start(40)).expect("a file");
        file.write_all(&NO_LENGTH.to_le_bytes()).expect("it has room");
        assert_eq!(WavSource::open(file.path()).expect("a WAV file").blocks(), 2);
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
            let error = WavSource::open(file.path()).expect_err(said);
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
            let error = WavSource::open(file.path()).expect_err("it ends before its sound");
            assert!(matches!(error, AudioError::NotWav { .. }), "{len}: {error}");
        }
        assert!(matches!(WavSource::open(Path::new("/nonexistent")), Err(AudioError::Read { .. })));
    }

    #[test]
    fn what_is_written_is_read() {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        write_head(&mut file, 2352).expect("it has room");
        file.write_all(&[9; 2352]).expect("it has room");
        assert_eq!(file.as_file().metadata().expect("a file").len(), u64::from(HEAD) + 2352);
        let source = WavSource::open(file.path()).expect("a WAV file");
        assert_eq!((source.len(), source.begin), (2352, HEAD.into()));
    }
}
