//! Drives, discs and songs for the tests.

use std::{
    num::NonZeroU32,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use imapi_disc_types::{Block, BlockSource, ClientName, Control, Lba, ManualClock, Request, SourceError};
use imapi_format2::{Probe, audio::AudioOptions};
use imapi_format2_tao::{Session, TaoError, TaoOptions, Track};
use imapi_mmc_transport::{
    Device, TransportExt as _,
    commands::{ReadCd, SectorSelection},
    trace::{Recording, Tracer, steps},
};
use imapi_recorder::{Recorder, RecorderError};
use imapi_virtual_drive::{DiscFile, MEDIA, Medium, Personality, VirtualDrive};

/// Bytes of a sector.
pub const SECTOR: usize = 2352;

/// Sound of which each sector says its number and whose it is.
#[derive(Debug, Clone, Copy)]
pub struct Song {
    pub sectors: u64,
    pub mark: u8,
}

/// The same from a slow disk.
pub struct Slow(pub Song);

impl Song {
    pub fn sector(&self, number: u64) -> [u8; SECTOR] {
        let mut sector = [self.mark; SECTOR];
        sector[..8].copy_from_slice(&number.to_le_bytes());
        sector
    }

    pub fn bytes(&self) -> Vec<u8> {
        (0..self.sectors).flat_map(|number| self.sector(number)).collect()
    }
}

impl BlockSource for Song {
    fn block_size(&self) -> NonZeroU32 {
        NonZeroU32::new(2352).expect("not zero")
    }

    fn blocks(&self) -> u64 {
        self.sectors
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        for (number, sector) in (first.0..).zip(request.out.chunks_exact_mut(SECTOR)) {
            sector.copy_from_slice(&self.sector(number));
        }
        Ok(request.count)
    }
}

impl BlockSource for Slow {
    fn block_size(&self) -> NonZeroU32 {
        self.0.block_size()
    }

    fn blocks(&self) -> u64 {
        self.0.sectors
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        std::thread::sleep(Duration::from_millis(1));
        let most = out.len().min(16 * SECTOR);
        self.0.read(first, &mut out[..most])
    }
}

pub fn medium(name: &str) -> &'static Medium {
    MEDIA.iter().find(|medium| medium.name == name).expect("in the table")
}

/// A drive with a new disc of that kind, as large as one buys it or of so many blocks.
pub fn drive(
    folder: &Path,
    name: &str,
    personality: Option<&'static Personality>,
    blocks: Option<u32>,
) -> VirtualDrive {
    let medium = medium(name);
    let mut drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    if let Some(personality) = personality {
        drive = drive.with_personality(personality);
    }
    let disc = DiscFile::create(&folder.join(name), medium.geometry(blocks).expect("its size")).expect("a file");
    drive.insert(disc, medium).expect("it takes it");
    drive
}

pub fn recorder(device: impl Device + 'static) -> Recorder {
    let recorder = Recorder::over(Arc::new(device)).expect("it says what it is");
    ready(&recorder);
    recorder
}

pub fn ready(recorder: &Recorder) {
    try_ready(recorder).expect("ready");
}

pub fn try_ready(recorder: &Recorder) -> Result<(), RecorderError> {
    recorder.ready(Duration::from_secs(3600), &mut |_| std::ops::ControlFlow::Continue(())).map(|_| ())
}

/// How many commands a drive gets, from the first on.
pub fn commands_of(device: impl Device + 'static, work: impl FnOnce(&Recorder)) -> usize {
    let sink = Sink::default();
    let tracer = Tracer::new(device, sink.clone(), None).digest_above(1024);
    work(&Recorder::over(Arc::new(tracer)).expect("it says what it is"));
    let bytes = sink.0.lock().expect("no panic");
    Recording::read(&bytes[..]).expect("a recording").records.len()
}

pub fn client() -> ClientName {
    "tests".parse().expect("a name")
}

pub fn prepare(recorder: &Recorder, options: &TaoOptions) -> Result<Session, TaoError> {
    Session::prepare(recorder, &client(), options, &mut |_| {})
}

pub fn add(session: &mut Session, song: &dyn BlockSource) -> Result<Track, TaoError> {
    session.add_track(song, &AudioOptions::default(), &mut Control::silent())
}

/// Writes a disc of these songs.
pub fn burn(recorder: &Recorder, songs: &[Song], options: &TaoOptions) -> Vec<Track> {
    let mut session = prepare(recorder, options).expect("a blank CD");
    for song in songs {
        add(&mut session, song).expect("a track");
    }
    session.finish(&mut Control::silent()).expect("finished").tracks
}

pub fn probe(recorder: &Recorder) -> Probe {
    ready(recorder);
    Probe::of(recorder).expect("it tells")
}

/// What is on the disc from there on.
pub fn sound(recorder: &Recorder, first: Lba, sectors: u32) -> Vec<u8> {
    ready(recorder);
    let mut all = Vec::new();
    let end = first.0 + i32::try_from(sectors).expect("few");
    let mut at = first.0;
    while at < end {
        let count = (end - at).min(20);
        let mut bytes = vec![0xA5; usize::try_from(count).expect("few") * SECTOR];
        let command = ReadCd::new(Lba(at), count.unsigned_abs(), SectorSelection::USER_DATA);
        recorder.device().read_into(&command, &mut bytes).unwrap_or_else(|error| panic!("LBA {at}: {error:?}"));
        all.extend(bytes);
        at += count;
    }
    all
}

#[track_caller]
pub fn assert_on_disc(recorder: &Recorder, song: &Song, start: Lba, what: &str) {
    let sectors = u32::try_from(song.sectors).expect("few");
    assert!(sound(recorder, start, sectors) == song.bytes(), "{what}: the song at LBA {start}");
}

/// A recorder, and all that was sent to its drive, in words.
pub fn traced(device: impl Device + 'static) -> (Recorder, impl Fn() -> Vec<String>) {
    let sink = Sink::default();
    let recorder = recorder(Tracer::new(device, sink.clone(), None).digest_above(1024));
    let sent = move || {
        let recording = Recording::read(&sink.0.lock().expect("no panic")[..]).expect("a recording");
        steps(&recording.records).iter().map(ToString::to_string).collect()
    };
    (recorder, sent)
}

/// Where a tracer writes that belongs to a recorder by then.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
