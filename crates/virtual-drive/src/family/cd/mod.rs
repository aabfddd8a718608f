//! CD-R and CD-RW: sessions of tracks with pauses between them, in sectors of 2352 bytes with their sub-channels.
//!
//! Sectors are stored as they are on the disc, but for the scrambling: 2352 bytes, and 96 bytes of sub-channels behind
//! them. The drive makes what the host does not send.

mod form;
mod information;
mod layout;
mod q;
mod read;
mod sector;
mod sub_channel;
mod toc;
mod track_at_once;

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{
        CloseFunction, DiscInformation, FormatCapacities, ReadCd, ReadHeader, ReadSubChannel, Reservation,
        SectorHeader, SubChannelData, TocFormat, TocReply,
    },
    feature::FeatureDescriptor,
    mode::{WriteParameters, WriteType},
};

use self::layout::Layout;
use super::{Disc, Rules, TrackView, Work, WriteOrder};
use crate::{Loaded, state::Change};

/// The rules of CDs that can be written.
pub(super) struct Cd;

/// Seconds that emptying the buffer takes.
const FLUSHING: u64 = 5;
/// Seconds that lead-in and lead-out take.
const CLOSING: u64 = 40;

impl Rules for Cd {
    fn features(&self, disc: Disc<'_>) -> Vec<FeatureDescriptor> {
        information::features(disc.into())
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
        information::format_capacities(disc.into())
    }

    fn toc(&self, loaded: &Loaded, format: TocFormat) -> Result<TocReply, Sense> {
        toc::answer(loaded, format)
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

    fn rehearses(&self, _: Disc<'_>) -> bool {
        true
    }

    fn write(&self, loaded: &mut Loaded, order: WriteOrder<'_>) -> Result<usize, Sense> {
        if Layout::of(loaded).is_closed() {
            return Err(Sense::CANNOT_WRITE);
        }
        match order.page.write_type {
            WriteType::TRACK_AT_ONCE => track_at_once::write(loaded, order),
            _ => Err(Sense::SEQUENCE_ERROR),
        }
    }

    fn is_writing(&self, loaded: &Loaded) -> bool {
        Layout::of(loaded).being_written().is_some()
    }

    fn synchronize(&self, loaded: &mut Loaded, _: &WriteParameters) -> Result<Work, Sense> {
        track_at_once::end_track(loaded)
    }

    fn close(
        &self,
        loaded: &mut Loaded,
        page: &WriteParameters,
        function: CloseFunction,
        track: u16,
    ) -> Result<Work, Sense> {
        if Layout::of(loaded).is_closed() {
            return Err(Sense::CANNOT_WRITE);
        }
        match function {
            CloseFunction::Track => track_at_once::close_track(loaded, track),
            CloseFunction::Session => track_at_once::close_session(loaded, page),
            _ => Err(Sense::from(InvalidField::cdb_bit(2, 2))),
        }
    }

    fn reserve(&self, disc: Disc<'_>, page: &WriteParameters, wanted: Reservation) -> Result<Vec<Change>, Sense> {
        track_at_once::reserve(disc.into(), page, wanted)
    }
}
