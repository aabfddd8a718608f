//! A host that may do anything, and what must be true of the drive whatever it does.
//!
//! It remembers what it has written: what it reads of that is what it wrote, or an error, and never something else. And
//! the disc that comes out is the disc that is found in the file.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use imapi_disc_types::{Lba, ManualClock, Msf, Profile};
use imapi_mmc_transport::{
    Cdb, Command, Completion, Data, Sense, Status, Transport as _, TransportError, TransportExt as _,
    commands::{
        CueEntry, DiscReply, FormatOptions, FormatParameters, FormatUnit, MainForm, ModeSelect10, ModeSense10, Read10,
        ReadDiscInformation, ReadFormatCapacities, ReadTrackInformation, SendCueSheet, SynchronizeCache, TestUnitReady,
        TrackAddress, TrackControl, Write10,
    },
    mode::{ModePage, ModeParameters, MultiSession, PageCode, PageControl, WriteParameters},
};
use imapi_virtual_drive::{DiscFile, DiscState, Medium, Pace, Personality, VirtualDrive};
use tempfile::TempDir;

/// Blocks of the small discs here.
pub const BLOCKS: u32 = 3200;
/// No command may keep a processor busy for so long.
const LONG: Duration = Duration::from_secs(5);
const MINUTE: Duration = Duration::from_secs(60);

/// Something that a host does, or a hand.
#[derive(Debug, Clone)]
pub enum Step {
    /// Writes where the last track goes on.
    WriteNext { blocks: u16, tag: u8 },
    /// Writes somewhere.
    WriteAt { lba: i32, blocks: u16, tag: u8 },
    /// Reads somewhere.
    Read { lba: i32, blocks: u16 },
    /// Reads the end of what was written.
    ReadLast { blocks: u16 },
    /// Sends any command, with so many bytes for its answer or of its parameters.
    Send { cdb: Vec<u8>, out: Option<Vec<u8>>, room: usize },
    /// Sets the way of writing that most take for such a disc, and formats it in one of the ways that are offered.
    Prepare { offer: usize },
    /// Says that a CD will be one session at once, with so many blocks of data behind the pause.
    Sheet { blocks: u16 },
    /// Says how it will write.
    Page(WriteParameters),
    /// Flushes, and waits for it.
    Flush,
    /// Waits so many milliseconds.
    Wait(u32),
    /// Waits until the drive is ready, but not for ever.
    WaitUntilReady,
    /// Cuts the power for a moment.
    Reset,
    /// Takes the disc out by force, and puts it in again.
    Reload,
}

/// A drive, a disc, and what the host knows.
pub struct Scene {
    drive: VirtualDrive,
    clock: Arc<ManualClock>,
    path: PathBuf,
    medium: &'static Medium,
    /// What was written where, and whether it was flushed.
    known: BTreeMap<i32, (u8, bool)>,
    _folder: TempDir,
}

/// What a host writes into a block.
fn payload(lba: i32, tag: u8) -> Vec<u8> {
    let mut block = vec![tag; 2048];
    block[..4].copy_from_slice(&lba.to_be_bytes());
    block
}

fn payloads(lba: i32, blocks: u16, tag: u8) -> Vec<u8> {
    (0..i32::from(blocks)).flat_map(|block| payload(lba.wrapping_add(block), tag)).collect()
}

fn new_drive(clock: &Arc<ManualClock>, personality: &'static Personality, pace: Pace) -> VirtualDrive {
    VirtualDrive::new(Arc::clone(clock) as _).at_pace(pace).with_personality(personality)
}

