//! The rules of the families: what may be written where, what closing means, what a drive says of the disc.
//!
//! What differs by a number stands in the table of media; no rule asks which medium it is.

mod bd_sequential;
mod cd;
mod contents;
mod dvd_minus;
mod dvd_plus;
mod overwritable;
mod pressed;
mod restricted;
mod sequence;
mod spares;
mod structures;

pub(crate) use cd::Glass;

use std::time::Duration;

use imapi_disc_types::{Lba, Profile};
use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{
        Blank, CloseFunction, CueEntry, DataMode, DiscInformation, FormatCapacities, FormatParameters,
        PseudoOverwriteResources, ReadCd, ReadHeader, ReadSubChannel, Reservation, SectorHeader, SubChannelData,
        TocFormat, TocReply, TrackResources,
    },
    feature::{Feature, FeatureCode, FeatureDescriptor},
    mode::WriteParameters,
    structure::{DiscStructure, StructureFormat},
};

pub(crate) use self::cd::Session;
use crate::{DiscState, Family, Loaded, Medium, state::Change};

/// Bytes of a block, as hosts see it everywhere but on a CD.
pub(crate) const BLOCK: usize = 2048;

/// A disc as its rules see it.
#[derive(Clone, Copy)]
pub(crate) struct Disc<'a> {
    pub(crate) medium: &'static Medium,
    pub(crate) state: &'a DiscState,
    /// The drive formats it while hosts use it.
    pub(crate) formats_in_background: bool,
}

/// A track as READ TRACK INFORMATION tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TrackView {
    pub(crate) number: u16,
    pub(crate) session: u16,
    pub(crate) start: i32,
    pub(crate) size: u32,
    /// Where the next block goes, and how many may follow.
    pub(crate) next_writable: Option<(i32, u32)>,
    pub(crate) last_recorded: Option<i32>,
    pub(crate) blank: bool,
    pub(crate) reserved: bool,
    /// It was not finished properly.
    pub(crate) damaged: bool,
    /// The control nibble: 4 for data, 5 for data that is written incrementally, 0 for audio.
    pub(crate) mode: u8,
    pub(crate) data_mode: DataMode,
    pub(crate) packets: Packets,
}

/// The packets in which a track is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packets {
    /// None: it is written in one go.
    None,
    /// All have so many blocks.
    Fixed(u32),
    /// Of any size, but what is read and written at once has so many blocks.
    Linked(u32),
}

impl TrackView {
    /// A track of data on a disc that is no CD, with nothing in it.
    pub(crate) fn new(number: u16, session: u16, start: u32, size: u32) -> Self {
        Self {
            number,
            session,
            start: signed(start),
            size,
            next_writable: None,
            last_recorded: None,
            blank: true,
            reserved: false,
            damaged: false,
            mode: 4,
            data_mode: DataMode::Mode1,
            packets: Packets::None,
        }
    }

    /// The address behind its last block.
    pub(crate) fn end(&self) -> i32 {
        self.start.saturating_add(signed(self.size))
    }
}

/// The address of a block. No disc has so many blocks that one had none.
pub(crate) fn signed(block: u32) -> i32 {
    i32::try_from(block).unwrap_or(i32::MAX)
}

/// Something that takes a drive its time: seconds to hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Work {
    pub(crate) kind: WorkKind,
    /// What is true of the disc when it is done.
    pub(crate) changes: Vec<Change>,
    /// How long a real drive takes.
    pub(crate) lasts: Duration,
    /// How long a format goes on afterwards while hosts use the disc, and from which block on.
    pub(crate) background: Option<(Duration, u32)>,
}

/// What a drive is busy with, which decides on the sense that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WorkKind {
    /// Looking at a disc that was put in.
    Loading,
    /// Emptying its buffer.
    Flushing,
    /// Closing a track, a session or the disc.
    Closing,
    /// Formatting.
    Formatting,
    /// Blanking.
    Blanking,
    /// Finding the laser's power.
    Calibrating,
}

impl Work {
    pub(crate) fn new(kind: WorkKind, changes: Vec<Change>, seconds: u64) -> Self {
        Self { kind, changes, lasts: Duration::from_secs(seconds), background: None }
    }

