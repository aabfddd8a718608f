//! BD-R.

use imapi_disc_types::Lba;
use imapi_format2::FormatError;
use imapi_mmc_transport::commands::{CloseFunction, FormatDescriptor, FormatOptions, TrackAddress};
use imapi_write_engine::Written;

use crate::burn::Burner;

impl Burner<'_, '_, '_, '_> {
    /// A session of one track.
    pub(super) fn bd_r(&mut self, format: Option<FormatDescriptor>) -> Result<(Lba, Written), FormatError> {
        if let Some(descriptor) = format {
            self.format(descriptor, FormatOptions::default())?;
        }
        let number = self.track_number();
        let start = self.next_address(TrackAddress::Track(number.into()));
        let written = self.write_source(start)?;
        self.flush_and_wait()?;
        self.close(CloseFunction::Track, number)?;
        let end = if self.plan.closes { CloseFunction::Disc } else { CloseFunction::Session };
        self.close(end, 0)?;
        Ok((start, written))
    }

    /// A disc that pretends to be overwritable: no session is ever closed on it, only the disc.
    pub(super) fn bd_r_pseudo(&mut self) -> Result<(Lba, Written), FormatError> {
        let start = self.next_address(TrackAddress::Track(self.track_number().into()));
        let written = self.write_source(start)?;
        self.flush_and_wait()?;
        if self.plan.closes {
            self.close(CloseFunction::Disc, 0)?;
        }
        Ok((start, written))
    }
}
