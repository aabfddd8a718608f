//! CD-R and CD-RW: sessions of tracks with pauses between them, in sectors of 2352 bytes with their sub-channels.
//!
//! Sectors are stored as they are on the disc, but for the scrambling: 2352 bytes, and 96 bytes of sub-channels behind
//! them. The drive makes what the host does not send.

mod blank;
mod cue_sheet;
mod form;
mod information;
mod layout;
mod q;
mod read;
mod sector;
mod session_at_once;
mod sub_channel;
mod toc;
mod track_at_once;

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{
        Blank, CloseFunction, CueEntry, DiscInformation, FormatCapacities, ReadCd, ReadHeader, ReadSubChannel,
        Reservation, SectorHeader, SubChannelData, TocFormat, TocReply,
    },
    feature::FeatureDescriptor,
    mode::{WriteParameters, WriteType},
};

use self::layout::Layout;
use super::{Disc, Rules, TrackView, Work, WorkKind, WriteOrder};
use crate::{Loaded, state::Change};

pub(crate) use self::session_at_once::Session;

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
            WriteType::TRACK_AT_ONCE => {
                loaded.take_session();
                track_at_once::write(loaded, order)
            }
            WriteType::SESSION_AT_ONCE => {
                let mut session = loaded.take_session().ok_or(Sense::SEQUENCE_ERROR)?;
                let written = session_at_once::write(loaded, &mut session, order);
                loaded.put_session(session);
                written
            }
            _ => Err(Sense::SEQUENCE_ERROR),
        }
    }

    fn is_writing(&self, loaded: &Loaded) -> bool {
        loaded.session().is_some_and(Session::is_begun) || Layout::of(loaded).being_written().is_some()
    }

    fn synchronize(&self, loaded: &mut Loaded, page: &WriteParameters) -> Result<Work, Sense> {
        let Some(session) = loaded.session().filter(|session| session.is_begun()) else {
            return track_at_once::end_track(loaded);
        };
        let ended = session_at_once::end(loaded, session, page);
        if ended.is_some() {
            loaded.take_session();
        }
        // A session that is not complete goes on.
        Ok(ended.unwrap_or_else(|| Work::new(WorkKind::Flushing, Vec::new(), FLUSHING)))
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
        if loaded.session().is_some_and(Session::is_begun) {
            // It closes itself when its last block is there.
            return Err(Sense::SEQUENCE_ERROR);
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

    fn cue_sheet(&self, loaded: &mut Loaded, page: &WriteParameters, sheet: &[CueEntry]) -> Result<(), Sense> {
        if loaded.disc().state.finalized {
            return Err(Sense::CANNOT_WRITE);
        }
        if page.write_type != WriteType::SESSION_AT_ONCE || self.is_writing(loaded) {
            return Err(Sense::SEQUENCE_ERROR);
        }
        let layout = Layout::of(loaded);
        let session = Session::new(cue_sheet::plan(layout, page, sheet)?, layout.lead_in());
        loaded.put_session(session);
        Ok(())
    }

    fn blank(&self, disc: Disc<'_>, command: Blank) -> Result<Work, Sense> {
        blank::blank(disc.into(), command)
    }
}