    /// The same, and then formatting goes on from that block while hosts use the disc.
    pub(crate) fn then_in_background(self, seconds: u64, from: u32) -> Self {
        Self { background: Some((Duration::from_secs(seconds), from)), ..self }
    }
}

/// What a WRITE asks for.
#[derive(Clone, Copy)]
pub(crate) struct WriteOrder<'a> {
    pub(crate) start: Lba,
    pub(crate) blocks: u32,
    /// What came with the command.
    pub(crate) data: &'a [u8],
    /// How the host wants it written.
    pub(crate) page: &'a WriteParameters,
}

impl<'a> WriteOrder<'a> {
    /// The data, when there are as many as blocks of that size need.
    pub(crate) fn payload(&self, block: usize) -> Result<&'a [u8], Sense> {
        let len = usize::try_from(self.blocks).unwrap_or(usize::MAX).saturating_mul(block);
        self.data.get(..len).ok_or(Sense::from(InvalidField::cdb(7)))
    }

    /// The first block, on a disc that has none below zero.
    pub(crate) fn first(&self) -> Result<u32, Sense> {
        u32::try_from(self.start.0).map_err(|_| Sense::OUT_OF_RANGE)
    }
}

/// What a family decides.
///
/// Where a method gives changes or [`Work`], whoever asks makes them, all together. What a family does not have is
/// refused here, as a drive refuses it.
pub(crate) trait Rules: Sync {
    /// What the disc makes of the drive.
    fn profile(&self, disc: Disc<'_>) -> Profile {
        disc.medium.profile
    }

