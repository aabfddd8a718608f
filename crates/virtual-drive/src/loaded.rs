//! [`Loaded`]: a disc in a drive, with what is only true of it while it is there.

use std::{
    cell::{Cell, OnceCell},
    ops::Range,
    time::Duration,
};

use imapi_disc_types::{Lba, MediaType};
use imapi_mmc_transport::{Progress, Sense};

use crate::{
    DiscFile, DiscFileError, DiscState, FormatState, Medium, Preparation, State as _,
    family::{Disc, Rules, Session, rules_of, signed},
    state::Change,
};

/// A disc in the tray.
#[derive(Debug)]
pub(crate) struct Loaded {
    file: DiscFile<DiscState>,
    medium: &'static Medium,
    /// What the disc would be if the laser had been on: hosts may rehearse.
    rehearsal: Option<DiscState>,
    /// Formatting that goes on while hosts use the disc.
    background: Option<Background>,
    /// The session of a CD whose plan is known and that is not complete.
    session: Option<Session>,
    /// The last sector that was read or written: there the head is.
    head: Cell<i32>,
    /// The first thing that the disc file could not do.
    failure: OnceCell<DiscFileError>,
}

/// Formatting in the background.
#[derive(Debug, Clone, Copy)]
struct Background {
    began: Duration,
    lasts: Duration,
    /// Where it began, and how far it has come.
    from: u32,
    reached: u32,
}

impl Loaded {
    pub(crate) fn new(file: DiscFile<DiscState>, medium: &'static Medium) -> Self {
        Self {
            file,
            medium,
            rehearsal: None,
            background: None,
            session: None,
            head: Cell::new(0),
            failure: OnceCell::new(),
        }
    }

    /// The disc again, without what was only in the drive's buffer.
    pub(crate) fn into_file(mut self) -> Result<DiscFile<DiscState>, DiscFileError> {
        self.file.forget()?;
        Ok(self.file)
    }

    /// What a disc file cannot do becomes a hardware error, as with a real drive. The first reason is kept.
    fn broken(&self, error: DiscFileError) -> Sense {
        tracing::error!(%error, "the disc file failed");
        let _ = self.failure.set(error);
        Sense::INTERNAL_FAILURE
    }

    /// The first thing that the disc file could not do since anyone asked.
    pub(crate) fn take_failure(&mut self) -> Option<DiscFileError> {
        self.failure.take()
    }

