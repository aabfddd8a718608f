//! A drive with a CD in it, and the steps that all tests of CDs take.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use imapi_disc_types::{Lba, ManualClock};
use imapi_mmc_transport::{
    Cdb, CommandError, Data, Sense, SenseKey, Transport as _, TransportExt as _,
    commands::{
        CloseFunction, CloseTrackSession, MainChannel, ModeSelect10, Read10, ReadCd, ReadTrackInformation,
        SectorSelection, SubChannelSelection, SynchronizeCache, TestUnitReady, TrackAddress, Write10,
    },
    mode::{ModePage, ModeParameters, WriteParameters},
};
use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};
use tempfile::TempDir;

/// Blocks of the small discs that are burned here.
pub const BLOCKS: u32 = 30_000;

pub struct Bench {
    pub drive: VirtualDrive,
    folder: TempDir,
    medium: &'static Medium,
}

impl Bench {
    /// A small disc.
    pub fn with(name: &str) -> Self {
        Self::sized(name, Some(BLOCKS))
    }

    /// A disc of that size, or as one buys it.
    pub fn sized(name: &str, blocks: Option<u32>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let medium: &'static Medium = name.parse().expect("a medium");
        let geometry = medium.geometry(blocks).expect("a size");
        let disc = DiscFile::create(&folder.path().join("my.disc"), geometry).expect("a new disc");
        let bench = Self { drive: VirtualDrive::new(Arc::new(ManualClock::new()) as _), folder, medium };
        bench.drive.insert(disc, medium).expect("an empty drive");
        bench.hear();
        bench
    }

    fn hear(&self) {
        while self.drive.send(&TestUnitReady).is_err() {}
    }

    /// Takes the disc out, closes its file, and puts it in again.
    pub fn reload(&self) {
        drop(self.drive.take_out().expect("a disc file").expect("a disc"));
        let disc = DiscFile::open(&self.folder.path().join("my.disc")).expect("the disc");
        self.drive.insert(disc, self.medium).expect("an empty drive");
        self.hear();
    }

    /// What the drive answers to these bytes, up to so many.
    pub fn ask(&self, cdb: &[u8], most: usize) -> Result<Vec<u8>, (u8, u8, u8)> {
        let mut bytes = vec![0; most];
        let cdb = Cdb::new(cdb).expect("a command");
        let done = self.drive.execute(&cdb, Data::In(&mut bytes), Duration::from_secs(1)).expect("an answer");
        if let Some(sense) = done.sense {
            return Err(numbers(sense.as_bytes()));
        }
        bytes.truncate(done.transferred);
        Ok(bytes)
    }

    /// Tells the drive these bytes.
    pub fn tell(&self, cdb: &[u8], data: &[u8]) -> Result<(), (u8, u8, u8)> {
        let cdb = Cdb::new(cdb).expect("a command");
        let done = self.drive.execute(&cdb, Data::Out(data), Duration::from_secs(1)).expect("an answer");
        done.sense.map_or(Ok(()), |sense| Err(numbers(sense.as_bytes())))
    }

    pub fn set(&self, page: WriteParameters) -> Result<(), CommandError> {
        let parameters = ModeParameters::of([ModePage::WriteParameters(page)]);
        self.drive.submit(&ModeSelect10::carrying(&parameters), &parameters).map(drop)
    }

    pub fn write(&self, first: i32, blocks: u16, data: &[u8]) -> Result<(), CommandError> {
        self.drive.write_from(&Write10::new(Lba(first), blocks), data).map(drop)
    }

    pub fn flush(&self) {
        self.drive.send(&SynchronizeCache::all()).expect("flushed");
        self.wait();
    }

    pub fn close_session(&self) {
        self.drive.send(&CloseTrackSession::of(CloseFunction::Session)).expect("closing begins");
        self.wait();
    }

    pub fn wait(&self) {
        let patience = Duration::from_secs(5 * 3600);
        self.drive.wait_until_ready(patience, &mut |_| ControlFlow::Continue(())).expect("it ends");
    }

    /// Where the next track begins, and how many blocks it can have.
    pub fn next(&self) -> Option<(i32, u32)> {
        let track = self.drive.query(&ReadTrackInformation::of(TrackAddress::INVISIBLE)).ok()?;
        Some((track.next_writable?.0, track.free_blocks))
    }

    pub fn read(&self, first: i32, blocks: u16) -> Result<Vec<u8>, (u8, u8, u8)> {
        let mut bytes = vec![0xA5; usize::from(blocks) * 2048];
        self.drive.read_into(&Read10::new(Lba(first), blocks), &mut bytes).map_err(|error| refusal(&error))?;
        Ok(bytes)
    }

    /// Whole sectors with their sub-channels.
    pub fn raw(&self, first: i32, blocks: u32) -> Result<Vec<u8>, (u8, u8, u8)> {
        let selection = SectorSelection {
            main: MainChannel::RAW,
            sub_channel: SubChannelSelection::RAW_PW,
            ..SectorSelection::RAW
        };
        self.read_cd(&ReadCd::new(Lba(first), blocks, selection), 2448)
    }

    /// The 12 bytes of sub-channel Q there.
    pub fn q(&self, lba: i32) -> [u8; 12] {
        let selection = SectorSelection { sub_channel: SubChannelSelection::Q, ..SectorSelection::default() };
        let answer = self.read_cd(&ReadCd::new(Lba(lba), 1, selection), 16).expect("a sector");
        answer[..12].try_into().expect("16 bytes")
    }

    pub fn read_cd(&self, command: &ReadCd, size: usize) -> Result<Vec<u8>, (u8, u8, u8)> {
        let mut bytes = vec![0xA5; usize::try_from(command.blocks).expect("few") * size];
        let done = self.drive.read_into(command, &mut bytes).map_err(|error| refusal(&error))?;
        bytes.truncate(done.transferred);
        Ok(bytes)
    }
}

/// Key, code and qualifier.
fn numbers(sense: &[u8]) -> (u8, u8, u8) {
    (sense[2] & 0x0F, sense[12], sense[13])
}

pub fn refusal(error: &CommandError) -> (u8, u8, u8) {
    let sense: &Sense = error.sense().unwrap_or_else(|| panic!("no sense: {error}"));
    let bytes = sense.to_fixed();
    assert_ne!(sense.key, SenseKey::NoSense);
    numbers(&bytes)
}

/// Bytes that are different in every block.
pub fn payload(seed: u8, blocks: u16, size: usize) -> Vec<u8> {
    let mut state = u32::from(seed).wrapping_mul(0x9E37_79B9) | 1;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_be_bytes()[0]
    };
    (0..usize::from(blocks) * size).map(|_| byte()).collect()
}