impl Scene {
    pub fn new(medium: &'static Medium, personality: &'static Personality, pace: Pace) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("my.disc");
        let disc = DiscFile::create(&path, medium.geometry(Some(BLOCKS)).expect("a size")).expect("a new disc");
        let clock = Arc::new(ManualClock::new());
        let drive = new_drive(&clock, personality, pace);
        drive.insert(disc, medium).expect("an empty drive");
        Self { drive, clock, path, medium, known: BTreeMap::new(), _folder: folder }
    }

    /// Sends a command, and checks what must be true of every answer.
    pub fn send(&self, cdb: &Cdb, data: Data<'_>) -> Option<Completion> {
        let (offered, timeout) = (data.len(), Duration::from_secs(30));
        let begun = Instant::now();
        let answer = self.drive.execute(cdb, data, timeout);
        assert!(begun.elapsed() < LONG, "{cdb} took {:?}", begun.elapsed());
        match answer {
            Ok(completion) => {
                assert!(completion.transferred <= offered, "{cdb}: {} of {offered} bytes", completion.transferred);
                let good = completion.status == Status::GOOD;
                assert_eq!(completion.sense.is_none(), good, "{cdb}: {completion:?}");
                if let Some(sense) = &completion.sense {
                    Sense::try_from(sense).expect("sense that can be understood");
                }
                Some(completion)
            }
            Err(TransportError::Timeout { .. }) => None,
            Err(error) => panic!("{cdb}: {error}"),
        }
    }

    pub fn play(&mut self, step: &Step) {
        match step {
            Step::WriteNext { blocks, tag } => {
                let next = self.next().unwrap_or(Lba(0));
                self.write(next.0, *blocks, *tag);
            }
            Step::WriteAt { lba, blocks, tag } => self.write(*lba, *blocks, *tag),
            Step::Read { lba, blocks } => self.read(*lba, *blocks),
            Step::ReadLast { blocks } => {
                let last = self.known.last_key_value().map_or(0, |(lba, _)| *lba);
                self.read(last + 1 - i32::from(*blocks), *blocks);
            }
            Step::Send { cdb, out, room } => self.anything(cdb, out.as_deref(), *room),
            Step::Prepare { offer } => self.prepare(*offer),
            Step::Sheet { blocks } => self.announce(*blocks),
            Step::Page(page) => self.set(page),
            Step::Flush => self.flush(),
            Step::Wait(milliseconds) => self.clock.advance(Duration::from_millis((*milliseconds).into())),
            Step::WaitUntilReady => self.wait_until_ready(),
            Step::Reset => {
                self.drive.reset().expect("the disc file is in order");
                self.lose_what_is_not_safe();
            }
            Step::Reload => {
                if let Some(disc) = self.drive.take_out().expect("the disc file is in order") {
                    drop(disc);
                    let disc = DiscFile::open(&self.path).expect("the disc");
                    self.drive.insert(disc, self.medium).expect("an empty drive");
                }
                self.lose_what_is_not_safe();
            }
        }
    }

    fn set(&self, page: &WriteParameters) {
        let parameters = ModeParameters::of([ModePage::WriteParameters(page.clone())]);
        // Not every drive takes every way.
        let _ = self.drive.submit(&ModeSelect10::carrying(&parameters), &parameters);
    }

    fn announce(&self, blocks: u16) {
        self.set(&WriteParameters::sao(MultiSession::Final));
        let (data, form) = (TrackControl::DATA, MainForm::MODE_1.alone());
        let at = |lba: i32| Msf::try_from(Lba(lba)).unwrap_or_default();
        let sheet = vec![
            CueEntry::lead_in(data, MainForm::MODE_1_PAUSE.alone()),
            CueEntry::index(data, 1, 0, form, at(-150)),
            CueEntry::index(data, 1, 1, form, at(0)),
            CueEntry::lead_out(data, MainForm::MODE_1_PAUSE.alone(), at(blocks.into())),
        ];
        let command = SendCueSheet::of(&sheet).expect("a short sheet");
        // Only a blank CD takes it.
        let _ = self.drive.submit(&command, &sheet);
    }

    fn prepare(&mut self, offer: usize) {
        let is_cd = self.medium.lead_in.is_some();
        self.set(&if is_cd {
            WriteParameters::tao_data(MultiSession::Open)
        } else {
            WriteParameters::dvd_incremental(MultiSession::Open)
        });
        // A DVD-RW is one disc as it is bought, and another when it was formatted.
        let rewritable_dvd = self.medium.profile == Profile::DVD_DASH_RW_SEQUENTIAL;
        if rewritable_dvd && offer % 2 == 0 {
            return;
        }
        let Ok(offers) = self.drive.query(&ReadFormatCapacities::everything()) else { return };
        let offers = &offers.value.formattable;
        let Some(&descriptor) = offers.get(offer % offers.len().max(1)) else { return };
        let parameters = FormatParameters { options: FormatOptions::default(), descriptor };
        if self.drive.submit(&FormatUnit::default(), &parameters).is_ok() {
            self.known.clear();
        }
        self.wait_until_ready();
        if rewritable_dvd {
            self.set(&WriteParameters::dvd_restricted_overwrite());
        }
    }

    fn next(&self) -> Option<Lba> {
        let DiscReply::Standard(disc) = self.drive.query(&ReadDiscInformation::standard()).ok()?.value else {
            return None;
        };
        let track = TrackAddress::Track(disc.last_of_last_session.into());
        self.drive.query(&ReadTrackInformation::of(track)).ok()?.value.next_writable
    }

    /// Whether what is written now will be there, as far as the drive tells.
    fn writes_for_real(&self) -> bool {
        let query = ModeSense10::of(PageCode::WRITE_PARAMETERS, PageControl::Current);
        let page =
            self.drive.query(&query).ok().and_then(|answer| answer.value.page(PageCode::WRITE_PARAMETERS).cloned());
        matches!(page, Some(ModePage::WriteParameters(page)) if !page.test_write)
    }

    fn write(&mut self, lba: i32, blocks: u16, tag: u8) {
        let real = self.writes_for_real();
        let data = payloads(lba, blocks, tag);
        let answer = self.send(&Write10::new(Lba(lba), blocks).to_cdb(), Data::Out(&data));
        let Some(answer) = answer.filter(|answer| answer.status == Status::GOOD) else { return };
        for block in lba..lba.saturating_add(blocks.into()) {
            // Sectors of another size hold the bytes elsewhere.
            if real && answer.transferred == data.len() {
                self.known.insert(block, (tag, false));
            } else {
                self.known.remove(&block);
            }
        }
    }

    fn read(&self, lba: i32, blocks: u16) {
        let mut data = vec![0xA5; usize::from(blocks) * 2048];
        let answer = self.send(&Read10::new(Lba(lba), blocks).to_cdb(), Data::In(&mut data));
        let Some(answer) = answer.filter(|answer| answer.status == Status::GOOD) else { return };
        assert_eq!(answer.transferred, data.len(), "whole blocks were asked for");
        for (lba, block) in (lba..).zip(data.chunks(2048)) {
            if let Some(&(tag, _)) = self.known.get(&lba) {
                assert!(block == payload(lba, tag), "block {lba} was written with {tag:02X}: {:02X?}", &block[..8]);
            }
        }
    }

    fn anything(&mut self, cdb: &[u8], out: Option<&[u8]>, room: usize) {
        let Ok(cdb) = Cdb::new(cdb) else { return };
        let mut buffer = vec![0; room];
        let data = match out {
            Some(bytes) => Data::Out(bytes),
            None if room == 0 => Data::None,
            None => Data::In(&mut buffer),
        };
        let done = self.send(&cdb, data).is_some_and(|answer| answer.status == Status::GOOD);
        match cdb.opcode() {
            // BLANK, FORMAT UNIT and all that writes: what was known may be gone.
            0xA1 | 0x04 | 0x2A | 0x2E | 0xAA if done => self.known.clear(),
            // START STOP UNIT may open the tray.
            0x1B => self.lose_what_is_not_safe(),
            _ => {}
        }
    }

    fn flush(&mut self) {
        if self.drive.send(&SynchronizeCache::all().waiting()).is_ok() {
            for (_, safe) in self.known.values_mut() {
                *safe = true;
            }
        }
    }

    fn lose_what_is_not_safe(&mut self) {
        self.known.retain(|_, (_, safe)| *safe);
    }

    fn wait_until_ready(&self) {
        for _ in 0..300 {
            if self.drive.send(&TestUnitReady).is_ok() {
                return;
            }
            self.clock.advance(MINUTE);
        }
    }

    /// Ends it all: the disc that comes out is the one that is found in the file, by any other drive.
    pub fn end(mut self) {
        self.wait_until_ready();
        self.flush();
        self.wait_until_ready();
        self.lose_what_is_not_safe();
        let Some(disc) = self.drive.take_out().expect("the disc file is in order") else { return };
        let state = disc.state().clone();
        drop(disc);
        let found: DiscFile<DiscState> = DiscFile::open(Path::new(&self.path)).expect("the disc");
        assert_eq!(found.state(), &state);
        self.drive = new_drive(&self.clock, Personality::STANDARD, Pace::QUICK);
        self.drive.insert(found, self.medium).expect("an empty drive");
        self.wait_until_ready();
        let known: Vec<i32> = self.known.keys().copied().collect();
        for lba in known {
            self.read(lba, 1);
        }
    }
}