    pub(crate) fn medium(&self) -> &'static Medium {
        self.medium
    }

    pub(crate) fn state(&self) -> &DiscState {
        self.rehearsal.as_ref().unwrap_or_else(|| self.file.state())
    }

    pub(crate) fn disc(&self) -> Disc<'_> {
        Disc { medium: self.medium, state: self.state(), formats_in_background: self.background.is_some() }
    }

    /// The rules of its family. A disc whose family has none yet is one that this drive does not know.
    pub(crate) fn rules(&self) -> Result<&'static dyn Rules, Sense> {
        rules_of(self.disc()).ok_or(Sense::INCOMPATIBLE_MEDIUM)
    }

    /// Makes changes that belong together, in the file at once.
    pub(crate) fn change(&mut self, changes: &[Change]) -> Result<(), Sense> {
        match &mut self.rehearsal {
            Some(state) => {
                for change in changes {
                    state.apply(change);
                }
            }
            None if changes.is_empty() => {}
            None => return self.file.change(changes).map_err(|error| self.lost(error)),
        }
        Ok(())
    }

    /// Makes changes that are lost when the drive loses power before it is flushed.
    pub(crate) fn change_soon(&mut self, changes: Vec<Change>) -> Result<(), Sense> {
        match &mut self.rehearsal {
            Some(state) => {
                for change in &changes {
                    state.apply(change);
                }
            }
            None => return self.file.change_soon(changes).map_err(|error| self.lost(error)),
        }
        Ok(())
    }

    /// What was written counts from now on, whatever becomes of the drive.
    pub(crate) fn flush(&mut self) -> Result<(), Sense> {
        self.file.flush().map_err(|error| self.lost(error))
    }

    /// What could not be kept never happened, so that the drive tells of the disc what the next one will find.
    fn lost(&mut self, error: DiscFileError) -> Sense {
        let sense = self.broken(error);
        if let Err(error) = self.file.forget() {
            return self.broken(error);
        }
        sense
    }

    /// What was not flushed never happened: the disc came out, or the drive was reset.
    pub(crate) fn forget(&mut self) -> Result<(), Sense> {
        self.rehearsal = None;
        self.session = None;
        self.file.forget().map_err(|error| self.broken(error))
    }

    /// Formatting goes on in the background from that block on.
    pub(crate) fn begin_background(&mut self, began: Duration, lasts: Duration, from: u32) {
        self.background = Some(Background { began, lasts, from, reached: from });
    }

    /// Formatting in the background comes as far as it can by now.
    pub(crate) fn pass(&mut self, now: Duration) -> Result<(), Sense> {
        let Some(background) = &mut self.background else { return Ok(()) };
        let capacity = self.file.state().capacity;
        let gone = now.saturating_sub(background.began);
        if gone >= background.lasts {
            self.background = None;
            let whole = Change::Prepared(Preparation::Format(FormatState::Whole));
            return self.change(&[Change::Grown { blocks: capacity }, whole]);
        }
        let all = u128::from(capacity.saturating_sub(background.from));
        let grown = all * gone.as_nanos() / background.lasts.as_nanos().max(1);
        background.reached = background.from.saturating_add(u32::try_from(grown).unwrap_or(u32::MAX));
        Ok(())
    }

    /// How far formatting in the background is.
    pub(crate) fn background_progress(&self) -> Option<Progress> {
        let background = self.background?;
        let share = u64::from(background.reached) * u64::from(u16::MAX) / u64::from(self.file.state().capacity.max(1));
        Some(Progress(u16::try_from(share).unwrap_or(u16::MAX)))
    }

    /// Formatting in the background stops where it is, at the end of a unit.
    pub(crate) fn suspend(&mut self) -> Result<(), Sense> {
        let unit = self.medium.unit();
        match self.background.take() {
            Some(background) => self.change(&[Change::Grown { blocks: background.reached / unit * unit }]),
            None => Ok(()),
        }
    }

    /// The session of a CD that is planned or being written.
    pub(crate) fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// The sector at which the head is.
    pub(crate) fn head(&self) -> i32 {
        self.head.get()
    }

    pub(crate) fn take_session(&mut self) -> Option<Session> {
        self.session.take()
    }

    pub(crate) fn put_session(&mut self, session: Session) {
        self.session = Some(session);
    }

    /// From now on the laser stays off, or is on again.
    pub(crate) fn rehearse(&mut self, on: bool) {
        match (on, self.rehearsal.is_some()) {
            (true, false) => self.rehearsal = Some(self.file.state().clone()),
            (false, true) => self.rehearsal = None,
            _ => {}
        }
    }

    /// Sectors as stored, from there on, if all of them can be read.
    pub(crate) fn fetch(&self, first: i32, out: &mut [u8]) -> Result<(), Sense> {
        let size = usize::try_from(self.file.geometry().sector_size).unwrap_or(usize::MAX);
        let sectors = u32::try_from(out.len().div_ceil(size)).unwrap_or(u32::MAX);
        if let Some(lost) = self.state().harm.first_lost(first, sectors) {
            return Err(Sense::READ_ERROR.at(Lba(lost)));
        }
        self.head.set(first.saturating_add_unsigned(sectors.saturating_sub(1)));
        self.file.read(first, out).map_err(|error| self.broken(error))
    }

    /// What was written anew can be read again.
    pub(crate) fn heal(&mut self, first: i32, blocks: u32) -> Result<(), Sense> {
        if self.state().harm.first_lost(first, blocks).is_none() {
            return Ok(());
        }
        self.change_soon(vec![Change::Healed { first, blocks }])
    }

    /// Nothing is left of what was written, on a CD: its blocks have an address of their own in each sector, and what is
    /// left of another time would be found.
    pub(crate) fn wipe(&self) -> Result<(), Sense> {
        if self.medium.lead_in.is_none() || self.rehearsal.is_some() {
            return Ok(());
        }
        self.file.discard().map_err(|error| self.broken(error))
    }

    /// Formatting a DVD-RW is writing it: these blocks are zeros. Other discs that can be overwritten keep what is in them,
    /// since only their lists of defects are made anew.
    pub(crate) fn write_zeros(&self, blocks: Range<u32>) -> Result<(), Sense> {
        if self.medium.kind != MediaType::DVDDASHRW || self.rehearsal.is_some() || blocks.is_empty() {
            return Ok(());
        }
        self.file.write_zeros(signed(blocks.start), blocks.end - blocks.start).map_err(|error| self.broken(error))
    }

    /// Puts sectors there as they are stored, unless this is a rehearsal.
    pub(crate) fn store(&self, first: i32, sectors: &[u8]) -> Result<(), Sense> {
        if self.rehearsal.is_some() {
            return Ok(());
        }
        self.file.write(first, sectors).map_err(|error| self.broken(error))
    }
}
