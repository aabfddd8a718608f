//! CD-R and CD-RW: sessions of tracks with pauses between them, in sectors of 2352 bytes with their sub-channels.
//!
//! Sectors are stored as they are on the disc, but for the scrambling: 2352 bytes, and 96 bytes of sub-channels behind
//! them. The drive makes what the host does not send.

mod blank;
mod cue_sheet;
mod form;
mod formatted;
mod information;
mod layout;
mod pressed;
mod q;
mod raw;
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
        Blank, CloseFunction, CueEntry, DiscInformation, FormatCapacities, FormatParameters, ReadCd, ReadHeader,
        ReadSubChannel, Reservation, SectorHeader, SubChannelData, TocFormat, TocReply,
    },
    feature::FeatureDescriptor,
    mode::{WriteParameters, WriteType},
};

use self::layout::Layout;
pub(crate) use self::pressed::Glass;
pub(super) use self::pressed::PressedCd;
use super::{Disc, Rules, TrackView, Work, WorkKind, WriteOrder};
use crate::{Loaded, state::Change};

/// A session that is being written: what the drive knows of it and the disc does not say yet.
#[derive(Debug)]
pub(crate) enum Session {
    /// One of its tracks is being written in one go.
    Track,
    /// A packet of one of its tracks is.
    Packet,
    /// Planned by a cue sheet.
    Cue(session_at_once::Session),
    /// Written raw.
    Raw(raw::Recording),
}

impl Session {
    /// Something of it is on the disc.
    fn is_begun(&self) -> bool {
        match self {
            Self::Track | Self::Packet => true,
            Self::Cue(session) => session.is_begun(),
            Self::Raw(recording) => recording.is_begun(),
        }
    }
}

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

    /// The host begins in the pause with a cue sheet, and in the lead-in when it writes raw.
    fn next_writable(&self, disc: Disc<'_>, page: &WriteParameters, track: TrackView) -> Option<(i32, u32)> {
        let (next, free) = track.next_writable?;
        let layout = Layout::from(disc);
        let begins_session = track.blank && !disc.state.session_has_tracks();
        Some(match page.write_type {
            WriteType::SESSION_AT_ONCE if begins_session => (next - 150, free),
            WriteType::RAW if begins_session => (layout.lead_in(), free),
            _ => (next, free),
        })
    }

    fn capacity_end(&self, disc: Disc<'_>) -> u32 {
        Layout::from(disc).readable_end()
    }

    fn format_capacities(&self, disc: Disc<'_>) -> FormatCapacities {
        formatted::capacities(disc.into())
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
        if loaded.state().formatted.is_some() {
            return formatted::write(loaded, order);
        }
        if Layout::of(loaded).is_closed() {
            return Err(Sense::CANNOT_WRITE);
        }
        match order.page.write_type {
            WriteType::TRACK_AT_ONCE => {
                let written = track_at_once::write(loaded, order)?;
                loaded.put_session(Session::Track);
                Ok(written)
            }
            WriteType::SESSION_AT_ONCE => {
                let Some(Session::Cue(mut session)) = loaded.take_session() else { return Err(Sense::SEQUENCE_ERROR) };
                let written = session_at_once::write(loaded, &mut session, order);
                loaded.put_session(Session::Cue(session));
                written
            }
            WriteType::RAW => {
                let mut recording = match loaded.take_session() {
                    Some(Session::Raw(recording)) => recording,
                    _ => raw::begin(Layout::of(loaded), order)?,
                };
                let written = raw::write(loaded, &mut recording, order);
                loaded.put_session(Session::Raw(recording));
                written
            }
            WriteType::PACKET => {
                let written = track_at_once::write(loaded, order)?;
                loaded.put_session(Session::Packet);
                Ok(written)
            }
            _ => Err(Sense::SEQUENCE_ERROR),
        }
    }

    fn is_writing(&self, loaded: &Loaded) -> bool {
        loaded.session().is_some_and(Session::is_begun)
    }

    fn synchronize(&self, loaded: &mut Loaded, page: &WriteParameters) -> Result<Work, Sense> {
        let ended = match loaded.session() {
            Some(Session::Cue(session)) if session.is_begun() => session_at_once::end(loaded, session, page),
            Some(Session::Raw(recording)) => raw::end(loaded, recording),
            // A sheet whose first block has not come yet stays.
            Some(Session::Cue(_)) => None,
            Some(Session::Packet) => Some(track_at_once::end_packet(loaded)?),
            // A track that lost its drive while it was being written is ended as well.
            Some(Session::Track) | None => Some(track_at_once::end_track(loaded)?),
        };
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
        if loaded
            .session()
            .is_some_and(|session| session.is_begun() && !matches!(session, Session::Track | Session::Packet))
        {
            // It closes itself when its last block is there.
            return Err(Sense::SEQUENCE_ERROR);
        }
        let work = match function {
            CloseFunction::Track => track_at_once::close_track(loaded, track),
            CloseFunction::Session => track_at_once::close_session(loaded, page),
            _ => Err(Sense::from(InvalidField::cdb_bit(2, 2))),
        }?;
        loaded.take_session();
        Ok(work)
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
        let plan = cue_sheet::plan(layout, page, sheet)?;
        let session = session_at_once::Session::new(plan, layout.lead_in());
        loaded.put_session(Session::Cue(session));
        Ok(())
    }

    fn blank(&self, disc: Disc<'_>, command: Blank) -> Result<Work, Sense> {
        blank::blank(disc.into(), command)
    }

    fn format(&self, disc: Disc<'_>, parameters: FormatParameters) -> Result<Work, Sense> {
        formatted::format(disc.into(), parameters)
    }
}
