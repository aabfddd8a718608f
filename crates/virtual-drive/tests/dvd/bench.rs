//! A drive with a DVD or BD in it, and the steps that all tests take.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use imapi_disc_types::{Lba, ManualClock};
use imapi_mmc_transport::{
    CommandError, TransportExt as _,
    commands::{
        BackgroundFormat, CloseFunction, CloseTrackSession, DiscInformation, DiscReply, DiscStatus, FormatCapacities,
        FormatDescriptor, FormatOptions, FormatParameters, FormatType, FormatUnit, GetConfiguration, ModeSelect10,
        Read10, ReadCapacity, ReadDiscInformation, ReadFormatCapacities, ReadTrackInformation, SynchronizeCache,
        TestUnitReady, TrackAddress, TrackInformation, Write10,
    },
    feature::FeatureCode,
    mode::{ModePage, ModeParameters, MultiSession, WriteParameters},
};
use imapi_virtual_drive::{DiscFile, Medium, Pace, VirtualDrive};
use tempfile::TempDir;

/// Blocks of the discs that are burned here: room for three sessions with their borders.
pub const BLOCKS: u32 = 160_000;

pub struct Bench {
    pub drive: VirtualDrive,
    pub clock: Arc<ManualClock>,
    folder: TempDir,
    medium: &'static Medium,
}

/// What a drive answered: key, code and qualifier.
pub type Told = (u8, u8, u8);

pub const CANNOT_WRITE: Told = (5, 0x30, 0x05);
pub const CANNOT_FORMAT: Told = (5, 0x30, 0x06);
pub const ILLEGAL_MODE: Told = (5, 0x64, 0x00);
pub const INVALID_PACKET_SIZE: Told = (5, 0x64, 0x01);
pub const INVALID_WRITE_ADDRESS: Told = (5, 0x21, 0x02);
pub const OUT_OF_RANGE: Told = (5, 0x21, 0x00);
pub const SEQUENCE: Told = (5, 0x2C, 0x00);
pub const FIELD_IN_CDB: Told = (5, 0x24, 0x00);
pub const FIELD_IN_DATA: Told = (5, 0x26, 0x00);
pub const BLANK_CHECK: Told = (8, 0x00, 0x00);

/// What was refused, or nothing.
pub fn refusal<T>(result: Result<T, CommandError>) -> Option<Told> {
    let error = result.err()?;
    let sense = error.sense().unwrap_or_else(|| panic!("no sense: {error}"));
    Some((sense.key.nibble(), sense.asc, sense.ascq))
}

pub fn lba(block: u32) -> Lba {
    Lba(i32::try_from(block).expect("a small disc"))
}

/// What a block holds depends on its address and on how often it was written.
fn payload(first: u32, blocks: u16, times: u8) -> Vec<u8> {
    let block = |block: u32| {
        let [_, b, c, d] = block.to_be_bytes();
        [d, c, b, times].repeat(512)
    };
    (first..first + u32::from(blocks)).flat_map(block).collect()
}

impl Bench {
    pub fn with(name: &str) -> Self {
        Self::sized(name, Some(BLOCKS), Pace::QUICK)
    }

