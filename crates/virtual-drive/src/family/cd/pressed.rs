//! CD-ROM: one track of data, pressed with its sub-channels, that can be read and nothing else.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{
        CapacityKind, CloseFunction, CurrentCapacity, DiscInformation, FormatCapacities, ReadCd, ReadHeader,
        ReadSubChannel, SectorHeader, SubChannelData, TocFormat, TocReply,
    },
    feature::{FeatureCode, FeatureDescriptor},
    mode::WriteParameters,
};

use super::{
    super::{BLOCK, Disc, Rules, TrackView, Work, WorkKind, WriteOrder},
    form::HostForm,
    information,
    layout::{Layout, PAUSE, SHORTEST},
    q::Signature,
    read,
    sector::STORED,
    sub_channel, toc,
    track_at_once::signature,
};
use crate::{
    Loaded,
    state::{CdForm, CdSession, CdTrack, Change, NextSession},
};

/// The control nibble of a track of data.
const DATA: u8 = 4;

/// The rules of CD-ROM.
pub(in super::super) struct PressedCd;

impl Rules for PressedCd {
    /// What a CD-R has, but for writing.
    fn features(&self, disc: Disc<'_>) -> Vec<FeatureDescriptor> {
        let reads = |feature: &FeatureDescriptor| {
            let code = feature.feature.code();
            code <= FeatureCode::DVD_READ || code >= FeatureCode::POWER_MANAGEMENT
        };
        information::features(disc.into()).into_iter().filter(reads).collect()
    }

    fn information(&self, disc: Disc<'_>) -> DiscInformation {
        information::disc(disc.into())
    }

    fn tracks(&self, disc: Disc<'_>) -> Vec<TrackView> {
        information::tracks(disc.into())
    }

    fn capacity_end(&self, disc: Disc<'_>) -> u32 {
        Layout::from(disc).readable_end()
    }

    fn format_capacities(&self, disc: Disc<'_>) -> FormatCapacities {
        let blocks = self.capacity_end(disc);
        let current = CurrentCapacity { blocks, kind: CapacityKind::Formatted, block_size: 2048 };
        FormatCapacities { current, formattable: Vec::new() }
    }

    /// A pressed disc has neither a groove nor a memory.
    fn toc(&self, loaded: &Loaded, format: TocFormat) -> Result<TocReply, Sense> {
        match format {
            TocFormat::Pma | TocFormat::Atip => Err(Sense::from(InvalidField::cdb_bit(2, 3))),
            format => toc::answer(loaded, format),
        }
    }

    fn read(&self, loaded: &Loaded, start: Lba, blocks: u32, out: &mut [u8]) -> Result<(), Sense> {
        read::blocks(loaded, start, blocks, out)
    }

    fn read_cd(&self, loaded: &Loaded, command: ReadCd) -> Result<Vec<u8>, Sense> {
        read::sectors(loaded, command)
    }

    fn header(&self, loaded: &Loaded, query: ReadHeader) -> Result<SectorHeader, Sense> {
        read::header(loaded, query.block, query.time)
    }

    fn sub_channel(&self, loaded: &Loaded, query: ReadSubChannel) -> Result<SubChannelData, Sense> {
        sub_channel::answer(loaded, query)
    }

    fn write(&self, _: &mut Loaded, _: WriteOrder<'_>) -> Result<usize, Sense> {
        Err(Sense::CANNOT_WRITE)
    }

    /// There is nothing to flush, and so it is done.
    fn synchronize(&self, _: &mut Loaded, _: &WriteParameters) -> Result<Work, Sense> {
        Ok(Work::new(WorkKind::Flushing, Vec::new(), 0))
    }

    fn close(&self, _: &mut Loaded, _: &WriteParameters, _: CloseFunction, _: u16) -> Result<Work, Sense> {
        Err(Sense::CANNOT_WRITE)
    }
}

/// Makes the sectors of a CD-ROM, one after the other.
pub(crate) struct Glass {
    form: HostForm,
    signature: Signature,
}

impl Glass {
    /// Where the pause before the track begins: its sectors are pressed, too.
    pub(crate) const FIRST: i32 = -150;
    /// A track has at least so many blocks.
    pub(crate) const SHORTEST: u32 = SHORTEST;

    pub(crate) fn new() -> Self {
        let signature = signature(1, 0, &track()).expect("the first track of a CD");
        Self { form: HostForm::MODE_1, signature }
    }

    /// Puts the sectors of these blocks into the buffer, as they are stored.
    pub(crate) fn sectors(&self, first: i32, blocks: &[u8], out: &mut Vec<u8>) {
        out.clear();
        out.reserve(blocks.len() / BLOCK * STORED);
        for (block, lba) in blocks.chunks_exact(BLOCK).zip(first..) {
            let main = self.form.encode(block, lba).expect("every address of a CD has a time");
            out.extend_from_slice(&main);
            out.extend_from_slice(&self.signature.beside(DATA, u8::from(lba >= 0), lba, None));
        }
    }

    /// What is true of a disc with so many blocks.
    pub(crate) fn changes(blocks: u32, lead_in: i32) -> Vec<Change> {
        let session = CdSession {
            lead_in,
            lead_out: blocks,
            disc_type: 0,
            next: NextSession::Unmentioned,
            text: false,
            raw: false,
        };
        vec![
            Change::CdTrackOpened { first: 0, reserved: None, track: track() },
            Change::Wrote { track: 1, blocks },
            Change::TrackClosed { track: 1 },
            Change::CdSessionClosed(session),
            Change::Finalized,
        ]
    }
}

fn track() -> CdTrack {
    CdTrack { control: DATA, form: CdForm::Mode1, pause: PAUSE, ..CdTrack::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::signed;

    #[test]
    fn the_pause_runs_up_to_the_first_block() {
        assert_eq!(Glass::FIRST + signed(PAUSE), 0);
    }
}
