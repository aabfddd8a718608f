//! [`FlacSource`]: a FLAC file as the sectors of a CD.
//!
//! Sound is decoded while it is read. Whoever goes back in the file has it decoded from its beginning again, so that it is read
//! in its order where that can be.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use claxon::{Error, FlacReader};
use imapi_disc_types::{Block, BlockSource, Request, SourceError};
use imapi_format2::audio::AUDIO_SECTOR;

use super::{AudioError, AudioFormat};

/// What such a file begins with.
const MARK: [u8; 4] = *b"fLaC";
/// Bytes of a sample of both channels.
const FRAME: u64 = 4;
/// Where a decoder is that has to begin again.
const LOST: u64 = u64::MAX;

/// Whether a file begins as FLAC does. It stands at its beginning afterwards.
pub(super) fn begins_as_flac(file: &mut File) -> io::Result<bool> {
    let mut head = [0; 4];
    let read = file.read_exact(&mut head);
    file.seek(SeekFrom::Start(0))?;
    match read {
        Ok(()) => Ok(head == MARK),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// A FLAC file with what a CD has, as sectors; the last is filled up with silence.
pub(super) struct FlacSource {
    path: PathBuf,
    /// Bytes of the samples.
    len: u64,
    decoder: Mutex<Decoder>,
}

/// A place in the file, with what was decoded there.
struct Decoder {
    reader: FlacReader<File>,
    /// The sound that was decoded last, and which byte of all it begins with.
    decoded: Vec<u8>,
    at: u64,
    /// The memory of a block that is no longer wanted.
    spare: Vec<i32>,
}

impl Decoder {
    fn open(path: &Path) -> Result<Self, Error> {
        let reader = FlacReader::new(File::open(path)?)?;
        Ok(Self { reader, decoded: Vec::new(), at: 0, spare: Vec::new() })
    }

    /// Decodes what follows; none behind the end.
    fn next(&mut self) -> Result<Option<()>, Error> {
        let spare = std::mem::take(&mut self.spare);
        let Some(block) = self.reader.blocks().read_next_or_eof(spare)? else { return Ok(None) };
        self.at += self.decoded.len() as u64;
        self.decoded.clear();
        if block.channels() != 2 {
            return Err(Error::FormatError("it changes the number of its channels"));
        }
        for (left, right) in block.stereo_samples() {
            for sample in [left, right] {
                let sample = i16::try_from(sample).map_err(|_| Error::FormatError("a sample has more than 16 bits"))?;
                self.decoded.extend(sample.to_le_bytes());
            }
        }
        self.spare = block.into_buffer();
        Ok(Some(()))
    }

    /// Fills a buffer with sound from that byte on. Behind a failure nobody knows where the decoder is.
    fn read(&mut self, path: &Path, from: u64, out: &mut [u8]) -> Result<(), Error> {
        let read = self.fill(path, from, out);
        if read.is_err() {
            self.decoded.clear();
            self.at = LOST;
        }
        read
    }

    fn fill(&mut self, path: &Path, from: u64, out: &mut [u8]) -> Result<(), Error> {
        if from < self.at {
            *self = Self::open(path)?;
        }
        let mut filled = 0;
        while filled < out.len() {
            let wanted = from + filled as u64;
            let inner = usize::try_from(wanted - self.at).unwrap_or(usize::MAX);
            if let Some(there) = self.decoded.get(inner..).filter(|there| !there.is_empty()) {
                let count = there.len().min(out.len() - filled);
                out[filled..filled + count].copy_from_slice(&there[..count]);
                filled += count;
            } else if self.next()?.is_none() {
                return Err(Error::FormatError("it ends before the sound that it should have"));
            }
        }
        Ok(())
    }
}

impl FlacSource {
    /// Opens a file. Only what a CD has is taken.
    pub fn open(path: &Path) -> Result<Self, AudioError> {
        let wrong = |error| match error {
            Error::IoError(cause) if cause.kind() != io::ErrorKind::UnexpectedEof => {
                AudioError::Read { file: path.to_path_buf(), cause }
            }
            error => AudioError::NotFlac { file: path.to_path_buf(), reason: error.to_string() },
        };
        let mut decoder = Decoder::open(path).map_err(wrong)?;
        let info = decoder.reader.streaminfo();
        let narrow = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        let (bits, channels) = (narrow(info.bits_per_sample), narrow(info.channels));
        let found = AudioFormat { rate: info.sample_rate, bits, channels, plain: true };
        if found != AudioFormat::CD {
            return Err(AudioError::OtherFormat { file: path.to_path_buf(), found });
        }
        let len = if let Some(samples) = info.samples {
            samples.saturating_mul(FRAME)
        } else {
            // What was written by a pipe does not say how long it is.
            while decoder.next().map_err(wrong)?.is_some() {}
            decoder.at + decoder.decoded.len() as u64
        };
        Ok(Self { path: path.to_path_buf(), len, decoder: Mutex::new(decoder) })
    }

    /// Bytes of its samples.
    pub const fn len(&self) -> u64 {
        self.len
    }
}

impl BlockSource for FlacSource {
    fn block_size(&self) -> NonZeroU32 {
        AUDIO_SECTOR
    }

    fn blocks(&self) -> u64 {
        self.len.div_ceil(AUDIO_SECTOR.get().into())
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let there = usize::try_from(self.len.saturating_sub(request.offset)).unwrap_or(usize::MAX);
        let (sound, silence) = request.out.split_at_mut(there.min(request.out.len()));
        let mut decoder = self.decoder.lock().unwrap_or_else(PoisonError::into_inner);
        decoder.read(&self.path, request.offset, sound).map_err(|error| {
            let cause = match error {
                Error::IoError(cause) => cause,
                error => io::Error::new(io::ErrorKind::InvalidData, error.to_string()),
            };
            SourceError::new(first, cause)
        })?;
        silence.fill(0);
        Ok(request.count)
    }

    fn name_of(&self, _: Block) -> Option<Cow<'_, str>> {
        Some(self.path.to_string_lossy())
    }
}