    /// The features that this disc makes current, beyond those of the drive itself.
    fn features(&self, disc: Disc<'_>) -> Vec<FeatureDescriptor>;

    /// READ DISC INFORMATION.
    fn information(&self, disc: Disc<'_>) -> DiscInformation;

    /// How many tracks the disc can have; `None` where it has always one.
    fn track_resources(&self, _: Disc<'_>) -> Option<TrackResources> {
        None
    }

    /// How often blocks can be written again; `None` where that is no question.
    fn overwrite_resources(&self, _: Disc<'_>) -> Option<PseudoOverwriteResources> {
        None
    }

    /// The tracks, with the invisible one at the end where something can be added.
    fn tracks(&self, disc: Disc<'_>) -> Vec<TrackView>;

    /// Whether READ TRACK INFORMATION finds the track that goes on without its number.
    fn knows_the_invisible_track(&self) -> bool {
        true
    }

    /// Where the next block of that track goes when it is written as the page says, and how many may follow.
    fn next_writable(&self, _: Disc<'_>, _: &WriteParameters, track: TrackView) -> Option<(i32, u32)> {
        track.next_writable
    }

    /// What READ CAPACITY tells: the block behind the last one of the disc as a host sees it.
    fn capacity_end(&self, disc: Disc<'_>) -> u32;

    /// READ FORMAT CAPACITIES.
    fn format_capacities(&self, disc: Disc<'_>) -> FormatCapacities;

    /// READ TOC. A disc that is no CD has the first two forms only, made up from its tracks.
    fn toc(&self, loaded: &Loaded, format: TocFormat) -> Result<TocReply, Sense> {
        contents::made_up(&self.tracks(loaded.disc()), loaded.state().closed_sessions, format)
    }

    /// READ DISC STRUCTURE; `None` where the disc has no such structure.
    fn structure(&self, _: Disc<'_>, _: StructureFormat, _layer: u8) -> Option<DiscStructure> {
        None
    }

    /// READ: fills the buffer with whole blocks from there on.
    fn read(&self, loaded: &Loaded, start: Lba, blocks: u32, out: &mut [u8]) -> Result<(), Sense>;

    /// READ CD: the sectors in the form that was asked for.
    fn read_cd(&self, _: &Loaded, _: ReadCd) -> Result<Vec<u8>, Sense> {
        Err(Sense::UNREADABLE_FORMAT)
    }

    /// READ HEADER.
    fn header(&self, _: &Loaded, _: ReadHeader) -> Result<SectorHeader, Sense> {
        Err(Sense::UNREADABLE_FORMAT)
    }

    /// READ SUB-CHANNEL.
    fn sub_channel(&self, _: &Loaded, _: ReadSubChannel) -> Result<SubChannelData, Sense> {
        Err(Sense::UNREADABLE_FORMAT)
    }

    /// Whether the drive can go through the motions of writing this disc with the laser off.
    fn rehearses(&self, _: Disc<'_>) -> bool {
        false
    }

    /// WRITE; says how many bytes were taken.
    fn write(&self, loaded: &mut Loaded, order: WriteOrder<'_>) -> Result<usize, Sense>;

    /// Whether something was begun that SYNCHRONIZE CACHE would end: the way of writing cannot be changed meanwhile.
    fn is_writing(&self, _: &Loaded) -> bool {
        false
    }

    /// SYNCHRONIZE CACHE: what is begun is filled up.
    fn synchronize(&self, loaded: &mut Loaded, page: &WriteParameters) -> Result<Work, Sense>;

    /// CLOSE TRACK/SESSION.
    fn close(
        &self,
        loaded: &mut Loaded,
        page: &WriteParameters,
        function: CloseFunction,
        track: u16,
    ) -> Result<Work, Sense>;

    /// RESERVE TRACK.
    fn reserve(&self, _: Disc<'_>, _: &WriteParameters, _: Reservation) -> Result<Vec<Change>, Sense> {
        Err(Sense::CANNOT_WRITE)
    }

    /// FORMAT UNIT.
    fn format(&self, _: Disc<'_>, _: FormatParameters) -> Result<Work, Sense> {
        Err(Sense::CANNOT_FORMAT)
    }

    /// BLANK.
    fn blank(&self, _: Disc<'_>, _: Blank) -> Result<Work, Sense> {
        Err(Sense::CANNOT_WRITE)
    }

    /// SEND CUE SHEET.
    fn cue_sheet(&self, _: &mut Loaded, _: &WriteParameters, _: &[CueEntry]) -> Result<(), Sense> {
        Err(Sense::CANNOT_WRITE)
    }

    /// SEND DISC STRUCTURE.
    fn send_structure(&self, _: Disc<'_>, _format: u8, _: &DiscStructure) -> Result<Vec<Change>, Sense> {
        Err(Sense::from(InvalidField::cdb(7)))
    }
}

/// Reads blocks of a disc that stores them as they are, of which those before `end` can be read.
pub(crate) fn read_blocks(loaded: &Loaded, end: u32, start: Lba, blocks: u32, out: &mut [u8]) -> Result<(), Sense> {
    let first = u32::try_from(start.0).ok();
    match first.and_then(|first| first.checked_add(blocks)) {
        Some(behind) if behind <= end => loaded.fetch(start.0, out),
        _ => Err(Sense::OUT_OF_RANGE),
    }
}

/// The rules of a family.
fn rules(family: Family) -> &'static dyn Rules {
    match family {
        Family::BdSequential => &bd_sequential::BdSequential,
        Family::Overwritable => &overwritable::Overwritable,
        Family::DvdMinus => &dvd_minus::DvdMinus,
        Family::DvdPlus => &dvd_plus::DvdPlus,
        Family::Pressed => &pressed::Pressed,
        Family::PressedCd => &cd::PressedCd,
        Family::Cd => &cd::Cd,
    }
}

/// The rules of a disc as it is now: a DVD-RW that is formatted follows others than one in sequence. `None` where the drive
/// cannot tell what it is.
pub(crate) fn rules_of(disc: Disc<'_>) -> Option<&'static dyn Rules> {
    match disc.medium.family {
        Family::DvdMinus if disc.state.formatted.is_some() => Some(&restricted::Restricted),
        // Nothing can be read from a disc that no press has seen.
        Family::Pressed | Family::PressedCd if disc.state.tracks.is_empty() => None,
        family => Some(rules(family)),
    }
}

/// A feature that the disc makes current, from its data in the standard's layout.
pub(crate) fn current(code: FeatureCode, version: u8, data: &[u8]) -> FeatureDescriptor {
    FeatureDescriptor { version, persistent: false, current: true, feature: Feature::decode(code, data) }
}
