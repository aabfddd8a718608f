//! The recipes, a file for each family of discs: what is sent to the drive, in which order.

mod bd;
mod cd;
mod dvd_minus;
mod dvd_plus;
mod overwritable;

use imapi_disc_types::{Block, BlockRange, Lba};
use imapi_format2::FormatError;
use imapi_mmc_transport::commands::{FormatDescriptor, FormatOptions};
use imapi_write_engine::{Section, Written};

use crate::{Action, Recipe, burn::Burner};

impl Burner<'_, '_, '_, '_> {
    /// Follows a recipe to its end, and says where the source's first block is.
    pub fn follow(&mut self, recipe: Recipe) -> Result<(Lba, Written), FormatError> {
        match recipe {
            Recipe::CdAtOnce => self.cd_at_once(),
            Recipe::CdTrack => self.cd_track(),
            Recipe::DvdAtOnce => self.dvd_at_once(),
            Recipe::DvdIncremental => self.dvd_incremental(),
            Recipe::DvdRestricted(format) => self.dvd_restricted(format),
            Recipe::DvdPlusR { layer_break } => self.dvd_plus_r(layer_break),
            Recipe::DvdPlusRw { format } => self.dvd_plus_rw(format),
            Recipe::Random { format } => self.random(format),
            Recipe::BdR { format } => self.bd_r(format),
            Recipe::BdRPseudo => self.bd_r_pseudo(),
        }
    }

    /// Writes the source from that address on.
    fn write_source(&mut self, start: Lba) -> Result<Written, FormatError> {
        self.begin(Action::WritingData)?;
        let section = Section { first: 0, blocks: self.source.blocks(), start };
        self.write(self.source, section, 0)
    }

    /// Writes what of the source is another than what is on the disc, in the order in which the source wants it; all of a
    /// source that does not say.
    fn write_modified(&mut self) -> Result<Written, FormatError> {
        let Some(ranges) = self.source.modified().map(<[BlockRange]>::to_vec) else {
            return self.write_source(Lba(0));
        };
        self.begin(Action::WritingData)?;
        let unit = u64::from(self.probe.facts.write_unit.get());
        let mut all = Written { blocks: 0, elapsed: std::time::Duration::ZERO, starved: 0, retries: 0 };
        for range in ranges {
            // A drive writes whole units; what else is in one is in the source too.
            let first = range.first().0 / unit * unit;
            let end = range.range().end.next_multiple_of(unit).min(self.source.blocks());
            let start = Block(first).on_disc(Lba(0)).unwrap_or(Lba(0));
            let written = self.write(self.source, Section { first, blocks: end - first, start }, 0)?;
            all.blocks += written.blocks;
            all.elapsed += written.elapsed;
            all.starved += written.starved;
            all.retries += written.retries;
        }
        Ok(all)
    }

    /// Has the drive write what is in its buffer, and with a session that is written at once what ends it.
    fn flush(&mut self) -> Result<(), FormatError> {
        self.go_on(Action::Finalization);
        self.waiting(|preparation, waits| preparation.flush(waits))
    }

    /// The same before something is closed, or where nothing is: the drive has to be done with it.
    fn flush_and_wait(&mut self) -> Result<(), FormatError> {
        self.go_on(Action::Finalization);
        self.waiting(|preparation, waits| preparation.flush_and_wait(waits))
    }

    /// Formats the disc, and has the drive come to rest before anything is written.
    fn format(&mut self, descriptor: FormatDescriptor, options: FormatOptions) -> Result<(), FormatError> {
        self.begin(Action::FormattingMedia)?;
        self.touch();
        self.waiting(|preparation, waits| {
            preparation.format(descriptor, options, false, waits)?;
            preparation.flush(waits)
        })
    }
}