    pub fn sized(name: &str, blocks: Option<u32>, pace: Pace) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let medium: &'static Medium = name.parse().expect("a medium");
        let geometry = medium.geometry(blocks).expect("a size");
        let disc = DiscFile::create(&folder.path().join("my.disc"), geometry).expect("a new disc");
        Self::holding(disc, folder, medium, pace)
    }

    pub fn holding(
        disc: DiscFile<imapi_virtual_drive::DiscState>,
        folder: TempDir,
        medium: &'static Medium,
        pace: Pace,
    ) -> Self {
        let clock = Arc::new(ManualClock::new());
        let bench = Self { drive: VirtualDrive::new(Arc::clone(&clock) as _).at_pace(pace), clock, folder, medium };
        bench.drive.insert(disc, medium).expect("an empty drive");
        bench.hear();
        bench
    }

    pub fn hear(&self) {
        while self.drive.send(&TestUnitReady).is_err() {}
    }

    /// Takes the disc out, closes its file, and puts it in again.
    pub fn reload(&self) {
        drop(self.drive.take_out().expect("a disc file").expect("a disc"));
        let disc = DiscFile::open(&self.folder.path().join("my.disc")).expect("the disc");
        self.drive.insert(disc, self.medium).expect("an empty drive");
        self.hear();
    }

    pub fn write(&self, first: u32, blocks: u16) -> Result<(), CommandError> {
        self.write_again(first, blocks, 0)
    }

    pub fn write_again(&self, first: u32, blocks: u16, times: u8) -> Result<(), CommandError> {
        self.drive.write_from(&Write10::new(lba(first), blocks), &payload(first, blocks, times)).map(drop)
    }

    pub fn read(&self, first: u32, blocks: u16) -> Result<Vec<u8>, CommandError> {
        let mut read = vec![0xA5; usize::from(blocks) * 2048];
        self.drive.read_into(&Read10::new(lba(first), blocks), &mut read)?;
        Ok(read)
    }

    pub fn assert_holds(&self, first: u32, blocks: u16, times: u8) {
        assert!(self.read(first, blocks).expect("written") == payload(first, blocks, times), "{blocks} from {first}");
    }

    pub fn assert_zeros(&self, first: u32, blocks: u16) {
        let found = self.read(first, blocks).expect("formatted");
        assert!(found.iter().all(|&byte| byte == 0), "{blocks} from {first}");
    }

    pub fn set(&self, page: WriteParameters) -> Result<(), CommandError> {
        let parameters = ModeParameters::of([ModePage::WriteParameters(page)]);
        self.drive.submit(&ModeSelect10::carrying(&parameters), &parameters).map(drop)
    }

    /// In packets, with more sessions to come or not.
    pub fn incremental(&self, more: bool) {
        let multi = if more { MultiSession::Open } else { MultiSession::Final };
        self.set(WriteParameters::dvd_incremental(multi)).expect("a way that the drive has");
    }

    pub fn information(&self) -> DiscInformation {
        match self.drive.query(&ReadDiscInformation::standard()).expect("an answer").value {
            DiscReply::Standard(disc) => disc,
            other => panic!("{other:?}"),
        }
    }

    /// Status, sessions, the last track.
    pub fn status(&self) -> (DiscStatus, u16, u16) {
        let disc = self.information();
        (disc.state.status, disc.sessions, disc.last_of_last_session)
    }

    pub fn background(&self) -> BackgroundFormat {
        self.information().background_format
    }

    pub fn track(&self, number: u32) -> TrackInformation {
        self.drive.query(&ReadTrackInformation::of(TrackAddress::Track(number))).expect("a track").value
    }

    /// Where the next block goes, and how many may follow.
    pub fn next(&self) -> Option<(i32, u32)> {
        let track = self.track(u32::from(self.information().last_of_last_session));
        track.next_writable.map(|next| (next.0, track.free_blocks))
    }

    pub fn capacity(&self) -> i32 {
        self.drive.query(&ReadCapacity).expect("an answer").last.0 + 1
    }

    pub fn is_current(&self, code: FeatureCode) -> bool {
        let all = self.drive.query(&GetConfiguration::everything()).expect("an answer");
        all.features.iter().any(|feature| feature.feature.code() == code && feature.current)
    }

    pub fn profile(&self) -> u16 {
        self.drive.query(&GetConfiguration::everything()).expect("an answer").profile.number()
    }

    pub fn formats(&self) -> FormatCapacities {
        self.drive.query(&ReadFormatCapacities::everything()).expect("an answer").value
    }

    /// Spare clusters of the format that the drive likes best.
    pub fn formats_spares(&self) -> u32 {
        let left = u32::try_from(self.capacity_formatted()).expect("no CD");
        (BLOCKS - left) / 32
    }

    fn capacity_formatted(&self) -> i32 {
        i32::try_from(self.formats().current.blocks).expect("a small disc")
    }

    /// Formats and waits until the disc can be used.
    pub fn format(&self, format: u8, subtype: u8, blocks: u32, parameter: u32) -> Result<(), CommandError> {
        let descriptor = FormatDescriptor { blocks, format: FormatType(format), subtype, parameter };
        let options = FormatOptions { immediate: true, ..FormatOptions::default() };
        self.drive.submit(&FormatUnit::default(), &FormatParameters { options, descriptor })?;
        self.wait();
        Ok(())
    }

    pub fn close_track(&self, number: u16) -> Result<(), CommandError> {
        self.close_with(CloseTrackSession::track(number))
    }

    pub fn close(&self, function: CloseFunction) -> Result<(), CommandError> {
        self.close_with(CloseTrackSession::of(function))
    }

    fn close_with(&self, command: CloseTrackSession) -> Result<(), CommandError> {
        self.drive.send(&command)?;
        self.wait();
        Ok(())
    }

    pub fn flush(&self) {
        self.drive.send(&SynchronizeCache::all()).expect("flushed");
        self.wait();
    }

    pub fn wait(&self) {
        let patience = Duration::from_secs(5 * 3600);
        self.drive.wait_until_ready(patience, &mut |_| ControlFlow::Continue(())).expect("it ends");
    }
}
